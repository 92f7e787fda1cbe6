"""Marks -> boxes and lines: what stands together on a page, told on marks that are made by hand."""

import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.extract.page.marks import SLANTED, Area, Glyph, Marks, Stroke
from pipeline.extract.page.read import boxes_and_lines
from pipeline.extract.page.sheets import Sheet, bound
from pipeline.model import BBox, Box, Cell, Line

SIZE, PITCH, INSET = 9.0, 12.0, 4.0

Glyphs = list[Glyph]


# Marks in a line or two


def words(text: str, x: float, y: float, size: float = SIZE) -> Glyphs:
    """A line of text from its upper left corner; Latin characters are half as wide."""
    glyphs = []
    for character in text:
        width = size / 2 if character.isascii() else size
        glyphs.append(Glyph(character, x, y, x + width, y + size))
        x += width
    return glyphs


def lines(texts: Sequence[str], x: float, y: float, size: float = SIZE, pitch: float = PITCH) -> Glyphs:
    """Lines one below the other, from the upper left corner of the first."""
    return [glyph for number, text in enumerate(texts) for glyph in words(text, x, y + number * pitch, size)]


def column(text: str, x: float, y: float, size: float = SIZE) -> Glyphs:
    """Upright characters one below the other."""
    return lines(list(text), x, y, size, pitch=size)


def inside(area: Area, *texts: str) -> Glyphs:
    """Lines from the upper left corner of a frame."""
    return lines(texts, area.x0 + INSET, area.top + INSET)


def edges(area: Area, gap: float = 0.0) -> list[Stroke]:
    """The four edges of a frame, those down too short at both ends by a gap, those across too long."""
    x0, top, x1, bottom, _ = area
    return [
        *(Stroke(x0 - gap, y, x1 + gap, y) for y in (top, bottom)),
        *(Stroke(x, top + gap, x, bottom - gap) for x in (x0, x1)),
    ]


def dashed(stroke: Stroke, dash: float = 3.0, gap: float = 2.0) -> list[Stroke]:
    """The dashes of a line that goes to the right or down."""
    length = math.dist(stroke[:2], stroke[2:4])
    along = ((stroke.x1 - stroke.x0) / length, (stroke.y1 - stroke.y0) / length)
    starts = [number * (dash + gap) for number in range(math.ceil(length / (dash + gap)))]

    def at(far: float) -> tuple[float, float]:
        return stroke.x0 + min(far, length) * along[0], stroke.y0 + min(far, length) * along[1]

    return [Stroke(*at(start), *at(start + dash)) for start in starts]


def page(glyphs: Iterable[Glyph], areas: Iterable[Area] = (), strokes: Iterable[Stroke] = (), number: int = 1) -> Marks:
    return Marks(number, 595, 842, tuple(glyphs), tuple(areas), tuple(strokes))


def boxes(glyphs: Iterable[Glyph], areas: Iterable[Area] = (), strokes: Iterable[Stroke] = ()) -> tuple[Box, ...]:
    return boxes_and_lines(page(glyphs, areas, strokes))[0]


def told(glyphs: Iterable[Glyph], areas: Iterable[Area] = (), strokes: Iterable[Stroke] = ()) -> list[tuple[str, ...]]:
    """The paragraphs of the boxes, sorted."""
    return sorted(box.paragraphs for box in boxes(glyphs, areas, strokes))


def connectors(strokes: Iterable[Stroke], areas: Iterable[Area] = (), glyphs: Iterable[Glyph] = ()) -> tuple[Line, ...]:
    return boxes_and_lines(page(glyphs, areas, strokes))[1]


FRAME = Area(100, 100, 200, 180)  # ten characters wide
RIGHT = Area(300, 100, 400, 180)


# Paragraphs


def test_wrapped_lines_are_joined_without_a_blank() -> None:
    assert told(inside(FRAME, "核查人员只看照片不到", "现场，走过场"), [FRAME]) == [
        ("核查人员只看照片不到现场，走过场",)
    ]


def test_wrapped_latin_words_are_joined_with_a_blank() -> None:
    glyphs = inside(FRAME, "统一用政务网 Service", "Desk 受理")
    assert told(glyphs, [FRAME]) == [("统一用政务网 Service Desk 受理",)]


def test_a_number_that_wraps_stays_whole() -> None:
    assert told(inside(FRAME, "1.未在法定时限的20", "个工作日内办结。"), [FRAME]) == [
        ("1.未在法定时限的20个工作日内办结。",)
    ]


def test_every_numbered_item_is_a_paragraph() -> None:
    glyphs = inside(FRAME, "1.收受财物。", "2.对熟人插队先办，对", "生人拖延。", "3.走过场。")
    assert told(glyphs, [FRAME]) == [("1.收受财物。", "2.对熟人插队先办，对生人拖延。", "3.走过场。")]


def test_short_lines_without_numbers_are_paragraphs() -> None:
    assert told(inside(FRAME, "收受财物。", "压着不办。"), [FRAME]) == [("收受财物。", "压着不办。")]


@pytest.mark.parametrize("bullet", "•●◆■\uf06c")
def test_bulleted_items_are_paragraphs_without_their_bullets(bullet: str) -> None:
    glyphs = inside(FRAME, f"{bullet}收受财物，不按规矩", "办事。", f"{bullet}走过场。")
    assert told(glyphs, [FRAME]) == [("收受财物，不按规矩办事。", "走过场。")]


def test_a_label_in_a_box_is_a_paragraph() -> None:
    glyphs = inside(FRAME, "风险点：", "1.收受财物。", "2.走过场。", "风险等级：高")
    assert told(glyphs, [FRAME]) == [("风险点：", "1.收受财物。", "2.走过场。", "风险等级：高")]


def test_two_columns_in_one_frame_are_read_one_after_the_other() -> None:
    wide = Area(100, 100, 340, 150)
    left, right = ["1.收受财物不办事。", "2.走过场不到现场。"], ["3.拖延不办找借口。", "4.泄露评审的秘密。"]
    glyphs = [*lines(left, 104, 104), *lines(right, 230, 104)]
    assert told(glyphs, [wide]) == [(*left, *right)]


def test_columns_may_be_printed_line_by_line() -> None:
    wide = Area(100, 100, 340, 150)
    left, right = ["1.收受财物不办事。", "2.走过场不到现场。"], ["3.拖延不办找借口。", "4.泄露评审的秘密。"]
    rows = [[*words(left[n], 104, 104 + n * PITCH), *words(right[n], 230, 104 + n * PITCH)] for n in range(2)]
    assert told([*rows[0], *rows[1]], [wide]) == [(*left, *right)]


HALFWAY = pytest.param(
    110, marks=pytest.mark.xfail(strict=True, reason="halfway between two lines it is read between them")
)


@pytest.mark.parametrize("height", [104, 107, HALFWAY, 113, 116])
def test_a_level_beside_the_items_stands_apart_from_them(height: float) -> None:
    wide = Area(100, 100, 340, 150)
    glyphs = [*lines(["1.收受服务对象的财物", "不办事。"], 104, 104), *words("风险等级：高", 270, height)]
    assert told(glyphs, [wide]) == [("1.收受服务对象的财物不办事。", "风险等级：高")]


