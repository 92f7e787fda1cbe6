"""Encodings: how drawn pages are written as Word documents (OOXML), each as some program or habit would write them."""

import io
import itertools
import random
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from xml.sax.saxutils import escape

from tests.draw import INSET, LINE, MARGIN, PITCH, Arrow, Cell, Page, Paragraphs, Shape, Table

NAMESPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "wpg": "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup",
    "wpc": "http://schemas.microsoft.com/office/word/2010/wordprocessingCanvas",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
}
ROOT = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
ITEM = re.compile(r"\d+\.(.+)")

Rect = tuple[float, float, float, float]  # x, y, width, height


# Shared by all encodings


@dataclass
class Pen:
    """What writing one document counts and remembers."""

    rng: random.Random
    last: int = 1024
    lists: list[int] = field(default_factory=list)  # the number format of each list begun
    rules: list[str] = field(default_factory=list)  # VML connectors: what they connect
    names: dict[Shape, int] = field(default_factory=dict)  # shapes of the page at hand

    def number(self) -> int:
        """A new id."""
        self.last += 1
        return self.last

    def name(self, shape: Shape) -> int:
        """The id of a shape; an arrow may ask for it before the shape is written."""
        if shape not in self.names:
            self.names[shape] = self.number()
        return self.names[shape]

    def shuffled(self, page: Page) -> list[Shape | Arrow]:
        """What stands on a page, in any order."""
        self.names.clear()
        both: list[Shape | Arrow] = [*page.shapes, *page.arrows]
        self.rng.shuffle(both)
        return both


Text = Callable[[Paragraphs, str, Pen], str]  # paragraphs of a box of this form as w:p elements


def _run(text: str, bold: bool = False, size: int = 18, tag: str = "w:t") -> str:
    weight = "<w:b/>" if bold else ""
    return f'<w:r><w:rPr>{weight}<w:sz w:val="{size}"/></w:rPr><{tag} xml:space="preserve">{escape(text)}</{tag}></w:r>'


def _paragraph(content: str, form: str = "box", more: str = "") -> str:
    align = "left" if form == "box" else "center"
    line = PITCH if form == "title" else LINE
    spacing = f'<w:snapToGrid w:val="0"/><w:spacing w:line="{round(line * 20)}" w:lineRule="exact"/>'
    return f'<w:p><w:pPr>{more}{spacing}<w:jc w:val="{align}"/></w:pPr>{content}</w:p>'


def _styled(text: str, form: str) -> str:
    return _run(text, bold=form in ("header", "title"), size=24 if form == "title" else 18)


def plain(paragraphs: Paragraphs, form: str, pen: Pen) -> str:
    """Every paragraph in one run."""
    return "".join(_paragraph(_styled(text, form), form) for text in paragraphs)


def _emu(points: float) -> int:
    return round(points * 12700)


def _rect(thing: Shape | Arrow) -> Rect:
    if isinstance(thing, Shape):
        return thing.x, thing.y, thing.width, thing.height
    (x1, y1), (x2, y2) = thing.points
    return min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1)


def _flips(arrow: Arrow) -> tuple[bool, bool]:
    (x1, y1), (x2, y2) = arrow.points
    return x2 < x1, y2 < y1


@dataclass(frozen=True)
class Space:
    """The coordinates inside a group: `factor` units a point, the page point x, y at `left`, `top`."""

    x: float
    y: float
    factor: float
    left: float = 0
    top: float = 0

    def inside(self, rect: Rect) -> tuple[int, int, int, int]:
        """A rectangle of the page in these coordinates."""
        x, y, width, height = rect
        across, down = self.left + (x - self.x) * self.factor, self.top + (y - self.y) * self.factor
        return round(across), round(down), round(width * self.factor), round(height * self.factor)


def _around(things: Sequence[Shape | Arrow]) -> Rect:
    rects = [_rect(thing) for thing in things]
    x, y = min(rect[0] for rect in rects), min(rect[1] for rect in rects)
    return x, y, max(rect[0] + rect[2] for rect in rects) - x, max(rect[1] + rect[3] for rect in rects) - y


# DrawingML


def _xfrm(rect: tuple[int, int, int, int], flips: tuple[bool, bool] = (False, False), child: str = "") -> str:
    x, y, width, height = rect
    flipped = (' flipH="1"' if flips[0] else "") + (' flipV="1"' if flips[1] else "")
    return f'<a:xfrm{flipped}><a:off x="{x}" y="{y}"/><a:ext cx="{width}" cy="{height}"/>{child}</a:xfrm>'


FILLS = {"stage": "DCE6F1", "box": "FFFFFF", "header": "D9D9D9"}
URI = "http://schemas.microsoft.com/office/word/2010/wordprocessing"


