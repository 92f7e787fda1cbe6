"""Files of fixed pages (PDF, OFD) -> documents: each page in a process, by OCR where it has no text."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.errors import State, Unreadable
from pipeline.extract.container import FETCH, Kind, kind_of, refusal
from pipeline.extract.ocr import is_installed, scan_marks
from pipeline.extract.page.marks import Area, Glyph, Marks, Stroke, TooMuch
from pipeline.extract.page.read import boxes_and_lines
from pipeline.extract.page.sheets import Sheet, bound
from pipeline.extract.page.trust import doubt_of
from pipeline.extract.workers import GIB, Lost, cores, each
from pipeline.model import Document, Ocr, Problem, Source

__all__ = ["read_ofd", "read_pdf"]

OPEN_SECONDS, PAGE_SECONDS, OCR_SECONDS = 30.0, 20.0, 120.0
PAGE_MEMORY = 3 * GIB // 2
OCR_MEMORY = 6 * GIB  # of what is asked for; about a sixth is used
OCR_CORES = 2  # that reading one page keeps busy

INSTALL = "安装文字识别组件后再录入：pip install 'liantu[ocr]'"
WITH_OCR = "去掉 --ocr never 再录入"
SPLIT = "请拆成几个较小的文件，或打开后另存，再录入"
LOST = {Lost.TIMEOUT: "超过时限", Lost.MEMORY: "占用内存过多", Lost.CRASHED: "使解析程序崩溃"}
FAILED = (State.DAMAGED, State.TOO_LARGE, *map(State, Lost))
FAILURES = {f"page-{state}": state for state in FAILED}  # the codes of pages of which nothing was read

Job = tuple[str, int]  # a file and the number of a page


def read_pdf(source: Source, data: bytes, ocr: Ocr = "auto") -> Document:
    """The boxes and lines of a PDF; raises Unreadable if no page of it can be read."""
    from pipeline.extract.pdf import count

    if (kind := kind_of(data)) is not Kind.PDF:
        raise refusal(source.path, kind)
    (pages,) = each(count, [source.path], seconds=OPEN_SECONDS, memory=PAGE_MEMORY)
    if not isinstance(pages, int):
        raise _refused(source.path, pages)
    jobs = [(source.path, number) for number in range(1, pages + 1)]
    found = each(_pdf_page, jobs, seconds=PAGE_SECONDS, memory=PAGE_MEMORY)
    sheets = [
        outcome if isinstance(outcome, Sheet) else Sheet(number, 0.0, problems=(_failed(number, outcome),))
        for (_, number), outcome in zip(jobs, found, strict=True)
    ]
    return _document(source, sheets, ocr, _pdf_scan)


def read_ofd(source: Source, data: bytes, ocr: Ocr = "auto") -> Document:
    """The boxes and lines of an OFD file (GB/T 33190); raises Unreadable if no page of it can be read."""
    if (kind := kind_of(data)) is not Kind.OFD:
        raise refusal(source.path, kind)
    (sheets,) = each(_ofd_pages, [source.path], seconds=OPEN_SECONDS, memory=PAGE_MEMORY)
    if not isinstance(sheets, list):
        raise _refused(source.path, sheets)
    return _document(source, sheets, ocr, _ofd_scan)


def _document(source: Source, sheets: Sequence[Sheet], ocr: Ocr, scan: Callable[[Job], Sheet]) -> Document:
    wanted = [sheet.page for sheet in sheets if ocr == "always" or (ocr == "auto" and sheet.doubt)]
    missing = bool(wanted) and not is_installed()
    if wanted and not missing:
        sheets = _recognised(source.path, sheets, wanted, scan)
    if not any(sheet.boxes for sheet in sheets):
        _check_readable(source.path, sheets, ocr)
    boxes, lines = bound(sheets)
    problems = (*(problem for sheet in sheets for problem in _problems(sheet, ocr)),)
    if missing and ocr == "always":
        problems = (Problem("needs-ocr", f"没有一页由 OCR 识别；{INSTALL}"), *problems)
    return Document(source, boxes, lines, problems)


# Pages, each in a process of its own


def _pdf_page(job: Job) -> Sheet:
    from pipeline.extract.pdf import marks_of

    return _sheet(marks_of(*job))


def _ofd_pages(path: str) -> list[Sheet]:
    from pipeline.extract.ofd import ofd_marks

    return [_sheet(marks) for marks in ofd_marks(path, Path(path).read_bytes())]


def _pdf_scan(job: Job) -> Sheet:
    from pipeline.extract.pdf import image_of

    image, width, height = image_of(*job)
    return _sheet(scan_marks(image, job[1], width, height, OCR_CORES))


def _ofd_scan(job: Job) -> Sheet:
    from pipeline.extract.ofd import ofd_image
    from pipeline.extract.raster import decoded, quarter_turned

    path, page = job
    picture = ofd_image(path, Path(path).read_bytes(), page)
    if picture is None:
        raise Unreadable(path, "没有可以识别的图像", state=State.DAMAGED)
    image = quarter_turned(decoded(picture.content), picture.turn)
    marks = scan_marks(image, page, picture.x1 - picture.x0, picture.bottom - picture.top, OCR_CORES)
    return _sheet(_moved(marks, picture.x0, picture.top))


def _moved(marks: Marks, x: float, y: float) -> Marks:
    """The marks of a picture as those of the page that shows it at x, y."""

    def moved(mark: Glyph | Area) -> tuple[float, float, float, float]:
        return mark.x0 + x, mark.top + y, mark.x1 + x, mark.bottom + y

    return replace(
        marks,
        width=marks.width + x,
        height=marks.height + y,
        glyphs=tuple(Glyph(glyph.text, *moved(glyph), glyph.turn, glyph.confidence) for glyph in marks.glyphs),
        areas=tuple(Area(*moved(area), area.stroked) for area in marks.areas),
        strokes=tuple(
            Stroke(one.x0 + x, one.y0 + y, one.x1 + x, one.y1 + y, one.arrow, one.bent) for one in marks.strokes
        ),
    )


def _sheet(marks: Marks) -> Sheet:
    """What was read from a page; of text that cannot be believed nothing."""
    doubt = doubt_of(marks)
    blank = not any(glyph.text.strip() for glyph in marks.glyphs)
    problems = marks.problems
    if blank and not doubt and not problems:
        problems = (Problem("empty-page", "这一页没有读到内容：是空白页，或已损坏", marks.page),)
    if doubt and not doubt.usable:
        return Sheet(marks.page, marks.height, problems=problems, doubt=doubt.reason)
    boxes, lines = boxes_and_lines(marks)
    if doubt and doubt.slight:
        incomplete = Problem("text-incomplete", f"{doubt.reason}，请核对", marks.page)
        return Sheet(marks.page, marks.height, boxes, lines, (*problems, incomplete))
    return Sheet(marks.page, marks.height, boxes, lines, problems, doubt.reason if doubt else None)


def _recognised(path: str, sheets: Sequence[Sheet], wanted: Sequence[int], scan: Callable[[Job], Sheet]) -> list[Sheet]:
    """The sheets, those wanted as OCR reads them."""
    most = max(1, cores() // OCR_CORES)
    found = each(scan, [(path, page) for page in wanted], seconds=OCR_SECONDS, memory=OCR_MEMORY, most=most)
    told = {sheet.page: sheet for sheet in sheets}
    for page, outcome in zip(wanted, found, strict=True):
        told[page] = _again(told[page], outcome)
    return list(told.values())


def _again(before: Sheet, outcome: object) -> Sheet:
    """A page as OCR reads it; where that fails, as it was before, with why."""
    if isinstance(outcome, Sheet):
        result = "可能有错字" if outcome.boxes else "没有读到文字"
        why = f"{before.doubt or '按要求'}，由 OCR 识别，{result}"
        told = {*FAILURES, "text-incomplete", "empty-page"} if outcome.boxes else FAILURES
        kept = (problem for problem in before.problems if problem.code not in told)
        return replace(outcome, problems=(*kept, Problem("ocr", why, before.page)), doubt=None)
    state, what = _reason(outcome)
    why = f"{before.doubt or '按要求'}，但 OCR 没有识别出来（{what}）"
    if before.boxes:
        failed = Problem("ocr-failed", f"{why}，用的是文字层", before.page)
    else:
        failed = Problem(f"page-{state}", f"这一页读不出来：{why}", before.page)
    return replace(before, problems=(*before.problems, failed), doubt=None)


# What is said of what was not read


def _failed(page: int, outcome: object) -> Problem:
    state, what = _reason(outcome)
    return Problem(f"page-{state}", f"这一页读不出来：{what}", page)


def _reason(outcome: object) -> tuple[State, str]:
    if isinstance(outcome, Lost):
        return State(outcome), LOST[outcome]
    if isinstance(outcome, Unreadable):
        return outcome.state, outcome.what
    return (State.TOO_LARGE, "内容太多") if isinstance(outcome, TooMuch) else (State.DAMAGED, "内容损坏")


def _refused(path: str, outcome: object) -> Unreadable:
    if isinstance(outcome, Unreadable):
        return outcome
    state, what = _reason(outcome)
    return Unreadable(path, f"读不出来：{what}", _remedy(state), state)


def _remedy(state: State) -> str:
    return FETCH if state is State.DAMAGED else SPLIT


def _check_readable(path: str, sheets: Sequence[Sheet], ocr: Ocr) -> None:
    """Raises Unreadable for a file none of whose pages gave anything; one that holds nothing is no error."""
    if doubt := next((sheet.doubt for sheet in sheets if sheet.doubt), None):
        raise Unreadable(path, doubt, WITH_OCR if ocr == "never" else INSTALL, lacks="needs-ocr")
    problems = [problem for sheet in sheets for problem in sheet.problems]
    if failed := next((problem for problem in problems if problem.code in FAILURES), None):
        state = FAILURES[failed.code]
        message = failed.message.replace("这一页", f"第 {failed.page} 页", 1)
        raise Unreadable(path, message, _remedy(state), state)
    if not sheets:
        raise Unreadable(path, "没有一页", FETCH, State.DAMAGED)


def _problems(sheet: Sheet, ocr: Ocr) -> Iterable[Problem]:
    yield from sheet.problems
    if sheet.doubt and sheet.boxes:
        yield Problem("text-doubtful", f"{sheet.doubt}，请核对", sheet.page)
    elif sheet.doubt:
        remedy = WITH_OCR if ocr == "never" else INSTALL
        yield Problem("needs-ocr", f"{sheet.doubt}，没有读取；{remedy}", sheet.page)
