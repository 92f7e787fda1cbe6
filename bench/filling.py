"""One index, made in a process of its own: `python bench/filling.py ENGINE FOLDER RECORDS usual|hard raw|cut`.

Prints the figures as JSON. `prepared` is how the other scripts get an index to work on.
"""

import gc
import json
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil

from bench.collection import HARD, USUAL, Collection, files, made
from bench.engines import ENGINES
from bench.shape import Batches, Words
from index import segment
from index.normal import normal

__all__ = ["Figures", "collection_of", "command", "kept", "measured", "prepared", "sizes", "words_of"]

Figures = dict[str, float]
_TEXTS = "texts.sqlite3"


def collection_of(records: int, is_hard: bool) -> Collection:
    """The collection that is indexed."""
    return made(records, HARD if is_hard else USUAL)


def words_of(texts: list[str]) -> Words:
    """The words of every text as liantu cuts them."""
    forms = {text: normal(text) for text in texts}
    plain = {form: segment.words(form) for form in dict.fromkeys(forms.values())}
    return Words({text: " ".join(segment.search_words(form)) for text, form in forms.items()}, plain)


def measured(batches: Batches, spent: list[float]) -> Batches:
    """The same batches; `spent` gets the seconds that making each took."""
    iterator = iter(batches)
    while True:
        start = time.perf_counter()
        batch = next(iterator, None)
        spent.append(time.perf_counter() - start)
        if batch is None:
            return
        yield batch


def main(engine: str, folder: Path, records: int, is_hard: bool, is_cut: bool) -> None:
    """Fill and print."""
    collection = collection_of(records, is_hard)
    words = words_of(collection.texts) if is_cut else None
    gc.collect()
    gc.freeze()
    folder.mkdir(parents=True)
    before, generating = psutil.Process().memory_info().rss, list[float]()
    start = time.perf_counter()
    of_texts = ENGINES[engine].fill(folder, measured(files(collection), generating), words)
    seconds = time.perf_counter() - start - sum(generating) - of_texts
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
    figures = {"records": records, "seconds": seconds, "texts_seconds": of_texts, "before": before, "peak": peak}
    sys.stdout.write(json.dumps(figures | sizes(folder)))


def sizes(folder: Path) -> Figures:
    """Bytes on disk, of the index and of the table of the texts."""
    found = {path: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    texts = sum(size for path, size in found.items() if path.name.startswith(_TEXTS))
    return {"bytes": sum(found.values()) - texts, "texts_bytes": texts}


def command(engine: str, folder: Path, records: int, is_hard: bool, is_cut: bool) -> list[str]:
    """What makes such an index, as a command line."""
    how = ("hard" if is_hard else "usual", "cut" if is_cut else "raw")
    return [sys.executable, __file__, engine, str(folder), str(records), *how]


def kept(keep: Path, engine: str, records: int, is_hard: bool) -> Path:
    """Where such an index is kept."""
    return keep / f"{records}{'-hard' * is_hard}" / engine


def prepared(keep: Path, engine: str, records: int, is_hard: bool) -> Path:
    """An index of so many records with words cut beforehand: the one kept, or a new one."""
    folder = kept(keep, engine, records, is_hard)
    if not folder.exists():
        draft = folder.with_name(f"{engine}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        subprocess.run(command(engine, draft, records, is_hard, True), check=True, stdout=subprocess.DEVNULL)
        draft.rename(folder)
    return folder


if __name__ == "__main__":
    name, where, number, growth, words_are = sys.argv[1:]
    main(name, Path(where), int(number), growth == "hard", words_are == "cut")
