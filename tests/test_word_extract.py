"""From Word files to boxes and lines: what the standards of OOXML and VML say of each construct, and nothing else.

The page of these tests is 600 points wide and 800 high; its margins are 100 at the sides and 80 above and below. A line
of text is exactly 20 points high, its characters are 10 points wide.
"""

import re
from collections import Counter
from dataclasses import astuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from pipeline.errors import State, Unreadable
from pipeline.extract.word import read_docx
from pipeline.extract.word.styles import Styles
from pipeline.extract.word.tables import grid_of
from pipeline.model import Box, Cell, Document, Line, Source
from tests import make_word
from tests.draw import LAYOUTS, PITCH, Page
from tests.word import ENCODINGS, NAMESPACES, _zipped, docx

SOURCE = Source("/文件/甲.docx", "甲.docx", "0" * 64)
CHARTS = make_word.charts()
MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"
WP14 = "http://schemas.microsoft.com/office/word/2010/wordprocessingDrawing"
DGM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
DSP = "http://schemas.microsoft.com/office/drawing/2008/diagram"
ROOT = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in (NAMESPACES | {"m": MATH, "wp14": WP14}).items())
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
MAIN = f"{TYPES}.document.main+xml"
PAGE = (
    '<w:pgSz w:w="12000" w:h="16000"/>'
    '<w:pgMar w:top="1600" w:right="2000" w:bottom="1600" w:left="2000" w:header="800" w:footer="600" w:gutter="0"/>'
)
DEFAULTS = (
    '<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="20"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>'
    '<w:spacing w:line="400" w:lineRule="exact"/></w:pPr></w:pPrDefault></w:docDefaults>'
)

Rect = tuple[float, float, float, float]


# Documents in a line or two


def parts_of(body: str, section: str = PAGE, main: str = MAIN, **parts: str) -> dict[str, str]:
    """The parts of a package; more of them are named `header1`, `numbering` ... and have that name as their id."""
    more = {"styles": f"<w:styles {ROOT}>{DEFAULTS}</w:styles>"} | parts
    types = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{TYPES}.{name.rstrip("0123456789")}+xml"/>'
        for name in more
    )
    related = "".join(
        f'<Relationship Id="{name}" Type="{KINDS}/{name.rstrip("0123456789")}" Target="{name}.xml"/>' for name in more
    )
    relations = 'Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    return {
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{main}"/>{types}</Types>'
        ),
        "_rels/.rels": (
            f'<{relations}><Relationship Id="rId1" Type="{KINDS}/officeDocument" Target="word/document.xml"/>'
            "</Relationships>"
        ),
        "word/_rels/document.xml.rels": f"<{relations}>{related}</Relationships>",
        "word/document.xml": f"<w:document {ROOT}><w:body>{body}<w:sectPr>{section}</w:sectPr></w:body></w:document>",
        **{f"word/{name}.xml": content for name, content in more.items()},
    }


def word(body: str, section: str = PAGE, main: str = MAIN, **parts: str) -> bytes:
    return _zipped(parts_of(body, section, main, **parts))


def read(body: str, section: str = PAGE, **parts: str) -> Document:
    return read_docx(SOURCE, word(body, section, **parts))


def texts(body: str, **parts: str) -> list[tuple[str, ...]]:
    return [box.paragraphs for box in read(body, **parts).boxes]


def box_of(body: str, section: str = PAGE, **parts: str) -> Box:
    (box,) = (box for box in read(body, section, **parts).boxes if box.frame)
    return box


def line_of(body: str) -> Line:
    (line,) = read(body).lines
    return line


def at(box: Box) -> Rect:
    assert box.bbox is not None
    x0, top, x1, bottom = astuple(box.bbox)
    return x0, top, x1, bottom


def ends(line: Line) -> Rect:
    return line.x0, line.y0, line.x1, line.y1


def tops(document: Document) -> list[tuple[int | None, float]]:
    """The page and the top of every box."""
    return [(box.page, at(box)[1]) for box in document.boxes]


def near(*values: float, within: float = 0.05) -> object:
    return pytest.approx(values, abs=within)


def defect(reason: str) -> pytest.MarkDecorator:
    """A test that shows what the extractor does wrong as yet."""
    return pytest.mark.xfail(strict=True, reason=reason)


