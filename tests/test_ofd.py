"""OFD pages as marks: what the standard says, what programs write all the same, and what must not break a reader."""

import cmath
import contextlib
import math
from collections.abc import Sequence
from itertools import accumulate

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.errors import State, Unreadable
from pipeline.extract import container
from pipeline.extract.container import Kind, check_ofd, kind_of
from pipeline.extract.ofd import ofd_image, ofd_marks, pages
from pipeline.extract.page.marks import SLANTED, Marks, Stroke
from tests import make_word
from tests.draw import LAYOUTS, Page
from tests.ofd import WAYS, cells_of, lines_in, packed, width_of, zipped
from tests.ofd import ofd as drawn

CHARTS = make_word.charts()
MM = 72 / 25.4  # points
XMLNS = 'xmlns:ofd="http://www.ofdspec.org/2016"'

Parts = dict[str, str | bytes]


# Files made by hand: one document, one page, coordinates in millimetres


def sheet(objects: str = "", before: str = "", box: str = "0 0 210 297") -> str:
    return (
        f"<ofd:Page {XMLNS}><ofd:Area><ofd:PhysicalBox>{box}</ofd:PhysicalBox></ofd:Area>{before}"
        f'<ofd:Content><ofd:Layer ID="1">{objects}</ofd:Layer></ofd:Content></ofd:Page>'
    )


def document(*pages: str, common: str = "", after: str = "") -> str:
    listed = "".join(f'<ofd:Page ID="{number}" BaseLoc="{page}"/>' for number, page in enumerate(pages, 1))
    return (
        f"<ofd:Document {XMLNS}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 100 200</ofd:PhysicalBox>"
        f"</ofd:PageArea>{common}</ofd:CommonData><ofd:Pages>{listed}</ofd:Pages>{after}</ofd:Document>"
    )


def entry(*roots: str) -> str:
    bodies = "".join(f"<ofd:DocBody><ofd:DocRoot>{root}</ofd:DocRoot></ofd:DocBody>" for root in roots)
    return f"<ofd:OFD {XMLNS}>{bodies}</ofd:OFD>"


def package(objects: str = "", parts: Parts | None = None, before: str = "", **more: str) -> bytes:
    own: Parts = {
        "OFD.xml": entry("Doc_0/Document.xml"),
        "Doc_0/Document.xml": document("Page_0.xml", **more),
        "Doc_0/Page_0.xml": sheet(objects, before),
    }
    return zipped({**own, **(parts or {})})


def resources(content: str, folder: str = "") -> str:
    return f'<ofd:Res {XMLNS} BaseLoc="{folder}">{content}</ofd:Res>'


def text(words: str, attributes: str = "", code: str = 'X="0" Y="0"', size: float = 10, inner: str = "") -> str:
    place = "" if "Boundary" in attributes else 'Boundary="20 30 100 20"'
    return (
        f'<ofd:TextObject {place} Size="{size}" {attributes}>{inner}'
        f"<ofd:TextCode {code}>{words}</ofd:TextCode></ofd:TextObject>"
    )


def path(data: str, attributes: str = "", inner: str = "") -> str:
    place = "" if "Boundary" in attributes else 'Boundary="0 0 210 297"'
    outline = f"<ofd:AbbreviatedData>{data}</ofd:AbbreviatedData>"
    return f"<ofd:PathObject {place} {attributes}>{inner}{outline}</ofd:PathObject>"


def marks(data: bytes) -> Marks:
    (only,) = ofd_marks("图.ofd", data)
    return only


def shown(objects: str) -> Marks:
    found = marks(package(objects))
    assert not found.problems
    return found


def said(data: bytes) -> str:
    return "".join(glyph.text for glyph in marks(data).glyphs)


def mm(place: Sequence[float]) -> tuple[float, ...]:
    return tuple(round(value / MM, 4) for value in place)


def boxes(found: Marks) -> list[tuple[float, ...]]:
    """Where the characters stand, in millimetres."""
    return [mm(glyph[1:5]) for glyph in found.glyphs]


# Drawn charts


def _pages(layout: str) -> tuple[Page, ...]:
    return LAYOUTS[layout]([CHARTS[name] for name in ("water", "injury")])


def _shapes(page: Page) -> tuple[list[tuple[str, float, float, float]], list[tuple[float, ...]]]:
    """The characters of a page with left edge, top and size, and its frames."""
    top = page.titles[-1].bottom + 15.6 if page.titles else 0
    cells = cells_of(page.table, top) if page.table else []
    characters = [
        (character, line.x + width_of(line.text[:number], line.size), line.top, line.size)
        for shape in (*page.titles, *page.shapes, *cells)
        for paragraph in lines_in(shape)
        for line in paragraph
        for number, character in enumerate(line.text)
    ]
    framed = [*(shape for shape in page.shapes if shape.form not in ("title", "label")), *cells]
    return characters, [(shape.x, shape.y, shape.right, shape.bottom) for shape in framed]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("layout", ["spine", "alternating", "table_merged"])
