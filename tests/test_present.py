"""What reaches the terminal: nothing too wide, nothing that steers it; and the JSON contract."""

import json
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import present, report, terminal
from index.query import Facet, Found, parse
from index.results import Count, Match, Met, Overview, RecordHit, SearchResult, Similar, StatementHit, Why
from index.store import File
from pipeline.errors import LiantuError, QuerySyntaxError, State
from pipeline.model import Kind, Problem, Record, Tally
from tests.helpers import file, record

HOSTILE = "收受\x1b[31m财物\x07\u202e\u200b\u2028\x9b31m\ufeff\u061c\r\n\t\ue000"
LONG = "该收的件推给别处，不该收的件插队办 or without any reason，收受财物后放行" * 3


def _columns(line: str) -> int:
    wide = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)
    return wide - sum(unicodedata.category(c) in ("Mn", "Me") for c in line)


def _full(text: str) -> Record:
    fields = dict.fromkeys(("title", "agency", "category", "power", "power_code", "responsible_party"), text)
    lists: dict[str, Any] = dict.fromkeys(
        ("risk_points", "control_measures", "monitoring_points", "unit", "doubts"), (text, text)
    )
    stage = {"stage": text, "stage_label": text + "原", "level": "高", "level_label": text, "page": 3}
    return record(2, text, **fields, **lists, **stage)


def _statements(text: str) -> SearchResult:
    one = _full(text)
    counts = tuple(Count(value, 9) for value in (text, None, *map(str, range(20))))
    hit = StatementHit(
        text, Kind.RISK, 1.5, 2, counts, counts, counts, ((0, 2), (3, 4)), ("char", "word"), (one.id,), (one, one)
    )
    return SearchResult(text, "statement", 1, 2, dict.fromkeys((Facet.LEVEL, Facet.UNIT), counts), (hit,))


def _records(text: str) -> SearchResult:
    matches = (Match(Kind.RISK, 0, text, ((0, 2),)), Match(Kind.MONITOR, 1, text, ((1, 2),)))
    hit = RecordHit(0.5, _full(text), matches)
    return SearchResult(text, "record", 1, 1, {Facet.STAGE: (Count(text, 1),)}, (hit,))


def _file(text: str) -> File:
    problems = tuple(Problem("code", text, place or None) for place in range(7))
    return file(text, reason=text, duplicate_of=text, charts=3, records=12, tally=Tally(90, 9, 1), problems=problems)


def _related(text: str) -> SearchResult:
    """A question that was understood in a way, with hits that are only related, and their explanation."""
    one, why = _full(text), Why({"char": 1.25, "lexicon": -2.0, "meaning": 0.0}, {text: (text, text)})
    hits = [
        StatementHit(text, Kind.RISK, 0.5, 2, (), (), (), (), ("meaning",), (one.id,), (one,), group, why)
        for group in ("match", "related", "rest", "beyond")
    ]
    found: tuple[Found, ...] = (*((field, text) for field in Facet), (Kind.MEASURE, ""))
    return SearchResult(text, "statement", 0, 0, {}, tuple(hits), 3, found, (text, text), (text, text))


def _similar(text: str) -> Similar:
    (hit,) = _statements(text).hits
    assert isinstance(hit, StatementHit)
    return Similar((hit,), ((0.9, _full(text)), (0.8, _full(text))))


def _everything(text: str, columns: int) -> str:
    met = [replace(_file(text), state=state) for state in State]
    overview = Overview(7, tuple(met), 2, 3, 4, {Facet.STAGE: (Count(text, 1),)})
    summary = report.Summary()
    for one in met:
        summary.add(Met(one))
    return "".join(
        (
            present.search_text(_statements(text), columns),
            present.search_text(_records(text), columns),
            present.search_text(_related(text), columns),
            present.similar_text(_similar(text), columns),
            present.record_text(_full(text), columns),
            *(report.file_text(one, columns) for one in met),
            *(report.line_text(one, columns) for one in met),
            report.summary_text(summary, [text], 4000.0, columns),
            report.overview_text(overview, Path(text.replace("\0", "")), columns),
        )
    )