def _look(form: str) -> str:
    if form not in FILLS:
        return "<a:noFill/><a:ln><a:noFill/></a:ln>"
    line = '<a:ln w="9525"><a:solidFill><a:srgbClr val="000000"/></a:solidFill></a:ln>'
    return f'<a:solidFill><a:srgbClr val="{FILLS[form]}"/></a:solidFill>{line}'


def _inset(shape: Shape) -> float:
    return 0 if shape.form in ("label", "title") else INSET


def _wsp(shape: Shape, rect: tuple[int, int, int, int], pen: Pen, inner: str) -> str:
    """A shape; `inner` is its wps:txbx or wps:linkedTxbx."""
    name = pen.name(shape)
    geometry = "roundRect" if shape.form == "stage" else "rect"
    anchor = "t" if shape.form == "box" else "ctr"
    insets = " ".join(f'{side}Ins="{_emu(_inset(shape))}"' for side in "ltrb")
    return (
        f'<wps:wsp><wps:cNvPr id="{name}" name="文本框 {name}"/><wps:cNvSpPr txBox="1"/><wps:spPr>{_xfrm(rect)}'
        f'<a:prstGeom prst="{geometry}"><a:avLst/></a:prstGeom>{_look(shape.form)}</wps:spPr>{inner}'
        f'<wps:bodyPr rot="0" vert="horz" wrap="square" {insets} anchor="{anchor}"><a:noAutofit/></wps:bodyPr>'
        "</wps:wsp>"
    )


def _txbx(content: str, link: str = "") -> str:
    return f"<wps:txbx{link}><w:txbxContent>{content}</w:txbxContent></wps:txbx>"


def _connector(arrow: Arrow, rect: tuple[int, int, int, int], pen: Pen) -> str:
    name, (start, end) = pen.number(), arrow.sites
    return (
        f'<wps:wsp><wps:cNvPr id="{name}" name="直接箭头连接符 {name}"/><wps:cNvCnPr>'
        f'<a:stCxn id="{pen.name(arrow.start)}" idx="{start}"/><a:endCxn id="{pen.name(arrow.end)}" idx="{end}"/>'
        f"</wps:cNvCnPr><wps:spPr>{_xfrm(rect, _flips(arrow))}"
        '<a:prstGeom prst="straightConnector1"><a:avLst/></a:prstGeom>'
        '<a:ln w="9525"><a:solidFill><a:srgbClr val="000000"/></a:solidFill><a:tailEnd type="triangle"/></a:ln>'
        "</wps:spPr><wps:bodyPr/></wps:wsp>"
    )


@dataclass(frozen=True)
class Place:
    """What a position counts from, across and down, and where on the page that is."""

    across: str = "page"
    down: str = "page"
    x: float = 0
    y: float = 0


def _place(kind: str, line: int) -> Place:
    """The page, its margin, or the column and the body paragraph on this line."""
    if kind == "page":
        return Place()
    if kind == "margin":
        return Place("margin", "margin", MARGIN, MARGIN)
    return Place("column", "paragraph", MARGIN, MARGIN + PITCH * line)


def _anchor(rect: Rect, kind: str, graphic: str, pen: Pen, place: Place, name: int = 0) -> str:
    """A floating drawing; `kind` is Shape, Group or Canvas."""
    x, y, width, height = rect
    name = name or pen.number()
    return (
        '<w:drawing><wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" behindDoc="0" locked="0"'
        f' layoutInCell="1" allowOverlap="1" relativeHeight="{251650000 + name}"><wp:simplePos x="0" y="0"/>'
        f'<wp:positionH relativeFrom="{place.across}"><wp:posOffset>{_emu(x - place.x)}</wp:posOffset></wp:positionH>'
        f'<wp:positionV relativeFrom="{place.down}"><wp:posOffset>{_emu(y - place.y)}</wp:posOffset></wp:positionV>'
        f'<wp:extent cx="{_emu(width)}" cy="{_emu(height)}"/><wp:effectExtent l="0" t="0" r="0" b="0"/><wp:wrapNone/>'
        f'<wp:docPr id="{name}" name="图形 {name}"/><wp:cNvGraphicFramePr/>'
        f'<a:graphic><a:graphicData uri="{URI}{kind}">{graphic}</a:graphicData></a:graphic></wp:anchor></w:drawing>'
    )


def _drawing(thing: Shape | Arrow, pen: Pen, inner: str, place: Place) -> str:
    """A shape or an arrow by itself; `inner` is for a shape."""
    rect = _rect(thing)
    own = (0, 0, _emu(rect[2]), _emu(rect[3]))
    if isinstance(thing, Arrow):
        return _anchor(rect, "Shape", _connector(thing, own, pen), pen, place)
    return _anchor(rect, "Shape", _wsp(thing, own, pen, inner), pen, place, pen.name(thing))


