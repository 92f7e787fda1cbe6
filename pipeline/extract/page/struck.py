"""Words that are struck out: a line through them from their first to their last glyph, as deleted text is printed."""

from collections.abc import Iterable, Iterator

from pipeline.extract.page.marks import Area, Stroke
from pipeline.extract.page.runs import NOTHING, Run, pieces_of

__all__ = ["parted_by_strikes"]

# In heights of a line:
THROUGH = (0.35, 0.8)  # how far below its upper edge a line is struck out: further down it is underlined
ENDS = 0.3  # how far from the ends of the stroke the words begin and end
FILLED = 0.7  # the share of the stroke that stands in words
THINNEST = 2.0  # points: a filled stroke is no thicker

Level = tuple[float, float, float]  # a stroke across the page: from where to where, and how far down


def parted_by_strikes(
    runs: Iterable[Run], strokes: Iterable[Stroke], areas: Iterable[Area]
) -> tuple[list[Run], list[Run]]:
    """The runs that stand and those that are struck out; a stroke that goes on beyond its words leads elsewhere."""
    level = list(_level(strokes, areas))
    kept: list[Run] = []
    struck: list[Run] = []
    for run in runs:
        through = [one for one in level if _goes_through(one, run)] if run.turn == 0 else []
        spans = [span for one in through if (span := _struck(one, run))]
        struck += [piece for span in spans for start, piece in pieces_of(run, span) if start == span[0]]
        kept += [_without(run, spans)] if spans else [run]
    return [run for run in kept if _says_something(run)], struck


def _says_something(run: Run) -> bool:
    return any(glyph.text != NOTHING and not glyph.text.isspace() for glyph in run.glyphs)


def _without(run: Run, spans: Iterable[tuple[int, int]]) -> Run:
    """The run with nothing where glyphs are struck out: the words before and after are no further apart for it."""
    out = {number for first, last in spans for number in range(first, last)}
    glyphs = (glyph._replace(text=NOTHING) if number in out else glyph for number, glyph in enumerate(run.glyphs))
    return run._replace(glyphs=tuple(glyphs))


def _level(strokes: Iterable[Stroke], areas: Iterable[Area]) -> Iterator[Level]:
    for line in strokes:
        if abs(line.y0 - line.y1) < 0.5 and not line.bent:
            yield min(line.x0, line.x1), max(line.x0, line.x1), line.y0
    for area in areas:
        if area.bottom - area.top < THINNEST:
            yield area.x0, area.x1, (area.top + area.bottom) / 2


def _goes_through(level: Level, run: Run) -> bool:
    x0, x1, y = level
    near = ENDS * run.height
    down = THROUGH[0] * run.height <= y - run.up <= THROUGH[1] * run.height
    return down and run.left - near <= x0 < x1 <= run.right + near


def _struck(level: Level, run: Run) -> tuple[int, int] | None:
    """The first of the glyphs that a stroke strikes out and the one after the last."""
    x0, x1, _ = level
    near = ENDS * run.height
    own = [
        (number, glyph)
        for number, glyph in enumerate(run.glyphs)
        if x0 - near <= glyph.x0 and glyph.x1 <= x1 + near and not glyph.text.isspace()
    ]
    if not own or own[0][1].x0 - x0 > near or x1 - own[-1][1].x1 > near:
        return None
    width = sum(glyph.x1 - glyph.x0 for _, glyph in own)
    return (own[0][0], own[-1][0] + 1) if width >= FILLED * (x1 - x0) else None
