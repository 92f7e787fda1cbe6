"""What changes the truth: nothing is lost, nothing is doubled, a crash leaves the state before."""

import multiprocessing
import os
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from index import cache, changes, lock, store
from index.store import File
from pipeline.errors import IndexBroken, State
from pipeline.model import Problem, Record
from pipeline.wire import encoded
from tests.helpers import file, fill, find, put, record, said

ONE = record(0, risk_points=("收受财物", "收受财物", "越权"), control_measures=("收受财物",), unit=("局", "科"), page=3)
TWO = record(1, risk_points=("越权",), doubts=("等级不清",), level="高", monitoring_points=("全程录像",))
ROOT = Path(__file__).parent.parent


def state(folder: Path) -> tuple[str, list[str]]:
    with store.reading(folder) as connection:
        found = store.records(connection, store.numbers(connection))
        return store.generation(connection)[0], [one.id for one in found]


def note(folder: Path, one: File, records: tuple[Record, ...] = (), members: list[str] | None = None) -> None:
    with changes.writing(folder) as connection:
        changes.note(connection, replace(one, records=len(records)), encoded(records) if records else None, members)


def documents(folder: Path) -> list[str]:
    with store.reading(folder) as connection:
        return [one.document for one in store.files(connection)]


def test_a_file_comes_back_with_its_counts_and_problems(folder: Path) -> None:
    problems = (Problem("lost", "有一框没有归位", 2), Problem("odd", "等级不清"))
    one = file(agency="市局", problems=problems, state=State.PARTLY, seconds=1.5, records=2, reason="第 2 页")
    put(folder, one, [ONE, TWO])
    with store.reading(folder) as connection:
        assert list(store.files(connection)) == [one]
        assert list(store.files(connection, [State.READ])) == []
        assert list(store.files(connection, [State.READ, State.PARTLY])) == [one]


def test_a_changed_file_replaces_its_records_and_unused_statements(folder: Path) -> None:
    fill(folder, [ONE])
    fill(folder, [TWO])
    with cache.opened(folder) as index:
        assert said(find(index)) == {"越权", "全程录像"}
        assert index.connection.execute("SELECT 1 FROM texts WHERE text = '收受财物'").fetchone() is None


# Noting and taking in


def test_what_is_noted_is_seen_by_no_reader_until_it_is_taken_in(folder: Path) -> None:
    fill(folder, [ONE])
    before = state(folder)
    other = file("乙.txt")
    with changes.writing(folder) as connection:
        changes.note(connection, replace(other, records=1), encoded((record(0, "乙.txt", risk_points=("贿赂",)),)))
        assert changes.known(connection, other.path) == replace(other, records=1)
        assert state(folder) == before
        with cache.opened(folder) as index:  # while somebody writes it is left to him
            assert said(find(index)) == {"收受财物", "越权"}
        cache.take_in(folder, connection)
    with cache.opened(folder) as index:
        assert said(find(index)) == {"收受财物", "越权", "贿赂"}


def test_whoever_opens_the_index_next_takes_in_what_was_left(folder: Path) -> None:
    fill(folder, [ONE])
    note(folder, file(), (TWO,))
    with cache.opened(folder) as index:
        assert said(find(index)) == {"越权", "全程录像"}
        assert not store.has_pending(index.connection)


