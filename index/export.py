"""How do records leave the index? As JSON lines, tables for people (CSV, XLSX) and for programs (Parquet, SQLite).

A file comes into being whole or not at all, and however many the records are, few are held at a time. In tables for
people every text stays a text: no formula, link, or number is made of it; places in points are left out.

SQLite has no way to keep Datasette's default facets in the file; they are asked for in the address:
`/FILE/records?_facet=level&_facet=stage&_facet=category&_facet_array=unit`, or as `facets` in its metadata. Counting
elements of lists takes it longer than it allows by itself: `--setting facet_time_limit_ms 5000`.
"""

import csv
import errno
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import fields
from datetime import datetime
from importlib import import_module
from itertools import chain, count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from index.draft import replacing
from index.terminal import width
from pipeline.errors import LiantuError
from pipeline.record import Place, Record

__all__ = ["SUFFIXES", "export"]

_BATCH = 500
ROW_GROUP = 20_000  # records, of Parquet

_UNSTATED = "未标明"
_PLACED_BY = {"geometry": "图上位置", "table": "表格", "sequence": "先后次序"}

_Value = str | float | None
_Row = Sequence[_Value]

# What the tables for people show of a record: a head, and the value under it.
_COLUMNS: dict[str, Callable[[Record], _Value]] = {
    "编号": lambda record: record.id,
    "文件": lambda record: record.document,
    "页": lambda record: record.page,
    "图": lambda record: record.chart + 1,
    "标题": lambda record: record.title,
    "机构": lambda record: record.agency,
    "职权类别": lambda record: record.category,
    "职权名称": lambda record: record.power,
    "职权编码": lambda record: record.power_code,
    "环节序号": lambda record: record.stage_order + 1,
    "流程环节": lambda record: record.stage,
    "环节原文": lambda record: record.stage_label,
    "风险点": lambda record: "\n".join(record.risk_points),
    "风险等级": lambda record: record.level,
    "等级原文": lambda record: record.level_label,
    "防控措施": lambda record: "\n".join(record.control_measures),
    "责任主体": lambda record: record.responsible_party,
    "单位": lambda record: " / ".join(record.unit),
    "监察点": lambda record: "\n".join(record.monitoring_points),
    "归位依据": lambda record: _PLACED_BY[record.placed_by],
    "可信度": lambda record: record.confidence,
    "存疑": lambda record: "\n".join(record.doubts),
    "SHA-256": lambda record: record.sha256,
}


def export(target: Path, records: Iterable[Record]) -> int:
    """Write the records into `target`, in the format its suffix names; how many.

    LiantuError if the suffix names none, a library is missing, or the file cannot be written. Whatever goes wrong, also
    in `records`, leaves an older `target` as it was.
    """
    write = _WRITERS.get(target.suffix.lower())
    if write is None:
        raise LiantuError(str(target), "不知道要导出成什么格式", f"文件名须以 {' '.join(SUFFIXES)} 之一结尾")
    if target.suffix.lower() == ".parquet":
        _need_pyarrow(target)
    with replacing(target) as draft:
        return write(draft, records)


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    rest = iter(records)
    while batch := list(islice(rest, _BATCH)):
        yield batch


def _lines(draft: Path, records: Iterable[Record]) -> int:
    exported = 0
    with draft.open("w", encoding="utf-8", newline="\n") as file:
        for record in records:
            file.write(json.dumps(record.to_json(), ensure_ascii=False) + "\n")
            exported += 1
    return exported


# Tables for people

_NEW_LINE = re.compile(r"\r\n?")
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")  # but tabs and ends of lines
_FORMULA = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]*[=+\-@\uff0b\uff0d\uff1d\uff20]")  # also of full width


def _plain(text: str) -> str:
    """`text` without the characters that XML does not know or that control something."""
    return _UNFIT.sub("", _NEW_LINE.sub("\n", text))


def _csv(draft: Path, records: Iterable[Record]) -> int:
    exported = 0
    with draft.open("w", encoding="utf-8-sig", newline="") as file:  # Excel knows UTF-8 by its mark
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for record in records:
            writer.writerow(_csv_cell(value(record)) for value in _COLUMNS.values())
            exported += 1
    return exported


def _csv_cell(value: _Value) -> _Value:
    if not isinstance(value, str):
        return value
    shown = _plain(value).replace("\t", " ")
    return f"'{shown}" if _FORMULA.match(shown) else shown


# Excel's limits: rows of a sheet, UTF-16 units of a cell.
SHEET_ROWS = 1_048_576
CELL_LENGTH = 32_767

_NARROWEST, _WIDEST = 6, 50  # columns of a sheet, in characters of half width
_MEASURED = 1_000  # rows: the widths of more would take longer than writing them
_CREATED = datetime(2000, 1, 1)  # the same records give the same bytes
_TEXT_ONLY = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_FACETS: dict[str, Callable[[Record], tuple[str | None, ...]]] = {
    "风险等级": lambda record: (record.level,),
    "流程环节": lambda record: (record.stage,),
    "职权类别": lambda record: (record.category,),
    "机构": lambda record: (record.agency,),
    "单位": lambda record: record.unit or (None,),
}


