"""What is drawn on a page: the frames around words, the cells of tables, the lines between frames."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.extract.page.frames import TOUCH, Frame, frames_of
from pipeline.extract.page.lines import SMALL, barbs, headed, is_across, is_down, joined, middle_line, spans
from pipeline.extract.page.marks import Area, Stroke
from pipeline.extract.page.tables import in_tables

__all__ = ["Drawing", "drawing_of"]

THIN = 2.6  # points; what is thinner is a line, not an area


@dataclass(frozen=True, slots=True)
class Drawing:
    """Frames from the smallest to the largest, and the lines that are no edge of one."""

    frames: tuple[Frame, ...]
    connectors: tuple[Stroke, ...]


def drawing_of(areas: Sequence[Area], strokes: Sequence[Stroke]) -> Drawing:
    """The frames and connectors that outlines and strokes make up."""
    thin, small, large = _by_size(areas)
    lines = [*(line for line in strokes if not line.bent), *map(middle_line, thin)]
    open_heads = barbs(lines)
    lines = [line for line in lines if line not in open_heads]
    across, down = joined(spans(lines, across=True)), joined(spans(lines, across=False))
    frames = frames_of(large, across, down)
    straight = [
        *(Stroke(span.low, span.at, span.high, span.at) for span in across),
        *(Stroke(span.at, span.low, span.at, span.high) for span in down),
        *(line for line in lines if not is_across(line) and not is_down(line)),
    ]
    loose = [line for line in straight if not _is_edge(line, frames)] + [line for line in strokes if line.bent]
    return Drawing(tuple(in_tables(frames)), tuple(headed(loose, small, open_heads)))


def _by_size(areas: Iterable[Area]) -> tuple[list[Area], list[Area], list[Area]]:
    """The outlines that are lines, those that may be arrow heads, and those that may hold words."""
    thin: list[Area] = []
    small: list[Area] = []
    large: list[Area] = []
    for area in areas:
        least, most = sorted((area.x1 - area.x0, area.bottom - area.top))
        (thin if least < THIN else small if most < SMALL else large).append(area)
    return thin, small, large


def _is_edge(line: Stroke, frames: Iterable[Frame]) -> bool:
    """Whether a line runs along the edges of frames."""
    if is_across(line):
        at, low, high = line.y0, min(line.x0, line.x1), max(line.x0, line.x1)
        sides = [(f.x0, f.x1) for f in frames if abs(f.top - at) <= TOUCH or abs(f.bottom - at) <= TOUCH]
    elif is_down(line):
        at, low, high = line.x0, min(line.y0, line.y1), max(line.y0, line.y1)
        sides = [(f.top, f.bottom) for f in frames if abs(f.x0 - at) <= TOUCH or abs(f.x1 - at) <= TOUCH]
    else:
        return False
    points = (low + (high - low) * share for share in (0.1, 0.5, 0.9))
    return bool(sides) and all(any(a - TOUCH <= point <= b + TOUCH for a, b in sides) for point in points)
