"""A run of ingest: everything is read once, and a run that is cut short loses nothing and doubles nothing."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from index import cache, changes, intake, store
from index.intake import Asked, Intake
from index.store import File
from pipeline import bulk
from pipeline.bulk import Limits
from pipeline.errors import State
from pipeline.model import Problem
from tests.helpers import CHART, chart_text, find, said, write_chart

ROOT = Path(__file__).parent.parent


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """A folder for documents."""
    (tmp_path / "文件").mkdir()
    return tmp_path / "文件"


def write(path: Path, risk: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_chart(path, CHART | {"risk": risk})


def pack(path: Path, risks: dict[str, str]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, risk in risks.items():
            archive.writestr(name, chart_text(CHART | {"risk": risk}))


def run(folder: Path, asked: Asked, prune: bool = False) -> list[str]:
    """Ingest; what was new, by document, in no order."""
    asked = replace(asked, limits=Limits(2, 60.0))
    with changes.writing(folder) as connection:
        cache.take_in(folder, connection)
        made = Intake(folder, connection, asked)
        new = [one.file.document for one in made.run() if one.is_new]
        made.finish(prune, None)
    return sorted(new)


def files(folder: Path) -> dict[str, File]:
    with store.reading(folder) as connection:
        return {one.document: one for one in store.files(connection)}


def states(folder: Path) -> dict[str, State]:
    return {name: one.state for name, one in files(folder).items()}


def risks(folder: Path) -> set[str]:
    with cache.opened(folder) as index:
        return said(find(index, "")) - {CHART["measure"]}


def test_what_was_read_is_not_read_again(folder: Path, documents: Path) -> None:
    write(documents / "a.txt", "甲")
    (documents / "b.jpg").write_bytes(b"\xff")
    (documents / "c.docx").write_bytes(b"PK")
    assert run(folder, Asked((documents,))) == ["a.txt", "b.jpg", "c.docx"]
    assert run(folder, Asked((documents,))) == []
    write(documents / "a.txt", "乙")
    assert run(folder, Asked((documents,))) == ["a.txt"]
    assert risks(folder) == {"乙"}
    os.utime(documents / "a.txt", (0, 0))
    assert run(folder, Asked((documents,))) == [], "a clock that goes back changes nothing"
    assert run(folder, Asked((documents,), agency="市局")) == ["a.txt", "c.docx"]


def test_duplicates_are_noted_and_stand_in_when_the_original_goes(folder: Path, documents: Path) -> None:
    for name in ("a.txt", "b.txt", "c/d.txt"):
        write(documents / name, "甲")
    run(folder, Asked((documents,)))
    assert states(folder) == {"a.txt": State.READ, "b.txt": State.DUPLICATE, "c/d.txt": State.DUPLICATE}
    assert files(folder)["b.txt"].reason == "内容与 a.txt 相同"
    (documents / "a.txt").unlink()
    run(folder, Asked((documents,)), prune=True)
    assert states(folder) == {"b.txt": State.READ, "c/d.txt": State.DUPLICATE}
    assert files(folder)["c/d.txt"].duplicate_of == "b.txt"
    assert risks(folder) == {"甲"}


def test_the_same_content_without_records_is_read_under_another_suffix(folder: Path, documents: Path) -> None:
    for name in ("a.txt", "b.txt", "c.html"):
        (documents / name).write_text("<html><body>通知</body></html>", "utf-8")
    run(folder, Asked((documents,)))
    assert states(folder) == {"a.txt": State.NO_CHARTS, "b.txt": State.DUPLICATE, "c.html": State.NO_CHARTS}


def test_what_failed_is_tried_again_when_asked_for(
    folder: Path, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests import chores

    write(documents / "a.txt", "甲")
    (documents / "b.txt").write_text("refuse", "utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(bulk, "read_file", chores.parse)
        run(folder, Asked((documents,), agency="市局"))
    assert states(folder) == {"a.txt": State.READ, "b.txt": State.CRASHED}
    assert run(folder, Asked((documents,), agency="市局")) == []
    write(documents / "c.txt", "丙")
    assert run(folder, Asked((documents / "别处",), retry=True)) == []
    assert run(folder, Asked((), retry=True)) == ["b.txt"], "what is new is left alone"
    assert states(folder) == {"a.txt": State.READ, "b.txt": State.NO_CHARTS}
    assert files(folder)["b.txt"].agency == "市局", "as it was given"


def test_what_an_older_reader_read_is_read_again_when_asked_for(
    folder: Path, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.txt", "b.txt"):
        write(documents / name, "甲")
    with monkeypatch.context() as patch:
        patch.setattr(intake, "READER_VERSION", 0)
        run(folder, Asked((documents,)))
    write(documents / "c.txt", "丙")
    assert run(folder, Asked((documents,))) == ["c.txt"]
    assert run(folder, Asked((), reread=True)) == ["a.txt"], "its duplicate holds nothing of its own"
    assert run(folder, Asked((), reread=True)) == []


def test_what_was_read_outlives_a_failure_that_says_nothing_of_it(
    folder: Path, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests import chores

    (documents / "a.txt").write_text("hang\n" + chart_text(CHART | {"risk": "甲"}), "utf-8")
    run(folder, Asked((documents,)))
    assert risks(folder) == {"甲"}
    monkeypatch.setattr(bulk, "read_file", chores.parse)
    monkeypatch.setattr(intake, "READER_VERSION", 99)
    with changes.writing(folder) as connection:
        made = Intake(folder, connection, Asked((), reread=True, limits=Limits(1, 0.5)))
        (met,) = made.run()
        made.finish(False, None)
    assert met.file.state is State.TIMEOUT
    assert (states(folder), risks(folder)) == ({"a.txt": State.READ}, {"甲"})


def test_what_was_missing_is_installed_meanwhile(
    folder: Path, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (documents / "a.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504)
    monkeypatch.setattr(intake, "mended", lambda ocr: frozenset())
    run(folder, Asked((documents,)))
    (one,) = files(folder).values()
    lacking = replace(one, problems=(Problem("needs-office", "没有 LibreOffice"),))
    with changes.writing(folder) as connection:
        changes.note(connection, lacking)
    assert run(folder, Asked((documents,))) == []
    monkeypatch.setattr(intake, "mended", lambda ocr: frozenset({"needs-office"}))
    assert run(folder, Asked((documents,))) == ["a.doc"]


# Archives


def test_an_archive_is_walked_once_and_again_when_it_changes(folder: Path, documents: Path) -> None:
    pack(documents / "包.zip", {"a.txt": "甲", "b.txt": "乙"})
    assert run(folder, Asked((documents,))) == ["包.zip", "包.zip/a.txt", "包.zip/b.txt"]
    assert run(folder, Asked((documents,)), prune=True) == []
    assert risks(folder) == {"甲", "乙"}
    pack(documents / "包.zip", {"b.txt": "乙", "c.txt": "丙"})
    assert run(folder, Asked((documents,))) == ["包.zip", "包.zip/c.txt"]
    assert risks(folder) == {"乙", "丙"}
    (documents / "包.zip").unlink()
    write(documents / "d.txt", "丁")
    run(folder, Asked((documents,)), prune=True)
    assert risks(folder) == {"丁"}


def test_an_archive_that_is_renamed_or_replaced_keeps_what_is_in_it(folder: Path, documents: Path) -> None:
    pack(documents / "p.zip", {"a.txt": "甲"})
    pack(documents / "q.zip", {"b.txt": "乙"})
    run(folder, Asked((documents,)))
    (documents / "p.zip").rename(documents / "r.zip")
    shutil.copy(documents / "r.zip", documents / "q.zip")
    run(folder, Asked((documents,)), prune=True)
    assert risks(folder) == {"甲"}
    assert states(folder) == {
        "q.zip": State.READ,
        "q.zip/a.txt": State.READ,
        "r.zip": State.READ,
        "r.zip/a.txt": State.DUPLICATE,
    }


def test_an_index_below_a_folder_is_not_read(documents: Path) -> None:
    write(documents / "a.txt", "甲")
    run(documents / "索引", Asked((documents,)))
    assert run(documents / "索引", Asked((documents,))) == []
    assert list(states(documents / "索引")) == ["a.txt"]


def test_a_file_that_was_read_in_part_keeps_its_records_when_it_cannot_be_reached(
    folder: Path, documents: Path
) -> None:
    write(documents / "a.txt", "甲")
    run(folder, Asked((documents,)))
    with changes.writing(folder) as connection:
        connection.execute("UPDATE files SET state = 'partly'")
    (documents / "a.txt").unlink()
    run(folder, Asked((), retry=True))
    assert (states(folder), risks(folder)) == ({"a.txt": State.PARTLY}, {"甲"})


def test_names_that_are_no_text_can_be_tried_again(folder: Path, documents: Path) -> None:
    try:
        (documents / os.fsdecode(b"\xd6\xd0.docx")).write_bytes(b"PK\x03\x04")
    except (OSError, UnicodeEncodeError):
        pytest.skip("the file system takes text only")
    run(folder, Asked((documents,)))
    assert run(folder, Asked((), retry=True)) == ["\\udcd6\\udcd0.docx"]
    assert set(states(folder).values()) == {State.DAMAGED}


def test_only_what_failed_in_an_archive_is_tried_again(
    folder: Path, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests import chores

    inner = documents / "里.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("b.txt", "refuse")
        archive.writestr("c.txt", chart_text(CHART | {"risk": "丙"}))
    with zipfile.ZipFile(documents / "包.zip", "w") as archive:
        archive.write(inner, "里.zip")
        archive.writestr("a.txt", chart_text(CHART | {"risk": "甲"}))
    inner.unlink()
    with monkeypatch.context() as patch:
        patch.setattr(bulk, "read_file", chores.parse)
        run(folder, Asked((documents,)))
    assert run(folder, Asked((documents,))) == []
    assert run(folder, Asked((), retry=True)) == ["包.zip", "包.zip/里.zip", "包.zip/里.zip/b.txt"]
    assert risks(folder) == {"甲", "丙"}, "what did not fail is still there"
    assert states(folder)["包.zip/里.zip/b.txt"] is State.NO_CHARTS


# Runs that are cut short

DUMPS = 24


def disk(folder: Path) -> None:
    """Files of several kinds, some of them the same, some of them broken."""
    for number in range(DUMPS):
        write(folder / f"{number % 3}" / f"{number}.txt", f"第{number % 20}种风险")
    (folder / "坏.docx").write_bytes(b"PK")
    (folder / "图.jpg").write_bytes(b"\xff")
    pack(folder / "包.zip", {f"{number}.txt": f"包里第{number}种" for number in range(6)})


def exported(folder: Path) -> str:
    with cache.opened(folder) as index:
        rows = [store.records(index.connection, [int(row)]) for row in index.columns["rows"]]
        return "\n".join(str(record.to_json()) for (record,) in rows)


def killed_until_done(folder: Path, documents: Path, seconds: Iterable[float]) -> int:
    """Kill ingest again and again, then let it finish; how often it was killed."""
    command = [sys.executable, "-c", "import cli; cli.main()", "ingest", str(documents), "--index", str(folder)]
    kills = 0
    for wait in seconds:
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                process.wait(wait)
            except subprocess.TimeoutExpired:
                process.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
                kills += 1
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return kills


@pytest.mark.parametrize("times", [pytest.param(4, id="few"), pytest.param(100, id="hundred", marks=pytest.mark.slow)])
def test_a_kill_at_any_moment_loses_nothing_and_doubles_nothing(tmp_path: Path, documents: Path, times: int) -> None:
    chance = random.Random(7)
    disk(documents)
    run(tmp_path / "whole", Asked((documents,)))
    kills = 0
    while kills < times:
        folder = tmp_path / "cut"
        shutil.rmtree(folder, ignore_errors=True)
        kills += killed_until_done(folder, documents, [chance.uniform(0.2, 2.0) for _ in range(min(times - kills, 5))])
        assert states(folder) == states(tmp_path / "whole")
        assert exported(folder) == exported(tmp_path / "whole")
        assert not (folder / "spool").exists()


def test_those_who_read_end_with_the_program(tmp_path: Path, documents: Path) -> None:
    psutil = pytest.importorskip("psutil")
    (documents / "a.txt").write_text("hang", "utf-8")
    code = (
        "from tests import chores\nfrom pipeline import bulk\nbulk.read_file = chores.parse\nimport cli\ncli.main()\n"
    )
    command = [sys.executable, "-c", code, "ingest", str(documents), "--index", str(tmp_path / "index")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        family = []
        for _ in range(200):
            family = psutil.Process(process.pid).children(recursive=True)
            if len(family) >= 2:
                break
            time.sleep(0.1)
        time.sleep(1.0)
        family = psutil.Process(process.pid).children(recursive=True)
        process.kill()
    gone, alive = psutil.wait_procs(family, timeout=20)
    assert gone
    assert not alive
