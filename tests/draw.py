"""Layouts: how a labelled chart is drawn on pages.

A chart is taken in the form of the labels in corpus/*.json. Measures are points, the origin is the top left corner of
the page. A title stands on the grid of body lines, so that it can be written as a body paragraph or in a text box.
"""

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

Chart = Mapping[str, Any]
Paragraphs = tuple[str, ...]

MARGIN = 36.0  # of the page, on all sides
PITCH = 15.6  # of the body lines
LARGEST = 1584.0  # a page side in Word
A4 = (595.3, 841.9)

CHARACTER = 9.0
LINE = 12.0
INSET = 3.6

STAGE_WIDTH = 84.0
BOX_WIDTH = 168.0
MONITOR_WIDTH = 120.0
LABEL = (52.0, 13.0)  # labels have no inset
ROW_GAP = 16.0

LABELS = {"stage": "流程环节", "risks": "风险点", "measures": "防控措施", "monitor": "电子监察点"}
TABLE_LABELS = {
    "stage": "流程环节",
    "risks": "风险点",
    "level": "风险等级",
    "measures": "防控措施",
    "owner": "责任人",
    "monitor": "电子监察点",
}


@dataclass(frozen=True)
class Shape:
    """A text box; its form is stage, box, label (without a line around it), header or title."""

    paragraphs: Paragraphs
    x: float
    y: float
    width: float
    height: float
    form: str = "box"

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def side(self, site: int) -> tuple[float, float]:
        """The middle of a side: 0 top, 1 left, 2 bottom, 3 right, as Word counts connection sites."""
        middle = (self.x + self.width / 2, self.y + self.height / 2)
        return ((middle[0], self.y), (self.x, middle[1]), (middle[0], self.bottom), (self.right, middle[1]))[site]


@dataclass(frozen=True)
class Arrow:
    """A straight connector from one shape to another."""

    start: Shape
    end: Shape

    @property
    def sites(self) -> tuple[int, int]:
        """The sides that it connects: those that face each other."""
        if self.end.x >= self.start.right:
            return 3, 1
        if self.end.right <= self.start.x:
            return 1, 3
        return (2, 0) if self.end.y >= self.start.y else (0, 2)

    @property
    def points(self) -> tuple[tuple[float, float], tuple[float, float]]:
        start, end = self.sites
        return self.start.side(start), self.end.side(end)


@dataclass(frozen=True)
class Cell:
    """A table cell; merge is "restart" in the first of several merged rows and "continue" in the others."""

    paragraphs: Paragraphs
    merge: str = ""


@dataclass(frozen=True)
class Table:
    """A table in the body text, under the title."""

    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[float, ...]


@dataclass(frozen=True)
class Page:
    """One page; the titles are shapes too, and stand on body lines."""

    width: float
    height: float
    titles: tuple[Shape, ...] = ()
    shapes: tuple[Shape, ...] = ()
    arrows: tuple[Arrow, ...] = ()
    table: Table | None = None


@dataclass(frozen=True)
class Step:
    """A stage with the paragraphs of its boxes; a bare stage has none."""

    stage: str
    risks: Paragraphs
    measures: Paragraphs
    monitor: Paragraphs


@dataclass(frozen=True)
class Block:
    """A drawn chart without its title, its top left corner at the origin."""

    shapes: tuple[Shape, ...]
    arrows: tuple[Arrow, ...] = ()

    @property
    def width(self) -> float:
        return max(shape.right for shape in self.shapes)

    @property
    def height(self) -> float:
        return max(shape.bottom for shape in self.shapes)

    def at(self, x: float, y: float) -> "Block":
        """The same, elsewhere."""
        arrows = (Arrow(_moved(arrow.start, x, y), _moved(arrow.end, x, y)) for arrow in self.arrows)
        return Block(tuple(_moved(shape, x, y) for shape in self.shapes), tuple(arrows))


def _moved(shape: Shape, x: float, y: float) -> Shape:
    return replace(shape, x=round(shape.x + x, 2), y=round(shape.y + y, 2))


# What is written


def numbered(items: Iterable[str]) -> Paragraphs:
    """Items as they are written in a box."""
    return tuple(f"{number}.{item}。" for number, item in enumerate(items, 1))


