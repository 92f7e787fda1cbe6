"""Which statements hold these letters: postings of single characters and of pairs.

Any part of a text is found: by one character, by a pair, and longer ones by their rarest pairs, verified on the text.
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import NamedTuple

import numpy as np

from index import postings
from index.arrays import Ints, Scores, distinct, looked_up, mapped
from index.postings import Found, Postings, common

__all__ = ["Letters", "build", "load", "pairs"]

# So many of the rarest pairs of a long needle leave few candidates for the comparison with the text.
_PAIRS_READ = 6
_BITS = 21  # of a character's number
_SHORT = 1 << 15  # characters of which two can be told by 32 bits


class Letters(NamedTuple):
    """The `postings` of `grams`, characters and pairs by their codes, ascending.

    `texts` holds the normal forms in UTF-8, statement s at `starts[s]:starts[s + 1]`.
    """

    texts: bytes | mmap
    grams: Ints
    starts: Ints
    postings: Postings

    def containing(self, needle: str) -> Found:
        """The statements in whose text `needle` (in normal form) stands."""
        shared = self.holding(needle)
        scores = np.zeros(len(shared))
        for where in self._rarest(needle) if needle and len(shared) else ():
            scores += self.postings.weights(where, shared)
        return Found(shared, scores)

    def holding(self, needle: str) -> Ints:
        """The same, without scores."""
        if not needle:
            return np.arange(len(self.postings.lengths))
        shared = reduce(common, [self.postings.holders[where] for where in self._rarest(needle)])
        return self._verified(shared, needle.encode()) if len(needle) > 2 else shared

    def _rarest(self, needle: str) -> list[slice]:
        """Where the postings of its rarest pairs stand, the shortest first."""
        places = map(self._place, set(pairs(needle)) or {needle})
        return sorted(places, key=lambda where: (where.stop - where.start, where.start))[:_PAIRS_READ]

    def weighed(self, grams: Iterable[str]) -> Scores:
        """For every statement the sum of the BM25 weights of those of the characters and pairs that stand in it."""
        total = np.zeros(len(self.postings.lengths))
        for where in map(self._place, sorted(set(grams))):
            holders = self.postings.holders[where]
            if len(holders):
                total[holders] += self.postings.weights(where, holders)
        return total

    def _place(self, gram: str) -> slice:
        """Where the postings of a character or pair stand."""
        code = _code(gram)
        place = int(np.searchsorted(self.grams, code))
        is_there = place < len(self.grams) and self.grams[place] == code
        return self.postings.of(place if is_there else None)

    def _verified(self, statements: Ints, needle: bytes) -> Ints:
        texts, starts = self.texts, self.starts
        bounds = zip(starts[statements].tolist(), starts[statements + 1].tolist(), strict=True)
        return statements[np.array([needle in texts[start:end] for start, end in bounds], dtype=np.bool_)]


def pairs(form: str) -> list[str]:
    """Every two characters that stand side by side."""
    return [form[place : place + 2] for place in range(len(form) - 1)]


def _code(gram: str) -> int:
    """A number for one or two characters."""
    return ord(gram[0]) << _BITS | (ord(gram[1]) if len(gram) > 1 else 0)


def build(folder: Path, forms: Sequence[str]) -> None:
    """Index texts in normal form into `folder`: the statement's number is its place in them."""
    encoded = [form.encode() for form in forms]
    (folder / "texts.bin").write_bytes(b"".join(encoded))
    np.save(folder / "starts.npy", np.cumsum([0, *map(len, encoded)], dtype=np.int64))
    lengths = np.fromiter(map(len, forms), dtype=np.int64, count=len(forms))
    # Characters are numbered anew, in the same order, so that the codes of pairs stay short, which sort the quicker.
    characters = np.frombuffer("".join(forms).encode("utf-32-le"), dtype=np.uint32)
    alphabet = distinct(characters).astype(np.int64)
    base = len(alphabet) + 1
    letters = looked_up(alphabet, range(len(alphabet)))[characters].astype(np.int32 if base < _SHORT else np.int64)
    owners = np.repeat(np.arange(len(forms), dtype=np.int32), lengths)
    # A character and the pair it begins stand side by side, so all are in the order of the statements.
    codes = np.repeat(letters * base, 2)
    codes[1:-1:2] += letters[1:] + 1
    is_one = np.ones(len(codes), dtype=np.bool_)
    is_one[1:-1:2] = owners[1:] == owners[:-1]
    is_one[-1:] = False
    grams = postings.build(folder, codes[is_one], np.repeat(owners, 2)[is_one], np.maximum(2 * lengths - 1, 0))
    firsts, seconds = np.divmod(grams, base)
    second = np.where(seconds > 0, alphabet[seconds - 1] if len(alphabet) else 0, 0)
    np.save(folder / "grams.npy", (alphabet[firsts] << _BITS | second).astype(np.int64))


def load(folder: Path) -> Letters:
    """The postings in `folder`, mapped; OSError or ValueError if something is missing or damaged."""
    texts = _mapped(folder / "texts.bin")
    return Letters(texts, mapped(folder / "grams.npy"), mapped(folder / "starts.npy"), postings.load(folder))


def _mapped(path: Path) -> bytes | mmap:
    # An empty file cannot be mapped.
    if path.stat().st_size == 0:
        return b""
    with path.open("rb") as file:
        return mmap(file.fileno(), 0, access=ACCESS_READ)
