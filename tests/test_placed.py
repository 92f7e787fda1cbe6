"""Reading by place: what stands where, under which head and at the end of which line tells what belongs together.

The sentences are neutral and carry a letter (甲 for the first stage, 乙 for the second …): what is expected is what the
drawing in each test shows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.arrange import arrange, is_drawn
from pipeline.chart import Charts, read_charts
from pipeline.model import BBox, Box, Cell, Chart, Document, Frame, Line, Record
from pipeline.plane import ACROSS, DOWN, Axis, Rect, apart, overlap, pitch, plane_of, share
from pipeline.records import records_of, scale_in
from pipeline.regions import Region, charts_of, regions
from pipeline.roles import formed
from pipeline.seats import work_axis
from pipeline.sheet import Link, Sheet, links_of
from pipeline.terms import plain
from tests.dumps import SOURCE

TITLE = "望溪市财政局行政许可——记账资格审批廉政风险防控图"
OTHER_TITLE = "望溪市财政局行政处罚——做假账查处廉政风险防控图"
STAGES = ("受理", "审查", "决定", "送达")
LETTERS = "甲乙丙丁"
WHOLE = {stage: f"险{letter}措{letter}" for stage, letter in zip(STAGES, LETTERS, strict=True)}

# Drawing


def box(x: float, y: float, *paragraphs: str, w: float = 120, h: float = 40, page: int = 1) -> Box:
    return Box(0, paragraphs, page, BBox(x, y, x + w, y + h), frame="shape")


def title(text: str = TITLE, x: float = 0, y: float = 0, w: float = 520, page: int = 1) -> Box:
    return replace(box(x, y, text, w=w, h=16, page=page), frame=None)


def text(x: float, y: float, line: str, w: float = 200) -> Box:
    """A line of running text."""
    return replace(box(x, y, line, w=w, h=14), frame=None)


def risk(letter: str, level: str = "高") -> tuple[str, ...]:
    return (f"1.{letter}熟人先办。", f"风险等级：{level}")


def measure(letter: str, owner: str = "甲科") -> tuple[str, ...]:
    return (f"1.{letter}两人到场。", f"责任人：{owner}")


def bare(letter: str) -> tuple[str, ...]:
    """What neither a mark nor the wording tells."""
    return (f"1.{letter}事项。", "2.其余事项。")


def spine(
    stages: Sequence[str] = STAGES, step: float = 60, y: float = 40, x: float = 0, page: int = 1, letters: str = LETTERS
) -> list[Box]:
    """Risks left, stages in the middle, measures right."""
    return [
        one
        for number, (stage, letter) in enumerate(zip(stages, letters, strict=False))
        for one in (
            box(x, y + step * number, *risk(letter), page=page),
            box(x + 200, y + step * number, stage, page=page),
            box(x + 400, y + step * number, *measure(letter), page=page),
        )
    ]


def row(number: int, *texts: str | tuple[str, ...], widths: Sequence[float] = (80,) * 9) -> list[Box]:
    """The cells of one row of a table; those without text are not there, as an extractor leaves them out."""
    boxes, x = [], 0.0
    for column, (said, width) in enumerate(zip(texts, widths, strict=False)):
        if said:
            paragraphs = (said,) if isinstance(said, str) else said
            boxes.append(
                Box(
                    0,
                    paragraphs,
                    1,
                    BBox(x, 40.0 * number, x + width, 40.0 * number + 40),
                    0,
                    "cell",
                    Cell(0, number, column),
                )
            )
        x += width
    return boxes


def merged(one: Box, rows: int = 1, columns: int = 1) -> Box:
    """A cell that spans more rows or columns."""
    assert one.bbox
    assert one.cell
    place = replace(
        one.bbox,
        bottom=one.bbox.top + 40 * rows,
        x1=one.bbox.x0 + (one.bbox.x1 - one.bbox.x0) * columns,
    )
    return replace(one, bbox=place, cell=replace(one.cell, rows=rows, columns=columns))


def joint(start: Box, end: Box, arrow: bool = True) -> Line:
    """A line between the nearest sides of two boxes on a page, glued to none."""
    a, b = start.bbox, end.bbox
    assert a
    assert b
    ax, ay, bx, by = (a.x0 + a.x1) / 2, (a.top + a.bottom) / 2, (b.x0 + b.x1) / 2, (b.top + b.bottom) / 2
    if a.x1 <= b.x0:
        return Line(start.page or 1, a.x1, ay, b.x0, by, arrow)
    if b.x1 <= a.x0:
        return Line(start.page or 1, a.x0, ay, b.x1, by, arrow)
    return Line(start.page or 1, ax, a.bottom if ay < by else a.top, bx, b.top if ay < by else b.bottom, arrow)


# Reading


def ordered(boxes: Iterable[Box]) -> tuple[Box, ...]:
    return tuple(replace(one, order=order) for order, one in enumerate(boxes))


def read(boxes: Iterable[Box], lines: Iterable[Line] = ()) -> Charts:
    return read_charts(arrange(Document(SOURCE, ordered(boxes), tuple(lines))))


def only(boxes: Iterable[Box], lines: Iterable[Line] = ()) -> Chart:
    [chart] = read(boxes, lines).charts
    return chart


def held(chart: Chart) -> dict[str, str]:
    """Of each stage the kinds and letters of its boxes."""
    return {
        stage.label: "".join(
            f"{kind}{one.text.removeprefix('1.')[0]}"
            for kind, boxes in (("险", stage.risks), ("措", stage.measures), ("监", stage.monitors))
            for one in sorted(boxes, key=lambda one: one.text)
        )
        for stage in chart.stages
    }


def records(boxes: Iterable[Box], lines: Iterable[Line] = ()) -> Mapping[str, Record]:
    """The records of one chart by stage."""
    chart = only(boxes, lines)
    scale = scale_in(Document(SOURCE, ()), [chart])
    return {one.stage_label: one for one in records_of(SOURCE, chart, scale)}


def codes(found: Charts) -> list[str]:
    return [problem.code for problem in found.problems]


# The plane

NUMBERS = st.integers(0, 12)
SPANS = st.tuples(NUMBERS, NUMBERS).map(lambda ends: (min(ends), max(ends)))
RECTS = st.tuples(SPANS, SPANS).map(lambda spans: Rect(spans[0][0], spans[1][0], spans[0][1], spans[1][1]))
AXES = st.sampled_from([ACROSS, DOWN])


def units(one: Rect, axis: Axis) -> set[int]:
    """The unit steps of a rectangle with whole edges along an axis."""
    low, high = one.span(axis)
    return set(range(int(low), int(high)))


@given(RECTS, RECTS, AXES)
def test_overlap_and_gap_by_counting(one: Rect, other: Rect, axis: Axis) -> None:
    common = units(one, axis) & units(other, axis)
    assert max(0, overlap(one, other, axis)) == len(common)
    (low, high) = sorted((one.span(axis), other.span(axis)), key=lambda span: (span[1], span[0]))
    assert apart(one, other, axis) == len(range(int(low[1]), int(high[0])))


@given(RECTS, RECTS, AXES)
def test_share_by_counting(one: Rect, other: Rect, axis: Axis) -> None:
    a, b = units(one, axis), units(other, axis)
    if a and b:
        assert share(one, other, axis) == len(a & b) / min(len(a), len(b))
    assert share(one, other, axis) == share(other, one, axis)
    assert 0 <= share(one, other, axis) <= 1


@given(RECTS, NUMBERS, NUMBERS)
def test_the_distance_of_a_point_is_that_of_the_nearest_of_a_rectangle(one: Rect, x: int, y: int) -> None:
    points = ((px, py) for px in range(int(one.x0), int(one.x1) + 1) for py in range(int(one.y0), int(one.y1) + 1))
    assert one.distance(x, y) == pytest.approx(min(((px - x) ** 2 + (py - y) ** 2) ** 0.5 for px, py in points))
    assert one.holds(x, y) == (one.distance(x, y) == 0)


PAGED = st.lists(st.tuples(st.integers(1, 4), RECTS), max_size=8)


@given(PAGED)
def test_pages_stand_below_one_another(drawn: Sequence[tuple[int, Rect]]) -> None:
    """Whatever the order of the boxes; within a page they stand as before, only further down."""
    boxes = [Box(order, ("甲",), page, BBox(one.x0, one.y0, one.x1, one.y1)) for order, (page, one) in enumerate(drawn)]
    plane, shift = plane_of(boxes)
    for order, (page, one) in enumerate(drawn):
        assert plane[order] == Rect(one.x0, one.y0 + shift[page], one.x1, one.y1 + shift[page])
        assert all(plane[order].y1 < plane[other].y0 for other, (later, _) in enumerate(drawn) if later > page)
    assert shift.keys() == {page for page, _ in drawn}


def test_a_box_without_a_place_is_not_on_the_plane() -> None:
    assert plane_of([Box(0, ("甲",)), Box(3, ("乙",), 2, BBox(0, 0, 1, 1))])[0].keys() == {3}


@pytest.mark.parametrize(
    ("places", "step"), [([], 100), ([7], 100), ([0, 50, 100], 50), ([0, 1, 50, 51], 49), ([0, 6], 20)]
)
def test_the_usual_step(places: list[float], step: float) -> None:
    assert pitch(places) == step


# Lines

A, LABEL, B, C = (
    box(0, 0, "受理"),
    box(160, 10, "风险点", w=40, h=14),
    box(240, 0, *risk("甲")),
    box(240, 100, *risk("乙")),
)


def links(boxes: Iterable[Box], lines: Iterable[Line]) -> set[tuple[int, int, bool]]:
    own = ordered(boxes)
    plane, shift = plane_of(own)
    return {(one.start, one.end, one.arrow) for one in links_of(map(formed, own), lines, plane, shift)}


def test_a_line_joins_the_boxes_at_its_ends() -> None:
    assert links([A, B], [Line(1, 122, 20, 236, 20, True)]) == {(0, 1, True)}
    assert links([A, B], [Line(1, 236, 20, 122, 20, True)]) == {(1, 0, True)}
    assert links([B, A], [Line(1, 122, 20, 236, 20)]) in ({(0, 1, False)}, {(1, 0, False)})


def test_glue_is_stronger_than_place() -> None:
    assert links([A, B, C], [Line(1, 120, 20, 240, 20, True, 0, 2)]) == {(0, 2, True)}


def test_glue_to_a_box_that_is_gone_is_passed_over() -> None:
    assert links([A, B], [Line(1, 120, 20, 240, 20, True, 0, 9)]) == {(0, 1, True)}


def test_a_line_on_another_page_joins_nothing() -> None:
    assert links([A, B], [Line(2, 120, 20, 240, 20)]) == set()
    second = [replace(one, page=2) for one in (A, B)]
    assert links([A, B, *second], [Line(2, 120, 20, 240, 20, True)]) == {(2, 3, True)}


@pytest.mark.parametrize("x", [145, 180, 215])
def test_a_line_that_ends_in_the_open_joins_nothing(x: float) -> None:
    assert links([A, B], [Line(1, 120, 20, x, 20)]) == set()


def test_lines_that_meet_join_what_they_touch() -> None:
    """Down from the stage's side in three pieces, the last one with the tip."""
    pieces = [Line(1, 120, 20, 180, 20), Line(1, 180, 20, 180, 120), Line(1, 180, 120, 240, 120, True)]
    for seed in range(6):
        assert links([A, C], Random(seed).sample(pieces, 3)) == {(0, 1, True)}
    assert links([C, A], pieces) == {(1, 0, True)}