@pytest.mark.parametrize("columns", [40, 41, 80, 200])
def test_no_line_is_wider_than_the_terminal(columns: int) -> None:
    shown = _everything(LONG, columns)
    assert max(map(_columns, shown.splitlines())) <= columns
    assert "收受财物" in shown.replace("\n", "").replace(" ", "")


def test_a_terminal_of_less_than_forty_columns_is_treated_as_forty() -> None:
    assert _everything(LONG, 1) == _everything(LONG, 40)


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=60), st.integers(40, 60))
def test_any_text_stays_within_the_width_and_free_of_controls(text: str, columns: int) -> None:
    for line in _everything(text, columns).split("\n"):
        assert _columns(line) <= columns
        assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in line)


@pytest.mark.parametrize("show", [_everything, lambda text, width: present.error_text(LiantuError(text, text), width)])
def test_control_characters_of_documents_never_reach_the_terminal(show: Callable[[str, int], str]) -> None:
    shown = show(HOSTILE, 80)
    assert {c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")} == {"\n"}
    assert "收受□[31m财物□□□□□31m" in shown.replace("\n", "").replace(" ", "")


def test_json_escapes_what_could_steer_a_terminal_and_means_the_same() -> None:
    value = {"text": HOSTILE + "\U000e0041\ud800", "list": ["财物"]}
    shown = present.json_text(value, ascii_only=False)
    assert json.loads(shown) == value
    assert "财物" in shown
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in shown)
    assert present.json_text(value, ascii_only=True).isascii()


def test_matches_are_highlighted_only_when_asked_for() -> None:
    result = _statements("收受服务对象财物")
    assert "\x1b" not in present.search_text(result, 80)
    assert "\x1b[1;31m收受\x1b[0m服\x1b[1;31m务\x1b[0m对象财物" in present.search_text(result, 80, color=True)


def test_highlighting_goes_on_across_lines() -> None:
    assert terminal.wrapped("收受财物", 4, "", [(1, 3)]) == ["收\x1b[1;31m受\x1b[0m", "\x1b[1;31m财\x1b[0m物"]


def test_lines_break_after_a_blank_where_there_is_one() -> None:
    assert terminal.wrapped("甲 1 · 乙 22 · 丙 333", 14) == ["甲 1 · 乙 22 ", "· 丙 333"]


def test_a_statement_result_as_text() -> None:
    place = record(0, agency="市局", power="证书核发", stage="受理", level="高", id="abcd1234")
    levels = (Count("高", 2), Count(None, 1))
    hit = StatementHit("收受财物", Kind.RISK, 1.9, 3, levels, (Count("受理", 3),), (), (), ("char",), ("a",), (place,))
    facets = {Facet.LEVEL: levels, Facet.STAGE: (Count("受理", 3),), Facet.UNIT: ()}
    assert present.search_text(SearchResult("收受财物", "statement", 1, 3, facets, (hit,)), 80) == (
        "共 1 句，见于 3 条记录\n"
        "等级  高 2 · 未标明 1\n"
        "环节  受理 3\n"
        "\n"
        " 1. 风险点  收受财物\n"
        "    3 条记录 · 高 2 · 未标明 1 · 受理 3\n"
        "    abcd1234 · 市局 · 证书核发 · 受理 · 高\n"
    )


def test_nothing_found_is_said() -> None:
    assert present.search_text(SearchResult("x", "record", 0, 0, {}, ()), 80) == "没有找到\n"


def test_a_statement_hit_as_json() -> None:
    hit = StatementHit(
        *("收受财物", Kind.MEASURE, 1.9, 2, (Count("高", 1), Count(None, 1)), (Count("受理", 2),), (Count("市局", 2),)),
        *(((0, 4),), ("char", "word"), ("a", "b"), ()),
    )
    result = SearchResult("收受财物", "statement", 1, 2, {Facet.LEVEL: (Count("高", 1), Count(None, 1))}, (hit,))
    assert present.search_json(result) == {
        "query": "收受财物",
        "total": 1,
        "facets": {"level": [{"value": "高", "count": 1}, {"value": None, "count": 1}]},
        "hits": [
            {
                "statement": "收受财物",
                "kind": "control_measure",
                "score": 1.9,
                "group": "match",
                "count": 2,
                "levels": {"高": 1, "未标明": 1},
                "stages": {"受理": 2},
                "units": {"市局": 2},
                "spans": [[0, 4]],
                "legs": ["char", "word"],
                "records": ["a", "b"],
            }
        ],
        "related": 0,
        "understood": {},
        "suggestions": [],
    }


