"""What the bytes of a file are, told by their content, and whether a package is safe to hand to a parser.

Compound files are read here, not by olefile: only the names beside the root and 32 bytes of one stream are asked for,
and olefile 0.47 follows a chain of DIFAT sectors as long as the header claims it to be.
"""

import codecs
import io
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import islice, pairwise
from typing import Any

from lxml import etree

from pipeline.errors import State, Unreadable

__all__ = [
    "DOCUMENTS",
    "FETCH",
    "Kind",
    "check_ods",
    "check_odt",
    "check_ofd",
    "check_package",
    "check_xlsx",
    "check_xml",
    "kind_of",
    "parsed",
    "refusal",
]

MIB = 1 << 20
MAX_ENTRIES = 10_000
MAX_TOTAL = 256 * MIB  # all parts together, inflated
MAX_XML = 128 * MIB  # all XML parts together: their trees take some five times as much, and all stay in memory
MAX_PART = 64 * MIB  # one XML part
MAX_HANDED = 1024 * MIB  # all that is handed out of one package, parts that are asked for again included
MAX_TYPES = 4 * MIB  # [Content_Types].xml
CHUNK = MIB
HEAD = 16 << 10  # characters looked at to tell text formats apart; root elements with all their namespaces are shorter


class Kind(StrEnum):
    """What a file is."""

    DOCX = "docx"
    DOC = "ole-doc"  # also most .wps of Kingsoft
    ENCRYPTED = "ole-encrypted"
    XLS = "ole-xls"  # also .et of Kingsoft
    OLE = "ole-other"
    OLE_DAMAGED = "ole-damaged"
    RTF = "rtf"
    ODT = "odt"
    FODT = "fodt"
    ODS = "ods"
    WORD_XML = "word-xml"  # the flat XML of Word 2003
    SHEET_XML = "sheet-xml"  # that of Excel 2003
    XLSX = "xlsx"
    PPTX = "pptx"
    OFD = "ofd"
    ZIP = "zip"
    ZIP_DAMAGED = "zip-damaged"
    PDF = "pdf"
    HTML = "html"  # also MHTML
    XML = "xml"
    TEXT = "text"
    EMPTY = "empty"
    UNKNOWN = "unknown"


# Documents that are zips as well: their suffix is wrong if it is that of an archive.
DOCUMENTS = frozenset({Kind.DOCX, Kind.XLSX, Kind.PPTX, Kind.ODT, Kind.ODS, Kind.OFD})
SAVE_AS = "用 Word 或 WPS 打开，另存为 .docx 再录入"
FETCH = "请重新下载，或打开后另存"
# Why a file of this kind cannot be read as what it was taken for.
REFUSALS = {
    Kind.DOCX: ("其实是新版 Word 文件（.docx）", "把后缀改成 .docx 再录入", State.UNSUPPORTED),
    Kind.DOC: ("其实是旧版 Word 文件（.doc）", "把后缀改成 .doc 再录入", State.UNSUPPORTED),
    Kind.ENCRYPTED: ("文件有密码", "请先去掉密码再录入", State.ENCRYPTED),
    Kind.XLS: ("其实是旧版电子表格（.xls）", "把后缀改成 .xls 再录入", State.UNSUPPORTED),
    Kind.OLE: ("不是文档或电子表格（可能是演示文稿或其他 Office 文件）", "请确认文件类型", State.UNSUPPORTED),
    Kind.OLE_DAMAGED: ("文件不完整（Office 文件的目录读不出来）", FETCH, State.DAMAGED),
    Kind.RTF: ("其实是 RTF 文件", "把后缀改成 .rtf 再录入", State.UNSUPPORTED),
    Kind.ODT: ("其实是 OpenDocument 文档", "把后缀改成 .odt 再录入", State.UNSUPPORTED),
    Kind.ODS: ("其实是 OpenDocument 电子表格", "把后缀改成 .ods 再录入", State.UNSUPPORTED),
    Kind.FODT: ("其实是 OpenDocument 单一 XML 文件", SAVE_AS, State.UNSUPPORTED),
    Kind.WORD_XML: ("其实是 Word 2003 XML 文件", SAVE_AS, State.UNSUPPORTED),
    Kind.SHEET_XML: ("其实是 Excel 2003 XML 表格", "把后缀改成 .xls 再录入", State.UNSUPPORTED),
    Kind.XLSX: ("其实是电子表格（.xlsx）", "把后缀改成 .xlsx 再录入", State.UNSUPPORTED),
    Kind.PPTX: ("其实是演示文稿", "请把防控图另存为 .docx 再录入", State.UNSUPPORTED),
    Kind.OFD: ("其实是 OFD 版式文件", "把后缀改成 .ofd 再录入", State.UNSUPPORTED),
    Kind.ZIP: ("其实是压缩包，不是文档", "把后缀改成 .zip 再录入", State.UNSUPPORTED),
    Kind.ZIP_DAMAGED: ("文件不完整（压缩包的目录读不出来）", FETCH, State.DAMAGED),
    Kind.PDF: ("其实是 PDF 文件", "把后缀改成 .pdf 再录入", State.UNSUPPORTED),
    Kind.HTML: ("其实是网页（HTML）", "把后缀改成 .html 再录入", State.UNSUPPORTED),
    Kind.XML: ("其实是 XML 文件，不是认识的文档", SAVE_AS, State.UNSUPPORTED),
    Kind.TEXT: ("其实是纯文本", "把后缀改成 .txt 再录入", State.UNSUPPORTED),
    Kind.EMPTY: ("文件是空的", "请重新下载", State.DAMAGED),
    Kind.UNKNOWN: ("内容不是认识的文档格式", "文件可能已损坏，请重新下载或另存", State.DAMAGED),
}


