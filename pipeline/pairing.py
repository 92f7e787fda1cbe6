"""Which box belongs to which stage: one assignment per chart over wording, position, order and labels together.

The cost of an assignment is a sum over boxes (does the box speak of the stage? does it stand beside it?), over pairs of
boxes (are they in the order of their stages?) and over stages (a stage with a label pair has boxes; risks and measures
go together). It is made small by moving and exchanging boxes from several starts; charts are small enough for that.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from pipeline.roles import CONTENT, Part, Role
from pipeline.terms import UNKNOWN_BARE, stage_term
from pipeline.wording import cue_stage, half_at_least, topical, votes

__all__ = ["Lore", "Pairing", "Rival", "learned", "pair", "without"]

WORDING, POSITION, ORDER, SHARING, ALONE, BARE = 2.0, 0.8, 0.3, 3.0, 1.0, 0.5  # prices, see _Costs.total
LARGEST = 900  # boxes times stages of the largest chart that is searched; real ones have up to some 500
COMMON = 0.5  # a word in more of a chart's boxes than this tells nothing
CERTAIN = 1.0  # margin from which a box teaches which stage its sentences belong to

Lore = Mapping[tuple[Role, str], Counter[str]]  # (kind, sentence) -> stage label -> how often, where it is certain
Assignment = tuple[int, ...]  # of each content box in drawing order: the number of its stage in drawing order


@dataclass(frozen=True, slots=True)
class Rival:
    """The cheapest assignment that moves a box: the stage it would get, and how much more that costs."""

    stage: int
    margin: float


@dataclass(frozen=True, slots=True)
class Pairing:
    """The stages and content boxes of one chart in drawing order, the stage of each box, and that stage's rival."""

    stages: tuple[Part, ...]
    boxes: tuple[Part, ...]
    stage_of: Assignment
    rivals: tuple[Rival, ...]


def pair(parts: Sequence[Part], lore: Lore) -> Pairing:
    """The cheapest assignment of the content boxes of a chart to its stages; all to stage 0 if it has none or one."""
    stages = tuple(part for part in parts if part.role is Role.STAGE)
    boxes = tuple(part for part in parts if part.role in CONTENT)
    if len(stages) < 2 or not boxes:  # nothing to choose
        return Pairing(stages, boxes, (0,) * len(boxes), (Rival(0, math.inf),) * len(boxes))
    solved = [_solved(_Costs.of(parts, stages, boxes, lore, side)) for side in (0, -1)]
    _, stage_of, costs = min(solved, key=lambda result: result[0])
    return Pairing(stages, boxes, stage_of, costs.rivals(stage_of))


def learned(pairings: Iterable[Pairing]) -> Lore:
    """What charts teach about which sentence stands at which stage, where that was certain."""
    lore: dict[tuple[Role, str], Counter[str]] = defaultdict(Counter)
    for pairing in pairings:
        for key, stage in _lessons(pairing):
            lore[key][stage] += 1
    return lore


def without(lore: Lore, pairing: Pairing) -> Lore:
    """The lore less what one chart has taught: a chart is no witness in its own case."""
    rest = dict(lore)
    for key, stage in _lessons(pairing):
        rest[key] = rest[key] - Counter([stage])
    return rest


def _lessons(pairing: Pairing) -> Iterator[tuple[tuple[Role, str], str]]:
    for part, stage, rival in zip(pairing.boxes, pairing.stage_of, pairing.rivals, strict=True):
        if rival.margin >= CERTAIN and pairing.stages:
            for item in part.items:
                yield (part.role, item), pairing.stages[stage].stage


@dataclass(frozen=True, slots=True)
class _Costs:
    """The price list of one chart: `place[box][stage]`, and what a stage costs that has boxes or has none."""

    kinds: tuple[int, ...]  # of each box: its place in CONTENT
    place: tuple[tuple[float, ...], ...]
    bare: tuple[float, ...]  # of each stage: log odds of standing without boxes

    @classmethod
    def of(
        cls, parts: Sequence[Part], stages: Sequence[Part], boxes: Sequence[Part], lore: Lore, side: int
    ) -> "_Costs":
        """`side` 0: boxes stand before their stage; -1: behind it."""
        behind, labels = _positions(parts)
        telling = _telling(boxes, behind)
        labels_by_stage = labels[:-1] if side == 0 else labels[1:]
        names = [stage.stage for stage in stages]
        words = _telling_words(names, boxes)
        place = tuple(
            tuple(
                WORDING * (1 - _affinity(part, stage, names, words, lore))
                + POSITION * telling * min(2, abs(behind[box] + side - stage))
                for stage, name in enumerate(names)
            )
            for box, part in enumerate(boxes)
        )
        bare = tuple(
            _log_odds_bare(name, labels_by_stage[stage], telling if sum(labels) else 0.0)
            for stage, name in enumerate(names)
        )
        return cls(tuple(CONTENT.index(part.role) for part in boxes), place, bare)

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
        return SHARING * shared + ALONE * unmatched + BARE * bare

    def neighbours(self, stage_of: Assignment) -> Iterator[tuple[tuple[int, ...], Assignment]]:
        """The assignments one move or exchange away, with the boxes that moved."""
        for box, stage in enumerate(stage_of):
            for other in range(len(self.bare)):
                if other != stage:
                    yield (box,), (*stage_of[:box], other, *stage_of[box + 1 :])
        for a, b in combinations(range(len(stage_of)), 2):
            if stage_of[a] != stage_of[b] and self.kinds[a] == self.kinds[b]:
                exchanged = list(stage_of)
                exchanged[a], exchanged[b] = stage_of[b], stage_of[a]
                yield (a, b), tuple(exchanged)

    def rivals(self, stage_of: Assignment) -> tuple[Rival, ...]:
        """Of each box the cheapest assignment that moves it."""
        if not self.small:
            return tuple(Rival(stage, 0.0) for stage in stage_of)
        now = self.total(stage_of)
        rivals = [Rival(stage, math.inf) for stage in stage_of]
        for moved, other in self.neighbours(stage_of):
            extra = self.total(other) - now
            for box in moved:
                if extra < rivals[box].margin:
                    rivals[box] = Rival(other[box], extra)
        return tuple(rivals)


