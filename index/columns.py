"""What stands in which record, as memory-mapped arrays: filters become masks, facets are counted with `bincount`.

Records are numbered in the order of documents, charts and stages; statements in the order of their texts. Both numbers
are those of this cache only. Nothing here loops over records in Python.
"""

import json
import sqlite3
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from index.arrays import Ints, Mask, distinct, looked_up, mapped, parts, ranges, sorting
from index.normal import normal
from index.query import Facet
from index.rows import Rows, rows
from pipeline.record import Kind

__all__ = ["STAGE_LABEL", "Columns", "Said", "build", "load"]

T = TypeVar("T")

STAGE_LABEL = "stage_label"
_KINDS = tuple(Kind)
# One code per record and column; units have a table of their own, since a record has several.
_SINGLE = (Facet.LEVEL, Facet.STAGE, Facet.CATEGORY, Facet.AGENCY, Facet.POWER, STAGE_LABEL)
_MASKS = 8  # of a byte for each record
_FEW = 4  # values that are compared one by one, which is quicker than to look up each record's


@dataclass(frozen=True)
class Columns:
    """The arrays, and the values of the coded ones, by name.

    `rows` and `ids` are the store's number and id of each record, `statements` and `kinds` the number of the text and
    the kind of each statement; the records of statement s are `owners[starts[s]:starts[s + 1]]`, each once, in order,
        the statements of record r (in no order) `said[bounds[r]:bounds[r + 1]]`, those under power p
    `under[powers[p]:powers[p + 1]]`.
    """

    arrays: Mapping[str, Ints]
    names: Mapping[str, bytes]
    _kept: dict[tuple[str, str], Any] = field(default_factory=dict)
    _masks: dict[Hashable, Mask] = field(default_factory=dict)

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
        return self.once("values", column, lambda: tuple(json.loads(self.names[column])))

    def forms(self, column: str) -> tuple[str | None, ...]:
        """The same as they are compared."""
        values = self.values(column)
        return self.once("forms", column, lambda: tuple(None if value is None else normal(value) for value in values))

    def distinct_forms(self, column: str) -> frozenset[str]:
        """The values in normal form, each once, without None."""
        return self.once("distinct", column, lambda: frozenset(filter(None, self.forms(column))))

    def kept_mask(self, key: Hashable, made: Callable[[], Mask]) -> Mask:
        """A mask over records that may be asked for again soon; the last few are kept."""
        found = self._masks.get(key)
        if found is None:
            self._masks[key] = found = made()
            for old in list(self._masks)[:-_MASKS]:
                self._masks.pop(old, None)  # another thread may have been quicker
        return found

    def once(self, what: str, column: str, made: Callable[[], T]) -> T:
        """What is made of a column, the first time that it is asked for."""
        # Most searches ask for few columns, and those that go on searching ask again.
        if (what, column) not in self._kept:
            self._kept[what, column] = made()
        found: T = self._kept[what, column]
        return found

    def places_of(self, said: "Said") -> Ints:
        """Where here the statements of a later state are; -1 for those that are new."""
        here, there = (
            numbers * len(_KINDS) + kinds
            for numbers, kinds in (
                (self["statements"].astype(np.int64), self["kinds"]),
                (said.numbers.astype(np.int64), said.kinds),
            )
        )
        table = np.full(max(here.max(initial=0), there.max(initial=0)) + 1, -1, dtype=np.int32)
        table[here] = np.arange(len(here), dtype=np.int32)
        return np.asarray(table[there])

    def of_kind(self, kind: Kind) -> Mask:
        """The statements of one kind."""
        return np.asarray(self["kinds"] == _KINDS.index(kind))

    def kind(self, statement: int) -> Kind:
        return _KINDS[int(self["kinds"][statement])]

    def statements_of(self, record: int) -> Ints:
        """The statements that stand in a record."""
        return self["said"][self["bounds"][record] : self["bounds"][record + 1]]

    def said(self, records: Ints) -> Ints:
        """The statements of one of these records after the other."""
        return parts(self["said"], self["bounds"][records], self["bounds"][records + 1])

    def records_of(self, statement: int) -> Ints:
        """The records in which a statement stands, in order."""
        return self["owners"][self["starts"][statement] : self["starts"][statement + 1]]

    def owners(self, statements: Ints) -> Ints:
        """The records of one of these statements after the other."""
        return parts(self["owners"], self["starts"][statements], self["starts"][statements + 1])

    def all_owners(self, statements: Mask) -> Ints:
        """The same for a mask over statements."""
        return self["owners"] if statements.all() else self.owners(np.flatnonzero(statements))

    def under(self, powers: Ints) -> Ints:
        """The statements that stand under one of these powers after the other."""
        return parts(self["under"], self["powers"][powers], self["powers"][powers + 1])

    def having(self, statements: Mask) -> Mask:
        """The records in which one of these statements stands."""
        return self.mask(self.all_owners(statements))

    def mask(self, records: Ints) -> Mask:
        """These records as a mask."""
        mask = np.zeros(self.records, dtype=np.bool_)
        mask[records] = True
        return mask

    def with_values(self, column: str, chosen: Mask) -> Mask:
        """The records that have one of the chosen values (a mask over `values`)."""
        if column == Facet.UNIT:
            chosen = self._paths_with(chosen)
        wanted, codes = np.flatnonzero(chosen).tolist(), self[column]
        if 0 < len(wanted) <= _FEW:
            return reduce(np.logical_or, [codes == one for one in wanted])
        return np.asarray(chosen[codes])

    def ids(self, records: Ints) -> list[str]:
        """The ids of these records."""
        return [name.decode() for name in self["ids"][records].tolist()]

    def counts(self, column: str, records: Ints) -> Ints:
        """How many of these (distinct) records have each value."""
        if column != Facet.UNIT:
            return np.bincount(self[column][records], minlength=len(self.values(column)))
        of_paths = np.bincount(self[column][records], minlength=len(self["unit_bounds"]) - 1)
        of_parts = np.repeat(of_paths, np.diff(self["unit_bounds"]))
        counted = np.bincount(self["unit_parts"], of_parts, minlength=len(self.values(column)))
        return np.asarray(np.rint(counted), dtype=np.int64)  # weights make floats of them

    def _paths_with(self, chosen: Mask) -> Mask:
        """The units' paths with a chosen part."""
        bounds = self["unit_bounds"]
        before = np.concatenate(([0], np.cumsum(chosen[self["unit_parts"]])))
        return np.asarray(before[bounds[1:]] > before[bounds[:-1]])


