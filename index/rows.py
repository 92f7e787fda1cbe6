"""All records as arrays, read at once: what the caches are made of."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.codes import COUNTED, FIELDS, HEAD, TEXTS
from pipeline.model import Kind

__all__ = ["Rows", "parties", "rows", "unused"]

_CHUNK = 50_000


@dataclass(frozen=True, slots=True)
class Rows:
    """All records as arrays, by number: their files' numbers, ids, integers, and what they say.

    `heads` are their first integers, a column each; `said` the numbers of their statements one record after the other,
    and `lengths` how many of each kind.
    """

    numbers: NDArray[np.int64]
    files: NDArray[np.int64]
    ids: NDArray[np.bytes_]
    heads: NDArray[np.int32]
    said: NDArray[np.int32]

    def __getitem__(self, field: str) -> NDArray[np.int32]:
        """A number or the number of a text, for every record."""
        return self.heads[:, FIELDS.index(field)]

    @property
    def lengths(self) -> NDArray[np.int32]:
        """How many statements of each kind."""
        return self.heads[:, COUNTED]

    @property
    def statements(self) -> NDArray[np.int64]:
        """For all that is said a number that tells text and kind."""
        kinds = np.repeat(np.tile(np.arange(len(Kind)), len(self.numbers)), self.lengths.ravel())
        return self.said * np.int64(len(Kind)) + kinds


def rows(connection: sqlite3.Connection) -> Rows:
    """All records; ValueError if one is damaged."""
    parts = [_arrays(some) for some in _chunks(connection)]
    return Rows(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _chunks(connection: sqlite3.Connection) -> Iterator[list[tuple[int, int, str, bytes]]]:
    cursor = connection.execute("SELECT number, file, id, codes FROM records ORDER BY number")
    some = cursor.fetchmany(_CHUNK)
    yield some  # also where there is none, so that every array has its type
    while some := cursor.fetchmany(_CHUNK):
        yield some


def _arrays(some: list[tuple[int, int, str, bytes]]) -> tuple[NDArray[Any], ...]:
    numbers, files = (np.array([row[place] for row in some], dtype=np.int64) for place in (0, 1))
    ids = np.array([row[2].encode() for row in some], dtype=np.bytes_)
    bodies = [row[3] for row in some]
    flat = np.frombuffer(b"".join(bodies), dtype="<i4")
    lengths = np.fromiter(map(len, bodies), dtype=np.int64, count=len(bodies)) // flat.itemsize
    starts = np.cumsum(lengths) - lengths
    if (lengths < HEAD).any():
        raise ValueError("a record is cut off")
    heads = flat[starts[:, None] + np.arange(HEAD)].astype(np.int32)
    if (heads[:, COUNTED].sum(axis=1) != lengths - HEAD).any():
        raise ValueError("a record has not as many statements as it says")
    is_said = np.ones(len(flat), dtype=np.bool_)
    is_said[starts[:, None] + np.arange(HEAD)] = False
    return numbers, files, ids, heads, flat[is_said].astype(np.int32)


def unused(connection: sqlite3.Connection) -> dict[int, str]:
    """The texts that stand in no record any more, by their numbers; ValueError if a record is damaged."""
    found = rows(connection)
    used = {*np.unique(found.heads[:, TEXTS]).tolist(), *np.unique(found.said).tolist()}
    return {number: text for number, text in connection.execute("SELECT number, text FROM texts") if number not in used}


def parties(connection: sqlite3.Connection) -> set[str]:
    """Every responsible party."""
    numbers = np.unique(rows(connection)["responsible_party"]).tolist()
    some = ", ".join(map(str, numbers))
    return {text for (text,) in connection.execute(f"SELECT text FROM texts WHERE number IN ({some})")}
