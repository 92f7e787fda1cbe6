"""Whoosh as it comes, with a document for each record. No positions, they would take it longer still: no phrases."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whoosh import fields, formats, query, sorting
from whoosh.filedb.filestore import FileStorage

from bench.shape import FACETS, LEVEL, SHOWN, Answer, Ask, Batches, Question, Words, cutter, filled, texts, texts_of

if TYPE_CHECKING:
    from pipeline.model import Record

__all__ = ["add", "fill", "opened"]

_INDEX = "whoosh"
_MEGABYTES = 512


def _schema() -> Any:
    words = fields.FieldType(formats.Frequency(), None, scorable=True)
    facets = {name: fields.ID(sortable=True) for name in FACETS}
    return fields.Schema(words=words, number=fields.STORED(), **facets)


def fill(folder: Path, batches: Batches, words: Words | None) -> float:
    """Make an index."""
    (folder / _INDEX).mkdir()
    return _write(FileStorage(str(folder / _INDEX)).create_index(_schema()), folder, batches, words)


def add(folder: Path, batches: Batches, words: Words | None) -> float:
    """Add to an index."""
    return _write(FileStorage(str(folder / _INDEX)).open_index(schema=_schema()), folder, batches, words)


def _write(index: Any, folder: Path, batches: Batches, words: Words | None) -> float:
    cut, writer = cutter(words), index.writer(limitmb=_MEGABYTES)

    def put(first: int, records: Sequence["Record"]) -> None:
        for number, record in enumerate(records, first):
            said = [word for _, text in record.statements() for word in cut(text).split()]
            names = {"stage": record.stage, "unit": record.unit[0]} | ({"level": record.level} if record.level else {})
            writer.add_document(words=said, number=number, **names)

    spent = filled(folder, batches, put)
    writer.commit()
    return spent


@contextmanager
def opened(folder: Path) -> Iterator[Ask]:
    """Ask the index in a folder."""
    index = FileStorage(str(folder / _INDEX), readonly=True).open_index(schema=_schema())
    with index.searcher() as searcher, texts(folder) as table:
        yield lambda question: _answer(searcher, table, question)


def _answer(searcher: Any, table: Any, question: Question) -> Answer:
    terms = [query.Term("words", word) for word in question.words]
    wanted = (query.Or if question.kind == "or" else query.And)(terms)
    grouped = {name: sorting.FieldFacet(name, maptype=sorting.Count) for name in FACETS}
    found = searcher.search(wanted, limit=SHOWN, filter=query.Term("level", LEVEL), groupedby=grouped)
    counts = tuple(dict(found.groups(name)) for name in FACETS)
    return Answer(len(found), counts, texts_of(table, [hit["number"] for hit in found[:SHOWN]]))
