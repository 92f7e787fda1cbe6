"""Small registers drawn as text, and the records that their rows are."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from pipeline.model import Record
from tests.tables import problems, records

TITLE = "沅溪县水务局廉政风险点一览表"
BODY = "沅溪县水务局"

SAID: dict[str, Callable[[Record], str]] = {
    "unit": lambda one: " ".join(one.unit),
    "category": lambda one: one.category or "",
    "power": lambda one: one.power or "",
    "code": lambda one: one.power_code or "",
    "stage": lambda one: one.stage_label,
    "risks": lambda one: " ".join(one.risk_points),
    "level": lambda one: one.level or "",
    "label": lambda one: one.level_label or "",
    "measures": lambda one: " ".join(one.control_measures),
    "monitors": lambda one: " ".join(one.monitoring_points),
    "party": lambda one: one.responsible_party or "",
    "title": lambda one: one.title or "",
}


def said(picture: str, what: str) -> list[str]:
    """What the records of a picture say of some things, one line for each, with bars between."""
    return [" | ".join(SAID[name](one) for name in what.split()) for one in records(picture)]


def check(picture: str, what: str, expected: str) -> None:
    """The records of a picture say what is expected, a line for each."""
    lines = [line.strip() for line in expected.strip().splitlines()]
    wanted = [" | ".join(cell.strip() for cell in line.split("|")) for line in lines if line]
    assert said(picture, what) == wanted


# Merged cells


def test_a_unit_over_many_rows_counts_for_each() -> None:
    check(
        f"""
        {TITLE}
        序号 | 科室 | 职权名称 | 风险点 | 风险等级 | 防控措施 | 责任人
        1 | 水政科 | 取水许可 | 收受财物 | 高 | 双人审查 | 秦怀舟
        2 | ↑ | ↑ | 拖延办理 | 中 | 限时办结 | 秦怀舟
        3 | ↑ | 水费征收 | 人情减免 | 高 | 集体研究 | 梁采薇
        4 | 办公室 | 公章管理 | 违规用印 | 低 | 用印登记 | 方予宁
        5 | ↑ | 公务接待 | 超标接待 | 低 | 凭函报销 | 方予宁
        """,
        "unit power risks level measures party",
        f"""
        {BODY} 水政科 | 取水许可 | 收受财物 | 高 | 双人审查 | 秦怀舟
        {BODY} 水政科 | 取水许可 | 拖延办理 | 中 | 限时办结 | 秦怀舟
        {BODY} 水政科 | 水费征收 | 人情减免 | 高 | 集体研究 | 梁采薇
        {BODY} 办公室 | 公章管理 | 违规用印 | 低 | 用印登记 | 方予宁
        {BODY} 办公室 | 公务接待 | 超标接待 | 低 | 凭函报销 | 方予宁
        """,
    )


def test_level_measures_and_owner_over_rows_count_for_each() -> None:
    check(
        """
        序号 | 科室 | 风险点 | 风险等级 | 防控措施 | 责任人
        1 | 水政科 | 收受财物 | 高 | 双人审查 | 秦怀舟
        2 | ↑ | 泄露标底 | ↑ | ↑ | ↑
        3 | ↑ | 拖延办理 | ↑ | 限时办结 | ↑
        """,
        "risks level measures party",
        """
        收受财物 | 高 | 双人审查 | 秦怀舟
        泄露标底 | 高 | 双人审查 | 秦怀舟
        拖延办理 | 高 | 限时办结 | 秦怀舟
        """,
    )


def test_a_row_of_the_risk_column_is_a_record_whatever_it_shares() -> None:
    check(
        """
        科室 | 风险点 | 风险等级 | 防控措施 | 责任人
        水政科 | 收受财物 | 高 | 双人审查 | 秦怀舟
        ↑ | 泄露标底 | ↑ | ↑ | ↑
        """,
        "risks level measures party",
        """
        收受财物 | 高 | 双人审查 | 秦怀舟
        泄露标底 | 高 | 双人审查 | 秦怀舟
        """,
    )


def test_a_risk_over_rows_of_measures_is_one_record() -> None:
    check(
        """
        科室 | 风险点 | 风险等级 | 防控措施 | 责任人
        水政科 | 收受财物 | 高 | 双人审查 | 秦怀舟
        ↑ | ↑ | ↑ | 结果公开 | ↑
        ↑ | 拖延办理 | 中 | 限时办结 | 秦怀舟
        """,
        "risks level measures party",
        """
        收受财物 | 高 | 双人审查 结果公开 | 秦怀舟
        拖延办理 | 中 | 限时办结 | 秦怀舟
        """,
    )


def test_a_stage_over_rows_of_risks_is_one_record() -> None:
    check(
        """
        职权名称 | 流程环节 | 风险点 | 风险等级 | 防控措施 | 责任人
        取水许可 | 受理 | 收受财物 | 高 | 双人受理 | 秦怀舟
        ↑ | ↑ | 拖延办理 | ↑ | 限时办结 | ↑
        ↑ | 审查 | 泄露信息 | 中 | 签保密书 | 秦怀舟
        """,
        "power stage risks level measures party",
        """
        取水许可 | 受理 | 收受财物 拖延办理 | 高 | 双人受理 限时办结 | 秦怀舟
        取水许可 | 审查 | 泄露信息 | 中 | 签保密书 | 秦怀舟
        """,
    )


def test_a_stage_over_rows_with_levels_of_their_own_is_not_one_record() -> None:
    check(
        """
        职权名称 | 流程环节 | 风险点 | 风险等级 | 防控措施
        取水许可 | 受理 | 收受财物 | 高 | 双人受理
        ↑ | ↑ | 拖延办理 | 中 | 限时办结
        """,
        "power stage risks level measures",
        """
        取水许可 | 受理 | 收受财物 | 高 | 双人受理
        取水许可 | 受理 | 拖延办理 | 中 | 限时办结
        """,
    )


def test_a_risk_over_two_columns_is_said_once() -> None:
    check(
        """
        科室 | 风险点 | ← | 风险等级 | 防控措施
        水政科 | 收受财物 | ← | 高 | 双人审查
        """,
        "risks level measures",
        "收受财物 | 高 | 双人审查",
    )


def test_lost_merges_of_unit_and_power() -> None:
    """As CSV has them: a blank stands for what stands above it."""
    check(
        f"""
        {TITLE} | | | | | |
        序号 | 科室 | 职权名称 | 风险点 | 风险等级 | 防控措施 | 责任人
        1 | 水政科 | 取水许可 | 收受财物 | 高 | 双人审查 | 秦怀舟
        2 | | | 拖延办理 | 中 | 限时办结 | 秦怀舟
        3 | | 水费征收 | 人情减免 | 高 | 集体研究 | 梁采薇
        4 | 办公室 | 公章管理 | 违规用印 | 低 | 用印登记 | 方予宁
        5 | | | 丢失公章 | 低 | 专人保管 | 方予宁
        """,
        "unit power risks level party",
        f"""
        {BODY} 水政科 | 取水许可 | 收受财物 | 高 | 秦怀舟
        {BODY} 水政科 | 取水许可 | 拖延办理 | 中 | 秦怀舟
        {BODY} 水政科 | 水费征收 | 人情减免 | 高 | 梁采薇
        {BODY} 办公室 | 公章管理 | 违规用印 | 低 | 方予宁
        {BODY} 办公室 | 公章管理 | 丢失公章 | 低 | 方予宁
        """,
    )


def test_a_new_unit_without_a_power_has_none() -> None:
    """The power of another unit is not carried over."""
    check(
        """
        科室 | 职权名称 | 风险点 | 风险等级 | 防控措施
        水政科 | 取水许可 | 收受财物 | 高 | 双人审查
        办公室 | | 违规用印 | 低 | 用印登记
        """,
        "unit power risks",
        """
        水政科 | 取水许可 | 收受财物
        办公室 | | 违规用印
        """,
    )


def test_lost_levels_stay_lost() -> None:
    """A blank level is not that of the row above."""
    check(
        """
        序号 | 科室 | 风险点 | 风险等级 | 防控措施 | 责任人
        1 | 水政科 | 收受财物 | 高 | 双人审查 | 秦怀舟
        2 | 水政科 | 拖延办理 | | 限时办结 | 秦怀舟
        3 | 水政科 | 泄露信息 | （级） | 签保密书 | 秦怀舟
        4 | 水政科 | 违规用印 | — | 用印登记 | 秦怀舟
        """,
        "risks level label",
        """
        收受财物 | 高 | 高
        拖延办理 | |
        泄露信息 | |
        违规用印 | |
        """,
    )


def test_a_lost_merge_of_measures_over_rows_with_one_number() -> None:
    """Where the serial number is blank too, the row belongs to the number above."""
    check(
        """
        序号 | 科室 | 风险点 | 风险等级 | 防控措施 | 责任人
        1 | 水政科 | 收受财物 | 高 | 双人审查 | 秦怀舟
        | | 泄露标底 | | |
        2 | 水政科 | 拖延办理 | 中 | 限时办结 | 梁采薇
        """,
        "risks level measures party",
        """
        收受财物 | 高 | 双人审查 | 秦怀舟
        泄露标底 | 高 | 双人审查 | 秦怀舟
        拖延办理 | 中 | 限时办结 | 梁采薇
        """,
    )


def test_levels_ticked_in_a_column_each() -> None:
    check(
        """
        科室 | 风险点 | 风险等级 | ← | ← | 防控措施
        ↑ | ↑ | 高 | 中 | 低 | ↑
        水政科 | 收受财物 | √ | | | 双人审查
        水政科 | 拖延办理 | | | √ | 限时办结
        水政科 | 泄露信息 | | ✓ | | 签保密书
        """,
        "risks level measures",
        """
        收受财物 | 高 | 双人审查
        拖延办理 | 低 | 限时办结
        泄露信息 | 中 | 签保密书
        """,
    )


# Rows that are no data


def test_repeated_heads_and_titles_are_no_rows() -> None:
    check(
        f"""
        {TITLE} | ← | ← | ←
        科室 | 风险点 | 风险等级 | 防控措施
        水政科 | 收受财物 | 高 | 双人审查
        {TITLE} | ← | ← | ←
        科室 | 风险点 | 风险等级 | 防控措施
        办公室 | 违规用印 | 低 | 用印登记
        """,
        "title unit risks level",
        f"""
        {TITLE} | {BODY} 水政科 | 收受财物 | 高
        {TITLE} | {BODY} 办公室 | 违规用印 | 低
        """,
    )


def test_a_unit_goes_on_below_a_repeated_head() -> None:
    check(
        """
        科室 | 风险点 | 风险等级 | 防控措施
        水政科 | 收受财物 | 高 | 双人审查
        科室 | 风险点 | 风险等级 | 防控措施
        | 拖延办理 | 低 | 限时办结
        """,
        "unit risks level",
        """
        水政科 | 收受财物 | 高
        水政科 | 拖延办理 | 低
        """,
    )


def test_section_rows_tell_the_unit() -> None:
    check(
        f"""
        {TITLE}
        序号 | 职权名称 | 风险点 | 风险等级 | 防控措施
        一、水政科 | ← | ← | ← | ←
        1 | 取水许可 | 收受财物 | 高 | 双人审查
        二、办公室 | ← | ← | ← | ←
        2 | 公章管理 | 违规用印 | 低 | 用印登记
        """,
        "unit power risks",
        f"""
        {BODY} 水政科 | 取水许可 | 收受财物
        {BODY} 办公室 | 公章管理 | 违规用印
        """,
    )


def test_section_rows_tell_the_category_and_lost_merges_do_not_matter() -> None:
    check(
        """
        序号 | 职权名称 | 风险点 | 风险等级 | 防控措施
        一、行政许可类 | | | |
        1 | 取水许可 | 收受财物 | 高 | 双人审查
        二、行政处罚（2项） | | | |
        2 | 案件查处 | 压案不查 | 高 | 集体研究
        3 | 非法采砂 | 只罚不管 | 中 | 回头检查
        """,
        "category power risks",
        """
        行政许可 | 取水许可 | 收受财物
        行政处罚 | 案件查处 | 压案不查
        行政处罚 | 非法采砂 | 只罚不管
        """,
    )


def test_a_section_of_higher_rank_ends_the_one_below() -> None:
    check(
        """
        职权名称 | 风险点 | 风险等级 | 防控措施
        一、水政科 | ← | ← | ←
        （一）行政许可 | ← | ← | ←
        取水许可 | 收受财物 | 高 | 双人审查
        二、办公室 | ← | ← | ←
        公章管理 | 违规用印 | 低 | 用印登记
        """,
        "unit category power risks",
        """
        水政科 | 行政许可 | 取水许可 | 收受财物
        办公室 | | 公章管理 | 违规用印
        """,
    )


@pytest.mark.parametrize(
    "row",
    [
        "合计 | 2 | | 2 |",
        "合 计 | ← | 共2项 | ← | ←",
        "小计 | | | 1高1低 |",
        "填表人：方予宁 | ← | 审核人：夏望舒 | ← | 2023年6月15日",
        "填表人：方予宁    审核人：夏望舒    填表日期：2023年6月15日 | ← | ← | ← | ←",
        "单位负责人（签字）： | ← | ← | ← | ←",
        "备注：本表一式两份 | ← | ← | ← | ←",
        "说明：1.本表由各科室填写。⏎2.人员变动时随岗位调整。 | ← | ← | ← | ←",
        "注：风险等级分为高、中、低三级。 | ← | ← | ← | ←",
        "| | | |",
        "第 1 页 共 2 页 | ← | ← | ← | ←",
        "科室负责人签字： | ← | 分管领导签字： | ← | ←",
        "— | — | — | — | —",
    ],
)
def test_totals_signatures_and_notes_are_no_rows(row: str) -> None:
    check(
        f"""
        序号 | 科室 | 风险点 | 风险等级 | 防控措施
        1 | 水政科 | 收受财物 | 高 | 双人审查
        2 | 办公室 | 违规用印 | 低 | 用印登记
        {row}
        """,
        "unit risks level measures",
        """
        水政科 | 收受财物 | 高 | 双人审查
        办公室 | 违规用印 | 低 | 用印登记
        """,
    )


@pytest.mark.parametrize(
    "row",
    [
        "1 | 2 | 3 | 4 | 5",
        "（1） | （2） | （3） | （4） | （5）",
        "① | ② | ③ | ④ | ⑤",
        pytest.param("一 | 二 | 三 | 四 | 五"),
    ],
)
def test_numbers_of_columns_are_no_row(row: str) -> None:
    check(
        f"""
        科室 | 职权名称 | 风险点 | 风险等级 | 防控措施
        {row}
        水政科 | 取水许可 | 收受财物 | 高 | 双人审查
        """,
        "unit power risks level measures",
        "水政科 | 取水许可 | 收受财物 | 高 | 双人审查",
    )


def test_a_row_that_says_there_is_no_risk_gives_no_record() -> None:
    check(
        """
        科室 | 职权名称 | 风险点 | 风险等级 | 防控措施
        水政科 | 取水许可 | 收受财物 | 高 | 双人审查
        办公室 | 收发文件 | 无 | 无 | 无
        """,
        "unit risks",
        "水政科 | 收受财物",
    )


# Other shapes


def test_a_table_on_its_side() -> None:
    check(
        f"""
        {TITLE}
        职权名称 | 取水许可 | 水费征收 | 公章管理
        风险点 | 收受财物 | 人情减免 | 1.违规用印⏎2.丢失公章
        风险等级 | 高 | 高 | 低
        防控措施 | 双人审查 | 集体研究 | 用印登记
        责任人 | 秦怀舟 | 秦怀舟 | 方予宁
        """,
        "power risks level measures party",
        """
        取水许可 | 收受财物 | 高 | 双人审查 | 秦怀舟
        水费征收 | 人情减免 | 高 | 集体研究 | 秦怀舟
        公章管理 | 违规用印 丢失公章 | 低 | 用印登记 | 方予宁
        """,
    )


def test_a_table_on_its_side_with_merged_cells_and_a_title_row() -> None:
    check(
        f"""
        {TITLE} | ← | ← | ←
        科室 | 水政科 | ← | 办公室
        职权名称 | 取水许可 | 水费征收 | 公章管理
        风险点 | 收受财物 | 人情减免 | 违规用印
        风险等级 | 高 | ← | 低
        防控措施 | 双人审查 | 集体研究 | 用印登记
        """,
        "unit power risks level measures",
        f"""
        {BODY} 水政科 | 取水许可 | 收受财物 | 高 | 双人审查
        {BODY} 水政科 | 水费征收 | 人情减免 | 高 | 集体研究
        {BODY} 办公室 | 公章管理 | 违规用印 | 低 | 用印登记
        """,
    )


CARD = """
        职权名称 | 取水许可 | 责任人 | 秦怀舟
        风险点 | 收受财物 | 风险等级 | 高
        防控措施 | 1.双人审查⏎2.结果公开 | ← | ←
        """


def test_a_card_is_one_record() -> None:
    check(CARD, "power risks level measures party", "取水许可 | 收受财物 | 高 | 双人审查 结果公开 | 秦怀舟")


def test_a_card_of_two_columns_is_one_record() -> None:
    check(
        """
        职权名称 | 取水许可
        风险点 | 收受财物
        风险等级 | 高
        防控措施 | 双人审查
        责任人 | 秦怀舟
        """,
        "power risks level measures party",
        "取水许可 | 收受财物 | 高 | 双人审查 | 秦怀舟",
    )


def test_a_second_card_in_the_same_table() -> None:
    check(
        """
        职权名称 | 取水许可 | 责任人 | 秦怀舟
        风险点 | 收受财物 | 风险等级 | 高
        防控措施 | 双人审查 | ← | ←
        职权名称 | 水费征收 | 责任人 | 梁采薇
        风险点 | 人情减免 | 风险等级 | 中
        防控措施 | 集体研究 | ← | ←
        """,
        "power risks level measures party",
        """
        取水许可 | 收受财物 | 高 | 双人审查 | 秦怀舟
        水费征收 | 人情减免 | 中 | 集体研究 | 梁采薇
        """,
    )


def test_a_card_with_two_risks_one_below_the_other() -> None:
    """What stands above both counts for both."""
    check(
        """
        科室 | 水政科 | 职权名称 | 取水许可
        风险点 | 收受财物 | 风险等级 | 高
        防控措施 | 双人审查 | ← | ←
        风险点 | 拖延办理 | 风险等级 | 中
        防控措施 | 限时办结 | ← | ←
        """,
        "unit power risks level measures",
        """
        水政科 | 取水许可 | 收受财物 | 高 | 双人审查
        水政科 | 取水许可 | 拖延办理 | 中 | 限时办结
        """,
    )


def test_a_card_above_a_table_of_stages() -> None:
    check(
        """
        职权名称 | 取水许可 | 职权类别 | 行政许可
        科室 | 水政科 | 职权编码 | 0100-A-00100
        流程环节 | 风险点 | 风险等级 | 防控措施
        受理 | 收受财物 | 高 | 双人受理
        审查 | 泄露信息 | 中 | 签保密书
        """,
        "unit category power code stage risks level measures",
        """
        水政科 | 行政许可 | 取水许可 | 0100-A-00100 | 受理 | 收受财物 | 高 | 双人受理
        水政科 | 行政许可 | 取水许可 | 0100-A-00100 | 审查 | 泄露信息 | 中 | 签保密书
        """,
    )


def test_two_cards_each_above_a_table_of_stages() -> None:
    check(
        """
        职权名称 | 取水许可 | 科室 | 水政科
        流程环节 | 风险点 | 风险等级 | 防控措施
        受理 | 收受财物 | 高 | 双人受理
        职权名称 | 公章管理 | 科室 | 办公室
        流程环节 | 风险点 | 风险等级 | 防控措施
        审批 | 违规用印 | 低 | 用印登记
        """,
        "unit power stage risks level",
        """
        水政科 | 取水许可 | 受理 | 收受财物 | 高
        办公室 | 公章管理 | 审批 | 违规用印 | 低
        """,
    )


@pytest.mark.parametrize(
    "stop",
    ["。", ""],
)
def test_classes_of_risks_as_heads_of_rows(stop: str) -> None:
    """A person's card, as posts fill in: a class in front of each risk."""
    check(
        f"""
        沅溪县水务局个人岗位廉政风险点自查表
        姓名 | 秦怀舟 | 职务 | 科长
        思想道德风险 | 表现形式 | 收受财物{stop} | ←
        ↑ | 防控措施 | 廉政教育{stop} | ←
        岗位职责风险 | 表现形式 | 拖延办理{stop} | ←
        ↑ | 防控措施 | 限时办结{stop} | ←
        """,
        "category risks measures",
        """
        思想道德风险 | 收受财物 | 廉政教育
        岗位职责风险 | 拖延办理 | 限时办结
        """,
    )