def r(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def p(content: str = "", properties: str = "") -> str:
    """A paragraph; text without markup is put in a run."""
    return f"<w:p><w:pPr>{properties}</w:pPr>{content if content.startswith('<') or not content else r(content)}</w:p>"


# DrawingML in points


def emu(points: float) -> int:
    return round(points * 12700)


def xfrm(rect: Rect, turned: str = "", inside: str = "") -> str:
    x, y, width, height = map(emu, rect)
    return f'<a:xfrm {turned}><a:off x="{x}" y="{y}"/><a:ext cx="{width}" cy="{height}"/>{inside}</a:xfrm>'


def wsp(
    text: str, rect: Rect, turned: str = "", form: str = "rect", line: str = "", name: int = 9, glue: str = ""
) -> str:
    """A shape of Word; with `glue` a connector."""
    story = f"<wps:txbx><w:txbxContent>{p(text)}</w:txbxContent></wps:txbx>" if text else ""
    kind = f"<wps:cNvCnPr>{glue}</wps:cNvCnPr>" if glue else "<wps:cNvSpPr/>"
    return (
        f'<wps:wsp><wps:cNvPr id="{name}" name="形状 {name}"/>{kind}<wps:spPr>{xfrm(rect, turned)}'
        f'<a:prstGeom prst="{form}"><a:avLst/></a:prstGeom><a:ln>{line}</a:ln></wps:spPr>{story}<wps:bodyPr/></wps:wsp>'
    )


def holding(story: str) -> str:
    """A text box of 90 x 90 on the page with a story of its own."""
    shape = f"<wps:txbx><w:txbxContent>{story}</w:txbxContent></wps:txbx><wps:bodyPr/></wps:wsp>"
    return on_page(wsp("", (0, 0, 90, 90)).replace("<wps:bodyPr/></wps:wsp>", shape), (10, 10, 90, 90))


def group(children: str, rect: Rect, window: Rect, tag: str = "wgp", turned: str = "") -> str:
    x, y, width, height = map(emu, window)
    inside = f'<a:chOff x="{x}" y="{y}"/><a:chExt cx="{width}" cy="{height}"/>'
    return f"<wpg:{tag}><wpg:cNvGrpSpPr/><wpg:grpSpPr>{xfrm(rect, turned, inside)}</wpg:grpSpPr>{children}</wpg:{tag}>"


def position(axis: str, relative: str, place: str) -> str:
    return f'<wp:position{axis} relativeFrom="{relative}">{place}</wp:position{axis}>'


def offset(points: float) -> str:
    return f"<wp:posOffset>{emu(points)}</wp:posOffset>"


def floating(graphic: str, across: str, down: str, width: float, height: float, simple: str = "0") -> str:
    """A drawing that stands where the two positions say; `simple` switches on the simple position (7, 9)."""
    return (
        f'<w:r><w:drawing><wp:anchor simplePos="{simple}"><wp:simplePos x="{emu(7)}" y="{emu(9)}"/>{across}{down}'
        f'<wp:extent cx="{emu(width)}" cy="{emu(height)}"/><wp:docPr id="1" name="图形 1"/>'
        f"<a:graphic><a:graphicData>{graphic}</a:graphicData></a:graphic></wp:anchor></w:drawing></w:r>"
    )


def on_page(graphic: str, rect: Rect) -> str:
    """A drawing at a place of the page."""
    x, y, width, height = rect
    return floating(graphic, position("H", "page", offset(x)), position("V", "page", offset(y)), width, height)


def single(text: str, rect: Rect, turned: str = "", form: str = "rect", line: str = "", glue: str = "") -> str:
    """A paragraph with one shape at a place of the page."""
    return p(on_page(wsp(text, (0, 0, rect[2], rect[3]), turned, form, line, glue=glue), rect))


def inline(text: str, width: float, height: float) -> str:
    return (
        f'<w:r><w:drawing><wp:inline><wp:extent cx="{emu(width)}" cy="{emu(height)}"/><wp:docPr id="1" name="1"/>'
        f"<a:graphic><a:graphicData>{wsp(text, (0, 0, width, height))}</a:graphicData></a:graphic>"
        "</wp:inline></w:drawing></w:r>"
    )


# VML


def vml(text: str, style: str, tag: str = "rect", more: str = "", inside: str = "") -> str:
    story = f"<v:textbox><w:txbxContent>{p(text)}</w:txbxContent></v:textbox>" if text else ""
    return f'<v:{tag} style="{style}" {more}>{story}{inside}</v:{tag}>'


def pict(shape: str) -> str:
    return f"<w:r><w:pict>{shape}</w:pict></w:r>"


PAGED = "mso-position-horizontal-relative:page;mso-position-vertical-relative:page"


def styled(x: str, y: str, width: str, height: str, more: str = PAGED) -> str:
    return f"position:absolute;margin-left:{x};margin-top:{y};width:{width};height:{height};{more}"


# Alternatives (ISO 29500-3, 9.3)

KNOWN = NAMESPACES["wps"]


@pytest.mark.parametrize(
    ("branches", "expected"),
    [
        pytest.param((("wps", ""),), "甲", id="known"),
        pytest.param((("wps wpg", ""),), "甲", id="all known"),
        pytest.param((("x", 'xmlns:x="urn:unknown"'),), "否则", id="unknown"),
        pytest.param((("wps x", 'xmlns:x="urn:unknown"'),), "否则", id="one of two unknown"),
        pytest.param((("wps", 'xmlns:wps="urn:unknown"'),), "否则", id="a known prefix bound to an unknown namespace"),
        pytest.param((("x", f'xmlns:x="{KNOWN}"'),), "甲", id="an unknown prefix bound to a known namespace"),
        pytest.param((("x", 'xmlns:x="urn:unknown"'), ("wps", "")), "乙", id="the second choice"),
        pytest.param((("wps", ""), ("wps", "")), "甲", id="two known choices"),
    ],
)
def test_of_alternatives_the_first_whose_namespaces_are_known_counts(
    branches: tuple[tuple[str, str], ...], expected: str
) -> None:
    choices = "".join(
        f'<mc:Choice Requires="{needs}" {bound}>{r(text)}</mc:Choice>'
        for (needs, bound), text in zip(branches, "甲乙", strict=False)
    )
    fallback = f"<mc:Fallback>{r('否则')}</mc:Fallback>"
    assert texts(p(f"<mc:AlternateContent>{choices}{fallback}</mc:AlternateContent>")) == [(expected,)]


def test_without_a_known_choice_and_without_fallback_nothing_is_left() -> None:
    choice = f'<mc:Choice Requires="x" xmlns:x="urn:unknown">{r("甲")}</mc:Choice>'
    assert texts(p(f"<mc:AlternateContent>{choice}</mc:AlternateContent>{r('乙')}")) == [("乙",)]


def test_alternatives_stand_within_alternatives() -> None:
    inner = f'<mc:AlternateContent><mc:Choice Requires="x" xmlns:x="urn:x">{r("甲")}</mc:Choice>'
    inner += f"<mc:Fallback>{r('乙')}</mc:Fallback></mc:AlternateContent>"
    outer = f'<mc:AlternateContent><mc:Choice Requires="wps">{inner}</mc:Choice><mc:Fallback>{r("丙")}</mc:Fallback>'
    assert texts(p(outer + "</mc:AlternateContent>")) == [("乙",)]


def test_a_shape_and_its_fallback_are_one_box_and_equal_shapes_are_as_many_as_drawn() -> None:
    drawing = on_page(wsp("受理", (0, 0, 90, 30)), (10, 10, 90, 30))
    picture = pict(vml("受理", styled("10pt", "10pt", "90pt", "30pt")))
    both = f'<mc:AlternateContent><mc:Choice Requires="wps">{drawing}</mc:Choice>'
    both += f"<mc:Fallback>{picture}</mc:Fallback></mc:AlternateContent>"
    assert texts(p(both * 3)) == [("受理",)] * 3


# Text


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(r("甲") + r("乙"), "甲乙", id="runs"),
        pytest.param("<w:r><w:t>甲</w:t><w:noBreakHyphen/><w:t>乙</w:t></w:r>", "甲-乙", id="hyphen"),
        pytest.param("<w:r><w:t>甲</w:t><w:softHyphen/><w:t>乙</w:t></w:r>", "甲乙", id="soft hyphen"),
        pytest.param(f'{r("甲")}<w:ins w:id="1" w:author="a">{r("乙")}</w:ins>', "甲乙", id="inserted"),
        pytest.param(
            f'{r("甲")}<w:del w:id="1" w:author="a"><w:r><w:delText>乙</w:delText></w:r></w:del>', "甲", id="deleted"
        ),
        pytest.param(
            f'{r("甲")}<w:ins w:id="1" w:author="a"><w:del w:id="2" w:author="a"><w:r><w:delText>乙</w:delText></w:r>'
            f"</w:del>{r('丙')}</w:ins>",
            "甲丙",
            id="inserted and then deleted",
        ),
        pytest.param(
            f'<w:moveFrom w:id="1" w:author="a">{r("甲")}</w:moveFrom>{r("乙")}'
            f'<w:moveTo w:id="2" w:author="a">{r("甲")}</w:moveTo>',
            "乙甲",
            id="moved",
        ),
        pytest.param(f'<w:hyperlink w:anchor="x">{r("甲")}</w:hyperlink>{r("乙")}', "甲乙", id="hyperlink"),
        pytest.param(f'<w:fldSimple w:instr=" DATE ">{r("甲")}</w:fldSimple>{r("乙")}', "甲乙", id="simple field"),
        pytest.param(
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> DATE </w:instrText></w:r>'
            f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{r("甲")}<w:r><w:fldChar w:fldCharType="end"/></w:r>',
            "甲",
            id="field",
        ),
        pytest.param(
            f'{r("甲")}<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> IF </w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> PAGE </w:instrText></w:r>'
            f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{r("7")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
            '<w:r><w:instrText> = 7 "乙" "丙" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
            f'{r("乙")}<w:r><w:fldChar w:fldCharType="end"/></w:r>',
            "甲乙",
            id="a field within the code of another",
            marks=defect("story._pieces keeps the result of a field that stands in another's code"),
        ),
        pytest.param('<w:r><w:sym w:font="宋体" w:char="2460"/><w:t>甲</w:t></w:r>', "①甲", id="symbol"),
        pytest.param('<w:r><w:sym w:font="Wingdings" w:char="F0E0"/><w:t>甲</w:t></w:r>', "甲", id="private symbol"),
        pytest.param(r("\ue000甲\uf06c"), "甲", id="private characters"),
        pytest.param(
            f"<w:r><w:ruby><w:rubyPr/><w:rt>{r('jiǎ')}</w:rt><w:rubyBase>{r('甲')}</w:rubyBase></w:ruby></w:r>",
            "甲",
            id="ruby",
        ),
        pytest.param(f"<w:sdt><w:sdtPr/><w:sdtContent>{r('甲')}</w:sdtContent></w:sdt>", "甲", id="content control"),
        pytest.param(f'<w:smartTag w:element="x">{r("甲")}</w:smartTag>', "甲", id="smart tag"),
        pytest.param(f'<w:customXml w:element="x">{r("甲")}</w:customXml>', "甲", id="custom XML"),
        pytest.param("<m:oMath><m:r><m:t>甲</m:t></m:r></m:oMath>", "甲", id="formula"),
        pytest.param(f'<w:bdo w:val="ltr">{r("甲")}</w:bdo>', "甲", id="direction"),
        pytest.param('<w:r><w:t>甲</w:t><w:footnoteReference w:id="2"/></w:r>', "甲", id="footnote mark"),
    ],
)
def test_what_a_paragraph_says(content: str, expected: str) -> None:
    """The same in running text and in a text box (ISO 29500-1, 17.3 and 17.13.5)."""
    assert texts(p(content) + p(holding(p(content)))) == [(expected,)] * 2


def test_a_tab_is_blank() -> None:
    (box,) = read(p("<w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t></w:r>")).boxes
    assert re.fullmatch("甲 +乙", box.text)


@pytest.mark.parametrize("mark", ["<w:br/>", '<w:br w:type="textWrapping"/>', "<w:cr/>"])
def test_a_soft_break_ends_a_line(mark: str) -> None:
    """In running text and in a text box; the lines of running text stand one below the other."""
    content = f"<w:r><w:t>甲</w:t>{mark}<w:t>乙</w:t></w:r>"
    assert tops(read(p(content))) == [(1, 80.0), (1, 100.0)]
    assert texts(p(content) + p(holding(p(content)))) == [("甲",), ("乙",), ("甲", "乙")]


def test_blocks_stand_in_content_controls_and_custom_xml() -> None:
    controlled = f"<w:sdt><w:sdtPr/><w:sdtContent>{p('甲')}{p('乙')}</w:sdtContent></w:sdt>"
    assert texts(controlled + f'<w:customXml w:element="x">{p("丙")}</w:customXml>') == [("甲",), ("乙",), ("丙",)]


def test_the_blank_paragraphs_before_running_text_are_counted() -> None:
    assert [box.gap for box in read(p("甲") + p() * 3 + p("乙")).boxes] == [0, 3]


@defect("story.blocks does not join paragraphs whose mark is deleted")
def test_a_paragraph_whose_mark_is_deleted_goes_on_in_the_next() -> None:
    """ISO 29500-1, 17.13.5.15."""
    mark = '<w:rPr><w:del w:id="1" w:author="a"/></w:rPr>'
    assert texts(p("甲", mark) + p("乙")) == [("甲乙",)]


@defect("story._pieces does not look at w:vanish")
def test_hidden_text_is_not_shown() -> None:
    """ISO 29500-1, 17.3.2.41."""
    assert texts(p(f"{r('甲')}<w:r><w:rPr><w:vanish/></w:rPr><w:t>乙</w:t></w:r>")) == [("甲",)]


# Numbering (ISO 29500-1, 17.9)


def lvl(text: str, form: str = "decimal", depth: int = 0, start: int = 1, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>{more}<w:suff w:val="nothing"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def num(number: int, abstract: int = 0, overrides: str = "") -> str:
    return f'<w:num w:numId="{number}"><w:abstractNumId w:val="{abstract}"/>{overrides}</w:num>'


def restart(at: int) -> str:
    return f'<w:lvlOverride w:ilvl="0"><w:startOverride w:val="{at}"/></w:lvlOverride>'


def numbering(*levels: str, nums: str = num(1)) -> str:
    abstract = f'<w:abstractNum w:abstractNumId="0">{"".join(levels)}</w:abstractNum>'
    return f"<w:numbering {ROOT}>{abstract}{nums}</w:numbering>"


def item(text: str, number: int = 1, depth: int = 0) -> str:
    return p(text, f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>')


def said(body: str, lists: str, styles: str = "") -> list[str]:
    """The texts of the boxes."""
    sheet = f"<w:styles {ROOT}>{DEFAULTS}{styles}</w:styles>"
    return [text for one in texts(body, numbering=lists, styles=sheet) for text in one]


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        pytest.param(lvl("%1."), ["1.甲", "2.乙"], id="1."),
        pytest.param(lvl("(%1)"), ["(1)甲", "(2)乙"], id="(1)"),
        pytest.param(lvl("%1、", "chineseCounting"), ["1、甲", "2、乙"], id="Chinese numbers are given as digits"),
        pytest.param(lvl("第%1条"), ["第1条甲", "第2条乙"], id="text on both sides"),
        pytest.param(lvl("%1.", start=4), ["4.甲", "5.乙"], id="a start of its own"),
        pytest.param(lvl("\uf0b7", "bullet"), ["甲", "乙"], id="a bullet"),
        pytest.param(lvl("●", "bullet"), ["甲", "乙"], id="a bullet of any font"),
        pytest.param(lvl("", "none"), ["甲", "乙"], id="none"),
    ],
)
def test_automatic_numbers_are_written_out(level: str, expected: list[str]) -> None:
    assert said(item("甲") + item("乙"), numbering(level)) == expected


