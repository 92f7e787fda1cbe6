"""The file in which an index is handed on: a zip of what was read, proved whole before any of it is believed.

Its entries are `files.jsonl` (a `Packed` a line), `records.jsonl` (a `Record` a line, grouped by file in that order)
and, last because it holds the sums of both, `manifest.json`. The same content gives the same bytes, with the same zlib.
A line is read only if it is to the byte what `write` makes of its value: no key twice, none unknown, no other spelling.
"""

import hashlib
import io
import os
import re
import shutil
import struct
import tempfile
import uuid
import zlib
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, BinaryIO, Generic, Literal, TypeVar
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

import msgspec
import numpy as np

from pipeline.errors import LiantuError, PackBroken, State
from pipeline.model import Place, Problem, Record, Tally

__all__ = ["Manifest", "Origin", "Pack", "Packed", "Part", "opened", "verify", "write"]

SCHEMA = 1
MANIFEST, FILES, RECORDS = "manifest.json", "files.jsonl", "records.jsonl"

MIB = 1 << 20
MAX_BYTES = 64 << 30  # both parts together, inflated
MAX_MANIFEST = MIB
MAX_LINE = 64 * MIB
MAX_COMMAS = 1_000_000  # in a line: a value that is one byte in JSON is a hundred in memory
MAX_TEXT = 1_000_000  # characters of one text
MAX_FILES = 1_000_000
MAX_RECORDS = 20_000_000
SIP = MIB >> 3  # more than the longest comment of a zip, and room for the names of some two thousand entries
LARGEST = (1 << 63) - 1  # SQLite's largest integer

HEX = {digits: re.compile(f"[0-9a-f]{{{digits}}}") for digits in (16, 64)}
ZIP_ERRORS = (BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError, struct.error, OSError)

AGAIN = "请对方用 liantu pack 重新导出，并把整个文件再传一次"
OTHER = "请确认选对了文件：它应由 liantu pack 导出"
REREAD = "用 liantu ingest 重新录入相应的文件，再导出"
ROOM = "腾出空间，或用环境变量 TMPDIR 另指临时文件夹"


