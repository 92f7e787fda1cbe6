"""What title lines say, and which title belongs to which chart."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.arrange import arrange
from pipeline.chart import read_charts
from pipeline.roles import Part
from pipeline.titles import Title, cut_title, matched, titles_of
from tests.dumps import CASE, LICENCE, Drawn, Step, charts, document, drawn, dump, parts

HEADING = "行政职权廉政风险防控图"
Said = tuple[str | None, str | None, str | None, str | None]

ONE_TITLE: list[tuple[list[str], Said]] = [  # lines; agency, category, power, code
    (["望溪市财政局行政许可——记账资格审批廉政风险防控图"], ("望溪市财政局", "行政许可", "记账资格审批", None)),
    (["望溪市财政局行政许可—记账资格审批廉政风险防控图"], ("望溪市财政局", "行政许可", "记账资格审批", None)),
    (["望溪市财政局行政处罚-对“小金库”的处罚廉政风险防控图"], ("望溪市财政局", "行政处罚", "对“小金库”的处罚", None)),
    (["望溪市财政局其他权力类——专款核拨廉政风险防控图 "], ("望溪市财政局", "其他权力", "专款核拨", None)),
    (
        ["望溪市财政局其他权力类——行政许可延续审查廉政风险防控图"],
        ("望溪市财政局", "其他权力", "行政许可延续审查", None),
    ),
    (["望溪市财政局行政许可——记账资格审批廉政风险防控图（试行）"], ("望溪市财政局", "行政许可", "记账资格审批", None)),
    (["行政许可类——“记账资格审批”廉政风险防控图"], (None, "行政许可", "记账资格审批", None)),
    (["行政处罚类——“对“小金库”的处罚”廉政风险防控图"], (None, "行政处罚", "对“小金库”的处罚", None)),
    (["行政征收征用类——“水费征收”廉政风险防控图"], (None, "行政征收征用", "水费征收", None)),
    (["行政处罚类廉政风险防控图"], (None, "行政处罚", None, None)),
    (["行政强制类-先行登记保存措施", "廉政风险防控图"], (None, "行政强制", "先行登记保存措施", None)),
    (["望溪市财政局", f"{HEADING}（行政检查）"], ("望溪市财政局", "行政检查", None, None)),
    (["望溪市财政局", f"{HEADING}（其他权力[招标备案]）"], ("望溪市财政局", "其他权力", "招标备案", None)),
    ([f"{HEADING}（其他权力<价格认定>）"], (None, "其他权力", "价格认定", None)),
    (["望溪市财政局廉政风险防控图"], ("望溪市财政局", None, None, None)),
    (["记账资格审批廉政风险防控流程图"], (None, None, "记账资格审批", None)),
    (
        [HEADING, "行政许可类", "职权编码：31-A-001", "职权名称：记账资格审批"],
        (None, "行政许可", "记账资格审批", "31-A-001"),
    ),
    (
        [HEADING, "其 他 类", "职权编码：31-Z-001---31-Z-009", "职权名称：专款核拨  "],
        (None, "其他权力", "专款核拨", "31-Z-001---31-Z-009"),
    ),
    ([HEADING, "行政检查", "职权名称：会计检查", "职权编码:31 - J"], (None, "行政检查", "会计检查", "31-J")),
    (["行政许可类", "职权编码：31-A-001", "职权名称：记账资格审批"], (None, "行政许可", "记账资格审批", "31-A-001")),
    ([f"{HEADING}（行政许可）", "职权名称：记账资格审批"], (None, "行政许可", "记账资格审批", None)),
    (["职权编码：", "职权名称："], (None, None, None, None)),
    (
        ["权力名称：记账资格审批", "权力编码：31-A", "权力类型：行政许可"],
        (None, "行政许可", "记账资格审批", "31-A"),
    ),
    (["望溪市财政局记账资格审批廉政风险防控图"], ("望溪市财政局", None, "记账资格审批", None)),
]


def said(title: Title) -> Said:
    return title.agency, title.category, title.power, title.power_code


@pytest.mark.parametrize(("lines", "expected"), ONE_TITLE)
def test_what_a_title_says(lines: list[str], expected: Said) -> None:
    assert [said(title) for title in titles_of(lines)] == [expected]


def test_many_titles_of_one_line_each() -> None:
    lines = [f"望溪市财政局行政许可——{power}廉政风险防控图" for power in ("甲项", "乙项", "丙项")]
    assert [title.power for title in titles_of(lines)] == ["甲项", "乙项", "丙项"]
    assert [title.text for title in titles_of(lines)] == lines


def test_many_titles_of_several_lines_each() -> None:
    """Also where one has no heading, and where two follow with the same category."""
    lines = [
        *(HEADING, "行政许可类", "职权编码：1-A", "职权名称：甲项"),
        *("行政确认类", "职权编码：1-F", "职权名称：乙项"),
        *(HEADING, "行政给付类", "职权编码：1-G", "职权名称：丙项"),
        *(HEADING, "行政给付类", "职权编码：2-G", "职权名称：丁项"),
    ]
    assert [said(title)[1:] for title in titles_of(lines)] == [
        ("行政许可", "甲项", "1-A"),
        ("行政确认", "乙项", "1-F"),
        ("行政给付", "丙项", "1-G"),
        ("行政给付", "丁项", "2-G"),
    ]


def test_a_bare_heading_above_others_is_the_documents_and_left_out() -> None:
    lines = [HEADING, "行政处罚类廉政风险防控图", "行政检查类廉政风险防控图"]
    assert [title.text for title in titles_of(lines)] == lines[1:]


def test_a_bare_heading_alone_is_a_title() -> None:
    assert [title.text for title in titles_of([HEADING])] == [HEADING]


def test_an_agency_line_serves_the_titles_below_it() -> None:
    lines = [
        "望溪市财政局",
        f"{HEADING}（行政检查）",
        f"{HEADING}（行政奖励）",
        "云岫县民政局",
        f"{HEADING}（行政给付）",
    ]
    assert [title.agency for title in titles_of(lines)] == ["望溪市财政局", "望溪市财政局", "云岫县民政局"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["望溪市财政局", "云岫县民政局", ""]),
            st.sampled_from(["行政许可", "行政处罚", "行政给付", "其他权力"]),
            st.text("甲乙丙丁水路灯补助", min_size=2, max_size=6),
        ),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from(["——", "—", "-", "类——"]),
)
def test_each_title_says_what_was_put_in(values: list[tuple[str, str, str]], dash: str) -> None:
    lines = [f"{agency}{category}{dash}{power}廉政风险防控图" for agency, category, power in values]
    assert [(t.agency or "", t.category, t.power) for t in titles_of(lines)] == values


@pytest.mark.parametrize(
    ("line", "title", "rest"),
    [
        (f"{HEADING}（行政奖励）张榜公布", f"{HEADING}（行政奖励）", "张榜公布"),
        (f"{HEADING}（其他权力[招标备案]）工作流程", f"{HEADING}（其他权力[招标备案]）", "工作流程"),
        (f"{HEADING}（其他（乙）权力） 立案", f"{HEADING}（其他（乙）权力）", "立案"),
        (f"{HEADING}工作流程", HEADING, "工作流程"),
        (f"{HEADING}（行政奖励）", f"{HEADING}（行政奖励）", ""),
        ("行政处罚类", "行政处罚类", ""),
    ],
)
def test_what_is_glued_behind_a_title_is_cut_off(line: str, title: str, rest: str) -> None:
    assert cut_title(line) == (title, rest)


# Titles and charts


def chart_parts(chart: Drawn) -> list[Part]:
    return parts(*chart.boxes())


def titles(*texts: str) -> list[Title]:
    return titles_of(f"{text}廉政风险防控图" for text in texts)


def powers(found: Sequence[Title | None]) -> list[str | None]:
    return [title.power if title else None for title in found]


def test_alike_charts_take_their_titles_in_order() -> None:
    three = [chart_parts(drawn(LICENCE))] * 3
    assert powers(matched(titles("行政许可——甲项", "行政许可——乙项", "行政许可——丙项"), three)) == [
        "甲项",
        "乙项",
        "丙项",
    ]


def test_a_penalty_goes_to_a_case_and_a_licence_to_an_application() -> None:
    case, licence = chart_parts(drawn(CASE)), chart_parts(drawn(LICENCE))
    given_titles = titles("行政许可——甲项", "行政处罚——乙项", "行政许可——丙项")
    assert powers(matched(given_titles, [case, licence, licence])) == ["乙项", "甲项", "丙项"]
    assert powers(matched(given_titles, [licence, licence, case])) == ["甲项", "丙项", "乙项"]


def test_stages_tell_a_case_where_no_word_does() -> None:
    case = Drawn(
        tuple(step for step in drawn(CASE).steps if step.stage in ("发现违法事实", "立案", "调查取证", "结案"))
    )
    found = matched(titles("行政确认——甲项", "行政处罚——乙项"), [chart_parts(case), chart_parts(drawn(LICENCE))])
    assert powers(found) == ["乙项", "甲项"]


def test_owners_tell_titles_apart() -> None:
    water, school = (chart_parts(drawn(LICENCE, owner)) for owner in ("水利股", "教育股"))
    given_titles = titles("行政许可——学校设立", "行政许可——河道采砂")
    assert powers(matched(given_titles, [water, school])) == ["河道采砂", "学校设立"]


def test_words_in_the_boxes_tell_titles_apart() -> None:
    def about(thing: str) -> list[Part]:
        full = drawn(LICENCE)
        steps = (full.steps[0], replace(full.steps[1], risks=(f"对{thing}标准随意放宽",)), *full.steps[2:])
        return chart_parts(Drawn(steps))

    given_titles = titles("行政许可——彩灯架设", "行政许可——雕塑安放", "行政许可——围挡搭建")
    found = matched(given_titles, [about("围挡"), about("彩灯"), about("雕塑")])
    assert powers(found) == ["围挡搭建", "彩灯架设", "雕塑安放"]


def test_one_title_serves_every_chart_below_it() -> None:
    assert powers(matched(titles("行政许可——甲项"), [chart_parts(drawn(LICENCE))] * 2)) == ["甲项", "甲项"]


def test_without_titles_charts_have_none() -> None:
    assert matched([], [chart_parts(drawn(LICENCE))]) == [None]


def test_where_titles_are_few_the_charts_that_fit_get_them() -> None:
    case, licence = chart_parts(drawn(CASE)), chart_parts(drawn(LICENCE))
    found = matched(titles("行政许可——甲项", "行政许可——乙项"), [licence, case, licence])
    assert powers(found) == ["甲项", None, "乙项"]


def test_where_charts_are_few_the_titles_that_fit_are_taken() -> None:
    licence = chart_parts(drawn(LICENCE))
    found = matched(titles("行政许可——甲项", "行政处罚——乙项", "行政许可——丙项"), [licence, licence])
    assert powers(found) == ["甲项", "丙项"]


@given(
    st.lists(charts(), min_size=1, max_size=4),
    st.lists(st.sampled_from(["行政许可", "行政处罚"]), min_size=2, max_size=5),
)
@settings(deadline=None, max_examples=30)
def test_no_title_serves_two_charts_and_as_many_serve_as_can(drawings: list[Drawn], categories: list[str]) -> None:
    given_titles = titles(*(f"{category}——第{'甲乙丙丁戊'[i]}项" for i, category in enumerate(categories)))
    found = [title for title in matched(given_titles, [chart_parts(chart) for chart in drawings]) if title]
    assert len(found) == len(set(found)) == min(len(drawings), len(categories))
    assert set(found) <= set(given_titles)


@pytest.mark.parametrize("unused", [0, 1, 2])
def test_the_title_left_over_is_named_in_a_problem(unused: int) -> None:
    """Two licences under two licence titles and one of a penalty."""
    lines = [f"行政许可——{power}廉政风险防控图" for power in ("甲项", "乙项")]
    lines.insert(unused, "行政处罚——丙项廉政风险防控图")
    boxes = drawn(LICENCE, "甲科").boxes() + drawn(LICENCE, "乙科").boxes()
    found = read_charts(arrange(document(dump(*lines, *boxes))))
    assert [chart.power for chart in found.charts] == ["甲项", "乙项"]
    [problem] = [problem for problem in found.problems if problem.code == "title-without-chart"]
    assert "丙项" in problem.message


def test_a_step_of_no_family_leaves_titles_in_order() -> None:
    plain = Drawn((Step("播种", ("甲某某",), ("乙某某",)), Step("浇水", ("丙某某",), ("丁某某",))))
    found = matched(titles("行政检查——甲项", "行政强制——乙项"), [chart_parts(plain)] * 2)
    assert powers(found) == ["甲项", "乙项"]
