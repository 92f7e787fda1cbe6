"""Every box to its stage."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.assignment import Pairing
from pipeline.pairing import learned, pair, without
from pipeline.roles import Role
from tests.dumps import CASE, LICENCE, Drawn, Paragraphs, Step, charts, drawn, parts

Kind = dict[str, tuple[Paragraphs, Paragraphs]]


def paired(boxes: Sequence[str | Paragraphs]) -> Pairing:
    return pair(parts(*boxes), {})


def stage_by_box(boxes: Sequence[str | Paragraphs]) -> dict[Paragraphs, str]:
    """The stage that each box of sentences is given."""
    found = paired(boxes)
    return {
        part.box.paragraphs: found.stages[stage].stage for part, stage in zip(found.boxes, found.stage_of, strict=True)
    }


def intended(chart: Drawn) -> dict[Paragraphs, str]:
    """The stage that each box of a drawn chart was drawn for."""
    return {box: step.stage for step in chart.steps for box in (step.risk_box, step.measure_box) if step.risks}


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("kind", [LICENCE, CASE])
def test_boxes_before_their_stage_and_behind_it(kind: Kind, backwards: bool) -> None:
    chart = drawn(kind, backwards=backwards)
    assert stage_by_box(chart.boxes()) == intended(chart)


@given(charts(backwards=st.booleans()))
@settings(deadline=None, max_examples=15, derandomize=True)
def test_boxes_find_their_stage_whichever_sentences_they_hold(chart: Drawn) -> None:
    assert stage_by_box(chart.boxes()) == intended(chart)


@pytest.mark.parametrize("kind", [LICENCE, CASE])
@pytest.mark.parametrize("order", [1, -1])
def test_heaps_are_told_by_order_and_wording(kind: Kind, order: int) -> None:
    """All stages in one column, then all measures, then all risks, in one order or its reverse."""
    chart = drawn(kind)
    full = [step for step in chart.steps if step.risks]
    column = [(step.stage,) for step in chart.steps][::order]
    heaped = [*column, *(step.measure_box for step in full), *(step.risk_box for step in full)]
    assert stage_by_box(heaped) == intended(chart)


def test_wording_outweighs_a_box_out_of_place() -> None:
    """The measures of 决定 stand behind the next stage."""
    chart = drawn(LICENCE)
    decision = chart.steps[3]
    boxes = chart.boxes()
    boxes.remove(decision.measure_box)
    boxes.insert(boxes.index(("送达",)) + 1, decision.measure_box)
    assert stage_by_box(boxes) == intended(chart)


def test_place_tells_where_wording_says_nothing() -> None:
    """Neither sentences nor stages are known to the genre."""
    steps = tuple(
        Step(stage, (f"{mark}某某", f"{mark}某某某"), (f"{mark}某", f"{mark}某某某某"))
        for stage, mark in [("播种", "甲"), ("浇水", "乙"), ("修枝", "丙"), ("采摘", "丁")]
    )
    for backwards in (False, True):
        chart = Drawn(steps, backwards=backwards)
        assert stage_by_box(chart.boxes()) == intended(chart)


NEUTRAL = tuple(
    Step(stage, (f"{mark}某某",), (f"{mark}某",))
    for stage, mark in [("播种", "甲"), ("浇水", "乙"), ("修枝", "丙"), ("采摘", "丁")]
)


def heap(steps: Sequence[Step], *names: str) -> list[Paragraphs]:
    """The stages, then all measures, then all risks."""
    return [*((name,) for name in names), *(s.measure_box for s in steps), *(s.risk_box for s in steps)]


def test_heaps_that_say_nothing_are_dealt_out_in_order() -> None:
    assert stage_by_box(heap(NEUTRAL, "播种", "浇水", "修枝", "采摘")) == intended(Drawn(NEUTRAL))


def test_two_pairs_that_speak_of_one_stage_share_two_stages() -> None:
    risks, measures = LICENCE["受理"]
    boxes = heap([Step("受理", risks[:1], measures[:1]), Step("播种", risks[1:], measures[1:])], "受理", "播种")
    found = paired(boxes)
    assert sorted(found.stage_of[:2]) == sorted(found.stage_of[2:]) == [0, 1]


def test_stages_that_are_usually_bare_are_left_out_where_boxes_are_few() -> None:
    assert stage_by_box(heap(NEUTRAL, "申请", "播种", "浇水", "修枝", "采摘", "办结")) == intended(Drawn(NEUTRAL))


def test_a_bare_stage_between_two_full_ones_stays_bare() -> None:
    chart = drawn(CASE)
    steps = (*chart.steps[:3], Step("审查"), *chart.steps[3:5], Step("送达"), *chart.steps[5:])
    for backwards in (False, True):
        chart = Drawn(steps, backwards=backwards)
        assert stage_by_box(chart.boxes()) == intended(chart)


def test_monitoring_points_go_with_the_risks_beside_them() -> None:
    chart = drawn(LICENCE)
    boxes: list[Paragraphs] = [("电子监察点",), *chart.boxes()]
    boxes.insert(boxes.index(("受理",)), ("超过3个工作日受理",))
    boxes.insert(boxes.index(("审查",)), ("审查用时超过8个工作日",))
    found = stage_by_box(boxes)
    assert found[("超过3个工作日受理",)] == "受理"
    assert found[("审查用时超过8个工作日",)] == "审查"


BOXES: list[str | Paragraphs] = [
    *("申请", "受理", "审查", "决定", "民主推荐", "办结", "风险点", "防控措施", "流程环节", "责任人：丙科"),
    ("1.收件不登记。", "风险等级：高"),
    ("1.熟人先办。", "风险等级：低"),
    ("1.收件登记。", "责任人：甲科"),
    ("1.集体研究决定。", "责任人：乙科"),
    ("超过3个工作日受理",),
]
ANY_CHART = st.lists(st.sampled_from(BOXES), max_size=12)


@given(ANY_CHART)
@settings(deadline=None, max_examples=60)
def test_every_box_gets_exactly_one_stage_of_its_chart(boxes: list[str | Paragraphs]) -> None:
    found = paired(boxes)
    roles = [part.role for part in parts(*boxes)]
    content = [role for role in roles if role in (Role.RISK, Role.MEASURE, Role.MONITOR)]
    assert [part.role for part in found.boxes] == content
    assert len(found.stages) == roles.count(Role.STAGE)
    assert len(found.stage_of) == len(found.rivals) == len(content)
    assert all(0 <= stage < max(1, len(found.stages)) for stage in found.stage_of)


@given(ANY_CHART)
@settings(deadline=None, max_examples=60)
def test_a_rival_is_another_stage_and_never_cheaper(boxes: list[str | Paragraphs]) -> None:
    found = paired(boxes)
    for stage, rival in zip(found.stage_of, found.rivals, strict=True):
        assert rival.margin >= -1e-6
        assert rival.stage != stage or rival.margin == math.inf


@given(charts(backwards=st.booleans()), st.sampled_from(["丁科", "窗口", "张某"]), st.sampled_from("高中低"))
@settings(deadline=None, max_examples=8, derandomize=True)
def test_owners_and_levels_do_not_matter(chart: Drawn, owner: str, level: str) -> None:
    """The same chart with other owners and levels is paired alike."""
    changed = [
        tuple(
            f"责任人：{owner}"
            if text.startswith("责任人")
            else f"风险等级：{level}"
            if text.startswith("风险等级")
            else text
            for text in box
        )
        for box in chart.boxes()
    ]
    assert paired(changed).stage_of == paired(chart.boxes()).stage_of


@given(charts())
@settings(deadline=None, max_examples=8, derandomize=True)
def test_a_chart_and_its_mirror_are_paired_alike(chart: Drawn) -> None:
    forward, backward = chart.boxes(), chart.boxes()[::-1]
    assert stage_by_box(forward) == stage_by_box(backward)


def test_a_chart_with_one_stage_gives_it_every_box() -> None:
    found = paired(["受理", *drawn(LICENCE).steps[1].boxes()[:2]])
    assert found.stage_of == (0, 0)


def test_a_chart_without_stages_keeps_its_boxes() -> None:
    found = paired([drawn(LICENCE).steps[1].risk_box])
    assert (found.stages, found.stage_of) == ((), (0,))


# What charts teach each other


def test_certain_charts_teach_which_sentence_stands_where() -> None:
    lore = learned([paired(drawn(LICENCE).boxes())])
    risks, measures = LICENCE["受理"]
    assert all(lore[Role.RISK, text] == {"受理": 1} for text in risks)
    assert all(lore[Role.MEASURE, text] == {"受理": 1} for text in measures)


def test_charts_that_leave_a_choice_teach_nothing() -> None:
    """Two pairs of boxes that say nothing, heaped behind two stages, could as well be exchanged."""
    lore = learned([paired(heap(NEUTRAL[:2], "播种", "浇水"))])
    assert not any(stages.total() for stages in lore.values())


def test_a_sentence_counts_once_for_each_chart() -> None:
    chart = paired(drawn(CASE).boxes())
    assert learned([chart, chart])[Role.RISK, CASE["立案"][0][0]] == {"立案": 2}


def test_a_chart_is_no_witness_in_its_own_case() -> None:
    first, second = paired(drawn(LICENCE).boxes()), paired(drawn(CASE).boxes())
    rest = without(learned([first, second]), first)
    assert {key for key, stages in rest.items() if stages} == {
        key for key, stages in learned([second]).items() if stages
    }


def test_lore_places_what_wording_and_place_leave_open() -> None:
    """Heaped boxes that say nothing of their stages go where another chart has shown them to stand."""
    texts = {"播种": "甲某某", "浇水": "乙某某", "修枝": "丙某某"}
    taught = Drawn(tuple(Step(stage, (text,), (f"{text}某",)) for stage, text in texts.items()))
    order = ["浇水", "播种", "修枝"]
    steps = {step.stage: step for step in taught.steps}
    heaped = [
        *((stage,) for stage in texts),
        *(steps[s].measure_box for s in order),
        *(steps[s].risk_box for s in order),
    ]
    found = pair(parts(*heaped), learned([paired(taught.boxes())]))
    assert [found.stages[stage].stage for stage in found.stage_of] == order * 2
