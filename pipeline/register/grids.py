"""Cells -> grids: which cell covers which place of a table; tables within cells that are no registers are text."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.model import Box, Cell

__all__ = ["Grid", "cell_of", "grid_of", "grids_of", "text_of", "with_inner"]

MOST_PLACES = 2_000_000  # of all grids of a document; a register of ten thousand rows has two hundred thousand


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its boxes in reading order and, for every place (row, column), the box that covers it."""

    boxes: tuple[Box, ...]
    rows: int
    columns: int
    at: Mapping[tuple[int, int], Box]
    within: tuple[int, int, int] | None = None  # as in `Cell`
    inner: tuple[Box, ...] = ()  # of tables within its cells, whose words are in these

    def row(self, number: int) -> list[Box]:
        """The boxes that cover a row, from left to right, each once."""
        found = (self.at.get((number, column)) for column in range(self.columns))
        return list({box.order: box for box in found if box}.values())

    def beginning(self, number: int) -> list[Box]:
        """The boxes that cover a row and none above it."""
        return [box for box in self.row(number) if cell_of(box).row == number]

    def column(self, number: int, first: int, last: int) -> list[Box]:
        """The boxes that cover a column from row `first` up to before `last`, each once."""
        found = (self.at.get((row, number)) for row in range(first, last))
        return list({box.order: box for box in found if box}.values())

    def turned(self) -> "Grid":
        """The grid with rows and columns exchanged."""
        return grid_of(map(_turned, self.boxes))


def cell_of(box: Box) -> Cell:
    """The cell of a box that has one."""
    assert box.cell is not None
    return box.cell


def text_of(box: Box) -> str:
    """The words of a cell in one line."""
    return "".join(box.paragraphs)


def grids_of(boxes: Iterable[Box]) -> list[Grid]:
    """The tables of a document in their order; a document with too many places to look at has none."""
    tables: dict[int, list[Box]] = defaultdict(list)
    for box in boxes:
        if box.cell is not None and box.paragraphs:
            tables[box.cell.table].append(box)
    if sum(cell.rows * cell.columns for own in tables.values() for cell in map(cell_of, own)) > MOST_PLACES:
        return []
    return [grid_of(tables[number]) for number in sorted(tables)]


def grid_of(boxes: Iterable[Box]) -> Grid:
    """The grid of the cells of one table."""
    ordered = tuple(sorted(boxes, key=_place))
    at: dict[tuple[int, int], Box] = {}
    for box in ordered:
        for place in _covered(cell_of(box)):
            at.setdefault(place, box)
    rows = max(cell.row + cell.rows for cell in map(cell_of, ordered))
    columns = max(cell.column + cell.columns for cell in map(cell_of, ordered))
    return Grid(ordered, rows, columns, at, cell_of(ordered[0]).within)


def _place(box: Box) -> tuple[int, int]:
    return cell_of(box).row, cell_of(box).column


def _covered(cell: Cell) -> Iterator[tuple[int, int]]:
    for row in range(cell.row, cell.row + cell.rows):
        for column in range(cell.column, cell.column + cell.columns):
            yield row, column


def _turned(box: Box) -> Box:
    cell = cell_of(box)
    return replace(box, cell=Cell(cell.table, cell.column, cell.row, cell.columns, cell.rows, cell.within))


def _lines_of_row(row: Sequence[Box]) -> tuple[str, ...]:
    """The lines of a row of a table that stands for a list; its first cell may number it."""
    texts = [text for box in row for text in box.paragraphs]
    if len(texts) > 1 and (number := re.fullmatch(r"[(（]?(\d{1,2})[)）.、．]?", texts[0])):
        return (f"{number[1]}.{texts[1]}", *texts[2:])
    return tuple(texts)


def with_inner(grid: Grid, inner: Sequence[Grid]) -> Grid:
    """The grid with the words of tables within its cells put behind the cells' own."""
    boxes = {_place(box): box for box in grid.boxes}
    for one in inner:
        assert one.within is not None
        _, row, column = one.within
        words = tuple(line for number in range(one.rows) for line in _lines_of_row(one.row(number)))
        own = grid.at.get((row, column))
        if own is not None:
            place = _place(own)
            boxes[place] = replace(boxes[place], paragraphs=boxes[place].paragraphs + words)
        else:
            table = cell_of(grid.boxes[0]).table
            boxes[row, column] = replace(one.boxes[0], paragraphs=words, cell=Cell(table, row, column))
    return replace(grid_of(boxes.values()), inner=tuple(box for one in inner for box in one.boxes))
