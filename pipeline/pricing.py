"""What a candidate chart costs: by what no whole chart has, and by what every whole chart has and this one lacks.

A whole chart has one opening and one closing stage, no stage twice, one header, as many measures as risks, a label for
each, stages of one family in one direction, and sentences that speak of its own stages. The prices were set by hand on
charts whose boxes are known; only their proportions matter.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.roles import Part, Role
from pipeline.terms import CLOSING, CUES, OPENING, UNKNOWN_BARE, stage_term
from pipeline.wording import cue_stage, family_of, votes

__all__ = [
    "Habits",
    "Price",
    "Trait",
    "habits_of",
    "one_owner",
    "piece_price",
    "running_prices",
    "stage_last",
    "traits_of",
]

FAR_APART = 30  # blank lines that speak for another chart: the anchor moved on
FEWEST = 3  # stages of a usual chart

Price = tuple[float, float]  # for what it contradicts, for what it lacks
_CUE_NUMBER = {stage: number for number, stage in enumerate(CUES)}
_NO_CUE = len(CUES)
_FAMILY_NUMBER = {"application": 0, "case": 1, None: 2}


@dataclass(frozen=True, slots=True)
class Habits:
    """What is usual in this document, so that a chart is not blamed for what none of them has."""

    headers: bool
    opens: bool
    closes: bool
    labelled: bool
    monitored: bool
    one_owner: float = 0.3  # 0 where charts have many owners, 1 where each has one
    stage_last: float = 0.5  # the share of charts whose boxes stand before their stages


def habits_of(parts: Sequence[Part]) -> Habits:
    """The habits of a document, but for its owners, which are known only when charts are."""
    stages = [part.stage for part in parts if part.role is Role.STAGE]
    risks = sum(part.role is Role.RISK for part in parts)
    repeats = Counter(stages).most_common(1)[0][1] if stages else 1
    return Habits(
        headers=sum("header" in part.labels for part in parts) * 2 > repeats,
        opens=sum(map(_opens, stages)) * 2 > repeats,
        closes=sum(map(_closes, stages)) * 2 > repeats,
        labelled=sum(part.labels.count("risk") for part in parts) * 2 > risks,
        monitored=any(part.role is Role.MONITOR for part in parts),
    )


def one_owner(charts: Iterable[Sequence[Part]]) -> float:
    """1 where nearly all charts with several owner lines name one owner only, 0 where few do."""
    owners = [[part.parties for part in chart if part.parties] for chart in charts]
    several = [set(own) for own in owners if len(own) > 1]
    single = sum(len(own) == 1 for own in several) / max(1, len(several))
    return min(1.0, max(0.0, (single - 0.4) / 0.4))


def _opens(stage: str) -> bool:
    term = stage_term(stage)
    return term is not None and term.name in OPENING


def _closes(stage: str) -> bool:
    return bool(CLOSING.search(stage))


@dataclass(frozen=True, slots=True)
class Trait:
    """What of a part bears on prices, as numbers; sets (stage names, texts, owners) are bits of a document's own."""

    role: Role
    header: bool = False
    risk_labels: int = 0
    measure_labels: int = 0
    far: bool = False
    stage: int = 0
    opens: bool = False
    closes: bool = False
    family: int = 2  # of a stage, or of what a box speaks of
    rank: float | None = None
    content: float = 0.0  # how likely a stage has boxes
    bare_odds: float = 0.0  # the logarithm of the odds that it has none
    cue: int = _NO_CUE
    text: int = 0
    owners: int = 0
    votes: tuple[tuple[int, float], ...] = ()


def traits_of(parts: Sequence[Part]) -> list[Trait]:
    """The traits of the parts of one document, in their order."""
    stages, texts, owners = _Bits(), _Bits(), _Bits()
    return [_trait(part, stages, texts, owners) for part in parts]


class _Bits(dict[object, int]):
    """A bit for each key ever asked for."""

    def __missing__(self, key: object) -> int:
        self[key] = 1 << len(self)
        return self[key]


def _trait(part: Part, stages: _Bits, texts: _Bits, owners: _Bits) -> Trait:
    far = part.box.gap >= FAR_APART
    if part.role is Role.STAGE:
        term, cue = stage_term(part.stage), cue_stage(part.stage)
        bare = term.bare if term else UNKNOWN_BARE
        return Trait(
            part.role,
            far=far,
            stage=stages[part.stage],
            opens=_opens(part.stage),
            closes=_closes(part.stage),
            family=_FAMILY_NUMBER[term.family if term else None],
            rank=term.rank if term else None,
            content=1 - bare,
            bare_odds=math.log(bare / (1 - bare)),
            cue=_CUE_NUMBER[cue] if cue else _NO_CUE,
        )
    return Trait(
        part.role,
        "header" in part.labels,
        part.labels.count("risk"),
        part.labels.count("measure"),
        far,
        family=_FAMILY_NUMBER[family_of(part.items)] if part.items else 2,
        text=texts[part.items] if part.items else 0,
        owners=sum({owners[party] for party in part.parties}),
        votes=tuple((_CUE_NUMBER[stage], share) for stage, share in votes(part.items).items()) if part.items else (),
    )


