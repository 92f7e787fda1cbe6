"""The caches beside the store: which folder belongs to its present state, and building it when there is none.

A cache is built in a folder of its own and renamed when whole, so a crashed build leaves only rubbish, swept up later.
Its name says what it was made from: the index, its generation, the way words are cut, the model, the format.
"""

import hashlib
import json
import os
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index import columns, letters, meaning, segment, statements, store
from index.columns import Columns, Said
from index.letters import Letters
from index.meaning import Meaning
from index.normal import normal
from index.statements import Cut, Earlier, Statements
from pipeline.errors import IndexBroken, ModelBroken

__all__ = ["Index", "opened", "publishing", "rebuild", "take_in"]

_FORMAT = 4
_MANIFEST = "manifest.json"
_COLUMNS, _LETTERS, _STATEMENTS, _MEANING = _FOLDERS = ("columns", "letters", "statements", "meaning")
_BUILDING = "building-"
_RUBBISH_AFTER = 3600.0  # seconds; no build takes so long


@dataclass(frozen=True, slots=True)
class Index:
    """One state of the index: the truth and the caches made from it; no `meaning` where its model cannot be used."""

    connection: sqlite3.Connection
    columns: Columns
    letters: Letters
    statements: Statements
    meaning: Meaning | None


@contextmanager
def opened(folder: Path) -> Iterator[Index]:
    """The index in `folder`, its caches brought up to date if need be; IndexBroken if that cannot be.

    What an ingest that was cut short has left is taken in first, unless somebody else is writing.
    """
    with store.reading(folder) as connection:
        if not store.has_pending(connection) or not os.access(folder, os.W_OK):
            yield _opened(folder, connection)
            return
    _take_in(folder)
    with store.reading(folder) as connection:
        yield _opened(folder, connection)


def _take_in(folder: Path) -> None:
    from index import changes  # late: hardly any run needs it

    # A search is not to fail because of it.
    with suppress(IndexBroken, sqlite3.IntegrityError), changes.writing(folder, patience=0) as connection:
        take_in(folder, connection)


def take_in(folder: Path, connection: sqlite3.Connection) -> None:
    """Have readers see what was noted."""
    from index import changes

    if store.has_pending(connection):
        with publishing(folder, connection):
            changes.take_in(connection)


def rebuild(folder: Path) -> None:
    """Make the caches anew from the truth; IndexBroken if there is none."""
    from index import changes

    with store.reading(folder):
        pass  # there is one
    with changes.writing(folder) as connection:
        for old in (folder / "cache").glob("*"):  # nothing is to be taken over
            _discard(old)
        with publishing(folder, connection):
            changes.take_in(connection)


@contextmanager
def publishing(folder: Path, connection: sqlite3.Connection) -> Iterator[None]:
    """A change that readers see whole and with its caches ready; until then they have the state before."""
    from index import changes

    with store.transaction(connection):
        base = _folder(folder, connection)
        yield
        changes.settle(connection)
        cache = _made(folder, connection, base)
    _discard_others(cache, float("inf"))
    connection.executescript("PRAGMA incremental_vacuum")  # a statement by itself frees one page


def _folder(folder: Path, connection: sqlite3.Connection) -> Path:
    """Where the caches of the present state belong."""
    return folder / "cache" / _name(connection, _usable_model(connection))


def _made(folder: Path, connection: sqlite3.Connection, base: Path) -> Path:
    """The folder of the caches of the present state, which were built."""
    model = _usable_model(connection)
    cache = folder / "cache" / _name(connection, model)
    with _writable(cache):
        try:
            _build(cache, connection, model, base)
        except ModelBroken:
            cache = folder / "cache" / _name(connection, None)
            _build(cache, connection, None, base)
    return cache