def test_text_printed_twice_to_look_bold_is_read_once() -> None:
    twice = [*words("受理", 104, 104), *words("受理", 104.3, 104)]
    assert told(twice, [FRAME]) == [("受理",)]


def test_every_character_may_be_printed_twice_in_a_row() -> None:
    once = words("受理", 104, 104)
    twice = [glyph for one in once for glyph in (one, one._replace(x0=one.x0 + 0.3, x1=one.x1 + 0.3))]
    assert told(twice, [FRAME]) == [("受理",)]


def test_double_letters_are_not_printed_twice() -> None:
    assert told(inside(FRAME, "天天向上"), [FRAME]) == [("天天向上",)]


@pytest.mark.parametrize("gap", [30.0, 60.0])
def test_a_word_may_be_spread_over_its_frame(gap: float) -> None:
    assert "".join(told([*words("受", 110, 130), *words("理", 110 + gap, 130)], [FRAME])[0][0].split()) == "受理"


@pytest.mark.parametrize(
    ("text", "later"),
    [("超过2个工作日", "2"), ("未在20日内办结", "20"), ("责任人：窗口", "："), ("申请人“打招呼”", "“”")],
)
def test_characters_printed_later_go_into_their_gaps(text: str, later: str) -> None:
    """Programs that print font by font print the digits after the Chinese characters."""
    whole = words(text, 104, 104)
    first, second = [[one for one in whole if (one.text in later) == last] for last in (False, True)]
    assert told([*first, *second], [FRAME]) == [(text,)]


# Frames


@pytest.mark.parametrize("gap", [0.0, 1.0, -1.0, 2.0])
def test_four_lines_are_a_frame(gap: float) -> None:
    [box] = boxes(inside(FRAME, "受理"), strokes=edges(FRAME, gap))
    assert (box.frame, box.bbox) == ("shape", BBox(100, 100, 200, 180))


def test_four_dashed_lines_are_a_frame() -> None:
    [box] = boxes(inside(FRAME, "受理"), strokes=[dash for edge in edges(FRAME) for dash in dashed(edge)])
    assert box.bbox is not None
    assert (box.bbox.x0, box.bbox.top, box.bbox.x1, box.bbox.bottom) == pytest.approx((100, 100, 200, 180), abs=2)


def test_thin_areas_are_lines() -> None:
    rules = [
        Area(min(one.x0, one.x1), min(one.y0, one.y1), max(one.x0, one.x1) + 0.5, max(one.y0, one.y1) + 0.5, False)
        for one in edges(FRAME)
    ]
    [box] = boxes(inside(FRAME, "受理"), rules)
    assert box.bbox is not None
    assert (box.bbox.x0, box.bbox.top, box.bbox.x1, box.bbox.bottom) == pytest.approx((100, 100, 200, 180), abs=1)


def test_three_lines_are_no_frame() -> None:
    [box] = boxes(inside(FRAME, "受理"), strokes=edges(FRAME)[:3])
    assert box.bbox == BBox(104, 104, 122, 113)


@pytest.mark.parametrize("other", [Area(103, 103, 203, 183, False), Area(102, 102, 198, 178), Area(98, 98, 202, 182)])
def test_a_shadow_or_a_second_line_makes_no_second_box(other: Area) -> None:
    for areas in ([FRAME, other], [other, FRAME]):
        assert told(inside(FRAME, "1.收受财物。", "2.走过场。"), areas) == [("1.收受财物。", "2.走过场。")]


def test_the_edge_counts_not_the_shadow() -> None:
    [box] = boxes(inside(FRAME, "受理"), [Area(103, 103, 203, 183, False), FRAME])
    assert box.bbox == BBox(100, 100, 200, 180)


def test_a_frame_around_the_page_is_no_box() -> None:
    """Its words are those of a title, which stands where it is printed."""
    around = Area(20, 20, 575, 822)
    glyphs = [*words("云岫市行政许可廉政风险防控图", 200, 40), *inside(FRAME, "受理"), *inside(RIGHT, "走过场。")]
    found = boxes(glyphs, [around, FRAME, RIGHT])
    assert sorted(box.text for box in found) == sorted(["云岫市行政许可廉政风险防控图", "受理", "走过场。"])
    assert BBox(20, 20, 575, 822) not in [box.bbox for box in found]


PAPER = Area(0, 0, 595, 842, False)
BORDER = Area(20, 20, 575, 822)


@pytest.mark.parametrize("ground", [PAPER, BORDER])
@pytest.mark.parametrize("framed", [[], [FRAME]])
def test_the_ground_of_a_page_is_no_box(ground: Area, framed: list[Area]) -> None:
    """Programs that make slides or browse paint the paper."""
    left, right = ["1.收受财物。", "2.走过场。"], ["1.严格把关。", "2.双人到场。"]
    glyphs = [*words("云岫市行政许可廉政风险防控图", 170, 60, 12), *lines(left, 104, 104), *lines(right, 304, 104)]
    assert told(glyphs, [ground, *framed]) == sorted([("云岫市行政许可廉政风险防控图",), tuple(left), tuple(right)])


def test_punctuation_may_hang_over_the_frame() -> None:
    hanging = words("，", 198, 104)
    glyphs = [*words("对熟人插队先办一律放行"[:10], 108, 104), *hanging, *words("收受财物。", 108, 116)]
    assert told(glyphs, [FRAME]) == [("对熟人插队先办一律放，收受财物。",)]


def test_lines_may_run_over_the_lower_edge() -> None:
    low = Area(100, 100, 200, 125)
    assert told(inside(low, "1.收受财物。", "2.走过场。", "3.拖延不办。"), [low]) == [
        ("1.收受财物。", "2.走过场。", "3.拖延不办。")
    ]


def test_lines_centred_in_a_low_box_run_over_both_edges() -> None:
    low = Area(100, 100, 200, 125)
    items = ("1.收受财物。", "2.走过场。", "3.拖延不办。", "4.泄密。")
    assert told(lines(items, 104, 89), [low]) == [items]


def test_a_word_centred_in_a_narrow_box_runs_over_both_sides() -> None:
    [box] = boxes(words("现场核查登记", 86, 105), [Area(100, 100, 126, 120)])
    assert (box.frame, box.bbox) == ("shape", BBox(100, 100, 126, 120))


def test_words_of_two_frames_printed_in_one_go_are_parted() -> None:
    """A blank as wide as needed stands between them."""
    right = Area(201, 100, 300, 180)
    glyphs = [*words("收受财物拖延不办找借", 104, 104), *words("严格把关", 203, 104)]
    assert told(glyphs, [FRAME, right]) == [("严格把关",), ("收受财物拖延不办找借",)]


def test_a_shaded_line_belongs_to_its_box() -> None:
    shading = Area(104, 115, 160, 126, False)
    assert told(inside(FRAME, "1.收受财物。", "风险等级：高"), [FRAME, shading]) == [("1.收受财物。", "风险等级：高")]


def test_an_underline_is_no_connector() -> None:
    assert connectors([Stroke(110, 114, 150, 114)], [FRAME], inside(FRAME, "受理行政许可")) == ()


