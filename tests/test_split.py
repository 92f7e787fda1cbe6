"""Which boxes make one chart."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.roles import Part, Role
from pipeline.split import split
from tests.dumps import CASE, LICENCE, Drawn, Paragraphs, charts, drawn, parts


def cut(drawings: Sequence[Drawn], expected: int | None) -> list[list[Paragraphs]]:
    """The boxes of each chart found where charts stand one after the other, their titles elsewhere."""
    body = parts(*(box for chart in drawings for box in chart.boxes()))
    return [[part.box.paragraphs for part in chart] for chart in split(body, expected)]


WAYS = [
    pytest.param([drawn(LICENCE)], id="one licence"),
    pytest.param([drawn(CASE, backwards=True)], id="one case, backwards"),
    pytest.param([drawn(LICENCE, "甲科"), drawn(LICENCE, "乙科")], id="two alike"),
    pytest.param([drawn(LICENCE, "甲科"), drawn(CASE, "乙科")], id="a licence, a case"),
    pytest.param([drawn(CASE), drawn(LICENCE)], id="a case, a licence, one owner"),
    pytest.param([drawn(LICENCE, backwards=True), drawn(CASE, backwards=True)], id="both backwards"),
    pytest.param([drawn(LICENCE), drawn(CASE, backwards=True), drawn(LICENCE)], id="one of three backwards"),
    pytest.param([drawn(LICENCE, header=False), drawn(CASE, header=False)], id="no header labels"),
    pytest.param([drawn(LICENCE, f"{name}科") for name in "甲乙丙丁"], id="four alike"),
]


@pytest.mark.parametrize("drawings", WAYS)
def test_charts_are_cut_where_they_meet(drawings: list[Drawn]) -> None:
    assert cut(drawings, len(drawings)) == [chart.boxes() for chart in drawings]


@pytest.mark.parametrize("drawings", WAYS)
def test_charts_are_found_without_their_number(drawings: list[Drawn]) -> None:
    assert cut(drawings, None) == [chart.boxes() for chart in drawings]


@given(st.lists(charts(backwards=st.booleans()), min_size=1, max_size=4), st.booleans(), st.booleans())
@settings(deadline=None, max_examples=20, derandomize=True)
def test_every_chart_comes_out_whole(drawings: list[Drawn], header: bool, counted: bool) -> None:
    """Whatever sentences, levels and owners the charts have, and also where two are the same."""
    drawings = [replace(chart, header=header) for chart in drawings]
    assert cut(drawings, len(drawings) if counted else None) == [chart.boxes() for chart in drawings]


@pytest.mark.parametrize("at", [2, 3])
def test_a_chart_broken_in_two_is_joined(at: int) -> None:
    """Another whole chart stands between its pieces; the owner and the missing stages tell."""
    broken, whole = drawn(LICENCE, "基建科"), drawn(LICENCE, "人事科")
    first = [*Drawn(broken.steps[:at]).boxes()]
    second = Drawn(broken.steps[at:], header=False).boxes()
    assert first + second == broken.boxes()
    body = parts(*first, *whole.boxes(), *second)
    found = [[part.box.paragraphs for part in chart] for chart in split(body, 2)]
    assert sorted(found) == sorted([broken.boxes(), whole.boxes()])


BOXES: list[str | Paragraphs] = [
    *("申请", "受理", "审查", "决定", "办结", "立案", "结案", "民主推荐", "风险点", "防控措施", "流程环节"),
    ("1.收件不登记。", "风险等级：高"),
    ("1.熟人先办。", "风险等级：低"),
    ("1.收件登记。", "责任人：甲科"),
    ("1.公开时限。", "责任人：乙科"),
    ("超过3个工作日受理",),
    ("责任人：丙科",),
]


@given(st.lists(st.sampled_from(BOXES), min_size=1, max_size=24), st.none() | st.integers(1, 5))
@settings(deadline=None, max_examples=40)
def test_every_box_stands_in_exactly_one_chart(boxes: list[str | Paragraphs], expected: int | None) -> None:
    """Whatever the boxes, none is lost and none doubled; within a chart they keep their order."""
    body = [part for part in parts(*boxes) if part.role is not Role.OTHER]
    found = split(body, expected) if body else []
    orders = [[part.box.order for part in chart] for chart in found]
    assert sorted(order for chart in orders for order in chart) == [part.box.order for part in body]
    assert all(chart == sorted(chart) and chart for chart in orders)


@given(st.lists(st.sampled_from(BOXES), min_size=1, max_size=16), st.none() | st.integers(1, 3))
@settings(deadline=None, max_examples=15)
def test_cutting_twice_gives_the_same(boxes: list[str | Paragraphs], expected: int | None) -> None:
    body = [part for part in parts(*boxes) if part.role is not Role.OTHER]
    if body:
        assert split(body, expected) == split(body, expected)


@pytest.mark.parametrize("expected", [None, 1])
def test_nothing_makes_no_chart(expected: int | None) -> None:
    nothing: list[Part] = []
    assert split(nothing, expected) == []
