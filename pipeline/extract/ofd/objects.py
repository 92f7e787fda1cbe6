"""What a page shows, in the order in which it is drawn: templates, objects, annotations."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from pipeline.extract.ofd.elements import Box, Element, children, local, number_in, numbers_in, says
from pipeline.extract.ofd.outlines import outlines
from pipeline.extract.ofd.package import Document, Sheet, trees_of, with_own
from pipeline.extract.ofd.places import Map, after, boxed, onto, place_of, turn_of
from pipeline.extract.ofd.text import characters
from pipeline.extract.page.marks import Area, Glyph, Stroke
from pipeline.model import Problem

__all__ = ["Image", "Thing", "drawn", "layers"]

MAX_NESTED = 40  # blocks, composites and templates within each other


class Image(NamedTuple):
    """A picture on a page, by the id of its file."""

    resource: str
    place: Box
    turn: int


Thing = Glyph | Area | Stroke | Image | Problem | None  # None: a step that gave nothing


def drawn(sheet: Sheet, root: Element, box: Box) -> Iterator[Thing]:
    """All that a page shows (7.7), with what of it is missing."""
    document, at = with_own(sheet, root), onto(box)
    if sheet.first:
        yield from (_incomplete(what) for what in sheet.document.lost)
    yield from layers(document, root, at, ())
    for part in document.annotations.get(sheet.id, ()):
        yield from _annotation(document, part, at)


def _incomplete(what: str) -> Problem:
    return Problem("page-incomplete", f"没有读全：{what}")


Within = tuple[str, ...]  # the templates, composites and blocks around an object


def layers(document: Document, root: Element, at: Map, within: Within) -> Iterator[Thing]:
    """The content of a page or template between the templates behind and before it."""
    behind: list[str] = []
    before: list[str] = []
    for one in children(root, "Template"):
        _, order = document.templates.get(one.get("TemplateID", ""), ("", ""))
        (before if one.get("ZOrder", order) == "Foreground" else behind).append(one.get("TemplateID", ""))
    for name in behind:
        yield from _template(document, name, at, within)
    for content in children(root, "Content"):
        yield from _objects(document, content, at, within)
    for name in before:
        yield from _template(document, name, at, within)


def _template(document: Document, name: str, at: Map, within: Within) -> Iterator[Thing]:
    yield None
    part, _ = document.templates.get(name, (f"模板 {name[:20]}", ""))
    trees, lost = trees_of(document.package, [part])
    yield from (_incomplete(what) for what in lost)
    for _, root in trees:
        yield from _nested(layers, document, root, at, within, f"template {name}")


Walk = Callable[[Document, Element, Map, Within], Iterator[Thing]]


def _nested(
    walk: Walk, document: Document, one: Element, at: Map, within: Within, name: str = "block"
) -> Iterator[Thing]:
    """What is inside of an element; nothing if it is inside of itself."""
    if len(within) >= MAX_NESTED or (name in within and name != "block"):
        yield _incomplete("模板、图元互相包含或嵌套太深")
    else:
        yield from walk(document, one, at, (*within, name))


def _objects(document: Document, parent: Element, at: Map, within: Within) -> Iterator[Thing]:
    """The objects in a layer or a block of it (7.7)."""
    for one in parent:
        yield None
        if says(one, "Visible", True) and number_in(one.get("Alpha"), 1) > 0:
            name = local(one)
            if name in SINGLE:
                yield from SINGLE[name](one, at)
            elif name in GROUPS:
                yield from GROUPS[name](document, one, at, within)


def _block(document: Document, one: Element, at: Map, within: Within) -> Iterator[Thing]:
    yield from _nested(_objects, document, one, at, within)


def _composite(document: Document, one: Element, at: Map, within: Within) -> Iterator[Thing]:
    """A graphic out of the resources (13)."""
    name = one.get("ResourceID", "")
    unit = document.units.get(name)
    if unit is None:
        yield _incomplete("引用的复合图元找不到")
        return
    for content in children(unit, "Content"):
        yield from _nested(_objects, document, content, after(at, place_of(one)), within, f"unit {name}")


def _annotation(document: Document, part: str, at: Map) -> Iterator[Thing]:
    """What notes on a page say (15.2), not what is drawn around it: that is the reader's, not the chart's."""
    trees, lost = trees_of(document.package, [part])
    yield from (_incomplete(what) for what in lost)
    for note in (note for _, root in trees for note in children(root, "Annot")):
        kinds = {note.get("Type", "").lower(), note.get("Subtype", "").lower()}
        if says(note, "Visible", True) and kinds.isdisjoint(("watermark", "stamp")):
            for look in children(note, "Appearance"):
                things = _objects(document, look, after(at, place_of(look)), ())
                yield from (None if isinstance(thing, Area | Stroke | Image) else thing for thing in things)


def _image(one: Element, at: Map) -> Iterator[Image]:
    """The unit square through the matrix; without one, the rectangle of the object."""
    own = after(at, place_of(one))
    x, y, width, height = numbers_in(one.get("Boundary"), 4) or (0, 0, 0, 0)
    unit = own if one.get("CTM") else after(at, (width, 0, 0, height, x, y))
    yield Image(one.get("ResourceID", ""), boxed(unit, 0, 0, 1, 1), turn_of(unit))


Single = Callable[[Element, Map], Iterator[Thing]]

SINGLE: dict[str, Single] = {"TextObject": characters, "PathObject": outlines, "ImageObject": _image}
GROUPS: dict[str, Walk] = {"Layer": _block, "PageBlock": _block, "CompositeObject": _composite}
