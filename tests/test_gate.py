"""The quality gate: documents are read as well as pinned, and the floors say what is reached."""

import importlib.util
from dataclasses import asdict, replace
from typing import Any

import pytest

from tests import gate
from tests.gate import Figures, RegisterFigures, Specimen
from tests.helpers import record

SPECIMENS = gate.specimens()
REGISTERS = gate.registers()
GOLD = [one for one in SPECIMENS if one.name.startswith("gold/")]
TOOL = gate.SHARED / "tools" / "score_records.py"
PERFECT = Figures(2, 0, 1.0, 1.0, 1.0, 1.0, 1.0)


def _available(specimen: Specimen) -> Specimen:
    if specimen.missing:
        pytest.skip(f"{specimen.name}: this document, its labels or what it takes to read it are not here")
    return specimen


@pytest.mark.parametrize("specimen", SPECIMENS, ids=lambda one: one.name)
def test_documents_are_read_as_well_as_pinned(specimen: Specimen) -> None:
    """No figure is below its floor, and none so far above it that the floor has lost its meaning."""
    figures = gate.measured(_available(specimen))
    floor = gate.floors()[specimen.name]
    assert not gate.fallen(figures, floor), f"{specimen.name} is read worse than pinned: {figures}, floor {floor}"
    assert not gate.risen(figures, floor), f"{specimen.name} is read better than pinned; pin it: {gate.UPDATE}"


@pytest.mark.parametrize("specimen", REGISTERS, ids=lambda one: one.name)
def test_registers_are_read_as_well_as_pinned(specimen: Specimen) -> None:
    figures = gate.measured_register(_available(specimen))
    floor = gate.register_floors()[specimen.name]
    assert not gate.fallen(figures, floor), f"{specimen.name} is read worse than pinned: {figures}, floor {floor}"
    assert not gate.risen(figures, floor), f"{specimen.name} is read better than pinned; pin it: {gate.UPDATE}"


def test_every_specimen_has_a_floor_and_no_floor_is_left_over() -> None:
    assert list(gate.floors()) == [one.name for one in SPECIMENS]
    assert list(gate.register_floors()) == [one.name for one in REGISTERS]


@pytest.mark.parametrize("specimen", GOLD, ids=lambda one: one.name)
def test_figures_are_those_of_the_scoring_tool(specimen: Specimen) -> None:
    """Our scoring and the tool that the labels came with agree."""
    labels = gate.labels_of(_available(specimen))
    charts = [[record.to_json() for record in chart] for chart in gate.charts_of(specimen)]
    theirs = _tool().score(labels, charts)
    ours = asdict(gate.measured(specimen))
    assert ours.pop("charts") == theirs["found"]
    assert ours == {name: theirs[name] for name in ours}


def _tool() -> Any:
    spec = importlib.util.spec_from_file_location("score_records", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", gate.SHARES)
def test_a_share_below_its_floor_and_one_far_above_it_are_named(name: str) -> None:
    """A little above is fine: an improvement elsewhere need not touch the floors at once."""
    floor = gate.pinned(PERFECT)
    assert gate.fallen(_with(name, 0.99), floor) == [name]
    assert gate.risen(PERFECT, floor | {name: 0.97}) == [name]
    assert gate.fallen(PERFECT, floor | {name: 0.99}) == gate.risen(PERFECT, floor | {name: 0.99}) == []


def test_charts_missed_and_charts_invented_are_named() -> None:
    floor = gate.pinned(PERFECT)
    assert gate.fallen(_with("charts", 1), floor) == gate.risen(_with("charts", 3), floor) == ["charts"]
    assert gate.fallen(_with("extra", 1), floor) == gate.risen(PERFECT, floor | {"extra": 1}) == ["extra"]


def _with(name: str, value: float) -> Figures:
    return Figures(**asdict(PERFECT) | {name: value})


def test_floors_are_never_rounded_up() -> None:
    assert gate.pinned(_with("items", 2 / 3))["items"] == 0.666
    assert gate.pinned(_with("items", 0.9999))["items"] == 0.999


# Registers

ROW = {
    "risks": ["收受财物", "泄露标底"],
    "measures": ["集体研究。"],
    "level": "高",
    "level_label": "一级",
    "party": "李四",
    "unit": ["甲局", "乙科"],
}
READ = record(
    risk_points=("收受财物", "泄露标底"),
    control_measures=("集体研究",),
    level="高",
    level_label="一级",
    responsible_party="李四",
    unit=("甲局", "乙科"),
)


def test_a_register_read_as_labelled_is_perfect() -> None:
    """Final punctuation does not count."""
    assert gate.score_register([ROW], [READ]) == RegisterFigures(1, 0, 1.0, 1.0, 1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("level", {"level": "中"}),
        ("level", {"level_label": "二级"}),
        ("risks", {"risk_points": ("泄露标底", "收受财物")}),
        ("risks", {"risk_points": ("收受财物",)}),
        ("measures", {"control_measures": ()}),
        ("party", {"responsible_party": None}),
        ("unit", {"unit": ("甲局",)}),
    ],
)
def test_each_figure_tells_of_its_field_alone(name: str, wrong: dict[str, Any]) -> None:
    figures = asdict(gate.score_register([ROW, ROW], [READ, replace(READ, **wrong)]))
    assert figures == {"found": 2, "extra": 0} | dict.fromkeys(gate.REGISTER_SHARES, 1.0) | {name: 0.5}


def test_records_lost_and_records_invented_are_counted() -> None:
    """A record that shares no item with a labelled one is none of these."""
    other = record(risk_points=("拖延办理",))
    assert gate.score_register([ROW], [other]) == RegisterFigures(0, 1, 0.0, 0.0, 0.0, 0.0, 0.0)
    assert gate.score_register([ROW], [other, READ]) == RegisterFigures(1, 1, 1.0, 1.0, 1.0, 1.0, 1.0)
    assert gate.score_register([], [READ]) == RegisterFigures(0, 1, 1.0, 1.0, 1.0, 1.0, 1.0)


def test_rows_that_say_the_same_are_matched_in_their_order() -> None:
    rows = [ROW, ROW | {"party": "王五"}]
    found = [READ, replace(READ, responsible_party="王五")]
    assert gate.matched_rows(rows, found) == {0: 0, 1: 1}
