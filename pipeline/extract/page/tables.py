"""Tables: frames that share edges, and the place of each in its table."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from pipeline.extract.page.frames import TOUCH, Frame
from pipeline.model import Cell

__all__ = ["in_tables"]

TILED = 0.8  # the share of a table that its cells fill


def in_tables(frames: Sequence[Frame]) -> list[Frame]:
    """The frames; those that share edges with others in rows and columns, or a row, with their places in a table."""
    told = list(frames)
    for table, members in enumerate(_groups(frames)):
        lefts = _steps(frames[member].x0 for member in members)
        tops = _steps(frames[member].top for member in members)
        if len(members) < (4 if len(tops) > 1 else 2) or len(lefts) < 2 or not _tile([frames[one] for one in members]):
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
