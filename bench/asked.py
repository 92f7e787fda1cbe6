"""Questions by seed, of several kinds, each with the answer that reading the whole collection gives.

Words and pieces are such that every engine is asked the same: liantu also finds the letters of a word within other
words, and words that make up the one asked for; so only words are taken that are a word of the query as they stand and
whose letters stand in no statement without the word, and only phrases that are found by letters where they are found
by words. `common` are words of 5 to 40 in a hundred records, `rare` of 50 to 200 records, whatever the collection;
`and`, `or` are words of more than three in a hundred, `phrase` two or three words next to one another, `piece` three to
five characters that begin within a word and go on into another.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice

import numpy as np
from numpy.typing import NDArray

from bench.collection import Collection
from bench.shape import LEVEL, Answer, Counts, Question
from index import segment
from index.normal import normal
from index.statements import query_words

__all__ = ["KINDS", "Read", "expected", "fits", "picked", "read"]

KINDS = ("common", "rare", "and", "or", "phrase", "piece", "meaning")
EACH = 8
MEANT = (
    "让群众为补材料跑好几趟",
    "收了别人的好处就给开绿灯",
    "检查的时候睁一只眼闭一只眼",
    "亲戚朋友来办事给行方便",
    "拖着不办等人送礼",
    "罚多罚少全凭一个人说了算",
    "材料不全也给通过了",
    "提前把消息透露给被查的人",
)
_COMMON, _RARE, _FREQUENT = (0.05, 0.4), (50, 200), 0.03
_TRIES = 3000

_Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Read:
    """A collection with the normal forms of its texts, their words in a row, and the texts that have each word."""

    collection: Collection
    forms: list[str]
    words: list[list[str]]
    having: dict[str, list[int]]

    def records(self, texts: Iterable[int]) -> _Mask:
        """The records that say one of these texts."""
        chosen = np.zeros(len(self.forms), dtype=np.bool_)
        chosen[list(texts)] = True
        return np.logical_or.reduceat(chosen[self.collection.said], self.collection.starts[:-1])

    def holding(self, piece: str) -> list[int]:
        """The texts that hold these letters."""
        return [place for place, form in enumerate(self.forms) if piece in form]


def read(collection: Collection) -> Read:
    """The collection, made ready to be looked through."""
    forms = [normal(text) for text in collection.texts]
    words = [segment.search_words(form) for form in forms]
    having: dict[str, list[int]] = {}
    for place, some in enumerate(words):
        for word in set(some):
            having.setdefault(word, []).append(place)
    return Read(collection, forms, words, having)


def expected(of: Read, question: Question) -> Answer:
    """The answer, found by looking through everything; nothing is shown."""
    kind, words = question
    if kind in ("phrase", "piece"):
        found = of.records(of.holding("".join(words)))
    else:
        join = np.logical_or if kind == "or" else np.logical_and
        found = join.reduce([of.records(of.having[word]) for word in words])
    some = of.collection
    found &= some.level == some.levels.index(LEVEL)
    counts = (
        {LEVEL: int(found.sum())},
        _counts(some.stages, some.stage[found]),
        _counts(some.units, some.unit[found]),
    )
    return Answer(int(found.sum()), counts, [])


def fits(question: Question, texts: Sequence[str]) -> bool:
    """Whether a record that says these texts is an answer."""
    kind, words = question
    forms = [normal(text) for text in texts]
    wanted = ("".join(words),) if kind in ("phrase", "piece") else words
    return (any if kind == "or" else all)(any(word in form for form in forms) for word in wanted)


def _counts(names: list[str], codes: NDArray[np.int32]) -> Counts:
    counts = np.bincount(codes, minlength=len(names))
    return {names[code]: int(counts[code]) for code in np.flatnonzero(counts)}


def picked(of: Read, each: int = EACH, seed: int = 11) -> list[tuple[Question, Answer | None]]:
    """So many questions of each kind with their answers; of the questions about meaning nobody knows them."""
    chance = random.Random(seed)
    ways: dict[str, Iterator[tuple[str, ...]]] = {
        "common": _words(of, chance, lambda share, _: _COMMON[0] <= share <= _COMMON[1]),
        "rare": _words(of, chance, lambda _, records: _RARE[0] <= records <= _RARE[1]),
        "and": _together(of, chance, 2),
        "or": _together(of, chance, 3),
        "phrase": _phrases(of, chance),
        "piece": _pieces(of, chance),
    }
    asked = [
        (question, expected(of, question)) for kind, some in ways.items() for question in _some(of, kind, some, each)
    ]
    return [*asked, *((Question("meaning", (text,)), None) for text in MEANT[:each])]


def _some(of: Read, kind: str, words: Iterator[tuple[str, ...]], each: int) -> Iterator[Question]:
    """The first few of these that find something."""
    tried = (Question(kind, some) for some in islice(words, _TRIES))
    return islice((question for question in tried if expected(of, question).total), each)


def _words(of: Read, chance: random.Random, wanted: Callable[[float, int], bool]) -> Iterator[tuple[str]]:
    words, number = sorted(of.having), len(of.collection)
    said = np.bincount(of.collection.said, minlength=len(of.forms))
    chance.shuffle(words)
    for word in words:
        # No word stands in more records than it is said, and in hardly fewer than half of that.
        most = int(said[of.having[word]].sum())
        if any(wanted(few / number, few) for few in (most, most // 2)) and _is_plain(of, word):
            records = int(of.records(of.having[word]).sum())
            if wanted(records / number, records):
                yield (word,)


def _is_plain(of: Read, word: str) -> bool:
    return len(word) > 1 and word.isalpha() and query_words(word) == (word,) and of.holding(word) == of.having[word]


def _together(of: Read, chance: random.Random, number: int) -> Iterator[tuple[str, ...]]:
    pool = [word for (word,) in islice(_words(of, chance, lambda share, _: share >= _FREQUENT), 60)]
    while True:
        yield tuple(chance.sample(pool, number))


def _phrases(of: Read, chance: random.Random) -> Iterator[tuple[str, ...]]:
    while True:
        words, number = chance.choice(of.words), chance.randint(2, 3)
        first = chance.randrange(len(words))
        phrase = words[first : first + number]
        if len(phrase) == number and all(map(str.isalpha, phrase)) and _is_same_by_letters(of, phrase):
            yield tuple(phrase)


def _is_same_by_letters(of: Read, phrase: list[str]) -> bool:
    places, number = of.holding("".join(phrase)), len(phrase)
    said = sorted(set.intersection(*(set(of.having[word]) for word in phrase)))
    in_a_row = [
        place
        for place in said
        if any(of.words[place][at : at + number] == phrase for at in range(len(of.words[place])))
    ]
    return places == in_a_row


def _pieces(of: Read, chance: random.Random) -> Iterator[tuple[str]]:
    while True:
        form, length = chance.choice(of.forms), chance.randint(3, 5)
        if len(form) > length:
            start = chance.randrange(len(form) - length)
            borders = {0, *accumulate(map(len, segment.words(form)))}
            piece = form[start : start + length]
            if piece.isalpha() and start not in borders and borders & set(range(start + 1, start + length)):
                yield (piece,)