def test_a_drawn_chart_is_read_as_it_was_drawn(layout: str, way: str) -> None:
    pages = _pages(layout)
    read = list(ofd_marks("图.ofd", drawn(pages, way)))
    assert [found.page for found in read] == list(range(1, len(pages) + 1))
    for page, found in zip(pages, read, strict=True):
        characters, frames = _shapes(page)
        assert (found.width, found.height) == pytest.approx((page.width, page.height), abs=0.01)
        assert [glyph.text for glyph in found.glyphs] == [one for one, *_ in characters]
        for glyph, (character, x, y, size) in zip(found.glyphs, characters, strict=True):
            assert glyph[1:5] == pytest.approx((x, y, x + width_of(character, size), y + size), abs=0.05)
        edged = [area[:4] for area in found.areas if area.stroked]
        assert edged == [pytest.approx(frame, abs=0.01) for frame in frames]
        lines = [one for arrow in page.arrows for one in [(*arrow.points[0], *arrow.points[1])]]
        assert [stroke[:4] for stroke in found.strokes] == [pytest.approx(line, abs=0.01) for line in lines]
        assert len(found.areas) == len(frames) + len(lines), "every arrow has a head"
        assert found.problems == ()


def test_the_writer_gives_the_same_bytes_again() -> None:
    assert all(drawn(_pages("spine"), way) == drawn(_pages("spine"), way) for way in WAYS)


# Characters: what follows is computed by hand from 11.2 and 11.3


def test_a_character_stands_on_its_base_line() -> None:
    found = shown(text("立案", code='X="1" Y="9" DeltaX="12"'))
    assert [glyph.text for glyph in found.glyphs] == ["立", "案"]
    assert boxes(found) == [(21, 30.2, 31, 40.2), (33, 30.2, 43, 40.2)]
    assert (found.width, found.height) == pytest.approx((595.28, 841.89), abs=0.01)


def test_a_narrow_offset_is_the_width_of_a_character() -> None:
    assert [box[2] - box[0] for box in boxes(shown(text("Wi2", code='X="0" Y="9" DeltaX="9.5 2.5"')))] == [9.5, 2.5, 5]


def test_without_offsets_characters_stand_side_by_side() -> None:
    found = boxes(shown(text("第12条", code='X="0" Y="9"')))
    assert [box[0] for box in found] == [20, 30, 35, 40]
    found = boxes(shown(text("立案审查", code='X="0" Y="9" DeltaX="11"')))
    assert [box[0] for box in found] == [20, 31, 41, 51], "after the last offset too"


def test_characters_may_be_written_downwards() -> None:
    found = shown(text("立案", code='X="0" Y="9" DeltaY="12"'))
    assert boxes(found) == [(20, 30.2, 30, 40.2), (20, 42.2, 30, 52.2)]
    assert [glyph.turn for glyph in found.glyphs] == [0, 0]
    assert boxes(shown(text("立案", 'ReadDirection="90"', 'X="0" Y="9"')))[1] == (20, 40.2, 30, 50.2)


@pytest.mark.parametrize(
    ("attributes", "turn", "box"),
    [
        ('CTM="1 0 0 1 3 4"', 0, (23, 25.2, 33, 35.2)),
        ('CTM="2 0 0 2 0 0"', 0, (20, 12.4, 40, 32.4)),
        ('CTM="0 1 -1 0 0 0"', 1, (18.8, 30, 28.8, 40)),
        ('CTM="-1 0 0 -1 0 0"', 2, (10, 28.8, 20, 38.8)),
        ('CTM="0 -1 1 0 0 0"', 3, (11.2, 20, 21.2, 30)),
        ('CharDirection="90"', 1, (18.8, 30, 28.8, 40)),
        ('CharDirection="180"', 2, (10, 28.8, 20, 38.8)),
        ('CharDirection="270"', 3, (11.2, 20, 21.2, 30)),
        ('CharDirection="270" CTM="0 1 -1 0 0 0"', 0, (20, 21.2, 30, 31.2)),
        ('HScale="0.5"', 0, (20, 21.2, 25, 31.2)),
        ('CTM="0.7071 0.7071 -0.7071 0.7071 0 0"', SLANTED, None),
        ('CTM="1 0.02 -0.02 1 0 0"', 0, None),
        ('Boundary="-5 0 1 1"', 0, (-5, -8.8, 5, 1.2)),
    ],
)
def test_matrix_direction_and_scale_move_and_turn(attributes: str, turn: int, box: tuple[float, ...] | None) -> None:
    (glyph,) = shown(text("立", attributes)).glyphs
    assert glyph.turn == turn
    assert box is None or mm(glyph[1:5]) == pytest.approx(box, abs=0.001)


def test_a_text_code_begins_where_the_one_before_began() -> None:
    more = '<ofd:TextCode Y="15">乙</ofd:TextCode><ofd:TextCode X="3">丙</ofd:TextCode>'
    found = boxes(
        shown(text("甲甲", code='X="1" Y="9" DeltaX="10"').replace("</ofd:TextObject>", more + "</ofd:TextObject>"))
    )
    assert [(box[0], box[3]) for box in found] == [(21, 40.2), (31, 40.2), (21, 46.2), (23, 46.2)]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("A&lt;B&amp;C", "A<B&C"),
        ("\U00020000&#x2F81A;二", "\U00020000\U0002f81a二"),
        ("\ue123\ue5e5\u00a4", "\ue123\ue5e5\u00a4"),
        ("立 案\u3000", "立 案\u3000"),
        (" ", " "),
        (r"立\0020案\0009", "立 案\t"),
        (r"附件\2024\0041", r"附件\2024\0041"),
        ("\n      立案\n    ", "立案"),
        ("立<!-- 受 -->案<?a b?>", "立案"),
        ("", ""),
    ],
)
def test_every_character_is_a_glyph(written: str, meant: str) -> None:
    assert [glyph.text for glyph in shown(text(written)).glyphs] == list(meant)


