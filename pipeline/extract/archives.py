"""One level of a zip, tar or 7z archive from a stranger, unpacked into a folder under neutral names.

What an archive says of itself is believed only where that refuses something: sizes are counted while bytes come out,
names are for display alone, and what is no regular file is listed but never made. An archive inside is a member like
any other, for a later call.

py7zr reads the headers of 7z archives and holds their decoders; its own loop is not used, since it gives up at the
first wrong checksum, inflates by the hundred megabytes, and misses its place after a folder of several packed streams.
"""

import io
import re
import stat
import struct
import unicodedata
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from errno import EINVAL
from itertools import pairwise
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast

from pipeline.errors import State, Unreadable

if TYPE_CHECKING:
    import tarfile
    import zipfile

    import py7zr

__all__ = ["MAX_MEMBER", "MAX_MEMBERS", "MAX_TOTAL", "SUFFIXES", "Member", "Unpacked", "is_archive", "unpack"]

MIB = 1 << 20
GIB = 1 << 30
MAX_MEMBER = 64 * MIB  # what a reader takes
MAX_TOTAL = 4 * GIB  # written in all
MAX_WORK = 16 * GIB  # inflated in all: what is only passed over to reach a member behind it counts too
MAX_MEMBERS = 100_000  # directories included
MAX_DIRECTORY = 256 * MIB  # of a zip
MAX_DICTIONARY = 512 * MIB  # what a decoder of 7z may ask for; 7-Zip's highest level takes 256
MAX_NAME = 1000  # characters shown
CHUNK = MIB  # of a tar; nothing longer is read at once, so no header of a tar is longer
BITE = 4096  # of a zip: zipfile inflates all it has read, whatever was asked for, unless it is deflate
PACKED, PIECE = 64 << 10, 8 * MIB  # of a 7z: read and inflated at once; what is not yet inflated stays in memory