Words = Mapping[Shape, str]  # the paragraphs of each shape, written


def _children(things: Sequence[Shape | Arrow], space: Space, pen: Pen, words: Words) -> str:
    """Shapes and arrows inside a group."""
    return "".join(
        _connector(thing, space.inside(_rect(thing)), pen)
        if isinstance(thing, Arrow)
        else _wsp(thing, space.inside(_rect(thing)), pen, _txbx(words[thing]))
        for thing in things
    )


def _group_properties(rect: tuple[int, int, int, int], rect_inside: tuple[int, int, int, int]) -> str:
    x, y, width, height = rect_inside
    child = f'<a:chOff x="{x}" y="{y}"/><a:chExt cx="{width}" cy="{height}"/>'
    return f"<wpg:cNvGrpSpPr/><wpg:grpSpPr>{_xfrm(rect, child=child)}</wpg:grpSpPr>"


def _nested(
    things: Sequence[Shape | Arrow], space: Space, factor: float, pen: Pen, words: Words, tag: str = "grpSp"
) -> str:
    """A group inside a group (or, as wgp, inside a canvas), with a scale and an offset of its own."""
    if not things:
        return ""
    box = _around(things)
    own = Space(box[0], box[1], factor, left=40000, top=-70000)
    name = pen.number()
    return (
        f'<wpg:{tag}><wpg:cNvPr id="{name}" name="组合 {name}"/>{_group_properties(space.inside(box), own.inside(box))}'
        f"{_children(things, own, pen, words)}</wpg:{tag}>"
    )


def _thirds(things: Sequence[Shape | Arrow]) -> list[Sequence[Shape | Arrow]]:
    third = (len(things) + 2) // 3
    return [things[:third], things[third : 2 * third], things[2 * third :]]


# VML

TYPES = {
    "t202": (
        '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
        '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
    ),
    "t32": (
        '<v:shapetype id="_x0000_t32" coordsize="21600,21600" o:spt="32" o:oned="t" path="m,l21600,21600e" filled="f">'
        '<v:path arrowok="t" fillok="f" o:connecttype="none"/><o:lock v:ext="edit" shapetype="t"/></v:shapetype>'
    ),
}


@dataclass(frozen=True)
class Spot:
    """Where VML stands: on the page with a unit and what it counts from, or inside a group."""

    place: Place | None
    space: Space

    def style(self, rect: Rect, name: int) -> str:
        """The position as a style."""
        if self.place is None:
            left, top, across, down = self.space.inside(rect)
            return f"position:absolute;left:{left};top:{top};width:{across};height:{down}"
        x, y, width, height = rect
        return (
            f"position:absolute;margin-left:{x - self.place.x:.2f}pt;margin-top:{y - self.place.y:.2f}pt;"
            f"width:{width:.2f}pt;height:{height:.2f}pt;z-index:{name}{self._relative()}"
        )

    def point(self, point: tuple[float, float]) -> str:
        """The end of a line."""
        if self.place is None:
            x, y, _, _ = self.space.inside((*point, 0, 0))
            return f"{x},{y}"
        return f"{point[0] - self.place.x:.2f}pt,{point[1] - self.place.y:.2f}pt"

    def line(self, name: int) -> str:
        """The style of a line, whose position is in its ends."""
        return "position:absolute" if self.place is None else f"position:absolute;z-index:{name}{self._relative()}"

    def _relative(self) -> str:
        if self.place is None or self.place.across == "column":
            return ""
        across, down = self.place.across, self.place.down
        return f";mso-position-horizontal-relative:{across};mso-position-vertical-relative:{down}"


def _on(place: Place) -> Spot:
    return Spot(place, Space(0, 0, 1))


def _vml_shape(shape: Shape, spot: Spot, pen: Pen, content: str, textbox: str = "") -> str:
    """A box as v:roundrect, v:rect or v:shape."""
    tag, kind = "v:shape", ' type="#_x0000_t202"'
    if shape.form == "stage":
        tag, kind = "v:roundrect", ' arcsize="10923f"'
    elif shape.form == "header" or (shape.form == "box" and pen.rng.random() < 0.5):
        tag, kind = "v:rect", ""
    name = pen.name(shape)
    fill = f' fillcolor="#{FILLS[shape.form]}"' if shape.form in FILLS else ' filled="f" stroked="f"'
    middle = ";mso-wrap-style:square" + ("" if shape.form == "box" else ";v-text-anchor:middle")
    inset = f'inset="{",".join([f"{_inset(shape)}pt"] * 4)}"'
    return (
        f"{TYPES['t202'] if tag == 'v:shape' else ''}"
        f'<{tag} id="_x0000_s{name}"{kind} style="{spot.style(_rect(shape), name)}{middle}"{fill}>'
        f"<v:textbox {inset}{textbox}><w:txbxContent>{content}</w:txbxContent></v:textbox></{tag}>"
    )