@dataclass(frozen=True, slots=True)
class Packed:
    """One file: `sha256` is empty where nobody looked into it, `reason` says in Chinese what is wrong, if anything is.

    `records` is how many the pack holds of it; `duplicate_of` names the document that holds those of the same content.
    """

    document: str
    sha256: str
    agency: str | None
    reader_version: int
    state: State
    reason: str
    duplicate_of: str | None
    charts: int
    records: int
    tally: Tally
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """What a pack was made with: the version of liantu, that of its reader, and what searching depends on.

    `lexicon` is the SHA-256 of the user's own or "-", `model` a fingerprint, `selection` what was asked for, in words,
    "" for all of an index.
    """

    program: str
    reader_version: int
    segmenter: str
    lexicon: str
    model: str
    selection: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """The sum and size of one part, inflated; a line is one file or one record."""

    sha256: str
    bytes: int
    lines: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a pack says of itself; `statements` are counted as often as they occur."""

    format: Literal["liantu-pack"] = field(default="liantu-pack", kw_only=True)
    schema: int = field(default=SCHEMA, kw_only=True)
    origin: Origin
    files: Part
    records: Part
    statements: int


class _Head(msgspec.Struct):
    """What manifests of all schemas have."""

    format: Literal["liantu-pack"]
    schema: int


class _Wrong(Exception):
    """What is wrong with a part, and in which of its lines (from 1) if not in the one just asked for."""

    def __init__(self, what: str, line: int | None = None) -> None:
        super().__init__(what)
        self.what, self.line = what, line


@dataclass(frozen=True, slots=True)
class Pack:
    """An open pack, found whole: all that it yields stands in a copy nobody else can change."""

    manifest: Manifest
    _files: BinaryIO
    _records: BinaryIO

    def files(self) -> Iterator[Packed]:
        """The files, in the order in which they were packed."""
        return map(_FILE.decode, _lines(self._files))

    def records(self) -> Iterator[Record]:
        """The records, grouped by file in the same order."""
        return map(_RECORD.decode, _lines(self._records))


@contextmanager
def opened(path: Path) -> Iterator[Pack]:
    """The pack at `path`, once all of it has been read and checked; PackBroken if anything is wrong with it."""
    with _spool(path) as files, _spool(path) as records:
        manifest = _unpacked(path, files, records)
        with io.BufferedReader(files, MIB) as stored_files, io.BufferedReader(records, MIB) as stored_records:
            pack = Pack(manifest, stored_files, stored_records)
            _audit(str(path), pack)
            yield pack


def verify(path: Path) -> Manifest:
    """What the pack at `path` says of itself, all of it checked as in `opened`."""
    with opened(path) as pack:
        return pack.manifest


def write(target: Path, origin: Origin, files: Iterable[Packed], records: Iterable[Record]) -> Manifest:
    """Pack files and their records, which come grouped by file in the same order, into `target`.

    What stood there is replaced in the end or, if anything fails, left as it was. PackBroken if the content could not
    be read again, LiantuError if the file cannot be written.
    """
    where, counts = str(target), Counter[str]()
    held = list(_located(where, REREAD, FILES, _known(_sound(_FILE, files))))
    told = _counting(_located(where, REREAD, RECORDS, _distinct(_by_file(held, _sound(_RECORD, records)))), counts)
    try:
        with _draft(target) as file, ZipFile(file, "w") as archive:
            parts = _store(archive, FILES, held), _store(archive, RECORDS, told)
            all_told = Manifest(origin, *parts, counts["statements"])
            (manifest,) = _located(where, REREAD, MANIFEST, _sound(_MANIFEST, [all_told]))
            archive.writestr(_entry(MANIFEST), _line(manifest))
    except OSError as error:
        raise LiantuError(where, f"写不了（{error.strerror}）", "检查文件夹、权限和磁盘空间") from error
    return manifest


# Lines and values

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Form(Generic[T]):
    """How the lines of a part become values, and what must be true of each beyond its type."""

    decode: Callable[[bytes], T]
    check: Callable[[T], None]


def _line(value: Any) -> bytes:
    return msgspec.json.encode(value) + b"\n"


def _value(form: _Form[T], line: bytes) -> T:
    """The value of a line; _Wrong unless it is one that `write` writes."""
    if len(line) > MAX_LINE:
        raise _Wrong(f"一行超过 {MAX_LINE // MIB} MiB")
    if line.count(b",") > MAX_COMMAS:
        raise _Wrong("一行里的内容太多")
    value = _decoded(form, line)
    form.check(value)
    if _line(value) != line:
        raise _Wrong("写法与廉图的不同（有重复或不认识的字段，或被改写过）")
    return value


def _decoded(form: _Form[T], line: bytes) -> T:
    try:
        return form.decode(line)
    except UnicodeDecodeError:
        raise _Wrong("不是 UTF-8 文字") from None
    except RecursionError:
        raise _Wrong("JSON 嵌套太深") from None
    except msgspec.ValidationError as error:
        raise _Wrong(f"缺少内容或类型不对（{error}）") from None
    except msgspec.DecodeError as error:
        raise _Wrong(f"不是完整的 JSON（{error}）") from None


def _sound(form: _Form[T], values: Iterable[T]) -> Iterator[T]:
    """The values as they will be read again."""
    for value in values:
        name = getattr(value, "document", "索引的说明")
        try:
            line = _line(value)
        except (ValueError, OverflowError):  # half surrogate pairs, numbers of thousands of digits
            raise _Wrong(f"{name[:80]!a} 里有写不成 JSON 的内容") from None
        try:
            again = _value(form, _line(_decoded(form, line)))
        except _Wrong as wrong:
            raise _Wrong(f"{name[:80]} {wrong.what}") from None
        if again != value:  # numbers that are none become null
            raise _Wrong(f"{name[:80]} 里有写不成 JSON 的内容")
        yield again


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file, whatever else is read from it meanwhile; of one that is too long, the beginning."""
    offset = 0
    while True:
        file.seek(offset)
        line = file.readline(MAX_LINE + 1)
        if not line:
            return
        offset += len(line)
        yield line


def _located(where: str, remedy: str, part: str, values: Iterable[T]) -> Iterator[T]:
    """The values of a part; what is wrong with one as an error that says where it stands."""
    number = 0
    try:
        for number, value in enumerate(values, 1):  # noqa: B007
            yield value
    except _Wrong as wrong:
        raise PackBroken(where, f"{part} 第 {wrong.line or number + 1} 行：{wrong.what}", remedy) from None


# What must be true of each value


