"""Spreadsheets of four formats: what stands in their cells, what is merged, and what is refused."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings

from pipeline.errors import State, Unreadable
from pipeline.extract import extract
from pipeline.extract.sheets import _guarded, is_default_name, read_sheets
from pipeline.model import Document
from tests.sheets import (
    SOURCE,
    Page,
    Span,
    lines_of,
    ods,
    overlapping,
    page_of,
    sheet_xml,
    spans_of,
    tilings,
    xls,
    xlsx,
)
from tests.test_container import Entry, bomb, docx, fib, ole

Writer = Callable[..., bytes]
WRITERS = [pytest.param(writer, id=writer.__name__) for writer in (xlsx, xls, ods, sheet_xml)]


def read(data: bytes) -> Document:
    return read_sheets(SOURCE, data)


def refused(data: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read(data)
    error = caught.value
    assert (error.where, bool(error.what), bool(error.remedy)) == (SOURCE.path, True, True)
    return error


def places(document: Document) -> dict[tuple[int, int], tuple[str, ...]]:
    return {(box.cell.row, box.cell.column): box.paragraphs for box in document.boxes if box.cell}


# What stands where


@pytest.mark.parametrize("writer", WRITERS)
def test_merged_cells_come_back_as_they_were(writer: Writer) -> None:
    @settings(max_examples=25, deadline=None)
    @given(tilings())
    def check(spans: list[Span]) -> None:
        document = read(writer(page_of(spans)))
        assert spans_of(document) == [(span, f"第{span[0]}行第{span[1]}列") for span in spans]
        assert not overlapping(document.boxes)

    check()


@pytest.mark.parametrize("writer", WRITERS)
def test_rows_and_columns_are_those_of_the_sheet(writer: Writer) -> None:
    """Blank ones before and between are counted, and part nothing."""
    found = read(writer(Page({(2, 3): "甲", (3, 1): "乙", (9, 2): "丙"})))
    assert places(found) == {(2, 3): ("甲",), (3, 1): ("乙",), (9, 2): ("丙",)}
    assert {box.cell.table for box in found.boxes if box.cell} == {0}
    assert [box.order for box in found.boxes] == [0, 1, 2]


@pytest.mark.parametrize("writer", WRITERS)
def test_lines_of_a_cell_are_its_paragraphs(writer: Writer) -> None:
    found = read(writer(Page({(0, 0): " 1.收件不登记。\n\n　2.拖延办理。 ", (0, 1): " "})))
    assert [box.paragraphs for box in found.boxes] == [("1.收件不登记。", "2.拖延办理。")]
    assert [(box.frame, box.page) for box in found.boxes] == [("cell", 1)]


@pytest.mark.parametrize("writer", WRITERS)
def test_a_number_is_written_without_what_no_one_sees(writer: Writer) -> None:
    found = read(writer(Page({(0, 0): 1, (0, 1): 1.5, (0, 2): -3, (0, 3): 20240501})))
    assert lines_of(found) == ["1", "1.5", "-3", "20240501"]


@pytest.mark.parametrize("writer", WRITERS)
def test_sheets_are_pages_and_named_unless_by_default(writer: Writer) -> None:
    pages = (
        Page({(0, 0): "甲"}, name="受理科"),
        Page({}, name="空"),
        Page({(1, 0): "乙"}),
        Page({(0, 1): "丙"}, name="科"),
    )
    found = read(writer(*pages)).boxes
    assert [(box.text, box.page, box.frame, box.cell and box.cell.table) for box in found] == [
        ("受理科", 1, None, None),
        ("甲", 1, "cell", 0),
        ("乙", 3, "cell", 1),
        ("科", 4, None, None),
        ("丙", 4, "cell", 2),
    ]
    assert not overlapping(found)


@pytest.mark.parametrize("writer", WRITERS)
def test_a_hidden_sheet_is_left_out_and_named(writer: Writer) -> None:
    found = read(writer(Page({(0, 0): "旧"}, name="去年", hidden=True), Page({(0, 0): "新"}, name="今年")))
    assert lines_of(found) == ["今年", "新"]
    assert [(problem.code, "去年" in problem.message) for problem in found.problems] == [("hidden-sheet", True)]
    assert [box.page for box in found.boxes] == [1, 1]


def test_many_hidden_sheets_are_counted_and_those_of_the_program_are_not() -> None:
    pages = [Page({(0, 0): "旧"}, name=f"表样{number}", hidden=True) for number in range(12)]
    message = read(xlsx(Page({(0, 0): "甲"}), *pages)).problems[0].message
    assert ("12 个" in message, "表样9" in message, "表样10" in message) == (True, True, False)
    assert not read(xlsx(Page({(0, 0): "甲"}), Page({}, name="WpsReserved_CellImgList", hidden=True))).problems


@pytest.mark.parametrize(
    ("name", "is_default"),
    [
        *(
            (name, True)
            for name in ("Sheet1", "sheet", "Sheet1 (2)", "工作表1", "工作表 2", "表1", "表格_3", "Table12")
        ),
        *((name, False) for name in ("登记表", "表一", "Sheet1登记", "工作表说明", "1", "局机关", "表样")),
    ],
)
def test_names_that_programs_give(name: str, is_default: bool) -> None:
    assert is_default_name(name) is is_default


def test_what_a_merged_cell_covers_is_not_shown() -> None:
    cells: dict[tuple[int, int], str | float] = {(0, 0): "甲", (0, 1): "盖住", (1, 0): "也是", (1, 2): "乙"}
    for writer in (xlsx, xls):
        assert places(read(writer(Page(cells, [(0, 0, 2, 2)])))) == {(0, 0): ("甲",), (1, 2): ("乙",)}


def test_a_merged_cell_may_end_after_all_content() -> None:
    for writer in (xlsx, xls, ods, sheet_xml):
        assert spans_of(read(writer(Page({(1, 1): "甲"}, [(1, 1, 3, 4)])))) == [((1, 1, 3, 4), "甲")]


# What only .xlsx has


def test_rich_text_is_joined_and_phonetic_text_left_out() -> None:
    rich = "<r><t xml:space='preserve'>收件 </t></r><r><rPr><b/></rPr><t>不登记</t></r>"
    spoken = "<rPh sb='0' eb='2'><t>shoujian</t></rPh><phoneticPr fontId='1'/>"
    cells: dict[tuple[int, int], str | float] = {
        (0, 0): '<c r="A1" t="s"><v>0</v></c>',
        (1, 0): '<c r="A2" t="s"><v>1</v></c>',
    }
    assert lines_of(read(xlsx(Page(cells), strings=[rich + spoken, "<t>甲\n乙</t>"]))) == ["收件 不登记", "甲", "乙"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('<c r="A1" s="1"><v>45413</v></c>', "2024-05-01"),
        ('<c r="A1" s="2"><v>45413</v></c>', "2024-05-01"),
        ('<c r="A1" s="2"><v>45413.5</v></c>', "2024-05-01 12:00"),
        ('<c r="A1" s="3"><v>0.25</v></c>', "06:00"),
        ('<c r="A1" t="b"><v>1</v></c>', "TRUE"),
        ('<c r="A1"><v>0.30000000000000004</v></c>', "0.3"),
        ('<c r="A1"><v>123456789012</v></c>', "123456789012"),
        ('<c r="A1" t="str"><f>"高"&amp;""</f><v>高</v></c>', "高"),
        ('<c r="A1"><f>1+1</f><v>2</v></c>', "2"),
        ('<c r="A1" t="inlineStr"><is><t>一_x000D_\n二</t></is></c>', "一二"),
    ],
)
def test_values_are_written_as_one_sees_them(cell: str, text: str) -> None:
    assert "".join(lines_of(read(xlsx(Page({(0, 0): cell}))))) == text


def test_hidden_rows_are_read() -> None:
    raw = '<row r="2" hidden="1"><c r="A2" t="inlineStr"><is><t>乙</t></is></c></row>'
    assert lines_of(read(xlsx(Page({(0, 0): "甲"}, raw=raw)))) == ["甲", "乙"]


def test_cells_need_not_say_where_they_are() -> None:
    raw = '<row><c t="inlineStr"><is><t>甲</t></is></c><c/><c t="inlineStr"><is><t>乙</t></is></c></row>'
    assert places(read(xlsx(Page({}, raw=raw)))) == {(0, 0): ("甲",), (0, 2): ("乙",)}


# What only .ods and flat XML have


def test_repeated_cells_and_rows_of_ods_are_written_out() -> None:
    cell = '<table:table-cell table:number-columns-repeated="2"><text:p>甲</text:p></table:table-cell>'
    raw = (
        f'<table:table-header-rows><table:table-row table:number-rows-repeated="2">{cell}</table:table-row>'
        "</table:table-header-rows><table:table-row><table:table-cell><text:p>乙</text:p></table:table-cell>"
        '</table:table-row><table:table-row table:number-rows-repeated="1048573"><table:table-cell '
        'table:number-columns-repeated="16384"/></table:table-row>'
    )
    ours = {(row, column): ("甲",) for row in (0, 1) for column in (0, 1)}
    assert places(read(ods(Page({}, raw=raw)))) == ours | {(2, 0): ("乙",)}


def test_a_text_of_ods_is_what_is_shown() -> None:
    cell = (
        "<table:table-cell><office:annotation><text:p>批注</text:p></office:annotation><text:p>收<text:span>件<text:s "
        'text:c="2"/>不</text:span><text:ruby><text:ruby-base>登</text:ruby-base><text:ruby-text>deng</text:ruby-text>'
        "</text:ruby>记<text:line-break/>二</text:p></table:table-cell>"
    )
    assert lines_of(read(ods(Page({(0, 0): cell})))) == ["收件  不登记", "二"]


def test_places_in_flat_xml_go_on_from_the_last() -> None:
    def cell(text: str, attributes: str = "") -> str:
        return f'<Cell {attributes}><Data ss:Type="String">{text}</Data></Cell>'

    raw = (
        f"<Row>{cell('甲', 'ss:MergeAcross=`1`')}{cell('乙')}</Row><Row ss:Index='4'>{cell('丙', 'ss:Index=`3`')}"
        f"{cell('丁')}</Row><Row><Cell/>{cell('戊')}</Row>"
    )
    found = read(sheet_xml(Page({}, raw=raw.replace("`", "'"))))
    assert places(found) == {(0, 0): ("甲",), (0, 2): ("乙",), (3, 2): ("丙",), (3, 3): ("丁",), (4, 1): ("戊",)}


def test_values_of_flat_xml() -> None:
    raw = (
        '<Row><Cell><Data ss:Type="DateTime">2024-05-01T00:00:00.000</Data></Cell>'
        '<Cell><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><B>粗</B>体</ss:Data>'
        '<Comment><Data>批注</Data></Comment></Cell><Cell><Data ss:Type="Number">1.0</Data></Cell></Row>'
    )
    assert lines_of(read(sheet_xml(Page({}, raw=raw), head="\n<?xml version='1.0'?>"))) == ["2024-05-01", "粗体", "1"]


# What a file is


@pytest.mark.parametrize("suffix", [".xls", ".xlsx", ".xlsm", ".et", ".ods", ".XLS"])
@pytest.mark.parametrize("writer", WRITERS)
def test_the_content_tells_the_format(writer: Writer, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"表{suffix}"
    path.write_bytes(writer(Page({(0, 0): "甲"})))
    assert lines_of(extract(path, path.name)) == ["甲"]


@pytest.mark.parametrize(
    ("data", "places_found"),
    [
        ("<table><tr><td>甲<td>乙</table>", {(0, 0): ("甲",), (0, 1): ("乙",)}),
        ("甲\t乙\n丙\t丁\n", {(0, 0): ("甲",), (0, 1): ("乙",), (1, 0): ("丙",), (1, 1): ("丁",)}),
    ],
)
def test_pages_and_texts_are_often_named_xls(data: str, places_found: object, tmp_path: Path) -> None:
    path = tmp_path / "表.xls"
    path.write_text(data, "gb18030")
    assert places(extract(path, path.name)) == places_found


def test_a_document_named_xls_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "表.xls"
    path.write_bytes(docx())
    with pytest.raises(Unreadable, match="Word"):
        extract(path, path.name)


# Limits, damage, malice


WHOLE = (0, 0, 1_048_576, 16_384)
GOOD = xlsx(Page({(0, 0): "甲"}))
DTD = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("data", "state", "word"),
    [
        pytest.param(
            xlsx(Page({(0, 0): "甲", (1_048_575, 16_383): "乙"})), State.TOO_LARGE, "1048576 行", id="far apart"
        ),
        pytest.param(
            sheet_xml(Page({(0, 0): "甲", (999_999, 99): "乙"})), State.TOO_LARGE, "第 100 列", id="far in XML"
        ),
        pytest.param(xlsx(more=[Entry("xl/a.xml", b"<a/>", bomb(80), 4)]), State.DAMAGED, "不符", id="bomb"),
        pytest.param(xlsx(more=[Entry("xl/a.xml", size=65 << 20)]), State.TOO_LARGE, "64 MiB", id="too large"),
        pytest.param(xlsx(more=[Entry("xl/a.xml", f"{DTD}<a/>".encode())]), State.UNSUPPORTED, "DTD", id="DTD"),
        pytest.param(sheet_xml(Page({}), head=DTD), State.UNSUPPORTED, "DTD", id="DTD in XML"),
        pytest.param(ods(more=[Entry("a.xml", f"{DTD}<a/>".encode())]), State.UNSUPPORTED, "DTD", id="DTD in ods"),
        pytest.param(ole({"EncryptedPackage": fib()}), State.ENCRYPTED, "密码", id="xlsx with password"),
        pytest.param(xls(Page({(0, 0): "甲"}), password=True), State.ENCRYPTED, "密码", id="xls with password"),
        pytest.param(
            ods(more=[Entry("META-INF/manifest.xml", b"<a><encryption-data/></a>")]), State.ENCRYPTED, "密码", id="ods"
        ),
        pytest.param(GOOD[: len(GOOD) // 2], State.DAMAGED, "不完整", id="half an xlsx"),
        pytest.param(xls(Page({(0, 0): "甲"}))[:2000], State.DAMAGED, "损坏", id="half an xls"),
        pytest.param(sheet_xml(Page({}))[:-9], State.DAMAGED, "XML", id="half an XML"),
        pytest.param(xlsx(main="application/xml"), State.UNSUPPORTED, ".xlsb", id="no workbook"),
        pytest.param(b'<?xml version="1.0"?><a/>', State.UNSUPPORTED, "XML", id="XML"),
        pytest.param(ole({"Workbook": fib()}), State.UNSUPPORTED, "不是", id="no records"),
        pytest.param(b"", State.DAMAGED, "空", id="empty"),
        pytest.param(
            xlsx(Page({}, raw="<row><c r='XFD1048576'><v>1</v></c></row><row><c r='A1'><v>1</v></c></row>")),
            State.CRASHED,
            "",
            id="far apart, unseen",
        ),
    ],
)
def test_what_is_refused(data: bytes, state: State, word: str) -> None:
    error = refused(data)
    assert error.state is state
    assert word in error.what


@pytest.mark.parametrize("writer", [xlsx, sheet_xml])
def test_what_is_merged_for_ever_ends_with_the_content(writer: Writer) -> None:
    assert spans_of(read(writer(Page({(0, 0): "甲"}, [WHOLE])))) == [((0, 0, 1, 1), "甲")]
    rest = Page({(0, 0): "标题", (3, 5): "乙"}, [(0, 0, 1, 16_384)])
    assert spans_of(read(writer(rest))) == [((0, 0, 1, 6), "标题"), ((3, 5, 1, 1), "乙")]


def test_empty_rows_without_end_are_no_content() -> None:
    raw = "".join(f'<row r="{row}"><c r="A{row}" s="1"/><c r="XFD{row}" s="1"></c></row>' for row in range(2, 100_000))
    assert lines_of(read(xlsx(Page({(0, 0): "甲"}, raw=raw)))) == ["甲"]


def test_more_cells_than_any_register_has_are_too_many() -> None:
    raw = "".join(f'<row r="{row}"><c r="A{row}"><v>{row}</v></c></row>' for row in range(1, 100_002))
    assert refused(xlsx(Page({}, raw=raw))).state is State.TOO_LARGE
    repeated = '<table:table-cell table:number-columns-repeated="9999999"><text:p>甲</text:p></table:table-cell>'
    row = f'<table:table-row table:number-rows-repeated="9999999">{repeated}</table:table-row>'
    assert refused(ods(Page({}, raw=row))).state is State.TOO_LARGE


def test_a_line_beyond_measure_is_refused() -> None:
    assert "10000 字" in refused(xlsx(Page({(0, 0): "甲" * 10_001}))).what


def test_a_panic_of_the_library_is_damage() -> None:
    class PanicException(BaseException):
        """What pyo3 raises."""

    def panic() -> None:
        raise PanicException

    with pytest.raises(Unreadable) as caught:
        _guarded("表.xls", panic)
    assert caught.value.state is State.DAMAGED


@pytest.mark.parametrize("writer", WRITERS)
def test_damaged_files_are_read_or_refused(writer: Writer) -> None:
    data = writer(page_of([(0, 0, 1, 2), (1, 0, 1, 1), (1, 1, 1, 1)]))
    for place in range(0, len(data), max(1, len(data) // 60)):
        broken = bytearray(data)
        broken[place] ^= 0xFF
        with contextlib.suppress(Unreadable):
            read(bytes(broken))
