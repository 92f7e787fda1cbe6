"""What is told of files: the loss first, every state by its name."""

from dataclasses import replace
from pathlib import Path

import pytest

from index import report
from index.results import Met, Overview
from pipeline.errors import FAILED, LiantuError, State
from pipeline.model import Problem, Tally
from tests.helpers import file

PROBLEMS = tuple(Problem("code", "甲.txt", place or None) for place in range(7))
READ = file(charts=3, records=12, tally=Tally(90, 9, 1), problems=PROBLEMS, seconds=0.25)
BROKEN = replace(file("乙.pdf"), state=State.DAMAGED, reason="坏了; 重存")


def summary(*files: Met, roots: tuple[Path, ...] = ()) -> report.Summary:
    made = report.Summary(roots, listed=[])
    for one in files:
        made.add(one)
    return made


def test_a_file_report_counts_characters_and_caps_its_doubts() -> None:
    lines = report.file_text(READ, 80).splitlines()
    assert lines[0] == "甲.txt: 3 图，12 条记录；归入记录 90 字，标题和标注 9 字，未归位 1 字"
    assert lines[1:] == [
        "    存疑：甲.txt",
        *(f"    存疑：第 {page} 页：甲.txt" for page in range(1, 5)),
        "    还有 2 条",
    ]
    assert report.file_text(BROKEN, 80) == "乙.pdf: 坏了; 重存\n"


def test_a_line_tells_state_name_and_loss_or_reason() -> None:
    assert report.line_text(READ, 80) == "已读      甲.txt: 12 条记录，未归位 1 字，存疑 7 处，0.2 秒\n"
    assert report.line_text(BROKEN, 80) == "损坏      乙.pdf: 坏了; 重存\n"


def test_every_state_has_a_name_of_its_own() -> None:
    assert set(report.STATES) == set(State)
    assert len(set(report.STATES.values())) == len(State)


def test_a_run_is_summed_up_with_the_loss_first() -> None:
    made = summary(Met(READ), Met(BROKEN), Met(file("丙.txt"), is_new=False))
    assert report.summary_text(made, ["d"], 61.2, 80).splitlines() == [
        "未归位  1 字（有图表的文件共 100 字，占 1.0%）",
        "文件    2 个：已读 1 · 损坏 1；没有变化 1；已去掉 1",
        "记录    12 条，用时 1 分 1 秒",
        "原因见  liantu files --state damaged",
        "重试用  liantu ingest --retry",
    ]
    assert report.summary_text(summary(), [], 0.04, 80).splitlines() == [
        "未归位  0 字",
        "文件    0 个：没有新的",
        "记录    0 条，用时 0.0 秒",
    ]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.04, "0.0 秒"), (59.4, "59.4 秒"), (59.6, "1 分 0 秒"), (3600, "1 小时 0 分"), (86_399, "23 小时 59 分")],
)
def test_durations_are_told_as_people_do(seconds: float, said: str) -> None:
    assert report.duration(seconds) == said


def test_a_run_as_json() -> None:
    trouble = LiantuError("/无", "没有这个文件", "检查路径")
    shown = report.ingest_json(
        summary(Met(READ), Met(BROKEN), Met(file("丙.txt"), is_new=False)), [trouble], ["d"], 1.26
    )
    assert (shown["unplaced"], shown["characters"], shown["records"], shown["seconds"]) == (1, 100, 12, 1.3)
    assert (shown["states"], shown["unchanged"], shown["dropped"]) == ({"read": 1, "damaged": 1}, ["丙.txt"], ["d"])
    assert [(one["document"], one["state"], len(one["problems"])) for one in shown["files"]] == [
        ("乙.pdf", "damaged", 0),
        ("甲.txt", "read", 7),
    ]
    assert shown["errors"] == [
        {"where": "/无", "what": "没有这个文件", "remedy": "检查路径"},
        {"where": "/文件/乙.pdf", "what": "坏了", "remedy": "重存", "state": "damaged"},
    ]


@pytest.mark.parametrize("state", list(State))
def test_what_could_not_be_read_is_trouble_but_not_what_nobody_asked_for(state: State) -> None:
    """A picture below a folder is named and no trouble; it is one if its path was given, or its type is known."""
    one = replace(file("甲.jpg"), state=state, sha256="")
    expected = state in FAILED and state not in (State.PARTLY, State.UNSUPPORTED)
    assert bool(summary(Met(one)).troubles) == expected
    asked = summary(Met(one), roots=(Path(one.path),))
    assert bool(asked.troubles) == (expected or state is State.UNSUPPORTED)
    looked_into = summary(Met(replace(one, sha256="0" * 64)))
    assert bool(looked_into.troubles) == (expected or state is State.UNSUPPORTED)
    assert summary(Met(one, is_new=False)).troubles == 0


def test_the_whole_index_is_summed_up_with_the_loss_first() -> None:
    lines = report.overview_text(Overview(7, (READ, BROKEN), 12, 3, 40, {}), Path("/索引"), 80).splitlines()
    assert lines == [
        "索引    /索引（第 7 版）",
        "未归位  1 字（有图表的文件共 100 字，占 1.0%）",
        "文件    2 个：已读 1 · 损坏 1",
        "合计    图 3 · 记录 12 · 语句 40（不同的 3 句）",
    ]