CLEAR = '<ofd:FillColor Value="0 0 0" Alpha="0"/>'


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        (text("立", 'Visible="false"'), False),
        (text("立", 'Alpha="0"'), False),
        (text("立", 'Alpha="128"'), True),
        (text("立", 'Fill="false"'), False),
        (text("立", 'Fill="false" Stroke="true"'), True),
        (text("立", inner=CLEAR), False),
        (text("立", 'Stroke="true"', inner=CLEAR), True),
        (text("立", inner='<ofd:FillColor Value="255 255 255"/>'), True),
        (text("立", size=0), False),
        (text("立", 'CTM="1e5 0 0 1e5 9e5 9e5"'), False),
    ],
)
def test_text_that_is_not_printed_is_left_out(written: str, seen: bool) -> None:
    assert bool(shown(written).glyphs) is seen


VALUES = st.sampled_from(["4.2", "3", "-1.5", "0", ".5", "2.", "1e-1", "+7"])


@given(st.lists(st.tuples(st.integers(1, 6), VALUES, st.booleans()), max_size=8), st.integers(0, 3))
def test_repeated_offsets_are_what_they_stand_for(groups: list[tuple[int, str, bool]], extra: int) -> None:
    """However a list is packed, character n stands at the sum of the first n offsets; those left over are ignored."""
    plain = [value for times, value, _ in groups for _ in range(times)]
    assume(len(plain) > extra)
    written = " ".join(f"g {times} {value}" if short else " ".join([value] * times) for times, value, short in groups)
    found = boxes(shown(text("字" * (len(plain) + 1 - extra), code=f'X="0" Y="0" DeltaX="{written}"')))
    expected = list(accumulate([20.0, *map(float, plain)]))[: len(found)]
    assert [box[0] for box in found] == pytest.approx(expected, abs=0.001)


@given(st.lists(VALUES))
def test_packing_loses_nothing(values: list[str]) -> None:
    words = " ".join(packed(values)).split()
    plain: list[str] = []
    while words:
        word = words.pop(0)
        plain += [words.pop(1)] * int(words.pop(0)) if word == "g" else [word]
    assert plain == values


# Outlines, as in 9.1


RECT = "M 10 20 L 30 20 L 30 50 L 10 50 C"
BLACK = '<ofd:FillColor Value="0 0 0"/>'
WHITE = '<ofd:FillColor Value="255 255 255"/>'


@pytest.mark.parametrize(
    ("written", "areas", "strokes"),
    [
        pytest.param(path(RECT), [(10, 20, 30, 50, True)], [], id="closed"),
        pytest.param(path(RECT[:-1] + "L 10 20"), [(10, 20, 30, 50, True)], [], id="back at the start"),
        pytest.param(path("M10,20L30,20L30,50L10,50C"), [(10, 20, 30, 50, True)], [], id="no blanks"),
        pytest.param(path(RECT[:-1] + "L 10.3 20"), [(10, 20, 30, 50, True)], [], id="near the start"),
        pytest.param(path(RECT, 'Stroke="false" Fill="true"', BLACK), [(10, 20, 30, 50, False)], [], id="filled"),
        pytest.param(path(RECT, 'Stroke="false" Fill="true"', WHITE), [(10, 20, 30, 50, False)], [], id="white"),
        pytest.param(path(RECT, 'Stroke="false"'), [], [], id="neither"),
        pytest.param(path(RECT, 'Visible="false"'), [], [], id="invisible"),
        pytest.param(path(RECT, inner='<ofd:StrokeColor Value="255 255 255"/>'), [], [], id="white edge"),
        pytest.param(path("M 1 2 L 3 4 L 9 4"), [], [(1, 2, 3, 4), (3, 4, 9, 4)], id="open"),
        pytest.param(path("M 1 2 L 30 2 C"), [], [(1, 2, 30, 2)], id="there and back"),
        pytest.param(path("S 1 2 L 30 2 M 5 5 L 5 9"), [], [(1, 2, 30, 2), (5, 5, 5, 9)], id="two pieces"),
        pytest.param(path(RECT + " L 40 60"), [(10, 20, 30, 50, True)], [(10, 20, 40, 60)], id="on after closing"),
        pytest.param(path("M 0 0 L 9 0 L 9 5", 'Fill="true" Stroke="false"'), [(0, 0, 9, 5, False)], [], id="head"),
        pytest.param(
            path("M 9 9 L 50 9 L 50 9.2 L 9 9.2 C", 'Fill="true" Stroke="false"', BLACK),
            [],
            [(9, 9.1, 50, 9.1)],
            id="bar",
        ),
        pytest.param(
            path("M 9 9 L 9.2 9 L 9.2 70 L 9 70 C", 'Fill="true" Stroke="false"'), [], [(9.1, 9, 9.1, 70)], id="post"
        ),
        pytest.param(
            path("M 9 9 L 50 9 L 50 9.2 L 9 9.2 C", 'Fill="true" Stroke="false"', WHITE), [], [], id="white bar"
        ),
        pytest.param(path("M 0 0 Q 5 10 10 0"), [], [(0, 0, 10, 0)], id="curve"),
        pytest.param(path("M 0 0 B 0 8 10 8 10 0"), [], [(0, 0, 10, 0)], id="Bézier curve"),
        pytest.param(path("M 0 0 B 0 8 10 8 10 0 C"), [(0, 0, 10, 6, True)], [], id="closed curve"),
        pytest.param(path("M 10 5 A 5 5 0 1 1 0 5 A 5 5 0 1 1 10 5 C"), [(0, 0, 10, 10, True)], [], id="circle"),
        pytest.param(path("M 0 4 A 9 4 0 0 1 18 4 C"), [(0, 0, 18, 4, True)], [], id="half an ellipse"),
        pytest.param(path("M 0 0 A 1 1 0 0 0 18 0 C"), [(0, 0, 18, 9, True)], [], id="radii that grow"),
        pytest.param(path(RECT, 'Boundary="5 5 9 9" CTM="0.1 0 0 0.1 1 0"'), [(7, 7, 9, 10, True)], [], id="matrix"),
        pytest.param(path("M 0 0 L 9"), [], [], id="too few numbers"),
        pytest.param(path("C C L 3 3 x y M C Q"), [], [], id="nonsense"),
        pytest.param(path("M 0 0 L 1e300 0"), [], [], id="far away"),
        pytest.param(path(""), [], [], id="empty"),
    ],
)
def test_an_outline_is_what_it_looks_like(
    written: str, areas: list[tuple[float, ...]], strokes: list[tuple[float, ...]]
) -> None:
    found = shown(written)
    assert [(*mm(area[:4]), area.stroked) for area in found.areas] == [pytest.approx(one, abs=0.001) for one in areas]
    assert [mm(stroke[:4]) for stroke in found.strokes] == [pytest.approx(one, abs=0.001) for one in strokes]


