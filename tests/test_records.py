"""From charts to records, end to end from small dumps."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Box, Chart, Document, Kind, Record, Source, Stage
from pipeline.records import records_of, scale_in
from tests.dumps import CASE, LICENCE, SOURCE, Drawn, Step, by_stage, drawn, dump, reading

TITLE = "望溪市财政局行政许可——记账资格审批廉政风险防控图"
HEADING = "行政职权廉政风险防控图"


def made(source: Source, chart: Chart, agency: str | None = None) -> Iterator[Record]:
    """The records of a chart that is all of its document."""
    return records_of(source, chart, scale_in(Document(source, ()), [chart]), agency)


def chart(*stages: Stage, **fields: object) -> Chart:
    values = {"index": 0, "title": None, "agency": None, "category": None, "power": None, "power_code": None}
    return Chart(**{**values, "stages": stages, **fields})  # type: ignore[arg-type]


def box(*paragraphs: str) -> Box:
    return Box(0, paragraphs)


def stage(label: str = "受理", risks: tuple[str, ...] = (), measures: tuple[str, ...] = ()) -> Stage:
    return Stage(label, (box(*risks),) if risks else (), (box(*measures),) if measures else ())


def record(one: Stage, asked: str | None = None, **fields: object) -> Record:
    [found] = made(SOURCE, chart(one, **fields), asked)
    return found


def test_a_chart_becomes_records(tmp_path: Path) -> None:
    """All that a record says of one stage, read by hand from the dump."""
    text = dump(
        TITLE,
        ("防控措施",),
        ("电子监察点",),
        ("风险点",),
        ("流程环节",),
        ("申请",),
        ("1.公开清单。", "2.首问登记；", "责任人：会计科负责人"),
        ("1、熟人先办；2、不予受理不说明理由。", "风险等级：中"),
        ("1、超过2个工作日受理", "2、群众投诉"),
        ("风险点",),
        ("防控措施",),
        ("受    理",),
        ("两人审查材料。", "责任人：分管领导"),
        ("对材料审查不严。风险等级：高",),
        ("风险点",),
        ("防控措施",),
        ("审查",),
        ("办结",),
    )
    found = reading(tmp_path, text)
    first, second = found.records
    assert first == Record(
        id=first.id,
        document="甲.txt",
        sha256=found.source.sha256,
        page=None,
        chart=0,
        title=TITLE,
        agency="望溪市财政局",
        category="行政许可",
        power="记账资格审批",
        power_code=None,
        stage="受理",
        stage_label="受理",
        stage_order=1,
        risk_points=("熟人先办", "不予受理不说明理由"),
        level="中",
        level_label="中",
        control_measures=("公开清单", "首问登记"),
        responsible_party="会计科负责人",
        unit=("望溪市财政局", "会计科"),
        monitoring_points=("超过2个工作日受理", "群众投诉"),
        placed_by="sequence",
        confidence=first.confidence,
        doubts=(),
        boxes=first.boxes,
    )
    assert (second.stage, second.stage_order, second.level) == ("审查", 2, "高")
    assert (second.risk_points, second.control_measures) == (("对材料审查不严",), ("两人审查材料",))
    assert (second.responsible_party, second.unit, second.doubts) == (
        "分管领导",
        ("望溪市财政局", "会计科"),
        ("科室由同图的其他环节推断",),
    )


@pytest.mark.parametrize("kind", [LICENCE, CASE])
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("layout", [{}, {"apart": 0, "within": 0}])
def test_every_sentence_of_a_chart_stands_in_the_record_it_was_drawn_for(
    tmp_path: Path, kind: dict[str, tuple[tuple[str, ...], tuple[str, ...]]], backwards: bool, layout: dict[str, int]
) -> None:
    drawing = drawn(kind, backwards=backwards)
    found = by_stage(reading(tmp_path, dump(*drawing.whole(), **layout)).records)
    assert {label: (one.risk_points, one.control_measures) for label, one in found.items()} == {
        label: sentences for label, sentences in kind.items() if sentences[0]
    }
    assert {(one.level, one.responsible_party) for one in found.values()} == {("高", "甲科")}


def test_a_title_of_several_lines_is_one_title(tmp_path: Path) -> None:
    lines = (HEADING, "其 他 类", "职权编码：31-Z-001", "职权名称：专款核拨")
    [first, *_] = reading(tmp_path, dump(lines, *drawn(LICENCE).boxes())).records
    assert (first.category, first.power, first.power_code) == ("其他权力", "专款核拨", "31-Z-001")
    assert first.title is not None
    assert first.title.split() == [HEADING, "其", "他", "类", "职权编码：31-Z-001", "职权名称：专款核拨"]


def test_an_owner_alone_in_the_box_behind_measures_is_the_responsible_party(tmp_path: Path) -> None:
    first = drawn(LICENCE).steps[1]
    boxes = [first.measure_box[:-1], ("责任人：会计科",), first.risk_box, ("风险点",), ("防控措施",), ("受理",)]
    [found] = reading(tmp_path, dump(TITLE, *boxes, *Drawn(drawn(LICENCE).steps[:1]).boxes())).records
    assert found.responsible_party == "会计科"


# One stage


def test_a_bare_stage_is_no_record_but_counts_in_the_order() -> None:
    bare, full = stage("申请"), stage("受理", ("1.熟人先办。", "风险等级：高"))
    [found] = made(SOURCE, chart(bare, full))
    assert (found.stage, found.stage_order) == ("受理", 1)


def test_the_stage_has_its_name_and_its_label() -> None:
    found = record(stage("立（受）案", ("1.压案不立。", "风险等级：高")))
    assert (found.stage, found.stage_label) == ("立案", "立（受）案")


def test_a_level_of_another_scale_stays_as_label() -> None:
    found = record(stage(risks=("1.熟人先办。", "风险等级：一级")))
    assert (found.level, found.level_label) == (None, "一级")


@pytest.mark.parametrize(
    ("risks", "measures", "doubts"),
    [
        (("1.熟人先办。", "风险等级：高"), ("1.轮岗。", "责任人：甲科"), ()),
        (("1.熟人先办。",), ("1.轮岗。", "责任人：甲科"), ("没有风险等级",)),
        (("1.熟人先办。", "风险等级：高"), ("1.轮岗。", "责任人："), ("没有责任人",)),
        (("1.熟人先办。", "风险等级：高"), (), ()),
        ((), ("1.轮岗。", "责任人：甲科"), ()),
        (("1.熟人先办。", "风险等级：高", "2.插队。", "风险等级：低"), (), ("另有风险等级：高",)),
        ((), ("1.轮岗。责任人：甲科", "责任人：乙科"), ("另有责任人：甲科",)),
        ((), ("1.轮岗。责任人：甲科", "责任人：甲科"), ()),
    ],
)
def test_what_is_missing_or_doubled_is_doubted(
    risks: tuple[str, ...], measures: tuple[str, ...], doubts: tuple[str, ...]
) -> None:
    found = record(stage("受理", risks, measures))
    assert found.doubts == doubts


def test_of_two_levels_or_owners_the_last_counts() -> None:
    found = record(
        stage("受理", ("1.插队。风险等级：高", "2.压件。风险等级：低"), ("1.轮岗。责任人：甲科", "责任人：乙科"))
    )
    assert (found.level, found.level_label, found.responsible_party, found.unit) == ("低", "低", "乙科", ("乙科",))


def test_doubts_of_the_stage_come_along() -> None:
    one = replace(stage(risks=("1.熟人先办。",)), doubts=("甲", "乙"), confidence=0.25)
    found = record(one)
    assert found.doubts == ("甲", "乙", "没有风险等级")
    assert found.confidence == 0.25


@pytest.mark.parametrize(
    ("own", "asked", "party", "agency", "unit"),
    [
        ("甲局", None, "乙科", "甲局", ("甲局", "乙科")),
        ("甲局", "丙局", "乙科", "甲局", ("甲局", "乙科")),
        (None, "丙局", "乙科", "丙局", ("丙局", "乙科")),
        (None, None, "乙科", None, ("乙科",)),
        (None, "丙局", "经办人", "丙局", ("丙局",)),
        (None, None, "经办人", None, ()),
    ],
)
def test_an_agency_given_from_outside_only_fills_a_gap(
    own: str | None, asked: str | None, party: str, agency: str | None, unit: tuple[str, ...]
) -> None:
    found = record(stage(measures=("1.轮岗。", f"责任人：{party}")), asked, agency=own)
    assert (found.agency, found.unit) == (agency, unit)


@pytest.mark.parametrize(
    ("owners", "departments"),
    [
        (["甲科", "甲科负责人", "经办人"], ["甲科", "甲科", "甲科"]),
        (["甲科", "经办人"], ["甲科", "甲科"]),
        (["甲科", "经办人", "分管领导"], ["甲科", None, None]),
        (["甲科", "乙股", "经办人"], ["甲科", "乙股", None]),
        (["经办人", "分管领导"], [None, None]),
    ],
)
def test_a_persons_stage_is_of_the_department_that_owns_half_the_chart(
    owners: list[str], departments: list[str | None]
) -> None:
    stages = [stage(f"第{owner}关", measures=("1.轮岗。", f"责任人：{owner}")) for owner in owners]
    found = list(made(SOURCE, chart(*stages, agency="丙局")))
    assert [one.unit for one in found] == [("丙局", name) if name else ("丙局",) for name in departments]
    assert [one.responsible_party for one in found] == owners


def test_the_page_is_that_of_the_first_box() -> None:
    risks = replace(box("1.熟人先办。"), page=3)
    assert record(Stage("受理", (risks,), (box("1.轮岗。"),))).page == 3


def test_statements_of_a_record_are_its_sentences() -> None:
    found = record(Stage("受理", (box("1.甲项。"),), (box("1.乙项。"),), (box("超过3天"),)))
    assert found.statements() == ((Kind.RISK, "甲项"), (Kind.MEASURE, "乙项"), (Kind.MONITOR, "超过3天"))


# The id

BASE = stage("受理", ("1.熟人先办。", "风险等级：高"), ("1.轮岗。", "责任人：甲科"))


@pytest.mark.parametrize(
    "other",
    [
        stage("审查", ("1.熟人先办。", "风险等级：高"), ("1.轮岗。", "责任人：甲科")),
        stage("受理", ("1.生人先办。", "风险等级：高"), ("1.轮岗。", "责任人：甲科")),
        stage("受理", ("1.熟人先办。", "风险等级：低"), ("1.轮岗。", "责任人：甲科")),
        stage("受理", ("1.熟人先办。", "风险等级：高"), ("1.轮休。", "责任人：甲科")),
        stage("受理", ("1.熟人先办。", "风险等级：高"), ("1.轮岗。", "责任人：乙科")),
        stage("受理", ("1.熟人先办。", "2.轮岗。", "风险等级：高"), ("责任人：甲科",)),
    ],
)
def test_other_content_has_another_id(other: Stage) -> None:
    assert record(BASE).id != record(other).id


def test_another_place_has_another_id() -> None:
    elsewhere = [
        next(made(replace(SOURCE, sha256="1" * 64), chart(BASE))),
        record(BASE, index=1),
        *made(SOURCE, chart(stage("申请"), BASE)),
    ]
    assert len({record(BASE).id, *(one.id for one in elsewhere)}) == 4


def test_the_id_depends_on_nothing_else() -> None:
    """Neither on the folder the file lies in, nor on doubts, nor on an agency given from outside."""
    ids = {
        record(BASE).id,
        record(replace(BASE, confidence=0.1, doubts=("甲",))).id,
        record(BASE, "丙局").id,
        next(made(replace(SOURCE, path="/别处/甲.txt"), chart(BASE))).id,
    }
    [one] = ids
    assert len(one) == 16
    assert int(one, 16) >= 0


def test_ids_are_the_same_in_the_next_run(tmp_path: Path) -> None:
    text = dump(*drawn(LICENCE).whole(), *drawn(LICENCE).whole())
    first, second = (reading(tmp_path / name, text) for name in ("一", "二"))
    assert [one.id for one in first.records] == [one.id for one in second.records]
    assert len({one.id for one in first.records}) == len(first.records) == 8


def test_ids_do_not_depend_on_how_a_process_hashes_strings(tmp_path: Path) -> None:
    """Two processes of their own read a broken chart among others."""
    broken, whole = drawn(LICENCE, "基建科"), drawn(LICENCE, "人事科")
    pieces = Drawn(broken.steps[:3]).boxes(), Drawn(broken.steps[3:], header=False).boxes()
    found = reading(tmp_path, dump(TITLE, TITLE.replace("记账", "发票"), *pieces[0], *whole.boxes(), *pieces[1]))
    code = (
        "import sys, pathlib; from pipeline.ingest import read;"
        "print(*(one.id for one in read(pathlib.Path(sys.argv[1]), 'a.txt').records))"
    )
    for seed in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", code, found.source.path],
            cwd=Path(__file__).resolve().parent.parent,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert run.stdout.split() == [one.id for one in found.records]


@given(st.lists(st.sampled_from(["申请", "受理", "审查", "决定", "审查"]), min_size=1, max_size=6))
def test_ids_of_one_chart_differ_whatever_repeats(labels: list[str]) -> None:
    stages = [replace(BASE, label=label) for label in labels]
    found = list(made(SOURCE, chart(*stages)))
    assert len({one.id for one in found}) == len(labels)


def test_a_drawn_step_is_what_it_says() -> None:
    """The helper itself: what the other tests rely on."""
    step = Step("受理", ("甲",), ("乙", "丙"), "低", "丁科")
    assert step.boxes() == [
        ("1.乙。", "2.丙。", "责任人：丁科"),
        ("1.甲。", "风险等级：低"),
        ("风险点",),
        ("防控措施",),
        ("受理",),
    ]
