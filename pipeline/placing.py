"""Which box belongs to which stage, by where they stand and by the lines drawn between them."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from pipeline.assignment import Costs, Pairing, solved, unopposed
from pipeline.pairing import affinity, log_odds_bare, telling_words
from pipeline.plane import ACROSS, DOWN, Axis, Rect, apart, overlap, pitch, share
from pipeline.roles import CONTENT, Part, Role
from pipeline.sheet import Sheet

__all__ = ["nearest_stage", "place", "stages_in_order"]

DISTANCE, LEVEL_WITH, SPOKEN, SHARING = 4.0, 1.5, 0.6, 2.0  # prices, see _price
BELOW, ABOVE = 0.35, 3.0  # what a point below or above a stage counts where boxes hang from their stages
SLACK = 4.0  # points that do not count
FARTHEST = 12.0  # what distance costs at most
LINKED = 30.0  # what a stage costs that a line says is the wrong one: more than any distance
BESIDE = 30.0  # points that a mark may be farther from the box it stands level with
IN_ROW = 20.0  # what a stage in another row of the table costs

Price = Callable[[Rect, Rect, Axis, float], float]


# Stages


def stages_in_order(stages: Sequence[Part], sheet: Sheet) -> list[Part]:
    """The stages in the order of the work: along the arrows, and where these say nothing in reading order."""
    reading = [part for row in _rows(stages, sheet) for part in row]
    rank = {part.box.order: place for place, part in enumerate(reading)}
    after: dict[int, set[int]] = defaultdict(set)
    for link in sheet.links:
        if link.arrow and link.start in rank and link.end in rank:
            after[link.end].add(link.start)
    ordered: list[Part] = []
    waiting = list(reading)
    while waiting:
        open_ = {part.box.order for part in waiting}
        free = [part for part in waiting if not after[part.box.order] & open_]
        chosen = (free or waiting)[0]
        ordered.append(chosen)
        waiting.remove(chosen)
    return ordered


def _rows(stages: Sequence[Part], sheet: Sheet) -> list[list[Part]]:
    """The stages row by row, each row from left to right."""
    rows: list[list[Part]] = []
    for part in sorted(stages, key=lambda part: sheet.rect(part).centre(DOWN)):
        rect = sheet.rect(part)
        if rows and all(share(rect, sheet.rect(other), DOWN) >= 0.5 for other in rows[-1]):
            rows[-1].append(part)
        else:
            rows.append([part])
    return [sorted(row, key=lambda part: sheet.rect(part).x0) for row in rows]


# Boxes


def place(parts: Sequence[Part], sheet: Sheet) -> Pairing:
    """The cheapest assignment of the content boxes of a chart to its stages by place, lines and, a little, wording."""
    stages = tuple(stages_in_order([part for part in parts if part.role is Role.STAGE], sheet))
    content = [part for part in parts if part.role in CONTENT]
    boxes = tuple(sorted(content, key=lambda part: (sheet.rect(part).centre(sheet.axis), part.box.order)))
    if len(stages) < 2 or not boxes:
        return unopposed(stages, boxes)
    costs = _costs(stages, boxes, sheet, _hanging_price if _hang(stages, boxes, sheet) else _level_price)
    _, stage_of = solved(costs)
    return Pairing(stages, boxes, stage_of, costs.rivals(stage_of))


def _costs(stages: tuple[Part, ...], boxes: tuple[Part, ...], sheet: Sheet, price: Price) -> Costs:
    names = [stage.stage for stage in stages]
    words = telling_words(names, boxes)
    bands = _bands(stages, boxes, sheet)
    step = pitch(band.centre(sheet.axis) for band in bands)
    joined = sheet.joined(stages)
    prices = tuple(
        tuple(
            SPOKEN * (1 - affinity(part, number, names, words, {}))
            + price(sheet.rect(part), band, sheet.axis, step)
            + IN_ROW * (1 - _in_row(part, stage, sheet.rect(part), band, sheet.axis))
            + LINKED * (joined.get(part.box.order, stage.box.order) != stage.box.order)
            for number, (stage, band) in enumerate(zip(stages, bands, strict=True))
        )
        for part in boxes
    )
    bare = tuple(log_odds_bare(name, 0, 0.0) for name in names)
    return Costs(tuple(CONTENT.index(part.role) for part in boxes), prices, bare, SHARING)


def _hang(stages: Sequence[Part], boxes: Sequence[Part], sheet: Sheet) -> bool:
    """Whether boxes hang from their stages: they begin at the same heights, or all of them between the stages."""
    places, tops = [sheet.rect(part) for part in boxes], [sheet.rect(part) for part in stages]
    between = all(overlap(box, stage, DOWN) <= 0 for box in places for stage in tops)
    below = min(box.y0 for box in places) > min(stage.y0 for stage in tops)
    if between and below and max(box.y1 for box in places) > max(stage.y1 for stage in tops):
        return True
    most = max(sum(part.role is role for part in boxes) for role in CONTENT)
    level = [any(abs(box.centre(DOWN) - stage.centre(DOWN)) <= SLACK for box in places) for stage in tops]
    begun = [any(abs(box.y0 - stage.y0) <= SLACK for box in places) for stage in tops]
    return sum(begun) >= 0.8 * most and sum(begun) > sum(level)


def _level_price(box: Rect, stage: Rect, axis: Axis, step: float) -> float:
    """What it costs to put a box to a stage it should stand level with: how far apart they are, how far from level."""
    gap = apart(box, stage, axis) + apart(box, stage, 1 - axis)
    off = abs(box.centre(axis) - stage.centre(axis))
    return min(FARTHEST, DISTANCE * (gap + 0.3 * off) / step) + LEVEL_WITH * (1 - share(box, stage, axis))


def _hanging_price(box: Rect, stage: Rect, axis: Axis, step: float) -> float:
    """What it costs to put a box to a stage it should hang from: beginning at its top or below, seldom above."""
    across, down = apart(box, stage, ACROSS), max(0.0, box.y0 - stage.y1)
    above = max(0.0, stage.y0 - box.y0 - SLACK)
    along = min(FARTHEST, DISTANCE * (BELOW * down + ABOVE * above) / step)
    return min(FARTHEST, DISTANCE * across / step) + along  # a column far off still tells heights apart


def _bands(stages: Sequence[Part], boxes: Sequence[Part], sheet: Sheet) -> list[Rect]:
    """Where each stage stands; a stage's cell goes on over the rows below that have none."""
    rects = [sheet.rect(part) for part in stages]
    if sheet.axis != DOWN:
        return rects
    lowest = max(sheet.rect(part).y1 for part in (*stages, *boxes))
    return [
        _down_to_next(rect, rects, lowest) if part.box.cell else rect for part, rect in zip(stages, rects, strict=True)
    ]


