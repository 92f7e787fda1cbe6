"""Entries -> charts: one stage for each row, or for each stage or level that a row tells apart."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from pipeline.levels import is_level
from pipeline.model import Box, Chart, Placed, Stage
from pipeline.normalise import cleaned, numbered_parts, stage_core
from pipeline.register.cells import by_stage, in_one, items, levels_by_item, names_in, whole_lines, without_owners
from pipeline.register.context import Context, stage_of_heading, within
from pipeline.register.grids import cell_of
from pipeline.register.heads import OWNERS, Field
from pipeline.register.table import Entry
from pipeline.terms import HEADING, Column, category_of, column_of, plain

__all__ = ["charts_of"]


# What is kept of a row beside its statements.
MARKS: tuple[Column, ...] = (
    "unit", "post", "person", "power", "code", "category", "stage", "name", "level", *OWNERS,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Row:
    """A stage with what is the same for all stages of its chart."""

    chart: Chart
    stage: Stage


def charts_of(entries: Iterable[Entry], placed_by: Placed) -> list[Chart]:
    """The charts of some entries: rows that follow one another under the same title and for the same power."""
    rows = [row for entry in entries for row in _rows(entry, placed_by)]
    return [
        replace(chart, index=index, stages=tuple(row.stage for row in group))
        for index, (chart, group) in enumerate(groupby(rows, key=lambda row: row.chart))
    ]


def _rows(entry: Entry, placed_by: Placed) -> Iterator[_Row]:
    context, doubts = _context(entry)
    chart = Chart(0, context.title, context.agency, context.category, context.power, context.power_code, ())
    for stage in _by_levels(entry, list(_stages(entry, context, placed_by, doubts))):
        if stage.label or stage.risks or stage.measures or stage.monitors:
            yield _Row(chart, stage)


def _context(entry: Entry) -> tuple[Context, tuple[str, ...]]:
    """What stands above a row and what it says itself of its unit, power and category, and what goes nowhere."""
    context = entry.context
    units = tuple(
        dict.fromkeys(
            in_one(boxes) for one, boxes in entry.of("unit") if not (context.unit and column_of(one.label) == "post")
        )
    )
    if units:
        context = within(context, units)
    category = entry.of("category")
    power, code, stage = entry.of("power"), entry.of("code"), entry.of("stage")
    context = replace(
        context,
        category=_category(in_one(category[0][1])) if category else context.category,
        power="、".join(dict.fromkeys(in_one(boxes) for _, boxes in power)) if power else context.power,
        power_code=plain(in_one(code[0][1])) if code else None if power else context.power_code,
        stage=in_one(stage[0][1]) if stage else context.stage,
    )
    others = tuple(f"{plain(one.label)}：{in_one(boxes)}" for one, boxes in entry.of("post", "person"))
    name = in_one(boxes for _, own in entry.of("name") for boxes in own) if entry.of("form") else ""
    if not name or plain(name) in map(plain, items(box for _, own in entry.of("form") for box in own)):
        return context, others
    if not context.stage and stage_of_heading(name):
        return replace(context, stage=name), others
    return context, (f"风险点名称：{name}", *others)


def _category(text: str) -> str:
    return category_of(text) or text


def _stages(entry: Entry, context: Context, placed_by: Placed, doubts: tuple[str, ...]) -> Iterator[Stage]:
    """The stages of a row: that of its own column, else one for each that its cells begin with."""
    risks = _content(entry, "form") or _content(entry, "name")
    measures, owners = without_owners(_content(entry, "measure"))
    party, others = _party(entry, owners)
    whole = Stage(
        context.stage,
        tuple(risks),
        tuple(measures),
        tuple(_content(entry, "monitor")),
        doubts=(*doubts, *others),
        levels=_levels(entry),
        parties=(party,) if party else (),
        marks=tuple(box for _, boxes in entry.of(*MARKS) for box in boxes),
        placed_by=placed_by,
        unit=None if _is_drawn(context) else context.unit,
    )
    parts, parts_of_measures = by_stage(risks), by_stage(measures)
    names = list(dict.fromkeys(name for name, _ in parts if name))
    if entry.of("stage") or not names:
        yield whole
        return
    for name in ["", *names] if any(not name for name, _ in parts) else names:
        own = tuple(box for other, box in parts if other == name)
        yield replace(whole, label=name or context.stage, risks=own, measures=_of_stage(parts_of_measures, name, names))


def _is_drawn(context: Context) -> bool:
    """Whether rows stand under a chart's title and in no unit: there the owners tell it."""
    return not context.unit and bool(context.title and HEADING.search(context.title))


def _of_stage(parts: Sequence[tuple[str, Box]], name: str, names: Sequence[str]) -> tuple[Box, ...]:
    """The measures of a stage: its own, and those that name none of the row's stages."""
    known = {stage_core(one) for one in names}
    return tuple(box for stage, box in parts if stage_core(stage) == stage_core(name) or stage_core(stage) not in known)


