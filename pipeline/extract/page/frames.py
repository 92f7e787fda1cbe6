"""Frames: closed outlines, and the cells that lines enclose."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from pipeline.extract.page.lines import SMALL, Span
from pipeline.extract.page.marks import Area
from pipeline.model import Cell

__all__ = ["TOUCH", "Frame", "frames_of"]

TOUCH = 3.0  # points between lines that meet
ALIKE = 3.5  # points between the edges of a frame and those of its shadow, its fill or its second line
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


def frames_of(areas: Sequence[Area], across: Sequence[Span], down: Sequence[Span]) -> list[Frame]:
    """The frames from the smallest to the largest that outlines, and lines along the axes, make up."""
    rows = [span for span in across if not _runs_through(span, _sides(areas, across=True))]
    columns = [span for span in down if not _runs_through(span, _sides(areas, across=False))]
    columns += _lacking(rows, columns)
    rows += [*_lacking(columns, rows), *_gaps(rows, columns)]
    columns += _lacking(rows, columns)
    tables = [area for area in areas if _is_ruled(area, rows, columns)]
    rules = [*rows, *_edges(tables, across=True)], [*columns, *_edges(tables, across=False)]
    return _distinct([*(Frame(*area) for area in areas), *_cells(*rules)])


def _lacking(rules: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """The outer edges that tables lack: where rules along one axis end one below the other, beyond those they cross."""
    if max(len(rules), len(others)) > MOST_LINES:
        return []
    met = {
        rule: {one for one in others if _spans(rule, one.at) and _spans(one, rule.at)} for rule in sorted(set(rules))
    }
    found: list[Span] = []
    for end in ("low", "high"):
        chains: list[list[Span]] = []
        for rule, own in met.items():
            place: float = getattr(rule, end)
            if any(abs(one.at - place) <= TOUCH for one in own):
                continue
            for chain in chains:
                if abs(getattr(chain[-1], end) - place) <= TOUCH and met[chain[-1]] & own:
                    chain.append(rule)
                    break
            else:
                chains.append([rule])
        found += [_edge(chain, end, met) for chain in chains if _is_grid(chain, met)]
    return found


def _is_grid(chain: Sequence[Span], met: Mapping[Span, Iterable[Span]]) -> bool:
    """Whether rules are those of a table, not connectors: two of them cross two others, or three one."""
    crossed = max(sum(_crosses(rule, one) for one in met[rule]) for rule in chain)
    return len(chain) > 1 and crossed > 0 and len(chain) + crossed > 3


def _gaps(rows: Iterable[Span], columns: Sequence[Span]) -> list[Span]:
    """The lower and upper edges that cells lack which go on over the page, between those of the cells beside them."""
    ordered = sorted(rows)
    found: list[Span] = []
    for one, other in pairwise(ordered):
        if other.at - one.at > 1.0 or other.low - one.high <= TOUCH:
            continue
        sides = [
            [column for column in columns if abs(column.at - place) <= TOUCH and _ends_at(column, one.at)]
            for place in (one.high, other.low)
        ]
        if all(sides) and any(all(_crosses(row, own[0]) for own in sides) for row in ordered):
            found.append(Span(one.at, one.high, other.low))
    return found


def _ends_at(rule: Span, place: float) -> bool:
    return min(abs(rule.low - place), abs(rule.high - place)) <= TOUCH


def _edge(chain: Sequence[Span], end: str, met: Mapping[Span, Iterable[Span]]) -> Span:
    """The edge at one end of rules, as long as what crosses them."""
    beside = [one for rule in chain for one in met[rule]]
    low, high = min(one.low for one in beside), max(one.high for one in beside)
    return Span(getattr(chain[0], end), min(low, chain[0].at), max(high, chain[-1].at))


def _crosses(rule: Span, other: Span) -> bool:
    return rule.low + TOUCH < other.at < rule.high - TOUCH and _spans(other, rule.at)


def _spans(rule: Span, place: float) -> bool:
    return rule.low - TOUCH <= place <= rule.high + TOUCH


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
        near + TOUCH < span.at < far - TOUCH and begin - TOUCH <= span.low and span.high <= end + TOUCH
        for spans, [(begin, end, near, far)] in (
            (across, _sides([area], across=True)),
            (down, _sides([area], across=False)),
        )
        for span in spans
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
