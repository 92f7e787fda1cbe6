"""Whether the text of a page can be believed: characters may be missing, unknown, or others than are printed."""

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.extract.page.marks import Glyph, Marks

__all__ = ["Doubt", "doubt_of"]

COVERED = 0.5  # the share of a page that images cover when it is a scan
FEW = 30  # characters; a scan may have a stamp or a page number in text
DRAWN = 200  # outlines and lines on a page without any text: its words were made outlines
UNKNOWN = 0.05  # the share of unknown characters from which the text has holes
STRANGE = 0.2  # the share of rare 汉字, or of letters that no Chinese text has, from which the text is another one


class Doubt(NamedTuple):
    """Why the text of a page cannot be taken as it stands, for the user; `usable`: better than none."""

    reason: str
    usable: bool = False


def doubt_of(marks: Marks) -> Doubt | None:
    """What is wrong with the text of a page; None if nothing is, or if nothing is printed."""
    inked = [glyph for glyph in marks.glyphs if not glyph.text.isspace()]
    if len(inked) < FEW and _covered(marks) >= COVERED:
        return Doubt("是扫描图像，没有文字层")
    if not inked:
        return Doubt("文字已转成曲线") if len(marks.areas) + len(marks.strokes) >= DRAWN else None
    holes = sum(map(_unknown, inked))
    if holes > UNKNOWN * len(inked):
        return Doubt(f"{100 * holes // len(inked)}% 的字符缺少文字编码")
    if _is_strange(inked):
        return Doubt("文字编码不可信")
    if sum(glyph.confidence < 1 for glyph in inked) > 0.5 * len(inked):
        return Doubt("是扫描图像，文字层由其他程序识别", usable=True)
    if holes:
        return Doubt(f"{holes} 个字符缺少文字编码", usable=True)
    return None


def _unknown(glyph: Glyph) -> bool:
    """Whether the file does not tell what a glyph is: no code, a private one, or a control character."""
    return glyph.text == "\ufffd" or unicodedata.category(glyph.text[0]) in ("Co", "Cn", "Cc", "Cs")


def _covered(marks: Marks) -> float:
    """How much of the page images cover; of images upon one another the sum, at most 1."""
    size = max(1.0, marks.width * marks.height)
    return min(1.0, sum((image.x1 - image.x0) * (image.bottom - image.top) for image in marks.images) / size)


def _is_strange(inked: Sequence[Glyph]) -> bool:
    """Whether most of the text is made of what a character map that is wrong gives.

    Of 汉字 in running text over 99 % are among the 3,755 of the first level of GB 2312.
    """
    han = [glyph.text for glyph in inked if "\u4e00" <= glyph.text[0] <= "\u9fff"]
    odd = sum(not _is_common(text[0]) for text in han)
    western = sum("\u00a1" <= glyph.text[0] <= "\u024f" for glyph in inked)
    return (len(han) >= FEW and odd > STRANGE * len(han)) or (len(inked) >= FEW and western > STRANGE * len(inked))


def _is_common(char: str) -> bool:
    try:
        return b"\xb0" <= char.encode("gb2312")[:1] <= b"\xd7"
    except UnicodeEncodeError:
        return False
