"""Marks -> boxes and lines: what stands in a frame is a box, what stands in none is one by alignment and gaps."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import fmean
from typing import TypeVar

from pipeline.extract.page.blocks import Block, blocks_of, goes_on
from pipeline.extract.page.drawing import drawing_of
from pipeline.extract.page.frames import Frame
from pipeline.extract.page.marks import SLANTED, Area, Glyph, Marks, Stroke
from pipeline.extract.page.paragraphs import paragraphs_of
from pipeline.extract.page.runs import Run, lines_of, pieces_of, row_of, runs_of, view
from pipeline.extract.page.struck import parted_by_strikes
from pipeline.model import BBox, Box, Line

__all__ = ["boxes_and_lines"]

INSIDE = 3.0  # points; a line that ends so deep in a frame, and begins so, belongs to its words
OVER = 0.35  # heights of a line between the last line that fits a box and its edge, and between that and the next
MOST = 0.5  # the share of a page that a box takes at most
SIZE = 0.15  # how much, in heights, lines of one box differ in size
NEXT = 1.0  # heights of a line between two lines of one box
MOST_ROOM = 2.5  # heights of a line that spreadsheets leave free at the end of the lines of a cell
ENOUGH = 3  # lines that tell how much
SHADING = 1.8  # heights of a line; a fill so low behind words of a larger frame marks one line
HANGING = frozenset("，。；：、！？）》】〉”’,.;:!?)")  # no line begins with these: they hang over the edge of a cell

Held = dict[Frame, list[Run]]
Turnable = TypeVar("Turnable", Area, Glyph)


def boxes_and_lines(marks: Marks) -> tuple[tuple[Box, ...], tuple[Line, ...]]:
    """The boxes of a page, numbered from 0, and the lines between them; every glyph stands in one of the boxes."""
    marks = _turned(marks)
    drawing = drawing_of(marks.areas, marks.strokes)
    runs = runs_of(glyph for glyph in marks.glyphs if glyph.turn != SLANTED)
    runs, struck = parted_by_strikes(runs, marks.strokes, marks.areas)
    held, free = _held(runs, drawing.frames)
    held, opened = _opened(_unshaded(held), marks.width * marks.height)
    free = _overflowing(held, [*free, *opened])
    loose = [run for run in free if run.turn == 0]
    rooms = _rooms(held)
    boxes = [
        *(_box(runs, marks.page, frame, rooms.get(frame, 0.0)) for frame, runs in held.items()),
        *_empty(drawing.frames, held, marks.page),
        *(
            box
            for block in blocks_of(loose, tuple(held), drawing.connectors)
            for box in _of_block(block, marks.page, max(glyph.x1 for glyph in marks.glyphs))
        ),
        *(_box([run], marks.page) for run in free if run.turn != 0),
        *_aside([glyph for run in struck for glyph in run.glyphs], marks.page),
        *_aside([glyph for glyph in marks.glyphs if glyph.turn == SLANTED], marks.page),
    ]
    lines = (_line(stroke, marks.page) for stroke in drawing.connectors if not _is_within(stroke, held))
    return tuple(replace(box, order=order) for order, box in enumerate(boxes)), tuple(lines)


# Pages printed on their side


def _turned(marks: Marks) -> Marks:
    """The marks turned so that most glyphs stand upright."""
    turns = Counter(glyph.turn for glyph in marks.glyphs if glyph.turn != SLANTED)
    turn = max(turns, key=lambda turn: turns[turn], default=0)
    for _ in range(-turn % 4):
        marks = _turned_once(marks)
    return marks


def _turned_once(marks: Marks) -> Marks:
    """The marks turned clockwise by a quarter."""
    height = marks.height

    def around(mark: Turnable) -> Turnable:
        return mark._replace(x0=height - mark.bottom, top=mark.x0, x1=height - mark.top, bottom=mark.x1)

    return replace(
        marks,
        width=marks.height,
        height=marks.width,
        glyphs=tuple(
            around(glyph)._replace(turn=glyph.turn if glyph.turn == SLANTED else (glyph.turn + 1) % 4)
            for glyph in marks.glyphs
        ),
        areas=tuple(map(around, marks.areas)),
        strokes=tuple(s._replace(x0=height - s.y0, y0=s.x0, x1=height - s.y1, y1=s.x1) for s in marks.strokes),
    )


# Words in frames


def _held(runs: Iterable[Run], frames: Sequence[Frame]) -> tuple[Held, list[Run]]:
    """The runs by the smallest frame around them, cut where they run on into another; and those in none."""
    held: Held = defaultdict(list)
    free: list[Run] = []
    for run in runs:
        for piece, frame in _cut(run, frames):
            (free if frame is None else held[frame]).append(piece)
    return dict(held), free


def _cut(run: Run, frames: Sequence[Frame]) -> Iterator[tuple[Run, Frame | None]]:
    first = _around(run.glyphs[0], frames)
    middle = _around(run.glyphs[len(run.glyphs) // 2], frames)
    if len(run.glyphs) == 1 or (_around(run.glyphs[-1], frames) is first is middle):
        yield run, first
        return
    own = [_around(glyph, frames) for glyph in run.glyphs]
    if middle is not None and own[0] is own[-1] and {own[0], middle}.issuperset(own):
        yield run, middle  # a word wider than its box
        return
    for place in range(1, len(own)):
        hangs = run.glyphs[place].text in HANGING and _touches(run.glyphs[place - 1], run.glyphs[place])
        own[place] = own[place - 1] if hangs else _kept_in(own[place - 1], own[place])
    cuts = [place for place in range(1, len(own)) if own[place] is not own[place - 1]]
    for start, piece in pieces_of(run, cuts):
        yield piece, own[start]


def _touches(one: Glyph, other: Glyph) -> bool:
    return other.x0 - one.x1 < 0.3 * (other.bottom - other.top)


def _kept_in(before: Frame | None, frame: Frame | None) -> Frame | None:
    """Where a glyph belongs after one in another frame: words flow over a box's edge."""
    return before if before is not None and (frame is None or frame.contains(before)) else frame


