"""What is drawn in an image: skew, frames and lines, told from words, specks, stamps and the page's edge."""

import pytest

cv2 = pytest.importorskip("cv2")
np = pytest.importorskip("numpy")
raster = pytest.importorskip("pipeline.extract.raster")

from tests import scan  # noqa: E402

EM = 20.0  # pixels: 9.6 points at 150 dots per inch
BLACK = (0, 0, 0)
Box = tuple[float, float, float, float]


def page() -> scan.Image:
    return scan.sheet(400, 300, 150)


def frames(image: scan.Image, *texts: Box) -> list[Box]:
    return sorted(raster.drawing(image, list(texts), EM).frames)


def lines(image: scan.Image) -> list[tuple[int, ...]]:
    """The lines' ends, rounded to 10 pixels, and their heads."""
    found = raster.drawing(image, [], EM).lines
    return sorted((*(round(place / 10) for place in line[:4]), int(line[4])) for line in found)


def is_near(found: Box, drawn: Box, by: float = 3) -> bool:
    return all(abs(one - other) <= by for one, other in zip(found, drawn, strict=True))


def chart() -> scan.Image:
    image = page()
    for top in (60, 240, 420):
        cv2.rectangle(image, (100, top), (400, top + 100), BLACK, 2)
        cv2.rectangle(image, (500, top + 20), (760, top + 90), BLACK, 1)
        cv2.line(image, (400, top + 50), (500, top + 50), BLACK, 2)
    return image


@pytest.mark.parametrize("degrees", [-5, -1.3, -0.2, 0, 0.4, 2.75, 5])
def test_the_skew_is_found_to_a_tenth_of_a_degree(degrees: float) -> None:
    assert raster.skew(scan.skewed(chart(), degrees)) == pytest.approx(degrees, abs=0.1)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_the_skew_is_found_on_pages_that_lie(turns: int) -> None:
    assert raster.skew(raster.quarter_turned(scan.skewed(chart(), 1.5), turns)) == pytest.approx(1.5, abs=0.1)


def test_a_blank_page_stands_straight() -> None:
    assert raster.skew(page()) == 0
    assert raster.drawing(page(), [], EM)[:2] == ([], [])


def rounded(image: scan.Image) -> None:
    for x, y, start in ((120, 120, 180), (380, 120, 270), (380, 180, 0), (120, 180, 90)):
        cv2.ellipse(image, (x, y), (20, 20), 0, start, start + 90, BLACK, 2)
    for ends in (
        ((120, 100), (380, 100)),
        ((120, 200), (380, 200)),
        ((100, 120), (100, 180)),
        ((400, 120), (400, 180)),
    ):
        cv2.line(image, *ends, BLACK, 2)


def diamond(image: scan.Image) -> None:
    corners = np.array([(250, 100), (400, 150), (250, 200), (100, 150)], np.int32)
    cv2.polylines(image, [corners], True, BLACK, 2)


def ellipse(image: scan.Image) -> None:
    cv2.ellipse(image, (250, 150), (150, 50), 0, 0, 360, BLACK, 2)


def broken(image: scan.Image) -> None:
    cv2.rectangle(image, (100, 100), (400, 200), BLACK, 1)
    image[:, 150:390:60] = image[:, 151:391:60] = 255
    image[130:134] = 255


def dashed(image: scan.Image) -> None:
    for x in range(100, 400, 14):
        image[99:101, x : x + 8] = image[199:201, x : x + 8] = 0
    for y in range(100, 200, 14):
        image[y : y + 8, 99:101] = image[y : y + 8, 399:401] = 0


def doubled(image: scan.Image) -> None:
    cv2.rectangle(image, (100, 100), (400, 200), BLACK, 1)
    cv2.rectangle(image, (106, 106), (394, 194), BLACK, 1)


def shaded(image: scan.Image) -> None:
    cv2.rectangle(image, (100, 100), (400, 200), (220, 230, 240), -1)
    cv2.rectangle(image, (100, 100), (400, 200), BLACK, 2)


