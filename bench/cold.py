"""A question from nothing: `python bench/cold.py [RECORDS] [--hard] [--engines A,B] [--keep DIR] [--save]`.

Milliseconds from starting a process to its end, with the answer printed: `search` with all legs, by records, and with
--literal, small scripts for tantivy and SQLite (bench/one.py), and beside them a process that only starts, or only
imports numpy. In turns. And, in a process that is warm, opening an index and closing it again.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from bench.arguments import Told, told
from bench.engines import ENGINES
from bench.filling import prepared
from bench.report import Cell, Table, tell
from bench.shape import LEVEL

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
        tables = [_processes(given, folders), _opening(given, folders)]
        tell("cold", tables, given.is_hard, given.is_kept)


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


def _opened(name: str, folder: Path) -> float:
    way = ENGINES[name].ways[name]
    start = time.perf_counter()
    with way.opened(folder):
        pass
    return 1000 * (time.perf_counter() - start)


if __name__ == "__main__":
    main()
