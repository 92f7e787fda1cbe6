"""What a question means beyond its letters: how near every statement is to it, by legs that are added up.

- lexicon: the statement holds words that charts use for what the question speaks of in its own
- meaning: the vectors of statement and question (with what the lexicon adds to it) point the same way
- char: pairs of characters that both hold (BM25)
- place: the statement stands under a power that the question names in part

Meaning and char are standardised over all statements, so that a leg to which all are alike decides nothing, and
what is near by chance can be told: the best of n unrelated statements is some sqrt(2 ln n) deviations above the mean.
The weights were chosen on our judged queries (`tests/judged.py`), where each may be halved or doubled at little loss.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import NamedTuple

import numpy as np

from index.arrays import Ints, Mask, Scores
from index.cache import Index
from index.columns import Columns
from index.letters import pairs
from index.lexicon import Concept, Word, spoken_of
from index.postings import common
from index.query import Facet
from index.results import Leg
from pipeline.record import Kind

__all__ = ["LONGEST_QUESTION", "Nearness", "frequent", "nearness", "squashed", "typical"]

_WEIGHTS: dict[Leg, float] = {"lexicon": 5.0, "meaning": 1.0, "char": 0.25, "place": 2.0}
_PLACE_BESIDE = 8.0  # the weight of words beside facets, which mostly name the power: 药品采购的高风险
_SAID, _WORDED = 1.0, 0.8  # what a concept counts that the question names by a saying, by the charts' own words
_NEUTRAL = 0.6  # what concepts of things and persons count beside those of misconduct and remedies
_RELATED = 0.4  # what a related word counts beside one of the concept's own
_FURTHER, _MOST_FURTHER = 0.15, 2  # what each further word of a concept adds
_OTHER_KIND = 0.7  # what a measure counts where the question complains, and a risk where it asks for remedies
_COMMON = 2.0  # by how much of its share in all statements a concept counts less
_LEAST_CHANCE = 3.0  # in a small index deviations say little
_LEAST_SHARE = 1e-3
_TYPICAL, _FREQUENT, _RISK = 2.0, 1.5, 5.0
_SPEAKS = 0.5
LONGEST_QUESTION = 200  # characters; what follows says little more, and time is bounded
_SCALE, _HIGHEST = 4.0, 0.999999
_MANY = 50  # places that it pays to look for all at once


class Nearness(NamedTuple):
    """How near every statement is: in all, and what each leg adds; the concepts spoken of; where chance ends."""

    total: Scores
    legs: Mapping[Leg, Scores]
    concepts: tuple[Concept, ...]
    chance: float

    @property
    def is_near(self) -> Mask:
        """The statements that are nearer than by chance, or would be by what they hold of the lexicon alone."""
        return np.asarray(np.maximum(self.total, self.legs["lexicon"]) > self.chance)


def nearness(index: Index, form: str, beside: str) -> Nearness:
    """How near every statement is to a question (in normal form); `beside`: what it says where it names facets."""
    spoken = spoken_of(form)
    weights = _WEIGHTS | ({"place": _PLACE_BESIDE} if beside else {})
    legs: dict[Leg, Scores] = {
        "lexicon": _by_lexicon(index, spoken),
        "meaning": _standard(_by_meaning(index, form, spoken)),
        "char": _standard(index.letters.weighed(pairs(form) or form)),
        "place": _by_place(index, beside or form, spoken),
    }
    legs = {name: weights[name] * scores for name, scores in legs.items()}
    total = sum(legs.values(), np.zeros(index.columns.statements))
    chance = max(math.sqrt(2 * math.log(len(total))), _LEAST_CHANCE)
    return Nearness(total, legs, tuple(one for one, _ in spoken), chance)


def typical(index: Index, counts: Ints) -> Scores:
    """How typical every statement is of the records asked for, of which it stands in so many.

    The logarithm of their share in all its records; and a risk is more to the point than a measure.
    """
    everywhere = np.diff(index.columns["starts"])
    share = np.log(np.maximum(counts / np.maximum(everywhere, 1), _LEAST_SHARE))
    return np.asarray(_TYPICAL * share + _RISK * index.columns.of_kind(Kind.RISK))


def frequent(counts: Ints) -> Scores:
    """What a statement gains by standing in many records, where nothing but records was asked for."""
    return np.asarray(_FREQUENT * np.log1p(counts))


def squashed(scores: Scores) -> Scores:
    """Nearness, which has no bounds, from 0 up and below 1, also when it is rounded."""
    return np.minimum(1 / (1 + np.exp(-scores / _SCALE)), _HIGHEST)


def _standard(scores: Scores) -> Scores:
    spread = scores.std()
    return (scores - scores.mean()) / spread if spread else np.zeros(len(scores))


def _by_lexicon(index: Index, spoken: Iterable[tuple[Concept, bool]]) -> Scores:
    total = np.zeros(index.columns.statements)
    for concept, said in spoken:
        own, related = _held(index, concept.words), _held(index, concept.related)
        scores = np.where(own > 0, 1 + _FURTHER * np.minimum(own - 1, _MOST_FURTHER), _RELATED * (related > 0))
        if concept.kind:
            scores = np.where(index.columns.of_kind(concept.kind), scores, _OTHER_KIND * scores)
        rarity = max(0.0, 1 - _COMMON * float(np.mean(own > 0)))
        total += rarity * _strength(concept, said) * scores
    return total


def _strength(concept: Concept, said: bool) -> float:
    return (_SAID if said else _WORDED) * (1 if concept.kind else _NEUTRAL)


def _held(index: Index, words: Iterable[Word]) -> Scores:
    """How many of the words stand in each statement."""
    held = np.zeros(index.columns.statements)
    for word in words:
        held[reduce(common, sorted(map(index.letters.holding, word), key=len))] += 1
    return held


def _by_meaning(index: Index, form: str, spoken: Sequence[tuple[Concept, bool]]) -> Scores:
    """The similarity of each statement to the question, to whose vector that of each concept's words is added."""
    if index.meaning is None:
        return np.zeros(index.columns.statements)
    question = index.meaning.embed([form])[0]
    for concept, said in spoken:
        mean = index.meaning.embed(["".join(word) for word in concept.words]).mean(axis=0)
        question = question + (_SAID if said else _WORDED) * mean / (np.linalg.norm(mean) or 1)
    return index.meaning.similarity(question / (np.linalg.norm(question) or 1))


