"""The pages of an OFD file (GB/T 33190-2016, whose sections the numbers name): characters, outlines, strokes.

A package of XML parts. A page shows its templates, its own objects and its annotations; every object has a rectangle
(Boundary) whose corner is the origin of its own space, and maybe a matrix (CTM) within it. Lengths are millimetres in
the file and points from here on.
"""

import math
import posixpath
import re
from cmath import phase, rect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import chain, islice, pairwise, repeat, zip_longest
from typing import Any, NamedTuple

from pipeline.errors import State, Unreadable
from pipeline.extract.container import check_ofd, parsed
from pipeline.extract.page.marks import SLANTED, Area, Glyph, Marks, Stroke
from pipeline.model import Problem

__all__ = ["Picture", "ofd_image", "ofd_marks"]

MAX_PAGES = 10_000
MAX_STEPS = 200_000  # on one page: glyphs, objects, pieces of outlines
MAX_ALL_STEPS = 4_000_000  # in one file
MAX_NESTED = 40  # blocks, composites and templates within each other
FAR = 1e6  # points; what stands further off is on no page

POINTS = 72 / 25.4  # in a millimetre
A4 = (0.0, 0.0, 210.0, 297.0)
ASCENT, DESCENT = 0.88, 0.12  # of the size: the box of a Chinese character around its base line
NARROW = 0x100  # characters below take half the width of a Chinese one
THIN = 1.5  # points: a closed outline this narrow is a drawn line
TINY = 1e-6
SLANT = 0.1  # the slope up to which a line is level
NEAR = 1.5  # points: a rectangle may miss its starting point by so much

REMEDY = "请重新下载，或用 OFD 阅读器打开后导出为 PDF 再录入"

Element = Any  # an lxml element; lxml itself stays behind the module that opens packages
Box = tuple[float, float, float, float]  # on a page: x0, top, x1, bottom; of a page: left, top, width, height
Map = tuple[float, float, float, float, float, float]  # as CTM: x' = ax + cy + e, y' = bx + dy + f


class Picture(NamedTuple):
    """A picture file (JPEG, PNG …) and where its page shows it, in points; `turn` as for a glyph."""

    content: bytes
    x0: float
    top: float
    x1: float
    bottom: float
    turn: int = 0


class _Image(NamedTuple):
    """A picture on a page, by the id of its file."""

    resource: str
    place: Box
    turn: int


Thing = Glyph | Area | Stroke | _Image | Problem | None  # None: a step that gave nothing


@dataclass(frozen=True, slots=True)
class _Package:
    """A package: its parts, and how one becomes a tree (`kept`: for later too, as several pages need it)."""

    parts: Mapping[str, Callable[[], bytes]]
    tree: Callable[[str], Element]
    kept: Callable[[str], Element]


