"""Scanned pages: every character at its place, whichever way the page lies and however bad the scan is."""

import socket
import subprocess
import sys
from collections.abc import Sequence

import pytest

from pipeline.extract import ocr
from pipeline.extract.page.marks import Glyph, Marks

if not ocr.is_installed():
    pytest.skip("the extra ocr is not installed", allow_module_level=True)

import cv2
import numpy as np

from tests import scan

if not hasattr(cv2, "FontFace"):
    pytest.skip("this OpenCV has no Chinese letters", allow_module_level=True)

WIDTH, HEIGHT = 420.0, 300.0  # points
ROWS = (  # x, y in points, words, the size of letters in points
    (70, 20, "澜岸县水务局取水许可防控图", 14.0),
    (60, 76, "受理", 10.5),
    (190, 66, "把不在清单内的证明写进通知。", 9.0),
    (190, 78, "风险等级：高", 9.0),
    (60, 166, "审查", 10.5),
    (190, 156, "在勘查途中接受企业宴请。", 9.0),
    (190, 168, "责任人：水政窗口", 9.0),
)
FRAMES = ((40, 60, 100, 100), (180, 60, 340, 100), (40, 150, 100, 190), (180, 150, 340, 190))
ARROW = (70, 100, 70, 150)


def page(resolution: int = 150) -> scan.Image:
    image = scan.sheet(WIDTH, HEIGHT, resolution)
    dots = resolution / 72
    for x0, top, x1, bottom in FRAMES:
        cv2.rectangle(
            image, (round(x0 * dots), round(top * dots)), (round(x1 * dots), round(bottom * dots)), (0, 0, 0), 2
        )
    for x, y, words, size in ROWS:
        scan.row(image, x * dots, y * dots, words, round(size * dots))
    x0, y0, x1, y1 = (round(place * dots) for place in ARROW)
    scan.arrow(image, (x0, y0), (x1, y1), round(7 * dots))
    return image


def marks(image: scan.Image, width: float = WIDTH, height: float = HEIGHT) -> Marks:
    return ocr.scan_marks(image, 1, width, height)


def rows(glyphs: Sequence[Glyph]) -> list[str]:
    """The words of the page, line by line, with what lies beside one another in the order of x."""
    return ["".join(glyph.text for glyph in glyphs if _belongs(glyph, row)) for row in ROWS]


def _belongs(glyph: Glyph, row: tuple[float, float, str, float]) -> bool:
    x, y, words, size = row
    across, down = (glyph.x0 + glyph.x1) / 2 - x, (glyph.top + glyph.bottom) / 2 - y
    return -size / 2 < across < size * (len(words) + 0.5) and 0 < down < size


def assert_is_the_page(found: Marks) -> None:
    assert (found.width, found.height) == (WIDTH, HEIGHT)
    assert [row.replace(":", "：") for row in rows(found.glyphs)] == [words for _, _, words, _ in ROWS]
    assert len(found.glyphs) == sum(len(words) for _, _, words, _ in ROWS)
    frames = sorted((area[:4] for area in found.areas), key=lambda frame: [round(edge / 10) for edge in frame])
    assert frames == [pytest.approx(frame, abs=2) for frame in sorted(FRAMES)]
    assert [stroke[:4] for stroke in found.strokes] == [pytest.approx(ARROW, abs=3)]


