"""The words and characters of the distinct statements, in Whoosh: the one place that touches it.

Two legs: words, and single characters with pairs. Whoosh keeps the postings and its BM25F formula weighs them; reading
them into arrays keeps a query free of loops over its parser, collectors and hit objects. Positions are not stored:
where something stands is read off the text itself.

Whoosh's table of contents and its posting blocks are pickles, hence code: such an index is only ever built here, from
the store, into the user's own folder. It is never shipped, exported or taken from anybody.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh import fields, formats, scoring
from whoosh.filedb.filestore import FileStorage

from index import segment
from index.columns import Ints
from index.normal import normal

__all__ = ["Found", "Statements", "build", "load", "pairs", "query_words", "words_in"]

_LEGS = ("char", "word")
_MEGABYTES = 512
# A longer run of letters or digits is no word; the character leg finds it.
_LONGEST_WORD = 64
# So many of the rarest pairs of a long needle leave few candidates for the comparison with the text.
_PAIRS_READ = 6
_K1, _B = 1.2, 0.75


@dataclass(frozen=True, slots=True)
class Found:
    """Statements (ascending) and the score of each."""

    statements: Ints
    scores: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Statements:
    """An open index: `texts` holds the normal forms in UTF-8, statement s at `starts[s]:starts[s + 1]`."""

    searcher: Any
    texts: bytes | mmap
    starts: Ints
    lengths: dict[str, Ints]

    def containing(self, needle: str) -> Found:
        """The statements in whose text `needle` (in normal form) stands."""
        if not needle:
            return Found(np.arange(len(self.starts) - 1), np.zeros(len(self.starts) - 1))
        found = self._all_of("char", set(pairs(needle)) or {needle})
        return found if len(needle) <= 2 else self._verified(found, needle.encode())

    def with_words(self, words: Iterable[str]) -> Found:
        """The statements in which all these words stand, wherever."""
        return self._all_of("word", set(words))

    def words(self) -> list[str]:
        """Every word that stands in a statement."""
        return [term.decode() for term in self.searcher.reader().lexicon("word")]

    def weighed(self, leg: str, terms: Iterable[str]) -> NDArray[np.float64]:
        """For every statement the sum of the BM25 weights of those of the terms that stand in it."""
        reader, total = self.searcher.reader(), np.zeros(len(self.starts) - 1)
        lengths = self.lengths[leg]
        for term in set(terms):
            ids, weights = _postings(reader, leg, term)
            if len(ids):
                idf = self.searcher.idf(leg, term)
                total[ids] += scoring.bm25(idf, weights, lengths[ids], lengths.mean(), _B, _K1)
        return total

    def _verified(self, found: Found, needle: bytes) -> Found:
        texts, starts = self.texts, self.starts
        bounds = zip(starts[found.statements].tolist(), starts[found.statements + 1].tolist(), strict=True)
        kept = np.array([needle in texts[start:end] for start, end in bounds], dtype=np.bool_)
        return Found(found.statements[kept], found.scores[kept])

    def _all_of(self, leg: str, terms: set[str]) -> Found:
        reader = self.searcher.reader()
        rarest = sorted(terms, key=lambda term: (reader.doc_frequency(leg, term), term))
        if leg == "char":
            rarest = rarest[:_PAIRS_READ]
        postings = [_postings(reader, leg, term) for term in rarest]
        if not postings or not all(len(ids) for ids, _ in postings):
            return Found(np.zeros(0, dtype=np.int32), np.zeros(0))
        shared = reduce(_intersection, [ids for ids, _ in postings])
        lengths, scores = self.lengths[leg], np.zeros(len(shared))
        for term, (ids, weights) in zip(rarest, postings, strict=True):
            frequency = weights[np.searchsorted(ids, shared)]
            idf = self.searcher.idf(leg, term)
            scores += scoring.bm25(idf, frequency, lengths[shared], lengths.mean(), _B, _K1)
        return Found(shared, scores)


def _intersection(left: Ints, right: Ints) -> Ints:
    return np.intersect1d(left, right, assume_unique=True)


def _postings(reader: Any, leg: str, term: str) -> tuple[Ints, NDArray[np.float64]]:
    """The statements of a term and how often it stands in each."""
    if (leg, term) not in reader:
        return np.zeros(0, dtype=np.int32), np.zeros(0)
    rows = list(_walk(reader.postings(leg, term)))
    return np.array([row[0] for row in rows], dtype=np.int32), np.array([row[1] for row in rows])


def _walk(matcher: Any) -> Iterator[tuple[int, float]]:
    while matcher.is_active():
        yield matcher.id(), matcher.weight()
        matcher.next()


def pairs(form: str) -> list[str]:
    """Every two characters that stand side by side."""
    return [form[place : place + 2] for place in range(len(form) - 1)]


def query_words(form: str) -> tuple[str, ...]:
    """The words a query word (in normal form) asks for, punctuation left out.

    A compound that is two dictionary words side by side asks for these: 收受财物 is to find 收受服务对象财物.
    """
    words = (part for word in segment.words(form) for part in _parts(word))
    return tuple(word for word in words if any(map(str.isalnum, word)))


def _parts(word: str) -> list[str]:
    shorter = [part for part in segment.search_words(word) if part != word]
    return shorter if "".join(shorter) == word else [word]


def words_in(form: str) -> list[str]:
    """The words a statement (in normal form) is found by: those of the query and shorter ones within them."""
    return [word for word in segment.search_words(form) if len(word) <= _LONGEST_WORD]


def _schema() -> Any:
    # Tokens are handed over as lists, so there is no analyzer (and none to be pickled); lengths are our own array.
    leg = fields.FieldType(formats.Frequency(), None)
    return fields.Schema(**dict.fromkeys(_LEGS, leg))


def build(folder: Path, texts: Sequence[str]) -> None:
    """Index `texts` into `folder`: the statement's number is its place in them."""
    forms = [normal(text) for text in texts]
    encoded = [form.encode() for form in forms]
    (folder / "texts.bin").write_bytes(b"".join(encoded))
    np.save(folder / "starts.npy", np.cumsum([0, *map(len, encoded)], dtype=np.int64))
    lengths = np.array(_index(folder, forms), dtype=np.int32).reshape(-1, len(_LEGS))
    for place, leg in enumerate(_LEGS):
        np.save(folder / f"lengths_{leg}.npy", lengths[:, place])


