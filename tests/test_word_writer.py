"""The Word documents that tests are made of say what their labels say."""

import io
import shutil
import zipfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests import make_word
from tests.draw import LAYOUTS, Chart, Page, Shape
from tests.word import ENCODINGS, ITEM, NAMESPACES, docx

CHARTS = make_word.charts()
W = f"{{{NAMESPACES['w']}}}"
MC = f"{{{NAMESPACES['mc']}}}"
DRAWN = [layout for layout in LAYOUTS if not layout.startswith("table")]


def _pages(layout: str, *names: str) -> tuple[Page, ...]:
    return LAYOUTS[layout]([CHARTS[name] for name in names or ("water", "injury")])


def _parts(document: bytes) -> dict[str, ET.Element]:
    with zipfile.ZipFile(io.BytesIO(document)) as package:
        return {name: ET.fromstring(package.read(name)) for name in package.namelist()}


def _texts(element: ET.Element, passed: str) -> Counter[str]:
    """The paragraphs of a part, each as one text; `passed` are the alternatives not looked at."""
    found: Counter[str] = Counter()
    for child in element:
        if child.tag == f"{W}p":
            found[_own(child)] += 1
        if child.tag != passed:
            found += _texts(child, passed)
    return found


def _own(element: ET.Element) -> str:
    """The text of a paragraph without the text of the boxes that it holds."""
    if element.tag == f"{W}txbxContent":
        return ""
    return (element.text or "" if element.tag == f"{W}t" else "") + "".join(_own(child) for child in element)


def _drawn(pages: tuple[Page, ...]) -> Counter[str]:
    """The paragraphs that should stand in a document of these pages."""
    found: Counter[str] = Counter()
    for page in pages:
        for shape in (*page.titles, *page.shapes):
            found.update(shape.paragraphs)
        for row in page.table.rows if page.table else ():
            for cell in row:
                found.update(cell.paragraphs)
    return found


def _said(texts: Counter[str]) -> Counter[str]:
    """Without empty paragraphs and typed numbers."""
    found: Counter[str] = Counter()
    for text, count in texts.items():
        item = ITEM.fullmatch(text)
        found[item[1] if item else text] += count
    return +Counter({text: count for text, count in found.items() if text})


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_text_stands_in_the_file_once(layout: str, encoding: str) -> None:
    """In the drawing and again in its fallback, never more often than in the labels."""
    pages = _pages(layout)
    if encoding == "tables" and layout in DRAWN:
        pytest.skip("this encoding draws tables alone")
    body = _parts(docx(pages, encoding))["word/document.xml"]
    for passed in ("Fallback", "Choice"):
        assert _said(_texts(body, MC + passed)) == _said(_drawn(pages))


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_drawing_says_what_the_labels_say(layout: str, name: str) -> None:
    """Every stage, item, level, owner and title is drawn, as often as it is labelled."""
    texts = _said(_drawn(_pages(layout, name)))
    expected = _labelled(CHARTS[name], layout)
    assert {text: texts[text] for text in expected} == expected


def _labelled(chart: Chart, layout: str) -> Counter[str]:
    label = ("", "") if layout.startswith("table") else ("风险等级：", "责任人：")
    found = Counter(str(chart["title"]).split(" "))
    for stage in chart["stages"]:
        found[stage["stage"]] += 1
        for kind in ("risks", "measures", "monitor"):
            found.update(f"{item}。" for item in stage[kind])
        found.update(
            f"{name}{stage[kind]}" for name, kind in zip(label, ("level", "owner"), strict=True) if stage[kind]
        )
    return found


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("layout", DRAWN)
def test_shapes_lie_apart_and_on_the_page(layout: str, name: str) -> None:
    """Nothing overlaps, nothing sticks out."""
    for page in _pages(layout, name, "relief"):
        shapes = (*page.titles, *page.shapes)
        assert min(min(one.x, one.y) for one in shapes) >= 0
        assert all(one.right <= page.width and one.bottom <= page.height for one in shapes)
        pairs = ((one, other) for number, one in enumerate(shapes) for other in shapes[:number])
        assert [pair for pair in pairs if _overlap(*pair)] == []
        assert all(arrow.start in shapes and arrow.end in shapes for arrow in page.arrows)


def _overlap(one: Shape, other: Shape) -> bool:
    across = min(one.right, other.right) - max(one.x, other.x)
    return across > 0.1 and min(one.bottom, other.bottom) - max(one.y, other.y) > 0.1


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_same_seed_gives_the_same_bytes(encoding: str) -> None:
    """And another seed another order."""
    pages = _pages("table" if encoding == "tables" else "spine")
    assert docx(pages, encoding, seed=1) == docx(pages, encoding, seed=1)
    assert encoding == "tables" or docx(pages, encoding, seed=1) != docx(pages, encoding, seed=2)


@pytest.mark.parametrize("specimen", make_word.SPECIMENS, ids=lambda one: one.name)
def test_specimens_are_up_to_date(specimen: make_word.Specimen) -> None:
    """`python -m tests.make_word` has been run since the writer was changed."""
    document, labels = make_word.written(specimen)
    path = make_word.CORPUS / f"{specimen.name}.docx"
    assert _parts(path.read_bytes()).keys() == _parts(document).keys()
    for name, part in _parts(document).items():
        assert ET.tostring(_parts(path.read_bytes())[name]) == ET.tostring(part)
    assert path.with_suffix(".json").read_text(encoding="utf-8") == labels


def test_specimens_cover_every_layout_and_every_encoding() -> None:
    assert {one.layout for one in make_word.SPECIMENS} == set(LAYOUTS)
    assert {one.encoding for one in make_word.SPECIMENS} == set(ENCODINGS)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not here")
@pytest.mark.parametrize("specimen", make_word.SPECIMENS, ids=lambda one: one.name)
def test_an_office_opens_the_specimens(specimen: make_word.Specimen, tmp_path: Path) -> None:
    """LibreOffice makes a PDF of each."""
    pdf = make_word.convert(make_word.CORPUS / f"{specimen.name}.docx", "pdf", tmp_path)
    assert pdf.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("name", make_word.RESAVED)
def test_what_an_office_saved_again_still_says_the_same(name: str) -> None:
    specimen = next(one for one in make_word.SPECIMENS if one.name == name)
    again = _parts((make_word.CORPUS / f"{name}-resaved.docx").read_bytes())["word/document.xml"]
    assert _said(_texts(again, f"{MC}Fallback")) == _said(_drawn(_pages(specimen.layout, *specimen.charts)))