def _surprise(bare_odds: float, boxes: int) -> float:
    """The price of a stage that has boxes though it is usually bare, or has none though it usually has some."""
    return max(0.0, 0.3 * bare_odds if boxes else -0.1 * bare_odds)


class _Order:
    """What the order of one unbroken run of boxes says: where stages, opening, closing, header and boxes stand."""

    __slots__ = (
        *(
            "before",
            "behind",
            "boxes",
            "closing",
            "header",
            "jumps",
            "last_odds",
            "opening",
            "ranks",
            "stages",
            "turns",
        ),
        *("stage_first", "stage_last"),
    )

    def __init__(self) -> None:
        self.boxes = self.jumps = self.stages = 0
        self.opening: int | None = None
        self.closing: int | None = None
        self.header: int | None = None
        self.ranks: list[float] = []
        self.turns = 0.0
        self.before = self.behind = 0  # boxes before the first stage and behind the last one
        # What the stages say to having the boxes before them (stage_last) or behind them (stage_first).
        self.stage_last = self.stage_first = self.last_odds = 0.0

    def add(self, trait: Trait) -> None:
        self.jumps += trait.far and self.boxes > 0
        self.boxes += 1
        if trait.stage:
            self._add_stage(trait)
        elif trait.header:
            self.header = self.stages
        elif trait.role is Role.RISK or trait.role is Role.MEASURE:
            self.before += not self.stages
            self.behind += 1

    def _add_stage(self, trait: Trait) -> None:
        if trait.opens and self.opening is None:
            self.opening = self.stages
        if trait.closes and self.closing is None:
            self.closing = self.stages
        self.stage_last += _surprise(trait.bare_odds, self.behind if self.stages else self.before)
        if self.stages:
            self.stage_first += _surprise(self.last_odds, self.behind)
        self.last_odds = trait.bare_odds
        self.stages += 1
        self.behind = 0
        if trait.rank is not None:
            ranks = self.ranks
            ranks.append(trait.rank)
            if len(ranks) > 2 and (ranks[-3] - ranks[-2]) * (ranks[-2] - ranks[-1]) < 0:
                self.turns += 0.4 + 0.15 * abs(ranks[-2] - ranks[-1])

    def sides(self) -> tuple[float, float]:
        """What speaks against the boxes of each stage standing before it, and against their standing behind it."""
        stage_first = self.stage_first + _surprise(self.last_odds, self.behind)
        return self.stage_last + 0.5 * self.behind, stage_first + 0.5 * self.before

    def disorder(self, habits: Habits) -> float:
        """The price of stages out of order, of a header out of place, and of boxes on both sides of the stages."""
        price = self.turns + 1.5 * self.jumps + self._out_of_place()
        if self.stages:
            stage_last, stage_first = self.sides()
            unusual = max(0.0, 2 * habits.stage_last - 1.4), max(0.0, 0.6 - 2 * habits.stage_last)
            price += min(stage_last + 2 * unusual[1], stage_first + 2 * unusual[0], 2.0)
        if self.closing == self.stages - 1 > 0:
            price += 0.6 * self.behind
        if self.header is not None:
            price += min(2, self.header, self.stages - self.header) + self._header_at_wrong_end(self.header)
        return price

    def _out_of_place(self) -> int:
        """Stages before the opening or after the closing, or the other way round in a reversed chart."""
        last = self.stages - 1
        forward = (self.opening or 0) + (last - self.closing if self.closing is not None else 0)
        backward = (last - self.opening if self.opening is not None else 0) + (self.closing or 0)
        return min(forward, backward)

    def _header_at_wrong_end(self, header: int) -> bool:
        """A header stands behind the last stage, or before the first one where the stages run backwards."""
        ranks = self.ranks
        if len(ranks) < 3 or ranks[0] == ranks[-1]:
            return False
        return header == (self.stages if ranks[0] < ranks[-1] else 0)


def stage_last(charts: Iterable[Sequence[Trait]]) -> float:
    """The share of charts whose boxes rather stand before their stages than behind them."""
    votes = []
    for chart in charts:
        order = _Order()
        for trait in chart:
            order.add(trait)
        before, behind = order.sides()
        if order.stages > 1 and abs(before - behind) > 0.3:
            votes.append(before < behind)
    return (sum(votes) + 1) / (len(votes) + 2)