def test_a_list_goes_on_after_other_paragraphs_and_in_text_boxes() -> None:
    body = item("甲") + p("别的") + item("乙") + p(holding(item("丙") + item("丁")))
    assert said(body, numbering(lvl("%1."))) == ["1.甲", "别的", "2.乙", "3.丙", "4.丁"]


def test_levels_count_within_those_above() -> None:
    body = item("甲") + item("乙", depth=1) + item("丙", depth=1) + item("丁") + item("戊", depth=1)
    lists = numbering(lvl("%1."), lvl("%1.%2", depth=1))
    assert said(body, lists) == ["1.甲", "1.1乙", "1.2丙", "2.丁", "2.1戊"]


def test_lists_of_one_definition_begin_anew_where_told_to() -> None:
    lists = numbering(lvl("%1."), nums=num(1) + num(2, 0, restart(1)) + num(3, 0, restart(5)))
    body = item("甲") + item("乙") + item("丙", 2) + item("丁", 2) + item("戊", 3) + item("己", 3)
    assert said(body, lists) == ["1.甲", "2.乙", "1.丙", "2.丁", "5.戊", "6.己"]


STYLE = '<w:style w:type="paragraph" w:styleId="条"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
BASED = '<w:style w:type="paragraph" w:styleId="款"><w:basedOn w:val="条"/></w:style>'


@pytest.mark.parametrize("style", ["条", "款"])
def test_numbers_come_through_styles_and_those_they_are_based_on(style: str) -> None:
    body = p("甲", f'<w:pStyle w:val="{style}"/>') + p("乙", f'<w:pStyle w:val="{style}"/>')
    assert said(body, numbering(lvl("%1.")), STYLE + BASED) == ["1.甲", "2.乙"]


def test_a_style_has_the_level_that_names_it() -> None:
    lists = numbering(lvl("%1."), lvl("%1.%2", depth=1, more='<w:pStyle w:val="条"/>'))
    assert said(item("甲") + p("乙", '<w:pStyle w:val="条"/>'), lists, STYLE) == ["1.甲", "1.1乙"]


def test_list_0_takes_a_style_s_number_away() -> None:
    """ISO 29500-1, 17.9.18."""
    body = p("甲", '<w:pStyle w:val="条"/><w:numPr><w:numId w:val="0"/></w:numPr>')
    assert said(body, numbering(lvl("%1.")), STYLE) == ["甲"]


def test_a_list_may_define_a_level_anew() -> None:
    """ISO 29500-1, 17.9.8: a lvlOverride with a whole level."""
    override = f'<w:lvlOverride w:ilvl="0">{lvl("(%1)", start=3)}</w:lvlOverride>'
    assert said(item("甲") + item("乙"), numbering(lvl("%1."), nums=num(1, 0, override))) == ["(3)甲", "(4)乙"]


def test_a_definition_may_stand_in_a_list_style() -> None:
    """ISO 29500-1, 17.9.21 and 17.9.27: numStyleLink leads to the definition with that styleLink."""
    linked = f'<w:abstractNum w:abstractNumId="1"><w:styleLink w:val="表"/>{lvl("%1.")}</w:abstractNum>'
    lists = numbering('<w:numStyleLink w:val="表"/>', nums=linked + num(1, 0) + num(2, 1))
    style = STYLE.replace("paragraph", "numbering").replace("条", "表").replace('"1"', '"2"')
    assert said(item("甲") + item("乙"), lists, style) == ["1.甲", "2.乙"]


def test_a_level_that_never_restarts_counts_on() -> None:
    """ISO 29500-1, 17.9.10: lvlRestart 0."""
    lists = numbering(lvl("%1."), lvl("(%2)", depth=1, more='<w:lvlRestart w:val="0"/>'))
    body = item("甲") + item("乙", depth=1) + item("丙") + item("丁", depth=1)
    assert said(body, lists) == ["1.甲", "(1)乙", "2.丙", "(2)丁"]


# DrawingML


def test_a_shape_stands_where_its_anchor_says() -> None:
    box = box_of(single("受理", (72, 144, 90, 36)))
    assert (at(box), box.paragraphs, box.page, box.frame) == (near(72, 144, 162, 180), ("受理",), 1, "shape")


@pytest.mark.parametrize("turned", ['flipH="1"', 'flipV="1"', 'flipH="1" flipV="1"', 'rot="10800000"'])
def test_flips_and_half_turns_leave_a_box_where_it_is(turned: str) -> None:
    assert at(box_of(single("受理", (72, 144, 90, 36), turned))) == near(72, 144, 162, 180)


@pytest.mark.parametrize("turned", ['rot="5400000"', 'rot="16200000"', 'rot="-5400000"', 'rot="5400000" flipH="1"'])
def test_a_quarter_turn_is_about_the_centre(turned: str) -> None:
    """100 x 40 about (250, 320)."""
    assert at(box_of(single("受理", (200, 300, 100, 40), turned))) == near(230, 270, 270, 370)


COORDINATE = st.integers(-2000, 2000)
WINDOW = st.tuples(COORDINATE, COORDINATE, st.integers(50, 3000), st.integers(50, 3000))
FRAME = st.tuples(st.integers(-300, 300), st.integers(-300, 300), st.integers(20, 900), st.integers(20, 900))


def through(rect: Rect, *groups: tuple[Rect, Rect]) -> Rect:
    """Where a rectangle stands outside of some groups, from the innermost out: (frame, window inside) of each."""
    corners = [rect[:2], (rect[0] + rect[2], rect[1] + rect[3])]
    for (x, y, width, height), (left, top, across, down) in groups:
        corners = [(x + (cx - left) * width / across, y + (cy - top) * height / down) for cx, cy in corners]
    return (*corners[0], *corners[1])


@given(FRAME, WINDOW, FRAME, WINDOW, FRAME)
@settings(deadline=None, max_examples=40)
def test_a_shape_in_groups_is_scaled_and_moved_by_each(
    frame: Rect, window: Rect, frame_inside: Rect, window_inside: Rect, child: Rect
) -> None:
    inner = group(wsp("受理", child), frame_inside, window_inside, "grpSp")
    whole = group(inner, (0, 0, frame[2], frame[3]), window)
    expected = through(child, (frame_inside, window_inside), (frame, window))
    assert at(box_of(p(on_page(whole, frame)))) == pytest.approx(expected, abs=0.05, rel=1e-6)


@pytest.mark.parametrize(
    ("turned", "expected"),
    [
        pytest.param("", (200, 300, 220, 310), id="as it is"),
        pytest.param('flipH="1"', (280, 300, 300, 310), id="mirrored"),
        pytest.param('flipV="1"', (200, 330, 220, 340), id="upside down"),
        pytest.param('rot="5400000"', (260, 270, 270, 290), id="a quarter turn clockwise"),
        pytest.param('rot="16200000"', (230, 350, 240, 370), id="a quarter turn anticlockwise"),
        pytest.param('rot="10800000"', (280, 330, 300, 340), id="a half turn"),
        pytest.param('flipH="1" rot="5400000"', (260, 350, 270, 370), id="first mirrored, then turned"),
    ],
)
def test_a_group_takes_its_shapes_along(turned: str, expected: Rect) -> None:
    """A shape of 20 x 10 in the top left corner of a group of 100 x 40 about (250, 320)."""
    whole = group(wsp("受理", (0, 0, 20, 10)), (0, 0, 100, 40), (0, 0, 100, 40), turned=turned)
    assert at(box_of(p(on_page(whole, (200, 300, 100, 40))))) == near(*expected)


def test_a_canvas_counts_from_its_corner() -> None:
    inside = wsp("受理", (10, 20, 90, 30)) + group(wsp("审查", (5, 5, 40, 20)), (100, 0, 100, 50), (0, 0, 50, 25))
    boxes = read(p(on_page(f"<wpc:wpc><wpc:bg/><wpc:whole/>{inside}</wpc:wpc>", (50, 60, 300, 200)))).boxes
    assert [at(box) for box in boxes] == [near(60, 80, 150, 110), near(160, 70, 240, 110)]


TIPS = {"none": "", "head": '<a:headEnd type="arrow"/>', "tail": '<a:tailEnd type="triangle"/>'}


