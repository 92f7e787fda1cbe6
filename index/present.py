"""Answers as text for a terminal (Chinese, within a width in columns) and as JSON types: pure functions."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from index.query import Facet
from index.results import (
    Count,
    Group,
    Leg,
    Match,
    RecordHit,
    SearchResult,
    Similar,
    StatementHit,
    Why,
)
from index.terminal import INDENT, NARROWEST, clean, cut, escaped, indented, joined, labelled, width, wrapped
from pipeline.errors import LiantuError, QuerySyntaxError
from pipeline.record import Kind, Place, Record

__all__ = [
    "counts_json",
    "error_text",
    "facet_lines",
    "json_text",
    "record_text",
    "search_json",
    "search_text",
    "similar_json",
    "similar_text",
    "table",
    "understood_text",
]

_KINDS = {Kind.RISK: "风险点", Kind.MEASURE: "防控措施", Kind.MONITOR: "电子监察点"}
_LISTS = {Kind.RISK: "risk_points", Kind.MEASURE: "control_measures", Kind.MONITOR: "monitoring_points"}
_FACETS: dict[Facet | Kind, str] = {
    Facet.LEVEL: "等级",
    Facet.STAGE: "环节",
    Facet.UNIT: "单位",
    Facet.CATEGORY: "类别",
}
_PLACED_BY = {"geometry": "图上位置", "table": "表格", "sequence": "先后次序"}
_NAMES: dict[Facet | Kind, str] = {
    **_FACETS,
    Facet.POWER: "职权",
    Facet.AGENCY: "机构",
    Facet.DOCUMENT: "文件",
    **dict.fromkeys(Kind, "内容"),
}
_GROUPS: dict[Group, str] = {
    "match": "",
    "related": "意思相近的：",
    "rest": "同样条件下的其他语句：",
    "beyond": "条件以外、意思相近的：",
}
_LEGS: dict[Leg, str] = {"char": "字", "word": "词", "lexicon": "词典", "meaning": "意思", "place": "职权"}
_UNSTATED = "未标明"
_FACET_VALUES = 8
_HIT_VALUES = 3


def json_text(value: Any, ascii_only: bool) -> str:
    """`value` as one line of JSON, fit for a terminal."""
    return escaped(json.dumps(value, ensure_ascii=ascii_only))


def search_json(result: SearchResult) -> dict[str, Any]:
    """A search result as JSON types: the contract of `search --json`."""
    return {
        "query": result.query,
        "total": result.total,
        "facets": {facet.value: counts_json(counts) for facet, counts in result.facets.items()},
        "hits": [_hit_json(hit) for hit in result.hits],
        "related": result.related,
        "understood": _understood_json(result),
        "suggestions": list(result.suggestions),
    }


def _understood_json(result: SearchResult) -> dict[str, list[str]]:
    """What the words of the query were taken to say, by facet (a kind of statement: `kind`), and the words left."""
    said: dict[str, list[str]] = {}
    for field, value in result.understood:
        said.setdefault("kind" if isinstance(field, Kind) else field.value, []).append(value or field.value)
    return said | {"text": list(result.keywords)} if said else {}


def counts_json(counts: Iterable[Count]) -> list[dict[str, Any]]:
    return [{"value": count.value, "count": count.count} for count in counts]


def _hit_json(hit: StatementHit | RecordHit) -> dict[str, Any]:
    if isinstance(hit, RecordHit):
        matches = [_match_json(match) for match in hit.matches]
        return {"score": hit.score, "group": hit.group, "record": hit.record.to_json(), "matches": matches}
    return {
        "statement": hit.statement,
        "kind": hit.kind.value,
        "score": hit.score,
        "group": hit.group,
        "count": hit.count,
        "levels": _named(hit.levels),
        "stages": _named(hit.stages),
        "units": _named(hit.units),
        "spans": [list(span) for span in hit.spans],
        "legs": list(hit.legs),
        "records": list(hit.records),
        **_why_json(hit.why),
    }


def _why_json(why: Why | None) -> dict[str, Any]:
    if why is None:
        return {}
    return {
        "explain": {"legs": dict(why.legs), "concepts": {name: list(words) for name, words in why.concepts.items()}}
    }


def _match_json(match: Match) -> dict[str, Any]:
    spans = [list(span) for span in match.spans]
    named = {"field": _LISTS[match.kind], "item": match.item, "text": match.text, "spans": spans}
    return named | _why_json(match.why)


def _named(counts: Iterable[Count]) -> dict[str, int]:
    return {_value(count.value): count.count for count in counts}


def _value(value: str | None) -> str:
    return _UNSTATED if value is None else value


def search_text(result: SearchResult, columns: int, color: bool = False) -> str:
    """A search result as text, no line wider than `columns` (at least 40); matches highlighted if `color`."""
    columns = max(columns, NARROWEST)
    lines = [*_understood_lines(result, columns), *wrapped(_summary(result), columns)]
    lines += facet_lines(result.facets, columns)
    group: Group = "match"
    for place, hit in enumerate(result.hits, start=1):
        lines += ["", *wrapped(_GROUPS[hit.group], columns)] if hit.group != group else []
        group = hit.group
        lines += ["", *_hit_lines(hit, f"{place:>2}. ", columns, color)]
    return joined(lines)


def understood_text(result: SearchResult, columns: int) -> str:
    """What the words of a query were taken to say, as text."""
    return joined(_understood_lines(result, max(columns, NARROWEST)))


def _understood_lines(result: SearchResult, columns: int) -> list[str]:
    """What the words of the query were taken to say: nothing is filtered behind the user's back."""
    label = "理解为："
    return labelled(label, _understood(result), columns, width(label)) if result.understood else []


