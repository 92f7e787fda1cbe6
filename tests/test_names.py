"""Names of persons among owners, and what is left of them.

The first table was written before the code, the second when the code was ready, without a look at its words.
"""

import re
import time
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.names import mask, names_in
from pipeline.model import Record
from tests.helpers import record

# What stands under 责任人, and the names in it.
BEFORE = [
    ("张三", "张三"),
    ("王建国", "王建国"),
    ("欧阳修文", "欧阳修文"),
    ("司马光", "司马光"),
    ("诸葛亮", "诸葛亮"),
    ("高峰", "高峰"),
    ("安宁", "安宁"),
    ("党国英", "党国英"),
    ("高新民", "高新民"),
    ("纪晓岚", "纪晓岚"),
    ("李和平", "李和平"),
    ("孙长江", "孙长江"),
    ("水均益", "水均益"),
    ("单田芳", "单田芳"),
    ("买买提·吐尔逊", "买买提·吐尔逊"),
    ("局长王五", "王五"),
    ("王五局长", "王五"),
    ("李明华（副局长）", "李明华"),
    ("党组书记、局长 陈志远", "陈志远"),
    ("党组成员、副局长：赵立新", "赵立新"),
    ("分管领导：张伟", "张伟"),
    ("科长 欧阳修文、刘洋", "欧阳修文 刘洋"),
    ("综合科科长周敏", "周敏"),
    ("财务科 吴刚", "吴刚"),
    ("县水利局水政监察大队大队长郑海涛", "郑海涛"),
    ("时任局长冯德才", "冯德才"),
    ("何静同志", "何静"),
    ("四级调研员林志强", "林志强"),
    ("窗口首席代表罗丹", "罗丹"),
    ("办公室主任(唐宇)", "唐宇"),
    ("李村村支部书记韩大勇", "韩大勇"),
    ("王庄村村主任王庄", "王庄"),
    ("纪检监察员 纪检", ""),
    ("张三、李四、王五", "张三 李四 王五"),
    ("张三，李四；王五", "张三 李四 王五"),
    ("张三/李四", "张三 李四"),
    ("张三 李四", "张三 李四"),
    ("张三和李四", "张三 李四"),
    ("曹国强及相关人员", "曹国强"),
    ("蒋欣等3人", "蒋欣"),
    ("王 芳、李　娜", "王芳 李娜"),
    ("A岗：谢军 B岗：董洁", "谢军 董洁"),
    ("袁野13800001234", "袁野"),
    ("主办：潘虹；协办：余波", "潘虹 余波"),
    ("责任人：杜鹃", "杜鹃"),
    ("责任领导：魏巍　责任人：苏醒", "魏巍 苏醒"),
    ("第一责任人 叶青（党委书记）直接责任人 田野（科长）", "叶青 田野"),
    ("任海燕副主任、石磊科员", "任海燕 石磊"),
    ("程前（法规科）", "程前"),
    ("姚远签字", "姚远"),
    ("汪洋负责", "汪洋"),
    ("高级工程师范文斌", "范文斌"),
    ("副县长兼公安局局长彭涛", "彭涛"),
    ("张某", ""),
    ("李某某、王XX", ""),
    ("赵××科长", ""),
    ("王主任", ""),
    ("李局", ""),
    ("办公室", ""),
    ("综合科", ""),
    ("局长办公会", ""),
    ("分管局领导", ""),
    ("经办人", ""),
    ("高新区管委会", ""),
    ("方志办", ""),
    ("党组书记", ""),
    ("主要负责人", ""),
    ("全体干部", ""),
    ("时任局长", ""),
    ("安监站", ""),
    ("王庄村村委会", ""),
    ("水政科", ""),
    ("水政监察大队", ""),
    ("单位负责人", ""),
    ("安全员", ""),
    ("安全生产监管股", ""),
    ("常务副局长", ""),
    ("常委会", ""),
    ("纪检组长", ""),
    ("纪委书记", ""),
    ("党委", ""),
    ("党支部书记", ""),
    ("文秘人员", ""),
    ("文书", ""),
    ("施工单位项目经理", ""),
    ("项目负责人", ""),
    ("车队队长", ""),
    ("路政大队", ""),
    ("农技站", ""),
    ("申请人", ""),
    ("查验员", ""),
    ("包村干部", ""),
    ("计生办", ""),
    ("司法所所长", ""),
    ("金融科", ""),
    ("国土所", ""),
    ("宣传委员", ""),
    ("董事长", ""),
    ("董事会", ""),
    ("林业站站长", ""),
    ("房管所", ""),
    ("成本科", ""),
    ("管理人员", ""),
    ("相关责任人", ""),
    ("任何人", ""),
    ("全员", ""),
    ("双方当事人", ""),
    ("李家沟社区居委会", ""),
    ("龙泉镇政府", ""),
    ("龙泉所所长", ""),
    ("黄河河务局", ""),
    ("石桥乡、白云街道", ""),
    ("武装部", ""),
    ("温泉镇镇长", ""),
    ("应急办", ""),
    ("华东片区", ""),
    ("江南分局", ""),
    ("马路养护队", ""),
    ("平安建设领导小组", ""),
    ("支委", ""),
    ("宁夏公司", ""),
    ("向上级汇报人", ""),
    ("连长", ""),
    ("班组长", ""),
    ("各股室负责人", ""),
    ("评审专家", ""),
    ("法人代表", ""),
    ("高管", ""),
    ("易地扶贫专班", ""),
    ("尚未明确", ""),
    ("白班值班人员", ""),
    ("党政办、纪检办、武装部", ""),
]
AFTER = [
    ("县长：梁振华", "梁振华"),
    ("分管副局长 石敬之", "石敬之"),
    ("项目办主任方圆", "方圆"),
    ("财政所所长江涛", "江涛"),
    ("执法一中队队员夏雨", "夏雨"),
    ("夏雨、江涛（执法人员）", "夏雨 江涛"),
    ("审核：白雪", "白雪"),
    ("驻村第一书记路遥", "路遥"),
    ("成龙（信息中心）", "成龙"),
    ("党支部委员于谦", "于谦"),
    ("农业股长田园", "田园"),
    ("谢安全", "谢安全"),
    ("马局长、牛科长", ""),
    ("校长东方明", "东方明"),
    ("支部书记武松，会计时迁", "武松 时迁"),
    ("许三多 史今 伍六一", "许三多 史今 伍六一"),
    ("原局长林黛", "林黛"),
    ("关羽、张飞等", "关羽 张飞"),
    ("任长霞同志", "任长霞"),
    ("经办岗：宋江", "宋江"),
    ("局长张国庆分管副局长李国庆", "张国庆 李国庆"),
    ("乡镇长、村主任", ""),
    ("花园口管理处", ""),
    ("向阳社区书记", ""),
    ("安居办", ""),
    ("金水区局", ""),
    ("华容分局", ""),
    ("常州办事处", ""),
    ("文明办", ""),
    ("文明实践所", ""),
    ("平台公司", ""),
    ("司机班", ""),
    ("石化科", ""),
    ("农机监理站", ""),
    ("宗教股", ""),
    ("任免机关", ""),
    ("万寿路街道", ""),
    ("易制毒专管员", ""),
    ("马鞍山站", ""),
    ("干部科干部", ""),
    ("林长办", ""),
    ("河长办", ""),
    ("管护员", ""),
    ("安保公司", ""),
    ("计量所", ""),
    ("景区管委会", ""),
    ("查处组", ""),
    ("包联领导", ""),
    ("水利站长", ""),
    ("车管所民警", ""),
    ("国资股", ""),
    ("金融办主任", ""),
    ("路长制办公室", ""),
    ("能源股", ""),
    ("古城保护中心", ""),
    ("纪检监察室", ""),
    ("纪工委书记", ""),
    ("党群工作部", ""),
    ("党工委委员", ""),
    ("解放路派出所", ""),
    ("主任：熊大 副主任：熊二", "熊大 熊二"),
    ("乔峰/段誉/虚竹", "乔峰 段誉"),
    ("贾某某、王熙凤", "王熙凤"),
    ("信访办林冲", "林冲"),
    ("水务局副局长水生", "水生"),
    ("文员", ""),
    ("单位主要领导", ""),
    ("房产交易中心", ""),
    ("印章管理员", ""),
    ("征管股长", ""),
    ("周边群众", ""),
    ("高校", ""),
    ("易某", ""),
    ("曾用名", ""),
    ("常年法律顾问", ""),
    ("全国政协委员", ""),
    ("应届生", ""),
    ("毛主席像章", ""),
    ("孔子学院", ""),
    ("时间节点", ""),
    ("双流区", ""),
    ("申办单位", ""),
    ("冷链组", ""),
    ("景观科", ""),
    ("封控组", ""),
    ("广场管理处", ""),
    ("危房办", ""),
    ("米市街道", ""),
    ("祁连山保护局", ""),
    ("武汉分公司", ""),
    ("罗湖口岸", ""),
    ("苏州河段段长", ""),
]
# Nothing in the text tells: a name that ends like an office, one that is a word of the field, a place before a post.
MISTAKEN = [
    ("冉隆科", "冉隆科", ""),
    ("经办人许可", "许可", ""),
    ("龙泉所长", "", "龙泉"),
    ("李明华财务科科长", "李明华", ""),
    ("张三李四", "张三 李四", ""),
]