def test_a_fork_joins_the_stage_to_both_boxes() -> None:
    """Another line begins in the middle of the upper one."""
    trunk = Line(1, 120, 20, 240, 20, True)
    branch = [Line(1, 180, 20, 180, 120), Line(1, 180, 120, 240, 120, True)]
    assert {(0, 1, True), (0, 2, True)} <= links([A, B, C], [trunk, *branch])


def test_lines_that_cross_do_not_meet() -> None:
    other = box(0, 100, "审查")
    crossing = [Line(1, 120, 20, 240, 120, True), Line(1, 120, 120, 240, 20, True)]
    assert links([A, B, C, other], crossing) == {(0, 2, True), (3, 1, True)}


def test_a_line_touches_the_smallest_box_and_no_title() -> None:
    around = box(-20, -20, "审查", w=160, h=90)
    assert links([A, B, around], [Line(1, 118, 20, 240, 20)]) in ({(0, 1, False)}, {(1, 0, False)})
    assert links([title(x=0, y=0), B], [Line(1, 200, 8, 240, 20)]) == set()


def joined(boxes: Sequence[Box], stages: Sequence[int], *pairs: tuple[int, int]) -> dict[int, int]:
    parts = [formed(one) for one in ordered(boxes)]
    plane, _ = plane_of(one.box for one in parts)
    sheet = Sheet(plane, DOWN, tuple(Link(one, other, False, 0, 0, 0, 0) for one, other in pairs))
    return sheet.joined([parts[stage] for stage in stages])