def test_classes_of_risks_in_a_column() -> None:
    check(
        """
        科室 | 风险类别 | 风险点 | 风险等级 | 防控措施
        水政科 | 思想道德 | 收受财物 | 高 | 廉政教育
        ↑ | 业务流程 | 拖延办理 | 中 | 限时办结
        """,
        "unit category risks",
        """
        水政科 | 思想道德 | 收受财物
        水政科 | 业务流程 | 拖延办理
        """,
    )


def test_a_table_goes_on_in_the_next() -> None:
    """The second has as many columns and no head: a page's end parts them."""
    check(
        f"""
        {TITLE}
        科室 | 风险点 | 风险等级 | 防控措施
        水政科 | 收受财物 | 高 | 双人审查

        办公室 | 违规用印 | 低 | 用印登记
        | 丢失公章 | 低 | 专人保管
        """,
        "title unit risks level",
        f"""
        {TITLE} | {BODY} 水政科 | 收受财物 | 高
        {TITLE} | {BODY} 办公室 | 违规用印 | 低
        {TITLE} | {BODY} 办公室 | 丢失公章 | 低
        """,
    )


def test_headings_between_tables_tell_their_units() -> None:
    check(
        f"""
        {TITLE}
        一、水政科
        职权名称 | 风险点 | 风险等级 | 防控措施
        取水许可 | 收受财物 | 高 | 双人审查
        二、办公室
        职权名称 | 风险点 | 风险等级 | 防控措施
        公章管理 | 违规用印 | 低 | 用印登记
        """,
        "unit power risks",
        f"""
        {BODY} 水政科 | 取水许可 | 收受财物
        {BODY} 办公室 | 公章管理 | 违规用印
        """,
    )


