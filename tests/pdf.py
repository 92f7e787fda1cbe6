"""Drawn pages as PDF files, operator by operator, each as some program writes them.

The font is not embedded (STSong-Light of Adobe-GB1): characters are written as what they are, in UTF-16.
"""

import cmath
import math
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from tests.draw import PITCH, Arrow, Page, Shape
from tests.ofd import CORNER, FILLS, HEAD, Line, cells_of, lines_in, width_of

KAPPA = 0.5523  # of a quarter circle's radius: how far its control points lie from its ends
RULE = 0.48  # points, the thickness of the rules of tables
ASCENT = 0.88  # of a character
WATERMARK = "内部资料注意保管"
OUTSIDE = "裁切线外的废字"  # what stands outside of the CropBox
BEYOND = 120.0  # points around the CropBox


@dataclass(frozen=True)
class Way:
    """How a program writes.

    `frames`: as a rectangle, four lines (gaps and overshoot of a point), thin filled rectangles, rounded by curves,
    fill and edge apart over a shadow, or neither frames nor arrows (none). `heads` of arrows: filled, open (two lines)
    or vee (one path); `elbows`: connectors with corners, as one path or in pieces. `scattered`: every character alone,
    in any order. `turned`: the content stands on its side; `rotate`: and the page says so. `form`: the content is a
    form XObject, in another unit. `corner`: of the MediaBox. `cropped`: words stand outside of the CropBox.
    `watermark` and `numbers` of pages are printed too.
    """

    frames: str = "rectangle"
    heads: str = "filled"
    elbows: str = ""
    scattered: bool = False
    turned: bool = False
    rotate: bool = False
    form: bool = False
    corner: tuple[float, float] = (0, 0)
    cropped: bool = False
    watermark: bool = False
    numbers: bool = False


WAYS: dict[str, Way] = {
    "plain": Way(),
    "lines": Way(frames="lines"),
    "thin": Way(frames="thin"),
    "rounded": Way(frames="rounded"),
    "shadowed": Way(frames="shadowed"),
    "frameless": Way(frames="none"),
    "scattered": Way(scattered=True),
    "rotated": Way(turned=True, rotate=True),
    "sideways": Way(turned=True),
    "form": Way(form=True),
    "open": Way(heads="open"),
    "vee": Way(heads="vee"),
    "elbows": Way(elbows="path"),
    "pieces": Way(elbows="pieces"),
    "shifted": Way(corner=(-200, 300)),
    "cropped": Way(cropped=True),
    "watermark": Way(watermark=True),
    "numbers": Way(numbers=True),
}


def pdf(pages: Sequence[Page], way: str | Way = "plain") -> bytes:
    """A PDF of these pages; the same pages always give the same bytes."""
    own = WAYS[way] if isinstance(way, str) else way
    return pdf_of([_sheet(page, number, own) for number, page in enumerate(pages, 1)])


# The file


@dataclass(frozen=True)
class Sheet:
    """A page: its operators, its MediaBox (left, lower, right, upper), other entries, XObjects by name.

    An XObject is its dictionary, without brackets and length, and its content.
    """

    content: str
    media: tuple[float, float, float, float] = (0, 0, 200, 300)
    entries: str = ""
    objects: Mapping[str, tuple[str, str]] = field(default_factory=dict)


FONT = (
    "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[5 0 R]>>",
    "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-V/DescendantFonts[5 0 R]>>",
    "<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)"
    "/Supplement 2>>/FontDescriptor 6 0 R/DW 1000/W[1 95 500 814 939 500]>>",
    "<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[0 -120 1000 880]/ItalicAngle 0/Ascent 880"
    "/Descent -120/CapHeight 880/StemV 90>>",
)


def pdf_of(sheets: Sequence[Sheet]) -> bytes:
    """A PDF of these pages; the font is /F1 on all of them, and /F2 where it is written downwards."""
    first = 3 + len(FONT)  # after catalogue, page tree and font
    objects: list[str] = []
    kids: list[int] = []
    for sheet in sheets:
        place = first + len(objects)
        kids.append(place)
        named = {name: place + 2 + number for number, name in enumerate(sheet.objects)}
        objects += [_page(sheet, place + 1, named), stream("", sheet.content)]
        objects += [stream(entries, content) for entries, content in sheet.objects.values()]
    tree = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(f'{kid} 0 R' for kid in kids)}]>>"
    return _file(["<</Type/Catalog/Pages 2 0 R>>", tree, *FONT, *objects])


def stream(entries: str, content: str) -> str:
    return f"<<{entries}/Length {len(content.encode('latin-1'))}>>stream\n{content}\nendstream"


FONTS = "/Font<</F1 3 0 R/F2 4 0 R>>"


