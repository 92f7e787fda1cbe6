"""What level labels mean: by the words 高, 中 and 低; by scales of three steps; by what the document says of others."""

from collections.abc import Mapping, Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.levels import is_count, is_level, scale_of, word_of
from pipeline.model import Level

LEVELS: Mapping[str, Level | None] = {"高": "高", "中": "中", "低": "低", "-": None}

Case = tuple[str, str, str]  # labels, as many letters of 高, 中, 低 and - for none, what else the document says


def _meant(labels: str, meanings: str) -> dict[str, Level | None]:
    """Labels apart by blanks with what they mean, one letter each."""
    return dict(zip(labels.split(), (LEVELS[one] for one in meanings), strict=True))


# Labels that say it themselves

SAY_HIGH = [
    "高",
    " 高 ",
    "“高”",
    '"高"',
    "高级",
    "高 级",
    "高风险",
    "高等级",
    "高度",
    "高 风 险",
    "高风险点",
    "高等级风险",
    "高级风险",
    "（高）",
    "【高】",
    "高。",
    "高（★★★）",
    "高(★★★)",
    "★★★（高）",
    "高（一级）",
    "一级（高）",
    "A级（高）",
    "红色（高）",
    "高（红）",
    "风险等级：高",
    "廉政风险等级：高级",
    "等级：高",
    "高：可能触犯刑法，造成重大损失",
    "高（可能受到党纪政务处分或者刑事处罚）",
]
TICKED = [
    ("☑高 □中 □低", "高"),
    ("□高 ☑中 □低", "中"),
    ("□高 □中 ☑低", "低"),
    ("□高□中☑低", "低"),
    ("√高 □中 □低", "高"),
    ("■高 □中 □低", "高"),
    ("●高 ○中 ○低", "高"),
    ("○高 ●中 ○低", "中"),
    ("高☑ 中□ 低□", "高"),
    ("高□ 中☑ 低□", "中"),
    ("高□ 中□ 低☑", "低"),
    ("高√ 中 低", "高"),
    ("高 中√ 低", "中"),
    ("高 中 低√", "低"),
    ("高（√）中（ ）低（ ）", "高"),
    ("☑高级 □中级 □低级", "高"),
    ("□高风险 ☑中风险 □低风险", "中"),
    ("高风险□ 中风险□ 低风险☑", "低"),
    ("√高", "高"),
    ("低√", "低"),
]
NOT_SAID = [
    "",
    "级",
    "（级）",
    "（ ）",
    "风险等级",
    "□高 □中 □低",
    "高/中/低",
    "低风险 中风险 高风险",
    "高、中",
    "一级",
    "A级",
    "重大",
    "★★★",
    "▲",
    "红",
    "待定",
]


@pytest.mark.parametrize("label", SAY_HIGH)
def test_a_label_says_its_level(label: str) -> None:
    """And so does that with 中 or 低 in the place of 高."""
    assert word_of(label) == "高"
    for level in ("中", "低"):
        assert word_of(label.replace("高", level)) == level


@pytest.mark.parametrize(
    "label", ["一级（高风险）", "Ⅰ级（高风险）", "A（高风险）", "风险等级：高等风险", "等级：高级风险点"]
)
def test_a_label_says_its_level_behind_another_word(label: str) -> None:
    assert word_of(label) == "高"


@pytest.mark.parametrize(("label", "level"), TICKED)
def test_a_ticked_box_tells_and_empty_ones_do_not(label: str, level: str) -> None:
    assert word_of(label) == level


@pytest.mark.parametrize(
    ("label", "level"),
    [
        ("高（ ）中（√）低（ ）", "中"),
        ("高（ ）、中（ ）、低（√）", "低"),
        ("高（  ） 中（  ） 低（✓）", "低"),
        ("高（ ）中（ ）低（ ）", None),
    ],
)
def test_a_tick_in_brackets_tells_and_empty_ones_do_not(label: str, level: str | None) -> None:
    assert word_of(label) == level


def test_two_ticks_tell_nothing() -> None:
    assert word_of("☑高 ☑中 □低") is None


@pytest.mark.parametrize("label", NOT_SAID)
def test_a_label_that_says_no_level_or_several_has_none(label: str) -> None:
    assert word_of(label) is None


def test_no_label_says_nothing() -> None:
    assert word_of(None) is None