@dataclass(frozen=True, slots=True)
class _Document:
    """What the pages of a document share, by id.

    `units` are composite graphics, `media` the parts with pictures, `templates` parts with their place (ZOrder),
    `annotations` the parts for each page; `lost` says why there may be more of them.
    """

    package: _Package
    box: Box  # millimetres
    units: Mapping[str, Element]
    media: Mapping[str, str]
    templates: Mapping[str, tuple[str, str]]
    annotations: Mapping[str, Sequence[str]]
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A page: its document, its id there and the part that holds it; `first` of its document."""

    document: _Document
    id: str
    part: str
    first: bool


def ofd_marks(path: str, data: bytes) -> Iterator[Marks]:
    """What is printed on each page of an OFD file, in page order; Unreadable if there is no reading it as a whole.

    A page that cannot be read has no glyphs and a problem "page-damaged" or "page-too-large"; one that lacks something
    it refers to, or contains itself, has "page-incomplete". Watermarks and seals are left out.
    """
    return _read(_sheets(path, data))


def ofd_image(path: str, data: bytes, page: int) -> Picture | None:
    """The picture that covers most of a page (counted from 1), or None; Unreadable as in `ofd_marks`."""
    sheets = _sheets(path, data)
    if not 0 < page <= len(sheets):
        return None
    sheet = sheets[page - 1]
    try:
        root = sheet.document.package.tree(sheet.part)
        return _picture(_own(sheet, root), root, _box_of(root, "Area") or sheet.document.box)
    except Unreadable:
        return None


def _read(sheets: Iterable[_Sheet]) -> Iterator[Marks]:
    left = MAX_ALL_STEPS
    for number, sheet in enumerate(sheets, 1):
        steps, marks = _page(sheet, number, min(left, MAX_STEPS))
        left -= steps
        yield marks


def _page(sheet: _Sheet, number: int, limit: int) -> tuple[int, Marks]:
    """The marks of a page, and how many steps they took."""
    try:
        root = sheet.document.package.tree(sheet.part)
    except Unreadable as error:
        return 1, _failed(number, sheet.document.box, "page-damaged", f"这一页读不出来：{error.what}")
    box = _box_of(root, "Area") or sheet.document.box
    things = list(islice(_drawn(sheet, root, box), limit + 1))
    if len(things) > limit:
        return limit, _failed(number, box, "page-too-large", "这一页的内容太多，没有读")
    problems = dict.fromkeys(thing for thing in things if isinstance(thing, Problem))  # in order, each once
    return len(things), Marks(
        number,
        *_size(box),
        tuple(thing for thing in things if isinstance(thing, Glyph)),
        tuple(thing for thing in things if isinstance(thing, Area)),
        tuple(thing for thing in things if isinstance(thing, Stroke)),
        tuple(Area(*thing.place, False) for thing in things if isinstance(thing, _Image)),
        tuple(Problem(one.code, f"这一页{one.message}", number) for one in problems),
    )


def _failed(number: int, box: Box, code: str, message: str) -> Marks:
    return Marks(number, *_size(box), problems=(Problem(code, message, number),))


# From the package to its pages


def _sheets(path: str, data: bytes) -> list[_Sheet]:
    """The pages of all documents in the file (7.3, 7.4)."""
    package = _package(path, data)
    bodies = _children(package.tree("OFD.xml"), "DocBody")
    roots = [_resolved(package, "OFD.xml", _text_in(body, "DocRoot")) for body in bodies]
    sheets = list(islice((sheet for root in roots for sheet in _pages(package, root)), MAX_PAGES + 1))
    if not sheets:
        raise Unreadable(path, "OFD 文件里没有页面", REMEDY, State.DAMAGED)
    if len(sheets) > MAX_PAGES:
        raise Unreadable(path, f"OFD 文件超过 {MAX_PAGES} 页", "请拆分后再录入", State.TOO_LARGE)
    return sheets


def _package(path: str, data: bytes) -> _Package:
    parts = check_ofd(path, data)

    def tree(name: str) -> Element:
        part = parts.get(name.lower()) if name.lower().endswith(".xml") else None  # others are not counted as XML
        if part is None:
            raise Unreadable(path, f"缺少部件 {name[:80]}", REMEDY, State.DAMAGED)
        return parsed(path, part(), name)

    return _Package(parts, tree, cache(tree))


def _pages(package: _Package, part: str) -> Iterator[_Sheet]:
    """The pages of the document in a part (7.5, 7.6)."""
    root = package.tree(part)
    document = _document(package, part, root)
    for number, page in enumerate(_below(root, "Pages", "Page")):
        yield _Sheet(document, page.get("ID", ""), _resolved(package, part, page.get("BaseLoc")), number == 0)


def _document(package: _Package, part: str, root: Element) -> _Document:
    shared = [one for kind in ("PublicRes", "DocumentRes") for one in _below(root, "CommonData", kind)]
    resources, _ = _trees(package, [_resolved(package, part, one.text) for one in shared])  # who needs them complains
    listed = [_resolved(package, part, one.text) for one in _children(root, "Annotations")]
    annotations, lost = _trees(package, [name for name in listed if name.lower() in package.parts])
    templates = {
        one.get("ID", ""): (_resolved(package, part, one.get("BaseLoc")), one.get("ZOrder", ""))
        for one in _below(root, "CommonData", "TemplatePage")
    }
    box = next(filter(None, (_box_of(one, "PageArea") for one in _children(root, "CommonData"))), A4)
    units, media = _units(resources), _media(package, resources)
    return _Document(package, box, units, media, templates, _annotated(package, annotations), tuple(lost))


Trees = Sequence[tuple[str, Element]]  # the name of a part and its root element


def _trees(package: _Package, parts: Iterable[str]) -> tuple[Trees, list[str]]:
    """The trees of parts that several pages need, and why some cannot be read."""
    found: list[tuple[str, Element]] = []
    lost: list[str] = []
    for part in parts:
        try:
            found.append((part, package.kept(part)))
        except Unreadable as error:
            lost.append(error.what)
    return found, lost


def _units(resources: Trees) -> dict[str, Element]:
    """The composite graphics in resources (7.9, 13)."""
    return {one.get("ID", ""): one for _, root in resources for one in root.iter("{*}CompositeGraphicUnit")}


def _media(package: _Package, resources: Trees) -> dict[str, str]:
    """The parts with pictures that resources name (7.9); they should stand in the folder of the resources."""
    return {
        one.get("ID", ""): _resolved(package, part, posixpath.join(folder, name), name)
        for part, root in resources
        for folder in [root.get("BaseLoc", "").strip()]
        for one in root.iter("{*}MultiMedia")
        for name in [_text_in(one, "MediaFile").strip()]
    }


def _annotated(package: _Package, listed: Trees) -> dict[str, list[str]]:
    """The parts with the annotations of each page (15.1)."""
    found: dict[str, list[str]] = {}
    for part, root in listed:
        for page in _children(root, "Page"):
            own = (_resolved(package, part, one.text) for one in _children(page, "FileLoc"))
            found.setdefault(page.get("PageID", ""), []).extend(own)
    return found


def _resolved(package: _Package, base: str, *places: str | None) -> str:
    """The name of the first part that a location in the part `base` may mean (7.2), never one outside the package.

    A location counts from the part it stands in or, with a slash in front, from the package; some programs leave the
    slash away. If there is no such part, the name that was meant.
    """
    roots = ("/" + posixpath.dirname(base), "/")
    written = [(place or "").strip().replace("\\", "/") for place in places]
    names = [posixpath.normpath(posixpath.join(root, place)).lstrip("/") for root in roots for place in written]
    return next((name for name in names if name.lower() in package.parts), names[0])


# What a page shows, in the order in which it is drawn


def _drawn(sheet: _Sheet, root: Element, box: Box) -> Iterator[Thing]:
    """All that a page shows (7.7), with what of it is missing."""
    document, at = _own(sheet, root), _onto(box)
    if sheet.first:
        yield from (_incomplete(what) for what in sheet.document.lost)
    yield from _layers(document, root, at, ())
    for part in document.annotations.get(sheet.id, ()):
        yield from _annotation(document, part, at)


def _incomplete(what: str) -> Problem:
    return Problem("page-incomplete", f"没有读全：{what}")


def _own(sheet: _Sheet, root: Element) -> _Document:
    """The document with the resources that this page alone has (7.7)."""
    package = sheet.document.package
    resources, _ = _trees(package, [_resolved(package, sheet.part, one.text) for one in _children(root, "PageRes")])
    if not resources:
        return sheet.document
    units = {**sheet.document.units, **_units(resources)}
    return replace(sheet.document, units=units, media={**sheet.document.media, **_media(package, resources)})


Within = tuple[str, ...]  # the templates, composites and blocks around an object


def _layers(document: _Document, root: Element, at: Map, within: Within) -> Iterator[Thing]:
    """The content of a page or template between the templates behind and before it."""
    behind: list[str] = []
    before: list[str] = []
    for one in _children(root, "Template"):
        _, order = document.templates.get(one.get("TemplateID", ""), ("", ""))
        (before if one.get("ZOrder", order) == "Foreground" else behind).append(one.get("TemplateID", ""))
    for name in behind:
        yield from _template(document, name, at, within)
    for content in _children(root, "Content"):
        yield from _objects(document, content, at, within)
    for name in before:
        yield from _template(document, name, at, within)


def _template(document: _Document, name: str, at: Map, within: Within) -> Iterator[Thing]:
    yield None
    part, _ = document.templates.get(name, (f"模板 {name[:20]}", ""))
    trees, lost = _trees(document.package, [part])
    yield from (_incomplete(what) for what in lost)
    for _, root in trees:
        yield from _nested(_layers, document, root, at, within, f"template {name}")


Walk = Callable[[_Document, Element, Map, Within], Iterator[Thing]]


def _nested(
    walk: Walk, document: _Document, one: Element, at: Map, within: Within, name: str = "block"
) -> Iterator[Thing]:
    """What is inside of an element; nothing if it is inside of itself."""
    if len(within) >= MAX_NESTED or (name in within and name != "block"):
        yield _incomplete("模板、图元互相包含或嵌套太深")
    else:
        yield from walk(document, one, at, (*within, name))


def _objects(document: _Document, parent: Element, at: Map, within: Within) -> Iterator[Thing]:
    """The objects in a layer or a block of it (7.7)."""
    for one in parent:
        yield None
        if _says(one, "Visible", True) and _number(one.get("Alpha"), 1) > 0:
            yield from OBJECTS.get(_local(one), _nothing)(document, one, at, within)


def _nothing(document: _Document, one: Element, at: Map, within: Within) -> Iterator[Thing]:
    yield from ()


def _block(document: _Document, one: Element, at: Map, within: Within) -> Iterator[Thing]:
    yield from _nested(_objects, document, one, at, within)


def _composite(document: _Document, one: Element, at: Map, within: Within) -> Iterator[Thing]:
    """A graphic out of the resources (13)."""
    name = one.get("ResourceID", "")
    unit = document.units.get(name)
    if unit is None:
        yield _incomplete("引用的复合图元找不到")
        return
    for content in _children(unit, "Content"):
        yield from _nested(_objects, document, content, _after(at, _place(one)), within, f"unit {name}")


def _annotation(document: _Document, part: str, at: Map) -> Iterator[Thing]:
    """What notes on a page say (15.2), not what is drawn around it: that is the reader's, not the chart's."""
    trees, lost = _trees(document.package, [part])
    yield from (_incomplete(what) for what in lost)
    for note in (note for _, root in trees for note in _children(root, "Annot")):
        kinds = {note.get("Type", "").lower(), note.get("Subtype", "").lower()}
        if _says(note, "Visible", True) and kinds.isdisjoint(("watermark", "stamp")):
            for look in _children(note, "Appearance"):
                things = _objects(document, look, _after(at, _place(look)), ())
                yield from (None if isinstance(thing, Area | Stroke | _Image) else thing for thing in things)


# Text (11)


@dataclass(frozen=True, slots=True)
class _Face:
    """How a text object sets its characters: size and width of a full one, quarter turns of lines and characters."""

    size: float
    full: float
    reading: int
    turn: int

    def width(self, character: str) -> float:
        """As most fonts have it."""
        return self.full / 2 if ord(character) < NARROW else self.full


def _text(document: _Document, one: Element, at: Map, within: Within) -> Iterator[Thing]:
    size, scale = _number(one.get("Size")), _number(one.get("HScale"), 1)
    if size <= 0 or scale <= 0 or not _inked(one):
        return
    turns = (round(_number(one.get(name)) / 90) % 4 for name in ("ReadDirection", "CharDirection"))
    face, own = _Face(size, size * scale, *turns), _after(at, _place(one))
    x = y = 0.0
    for code in _children(one, "TextCode"):
        x, y = _number(code.get("X"), x), _number(code.get("Y"), y)
        text = _unescaped((code.text or "")[: MAX_STEPS + 1])
        yield from _glyphs(text, _offsets(code, len(text) - 1), (x, y), face, own)


def _inked(one: Element) -> bool:
    """Whether a text is printed: scans come with text that can be searched and not be seen."""
    clear = any(_number(colour.get("Alpha"), 1) <= 0 for colour in _children(one, "FillColor"))
    return (_says(one, "Fill", True) and not clear) or _says(one, "Stroke", False)


ESCAPED = re.compile(r"\\00([01][0-9A-Fa-f]|20)")


def _unescaped(text: str) -> str:
    """The characters of a text code; blanks and what XML cannot hold may be escaped (11.3)."""
    text = text.strip() if "\n" in text else text  # a line break is never text: the file was laid out for reading
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


Offsets = Sequence[tuple[float, float]]


def _offsets(code: Element, count: int) -> Offsets:
    """From each character to the next, as far as the file says; at most `count`."""
    across, down = (_expanded(code.get(name, ""), count) for name in ("DeltaX", "DeltaY"))
    return list(zip_longest(across, down, fillvalue=0.0))


NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
NUMBERS = re.compile(NUMBER)
DELTA = re.compile(rf"g\s*(\d{{1,9}})\s+({NUMBER})|({NUMBER})")


def _expanded(text: str, count: int) -> list[float]:
    """The first `count` values of a list in which "g 3 4.2" is three times 4.2 (11.3)."""
    found: list[float] = []
    for times, repeated, single in (one.groups("") for one in DELTA.finditer(text)):
        if len(found) >= count:
            break
        found += repeat(_number(repeated or single), min(int(times or 1), count - len(found)))
    return found


def _glyphs(text: str, offsets: Offsets, start: tuple[float, float], face: _Face, own: Map) -> Iterator[Thing]:
    """Characters one after the other; where no offset is told, by their own widths along the reading direction."""
    x, y = start
    turned = TURNED[face.turn]
    turn = _turn(_after(own, turned))
    for number, character in enumerate(text):
        width = face.width(character)
        dx, dy = offsets[number] if number < len(offsets) else _natural(width, face)
        along = dx * turned[0] + dy * turned[1]
        advance = along if 0 < along <= face.full else width  # more than a full width is a gap
        box = _boxed(_after(own, (*turned[:4], x, y)), 0, -ASCENT * face.size, advance, DESCENT * face.size)
        yield Glyph(character, *box, turn) if _on_page(box) else None
        x, y = x + dx, y + dy


def _natural(width: float, face: _Face) -> tuple[float, float]:
    """The way to the next character: its width along the line, or its height if it stands across."""
    way = width if (face.reading - face.turn) % 2 == 0 else face.size
    return way * TURNED[face.reading][0], way * TURNED[face.reading][1]


# Outlines (9)


class _Run(NamedTuple):
    """A connected piece of an outline: the points it is drawn through, and these with more on its curves."""

    ends: list[complex]
    outline: list[complex]
    closed: bool


def _path(document: _Document, one: Element, at: Map, within: Within) -> Iterator[Thing]:
    stroked = _says(one, "Stroke", True) and not _white(one, "StrokeColor")
    filled = _says(one, "Fill", False)
    data = _text_in(one, "AbbreviatedData")
    yield from repeat(None, sum(map(data.count, OPERANDS)))
    own = _after(at, _place(one))
    coloured = filled and not _white(one, "FillColor")
    for run in _runs(data) if stroked or filled else ():
        mapped = _Run(_mapped(own, run.ends), _mapped(own, run.outline), run.closed)
        if _on_page(_around(mapped.outline)):
            yield from _shape(mapped, stroked, filled, coloured)


def _shape(run: _Run, stroked: bool, filled: bool, coloured: bool) -> Iterator[Area | Stroke]:
    """A piece of an outline as what it looks like: an area, or lines."""
    if len(set(run.outline)) > 2 and (run.closed or filled or _returns(run.ends)):
        yield from _area(run.outline, stroked, coloured)
    elif stroked:
        yield from (Stroke(one.real, one.imag, other.real, other.imag) for one, other in pairwise(run.ends))


def _returns(ends: Sequence[complex]) -> bool:
    return abs(ends[-1] - ends[0]) <= (NEAR if len(ends) in (4, 5) else NEAR / 100)


def _area(outline: Sequence[complex], stroked: bool, coloured: bool) -> Iterator[Area | Stroke]:
    x0, top, x1, bottom = _around(outline)
    width, height = x1 - x0, bottom - top
    if min(width, height) >= THIN or max(width, height) < THIN:
        yield Area(x0, top, x1, bottom, stroked)
    elif (stroked or coloured) and width > height:
        yield Stroke(x0, (top + bottom) / 2, x1, (top + bottom) / 2)
    elif stroked or coloured:
        yield Stroke((x0 + x1) / 2, top, (x0 + x1) / 2, bottom)


OPERANDS = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}  # table 36; the last two are where it ends
OPERATION = re.compile(r"([SMLQBAC])([^SMLQBAC]*)")


def _runs(data: str) -> Iterator[_Run]:
    """The connected pieces of abbreviated data (9.1)."""
    ends: list[complex] = []
    outline: list[complex] = []
    for found in OPERATION.finditer(data):
        operator, values = found[1], _numbers(found[2], OPERANDS[found[1]])
        if operator in "SMC" and len(ends) > 1:
            yield _Run(ends, outline, operator == "C")
        if operator == "C":
            ends, outline = ends[:1], outline[:1]
        elif values and (operator in "SM" or not ends):
            ends, outline = [complex(*values[-2:])], [complex(*values[-2:])]
        elif values:
            outline += (*_curve(operator, ends[-1], values), complex(*values[-2:]))
            ends.append(outline[-1])
    if len(ends) > 1:
        yield _Run(ends, outline, False)


def _curve(operator: str, start: complex, values: Sequence[float]) -> list[complex]:
    """Some points on a curve between its ends, enough to tell how far it goes; none on a straight line."""
    if operator == "A":
        return _arc(start, values)
    points = [start, *(complex(*values[n : n + 2]) for n in range(0, len(values), 2))]
    return [_bezier(points, part / 4) for part in (1, 2, 3)] if len(points) > 2 else []


def _bezier(points: Sequence[complex], part: float) -> complex:
    """De Casteljau's construction."""
    while len(points) > 1:
        points = [one + (other - one) * part for one, other in pairwise(points)]
    return points[0]


