"""What is asked in other words: matches first, then what is related, and nothing where nothing is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import related
from index.cache import Index
from index.query import Facet
from index.results import RecordHit, SearchResult, StatementHit
from index.search import matching, search
from pipeline.model import Kind, Record
from tests.helpers import asked, indexed, record, said

HIGH = "利用职务便利接受贿赂"
RISKS = (
    *(
        "收受申请人财物",
        "索取好处",
        "故意刁难申请人",
        "不能一次告知所需材料",
        "向被检查单位泄露信息",
        "现场检查流于形式",
    ),
    *("擅自降低审查标准", "无故拖延办理", "侵吞、挪用专项资金", "不按规定收费", "丢失证据材料", "不执行回避制度"),
)
MEASURES = ("公开办事指南，实行一次性告知", "重大案件集体讨论", "设立举报电话", "严格票据管理", "定期轮岗", "双人核查")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with indexed(tmp_path_factory.mktemp("index"), _records()) as opened:
        yield opened


def _records() -> list[Record]:
    licence: dict[str, Any] = {"category": "行政许可", "power": "食品经营许可", "unit": ("某局", "许可科")}
    penalty: dict[str, Any] = {"category": "行政处罚", "power": "对无照经营的处罚", "unit": ("某局", "执法大队")}
    return [
        record(0, stage="受理", level="低", risk_points=RISKS[:4], control_measures=MEASURES[:1], **licence),
        record(1, stage="审查", level="中", risk_points=RISKS[5:8], control_measures=MEASURES[4:], **licence),
        record(2, stage="立案", level="中", risk_points=RISKS[8:], control_measures=MEASURES[2:4], **penalty),
        record(3, stage="决定", level="高", risk_points=(HIGH, RISKS[4]), control_measures=MEASURES[1:2], **penalty),
    ]


def _statements(result: SearchResult) -> list[StatementHit]:
    return [hit for hit in result.hits if isinstance(hit, StatementHit)]


ASKED = [
    ("让群众为补材料跑好几趟", "不能一次告知所需材料"),
    ("向企业通风报信", "向被检查单位泄露信息"),
    ("检查走过场", "现场检查流于形式"),
    ("公款进了自己腰包", "侵吞、挪用专项资金"),
    ("乱收费", "不按规定收费"),
    ("一拖再拖", "无故拖延办理"),
]


@pytest.mark.parametrize(("question", "statement"), ASKED)
def test_a_question_in_other_words_finds_what_it_means(index: Index, question: str, statement: str) -> None:
    result = asked(index, question)
    assert statement in [hit.statement for hit in _statements(result)[:2]]
    assert (result.total, result.records, result.facets[Facet.LEVEL]) == (0, 0, ())
    assert result.related == len(result.hits)
    assert all(hit.group == "related" and 0 <= hit.score < 1 for hit in _statements(result))


def test_what_matches_comes_before_what_is_related_and_alone_is_counted(index: Index) -> None:
    result = asked(index, "收受财物")
    first, *others = _statements(result)
    assert (first.statement, first.group, result.total) == ("收受申请人财物", "match", 1)
    assert {hit.group for hit in others} == {"related"}
    assert result.related == len(others) > 0
    assert HIGH in {hit.statement for hit in others}
    assert first.score > max(hit.score for hit in others)
    assert said(search(index, "收受财物", {}, limit=1)) == {"收受申请人财物"}


@pytest.mark.parametrize("query", ["量子计算机", "红烧肉怎么做", "xyz", "龘靐", "，。"])
def test_what_has_nothing_to_do_with_the_field_finds_nothing(index: Index, query: str) -> None:
    result = asked(index, query)
    assert (result.total, result.hits) == (0, ())


LITERAL = ['"让群众跑好几趟"', "让群众跑好几趟 OR 通风报信", "-收受", "环节:立案"]


@pytest.mark.parametrize("query", LITERAL)
def test_quotes_or_and_fields_ask_for_nothing_else(index: Index, query: str) -> None:
    assert asked(index, query) == search(index, query, {}, limit=50, literal=True)


def test_nothing_is_explained_that_was_not_asked_in_plain_words(index: Index) -> None:
    for query, literal in (("收受财物", True), ('"收受申请人"', False), ("收受 OR 索取", False)):
        hits = search(index, query, {}, literal=literal, explain=True).hits
        assert [hit.why for hit in hits if isinstance(hit, StatementHit)] == [None] * len(hits) != []


def test_literal_asks_for_what_is_written(index: Index) -> None:
    for query in ("检查走过场", "决定环节的高风险"):
        result = search(index, query, {}, literal=True)
        assert (result.total, result.hits, result.understood) == (0, (), ())


def test_excluded_words_and_phrases_hold_for_what_is_related_too(index: Index) -> None:
    assert "索取好处" in said(asked(index, "吃拿卡要"))
    assert "索取好处" not in said(asked(index, "吃拿卡要 -索取"))
    assert said(asked(index, '吃拿卡要 "好处"')) == {"索取好处"}
    assert said(asked(index, "措施:跑好几趟")) <= set(MEASURES)


def test_facets_named_in_words_leave_the_rest_to_what_is_near(index: Index) -> None:
    result = asked(index, "决定环节的高风险 贿赂")
    hits = _statements(result)
    assert (hits[0].statement, result.total) == (HIGH, 1)
    assert result.understood == ((Facet.LEVEL, "高"), (Facet.STAGE, "决定"))
    assert result.keywords == ("贿赂",)
    groups = [hit.group for hit in hits]
    assert groups == sorted(groups, key=("match", "related", "rest", "beyond").index)
    assert {hit.statement for hit in hits if hit.group == "rest"} == {RISKS[4], MEASURES[1]}
    assert all({stage.value for stage in hit.stages} == {"决定"} for hit in hits if hit.group != "beyond")


def test_where_facets_alone_are_named_all_under_them_matches(index: Index) -> None:
    result = asked(index, "立案环节的风险点")
    assert {hit.statement for hit in _statements(result) if hit.group == "match"} == set(RISKS[8:])
    assert result.total == 4
    assert {hit.group for hit in _statements(result)} <= {"match", "beyond"}
    assert result.understood == ((Facet.STAGE, "立案"), (Kind.RISK, ""))
    records = search(index, "立案环节的风险点", {}, by="record")
    assert [hit.record.stage for hit in records.hits if isinstance(hit, RecordHit)] == ["立案"]
    assert [one.stage for one in matching(index, "立案环节的风险点", {})] == ["立案"]
    assert list(matching(index, "立案环节的风险点", {}, literal=True)) == []


def test_filters_hold_for_what_is_related(index: Index) -> None:
    assert said(search(index, "收钱办事", {Facet.STAGE: ["决定"]})) == {HIGH}
    assert RISKS[0] in said(search(index, "收钱办事", {}))


def test_records_with_related_statements_follow(index: Index) -> None:
    result = search(index, "检查走过场", {}, by="record", explain=True)
    hits = [hit for hit in result.hits if isinstance(hit, RecordHit)]
    assert (result.total, result.related) == (0, len(hits))
    assert (hits[0].record.stage, hits[0].group) == ("审查", "related")
    assert "现场检查流于形式" in [match.text for match in hits[0].matches]
    assert hits[0].matches[0].why is not None


def test_an_explanation_says_what_each_leg_adds(index: Index) -> None:
    hit = _statements(asked(index, "检查走过场", explain=True))[0]
    assert hit.why is not None
    assert "流于形式" in {word for words in hit.why.concepts.values() for word in words}
    assert hit.why.legs["lexicon"] > 1
    assert "lexicon" in hit.legs
    assert hit.spans != ()
    assert _statements(asked(index, "检查走过场"))[0].why is None


def test_traditional_and_full_width_characters_find_the_same(index: Index) -> None:
    assert asked(index, "洩露信息").hits == asked(index, "泄露信息").hits
    assert said(search(index, "貪汙、挪用專項資金", {}, literal=True)) == set()
    assert said(search(index, "挪用專項資金", {}, literal=True)) == {RISKS[8]}


def test_an_empty_index_and_a_very_long_question_are_no_trouble(folder: Path, index: Index) -> None:
    with indexed(folder, []) as empty:
        assert asked(empty, "吃拿卡要").hits == ()
    assert asked(index, "吃拿卡要" * 5000).related > 0
    for text in ("".join(map(chr, range(0x4E00, 0x5600))), "都" * 10**4, "有存在" * 3000, "高风险" * 3000):
        assert asked(index, text).suggestions == ()  # each took minutes where nothing bounds it


@given(st.lists(st.text("甲乙丙", max_size=5), min_size=1, max_size=80), st.text("甲乙丙", min_size=1, max_size=3))
def test_names_that_hold_a_part_are_found_be_they_few_or_many(names: list[str], part: str) -> None:
    held = related._Names(names).holding((part,))
    assert held.tolist() == [part in name for name in names]
