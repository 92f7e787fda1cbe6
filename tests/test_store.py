"""The truth and its caches: nothing is lost, nothing is doubled, a crash leaves the state before."""

import gc
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from index import cache, changes, doctor, segment, statements, store
from index.query import Facet
from index.results import Count
from pipeline.errors import IndexBroken, UnknownRecord
from tests.helpers import file, fill, find, indexed, record, said

ONE = record(0, risk_points=("收受财物", "收受财物", "越权"), control_measures=("收受财物",), unit=("局", "科"), page=3)
TWO = record(1, risk_points=("越权",), doubts=("等级不清",), level="高", monitoring_points=("全程录像",))


def _caches(folder: Path) -> list[Path]:
    return list((folder / "cache").iterdir())


def test_records_come_back_as_they_were_stored(folder: Path) -> None:
    fill(folder, [ONE, TWO])
    with store.reading(folder) as connection:
        assert list(store.records(connection, store.numbers(connection)[::-1])) == [TWO, ONE]


def test_a_reader_keeps_its_state_while_a_writer_works(folder: Path) -> None:
    fill(folder, [ONE])
    with cache.opened(folder) as index:
        fill(folder, [TWO])
        assert said(find(index)) == {"收受财物", "越权"}
        assert store.record(index.connection, ONE.id) == ONE
    with cache.opened(folder) as index:
        assert said(find(index)) == {"越权", "全程录像"}


def test_a_record_is_shown_by_a_unique_beginning_of_its_id(folder: Path) -> None:
    fill(folder, [record(0, id="abcd1111"), record(1, id="abcd2222"), record(2, id="abcd")])
    with store.reading(folder) as connection:
        assert store.record(connection, "abcd1").id == "abcd1111"
        assert store.record(connection, "abcd").id == "abcd"
        for prefix, what in (("abc", "至少"), ("beef", "没有这条记录"), ("ABCD1", "没有这条记录"), ("%%%%", "没有")):
            with pytest.raises(UnknownRecord, match=what):
                store.record(connection, prefix)


def test_an_ambiguous_beginning_names_the_records(folder: Path) -> None:
    fill(folder, [record(0, id="abcd1111"), record(1, id="abcd2222")])
    with store.reading(folder) as connection, pytest.raises(UnknownRecord, match="abcd1111、abcd2222"):
        store.record(connection, "abcd")


def test_without_an_index_the_remedy_is_told(folder: Path) -> None:
    with pytest.raises(IndexBroken, match="ingest"), store.reading(folder):
        pass


@pytest.mark.parametrize("damage", ["header", "middle", "cut", "empty"])
def test_a_damaged_index_is_an_error_with_a_remedy(folder: Path, damage: str) -> None:
    fill(folder, [record(place, risk_points=(f"第{place}条" * 20,)) for place in range(200)])
    path = folder / store.FILE_NAME
    data = path.read_bytes()
    bad = b"\xff" * 5000
    broken = {"header": bad + data[5000:], "middle": data[:5000] + bad * 5, "cut": data[:9000], "empty": b""}
    path.write_bytes(broken[damage])
    with pytest.raises(IndexBroken, match=r"删除它|另选文件夹"), cache.opened(folder) as index:
        list(store.records(index.connection, range(1, 201)))


@pytest.mark.parametrize(
    ("pragma", "what"),
    [("user_version = 99", "更新版本"), ("application_id = 7", "不是廉图"), ("user_version = 0", "旧版本")],
)
def test_an_index_of_another_make_is_not_touched(folder: Path, pragma: str, what: str) -> None:
    fill(folder, [ONE])
    connection = sqlite3.connect(folder / store.FILE_NAME)
    connection.execute(f"PRAGMA {pragma}")
    connection.close()
    for open_it in (store.reading, changes.writing):
        with pytest.raises(IndexBroken, match=what), open_it(folder):
            pass


def test_an_index_in_a_folder_that_cannot_be_written_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with indexed(folder, [ONE]):
        pass
    monkeypatch.setattr(os, "access", lambda *args: False)
    with cache.opened(folder) as index:
        assert said(find(index)) == {"收受财物", "越权"}


def test_what_was_not_written_to_its_end_is_told_where_nothing_can_be_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with changes.writing(folder):
        monkeypatch.setattr(os, "access", lambda *args: False)
        with pytest.raises(IndexBroken, match="上次写入没有做完"), store.reading(folder):
            pass


def test_a_stale_cache_that_cannot_be_rebuilt_is_an_error(folder: Path) -> None:
    fill(folder, [ONE])
    (folder / "cache").write_text("in the way")
    with pytest.raises(IndexBroken, match="检索缓存"), cache.opened(folder):
        pass


