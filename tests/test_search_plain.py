"""Search against a plain evaluation: random queries over a small world, every rule spelled out in a few lines."""

import random
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import cache, segment
from index.cache import Index
from index.query import Facet, Query, Term, render
from index.results import SearchResult, StatementHit
from index.search import matching
from pipeline.model import Kind, Record
from tests.helpers import fill, find, find_records, ids, record

# A small world and a plain evaluator: every record a few statements from a few words.
WORDS = ("收受", "财物", "越权", "审批", "公开", "a级")
# Words of the dictionary that are two other ones side by side.
COMPOUNDS = {"收受财物": ["收受", "财物"]}
LEVELS = ("高", "中", "低", None)
UNITS = ((), ("市局",), ("市局", "人事科"), ("县局", "办公室"))


def _small_statement(rng: random.Random) -> str:
    return "".join(rng.choice(WORDS) for _ in range(rng.randint(1, 4)))


def _world(seed: int) -> list[Record]:
    rng = random.Random(seed)
    pool = [_small_statement(rng) for _ in range(14)]

    def some() -> tuple[str, ...]:
        return tuple(rng.choice(pool) for _ in range(rng.randint(0, 3)))

    return [
        record(
            place,
            f"{rng.randint(0, 3)}.txt",
            risk_points=some(),
            control_measures=some(),
            monitoring_points=some()[:1],
            level=rng.choice(LEVELS),
            stage=rng.choice(("受理", "审核")),
            stage_label=rng.choice(("受理", "复审")),
            unit=rng.choice(UNITS),
            category=rng.choice(("行政许可", "行政处罚", None)),
            agency=rng.choice(("市局", "县局", None)),
        )
        for place in range(30)
    ]


WORLD = _world(7)
Pair = tuple[Kind, str]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, _own_cache: None) -> Iterable[Index]:
    folder = tmp_path_factory.mktemp("world")
    fill(folder, WORLD)
    with cache.opened(folder) as index:
        yield index


def _holds(term: Term, kind: Kind, text: str) -> bool:
    """Whether a statement holds a term, its sign aside."""
    if isinstance(term.field, Kind) and term.field != kind:
        return False
    if term.text in text:
        return True
    asked = {part for word in segment.words(term.text) for part in COMPOUNDS.get(word, [word])}
    return not term.phrase and asked <= set(segment.search_words(text))


def _metadata(term: Term, one: Record) -> bool:
    values: dict[Any, Iterable[str | None]] = {
        Facet.STAGE: (one.stage, one.stage_label),
        Facet.UNIT: one.unit,
        Facet.LEVEL: (one.level or "未标明",),
        Facet.CATEGORY: (one.category or "未标明",),
        Facet.AGENCY: (one.agency or "未标明",),
    }
    return any(term.text in (value or "") for value in values[term.field]) != term.negated


def _group_holds(group: list[Term], kind: Kind | None, pair: Pair) -> bool:
    return (kind is None or kind == pair[0]) and all(_holds(term, *pair) != term.negated for term in group)


def _pairs_of(conjunction: Iterable[Term], one: Record) -> set[Pair]:
    """The statements of a record that a conjunction finds, by the letter of the rules."""
    terms = list(conjunction)
    about = [term for term in terms if not isinstance(term.field, Facet)]
    if not all(_metadata(term, one) for term in terms if isinstance(term.field, Facet)):
        return set()
    kinds: set[Any] = {term.field for term in about if not term.negated} or {None}
    everywhere = [term for term in about if term.negated and term.field is None]
    for term in about:
        if term.negated and term.field not in kinds | {None} and any(_holds(term, *pair) for pair in one.statements()):
            return set()
    found = []
    for kind in kinds:
        group = [term for term in about if term.field == kind and term not in everywhere] + everywhere
        found.append({pair for pair in one.statements() if _group_holds(group, kind, pair)})
    return set().union(*found) if all(found) else set()


def _record_holds(conjunction: Iterable[Term], one: Record) -> bool:
    def holds(term: Term) -> bool:
        if isinstance(term.field, Facet):
            return _metadata(term, one)
        return any(_holds(term, *pair) for pair in one.statements()) != term.negated

    return all(map(holds, conjunction))


