"""tantivy: words with positions, level, stage and unit as fast fields.

`pairs` indexes, beside the words, every two neighbouring characters: a phrase of them is any piece of text. Its own
tokenizer for n-grams gives all of them the same position, so pieces longer than an n-gram could not be found with it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tantivy

from bench.shape import (
    FACETS,
    LEVEL,
    SHOWN,
    Answer,
    Ask,
    Batches,
    Question,
    Words,
    cutter,
    filled,
    said_by,
    texts,
    texts_of,
)

if TYPE_CHECKING:
    from pipeline.model import Record

__all__ = ["fill", "fill_once", "fill_pairs", "opened"]

_INDEX = "tantivy"
_HEAP = 512 << 20
_MOST_VALUES = 60_000
_COUNTED = {name: {"terms": {"field": name, "size": _MOST_VALUES}} for name in FACETS}
_MUST, _SHOULD = tantivy.Occur.Must, tantivy.Occur.Should


def _schema(has_pairs: bool) -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in ("words", "pairs") if has_pairs else ("words",):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in FACETS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_integer_field("number", fast=True)
    return builder.build()


def fill(
    folder: Path, batches: Batches, words: Words | None, has_pairs: bool = False, remembers: bool = False
) -> float:
    """Make an index, or add to it. `remembers`: the words of each distinct text are kept, so it is cut once."""
    path = folder / _INDEX
    path.mkdir(exist_ok=True)
    writer = tantivy.Index(_schema(has_pairs), str(path)).writer(_HEAP)
    cut = _remembering() if remembers and words is None else cutter(words)

    def put(first: int, records: Sequence["Record"]) -> None:
        for number, record in enumerate(records, first):
            document = tantivy.Document(
                words=said_by(record, cut), number=number, stage=record.stage, unit=list(record.unit)
            )
            if record.level:
                document.add_text("level", record.level)
            if has_pairs:
                document.add_text("pairs", said_by(record, _pairs))
            writer.add_document(document)

    spent = filled(folder, batches, put)
    writer.commit()
    writer.wait_merging_threads()
    return spent


def _remembering() -> Any:
    from functools import cache

    return cache(cutter(None))


def _pairs(text: str) -> str:
    from index.normal import normal

    form = normal(text)
    return " ".join(map("".join, pairwise(form)))


fill_pairs = partial(fill, has_pairs=True)
fill_once = partial(fill, remembers=True)


@contextmanager
def opened(folder: Path) -> Iterator[Ask]:
    """Ask the index in a folder."""
    index = tantivy.Index.open(str(folder / _INDEX))
    searcher = index.searcher()
    with texts(folder) as table:
        yield lambda question: _answer(index.schema, searcher, table, question)


def _answer(schema: tantivy.Schema, searcher: tantivy.Searcher, table: Any, question: Question) -> Answer:
    level = tantivy.Query.const_score_query(tantivy.Query.term_query(schema, "level", LEVEL), 0.0)
    query = tantivy.Query.boolean_query([(_MUST, _query(schema, question)), (_MUST, level)])
    counted = searcher.aggregate(query, _COUNTED)
    counts = tuple({one["key"]: one["doc_count"] for one in counted[name]["buckets"]} for name in FACETS)
    # Every record has one stage, so they sum up to the total; without a count tantivy may skip what scores low.
    hits = [address for _, address in searcher.search(query, SHOWN, count=False).hits]
    numbers = searcher.fast_field_values("number", hits)
    return Answer(sum(counts[1].values()), counts, texts_of(table, [int(number or 0) for number in numbers]))


def _query(schema: tantivy.Schema, question: Question) -> tantivy.Query:
    kind, words = question
    if kind == "phrase":
        in_a_row: list[str | tuple[int, str]] = [*words]
        return tantivy.Query.phrase_query(schema, "words", in_a_row)
    if kind == "piece":
        in_a_row = [*_pairs(words[0]).split(" ")]
        return tantivy.Query.phrase_query(schema, "pairs", in_a_row)
    occur = _SHOULD if kind == "or" else _MUST
    return tantivy.Query.boolean_query([(occur, tantivy.Query.term_query(schema, "words", word)) for word in words])