def test_a_record_hit_as_json_holds_the_whole_record() -> None:
    one = record(risk_points=("越权",))
    hit = RecordHit(0.5, one, (Match(Kind.RISK, 0, "越权", ((0, 2),)),))
    (shown,) = present.search_json(SearchResult("越权", "record", 1, 1, {}, (hit,)))["hits"]
    assert shown == {
        "score": 0.5,
        "group": "match",
        "record": one.to_json(),
        "matches": [{"field": "risk_points", "item": 0, "text": "越权", "spans": [[0, 2]]}],
    }


def test_what_was_understood_comes_first_and_groups_have_heads() -> None:
    lines = present.search_text(_related("甲"), 80).splitlines()
    assert lines[:2] == [
        "理解为：等级=甲 环节=甲 单位=甲 类别=甲 机构=甲 文件=甲 职权=甲 内容=防控措施 ",
        "        关键词=甲 甲",
    ]
    assert lines[2] == "没有写着这些词的，是不是要找：甲、甲"
    heads = [line for line in lines if line.endswith("：")]
    assert heads == ["意思相近的：", "同样条件下的其他语句：", "条件以外、意思相近的："]
    assert "    得分：字 +1.25 词典 -2.00 · 甲→甲、甲" in lines


def test_understood_facets_as_json() -> None:
    found = ((Facet.LEVEL, "高"), (Facet.LEVEL, "中"), (Kind.MEASURE, ""))
    result = SearchResult("高、中风险的措施", "statement", 0, 0, {}, (), 0, found, ("公示",), ("公式",))
    shown = present.search_json(result)
    assert shown["understood"] == {"level": ["高", "中"], "kind": ["control_measure"], "text": ["公示"]}
    assert shown["suggestions"] == ["公式"]


@pytest.mark.parametrize("text", [HOSTILE, "=1+1", "+1", "-1", "@x", "\t=1", "甲\t乙\n丙"])
def test_a_table_has_no_formulas_and_as_many_cells_in_every_line(text: str) -> None:
    for result in (_statements(text), _records(text), SearchResult(text, "statement", 0, 0, {}, ())):
        lines = present.table(result, True).split("\n")
        assert lines.pop() == ""
        assert {line.count("\t") for line in lines} == {10}
        cells = [cell for line in lines for cell in line.split("\t")]
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
        assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for cell in cells for c in cell)


def test_a_record_is_shown_with_all_it_holds() -> None:
    identity: dict[str, Any] = {
        "title": "防控图",
        "agency": "市局",
        "category": "行政许可",
        "power": "核发",
        "power_code": "A-1",
        "page": 3,
    }
    stage = {"stage": "立案", "stage_label": "立（受）案", "level": "高", "level_label": "高级", "confidence": 0.8}
    said = {"risk_points": ("越权", "贿赂"), "control_measures": ("公开",), "monitoring_points": ("录像",)}
    about = {"responsible_party": "科长", "unit": ("市局", "人事科"), "doubts": ("等级不清",)}
    one = record(2, "甲.txt", **identity | stage | said | about)
    shown = present.record_text(one, 100)
    for line in (
        *(
            f"编号        {one.id}",
            "职权类别    行政许可",
            "流程环节    立案（原文：立（受）案）",
            "风险等级    高（原文：高级）",
        ),
        *("单位        市局 / 人事科", "风险点      1. 越权", "            2. 贿赂", "电子监察点  1. 录像"),
        *(
            "来源        甲.txt · 第 1 图 · 第 3 页 · 第 3 个环节",
            "归位依据    先后次序 · 可信度 80%",
            "存疑        等级不清",
        ),
    ):
        assert line in shown.splitlines()


def test_the_caret_is_right_below_control_characters_too() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        parse('风\x1b险 "')
    assert present.error_text(caught.value, 80).splitlines()[1:] == ['  风□险 "', "        ^"]
