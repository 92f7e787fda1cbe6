"""The lines of a page: those along its axes, whole again, and the arrow heads at their ends."""

from collections.abc import Iterable, Iterator, Sequence
from math import hypot
from typing import NamedTuple

from pipeline.extract.page.marks import Area, Stroke

__all__ = ["SMALL", "Span", "barbs", "headed", "is_across", "is_down", "joined", "middle_line", "spans"]

SMALL = 9.0  # points; an area that is smaller both ways holds no word: the head of an arrow, a bullet
LEVEL = 0.02  # the slope up to which a line runs along an axis
DASH, GAP = 10.0, 6.0  # points, the dashes of a line and what is left out between them
MIN_BARB = 2.0  # points, the shortest line of an open arrow head
REACH = 2.0  # points from the end of a line to the head of its arrow


class Span(NamedTuple):
    """A line along an axis: at `at` across it, from `low` to `high` along it."""

    at: float
    low: float
    high: float


def is_across(line: Stroke) -> bool:
    """Whether a line runs along the width of the page."""
    return abs(line.y1 - line.y0) <= max(1.0, LEVEL * abs(line.x1 - line.x0))


def is_down(line: Stroke) -> bool:
    """Whether a line runs along the height of the page."""
    return abs(line.x1 - line.x0) <= max(1.0, LEVEL * abs(line.y1 - line.y0))


def spans(lines: Iterable[Stroke], *, across: bool) -> list[Span]:
    """The lines that run across (or down)."""
    if across:
        return [Span((line.y0 + line.y1) / 2, *sorted((line.x0, line.x1))) for line in lines if is_across(line)]
    return [
        Span((line.x0 + line.x1) / 2, *sorted((line.y0, line.y1)))
        for line in lines
        if is_down(line) and not is_across(line)
    ]


def joined(spans: Iterable[Span]) -> list[Span]:
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


def middle_line(area: Area) -> Stroke:
    """The line that a thin area is."""
    if area.x1 - area.x0 >= area.bottom - area.top:
        middle = (area.top + area.bottom) / 2
        return Stroke(area.x0, middle, area.x1, middle)
    middle = (area.x0 + area.x1) / 2
    return Stroke(middle, area.top, middle, area.bottom)


# Arrow heads


def barbs(lines: Sequence[Stroke]) -> set[Stroke]:
    """The short lines that make open arrow heads: those along no axis, and those that begin where one of these does."""
    short = [line for line in lines if MIN_BARB <= hypot(line.x1 - line.x0, line.y1 - line.y0) < 1.5 * SMALL]
    oblique = {line for line in short if not is_across(line) and not is_down(line)}
    ends = {end for line in oblique for end in _ends(line)}
    return oblique | {line for line in short if not ends.isdisjoint(_ends(line))}


def _ends(line: Stroke) -> tuple[tuple[float, float], tuple[float, float]]:
    return (round(line.x0, 1), round(line.y0, 1)), (round(line.x1, 1), round(line.y1, 1))


def headed(lines: Iterable[Stroke], areas: Sequence[Area], open_heads: Iterable[Stroke]) -> list[Stroke]:
    """The lines, those with a head at one end, filled or open, as arrows as far as its tip."""
    heads = [*areas, *map(_around, open_heads)]
    return [_with_head(line, heads) for line in lines]


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