@pytest.mark.parametrize(
    "line", ["填报单位（盖章）：沅溪县水务局", "单位：沅溪县水务局", "填报单位:沅溪县水务局    填报时间：2023年6月15日"]
)
def test_a_line_above_names_the_body(line: str) -> None:
    check(
        f"""
        廉政风险点一览表
        {line}
        科室 | 风险点 | 风险等级 | 防控措施
        水政科 | 收受财物 | 高 | 双人审查
        """,
        "unit risks",
        f"{BODY} 水政科 | 收受财物",
    )


def test_a_department_in_the_title_is_the_unit() -> None:
    check(
        """
        沅溪县水务局办公室廉政风险点一览表
        职权名称 | 风险点 | 风险等级 | 防控措施
        公章管理 | 违规用印 | 低 | 用印登记
        """,
        "unit power risks",
        "沅溪县水务局 办公室 | 公章管理 | 违规用印",
    )


# What a cell says


def cell(risk: str, level: str = "高", measure: str = "双人审查", party: str = "秦怀舟") -> str:
    """A register of one row."""
    return f"""
        廉政风险点一览表
        科室 | 风险点 | 风险等级 | 防控措施 | 责任人
        水政科 | {risk} | {level} | {measure} | {party}
        """


@pytest.mark.parametrize(
    "risks",
    [
        "1.收受财物⏎2.拖延办理",
        "1、收受财物；2、拖延办理",
        "（1）收受财物；（2）拖延办理。",
        pytest.param("①收受财物②拖延办理"),
        "① 收受财物⏎② 拖延办理",
        "一是收受财物；二是拖延办理。",
        "1.收受财物； ⏎ 2.拖延办理。",
        "● 收受财物⏎● 拖延办理",
        "◆收受财物⏎◆拖延办理",
        "- 收受财物⏎- 拖延办理",
        "· 收受财物⏎· 拖延办理",
        "收受财物。⏎拖延办理。",
        "收受财物；⏎拖延办理。",
        "收受财物；拖延办理。",
        "1.收受⏎财物⏎2.拖延⏎办理",
        "1. 收受财物 2. 拖延办理",
        "[1¦收受财物⏎2¦拖延办理]",
    ],
)
def test_several_risks_in_a_cell(risks: str) -> None:
    check(cell(risks), "risks level measures", "收受财物 拖延办理 | 高 | 双人审查")


