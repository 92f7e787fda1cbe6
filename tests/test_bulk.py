"""Many files: whatever one of them does, each ends in its own state and the others are read."""

import os
import tarfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path

import psutil
import pytest

from pipeline import bulk
from pipeline.bulk import Limits, Outcome, outcomes
from pipeline.errors import LiantuError, State
from pipeline.extract.office import soffice
from pipeline.find import Found, find
from pipeline.model import Record
from pipeline.wire import decoded
from tests import chores
from tests.gate import CORPUS
from tests.helpers import CHART, chart_text

SECONDS, MEMORY = 3.0, 1 << 29
LIMITS = Limits(2, SECONDS, MEMORY)
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system does not fork")

DEEDS = [
    ("hang", State.TIMEOUT, "超过时限"),
    ("spin", State.TIMEOUT, "超过时限"),
    ("eat", State.OUT_OF_MEMORY, "占用内存过多"),
    ("leave", State.CRASHED, "崩溃"),
    ("break down", State.CRASHED, "崩溃"),
    ("refuse", State.CRASHED, "ValueError: 没有图像"),
    ("rubbish", State.CRASHED, "读不懂"),
    ("flood", State.NO_CHARTS, ""),
    pytest.param("fork", State.NO_CHARTS, "", marks=needs_fork),
    pytest.param("fork_away", State.NO_CHARTS, "", marks=needs_fork),
    pytest.param("fork_and_hang", State.TIMEOUT, "超过时限", marks=needs_fork),
    pytest.param("eat_together", State.OUT_OF_MEMORY, "占用内存过多", marks=needs_fork),
]


def everything(found: Found, sha256: str) -> bool:
    return True


def read_all(
    tmp_path: Path,
    files: Mapping[str, str | bytes],
    limits: Limits = LIMITS,
    wanted: Callable[[Found, str], bool] = everything,
) -> list[Outcome]:
    """What becomes of files of these names and contents, in the order in which it is known."""
    folder, spool = tmp_path / "文件", tmp_path / "spool"
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    spool.mkdir(exist_ok=True)
    found = [one for one in find([folder]) if isinstance(one, Found)]
    told = [one for one in outcomes(found, wanted, spool, limits) if one]
    assert not list(spool.iterdir())
    assert len({one.found.name for one in told}) == len(told), "each has one state"
    return told


def states(told: Sequence[Outcome]) -> dict[str, State]:
    return {one.found.document: one.state for one in told}


def risks(told: Sequence[Outcome]) -> dict[str, list[str]]:
    """The risk points of every file that has any."""
    said = {one.found.document: decoded(one.told.records, tuple[Record, ...]) for one in told if one.told}
    return {name: [risk for one in records for risk in one.risk_points] for name, records in said.items() if records}


def chart(risk: str) -> str:
    return chart_text(CHART | {"risk": risk})


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


# Hostile files


@pytest.mark.parametrize(("deed", "state", "why"), DEEDS)
def test_whatever_one_does_it_ends_in_its_state_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deed: str, state: State, why: str
) -> None:
    monkeypatch.setattr(bulk, "read_file", chores.parse)
    files = {"1.txt": chart("收钱"), "2.txt": deed, "3.txt": chart("吃请"), "4.txt": chart("压件")}
    told = read_all(tmp_path, files)
    assert states(told) == {"1.txt": State.READ, "2.txt": state, "3.txt": State.READ, "4.txt": State.READ}
    assert risks(told) == {"1.txt": ["收钱"], "3.txt": ["吃请"], "4.txt": ["压件"]}
    reason = next((one.why.what for one in told if one.why), "")
    assert why in reason if why else not reason
    left = tmp_path / "文件" / "pids"
    pids = [int(pid) for pid in left.read_text().split()] if left.exists() else []
    assert bool(pids) == (deed in ("hang", "fork", "fork_away", "fork_and_hang"))
    assert not psutil.wait_procs([psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)], timeout=10)[1]


def test_many_bad_ones_cost_no_good_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "read_file", chores.parse)
    bad = ["leave", "break down", "refuse", "eat", "hang"]
    files = {f"{number}-{deed}.txt": f"{deed}\n{number}" for number in range(4) for deed in bad}
    good = {f"{number}-good.txt": chart(f"第{number}种") for number in range(20)}
    told = read_all(tmp_path, files | good, Limits(2, 0.5, MEMORY))
    assert risks(told) == {f"{number}-good.txt": [f"第{number}种"] for number in range(20)}
    assert len(told) == len(files | good)
    assert all(one.state is State.TIMEOUT for one in told if "hang" in one.found.document)


