"""The whole way from files to records, in order: extract, arrange, read charts, make records."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.arrange import arrange
from pipeline.chart import read_charts
from pipeline.extract import READERS, extract
from pipeline.model import Document, Ocr, Problem, Reading, Record
from pipeline.records import records_of, scale_in
from pipeline.register import read_registers
from pipeline.roles import looks_like_stage
from pipeline.terms import stage_term

__all__ = ["READER_VERSION", "SUFFIXES", "is_recognised", "mended", "read"]

READER_VERSION = 5  # raise it when the same file would give other records
SUFFIXES = frozenset(READERS)
FEWEST_STAGES = 3  # that make a text without risks a chart of work
PAGED = frozenset({".pdf", ".ofd"})


def mended(ocr: Ocr) -> frozenset[str]:
    """The codes of problems of earlier readings that would not be there now: what they lacked is installed."""
    from pipeline.extract.ocr import is_installed  # late: most commands need none of it
    from pipeline.extract.office import soffice

    recognised = {"needs-ocr", "text-doubtful"} if ocr != "never" and is_installed() else set()
    return frozenset(recognised | ({"needs-office"} if soffice() else set()))


def is_recognised(path: Path, ocr: Ocr) -> bool:
    """Whether every page of a file is to be recognised from its image, whatever was read from it before."""
    return ocr == "always" and path.suffix.lower() in PAGED


def read(path: Path, document: str, agency: str | None = None, docx: Path | None = None, ocr: Ocr = "auto") -> Reading:
    """Everything that can be read from one file; raises Unreadable.

    `agency` serves charts that name none; `docx` and `ocr` as in `extract`.
    """
    extracted = extract(path, document, docx, ocr)
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