def test_lines_join_a_box_to_its_stage_over_labels_and_boxes() -> None:
    assert joined([A, LABEL, B, C], [0], (0, 1), (2, 1), (2, 3)) == {1: 0, 2: 0, 3: 0}


def test_of_several_stages_the_nearest_counts_and_ties_give_none() -> None:
    other = box(0, 100, "审查")
    assert joined([A, other, LABEL, B], [0, 1], (0, 2), (2, 3), (3, 1)) == {2: 0, 3: 1}
    assert joined([A, other, B], [0, 1], (0, 2), (1, 2)) == {}


def test_no_stage_reaches_beyond_another() -> None:
    other = box(0, 100, "审查")
    assert joined([A, other, B], [0, 1], (0, 1), (1, 2)) == {2: 1}


@given(RECTS, st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS))
def test_whether_a_line_passes_through_a_rectangle(one: Rect, ends: tuple[int, int, int, int]) -> None:
    """Points on the line that lie within show it; a line whose ends lie beyond one side does not."""
    x0, y0, x1, y1 = ends
    passes = Link(0, 1, False, *map(float, ends)).passes(one)
    points = [(x0 + (x1 - x0) * n / 48, y0 + (y1 - y0) * n / 48) for n in range(49)]
    if any(one.x0 < x < one.x1 and one.y0 < y < one.y1 for x, y in points):
        assert passes
    if max(x0, x1) < one.x0 or min(x0, x1) > one.x1 or max(y0, y1) < one.y0 or min(y0, y1) > one.y1:
        assert not passes


# Regions


def under(boxes: Iterable[Box]) -> list[tuple[str, str]]:
    """The titles and the texts of each region."""
    own = ordered(boxes)
    found: list[Region] = regions([formed(one) for one in own], plane_of(own)[0])
    return [
        (
            "/".join(part.box.text for part in one.titles),
            "".join(sorted(part.box.text for part in one.body)),
        )
        for one in found
    ]


def test_a_title_stands_above_its_chart() -> None:
    boxes = [title(y=0), box(0, 40, "受理"), box(0, 100, "审查"), title(OTHER_TITLE, y=200), box(0, 240, "立案")]
    assert under(boxes) == [(TITLE, "受理审查"), (OTHER_TITLE, "立案")]


def test_titles_side_by_side_take_what_stands_on_their_side() -> None:
    boxes = [
        title(x=0, w=300),
        title(OTHER_TITLE, x=400, w=300),
        *(
            box(x, y, stage)
            for stage, x, y in (("受理", 20, 50), ("审查", 150, 300), ("立案", 430, 60), ("决定", 600, 300))
        ),
        title(TITLE.replace("记账", "发票"), x=0, y=500, w=700),
        box(500, 540, "送达"),
    ]
    assert under(boxes) == [(TITLE, "受理审查"), (OTHER_TITLE, "决定立案"), (TITLE.replace("记账", "发票"), "送达")]


def test_lines_close_together_are_one_title() -> None:
    lines = [title("行政职权廉政风险防控图"), title("职权名称：记账资格审批", y=20)]
    assert under([*lines, box(0, 60, "受理")]) == [("行政职权廉政风险防控图/职权名称：记账资格审批", "受理")]
    chart = only([*lines, *spine(y=60)])
    assert (chart.title, chart.power) == ("行政职权廉政风险防控图 职权名称：记账资格审批", "记账资格审批")


def test_what_stands_above_the_first_title_stands_alone() -> None:
    boxes = [box(0, 0, "受理"), box(0, 60, "审查"), title(y=200), box(0, 240, "决定"), box(0, 300, "送达")]
    assert under(boxes) == [("", "受理审查"), (TITLE, "决定送达")]


def test_a_few_boxes_above_the_only_title_of_a_page_belong_to_it() -> None:
    """A title's height is an estimate, so a first row may seem to stand higher."""
    boxes = spine(y=40)
    assert held(only([*boxes, title(y=70, x=600)])) == WHOLE
    first = [title(OTHER_TITLE, page=1), *spine(("立案", "调查", "告知", "执行"), page=1)]
    second = [replace(one, page=2) for one in (*boxes, title(y=70, x=600))]
    assert [held(chart) for chart in read([*first, *second]).charts][1] == WHOLE


def test_an_agency_above_a_title_is_its_agency() -> None:
    lines = [text(0, 0, "望溪市财政局"), title("行政职权廉政风险防控图（行政许可）", y=20)]
    found = read([*lines, *spine(y=60)])
    [chart] = found.charts
    assert (chart.agency, chart.category) == ("望溪市财政局", "行政许可")
    assert found.problems == ()