@pytest.mark.parametrize(("owner", "names"), [*BEFORE, *AFTER], ids=lambda value: value or "nobody")
def test_names_are_told_from_offices_and_posts(owner: str, names: str) -> None:
    assert names_in([owner]) == set(names.split())


@pytest.mark.parametrize(("owner", "names", "found"), MISTAKEN)
def test_what_cannot_be_told_stays_as_it_is_known(owner: str, names: str, found: str) -> None:
    assert names_in([owner]) == set(found.split()) != set(names.split())


def test_few_names_are_missed_and_few_invented() -> None:
    rows = [*BEFORE, *AFTER, *((owner, names) for owner, names, _ in MISTAKEN)]
    wanted = {(owner, name) for owner, names in rows for name in names.split()}
    found = {(owner, name) for owner, _ in rows for name in names_in([owner])}
    assert len(wanted & found) / len(wanted) > 0.94
    assert len(wanted & found) / len(found) > 0.98


def test_names_of_all_owners_come_together() -> None:
    assert names_in(["局长王五", "综合科", "王五、李明华"]) == {"王五", "李明华"}
    assert names_in([]) == frozenset()


@given(st.text("张三李明华局长科、（）： 某·", max_size=30))
def test_any_text_may_name_an_owner(owner: str) -> None:
    for name in names_in([owner]):
        assert name in re.sub(r"\s", "", owner)
        assert "某" not in name


