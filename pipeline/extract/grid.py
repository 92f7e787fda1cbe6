"""Tables and running text -> boxes with estimated places; what spreadsheets, CSV and HTML have in common.

Also the process in which a stranger's file of such a format is read, and what is said when that goes wrong.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, count

from pipeline.errors import State, Unreadable
from pipeline.extract.container import FETCH
from pipeline.extract.text import LONGEST_LINE
from pipeline.extract.workers import GIB, Lost, each
from pipeline.model import BBox, Box, Cell, Document, Problem, Source

__all__ = ["MOST_CELLS", "MOST_PLACES", "Block", "Found", "Job", "Slot", "Table", "apart", "boxes_of", "too_large"]

MOST_CELLS = 100_000  # with text, in a document; a register of a whole city has some ten thousand
MOST_PLACES = 20_000_000  # rows times columns of one table: what a grid of it takes
SECONDS, MEMORY = 30.0, 2 * GIB  # address space; a file is read in a fraction of both

SIZE, LEADING, MARGIN = 10.5, 15.75, 3.0  # points: letters, lines, between the edge of a cell and its text
COLUMN = 90.0  # points, the width of a column
ROOM = 480.0  # points, the width of running text

SPLIT = "请拆成几个较小的文件再录入"
LOST = {
    Lost.TIMEOUT: ("超过时限", SPLIT, State.TIMEOUT),
    Lost.MEMORY: ("占用内存过多", SPLIT, State.OUT_OF_MEMORY),
    Lost.CRASHED: ("使解析程序崩溃（文件已损坏，或内容太多）", FETCH, State.CRASHED),
}


@dataclass(frozen=True, slots=True)
class Slot:
    """A cell of a table: its first row and column, how many it spans, and what stands in it."""

    row: int
    column: int
    rows: int
    columns: int
    blocks: tuple["Block", ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table by its cells, in reading order; those without content may be left out."""

    slots: tuple[Slot, ...]


Block = str | Table  # a line of text, or a table
Job = tuple[str, bytes]  # the path of a file, for messages, and what is in it
Found = tuple[tuple[Box, ...], tuple[Problem, ...]]


def apart(read: Callable[[Job], Found], source: Source, data: bytes) -> Document:
    """What a function of a module reads from a file in a process with limits of time and memory; raises Unreadable."""
    (found,) = each(read, [(source.path, data)], seconds=SECONDS, memory=MEMORY)
    if isinstance(found, Unreadable):
        raise found
    if isinstance(found, Lost):
        what, remedy, state = LOST[found]
        raise Unreadable(source.path, f"读不出来：{what}", remedy, state)
    if isinstance(found, RecursionError):
        raise too_large(source.path, "内容嵌套太深")
    if isinstance(found, Exception):
        raise Unreadable(source.path, "读不出来：内容损坏", FETCH, State.DAMAGED) from found
    boxes, problems = found
    return Document(source, boxes, problems=problems)


def too_large(path: str, what: str) -> Unreadable:
    """Why a file beyond a limit is not read."""
    return Unreadable(path, what, SPLIT, State.TOO_LARGE)


def boxes_of(path: str, pages: Sequence[Sequence[Block]]) -> tuple[Box, ...]:
    """A box for each line of running text and each cell with text, in order; raises Unreadable beyond the limits.

    Places are estimated: columns of one width, rows as high as their lines, tables and lines one below the other.
    """
    _check(path, [block for blocks in pages for block in blocks])
    orders, tables = count(), count()
    return tuple(box for page, blocks in enumerate(pages, 1) for box in _page(page, blocks, orders, tables))


def _check(path: str, blocks: Sequence[Block]) -> None:
    if sum(map(_number, blocks)) > MOST_CELLS:
        raise too_large(path, f"有字的格子和段落超过 {MOST_CELLS} 个")
    if any(len(line) > LONGEST_LINE for block in blocks for line in _lines_in(block)):
        raise Unreadable(path, f"有一行超过 {LONGEST_LINE} 字", "不像防控图或登记表，请确认文件内容")


def _number(block: Block) -> int:
    """How many boxes a block makes, or some more."""
    return 1 if isinstance(block, str) else sum(bool(slot.blocks) + _inside(slot) for slot in block.slots)