def test_several_charts_on_a_page_each_under_its_title() -> None:
    boxes = [title(), *spine(), title(OTHER_TITLE, y=400), *spine(y=440)]
    found = read(boxes)
    assert [(chart.index, chart.title, held(chart)) for chart in found.charts] == [
        (0, TITLE, WHOLE),
        (1, OTHER_TITLE, WHOLE),
    ]


def test_two_charts_side_by_side() -> None:
    boxes = [title(w=500), title(OTHER_TITLE, x=700, w=500), *spine(), *spine(x=700)]
    assert [(chart.title, held(chart)) for chart in read(boxes).charts] == [(TITLE, WHOLE), (OTHER_TITLE, WHOLE)]


CONTINUED = [title(TITLE + "（续）", page=2), title("（续）" + TITLE, page=2), title(TITLE, page=2), None]


@pytest.mark.parametrize("again", CONTINUED)
def test_a_chart_that_goes_on_on_the_next_page_is_one(again: Box | None) -> None:
    boxes = [title(), *spine(STAGES[:2]), *([again] if again else []), *spine(STAGES[2:], page=2, letters=LETTERS[2:])]
    found = read(boxes)
    assert [(chart.title, held(chart)) for chart in found.charts] == [(TITLE, WHOLE)]
    assert list(held(found.charts[0])) == list(STAGES)


def test_a_title_that_comes_again_before_a_new_beginning_is_another_chart() -> None:
    stages = ("申请", "审查", "决定", "办结")
    boxes = [title(), *spine(stages), title(page=2), *spine(stages, page=2)]
    assert len(read(boxes).charts) == 2


def test_charts_under_one_title_part_where_one_ends_and_the_next_begins() -> None:
    stages = ("申请", "审查", "决定", "办结")
    own = ordered([*spine(stages), *spine(stages, y=500)])
    charts = charts_of([formed(one) for one in own], plane_of(own)[0])
    assert [[part.box.order for part in chart] for chart in charts] == [list(range(12)), list(range(12, 24))]
    assert len(read([title(), *own]).charts) == 2


def test_a_title_without_a_chart_is_a_problem() -> None:
    found = read([title(OTHER_TITLE), title(y=60), *spine(y=100)])
    assert [chart.title for chart in found.charts] == [TITLE]
    assert codes(found) == ["title-without-chart"]
    assert "做假账" in found.problems[0].message


# Seats


def headed(*kinds: str) -> list[Box]:
    """Columns of boxes that only their heads tell, the stages first."""
    heads = [box(180 * n, 40, head, h=16) for n, head in enumerate(("流程环节", *kinds))]
    rows = [
        box(180 * n, 80 + 60 * number, *((stage,) if n == 0 else bare(LETTERS[number])))
        for number, stage in enumerate(STAGES)
        for n in range(len(kinds) + 1)
    ]
    return [title(), *heads, *rows]


HEADS = {"风险点": "险", "防控措施": "措", "电子监察点": "监"}


@pytest.mark.parametrize(
    "kinds",
    [
        ("风险点", "防控措施"),
        ("防控措施", "风险点"),
        ("防控措施", "电子监察点", "风险点"),
        ("风险点", "防控措施", "电子监察点"),
    ],
)
def test_a_head_tells_its_column(kinds: tuple[str, ...]) -> None:
    """Exchanging the heads exchanges what the boxes are."""
    own = [HEADS[head] for head in HEADS if head in kinds]
    expected = {
        stage: "".join(f"{kind}{letter}" for kind in own) for stage, letter in zip(STAGES, LETTERS, strict=True)
    }
    assert held(only(headed(*kinds))) == expected


def turned(boxes: Iterable[Box]) -> list[Box]:
    """The drawing on its side: what stood below now stands right; titles stay above."""
    found = []
    for one in boxes:
        assert one.bbox
        place = BBox(3 * one.bbox.top, 40 + one.bbox.x0 / 2, 3 * one.bbox.top + 120, 80 + one.bbox.x0 / 2)
        found.append(one if one.frame is None else replace(one, bbox=place))
    return found


@pytest.mark.parametrize("kinds", [("风险点", "防控措施"), ("防控措施", "风险点")])
def test_a_head_tells_its_row(kinds: tuple[str, ...]) -> None:
    assert held(only(turned(headed(*kinds)))) == WHOLE


def test_heads_tell_the_direction_of_the_work() -> None:
    """Even of one stage, which makes no line."""
    boxes = [one for one in headed("风险点", "防控措施") if one.bbox and one.bbox.top < 130]
    for own, axis in ((boxes, DOWN), (turned(boxes), ACROSS)):
        numbered = ordered(own)
        assert work_axis([formed(one) for one in numbered], plane_of(numbered)[0]) == axis


def test_small_labels_tell_the_boxes_beside_them() -> None:
    """Stages in the middle; on which side the risks stand changes from stage to stage."""
    boxes = [title()]
    for number, (stage, letter) in enumerate(zip(STAGES, LETTERS, strict=True)):
        y = 40 + 80 * number
        kinds = ["风险点", "防控措施"][:: -1 if number % 2 else 1]
        boxes += [box(0, y, *bare(letter)), box(220, y, stage), box(440, y, *bare(letter))]
        boxes += [box(130, y + 10, kinds[0], w=50, h=14), box(380, y + 10, kinds[1], w=50, h=14)]
    assert held(only(boxes)) == WHOLE


def test_a_label_on_a_line_tells_the_box_at_its_end() -> None:
    """The labels stand far from both boxes, in the middle of long lines."""
    boxes, lines = [title()], []
    for number, (stage, letter) in enumerate(zip(STAGES, LETTERS, strict=True)):
        y = 40 + 80 * number
        left, middle, right = box(0, y, *bare(letter)), box(420, y, stage), box(840, y, *bare(letter))
        kinds = ["风险点", "防控措施"][:: -1 if number % 2 else 1]
        boxes += [left, middle, right, box(245, y + 13, kinds[0], w=50, h=14), box(665, y + 13, kinds[1], w=50, h=14)]
        lines += [joint(middle, left), joint(middle, right)]
    assert held(only(boxes, lines)) == WHOLE


