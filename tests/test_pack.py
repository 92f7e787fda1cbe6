"""Packs: what comes out is what went in, to the byte the same each time; anything else is refused and says where."""

import errno
import hashlib
import json
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import pack
from index import packed as packing
from index.pack import Manifest, Origin, Packed
from pipeline.errors import LiantuError, PackBroken, State
from pipeline.model import Place, Problem, Record, Tally
from tests.helpers import record

ROOT = Path(__file__).parent.parent
ORIGIN = Origin("0.1.0", 7, "jieba 0.42.1", "-", "abc", "单位：水务局")
PARTS = ("files.jsonl", "records.jsonl", "manifest.json")
PLACES = (Place(0), Place(3, 2, 10.5, -0.1, 300.0, 1000.25, 0.87))
A, B, C = "甲.docx", "乙 “二”.pdf", "丙.txt"
RECORDS = (
    record(0, A, risk_points=("收受财物", "越权\u2028\x00\n"), control_measures=("双人审核",), page=3, level="高"),
    record(1, A, unit=("局", "科"), boxes=PLACES, confidence=0.5, doubts=("没有责任人",)),
    record(0, B, monitoring_points=("全程录像 😀",), placed_by="table"),
)


def digest(document: str) -> str:
    """The content that `helpers.record` gives a document."""
    return hashlib.sha256(document.encode()).hexdigest()


def packed(document: str = A, records: int = 0, **changes: Any) -> Packed:
    """A file that was read; its content follows from its name."""
    values: dict[str, Any] = {"document": document, "sha256": digest(document), "agency": None, "reader_version": 7}
    values |= {"state": State.READ, "reason": "", "duplicate_of": None, "charts": 1, "records": records}
    return Packed(**values | {"tally": Tally(9, 4, 0), "problems": ()} | changes)


def copy_of(document: str, name: str, **changes: Any) -> Packed:
    """The same content under another name."""
    return packed(name, **{"sha256": digest(document), "state": State.DUPLICATE, "duplicate_of": document} | changes)


