"""Tables of which a text dump keeps nothing but the cells, a line or several each: heads first, then row by row."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import accumulate, islice, pairwise

from pipeline.levels import is_level
from pipeline.model import Box, Cell
from pipeline.normalise import item_number
from pipeline.register.grids import Grid, grid_of
from pipeline.terms import MEASURE_WORDS, RISK_WORDS, Column, column_of, plain

__all__ = ["flattened"]

FEWEST = 4  # heads in a row
LONGEST_ROW = 60  # lines

LONGEST_NAME = 30  # characters in a column of names
# What it costs that a line stands in a column it does not fit, that it is a further one in a column of names, that a
# column stays empty, that a numbering is cut.
MISFIT, FURTHER, EMPTY, CUT = 2.0, 0.5, 1.5, 3.0


def flattened(boxes: Sequence[Box], table: int) -> Grid | None:
    """The table whose cells are the lines of some boxes without places; None if they begin with no heads.

    Rows begin with serial numbers, which go up by one. The lines of a row are parted into columns so that they fit
    them best, by dynamic programming.
    """
    lines = [replace(box, paragraphs=(text,)) for box in boxes for text in box.paragraphs]
    begin, kinds = _heads([box.text for box in lines])
    if not kinds:
        return None
    found = [_placed(box, table, 0, column) for column, box in enumerate(lines[begin : begin + len(kinds)])]
    rows = list(_rows(lines[begin + len(kinds) :]))
    for row, (serial, cells) in enumerate(rows, 1):
        found.append(_placed(serial, table, row, 0))
        found += (
            _placed(own[0], table, row, column, tuple(box.text for box in own))
            for column, own in enumerate(_parted(cells, kinds[1:]), 1)
            if own
        )
    return grid_of(found) if len(rows) > 1 else None


def _placed(box: Box, table: int, row: int, column: int, lines: tuple[str, ...] = ()) -> Box:
    return replace(box, paragraphs=lines or box.paragraphs, frame="cell", cell=Cell(table, row, column))


def _heads(lines: Sequence[str]) -> tuple[int, list[Column]]:
    """Where heads follow one another, the first over serial numbers, and what they head."""
    kinds = [column_of(line) for line in lines]
    for begin in (number for number, kind in enumerate(kinds) if kind == "serial"):
        own: list[Column] = ["serial"]
        for kind in islice(kinds, begin + 1, None):
            if kind is None or kind == "serial":
                break
            own.append(kind)
        if len(own) >= FEWEST and {"form", "name"} & {*own} and "measure" in own:
            return begin, own
    return 0, []


def _rows(lines: Sequence[Box]) -> Iterator[tuple[Box, list[Box]]]:
    """The serial number of each row and the lines behind it."""
    serial: Box | None = None
    cells: list[Box] = []
    number = 0
    for box in lines:
        if plain(box.text) == str(number + 1):
            if serial is not None:
                yield serial, cells
            serial, cells, number = box, [], number + 1
        elif serial is not None and len(cells) < LONGEST_ROW:
            cells.append(box)
    if serial is not None:
        yield serial, cells


def _parted(cells: Sequence[Box], kinds: Sequence[Column]) -> list[Sequence[Box]]:
    """The lines of a row parted into columns."""
    texts = [box.text for box in cells]
    cuts = [_cut(texts, end) for end in range(len(texts) + 1)]
    misfits = {kind: [0, *accumulate(not _fits(text, kind) for text in texts)] for kind in kinds}

    def cost(line: int, end: int, kind: Column) -> float:
        """What it costs that the lines from one up to before another stand in a column."""
        if line == end:
            return EMPTY
        further = FURTHER * (end - line - 1) if _is_short(kind) else 0.0
        return MISFIT * (misfits[kind][end] - misfits[kind][line]) + further

    @cache
    def best(line: int, column: int) -> tuple[float, int]:
        """The least cost of the lines from one on in the columns from one on, and where the first of these ends."""
        if column == len(kinds):
            return (0.0 if line == len(texts) else float("inf")), line
        ends = range(line, len(texts) + 1)
        return min((cost(line, end, kinds[column]) + cuts[end] + best(end, column + 1)[0], end) for end in ends)

    ends = [0]
    for column in range(len(kinds)):
        ends.append(best(ends[-1], column)[1])
    return [cells[line:end] for line, end in pairwise(ends)]


def _is_short(kind: Column) -> bool:
    """Whether a column holds names and the like, a line each."""
    return kind not in ("form", "name", "measure", "monitor", "duty", "other")


def _fits(line: str, kind: Column) -> bool:
    bare = plain(line)
    if kind == "level":
        return is_level(line)
    if kind in ("form", "name"):
        return bool(RISK_WORDS.search(bare)) and not is_level(line)
    if kind == "measure":
        return bool(MEASURE_WORDS.search(bare)) or item_number(line) is not None
    is_sentence = bare.endswith(("。", "；", ";")) or item_number(line) is not None
    return len(bare) <= LONGEST_NAME and not is_sentence and not is_level(line)


def _cut(texts: Sequence[str], end: int) -> float:
    """What it costs to part two lines that are numbered on."""
    if not 0 < end < len(texts):
        return 0.0
    one, other = item_number(texts[end - 1]), item_number(texts[end])
    return CUT if one is not None and other == one + 1 else 0.0
