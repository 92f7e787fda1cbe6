"""What stands in which record, and how many have which value: the arrays beside plain Python over the records."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import columns, store
from index.arrays import Ints
from index.columns import STAGE_LABEL, Columns, Said
from index.query import Facet
from pipeline.model import Kind, Record
from tests.helpers import fill, record

_KINDS = tuple(Kind)
_COLUMNS = (*Facet, STAGE_LABEL)
_texts = st.sampled_from(["", "收受", "收受财物", "泄露", "ABC", "\n"])
_lists = st.lists(_texts, max_size=4).map(tuple)
_fields = st.fixed_dictionaries(
    {
        **dict.fromkeys(("chart", "stage_order"), st.integers(0, 3)),
        **dict.fromkeys(("stage", "stage_label"), st.sampled_from(["受理", "审查", ""])),
        **dict.fromkeys(("level", "category", "agency", "power"), st.sampled_from([None, "", "高", "低", "许可"])),
        **dict.fromkeys(("risk_points", "control_measures", "monitoring_points"), _lists),
        "unit": st.lists(st.sampled_from(["市局", "一科", "二科", ""]), max_size=3).map(tuple),
    }
)
_records = st.lists(st.tuples(st.sampled_from(["甲.txt", "乙.txt"]), _fields), max_size=8).map(
    lambda some: [record(place, document, **fields) for place, (document, fields) in enumerate(some)]
)
_brute = settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)


def _built(folder: Path, records: Sequence[Record]) -> tuple[Columns, Said]:
    fill(folder / "index", records)
    (folder / "columns").mkdir()
    with store.reading(folder / "index") as connection:
        said = columns.build(folder / "columns", connection)
    return columns.load(folder / "columns"), said


def _in_order(records: Sequence[Record]) -> list[Record]:
    return sorted(records, key=lambda one: (one.document, one.chart, one.stage_order))


def _said(records: Sequence[Record]) -> list[tuple[str, Kind]]:
    """The distinct statements in the order of texts and kinds."""
    there = {(text, kind) for one in records for kind, text in one.statements()}
    return sorted(there, key=lambda one: (one[0], _KINDS.index(one[1])))


def _values(one: Record, column: str) -> set[str | None]:
    if column == Facet.UNIT:
        return set(one.unit)
    return {getattr(one, column) or None}


@_brute
@given(_records)
def test_statements_and_records_find_each_other(
    tmp_path_factory: pytest.TempPathFactory, records: list[Record]
) -> None:
    there, said = _built(tmp_path_factory.mktemp("columns"), records)
    ordered, texts = _in_order(records), _said(records)
    assert said.texts == [text for text, _ in texts]
    assert [there.kind(place) for place in range(there.statements)] == [kind for _, kind in texts]
    assert there.ids(np.arange(there.records)) == [one.id for one in ordered]
    of_records = [sorted({texts.index((text, kind)) for kind, text in one.statements()}) for one in ordered]
    of_statements = [[r for r, some in enumerate(of_records) if s in some] for s in range(len(texts))]
    assert [sorted(there.statements_of(r).tolist()) for r in range(len(ordered))] == of_records
    assert [there.records_of(s).tolist() for s in range(len(texts))] == of_statements
    assert len(there["said"]) == len(there["owners"]) == sum(map(len, of_records))


@_brute
@given(_records, st.sets(st.integers(0, 7)), st.sets(st.integers(0, 17)))
def test_some_statements_and_some_records(
    tmp_path_factory: pytest.TempPathFactory, records: list[Record], chosen: set[int], wanted: set[int]
) -> None:
    there, _ = _built(tmp_path_factory.mktemp("columns"), records)
    ordered, texts = _in_order(records), _said(records)
    of_records = [{texts.index((text, kind)) for kind, text in one.statements()} for one in ordered]
    some, statements = sorted(chosen & set(range(len(ordered)))), sorted(wanted & set(range(len(texts))))
    said = there.said(np.array(some, dtype=np.int64)).tolist()
    assert Counter(said) == Counter(one for place in some for one in of_records[place])
    owners = [r for s in statements for r in range(len(ordered)) if s in of_records[r]]
    assert there.owners(np.array(statements, dtype=np.int64)).tolist() == owners
    mask = np.isin(np.arange(len(texts)), statements)
    assert there.having(mask).tolist() == [not of_records[r].isdisjoint(statements) for r in range(len(ordered))]
    for place, power in enumerate(there.values(Facet.POWER)):
        under = {s for one, mine in zip(ordered, of_records, strict=True) if (one.power or None) == power for s in mine}
        assert there.under(np.array([place])).tolist() == sorted(under)


@_brute
@given(_records, st.sets(st.integers(0, 7)), st.sets(st.sampled_from(["", None, "高", "受理", "市局", "甲.txt"])))
def test_values_and_their_counts(
    tmp_path_factory: pytest.TempPathFactory, records: list[Record], chosen: set[int], wanted: set[str | None]
) -> None:
    there, _ = _built(tmp_path_factory.mktemp("columns"), records)
    ordered = _in_order(records)
    some = sorted(chosen & set(range(len(ordered))))
    for column in _COLUMNS:
        held = [_values(one, column) for one in ordered]
        values = there.values(column)
        assert values == tuple(sorted(set[str | None]().union(*held), key=lambda one: (one is None, one or "")))
        counts = Counter(value for place in some for value in held[place])
        assert there.counts(column, np.array(some, dtype=np.int64)).tolist() == [counts[value] for value in values]
        mask = np.array([value in wanted for value in values], dtype=np.bool_)
        assert there.with_values(column, mask).tolist() == [not mine.isdisjoint(wanted) for mine in held]


@_brute
@given(_records, _records)
def test_statements_of_a_later_state_are_known_again(before: list[Record], after: list[Record]) -> None:
    numbers = {text: place for place, text in enumerate(["", "收受", "收受财物", "泄露", "ABC", "\n"], start=1)}
    earlier, later = _said(before), _said(after)

    def coded(some: list[tuple[str, Kind]]) -> tuple[Ints, Ints]:
        texts, kinds = [numbers[text] for text, _ in some], [_KINDS.index(kind) for _, kind in some]
        return np.array(texts, dtype=np.int32), np.array(kinds, dtype=np.uint8)

    there = Columns(dict(zip(("statements", "kinds"), coded(earlier), strict=True)), {})
    found = there.places_of(Said(*coded(later), [text for text, _ in later]))
    assert found.tolist() == [earlier.index(one) if one in earlier else -1 for one in later]


@pytest.mark.parametrize("number", [1, 256, 257, 65_536, 65_537])
def test_codes_of_many_values(number: int) -> None:
    """Compared one by one where few are chosen, else looked up."""
    kind = np.min_scalar_type(number - 1)
    codes = np.arange(number)[::-1].astype(kind)
    there = Columns({"rows": np.arange(number), Facet.POWER: codes}, {})
    for chosen in ({0}, {number - 1}, set(range(0, number, 2))):
        mask = np.isin(np.arange(number), list(chosen))
        assert there.with_values(Facet.POWER, mask).tolist() == mask[::-1].tolist()


def test_an_index_without_records(tmp_path: Path) -> None:
    there, said = _built(tmp_path, [])
    assert (there.records, there.statements, said.texts) == (0, 0, [])
    nothing, nobody = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.bool_)
    assert [there.having(nobody).tolist(), there.said(nothing).tolist(), there.owners(nothing).tolist()] == [[], [], []]
    assert [there.counts(column, nothing).tolist() for column in _COLUMNS] == [[]] * len(_COLUMNS)
    assert [there.with_values(column, nobody).tolist() for column in _COLUMNS] == [[]] * len(_COLUMNS)
