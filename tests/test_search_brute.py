"""Searches by statement and by record beside plain Python over the records, for queries made up at random."""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from index import segment
from index.cache import Index
from index.letters import pairs
from index.normal import normal
from index.postings import K1, B
from index.query import Facet, Query, Term, parse, render
from index.results import By, Count, RecordHit, SearchResult, StatementHit
from index.search import search
from index.statements import query_words
from pipeline.model import Kind, Record
from tests.helpers import find, find_records, indexed, record

_KINDS = tuple(Kind)
_WORDS = ("收受", "财物", "服务对象", "违规", "受理", "审批", "泄露", "ABC", "，", "的")
_COUNTED = (Facet.LEVEL, Facet.STAGE, Facet.UNIT, Facet.CATEGORY)

Statement = tuple[str, Kind]
Opened = Callable[[], Index]
Filters = Mapping[Facet, Sequence[str]]


@cache
def _records() -> list[Record]:
    """In the order of documents, charts and stages."""
    chance = Random(20)
    pool = ["".join(chance.choices(_WORDS, k=chance.randint(1, 5))) for _ in range(40)]

    def some(most: int) -> tuple[str, ...]:
        return tuple(chance.choices(pool, k=chance.randint(0, most)))

    made = [
        record(
            place,
            chance.choice(["甲.txt", "乙.txt"]),
            risk_points=some(3),
            control_measures=some(3),
            monitoring_points=some(1),
            level=chance.choice(["高", "中", "低", None]),
            stage=chance.choice(["受理", "审查", "决定"]),
            stage_label=chance.choice(["受理", "审查审批"]),
            unit=chance.choice([(), ("市局",), ("市局", "一科"), ("县局", "一科"), ("一科", "一科")]),
            category=chance.choice([None, "行政许可", "行政处罚"]),
            power=chance.choice([None, "施工许可", "校车使用许可"]),
        )
        for place in range(90)
    ]
    return sorted(made, key=lambda one: (one.document, one.stage_order))


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """A function, since hypothesis would print all arrays of an index."""
    with indexed(tmp_path_factory.mktemp("index"), _records()) as index:
        yield lambda: index


# What a query means, in plain Python


def _holds(term: Term, text: str) -> bool:
    """Whether a statement's text holds a term: its letters in one piece or, unless it is a phrase, all its words."""
    form = normal(term.text)
    words = set() if term.phrase else set(query_words(form))
    return form in normal(text) or bool(words and words <= set(segment.search_words(normal(text))))


def _has(one: Record, term: Term) -> bool:
    """Whether a record's own data hold a term as a part of a value."""
    values: dict[Facet, Sequence[str | None]] = {
        Facet.STAGE: (one.stage, one.stage_label),
        Facet.UNIT: one.unit,
        Facet.LEVEL: (one.level,),
        Facet.CATEGORY: (one.category,),
        Facet.POWER: (one.power,),
    }
    assert isinstance(term.field, Facet)
    return any(normal(term.text) in normal(value or "未标明") for value in values[term.field])


def _is_left(one: Record, filters: Filters) -> bool:
    return all(any(_has(one, Term(value, field=facet)) for value in values) for facet, values in filters.items())


def _satisfies(one: Record, part: Sequence[Term]) -> bool:
    """Whether a record satisfies all terms, whichever statements hold them."""
    return all(
        (_has(one, term) if isinstance(term.field, Facet) else _is_said(one, term)) != term.negated for term in part
    )


def _is_said(one: Record, term: Term) -> bool:
    return any(term.field in (None, kind) and _holds(term, text) for kind, text in one.statements())


@dataclass
class _Part:
    """What one alternative asks of a statement and of a record.

    Its terms about one kind (None: any) are a group that must hold in one statement; a record must satisfy all groups.
    """

    terms: Sequence[Term]

    def __post_init__(self) -> None:
        self.facets = [term for term in self.terms if isinstance(term.field, Facet)]
        self.about = [term for term in self.terms if not isinstance(term.field, Facet)]
        self.kinds = list(dict.fromkeys(term.field for term in self.about if not term.negated)) or [None]

    def matches(self, kind: Kind, text: str) -> bool:
        return any(self._in_group(group, kind, text) for group in self.kinds)

    def _in_group(self, group: Kind | Facet | None, kind: Kind, text: str) -> bool:
        mine = [term for term in self.about if term.field == group or (term.negated and term.field is None)]
        return group in (None, kind) and all(
            (_holds(term, text) and term.field in (None, kind)) != term.negated for term in mine
        )

    def allows(self, one: Record) -> bool:
        other = [term for term in self.about if term.negated and term.field not in (*self.kinds, None)]
        groups = self.kinds if len(self.kinds) > 1 else []
        return _satisfies(one, [*self.facets, *other]) and all(
            any(self._in_group(group, *said) for said in one.statements()) for group in groups
        )


