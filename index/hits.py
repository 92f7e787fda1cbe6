"""Statements and records by number -> hits as values, with their counts and the first few places."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np

from index import store
from index.arrays import Ints, Mask, Scores
from index.cache import Index
from index.columns import Columns
from index.normal import Span
from index.query import Facet
from index.results import Count, Group, Later, Leg, StatementHit, Why
from pipeline.record import Kind

__all__ = ["Best", "Told", "facets", "leading", "leading_records", "statement_hits"]

_COUNTED = (Facet.LEVEL, Facet.STAGE, Facet.UNIT, Facet.CATEGORY)
_PLACES = 3
_AT_ONCE = 32  # statements of which the records are looked at
_DECIMALS = 6  # of scores: what differs by less is a tie

Best = list[tuple[int, float]]  # numbers of statements or records, the best first, with their scores
Told = tuple[tuple[Span, ...], tuple[Leg, ...], Why | None]  # what made a statement a hit


def leading(hits: Ints, scores: Scores, counts: Ints, limit: int) -> Best:
    """Of some numbers, their scores and counts: best score first, then the most counted, then by number."""
    rounded = np.round(scores, _DECIMALS)
    if 0 < limit < len(hits):  # quicker than to sort them all
        is_among = rounded >= np.partition(rounded, -limit)[-limit]
        hits, rounded, counts = hits[is_among], rounded[is_among], counts[is_among]
    first = np.lexsort((hits, -counts.astype(np.int64), -rounded))[:limit]
    return list(zip(hits[first].tolist(), rounded[first].tolist(), strict=True))


def leading_records(columns: Columns, hits: Ints, scores: Scores, wanted: Mask, limit: int) -> Best:
    """The wanted records, those whose best statement has the best score first, then by number; with that score.

    `hits` are the statements that count; a record with none of them has 0. Only as many as it takes are looked at.
    """
    rounded = np.round(scores, _DECIMALS)
    order = np.argsort(-rounded, kind="stable")
    hits, rounded = hits[order], rounded[order]
    found: dict[int, float] = {}
    start, length = 0, _AT_ONCE
    while start < len(hits) and len(found) < limit:
        last = rounded[min(start + length, len(hits)) - 1]
        end = int(np.searchsorted(-rounded, -last, side="right"))  # those that tie stay together
        for score, owners in _by_score(columns, hits[start:end], rounded[start:end], wanted):
            found = dict.fromkeys(owners[: limit + len(found)].tolist(), score) | found
            found = dict(sorted(found.items(), key=lambda one: (-one[1], one[0]))[:limit])
            if len(found) == limit:
                break
        start, length = end, 2 * length
    some = np.flatnonzero(wanted)[:limit].tolist() if len(found) < limit else []
    return list((found | {record: found.get(record, 0.0) for record in some}).items())[:limit]


def _by_score(columns: Columns, hits: Ints, scores: Scores, wanted: Mask) -> Iterator[tuple[float, Ints]]:
    """Each of some descending scores, and the wanted records with statements of that score, ascending."""
    owners = columns.owners(hits)
    of_owners = np.repeat(scores, columns["starts"][hits + 1] - columns["starts"][hits])
    is_wanted = wanted[owners]
    owners, of_owners = owners[is_wanted], of_owners[is_wanted]
    bounds = np.flatnonzero(np.diff(of_owners, prepend=np.inf, append=-np.inf)).tolist()
    for start, end in pairwise(bounds):
        some = owners[start:end]
        is_ascending = bool((some[1:] > some[:-1]).all())
        yield float(of_owners[start]), some if is_ascending else np.unique(some)


def statement_hits(
    index: Index,
    found: Sequence[tuple[int, float, Ints]],
    group: Group,
    told: Callable[[int, Kind, str], Told],
) -> Iterator[StatementHit]:
    """Hits for statements, each with its score and the records that count; `told` says what made one a hit."""
    columns = index.columns
    numbers = columns["statements"][[hit for hit, _, _ in found]].tolist()
    texts = store.texts(index.connection, set(numbers))
    rows = [columns["rows"][records[:_PLACES]].tolist() for _, _, records in found]
    shown = dict.fromkeys(row for some in rows for row in some)
    places = dict(zip(shown, store.records(index.connection, list(shown)), strict=True))
    for (hit, score, records), number, some in zip(found, numbers, rows, strict=True):
        kind, text, ids = columns.kind(hit), texts[number], _ids(columns, records)
        levels, stages, units = (_counts(index, facet, records) for facet in (Facet.LEVEL, Facet.STAGE, Facet.UNIT))
        where, legs, why = told(hit, kind, text)
        stands = tuple(places[row] for row in some)
        yield StatementHit(text, kind, score, len(ids), levels, stages, units, where, legs, ids, stands, group, why)


def _ids(columns: Columns, records: Ints) -> Sequence[str]:
    return Later(len(records), lambda part: columns.ids(records[part]))


def facets(index: Index, records: Ints) -> dict[Facet, Sequence[Count]]:
    """How many of these records have which values."""
    return {facet: _counts(index, facet, records) for facet in _COUNTED}


def _counts(index: Index, facet: Facet, records: Ints) -> Sequence[Count]:
    """The values of these records, the most frequent first."""
    counts, values = index.columns.counts(facet, records), index.columns.values(facet)
    codes = np.flatnonzero(counts)
    order = codes[np.argsort(-counts[codes], kind="stable")]

    def some(part: slice) -> list[Count]:
        return [Count(values[code], int(counts[code])) for code in order[part].tolist()]

    return Later(len(order), some)
