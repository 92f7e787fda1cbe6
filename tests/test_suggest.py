"""What may have been meant by what stands nowhere."""

from collections.abc import Iterator

import pytest

from index import normal as forms
from index.cache import Index
from tests import make_sounds
from tests.helpers import asked, indexed, record

TEXTS = (
    "收受当事人财物",
    "贿赂",
    "徇私舞弊",
    "未一次性告知",
    "集体讨论决定",
    "宴请",
    "吃拿卡要",
    "自由裁量权行使不当",
    "公示结果",
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with indexed(tmp_path_factory.mktemp("index"), [record(risk_points=TEXTS)]) as opened:
        yield opened


MEANT = [
    ("收受材物", "收受财物"),  # sounds alike
    ("贿络", "贿赂"),
    ("徇思舞弊", "徇私舞弊"),  # s and sh
    ("一次兴告知", "一次性告知"),
    ("集休讨论", "集体讨论"),  # looks alike
    ("宴晴", "宴请"),
    ("吃拿卡耍", "吃拿卡要"),
    ("受理环节 会赂", "受理环节 贿赂"),
    ("会赂 -结果", "贿赂 -结果"),
    ('会赂 OR "甲"', None),
    ("自有裁量权", "自由裁量权"),
    ("徇私弊", "徇私舞弊"),  # a character is missing
    ("吃拿卡要了", "吃拿卡要"),  # one too many
]


@pytest.mark.parametrize(("typed", "meant"), MEANT)
def test_a_mistyped_word_is_suggested_as_the_index_has_it(index: Index, typed: str, meant: str | None) -> None:
    result = asked(index, typed)
    assert result.total == 0
    assert result.suggestions[:1] == ((meant,) if meant else ())
    assert len(set(result.suggestions)) == len(result.suggestions)
    assert all(asked(index, other).total > 0 for other in result.suggestions)


@pytest.mark.parametrize(
    "query", ["贿赂", "量子计算机", "让群众跑好几趟", "财物贿赂", '"贿络"', "贿络 OR 宴晴", "受贿", "公车", "贿络" * 30]
)
def test_nothing_is_suggested_without_need_or_ground(index: Index, query: str) -> None:
    assert asked(index, query).suggestions == ()


def test_the_sounds_are_those_of_their_source() -> None:
    assert make_sounds.SOUNDS.read_text("utf-8") == make_sounds.sounds()


def test_traditional_characters_of_gb_2312_are_those_that_opencc_changes() -> None:
    from opencc import OpenCC

    convert = OpenCC("t2s").convert
    both = (bytes((high, low)).decode("gb2312", "ignore") for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF))
    assert {one for one in both if one and convert(one) != one} == forms._TRADITIONAL_IN_GB2312
