"""The plane on which the boxes of a document stand, its pages one below the other; lengths in points."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate, pairwise
from statistics import median

from pipeline.model import Box

__all__ = ["ACROSS", "DOWN", "Axis", "Plane", "Rect", "apart", "overlap", "pitch", "plane_of", "share"]

Axis = int
ACROSS, DOWN = 0, 1
PAGE_GAP = 60.0  # between the lowest box of a page and the highest place of the next


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle on the plane."""

    x0: float
    y0: float
    x1: float
    y1: float

    def span(self, axis: Axis) -> tuple[float, float]:
        return (self.x0, self.x1) if axis == ACROSS else (self.y0, self.y1)

    def centre(self, axis: Axis) -> float:
        low, high = self.span(axis)
        return (low + high) / 2

    def size(self, axis: Axis) -> float:
        low, high = self.span(axis)
        return high - low

    def holds(self, x: float, y: float) -> bool:
        return self.x0 <= x <= self.x1 and self.y0 <= y <= self.y1

    def distance(self, x: float, y: float) -> float:
        """From a point to the rectangle's edge; 0 inside."""
        across, down = max(self.x0 - x, x - self.x1, 0.0), max(self.y0 - y, y - self.y1, 0.0)
        return float((across * across + down * down) ** 0.5)


Plane = Mapping[int, Rect]  # order of a box -> where it stands


def plane_of(boxes: Iterable[Box]) -> tuple[Plane, Mapping[int, float]]:
    """Where the boxes that have a place stand, and by how much each page was moved down."""
    placed = [(box.order, box.page or 1, box.bbox) for box in boxes if box.bbox is not None]
    pages = sorted({page for _, page, _ in placed})
    lowest = [max(0.0, *(bbox.bottom for _, own, bbox in placed if own == page)) + PAGE_GAP for page in pages]
    shift = dict(zip(pages, accumulate([0.0, *lowest]), strict=False))
    rects = {
        order: Rect(bbox.x0, bbox.top + shift[page], bbox.x1, bbox.bottom + shift[page]) for order, page, bbox in placed
    }
    return rects, shift


def overlap(one: Rect, other: Rect, axis: Axis) -> float:
    """How long two rectangles run side by side; negative by as much as they are apart."""
    (a0, a1), (b0, b1) = one.span(axis), other.span(axis)
    return min(a1, b1) - max(a0, b0)


def apart(one: Rect, other: Rect, axis: Axis) -> float:
    """The gap between two rectangles along an axis; 0 where they overlap."""
    return max(0.0, -overlap(one, other, axis))


def share(one: Rect, other: Rect, axis: Axis) -> float:
    """How much of the shorter of two rectangles runs beside the other, 0 to 1."""
    shorter = min(one.size(axis), other.size(axis))
    return max(0.0, overlap(one, other, axis)) / shorter if shorter > 0 else float(overlap(one, other, axis) >= 0)


def pitch(places: Iterable[float]) -> float:
    """The usual step from one place to the next, at least 20 points."""
    ordered = sorted(places)
    steps = [after - before for before, after in pairwise(ordered) if after - before > 5]
    return max(20.0, median(steps)) if steps else 100.0
