"""The truth: one SQLite file with the files read, their records, and every distinct statement once.

Write-ahead logging: a reader keeps the state it began with while a writer works, and a killed writer leaves the last
whole transaction. Every change bumps the generation, which tells the caches that they are out of date.
"""

import json
import os
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import IndexBroken, UnknownRecord
from pipeline.model import Kind, Problem, Reading, Record, Tally

__all__ = [
    "File",
    "Given",
    "add_duplicate",
    "files",
    "generation",
    "is_current",
    "model",
    "prune",
    "reading",
    "record",
    "records",
    "replace",
    "set_model",
    "texts",
    "twin",
    "writing",
]

FILE_NAME = "liantu.sqlite3"
_APPLICATION = 0x6C746964
_SCHEMA_VERSION = 2
_SHORTEST_PREFIX = 4
_CHUNK = 500

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    number INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, document TEXT NOT NULL, sha256 TEXT NOT NULL, agency TEXT,
    reader_version INTEGER NOT NULL, duplicate_of TEXT, charts INTEGER NOT NULL, records INTEGER NOT NULL,
    tally TEXT NOT NULL, problems TEXT NOT NULL
);
CREATE INDEX files_sha256 ON files (sha256);
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

# The contract's fields that are columns of `records`; document and sha256 are the file's, statements stand apart.
_COLUMNS = (
    *("id", "page", "chart", "title", "agency", "category", "power", "power_code", "stage", "stage_label"),
    *("stage_order", "level", "level_label", "responsible_party", "unit", "placed_by", "confidence", "doubts"),
    "boxes",
)
_LISTS = {Kind.RISK: "risk_points", Kind.MEASURE: "control_measures", Kind.MONITOR: "monitoring_points"}

_TROUBLES = {
    sqlite3.SQLITE_BUSY: ("正被另一个程序写入", "等它结束后再试"),
    sqlite3.SQLITE_FULL: ("磁盘已满", "腾出空间后再试"),
    sqlite3.SQLITE_READONLY: ("文件夹不可写", "检查权限，或用 --index 另选文件夹"),
    sqlite3.SQLITE_CANTOPEN: ("文件打不开", "检查路径和权限"),
}


@dataclass(frozen=True, slots=True)
class Given:
    """What a file was read with: as long as all of it is the same, reading it again gives the same."""

    path: str
    document: str
    sha256: str
    agency: str | None
    reader_version: int


@dataclass(frozen=True, slots=True)
class File:
    """One file that was read; `duplicate_of` names the document that holds the records of the same content."""

    path: str
    document: str
    sha256: str
    agency: str | None
    reader_version: int
    duplicate_of: str | None
    charts: int
    records: int
    tally: Tally
    problems: tuple[Problem, ...]


@contextmanager
def reading(folder: Path) -> Iterator[sqlite3.Connection]:
    """A connection that sees one state of the index from first to last; IndexBroken if there is none to read."""
    path = folder / FILE_NAME
    if not path.exists():
        raise IndexBroken(str(folder), "还没有索引", "先运行 liantu ingest 录入文件，或用 --index 指明索引文件夹")
    # Reading needs files beside the database; where none can be made, nobody writes either.
    mode = "mode=rw" if os.access(folder, os.W_OK) else "mode=ro&immutable=1"
    with _translated(path), closing(_connect(path, mode)) as connection:
        connection.execute("PRAGMA query_only = 1")
        connection.execute("BEGIN")
        _check_schema(connection, path)
        yield connection


