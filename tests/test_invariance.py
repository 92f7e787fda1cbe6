"""The same chart gives the same records, whatever format it comes in and in whatever order its shapes stand."""

import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import Unreadable
from pipeline.extract import extract
from pipeline.extract.ocr import is_installed
from pipeline.extract.office import soffice, to_docx
from pipeline.ingest import read
from pipeline.model import Record
from tests import gate, make_pages
from tests.draw import LAYOUTS
from tests.gate import CORPUS
from tests.make_word import convert
from tests.word import docx

# A dump whose reading is certain: the figures of both are 1.000 throughout.
DUMPS = ["licence-forward", "penalty-template"]
LAYOUT_OF = {
    "wps": "spine",
    "vml": "columns",
    "group": "mirrored",
    "vml_group": "alternating",
    "canvas": "landscape",
    "bare": "staggered",
    "frames": "two_a_page",
    "numbered": "side_by_side",
}
OWN = {"id", "document", "sha256", "page", "placed_by", "confidence", "doubts", "boxes"}


def _told(path: Path) -> list[dict[str, Any]]:
    """What the records of a file say, less what depends on the file."""
    return _said(read(path, path.name).records)


def _said(records: Iterable[Record]) -> list[dict[str, Any]]:
    return [{k: v for k, v in one.to_json().items() if k not in OWN} for one in records]


@cache
def _charts(name: str) -> list[dict[str, Any]]:
    charts: list[dict[str, Any]] = json.loads((CORPUS / f"{name}.json").read_text("utf-8"))["charts"]
    return charts


def _word(folder: Path, name: str, encoding: str, seed: int = 0) -> Path:
    path = folder / f"{name}.docx"
    path.write_bytes(docx(LAYOUTS[LAYOUT_OF[encoding]](_charts(name)), encoding, seed))
    return path


@pytest.mark.parametrize("encoding", LAYOUT_OF)
@pytest.mark.parametrize("name", DUMPS)
def test_a_word_file_says_what_the_dump_says(tmp_path: Path, name: str, encoding: str) -> None:
    assert _told(_word(tmp_path, name, encoding)) == _told(CORPUS / f"{name}.txt")


@pytest.mark.skipif(soffice() is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("encoding", ["wps", "vml"])
def test_a_doc_says_what_the_dump_says(tmp_path: Path, encoding: str) -> None:
    path = _word(tmp_path, "licence-forward", encoding)
    doc = convert(path, "doc", tmp_path / "doc")
    assert _told(doc) == _told(CORPUS / "licence-forward.txt")


@given(st.integers(0, 10**6), st.sampled_from(sorted(LAYOUT_OF)))
@settings(max_examples=12, deadline=None)
def test_the_order_of_the_shapes_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, seed: int, encoding: str
) -> None:
    folder = tmp_path_factory.mktemp("order")
    shuffled = _told(_word(folder, "licence-forward", encoding, seed))
    assert shuffled == _told(_word(folder, "licence-forward", encoding, 0))


@pytest.mark.parametrize("encoding", sorted(LAYOUT_OF.keys() - {"numbered"}))
def test_every_box_comes_out_as_often_as_it_was_drawn(tmp_path: Path, encoding: str) -> None:
    """Automatic numbers are other numbers than those drawn; titles are boxes in some encodings and text in others."""
    pages = LAYOUTS[LAYOUT_OF[encoding]](_charts("penalty-template"))
    drawn = Counter("".join(shape.paragraphs) for page in pages for shape in page.shapes)
    titles = Counter("".join(shape.paragraphs) for page in pages for shape in page.titles)
    boxes = extract(_word(tmp_path, "penalty-template", encoding), "甲").boxes
    assert Counter(box.text for box in boxes if box.text) == drawn + titles


def test_what_a_converted_file_is_refused_for_names_it(tmp_path: Path) -> None:
    [refused] = to_docx([("甲.doc", b"<html><body>x</body></html>")])
    assert isinstance(refused, Unreadable)
    assert refused.where == "甲.doc"


# Fixed pages


PRINTS = sorted(CORPUS.glob("word-*.pdf"))


def _drawn(folder: Path, specimen: make_pages.Specimen) -> Path:
    """The charts of a specimen in a Word file."""
    path = folder / "甲.docx"
    path.write_bytes(docx(LAYOUTS["spine"](make_pages.charts_of(specimen)), "wps", 0))
    return path


def test_every_word_specimen_is_printed_that_prints_as_it_is() -> None:
    assert [path.stem for path in PRINTS] == sorted(make_pages.PRINTED)


@pytest.mark.parametrize("path", PRINTS, ids=lambda path: path.stem)
def test_a_print_says_what_its_word_file_says(path: Path) -> None:
    assert _told(path) == _told(path.with_suffix(".docx"))


@pytest.mark.parametrize("specimen", make_pages.DRAWN, ids=lambda one: one.name)
def test_drawn_pages_say_what_a_word_file_says(tmp_path: Path, specimen: make_pages.Specimen) -> None:
    assert _told(specimen.path) == _told(_drawn(tmp_path, specimen))


@pytest.mark.skipif(not is_installed(), reason="the extra `ocr` is not installed")
def test_a_scan_says_what_a_word_file_says(tmp_path: Path) -> None:
    """Character for character."""
    scan = gate.of_corpus(make_pages.SCAN.path)
    assert _said(chain.from_iterable(gate.charts_of(scan))) == _told(_drawn(tmp_path, make_pages.SCAN))


@pytest.mark.parametrize("specimen", make_pages.DRAWN, ids=lambda one: one.name)
def test_drawn_pages_are_up_to_date(specimen: make_pages.Specimen) -> None:
    """`python -m tests.make_pages` has been run since the writers were changed."""
    assert _parts(specimen.path.read_bytes()) == _parts(make_pages.drawn(specimen))


@pytest.mark.parametrize("specimen", [*make_pages.DRAWN, make_pages.SCAN], ids=lambda one: one.name)
def test_labels_of_drawn_pages_are_up_to_date(specimen: make_pages.Specimen) -> None:
    assert specimen.path.with_suffix(".json").read_text("utf-8") == make_pages.labels(specimen)


def _parts(data: bytes) -> Mapping[str, bytes]:
    """What a package holds, however it is compressed; any other file whole."""
    if not data.startswith(b"PK"):
        return {"": data}
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}