@pytest.mark.parametrize(
    ("lines", "items"),
    [
        ("对材料审查不严，⏎违规通过", "对材料审查不严，违规通过"),
        ("对材料审查不严、⏎违规通过。", "对材料审查不严、违规通过"),
        ("收受当事人财物，⏎为其⏎谋取利益。", "收受当事人财物，为其谋取利益"),
        ("1.对材料审查不严，违规⏎通过审查⏎2.拖延办理", "对材料审查不严，违规通过审查 拖延办理"),
        ("降低标准；导致国有资产流失", "降低标准；导致国有资产流失"),
        ("收受“好处⏎费”", "收受“好处费”"),
    ],
)
def test_wrapped_lines_are_one_sentence(lines: str, items: str) -> None:
    check(cell(lines), "risks", items)


def test_lines_broken_at_one_width_are_one_sentence() -> None:
    """The lines of a column are all as wide as it, whatever word they cut."""
    check(
        """
        风险点 | 风险等级 | 防控措施
        对取水申请的水源论⏎证材料审查不严致使⏎不合条件的也通过 | 高 | 双人审查
        给亲属或者熟人的取⏎水申请核定偏高水量 | 中 | 集体研究
        踏勘取水口的时候接⏎受取水户的宴请招待 | 低 | 两人同行
        """,
        "risks level",
        """
        对取水申请的水源论证材料审查不严致使不合条件的也通过 | 高
        给亲属或者熟人的取水申请核定偏高水量 | 中
        踏勘取水口的时候接受取水户的宴请招待 | 低
        """,
    )


