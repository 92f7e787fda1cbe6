"""Which text layers are believed: every doubt at its limit and just beside it."""

import unicodedata
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.page.marks import Area, Glyph, Marks, Stroke
from pipeline.extract.page.trust import Doubt, doubt_of

CORPUS = sorted((Path(__file__).parent.parent / "corpus").glob("*.txt"))
WORDS = "把不在清单内的证明写进通知由首问责任人一次告知并登记"  # all of them usual
WIDTH, HEIGHT = 100.0, 200.0


def page(
    text: str = "", covered: float = 0.0, areas: int = 0, strokes: int = 0, guessed: int = 0, more: tuple[str, ...] = ()
) -> Marks:
    """A page with these characters, the first of them `guessed`, and an image over a share of it from the top."""
    glyphs = [Glyph(character, 1, 1, 2, 2) for character in (*text, *more)]
    glyphs = [glyph._replace(confidence=0.7) for glyph in glyphs[:guessed]] + glyphs[guessed:]
    images = (Area(0, 0, WIDTH, HEIGHT * covered, False),) if covered else ()
    drawn = (Area(1, 1, 9, 9),) * areas, (Stroke(1, 1, 9, 9),) * strokes
    return Marks(1, WIDTH, HEIGHT, tuple(glyphs), *drawn, images)


def usual(count: int) -> str:
    """So many usual characters."""
    return (WORDS * (1 + count // len(WORDS)))[:count]


def reason(marks: Marks) -> str | None:
    doubt = doubt_of(marks)
    return doubt.reason if doubt else None


SCAN, PICTURE = "是扫描图像，没有文字层", "只有图像，没有文字"
MOSTLY = "大部分是图像，图像里的文字没有读"
CURVES, MAP, LAYER = "文字已转成曲线", "文字编码不可信", "是扫描图像，文字层由其他程序识别"

LIMITS = [
    (page(), None),
    (page(" \u3000\n"), None),
    (page(covered=1), SCAN),
    (page(covered=0.5), SCAN),
    (page(covered=0.49), PICTURE),
    (page(covered=0.05), PICTURE),
    (page(" ", covered=0.49), PICTURE),
    (page(covered=0.04), None),
    (page(usual(29), covered=0.5), SCAN),
    (page(usual(29) + " " * 99, covered=0.5), SCAN),
    (page(usual(29), covered=0.49), None),
    (page(usual(30), covered=0.5), MOSTLY),
    (page(usual(149), covered=1), MOSTLY),
    (page(usual(150), covered=1), None),
    (page(areas=150, strokes=50), CURVES),
    (page(areas=150, strokes=49), None),
    (page("1", areas=999), None),
    (page(usual(95), more=("\ue000",) * 5), "5 个字符缺少文字编码"),
    (page(usual(94), more=("\ue000",) * 6), "6% 的字符缺少文字编码"),
    (page(more=("\ufffd",) * 9), "100% 的字符缺少文字编码"),
    (page(usual(80), more=("\uf0b7",) * 20), None),
    (page(usual(79), more=("\uf0b7",) * 21), "21% 的字符缺少文字编码"),
    (page(usual(80) + "囍" * 20), None),
    (page(usual(79) + "囍" * 21), MAP),
    (page("囍" * 29), None),
    (page("囍" * 30), MAP),
    (page(usual(80) + "é" * 20), None),
    (page(usual(79) + "é" * 21), MAP),
    (page("é" * 29), None),
    (page("é" * 30), MAP),
    (page(usual(200), guessed=100), None),
    (page(usual(200), guessed=101), LAYER),
    (page(usual(200), covered=1, guessed=200), LAYER),
    (page(usual(100), covered=1, guessed=100), LAYER),
]


@pytest.mark.parametrize(("marks", "expected"), LIMITS)
def test_the_limits_of_each_doubt(marks: Marks, expected: str | None) -> None:
    assert reason(marks) == expected


@pytest.mark.parametrize("unknown", ["\ufffd", "\ue000", "\uf8ff", "\U000f0000", "\x02", "\x80", "\uffff", ""])
def test_what_is_no_character(unknown: str) -> None:
    assert doubt_of(page(usual(99), more=(unknown,))) == Doubt("1 个字符缺少文字编码", usable=True, slight=True)


@pytest.mark.parametrize("known", ["ﬁ", "①", "√", "→", "·", "℃", "\u00ad", "\U00020000", "Ⅳ", "㎡", "☑", "À"])
def test_what_is_one(known: str) -> None:
    assert doubt_of(page(usual(99), more=(known,))) is None


@pytest.mark.parametrize(
    ("marks", "usable"),
    [
        (page(covered=1), False),
        (page(areas=200), False),
        (page(more=("\ufffd",) * 50), False),
        (page("囍" * 50), False),
        (page(usual(40), guessed=40), True),
        (page(usual(40), covered=1), True),
    ],
)
def test_which_text_is_better_than_none(marks: Marks, usable: bool) -> None:
    doubt = doubt_of(marks)
    assert doubt
    assert (doubt.usable, doubt.slight) == (usable, False)


@pytest.mark.parametrize(
    "text",
    [
        "The quick brown fox jumps over the lazy dog, and then once more. " * 3,
        "2023-11-04 15:30 0571-88001234 330102199001011234 " * 3,
        "一、行政许可" + "·" * 60 + "3二、行政处罚" + "·" * 60 + "7",
        "审批（一）：× ÷ ° ± § ¥ " * 8,
    ],
)
def test_other_text_is_believed(text: str) -> None:
    assert doubt_of(page(text)) is None


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "cp1250"])
def test_chinese_bytes_taken_for_western_letters_are_not(encoding: str) -> None:
    assert reason(page(usual(100).encode("gbk").decode(encoding, "ignore"))) == MAP


