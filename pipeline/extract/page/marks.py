"""What is printed on a page, before anything is made of it: glyphs, outlines, strokes.

Every reader of fixed pages gives these; what they mean is decided from here on, the same way for all of them.
Lengths are points, the origin is the top left corner of the page as it is to be looked at.
"""

from dataclasses import dataclass
from typing import NamedTuple

from pipeline.model import Problem

__all__ = ["SLANTED", "Area", "Glyph", "Marks", "Stroke", "TooMuch"]

SLANTED = 4  # the turn of a glyph that stands along neither axis: a watermark, a stamp


class Glyph(NamedTuple):
    """A printed character (a ligature: several) at its place; blanks count.

    `turn`: quarter turns clockwise by which it is printed (0 upright, written to the right; 1 written downwards, its
    head to the right). `confidence` that it is this character: 1 unless it was recognised in an image.
    """

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    turn: int = 0
    confidence: float = 1.0


class Area(NamedTuple):
    """The bounding rectangle of a closed outline (rectangle, rounded, diamond …); `stroked`: its edge is drawn."""

    x0: float
    top: float
    x1: float
    bottom: float
    stroked: bool = True


class Stroke(NamedTuple):
    """A drawn line from one point to another; `arrow`: with a head at its end.

    `bent`: it takes corners on the way, and so is no edge of anything but leads from the one to the other.
    """

    x0: float
    y0: float
    x1: float
    y1: float
    arrow: bool = False
    bent: bool = False


class TooMuch(Exception):
    """A page holds more than any chart does."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Everything printed on a page, in the order in which it was drawn, and what its reader doubts.

    `images`: where pictures stand.
    """

    page: int
    width: float
    height: float
    glyphs: tuple[Glyph, ...] = ()
    areas: tuple[Area, ...] = ()
    strokes: tuple[Stroke, ...] = ()
    images: tuple[Area, ...] = ()
    problems: tuple[Problem, ...] = ()
