"""From boxes to charts: sections, stages in order, doubts, problems; and nothing is lost."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.arrange import arrange
from pipeline.chart import Charts, read_charts
from pipeline.model import Box, Problem
from pipeline.terms import plain
from tests.dumps import CASE, LICENCE, Drawn, Paragraphs, Step, charts, document, drawn, dump

TITLE = "望溪市财政局行政许可——记账资格审批廉政风险防控图"


def read(*boxes: str | Paragraphs) -> Charts:
    return read_charts(arrange(document(dump(*boxes))))


def codes(found: Charts) -> list[str]:
    return [problem.code for problem in found.problems]


def test_a_whole_chart() -> None:
    """Every stage in the order of the work with the boxes drawn for it; no doubts, no problems."""
    drawing = drawn(LICENCE)
    found = read(*drawing.whole())
    [chart] = found.charts
    assert (chart.index, chart.title, chart.agency) == (0, drawing.title, "望溪市财政局")
    assert (chart.category, chart.power) == ("行政许可", "记账资格审批")
    assert [stage.label for stage in chart.stages] == list(LICENCE)
    for step, stage in zip(drawing.steps, chart.stages, strict=True):
        assert [box.paragraphs for box in stage.risks] == ([step.risk_box] if step.risks else [])
        assert [box.paragraphs for box in stage.measures] == ([step.measure_box] if step.measures else [])
        assert stage.monitors == ()
        assert stage.doubts == ()
        assert 0.5 < stage.confidence <= 1
    assert found.problems == ()


@pytest.mark.parametrize("kind", [LICENCE, CASE])
def test_a_chart_drawn_backwards_is_read_in_the_order_of_the_work(
    kind: dict[str, tuple[Paragraphs, Paragraphs]],
) -> None:
    [chart] = read(*drawn(kind, backwards=True).whole()).charts
    assert [stage.label for stage in chart.stages] == list(kind)


def test_stages_drawn_in_a_jumble_come_in_their_usual_order() -> None:
    steps = drawn(CASE).steps
    jumbled = Drawn((steps[4], steps[5], steps[6], *steps[:4]))
    [chart] = read(*jumbled.whole()).charts
    assert [stage.label for stage in chart.stages] == list(CASE)


def test_stages_the_genre_does_not_know_stay_as_drawn() -> None:
    names = ["播种", "浇水", "修枝", "采摘"]
    steps = tuple(Step(name, (f"{name}时收受好处",), (f"{name}时两人到场",)) for name in names)
    [chart] = read(*Drawn(steps).whole()).charts
    assert [stage.label for stage in chart.stages] == names


def test_titles_may_stand_all_in_front_or_each_above_its_chart() -> None:
    first = replace(drawn(LICENCE), title="望溪市财政局行政许可——甲项廉政风险防控图")
    second = replace(drawn(CASE, "乙科"), title="望溪市财政局行政处罚——乙项廉政风险防控图")
    in_front = read(first.title, second.title, *first.boxes(), *second.boxes())
    each = read(*first.whole(), *second.whole())
    assert [chart.power for chart in in_front.charts] == ["甲项", "乙项"]
    assert in_front.charts == tuple(
        replace(chart, stages=stages.stages) for chart, stages in zip(each.charts, in_front.charts, strict=True)
    )
    assert [[stage.label for stage in chart.stages] for chart in each.charts] == [list(LICENCE), list(CASE)]
    assert [chart.index for chart in each.charts] == [0, 1]


def test_a_stage_glued_behind_a_title_is_a_stage() -> None:
    """The dump of a chart drawn backwards, its last stage in the paragraph of its title."""
    boxes = drawn(CASE, backwards=True).boxes()
    assert boxes[0] == ("结案",)
    [chart] = read("望溪市财政局", "行政职权廉政风险防控图（行政处罚）结案", *boxes[1:]).charts
    assert chart.title == "行政职权廉政风险防控图（行政处罚）"
    assert chart.agency == "望溪市财政局"
    assert [stage.label for stage in chart.stages] == list(CASE)


def test_labels_between_titles_belong_to_no_chart() -> None:
    """Empty charts drawn beside the titles leave labels among them."""
    first, second = drawn(LICENCE, "甲科"), drawn(LICENCE, "乙科")
    found = read(TITLE, "防控措施防控措施风险点", TITLE.replace("记账", "发票"), *first.boxes(), *second.boxes())
    assert [chart.power for chart in found.charts] == ["记账资格审批", "发票资格审批"]
    assert found.problems == ()


def test_a_chart_without_a_title_is_a_problem() -> None:
    found = read(*drawn(LICENCE).boxes())
    assert [chart.title for chart in found.charts] == [None]
    assert codes(found) == ["chart-without-title"]


def test_a_broken_chart_is_joined_and_told() -> None:
    broken, whole = drawn(LICENCE, "基建科"), drawn(LICENCE, "人事科")
    pieces = Drawn(broken.steps[:3]).boxes(), Drawn(broken.steps[3:], header=False).boxes()
    titles = [TITLE, TITLE.replace("记账", "发票")]
    found = read(*titles, *pieces[0], *whole.boxes(), *pieces[1])
    assert [[stage.label for stage in chart.stages] for chart in found.charts] == [list(LICENCE)] * 2
    assert codes(found) == ["broken-chart"]


def test_boxes_of_no_kind_are_problems_in_their_own_words() -> None:
    found = read(*drawn(LICENCE).whole(), "第 3 页", "↓")
    assert codes(found) == ["unplaced-text", "unplaced-text"]
    assert "第 3 页" in found.problems[0].message
    assert found.tally.unplaced == len("第3页↓")


def test_a_sentence_beside_one_stage_is_no_chart() -> None:
    """Nothing marks it as one: neither a label, a level, an owner nor a second stage."""
    found = read("受理", ("窗口不得无故关闭。", "不按规定着装的，通报批评。"))
    assert found.charts == ()
    assert set(codes(found)) == {"unplaced-text"}


def test_a_box_told_by_its_wording_is_doubted() -> None:
    drawing = drawn(LICENCE)
    boxes = [tuple(text for text in box if not text.startswith("风险等级")) for box in drawing.boxes()]
    [chart] = read(drawing.title, *boxes).charts
    assert [stage.label for stage in chart.stages if any("措辞" in doubt for doubt in stage.doubts)] == [
        step.stage for step in drawing.steps if step.risks
    ]


def test_two_boxes_of_a_kind_at_one_stage_are_doubted() -> None:
    step = drawn(LICENCE).steps[1]
    boxes = [*step.boxes()[:-1], ("1.拒不受理熟人以外的人。", "风险等级：低"), ("受理",)]
    [chart] = read(TITLE, *boxes).charts
    assert len(chart.stages[0].risks) == 2
    assert "有 2 个风险点框" in chart.stages[0].doubts


def test_a_chart_without_stages_is_kept_and_doubted() -> None:
    [chart] = read(TITLE, *drawn(LICENCE).steps[1].boxes()[:-1]).charts
    [stage] = chart.stages
    assert (stage.label, len(stage.risks), len(stage.measures)) == ("", 1, 1)
    assert "图中没有流程环节" in stage.doubts
    assert stage.confidence <= 0.5


def test_an_owner_alone_is_a_problem() -> None:
    found = read(*drawn(LICENCE).whole(), "责任人：丙科")
    assert codes(found) == ["stray-owner"]
    assert "丙科" in found.problems[0].message


def test_a_title_alone_makes_no_chart() -> None:
    found = read(TITLE)
    assert found.charts == ()
    assert codes(found) == ["title-without-chart"]


def test_an_owner_in_no_chart_is_a_problem() -> None:
    found = read("受理", "责任人：丙科")
    assert any("丙科" in problem.message for problem in found.problems)


def test_a_long_text_of_no_kind_is_told_whole() -> None:
    text = "ABC " * 40 + "END"
    found = read(*drawn(LICENCE).whole(), text)
    assert "END" in found.problems[0].message


def test_titles_behind_the_last_chart_are_problems() -> None:
    found = read(*drawn(LICENCE).whole(), TITLE.replace("记账", "发票"), TITLE.replace("记账", "票据"))
    assert [chart.title for chart in found.charts] == [TITLE]
    assert codes(found) == ["title-without-chart"] * 2


def test_a_template_gives_every_chart_the_same_pairing() -> None:
    found = read(*(TITLE.replace("记账", power) for power in "甲乙丙"), *drawn(CASE).boxes() * 3)
    first, *others = [
        [(stage.label, [box.paragraphs for box in (*stage.risks, *stage.measures)]) for stage in chart.stages]
        for chart in found.charts
    ]
    assert others == [first, first]


# Nothing is lost

NOISE: list[str | Paragraphs] = [
    *(
        "第 3 页",
        "↓",
        "ABC-12",
        "监管电话",
        "责任人：丙科",
        "群众投诉",
        "超过3个工作日受理",
        "民主推荐",
        "行政职权廉政风险防控图",
    ),
    ("1.某某某。", "2.某某。"),
    ("1.熟人先办。",),
    ("1.两人到场。",),
    ("风险等级：",),
]
DUMPS = st.lists(
    st.one_of(charts(backwards=st.booleans()).map(Drawn.whole), st.lists(st.sampled_from(NOISE))), max_size=4
)


def boxes_in(found: Charts) -> list[Box]:
    return [
        box
        for chart in found.charts
        for stage in chart.stages
        for box in (*stage.risks, *stage.measures, *stage.monitors)
    ]


def told(problems: Sequence[Problem]) -> str:
    return "\n".join(problem.message for problem in problems)


def losses(boxes: Sequence[str | Paragraphs], *, parted: bool) -> list[str]:
    """What became of a dump's text against the promise that nothing is lost; empty if it was kept."""
    text = dump(*boxes) if parted else dump(*boxes, apart=0, within=0)
    lines = [box.text for box in document(text).boxes]
    found = read_charts(arrange(document(text)))
    placed = [paragraph for box in boxes_in(found) for paragraph in box.paragraphs]
    sentences = {line for line in lines if line[:2] in ("1.", "2.", "3.")}
    problems = told(found.problems)
    return [
        *(f"not in a record nor told: {line}" for line in sentences if line not in placed and line not in problems),
        *(f"doubled: {line}" for line in set(placed) if placed.count(line) > lines.count(line)),
        *(["total"] if found.tally.total != len(plain(text)) else []),
        *(["in_records"] if found.tally.in_records != sum(len(plain(line)) for line in placed) else []),
        *(
            ["unplaced"]
            if (found.tally.unplaced > 0) != bool({"unplaced-text", "stray-owner"} & {*codes(found)})
            else []
        ),
    ]


@given(DUMPS, st.booleans())
@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
def test_nothing_is_lost(groups: list[list[str | Paragraphs]], parted: bool) -> None:
    """Each character is counted once, and each sentence stands at one stage or is told in a problem."""
    noisy = [box for group in groups for box in group]
    assert losses([*noisy, *drawn(LICENCE).whole()], parted=parted) == []


@pytest.mark.parametrize("stray", ["责任人：丙科", "民主推荐"])
def test_nothing_is_lost_before_a_title(stray: str) -> None:
    assert losses([stray, *drawn(LICENCE).whole()], parted=True) == []


@pytest.mark.parametrize("boxes", [[NOISE[0]], [NOISE[4]], [TITLE, NOISE[1]], [TITLE, TITLE], [NOISE[9]]])
def test_nothing_is_lost_of_a_document_without_charts(boxes: list[str | Paragraphs]) -> None:
    assert losses(boxes, parted=True) == []
