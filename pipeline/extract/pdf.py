"""What is printed on the pages of a PDF; the one place for pdfplumber and the interpreter under it, pdfminer.

The interpreter paints upon a device of ours, not on that of `Page.chars`. It makes marks at once, which costs a good
part less than objects made into dicts; it counts them; and it sets the matrix back after a form, which pdfminer
(20260107) does not, so that what follows one without `q`/`Q` around it is drawn in the wrong place.
"""

import io
import logging
import math
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import combinations, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pdfplumber
from pdfminer.converter import PDFLayoutAnalyzer
from pdfminer.pdffont import PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFPageInterpreter
from pdfminer.pdftypes import resolve1
from pdfminer.utils import apply_matrix_pt, apply_matrix_rect, decode_text

from pipeline.errors import State, Unreadable
from pipeline.extract.container import FETCH, Kind, refusal
from pipeline.extract.page.marks import SLANTED, Area, Glyph, Marks, Stroke, TooMuch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pdfminer.pdffont import PDFFont
    from pdfminer.pdfinterp import PDFGraphicState, PDFTextState
    from pdfminer.pdfpage import PDFPage
    from pdfminer.utils import Matrix
    from pdfplumber.page import Page
    from pdfplumber.pdf import PDF

__all__ = ["count", "image_of", "marks_of", "page_marks"]

logging.getLogger("pdfminer").setLevel(logging.CRITICAL)  # what matters of its complaints shows in what it returns

MOST = 150_000  # glyphs, or paths, or pictures of a page
UNKNOWN = "\ufffd"  # a glyph of which the file does not tell what character it is
INVISIBLE = (3, 7)  # text rendering modes, ISO 32000-1, table 106
GUESSED = 0.7  # the confidence of invisible text: what another program recognised in the image above it
HEAD = 9.0  # points, the size of an arrow head drawn in one go at most
MOST_CORNERS = 8  # points of a connector that is drawn in one go
LONGEST_OUTLINE = 12  # corners of an outline that may be a thick line
SLENDER = 0.15  # the share of its bounding rectangle that a closed outline fills at least, or else it is a thick line

RESOLUTION = 200  # dots per inch of the image of a page
PIXELS = 40_000_000  # of it at most; A3 has 7.7 million

Point = tuple[float, float]
Placed = TypeVar("Placed", Glyph, Area)
Steps = Sequence[tuple[Any, ...]]  # of a path: operators with their operands


def count(path: str) -> int:
    """How many pages a file has; raises Unreadable."""
    try:
        return len(_open(path).pages)
    except Exception as error:  # a damaged file makes pdfminer raise anything
        if _is_locked(error):
            raise refusal(path, Kind.ENCRYPTED) from None
        raise Unreadable(path, "PDF 损坏，读不出页面", FETCH, State.DAMAGED) from None


def marks_of(path: str, number: int) -> Marks:
    """What is printed on a page, counted from 1; raises as `page_marks`."""
    page = _open(path).pages[number - 1]
    try:
        return page_marks(page)
    finally:
        page.close()


def image_of(path: str, number: int) -> "tuple[NDArray[np.uint8], float, float]":
    """A page, counted from 1, as it is to be looked at: an RGB image, and its width and height in points."""
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        page = document[number - 1]
        width, height = page.get_size()
        scale = min(RESOLUTION / 72, math.sqrt(PIXELS / max(1.0, width * height)))
        return page.render(scale=scale, rev_byteorder=True).to_numpy()[:, :, :3].copy(), width, height


def _open(path: str) -> "PDF":
    """The file at hand: a process is asked for one page of it after another."""
    state = Path(path).stat()
    return _opened(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=1)
def _opened(path: str, changed: int, size: int) -> "PDF":
    """A file as it is at a time; pdfium mends one that is cut off."""
    try:
        file = pdfplumber.open(path)
        if file.pages:
            return file
    except Exception as error:  # of any kind, as in `count`
        if _is_locked(error):
            raise
    return pdfplumber.open(_mended(path))


def _mended(path: str) -> io.BytesIO:
    import pypdfium2

    mended = io.BytesIO()
    with pypdfium2.PdfDocument(path) as document:
        document.save(mended)
    return mended


def _is_locked(error: Exception) -> bool:
    return "PDFPasswordIncorrect" in repr(error)


def page_marks(page: "Page") -> Marks:
    """Everything printed on the visible part of a page, turned as it is to be looked at.

    Raises TooMuch, and whatever a damaged page makes the interpreter raise.
    """
    paper = _Paper(page.pdf.rsrcmgr, _hidden_layers(page))
    PDFPageInterpreter(page.pdf.rsrcmgr, paper).process_page(page.page_obj)
    seen = Area(0.0, 0.0, paper.width, paper.height)
    marks = Marks(
        page.page_number,
        paper.width,
        paper.height,
        tuple(glyph for glyph in paper.glyphs if _meets(glyph, seen)),
        tuple(area for area in paper.areas if _meets(area, seen)),
        tuple(paper.strokes),
        tuple(paper.images),
    )
    return _enlarged(marks, _unit(page.page_obj))


