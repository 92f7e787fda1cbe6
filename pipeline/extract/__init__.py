"""One reader per file format; the table says which suffix goes where."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from pipeline.errors import State, Unreadable
from pipeline.extract.text import read_text
from pipeline.model import Document, Source

__all__ = ["READERS", "extract"]

MAX_BYTES = 64 << 20

READERS: dict[str, Callable[[Source, bytes], Document]] = {".txt": read_text}


def extract(path: Path, document: str) -> Document:
    """The boxes of a file, named `document` in the index; raises Unreadable."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise Unreadable(
            str(path), f"不认识的文件类型 {path.suffix or '（无后缀）'}", f"可读：{' '.join(sorted(READERS))}"
        )
    data = _bytes(path)
    return reader(Source(str(path), document, hashlib.sha256(data).hexdigest()), data)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Unreadable(str(path), f"文件超过 {MAX_BYTES >> 20} MiB", "请拆分后再读", State.TOO_LARGE)
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(
            str(path), f"打不开（{error.strerror}）", "请检查路径和权限", State.INACCESSIBLE
        ) from error