def test_a_box_is_what_the_others_of_its_column_are() -> None:
    """Marks are missing in some boxes, whose wording says nothing."""
    boxes = spine()
    boxes[3], boxes[8] = (replace(boxes[n], paragraphs=bare(letter)) for n, letter in ((3, "乙"), (8, "丙")))
    assert held(only([title(), *boxes])) == WHOLE


@pytest.mark.parametrize("stages", [("受理", "审查", "拍照上墙", "送达"), ("播种", "浇水", "修枝", "采摘")])
def test_a_step_of_any_name_stands_in_the_line_of_stages(stages: tuple[str, ...]) -> None:
    assert held(only([title(), *spine(stages)])) == dict(zip(stages, WHOLE.values(), strict=True))


@pytest.mark.parametrize("word", ["不予受理", "退回补正", "是", "↓"])
def test_what_stands_beside_the_work_is_no_stage(word: str) -> None:
    found = read([title(), *spine(), box(560, 40, word, w=60, h=20)])
    [chart] = found.charts
    assert held(chart) == WHOLE
    assert found.tally.unplaced == 0


def test_what_stands_in_the_line_of_stages_is_a_stage_whatever_it_is_named() -> None:
    """`不予受理` as a step of its own with boxes of its own."""
    stages = ("受理", "不予受理", "决定", "送达")
    assert held(only([title(), *spine(stages)])) == dict(zip(stages, WHOLE.values(), strict=True))


# Placing


def test_a_spine() -> None:
    found = read([title(), *spine()])
    [chart] = found.charts
    assert (chart.title, chart.power, held(chart)) == (TITLE, "记账资格审批", WHOLE)
    assert {stage.placed_by for stage in chart.stages} == {"geometry"}
    assert [stage.doubts for stage in chart.stages] == [()] * 4
    assert all(0.5 < stage.confidence <= 1 for stage in chart.stages)
    assert found.problems == ()


def test_mirrored_is_the_same() -> None:
    boxes = [
        replace(one, bbox=replace(one.bbox, x0=600 - one.bbox.x1, x1=600 - one.bbox.x0)) for one in spine() if one.bbox
    ]
    assert held(only([title(), *boxes])) == WHOLE


@given(st.permutations(range(12)), st.integers(52, 200), st.integers(-300, 300), st.integers(0, 500))
@settings(max_examples=25, deadline=None)
def test_neither_order_nor_shift_nor_pitch_changes_a_spine(order: Sequence[int], step: int, x: int, y: int) -> None:
    boxes = spine(step=step, x=x, y=y + 40)
    assert held(only([title(x=x, y=y), *(boxes[n] for n in order)])) == WHOLE


def test_both_boxes_of_a_stage_to_its_left_and_right_in_turn() -> None:
    boxes = [title()]
    for number, (stage, letter) in enumerate(zip(STAGES, LETTERS, strict=True)):
        x, y = (0.0, 400.0)[number % 2], 40 + 110 * number
        boxes += [box(x, y, *risk(letter)), box(x, y + 48, *measure(letter)), box(200, y + 24, stage)]
    assert held(only(boxes)) == WHOLE


@pytest.mark.parametrize("above", [True, False])
def test_stages_across_with_the_boxes_below_them_or_on_both_sides(above: bool) -> None:
    boxes = [title(w=700)]
    for number, (stage, letter) in enumerate(zip(STAGES, LETTERS, strict=True)):
        x = 160 * number
        boxes += [
            box(x, 140, stage),
            box(x, 60 if above else 210, *risk(letter)),
            box(x, 280, *measure(letter)),
        ]
    assert held(only(boxes)) == WHOLE
    assert list(held(only(boxes))) == list(STAGES)


def snake(names: Sequence[str]) -> tuple[list[Box], list[Line]]:
    """Two rows of stages, the second one from right to left, each with its boxes below it, and arrows."""
    places = [(0, 60), (200, 60), (200, 260), (0, 260)]
    stages = [box(x, y, stage) for stage, (x, y) in zip(names, places, strict=True)]
    boxes = [
        one
        for letter, (x, y) in zip(LETTERS, places, strict=True)
        for one in (box(x, y + 50, *risk(letter)), box(x, y + 100, *measure(letter)))
    ]
    return [title(), *stages, *boxes], [joint(one, other) for one, other in pairwise(stages)]


def test_a_snake_follows_its_arrows() -> None:
    chart = only(*snake(STAGES))
    assert held(chart) == WHOLE
    assert list(held(chart)) == list(STAGES)


def test_a_snake_of_stages_without_ranks_follows_its_arrows() -> None:
    names = ("播种", "浇水", "修枝", "采摘")
    assert [stage.label for stage in only(*snake(names)).stages] == list(names)


def drifting(glued: bool) -> tuple[list[Box], list[Line]]:
    """Stages close together, boxes that spread further down the page than their stages: only lines tell."""
    stages = [box(200, 40 + 45 * n, stage, h=30) for n, stage in enumerate(STAGES)]
    risks = [box(0, 20 + 90 * n, *risk(letter), h=80) for n, letter in enumerate(LETTERS)]
    measures = [box(400, 20 + 90 * n, *measure(letter), h=80) for n, letter in enumerate(LETTERS)]
    lines = [joint(stage, one) for column in (risks, measures) for stage, one in zip(stages, column, strict=True)]
    if glued:  # orders: the title, then stages, risks, measures
        pairs = [(1 + n, 5 + 4 * side + n) for side in (0, 1) for n in range(4)]
        lines = [Line(1, 0, 0, 0, 0, True, start, end) for start, end in pairs]
    return [title(), *stages, *risks, *measures], lines


@pytest.mark.parametrize("glued", [True, False])
def test_lines_tell_where_boxes_drift_from_their_stages(glued: bool) -> None:
    boxes, lines = drifting(glued)
    assert held(only(boxes, lines)) == WHOLE
    assert held(only(boxes)) != WHOLE  # the drawing is one where it takes the lines