def steps(chart: Chart) -> tuple[Step, ...]:
    """The stages of a chart with the text of their boxes."""
    return tuple(_step(stage) for stage in chart["stages"])


def _step(stage: Mapping[str, Any]) -> Step:
    level, owner = stage["level"], stage["owner"]
    return Step(
        stage["stage"],
        (*numbered(stage["risks"]), *([f"风险等级：{level}"] if level else [])),
        (*numbered(stage["measures"]), *([f"责任人：{owner}"] if owner else [])),
        numbered(stage["monitor"]),
    )


def lines_of(paragraph: str, width: float) -> int:
    """How many lines a paragraph takes in a box of this width; one character is kept for punctuation."""
    length = sum(CHARACTER / 2 if ord(character) < 0x100 else CHARACTER for character in paragraph)
    return max(1, math.ceil(length / (width - 2 * INSET - CHARACTER)))


def height_of(paragraphs: Paragraphs, width: float) -> float:
    """The height of a box that holds these paragraphs."""
    return LINE * sum(lines_of(paragraph, width) for paragraph in paragraphs) + 2 * INSET + 4


def _box(paragraphs: Paragraphs, x: float, y: float, width: float, form: str = "box") -> Shape:
    """A shape as high as its text; boxes get a line more, as fonts differ."""
    return Shape(paragraphs, x, y, width, height_of(paragraphs, width) + (LINE if form == "box" else 0), form)


# Stages downwards, one row for each


def _kinds(own: Sequence[Step], *kinds: str) -> tuple[str, ...]:
    """The kinds of boxes in this order, monitoring only if there is any."""
    return tuple(kind for kind in kinds if kind != "monitor" or any(step.monitor for step in own))


def _edges(kinds: Sequence[str], gap: float) -> dict[str, tuple[float, float]]:
    """Left edge and width of the column of each kind."""
    widths = {"stage": STAGE_WIDTH, "monitor": MONITOR_WIDTH}
    edges, x = {}, 0.0
    for kind in kinds:
        edges[kind] = (x, widths.get(kind, BOX_WIDTH))
        x += edges[kind][1] + gap
    return edges


def _row(step: Step, edges: Mapping[str, tuple[float, float]], y: float) -> dict[str, Shape]:
    """The boxes of one stage side by side, all centred on the same height."""
    texts = {"stage": (step.stage,), "risks": step.risks, "measures": step.measures, "monitor": step.monitor}
    row = {
        kind: _box(texts[kind], x, y, width, "stage" if kind == "stage" else "box")
        for kind, (x, width) in edges.items()
        if texts[kind]
    }
    middle = max(shape.height for shape in row.values()) / 2
    return {kind: replace(shape, y=y + middle - shape.height / 2) for kind, shape in row.items()}


def _rows(own: Sequence[Step], edges: Mapping[str, tuple[float, float]], y: float = 0) -> list[dict[str, Shape]]:
    rows = []
    for step in own:
        rows.append(_row(step, edges, y))
        y = max(shape.bottom for shape in rows[-1].values()) + ROW_GAP
    return rows


def _header(edges: Mapping[str, tuple[float, float]]) -> tuple[Shape, ...]:
    return tuple(_box((LABELS[kind],), x, 0, width, "header") for kind, (x, width) in edges.items())


def _down(rows: Sequence[Mapping[str, Shape]]) -> list[Arrow]:
    """Arrows from each stage to the next."""
    stages = [row["stage"] for row in rows]
    return [Arrow(one, other) for one, other in itertools.pairwise(stages)]


def _across(row: Mapping[str, Shape]) -> list[tuple[str, Arrow]]:
    """Arrows from a stage to its boxes; monitoring hangs on the measures if there are any."""
    return [
        (kind, Arrow(row.get("measures", row["stage"]) if kind == "monitor" else row["stage"], shape))
        for kind, shape in row.items()
        if kind != "stage"
    ]


