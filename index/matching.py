"""Which statements and which records satisfy a query: terms become masks over statements, these masks over records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

import numpy as np

from index.arrays import Ints, Mask, Scores
from index.cache import Index
from index.columns import Columns
from index.filters import Filters, filtered, of_metadata
from index.normal import normal
from index.query import Facet, Query, Term
from index.statements import query_words
from pipeline.record import Kind

__all__ = ["Matched", "Standing", "Task", "finds_any", "qualifying", "standing", "task"]


class Matched(NamedTuple):
    """The statements that match something; `exact` are those that hold it letter by letter."""

    mask: Mask
    exact: Mask
    scores: Scores


@dataclass(frozen=True, slots=True)
class Task:
    """A search under way: the records the filters leave, and what each term about statements matches.

    `worded` are the statements in which all words of a term stand, wherever.
    """

    index: Index
    query: Query
    allowed: Mask
    matched: Mapping[Term, Matched]
    worded: Mapping[Term, Mask]


def task(index: Index, query: Query, filters: Filters) -> Task:
    """A search for `query` among the records the filters leave; UnknownFacetValue if one has a value no record has."""
    found = {term: _found(index, term) for term in query.terms() if not isinstance(term.field, Facet)}
    matched = {term: one for term, (one, _) in found.items()}
    worded = {term: mask for term, (_, mask) in found.items()}
    return Task(index, query, filtered(index.columns, filters), matched, worded)


def _found(index: Index, term: Term) -> tuple[Matched, Mask]:
    """What a term matches: its letters in one piece or, unless it is a phrase, all its words (also told apart)."""
    form, columns = normal(term.text), index.columns
    exact, worded = (np.zeros(columns.statements, dtype=np.bool_) for _ in range(2))
    scores = np.zeros(columns.statements)
    found = index.letters.containing(form)
    exact[found.statements] = True
    scores[found.statements] += found.scores
    if not term.phrase and (words := query_words(form)):
        found = index.statements.with_words(words)
        worded[found.statements] = True
        scores[found.statements] += found.scores
    of_kind = columns.of_kind(term.field) if isinstance(term.field, Kind) else True
    return Matched((exact | worded) & of_kind, exact, scores), worded


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
    records = _allowed(task, conjunction)
    for term in about:
        if term.negated and term.field not in (*kinds, None):
            records = records & ~columns.having(task.matched[term].mask)
    for group in groups if len(groups) > 1 else ():
        records = records & columns.having(group.mask)
    return reduce(_either, groups), records


def _allowed(task: Task, conjunction: Sequence[Term]) -> Mask:
    """The records that the filters and the metadata terms leave."""
    if not any(isinstance(term.field, Facet) for term in conjunction):
        return task.allowed
    return task.allowed & of_metadata(task.index.columns, conjunction)


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


class Standing(NamedTuple):
    """Statements as far as they stand in the records asked for: `counts` says in how many of them.

    `all_records` are the records in which any of them stands.
    """

    columns: Columns
    parts: Sequence[tuple[Matched, Mask]]
    matched: Matched
    counts: Ints
    all_records: Mask

    def records(self, statement: int) -> Ints:
        """The records in which a statement stands."""
        owners = self.columns.records_of(statement)
        kept = [records[owners] for matched, records in self.parts if matched.mask[statement]]
        return owners[reduce(np.logical_or, kept)]


def finds_any(task: Task) -> bool:
    """Whether any statement satisfies the query; quick to tell where none does, as with most that are tried."""
    parts = [_part(task, conjunction) for conjunction in task.query.alternatives or ((),)]
    having = task.index.columns.having
    return any(matched.mask.any() and (records & having(matched.mask)).any() for matched, records in parts)


def standing(task: Task, among: Mask | None = None) -> Standing:
    """The statements that satisfy the query, where they stand; only those `among` some, if these are given."""
    columns = task.index.columns
    parts = _merged([_part(task, conjunction) for conjunction in task.query.alternatives or ((),)])
    if among is not None:
        parts = [(matched._replace(mask=matched.mask & among), records) for matched, records in parts]
    matched = reduce(_either, [matched for matched, _ in parts])
    if len(parts) == 1 and _is_shorter(columns, *parts[0]):
        return Standing(columns, parts, matched, *_by_records(columns, *parts[0]))
    return Standing(columns, parts, matched, *_by_statements(columns, parts, matched.mask))


def _merged(parts: Sequence[tuple[Matched, Mask]]) -> list[tuple[Matched, Mask]]:
    """The same with one part for all that match in the same records, and then for all in which the same match."""
    of_records: dict[int, tuple[Matched, Mask]] = {}
    for matched, records in parts:
        before = of_records.get(id(records))
        of_records[id(records)] = (_either(before[0], matched) if before else matched), records
    merged: list[tuple[Matched, Mask]] = []
    for matched, records in of_records.values():
        same = next((place for place, (other, _) in enumerate(merged) if (other.mask == matched.mask).all()), None)
        if same is None:
            merged.append((matched, records))
        else:
            merged[same] = _either(merged[same][0], matched), merged[same][1] | records
    return merged


def _is_shorter(columns: Columns, matched: Matched, records: Mask) -> bool:
    """Whether the records have fewer statements than the statements have records."""
    of_records = np.count_nonzero(records) * len(columns["said"]) / max(columns.records, 1)
    return bool(of_records < np.diff(columns["starts"]) @ matched.mask)


def _by_records(columns: Columns, matched: Matched, records: Mask) -> tuple[Ints, Mask]:
    """In how many of some records each matched statement stands, and in which any of them does."""
    chosen = np.flatnonzero(records)
    said = columns.said(chosen)
    counts = np.bincount(said, minlength=columns.statements) * matched.mask
    owners = np.repeat(chosen, columns["bounds"][chosen + 1] - columns["bounds"][chosen])
    return counts, columns.mask(owners if matched.mask.all() else owners[matched.mask[said]])


def _by_statements(columns: Columns, parts: Sequence[tuple[Matched, Mask]], mask: Mask) -> tuple[Ints, Mask]:
    """The same for statements that match in other records each; from the statements' side."""
    statements = np.flatnonzero(mask)
    firsts, ends = columns["starts"][statements], columns["starts"][statements + 1]
    owners, lengths = columns.all_owners(mask), ends - firsts
    kept = np.zeros(len(owners), dtype=np.bool_)
    for matched, records in parts:
        here = records[owners]
        kept |= here if len(parts) == 1 else here & np.repeat(matched.mask[statements], lengths)
    counts = np.zeros(columns.statements, dtype=np.int64)
    if len(statements):
        counts[statements] = np.add.reduceat(kept, np.cumsum(lengths) - lengths, dtype=np.int64)
    return counts, columns.mask(owners[kept])


def qualifying(task: Task) -> Mask:
    """The records that one of the conjunctions holds for."""
    held = [_holding(task, conjunction) for conjunction in task.query.alternatives or ((),)]
    return reduce(np.logical_or, held)


def _holding(task: Task, conjunction: Sequence[Term]) -> Mask:
    records = _allowed(task, conjunction)
    for term in conjunction:
        if term in task.matched:
            having = task.index.columns.having(task.matched[term].mask)
            records = records & (~having if term.negated else having)
    return records
