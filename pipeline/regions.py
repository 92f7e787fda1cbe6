"""Which boxes stand under which title: the regions of a document whose boxes have places."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.plane import ACROSS, DOWN, Plane, Rect, apart, overlap
from pipeline.roles import Part, Role
from pipeline.terms import CLOSING, OPENING, plain, stage_term

__all__ = ["Region", "charts_of", "regions"]

LEADING = 40.0  # points between two lines of one title at most
STRAYS = 0.34  # the share of a page's boxes that may stand above its only title and still belong to it


@dataclass(frozen=True, slots=True)
class Region:
    """The title lines of a chart and the parts below them."""

    titles: tuple[Part, ...]
    body: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class _Heading:
    lines: tuple[Part, ...]
    page: int
    rect: Rect


def regions(parts: Sequence[Part], plane: Plane) -> list[Region]:
    """Each title with what stands below it, in reading order; what stands above the first title comes first."""
    headings = _headings(parts, plane)
    rows = _rows(headings)
    owner: dict[int, int | None] = {}
    for part in parts:
        if part.role is not Role.TITLE:
            owner[part.box.order] = _heading_of(part, plane[part.box.order], rows, headings)
    _adopt_strays(parts, plane, headings, rows, owner)
    found = []
    for number in (None, *range(len(headings))):
        body = tuple(part for part in parts if part.role is not Role.TITLE and owner[part.box.order] == number)
        lines = headings[number].lines if number is not None else ()
        if body or lines:
            found.append(Region(lines, body))
    return _continued(found)


def _headings(parts: Sequence[Part], plane: Plane) -> list[_Heading]:
    """The titles, lines that stand close together as one."""
    headings: list[_Heading] = []
    for part in parts:
        if part.role is Role.TITLE:
            rect, page = plane[part.box.order], part.box.page or 1
            last = next((one for one in reversed(headings) if _goes_on(one, rect, page)), None)
            if last is None:
                headings.append(_Heading((part,), page, rect))
            else:
                headings[headings.index(last)] = _Heading((*last.lines, part), page, _around(last.rect, rect))
    return headings


def _goes_on(heading: _Heading, rect: Rect, page: int) -> bool:
    return (
        heading.page == page
        and overlap(heading.rect, rect, ACROSS) > 0
        and apart(heading.rect, rect, DOWN) <= LEADING
        and overlap(heading.rect, rect, DOWN) < 0.5 * rect.size(DOWN)
    )


def _around(one: Rect, other: Rect) -> Rect:
    return Rect(min(one.x0, other.x0), min(one.y0, other.y0), max(one.x1, other.x1), max(one.y1, other.y1))


def _rows(headings: Sequence[_Heading]) -> list[list[int]]:
    """The headings row by row, those that stand side by side together, from left to right."""
    rows: list[list[int]] = []
    for number in sorted(range(len(headings)), key=lambda number: headings[number].rect.y0):
        rect = headings[number].rect
        if rows and all(
            overlap(headings[one].rect, rect, DOWN) > 0 and overlap(headings[one].rect, rect, ACROSS) <= 0
            for one in rows[-1]
        ):
            rows[-1].append(number)
        else:
            rows.append([number])
    return [sorted(row, key=lambda number: headings[number].rect.x0) for row in rows]


def _heading_of(part: Part, rect: Rect, rows: Sequence[Sequence[int]], headings: Sequence[_Heading]) -> int | None:
    """The nearest heading above a box; of several side by side the one on its side."""
    above = [row for row in rows if headings[row[0]].rect.y0 <= rect.centre(DOWN)]
    return _beside(above[-1], rect, headings) if above else None


def _beside(row: Sequence[int], rect: Rect, headings: Sequence[_Heading]) -> int:
    return min(row, key=lambda number: abs(headings[number].rect.centre(ACROSS) - rect.centre(ACROSS)))


def _adopt_strays(
    parts: Sequence[Part],
    plane: Plane,
    headings: Sequence[_Heading],
    rows: Sequence[Sequence[int]],
    owner: dict[int, int | None],
) -> None:
    """A few boxes just above the only title of a page belong to it: a title's height is an estimate."""
    for row in rows:
        page = headings[row[0]].page
        if sum(headings[other[0]].page == page for other in rows) > 1:
            continue
        here = [part for part in parts if part.role is not Role.TITLE and part.box.page == page]
        above = [part for part in here if owner[part.box.order] not in row]
        if above and len(above) <= STRAYS * len(here):
            for part in above:
                owner[part.box.order] = _beside(row, plane[part.box.order], headings)


# Charts that go on


def _continued(found: Sequence[Region]) -> list[Region]:
    """The regions, one whose title repeats the title before it (续) joined to that one."""
    joined: list[Region] = []
    for region in found:
        before = joined[-1] if joined else None
        if before and before.titles and region.titles and _repeats(before, region):
            joined[-1] = Region(before.titles, before.body + region.body)
        else:
            joined.append(region)
    return joined


_CONTINUED = re.compile(r"[（(【\[]?(?:续|接上页|续上页|续表|续图)[一二三四\d]*[)）】\]]?")


def _repeats(before: Region, region: Region) -> bool:
    texts = ["".join(plain(part.box.text) for part in one.titles) for one in (before, region)]
    if _CONTINUED.sub("", texts[0]) != _CONTINUED.sub("", texts[1]):
        return False
    return bool(_CONTINUED.search(texts[1])) or not (_has(before, CLOSING) or _opens(region))


def _has(region: Region, pattern: re.Pattern[str]) -> bool:
    return any(part.role is Role.STAGE and pattern.search(plain(part.stage)) for part in region.body)


def _opens(region: Region) -> bool:
    return any(_is_opening(part) for part in region.body)


def _is_opening(part: Part) -> bool:
    term = stage_term(part.stage) if part.role is Role.STAGE else None
    return term is not None and term.name in OPENING


def charts_of(parts: Sequence[Part], plane: Plane) -> list[list[Part]]:
    """The charts that stand below one another under one title: one ends before an opening stage below a closing one."""
    stages = [part for part in parts if part.role is Role.STAGE]
    opening = [plane[part.box.order] for part in stages if _is_opening(part)]
    closing = [plane[part.box.order] for part in stages if CLOSING.search(plain(part.stage))]
    cuts = sorted(_cuts(opening, closing))
    charts: list[list[Part]] = [[] for _ in range(len(cuts) + 1)]
    for part in parts:
        charts[bisect_left(cuts, plane[part.box.order].centre(DOWN))].append(part)
    return charts


def _cuts(opening: Sequence[Rect], closing: Sequence[Rect]) -> set[float]:
    """The heights between a closing stage and an opening one below it, if no other of these begins between them."""
    if len(opening) + len(closing) <= 2:  # a chart drawn upwards has one of each
        return set()
    begins = sorted({rect.y0 for rect in (*opening, *closing)})
    ends: dict[float, list[float]] = defaultdict(list)
    for above in closing:
        ends[above.y0].append(above.y1)
    return {
        (end + below.y0) / 2
        for below in opening
        if (place := bisect_left(begins, below.y0))
        for end in ends.get(begins[place - 1], ())
        if end < below.y0
    }