# Counts

COUNTS = [
    "1中2低",
    "1高",
    "2高1中",
    "2高 1中",
    "3（2高 1中）",
    "4(1中3低)",
    "4（1中3低）",
    "1高2中3低",
    "2个高风险，1个低风险",
    "高2中1",
    "高：2 中：1 低：0",
    "高2个、中3个",
    "两高一低",
    "高风险点3个",
    "\uff11中\uff12低",
]
NO_COUNTS = ["高", "中级", "低风险", "一级", "1级", "Ⅰ级", "A", "★★★", "高（1级）", "高（一级）", "1.高", "1、高", ""]


@pytest.mark.parametrize("label", COUNTS)
def test_a_count_is_no_level(label: str) -> None:
    assert is_count(label)
    assert not is_level(label)
    assert scale_of([label], ["风险等级由高到低分为一级、二级、三级"]) == {label: None}


@pytest.mark.parametrize("label", NO_COUNTS)
def test_a_level_is_no_count(label: str) -> None:
    assert not is_count(label)


# What is a level at all

STEPS = [
    *("一级", "二级", "三级", "四级", "一等", "二类", "一级风险", "二级风险", "（一级）", "1级", "2级", "3级"),
    *("Ⅰ级", "Ⅱ级", "Ⅲ级", "Ⅳ级", "Ⅰ", "Ⅱ", "Ⅲ", "I级", "II级", "III级", "I", "II", "III"),
    *("A级", "B级", "C级", "D级", "A", "B", "C", "A类", "B类", "C类", "A级风险", "“A级”"),
    *("红", "橙", "黄", "蓝", "红色", "橙色", "黄色", "蓝色", "红色预警"),
    *("重大", "较大", "一般", "重大风险", "较大风险", "一般风险"),
    *("★★★", "★★", "★", "☆☆☆", "▲", "▲▲", "▲▲▲"),
]
SENTENCES = [
    "收受当事人财物",
    "一次性告知申请人所需材料",
    "由三人以上集体研究",
    "一级科员",
    "A公司",
    "重大事项集体决策",
    "一般不予受理",
    "红包",
    "三重一大",
    "",
    "无",
]
WORDS_WITHIN_NAMES = ["低保", "中介", "中标", "高新区", "中层干部", "高明", "中心"]


@pytest.mark.parametrize("label", [*STEPS, *SAY_HIGH, "高级", "中", "低风险"])
def test_a_level_of_any_scale_is_a_level(label: str) -> None:
    assert is_level(label)


@pytest.mark.parametrize("text", SENTENCES)
def test_a_sentence_is_no_level(text: str) -> None:
    assert not is_level(text)


@pytest.mark.parametrize("text", WORDS_WITHIN_NAMES)
def test_a_name_that_holds_a_level_word_is_no_level(text: str) -> None:
    assert not is_level(text)


# Scales of three steps: the usual direction

THREE: list[Case] = [
    ("高 中 低", "高中低", ""),
    ("高级 中级 低级", "高中低", ""),
    ("高风险 中风险 低风险", "高中低", ""),
    ("一级 二级 三级", "高中低", ""),
    ("一级风险 二级风险 三级风险", "高中低", ""),
    ("一 二 三", "高中低", ""),
    ("一等 二等 三等", "高中低", ""),
    ("一类 二类 三类", "高中低", ""),
    ("1级 2级 3级", "高中低", ""),
    ("1 2 3", "高中低", ""),
    ("Ⅰ级 Ⅱ级 Ⅲ级", "高中低", ""),
    ("Ⅰ Ⅱ Ⅲ", "高中低", ""),
    ("I级 II级 III级", "高中低", ""),
    ("I II III", "高中低", ""),
    ("Ⅰ级 I级 II级 Ⅲ级", "高高中低", ""),
    ("A级 B级 C级", "高中低", ""),
    ("A B C", "高中低", ""),
    ("a b c", "高中低", ""),
    ("\uff21级 \uff22级 \uff23级", "高中低", ""),
    ("A类 B类 C类", "高中低", ""),
    ("红 橙 黄", "高中低", ""),
    ("红色 橙色 黄色", "高中低", ""),
    ("红色预警 橙色预警 黄色预警", "高中低", ""),
    ("★★★ ★★ ★", "高中低", ""),
    ("☆☆☆ ☆☆ ☆", "高中低", ""),
    ("▲▲▲ ▲▲ ▲", "高中低", ""),
    ("●●● ●● ●", "高中低", ""),
    ("重大 较大 一般", "高中低", ""),
    ("重大风险 较大风险 一般风险", "高中低", ""),
    ("高 中 一般", "高中低", ""),
    ("高风险 中风险 一般风险", "高中低", ""),
    ("高（★★★） 中（★★） 低（★）", "高中低", ""),
    ("一级 三级", "高低", ""),
    ("二级 三级", "中低", ""),
    ("三级", "低", ""),
    ("Ⅲ级", "低", ""),
    ("C级", "低", ""),
    ("★★★ ★", "高低", ""),
    ("★★★", "高", ""),
    ("较大 一般", "中低", ""),
]