def _check_file(one: Packed) -> None:
    if one.sha256 or one.records:
        _check_hex("sha256", one.sha256, 64)
    counts = (one.reader_version, one.charts, one.records, one.tally.in_records, one.tally.in_titles)
    _check_numbers(0, *counts, one.tally.unplaced)
    _check_numbers(1, *(problem.page for problem in one.problems))
    _check_texts(one.document, one.agency, one.reason, one.duplicate_of)
    _check_texts(*(text for problem in one.problems for text in (problem.code, problem.message)))
    if (one.state is State.DUPLICATE) != (one.duplicate_of is not None):
        raise _Wrong("状态是否为重复文件，与有没有写明同哪个文件重复不符")
    if one.duplicate_of is not None and one.records:
        raise _Wrong("重复文件不应另有记录")


def _check_record(one: Record) -> None:
    _check_hex("id", one.id, 16)
    _check_hex("sha256", one.sha256, 64)
    _check_numbers(0, one.chart, one.stage_order)
    _check_numbers(1, one.page)
    _check_share(one.confidence)
    _check_texts(one.document, one.title, one.agency, one.category, one.power, one.power_code, one.stage)
    _check_texts(one.stage_label, one.level_label, one.responsible_party, *one.unit, *one.doubts)
    _check_texts(*one.risk_points, *one.control_measures, *one.monitoring_points)
    for place in one.boxes:
        _check_place(place)


def _check_place(place: Place) -> None:
    # The coordinates are finite: JSON has no other numbers.
    _check_numbers(0, place.box)
    _check_numbers(1, place.page)
    _check_share(place.confidence)


def _check_manifest(one: Manifest) -> None:
    for part, most in ((one.files, MAX_FILES), (one.records, MAX_RECORDS)):
        _check_hex("sha256", part.sha256, 64)
        _check_numbers(0, part.bytes, part.lines)
        if part.lines > most:
            raise _Wrong(f"文件多于 {MAX_FILES} 个或记录多于 {MAX_RECORDS} 条")
    _check_numbers(0, one.statements, one.origin.reader_version)
    if one.files.bytes + one.records.bytes > MAX_BYTES:
        raise _Wrong(f"解压后超过 {MAX_BYTES >> 30} GiB")
    if one.origin.lexicon != "-":
        _check_hex("lexicon", one.origin.lexicon, 64)


def _check_hex(name: str, text: str, digits: int) -> None:
    if not HEX[digits].fullmatch(text):
        raise _Wrong(f"{name} 应为 {digits} 个十六进制字符")


def _check_numbers(least: int, *numbers: int | None) -> None:
    for number in numbers:
        if number is not None and not least <= number <= LARGEST:
            raise _Wrong(f"数字超出范围（{str(number)[:20]}）")


def _check_share(number: float) -> None:
    if not 0 <= number <= 1:
        raise _Wrong(f"confidence 应在 0 与 1 之间（{number}）")


def _check_texts(*texts: str | None) -> None:
    for text in texts:
        if text is not None and len(text) > MAX_TEXT:
            raise _Wrong(f"一段文字超过 {MAX_TEXT} 个字符")


_FILE = _Form(msgspec.json.Decoder(Packed).decode, _check_file)
_RECORD = _Form(msgspec.json.Decoder(Record).decode, _check_record)
_MANIFEST = _Form(msgspec.json.Decoder(Manifest).decode, _check_manifest)


# What must be true of all of them together


def _known(files: Iterable[Packed]) -> Iterator[Packed]:
    """The files, if what each duplicate is one of is among them, and no document with its content has records twice.

    One name and content may come twice, from two folders: then one of them at most has records.
    """
    holders, full = set[bytes](), set[bytes]()
    named: dict[bytes, int] = {}  # the first line that says so
    for number, file in enumerate(files, 1):
        key = _key(file.document, file.sha256)
        if file.duplicate_of is not None:
            named.setdefault(_key(file.duplicate_of, file.sha256), number)
        elif file.records and key in full:
            raise _Wrong("同名同内容的文件有两份记录")
        else:
            holders.add(key)
            full.update([key] if file.records else [])
        yield file
    for key, number in named.items():
        if key not in holders:
            raise _Wrong("与它重复的文件不在里面", number)


def _key(document: str, sha256: str) -> bytes:
    """Short, for a million of them are held."""
    return hashlib.blake2b(f"{sha256}{document}".encode(), digest_size=16).digest()


