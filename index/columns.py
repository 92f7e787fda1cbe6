"""What stands in which record, as memory-mapped arrays: filters become masks, facets are counted with `bincount`.

Records are numbered in the order of documents, charts and stages; statements in the order of their texts. Both numbers
are those of this cache only. Nothing here loops over records in Python, except while it is built.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.query import Facet
from pipeline.model import Kind

__all__ = ["STAGE_LABEL", "Columns", "Ints", "Mask", "Scores", "build", "load"]

Ints = NDArray[np.integer[Any]]
Mask = NDArray[np.bool_]
Scores = NDArray[np.float64]

STAGE_LABEL = "stage_label"
_KINDS = tuple(Kind)
# One code per record and column; units have a table of their own, since a record has several.
_SINGLE = (Facet.LEVEL, Facet.STAGE, Facet.CATEGORY, Facet.AGENCY, Facet.DOCUMENT, Facet.POWER, STAGE_LABEL)


@dataclass(frozen=True, slots=True)
class Columns:
    """The arrays, and the values of the coded ones, by name.

    `rows` and `ids` are the store's number and id of each record, `statements` and `kinds` the store's number and the
    kind of each statement; the records of statement s are `owners[starts[s]:starts[s + 1]]`, each once, in order.
    """

    arrays: dict[str, Ints]
    names: dict[str, tuple[str | None, ...]]

    def __getitem__(self, name: str) -> Ints:
        return self.arrays[name]

    @property
    def records(self) -> int:
        return len(self["rows"])

    @property
    def statements(self) -> int:
        return len(self["kinds"])

    def values(self, column: str) -> tuple[str | None, ...]:
        """The values of a column, in order; a record's code is a place in them."""
        return self.names[column]

    def ids(self, records: Ints) -> list[str]:
        """The ids of these records."""
        return [name.decode() for name in self["ids"][records].tolist()]

    def of_kind(self, kind: Kind) -> Mask:
        """The statements of one kind."""
        return np.asarray(self["kinds"] == _KINDS.index(kind))

    def kind(self, statement: int) -> Kind:
        return _KINDS[int(self["kinds"][statement])]

    def occurrences(self, statements: Mask) -> Ints:
        """Places in `owners` of these statements, ascending."""
        chosen = np.flatnonzero(statements)
        return _ranges(self["starts"][chosen], self["starts"][chosen + 1])

    def statements_of(self, record: int) -> Ints:
        """The statements that stand in a record."""
        return np.asarray(np.searchsorted(self["starts"], np.flatnonzero(self["owners"] == record), side="right") - 1)

    def records_of(self, statement: int) -> Ints:
        """The records in which a statement stands, in order."""
        return self["owners"][self["starts"][statement] : self["starts"][statement + 1]]

    def having(self, statements: Mask) -> Mask:
        """The records in which one of these statements stands."""
        return self.mask(self["owners"][self.occurrences(statements)])

    def mask(self, records: Ints) -> Mask:
        """These records as a mask."""
        mask = np.zeros(self.records, dtype=np.bool_)
        mask[records] = True
        return mask

    def with_values(self, column: str, chosen: Mask) -> Mask:
        """The records that have one of the chosen values (a mask over `values`)."""
        if column == Facet.UNIT:
            return self.mask(self["unit_owners"][chosen[self["unit"]]])
        return chosen[self[column]]

    def counts(self, column: str, records: Ints) -> Ints:
        """How many of these (distinct) records have each value."""
        codes = self[column][self._unit_places(records) if column == Facet.UNIT else records]
        return np.bincount(codes, minlength=len(self.values(column)))

    def _unit_places(self, records: Ints) -> Ints:
        return _ranges(self["unit_starts"][records], self["unit_starts"][records + 1])


def _ranges(starts: Ints, ends: Ints) -> Ints:
    """All of range(start, end) for every pair, one after the other."""
    lengths = ends - starts
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(lengths.sum())


