"""PDF files: the same chart says the same however it is drawn, and what each operator gives."""

import io
import json
import logging
import math
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pdfplumber
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import Unreadable
from pipeline.extract.page.marks import SLANTED, Area, Glyph, Marks, Stroke
from pipeline.extract.page.read import boxes_and_lines
from pipeline.extract.page.sheets import Sheet, bound
from pipeline.extract.pdf import page_marks
from pipeline.ingest import read
from pipeline.model import Box, Document, Source
from tests.draw import LAYOUTS
from tests.gate import CORPUS
from tests.ofd import HEAD
from tests.pdf import FONTS, OUTSIDE, WATERMARK, WAYS, Way, pdf, pdf_of, stream, text
from tests.pdf import Sheet as Drawn

OWN = {"id", "document", "sha256", "page", "placed_by", "confidence", "doubts", "boxes"}
BY_GAPS = ["columns", "mirrored", "landscape", "side_by_side"]  # layouts that say all without frames and arrows
WITH_ARROWS = ["spine", "alternating", "landscape", "staggered", "two_a_page", "two_pages"]
SOME = ["spine", "staggered", "side_by_side", "table_merged"]  # where a way changes all marks alike
LAYOUTS_OF = {
    **{way: list(LAYOUTS) for way in ("plain", "lines", "thin")},
    **dict.fromkeys(("open", "vee", "elbows"), WITH_ARROWS),
    "pieces": ["spine", "alternating", "landscape"],  # those of others run upon one another
    "frameless": BY_GAPS,
}


