"""What path objects draw: areas and lines (GB/T 33190-2016, 9)."""

import math
import re
from cmath import phase, rect
from collections.abc import Iterator, Sequence
from itertools import pairwise, repeat
from typing import NamedTuple

from pipeline.extract.ofd.elements import Element, is_white, numbers_in, on_page, says, text_in
from pipeline.extract.ofd.places import Map, after, around, mapped, place_of
from pipeline.extract.page.marks import Area, Stroke

__all__ = ["outlines"]

THIN = 1.5  # points: a closed outline this narrow is a drawn line
TINY = 1e-6
NEAR = 1.5  # points: a rectangle may miss its starting point by so much


class _Run(NamedTuple):
    """A connected piece of an outline: the points it is drawn through, and these with more on its curves."""

    ends: list[complex]
    outline: list[complex]
    closed: bool


def outlines(one: Element, at: Map) -> Iterator[Area | Stroke | None]:
    """What a path object draws; None for each step that the file takes to say it."""
    stroked = says(one, "Stroke", True) and not is_white(one, "StrokeColor")
    filled = says(one, "Fill", False)
    data = text_in(one, "AbbreviatedData")
    yield from repeat(None, sum(map(data.count, OPERANDS)))
    own = after(at, place_of(one))
    coloured = filled and not is_white(one, "FillColor")
    for run in _runs(data) if stroked or filled else ():
        placed = _Run(mapped(own, run.ends), mapped(own, run.outline), run.closed)
        if on_page(around(placed.outline)):
            yield from _shape(placed, stroked, filled, coloured)


def _shape(run: _Run, stroked: bool, filled: bool, coloured: bool) -> Iterator[Area | Stroke]:
    """A piece of an outline as what it looks like: an area, or lines."""
    if len(set(run.outline)) > 2 and (run.closed or filled or _returns(run.ends)):
        yield from _area(run.outline, stroked, coloured)
    elif stroked:
        yield from (Stroke(one.real, one.imag, other.real, other.imag) for one, other in pairwise(run.ends))


def _returns(ends: Sequence[complex]) -> bool:
    return abs(ends[-1] - ends[0]) <= (NEAR if len(ends) in (4, 5) else NEAR / 100)


def _area(outline: Sequence[complex], stroked: bool, coloured: bool) -> Iterator[Area | Stroke]:
    x0, top, x1, bottom = around(outline)
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
        operator, values = found[1], numbers_in(found[2], OPERANDS[found[1]])
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