@pytest.mark.parametrize(("labels", "meanings", "said"), THREE)
def test_three_steps_have_their_usual_direction(labels: str, meanings: str, said: str) -> None:
    assert scale_of(labels.split(), [said]) == _meant(labels, meanings)


@pytest.mark.parametrize("labels", ["严重 较重 轻微", "严重 一般 轻微"])
def test_three_steps_in_rarer_words(labels: str) -> None:
    assert scale_of(labels.split(), []) == _meant(labels, "高中低")


# Scales of two and four steps, and what else nobody can know

UNKNOWN = [
    "一级 二级",
    "一级",
    "二级",
    "1级 2级",
    "Ⅰ级 Ⅱ级",
    "I级 II级",
    "A级 B级",
    "A B",
    "A",
    "★★ ★",
    "★",
    "▲",
    "红 黄",
    "红色",
    "重大 一般",
    "重大",
    "一般",
    "一级 二级 三级 四级",
    "Ⅰ级 Ⅱ级 Ⅲ级 Ⅳ级",
    "A B C D",
    "红 橙 黄 蓝",
    "红色 橙色 黄色 蓝色",
    "★★★★ ★★★ ★★ ★",
    "▲▲▲ ▲▲ ▲ 一般风险",
    "▲▲▲ ▲▲ ▲ 一般",
    "一级 二级 三级 四级 五级",
    "级 （级）",
    "待定",
]


@pytest.mark.parametrize("labels", UNKNOWN)
def test_other_scales_mean_nothing_by_themselves(labels: str) -> None:
    assert scale_of(labels.split(), ["廉政风险点及等级一览表"]) == dict.fromkeys(labels.split())


def test_four_steps_of_words_mean_nothing_by_themselves() -> None:
    labels = "特别重大 重大 较大 一般"
    assert scale_of(labels.split(), []) == _meant(labels, "----")


def test_the_four_steps_of_safety_lists_mean_nothing_by_themselves() -> None:
    """Of four steps the document has to say which end is high, though one of them is a level word."""
    labels = "重大风险 较大风险 一般风险 低风险"
    assert scale_of(labels.split(), []) == _meant(labels, "----")
    assert scale_of(labels.split(), ["风险等级由高到低为重大、较大、一般、低"]) == _meant(labels, "高中中低")


# What documents say

