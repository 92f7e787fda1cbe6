"""Handing an index on: what comes out is what went in, to the byte, and nothing half-way."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from index import cache, changes, doctor, lock, store, transfer
from index.export import export
from index.pack import verify
from index.query import Facet
from index.search import chosen
from pipeline.errors import IndexBroken, PackBroken, State
from pipeline.model import Problem, Tally
from tests.helpers import file, fill, find, put, record, said

WORLD = [
    record(0, risk_points=("收受财物", "越权"), level="高", stage="立案", unit=("市局", "人事科"), page=3),
    record(1, risk_points=("越权",), control_measures=("集体讨论",), doubts=("等级不清",)),
    record(0, "乙/丙.txt", risk_points=("贿赂\x1b[2J",), monitoring_points=("全程录像",), level="低"),
]


@pytest.fixture
def world(folder: Path) -> Path:
    """An index with records, a duplicate, a file that failed and one that nobody looked into."""
    fill(folder, WORLD)
    why = changes.same_as("甲.txt")
    put(folder, file("副本.txt", sha256=WORLD[0].sha256, state=State.DUPLICATE, duplicate_of="甲.txt", reason=why))
    problems = (Problem("page-damaged", "这一页读不出来", 2),)
    put(folder, file("坏.pdf", state=State.DAMAGED, reason="坏了; 重存", problems=problems, tally=Tally(0, 3, 9)))
    put(folder, file("图.jpg", sha256="", state=State.UNSUPPORTED, reason="不认识的文件类型 .jpg"))
    put(folder, file("图.jpg", "/别处", sha256="", state=State.UNSUPPORTED, reason="不认识的文件类型 .jpg"))
    return folder


def packed(folder: Path, target: Path) -> bytes:
    with cache.opened(folder) as index:
        transfer.pack(index, target)
    return target.read_bytes()


def exported(folder: Path, target: Path) -> bytes:
    with cache.opened(folder) as index:
        export(target, store.records(index.connection, index.columns["rows"].tolist()))
    return target.read_bytes()


def files(folder: Path) -> list[store.File]:
    """All that is known of files but where they are and how long they took."""
    with store.reading(folder) as connection:
        return [replace(one, path="", archive=None, seconds=0.0) for one in store.files(connection)]


def test_what_is_unpacked_is_what_was_packed(world: Path, tmp_path: Path) -> None:
    before = packed(world, tmp_path / "a.liantu")
    taken = transfer.unpack(tmp_path / "a.liantu", tmp_path / "other", merge=False)
    assert (taken.files, taken.manifest.files.lines, taken.manifest.records.lines) == (6, 6, 3)
    assert files(tmp_path / "other") == files(world)
    assert exported(tmp_path / "other", tmp_path / "b.jsonl") == exported(world, tmp_path / "a.jsonl")
    assert packed(tmp_path / "other", tmp_path / "b.liantu") == before
    with cache.opened(tmp_path / "other") as index:
        assert said(find(index, "收受财物")) == {"收受财物"}
    assert list(doctor.faults(tmp_path / "other")) == []


def test_the_order_in_which_files_were_read_does_not_matter(folder: Path, tmp_path: Path) -> None:
    fill(folder, WORLD)
    fill(tmp_path / "other", WORLD[::-1])
    assert packed(folder, tmp_path / "a.liantu") == packed(tmp_path / "other", tmp_path / "b.liantu")


def test_a_selection_is_packed_with_its_files(world: Path, tmp_path: Path) -> None:
    with cache.opened(world) as index:
        rows = chosen(index, "越权", {Facet.LEVEL: ["高"]})
        manifest = transfer.pack(index, tmp_path / "a.liantu", "越权 level=高", rows)
    assert (manifest.files.lines, manifest.records.lines, manifest.origin.selection) == (1, 1, "越权 level=高")
    transfer.unpack(tmp_path / "a.liantu", tmp_path / "other", merge=False)
    (line,) = exported(tmp_path / "other", tmp_path / "b.jsonl").decode().splitlines()
    assert json.loads(line)["id"] == WORLD[0].id


def test_an_index_with_files_is_not_overwritten_but_merged_if_asked_for(world: Path, tmp_path: Path) -> None:
    fill(tmp_path / "other", [record(0, "丁.txt", risk_points=("压件",)), *WORLD[:2]])
    packed(world, tmp_path / "a.liantu")
    with pytest.raises(IndexBroken, match="已有 2 个文件; 加 --merge"):
        transfer.unpack(tmp_path / "a.liantu", tmp_path / "other", merge=False)
    taken = transfer.unpack(tmp_path / "a.liantu", tmp_path / "other", merge=True)
    assert (taken.files, taken.differing) == (5, ()), "one was there"
    with cache.opened(tmp_path / "other") as index:
        assert said(find(index)) == {"压件", "收受财物", "越权", "集体讨论", "贿赂\x1b[2J", "全程录像"}
    assert transfer.unpack(tmp_path / "a.liantu", tmp_path / "other", merge=True).files == 0
    assert list(doctor.faults(tmp_path / "other")) == []


def test_what_failed_here_is_taken_from_a_pack_that_has_it(folder: Path, tmp_path: Path) -> None:
    fill(folder, WORLD)
    packed(folder, tmp_path / "a.liantu")
    put(tmp_path / "other", file(state=State.TIMEOUT))
    assert transfer.unpack(tmp_path / "a.liantu", tmp_path / "other", merge=True).files == 2


def test_a_document_that_has_another_content_there_is_told(folder: Path, tmp_path: Path) -> None:
    fill(folder, WORLD)
    packed(folder, tmp_path / "a.liantu")
    put(tmp_path / "other", file(sha256="0" * 64), [record(9, risk_points=("旧",))])
    taken = transfer.unpack(tmp_path / "a.liantu", tmp_path / "other", merge=True)
    assert (taken.files, taken.differing) == (2, ("甲.txt",))


def test_a_pack_whose_records_clash_changes_nothing(folder: Path, tmp_path: Path) -> None:
    fill(folder, WORLD)
    packed(folder, tmp_path / "a.liantu")
    fill(tmp_path / "other", [record(0, "丁.txt", risk_points=("压件",), id=WORLD[2].id)])
    before = exported(tmp_path / "other", tmp_path / "b.jsonl")
    with pytest.raises(PackBroken, match="冲突"):
        transfer.unpack(tmp_path / "a.liantu", tmp_path / "other", merge=True)
    assert exported(tmp_path / "other", tmp_path / "c.jsonl") == before


def test_a_broken_pack_makes_no_index(world: Path, tmp_path: Path) -> None:
    data = packed(world, tmp_path / "a.liantu")
    (tmp_path / "b.liantu").write_bytes(data[: len(data) // 2])
    with pytest.raises(PackBroken):
        transfer.unpack(tmp_path / "b.liantu", tmp_path / "other", merge=False)
    assert not (tmp_path / "other").exists()
    assert verify(tmp_path / "a.liantu").records.lines == 3


# The index itself

FAULTS = [
    (f"DELETE FROM blocks WHERE ids = '{WORLD[2].id}'", "文件写的记录数与实际不符（1 处）：乙/丙.txt"),
    ("UPDATE blocks SET file = 99", "记录没有所属的文件（3 处）"),
    ("INSERT INTO texts VALUES (99, '孤句')", "文字不在任何记录里（1 处）：孤句"),
    ("DELETE FROM texts WHERE text = '越权'", "条记录读不出来"),
    (
        "UPDATE files SET duplicate_of = '没有' WHERE duplicate_of IS NOT NULL",
        "重复文件指向的文件不在（1 处）：副本.txt",
    ),
    ("UPDATE blocks SET codes = substr(codes, 1, length(codes) - 4)", "条记录读不出来"),
    ("UPDATE blocks SET codes = substr(codes, 1, 9)", "条记录读不出来"),
    ("UPDATE files SET state = 'odd' WHERE state = 'damaged'", "文件 坏.pdf 的情况读不出来"),
]


@pytest.mark.parametrize(("damage", "fault"), FAULTS)
def test_what_does_not_agree_is_found(world: Path, damage: str, fault: str) -> None:
    with cache.opened(world):
        assert list(doctor.faults(world)) == []
    with changes.writing(world) as connection:
        connection.execute(damage)
    assert any(fault in found for found in doctor.faults(world))


def test_what_is_rebuilt_is_what_was_there(world: Path) -> None:
    with cache.opened(world) as index:
        before = said(find(index))
    cache.rebuild(world)
    with cache.opened(world) as index:
        assert said(find(index)) == before


def test_an_index_that_is_not_there_is_not_rebuilt(folder: Path) -> None:
    with pytest.raises(IndexBroken, match="还没有索引"):
        cache.rebuild(folder)
    assert not folder.exists()


def test_the_doctor_says_what_to_do(world: Path, tmp_path: Path) -> None:
    found = {one.what: one for one in doctor.findings(world)}
    assert {"Python", "LibreOffice", "文字识别", "词典", "磁盘", "索引", "没读成"} <= set(found)
    assert found["没读成"].found == "3 个文件"
    assert "写入" not in found
    with changes.writing(world) as connection:
        changes.note(connection, file("新.txt"))
        found = {one.what: one for one in doctor.findings(world)}
        assert lock.holder(world) in found["写入"].found
        assert not found["未并入"].is_well
    missing = {one.what: one for one in doctor.findings(tmp_path / "无" / "无")}
    assert "还没有索引" in missing["索引"].found
    assert "liantu ingest" in missing["索引"].remedy
