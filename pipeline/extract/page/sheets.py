"""Pages -> document: boxes numbered on, running heads and page numbers told, tables that go on put together."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from pipeline.extract.page.paragraphs import glued
from pipeline.model import Box, Cell, Line, Problem
from pipeline.normalise import item_number
from pipeline.roles import is_label, is_title
from pipeline.terms import plain, stage_term

__all__ = ["Sheet", "bound"]

EDGE = 0.09  # the share of a page's height at its top and bottom in which running heads stand
SHORT = 6  # characters; what is longer is no level, name or office, but a sentence
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
    """The boxes of all pages with words; a table at the top of a page goes on with that at the bottom of the last."""
    boxes: list[Box] = []
    open_table: int | None = None
    for page in pages:
        tables = 1 + max((box.cell.table for box in boxes if box.cell), default=-1)
        own = [replace(box, cell=replace(box.cell, table=box.cell.table + tables)) if box.cell else box for box in page]
        first, last = _outermost(own)
        if open_table is not None and first is not None and _on_same_columns(boxes, own, open_table, first):
            boxes, own = _going_on(boxes, own, open_table, first)
            last = open_table if last == first else last
        boxes += own
        open_table = last
    return _without_single_rows([box for box in boxes if box.paragraphs])


def _outermost(page: Sequence[Box]) -> tuple[int | None, int | None]:
    """The table that a page begins with, and the one it ends with."""
    cells = [box for box in page if box.cell and box.bbox]
    if not cells:
        return None, None
    first, last = min(cells, key=_top), max(cells, key=_bottom)
    others = [box for box in page if not box.cell and box.frame != "margin" and box.bbox]
    begun = any(_bottom(box) <= _top(first) + ALIKE and not _CONTINUED.match(box.text) for box in others)
    ended = any(_top(box) >= _bottom(last) - ALIKE for box in others)
    return None if begun else _cell(first).table, None if ended else _cell(last).table


_CONTINUED = re.compile(r"[（(]?(?:接?续|接)[上前]?[页表]")  # above the second part of a table


def _without_single_rows(boxes: Sequence[Box]) -> list[Box]:
    """The boxes; frames in a row that is no part of a table are no cells."""
    rows: dict[int, set[int]] = defaultdict(set)
    for box in boxes:
        if box.cell:
            rows[box.cell.table].update((box.cell.row, box.cell.row + box.cell.rows - 1))
    return [
        replace(box, cell=None, frame="shape") if box.cell and len(rows[box.cell.table]) == 1 else box for box in boxes
    ]


def _top(box: Box) -> float:
    return box.bbox.top if box.bbox else 0.0


def _bottom(box: Box) -> float:
    return box.bbox.bottom if box.bbox else 0.0


def _cell(box: Box) -> Cell:
    assert box.cell is not None
    return box.cell


def _of(boxes: Iterable[Box], table: int) -> list[Box]:
    return [box for box in boxes if box.cell and box.cell.table == table]


# Columns


def _on_same_columns(boxes: list[Box], own: list[Box], table: int, first: int) -> bool:
    """Whether a table goes on in another; where one has fewer columns it gets, in place, the numbers of the other's."""
    before, after = _edges(_of(boxes, table)), _edges(_of(own, first))
    fewer, more = sorted((before, after), key=len)
    places = [next((n for n, at in enumerate(more) if abs(at - edge) <= ALIKE), None) for edge in fewer]
    if None in places or len(set(places)) < len(fewer) or abs(fewer[-1] - more[-1]) > ALIKE:
        return False
    part, number = (boxes, table) if fewer is before else (own, first)
    part[:] = [_renumbered(box, places) if box.cell and box.cell.table == number else box for box in part]  # type: ignore[arg-type]
    return True


def _edges(cells: Iterable[Box]) -> list[float]:
    """Where the columns of a table begin, and the last ends, from its left edge: pages may have other margins."""
    left: dict[int | None, float] = {}
    for box in cells:
        if box.bbox:
            left[box.page] = min(left.get(box.page, box.bbox.x0), box.bbox.x0)
    found: dict[int, float] = {}
    for box in cells:
        if box.bbox and box.cell:
            found[box.cell.column] = box.bbox.x0 - left[box.page]
            found[box.cell.column + box.cell.columns] = box.bbox.x1 - left[box.page]
    return [found[column] for column in sorted(found)]


def _renumbered(box: Box, places: Sequence[int]) -> Box:
    cell = _cell(box)
    column = places[cell.column]
    return replace(box, cell=replace(cell, column=column, columns=places[cell.column + cell.columns] - column))


# Rows