@dataclass(frozen=True, slots=True)
class Said:
    """The distinct statements in order: the number of their texts in the store, their kinds, and the texts."""

    numbers: Ints
    kinds: Ints
    texts: list[str]


def build(folder: Path, connection: sqlite3.Connection) -> Said:
    """Write the arrays of the store's present state into `folder`; the statements in their order."""
    texts: dict[int, str | None] = {0: None}
    texts.update(connection.execute("SELECT number, text FROM texts"))
    found = _in_order(rows(connection), connection)
    _save(folder, "rows", found.numbers)
    np.save(folder / "ids.npy", found.ids)
    documents = dict(connection.execute("SELECT number, document FROM files"))
    _save_codes(folder, Facet.DOCUMENT, found.files, documents)
    for column in _SINGLE:
        _save_codes(folder, column, found[column], texts)
    _save_units(folder, found["unit"], texts)
    said = _save_statements(folder, found, texts)
    _save_under(folder)
    return said


def load(folder: Path) -> Columns:
    """The arrays in `folder`, mapped; OSError or ValueError if one is missing or damaged."""
    arrays = {path.stem: mapped(path) for path in folder.glob("*.npy")}
    # Read at once, not when needed: another process may remove the folder meanwhile.
    return Columns(arrays, {path.stem: path.read_bytes() for path in folder.glob("*.json")})


def _in_order(found: Rows, connection: sqlite3.Connection) -> Rows:
    """The records in the order of documents, charts and stages."""
    by_name = [number for (number,) in connection.execute("SELECT number FROM files ORDER BY document, sha256, number")]
    places = np.zeros(max(by_name, default=0) + 1, dtype=np.int64)
    places[by_name] = np.arange(len(by_name))
    order = np.lexsort((found.numbers, found["stage_order"], found["chart"], places[found.files]))
    lengths = found.lengths.sum(axis=1)
    ends = np.cumsum(lengths)
    said = found.said[ranges((ends - lengths)[order], ends[order])]
    numbers, files, ids = found.numbers[order], found.files[order], found.ids[order]
    return Rows(numbers, files, ids, found.heads[order], found.texts[order], said)