class _Count:
    """What has been counted in a candidate chart, box by box in drawing order."""

    def __init__(self) -> None:
        self.boxes = {Role.RISK: 0, Role.MEASURE: 0, Role.MONITOR: 0}
        self.risk_labels = self.measure_labels = self.headers = 0
        self.stages = self.openings = self.closings = 0
        self.stage_bits = self.text_bits = self.owner_bits = 0
        self.texts = 0
        self.families = [0, 0, 0]  # of stages: application, case, neither
        self.speaks = [0, 0, 0]  # of boxes
        self.content = 0.0
        self.places = [0] * (_NO_CUE + 1)
        self.spoken = {Role.RISK: [0.0] * _NO_CUE, Role.MEASURE: [0.0] * _NO_CUE}
        self.surplus = {Role.RISK: 0.0, Role.MEASURE: 0.0}
        self.order = _Order()
        self.disorder = 0.0  # of the runs before the present one
        self.last: int | None = None

    def add(self, place: int, trait: Trait, habits: Habits) -> None:
        if self.last is not None and place != self.last + 1:
            self.disorder += self.order.disorder(habits)
            self.order = _Order()
        self.last = place
        self.order.add(trait)
        self.owner_bits |= trait.owners
        if trait.stage:
            self._add_stage(trait)
        elif trait.text:
            self._add_box(trait)
        else:
            self.risk_labels += trait.risk_labels
            self.measure_labels += trait.measure_labels
            self.headers += trait.header

    def _add_stage(self, trait: Trait) -> None:
        self.stages += 1
        self.stage_bits |= trait.stage
        self.openings += trait.opens
        self.closings += trait.closes
        self.families[trait.family] += 1
        self.content += trait.content
        if trait.cue < _NO_CUE:
            for role, spoken in self.spoken.items():
                now = spoken[trait.cue] - self.places[trait.cue]
                self.surplus[role] += max(0.0, now - 1) - max(0.0, now)
        self.places[trait.cue] += 1

    def _add_box(self, trait: Trait) -> None:
        self.boxes[trait.role] += 1
        self.texts += 1
        self.text_bits |= trait.text
        self.speaks[trait.family] += 1
        spoken = self.spoken.get(trait.role)
        if spoken is not None:
            for cue, share in trait.votes:
                now = spoken[cue] - self.places[cue]
                self.surplus[trait.role] += max(0.0, now + share) - max(0.0, now)
                spoken[cue] += share

    def price(self, habits: Habits) -> Price:
        return self._contradictions(habits), self._lacks(habits)

    def _contradictions(self, habits: Habits) -> float:
        """What no whole chart has: a stage, header or opening twice, two families, disorder, boxes of another chart."""
        risks, measures, stages = self.boxes[Role.RISK], self.boxes[Role.MEASURE], self.stages
        owners = self.owner_bits.bit_count()
        return (
            3.0 * (stages - self.stage_bits.bit_count())
            + 3.0 * max(0, self.headers - 1)
            + 2.0 * max(0, self.openings - 1)
            + 2.5 * max(0, self.closings - 1)
            + 3.0 * min(self.families[0], self.families[1])
            + 2.0 * max(0, risks - stages, measures - stages)
            + 0.3 * (self.texts - self.text_bits.bit_count())
            + (0.5 + 3.5 * habits.one_owner) * max(0, owners - 1)
            + 1.0 * self._foreign_boxes()
            + 0.5 * max(0.0, self.surplus[Role.RISK] - self.places[_NO_CUE])
            + 0.3 * max(0.0, self.surplus[Role.MEASURE] - self.places[_NO_CUE])
            + self.disorder
            + self.order.disorder(habits)
        )

    def _foreign_boxes(self) -> int:
        """Boxes that speak of a case in a chart about an application, or the other way round."""
        lead = self.families[0] - self.families[1]
        return self.speaks[1] if lead > 1 else self.speaks[0] if lead < -1 else 0

    def _lacks(self, habits: Habits) -> float:
        """What a whole chart has and this one has not: a header, an opening, a closing, measures for risks, labels."""
        risks, measures, monitors = self.boxes.values()
        price = (
            1.5 * abs(risks - measures)
            + 0.2 * abs(max(risks, measures) - self.content)
            + 0.8 * max(0, FEWEST - self.stages)
            + 1.0 * (risks + measures == 0)
            + 1.0 * (habits.headers and not self.headers)
            + 1.0 * (habits.opens and not self.openings)
            + 1.0 * (habits.closes and not self.closings)
        )
        if habits.monitored:
            price += 0.1 * (risks - monitors) ** 2
        if habits.labelled:
            price += 0.5 * (self._missing(self.risk_labels, risks) + self._missing(self.measure_labels, measures))
        return price

    def _missing(self, labels: int, boxes: int) -> int:
        """How far the labels are from one for each box and one in the header; a chart without any has another style."""
        return abs(labels - min(1, self.headers) - boxes) if labels else min(1, boxes)


def piece_price(piece: Iterable[int], traits: Sequence[Trait], habits: Habits) -> float:
    """The price of the chart made of some parts, named by their places in ascending order."""
    count = _Count()
    for place in piece:
        count.add(place, traits[place], habits)
    return sum(count.price(habits))


def running_prices(start: int, traits: Sequence[Trait], habits: Habits) -> Iterator[Price]:
    """The prices of the charts made of one, two, three … parts from `start` on."""
    count = _Count()
    for place in range(start, len(traits)):
        count.add(place, traits[place], habits)
        yield count.price(habits)
