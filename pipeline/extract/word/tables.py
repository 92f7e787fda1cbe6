"""The grid of a Word table: its cells with merged ones made one, and the sizes they will take (ISO 29500-1, 17.4)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.extract.word.drawing import drawing_of
from pipeline.extract.word.flow import line_height, lines
from pipeline.extract.word.story import Row, blocks, rows
from pipeline.extract.word.styles import TWIP, Styles
from pipeline.extract.word.vml import pictures_of
from pipeline.extract.word.xml import Element, attribute, child, children, local, number

__all__ = ["MARGIN", "Grid", "GridCell", "cells_of", "grid_of"]

MARGIN = 5.4  # points between a cell's edge and its text
MOST_COLUMNS = 200
WRAPPINGS = frozenset({"sdt", "sdtContent", "customXml", "ins", "moveTo"})


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell: its first row and column, how many it spans, and what it holds."""

    row: int
    column: int
    rows: int
    columns: int
    blocks: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table's cells, and the widths of its columns and heights of its rows in points."""

    cells: tuple[GridCell, ...]
    widths: tuple[float, ...]
    heights: tuple[float, ...]

    def width(self, cell: GridCell) -> float:
        return sum(self.widths[cell.column : cell.column + cell.columns])

    def height(self, cell: GridCell) -> float:
        return sum(self.heights[cell.row : cell.row + cell.rows])


def grid_of(table: Element, room: float, styles: Styles, pitch: float | None) -> Grid:
    """The grid of a `w:tbl` in a column `room` points wide."""
    found = [row for row in _unwrapped(table, "tr") if child(row, "trPr", "del") is None]
    cells = tuple(_cells(found))
    widths = _widths(table, cells, room)
    given = [number(attribute(child(row, "trPr", "trHeight"), "val")) * TWIP for row in found]
    return Grid(cells, widths, _heights(given, cells, widths, styles, pitch))


def _cells(found: Sequence[Element]) -> list[GridCell]:
    cells: list[GridCell] = []
    open_above: dict[int, int] = {}  # column -> the cell that merges downwards there
    for row, element in enumerate(found):
        column = min(MOST_COLUMNS, max(0, round(number(attribute(child(element, "trPr", "gridBefore"), "val")))))
        for one in _unwrapped(element, "tc"):
            columns = min(MOST_COLUMNS, max(1, round(number(attribute(child(one, "tcPr", "gridSpan"), "val"), 1.0))))
            merge = child(one, "tcPr", "vMerge")
            if merge is not None and attribute(merge, "val") != "restart" and column in open_above:
                above = cells[open_above[column]]
                cells[open_above[column]] = replace(
                    above, rows=row - above.row + 1, blocks=(*above.blocks, *blocks(one))
                )
            else:
                open_above.pop(column, None)
                if merge is not None:
                    open_above[column] = len(cells)
                cells.append(GridCell(row, column, 1, columns, tuple(blocks(one))))
            column += columns
            if column >= MOST_COLUMNS:
                break
    return cells


def cells_of(table: Element) -> Iterator[Element]:
    """The cells of a `w:tbl` itself, not those of tables within, in reading order."""
    for row in _unwrapped(table, "tr"):
        yield from _unwrapped(row, "tc")


def _unwrapped(element: Element, name: str) -> Iterator[Element]:
    for one in children(element):
        if local(one) == name:
            yield one
        elif local(one) in WRAPPINGS:
            yield from _unwrapped(one, name)


def _widths(table: Element, cells: Sequence[GridCell], room: float) -> tuple[float, ...]:
    count = max((cell.column + cell.columns for cell in cells), default=1)
    grid = child(table, "tblGrid")
    columns = [one for one in children(grid) if local(one) == "gridCol"] if grid is not None else []
    given = [number(attribute(one, "w")) * TWIP for one in columns][:count]
    known = [width for width in given if width > 0]
    plain = sum(known) / len(known) if known else room / count
    return tuple(width if width > 0 else plain for width in [*given, *[0.0] * (count - len(given))])


def _heights(
    given: Sequence[float], cells: Sequence[GridCell], widths: Sequence[float], styles: Styles, pitch: float | None
) -> tuple[float, ...]:
    """The heights of the rows: those given, or as much more as their cells need; a merged cell stretches its last."""
    heights = [max(height, MARGIN) for height in given]
    for cell in sorted(cells, key=lambda cell: cell.rows):
        width = sum(widths[cell.column : cell.column + cell.columns])
        needed = sum(_block_height(block, width - 2 * MARGIN, styles, pitch) for block in cell.blocks)
        lacking = needed - sum(heights[cell.row : cell.row + cell.rows])
        heights[cell.row + cell.rows - 1] += max(0.0, lacking)
    return tuple(heights)


def _block_height(block: Element, width: float, styles: Styles, pitch: float | None) -> float:
    """The height that a paragraph or a nested table takes in a width, with what hangs from it."""
    room = max(10.0, width)
    if local(block) == "tbl":
        return sum(grid_of(block, room, styles, pitch).heights)
    size = styles.size(block)
    line = line_height(styles, block, size, pitch)
    return sum(max(line * lines(row.text, size, room), _hang(row)) for row in rows(block, "", size))


def _hang(row: Row) -> float:
    """How far the drawings anchored in a line reach below it; those placed on the page do not."""
    found = [one for _, element in row.drawings for one in (drawing_of(element, lambda _: []), *pictures_of(element))]
    reaches = [0.0]
    for one in found:
        if one is not None:
            vertical = one.anchor.vertical
            if vertical is None or vertical.relative_to in ("paragraph", "line"):
                reaches.append((vertical.offset if vertical else 0.0) + one.anchor.height)
    return max(reaches)
