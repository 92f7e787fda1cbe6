"""What the paragraphs of a Word story say: their lines, the drawings anchored in them, the breaks behind them."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from pipeline.extract.word.flow import text_width
from pipeline.extract.word.xml import Element, attribute, child, children, local

__all__ = ["Row", "blocks", "framed", "plain_lines", "rows", "whole"]

TAB = 21.0  # points from one default tab stop to the next in Chinese templates
WRAPPINGS = frozenset({"sdt", "sdtContent", "customXml", "ins", "moveTo"})
INLINE = WRAPPINGS | {"r", "hyperlink", "smartTag", "fldSimple", "dir", "bdo", "ruby", "rubyBase", "oMath", "oMathPara"}
DRAWINGS = frozenset({"drawing", "pict", "object"})
TEXTS = {"tab": "\t", "ptab": "\t", "cr": "\n", "noBreakHyphen": "-"}
PRIVATE = re.compile("[\ue000-\uf8ff]")  # characters of symbol fonts, which mean nothing outside these
WORDLESS = frozenset({"drop", "margin"})  # kinds of drop caps, which belong to the text beside them


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a paragraph as its author broke it: the drawings with the text before each, and the break behind it.

    `ends` is `line`, `page`, `column` or, at the end of the paragraph, empty; `rendered` if Word last broke the page
    before or within this line.
    """

    text: str
    drawings: tuple[tuple[str, Element], ...] = ()
    ends: str = ""
    rendered: bool = False


def blocks(story: Element) -> Iterator[Element]:
    """The paragraphs and tables of a story, out of their wrappings."""
    for one in children(story):
        if local(one) in ("p", "tbl"):
            yield one
        elif local(one) in WRAPPINGS:
            yield from blocks(one)


def framed(found: Iterable[Element]) -> Iterator[list[Element]]:
    """The blocks one by one, neighbouring paragraphs of one frame together (ISO 29500-1, 17.3.1.11)."""
    group: list[Element] = []
    for block in found:
        if group and not (_frame(block) and _frame(block) == _frame(group[0])):
            yield group
            group = []
        group.append(block)
    if group:
        yield group


def _frame(block: Element) -> dict[str, str] | None:
    frame = child(block, "pPr", "framePr") if local(block) == "p" else None
    return None if frame is None or attribute(frame, "dropCap") in WORDLESS else dict(frame.attrib)


def plain_lines(paragraph: Element, number: str) -> Iterator[str]:
    """The lines of a paragraph without the blanks around them, empty ones left out."""
    texts = (row.text.strip() for row in rows(paragraph, number, 10.0))
    return (text for text in texts if text)


def whole(found: Iterable[Row], stands_apart: Callable[[Row], bool]) -> list[Row]:
    """The lines of a paragraph that LibreOffice wrote, which breaks pages before or after whole paragraphs only.

    It writes the break behind a paragraph among its drawings, anywhere; a break that comes first is one before the
    paragraph if text follows, or if the drawings of the only line have to stand apart from what the page shows.
    """
    held = list(found)
    if not any(row.ends == "page" for row in held):
        return held
    before = held[0] == Row("", ends="page")
    unbroken = [Row("")]
    for row in held:
        last = unbroken.pop()
        ends = "" if row.ends == "page" else row.ends
        unbroken.append(Row(last.text + row.text, last.drawings + row.drawings, ends, last.rendered or row.rendered))
        if ends:
            unbroken.append(Row(""))
    if before and (any(row.text.strip() for row in unbroken) or stands_apart(unbroken[0])):
        return [held[0], *unbroken]
    return [*unbroken[:-1], replace(unbroken[-1], ends="page")]


def rows(paragraph: Element, number: str, size: float) -> Iterator[Row]:
    """The lines of a paragraph, its automatic `number` before the first; tabs are made blanks.

    Nothing is left of a break's own paragraph behind it: Word keeps the paragraph's mark with the break.
    """
    text, drawings, rendered, broken = number, list[tuple[str, Element]](), False, False
    width = text_width(text, size)
    for piece in _pieces(paragraph):
        match piece:
            case ("text", str(part)):
                added = _blanks(width, size) if part == "\t" else part
                text, width = text + added, width + text_width(added, size)
            case ("drawing", element):
                drawings.append((text, element))
            case ("rendered", _):
                rendered = True
            case (str(ends), _):
                yield Row(text, tuple(drawings), ends, rendered)
                text, drawings, rendered, broken, width = "", [], False, ends != "line", 0.0
    if text or drawings or not broken:
        yield Row(text, tuple(drawings), "", rendered)


def _pieces(element: Element) -> Iterator[tuple[str, Element | str]]:
    """What a paragraph holds in its order, as (kind, content): text, drawings and breaks.

    Deleted revisions, phonetic guides and field codes are left out.
    """
    for one in children(element):
        name = local(one)
        if name in INLINE:
            yield from _pieces(one)
        elif name in DRAWINGS:
            yield "drawing", one
        elif name == "br":
            kind = attribute(one, "type")
            yield kind if kind in ("page", "column") else "line", ""
        elif name == "lastRenderedPageBreak":
            yield "rendered", ""
        else:
            yield from _texts(TEXTS.get(name) or _text(one, name))


def _text(element: Element, name: str) -> str:
    if name == "t":
        return PRIVATE.sub("", element.text or "")
    return _symbol(attribute(element, "char") or "") if name == "sym" else ""


def _texts(text: str) -> Iterator[tuple[str, str]]:
    for part in re.split(r"([\n\t])", text):
        if part:
            yield ("line", "") if part == "\n" else ("text", part)


def _symbol(code: str) -> str:
    """The character of a `w:sym`; those of symbol fonts mean nothing outside their font."""
    found = int(code, 16) if re.fullmatch(r"[0-9A-Fa-f]{1,6}", code) else 0
    return chr(found) if 0x20 <= found < 0xD800 else ""


def _blanks(width: float, size: float) -> str:
    """As many blanks as it takes from the end of a text of some width to the next tab stop."""
    stop = (width // TAB + 1) * TAB
    return " " * max(1, round((stop - width) / (size / 2)))
