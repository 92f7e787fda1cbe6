"""What a query finds, checked against plain Python over the records."""

import random
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import cache
from index.cache import Index
from index.normal import normal
from index.query import Facet
from index.results import RecordHit, StatementHit
from index.search import overview
from pipeline.errors import UnknownFacetValue
from pipeline.ingest import read
from pipeline.model import Kind
from tests.helpers import SEEDS, fill, find, find_records, ids, indexed, record, said

TEXTS = (
    *(
        "收受服务对象财物",
        "收受财物",
        "越权办理",
        "违规越权审批，收受财物",
        "集体讨论决定",
        "Ａ级 风险",
        "a级",
        "权 审",
    ),
    *("“三重一大”事项", "办理（2）", "贿赂", "公开、公示"),
)


def test_a_word_is_found_in_one_piece_or_by_its_words_and_the_exact_ones_come_first(folder: Path) -> None:
    texts = ("收受服务对象财物", "收受财物", "财物被收受", "收受礼金", "又收受财物了")
    with indexed(folder, [record(place, risk_points=(text,)) for place, text in enumerate(texts)]) as index:
        hits = [hit for hit in find(index, "收受财物").hits if isinstance(hit, StatementHit)]
        assert {hit.statement for hit in hits[:2]} == {"收受财物", "又收受财物了"}
        assert {hit.statement for hit in hits[2:]} == {"收受服务对象财物", "财物被收受"}
        assert [hit.legs for hit in hits] == [("char", "word")] * 2 + [("word",)] * 2
        assert min(hit.score for hit in hits[:2]) >= 2 > max(hit.score for hit in hits[2:])
        assert said(find(index, '"收受财物"')) == {"收受财物", "又收受财物了"}


SPANS = [
    ("收受财物", "收受财物后又收受财物", ((0, 4), (6, 10))),
    ("财物收受", "收受服务对象财物", ((0, 2), (6, 8))),
    ("权审", "越权 审批", ((1, 4),)),
    ("a级", "一、\uff21 级风险", ((2, 5),)),
    ("(2)", "办理⑵人", ((2, 3),)),
    ("2", "办理⑵人", ((2, 3),)),
    ("哈哈", "哈哈哈", ((0, 2),)),
    ("审批 批准", "审批批准", ((0, 2), (2, 4))),
    ("审批 批准", "审批准", ((0, 3),)),
    ("越权 -审核", "越权审批", ((0, 2),)),
    ("措施:越权 越权", "越权", ((0, 2),)),
    ("“", "“三重一大”", ((0, 1),)),
]


@pytest.mark.parametrize(("query", "text", "spans"), SPANS)
def test_spans_are_offsets_into_the_stored_text(
    folder: Path, query: str, text: str, spans: tuple[tuple[int, int], ...]
) -> None:
    with indexed(folder, [record(risk_points=(text,), control_measures=("越权",))]) as index:
        hits = [hit for hit in find(index, query).hits if isinstance(hit, StatementHit) and hit.kind == Kind.RISK]
        if "措施:" in query:
            hits = [hit for hit in find(index, query).hits if isinstance(hit, StatementHit)]
        (found,) = {hit.spans for hit in hits}
        assert found == spans


def _quoted(text: str) -> str:
    return f'"{text}"'


def _every_substring_is_found(index: Index, texts: Iterable[str], bare: bool = True) -> None:
    for text in texts:
        for length in range(1, 5):
            for start in range(len(text) - length + 1):
                part = text[start : start + length]
                if '"' in part:
                    continue
                assert text in said(find(index, _quoted(part))), part
                plain = (
                    not any(word.startswith(("-", "－")) for word in part.split())
                    and ":" not in part
                    and "：" not in part
                )
                if bare and plain:
                    assert text in said(find(index, part)), part


_statement = st.text("收受财物权审 \u3000\uff41A⑵½ß，。“”()éé\u0301İ-：1", min_size=1, max_size=9)


@settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.lists(_statement, min_size=1, max_size=5, unique=True))
def test_every_substring_of_every_statement_finds_it(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    with indexed(tmp_path_factory.mktemp("index"), [record(risk_points=tuple(texts))]) as index:
        _every_substring_is_found(index, texts)


def _seed_lines() -> list[str]:
    if not SEEDS.is_dir():
        pytest.skip("the seeds are not here")
    lines = [line.strip() for path in sorted(SEEDS.glob("*.txt")) for line in path.read_text("utf-8").split("\n")]
    return [line for line in dict.fromkeys(lines) if line]


def test_substrings_of_real_lines_find_them(folder: Path) -> None:
    lines = _seed_lines()
    with indexed(folder, [record(risk_points=tuple(lines))]) as index:
        _every_substring_is_found(index, random.Random(1).sample(lines, 3))


def test_every_short_part_of_every_real_statement_finds_it(folder: Path) -> None:
    """Every one to four characters of the statements read from real documents, as a bare query."""
    if not SEEDS.is_dir():
        pytest.skip("the seeds are not here")
    paths = [path for path in sorted(SEEDS.glob("*.txt")) if path.name[:3] in ("001", "003", "004")]
    records = [one for path in paths for one in read(path, path.name).records]
    texts = {text for one in records for _, text in one.statements()}
    parts = {text[i : i + n] for text in texts for n in range(1, 5) for i in range(len(text) - n + 1)}
    with indexed(folder, records) as index:
        for part in sorted(parts):
            assert {text for text in texts if part in text} <= said(find(index, part)), part


@pytest.mark.slow
def test_every_substring_of_every_real_line_finds_it(folder: Path) -> None:
    lines = sorted(_seed_lines())
    with indexed(folder, [record(risk_points=tuple(lines))]) as index:
        forms = [normal(line) for line in lines]
        parts = {form[start : start + length] for form in forms for length in range(1, 5) for start in range(len(form))}
        for part in parts:
            found = index.letters.containing(part).statements.tolist()
            assert found == [number for number, form in enumerate(forms) if part in form], part


GROUPS = [
    ("风险点:越权 -收受", {"越权办理"}),
    ("-措施:公开 越权", {"越权办理"}),
    ("风险点:越权 措施:公开", {"越权收受", "公开"}),
    ("风险点:越权 措施:公开 -收受", set()),
    ("越权 收受", {"越权收受"}),
    ("风险点:办理 OR 措施:公开", {"越权办理", "公开"}),
]


@pytest.mark.parametrize(("query", "found"), GROUPS)
def test_terms_about_one_kind_hold_in_one_statement_and_groups_in_one_record(
    folder: Path, query: str, found: set[str]
) -> None:
    records = [record(0, risk_points=("越权收受",), control_measures=("公开",)), record(1, risk_points=("越权办理",))]
    with indexed(folder, records) as index:
        assert said(find(index, query)) == found


def test_a_record_hit_names_the_statements_that_match(folder: Path) -> None:
    one = record(risk_points=("越权", "收受财物"), control_measures=("防止收受财物",))
    with indexed(folder, [one]) as index:
        (hit,) = find_records(index, "收受财物 -贿赂").hits
        assert isinstance(hit, RecordHit)
        assert [(m.kind, m.item, m.text, m.spans) for m in hit.matches] == [
            (Kind.RISK, 1, "收受财物", ((0, 4),)),
            (Kind.MEASURE, 0, "防止收受财物", ((2, 6),)),
        ]


def test_records_come_by_best_statement_then_in_the_order_of_documents(folder: Path) -> None:
    records = [record(2, risk_points=("越权",)), record(1, risk_points=("越权",)), record(0, "丙.txt")]
    scattered = record(0, "乙.txt", risk_points=("收受服务对象财物",))
    exact = record(5, "乙.txt", risk_points=("收受财物",))
    with indexed(folder, [*records, scattered, exact]) as index:
        assert ids(find_records(index, "越权")) == [records[1].id, records[0].id]
        assert ids(find_records(index, "收受财物")) == [exact.id, scattered.id]
        assert ids(find_records(index)) == [records[2].id, scattered.id, exact.id, records[1].id, records[0].id]


def test_where_every_statement_matches_each_record_has_the_score_of_its_own(folder: Path) -> None:
    scattered, exact = record(0, risk_points=("收受服务对象财物",)), record(1, risk_points=("收受财物",))
    with indexed(folder, [scattered, exact]) as index:
        assert ids(find_records(index, "收受财物")) == [exact.id, scattered.id]


def test_an_empty_query_lists_statements_by_how_many_records_they_stand_in(folder: Path) -> None:
    records = [
        record(place, risk_points=("多",) if place < 2 else ("少",), control_measures=("全",)) for place in range(3)
    ]
    with indexed(folder, records) as index:
        hits = [hit for hit in find(index).hits if isinstance(hit, StatementHit)]
        assert [(hit.statement, hit.count) for hit in hits] == [("全", 3), ("多", 2), ("少", 1)]


FILTERS = [
    (Facet.LEVEL, ["高级"], {0}),
    (Facet.LEVEL, ["高", "未标明"], {0, 2}),
    (Facet.LEVEL, ["低"], set()),
    (Facet.STAGE, ["立案"], {0, 1}),
    (Facet.STAGE, ["立（受）案"], {0}),
    (Facet.STAGE, ["立(受)案"], {0}),
    (Facet.UNIT, ["人事"], {0}),
    (Facet.UNIT, ["市局"], {0, 1}),
    (Facet.CATEGORY, ["行政许可类"], {0}),
    (Facet.CATEGORY, ["行政许可"], {0}),
    (Facet.POWER, ["核发"], {0, 1}),
    (Facet.POWER, ["证书核发"], {0}),
    (Facet.DOCUMENT, ["乙"], {2}),
    (Facet.AGENCY, ["国土"], {1}),
]


@pytest.mark.parametrize(("facet", "values", "places"), FILTERS)
def test_a_filter_leaves_the_records_with_one_of_its_values(
    folder: Path, facet: Facet, values: list[str], places: set[int]
) -> None:
    records = [
        record(
            0,
            level="高",
            stage="立案",
            stage_label="立（受）案",
            unit=("市局", "人事科"),
            category="行政许可",
            power="证书核发",
        ),
        record(1, level="中", stage="立案", unit=("市局",), category="行政处罚", power="资格证书核发", agency="国土局"),
        record(2, "乙.txt", stage="受理"),
    ]
    with indexed(folder, records) as index:
        assert set(ids(find_records(index, "", {facet: values}))) == {records[place].id for place in places}


def test_a_filter_on_a_value_that_no_record_has_names_near_ones(folder: Path) -> None:
    with indexed(folder, [record(stage=stage) for stage in ("立案",)]) as index:
        with pytest.raises(UnknownFacetValue, match="立案") as caught:
            find(index, "", {Facet.STAGE: ["立按"]})
        assert caught.value.near == ("立案",)
        for facet, value in ((Facet.UNIT, "人事"), (Facet.LEVEL, "特高"), (Facet.UNIT, " ")):
            with pytest.raises(UnknownFacetValue):
                find(index, "", {facet: [value]})


def test_an_empty_phrase_asks_for_any_statement(folder: Path) -> None:
    with indexed(folder, [record(0, risk_points=("甲",)), record(1, control_measures=("乙",))]) as index:
        assert said(find(index, '""')) == {"甲", "乙"}
        assert said(find(index, '-防控措施:""')) == {"甲"}


def test_an_index_without_records_answers(folder: Path) -> None:
    with indexed(folder, []) as index:
        assert (find(index).total, find(index, "越权 -财物").total, find_records(index, "环节:立案").total) == (0, 0, 0)
    fill(folder, [record()])
    with cache.opened(folder) as index:
        assert (find(index).total, find_records(index).total) == (0, 1)


def test_the_overview_counts_everything(folder: Path) -> None:
    records = [record(0, risk_points=("甲", "甲", "乙")), record(1, "乙.txt", risk_points=("甲",), level="高")]
    with indexed(folder, records) as index:
        found = overview(index)
    assert (found.records, found.statements, found.occurrences, len(found.files)) == (2, 2, 3, 2)
    assert {c.value: c.count for c in found.facets[Facet.LEVEL]} == {None: 1, "高": 1}


@pytest.mark.parametrize("text", TEXTS)
def test_a_whole_statement_pasted_finds_it(folder: Path, text: str) -> None:
    with indexed(folder, [record(risk_points=TEXTS)]) as index:
        assert text in said(find(index, text))
        assert text in said(find(index, _quoted(text)))