@pytest.mark.parametrize(
    "levels",
    [
        "1.高⏎2.中",
        "1.高 2.中",
        "1、高；2、中",
        "高⏎中",
        pytest.param("①高②中"),
        "（1）高（2）中",
        "高；中",
        "1.高风险⏎2.中风险",
        "高、中",
    ],
)
def test_levels_item_by_item(levels: str) -> None:
    """As many levels as risks: each has its own, and its own measure where there are as many of these."""
    check(
        cell("1.收受财物⏎2.拖延办理", levels, "1.廉政教育⏎2.限时办结"),
        "risks level measures party",
        """
        收受财物 | 高 | 廉政教育 | 秦怀舟
        拖延办理 | 中 | 限时办结 | 秦怀舟
        """,
    )


def test_measures_that_are_not_numbered_alike_are_all_of_each_risk() -> None:
    check(
        cell("1.收受财物⏎2.拖延办理", "1.高⏎2.中", "1.廉政教育⏎2.限时办结⏎3.结果公开"),
        "risks level measures",
        """
        收受财物 | 高 | 廉政教育 限时办结 结果公开
        拖延办理 | 中 | 廉政教育 限时办结 结果公开
        """,
    )


def test_one_level_for_all_risks_is_one_record() -> None:
    check(
        cell("1.收受财物⏎2.拖延办理", "1.高⏎2.高⏎3.高"),
        "risks level",
        "收受财物 拖延办理 | 高",
    )


@pytest.mark.parametrize("level", ["1高1中", "2（1高1中）", "高1中1"])
def test_a_count_is_no_level_of_a_record(level: str) -> None:
    (found,) = records(cell("1.收受财物⏎2.拖延办理", level))
    assert found.level is None
    assert found.risk_points == ("收受财物", "拖延办理")


@pytest.mark.parametrize(
    "risks",
    [
        "1.收受财物（高）⏎2.拖延办理（中）",
        "1.收受财物（高）；2.拖延办理（中）。",
        "1.收受财物（高风险）⏎2.拖延办理（中风险）",
        "1.收受财物【高】⏎2.拖延办理【中】",
        "1.收受财物。（风险等级：高）⏎2.拖延办理。（风险等级：中）",
    ],
)
def test_levels_in_brackets_behind_the_risks(risks: str) -> None:
    check(
        f"""
        科室 | 风险点 | 防控措施
        水政科 | {risks} | 1.廉政教育⏎2.限时办结
        """,
        "risks level measures",
        """
        收受财物 | 高 | 廉政教育
        拖延办理 | 中 | 限时办结
        """,
    )


@pytest.mark.parametrize("word", ["低保", "中介"])
def test_other_words_in_brackets_are_no_levels(word: str) -> None:
    check(
        f"""
        科室 | 风险点 | 防控措施
        水政科 | 收受财物（{word}） | 廉政教育
        """,
        "risks level measures",
        f"收受财物（{word}） | | 廉政教育",
    )


@pytest.mark.parametrize(
    ("risks", "measures"),
    [
        ("受理环节：收受财物⏎审查环节：拖延办理", "受理环节：廉政教育⏎审查环节：限时办结"),
        pytest.param("受理阶段风险：收受财物⏎审查阶段风险：拖延办理", "受理阶段：廉政教育⏎审查阶段：限时办结"),
        ("受理：收受财物⏎审查：拖延办理", "受理：廉政教育⏎审查：限时办结"),
        ("【受理环节】收受财物⏎【审查环节】拖延办理", "【受理环节】廉政教育⏎【审查环节】限时办结"),
        ("1.受理环节：收受财物⏎2.审查环节：拖延办理", "1.受理环节：廉政教育⏎2.审查环节：限时办结"),
        ("受理环节：收受财物。审查环节：拖延办理。", "受理环节：廉政教育。审查环节：限时办结。"),
        ("受理环节：收受财物；审查环节：拖延办理", "受理环节：廉政教育；审查环节：限时办结"),
        ("受理环节：⏎收受财物⏎审查环节：⏎拖延办理", "受理环节：⏎廉政教育⏎审查环节：⏎限时办结"),
        pytest.param("受理环节风险：⏎收受财物⏎审查环节风险：⏎拖延办理", "受理环节：⏎廉政教育⏎审查环节：⏎限时办结"),
        ("（受理环节）收受财物⏎（审查环节）拖延办理", "（受理环节）廉政教育⏎（审查环节）限时办结"),
    ],
)
def test_stages_that_begin_the_lines_of_a_cell(risks: str, measures: str) -> None:
    found = records(cell(risks, "高", measures))
    facts = [(one.stage, one.risk_points, one.control_measures, one.level, one.responsible_party) for one in found]
    assert facts == [
        ("受理", ("收受财物",), ("廉政教育",), "高", "秦怀舟"),
        ("审查", ("拖延办理",), ("限时办结",), "高", "秦怀舟"),
    ]


def test_several_risks_behind_one_stage() -> None:
    check(
        cell("受理环节：1.收受财物；2.拖延办理⏎审查环节：泄露信息", "高", "双人审查"),
        "stage risks measures",
        """
        受理环节 | 收受财物 拖延办理 | 双人审查
        审查环节 | 泄露信息 | 双人审查
        """,
    )


@pytest.mark.parametrize("level", ["受理环节：高⏎审查环节：中", "高⏎中", "1.高⏎2.中", "受理：高；审查：中"])
def test_levels_by_stage(level: str) -> None:
    check(
        cell("受理环节：1.收受财物；2.拖延办理⏎审查环节：泄露信息", level),
        "stage risks level",
        """
        受理环节 | 收受财物 拖延办理 | 高
        审查环节 | 泄露信息 | 中
        """,
    )


