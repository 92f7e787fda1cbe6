"""How records lie in the store: some at a time, as integers and the numbers of their texts.

Charts are written by copying, so each distinct text (a statement, a title, a unit's path) lies once in the table
`texts`, and a record is some thirty integers. Up to sixty-four records of a file are a block, one row of the table
`blocks`: a million records are small, quick to write, and quick to read as arrays (`index/rows.py`), which the caches
are made of. A record's number tells its block and its place there.
"""

import json
import sqlite3
import struct
import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from pipeline.record import Kind, Place, Record, storable

__all__ = ["BLOCK", "NUMBERS", "TEXTS", "Block", "Stored", "Texts", "block", "packed", "record", "stored"]

_NUMBERS = ("page", "chart", "stage_order")
_TEXTS = (
    *("title", "agency", "category", "power", "power_code", "stage", "stage_label", "level", "level_label"),
    *("responsible_party", "unit", "placed_by", "confidence", "doubts"),
)
_AS_JSON = ("unit", "confidence", "doubts")
_LISTS = {"risk_points": Kind.RISK, "control_measures": Kind.MEASURE, "monitoring_points": Kind.MONITOR}
# The integers of a block of n records: n times these numbers and how many statements of each kind there are, n times
# these texts, then the statements of all.
NUMBERS, TEXTS = (*_NUMBERS, *_LISTS), _TEXTS
BLOCK = 64
_NO_PAGE = -1  # pages count from 1
_NOTHING = 0  # the number of no text
_REMEMBERED = 1 << 20  # texts; more are looked up again

_values_of = attrgetter(*_LISTS, *_NUMBERS, *_TEXTS)


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
        if isinstance(value, tuple):
            text = json.dumps([storable(part) for part in value], ensure_ascii=False)
        else:
            text = storable(value) if isinstance(value, str) else json.dumps(value)
        found = self.connection.execute("SELECT number FROM texts WHERE text = ?", (text,)).fetchone()
        insert = "INSERT INTO texts (text) VALUES (?)"
        self[value] = number = found[0] if found else int(self.connection.execute(insert, (text,)).lastrowid or 0)
        return number


def packed(records: Iterable[Record], texts: Texts) -> bytes:
    """The integers of a block."""
    numbers, of_texts, said = list[int](), list[Any](), list[str]()
    for record in records:
        risks, measures, monitors, page, chart, order, *others = _values_of(record)
        here = _NO_PAGE if page is None else page
        numbers += (here, chart, order, len(risks), len(measures), len(monitors))
        of_texts += others
        said += (*risks, *measures, *monitors)
    codes = (*numbers, *itemgetter(*of_texts, *said)(texts))
    return struct.pack(f"<{len(codes)}i", *codes)


class Block(NamedTuple):
    """Some records of a document as they are stored."""

    document: str
    sha256: str
    ids: Sequence[str]
    codes: Sequence[int]
    boxes: Sequence[str]


class Stored(NamedTuple):
    """One of them: its numbers, the numbers of its texts and of its statements."""

    document: str
    sha256: str
    id: str
    numbers: Sequence[int]
    texts: Sequence[int]
    said: Sequence[int]
    boxes: str


def block(document: str, sha256: str, ids: str, body: bytes, boxes: str | None) -> Block:
    """A block as a row holds it; ValueError if it is cut off."""
    if len(body) % 4:
        raise ValueError("records are cut off")
    names = ids.split("\n")
    codes = array("i", body)
    if sys.byteorder == "big":
        codes.byteswap()
    return Block(document, sha256, names, codes, boxes.split("\n") if boxes else [""] * len(names))


def stored(some: Block, place: int) -> Stored:
    """The record at a place in a block; IndexError if there is none."""
    width, number = len(NUMBERS), len(some.ids)
    numbers = some.codes[place * width : (place + 1) * width]
    first = number * width + place * len(TEXTS)
    # The last three numbers count statements.
    before = sum(sum(some.codes[kind : place * width : width]) for kind in range(len(_NUMBERS), width))
    said = number * (width + len(TEXTS)) + before
    parts = some.codes[first : first + len(TEXTS)], some.codes[said : said + sum(numbers[len(_NUMBERS) :])]
    return Stored(some.document, some.sha256, some.ids[place], numbers, *parts, some.boxes[place])


def record(row: Stored, texts: Mapping[int, str | None]) -> Record:
    """The record again; ValueError, KeyError or TypeError if something of it is missing or damaged."""
    page, *places = row.numbers[: len(_NUMBERS)]
    values: dict[str, Any] = dict(zip(TEXTS, map(texts.__getitem__, row.texts), strict=True))
    values |= {field: _parsed(values[field]) for field in _AS_JSON}
    values |= zip(_NUMBERS, (None if page == _NO_PAGE else page, *places), strict=True)
    said, start = [texts[number] for number in row.said], 0
    for field, count in zip(_LISTS, row.numbers[len(_NUMBERS) :], strict=True):
        values[field] = tuple(said[start : start + count])
        start += count
    if start != len(said) or None in said:
        raise ValueError(f"{len(said)} statements where {start} should be")
    values["boxes"] = tuple(Place(**place) for place in json.loads(row.boxes)) if row.boxes else ()
    return Record(id=row.id, document=row.document, sha256=row.sha256, **values)


@lru_cache(4096)
def _parsed(text: str) -> Any:
    value = json.loads(text)
    return tuple(value) if isinstance(value, list) else value
