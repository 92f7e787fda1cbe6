"""Runs -> paragraphs: the columns of text in a box, and which of its lines are one, wrapped at the edge."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from pipeline.extract.page.runs import Row, Run, lines_of, row_of
from pipeline.normalise import item_number, unmarked
from pipeline.roles import is_label, is_marking, is_title
from pipeline.terms import label_kinds

__all__ = ["glued", "paragraphs_of"]

# In heights of a line:
NARROW = 2.6  # a box so narrow holds one word, a character or two on each line
SLACK = 0.3  # how much further than to its end a line would have had room, and still be full
LOOSE = 0.5  # how much further apart than others two lines are that belong to different paragraphs
GUTTER = 1.0  # the gap between two columns of text
COLUMN = 5.0  # how wide such a column is

_FINAL = re.compile(r"[。；;！!？?][”’）)]?$")
_BULLET = re.compile(r"[•●○◆◇■□▪❖※➢✓√·\uf000-\uf0ff]\s*(?=[\u4e00-\u9fff“《（])")  # private use: symbol fonts


def paragraphs_of(runs: Sequence[Run], edge: float | None = None) -> tuple[str, ...]:
    """The text of some runs of one turn, column by column; wrapped lines are joined, Latin words with a blank.

    `edge`: how far to the right, in the view of the runs, the text could go.
    """
    columns = _columns(lines_of(runs))
    return tuple(
        text
        for column in columns
        for text in _joined([row_of(line) for line in column], edge if len(columns) == 1 else None)
    )


# Columns

Lines = list[list[Run]]


def _columns(lines: Lines) -> list[Lines]:
    """The lines in one column, or in two or more if the same gap goes through all of them."""
    height = median(run.height for line in lines for run in line)
    edges = _gutters(lines, GUTTER * height)
    if not edges:
        return [lines]
    bounds = list(pairwise((float("-inf"), *edges, float("inf"))))
    columns = [[own for line in lines if (own := [run for run in line if a <= run.left < b])] for a, b in bounds]
    return columns if all(_is_column(column, height) or _is_marks(column) for column in columns) else [lines]


def _gutters(lines: Lines, least: float) -> list[float]:
    """Where text begins again after a gap that goes through all lines."""
    found: list[float] = []
    reached = float("inf")
    for run in sorted((run for line in lines for run in line), key=lambda run: run.left):
        if run.left - reached >= least:
            found.append(run.left)
        reached = run.right if reached == float("inf") else max(reached, run.right)
    return found


def _is_column(lines: Lines, height: float) -> bool:
    """Whether lines are a column of sentences, not of numbers or names that belong to what stands beside them."""
    width = max(line[-1].right for line in lines) - min(line[0].left for line in lines)
    return len(lines) > 1 and width >= COLUMN * height


def _is_marks(lines: Lines) -> bool:
    """Whether lines are levels and owners."""
    texts = [row_of(line).text for line in lines]
    return is_marking(texts[0]) and not unmarked(texts[0]).strip()


# Wrapped lines


def _joined(rows: Sequence[Row], edge: float | None) -> Iterator[str]:
    left, right = min(row.left for row in rows), max(row.right for row in rows)
    edge = right if edge is None else edge  # punctuation may hang over it
    height = median(row.height for row in rows)
    leading = min((after.up - before.low for before, after in pairwise(rows)), default=0.0)
    text, number = rows[0].text, item_number(rows[0].text)
    for before, after in pairwise(rows):
        full = edge - before.right < (SLACK + _first_word(after.text)) * height
        apart = after.up - before.low > leading + LOOSE * height
        narrow = right - left <= NARROW * height
        if narrow or (not apart and (full or number is not None) and not _begins(text, after.text, number, full)):
            text = glued(text, after.text)
            continue
        yield _BULLET.sub("", text, count=1) if _BULLET.match(text) else text
        text, number = after.text, item_number(after.text) or number
    yield _BULLET.sub("", text, count=1) if _BULLET.match(text) else text


def _begins(text: str, following: str, number: int | None, full: bool) -> bool:
    """Whether a line begins a paragraph although the line before it, the last of `text`, is full.

    Where items have numbers, one that has not ended goes on even if its line is not full.
    """
    ended = bool(_FINAL.search(text))
    if (found := item_number(following)) is not None:
        return ended or not full or number is None or found in (1, number + 1)
    if _BULLET.match(following) or (is_title(text) and is_title(following)):
        return True
    if kinds := label_kinds(text):
        return not {"level", "party"}.issuperset(kinds)
    if is_label(following):
        return ended or not full
    if is_marking(following) and not unmarked(following).strip():
        return True
    return ended and (number is None or not full)


_UNPARTED = re.compile(r"[（(“‘《〈【\[]*(?:[!-~]+|.)[、，。；：？！）”’》〉】,.;:?!)\]]*")


def _first_word(text: str) -> float:
    """How wide the first thing on a line is that cannot be parted, in heights."""
    found = _UNPARTED.match(text)
    return sum(0.5 if char.isascii() else 1.0 for char in found[0]) if found else 1.0


def glued(text: str, following: str) -> str:
    """Two pieces of a sentence, with a blank between Latin words."""
    latin = text[-1:].isascii() and text[-1:].isalpha() and following[:1].isascii() and following[:1].isalpha()
    return f"{text} {following}" if latin else text + following