def test_a_full_disk_ends_the_run_with_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "read_file", chores.parse)
    with pytest.raises(LiantuError, match="磁盘已满"):
        read_all(tmp_path, {"1.txt": "fill disk"})


def test_memory_stays_under_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process may take is what is resident in the end, with all the program takes itself."""
    monkeypatch.setattr(bulk, "read_file", chores.parse)
    told = read_all(tmp_path, {"1.txt": "take\n400", "2.txt": "take\n600"}, Limits(1, 60, MEMORY))
    assert states(told) == {"1.txt": State.NO_CHARTS, "2.txt": State.OUT_OF_MEMORY}


# Files that are told of without being read


def test_each_kind_of_file_has_its_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MAX_BYTES", 10_000)
    encrypted = b"\xd0\xcf\x11\xe0" + b"\0" * 600
    files: dict[str, str | bytes] = {
        "a.txt": chart("收钱"), "b.txt": "通知", "c.jpg": b"\xff\xd8", ".d.txt": chart("藏"), "~$e.docx": b"\0" * 162,
        "f.txt": "长" * 10_000, "g.txt": b"\0\xff\0\xff", "h": "", "i.docx": b"PK\x03\x04", "j.doc": encrypted,
        "k.txt": "",
    }  # fmt: skip
    assert states(read_all(tmp_path, files)) == {
        "a.txt": State.READ, "b.txt": State.NO_CHARTS, "c.jpg": State.UNSUPPORTED, ".d.txt": State.UNSUPPORTED,
        "~$e.docx": State.UNSUPPORTED, "f.txt": State.TOO_LARGE, "g.txt": State.UNSUPPORTED, "h": State.UNSUPPORTED,
        "i.docx": State.DAMAGED, "j.doc": State.DAMAGED, "k.txt": State.NO_CHARTS,
    }  # fmt: skip


def test_a_file_that_vanishes_or_cannot_be_opened_is_told(tmp_path: Path) -> None:
    gone = Found(tmp_path / "无.txt", "/无.txt", "无.txt")
    (tmp_path / "spool").mkdir()
    (told,) = outcomes([gone], everything, tmp_path / "spool")
    assert told is not None
    assert (told.state, told.sha256) == (State.INACCESSIBLE, "")


def test_one_that_is_not_wanted_is_not_heard_of_again(tmp_path: Path) -> None:
    asked: list[str] = []

    def wanted(found: Found, sha256: str) -> bool:
        asked.append(found.document)
        return found.document != "2.txt"

    told = read_all(tmp_path, {"1.txt": chart("甲"), "2.txt": chart("乙")}, wanted=wanted)
    assert (sorted(asked), states(told)) == (["1.txt", "2.txt"], {"1.txt": State.READ})


def test_of_the_same_content_one_is_read_before_the_other_is_asked_for(tmp_path: Path) -> None:
    """So that whoever is asked can say it is a duplicate, however many read at once."""
    told: dict[str, str] = {}

    def wanted(found: Found, sha256: str) -> bool:
        return sha256 not in told

    folder = tmp_path / "文件"
    folder.mkdir()
    for number in range(6):
        (folder / f"{number}.txt").write_text(chart("甲"), "utf-8")
    (tmp_path / "spool").mkdir()
    found = [one for one in find([folder]) if isinstance(one, Found)]
    for outcome in outcomes(found, wanted, tmp_path / "spool", Limits(4)):
        if outcome:
            told[outcome.sha256] = outcome.found.document
    assert list(told.values()) == ["0.txt"]


# Archives


def test_archives_are_walked_to_their_depth(tmp_path: Path) -> None:
    tar = BytesIO()
    with tarfile.open(fileobj=tar, mode="w:gz") as archive:
        data = chart("在二层").encode()
        info = tarfile.TarInfo("里/b.txt")
        info.size = len(data)
        archive.addfile(info, BytesIO(data))
    outer = zipped({"a.txt": chart("在一层"), "里.tar.gz": tar.getvalue(), "照片.jpg": b"\xff", ".c.txt": chart("藏")})
    told = read_all(tmp_path, {"包.zip": outer})
    assert risks(told) == {"包.zip/a.txt": ["在一层"], "包.zip/里.tar.gz/里/b.txt": ["在二层"]}
    assert states(told) == {
        "包.zip": State.READ, "包.zip/a.txt": State.READ, "包.zip/里.tar.gz": State.READ,
        "包.zip/里.tar.gz/里/b.txt": State.READ, "包.zip/照片.jpg": State.UNSUPPORTED,
        "包.zip/.c.txt": State.UNSUPPORTED,
    }  # fmt: skip
    order = [one.found.document for one in told]
    assert order[-1] == "包.zip", "an archive has come to its end when all in it have"
    by_name = {one.found.document: one for one in told}
    root = str(tmp_path / "文件" / "包.zip")
    assert set(by_name["包.zip"].members or ()) == {
        f"{root}/{name}" for name in ("a.txt", "里.tar.gz", "照片.jpg", ".c.txt")
    }
    assert {one.found.archive for one in told} == {None, root}


@pytest.mark.parametrize(
    ("data", "state"),
    [(b"PK\x03\x04rubbish", State.DAMAGED), (b"Rar!\x1a\x07\x00", State.UNSUPPORTED), (zipped({}), State.NO_CHARTS)],
)
def test_an_archive_that_cannot_be_walked_is_told(tmp_path: Path, data: bytes, state: State) -> None:
    assert states(read_all(tmp_path, {"包.zip": data})) == {"包.zip": state}


def test_a_document_that_is_called_an_archive_is_named_for_what_it_is(tmp_path: Path) -> None:
    (told,) = read_all(tmp_path, {"包.zip": (CORPUS / "word-spine-wps.docx").read_bytes()})
    assert told.why is not None
    assert (told.state, told.why.what) == (State.UNSUPPORTED, "其实是新版 Word 文件（.docx）")


def test_of_an_archive_that_was_cut_off_it_is_told_that_something_is_missing(tmp_path: Path) -> None:
    """The directory of an archive within it is the last thing in it."""
    inner = zipped({"a.txt": chart("里")})
    whole = zipped({"里.zip": inner, "b.txt": chart("外"), "c.txt": chart("后")})
    told = read_all(tmp_path, {"包.zip": whole[: whole.index(b"b.txt")]})
    assert states(told) == {"包.zip": State.PARTLY, "包.zip/a.txt": State.READ}


def test_an_archive_within_itself_comes_to_an_end(tmp_path: Path) -> None:
    """As with a zip that holds itself: every level has the same content as the one around it."""
    inner = zipped({"a.txt": chart("底")})
    for _ in range(8):
        inner = zipped({"包.zip": inner, "包2.zip": inner})
    told = read_all(tmp_path, {"包.zip": inner})
    deepest = [one for one in told if one.state is State.TOO_LARGE]
    assert len(deepest) == 2**bulk.DEEPEST
    assert all(one.found.depth == bulk.DEEPEST for one in deepest)


def test_what_may_be_unpacked_is_bounded_over_all_levels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MOST_MEMBERS", 3)
    inner = zipped({f"{number}.txt": chart(f"第{number}") for number in range(3)})
    told = read_all(tmp_path, {"包.zip": zipped({"a.zip": inner, "b.zip": inner + b"", "c.txt": chart("外")})})
    assert sum(one.state is State.READ and one.told is not None for one in told) <= 4
    assert any(one.state is State.TOO_LARGE for one in told)


# LibreOffice


@pytest.mark.skipif(soffice() is None, reason="LibreOffice is not installed")
def test_files_for_libreoffice_are_converted_together(tmp_path: Path) -> None:
    documents = {path.name: path.read_bytes() for path in sorted(CORPUS.glob("*.doc"))}
    files: dict[str, str | bytes] = {
        **documents,
        "网页.doc": "<html><body>通知</body></html>",
        "坏.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    }
    told = read_all(tmp_path, files, Limits(2, 120.0))
    assert states(told) == {
        **dict.fromkeys(documents, State.READ),
        "网页.doc": State.NO_CHARTS,
        "坏.doc": State.DAMAGED,
    }
    assert set(risks(told)) == set(documents)