@pytest.mark.parametrize("draw", [rounded, diamond, ellipse, broken, dashed, doubled, shaded])
def test_an_outline_is_one_frame(draw: object) -> None:
    """Whatever its shape, and although the scanner has broken it; none of its edges is a line besides."""
    image = page()
    draw(image)  # type: ignore[operator]
    (found,) = frames(image)
    assert is_near(found, (100, 100, 400, 200), 11)  # the points of a diamond are blunt
    assert lines(image) == []


def test_cells_of_a_table_are_frames_and_its_rules_are_no_lines() -> None:
    image = page()
    for place in range(4):
        cv2.line(image, (100 + 150 * place, 80), (100 + 150 * place, 380), BLACK, 1)
        cv2.line(image, (100, 80 + 100 * place), (550, 80 + 100 * place), BLACK, 1)
    cells = [(x, y, x + 150, y + 100) for x in (100, 250, 400) for y in (80, 180, 280)]
    assert all(is_near(found, cell) for found, cell in zip(frames(image), cells, strict=True))
    assert lines(image) == []


def test_words_are_neither_frames_nor_lines() -> None:
    image = page()
    scan.row(image, 100, 100, "口田回国图一二三工王", 40)
    assert frames(image, (96, 96, 504, 144)) == []
    assert raster.drawing(image, [(96, 96, 504, 144)], EM).lines == []


def test_the_page_and_its_specks_are_no_frames() -> None:
    image = page()
    cv2.rectangle(image, (0, 0), (image.shape[1] - 1, image.shape[0] - 1), BLACK, 3)
    assert len(frames(scan.specked(image, 0.004))) <= 1
    assert lines(scan.specked(page(), 0.004)) == []


@pytest.mark.parametrize(
    ("tail", "tip"),
    [((100, 300), (300, 300)), ((300, 300), (100, 300)), ((200, 100), (200, 300)), ((200, 300), (200, 100))],
)
def test_an_arrow_points_to_its_head(tail: tuple[int, int], tip: tuple[int, int]) -> None:
    image = page()
    scan.arrow(image, tail, tip, 14)
    assert lines(image) == [(*(place // 10 for place in (*tail, *tip)), 1)]


def test_an_oblique_line_is_found() -> None:
    image = page()
    cv2.line(image, (100, 100), (300, 200), BLACK, 2)
    assert lines(image) in ([(10, 10, 30, 20, 0)], [(30, 20, 10, 10, 0)])


def test_lines_end_at_the_frames_they_join() -> None:
    """Also where a frame's edge and the line run in one, and where a character touches the border behind it."""
    image = page()
    cv2.rectangle(image, (100, 100), (300, 200), BLACK, 2)
    cv2.line(image, (300, 200), (500, 200), BLACK, 2)
    cv2.rectangle(image, (500, 120), (700, 170), BLACK, 2)
    cv2.line(image, (400, 140), (515, 140), BLACK, 2)
    assert len(frames(image)) == 2
    assert lines(image) == [(30, 20, 50, 20, 0), (40, 14, 50, 14, 0)]


def test_an_underline_is_a_line() -> None:
    image = page()
    cv2.line(image, (100, 130), (250, 130), BLACK, 1)
    assert lines(image) == [(10, 13, 25, 13, 0)]


def test_a_stamp_is_taken_out_and_red_words_stay() -> None:
    image = scan.sheet(595, 842, 100)
    scan.row(image, 100, 100, "风险等级", 20)
    scan.row(image, 100, 300, "高", 20, (220, 20, 20))
    cleaned = raster.without_stamps(scan.stamped(image, 130, 130, 80))
    black, red = (slice(100, 120), slice(100, 180)), (slice(300, 320), slice(100, 120))
    assert np.abs(cleaned[black].astype(int) - image[black]).mean() < 12
    assert (cleaned[red] == image[red]).all()
    assert cleaned[125:250, 50:250].min() > 200


def test_the_characters_of_a_column_are_told_apart() -> None:
    """三 is one character, although there is white between its strokes."""
    image = scan.sheet(100, 200, 72)
    scan.column(image, 4, 4, "三二一口", 32)
    cells = raster.stacked_cells(image[:170, :40])
    assert len(cells) == 4
    assert all(abs((top + bottom) / 2 - (4 + 16 + 38.4 * place)) < 6 for place, (top, bottom) in enumerate(cells))
