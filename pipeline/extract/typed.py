"""Tables typed into plain text: cells between tabs or bars, rows between rules of `-`, `+` and `=`."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.extract.grid import Block, Slot, Table

__all__ = ["typed"]

FEWEST_CELLS, FEWEST_ROWS = 3, 2
_BAR = re.compile(r"[|│┃｜]")
_RULE = re.compile(r"[-+=:|│┃─━┄┼├┤┌┐└┘┬┴╋┣┫┏┓┗┛┳┻\s]{3,}")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a table: its cells, none for a rule."""

    cells: tuple[str, ...]
    mark: str


def typed(lines: Sequence[str]) -> list[Block]:
    """The lines of a text, those of a table as one; the lines themselves where there is none."""
    blocks: list[Block] = []
    run: list[tuple[str, _Line]] = []
    for text in (*lines, ""):
        line = _line_of(text)
        if line is not None and (not run or line.mark == run[-1][1].mark or not line.cells):
            run.append((text, line))
            continue
        blocks += _of_run(run)
        run = [(text, line)] if line is not None else []
        blocks += [text.strip("# \t")] if line is None and text.strip("# \t") else []
    return [*blocks, *_of_run(run)]


def _line_of(text: str) -> _Line | None:
    """A line as one of a table; None if it is none."""
    stripped = text.strip()
    if _BAR.search(stripped) or "+" in stripped:
        if _RULE.fullmatch(stripped):
            return _Line((), "|")
        cells = tuple(cell.strip() for cell in _BAR.split(stripped))
        inner = cells[1:-1] if not cells[0] and not cells[-1] else cells
        return _Line(inner, "|") if len(inner) >= FEWEST_CELLS else None
    cells = tuple(cell.strip() for cell in text.rstrip("\n").split("\t"))
    return _Line(cells, "\t") if len(cells) >= FEWEST_CELLS else None


def _of_run(run: Sequence[tuple[str, _Line]]) -> Iterator[Block]:
    """A table of some lines that have about as many cells, else the lines."""
    rows = list(_rows([line for _, line in run]))
    counts = Counter(map(len, rows))
    if len(rows) < FEWEST_ROWS or 2 * counts.most_common(1)[0][1] < len(rows):
        yield from (text for text, _ in run)
        return
    yield Table(
        tuple(
            Slot(row, column, 1, 1, lines)
            for row, cells in enumerate(rows)
            for column, lines in enumerate(cells)
            if lines
        )
    )


def _rows(lines: Sequence[_Line]) -> Iterator[list[tuple[str, ...]]]:
    """The rows, each cell by its lines: lines between two rules are one row where rules part all rows."""
    rules = [number for number, line in enumerate(lines) if not line.cells]
    framed = len(rules) > 2
    row: list[tuple[str, ...]] = []
    for line in lines:
        if not line.cells:
            if row:
                yield row
            row = []
        elif framed and row and len(row) == len(line.cells):
            row = [(*cell, *((more,) if more else ())) for cell, more in zip(row, line.cells, strict=True)]
        else:
            if row:
                yield row
            row = [(cell,) if cell else () for cell in line.cells]
    if row:
        yield row
