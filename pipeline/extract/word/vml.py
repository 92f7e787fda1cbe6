"""VML shapes -> their places and texts (ISO 29500-4, 19), mapped into the frame of their anchor as DrawingML is."""

import re
from collections.abc import Callable, Iterator, Mapping

from pipeline.extract.word.shapes import (
    ARROWS,
    Anchor,
    Axis,
    Drawing,
    Matrix,
    Shape,
    Stroke,
    block_arrow,
    drawing,
    rescaled,
    seated,
    written,
)
from pipeline.extract.word.xml import Element, attribute, child, children, local, number

__all__ = ["pictures_of"]

Style = Mapping[str, str]

UNITS = {"pt": 1.0, "in": 72.0, "cm": 72 / 2.54, "mm": 72 / 25.4, "pc": 12.0, "pi": 12.0, "px": 0.75, "": 0.75}
SHAPES = frozenset({"shape", "rect", "roundrect", "oval", "polyline", "arc", "curve", "image"})
CONNECTOR_TYPES = re.compile(r"_x0000_t(?:20|3[2-9]|40)$")
ARROW_TYPES = {"13": "rightArrow", "66": "leftArrow", "67": "downArrow", "68": "upArrow"}
RELATIVE = {("left", "text"): "column", ("top", "text"): "paragraph", ("left", "char"): "character"}


def pictures_of(element: Element) -> Iterator[Drawing]:
    """The outermost shapes of a `w:pict` or `w:object`, each with what it holds."""
    for one in children(element):
        style = _style(one)
        if local(one) == "line":
            yield _line(one, style)
        elif local(one) == "group" or local(one) in SHAPES:
            width, height = _length(style.get("width", "")), _length(style.get("height", ""))
            yield drawing(_anchor(style, width, height), _shapes(one, style, Matrix(), (0.0, 0.0, width, height)))


def _style(element: Element) -> Style:
    pairs = (part.partition(":") for part in (attribute(element, "style") or "").split(";"))
    return {name.strip().lower(): value.strip().lower() for name, _, value in pairs}


def _anchor(style: Style, width: float, height: float) -> Anchor:
    if style.get("position") not in ("absolute", "relative"):
        return Anchor(width, height)
    return Anchor(width, height, _axis(style, "horizontal", "left"), _axis(style, "vertical", "top"))


def _axis(style: Style, axis: str, side: str) -> Axis:
    relative = style.get(f"mso-position-{axis}-relative", "text")
    align = style.get(f"mso-position-{axis}", "absolute")
    percent = number(style.get(f"mso-{side}-percent"))
    return Axis(
        RELATIVE.get((side, relative), relative),
        _length(style.get(f"margin-{side}", "")) + _length(style.get(side, "")),
        None if align == "absolute" else align,
        percent / 10 if percent else None,
    )


def _line(element: Element, style: Style) -> Drawing:
    """A `v:line` of its own: its ends are lengths in the frame that its style names."""
    (x0, y0), (x1, y1) = _ends(element, style, _length)
    anchor = Anchor(0.0, 0.0, _axis(style, "horizontal", "left"), _axis(style, "vertical", "top"))
    return drawing(anchor, [_stroke(element, x0, y0, x1, y1)])


def _ends(
    element: Element, style: Style, read: Callable[[str], float]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """The ends of a `v:line`; where it is flipped, `from` and `to` are corners that it does not touch."""
    (x0, y0), (x1, y1) = _pair(element, "from", "0,0", read), _pair(element, "to", "10,10", read)
    flips = style.get("flip", "")
    if "x" in flips:
        x0, x1 = x1, x0
    if "y" in flips:
        y0, y1 = y1, y0
    return (x0, y0), (x1, y1)


def _shapes(
    element: Element, style: Style, outer: Matrix, frame: tuple[float, float, float, float]
) -> Iterator[Shape | Stroke]:
    """The shapes of an element that fills `frame` of its parent, whose coordinates `outer` maps to the anchor."""
    x, y, width, height = frame
    flips = style.get("flip", "")
    seat = outer.after(seated(x, y, width, height, _turns(style.get("rotation", "")), "x" in flips, "y" in flips))
    if local(element) == "group":
        origin = _pair(element, "coordorigin", "0,0", number)
        size = _pair(element, "coordsize", "1000,1000", number)
        inner = seat.after(rescaled(*origin, *size, width, height))
        for one in children(element):
            yield from _member(one, inner)
    elif local(element) in SHAPES:
        yield from _single(element, seat, width, height)


def _member(element: Element, outer: Matrix) -> Iterator[Shape | Stroke]:
    """A shape within a group: its style gives bare numbers in the group's coordinates."""
    style = _style(element)
    if local(element) == "line":
        first, last = (outer(*end) for end in _ends(element, style, number))
        yield _stroke(element, *first, *last)
        return
    left, top, width, height = (_bare(style.get(name, "")) for name in ("left", "top", "width", "height"))
    yield from _shapes(element, style, outer, (left, top, width, height))


def _single(element: Element, seat: Matrix, width: float, height: float) -> Iterator[Shape | Stroke]:
    kind = attribute(element, "type") or ""
    story = child(element, "textbox", "txbxContent")
    stories = () if story is None else (story,)
    arrow = ARROW_TYPES.get(kind.rpartition("_t")[2])
    if (attribute(element, "connectortype") or CONNECTOR_TYPES.search(kind)) and not written(stories):
        yield _stroke(element, *seat(0, 0), *seat(width, height))
    elif arrow in ARROWS and not written(stories):
        yield block_arrow(arrow, seat, width, height)
    else:
        words = "" if stories else attribute(child(element, "textpath"), "string") or ""
        key = attribute(element, "id")
        yield Shape(
            *seat.bounds(width, height),
            keys=(key,) if key else (),
            stories=stories,
            words=tuple(words.splitlines()),
            picture=child(element, "imagedata") is not None,
        )


def _stroke(element: Element, x0: float, y0: float, x1: float, y1: float) -> Stroke:
    stroke = child(element, "stroke")
    tips = [attribute(stroke, name) not in (None, "none") for name in ("startarrow", "endarrow")]
    if tips == [True, False]:  # it points back to where it starts
        return Stroke(x1, y1, x0, y0, arrow=True)
    return Stroke(x0, y0, x1, y1, arrow=tips == [False, True])


def _turns(rotation: str) -> int:
    """Quarter turns; VML gives degrees, or 1/65536 of one followed by `fd`."""
    degrees = number(rotation[:-2]) / 65536 if rotation.endswith("fd") else number(rotation)
    return round(degrees / 90)


def _length(text: str) -> float:
    """A length with its unit, in points; 0 for none and for nonsense."""
    found = re.fullmatch(r"\s*([-+]?[\d.]+(?:e-?\d+)?)\s*([a-z]*)\s*", text)
    return number(found[1]) * UNITS.get(found[2], 1.0) if found else 0.0


def _bare(text: str) -> float:
    return number(text.rstrip("abcdefghijklmnopqrstuvwxyz"))


def _pair(element: Element, name: str, otherwise: str, read: Callable[[str], float]) -> tuple[float, float]:
    first, _, second = (attribute(element, name) or otherwise).partition(",")
    return read(first.strip()), read(second.strip())