def refusal(path: str, kind: Kind) -> Unreadable:
    """Why a reader that wants something else does not take a file of this kind."""
    what, remedy, state = REFUSALS[kind]
    return Unreadable(path, what, remedy, state)


def kind_of(data: bytes) -> Kind:
    """What these bytes are, whatever the name of the file says."""
    if not data:
        return Kind.EMPTY
    if data.startswith(OLE_MAGIC):
        return _kind_of_ole(data)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(data)
    return _kind_of_text(data)


# Text formats

MARKUP = (
    # By the names that make LibreOffice take them for documents: anything less it would turn into text, tags and all.
    (Kind.WORD_XML, re.compile(r"<[a-z]*:?worddocument\b[^>]*schemas\.microsoft\.com/office/word/2003/wordml")),
    (Kind.SHEET_XML, re.compile(r"<[a-z]*:?workbook\b[^>]*urn:schemas-microsoft-com:office:spreadsheet")),
    (Kind.FODT, re.compile(r"<office:document\b(?=[^>]*opendocument:xmlns:office)[^>]*opendocument\.text")),
    (Kind.HTML, re.compile(r"<(?:!doctype\s+)?html\b|<(?:head|body|meta|table|div)\b")),
    (Kind.XML, re.compile(r"<\?xml\b")),
)
MHTML = re.compile(r"(?:mime-version|content-type|from|subject|date)\s*:")
UTF_16 = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}


def _kind_of_text(data: bytes) -> Kind:
    head = _head(data).lstrip().lower()
    if head.startswith("{\\rtf"):
        return Kind.RTF
    if b"%PDF-" in data[:1024]:
        return Kind.PDF
    if MHTML.match(head) and "mime-version:" in head and "content-type:" in head:
        return Kind.HTML
    if head.startswith("<"):
        return next((kind for kind, mark in MARKUP if mark.search(head)), Kind.TEXT)
    return Kind.TEXT if _decodes(data[: HEAD * 4]) else Kind.UNKNOWN


def _head(data: bytes) -> str:
    encoding = UTF_16.get(data[:2], "utf-8-sig")
    return data[: HEAD * 2].decode(encoding, "replace")[:HEAD]


def _decodes(data: bytes) -> bool:
    """Whether bytes, perhaps cut within a character, are text."""
    if data[:2] in UTF_16:
        return True
    return b"\0" not in data and any(_decodes_as(data, encoding) for encoding in ("utf-8", "gb18030"))