@pytest.mark.parametrize(
    ("tip", "arrow", "start", "end"),
    [("none", False, 0, 1), ("tail", True, 0, 1), ("head", True, 1, 0)],
)
def test_a_connector_is_a_line_between_what_it_is_glued_to(tip: str, arrow: bool, start: int, end: int) -> None:
    """A head is drawn where the line starts (ISO 29500-1, 20.1.8.38); such a line points back to its start."""
    glue = '<a:stCxn id="21" idx="2"/><a:endCxn id="22" idx="0"/>'
    shapes = wsp("受理", (0, 0, 80, 40), name=21) + wsp("审查", (100, 90, 80, 40), name=22)
    line = wsp("", (40, 40, 100, 50), form="straightConnector1", line=TIPS[tip], glue=glue)
    found = line_of(p(on_page(f"<wpc:wpc>{line}{shapes}</wpc:wpc>", (100, 200, 200, 150))))
    points = (140, 240, 240, 290) if start == 0 else (240, 290, 140, 240)
    assert (ends(found), found.arrow, found.start, found.end) == (near(*points), arrow, start, end)


@pytest.mark.parametrize(
    ("turned", "expected"),
    [
        ("", (200, 300, 300, 340)),
        ('flipH="1"', (300, 300, 200, 340)),
        ('flipV="1"', (200, 340, 300, 300)),
        ('flipH="1" flipV="1"', (300, 340, 200, 300)),
        ('rot="5400000"', (270, 270, 230, 370)),
        ('rot="16200000" flipH="1"', (230, 270, 270, 370)),
    ],
)
@pytest.mark.parametrize("form", ["line", "straightConnector1", "bentConnector3", "rect"])
def test_a_line_runs_from_corner_to_corner_of_its_frame(form: str, turned: str, expected: Rect) -> None:
    """100 x 40 about (250, 320), first flipped, then turned clockwise; `rect` is how LibreOffice writes lines."""
    found = line_of(single("", (200, 300, 100, 40), turned, form, TIPS["tail"]))
    assert (ends(found), found.arrow) == (near(*expected), True)


def test_a_tip_of_type_none_is_none() -> None:
    assert not line_of(single("", (200, 300, 100, 40), form="line", line='<a:tailEnd type="none"/>')).arrow


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("rightArrow", (200, 320, 300, 320)),
        ("leftArrow", (300, 320, 200, 320)),
        ("upArrow", (250, 340, 250, 300)),
        ("downArrow", (250, 300, 250, 340)),
    ],
)
def test_a_block_arrow_is_a_line_unless_it_says_something(form: str, expected: Rect) -> None:
    found = line_of(single("", (200, 300, 100, 40), form=form))
    assert (ends(found), found.arrow) == (near(*expected), True)
    document = read(single("受理", (200, 300, 100, 40), form=form))
    assert ([at(box) for box in document.boxes], document.lines) == ([near(200, 300, 300, 340)], ())


def test_a_turned_block_arrow_points_where_it_is_turned() -> None:
    """An arrow to the right of 100 x 40 about (250, 320), turned to point down."""
    assert ends(line_of(single("", (200, 300, 100, 40), 'rot="5400000"', "rightArrow"))) == near(250, 270, 250, 370)


def test_a_shape_without_words_is_an_empty_frame_and_a_picture_a_problem() -> None:
    assert box_of(single("", (10, 20, 90, 30))).paragraphs == ()
    picture = "<pic:pic xmlns:pic='urn:p'><pic:spPr/></pic:pic>"
    document = read(p(on_page(picture, (10, 20, 90, 30))))
    assert (document.boxes, [problem.code for problem in document.problems]) == ((), ["picture"])


def test_text_boxes_within_text_boxes_are_read_once() -> None:
    """Three deep, as a canvas in a text box may be."""
    body = p(holding(p("甲") + p(holding(p("乙") + p(holding(p("丙")))))))
    assert Counter(texts(body)) == {("甲",): 1, ("乙",): 1, ("丙",): 1}


# VML (ISO 29500-4, 19)


@pytest.mark.parametrize(
    ("length", "points"),
    [("90pt", 90), ("1.25in", 90), (".5in", 36), ("2.54cm", 72), ("25.4mm", 72), ("96px", 72), ("6pc", 72), ("0", 0)],
)
def test_lengths_have_units(length: str, points: float) -> None:
    box = box_of(p(pict(vml("受理", styled(length, "10pt", "200pt", length)))))
    assert at(box) == near(points, 10, points + 200, 10 + points)


@pytest.mark.parametrize("tag", ["rect", "roundrect", "oval", "shape"])
def test_vml_shapes_are_boxes(tag: str) -> None:
    box = box_of(p(pict(vml("受理", styled("72pt", "144pt", "90pt", "36pt"), tag))))
    assert (at(box), box.paragraphs, box.frame) == (near(72, 144, 162, 180), ("受理",), "shape")


@given(FRAME, WINDOW, FRAME, WINDOW, FRAME)
@settings(deadline=None, max_examples=40)
def test_a_vml_shape_in_groups_is_scaled_and_moved_by_each(
    frame: Rect, window: Rect, frame_inside: Rect, window_inside: Rect, child: Rect
) -> None:
    def own(rect: Rect) -> str:
        return "position:absolute;left:{};top:{};width:{};height:{}".format(*rect)

    def coordinates(rect: Rect) -> str:
        return 'coordorigin="{},{}" coordsize="{},{}"'.format(*rect)

    inner = vml("", own(frame_inside), "group", coordinates(window_inside), vml("受理", own(child)))
    whole = vml("", styled(*(f"{side}pt" for side in frame)), "group", coordinates(window), inner)
    expected = through(child, (frame_inside, window_inside), (frame, window))
    assert at(box_of(p(pict(whole)))) == pytest.approx(expected, abs=0.05, rel=1e-6)


def test_a_vml_group_is_a_thousand_units_wide_where_it_does_not_say() -> None:
    inner = vml("受理", "position:absolute;left:100;top:200;width:500;height:300")
    box = box_of(p(pict(vml("", styled("10pt", "20pt", "200pt", "100pt"), "group", "", inner))))
    assert at(box) == near(30, 40, 130, 70)


@pytest.mark.parametrize("rotation", ["90", "270", "-90", "5898240fd"])
def test_a_vml_quarter_turn_is_about_the_centre(rotation: str) -> None:
    style = styled("200pt", "300pt", "100pt", "40pt", f"rotation:{rotation};{PAGED}")
    assert at(box_of(p(pict(vml("受理", style))))) == near(230, 270, 270, 370)


ENDARROW = '<v:stroke endarrow="block"/>'


@pytest.mark.parametrize(
    ("flip", "expected"),
    [
        ("", (200, 300, 300, 340)),
        ("flip:x;", (300, 300, 200, 340)),
        ("flip:y;", (200, 340, 300, 300)),
        ("flip:x y;", (300, 340, 200, 300)),
    ],
)
@pytest.mark.parametrize("more", ['type="#_x0000_t32"', 'o:connectortype="straight"'])
def test_a_vml_connector_runs_from_corner_to_corner(more: str, flip: str, expected: Rect) -> None:
    style = styled("200pt", "300pt", "100pt", "40pt", flip + PAGED)
    found = line_of(p(pict(vml("", style, "shape", more, ENDARROW))))
    assert (ends(found), found.arrow) == (near(*expected), True)


@pytest.mark.parametrize(
    ("stroke", "arrow", "expected"),
    [
        ("", False, (72, 36, 36, 144)),
        (ENDARROW, True, (72, 36, 36, 144)),
        ('<v:stroke startarrow="open"/>', True, (36, 144, 72, 36)),
        ('<v:stroke startarrow="none" endarrow="none"/>', False, (72, 36, 36, 144)),
    ],
)
def test_a_vml_line_runs_from_its_one_end_to_the_other(stroke: str, arrow: bool, expected: Rect) -> None:
    line = vml("", f"position:absolute;{PAGED}", "line", 'from="1in,36pt" to="36pt,2in"', stroke)
    found = line_of(p(pict(line)))
    assert (ends(found), found.arrow) == (near(*expected), arrow)


@pytest.mark.parametrize(
    ("flip", "expected"), [("x", (90, 20, 10, 50)), ("y", (10, 50, 90, 20)), ("x y", (90, 50, 10, 20))]
)
def test_a_vml_line_is_flipped_within_its_ends(flip: str, expected: Rect) -> None:
    """Word gives the top left and the bottom right corner as ends and the direction as a flip."""
    style = f"position:absolute;flip:{flip};{PAGED}"
    line = vml("", style, "line", 'from="10pt,20pt" to="90pt,50pt"', ENDARROW)
    assert ends(line_of(p(pict(line)))) == near(*expected)


def test_a_vml_line_in_a_group_counts_in_its_coordinates() -> None:
    line = vml("", "position:absolute", "line", 'from="1100,2100" to="1300,2400"', ENDARROW)
    more = 'coordorigin="1000,2000" coordsize="400,800"'
    found = line_of(p(pict(vml("", styled("10pt", "20pt", "200pt", "400pt"), "group", more, line))))
    assert (ends(found), found.arrow) == (near(60, 70, 160, 220), True)


def test_word_art_says_what_its_path_says() -> None:
    art = vml("", styled("10pt", "20pt", "90pt", "30pt"), "shape", "", '<v:textpath string="廉政风险"/>')
    assert box_of(p(pict(art))).paragraphs == ("廉政风险",)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("13", (200, 320, 300, 320)),
        ("66", (300, 320, 200, 320)),
        ("68", (250, 340, 250, 300)),
        ("67", (250, 300, 250, 340)),
    ],
)
def test_a_vml_block_arrow_is_a_line(kind: str, expected: Rect) -> None:
    """Types 13, 66, 67 and 68 point right, left, down and up ([MS-ODRAW] 2.4.24)."""
    style = styled("200pt", "300pt", "100pt", "40pt")
    found = line_of(p(pict(vml("", style, "shape", f'type="#_x0000_t{kind}"'))))
    assert (ends(found), found.arrow) == (near(*expected), True)


# Positions: of a shape of 60 x 40 whose anchor follows three characters on the second line (130, 100)


