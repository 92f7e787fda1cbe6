"""PDF and OFD files that cannot be read, or not wholly: what the user is told, and that the rest is read."""

import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner

import cli
from pipeline.errors import State, Unreadable
from pipeline.extract import fixed, ocr
from pipeline.extract.page.marks import Area, Glyph, Marks, Stroke
from pipeline.extract.page.sheets import Sheet
from pipeline.extract.pdf import marks_of
from pipeline.ingest import read
from pipeline.model import BBox, Box, Ocr, Problem, Reading, Source
from tests import chores
from tests.draw import LAYOUTS, Page
from tests.gate import CORPUS
from tests.ofd import ofd, zipped
from tests.pdf import WAYS, pdf_of, text
from tests.pdf import Sheet as Drawn
from tests.pdf import _sheet as drawn

INSTALL = "安装文字识别组件后再录入：pip install 'liantu[ocr]'"
WITH_OCR = "去掉 --ocr never 再录入"
WORDS = "受理窗口应当一次告知需要补正的全部内容不得在清单以外索要证明材料"
FULL = "q 200 0 0 300 0 0 cm /X Do Q"  # an image over the whole of a page
SCAN = {"X": ("/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8", "\xff")}
IMAGE = Drawn(FULL, objects=SCAN)
NOT_READ = "没有读取"


@pytest.fixture
def without_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fixed, "is_installed", lambda: False)


@pytest.fixture
def with_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fixed, "is_installed", lambda: True)


@cache
def pages() -> tuple[Page, ...]:
    """A page for each of some charts."""
    found: list[dict[str, Any]] = json.loads((CORPUS / "licence-forward.json").read_text("utf-8"))["charts"]
    return tuple(LAYOUTS["spine"](found[:2]))


@cache
def good() -> tuple[Drawn, ...]:
    return tuple(drawn(page, number, WAYS["plain"]) for number, page in enumerate(pages(), 1))


def amid(page: Drawn) -> bytes:
    """A file with this as its second page of three."""
    first, last = good()
    return pdf_of([first, page, last])


@cache
def records_of_the_good() -> list[tuple[Any, ...]]:
    """The risk points of both charts, as their labels have them; a stage without any makes no record."""
    charts = json.loads((CORPUS / "licence-forward.json").read_text("utf-8"))["charts"][:2]
    return [tuple(stage["risks"]) for chart in charts for stage in chart["stages"] if stage["risks"]]


def said(folder: Path, data: bytes, ocr: Ocr = "never", name: str = "甲.pdf") -> Reading:
    path = folder / name
    path.write_bytes(data)
    return read(path, name, ocr=ocr)


def refused(folder: Path, data: bytes, ocr: Ocr = "never", name: str = "甲.pdf") -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        said(folder, data, ocr, name)
    assert caught.value.where == str(folder / name)
    return caught.value


def ingested(folder: Path, *options: str) -> dict[str, Any]:
    """What `liantu ingest --json` prints."""
    result = CliRunner().invoke(cli.main, ["ingest", "--json", *options, str(folder)])
    assert result.exit_code in (0, 2), result.exception
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def assert_the_rest_is_read(reading: Reading, code: str, message: str) -> None:
    """Both charts, and one problem with the second page."""
    assert [record.risk_points for record in reading.records] == records_of_the_good()
    assert {record.page for record in reading.records} == {1, 3}
    assert [(one.code, one.page) for one in reading.problems] == [(code, 2)]
    assert message in reading.problems[0].message


# Fonts that do not say what their characters are


def mapped(targets: Mapping[int, str] | None, codes: int, place: int = 9) -> Drawn:
    """A page of `codes` characters in a font whose map says what each is; `place`: the number of the map's object."""
    lines = [f"<{code:04x}> <{target.encode('utf-16-be').hex()}>" for code, target in (targets or {}).items()]
    chars = "".join(f"1 beginbfchar\n{line}\nendbfchar\n" for line in lines)
    cmap = f"begincmap\n1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n{chars}endcmap"
    system = "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
    face = f"<</Type/Font/Subtype/CIDFontType2/BaseFont/Own{system}/DW 1000>>"
    known = f"/ToUnicode {place} 0 R" if targets is not None else ""
    font = f"<</Type/Font/Subtype/Type0/BaseFont/Own/Encoding/Identity-H/DescendantFonts[{face}]{known}>>"
    rows = [range(start, min(start + 16, codes + 1)) for start in range(1, codes + 1, 16)]
    content = " ".join(
        f"BT /F3 10 Tf 1 0 0 1 10 {280 - 14 * number} Tm <{''.join(f'{code:04x}' for code in row)}> Tj ET"
        for number, row in enumerate(rows)
    )
    form = f"/Type/XObject/Subtype/Form/BBox[0 0 200 300]/Resources<</Font<</F3 {font}>>>>"
    return Drawn("/F Do", objects={"M": ("", cmap), "F": (form, content)})