# Tables


def grid(columns: Sequence[float], rows: Sequence[float]) -> list[Stroke]:
    """The lines of a table whose cells are not merged."""
    return [
        *(Stroke(columns[0], y, columns[-1], y) for y in rows),
        *(Stroke(x, rows[0], x, rows[-1]) for x in columns),
    ]


Tile = tuple[int, int, int, int]  # row, column, rows, columns


def tile_area(tile: Tile) -> Area:
    row, across, rows, columns = tile
    return Area(50 + 70 * across, 60 + 30 * row, 50 + 70 * (across + columns), 60 + 30 * (row + rows))


def in_table(tiles: Sequence[Tile]) -> dict[str, Cell]:
    """The places of the cells of a table drawn with a line on each side of each cell, by their words."""
    glyphs = [glyph for number, tile in enumerate(tiles) for glyph in inside(tile_area(tile), f"第{number}格")]
    strokes = [edge for tile in tiles for edge in edges(tile_area(tile))]
    return {box.text: box.cell for box in boxes(glyphs, strokes=strokes) if box.cell}


def test_cells_have_their_places() -> None:
    glyphs = [*words("甲", 54, 64), *words("乙", 124, 64), *words("丙", 54, 94), *words("丁", 124, 94)]
    found = boxes(glyphs, strokes=grid([50, 120, 190], [60, 90, 120]))
    assert {box.text: box.cell for box in found} == {
        "甲": Cell(0, 0, 0),
        "乙": Cell(0, 0, 1),
        "丙": Cell(0, 1, 0),
        "丁": Cell(0, 1, 1),
    }
    assert {box.frame for box in found} == {"cell"}


def test_merged_cells_span_rows_and_columns() -> None:
    assert in_table([(0, 0, 1, 3), (1, 0, 2, 1), (1, 1, 1, 1), (1, 2, 1, 1), (2, 1, 1, 2)]) == {
        "第0格": Cell(0, 0, 0, 1, 3),
        "第1格": Cell(0, 1, 0, 2, 1),
        "第2格": Cell(0, 1, 1),
        "第3格": Cell(0, 1, 2),
        "第4格": Cell(0, 2, 1, 1, 2),
    }


def test_boxes_side_by_side_are_no_table() -> None:
    assert {box.frame for box in boxes([*inside(FRAME, "受理"), *inside(RIGHT, "走过场。")], [FRAME, RIGHT])} == {
        "shape"
    }


def test_two_tables_have_two_numbers() -> None:
    columns = [50.0, 120.0, 190.0]
    strokes = [*grid(columns, [60, 90, 120]), *grid(columns, [300, 330, 360])]
    glyphs = [glyph for x, y in product((54, 124), (64, 94, 304, 334)) for glyph in words("甲", x, y)]
    found = boxes(glyphs, strokes=strokes)
    assert Counter(box.cell.table for box in found if box.cell) == {0: 4, 1: 4}


@st.composite
def tilings(draw: st.DrawFn) -> list[Tile]:
    """Tables of up to four rows and columns, some of whose cells are merged."""
    rows, columns = draw(st.integers(2, 4)), draw(st.integers(2, 4))
    free = set(product(range(rows), range(columns)))
    tiles = []
    for row, across in product(range(rows), range(columns)):
        if (row, across) not in free:
            continue
        down, right = draw(st.integers(1, rows - row)), draw(st.integers(1, columns - across))
        own = set(product(range(row, row + down), range(across, across + right)))
        if not own <= free:
            down = right = 1
            own = {(row, across)}
        free -= own
        tiles.append((row, across, down, right))
    return tiles


@given(tilings())
@settings(deadline=None, max_examples=60)
def test_every_cell_has_its_place(tiles: list[Tile]) -> None:
    """Lines that no cell of a table ends at are not drawn, and do not count."""
    tops, lefts = sorted({row for row, _, _, _ in tiles}), sorted({across for _, across, _, _ in tiles})
    assume(len(tiles) >= 4 and len(tops) > 1 and len(lefts) > 1)
    assert in_table(tiles) == {
        f"第{number}格": Cell(
            0,
            tops.index(row),
            lefts.index(across),
            sum(row <= top < row + rows for top in tops),
            sum(across <= left < across + columns for left in lefts),
        )
        for number, (row, across, rows, columns) in enumerate(tiles)
    }


# Connectors


def test_a_line_between_frames_is_a_connector() -> None:
    [line] = connectors(
        [Stroke(200, 140, 300, 140)], [FRAME, RIGHT], [*inside(FRAME, "受理"), *inside(RIGHT, "走过场。")]
    )
    assert line == Line(1, 200, 140, 300, 140)


@pytest.mark.parametrize("label", ["", "退回"])
def test_two_lines_between_two_boxes_are_two_connectors(label: str) -> None:
    """One goes on and one goes back."""
    upper, lower = Area(100, 100, 300, 150), Area(100, 220, 300, 270)
    strokes = [Stroke(150, 150, 150, 220), Stroke(250, 220, 250, 150)]
    glyphs = [*inside(upper, "受理"), *inside(lower, "审查"), *words(label, 190, 180)]
    found, led = boxes_and_lines(page(glyphs, [upper, lower], strokes))
    assert all(box.bbox != BBox(150, 150, 250, 220) for box in found)
    assert sorted((line.x0, abs(line.y1 - line.y0)) for line in led) == [(150, 70), (250, 70)]


HEADS = {
    "right": (Stroke(200, 140, 296, 140), Area(296, 138, 300, 142, False), (200, 140, 300, 140)),
    "left": (Stroke(204, 140, 300, 140), Area(200, 138, 204, 142, False), (300, 140, 200, 140)),
    "down": (Stroke(150, 180, 150, 216), Area(147, 216, 153, 220, False), (150, 180, 150, 220)),
    "up": (Stroke(150, 184, 150, 220), Area(147, 180, 153, 184, False), (150, 220, 150, 180)),
    "backwards": (Stroke(296, 140, 200, 140), Area(296, 138, 300, 142, False), (200, 140, 300, 140)),
    "over": (Stroke(200, 140, 300, 140), Area(296, 138, 300, 142, False), (200, 140, 300, 140)),
}


@pytest.mark.parametrize("name", HEADS)
def test_a_filled_head_gives_the_direction_and_the_tip(name: str) -> None:
    stroke, head, (x0, y0, x1, y1) = HEADS[name]
    assert connectors([stroke], [head]) == (Line(1, x0, y0, x1, y1, arrow=True),)


@pytest.mark.parametrize("backwards", [False, True])
def test_an_open_head_gives_the_direction(backwards: bool) -> None:
    line = Stroke(300, 140, 200, 140) if backwards else Stroke(200, 140, 300, 140)
    barbs = [Stroke(295, 137, 300, 140), Stroke(300, 140, 295, 143)]
    assert connectors([line, *barbs]) == (Line(1, 200, 140, 300, 140, arrow=True),)