def _by_file(files: Iterable[Packed], records: Iterable[Record]) -> Iterator[Record]:
    """The records, if they come in the order of the files and each file has as many as it says."""
    rest = iter(records)
    for file in files:
        count = 0
        for count, record in enumerate(islice(rest, file.records), 1):  # noqa: B007
            if (record.document, record.sha256) != (file.document, file.sha256):
                raise _Wrong(f"记录不属于 {file.document[:80]}，按 {FILES} 的次序和条数应属于它")
            yield record
        if count < file.records:
            raise _Wrong(f"{file.document[:80]} 的记录不全（应有 {file.records} 条，只有 {count} 条）")
    if next(rest, None) is not None:
        raise _Wrong(f"多出的记录，{FILES} 里没有它的文件")


def _distinct(records: Iterable[Record]) -> Iterator[Record]:
    """The records, if no id comes twice."""
    ids = array("Q")  # eight bytes each
    for record in records:
        ids.append(int(record.id, 16))
        yield record
    numbers = np.array(ids, dtype=np.uint64)
    order = np.argsort(numbers, kind="stable")
    later = order[1:][numbers[order[1:]] == numbers[order[:-1]]]
    if later.size:
        place = int(later.min())
        raise _Wrong(f"记录编号 {ids[place]:016x} 前面已有", place + 1)


def _counting(records: Iterable[Record], counts: Counter[str]) -> Iterator[Record]:
    """The records; `counts` how many they were in the end, and their statements."""
    for record in records:
        counts["records"] += 1
        counts["statements"] += len(record.statements())
        yield record


def _audit(where: str, pack: Pack) -> None:
    """Read everything once; PackBroken unless each line is sound and all fit together and the manifest."""
    manifest, counts = pack.manifest, Counter[str]()
    files = (_value(_FILE, line) for line in _lines(pack._files))
    records = (_value(_RECORD, line) for line in _lines(pack._records))
    known = islice(_located(where, AGAIN, FILES, _known(files)), manifest.files.lines + 1)
    named = [file.records for file in known]
    _check_count(where, f"{FILES} 的行数", len(named), manifest.files.lines)
    _check_count(where, f"{FILES} 里各文件的记录数之和", sum(named), manifest.records.lines)
    told = _located(where, AGAIN, RECORDS, _distinct(_by_file(pack.files(), records)))
    for _ in _counting(told, counts):
        pass
    _check_count(where, f"{RECORDS} 的行数", counts["records"], manifest.records.lines)
    _check_count(where, f"{RECORDS} 里的内容条数", counts["statements"], manifest.statements)


def _check_count(where: str, name: str, found: int, said: int) -> None:
    if found != said:
        raise _broken(where, f"{name}与 {MANIFEST} 写的不符")


# Writing the zip


@contextmanager
def _draft(target: Path) -> Iterator[io.BufferedWriter]:
    """A file beside the target that takes its place in the end, or goes."""
    draft = target.parent / f".liantu-{uuid.uuid4().hex}.tmp"
    try:
        with draft.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = ZIP_DEFLATED  # at the level that zlib takes for itself
    entry.create_system, entry.external_attr = 3, 0o644 << 16
    return entry


def _store(archive: ZipFile, name: str, values: Iterable[object]) -> Part:
    total, size, count = hashlib.sha256(), 0, 0
    with archive.open(_entry(name), "w", force_zip64=True) as file:
        for count, value in enumerate(values, 1):  # noqa: B007
            line = _line(value)
            total.update(line)
            size += file.write(line)
    return Part(total.hexdigest(), size, count)


# Reading the zip


class _Sips(io.FileIO):
    """A file read in pieces of bounded length: zipfile wants a directory whole, however long it says it is."""

    def read(self, size: int | None = -1, /) -> bytes:
        """At most SIP bytes."""
        return super().read(SIP if size is None or size < 0 else min(size, SIP)) or b""


@contextmanager
def _spool(path: Path) -> Iterator[io.FileIO]:
    """A temporary file without a name."""
    try:
        file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
    except OSError as error:
        raise PackBroken(str(path), f"建不了临时文件（{error.strerror}）", ROOM) from error
    with file:
        yield file


def _unpacked(path: Path, files: io.FileIO, records: io.FileIO) -> Manifest:
    """Inflate the parts into these files; the manifest, once their sums are those it names."""
    where = str(path)
    try:
        if not path.is_file():
            raise PackBroken(where, "没有这个文件，或它不是普通文件", "检查路径")
        with _Sips(path) as file, ZipFile(_beginning(where, file)) as archive:
            manifest = _manifest(where, archive)
            parts = {FILES: manifest.files, RECORDS: manifest.records}
            entries = _entries(where, archive, parts)
            _check_room(where, sum(part.bytes for part in parts.values()))
            for entry, into in zip(entries, (files, records), strict=True):
                _inflate(where, archive, entry, parts[entry.filename], into)
    except PermissionError as error:
        raise PackBroken(where, "没有权限读这个文件", "检查文件的权限") from error
    except ZIP_ERRORS as error:
        raise PackBroken(where, "文件不完整或已损坏（压缩包读不出来）", AGAIN) from error
    return manifest