@given(st.permutations(range(13)))
@settings(max_examples=25, deadline=None)
def test_glue_does_not_depend_on_the_order_in_the_file(places: Sequence[int]) -> None:
    boxes, lines = drifting(glued=True)
    shuffled = [boxes[place] for place in places]
    moved = {place: order for order, place in enumerate(places)}
    lines = [replace(one, start=moved[one.start or 0], end=moved[one.end or 0]) for one in lines]
    assert held(only(shuffled, lines)) == WHOLE


def test_glue_survives_a_text_glued_behind_a_title() -> None:
    """`…防控图（行政许可）办结` is read as a title and a stage; what comes after it keeps its lines."""
    boxes, lines = drifting(glued=True)
    boxes[0] = box(0, -40, "行政职权廉政风险防控图（行政许可）办结", w=520, h=16)
    assert {stage: said for stage, said in held(only(boxes, lines)).items() if stage != "办结"} == WHOLE


# Tables

TABLE = ("流程环节", "风险点", "风险等级", "防控措施", "责任人")


def table_rows(number: int, stage: str, letter: str, *before: str) -> list[Box]:
    return row(number, *before, stage, f"{letter}熟人先办", "中", f"{letter}两人到场", f"{letter}科")


def test_a_row_of_a_table_for_each_stage_with_columns_for_level_and_owner() -> None:
    boxes = row(1, *TABLE)
    for number, (stage, letter) in enumerate(zip(STAGES, LETTERS, strict=True), 2):
        boxes += table_rows(number, stage, letter)
    found = records([title(), *boxes])
    assert [
        (stage, one.risk_points, one.level, one.control_measures, one.responsible_party, one.placed_by)
        for stage, one in found.items()
    ] == [
        (stage, (f"{letter}熟人先办",), "中", (f"{letter}两人到场",), f"{letter}科", "table")
        for stage, letter in zip(STAGES, LETTERS, strict=True)
    ]


def test_serial_numbers_are_no_text_of_a_stage() -> None:
    boxes = row(1, "序号", *TABLE)
    for number, (stage, letter) in enumerate(zip(STAGES, LETTERS, strict=True), 2):
        boxes += table_rows(number, stage, letter, str(number - 1))
    chart = only([title(), *boxes])
    assert held(chart) == WHOLE
    assert [stage.label for stage in chart.stages] == list(STAGES)


def test_a_merged_stage_cell_has_all_rows_beside_it() -> None:
    heads = row(1, "流程环节", "风险点", "防控措施")
    boxes = [
        *row(2, "", "甲一", "甲二"),
        *row(3, "", "甲三", "甲四"),
        *row(4, "", "乙一", "乙二"),
        *row(5, "", "乙三", "乙四"),
    ]
    stages = [merged(row(2, "受理")[0], rows=2), merged(row(4, "审查")[0], rows=2)]
    assert held(only([title(), *heads, *boxes, *stages])) == {"受理": "险甲险甲措甲措甲", "审查": "险乙险乙措乙措乙"}


def test_a_stage_in_its_first_row_only_goes_on_to_the_next_stage() -> None:
    heads = row(1, "流程环节", "风险点", "防控措施")
    rows = [
        row(2, "受理", "甲一", "甲二"),
        row(3, "", "甲三", "甲四"),
        row(4, "", "甲五", ""),
        row(5, "审查", "乙一", "乙二"),
    ]
    rows.append(row(6, "", "乙三", "乙四"))
    assert held(only([title(), *heads, *(one for cells in rows for one in cells)])) == {
        "受理": "险甲险甲险甲措甲措甲",
        "审查": "险乙险乙措乙措乙",
    }


def test_a_stage_in_a_row_across_the_columns_heads_the_rows_below() -> None:
    """Under the heads, each stage in a cell that spans them, its rows below."""
    boxes = [*row(1, "风险点", "防控措施"), *row(3, "甲一", "甲二"), *row(5, "乙一", "乙二")]
    stages = [merged(row(number, stage)[0], columns=2) for number, stage in ((2, "受理"), (4, "审查"))]
    assert held(only([title(), *boxes, *stages])) == {"受理": "险甲措甲", "审查": "险乙措乙"}


def test_a_head_over_heads_does_not_part_a_column() -> None:
    """Heads of two rows: what the lower says of a column holds, not that two stand over it."""
    upper = row(1, "流程环节", "风险点", "", "防控措施", "")
    heads = [merged(upper[0], rows=2), merged(upper[1], columns=2), merged(upper[2], columns=2)]
    heads += row(2, "", "表现形式", "风险等级", "措施", "责任人")
    rows = [*row(3, "受理", "甲事项", "高", "甲做法", "甲科"), *row(4, "审查", "乙事项", "低", "乙做法", "乙科")]
    found = records([title(), *heads, *rows])
    said = {
        stage: (one.risk_points, one.level, one.control_measures, one.responsible_party) for stage, one in found.items()
    }
    assert said == {
        "受理": (("甲事项",), "高", ("甲做法",), "甲科"),
        "审查": (("乙事项",), "低", ("乙做法",), "乙科"),
    }


def test_a_legend_over_a_column_is_no_head_of_it() -> None:
    legend = [box(40 * number, 20, level, w=36, h=12) for number, level in enumerate(("高风险", "中风险", "低风险"))]
    found = records([title(), *legend, *spine()])
    assert [one.level for one in found.values()] == ["高"] * len(STAGES)
    assert held(only([title(), *legend, *spine()])) == WHOLE


# Levels and owners in boxes of their own


