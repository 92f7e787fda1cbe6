"""The truth: one SQLite file with every file met, its records, and every distinct statement once.

Write-ahead logging: a reader keeps the state it began with while a writer works, and a killed writer leaves the last
whole transaction. Every change gives the state a new name, which tells the caches that they are out of date. What
changes it stands in `index/changes.py`; here it is opened and read.
"""

import json
import os
import sqlite3
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import IndexBroken, State, UnknownRecord
from pipeline.model import Kind, Problem, Record, Tally, storable

__all__ = [
    "COLUMNS",
    "FIELDS",
    "File",
    "bump",
    "connected",
    "file_of",
    "files",
    "generation",
    "has_pending",
    "model",
    "parties",
    "reading",
    "record",
    "records",
    "texts",
    "transaction",
    "translated",
]

FILE_NAME = "liantu.sqlite3"
_APPLICATION = 0x6C746964
_SCHEMA_VERSION = 3
_SHORTEST_PREFIX = 4
_CHUNK = 500

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    number INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, document TEXT NOT NULL, sha256 TEXT NOT NULL, agency TEXT,
    reader_version INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, seconds REAL NOT NULL,
    duplicate_of TEXT, archive TEXT, charts INTEGER NOT NULL, records INTEGER NOT NULL,
    tally TEXT NOT NULL, problems TEXT NOT NULL
);
CREATE INDEX files_sha256 ON files (sha256);
CREATE TABLE incoming (
    path TEXT PRIMARY KEY, document TEXT NOT NULL, sha256 TEXT NOT NULL, agency TEXT,
    reader_version INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, seconds REAL NOT NULL,
    duplicate_of TEXT, archive TEXT, charts INTEGER NOT NULL, records INTEGER NOT NULL,
    tally TEXT NOT NULL, problems TEXT NOT NULL, said BLOB, members TEXT
);
CREATE INDEX incoming_sha256 ON incoming (sha256);
CREATE TABLE records (
    number INTEGER PRIMARY KEY, file INTEGER NOT NULL REFERENCES files (number), id TEXT NOT NULL UNIQUE,
    page INTEGER, chart INTEGER NOT NULL, title TEXT, agency TEXT, category TEXT, power TEXT, power_code TEXT,
    stage TEXT NOT NULL, stage_label TEXT NOT NULL, stage_order INTEGER NOT NULL, level TEXT, level_label TEXT,
    responsible_party TEXT, unit TEXT NOT NULL, placed_by TEXT NOT NULL, confidence REAL NOT NULL, doubts TEXT NOT NULL,
    boxes TEXT NOT NULL
);
CREATE INDEX records_file ON records (file);
CREATE TABLE statements (
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL, text TEXT NOT NULL, UNIQUE (kind, text)
);
CREATE TABLE occurrences (
    record INTEGER NOT NULL REFERENCES records (number), position INTEGER NOT NULL,
    statement INTEGER NOT NULL REFERENCES statements (number), PRIMARY KEY (record, position)
) WITHOUT ROWID;
CREATE INDEX occurrences_statement ON occurrences (statement);
"""

FIELDS = (
    "path, document, sha256, agency, reader_version, state, reason, seconds, duplicate_of, archive, charts, records"
)
FIELDS += ", tally, problems"  # of a file, as `File` has them

# The contract's fields that are columns of `records`; document and sha256 are the file's, statements stand apart.
COLUMNS = (
    *("id", "page", "chart", "title", "agency", "category", "power", "power_code", "stage", "stage_label"),
    *("stage_order", "level", "level_label", "responsible_party", "unit", "placed_by", "confidence", "doubts"),
    "boxes",
)
_LISTS = {Kind.RISK: "risk_points", Kind.MEASURE: "control_measures", Kind.MONITOR: "monitoring_points"}

_BROKEN = "还能用 liantu export 导出的先导出，然后删除它，再运行 liantu ingest 重新录入"
_TROUBLES = {
    sqlite3.SQLITE_BUSY: ("正被另一个程序写入", "等它结束后再试"),
    sqlite3.SQLITE_FULL: ("磁盘已满", "腾出空间后再试"),
    sqlite3.SQLITE_READONLY: ("文件夹不可写", "检查权限，或用 --index 另选文件夹"),
    sqlite3.SQLITE_CANTOPEN: ("文件打不开", "检查路径和权限"),
    sqlite3.SQLITE_IOERR: ("读写出错（磁盘、配额或网络盘）", "检查磁盘后再试；索引本身不必删除"),
}


@dataclass(frozen=True, slots=True)
class File:
    """One file that was met, what it was read with, and what became of it.

    `path` is where it was found; one in an archive has the path of the (outermost) archive in front, which `archive`
    names. `sha256` is empty where nobody looked into it, `agency` what the user gave, `reason` why it could not be read
    (whole), `duplicate_of` the document that holds the records of the same content.
    """

    path: str
    document: str
    sha256: str
    agency: str | None
    reader_version: int
    state: State
    reason: str
    seconds: float
    duplicate_of: str | None
    archive: str | None
    charts: int
    records: int
    tally: Tally
    problems: tuple[Problem, ...]


FIELDS = ", ".join(File.__slots__)  # the columns of a file


@contextmanager
def reading(folder: Path) -> Iterator[sqlite3.Connection]:
    """A connection that sees one state of the index from first to last; IndexBroken if there is none to read."""
    path = folder / FILE_NAME
    if not path.exists():
        raise IndexBroken(str(folder), "还没有索引", "先运行 liantu ingest 录入文件，或用 --index 指明索引文件夹")
    # Reading needs files beside the database; where none can be made, nobody writes either.
    mode = "mode=rw" if os.access(folder, os.W_OK) else "mode=ro&immutable=1"
    if mode != "mode=rw" and _is_unfinished(path):
        raise IndexBroken(str(folder), "上次写入没有做完，这里又不能写", "把文件夹改为可写，再打开一次")
    with translated(path), closing(_connect(path, mode)) as connection:
        connection.execute("PRAGMA query_only = 1")
        connection.execute("BEGIN")
        _check_schema(connection, path)
        yield connection


def _is_unfinished(path: Path) -> bool:
    """Whether what was written last stands beside the database still."""
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0


@contextmanager
def connected(folder: Path) -> Iterator[sqlite3.Connection]:
    """A connection for the one who may write (see `changes.writing`); makes the index if there is none."""
    path = folder / FILE_NAME
    with translated(path), closing(_connect(path, "mode=rwc")) as connection:
        _create(connection, path)
        yield connection


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, timeout=30, isolation_level=None)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """SQLite's own errors as IndexBroken."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise
    except sqlite3.DatabaseError as error:
        # The low byte is the kind of trouble, the rest its variety; without a code the bytes could not be understood.
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        what, remedy = _TROUBLES.get(code, (f"索引文件已损坏（{error}）", _BROKEN))
        raise IndexBroken(str(path), what, remedy) from error


