"""Which statements hold these letters: postings of single characters and of pairs, as memory-mapped arrays.

Any part of a text is found: by one character, by a pair, and longer ones by their rarest pairs, verified on the text.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.columns import Ints, Scores
from index.normal import normal

__all__ = ["K1", "B", "Found", "Letters", "bm25", "build", "common", "load", "pairs"]

K1, B = 1.2, 0.75
# So many of the rarest pairs of a long needle leave few candidates for the comparison with the text.
_PAIRS_READ = 6
_BITS = 21  # of a character's number
_ARRAYS = ("grams", "firsts", "holders", "counts", "lengths", "starts")


@dataclass(frozen=True, slots=True)
class Found:
    """Statements (ascending) and the score of each."""

    statements: Ints
    scores: Scores


def bm25(frequencies: NDArray[Any], lengths: Ints, mean: float, found: int, of: int) -> Scores:
    """What a term adds to the scores of the `found` statements that hold it so often (Robertson et al. 1994)."""
    idf = math.log(of / (found + 1)) + 1
    norm = K1 * (1 - B + B * lengths / mean)
    return np.asarray(idf * frequencies * (K1 + 1) / (frequencies + norm), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Letters:
    """The postings of gram g are `holders[firsts[g]:firsts[g + 1]]`, ascending, with its `counts` in each.

    `texts` holds the normal forms in UTF-8, statement s at `starts[s]:starts[s + 1]`, of `lengths[s]` grams.
    """

    texts: bytes | mmap
    grams: Ints
    firsts: Ints
    holders: Ints
    counts: Ints
    lengths: Ints
    starts: Ints

    def containing(self, needle: str) -> Found:
        """The statements in whose text `needle` (in normal form) stands."""
        shared = self.holding(needle)
        scores = np.zeros(len(shared))
        for first, last in self._rarest(needle) if needle and len(shared) else ():
            counts = self.counts[first:last][np.searchsorted(self.holders[first:last], shared)]
            scores += self._weights(counts, shared, last - first)
        return Found(shared, scores)

    def holding(self, needle: str) -> Ints:
        """The same, without scores."""
        if not needle:
            return np.arange(len(self.lengths))
        postings = [self.holders[first:last] for first, last in self._rarest(needle)]
        shared = reduce(common, postings)
        return self._verified(shared, needle.encode()) if len(needle) > 2 else shared

    def _rarest(self, needle: str) -> list[tuple[int, int]]:
        """From where to where the postings of its rarest pairs stand, the shortest first."""
        places = map(self._place, set(pairs(needle)) or {needle})
        return sorted(places, key=lambda place: (place[1] - place[0], place))[:_PAIRS_READ]

    def weighed(self, grams: Iterable[str]) -> Scores:
        """For every statement the sum of the BM25 weights of those of the characters and pairs that stand in it."""
        total = np.zeros(len(self.lengths))
        for first, last in map(self._place, sorted(set(grams))):
            if first < last:
                total[self.holders[first:last]] += self._weights(
                    self.counts[first:last], self.holders[first:last], last - first
                )
        return total

    def _weights(self, counts: Ints, statements: Ints, found: int) -> Scores:
        return bm25(counts, self.lengths[statements], float(self.lengths.mean()), found, len(self.lengths))

    def _place(self, gram: str) -> tuple[int, int]:
        """From where to where the postings of a character or pair stand."""
        code = _code(gram)
        place = int(np.searchsorted(self.grams, code))
        if place == len(self.grams) or self.grams[place] != code:
            return 0, 0
        return int(self.firsts[place]), int(self.firsts[place + 1])

    def _verified(self, statements: Ints, needle: bytes) -> Ints:
        texts, starts = self.texts, self.starts
        bounds = zip(starts[statements].tolist(), starts[statements + 1].tolist(), strict=True)
        return statements[np.array([needle in texts[start:end] for start, end in bounds], dtype=np.bool_)]


def common(few: Ints, many: Ints) -> Ints:
    """What is in both of two ascending arrays; quickest if the first is the shorter."""
    if not len(few) or not len(many):
        return few[:0]
    return np.asarray(few[many[np.minimum(np.searchsorted(many, few), len(many) - 1)] == few])


def pairs(form: str) -> list[str]:
    """Every two characters that stand side by side."""
    return [form[place : place + 2] for place in range(len(form) - 1)]


def _code(gram: str) -> int:
    """A number for one or two characters."""
    return ord(gram[0]) << _BITS | (ord(gram[1]) if len(gram) > 1 else 0)


def build(folder: Path, texts: Sequence[str]) -> None:
    """Index `texts` into `folder`: the statement's number is its place in them."""
    forms = [normal(text) for text in texts]
    encoded = [form.encode() for form in forms]
    (folder / "texts.bin").write_bytes(b"".join(encoded))
    characters = np.frombuffer("".join(forms).encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    statements = np.repeat(np.arange(len(forms)), [len(form) for form in forms])
    beside = statements[1:] == statements[:-1]
    codes = np.concatenate((characters << _BITS, (characters[:-1] << _BITS | characters[1:])[beside]))
    owners = np.concatenate((statements, statements[1:][beside]))
    # One number for gram and statement sorts and counts both at once.
    grams, numbered = np.unique(codes, return_inverse=True)
    keys, counts = np.unique(numbered * max(len(forms), 1) + owners, return_counts=True)
    of_grams, holders = np.divmod(keys, max(len(forms), 1))
    made: dict[str, tuple[Ints, type[np.integer[Any]]]] = {
        "grams": (grams, np.int64),
        "firsts": (np.searchsorted(of_grams, np.arange(len(grams) + 1)), np.int64),
        "holders": (holders, np.int32),
        "counts": (np.minimum(counts, np.iinfo(np.uint16).max), np.uint16),
        "lengths": (np.array([max(2 * len(form) - 1, 0) for form in forms]), np.int32),
        "starts": (np.cumsum([0, *map(len, encoded)]), np.int64),
    }
    for name, (array, kind) in made.items():
        np.save(folder / f"{name}.npy", array.astype(kind))


def load(folder: Path) -> Letters:
    """The postings in `folder`, mapped; OSError or ValueError if something is missing or damaged."""
    arrays = [np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in _ARRAYS]
    return Letters(_mapped(folder / "texts.bin"), *arrays)


def _mapped(path: Path) -> bytes | mmap:
    # An empty file cannot be mapped.
    if path.stat().st_size == 0:
        return b""
    with path.open("rb") as file:
        return mmap(file.fileno(), 0, access=ACCESS_READ)
