"""What plain words say of records; `test_judged.py` asks more questions over our specimens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import understand as one
from index.normal import normal
from index.query import Facet, parse, render
from index.understand import Understood, understand
from pipeline.model import Kind

LONG = "对打击报复举报人员、不按要求报送书面材料、隐瞒事实真相的处罚"
VALUES = {
    Facet.STAGE: {"立案", "决定", "受理", "审查", "调查取证", "送达", "现场勘验"},
    Facet.CATEGORY: {"行政许可", "行政处罚", "行政给付"},
    Facet.UNIT: {"大同市云州区科教局", "基建办", "监察支队", "ABC中心"},
    Facet.POWER: {
        "工伤认定",
        "对违法建设的处罚",
        "国有资产处置审批",
        "备案",
        "校车使用的审查",
        "公共场所卫生许可（新证）",
    }
    | {LONG},
}
TEXTS = ("工伤认定超时", "高风险岗位定期轮换", "措施不力", "超时", "受理条件公开")


def _understood(query: str) -> Understood:
    values = {facet: frozenset(map(normal, VALUES.get(facet, ()))) for facet in Facet}
    return understand(
        parse(query), values.__getitem__, lambda forms: any(all(form in text for form in forms) for text in TEXTS)
    )


SAID = [
    ("决定环节的高风险 贿赂", "环节:决定 等级:高 贿赂"),
    ("高风险 立案", "等级:高 环节:立案"),
    ("立案的高风险", "等级:高 环节:立案"),
    ("受理和审查两个环节的低风险", "等级:低 环节:受理 OR 等级:低 环节:审查"),
    ("高、中风险 贿赂", "等级:高 贿赂 OR 等级:中 贿赂"),
    ("没标等级的 贿赂", "等级:未标明 贿赂"),
    ("一级风险 泄密", "等级:高 泄密"),
    ("行政许可类 泄密", "类别:行政许可 泄密"),
    ("处罚事项 泄密", "类别:行政处罚 泄密"),
    ("待遇给付的高风险", "等级:高 类别:行政给付 待遇"),
    ("科教局负责的 泄密", "单位:科教局 泄密"),
    ("收件环节 泄密", "环节:受理 泄密"),
    ("国有资产处置 贱卖", "职权:国有资产处置 贱卖"),
    ("工伤认定 泄密", "职权:工伤认定 泄密"),
    ("校车审批有什么风险", "职权:校车 风险点:审批"),
    ("监察支队负责的措施", "单位:监察支队 措施"),
    ("监察支队负责的防控措施 公示", "单位:监察支队 措施:公示"),
    ("如何防止泄密", "措施:泄密"),
    ("泄密风险", "风险点:泄密"),
    ("执法中风险", "风险点:执法"),
    ("决定环节、受理环节的贿赂", "环节:决定 贿赂 OR 环节:受理 贿赂"),
    ("决定环节的监管", "环节:决定 监管"),
    ("高风险的管理", "等级:高 管理"),
    ("最高风险 贿赂", "等级:高 贿赂"),
    ("行政许可", "类别:行政许可"),
    ("云州区科教局有哪些高风险", "单位:云州区科教局 等级:高"),
    ("abc中心的高风险", "单位:abc中心 等级:高"),
    ("公共场所卫生许可（新证）的高风险", "职权:公共场所卫生许可(新证) 等级:高"),
]


def _written(understood: Understood) -> set[str]:
    """The alternatives as text, terms in any order; a kind without words by its name."""
    shown = render(understood.query).replace("风险点: ", "风险点 ").replace("措施: ", "措施 ")
    return {" ".join(sorted(part.rstrip(":").split())) for part in shown.split(" OR ")}


@pytest.mark.parametrize(("query", "said"), SAID)
def test_words_become_terms(query: str, said: str) -> None:
    assert _written(_understood(query)) == {" ".join(sorted(part.split())) for part in said.split(" OR ")}


AS_TYPED = [
    "贿赂",
    "提高风险意识",
    "降低风险",
    "强制措施",
    "措施不力",  # stands in a statement
    "受理时限",
    "立案审批表",
    "高风险岗位",
    "工伤认定超时",
    '"决定环节的高风险"',
    "-高风险 贿赂",
    "措施:高风险",
    "等级:高 贿赂",
    "立案",
    "打击报复",  # what others have done, in a power's long name
    "高中",
    "高风险岗位 轮换",  # stand together in a statement
    "校车司机通风报信",  # more than a power's name
]


@pytest.mark.parametrize("query", AS_TYPED)
def test_what_names_nothing_stays_as_it_is(query: str) -> None:
    assert _understood(query) == Understood(parse(query))


def test_what_was_understood_is_told() -> None:
    understood = _understood("监察支队调查取证环节的高风险点 泄密")
    assert set(understood.found) == {
        (Facet.UNIT, "监察支队"),
        (Facet.STAGE, "调查取证"),
        (Facet.LEVEL, "高"),
        (Kind.RISK, ""),
    }
    assert understood.beside == ""
    assert _understood("待遇给付的高风险").beside == "待遇"


_WORDS = (
    *("高", "中", "低", "等级", "级别", "级", "风险", "风险点", "问题", "措施", "办法", "对策", "手段", "防", "预防"),
    *("避免", "杜绝", "应对", "管住", "治理", "监察", "指标", "未", "没有", "一", "三", "有", "哪些", "怎么", "的"),
)
_TALK = st.lists(st.sampled_from(_WORDS), max_size=6).map("".join)


@given(_TALK)
def test_a_pattern_that_is_not_tried_would_not_match(form: str) -> None:
    patterns = [one._LEVEL, one._STEP, one._NO_LEVEL, *(pattern for _, pattern in one._KINDS)]
    for pattern in patterns:
        tried, searched = pattern.search(form), pattern.compiled.search(form)
        assert (tried and tried.span()) == (searched and searched.span())


@given(st.text("甲乙丙", max_size=8), st.frozensets(st.text("甲乙丙", min_size=1, max_size=4), max_size=60))
def test_names_within_a_text_are_those_that_stand_in_it(form: str, names: frozenset[str]) -> None:
    assert set(one._within(form, names)) == {name for name in names if name in form}
