"""Glyphs -> runs: what was printed in one go on one line; and the rows that the runs of one box make up."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from pipeline.extract.page.marks import Glyph

__all__ = ["COLUMN", "NOTHING", "Row", "Run", "edges", "lines_of", "pieces_of", "row_of", "runs_of", "view"]

NOTHING = "\u200b"  # in the place of a glyph that is struck out
COLUMN = 5  # the turn of a run of upright glyphs one below the other (vertical writing)
LONG = 3  # glyphs that make a column; two below one another are two short lines as well
# Gaps between glyphs, in heights:
BLANK = 0.2  # a blank at least
WIDE = 0.4  # a blank surely
FAR = 1.2  # two words, perhaps of two boxes
TWICE = 0.4  # how far apart, in widths, the same glyph is printed twice to look bold
LAPPED = 0.5  # how far a glyph may reach over the one before it; beyond that it is printed upon it
# What character maps of fonts give for a character that looks like a radical; Unicode decomposes only some of these.
RADICALS = str.maketrans(
    {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
    | {NOTHING: ""}
    | {"戶": "户", "⼾": "户", "⸺": "——"}  # one glyph for two characters in fonts for simplified Chinese
    | dict(
        zip(
            "⺠⺟⻄⻅⻉⻋⻓⻔⻘⻚⻛⻜⻝⻢⻣⻤⻥⻦⻩⻬⻮⻰⻳",
            "民母西见贝车长门青页风飞食马骨鬼鱼鸟黄齐齿龙龟",
            strict=True,
        )
    )
)


class Run(NamedTuple):
    """Glyphs that follow one another on a line.

    `left`, `up`, `right`, `low` are its edges on the page turned so that it is read to the right; columns, which follow
    one another from right to left, become lines from top to bottom.
    """

    glyphs: tuple[Glyph, ...]
    turn: int
    left: float
    up: float
    right: float
    low: float

    @property
    def height(self) -> float:
        return self.low - self.up


class Row(NamedTuple):
    """A line of text within a box, in the view of its runs."""

    text: str
    left: float
    up: float
    right: float
    low: float

    @property
    def height(self) -> float:
        return self.low - self.up


# Runs


def runs_of(glyphs: Iterable[Glyph]) -> list[Run]:
    """The glyphs in the order in which they were printed, those that follow one another together."""
    runs: list[Run] = []
    group: list[Glyph] = []
    last: Glyph | None = None  # the last one that is no blank
    for glyph in glyphs:
        if glyph.text.isspace():
            group.append(glyph)
            continue
        if last is not None and not _follows(last, glyph):
            runs.append(_run(group, last.turn))
            group = []
        group.append(glyph)
        last = glyph
    if last is not None:
        runs.append(_run(group, last.turn))
    return _with_columns(runs)


def _follows(last: Glyph, glyph: Glyph) -> bool:
    if glyph.turn != last.turn:
        return False
    if glyph.turn:
        left, up, _, low = edges(glyph, glyph.turn)
        _, last_up, last_right, last_low = edges(last, glyph.turn)
    else:
        _, left, up, _, low, _, _ = glyph
        _, _, last_up, last_right, last_low, _, _ = last
    height = low - up
    return -LAPPED * height < left - last_right < FAR * height and min(low, last_low) - max(up, last_up) > 0.6 * min(
        height, last_low - last_up
    )


def view(x0: float, top: float, x1: float, bottom: float, turn: int) -> tuple[float, float, float, float]:
    """Left, upper, right and lower edge of a rectangle on the page turned so that what has this turn reads right."""
    match turn:
        case 1 | 5:
            return top, -x1, bottom, -x0
        case 2:
            return -x1, -bottom, -x0, -top
        case 3:
            return -bottom, x0, -top, x1
    return x0, top, x1, bottom


def edges(glyph: Glyph, turn: int) -> tuple[float, float, float, float]:
    return view(glyph.x0, glyph.top, glyph.x1, glyph.bottom, turn)


def _run(group: Sequence[Glyph], turn: int) -> Run:
    """The run that some glyphs make, without the blanks around it."""
    inked = [place for place, glyph in enumerate(group) if not glyph.text.isspace()]
    glyphs = tuple(group[inked[0] : inked[-1] + 1])
    lefts, ups, rights, lows = zip(*(edges(glyph, turn) for glyph in glyphs), strict=True)
    return Run(glyphs, turn, min(lefts), min(ups), max(rights), max(lows))


def _with_columns(runs: Sequence[Run]) -> list[Run]:
    """The runs, single glyphs printed one below the other as one run."""
    told: list[Run] = []
    column: list[Run] = []
    for run in runs:
        if column and not (len(run.glyphs) == 1 and _is_below(column[-1], run)):
            told += _column(column)
            column = []
        if len(run.glyphs) == 1 and run.turn == 0:
            column.append(run)
        else:
            told.append(run)
    return told + _column(column)


def _is_below(one: Run, other: Run) -> bool:
    return (
        other.turn == 0
        and abs(one.left + one.right - other.left - other.right) < 0.6 * one.height
        and -0.4 * one.height < other.up - one.low < 0.6 * one.height
    )


def _column(runs: Sequence[Run]) -> list[Run]:
    return list(runs) if len(runs) < LONG else [_run([run.glyphs[0] for run in runs], COLUMN)]


def pieces_of(run: Run, cut: Iterable[int]) -> Iterator[tuple[int, Run]]:
    """The run cut before some of its glyphs, each piece with the number of its first."""
    for start, end in pairwise((0, *cut, len(run.glyphs))):
        if any(not glyph.text.isspace() for glyph in run.glyphs[start:end]):
            yield start, _run(run.glyphs[start:end], run.turn)


# Rows


def lines_of(runs: Iterable[Run]) -> list[list[Run]]:
    """The runs of one turn line by line, each from left to right."""
    lines: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: run.up + run.low):
        if lines and _on_line(lines[-1][0], run):
            lines[-1].append(run)
        else:
            lines.append([run])
    return [sorted(line, key=lambda run: run.left) for line in lines]


def _on_line(one: Run, other: Run) -> bool:
    return min(one.low, other.low) - max(one.up, other.up) > 0.5 * min(one.height, other.height)


def row_of(line: Sequence[Run]) -> Row:
    """What is written on a line."""
    turn = line[0].turn
    glyphs = _printed_once(sorted((glyph for run in line for glyph in run.glyphs), key=lambda one: edges(one, turn)[0]))
    return Row(
        _text(glyphs, turn),
        line[0].left,
        min(run.up for run in line),
        max(run.right for run in line),
        max(run.low for run in line),
    )


def _printed_once(glyphs: Iterable[Glyph]) -> list[Glyph]:
    """The glyphs from left to right without those printed a second time upon themselves, to look bold."""
    kept: list[Glyph] = []
    for glyph in glyphs:
        width = max(glyph.x1 - glyph.x0, 1.0)
        twice = any(
            glyph.text == other.text and abs(glyph.x0 - other.x0) + abs(glyph.top - other.top) < TWICE * width
            for other in kept[-2:]
        )
        if not twice:
            kept.append(glyph)
    return kept


_LATIN = re.compile(r"[0-9A-Za-z]")


def _text(glyphs: Sequence[Glyph], turn: int) -> str:
    """What is written, with a blank where one is printed or a gap is as wide as one."""
    inked = [place for place, glyph in enumerate(glyphs) if not glyph.text.isspace()]
    gaps = [
        (edges(glyphs[after], turn)[0] - edges(glyphs[before], turn)[2]) / _height(glyphs[after], turn)
        for before, after in pairwise(inked)
    ]
    spread = 2 * median(gaps) if gaps else 0.0  # a line set apart to fill its width has no blanks
    wide = FAR if turn == COLUMN else WIDE  # characters below one another stand a line apart
    parts = [glyphs[inked[0]].text]
    for (before, after), gap in zip(pairwise(inked), gaps, strict=True):
        printed = after - before > 1 and gap > 0.1
        if printed or gap > min(wide, max(_least(glyphs[before], glyphs[after]), spread)):
            parts.append(" ")
        parts.append(glyphs[after].text)
    return "".join(parts).translate(RADICALS)


def _least(one: Glyph, other: Glyph) -> float:
    """The gap between two glyphs, in heights, that may be a blank; between 汉字 and Latin some is set by itself."""
    latin = bool(_LATIN.match(one.text[-1])), bool(_LATIN.match(other.text))
    recognised = min(one.confidence, other.confidence) < 1  # whose places are not that exact
    return BLANK if latin[0] == latin[1] and not recognised else WIDE


def _height(glyph: Glyph, turn: int) -> float:
    _, up, _, low = edges(glyph, turn)
    return max(1.0, low - up)