def _arc(start: complex, values: Sequence[float]) -> list[complex]:
    """Points on an elliptical arc, every eighth part, by way of the circle that it is when its radii are made 1.

    The same arcs as in SVG, whose appendix "Elliptical arc implementation notes" has the formulas.
    """
    rx, ry, angle, large, sweep, x, y = values
    end, rx, ry = complex(x, y), abs(rx), abs(ry)
    if min(rx, ry, abs(start - end)) < TINY:
        return []
    axes = rect(1, math.radians(angle))
    half = (start - end) / 2 / axes
    from_middle = complex(half.real / rx, half.imag / ry)
    grown = max(1.0, abs(from_middle))  # radii too short for the ends grow
    from_middle /= grown
    away = math.sqrt(max(0.0, 1 / abs(from_middle) ** 2 - 1))
    centre = from_middle * complex(0, away if bool(large) == bool(sweep) else -away)
    first, last = phase(from_middle - centre), phase(-from_middle - centre)
    turned = (last - first) % math.tau if sweep else -((first - last) % math.tau)
    units = (centre + rect(grown, first + turned * part / 8) for part in range(1, 8))
    return [(start + end) / 2 + axes * complex(unit.real * rx, unit.imag * ry) for unit in units]


# Pictures (10)


def _image(document: _Document, one: Element, at: Map, within: Within) -> Iterator[Thing]:
    """The unit square through the matrix; without one, the rectangle of the object."""
    own = _after(at, _place(one))
    x, y, width, height = _numbers(one.get("Boundary"), 4) or (0, 0, 0, 0)
    unit = own if one.get("CTM") else _after(at, (width, 0, 0, height, x, y))
    yield _Image(one.get("ResourceID", ""), _boxed(unit, 0, 0, 1, 1), _turn(unit))


