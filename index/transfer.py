"""Handing an index on: its truth into a pack and back; what is made from it is made anew."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from sqlite3 import Connection, IntegrityError

from index import cache, changes, lexicon, meaning, segment, store
from index.cache import Index
from index.codes import BLOCK
from index.pack import Manifest, Origin, Pack, Packed, opened, write
from index.store import File
from pipeline.errors import IndexBroken, PackBroken, State
from pipeline.ingest import READER_VERSION
from pipeline.record import Record

__all__ = ["Taken", "pack", "unpack"]


def pack(index: Index, target: Path, selection: str = "", rows: Sequence[int] | None = None) -> Manifest:
    """Write an index, or only some of its records (the store's numbers, in canonical order), with their files."""
    files = sorted(_packed(index.connection, rows), key=_place)
    numbers = index.columns["rows"].tolist() if rows is None else rows
    return write(target, _origin(index, selection), files, store.records(index.connection, numbers))


def _place(one: Packed) -> tuple[str, str, bool, str]:
    return one.document, one.sha256, one.duplicate_of is not None, one.agency or ""


def _packed(connection: Connection, rows: Sequence[int] | None) -> Iterator[Packed]:
    chosen = None if rows is None else _counted(connection, rows)
    for number, *row in connection.execute(f"SELECT number, {store.FIELDS} FROM files"):
        file = store.file_of(row)
        if chosen is None or number in chosen:
            yield _told(file, file.records if chosen is None else chosen[number])


def _counted(connection: Connection, rows: Sequence[int]) -> Counter[int]:
    """How many of these records each file holds."""
    files = dict(connection.execute("SELECT number, file FROM blocks"))
    return Counter(files[row // BLOCK] for row in rows)


def _told(file: File, records: int) -> Packed:
    what = (file.document, file.sha256, file.agency, file.reader_version, file.state, file.reason, file.duplicate_of)
    return Packed(*what, file.charts, records, file.tally, file.problems)


def _origin(index: Index, selection: str) -> Origin:
    from importlib.metadata import PackageNotFoundError, version

    try:
        program = version("liantu")
    except PackageNotFoundError:
        program = "-"
    sayings = hashlib.sha256(lexicon.OURS.read_bytes()).hexdigest()
    model = store.model(index.connection)
    by = model[1] if model else meaning.fingerprint(meaning.OURS)
    return Origin(program, READER_VERSION, segment.VERSION, sayings, by, selection)


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a pack: how many of its files were not there already, and the documents that now stand there twice,
    with other content than before.
    """

    manifest: Manifest
    files: int
    differing: tuple[str, ...]


def unpack(path: Path, folder: Path, merge: bool) -> Taken:
    """Take a pack into the index in `folder`, all or nothing.

    PackBroken unless it is whole; IndexBroken if there are files already and they are not to be merged.
    """
    with opened(path) as whole, changes.writing(folder) as connection:
        cache.take_in(folder, connection)
        if not merge and (held := connection.execute("SELECT count(*) FROM files").fetchone()[0]):
            raise IndexBroken(str(folder), f"索引里已有 {held} 个文件", "加 --merge 并入，或用 --index 另选文件夹")
        try:
            with cache.publishing(folder, connection):
                before = _known(connection)
                taken: list[Packed] = []
                changes.put(connection, _new(whole, before, taken))
        except IntegrityError as error:
            raise PackBroken(str(path), f"记录与索引里的冲突（{error}）", "用 --index 另选文件夹") from error
    named = {document for document, _, _ in before.named}
    return Taken(
        whole.manifest, len(taken), tuple(one.document for one in taken if one.records and one.document in named)
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """The contents whose records the index holds, and the files it knows."""

    held: frozenset[str]
    named: frozenset[tuple[str, str, str]]


def _known(connection: Connection) -> _Known:
    rows = connection.execute("SELECT document, sha256, state, records FROM files").fetchall()
    return _Known(frozenset(row[1] for row in rows if row[3]), frozenset(row[:3] for row in rows))


def _new(whole: Pack, known: _Known, taken: list[Packed]) -> Iterator[tuple[File, list[Record]]]:
    """The files that are not there yet with their records; they are added to `taken`."""
    paths = Counter[str]()
    records = whole.records()
    for one in whole.files():
        mine = list(islice(records, one.records))
        if one.sha256 not in known.held if mine else _name(one) not in known.named:
            path = f"{changes.FROM_PACK}{one.sha256[:16]}/{one.document}"
            paths[path] += 1  # one name and content may come from two folders
            taken.append(one)
            yield _file(one, f"{path}#{paths[path]}"), mine


def _name(one: Packed) -> tuple[str, str, str]:
    return one.document, one.sha256, one.state


def _file(one: Packed, path: str) -> File:
    by = (path, one.document, one.sha256, one.agency, one.reader_version, State(one.state), one.reason)
    return File(*by, 0.0, one.duplicate_of, None, one.charts, one.records, one.tally, one.problems)