def _label(kind: str, arrow: Arrow) -> Shape:
    """The small label that stands on the middle of an arrow."""
    (x1, y1), (x2, y2) = arrow.points
    width, height = LABEL
    return Shape((LABELS[kind],), (x1 + x2 - width) / 2, (y1 + y2) / 2 - height, width, height, "label")


def spine(own: Sequence[Step]) -> Block:
    """Stages in the middle, risks left, measures right, arrows with labels between."""
    rows = _rows(own, _edges(_kinds(own, "risks", "stage", "measures", "monitor"), gap=LABEL[0] + 3))
    across = [pair for row in rows for pair in _across(row)]
    shapes = [shape for row in rows for shape in row.values()]
    labels = [_label(kind, arrow) for kind, arrow in across]
    return Block((*shapes, *labels), (*_down(rows), *(arrow for _, arrow in across)))


def columns(own: Sequence[Step]) -> Block:
    """Stage, risks, measures and monitoring under headers, without arrows."""
    edges = _edges(_kinds(own, "stage", "risks", "measures", "monitor"), gap=14)
    header = _header(edges)
    rows = _rows(own, edges, header[0].bottom + ROW_GAP)
    return Block((*header, *(shape for row in rows for shape in row.values())))


def mirrored(own: Sequence[Step]) -> Block:
    """The columns from right to left, without headers."""
    rows = _rows(own, _edges(_kinds(own, "monitor", "measures", "risks", "stage"), gap=14))
    return Block(tuple(shape for row in rows for shape in row.values()))


def alternating(own: Sequence[Step]) -> Block:
    """All boxes of a stage one above the other, to the left and to the right of the stages in turn."""
    gap = 40.0
    lefts = (0.0, BOX_WIDTH + STAGE_WIDTH + 2 * gap)
    shapes: list[Shape] = []
    arrows: list[Arrow] = []
    y, last = 0.0, None
    for number, step in enumerate(own):
        boxes = _stack([step.risks, step.measures, step.monitor], lefts[number % 2], y, 8)
        stage = _box((step.stage,), BOX_WIDTH + gap, y, STAGE_WIDTH, "stage")
        if boxes:
            stage = replace(stage, y=(y + boxes[-1].bottom - stage.height) / 2)
        arrows += [*([Arrow(last, stage)] if last else []), *(Arrow(stage, box) for box in boxes)]
        shapes += [*boxes, stage]
        y, last = max(shape.bottom for shape in (stage, *boxes)) + ROW_GAP, stage
    return Block(tuple(shapes), tuple(arrows))


def _stack(texts: Iterable[Paragraphs], x: float, y: float, gap: float, width: float = BOX_WIDTH) -> list[Shape]:
    """Boxes one above the other; empty texts are left out."""
    stack = []
    for paragraphs in texts:
        if paragraphs:
            stack.append(_box(paragraphs, x, y, width))
            y = stack[-1].bottom + gap
    return stack


def staggered(own: Sequence[Step]) -> Block:
    """Stages close together, boxes stacked higher on both sides: only the arrows tell what belongs together."""
    edges = _edges(_kinds(own, "risks", "stage", "measures", "monitor"), gap=64)
    stages = [_box((step.stage,), edges["stage"][0], 40.0 * n, STAGE_WIDTH, "stage") for n, step in enumerate(own)]
    rows = [{"stage": stage} for stage in stages]
    for kind in edges.keys() - {"stage"}:
        x, width = edges[kind]
        filled = [row for row, step in zip(rows, own, strict=True) if getattr(step, kind)]
        stack = _stack((getattr(step, kind) for step in own), x, 0, 10, width)
        for row, shape in zip(filled, stack, strict=True):
            row[kind] = shape
    ordered = [{kind: row[kind] for kind in edges if kind in row} for row in rows]
    arrows = (*_down(ordered), *(arrow for row in ordered for _, arrow in _across(row)))
    return Block(tuple(shape for row in ordered for shape in row.values()), arrows)