@pytest.mark.parametrize("piece", ["长", "长·", "王 ", "副", "王长·长", "任记·", "高"])
def test_a_long_text_takes_no_long_time(piece: str) -> None:
    start = time.perf_counter()
    names_in([piece * 200_000])
    assert time.perf_counter() - start < 1


# Masking


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张某"),
        ("李明华", "李某某"),
        ("欧阳修", "欧阳某"),
        ("欧阳修文", "欧阳某某"),
        ("买买提·吐尔逊", "买某某"),
    ],
)
def test_a_name_becomes_its_surname(name: str, shown: str) -> None:
    assert mask(record(responsible_party=f"局长{name}"), frozenset([name])).responsible_party == f"局长{shown}"


NAMES = frozenset(["高峰", "张三", "张三丰", "李明华", "王芳"])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("高峰期排队过长", "高峰期排队过长"),
        ("在高峰时段加开窗口", "在高峰时段加开窗口"),
        ("高峰、平峰各一岗", "高峰、平峰各一岗"),
        ("由高峰负责复核", "由高某负责复核"),
        ("局长高峰审批", "局长高某审批"),
        ("高峰局长审批", "高某局长审批"),
        ("报高峰同志批准", "报高某同志批准"),
        ("受理（责任人：高峰）", "受理（责任人：高某）"),
        ("责任人 高峰", "责任人 高某"),
        ("高峰", "高某"),
        ("科长（张三、高峰）集体研究", "科长（张某、高某）集体研究"),
        ("高峰、张三等人集体研究", "高某、张某等人集体研究"),
        ("李明华收受礼金", "李某某收受礼金"),
        ("主任张三丰失职", "主任张某某失职"),
        ("主任 王 芳 失职", "主任 王某 失职"),
        ("另有责任人：张三、高峰", "另有责任人：张某、高某"),
        ("有单独的责任主体：高峰", "有单独的责任主体：高某"),
        ("张某和李某某", "张某和李某某"),
    ],
)
def test_short_names_in_sentences_are_masked_where_a_mark_stands_beside_them(text: str, shown: str) -> None:
    masked = mask(record(risk_points=(text,), doubts=(text,), title=text), NAMES)
    assert (masked.risk_points, masked.doubts, masked.title) == ((shown,), (shown,), shown)