def _page(sheet: Sheet, content: int, named: Mapping[str, int]) -> str:
    objects = "".join(f"/{name} {number} 0 R" for name, number in named.items())
    return (
        f"<</Type/Page/Parent 2 0 R/MediaBox[{numbers(*sheet.media)}]{sheet.entries}/Contents {content} 0 R"
        f"/Resources<<{FONTS}/XObject<<{objects}>>>>>>"
    )


def _file(objects: Iterable[str]) -> bytes:
    """The objects, numbered from 1, with the table of their places."""
    written = bytearray(b"%PDF-1.7\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(f"{len(written):010} 00000 n \n")
        written += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    size = len(places) + 1
    table = f"xref\n0 {size}\n0000000000 65535 f \n{''.join(places)}"
    return bytes(written) + f"{table}trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{len(written)}\n%%EOF\n".encode()


def numbers(*values: float) -> str:
    return " ".join(f"{value:.4f}".rstrip("0").rstrip(".") for value in values)


# What is printed, as complex numbers: the origin is the top left corner of the page


class Words(NamedTuple):
    """Characters from a place on the base line in the direction of a unit vector."""

    text: str
    at: complex
    size: float
    along: complex = 1


Steps = tuple[tuple[str, tuple[complex, ...]], ...]


class Path(NamedTuple):
    """Operators with their points (of `re`: two opposite corners), the painting operator, and a fill."""

    steps: Steps
    paint: str = "S"
    grey: float = 0


def _written(mark: Words | Path, height: float) -> str:
    def place(point: complex) -> tuple[float, float]:
        return point.real, height - point.imag

    def step(operator: str, points: Sequence[complex]) -> str:
        if operator == "re":
            (left, upper), (right, lower) = map(place, points)
            return f"{numbers(left, lower, right - left, upper - lower)} re"
        return f"{numbers(*(value for point in points for value in place(point)))} {operator}"

    if isinstance(mark, Path):
        return f"{mark.grey:g} g {' '.join(step(*one) for one in mark.steps)} {mark.paint}"
    cos, sin = mark.along.real, -mark.along.imag
    return text(mark.text, numbers(cos, sin, -sin, cos, *place(mark.at)), mark.size)


def text(characters: str, matrix: str, size: float, font: str = "F1") -> str:
    """The operators that print characters."""
    return f"BT /{font} {numbers(size)} Tf {matrix} Tm <{characters.encode('utf-16-be').hex()}> Tj ET"


# The pages


def _sheet(page: Page, number: int, way: Way) -> Sheet:
    width, height = page.width, page.height
    content = "\n".join(_written(mark, height) for mark in _marks(page, number, way))
    left, lower = way.corner
    media = (left, lower, left + width, lower + height)
    if way.corner != (0, 0):
        content = f"1 0 0 1 {numbers(left, lower)} cm\n{content}"
    if way.turned:
        content = f"0 1 -1 0 {numbers(height)} 0 cm\n{content}"
        media = (0, 0, height, width)
    entries = "/Rotate 90" if way.rotate else ""
    if way.cropped:
        entries += f"/CropBox[{numbers(*media)}]"
        media = (media[0] - BEYOND, media[1] - BEYOND, media[2] + BEYOND, media[3] + BEYOND)
    if not way.form:
        return Sheet(content, media, entries)
    box = numbers(0, 0, 20 * width, 20 * height)
    form = f"/Type/XObject/Subtype/Form/BBox[{box}]/Matrix[1 0 0 1 -10 -10]/Resources<<{FONTS}>>"
    within = f"20 0 0 20 10 10 cm\n{content}"
    return Sheet("q 0.05 0 0 0.05 0 0 cm /X1 Do Q", media, entries, {"X1": (form, within)})


def _marks(page: Page, number: int, way: Way) -> Iterator[Words | Path]:
    if way.watermark:
        yield from _watermark(page)
    if way.frames != "none":
        for shape in _framed(page):
            yield from _frame(shape, way)
        for arrow in page.arrows:
            yield from _arrow(arrow, way)
    yield from _words(page, way)
    if way.numbers:
        yield Words(f"- {number} -", complex(page.width / 2 - 10, page.height - 18), 9)
    if way.cropped:
        yield Words(OUTSIDE, complex(40, -40), 9)
        yield Words(OUTSIDE, complex(page.width + 20, page.height / 2), 9)


def _cells(page: Page) -> list[Shape]:
    return cells_of(page.table, page.titles[-1].bottom + PITCH) if page.table else []


def _watermark(page: Page) -> Iterator[Words]:
    for share in (0.3, 0.6, 0.9):
        yield Words(WATERMARK, complex(0.2 * page.width, share * page.height), 30, cmath.rect(1, -math.pi / 4))


def _words(page: Page, way: Way) -> Iterator[Words]:
    shapes = (*page.titles, *page.shapes, *_cells(page))
    lines = [line for shape in shapes for paragraph in lines_in(shape) for line in paragraph]
    if not way.scattered:
        yield from (Words(line.text, complex(line.x, line.top + ASCENT * line.size), line.size) for line in lines)
        return
    single = [one for line in lines for one in _characters(line)]
    random.Random(0).shuffle(single)
    yield from single


def _characters(line: Line) -> Iterator[Words]:
    for number, character in enumerate(line.text):
        x = line.x + width_of(line.text[:number], line.size)
        yield Words(character, complex(x, line.top + ASCENT * line.size), line.size)


# Frames and arrows


def _framed(page: Page) -> list[Shape]:
    return [shape for shape in page.shapes if shape.form in FILLS] + _cells(page)


def _frame(shape: Shape, way: Way) -> Iterator[Path]:
    start, end = complex(shape.x, shape.y), complex(shape.right, shape.bottom)
    match way.frames:
        case "lines":
            yield from _four_lines(start, end)
        case "thin":
            yield from _four_rules(start, end)
        case "rounded":
            yield _rounded(start, end)
        case "shadowed":
            yield Path(_rectangle(start + 3 + 3j, end + 3 + 3j), "f", 0.7)
            yield Path(_rectangle(start, end), "f", 0.95)
            yield Path(_rectangle(start, end))
        case _:
            yield Path(_rectangle(start, end))


def _rectangle(start: complex, end: complex) -> Steps:
    return (("re", (start, end)),)


def _four_lines(start: complex, end: complex) -> Iterator[Path]:
    """Those across end a point too late, those down a point too early."""
    for x in (start.real, end.real):
        yield Path(polyline(complex(x, start.imag + 1), complex(x, end.imag - 1)))
    for y in (start.imag, end.imag):
        yield Path(polyline(complex(start.real - 1, y), complex(end.real + 1, y)))


def _four_rules(start: complex, end: complex) -> Iterator[Path]:
    for x in (start.real, end.real):
        yield Path(_rectangle(complex(x, start.imag), complex(x + RULE, end.imag)), "f")
    for y in (start.imag, end.imag):
        yield Path(_rectangle(complex(start.real, y), complex(end.real, y + RULE)), "f")


def _rounded(start: complex, end: complex) -> Path:
    """Clockwise, each side with the corner after it."""
    corners = (start, complex(end.real, start.imag), end, complex(start.real, end.imag))
    steps: list[tuple[str, tuple[complex, ...]]] = [("m", (start + CORNER,))]
    for number, corner in enumerate(corners[1:] + corners[:1]):
        along, across = CORNER * 1j**number, CORNER * 1j ** (number + 1)
        before, after = corner - along, corner + across
        curve = (before + KAPPA * along, after - KAPPA * across, after)
        steps += [("l", (before,)), ("c", curve)]
    return Path((*steps, ("h", ())))


def polyline(*points: complex) -> Steps:
    return (("m", points[:1]), *(("l", (point,)) for point in points[1:]))


def _arrow(arrow: Arrow, way: Way) -> Iterator[Path]:
    points = _corners(arrow) if way.elbows else [complex(*point) for point in arrow.points]
    end = points[-1]
    along = (end - points[-2]) / abs(end - points[-2])
    barbs = end - along * HEAD * (1 + 0.5j), end - along * HEAD * (1 - 0.5j)
    filled = way.heads == "filled"
    yield from _connector([*points[:-1], end - along * HEAD if filled else end], way)
    if filled or way.heads == "vee":
        yield Path(polyline(barbs[0], end, barbs[1]), "f" if filled else "S")
    else:
        yield from (Path(polyline(barb, end)) for barb in barbs)


def _connector(points: Sequence[complex], way: Way) -> Iterator[Path]:
    if way.elbows == "pieces":
        yield from (Path(polyline(*ends)) for ends in pairwise(points))
    else:
        yield Path(polyline(*points))


def _corners(arrow: Arrow) -> list[complex]:
    """Where an elbow connector turns: halfway, if its ends are not opposite each other."""
    start, end = (complex(*point) for point in arrow.points)
    middle = (start + end) / 2
    if abs(start.real - end.real) < 0.1 or abs(start.imag - end.imag) < 0.1:
        return [start, end]
    if arrow.sites[0] in (1, 3):
        return [start, complex(middle.real, start.imag), complex(middle.real, end.imag), end]
    return [start, complex(start.real, middle.imag), complex(end.real, middle.imag), end]
