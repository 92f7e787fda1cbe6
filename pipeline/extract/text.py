"""Plain-text dumps: what an extractor writes for a Word file; a box per paragraph with the blank lines before it."""

import re
from collections.abc import Iterator

from pipeline.errors import Unreadable
from pipeline.model import Box, Document, Source

__all__ = ["LONGEST_LINE", "decoded", "read_text"]

# Marks the extractor itself writes into the text; they are not the document's.
EXTRACTOR_MARKS = re.compile(r"\[(?:bookmark|image|embedded): [^\[\]\n]{0,300}\]")
TYPED = re.compile(r"\t[^\t\n]*\t|[|│┃｜][^\n]*[|│┃｜]")  # cells between tabs or bars
ENCODINGS = ("utf-8-sig", "gb18030")
HEAD = 64 << 10  # bytes looked at to tell them apart
CONTROLS = re.compile(r"[\0\ufffe\uffff]")  # what no text holds
LONGEST_LINE = 10_000  # characters; no paragraph of a chart comes near, and what follows searches within lines


def read_text(source: Source, data: bytes) -> Document:
    """The paragraphs of a dump in their order; raises Unreadable if the bytes are not text."""
    text = decoded(source.path, data)
    if any(len(line) > LONGEST_LINE for line in text.splitlines()):
        raise Unreadable(source.path, f"有一行超过 {LONGEST_LINE} 字", "不像防控图的文本导出，请确认文件内容")
    return _with_tables(source, text) or Document(source, tuple(_paragraphs(text)))


def _with_tables(source: Source, text: str) -> Document | None:
    """The document with the tables that are typed into its text; None without any."""
    if not TYPED.search(text):
        return None
    from pipeline.extract.grid import boxes_of  # late: dumps need none of it
    from pipeline.extract.typed import typed

    blocks = typed(text.splitlines())
    return (
        Document(source, boxes_of(source.path, [blocks])) if any(not isinstance(one, str) for one in blocks) else None
    )


def decoded(path: str, data: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 or GB18030; raises Unreadable if it is none."""
    for encoding in _likely(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not CONTROLS.search(text):
            return text
    raise Unreadable(path, "不是文本文件（不是 UTF-8、UTF-16 或 GB18030）", "请确认文件格式")


def _likely(data: bytes) -> tuple[str, ...]:
    """The encodings to be tried; UTF-16 is known by its mark or, without one, by its line ends."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    head = data[:HEAD]
    zeros = head.count(0)
    if not zeros or (4 * zeros < len(head) and _is_utf_8(data)):
        return ENCODINGS
    units = set(zip(head[::2], head[1::2], strict=False))
    return ("utf-16-le",) if (10, 0) in units else ("utf-16-be",) if (0, 10) in units else ENCODINGS


def _is_utf_8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _paragraphs(text: str) -> Iterator[Box]:
    gap = order = 0
    for line in text.splitlines():
        paragraph = EXTRACTOR_MARKS.sub("", line).strip()
        if not paragraph:
            gap += 1
            continue
        yield Box(order, (paragraph,), gap=gap)
        gap, order = 0, order + 1