def _picture(document: _Document, root: Element, box: Box) -> Picture | None:
    things = islice(_layers(document, root, _onto(box), ()), MAX_STEPS)
    parts = document.package.parts
    files = ((one, document.media.get(one.resource, "").lower()) for one in things if isinstance(one, _Image))
    found = [(one, parts[name]) for one, name in files if name in parts]
    image, content = max(found, key=lambda pair: _covered(pair[0].place, box), default=(None, None))
    return Picture(content(), *image.place, image.turn) if image and content else None


def _covered(place: Box, box: Box) -> float:
    """How much of a page a picture covers, in square points."""
    width, height = _size(box)
    x0, top, x1, bottom = place
    return max(0.0, min(x1, width) - max(x0, 0)) * max(0.0, min(bottom, height) - max(top, 0))


OBJECTS: dict[str, Walk] = {
    "Layer": _block,
    "PageBlock": _block,
    "TextObject": _text,
    "PathObject": _path,
    "ImageObject": _image,
    "CompositeObject": _composite,
}


# Places


IDENTITY: Map = (1, 0, 0, 1, 0, 0)
TURNED: tuple[Map, ...] = (IDENTITY, (0, 1, -1, 0, 0, 0), (-1, 0, 0, -1, 0, 0), (0, -1, 1, 0, 0, 0))  # clockwise