def test_a_level_and_an_owner_beside_a_box_are_of_its_stage() -> None:
    boxes = [title()]
    for number, (stage, letter) in enumerate(zip(STAGES, LETTERS, strict=True)):
        y, level = 60 + 80 * number, "高中低高"[number]
        boxes += [box(100, y, *risk(letter)[:1]), box(280, y, stage), box(460, y, *measure(letter)[:1])]
        boxes += [box(0, y + 10, f"风险等级：{level}", w=80, h=16), box(590, y + 10, f"责任人：{letter}科", w=80, h=16)]
    found = records(boxes)
    assert [(one.level, one.responsible_party, len(one.boxes)) for one in found.values()] == [
        ("高", "甲科", 5),
        ("中", "乙科", 5),
        ("低", "丙科", 5),
        ("高", "丁科", 5),
    ]


def test_a_line_tells_whose_a_level_is() -> None:
    boxes = spine()
    boxes = [replace(one, paragraphs=tuple(text for text in one.paragraphs if "风险等级" not in text)) for one in boxes]
    boxes += [box(-60, 300, "风险等级：低", w=50, h=16), box(-120, 40, "防控措施", w=40, h=14)]
    far = boxes[12]
    first = replace(boxes[0], order=0)
    assert far.bbox
    assert first.bbox
    line = Line(1, far.bbox.x0 + 25, far.bbox.top, first.bbox.x0, first.bbox.bottom - 10)
    heads = [box(0, 20, "风险点", h=14), box(400, 20, "防控措施", h=14)]
    found = records([title(y=-20), *boxes[:-1], *heads], [line])
    assert [one.level for one in found.values()] == ["低", None, None, None]


# Boxes that are cut, filled or left out


def test_a_box_with_headings_inside_is_several() -> None:
    boxes = [title()]
    for number, (stage, letter) in enumerate(zip(STAGES, LETTERS, strict=True)):
        said = ("风险点", f"1.{letter}事项。", "2.其余事项。", "防控措施", f"1.{letter}办法。", "2.其余办法。")
        boxes += [box(0, 40 + 120 * number, stage), box(200, 40 + 120 * number, *said, h=100)]
    assert held(only(boxes)) == WHOLE


def _whole_rows(marked: bool) -> list[Box]:
    """One column of boxes that hold their stage, their headings and everything under these."""
    boxes = [title()]
    for number, (stage, letter) in enumerate(zip(STAGES, LETTERS, strict=True)):
        own = [said if marked else said[:1] for said in (risk(letter), measure(letter))]
        boxes.append(box(0, 40 + 160 * number, stage, "风险点", *own[0], "防控措施", *own[1], h=140))
    return boxes


def test_a_box_with_its_stage_and_headings_inside_is_a_whole_row() -> None:
    assert held(only(_whole_rows(marked=True))) == WHOLE


def test_a_numbered_sentence_in_the_column_of_the_stages_is_no_stage() -> None:
    assert held(only(_whole_rows(marked=False))) == WHOLE


def test_an_empty_frame_holds_the_words_that_stand_in_it() -> None:
    """The names of the stages, in two lines, are typed over drawn frames; one of these stays empty."""
    boxes = [replace(one, paragraphs=()) if one.text in STAGES else one for one in spine()]
    words = [
        text(230, 45 + 60 * number + 16 * half, stage[half], w=10)
        for number, stage in enumerate(STAGES)
        for half in (0, 1)
    ]
    found = read([title(), *boxes, *words, box(200, 300)])
    assert [held(chart) for chart in found.charts] == [WHOLE]
    assert found.problems == ()


def test_one_line_of_text_over_several_frames_is_parted_at_its_blanks() -> None:
    """Stages across, their names in one line of text, ten points a character: they begin at 0, 160, 320 and 480."""
    line = "".join(stage.ljust(16, "\u3000") for stage in STAGES).rstrip("\u3000")
    boxes = [title(), text(0, 50, line, w=10 * len(line))]
    for number, letter in enumerate(LETTERS):
        x = 160 * number - 5
        boxes += [box(x, 40), box(x, 100, *risk(letter)), box(x, 160, *measure(letter))]
    assert held(only(boxes)) == WHOLE


def test_a_background_behind_a_box_and_a_border_around_the_chart_change_nothing() -> None:
    boxes = [title(), *spine()]
    behind = [replace(one, paragraphs=()) for one in spine()]
    shadow = [box(5, 45, w=120, h=40), box(205, 45, w=120, h=40)]
    border = [box(-10, 20, w=560, h=300), box(-15, -10, w=600, h=400)]
    plainly = read(boxes)
    for more in (behind, shadow, border, [*behind, *border]):
        found = read([*more, *boxes])
        assert [held(chart) for chart in found.charts] == [WHOLE]
        assert (found.tally, found.problems) == (plainly.tally, plainly.problems)


# The order of the work


def test_stages_drawn_upwards_are_told_in_the_order_of_the_work() -> None:
    chart = only([title(), *spine(STAGES[::-1])])
    assert [stage.label for stage in chart.stages] == list(STAGES)


def test_a_chart_drawn_upwards_from_its_beginning_to_its_end_is_one() -> None:
    """办结 on top, 申请 at the bottom, arrows upwards."""
    stages = ("申请", "审查", "决定", "办结")
    boxes = spine(stages[::-1])
    lines = [joint(lower, upper) for upper, lower in pairwise(boxes[1::3])]
    assert [stage.label for stage in only([title(), *boxes], lines).stages] == list(stages)


def test_arrows_upwards_tell_the_order_of_the_work() -> None:
    names = ("采摘", "修枝", "浇水", "播种")
    boxes = spine(names)
    stages = boxes[1::3]
    lines = [joint(lower, upper) for upper, lower in pairwise(stages)]
    assert [stage.label for stage in only([title(), *boxes], lines).stages] == list(names[::-1])


@pytest.mark.parametrize(
    "names", [("动议", "考察", "讨论决定", "任前公示"), ("发布公告", "资格审查", "体检考察", "聘用")]
)
def test_one_step_out_of_its_usual_rank_does_not_turn_the_work_around(names: tuple[str, ...]) -> None:
    """The arrows run downwards from the first to the last."""
    boxes = spine(names)
    stages = boxes[1::3]
    lines = [joint(upper, lower) for upper, lower in pairwise(stages)]
    assert [stage.label for stage in only([title(), *boxes], lines).stages] == list(names)