@pytest.mark.parametrize(
    ("owner", "shown"),
    [
        ("高峰", "高某"),
        ("张三、张三丰", "张某、张某某"),
        ("财务科 高峰", "财务科 高某"),
        ("王　芳", "王某"),
        ("综合科", "综合科"),
    ],
)
def test_owners_are_always_masked(owner: str, shown: str) -> None:
    masked = mask(record(responsible_party=owner, unit=("甲局", owner)), NAMES)
    assert (masked.responsible_party, masked.unit) == (shown, ("甲局", shown))


def test_an_agency_keeps_its_name_also_as_unit() -> None:
    masked = mask(record(agency="高峰县水利局", unit=("高峰县水利局", "高峰")), NAMES)
    assert (masked.agency, masked.unit) == ("高峰县水利局", ("高峰县水利局", "高某"))


TEXTS = ["title", "power", "stage", "stage_label", "level_label", "responsible_party"]
LISTS = ["risk_points", "control_measures", "monitoring_points", "doubts", "unit"]


def test_no_field_that_may_name_a_person_is_forgotten() -> None:
    values: dict[str, Any] = dict.fromkeys(TEXTS, "局长李明华")
    values |= dict.fromkeys(LISTS, ("局长李明华", "责任人：李明华"))
    one = record(document="名单/李明华.docx", **values)
    masked = mask(one, frozenset(["李明华"]))
    assert "李明华" not in str(masked)
    changed = {field.name for field in fields(Record) if getattr(masked, field.name) != getattr(one, field.name)}
    assert changed == {"document", *TEXTS, *LISTS}
    assert masked.document == "名单/李某某.docx"


def test_without_names_a_record_stays_as_it_is() -> None:
    one = record(responsible_party="张三")
    assert mask(one, frozenset()) is one


def test_what_is_masked_holds_no_more_names() -> None:
    owners = [owner for owner, _ in (*BEFORE, *AFTER)]
    names = names_in(owners)
    masked = [mask(record(responsible_party=owner), names).responsible_party or "" for owner in owners]
    assert names_in(masked) == frozenset()


def test_thousands_of_names_are_looked_for_at_once() -> None:
    surnames, given_names = "赵钱孙李周吴郑王冯陈", [chr(0x4E00 + place) for place in range(1_000)]
    names = frozenset(surname + given_name for surname in surnames for given_name in given_names)
    one = record(risk_points=("对不符合条件的申请人违规受理，收受好处后放宽标准。" * 20,), responsible_party="赵一")
    mask(one, names)
    start = time.perf_counter()
    for _ in range(20):
        assert mask(one, names).responsible_party == "赵某"
    assert time.perf_counter() - start < 2
