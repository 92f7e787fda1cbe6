"""Records as they lie in the store: what was put is read again, one by one and as arrays, and no text is left over."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import changes, store
from index.codes import BLOCK, NUMBERS, TEXTS
from index.rows import parties, rows, unused
from pipeline.model import Kind, Place, Record
from tests.helpers import file, fill, put, record

_texts = st.sampled_from(["", "收受", "收\0受", "收受\n财物", "[]", "1.0", "null", '["市局"]', "\U00020000", "\ufeff"])
_maybe = st.none() | _texts
_lists = st.lists(_texts, max_size=4).map(tuple)
_shares = st.floats(0, 1)
_places = st.builds(
    Place, st.integers(0, 9), st.none() | st.integers(1, 9), *[st.none() | st.floats(0, 900)] * 4, confidence=_shares
)
_fields = st.fixed_dictionaries(
    {
        "page": st.none() | st.integers(0, 2**31 - 1),
        "chart": st.integers(0, 2**31 - 1),
        "stage_order": st.integers(0, 2**31 - 1),
        "confidence": _shares,
        "boxes": st.lists(_places, max_size=2).map(tuple),
        **dict.fromkeys(("stage", "stage_label", "placed_by"), _texts),
        **dict.fromkeys(("title", "agency", "category", "power", "power_code", "level", "level_label"), _maybe),
        **dict.fromkeys(("responsible_party",), _maybe),
        **dict.fromkeys(("unit", "doubts", "risk_points", "control_measures", "monitoring_points"), _lists),
    }
)
_records = st.lists(st.tuples(st.sampled_from(["甲.txt", "乙.txt"]), _fields), max_size=6).map(
    lambda some: [record(place, document, **fields) for place, (document, fields) in enumerate(some)]
)


@contextmanager
def _filled(folder: Path, records: Sequence[Record]) -> Iterator[sqlite3.Connection]:
    fill(folder, records)
    with store.reading(folder) as connection:
        yield connection


def _read(connection: sqlite3.Connection) -> list[Record]:
    return list(store.records(connection, store.numbers(connection)))


def _by_document(records: Sequence[Record]) -> list[Record]:
    """In the order in which `fill` puts them."""
    documents = list(dict.fromkeys(one.document for one in records))
    return sorted(records, key=lambda one: documents.index(one.document))


@settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
@given(_records)
def test_what_was_put_is_read_again(tmp_path_factory: pytest.TempPathFactory, records: list[Record]) -> None:
    with _filled(tmp_path_factory.mktemp("index"), records) as connection:
        assert _read(connection) == _by_document(records)
        assert unused(connection) == {}
        assert parties(connection) == {one.responsible_party for one in records} - {None}


@settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
@given(_records)
def test_arrays_say_what_the_records_say(tmp_path_factory: pytest.TempPathFactory, records: list[Record]) -> None:
    ordered = _by_document(records)
    with _filled(tmp_path_factory.mktemp("index"), records) as connection:
        found = rows(connection)
        texts = {0: None} | store.texts(connection, {*found.texts.ravel().tolist(), *found.said.tolist()})
        files = dict(connection.execute("SELECT number, document FROM files"))
        assert found.numbers.tolist() == store.numbers(connection)
        assert [files[number] for number in found.files.tolist()] == [one.document for one in ordered]
        assert [name.decode() for name in found.ids.tolist()] == [one.id for one in ordered]
    assert found["page"].tolist() == [-1 if one.page is None else one.page for one in ordered]
    assert found["chart"].tolist() == [one.chart for one in ordered]
    assert found["stage_order"].tolist() == [one.stage_order for one in ordered]
    for field in ("title", "agency", "category", "power", "stage", "stage_label", "level", "responsible_party"):
        assert [texts[number] for number in found[field].tolist()] == [getattr(one, field) for one in ordered]
    lists = [(one.risk_points, one.control_measures, one.monitoring_points) for one in ordered]
    assert found.lengths.tolist() == [list(map(len, some)) for some in lists]
    kinds = tuple(Kind)
    said = [(kinds[number % len(kinds)], texts[number // len(kinds)]) for number in found.statements.tolist()]
    assert said == [pair for one in ordered for pair in one.statements()]


@settings(max_examples=30, suppress_health_check=list(HealthCheck), deadline=None)
@given(_records, _records)
def test_of_what_is_replaced_no_text_is_left(
    tmp_path_factory: pytest.TempPathFactory, before: list[Record], after: list[Record]
) -> None:
    folder = tmp_path_factory.mktemp("index")
    for records in (before, after):
        for document in ("甲.txt", "乙.txt"):
            put(folder, file(document), [one for one in records if one.document == document])
    held = {text for one in after for _, text in one.statements()}
    held |= {getattr(one, field) for one in after for field in TEXTS if isinstance(getattr(one, field), str)}
    with store.reading(folder) as connection:
        assert sorted(_read(connection), key=lambda one: one.id) == sorted(after, key=lambda one: one.id)
        assert unused(connection) == {}
        texts = {text for (text,) in connection.execute("SELECT text FROM texts")}
    assert held <= texts
    assert len(texts - held) <= 3 * len(after)  # units, doubts and confidence


@pytest.mark.parametrize("number", [BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 5])
def test_records_of_many_blocks_are_found_one_by_one(folder: Path, number: int) -> None:
    records = [record(place, risk_points=(f"第{place}条",) * (place % 3)) for place in range(number)]
    with _filled(folder, [*records, record(0, "乙.txt")]) as connection:
        numbers = store.numbers(connection)
        assert len(numbers) == number + 1
        backwards = numbers[number - 1 :: -1]
        assert list(store.records(connection, backwards)) == records[::-1]
        for place in (0, number // 2, number - 1):
            assert store.record(connection, records[place].id) == records[place]


def test_a_record_says_much(folder: Path) -> None:
    measures = tuple(f"第{place}条" for place in range(300))
    one = record(risk_points=("第1条", "第1条"), control_measures=measures, monitoring_points=("第1条",))
    with _filled(folder, [one]) as connection:
        assert _read(connection) == [one]
        assert rows(connection).lengths.tolist() == [[2, 300, 1]]


def test_an_empty_index_has_empty_arrays(folder: Path) -> None:
    with _filled(folder, []) as connection:
        found = rows(connection)
        assert [len(one) for one in (found.numbers, found.files, found.ids, found.said, found.statements)] == [0] * 5
        assert found.heads.shape == (0, len(NUMBERS))
        assert found.texts.shape == (0, len(TEXTS))
        assert parties(connection) == set()


def _put(connection: sqlite3.Connection, document: str, records: Sequence[Record]) -> None:
    with store.transaction(connection):
        changes.put(connection, [(file(document, records=len(records)), records)])
        changes.settle(connection)


def test_what_was_rolled_back_left_nothing(folder: Path) -> None:
    fill(folder, [record(risk_points=("收受",))])
    with changes.writing(folder) as connection:
        twice = [record(place, "乙.txt", id="f" * 16, risk_points=("泄露",)) for place in range(2)]
        with pytest.raises(sqlite3.IntegrityError):
            _put(connection, "乙.txt", twice)
        _put(connection, "丙.txt", [record(0, "丙.txt", risk_points=("滥用",))])
    with store.reading(folder) as connection:
        assert [text for one in _read(connection) for _, text in one.statements()] == ["收受", "滥用"]
        assert unused(connection) == {}
        assert connection.execute("SELECT count(*) FROM texts WHERE text = '泄露'").fetchone() == (0,)


def test_no_id_twice(folder: Path) -> None:
    fill(folder, [record()])
    with pytest.raises(sqlite3.IntegrityError, match=record().id):
        fill(folder, [replace(record(0, "乙.txt"), id=record().id)])


@pytest.mark.parametrize("change", ["substr(codes, 1, 8)", "substr(codes, 1, 80)", "CAST(codes || codes AS BLOB)"])
def test_damaged_records_are_told(folder: Path, change: str) -> None:
    fill(folder, [record(risk_points=("收受", "财物"))])
    with changes.writing(folder) as connection:
        connection.execute(f"UPDATE blocks SET codes = {change}")
        with pytest.raises(ValueError, match="records"):
            rows(connection)
