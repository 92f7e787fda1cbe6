"""What became of files, as text for a terminal (Chinese, within a width) and as JSON types: pure functions."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.present import counts_json, facet_lines
from index.results import Met, Overview
from index.store import File
from index.terminal import INDENT, NARROWEST, clean, indented, joined, labelled, padded, wrapped
from pipeline.errors import FAILED, LiantuError, State, Unreadable
from pipeline.record import Problem, Tally

if TYPE_CHECKING:
    from index.doctor import Finding

__all__ = [
    *("STATES", "Summary", "file_json", "file_text", "line_text", "ingest_json", "overview_json", "overview_text"),
    *("duration", "failure_of", "finding_text", "is_trouble", "summary_text"),
]

STATES = {
    State.READ: "已读",
    State.PARTLY: "部分读入",
    State.NO_CHARTS: "没有图表",
    State.DUPLICATE: "重复",
    State.ENCRYPTED: "有密码",
    State.DAMAGED: "损坏",
    State.UNSUPPORTED: "不支持",
    State.TOO_LARGE: "过大",
    State.TIMEOUT: "超时",
    State.OUT_OF_MEMORY: "内存不足",
    State.CRASHED: "解析崩溃",
    State.INACCESSIBLE: "打不开",
}
_PROBLEMS = 5
_STATE = 10  # columns


@dataclass(slots=True)
class Summary:
    """A run of ingest in numbers, and all its files if they are to be listed."""

    roots: tuple[Path, ...] = ()
    states: Counter[State] = field(default_factory=Counter)
    unchanged: int = 0
    troubles: int = 0
    records: int = 0
    tally: Tally = field(default_factory=lambda: Tally(0, 0, 0))  # of files with records
    beside: int = 0  # characters of files without
    listed: list[Met] | None = None

    def add(self, met: Met) -> None:
        if self.listed is not None:
            self.listed.append(met)
        if not met.is_new:
            self.unchanged += 1
            return
        self.states[met.file.state] += 1
        self.troubles += is_trouble(met.file, self.roots)
        self.records += met.file.records
        if met.file.records:
            self.tally += met.file.tally
        else:
            self.beside += met.file.tally.total


def is_trouble(file: File, roots: Sequence[Path]) -> bool:
    """Whether a file should have been read and was not; not if nobody asked for a file of its type by its path."""
    unknown = file.state is State.UNSUPPORTED and not file.sha256 and not file.problems
    passed_over = unknown and Path(file.path) not in roots
    return file.state in FAILED and file.state is not State.PARTLY and not passed_over


def summary_text(summary: Summary, dropped: Sequence[str], seconds: float, columns: int) -> str:
    """A run of ingest, to be read in ten seconds: first what was lost."""
    columns = max(columns, NARROWEST)
    files = _counted(summary.states) or "没有新的"
    others = {"没有变化": summary.unchanged, "已去掉": len(dropped)}
    files += "".join(f"；{what} {count:,}" for what, count in others.items() if count)
    lines = labelled("未归位", _loss(summary.tally, summary.beside), columns, 8)
    lines += labelled("文件", f"{sum(summary.states.values()):,} 个：{files}", columns, 8)
    lines += labelled("记录", f"{summary.records:,} 条，用时 {duration(seconds)}", columns, 8)
    if failed := [state for state in FAILED if summary.states[state]]:
        lines += labelled("原因见", f"liantu files {' '.join(f'--state {state}' for state in failed)}", columns, 8)
    if summary.troubles or summary.states[State.PARTLY]:
        lines += labelled("重试用", "liantu ingest --retry", columns, 8)
    return joined(lines)


def _loss(tally: Tally, beside: int) -> str:
    share = f"（有图表的文件共 {tally.total:,} 字，占 {tally.unplaced / tally.total:.1%}）" if tally.total else ""
    return f"{tally.unplaced:,} 字{share}" + (f"；没有图表的文件另有 {beside:,} 字" if beside else "")


def _counted(states: Counter[State]) -> str:
    return " · ".join(f"{name} {states[state]:,}" for state, name in STATES.items() if states[state])


def duration(seconds: float) -> str:
    """So many seconds as people say it."""
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.1f} 秒"
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours} 小时 {minutes} 分" if hours else f"{minutes} 分 {whole % 60} 秒"


def failure_of(file: File) -> LiantuError:
    """Why a file was not read, as an error."""
    what, _, remedy = file.reason.partition("; ")
    return Unreadable(file.path, what, remedy, file.state)


def file_text(file: File, columns: int) -> str:
    """What reading a file gave: counts, where its characters went, the first few doubts."""
    columns = max(columns, NARROWEST)
    if file.state not in (State.READ, State.PARTLY, State.NO_CHARTS):
        return joined(wrapped(clean(f"{file.document}: {file.reason}"), columns, INDENT))
    tally = file.tally
    went = f"归入记录 {tally.in_records} 字，标题和标注 {tally.in_titles} 字，未归位 {tally.unplaced} 字"
    lines = wrapped(clean(f"{file.document}: {file.charts} 图，{file.records} 条记录；{went}"), columns, INDENT)
    return joined([*lines, *_problem_lines(file.problems, columns)])


def _problem_lines(problems: Sequence[Problem], columns: int) -> Iterable[str]:
    for problem in problems[:_PROBLEMS]:
        page = f"第 {problem.page} 页：" if problem.page is not None else ""
        yield from indented(f"存疑：{page}{problem.message}", columns)
    if len(problems) > _PROBLEMS:
        yield f"{INDENT}还有 {len(problems) - _PROBLEMS} 条"


def file_json(file: File) -> dict[str, Any]:
    """A file and what became of it, as JSON types."""
    return asdict(file) | {"problems": [asdict(problem) for problem in file.problems]}


def line_text(file: File, columns: int) -> str:
    """A file in a list: its state, its name, what it gave or why it gave nothing."""
    first, *rest = wrapped(clean(f"{file.document}: {_gave(file)}"), max(columns, NARROWEST), " " * _STATE)
    return joined([padded(STATES[file.state], _STATE) + first, *rest])


def _gave(file: File) -> str:
    if file.state not in (State.READ, State.PARTLY):
        return file.reason
    lost = f"，未归位 {file.tally.unplaced} 字" if file.tally.unplaced else ""
    doubts = f"，存疑 {len(file.problems)} 处" if file.problems else ""
    return f"{file.records} 条记录{lost}{doubts}，{file.seconds:.1f} 秒" if file.charts else file.reason or "已解开"


def ingest_json(
    summary: Summary, troubles: Sequence[LiantuError], dropped: Sequence[str], seconds: float
) -> dict[str, Any]:
    """What a run of ingest did, as JSON types; its files must have been listed."""
    met = sorted(summary.listed or [], key=lambda one: (one.file.document, one.file.path))  # not as they came
    failed = [failure_of(one.file) for one in met if one.is_new and is_trouble(one.file, summary.roots)]
    return {
        "unplaced": summary.tally.unplaced,
        "characters": summary.tally.total,
        "characters_without_charts": summary.beside,
        "records": summary.records,
        "seconds": round(seconds, 1),
        "states": {str(state): summary.states[state] for state in STATES if summary.states[state]},
        "files": [file_json(one.file) for one in met if one.is_new],
        "unchanged": [one.file.document for one in met if not one.is_new],
        "dropped": list(dropped),
        "errors": [_error_json(error) for error in (*troubles, *failed)],
    }


def _error_json(error: LiantuError) -> dict[str, str]:
    state = {"state": str(error.state)} if isinstance(error, Unreadable) else {}
    return {"where": error.where, "what": error.what, "remedy": error.remedy, **state}


def finding_text(finding: "Finding", columns: int) -> str:
    """One thing that was looked at."""
    mark = "✓" if finding.is_well else "✗"
    lines = labelled(f"{mark} {finding.what}", finding.found, max(columns, NARROWEST), 16)
    return joined([*lines, *(indented(finding.remedy, columns) if finding.remedy and not finding.is_well else ())])


def overview_text(overview: Overview, folder: Path, columns: int) -> str:
    """What the index holds."""
    columns = max(columns, NARROWEST)
    states = Counter(file.state for file in overview.files)
    charts = sum(file.charts for file in overview.files if file.duplicate_of is None)
    said = f"语句 {overview.occurrences}（不同的 {overview.statements} 句）"
    lines = labelled("索引", f"{folder}（第 {overview.generation} 版）", columns, 8)
    tally = _total(file for file in overview.files if file.records)
    beside = _total(file for file in overview.files if not file.records).total
    lines += labelled("未归位", _loss(tally, beside), columns, 8)
    lines += labelled("文件", f"{len(overview.files):,} 个：{_counted(states)}", columns, 8) if states else []
    lines += labelled("合计", f"图 {charts} · 记录 {overview.records} · {said}", columns, 8)
    return joined([*lines, *facet_lines(overview.facets, columns)])


def _total(files: Iterable[File]) -> Tally:
    return sum((file.tally for file in files), start=Tally(0, 0, 0))


def overview_json(overview: Overview, folder: Path) -> dict[str, Any]:
    """What the index holds, as JSON types."""
    return {
        "index": str(folder),
        "generation": overview.generation,
        "documents": len(overview.files),
        "charts": sum(file.charts for file in overview.files if file.duplicate_of is None),
        "records": overview.records,
        "occurrences": overview.occurrences,
        "statements": overview.statements,
        "facets": {facet.value: counts_json(counts) for facet, counts in overview.facets.items()},
        "files": [file_json(file) for file in overview.files],
    }