def test_the_cache_follows_the_truth_and_only_the_last_is_kept(folder: Path) -> None:
    for records in ([ONE], [TWO], [ONE, TWO]):
        with indexed(folder, records) as index:
            assert said(find(index)) == {text for one in records for _, text in one.statements()}
        assert len(_caches(folder)) == 1


def test_the_cache_is_not_rebuilt_without_need(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with indexed(folder, [ONE]):
        monkeypatch.setattr(statements, "build", None)
    with cache.opened(folder) as index:
        assert find(index).total == 3


def test_the_cache_is_rebuilt_when_words_are_cut_differently(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with indexed(folder, [ONE]):
        before = _caches(folder)
    monkeypatch.setattr(segment, "VERSION", "another")
    with cache.opened(folder):
        assert _caches(folder) != before


def test_a_new_index_does_not_take_the_cache_of_a_deleted_one(folder: Path) -> None:
    with indexed(folder, [ONE]):
        kept = shutil.copytree(folder / "cache", folder.parent / "kept")
    shutil.rmtree(folder)
    fill(folder, [TWO])
    shutil.copytree(kept, folder / "cache")
    with cache.opened(folder) as index:
        assert said(find(index)) == {"越权", "全程录像"}


CACHED = [f"columns/{name}.npy" for name in ("rows", "ids", "kinds", "owners", "starts", "said", "level", "unit")]
CACHED += [f"letters/{name}.npy" for name in ("grams", "firsts", "holders", "counts", "lengths", "starts")]
CACHED += [f"statements/{name}.npy" for name in ("firsts", "holders", "counts", "lengths")]
CACHED += [f"meaning/{name}.npy" for name in ("steps", "scales", "lengths", "centre")]
CACHED += ["columns/level.json", "statements/words.txt", "manifest.json"]


@pytest.mark.parametrize("name", CACHED)
def test_a_damaged_cache_is_rebuilt(folder: Path, name: str) -> None:
    with indexed(folder, [ONE]):
        pass
    damages = (lambda data: data[:-1], lambda data: b"\xff" * len(data), lambda data: b"")
    for damage in damages:
        (path,) = folder.glob(f"cache/*/{name}")
        path.write_bytes(damage(path.read_bytes()))
        with cache.opened(folder) as index:
            assert find(index, "收受财物").total == 2
            assert find(index, "越权", {Facet.UNIT: ["科"]}).facets[Facet.LEVEL] == (Count(None, 1),)
        gc.collect()


HARM = [("words.txt", lambda data: data[:5]), ("words.txt", lambda data: data.replace("越权".encode(), b"xxxxxx"))]
HARM += [("holders.npy", lambda data: data[:-4] + b"\xff\xff\xff\x7f"), ("counts.npy", lambda data: data[:-1] + b"\0")]


@pytest.mark.parametrize(("name", "harm"), HARM)
def test_what_is_wrong_with_the_state_before_is_not_taken_over_when_built_anew(
    folder: Path, name: str, harm: Callable[[bytes], bytes]
) -> None:
    with indexed(folder, [ONE]):
        (path,) = folder.glob(f"cache/*/statements/{name}")
    path.write_bytes(harm(path.read_bytes()))
    with changes.writing(folder) as connection, cache.publishing(folder, connection):
        changes.put(connection, [(file("乙.txt", records=1), [record(0, "乙.txt", risk_points=("不一次告知",))])])
    cache.rebuild(folder)
    with cache.opened(folder) as index:
        assert index.statements.words == sorted({"收受", "财物", "收受财物", "越权", "不", "一次", "告知"})
        assert index.statements.with_words(["越权"]).statements.size == 1


def test_a_damaged_record_is_an_error_that_says_so_and_the_doctor_names_it(folder: Path) -> None:
    fill(folder, [ONE])
    with changes.writing(folder) as connection:
        connection.execute("UPDATE blocks SET codes = substr(codes, 1, length(codes) - 8)")
    with pytest.raises(IndexBroken, match="有记录损坏"), cache.opened(folder):
        pass
    assert any("读不出来" in fault for fault in doctor.faults(folder))


def test_a_cache_that_lacks_a_file_is_rebuilt(folder: Path) -> None:
    with indexed(folder, [ONE]):
        next(folder.glob("cache/*/columns/owners.npy")).unlink()
    with cache.opened(folder) as index:
        assert find(index, "收受财物").total == 2


def test_what_a_killed_build_left_is_no_harm_and_swept_up_later(folder: Path) -> None:
    fill(folder, [ONE])
    left = folder / "cache" / "building-left"
    left.mkdir(parents=True)
    with cache.opened(folder) as index:
        assert find(index).total == 3
    assert left.exists()
    os.utime(left, (0, 0))
    with indexed(folder, [TWO]):
        assert not left.exists()
