"""Web pages and what is saved as one (.html, .mht, .doc and .xls of office systems) -> boxes; the HTML Standard.

Its section 4.9.12 is the model of tables: groups of rows, spans, and cells that give way to what spans from above.
"""

import email
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby
from typing import Any

from lxml import etree

from pipeline.errors import State, Unreadable
from pipeline.extract.container import FETCH, Kind, kind_of, refusal
from pipeline.extract.grid import Block, Found, Job, Slot, Table, apart, boxes_of, too_large
from pipeline.extract.sheets import is_default_name
from pipeline.model import Document, Problem, Source

__all__ = ["read_html"]

MOST_TAGS = 2_000_000
LISTED = 2  # columns of a table in a cell that is but a list: numbers and sentences
MOST_COLUMNS, MOST_SPANNED = 2_000, 1_000  # a column span of more is one of 1000 (4.9.11)

MHTML = re.compile(rb"\s*[A-Za-z-]+[ \t]*:")
CHARSET = re.compile(rb"<meta[^>]{1,200}charset\s*=\s*[\"']?\s*([\w-]{1,20})", re.IGNORECASE)
CODECS = {  # by the names that stand in pages; what was saved as GB2312 is seldom only that
    **dict.fromkeys(("gb2312", "gb_2312-80", "gbk", "x-gbk", "cp936", "gb18030"), "gb18030"),
    **dict.fromkeys(("big5", "big5-hkscs", "x-x-big5"), "big5hkscs"),
    **dict.fromkeys(("windows-1252", "iso-8859-1", "latin1", "us-ascii"), "cp1252"),
}
MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
ASCII = bytes(range(128))
TOLERATED = 0.05  # of what is not ASCII, lost in a page that was cut or pieced together

CELLS = ("td", "th")
GROUPS = ("thead", "tbody", "tfoot")
RANKS = {"thead": 0, "tfoot": 2}  # where a group is shown, others between
LISTS = ("ul", "ol", "menu")
KEPT = ("pre", "textarea", "listing")  # in which the ends of lines are shown
# What is not shown, is there to click on, or is struck out.
LEFT_OUT = frozenset(
    re.findall(
        r"\w+",
        "applet audio button canvas col colgroup datalist del embed frame head iframe map math nav noframes noscript "
        "object rp rt s script select strike style svg template title video",
    )
)
LINES = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset figcaption "
        "figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing main menu ol p pre section "
        "summary table tbody td textarea tfoot th thead tr ul",
    )
)
UNSEEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|line-through", re.IGNORECASE)
UNMARKED = re.compile(r"list-style[^;]*\bnone\b", re.IGNORECASE)
WIDE = "\u2e80-\u303e\u3041-\u9fff\uf900-\ufaff\uff01-\uff60"
# A line of the file ends between two characters of Chinese, where no blank is meant (CSS Text 3, 4.1.3).
WRAPPED = re.compile(f"(?<=[{WIDE}])[ \t\r\f]*\n[ \t\r\n\f]*(?=[{WIDE}])")
BLANKS = re.compile("[ \t\r\n\f]+")
NOTHING = re.compile("[\u200b\u2060\ufeff\xad]+")
NUMBERED = re.compile(r"[（(]?([0-9A-Za-z]{1,6})[.．、)）]")
NAMELESS = frozenset(("无标题文档", "无标题", "无标题页", "untitled document", "untitled", "document", "new page 1"))


def read_html(source: Source, data: bytes) -> Document:
    """The tables of a page and the lines between them, in the order of the file; raises Unreadable."""
    if (kind := kind_of(data)) not in (Kind.HTML, Kind.TEXT):
        raise refusal(source.path, kind)
    return apart(_found, source, data)


def _found(job: Job) -> Found:
    path, data = job
    problems = set[Problem]()
    pages = [
        list(_page(path, *one, problems)) for one in (_archived(path, data) if MHTML.match(data) else [(data, "")])
    ]
    # A workbook saved as one file begins with a page of frames and has a page for each sheet; others have advertising.
    shown = pages[:1] if pages[0] else [page for page in pages if page]
    return boxes_of(path, shown), tuple(problems)


def _archived(path: str, data: bytes) -> list[tuple[bytes, str]]:
    """The pages in an archive (RFC 2557), with the charset that is named for each."""
    parts = (part for part in email.message_from_bytes(data).walk() if part.get_content_type() == "text/html")
    found = [(part.get_payload(decode=True), str(part.get_content_charset(""))) for part in parts]
    pages = [(page, charset) for page, charset in found if isinstance(page, bytes)]
    if not pages:
        raise Unreadable(path, "里面没有网页", FETCH, State.DAMAGED)
    return pages


