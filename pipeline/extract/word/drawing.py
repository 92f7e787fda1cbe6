"""DrawingML shapes -> their places and texts (ISO 29500-1, 20 and 21; Word's wps, wpg and wpc).

Every shape is mapped through the groups and canvases around it into the frame of its anchor.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

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

__all__ = ["Diagram", "drawing_of"]

EMU = 1 / 12700  # points
THINNEST = 1.0  # point; nothing narrower is a box
QUARTER = 90 * 60_000  # of a turn, in DrawingML's units
LINES = re.compile(r"^line$|Connector\d?$", re.IGNORECASE)

Diagram = Callable[[Element], Element | list[str]]


def drawing_of(element: Element, diagram: Diagram) -> Drawing | None:
    """The shapes of a `w:drawing`; None if it holds none.

    `diagram` finds what a SmartArt frame (`dgm:relIds`) shows: its drawing, or else the words of its points.
    """
    frame = next((one for one in children(element) if local(one) in ("anchor", "inline")), None)
    content = child(frame, "graphic", "graphicData")
    if frame is None or content is None:
        return None
    anchor = _anchor(frame)
    window = _Window(anchor.width, anchor.height, _key(child(frame, "docPr")))
    found: list[Shape | Stroke] = []
    for one in children(content):
        shown = _diagram(diagram(one), anchor) if local(one) == "relIds" else _shapes(one, Matrix(), window)
        found += shown
    return drawing(anchor, found)


@dataclass(frozen=True, slots=True)
class _Window:
    """The frame that the outermost shape of a drawing fills, and the key of that shape."""

    width: float
    height: float
    key: str | None


def _anchor(frame: Element) -> Anchor:
    extent = child(frame, "extent")
    width, height = _emu(extent, "cx"), _emu(extent, "cy")
    if local(frame) == "inline":
        return Anchor(width, height)
    if frame.get("simplePos") in ("1", "true"):
        point = child(frame, "simplePos")
        return Anchor(width, height, Axis("page", _emu(point, "x")), Axis("page", _emu(point, "y")))
    return Anchor(width, height, _axis(child(frame, "positionH")), _axis(child(frame, "positionV")))


def _axis(position: Element | None) -> Axis:
    if position is None:
        return Axis("page")
    base = Axis(position.get("relativeFrom") or "page")
    for one in children(position):
        text = (one.text or "").strip()
        if local(one) == "align":
            return replace(base, align=text)
        if local(one) == "posOffset":
            return replace(base, offset=number(text) * EMU)
        if local(one).startswith("pctPos"):
            return replace(base, percent=number(text) / 1000)
    return base


def _shapes(element: Element, outer: Matrix, window: _Window | None) -> Iterator[Shape | Stroke]:
    """The shapes in an element whose parent's coordinates `outer` maps to the anchor; `window` for the outermost."""
    name = local(element)
    if name in ("wgp", "grpSp"):
        inner = outer.after(_group(element, window))
        for one in children(element):
            yield from _shapes(one, inner, None)
    elif name == "wpc":
        for one in children(element):
            yield from _shapes(one, outer, None)
    elif name in ("wsp", "sp", "cxnSp", "pic"):
        yield from _single(element, outer, window)


def _group(element: Element, window: _Window | None) -> Matrix:
    frame = child(element, "grpSpPr", "xfrm")
    seat, width, height = _seat(frame, window)
    offset, extent = child(frame, "chOff"), child(frame, "chExt")
    if extent is None:
        return seat
    window_inside = _emu(offset, "x"), _emu(offset, "y"), _emu(extent, "cx"), _emu(extent, "cy")
    return seat.after(rescaled(*window_inside, width, height))


def _seat(frame: Element | None, window: _Window | None) -> tuple[Matrix, float, float]:
    """The map from a shape's own frame to its parent's, and the size of that frame."""
    offset, extent = child(frame, "off"), child(frame, "ext")
    x, y, width, height = _emu(offset, "x"), _emu(offset, "y"), _emu(extent, "cx"), _emu(extent, "cy")
    if window:
        x, y, width, height = 0.0, 0.0, window.width, window.height
    turns = round(number(attribute(frame, "rot")) / QUARTER)
    mirrored, upside_down = (attribute(frame, flip) in ("1", "true") for flip in ("flipH", "flipV"))
    return seated(x, y, width, height, turns, mirrored, upside_down), width, height


def _single(element: Element, outer: Matrix, window: _Window | None) -> Iterator[Shape | Stroke]:
    seat, width, height = _seat(child(element, "spPr", "xfrm"), window)
    whole = outer.after(seat)
    form = attribute(child(element, "spPr", "prstGeom"), "prst") or ""
    stories = [one for one in (child(element, "txbx", "txbxContent"), child(element, "txBody")) if one is not None]
    if _is_line(element, form, width, height) and not written(stories):
        yield _stroke(element, whole, width, height)
        return
    if form in ARROWS and not written(stories):
        yield block_arrow(form, whole, width, height)
        return
    keys = (_key(child(element, "cNvPr")), _key(child(element, "nvSpPr", "cNvPr")), window.key if window else None)
    yield Shape(
        *whole.bounds(width, height),
        keys=tuple(key for key in keys if key),
        stories=tuple(stories),
        picture=local(element) == "pic",
    )


def _is_line(element: Element, form: str, width: float, height: float) -> bool:
    """Whether a shape is a line: by its name, or, as LibreOffice writes lines as rectangles, by its tips or size."""
    named = local(element) == "cxnSp" or child(element, "cNvCnPr") is not None or LINES.search(form)
    return bool(named) or any(_tips(element)) or min(width, height) < THINNEST


def _tips(element: Element) -> list[bool]:
    """Whether the outline of a shape has an arrow at its start and at its end."""
    line = child(element, "spPr", "ln")
    return [attribute(child(line, name), "type") not in (None, "none") for name in ("headEnd", "tailEnd")]


def _stroke(element: Element, whole: Matrix, width: float, height: float) -> Stroke:
    tips = _tips(element)
    glue = next((one for one in children(element) if local(one) in ("cNvCnPr", "cNvCxnSpPr")), None)
    start, end = (_key(child(glue, name)) for name in ("stCxn", "endCxn"))
    first, last = whole(0, 0), whole(width, height)
    if tips == [True, False]:  # it points back to where it starts
        return Stroke(*last, *first, arrow=True, start=end, end=start)
    return Stroke(*first, *last, arrow=tips == [False, True], start=start, end=end)


def _key(element: Element | None) -> str | None:
    return attribute(element, "id")


def _emu(element: Element | None, name: str) -> float:
    return number(attribute(element, name)) * EMU


def _diagram(shown: Element | list[str], anchor: Anchor) -> Iterator[Shape | Stroke]:
    """The shapes of a SmartArt drawing; without one its points, one below the other."""
    if not isinstance(shown, list):
        for one in children(child(shown, "spTree")):
            yield from _shapes(one, Matrix(), None)
        return
    step = anchor.height / max(1, len(shown))
    for place, words in enumerate(shown):
        yield Shape(0.0, place * step, anchor.width, (place + 1) * step, words=tuple(words.splitlines()))