def landscape(own: Sequence[Step]) -> Block:
    """Stages from left to right, below them rows of risks, measures and monitoring, each row with its header."""
    width, gap, first = 120.0, 24.0, 64.0
    places = [first + gap + number * (width + gap) for number in range(len(own))]
    stages = [_box((step.stage,), x, 0, width, "stage") for step, x in zip(own, places, strict=True)]
    header = [_box((LABELS["stage"],), 0, 0, first, "header")]
    boxes: list[list[Shape]] = [[stage] for stage in stages]
    for kind in _kinds(own, "risks", "measures", "monitor"):
        y = max(shape.bottom for column in boxes for shape in column) + 2 * ROW_GAP
        header.append(_box((LABELS[kind],), 0, y, first, "header"))
        for step, column in zip(own, boxes, strict=True):
            if getattr(step, kind):
                column.append(_box(getattr(step, kind), column[0].x, y, width))
    downwards = [Arrow(one, other) for column in boxes for one, other in itertools.pairwise(column)]
    forward = [Arrow(one, other) for one, other in itertools.pairwise(stages)]
    return Block((*header, *(shape for column in boxes for shape in column)), (*forward, *downwards))


# Pages


def _title(chart: Chart, x: float, y: float, width: float) -> Shape:
    lines = tuple(str(chart["title"]).split(" "))
    return Shape(lines, x, y, width, PITCH * len(lines), "title")


def _on_line(y: float) -> float:
    """The first body line at or below this height."""
    return MARGIN + PITCH * math.ceil(round((y - MARGIN) / PITCH, 3))


def _size(width: float, height: float, wide: bool) -> tuple[float, float]:
    """A4, or larger where it does not hold the drawing."""
    least = A4[::-1] if wide else A4
    return min(LARGEST, max(least[0], width)), min(LARGEST, max(least[1], height))


def _page(charts: Sequence[Chart], blocks: Sequence[Block], wide: bool = False) -> Page:
    """Blocks one below the other, each under the title of its chart; a block beyond the charts has no title."""
    inner = max(block.width for block in blocks)
    outer = max(inner + 2 * MARGIN, (A4[1] if wide else A4[0]))
    titles, placed, y = [], [], MARGIN
    for number, block in enumerate(blocks):
        if number < len(charts):
            titles.append(_title(charts[number], MARGIN, _on_line(y), outer - 2 * MARGIN))
        y = titles[-1].bottom if number < len(charts) else y + PITCH
        placed.append(block.at((outer - block.width) / 2, y + PITCH))
        y += PITCH + block.height + 2 * PITCH
    width, height = _size(outer, y - PITCH + MARGIN, wide)
    return Page(width, height, tuple(titles), *_together(placed))


def _together(blocks: Sequence[Block]) -> tuple[tuple[Shape, ...], tuple[Arrow, ...]]:
    shapes = tuple(shape for block in blocks for shape in block.shapes)
    return shapes, tuple(arrow for block in blocks for arrow in block.arrows)


Layout = Callable[[Sequence[Chart]], tuple[Page, ...]]


def _each(block: Callable[[Sequence[Step]], Block], wide: bool = False) -> Layout:
    """Every chart on a page of its own."""
    return lambda charts: tuple(_page([chart], [block(steps(chart))], wide) for chart in charts)


def two_a_page(charts: Sequence[Chart]) -> tuple[Page, ...]:
    """Two charts on a page, each under its title."""
    pairs = [charts[n : n + 2] for n in range(0, len(charts), 2)]
    return tuple(_page(pair, [spine(steps(chart)) for chart in pair]) for pair in pairs)


def side_by_side(charts: Sequence[Chart]) -> tuple[Page, ...]:
    """Two charts left and right of each other, a title over each."""
    return tuple(_beside(charts[n : n + 2]) for n in range(0, len(charts), 2))


def _beside(charts: Sequence[Chart]) -> Page:
    titles, placed, x = [], [], MARGIN
    for chart in charts:
        block = columns(steps(chart))
        titles.append(_title(chart, x, MARGIN, block.width))
        placed.append(block.at(x, titles[-1].bottom + PITCH))
        x += block.width + 2 * MARGIN
    shapes, arrows = _together(placed)
    width, height = _size(x - MARGIN, max(shape.bottom for shape in shapes) + 2 * MARGIN, wide=True)
    return Page(width, height, tuple(titles), shapes, arrows)


