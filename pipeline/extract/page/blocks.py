"""Runs without a frame -> blocks: what stands together by alignment and gaps, and which of it is running text."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import NamedTuple

from pipeline.extract.page.frames import Frame
from pipeline.extract.page.marks import Stroke
from pipeline.extract.page.runs import Run, lines_of, row_of
from pipeline.normalise import item_number
from pipeline.roles import is_label, is_marking, is_title, looks_like_stage

__all__ = ["Block", "blocks_of", "goes_on"]

# In heights of a line:
FAR = 1.2  # the gap between two words of different blocks
SPREAD = 4.0  # that between single characters of one word: 办    结
LEADING = 1.0  # the gap between two lines of one block at most, where the page shows none that are surely of one
LOOSE = 0.4  # how much larger than that of lines surely of one block it may be
INDENT = 2.6  # how far apart the beginnings of two lines may be
CENTRED = 0.7  # how far apart their middles may be if they are centred
ALIKE = 0.8  # the ratio of the heights of two lines of one block
SAME = 3.0  # points between the beginnings of the blocks of one column
MOST = 5000  # pieces of a page that are compared

_SENTENCE_ENDS = tuple("。；;！!？?：:")


class Piece(NamedTuple):
    """Words beside one another on a line."""

    runs: tuple[Run, ...]
    text: str
    left: float
    up: float
    right: float
    low: float

    @property
    def height(self) -> float:
        return self.low - self.up


class Block(NamedTuple):
    """Runs that stand together; `running`: as text of the page, beside which nothing stands.

    `edge`: how far to the right blocks go that begin at the same place.
    """

    runs: tuple[Run, ...]
    running: bool
    edge: float


def blocks_of(runs: Sequence[Run], frames: Sequence[Frame], strokes: Sequence[Stroke]) -> list[Block]:
    """The blocks that runs of one turn make, among frames with words and the lines between them."""
    pieces = [piece for line in lines_of(runs) for piece in _pieces(line)]
    if not pieces:
        return []
    groups = _grouped(pieces[:MOST], strokes) + [[piece] for piece in pieces[MOST:]]
    boxes = [_around(group) for group in groups]
    others = [(frame.x0, frame.top, frame.x1, frame.bottom) for frame in frames]
    beside = [_stands_beside(box, [*others, *(other for other in boxes if other is not box)]) for box in boxes]
    drawn = [*others, *(box for box, flanked in zip(boxes, beside, strict=True) if flanked)]
    first = min((top for _, top, _, _ in drawn), default=float("inf"))
    last = max((bottom for *_, bottom in drawn), default=float("-inf"))
    titles = [box[1] for group, box in zip(groups, boxes, strict=True) if any(is_title(one.text) for one in group)]
    begin = min(titles, default=float("-inf"))  # what stands above the first title is the paper's
    above = [piece for piece in pieces if piece.low < begin]
    drawn_above = any(frame.top < begin for frame in frames)
    notice = not drawn_above and not any(is_marking(one.text) or is_label(one.text) for one in above)
    return [
        Block(
            tuple(run for piece in group for run in piece.runs),
            (box[3] < begin and (notice or not flanked)) or not (flanked or _belongs(group, box, first, last)),
            max(other[2] for other in boxes if abs(other[0] - box[0]) <= SAME),
        )
        for group, box, flanked in zip(groups, boxes, beside, strict=True)
    ]


Rect = tuple[float, float, float, float]


def _around(group: Sequence[Piece]) -> Rect:
    return (
        min(piece.left for piece in group),
        min(piece.up for piece in group),
        max(piece.right for piece in group),
        max(piece.low for piece in group),
    )


def _stands_beside(box: Rect, others: Iterable[Rect]) -> bool:
    """Whether anything stands to the left or right of a block."""
    _, top, _, bottom = box
    return any(min(bottom, b) - max(top, t) > 0.3 * min(bottom - top, b - t) for _, t, _, b in others)


def _belongs(group: Sequence[Piece], box: Rect, first: float, last: float) -> bool:
    """Whether a block with nothing beside it is one of a drawing: it stands within it, or is the name of a stage."""
    text = "".join(piece.text for piece in group)
    if is_title(text) or first > last:
        return False
    told = is_label(text) or (len(group) <= 2 and looks_like_stage(text))
    items = any(item_number(piece.text) is not None for piece in group) and is_marking(group[-1].text)
    return (first < box[1] and box[3] < last) or told or items


# Words on a line


def _pieces(line: Sequence[Run]) -> list[Piece]:
    groups: list[list[Run]] = []
    for run in line:
        if groups and run.left - max(one.right for one in groups[-1]) < _reach(groups[-1][-1], run) * run.height:
            groups[-1].append(run)
        else:
            groups.append([run])
    return [_piece(group) for group in groups]


def _reach(one: Run, other: Run) -> float:
    return SPREAD if len(one.glyphs) == len(other.glyphs) == 1 else FAR


def _piece(group: Sequence[Run]) -> Piece:
    return Piece(tuple(group), *row_of(group))


# Lines of a block


def _grouped(pieces: Sequence[Piece], strokes: Sequence[Stroke]) -> list[list[Piece]]:
    """The pieces, those below one another that make a block together."""
    reach = _reaches(pieces)
    pairs = [(one, other) for one, other in _neighbours(pieces, reach) if not _parted(one, other, strokes)]
    most = _leading(pairs)
    follower = {id(one): other for one, other in pairs if other.up - one.low <= most * other.height}
    begun = {id(other) for other in follower.values()}
    groups = []
    for piece in pieces:
        if id(piece) in begun:
            continue
        group = [piece]
        while (following := follower.get(id(group[-1]))) is not None:
            group.append(following)
        groups += _parted_by_form(group)
    return groups


def _reaches(pieces: Sequence[Piece]) -> dict[float, float]:
    """How far to the right pieces go that begin at the same place."""
    reach: dict[float, float] = {}
    for piece in pieces:
        left = round(piece.left / SAME)
        reach[left] = max(reach.get(left, piece.right), piece.right)
    return reach


def _neighbours(pieces: Sequence[Piece], reach: Mapping[float, float]) -> list[tuple[Piece, Piece]]:
    """The pairs of pieces of which one is the only one next below the other, aligned with it and as high.

    A level or owner line may stand anywhere within the column (`reach`) of the line above.
    """
    below: dict[int, list[Piece]] = {}
    above: dict[int, list[Piece]] = {}
    for number, piece in enumerate(pieces):
        under = _next_below(piece, pieces[number + 1 :], reach[round(piece.left / SAME)])
        below[id(piece)] = under
        for other in under:
            above.setdefault(id(other), []).append(piece)
    return [
        (piece, under[0])
        for piece in pieces
        if len(under := below[id(piece)]) == 1
        and len(above[id(under[0])]) == 1
        and _aligned(piece, under[0], reach[round(piece.left / SAME)])
    ]


def _next_below(piece: Piece, later: Iterable[Piece], edge: float) -> list[Piece]:
    """The pieces on the next line below a piece that stand under it; `later` goes from top to bottom."""
    found: list[Piece] = []
    for other in later:
        if found and other.up > found[0].low:
            break
        if other.up - piece.low > 2.5 * piece.height:
            break
        right = edge if is_marking(other.text) else piece.right
        if other.up > piece.up + 0.5 * piece.height and min(right, other.right) > max(piece.left, other.left):
            found.append(other)
    return found


def _aligned(one: Piece, other: Piece, edge: float) -> bool:
    if min(one.height, other.height) < ALIKE * max(one.height, other.height):
        return False
    if is_marking(other.text) and one.left - INDENT * one.height < other.left and other.right < edge + one.height:
        return True
    centred = abs(one.left + one.right - other.left - other.right) < 2 * CENTRED * one.height
    return centred or abs(one.left - other.left) < INDENT * one.height


def _parted(one: Piece, other: Piece, strokes: Iterable[Stroke]) -> bool:
    """Whether a line is drawn between two pieces."""
    low, high = max(one.left, other.left), min(one.right, other.right)
    return any(
        one.low - 0.3 * one.height <= stroke.y0 <= other.up + 0.3 * other.height
        and one.low - 0.3 * one.height <= stroke.y1 <= other.up + 0.3 * other.height
        and min(max(stroke.x0, stroke.x1), high) - max(min(stroke.x0, stroke.x1), low) > -1.0
        for stroke in strokes
    )


def _leading(pairs: Sequence[tuple[Piece, Piece]]) -> float:
    """The gap between two lines of one block at most, in heights: a little more than within sentences."""
    within = [(other.up - one.low) / other.height for one, other in pairs if goes_on(one.text, other.text)]
    return median(within) + LOOSE if within else LEADING


def goes_on(text: str, following: str) -> bool:
    """Whether a sentence that has begun on one line surely goes on on the next."""
    return (
        len(text) > 6
        and not text.endswith(_SENTENCE_ENDS)
        and item_number(following) is None
        and not any(test(one) for test in (is_marking, is_label, is_title) for one in (text, following))
    )


def _parted_by_form(group: Sequence[Piece]) -> list[list[Piece]]:
    """The lines of a block; where numbers begin anew below an ended sentence another block begins."""
    groups: list[list[Piece]] = [[]]
    numbered = False
    for piece in group:
        number = item_number(piece.text)
        before = groups[-1][-1].text if groups[-1] else ""
        if number == 1 and numbered and (before.endswith(_SENTENCE_ENDS) or is_marking(before)):
            groups.append([])
        numbered = numbered or number is not None
        groups[-1].append(piece)
    return groups
