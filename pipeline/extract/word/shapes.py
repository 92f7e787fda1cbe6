"""What is drawn in a Word file, as values: anchors, shapes and strokes, and the maps from group to group.

Lengths are points, from the top left corner of the anchor. Where the anchor itself stands is for the text around it to
say.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.extract.word.xml import Element
from pipeline.model import BBox

__all__ = [
    "ARROWS",
    "Anchor",
    "Axis",
    "Drawing",
    "Matrix",
    "Shape",
    "Stroke",
    "block_arrow",
    "drawing",
    "rescaled",
    "seated",
    "written",
]

TINY = 1e-6


@dataclass(frozen=True, slots=True)
class Axis:
    """Where an anchor stands along one axis: `offset` points or `percent` from, or `align`ed within, `relative_to`."""

    relative_to: str
    offset: float = 0.0
    align: str | None = None
    percent: float | None = None


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a drawing stands: in the line (both axes None) or floating."""

    width: float
    height: float
    horizontal: Axis | None = None
    vertical: Axis | None = None


@dataclass(frozen=True, slots=True)
class Matrix:
    """An affine map: x' = a·x + c·y + e, y' = b·x + d·y + f."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def __call__(self, x: float, y: float) -> tuple[float, float]:
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def after(self, inner: "Matrix") -> "Matrix":
        """The map that applies `inner` first."""
        e, f = self(inner.e, inner.f)
        return Matrix(
            self.a * inner.a + self.c * inner.b,
            self.b * inner.a + self.d * inner.b,
            self.a * inner.c + self.c * inner.d,
            self.b * inner.c + self.d * inner.d,
            e,
            f,
        )

    def bounds(self, width: float, height: float) -> tuple[float, float, float, float]:
        """The rectangle around the image of (0, 0)-(width, height)."""
        corners = [self(x, y) for x in (0.0, width) for y in (0.0, height)]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return min(xs), min(ys), max(xs), max(ys)


def seated(x: float, y: float, width: float, height: float, turns: int, mirrored: bool, upside_down: bool) -> Matrix:
    """From a shape's own frame into its parent's: flipped, turned by quarter `turns` about its centre, moved."""
    centre = Matrix(e=x + width / 2, f=y + height / 2)
    turned = (Matrix(), Matrix(0, 1, -1, 0), Matrix(-1, 0, 0, -1), Matrix(0, -1, 1, 0))[turns % 4]
    flipped = Matrix(a=-1.0 if mirrored else 1.0, d=-1.0 if upside_down else 1.0)
    return centre.after(turned).after(flipped).after(Matrix(e=-width / 2, f=-height / 2))


def rescaled(x: float, y: float, width: float, height: float, to_width: float, to_height: float) -> Matrix:
    """From a group's child coordinates, whose window is (x, y, width, height), into its own frame."""
    across = to_width / width if abs(width) > TINY else 1.0
    down = to_height / height if abs(height) > TINY else 1.0
    return Matrix(a=across, d=down, e=-x * across, f=-y * down)


@dataclass(frozen=True, slots=True)
class Stroke:
    """A drawn connector from one point to another; the keys name the shapes it is glued to."""

    x0: float
    y0: float
    x1: float
    y1: float
    arrow: bool
    start: str | None = None
    end: str | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape at (x0, top, x1, bottom): elements that hold its paragraphs, words of its own, or nothing but a frame."""

    x0: float
    top: float
    x1: float
    bottom: float
    keys: tuple[str, ...] = ()
    stories: tuple[Element, ...] = ()
    words: tuple[str, ...] = ()
    picture: bool = False

    def at(self, x: float, y: float) -> BBox:
        """Where on the page it stands if its anchor stands at (x, y)."""
        return BBox(x + self.x0, y + self.top, x + self.x1, y + self.bottom)


@dataclass(frozen=True, slots=True)
class Drawing:
    """All shapes of one `w:drawing`, `w:pict` or `w:object`, relative to its anchor."""

    anchor: Anchor
    shapes: tuple[Shape, ...]
    strokes: tuple[Stroke, ...]


def drawing(anchor: Anchor, found: Iterable[Shape | Stroke]) -> Drawing:
    """What was found at an anchor, shapes and strokes apart."""
    found = list(found)
    return Drawing(
        anchor,
        tuple(one for one in found if isinstance(one, Shape)),
        tuple(one for one in found if isinstance(one, Stroke)),
    )


# From where to where a block arrow points, in its own width and height.
ARROWS = {
    "rightArrow": (0.0, 0.5, 1.0, 0.5),
    "leftArrow": (1.0, 0.5, 0.0, 0.5),
    "upArrow": (0.5, 1.0, 0.5, 0.0),
    "downArrow": (0.5, 0.0, 0.5, 1.0),
}


def block_arrow(form: str, seat: Matrix, width: float, height: float) -> Stroke:
    """The stroke that a block arrow stands for."""
    x0, y0, x1, y1 = ARROWS[form]
    return Stroke(*seat(x0 * width, y0 * height), *seat(x1 * width, y1 * height), arrow=True)


def written(stories: Iterable[Element]) -> bool:
    """Whether any text stands in some stories."""
    return any((text.text or "").strip() for story in stories for text in story.iter("{*}t"))
