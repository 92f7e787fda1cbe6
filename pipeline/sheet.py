"""What is drawn: boxes on their plane, the direction of the work, and which boxes the drawn lines join."""

import math
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from pipeline.model import Line
from pipeline.plane import ACROSS, DOWN, Axis, Plane, Rect, apart
from pipeline.roles import Part, Role

__all__ = ["Link", "Sheet", "links_of"]

JOINT = 4.0  # points between the ends of two lines that meet at most
MOST_LOOSE = 1000  # lines that end in the open; more are a picture
SNAP = 18.0  # points from the end of a line to the box it means at most

Spot = tuple[int, int, int]  # a page and about where on it


@dataclass(frozen=True, slots=True)
class Link:
    """A drawn line from one box to another, by their orders, and where it runs on the plane."""

    start: int
    end: int
    arrow: bool
    x0: float
    y0: float
    x1: float
    y1: float

    def passes(self, rect: Rect) -> bool:
        """Whether the straight line between the ends passes through a rectangle."""
        low, high = 0.0, 1.0
        for begin, delta, (near, far) in (
            (self.x0, self.x1 - self.x0, rect.span(ACROSS)),
            (self.y0, self.y1 - self.y0, rect.span(DOWN)),
        ):
            if delta == 0:
                if not near <= begin <= far:
                    return False
                continue
            first, last = sorted(((near - begin) / delta, (far - begin) / delta))
            low, high = max(low, first), min(high, last)
        return low <= high


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where boxes stand, along which axis the work goes, and the lines between them."""

    plane: Plane
    axis: Axis
    links: tuple[Link, ...] = ()

    @property
    def cross(self) -> Axis:
        return 1 - self.axis

    def rect(self, part: Part) -> Rect:
        return self.plane[part.box.order]

    def gap(self, one: Part, other: Part) -> float:
        """How far two boxes are apart, both ways added; 0 where they touch."""
        a, b = self.rect(one), self.rect(other)
        return apart(a, b, ACROSS) + apart(a, b, DOWN)

    def off(self, one: Part, other: Part) -> float:
        """How far two boxes are from level with each other, seen along the work."""
        return abs(self.rect(one).centre(self.axis) - self.rect(other).centre(self.axis))

    def aside(self, one: Part, other: Part) -> float:
        """How far two boxes are from standing level with each other: the gap between them, then their middles."""
        return apart(self.rect(one), self.rect(other), self.axis) + 0.3 * self.off(one, other)

    def joined(self, stages: Sequence[Part]) -> dict[int, int]:
        """Of each box that lines join to stages, over labels and other boxes: the order of the one nearest stage."""
        orders = {part.box.order for part in stages}
        hops: dict[int, dict[int, int]] = defaultdict(dict)
        neighbours = self._neighbours()
        for stage in orders:
            for box, steps in _reached(stage, neighbours, orders).items():
                hops[box][stage] = steps
        return {box: nearest for box, reached in hops.items() if (nearest := _only_nearest(reached)) is not None}

    def _neighbours(self) -> Mapping[int, set[int]]:
        neighbours: dict[int, set[int]] = defaultdict(set)
        for link in self.links:
            neighbours[link.start].add(link.end)
            neighbours[link.end].add(link.start)
        return neighbours


def _reached(stage: int, neighbours: Mapping[int, set[int]], stages: set[int]) -> dict[int, int]:
    """The boxes that lines reach from a stage without passing another, and over how many lines."""
    steps, queue = {stage: 0}, deque([stage])
    while queue:
        here = queue.popleft()
        for there in neighbours[here] - steps.keys() - stages if here in neighbours else ():
            steps[there] = steps[here] + 1
            queue.append(there)
    return {box: count for box, count in steps.items() if box != stage}


def _only_nearest(reached: Mapping[int, int]) -> int | None:
    nearest = min(reached.values())
    stages = [stage for stage, steps in reached.items() if steps == nearest]
    return stages[0] if len(stages) == 1 else None


def links_of(
    parts: Iterable[Part], lines: Iterable[Line], plane: Plane, shift: Mapping[int, float]
) -> tuple[Link, ...]:
    """Which boxes the drawn lines join: those the file names, or else those that the ends of a line touch.

    Lines that end at other lines join all boxes that these touch. `shift` is how far each page was moved down.
    """
    orders: dict[int, list[int]] = defaultdict(list)
    for part in parts:
        if part.role is not Role.TITLE:
            orders[part.box.page or 1].append(part.box.order)
    told = [line for line in lines if line.page in shift]
    ends = Counter(_at(line.page, x, y) for line in told for x, y in ((line.x0, line.y0), (line.x1, line.y1)))
    drawn = [_drawn(line, shift[line.page], orders[line.page], plane, ends) for line in told]
    whole = [one for one in drawn if one.start is not None and one.end is not None]
    loose = [one for one in drawn if one.start is None or one.end is None][:MOST_LOOSE]
    links = [one.to(one.start, one.end, one.arrow) for one in whole if one.start is not None and one.end is not None]
    return (*links, *(link for joined in _joined(loose, whole) for link in _pairs(joined)))


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A line on the plane and the boxes at its ends, None where it ends in the open."""

    start: int | None
    end: int | None
    arrow: bool
    x0: float
    y0: float
    x1: float
    y1: float

    def to(self, start: int, end: int, arrow: bool) -> Link:
        return Link(start, end, arrow, self.x0, self.y0, self.x1, self.y1)

    def open_ends(self) -> list[tuple[float, float]]:
        ends = ((self.start, (self.x0, self.y0)), (self.end, (self.x1, self.y1)))
        return [point for box, point in ends if box is None]

    def distance(self, x: float, y: float) -> float:
        """From a point to the nearest of the line."""
        dx, dy = self.x1 - self.x0, self.y1 - self.y0
        length = dx * dx + dy * dy
        along = min(1.0, max(0.0, ((x - self.x0) * dx + (y - self.y0) * dy) / length)) if length else 0.0
        return math.hypot(self.x0 + along * dx - x, self.y0 + along * dy - y)