def test_a_sentence_with_a_colon_is_no_stage() -> None:
    check(
        cell("违反规定：收受财物", "高", "坚持原则：双人审查"),
        "stage risks measures",
        "| 违反规定：收受财物 | 坚持原则：双人审查",
    )


@pytest.mark.parametrize(
    "measures",
    [
        "1.廉政教育（责任人：秦怀舟）⏎2.限时办结（责任人：梁采薇）",
        "1.廉政教育。（责任人：秦怀舟）2.限时办结。（责任人：梁采薇）",
        "1.廉政教育⏎责任人：秦怀舟⏎2.限时办结⏎责任人：梁采薇",
    ],
)
def test_owners_in_brackets_behind_the_measures(measures: str) -> None:
    check(
        f"""
        科室 | 风险点 | 风险等级 | 防控措施
        水政科 | 收受财物 | 高 | {measures}
        """,
        "risks measures party",
        "收受财物 | 廉政教育 限时办结 | 秦怀舟、梁采薇",
    )


@pytest.mark.parametrize(
    ("party", "name"),
    [
        ("秦怀舟", "秦怀舟"),
        ("秦 怀 舟", "秦怀舟"),
        ("秦怀舟⏎梁采薇", "秦怀舟、梁采薇"),
        ("秦怀舟、⏎梁采薇", "秦怀舟、梁采薇"),
        ("水政科⏎负责人", "水政科负责人"),
        ("水政科科长⏎秦怀舟", "水政科科长、秦怀舟"),
        ("秦怀舟⏎（科长）", "秦怀舟（科长）"),
        ("秦⏎怀⏎舟", "秦怀舟"),
        ("秦怀舟。", "秦怀舟"),
        ("各科室负责人", "各科室负责人"),
    ],
)
def test_owners_on_several_lines(party: str, name: str) -> None:
    check(cell("收受财物", party=party), "party", name)


@pytest.mark.parametrize("party", ["", "无", "—", "/"])
def test_nobody_may_answer(party: str) -> None:
    (found,) = records(cell("收受财物", party=party))
    assert found.responsible_party is None
    assert "没有责任人" in found.doubts


def test_of_several_owners_the_nearest_counts_and_the_others_are_doubts() -> None:
    (found,) = records(
        """
        科室 | 风险点 | 风险等级 | 防控措施 | 责任领导 | 责任科室 | 直接责任人
        水政科 | 收受财物 | 高 | 双人审查 | 卓文澜 | 水政科 | 秦怀舟
        """
    )
    assert found.responsible_party == "秦怀舟"
    assert {"另有责任领导：卓文澜", "另有责任科室：水政科"} <= set(found.doubts)


@pytest.mark.parametrize(
    ("nearer", "farther"),
    [
        ("直接责任人", "责任人"),
        ("责任人", "部门负责人"),
        ("部门负责人", "责任科室"),
        ("责任科室", "责任领导"),
        ("责任人", "分管领导"),
    ],
)
def test_the_order_of_owner_columns_does_not_matter(nearer: str, farther: str) -> None:
    for heads, names in (((nearer, farther), ("甲一", "乙二")), ((farther, nearer), ("乙二", "甲一"))):
        picture = f"""
        科室 | 风险点 | 风险等级 | 防控措施 | {" | ".join(heads)}
        水政科 | 收受财物 | 高 | 双人审查 | {" | ".join(names)}
        """
        (found,) = records(picture)
        assert found.responsible_party == "甲一"
        assert f"另有{farther}：乙二" in found.doubts


def test_a_short_name_beside_the_sentence_is_a_doubt() -> None:
    (found,) = records(
        """
        科室 | 风险点 | 表现形式 | 风险等级 | 防控措施
        水政科 | 优亲厚友 | 给亲属核定偏高的水量 | 高 | 集体研究
        """
    )
    assert found.risk_points == ("给亲属核定偏高的水量",)
    assert "风险点名称：优亲厚友" in found.doubts


def test_a_short_name_that_is_a_stage_is_the_stage() -> None:
    check(
        """
        职权名称 | 风险点 | 表现形式 | 风险等级 | 防控措施
        取水许可 | 受理环节 | 收受财物 | 高 | 双人受理
        ↑ | 审查环节 | 泄露信息 | 中 | 签保密书
        """,
        "power stage risks level",
        """
        取水许可 | 受理环节 | 收受财物 | 高
        取水许可 | 审查环节 | 泄露信息 | 中
        """,
    )


def test_the_party_column_alone_tells_the_unit() -> None:
    """责任科室 is the unit where another column names who answers and none the unit."""
    check(
        f"""
        {TITLE}
        职权名称 | 风险点 | 风险等级 | 防控措施 | 责任科室 | 责任人
        取水许可 | 收受财物 | 高 | 双人审查 | 水政科 | 秦怀舟
        """,
        "unit party",
        f"{BODY} 水政科 | 秦怀舟",
    )


def test_an_owner_alone_is_no_unit() -> None:
    check(
        f"""
        {TITLE}
        职权名称 | 风险点 | 风险等级 | 防控措施 | 责任主体
        取水许可 | 收受财物 | 高 | 双人审查 | 水政科
        """,
        "unit party",
        f"{BODY} | 水政科",
    )


def test_columns_that_go_nowhere_are_named() -> None:
    found = problems(
        """
        科室 | 风险点 | 风险等级 | 防控措施 | 效果评价
        水政科 | 收受财物 | 高 | 双人审查 | 良好
        办公室 | 违规用印 | 低 | 用印登记 | 尚可
        """
    )
    assert [(one.code, "效果评价" in one.message) for one in found] == [("unread-column", True)]


def test_monitoring_points_have_a_column() -> None:
    check(
        """
        职权名称 | 流程环节 | 风险点 | 风险等级 | 防控措施 | 电子监察点
        取水许可 | 受理 | 收受财物 | 高 | 双人受理 | 超过5日未受理
        """,
        "stage risks measures monitors",
        "受理 | 收受财物 | 双人受理 | 超过5日未受理",
    )


# Charts: rows that follow one another with the same title and power


def test_rows_of_one_power_are_one_chart() -> None:
    found = records(
        """
        职权名称 | 风险点 | 风险等级 | 防控措施
        取水许可 | 收受财物 | 高 | 双人审查
        取水许可 | 拖延办理 | 中 | 限时办结
        水费征收 | 人情减免 | 高 | 集体研究
        取水许可 | 泄露信息 | 低 | 签保密书
        """
    )
    assert [(one.chart, one.stage_order) for one in found] == [(0, 0), (0, 1), (1, 0), (2, 0)]