# Nothing is lost


def test_what_belongs_to_nothing_is_a_problem_in_its_own_words() -> None:
    found = read([title(), *spine(), text(0, 500, "第 3 页"), text(650, 500, "ABC-12")])
    assert [held(chart) for chart in found.charts] == [WHOLE]
    assert codes(found) == ["unplaced-text", "unplaced-text"]
    assert {problem.message.partition("：")[2] for problem in found.problems} == {"第 3 页", "ABC-12"}
    assert found.tally.unplaced == len("第3页ABC-12")


def test_a_note_in_a_box_beside_a_chart_is_no_monitoring_point() -> None:
    found = read([title(), *spine(), box(650, 500, "ABC-12", w=60, h=20)])
    assert [held(chart) for chart in found.charts] == [WHOLE]
    assert codes(found) == ["unplaced-text"]


def test_a_box_of_no_kind_within_a_chart_is_counted_as_unplaced() -> None:
    found = read([title(), *spine(), box(125, 500, "ABC-12", w=70, h=20), box(330, 500, "第 3 页", w=60, h=20)])
    assert [held(chart) for chart in found.charts] == [WHOLE]
    assert codes(found) == ["unplaced-text", "unplaced-text"]
    assert found.tally.unplaced == len("ABC-12第3页")


def test_the_margin_is_no_part_of_a_chart() -> None:
    head = replace(text(0, -30, "1.甲熟人先办。"), frame="margin")
    found = read([head, title(), *spine()])
    assert [held(chart) for chart in found.charts] == [WHOLE]
    assert found.problems == ()


def test_a_sentence_in_a_box_is_no_chart() -> None:
    found = read([box(0, 0, "不按规定着装的，通报批评。"), box(0, 60, "窗口不得无故关闭。")])
    assert found.charts == ()
    assert set(codes(found)) == {"unplaced-text"}


def test_a_chart_without_a_title_is_a_problem() -> None:
    found = read(spine())
    assert [held(chart) for chart in found.charts] == [WHOLE]
    assert codes(found) == ["chart-without-title"]


def test_a_chart_without_stages_is_kept_and_doubted() -> None:
    [stage] = only([title(), box(0, 40, *risk("甲")), box(200, 40, *measure("甲"))]).stages
    assert (stage.label, len(stage.risks), len(stage.measures)) == ("", 1, 1)
    assert "图中没有流程环节" in stage.doubts


SAID = st.sampled_from(
    [
        *((stage,) for stage in (*STAGES, "播种", "不予受理", "申请", "办结")),
        *(
            ("风险点",),
            ("防控措施",),
            ("流程环节",),
            ("第 3 页",),
            ("责任人：丙科",),
            ("风险等级：高",),
            (TITLE,),
            (TITLE + "办结",),
        ),
        *(
            risk("甲"),
            measure("乙"),
            bare("丙"),
            ("超过3个工作日受理",),
            ("风险点", "1.甲事项。", "防控措施", "1.乙事项。"),
            (),
        ),
    ]
)
FRAMES: st.SearchStrategy[Frame | None] = st.sampled_from(["shape", "shape", "shape", "cell", None, "margin"])
PLACES = st.tuples(st.integers(-50, 600), st.integers(-50, 800), st.integers(0, 200), st.integers(0, 90))


@st.composite
def strewn(draw: st.DrawFn) -> Document:
    """Any boxes anywhere on two pages, no two at the same place, any lines between them."""
    boxes: list[Box] = []
    for order in range(draw(st.integers(0, 14))):
        said, frame, page, (x, y, w, h) = draw(SAID), draw(FRAMES), draw(st.integers(1, 2)), draw(PLACES)
        cell = Cell(0, order, 0) if frame == "cell" else None
        one = Box(order, said, page, BBox(x, y, x + w, y + h), 0, frame, cell)
        if (said or frame == "shape") and all((one.page, one.bbox) != (other.page, other.bbox) for other in boxes):
            boxes.append(one)
    ends = st.one_of(st.none(), st.integers(0, 14))
    lines = [
        Line(draw(st.integers(1, 2)), *draw(PLACES), draw(st.booleans()), draw(ends), draw(ends))
        for _ in range(draw(st.integers(0, 6)))
    ]
    return Document(SOURCE, ordered(boxes), tuple(lines))


@given(strewn())
@settings(max_examples=150, deadline=None)
def test_nothing_is_lost_wherever_it_stands(document: Document) -> None:
    """Every character is counted once, no box stands at two stages, and a box without a stage is told in a problem."""
    found = read_charts(arrange(document))
    assert found.tally.total == sum(len(plain(one.text)) for one in document.boxes)
    placed = [one.order for chart in found.charts for stage in chart.stages for one in stage.boxes]
    assert len(placed) == len(set(placed))
    if found.tally.unplaced:
        assert {"unplaced-text", "stray-owner"} & {*codes(found)}
    sentences = {said for one in document.boxes for said in one.paragraphs if said.startswith("1.")}
    kept = {said for chart in found.charts for stage in chart.stages for one in stage.boxes for said in one.paragraphs}
    if all(one.frame != "margin" for one in document.boxes):
        missing = sentences - kept
        assert all(any(said in problem.message for problem in found.problems) for said in missing)


@given(strewn(), st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_the_order_in_the_file_changes_nothing(document: Document, random: Random) -> None:
    assume(is_drawn(document.boxes))
    new = list(range(len(document.boxes)))
    random.shuffle(new)
    boxes = sorted((replace(one, order=new[one.order]) for one in document.boxes), key=lambda one: one.order)
    of: dict[int | None, int] = dict(enumerate(new))
    lines = [replace(one, start=of.get(one.start), end=of.get(one.end)) for one in document.lines]
    random.shuffle(lines)
    assert read_charts(arrange(replace(document, boxes=tuple(boxes), lines=tuple(lines)))) == read_charts(
        arrange(document)
    )