def _found(query: Query, filters: Filters) -> dict[Statement, list[Record]]:
    """The statements that satisfy a query, with the records in which they do."""
    parts = [_Part(part) for part in query.alternatives or ((),)]
    found: dict[Statement, list[Record]] = {}
    for one in _records():
        allowing = [part for part in parts if _is_left(one, filters) and part.allows(one)]
        for kind, text in dict.fromkeys(one.statements()):
            if any(part.matches(kind, text) for part in allowing):
                found.setdefault((text, kind), []).append(one)
    return found


def _counts(facet: Facet, records: Sequence[Record]) -> dict[str | None, int]:
    if facet == Facet.UNIT:
        return Counter(part for one in records for part in set(one.unit))
    return Counter(getattr(one, facet) for one in records)


def _check_counts(found: Sequence[Count], facet: Facet, records: Sequence[Record]) -> None:
    """All values with their counts, the most frequent first, those that tie in order."""
    expected = _counts(facet, records)
    order = sorted(expected, key=lambda value: (-expected[value], value is None, value or ""))
    assert list(found) == [Count(value, expected[value]) for value in order]


def _statements(result: SearchResult) -> list[StatementHit]:
    return [hit for hit in result.hits if isinstance(hit, StatementHit)]


def _record_hits(result: SearchResult) -> list[RecordHit]:
    return [hit for hit in result.hits if isinstance(hit, RecordHit)]


# Queries

_plain = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=3).map("".join)
_about = st.builds(Term, _plain, st.booleans(), st.none() | st.sampled_from(_KINDS), st.booleans())
_wanted = st.builds(Term, _plain, st.booleans(), st.none() | st.sampled_from(_KINDS), st.just(False))
_named = {
    Facet.LEVEL: ("高", "中", "低", "未标明"),
    Facet.STAGE: ("受理", "审查", "审批", "决定"),
    Facet.UNIT: ("局", "一科", "市局"),
    Facet.CATEGORY: ("许可", "行政处罚"),
    Facet.POWER: ("校车", "许可"),
}
_facets = st.sampled_from([Term(value, field=facet) for facet, values in _named.items() for value in values])
_of_records = st.builds(lambda term, negated: term._replace(negated=negated), _facets, st.booleans())
_parts = st.lists(_wanted | _about | _of_records, min_size=1, max_size=3).map(tuple)
_queries = st.lists(_parts, max_size=3).map(tuple).map(Query)
_filters = st.dictionaries(
    st.just(Facet.LEVEL), st.lists(st.sampled_from(["高", "中", "未标明"]), min_size=1, max_size=2), max_size=1
)
_by: st.SearchStrategy[By] = st.sampled_from(["statement", "record"])
_brute = settings(max_examples=120, suppress_health_check=list(HealthCheck), deadline=None)


@_brute
@given(_queries, _filters)
@example(parse("收受 等级:高 OR 收受 等级:低 OR 泄露 等级:高"), {})
@example(parse("风险:收受 措施:违规 OR 环节:受理"), {Facet.LEVEL: ["高"]})
@example(parse("风险:收受 措施:违规 -监察点:的 -泄露 OR -等级:高"), {})
def test_statements_are_those_that_satisfy_the_query_where_they_stand(
    opened: Opened, query: Query, filters: Filters
) -> None:
    text = render(query)
    assert parse(text) == query
    result, expected = find(opened(), text, filters), _found(query, filters)
    hits = _statements(result)
    assert {(hit.statement, hit.kind): list(hit.records) for hit in hits} == {
        said: [one.id for one in records] for said, records in expected.items()
    }
    assert result.total == len(hits) == len(expected)
    standing = [one for one in _records() if any(one in records for records in expected.values())]
    assert result.records == len(standing)
    for facet in _COUNTED:
        _check_counts(result.facets[facet], facet, standing)
    for hit in hits:
        records = expected[hit.statement, hit.kind]
        assert (hit.count, hit.places) == (len(records), tuple(records[:3]))
        for counts, facet in ((hit.levels, Facet.LEVEL), (hit.stages, Facet.STAGE), (hit.units, Facet.UNIT)):
            _check_counts(counts, facet, records)
    best = [(-hit.score, -hit.count, hit.statement, _KINDS.index(hit.kind)) for hit in hits]
    assert best == sorted(best)


