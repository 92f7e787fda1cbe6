"""What each box is, by its form, its marks, its wording and what its document lacks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.roles import Role, is_label, is_marking, is_title, looks_like_stage, parts_of
from tests.dumps import CASE, LICENCE, Drawn, charts, parts


def roles(*boxes: str | tuple[str, ...]) -> list[str]:
    return [part.role.value for part in parts(*boxes)]


BY_FORM = [
    ("望溪市财政局行政许可——记账资格审批廉政风险防控图", "title"),
    ("行政职权廉政风险防控图", "title"),
    ("行政处罚类", "title"),
    ("其 他 类", "title"),
    ("职权编码：3107-Z-00100-990231", "title"),
    ("职权名称：记账资格审批", "title"),
    (("望溪市财政局", "行政职权廉政风险防控图"), "title"),
    ("风险点", "label"),
    ("防 控 措 施", "label"),
    ("电子监察点", "label"),
    ("流程环节", "label"),
    ("防控措施防控措施风险点", "label"),
    ("风险点      防控措施", "label"),
    (("风险点等级", "及表现形式"), "label"),
    (("防控措施", "及责任人"), "label"),
    ("受理", "stage"),
    ("立（受）案", "stage"),
    ("决    定", "stage"),
    ("伐后验收", "stage"),
    ("发现违法事实", "stage"),
    ("采购人提出申请", "stage"),
    (("决定", "（发证）"), "stage"),
    (("调查", "取证"), "stage"),
    (("1.收件不登记。", "2.熟人先办。", "风险等级：高"), "risk"),
    (("收件不登记。风险等级:中",), "risk"),
    (("1.收件登记。", "2.公开时限。", "责任人：甲科"), "measure"),
    (("1.收件登记。责任主体：甲科",), "measure"),
    ("责任人：甲科", "party"),
]


@pytest.mark.parametrize(("box", "role"), BY_FORM)
def test_the_role_of_a_box_alone(box: str | tuple[str, ...], role: str) -> None:
    assert roles(box) == [role]


@pytest.mark.parametrize(
    "box",
    [
        ("超过2个工作日受理",),
        ("群众投诉",),
        ("未出具一次性告知书",),
        ("未上传现场照片",),
        ("执法人员不足2人",),
        ("罚没金额10000元以上",),
        ("1、超过3个工作日办理", "2、群众投诉"),
    ],
)
def test_monitoring_points_are_told_by_their_wording(box: tuple[str, ...]) -> None:
    assert roles("电子监察点", box) == ["label", "monitor"]


@pytest.mark.parametrize("box", ["收件时熟人先办", "到点下班，不理窗口群众", "公开时限", "两人到场"])
def test_what_no_system_can_count_is_no_monitoring_point(box: str) -> None:
    assert roles("电子监察点", box)[-1] != "monitor"


@pytest.mark.parametrize(
    ("items", "mark", "role"),
    [
        ("1.建立收件登记制度。", "风险等级：高", "risk"),
        ("1.严格执行回避制度。", "风险等级：低", "risk"),
        ("1.收受财物，故意刁难。", "责任人：甲科", "measure"),
        ("1.不按规定受理。", "责任主体：甲科", "measure"),
        ("超过3个工作日办理", "风险等级：低", "risk"),
        ("群众投诉", "责任人：甲科", "measure"),
    ],
)
def test_a_mark_tells_more_than_wording(items: str, mark: str, role: str) -> None:
    [part] = parts((items, mark))
    assert part.role.value == role
    assert part.marked


@pytest.mark.parametrize(
    ("box", "role"),
    [
        (("1.故意刁难办事人，索取好处。", "2.不按先后顺序受理。"), "risk"),
        (("1.越权审批，徇私舞弊。",), "risk"),
        (("1.建立首问负责制度。", "2.加强窗口巡查。"), "measure"),
        (("1.完善公开制度。", "2.严格责任追究。"), "measure"),
    ],
)
def test_wording_tells_where_marks_are_missing(box: tuple[str, ...], role: str) -> None:
    [part] = parts(box)
    assert part.role.value == role
    assert not part.marked


def test_a_part_holds_what_stands_in_its_box() -> None:
    [measures] = parts(("1.收件登记；2.公开时限。", "3.轮岗。责任人：甲科"))
    assert measures.items == ("收件登记", "公开时限", "轮岗")
    assert measures.parties == ("甲科",)
    [risks] = parts(("收受财物。", "风险等级：高"))
    assert (risks.items, risks.levels, risks.parties) == (("收受财物",), ("高",), ())
    [stage] = parts(("决 定", "（发证）"))
    assert (stage.stage, stage.items) == ("决定（发证）", ())
    [label] = parts("防控措施防控措施风险点")
    assert label.labels == ("measure", "measure", "risk")


def test_a_box_of_three_short_lines_is_no_stage() -> None:
    assert "stage" not in roles(("受理", "审查", "决定"))


@pytest.mark.parametrize("text", ["第 3 页", "↓", "—", "共12页", "（甲）12.", "A"])
def test_what_is_worded_like_nothing_is_other(text: str) -> None:
    assert roles(text) == ["other"]


def test_an_owner_alone_behind_unmarked_measures_is_theirs() -> None:
    measures, *others = parts(("1.收件登记。", "2.公开时限。"), "责任人：甲科", "受理")
    assert measures.role is Role.MEASURE
    assert measures.items == ("收件登记", "公开时限")
    assert measures.parties == ("甲科",)
    assert Role.PARTY not in [part.role for part in others]
    assert others[-1].stage == "受理"


def test_an_owner_alone_behind_marked_measures_stays_alone() -> None:
    assert roles(("1.收件登记。", "责任人：乙科"), "责任人：甲科") == ["measure", "party"]


def test_an_owner_alone_behind_monitoring_points_is_not_theirs() -> None:
    assert roles("超过3个工作日办理", "责任人：甲科") == ["monitor", "party"]


def test_weak_wording_goes_by_what_the_document_lacks() -> None:
    """One box says little; where every measure has its risks but one, it is the risks of that one."""
    pair = [("1.刁难办事人。", "风险等级：高"), ("1.公开时限。", "责任人：甲科")]
    vague = ("1.熟人先办。",)
    assert roles(*pair * 3, ("1.轮岗。", "责任人：甲科"), vague)[-1] == "risk"


def test_every_box_of_a_plain_chart_has_the_role_it_was_drawn_with() -> None:
    for kind in (LICENCE, CASE):
        for stage, (risks, measures) in kind.items():
            assert roles(stage) == ["stage"]
            assert not risks or roles((*risks, "风险等级：中")) == ["risk"]
            assert not measures or roles((*measures, "责任人：甲科")) == ["measure"]


@given(charts(), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=30)
def test_marked_boxes_have_their_role_in_any_order(chart: Drawn, random: object) -> None:
    boxes = chart.whole()
    random.shuffle(boxes)  # type: ignore[attr-defined]
    expected = {box: role(box) for box in boxes}
    assert {part.box.paragraphs: part.role.value for part in parts(*boxes)} == expected


def role(box: tuple[str, ...]) -> str:
    """What a box of a drawn chart was meant to be."""
    if box[-1].startswith("风险等级"):
        return "risk"
    if box[-1].startswith("责任人"):
        return "measure"
    if box[0] in ("风险点", "防控措施", "流程环节"):
        return "label"
    return "title" if box[0].endswith("图") else "stage"


ANY_TEXT = st.text("受理1.。：责任人风险等级高点图（）—不按建立 \u3000", max_size=12)


@given(st.lists(st.lists(ANY_TEXT, min_size=1, max_size=3).map(tuple), max_size=6))
def test_every_line_gets_a_role_and_keeps_its_text_and_place(boxes: list[tuple[str, ...]]) -> None:
    found = [text for part in parts(*boxes) for text in part.box.paragraphs]
    assert found == [text for box in boxes for text in box]


@given(ANY_TEXT)
def test_a_line_is_at_most_one_of_title_label_stage_and_mark(text: str) -> None:
    assert sum(map(bool, (is_title(text), is_label(text) and not is_title(text), is_marking(text)))) <= 1
    if looks_like_stage(text):
        assert not is_title(text)
        assert not is_label(text)
        assert not is_marking(text)


@pytest.mark.parametrize(
    "text",
    [
        "1.受理",
        "受理。",
        "受理：窗口",
        "不按规定受理",
        "超时受理",
        "建立受理制度",
        "未受理",
        "风险点",
        "理",
        "3日内受理",
    ],
)
def test_a_sentence_is_no_stage(text: str) -> None:
    assert not looks_like_stage(text)


@pytest.mark.parametrize("text", ["↓↓", "——", "ok", "■□"])
def test_what_has_no_chinese_word_is_no_stage(text: str) -> None:
    assert not looks_like_stage(text)


@pytest.mark.parametrize("text", ["1.行政处罚类", "行政处罚不公", "风险等级：高", "对行政处罚类事项公开"])
def test_a_sentence_is_no_title(text: str) -> None:
    assert not is_title(text)


def test_no_boxes_no_parts() -> None:
    assert parts_of([]) == []