def _around(glyph: Glyph, frames: Iterable[Frame]) -> Frame | None:
    """The smallest frame around the middle of a glyph."""
    x, y = (glyph.x0 + glyph.x1) / 2, (glyph.top + glyph.bottom) / 2
    for frame in frames:
        if frame.x0 <= x <= frame.x1 and frame.top <= y <= frame.bottom:
            return frame
    return None


def _unshaded(held: Held) -> Held:
    """The runs by frame; those on a fill that marks one line of a box with the other lines of the box."""
    told: Held = {}
    frames = sorted(held, key=lambda frame: frame.size, reverse=True)
    for frame in frames:
        runs = held[frame]
        low = frame.bottom - frame.top < SHADING * max(run.height for run in runs)
        outer = (
            next((one for one in reversed(told) if one.contains(frame)), None) if low and not frame.stroked else None
        )
        told.setdefault(outer or frame, []).extend(runs)
    return told


def _opened(held: Held, page: float) -> tuple[Held, list[Run]]:
    """The runs by frame, without frames around several others with words or most of the page; and the runs of these."""
    frames = list(held)
    borders = {
        frame for frame in frames if frame.size > MOST * page or sum(frame.contains(other) for other in frames) > 1
    }
    kept = {frame: runs for frame, runs in held.items() if frame not in borders}
    return kept, [run for frame in borders for run in held[frame]]


def _overflowing(held: Held, free: Iterable[Run]) -> list[Run]:
    """The runs that are left when lines that run over the lower edge of a full box, or over both, are put into it."""
    boxes = {frame: own for frame, own in held.items() if frame.cell is None}  # a cell grows with its text
    left = _put(boxes, sorted(free, key=lambda run: run.up), _goes_on_below)
    return _put(boxes, sorted(left, key=lambda run: -run.low), _begins_above)


def _put(boxes: Held, free: Iterable[Run], belongs: Callable[[Frame, Sequence[Run], Run], bool]) -> list[Run]:
    """The runs that belong to none of the boxes; the others are put into theirs."""
    left: list[Run] = []
    for run in free:
        alike = (one for one, own in boxes.items() if run.turn == 0 and _as_high(own, run) and belongs(one, own, run))
        full = next(alike, None)
        (left if full is None else boxes[full]).append(run)
    return left


def _as_high(own: Sequence[Run], run: Run) -> bool:
    """Whether a line is printed as large as those of a box."""
    return any(abs(one.height - run.height) < SIZE * run.height for one in own)


def _goes_on_below(frame: Frame, own: Sequence[Run], run: Run) -> bool:
    low, near = max(one.low for one in own), OVER * run.height
    return (
        frame.x0 <= (run.left + run.right) / 2 <= frame.x1
        and (low > frame.bottom - near or run.up < frame.bottom)
        and frame.top < low - 0.5 * run.height < run.up < max(frame.bottom, low) + near
        and run.up < low + NEXT * run.height
    )


def _begins_above(frame: Frame, own: Sequence[Run], run: Run) -> bool:
    up, low, near = min(one.up for one in own), max(one.low for one in own), OVER * run.height
    return (
        frame.x0 <= (run.left + run.right) / 2 <= frame.x1
        and low > frame.bottom - near
        and up < frame.top + near
        and min(frame.top, up) - near < run.low < up + 0.5 * run.height
    )


# Boxes


