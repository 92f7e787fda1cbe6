"""Who may write: one program at a time, and the others are told which one it is; filelock's one place.

The system lets go of the lock when its holder ends, however it ends.
"""

import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.errors import IndexBroken

__all__ = ["held", "holder", "holder_now"]

LOCK, HOLDER = "writer.lock", "writer.json"


@contextmanager
def held(folder: Path, seconds: float, waiting: Callable[[str], None] = lambda holder: None) -> Iterator[None]:
    """Keep others from writing; IndexBroken if somebody else does for so many seconds. Who it is, `waiting` is told."""
    lock = FileLock(folder / LOCK)
    try:
        _acquire(lock, folder, seconds, waiting)
    except OSError as error:
        raise IndexBroken(
            str(folder), f"文件夹不可写（{error.strerror}）", "检查权限，或用 --index 另选文件夹"
        ) from error
    try:
        _sign(folder)
        yield
    finally:
        lock.release()


def _acquire(lock: FileLock, folder: Path, seconds: float, waiting: Callable[[str], None]) -> None:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if seconds:
            waiting(holder(folder))
        try:
            lock.acquire(timeout=seconds)
        except Timeout as error:
            raise IndexBroken(str(folder), f"{holder(folder)}正在写入", "等它结束后再试") from error


def _sign(folder: Path) -> None:
    since = time.strftime("%m-%d %H:%M:%S")
    (folder / HOLDER).write_text(
        json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since}), "utf-8"
    )


def holder(folder: Path) -> str:
    """Who has the lock, or had it last, in words."""
    try:
        said = json.loads((folder / HOLDER).read_text("utf-8"))
        return f"进程 {said['pid']}（{said['host']}，{said['since']} 起）"
    except (OSError, ValueError, KeyError, TypeError):
        return "另一个程序"


def holder_now(folder: Path) -> str | None:
    """Who has the lock at this moment, in words; None if nobody has."""
    lock = FileLock(folder / LOCK)
    try:
        with lock.acquire(timeout=0):
            return None
    except Timeout:
        return holder(folder)
    except OSError:
        return None