def map_of(characters: str) -> dict[int, str]:
    return dict(enumerate(characters, 1))


def han(seed: int, count: int) -> str:
    dice = Random(seed)
    return "".join(chr(dice.randint(0x4E00, 0x9FA5)) for _ in range(count))


UNKNOWN = [
    pytest.param(None, "100% 的字符缺少文字编码", id="no map"),
    pytest.param({}, "100% 的字符缺少文字编码", id="an empty map"),
    pytest.param(map_of("".join(map(chr, range(0xE000, 0xE040)))), "100% 的字符缺少文字编码", id="private use"),
    pytest.param(map_of("".join(map(chr, range(0xF021, 0xF061)))), "100% 的字符缺少文字编码", id="symbols"),
    pytest.param(dict.fromkeys(range(1, 65), ""), "100% 的字符缺少文字编码", id="mapped to nothing"),
    pytest.param(map_of((WORDS * 2)[:48]), "25% 的字符缺少文字编码", id="one in four"),
    pytest.param(map_of(han(7, 64)), "文字编码不可信", id="a wrong map"),
]


@pytest.mark.parametrize(("targets", "reason"), UNKNOWN)
def test_text_that_says_nothing_is_not_read(tmp_path: Path, targets: dict[int, str] | None, reason: str) -> None:
    error = refused(tmp_path, pdf_of([mapped(targets, 64)]))
    assert (error.lacks, error.what, error.remedy) == ("needs-ocr", reason, WITH_OCR)
    reading = said(tmp_path, amid(mapped(targets, 64, place=11)), name="乙.pdf")
    assert_the_rest_is_read(reading, "needs-ocr", f"{reason}，{NOT_READ}；{WITH_OCR}")


def test_a_right_map_is_believed(tmp_path: Path) -> None:
    reading = said(tmp_path, pdf_of([mapped(map_of((WORDS * 2)[:64]), 64)]))
    assert {one.code for one in reading.problems} <= {"no-charts", "unplaced-text"}
    assert reading.tally.total == 64


def test_few_characters_without_a_code_are_told(tmp_path: Path, with_ocr: None) -> None:
    """The text is better than what OCR would read; bullets of symbol fonts are none at all."""
    characters = (WORDS * 2)[:62]
    reading = said(tmp_path, pdf_of([mapped(map_of(characters + "\ue001\uf0b7"), 64)]), "auto")
    assert Problem("text-incomplete", "1 个字符缺少文字编码，请核对", 1) in reading.problems
    assert reading.tally.total >= 62


# Pages that are images


def test_a_scan_names_what_reads_it(tmp_path: Path, without_ocr: None) -> None:
    error = refused(tmp_path, pdf_of([IMAGE]), "auto")
    assert (error.lacks, error.what, error.remedy) == ("needs-ocr", "是扫描图像，没有文字层", INSTALL)


def test_a_scan_may_be_left_out_on_purpose(tmp_path: Path) -> None:
    error = refused(tmp_path, pdf_of([IMAGE]))
    assert (error.lacks, error.what, error.remedy) == ("needs-ocr", "是扫描图像，没有文字层", WITH_OCR)


def test_a_scan_among_other_pages_is_a_problem(tmp_path: Path, without_ocr: None) -> None:
    reading = said(tmp_path, amid(IMAGE), "auto")
    assert_the_rest_is_read(reading, "needs-ocr", f"是扫描图像，没有文字层，{NOT_READ}；{INSTALL}")


def test_who_asks_for_ocr_is_told_that_there_is_none(tmp_path: Path, without_ocr: None) -> None:
    reading = said(tmp_path, pdf_of(good()), "always")
    assert [record.risk_points for record in reading.records] == records_of_the_good()
    assert reading.problems == (Problem("needs-ocr", f"没有一页由 OCR 识别；{INSTALL}"),)