def _box(runs: Sequence[Run], page: int, frame: Frame | None = None, room: float = 0.0) -> Box:
    """The box that runs make, in a frame of which lines leave some room at the right."""
    glyphs = [glyph for run in runs for glyph in run.glyphs]
    place = frame or Area(
        min(glyph.x0 for glyph in glyphs),
        min(glyph.top for glyph in glyphs),
        max(glyph.x1 for glyph in glyphs),
        max(glyph.bottom for glyph in glyphs),
    )
    cell = frame.cell if frame else None
    return Box(
        0,
        tuple(
            text for turn, own in _by_turn(runs).items() for text in paragraphs_of(own, _edge(own, frame, turn, room))
        ),
        page,
        BBox(place.x0, place.top, place.x1, place.bottom),
        frame="cell" if cell else "shape",
        cell=cell,
        confidence=min(fmean(glyph.confidence for glyph in run.glyphs) for run in runs),
    )


def _empty(frames: Iterable[Frame], held: Iterable[Frame], page: int) -> Iterator[Box]:
    """The cells without words of tables with some: they tell where the others stand."""
    full = set(held)
    tables = {frame.cell.table for frame in full if frame.cell}
    for frame in frames:
        if frame.cell and frame.cell.table in tables and frame not in full:
            yield Box(0, (), page, BBox(*frame[:4]), frame="cell", cell=frame.cell)


def _of_block(block: Block, page: int, edge: float) -> Iterator[Box]:
    """The box that a block is; running text, which could go as far as `edge`, paragraph by paragraph."""
    if not block.running:
        yield replace(_box(block.runs, page), paragraphs=paragraphs_of(block.runs, block.edge))
        return
    whole = replace(_box(block.runs, page), paragraphs=paragraphs_of(block.runs, edge))
    assert whole.bbox is not None
    step = (whole.bbox.bottom - whole.bbox.top) / len(whole.paragraphs)
    for number, text in enumerate(whole.paragraphs):
        top = whole.bbox.top + number * step
        yield replace(whole, paragraphs=(text,), bbox=replace(whole.bbox, top=top, bottom=top + step), frame=None)


def _by_turn(runs: Iterable[Run]) -> Mapping[int, list[Run]]:
    turns: dict[int, list[Run]] = defaultdict(list)
    for run in runs:
        turns[run.turn].append(run)
    return turns


def _edge(runs: Iterable[Run], frame: Frame | None, turn: int, room: float) -> float | None:
    """How far text can go in a frame: as near to its end as it begins after its start, less the room left there."""
    if frame is None:
        return None
    left, _, right, _ = view(frame.x0, frame.top, frame.x1, frame.bottom, turn)
    return right - max(0.0, min(run.left for run in runs) - left) - (0.0 if turn else room)


def _rooms(held: Held) -> dict[Frame, float]:
    """The room that the lines of each table leave at the right of its cells: spreadsheets wrap them early.

    As told by lines that surely go on below: the least room any of them leaves.
    """
    tables: dict[int, list[Frame]] = defaultdict(list)
    for frame in held:
        if frame.cell:
            tables[frame.cell.table].append(frame)
    rooms: dict[Frame, float] = {}
    for frames in tables.values():
        left = [room for frame in frames for room in _left(frame, held[frame])]
        room = min(left, default=0.0) if len(left) >= ENOUGH else 0.0
        rooms.update((frame, room) for frame in frames)
    return rooms


def _left(frame: Frame, runs: Sequence[Run]) -> Iterator[float]:
    """The room to the right of the lines of a cell that surely go on below, if they all begin at its left edge."""
    rows = [row_of(line) for line in lines_of(run for run in runs if run.turn == 0)]
    if not rows or max(row.left for row in rows) - min(row.left for row in rows) > 0.1 * rows[0].height:
        return
    for row, after in pairwise(rows):
        room = frame.x1 - row.right - (row.left - frame.x0)
        if goes_on(row.text, after.text) and room < MOST_ROOM * row.height:
            yield max(0.0, room)


def _aside(glyphs: Sequence[Glyph], page: int) -> Iterator[Box]:
    """What is struck out, or printed at a slant and so the paper's: as it came, but no part of the chart."""
    if text := "".join(glyph.text for glyph in glyphs).strip():
        edges = zip(*((glyph.x0, glyph.top, glyph.x1, glyph.bottom) for glyph in glyphs), strict=True)
        x0, top, x1, bottom = edges
        yield Box(0, (text,), page, BBox(min(x0), min(top), max(x1), max(bottom)), frame="margin")


# Lines


def _line(stroke: Stroke, page: int) -> Line:
    return Line(page, stroke.x0, stroke.y0, stroke.x1, stroke.y1, stroke.arrow)


def _is_within(stroke: Stroke, frames: Iterable[Frame]) -> bool:
    """Whether a line begins and ends within one frame: it underlines or strikes out its words."""
    return any(
        frame.x0 + INSIDE < min(stroke.x0, stroke.x1)
        and max(stroke.x0, stroke.x1) < frame.x1 - INSIDE
        and frame.top + INSIDE < min(stroke.y0, stroke.y1)
        and max(stroke.y0, stroke.y1) < frame.bottom - INSIDE
        for frame in frames
    )