ANGLES = st.integers(0, 359).map(math.radians)


@given(st.integers(3, 20), st.integers(3, 20), ANGLES, ANGLES, st.integers(5, 355), st.booleans())
def test_an_arc_reaches_as_far_as_the_ellipse_it_is_part_of(
    rx: int, ry: int, tilt: float, start: float, degrees: int, clockwise: bool
) -> None:
    """Built from a centre and angles, written with end points and flags; compared with points all along it."""
    assume(abs(degrees - 180) > 2)  # half an ellipse is on either side
    turn = math.radians(degrees if clockwise else -degrees)

    def at(angle: float) -> complex:
        point = cmath.rect(1, angle)
        return complex(50, 50) + cmath.rect(1, tilt) * complex(point.real * rx, point.imag * ry)

    begin, end = at(start), at(start + turn)
    flags = f"{math.degrees(tilt):.9f} {int(degrees > 180)} {int(clockwise)}"
    data = f"M {begin.real:.9f} {begin.imag:.9f} A {rx} {ry} {flags} {end.real:.9f} {end.imag:.9f} C"
    points = [at(start + turn * part / 500) for part in range(501)]
    xs, ys = [point.real for point in points], [point.imag for point in points]
    whole = (min(xs), min(ys), max(xs), max(ys))
    assume(min(whole[2] - whole[0], whole[3] - whole[1]) > 1)
    (area,) = shown(path(data)).areas
    assert mm(area[:4]) == pytest.approx(whole, abs=0.08 * max(rx, ry))


# Pages, templates, composites, annotations


def test_the_corner_of_the_page_is_the_origin() -> None:
    found = marks(package(parts={"Doc_0/Page_0.xml": sheet(text("立") + path(RECT), box="20 10 100 50")}))
    assert mm((found.width, found.height)) == (100, 50)
    assert boxes(found) == [(0, 11.2, 10, 21.2)]
    assert mm(found.areas[0][:4]) == (-10, 10, 10, 40)


@pytest.mark.parametrize(
    ("box", "size"), [("", (100, 200)), ("0 0 0 0", (100, 200)), ("0 0 x 9", (100, 200)), ("0,0,50,60", (50, 60))]
)
def test_a_page_without_a_size_has_that_of_the_document(box: str, size: tuple[int, int]) -> None:
    found = marks(package(parts={"Doc_0/Page_0.xml": sheet(box=box)}))
    assert mm((found.width, found.height)) == size


TEMPLATES = (
    '<ofd:TemplatePage ID="7" BaseLoc="Tpl.xml"/><ofd:TemplatePage ID="8" BaseLoc="Top.xml" ZOrder="Foreground"/>'
)
USES = '<ofd:Template TemplateID="8"/><ofd:Template TemplateID="7" ZOrder="Background"/>'


def test_templates_stand_behind_and_before_the_page() -> None:
    parts: Parts = {"Doc_0/Tpl.xml": sheet(text("底")), "Doc_0/Top.xml": sheet(text("面"))}
    assert said(package(text("页"), parts, USES, common=TEMPLATES)) == "底页面"