def _index(folder: Path, forms: Iterable[str]) -> list[list[int]]:
    """Write the Whoosh index; the number of tokens of each statement in each leg."""
    lengths = []
    writer = FileStorage(str(folder)).create_index(_schema()).writer(limitmb=_MEGABYTES)
    for form in forms:
        tokens = {"char": [*form, *pairs(form)], "word": words_in(form)}
        writer.add_document(**tokens)
        lengths.append([len(tokens[leg]) for leg in _LEGS])
    writer.commit()
    return lengths


def load(folder: Path) -> Statements:
    """The index in `folder`; whatever Whoosh raises if it is damaged."""
    searcher = FileStorage(str(folder), readonly=True).open_index(schema=_schema()).searcher()
    starts = np.load(folder / "starts.npy", mmap_mode="r", allow_pickle=False)
    lengths = [np.load(folder / f"lengths_{leg}.npy", mmap_mode="r", allow_pickle=False) for leg in _LEGS]
    return Statements(searcher, _mapped(folder / "texts.bin"), starts, dict(zip(_LEGS, lengths, strict=True)))


def _mapped(path: Path) -> bytes | mmap:
    # An empty file cannot be mapped.
    if path.stat().st_size == 0:
        return b""
    with path.open("rb") as file:
        return mmap(file.fileno(), 0, access=ACCESS_READ)
