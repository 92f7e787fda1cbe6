"""One small value at a time: numbers, items, levels, owners, stages, departments."""

import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pipeline.normalise import (
    canonical_stage,
    cleaned,
    department_of,
    item_number,
    items_of,
    marks_of,
    stage_label,
    unmarked,
)

NUMBERED = [
    ("1.建立台账", 1),
    ("1、建立台账", 1),
    ("1．建立台账", 1),
    ("1)建立台账", 1),
    ("1）建立台账", 1),
    ("1:建立台账", 1),
    ("1：建立台账", 1),
    ("(1)建立台账", 1),
    ("（1）建立台账", 1),
    ("（ 1 ）建立台账", 1),
    ("（1）、建立台账", 1),
    ("①建立台账", 1),
    ("⑳建立台账", 20),
    ("\uff12、建立台账", 2),
    ("\uff11\uff12．建立台账", 12),
    ("1..建立台账", 1),
    ("1.、建立台账", 1),
    ("2 .建立台账", 2),
    ("\u3000 3. 建立台账", 3),
    ("10.建立台账", 10),
    ("1建立台账", 1),
    ("\uff11建立台账", 1),
    ("3“建立台账", 3),
    ("2《建立台账", 2),
    ("一是建立台账", 1),
    ("十二、建立台账", 12),
    ("（二）建立台账", 2),
    ("二十是建立台账", 20),
]

NOT_NUMBERED = [
    "建立台账",
    "16周岁以下不收",
    "2人以上到场",
    "3个工作日内办结",
    "5日内送达",
    "20万元以上集体研究",
    "90%以上抽查",
    "24小时内报告",
    "2次以上约谈",
    "1年内不得再报",
    "2023年起公开",
    "100元以下免收",
    "2级复核",
    "3张以上照片留存",
    "一、二级响应不及时",
    "一人负责台账",
    "三公经费超支",
    "",
    "1",
    "建立1.台账",
]


@pytest.mark.parametrize(("line", "number"), NUMBERED)
def test_a_number_is_told_and_taken_off(line: str, number: int) -> None:
    assert item_number(line) == number
    assert cleaned(line).lstrip("“《") == "建立台账"


@pytest.mark.parametrize("line", NOT_NUMBERED)
def test_a_count_is_no_number(line: str) -> None:
    assert item_number(line) is None
    assert cleaned(line) == line


@pytest.mark.parametrize(
    "line", ["1.5倍以上罚款", "2.3万元以上集体研究", "12:30前受理", "2套台账分开登记", "3方到场验收"]
)
def test_a_quantity_is_no_number(line: str) -> None:
    assert cleaned(line) == line


def test_a_quantity_with_a_blank_is_no_number() -> None:
    assert cleaned("1.5 倍以上罚款") == "1.5 倍以上罚款"


def test_a_number_of_row_and_item_is_taken_off_whole() -> None:
    assert cleaned("1.1 建立台账") == "建立台账"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("1.公开办事流程；", "公开办事流程"),
        ("1.公开办事流程。 ", "公开办事流程"),
        ("公开办事流程，", "公开办事流程"),
        ("公开办事流程、", "公开办事流程"),
        ("公开办事流程.", "公开办事流程"),
        ("公开办事流程；。", "公开办事流程"),
        ("公开,办事。流程", "公开,办事。流程"),
        ("公开（办事）", "公开（办事）"),
        ("公开“办事”", "公开“办事”"),
        ("公开吗？", "公开吗？"),
        ("公开！", "公开！"),
        ("公开   办事\t流程", "公开 办事 流程"),
        ("行驶自由裁量权", "行驶自由裁量权"),
    ],
)
def test_final_punctuation_goes_and_all_else_stays(line: str, text: str) -> None:
    """Typing errors, inner punctuation, brackets and quotation marks are as written; runs of blanks become one."""
    assert cleaned(line) == text


SENTENCES = st.text("建立台账公开，。；、.．（）“”：: \u30001\uff129①", min_size=1, max_size=14)


@given(SENTENCES)
@example("1.建立；台账。")
def test_cleaning_takes_off_no_more_than_a_number_and_punctuation_at_the_ends(text: str) -> None:
    """What is left stands in the text as it is, and what was before and behind it is number or punctuation."""
    bare, left = "".join(text.split()), "".join(cleaned(text).split())
    assert left in bare
    before, _, behind = bare.rpartition(left) if left else (bare, "", "")
    assert not re.search(r"[^\d①-⑳（）()、.．:：，,。；;]", before)
    assert not behind.strip("。；;.．，,、")