def _allowed(one: Record, filters: dict[Facet, list[str]]) -> bool:
    has: dict[Facet, set[str]] = {
        Facet.LEVEL: {one.level or "未标明"},
        Facet.STAGE: {one.stage, one.stage_label},
        Facet.UNIT: set(one.unit),
    }
    return all(not wanted or has[facet] & set(wanted) for facet, wanted in filters.items())


def _facets(records: Iterable[Record]) -> dict[Facet, Counter[str | None]]:
    chosen = list(records)
    return {
        Facet.LEVEL: Counter(one.level for one in chosen),
        Facet.STAGE: Counter(one.stage for one in chosen),
        Facet.UNIT: Counter(part for one in chosen for part in one.unit),
        Facet.CATEGORY: Counter(one.category for one in chosen),
    }


def _counted(result: SearchResult) -> dict[Facet, Counter[str | None]]:
    for counts in result.facets.values():
        assert [c.count for c in counts] == sorted((c.count for c in counts), reverse=True)
    return {facet: Counter({c.value: c.count for c in counts}) for facet, counts in result.facets.items()}


_words = st.sampled_from((*WORDS, "收受财物", "权审", "财", "越权审批"))
_statement_terms = st.builds(
    Term, _words, phrase=st.booleans(), field=st.sampled_from((None, None, *Kind)), negated=st.booleans()
)
_metadata_terms = st.sampled_from(
    [
        *(("受", Facet.STAGE), ("复审", Facet.STAGE), ("局", Facet.UNIT), ("人事", Facet.UNIT), ("高", Facet.LEVEL)),
        *(("未标明", Facet.LEVEL), ("处罚", Facet.CATEGORY), ("县", Facet.AGENCY)),
    ]
).flatmap(lambda pair: st.builds(Term, st.just(pair[0]), field=st.just(pair[1]), negated=st.booleans()))
_terms = st.one_of(_statement_terms, _statement_terms, _metadata_terms)
_queries = st.lists(st.lists(_terms, min_size=1, max_size=4).map(tuple), max_size=3).map(
    lambda some: Query(tuple(some))
)
_filters = st.fixed_dictionaries(
    {
        Facet.LEVEL: st.lists(st.sampled_from(("高", "中", "未标明")), max_size=2),
        Facet.STAGE: st.sampled_from(([], [], ["受理"], ["复审"])),
        Facet.UNIT: st.sampled_from(([], [], ["人事科"], ["市局", "县局"])),
    }
)


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(query=_queries, filters=_filters)
def test_statements_and_facets_are_those_of_a_plain_evaluation(
    world: Index, query: Query, filters: dict[Facet, list[str]]
) -> None:
    expected: dict[Pair, set[str]] = {}
    for one in (one for one in WORLD if _allowed(one, filters)):
        for pair in set[Pair]().union(*(_pairs_of(part, one) for part in query.alternatives or ((),))):
            expected.setdefault(pair, set()).add(one.id)
    result = find(world, render(query), filters)
    hits = [hit for hit in result.hits if isinstance(hit, StatementHit)]
    assert {(hit.kind, hit.statement): set(hit.records) for hit in hits} == expected
    assert result.total == len(hits) == len(expected)
    assert all(hit.count == len(hit.records) for hit in hits)
    found = [one for one in WORLD if one.id in set().union(*expected.values())]
    assert result.records == len(found)
    assert _counted(result) == _facets(found)
    for hit in hits[:3]:
        mine = _facets(one for one in WORLD if one.id in hit.records)
        counted = ((Facet.LEVEL, hit.levels), (Facet.STAGE, hit.stages), (Facet.UNIT, hit.units))
        assert all(mine[facet] == Counter({c.value: c.count for c in counts}) for facet, counts in counted)


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(query=_queries, filters=_filters)
def test_records_and_facets_are_those_of_a_plain_evaluation(
    world: Index, query: Query, filters: dict[Facet, list[str]]
) -> None:
    parts = query.alternatives or ((),)
    expected = [one for one in WORLD if _allowed(one, filters) and any(_record_holds(part, one) for part in parts)]
    result = find_records(world, render(query), filters)
    assert set(ids(result)) == {one.id for one in expected}
    assert result.total == result.records == len(expected)
    assert _counted(result) == _facets(expected)
    exported = list(matching(world, render(query), filters))
    assert exported == sorted(expected, key=lambda one: (one.document, one.chart, one.stage_order))