def _by_place(index: Index, form: str, spoken: Iterable[tuple[Concept, bool]]) -> Scores:
    """How much of the question the name of a power holds, for the best of the powers a statement stands under.

    Half, if the name holds a word for what the question speaks of.
    """
    columns = index.columns
    names = _names(columns)
    asked = set(pairs(form))
    shares = sum((names.holding((pair,)) for pair in asked), np.zeros(len(names.ends))) / max(len(asked), 1)
    for concept, _ in spoken:
        for word in concept.words:
            shares[names.holding(word) & (shares < _SPEAKS)] = _SPEAKS
    powers = np.flatnonzero(shares)
    powers = powers[np.argsort(shares[powers])]
    best = np.zeros(columns.statements)
    # What is written last stays: the highest share.
    best[columns.under(powers)] = np.repeat(shares[powers], columns["powers"][powers + 1] - columns["powers"][powers])
    return best


def _names(columns: Columns) -> "_Names":
    return columns.once("names", Facet.POWER, lambda: _Names([name or "" for name in columns.values(Facet.POWER)]))


class _Names:
    """Many names as one text, which is quicker to look through than one by one."""

    def __init__(self, names: Sequence[str]) -> None:
        self.text = "\n".join(names)
        self.ends = np.cumsum([len(name) + 1 for name in names])
        self.letters = np.frombuffer(self.text.encode("utf-32-le"), dtype=np.uint32)

    def holding(self, word: Word) -> Mask:
        """Which names hold all parts of a word."""
        return reduce(np.logical_and, [self._of_part(part) for part in word])

    def _of_part(self, part: str) -> Mask:
        held = np.zeros(len(self.ends), dtype=np.bool_)
        held[np.searchsorted(self.ends, list(self._places(part)), side="right")] = True
        return held

    def _places(self, part: str) -> Iterable[int]:
        """Where a part stands in the text: found one by one, or, if there are many, letter by letter in all of it."""
        if self.text.count(part) > _MANY:
            last = len(self.letters) - len(part) + 1
            equal = [self.letters[place : last + place] == ord(letter) for place, letter in enumerate(part)]
            return np.flatnonzero(reduce(np.logical_and, equal)).tolist()
        return _found(self.text, part)


def _found(text: str, part: str) -> Iterator[int]:
    place = text.find(part)
    while place >= 0:
        yield place
        place = text.find(part, place + 1)
