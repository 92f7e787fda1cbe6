"""The heads of a register: what each wording means, which rows are heads, what the other columns tell."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.register.heads import Head, head_at, is_headlike, resolved
from pipeline.terms import Column, column_of
from tests.tables import grid

# What a head means by itself

KINDS: dict[Column, str] = {
    "level": (
        "风险等级 等级 风险级次 风险级别 风险点等级 级 级别 廉政风险等级 廉政风险点等级 风险程度"
        " 风险等级评定 风险等级划分 评定等级 预警等级"
    ),
    "form": (
        "风险表现 表现形式 廉政风险点表现形式 廉政风险主要内容及表现形式 风险点描述 风险描述 风险内容"
        " 风险形式 典型表现 典型场景 高发问题 隐患环节 常见漏洞 风险点及表现形式 风险表现形式"
        " 廉政风险表现形式 主要表现形式 具体表现 具体表现形式 风险点具体表现 风险点内容 廉政风险内容"
        " 廉政风险描述 廉政风险点描述 风险情形 存在的主要问题"
    ),
    "name": (
        "风险点 廉政风险点 风险名称 廉洁风险点 岗位风险点 风险点名称 廉政风险 岗位廉政风险点 权力风险点"
        " 主要风险点 潜在风险点 廉政风险点名称"
    ),
    "measure": (
        "防控措施 防范措施 防控方法 防控要点及防控措施 控制措施 管控措施 制度措施 措施 整改措施"
        " 风险防范制度建设 风险防范工作措施 防控手段 对策示例 改进方向 风险识别与控制 工作措施"
        " 廉政风险防控措施 风险防控措施 预防措施 防控对策 应对措施 监督措施 具体防控措施 防控制度 防控办法"
        " 防范管控措施 防控措施及要求"
    ),
    "party": (
        "责任人 直接责任人 部门责任人 部门负责人 风险防控责任人 责任人员 防控责任人 第一责任人 科室责任人"
        " 责任人及职务 责任人姓名 具体责任人 经办人 承办人"
    ),
    "leader": "责任领导 主管领导 分管领导 风险防控责任领导 监管领导 包保领导",
    "owner": (
        "责任主体 责任科室 责任股室 责任部门 责任单位 责任处室 风险防控责任股室(单位) 防控责任单位 牵头部门"
        " 防控责任部门"
    ),
    "unit": (
        "单位 科室 部门 处室 股室 所属科室 单位名称 部门名称 科室名称 业务科室 单位（科室） 部门/科室"
        " 单位/部门 内设机构 排查单位 所在部门"
    ),
    "power": (
        "职权内容 职权名称 权力事项 权力名称 业务事项 业务 职权 权力 职权事项 行政职权 权力清单 工作事项"
        " 权责事项 行政权力名称 事项名称 工作内容"
    ),
    "matter": "重要环节 关键环节 重点环节 重点部位",
    "code": "职权编码 权力编码 事项编码 职权代码 编码",
    "category": "职权类型 职权类别 权力类型 权力类别 类别 事项类型",
    "class": "风险类别 风险类型 廉政风险类别 风险种类 风险来源 风险点类别",
    "stage": (
        "流程环节 环节 工作环节 业务流程 权力运行流程 办理环节 风险环节 步骤 岗位环节 运行环节 工作流程 环节名称 流程"
    ),
    "monitor": "监测指标 电子监察点 监察点 电子监察点设置 监控点",
    "count": "风险点数量 风险点个数 风险点数 风险数量 廉政风险点数量 高风险点个数",
    "post": "岗位类别 风险点涉及的岗位 岗位 岗位名称 涉及岗位 风险岗位 重点岗位 职务",
    "serial": "序号 编号 风险点编号 序",
    "duty": "岗位职责 工作职责 主要职责",
    "other": "控制目标 监管电话 服务电话 备注 监督电话 完成时限 设定依据 风险成因 公开方式 联系电话 L值 D值",
}
HEADS = [(head, kind) for kind, heads in KINDS.items() for head in heads.split()]
NO_HEADS = [
    "",
    "收受当事人财物",
    "高",
    "一级",
    "行政审批科",
    "财务科",
    "秦怀舟",
    "取水许可",
    "定期轮岗",
    "1",
    "2023年6月",
    "降低标准，违规办理",
    "某某县水务局廉政风险点一览表",
    "行政许可",
    "受理",
]
_BLANKS = st.sampled_from((" ", "\u3000", "\n", "  ", "\u00a0"))


@st.composite
def _spaced(draw: st.DrawFn) -> tuple[str, Column]:
    """A head with a blank somewhere inside, as narrow columns have them."""
    head, kind = draw(st.sampled_from(HEADS))
    place = draw(st.integers(0, len(head)))
    return head[:place] + draw(_BLANKS) + head[place:], kind


@pytest.mark.parametrize(("head", "kind"), HEADS)
def test_a_head_means_one_kind_of_column(head: str, kind: Column) -> None:
    assert column_of(head) == kind


@pytest.mark.parametrize("text", NO_HEADS)
def test_other_texts_are_no_heads(text: str) -> None:
    assert column_of(text) is None


@pytest.mark.parametrize(
    ("head", "kind"), [("风 险等级", "level"), ("风 险", "name"), ("防 控 措 施", "measure"), ("级  别", "level")]
)
def test_heads_set_wide_are_the_same_heads(head: str, kind: Column) -> None:
    assert column_of(head) == kind


@given(_spaced())
def test_blanks_change_nothing(drawn: tuple[str, Column]) -> None:
    head, kind = drawn
    assert column_of(head) == kind


@given(st.sampled_from(HEADS), st.sampled_from(("：", ":", "： ", "*", "。")))
def test_a_colon_behind_a_head_changes_nothing(pair: tuple[str, Column], end: str) -> None:
    head, kind = pair
    assert column_of(head + end) == kind


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        ("风险等级（高、中、低）", "level"),
        ("风险等级(高/中/低)", "level"),
        ("风险等级（一级最高）", "level"),
        ("风险等级【A、B、C】", "level"),
        ("风险点（表现形式）", "name"),
        ("责任主体（科室）", "owner"),
        ("责任人（签字）", "party"),
        ("责任人(职务)", "party"),
        ("防控措施（制度、流程）", "measure"),
        ("防控措施(不少于3条)", "measure"),
        ("单位（盖章）", "unit"),
        ("科室(股室)", "unit"),
        ("职权名称（事项）", "power"),
        ("职权编码（1-10）", "code"),
    ],
)
def test_what_stands_in_brackets_explains(head: str, kind: Column) -> None:
    assert column_of(head) == kind


@pytest.mark.parametrize(("head", "kind"), [("（风险等级）", "level"), ("【防控措施】", "measure")])
def test_a_head_may_be_framed(head: str, kind: Column) -> None:
    assert column_of(head) == kind


@given(st.sampled_from(HEADS), st.sampled_from(("（填写要求见说明）", "(填写要求见说明)", "（可多选）", "[可多选]")))
def test_an_explanation_in_brackets_changes_nothing(pair: tuple[str, Column], note: str) -> None:
    head, kind = pair
    assert column_of(head + note) == kind


@pytest.mark.parametrize(
    "text", ["风险等级", "风险等级（高、中、低，由高到低分为三级）", "责任人", "序号", "防控措施\n（不少于三条）"]
)
def test_a_head_is_short(text: str) -> None:
    assert is_headlike(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "收受当事人财物；违规办理",
        "定期轮岗。",
        "2023年6月15日",
        "对符合条件的申请人故意拖延办理、借机索要好处或者收受当事人礼品礼金消费卡等财物",
    ],
)
def test_a_sentence_is_no_head(text: str) -> None:
    assert not is_headlike(text)


# Which rows are heads


def _kinds(head: Head | None) -> str:
    """The kinds of a head's fields, a dash for one unknown."""
    assert head is not None
    return " ".join(field.kind or "-" for field in head.fields)