def test_a_missing_template_costs_only_itself() -> None:
    found = marks(package(text("页"), {"Doc_0/Top.xml": sheet(text("面"))}, USES, common=TEMPLATES))
    assert [glyph.text for glyph in found.glyphs] == ["页", "面"]
    assert [(one.code, one.page) for one in found.problems] == [("page-incomplete", 1)]
    assert "Doc_0/Tpl.xml" in found.problems[0].message


def test_templates_that_use_each_other_end() -> None:
    parts: Parts = {"Doc_0/Tpl.xml": sheet(text("底"), USES), "Doc_0/Top.xml": sheet(text("面"), USES)}
    found = marks(package(text("页"), parts, USES, common=TEMPLATES))
    assert sorted({glyph.text for glyph in found.glyphs}) == ["底", "面", "页"]
    assert len(found.glyphs) == 5
    assert [one.code for one in found.problems] == ["page-incomplete"]


def unit(name: str, content: str) -> str:
    inside = f"<ofd:Content>{content}</ofd:Content>"
    return f'<ofd:CompositeGraphicUnit ID="{name}" Width="9" Height="9">{inside}</ofd:CompositeGraphicUnit>'


def composite(name: str, attributes: str = 'Boundary="0 0 9 9"') -> str:
    return f'<ofd:CompositeObject ResourceID="{name}" {attributes}/>'


SHARED = (
    "<ofd:PublicRes>A.xml</ofd:PublicRes><ofd:DocumentRes>B.xml</ofd:DocumentRes><ofd:PublicRes>C.xml</ofd:PublicRes>"
)


def test_a_composite_is_drawn_through_its_own_matrix() -> None:
    inside = text("立", 'Boundary="10 20 9 9" CTM="2 0 0 2 0 0"', 'X="1" Y="0"')
    parts: Parts = {
        "Doc_0/C.xml": resources(f"<ofd:CompositeGraphicUnits>{unit('5', inside)}</ofd:CompositeGraphicUnits>")
    }
    found = marks(package(composite("5", 'Boundary="100 50 9 9" CTM="0.5 0 0 0.5 0 1"'), parts, common=SHARED))
    # The pen: 1 -> 2 (matrix) -> 12 (rectangle) -> 6 (outer matrix) -> 106; the size: 10 -> 20 -> 10.
    assert boxes(found) == [pytest.approx((106, 50 + 1 + 10 - 8.8, 116, 50 + 1 + 10 + 1.2), abs=0.001)]
    assert found.problems == (), "missing resources are no loss as long as nothing asks for them"


def test_a_page_may_have_resources_of_its_own() -> None:
    parts: Parts = {"Doc_0/Own.xml": resources(unit("5", text("己")))}
    assert said(package(composite("5"), parts, "<ofd:PageRes>Own.xml</ofd:PageRes>")) == "己"


def test_composites_within_themselves_end() -> None:
    parts: Parts = {"Doc_0/A.xml": resources(unit("5", text("甲") + composite("6")) + unit("6", composite("5") * 2))}
    found = marks(package(composite("5"), parts, common=SHARED))
    assert [glyph.text for glyph in found.glyphs] == ["甲"]
    assert [one.code for one in found.problems] == ["page-incomplete"]


def test_a_missing_composite_is_a_problem() -> None:
    found = marks(package(text("页") + composite("5") + composite("6")))
    assert ([glyph.text for glyph in found.glyphs], len(found.problems)) == (["页"], 1)


def test_composites_that_multiply_are_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MAX_STEPS", 10_000)
    units = "".join(unit(str(n), composite(str(n + 1)) * 10) for n in range(30)) + unit("30", text("甲"))
    found = marks(package(composite("0"), {"Doc_0/A.xml": resources(units)}, common=SHARED))
    assert [one.code for one in found.problems] == ["page-too-large"]


def test_blocks_nest_within_bounds() -> None:
    def nested(depth: int) -> str:
        return "<ofd:PageBlock>" * depth + text("内") + "</ofd:PageBlock>" * depth

    assert shown(text("外") + nested(20)).glyphs[1].text == "内"
    found = marks(package(text("外") + nested(200)))
    assert ([glyph.text for glyph in found.glyphs], len(found.problems)) == (["外"], 1)


def note(kind: str, words: str, more: str = "") -> str:
    look = f'<ofd:Appearance Boundary="50 60 9 9">{text(words, """Boundary="1 2 9 9" """)}{path(RECT)}</ofd:Appearance>'
    return f'<ofd:Annot ID="1" Type="{kind}" {more}>{look}</ofd:Annot>'


ANNOTATED = "<ofd:Annotations>Annots/Annotations.xml</ofd:Annotations>"


