"""The text of a scanned page, character by character at its place; rapidocr, the one place.

An optional extra (`ocr`): rapidocr and OpenCV are imported when the first page is read. The models come with
rapidocr's wheel; nothing is downloaded and nothing is sent.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.extract.page.marks import Area, Glyph, Marks, Stroke

if TYPE_CHECKING:
    from pipeline.extract.raster import Drawing, Image

__all__ = ["is_installed", "scan_marks"]

_DETECTED_AT = 150  # dots per inch at which lines of text are looked for: 9 pt are 19 pixels, and finer costs time
_LONGEST_SIDE = 2600  # pixels of the image in which they are looked for: A3 at that resolution
_TRIED = 4  # lines of text, read both ways to tell which way up the page is
_LEAST_CONFIDENCE = 0.5  # of a line: below it, it is mostly no text but drawn lines
_FONT_SIZE = 0.8  # of the height of a detected line, which has a rim


class _Box(NamedTuple):
    """The place of a line of text, in pixels."""

    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def is_level(self) -> bool:
        return self.width > 1.6 * self.height

    @property
    def is_upright(self) -> bool:
        return self.height > 1.6 * self.width


class _Letter(NamedTuple):
    """A character that was read: from where to where in its line, in pixels, and how surely."""

    text: str
    start: float
    end: float
    confidence: float


def is_installed() -> bool:
    """Whether the extra `ocr` is installed; imports nothing."""
    return all(find_spec(name) for name in ("rapidocr", "onnxruntime", "cv2"))


def scan_marks(image: "Image", page: int, width: float, height: float, threads: int | None = None) -> Marks:
    """What is printed on a page, from its image: RGB or grey, 8 bits, the whole page of `width` x `height` points.

    The page is set straight and upright first; where it lay on its side, width and height change places. The marks'
    places are those on the page so turned. `threads` limits the cores that are used, for several processes beside one
    another; None: all.
    """
    from pipeline.extract import raster

    engine = _engine(threads)
    image = raster.straightened(raster.without_stamps(raster.coloured(image)))
    lines = _lines(engine, image, 72 * image.shape[1] / width)
    turns = _turns(engine, image, lines)
    if turns:
        width, height = (height, width) if turns % 2 else (width, height)
        image = raster.quarter_turned(image, turns)
        lines = _lines(engine, image, 72 * image.shape[1] / width)
    scale = width / image.shape[1]
    em = _em(lines, scale)
    lines = [_Box(*edges) for edges in raster.widened(image, lines, em)]
    drawing = raster.drawing(image, lines, em)
    words = raster.without_lines(image, drawing.ruled)
    parts = [part for line in lines if not _is_drawn(line, drawing, em) for part in _parts(line, drawing, em)]
    glyphs = [glyph for part in parts for glyph in _read(engine, image, words, part, drawing)]
    return Marks(page, width, height, _scaled(glyphs, scale), *_drawn(drawing, scale))


def _em(lines: list[_Box], scale: float) -> float:
    """The height of a usual line of text in pixels; 10.5 points where there is none."""
    return _FONT_SIZE * median([min(line.width, line.height) for line in lines] or [10.5 / scale / _FONT_SIZE])


def _turns(engine: Any, image: "Image", lines: list[_Box]) -> int:
    """By how many quarters the page must be turned clockwise for its text to be upright.

    Most lines of text are level; of the two ways left, the one in which the longest are read with more
    certainty.
    """
    from pipeline.extract import raster

    level = sum(line.width for line in lines if line.is_level)
    upright = sum(line.height for line in lines if line.is_upright)
    first, other = (1, 3) if upright > level else (0, 2)
    longest = sorted(lines, key=lambda line: -max(line.width, line.height))[:_TRIED]
    crops = [_crop(image, _beginning(line)) for line in longest]
    likely, unlikely = (
        sum(_certainty(engine, raster.quarter_turned(crop, turns)) for crop in crops) for turns in (first, other)
    )
    return first if likely >= unlikely else other


def _beginning(line: _Box) -> _Box:
    size = 8 * min(line.width, line.height)
    return line._replace(x1=min(line.x1, line.x0 + size), bottom=min(line.bottom, line.top + size))


def _certainty(engine: Any, crop: "Image") -> float:
    letters = _letters(engine, crop)
    return sum(letter.confidence for letter in letters) / max(len(letters), 1)


def _lines(engine: Any, image: "Image", resolution: float) -> list[_Box]:
    """Where lines of text stand in an image of so many dots per inch."""
    from pipeline.extract import raster

    scale = min(_DETECTED_AT / resolution, _LONGEST_SIDE / max(image.shape))
    found = engine(raster.resized(image, scale), use_det=True, use_cls=False, use_rec=False).boxes
    if found is None:
        return []
    return [_Box(*(float(edge) / scale for edge in (*corners.min(0), *corners.max(0)))) for corners in found]


def _is_drawn(line: _Box, drawing: "Drawing", em: float) -> bool:
    """Whether a short "line of text" is but the head of an arrow or the corner of a frame."""
    ink, drawn = _crop(drawing.ink, line) > 0, _crop(drawing.drawn, line) > 0
    return max(line.width, line.height) < 1.6 * em and bool((ink & drawn).sum() > 0.9 * ink.sum())


def _parts(line: _Box, drawing: "Drawing", em: float) -> Iterator[_Box]:
    """The line, cut where a drawn border goes through it and touches no character: then it overlaps its frame."""
    import numpy as np

    core = line._replace(top=line.top + line.height / 4, bottom=line.bottom - line.height / 4)
    ruled, ink = _crop(drawing.ruled, core) > 0, _crop(drawing.ink, core) > 0
    borders = np.flatnonzero(ruled.mean(0) > 0.9)
    free = [place for place in borders.tolist() if not _is_touched(ink & ~ruled, place, em)]
    for start, end in pairwise((line.x0, *(int(line.x0) + place for place in free), line.x1)):
        if end - start > 0.3 * min(line.width, line.height):
            yield line._replace(x0=start, x1=end)


def _is_touched(ink: Any, place: int, em: float) -> bool:
    reach = int(0.2 * em)
    return bool(ink[:, max(0, place - reach) : place + reach + 1].sum() > 0.1 * len(ink))


def _read(engine: Any, image: "Image", words: "Image", part: _Box, drawing: "Drawing") -> list[Glyph]:
    """The characters of a line, from the image without drawn lines; where one runs along through them, from the better.

    A line that is painted over takes the strokes with it that it touches.
    """
    glyphs = _glyphs(engine, words, part)
    core = part._replace(top=part.top + part.height / 5, bottom=part.bottom - part.height / 5)
    if not (_crop(drawing.ruled, core) > 0).mean(1).max(initial=0) > 0.3:
        return glyphs
    return max(glyphs, _glyphs(engine, image, part), key=_mean_confidence)


def _glyphs(engine: Any, image: "Image", box: _Box) -> list[Glyph]:
    """The characters of a line of text, in pixels. Upright lines are stacked characters, or lie on their side."""
    crop = _crop(image, box)
    if not box.is_upright:
        ways = [_level(_letters(engine, crop), box)]
    else:
        ways = [_stacked(engine, crop, box), *(_turned(engine, crop, box, turn) for turn in (1, 3))]
    best = max(ways, key=_mean_confidence)
    return best if _mean_confidence(best) >= _LEAST_CONFIDENCE else []


def _mean_confidence(glyphs: list[Glyph]) -> float:
    return sum(glyph.confidence for glyph in glyphs) / max(len(glyphs), 1)


def _level(letters: list[_Letter], box: _Box) -> list[Glyph]:
    rim = (1 - _FONT_SIZE) / 2 * box.height
    top, bottom = box.top + rim, box.bottom - rim
    return [Glyph(text, box.x0 + start, top, box.x0 + end, bottom, 0, sure) for text, start, end, sure in letters]


def _turned(engine: Any, crop: "Image", box: _Box, turn: int) -> list[Glyph]:
    """The characters of a line that is written downwards (`turn` 1) or upwards (3)."""
    from pipeline.extract import raster

    rim = (1 - _FONT_SIZE) / 2 * box.width
    x0, x1 = box.x0 + rim, box.x1 - rim
    letters = _letters(engine, raster.quarter_turned(crop, -turn))
    if turn == 1:
        return [Glyph(text, x0, box.top + start, x1, box.top + end, 1, sure) for text, start, end, sure in letters]
    return [Glyph(text, x0, box.bottom - end, x1, box.bottom - start, 3, sure) for text, start, end, sure in letters]


def _stacked(engine: Any, crop: "Image", box: _Box) -> list[Glyph]:
    """Upright characters below one another, set in a row to be read."""
    from pipeline.extract import raster

    rim = (1 - _FONT_SIZE) / 2 * box.width
    cells = raster.stacked_cells(crop)
    row, pitch = raster.side_by_side(crop, cells)
    glyphs = []
    for text, start, end, sure in _letters(engine, row):
        top, bottom = cells[min(int((start + end) / 2 / pitch), len(cells) - 1)]
        glyphs.append(Glyph(text, box.x0 + rim, box.top + top, box.x1 - rim, box.top + bottom, 0, sure))
    return glyphs


def _letters(engine: Any, crop: "Image") -> list[_Letter]:
    """The characters of an image of one level line of text; blanks are left out.

    The network looks at a line in columns and says at which of them a character begins to show: near its middle.
    """
    if min(crop.shape[:2]) < 3:
        return []
    found = engine(crop, use_det=False, use_cls=False, use_rec=True, return_word_box=True)
    if not found.txts or not found.txts[0].strip():
        return []
    info = found.word_results[0]
    pitch = crop.shape[1] / info.line_txt_len
    centres = [(column + 0.5) * pitch for columns in info.word_cols for column in columns]
    pairs = [(text, sure) for text, sure in zip(found.txts[0], info.confs, strict=True) if not text.isspace()]
    reaches = _reaches([text for text, _ in pairs], centres, _FONT_SIZE * crop.shape[0])
    letters = [_Letter(text, *reach, float(sure)) for (text, sure), reach in zip(pairs, reaches, strict=True)]
    return _with_dashes(letters, crop)


def _with_dashes(letters: list[_Letter], crop: "Image") -> list[_Letter]:
    """With long dashes as long as they are drawn: of two the network sees one or none, and they part titles."""
    solid = [place for place, letter in enumerate(letters) if letter.text != "—"]
    if not solid:
        return letters
    between = [
        letter
        for place, after in pairwise(solid)
        for letter in (letters[place], *(_dashes(letters[place], letters[after], crop) or letters[place + 1 : after]))
    ]
    return [*letters[: solid[0]], *between, *letters[solid[-1] :]]


def _dashes(before: _Letter, after: _Letter, crop: "Image") -> list[_Letter]:
    """The dashes drawn between two characters."""
    from pipeline.extract import raster

    size = _FONT_SIZE * crop.shape[0]
    gap = after.start - before.end
    if gap < size / 2 or not raster.is_struck(crop, before.end + size / 4, after.start - size / 4):
        return []
    count = max(1, round(gap / size))
    edges = [before.end + gap * place / count for place in range(count + 1)]
    return [_Letter("—", start, end, min(before.confidence, after.confidence)) for start, end in pairwise(edges)]


def _reaches(texts: list[str], centres: list[float], size: float) -> list[tuple[float, float]]:
    """From where to where characters of that size reach whose centres are known; they do not overlap."""
    halves = [size * (0.5 if unicodedata.east_asian_width(text) in "WF" else 0.27) for text in texts]
    starts = [centre - half for centre, half in zip(centres, halves, strict=True)]
    ends = [centre + half for centre, half in zip(centres, halves, strict=True)]
    for place in range(len(texts) - 1):
        if ends[place] > starts[place + 1]:
            ends[place] = starts[place + 1] = (ends[place] + starts[place + 1]) / 2
    return list(zip(starts, ends, strict=True))


def _crop(image: "Image", box: _Box) -> "Image":
    return image[max(0, int(box.top)) : int(box.bottom) + 1, max(0, int(box.x0)) : int(box.x1) + 1]


def _scaled(glyphs: list[Glyph], scale: float) -> tuple[Glyph, ...]:
    return tuple(
        one._replace(x0=one.x0 * scale, top=one.top * scale, x1=one.x1 * scale, bottom=one.bottom * scale)
        for one in glyphs
    )


def _drawn(drawing: "Drawing", scale: float) -> tuple[tuple[Area, ...], tuple[Stroke, ...]]:
    areas = tuple(Area(x0 * scale, top * scale, x1 * scale, bottom * scale) for x0, top, x1, bottom in drawing.frames)
    strokes = tuple(
        Stroke(x0 * scale, y0 * scale, x1 * scale, y1 * scale, arrow) for x0, y0, x1, y1, arrow in drawing.lines
    )
    return areas, strokes


@cache
def _engine(threads: int | None) -> Any:
    """The networks, once per process; they are loaded when first used."""
    from rapidocr import RapidOCR

    from pipeline.extract import raster

    if threads is not None:
        raster.limit_threads(threads)
    return RapidOCR(
        params={
            "Global.log_level": "critical",  # it writes to the terminal
            "Global.use_preprocess_img": False,  # it would shrink pages to 2,000 pixels
            "Global.use_vertical_padding": False,
            "Global.use_cls": False,
            "EngineConfig.onnxruntime.intra_op_num_threads": threads or -1,
        }
    )
