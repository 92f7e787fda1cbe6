"""Archives, sound and hostile: every member is told of once, and what is unpacked is exactly what was packed."""

import bz2
import errno
import gzip
import io
import lzma
import os
import random
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import py7zr
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import State, Unreadable
from pipeline.extract import archives
from pipeline.extract.archives import Member, Unpacked, is_archive, unpack

# Builders

KINDS = ("zip", "tar", "tar.gz", "tar.bz2", "tar.xz", "7z")
FILES = {"图/风险防控图.docx": b"one" * 3000, "empty.txt": b"", "表.xlsx": bytes(range(256)) * 40}


@dataclass(frozen=True)
class Entry:
    """A member as a zip holds it, and what its headers say instead of the truth."""

    name: bytes
    content: bytes = b"content"
    flags: int = 0
    method: int = 8
    size: int | None = None
    crc: int | None = None
    extra: bytes = b""
    mode: int = 0
    at: int | None = None
    volume: int = 0


def raw_zip(*entries: Entry) -> bytes:
    body, directory = bytearray(), bytearray()
    for one in entries:
        packer = zlib.compressobj(wbits=-15)
        packed = packer.compress(one.content) + packer.flush() if one.method == 8 else one.content
        crc = zlib.crc32(one.content) if one.crc is None else one.crc
        size = len(one.content) if one.size is None else one.size
        common = struct.pack("<HHHHHIIIHH", 20, one.flags, one.method, 0, 33, crc, len(packed), size, len(one.name), 0)
        at = len(body) if one.at is None else one.at
        directory += b"PK\x01\x02" + struct.pack("<H", 0x314) + common[:-2]
        directory += struct.pack("<HHHHII", len(one.extra), 0, one.volume, 0, one.mode << 16, at) + one.name + one.extra
        body += b"PK\x03\x04" + common + one.name + packed
    count = min(len(entries), 0xFFFF)
    return bytes(body + directory) + struct.pack(
        "<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(directory), len(body), 0
    )


def packed(kind: str, files: Mapping[str, bytes]) -> bytes:
    if kind == "zip":
        return zipped(files)
    return seven(files) if kind == "7z" else compressed(kind, tarred(files))


@cache
def sample(kind: str) -> bytes:
    return packed(kind, FILES)


@cache
def plain_seven() -> tuple[bytes, bytes]:
    """The packed bytes and the header of a 7z archive."""
    made = seven(FILES, plain=True)
    at, size = struct.unpack_from("<QQ", made, 12)
    return made[32 : 32 + at], made[32 + at : 32 + at + size]


def zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(files: Mapping[str, bytes]) -> bytes:
    return tar_of(*(tar_file(name, content) for name, content in files.items()))


def tar_file(name: str, content: bytes) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    return info, content