def _page(path: str, data: bytes, charset: str, problems: set[Problem]) -> Iterator[Block]:
    text = _decoded(data, charset)
    if "\ufffd" in text:
        problems.add(Problem("characters-lost", "网页里有些字节不是文字（编码有误或不完整），请核对"))
    root = _root(path, text)
    if root is None:
        return
    blocks = list(_blocks(path, root))
    title = _line(root.findtext("head/title") or "")
    if title and not _is_said(title, root, blocks):
        yield title
    yield from blocks


def _is_said(title: str, root: Any, blocks: Sequence[Block]) -> bool:
    """Whether the title of a page says nothing that the page does not."""
    heads = [_line("".join(head.itertext())) for head in root.iter("h1")]
    repeated = any(head and (head in title or title in head) for head in heads)
    return repeated or title in blocks or title.lower() in NAMELESS or is_default_name(title)


def _decoded(data: bytes, charset: str) -> str:
    """The text of a page: by its mark, as UTF-8, as it says itself, as GB18030; else with the fewest losses."""
    if data[:2] in MARKS:
        return _as(data, MARKS[data[:2]])
    meta = CHARSET.search(data[:4096])
    charset = meta[1].decode("ascii", "replace") if meta else charset
    named = CODECS.get(charset.lower(), "gb18030")
    # Old programs name the Western one for any page, and it knows nearly all bytes.
    encodings = ("utf-8-sig", *sorted({named, "gb18030"}, key=lambda one: (one == "cp1252", one == "gb18030")))
    tolerated = len(data.translate(None, ASCII)) * TOLERATED
    for encoding in encodings:
        if _lost(text := _as(data, encoding)) <= tolerated:
            return text
    return min((_as(data, encoding) for encoding in encodings), key=_lost)


def _as(data: bytes, encoding: str) -> str:
    return data.decode(encoding, "replace").replace("\0", "")


def _lost(text: str) -> int:
    return text.count("\ufffd")


def _root(path: str, text: str) -> Any:
    """The root element of a page, None without any; raises Unreadable for one whose tree would be cut off."""
    if text.count("<") > MOST_TAGS:
        raise too_large(path, f"标签超过 {MOST_TAGS} 个")
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    if len(parser.error_log.filter_from_fatals()):
        raise too_large(path, "元素嵌套太深，或有一段文字太长")
    return root


# Lines


@dataclass(frozen=True, slots=True)
class _Mark:
    """The number of an item of a list."""

    number: str


Token = str | Table | _Mark | None  # a piece of a line, or None for where one ends


def _blocks(path: str, root: Any) -> Iterator[Block]:
    """The lines within an element and its tables."""
    pieces, mark = list[str](), _Mark("")
    for token in chain(_tokens(path, root), (None,)):
        if isinstance(token, str):
            pieces.append(token)
        elif isinstance(token, _Mark):
            mark = token
        else:
            if line := _line("".join(pieces)):
                yield _marked(line, mark)
                mark = _Mark("")
            pieces.clear()
            if token is not None:
                yield token


def _line(text: str) -> str:
    text = BLANKS.sub(" ", WRAPPED.sub("", NOTHING.sub("", text)))
    return text.replace("\xa0", " ").strip()


def _marked(line: str, mark: _Mark) -> str:
    written = NUMBERED.match(line)
    return line if not mark.number or (written and written[1] == mark.number) else f"{mark.number}.{line}"


def _tokens(path: str, root: Any) -> Iterator[Token]:
    walk, kept, counts = etree.iterwalk(root, events=("start", "end")), 0, Counter[Any]()
    for event, element in walk:
        tag = element.tag
        if event == "end":
            kept -= tag in KEPT
            yield from _ending(element, element is root, kept)
        elif tag == "table" or _is_left_out(element):
            kept += tag in KEPT  # for its end comes all the same
            walk.skip_subtree()
            for block in _tables(path, element):
                yield from (None, block)
        else:
            kept += tag in KEPT
            if tag in LINES:
                yield None
            if tag == "li":
                yield from _number(element, counts)
            yield from _text(element.text, kept)


def _ending(element: Any, is_root: bool, kept: int) -> Iterator[Token]:
    if element.tag in LINES:
        yield None
    if not is_root:
        yield from _text(element.tail, kept)


def _text(text: str | None, kept: int) -> Iterator[Token]:
    if kept:
        for line in (text or "").splitlines(keepends=True):
            yield line
            if line != line.rstrip("\r\n"):
                yield None
    elif text:
        yield text


def _is_left_out(element: Any) -> bool:
    if element.tag in LEFT_OUT or element.get("hidden") is not None or element.get("role") == "navigation":
        return True
    if UNSEEN.search(element.get("style", "")):
        return True
    return element.tag in LISTS and any(outer.tag == "header" for outer in element.iterancestors())  # a menu


