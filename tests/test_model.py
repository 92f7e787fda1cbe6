"""The record's JSON form, a contract."""

import json
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Box, Kind, Place, Record, Tally
from tests.helpers import record

# design.md, "The values"
KEYS = [
    *("id", "document", "sha256", "page", "chart"),
    *("title", "agency", "category", "power", "power_code"),
    *("stage", "stage_label", "stage_order"),
    *("risk_points", "level", "level_label", "control_measures"),
    *("responsible_party", "unit", "monitoring_points"),
    *("placed_by", "confidence", "doubts"),
    "boxes",
]
TEXT_LISTS = {"risk_points", "control_measures", "unit", "monitoring_points", "doubts"}
LISTS = TEXT_LISTS | {"boxes"}

TEXT = st.text(max_size=8)
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
RECORDS = st.builds(
    Record,
    page=st.none() | st.integers(1, 99),
    chart=st.integers(0, 99),
    stage_order=st.integers(0, 20),
    level=st.sampled_from(["高", "中", "低", None]),
    confidence=st.floats(0, 1),
    placed_by=st.sampled_from(["geometry", "table", "sequence"]),
    **dict.fromkeys(["id", "document", "sha256", "stage", "stage_label"], TEXT),
    **dict.fromkeys(["title", "agency", "category", "power", "power_code"], st.none() | TEXT),
    **dict.fromkeys(["level_label", "responsible_party"], st.none() | TEXT),
    **dict.fromkeys(TEXT_LISTS, TEXTS),
    boxes=st.lists(st.builds(Place, st.integers(0), st.none() | st.integers(1, 9))).map(tuple),
)


@given(RECORDS)
def test_a_record_survives_json(one: Record) -> None:
    assert Record.from_json(json.loads(json.dumps(one.to_json()))) == one


def test_the_keys_are_the_contract_in_its_order() -> None:
    assert list(record().to_json()) == KEYS


def test_lists_are_lists_in_json() -> None:
    assert {key for key, value in record(unit=("甲局",)).to_json().items() if isinstance(value, list)} == LISTS


@pytest.mark.parametrize("key", KEYS)
def test_no_field_may_be_missing(key: str) -> None:
    data = record().to_json()
    del data[key]
    with pytest.raises(KeyError, match=key):
        Record.from_json(data)


def test_fields_of_a_later_version_are_passed_over() -> None:
    assert Record.from_json({**record().to_json(), "later": 1}) == record()


def test_statements_come_by_kind_in_reading_order() -> None:
    one = record(risk_points=("甲", "乙"), control_measures=("丙",), monitoring_points=("丁", "甲"))
    assert one.statements() == (
        (Kind.RISK, "甲"),
        (Kind.RISK, "乙"),
        (Kind.MEASURE, "丙"),
        (Kind.MONITOR, "丁"),
        (Kind.MONITOR, "甲"),
    )


def test_values_are_frozen_and_have_no_room_for_more() -> None:
    one, box = record(), Box(0, ("甲",))
    with pytest.raises(FrozenInstanceError):
        one.stage = "乙"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        box.order = 1  # type: ignore[misc]
    assert not hasattr(one, "__dict__")
    assert not hasattr(box, "__dict__")


def test_the_text_of_a_box_is_its_paragraphs() -> None:
    assert Box(0, ("决定", "（发证）")).text == "决定（发证）"


def test_a_tally_counts_every_character_once() -> None:
    assert Tally(5, 3, 1).total == 9