def _unit(page: "PDFPage") -> float:
    """How many points the unit of a page is long; ISO 32000-1, table 30."""
    unit = page.attrs.get("UserUnit", 1)
    return float(unit) if isinstance(unit, int | float) and 0 < unit <= 1000 else 1.0


def _enlarged(marks: Marks, unit: float) -> Marks:
    """The marks of a page whose unit is some points long, in points."""
    if unit == 1:
        return marks

    def box(mark: Placed) -> Placed:
        return mark._replace(x0=mark.x0 * unit, top=mark.top * unit, x1=mark.x1 * unit, bottom=mark.bottom * unit)

    return Marks(
        marks.page,
        marks.width * unit,
        marks.height * unit,
        tuple(map(box, marks.glyphs)),
        tuple(map(box, marks.areas)),
        tuple(s._replace(x0=s.x0 * unit, y0=s.y0 * unit, x1=s.x1 * unit, y1=s.y1 * unit) for s in marks.strokes),
        tuple(map(box, marks.images)),
    )


def _meets(mark: Glyph | Area, seen: Area) -> bool:
    return mark.x1 > seen.x0 and mark.x0 < seen.x1 and mark.bottom > seen.top and mark.top < seen.bottom


class _Paper(PDFLayoutAnalyzer):
    """A device that keeps what is painted as marks, as seen through the crop box; `hidden`: names of layers."""

    def __init__(self, rsrcmgr: Any, hidden: frozenset[str]) -> None:
        super().__init__(rsrcmgr)
        self._layers = hidden

    def begin_page(self, page: "PDFPage", ctm: "Matrix") -> None:
        super().begin_page(page, ctm)
        x0, y0, x1, y1 = _visible(page, ctm)
        self.width, self.height = x1 - x0, y1 - y0
        self.glyphs: list[Glyph] = []
        self.areas: list[Area] = []
        self.strokes: list[Stroke] = []
        self.images: list[Area] = []
        self._left, self._upper = x0, y1
        self._confidence = 1.0
        self._painted = 0
        self._matrices: list[Matrix] = []
        self._tags: list[tuple[bool, str, int]] = []  # of marked content: hidden, its actual text, its first glyph

    def begin_tag(self, tag: Any, props: Any = None) -> None:
        hidden = tag.name == "OC" and getattr(props, "name", None) in self._layers
        self._tags.append((hidden or self._hidden, _actual_text(props), len(self.glyphs)))

    def end_tag(self) -> None:
        """Glyphs say what the file says they say, ISO 32000-1, 14.9.4, if it tells so one by one."""
        _, text, first = self._tags.pop() if self._tags else (False, "", 0)
        own = self.glyphs[first:]
        if text and len(own) in (1, len(text)):
            said = [text] if len(own) == 1 else text
            self.glyphs[first:] = [glyph._replace(text=one) for glyph, one in zip(own, said, strict=True)]

    @property
    def _hidden(self) -> bool:
        return bool(self._tags) and self._tags[-1][0]

    def begin_figure(self, name: str, bbox: Any, matrix: "Matrix") -> None:
        self._matrices.append(self.ctm)

    def end_figure(self, _: str) -> None:
        self.set_ctm(self._matrices.pop())

    def render_image(self, name: str, stream: Any) -> None:
        self._count()
        if self._hidden:
            return
        x0, y0, x1, y1 = apply_matrix_rect(self.ctm, (0, 0, 1, 1))
        self.images.append(Area(x0 - self._left, self._upper - y1, x1 - self._left, self._upper - y0, False))

    def paint_path(self, gstate: "PDFGraphicState", stroke: bool, fill: bool, evenodd: bool, path: Steps) -> None:
        for piece in _pieces(path):
            self._count()
            if self._hidden:
                continue
            points = [apply_matrix_pt(self.ctm, step[-2:]) for step in piece if step[0] != "h"]
            placed = [(x - self._left, self._upper - y) for x, y in points]
            for mark in _outline(placed, stroke, closed=fill or piece[-1][0] == "h"):
                if isinstance(mark, Area):
                    self.areas.append(mark)
                else:
                    self.strokes.append(mark)

    def render_string(self, textstate: "PDFTextState", seq: Any, ncs: Any, graphicstate: Any) -> None:
        self._confidence = GUESSED if textstate.render in INVISIBLE else 1.0
        super().render_string(textstate, seq, ncs, graphicstate)

    def render_char(
        self, matrix: "Matrix", font: "PDFFont", fontsize: float, scaling: float, rise: float, cid: int, *_: Any
    ) -> float:
        try:
            text = font.to_unichr(cid)
        except PDFUnicodeNotDefined:
            text = UNKNOWN
        if not text or text < " ":  # a control character, as fonts map what they lack
            text = " " if text.isspace() else UNKNOWN
        advance = font.char_width(cid) * fontsize * scaling
        if font.is_vertical():
            left, high = _hung(font, cid, fontsize)
            x0, y0, x1, y1 = apply_matrix_rect(matrix, (left, high + rise + advance, left + fontsize, high + rise))
        else:
            low = font.get_descent() * fontsize + rise
            x0, y0, x1, y1 = apply_matrix_rect(matrix, (0.0, low, advance, low + fontsize))
        turn = 0 if matrix[1] == 0 and matrix[0] > 0 else _turn(matrix[0], matrix[1])
        self.glyphs.append(
            Glyph(text, x0 - self._left, self._upper - y1, x1 - self._left, self._upper - y0, turn, self._confidence)
        )
        if self._hidden:
            self.glyphs.pop()
            self._count()
        if len(self.glyphs) > MOST:
            raise TooMuch
        return advance

    def _count(self) -> None:
        self._painted += 1
        if self._painted > MOST:
            raise TooMuch