def _xlsx(draft: Path, records: Iterable[Record]) -> int:
    facets = {name: Counter[str]() for name in _FACETS}
    rows = ([value(record) for value in _COLUMNS.values()] for record in _counted(records, facets))
    with _workbook(draft) as workbook:
        exported = _write_table(workbook, "记录", tuple(_COLUMNS), rows)
        _write_table(workbook, "统计", ("项目", "值", "记录数"), _ranked(facets))
    return exported


@contextmanager
def _workbook(draft: Path) -> Iterator[Any]:
    """A workbook that keeps its rows in files beside the draft; whatever goes wrong, they are closed and gone."""
    # Slow to import, and needed here only.
    xlsxwriter, exceptions = import_module("xlsxwriter"), import_module("xlsxwriter.exceptions")
    with TemporaryDirectory(prefix=f"{draft.name}.", dir=draft.parent) as folder:
        workbook = xlsxwriter.Workbook(str(draft), {"constant_memory": True, "tmpdir": folder, **_TEXT_ONLY})
        try:
            workbook.set_properties({"created": _CREATED})
            yield workbook
            workbook.close()
        except exceptions.FileCreateError as error:
            raise error.args[0] from None
        except exceptions.FileSizeError as error:
            raise OSError(errno.EFBIG, "工作簿太大") from error
        finally:
            for sheet in workbook.worksheets():
                sheet._opt_close()


def _counted(records: Iterable[Record], facets: dict[str, Counter[str]]) -> Iterator[Record]:
    for record in records:
        for name, values in _FACETS.items():
            facets[name].update(_UNSTATED if value is None else value for value in dict.fromkeys(values(record)))
        yield record


def _ranked(facets: dict[str, Counter[str]]) -> Iterator[_Row]:
    for name, counts in facets.items():
        for value, having in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
            yield name, value, having


def _write_table(workbook: Any, name: str, heads: tuple[str, ...], rows: Iterable[_Row]) -> int:
    """Write rows below `heads`, on as many sheets (name, name2 ...) as they take; how many rows."""
    styles = (
        workbook.add_format({"bold": True, "valign": "top"}),
        workbook.add_format({"text_wrap": True, "valign": "top"}),
    )
    rest, written = iter(rows), 0
    for number in count(1):
        first = list(islice(rest, 1))
        if number > 1 and not first:
            break
        sheet = workbook.add_worksheet(f"{name}{number}" if number > 1 else name)
        written += _fill(sheet, heads, chain(first, islice(rest, SHEET_ROWS - 2)), styles)
    return written


def _fill(sheet: Any, heads: tuple[str, ...], rows: Iterable[_Row], styles: tuple[Any, Any]) -> int:
    head, body = styles
    sheet.set_column(0, len(heads) - 1, None, body)
    sheet.freeze_panes(1, 0)
    for column, text in enumerate(heads):
        sheet.write_string(0, column, text, head)
    widths, last = [_columns(text) + 2 for text in heads], 0  # two for the arrow of the filter
    for last, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            _write_cell(sheet, last, column, value)
        if last <= _MEASURED:
            widths = [max(known, _columns(value)) for known, value in zip(widths, row, strict=True)]
    for column, columns in enumerate(widths):
        sheet.set_column(column, column, columns + 1, body)
    sheet.autofilter(0, 0, last, len(heads) - 1)
    return last


def _write_cell(sheet: Any, row: int, column: int, value: _Value) -> None:
    if isinstance(value, str):
        sheet.write_string(row, column, _xlsx_text(value))
    elif value is not None:
        sheet.write_number(row, column, value)


def _xlsx_text(text: str) -> str:
    shown = _plain(text)
    if len(shown.encode("utf-16-le")) > 2 * CELL_LENGTH:
        shown = shown.encode("utf-16-le")[: 2 * (CELL_LENGTH - 1)].decode("utf-16-le", "ignore") + "…"
    # XlsxWriter takes what stands between these for its own XML of rich text.
    return f"{shown[: CELL_LENGTH - 1]} " if shown.startswith("<r>") and shown.endswith("</r>") else shown


def _columns(value: _Value) -> int:
    """The columns a cell takes, within limits."""
    lines = str("" if value is None else value).split("\n", 50)[:50]
    return min(max(_NARROWEST, *(width(line[:_WIDEST]) for line in lines)), _WIDEST)


# Tables for programs: the contract's names

_NUMBERS = ("page", "chart", "stage_order")
_TEXT_LISTS = ("risk_points", "control_measures", "unit", "monitoring_points", "doubts")
_KEYS = tuple(field.name for field in fields(Record))


