"""Chart -> Records: one record for each stage that has boxes."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from pipeline.levels import scale_of
from pipeline.model import Box, Chart, Document, Level, Place, Record, Source, Stage
from pipeline.normalise import canonical_stage, department_of, items_of, marks_of

__all__ = ["records_of", "scale_in"]

LEGIBLE = 0.9  # the mean confidence of a line of recognised text below which some of it is likely wrong


Scale = Mapping[str, Level | None]  # what the labels of a document's levels mean


def scale_in(document: Document, charts: Iterable[Chart]) -> Scale:
    """What the labels of the levels of a document's charts mean, by all that the document says of them."""
    labels = [levels[-1] for chart in charts for stage in chart.stages if (levels := _marks(stage)[0])]
    return scale_of(labels, (paragraph for box in document.boxes for paragraph in box.paragraphs))


def records_of(source: Source, chart: Chart, scale: Scale, agency: str | None = None) -> Iterator[Record]:
    """The records of a chart; `agency` serves charts that name none."""
    department = _department(chart)
    for order, stage in enumerate(chart.stages):
        if stage.risks or stage.measures or stage.monitors:
            yield _record(source, chart, stage, order, scale, chart.agency or agency, department)


def _department(chart: Chart) -> str | None:
    """The department that owns at least half of a chart's stages: theirs whose own owner is a person's role, too."""
    owners = [parties[-1] for stage in chart.stages if (parties := _marks(stage)[1])]
    departments = Counter(filter(None, map(department_of, owners))).most_common(1)
    return departments[0][0] if departments and departments[0][1] * 2 >= len(owners) else None


def _record(
    source: Source,
    chart: Chart,
    stage: Stage,
    order: int,
    scale: Scale,
    agency: str | None,
    department: str | None,
) -> Record:
    levels, parties = _marks(stage)
    party = parties[-1] if parties else None
    department = department if stage.unit is None else None
    risks, measures, monitors = _items(stage.risks), _items(stage.measures), _items(stage.monitors)
    return Record(
        id=_identity(source.sha256, chart.index, order, stage.label, risks, measures, monitors, levels, parties),
        document=source.document,
        sha256=source.sha256,
        page=next((box.page for box in (*stage.risks, *stage.measures, *stage.monitors)), None),
        chart=chart.index,
        title=chart.title,
        agency=agency,
        category=chart.category,
        power=chart.power,
        power_code=chart.power_code,
        stage=canonical_stage(stage.label),
        stage_label=stage.label,
        stage_order=order,
        risk_points=risks,
        level=scale.get(levels[-1]) if levels else None,
        level_label=levels[-1] if levels else None,
        control_measures=measures,
        responsible_party=party,
        unit=_unit(stage, agency, department_of(party) or department),
        monitoring_points=monitors,
        placed_by=stage.placed_by,
        confidence=min([stage.confidence, *(round(box.confidence, 2) for box in stage.boxes)]),
        doubts=(
            *stage.doubts,
            *_mark_doubts(stage, levels, parties),
            *_inherited(party, department),
            *_recognised(stage),
        ),
        boxes=tuple(map(Place.of, stage.boxes)),
    )


def _unit(stage: Stage, agency: str | None, department: str | None) -> tuple[str, ...]:
    """The path to the department of a stage: the one a register names, else the one that its owner tells."""
    below = stage.unit if stage.unit is not None else (department,)
    return tuple(dict.fromkeys(filter(None, (agency, *below))))


def _marks(stage: Stage) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The levels and owners marked in a stage's boxes and standing in boxes of their own; the last of each counts."""
    levels, parties = marks_of(paragraph for box in (*stage.risks, *stage.measures) for paragraph in box.paragraphs)
    return levels + stage.levels, parties + stage.parties


def _mark_doubts(stage: Stage, levels: tuple[str, ...], parties: tuple[str, ...]) -> Iterator[str]:
    if stage.risks and not levels:
        yield "没有风险等级"
    if stage.measures and not parties:
        yield "没有责任人"
    if len(set(levels)) > 1:
        yield f"另有风险等级：{'、'.join(levels[:-1])}"
    if len(set(parties)) > 1:
        yield f"另有责任人：{'、'.join(parties[:-1])}"


def _inherited(party: str | None, department: str | None) -> Iterator[str]:
    if department and not department_of(party):
        yield "科室由同图的其他环节推断"


def _recognised(stage: Stage) -> Iterator[str]:
    if any(box.confidence < LEGIBLE for box in stage.boxes):
        yield "文字由图像识别，有的字不清楚"


def _items(boxes: tuple[Box, ...]) -> tuple[str, ...]:
    return items_of(paragraph for box in boxes for paragraph in box.paragraphs)


def _identity(*content: object) -> str:
    """16 hex digits of the content and its place."""
    return hashlib.blake2b(json.dumps(content, ensure_ascii=False).encode(), digest_size=8).hexdigest()
