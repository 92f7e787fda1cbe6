"""Which paragraphs stand in one box, told by blank lines or by form."""

from collections.abc import Sequence

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.arrange import arrange
from pipeline.model import Box, Document
from tests.dumps import CASE, LICENCE, SOURCE, Drawn, Paragraphs, arranged, charts, drawn, dump

MEASURES: Paragraphs = ("1.收件登记。", "2.公开时限。", "责任人：甲科")
RISKS: Paragraphs = ("1.熟人先办。", "2.刁难办事人。", "3.丢失材料。", "风险等级：高")


def test_blank_lines_part_boxes() -> None:
    boxes: list[Paragraphs] = [("申请",), MEASURES, RISKS, ("风险点",), ("防控措施",), ("受理",), ("办结",)]
    assert arranged(dump(*boxes)) == boxes


def test_a_chart_gives_the_same_boxes_in_both_layouts() -> None:
    for kind in (LICENCE, CASE):
        for backwards in (False, True):
            boxes = drawn(kind, backwards=backwards).whole()
            assert arranged(dump(*boxes)) == boxes
            assert arranged(dump(*boxes, apart=0, within=0)) == boxes


@given(st.lists(charts(backwards=st.booleans()), min_size=1, max_size=3), st.integers(3, 9), st.integers(0, 2))
@settings(deadline=None, max_examples=15)
def test_the_boxes_do_not_depend_on_how_many_blank_lines_part_them(
    drawings: Sequence[Drawn], apart: int, within: int
) -> None:
    boxes = [box for chart in drawings for box in chart.whole()]
    assume(any(len(box) > 2 for box in boxes))
    assert arranged(dump(*boxes, apart=apart, within=within)) == boxes


def test_boxes_of_one_item_each_keep_their_marks() -> None:
    boxes: list[Paragraphs] = [
        ("1.收件登记。", "责任人：甲科"),
        ("1.熟人先办。", "风险等级：高"),
        ("风险点",),
        ("受理",),
    ]
    assert arranged(dump(*boxes)) == boxes


def test_an_item_that_stands_apart_once_does_not_mislead() -> None:
    """An empty paragraph within one box; everywhere else the lines of a box are two blank lines apart."""
    torn = dump(("1.收件登记。",), ("2.公开时限。", "责任人：甲科"))
    rest: list[Paragraphs] = [RISKS, ("风险点",), ("受理",), MEASURES, RISKS, ("审查",)]
    assert arranged(torn + "\n" * 5 + dump(*rest))[-6:] == rest


def test_empty_paragraphs_between_boxes_do_not_matter() -> None:
    """An empty paragraph adds three blank lines."""
    text = dump(MEASURES, RISKS, ("风险点",), ("受理",))
    assert arranged(text.replace("\n\n\n\n\n\n1.熟人", "\n" * 12 + "1.熟人")) == [
        MEASURES,
        RISKS,
        ("风险点",),
        ("受理",),
    ]


def test_by_form_a_mark_ends_a_box() -> None:
    assert arranged("\n".join([*MEASURES, *RISKS, "受理"])) == [MEASURES, RISKS, ("受理",)]


def test_by_form_a_mark_at_the_end_of_an_item_ends_a_box() -> None:
    first, second = ("1.收件登记。", "2.公开。责任人：甲科"), ("1.熟人先办。风险等级：高",)
    assert arranged("\n".join([*first, *second, "受理"])) == [first, second, ("受理",)]


def test_by_form_a_label_or_a_stage_ends_a_box_without_a_mark() -> None:
    unmarked = ("1.收件登记。", "2.公开时限。")
    text = "\n".join([*unmarked, "风险点", *unmarked, "受理", *unmarked])
    assert arranged(text) == [unmarked, ("风险点",), unmarked, ("受理",), unmarked]


def test_by_form_numbers_that_begin_again_begin_a_box() -> None:
    assert arranged("1.熟人先办。\n2.丢失材料。\n1.收件登记。\n2.公开时限。") == [
        ("1.熟人先办。", "2.丢失材料。"),
        ("1.收件登记。", "2.公开时限。"),
    ]