@given(st.sampled_from(["", "1.", "2、", "（3）", "④", "\uff15．", "6"]), SENTENCES)
def test_cleaning_twice_is_cleaning_once(number: str, text: str) -> None:
    """Where a sentence does not begin with digits of its own."""
    assume(not re.match(r"[\s。；;.．，,、:：（()）]*[\d①-⑳]", text) and text.strip())
    assume(number != "6" or re.match(r"[建立台账公开]", text))
    once = cleaned(number + text)
    assert cleaned(once) == once


@pytest.mark.parametrize("line", ["1.1建立台账", "1、2、建立台账", "1.（1）建立台账"])
def test_cleaning_twice_is_cleaning_once_with_two_numbers(line: str) -> None:
    assert cleaned(cleaned(line)) == cleaned(line)


# Items


@pytest.mark.parametrize(
    ("paragraphs", "items"),
    [
        (["1.公开流程。", "2.公开时限；"], ["公开流程", "公开时限"]),
        (["公开流程", "2.公开时限"], ["公开流程", "公开时限"]),
        (["1.公开流程；2.公开时限。"], ["公开流程", "公开时限"]),
        (["1、公开流程。2、公开时限。3、公开结果。"], ["公开流程", "公开时限", "公开结果"]),
        (["1.公开流程 2.公开时限"], ["公开流程", "公开时限"]),
        (["1)公开流程；2)公开时限"], ["公开流程", "公开时限"]),
        (["6.公开流程；7.公开时限"], ["公开流程", "公开时限"]),
        (["1.公开流程；2.5倍以上的公开时限"], ["公开流程；2.5倍以上的公开时限"]),
        (["1.公开流程，3.公开时限"], ["公开流程，3.公开时限"]),
        (["公开流程；2.公开时限"], ["公开流程；2.公开时限"]),
        (["1.公开第2.章"], ["公开第2.章"]),
        (["1.公开流程。", "风险等级：高"], ["公开流程"]),
        (["1.公开流程。责任人：乙科"], ["公开流程"]),
        (["1.公开流程。", " 。", "2."], ["公开流程"]),
        ([], []),
    ],
)
def test_items_of_a_box(paragraphs: list[str], items: list[str]) -> None:
    assert list(items_of(paragraphs)) == items


@pytest.mark.parametrize(
    "line",
    [
        "1公开流程；2公开时限",
        "①公开流程；②公开时限",
        "（1）公开流程；（2）公开时限",
        "1：公开流程；2：公开时限",
        "\uff11．公开流程；\uff12．公开时限",
    ],
)
def test_two_items_on_one_line_in_every_numbering(line: str) -> None:
    assert items_of([line]) == ("公开流程", "公开时限")


WORDS = st.text("公开流程时限结果台账", min_size=2, max_size=6)


@given(st.lists(WORDS, min_size=1, max_size=5), st.sampled_from(["{}.", "{}、", "{}．", "{}）"]), st.booleans())
def test_items_are_the_same_on_one_line_and_on_many(texts: list[str], form: str, semicolons: bool) -> None:
    lines = [form.format(i) + text + ("；" if semicolons else "。") for i, text in enumerate(texts, 1)]
    assert list(items_of(lines)) == list(items_of(["".join(lines)])) == texts


# Levels and owners

MARKED = [
    ("风险等级：高", ["高"], []),
    ("风险等级:高", ["高"], []),
    ("风险等级： 高 ", ["高"], []),
    ("风 险 等 级：高", ["高"], []),
    ("风 险等级:中", ["中"], []),
    ("风险等级高", ["高"], []),
    ("风险等级：高。", ["高"], []),
    ("风险级次：Ⅰ级", ["Ⅰ级"], []),
    ("风险级别：一级", ["一级"], []),
    ("风险点等级：低", ["低"], []),
    ("廉政风险等级：低", ["低"], []),
    ("2.收受财物。风险等级：高", ["高"], []),
    ("2.收受财物；           风险等级：低", ["低"], []),
    ("风险等级：", [], []),
    ("风险等级：  。", [], []),
    ("责任人：乙科科长", [], ["乙科科长"]),
    ("责任人:乙科科长；", [], ["乙科科长"]),
    ("责任主体：乙科", [], ["乙科"]),
    ("责 任 人：乙科", [], ["乙科"]),
    ("责任领导：分管领导", [], ["分管领导"]),
    ("直接责任人：窗口", [], ["窗口"]),
    ("责任人：甲科、 乙科、窗口", [], ["甲科、 乙科、窗口"]),
    ("责任人:、受理人", [], ["受理人"]),
    ("责任人：", [], []),
    ("3.公开结果。责任人:乙科", [], ["乙科"]),
    ("风险等级：低 责任人：乙科", ["低"], ["乙科"]),
    ("责任人：乙科 风险等级：低", ["低"], ["乙科"]),
    ("1.收受财物。", [], []),
    ("1.落实责任人制度。", [], []),
    ("风险等级", [], []),
]


