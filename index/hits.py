"""Statements and records by number -> hits as values, with their counts and the first few places."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from index import store
from index.cache import Index
from index.columns import Ints, Mask, Scores
from index.normal import Span
from index.query import Facet
from index.results import Count, Group, Leg, StatementHit, Why
from pipeline.model import Kind

__all__ = ["Best", "Told", "facets", "leading", "statement_hits"]

_COUNTED = (Facet.LEVEL, Facet.STAGE, Facet.UNIT, Facet.CATEGORY)
_PLACES = 3
_DECIMALS = 6  # of scores: what differs by less is a tie

Best = list[tuple[int, float]]  # numbers of statements or records, the best first, with their scores
Told = tuple[tuple[Span, ...], tuple[Leg, ...], Why | None]  # what made a statement a hit


def leading(counts: Ints | Mask, scores: Scores, limit: int) -> Best:
    """The numbers counted at all, best score first, then the most counted, then by number; with their scores."""
    hits, rounded = np.flatnonzero(counts), np.round(scores, _DECIMALS)
    first = hits[np.lexsort((hits, -counts[hits].astype(np.int64), -rounded[hits]))][:limit]
    return list(zip(first.tolist(), rounded[first].tolist(), strict=True))


def statement_hits(
    index: Index,
    found: Sequence[tuple[int, float, Ints]],
    group: Group,
    told: Callable[[int, Kind, str], Told],
) -> Iterator[StatementHit]:
    """Hits for statements, each with its score and the records that count; `told` says what made one a hit."""
    columns = index.columns
    numbers = columns["statements"][[hit for hit, _, _ in found]].tolist()
    texts = store.texts(index.connection, numbers)
    rows = [columns["rows"][records[:_PLACES]].tolist() for _, _, records in found]
    shown = dict.fromkeys(row for some in rows for row in some)
    places = dict(zip(shown, store.records(index.connection, list(shown)), strict=True))
    for (hit, score, records), number, some in zip(found, numbers, rows, strict=True):
        kind, text, ids = columns.kind(hit), texts[number], tuple(columns.ids(records))
        levels, stages, units = (_counts(index, facet, records) for facet in (Facet.LEVEL, Facet.STAGE, Facet.UNIT))
        where, legs, why = told(hit, kind, text)
        stands = tuple(places[row] for row in some)
        yield StatementHit(text, kind, score, len(ids), levels, stages, units, where, legs, ids, stands, group, why)


def facets(index: Index, records: Ints) -> dict[Facet, tuple[Count, ...]]:
    """How many of these records have which values."""
    return {facet: _counts(index, facet, records) for facet in _COUNTED}


def _counts(index: Index, facet: Facet, records: Ints) -> tuple[Count, ...]:
    """The values of these records, the most frequent first."""
    counts, values = index.columns.counts(facet, records), index.columns.values(facet)
    codes = np.flatnonzero(counts)
    order = codes[np.lexsort((codes, -counts[codes]))].tolist()
    return tuple(Count(values[code], int(counts[code])) for code in order)