@pytest.mark.parametrize("degrees", range(0, 360, 15))
def test_an_open_head_serves_lines_in_all_directions(degrees: int) -> None:
    """The barbs stand at 27 degrees to the line; one of them may lie along an axis."""
    angle = math.radians(degrees)

    def at(far: float, aside: float = 0.0) -> tuple[float, float]:
        x, y = far * math.cos(angle) - aside * math.sin(angle), far * math.sin(angle) + aside * math.cos(angle)
        return round(300 + x, 3), round(400 + y, 3)

    strokes = [Stroke(*at(0), *at(100)), Stroke(*at(94, 3), *at(100)), Stroke(*at(94, -3), *at(100))]
    [line] = connectors(strokes)
    assert line.arrow
    assert math.dist((line.x0, line.y0, line.x1, line.y1), (*at(0), *at(100))) < 3


def test_heads_at_both_ends_give_no_direction() -> None:
    heads = [Area(200, 138, 204, 142, False), Area(296, 138, 300, 142, False)]
    [line] = connectors([Stroke(204, 140, 296, 140)], heads)
    assert not line.arrow


def test_a_line_with_corners_leads_to_its_tip() -> None:
    head = Area(296, 238, 300, 242, False)
    [line] = connectors([Stroke(200, 140, 296, 240, bent=True)], [head])
    assert line == Line(1, 200, 140, 300, 240, arrow=True)


def test_dashes_are_one_connector() -> None:
    [line] = connectors(dashed(Stroke(200, 140, 300, 140)))
    assert (line.x0, line.y0, line.x1, line.y1) == pytest.approx((200, 140, 300, 140), abs=3)


@pytest.mark.parametrize("stroked", [False, True])
def test_a_line_behind_its_label_is_not_cut(stroked: bool) -> None:
    label = Area(225, 132, 275, 148, stroked)
    glyphs = [*inside(FRAME, "受理"), *inside(RIGHT, "走过场。"), *words("风险点", 236, 135)]
    found, led = boxes_and_lines(page(glyphs, [FRAME, RIGHT, label], [Stroke(200, 140, 300, 140)]))
    assert sorted(box.text for box in found) == sorted(["受理", "走过场。", "风险点"])
    assert led == (Line(1, 200, 140, 300, 140),)


def test_a_label_on_an_arrow_is_a_box() -> None:
    glyphs = [*inside(FRAME, "受理"), *inside(RIGHT, "1.走过场。"), *words("风险点", 236, 129)]
    assert told(glyphs, [FRAME, RIGHT], [Stroke(200, 140, 300, 140)]) == [("1.走过场。",), ("受理",), ("风险点",)]


def test_labels_on_a_bus_are_boxes_of_their_own() -> None:
    glyphs = [*words("风险点", 236, 129), *words("防控措施", 232, 142)]
    assert told(glyphs, [], [Stroke(200, 140, 300, 140)]) == [("防控措施",), ("风险点",)]


# Writing that does not run to the right


def test_characters_below_one_another_are_a_word() -> None:
    tall = Area(100, 100, 120, 180)
    assert told(column("风险点", 105, 110), [tall]) == [("风险点",)]


def test_a_column_needs_no_frame() -> None:
    assert told(column("现场核查", 105, 110)) == [("现场核查",)]


def test_columns_follow_one_another_from_right_to_left() -> None:
    tall = Area(100, 106, 140, 150)
    assert told([*column("建设工程", 122, 110), *column("施工许可", 108, 110)], [tall]) == [("建设工程施工许可",)]


def test_two_characters_on_each_line_of_a_narrow_box_are_a_word() -> None:
    narrow = Area(100, 100, 124, 180)
    assert told(lines(["现场", "核查"], 103, 110), [narrow]) == [("现场核查",)]


def down(text: str, x: float, y: float, size: float = SIZE) -> Glyphs:
    """Text turned clockwise, written downwards."""
    return [Glyph(one, x, y + n * size, x + size, y + (n + 1) * size, 1) for n, one in enumerate(text)]


def up(text: str, x: float, y: float, size: float = SIZE) -> Glyphs:
    """Text turned the other way, written upwards from its lower left corner."""
    return [Glyph(one, x, y - (n + 1) * size, x + size, y - n * size, 3) for n, one in enumerate(text)]


@pytest.mark.parametrize("write", [down, up])
def test_turned_words_are_read_as_they_are_written(write: Callable[..., Glyphs]) -> None:
    tall = Area(50, 100, 70, 180)
    glyphs = [*write("风险点", 55, 140), *inside(FRAME, "1.收受财物。", "2.走过场。")]
    assert told(glyphs, [tall, FRAME]) == [("1.收受财物。", "2.走过场。"), ("风险点",)]


def test_turned_lines_are_read_from_right_to_left() -> None:
    tall = Area(50, 100, 80, 180)
    glyphs = [
        *down("甲乙丙丁戊己庚", 65, 104),
        *down("辛壬", 53, 104),
        *inside(FRAME, "1.收受财物。", "2.走过场不到现场。"),
    ]
    assert ("甲乙丙丁戊己庚辛壬",) in told(glyphs, [tall, FRAME])


def test_what_is_printed_at_a_slant_stands_in_the_margin() -> None:
    mark = [Glyph(one, 100 + 30 * n, 300 - 30 * n, 130 + 30 * n, 330 - 30 * n, SLANTED) for n, one in enumerate("内部")]
    found = boxes([*mark, *inside(FRAME, "受理")], [FRAME])
    assert sorted((box.text, box.frame) for box in found) == sorted([("内部", "margin"), ("受理", "shape")])


# Words without frames


def test_blocks_are_told_by_gaps() -> None:
    """Beside one another with a gutter, below one another with a gap."""
    left, right, lower = (
        ["1.收受财物。", "2.走过场。"],
        ["1.严格把关。", "2.双人到场。"],
        ["1.拖延不办。", "2.泄露秘密。"],
    )
    glyphs = [*lines(left, 100, 100), *lines(right, 250, 100), *lines(lower, 100, 160), *lines(right, 250, 160)]
    assert told(glyphs) == sorted([tuple(left), tuple(right), tuple(lower), tuple(right)])


def test_blocks_may_be_printed_line_by_line() -> None:
    left, right = ["1.收受财物。", "2.走过场。"], ["1.严格把关。", "2.双人到场。"]
    rows = [[*words(left[n], 100, 100 + n * PITCH), *words(right[n], 250, 100 + n * PITCH)] for n in range(2)]
    assert told([*rows[0], *rows[1]]) == sorted([tuple(left), tuple(right)])


def test_a_block_with_nothing_beside_it_may_be_part_of_a_drawing() -> None:
    """Numbered items with a level, away from the margin, over a row of blocks."""
    items = ["1.收受财物。", "2.走过场。", "风险等级：高"]
    glyphs = [*lines(items, 380, 112), *lines(["1.严格把关。", "2.双人到场。"], 380, 200), *words("受理", 290, 206)]
    assert tuple(items) in told(glyphs)


RUNNING = ["本说明按照我局权力清单编写，凡涉及当事人权益的环节均须两人以上办理，由机关纪委逐", "项核对，并报上级备案。"]


