"""Records, readings and indexes in a line or two."""

import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from index import cache, changes, meaning, store
from index.cache import Index
from index.query import Facet
from index.results import SearchResult
from index.search import search
from index.store import File
from pipeline.errors import State
from pipeline.model import Record, Tally

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


def file(document: str = "甲.txt", folder: str = "/文件", **changed: Any) -> File:
    """A file that was read and gave nothing, but for what is changed."""
    sha256 = hashlib.sha256(document.encode(errors="replace")).hexdigest()
    nothing = (State.READ, "", 0.0, None, None, 0, 0, Tally(0, 0, 0), ())
    return replace(File(f"{folder}/{document}", document, sha256, None, 1, *nothing), **changed)


def put(folder: Path, one: File, records: Sequence[Record] = ()) -> None:
    """Put a file with its records into the index in `folder`."""
    with changes.writing(folder) as connection, store.transaction(connection):
        changes.put(connection, [(replace(one, records=len(records)), records)])
        changes.settle(connection)


def fill(folder: Path, records: Sequence[Record]) -> None:
    """Put records into the index in `folder`, each document as a file."""
    with changes.writing(folder) as connection, store.transaction(connection):
        for document in dict.fromkeys(one.document for one in records):
            mine = [one for one in records if one.document == document]
            said = sum(len(text) for one in mine for _, text in one.statements())
            changes.put(connection, [(file(document, records=len(mine), tally=Tally(said, 0, 0)), mine)])
        changes.settle(connection)


# A chart of one stage, as a dump.
CHART = {"stage": "受理", "risk": "收受财物，违规受理", "measure": "双人办理", "owner": "经办人", "level": "高"}
LINES = (
    "市局行政许可——某某许可廉政风险防控图", "{stage}", "风险点：1.{risk}。", "等级：{level}", "防控措施：1.{measure}。",
    "责任人：{owner}",
)  # fmt: skip


def chart_text(chart: Mapping[str, str]) -> str:
    """A dump of one chart that says so."""
    return "\n\n".join(LINES).format(**chart)


def write_chart(path: Path, chart: Mapping[str, str]) -> None:
    """Write such a dump."""
    path.write_text(chart_text(chart), "utf-8")


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
