"""liantu, by its library: the one place where the benchmarks call what changes an index, opens it and asks it."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from unittest.mock import patch

from bench.shape import FACETS, LEVEL, SHOWN, Answer, Ask, Batches, Question, Words
from index import cache, changes, segment
from index.query import Facet
from index.results import By, SearchResult
from index.search import search

__all__ = ["fill", "opened", "query"]


def fill(folder: Path, batches: Batches, words: Words | None) -> float:
    """Make an index, or add to it."""
    known = nullcontext() if words is None else patch.object(segment, "words", words.plain.__getitem__)
    with known, changes.writing(folder) as connection, cache.publishing(folder, connection):
        changes.put(connection, batches)
    return 0.0


@contextmanager
def opened(folder: Path, by: By = "record", literal: bool = True) -> Iterator[Ask]:
    """Ask the index in a folder."""
    with cache.opened(folder) as index:
        ask = partial(search, index, filters={Facet.LEVEL: [LEVEL]}, by=by, limit=SHOWN, literal=literal)
        yield lambda question: _answer(ask(query(question)))


def query(question: Question) -> str:
    """The question in liantu's query language."""
    if question.kind in ("phrase", "piece"):
        return f'"{"".join(question.words)}"'
    return (" OR " if question.kind == "or" else " ").join(question.words)


def _answer(found: SearchResult) -> Answer:
    counts = tuple({one.value or "": one.count for one in found.facets[Facet(name)] if one.count} for name in FACETS)
    shown = [
        [text for _, text in hit.record.statements()] if hasattr(hit, "record") else [hit.statement]
        for hit in found.hits
    ]
    return Answer(found.records, counts, shown)
