"""How a record lies in the store: its numbers, and the numbers of its texts, as one string of 32-bit integers.

Charts are written by copying, so each distinct text (a statement, a title, a unit's path) lies once in the table
`texts`, and a record is some thirty integers. That makes a million records small, quick to write, and quick to read as
arrays (`index/rows.py`), which the caches are made of.
"""

import json
import sqlite3
import struct
from collections.abc import Mapping
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from pipeline.model import Kind, Place, Record, storable

__all__ = ["COUNTED", "FIELDS", "HEAD", "TEXTS", "Row", "Texts", "codes", "numbers_of", "record"]

_NUMBERS = ("page", "chart", "stage_order")
_TEXTS = (
    *("title", "agency", "category", "power", "power_code", "stage", "stage_label", "level", "level_label"),
    *("responsible_party", "unit", "placed_by", "confidence", "doubts"),
)
_AS_JSON = ("unit", "confidence", "doubts")
_LISTS = {"risk_points": Kind.RISK, "control_measures": Kind.MEASURE, "monitoring_points": Kind.MONITOR}
FIELDS = (*_NUMBERS, *_TEXTS)  # what comes first, the counts of the lists after them, then the lists
TEXTS = slice(len(_NUMBERS), len(FIELDS))
COUNTED = slice(len(FIELDS), len(FIELDS) + len(_LISTS))
HEAD = COUNTED.stop
_NO_PAGE = -1  # pages count from 1
_NOTHING = 0  # the number of no text
_REMEMBERED = 1 << 20  # texts; more are looked up again

_texts_of = attrgetter(*_TEXTS)


class Texts(dict[Any, int]):
    """The number of each text; one that is met for the first time is put into the store.

    Tuples and floats are texts as well, as JSON.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__({None: _NOTHING})
        self.connection = connection

    def __missing__(self, value: Any) -> int:
        if len(self) > _REMEMBERED:
            self.clear()
            self[None] = _NOTHING
        text = storable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        found = self.connection.execute("SELECT number FROM texts WHERE text = ?", (text,)).fetchone()
        insert = "INSERT INTO texts (text) VALUES (?)"
        self[value] = number = found[0] if found else int(self.connection.execute(insert, (text,)).lastrowid or 0)
        return number


def codes(record: Record, texts: Texts) -> bytes:
    """A record, without its id, document and boxes."""
    number = texts.__getitem__
    risks, measures, monitors = record.risk_points, record.control_measures, record.monitoring_points
    values = (
        *(_NO_PAGE if record.page is None else record.page, record.chart, record.stage_order),
        *map(number, _texts_of(record)),
        *(len(risks), len(measures), len(monitors)),
        *map(number, risks),
        *map(number, measures),
        *map(number, monitors),
    )
    return struct.pack(f"<{len(values)}i", *values)


def numbers_of(body: bytes) -> tuple[int, ...]:
    """The integers of a record; ValueError if it is cut off."""
    if len(body) % 4:
        raise ValueError("a record is cut off")
    return struct.unpack(f"<{len(body) // 4}i", body)


class Row(NamedTuple):
    """A record as it is stored, with its document."""

    document: str
    sha256: str
    id: str
    numbers: tuple[int, ...]
    boxes: str | None

    @property
    def texts(self) -> tuple[int, ...]:
        """The numbers of its texts."""
        return (*self.numbers[TEXTS], *self.numbers[HEAD:])


def record(row: Row, texts: Mapping[int, str | None]) -> Record:
    """The record again; ValueError, KeyError or TypeError if something of it is missing or damaged."""
    numbers, boxes = row.numbers, row.boxes
    page, *places = numbers[: TEXTS.start]
    values: dict[str, Any] = dict(zip(_TEXTS, map(texts.__getitem__, numbers[TEXTS]), strict=True))
    values |= {field: _parsed(values[field]) for field in _AS_JSON}
    values |= zip(_NUMBERS, (None if page == _NO_PAGE else page, *places), strict=True)
    said, start = [texts[number] for number in numbers[HEAD:]], 0
    for field, count in zip(_LISTS, numbers[COUNTED], strict=True):
        values[field] = tuple(said[start : start + count])
        start += count
    if start != len(said) or None in said:
        raise ValueError(f"{len(said)} statements where {start} should be")
    values["boxes"] = tuple(Place(**place) for place in json.loads(boxes)) if boxes else ()
    return Record(id=row.id, document=row.document, sha256=row.sha256, **values)


@lru_cache(4096)
def _parsed(text: str) -> Any:
    value = json.loads(text)
    return tuple(value) if isinstance(value, list) else value