# Lists that are no tables

LIST = [
    pytest.param(
        """
        风险点：收受财物
        风险等级：高
        防控措施：双人审查
        责任人：秦怀舟
        """,
        id="plain",
    ),
    pytest.param(
        """
        【风险点】收受财物
        【风险等级】高
        【防控措施】双人审查
        【责任人】秦怀舟
        """,
        id="framed",
    ),
    pytest.param(
        """
        【风险点】：收受财物
        【风险等级】：高
        【防控措施】：双人审查
        【责任人】：秦怀舟
        """,
        id="framed, with colons",
    ),
    pytest.param(
        """
        1.风险点：收受财物
        2.风险等级：高
        3.防控措施：双人审查
        4.责任人：秦怀舟
        """,
        id="numbered",
    ),
    pytest.param(
        """
        （一）风险点：收受财物
        （二）风险等级：高
        （三）防控措施：双人审查
        （四）责任人：秦怀舟
        """,
        id="numbered in brackets",
    ),
    pytest.param(
        """
        ● 廉政风险点：收受财物
        ● 风险等级：高
        ● 防控措施：双人审查
        ● 责任人：秦怀舟
        """,
        id="bullets",
    ),
    pytest.param(
        """
        风险点：收受财物    风险等级：高
        防控措施：双人审查    责任人：秦怀舟
        """,
        id="two in a line",
    ),
    pytest.param("风险点：收受财物；风险等级：高；防控措施：双人审查；责任人：秦怀舟。", id="all in a line"),
    pytest.param("【风险点】收受财物 【风险等级】高 【防控措施】双人审查 【责任人】秦怀舟", id="framed in a line"),
    pytest.param(
        """
        风险点：
        收受财物
        风险等级：
        高
        防控措施：
        双人审查
        责任人：
        秦怀舟
        """,
        id="labels above their lines",
    ),
    pytest.param(
        """
        风险点：
        1.收受财物
        风险等级：高
        防控措施：
        1.双人审查。
        责任人：秦怀舟
        """,
        id="labels above numbered lines",
    ),
    pytest.param(
        """
        风 险 点：收受财物
        风险等级：高
        防 控 措 施：双人审查
        责 任 人：秦怀舟
        """,
        id="blanks within",
    ),
    pytest.param(
        """
        风险点 ： 收受财物
        风险等级 :高
        防控措施:双人审查
        责任人 ：秦怀舟
        """,
        id="blanks at the colons",
    ),
    pytest.param(
        """
        表现形式：收受财物
        风险级别：高
        防范措施：双人审查
        直接责任人：秦怀舟
        """,
        id="other words",
    ),
    pytest.param(
        """
        职权名称：取水许可
        风险点：收受财物（风险等级：高）
        防控措施：双人审查（责任人：秦怀舟）
        """,
        id="level and owner in brackets",
    ),
]


@pytest.mark.parametrize("text", LIST)
def test_labelled_lines_are_a_record(text: str) -> None:
    check(text, "risks level measures party", "收受财物 | 高 | 双人审查 | 秦怀舟")


def test_a_label_again_begins_the_next_record() -> None:
    check(
        """
        职权名称：取水许可
        风险点：1.收受财物
        2.泄露信息
        风险等级：高
        防控措施：1.双人审查
        2.签保密书
        责任人：秦怀舟
        风险点：拖延办理
        风险等级：中
        防控措施：限时办结
        责任人：梁采薇
        """,
        "power risks level measures party",
        """
        取水许可 | 收受财物 泄露信息 | 高 | 双人审查 签保密书 | 秦怀舟
        取水许可 | 拖延办理 | 中 | 限时办结 | 梁采薇
        """,
    )


def test_numbers_behind_the_labels_begin_records() -> None:
    check(
        """
        风险点1：收受财物
        防控措施1：双人审查
        风险点2：拖延办理
        防控措施2：限时办结
        """,
        "risks measures",
        """
        收受财物 | 双人审查
        拖延办理 | 限时办结
        """,
    )


def test_headings_between_lists_tell_units_and_powers() -> None:
    check(
        f"""
        {TITLE}
        一、水政科
        职权名称：取水许可
        风险点：收受财物
        风险等级：高
        防控措施：双人审查
        职权名称：水费征收
        风险点：人情减免
        风险等级：中
        防控措施：集体研究
        二、办公室
        职权名称：公章管理
        风险点：违规用印
        风险等级：低
        防控措施：用印登记
        """,
        "title unit power risks level measures",
        f"""
        {TITLE} | {BODY} 水政科 | 取水许可 | 收受财物 | 高 | 双人审查
        {TITLE} | {BODY} 水政科 | 水费征收 | 人情减免 | 中 | 集体研究
        {TITLE} | {BODY} 办公室 | 公章管理 | 违规用印 | 低 | 用印登记
        """,
    )


def test_numbered_headings_of_powers() -> None:
    check(
        f"""
        {TITLE}
        一、水政科
        （一）取水许可
        风险点：收受财物
        防控措施：双人审查
        （二）水费征收
        风险点：人情减免
        防控措施：集体研究
        """,
        "unit power risks",
        f"""
        {BODY} 水政科 | 取水许可 | 收受财物
        {BODY} 水政科 | 水费征收 | 人情减免
        """,
    )


@pytest.mark.parametrize(
    "line",
    [
        "【打印本页】 【关闭窗口】",
        "上一篇：局机关学习教育简报",
        "版权所有：沅溪县水务局",
        "填表人：方予宁",
        "备注：本表由各科室填写。",
        "扫一扫在手机打开当前页",
    ],
)
def test_page_words_below_a_list_are_not_in_it(line: str) -> None:
    check(
        f"""
        {TITLE}
        风险点：收受财物
        风险等级：高
        防控措施：双人审查
        责任人：秦怀舟
        {line}
        """,
        "risks level measures party",
        "收受财物 | 高 | 双人审查 | 秦怀舟",
    )
    check(
        f"""
        {TITLE}
        风险点：收受财物
        风险等级：高
        责任人：秦怀舟
        防控措施：双人审查
        {line}
        """,
        "risks level measures party",
        "收受财物 | 高 | 双人审查 | 秦怀舟",
    )


