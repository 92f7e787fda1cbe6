"""A question from nothing: `python bench/cold.py [RECORDS] [--hard] [--engines A,B] [--keep DIR] [--save]`.

Milliseconds from starting a process to its end, with the answer printed: `search` with all legs, by records, and with
--literal, small scripts for tantivy and SQLite (bench/one.py), and beside them a process that only starts, or only
imports numpy. In turns. And, in a process that is warm, opening an index and closing it again.
"""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from bench.arguments import Told, told
from bench.asked import MEANT
from bench.engines import ENGINES
from bench.filling import prepared
from bench.report import Cell, Table, tell
from bench.shape import LEVEL, Question

ROUNDS = 15
_ROOT = Path(__file__).resolve().parent.parent
_WORD = "审查"
_SEARCH = "from cli import search; search()"
_ALONE = {
    "nothing": "pass",
    "import numpy": "import numpy",
    "import tantivy, sqlite3, json": "import tantivy, sqlite3, json",
}
_PEERS = ("tantivy", "sqlite")


def main() -> None:
    """Measure and print."""
    with told("A question from nothing.") as given:
        wanted = [engine.name for engine in given.engines if engine.name in ("liantu", *_PEERS)]
        folders = {name: prepared(given.keep, name, given.records, given.is_hard) for name in wanted}
        tables = [_processes(given, folders), _opening(given, folders), _memory(given, folders)]
        tell(f"cold-{given.records}", tables, given.is_hard, given.is_kept)


def _processes(given: Told, folders: dict[str, Path]) -> Table:
    commands = {name: ["-c", code] for name, code in _ALONE.items()}
    if "liantu" in folders:
        ask = ["-c", _SEARCH, _WORD, "--level", LEVEL, "--index", str(folders["liantu"])]
        commands |= {"liantu": ask, "liantu by record, literal": [*ask, "--by", "record", "--literal"]}
    script = str(_ROOT / "bench" / "one.py")
    commands |= {name: [script, name, str(folders[name]), _WORD] for name in _PEERS if name in folders}
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS + 1):
        for name, command in commands.items():
            times[name].append(_run(command))
    times = {name: some[1:] for name, some in times.items()}
    rows = [_row(name, some, times["import numpy"]) for name, some in times.items()]
    return Table(
        f"From start to end of a process: {given.collection}", _HEADS, rows, [f"{ROUNDS} times each, in turns"]
    )


_HEADS = ["", "p50 ms", "p95 ms", "to import numpy"]


def _run(command: list[str]) -> float:
    environment = os.environ | {"PYTHONPATH": str(_ROOT)}
    start = time.perf_counter()
    subprocess.run([sys.executable, *command], cwd=_ROOT, env=environment, stdout=subprocess.DEVNULL, check=True)
    return 1000 * (time.perf_counter() - start)


def _row(name: str, mine: list[float], base: list[float]) -> list[Cell]:
    middle = float(np.median(mine))
    return [name, middle, float(np.percentile(mine, 95)), f"{middle / float(np.median(base)):.2f}"]


def _opening(given: Told, folders: dict[str, Path]) -> Table:
    rows: list[list[Cell]] = []
    for name, folder in folders.items():
        times = [_opened(name, folder) for _ in range(ROUNDS + 1)][1:]
        rows.append([name, float(np.median(times)), float(np.percentile(times, 95))])
    return Table(f"Opening an index in a warm process: {given.collection}", _HEADS[:3], rows, [])


def _memory(given: Told, folders: dict[str, Path]) -> Table:
    """The most memory of a process that asks all kinds of questions, mapped files included."""
    rows: list[list[Cell]] = []
    for name, folder in folders.items():
        command = [sys.executable, __file__, "--ask", name, str(folder)]
        environment = os.environ | {"PYTHONPATH": str(_ROOT)}
        told = subprocess.run(command, cwd=_ROOT, env=environment, capture_output=True, text=True, check=True)
        rows.append([name, int(told.stdout)])
    return Table(f"Memory while asking: {given.collection}", ["", "peak MiB"], rows, [])


def ask(name: str, folder: Path) -> None:
    """Ask questions of every kind in every way, and print the most memory that this took."""
    for way in ENGINES[name].ways.values():
        with way.opened(folder) as answer:
            for question in (*_QUESTIONS, *(Question("meaning", (text,)) for text in MEANT)):
                if question.kind in way.kinds:
                    answer(question)
    sys.stdout.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10))


_QUESTIONS = (
    Question("common", ("审查",)),
    Question("rare", ("台账",)),
    Question("and", ("审查", "材料")),
    Question("or", ("审查", "材料", "检查")),
    Question("phrase", ("申请", "材料")),
    Question("piece", ("请材料",)),
)


def _opened(name: str, folder: Path) -> float:
    way = ENGINES[name].ways[name]
    start = time.perf_counter()
    with way.opened(folder):
        pass
    return 1000 * (time.perf_counter() - start)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--ask"]:
        ask(sys.argv[2], Path(sys.argv[3]))
    else:
        main()