@pytest.mark.parametrize(("line", "levels", "owners"), MARKED)
def test_levels_and_owners_of_a_line(line: str, levels: list[str], owners: list[str]) -> None:
    found_levels, found_owners = marks_of([line])
    assert (list(found_levels), list(found_owners)) == (levels, owners)


@pytest.mark.parametrize(
    ("line", "levels", "owners"),
    [("1.公开结果。（责任人：乙科）", (), ("乙科",)), ("1.收受财物（风险等级：高）", ("高",), ())],
)
def test_a_mark_may_stand_in_brackets(line: str, levels: tuple[str, ...], owners: tuple[str, ...]) -> None:
    assert marks_of([line]) == (levels, owners)
    assert items_of([line]) in (("公开结果",), ("收受财物",))


@pytest.mark.parametrize("lines", [["1.公开结果。", "责任人：", "乙科"], ["1.公开结果。", "责任人：乙科", "负责人"]])
def test_an_owner_may_take_two_lines(lines: list[str]) -> None:
    assert items_of(lines) == ("公开结果",)
    assert "乙科" in "".join(marks_of(lines)[1])


def test_marks_of_a_box_come_in_order() -> None:
    assert marks_of(["风险等级：高", "1.公开。责任人：甲科", "责任人：乙科", "风险等级：低"]) == (
        ("高", "低"),
        ("甲科", "乙科"),
    )


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("2.收受财物。风险等级：高", "2.收受财物。"),
        ("3.公开结果。责任人:乙科", "3.公开结果。"),
        ("4.甲。风险等级：低 责任人：乙科", "4.甲。"),
        ("4.甲。责任人：乙科 风险等级：低", "4.甲。"),
        ("1.按风险等级分类管理。", "1.按风险等级分类管理。"),
        ("风险等级：高", ""),
    ],
)
def test_marks_are_taken_off_the_end(line: str, left: str) -> None:
    assert unmarked(line).strip() == left


@pytest.mark.parametrize(
    "sentence",
    ["风险等级为高的事项由局长审批", "按事项区分风险等级高低", "把风险等级为中、低的事项下放到窗口"],
)
def test_a_sentence_about_levels_is_not_a_mark(sentence: str) -> None:
    assert items_of([f"1.{sentence}。"]) == (sentence,)
    assert marks_of([f"1.{sentence}。"]) == ((), ())


# Stages and departments


@pytest.mark.parametrize(
    ("label", "stage"),
    [
        ("立（受）案", "立案"),
        ("立(受)案", "立案"),
        ("立案", "立案"),
        ("决    定", "决定"),
        ("办\u3000结", "办结"),
        ("决定", "决定"),
        ("受理环节", "受理"),
        ("审核阶段", "审核"),
        ("初审", "初审"),
        ("处罚前告知", "处罚前告知"),
        ("提出申请", "申请"),
        ("发现违法事实", "发现违法事实"),
        ("民主推荐", "民主推荐"),
        ("局长办公会集体研究后作出处罚决定", "局长办公会集体研究后作出处罚决定"),
    ],
)
def test_a_plain_variant_of_a_stage_has_the_name_of_the_genre(label: str, stage: str) -> None:
    assert canonical_stage(label) == stage


@given(st.sampled_from(["立（受）案", "决定", "提出申请", "受理环节", "民主推荐", "审查"]))
def test_the_name_of_the_genre_is_its_own_name(label: str) -> None:
    assert canonical_stage(canonical_stage(label)) == canonical_stage(label)


@pytest.mark.parametrize(
    ("paragraphs", "label"),
    [
        (["决    定"], "决定"),
        (["决定", "（发证）"], "决定（发证）"),
        (["立（受）案"], "立（受）案"),
        (["办\u3000结 "], "办结"),
    ],
)
def test_a_stage_label_is_as_written_without_blanks(paragraphs: list[str], label: str) -> None:
    assert stage_label(paragraphs) == label


@pytest.mark.parametrize(
    ("party", "department"),
    [
        ("监察支队", "监察支队"),
        ("医保中心征缴科", "医保中心征缴科"),
        ("档案管理科负责人", "档案管理科"),
        ("行政审批科科长", "行政审批科"),
        ("受理窗口工作人员", "受理窗口"),
        ("基建办", "基建办"),
        ("受理人", None),
        ("分管领导", None),
        ("案件承办人", None),
        ("执法人员", None),
        ("主任", None),
        ("处负责人", None),
        ("科长", None),
        ("", None),
        (None, None),
    ],
)
def test_a_department_is_told_from_a_person(party: str | None, department: str | None) -> None:
    assert department_of(party) == department
