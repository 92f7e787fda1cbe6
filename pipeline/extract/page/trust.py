"""Whether the text of a page can be believed: characters may be missing, unknown, or others than are printed."""

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.extract.page.marks import Glyph, Marks

__all__ = ["Doubt", "doubt_of"]

COVERED = 0.5  # the share of a page that images cover when it is a scan
PICTURED = 0.05  # the share from which a page without any text is a picture; a logo takes less
FEW = 30  # characters; a scan may have a stamp or a page number in text
SPARSE = 150  # characters; a chart has more, so that beside so few the picture may be one
DRAWN = 200  # outlines and lines on a page without any text: its words were made outlines
UNKNOWN = 0.05  # the share of unknown characters from which the text has holes
STRANGE = (
    0.2  # the share of rare 汉字, of letters that no Chinese text has, or of symbols, from which it is another text
)


class Doubt(NamedTuple):
    """Why the text of a page cannot be taken as it stands, for the user.

    `usable`: it is better than none; `slight`: it is better than what would be recognised in the image of the page.
    """

    reason: str
    usable: bool = False
    slight: bool = False


def doubt_of(marks: Marks) -> Doubt | None:
    """What is wrong with the text of a page; None if nothing is, or if nothing is printed."""
    inked = [glyph for glyph in marks.glyphs if not glyph.text.isspace()]
    return _of_pictures(marks, inked) or _of_text(inked)


def _of_pictures(marks: Marks, inked: Sequence[Glyph]) -> Doubt | None:
    """What is wrong with a page whose words may be drawn."""
    covered = _covered(marks)
    if len(inked) < FEW and covered >= COVERED:
        return Doubt("是扫描图像，没有文字层")
    if not inked and covered >= PICTURED:
        return Doubt("只有图像，没有文字")
    if not inked and len(marks.areas) + len(marks.strokes) >= DRAWN:
        return Doubt("文字已转成曲线")
    if len(inked) < SPARSE and covered >= COVERED and not _is_guessed(inked):
        return Doubt("大部分是图像，图像里的文字没有读", usable=True)
    return None


def _of_text(inked: Sequence[Glyph]) -> Doubt | None:
    """What is wrong with characters, blanks left out."""
    holes = sum(map(_is_unknown, inked))
    symbols = sum(map(_is_symbol, inked))
    if holes > UNKNOWN * len(inked) or symbols > STRANGE * len(inked):
        return Doubt(f"{100 * (holes + symbols) // len(inked)}% 的字符缺少文字编码")
    if _is_strange(inked):
        return Doubt("文字编码不可信")
    if _is_guessed(inked):
        return Doubt("是扫描图像，文字层由其他程序识别", usable=True)
    if holes:
        return Doubt(f"{holes} 个字符缺少文字编码", usable=True, slight=True)
    return None


def _is_unknown(glyph: Glyph) -> bool:
    """Whether the file does not tell what a glyph is: no code, a private one, or a control character."""
    if not glyph.text or glyph.text == "\ufffd":
        return True
    return unicodedata.category(glyph.text[0]) in ("Co", "Cn", "Cc", "Cs") and not _is_symbol(glyph)


def _is_symbol(glyph: Glyph) -> bool:
    """Whether it has the code of a symbol font, as the bullets of Wingdings: a word it is not."""
    return "\uf020" <= glyph.text[:1] <= "\uf0ff"


def _is_guessed(inked: Sequence[Glyph]) -> bool:
    return sum(glyph.confidence < 1 for glyph in inked) > 0.5 * len(inked)


def _covered(marks: Marks) -> float:
    """How much of the page images cover; of images upon one another the sum, at most 1."""
    across = [min(image.x1, marks.width) - max(image.x0, 0.0) for image in marks.images]
    down = [min(image.bottom, marks.height) - max(image.top, 0.0) for image in marks.images]
    seen = sum(max(0.0, x) * max(0.0, y) for x, y in zip(across, down, strict=True))
    return min(1.0, seen / max(1.0, marks.width * marks.height))


def _is_strange(inked: Sequence[Glyph]) -> bool:
    """Whether most of the text is made of what a character map that is wrong gives.

    Of 汉字 in running text over 99 % are among the 3,755 of the first level of GB 2312.
    """
    han = [glyph.text[0] for glyph in inked if "\u4e00" <= glyph.text[:1] <= "\u9fff"]
    odd = sum(not _is_common(char) for char in han)
    western = sum("\u00c0" <= glyph.text[:1] <= "\u024f" for glyph in inked)
    return (len(han) >= FEW and odd > STRANGE * len(han)) or (len(inked) >= FEW and western > STRANGE * len(inked))


def _is_common(char: str) -> bool:
    try:
        return b"\xb0" <= char.encode("gb2312")[:1] <= b"\xd7"
    except UnicodeEncodeError:
        return False