def test_running_text_is_a_box_for_each_paragraph() -> None:
    """Nothing is drawn around it and nothing stands beside it."""
    width = len(RUNNING[0]) * SIZE
    glyphs = [*words(RUNNING[0], 54, 60), *words(RUNNING[1], 36, 75.6), *words("自印发之日起施行。", 54, 91.2)]
    areas = [replace_y(one, 200) for one in (FRAME, RIGHT)]
    glyphs += [*inside(areas[0], "受理"), *inside(areas[1], "1.走过场。")]
    found = boxes(glyphs, areas)
    assert [box.text for box in found if box.frame is None] == ["".join(RUNNING), "自印发之日起施行。"]
    assert sorted(box.text for box in found if box.frame == "shape") == sorted(["受理", "1.走过场。"])
    assert all(box.bbox and box.bbox.x1 <= 54 + width for box in found if box.frame is None)


def replace_y(area: Area, down: float) -> Area:
    return area._replace(top=area.top + down, bottom=area.bottom + down)


def test_a_title_over_the_drawing_is_running_text() -> None:
    glyphs = [*words("云岫市行政许可廉政风险防控图", 170, 60, 12), *inside(FRAME, "受理"), *inside(RIGHT, "走过场。")]
    [title] = [box for box in boxes(glyphs, [FRAME, RIGHT]) if box.frame is None]
    assert title.paragraphs == ("云岫市行政许可廉政风险防控图",)


# Several pages


def sheets(*pages: Marks) -> list[Sheet]:
    return [Sheet(one.page, one.height, *boxes_and_lines(one)) for one in pages]


def book(*glyphs: Glyphs, strokes: Sequence[Sequence[Stroke]] = ()) -> list[Sheet]:
    """Pages with these glyphs and strokes."""
    drawn = strokes or [[] for _ in glyphs]
    return sheets(*(page(own, (), lines, n) for n, (own, lines) in enumerate(zip(glyphs, drawn, strict=True), 1)))


def test_boxes_are_numbered_through_all_pages() -> None:
    found, _ = bound(book(words("受理", 100, 300), words("审查", 100, 300)))
    assert [(box.order, box.page, box.text) for box in found] == [(0, 1, "受理"), (1, 2, "审查")]


@pytest.mark.parametrize("number", ["3", "- 3 -", "—3—", "第3页", "第 3 页 共 9 页", "3/9"])
def test_page_numbers_stand_in_the_margin(number: str) -> None:
    found, _ = bound(book([*words("受理", 100, 300), *words(number, 280, 810)]))
    assert {box.text: box.frame == "margin" for box in found} == {"受理": False, found[-1].text: True}


@pytest.mark.xfail(strict=True, reason="what is turned on a page that lies on its side is no running text")
def test_page_numbers_stand_upright_on_pages_that_lie_on_their_side() -> None:
    around = turned(page([*inside(FRAME, "受理行政许可"), *inside(RIGHT, "走过场。")], [FRAME, RIGHT]))
    number = words("- 3 -", around.width / 2 - 10, around.height - 30)
    found, _ = bound(sheets(replace(around, glyphs=(*around.glyphs, *number))))
    assert [box.text for box in found if box.frame == "margin"] == ["- 3 -"]


def test_numbers_within_the_page_do_not() -> None:
    found, _ = bound(book(words("3", 280, 400)))
    assert {box.frame for box in found}.isdisjoint({"margin"})


def test_what_stands_at_the_edge_of_most_pages_is_a_running_head() -> None:
    pages = [
        [*words("云岫市档案局权力运行图册", 230, 30), *words(stage, 100, 300)] for stage in ("受理", "审查", "决定")
    ]
    found, _ = bound(book(*pages))
    assert [box.text for box in found if box.frame == "margin"] == ["云岫市档案局权力运行图册"] * 3


def test_a_title_at_the_edge_of_one_page_is_none() -> None:
    pages = [[*words("云岫市行政许可廉政风险防控图", 230, 30), *words("受理", 100, 300)], words("审查", 100, 300)]
    found, _ = bound(book(*pages, words("决定", 100, 300)))
    assert not any(box.frame == "margin" for box in found)


COLUMNS = [50.0, 150.0, 300.0]


def rows_at(rows: Sequence[Sequence[str]], top: float) -> tuple[Glyphs, list[Stroke]]:
    """A table of two columns, its rows 30 high; words of several lines are parted by /."""
    glyphs = [
        glyph
        for number, row in enumerate(rows)
        for x, cell in zip(COLUMNS, row, strict=False)
        for glyph in lines(cell.split("/"), x + 4, top + 30 * number + 3)
    ]
    return glyphs, grid(COLUMNS, [top + 30 * number for number in range(len(rows) + 1)])


def table_over(first: Sequence[Sequence[str]], second: Sequence[Sequence[str]]) -> dict[tuple[int, int, int], str]:
    """What stands where in a table over two pages: table, row, column."""
    (one, ruled), (other, more) = rows_at(first, 700), rows_at(second, 40)
    found, _ = bound(book(one, other, strokes=[ruled, more]))
    return {(box.cell.table, box.cell.row, box.cell.column): box.text for box in found if box.cell}


HEADER = ["流程环节", "风险点"]


def test_a_table_goes_on_over_the_page() -> None:
    assert table_over([HEADER, ["受理", "收受财物。"]], [["审查", "走过场。"], ["决定", "越权。"]]) == {
        (0, 0, 0): "流程环节",
        (0, 0, 1): "风险点",
        (0, 1, 0): "受理",
        (0, 1, 1): "收受财物。",
        (0, 2, 0): "审查",
        (0, 2, 1): "走过场。",
        (0, 3, 0): "决定",
        (0, 3, 1): "越权。",
    }


def test_a_table_goes_on_under_a_repeated_head() -> None:
    found = table_over([HEADER, ["受理", "收受财物。"]], [HEADER, ["审查", "走过场。"]])
    row = next(row for (_, row, _), text in found.items() if text == "走过场。")
    assert (found[0, 1, 0], found[0, row, 0]) == ("受理", "审查")


def test_a_row_broken_by_the_end_of_the_page_is_one() -> None:
    found = table_over([HEADER, ["受理", "1.收受服务对象"]], [["", "的财物。/2.泄露秘密。"], ["审查", "走过场。"]])
    assert found[0, 1, 1] == "1.收受服务对象的财物。2.泄露秘密。"
    assert "走过场。" in found.values()


def test_a_row_broken_under_a_repeated_head_is_one() -> None:
    found = table_over([HEADER, ["受理", "1.收受服务对象"]], [HEADER, ["", "的财物。"], ["审查", "走过场。"]])
    assert found[0, 1, 1] == "1.收受服务对象的财物。"