@contextmanager
def _writable(cache: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise IndexBroken(str(cache), f"检索缓存写不进去（{error.strerror or error}）", "检查权限和磁盘空间") from error


def _opened(folder: Path, connection: sqlite3.Connection) -> Index:
    model = _usable_model(connection)
    try:
        return _opened_with(folder, connection, model)
    except ModelBroken:  # its library is gone
        return _opened_with(folder, connection, None)


def _opened_with(folder: Path, connection: sqlite3.Connection, model: Path | None) -> Index:
    cache = folder / "cache" / _name(connection, model)
    # Damage shows as any kind of error (numpy's, a pickle's): whatever it is, building anew is the remedy.
    with suppress(Exception):
        return _load(cache, connection, model)
    begun = time.time()
    with _writable(cache):
        _discard(cache)
        _build(cache, connection, model)
    if model and _is_latest(folder, connection):  # without vectors the others may still be needed
        _discard_others(cache, begun)
    return _load(cache, connection, model)


def _is_latest(folder: Path, connection: sqlite3.Connection) -> bool:
    with store.reading(folder) as latest:
        return store.generation(latest) == store.generation(connection)


def _discard_others(cache: Path, before: float) -> None:
    """Remove caches of other states that were made before a time: later ones may be somebody's who is just writing."""
    for other in cache.parent.iterdir():
        with suppress(OSError):
            if other != cache and not other.name.startswith(_BUILDING) and other.stat().st_mtime < before:
                _discard(other)


def _usable_model(connection: sqlite3.Connection) -> Path | None:
    """The folder of the model this index is built with; None if it is gone or has changed since."""
    remembered = store.model(connection)
    if remembered is None:
        return meaning.OURS
    folder, fingerprint = remembered
    with suppress(ModelBroken):
        if meaning.fingerprint(Path(folder)) == fingerprint:
            return Path(folder)
    return None


def _name(connection: sqlite3.Connection, model: Path | None) -> str:
    state, _ = store.generation(connection)
    by = meaning.fingerprint(model) if model else "-"
    made_from = f"{state} {segment.VERSION} {_FORMAT} {by}"
    return hashlib.sha256(made_from.encode()).hexdigest()[:16]


def _load(cache: Path, connection: sqlite3.Connection, model: Path | None) -> Index:
    if json.loads((cache / _MANIFEST).read_text("utf-8")) != _seals(cache):
        raise ValueError("files of the cache are missing or cut off")
    vectors = meaning.load(cache / _MEANING, model) if model else None
    searched = letters.load(cache / _LETTERS), statements.load(cache / _STATEMENTS)
    return Index(connection, columns.load(cache / _COLUMNS), *searched, vectors)


def _seals(cache: Path) -> dict[str, int]:
    """What tells whether files are as they were: sizes, and sums of those that have no head and are read late."""
    found = [path for folder in _FOLDERS for path in (cache / folder).iterdir()]
    return {f"{path.parent.name}/{path.name}": _seal(path) for path in found}


def _seal(path: Path) -> int:
    return zlib.crc32(path.read_bytes()) if path.suffix in (".json", ".txt") else path.stat().st_size


def _build(cache: Path, connection: sqlite3.Connection, model: Path | None, base: Path | None = None) -> None:
    """Build the caches; what is the same in those of the state before (`base`) is taken over."""
    import shutil  # late, both of them: a search hardly ever builds
    import tempfile

    cache.parent.mkdir(exist_ok=True)
    _sweep(cache.parent)
    draft = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=cache.parent))
    try:
        for name in _FOLDERS:
            (draft / name).mkdir()
        with _of_records(cache):
            said = columns.build(draft / _COLUMNS, connection)
        forms = [normal(text) for text in said.texts]
        letters.build(draft / _LETTERS, forms)
        cut = _build_words(draft / _STATEMENTS, said, forms, base)
        if model:
            folders = [folder / _MEANING for folder in cache.parent.iterdir() if folder != draft]
            meaning.build(draft / _MEANING, said.texts, model, folders, cut)
        (draft / _MANIFEST).write_text(json.dumps(_seals(draft)), "utf-8")
        _synced(draft)
        _put(draft, cache)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def _of_records(cache: Path) -> Iterator[None]:
    """What is wrong with records as IndexBroken."""
    try:
        yield
    except (IndexError, KeyError, TypeError, ValueError) as error:
        what = f"有记录损坏（{error}）"
        raise IndexBroken(str(cache.parent.parent), what, "用 liantu verify 查明是哪些，再重新录入那些文件") from error


def _build_words(folder: Path, said: Said, forms: list[str], base: Path | None) -> Callable[[list[int]], Cut]:
    """Build the postings of words; what gives some statements, by their places, as words, as far as that was done."""
    if base:
        # As when it is opened: whatever is wrong with the state before, it is not needed.
        with suppress(Exception):
            if json.loads((base / _MANIFEST).read_text("utf-8")) == _seals(base):
                places = columns.load(base / _COLUMNS).places_of(said)
                return _build_with(folder, forms, Earlier(statements.load(base / _STATEMENTS), places))
    return _build_with(folder, forms, Earlier(statements.NOTHING, np.full(len(forms), -1)))


def _build_with(folder: Path, forms: list[str], earlier: Earlier) -> Callable[[list[int]], Cut]:
    new = np.flatnonzero(earlier.places < 0).tolist()
    fresh = statements.cut(forms[place] for place in new)
    statements.build(folder, fresh, earlier)
    return lambda some: fresh if some == new else statements.cut(forms[place] for place in some)


def _synced(draft: Path) -> None:
    """See to it that a power cut leaves no file of the right size with nothing in it."""
    for path in (path for path in draft.rglob("*") if path.is_file()):
        with path.open("rb+") as file:
            os.fsync(file.fileno())


def _put(draft: Path, cache: Path) -> None:
    """Make the draft the cache, unless somebody else was quicker."""
    try:
        draft.rename(cache)
    except OSError:
        if not cache.exists():
            raise


def _discard(cache: Path) -> None:
    """Remove a cache; where a file in use cannot be removed, a later build does it."""
    import shutil

    shutil.rmtree(cache, ignore_errors=True)


def _sweep(caches: Path) -> None:
    """Remove what builds that were killed left behind."""
    import shutil

    for folder in caches.glob(f"{_BUILDING}*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > _RUBBISH_AFTER:
                shutil.rmtree(folder, ignore_errors=True)