def test_what_is_taken_in_is_there_with_its_caches(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(folder, [ONE])
    with changes.writing(folder) as connection:
        changes.note(connection, replace(file(), records=1), encoded((TWO,)))
        cache.take_in(folder, connection)
    monkeypatch.setattr(cache, "_build", None)
    with cache.opened(folder) as index:
        assert said(find(index)) == {"越权", "全程录像"}
    assert len(list((folder / "cache").iterdir())) == 1


def test_a_cache_that_cannot_be_built_leaves_the_state_before(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(folder, [ONE])
    with cache.opened(folder):
        before = state(folder)

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    with changes.writing(folder) as connection:
        changes.note(connection, replace(file(), records=1), encoded((TWO,)))
        with monkeypatch.context() as patch:
            patch.setattr(cache, "_build", full)
            with pytest.raises(IndexBroken, match="检索缓存写不进去"):
                cache.take_in(folder, connection)
        assert state(folder) == before
        cache.take_in(folder, connection)
    assert state(folder)[1] == [TWO.id]


def test_files_are_taken_in_by_name_not_as_they_came(folder: Path) -> None:
    for name in ("丙.txt", "甲.txt", "乙.txt"):
        note(folder, file(name), (record(0, name),))
    with changes.writing(folder) as connection:
        cache.take_in(folder, connection)
    names = sorted(("丙.txt", "甲.txt", "乙.txt"))
    assert state(folder)[1] == [record(0, name).id for name in names]


def test_the_members_of_an_archive_that_are_gone_go(folder: Path) -> None:
    archive = file("包.zip")
    inner = replace(file("包.zip/内.zip"), archive=archive.path)
    for name in ("包.zip/1.txt", "包.zip/2.txt", "包.zip/内.zip/3.txt"):
        put(folder, replace(file(name), archive=archive.path), [record(0, name)])
    put(folder, archive)
    put(folder, inner)
    put(folder, file("包.zip2"))
    note(folder, archive, members=[f"{archive.path}/2.txt", inner.path])
    with cache.opened(folder):
        assert documents(folder) == ["包.zip", "包.zip/2.txt", "包.zip/内.zip", "包.zip/内.zip/3.txt", "包.zip2"]
    note(folder, inner, members=[])
    with cache.opened(folder):
        assert documents(folder) == ["包.zip", "包.zip/2.txt", "包.zip/内.zip", "包.zip2"]


# Duplicates, and what is gone


def test_twins_are_files_of_the_same_content_that_hold_it(folder: Path) -> None:
    fill(folder, [ONE])
    copy = file(folder="/副本")
    with changes.writing(folder) as connection:
        assert [one.path for one in changes.twins(connection, copy.sha256, copy.path)] == ["/文件/甲.txt"]
        changes.note(connection, replace(copy, state=State.DUPLICATE, duplicate_of="甲.txt"))
        assert changes.twins(connection, copy.sha256, "/文件/甲.txt") == []
        assert len(changes.twins(connection, copy.sha256, "/第三/甲.txt")) == 1
        changes.note(connection, replace(file(), sha256="0" * 64))
        assert changes.twins(connection, copy.sha256, copy.path) == [], "what is noted is what it is now"


@pytest.mark.parametrize("how", ["pruned", "changed"])
def test_a_duplicate_inherits_the_records_of_an_original_that_goes(folder: Path, how: str) -> None:
    fill(folder, [ONE])
    copy = file("乙.txt", "/副本", sha256=ONE.sha256, state=State.DUPLICATE, duplicate_of="甲.txt")
    put(folder, copy)
    put(folder, replace(copy, path="/副本/丙.txt", document="丙.txt"))
    with changes.writing(folder) as connection:
        if how == "pruned":
            changes.drop(connection, ["/文件/甲.txt"])
        else:
            changes.put(connection, [(file(sha256="0"), ())])
        assert store.record(connection, ONE.id).document == "乙.txt"
        heir = changes.known(connection, copy.path)
        assert heir is not None
        assert (heir.state, heir.records, heir.duplicate_of) == (State.READ, 1, None)
        other = changes.known(connection, "/副本/丙.txt")
        assert other is not None
        assert other.duplicate_of == "乙.txt", "it does not name what is gone"


def gone(connection: sqlite3.Connection, roots: list[str], present: list[str]) -> list[str]:
    return [one.document for one in changes.gone(connection, map(Path, roots), present)]


def test_gone_is_only_what_is_not_in_the_folders_given(folder: Path) -> None:
    fill(folder, [ONE, record(document="乙.txt"), record(document="丙/丁.txt")])
    with store.reading(folder) as connection:
        assert gone(connection, ["/文", "/文件/丙"], []) == ["丙/丁.txt"]
        assert gone(connection, ["/文件"], ["/文件/甲.txt", "/文件/丙/丁.txt"]) == ["乙.txt"]
        assert gone(connection, ["/文件/乙.txt"], []) == ["乙.txt"]


def test_what_is_in_an_archive_stays_as_long_as_the_archive(folder: Path) -> None:
    put(folder, file("包.zip"))
    put(folder, replace(file("包.zip/1.txt"), archive="/文件/包.zip"), [ONE])
    with store.reading(folder) as connection:
        assert gone(connection, ["/文件"], ["/文件/包.zip"]) == []
        assert gone(connection, ["/文件"], []) == ["包.zip", "包.zip/1.txt"]


def test_content_may_move_from_one_path_to_another(folder: Path) -> None:
    """Its records have the same ids at both."""
    fill(folder, [record(0, "z.txt", risk_points=("甲",))])
    moved = replace(record(0, "z.txt", risk_points=("甲",)), document="2019/z.txt")
    note(folder, file("2019/z.txt", sha256=moved.sha256), (moved,))
    note(folder, file("z.txt", sha256="0" * 64), (record(1, "z.txt", risk_points=("乙",)),))
    with cache.opened(folder) as index:
        assert said(find(index)) == {"甲", "乙"}


def test_a_copy_noted_while_its_original_changes_inherits_its_records(folder: Path) -> None:
    fill(folder, [ONE])
    note(folder, file("乙.txt", sha256=ONE.sha256, state=State.DUPLICATE, duplicate_of="甲.txt"))
    note(folder, file(sha256="0" * 64), (TWO,))
    with cache.opened(folder) as index:
        assert said(find(index)) == {"收受财物", "越权", "全程录像"}
        assert [(one.document, one.records) for one in store.files(index.connection)] == [("乙.txt", 1), ("甲.txt", 1)]


def test_of_two_that_hold_the_same_one_becomes_a_duplicate(folder: Path) -> None:
    fill(folder, [ONE])
    again = replace(ONE, document="乙.txt")
    note(folder, file("乙.txt", sha256=ONE.sha256), (again,))
    with cache.opened(folder) as index:
        found = {one.document: (one.state, one.records, one.duplicate_of) for one in store.files(index.connection)}
    assert found == {"甲.txt": (State.DUPLICATE, 0, "乙.txt"), "乙.txt": (State.READ, 1, None)}


def test_file_names_that_are_no_text_can_be_stored(folder: Path) -> None:
    one = file("\udcd6\udcd0.txt")
    put(folder, one, [ONE])
    with changes.writing(folder) as connection:
        assert changes.known(connection, one.path) is not None


# Failures


def test_an_error_in_the_middle_of_a_file_changes_nothing(folder: Path) -> None:
    fill(folder, [ONE])
    before = state(folder)
    with pytest.raises(sqlite3.IntegrityError):
        put(folder, file("乙.txt"), [TWO, TWO])
    assert state(folder) == before


KILLED = """
import os, sys
from pathlib import Path
from index import changes, store
from tests.helpers import file, record

def records():
    yield from (record(place, "乙.txt", risk_points=(f"第{place}条" * 200,)) for place in range(500))
    os._exit(9)

with changes.writing(Path(sys.argv[1])) as connection, store.transaction(connection):
    changes.put(connection, [(file("乙.txt"), records())])
"""


def test_a_process_killed_while_it_writes_leaves_the_state_before(folder: Path) -> None:
    fill(folder, [ONE])
    before = state(folder)
    killed = subprocess.run([sys.executable, "-c", KILLED, str(folder)], cwd=ROOT, check=False)
    assert killed.returncode == 9
    assert state(folder) == before
    fill(folder, [record(0, "乙.txt")])
    assert len(state(folder)[1]) == 2


def test_a_full_disk_is_an_error_and_leaves_the_state_before(folder: Path) -> None:
    fill(folder, [ONE])
    before = state(folder)
    with changes.writing(folder) as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(IndexBroken, match="磁盘已满"), store.translated(folder), store.transaction(connection):
            changes.put(connection, [(file("乙.txt"), [record(0, "乙.txt", risk_points=("长" * 100_000,))])])
    assert state(folder) == before


# One writer


def hold(folder: str, ready: str, done: str) -> None:
    with changes.writing(Path(folder)):
        Path(ready).touch()
        while not Path(done).exists():
            pass


def test_a_second_writer_is_told_who_writes_and_waits(folder: Path, tmp_path: Path) -> None:
    ready, done = tmp_path / "ready", tmp_path / "done"
    context = multiprocessing.get_context("spawn")
    holder = context.Process(target=hold, args=(str(folder), str(ready), str(done)))
    holder.start()
    try:
        while not ready.exists():
            assert holder.is_alive()
        with pytest.raises(IndexBroken, match=f"进程 {holder.pid}"), changes.writing(folder, patience=0):
            pass
        told: list[str] = []

        def waiting(who: str) -> None:
            told.append(who)
            done.touch()

        with changes.writing(folder, waiting):
            assert f"进程 {holder.pid}" in told[0]
    finally:
        done.touch()
        holder.join()
        holder.close()


def test_whoever_was_killed_holds_no_lock(folder: Path) -> None:
    code = "import os, sys\nfrom pathlib import Path\nfrom index import changes\n"
    code += "with changes.writing(Path(sys.argv[1])):\n    os._exit(9)\n"
    assert subprocess.run([sys.executable, "-c", code, str(folder)], cwd=ROOT, check=False).returncode == 9
    assert str(os.getpid()) not in lock.holder(folder)
    with changes.writing(folder, patience=0):
        assert str(os.getpid()) in lock.holder(folder)


def test_a_holder_that_cannot_be_told_is_another_program(folder: Path) -> None:
    folder.mkdir()
    for text in ("", "{", "[]", "{}", '{"pid": 1}'):
        (folder / lock.HOLDER).write_text(text, "utf-8")
        assert lock.holder(folder) == "另一个程序"