def test_a_merged_cell_goes_on_over_the_page() -> None:
    """The rows under it are rows of their own: they have numbers, levels, and follow sentences that have ended."""
    places = [50.0, 150.0, 300.0, 360.0]

    def ruled(rows: Sequence[Sequence[str]], top: float) -> tuple[Glyphs, list[Stroke]]:
        """Rows of three columns; without a line over those whose first cell is empty, except at the top."""
        cells = [(n, x, text) for n, row in enumerate(rows) for x, text in zip(places, row, strict=False) if text]
        glyphs = [glyph for n, x, text in cells for glyph in words(text, x + 4, top + 30 * n + 3)]
        lefts = [places[0] if n in (0, len(rows)) or rows[n][0] else places[1] for n in range(len(rows) + 1)]
        across = [Stroke(left, top + 30 * n, places[-1], top + 30 * n) for n, left in enumerate(lefts)]
        return glyphs, [*across, *(Stroke(x, top, x, top + 30 * len(rows)) for x in places)]

    one, lines_before = ruled([[*HEADER, "风险等级"], ["受理", "1.收受财物。", "高"], ["", "2.走过场。", "中"]], 700)
    other, lines_after = ruled([["", "3.拖延不办。", "低"], ["", "4.泄密。", "高"], ["审查", "1.越权。", "低"]], 40)
    found, _ = bound(book(one, other, strokes=[lines_before, lines_after]))
    rows = {box.cell.row: box.text for box in found if box.cell and box.cell.column == 1}
    levels = {box.cell.row: box.text for box in found if box.cell and box.cell.column == 2}
    assert [rows[row] for row in sorted(rows)][1:] == [
        "1.收受财物。",
        "2.走过场。",
        "3.拖延不办。",
        "4.泄密。",
        "1.越权。",
    ]
    assert [levels[row] for row in sorted(levels)][1:] == ["高", "中", "低", "高", "低"]
    assert rows.keys() == levels.keys()


def test_another_table_on_the_next_page_is_another() -> None:
    (one, ruled), (other, _) = rows_at([HEADER, ["受理", "收受财物。"]], 700), rows_at([], 40)
    other = [glyph for x, y in product((54, 94, 204), (44, 74)) for glyph in words("甲", x, y)]
    found, _ = bound(book(one, other, strokes=[ruled, grid([50, 90, 200, 300], [40, 70, 100])]))
    assert {box.cell.table for box in found if box.cell} == {0, 1}


Grid = tuple[Glyphs, list[Stroke]]


def table_on(rows: Sequence[str], top: float, places: Sequence[float] = (50, 90, 240, 400)) -> Grid:
    """A table, its rows 30 high: cells are parted by |, lines by /; - goes on with the cell above."""
    cells = [row.split("|") for row in rows]
    glyphs = [
        glyph
        for number, row in enumerate(cells)
        for x, cell in zip(places, row, strict=False)
        if cell != "-"
        for glyph in lines(cell.split("/"), x + INSET, top + 30 * number + 3)
    ]
    across = [
        Stroke(places[place], top + 30 * number, places[place + 1], top + 30 * number)
        for number, row in enumerate([*cells, [""] * len(cells[0])])
        for place, cell in enumerate(row)
        if cell != "-"
    ]
    return glyphs, [*across, *(Stroke(x, top, x, top + 30 * len(rows)) for x in places)]


def grid_over(*pages: Grid) -> dict[tuple[int, int], tuple[int, str]]:
    """How many rows the cells of the one table over some pages span and what they say, by row and column."""
    found, _ = bound(book(*(glyphs for glyphs, _ in pages), strokes=[strokes for _, strokes in pages]))
    assert {box.cell.table for box in found if box.cell} == {0}
    return {(box.cell.row, box.cell.column): (box.cell.rows, box.text) for box in found if box.cell}


def cells_on(glyphs: Glyphs, strokes: Sequence[Stroke]) -> dict[str, Cell]:
    """The places of the cells of a page by their words."""
    found, _ = bound(sheets(page(glyphs, (), strokes)))
    return {box.text: box.cell for box in found if box.cell}


REGISTER = "序号|风险点|防控措施"
FIRST = "1|收受财物。|双人到场。"


def test_columns_are_those_of_the_grid_although_cells_are_empty() -> None:
    found = grid_over(table_on([REGISTER, "1||双人到场。", "|走过场。|"], 100))
    body = {place: text for place, (_, text) in found.items() if place[0]}
    assert body == {(1, 0): "1", (1, 2): "双人到场。", (2, 1): "走过场。"}


def test_one_row_alone_on_a_page_goes_on_with_its_table() -> None:
    found = grid_over(table_on([REGISTER, FIRST], 700), table_on(["2|走过场。|随机抽查。"], 40))
    assert [found[2, column][1] for column in range(3)] == ["2", "走过场。", "随机抽查。"]


def test_frames_in_one_row_alone_are_no_table() -> None:
    glyphs, strokes = table_on(["受理|审查|决定"], 100)
    found, _ = bound(book(glyphs, strokes=[strokes]))
    assert {(box.text, box.frame, box.cell) for box in found} == {
        (one, "shape", None) for one in ("受理", "审查", "决定")
    }


def test_a_repeated_head_is_told_once_below_a_title_that_is_not_repeated() -> None:
    glyphs, strokes = table_on([REGISTER, FIRST], 670)
    title = edges(Area(50, 640, 400, 670))
    first = [*glyphs, *words("云岫市廉政风险点一览表", 150, 650)], [*strokes, *title]
    found = grid_over(first, table_on([REGISTER, "2|走过场。|随机抽查。"], 40))
    assert found[0, 0] == (1, "云岫市廉政风险点一览表")
    assert {place: text for place, (_, text) in found.items() if place[1] == 0 and place[0]} == {
        (1, 0): "序号",
        (2, 0): "1",
        (3, 0): "2",
    }


def test_a_table_may_stand_elsewhere_on_the_next_page() -> None:
    found = grid_over(table_on([REGISTER, FIRST], 700), table_on(["2|走过场。|随机抽查。"], 40, (80, 120, 270, 430)))
    assert found[2, 1] == (1, "走过场。")


@pytest.mark.parametrize(("above", "tables"), [("云岫市水务局风险点一览表", 2), ("（续表）", 1), ("续上页", 1)])
def test_a_table_below_a_title_is_another(above: str, tables: int) -> None:
    (one, ruled), (other, more) = table_on([REGISTER, FIRST], 700), table_on(["2|走过场。|随机抽查。"] * 2, 90)
    found, _ = bound(book(one, [*words(above, 100, 70), *other], strokes=[ruled, more]))
    assert len({box.cell.table for box in found if box.cell}) == tables


def test_a_cell_that_spans_rows_over_the_page_is_one() -> None:
    found = grid_over(
        table_on([REGISTER, FIRST, "-|走过场。|随机抽查。"], 700),
        table_on(["|越权审批。|集体研究。", "-|泄露秘密。|签字背书。", "2|拖延不办。|限时办结。"], 40),
    )
    assert (found[1, 0], found[5, 0]) == ((4, "1"), (1, "2"))
    assert (found[3, 1], found[4, 1]) == ((1, "越权审批。"), (1, "泄露秘密。"))


def test_its_words_may_stand_on_the_second_page() -> None:
    found = grid_over(
        table_on([REGISTER, "|收受财物。|双人到场。", "-|走过场。|随机抽查。"], 700),
        table_on(["1|越权审批。|集体研究。", "-|泄露秘密。|签字背书。"], 40),
    )
    assert found[1, 0] == (4, "1")