def tar_of(*members: tuple[tarfile.TarInfo, bytes], encoding: str = "utf-8", form: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.TarFile(fileobj=buffer, mode="w", encoding=encoding, format=form) as archive:
        for info, content in members:
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def compressed(kind: str, data: bytes) -> bytes:
    if kind == "tar.gz":
        return gzip.compress(data)
    if kind == "tar.bz2":
        return bz2.compress(data)
    return lzma.compress(data) if kind == "tar.xz" else data


def seven(
    files: Mapping[str, bytes], password: str | None = None, plain: bool = False, method: int | None = None
) -> bytes:
    """A 7z archive; its header can be patched if it is `plain`."""
    buffer = io.BytesIO()
    filters = None if method is None else [{"id": method}]
    with py7zr.SevenZipFile(buffer, "w", password=password, filters=filters) as archive:
        archive.set_encoded_header_mode(not plain)
        for name, content in files.items():
            archive.writestr(content, name)
    return buffer.getvalue()


def patched(data: bytes, old: bytes, new: bytes) -> bytes:
    """A 7z archive with other bytes in its plain header, whose checksums fit again."""
    at, size = struct.unpack_from("<QQ", data, 12)
    header = data[32 + at : 32 + at + size]
    assert header.count(old) == 1
    return sealed(data[32 : 32 + at], header.replace(old, new))


def sealed(body: bytes, header: bytes) -> bytes:
    start = struct.pack("<QQI", len(body), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\x00\x04" + struct.pack("<I", zlib.crc32(start)) + start + body + header


# Helpers


class Box:
    """A place for one archive and its spool; every unpacking gets a new one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0

    def unpack(self, data: bytes, suffix: str = ".zip", **options: object) -> Unpacked:
        self.count += 1
        self.spool = self.folder / f"spool{self.count}"
        self.spool.mkdir()
        path = self.folder / f"archive{self.count}{suffix}"
        path.write_bytes(data)
        found = unpack(path, self.spool, **options)  # type: ignore[arg-type]
        spooled = sorted(member.spooled for member in found.members if member.spooled)
        assert sorted(os.listdir(self.spool)) == spooled  # noqa: PTH208
        assert all((member.state is None) == (member.spooled is not None) for member in found.members)
        assert all((member.state is None) == (member.reason == "") for member in found.members)
        assert len({member.name for member in found.members}) == len(found.members)
        return found

    def contents(self, found: Unpacked) -> dict[str, bytes]:
        good = [member for member in found.members if member.spooled]
        read = {member.name: (self.spool / (member.spooled or "")).read_bytes() for member in good}
        assert all(member.size == len(read[member.name]) for member in good)
        return read


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def names(found: Unpacked) -> list[str]:
    return [member.name for member in found.members]


def states(found: Unpacked) -> list[State | None]:
    return [member.state for member in found.members]


# What is sound


@pytest.mark.parametrize("kind", KINDS)
def test_files_come_out_in_order_under_neutral_names(box: Box, kind: str) -> None:
    found = box.unpack(packed(kind, FILES), f".{kind}")
    assert box.contents(found) == FILES
    assert names(found) == list(FILES)
    assert [member.spooled for member in found.members] == ["000001.docx", "000002.txt", "000003.xlsx"]
    assert found.damage == ""


PARTS = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=8)
TREES = st.dictionaries(st.lists(PARTS, min_size=1, max_size=3).map("/".join), st.binary(max_size=3000), max_size=6)


@settings(max_examples=60, deadline=None)
@given(TREES, st.sampled_from(KINDS))
def test_any_tree_comes_back_equal(files: dict[str, bytes], kind: str) -> None:
    with TemporaryDirectory() as folder:
        box = Box(Path(folder))
        found = box.unpack(packed(kind, files), f".{kind}")
        assert box.contents(found) == files
        assert names(found) == list(files)
        assert found.damage == ""


def test_the_content_counts_not_the_suffix(box: Box) -> None:
    assert box.contents(box.unpack(seven(FILES), ".zip")) == FILES
    assert box.contents(box.unpack(zipped(FILES), ".7z")) == FILES


def test_a_zip_behind_other_bytes_is_read(box: Box) -> None:
    assert box.contents(box.unpack(b"#!/bin/sh\n" * 10 + zipped(FILES))) == FILES


@pytest.mark.parametrize("kind", KINDS)
def test_an_archive_inside_is_a_member(box: Box, kind: str) -> None:
    inner = packed("tar.gz", FILES)
    found = box.unpack(packed(kind, {"内/inner.TAR.GZ": inner}), f".{kind}")
    assert [member.spooled for member in found.members] == ["000001.tar.gz"]
    assert box.contents(found) == {"内/inner.TAR.GZ": inner}


def test_directories_are_left_out(box: Box) -> None:
    folder = tarfile.TarInfo("dir")
    folder.type = tarfile.DIRTYPE
    assert names(box.unpack(tar_of((folder, b""), tar_file("dir/a", b"1")), ".tar")) == ["dir/a"]
    entries = (Entry(b"dir/", b""), Entry(b"win\\", b""), Entry(b"mode", b"", mode=0o40755), Entry(b"dir/a"))
    assert names(box.unpack(raw_zip(*entries))) == ["dir/a"]


def test_directories_and_empty_files_of_7z_are_told_apart(box: Box) -> None:
    source = box.folder / "tree"
    (source / "空目录").mkdir(parents=True)
    (source / "empty.txt").touch()
    (source / "full.txt").write_bytes(b"x")
    with py7zr.SevenZipFile(box.folder / "made.7z", "w") as archive:
        archive.writeall(source, "tree")
    found = box.unpack((box.folder / "made.7z").read_bytes(), ".7z")
    assert box.contents(found) == {"tree/empty.txt": b"", "tree/full.txt": b"x"}


def test_a_7z_of_several_folders_is_read(box: Box) -> None:
    made = io.BytesIO(seven({"a": b"first" * 100, "b": b"second"}))
    with py7zr.SevenZipFile(made, "a", filters=[{"id": py7zr.FILTER_BZIP2}]) as archive:
        archive.writestr(b"third", "c")
    assert box.contents(box.unpack(made.getvalue(), ".7z")) == {"a": b"first" * 100, "b": b"second", "c": b"third"}


@pytest.mark.parametrize(
    "method", [py7zr.FILTER_COPY, py7zr.FILTER_LZMA, py7zr.FILTER_LZMA2, py7zr.FILTER_BZIP2, py7zr.FILTER_DEFLATE]
)
def test_common_methods_of_7z_are_read(box: Box, method: int) -> None:
    files = {"random": random.Random(5).randbytes(300_000), "zeros": bytes(3_000_000), "last": b"last"}
    assert box.contents(box.unpack(seven(files, method=method), ".7z")) == files


def test_only_what_is_wanted_is_written(box: Box) -> None:
    for kind in KINDS:
        found = box.unpack(packed(kind, FILES), f".{kind}", wanted=lambda name: name.endswith(".xlsx"))
        assert states(found) == [State.UNSUPPORTED, State.UNSUPPORTED, None]
        assert {member.reason for member in found.members} == {"", "不是可读的文件类型"}
        assert box.contents(found) == {"表.xlsx": FILES["表.xlsx"]}


def test_archives_are_known_by_their_suffix() -> None:
    assert all(is_archive(name) for name in ("a.zip", "A.ZIP", "a.b.7z", "a.tar.GZ", "a.tgz", "a.tar.xz", "a.tbz2"))
    assert not any(is_archive(name) for name in ("zip", "a.gz", "a.docx", "a.zip.docx", "azip", "a.rar"))


# Names


def unicode_path(name: str, raw: bytes) -> bytes:
    content = struct.pack("<BI", 1, zlib.crc32(raw)) + name.encode()
    return struct.pack("<HH", 0x7075, len(content)) + content


NEIGHBOUR = struct.pack("<HH", 0x5455, 5) + bytes(5)  # an extra field of another kind


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        (Entry("廉政.docx".encode(), flags=0x800), "廉政.docx"),
        (Entry("廉政.docx".encode()), "廉政.docx"),
        (Entry("廉政.docx".encode("gb18030")), "廉政.docx"),
        (Entry("乗\\昞.docx".encode("gb18030")), "乗/昞.docx"),  # whose second bytes may be backslashes
        (Entry(b"\xff\xff.docx"), b"\xff\xff".decode("cp437") + ".docx"),
        (Entry(b"__.docx", extra=NEIGHBOUR + unicode_path("图.docx", b"__.docx")), "图.docx"),
        (Entry(b"__.docx", extra=unicode_path("图.docx", b"other")), "__.docx"),
        (Entry(b"a\\b\\c.docx"), "a/b/c.docx"),
        (Entry(b"../../etc/./passwd"), "etc/passwd"),
        (Entry(b"..\\..\\x"), "x"),
        (Entry(b"/abs//olute"), "abs/olute"),
        (Entry(b"C:\\x.docx"), "x.docx"),
        (Entry(b"../c:D:..\\x.docx"), "x.docx"),
        (Entry(b"a\x1b[31m\r\n.docx"), "a_[31m__.docx"),
        (Entry("a\u202excod.exe".encode(), flags=0x800), "a_xcod.exe"),
        (Entry(b""), "未命名"),
        (Entry(b".. /..."), "未命名"),
        (Entry(b"a\0b.docx"), "a_b.docx"),
    ],
)
def test_names_of_a_zip(box: Box, entry: Entry, name: str) -> None:
    found = box.unpack(raw_zip(entry))
    assert box.contents(found) == {name: b"content"}


def test_names_of_a_tar(box: Box) -> None:
    gbk = tar_of(tar_file("廉政/图.docx", b"1"), encoding="gb18030", form=tarfile.GNU_FORMAT)
    assert box.contents(box.unpack(gbk, ".tar")) == {"廉政/图.docx": b"1"}
    bad = ("../../x", "/etc/passwd", "a\x07b", "很" * 90 + ".docx", "C:/y")
    found = box.unpack(tarred({name: name.encode() for name in bad}), ".tar")
    assert names(found) == ["x", "etc/passwd", "a_b", bad[3], "y"]
    assert list(box.contents(found).values()) == [name.encode() for name in bad]


def test_names_of_a_7z(box: Box) -> None:
    made = seven({"aa/bb/图.docx": b"1"}, plain=True)
    for bad, shown in (
        ("../../图.docx", "图.docx"),
        ("C:\\bb/图.docx", "bb/图.docx"),
        ("/a\tbb/图.docx", "a_bb/图.docx"),
    ):
        hostile = patched(made, "aa/bb/图.docx".encode("utf-16-le"), bad.encode("utf-16-le"))
        assert box.contents(box.unpack(hostile, ".7z")) == {shown: b"1"}


def test_an_endless_name_is_cut_but_for_its_suffix(box: Box) -> None:
    (member,) = box.unpack(raw_zip(Entry(b"n" * 60_000 + b".docx"))).members
    assert len(member.name) == archives.MAX_NAME
    assert member.spooled == "000001.docx"


@pytest.mark.parametrize("name", [b"x.d\xe9", b"x.ninechars", b"x.a b", b"x.", b"x.a-b", "x.图".encode()])
def test_an_odd_suffix_is_not_taken_over(box: Box, name: bytes) -> None:
    (member,) = box.unpack(raw_zip(Entry(name))).members
    assert member.spooled == "000001"


def test_names_that_come_twice_get_numbers(box: Box) -> None:
    again = ["a.docx", "a.docx", "a (2).docx", "a.docx", "b", "./b", "a.tar.gz", "a.tar.gz"]
    expected = ["a.docx", "a (2).docx", "a (2) (2).docx", "a (3).docx", "b", "b (2)", "a.tar.gz", "a (2).tar.gz"]
    contents = [str(place).encode() for place in range(len(again))]
    zipped = raw_zip(*(Entry(name.encode(), content) for name, content in zip(again, contents, strict=True)))
    tarred = tar_of(*(tar_file(name, content) for name, content in zip(again, contents, strict=True)))
    for data, suffix in ((zipped, ".zip"), (tarred, ".tar")):
        assert box.contents(box.unpack(data, suffix)) == dict(zip(expected, contents, strict=True))


def test_one_name_a_hundred_thousand_times_takes_linear_time(box: Box) -> None:
    spool = archives._Spool(box.folder, lambda name: False, 0, 0)
    for _ in range(100_000):  # some minutes if each counted up from the beginning
        spool.take("a.docx", 0, ())
    assert spool.members[-1].name == "a (100000).docx"


# Links and devices


def test_links_and_devices_of_a_tar_are_told_but_not_made(box: Box) -> None:
    kinds = (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE)
    infos = [tarfile.TarInfo(f"{place}.docx") for place in range(len(kinds))]
    for info, kind in zip(infos, kinds, strict=True):
        info.type, info.linkname = kind, "/etc/passwd"
    found = box.unpack(tar_of(*((info, b"") for info in infos), tar_file("last", b"x")), ".tar")
    assert states(found) == [State.UNSUPPORTED] * 5 + [None]
    assert box.contents(found) == {"last": b"x"}


def test_links_of_a_zip_are_told_but_not_made(box: Box) -> None:
    modes = (0o120777, 0o020666, 0o060666, 0o010666, 0o140777)
    found = box.unpack(raw_zip(*(Entry(b"x", b"/etc/passwd", mode=mode) for mode in modes), Entry(b"y", mode=0o100644)))
    assert states(found) == [State.UNSUPPORTED] * 5 + [None]


def test_links_of_a_7z_are_told_but_not_made(box: Box) -> None:
    (box.folder / "link.docx").symlink_to("target.docx")
    (box.folder / "target.docx").write_bytes(b"text")
    with py7zr.SevenZipFile(box.folder / "made.7z", "w") as archive:
        archive.write(box.folder / "link.docx", "link.docx")
        archive.write(box.folder / "target.docx", "target.docx")
    found = box.unpack((box.folder / "made.7z").read_bytes(), ".7z")
    assert states(found) == [State.UNSUPPORTED, None]
    assert box.contents(found) == {"target.docx": b"text"}


# What cannot be unpacked


def test_a_member_with_a_password_is_told(box: Box) -> None:
    found = box.unpack(raw_zip(Entry(b"a", flags=1), Entry(b"b"), Entry(b"c", flags=0x41)))
    assert states(found) == [State.ENCRYPTED, None, State.ENCRYPTED]
    assert "密码" in found.members[0].reason


def test_a_7z_with_a_password_lists_its_members(box: Box) -> None:
    found = box.unpack(seven(FILES, password="secret"), ".7z")
    assert names(found) == list(FILES)
    assert states(found) == [State.ENCRYPTED] * 3


def test_a_7z_whose_header_has_a_password_is_refused(box: Box) -> None:
    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w", password="secret", header_encryption=True) as archive:
        archive.writestr(b"x", "a")
    with pytest.raises(Unreadable) as raised:
        box.unpack(buffer.getvalue(), ".7z")
    assert raised.value.state is State.ENCRYPTED


def test_unknown_methods_are_told(box: Box) -> None:
    assert states(box.unpack(raw_zip(Entry(b"a", method=97), Entry(b"b")))) == [State.UNSUPPORTED, None]
    found = box.unpack(seven({"a": b"x"}, method=py7zr.FILTER_ZSTD), ".7z")
    assert states(found) == [State.UNSUPPORTED]


def test_members_in_another_volume_are_told(box: Box) -> None:
    assert states(box.unpack(raw_zip(Entry(b"a", volume=1), Entry(b"b")))) == [State.UNSUPPORTED, None]


@pytest.mark.parametrize("entry", [Entry(b"a", crc=1), Entry(b"a", size=3), Entry(b"a", size=70), Entry(b"a", at=5)])
def test_a_member_of_a_zip_that_lies_is_damaged_and_the_next_is_not(box: Box, entry: Entry) -> None:
    found = box.unpack(raw_zip(entry, Entry(b"b", b"sound")))
    assert states(found) == [State.DAMAGED, None]
    assert box.contents(found) == {"b": b"sound"}


def test_a_stored_member_that_claims_more_than_there_is_is_damaged(box: Box) -> None:
    found = box.unpack(raw_zip(Entry(b"a", method=0, size=5000), Entry(b"b", b"sound")))
    assert states(found) == [State.DAMAGED, None]


def test_members_of_a_zip_that_overlap_are_damaged(box: Box) -> None:
    inner = raw_zip(Entry(b"kernel", b"0" * 100))
    quoted = raw_zip(Entry(b"outer", inner, method=0), Entry(b"kernel", b"0" * 100, at=35))
    found = box.unpack(quoted)
    assert states(found) == [State.DAMAGED, None]
    twice = raw_zip(Entry(b"a"), Entry(b"a", at=0))
    assert states(box.unpack(twice)) == [State.DAMAGED] * 2


def test_a_wrong_checksum_in_a_7z_damages_that_member_only(box: Box) -> None:
    files = {"a": b"first", "b": b"second", "c": b"third"}
    crcs = [struct.pack("<I", zlib.crc32(content)) for content in files.values()]
    found = box.unpack(patched(seven(files, plain=True), crcs[1], bytes(4)), ".7z")
    assert states(found) == [None, State.DAMAGED, None]
    assert box.contents(found) == {"a": b"first", "c": b"third"}


def test_a_checksum_that_stands_with_the_folder_of_a_7z_counts(box: Box) -> None:
    content = b"content"
    made = seven({"a": content}, plain=True, method=py7zr.FILTER_LZMA2)
    crc = struct.pack("<I", zlib.crc32(content))
    for claimed, state in ((crc, None), (bytes(4), State.DAMAGED)):
        moved = patched(made, b"\x00\x08\x0a\x01" + crc + b"\x00", b"\x0a\x01" + claimed + b"\x00\x08\x00")
        assert states(box.unpack(moved, ".7z")) == [state]


def test_a_7z_whose_sizes_lie_never_gives_wrong_content(box: Box) -> None:
    files = {"a": b"x" * 11, "b": b"y" * 22, "c": b"z" * 33}
    made = seven(files, plain=True)
    for sizes in ((b"\x09\x0b\x15"), (b"\x09\x0b\x17"), (b"\x09\x00\x42"), (b"\x09\x7f\x7f")):
        found = box.unpack(patched(made, b"\x09\x0b\x16", sizes), ".7z")
        assert box.contents(found).items() <= files.items()
        assert State.DAMAGED in states(found)


def test_damage_within_a_7z_spares_what_stands_before(box: Box) -> None:
    noise = random.Random(4)
    files = {str(place): noise.randbytes(200_000) for place in range(5)}
    made = bytearray(seven(files, method=py7zr.FILTER_LZMA2))
    made[700_000] ^= 0xFF
    found = box.unpack(bytes(made), ".7z")
    assert states(found)[:3] == [None] * 3
    assert states(found)[3] is State.DAMAGED
    assert box.contents(found).items() <= files.items()


# Cut, and noise


@pytest.mark.parametrize("kind", KINDS)
def test_a_cut_archive_gives_right_content_or_none(box: Box, kind: str) -> None:
    files = {f"{place}.docx": random.Random(place).randbytes(700 * place) for place in range(1, 6)}
    data = packed(kind, files)
    whole, refusals = 0, set()
    for end in [*range(0, len(data), len(data) // 40), len(data) - 1]:
        try:
            found = box.unpack(data[:end], f".{kind}")
        except Unreadable as error:
            refusals.add(error.state)
            continue
        assert box.contents(found).items() <= files.items()
        assert names(found) == list(files)[: len(found.members)]
        assert found.damage or box.contents(found) == files  # when only padding is lost
        whole += len(found.members)
    assert refusals == {State.DAMAGED}
    assert whole > 40 or kind in ("zip", "7z", "tar.bz2")  # a directory at the end, or a single block


def test_a_tar_cut_within_a_member_keeps_those_before(box: Box) -> None:
    data = tarred({"a": b"a" * 600, "b": b"b" * 600})
    for kind in ("tar", "tar.gz", "tar.bz2", "tar.xz"):
        found = box.unpack(compressed(kind, data[: 512 + 1024 + 512 + 100]), f".{kind}")
        assert (names(found), states(found)) == (["a", "b"], [None, State.DAMAGED])
        assert found.damage


def test_a_tar_without_its_end_is_told(box: Box) -> None:
    data = tarred({"a": b"a" * 600, "b": b"b" * 600})
    found = box.unpack(data[: 512 + 1024], ".tar")
    assert box.contents(found) == {"a": b"a" * 600}
    assert "结束标记" in found.damage
    assert box.unpack(data[:1536] + b"garbage" * 300, ".tar").damage


def test_a_wrong_checksum_of_gzip_is_told(box: Box) -> None:
    data = bytearray(packed("tar.gz", FILES))
    data[-8] ^= 1
    found = box.unpack(bytes(data), ".tgz")
    assert names(found) == list(FILES)
    assert found.damage


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(KINDS), st.integers(0, 1 << 30), st.integers(1, 255))
def test_a_flipped_byte_never_gives_wrong_content_unnoticed(kind: str, at: int, by: int) -> None:
    data = bytearray(sample(kind))
    data[at % len(data)] ^= by
    with TemporaryDirectory() as folder:
        box = Box(Path(folder))
        try:
            found = box.unpack(bytes(data), f".{kind}")
        except Unreadable:
            return
        if kind not in ("tar", "tar.bz2") and not found.damage:  # a tar has no checksums; those of bz2 end with a block
            assert set(box.contents(found).values()) <= set(FILES.values())


MAGICS = (b"", b"PK\x03\x04", b"7z\xbc\xaf\x27\x1c\0\x04", b"\x1f\x8b\x08\0", b"BZh9", b"\xfd7zXZ\0")


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(MAGICS), st.binary(max_size=2000), st.sampled_from([".zip", ".tar", ".7z", ".tgz"]))
def test_random_bytes_are_unreadable(magic: bytes, noise: bytes, suffix: str) -> None:
    with TemporaryDirectory() as folder, pytest.raises(Unreadable):
        Box(Path(folder)).unpack(magic + noise, suffix)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 200), st.booleans())
def test_any_header_of_a_7z_is_read_or_refused(noise: bytes, at: int, begin: bool) -> None:
    body, header = plain_seven()
    at = at % len(header)
    hostile = header[:at] + noise + (header[at + len(noise) :] if begin else b"")
    with TemporaryDirectory() as folder:
        box = Box(Path(folder))
        try:
            found = box.unpack(sealed(body, hostile), ".7z")
        except Unreadable:
            return
        assert len(found.members) <= archives.MAX_MEMBERS


@pytest.mark.parametrize("suffix", [".zip", ".7z", ".tar", ".tgz"])
def test_what_is_no_archive_is_called_by_its_name(box: Box, suffix: str) -> None:
    with pytest.raises(Unreadable, match="RAR") as raised:
        box.unpack(b"Rar!\x1a\x07\x01\x00" + bytes(100), suffix)
    assert raised.value.state is State.UNSUPPORTED
    with pytest.raises(Unreadable, match="空") as raised:
        box.unpack(b"", suffix)
    assert raised.value.state is State.DAMAGED


# Limits


@pytest.mark.parametrize("kind", KINDS)
def test_a_member_beyond_the_limit_is_too_large_and_the_rest_is_not(
    box: Box, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBER", 1000)
    found = box.unpack(packed(kind, {"a": b"a" * 1000, "bomb": bytes(1001), "c": b"c"}), f".{kind}")
    assert states(found) == [None, State.TOO_LARGE, None]
    assert box.contents(found) == {"a": b"a" * 1000, "c": b"c"}


def test_a_zip_that_claims_little_and_inflates_to_much_writes_no_more_than_it_claims(box: Box) -> None:
    found = box.unpack(raw_zip(Entry(b"bomb", bytes(50_000_000), size=10), Entry(b"b")))
    assert states(found) == [State.DAMAGED, None]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_beyond_the_room_is_too_large(box: Box, kind: str) -> None:
    found = box.unpack(packed(kind, {"a": b"a" * 600, "b": b"b" * 600, "c": b"c" * 400}), f".{kind}", room=1000)
    assert states(found) == [None, State.TOO_LARGE, None]
    assert box.contents(found) == {"a": b"a" * 600, "c": b"c" * 400}


@pytest.mark.parametrize("kind", ["tar.gz", "tar.bz2", "tar.xz", "7z"])
def test_a_stream_that_must_be_inflated_to_be_passed_over_has_a_limit(
    box: Box, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MAX_WORK", 3_000_000)
    monkeypatch.setattr(archives, "PIECE", 1_000_000)
    files = {"a.docx": b"a", "bomb.bin": bytes(30_000_000), "b.docx": b"b"}
    found = box.unpack(packed(kind, files), f".{kind}", wanted=lambda name: name.endswith(".docx"))
    assert box.contents(found) == {"a.docx": b"a"}
    assert "太大" in (found.damage or found.members[2].reason)


@pytest.mark.parametrize("kind", KINDS)
def test_too_many_members_are_refused(box: Box, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    assert len(box.unpack(packed(kind, dict.fromkeys("abc", b"x")), f".{kind}").members) == 3
    with pytest.raises(Unreadable) as raised:
        box.unpack(packed(kind, dict.fromkeys("abcd", b"x")), f".{kind}")
    assert raised.value.state is State.TOO_LARGE


def test_a_zip_of_more_entries_than_its_end_record_can_count_is_read(box: Box) -> None:
    found = box.unpack(raw_zip(*(Entry(b"%d" % place, b"", method=0) for place in range(0x10001))), wanted=str.isalpha)
    assert len(found.members) == 0x10001


def test_a_7z_that_claims_files_without_number_is_refused(box: Box) -> None:
    made = seven({"a": b"x"}, plain=True)
    with pytest.raises(Unreadable) as raised:  # files info, then one file
        box.unpack(patched(made, b"\x05\x01\x11", b"\x05\xf0\xff\xff\xff\x7f\x11"), ".7z")
    assert raised.value.state is State.DAMAGED


def test_a_7z_that_wants_a_huge_dictionary_is_too_large(box: Box) -> None:
    made = seven({"a": b"x"}, plain=True, method=py7zr.FILTER_LZMA2)
    found = box.unpack(patched(made, b"\x21\x21\x01\x16", b"\x21\x21\x01\x28"), ".7z")
    assert states(found) == [State.TOO_LARGE]


def test_a_tar_whose_size_is_negative_ends(box: Box) -> None:
    header = bytearray(tarred({"a": b""})[:512])
    header[124:136] = b"\xff" * 10 + b"\xfc\x00"  # -1024
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    with pytest.raises(Unreadable):
        box.unpack(bytes(header) * 3, ".tar")


def test_a_tar_with_an_endless_name_is_refused(box: Box) -> None:
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 1 << 40
    with pytest.raises(Unreadable):
        box.unpack(info.tobuf(tarfile.GNU_FORMAT) + bytes(5000), ".tar")


# The disk


def test_a_folder_that_cannot_be_written_is_no_damage(box: Box) -> None:
    path = box.folder / "a.zip"
    path.write_bytes(zipped(FILES))
    for spool in (box.folder / "missing", path):
        with pytest.raises(OSError, match="Errno"):
            unpack(path, spool)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EINVAL])
def test_a_full_disk_is_no_damage(box: Box, kind: str, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data = packed(kind, FILES)
    path, spool = box.folder / f"a.{kind}", box.folder / "spool"
    path.write_bytes(data)
    spool.mkdir()
    usual = Path.open

    class Full(io.BytesIO):
        def write(self, *_: object) -> int:
            raise OSError(code, "full")

    def opened(self: Path, mode: str = "r", buffering: int = -1) -> object:
        return Full() if mode == "xb" else usual(self, mode, buffering)

    monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(OSError, match="full") as raised:
        unpack(path, spool)
    assert raised.value.errno == code


def test_a_disk_that_cannot_be_read_is_no_damage(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    path = box.folder / "a.tar"
    path.write_bytes(tarred(FILES))
    usual = archives._Stream

    class Failing(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 2000:
                raise OSError(errno.EIO, "worn out")
            return super().read(size)

    monkeypatch.setattr(archives, "_Stream", lambda source, spool: usual(Failing(source.read()), spool))
    with pytest.raises(OSError, match="worn out"):
        unpack(path, box.folder)


def test_an_archive_that_is_not_there_is_an_error_of_the_disk(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        unpack(tmp_path / "missing.zip", tmp_path)


def test_members_are_plain_values() -> None:
    assert Member("a", "000001", 1) == Member("a", "000001", 1, None, "", "")
