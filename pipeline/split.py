"""Which boxes make one chart: the sequence of boxes is cut, and broken charts are joined, so that each comes out whole.

Every candidate chart is priced by what a whole chart looks like: one opening and one closing stage, no stage twice,
one header, as many measures as risks, a label for each, stages of one family in one direction. Cutting is dynamic
programming over that price (the segmentation form of Bellman's principle, as in Jackson et al. 2005, "An algorithm for
optimal partitioning of data on an interval"); pieces of broken charts are then joined while that makes the sum smaller.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from heapq import nsmallest
from itertools import chain, combinations, pairwise
from operator import itemgetter
from statistics import median

from pipeline.roles import Part, Role
from pipeline.terms import CLOSING, OPENING, stage_term
from pipeline.wording import cue_stage, family_of, votes

__all__ = ["split"]

LONGEST = 90  # boxes of one chart, and of the longest piece considered
FAR_APART = 30  # blank lines that speak for another chart: the anchor moved on
JOIN = 2.0  # what joining pieces that stand apart has to gain; more where owners do not tell charts apart
BROKEN = 0.5  # a chart of at least this price may be a piece of a broken one
FEWEST = 3  # stages of a usual chart
UNKNOWN_BARE = 0.2  # how likely a stage the genre does not know stands without boxes
MISCOUNT = 6.0  # a chart more or less than there are titles
BEAM, PATIENCE = 6, 3  # states kept, and rounds without gain, while charts are mended
SHORT = 4  # boxes of an end of a run that may be exchanged for another
# What each chart costs, and from where on a piece pays less for what it lacks: its other pieces are not known yet.
TRIALS = ((0.5, 1.5), (-0.5, 1.0), (-2.0, 3.0), (1.5, 3.0))

Piece = tuple[int, ...]


def split(parts: Sequence[Part], expected: int | None) -> list[list[Part]]:
    """The parts of each chart, charts in the order of their longest runs; `expected` is the number of titles."""
    habits = _habits(parts)
    first = _cut(parts, _prices(parts, habits), *TRIALS[0])
    habits = replace(habits, one_owner=_one_owner([[parts[i] for i in piece] for piece in first]))
    prices = _prices(parts, habits)
    price = cache(lambda piece: _whole_price(piece, parts, habits))
    solve = partial(_solved, parts, prices, price, habits, expected)
    solved = solve((1.0,))
    if (expected and len(solved[1]) != expected) or habits.one_owner > 0.5:
        # Some may be broken: at first let pieces join and part for little, then for the full price.
        solved = min(solved, solve((0.3, 1.0)), key=itemgetter(0))
    best = solved[1]
    return [[parts[i] for i in piece] for piece in sorted(best, key=lambda piece: max(_runs(piece), key=len))]


def _solved(
    parts: Sequence[Part],
    prices: Sequence[Sequence[tuple[float, float]]],
    price: Callable[[Piece], float],
    habits: "_Habits",
    expected: int | None,
    scales: Iterable[float],
) -> tuple[float, Collection[Piece]]:
    """The best pieces found and what they cost, joins and miscounts at each scale of their price in turn."""
    best: Collection[Piece] = ()
    for scale in scales:

        @cache
        def cost(piece: Piece, join: float = scale * JOIN * (2.5 - 1.5 * habits.one_owner)) -> float:
            breaks = sum(after != before + 1 for before, after in pairwise(piece))
            return price(piece) + join * breaks if piece else 0.0

        def worth(
            pieces: Collection[Piece], cost: Callable[[Piece], float] = cost, miscount: float = scale * MISCOUNT
        ) -> float:
            return sum(map(cost, pieces)) + miscount * abs(len(pieces) - (expected or len(pieces)))

        best = best or min((_joined(_cut(parts, prices, *trial), cost, expected) for trial in TRIALS), key=worth)
        best = _mended(best, cost, worth)
    return worth(best), best


@dataclass(frozen=True, slots=True)
class _Habits:
    """What is usual in this document, so that a chart is not blamed for what none of them has."""

    headers: bool
    opens: bool
    closes: bool
    labelled: bool
    monitored: bool
    one_owner: float = 0.3  # 0 where charts have many owners, 1 where each has one


def _habits(parts: Sequence[Part]) -> _Habits:
    stages = [part.stage for part in parts if part.role is Role.STAGE]
    risks = sum(part.role is Role.RISK for part in parts)
    repeats = Counter(stages).most_common(1)[0][1] if stages else 1
    return _Habits(
        headers=sum("header" in part.labels for part in parts) * 2 > repeats,
        opens=sum(map(_opens, stages)) * 2 > repeats,
        closes=sum(map(_closes, stages)) * 2 > repeats,
        monitored=any(part.role is Role.MONITOR for part in parts),
        labelled=sum(part.labels.count("risk") for part in parts) * 2 > risks,
    )


def _one_owner(pieces: Iterable[Sequence[Part]]) -> float:
    """1 where nearly all charts with several owner lines name one owner only, 0 where few do."""
    owners = [[part.parties for part in piece if part.parties] for piece in pieces]
    several = [set(own) for own in owners if len(own) > 1]
    single = sum(len(own) == 1 for own in several) / max(1, len(several))
    return min(1.0, max(0.0, (single - 0.4) / 0.4))


def _opens(stage: str) -> bool:
    term = stage_term(stage)
    return term is not None and term.name in OPENING


def _closes(stage: str) -> bool:
    return bool(CLOSING.search(stage))


@dataclass(slots=True)
class _Order:
    """What the order of one unbroken run of boxes says: where stages, opening, closing, header and boxes stand."""

    boxes: int = 0
    jumps: int = 0
    stages: int = 0
    opening: int | None = None
    closing: int | None = None
    header: int | None = None
    ranks: list[float] = field(default_factory=list)
    turns: float = 0.0
    before: int = 0  # boxes before the first stage
    behind: int = 0  # boxes behind the last one

    def add(self, part: Part) -> None:
        self.jumps += self.boxes > 0 and part.box.gap >= FAR_APART
        self.boxes += 1
        if part.role is Role.STAGE:
            self._add_stage(part.stage)
        elif "header" in part.labels:
            self.header = self.stages
        elif part.role in (Role.RISK, Role.MEASURE):
            self.before += not self.stages
            self.behind += 1

    def _add_stage(self, stage: str) -> None:
        if _opens(stage) and self.opening is None:
            self.opening = self.stages
        if _closes(stage) and self.closing is None:
            self.closing = self.stages
        self.stages += 1
        self.behind = 0
        if term := stage_term(stage):
            self.ranks.append(term.rank)
            if len(self.ranks) > 2 and (self.ranks[-3] - self.ranks[-2]) * (self.ranks[-2] - term.rank) < 0:
                self.turns += 0.4 + 0.15 * abs(self.ranks[-2] - term.rank)

    def disorder(self) -> float:
        """The price of stages out of order, of a header at the wrong end, and of boxes on both sides of the stages."""
        both_sides = min(self.before, self.behind) if self.stages and not self.turns else 0
        after_closing = self.behind if self.closing == self.stages - 1 > 0 else 0
        return (
            self.turns
            + 1.5 * self.jumps
            + 1.0 * self._out_of_place()
            + 1.0 * self._header_at_wrong_end()
            + 1.0 * (min(2, self.header, self.stages - self.header) if self.header is not None else 0)
            + 0.5 * both_sides
            + 0.3 * after_closing
        )

    def _out_of_place(self) -> int:
        """Stages before the opening or after the closing, or the other way round in a reversed chart."""
        last = self.stages - 1
        forward = (self.opening or 0) + (last - self.closing if self.closing is not None else 0)
        backward = (last - self.opening if self.opening is not None else 0) + (self.closing or 0)
        return min(forward, backward)

    def _header_at_wrong_end(self) -> bool:
        """A header stands behind the last stage, or before the first one where the stages run backwards."""
        if self.header is None or len(self.ranks) < 3 or self.ranks[0] == self.ranks[-1]:
            return False
        return self.header == (self.stages if self.ranks[0] < self.ranks[-1] else 0)


@dataclass(slots=True)
class _Count:
    """What has been counted in a candidate chart, box by box in drawing order."""

    boxes: Counter[Role] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    texts: Counter[str] = field(default_factory=Counter)
    stages: Counter[str] = field(default_factory=Counter)
    families: Counter[str | None] = field(default_factory=Counter)
    parties: set[str] = field(default_factory=set)
    spoken: dict[tuple[Role, str], float] = field(default_factory=lambda: defaultdict(float))
    speaks: Counter[str | None] = field(default_factory=Counter)
    places: Counter[str | None] = field(default_factory=Counter)
    openings: int = 0
    closings: int = 0
    headers: int = 0
    content: float = 0.0  # how many stages are likely to have boxes
    order: _Order = field(default_factory=_Order)
    disorder: float = 0.0  # of the runs before the present one
    last: int | None = None

    def add(self, place: int, part: Part) -> None:
        if self.last is not None and place != self.last + 1:
            self.disorder += self.order.disorder()
            self.order = _Order()
        self.last = place
        self.order.add(part)
        self.boxes[part.role] += 1
        self.labels.update(part.labels)
        self.headers += "header" in part.labels
        self.parties.update(part.parties)
        if part.role is Role.STAGE:
            self._add_stage(part.stage)
        elif part.items:
            self.texts["".join(part.items)] += 1
            self._add_wording(part)

    def _add_stage(self, stage: str) -> None:
        term = stage_term(stage)
        self.stages[stage] += 1
        self.openings += _opens(stage)
        self.closings += _closes(stage)
        self.places[cue_stage(stage)] += 1
        self.families[term.family if term else None] += 1
        self.content += 1 - (term.bare if term else UNKNOWN_BARE)

    def _add_wording(self, part: Part) -> None:
        self.speaks[family_of(part.items)] += 1
        if part.role is not Role.MONITOR:
            for stage, share in votes(part.items).items():
                self.spoken[part.role, stage] += share

    def contradictions(self, habits: _Habits) -> float:
        """What no whole chart has: a stage, header or opening twice, two families, disorder, boxes of another chart."""
        stages = self.stages.total()
        return (
            3.0 * (stages - len(self.stages))
            + 3.0 * max(0, self.headers - 1)
            + 2.0 * max(0, self.openings - 1)
            + 2.5 * max(0, self.closings - 1)
            + 3.0 * min(self.families["application"], self.families["case"])
            + 2.0 * max(0, max(self.boxes[Role.RISK], self.boxes[Role.MEASURE]) - stages)
            + 0.3 * (self.texts.total() - len(self.texts))
            + (0.5 + 3.5 * habits.one_owner) * max(0, len(self.parties) - 1)
            + 1.0 * self._foreign_boxes()
            + 0.5 * self._boxes_without_stage(Role.RISK)
            + 0.3 * self._boxes_without_stage(Role.MEASURE)
            + self.disorder
            + self.order.disorder()
        )

    def _foreign_boxes(self) -> int:
        """Boxes that speak of a case in a chart about an application, or the other way round."""
        lead = self.families["application"] - self.families["case"]
        return self.speaks["case"] if lead > 1 else self.speaks["application"] if lead < -1 else 0

    def _boxes_without_stage(self, role: Role) -> float:
        """How many boxes speak of a stage that the chart has not, or has given away already."""
        surplus = sum(
            max(0.0, share - self.places[stage]) for (spoken, stage), share in self.spoken.items() if spoken is role
        )
        return max(0.0, surplus - self.places[None])

    def lacks(self, habits: _Habits) -> float:
        """What a whole chart has and this one has not: a header, an opening, a closing, measures for risks, labels."""
        risks, measures = self.boxes[Role.RISK], self.boxes[Role.MEASURE]
        return (
            1.5 * abs(risks - measures)
            + 0.2 * abs(max(risks, measures) - self.content)
            + 0.8 * max(0, FEWEST - self.stages.total())
            + 1.0 * (risks + measures == 0)
            + 1.0 * (habits.headers and not self.headers)
            + 1.0 * (habits.opens and not self.openings)
            + 1.0 * (habits.closes and not self.closings)
            + 0.1 * habits.monitored * (risks - self.boxes[Role.MONITOR]) ** 2
            + 0.5 * habits.labelled * (self._missing("risk", risks) + self._missing("measure", measures))
        )

    def _missing(self, label: str, boxes: int) -> int:
        """How far the labels are from one for each box and one in the header; a chart without any has another style."""
        return abs(self.labels[label] - min(1, self.headers) - boxes) if self.labels[label] else min(1, boxes)


def _prices(parts: Sequence[Part], habits: _Habits) -> list[list[tuple[float, float]]]:
    """What the pieces parts[start:end] contradict and what they lack, by start, for end = start + 1, start + 2, …"""
    return [_prices_from(start, parts, habits) for start in range(len(parts))]


def _prices_from(start: int, parts: Sequence[Part], habits: _Habits) -> list[tuple[float, float]]:
    count, prices = _Count(), []
    for i, part in enumerate(parts[start : start + LONGEST], start):
        count.add(i, part)
        prices.append((count.contradictions(habits), count.lacks(habits)))
    return prices


def _cut(
    parts: Sequence[Part], prices: Sequence[Sequence[tuple[float, float]]], per_chart: float, incomplete: float
) -> list[Piece]:
    """The cheapest way to cut the whole sequence into pieces."""
    total = len(parts)
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


def _joined(pieces: list[Piece], cost: Callable[[Piece], float], expected: int | None) -> list[Piece]:
    """The pieces after the two that gain most by it were joined, again and again."""
    left = set(pieces)
    while len(left) > (expected or 1):
        broken = [piece for piece in left if cost(piece) >= BROKEN]
        joins = ((a, b, tuple(sorted(a + b))) for a, b in combinations(broken, 2))
        gain, a, b, both = max(
            ((cost(a) + cost(b) - cost(both), a, b, both) for a, b, both in joins), default=(0.0, (), (), ())
        )
        if gain <= 0:
            break
        left = left - {a, b} | {both}
    return list(left)


def _troubled(pieces: Collection[Piece], cost: Callable[[Piece], float]) -> list[Piece]:
    """The charts that cost clearly more than is usual in this document."""
    usual = median(map(cost, pieces))
    return [piece for piece in pieces if cost(piece) >= usual + BROKEN]


def _mended(
    pieces: Collection[Piece], cost: Callable[[Piece], float], worth: Callable[[Collection[Piece]], float]
) -> Collection[Piece]:
    """The pieces after moving ends of runs from chart to chart; a beam search, as a move may cost before it gains."""
    best = frozenset(pieces)
    beam, seen, idle = [best], {best}, 0
    while beam and idle < PATIENCE:
        found = {state for left in beam for state in _moved(left, cost, harder=idle > 0)} - seen
        beam = nsmallest(BEAM, found, key=lambda state: (worth(state), sorted(state)))
        seen.update(beam)
        idle += 1
        if beam and worth(beam[0]) < worth(best) - 0.01:
            best, idle = beam[0], 0
    return best


def _moved(left: frozenset[Piece], cost: Callable[[Piece], float], *, harder: bool) -> Iterator[frozenset[Piece]]:
    """The most gainful states one move away; also less likely ones if `harder`."""
    moves = chain(_moves(left, cost), _swaps(left, cost)) if harder else _moves(left, cost)
    for _, a, b, new_a, new_b in nsmallest(4 * BEAM, moves):
        yield left - {a, b} | {piece for piece in (new_a, new_b) if piece}


Move = tuple[float, Piece, Piece, Piece, Piece]  # gain, two charts, what becomes of them


def _moves(left: frozenset[Piece], cost: Callable[[Piece], float]) -> Iterator[Move]:
    """A run from chart a to b: to a new or any troubled chart if a is troubled, to one beside the run if a or b is."""
    troubled = set(_troubled(left, cost))
    chart_of = {i: piece for piece in left for i in piece}
    for a in left:
        for run in _ends_of_runs(a):
            beside = {chart_of.get(run[0] - 1, a), chart_of.get(run[-1] + 1, a)}
            targets = ({*troubled, *beside, ()} if a in troubled else troubled & beside) - {a}
            rest = _without(a, run) if targets else ()
            for b in targets:
                both = tuple(sorted(b + run))
                yield cost(rest) + cost(both) - cost(a) - cost(b), a, b, rest, both


def _swaps(left: frozenset[Piece], cost: Callable[[Piece], float]) -> Iterator[Move]:
    """Short ends of runs of two troubled charts, exchanged."""
    for a, b in combinations(_troubled(left, cost), 2):
        ends_of_b = [run for run in _ends_of_runs(b) if len(run) <= SHORT]
        for run in _ends_of_runs(a):
            if len(run) <= SHORT:
                for other in ends_of_b:
                    new_a = tuple(sorted(_without(a, run) + other))
                    new_b = tuple(sorted(_without(b, other) + run))
                    yield cost(new_a) + cost(new_b) - cost(a) - cost(b), a, b, new_a, new_b


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


def _whole_price(piece: Piece, parts: Sequence[Part], habits: _Habits) -> float:
    count = _Count()
    for i in piece:
        count.add(i, parts[i])
    return count.contradictions(habits) + count.lacks(habits)
