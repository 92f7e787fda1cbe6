"""Reading pages of PDF files beside pdfplumber: `python bench/pages.py [-n RUNS] [FILE ...]`, else those of corpus/.

Milliseconds a page, medians, each with its ratio to pdfplumber's: `chars`, its bare `page.chars`; `marks`, all that is
printed as our device keeps it; `boxes`, that and its grouping into boxes and lines; `extract`, the whole way from a
file to a document by worker processes, which are started before. All are timed in turns, every time from opening the
file, and pages are closed after use. Files without text are timed apart, by `extract`, which recognises them.
"""

import argparse
import gc
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pdfplumber
from pdfplumber.page import Page

from pipeline.extract import extract
from pipeline.extract.ocr import is_installed
from pipeline.extract.page.read import boxes_and_lines
from pipeline.extract.pdf import page_marks
from pipeline.extract.workers import cores

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
RUNS = 5
COLUMN = 16

Way = Callable[[Path], Any]  # reads a file
Times = Mapping[Path, Sequence[float]]  # seconds a page, a median for each way


def main(paths: Sequence[Path], runs: int = RUNS) -> None:
    """Measure and print."""
    pages = {path: len(_of_pages(path, lambda page: None)) for path in paths}
    scans = [path for path in paths if not any(_of_pages(path, lambda page: bool(page.chars)))]
    printed = [path for path in paths if path not in scans]
    with tempfile.TemporaryDirectory() as folder:
        ways: dict[str, Way] = {"chars": _chars, "marks": _marks, "boxes": _boxes, "extract": _extracting(Path(folder))}
        if printed:
            times = _times(printed, pages, runs, list(ways.values()))
            sys.stdout.write(_table(times, pages, list(ways)))
        if scans and is_installed():
            for path, (seconds,) in _times(scans, pages, runs, [ways["extract"]]).items():
                sys.stdout.write(f"{path.name}: {seconds:.1f} s a page by OCR\n")
    sys.stdout.write(f"medians of {runs}, {cores()} cores\n")


def _times(paths: Sequence[Path], pages: Mapping[Path, int], runs: int, ways: Sequence[Way]) -> Times:
    """After a first turn that is not counted."""
    times: dict[Path, list[list[float]]] = {path: [[] for _ in ways] for path in paths}
    for run in range(runs + 1):
        for path in paths:
            for way, own in zip(ways, times[path], strict=True):
                seconds = _seconds(way, path)
                own.extend([seconds / pages[path]] if run else [])
    return {path: [statistics.median(own) for own in times[path]] for path in paths}


def _seconds(way: Way, path: Path) -> float:
    gc.collect()
    started = time.perf_counter()
    way(path)
    return time.perf_counter() - started


def _table(times: Times, pages: Mapping[Path, int], names: Sequence[str]) -> str:
    """The times of each file, and those of all of them together."""
    everything = sum(pages[path] for path in times)
    together = [
        sum(seconds * pages[path] for path, seconds in zip(times, way, strict=True)) / everything
        for way in zip(*times.values(), strict=True)
    ]
    wide = max(len(path.name) for path in times)
    return "".join(
        [
            f"{'':{wide}} pages" + "".join(f"{name:>{COLUMN}}" for name in names) + "\n",
            *(f"{path.name:{wide}} {pages[path]:5}{_cells(own)}\n" for path, own in times.items()),
            f"{'all':{wide}} {everything:5}{_cells(together)}\n",
        ]
    )


def _cells(times: Sequence[float]) -> str:
    return "".join(f"{f'{seconds * 1000:.1f} ms {seconds / times[0]:.2f}x':>{COLUMN}}" for seconds in times)


# Ways to read a file


def _of_pages(path: Path, read: Callable[[Page], Any]) -> list[Any]:
    def results() -> Iterator[Any]:
        with pdfplumber.open(path) as file:
            for page in file.pages:
                yield read(page)
                page.close()

    return list(results())


def _chars(path: Path) -> list[int]:
    return _of_pages(path, lambda page: len(page.chars))


def _marks(path: Path) -> list[int]:
    return _of_pages(path, lambda page: len(page_marks(page).glyphs))


def _boxes(path: Path) -> list[int]:
    return _of_pages(path, lambda page: len(boxes_and_lines(page_marks(page))[0]))


def _extracting(folder: Path) -> Way:
    """Every file is taken for a new one every time, so that no process has it open already."""
    numbers = count()

    def extracted(path: Path) -> int:
        copy = folder / f"{next(numbers)}{path.suffix}"
        shutil.copy(path, copy)
        return len(extract(copy, path.name).boxes)

    return extracted


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Times the reading of PDF pages beside pdfplumber.")
    parser.add_argument("-n", type=int, default=RUNS, metavar="RUNS")
    parser.add_argument("paths", nargs="*", type=Path, metavar="FILE")
    options = parser.parse_args()
    main(options.paths or sorted(CORPUS.glob("*.pdf")), options.n)
