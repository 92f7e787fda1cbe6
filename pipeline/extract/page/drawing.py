"""What is drawn on a page: the frames around words, the cells of tables, the lines between frames."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import hypot
from typing import NamedTuple

from pipeline.extract.page.marks import Area, Stroke
from pipeline.model import Cell

__all__ = ["Drawing", "Frame", "drawing_of"]

THIN = 2.6  # points; what is thinner is a line, not an area
SMALL = 9.0  # points; an area that is smaller both ways holds no word: the head of an arrow, a bullet
LEVEL = 0.02  # the slope up to which a line runs along an axis
TOUCH = 3.0  # points between lines that meet
DASH, GAP = 10.0, 6.0  # points, the dashes of a line and what is left out between them
ALIKE = 3.5  # points between the edges of a frame and those of its shadow, its fill or its second line
MIN_BARB = 2.0  # points, the shortest line of an open arrow head
REACH = 2.0  # points from the end of a line to the head of its arrow
TILED = 0.8  # the share of a table that its cells fill
MOST_LINES = 1500  # along one axis; more are a picture, and are not put together to frames
MOST_CELLS = 3000


class Frame(NamedTuple):
    """A closed outline that may hold words; `cell`: its place in a table, if it is one of several that share edges."""

    x0: float
    top: float
    x1: float
    bottom: float
    stroked: bool = True
    cell: Cell | None = None

    @property
    def size(self) -> float:
        return (self.x1 - self.x0) * (self.bottom - self.top)

    def contains(self, other: "Frame") -> bool:
        """Whether another, smaller frame lies within."""
        return (
            self.x0 - TOUCH <= other.x0
            and self.top - TOUCH <= other.top
            and other.x1 <= self.x1 + TOUCH
            and other.bottom <= self.bottom + TOUCH
            and self.size > other.size
        )


@dataclass(frozen=True, slots=True)
class Drawing:
    """Frames from the smallest to the largest, and the lines that are no edge of one."""

    frames: tuple[Frame, ...]
    connectors: tuple[Stroke, ...]


class Span(NamedTuple):
    """A line along an axis: at `at` across it, from `low` to `high` along it."""

    at: float
    low: float
    high: float


def drawing_of(areas: Sequence[Area], strokes: Sequence[Stroke]) -> Drawing:
    """The frames and connectors that outlines and strokes make up."""
    solid = [area for area in areas if min(area.x1 - area.x0, area.bottom - area.top) >= THIN]
    lines = [line for line in strokes if not line.bent]
    lines += [_middle_line(area) for area in areas if min(area.x1 - area.x0, area.bottom - area.top) < THIN]
    whole = [area for area in solid if max(area.x1 - area.x0, area.bottom - area.top) >= SMALL]
    barbs = _barbs(lines)
    lines = [line for line in lines if line not in barbs]
    heads = [area for area in solid if max(area.x1 - area.x0, area.bottom - area.top) < SMALL]
    heads += [_around(line) for line in barbs]
    across = _joined(_spans(lines, across=True))
    down = _joined(_spans(lines, across=False))
    drawn = [Frame(*area) for area in whole]
    ruled = [span for span in across if not _runs_through(span, _sides(whole, across=True))]
    columns = [span for span in down if not _runs_through(span, _sides(whole, across=False))]
    tables = [area for area in whole if _is_ruled(area, ruled, columns)]
    cells = _cells([*ruled, *_edges(tables, across=True)], [*columns, *_edges(tables, across=False)]) if lines else []
    frames = _distinct([*drawn, *cells])
    oblique = [line for line in lines if not _is_across(line) and not _is_down(line)]
    straight = [
        *(Stroke(span.low, span.at, span.high, span.at) for span in across),
        *(Stroke(span.at, span.low, span.at, span.high) for span in down),
    ]
    loose = [line for line in (*straight, *oblique) if not _is_edge(line, frames)]
    loose += [line for line in strokes if line.bent]
    return Drawing(tuple(_in_tables(frames)), tuple(_with_head(line, heads) for line in loose))


def _middle_line(area: Area) -> Stroke:
    if area.x1 - area.x0 >= area.bottom - area.top:
        middle = (area.top + area.bottom) / 2
        return Stroke(area.x0, middle, area.x1, middle)
    middle = (area.x0 + area.x1) / 2
    return Stroke(middle, area.top, middle, area.bottom)


# Lines along the axes


def _is_across(line: Stroke) -> bool:
    return abs(line.y1 - line.y0) <= max(1.0, LEVEL * abs(line.x1 - line.x0))


def _is_down(line: Stroke) -> bool:
    return abs(line.x1 - line.x0) <= max(1.0, LEVEL * abs(line.y1 - line.y0))


def _spans(lines: Iterable[Stroke], *, across: bool) -> list[Span]:
    """The lines that run across (or down); what is too short to run anywhere is taken for both."""
    if across:
        return [Span((line.y0 + line.y1) / 2, *sorted((line.x0, line.x1))) for line in lines if _is_across(line)]
    return [
        Span((line.x0 + line.x1) / 2, *sorted((line.y0, line.y1)))
        for line in lines
        if _is_down(line) and not _is_across(line)
    ]


def _joined(spans: Iterable[Span]) -> list[Span]:
    """The lines, those in one line that touch or are dashes of one put together."""
    rows: list[list[Span]] = []
    for span in sorted(spans):
        if rows and span.at - rows[-1][0].at <= 1.0:
            rows[-1].append(span)
        else:
            rows.append([span])
    return [whole for row in rows for whole in _joined_in_row(row)]


def _joined_in_row(row: Iterable[Span]) -> Iterator[Span]:
    whole: Span | None = None
    last = 0.0  # the length of the piece that `whole` ends with
    for span in sorted(row, key=lambda span: span.low):
        length = span.high - span.low
        if whole is None:
            whole = span
        elif span.low - whole.high <= (GAP if max(length, last) <= DASH else 1.0):
            whole = whole._replace(high=max(whole.high, span.high))
        else:
            yield whole
            whole = span
        last = length
    if whole is not None:
        yield whole


# Frames


def _sides(areas: Iterable[Area], *, across: bool) -> list[tuple[float, float, float, float]]:
    """Where outlines begin and end along an axis and across it."""
    if across:
        return [(area.x0, area.x1, area.top, area.bottom) for area in areas]
    return [(area.top, area.bottom, area.x0, area.x1) for area in areas]


def _runs_through(span: Span, sides: Iterable[tuple[float, float, float, float]]) -> bool:
    """Whether a line goes on behind an outline that it parts: a connector under its label, not the rule of a table."""
    return any(
        near + TOUCH < span.at < far - TOUCH
        and span.low <= begin + TOUCH
        and span.high >= end - TOUCH
        and (span.low < begin - TOUCH or span.high > end + TOUCH)
        for begin, end, near, far in sides
    )


def _is_ruled(area: Area, across: Iterable[Span], down: Iterable[Span]) -> bool:
    """Whether rules part an outline into cells."""
    return any(
        area.top + TOUCH < span.at < area.bottom - TOUCH
        and area.x0 - TOUCH <= span.low
        and span.high <= area.x1 + TOUCH
        for span in across
    ) or any(
        area.x0 + TOUCH < span.at < area.x1 - TOUCH
        and area.top - TOUCH <= span.low
        and span.high <= area.bottom + TOUCH
        for span in down
    )


def _edges(areas: Iterable[Area], *, across: bool) -> list[Span]:
    """The upper and lower (or left and right) edges of outlines."""
    if across:
        return [Span(at, area.x0, area.x1) for area in areas for at in (area.top, area.bottom)]
    return [Span(at, area.top, area.bottom) for area in areas for at in (area.x0, area.x1)]


def _cells(across: Sequence[Span], down: Sequence[Span]) -> list[Frame]:
    """The smallest rectangles that lines enclose on all sides."""
    if max(len(across), len(down)) > MOST_LINES:
        return []
    across, down = sorted(across), sorted(down)
    meeting = _crossings(across, down)
    below: dict[int, list[int]] = defaultdict(list)
    for row, columns in enumerate(meeting):
        for column in columns:
            below[column].append(row)
    sets = [frozenset(columns) for columns in meeting]
    found: list[Frame] = []
    for row, columns in enumerate(meeting):
        for place, column in enumerate(columns):
            under = below[column][bisect_right(below[column], row) :]
            closing = _closing(row, columns[place + 1 :], column, under, sets, across, down)
            if closing:
                found.append(closing)
        if len(found) > MOST_CELLS:
            return []
    return found


def _crossings(across: Sequence[Span], down: Sequence[Span]) -> list[list[int]]:
    """For each line across, from top to bottom, the lines down that it meets, from left to right."""
    places = [span.at for span in down]
    return [
        [
            number
            for number in range(bisect_left(places, row.low - TOUCH), bisect_right(places, row.high + TOUCH))
            if down[number].low - TOUCH <= row.at <= down[number].high + TOUCH
        ]
        for row in across
    ]


def _closing(
    row: int,
    right: Sequence[int],
    column: int,
    under: Sequence[int],
    meeting: Sequence[frozenset[int]],
    across: Sequence[Span],
    down: Sequence[Span],
) -> Frame | None:
    """The smallest rectangle whose upper left corner is where a line across meets a line down."""
    left, top = down[column].at, across[row].at
    for lower in under:
        if across[lower].at - top < SMALL:
            continue
        for further in right:
            if down[further].at - left >= SMALL and further in meeting[lower]:
                return Frame(left, top, down[further].at, across[lower].at)
    return None


def _distinct(frames: Iterable[Frame]) -> list[Frame]:
    """The frames from small to large, of those that nearly coincide (fill, edge, shadow) one whose edge is drawn."""
    kept: list[Frame] = []
    first = 0  # the frames before it begin too far left to be alike
    for frame in sorted(frames, key=lambda frame: (frame.x0, frame.top)):
        while first < len(kept) and kept[first].x0 < frame.x0 - ALIKE:
            first += 1
        twin = next((place for place in range(first, len(kept)) if _alike(kept[place], frame)), None)
        if twin is None:
            kept.append(frame)
        elif frame.stroked and not kept[twin].stroked:
            kept[twin] = frame._replace(x0=kept[twin].x0)
    return sorted(kept, key=lambda frame: frame.size)


def _alike(one: Frame, other: Frame) -> bool:
    return (
        abs(one.top - other.top) <= ALIKE
        and abs(one.bottom - other.bottom) <= ALIKE
        and abs(one.x1 - other.x1) <= ALIKE
        and abs(one.x0 - other.x0) <= ALIKE
    )


# Tables


def _in_tables(frames: Sequence[Frame]) -> list[Frame]:
    """The frames; those that share edges with others in rows and columns with their places in a table."""
    told = list(frames)
    for table, members in enumerate(_groups(frames)):
        lefts = _steps(frames[member].x0 for member in members)
        tops = _steps(frames[member].top for member in members)
        if len(members) < 4 or len(lefts) < 2 or len(tops) < 2 or not _tile([frames[one] for one in members]):
            continue
        for member in members:
            told[member] = _on_grid(frames[member], table, lefts, tops)
    return told


def _tile(frames: Sequence[Frame]) -> bool:
    """Whether frames fill the rectangle around them: cells do, stages with block arrows between them do not."""
    x0, top = min(frame.x0 for frame in frames), min(frame.top for frame in frames)
    x1, bottom = max(frame.x1 for frame in frames), max(frame.bottom for frame in frames)
    return sum(frame.size for frame in frames) >= TILED * (x1 - x0) * (bottom - top)


def _on_grid(frame: Frame, table: int, lefts: Sequence[float], tops: Sequence[float]) -> Frame:
    """A frame as a cell, with its edges on those of its neighbours: rules have a width, and cells are drawn over it."""
    row, column = _step(frame.top, tops), _step(frame.x0, lefts)
    below, right = bisect_left(tops, frame.bottom - TOUCH), bisect_left(lefts, frame.x1 - TOUCH)
    return Frame(
        lefts[column],
        tops[row],
        lefts[right] if right < len(lefts) else frame.x1,
        tops[below] if below < len(tops) else frame.bottom,
        frame.stroked,
        Cell(table, row, column, max(1, below - row), max(1, right - column)),
    )


def _groups(frames: Sequence[Frame]) -> list[list[int]]:
    """The numbers of the frames that share edges, from neighbour to neighbour."""
    group = list(range(len(frames)))

    def root(number: int) -> int:
        while group[number] != number:
            group[number] = group[group[number]]
            number = group[number]
        return number

    for one, other in (*_neighbours(frames, across=True), *_neighbours(frames, across=False)):
        group[root(one)] = root(other)
    members: dict[int, list[int]] = defaultdict(list)
    for number in range(len(frames)):
        members[root(number)].append(number)
    return [found for found in members.values() if len(found) > 1]


def _neighbours(frames: Sequence[Frame], *, across: bool) -> Iterator[tuple[int, int]]:
    """The pairs of frames of which one begins where the other ends."""
    begin, end, low, high = (0, 2, 1, 3) if across else (1, 3, 0, 2)
    ordered = sorted(range(len(frames)), key=lambda number: frames[number][begin])  # type: ignore[arg-type,return-value]
    places: list[float] = [frames[number][begin] for number in ordered]  # type: ignore[misc]
    for number, frame in enumerate(frames):
        edge: float = frame[end]  # type: ignore[assignment]
        for place in range(bisect_left(places, edge - TOUCH), bisect_right(places, edge + TOUCH)):
            other = frames[ordered[place]]
            shared = min(frame[high], other[high]) - max(frame[low], other[low])  # type: ignore[operator,type-var]
            if shared > TOUCH and ordered[place] != number:
                yield number, ordered[place]


def _steps(values: Iterable[float]) -> list[float]:
    """The distinct values, of those that nearly coincide the least."""
    kept: list[float] = []
    for value in sorted(values):
        if not kept or value - kept[-1] > TOUCH:
            kept.append(value)
    return kept


def _step(value: float, steps: Sequence[float]) -> int:
    return bisect_right(steps, value + 0.001) - 1


# Connectors


def _is_edge(line: Stroke, frames: Iterable[Frame]) -> bool:
    """Whether a line runs along the edges of frames."""
    if _is_across(line):
        at, low, high = line.y0, min(line.x0, line.x1), max(line.x0, line.x1)
        sides = [(f.x0, f.x1) for f in frames if abs(f.top - at) <= TOUCH or abs(f.bottom - at) <= TOUCH]
    elif _is_down(line):
        at, low, high = line.x0, min(line.y0, line.y1), max(line.y0, line.y1)
        sides = [(f.top, f.bottom) for f in frames if abs(f.x0 - at) <= TOUCH or abs(f.x1 - at) <= TOUCH]
    else:
        return False
    points = (low + (high - low) * share for share in (0.1, 0.5, 0.9))
    return bool(sides) and all(any(a - TOUCH <= point <= b + TOUCH for a, b in sides) for point in points)


def _barbs(lines: Sequence[Stroke]) -> set[Stroke]:
    """The short lines that make open arrow heads: those along no axis, and those that begin where one of these does."""
    short = [line for line in lines if MIN_BARB <= hypot(line.x1 - line.x0, line.y1 - line.y0) < 1.5 * SMALL]
    oblique = {line for line in short if not _is_across(line) and not _is_down(line)}
    ends = {end for line in oblique for end in _ends(line)}
    return oblique | {line for line in short if not ends.isdisjoint(_ends(line))}


def _ends(line: Stroke) -> tuple[tuple[float, float], tuple[float, float]]:
    return (round(line.x0, 1), round(line.y0, 1)), (round(line.x1, 1), round(line.y1, 1))


def _around(line: Stroke) -> Area:
    return Area(min(line.x0, line.x1), min(line.y0, line.y1), max(line.x0, line.x1), max(line.y0, line.y1))


def _with_head(line: Stroke, heads: Iterable[Area]) -> Stroke:
    """The line as an arrow towards the one end that has a head, as far as its tip."""
    at_start = _head_at(line.x0, line.y0, heads)
    at_end = _head_at(line.x1, line.y1, heads)
    if at_end and not at_start:
        return _to_the_tip(line, at_end)
    if at_start and not at_end:
        return _to_the_tip(Stroke(line.x1, line.y1, line.x0, line.y0, bent=line.bent), at_start)
    return line


def _head_at(x: float, y: float, heads: Iterable[Area]) -> Area | None:
    return next(
        (
            head
            for head in heads
            if head.x0 - REACH <= x <= head.x1 + REACH and head.top - REACH <= y <= head.bottom + REACH
        ),
        None,
    )


def _to_the_tip(line: Stroke, head: Area) -> Stroke:
    """The line with its end moved on to where its head points: as far as the head goes in its main direction."""
    across, down = line.x1 - line.x0, line.y1 - line.y0
    if line.bent:  # its last piece leads to the middle of a side of the head
        middle = ((head.x0 + head.x1) / 2, (head.top + head.bottom) / 2)
        across, down = middle[0] - line.x1, middle[1] - line.y1
    if abs(across) >= abs(down):
        return line._replace(x1=max(line.x1, head.x1) if across > 0 else min(line.x1, head.x0), arrow=True)
    return line._replace(y1=max(line.y1, head.bottom) if down > 0 else min(line.y1, head.top), arrow=True)