def two_pages(charts: Sequence[Chart]) -> tuple[Page, ...]:
    """Every chart goes on on a second page, which has no title."""
    pages = []
    for chart in charts:
        own = steps(chart)
        half = (len(own) + 1) // 2
        pages += [_page([chart], [spine(own[:half])]), _page([], [spine(own[half:])])]
    return tuple(pages)


# Tables


def _table_kinds(stages: Sequence[Mapping[str, Any]]) -> list[str]:
    """The kinds that have something to show."""
    return [kind for kind in TABLE_LABELS if kind == "stage" or any(stage[kind] for stage in stages)]


def _cell(stage: Mapping[str, Any], kind: str) -> Cell:
    value = stage[kind]
    return Cell(numbered(value) if isinstance(value, list) else (value,) if value else ())


def _titled(chart: Chart, rows: Sequence[Sequence[Cell]], widths: Sequence[float]) -> Page:
    """A page with a table under the title."""
    inner = sum(widths)
    tall = sum(max(height_of(c.paragraphs, w) for c, w in zip(row, widths, strict=True)) for row in rows)
    width, height = _size(inner + 2 * MARGIN, tall + 3 * MARGIN + 2 * PITCH, wide=False)
    title = _title(chart, MARGIN, MARGIN, width - 2 * MARGIN)
    return Page(width, height, (title,), table=Table(tuple(tuple(row) for row in rows), tuple(widths)))


WIDTHS = {"stage": 72.0, "risks": 170.0, "level": 48.0, "measures": 170.0, "owner": 72.0, "monitor": 110.0}


def table(charts: Sequence[Chart]) -> tuple[Page, ...]:
    """A row for each stage under a header row."""
    return tuple(_table(chart) for chart in charts)


def _table(chart: Chart) -> Page:
    kinds = _table_kinds(chart["stages"])
    header = [Cell((TABLE_LABELS[kind],)) for kind in kinds]
    rows = [[_cell(stage, kind) for kind in kinds] for stage in chart["stages"]]
    return _titled(chart, [header, *rows], [WIDTHS[kind] for kind in kinds])


def table_across(charts: Sequence[Chart]) -> tuple[Page, ...]:
    """The table turned on its side: a column for each stage, a row for each kind."""
    return tuple(_table_across(chart) for chart in charts)


def _table_across(chart: Chart) -> Page:
    stages = chart["stages"]
    rows = [[Cell((TABLE_LABELS[kind],)), *(_cell(stage, kind) for stage in stages)] for kind in _table_kinds(stages)]
    return _titled(chart, rows, [60.0, *(120.0 for _ in stages)])


def table_merged(charts: Sequence[Chart]) -> tuple[Page, ...]:
    """A row for each risk; the other cells of a stage are merged over its rows."""
    return tuple(_table_merged(chart) for chart in charts)


def _table_merged(chart: Chart) -> Page:
    kinds = _table_kinds(chart["stages"])
    header = [Cell((TABLE_LABELS[kind],)) for kind in kinds]
    rows = [row for stage in chart["stages"] for row in _merged(stage, kinds)]
    return _titled(chart, [header, *rows], [WIDTHS[kind] for kind in kinds])


def _merged(stage: Mapping[str, Any], kinds: Sequence[str]) -> list[list[Cell]]:
    risks = numbered(stage["risks"])
    if len(risks) < 2:
        return [[_cell(stage, kind) for kind in kinds]]
    first = {kind: replace(_cell(stage, kind), merge="restart") for kind in kinds}
    others = {kind: Cell((), "continue") for kind in kinds}
    return [
        [Cell((risk,)) if kind == "risks" else (others if number else first)[kind] for kind in kinds]
        for number, risk in enumerate(risks)
    ]


LAYOUTS: dict[str, Layout] = {
    "spine": _each(spine),
    "columns": _each(columns),
    "mirrored": _each(mirrored),
    "alternating": _each(alternating),
    "landscape": _each(landscape, wide=True),
    "staggered": _each(staggered),
    "two_a_page": two_a_page,
    "side_by_side": side_by_side,
    "two_pages": two_pages,
    "table": table,
    "table_across": table_across,
    "table_merged": table_merged,
}