@_brute
@given(_queries, _filters)
@example(parse("收受 等级:高 OR 收受 等级:低 OR 泄露 等级:高"), {})
@example(parse("-收受 OR -等级:高"), {})
def test_records_are_those_that_satisfy_all_terms_of_an_alternative(
    opened: Opened, query: Query, filters: Filters
) -> None:
    result = find_records(opened(), render(query), filters)
    parts = query.alternatives or ((),)
    expected = [one for one in _records() if _is_left(one, filters) and any(_satisfies(one, part) for part in parts)]
    hits = _record_hits(result)
    assert (result.total, result.records) == (len(expected), len(expected))
    assert sorted(hit.record.id for hit in hits) == sorted(one.id for one in expected)
    for facet in _COUNTED:
        _check_counts(result.facets[facet], facet, expected)
    order = [(-hit.score, _records().index(hit.record)) for hit in hits]
    assert order == sorted(order)
    wanted = [term for term in query.terms() if not (term.negated or isinstance(term.field, Facet))]
    for hit in hits:
        assert [(match.kind, match.text) for match in hit.matches] == [
            (kind, text)
            for kind, text in hit.record.statements()
            if any(term.field in (None, kind) and _holds(term, text) for term in wanted)
        ]
        assert bool(hit.matches) == (hit.score > 0)


@_brute
@given(_queries, st.integers(0, 12), _by)
def test_fewer_hits_are_the_first_of_all(opened: Opened, query: Query, limit: int, by: By) -> None:
    whole = search(opened(), render(query), {}, by=by, limit=10**6, literal=True)
    some = search(opened(), render(query), {}, by=by, limit=limit, literal=True)
    assert some.hits == whole.hits[:limit]
    assert (some.total, some.records, some.facets) == (whole.total, whole.records, whole.facets)


# Scores


@cache
def _told() -> tuple[list[Statement], list[Counter[str]], list[Counter[str]]]:
    """The statements, and what stands in each: characters and pairs, words."""
    said = list(dict.fromkeys((text, kind) for one in _records() for kind, text in one.statements()))
    forms = [normal(text) for text, _ in said]
    return (
        said,
        [Counter([*form, *pairs(form)]) for form in forms],
        [Counter(segment.search_words(form)) for form in forms],
    )


def _weights(held: Sequence[Counter[str]], wanted: set[str]) -> list[float]:
    """What BM25 gives each text for all of some terms."""
    mean = sum(map(Counter.total, held)) / len(held)
    idf = {term: math.log(len(held) / (sum(term in other for other in held) + 1)) + 1 for term in wanted}
    weights = []
    for counts in held:
        norm = K1 * (1 - B + B * counts.total() / mean)
        weights.append(sum(idf[term] * counts[term] * (K1 + 1) / (counts[term] + norm) for term in wanted))
    return weights


def _scores(terms: Sequence[Term]) -> dict[Statement, float]:
    """From 2 where all terms stand in one piece, from 1 where some do only as words; by letters and by words."""
    said, letters, words = _told()
    totals, exact = [0.0] * len(said), [True] * len(said)
    for term in terms:
        form, parts = normal(term.text), set() if term.phrase else set(query_words(normal(term.text)))
        by_letters, by_words = _weights(letters, set(pairs(form)) or {form}), _weights(words, parts)
        for place, (text, _) in enumerate(said):
            is_here = form in normal(text)
            exact[place] &= is_here
            totals[place] += by_letters[place] if is_here else 0
            totals[place] += by_words[place] if parts and parts <= set(words[place]) else 0
    return {one: 1 + ok + total / (1 + total) for one, ok, total in zip(said, exact, totals, strict=True)}


@settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.lists(_wanted.filter(lambda term: len(set(pairs(term.text))) <= 6), min_size=1, max_size=2))
def test_scores_are_those_of_the_formula(opened: Opened, terms: list[Term]) -> None:
    """Of terms with few enough pairs of letters for all of them to count."""
    expected, kinds = _scores(terms), {term.field for term in terms}
    if len(kinds) == 1:
        for hit in _statements(find(opened(), render(Query((tuple(terms),))))):
            assert hit.score == pytest.approx(expected[hit.statement, hit.kind], abs=1e-5)


@settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
@given(_wanted.filter(lambda term: len(set(pairs(term.text))) <= 6))
def test_a_record_has_the_score_of_its_best_statement(opened: Opened, term: Term) -> None:
    expected = _scores([term])
    for hit in _record_hits(find_records(opened(), render(Query(((term,),))))):
        best = max(expected[match.text, match.kind] for match in hit.matches)
        assert hit.score == pytest.approx(best, abs=1e-5)
