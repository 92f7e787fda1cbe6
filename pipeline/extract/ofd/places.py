"""Places on a page: maps between the spaces of objects, and what becomes of points and rectangles under them."""

from collections.abc import Iterable, Sequence

from pipeline.extract.ofd.elements import Box, Element, numbers_in
from pipeline.extract.page.marks import SLANTED

__all__ = ["TURNED", "Map", "after", "around", "boxed", "mapped", "onto", "place_of", "size_of", "turn_of"]

Map = tuple[float, float, float, float, float, float]  # as CTM: x' = ax + cy + e, y' = bx + dy + f

POINTS = 72 / 25.4  # in a millimetre
SLANT = 0.1  # the slope up to which a line is level
IDENTITY: Map = (1, 0, 0, 1, 0, 0)
TURNED: tuple[Map, ...] = (IDENTITY, (0, 1, -1, 0, 0, 0), (-1, 0, 0, -1, 0, 0), (0, -1, 1, 0, 0, 0))  # clockwise


def place_of(one: Element) -> Map:
    """From the space of an object to the one around it (8.5)."""
    x, y, *_ = numbers_in(one.get("Boundary"), 4) or (0, 0, 0, 0)
    a, b, c, d, e, f = numbers_in(one.get("CTM"), 6) or IDENTITY
    return a, b, c, d, e + x, f + y


def onto(box: Box) -> Map:
    """From millimetres in the space of a page to points from the corner of its box (7.7)."""
    return POINTS, 0, 0, POINTS, -box[0] * POINTS, -box[1] * POINTS


def size_of(box: Box) -> tuple[float, float]:
    return box[2] * POINTS, box[3] * POINTS


def after(outer: Map, inner: Map) -> Map:
    """The map that takes a point through the inner and then through the outer one."""
    a, b, c, d, e, f = outer
    p, q, r, s, t, u = inner
    return a * p + c * q, b * p + d * q, a * r + c * s, b * r + d * s, a * t + c * u + e, b * t + d * u + f


def mapped(at: Map, points: Iterable[complex]) -> list[complex]:
    a, b, c, d, e, f = at
    return [complex(a * one.real + c * one.imag + e, b * one.real + d * one.imag + f) for one in points]


def boxed(at: Map, x0: float, top: float, x1: float, bottom: float) -> Box:
    """The rectangle around a mapped rectangle."""
    return around(mapped(at, (complex(x0, top), complex(x1, top), complex(x0, bottom), complex(x1, bottom))))


def around(points: Sequence[complex]) -> Box:
    across, down = [one.real for one in points], [one.imag for one in points]
    return min(across), min(down), max(across), max(down)


def turn_of(at: Map) -> int:
    """The quarter turns clockwise by which things are drawn that are mapped so."""
    right, down, *_ = at
    if abs(down) <= SLANT * abs(right):
        return 0 if right >= 0 else 2
    if abs(right) <= SLANT * abs(down):
        return 1 if down > 0 else 3
    return SLANTED