def aligned(relative: str, align: str) -> tuple[str, str]:
    return relative, f"<wp:align>{align}</wp:align>"


@pytest.mark.parametrize(
    ("relative", "place", "expected"),
    [
        ("page", offset(50), 50),
        ("margin", offset(50), 150),
        ("column", offset(50), 150),
        ("column", offset(-50), 50),
        ("character", offset(50), 180),
        ("leftMargin", offset(50), 50),
        ("rightMargin", offset(50), 550),
        ("insideMargin", offset(50), 50),
        ("outsideMargin", offset(50), 550),
        (*aligned("page", "left"), 0),
        (*aligned("page", "center"), 270),
        (*aligned("page", "right"), 540),
        (*aligned("page", "inside"), 0),
        (*aligned("page", "outside"), 540),
        (*aligned("margin", "left"), 100),
        (*aligned("margin", "center"), 270),
        (*aligned("margin", "right"), 440),
        (*aligned("column", "right"), 440),
        (*aligned("leftMargin", "center"), 20),
        (*aligned("rightMargin", "right"), 540),
        ("page", "<wp14:pctPosHOffset>25000</wp14:pctPosHOffset>", 150),
        ("margin", "<wp14:pctPosHOffset>50000</wp14:pctPosHOffset>", 300),
    ],
)
def test_across_a_drawing_counts_from(relative: str, place: str, expected: float) -> None:
    """ISO 29500-1, 20.4.3.4 and 20.4.3.1."""
    drawing = floating(
        wsp("受理", (0, 0, 60, 40)), position("H", relative, place), position("V", "page", offset(9)), 60, 40
    )
    assert at(box_of(p("首行") + p(r("甲乙丙") + drawing))) == near(expected, 9, expected + 60, 49)


@pytest.mark.parametrize(
    ("relative", "place", "expected"),
    [
        ("page", offset(50), 50),
        ("margin", offset(50), 130),
        ("paragraph", offset(50), 150),
        ("paragraph", offset(-50), 50),
        ("line", offset(50), 150),
        ("topMargin", offset(50), 50),
        ("bottomMargin", offset(50), 770),
        (*aligned("page", "top"), 0),
        (*aligned("page", "center"), 380),
        (*aligned("page", "bottom"), 760),
        (*aligned("margin", "top"), 80),
        (*aligned("margin", "center"), 380),
        (*aligned("margin", "bottom"), 680),
        (*aligned("topMargin", "bottom"), 40),
        (*aligned("bottomMargin", "top"), 720),
        ("page", "<wp14:pctPosVOffset>25000</wp14:pctPosVOffset>", 200),
        ("margin", "<wp14:pctPosVOffset>50000</wp14:pctPosVOffset>", 400),
    ],
)
def test_down_a_drawing_counts_from(relative: str, place: str, expected: float) -> None:
    """ISO 29500-1, 20.4.3.5 and 20.4.3.2."""
    drawing = floating(
        wsp("受理", (0, 0, 60, 40)), position("H", "page", offset(9)), position("V", relative, place), 60, 40
    )
    assert at(box_of(p("首行") + p(r("甲乙丙") + drawing))) == near(9, expected, 69, expected + 40)


def test_a_percentage_stands_beside_its_fallback() -> None:

    def either(axis: str, percent: int) -> str:
        place = f"<wp14:pctPos{axis}Offset>{percent}</wp14:pctPos{axis}Offset>"
        return (
            f'<mc:AlternateContent><mc:Choice Requires="wp14">{position(axis, "page", place)}</mc:Choice>'
            f"<mc:Fallback>{position(axis, 'page', offset(3))}</mc:Fallback></mc:AlternateContent>"
        )

    drawing = floating(wsp("受理", (0, 0, 60, 40)), either("H", 10000), either("V", 20000), 60, 40)
    assert at(box_of(p(drawing))) == near(60, 160, 120, 200)


def test_a_simple_position_counts_from_the_page() -> None:
    axes = position("H", "column", offset(50)), position("V", "paragraph", offset(50))
    assert at(box_of(p(floating(wsp("受理", (0, 0, 60, 40)), *axes, 60, 40, "1")))) == near(7, 9, 67, 49)


def test_in_the_second_column_a_drawing_counts_from_there() -> None:
    """Two columns of 190 points with 20 between them."""
    axes = position("H", "column", offset(5)), position("V", "paragraph", offset(5))
    drawing = floating(wsp("受理", (0, 0, 60, 40)), *axes, 60, 40)
    body = p('<w:r><w:t>甲</w:t><w:br w:type="column"/></w:r>') + p(drawing)
    box = box_of(body, PAGE + '<w:cols w:num="2" w:space="400"/>')
    assert (box.page, at(box)) == (1, near(315, 85, 375, 125))


@defect("flow.Spot._across takes every page for an odd one")
def test_on_even_pages_the_inside_is_on_the_right() -> None:
    """ISO 29500-1, 20.4.3.4: the left margin on odd pages, the right one on even pages."""
    axes = position("H", "insideMargin", offset(5)), position("V", "page", offset(5))
    drawing = floating(wsp("受理", (0, 0, 60, 40)), *axes, 60, 40)
    assert at(box_of(p("甲") + p(drawing, "<w:pageBreakBefore/>"))) == near(505, 5, 565, 45)


def test_below_a_soft_break_a_drawing_still_counts_from_the_top_of_its_paragraph() -> None:
    """ISO 29500-1, 20.4.3.5: `paragraph` is the paragraph, `line` is the line that holds the anchor."""

    def top(relative: str) -> float:
        axes = position("H", "page", offset(9)), position("V", relative, offset(5))
        drawing = floating(wsp("受理", (0, 0, 60, 40)), *axes, 60, 40)
        return at(box_of(p(f"<w:r><w:t>甲</w:t><w:br/><w:t>乙</w:t></w:r>{drawing}")))[1]

    assert (top("line"), top("paragraph")) == near(105, 85)


def test_a_drawing_in_the_line_follows_the_text_and_makes_room() -> None:
    body = p(r("甲乙") + inline("受理", 60, 90), '<w:spacing w:line="240" w:lineRule="auto"/>') + p("丙")
    document = read(body)
    box = next(box for box in document.boxes if box.frame)
    assert (at(box)[0], at(box)[2] - at(box)[0], at(box)[3] - at(box)[1]) == near(120, 60, 90)
    assert at(document.boxes[-1])[1] >= 170


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("mso-position-horizontal-relative:page", 50),
        ("mso-position-horizontal-relative:margin", 150),
        ("mso-position-horizontal-relative:text", 150),
        ("", 150),
        ("mso-position-horizontal-relative:char", 180),
        ("mso-position-horizontal-relative:left-margin-area", 50),
        ("mso-position-horizontal-relative:right-margin-area", 550),
        ("mso-position-horizontal:center;mso-position-horizontal-relative:page", 270),
        ("mso-position-horizontal:right;mso-position-horizontal-relative:margin", 440),
        ("mso-position-horizontal:absolute;mso-position-horizontal-relative:page", 50),
        ("mso-left-percent:250;mso-position-horizontal-relative:page", 150),
    ],
)
def test_across_a_vml_shape_counts_from(style: str, expected: float) -> None:
    more = f"{style};mso-position-vertical-relative:page"
    shape = pict(vml("受理", styled("50pt", "9pt", "60pt", "40pt", more)))
    assert at(box_of(p("首行") + p(r("甲乙丙") + shape))) == near(expected, 9, expected + 60, 49)


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("mso-position-vertical-relative:page", 50),
        ("mso-position-vertical-relative:margin", 130),
        ("mso-position-vertical-relative:text", 150),
        ("", 150),
        ("mso-position-vertical-relative:line", 150),
        ("mso-position-vertical-relative:top-margin-area", 50),
        ("mso-position-vertical-relative:bottom-margin-area", 770),
        ("mso-position-vertical:bottom;mso-position-vertical-relative:page", 760),
        ("mso-position-vertical:center;mso-position-vertical-relative:margin", 380),
        ("mso-top-percent:250;mso-position-vertical-relative:page", 200),
    ],
)
def test_down_a_vml_shape_counts_from(style: str, expected: float) -> None:
    more = f"{style};mso-position-horizontal-relative:page"
    shape = pict(vml("受理", styled("9pt", "50pt", "60pt", "40pt", more)))
    assert at(box_of(p("首行") + p(r("甲乙丙") + shape))) == near(9, expected, 69, expected + 40)


def test_a_vml_shape_without_position_stands_in_the_line() -> None:
    box = box_of(p(r("甲乙") + pict(vml("受理", "width:60pt;height:40pt"))))
    assert (at(box)[0], at(box)[2]) == near(120, 180)


# The flow of running text

BREAK = '<w:r><w:br w:type="page"/></w:r>'
RENDERED = "<w:r><w:lastRenderedPageBreak/><w:t>乙</w:t></w:r>"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(p(r("甲") + BREAK) + p("乙"), id="a break at the end of a paragraph"),
        pytest.param(p("甲") + p(BREAK) + p("乙"), id="a break of its own"),
        pytest.param(p("甲") + p(BREAK + r("乙")), id="a break before text"),
        pytest.param(p("甲") + p("乙", "<w:pageBreakBefore/>"), id="before the paragraph"),
        pytest.param(p("甲") + p("", f"<w:sectPr>{PAGE}</w:sectPr>") + p("乙"), id="a section"),
        pytest.param(p("甲") + p(RENDERED), id="where Word last broke it"),
        pytest.param(p(r("甲") + BREAK) + p(RENDERED), id="a break, and Word's mark of it"),
        pytest.param(p("甲") + p(BREAK + RENDERED), id="a break, and Word's mark of it beside"),
        pytest.param(p("甲") + p(RENDERED, "<w:pageBreakBefore/>"), id="before the paragraph, and Word's mark of it"),
        pytest.param(p("甲") + p("", f"<w:sectPr>{PAGE}</w:sectPr>") + p(RENDERED), id="a section, and Word's mark"),
    ],
)
def test_a_page_ends(body: str) -> None:
    assert tops(read(body)) == [(1, 80.0), (2, 80.0)]


