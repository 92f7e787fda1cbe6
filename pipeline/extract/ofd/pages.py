"""The pages of an OFD file (GB/T 33190-2016): characters, outlines, strokes; and the picture that is a scanned page."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from pipeline.errors import Unreadable
from pipeline.extract.ofd.elements import Box, Element, box_of
from pipeline.extract.ofd.objects import Image, drawn, layers
from pipeline.extract.ofd.package import Document, Sheet, sheets_of, with_own
from pipeline.extract.ofd.places import onto, size_of
from pipeline.extract.page.marks import Area, Glyph, Marks, Stroke
from pipeline.model import Problem

__all__ = ["Picture", "ofd_image", "ofd_marks"]

MAX_STEPS = 200_000  # on one page: glyphs, objects, pieces of outlines
MAX_ALL_STEPS = 4_000_000  # in one file


class Picture(NamedTuple):
    """A picture file (JPEG, PNG …) and where its page shows it, in points; `turn` as for a glyph."""

    content: bytes
    x0: float
    top: float
    x1: float
    bottom: float
    turn: int = 0


def ofd_marks(path: str, data: bytes) -> Iterator[Marks]:
    """What is printed on each page of an OFD file, in page order; Unreadable if there is no reading it as a whole.

    A page that cannot be read has no glyphs and a problem "page-damaged" or "page-too-large"; one that lacks something
    it refers to, or contains itself, has "page-incomplete". Watermarks and seals are left out.
    """
    return _read(sheets_of(path, data))


def ofd_image(path: str, data: bytes, page: int) -> Picture | None:
    """The picture that covers most of a page (counted from 1), or None; Unreadable as in `ofd_marks`."""
    sheets = sheets_of(path, data)
    if not 0 < page <= len(sheets):
        return None
    sheet = sheets[page - 1]
    try:
        root = sheet.document.package.tree(sheet.part)
        return _picture(with_own(sheet, root), root, box_of(root, "Area") or sheet.document.box)
    except Unreadable:
        return None


def _read(sheets: Iterable[Sheet]) -> Iterator[Marks]:
    left = MAX_ALL_STEPS
    for number, sheet in enumerate(sheets, 1):
        steps, marks = _page(sheet, number, min(left, MAX_STEPS))
        left -= steps
        yield marks


def _page(sheet: Sheet, number: int, limit: int) -> tuple[int, Marks]:
    """The marks of a page, and how many steps they took."""
    try:
        root = sheet.document.package.tree(sheet.part)
    except Unreadable as error:
        return 1, _failed(number, sheet.document.box, "page-damaged", f"这一页读不出来：{error.what}")
    box = box_of(root, "Area") or sheet.document.box
    things = list(islice(drawn(sheet, root, box), limit + 1))
    if len(things) > limit:
        return limit, _failed(number, box, "page-too-large", "这一页的内容太多，没有读")
    problems = dict.fromkeys(thing for thing in things if isinstance(thing, Problem))  # in order, each once
    return len(things), Marks(
        number,
        *size_of(box),
        tuple(thing for thing in things if isinstance(thing, Glyph)),
        tuple(thing for thing in things if isinstance(thing, Area)),
        tuple(thing for thing in things if isinstance(thing, Stroke)),
        tuple(Area(*thing.place, False) for thing in things if isinstance(thing, Image)),
        tuple(Problem(one.code, f"这一页{one.message}", number) for one in problems),
    )


def _failed(number: int, box: Box, code: str, message: str) -> Marks:
    return Marks(number, *size_of(box), problems=(Problem(code, message, number),))


def _picture(document: Document, root: Element, box: Box) -> Picture | None:
    things = islice(layers(document, root, onto(box), ()), MAX_STEPS)
    parts = document.package.parts
    files = ((one, document.media.get(one.resource, "").lower()) for one in things if isinstance(one, Image))
    found = [(one, parts[name]) for one, name in files if name in parts]
    image, content = max(found, key=lambda pair: _covered(pair[0].place, box), default=(None, None))
    return Picture(content(), *image.place, image.turn) if image and content else None


def _covered(place: Box, box: Box) -> float:
    """How much of a page a picture covers, in square points."""
    width, height = size_of(box)
    x0, top, x1, bottom = place
    return max(0.0, min(x1, width) - max(x0, 0)) * max(0.0, min(bottom, height) - max(top, 0))
