"""Which statements hold these words: postings of the words of the distinct statements.

Each distinct statement is cut once, for its postings and for its vector. Positions are not kept: where something
stands is read off the text itself.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache, reduce
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index import postings, segment
from index.arrays import Ints, ranges
from index.postings import Found, Postings, common

__all__ = ["NOTHING", "Cut", "Earlier", "Statements", "build", "cut", "load", "query_words"]

_WORDS = "words.txt"
# A longer run of letters or digits is no word; it is found by its letters.
_LONGEST_WORD = 64
_QUERY_WORDS = 256  # asked for again for every hit


@dataclass(frozen=True, eq=False)
class Statements:
    """The `postings` of the words that `listed` holds, a line each."""

    listed: bytes
    postings: Postings

    @cached_property
    def words(self) -> list[str]:
        """Every word that stands in a statement, in order."""
        return self.listed.decode().split("\n") if self.listed else []

    def with_words(self, words: Iterable[str]) -> Found:
        """The statements in which all these words stand, wherever."""
        places = sorted(map(self._place, set(words)), key=lambda where: (where.stop - where.start, where.start))
        if not places:
            return Found(np.zeros(0, dtype=np.int32), np.zeros(0))
        shared = reduce(common, [self.postings.holders[where] for where in places])
        scores = np.zeros(len(shared))
        for where in places if len(shared) else ():
            scores += self.postings.weights(where, shared)
        return Found(shared, scores)

    def _place(self, word: str) -> slice:
        place = bisect_left(self.words, word)
        return self.postings.of(place if place < len(self.words) and self.words[place] == word else None)


NOTHING = Statements(b"", postings.NOTHING)


class Cut(NamedTuple):
    """Texts as words: text t is the next `lengths[t]` of `codes`, places in `vocabulary`."""

    vocabulary: list[str]
    codes: NDArray[np.int32]
    lengths: NDArray[np.int32]


def cut(forms: Iterable[str]) -> Cut:
    """Texts (in normal form) cut into words."""
    places: dict[str, int] = {}
    codes, lengths = list[int](), list[int]()
    for form in forms:
        words = segment.words(form)
        codes += [places.setdefault(word, len(places)) for word in words]
        lengths.append(len(words))
    return Cut(list(places), np.array(codes, dtype=np.int32), np.array(lengths, dtype=np.int32))


@lru_cache(_QUERY_WORDS)
def query_words(form: str) -> tuple[str, ...]:
    """The words a query word (in normal form) asks for, punctuation left out.

    A compound that is two dictionary words side by side asks for these: 收受财物 is to find 收受服务对象财物.
    """
    words = (part for word in segment.words(form) for part in _parts(word))
    return tuple(word for word in words if any(map(str.isalnum, word)))


def _parts(word: str) -> list[str]:
    shorter = [part for part in segment.search_words(word) if part != word]
    return shorter if "".join(shorter) == word else [word]


def _found_by(word: str) -> list[str]:
    """The words that a statement with this word is found by: it, and shorter ones within it."""
    return [part for part in segment.with_shorter(word) if len(part) <= _LONGEST_WORD]


class Earlier(NamedTuple):
    """An index of before, and where in it each statement stands; -1 for those that are new."""

    statements: Statements
    places: Ints


def build(folder: Path, fresh: Cut, earlier: Earlier) -> None:
    """Index statements into `folder`: those that were in an earlier index are taken over, the others were cut."""
    of_before = earlier.statements.words
    vocabulary = {word: place for place, word in enumerate(of_before)}
    terms, owners = (
        np.concatenate(both) for both in zip(_taken_over(earlier), _of_cut(fresh, earlier, vocabulary), strict=True)
    )
    lengths = np.bincount(owners, minlength=len(earlier.places))
    is_old = earlier.places >= 0
    lengths[is_old] = earlier.statements.postings.lengths[earlier.places[is_old]]
    words = sorted(vocabulary)
    ranks = np.empty(len(words), dtype=np.int32)
    ranks[[vocabulary[word] for word in words]] = np.arange(len(words), dtype=np.int32)
    there = postings.build(folder, ranks[terms], owners, lengths)
    (folder / _WORDS).write_bytes("\n".join(words[term] for term in there.tolist()).encode())


def _taken_over(earlier: Earlier) -> tuple[Ints, Ints]:
    """The words and the statements that hold them, as often as they do, of those that were there before."""
    before = earlier.statements.postings
    now = np.full(len(before.lengths), -1, dtype=np.int32)
    is_old = earlier.places >= 0
    now[earlier.places[is_old]] = np.flatnonzero(is_old)
    terms = np.repeat(np.arange(len(earlier.statements.words), dtype=np.int32), np.diff(before.firsts))
    owners = now[before.holders]
    times = np.where(owners >= 0, before.counts, 0)
    return np.repeat(terms, times), np.repeat(owners, times)


def _of_cut(fresh: Cut, earlier: Earlier, vocabulary: dict[str, int]) -> tuple[Ints, Ints]:
    """The same of those that are new; their words are added to the vocabulary."""
    found_by = [[vocabulary.setdefault(part, len(vocabulary)) for part in _found_by(word)] for word in fresh.vocabulary]
    flat = np.array([code for codes in found_by for code in codes], dtype=np.int32)
    ends = np.cumsum([0, *map(len, found_by)])
    statements = np.repeat(np.flatnonzero(earlier.places < 0).astype(np.int32), fresh.lengths)
    owners = np.repeat(statements, np.diff(ends)[fresh.codes])
    return flat[ranges(ends[fresh.codes], ends[fresh.codes + 1])], owners


def load(folder: Path) -> Statements:
    """The index in `folder`, mapped; OSError or ValueError if something is missing or damaged."""
    return Statements((folder / _WORDS).read_bytes(), postings.load(folder))