OUTLINES = "\n".join(f"{place % 20 * 9} {place // 20 * 9} 5 5 re S" for place in range(250))


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (Drawn(OUTLINES), "文字已转成曲线"),
        (Drawn("q 100 0 0 100 0 0 cm /X Do Q", objects=SCAN), "只有图像，没有文字"),
        (Drawn(f"{FULL} {text('第1页', '1 0 0 1 9 9', 9)}", objects=SCAN), "是扫描图像，没有文字层"),
    ],
)
def test_other_pages_without_text(tmp_path: Path, without_ocr: None, page: Drawn, reason: str) -> None:
    error = refused(tmp_path, pdf_of([page]), "auto")
    assert (error.lacks, error.what, error.remedy) == ("needs-ocr", reason, INSTALL)


def test_few_words_beside_an_image_are_read_with_a_doubt(tmp_path: Path, without_ocr: None) -> None:
    page = Drawn(f"{FULL} {text(WORDS, '1 0 0 1 9 9', 5)}", objects=SCAN)
    reading = said(tmp_path, pdf_of([page]), "auto")
    assert Problem("text-doubtful", "大部分是图像，图像里的文字没有读，请核对", 1) in reading.problems
    assert reading.tally.total == len(WORDS)


def test_an_invisible_text_layer_is_used_with_a_doubt(tmp_path: Path, without_ocr: None) -> None:
    """A program recognised it in the scan above it: in its boxes and records the confidence is less."""
    first, last = good()
    reading = said(tmp_path, pdf_of([replace(first, content=f"3 Tr {first.content}"), last]), "auto")
    assert [record.risk_points for record in reading.records] == records_of_the_good()
    assert reading.problems == (Problem("text-doubtful", "是扫描图像，文字层由其他程序识别，请核对", 1),)
    guessed = [record for record in reading.records if record.page == 1]
    assert guessed
    assert all(place.confidence < 1 for record in guessed for place in record.boxes)
    assert all(record.confidence < 1 for record in guessed)
    assert {place.confidence for record in reading.records if record.page == 2 for place in record.boxes} == {1}


# Pages that are damaged, empty, or too much


@pytest.mark.parametrize("content", ["", " ", "q Q", "BT ET", ") ] >> rubbish (", "/Missing Do"])
def test_a_page_of_which_nothing_is_read(tmp_path: Path, content: str) -> None:
    message = "没有读到内容：是空白页，或已损坏"
    assert_the_rest_is_read(said(tmp_path, amid(Drawn(content))), "empty-page", message)


def test_a_file_in_which_nothing_stands_is_no_error(tmp_path: Path) -> None:
    reading = said(tmp_path, pdf_of([Drawn(""), Drawn("")]))
    assert (reading.records, [(one.code, one.page) for one in reading.problems]) == (
        (),
        [("empty-page", 1), ("empty-page", 2)],
    )


def nested(depth: int) -> Drawn:
    """Forms within one another."""
    form = "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F %d 0 R>>>>"
    objects = {"F" if not place else f"F{place}": (form % (12 + place), "/F Do") for place in range(depth)}
    return Drawn("/F Do", objects=objects)


def test_a_page_that_cannot_be_read_costs_no_other(tmp_path: Path) -> None:
    """Its forms are nested deeper than the interpreter goes."""
    assert_the_rest_is_read(said(tmp_path, amid(nested(2000))), "page-damaged", "这一页读不出来：内容损坏")


CROWDED = Drawn(text("字" * 150_001, "1 0 0 1 9 9", 1))


def test_a_page_with_too_much_on_it_costs_no_other(tmp_path: Path) -> None:
    assert_the_rest_is_read(said(tmp_path, amid(CROWDED)), "page-too-large", "这一页读不出来：内容太多")


def bomb(size: int) -> Drawn:
    """A page whose content inflates to so many bytes."""
    packer = zlib.compressobj(1)
    packed = b"".join([packer.compress(b" " * (1 << 20)) for _ in range(size >> 20)]) + packer.flush()
    form = "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Filter/FlateDecode"
    return Drawn("/F Do", objects={"F": (form, packed.decode("latin-1"))})


def test_a_page_that_swells_costs_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fixed, "PAGE_MEMORY", 1 << 29)
    data = amid(bomb(1 << 29))
    assert len(data) < 1 << 22
    assert_the_rest_is_read(said(tmp_path, data), "page-out-of-memory", "这一页读不出来：占用内存过多")