def test_annotations_are_read_but_for_watermarks_and_seals() -> None:
    own = '<ofd:Page PageID="1"><ofd:FileLoc>Page_0/A.xml</ofd:FileLoc></ofd:Page>'
    listed = f"<ofd:Annotations {XMLNS}>{own}</ofd:Annotations>"
    notes = note("Path", "注") + note("Watermark", "水") + note("stamp", "章") + note("Link", "隐", 'Visible="false"')
    notes += note("Path", "印", 'Subtype="Stamp"')
    page = f"<ofd:PageAnnot {XMLNS}>{notes}</ofd:PageAnnot>"
    parts: Parts = {"Doc_0/Annots/Annotations.xml": listed, "Doc_0/Annots/Page_0/A.xml": page}
    found = marks(package(text("页"), parts, after=ANNOTATED))
    assert [glyph.text for glyph in found.glyphs] == ["页", "注"]
    assert boxes(found)[1] == (51, 53.2, 61, 63.2)
    assert found.areas == ()
    del parts["Doc_0/Annots/Page_0/A.xml"]
    assert [one.code for one in marks(package(text("页"), parts, after=ANNOTATED)).problems] == ["page-incomplete"]
    assert marks(package(text("页"), after=ANNOTATED)).problems == ()


@pytest.mark.parametrize("namespace", ["http://www.ofdspec.org", "urn:else", ""])
def test_any_namespace_will_do(namespace: str) -> None:
    parts = {"OFD.xml": entry("D.xml"), "D.xml": document("P.xml"), "P.xml": sheet(text("立"))}
    for name, content in parts.items():
        renamed = content.replace("ofd:", "").replace(f'xmlns:ofd="{XMLNS[11:-1]}"', "").replace(XMLNS[6:], "xmlns", 1)
        parts[name] = renamed.replace('xmlns="', f'xmlns="{namespace}" was="') if "xmlns" in renamed else renamed
    assert said(zipped(parts)) == "立"


# Locations


@pytest.mark.parametrize(
    "location",
    [
        "Pages/P.xml",
        "/Doc_0/Pages/P.xml",
        "Doc_0/Pages/P.xml",
        "./Pages/../Pages/P.xml",
        "../Doc_0/Pages/P.xml",
        "../../../Doc_0/Pages/P.xml",
        "pages/p.XML",
        "Pages\\P.xml",
        " Pages/P.xml\n",
    ],
)
def test_a_location_is_found_in_the_package(location: str) -> None:
    parts: Parts = {"Doc_0/Document.xml": document(location), "Doc_0/Pages/P.xml": sheet(text("立"))}
    assert said(package(parts=parts)) == "立"


@pytest.mark.parametrize(
    "location", ["", "/", "..", "../../../../etc/passwd", "file:///etc/passwd", "Page_0.png", "a" * 9999]
)
def test_a_page_elsewhere_is_missing(location: str) -> None:
    data = package(
        parts={"Doc_0/Document.xml": document(location, "Page_0.xml"), "Doc_0/Page_0.xml": sheet(text("立"))}
    )
    lost, kept = ofd_marks("图.ofd", data)
    assert [(one.code, one.page) for one in lost.problems] == [("page-damaged", 1)]
    assert lost.problems[0].message.startswith("这一页读不出来：缺少部件")
    assert (mm((lost.width, lost.height)), lost.glyphs) == ((100, 200), ())
    assert (kept.page, [glyph.text for glyph in kept.glyphs]) == (2, ["立"])


def test_documents_follow_one_another() -> None:
    parts: Parts = {
        "OFD.xml": entry("Doc_0/Document.xml", "Doc_1/Document.xml"),
        "Doc_1/Document.xml": document("P.xml", "P.xml"),
        "Doc_1/P.xml": sheet(text("乙")),
    }
    read = list(ofd_marks("图.ofd", package(text("甲"), parts)))
    assert [(found.page, found.glyphs[0].text) for found in read] == [(1, "甲"), (2, "乙"), (3, "乙")]


# Pictures


def image(name: str, attributes: str) -> str:
    return f'<ofd:ImageObject ResourceID="{name}" {attributes}/>'


def media(name: str, file: str) -> str:
    return f'<ofd:MultiMedia ID="{name}" Type="Image"><ofd:MediaFile>{file}</ofd:MediaFile></ofd:MultiMedia>'


PICTURES: Parts = {
    "Doc_0/A.xml": resources(media("1", "a.png") + media("2", "/Doc_0/Res/b.jpg") + media("3", "none.png"), "Res"),
    "Doc_0/C.xml": resources(media("4", "c.png"), "Elsewhere"),
    "Doc_0/Res/a.png": b"A",
    "Doc_0/Res/b.jpg": b"B",
    "Doc_0/c.png": b"C",
}


@pytest.mark.parametrize(
    ("objects", "content", "place", "turn"),
    [
        (image("1", 'Boundary="10 20 30 40"'), b"A", (10, 20, 40, 60), 0),
        (image("1", 'Boundary="10 20 30 40" CTM="30 0 0 40 0 0"'), b"A", (10, 20, 40, 60), 0),
        (image("2", 'Boundary="0 0 30 40" CTM="0 40 -30 0 30 0"'), b"B", (0, 0, 30, 40), 1),
        (image("1", 'Boundary="0 0 9 9"') + image("2", 'Boundary="0 0 99 99"'), b"B", (0, 0, 99, 99), 0),
        (image("1", 'Boundary="900 0 99 99"') + image("2", 'Boundary="0 0 9 9"'), b"B", (0, 0, 9, 9), 0),
        (image("3", 'Boundary="0 0 99 99"') + image("4", 'Boundary="0 0 9 9"'), b"C", (0, 0, 9, 9), 0),
    ],
)
def test_the_largest_picture_of_a_page_is_found(
    objects: str, content: bytes, place: tuple[int, ...], turn: int
) -> None:
    found = ofd_image("图.ofd", package(objects, PICTURES, common=SHARED), 1)
    assert found is not None
    assert (found.content, mm(found[1:5]), found.turn) == (content, place, turn)