def _number(item: Any, counts: Counter[Any]) -> Iterator[_Mark]:
    """What the browser writes before an item of an ordered list."""
    around = item.getparent()
    if around is None or around.tag != "ol" or UNMARKED.search(around.get("style", "")):
        return
    if around not in counts:
        counts[around] = _int(around.get("start"), 1) - 1
    counts[around] = _int(item.get("value"), counts[around] + 1)
    letters = around.get("type") in ("a", "A") and 1 <= counts[around] <= 26
    yield _Mark(chr(ord(around.get("type")) + counts[around] - 1) if letters else str(counts[around]))


def _int(text: str | None, otherwise: int) -> int:
    """A number as the Standard reads it (2.3.4.2), without those below 0."""
    found = re.match(r"\s*\+?([0-9]{1,6})", text or "")
    return int(found[1]) if found else otherwise


# Tables


@dataclass(frozen=True, slots=True)
class _Row:
    """The cells of a row, and the group it belongs to."""

    group: Any
    cells: tuple[Any, ...]


def _tables(path: str, table: Any) -> Iterator[Block]:
    """A table, after what stands in it outside of its cells; nothing of what is left out."""
    if _is_left_out(table):
        return
    rows = list[_Row]()
    for part in _parts(path, table, table):
        if isinstance(part, _Row):
            rows.append(part)
        else:
            yield part
    rows.sort(key=lambda row: RANKS.get(row.group.tag, 1))
    slots = _clipped(list(_slots(path, rows)))
    if _is_layout(slots):
        yield from (block for slot in slots for block in slot.blocks)
    elif slots:
        yield Table(tuple(slots))


def _is_layout(slots: Iterable[Slot]) -> bool:
    """Whether a table only arranges the page: another one stands in it that is more than a list."""
    inner = (block for slot in slots for block in slot.blocks if isinstance(block, Table))
    return any(max((slot.column + slot.columns for slot in one.slots), default=0) > LISTED for one in inner)


def _parts(path: str, element: Any, group: Any) -> Iterator[_Row | Block]:
    """The rows of a table or of a part of it, and what strays there; cells outside of rows form one."""
    cells = list[Any]()
    yield from filter(None, [_line(element.text or "")])
    for child in element:
        if child.tag in CELLS and not _is_left_out(child):
            cells.append(child)
        elif not _is_left_out(child):
            yield from _part(path, child, group)
        yield from filter(None, [_line(child.tail or "")])
    if cells or element.tag == "tr":
        yield _Row(group, tuple(cells))


def _part(path: str, child: Any, group: Any) -> Iterator[_Row | Block]:
    if child.tag in GROUPS:
        yield from _parts(path, child, child)
    elif child.tag == "table":
        yield from _tables(path, child)
    elif child.tag == "tr" or any(True for _ in child.iter(*CELLS)):
        yield from _parts(path, child, group)
    else:
        yield from _blocks(path, child)


def _slots(path: str, rows: Iterable[_Row]) -> Iterator[Slot]:
    """The cells in their places (4.9.12.1), except that none reaches over another."""
    until, end = list[int](), 0  # for each column the first row that is free
    for _, members in groupby(rows, key=lambda one: id(one.group)):
        group = list(members)
        begin, end = end, end + len(group)
        for row, one in enumerate(group, begin):
            column = 0
            for cell in one.cells:
                column = next(
                    (free for free in range(column, len(until)) if until[free] <= row), max(column, len(until))
                )
                slot = _slot(path, cell, row, column, end - row, until)
                until += [0] * (column + slot.columns - len(until))
                until[column : column + slot.columns] = [row + slot.rows] * slot.columns
                column += slot.columns
                yield slot


def _slot(path: str, cell: Any, row: int, column: int, left: int, until: Sequence[int]) -> Slot:
    """A cell at its place, where `left` rows of its group are to come."""
    wanted = min(_int(cell.get("colspan"), 1) or 1, MOST_SPANNED)
    taken = (number for number in range(1, wanted) if column + number < len(until) and until[column + number] > row)
    columns = next(taken, wanted)
    if column + columns > MOST_COLUMNS:
        raise too_large(path, f"有一个表格超过 {MOST_COLUMNS} 列")
    rows = min(_int(cell.get("rowspan"), 1) or left, left)  # 0: to the end of the group
    return Slot(row, column, rows, columns, tuple(_blocks(path, cell)))


def _clipped(slots: Sequence[Slot]) -> list[Slot]:
    """The cells, those that are alone in their rows no wider than the others reach: colspan=100 says all columns."""
    in_row = Counter(slot.row for slot in slots)
    width = max((slot.column + slot.columns for slot in slots if in_row[slot.row] > 1), default=MOST_COLUMNS)
    return [
        slot if slot.column + slot.columns <= width else replace(slot, columns=max(1, width - slot.column))
        for slot in slots
    ]
