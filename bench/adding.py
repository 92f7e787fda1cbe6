"""Some records more: `python bench/adding.py [RECORDS] [--hard] [--engines A,B] [--keep DIR] [--save]`.

Seconds until 1,000 records, two files, of which half the texts are new, are found in an index of RECORDS: added,
published, opened anew and asked. Words are cut beforehand for none. Each time to a copy of the index.
"""

import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from bench.arguments import Told, told
from bench.collection import files, made
from bench.filling import prepared
from bench.report import Cell, Table, tell
from bench.shape import Engine, Question
from index.store import File
from pipeline.model import Record

ADDED = 1_000
ROUNDS = 3
_SEED = 77
_QUESTION = Question("common", ("审查",))


def main() -> None:
    """Measure and print."""
    with told("Some records more.") as given:
        engines = [engine for engine in given.engines if engine.ways]
        times = {engine.name: [_seconds(given, engine) for _ in range(ROUNDS)] for engine in engines}
        heads = ["engine", "seconds", "of texts", "least", "to tantivy", "to sqlite"]
        rows = [_row(name, times) for name in times]
        table = Table(f"Adding {ADDED:,} records: {given.collection}", heads, rows, [_ABOUT])
        tell(f"adding-{given.records}", [table], given.is_hard, given.is_kept)


_ABOUT = f"seconds: the median of {ROUNDS} times until searchable, with the table of texts, whose share is told"


def _seconds(given: Told, engine: Engine) -> tuple[float, float]:
    """Until they are found, and of them the table's."""
    kept = prepared(given.keep, engine.name, given.records, given.is_hard)
    folder = given.keep / f"adding-{engine.name}"
    shutil.copytree(kept, folder)
    try:
        batches, way = list(_batches()), next(iter(engine.ways.values()))
        start = time.perf_counter()
        of_texts = engine.add(folder, batches, None)
        with way.opened(folder) as ask:
            ask(_QUESTION)
        return time.perf_counter() - start, of_texts
    finally:
        shutil.rmtree(folder)


def _batches() -> Iterator[tuple[File, Sequence[Record]]]:
    """Files that no collection has."""
    for file, records in files(made(ADDED, seed=_SEED)):
        name, content = f"new-{file.document}", file.sha256[::-1]
        changed = [replace(one, document=name, sha256=content, id=one.id[::-1]) for one in records]
        yield replace(file, path=f"/{name}", document=name, sha256=content), changed


def _row(name: str, times: dict[str, list[tuple[float, float]]]) -> list[Cell]:
    middle = {one: float(np.median([seconds for seconds, _ in some])) for one, some in times.items()}
    ratios = [f"{middle[name] / middle[peer]:.2f}" if peer in middle else None for peer in ("tantivy", "sqlite")]
    of_texts = float(np.median([seconds for _, seconds in times[name]]))
    return [name, middle[name], of_texts, min(times[name])[0], *ratios]


if __name__ == "__main__":
    main()