def test_a_scan_has_pictures_and_no_glyphs() -> None:
    found = marks(package(image("1", 'Boundary="0 0 210 297"'), PICTURES, common=SHARED))
    assert (found.glyphs, found.problems) == ((), ())
    assert [(*mm(one[:4]), one.stroked) for one in found.images] == [(0, 0, 210, 297, False)]


@pytest.mark.parametrize("page", [-1, 0, 2, 10**9])
def test_a_page_that_is_not_there_has_no_picture(page: int) -> None:
    assert ofd_image("图.ofd", package(image("1", 'Boundary="0 0 9 9"'), PICTURES, common=SHARED), page) is None


def test_a_page_without_a_picture_has_none() -> None:
    assert (
        ofd_image("图.ofd", package(text("立") + image("3", 'Boundary="0 0 9 9"'), PICTURES, common=SHARED), 1) is None
    )
    assert ofd_image("图.ofd", package(parts={"Doc_0/Page_0.xml": "<a>"}), 1) is None


# Broken and hostile files


DTD = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
DEEP = "<a>" * 300 + "</a>" * 300


@pytest.mark.parametrize(
    ("page", "word"),
    [
        (b"", "不是完整的 XML"),
        (sheet(text("立"))[:-9].encode(), "不是完整的 XML"),
        ((DTD + sheet(text("立"))).encode(), "DTD"),
        ((DTD + sheet(text("&b;"))).encode(), "DTD"),
        (sheet(DEEP).encode(), "嵌套太深"),
        (b"\xff" * 100, "不是完整的 XML"),
        (sheet(text(" " * 10_000_001)).encode(), "文字太长"),
    ],
)
def test_a_broken_page_costs_no_other(page: bytes, word: str) -> None:
    parts: Parts = {
        "Doc_0/Document.xml": document("Page_0.xml", "Page_1.xml"),
        "Doc_0/Page_0.xml": page,
        "Doc_0/Page_1.xml": sheet(text("立")),
    }
    lost, kept = ofd_marks("图.ofd", package(parts=parts))
    assert [(one.code, one.page) for one in lost.problems] == [("page-damaged", 1)]
    assert word in lost.problems[0].message
    assert [glyph.text for glyph in kept.glyphs] == ["立"]