def _found(picture: str) -> Iterator[tuple[int, int]]:
    """The rows in which heads begin and how many they take."""
    shown = grid(picture)
    row = 0
    while row < shown.rows:
        head = head_at(shown, row)
        if head:
            yield row, head.rows
        row += head.rows if head else 1


ROWS = [
    pytest.param(
        """
        序号 | 科室 | 职权名称 | 风险点 | 风险等级 | 防控措施 | 责任人
        1 | 综合科 | 公章管理 | 违规用印 | 中 | 用印登记 | 秦怀舟
        """,
        1,
        "serial unit power name level measure party",
        id="one row",
    ),
    pytest.param(
        """
        序号 | 科室 | 廉政风险点 | ← | 防控措施 | ← | 责任人
        ↑ | ↑ | 表现形式 | 风险等级 | 制度措施 | 工作措施 | ↑
        1 | 综合科 | 违规用印 | 中 | 用印制度 | 用印登记 | 秦怀舟
        """,
        2,
        "serial unit form level measure measure party",
        id="two rows, merged",
    ),
    pytest.param(
        """
        序号 | 科室 | 廉政风险点 | | 防控措施 | | 责任人
         | | 表现形式 | 风险等级 | 制度措施 | 工作措施 |
        1 | 综合科 | 违规用印 | 中 | 用印制度 | 用印登记 | 秦怀舟
        """,
        2,
        "serial unit form level measure measure party",
        id="two rows, merges lost",
    ),
    pytest.param(
        """
        科室 | 风险点 | 风险等级 | ← | ← | 防控措施
        ↑ | ↑ | 高 | 中 | 低 | ↑
        综合科 | 违规用印 | √ | | | 用印登记
        """,
        2,
        "unit name level level level measure",
        id="a column for each level",
    ),
    pytest.param(
        """
        科室 | 风险点 | 风险等级 | | | 防控措施
         | | 高 | 中 | 低 |
        综合科 | 违规用印 | √ | | | 用印登记
        """,
        2,
        "unit name level level level measure",
        id="a column for each level, merges lost",
    ),
    pytest.param(
        """
        科室 | 风险点 | ← | 责任 | ←
        ↑ | 名称 | 表现形式 | 责任领导 | 责任人
        综合科 | 违规用印 | 私自加盖公章 | 卓文澜 | 秦怀舟
        """,
        2,
        "unit name form leader party",
        id="a short name beside the sentence",
    ),
    pytest.param(
        """
        序号 | 廉政风险防控 | ← | ← | ← | 责任人
        ↑ | 廉政风险点 | ← | 防控措施 | ← | ↑
        ↑ | 表现形式 | 风险等级 | 制度措施 | 工作措施 | ↑
        1 | 违规用印 | 中 | 用印制度 | 用印登记 | 秦怀舟
        """,
        3,
        "serial form level measure measure party",
        id="three rows",
    ),
    pytest.param(
        """
        科 室 | 风 险 点 | 风险⏎等级 | 防 控⏎措 施
        综合科 | 违规用印 | 中 | 用印登记
        """,
        1,
        "unit name level measure",
        id="blanks and lines within",
    ),
    pytest.param(
        """
        科室 | 风险点 | 风险等级 | 防控措施 | 效果评价
        综合科 | 违规用印 | 中 | 用印登记 | 好
        """,
        1,
        "unit name level measure -",
        id="an unknown head",
    ),
    pytest.param(
        """
        科室 | 风险点 | ← | 防控措施
        综合科 | 违规用印 | 私自加盖公章 | 用印登记
        """,
        1,
        "unit name name measure",
        id="one head over two columns",
    ),
]