def test_by_form_a_second_first_item_begins_a_box() -> None:
    assert arranged("1.熟人先办。\n1.收件登记。\n1.轮岗。") == [("1.熟人先办。",), ("1.收件登记。",), ("1.轮岗。",)]


def test_by_form_a_number_left_out_begins_no_box() -> None:
    box = ("1.熟人先办。", "3.丢失材料。", "6.插队。")
    assert arranged("\n".join(["受理", *box])) == [("受理",), box]


def test_by_form_numbers_may_run_on_from_box_to_box() -> None:
    first = ("1.熟人先办。", "2.丢失材料。", "风险等级：高")
    second = ("3.刁难办事人。", "4.索取好处。", "风险等级：低")
    assert arranged("\n".join([*first, *second])) == [first, second]


def test_by_form_a_box_may_begin_without_numbers() -> None:
    box = ("不按规定收件。", "向熟人泄露信息。", "3.丢失材料。", "风险等级：高")
    assert arranged("\n".join(["受理", *box, "决定"])) == [("受理",), box, ("决定",)]


def test_a_title_stands_alone_even_without_blank_lines() -> None:
    title = "望溪市财政局行政许可——记账资格审批廉政风险防控图"
    boxes: list[Paragraphs] = [(title,), MEASURES, RISKS, ("风险点",), ("受理",)]
    assert arranged(title + "\n\n\n" + dump(*boxes[1:])) == boxes


def test_a_title_close_behind_a_box_stands_alone() -> None:
    title = "望溪市财政局行政许可——记账资格审批廉政风险防控图"
    text = dump(("受理",), RISKS, ("风险点",), MEASURES) + "\n\n" + dump((title,), ("审查",), RISKS)
    assert arranged(text) == [("受理",), RISKS, ("风险点",), MEASURES, (title,), ("审查",), RISKS]


def test_title_lines_stay_apart_from_what_follows() -> None:
    lines = ["行政职权廉政风险防控图", "行政许可类", "职权编码：31-A-1", "职权名称：记账资格审批"]
    found = arranged("\n".join(lines) + "\n" * 6 + dump(("受理",), MEASURES, ("风险点",), ("决定",)))
    assert [text for box in found[:-4] for text in box] == lines
    assert found[-4:] == [("受理",), MEASURES, ("风险点",), ("决定",)]


def test_a_line_glued_behind_a_title_does_not_take_the_title_along() -> None:
    """`…防控图（行政检查）结果处理` is one paragraph; it stands apart from both neighbours."""
    glued = "行政职权廉政风险防控图（行政检查）结果处理"
    assert arranged("\n".join(["望溪市财政局", glued, *MEASURES])) == [("望溪市财政局",), (glued,), MEASURES]


LINES = st.sampled_from(
    [
        "受理",
        "风险点",
        "1.熟人先办。",
        "2.丢失。",
        "7、轮岗",
        "风险等级：高",
        "责任人：甲科",
        "行政许可类",
        "第3页",
        "一二三四五",
    ]
)


@given(st.lists(st.tuples(LINES, st.integers(0, 9)), max_size=30))
def test_every_paragraph_stays_and_in_its_order(lines: Sequence[tuple[str, int]]) -> None:
    boxes = tuple(Box(order, (text,), gap=gap) for order, (text, gap) in enumerate(lines))
    found = arrange(Document(SOURCE, boxes)).boxes
    assert [text for box in found for text in box.paragraphs] == [text for text, _ in lines]
    assert [box.order for box in found] == list(range(len(found)))
    assert all(box.paragraphs for box in found)


@given(st.lists(st.tuples(LINES, st.integers(0, 9)), max_size=30))
def test_a_box_keeps_the_blank_lines_before_it(lines: Sequence[tuple[str, int]]) -> None:
    boxes = tuple(Box(order, (text,), gap=gap) for order, (text, gap) in enumerate(lines))
    starts, place = [], 0
    for box in arrange(Document(SOURCE, boxes)).boxes:
        starts.append((box.gap, lines[place][1]))
        place += len(box.paragraphs)
    assert all(kept == drawn_gap for kept, drawn_gap in starts)