def _vml_arrow(arrow: Arrow, spot: Spot, pen: Pen) -> str:
    """An arrow as a line or as a connector shape."""
    name = pen.number()
    head = '<v:stroke endarrow="block"/>'
    if pen.rng.random() < 0.5:
        start, end = (spot.point(point) for point in arrow.points)
        return f'<v:line id="_x0000_s{name}" style="{spot.line(name)}" from="{start}" to="{end}">{head}</v:line>'
    flip = "".join(axis for axis, flipped in zip("xy", _flips(arrow), strict=True) if flipped)
    style = spot.style(_rect(arrow), name) + (f";flip:{' '.join(flip)}" if flip else "")
    pen.rules.append(_rule(arrow, name, pen))
    return (
        f'{TYPES["t32"]}<v:shape id="_x0000_s{name}" type="#_x0000_t32" style="{style}" o:connectortype="straight">'
        f"{head}</v:shape>"
    )


def _rule(arrow: Arrow, name: int, pen: Pen) -> str:
    """What a VML connector connects; written into the settings."""
    start, end = arrow.sites
    return (
        f'<o:r id="V:Rule{len(pen.rules) + 1}" type="connector" idref="#_x0000_s{name}">'
        f'<o:proxy start="" idref="#_x0000_s{pen.name(arrow.start)}" connectloc="{start}"/>'
        f'<o:proxy end="" idref="#_x0000_s{pen.name(arrow.end)}" connectloc="{end}"/></o:r>'
    )


def _vml(thing: Shape | Arrow, spot: Spot, pen: Pen, words: Words) -> str:
    if isinstance(thing, Arrow):
        return _vml_arrow(thing, spot, pen)
    return _vml_shape(thing, spot, pen, words[thing])


def _vml_grouped(things: Sequence[Shape | Arrow], place: Place, pen: Pen, words: Words, more: str = "") -> str:
    """One v:group with two more inside, all with coordinates of their own."""
    box = _around(things)
    space = Space(box[0], box[1], 20, 1200, 2400)
    direct, *others = _thirds(things)
    inner = "".join(_vml(thing, Spot(None, space), pen, words) for thing in direct)
    nested = "".join(
        _vml_group(part, Spot(None, space), Space(0, 0, factor, -300, 500), pen, words)
        for part, factor in zip(others, (10.0, 100.0), strict=True)
        if part
    )
    return _vml_open(_on(place).style(box, pen.number()), space.inside(box), more) + inner + nested + "</v:group>"


def _vml_group(things: Sequence[Shape | Arrow], spot: Spot, space: Space, pen: Pen, words: Words) -> str:
    box = _around(things)
    own = replace(space, x=box[0], y=box[1])
    inner = "".join(_vml(thing, Spot(None, own), pen, words) for thing in things)
    return _vml_open(spot.style(box, 0), own.inside(box)) + inner + "</v:group>"


def _vml_open(style: str, inside: tuple[int, int, int, int], more: str = "") -> str:
    x, y, width, height = inside
    return f'<v:group style="{style}" coordorigin="{x},{y}" coordsize="{width},{height}"{more}>'


# The shapes of a page


@dataclass(frozen=True)
class Content:
    """The drawings of a page: runs by the body line that holds them, and what follows the body lines."""

    runs: tuple[tuple[int, str], ...] = ()
    block: str = ""


Draw = Callable[[Page, Pen, Words, int], Content]  # the number is the first body line after the title