def test_a_page_break_before_the_first_paragraph_breaks_nothing() -> None:
    assert tops(read(p("甲", "<w:pageBreakBefore/>"))) == [(1, 80.0)]


def test_switched_off_a_page_break_breaks_nothing() -> None:
    assert tops(read(p("甲") + p("乙", '<w:pageBreakBefore w:val="0"/>'))) == [(1, 80.0), (1, 100.0)]


def test_two_breaks_leave_a_page_empty() -> None:
    assert tops(read(p(r("甲") + BREAK) + p(BREAK) + p("乙"))) == [(1, 80.0), (3, 80.0)]


def test_a_continuous_section_goes_on_below() -> None:
    first = f"<w:sectPr>{PAGE}</w:sectPr>"
    body = p("甲", first) + p("乙")
    assert tops(read(body, '<w:type w:val="continuous"/>' + PAGE)) == [(1, 80.0), (1, 100.0)]


def test_a_section_has_its_own_page() -> None:
    wide = '<w:pgSz w:w="16000" w:h="12000"/><w:pgMar w:top="800" w:right="400" w:bottom="800" w:left="400"/>'
    document = read(p("甲", f"<w:sectPr>{PAGE}</w:sectPr>") + p("乙", '<w:jc w:val="right"/>'), wide)
    assert [(box.page, at(box)) for box in document.boxes] == [
        (1, near(100, 80, 110, 100)),
        (2, near(770, 40, 780, 60)),
    ]


def test_text_goes_on_to_the_next_page_where_it_does_not_fit() -> None:
    """32 lines of 20 points on a page of 640."""
    found = tops(read("".join(p(f"第{number}行") for number in range(65))))
    assert [found[0], found[31], found[32], found[63], found[64]] == [(1, 80), (1, 700), (2, 80), (2, 700), (3, 80)]


BEFORE, AFTER = '<w:spacing w:before="300"/>', '<w:spacing w:after="200"/>'


def compat(setting: str) -> str:
    return f"<w:settings {ROOT}><w:compat>{setting}</w:compat></w:settings>"


@pytest.mark.parametrize(
    ("first", "second", "top"),
    [
        ("", "", 100),
        (AFTER, "", 110),
        ("", BEFORE, 115),
        (AFTER, BEFORE, 115),
        ('<w:spacing w:line="600" w:lineRule="exact"/>', "", 110),
    ],
)
def test_the_space_between_paragraphs(first: str, second: str, top: float) -> None:
    """Of the space after one and before the next the larger counts."""
    now = '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
    assert tops(read(p("甲", first) + p("乙", second), settings=compat(now)))[1][1] == pytest.approx(top)


@defect("flow.Flow.begin knows no settings")
def test_both_spaces_count_where_the_settings_say_so() -> None:
    both = compat("<w:doNotUseHTMLParagraphAutoSpacing/>")
    assert tops(read(p("甲", AFTER) + p("乙", BEFORE), settings=both))[1][1] == pytest.approx(125)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(p("甲", BEFORE), id="of the document"),
        pytest.param(p(r("甲") + BREAK) + p("乙", BEFORE), id="behind a break"),
        pytest.param(p("甲") + p("乙", "<w:pageBreakBefore/>" + BEFORE), id="with a break before it"),
    ],
)
def test_space_stands_above_the_first_paragraph_of_a_page_too(body: str) -> None:
    """Unless the text has run over to it: only compatibility settings leave it out (ISO 29500-1, 17.15.3)."""
    assert tops(read(body))[-1][1] == pytest.approx(95)


@pytest.mark.parametrize(
    ("properties", "pitch"),
    [
        ('<w:spacing w:line="240" w:lineRule="auto"/>', 15.6),
        ('<w:spacing w:line="360" w:lineRule="auto"/>', 23.4),
        ('<w:spacing w:line="400" w:lineRule="exact"/>', 20),
        ('<w:spacing w:line="500" w:lineRule="atLeast"/>', 25),
    ],
)
def test_lines_snap_to_the_grid_unless_they_are_exact(properties: str, pitch: float) -> None:
    grid = PAGE + '<w:docGrid w:type="lines" w:linePitch="312"/>'
    assert tops(read(p("甲", properties) + p("乙"), grid))[1][1] == pytest.approx(80 + pitch)


@pytest.mark.parametrize(
    ("properties", "left"),
    [
        ("", 100),
        ('<w:ind w:left="400"/>', 120),
        ('<w:ind w:firstLine="400"/>', 120),
        ('<w:ind w:left="600" w:hanging="400"/>', 110),
        ('<w:ind w:firstLineChars="200" w:firstLine="420"/>', 120),
        ('<w:jc w:val="center"/>', 290),
        ('<w:jc w:val="right"/>', 480),
    ],
)
def test_indents_and_alignment(properties: str, left: float) -> None:
    """Two characters of 10 points in a column from 100 to 500."""
    (box,) = read(p("甲乙", properties)).boxes
    assert at(box) == near(left, 80, left + 20, 100)


# Frames (ISO 29500-1, 17.3.1.11)


def frame(x: int, more: str = "") -> str:
    return f'<w:framePr w:w="2000" w:h="1000" w:hAnchor="page" w:vAnchor="page" w:x="{x}" w:y="3000" {more}/>'


def test_paragraphs_of_one_frame_are_one_box() -> None:
    body = p("甲", frame(1000)) + p("乙", frame(1000)) + p("丙")
    boxes = read(body).boxes
    assert [(box.paragraphs, box.frame) for box in boxes] == [(("甲", "乙"), "shape"), (("丙",), None)]
    assert [at(box) for box in boxes] == [near(50, 150, 150, 200), near(100, 80, 110, 100)]


def test_neighbouring_frames_are_two_boxes() -> None:
    boxes = read(p("甲", frame(1000)) + p("乙", frame(5000))).boxes
    assert [(box.paragraphs, at(box)) for box in boxes] == [
        (("甲",), near(50, 150, 150, 200)),
        (("乙",), near(250, 150, 350, 200)),
    ]


@pytest.mark.parametrize(
    ("place", "x", "y"),
    [
        ('w:hAnchor="margin" w:vAnchor="margin" w:x="400" w:y="600"', 120, 110),
        ('w:hAnchor="text" w:vAnchor="text" w:x="400" w:y="600"', 120, 130),
        ('w:hAnchor="page" w:vAnchor="page" w:xAlign="center" w:yAlign="bottom"', 250, 750),
        ('w:hAnchor="margin" w:vAnchor="page" w:xAlign="right" w:y="600"', 400, 30),
    ],
)
def test_a_frame_counts_from(place: str, x: float, y: float) -> None:
    body = p("首行") + p("甲", f'<w:framePr w:w="2000" w:h="1000" w:hRule="exact" {place}/>')
    assert at(box_of(body)) == near(x, y, x + 100, y + 50)


# Tables (ISO 29500-1, 17.4)


def tc(content: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content if content.startswith('<') else p(content)}</w:tc>"


def tr(*cells: str, properties: str = '<w:trHeight w:val="800" w:hRule="exact"/>') -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def tbl(*rows: str, properties: str = "", widths: tuple[int, ...] = (2000, 3000, 3000)) -> str:
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return f"<w:tbl><w:tblPr>{properties}</w:tblPr><w:tblGrid>{columns}</w:tblGrid>{''.join(rows)}</w:tbl>"


def cells(body: str) -> dict[str, Cell]:
    return {box.text: box.cell for box in read(body).boxes if box.cell}


def test_cells_stand_in_a_grid_of_rows_and_columns() -> None:
    body = tbl(tr(tc("甲"), tc("乙"), tc("丙")), tr(tc("丁"), tc("戊"), tc("己"))) + p("后")
    document = read(body)
    assert [box.cell for box in document.boxes[:-1]] == [Cell(0, row, column) for row in (0, 1) for column in range(3)]
    assert {box.frame for box in document.boxes[:-1]} == {"cell"}
    assert at(document.boxes[4]) == pytest.approx((200, 120, 350, 160), abs=6)  # Word moves tables into the margin
    assert at(document.boxes[-1])[1] == pytest.approx(160)


def test_cells_span_columns_and_rows() -> None:
    restarted, merged = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    body = tbl(
        tr(tc("甲", '<w:gridSpan w:val="2"/>'), tc("乙", restarted)),
        tr(tc("丙", restarted), tc("丁"), tc("", merged)),
        tr(tc("", '<w:vMerge w:val="continue"/>'), tc("戊"), tc("己", restarted)),
    )
    assert cells(body) == {
        "甲": Cell(0, 0, 0, 1, 2),
        "乙": Cell(0, 0, 2, 2, 1),
        "丙": Cell(0, 1, 0, 2, 1),
        "丁": Cell(0, 1, 1),
        "戊": Cell(0, 2, 1),
        "己": Cell(0, 2, 2),
    }
    place = at(next(box for box in read(body).boxes if box.text == "乙"))
    assert place == pytest.approx((350, 80, 500, 160), abs=6)


def test_a_row_may_begin_further_in() -> None:
    body = tbl(tr(tc("甲"), tc("乙"), tc("丙")), tr(tc("丁"), tc("戊"), properties='<w:gridBefore w:val="1"/>'))
    assert (cells(body)["丁"], cells(body)["戊"]) == (Cell(0, 1, 1), Cell(0, 1, 2))