def _beginning(where: str, file: _Sips) -> _Sips:
    """The file, if it begins like a zip."""
    beginning = file.read(4)
    if not beginning:
        raise PackBroken(where, "文件是空的", AGAIN)
    if beginning != b"PK\x03\x04":
        raise PackBroken(where, "不是廉图导出的文件", OTHER)
    return file


def _manifest(where: str, archive: ZipFile) -> Manifest:
    entries = [entry for entry in archive.infolist() if entry.filename == MANIFEST]
    if not entries:
        raise PackBroken(where, f"不是廉图导出的文件（里面没有 {MANIFEST}）", OTHER)
    _check_entry(where, entries[0])
    with archive.open(entries[0]) as file:
        line = file.read(MAX_MANIFEST + 1)
    if len(line) > MAX_MANIFEST:
        raise PackBroken(where, f"{MANIFEST} 超过 {MAX_MANIFEST // MIB} MiB", AGAIN)
    _check_head(where, line)
    return next(_located(where, AGAIN, MANIFEST, (_value(_MANIFEST, one) for one in [line])))


def _check_head(where: str, manifest: bytes) -> None:
    try:
        head = msgspec.json.decode(manifest, type=_Head)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise PackBroken(where, f"不是廉图导出的文件（{MANIFEST} 看不懂）", OTHER) from error
    if head.schema > SCHEMA:
        raise PackBroken(where, "由更新版本的廉图导出", "升级廉图后再导入")
    if head.schema < SCHEMA:
        raise _broken(where, f"{MANIFEST} 第 1 行：没有这种格式版本（{str(head.schema)[:20]}）")


def _entries(where: str, archive: ZipFile, parts: Iterable[str]) -> list[ZipInfo]:
    """The entries of these parts, if a pack's are all there are."""
    times = Counter(entry.filename for entry in archive.infolist())
    for name, count in times.items():
        if name not in (MANIFEST, *parts):
            raise _broken(where, f"压缩包里多出 {name[:80]}")
        if count > 1:
            raise _broken(where, f"压缩包里有两个 {name}")
    if missing := next((name for name in parts if name not in times), None):
        raise _broken(where, f"压缩包里缺少 {missing}")
    ordered = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
    if any(first.header_offset + first.compress_size > second.header_offset for first, second in pairwise(ordered)):
        raise _broken(where, "压缩包里的部分互相重叠")
    found = [archive.getinfo(name) for name in parts]
    for entry in found:
        _check_entry(where, entry)
    return found


def _check_entry(where: str, entry: ZipInfo) -> None:
    if entry.flag_bits & 0x41:
        raise _broken(where, f"{entry.filename} 有密码")
    if entry.compress_type != ZIP_DEFLATED:
        raise _broken(where, f"{entry.filename} 用了廉图不用的压缩方法")


def _check_room(where: str, needed: int) -> None:
    if shutil.disk_usage(tempfile.gettempdir()).free < needed:
        raise PackBroken(where, f"磁盘空间不够：解压需要 {-(-needed // MIB)} MiB", ROOM)


def _inflate(where: str, archive: ZipFile, entry: ZipInfo, part: Part, into: io.FileIO) -> None:
    """Inflate what the manifest says; zipfile stops where the directory does, or without a word where the data does."""
    if entry.file_size != part.bytes:
        raise _broken(where, f"{entry.filename} 的大小与 {MANIFEST} 写的不符")
    total = hashlib.sha256()
    with archive.open(entry) as file:
        while piece := file.read(MIB):
            total.update(piece)
            _put(where, into, piece)
    if (into.tell(), total.hexdigest()) != (part.bytes, part.sha256):
        raise _broken(where, f"{entry.filename} 的内容与 {MANIFEST} 写的大小或校验值不符")


def _put(where: str, file: io.FileIO, piece: bytes) -> None:
    rest = memoryview(piece)
    try:
        while rest:
            rest = rest[file.write(rest) :]
    except OSError as error:
        raise PackBroken(where, f"临时文件写不下（{error.strerror}）", ROOM) from error


def _broken(where: str, what: str) -> PackBroken:
    return PackBroken(where, what, AGAIN)
