"""Making an index: `python bench/indexing.py [RECORDS] [--hard] [--engines A,B] [--keep DIR] [--save]`.

Records a second, memory and bytes of each engine, each in a process of its own, from the same records, once with the
words cut beforehand (by liantu's segmenter, for all the same) and once from the texts. From the texts peers cut with
rjieba, every text of every record as it comes; tantivy-once remembers what it has cut. liantu cuts each distinct text
once, with its own segmenter, and makes vectors of them and postings of letters besides.

Time that goes into making up the records is taken off; threads of tantivy's may use it to go on. Its table of texts
is told apart; liantu's index holds the texts, and all else that is known of a record.

With `--keep` the indexes made with words cut beforehand stay there, for the other scripts.
"""

import json
import shutil
import subprocess
import time
from contextlib import suppress

import psutil

from bench.arguments import Told, told
from bench.filling import Figures, command, kept
from bench.report import Cell, Table, tell

_EVERY = 0.1  # seconds between looks at the memory
_MIB = 1 << 20
_HEADS = ["engine", "records/s", "with texts", "to tantivy", "to sqlite", "seconds", "of texts"]
_HEADS += ["peak MiB", "before MiB", "index MiB", "texts MiB"]


def main() -> None:
    """Measure and print."""
    with told("Making an index.") as given:
        tables = [_table(given, is_cut) for is_cut in (True, False)]
        tell(f"indexing-{given.records}", tables, given.is_hard, given.is_kept)


def _table(given: Told, is_cut: bool) -> Table:
    found = {
        engine.name: _figures(given, engine.name, is_cut) for engine in given.engines if _matters(engine.name, is_cut)
    }
    rows = [_row(name, figures, found) for name, figures in found.items()]
    how = "words cut beforehand" if is_cut else "from texts"
    return Table(f"Indexing, {how}: {given.collection}", _HEADS, rows, list(_ABOUT))


_ABOUT = (
    "records/s: the index alone; with texts: and the table of texts; to tantivy, to sqlite: of these rates, with texts",
    "peak: most memory of the process and those it starts; before: of it the collection and what is imported",
)


def _matters(engine: str, is_cut: bool) -> bool:
    """To remember what was cut makes no difference where words are given."""
    return not (is_cut and engine == "tantivy-once")


def _figures(given: Told, engine: str, is_cut: bool) -> Figures:
    folder = given.keep / f"indexing-{engine}"
    target = kept(given.keep, engine, given.records, given.is_hard)
    process = subprocess.Popen(
        command(engine, folder, given.records, given.is_hard, is_cut), stdout=subprocess.PIPE, text=True
    )
    most = _watched(psutil.Process(process.pid))
    said, _ = process.communicate()
    if process.returncode:
        raise SystemExit(process.returncode)
    if is_cut and not target.exists():
        target.parent.mkdir(exist_ok=True)
        folder.rename(target)
    else:
        shutil.rmtree(folder)
    figures: Figures = json.loads(said)
    return figures | {"peak": max(most, figures["peak"])}


def _watched(process: psutil.Process) -> float:
    """The most memory that a process and those below it have together, looked at until it ends."""
    most = 0
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        most = max(most, _memory(process))
        time.sleep(_EVERY)
    return most


def _memory(process: psutil.Process) -> int:
    total = 0
    with suppress(psutil.Error):
        for one in (process, *process.children(recursive=True)):
            total += one.memory_info().rss
    return total


def _row(name: str, figures: Figures, found: dict[str, Figures]) -> list[Cell]:
    ratios = [f"{_rate(figures) / _rate(found[peer]):.2f}" if peer in found else None for peer in ("tantivy", "sqlite")]
    sizes = [round(figures[size] / _MIB) for size in ("peak", "before", "bytes", "texts_bytes")]
    alone = figures["records"] / figures["seconds"]
    return [name, alone, _rate(figures), *ratios, figures["seconds"], figures["texts_seconds"], *sizes]


def _rate(figures: Figures) -> float:
    """Records a second, with the table of texts."""
    return figures["records"] / (figures["seconds"] + figures["texts_seconds"])


if __name__ == "__main__":
    main()