TOLD: list[Case] = [
    # two steps
    ("一级 二级", "高低", "风险等级由高到低分为一级、二级。"),
    ("一级 二级", "高低", "风险等级由高到低分为一、二级。"),
    ("一级 二级", "低高", "风险等级由低到高分为一级、二级。"),
    ("一级 二级", "高低", "一级为高风险，二级为低风险。"),
    ("一级 二级", "高低", "注：一级最高。"),
    ("一级 二级", "低高", "注：二级为最高级。"),
    ("一级 二级", "低高", "一级为最低。"),
    ("Ⅰ级 Ⅱ级", "高低", "按风险由高到低分为Ⅰ级、Ⅱ级"),
    ("Ⅰ级 Ⅱ级", "高低", "按风险由高到低分为I级、II级"),
    ("I级 II级", "高低", "按风险由高到低分为Ⅰ级、Ⅱ级"),
    ("A级 B级", "高低", "A级为高风险，B级为低风险"),
    ("A级 B级", "高低", "A级为高风险、B级为一般风险"),
    ("A级 B级", "高低", "A级最高，B级次之"),
    ("A B", "高低", "风险等级：A表示高，B表示低"),
    ("A B", "低高", "风险等级：A代表低，B代表高"),
    ("A级 B级", "低高", "风险等级从低到高依次为A级、B级"),
    ("★★ ★", "高低", "★★表示高，★表示低"),
    ("★★ ★", "高低", "★越多风险越高"),
    ("重大 一般", "高低", "风险由高到低分为重大、一般两级"),
    ("重大 一般", "高低", "重大为高风险，一般为低风险"),
    ("重大 一般", "高低", "风险分重大、一般两级，重大为最高级"),
    ("红 黄", "高低", "红色为高风险，黄色为低风险"),
    # two seen of three that are told
    ("A级 B级", "高中", "由高到低分为A、B、C三级"),
    ("A级 B级", "高中", "风险等级分为A级、B级、C级三个等级，A级最高"),
    ("一级 二级", "高中", "风险等级分为三级，一级最高，三级最低"),
    ("重大 一般", "高低", "分为重大、较大、一般三级，重大为最高级"),
    ("★★ ★", "中低", "★★★表示高，★★表示中，★表示低"),
    # three steps, the usual direction said once more
    ("一级 二级 三级", "高中低", "风险等级由高到低 一、二、三级"),
    ("一级 二级 三级", "高中低", "由低到高 三级、二级、一级"),
    ("一级 二级 三级", "高中低", "高风险（一级）、中风险（二级）、低风险（三级）"),
    ("一级 二级 三级", "高中低", "廉政风险等级分为高（一级）、中（二级）、低（三级）三个等级"),
    ("一级 二级 三级", "高中低", "一级风险：高；二级风险：中；三级风险：低"),
    ("Ⅰ级 Ⅱ级 Ⅲ级", "高中低", "风险等级分为Ⅰ级（高）、Ⅱ级（中）、Ⅲ级（低）"),
    ("Ⅰ Ⅱ Ⅲ", "高中低", "Ⅰ、Ⅱ、Ⅲ级分别表示风险由高到低"),
    ("A级 B级 C级", "高中低", "A级为高风险，B级为中风险，C级为低风险"),
    ("A B C", "高中低", "A-高风险；B-中风险；C-低风险"),
    ("★★★ ★★ ★", "高中低", "★★★表示高，★★表示中，★表示低"),
    ("★★★ ★★ ★", "高中低", "★★★：高；★★：中；★：低"),
    ("红 橙 黄", "高中低", "风险由高到低分别用红、橙、黄表示"),
    ("红 黄 橙", "高低中", "风险等级按红、黄、橙标注"),
    ("红 橙 黄", "高中低", "高风险用红色、中风险用橙色、低风险用黄色标注"),
    ("重大 较大 一般", "高中低", "分为重大、较大、一般三级，重大为最高级"),
    # reversed
    ("一级 二级 三级", "低中高", "风险等级由低到高分为一级、二级、三级"),
    ("一级 二级 三级", "低中高", "风险等级从低到高依次为一、二、三级"),
    ("一级 二级 三级", "低中高", "一级、二级、三级风险由低到高"),
    ("一级 二级 三级", "低中高", "三级最高"),
    ("一级 二级 三级", "低中高", "三级为最高等级，一级为最低等级"),
    ("一级 二级 三级", "低中高", "一级最低"),
    ("一级 二级 三级", "低中高", "一级为低风险，二级为中风险，三级为高风险"),
    ("一级 二级 三级", "低中高", "低风险（一级）、中风险（二级）、高风险（三级）"),
    ("1级 2级 3级", "高中低", "数字越小风险越高"),
    ("Ⅰ级 Ⅱ级 Ⅲ级", "低中高", "注：风险等级由低到高分为Ⅰ级、Ⅱ级、Ⅲ级。"),
    ("Ⅰ级 III级", "低高", "注：风险等级由低到高分为Ⅰ级、Ⅱ级、Ⅲ级。"),
    ("A级 B级 C级", "低中高", "C级最高、A级最低"),
    ("A B C", "低中高", "A为低风险，B为中风险，C为高风险"),
    ("★★★ ★★ ★", "低中高", "★表示高，★★表示中，★★★表示低"),
    ("★★★ ★★ ★", "低中高", "★越多风险越低"),
    # four steps
    ("一级 二级 三级 四级", "高中中低", "由高到低分为一、二、三、四级"),
    ("一级 二级 三级 四级", "低中中高", "由低到高分为一级、二级、三级、四级"),
    ("一级 二级 三级 四级", "高中中低", "风险等级共四级，一级最高"),
    ("一级 二级 三级", "高中中", "风险分为一级、二级、三级、四级，一级最高"),
    ("Ⅰ级 Ⅱ级 Ⅲ级 Ⅳ级", "高中中低", "风险等级由高到低分为Ⅰ级、Ⅱ级、Ⅲ级、Ⅳ级"),
    ("A B C D", "高中中低", "A为最高，D为最低"),
    ("红 橙 黄 蓝", "高中中低", "由高到低依次为红、橙、黄、蓝"),
    ("红色 橙色 黄色 蓝色", "高中中低", "红色为最高等级"),
    ("▲▲▲ ▲▲ ▲ 一般风险", "高中中低", "风险由高到低为▲▲▲、▲▲、▲、一般风险"),
    ("▲▲▲ ▲▲ ▲ 一般风险", "高中中低", "风险等级由高到低依次为：▲▲▲、▲▲、▲、一般风险。"),
    ("重大 较大 一般 低", "高中中低", "风险由高到低分为重大、较大、一般、低"),
    # three steps of colours that the document counts
    ("红 黄 蓝", "高中低", "风险由高到低分为红、黄、蓝三级"),
    ("红色 黄色 蓝色", "高中低", "红色为高风险，黄色为中风险，蓝色为低风险"),
    # words keep their meaning, whatever is said
    ("高 中 低", "高中低", "风险等级由低到高分为一级、二级、三级"),
    ("高 中 低", "高中低", "高、中、低三级，由低到高"),
    ("高级 一级 二级", "高高低", "风险等级由高到低分为一级、二级"),
    # the labels themselves say it
    ("一级（高） 一级 二级", "高高低", ""),
    # what is said of something else
    ("高 中 低 1中2低", "高中低-", ""),
]


