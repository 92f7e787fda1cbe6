"""One reader per file format; the table says which suffix goes where."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from pipeline.errors import State, Unreadable
from pipeline.extract.text import read_text
from pipeline.model import Document, Ocr, Source

__all__ = [
    "CONVERTED",
    "MAX_BYTES",
    "READERS",
    "extract",
    "inaccessible",
    "is_converted",
    "is_known",
    "too_large",
    "unknown",
]

MAX_BYTES = 64 << 20

Reader = Callable[[Source, bytes, Path | None, Ocr], Document]


def _read_text(source: Source, data: bytes, docx: Path | None, ocr: Ocr) -> Document:
    return read_text(source, data)


def _read_word(source: Source, data: bytes, docx: Path | None, ocr: Ocr) -> Document:
    # Imported late: a dump needs none of it. The content tells what a file is, its suffix only that it is Word's.
    from pipeline.extract.container import Kind, kind_of
    from pipeline.extract.word import read_docx

    if kind_of(data) is Kind.HTML:  # what office systems export as .doc
        return _read_table(source, data, docx, ocr)
    if kind_of(data) not in (Kind.DOCX, Kind.ZIP, Kind.ZIP_DAMAGED):
        data = docx.read_bytes() if docx else _converted(source.path, data)
    return read_docx(source, data)


def _converted(path: str, data: bytes) -> bytes:
    from pipeline.extract.office import to_docx

    (result,) = to_docx([(path, data)])
    if isinstance(result, Unreadable):
        raise result
    return result


def _read_pdf(source: Source, data: bytes, docx: Path | None, ocr: Ocr) -> Document:
    from pipeline.extract.fixed import read_pdf

    return read_pdf(source, data, ocr)


def _read_ofd(source: Source, data: bytes, docx: Path | None, ocr: Ocr) -> Document:
    from pipeline.extract.fixed import read_ofd

    return read_ofd(source, data, ocr)


def _read_table(source: Source, data: bytes, docx: Path | None, ocr: Ocr) -> Document:
    # A web page or a text is often named .xls, and a page without the usual tags is known by its name alone.
    from pipeline.extract.container import Kind, kind_of

    kind = kind_of(data)
    if kind is Kind.HTML or Path(source.path).suffix.lower() in PAGES:
        from pipeline.extract.html import read_html

        return read_html(source, data)
    if kind is Kind.TEXT:
        from pipeline.extract.separated import read_separated

        return read_separated(source, data)
    from pipeline.extract.sheets import read_sheets

    return read_sheets(source, data)


PAGES = (".htm", ".html", ".mht", ".mhtml")
SHEETS = (".csv", ".et", ".ods", ".tsv", ".xls", ".xlsm", ".xlsx")
CONVERTED = frozenset({".doc", ".wps", ".rtf", ".odt"})  # by LibreOffice
READERS: dict[str, Reader] = {
    ".txt": _read_text,
    **dict.fromkeys((".docx", ".docm", *sorted(CONVERTED)), _read_word),
    ".pdf": _read_pdf,
    ".ofd": _read_ofd,
    **dict.fromkeys((*SHEETS, *PAGES), _read_table),
}


def extract(path: Path, document: str, docx: Path | None = None, ocr: Ocr = "auto") -> Document:
    """The boxes of a file, named `document` in the index; raises Unreadable.

    `docx` is what LibreOffice made of it, if it was asked already; `ocr`: whether pages are recognised from their
    images, by themselves ("auto") where they have no text to be believed and the extra is installed.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise unknown(path)
    data = _bytes(path)
    return reader(Source(str(path), document, hashlib.sha256(data).hexdigest()), data, docx, ocr)


def is_known(name: str) -> bool:
    """Whether there is a reader for a file of this name."""
    return Path(name).suffix.lower() in READERS


def is_converted(path: Path) -> bool:
    """Whether a file has to be converted before it can be read, which is cheaper for several at a time."""
    return path.suffix.lower() in CONVERTED


def unknown(path: Path) -> Unreadable:
    """Why a file without a reader for its suffix is not read."""
    return Unreadable(
        str(path), f"不认识的文件类型 {path.suffix or '（无后缀）'}", f"可读：{' '.join(sorted(READERS))}"
    )


def too_large(path: Path) -> Unreadable:
    """Why a file of more than MAX_BYTES is not read."""
    return Unreadable(str(path), f"文件超过 {MAX_BYTES >> 20} MiB", "请拆分后再读", State.TOO_LARGE)


def inaccessible(path: Path, error: OSError) -> Unreadable:
    """Why a file that the system does not give is not read."""
    return Unreadable(str(path), f"打不开（{error.strerror}）", "请检查路径和权限", State.INACCESSIBLE)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise too_large(path)
        return path.read_bytes()
    except OSError as error:
        raise inaccessible(path, error) from error