@pytest.mark.parametrize(
    "text",
    [
        "为加强廉政风险防控，现将有关事项通知如下。",
        "风险点：是指可能发生腐败行为的环节。",
        "责任人：秦怀舟\n联系电话：0000-1234567",
        "一、指导思想\n二、防控措施：建立健全制度\n三、工作要求",
    ],
)
def test_running_text_is_no_list(text: str) -> None:
    assert records(text) == ()


# Not ours

NOT_OURS = [
    pytest.param(
        """
        砚坪镇供水站安全风险分级管控清单
        序号 | 部位 | 风险点 | 可能造成的后果 | 风险等级 | 管控措施 | 责任人
        1 | 加氯间 | 液氯钢瓶阀门老化，氯气泄漏 | 中毒、窒息 | 重大 | 钢瓶定期检验 | 钟离岸
        2 | 配电房 | 绝缘老化 | 触电 | 较大 | 每半年检测绝缘 | 钟离岸
        """,
        "safety-list",
        id="dangers at work",
    ),
    pytest.param(
        """
        风险管控清单
        序号 | 风险点 | 风险等级 | 管控措施 | 责任人
        1 | 高处作业人员坠落 | 高 | 佩戴安全带 | 钟离岸
        2 | 燃气泄漏引发爆炸、火灾 | 高 | 安装报警器 | 钟离岸
        """,
        "safety-list",
        id="dangers at work, by the sentences only",
    ),
    pytest.param(
        """
        泗安县司法局责任清单
        序号 | 职权类别 | 职权名称 | 责任事项 | 追责情形
        1 | 行政许可 | 法律服务所设立 | 1.受理责任：公示材料 | 滥用职权的
        2 | 行政给付 | 法律援助 | 1.受理责任：当场登记 | 私自收费的
        """,
        "duty-list",
        id="duties",
    ),
    pytest.param(
        """
        鹿洲市文化局行政权力清单
        序号 | 职权编码 | 职权类别 | 职权名称 | 设定依据 | 行使主体
        1 | 0200-A-00100 | 行政许可 | 演出审批 | 《演出条例》第十三条 | 鹿洲市文化局
        2 | 0200-A-00200 | 行政许可 | 旅行社设立 | 《旅行社条例》第七条 | 鹿洲市文化局
        """,
        "power-list",
        id="powers",
    ),
    pytest.param(
        """
        鹿洲市财政局法律风险清单
        序号 | 科室 | 风险点 | 风险等级 | 防控措施
        1 | 法规科 | 合同条款不完备引发纠纷 | 高 | 合同审查
        2 | 法规科 | 诉讼时效届满 | 中 | 定期催告
        """,
        "risk-list",
        id="other risks",
    ),
]


@pytest.mark.parametrize(("picture", "state"), NOT_OURS)
def test_other_lists_give_no_records_and_are_named(picture: str, state: str) -> None:
    assert records(picture) == ()
    assert state in {one.code for one in problems(picture)}


@pytest.mark.parametrize(
    "title", ["沅溪县应急管理局廉政风险点一览表", "沅溪县安全生产监督站廉政风险防控登记表", "沅溪县财政局廉洁风险清单"]
)
def test_a_register_of_ours_may_speak_of_safety(title: str) -> None:
    check(
        f"""
        {title}
        科室 | 风险点 | 风险等级 | 防控措施
        监察科 | 收受企业财物，对消防隐患不予查处 | 高 | 双人检查
        监察科 | 燃气设备检验走过场 | 中 | 随机抽查
        """,
        "risks level",
        """
        收受企业财物，对消防隐患不予查处 | 高
        燃气设备检验走过场 | 中
        """,
    )


def test_a_register_without_a_title_is_known_by_its_sentences() -> None:
    check(
        """
        科室 | 风险点 | 风险等级 | 防控措施
        水政科 | 收受当事人财物，徇私舞弊 | 高 | 双人审查
        水政科 | 泄露信息，谋取私利 | 中 | 签保密书
        """,
        "risks level",
        """
        收受当事人财物，徇私舞弊 | 高
        泄露信息，谋取私利 | 中
        """,
    )


def test_another_list_beside_a_register_takes_nothing_from_it() -> None:
    found = f"""
        {TITLE}
        科室 | 风险点 | 风险等级 | 防控措施
        水政科 | 收受财物 | 高 | 双人审查

        沅溪县水务局责任清单
        职权名称 | 责任事项 | 追责情形 | 追责依据
        取水许可 | 受理责任：公示材料 | 索取财物的 | 《公务员法》
        """
    check(found, "unit risks level", f"{BODY} 水政科 | 收受财物 | 高")
    assert "duty-list" in {one.code for one in problems(found)}


def test_all_columns_are_told_apart() -> None:
    """A register with every column at once."""
    picture = f"""
        {TITLE}
        序号 | 科室 | 职权编码 | 职权类别 | 职权名称 | 流程环节 | 风险点 | 风险等级 | 防控措施 | 责任人 | 备注
        1 | 水政科 | 0100-A-00100 | 行政许可 | 取水许可 | 受理 | 收受财物 | 高 | 双人受理 | 秦怀舟 | 无
        """
    (found,) = records(picture)
    expected: dict[str, Any] = {
        "title": TITLE,
        "agency": BODY,
        "category": "行政许可",
        "power": "取水许可",
        "power_code": "0100-A-00100",
        "stage": "受理",
        "stage_label": "受理",
        "risk_points": ("收受财物",),
        "level": "高",
        "level_label": "高",
        "control_measures": ("双人受理",),
        "responsible_party": "秦怀舟",
        "unit": (BODY, "水政科"),
        "placed_by": "table",
        "doubts": (),
    }
    assert {name: getattr(found, name) for name in expected} == expected


def _facts(found: Sequence[Record]) -> list[tuple[object, ...]]:
    return [(one.risk_points, one.level, one.control_measures, one.responsible_party) for one in found]


@pytest.mark.parametrize("shuffled", [(1, 0, 2, 3, 4), (4, 3, 2, 1, 0), (2, 4, 0, 3, 1)])
def test_the_order_of_columns_changes_nothing(shuffled: tuple[int, ...]) -> None:
    """Each column is known by its head alone."""
    rows = (
        ("科室", "风险点", "风险等级", "防控措施", "责任人"),
        ("水政科", "收受财物", "高", "双人审查", "秦怀舟"),
        ("水政科", "拖延办理", "中", "限时办结", "梁采薇"),
    )
    pictures = ("\n".join(" | ".join(row[place] for place in order) for row in rows) for order in (range(5), shuffled))
    first, second = (_facts(records(picture)) for picture in pictures)
    assert first == second
    assert len(first) == 2