@pytest.mark.parametrize(("labels", "meanings", "said"), TOLD)
def test_a_document_says_which_end_is_high(labels: str, meanings: str, said: str) -> None:
    """The top is 高, the bottom 低, what stands between is 中."""
    assert scale_of(labels.split(), [said]) == _meant(labels, meanings)


@pytest.mark.parametrize("said", ["数字越大风险越高", "级数越大，风险越高"])
def test_larger_numbers_may_be_higher(said: str) -> None:
    assert scale_of(["1级", "2级", "3级"], [said]) == {"1级": "低", "2级": "中", "3级": "高"}


@pytest.mark.parametrize(
    ("labels", "meanings", "said"),
    [
        ("一级 二级", "高中", "风险等级分为一级、二级、三级"),
        ("A B", "高中", "风险等级（A/B/C）"),
        ("红 黄 蓝", "高中低", "风险等级分为红、黄、蓝三级"),
        ("一级 二级 三级", "---", "风险等级分为一级、二级、三级、四级"),
    ],
)
def test_a_document_says_how_many_steps_there_are(labels: str, meanings: str, said: str) -> None:
    """Three have their usual direction, even where not all of them occur; four have none."""
    assert scale_of(labels.split(), [said]) == _meant(labels, meanings)


@pytest.mark.parametrize(
    ("label", "level"),
    [
        ("☑一级 □二级 □三级", "高"),
        ("□一级 ☑二级 □三级", "中"),
        ("A□ B□ C☑", "低"),
    ],
)
def test_a_ticked_step_is_a_step_of_all_that_could_be_ticked(label: str, level: str) -> None:
    assert scale_of([label], []) == {label: level}


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ("一级 二级", "一级建造师不足两人的单位中标"),
        ("A级 B级", "评定A级纳税人时把关不严，降低标准"),
        ("一级 二级", "二级以上医院的证明，标准高低不一"),
        ("★ ★★", "★表示重要岗位"),
        ("重大 一般", "重大事项集体研究，一般事项由分管领导决定"),
        ("重大 一般", "违反重大决策程序，最高可给予开除处分"),
    ],
)
def test_sentences_about_other_things_say_nothing_of_levels(labels: str, said: str) -> None:
    assert scale_of(labels.split(), [said]) == dict.fromkeys(labels.split())


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ("一级 二级", "按评分由高到低确定一、二、三名中标候选人"),
        ("A B", "由A、B两岗分别审查，从高到低排序"),
        ("A B", "投标报价由低到高排列为A、B、C三家"),
    ],
)
def test_an_order_of_other_things_says_nothing_of_levels(labels: str, said: str) -> None:
    assert scale_of(labels.split(), [said]) == dict.fromkeys(labels.split())