def _decodes_as(data: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(data)
    except UnicodeDecodeError:
        return False
    return True


# Compound files: [MS-CFB]; the section numbers are its own

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SECTOR_SHIFTS = (9, 12)  # 2.2
MAX_DIRECTORY = MIB  # 8192 names; a document has some ten
IN_HEADER = 109  # FAT sectors named in the header, 2.5
MINI_SECTOR, MINI_CUTOFF = 64, 4096  # 2.2
ENTRY = struct.Struct("<64sHBBIII16sIQQIQ")  # 2.6.1
ROOT = 5  # the type of the first entry
WORD_FIBS = (0xA5EC, 0xA5DC)  # since Word 97, Word 6 and 95
BIFF_BOF, BIFF_WRITE_PROTECT, BIFF_FILE_PASS = b"\x09\x08", b"\x86\x00", b"\x2f\x00"  # [MS-XLS] 2.1.7.20.1, 2.3
FIB_ENCRYPTED = 0x0100  # [MS-DOC] 2.5.2, fEncrypted; set for XOR obfuscation as well


@dataclass(frozen=True, slots=True)
class _Entry:
    """A stream or storage in the directory of a compound file."""

    name: str
    type: int
    left: int
    right: int
    child: int
    start: int
    size: int


@dataclass(frozen=True, slots=True)
class _Ole:
    """The sectors of a compound file; the file's length bounds every walk along them."""

    data: bytes
    sector: int  # bytes

    @property
    def count(self) -> int:
        return len(self.data) // self.sector

    def at(self, number: int) -> bytes:
        """The bytes of a sector, fewer or none if the file ends before."""
        return self.data[(number + 1) * self.sector : (number + 2) * self.sector]

    def number(self, sector: int, index: int) -> int | None:
        """The number at an index within a sector; None beyond the end of the file."""
        offset = (sector + 1) * self.sector + index * 4
        return int.from_bytes(self.data[offset : offset + 4], "little") if offset + 4 <= len(self.data) else None

    def fat(self) -> list[int]:
        """The sectors that hold the table of chains, as many as this file can need."""
        per_sector = self.sector // 4
        needed = -(-self.count // per_sector)
        found = list(struct.unpack_from(f"<{IN_HEADER}I", self.data, 76))
        (more,) = struct.unpack_from("<I", self.data, 68)
        while len(found) < needed and len(content := self.at(more)) == self.sector:
            *named, more = struct.unpack(f"<{per_sector}I", content)
            found += named
        return found[:needed]

    def chain(self, start: int) -> Iterator[int]:
        """The sectors of a stream from `start` on; a chain that runs in a circle ends with the file's length."""
        fat, per_sector = self.fat(), self.sector // 4
        for _ in range(self.count):
            if start // per_sector >= len(fat):
                return
            yield start
            following = self.number(fat[start // per_sector], start % per_sector)
            if following is None:
                return
            start = following


def _kind_of_ole(data: bytes) -> Kind:
    ole = _ole(data)
    entries = _entries(ole) if ole else []
    if not ole or not entries or entries[0].type != ROOT:
        return Kind.OLE_DAMAGED
    beside = {entry.name: entry for entry in _children(entries, entries[0])}
    if "EncryptedPackage" in beside:
        return Kind.ENCRYPTED
    if "WordDocument" in beside:
        return _kind_of_word(_beginning(ole, beside["WordDocument"], entries[0]))
    if book := beside.get("Workbook") or beside.get("Book"):  # since Excel 97, Excel 5 and 95
        return _kind_of_book(_beginning(ole, book, entries[0]))
    return Kind.OLE


def _kind_of_word(fib: bytes) -> Kind:
    if len(fib) < 32:
        return Kind.OLE_DAMAGED
    magic, flags = struct.unpack_from("<H8xH", fib)
    return Kind.ENCRYPTED if magic in WORD_FIBS and flags & FIB_ENCRYPTED else Kind.DOC


def _kind_of_book(biff: bytes) -> Kind:
    """By its first records: what tells of a password comes after the beginning and, at most, one other."""
    if not biff.startswith(BIFF_BOF):
        return Kind.OLE
    rest = _after_record(biff)
    rest = _after_record(rest) if rest.startswith(BIFF_WRITE_PROTECT) else rest
    return Kind.ENCRYPTED if rest.startswith(BIFF_FILE_PASS) else Kind.XLS


def _after_record(biff: bytes) -> bytes:
    return biff[4 + int.from_bytes(biff[2:4], "little") :]


def _ole(data: bytes) -> _Ole | None:
    if len(data) < 512:
        return None
    (shift,) = struct.unpack_from("<H", data, 30)
    return _Ole(data, 1 << shift) if shift in SECTOR_SHIFTS else None


def _entries(ole: _Ole) -> list[_Entry]:
    """The directory; its first entry is the root."""
    (start,) = struct.unpack_from("<I", ole.data, 48)
    content = b"".join(ole.at(number) for number in islice(ole.chain(start), MAX_DIRECTORY // ole.sector))
    whole = len(content) // ENTRY.size * ENTRY.size
    return [_entry(fields) for fields in ENTRY.iter_unpack(content[:whole])]


def _entry(fields: tuple[bytes, int, int, int, int, int, int, bytes, int, int, int, int, int]) -> _Entry:
    name, length, kind, _, left, right, child, *_, start, size = fields
    text = name[: max(0, min(length, len(name)) - 2)].decode("utf-16-le", "replace")
    return _Entry(text, kind, left, right, child, start, size & 0xFFFFFFFF)


def _children(entries: Sequence[_Entry], storage: _Entry) -> Iterator[_Entry]:
    """The entries directly in a storage: they form a tree by their left and right neighbours."""
    waiting, seen = [storage.child], set[int]()
    while waiting:
        number = waiting.pop()
        if number < len(entries) and number not in seen:
            seen.add(number)
            yield entries[number]
            waiting += (entries[number].left, entries[number].right)


def _beginning(ole: _Ole, entry: _Entry, root: _Entry) -> bytes:
    """The first bytes of a stream; short streams lie together in the stream of the root."""
    if entry.size >= MINI_CUTOFF:
        return ole.at(entry.start)[:MINI_SECTOR]
    offset = entry.start * MINI_SECTOR
    sector = next(islice(ole.chain(root.start), offset // ole.sector, None), None) if offset < len(ole.data) else None
    return b"" if sector is None else ole.at(sector)[offset % ole.sector :][:MINI_SECTOR]


# Zip packages

CENTRAL = b"PK\x01\x02"  # begins every entry of the directory
LOCAL = struct.Struct("<4s22xHH")
ZIP_ERRORS = (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError, EOFError, struct.error, OSError)
ODF = {  # by the first part, which is never deflated
    b"application/vnd.oasis.opendocument.text": Kind.ODT,
    b"application/vnd.oasis.opendocument.spreadsheet": Kind.ODS,
}
CONTENT_TYPES = "[content_types].xml"
OFD_ROOT = "ofd.xml"  # GB/T 33190-2016, 7.3
OFD_ENCRYPTED = "encryptions.xml"  # GM/T 0099-2020: stands beside the root and leads to the keys
WORD_TYPES = frozenset(
    {
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
        "application/vnd.ms-word.document.macroenabled.main+xml",
        "application/vnd.ms-word.template.macroenabledtemplate.main+xml",
    }
)


SHEET_TYPES = frozenset(
    {
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml",
        "application/vnd.ms-excel.sheet.macroenabled.main+xml",
        "application/vnd.ms-excel.template.macroenabled.main+xml",
    }
)


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a package: what the zip directory says of it, and where its bytes begin and end."""

    name: str  # in lower case: names of parts differ in more than case
    info: zipfile.ZipInfo
    start: int
    stop: int


def _kind_of_zip(data: bytes) -> Kind:
    try:
        names = {info.filename.lower() for info in _directory(data)}
    except ZIP_ERRORS:
        return Kind.ZIP_DAMAGED
    if "mimetype" in names and (odf := next((kind for mark, kind in ODF.items() if mark in data[:200]), None)):
        return odf
    folders = {name.partition("/")[0] for name in names if "/" in name}
    if not names.isdisjoint((OFD_ROOT, OFD_ENCRYPTED)):
        return Kind.OFD
    if CONTENT_TYPES not in names:
        return Kind.ZIP
    known = {"word": Kind.DOCX, "xl": Kind.XLSX, "ppt": Kind.PPTX}
    return next((kind for folder, kind in known.items() if folder in folders), Kind.ZIP)


class _TooManyEntries(ValueError):
    """The directory of a zip names more parts than any document has."""


def _directory(data: bytes) -> list[zipfile.ZipInfo]:
    # Counted before zipfile makes an object of a kilobyte for each, and whatever the end record claims.
    if data.count(CENTRAL) > MAX_ENTRIES:
        raise _TooManyEntries
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return package.infolist()


def check_package(path: str, data: bytes) -> None:
    """Raises Unreadable unless the bytes are a Word package that can be parsed in bounded time and memory."""
    _check_office(path, data, Kind.DOCX, WORD_TYPES, "不是 Word 文档（没有 Word 正文部件）")


def check_xlsx(path: str, data: bytes) -> Iterator[bytes]:
    """The parts that hold the cells of an Excel package; Unreadable unless it can be parsed in bounded memory."""
    parts = _check_office(path, data, Kind.XLSX, SHEET_TYPES, "不是 .xlsx 表格（没有工作簿部件，可能是 .xlsb）")
    return (_content(path, data, part, MAX_PART) for part in parts if part.name.startswith("xl/worksheets/"))


def _check_office(path: str, data: bytes, kind: Kind, main: frozenset[str], otherwise: str) -> list[_Part]:
    """The parts of a sound package of Office that has one of the `main` types."""
    parts = _parts(path, data, kind)
    by_name = {part.name: part for part in parts}
    types = _content_types(path, _content(path, data, by_name[CONTENT_TYPES], MAX_TYPES))
    if main.isdisjoint((*types.overrides.values(), *types.defaults.values())):
        raise Unreadable(path, otherwise, "请确认文件类型")
    _check_parts(path, data, parts, types.is_xml)
    return parts


def check_odt(path: str, data: bytes) -> None:
    """Raises Unreadable unless the bytes are an OpenDocument text without password, safe to be parsed."""
    _check_odf(path, data, Kind.ODT)


def check_ods(path: str, data: bytes) -> bytes:
    """The content of an OpenDocument spreadsheet; Unreadable unless it is one without password, safe to be parsed."""
    content = next((part for part in _check_odf(path, data, Kind.ODS) if part.name == "content.xml"), None)
    if content is None:
        raise _damaged(path, "里面没有表格内容（content.xml）")
    return _content(path, data, content, MAX_PART)


def _check_odf(path: str, data: bytes, kind: Kind) -> list[_Part]:
    parts = _parts(path, data, kind)
    manifest = next((part for part in parts if part.name == "meta-inf/manifest.xml"), None)
    if manifest and b"encryption-data" in _content(path, data, manifest, MAX_TYPES):
        raise refusal(path, Kind.ENCRYPTED)
    # Settings of menus and keys, which OpenOffice leaves empty.
    settings = {part.name for part in parts if "configurations2/" in part.name and not part.info.file_size}
    _check_parts(path, data, parts, lambda name: name.endswith(".xml") and name not in settings)
    return parts


def check_ofd(path: str, data: bytes) -> dict[str, Callable[[], bytes]]:
    """Raises Unreadable unless the bytes are an OFD package without password whose directory is sound.

    What comes back inflates its parts, by their names in lower case; Unreadable if one is broken or too large, or too
    much was asked for in all. Parts nobody asks for are not looked at, such as attachments with DTDs of their own.
    """
    parts = _parts(path, data, Kind.OFD)
    if any(part.name == OFD_ENCRYPTED for part in parts):
        raise refusal(path, Kind.ENCRYPTED)
    if sum(part.info.file_size for part in parts if part.name.endswith(".xml")) > MAX_XML:
        raise _too_large(path, f"XML 部件解压后一共超过 {MAX_XML // MIB} MiB")
    room = MAX_HANDED

    def content(part: _Part) -> bytes:
        nonlocal room
        found = _content(path, data, part, min(MAX_PART, room))
        room -= len(found)
        return found

    return {part.name: partial(content, part) for part in parts}


def _parts(path: str, data: bytes, kind: Kind) -> list[_Part]:
    """The parts of a package of this kind, once its directory is found sound."""
    try:
        infos = _directory(data) if data.startswith(b"PK") else []
    except _TooManyEntries:
        raise _too_large(path, f"压缩包里的部件超过 {MAX_ENTRIES} 个") from None
    except ZIP_ERRORS as error:
        raise refusal(path, Kind.ZIP_DAMAGED) from error
    found = kind_of(data)
    if found is not kind:
        raise refusal(path, found)
    _check_directory(path, infos)
    return _placed(path, data, infos)


def _check_directory(path: str, infos: Iterable[zipfile.ZipInfo]) -> None:
    names = Counter(info.filename.lower() for info in infos)
    if any(info.flag_bits & 0x41 for info in infos):
        raise refusal(path, Kind.ENCRYPTED)
    if twice := next((name for name, times in names.items() if times > 1), None):
        raise _damaged(path, f"压缩包里有两个部件同名（{twice[:80]}）")
    if any(info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for info in infos):
        raise _damaged(path, "压缩包用了 Office 不用的压缩方法")
    if sum(info.file_size for info in infos) > MAX_TOTAL:
        raise _too_large(path, f"解压后超过 {MAX_TOTAL // MIB} MiB")


def _placed(path: str, data: bytes, infos: Iterable[zipfile.ZipInfo]) -> list[_Part]:
    """Where the parts lie; none may share bytes with another, as they do in a small file that inflates without end."""
    parts = [_part(path, data, info) for info in infos]
    ordered = sorted(parts, key=lambda part: part.info.header_offset)
    if any(second.info.header_offset < first.stop for first, second in pairwise(ordered)):
        raise _damaged(path, "压缩包里的部件互相重叠，可能是恶意文件")
    return parts


def _part(path: str, data: bytes, info: zipfile.ZipInfo) -> _Part:
    header = data[info.header_offset : info.header_offset + LOCAL.size] if info.header_offset >= 0 else b""
    if len(header) < LOCAL.size or not header.startswith(b"PK\x03\x04"):
        raise _damaged(path, f"压缩包里的 {info.filename[:80]} 找不到")
    _, name, extra = LOCAL.unpack(header)
    start = info.header_offset + LOCAL.size + name + extra
    if start + info.compress_size > len(data):
        raise _damaged(path, f"压缩包里的 {info.filename[:80]} 不完整")
    return _Part(info.filename.lower(), info, start, start + info.compress_size)


def _check_parts(path: str, data: bytes, parts: Iterable[_Part], is_xml: Callable[[str], bool]) -> None:
    """Inflate every part once, XML into memory, the rest only to see how long it is; the XML one after the other."""
    room = MAX_XML
    for part in parts:
        if is_xml(part.name):
            check_xml(path, _content(path, data, part, min(MAX_PART, room)), part.info.filename)
            room -= part.info.file_size
        else:
            for _ in _sound(path, data, part):
                pass


def _content(path: str, data: bytes, part: _Part, limit: int) -> bytes:
    if part.info.file_size > limit:
        raise _too_large(path, f"部件 {part.info.filename[:80]} 解压后超过 {limit // MIB} MiB")
    return b"".join(_sound(path, data, part))


def _sound(path: str, data: bytes, part: _Part) -> Iterator[bytes]:
    """The inflated bytes of a part, as long as they are no more than it declares; in the end they must be the same."""
    length = check = 0
    try:
        for chunk in _inflated(data, part):
            length += len(chunk)
            check = zlib.crc32(chunk, check)
            if length > part.info.file_size:
                break
            yield chunk
    except zlib.error as error:
        raise _damaged(path, f"部件 {part.info.filename[:80]} 解压不了") from error
    if (length, check) != (part.info.file_size, part.info.CRC):
        raise _damaged(path, f"部件 {part.info.filename[:80]} 与压缩包的目录不符")


def _inflated(data: bytes, part: _Part) -> Iterator[bytes]:
    """The bytes of a part in pieces of bounded length."""
    view = memoryview(data)[part.start : part.stop]
    if part.info.compress_type == zipfile.ZIP_STORED:
        yield bytes(view)
        return
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    for begin in range(0, len(view), CHUNK // 16):  # small, for what is left of a piece is copied each time
        rest: bytes | memoryview = view[begin : begin + CHUNK // 16]
        while rest and not inflate.eof:
            yield inflate.decompress(rest, CHUNK)
            rest = inflate.unconsumed_tail
    yield inflate.flush()


# Parts


@dataclass(frozen=True, slots=True)
class _Types:
    """The content types of a package, all in lower case: by name of the part, else by suffix."""

    overrides: dict[str, str]
    defaults: dict[str, str]

    def is_xml(self, name: str) -> bool:
        """Whether some reader may parse this part; pictures in SVG are left alone, and may have a DTD."""
        if name == CONTENT_TYPES or name.endswith(".rels"):
            return True
        found = self.overrides.get(name) or self.defaults.get(name.rpartition(".")[2], "")
        return found.endswith("xml") and found != "image/svg+xml"


def _content_types(path: str, content: bytes) -> _Types:
    root = parsed(path, content, "[Content_Types].xml")
    return _Types(_typed(root, "PartName"), _typed(root, "Extension"))


def _typed(root: etree._Element, key: str) -> dict[str, str]:
    found = ((one.get(key), one.get("ContentType")) for one in root)
    return {name.lstrip("/").lower(): kind.lower() for name, kind in found if name and kind}


def parsed(path: str, content: bytes, name: str = "") -> Any:
    """The root element of an XML part, without comments and processing instructions; Unreadable as in `check_xml`."""
    check_xml(path, content, name)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:  # only a tree has limits for single texts
        raise _too_large(path, f"部件 {name[:80]} 里的文字太长") from error


class _Dtd(ValueError):
    """A part has a document type declaration."""


class _Listener:
    """What a parser tells its events to: of nothing but a DTD, so no tree grows and no Python runs."""

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        raise _Dtd(name)

    def close(self) -> None:
        """The end; there is no result."""


LISTENER: Any = _Listener()  # the stubs of lxml want all methods, and each one there costs a call per element


def check_xml(path: str, content: bytes, name: str = "") -> None:
    """Raises Unreadable unless this is well-formed XML without DTD and not nested beyond measure."""
    where = f"部件 {name[:80]} " if name else "文件"
    if len(content) > MAX_PART:
        raise _too_large(path, f"{where}超过 {MAX_PART // MIB} MiB")
    # The same limits as in parsing proper: libxml2 lets elements nest 256 deep, Word's own stay below a hundred.
    parser = etree.XMLParser(target=LISTENER, resolve_entities=False, no_network=True, huge_tree=False)
    try:
        etree.fromstring(content, parser)
    except _Dtd:
        raise Unreadable(path, f"{where}带有 DTD 或实体声明，可能是恶意文件", SAVE_AS) from None
    except etree.XMLSyntaxError as error:
        if "depth" in str(error):
            raise _too_large(path, f"{where}里的元素嵌套太深") from error
        raise _damaged(path, f"{where}不是完整的 XML") from error


def _damaged(path: str, what: str) -> Unreadable:
    return Unreadable(path, what, f"文件已损坏或被改动；{FETCH}", State.DAMAGED)


def _too_large(path: str, what: str) -> Unreadable:
    return Unreadable(path, what, "请确认文件来源；如内容属实，请拆分后再录入", State.TOO_LARGE)
