"""Charts of a document whose boxes have no places: their order and wording tell what belongs together."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby, zip_longest

from pipeline.assignment import Pairing
from pipeline.draft import Draft, Drafts, cut_titles, is_agency, is_chart, unplaced
from pipeline.model import Box, Document, Problem
from pipeline.pairing import learned, pair, without
from pipeline.roles import CONTENT, Part, Role, parts_of
from pipeline.split import split
from pipeline.titles import Title, matched, titles_of

__all__ = ["in_sequence"]


def in_sequence(document: Document) -> Drafts:
    """The charts of a document by the order of its boxes."""
    parts = _parts(document.boxes)
    pieces: list[tuple[Title | None, list[Part]]] = []
    lonely: list[Title] = []
    problems: list[Problem] = []
    sections = _sections(parts)
    for titles, body in sections:
        charts, strays = _with_strays(body, len(titles), alone=len(sections) > 1 and len(titles) == 1)
        given = matched(titles, charts)
        problems += strays
        lonely += [title for title in titles if title not in given]
        pieces += list(zip(given, charts, strict=True))
    pairings = _paired([parts for _, parts in pieces])
    drafts = (Draft(title, tuple(parts), pairing) for (title, parts), pairing in zip(pieces, pairings, strict=True))
    return Drafts(tuple(parts), tuple(drafts), tuple(lonely), tuple(problems))


def _parts(boxes: Sequence[Box]) -> list[Part]:
    """The boxes with their roles; a line glued behind a title is a box of its own, an agency above one is a title."""
    parts = parts_of(replace(box, order=order) for order, box in enumerate(cut_titles(boxes)))
    return [
        replace(part, role=Role.TITLE) if following is Role.TITLE and is_agency(part) else part
        for part, following in zip_longest(parts, (part.role for part in parts[1:]))
    ]


def _sections(parts: Sequence[Part]) -> list[tuple[list[Title], list[Part]]]:
    """Titles with the parts that follow them; titles with nothing but labels between them stand together."""
    sections: list[tuple[list[str], list[Part]]] = [([], [])]
    for heads, group in groupby(parts, key=lambda part: part.role is Role.TITLE):
        _, body = sections[-1]
        if not heads:
            body += group
            continue
        if any(part.role in CONTENT for part in body):
            sections.append(([], []))
        else:
            body[:] = [part for part in body if part.role is not Role.LABEL]
        sections[-1][0].extend(paragraph for part in group for paragraph in part.box.paragraphs)
    return [(titles_of(lines), body) for lines, body in sections]


def _with_strays(body: Sequence[Part], titles: int, *, alone: bool) -> tuple[list[list[Part]], list[Problem]]:
    """The charts of a section (one if `alone`), and a problem for each box that is of no known kind or in no chart."""
    rest = [part for part in body if part.role is not Role.OTHER]
    charts = ([rest] if alone else split(rest, titles or None)) if is_chart(rest) else []
    stray = {Role.OTHER} if charts else {Role.OTHER, Role.STAGE, Role.PARTY, *CONTENT}
    return charts, unplaced(part for part in body if part.role in stray)


# Stages


def _paired(charts: Sequence[Sequence[Part]]) -> list[Pairing]:
    """Every chart paired twice: by what the genre knows, then also by what the document's other charts have shown.

    Charts that repeat a template word for word are solved once and count once.
    """
    templates = {_template(parts): parts for parts in charts}
    first = {key: pair(parts, {}) for key, parts in templates.items()}
    lore = learned(first.values())
    second = {key: pair(parts, without(lore, first[key])) for key, parts in templates.items()}
    return [
        replace(second[_template(parts)], stages=_of_roles(parts, Role.STAGE), boxes=_of_roles(parts, *CONTENT))
        for parts in charts
    ]


def _template(parts: Sequence[Part]) -> tuple[tuple[str, ...], ...]:
    return tuple(part.box.paragraphs for part in parts)


def _of_roles(parts: Iterable[Part], *roles: Role) -> tuple[Part, ...]:
    return tuple(part for part in parts if part.role in roles)
