"""How a file comes into being: whole or not at all."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.errors import LiantuError

__all__ = ["replacing"]


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A path for what is to stand at `target` in the end; if anything goes wrong, what stood there stays.

    A link stays a link. LiantuError if it cannot be written, or if what stands there is no file.
    """
    try:
        real = target.resolve()
        if real.exists() and not real.is_file():
            raise LiantuError(str(target), "已有同名的文件夹或设备", "换一个文件名")
        if not real.parent.is_dir():
            raise LiantuError(str(target), "文件夹不存在", "先建文件夹，或换一个地方")
        draft = real.parent / f".liantu-{uuid.uuid4().hex}.tmp"
        try:
            yield draft
            with draft.open("r+b") as file:
                os.fsync(file.fileno())
            draft.replace(real)
        finally:
            with suppress(OSError):  # what went wrong before is what to tell
                draft.unlink(missing_ok=True)
    except OSError as error:
        raise LiantuError(str(target), f"写不了（{error.strerror or error}）", "检查文件夹、权限和磁盘空间") from error