@cache
def charts(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((CORPUS / f"{name}.json").read_text("utf-8"))["charts"]
    return found


@cache
def dump(name: str) -> list[dict[str, Any]]:
    return told(CORPUS / f"{name}.txt")


def marks_of(data: bytes) -> list[Marks]:
    with pdfplumber.open(io.BytesIO(data)) as opened:
        return [page_marks(page) for page in opened.pages]


def document(data: bytes) -> Document:
    sheets = [Sheet(marks.page, marks.height, *boxes_and_lines(marks)) for marks in marks_of(data)]
    return Document(Source("甲.pdf", "甲.pdf", "0"), *bound(sheets))


def told(path: Path) -> list[dict[str, Any]]:
    """What the records of a file say, less what depends on the file."""
    records = read(path, path.name, ocr="never").records
    return [{k: v for k, v in one.to_json().items() if k not in OWN} for one in records]


def written(folder: Path, data: bytes) -> Path:
    path = folder / "甲.pdf"
    path.write_bytes(data)
    return path


# The same chart


def cases() -> list[Any]:
    return [(layout, way) for way in WAYS for layout in LAYOUTS_OF.get(way, SOME)]


@pytest.mark.parametrize(("layout", "way"), cases())
def test_a_pdf_says_what_the_dump_says(tmp_path: Path, layout: str, way: str) -> None:
    path = written(tmp_path, pdf(LAYOUTS[layout](charts("licence-forward")), way))
    assert told(path) == dump("licence-forward")


@pytest.mark.parametrize(
    ("layout", "way"), [("spine", "lines"), ("staggered", "elbows"), ("side_by_side", "rotated"), ("table", "thin")]
)
def test_another_pdf_does_too(tmp_path: Path, layout: str, way: str) -> None:
    path = written(tmp_path, pdf(LAYOUTS[layout](charts("penalty-template")), way))
    assert told(path) == dump("penalty-template")


ANY_WAY = st.builds(
    Way,
    frames=st.sampled_from(["rectangle", "lines", "thin", "rounded", "shadowed"]),
    heads=st.sampled_from(["filled", "open", "vee"]),
    elbows=st.sampled_from(["", "path"]),
    turned=st.booleans(),
    rotate=st.booleans(),
    form=st.booleans(),
    cropped=st.booleans(),
    watermark=st.booleans(),
    numbers=st.booleans(),
).map(lambda way: replace(way, rotate=way.rotate and way.turned))


@given(ANY_WAY, st.sampled_from(sorted(LAYOUTS)))
@settings(max_examples=8, deadline=None)
def test_ways_may_come_together(tmp_path_factory: pytest.TempPathFactory, way: Way, layout: str) -> None:
    path = written(tmp_path_factory.mktemp("any"), pdf(LAYOUTS[layout](charts("licence-forward")), way))
    assert told(path) == dump("licence-forward")


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", pdf_of([Drawn("")])[:400], pdf_of([])])
def test_a_file_without_pages_is_refused(tmp_path: Path, data: bytes) -> None:
    path = written(tmp_path, data)
    with pytest.raises(Unreadable):
        read(path, path.name, ocr="never")


def test_the_same_pages_give_the_same_bytes() -> None:
    pages = LAYOUTS["spine"](charts("licence-forward"))
    assert all(pdf(pages, way) == pdf(pages, way) for way in WAYS)


def boxes(way: str) -> list[Box]:
    return list(document(pdf(LAYOUTS["spine"](charts("licence-forward")), way)).boxes)


HEADS = [
    "plain",
    "open",
    "vee",
    "elbows",
]


@pytest.mark.parametrize("layout", ["spine", "landscape"])
@pytest.mark.parametrize("way", HEADS)
def test_arrows_lead_from_where_to_where_they_are_drawn(layout: str, way: str) -> None:
    pages = LAYOUTS[layout](charts("licence-forward"))
    drawn = [(*start, *end) for page in pages for start, end in (arrow.points for arrow in page.arrows)]
    found = [(line.x0, line.y0, line.x1, line.y1) for line in document(pdf(pages, way)).lines if line.arrow]
    assert len(found) == len(drawn)
    assert all(any(math.dist(one, other) < HEAD for other in found) for one in drawn)


def test_a_watermark_stands_in_the_margin() -> None:
    assert {box.frame for box in boxes("watermark") if WATERMARK[:4] in box.text} == {"margin"}


def test_page_numbers_stand_in_the_margin() -> None:
    """As many as there are charts, each on a page of its own."""
    numbers = [box.text for box in boxes("numbers") if box.frame == "margin"]
    assert numbers == [f"- {number} -" for number in range(1, 1 + len(charts("licence-forward")))]


def test_what_stands_outside_of_the_crop_box_is_not_printed() -> None:
    assert not any(OUTSIDE[:3] in box.text for box in boxes("cropped"))


# Operators: a page 200 wide and 300 high


def marks(content: str, **more: Any) -> Marks:
    [found] = marks_of(pdf_of([Drawn(content, **more)]))
    return found


def near(mark: Glyph | Area | Stroke, *edges: float) -> bool:
    values = mark[1:5] if isinstance(mark, Glyph) else mark[:4]
    return tuple(values) == pytest.approx(edges, abs=0.01)


def turned(degrees: float, x: float = 100, y: float = 100) -> str:
    """A text matrix that turns counter-clockwise."""
    angle = math.radians(degrees)
    return f"{math.cos(angle):.6f} {math.sin(angle):.6f} {-math.sin(angle):.6f} {math.cos(angle):.6f} {x} {y}"


def test_a_glyph_stands_where_it_is_printed() -> None:
    """The base line is 250 above the lower edge of 300; 1.2 of 10 points lie below it."""
    one, other = marks(text("立A", "1 0 0 1 50 250", 10)).glyphs
    assert (one.text, one.turn, other.text) == ("立", 0, "A")
    assert near(one, 50, 41.2, 60, 51.2)
    assert near(other, 60, 41.2, 65, 51.2)


@pytest.mark.parametrize(("degrees", "turn"), [(0, 0), (90, 3), (180, 2), (270, 1), (45, SLANTED), (-60, SLANTED)])
def test_the_turn_of_text(degrees: float, turn: int) -> None:
    assert [glyph.turn for glyph in marks(text("立案", turned(degrees), 10)).glyphs] == [turn, turn]


def test_text_a_little_askew_stands_upright() -> None:
    """As on a scan that was laid on the glass not quite straight."""
    assert {glyph.turn for glyph in marks(text("立案", turned(2), 10)).glyphs} == {0}


def test_text_turned_left_is_written_upwards() -> None:
    one, other = marks(text("立案", turned(90), 10)).glyphs
    assert near(one, 91.2, 190, 101.2, 200)
    assert near(other, 91.2, 180, 101.2, 190)


@pytest.mark.xfail(strict=True, reason="it stands as much too high as characters reach below the base line")
def test_text_written_downwards_hangs_from_its_origin() -> None:
    """The origin is the middle of the upper edge of a character: ISO 32000-1, 9.7.4.3."""
    one, other = marks(text("立案", "1 0 0 1 55 258.8", 10, "F2")).glyphs
    assert (one.text, one.turn, other.text) == ("立", 0, "案")
    assert near(one, 50, 41.2, 60, 51.2)
    assert near(other, 50, 51.2, 60, 61.2)


def test_text_that_cannot_be_seen_was_guessed() -> None:
    """Programs that recognise characters print them so over the image they saw."""
    seen, hidden = marks(f"{text('立', turned(0), 10)} 3 Tr {text('案', turned(0), 10)}").glyphs
    assert seen.confidence == 1
    assert (hidden.text, hidden.confidence < 1) == ("案", True)


@pytest.mark.parametrize(
    ("printed", "actual", "said"),
    [("1", "002e", "."), ("甲", "4e594e19", "乙丙"), ("甲乙", "4e194e01", "丙丁"), ("甲乙丙", "4e194e01", "甲乙丙")],
)
def test_glyphs_say_what_the_file_says_they_do(printed: str, actual: str, said: str) -> None:
    """One by one, or a single glyph several characters; what cannot be told apart stays as it is printed."""
    words, after = text(printed, turned(0), 10), text("丁", turned(0, 150), 10)
    found = marks(f"/Span <</ActualText <feff{actual}>>> BDC {words} EMC {after}")
    assert "".join(glyph.text for glyph in found.glyphs) == said + "丁"


def test_space_mirrored_twice_is_upright() -> None:
    """Browsers count from the top, and mirror the text back."""
    [glyph] = marks(f"1 0 0 -1 0 300 cm {text('立', '1 0 0 -1 50 50', 10)}").glyphs
    assert glyph.turn == 0
    assert near(glyph, 50, 41.2, 60, 51.2)


@pytest.mark.parametrize(
    ("angle", "media", "matrix"),
    [
        (90, (0, 0, 300, 200), "0 1 -1 0 300 0"),
        (180, (0, 0, 200, 300), "-1 0 0 -1 200 300"),
        (270, (0, 0, 300, 200), "0 -1 1 0 0 200"),
        (-90, (0, 0, 300, 200), "0 -1 1 0 0 200"),
        (450, (0, 0, 300, 200), "0 1 -1 0 300 0"),
    ],
)
def test_a_page_is_turned_as_it_is_to_be_looked_at(angle: int, media: tuple[int, ...], matrix: str) -> None:
    content = f"{matrix} cm {text('立', '1 0 0 1 50 250', 10)} 20 30 100 40 re S 20 30 m 60 80 l S"
    found = marks(content, media=media, entries=f"/Rotate {angle}")
    assert (found.width, found.height) == (200, 300)
    assert found.glyphs[0].turn == 0
    assert near(found.glyphs[0], 50, 41.2, 60, 51.2)
    assert near(found.areas[0], 20, 230, 120, 270)
    assert near(found.strokes[0], 20, 270, 60, 220)


@pytest.mark.parametrize("crop", ["20 30 220 330", "220 330 20 30"])
def test_the_crop_box_is_the_page(crop: str) -> None:
    content = f"{text('立', '1 0 0 1 70 280', 10)} {text('外', '1 0 0 1 5 280', 10)} 40 60 100 40 re S"
    found = marks(content, media=(0, 0, 300, 400), entries=f"/CropBox[{crop}]")
    assert (found.width, found.height) == (200, 300)
    assert [glyph.text for glyph in found.glyphs] == ["立"]
    assert near(found.glyphs[0], 50, 41.2, 60, 51.2)
    assert near(found.areas[0], 20, 230, 120, 270)


def test_the_corner_of_the_page_is_the_origin() -> None:
    found = marks(f"{text('立', '1 0 0 1 -50 450', 10)} -80 230 100 40 re S", media=(-100, 200, 100, 500))
    assert (found.width, found.height) == (200, 300)
    assert near(found.glyphs[0], 50, 41.2, 60, 51.2)
    assert near(found.areas[0], 20, 230, 120, 270)


@pytest.mark.parametrize(
    ("painting", "stroked"), [("S", True), ("s", True), ("f", False), ("f*", False), ("B", True), ("b", True)]
)
def test_a_rectangle_is_an_area(painting: str, stroked: bool) -> None:
    [area] = marks(f"20 30 100 40 re {painting}").areas
    assert near(area, 20, 230, 120, 270)
    assert bool(area.stroked) == stroked


DIAMOND = "60 30 m 100 50 l 60 70 l 20 50 l"
ROUNDED = "30 30 m 90 30 l 95 30 100 35 100 40 c 100 60 l 100 65 95 70 90 70 c 30 70 l 25 70 20 65 20 60 c"


@pytest.mark.parametrize(
    "path",
    [
        f"{DIAMOND} h S",
        f"{DIAMOND} s",
        f"{DIAMOND} 60 30 l S",
        f"{DIAMOND} f",
        f"{DIAMOND} 59.8 30.1 l S",
        f"{ROUNDED} 20 40 l 20 35 25 30 30 30 c S",
        f"{ROUNDED} 20 40 l 20 35 25 30 30 30 c h B",
    ],
)
def test_a_closed_path_is_an_area(path: str) -> None:
    found = marks(path)
    assert near(found.areas[0], 20, 230, 100, 270)
    assert len(found.areas) == 1
    assert not found.strokes


def test_rectangles_painted_together_are_several() -> None:
    assert len(marks("20 30 100 40 re 20 90 100 40 re S").areas) == 2


def test_a_line_is_a_stroke_in_the_direction_in_which_it_is_drawn() -> None:
    [stroke] = marks("100 50 m 20 80 l S").strokes
    assert near(stroke, 100, 250, 20, 220)
    assert not stroke.bent


def test_lines_painted_together_are_several() -> None:
    found = marks("20 30 m 100 30 l 20 50 m 100 50 l S")
    assert [stroke[:4] for stroke in found.strokes] == [(20, 270, 100, 270), (20, 250, 100, 250)]


def test_a_connector_with_corners_leads_from_its_start_to_its_end() -> None:
    [stroke] = marks("20 30 m 60 30 l 60 90 l 100 90 l S").strokes
    assert near(stroke, 20, 270, 100, 210)
    assert stroke.bent


def test_a_curve_leads_from_its_start_to_its_end() -> None:
    [stroke] = marks("20 30 m 60 30 60 90 100 90 c S").strokes
    assert (stroke.x0, stroke.y0, stroke.x1, stroke.y1) == (20, 270, 100, 210)


def test_a_thick_slanted_line_may_be_drawn_as_a_slender_outline() -> None:
    """A line from (20, 30) to (120, 130), half a point thick."""
    found = marks("20 30 m 20.4 29.6 l 120.4 129.6 l 120 130 l h f")
    assert not found.areas
    [stroke] = found.strokes
    assert stroke[:4] == pytest.approx((20, 270, 120, 170), abs=1) or stroke[:4] == pytest.approx(
        (120, 170, 20, 270), abs=1
    )


def test_the_head_of_an_arrow_is_an_area() -> None:
    [area] = marks("100 50 m 94 53 l 94 47 l f").areas
    assert near(area, 94, 247, 100, 253)
    assert not area.stroked


@pytest.mark.parametrize("path", ["20 30 100 40 re n", "20 30 100 40 re W n", f"{DIAMOND} h W* n"])
def test_what_is_not_painted_is_not_there(path: str) -> None:
    found = marks(path)
    assert (found.areas, found.strokes) == ((), ())


FORM = f"/Type/XObject/Subtype/Form/BBox[0 0 1000 1000]/Resources<<{FONTS}>>"


def test_what_a_form_holds_stands_where_it_is_put() -> None:
    """Half the size, 30 to the right and 100 up."""
    content = f"{text('立', '1 0 0 1 40 300', 20)} 40 60 100 80 re S"
    found = marks("q .5 0 0 .5 30 100 cm /X1 Do Q", objects={"X1": (FORM, content)})
    assert near(found.glyphs[0], 50, 41.2, 60, 51.2)
    assert near(found.areas[0], 50, 130, 100, 170)


def test_a_form_has_a_matrix_of_its_own() -> None:
    found = marks("/X1 Do", objects={"X1": (f"{FORM}/Matrix[2 0 0 2 10 20]", "10 20 30 40 re S")})
    assert near(found.areas[0], 30, 160, 90, 240)


def test_what_follows_a_form_stands_where_it_did_before() -> None:
    """The matrix of a form ends with it, without `q` and `Q` around it: ISO 32000-1, 8.10.1."""
    found = marks("/X1 Do 20 30 100 40 re S", objects={"X1": (f"{FORM}/Matrix[2 0 0 2 10 20]", "3 0 0 3 0 0 cm")})
    assert near(found.areas[0], 20, 230, 120, 270)


def test_forms_stand_within_forms() -> None:
    """The inner one is the tenth object, after six of the file, the page, its content and the outer one."""
    outer = FORM.replace("/Resources<<", "/Resources<</XObject<</X2 10 0 R>>")
    found = marks("/X1 Do", objects={"X1": (f"{outer}/Matrix[2 0 0 2 0 0]", "/X2 Do"), "X2": (FORM, "5 15 50 20 re S")})
    assert near(found.areas[0], 10, 230, 110, 270)


def test_forms_are_read_again_wherever_they_are_used() -> None:
    found = marks("/X1 Do 1 0 0 1 0 100 cm /X1 Do", objects={"X1": (FORM, "10 20 30 40 re S")})
    assert [area[:4] for area in found.areas] == [(10, 240, 40, 280), (10, 140, 40, 180)]


def test_an_image_is_told_by_its_place() -> None:
    image = ("/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray", "\x80")
    found = marks("q 150 0 0 200 20 30 cm /X1 Do Q", objects={"X1": image})
    [area] = found.images
    assert near(area, 20, 70, 170, 270)
    assert (found.glyphs, found.areas, found.strokes) == ((), (), ())


def test_pages_are_numbered_from_1() -> None:
    assert [one.page for one in marks_of(pdf_of([Drawn(""), Drawn("")]))] == [1, 2]


def test_an_empty_page_has_no_marks() -> None:
    assert marks("") == Marks(1, 200, 300)


@pytest.mark.parametrize(
    "content",
    [
        "BT /F9 10 Tf 1 0 0 1 50 250 Tm (abc) Tj ET",  # no such font
        "/X9 Do",
        "1 2 3 l S Q Q Q ET",
        "/None gs /None cs 1 2 3 4 5 6 scn 20 30 40 50 re f",
        f"<</A 1>> BDC {stream('', 'x')} 20 30 m S",
        "BI /W 1 /H 1 /BPC 8 /CS /G ID x EI",
    ],
)
def test_a_damaged_page_is_read_in_silence(
    content: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        found = marks(f"{text('立', '1 0 0 1 50 250', 10)}\n{content}")
    assert [glyph.text for glyph in found.glyphs][:1] == ["立"]
    assert caplog.records == []
    assert capsys.readouterr() == ("", "")
