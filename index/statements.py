"""The words of the distinct statements, in Whoosh: the one place that touches it.

Whoosh keeps the postings; reading them into arrays keeps a query free of loops over its parser, collectors and hit
objects. Positions are not stored: where something stands is read off the text itself.

Whoosh's table of contents and its posting blocks are pickles, hence code: such an index is only ever built here, from
the store, into the user's own folder. It is never shipped, exported or taken from anybody.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh import fields, formats
from whoosh.filedb.filestore import FileStorage

from index import segment
from index.columns import Ints
from index.letters import Found, bm25, common
from index.normal import normal

__all__ = ["Statements", "build", "load", "query_words", "words_in", "words_of"]

_FIELD = "word"
_WORDS = "words.txt"  # as Whoosh has them, but read in a moment
_MEGABYTES = 512
# A longer run of letters or digits is no word; it is found by its letters.
_LONGEST_WORD = 64
_QUERY_WORDS = 256  # asked for again for every hit


@dataclass(frozen=True, slots=True)
class Statements:
    """An open index, and how many words each statement has."""

    folder: Path
    searcher: Any
    lengths: Ints

    def with_words(self, words: Iterable[str]) -> Found:
        """The statements in which all these words stand, wherever."""
        postings = [_postings(self.searcher.reader(), word) for word in sorted(set(words))]
        if not postings or not all(len(ids) for ids, _ in postings):
            return Found(np.zeros(0, dtype=np.int32), np.zeros(0))
        shared = reduce(common, [ids for ids, _ in sorted(postings, key=lambda one: len(one[0]))])
        scores = np.zeros(len(shared))
        for ids, weights in postings:
            frequencies = weights[np.searchsorted(ids, shared)]
            scores += bm25(frequencies, self.lengths[shared], float(self.lengths.mean()), len(ids), len(self.lengths))
        return Found(shared, scores)


def _postings(reader: Any, word: str) -> tuple[Ints, NDArray[np.float64]]:
    """The statements of a word and how often it stands in each."""
    if (_FIELD, word) not in reader:
        return np.zeros(0, dtype=np.int32), np.zeros(0)
    rows = list(_walk(reader.postings(_FIELD, word)))
    return np.array([row[0] for row in rows], dtype=np.int32), np.array([row[1] for row in rows])


def _walk(matcher: Any) -> Iterator[tuple[int, float]]:
    while matcher.is_active():
        yield matcher.id(), matcher.weight()
        matcher.next()


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


def words_in(form: str) -> list[str]:
    """The words a statement (in normal form) is found by: those of the query and shorter ones within them."""
    return [word for word in segment.search_words(form) if len(word) <= _LONGEST_WORD]


def _schema() -> Any:
    # Tokens are handed over as lists, so there is no analyzer (and none to be pickled); lengths are our own array.
    return fields.Schema(**{_FIELD: fields.FieldType(formats.Frequency(), None)})


def build(folder: Path, texts: Sequence[str]) -> None:
    """Index `texts` into `folder`: the statement's number is its place in them."""
    lengths, known = [], set[str]()
    writer = FileStorage(str(folder)).create_index(_schema()).writer(limitmb=_MEGABYTES)
    for text in texts:
        words = words_in(normal(text))
        writer.add_document(**{_FIELD: words})
        lengths.append(len(words))
        known.update(words)
    writer.commit()
    (folder / _WORDS).write_text("\n".join(sorted(known)), "utf-8")
    np.save(folder / "lengths.npy", np.array(lengths, dtype=np.int32))


def words_of(folder: Path) -> list[str]:
    """Every word that stands in a statement of the index in `folder`."""
    return (folder / _WORDS).read_text("utf-8").split("\n")


def load(folder: Path) -> Statements:
    """The index in `folder`; whatever Whoosh raises if it is damaged."""
    searcher = FileStorage(str(folder), readonly=True).open_index(schema=_schema()).searcher()
    return Statements(folder, searcher, np.load(folder / "lengths.npy", mmap_mode="r", allow_pickle=False))
