"""What people say for what charts write: the file of concepts, and which of them a query speaks of."""

from pathlib import Path

import pytest

from index import lexicon
from index.lexicon import Concept, concepts, spoken_of
from index.normal import normal
from pipeline.errors import LexiconBroken
from pipeline.model import Kind
from tests.helpers import asked, indexed, record

OURS = Path(lexicon.__file__).with_name("lexicon.txt")
MINE = """
# 自己的词典
[风险]
摘桃子 | 桃…摘走 = 冒领 成果 | 抢功 ~ 表彰
[中性]
小黄本 = 登记簿
"""


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "词典.txt"
    path.write_text(MINE, "utf-8")
    monkeypatch.setenv("LIANTU_LEXICON", str(path))
    return path


def _spoken(query: str) -> dict[str, bool]:
    return {concept.name: said for concept, said in spoken_of(normal(query)) if concept.name in ("摘桃子", "小黄本")}


def test_a_line_is_a_concept_and_a_head_says_what_it_is_about(mine: Path) -> None:
    assert list(concepts()[-2:]) == [
        Concept("摘桃子", (("摘桃子",), ("桃", "摘走")), (("冒领", "成果"), ("抢功",)), (("表彰",),), Kind.RISK),
        Concept("小黄本", (("小黄本",),), (("登记簿",),), (), None),
    ]


SPOKEN = [
    ("领导爱摘桃子", {"摘桃子": True}),
    ("桃被别人摘走了", {"摘桃子": True}),
    ("桃树上的那么多果子都被摘走", {}),  # the gap is too wide
    ("摘走桃子", {}),  # the other way round
    ("抢功", {"摘桃子": False}),
    ("成果被冒领", {"摘桃子": False}),
    ("冒领奖金", {}),  # a part of a word
    ("把小黄本摘桃子", {"摘桃子": True, "小黄本": True}),
    ("小 黃本", {"小黄本": True}),  # traditional, with a blank
]


@pytest.mark.parametrize(("query", "spoken"), SPOKEN)
def test_a_query_speaks_of_what_it_says_or_names(mine: Path, query: str, spoken: dict[str, bool]) -> None:
    assert _spoken(query) == spoken


def test_what_stands_within_something_longer_does_not_count(mine: Path) -> None:
    mine.write_text("摘桃子 = 冒领\n上山摘桃子玩 = 春游\n", "utf-8")
    names = {concept.name for concept, _ in spoken_of("上山摘桃子玩")}
    assert "上山摘桃子玩" in names
    assert "摘桃子" not in names


def test_separators_may_be_of_full_width(mine: Path) -> None:
    mine.write_text("摘桃子｜抢果子 ＝ 冒领 ～ 表彰\n", "utf-8")
    assert _spoken("有人抢果子") == {"摘桃子": True}


def test_a_lexicon_of_the_users_own_finds_what_no_other_would(mine: Path, folder: Path) -> None:
    texts = ("冒领他人成果申报奖项", "登记簿缺页", "无故拖延", "截留资金", "现场检查不到位")
    with indexed(folder, [record(risk_points=texts)]) as index:
        assert [hit.statement for hit in asked(index, "有人摘桃子").hits][:1] == ["冒领他人成果申报奖项"]  # type: ignore[union-attr]
        assert asked(index, "有人摘桃子").hits[0].why is None  # type: ignore[union-attr]
        why = asked(index, "有人摘桃子", explain=True).hits[0].why  # type: ignore[union-attr]
        assert why is not None
        assert why.concepts["摘桃子"] == ("冒领…成果",)


BROKEN = [
    ("只有说法", "第 1 行: 不合格式"),
    ("[风险]\n甲 = 乙 = 丙", "第 2 行: 不合格式"),
    ("甲 ~ 乙 = 丙", "第 1 行: 不合格式"),
    ("甲 = 乙\n = 乙", "第 2 行: “=”的两边都要有词"),
    ("甲 | 乙 = ~ 丙", "第 1 行: “=”的两边都要有词"),
]


@pytest.mark.parametrize(("text", "message"), BROKEN)
def test_a_line_that_is_none_is_named(mine: Path, text: str, message: str) -> None:
    mine.write_text(text, "utf-8")
    with pytest.raises(LexiconBroken, match=f"{mine.name} {message}"):
        concepts()


@pytest.mark.parametrize(("data", "message"), [(None, "读不了"), (b"\xff\xfe\x00", "不是 UTF-8 文本")])
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes | None, message: str
) -> None:
    path = tmp_path / f"词典{message}.txt"
    if data is not None:
        path.write_bytes(data)
    monkeypatch.setenv("LIANTU_LEXICON", str(path))
    with pytest.raises(LexiconBroken, match=message):
        spoken_of("甲")


def test_ours_covers_the_field_and_is_its_own_normal_form() -> None:
    ours = concepts()
    assert len(ours) >= 300
    assert {concept.kind for concept in ours} == {Kind.RISK, Kind.MEASURE, None}
    for concept in ours:
        for word in (*concept.sayings, *concept.words, *concept.related):
            assert all(part == normal(part) for part in word), word
            assert len("".join(word)) >= 2, word


def test_no_concept_of_ours_stands_twice() -> None:
    names = [concept.name for concept in concepts()]
    assert len(set(names)) == len(names)


# One for each of the colloquialisms that the field is known for, with a word that charts use for it.
KNOWN = [
    ("吃拿卡要", "索取"),
    ("走过场", "流于形式"),
    ("通风报信", "泄露"),
    ("乱收费", "收费"),
    ("推诿扯皮", "推诿"),
    ("雁过拔毛", "索取"),
    ("以权谋私", "谋取"),
    ("优亲厚友", "亲友"),
    ("吃空饷", "空饷"),
    ("小金库", "账外"),
    ("三重一大", "集体"),
]


@pytest.mark.parametrize(("saying", "word"), KNOWN)
def test_the_fields_colloquialisms_are_there(saying: str, word: str) -> None:
    words = [part for concept, _ in spoken_of(saying) for one in (*concept.words, *concept.related) for part in one]
    assert any(word in part or part in word for part in words)
