"""Charts of a document whose boxes have places: what stands where tells what belongs together."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from pipeline.draft import Draft, Drafts, cut_titles, is_agency, is_chart, unplaced
from pipeline.model import Document
from pipeline.placing import nearest_stage, place
from pipeline.plane import Plane, plane_of
from pipeline.regions import Region, charts_of, regions
from pipeline.roles import CONTENT, Part, Role, formed
from pipeline.seats import seated, work_axis
from pipeline.sheet import Link, Sheet, links_of
from pipeline.terms import BESIDE_THE_WORK, plain
from pipeline.titles import Title, titles_of

__all__ = ["by_place"]

LARGEST = 300  # parts of one chart; real ones have up to a hundred
LONGEST_GAP = 4  # lines of running text between two lines of one title at most


def by_place(document: Document) -> Drafts:
    """The charts of a document by the places of its boxes and the lines between them."""
    cut = list(cut_titles(document.boxes))
    boxes = [replace(box, order=order) for order, box in enumerate(cut)]
    renumbered = {box.order: order for order, box in reversed(list(enumerate(cut)))}
    lines = [
        replace(line, start=renumbered.get(line.start or 0) if line.start is not None else None,
                end=renumbered.get(line.end or 0) if line.end is not None else None)
        for line in document.lines
    ]  # fmt: skip
    plane, shift = plane_of(boxes)
    parts = _with_title_lines([formed(box) for box in boxes])
    heads = [part for part in parts if part.box.frame == "margin"]
    shown = [part for part in parts if part.box.frame != "margin"]
    links = _by_box(links_of(shown, lines, plane, shift))
    drafts: list[Draft] = []
    lonely: list[Title] = []
    strays: list[Part] = []
    for region in regions(shown, plane):
        titles = titles_of(paragraph for part in region.titles for paragraph in part.box.paragraphs)
        found, loose = _charts(region, titles[-1] if titles else None, links, plane)
        drafts += found
        strays += loose
        lonely += titles if not found else titles[:-1]
    given = {draft.title.text for draft in drafts if draft.title}
    told = [replace(part, role=Role.LABEL) for part in heads]
    return Drafts(
        (*told, *shown),
        tuple(drafts),
        tuple(title for title in lonely if title.text not in given),
        tuple(unplaced(strays)),
    )


Links = Mapping[int, Sequence[Link]]  # by the box they begin at


def _by_box(links: Iterable[Link]) -> Links:
    found: dict[int, list[Link]] = defaultdict(list)
    for link in links:
        found[link.start].append(link)
    return found


def _with_title_lines(parts: Sequence[Part]) -> list[Part]:
    """The parts; the name of a body above a title and running text between the lines of one made lines of it."""
    told: list[Part] = []
    for number, part in enumerate(parts):
        following = [one.role for one in parts[number + 1 : number + 1 + LONGEST_GAP]]
        begun = bool(told) and told[-1].role is Role.TITLE and part.box.frame is None
        between = (
            begun and Role.TITLE in following and _all_text(parts[number : number + 1 + following.index(Role.TITLE)])
        )
        above = is_agency(part) and part.box.frame != "cell" and following[:1] == [Role.TITLE]
        told.append(replace(part, role=Role.TITLE) if between or above else part)
    return told


def _all_text(parts: Iterable[Part]) -> bool:
    return all(part.box.frame is None for part in parts)


def _charts(region: Region, title: Title | None, links: Links, plane: Plane) -> tuple[list[Draft], list[Part]]:
    """The charts of a region under one title, and what belongs to none."""
    drawn = [part for part in region.body if part.box.frame is not None]
    strays = [part for part in region.body if part.box.frame is None and part.role is not Role.LABEL]
    drafts = []
    for parts in (smaller for whole in charts_of(drawn, plane) for smaller in _bounded(whole)):
        draft = _draft(parts, title, links, plane)
        if draft is None:
            strays += [part for part in parts if part.role not in (Role.LABEL, Role.TITLE)]
        else:
            drafts.append(draft)
            strays += [part for part in draft.parts if part.role is Role.OTHER]
    return drafts, strays


def _bounded(parts: list[Part]) -> Iterator[list[Part]]:
    """The parts of a chart; page by page if there are far more than charts have, and then no more than these a page."""
    if len(parts) <= LARGEST:
        yield parts
        return
    for _, page in groupby(parts, key=lambda part: part.box.page):
        yield list(page)


def _draft(parts: Sequence[Part], title: Title | None, links: Links, plane: Plane) -> Draft | None:
    """One chart: its boxes' roles by place, then by wording; its stages; the level and owner boxes beside them."""
    if len(parts) > LARGEST:
        return None
    parts = [_told_alone(part) for part in parts]
    own = (link for part in parts for link in links.get(part.box.order, ()))
    sheet = Sheet(plane, work_axis(parts, plane), tuple(own))
    known = seated(parts, sheet)
    if not is_chart(known):
        return None
    pairing = place(known, sheet)
    marks = [(nearest_stage(part, pairing, sheet), part) for part in known if part.role in MARKS]
    cells = all(part.box.cell for part in known if part.role in CONTENT)
    return Draft(title, tuple(known), pairing, tuple(marks), "table" if cells else "geometry")


MARKS = (Role.LEVEL, Role.PARTY)


def _told_alone(part: Part) -> Part:
    """A box with a level line and nothing else tells another box's level; words on branches and arrows tell nothing."""
    if part.role is Role.RISK and part.marked and not part.items:
        return replace(part, role=Role.LEVEL)
    if part.role in (Role.OTHER, Role.STAGE) and BESIDE_THE_WORK.fullmatch(plain(part.box.text)):
        return replace(part, role=Role.LABEL)
    return part