def _understood(result: SearchResult) -> str:
    if not result.understood:
        return ""
    said = [f"{_NAMES[field]}={value or _KINDS[Kind(field)]}" for field, value in result.understood]
    return " ".join((*said, f"关键词={' '.join(result.keywords)}") if result.keywords else said)


def _summary(result: SearchResult) -> str:
    if not result.total:
        meant = f"，是不是要找：{'、'.join(map(clean, result.suggestions))}" if result.suggestions else ""
        nothing = "没有找到" if not result.hits else "没有写着这些词的"
        return nothing + meant
    found = f"共 {result.total} 句，见于 {result.records} 条记录"
    return found if result.by == "statement" else f"共 {result.total} 条记录"


def facet_lines(facets: Mapping[Facet, Sequence[Count]], columns: int) -> list[str]:
    return [
        line
        for facet, counts in facets.items()
        if counts
        for line in labelled(_FACETS[facet], _most(counts, _FACET_VALUES), columns, 6)
    ]


def _most(counts: Sequence[Count], at_most: int) -> str:
    shown = " · ".join(f"{_value(count.value)} {count.count}" for count in counts[:at_most])
    return shown + (f" 等 {len(counts)} 种" if len(counts) > at_most else "")


def _hit_lines(hit: StatementHit | RecordHit, number: str, columns: int, color: bool) -> list[str]:
    if isinstance(hit, RecordHit):
        return _record_hit_lines(hit, number, columns, color)
    label = f"{number}{_KINDS[hit.kind]}  "
    lines = _statement_lines(label, hit.statement, hit.spans if color else (), columns)
    lines += _why_lines(hit.why, columns)
    counted = [f"{hit.count} 条记录", _most(hit.levels, len(hit.levels)), _most(hit.stages, _HIT_VALUES)]
    lines += indented(" · ".join(filter(None, counted)), columns)
    return lines + [INDENT + cut(clean(_place(record)), columns - len(INDENT)) for record in hit.places]


def _record_hit_lines(hit: RecordHit, number: str, columns: int, color: bool) -> list[str]:
    first, *rest = wrapped(clean(_place(hit.record)), columns, INDENT)
    lines = [number + first, *rest]
    for match in hit.matches:
        label = f"{INDENT}{_KINDS[match.kind]}  "
        lines += [
            *_statement_lines(label, match.text, match.spans if color else (), columns),
            *_why_lines(match.why, columns),
        ]
    return lines


def _why_lines(why: Why | None, columns: int) -> list[str]:
    """What each leg adds, and the words of the lexicon a statement holds."""
    if why is None:
        return []
    legs = " ".join(f"{_LEGS[leg]} {value:+.2f}" for leg, value in why.legs.items() if value)
    concepts = "；".join(f"{name}→{'、'.join(words)}" for name, words in why.concepts.items())
    return indented("得分：" + " · ".join(filter(None, (legs, concepts))), columns)


def _statement_lines(label: str, text: str, marks: Sequence[tuple[int, int]], columns: int) -> list[str]:
    first, *rest = wrapped(clean(text), columns, " " * width(label), marks)
    return [label + first, *rest]


def _place(record: Record) -> str:
    """Where a record stands; its id first, since it is what one copies and the rest may be cut."""
    of_power = record.power or record.title
    named = (record.id, record.agency or record.document, of_power, record.stage, record.level)
    return " · ".join(filter(None, named))


def similar_text(similar: Similar, columns: int) -> str:
    """What is similar to something, as text."""
    columns = max(columns, NARROWEST)
    lines = ["相近的语句："] if similar.statements else ["没有找到"]
    for place, hit in enumerate(similar.statements, start=1):
        lines += ["", *_hit_lines(hit, f"{place:>2}. {hit.score:.2f} ", columns, False)]
    lines += ["", "相近的记录："] if similar.records else []
    for place, (likeness, record) in enumerate(similar.records, start=1):
        first, *rest = wrapped(clean(f"{likeness:.2f} {_place(record)}"), columns, INDENT)
        lines += [f"{place:>2}. {first}", *rest]
    return joined(lines)


