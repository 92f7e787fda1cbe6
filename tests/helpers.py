"""Records, readings and indexes in a line or two."""

import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from index import cache, meaning, store
from index.cache import Index
from index.query import Facet
from index.results import SearchResult
from index.search import search
from pipeline.model import Problem, Reading, Record, Source, Tally

SEEDS = Path(__file__).resolve().parent.parent.parent / "shared" / "seeds"


def record(place: int = 0, document: str = "甲.txt", **fields: Any) -> Record:
    """A record with nothing in it but what is given; its id and document follow from `place` and `document`."""
    sha256 = hashlib.sha256(document.encode()).hexdigest()
    values: dict[str, Any] = {
        "id": hashlib.sha256(f"{document} {place}".encode()).hexdigest()[:16],
        "document": document,
        "sha256": sha256,
        "page": None,
        "chart": 0,
        "title": None,
        "agency": None,
        "category": None,
        "power": None,
        "power_code": None,
        "stage": "受理",
        "stage_label": fields.get("stage", "受理"),
        "stage_order": place,
        "risk_points": (),
        "level": None,
        "level_label": None,
        "control_measures": (),
        "responsible_party": None,
        "unit": (),
        "monitoring_points": (),
        "placed_by": "sequence",
        "confidence": 1.0,
        "doubts": (),
        "boxes": (),
    }
    return Record(**values | fields)


def reading(records: Sequence[Record], document: str = "甲.txt", problems: Sequence[Problem] = ()) -> Reading:
    """The reading of a file that gave these records."""
    sha256 = hashlib.sha256(document.encode()).hexdigest()
    said = sum(len(text) for one in records for _, text in one.statements())
    return Reading(Source(document, document, sha256), (), tuple(records), tuple(problems), Tally(said, 0, 0))


def given(document: str = "甲.txt", folder: str = "/文件", **changes: Any) -> store.Given:
    """What a file was read with, as `reading` has it."""
    sha256 = hashlib.sha256(document.encode(errors="replace")).hexdigest()
    values = {"path": f"{folder}/{document}", "document": document, "sha256": sha256}
    return store.Given(**{**values, "agency": None, "reader_version": 1, **changes})


def fill(folder: Path, records: Sequence[Record]) -> None:
    """Put records into the index in `folder`, each document as a file."""
    with store.writing(folder) as connection:
        for document in dict.fromkeys(one.document for one in records):
            mine = [one for one in records if one.document == document]
            store.replace(connection, given(document), reading(mine, document))


def copied_model(folder: Path) -> Path:
    """The model that comes with us, at another place."""
    return Path(shutil.copytree(meaning.OURS, folder))


@contextmanager
def indexed(folder: Path, records: Sequence[Record]) -> Iterator[Index]:
    """An open index of these records."""
    fill(folder, records)
    with cache.opened(folder) as index:
        yield index


def find(index: Index, query: str = "", filters: Mapping[Facet, Sequence[str]] | None = None) -> SearchResult:
    """All statements that hold what `query` says, and nothing that is only related."""
    return search(index, query, filters or {}, limit=10**6, literal=True)


def find_records(index: Index, query: str = "", filters: Mapping[Facet, Sequence[str]] | None = None) -> SearchResult:
    """All records that hold what `query` says."""
    return search(index, query, filters or {}, by="record", limit=10**6, literal=True)


def asked(index: Index, query: str, limit: int = 50, explain: bool = False) -> SearchResult:
    """What somebody who asks `query` in his own words gets."""
    return search(index, query, {}, limit=limit, explain=explain)


def said(result: SearchResult) -> set[str]:
    """The statements among the hits."""
    return {hit.statement for hit in result.hits if hasattr(hit, "statement")}


def ids(result: SearchResult) -> list[str]:
    """The ids of the records among the hits."""
    return [hit.record.id for hit in result.hits if hasattr(hit, "record")]