def _inside(slot: Slot) -> int:
    return sum(_number(block) for block in slot.blocks if isinstance(block, Table))


def _lines_in(block: Block) -> Iterator[str]:
    if isinstance(block, str):
        yield block
    else:
        for slot in block.slots:
            for one in slot.blocks:
                yield from _lines_in(one)


# Places


def _page(page: int, blocks: Iterable[Block], orders: Iterator[int], tables: Iterator[int]) -> Iterator[Box]:
    top = 0.0
    for block in blocks:
        if isinstance(block, str):
            place = _line_place(block, top)
            yield Box(next(orders), (block,), page, place)
            top = place.bottom
        else:
            measured = _measured(block)
            yield from _boxes(measured, _Spot(page, 0.0, top, None), orders, tables)
            top += measured.ys[-1] + LEADING


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a table begins, and the table, row and column of the cell around it."""

    page: int
    x: float
    y: float
    within: tuple[int, int, int] | None


@dataclass(frozen=True, slots=True)
class _Measured:
    """A table, the distances of the edges of its columns and rows from its corner, and the tables in each cell."""

    table: Table
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    inner: tuple[tuple["_Measured", ...], ...]


def _measured(table: Table) -> _Measured:
    inner = tuple(tuple(_measured(one) for one in slot.blocks if isinstance(one, Table)) for slot in table.slots)
    widths = [COLUMN] * max((slot.column + slot.columns for slot in table.slots), default=0)
    heights = [LEADING + 2 * MARGIN] * max((slot.row + slot.rows for slot in table.slots), default=0)
    for slot, tables in zip(table.slots, inner, strict=True):
        if tables:
            needed = max(one.xs[-1] for one in tables) + 2 * MARGIN
            _stretch(widths, slot.column, slot.columns, needed)
    xs = tuple(accumulate(widths, initial=0.0))
    for slot, tables in zip(table.slots, inner, strict=True):
        if slot.blocks:
            needed = _text_height(slot, xs) + sum(one.ys[-1] for one in tables) + 2 * MARGIN
            _stretch(heights, slot.row, slot.rows, needed)
    return _Measured(table, xs, tuple(accumulate(heights, initial=0.0)), inner)


def _stretch(sizes: list[float], first: int, number: int, needed: float) -> None:
    """Make the last of some columns or rows so large that all together are as large as needed."""
    if needed > number * sizes[first]:  # none is smaller than it was at first, so most need not be added up
        sizes[first + number - 1] += max(0.0, needed - sum(sizes[first : first + number]))


def _text_height(slot: Slot, xs: Sequence[float]) -> float:
    room = xs[slot.column + slot.columns] - xs[slot.column] - 2 * MARGIN
    return LEADING * sum(_lines(line, room) for line in slot.blocks if isinstance(line, str))


def _lines(text: str, room: float) -> int:
    return max(1, math.ceil(_width(text) / room))


def _width(text: str) -> float:
    return SIZE * (len(text) - len(text.encode("ascii", "ignore")) / 2)


def _line_place(text: str, top: float) -> BBox:
    return BBox(0.0, top, min(ROOM, _width(text)), top + LEADING * _lines(text, ROOM))


def _boxes(measured: _Measured, spot: _Spot, orders: Iterator[int], tables: Iterator[int]) -> Iterator[Box]:
    """The cells of a table that have text, each followed by those of the tables within it."""
    table, xs, ys = next(tables), measured.xs, measured.ys
    for slot, inner in zip(measured.table.slots, measured.inner, strict=True):
        left, top = spot.x + xs[slot.column], spot.y + ys[slot.row]
        lines = tuple(one for one in slot.blocks if isinstance(one, str))
        if lines:
            place = BBox(left, top, spot.x + xs[slot.column + slot.columns], spot.y + ys[slot.row + slot.rows])
            cell = Cell(table, slot.row, slot.column, slot.rows, slot.columns, spot.within)
            yield Box(next(orders), lines, spot.page, place, frame="cell", cell=cell)
        below = top + MARGIN + (_text_height(slot, xs) if inner else 0.0)
        for one in inner:
            within = (table, slot.row, slot.column)
            yield from _boxes(one, _Spot(spot.page, left + MARGIN, below, within), orders, tables)
            below += one.ys[-1]