def build(folder: Path, connection: sqlite3.Connection) -> list[str]:
    """Write the arrays of the store's present state into `folder`; the texts of the statements, in their order."""
    numbers = _build_records(folder, connection)
    query = "SELECT number, kind, text FROM statements WHERE number IN (SELECT statement FROM occurrences)"
    statements = sorted(connection.execute(query), key=lambda row: (row[2], row[1]))
    _save(folder, "statements", [number for number, _, _ in statements], np.int64)
    _save(folder, "kinds", [_KINDS.index(Kind(kind)) for _, kind, _ in statements], np.int8)
    _build_occurrences(folder, connection, numbers, [number for number, _, _ in statements])
    return [text for _, _, text in statements]


def load(folder: Path) -> Columns:
    """The arrays in `folder`, mapped; OSError or ValueError if one is missing or damaged."""
    arrays = {path.stem: np.load(path, mmap_mode="r", allow_pickle=False) for path in folder.glob("*.npy")}
    # Read at once, not when needed: another process may remove the folder meanwhile.
    return Columns(arrays, {path.stem: tuple(json.loads(path.read_text("utf-8"))) for path in folder.glob("*.json")})


def _build_records(folder: Path, connection: sqlite3.Connection) -> list[int]:
    columns = ", ".join(f"f.{name}" if name == Facet.DOCUMENT else f"r.{name}" for name in _SINGLE)
    query = f"SELECT r.number, r.id, r.unit, {columns} FROM records r JOIN files f ON f.number = r.file"
    order = "f.document, f.sha256, f.number, r.chart, r.stage_order, r.number"
    rows = connection.execute(f"{query} ORDER BY {order}").fetchall()
    numbers = [row[0] for row in rows]
    _save(folder, "rows", numbers, np.int64)
    np.save(folder / "ids.npy", np.array([row[1].encode() for row in rows], dtype=np.bytes_))
    for place, column in enumerate(_SINGLE, start=3):
        _build_codes(folder, column, [row[place] or None for row in rows])  # a row of a register may have no stage
    _build_units(folder, [list(dict.fromkeys(json.loads(row[2]))) for row in rows])
    return numbers


def _build_units(folder: Path, units: Sequence[list[str]]) -> None:
    _build_codes(folder, Facet.UNIT, [part for parts in units for part in parts])
    lengths = np.array([len(parts) for parts in units], dtype=np.int32)
    _save(folder, "unit_owners", np.repeat(np.arange(len(units)), lengths))
    _save(folder, "unit_starts", np.concatenate(([0], np.cumsum(lengths))))


def _build_codes(folder: Path, column: str, values: Sequence[str | None]) -> None:
    """Save the values in order, None last, and each record's place in them."""
    distinct = sorted(set(values), key=lambda value: (value is None, value or ""))
    codes = {value: code for code, value in enumerate(distinct)}
    _save(folder, column, [codes[value] for value in values])
    (folder / f"{column}.json").write_text(json.dumps(distinct, ensure_ascii=False), "utf-8")


def _build_occurrences(
    folder: Path, connection: sqlite3.Connection, records: Sequence[int], statements: Sequence[int]
) -> None:
    pairs = _pairs(connection.execute("SELECT statement, record FROM occurrences"))
    said, where = _places(statements, pairs[:, 0]), _places(records, pairs[:, 1])
    # A record may say the same thing twice; it counts once.
    keys = np.unique(said * max(len(records), 1) + where)
    said, where = np.divmod(keys, max(len(records), 1))
    _save(folder, "owners", where)
    _save(folder, "starts", np.searchsorted(said, np.arange(len(statements) + 1)))


def _pairs(rows: Iterable[tuple[int, int]]) -> Ints:
    flat = np.fromiter((number for row in rows for number in row), dtype=np.int64)
    return flat.reshape(-1, 2)


def _places(numbers: Sequence[int], wanted: Ints) -> Ints:
    """For every wanted number its place in `numbers`."""
    known = np.array(numbers, dtype=np.int64)
    order = np.argsort(known)
    return np.asarray(order[np.searchsorted(known[order], wanted)])


def _save(folder: Path, name: str, values: Iterable[int] | Ints, dtype: type[np.integer[Any]] = np.int32) -> None:
    np.save(folder / f"{name}.npy", np.asarray(values, dtype=dtype))
