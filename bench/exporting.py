"""All records out of an index: `python bench/exporting.py [RECORDS] [--hard] [--keep DIR] [--save]`.

Seconds of `liantu export` to JSON lines, CSV and Parquet, from start to end of the process, beside a bare loop that
writes the texts of the peers' table to a file, as they stand there: statements alone, where liantu writes all that is
known of a record.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from bench.arguments import Told, told
from bench.filling import prepared
from bench.report import Cell, Table, tell
from bench.shape import texts

_ROOT = Path(__file__).resolve().parent.parent
_EXPORT = "from cli import main; main()"
_SUFFIXES = ("jsonl", "csv", "parquet")
_MIB = 1 << 20


def main() -> None:
    """Measure and print."""
    with told("All records out of an index.") as given:
        bare = _bare(given, given.keep / "bare.jsonl")
        rows = [_row("bare loop over the texts", bare, bare, given)]
        exported = {suffix: _export(given, given.keep / f"out.{suffix}") for suffix in _SUFFIXES}
        rows += [_row(f"liantu export .{suffix}", mine, bare, given) for suffix, mine in exported.items()]
        heads = ["", "seconds", "records/s", "MiB", "to the bare loop"]
        tell(
            f"exporting-{given.records}",
            [Table(f"Export: {given.collection}", heads, rows, [])],
            given.is_hard,
            given.is_kept,
        )


def _bare(given: Told, target: Path) -> tuple[float, int]:
    """Seconds and bytes."""
    folder = prepared(given.keep, "sqlite", given.records, given.is_hard)
    start = time.perf_counter()
    with texts(folder) as table, target.open("w", encoding="utf-8") as file:
        file.writelines(f"{said}\n" for (said,) in table.execute("SELECT said FROM texts ORDER BY record"))
    return time.perf_counter() - start, _taken(target)


def _export(given: Told, target: Path) -> tuple[float, int]:
    folder = prepared(given.keep, "liantu", given.records, given.is_hard)
    command = [sys.executable, "-c", _EXPORT, "export", str(target), "--index", str(folder)]
    start = time.perf_counter()
    environment = os.environ | {"PYTHONPATH": str(_ROOT)}
    subprocess.run(command, cwd=_ROOT, env=environment, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start, _taken(target)


def _taken(target: Path) -> int:
    """How large a file was, which is gone."""
    size = target.stat().st_size
    target.unlink()
    return size


def _row(name: str, mine: tuple[float, int], bare: tuple[float, int], given: Told) -> list[Cell]:
    seconds, size = mine
    return [name, seconds, given.records / seconds, round(size / _MIB), f"{seconds / bare[0]:.1f}"]


if __name__ == "__main__":
    main()
