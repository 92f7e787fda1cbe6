"""Work in processes of their own: whatever one piece does, the others and the program go on."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.extract.workers import Lost, cores, each
from tests import chores
from tests.gate import CORPUS

ROOT = Path(__file__).parent.parent
LONG = 60.0  # seconds, for what ends by itself
SHORT = 0.5  # for what does not

ENDS = [
    ("hang", Lost.TIMEOUT),
    ("spin", Lost.TIMEOUT),
    ("eat", Lost.MEMORY),
    ("leave", Lost.CRASHED),
    ("bow_out", Lost.CRASHED),
    ("interrupt", Lost.CRASHED),
    ("break_down", Lost.CRASHED),
]
ERRORS = [
    ("refuse", ValueError, "没有图像"),
    ("refuse_oddly", RuntimeError, "Odd: 甲: 乙"),
    ("sink", RecursionError, "recursion"),
    ("give_what_cannot_travel", Exception, "pickle"),
]


def among_others(name: str) -> object:
    """What becomes of a chore with others before and after it, which are unharmed."""
    jobs = [("double", 1), (name, 2), ("double", 3)]
    first, outcome, last = each(chores.chore, jobs, seconds=SHORT if name in ("hang", "spin") else LONG)
    assert (first, last) == (2, 6)
    return outcome


def test_results_come_in_order() -> None:
    assert list(each(chores.double, range(100), seconds=LONG)) == list(range(0, 200, 2))


def test_nothing_to_do_is_done() -> None:
    assert list(each(chores.double, [], seconds=LONG)) == []


@pytest.mark.parametrize(("name", "lost"), ENDS)
def test_what_does_not_end_well_is_named(name: str, lost: Lost) -> None:
    assert among_others(name) is lost


@pytest.mark.parametrize(("name", "kind", "word"), ERRORS)
def test_an_error_comes_back(name: str, kind: type[Exception], word: str) -> None:
    """One that cannot be made again here as what it said."""
    outcome = among_others(name)
    assert isinstance(outcome, kind)
    assert word in str(outcome)


def test_what_is_said_there_is_not_heard_here(capfd: pytest.CaptureFixture[str]) -> None:
    assert among_others("chatter") == "said"
    assert capfd.readouterr() == ("", "")


def test_large_results_arrive() -> None:
    (found,) = each(chores.give_lots, [0], seconds=LONG)
    assert found == chores.give_lots(0)


def test_it_is_done_in_other_processes() -> None:
    assert os.getpid() not in set(each(chores.pid, range(8), seconds=LONG))


@pytest.mark.parametrize("most", [1, 2])
def test_no_more_processes_than_allowed(most: int) -> None:
    used = set(each(chores.pid, range(20), seconds=LONG, most=most))
    assert 1 <= len(used) <= min(most, cores())


def test_a_limit_on_memory_of_ones_own() -> None:
    assert list(each(chores.eat_some, [0], seconds=LONG)) == [chores.SOME]
    assert list(each(chores.eat_some, [0], seconds=LONG, memory=chores.SOME)) == [Lost.MEMORY]


def test_whoever_stops_asking_keeps_nobody_at_work() -> None:
    """The processes are free for what comes next, within less time than was allowed for what was left."""
    found = each(chores.chore, [("double", 1), *[("hang", 0)] * 8], seconds=1000 * LONG)
    assert next(found) == 2
    found.close()  # type: ignore[attr-defined]
    assert list(each(chores.double, [1], seconds=LONG)) == [2]


# Whole programs

PROGRAM = """
with open("runs", "a") as runs:
    runs.write("run ")
from pipeline.extract.workers import each
from tests.chores import chore
for outcome in each(chore, [("double", 1), ("leave", 2), ("chatter", 3)], seconds=60):
    print(outcome)
"""
WAITING = """
from pipeline.extract.workers import each
from tests.chores import chore
for outcome in each(chore, [("double", 1), ("hang", 2), ("spin", 3)], seconds=600):
    print(outcome, flush=True)
"""


@contextmanager
def program(folder: Path, *arguments: str) -> "Iterator[subprocess.Popen[str]]":
    """A program in a group of processes of its own."""
    with subprocess.Popen(
        [sys.executable, "-W", "error", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def assert_none_is_left(group: int) -> None:
    """Those who wait for their parent to go need a moment to notice."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    raise AssertionError("processes are left behind")


needs_groups = pytest.mark.skipif(not hasattr(os, "killpg"), reason="no groups of processes")


@needs_groups
@pytest.mark.parametrize("arguments", [["-"], ["program.py"], ["-m", "program"]], ids=["stdin", "script", "module"])
def test_a_program_without_a_guard_runs_once(tmp_path: Path, arguments: Sequence[str]) -> None:
    (tmp_path / "program.py").write_text(PROGRAM, "utf-8")
    with program(tmp_path, *arguments) as process:
        printed = process.communicate(PROGRAM if arguments == ["-"] else "", timeout=LONG)
        assert printed == ("2\ncrashed\nsaid\n", "")
        assert process.returncode == 0
        assert (tmp_path / "runs").read_text() == "run "
        assert_none_is_left(process.pid)


@needs_groups
def test_an_interrupt_ends_it_at_once(tmp_path: Path) -> None:
    """Ctrl-C goes to all processes of a group."""
    with program(tmp_path, "-c", WAITING) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "2\n"
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=LONG)
        assert process.returncode in (130, -signal.SIGINT)
        # A file that was being imported may be complained of behind it.
        assert "KeyboardInterrupt" in errors.splitlines()
        assert errors.count("Traceback") == 1, "only the program itself complains"
        assert_none_is_left(process.pid)


POOLS = """
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Pool
from pathlib import Path
from pipeline.ingest import read


def count(name):
    return len(read(Path(name), name).records)


if __name__ == "__main__":
    with ProcessPoolExecutor(1) as pool:
        print(*pool.map(count, sys.argv[1:]), flush=True)
    with Pool(1) as pool:
        print(*pool.map(count, sys.argv[1:]), flush=True)
"""


def test_a_file_can_be_read_in_a_process_of_a_pool(tmp_path: Path) -> None:
    """Processes of a pool end without waiting for those that read for them; those of `Pool` may have none."""
    script = tmp_path / "pools.py"
    script.write_text(POOLS, "utf-8")
    specimen = CORPUS / "pdf-columns-frameless.pdf"
    done = subprocess.run(
        [sys.executable, script, specimen], cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.stdout.split(), done.stderr, done.returncode) == (["9", "9"], "", 0)
