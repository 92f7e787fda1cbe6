"""All records as arrays, read at once: what the caches are made of."""

import sqlite3
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.arrays import Ints, ranges
from index.codes import BLOCK, NUMBERS, TEXTS
from pipeline.record import Kind

__all__ = ["Rows", "parties", "rows", "unused"]


@dataclass(frozen=True, slots=True)
class Rows:
    """All records as arrays, by number: their files, ids, `heads` and `texts` (a column each), and what they say.

    `said` are the numbers of the texts of their statements, one record after the other.
    """

    numbers: Ints
    files: Ints
    ids: NDArray[np.bytes_]
    heads: NDArray[np.int32]
    texts: NDArray[np.int32]
    said: NDArray[np.int32]

    def __getitem__(self, field: str) -> NDArray[np.int32]:
        """A number or the number of a text, for every record."""
        if field in NUMBERS:
            return self.heads[:, NUMBERS.index(field)]
        return self.texts[:, TEXTS.index(field)]

    @property
    def lengths(self) -> NDArray[np.int32]:
        """How many statements of each kind."""
        return self.heads[:, -len(Kind) :]

    @property
    def statements(self) -> NDArray[np.int64]:
        """For all that is said a number that tells text and kind."""
        kinds = np.repeat(np.tile(np.arange(len(Kind)), len(self.numbers)), self.lengths.ravel())
        return self.said * np.int64(len(Kind)) + kinds


def rows(connection: sqlite3.Connection) -> Rows:
    """All records; ValueError if one is damaged."""
    found = connection.execute("SELECT number, file, ids, codes FROM blocks ORDER BY number").fetchall()
    blocks, files, names, bodies = zip(*found, strict=True) if found else ((), (), (), ())
    ids = np.array("\n".join(names).encode().split(b"\n") if names else [], dtype=np.bytes_)
    sizes = np.fromiter((name.count("\n") + 1 for name in names), dtype=np.int64, count=len(names))
    codes = np.frombuffer(b"".join(bodies), dtype="<i4")
    lengths = np.fromiter(map(len, bodies), dtype=np.int64, count=len(bodies)) // codes.itemsize
    firsts = np.cumsum(lengths) - lengths
    of_texts, of_said = firsts + sizes * len(NUMBERS), firsts + sizes * (len(NUMBERS) + len(TEXTS))
    if (of_said > firsts + lengths).any():
        raise ValueError("records are cut off")
    heads = codes[ranges(firsts, of_texts)].reshape(-1, len(NUMBERS))
    counts = heads[:, -len(Kind) :].sum(axis=1)
    if len(sizes) and (np.add.reduceat(counts, np.cumsum(sizes) - sizes) != firsts + lengths - of_said).any():
        raise ValueError("records have not as many statements as they say")
    texts = codes[ranges(of_texts, of_said)].reshape(-1, len(TEXTS))
    numbers = ranges(np.array(blocks, dtype=np.int64) * BLOCK, np.array(blocks, dtype=np.int64) * BLOCK + sizes)
    said = codes[ranges(of_said, firsts + lengths)]
    return Rows(numbers, np.repeat(np.array(files, dtype=np.int64), sizes), ids, heads, texts, said)


def unused(connection: sqlite3.Connection) -> dict[int, str]:
    """The texts that stand in no record any more, by their numbers; ValueError if a record is damaged."""
    found = rows(connection)
    used = {*np.unique(found.texts).tolist(), *np.unique(found.said).tolist()}
    return {number: text for number, text in connection.execute("SELECT number, text FROM texts") if number not in used}


def parties(connection: sqlite3.Connection) -> set[str]:
    """Every responsible party."""
    numbers = np.unique(rows(connection)["responsible_party"]).tolist()
    some = ", ".join(map(str, numbers))
    return {text for (text,) in connection.execute(f"SELECT text FROM texts WHERE number IN ({some})")}