def _choice(requires: str, drawing: str, picture: str) -> str:
    return (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="{requires}">{drawing}</mc:Choice>'
        f"<mc:Fallback><w:pict>{picture}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


def _wps_run(thing: Shape | Arrow, pen: Pen, words: Words, place: Place) -> str:
    inner = "" if isinstance(thing, Arrow) else _txbx(words[thing])
    return _choice("wps", _drawing(thing, pen, inner, place), _vml(thing, _on(place), pen, words))


def wps(page: Page, pen: Pen, words: Words, line: int) -> Content:
    """Every shape with a VML fallback, on the page."""
    return Content(tuple((line, _wps_run(thing, pen, words, Place())) for thing in pen.shuffled(page)))


def vml(page: Page, pen: Pen, words: Words, line: int) -> Content:
    """VML alone, counting from the page, the margin or the paragraph in turn."""
    kinds = ("page", "margin", "paragraph")
    return Content(
        tuple(
            (line, f"<w:r><w:pict>{_vml(thing, _on(_place(kinds[number % 3], line)), pen, words)}</w:pict></w:r>")
            for number, thing in enumerate(pen.shuffled(page))
        )
    )


def group(page: Page, pen: Pen, words: Words, line: int) -> Content:
    """One group with two more inside, scaled."""
    things = pen.shuffled(page)
    box = _around(things)
    space = Space(box[0], box[1], 25400, 300000, 500000)
    direct, one, other = _thirds(things)
    inside = _children(direct, space, pen, words)
    inside += _nested(one, space, 6350, pen, words) + _nested(other, space, 38100, pen, words)
    whole = (0, 0, _emu(box[2]), _emu(box[3]))
    wgp = f"<wpg:wgp>{_group_properties(whole, space.inside(box))}{inside}</wpg:wgp>"
    drawing = _anchor(box, "Group", wgp, pen, Place())
    return Content(((line, _choice("wpg", drawing, _vml_grouped(things, Place(), pen, words))),))


def vml_group(page: Page, pen: Pen, words: Words, line: int) -> Content:
    """The same in VML alone."""
    picture = _vml_grouped(pen.shuffled(page), _place("margin", line), pen, words)
    return Content(((line, f"<w:r><w:pict>{picture}</w:pict></w:r>"),))


def canvas(page: Page, pen: Pen, words: Words, line: int) -> Content:
    """A drawing canvas with a group in it, counting from the paragraph."""
    things = pen.shuffled(page)
    box, place = _around(things), _place("paragraph", line)
    space = Space(box[0], box[1], 12700)
    direct, one, other = _thirds(things)
    inside = _children([*direct, *one], space, pen, words) + _nested(other, space, 25400, pen, words, "wgp")
    drawing = _anchor(box, "Canvas", f"<wpc:wpc><wpc:bg/><wpc:whole/>{inside}</wpc:wpc>", pen, place)
    picture = _vml_grouped(things, place, pen, words, ' editas="canvas"')
    return Content(((line, _choice("wpc", drawing, picture)),))


def bare(page: Page, pen: Pen, words: Words, line: int) -> Content:
    """Shapes without a fallback, held by any paragraph of the page, counting from all there is to count from."""
    runs = []
    for number, thing in enumerate(pen.shuffled(page)):
        own = pen.rng.randrange(line, lines_on(page))
        place = _place(("margin", "paragraph", "page")[number % 3], own)
        inner = "" if isinstance(thing, Arrow) else _txbx(words[thing])
        runs.append((own, f"<w:r>{_drawing(thing, pen, inner, place)}</w:r>"))
    return Content(tuple(runs))


def lines_on(page: Page) -> int:
    """How many body lines a page has."""
    return int((page.height - 2 * MARGIN) / PITCH) - 1


def sdt(page: Page, pen: Pen, words: Words, line: int) -> Content:
    """Shapes some of which stand in content controls."""
    runs = []
    for thing in pen.shuffled(page):
        run = _wps_run(thing, pen, words, Place())
        runs.append((line, _control(run, pen) if pen.rng.random() < 0.3 else run))
    return Content(tuple(runs))


def _control(content: str, pen: Pen) -> str:
    return f'<w:sdt><w:sdtPr><w:id w:val="{pen.number()}"/></w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>'


def linked(page: Page, pen: Pen, words: Words, line: int) -> Content:
    """The text of the two longest boxes goes on in a second box below."""
    long = sorted((shape for shape in page.shapes if shape.form == "box"), key=lambda shape: -shape.height)[:2]
    runs = []
    for thing in pen.shuffled(page):
        if isinstance(thing, Shape) and thing in long:
            runs += _linked(thing, pen, words[thing])
        else:
            runs.append(_wps_run(thing, pen, words, Place()))
    return Content(tuple((line, run) for run in runs))


def _linked(shape: Shape, pen: Pen, content: str) -> list[str]:
    """A box cut in two after half of its lines; all its text is written in the upper one."""
    lines = int(shape.height / LINE)
    upper = replace(shape, height=LINE * (lines // 2) + 7.3)
    lower = replace(shape, paragraphs=(), y=shape.y + upper.height + 1, height=shape.height - upper.height - 1)
    pen.names[upper] = pen.name(shape)
    chain = pen.number()
    following = f' style="mso-next-textbox:#_x0000_s{pen.name(lower)}"'
    ends = [
        (upper, _txbx(content, f' id="{chain}"'), _vml_shape(upper, _on(Place()), pen, content, following)),
        (lower, f'<wps:linkedTxbx id="{chain}" seq="1"/>', _vml_shape(lower, _on(Place()), pen, "")),
    ]
    return [_choice("wps", _drawing(part, pen, inner, Place()), picture) for part, inner, picture in ends]


def frames(page: Page, pen: Pen, words: Words, line: int) -> Content:
    """Runs of framed paragraphs; the arrows are VML."""
    things = pen.shuffled(page)
    arrows = [f"<w:r><w:pict>{_vml_arrow(arrow, _on(Place()), pen)}</w:pict></w:r>" for arrow in page.arrows]
    block = "".join(_framed(shape) for shape in things if isinstance(shape, Shape))
    return Content(tuple((line, run) for run in arrows), block + "<w:p/>")


def _framed(shape: Shape) -> str:
    width, height, x, y = (round(value * 20) for value in (shape.width, shape.height, shape.x, shape.y))
    frame = (
        f'<w:framePr w:w="{width}" w:h="{height}" w:hRule="exact" w:wrap="around" w:vAnchor="page" w:hAnchor="page"'
        f' w:x="{x}" w:y="{y}"/>'
    )
    sides = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>' for side in SIDES)
    border = f"<w:pBdr>{sides}</w:pBdr>" if shape.form in FILLS else ""
    return "".join(_paragraph(_styled(text, shape.form), shape.form, frame + border) for text in shape.paragraphs)


SIDES = ("top", "left", "bottom", "right")


def cells(page: Page, pen: Pen, words: Words, line: int) -> Content:
    """A layout table whose cells hold the boxes; what is no box counts from the page."""
    things = pen.shuffled(page)
    boxes = [thing for thing in things if isinstance(thing, Shape) and thing.form != "title"]
    others = tuple((line, _wps_run(thing, pen, words, Place())) for thing in things if thing not in boxes)
    top = MARGIN + PITCH * (line + 1)
    across = _cuts([(box.x, box.right) for box in boxes], MARGIN, page.width - MARGIN)
    down = _cuts([(box.y, box.bottom) for box in boxes], top, max(box.bottom for box in boxes) + 2)
    rows = ""
    for upper, lower in itertools.pairwise(down):
        row = ""
        for left, right in itertools.pairwise(across):
            own = [box for box in boxes if left <= box.x < right and upper <= box.y < lower]
            place = Place("column", "paragraph", left, upper)
            row += _layout_cell("".join(_wps_run(box, pen, words, place) for box in own), right - left)
        height = f'<w:trHeight w:val="{round((lower - upper) * 20)}" w:hRule="exact"/>'
        rows += f"<w:tr><w:trPr>{height}</w:trPr>{row}</w:tr>"
    widths = [right - left for left, right in itertools.pairwise(across)]
    return Content(others, _table_of(rows, widths, border="none", margin=0) + "<w:p/>")


def _cuts(spans: Sequence[tuple[float, float]], first: float, last: float) -> list[float]:
    """Lines between spans that do not overlap, and the outer two."""
    cuts, end = [first], 0.0
    for start, stop in sorted(spans):
        if end and start > end + 1:
            cuts.append((start + end) / 2)
        end = max(end, stop)
    return [*cuts, last]


def _layout_cell(runs: str, width: float) -> str:
    return f'<w:tc><w:tcPr><w:tcW w:w="{round(width * 20)}" w:type="dxa"/></w:tcPr><w:p>{runs}</w:p></w:tc>'


def _table_of(rows: str, widths: Sequence[float], border: str = "single", margin: int = 72) -> str:
    lines = "".join(f'<w:{side} w:val="{border}" w:sz="4" w:space="0"/>' for side in (*SIDES, "insideH", "insideV"))
    margins = "".join(f'<w:{side} w:w="{margin}" w:type="dxa"/>' for side in SIDES)
    columns = "".join(f'<w:gridCol w:w="{round(width * 20)}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{round(sum(widths) * 20)}" w:type="dxa"/><w:tblBorders>{lines}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{columns}</w:tblGrid>{rows}</w:tbl>"
    )


def _table(table: Table, text: Text, pen: Pen) -> str:
    """A table of the page, which every encoding writes in the same way."""
    rows = ""
    for row in table.rows:
        written = (_table_cell(cell, width, text, pen) for cell, width in zip(row, table.widths, strict=True))
        rows += f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(written)}</w:tr>"
    return _table_of(rows, table.widths) + "<w:p/>"


def _table_cell(cell: Cell, width: float, text: Text, pen: Pen) -> str:
    merge = {"": "", "restart": '<w:vMerge w:val="restart"/>', "continue": "<w:vMerge/>"}[cell.merge]
    content = text(cell.paragraphs, "box", pen) or "<w:p/>"
    return f'<w:tc><w:tcPr><w:tcW w:w="{round(width * 20)}" w:type="dxa"/>{merge}</w:tcPr>{content}</w:tc>'


def tables(page: Page, pen: Pen, words: Words, line: int) -> Content:
    """Nothing but the table of the page."""
    if page.shapes:
        raise ValueError("this encoding draws tables alone")
    return Content()


# The text of a box in other ways than plain

FORMATS = (("decimal", "%1."), ("decimal", "%1、"), ("decimal", "(%1)"), ("chineseCounting", "%1、"))


def automatic(paragraphs: Paragraphs, form: str, pen: Pen) -> str:
    """Item numbers as a list of the word processor, a new one in another format for each box of several items."""
    if sum(ITEM.fullmatch(text) is not None for text in paragraphs) < 2:
        return plain(paragraphs, form, pen)
    pen.lists.append(len(pen.lists) % len(FORMATS))
    numbering = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{len(pen.lists)}"/></w:numPr>'
    written = ""
    for text in paragraphs:
        item = ITEM.fullmatch(text) if form == "box" else None
        content = _styled(item[1] if item else text, form)
        written += _paragraph(content, form, numbering if item else "")
    return written


def _numbering(lists: Sequence[int]) -> str:
    abstract = "".join(
        f'<w:abstractNum w:abstractNumId="{number}"><w:multiLevelType w:val="singleLevel"/><w:lvl w:ilvl="0">'
        f'<w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:suff w:val="nothing"/><w:lvlText w:val="{form}"/>'
        f'<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="0" w:firstLine="0"/></w:pPr>'
        '<w:rPr><w:sz w:val="18"/></w:rPr></w:lvl></w:abstractNum>'
        for number, (kind, form) in enumerate(FORMATS)
    )
    begun = "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="{kind}"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
        for number, kind in enumerate(lists, 1)
    )
    return f"<w:numbering {ROOT}>{abstract}{begun}</w:numbering>"


DROPPED = ("待定", "原文如此", "拟删", "按旧规")


def revised(paragraphs: Paragraphs, form: str, pen: Pen) -> str:
    """Some of the text in content controls, the rest with tracked changes, levels and owners in several runs."""
    if pen.rng.random() < 0.3:
        return _control(plain(paragraphs, form, pen), pen)
    return "".join(_paragraph(_revised(text, form, pen), form) for text in paragraphs)


def _revised(text: str, form: str, pen: Pen) -> str:
    if form == "box" and not ITEM.fullmatch(text):
        return _run(text[:2]) + _run(text[2:4], bold=True) + _run(text[4:5]) + _run(text[5:], bold=True)
    if form != "box" or pen.rng.random() < 0.5:
        return _styled(text, form)
    half = pen.rng.randrange(2, len(text))
    deleted = _run(pen.rng.choice(DROPPED), tag="w:delText")
    return _run(text[:half]) + _tracked("del", deleted, pen) + _tracked("ins", _run(text[half:]), pen)


def _tracked(tag: str, run: str, pen: Pen) -> str:
    return f'<w:{tag} w:id="{pen.number()}" w:author="校对员" w:date="2024-03-05T09:00:00Z">{run}</w:{tag}>'


# The document


@dataclass(frozen=True)
class Encoding:
    """How shapes, their text, the titles (body or box or sdt) and page breaks (br or before or section) are written."""

    draw: Draw
    text: Text = plain
    titles: str = "body"
    breaks: str = "br"
    flows: bool = True  # titles further down can be body lines too
    every_line: bool = False  # body lines go down to the foot of the page
    rules: bool = False  # the settings say what the VML connectors connect


ENCODINGS: dict[str, Encoding] = {
    "wps": Encoding(wps),
    "vml": Encoding(vml, breaks="before", rules=True),
    "group": Encoding(group, breaks="section"),
    "vml_group": Encoding(vml_group, rules=True),
    "canvas": Encoding(canvas, titles="box", breaks="before"),
    "bare": Encoding(bare, breaks="section", every_line=True),
    "cells": Encoding(cells, flows=False),
    "frames": Encoding(frames, breaks="before", flows=False),
    "sdt": Encoding(sdt, text=revised, titles="sdt", breaks="before"),
    "numbered": Encoding(wps, text=automatic, breaks="section"),
    "linked": Encoding(linked, breaks="before"),
    "tables": Encoding(tables, breaks="section"),
}


def docx(pages: Sequence[Page], encoding: str, seed: int = 0) -> bytes:
    """A Word document of these pages; the seed decides in what order the shapes stand in the file."""
    way, pen = ENCODINGS[encoding], Pen(random.Random(seed))
    sized = pages if way.breaks == "section" else _one_size(pages)
    body = "".join(_body(page, number, len(pages), way, pen) for number, page in enumerate(sized))
    document = f"<w:document {ROOT}><w:body>{body}{_section(sized[-1])}</w:body></w:document>"
    return _zipped(
        {
            "word/document.xml": document,
            "word/numbering.xml": _numbering(pen.lists),
            **_rest(pen.rules if way.rules else ()),
        }
    )


def _one_size(pages: Sequence[Page]) -> list[Page]:
    width, height = max(page.width for page in pages), max(page.height for page in pages)
    return [replace(page, width=width, height=height) for page in pages]


def _body(page: Page, number: int, pages: int, way: Encoding, pen: Pen) -> str:
    """One page: body lines, some with a title, that hold the drawings; then tables or frames."""
    titles = [title for title in page.titles if _in_body(title, page, way)]
    boxes = [title for title in page.titles if title not in titles]
    page = replace(page, shapes=(*page.shapes, *boxes))
    lines = {line: text for title in titles for line, text in enumerate(title.paragraphs, _line_of(title))}
    free = max(1, sum(_line_of(title) == 0 and len(title.paragraphs) for title in titles))
    words = {shape: way.text(shape.paragraphs, shape.form, pen) for shape in page.shapes}
    content = way.draw(page, pen, words, free) if page.shapes else Content()
    last = lines_on(page) if way.every_line and not page.table else max([free + 1, *(line + 1 for line in lines)])
    written = "".join(
        _body_line(lines.get(line, ""), line, content, way, pen, first=line == 0 and number > 0) for line in range(last)
    )
    table = _table(page.table, way.text, pen) if page.table else ""
    ends = way.breaks == "section" and number < pages - 1
    return f"{written}{table}{content.block}{f'<w:p><w:pPr>{_section(page)}</w:pPr></w:p>' if ends else ''}"


def _line_of(title: Shape) -> int:
    return round((title.y - MARGIN) / PITCH)


def _in_body(title: Shape, page: Page, way: Encoding) -> bool:
    alone = sum(other.y == title.y for other in page.titles) == 1
    return alone and way.titles != "box" and (way.flows or _line_of(title) == 0)


def _body_line(text: str, line: int, content: Content, way: Encoding, pen: Pen, first: bool) -> str:
    """A body paragraph with its drawings; the first one of a later page breaks the page."""
    before = "<w:pageBreakBefore/>" if first and way.breaks == "before" else ""
    broken = '<w:r><w:br w:type="page"/></w:r>' if first and way.breaks == "br" else ""
    runs = broken + "".join(run for at, run in content.runs if at == line)
    if not text:
        return f"<w:p><w:pPr>{before}</w:pPr>{runs}</w:p>"
    paragraph = _paragraph(runs + _styled(text, "title"), "title", before)
    return _control(paragraph, pen) if way.titles == "sdt" else paragraph


def _section(page: Page) -> str:
    width, height, margin = round(page.width * 20), round(page.height * 20), round(MARGIN * 20)
    turned = ' w:orient="landscape"' if width > height else ""
    sides = " ".join(f'w:{side}="{margin}"' for side in ("top", "right", "bottom", "left"))
    return (
        f'<w:sectPr><w:type w:val="nextPage"/><w:pgSz w:w="{width}" w:h="{height}"{turned}/>'
        f'<w:pgMar {sides} w:header="360" w:footer="360" w:gutter="0"/>'
        f'<w:docGrid w:type="lines" w:linePitch="{round(PITCH * 20)}"/></w:sectPr>'
    )


def _rest(rules: Sequence[str]) -> dict[str, str]:
    """The other parts of a document."""
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    types = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    parts = {"document": "document.main", "styles": "styles", "settings": "settings", "numbering": "numbering"}
    overrides = "".join(
        f'<Override PartName="/word/{part}.xml" ContentType="{types}.{kind}+xml"/>' for part, kind in parts.items()
    )
    related = "".join(
        f'<Relationship Id="rId{number}" Type="{kinds}/{part}" Target="{part}.xml"/>'
        for number, part in enumerate(("styles", "settings", "numbering"), 1)
    )
    relations = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    return {
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
        ),
        "_rels/.rels": (
            f'<Relationships {relations}><Relationship Id="rId1" Type="{kinds}/officeDocument"'
            ' Target="word/document.xml"/></Relationships>'
        ),
        "word/_rels/document.xml.rels": f"<Relationships {relations}>{related}</Relationships>",
        "word/styles.xml": (
            f'<w:styles {ROOT}><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New Roman"'
            ' w:eastAsia="宋体" w:hAnsi="Times New Roman"/><w:sz w:val="21"/></w:rPr></w:rPrDefault>'
            '</w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/>'
            "</w:style></w:styles>"
        ),
        "word/settings.xml": _settings(rules),
    }


def _settings(rules: Sequence[str]) -> str:
    layout = f'<o:shapelayout v:ext="edit"><o:rules v:ext="edit">{"".join(rules)}</o:rules></o:shapelayout>'
    return (
        f'<w:settings {ROOT}><w:compat><w:compatSetting w:name="compatibilityMode"'
        ' w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
        f"{f'<w:shapeDefaults>{layout}</w:shapeDefaults>' if rules else ''}</w:settings>"
    )


def _zipped(parts: Mapping[str, str]) -> bytes:
    """The package; the same parts always give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name in sorted(parts):
            info = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(info, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{parts[name]}')
    return buffer.getvalue()
