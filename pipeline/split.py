"""Which boxes make one chart: the sequence of boxes is cut, and broken charts are joined, so that each comes out whole.

Every candidate chart has a price (pricing.py). Cutting is dynamic programming over that price (the segmentation form of
Bellman's principle, as in Jackson et al. 2005, "An algorithm for optimal partitioning of data on an interval"); pieces
of broken charts are then joined, and boxes moved from chart to chart, while that makes the sum smaller.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from heapq import nsmallest
from itertools import chain, combinations, islice, pairwise, takewhile
from operator import itemgetter
from statistics import median

from pipeline.pricing import (
    Habits,
    Price,
    Trait,
    habits_of,
    one_owner,
    piece_price,
    running_prices,
    stage_last,
    traits_of,
)
from pipeline.roles import Part

__all__ = ["split"]

LONGEST = 90  # boxes of the longest piece considered
HOPELESS = 25.0  # a piece of this price is not looked at, nor any longer one
JOIN = 2.0  # what joining pieces that stand apart has to gain; more where owners do not tell charts apart
MISCOUNT = 6.0  # a chart more or less than there are titles
BROKEN = 0.5  # a chart of at least this price may be a piece of a broken one
MANY = 500  # pieces of a sequence beyond which it is cut and left at that
MOST = 60  # pieces looked at for joins and moves, so that time stays bounded
BEAM, PATIENCE = 6, 3  # states kept, and rounds without gain, while charts are mended
SHORT = 4  # boxes of an end of a run that may be exchanged for another
# What each chart costs, and from where on a piece pays less for what it lacks: its other pieces are not known yet.
TRIALS = ((0.5, 1.5), (-0.5, 1.0), (-2.0, 3.0), (1.5, 3.0))

Piece = tuple[int, ...]  # the places of a chart's parts in the sequence, ascending


def split(parts: Sequence[Part], expected: int | None) -> list[list[Part]]:
    """The parts of each chart, charts in the order of their longest runs; `expected` is the number of titles."""
    traits, habits = traits_of(parts), habits_of(parts)
    if not any(trait.stage for trait in traits):
        return [list(parts)] if parts else []
    first = _cut(_prices(traits, habits), *TRIALS[0])
    habits = replace(
        habits,
        one_owner=one_owner([[parts[place] for place in piece] for piece in first]),
        stage_last=stage_last([[traits[place] for place in piece] for piece in first]),
    )
    prices = _prices(traits, habits)
    worth, best = _solved(prices, _Costs(traits, habits, expected))
    if (expected and len(best) != expected) or habits.one_owner > 0.5:
        # Some may be broken: at first let pieces join and part for little, then for the full price.
        _, cheaply = _solved(prices, _Costs(traits, habits, expected, scale=0.3))
        costs = _Costs(traits, habits, expected)
        mended = _mended(cheaply, costs)
        _, best = min((worth, best), (costs.total(mended), mended), key=itemgetter(0))
    return [[parts[place] for place in piece] for piece in sorted(best, key=lambda piece: max(_runs(piece), key=len))]


@dataclass(slots=True)
class _Costs:
    """What pieces cost, with joins and miscounts at a scale of their full price."""

    traits: Sequence[Trait]
    habits: Habits
    expected: int | None
    scale: float = 1.0
    known: dict[Piece, float] = field(default_factory=dict)

    def of(self, piece: Piece) -> float:
        """The price of one chart and of the breaks in it."""
        if piece not in self.known:
            breaks = sum(after != before + 1 for before, after in pairwise(piece))
            join = self.scale * JOIN * (2.5 - 1.5 * self.habits.one_owner)
            self.known[piece] = piece_price(piece, self.traits, self.habits) + join * breaks if piece else 0.0
        return self.known[piece]

    def total(self, pieces: Collection[Piece]) -> float:
        """The price of all charts, and of being more or fewer than expected."""
        miscount = abs(len(pieces) - (self.expected or len(pieces)))
        return sum(map(self.of, pieces)) + self.scale * MISCOUNT * miscount

    def troubled(self, pieces: Collection[Piece]) -> list[Piece]:
        """The charts that cost clearly more than is usual in this document, but no more than can be looked after."""
        return self.costliest(pieces, median(map(self.of, pieces)) + BROKEN)

    def costliest(self, pieces: Collection[Piece], least: float) -> list[Piece]:
        """Some pieces that cost at least this much, the costliest first."""
        return nsmallest(MOST, (piece for piece in pieces if self.of(piece) >= least), key=lambda p: (-self.of(p), p))


def _solved(prices: Sequence[Sequence[Price]], costs: _Costs) -> tuple[float, Collection[Piece]]:
    """The best pieces found, and what they cost."""
    cuts = [cut for trial in TRIALS if len(cut := _cut(prices, *trial)) <= MANY]
    if not cuts:
        cut = _cut(prices, *TRIALS[0])
        return costs.total(cut), cut
    best = _mended(min((_joined(cut, costs) for cut in cuts), key=costs.total), costs)
    return costs.total(best), best


def _prices(traits: Sequence[Trait], habits: Habits) -> list[list[Price]]:
    """The prices of the pieces from each start on, up to where a piece contradicts itself hopelessly."""
    return [
        list(takewhile(lambda price: price[0] < HOPELESS, islice(running_prices(start, traits, habits), LONGEST)))
        for start in range(len(traits))
    ]


def _cut(prices: Sequence[Sequence[Price]], per_chart: float, incomplete: float) -> list[Piece]:
    """The cheapest way to cut the whole sequence into pieces."""
    total = len(prices)
    cheapest, came_from = [0.0] + [float("inf")] * total, [0] * (total + 1)
    for start in range(total):
        begin = cheapest[start] + per_chart
        for end, (contradicted, lacking) in enumerate(prices[start], start + 1):
            price = begin + contradicted + min(lacking, incomplete + 0.3 * (lacking - incomplete))
            if price < cheapest[end]:
                cheapest[end], came_from[end] = price, start
    pieces: list[Piece] = []
    end = total
    while end:
        pieces.append(tuple(range(came_from[end], end)))
        end = came_from[end]
    return pieces[::-1]


def _joined(pieces: Collection[Piece], costs: _Costs) -> Collection[Piece]:
    """The pieces after the two that gain most by it were joined, again and again."""
    left = set(pieces)
    while len(left) > (costs.expected or 1):
        pairs = combinations(costs.costliest(left, BROKEN), 2)
        joins = ((a, b, tuple(sorted(a + b))) for a, b in pairs if len(a) + len(b) <= 2 * LONGEST)
        gains = ((costs.of(a) + costs.of(b) - costs.of(both), a, b, both) for a, b, both in joins)
        gain, a, b, both = max(gains, default=(0.0, (), (), ()))
        if gain <= 0:
            break
        left = left - {a, b} | {both}
    return left


def _mended(pieces: Collection[Piece], costs: _Costs) -> Collection[Piece]:
    """The pieces after moving ends of runs from chart to chart; a beam search, as a move may cost before it gains."""
    best = frozenset(pieces)
    beam, seen, idle = [best], {best}, 0
    while beam and idle < PATIENCE:
        found = {state for left in beam for state in _moved(left, costs, harder=idle > 0)} - seen
        beam = nsmallest(BEAM, found, key=lambda state: (costs.total(state), sorted(state)))
        seen.update(beam)
        idle += 1
        if beam and costs.total(beam[0]) < costs.total(best) - 0.01:
            best, idle = beam[0], 0
    return best


def _moved(left: frozenset[Piece], costs: _Costs, *, harder: bool) -> Iterator[frozenset[Piece]]:
    """The most gainful states one move away; also less likely ones if `harder`."""
    moves = chain(_moves(left, costs), _swaps(left, costs)) if harder else _moves(left, costs)
    for _, a, b, new_a, new_b in nsmallest(4 * BEAM, moves):
        yield left - {a, b} | {piece for piece in (new_a, new_b) if piece}


Move = tuple[float, Piece, Piece, Piece, Piece]  # gain, two charts, what becomes of them


def _moves(left: frozenset[Piece], costs: _Costs) -> Iterator[Move]:
    """A run from chart a to b: to a new or any troubled chart if a is troubled, to one beside the run if a or b is."""
    troubled = set(costs.troubled(left))
    chart_of = {i: piece for piece in left for i in piece}
    for a in left:
        for run in _ends_of_runs(a):
            beside = {chart_of.get(run[0] - 1, a), chart_of.get(run[-1] + 1, a)}
            targets = ({*troubled, *beside, ()} if a in troubled else troubled & beside) - {a}
            rest = _without(a, run) if targets else ()
            for b in targets:
                both = tuple(sorted(b + run))
                yield costs.of(rest) + costs.of(both) - costs.of(a) - costs.of(b), a, b, rest, both


def _swaps(left: frozenset[Piece], costs: _Costs) -> Iterator[Move]:
    """Short ends of runs of two troubled charts, exchanged."""
    for a, b in combinations(costs.troubled(left), 2):
        ends_of_b = [run for run in _ends_of_runs(b) if len(run) <= SHORT]
        for run in _ends_of_runs(a):
            if len(run) <= SHORT:
                for other in ends_of_b:
                    new_a = tuple(sorted(_without(a, run) + other))
                    new_b = tuple(sorted(_without(b, other) + run))
                    yield costs.of(new_a) + costs.of(new_b) - costs.of(a) - costs.of(b), a, b, new_a, new_b


def _without(piece: Piece, run: Piece) -> Piece:
    return tuple(i for i in piece if not run[0] <= i <= run[-1])


def _ends_of_runs(piece: Piece) -> Iterator[Piece]:
    """Every beginning and every end of the unbroken runs of a chart's boxes."""
    for run in _runs(piece):
        for cut in range(1, len(run)):
            yield run[:cut]
            yield run[cut:]
        yield run


def _runs(piece: Piece) -> Iterator[Piece]:
    start = 0
    for i in range(1, len(piece) + 1):
        if i == len(piece) or piece[i] != piece[i - 1] + 1:
            yield piece[start:i]
            start = i