def _drawn(line: Line, down: float, orders: Sequence[int], plane: Plane, ends: Mapping[Spot, int]) -> _Drawn:
    x0, y0, x1, y1 = line.x0, line.y0 + down, line.x1, line.y1 + down
    first, last = (_is_corner(line.page, x, y, ends) for x, y in ((line.x0, line.y0), (line.x1, line.y1)))
    start = line.start if line.start in plane else _touched(x0, y0, orders, plane, JOINT if first else SNAP)
    end = line.end if line.end in plane else _touched(x1, y1, orders, plane, JOINT if last else SNAP)
    return _Drawn(start, None if start == end else end, line.arrow, x0, y0, x1, y1)


def _at(page: int, x: float, y: float) -> Spot:
    return page, round(x / JOINT), round(y / JOINT)


def _is_corner(page: int, x: float, y: float, ends: Mapping[Spot, int]) -> bool:
    """Whether a line takes a corner here: another one ends where it does."""
    _, across, down = _at(page, x, y)
    near = ((page, across + right, down + low) for right in (-1, 0, 1) for low in (-1, 0, 1))
    return sum(ends.get(spot, 0) for spot in near) > 1


def _joined(loose: Sequence[_Drawn], whole: Sequence[_Drawn]) -> Iterator[list[_Drawn]]:
    """The lines with open ends, those that meet together, with the whole lines they end at."""
    left = list(loose)
    while left:
        group, queue = [], [left.pop()]
        while queue:
            one = queue.pop()
            group.append(one)
            meeting = [other for other in left if _meet(one, other)]
            left = [other for other in left if other not in meeting]
            queue += meeting
        yield group + [other for other in whole if any(_meet(one, other) for one in group)]


def _meet(one: _Drawn, other: _Drawn) -> bool:
    """Whether an open end of one of two lines lies on the other."""
    return any(other.distance(*point) <= JOINT for point in one.open_ends()) or any(
        one.distance(*point) <= JOINT for point in other.open_ends()
    )


def _pairs(lines: Sequence[_Drawn]) -> Iterator[Link]:
    """A link for each two boxes that lines which meet touch; an arrow points to the box its tip touches."""
    tips = {line.end for line in lines if line.arrow}
    at = {box: line for line in lines for box in (line.start, line.end) if box is not None}
    for one, other in combinations(sorted(at), 2):
        start, end = (other, one) if one in tips and other not in tips else (one, other)
        yield at[end].to(start, end, (start in tips) != (end in tips))


def _touched(x: float, y: float, orders: Iterable[int], plane: Plane, reach: float) -> int | None:
    """The box at a point, the smallest of several."""
    near = (
        (plane[order].distance(x, y), plane[order].size(ACROSS) * plane[order].size(DOWN), order) for order in orders
    )
    distance, _, order = min(near, default=(math.inf, 0.0, -1))
    return order if distance <= reach else None
