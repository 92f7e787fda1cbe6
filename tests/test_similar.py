"""What is like a text or a record."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.cache import Index
from index.results import Similar
from index.similar import similar_to
from tests.helpers import indexed, record

RECORDS = [
    record(0, risk_points=("收受申请人财物", "故意刁难申请人"), control_measures=("公开办事指南",)),
    record(1, risk_points=("接受申请人宴请、礼金", "故意刁难当事人"), control_measures=("主动公开办事流程",)),
    record(2, risk_points=("丢失证据材料",), control_measures=("专人保管物证",)),
    record(3, risk_points=("超过法定期限办理", "收受申请人财物")),
    record(4, risk_points=("截留罚没款物", "擅自销案"), control_measures=("集体讨论决定", "定期轮岗")),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with indexed(tmp_path_factory.mktemp("index"), RECORDS) as opened:
        yield opened


def test_statements_and_records_like_a_text(index: Index) -> None:
    found = similar_to(index, "收受财物", 10)
    assert found.statements[0].statement == "收受申请人财物"
    assert "接受申请人宴请、礼金" in [hit.statement for hit in found.statements]
    assert [hit.score for hit in found.statements] == sorted((hit.score for hit in found.statements), reverse=True)
    assert {record.stage_order for _, record in found.records[:2]} == {0, 3}


def test_records_like_a_record_leave_out_itself_and_what_it_says(index: Index) -> None:
    found = similar_to(index, RECORDS[0].id[:8], 10)
    assert found.records[0][1] in (RECORDS[1], RECORDS[3])
    assert RECORDS[0] not in [one for _, one in found.records]
    assert not {text for _, text in RECORDS[0].statements()} & {hit.statement for hit in found.statements}
    assert "故意刁难当事人" in [hit.statement for hit in found.statements]


def test_what_is_like_nothing_finds_nothing(index: Index) -> None:
    found = similar_to(index, "abcdef", 10)  # looks like an id, and is none
    assert (found.statements, found.records) == ((), ())


def test_nothing_is_like_a_record_that_says_nothing(folder: Path) -> None:
    with indexed(folder, [record(0), record(1, risk_points=("贿赂",))]) as opened:
        assert similar_to(opened, record(0).id, 5) == Similar((), ())
    with indexed(folder, []) as empty:
        assert similar_to(empty, "贿赂", 5) == Similar((), ())


def test_no_more_than_asked_for(index: Index) -> None:
    found = similar_to(index, "收受财物", 1)
    assert (len(found.statements), len(found.records)) == (1, 1)