def _save_codes(folder: Path, column: str, numbers: Ints, names: Mapping[int, str | None]) -> None:
    """Save the values in order, None last, and each record's place in them; `names` says what its number stands for."""
    there = distinct(numbers)
    values = [names[number] or None for number in there.tolist()]  # a row of a register may have no stage
    ordered = sorted(set(values), key=lambda value: (value is None, value or ""))
    places = {value: place for place, value in enumerate(ordered)}
    _save(folder, column, looked_up(there, [places[value] for value in values])[numbers], len(ordered))
    _save_names(folder, column, ordered)


def _save_units(folder: Path, numbers: Ints, texts: Mapping[int, str | None]) -> None:
    """Save each record's path of units, the parts of each path, and the names of the parts."""
    there = distinct(numbers)
    paths = [tuple(dict.fromkeys(json.loads(texts[number] or "[]"))) for number in there.tolist()]
    parts = sorted({part for path in paths for part in path})
    places = {part: place for place, part in enumerate(parts)}
    _save(folder, Facet.UNIT, looked_up(there, range(len(there)))[numbers], len(there))
    _save(folder, "unit_parts", [places[part] for path in paths for part in path])
    _save(folder, "unit_bounds", np.cumsum([0, *map(len, paths)]))
    _save_names(folder, Facet.UNIT, parts)


def _save_statements(folder: Path, found: Rows, texts: Mapping[int, str | None]) -> Said:
    """Save the statements and in which records each of them stands."""
    keys = found.statements
    there = distinct(keys)
    numbers, of_kinds = np.divmod(there, len(_KINDS))
    said = [texts[number] or "" for number in numbers.tolist()]
    order = sorted(range(len(said)), key=lambda place: (said[place], of_kinds[place]))
    place_of = np.empty(len(order), dtype=np.int32)
    place_of[order] = np.arange(len(order), dtype=np.int32)
    statements = looked_up(there, place_of)[keys]
    records = np.repeat(np.arange(len(found.numbers), dtype=np.int32), found.lengths.sum(axis=1))
    by_statement = sorting(statements)
    one_by_one, owners = statements[by_statement], records[by_statement]
    # A record may say the same thing twice; it counts once.
    is_again = np.zeros(len(records), dtype=np.bool_)
    is_again[1:] = (one_by_one[1:] == one_by_one[:-1]) & (owners[1:] == owners[:-1])
    is_kept = np.ones(len(records), dtype=np.bool_)
    is_kept[by_statement[is_again]] = False
    _save(folder, "said", statements[is_kept])
    _save(folder, "bounds", _bounds(records[is_kept], len(found.numbers)))
    _save(folder, "owners", owners[~is_again])
    _save(folder, "starts", _bounds(one_by_one[~is_again], len(order)))
    ordered = Said(numbers[order], of_kinds[order], [said[place] for place in order])
    _save(folder, "statements", ordered.numbers)
    _save(folder, "kinds", ordered.kinds, len(_KINDS))
    return ordered


def _save_under(folder: Path) -> None:
    """Save which statements stand under which power, each once."""
    there = load(folder)
    powers = there[Facet.POWER][there["owners"]]
    statements = np.repeat(np.arange(there.statements, dtype=np.int32), np.diff(there["starts"]))
    order = sorting(powers)
    powers, statements = powers[order], statements[order]
    is_first = np.ones(len(powers), dtype=np.bool_)
    is_first[1:] = (powers[1:] != powers[:-1]) | (statements[1:] != statements[:-1])
    _save(folder, "under", statements[is_first])
    _save(folder, "powers", _bounds(powers[is_first], len(there.values(Facet.POWER))))


def _bounds(numbers: Ints, length: int) -> Ints:
    """Where those of each number begin, and the last ones end, if they are put in order."""
    return np.concatenate(([0], np.cumsum(np.bincount(numbers, minlength=length))))


def _save(folder: Path, name: str, values: Sequence[int] | Ints, below: int = 1 << 31) -> None:
    """Save numbers from 0 up, all of them below a bound, in as few bytes as will do."""
    array = np.asarray(values)
    np.save(
        folder / f"{name}.npy", array.astype(np.int32 if below == 1 << 31 else np.min_scalar_type(max(below - 1, 0)))
    )


def _save_names(folder: Path, column: str, values: Sequence[str | None]) -> None:
    (folder / f"{column}.json").write_text(json.dumps(values, ensure_ascii=False), "utf-8")
