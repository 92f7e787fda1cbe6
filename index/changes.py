"""What changes the truth. Files that were met are noted first, some at a time; later all are taken in together.

What was noted survives a kill, and nobody sees it before it is taken in: until then readers have the state before.
"""

import json
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from index import lock, store
from index.codes import BLOCK, Texts, packed
from index.rows import unused
from index.store import FIELDS, File, file_of
from pipeline.errors import IndexBroken, State
from pipeline.record import Record, Tally, storable
from pipeline.wire import decoded

__all__ = [
    "FROM_PACK",
    "SPOOL",
    "drop",
    "gone",
    "known",
    "note",
    "put",
    "same_as",
    "set_model",
    "settle",
    "take_in",
    "twins",
    "within",
    "writing",
]

FROM_PACK = "liantu:"  # what the paths of files begin with that are not on this machine
SPOOL = "spool"  # a folder for what is on its way; there is one as long as a run goes on, or was cut short
PATIENCE = 30.0  # seconds that a second writer waits


@contextmanager
def writing(
    folder: Path, waiting: Callable[[str], None] = lambda holder: None, patience: float = PATIENCE
) -> Iterator[sqlite3.Connection]:
    """The connection of the only writer; creates folder and index. IndexBroken if somebody else goes on writing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = "是一个文件，不是文件夹" if folder.is_file() else f"文件夹建不了（{error.strerror}）"
        raise IndexBroken(str(folder), what, "检查权限，或用 --index 另选文件夹") from error
    with lock.held(folder, patience, waiting), store.connected(folder) as connection:
        yield connection


# Noting


def note(
    connection: sqlite3.Connection, file: File, said: bytes | None = None, members: Collection[str] | None = None
) -> None:
    """Keep what was read of a file until it is taken in: its records as JSON, the paths of what an archive holds."""
    values = [*_values(file), said, None if members is None else _json([storable(one) for one in members])]
    marks = ", ".join("?" * len(values))
    connection.execute(f"INSERT OR REPLACE INTO incoming ({FIELDS}, said, members) VALUES ({marks})", values)


def _values(file: File) -> list[Any]:
    values = asdict(file) | {"tally": _json(asdict(file.tally)), "problems": _json([asdict(p) for p in file.problems])}
    return [storable(value) if isinstance(value, str) else value for value in values.values()]


def known(connection: sqlite3.Connection, path: str) -> File | None:
    """What is known of the file at a path, be it taken in already or not."""
    for table in ("incoming", "files"):
        row = connection.execute(f"SELECT {FIELDS} FROM {table} WHERE path = ?", (storable(path),)).fetchone()
        if row:
            return file_of(row)
    return None


def twins(connection: sqlite3.Connection, sha256: str, path: str) -> list[File]:
    """The files at other paths with the same content that are not duplicates themselves, those with records first."""
    of = "WHERE sha256 = ?1 AND path <> ?2 AND duplicate_of IS NULL"
    again = "AND path NOT IN (SELECT path FROM incoming)"
    query = f"SELECT {FIELDS} FROM incoming {of} UNION ALL SELECT {FIELDS} FROM files {of} {again}"
    found = map(file_of, connection.execute(query, (sha256, storable(path))))
    return sorted(found, key=lambda file: (not file.records, file.document, file.path))


def within(connection: sqlite3.Connection, archive: str) -> list[File]:
    """The files that were met in an archive, and in those within it."""
    path = storable(archive)
    below = "path > ?1 || '/' AND path < ?1 || '0' AND archive IS NOT NULL"  # 0 comes right after /
    return [file_of(row) for row in connection.execute(f"SELECT {FIELDS} FROM files WHERE {below}", (path,))]


# Taking in: what follows is called within a transaction, see `cache.publishing`


def take_in(connection: sqlite3.Connection) -> None:
    """Put what was noted in the place of what was known before, in the order of document names.

    Duplicates first: they inherit from what changes. Then all that changes goes before any of it comes, as content may
    have moved from one path to another.
    """
    query = f"SELECT {FIELDS}, said, members FROM incoming WHERE duplicate_of IS {{}} NULL ORDER BY document, path"
    for *row, _, _ in connection.execute(query.format("NOT")):
        _put_file(connection, file_of(row))
    for *row, _, _ in connection.execute(query.format("")):
        file = file_of(row)
        _remove(connection, file.path, file.sha256)
    put(connection, _told(connection, query.format("")))
    connection.execute("DELETE FROM incoming")


def _told(connection: sqlite3.Connection, query: str) -> Iterator[tuple[File, Iterable[Record]]]:
    """Files that were noted with their records; what archives hold no more is dropped on the way."""
    for *row, said, members in connection.execute(query):
        file = file_of(row)
        yield file, decoded(said, tuple[Record, ...]) if said else ()
        if members is not None:
            kept = set(json.loads(members))
            drop(connection, [one.path for one in within(connection, file.path) if _is_gone(one.path, file.path, kept)])


def _is_gone(path: str, archive: str, members: Collection[str]) -> bool:
    """Whether a path in an archive is neither one of its present members nor below one."""
    names = path.split("/")
    return not any("/".join(names[:end]) in members for end in range(archive.count("/") + 2, len(names) + 1))


def put(connection: sqlite3.Connection, files: Iterable[tuple[File, Iterable[Record]]]) -> None:
    """Put files and their records in the place of what was known of them."""
    insert = "INSERT INTO blocks (file, ids, codes, boxes) VALUES (?, ?, ?, ?)"
    connection.executemany(insert, _blocks(connection, files))


def _blocks(
    connection: sqlite3.Connection, files: Iterable[tuple[File, Iterable[Record]]]
) -> Iterator[tuple[int, str, bytes, str | None]]:
    """Put the files, and what is to be put of their records: while one is made, those before are there already."""
    texts = Texts(connection)
    for file, records in files:
        number, rest = _put_file(connection, file), iter(records)
        while some := list(islice(rest, BLOCK)):
            boxes = "\n".join(_json([asdict(box) for box in one.boxes]) if one.boxes else "" for one in some)
            ids = "\n".join(storable(one.id) for one in some)
            yield number, ids, packed(some, texts), boxes if boxes.strip() else None


def _put_file(connection: sqlite3.Connection, file: File) -> int:
    """Put a file, still without records, in the place of what was known of it; its number."""
    _remove(connection, storable(file.path), file.sha256)
    if file.duplicate_of is None and file.sha256:
        _make_duplicates(connection, file)
    values = _values(file)
    insert = f"INSERT INTO files ({FIELDS}) VALUES ({', '.join('?' * len(values))})"
    return connection.execute(insert, values).lastrowid or 0


def _make_duplicates(connection: sqlite3.Connection, file: File) -> None:
    """Have the duplicates of this content name the file that holds it now, also one that held its records so far."""
    holders = "SELECT number FROM files WHERE sha256 = ? AND records > 0"
    held = [number for (number,) in connection.execute(holders, (file.sha256,))]
    if held and not file.records:
        return
    for number in held:
        _remove_records(connection, number)
        nothing = (State.DUPLICATE, _json(asdict(Tally(0, 0, 0))), number)
        empty = "state = ?, duplicate_of = '', charts = 0, records = 0, tally = ?, problems = '[]'"
        connection.execute(f"UPDATE files SET {empty} WHERE number = ?", nothing)
    _name_holder(connection, file.sha256, storable(file.document))


def _name_holder(connection: sqlite3.Connection, sha256: str, document: str) -> None:
    """Have all duplicates of a content name the document that holds its records."""
    duplicates = "UPDATE files SET duplicate_of = ?, reason = ? WHERE sha256 = ? AND duplicate_of IS NOT NULL"
    connection.execute(duplicates, (document, same_as(document), sha256))


def gone(connection: sqlite3.Connection, folders: Iterable[Path], present: Iterable[str]) -> list[File]:
    """The files at or below `folders` that are not `present` any more.

    What stands in an archive is there as long as the archive is.
    """
    roots = [str(folder) for folder in folders]
    below = tuple(storable(os.path.join(root, "")) for root in roots)  # noqa: PTH118
    kept = {storable(path) for path in present}
    named = {storable(root) for root in roots}
    under = [file for file in store.files(connection) if file.path.startswith(below) or file.path in named]
    return [file for file in under if (file.archive or file.path) not in kept]


def drop(connection: sqlite3.Connection, paths: Iterable[str]) -> None:
    """Drop the files at these paths with their records."""
    for path in sorted(paths):
        _remove(connection, path, None)


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
    query = "SELECT number, document FROM files WHERE sha256 = ? AND number <> ? AND duplicate_of IS NOT NULL"
    heir = connection.execute(f"{query} ORDER BY number", (sha256, number)).fetchone()
    if heir is None:
        return False
    connection.execute("UPDATE blocks SET file = ? WHERE file = ?", (heir[0], number))
    # With the records goes what they depend on, so that the heir is read anew if it was given another agency.
    same = "(agency, reader_version, state, reason, seconds, charts, records, tally, problems)"
    connection.execute(
        f"UPDATE files SET duplicate_of = NULL, {same} = "
        f"(SELECT {same[1:-1]} FROM files WHERE number = ?) WHERE number = ?",
        (number, heir[0]),
    )
    _name_holder(connection, sha256, heir[1])
    return True


def same_as(document: str) -> str:
    """Why a duplicate holds no records of its own."""
    return f"内容与 {document} 相同"


def _remove_records(connection: sqlite3.Connection, file: int) -> None:
    if connection.execute("DELETE FROM blocks WHERE file = ?", (file,)).rowcount:
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('unswept', '')")


def settle(connection: sqlite3.Connection) -> None:
    """End a change: texts that stand in no record any more go, and the state gets a new name.

    IntegrityError if two records have the same id.
    """
    ids = [name for (some,) in connection.execute("SELECT ids FROM blocks") for name in some.split("\n")]
    if len(set(ids)) < len(ids):
        twice = next(name for name, count in Counter(ids).items() if count > 1)
        raise sqlite3.IntegrityError(f"{twice}: 记录编号重复")
    if connection.execute("DELETE FROM meta WHERE name = 'unswept'").rowcount:
        connection.executemany("DELETE FROM texts WHERE number = ?", ((number,) for number in unused(connection)))
    store.bump(connection)


def set_model(connection: sqlite3.Connection, model: tuple[str, str] | None) -> None:
    """Have the caches built with the model in a folder (with its fingerprint); None for the one that comes with us."""
    connection.execute("DELETE FROM meta WHERE name = 'model'")
    if model:
        connection.execute("INSERT INTO meta VALUES ('model', ?)", (_json(model),))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
