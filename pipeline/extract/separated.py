"""Tables of plain text (.csv, .tsv, or named .xls) -> a box for each cell; RFC 4180 and what strays from it."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice

from pipeline.extract.container import Kind, kind_of, refusal
from pipeline.extract.grid import Found, Job, Slot, Table, apart, boxes_of, too_large
from pipeline.extract.text import decoded
from pipeline.model import Document, Problem, Source

__all__ = ["read_separated"]

DELIMITERS = ",\t;|"
NAMED = re.compile(r"sep=([,\t;|])(?:\r\n?|\n)")  # a first line for Excel, which it does not show
LOOKED_AT = 200  # rows that tell the delimiter
MOST_ROWS = 1_000_000  # empty ones included
OPEN = Problem("unclosed-quote", "有引号没有配对，那一行单独成行，请核对")

Rows = Iterable[Sequence[str]]


def read_separated(source: Source, data: bytes) -> Document:
    """One table, row and column as in the file; raises Unreadable if the bytes are no text, or too much of it."""
    if (kind := kind_of(data)) is not Kind.TEXT:
        raise refusal(source.path, kind)
    return apart(_found, source, data)


def _found(job: Job) -> Found:
    path, data = job
    text = decoded(path, data)
    rows, problems = _rows(text)
    slots = tuple(_slots(path, rows))
    return boxes_of(path, [[Table(slots)]] if slots else []), problems


def _slots(path: str, rows: Rows) -> Iterator[Slot]:
    for row, fields in enumerate(rows):
        if row >= MOST_ROWS:
            raise too_large(path, f"超过 {MOST_ROWS} 行")
        for column, field in enumerate(fields):
            if lines := tuple(filter(None, map(str.strip, field.splitlines()))):
                yield Slot(row, column, 1, 1, lines)


def _rows(text: str) -> tuple[Rows, tuple[Problem, ...]]:
    if named := NAMED.match(text):
        return _parsed(text[named.end() :], named[1])
    return _parsed(text, max(DELIMITERS, key=lambda delimiter: _fitness(text, delimiter)))


def _fitness(text: str, delimiter: str) -> float:
    """The share of rows that agree on a number of columns, times that number; 0 for one column.

    A wrong delimiter cuts quoted fields at their line breaks and so makes many rows of different widths.
    """
    widths = Counter[int]()
    with suppress(csv.Error):  # of a field without end
        for row in islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), LOOKED_AT):
            widths[len(row)] += bool(row)
    return max((columns * rows / widths.total() for columns, rows in widths.items() if columns > 1), default=0.0)


def _parsed(text: str, delimiter: str) -> tuple[Rows, tuple[Problem, ...]]:
    """The rows of a text; where quotes do not pair, a line is a row, and what comes after it is read anew."""
    lines = io.StringIO(text, newline="").readlines()
    rows, begin, is_open = list[list[str]](), 0, False
    while begin < len(lines):
        more, bad = _sound(lines, begin, delimiter)
        rows += more
        if bad is None:
            break
        begin, reached = bad
        is_open = is_open or reached - begin > 1 or lines[begin].count('"') % 2 == 1
        rows.append(_alone(lines[begin], delimiter))
        begin += 1
    return rows, (OPEN,) if is_open else ()


def _sound(lines: Sequence[str], begin: int, delimiter: str) -> tuple[list[list[str]], tuple[int, int] | None]:
    """The rows from a line on up to one that is no row, and from which to which line that goes."""
    reader = csv.reader((lines[number] for number in range(begin, len(lines))), delimiter=delimiter, strict=True)
    rows, end = list[list[str]](), begin
    try:
        for row in reader:
            rows.append(row)
            end = begin + reader.line_num
    except csv.Error:
        return rows, (end, begin + reader.line_num)
    return rows, None


def _alone(line: str, delimiter: str) -> list[str]:
    odd = line.count('"') % 2 == 1
    try:
        return next(csv.reader([line], delimiter=delimiter, quoting=csv.QUOTE_NONE if odd else csv.QUOTE_MINIMAL), [])
    except csv.Error:  # a field of no cell's length, which is refused by what comes after
        return [line]