@pytest.mark.parametrize(("picture", "rows", "kinds"), ROWS)
def test_heads_of_one_row_or_more(picture: str, rows: int, kinds: str) -> None:
    head = head_at(grid(picture), 0)
    assert _kinds(head) == kinds
    assert head is not None
    assert head.rows == rows


@pytest.mark.parametrize(("picture", "rows"), [pytest.param(*each.values[:2], id=each.id) for each in ROWS])
def test_the_rows_below_are_no_heads(picture: str, rows: int) -> None:
    assert list(_found(picture)) == [(0, rows)]


def test_heads_are_found_below_a_title_row() -> None:
    picture = """
        沅溪县水务局廉政风险点一览表 | ← | ← | ←
        科室 | 风险点 | 风险等级 | 防控措施
        综合科 | 违规用印 | 中 | 用印登记
        """
    assert list(_found(picture)) == [(1, 1)]


def test_heads_are_found_again_where_they_are_repeated() -> None:
    picture = """
        科室 | 风险点 | 风险等级 | 防控措施
        综合科 | 违规用印 | 中 | 用印登记
        科室 | 风险点 | 风险等级 | 防控措施
        财务科 | 虚报支出 | 高 | 双人复核
        """
    assert list(_found(picture)) == [(0, 1), (2, 1)]


def test_labels_with_values_above_heads_are_no_part_of_them() -> None:
    picture = """
        职权名称 | 取水许可 | 科室 | 水政科
        流程环节 | 风险点 | 风险等级 | 防控措施
        受理 | 违规用印 | 中 | 用印登记
        """
    assert list(_found(picture)) == [(1, 1)]


