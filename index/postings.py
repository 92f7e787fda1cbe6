"""Which statements hold a term, how often, and what that weighs: postings as memory-mapped arrays.

Letters and words are kept alike. To walk the postings of a common word one by one takes longer than all the rest of a
search; as arrays they are there at once, and nothing has to be imported to read them.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.arrays import Ints, Scores, mapped, sorting

__all__ = ["K1", "NOTHING", "B", "Found", "Postings", "bm25", "build", "common", "load"]

K1, B = 1.2, 0.75
_MOST = 255  # times that count; more say no more
_ARRAYS = ("firsts", "holders", "counts", "lengths")


class Found(NamedTuple):
    """Statements (ascending) and the score of each."""

    statements: Ints
    scores: Scores


def bm25(frequencies: NDArray[Any], lengths: Ints, mean: float, found: int, of: int) -> Scores:
    """What a term adds to the scores of the `found` statements that hold it so often (Robertson et al. 1994)."""
    idf = math.log(of / (found + 1)) + 1
    norm = K1 * (1 - B + B * lengths / mean)
    return np.asarray(idf * frequencies * (K1 + 1) / (frequencies + norm), dtype=np.float64)


@dataclass(frozen=True)
class Postings:
    """The statements that hold term t are `holders[firsts[t]:firsts[t + 1]]`, ascending, with its `counts` in each.

    `lengths` says how many terms each statement holds.
    """

    firsts: Ints
    holders: Ints
    counts: Ints
    lengths: Ints

    def of(self, term: int | None) -> slice:
        """Where the postings of a term stand; nowhere for None."""
        return slice(0, 0) if term is None else slice(int(self.firsts[term]), int(self.firsts[term + 1]))

    def weights(self, where: slice, statements: Ints) -> Scores:
        """What a term whose postings stand there adds to the scores of some of the statements that hold it."""
        counts = self.counts[where]
        if len(statements) < len(counts):
            counts = counts[np.searchsorted(self.holders[where], statements)]
        return bm25(counts, self.lengths[statements], self._mean, where.stop - where.start, len(self.lengths))

    @cached_property
    def _mean(self) -> float:
        return float(self.lengths.mean())


_NONE = np.zeros(0, dtype=np.int32)
NOTHING = Postings(np.zeros(1, dtype=np.int64), _NONE, _NONE, _NONE)


def common(few: Ints, many: Ints) -> Ints:
    """What is in both of two ascending arrays; quickest if the first is the shorter."""
    if not len(few) or not len(many):
        return few[:0]
    return np.asarray(few[many[np.minimum(np.searchsorted(many, few), len(many) - 1)] == few])


def build(folder: Path, terms: Ints, owners: Ints, lengths: Ints) -> Ints:
    """Write the postings of terms (numbers from 0 up) and the statements that hold them, pair by pair.

    A pair comes as often as the statement holds the term. What is returned are the terms that there are, in order; in
    the postings each has its place among them.
    """
    order = sorting(terms) if (owners[1:] >= owners[:-1]).all() else sorting(owners, terms)
    terms, owners = terms[order], owners[order]
    is_first = np.ones(len(terms), dtype=np.bool_)
    is_first[1:] = (terms[1:] != terms[:-1]) | (owners[1:] != owners[:-1])
    firsts = np.flatnonzero(is_first)
    counts = np.diff(firsts, append=len(terms))
    terms, owners = terms[firsts], owners[firsts]
    bounds = np.flatnonzero(np.diff(terms, prepend=-1))
    np.save(folder / "firsts.npy", np.append(bounds, len(terms)).astype(np.int64))
    np.save(folder / "holders.npy", owners.astype(np.int32))
    np.save(folder / "counts.npy", np.minimum(counts, _MOST).astype(np.uint8))
    np.save(folder / "lengths.npy", lengths.astype(np.int32))
    return np.asarray(terms[bounds])


def load(folder: Path) -> Postings:
    """The postings in `folder`, mapped; OSError or ValueError if something is missing or damaged."""
    return Postings(*(mapped(folder / f"{name}.npy") for name in _ARRAYS))
