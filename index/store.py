"""The truth: one SQLite file with every file met, its records, and every distinct text once (see `index/codes.py`).

Write-ahead logging: a reader keeps the state it began with while a writer works, and a killed writer leaves the last
whole transaction. Every change gives the state a new name, which tells the caches that they are out of date. What
changes it stands in `index/changes.py`; here it is opened and read.
"""

import json
import os
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index import codes
from pipeline.errors import IndexBroken, State, UnknownRecord
from pipeline.record import Problem, Record, Tally, storable

__all__ = [
    "FIELDS",
    "File",
    "bump",
    "connected",
    "file_of",
    "files",
    "generation",
    "has_pending",
    "model",
    "numbers",
    "reading",
    "record",
    "records",
    "texts",
    "transaction",
    "translated",
]

FILE_NAME = "liantu.sqlite3"
_APPLICATION = 0x6C746964
_SCHEMA_VERSION = 4
_SHORTEST_PREFIX = 4
_CHUNK = 500
_WRITERS_CACHE = 64 << 10  # KiB; texts are looked up all over the file

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
CREATE TABLE texts (number INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE blocks (
    number INTEGER PRIMARY KEY, file INTEGER NOT NULL REFERENCES files (number), ids TEXT NOT NULL, codes BLOB NOT NULL,
    boxes TEXT
);
CREATE INDEX blocks_file ON blocks (file);
"""

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
        connection.execute(f"PRAGMA cache_size = {-_WRITERS_CACHE}")
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
    connection.executemany("INSERT INTO meta VALUES (?, ?)", [("state", os.urandom(16).hex()), ("generation", "0")])
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
    connection.execute("UPDATE meta SET value = ? WHERE name = 'state'", (os.urandom(16).hex(),))


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


def numbers(connection: sqlite3.Connection) -> list[int]:
    """The numbers of all records."""
    blocks = connection.execute("SELECT number, ids FROM blocks ORDER BY number")
    return [number * codes.BLOCK + place for number, ids in blocks for place in range(ids.count("\n") + 1)]


def records(
    connection: sqlite3.Connection, numbers: Sequence[int], known: dict[int, str | None] | None = None
) -> Iterator[Record]:
    """The records with these numbers (the table's, not ids), in the order given; `known` gets their texts."""
    known = {} if known is None else known
    known[0] = None
    for start in range(0, len(numbers), _CHUNK):
        yield from _read_chunk(connection, numbers[start : start + _CHUNK], known)


def _read_chunk(
    connection: sqlite3.Connection, numbers: Sequence[int], known: dict[int, str | None]
) -> Iterator[Record]:
    """Some records; `known` are texts that were read before."""
    columns = "b.number, f.document, f.sha256, b.ids, b.codes, b.boxes"
    query = f"SELECT {columns} FROM blocks b JOIN files f ON f.number = b.file WHERE b.number IN"
    some = _some({number // codes.BLOCK for number in numbers})
    blocks = {number: codes.block(*row) for number, *row in connection.execute(f"{query} {some}")}
    found = [codes.stored(blocks[number // codes.BLOCK], number % codes.BLOCK) for number in numbers]
    wanted = {text for row in found for text in (*row.texts, *row.said)}
    known.update(texts(connection, wanted - known.keys()))
    return (codes.record(row, known) for row in found)


def _some(numbers: Collection[int]) -> str:
    return f"({', '.join(map(str, numbers))})"


def texts(connection: sqlite3.Connection, numbers: Collection[int]) -> dict[int, str]:
    """The texts with these numbers."""
    return dict(connection.execute(f"SELECT number, text FROM texts WHERE number IN {_some(numbers)}"))


def record(connection: sqlite3.Connection, prefix: str) -> Record:
    """The record whose id begins with `prefix`; UnknownRecord unless it is exactly one."""
    if len(prefix) < _SHORTEST_PREFIX:
        raise UnknownRecord(prefix, f"记录编号至少要写 {_SHORTEST_PREFIX} 个字符", "用 search 查出记录编号")
    query = "SELECT number, ids FROM blocks WHERE instr(char(10) || ids, char(10) || ?)"
    found = sorted(
        (name, number * codes.BLOCK + place)
        for number, ids in connection.execute(query, (storable(prefix),))
        for place, name in enumerate(ids.split("\n"))
        if name.startswith(prefix)
    )
    if not found:
        raise UnknownRecord(prefix, "没有这条记录", "用 search 查出记录编号")
    if len(found) > 1 and found[0][0] != prefix:
        named = "、".join(name for name, _ in found[:5]) + ("…" if len(found) > 5 else "")
        raise UnknownRecord(prefix, f"不止一条记录以此开头：{named}", "多写几个字符")
    return next(records(connection, [found[0][1]]))