DOUBLING = {
    f"F{level}": (
        f"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</N {10 + level} 0 R>>>>",
        "/N Do /N Do",
    )
    for level in range(40)
}


def test_a_page_without_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of forty forms draws the next one twice."""
    monkeypatch.setattr(fixed, "PAGE_SECONDS", 1.0)
    error = refused(tmp_path, pdf_of([Drawn("/F0 Do", objects=DOUBLING)]))
    assert (error.state, error.what) == (State.TIMEOUT, "第 1 页读不出来：超过时限")
    assert "请拆成" in error.remedy


def test_one_page_with_too_much_is_refused(tmp_path: Path) -> None:
    error = refused(tmp_path, pdf_of([CROWDED]))
    assert (error.state, error.what) == (State.TOO_LARGE, "第 1 页读不出来：内容太多")


@pytest.mark.parametrize("side", [1e-3, 14400, 1e9])
def test_the_size_of_a_page_costs_nothing(tmp_path: Path, side: float) -> None:
    page = Drawn(text(WORDS, "1 0 0 1 0 0", 10), (0, 0, max(side, 1), max(side, 1)))
    assert said(tmp_path, pdf_of([page])).tally.total <= len(WORDS)


# Files


def locked() -> bytes:
    """With a password: what the dictionary holds fits no empty one."""
    entries = f"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<{'11' * 32}>/U<{'22' * 32}>>>/ID[<00><00>]"
    return pdf_of([Drawn(text(WORDS, "1 0 0 1 9 9", 9))]).replace(b"/Root 1 0 R", f"/Root 1 0 R{entries}".encode())


FILES = [
    pytest.param(locked(), State.ENCRYPTED, "文件有密码", "请先去掉密码再录入", id="encrypted"),
    pytest.param(b"", State.DAMAGED, "文件是空的", "请重新下载", id="no bytes"),
    pytest.param(WORDS.encode(), State.UNSUPPORTED, "其实是纯文本", ".txt", id="text"),
    pytest.param(zipped({"a": "b"}), State.UNSUPPORTED, "压缩包", "把后缀改成 .zip", id="an archive"),
    pytest.param(b"%PDF-1.7\n" + bytes(range(256)) * 9, State.DAMAGED, "PDF 损坏", "请重新下载", id="rubbish"),
    pytest.param(pdf_of(())[:60], State.DAMAGED, "PDF 损坏", "请重新下载", id="cut off"),
    pytest.param(pdf_of(()), State.DAMAGED, "PDF 损坏", "请重新下载", id="no pages"),
]


@pytest.mark.parametrize(("data", "state", "what", "remedy"), FILES)
def test_a_file_that_cannot_be_read(tmp_path: Path, data: bytes, state: State, what: str, remedy: str) -> None:
    error = refused(tmp_path, data)
    assert error.state is state
    assert what in error.what
    assert remedy in error.remedy


def test_a_file_cut_in_the_middle_is_refused(tmp_path: Path) -> None:
    data = pdf_of(good())
    assert refused(tmp_path, data[: len(data) // 2]).state is State.DAMAGED


def test_a_file_without_its_last_lines_is_read(tmp_path: Path) -> None:
    data = pdf_of(good())
    reading = said(tmp_path, data[: data.index(b"startxref")])
    assert [record.risk_points for record in reading.records] == records_of_the_good()
    assert reading.problems == ()


def test_a_tree_of_pages_that_holds_itself_ends(tmp_path: Path) -> None:
    """The pages are found where they stand."""
    data = pdf_of(good())
    assert b"/Kids[7 0 R 9 0 R]" in data
    reading = said(tmp_path, data.replace(b"/Kids[7 0 R 9 0 R]", b"/Kids[2 0 R 2 0 R]"))
    assert [record.risk_points for record in reading.records] == records_of_the_good()


def test_a_file_that_was_changed_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "甲.pdf"
    for words in (WORDS[:9], WORDS[9:18]):
        path.write_bytes(pdf_of([Drawn(text(words, "1 0 0 1 9 9", 9))]))
        assert "".join(glyph.text for glyph in marks_of(str(path), 1).glyphs) == words


@pytest.mark.xfail(strict=True, reason="the sizes of all pages are looked at when one is asked for")
def test_a_page_with_a_size_that_is_none_costs_no_other(tmp_path: Path) -> None:
    reading = said(tmp_path, amid(Drawn("", entries="/MediaBox[/a /b /c /d]")))
    assert_the_rest_is_read(reading, "page-damaged", "这一页读不出来：内容损坏")


# OFD


def changed(data: bytes, parts: Mapping[str, str | bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return zipped({name: package.read(name) for name in package.namelist()} | dict(parts))


XMLNS = 'xmlns:ofd="http://www.ofdspec.org/2016"'
IMAGE_OBJECT = '<ofd:ImageObject ID="9" ResourceID="8" Boundary="20 30 170 250"/>'
AREA = "<ofd:Area><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:Area>"


def ofd_sheet(objects: str, before: str = "") -> str:
    content = f'<ofd:Content><ofd:Layer ID="2">{objects}</ofd:Layer></ofd:Content>'
    return f"<ofd:Page {XMLNS}>{AREA}{before}{content}</ofd:Page>"


def scanned(number: int, picture: bytes) -> dict[str, str | bytes]:
    """The parts of a page that is a picture."""
    folder = f"Doc_0/Pages/Page_{number}"
    media = '<ofd:MultiMedia ID="8" Type="Image"><ofd:MediaFile>scan.png</ofd:MediaFile></ofd:MultiMedia>'
    return {
        f"{folder}/Content.xml": ofd_sheet(IMAGE_OBJECT, "<ofd:PageRes>Res.xml</ofd:PageRes>"),
        f"{folder}/Res.xml": f'<ofd:Res {XMLNS} BaseLoc=""><ofd:MultiMedias>{media}</ofd:MultiMedias></ofd:Res>',
        f"{folder}/scan.png": picture,
    }


def ofd_amid(content: str) -> bytes:
    first, last = pages()
    return changed(ofd([first, first, last]), {"Doc_0/Pages/Page_1/Content.xml": content})


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        ("<a>", "page-damaged", "这一页读不出来"),
        ("", "page-damaged", "这一页读不出来"),
        (ofd_sheet(""), "empty-page", "没有读到内容"),
        (ofd_sheet("<ofd:PageBlock/>" * 200_001), "page-too-large", "这一页的内容太多"),
        (ofd_sheet(IMAGE_OBJECT), "needs-ocr", f"是扫描图像，没有文字层，{NOT_READ}；{WITH_OCR}"),
        (ofd_sheet("", '<ofd:Template TemplateID="77"/>'), "page-incomplete", "没有读全"),
    ],
)
def test_a_bad_page_of_an_ofd_costs_no_other(tmp_path: Path, content: str, code: str, message: str) -> None:
    assert_the_rest_is_read(said(tmp_path, ofd_amid(content), name="甲.ofd"), code, message)


@pytest.mark.parametrize(
    ("content", "state", "what"),
    [
        ("<a>", State.DAMAGED, "第 1 页读不出来"),
        (ofd_sheet("<ofd:PageBlock/>" * 200_001), State.TOO_LARGE, "第 1 页的内容太多"),
        (ofd_sheet(IMAGE_OBJECT), State.UNSUPPORTED, "是扫描图像，没有文字层"),
    ],
)
def test_an_ofd_of_bad_pages_is_refused(tmp_path: Path, content: str, state: State, what: str) -> None:
    data = changed(ofd(pages()[:1]), {"Doc_0/Pages/Page_0/Content.xml": content})
    error = refused(tmp_path, data, name="甲.ofd")
    assert error.state is state
    assert error.what.startswith(what)


def test_an_ofd_page_that_lacks_all_it_shows_is_no_error(tmp_path: Path) -> None:
    content = ofd_sheet("", '<ofd:Template TemplateID="77"/>')
    reading = said(tmp_path, changed(ofd(pages()[:1]), {"Doc_0/Pages/Page_0/Content.xml": content}), name="甲.ofd")
    assert (reading.records, [one.code for one in reading.problems]) == ((), ["page-incomplete"])


@pytest.mark.parametrize(("name", "data"), [("甲.ofd", pdf_of(())), ("甲.pdf", ofd(()))])
def test_a_file_with_the_suffix_of_another_is_refused(tmp_path: Path, name: str, data: bytes) -> None:
    error = refused(tmp_path, data, name=name)
    assert (error.state, error.what[:2]) == (State.UNSUPPORTED, "其实")


# OCR that fails, and places of what it read


SOURCE = Source("甲.pdf", "甲.pdf", "0")
BOX = Box(0, ("受理",), 1, BBox(0, 0, 9, 9))


@pytest.mark.parametrize(
    ("sheet", "problems"),
    [
        (
            Sheet(1, 9.0, (BOX,), doubt="是扫描图像，文字层由其他程序识别"),
            [("ocr-failed", "是扫描图像，文字层由其他程序识别，但 OCR 没有识别出来（使解析程序崩溃），用的是文字层")],
        ),
        (Sheet(1, 9.0, (BOX,)), [("ocr-failed", "按要求，但 OCR 没有识别出来（使解析程序崩溃），用的是文字层")]),
    ],
)
def test_where_ocr_fails_the_text_layer_is_used(with_ocr: None, sheet: Sheet, problems: list[tuple[str, str]]) -> None:
    document = fixed._document(SOURCE, [sheet], "always", chores.leave)  # type: ignore[arg-type]
    assert (document.boxes, [(one.code, one.message) for one in document.problems]) == ((BOX,), problems)


def test_where_ocr_fails_and_nothing_is_left_the_file_is_refused(with_ocr: None) -> None:
    """For what happened, not for want of OCR."""
    with pytest.raises(Unreadable) as caught:
        fixed._document(SOURCE, [Sheet(1, 9.0, doubt="文字已转成曲线")], "auto", chores.leave)  # type: ignore[arg-type]
    assert caught.value.state is State.CRASHED
    assert caught.value.what == "第 1 页读不出来：文字已转成曲线，但 OCR 没有识别出来（使解析程序崩溃）"


def test_what_ocr_reads_of_a_page_that_failed_is_no_failure() -> None:
    sheet = Sheet(7, 0.0, problems=(Problem("page-damaged", "这一页读不出来：内容损坏", 7),))
    assert fixed._again(sheet, Sheet(7, 9.0, (BOX,))) == Sheet(
        7, 9.0, (BOX,), problems=(Problem("ocr", "按要求，由 OCR 识别，可能有错字", 7),)
    )


def test_a_page_in_which_ocr_finds_nothing() -> None:
    again = fixed._again(Sheet(1, 9.0, doubt="文字已转成曲线"), Sheet(1, 9.0))
    assert again.problems == (Problem("ocr", "文字已转成曲线，由 OCR 识别，没有读到文字", 1),)


def test_what_is_read_in_a_picture_stands_where_the_page_shows_it() -> None:
    marks = Marks(
        1,
        50,
        60,
        (Glyph("立", 1, 2, 3, 4, 3, 0.5),),
        (Area(1, 2, 3, 4, False),),
        (Stroke(1, 2, 3, 4, arrow=True, bent=True),),
    )
    moved = fixed._moved(marks, 10, 20)
    assert (moved.width, moved.height) == (60, 80)
    assert moved.glyphs == (Glyph("立", 11, 22, 13, 24, 3, 0.5),)
    assert moved.areas == (Area(11, 22, 13, 24, False),)
    assert moved.strokes == (Stroke(11, 22, 13, 24, True, True),)


# The command


def test_the_command_tells_of_each_kind(tmp_path: Path) -> None:
    folder = tmp_path / "文件"
    folder.mkdir()
    files = {
        "1锁.pdf": locked(),
        "2断.pdf": pdf_of(good())[:300],
        "3扫.pdf": pdf_of([IMAGE]),
        "4文.pdf": WORDS.encode(),
        "5多.ofd": changed(
            ofd(pages()[:1]), {"Doc_0/Pages/Page_0/Content.xml": ofd_sheet("<ofd:PageBlock/>" * 200_001)}
        ),
        "6半.pdf": amid(IMAGE),
        "7空.pdf": pdf_of([Drawn("")]),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    printed = ingested(folder, "--ocr", "never")
    assert [(Path(one["where"]).name, one["state"]) for one in printed["errors"]] == [
        ("1锁.pdf", "encrypted"),
        ("2断.pdf", "damaged"),
        ("3扫.pdf", "unsupported"),
        ("4文.pdf", "unsupported"),
        ("5多.ofd", "too-large"),
    ]
    assert printed["errors"][2]["remedy"] == WITH_OCR
    *failed, half, empty = printed["files"]
    assert [(one["state"], [problem["code"] for problem in one["problems"]]) for one in failed][2] == (
        "unsupported",
        ["needs-ocr"],
    )
    assert (half["state"], empty["state"]) == ("partly", "no-charts")
    assert (half["records"], [(one["code"], one["page"]) for one in half["problems"]]) == (
        len(records_of_the_good()),
        [("needs-ocr", 2)],
    )
    assert (empty["records"], [one["code"] for one in empty["problems"]]) == (0, ["empty-page"])


# With OCR


def scan_png() -> tuple[bytes, tuple[int, int]]:
    """A chart with one stage on paper of 420 by 300 points, as a JPEG file, and its size in pixels."""
    import cv2

    from tests import scan

    image = scan.sheet(420, 300, 150)
    dots = 150 / 72
    for x0, top, x1, bottom in ((40, 60, 100, 100), (180, 60, 340, 130)):
        start, end = (round(x0 * dots), round(top * dots)), (round(x1 * dots), round(bottom * dots))
        cv2.rectangle(image, start, end, (0, 0, 0), 2)
    rows = (
        (70, 20, "澜岸县水务局取水许可防控图", 14),
        (60, 76, "受理", 10.5),
        (190, 66, "把不在清单内的证明写进通知。", 9),
        (190, 80, "风险等级：高", 9),
        (190, 94, "责任人：水政窗口", 9),
    )
    for x, y, words, size in rows:
        scan.row(image, x * dots, y * dots, words, round(size * dots))
    scan.arrow(image, (round(100 * dots), round(80 * dots)), (round(180 * dots), round(80 * dots)), 15)
    return cv2.imencode(".jpg", image, (cv2.IMWRITE_JPEG_QUALITY, 90))[1].tobytes(), (image.shape[1], image.shape[0])


def assert_the_scan_is_read(reading: Reading) -> None:
    [record] = reading.records
    assert (record.stage, record.level, record.page) == ("受理", "高", 1)
    assert record.risk_points == ("把不在清单内的证明写进通知",)
    assert record.responsible_party == "水政窗口"
    assert Problem("ocr", "是扫描图像，没有文字层，由 OCR 识别，可能有错字", 1) in reading.problems


needs_ocr = pytest.mark.skipif(not ocr.is_installed(), reason="the extra ocr is not installed")


@needs_ocr
def test_a_scan_is_read(tmp_path: Path) -> None:
    picture, (width, height) = scan_png()
    entries = f"/Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/DeviceRGB/BitsPerComponent 8"
    page = Drawn(
        "q 420 0 0 300 0 0 cm /X Do Q",
        (0, 0, 420, 300),
        objects={"X": (f"{entries}/Filter/DCTDecode", picture.decode("latin-1"))},
    )
    assert_the_scan_is_read(said(tmp_path, pdf_of([page]), "auto"))


@needs_ocr
def test_where_there_is_no_picture_the_text_is_used(tmp_path: Path) -> None:
    reading = said(tmp_path, ofd(pages()), "always", "甲.ofd")
    assert [record.risk_points for record in reading.records] == records_of_the_good()
    message = "按要求，但 OCR 没有识别出来（没有可以识别的图像），用的是文字层"
    assert reading.problems == (Problem("ocr-failed", message, 1), Problem("ocr-failed", message, 2))


@needs_ocr
@pytest.mark.slow
def test_a_scan_in_an_ofd_is_read_at_its_place(tmp_path: Path) -> None:
    """The picture of 420 by 300 points stands on a page of 210 by 297 mm, 20 mm from the left and 30 from the top."""
    picture, _ = scan_png()
    parts = scanned(0, picture)
    content = str(parts["Doc_0/Pages/Page_0/Content.xml"]).replace("20 30 170 250", "20 30 148.1667 105.8333")
    parts["Doc_0/Pages/Page_0/Content.xml"] = content.replace("0 0 210 297", "0 0 180 145")
    reading = said(tmp_path, changed(ofd(pages()[:1]), parts), "auto", "甲.ofd")
    assert_the_scan_is_read(reading)
    [record] = reading.records
    left = min(place.x0 for place in record.boxes if place.x0)
    top = min(place.top for place in record.boxes if place.top)
    assert (left, top) == pytest.approx((40 + 20 * 72 / 25.4, 60 + 30 * 72 / 25.4), abs=4)
