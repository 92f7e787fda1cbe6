"""Files that LibreOffice has to convert, some at a time and ahead of being asked for: most of a call is its start."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from pipeline.errors import Unreadable
from pipeline.extract.container import kind_of
from pipeline.extract.office import CONVERTIBLE, FILES_A_CALL, to_docx

__all__ = ["Ahead"]

MAX_BATCH = 64 << 20  # bytes handed over in one call


class Ahead:
    """What became of files that will be asked for in a known order; only what was not asked for yet is kept."""

    def __init__(self, upcoming: Iterable[Path] = ()) -> None:
        self._upcoming = iter(list(upcoming))
        self._done: dict[bytes, bytes | Unreadable] = {}

    def docx(self, path: Path, data: bytes) -> bytes:
        """The .docx that LibreOffice makes of a file's bytes; raises Unreadable."""
        key = sha256(data).digest()
        if key not in self._done:
            batch = [(path, data), *self._following(path, len(data))]
            converted = to_docx([(str(one), content) for one, content in batch])
            self._done |= {
                sha256(content).digest(): result for (_, content), result in zip(batch, converted, strict=True)
            }
        result = self._done.pop(key)
        if isinstance(result, Unreadable):
            raise Unreadable(str(path), result.what, result.remedy, result.state)
        return result

    def _following(self, path: Path, size: int) -> Iterator[tuple[Path, bytes]]:
        """The next files that are worth converting with this one; those before it were asked for or left out."""
        count = 1
        for one in self._upcoming:
            if one == path:
                continue
            data = _readable(one, MAX_BATCH - size)
            if data is not None and kind_of(data) in CONVERTIBLE:
                yield one, data
                count, size = count + 1, size + len(data)
                if count == FILES_A_CALL:
                    return


def _readable(path: Path, most: int) -> bytes | None:
    """The bytes of a file; None if there are too many or it cannot be read: its own turn will tell why."""
    try:
        return path.read_bytes() if path.stat().st_size <= most else None
    except OSError:
        return None