def _content(entry: Entry, kind: Column) -> list[Box]:
    cells = [(one, box) for one, boxes in entry.of(kind) for box in boxes]
    if any(_is_number(box) for _, box in cells):  # a list in columns of its own: numbers, then sentences
        cells.sort(key=lambda cell: (cell_of(cell[1]).row, cell_of(cell[1]).column) if cell[1].cell else (0, 0))
        cells = [(one, box) for one, box in cells if not _is_number(box)]
    return [replace(box, paragraphs=whole_lines(box.paragraphs, one.wrap)) for one, box in cells]


def _is_number(box: Box) -> bool:
    return plain("".join(box.paragraphs)).strip("、.()").isdecimal()


# Owners


def _party(entry: Entry, owners: str | None) -> tuple[str | None, list[str]]:
    """The one who answers for a row, and what else is said of owners, as doubts; `owners` stand in its measures."""
    cells = sorted(entry.of(*OWNERS), key=lambda cell: _nearness(cell[0]))
    found = [(one, name) for one, boxes in cells if (name := names_in(boxes))]
    if not found:
        return owners, []
    nearest = found[0][1]
    others = [f"另有{plain(one.label)}：{name}" for one, name in found[1:] if name != nearest]
    return owners if owners and _is_of_posts(entry) else nearest, others


def _is_of_posts(entry: Entry) -> bool:
    """Whether the owners of a row are but those whose post or name it gives."""
    return all(column_of(one.label) in ("post", "person") for one, _ in entry.of(*OWNERS))


def _nearness(one: Field) -> int:
    """How near an owner stands to the work, the nearest least.

    Who does it, who answers for it, who heads the department, the department, who leads.
    """
    if one.kind == "leader":
        return 3
    if one.kind == "owner":
        return 2
    label = plain(one.label)
    if re.search(r"直接|具体|岗位|第一", label):
        return -1
    return 1 if re.search(r"部门|科室|单位|负责", label) else 0


# Levels


def _levels(entry: Entry) -> tuple[str, ...]:
    labels = [in_one(boxes) for _, boxes in entry.of("level")]
    return tuple(label for label in labels if re.search(r"[^级等风险点()（）\[\]\s:：]", label))


def _by_levels(entry: Entry, stages: Sequence[Stage]) -> Iterator[Stage]:
    """The stages, each with its own level; one whose risks have levels item by item as one stage for each.

    Where several levels cannot be told apart the stage keeps them as they stand, unless all are one.
    """
    boxes = [box for _, own in entry.of("level") for box in own]
    levels = levels_by_item([text for box in boxes for text in box.paragraphs])
    known = bool(levels) and all(map(is_level, levels))
    told = {stage_core(name): in_one([box]) for name, box in by_stage(boxes) if name}
    for place, stage in enumerate(stages):
        risks = [one for box in stage.risks for one in _single(box)]
        own = levels if boxes else tuple(_marked_level(one) or "" for one in risks)
        if level := told.get(stage_core(stage.label)):
            yield replace(stage, levels=(level,))
        elif known and len(levels) == len(stages) > 1:
            yield replace(stage, levels=(levels[place],))
        elif len(own) == len(risks) and any(own) and all(is_level(one) for one in own if one):
            yield from _apart(stage, risks, own)
        else:
            yield replace(stage, levels=levels[:1]) if known and len({*levels}) == 1 else stage


def _apart(stage: Stage, risks: Sequence[Box], levels: Sequence[str]) -> Iterator[Stage]:
    """A stage for each risk, with its own level and, where there are as many measures, its own measure."""
    measures = [one for box in stage.measures for one in _single(box)]
    paired = len(measures) == len(risks)
    for place, (risk, level) in enumerate(zip(risks, levels, strict=True)):
        own = (measures[place],) if paired else stage.measures
        marked = level == _marked_level(risk)
        bare = replace(risk, paragraphs=(_AT_END.sub("", risk.paragraphs[0]),)) if marked else risk
        yield replace(stage, risks=(bare,), measures=own, levels=(level,) if level else ())


def _single(box: Box) -> list[Box]:
    """A cell for each statement of a cell, with what stands in brackets behind it."""
    parts = (part for text in box.paragraphs for part in numbered_parts(text))
    return [replace(box, paragraphs=(item,)) for part in parts if (item := cleaned(part))]


# A level in brackets at the end of a sentence.
_AT_END = re.compile(
    r"[。；;，,\s]*[(（【\[](?:廉政|廉洁)?(?:风险)?(?:点)?(?:等级|级别|级次)?[:：]?\s*(?P<level>[^()（）【】\[\]]{1,6})[)）】\]][。；;]?$"
)


def _marked_level(risk: Box) -> str | None:
    """The level in brackets at the end of a risk (（高）, 【中风险】)."""
    found = _AT_END.search(risk.paragraphs[-1]) if risk.paragraphs else None
    return found["level"] if found and is_level(found["level"]) else None
