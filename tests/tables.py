"""Documents drawn as text: a line is running text or, with `|` between its cells, a row of a table.

In a cell ⏎ parts lines, ← and ↑ stand for what the cell at the left or above covers, nothing for a place without a
cell's text; `[1¦甲⏎2¦乙]` is a table within a cell. An empty line ends a table.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby

from pipeline.extract.grid import Block, Slot, Table, boxes_of
from pipeline.model import Document, Problem, Record, Source
from pipeline.records import records_of, scale_in
from pipeline.register import read_registers
from pipeline.register.grids import Grid, grids_of
from tests.registers import Content, Row, cells_of

__all__ = ["document", "grid", "problems", "records"]

SOURCE = Source("甲.xlsx", "甲.xlsx", "0")


def document(picture: str) -> Document:
    """The document that a picture shows."""
    lines = [line.strip() for line in picture.strip("\n").splitlines()]
    return Document(SOURCE, boxes_of(SOURCE.path, [list(_blocks(lines))]))


def _blocks(lines: Iterable[str]) -> Iterator[Block]:
    for kind, group in groupby(lines, key=lambda line: "table" if "|" in line else line and "text"):
        if kind == "table":
            yield _table([tuple(cell.strip() for cell in line.split("|")) for line in group])
        elif kind:
            yield from group


def _table(rows: list[tuple[str, ...]]) -> Table:
    width = max(map(len, rows))
    padded: list[Row] = [(*map(_content, row), *[""] * (width - len(row))) for row in rows]
    return Table(
        tuple(
            Slot(cell.row, cell.column, cell.rows, cell.columns, _inside(cell.content))
            for cell in cells_of(padded)
            if cell.content
        )
    )


def _content(text: str) -> Content:
    if not text.startswith("["):
        return text
    return tuple(tuple(row.split("¦")) for row in text.strip("[]").split("⏎"))


def _inside(content: Content) -> tuple[Block, ...]:
    return tuple(content.split("⏎")) if isinstance(content, str) else (_table(list(content)),)


def grid(picture: str) -> Grid:
    """The first table of a picture."""
    return grids_of(document(picture).boxes)[0]


def records(picture: str) -> tuple[Record, ...]:
    """The records of the registers that a picture shows."""
    shown = document(picture)
    charts = read_registers(shown).charts
    scale = scale_in(shown, charts)
    return tuple(record for chart in charts for record in records_of(shown.source, chart, scale))


def problems(picture: str) -> tuple[Problem, ...]:
    """What is doubted of the registers that a picture shows."""
    return read_registers(document(picture)).problems