@pytest.mark.parametrize(
    ("row", "broken"),
    [
        ("|的财物||的影像", True),
        ("|2.走过场||", True),
        ("|1.走过场||的影像", False),
        ("|的财物|中|的影像", False),
        ("2|的财物||的影像", False),
    ],
)
def test_a_row_goes_on_over_the_page_unless_a_cell_begins_anew(row: str, *, broken: bool) -> None:
    places = (50, 90, 240, 270, 400)
    before = table_on(["序号|风险点|级|防控措施", "1|1.收受服务对象|高|双人到场并留存现场"], 700, places)
    found = grid_over(before, table_on([row, "3|泄密|低|随机抽查"], 40, places))
    assert max(place for place, _ in found) == (2 if broken else 3)


def test_sentences_alone_go_on_where_other_words_have_nothing_below_them() -> None:
    places = (50, 90, 150, 180, 220, 400)
    before = table_on(["序号|科室|级|人|措施", "1|法规科|高|张远|集体研究决定事项。"], 700, places)
    found = grid_over(before, table_on(["||||公开收费的标准。", "2|人事科|低|李和|随机抽查。"], 40, places))
    assert found[1, 4] == (1, "集体研究决定事项。公开收费的标准。")


def test_a_table_may_lack_its_outer_edges() -> None:
    glyphs, _ = table_on([REGISTER, FIRST, "2|走过场。|随机抽查。"], 100)
    down = [Stroke(x, 100, x, 190) for x in (90, 240)]
    inner = [*down, Stroke(50, 130, 400, 130), Stroke(50, 160, 400, 160)]
    places = {Cell(0, row, column) for row, column in product(range(3), range(3))}
    for strokes in (inner, [*inner, Stroke(50, 100, 400, 100), Stroke(50, 190, 400, 190)]):
        assert set(cells_on(glyphs, strokes).values()) == places


def test_a_merged_cell_may_be_open_where_the_page_ends() -> None:
    glyphs, strokes = table_on(["序号|单位|风险点", "1|法规科|收受财物。", "2|-|走过场。"], 100)
    strokes.remove(Stroke(90, 190, 240, 190))
    assert cells_on(glyphs, strokes)["法规科"] == Cell(0, 1, 1, 2)


def test_punctuation_hangs_over_the_edge_of_a_cell() -> None:
    edge = 50 + INSET + 5 * SIZE + 1
    found = grid_over(table_on(["风险点|级|措施", "只看照片吧，/走过场。|高|无"], 100, (50, edge, 240, 400)))
    assert (found[1, 0], found[1, 1]) == ((1, "只看照片吧，走过场。"), (1, "高"))


def test_spreadsheets_wrap_lines_before_the_edge_of_the_cell() -> None:
    """No line goes further than to two characters before it; what ends earlier is a paragraph."""
    rows = ["经办人员泄露秘密/造成影响", "窗口人员接受宴请/或者礼金", "审核人员拖延不办/谋取私利", "不作为/慢作为"]
    glyphs, strokes = table_on([f"{row}|无" for row in rows], 100, (50, 50 + 2 * INSET + 10 * SIZE, 300))
    found = {box.paragraphs for box in boxes(glyphs, strokes=strokes) if box.cell and box.cell.column == 0}
    assert found == {*((row.replace("/", ""),) for row in rows[:3]), ("不作为", "慢作为")}


def test_characters_below_one_another_have_no_blanks_between_them() -> None:
    glyphs = lines("风险等级", 104, 104, pitch=1.5 * SIZE)
    assert told(glyphs, [Area(100, 100, 117, 180)]) == [("风险等级",)]


# Properties

TURNABLE = "受理审查决定送达归档收受财物拖延不办越权泄露秘密双人到场严格把关随机抽查公开透明回避登记"
FINAL = "。；"


@st.composite
def texts(draw: st.DrawFn) -> list[str]:
    """The lines of a box 12 characters wide: full ones, and a last one that ends a sentence."""
    full = draw(st.integers(0, 2))
    sentence = st.lists(st.sampled_from(TURNABLE), min_size=12, max_size=12).map("".join)
    last = draw(st.lists(st.sampled_from(TURNABLE), min_size=2, max_size=10).map("".join))
    return [*(draw(sentence) for _ in range(full)), last + draw(st.sampled_from(FINAL))]


FORMS = ["area", "lines", "fill"]
WIDE, HIGH = 12 * SIZE + 2 * INSET, 3 * PITCH + 2 * INSET


def drawn(form: str, area: Area) -> tuple[list[Area], list[Stroke]]:
    if form == "lines":
        return [], edges(area)
    return [area._replace(stroked=form == "area")], []


@st.composite
def charts(draw: st.DrawFn) -> tuple[list[Glyphs], list[Area], list[Stroke]]:
    """Boxes in rows and columns with connectors between some: lines of glyphs, outlines, strokes."""
    written: list[Glyphs] = []
    areas: list[Area] = []
    strokes: list[Stroke] = []
    for row, across in product(range(draw(st.integers(1, 3))), range(draw(st.integers(1, 3)))):
        x, y = 40 + across * (WIDE + 60), 100 + row * (HIGH + 50)
        area = Area(x, y, x + WIDE, y + HIGH)
        written += [words(text, x + INSET, y + INSET + n * PITCH) for n, text in enumerate(draw(texts()))]
        own, ruled = drawn(draw(st.sampled_from(FORMS)), area)
        areas += own
        strokes += ruled
        if across and draw(st.booleans()):
            strokes.append(Stroke(x - 60, y + HIGH / 2, x, y + HIGH / 2))
    return written, areas, strokes


def flat(written: Iterable[Glyphs]) -> Glyphs:
    return [glyph for line in written for glyph in line]


Drawn = tuple[list[Glyphs], list[Area], list[Stroke]]


def laid(chart: Drawn) -> Marks:
    return page(flat(chart[0]), chart[1], chart[2])


def unordered(marks: Marks) -> Counter[Box]:
    return Counter(replace(box, order=0) for box in boxes_and_lines(marks)[0])


def read(marks: Marks) -> list[tuple[str, ...]]:
    return sorted(box.paragraphs for box in boxes_and_lines(marks)[0])