def _need_pyarrow(target: Path) -> None:
    try:
        import_module("pyarrow.parquet")
    except ImportError as error:
        remedy = "运行 pipx inject liantu pyarrow，或 pip install 'liantu[parquet]'"
        raise LiantuError(str(target), "导出 Parquet 需要 pyarrow", remedy) from error


def _parquet(draft: Path, records: Iterable[Record]) -> int:
    arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    schema, exported = _schema(arrow), 0
    with parquet.ParquetWriter(draft, schema) as writer:
        batches = (
            arrow.RecordBatch.from_pylist([record.to_json() for record in batch], schema) for batch in _batches(records)
        )
        while group := list(islice(batches, ROW_GROUP // _BATCH)):
            table = arrow.Table.from_batches(group)
            writer.write_table(table, table.num_rows)
            exported += table.num_rows
    return exported


def _schema(arrow: Any) -> Any:
    place = {field.name: arrow.float64() for field in fields(Place)} | dict.fromkeys(("box", "page"), arrow.int64())
    types = {
        **dict.fromkeys(_KEYS, arrow.string()),
        **dict.fromkeys(_NUMBERS, arrow.int64()),
        **dict.fromkeys(_TEXT_LISTS, arrow.list_(arrow.string())),
        "confidence": arrow.float64(),
        "boxes": arrow.list_(arrow.struct(list(place.items()))),
    }
    return arrow.schema(list(types.items()))


_TYPES = {
    **dict.fromkeys(_KEYS, "TEXT"),
    **dict.fromkeys(_NUMBERS, "INTEGER"),
    "id": "TEXT PRIMARY KEY",
    "confidence": "REAL",
}
_INDEXED = ("level", "stage", "category", "agency", "document")
_TABLES = (
    f"CREATE TABLE records ({', '.join(f'{key} {_TYPES[key]}' for key in _KEYS)})",
    "CREATE TABLE statements (id INTEGER PRIMARY KEY, record TEXT NOT NULL REFERENCES records (id),"
    " position INTEGER NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL)",
)
_INDEXES = (
    *(f"CREATE INDEX records_{key} ON records ({key})" for key in _INDEXED),
    "CREATE INDEX statements_record ON statements (record, position)",
    "CREATE INDEX statements_kind ON statements (kind)",
)
# Trigrams find any three characters in a row; there are no blanks to tell words by. Datasette looks for these quotes.
_SEARCH = (
    "CREATE VIRTUAL TABLE statements_fts"
    ' USING fts5 (text, content="statements", content_rowid="id", tokenize="trigram")'
)


def _sqlite(draft: Path, records: Iterable[Record]) -> int:
    exported = 0
    with closing(_connect(draft)) as connection:
        _create(connection)
        for batch in _batches(records):
            _insert(connection, batch)
            exported += len(batch)
        _finish(connection)
    return exported


@contextmanager
def _told_as_os() -> Iterator[None]:
    """SQLite's errors as those of the file; not around the records, which may come from SQLite too."""
    try:
        yield
    except sqlite3.Error as error:
        raise OSError(errno.EIO, str(error)) from error


@_told_as_os()
def _connect(draft: Path) -> sqlite3.Connection:
    return sqlite3.connect(draft, isolation_level=None)


@_told_as_os()
def _create(connection: sqlite3.Connection) -> None:
    # The draft is thrown away if anything goes wrong, and synced as a whole.
    for statement in ("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", "BEGIN", *_TABLES):
        connection.execute(statement)


@_told_as_os()
def _insert(connection: sqlite3.Connection, batch: list[Record]) -> None:
    rows = ([_sqlite_value(value) for value in record.to_json().values()] for record in batch)
    connection.executemany(f"INSERT INTO records VALUES ({', '.join('?' * len(_KEYS))})", rows)
    statements = (
        (record.id, position, str(kind), text)
        for record in batch
        for position, (kind, text) in enumerate(record.statements())
    )
    connection.executemany("INSERT INTO statements (record, position, kind, text) VALUES (?, ?, ?, ?)", statements)


@_told_as_os()
def _finish(connection: sqlite3.Connection) -> None:
    for statement in _INDEXES:
        connection.execute(statement)
    if _knows_search():
        connection.execute(_SEARCH)
        connection.execute("INSERT INTO statements_fts (statements_fts) VALUES ('rebuild')")
    connection.execute("COMMIT")


def _knows_search() -> bool:
    """Whether SQLite was built with full text search and knows trigrams (3.34); without a journal it cannot go back."""
    with closing(sqlite3.connect(":memory:")) as trial:
        try:
            trial.execute(_SEARCH)
        except sqlite3.OperationalError:
            return False
    return True


def _sqlite_value(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value


_WRITERS: dict[str, Callable[[Path, Iterable[Record]], int]] = {
    ".jsonl": _lines,
    ".csv": _csv,
    ".xlsx": _xlsx,
    ".parquet": _parquet,
    ".sqlite": _sqlite,
    ".sqlite3": _sqlite,
    ".db": _sqlite,
}
SUFFIXES = tuple(_WRITERS)
