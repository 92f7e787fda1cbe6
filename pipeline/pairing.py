"""Which box belongs to which stage: one assignment per chart over wording, position, order and labels together.

A stage costs a box less if the box speaks of it and stands beside it; a stage with a pair of labels has boxes.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from pipeline.assignment import Costs, Pairing, solved, unopposed
from pipeline.roles import CONTENT, Part, Role
from pipeline.terms import UNKNOWN_BARE, stage_term
from pipeline.wording import cue_stage, half_at_least, topical, votes

__all__ = ["Lore", "affinity", "learned", "log_odds_bare", "pair", "telling_words", "without"]

WORDING, POSITION, SHARING = 2.0, 0.8, 3.0  # prices of a stage that a box does not speak of, one step away, shared
COMMON = 0.5  # a word in more of a chart's boxes than this tells nothing
CERTAIN = 1.0  # margin from which a box teaches which stage its sentences belong to

Lore = Mapping[tuple[Role, str], Counter[str]]  # (kind, sentence) -> stage label -> how often, where it is certain


def pair(parts: Sequence[Part], lore: Lore) -> Pairing:
    """The cheapest assignment of the content boxes of a chart to its stages; all to stage 0 if it has none or one."""
    stages = tuple(part for part in parts if part.role is Role.STAGE)
    boxes = tuple(part for part in parts if part.role in CONTENT)
    if len(stages) < 2 or not boxes:  # nothing to choose
        return unopposed(stages, boxes)
    choices = [_costs(parts, stages, boxes, lore, side) for side in (0, -1)]
    (_, stage_of), costs = min(((solved(one), one) for one in choices), key=lambda found: found[0][0])
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


def _costs(parts: Sequence[Part], stages: Sequence[Part], boxes: Sequence[Part], lore: Lore, side: int) -> Costs:
    """The prices of one chart; `side` 0: boxes stand before their stage; -1: behind it."""
    behind, labels = _positions(parts)
    telling = _telling(boxes, behind)
    labels_by_stage = labels[:-1] if side == 0 else labels[1:]
    names = [stage.stage for stage in stages]
    words = telling_words(names, boxes)
    place = tuple(
        tuple(
            WORDING * (1 - affinity(part, stage, names, words, lore))
            + POSITION * telling * min(2, abs(behind[box] + side - stage))
            for stage, name in enumerate(names)
        )
        for box, part in enumerate(boxes)
    )
    bare = tuple(
        log_odds_bare(name, labels_by_stage[stage], telling if sum(labels) else 0.0) for stage, name in enumerate(names)
    )
    return Costs(tuple(CONTENT.index(part.role) for part in boxes), place, bare, SHARING)


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


def log_odds_bare(name: str, labels: int, telling: float) -> float:
    """How likely a stage is to have no boxes: by its name, and by the labels beside it where places tell anything."""
    term = stage_term(name)
    bare = term.bare if term else UNKNOWN_BARE
    return math.log(bare / (1 - bare)) + telling * (-2.0 if labels else 1.5)


def affinity(part: Part, stage: int, names: Sequence[str], words: Sequence[tuple[str, ...]], lore: Lore) -> float:
    """How much a box speaks of a stage, 0 to 1: by cues, by the words of the stage's name, by what was learned."""
    name = names[stage]
    cue = cue_stage(name)
    by_cue = votes(part.items)[cue] if cue else 0.0
    memory = 0.4 if part.role is Role.MONITOR else 1.0  # monitoring points are put alike at many stages
    return min(1.0, 0.8 * by_cue + 0.6 * _likeness(part, stage, words) + memory * _remembered(part, name, lore))


def telling_words(names: Sequence[str], boxes: Sequence[Part]) -> list[tuple[str, ...]]:
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