@given(charts())
@settings(deadline=None, max_examples=50)
def test_the_words_of_every_frame_are_a_box(chart: Drawn) -> None:
    written, _, _ = chart
    expected: dict[tuple[int, int], str] = {}
    for line in written:
        place = (int((line[0].x0 - 40) // (WIDE + 60)), int((line[0].top - 100) // (HIGH + 50)))
        expected[place] = expected.get(place, "") + "".join(glyph.text for glyph in line)
    assert sorted(box.text for box in boxes_and_lines(laid(chart))[0]) == sorted(expected.values())


@given(charts(), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=50)
def test_the_order_of_the_marks_changes_nothing(chart: Drawn, chance: random.Random) -> None:
    """Lines of text stay whole."""
    shuffled: Drawn = ([*chart[0]], [*chart[1]], [*chart[2]])
    for marks in shuffled:
        chance.shuffle(marks)
    assert unordered(laid(shuffled)) == unordered(laid(chart))


def moved(marks: Marks, x: float, y: float) -> Marks:
    return scaled(marks, 1, x, y)


def scaled(marks: Marks, by: float, x: float = 0, y: float = 0) -> Marks:
    def area(one: Area) -> Area:
        return one._replace(x0=one.x0 * by + x, top=one.top * by + y, x1=one.x1 * by + x, bottom=one.bottom * by + y)

    return replace(
        marks,
        width=marks.width * by,
        height=marks.height * by,
        glyphs=tuple(Glyph(one.text, *area(Area(*one[1:5]))[:4], one.turn) for one in marks.glyphs),
        areas=tuple(map(area, marks.areas)),
        strokes=tuple(
            one._replace(x0=one.x0 * by + x, y0=one.y0 * by + y, x1=one.x1 * by + x, y1=one.y1 * by + y)
            for one in marks.strokes
        ),
    )


@given(charts(), st.integers(-500, 500), st.integers(-500, 500))
@settings(deadline=None, max_examples=50)
def test_boxes_move_with_their_marks(chart: Drawn, x: int, y: int) -> None:
    def there(box: Box) -> Box:
        assert box.bbox is not None
        x0, top, x1, bottom = box.bbox.x0 + x, box.bbox.top + y, box.bbox.x1 + x, box.bbox.bottom + y
        return replace(box, bbox=BBox(x0, top, x1, bottom))

    marks = laid(chart)
    assert unordered(moved(marks, x, y)) == Counter(there(box) for box in unordered(marks).elements())


@given(charts(), st.floats(0.7, 1.5))
@settings(deadline=None, max_examples=50)
def test_the_size_of_a_page_changes_no_text(chart: Drawn, by: float) -> None:
    assert read(scaled(laid(chart), by)) == read(laid(chart))


def turned(marks: Marks) -> Marks:
    """The page turned clockwise by a quarter."""
    high = marks.height

    def area(one: Area) -> Area:
        return one._replace(x0=high - one.bottom, top=one.x0, x1=high - one.top, bottom=one.x1)

    return Marks(
        marks.page,
        high,
        marks.width,
        tuple(Glyph(one.text, *area(Area(*one[1:5]))[:4], (one.turn + 1) % 4) for one in marks.glyphs),
        tuple(map(area, marks.areas)),
        tuple(one._replace(x0=high - one.y0, y0=one.x0, x1=high - one.y1, y1=one.x1) for one in marks.strokes),
    )


@given(charts(), st.integers(1, 3))
@settings(deadline=None, max_examples=50)
def test_a_page_may_lie_on_its_side(chart: Drawn, times: int) -> None:
    """It is read as it is to be looked at, and its boxes stand where they would upright."""
    marks = laid(chart)
    around = marks
    for _ in range(times):
        around = turned(around)
    assert read(around) == read(marks)
    assert places(around) == places(marks)


def places(marks: Marks) -> list[tuple[int, ...]]:
    return sorted(
        tuple(round(edge) for edge in (box.bbox.x0, box.bbox.top, box.bbox.x1, box.bbox.bottom))
        for box in boxes_and_lines(marks)[0]
        if box.bbox
    )


# Any marks at all

LETTERS = "".join(chr(code) for code in range(0x5B50, 0x5B50 + 60))
COORDINATES = st.integers(0, 300)
LETTER = st.tuples(st.sampled_from(LETTERS), COORDINATES, COORDINATES, st.sampled_from([6, 9, 14]), st.integers(0, 4))
RECTANGLES = st.tuples(COORDINATES, COORDINATES, st.integers(0, 200), st.integers(0, 200), st.booleans())
STROKES = st.tuples(COORDINATES, COORDINATES, COORDINATES, COORDINATES)


@given(
    st.lists(LETTER, max_size=40, unique_by=lambda one: one[0]),
    st.lists(RECTANGLES, max_size=8),
    st.lists(STROKES, max_size=8),
)
@settings(deadline=None, max_examples=200)
def test_every_character_stands_in_one_box(
    letters: list[tuple[str, int, int, int, int]],
    rectangles: list[tuple[int, int, int, int, bool]],
    strokes: list[tuple[int, int, int, int]],
) -> None:
    """All are different, as what is printed twice at one place is read once."""
    glyphs = [Glyph(text, x, y, x + size, y + size, turn) for text, x, y, size, turn in letters]
    areas = [Area(x, y, x + width, y + height, edge) for x, y, width, height, edge in rectangles]
    found = boxes(glyphs, areas, [Stroke(*one) for one in strokes])
    assert Counter("".join("".join(box.text.split()) for box in found)) == Counter(text for text, *_ in letters)


TOWARDS = st.tuples(st.sampled_from(LETTERS), st.integers(0, 20), st.integers(0, 20))


@given(st.lists(TOWARDS, max_size=60, unique_by=lambda one: one[1:]), st.lists(RECTANGLES, max_size=4))
@settings(deadline=None, max_examples=200)
def test_every_character_on_a_grid_stands_in_one_box(
    letters: list[tuple[str, int, int]], rectangles: list[tuple[int, int, int, int, bool]]
) -> None:
    """They may repeat, as they stand at places of their own."""
    glyphs = [glyph for text, across, down in letters for glyph in words(text, 10 + SIZE * across, 10 + PITCH * down)]
    areas = [Area(x, y, x + width, y + height, edge) for x, y, width, height, edge in rectangles]
    found = boxes(glyphs, areas)
    assert Counter("".join("".join(box.text.split()) for box in found)) == Counter(text for text, *_ in letters)


# Struck out


def test_words_with_a_line_through_them_are_struck_out() -> None:
    """The line is as long as the words; one that goes on leads from the box to somewhere else."""
    glyphs = words("1.收受原文如此财物。", 104, 104)
    line = Stroke(glyphs[4].x0, 109, glyphs[7].x1, 109)
    assert told(glyphs, [Area(100, 100, 240, 130)], [line]) == [("1.收受财物。",), ("原文如此",)]
    onwards = line._replace(x1=400)
    assert told(glyphs, [Area(100, 100, 240, 130)], [onwards]) == [("1.收受原文如此财物。",)]


def test_an_underlined_word_stands() -> None:
    glyphs = words("收受财物", 104, 104)
    line = Stroke(glyphs[0].x0, glyphs[0].bottom, glyphs[-1].x1, glyphs[0].bottom)
    assert told(glyphs, [Area(100, 100, 240, 130)], [line]) == [("收受财物",)]


def test_a_notice_in_two_columns_above_the_title_is_running_text() -> None:
    """What stands beside each other is drawn, unless it stands above the title of all charts of the page."""
    notice = [*words("各科室要认真组织学习。", 60, 60), *words("本图自印发之日起执行。", 330, 60)]
    chart = [
        *words("甲局行政许可廉政风险防控图", 150, 120, 14),
        *words("受理", 60, 160),
        *words("1.收受财物。", 330, 160),
    ]
    frames = {box.text: box.frame for box in boxes([*notice, *chart])}
    assert frames["各科室要认真组织学习。"] is None
    assert frames["本图自印发之日起执行。"] is None
    assert frames["1.收受财物。"] == "shape"
