"""What is like a text, or like a record: the nearest statements and records, the same ones left out."""

import re
from collections.abc import Sequence
from contextlib import suppress

import numpy as np

from index import store
from index.arrays import Ints, Scores
from index.cache import Index
from index.hits import Best, leading, statement_hits
from index.normal import normal
from index.related import LONGEST_QUESTION, nearness, squashed
from index.results import Similar
from pipeline.errors import UnknownRecord
from pipeline.record import Record

__all__ = ["similar_to"]

_ID = re.compile("[0-9a-f]{4,16}")
_SHOWN = 3  # decimals


def similar_to(index: Index, asked: str, limit: int) -> Similar:
    """What is similar to the record whose id begins with `asked`, if there is one, else to that text."""
    with suppress(UnknownRecord):
        if _ID.fullmatch(asked):
            return _similar_to_record(index, store.record(index.connection, asked), limit)
    return _similar_to_text(index, asked, limit)


def _similar_to_text(index: Index, text: str, limit: int) -> Similar:
    """The statements most similar in meaning to a text, and the records in which the most similar ones stand."""
    return _similar(index, [text], np.zeros(0, dtype=np.int32), None, limit)


def _similar_to_record(index: Index, record: Record, limit: int) -> Similar:
    """The statements most similar to one of a record's, and the records with the most similar ones to all of them."""
    place = int(np.flatnonzero(index.columns["ids"] == record.id.encode())[0])
    said = index.columns.statements_of(place)
    return _similar(index, [text for _, text in record.statements()], said, place, limit)


def _similar(index: Index, texts: Sequence[str], said: Ints, place: int | None, limit: int) -> Similar:
    if not texts or not index.columns.statements:
        return Similar((), ())
    likeness = [_likeness(index, text) for text in texts]
    best = np.max(likeness, axis=0)
    best[said] = 0
    records = np.mean([_of_records(index, one) for one in likeness], axis=0)
    if place is not None:
        records[place] = 0
    nearest = _nearest(records, limit)
    found = store.records(index.connection, index.columns["rows"][[one for one, _ in nearest]].tolist())
    scored = zip((round(likeness, _SHOWN) for _, likeness in nearest), found, strict=True)
    likest = _nearest(best, limit)
    alike = [(one, round(likeness, _SHOWN), index.columns.records_of(one)) for one, likeness in likest]
    hits = statement_hits(index, alike, "related", lambda hit, kind, text: ((), (), None))
    return Similar(tuple(hits), tuple(scored))


def _nearest(likeness: Scores, limit: int) -> Best:
    """The places of the highest values above 0."""
    hits = np.flatnonzero(likeness)
    return leading(hits, likeness[hits], np.ones(len(hits), dtype=np.int64), limit)


def _likeness(index: Index, text: str) -> Scores:
    """How near each statement is, 0 where that may be chance."""
    near = nearness(index, normal(text)[:LONGEST_QUESTION], "")
    return np.where(near.is_near, squashed(near.total), 0)


def _of_records(index: Index, likeness: Scores) -> Scores:
    """For every record that of its statement that is most alike."""
    columns = index.columns
    best, bounds = np.zeros(columns.records), columns["bounds"]
    filled = np.flatnonzero(np.diff(bounds))
    if len(filled):
        best[filled] = np.maximum.reduceat(likeness[columns["said"]], bounds[filled])
    return best