def _create(connection: sqlite3.Connection, path: Path) -> None:
    if _number(connection, "SELECT count(*) FROM sqlite_master") == 0:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # what has passed through leaves no room behind
        connection.execute("PRAGMA journal_mode = WAL")
        with transaction(connection):
            # Another writer may have been quicker.
            if _number(connection, "SELECT count(*) FROM sqlite_master") == 0:
                _create_tables(connection)
    _check_schema(connection, path)


def _create_tables(connection: sqlite3.Connection) -> None:
    for statement in filter(str.strip, _SCHEMA.split(";")):
        connection.execute(statement)
    connection.executemany("INSERT INTO meta VALUES (?, ?)", [("state", uuid.uuid4().hex), ("generation", "0")])
    connection.execute(f"PRAGMA application_id = {_APPLICATION}")
    connection.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")


def _check_schema(connection: sqlite3.Connection, path: Path) -> None:
    if _number(connection, "PRAGMA application_id") != _APPLICATION:
        raise IndexBroken(str(path), "不是廉图的索引", "用 --index 另选文件夹")
    version = _number(connection, "PRAGMA user_version")
    if version > _SCHEMA_VERSION:
        raise IndexBroken(str(path), "由更新版本的廉图写成", "升级廉图，或用 --index 另选文件夹")
    if version < _SCHEMA_VERSION:
        raise IndexBroken(str(path), "由旧版本的廉图写成", "删除它，再运行 liantu ingest 重新录入")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of what is done within, or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:  # a full disk ends it
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _number(connection: sqlite3.Connection, query: str, values: Sequence[Any] = ()) -> int:
    return int(connection.execute(query, values).fetchone()[0])


def generation(connection: sqlite3.Connection) -> tuple[str, int]:
    """The name of the present state of this index, and how many there were before."""
    values = dict(connection.execute("SELECT name, value FROM meta"))
    return values["state"], int(values["generation"])


def has_pending(connection: sqlite3.Connection) -> bool:
    """Whether files were noted that are not taken in yet."""
    return connection.execute("SELECT 1 FROM incoming LIMIT 1").fetchone() is not None