def _going_on(boxes: Sequence[Box], own: Sequence[Box], table: int, first: int) -> tuple[list[Box], list[Box]]:
    """The boxes before a page and on it, the cells of its first table as more rows of a table before.

    Rows that repeat its head get the margin; a row that the end of the page broke is put to the row before, and a cell
    without words below one that spans rows goes on with it.
    """
    before, after = _of(boxes, table), _of(own, first)
    heads = _repeated(before, after)
    end = max(_cell(box).row + _cell(box).rows for box in before)
    last = {_cell(box).column: box for box in before if _cell(box).row + _cell(box).rows == end}
    row = [box for box in after if _cell(box).row == heads]
    known = {(_cell(box).column, box.text) for box in (*before, *after) if box not in row and box not in last.values()}
    broken = _is_broken(row, last, known)
    merged = _merged(before, heads)
    shift = end - heads - broken
    joined: dict[int, Box] = {}
    told: list[Box] = []
    for box in own:
        if box.cell is None or box.cell.table != first:
            told.append(box)
        elif box.cell.row < heads:
            told.append(replace(box, cell=None, frame="margin"))
        elif box.cell.row == heads and (one := last.get(box.cell.column)) and _is_one(one, box, merged, broken):
            joined[id(one)] = _made_whole(one, box, broken)
        else:
            told.append(replace(box, cell=replace(box.cell, table=table, row=box.cell.row + shift)))
    return [joined.get(id(box), box) for box in boxes], told


HEADS = 4  # rows before the first that may be repeated on every page: titles that are not


def _repeated(before: Sequence[Box], after: Sequence[Box]) -> int:
    """How many rows at the top of a page repeat those at the head of its table."""
    rows, again = _rows(before), _rows(after)

    def alike(start: int) -> int:
        pairs = list(zip(rows[start:], again, strict=False))
        return next((n for n, (one, other) in enumerate(pairs) if not one or one != other), len(pairs))

    return max(map(alike, range(min(HEADS, len(rows)))), default=0)


def _rows(cells: Iterable[Box]) -> list[set[tuple[int, str]]]:
    """The words that stand in the columns of each row."""
    found: dict[int, set[tuple[int, str]]] = defaultdict(set)
    for box in cells:
        if box.text:
            found[_cell(box).row].add((_cell(box).column, box.text))
    return [found[row] for row in range(max(found, default=-1) + 1)]


def _is_broken(row: Sequence[Box], last: Mapping[int, Box], known: Set[tuple[int, str]]) -> bool:
    """Whether the first row of a page is the rest of the last one before; `known`: what stands in which column.

    It has no first cell, none of its cells surely begins, and more go on in mid-sentence or with the next number than
    hold a word of their column; or it has nothing but sentences, and nothing below several words.
    """
    pairs = [(last[_cell(box).column], box) for box in row if _cell(box).column in last]
    below = [(one, other) for one, other in pairs if one.text and other.text]
    if any(_cell(box).column == 0 and box.text for box in row) or any(_begins(*pair) for pair in below):
        return False
    again = sum((_cell(other).column, other.text) in known and len(other.text) <= SHORT for _, other in below)
    lacking = sum(0 < len(one.text) <= SHORT and not other.text and _cell(other).rows == 1 for one, other in pairs)
    sentences = bool(below) and all(len(other.text) > SHORT for _, other in below)
    return sum(_goes_on(*pair) for pair in below) > again or (sentences and lacking > 2)


def _goes_on(one: Box, other: Box) -> bool:
    """Whether a cell surely goes on in another."""
    number = item_number(other.paragraphs[0])
    if number is not None:
        return number > 1 and number - 1 in map(item_number, one.paragraphs)
    return len(one.text) > SHORT and _is_unfinished(one.paragraphs[-1], other.paragraphs[0])


def _begins(one: Box, other: Box) -> bool:
    """Whether a cell surely is another than that above it: numbers begin anew, or it is a level below one."""
    graded = all(_GRADE.fullmatch(plain(box.text)) for box in (one, other))
    return graded or item_number(other.paragraphs[0]) == 1


_GRADE = re.compile(r"(?:较?[高中低大]|重大|一般|[一二三四ⅠⅡⅢⅣⅤ]级?|[IVX]+级?|[A-D1-4]级?|[红橙黄蓝]色?)(?:等?风险)?")


def _is_unfinished(text: str, following: str) -> bool:
    return not text.endswith(tuple("。；;！？")) and item_number(following) is None


def _is_one(one: Box, other: Box, merged: Set[int], broken: bool) -> bool:
    """Whether a cell at the top of a page is the rest of that above it at the bottom of the last.

    `merged`: the columns in which cells span rows and none is empty.
    """
    spans = _cell(one).rows > 1 or _cell(other).rows > 1 or (bool(one.text) and _cell(one).column in merged)
    return broken or (spans and not (one.text and other.text) and _cell(one).columns == _cell(other).columns)


def _merged(cells: Sequence[Box], heads: int) -> set[int]:
    """The columns of a table in which cells below its head span rows and none is empty."""
    body = [_cell(box) for box in cells if _cell(box).row >= heads]
    empty = {_cell(box).column for box in cells if not box.text}
    return {cell.column for cell in body if cell.rows > 1} - empty


def _made_whole(one: Box, other: Box, broken: bool) -> Box:
    rows = _cell(one).rows + _cell(other).rows - broken
    return replace(one, paragraphs=_run_on(one.paragraphs, other.paragraphs), cell=replace(_cell(one), rows=rows))


def _run_on(paragraphs: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    """Paragraphs and those on the next page, a sentence that was cut in two made whole."""
    if not paragraphs or not more or not _is_unfinished(paragraphs[-1], more[0]):
        return paragraphs + more
    return (*paragraphs[:-1], glued(paragraphs[-1], more[0]), *more[1:])