def _down_to_next(rect: Rect, rects: Sequence[Rect], lowest: float) -> Rect:
    below = [other.y0 for other in rects if other.y0 >= rect.y1 - 0.5 and overlap(rect, other, ACROSS) > 0]
    return Rect(rect.x0, rect.y0, rect.x1, min(below, default=max(lowest, rect.y1)))


def _in_row(part: Part, stage: Part, box: Rect, band: Rect, axis: Axis) -> float:
    """How much of a cell stands in its stage's rows (or columns); 1 for what is no table."""
    if part.box.cell is None or stage.box.cell is None or part.box.cell.table != stage.box.cell.table:
        return 1.0
    return share(box, band, axis)


def nearest_stage(mark: Part, pairing: Pairing, sheet: Sheet) -> int:
    """The number of the stage that a level or an owner in a box of its own is about.

    That of the box a line joins it to, or else of the nearest risks (a level) or measures (an owner).
    """
    placed = list(zip(pairing.boxes, pairing.stage_of, strict=True))
    stages = [(part, number) for number, part in enumerate(pairing.stages)]
    stage_of = {part.box.order: number for part, number in (*stages, *placed)}
    for link in sheet.links:
        other = {link.start: link.end, link.end: link.start}.get(mark.box.order)
        if other in stage_of:
            return stage_of[other]
    about = Role.RISK if mark.role is Role.LEVEL else Role.MEASURE
    near = [found for found in placed if found[0].role is about] or stages
    if not near:
        return 0

    def far(found: tuple[Part, int]) -> tuple[float, float]:
        level_with = share(sheet.rect(mark), sheet.rect(found[0]), sheet.axis)
        return sheet.gap(mark, found[0]) + BESIDE * (1 - level_with), sheet.off(mark, found[0])

    return min(near, key=far)[1]