def test_images_beside_the_page_cover_nothing() -> None:
    """And each as much of it as is seen."""
    beside = (Area(WIDTH, 0, 9 * WIDTH, HEIGHT, False), Area(0, -HEIGHT, WIDTH, 0, False))
    half = Area(-WIDTH, -HEIGHT, WIDTH, HEIGHT / 2, False)
    assert doubt_of(Marks(1, WIDTH, HEIGHT, images=beside)) is None
    assert reason(Marks(1, WIDTH, HEIGHT, images=(*beside, half))) == SCAN


def test_a_scan_in_strips_is_one() -> None:
    strips = tuple(Area(0, 20 * place, WIDTH, 20 * place + 20, False) for place in range(5))
    assert reason(Marks(1, WIDTH, HEIGHT, images=strips)) == SCAN


def test_a_page_without_size_has_no_doubt() -> None:
    assert doubt_of(Marks(1, 0, 0, images=(Area(0, 0, 0, 0, False),))) is None


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
@given(data=st.data())
def test_ordinary_text_is_never_doubted(path: Path, data: st.DataObject) -> None:
    """Whichever part of it stands on a page."""
    text = path.read_text("utf-8")
    start = data.draw(st.integers(0, len(text)))
    assert doubt_of(page(text[start : start + data.draw(st.integers(0, 2000))])) is None


@given(st.integers())
def test_random_characters_are_always_doubted(seed: int) -> None:
    """As a wrong map gives them: less than one in five is usual."""
    dice = Random(seed)
    assert reason(page("".join(chr(dice.randint(0x4E00, 0x9FA5)) for _ in range(400)))) == MAP


@given(st.text(max_size=60), st.floats(0, 1), st.integers(0, 300), st.integers(0, 60))
def test_any_text_has_at_most_one_doubt(text: str, covered: float, areas: int, guessed: int) -> None:
    doubt = doubt_of(page(text, covered, areas, 0, guessed))
    assert doubt is None or (doubt.reason and (doubt.usable or not doubt.slight))
    if not text.strip() and not covered and not areas:
        assert doubt is None or any(unicodedata.category(one) == "Cc" for one in text)