@contextmanager
def writing(folder: Path) -> Iterator[sqlite3.Connection]:
    """A connection for the functions below that change something, each a transaction; creates folder and index."""
    path = folder / FILE_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise IndexBroken(str(folder), "文件夹建不了", "检查权限，或用 --index 另选文件夹") from error
    with _translated(path), closing(_connect(path, "mode=rwc")) as connection:
        _create(connection, path)
        yield connection


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, timeout=30, isolation_level=None)


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """SQLite's own errors as IndexBroken."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise
    except sqlite3.DatabaseError as error:
        # The low byte is the kind of trouble, the rest its variety; without a code the bytes could not be understood.
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        what, remedy = _TROUBLES.get(code, (f"索引文件已损坏（{error}）", "删除它，再运行 liantu ingest 重新录入"))
        raise IndexBroken(str(path), what, remedy) from error


def _create(connection: sqlite3.Connection, path: Path) -> None:
    if _number(connection, "SELECT count(*) FROM sqlite_master") == 0:
        connection.execute("PRAGMA journal_mode = WAL")
        with _transaction(connection):
            # Another writer may have been quicker.
            if _number(connection, "SELECT count(*) FROM sqlite_master") == 0:
                _create_tables(connection)
    _check_schema(connection, path)
    # A power cut may undo the last files read but never half of one; without a sync per file, ingest is much quicker.
    connection.execute("PRAGMA synchronous = NORMAL")


def _create_tables(connection: sqlite3.Connection) -> None:
    for statement in filter(str.strip, _SCHEMA.split(";")):
        connection.execute(statement)
    # A new index gets a name of its own: caches of another one with the same generation must not pass for its own.
    connection.executemany("INSERT INTO meta VALUES (?, ?)", [("identity", uuid.uuid4().hex), ("generation", "0")])
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
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _number(connection: sqlite3.Connection, query: str, values: Sequence[Any] = ()) -> int:
    return int(connection.execute(query, values).fetchone()[0])


def _storable(text: str) -> str:
    """`text` with half surrogate pairs (undecodable file names) written out, since they cannot be stored."""
    return text.encode("utf-8", "backslashreplace").decode()


def _stored(given: Given) -> tuple[str, str, str, str | None, int]:
    path, document = _storable(given.path), _storable(given.document)
    return path, document, given.sha256, given.agency, given.reader_version


def generation(connection: sqlite3.Connection) -> tuple[str, int]:
    """The name of this index and the number of its present state."""
    values = dict(connection.execute("SELECT name, value FROM meta"))
    return values["identity"], int(values["generation"])


def model(connection: sqlite3.Connection) -> tuple[str, str] | None:
    """Folder and fingerprint of the model that this index is built with; None for the one that comes with us."""
    row = connection.execute("SELECT value FROM meta WHERE name = 'model'").fetchone()
    return tuple(json.loads(row[0])) if row else None


def set_model(connection: sqlite3.Connection, model: tuple[str, str] | None) -> None:
    """Have the caches built with the model in a folder (with its fingerprint); None for the one that comes with us."""
    with _transaction(connection):
        connection.execute("DELETE FROM meta WHERE name = 'model'")
        if model:
            connection.execute("INSERT INTO meta VALUES ('model', ?)", (_json(model),))


def _bump(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE meta SET value = value + 1 WHERE name = 'generation'")


def is_current(connection: sqlite3.Connection, given: Given, mended: Iterable[str] = ()) -> bool:
    """Whether the file has been read already: same path, name, content, agency given and reader.

    A file that had a problem which would not be one now (`mended`: their codes) has not.
    """
    same = "path = ? AND document = ? AND sha256 = ? AND agency IS ? AND reader_version = ?"
    problems = connection.execute(f"SELECT problems FROM files WHERE {same}", _stored(given)).fetchone()
    return problems is not None and {one["code"] for one in json.loads(problems[0])}.isdisjoint(mended)


def twin(connection: sqlite3.Connection, given: Given) -> str | None:
    """The document at another path that already holds the records of this content.

    One without records says nothing of what the same content is under another suffix.
    """
    query = "SELECT document FROM files WHERE sha256 = ? AND path <> ? AND duplicate_of IS NULL AND records > 0"
    row = connection.execute(query, (given.sha256, _storable(given.path))).fetchone()
    return row[0] if row else None


def replace(connection: sqlite3.Connection, given: Given, reading: Reading) -> File:
    """Put what was read from a file in the place of what was known of it, whole or not at all."""
    sizes = len(reading.charts), len(reading.records)
    file = File(*_stored(given), None, *sizes, reading.tally, reading.problems)
    with _transaction(connection):
        _remove(connection, file.path, file.sha256)
        number = _insert_file(connection, file)
        for one in reading.records:
            _insert_record(connection, number, one)
        _bump(connection)
    return file


def add_duplicate(connection: sqlite3.Connection, given: Given, original: str) -> File:
    """Note a file whose content the document `original` holds already."""
    file = File(*_stored(given), original, 0, 0, Tally(0, 0, 0), ())
    with _transaction(connection):
        _remove(connection, file.path, file.sha256)
        _insert_file(connection, file)
        _bump(connection)
    return file


def prune(connection: sqlite3.Connection, folders: Iterable[Path], present: Iterable[Path]) -> tuple[str, ...]:
    """Drop files at or below `folders` that are not `present` any more, with their records; the documents dropped."""
    roots = [str(folder) for folder in folders]
    below = tuple(_storable(os.path.join(root, "")) for root in roots)  # noqa: PTH118
    kept = {_storable(str(path)) for path in present}
    named = {_storable(root) for root in roots}
    under = [file for file in files(connection) if file.path.startswith(below) or file.path in named]
    gone = [file for file in under if file.path not in kept]
    if gone:
        _drop(connection, (file.path for file in gone))
    return tuple(file.document for file in gone)


def _drop(connection: sqlite3.Connection, paths: Iterable[str]) -> None:
    with _transaction(connection):
        for path in paths:
            _remove(connection, path, None)
        _bump(connection)


def _remove(connection: sqlite3.Connection, path: str, sha256: str | None) -> None:
    """Drop the file at `path`, about to hold `sha256`; a duplicate elsewhere inherits its records."""
    row = connection.execute("SELECT number, sha256 FROM files WHERE path = ?", (path,)).fetchone()
    if row is None:
        return
    number, content = row
    if content == sha256 or not _hand_over(connection, number, content):
        _remove_records(connection, number)
    connection.execute("DELETE FROM files WHERE number = ?", (number,))


def _hand_over(connection: sqlite3.Connection, number: int, sha256: str) -> bool:
    """Give the records of a file to another one of the same content; False if there is none."""
    query = "SELECT number FROM files WHERE sha256 = ? AND number <> ? AND duplicate_of IS NOT NULL ORDER BY number"
    heir = connection.execute(query, (sha256, number)).fetchone()
    if heir is None:
        return False
    connection.execute("UPDATE records SET file = ? WHERE file = ?", (heir[0], number))
    # With the records goes what they depend on, so that the heir is read anew if it was given another agency.
    same = "(agency, reader_version, charts, records, tally, problems)"
    connection.execute(
        f"UPDATE files SET duplicate_of = NULL, {same} = "
        f"(SELECT {same[1:-1]} FROM files WHERE number = ?) WHERE number = ?",
        (number, heir[0]),
    )
    return True


def _remove_records(connection: sqlite3.Connection, file: int) -> None:
    mine = "SELECT number FROM records WHERE file = ?"
    said = connection.execute(
        f"SELECT DISTINCT statement FROM occurrences WHERE record IN ({mine})", (file,)
    ).fetchall()
    connection.execute(f"DELETE FROM occurrences WHERE record IN ({mine})", (file,))
    connection.execute("DELETE FROM records WHERE file = ?", (file,))
    unused = "DELETE FROM statements WHERE number = ?1 AND NOT EXISTS (SELECT 1 FROM occurrences WHERE statement = ?1)"
    connection.executemany(unused, said)


def _insert_file(connection: sqlite3.Connection, file: File) -> int:
    values = asdict(file) | {"tally": _json(asdict(file.tally)), "problems": _json([asdict(p) for p in file.problems])}
    stored = [_storable(value) if isinstance(value, str) else value for value in values.values()]
    marks = ", ".join("?" * len(values))
    return connection.execute(f"INSERT INTO files ({', '.join(values)}) VALUES ({marks})", stored).lastrowid or 0


def _insert_record(connection: sqlite3.Connection, file: int, record: Record) -> None:
    data = record.to_json()
    values = [_json(value) if isinstance(value, list) else value for value in (data[name] for name in _COLUMNS)]
    stored = [_storable(value) if isinstance(value, str) else value for value in values]
    insert = f"INSERT INTO records (file, {', '.join(_COLUMNS)}) VALUES (?{', ?' * len(_COLUMNS)})"
    number = connection.execute(insert, (file, *stored)).lastrowid
    said = [(kind.value, _storable(text)) for kind, text in record.statements()]
    connection.executemany("INSERT OR IGNORE INTO statements (kind, text) VALUES (?, ?)", said)
    occurrence = "INSERT INTO occurrences SELECT ?, ?, number FROM statements WHERE kind = ? AND text = ?"
    connection.executemany(occurrence, [(number, position, *statement) for position, statement in enumerate(said)])


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def files(connection: sqlite3.Connection) -> tuple[File, ...]:
    """Every file read, by document name."""
    names = tuple(File.__slots__)
    rows = connection.execute(f"SELECT {', '.join(names)} FROM files ORDER BY document, path")
    return tuple(_file(dict(zip(names, row, strict=True))) for row in rows)


def _file(values: dict[str, Any]) -> File:
    tally = Tally(**json.loads(values["tally"]))
    problems = tuple(Problem(**problem) for problem in json.loads(values["problems"]))
    return File(**values | {"tally": tally, "problems": problems})


def records(connection: sqlite3.Connection, numbers: Sequence[int]) -> Iterator[Record]:
    """The records with these numbers (the table's, not ids), in the order given."""
    for start in range(0, len(numbers), _CHUNK):
        chunk = numbers[start : start + _CHUNK]
        found = _read_chunk(connection, chunk)
        yield from (found[number] for number in chunk)


def _read_chunk(connection: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, Record]:
    some = f"({', '.join(map(str, numbers))})"
    columns = ", ".join(f"r.{name}" for name in _COLUMNS)
    query = f"SELECT r.number, f.document, f.sha256, {columns} FROM records r JOIN files f ON f.number = r.file"
    rows = connection.execute(f"{query} WHERE r.number IN {some}").fetchall()
    said: dict[int, dict[Kind, list[str]]] = {number: {kind: [] for kind in Kind} for number in numbers}
    query = "SELECT o.record, s.kind, s.text FROM occurrences o JOIN statements s ON s.number = o.statement"
    for number, kind, text in connection.execute(f"{query} WHERE o.record IN {some} ORDER BY o.record, o.position"):
        said[number][Kind(kind)].append(text)
    return {number: _record(values, said[number]) for number, *values in rows}


def _record(values: list[Any], said: dict[Kind, list[str]]) -> Record:
    data = dict(zip(("document", "sha256", *_COLUMNS), values, strict=True))
    data |= {name: json.loads(data[name]) for name in ("unit", "doubts", "boxes")}
    return Record.from_json(data | {_LISTS[kind]: texts for kind, texts in said.items()})


def texts(connection: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, str]:
    """The texts of the statements with these numbers."""
    some = ", ".join(map(str, numbers))
    return dict(connection.execute(f"SELECT number, text FROM statements WHERE number IN ({some})"))


def record(connection: sqlite3.Connection, prefix: str) -> Record:
    """The record whose id begins with `prefix`; UnknownRecord unless it is exactly one."""
    if len(prefix) < _SHORTEST_PREFIX:
        raise UnknownRecord(prefix, f"记录编号至少要写 {_SHORTEST_PREFIX} 个字符", "用 search 查出记录编号")
    query = "SELECT number, id FROM records WHERE substr(id, 1, ?) = ? ORDER BY id <> ?, id LIMIT 6"
    rows = connection.execute(query, (len(prefix), _storable(prefix), prefix)).fetchall()
    if not rows:
        raise UnknownRecord(prefix, "没有这条记录", "用 search 查出记录编号")
    if len(rows) > 1 and rows[0][1] != prefix:
        named = "、".join(name for _, name in rows[:5]) + ("…" if len(rows) > 5 else "")
        raise UnknownRecord(prefix, f"不止一条记录以此开头：{named}", "多写几个字符")
    return next(records(connection, [rows[0][0]]))
