"""The whole way from files to records, in order: extract, arrange, read charts, make records."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.arrange import arrange
from pipeline.chart import read_charts
from pipeline.errors import State, Unreadable
from pipeline.extract import CONVERTED, READERS, extract
from pipeline.model import Document, Ocr, Problem, Reading, Record
from pipeline.records import records_of, scale_in
from pipeline.register import read_registers
from pipeline.roles import looks_like_stage
from pipeline.terms import stage_term

if TYPE_CHECKING:
    from pipeline.extract.ahead import Ahead

__all__ = ["READER_VERSION", "SUFFIXES", "ahead_of", "find", "is_converted", "is_recognised", "mended", "read"]

READER_VERSION = 4  # raise it when the same file would give other records
SUFFIXES = frozenset(READERS)
FEWEST_STAGES = 3  # that make a text without risks a chart of work
PAGED = frozenset({".pdf", ".ofd"})


def find(paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Every readable file below some files and folders, with its document name; raises Unreadable for a missing path.

    A document is named by its path below the folder given (with slashes), a file given by its own name. Hidden files
    and links to folders are passed over.
    """
    for path in paths:
        if path.is_dir():
            for file in _files_below(path):
                yield file, file.relative_to(path).as_posix()
        elif path.is_file():
            yield path, path.name
        elif path.exists():
            raise Unreadable(str(path), "既不是文件也不是文件夹", "请检查路径")
        else:
            raise Unreadable(str(path), "没有这个文件或文件夹", "请检查路径", State.INACCESSIBLE)


def _files_below(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(parent, name)
            if not name.startswith(".") and path.suffix.lower() in SUFFIXES and path.is_file():
                yield path


def _refuse(error: OSError) -> None:
    raise Unreadable(
        str(error.filename), f"文件夹打不开（{error.strerror}）", "检查权限", State.INACCESSIBLE
    ) from error


def is_converted(path: Path) -> bool:
    """Whether a file has to be converted before it can be read, which is cheaper for several at a time."""
    return path.suffix.lower() in CONVERTED


def mended(ocr: Ocr) -> frozenset[str]:
    """The codes of problems of earlier readings that would not be there now: pages that can now be recognised."""
    from pipeline.extract.ocr import is_installed  # late: most commands need none of it

    return frozenset({"needs-ocr", "text-doubtful"} if ocr != "never" and is_installed() else ())


def is_recognised(path: Path, ocr: Ocr) -> bool:
    """Whether every page of a file is to be recognised from its image, whatever was read from it before."""
    return ocr == "always" and path.suffix.lower() in PAGED


def ahead_of(paths: Iterable[Path]) -> "Ahead | None":
    """What converts some files together, in the order in which they will be read; None if there are none."""
    upcoming = [path for path in paths if is_converted(path)]
    if not upcoming:
        return None
    from pipeline.extract.ahead import Ahead  # late: most runs need none of it

    return Ahead(upcoming)


def read(
    path: Path, document: str, agency: str | None = None, ahead: "Ahead | None" = None, ocr: Ocr = "auto"
) -> Reading:
    """Everything that can be read from one file; raises Unreadable.

    `agency` serves charts that name none; `ahead` converts files that need it together with others; `ocr` as in
    `extract`.
    """
    extracted = extract(path, document, ahead, ocr)
    registers = read_registers(extracted)
    found = read_charts(arrange(registers.rest))
    drawn = (replace(chart, index=chart.index + len(registers.charts)) for chart in found.charts)
    charts = (*registers.charts, *drawn)
    scale = scale_in(extracted, charts)
    records = tuple(record for chart in charts for record in records_of(extracted.source, chart, scale, agency))
    problems = (*found.problems, *registers.problems)
    problems = (*_nothing(extracted, records, problems), *problems)
    return Reading(extracted.source, charts, records, problems, registers.tally + found.tally)


def _nothing(document: Document, records: Sequence[Record], problems: Iterable[Problem]) -> Iterator[Problem]:
    """That a file with words in it holds no chart and no register, unless it is said what it holds instead."""
    if records or not document.boxes or any(problem.code.endswith("-list") for problem in problems):
        return
    texts = (text for box in document.boxes for text in box.paragraphs)
    stages = {term.name for text in texts if looks_like_stage(text) and (term := stage_term(text))}
    if len(stages) >= FEWEST_STAGES:
        yield Problem("process-chart", "没有风险点，像是办事流程图")
    else:
        yield Problem("no-charts", "没有廉政风险防控图，也没有廉政风险登记表")
