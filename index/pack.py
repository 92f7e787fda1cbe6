"""The file in which an index is handed on: a zip of what was read, proved whole before any of it is believed.

Its entries are `files.jsonl` (a `Packed` a line), `records.jsonl` (a `Record` a line, grouped by file in that order)
and, last because it holds the sums of both, `manifest.json`. The same content gives the same bytes, with the same zlib.
A line is read only if it is to the byte what `write` makes of its value: no key twice, none unknown, no other spelling.
"""

import hashlib
import io
import shutil
import struct
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

import msgspec

from index.draft import replacing
from index.packed import (
    AGAIN,
    FILE_FORM,
    FILES,
    MANIFEST,
    MANIFEST_FORM,
    MIB,
    RECORD_FORM,
    RECORDS,
    SCHEMA,
    Head,
    Manifest,
    Origin,
    Packed,
    Part,
    by_file,
    counting,
    distinct,
    known,
    line_of,
    lines_of,
    located,
    sound,
    value_of,
)
from pipeline.errors import PackBroken
from pipeline.record import Record

__all__ = ["Manifest", "Origin", "Pack", "Packed", "Part", "opened", "verify", "write"]

SIP = MIB >> 3  # more than the longest comment of a zip, and room for the names of some two thousand entries
ZIP_ERRORS = (BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError, struct.error, OSError)
ROOM = "腾出空间，或用环境变量 TMPDIR 另指临时文件夹"
OTHER = "请确认选对了文件：它应由 liantu pack 导出"
MAX_MANIFEST = MIB
REREAD = "用 liantu ingest 重新录入相应的文件，再导出"


@dataclass(frozen=True, slots=True)
class Pack:
    """An open pack, found whole: all that it yields stands in a copy nobody else can change."""

    manifest: Manifest
    _files: BinaryIO
    _records: BinaryIO

    def files(self) -> Iterator[Packed]:
        """The files, in the order in which they were packed."""
        return map(FILE_FORM.decode, lines_of(self._files))

    def records(self) -> Iterator[Record]:
        """The records, grouped by file in the same order."""
        return map(RECORD_FORM.decode, lines_of(self._records))


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
    held = list(located(where, REREAD, FILES, known(sound(FILE_FORM, files))))
    told = counting(located(where, REREAD, RECORDS, distinct(by_file(held, sound(RECORD_FORM, records)))), counts)
    with replacing(target) as draft, ZipFile(draft, "x") as archive:
        parts = _store(archive, FILES, held), _store(archive, RECORDS, told)
        all_told = Manifest(origin, *parts, counts["statements"])
        (manifest,) = located(where, REREAD, MANIFEST, sound(MANIFEST_FORM, [all_told]))
        archive.writestr(_entry(MANIFEST), line_of(manifest))
    return manifest


def _audit(where: str, pack: Pack) -> None:
    """Read everything once; PackBroken unless each line is sound and all fit together and the manifest."""
    manifest, counts = pack.manifest, Counter[str]()
    files = (value_of(FILE_FORM, line) for line in lines_of(pack._files))
    records = (value_of(RECORD_FORM, line) for line in lines_of(pack._records))
    met = islice(located(where, AGAIN, FILES, known(files)), manifest.files.lines + 1)
    named = [file.records for file in met]
    _check_count(where, f"{FILES} 的行数", len(named), manifest.files.lines)
    _check_count(where, f"{FILES} 里各文件的记录数之和", sum(named), manifest.records.lines)
    told = located(where, AGAIN, RECORDS, distinct(by_file(pack.files(), records)))
    for _ in counting(told, counts):
        pass
    _check_count(where, f"{RECORDS} 的行数", counts["records"], manifest.records.lines)
    _check_count(where, f"{RECORDS} 里的内容条数", counts["statements"], manifest.statements)


def _check_count(where: str, name: str, found: int, said: int) -> None:
    if found != said:
        raise _broken(where, f"{name}与 {MANIFEST} 写的不符")


# Writing the zip


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = ZIP_DEFLATED  # at the level that zlib takes for itself
    entry.create_system, entry.external_attr = 3, 0o644 << 16
    return entry


def _store(archive: ZipFile, name: str, values: Iterable[object]) -> Part:
    total, size, count = hashlib.sha256(), 0, 0
    with archive.open(_entry(name), "w", force_zip64=True) as file:
        for count, value in enumerate(values, 1):  # noqa: B007
            line = line_of(value)
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
    return next(located(where, AGAIN, MANIFEST, (value_of(MANIFEST_FORM, one) for one in [line])))


def _check_head(where: str, manifest: bytes) -> None:
    try:
        head = msgspec.json.decode(manifest, type=Head)
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