def _place(one: Element) -> Map:
    """From the space of an object to the one around it (8.5)."""
    x, y, *_ = _numbers(one.get("Boundary"), 4) or (0, 0, 0, 0)
    a, b, c, d, e, f = _numbers(one.get("CTM"), 6) or IDENTITY
    return a, b, c, d, e + x, f + y


def _onto(box: Box) -> Map:
    """From millimetres in the space of a page to points from the corner of its box (7.7)."""
    return POINTS, 0, 0, POINTS, -box[0] * POINTS, -box[1] * POINTS


def _size(box: Box) -> tuple[float, float]:
    return box[2] * POINTS, box[3] * POINTS


def _after(outer: Map, inner: Map) -> Map:
    """The map that takes a point through the inner and then through the outer one."""
    a, b, c, d, e, f = outer
    p, q, r, s, t, u = inner
    return a * p + c * q, b * p + d * q, a * r + c * s, b * r + d * s, a * t + c * u + e, b * t + d * u + f


def _mapped(at: Map, points: Iterable[complex]) -> list[complex]:
    a, b, c, d, e, f = at
    return [complex(a * one.real + c * one.imag + e, b * one.real + d * one.imag + f) for one in points]


def _boxed(at: Map, x0: float, top: float, x1: float, bottom: float) -> Box:
    """The rectangle around a mapped rectangle."""
    return _around(_mapped(at, (complex(x0, top), complex(x1, top), complex(x0, bottom), complex(x1, bottom))))


