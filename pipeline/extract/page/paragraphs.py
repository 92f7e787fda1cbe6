"""Runs -> paragraphs: the columns of text in a box, and which of its lines are one, wrapped at the edge."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from pipeline.extract.page.runs import Row, Run, edges, lines_of, pieces_of, row_of
from pipeline.normalise import item_number, unmarked
from pipeline.roles import is_label, is_marking, is_title
from pipeline.terms import LEVEL_MARK, label_at, label_kinds

__all__ = ["glued", "paragraphs_of"]

# In heights of a line:
NARROW = 2.6  # a box so narrow holds one word, a character or two on each line
SLACK = 0.3  # how much further than to its end a line would have had room, and still be full
SENTENCE = 8  # characters; what is longer is not the rest of a name
ASIDE = 3.0  # how far to the right a level or owner stands that is not the beginning of what follows
LOOSE = 0.5  # how much further apart than others two lines are that belong to different paragraphs
GAP = 0.5  # the gap between two columns of text at least
GUTTER = 1.0  # the gap after which the text of one line alone may stand in a column of its own
ALIGNED = 0.2  # how far apart the beginnings of lines of one column are at most
COLUMN = 5.0  # how wide such a column is

_FINAL = re.compile(r"[。；;！!？?][”’）)]?$")
_NAMED = re.compile(
    r"(?:[人员科室股处长所队组局办会部]|主任|中心)[）)]?$"
)  # the end of a name of a person or department
# Private use: symbol fonts. Before a level it is a box to tick.
_BULLET = re.compile(r"[•●○◆◇■□▪❖※➢✓√·\uf000-\uf0ff]\s*(?![高中低](?:\W|$))(?=[\u4e00-\u9fff“《（])")


def paragraphs_of(runs: Sequence[Run], edge: float | None = None) -> tuple[str, ...]:
    """The text of some runs of one turn, column by column; wrapped lines are joined, Latin words with a blank.

    `edge`: how far to the right, in the view of the runs, the text could go.
    """
    columns = _columns(lines_of(runs))
    return tuple(
        text
        for place, column in enumerate(columns, 1)
        for text in _joined([row_of(line) for line in column], edge if place == len(columns) else None)
    )


# Columns

Lines = list[list[Run]]


def _columns(lines: Lines) -> list[Lines]:
    """The lines in one column, or in two or more if text begins again at the same place in several of them."""
    height = median(run.height for line in lines for run in line)
    begins = [place for place in _beginnings(lines, height) if not _is_crossed(place, lines, height)]
    while begins:
        columns = _parted(lines, begins, height)
        wrong = next((n for n, own in enumerate(columns) if not (_is_column(own, height) or _is_marks(own))), None)
        if wrong is None:
            return columns
        del begins[max(0, wrong - 1)]
    return [lines]


def _parted(lines: Lines, begins: Sequence[float], height: float) -> list[Lines]:
    """The lines cut where columns begin."""
    parts = [[part for run in line for part in _cut(run, begins, height)] for line in lines]
    bounds = pairwise((float("-inf"), *(place - ALIGNED * height for place in begins), float("inf")))
    return [[own for line in parts if (own := [run for run in line if a <= run.left < b])] for a, b in bounds]


def _beginnings(lines: Lines, height: float) -> list[float]:
    """Where text begins again after a gap, in several lines at the same place or in one after a wide gap."""
    found: list[list[float]] = []
    gaps = ((left, gap) for line in lines for left, gap in _gaps(line) if gap >= GAP * height and not _is_mark(line))
    for left, gap in sorted(gaps):
        if found and left - found[-1][0] <= ALIGNED * height:
            found[-1].append(left)
        elif gap >= GUTTER * height:
            found.append([left, left])
        else:
            found.append([left])
    return [places[0] for places in found if len(places) > 1]


def _gaps(line: Sequence[Run]) -> Iterator[tuple[float, float]]:
    """Where glyphs of a line begin, and how far after the one before."""
    for one, other in pairwise(glyph for run in line for glyph in run.glyphs if not glyph.text.isspace()):
        right, left = edges(one, line[0].turn)[2], edges(other, line[0].turn)[0]
        yield left, left - right


def _is_crossed(edge: float, lines: Lines, height: float) -> bool:
    """Whether a word of some line stands across a place, or ends too near before it."""
    return any(
        left < edge - ALIGNED * height and right > edge - 0.5 * GAP * height
        for line in lines
        for run in line
        if run.left < edge < run.right + GAP * height
        for left, _, right, _ in (edges(glyph, run.turn) for glyph in run.glyphs if not glyph.text.isspace())
    )


def _cut(run: Run, begins: Sequence[float], height: float) -> Iterator[Run]:
    lefts = [edges(glyph, run.turn)[0] for glyph in run.glyphs]
    cuts = [
        next(place for place, left in enumerate(lefts) if left >= begin - ALIGNED * height)
        for begin in begins
        if run.left < begin - ALIGNED * height <= max(lefts)
    ]
    return (piece for _, piece in pieces_of(run, sorted({cut for cut in cuts if cut})))


def _is_column(lines: Lines, height: float) -> bool:
    """Whether lines are a column of sentences, not of numbers or names that belong to what stands beside them."""
    return len(lines) > 1 and max(line[-1].right - line[0].left for line in lines) >= COLUMN * height


def _is_marks(lines: Lines) -> bool:
    """Whether lines are levels and owners."""
    return bool(lines) and _is_mark(lines[0])


def _is_mark(line: Sequence[Run]) -> bool:
    """Whether a line is a level or an owner, with its value, and nothing else."""
    return _is_marked(row_of(line).text)


def _is_marked(text: str) -> bool:
    return is_marking(text) and not unmarked(text).strip(" （()）") and not text.endswith((":", "："))


# Wrapped lines


_BEGUN = re.compile(r"[（(]$")
_ENDED = re.compile(r"\d{1,2}[)）]")


def _unparted(rows: Sequence[Row]) -> list[Row]:
    """The rows, a bracket at the end of one that opens a number put to the next."""
    told = list(rows)
    for place, (row, after) in enumerate(pairwise(rows)):
        if _BEGUN.search(row.text) and _ENDED.match(after.text):
            told[place] = told[place]._replace(text=told[place].text[:-1])
            told[place + 1] = after._replace(text=row.text[-1] + after.text)
    return told


def _joined(rows: Sequence[Row], edge: float | None) -> Iterator[str]:
    rows = _unparted(rows)
    left, right = min(row.left for row in rows), max(row.right for row in rows)
    edge = right if edge is None else edge  # punctuation may hang over it
    height = median(row.height for row in rows)
    leading = min((after.up - before.low for before, after in pairwise(rows)), default=0.0)
    text, number = rows[0].text, item_number(rows[0].text)
    for before, after in pairwise(rows):
        full = edge - before.right < (SLACK + _first_word(after.text)) * height
        apart = after.up - before.low > leading + LOOSE * height
        narrow = right - left <= NARROW * height
        aside = before.left - max(left, after.left) > ASIDE * height and _is_marked(text)  # a mark set to the right
        if narrow or not (aside or apart or not (full or number) or _begins(text, after.text, number, full)):
            text = glued(text, after.text)
            continue
        yield _BULLET.sub("", text, count=1) if _BULLET.match(text) else text
        number = number + 1 if number and _is_next(after.text, text, number) else item_number(after.text) or number
        text = after.text
    yield _BULLET.sub("", text, count=1) if _BULLET.match(text) else text


def _begins(text: str, following: str, number: int | None, full: bool) -> bool:
    """Whether a line begins a paragraph although the line before it, the last of `text`, is full.

    Where items have numbers, one that has not ended goes on even if its line is not full.
    """
    ended = bool(_FINAL.search(text))
    if number is not None and _is_next(following, text, number):
        return True
    if (found := item_number(following)) is not None:
        return ended or not full or number is None or found in (1, number + 1)
    if _BULLET.match(following) or (is_title(text) and is_title(following)):
        return True
    if (
        label_at(following)
        or _PAGE_NUMBER.fullmatch(following)
        or _is_level(text)
        or (len(following) >= SENTENCE and _is_marked(text) and _NAMED.search(text))
    ):
        return True
    if kinds := label_kinds(text):
        return not {"level", "party"}.issuperset(kinds)
    if is_label(following):
        return ended or not full or _is_marked(text)
    if is_marking(following) and not unmarked(following).strip():
        return True
    return ended and (number is None or not full)


_PAGE_NUMBER = re.compile(r"[-—–－\s]*\d{1,4}[-—–－\s]*")
_UNPARTED = re.compile(r"[（(“‘《〈【\[]*(?:[!-~]+|.)[、，。；：？！）”’》〉】,.;:?!)\]]*")


def _is_level(text: str) -> bool:
    """Whether all of a paragraph so far is a level: nothing goes on after it."""
    return bool(LEVEL_MARK.search(text)) and _is_marked(text)


def _is_next(following: str, text: str, number: int) -> bool:
    """Whether a line begins with the next number, glued to its words as that of the item before is: `2方案…`."""
    glued_on = re.match(r"\d{1,2}(?=[\u4e00-\u9fff“《])", text)
    return bool(glued_on) and bool(re.match(rf"{number + 1}(?=[\u4e00-\u9fff“《])", following))


def _first_word(text: str) -> float:
    """How wide the first thing on a line is that cannot be parted, in heights."""
    found = _UNPARTED.match(text)
    return sum(0.5 if char.isascii() else 1.0 for char in found[0]) if found else 1.0


def glued(text: str, following: str) -> str:
    """Two pieces of a sentence, with a blank between Latin words."""
    latin = text[-1:].isascii() and text[-1:].isalpha() and following[:1].isascii() and following[:1].isalpha()
    return f"{text} {following}" if latin else text + following