def test_statements_stand_anywhere_in_a_document() -> None:
    texts = [
        "某局廉政风险点一览表",
        "收受当事人财物",
        "定期轮岗",
        "注：1.本表由各科室填写。",
        "2.A级为高风险，B级为低风险。",
    ]
    assert scale_of(["A级", "B级"], texts) == {"A级": "高", "B级": "低"}


def test_labels_of_several_scales_have_each_their_own_meaning() -> None:
    """Only the scale of which something is said follows that."""
    labels = ["一级", "二级", "三级", "A", "B", "高"]
    expected = {"一级": "低", "二级": "中", "三级": "高", "A": None, "B": None, "高": "高"}
    assert scale_of(labels, ["风险等级由低到高分为一级、二级、三级"]) == expected


def test_no_labels_mean_nothing() -> None:
    assert scale_of([], ["由高到低分为一级、二级"]) == {}


# Properties

WORD = st.sampled_from(("高", "中", "低"))
BEFORE = ("", " ", "“", "（", "廉政风险", "★★", "一级")
AFTER = ("", " ", "级", "风险", "等级", "级风险", "风险点", " 级", "（★★★）", "（一级）", "（A）", "”", "）", "。")
OTHERS = (
    "高",
    "中级",
    "低风险",
    "一级",
    "二级",
    "三级",
    "四级",
    "Ⅰ级",
    "II级",
    "A",
    "B级",
    "红",
    "黄色",
    "一般",
    "★★",
    "▲",
    "1中2低",
    "",
)
STATEMENTS = (
    "由低到高分为一级、二级、三级",
    "由高到低分为A、B",
    "一级最低",
    "高、中、低三级，由低到高",
    "★越多风险越低",
    "重大为最高级",
    "三级为高风险",
    "低风险用红色标注",
)
UNRELATED = (
    "沅溪县水务局廉政风险点一览表",
    "收受申请人财物，违规办理",
    "泄露应当保密的信息",
    "建立台账，专人负责登记",
    "双人复核并签字",
    "填表人：方予宁    审核人：夏望舒",
    "政策法规科",
    "防控措施",
    "责任人：秦怀舟",
    "2023年6月15日",
)


@given(
    st.sampled_from(BEFORE),
    WORD,
    st.sampled_from(AFTER),
    st.lists(st.sampled_from(OTHERS)),
    st.lists(st.sampled_from(STATEMENTS) | st.text(max_size=20)),
)
def test_a_label_with_one_level_word_means_it_whatever_else_is_said(
    before: str, word: str, after: str, others: list[str], texts: list[str]
) -> None:
    label = before + word + after
    assert scale_of([*others, label], texts)[label] == word


@given(
    st.lists(st.sampled_from(OTHERS), unique=True),
    st.lists(st.sampled_from(STATEMENTS), max_size=1),
    st.randoms(use_true_random=False),
)
def test_the_order_of_labels_changes_nothing(labels: list[str], texts: list[str], random: Random) -> None:
    shuffled = list(labels)
    random.shuffle(shuffled)
    assert scale_of(shuffled, texts) == scale_of(labels, texts)


@given(
    st.lists(st.sampled_from(OTHERS), unique=True),
    st.lists(st.sampled_from(STATEMENTS), max_size=1),
    st.lists(st.sampled_from(UNRELATED)),
    st.lists(st.sampled_from(UNRELATED)),
)
def test_unrelated_texts_change_nothing(
    labels: list[str], texts: list[str], above: list[str], below: list[str]
) -> None:
    assert scale_of(labels, [*above, *texts, *below]) == scale_of(labels, texts)


@given(st.lists(st.sampled_from(OTHERS)), st.lists(st.text(max_size=30), max_size=5))
def test_every_label_has_a_meaning_or_none(labels: Sequence[str], texts: list[str]) -> None:
    found = scale_of(labels, texts)
    assert list(found) == list(dict.fromkeys(labels))
    assert set(found.values()) <= set(LEVELS.values())