def _actual_text(props: Any) -> str:
    text = resolve1(props.get("ActualText")) if isinstance(props, dict) else None
    return decode_text(text) if isinstance(text, bytes) else ""


def _hidden_layers(page: "Page") -> frozenset[str]:
    """The names under which a page's content refers to optional content that is off; ISO 32000-1, 8.11."""
    layers = resolve1(page.pdf.doc.catalog.get("OCProperties"))
    config = resolve1(layers.get("D")) if isinstance(layers, dict) else None
    named = resolve1(resolve1(page.page_obj.resources or {}).get("Properties"))
    if not isinstance(config, dict) or not isinstance(named, dict):
        return frozenset()
    off = {getattr(layer, "objid", None) for layer in resolve1(config.get("OFF")) or ()}
    return frozenset(name for name, layer in named.items() if getattr(layer, "objid", None) in off - {None})


def _visible(page: "PDFPage", ctm: "Matrix") -> tuple[float, float, float, float]:
    """The part of a page that is shown, on the page as it is turned; the whole of it if the crop box shows nothing."""
    media = apply_matrix_rect(ctm, page.mediabox)
    crop = apply_matrix_rect(ctm, page.cropbox)
    shown = max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3])
    return shown if shown[0] < shown[2] and shown[1] < shown[3] else media


def _hung(font: "PDFFont", cid: int, size: float) -> Point:
    """How far left of and above its origin a glyph of vertical writing stands; ISO 32000-1, 9.7.4.3."""
    place = font.char_disp(cid)
    across, down = place if isinstance(place, tuple) else (None, 880)
    return -(size * 0.5 if across is None else across * size * 0.001), (1000 - down) * size * 0.001


def _turn(a: float, b: float) -> int:
    """The quarter turns clockwise by which text is written whose direction is (a, b) with y upwards."""
    if abs(b) < 0.1 * abs(a):
        return 0 if a > 0 else 2
    if abs(a) < 0.1 * abs(b):
        return 3 if b > 0 else 1
    return SLANTED


# Paths


def _pieces(path: Steps) -> Iterator[Steps]:
    """The subpaths of a path."""
    begins = [place for place, step in enumerate(path) if step[0] == "m"]
    for start, end in pairwise((*begins, len(path))):
        yield path[start:end]


def _outline(points: Sequence[Point], stroke: bool, *, closed: bool) -> Iterable[Area | Stroke]:
    """A painted subpath as an outline if it is closed or filled, or else as the lines of a connector."""
    if len(points) < 2:
        return ()
    if len(points) == 2:
        return (Stroke(*points[0], *points[1]),)
    if closed or math.dist(points[0], points[-1]) < 1.0 or _is_head(points):
        return (_closed(points, stroke),)
    if len(points) <= MOST_CORNERS:
        return (Stroke(*points[0], *points[-1], bent=True),)
    return (Stroke(*one, *other) for one, other in pairwise(points))


def _is_head(points: Sequence[Point]) -> bool:
    """Whether an open path is the head of an arrow."""
    xs, ys = zip(*points, strict=True)
    return len(points) == 3 and max(max(xs) - min(xs), max(ys) - min(ys)) < HEAD


def _closed(points: Sequence[Point], stroke: bool) -> Area | Stroke:
    """A closed outline, or the line that it is if it is long and thin but along no axis."""
    xs, ys = zip(*points, strict=True)
    area = Area(min(xs), min(ys), max(xs), max(ys), stroke)
    if len(points) > LONGEST_OUTLINE:
        return area
    inside = abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise((*points, points[0])))) / 2
    if inside >= SLENDER * (area.x1 - area.x0) * (area.bottom - area.top):
        return area
    ends = max(combinations(points, 2), key=lambda pair: math.dist(*pair))
    return Stroke(*ends[0], *ends[1])
