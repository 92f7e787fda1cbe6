"""A query and filters -> hits and facet counts.

What matches is the unit of the result: one statement (`by="statement"`) or one record (`by="record"`). Terms become
masks over statements, masks over statements become masks over records, facets are counted over the records left.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from index import store
from index.cache import Index
from index.columns import Ints, Mask
from index.filters import Filters, filtered, of_metadata
from index.normal import Span, normal, spans
from index.query import Facet, Query, Term, parse
from index.results import By, Count, Leg, Match, Overview, RecordHit, SearchResult, StatementHit
from index.statements import query_words, words_in
from pipeline.model import Kind, Record

__all__ = ["COUNTED", "matching", "overview", "search"]

COUNTED = (Facet.LEVEL, Facet.STAGE, Facet.UNIT, Facet.CATEGORY)
_PLACES = 3
_DECIMALS = 6

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Matched:
    """The statements that match something; `exact` are those that hold it letter by letter."""

    mask: Mask
    exact: Mask
    scores: Scores


@dataclass(frozen=True, slots=True)
class _Task:
    """A search under way: the records the filters leave, and what each term about statements matches."""

    index: Index
    query: Query
    allowed: Mask
    matched: Mapping[Term, _Matched]


def search(index: Index, text: str, filters: Filters, by: By = "statement", limit: int = 20) -> SearchResult:
    """The best `limit` hits for the query `text` among the records the filters leave.

    QuerySyntaxError for a malformed query, UnknownFacetValue for a filter on a value that no record has.
    """
    task = _task(index, text, filters)
    return (_by_statement if by == "statement" else _by_record)(task, text, limit)


def matching(index: Index, text: str, filters: Filters) -> Iterator[Record]:
    """Every record that `search(..., by="record")` finds, in the order of documents, charts and stages."""
    found = np.flatnonzero(_qualifying(_task(index, text, filters)))
    return store.records(index.connection, index.columns["rows"][found].tolist())


def overview(index: Index) -> Overview:
    """What the index holds."""
    columns = index.columns
    _, generation = store.generation(index.connection)
    facets = _facets(index, np.arange(columns.records))
    sizes = columns.records, columns.statements, len(columns["owners"])
    return Overview(generation, store.files(index.connection), *sizes, facets)


def _task(index: Index, text: str, filters: Filters) -> _Task:
    query = parse(text)
    matched = {term: _matched(index, term) for term in query.terms() if not isinstance(term.field, Facet)}
    return _Task(index, query, filtered(index.columns, filters), matched)


def _matched(index: Index, term: Term) -> _Matched:
    """What a term matches: its letters in one piece or, unless it is a phrase, all its words."""
    form, columns = normal(term.text), index.columns
    mask, exact = (np.zeros(columns.statements, dtype=np.bool_) for _ in range(2))
    scores = np.zeros(columns.statements)
    found = index.statements.containing(form)
    exact[found.statements] = mask[found.statements] = True
    scores[found.statements] += found.scores
    if not term.phrase and (words := query_words(form)):
        found = index.statements.with_words(words)
        mask[found.statements] = True
        scores[found.statements] += found.scores
    return _Matched(mask & columns.of_kind(term.field) if isinstance(term.field, Kind) else mask, exact, scores)


def _by_statement(task: _Task, text: str, limit: int) -> SearchResult:
    columns = task.index.columns
    parts = [_part(task, conjunction) for conjunction in task.query.alternatives or ((),)]
    places = _union([_places(task, *part) for part in parts])
    bounds = np.searchsorted(places, columns["starts"])
    counts = np.diff(bounds)
    best = _best(counts, _scores([statements for statements, _ in parts]), limit)
    stands_in = {hit: columns["owners"][places[bounds[hit] : bounds[hit + 1]]] for hit, _ in best}
    records = columns.mask(columns["owners"][places])
    hits = _statement_hits(task, best, stands_in)
    return _result(task, text, "statement", int(np.count_nonzero(counts)), records, hits)


def _part(task: _Task, conjunction: Sequence[Term]) -> tuple[_Matched, Mask]:
    """One conjunction's share: these statements, as far as they stand in these records.

    The terms about one kind (None: any) are a group that must hold in one statement; a record must satisfy all groups.
    """
    columns = task.index.columns
    about = [term for term in conjunction if term in task.matched]
    kinds = list(dict.fromkeys(term.field for term in about if not term.negated)) or [None]
    groups = [
        _group(task, kind, [term for term in about if term.field == kind or (term.negated and term.field is None)])
        for kind in kinds
    ]
    records = task.allowed & of_metadata(columns, conjunction)
    for term in about:
        if term.negated and term.field not in (*kinds, None):
            records &= ~columns.having(task.matched[term].mask)
    for group in groups if len(groups) > 1 else ():
        records &= columns.having(group.mask)
    return reduce(_either, groups), records


def _group(task: _Task, kind: Kind | Facet | None, terms: Sequence[Term]) -> _Matched:
    """The statements of a kind that hold all the terms and none of the negated ones."""
    columns = task.index.columns
    mask = columns.of_kind(kind) if isinstance(kind, Kind) else np.ones(columns.statements, dtype=np.bool_)
    wanted = [task.matched[term] for term in terms if not term.negated]
    for matched in wanted:
        mask &= matched.mask
    for term in terms:
        if term.negated:
            mask &= ~task.matched[term].mask
    exact = reduce(np.logical_and, [matched.exact for matched in wanted], mask) if wanted else ~mask & mask
    return _Matched(mask, exact, sum((matched.scores for matched in wanted), np.zeros(len(mask))) * mask)


def _either(one: _Matched, other: _Matched) -> _Matched:
    return _Matched(one.mask | other.mask, one.exact | other.exact, np.maximum(one.scores, other.scores))


def _scores(matched: Iterable[_Matched]) -> Scores:
    """One number per statement: from 1 up where the very letters stand, below 1 where only the words do."""
    found = reduce(_either, matched)
    return np.round(found.exact + found.scores / (1 + found.scores), _DECIMALS)


def _places(task: _Task, statements: _Matched, records: Mask) -> Ints:
    """Where these statements stand in these records: places in `owners`, ascending."""
    columns = task.index.columns
    places = columns.occurrences(statements.mask)
    return places[records[columns["owners"][places]]]


def _union(places: Sequence[Ints]) -> Ints:
    return places[0] if len(places) == 1 else np.unique(np.concatenate(places))


def _best(counts: Ints, scores: Scores, limit: int) -> list[tuple[int, float]]:
    """The numbers counted at all, best score first, then the most counted, then by number; with their scores."""
    hits = np.flatnonzero(counts)
    best = hits[np.lexsort((hits, -counts[hits], -scores[hits]))][:limit]
    return list(zip(best.tolist(), scores[best].tolist(), strict=True))


def _statement_hits(
    task: _Task, best: Sequence[tuple[int, float]], stands_in: Mapping[int, Ints]
) -> tuple[StatementHit, ...]:
    index, columns = task.index, task.index.columns
    numbers = columns["statements"][[hit for hit, _ in best]].tolist()
    texts = store.texts(index.connection, numbers)
    rows = {hit: columns["rows"][records[:_PLACES]].tolist() for hit, records in stands_in.items()}
    shown = dict.fromkeys(row for some in rows.values() for row in some)
    records = dict(zip(shown, store.records(index.connection, list(shown)), strict=True))
    return tuple(
        _statement_hit(task, hit, score, texts[number], stands_in[hit], [records[row] for row in rows[hit]])
        for (hit, score), number in zip(best, numbers, strict=True)
    )


def _statement_hit(
    task: _Task, hit: int, score: float, text: str, records: Ints, places: Sequence[Record]
) -> StatementHit:
    kind = task.index.columns.kind(hit)
    levels, stages, units = (_counts(task.index, facet, records) for facet in (Facet.LEVEL, Facet.STAGE, Facet.UNIT))
    where, legs = _evidence(task.query, kind, text)
    ids = tuple(task.index.columns.ids(records))
    return StatementHit(text, kind, score, len(ids), levels, stages, units, where, legs, ids, tuple(places))


def _evidence(query: Query, kind: Kind, text: str) -> tuple[tuple[Span, ...], tuple[Leg, ...]]:
    """Where the wanted terms stand in a statement, and through which legs they are found there."""
    form, needles, legs = normal(text), set[str](), dict[Leg, None]()
    for term in query.terms():
        if term.negated or term.field not in (None, kind):
            continue
        wanted = normal(term.text)
        if wanted in form:
            needles.add(wanted)
            legs["char"] = None
        words = () if term.phrase else query_words(wanted)
        if words and set(words) <= set(words_in(form)):
            needles.update(() if wanted in form else words)
            legs["word"] = None
    return spans(text, needles), tuple(legs)


def _by_record(task: _Task, text: str, limit: int) -> SearchResult:
    columns = task.index.columns
    records = _qualifying(task)
    best = _best(records.view(np.int8), _record_scores(task), limit)
    rows = columns["rows"][[hit for hit, _ in best]].tolist()
    found = store.records(task.index.connection, rows)
    hits = tuple(
        RecordHit(score, record, _matches(task.query, record)) for (_, score), record in zip(best, found, strict=True)
    )
    return _result(task, text, "record", int(np.count_nonzero(records)), records, hits)


def _qualifying(task: _Task) -> Mask:
    """The records that one of the conjunctions holds for."""
    held = [_holding(task, conjunction) for conjunction in task.query.alternatives or ((),)]
    return reduce(np.logical_or, held)


def _holding(task: _Task, conjunction: Sequence[Term]) -> Mask:
    columns = task.index.columns
    records = task.allowed & of_metadata(columns, conjunction)
    for term in conjunction:
        if term in task.matched:
            having = columns.having(task.matched[term].mask)
            records &= ~having if term.negated else having
    return records


def _record_scores(task: _Task) -> Scores:
    """For every record the best score of its statements."""
    columns = task.index.columns
    best = np.zeros(columns.records)
    wanted = [matched for term, matched in task.matched.items() if not term.negated]
    if wanted:
        mask = reduce(np.logical_or, [matched.mask for matched in wanted])
        exact = reduce(np.logical_or, [matched.exact & matched.mask for matched in wanted])
        total = reduce(np.add, [matched.scores * matched.mask for matched in wanted])
        places = columns.occurrences(mask)
        scores = np.repeat(_scores([_Matched(mask, exact, total)])[mask], np.diff(columns["starts"])[mask])
        np.maximum.at(best, columns["owners"][places], scores)
    return best


def _matches(query: Query, record: Record) -> tuple[Match, ...]:
    found, items = [], dict.fromkeys(Kind, 0)
    for kind, text in record.statements():
        where, legs = _evidence(query, kind, text)
        if legs:
            found.append(Match(kind, items[kind], text, where))
        items[kind] += 1
    return tuple(found)


def _result(
    task: _Task, text: str, by: By, total: int, records: Mask, hits: tuple[StatementHit | RecordHit, ...]
) -> SearchResult:
    found = np.flatnonzero(records)
    return SearchResult(text, by, total, len(found), _facets(task.index, found), hits)


def _facets(index: Index, records: Ints) -> dict[Facet, tuple[Count, ...]]:
    return {facet: _counts(index, facet, records) for facet in COUNTED}


def _counts(index: Index, facet: Facet, records: Ints) -> tuple[Count, ...]:
    """The values of these records, the most frequent first."""
    counts, values = index.columns.counts(facet, records), index.columns.values(facet)
    codes = np.flatnonzero(counts)
    order = codes[np.lexsort((codes, -counts[codes]))].tolist()
    return tuple(Count(values[code], int(counts[code])) for code in order)