SUFFIXES = frozenset(
    {".zip", ".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".7z", ".tar.gz", ".tar.bz2", ".tar.xz"},
)


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive."""

    name: str  # for display, with slashes; no two are the same
    spooled: str | None  # its name in the spool folder; None if it could not be unpacked
    size: int  # bytes; only what the archive claims if it could not be unpacked
    state: State | None = None  # why it could not be unpacked
    reason: str = ""  # the same for the user
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What came out of an archive: its files in their order, and what is wrong with it as a whole, "" if nothing."""

    members: tuple[Member, ...]
    damage: str = ""


@dataclass(frozen=True, slots=True)
class _Refusal:
    state: State
    reason: str
    remedy: str = ""


NO_BEGINNING = "压缩包不完整：只读到套在里面的一部分"
BY_HAND = "请先用解压软件解开，再录入其中的文件"
AGAIN = "请重新下载或重新打包"
EMPTY = _Refusal(State.DAMAGED, "文件是空的", AGAIN)
DAMAGED = _Refusal(State.DAMAGED, "压缩包已损坏或不完整，读不出来", AGAIN)
WRONG_SUM = _Refusal(State.DAMAGED, "校验和不符，内容已损坏", AGAIN)
WRONG_SIZE = _Refusal(State.DAMAGED, "大小与压缩包目录里写的不符", AGAIN)
OVERLAP = _Refusal(State.DAMAGED, "与压缩包里的其他文件重叠，可能是恶意文件", AGAIN)
NO_END = _Refusal(State.DAMAGED, "压缩包没有结束标记，后面的内容可能丢失", AGAIN)
UNKNOWN = _Refusal(State.DAMAGED, "内容不是认识的压缩包", "文件可能已损坏，请重新下载或重新打包")
ENCRYPTED = _Refusal(State.ENCRYPTED, "有密码", "请先用密码解压，再录入其中的文件")
UNWANTED = _Refusal(State.UNSUPPORTED, "不是可读的文件类型")
NOT_A_FILE = _Refusal(State.UNSUPPORTED, "不是普通文件（链接或设备）")
METHOD = _Refusal(State.UNSUPPORTED, "用了不支持的压缩方法", BY_HAND)
VOLUMES = _Refusal(State.UNSUPPORTED, "在另一个分卷里", "请先用解压软件把各分卷一起解开，再录入其中的文件")
TOO_MUCH = _Refusal(State.TOO_LARGE, "压缩包解开后太大", BY_HAND)
DICTIONARY = _Refusal(State.TOO_LARGE, "解压需要的内存太多", BY_HAND)


class _Refused(Exception):
    """A member, or the archive where no member is at hand, cannot be unpacked."""

    def __init__(self, refusal: _Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


class _TooMany(_Refused):
    """The archive has too many members to be walked at all."""


def is_archive(name: str) -> bool:
    """Whether a file of this name is taken for an archive."""
    return name.lower().endswith(tuple(SUFFIXES))


def _every(name: str) -> bool:
    return True


def unpack(path: Path, spool: Path, wanted: Callable[[str], bool] = _every, room: int = MAX_TOTAL) -> Unpacked:
    """Unpack one level of an archive into the empty folder `spool`, at most `room` bytes of it.

    Its content tells what it is, not its suffix. Members whose name is not `wanted` are listed only. Raises Unreadable
    if the archive cannot be walked, or breaks off before anything was unpacked; the folder may then hold some files
    all the same. OSError if the archive cannot be opened or the folder not be written, MemoryError as it comes.
    """
    state = _Spool(spool, wanted, room, MAX_WORK)
    try:
        damage = _walk(path, state)
    except _Refused as refused:
        refusal = refused.refusal
        raise Unreadable(str(path), refusal.reason, refusal.remedy, refusal.state) from refused
    return Unpacked(tuple(state.members), damage)


def _walk(path: Path, spool: "_Spool") -> str:
    """Unpack all members; what is wrong with the archive as a whole."""
    with path.open("rb") as file:
        head = file.read(512)
    if not head:
        raise _Refused(EMPTY)
    if foreign := next((name for mark, name in FOREIGN.items() if head.startswith(mark)), None):
        raise _Refused(_Refusal(State.UNSUPPORTED, f"其实是{foreign}，不支持", BY_HAND))
    reader = next((reader for mark, reader in READERS.items() if head.startswith(mark)), None)
    # Other programs may stand before a zip, but a zip may also be what a tar ends with.
    return (reader or (_zip if path.suffix.lower() == ".zip" else _plain_tar))(path, spool)


@contextmanager
def _reading() -> Iterator[None]:
    """Names what the libraries raise for bytes they cannot read; errors of the disk and of memory stay as they are."""
    try:
        yield
    except (_Refused, MemoryError):
        raise
    except NotImplementedError as error:
        raise _Refused(METHOD) from error
    except OSError as error:
        if error.errno not in (None, EINVAL):  # gzip and bz2 give none; a place before the file gives the other
            raise
        raise _Refused(DAMAGED) from error
    except Exception as error:  # they raise anything from AssertionError to TypeError
        raise _Refused(DAMAGED) from error


# The spool folder


@dataclass(slots=True)
class _Spool:
    """Where the members go, and what was made of them so far."""

    folder: Path
    wanted: Callable[[str], bool]
    room: int  # bytes that may still be written
    work: int  # bytes that may still be inflated
    members: list[Member] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)  # names given so far, and the last number tried behind each

    def take(self, name: str, size: int, pieces: Iterable[bytes], refusal: _Refusal | None = None) -> None:
        """List a member that claims this size, and write it unless something speaks against it."""
        shown = self._unique(_shown(name))
        refusal = self._refusal(shown, size) or refusal
        spooled = f"{len(self.members) + 1:06}{_suffix(shown).lower()}"
        try:
            if refusal:
                raise _Refused(refusal)
            self.members.append(Member(shown, spooled, self._written(self.folder / spooled, pieces)))
        except _Refused as refused:
            told = refused.refusal
            self.members.append(Member(shown, None, max(0, size), told.state, told.reason, told.remedy))

    def worked(self, count: int) -> None:
        """Count bytes that were inflated, wanted or not."""
        self.work -= count
        if self.work < 0:
            raise _Refused(TOO_MUCH)

    def _refusal(self, shown: str, size: int) -> _Refusal | None:
        if not self.wanted(shown):
            return UNWANTED
        if size < 0:
            return DAMAGED
        return _too_large() if size > MAX_MEMBER else None

    def _written(self, path: Path, pieces: Iterable[bytes]) -> int:
        size = 0
        try:
            with path.open("xb") as file:
                for piece in pieces:
                    size += len(piece)
                    if size > min(self.room, MAX_MEMBER):
                        raise _Refused(_too_large() if size > MAX_MEMBER else TOO_MUCH)
                    file.write(piece)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        self.room -= size
        return size

    def _unique(self, shown: str) -> str:
        """The name with a number before its suffix if it was there already; linear over all members together."""
        name, cut = shown, len(shown) - len(_suffix(shown))
        while name in self.numbers:
            self.numbers[shown] += 1
            name = f"{shown[:cut]} ({self.numbers[shown]}){shown[cut:]}"
        self.numbers[name] = 1
        return name


def _too_large() -> _Refusal:
    return _Refusal(State.TOO_LARGE, f"超过 {MAX_MEMBER // MIB} MiB", "请把文件拆小，或只留下防控图部分再录入")


def _check_count(count: int) -> None:
    if count > MAX_MEMBERS:
        raise _TooMany(_Refusal(State.TOO_LARGE, f"压缩包里的文件超过 {MAX_MEMBERS} 个", BY_HAND))


# Names

SUFFIX = re.compile(r"(?:\.tar(?=\.(?:gz|bz2|xz)$))?\.[a-z0-9]{1,8}$", re.ASCII | re.IGNORECASE)
ROOTS = re.compile(r"^(?:[/ .]*[A-Za-z]:)+")  # drives of Windows, whatever stands before them
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # control, bidi and other marks, halves of characters, line ends
NAMELESS = "未命名"


def _suffix(name: str) -> str:
    found = SUFFIX.search(name)
    return found[0] if found else ""


def _shown(name: str) -> str:
    """A name from an archive as it may be shown: a relative path in visible characters, never empty."""
    seen = "".join("_" if unicodedata.category(char) in UNSEEN else char for char in name.replace("\\", "/"))
    path = "/".join(part for part in ROOTS.sub("", seen).split("/") if part.strip(" .")) or NAMELESS
    return path if len(path) <= MAX_NAME else f"{path[: MAX_NAME - 33]}…{path[-32:]}"


def _decoded(raw: bytes, otherwise: str) -> str:
    """The text of a name whose encoding nobody tells."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return otherwise


# Zip

CENTRAL = b"PK\x01\x02"  # begins every entry of the directory
LOCAL_HEADER = 30  # bytes, without name and extra fields
UTF_8 = 0x800
LOCKED = 0x2041  # the member, by any cipher, or the whole directory
UNICODE_PATH = 0x7075  # APPNOTE 4.6.9


class _Counted(io.BufferedReader):
    """A file whose zip directory is weighed before zipfile makes an object of a kilobyte for each entry."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size and size > MAX_DIRECTORY:
            _check_count(MAX_MEMBERS + 1)
        data = super().read(size)
        _check_count(data.count(CENTRAL))
        return data


def _zip(path: Path, spool: _Spool) -> str:
    with _Counted(path.open("rb", buffering=0)) as file, _zip_archive(file) as archive:
        infos = archive.infolist()
        _check_count(len(infos))
        overlapping = _overlapping(infos)
        for info in infos:
            name = _zip_name(info)
            if not name.endswith(("/", "\\")) and not stat.S_ISDIR(info.external_attr >> 16):
                refusal = OVERLAP if info.header_offset in overlapping else _zip_refusal(info)
                spool.take(name, info.file_size, _zip_pieces(archive, info, spool), refusal)
        return "" if _begins(path, infos) else NO_BEGINNING


def _begins(path: Path, infos: Sequence["zipfile.ZipInfo"]) -> bool:
    """Whether the directory tells of the file's beginning: of an archive that was cut off, the directory of another one
    within it may be the last.
    """
    with path.open("rb") as file:
        return file.read(4) != b"PK\x03\x04" or not infos or min(info.header_offset for info in infos) == 0


def _zip_archive(file: BinaryIO) -> "zipfile.ZipFile":
    import zipfile

    with _reading(), warnings.catch_warnings(action="ignore"):  # it warns of names it cannot make out
        return zipfile.ZipFile(file)


def _zip_refusal(info: "zipfile.ZipInfo") -> _Refusal | None:
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        return NOT_A_FILE
    if info.volume not in (0, 0xFFFF):  # the latter where a field of zip64 has the number
        return VOLUMES
    return ENCRYPTED if info.flag_bits & LOCKED else None


def _zip_pieces(archive: "zipfile.ZipFile", info: "zipfile.ZipInfo", spool: _Spool) -> Iterator[bytes]:
    size = 0
    with _reading(), archive.open(info) as file:
        while piece := file.read(BITE):
            size += len(piece)
            spool.worked(len(piece))
            yield piece
        if size != info.file_size:
            raise _Refused(WRONG_SIZE)


def _overlapping(infos: Sequence["zipfile.ZipInfo"]) -> set[int]:
    """Where those members begin that reach into another: a few bytes may stand for any number of large files."""
    ends = sorted((info.header_offset, _least_end(info)) for info in infos)
    return {start for (start, end), (following, _) in pairwise(ends) if end > following}


def _least_end(info: "zipfile.ZipInfo") -> int:
    """Where a member ends, but for extra fields that only its own header tells of."""
    return info.header_offset + LOCAL_HEADER + len(_raw_name(info)) + info.compress_size


def _raw_name(info: "zipfile.ZipInfo") -> bytes:
    return info.orig_filename.encode("utf-8" if info.flag_bits & UTF_8 else "cp437")  # as zipfile decoded it


def _zip_name(info: "zipfile.ZipInfo") -> str:
    raw = _raw_name(info)
    if (path := _unicode_path(info.extra, zlib.crc32(raw))) is not None:
        return path
    return info.orig_filename if info.flag_bits & UTF_8 else _decoded(raw, info.orig_filename)


def _unicode_path(extra: bytes, crc: int) -> str | None:
    """The name in the extra fields, if it still belongs to the name that has this checksum."""
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        content, extra = extra[4 : 4 + length], extra[4 + length :]
        if kind == UNICODE_PATH and length > 5 and content[:5] == struct.pack("<BI", 1, crc):
            return content[5:].decode("utf-8", "replace")
    return None


# Tar

NOTHING = bytes(512)


class _Stream:
    """What tarfile needs of a file, read forward only: hostile sizes would send it back, and round in a circle."""

    def __init__(self, source: IO[bytes], spool: _Spool) -> None:
        self.source, self.spool = source, spool
        self.position = 0
        self.last = b""  # what was read last
        self.broken: _Refusal | None = None

    def read(self, size: int = -1) -> bytes:
        if self.broken:
            raise _Refused(self.broken)
        try:
            with _reading():
                if not 0 <= size <= CHUNK:
                    raise _Refused(DAMAGED)
                self.last = self.source.read(size)
                self.spool.worked(len(self.last))
        except _Refused as refused:
            self.broken = refused.refusal
            raise
        self.position += len(self.last)
        return self.last

    def seek(self, position: int) -> int:
        if position < self.position:
            raise _Refused(DAMAGED)
        while self.position < position and self.read(min(CHUNK, position - self.position)):
            pass
        return self.position

    def tell(self) -> int:
        return self.position

    def seekable(self) -> bool:
        return True

    def finish(self) -> None:
        """Read what is left, as the checksum stands behind it; refused if the tar did not come to its end."""
        if self.last != NOTHING:
            raise _Refused(NO_END)
        while self.read(CHUNK):
            pass


def _plain_tar(path: Path, spool: _Spool) -> str:
    with path.open("rb") as file:
        return _tar(file, spool)


def _tar_gz(path: Path, spool: _Spool) -> str:
    import gzip

    with gzip.open(path) as file:
        return _tar(cast(IO[bytes], file), spool)


def _tar_bz2(path: Path, spool: _Spool) -> str:
    import bz2

    with bz2.open(path) as file:
        return _tar(cast(IO[bytes], file), spool)


def _tar_xz(path: Path, spool: _Spool) -> str:
    import lzma

    with lzma.open(path) as file:
        return _tar(cast(IO[bytes], file), spool)


def _tar(source: IO[bytes], spool: _Spool) -> str:
    stream = _Stream(source, spool)
    archive = _tar_archive(stream)
    try:
        for count, info in enumerate(_infos(archive), 1):
            _check_count(count)
            if not info.isdir():
                raw = info.name.encode("utf-8", "surrogateescape")
                refusal = None if info.isreg() else NOT_A_FILE
                spool.take(_decoded(raw, info.name), info.size, _tar_pieces(archive, info), refusal)
        stream.finish()
    except _TooMany:
        raise
    except _Refused as refused:
        if not any(member.spooled for member in spool.members):
            raise
        return refused.refusal.reason
    return ""


def _tar_archive(stream: _Stream) -> "tarfile.TarFile":
    import tarfile

    with _reading():
        try:
            return tarfile.TarFile(fileobj=cast(IO[bytes], stream), encoding="utf-8", errors="surrogateescape")
        except tarfile.ReadError as error:
            raise _Refused(UNKNOWN) from error


def _infos(archive: "tarfile.TarFile") -> Iterator["tarfile.TarInfo"]:
    with _reading():
        while (info := archive.next()) is not None:
            yield info


def _tar_pieces(archive: "tarfile.TarFile", info: "tarfile.TarInfo") -> Iterator[bytes]:
    with _reading(), cast(IO[bytes], archive.extractfile(info)) as file:
        while piece := file.read(CHUNK):
            yield piece


# 7z

AES = b"\x06\xf1\x07\x01"
LZMA, LZMA2 = b"\x03\x01\x01", b"\x21"
METHODS = frozenset(
    {
        b"\x00",  # stored
        b"\x03",  # delta, and the filters for programs of several processors
        b"\x03\x03\x01\x03",
        b"\x03\x03\x02\x05",
        b"\x03\x03\x04\x01",
        b"\x03\x03\x05\x01",
        b"\x03\x03\x07\x01",
        b"\x03\x03\x08\x05",
        LZMA,
        LZMA2,
        b"\x04\x01\x08",  # deflate
        b"\x04\x02\x02",  # bzip2
    }
)


@dataclass(slots=True)
class _Solid:
    """Members that were compressed as one stream (a folder of 7z): each comes only after all before it."""

    file: BinaryIO
    start: int  # where the packed bytes begin in the file
    packed: int  # how many there are
    folder: Any  # of py7zr
    spool: _Spool
    listed: int = 0  # bytes of the members seen so far, as the header tells them
    done: int = 0  # bytes inflated so far
    decoder: Any = None
    broken: bool = False

    def member(self, size: int, crc: int | None) -> Iterator[bytes]:
        """The bytes of the next member; what is not asked for is inflated only for a later one."""
        start = self.listed
        self.listed += max(0, size)
        return self._pieces(start, size, crc)

    def _pieces(self, start: int, size: int, crc: int | None) -> Iterator[bytes]:
        with _reading():
            while self.done < start:
                self._more(start - self.done)
            found = 0
            while self.done < start + size:
                piece = self._more(start + size - self.done)
                found = zlib.crc32(piece, found)
                yield piece
            if crc is not None and crc != found:
                raise _Refused(WRONG_SUM)

    def _more(self, most: int) -> bytes:
        self.spool.worked(0)
        if self.broken:
            raise _Refused(DAMAGED)
        self.broken = True  # until it is seen that it is not
        if self.decoder is None:
            self.decoder = self.folder.get_decompressor(self.packed)
            self.decoder.block_size = PACKED
            self.file.seek(self.start)
        before = self.file.tell()
        piece: bytes = self.decoder.decompress(self.file, min(most, PIECE))
        if not piece and self.file.tell() == before:
            raise EOFError
        self.done += len(piece)
        self.broken = False
        self.spool.worked(len(piece))
        return piece


def _seven(path: Path, spool: _Spool) -> str:
    with path.open("rb") as file, _seven_archive(file) as archive:
        entries = list(archive.files)
        _check_count(len(entries))
        with _reading():
            solids = _solids(archive, file, spool)
        empty_files = iter(archive.header.files_info.emptyfiles if archive.header.files_info else ())
        for entry in entries:
            is_file = next(empty_files, False) if entry.emptystream else True
            if not _is_folder(entry, is_file):
                pieces, refusal = _seven_member(entry, solids)
                spool.take(entry.filename, entry.uncompressed, pieces, refusal)
    return ""


def _seven_archive(file: BinaryIO) -> "py7zr.SevenZipFile":
    import py7zr

    with _reading():
        try:
            return py7zr.SevenZipFile(file)
        except py7zr.PasswordRequired as error:
            raise _Refused(ENCRYPTED) from error
        except py7zr.UnsupportedCompressionMethodError as error:
            raise _Refused(METHOD) from error


def _solids(archive: "py7zr.SevenZipFile", file: BinaryIO, spool: _Spool) -> dict[int, _Solid]:
    """The streams of an archive, by the identity of the folders of py7zr."""
    streams: Any = archive.header.main_streams
    if streams is None:
        return {}
    start, sizes, solids = archive.afterheader + streams.packinfo.packpos, iter(streams.packinfo.packsizes), {}
    for folder in streams.unpackinfo.folders:
        packed = sum(next(sizes, 0) for _ in folder.packed_indices)
        solids[id(folder)] = _Solid(file, start, packed, folder, spool)
        start += packed
    return solids


def _is_folder(entry: "py7zr.py7zr.ArchiveFile", is_file: bool) -> bool:
    """Whether an entry is a directory; `is_file` is what the header has for those that py7zr tells no attributes of."""
    if entry.filename.endswith("/"):
        return True
    if entry.file_properties().get("attributes") is None:
        return not is_file
    return stat.S_ISDIR(entry.st_fmt) if entry.st_fmt else entry.is_directory


def _seven_member(
    entry: "py7zr.py7zr.ArchiveFile", solids: dict[int, _Solid]
) -> tuple[Iterable[bytes], _Refusal | None]:
    solid = solids.get(id(entry.folder))
    if solid is None:
        pieces: Iterable[bytes] = ()
        refusal = None if entry.emptystream else DAMAGED
    else:
        folder = solid.folder
        alone = folder.digestdefined and len(folder.files) == 1  # then its checksum may stand with the folder
        pieces = solid.member(entry.uncompressed, folder.crc if entry.crc32 is None and alone else entry.crc32)
        refusal = _seven_refusal(folder.coders)
    return pieces, refusal if entry.is_file else NOT_A_FILE


def _seven_refusal(coders: Sequence[dict[str, Any]]) -> _Refusal | None:
    methods = {coder["method"] for coder in coders}
    if AES in methods:
        return ENCRYPTED
    if not methods <= METHODS or any(coder["numinstreams"] != 1 or coder["numoutstreams"] != 1 for coder in coders):
        return METHOD
    return DICTIONARY if any(_dictionary(coder) > MAX_DICTIONARY for coder in coders) else None


def _dictionary(coder: dict[str, Any]) -> int:
    """Bytes that a decoder keeps in memory to refer back to."""
    properties = coder["properties"] or b""
    if coder["method"] == LZMA:
        return int.from_bytes(properties[1:5], "little")
    if coder["method"] == LZMA2 and properties:
        return (2 | properties[0] & 1) << (properties[0] // 2 + 11)
    return 0


# By their first bytes
READERS: dict[bytes, Callable[[Path, _Spool], str]] = {
    b"PK\x03\x04": _zip,
    b"PK\x05\x06": _zip,
    b"PK\x07\x08": _zip,
    b"7z\xbc\xaf\x27\x1c": _seven,
    b"\x1f\x8b": _tar_gz,
    b"BZh": _tar_bz2,
    b"\xfd7zXZ\x00": _tar_xz,
}
FOREIGN = {
    b"Rar!\x1a\x07": " RAR 压缩包",
    b"MSCF": " CAB 压缩包",
    b"MZ": "程序（可能是自解压包）",
    b"\x28\xb5\x2f\xfd": " Zstandard 压缩文件",
    b"\xd0\xcf\x11\xe0": " Office 文件",
    b"%PDF": " PDF 文件",
}