@pytest.mark.parametrize(
    "objects",
    [
        text("字" * 1001),
        text("字" * 100) * 11,
        path("M 0 0 L 1 1") * 1001,
        "<ofd:PageBlock/>" * 1001,
        "<ofd:Unknown/>" * 1001,
        path("M 0 0" + " L 1 1" * 1001),
        path("C" * 1001),
    ],
    ids=["glyphs", "texts", "paths", "blocks", "nonsense", "points", "operators"],
)
def test_a_page_without_end_is_cut_off(objects: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MAX_STEPS", 1000)
    found = marks(package(objects))
    assert [one.code for one in found.problems] == ["page-too-large"]
    assert (found.glyphs, found.areas, found.strokes) == ((), (), ())


def test_offsets_without_end_are_cut_off() -> None:
    found = boxes(shown(text("立案", code='X="0" Y="0" DeltaX="g 999999999 12 g 999999999 12"')))
    assert [box[0] for box in found] == [20, 32]


def test_a_file_has_only_so_many_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MAX_ALL_STEPS", 20)
    data = package(text("字" * 5), {"Doc_0/Document.xml": document(*["Page_0.xml"] * 5)})
    codes = [[one.code for one in found.problems] for found in ofd_marks("图.ofd", data)]
    assert codes == [[], [], *[["page-too-large"]] * 3]


def refused(data: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        ofd_marks("图.ofd", data)
    with pytest.raises(Unreadable):
        ofd_image("图.ofd", data, 1)
    assert caught.value.where == "图.ofd"
    assert caught.value.remedy
    return caught.value


GOOD = package(text("立案") + path(RECT))


@pytest.mark.parametrize(
    ("data", "state", "word"),
    [
        pytest.param(b"", State.DAMAGED, "空", id="empty"),
        pytest.param(GOOD[:-1], State.DAMAGED, "不完整", id="one byte short"),
        pytest.param(GOOD[: len(GOOD) // 2], State.DAMAGED, "不完整", id="half"),
        pytest.param(zipped({"a.txt": "x"}), State.UNSUPPORTED, "压缩包", id="another zip"),
        pytest.param(b"%PDF-1.7", State.UNSUPPORTED, "PDF", id="PDF"),
        pytest.param(
            zipped({"OFD.xml": entry("D.xml"), "Encryptions.xml": "<a/>"}), State.ENCRYPTED, "密码", id="keys"
        ),
        pytest.param(zipped({"Encryptions.xml": "<a/>"}), State.ENCRYPTED, "密码", id="keys alone"),
        pytest.param(zipped({"OFD.xml": entry()}), State.DAMAGED, "没有页面", id="no document"),
        pytest.param(zipped({"OFD.xml": entry("D.xml")}), State.DAMAGED, "缺少部件 D.xml", id="missing document"),
        pytest.param(zipped({"OFD.xml": entry("")}), State.DAMAGED, "缺少部件", id="nameless document"),
        pytest.param(package(parts={"Doc_0/Document.xml": document()}), State.DAMAGED, "没有页面", id="no page"),
        pytest.param(package(parts={"OFD.xml": "<a>"}), State.DAMAGED, "不是完整的 XML", id="cut root"),
        pytest.param(package(parts={"OFD.xml": DTD + "<a/>"}), State.UNSUPPORTED, "DTD", id="DTD"),
        pytest.param(
            package(parts={"Doc_0/Document.xml": DTD + document("a")}), State.UNSUPPORTED, "DTD", id="DTD below"
        ),
        pytest.param(package(parts={"ofd.XML": entry("D.xml")}), State.DAMAGED, "同名", id="one name twice"),
        pytest.param(
            package(parts={"Doc_0/Document.xml": document(*["Page_0.xml"] * 10_001)}),
            State.TOO_LARGE,
            "10000 页",
            id="pages",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_name(data: bytes, state: State, word: str) -> None:
    error = refused(data)
    assert error.state is state
    assert word in str(error)


def test_parts_that_nobody_needs_may_be_anything() -> None:
    assert said(package(text("立"), {"Doc_0/Attachs/a.xml": DTD + "<a", "Doc_0/Res/f.ttf": b"\0"})) == "立"


def test_a_package_hands_out_so_much_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    assert kind_of(GOOD) is Kind.OFD
    parts = check_ofd("图.ofd", GOOD)
    assert set(parts) == {"ofd.xml", "doc_0/document.xml", "doc_0/page_0.xml"}
    assert parts["ofd.xml"]() == parts["ofd.xml"]() == entry("Doc_0/Document.xml").encode()
    monkeypatch.setattr(container, "MAX_HANDED", 1500)
    lost = list(ofd_marks("图.ofd", package(text("立"), {"Doc_0/Document.xml": document(*["Page_0.xml"] * 9)})))
    assert lost[-1].problems[0].code == "page-damaged"
    monkeypatch.setattr(container, "MAX_XML", 500)
    assert refused(GOOD).state is State.TOO_LARGE


DAMAGE = st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), min_size=1, max_size=12)
FULL = package(
    text("立案") + path(RECT) + image("1", 'Boundary="0 0 9 9"') + composite("5"),
    {**PICTURES, "Doc_0/B.xml": resources(unit("5", text("己"))), "Doc_0/Tpl.xml": sheet(text("底"))},
    USES,
    common=SHARED + TEMPLATES,
)


def survives(data: bytes) -> None:
    with contextlib.suppress(Unreadable):
        list(ofd_marks("图.ofd", data))
    with contextlib.suppress(Unreadable):
        ofd_image("图.ofd", data, 1)


@settings(deadline=None)
@given(DAMAGE, st.integers(0, 300))
def test_damaged_files_raise_nothing_but_unreadable(damage: list[tuple[int, int]], cut: int) -> None:
    broken = bytearray(FULL)
    for place, value in damage:
        broken[place % len(broken)] = value
    survives(bytes(broken[: len(broken) - cut] if cut % 3 == 0 else broken))


NONSENSE = st.one_of(
    st.sampled_from(["", "nan", "inf", "-1e999", "1e9", "1e-300", "g", "g 9", "0 0", "1 2 3 4", "0 0 0 0 0 0", "true"]),
    st.lists(st.floats(), max_size=7).map(lambda numbers: " ".join(map(str, numbers))),
    st.text("0123456789 .-+eg,MLQBASC", max_size=40),
)


@settings(deadline=None)
@given(st.lists(NONSENSE, min_size=14, max_size=14))
def test_nonsense_in_attributes_raises_nothing(values: list[str]) -> None:
    """Whatever numbers stand in a page, its marks have places that are numbers."""
    boundary, ctm, size, scale, reading, turn, x, across, down, data, box, alpha, first, second = values
    attributes = f'Boundary="{boundary}" CTM="{ctm}" HScale="{scale}" ReadDirection="{reading}" CharDirection="{turn}"'
    words = text("立案A", attributes, f'X="{x}" Y="{x}" DeltaX="{across}" DeltaY="{down}"')
    words = words.replace('Size="10"', f'Size="{size}" Alpha="{alpha}"')
    objects = words + path(data, f'Boundary="{boundary}" CTM="{ctm}" Fill="{alpha}"') + image("1", f'CTM="{ctm}"')
    objects += path(f"M {first} A {second} C") + path(f"M 0 0 A {first} {second}")
    found = marks(package(parts={"Doc_0/Page_0.xml": sheet(objects, box=box)}))
    assert not found.problems
    places = [*(glyph[1:5] for glyph in found.glyphs), *(area[:4] for area in found.areas)]
    places += [stroke[:4] for stroke in found.strokes if isinstance(stroke, Stroke)]
    assert all(math.isfinite(value) for place in places for value in (*place, found.width, found.height))
