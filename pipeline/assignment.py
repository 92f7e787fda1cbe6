"""Boxes to stages as one assignment: its price, and the search for the cheapest.

The cost of an assignment is a sum over boxes (what does this stage cost this box?), over pairs of boxes (are they in
the order of their stages?) and over stages (does a stage like this have boxes? do risks and measures go together?). It
is made small by moving and exchanging boxes from several starts; charts are small enough for that.
"""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from pipeline.roles import CONTENT, Part

__all__ = ["Assignment", "Costs", "Pairing", "Rival", "solved", "unopposed"]

ORDER, ALONE, BARE = 0.3, 1.0, 0.5  # prices, see Costs.total
DIGITS = 9  # of a price: beyond them what is equal differs by the order of sums
LEAST = 1e-9  # what an assignment has to cost less to be another
LARGEST = 900  # boxes times stages of the largest chart that is searched; real ones have up to some 500

Assignment = tuple[int, ...]  # of each content box in its order: the number of its stage in their order


@dataclass(frozen=True, slots=True)
class Rival:
    """The cheapest assignment that moves a box: the stage it would get, and how much more that costs."""

    stage: int
    margin: float


@dataclass(frozen=True, slots=True)
class Pairing:
    """The stages and content boxes of one chart in their order, the stage of each box, and that stage's rival."""

    stages: tuple[Part, ...]
    boxes: tuple[Part, ...]
    stage_of: Assignment
    rivals: tuple[Rival, ...]


def unopposed(stages: tuple[Part, ...], boxes: tuple[Part, ...]) -> Pairing:
    """All boxes at the first stage: there is nothing to choose."""
    return Pairing(stages, boxes, (0,) * len(boxes), (Rival(0, math.inf),) * len(boxes))


@dataclass(frozen=True, slots=True)
class Costs:
    """The price list of one chart: `place[box][stage]`, and what a stage costs that has boxes or has none."""

    kinds: tuple[int, ...]  # of each box: its place in CONTENT
    place: tuple[tuple[float, ...], ...]
    bare: tuple[float, ...]  # of each stage: log odds of standing without boxes
    sharing: float  # what it costs a stage to have two boxes of a kind

    @property
    def small(self) -> bool:
        """Whether this is no larger than charts are; anything else is not worth the time of a search."""
        return len(self.place) * len(self.bare) <= LARGEST

    def total(self, stage_of: Assignment) -> float:
        """The price of an assignment."""
        held = [[0, 0, 0] for _ in self.bare]
        price = 0.0
        for kind, row, stage in zip(self.kinds, self.place, stage_of, strict=True):
            price += row[stage]
            held[stage][kind] += 1
        price += sum(map(self._stage_price, held, self.bare))
        return price + ORDER * sum(self._disorder(kind, stage_of) for kind in range(len(CONTENT)))

    def _disorder(self, kind: int, stage_of: Assignment) -> int:
        """How many steps from one box of a kind to the next go against the direction most of them take."""
        rising = falling = 0
        before: int | None = None
        for own, stage in zip(self.kinds, stage_of, strict=True):
            if own == kind:
                if before is not None:
                    rising += before < stage
                    falling += before > stage
                before = stage
        return min(rising, falling)

    def _stage_price(self, held: list[int], bare: float) -> float:
        risks, measures, monitors = held
        if not (risks or measures or monitors):
            return 0.0
        shared = max(0, risks - 1) + max(0, measures - 1) + max(0, monitors - 1)
        unmatched = (risks > 0) != (measures > 0) or (monitors > 0 and not risks)
        return self.sharing * shared + ALONE * unmatched + BARE * bare

    def neighbours(self, stage_of: Assignment) -> Iterator[tuple[float, tuple[int, ...], Assignment]]:
        """The assignments one move or exchange away: how much more they cost, the boxes that moved, the assignment.

        Only what changes is priced: two stages, and the order of one kind.
        """
        held = [[0, 0, 0] for _ in self.bare]
        for kind, stage in zip(self.kinds, stage_of, strict=True):
            held[stage][kind] += 1
        prices = list(map(self._stage_price, held, self.bare))
        disorder = [self._disorder(kind, stage_of) for kind in range(len(CONTENT))]
        for box, stage in enumerate(stage_of):
            kind, row = self.kinds[box], self.place[box]
            left = self._stage_price(_with(held[stage], kind, -1), self.bare[stage]) - prices[stage]
            for other in range(len(self.bare)):
                if other != stage:
                    moved = (*stage_of[:box], other, *stage_of[box + 1 :])
                    joined = self._stage_price(_with(held[other], kind, 1), self.bare[other]) - prices[other]
                    order = ORDER * (self._disorder(kind, moved) - disorder[kind])
                    yield round(row[other] - row[stage] + left + joined + order, DIGITS), (box,), moved
        for a, b in combinations(range(len(stage_of)), 2):
            one, two, kind = stage_of[a], stage_of[b], self.kinds[a]
            if one != two and kind == self.kinds[b]:
                moved = (*stage_of[:a], two, *stage_of[a + 1 : b], one, *stage_of[b + 1 :])
                place = self.place[a][two] - self.place[a][one] + self.place[b][one] - self.place[b][two]
                order = ORDER * (self._disorder(kind, moved) - disorder[kind])
                yield round(place + order, DIGITS), (a, b), moved

    def rivals(self, stage_of: Assignment) -> tuple[Rival, ...]:
        """Of each box the cheapest assignment that moves it."""
        if not self.small:
            return tuple(Rival(stage, 0.0) for stage in stage_of)
        rivals = [Rival(stage, math.inf) for stage in stage_of]
        for extra, moved, other in self.neighbours(stage_of):
            for box in moved:
                if extra < rivals[box].margin:
                    rivals[box] = Rival(other[box], extra)
        return tuple(rivals)


def _with(held: list[int], kind: int, more: int) -> list[int]:
    """How many boxes of each kind a stage has when it gets, or loses, one."""
    changed = held.copy()
    changed[kind] += more
    return changed


def solved(costs: Costs) -> tuple[float, Assignment]:
    """The cheapest assignment found by moves and exchanges from several starts, and its price."""
    return min((_descended(costs, start) for start in _starts(costs)), key=lambda found: found[0])


def _starts(costs: Costs) -> Iterator[Assignment]:
    """Each box where it is cheapest; the k-th box of a kind at the k-th of the stages that look like having boxes."""
    yield tuple(min(range(len(row)), key=row.__getitem__) for row in costs.place)
    risks = max(1, costs.kinds.count(0), costs.kinds.count(1))
    likely = sorted(sorted(range(len(costs.bare)), key=costs.bare.__getitem__)[:risks])
    for order in (likely, likely[::-1]):
        seen: Counter[int] = Counter()
        start = []
        for kind in costs.kinds:
            start.append(order[min(seen[kind], len(order) - 1)])
            seen[kind] += 1
        yield tuple(start)


def _descended(costs: Costs, stage_of: Assignment) -> tuple[float, Assignment]:
    while costs.small:
        extra, _, best = min(costs.neighbours(stage_of), key=lambda found: (found[0], found[2]), default=(0.0, (), ()))
        if extra >= -LEAST:
            break
        stage_of = best
    return costs.total(stage_of), stage_of