def bump(connection: sqlite3.Connection) -> None:
    """Name the state anew, within the transaction that changes it."""
    connection.execute("UPDATE meta SET value = value + 1 WHERE name = 'generation'")
    connection.execute("UPDATE meta SET value = ? WHERE name = 'state'", (uuid.uuid4().hex,))


def model(connection: sqlite3.Connection) -> tuple[str, str] | None:
    """Folder and fingerprint of the model that this index is built with; None for the one that comes with us."""
    row = connection.execute("SELECT value FROM meta WHERE name = 'model'").fetchone()
    return tuple(json.loads(row[0])) if row else None


def files(connection: sqlite3.Connection, states: Sequence[State] = ()) -> Iterator[File]:
    """Every file met, by document name; of some states only, if any are named."""
    some = f" WHERE state IN ({', '.join('?' * len(states))})" if states else ""
    rows = connection.execute(f"SELECT {FIELDS} FROM files{some} ORDER BY document, path", states)
    return (file_of(row) for row in rows)


def file_of(row: Sequence[Any]) -> File:
    """The file that a row of FIELDS tells of."""
    values = dict(zip(File.__slots__, row, strict=True))
    tally = Tally(**json.loads(values["tally"]))
    problems = tuple(Problem(**problem) for problem in json.loads(values["problems"]))
    return File(**values | {"state": State(values["state"]), "tally": tally, "problems": problems})


def records(connection: sqlite3.Connection, numbers: Sequence[int]) -> Iterator[Record]:
    """The records with these numbers (the table's, not ids), in the order given."""
    for start in range(0, len(numbers), _CHUNK):
        chunk = numbers[start : start + _CHUNK]
        found = _read_chunk(connection, chunk)
        yield from (found[number] for number in chunk)


def _read_chunk(connection: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, Record]:
    some = f"({', '.join(map(str, numbers))})"
    columns = ", ".join(f"r.{name}" for name in COLUMNS)
    query = f"SELECT r.number, f.document, f.sha256, {columns} FROM records r JOIN files f ON f.number = r.file"
    rows = connection.execute(f"{query} WHERE r.number IN {some}").fetchall()
    said: dict[int, dict[Kind, list[str]]] = {number: {kind: [] for kind in Kind} for number in numbers}
    query = "SELECT o.record, s.kind, s.text FROM occurrences o JOIN statements s ON s.number = o.statement"
    for number, kind, text in connection.execute(f"{query} WHERE o.record IN {some} ORDER BY o.record, o.position"):
        said[number][Kind(kind)].append(text)
    return {number: _record(values, said[number]) for number, *values in rows}


def _record(values: list[Any], said: dict[Kind, list[str]]) -> Record:
    data = dict(zip(("document", "sha256", *COLUMNS), values, strict=True))
    data |= {name: json.loads(data[name]) for name in ("unit", "doubts", "boxes")}
    return Record.from_json(data | {_LISTS[kind]: texts for kind, texts in said.items()})


def texts(connection: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, str]:
    """The texts of the statements with these numbers."""
    some = ", ".join(map(str, numbers))
    return dict(connection.execute(f"SELECT number, text FROM statements WHERE number IN ({some})"))


def parties(connection: sqlite3.Connection) -> Iterator[str]:
    """Every responsible party, once."""
    query = "SELECT DISTINCT responsible_party FROM records WHERE responsible_party IS NOT NULL"
    return (row[0] for row in connection.execute(query))


def record(connection: sqlite3.Connection, prefix: str) -> Record:
    """The record whose id begins with `prefix`; UnknownRecord unless it is exactly one."""
    if len(prefix) < _SHORTEST_PREFIX:
        raise UnknownRecord(prefix, f"记录编号至少要写 {_SHORTEST_PREFIX} 个字符", "用 search 查出记录编号")
    query = "SELECT number, id FROM records WHERE substr(id, 1, ?) = ? ORDER BY id <> ?, id LIMIT 6"
    rows = connection.execute(query, (len(prefix), storable(prefix), prefix)).fetchall()
    if not rows:
        raise UnknownRecord(prefix, "没有这条记录", "用 search 查出记录编号")
    if len(rows) > 1 and rows[0][1] != prefix:
        named = "、".join(name for _, name in rows[:5]) + ("…" if len(rows) > 5 else "")
        raise UnknownRecord(prefix, f"不止一条记录以此开头：{named}", "多写几个字符")
    return next(records(connection, [rows[0][0]]))