def similar_json(similar: Similar) -> dict[str, Any]:
    """What is similar to something, as JSON types."""
    records = [{"score": likeness, "record": record.to_json()} for likeness, record in similar.records]
    return {"statements": [_hit_json(hit) for hit in similar.statements], "records": records}


_HEADS = {
    "statement": ("检索式", "名次", "语句", "类型", "记录数", "等级", "环节", "得分", "归组", "途径", "理解为"),
    "record": ("检索式", "名次", "记录", "机构", "职权", "环节", "等级", "得分", "归组", "语句", "理解为"),
}


def table(result: SearchResult, with_head: bool) -> str:
    """Hits as lines of a table, cells between tabs; a query without any has a line of its own."""
    understood = _understood(result)
    rows = [(result.query, str(place), *_cells(hit), understood) for place, hit in enumerate(result.hits, start=1)] or [
        (result.query, "", *[""] * 8, understood)
    ]
    head = [_HEADS[result.by]] if with_head else []
    return joined("\t".join(map(_cell, row)) for row in (*head, *rows))


def _cells(hit: StatementHit | RecordHit) -> tuple[str, ...]:
    group = _GROUPS[hit.group].removesuffix("：")
    score = f"{hit.score:.3f}"
    if isinstance(hit, StatementHit):
        counted = (str(hit.count), _most(hit.levels, len(hit.levels)), _most(hit.stages, _HIT_VALUES))
        return hit.statement, _KINDS[hit.kind], *counted, score, group, " ".join(_LEGS[leg] for leg in hit.legs)
    record, said = hit.record, "；".join(match.text for match in hit.matches)
    named = (record.id, record.agency or record.document, record.power or record.title or "", record.stage)
    return *named, _value(record.level), score, group, said


def _cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    shown = clean(text)
    return f"'{shown}" if shown.startswith(("=", "+", "-", "@")) else shown


def record_text(record: Record, columns: int) -> str:
    """One record in full."""
    columns = max(columns, NARROWEST)
    fields = (*_identity(record), *_said(record), *_origin(record))
    return joined(line for label, text in fields for line in labelled(label, text, columns))


def _identity(record: Record) -> Iterable[tuple[str, str]]:
    yield "编号", record.id
    for label, value in (
        ("标题", record.title),
        ("机构", record.agency),
        ("职权类别", record.category),
        ("职权名称", record.power),
        ("职权编码", record.power_code),
        ("流程环节", _as_written(record.stage, record.stage_label)),
        ("风险等级", _as_written(_value(record.level), record.level_label)),
        ("责任主体", record.responsible_party),
        ("单位", " / ".join(record.unit)),
    ):
        if value:
            yield label, value


def _as_written(value: str, label: str | None) -> str:
    return f"{value}（原文：{label}）" if label and label != value else value


def _said(record: Record) -> Iterable[tuple[str, str]]:
    counted = dict.fromkeys(Kind, 0)
    for kind, text in record.statements():
        counted[kind] += 1
        yield (_KINDS[kind] if counted[kind] == 1 else ""), f"{counted[kind]}. {text}"


def _seat(place: Place) -> str:
    """Where a box stands: its number from 1, its page, its left top and right bottom corners in points."""
    page = f" · 第 {place.page} 页" if place.page is not None else ""
    corners = f" ({place.x0:g}, {place.top:g})-({place.x1:g}, {place.bottom:g})" if place.x0 is not None else ""
    return f"第 {place.box + 1} 框{page}{corners}"


def _origin(record: Record) -> Iterable[tuple[str, str]]:
    page = f" · 第 {record.page} 页" if record.page is not None else ""
    yield "来源", f"{record.document} · 第 {record.chart + 1} 图{page} · 第 {record.stage_order + 1} 个环节"
    yield "SHA-256", record.sha256
    for number, seat in enumerate(record.boxes):
        yield ("文本框" if number == 0 else ""), _seat(seat)
    yield "归位依据", f"{_PLACED_BY[record.placed_by]} · 可信度 {record.confidence:.0%}"
    for place, doubt in enumerate(record.doubts):
        yield ("存疑" if place == 0 else ""), doubt


def error_text(error: LiantuError, columns: int) -> str:
    """An error for the user; a malformed query is shown with a caret under the place."""
    lines = [clean(str(error))]
    if isinstance(error, QuerySyntaxError):
        lines += _pointed(clean(error.text), error.position, max(columns, NARROWEST))
    return joined(lines)


def _pointed(text: str, position: int, columns: int) -> list[str]:
    """The query and a caret below `position`; of a long query only the part around it."""
    room = columns - 8
    start = position
    while start > 0 and width(text[start - 1 : position]) <= room:
        start -= 1
    before = ("…" if start else "") + text[start:position]
    line = cut(f"  {before}{text[position:]}", columns)
    return [line, " " * (2 + width(before)) + "^"]
