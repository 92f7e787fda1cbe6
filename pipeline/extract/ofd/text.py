"""The characters of text objects, each at its place (GB/T 33190-2016, 11)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat, zip_longest

from pipeline.extract.ofd.elements import NUMBER, Element, children, number_in, on_page, says
from pipeline.extract.ofd.places import TURNED, Map, after, boxed, place_of, turn_of
from pipeline.extract.page.marks import Glyph

__all__ = ["characters"]

MAX_CHARACTERS = 200_001  # of one text: more than a page may have, so that it is told to have too many

ASCENT, DESCENT = 0.88, 0.12  # of the size: the box of a Chinese character around its base line
NARROW = 0x100  # characters below take half the width of a Chinese one


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


def characters(one: Element, at: Map) -> Iterator[Glyph | None]:
    """The characters of a text object; None for one that is too far off."""
    size, scale = number_in(one.get("Size")), number_in(one.get("HScale"), 1)
    if size <= 0 or scale <= 0 or not _inked(one):
        return
    turns = (round(number_in(one.get(name)) / 90) % 4 for name in ("ReadDirection", "CharDirection"))
    face, own = _Face(size, size * scale, *turns), after(at, place_of(one))
    x = y = 0.0
    for code in children(one, "TextCode"):
        x, y = number_in(code.get("X"), x), number_in(code.get("Y"), y)
        text = _unescaped((code.text or "")[:MAX_CHARACTERS])
        yield from _glyphs(text, _offsets(code, len(text) - 1), (x, y), face, own)


def _inked(one: Element) -> bool:
    """Whether a text is printed: scans come with text that can be searched and not be seen."""
    clear = any(number_in(colour.get("Alpha"), 1) <= 0 for colour in children(one, "FillColor"))
    return (says(one, "Fill", True) and not clear) or says(one, "Stroke", False)


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


DELTA = re.compile(rf"g\s*(\d{{1,9}})\s+({NUMBER})|({NUMBER})")


def _expanded(text: str, count: int) -> list[float]:
    """The first `count` values of a list in which "g 3 4.2" is three times 4.2 (11.3)."""
    found: list[float] = []
    for times, repeated, single in (one.groups("") for one in DELTA.finditer(text)):
        if len(found) >= count:
            break
        found += repeat(number_in(repeated or single), min(int(times or 1), count - len(found)))
    return found


def _glyphs(text: str, offsets: Offsets, start: tuple[float, float], face: _Face, own: Map) -> Iterator[Glyph | None]:
    """Characters one after the other; where no offset is told, by their own widths along the reading direction."""
    x, y = start
    turned = TURNED[face.turn]
    turn = turn_of(after(own, turned))
    for number, character in enumerate(text):
        width = face.width(character)
        dx, dy = offsets[number] if number < len(offsets) else _natural(width, face)
        along = dx * turned[0] + dy * turned[1]
        advance = along if 0 < along <= face.full else width  # more than a full width is a gap
        box = boxed(after(own, (*turned[:4], x, y)), 0, -ASCENT * face.size, advance, DESCENT * face.size)
        yield Glyph(character, *box, turn) if on_page(box) else None
        x, y = x + dx, y + dy


def _natural(width: float, face: _Face) -> tuple[float, float]:
    """The way to the next character: its width along the line, or its height if it stands across."""
    way = width if (face.reading - face.turn) % 2 == 0 else face.size
    return way * TURNED[face.reading][0], way * TURNED[face.reading][1]