def _around(points: Sequence[complex]) -> Box:
    across, down = [one.real for one in points], [one.imag for one in points]
    return min(across), min(down), max(across), max(down)


def _on_page(numbers: Iterable[float]) -> bool:
    return all(abs(one) < FAR for one in numbers)


def _turn(at: Map) -> int:
    """The quarter turns clockwise by which things are drawn that are mapped so."""
    right, down, *_ = at
    if abs(down) <= SLANT * abs(right):
        return 0 if right >= 0 else 2
    if abs(right) <= SLANT * abs(down):
        return 1 if down > 0 else 3
    return SLANTED


# What elements say


def _local(one: Element) -> str:
    """The name without the namespace: that has been another one, and some programs use their own."""
    return str(one.tag).rpartition("}")[2]


def _children(one: Element, name: str) -> Iterator[Element]:
    return (child for child in one if _local(child) == name)


def _below(one: Element, *path: str) -> Iterator[Element]:
    """The descendants along these names, in the order of the file."""
    found = iter([one])
    for name in path:
        found = chain.from_iterable(map(partial(_children, name=name), found))
    return found


def _text_in(one: Element, name: str) -> str:
    return next((child.text or "" for child in _children(one, name)), "")


def _box_of(one: Element, name: str) -> Box | None:
    """The physical box of an area (7.5): left, top, width, height in millimetres; None without a sensible one."""
    numbers = next((_numbers(box.text, 4) for box in _below(one, name, "PhysicalBox")), ())
    return (
        (numbers[0], numbers[1], numbers[2], numbers[3])
        if numbers and 0 < numbers[2] < FAR and 0 < numbers[3] < FAR
        else None
    )


def _numbers(text: str | None, count: int) -> tuple[float, ...]:
    """The first numbers of a list; none at all if there are fewer or one is beyond sense."""
    found = tuple(float(one[0]) for one in islice(NUMBERS.finditer(text or ""), count))
    return found if len(found) == count and _on_page(found) else ()


def _number(text: str | None, otherwise: float = 0.0) -> float:
    return next(iter(_numbers(text, 1)), otherwise)


def _says(one: Element, name: str, otherwise: bool) -> bool:
    """What an attribute says that is true or false."""
    written = (one.get(name) or str(otherwise)).strip().lower()
    return written in ("true", "1")


def _white(one: Element, name: str) -> bool:
    """Whether a colour of an object (8.3) cannot be seen on paper: white, or transparent."""
    colour = next(_children(one, name), None)
    if colour is None:
        return False
    values = (colour.get("Value") or "").split()
    return _number(colour.get("Alpha"), 1) <= 0 or (len(values) in (1, 3) and set(values) <= {"255", "#ff", "#FF"})