FILES = (
    packed(A, 2, agency="市局", problems=(Problem("lost", "有一框没有归位", 2), Problem("odd", "等级不清"))),
    copy_of(A, "副本/甲.docx"),
    packed(B, 1, state=State.PARTLY, reason="第 2 页没有读"),
    packed(C, state=State.ENCRYPTED, reason="文件有密码"),
)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where a pack goes; nothing else is in the folder."""
    (tmp_path / "pack").mkdir()
    return tmp_path / "pack" / "索引.liantu"


def written(target: Path, files: tuple[Packed, ...] = FILES, records: tuple[Record, ...] = RECORDS) -> Manifest:
    return pack.write(target, ORIGIN, files, records)


class Content(NamedTuple):
    """All that a pack says."""

    manifest: Manifest
    files: tuple[Packed, ...]
    records: tuple[Record, ...]


def content(path: Path) -> Content:
    with pack.opened(path) as found:
        return Content(found.manifest, tuple(found.files()), tuple(found.records()))


def refusal(path: Path) -> PackBroken:
    with pytest.raises(PackBroken) as caught:
        pack.verify(path)
    assert caught.value.where == str(path)
    assert caught.value.remedy
    return caught.value


# A pack made by hand, without the program


def text_of(*values: Any) -> bytes:
    """A part, as the format has it."""
    lines = (json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False) for value in values)
    return "".join(f"{line}\n" for line in lines).encode()


def summed(data: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), "lines": data.count(b"\n")}


def plain(value: Any) -> Any:
    return value.to_json() if isinstance(value, Record) else asdict(value)


FILES_PART, RECORDS_PART = text_of(*map(plain, FILES)), text_of(*map(plain, RECORDS))


def manifest_of(files: bytes, records: bytes) -> dict[str, Any]:
    """The true manifest of these parts, if they have four statements."""
    said = {"format": "liantu-pack", "schema": 1, "origin": asdict(ORIGIN), "files": summed(files)}
    return said | {"records": summed(records), "statements": 4}


def zipped(path: Path, parts: dict[str, bytes], method: int = ZIP_DEFLATED) -> Path:
    with ZipFile(path, "w", method) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def by_hand(
    path: Path, files: bytes = FILES_PART, records: bytes = RECORDS_PART, changes: dict[str, Any] | None = None
) -> Path:
    """A pack with these parts; the manifest is true, save for the changes."""
    parts = files, records, text_of(manifest_of(files, records) | (changes or {}))
    return zipped(path, dict(zip(PARTS, parts, strict=True)))


def test_a_pack_made_by_hand_is_read(target: Path) -> None:
    found = content(by_hand(target))
    assert (found.files, found.records) == (FILES, RECORDS)
    assert (found.manifest.origin, found.manifest.statements) == (ORIGIN, 4)


def test_a_pack_is_a_zip_with_what_was_given_a_line_each(target: Path) -> None:
    manifest = written(target)
    with ZipFile(target) as archive:
        assert tuple(archive.namelist()) == PARTS
        assert archive.read(PARTS[0]) == FILES_PART
        assert archive.read(PARTS[1]) == RECORDS_PART
        assert archive.read(PARTS[2]) == text_of(manifest_of(FILES_PART, RECORDS_PART)) == text_of(asdict(manifest))
    assert pack.verify(target) == manifest


def test_an_empty_index_can_be_packed(target: Path) -> None:
    manifest = written(target, (), ())
    assert content(target) == (manifest, (), ())
    assert (manifest.files.lines, manifest.records.bytes, manifest.statements) == (0, 0, 0)


TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["", "\x00", "\u2028\r\n", '"\\', "../../x", "\u202e甲", "\x1b[31m", "e\u0301", "NaN", "\ufeff", "\U0010ffff"]
    ),
)
MAYBE = st.none() | TEXTS
LISTS = st.lists(TEXTS, max_size=3).map(tuple)
COUNTS = st.integers(0, 2**63 - 1)
NUMBERED = st.integers(0, 2**31 - 1)
PAGES = st.none() | st.integers(1, 2**31 - 1)
SHARES = st.floats(0, 1)
EDGES = st.none() | st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def packs(draw: st.DrawFn) -> tuple[list[Packed], list[Record]]:
    """Files under different names, some twice, with their records."""
    names = draw(st.lists(TEXTS, unique=True, max_size=4))
    ids = iter(draw(st.lists(st.integers(0, 2**64 - 1), unique=True, min_size=12, max_size=12)))
    files, records = list[Packed](), list[Record]()
    for name in names:
        mine = [draw(any_record(f"{next(ids):016x}", name)) for _ in range(draw(st.integers(0, 3)))]
        files.append(draw(any_file(name, len(mine))))
        records += mine
    if names:
        files.append(copy_of(names[0], draw(TEXTS)))
    return files, records


def any_record(name: str, document: str) -> st.SearchStrategy[Record]:
    places = st.builds(Place, COUNTS, PAGES, EDGES, EDGES, EDGES, EDGES, SHARES)
    return st.builds(
        Record,
        *(st.just(value) for value in (name, document, digest(document))),
        *(PAGES, NUMBERED, MAYBE, MAYBE, MAYBE, MAYBE, MAYBE, TEXTS, TEXTS, NUMBERED, LISTS),
        *(st.sampled_from(["高", "中", "低", None]), MAYBE, LISTS, MAYBE, LISTS, LISTS),
        *(st.sampled_from(["geometry", "table", "sequence"]), SHARES, LISTS, st.lists(places, max_size=3).map(tuple)),
    )


def any_file(document: str, records: int) -> st.SearchStrategy[Packed]:
    return st.builds(
        packed,
        st.just(document),
        st.just(records),
        agency=MAYBE,
        reader_version=COUNTS,
        state=st.sampled_from([state for state in State if state is not State.DUPLICATE]),
        reason=TEXTS,
        charts=COUNTS,
        tally=st.builds(Tally, COUNTS, COUNTS, COUNTS),
        problems=st.lists(st.builds(Problem, TEXTS, TEXTS, PAGES), max_size=2).map(tuple),
    )


@settings(deadline=None)
@given(packs())
def test_what_goes_in_comes_out(
    tmp_path_factory: pytest.TempPathFactory, given: tuple[list[Packed], list[Record]]
) -> None:
    files, records = given
    path = tmp_path_factory.mktemp("pack") / "x"
    manifest = pack.write(path, ORIGIN, iter(files), iter(records))
    assert content(path) == (manifest, tuple(files), tuple(records))
    assert (manifest.files.lines, manifest.records.lines) == (len(files), len(records))
    texts = (one.risk_points + one.control_measures + one.monitoring_points for one in records)
    assert manifest.statements == sum(map(len, texts))


ELSEWHERE = """
import sys, time
time.time, time.localtime, time.gmtime = lambda: 1e9, lambda *_: time.struct_time((2001, 9, 9) + (0,) * 6), None
from pathlib import Path
from tests import test_pack
test_pack.written(Path(sys.argv[1]))
"""


def test_the_same_content_gives_the_same_bytes_in_another_place_time_and_process(target: Path, tmp_path: Path) -> None:
    written(target)
    other = tmp_path / "other"
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Pacific/Kiritimati", "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", ELSEWHERE, other], check=True, cwd=tmp_path, env=environment)
    assert other.read_bytes() == target.read_bytes()
    assert str(tmp_path).encode() not in target.read_bytes()


def test_what_was_opened_stays_whatever_becomes_of_the_file(target: Path) -> None:
    written(target)
    with pack.opened(target) as found:
        target.write_bytes(b"\0" * target.stat().st_size)
        first, second = found.records(), found.records()
        pairs = list(zip(first, second, found.files(), strict=False))
        assert pairs == list(zip(RECORDS, RECORDS, FILES, strict=False))
        assert list(found.records()) == list(RECORDS)


def test_what_goes_wrong_while_a_pack_is_used_is_not_laid_to_it(target: Path) -> None:
    written(target)
    with pytest.raises(ValueError, match="mine"), pack.opened(target):
        raise ValueError("mine")


# Damage


def test_a_changed_byte_is_noticed_or_changes_nothing(target: Path) -> None:
    before = content(target) if written(target) else None
    whole, chance, refused = target.read_bytes(), Random(1), 0
    for place in chance.sample(range(len(whole)), 400):
        changed = bytes([whole[place] ^ chance.randrange(1, 256)])
        target.write_bytes(whole[:place] + changed + whole[place + 1 :])
        try:
            assert content(target) == before
        except PackBroken:
            refused += 1
    assert refused > 200  # the deflated bytes are more than half of the file


def test_a_part_of_a_pack_is_none(target: Path) -> None:
    written(target)
    whole = target.read_bytes()
    for length in (*range(8), *Random(1).sample(range(8, len(whole)), 200), len(whole) - 1):
        target.write_bytes(whole[:length])
        assert refusal(target)


def patched(path: Path, name: str, central: tuple[int, str, int], local: tuple[int, str, int] | None = None) -> None:
    """Overwrite numbers (offset, format, value) in the two headers of an entry."""
    data = bytearray(path.read_bytes())
    for mark, size, change in ((b"PK\x01\x02", 46, central), (b"PK\x03\x04", 30, local)):
        starts = [start for start in range(len(data)) if data.startswith(mark, start)]
        (start,) = (start for start in starts if data.startswith(name.encode(), start + size))
        if change:
            struct.pack_into("<" + change[1], data, start + change[0], change[2])
    path.write_bytes(data)


def directory(path: Path) -> bytes:
    data = path.read_bytes()
    return data[data.index(b"PK\x01\x02") :]


@pytest.mark.parametrize("name", PARTS)
def test_an_encrypted_part_is_refused(target: Path, name: str) -> None:
    patched(by_hand(target), name, (8, "H", 1), (6, "H", 1))
    assert refusal(target).what == f"{name} 有密码"


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("method", [0, 12, 99])
def test_another_compression_is_refused(target: Path, name: str, method: int) -> None:
    patched(by_hand(target), name, (10, "H", method), (8, "H", method))
    assert refusal(target).what == f"{name} 用了廉图不用的压缩方法"


@pytest.mark.parametrize("method", [ZIP_STORED, ZIP_BZIP2])
def test_a_zip_of_the_right_parts_otherwise_compressed_is_refused(target: Path, method: int) -> None:
    manifest = text_of(manifest_of(FILES_PART, RECORDS_PART))
    zipped(target, dict(zip(PARTS, (FILES_PART, RECORDS_PART, manifest), strict=True)), method)
    assert "压缩方法" in refusal(target).what


def test_parts_that_share_bytes_are_refused(target: Path) -> None:
    patched(by_hand(target), "records.jsonl", (42, "I", 0))
    assert refusal(target).what == "压缩包里的部分互相重叠"


@pytest.mark.parametrize("name", PARTS[:2])
@pytest.mark.parametrize("more", [-1, 1, 1 << 30])
def test_a_directory_that_lies_about_a_size_is_refused(target: Path, name: str, more: int) -> None:
    by_hand(target)
    size = len(FILES_PART if name == "files.jsonl" else RECORDS_PART) + more
    patched(target, name, (24, "I", size))
    assert refusal(target).what == f"{name} 的大小与 manifest.json 写的不符"


@pytest.mark.parametrize("more", [-1, 1, 1 << 20])
def test_a_directory_and_a_manifest_that_agree_on_a_lie_are_refused(target: Path, more: int) -> None:
    by_hand(target, changes={"records": {**summed(RECORDS_PART), "bytes": len(RECORDS_PART) + more}})
    patched(target, "records.jsonl", (24, "I", len(RECORDS_PART) + more))
    assert refusal(target).what in (
        "records.jsonl 的内容与 manifest.json 写的大小或校验值不符",
        "文件不完整或已损坏（压缩包读不出来）",
    )


@pytest.mark.parametrize("name", PARTS)
def test_a_wrong_checksum_is_refused(target: Path, name: str) -> None:
    patched(by_hand(target), name, (16, "I", 1))
    assert "压缩包读不出来" in refusal(target).what


@pytest.mark.parametrize(("name", "key"), [("files.jsonl", "files"), ("records.jsonl", "records")])
def test_a_wrong_sum_is_refused(target: Path, name: str, key: str) -> None:
    data = FILES_PART if key == "files" else RECORDS_PART
    by_hand(target, changes={key: {**summed(data), "sha256": digest("别的")}})
    assert refusal(target).what == f"{name} 的内容与 manifest.json 写的大小或校验值不符"


@pytest.mark.parametrize("extra", ["../x", "/etc/passwd", "C:\\x", "records.jsonl/", "Manifest.json", "注.txt"])
def test_an_unknown_part_is_refused(target: Path, extra: str) -> None:
    with ZipFile(by_hand(target), "a") as archive:
        archive.writestr(extra, b"")
    assert refusal(target).what.startswith("压缩包里多出 ")


@pytest.mark.parametrize("name", PARTS)
def test_a_part_that_is_there_twice_is_refused(target: Path, name: str) -> None:
    with ZipFile(by_hand(target), "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(name, archive.read(name), ZIP_DEFLATED)
    assert refusal(target).what == f"压缩包里有两个 {name}"


@pytest.mark.parametrize("name", PARTS[:2])
def test_a_missing_part_is_refused(target: Path, name: str) -> None:
    parts = dict(zip(PARTS, (FILES_PART, RECORDS_PART, text_of(manifest_of(FILES_PART, RECORDS_PART))), strict=True))
    del parts[name]
    assert refusal(zipped(target, parts)).what == f"压缩包里缺少 {name}"


def test_a_directory_of_many_entries_takes_no_memory(target: Path) -> None:
    zipped(target, {f"{number:05}" + "x" * 200: b"" for number in range(20_000)})
    assert len(directory(target)) > 4 << 20
    assert peak(lambda: refusal(target)) < 4 << 20


def peak(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def bomb(path: Path, mebibytes: int, **changes: Any) -> Path:
    """A pack whose records are so many bytes and no line."""
    total, block = hashlib.sha256(), b" " * (1 << 20)
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("files.jsonl", FILES_PART)
        with archive.open("records.jsonl", "w") as file:
            for _ in range(mebibytes):
                total.update(block)
                file.write(block)
        part = {"sha256": total.hexdigest(), "bytes": mebibytes << 20, "lines": 3} | changes
        archive.writestr("manifest.json", text_of(manifest_of(FILES_PART, b"") | {"records": part}))
    return path


def test_a_part_that_inflates_to_one_endless_line_takes_little_memory(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "MAX_LINE", 1 << 20)
    bomb(target, 100)
    assert target.stat().st_size < 1 << 20
    assert peak(lambda: refusal(target)) < 12 << 20
    assert refusal(target).what == "records.jsonl 第 1 行：一行超过 1 MiB"


def test_what_inflates_to_more_than_the_manifest_says_is_refused_before_it_does(target: Path) -> None:
    bomb(target, 100, bytes=1 << 20)
    assert peak(lambda: refusal(target)) < 4 << 20
    assert refusal(target).what == "records.jsonl 的大小与 manifest.json 写的不符"


def test_a_pack_larger_than_any_index_is_refused(target: Path) -> None:
    by_hand(target, changes={"records": {**summed(RECORDS_PART), "bytes": 64 << 30}})
    assert refusal(target).what == "manifest.json 第 1 行：解压后超过 64 GiB"


def test_a_large_manifest_is_refused(target: Path) -> None:
    zipped(target, {"manifest.json": b" " * (50 << 20)})
    assert peak(lambda: refusal(target)) < 8 << 20
    assert refusal(target).what == "manifest.json 超过 1 MiB"


def test_small_values_without_number_are_refused_before_they_are_made(target: Path) -> None:
    places = RECORDS_PART.replace(b'"boxes":[]', b'"boxes":[' + b'{"box":0},' * 2_000_000 + b'{"box":0}]', 1)
    by_hand(target, records=places)
    assert peak(lambda: refusal(target)) < 128 << 20  # of which the line is 20 MB
    assert refusal(target).what == "records.jsonl 第 1 行：一行里的内容太多"


def test_too_little_room_is_said(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needed = len(FILES_PART) + len(RECORDS_PART)
    by_hand(target)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(needed, 1, needed - 1))
    found = refusal(target)
    assert found.what == "磁盘空间不够：解压需要 1 MiB"
    assert "TMPDIR" in found.remedy
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(needed, 0, needed))
    assert pack.verify(target)


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX")
def test_a_temporary_file_that_cannot_grow_is_said(target: Path) -> None:
    import resource

    by_hand(target, records=RECORDS_PART)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        found = refusal(target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert found.what.startswith("临时文件写不下（")


# Other files


def test_a_word_file_is_no_pack(target: Path) -> None:
    shutil.copy(ROOT / "corpus" / "register-roads.docx", target)
    assert refusal(target).what == "不是廉图导出的文件（里面没有 manifest.json）"


def test_a_database_is_no_pack(target: Path) -> None:
    with closing(sqlite3.connect(target)) as connection:
        connection.execute("CREATE TABLE x (y)")
    assert refusal(target).what == "不是廉图导出的文件"


@pytest.mark.parametrize("data", [b"\0" * 99, b"PK", b"%PDF-1.7", b"PK\x05\x06" + bytes(18)])
def test_other_bytes_are_no_pack(target: Path, data: bytes) -> None:
    target.write_bytes(data)
    assert refusal(target).what == "不是廉图导出的文件"


def test_an_empty_file_is_no_pack(target: Path) -> None:
    target.touch()
    assert refusal(target).what == "文件是空的"


def test_a_folder_nothing_and_a_pipe_are_no_packs(target: Path) -> None:
    names = [target.parent, target, Path("a\0b")]
    if hasattr(os, "mkfifo"):
        os.mkfifo(target.parent / "pipe")
        names.append(target.parent / "pipe")
    for name in names:
        assert refusal(name).what == "没有这个文件，或它不是普通文件"


def test_a_file_that_may_not_be_read_is_said(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: Path) -> None:  # as whoever runs the tests may be allowed everything
        raise PermissionError(errno.EACCES, "Permission denied")

    by_hand(target)
    monkeypatch.setattr(pack, "_Sips", refused)
    assert refusal(target).what == "没有权限读这个文件"


@pytest.mark.parametrize(
    "manifest",
    [
        *(b"", b"{}", b"[]", b"\xff", b"[" * 99_999, b'{"name":"x","schema":9}', b'{"format":"other","schema":9}'),
        *(b'{"format":"liantu-pack","schema":"1"}', b'{"format":"liantu-pack","schema":NaN}'),
    ],
)
def test_the_manifest_of_something_else_is_none(target: Path, manifest: bytes) -> None:
    found = refusal(zipped(target, {"manifest.json": manifest}))
    assert found.what == "不是廉图导出的文件（manifest.json 看不懂）"
    assert "liantu pack" in found.remedy


def test_a_newer_pack_wants_a_newer_program(target: Path) -> None:
    """Whatever else is new about it."""
    manifest = text_of({"schema": 2, "format": "liantu-pack", "news": [1]})
    found = refusal(zipped(target, {"manifest.json": manifest, "charts.jsonl": b""}))
    assert (found.what, found.remedy) == ("由更新版本的廉图导出", "升级廉图后再导入")


@pytest.mark.parametrize("schema", [0, -1, -(10**30)])
def test_a_schema_that_never_was_is_refused(target: Path, schema: int) -> None:
    assert "没有这种格式版本" in refusal(by_hand(target, changes={"schema": schema})).what


# Lines


def test_a_line_is_read_only_as_it_is_written(target: Path) -> None:
    line = RECORDS_PART.splitlines(keepends=True)[2]
    whole = RECORDS_PART.removesuffix(line)
    cases: list[tuple[bytes, bytes, str]] = [
        (b'"page":null', b'"page":null,"page":null', "写法"),
        (b'"page":null', b'"page":1,"page":null', "写法"),
        (b'"page":null', b'"page":null,"more":0', "写法"),
        (b'"page":null', b'"page": null', "写法"),
        (b'"page":null,', b"", "缺少"),
        (b'"chart":0', b'"chart":00', "JSON"),
        (b'"chart":0', b'"chart":-0', "写法"),
        (b'"confidence":1.0', b'"confidence":1', "写法"),
        (b'"confidence":1.0', b'"confidence":1.00', "写法"),
        (b'"\xe5\x85\xa8', b'"\\u5168', "写法"),
        (b"}\n", b"}\r\n", "写法"),
        (b"}\n", b"}", "写法"),
        (b"}\n", b"}\n\n", "JSON"),
        (b"}\n", b"}{}\n", "JSON"),
        (b"{", b"\xef\xbb\xbf{", "JSON"),
        (b'"page":null', b'"page":NaN', "JSON"),
        (b'"confidence":1.0', b'"confidence":Infinity', "JSON"),
        (b'"confidence":1.0', b'"confidence":-Infinity', "JSON"),
        (b'"confidence":1.0', b'"confidence":1e999', "类型"),
        (b'"confidence":1.0', b'"confidence":1.5', "0 与 1"),
        (b'"confidence":1.0', b'"confidence":-0.1', "0 与 1"),
        (b'"confidence":1.0', b'"confidence":null', "类型"),
        (b'"title":null', b'"title":"\\ud800"', "JSON"),
        (b'"title":null', b'"title":"\xed\xa0\x80"', "UTF-8"),
        (b'"title":null', b'"title":"\xff"', "UTF-8"),
        (b'"title":null', b'"title":"\x01"', "JSON"),
        (b'"title":null', b'"title":["x"]', "类型"),
        (b'"title":null', b'"title":' + b"[" * 100_000 + b"]" * 100_000, "类型"),
        (b'"title":null', b'"title":null,"x":' + b"[" * 100_000 + b"]" * 100_000, "嵌套太深"),
        (b'"title":null', b'"title":null,"x":' + b'{"":' * 100_000, "嵌套太深"),
        (b'"title":null', b'"title":"' + b"x" * 1_000_001 + b'"', "1000000 个字符"),
        (b'"risk_points":[]', b'"risk_points":["' + b"x" * 1_000_001 + b'"]', "1000000 个字符"),
        (b'"chart":0', b'"chart":-1', "范围"),
        (b'"chart":0', b'"chart":9223372036854775808', "范围"),
        (b'"chart":0', b'"chart":1' + b"0" * 9999, "类型"),
        (b'"chart":0', b'"chart":true', "类型"),
        (b'"chart":0', b'"chart":"0"', "类型"),
        (b'"chart":0', b'"chart":0.5', "类型"),
        (b'"stage_order":0', b'"stage_order":-1', "范围"),
        (b'"page":null', b'"page":0', "范围"),
        (b'"level":null', b'"level":"high"', "类型"),
        (b'"placed_by":"table"', b'"placed_by":"hand"', "类型"),
        (b'"stage":', b'"stages":', "缺少"),
        (b'"id":"', b'"id":"0', "16 个"),
        (b'"id":"' + line[7:8], b'"id":"' + b"G", "16 个"),
        (b'"id":"' + line[7:8], b'"id":"' + "\uff11".encode(), "16 个"),
        (b'"sha256":"', b'"sha256":"0', "64 个"),
        (b'"boxes":[]', b'"boxes":[null]', "类型"),
        (b'"boxes":[]', b'"boxes":[{"box":0}]', "写法"),  # the others have defaults
        *(
            (b'"boxes":[]', b'"boxes":' + text_of([asdict(replace(Place(0), **{key: value}))])[:-1], "范围")
            for key, value in (("box", -1), ("page", 0), ("box", 1 << 63))
        ),
        (b'"boxes":[]', b'"boxes":' + text_of([asdict(Place(0, confidence=1.01))])[:-1], "0 与 1"),
    ]
    for old, new, fragment in cases:
        changed = line.replace(old, new, 1)
        assert changed != line, old
        part = whole + changed
        found = refusal(by_hand(target, records=part, changes={"records": {**summed(part), "lines": 3}}))
        start, _, what = found.what.partition("：")
        assert start == ("records.jsonl 第 4 行" if new == b"}\n\n" else "records.jsonl 第 3 行"), (old, new[:99])
        assert fragment in what, (old, new[:99], what)


@pytest.mark.parametrize(
    ("changes", "fragment"),
    [
        ({"sha256": "A" * 64}, "64 个"),
        ({"sha256": "", "records": 1}, "64 个"),
        ({"state": "fine"}, "类型不对"),
        ({"state": "duplicate"}, "重复文件"),
        ({"state": "read", "duplicate_of": A}, "重复文件"),
        ({"records": 1, "state": "duplicate", "duplicate_of": A, "sha256": digest(A)}, "不应另有记录"),
        ({"charts": -1}, "范围"),
        ({"records": -1}, "范围"),
        ({"reader_version": 1 << 63}, "范围"),
        ({"tally": Tally(0, 0, -1)}, "范围"),
        ({"problems": (Problem("x", "y", 0),)}, "范围"),
        ({"problems": (Problem("x", "y" * 1_000_001),)}, "个字符"),
        ({"document": "x" * 1_000_001}, "个字符"),
        ({"reason": "x" * 1_000_001}, "个字符"),
        ({"state": "duplicate", "duplicate_of": "没有.txt", "sha256": digest(A)}, "与它重复的文件不在里面"),
        ({"state": "duplicate", "duplicate_of": A}, "与它重复的文件不在里面"),
        ({"document": A, "sha256": digest(A), "records": 1}, "有两份记录"),
    ],
)
def test_a_file_that_cannot_be_is_neither_read_nor_written(
    target: Path, changes: dict[str, Any], fragment: str
) -> None:
    files = (*FILES[:3], replace(FILES[3], **changes), packed("丁.txt"))
    for found in (refusal(by_hand(target, text_of(*map(plain, files)))), unwritable(target, files)):
        assert found.what.startswith("files.jsonl 第 4 行：")
        assert fragment in found.what


def unwritable(target: Path, files: tuple[Packed, ...] = FILES, records: tuple[Record, ...] = RECORDS) -> PackBroken:
    before = {path: path.read_bytes() for path in target.parent.iterdir()}
    with pytest.raises(PackBroken) as caught:
        written(target, files, records)
    assert {path: path.read_bytes() for path in target.parent.iterdir()} == before
    assert caught.value.where == str(target)
    assert "重新录入" in caught.value.remedy
    return caught.value


def test_one_name_and_content_may_come_from_two_folders(target: Path) -> None:
    """With records once; a duplicate may come before what it is one of."""
    files = (copy_of(A, A), packed(A, 2), copy_of(A, A), packed(C), packed(C), packed(A, charts=0))
    written(target, files, RECORDS[:2])
    assert content(target)[1:] == (files, RECORDS[:2])


@pytest.mark.parametrize(
    ("records", "line", "fragment"),
    [
        ((RECORDS[1], RECORDS[2], RECORDS[0]), 2, "记录不属于 甲.docx"),
        ((RECORDS[0], RECORDS[2], RECORDS[1]), 2, "记录不属于 甲.docx"),
        ((*RECORDS[:2], replace(RECORDS[2], document="别的")), 3, "记录不属于 乙"),
        ((*RECORDS[:2], replace(RECORDS[2], sha256=digest("别的"))), 3, "记录不属于 乙"),
        ((*RECORDS[:2], replace(RECORDS[2], id=RECORDS[0].id)), 3, f"记录编号 {RECORDS[0].id} 前面已有"),
        (RECORDS[:2], 3, "乙 “二”.pdf 的记录不全（应有 1 条，只有 0 条）"),
        ((*RECORDS, replace(RECORDS[0], id="0" * 16)), 4, "多出的记录"),
    ],
)
def test_records_must_come_file_by_file_and_once(
    target: Path, records: tuple[Record, ...], line: int, fragment: str
) -> None:
    statements = sum(len(one.risk_points + one.control_measures + one.monitoring_points) for one in records)
    part = text_of(*map(plain, records))
    by_hand(target, records=part, changes={"statements": statements})
    found = unwritable(target, FILES, records)
    assert found.what.startswith(f"records.jsonl 第 {line} 行：{fragment}")
    expected = found.what if len(records) == 3 else "files.jsonl 里各文件的记录数之和与 manifest.json 写的不符"
    assert refusal(target).what == expected


def test_more_records_than_the_manifest_counts_are_found(target: Path) -> None:
    part = text_of(*map(plain, (*RECORDS, replace(RECORDS[0], id="0" * 16))))
    by_hand(target, records=part, changes={"records": {**summed(part), "lines": 3}})
    assert refusal(target).what == "records.jsonl 第 4 行：多出的记录，files.jsonl 里没有它的文件"


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"files": {**summed(FILES_PART), "lines": 3}}, "files.jsonl 的行数与 manifest.json 写的不符"),
        ({"files": {**summed(FILES_PART), "lines": 5}}, "files.jsonl 的行数与 manifest.json 写的不符"),
        ({"statements": 3}, "records.jsonl 里的内容条数与 manifest.json 写的不符"),
        ({"statements": -1}, "manifest.json 第 1 行：数字超出范围（-1）"),
        ({"files": {**summed(FILES_PART), "bytes": -1}}, "manifest.json 第 1 行：数字超出范围（-1）"),
        ({"files": {**summed(FILES_PART), "sha256": "x"}}, "manifest.json 第 1 行：sha256 应为 64 个十六进制字符"),
        ({"files": {**summed(FILES_PART), "lines": 1 << 40}}, "manifest.json 第 1 行：文件多于 1000000 个"),
        ({"origin": {**asdict(ORIGIN), "lexicon": "x"}}, "manifest.json 第 1 行：lexicon 应为 64 个十六进制字符"),
        ({"origin": None}, "manifest.json 第 1 行：缺少内容或类型不对"),
        ({"more": 1}, "manifest.json 第 1 行：写法与廉图的不同"),
    ],
)
def test_a_manifest_must_agree_with_the_parts(target: Path, changes: dict[str, Any], what: str) -> None:
    manifest = text_of(manifest_of(FILES_PART, RECORDS_PART) | changes)
    zipped(target, dict(zip(PARTS, (FILES_PART, RECORDS_PART, manifest), strict=True)))
    assert refusal(target).what.startswith(what)


# Writing


@pytest.mark.parametrize(
    ("changes", "fragment"),
    [
        ({"title": "\ud800"}, "写不成 JSON"),
        ({"document": "\udcff.txt"}, "写不成 JSON"),
        ({"confidence": float("nan")}, "类型"),
        ({"boxes": (Place(0, x0=float("nan")),)}, "写不成 JSON"),
        ({"boxes": (Place(0, x0=float("inf")),)}, "写不成 JSON"),
        ({"chart": 10**5000}, "写不成 JSON"),
        ({"chart": 1 << 64}, "范围"),
        ({"page": "3"}, "类型"),
        ({"risk_points": ("x" * 1_000_001,)}, "个字符"),
        ({"risk_points": ["x"]}, "写不成 JSON"),
    ],
)
def test_a_record_that_could_not_be_read_again_is_not_written(
    target: Path, changes: dict[str, Any], fragment: str
) -> None:
    found = unwritable(target, FILES, (replace(RECORDS[0], **changes), *RECORDS[1:]))
    assert found.what.startswith("records.jsonl 第 1 行：")
    assert fragment in found.what


def test_a_whole_number_in_the_place_of_another_is_written_as_it_is_read(target: Path) -> None:
    records = (replace(RECORDS[0], confidence=1), *RECORDS[1:])
    written(target, records=records)
    assert content(target).records == RECORDS


@pytest.mark.parametrize(
    "changes", [{"lexicon": "x"}, {"selection": "\ud800"}, {"reader_version": -1}, {"model": None}]
)
def test_an_origin_that_could_not_be_read_again_is_not_written(target: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(PackBroken, match=r"manifest\.json 第 1 行："):
        pack.write(target, replace(ORIGIN, **changes), FILES, RECORDS)
    assert list(target.parent.iterdir()) == []


def failing(error: BaseException) -> Iterator[Record]:
    yield RECORDS[0]
    raise error


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt(), LiantuError("甲", "乙")])
def test_a_failure_while_writing_leaves_what_was_there(target: Path, error: BaseException) -> None:
    target.write_text("before")
    with pytest.raises(type(error)):
        pack.write(target, ORIGIN, FILES, failing(error))
    assert [path.read_text() for path in target.parent.iterdir()] == ["before"]


def test_a_full_disk_leaves_what_was_there(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    target.write_text("before")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(LiantuError) as caught:
        written(target)
    assert caught.value.what == "写不了（No space left on device）"
    assert [path.read_text() for path in target.parent.iterdir()] == ["before"]


def test_where_nothing_can_be_written_is_said(target: Path) -> None:
    for path, what in ((target / "x", "文件夹不存在"), (target.parent, "已有同名的文件夹")):
        with pytest.raises(LiantuError, match=what) as caught:
            written(path)
        assert caught.value.where == str(path)
    assert list(target.parent.iterdir()) == []


def test_a_pack_replaces_an_older_one_and_may_be_read_by_whoever_may_read_new_files(target: Path) -> None:
    target.write_text("before")
    written(target)
    (target.parent / "other").touch()
    assert content(target).records == RECORDS
    assert target.stat().st_mode == (target.parent / "other").stat().st_mode
    assert {path.name for path in target.parent.iterdir()} == {target.name, "other"}


def test_records_stream_through(target: Path) -> None:
    """Forty megabytes of them, written and read in a few."""
    long = tuple(f"{number} " + "长" * 3000 for number in range(50))
    files = tuple(packed(f"{number}.txt", 1) for number in range(90))

    def work() -> None:
        pack.write(target, ORIGIN, files, (record(0, one.document, risk_points=long) for one in files))
        with pack.opened(target) as found:
            assert sum(1 for _ in found.records()) == 90

    assert peak(work) < 12 << 20
    assert pack.verify(target).records.bytes > 38 << 20