def _solved(costs: _Costs) -> tuple[float, Assignment, _Costs]:
    """The cheapest assignment found by moves and exchanges from several starts."""
    cheapest = min((_descended(costs, start) for start in _starts(costs)), key=lambda found: found[0])
    return (*cheapest, costs)


def _starts(costs: _Costs) -> Iterator[Assignment]:
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


def _descended(costs: _Costs, stage_of: Assignment) -> tuple[float, Assignment]:
    now = costs.total(stage_of)
    while costs.small:
        price, best = min((costs.total(other), other) for _, other in costs.neighbours(stage_of))
        if price >= now - 1e-9:
            break
        now, stage_of = price, best
    return now, stage_of


def _positions(parts: Sequence[Part]) -> tuple[list[int], list[int]]:
    """Of each content box the stages before it; the number of labels before each stage and behind the last one."""
    behind, labels = [], [0]
    for part in parts:
        if part.role is Role.STAGE:
            labels.append(0)
        elif part.role in CONTENT:
            behind.append(len(labels) - 1)
        elif part.role is Role.LABEL and "header" not in part.labels:
            labels[-1] += len({"risk", "measure"} & set(part.labels))
    return behind, labels


def _telling(boxes: Sequence[Part], behind: Sequence[int]) -> float:
    """0 where the boxes of a kind stand in heaps, 1 where each stands in a place of its own."""
    shares = []
    for role in (Role.RISK, Role.MEASURE):
        places = [place for part, place in zip(boxes, behind, strict=True) if part.role is role]
        if places:
            shares.append(len(set(places)) / len(places))
    return max(0.0, (sum(shares) / len(shares) - 0.4) / 0.6) if shares else 0.0


def _log_odds_bare(name: str, labels: int, telling: float) -> float:
    """How likely a stage is to have no boxes: by its name, and by the labels beside it where places tell anything."""
    term = stage_term(name)
    bare = term.bare if term else UNKNOWN_BARE
    return math.log(bare / (1 - bare)) + telling * (-2.0 if labels else 1.5)


def _affinity(part: Part, stage: int, names: Sequence[str], words: Sequence[tuple[str, ...]], lore: Lore) -> float:
    """How much a box speaks of a stage, 0 to 1: by cues, by the words of the stage's name, by what was learned."""
    name = names[stage]
    cue = cue_stage(name)
    by_cue = votes(part.items)[cue] if cue else 0.0
    memory = 0.4 if part.role is Role.MONITOR else 1.0  # monitoring points are put alike at many stages
    return min(1.0, 0.8 * by_cue + 0.6 * _likeness(part, stage, words) + memory * _remembered(part, name, lore))


def _telling_words(names: Sequence[str], boxes: Sequence[Part]) -> list[tuple[str, ...]]:
    """Of each stage's name the words (two characters) that do not stand in every other box; all if they all do."""
    texts = ["".join(map(topical, (*part.items, *part.parties))) for part in boxes]

    def common(word: str) -> bool:
        return sum(word in text for text in texts) > COMMON * len(texts)

    words = ([name[i : i + 2] for i in range(max(1, len(name) - 1))] for name in names)
    return [tuple(word for word in own if not common(word)) or tuple(own) for own in words]


def _likeness(part: Part, stage: int, words: Sequence[tuple[str, ...]]) -> float:
    """How far the sentences and the owner of a box mention a stage; what stands first in a sentence counts most."""
    texts = [topical(text) for text in (*part.items, *part.parties)]
    shares = [share for text in texts if (share := _mentioned(text, stage, words)) is not None]
    return sum(shares) / len(shares) * half_at_least(len(shares) / len(texts)) if shares else 0.0


@lru_cache(maxsize=1 << 14)
def _mention(text: str, words: tuple[str, ...]) -> int:
    """Where the first of some words stands in a text; -1 if none does."""
    return min((place for word in words if (place := text.find(word)) >= 0), default=-1)


def _mentioned(text: str, stage: int, words: Sequence[tuple[str, ...]]) -> float | None:
    """1 if a text names this stage before any other, less if later, 0 if only others; None if it names no stage."""
    places = [_mention(text, own) for own in words]
    firsts = [place for place in places if place >= 0]
    if not firsts:
        return None
    return 0.0 if places[stage] < 0 else 1.0 if places[stage] == min(firsts) else 0.4


def _remembered(part: Part, name: str, lore: Lore) -> float:
    shares = [
        seen[name] / total for item in part.items if (seen := lore.get((part.role, item))) and (total := seen.total())
    ]
    return sum(shares) / len(part.items) if shares else 0.0
