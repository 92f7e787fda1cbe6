"""Which statements and which records satisfy a query: terms become masks over statements, these masks over records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from index.cache import Index
from index.columns import Columns, Ints, Mask, Scores
from index.filters import Filters, filtered, of_metadata
from index.normal import normal
from index.query import Facet, Query, Term
from index.statements import query_words
from pipeline.model import Kind

__all__ = ["Matched", "Standing", "Task", "qualifying", "standing", "task"]


@dataclass(frozen=True, slots=True)
class Matched:
    """The statements that match something; `exact` are those that hold it letter by letter."""

    mask: Mask
    exact: Mask
    scores: Scores


@dataclass(frozen=True, slots=True)
class Task:
    """A search under way: the records the filters leave, and what each term about statements matches."""

    index: Index
    query: Query
    allowed: Mask
    matched: Mapping[Term, Matched]


def task(index: Index, query: Query, filters: Filters) -> Task:
    """A search for `query` among the records the filters leave; UnknownFacetValue if one has a value no record has."""
    matched = {term: _matched(index, term) for term in query.terms() if not isinstance(term.field, Facet)}
    return Task(index, query, filtered(index.columns, filters), matched)


def _matched(index: Index, term: Term) -> Matched:
    """What a term matches: its letters in one piece or, unless it is a phrase, all its words."""
    form, columns = normal(term.text), index.columns
    mask, exact = (np.zeros(columns.statements, dtype=np.bool_) for _ in range(2))
    scores = np.zeros(columns.statements)
    found = index.letters.containing(form)
    exact[found.statements] = mask[found.statements] = True
    scores[found.statements] += found.scores
    if not term.phrase and (words := query_words(form)):
        found = index.statements.with_words(words)
        mask[found.statements] = True
        scores[found.statements] += found.scores
    return Matched(mask & columns.of_kind(term.field) if isinstance(term.field, Kind) else mask, exact, scores)


def _part(task: Task, conjunction: Sequence[Term]) -> tuple[Matched, Mask]:
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


def _group(task: Task, kind: Kind | Facet | None, terms: Sequence[Term]) -> Matched:
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
    return Matched(mask, exact, sum((matched.scores for matched in wanted), np.zeros(len(mask))) * mask)


def _either(one: Matched, other: Matched) -> Matched:
    return Matched(one.mask | other.mask, one.exact | other.exact, np.maximum(one.scores, other.scores))


@dataclass(frozen=True, slots=True)
class Standing:
    """Statements as far as they stand in the records asked for: those of s at `places[bounds[s]:bounds[s + 1]]`.

    `places` are places in the columns' `owners`, ascending; `counts` how many records that are.
    """

    columns: Columns
    matched: Matched
    places: Ints
    bounds: Ints
    counts: Ints

    def records(self, statement: int) -> Ints:
        """The records in which a statement stands."""
        return self.columns["owners"][self.places[self.bounds[statement] : self.bounds[statement + 1]]]

    def all_records(self) -> Mask:
        """The records in which any of them stands."""
        return self.columns.mask(self.columns["owners"][self.places])


def standing(task: Task) -> Standing:
    """The statements that satisfy the query, where they stand."""
    columns = task.index.columns
    parts = [_part(task, conjunction) for conjunction in task.query.alternatives or ((),)]
    places = _union([_places(columns, *part) for part in parts])
    bounds = np.searchsorted(places, columns["starts"])
    return Standing(columns, reduce(_either, [matched for matched, _ in parts]), places, bounds, np.diff(bounds))


def _places(columns: Columns, statements: Matched, records: Mask) -> Ints:
    """Where these statements stand in these records: places in `owners`, ascending."""
    places = columns.occurrences(statements.mask)
    return places[records[columns["owners"][places]]]


def _union(places: Sequence[Ints]) -> Ints:
    return places[0] if len(places) == 1 else np.unique(np.concatenate(places))


def qualifying(task: Task) -> Mask:
    """The records that one of the conjunctions holds for."""
    held = [_holding(task, conjunction) for conjunction in task.query.alternatives or ((),)]
    return reduce(np.logical_or, held)


def _holding(task: Task, conjunction: Sequence[Term]) -> Mask:
    columns = task.index.columns
    records = task.allowed & of_metadata(columns, conjunction)
    for term in conjunction:
        if term in task.matched:
            having = columns.having(task.matched[term].mask)
            records &= ~having if term.negated else having
    return records
