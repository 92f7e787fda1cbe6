"""What the benchmarks ask of an engine, whichever it is, and the table of the texts that peers are given.

Peers index records as documents: the words of all statements of a record with frequencies and positions, its level,
stage and unit. What is shown of a hit, the texts of its statements, they read from a table in SQLite, written while
they are filled; its seconds and bytes are told apart.

Imported when a peer is started cold: hence named tuples, dataclasses take longer to import than SQLite does.
"""

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from index.store import File
    from pipeline.model import Record

__all__ = [
    "FACETS",
    "LEVEL",
    "SHOWN",
    "Answer",
    "Ask",
    "Batches",
    "Counts",
    "Cut",
    "Engine",
    "Question",
    "Way",
    "Words",
    "cutter",
    "filled",
    "said_by",
    "texts",
    "texts_of",
]

LEVEL = "高"  # what every question is narrowed to
SHOWN = 20
FACETS = ("level", "stage", "unit")
GAP = "gap0gap"  # between statements, so that no phrase goes over their border
_TEXTS = "texts.sqlite3"

Batches = Iterable[tuple["File", Sequence["Record"]]]
Cut = Callable[[str], str]
Counts = dict[str, int]


class Words(NamedTuple):
    """Words cut beforehand: of every text those it is found by, blanks between them; of its normal form the plain ones.

    Peers index the former; liantu makes these of the latter, which its vectors are made of as well.
    """

    found_by: Mapping[str, str]
    plain: Mapping[str, list[str]]


class Question(NamedTuple):
    """`kind` is one of bench/asked.py's; `words` are words, or one piece of text."""

    kind: str
    words: tuple[str, ...]


class Answer(NamedTuple):
    """How many records, how many of each level, stage and unit, and what the first of them say."""

    total: int
    counts: tuple[Counts, ...]
    shown: list[list[str]]


Ask = Callable[[Question], Answer]


class Way(NamedTuple):
    """A way to ask an engine: what opens an index, which kinds of questions it answers, whether it counts records."""

    opened: Callable[[Path], AbstractContextManager[Ask]]
    kinds: frozenset[str]
    counts_records: bool = True


class Engine(NamedTuple):
    """One engine. `fill` makes an index in an empty folder and `add` adds to one.

    Both take the words cut beforehand, or None: then the engine cuts the texts itself. They return the seconds that
    went into the table of the texts.
    """

    name: str
    fill: Callable[[Path, Batches, Words | None], float]
    add: Callable[[Path, Batches, Words | None], float]
    ways: Mapping[str, Way]
    is_slow: bool = False


def cutter(words: Words | None) -> Cut:
    """What gives the words of a text: those cut beforehand, or rjieba's."""
    if words is not None:
        return words.found_by.__getitem__
    import rjieba

    return lambda text: " ".join(rjieba.cut_for_search(text))


def said_by(record: "Record", cut: Cut) -> str:
    """The words of a record."""
    return f" {GAP} ".join([cut(text) for _, text in record.statements()])


def filled(folder: Path, batches: Batches, put: Callable[[int, Sequence["Record"]], None]) -> float:
    """Hand each batch to `put`, with the number of its first record, and to the table; the seconds of the table."""
    spent = 0.0
    with texts(folder) as table:
        first = table.execute("SELECT coalesce(max(record) + 1, 0) FROM texts").fetchone()[0]
        for _, records in batches:
            put(first, records)
            start = time.perf_counter()
            table.executemany("INSERT INTO texts VALUES (?, ?)", enumerate(map(_as_json, records), first))
            spent += time.perf_counter() - start
            first += len(records)
        start = time.perf_counter()
        table.commit()
        return spent + time.perf_counter() - start


def _as_json(record: "Record") -> str:
    return json.dumps([text for _, text in record.statements()], ensure_ascii=False)


@contextmanager
def texts(folder: Path) -> Iterator[sqlite3.Connection]:
    """The table of the texts in a folder, made if there is none."""
    with closing(sqlite3.connect(folder / _TEXTS)) as table:
        table.execute("CREATE TABLE IF NOT EXISTS texts (record INTEGER PRIMARY KEY, said TEXT NOT NULL)")
        yield table


def texts_of(table: sqlite3.Connection, records: Sequence[int]) -> list[list[str]]:
    """What these records say, in their order."""
    marks = ", ".join("?" * len(records))
    found = dict(table.execute(f"SELECT record, said FROM texts WHERE record IN ({marks})", records))
    return [json.loads(found[record]) for record in records]