def test_a_clean_page_is_read(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Offline, and without a word on the terminal."""

    def refuse(*_: object) -> None:
        raise AssertionError("went online")

    ocr._engine.cache_clear()
    monkeypatch.setattr(socket.socket, "connect", refuse)
    found = marks(page())
    assert_is_the_page(found)
    assert found.strokes[0].arrow
    assert capfd.readouterr() == ("", "")


def test_every_character_stands_at_its_place() -> None:
    """Within a third of its width."""
    glyphs = iter(sorted(marks(page()).glyphs, key=lambda glyph: [_belongs(glyph, row) for row in ROWS].index(True)))
    for x, y, words, size in ROWS:
        for place in range(len(words)):
            glyph = next(glyphs)
            if words[place] not in "：。":
                assert (glyph.x0 + glyph.x1) / 2 == pytest.approx(x + (place + 0.5) * size, abs=size / 3)
            assert (glyph.top + glyph.bottom) / 2 == pytest.approx(y + size / 2, abs=size / 4)
            assert glyph.turn == 0
            assert 0 < glyph.confidence <= 1


def test_a_long_dash_is_read_as_long_as_it_is() -> None:
    """It parts the agency from its power, and the network sees one dash of two or none."""
    image = scan.sheet(WIDTH, 100, 150)
    scan.row(image, 60, 80, "澜岸县水务局行政许可——取水许可防控图", 25)
    read = "".join(glyph.text for glyph in marks(image, WIDTH, 100).glyphs)
    assert read == "澜岸县水务局行政许可——取水许可防控图"


def test_a_bad_scan_is_read() -> None:
    """Skewed, yellowed, stained, noisy, with specks, and saved as a poor JPEG file."""
    image = scan.yellowed(scan.stained(scan.skewed(page(), -1.2), 500, 200, 60))
    assert_is_the_page(marks(scan.jpeg(scan.noisy(scan.specked(image, 0.001), 8), 70)))


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_page_is_set_upright(turns: int) -> None:
    image = np.ascontiguousarray(np.rot90(scan.skewed(page(), 0.8), turns))
    width, height = (HEIGHT, WIDTH) if turns % 2 else (WIDTH, HEIGHT)
    assert_is_the_page(marks(image, width, height))


def test_words_below_a_red_stamp_are_read() -> None:
    assert_is_the_page(marks(scan.jpeg(scan.stamped(page(), 470, 260, 110), 85)))


def test_a_grey_image_is_read() -> None:
    assert_is_the_page(marks(np.asarray(cv2.cvtColor(page(), cv2.COLOR_RGB2GRAY), np.uint8)))


def test_stacked_characters_are_upright() -> None:
    """As in the narrow boxes with a label in front of a row of a chart."""
    image = page()
    scan.column(image, 780, 130, "防控措施", 22)
    found = [glyph for glyph in marks(image).glyphs if glyph.x0 > 360]
    assert [glyph.text for glyph in found] == list("防控措施")
    assert {glyph.turn for glyph in found} == {0}
    assert [(glyph.top + glyph.bottom) / 2 for glyph in found] == [
        pytest.approx((130 + 11 + 26.4 * place) * 72 / 150, abs=3) for place in range(4)
    ]


@pytest.mark.parametrize("turn", [1, 3])
def test_a_label_on_its_side_is_read(turn: int) -> None:
    image = page()
    label = scan.sheet(100, 20, 150)
    scan.row(label, 10, 8, "防控措施", 24)
    label = np.rot90(label, -turn)
    image[120 : 120 + label.shape[0], 780 : 780 + label.shape[1]] = label
    found = [glyph for glyph in marks(image).glyphs if glyph.x0 > 360]
    assert [glyph.text for glyph in found] == list("防控措施")
    assert {glyph.turn for glyph in found} == {turn}
    downwards = [glyph.top for glyph in found]
    assert downwards == sorted(downwards, reverse=turn == 3)


def test_a_blank_page_has_no_marks() -> None:
    assert marks(scan.sheet(WIDTH, HEIGHT, 100)) == Marks(1, WIDTH, HEIGHT)


def test_whether_it_is_installed_is_told_without_importing_it() -> None:
    told = (
        "import sys; from pipeline.extract import ocr; ocr.is_installed(); print({'cv2', 'rapidocr'} & {*sys.modules})"
    )
    assert subprocess.run([sys.executable, "-c", told], capture_output=True, check=True, text=True).stdout == "set()\n"


@pytest.mark.slow
@pytest.mark.parametrize("resolution", [100, 200, 300])
@pytest.mark.parametrize("degrees", [-4, 0, 4])
def test_every_resolution_is_read(resolution: int, degrees: float) -> None:
    assert_is_the_page(marks(scan.jpeg(scan.skewed(page(resolution), degrees), 70)))
