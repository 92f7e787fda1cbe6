"""The quality gate: documents are read as well as pinned, and the floors say what is reached."""

import importlib.util
from dataclasses import asdict
from typing import Any

import pytest

from tests import gate
from tests.gate import Figures, Specimen

SPECIMENS = gate.specimens()
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


def test_every_specimen_has_a_floor_and_no_floor_is_left_over() -> None:
    assert list(gate.floors()) == [one.name for one in SPECIMENS]


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