def test_rows_and_cells_stand_in_content_controls() -> None:
    def controlled(content: str) -> str:
        return f"<w:sdt><w:sdtPr/><w:sdtContent>{content}</w:sdtContent></w:sdt>"

    body = tbl(tr(tc("甲"), controlled(tc("乙"))), controlled(tr(tc("丙"), tc("丁"))), widths=(2000, 2000))
    assert cells(body) == {"甲": Cell(0, 0, 0), "乙": Cell(0, 0, 1), "丙": Cell(0, 1, 0), "丁": Cell(0, 1, 1)}


def test_a_deleted_row_is_left_out() -> None:
    gone = '<w:del w:id="1" w:author="a"/>'
    body = tbl(tr(tc("甲"), tc("乙")), tr(tc("丙"), tc("丁"), properties=gone), tr(tc("戊"), tc("己")))
    assert cells(body)["戊"] == Cell(0, 1, 0)
    assert "丙" not in cells(body)


def test_the_paragraphs_of_a_cell_are_those_of_its_box() -> None:
    body = tbl(tr(tc(p("甲") + p() + p("<w:r><w:t>乙</w:t><w:br/><w:t>丙</w:t></w:r>")), tc("丁")))
    assert texts(body) == [("甲", "乙", "丙"), ("丁",)]


def test_a_table_of_one_cell_is_a_box() -> None:
    document = read(tbl(tr(tc(p("甲") + p("乙"))), widths=(4000,)))
    (box,) = document.boxes
    assert (box.paragraphs, box.frame, box.cell) == (("甲", "乙"), "shape", None)
    assert at(box) == pytest.approx((100, 80, 300, 120), abs=6)


def test_a_table_in_a_cell_is_a_table_of_its_own() -> None:
    inner = tbl(tr(tc("乙"), tc("丙")), widths=(1000, 1000))
    body = tbl(tr(tc(p("甲") + inner + p()), tc("丁")), tr(tc("戊"), tc("己"))) + tbl(tr(tc("庚"), tc("辛")))
    found = cells(body)
    assert (found["甲"], found["丁"], found["己"]) == (Cell(0, 0, 0), Cell(0, 0, 1), Cell(0, 1, 1))
    assert (found["乙"], found["丙"]) == (
        Cell(found["乙"].table, 0, 0, within=(0, 0, 0)),
        Cell(found["乙"].table, 0, 1, within=(0, 0, 0)),
    )
    assert len({found[text].table for text in "甲乙庚"}) == 3
    assert Counter(texts(body)) == dict.fromkeys(((text,) for text in "甲乙丙丁戊己庚辛"), 1)


def test_a_table_in_a_table_in_a_text_box_is_read_once() -> None:
    table = tbl(tr(tc(p("甲") + tbl(tr(tc("乙"), tc("丙"))) + p()), tc("丁")))
    assert Counter(box_of(p(holding(table + p()))).paragraphs) == dict.fromkeys("甲乙丙丁", 1)


def test_a_floating_table_stands_beside_the_text() -> None:
    place = '<w:tblpPr w:horzAnchor="page" w:vertAnchor="page" w:tblpX="1000" w:tblpY="6000"/>'
    document = read(p("前") + tbl(tr(tc("甲"), tc("乙")), properties=place, widths=(2000, 2000)) + p("后"))
    assert [at(box) for box in document.boxes] == [
        near(100, 80, 110, 100),
        near(50, 300, 150, 340, within=6),
        near(150, 300, 250, 340, within=6),
        near(100, 100, 110, 120),
    ]


def test_boxes_anchored_in_cells_count_from_there() -> None:
    """The second cell of the second row begins at (200, 120)."""
    axes = position("H", "column", offset(10)), position("V", "paragraph", offset(5))
    drawing = floating(wsp("受理", (0, 0, 60, 20)), *axes, 60, 20)
    table = tbl(tr(tc("甲"), tc("乙"), tc("丙")), tr(tc("丁"), tc(p(r("戊") + drawing)), tc("己")))
    box = next(box for box in read(table).boxes if box.frame == "shape")
    assert (box.paragraphs, at(box)) == (("受理",), near(210, 125, 270, 145, within=6))
    assert cells(table)["戊"] == Cell(0, 1, 1)


def test_a_row_that_begins_before_the_grid_does_not_break_the_reading() -> None:
    body = tbl(tr(tc("甲"), properties='<w:gridBefore w:val="-1"/>'), widths=()) + p("乙")
    assert Counter(text for one in texts(body) for text in one) == {"甲": 1, "乙": 1}


def test_a_table_has_no_more_columns_than_word_allows() -> None:
    """63 of them; a number of a few bytes must not take gigabytes."""
    row = tr(tc("甲"), properties='<w:gridBefore w:val="100000"/>')
    table = etree.fromstring(f"<x {ROOT}>{tbl(row)}</x>")[0]
    assert len(grid_of(table, 400, Styles.of(None), None).widths) < 10_000


# SmartArt (ISO 29500-1, 21.4)


def smart_art(ext: str) -> str:
    def point(kind: str, text: str) -> str:
        return f'<dgm:pt modelId="{text}" {kind}><dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt>'

    kinds = {"根": 'type="doc"', "受理": "", "线": 'type="sibTrans"', "审查": 'type="node"'}
    points = "".join(point(kind, text) for text, kind in kinds.items())
    spaces = f'{ROOT} xmlns:dgm="{DGM}" xmlns:dsp="{DSP}"'
    return f"<dgm:dataModel {spaces}><dgm:ptLst>{points}</dgm:ptLst>{ext}</dgm:dataModel>"


DIAGRAM = on_page(f'<dgm:relIds xmlns:dgm="{DGM}" r:dm="diagramData1" r:lo="x"/>', (50, 60, 300, 200))


def test_a_diagram_is_read_from_its_drawing() -> None:
    drawn = "".join(
        f"<dsp:sp><dsp:spPr>{xfrm(rect)}<a:prstGeom prst='rect'/></dsp:spPr>"
        f"<dsp:txBody><a:bodyPr/><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dsp:txBody></dsp:sp>"
        for text, rect in (("受理", (0, 10, 100, 40)), ("审查", (150, 10, 100, 40)))
    )
    drawing = f'<dsp:drawing {ROOT} xmlns:dsp="{DSP}"><dsp:spTree>{drawn}</dsp:spTree></dsp:drawing>'
    ext = '<dgm:extLst><a:ext uri="x"><dsp:dataModelExt relId="diagramDrawing1"/></a:ext></dgm:extLst>'
    boxes = read(p(DIAGRAM), diagramData1=smart_art(ext), diagramDrawing1=drawing).boxes
    assert [(box.paragraphs, at(box)) for box in boxes] == [
        (("受理",), near(50, 70, 150, 110)),
        (("审查",), near(200, 70, 300, 110)),
    ]


def test_without_a_drawing_a_diagram_says_what_its_points_say() -> None:
    boxes = read(p(DIAGRAM), diagramData1=smart_art("")).boxes
    assert [box.paragraphs for box in boxes] == [("受理",), ("审查",)]
    for box in boxes:
        x0, top, x1, bottom = at(box)
        assert 50 <= x0 < x1 <= 350.1
        assert 60 <= top < bottom <= 260.1


# Headers and footers


def margins() -> dict[str, str]:
    return {
        "header1": f"<w:hdr {ROOT}>{p('页眉')}</w:hdr>",
        "footer1": f"<w:ftr {ROOT}>{p('页脚')}</w:ftr>",
    }


REFERENCES = '<w:headerReference w:type="default" r:id="header1"/><w:footerReference w:type="default" r:id="footer1"/>'


def test_headers_and_footers_are_read_once() -> None:
    """Though two sections, and every page of each, show them."""
    body = p(r("甲") + BREAK) + p("乙", f"<w:sectPr>{REFERENCES}{PAGE}</w:sectPr>") + p("丙")
    document = read(body, REFERENCES + PAGE, **margins())
    assert Counter((box.text, box.frame) for box in document.boxes) == {
        ("页眉", "margin"): 1,
        ("页脚", "margin"): 1,
        ("甲", None): 1,
        ("乙", None): 1,
        ("丙", None): 1,
    }
    assert [at(box)[1] for box in document.boxes if box.text == "页眉"] == [pytest.approx(40)]
    assert tops(document)[-1] == (3, 80.0)


@defect("reader._margins begins footers where they should end")
def test_a_footer_ends_at_its_distance_from_the_edge() -> None:
    """ISO 29500-1, 17.6.11: 30 points from the bottom of the page to the bottom of the footer."""
    document = read(p("甲"), REFERENCES + PAGE, **margins())
    assert [at(box)[3] for box in document.boxes if box.text == "页脚"] == [pytest.approx(770)]


# Packages


@pytest.mark.parametrize(
    "main",
    [
        MAIN,
        f"{TYPES}.template.main+xml",
        "application/vnd.ms-word.document.macroEnabled.main+xml",
        "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
    ],
)
def test_documents_and_templates_with_and_without_macros_are_read(main: str) -> None:
    assert [box.text for box in read_docx(SOURCE, word(p("甲"), main=main)).boxes] == ["甲"]


def changed(**parts: str | None) -> bytes:
    """A small document with some parts replaced or, where None, left out."""
    names = {
        "types": "[Content_Types].xml",
        "root": "_rels/.rels",
        "relations": "word/_rels/document.xml.rels",
        "document": "word/document.xml",
        "styles": "word/styles.xml",
        "numbering": "word/numbering.xml",
    }
    whole: dict[str, str | None] = {**parts_of(p("甲"), numbering=numbering(lvl("%1.")))}
    whole |= {names[key]: content for key, content in parts.items()}
    return _zipped({name: content for name, content in whole.items() if content is not None})


