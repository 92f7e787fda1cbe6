"""Which files are there? Every one below the folders given, also those that are not to be read."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import State, Unreadable
from pipeline.model import storable

__all__ = ["Found", "find", "is_hidden"]


@dataclass(frozen=True, slots=True)
class Found:
    """A file: where its bytes lie, the path by which it is known, its name in the index, and why not to look into it.

    What was unpacked from an archive lies elsewhere than where it is known; `archive` is the path of the outermost one
    around it, `depth` how many there are.
    """

    path: Path
    name: str
    document: str
    is_hidden: bool = False
    archive: str | None = None
    depth: int = 0
    agency: str | None = None  # to which it belongs, if it does not say so itself

    @property
    def suffix(self) -> str:
        return Path(self.name).suffix.lower()


def find(paths: Iterable[Path]) -> Iterator[Found | Unreadable]:
    """Every file at or below some paths, in order, and what is wrong with a path or a folder.

    A document is named by its path below the folder given (with slashes), a file given by its own name. Links to
    folders are passed over, and so are pipes, sockets and devices.
    """
    for path in paths:
        if path.is_dir():
            yield from _below(path)
        elif path.is_file():
            yield Found(path, str(path), storable(path.name))
        elif path.exists():
            yield Unreadable(str(path), "既不是文件也不是文件夹", "请检查路径")
        else:
            yield Unreadable(str(path), "没有这个文件或文件夹", "请检查路径", State.INACCESSIBLE)


def _below(folder: Path) -> Iterator[Found | Unreadable]:
    closed: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=closed.append):
        folders.sort()
        for path in (Path(parent, name) for name in sorted(names)):
            try:
                is_one = path.is_file() or (path.is_symlink() and not path.exists())  # a link to nothing is told of
            except OSError as error:
                yield _refused(error)
                continue
            if is_one:
                below = path.relative_to(folder)
                yield Found(path, str(path), storable(below.as_posix()), any(map(is_hidden, below.parts)))
        yield from map(_refused, closed)
        closed.clear()
    yield from map(_refused, closed)  # of the last folder


def is_hidden(name: str) -> bool:
    """Hidden, or what Word and LibreOffice leave beside a file that is open."""
    return name.startswith((".", "~$"))


def _refused(error: OSError) -> Unreadable:
    return Unreadable(str(error.filename), f"打不开（{error.strerror}）", "检查权限", State.INACCESSIBLE)