def test_labels_that_all_stand_over_columns_of_other_heads_are_no_part_of_them() -> None:
    """Each value is short and worded like a head (单位 工作部门, 职权名称 项目管理)."""
    picture = """
        单位 | 工作部门 | 职权名称 | 项目管理
        流程环节 | 风险点 | 风险等级 | 防控措施
        受理 | 违规用印 | 中 | 用印登记
        """
    assert list(_found(picture)) == [(1, 1)]


DATA = [
    "1 | 综合科 | 公章管理 | 违规用印 | 中 | 用印登记 | 秦怀舟",
    "1 | 风险管理科 | 风险排查 | 措施不落实 | 高 | 制定措施 | 责任科长",
    "1 | 办公室 | 责任制考核 | 风险点排查走过场 | 低 | 防控措施逐条核对 | 办公室负责人",
    "一、行政许可类 | ← | ← | ← | ← | ← | ←",
    "合计 | 12 | | 12 | | |",
    "1 | 2 | 3 | 4 | 5 | 6 | 7",
    "说明：风险等级分为高、中、低 | ← | ← | ← | ← | ← | ←",
    "填表人： | ← | 审核人： | ← | 日期： | ← | ←",
]


@pytest.mark.parametrize("row", DATA)
def test_data_is_no_head(row: str) -> None:
    shown = grid(f"序号 | 科室 | 职权名称 | 风险点 | 风险等级 | 防控措施 | 责任人\n{row}\n{row}")
    assert head_at(shown, 1) is None
    assert head_at(shown, 2) is None


# What the other columns tell

RESOLVED = [
    # 责任主体 is the unit where another column names who answers, else who answers
    ("责任主体 | 职权名称 | 风险点 | 风险等级 | 防控措施 | 责任人", "unit power name level measure party"),
    ("责任主体 | 职权名称 | 风险点 | 防控措施 | 责任领导", "unit power name measure leader"),
    ("科室 | 职权名称 | 风险点 | 防控措施 | 责任主体", "unit power name measure owner"),
    ("单位 | 风险点 | 风险等级 | 责任主体 | 责任人", "unit name level owner party"),
    ("职权名称 | 风险点 | 风险等级 | 防控措施 | 责任主体", "power name level measure owner"),
    # so are departments that answer
    ("风险点 | 风险等级 | 防控措施 | 责任科室 | 责任人", "name level measure unit party"),
    ("科室 | 风险点 | 风险等级 | 防控措施 | 责任科室 | 责任人", "unit name level measure owner party"),
    ("职权名称 | 风险点 | 防控措施 | 责任部门", "power name measure owner"),
    # 重要环节 is the power, or a stage of it
    ("部门 | 重要环节 | 风险点 | 风险等级 | 防控措施", "unit power name level measure"),
    ("部门 | 职权名称 | 重要环节 | 风险点 | 风险等级 | 防控措施", "unit power stage name level measure"),
    # 岗位类别 is the unit where no other column is
    ("岗位类别 | 风险点 | 风险等级 | 防控措施 | 责任人", "unit name level measure party"),
    ("科室 | 岗位类别 | 风险点 | 风险等级 | 防控措施 | 责任人", "unit post name level measure party"),
    # 风险类别 is the category where the power has none
    ("科室 | 风险类别 | 风险点 | 风险等级 | 防控措施", "unit category name level measure"),
    ("科室 | 职权类别 | 风险类别 | 风险点 | 风险等级 | 防控措施", "unit category class name level measure"),
    # a post answers where nobody else does
    ("科室 | 岗位 | 风险点 | 风险等级 | 防控措施", "unit party name level measure"),
    ("科室 | 岗位 | 风险点 | 风险等级 | 防控措施 | 责任人", "unit post name level measure party"),
    # the short name beside the sentence
    ("科室 | 风险点 | 表现形式 | 风险等级 | 防控措施", "unit name form level measure"),
    ("科室 | 环节 | 风险点 | 风险等级 | 防控措施", "unit stage name level measure"),
]


@pytest.mark.parametrize(("heads", "kinds"), RESOLVED)
def test_the_other_columns_tell(heads: str, kinds: str) -> None:
    head = head_at(grid(heads), 0)
    assert head is not None
    assert _kinds(resolved(head)) == kinds


@given(st.sampled_from([heads for heads, _ in RESOLVED]))
def test_what_is_settled_stays(heads: str) -> None:
    head = head_at(grid(heads), 0)
    assert head is not None
    assert resolved(resolved(head)) == resolved(head)