NO_RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"PK\x03\x04", id="the beginning of a package"),
        pytest.param("廉政".encode(), id="text"),
        pytest.param(b"%PDF-1.7\n", id="PDF"),
        pytest.param(_zipped({"甲.txt": "甲"}), id="another zip"),
        pytest.param(word(p("甲"), main=SHEET), id="a sheet by its type"),
        pytest.param(changed(types=None), id="no types"),
        pytest.param(changed(root=None), id="no relationships of the package"),
        pytest.param(changed(root=NO_RELATIONS), id="no relationship to the document"),
        pytest.param(changed(document=None), id="no document"),
        pytest.param(changed(styles=None), id="a part that is referred to is missing"),
        pytest.param(changed(document="<w:document"), id="the document is no XML"),
        pytest.param(changed(document="甲"), id="the document is text"),
        pytest.param(changed(document=f"<!DOCTYPE x><w:document {ROOT}/>"), id="a document type"),
        pytest.param(changed(styles="<w:styles"), id="the styles are no XML"),
    ],
)
def test_what_is_no_word_document_is_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable) as error:
        read_docx(SOURCE, data)
    assert error.value.where == SOURCE.path
    assert isinstance(error.value.state, State)
    assert error.value.what
    assert error.value.remedy


def readable(data: bytes) -> bool:
    """Whether bytes are read; anything but Unreadable fails the test."""
    try:
        read_docx(SOURCE, data)
    except Unreadable:
        return False
    return True


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(f"<w:document {ROOT}/>", id="no body"),
        pytest.param(f"<w:document {ROOT}><w:body/></w:document>", id="an empty body"),
        pytest.param(
            f"<w:hdr {ROOT}>{p('甲')}</w:hdr>",
            id="a header in the place of the document",
        ),
        pytest.param("<document/>", id="another root"),
    ],
)
def test_a_document_without_content_is_empty_or_unreadable(document: str) -> None:
    readable(changed(document=document))


@pytest.mark.parametrize("part", ["styles", "numbering"])
def test_another_root_in_a_part_is_harmless(part: str) -> None:
    readable(changed(**{part: "<x/>"}))


def test_documents_without_styles_and_relationships_are_read() -> None:
    assert readable(changed(styles=None, numbering=None, relations=NO_RELATIONS))
    assert readable(changed(styles=None, numbering=None, relations=None))


RICH = (
    item("甲")
    + item("乙", depth=1)
    + p("<w:r><w:t>丙</w:t><w:tab/><w:br/><w:sym w:font='x' w:char='2460'/></w:r>", '<w:jc w:val="center"/>')
    + p("丁", '<w:pageBreakBefore w:val="1"/><w:spacing w:before="100" w:after="100" w:beforeLines="50"/>')
    + p("戊", '<w:ind w:left="400" w:firstLineChars="200" w:hanging="100"/><w:rPr><w:sz w:val="20"/></w:rPr>')
    + p("己", frame(1000, 'w:xAlign="center"'))
    + p(
        on_page(
            group(wsp("庚", (0, 0, 9, 9), 'rot="5400000" flipH="1"'), (0, 0, 60, 40), (5, 5, 50, 50)), (9, 9, 60, 40)
        )
    )
    + single("", (9, 99, 60, 40), form="line", line=TIPS["tail"], glue='<a:stCxn id="9" idx="2"/>')
    + p(
        floating(
            wsp("辛", (0, 0, 60, 40)),
            position("H", *aligned("margin", "center")),
            position("V", *aligned("page", "center")),
            60,
            40,
        )
    )
    + p(pict(vml("壬", styled("9pt", "1in", "2cm", "3mm", "rotation:90;flip:x;mso-left-percent:250"))))
    + p(
        pict(
            vml(
                "",
                styled("9pt", "1in", "2cm", "3mm"),
                "group",
                'coordorigin="1,2" coordsize="90,90"',
                vml("癸", "left:1;top:2;width:30;height:40") + vml("", "", "line", 'from="1,2" to="30,40"', ENDARROW),
            )
        )
    )
    + p(pict(vml("", "position:absolute", "line", 'from="1pt,2pt" to="30pt,40pt"', ENDARROW)))
    + tbl(
        tr(tc("子", '<w:gridSpan w:val="2"/>'), tc("丑", '<w:vMerge w:val="restart"/>')),
        tr(tc("寅"), tc(tbl(tr(tc("卯"), tc("辰"))) + p()), tc("", "<w:vMerge/>")),
        properties='<w:tblpPr w:horzAnchor="page" w:vertAnchor="text" w:tblpX="100" w:tblpYSpec="center"/>',
    )
    + p("巳", f"<w:sectPr>{REFERENCES}{PAGE}</w:sectPr>")
)
RICH_PARTS = parts_of(
    RICH,
    f'{PAGE}<w:cols w:num="2" w:space="400"/><w:docGrid w:type="lines" w:linePitch="312"/>',
    numbering=numbering(lvl("%1."), lvl("%1.%2", depth=1), nums=num(1, 0, restart(1))),
    **margins(),
)
SMALL = _zipped(RICH_PARTS)
NONSENSE = ("", "-1", "-99999", "99999", "0", "0.5", "nan", "inf", "1e300", "甲", "²", "%9", "1,2,3")
EDITED = ("word/document.xml", "word/numbering.xml", "word/styles.xml")


def test_the_document_to_be_damaged_is_whole() -> None:
    found = {text for box in read_docx(SOURCE, SMALL).boxes for text in box.paragraphs}
    assert set("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳") <= {char for text in found for char in text}


@given(st.integers(0, len(SMALL) - 1))
@settings(deadline=None, max_examples=60)
def test_a_truncated_document_is_unreadable(length: int) -> None:
    assert not readable(SMALL[:length])


@given(st.lists(st.tuples(st.integers(0, len(SMALL) - 1), st.integers(0, 255)), min_size=1, max_size=4))
@settings(deadline=None, max_examples=60)
def test_changed_bytes_never_break_the_reader(changes: list[tuple[int, int]]) -> None:
    data = bytearray(SMALL)
    for place, value in changes:
        data[place] = value
    readable(bytes(data))


def edited(name: str, place: int, value: str | None) -> bytes:
    """The document with one attribute of a part changed or, for None, one element taken out, but for the body."""
    root = etree.fromstring(RICH_PARTS[name].encode())
    if value is None:
        elements = [one for one in root.iterdescendants() if one.tag != f"{{{NAMESPACES['w']}}}body"]
        one = elements[place % len(elements)]
        parent = one.getparent()
        assert parent is not None
        parent.remove(one)
    else:
        attributes = [(element, key) for element in root.iter() for key in element.attrib]
        element, key = attributes[place % len(attributes)]
        element.set(key, value)
    return _zipped({**RICH_PARTS, name: etree.tostring(root, encoding="unicode")})


@given(st.sampled_from(EDITED), st.integers(0, 9999), st.none() | st.sampled_from(NONSENSE))
@settings(deadline=None, max_examples=80)
def test_nonsense_in_a_sound_package_never_breaks_the_reader(name: str, place: int, value: str | None) -> None:
    readable(edited(name, place, value))


# Whole documents


def drawn(pages: tuple[Page, ...]) -> Counter[str]:
    """The paragraphs on some pages, without numbers."""
    shown = [one for page in pages for shape in (*page.titles, *page.shapes) for one in shape.paragraphs]
    tables = [page.table for page in pages if page.table]
    shown += [one for table in tables for row in table.rows for cell in row for one in cell.paragraphs]
    return unnumbered(shown)


def unnumbered(paragraphs: list[str]) -> Counter[str]:
    """Automatic numbers have forms of their own."""
    return Counter(re.sub(r"^\(?\d+[.、)]", "", text) for text in paragraphs)


TWO = ("two_a_page", "side_by_side")  # charts on a page


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_boxes_say_what_is_drawn_as_often_as_it_is_drawn(layout: str, encoding: str) -> None:
    if encoding == "tables" and not layout.startswith("table"):
        pytest.skip("this encoding draws tables alone")
    pages = LAYOUTS[layout]([CHARTS["water"], *([CHARTS["injury"]] if layout in TWO else [])])
    boxes = read_docx(SOURCE, docx(pages, encoding)).boxes
    assert unnumbered([text for box in boxes for text in box.paragraphs]) == drawn(pages)


@pytest.mark.parametrize("encoding", [name for name in ENCODINGS if name not in ("tables", "linked")])
@pytest.mark.parametrize("layout", ["spine", "staggered", "two_pages"])
def test_the_boxes_and_arrows_stand_where_they_are_drawn(layout: str, encoding: str) -> None:
    """Boxes in cells may stand a body line away, as the mark of a paragraph with nothing but a page break may."""
    pages = LAYOUTS[layout]([CHARTS["water"]])
    document = read_docx(SOURCE, docx(pages, encoding))
    within = PITCH + 0.1 if encoding == "cells" else 1
    for number, page in enumerate(pages, 1):
        boxes = [at(box) for box in document.boxes if box.page == number and box.frame == "shape"]
        for shape in page.shapes:
            assert any(one == near(shape.x, shape.y, shape.right, shape.bottom, within=within) for one in boxes)
        lines = [ends(line) for line in document.lines if line.page == number and line.arrow]
        assert len(lines) == len(page.arrows)
        for (x0, y0), (x1, y1) in (arrow.points for arrow in page.arrows):
            assert any(one == near(x0, y0, x1, y1, within=1) for one in lines)
