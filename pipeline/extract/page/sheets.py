"""Pages -> document: boxes numbered on, running heads and page numbers told, tables that go on put together."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.extract.page.paragraphs import glued
from pipeline.model import Box, Cell, Line, Problem
from pipeline.normalise import item_number
from pipeline.roles import is_label, is_title
from pipeline.terms import plain, stage_term

__all__ = ["Sheet", "bound"]

EDGE = 0.09  # the share of a page's height at its top and bottom in which running heads stand
SHORT = 2  # characters of the end of a sentence; what is shorter is a level
ALIKE = 4.0  # points between the places of what is repeated on several pages, and between the edges of columns


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was read from one page; `doubt`: why its text is not to be believed, for the user."""

    page: int
    height: float
    boxes: tuple[Box, ...] = ()
    lines: tuple[Line, ...] = ()
    problems: tuple[Problem, ...] = ()
    doubt: str | None = None


def bound(sheets: Sequence[Sheet]) -> tuple[tuple[Box, ...], tuple[Line, ...]]:
    """The boxes and lines of all pages, in the order of the pages."""
    heads = _running_heads(sheets)
    told = [[replace(box, frame="margin") if id(box) in heads else box for box in sheet.boxes] for sheet in sheets]
    boxes = _with_long_tables(told)
    lines = tuple(line for sheet in sheets for line in sheet.lines)
    return tuple(replace(box, order=order) for order, box in enumerate(boxes)), lines


# Running heads

_PAGE_NUMBER = re.compile(r"[-—\u2013·\s]*(?:第?\s*\d{1,4}\s*页?(?:\s*[/,，、共]+\s*\d{1,4}\s*页?)?)[-—\u2013·\s]*")


def _running_heads(sheets: Sequence[Sheet]) -> set[int]:
    """The identities of the boxes at the edge of their pages that are page numbers, or stand on most pages alike."""
    alike: dict[tuple[str, int, int], list[int]] = defaultdict(list)
    numbers: set[int] = set()
    for sheet in sheets:
        for box in sheet.boxes:
            if box.bbox and _at_edge(box, sheet.height) and not _is_of_chart(box):
                if box.frame is None and _PAGE_NUMBER.fullmatch(box.text):
                    numbers.add(id(box))
                place = (round(box.bbox.x0 / ALIKE), round(box.bbox.top / ALIKE))
                alike[re.sub(r"\d+", "#", box.text), *place].append(id(box))
    most = max(2, 0.5 * len(sheets))
    return numbers | {one for same in alike.values() if len(same) >= most for one in same}


def _is_of_chart(box: Box) -> bool:
    """Whether a box is worded like what charts have at the top of each page."""
    known = box.cell is not None or stage_term(plain(box.text)) is not None
    return known or any(is_title(text) or is_label(text) for text in box.paragraphs)


def _at_edge(box: Box, height: float) -> bool:
    assert box.bbox is not None
    return box.bbox.bottom < EDGE * height or box.bbox.top > (1 - EDGE) * height


# Tables over several pages


def _with_long_tables(pages: Iterable[Sequence[Box]]) -> list[Box]:
    """The boxes of all pages; a table at the top of a page goes on with the one before that has the same columns."""
    boxes: list[Box] = []
    tables = 0
    for page in pages:
        own = [replace(box, cell=replace(box.cell, table=box.cell.table + tables)) if box.cell else box for box in page]
        before, after = _table(boxes, last=True), _table(own, last=False)
        if before and after and _columns(before) == _columns(after):
            own = list(_going_on(boxes, before, own, after))
        boxes += own
        tables = 1 + max((box.cell.table for box in boxes if box.cell), default=-1)
    return boxes


def _table(boxes: Sequence[Box], *, last: bool) -> list[Box]:
    """The cells of the lowest table on the last page of some boxes, or of the highest on the first."""
    cells = [box for box in boxes if box.cell]
    if not cells:
        return []
    pages = [box.page or 0 for box in boxes]
    page = max(pages) if last else min(pages)
    here = [box for box in cells if box.page == page]
    if not here:
        return []
    edge = max(here, key=_bottom) if last else min(here, key=_top)
    return [box for box in here if _cell(box).table == _cell(edge).table]


def _top(box: Box) -> float:
    return box.bbox.top if box.bbox else 0.0


def _bottom(box: Box) -> float:
    return box.bbox.bottom if box.bbox else 0.0


def _cell(box: Box) -> Cell:
    assert box.cell is not None
    return box.cell


def _columns(table: Iterable[Box]) -> list[tuple[int, int]]:
    """The columns of a table with words, and about where each begins."""
    return sorted({(_cell(box).column, round(box.bbox.x0 / ALIKE)) for box in table if box.bbox})


def _going_on(boxes: list[Box], before: Sequence[Box], own: Sequence[Box], after: Sequence[Box]) -> Iterator[Box]:
    """The boxes of a page, the cells of its first table as more rows of the table before.

    A row that the end of the page broke, one without its first cell, is put to the row before, in `boxes`.
    """
    first = min(_cell(box).row for box in after)
    start = min(_cell(box).row for box in before)
    while (again := {box.text for box in after if _cell(box).row == first}) and again == {
        box.text for box in before if _cell(box).row == start
    }:
        first, start = first + 1, start + 1
    end = max(_cell(box).row + _cell(box).rows for box in before)
    last = {_cell(box).column: box for box in before if _cell(box).row + _cell(box).rows == end}
    broken = [box for box in after if _cell(box).row == first]
    if not _is_broken(broken, last):
        broken = []
    table = _cell(before[0]).table
    for box in own:
        target = last.get(_cell(box).column) if box in broken else None
        if target is not None:
            place = boxes.index(target)
            boxes[place] = replace(boxes[place], paragraphs=_run_on(boxes[place].paragraphs, box.paragraphs))
        elif box.cell and box.cell.table == _cell(after[0]).table:
            yield replace(box, cell=replace(box.cell, table=table, row=box.cell.row + end))
        else:
            yield box


def _is_broken(row: Sequence[Box], last: Mapping[int, Box]) -> bool:
    """Whether the first row of a page is the rest of the last one before: without a first cell, in mid-sentence."""
    if any(_cell(box).column == 0 or len(plain(box.text)) < SHORT for box in row):
        return False
    pairs = [(last[_cell(box).column], box) for box in row if _cell(box).column in last]
    return any(_is_unfinished(one.paragraphs[-1], other.paragraphs[0]) for one, other in pairs)


def _is_unfinished(text: str, following: str) -> bool:
    return not text.endswith(tuple("。；;！？")) and item_number(following) is None


def _run_on(paragraphs: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    """Paragraphs and those on the next page, a sentence that was cut in two made whole."""
    if not _is_unfinished(paragraphs[-1], more[0]):
        return paragraphs + more
    return (*paragraphs[:-1], glued(paragraphs[-1], more[0]), *more[1:])
