"""Spreadsheets in a line or two: written here from the formats' own papers, by none of the libraries that read them."""

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from hypothesis import strategies as st

from pipeline.model import Box, Document, Source
from tests.test_container import Entry, ole, zipped

SOURCE = Source("/文件/表.xlsx", "表.xlsx", "0" * 64)

Place = tuple[int, int]
Span = tuple[int, int, int, int]  # row, column, rows, columns


@dataclass(frozen=True)
class Page:
    """A sheet: texts and numbers by row and column, both from 0, and the cells that are merged."""

    cells: Mapping[Place, str | float]
    spans: Sequence[Span] = ()
    name: str = "Sheet1"
    hidden: bool = False
    raw: str = ""  # of a part of the format, after the cells

    def rows(self) -> dict[int, list[tuple[int, str | float]]]:
        found: dict[int, list[tuple[int, str | float]]] = {}
        for (row, column), value in sorted(self.cells.items()):
            found.setdefault(row, []).append((column, value))
        return found


def letters(column: int) -> str:
    return (letters(column // 26 - 1) if column > 25 else "") + chr(ord("A") + column % 26)


def _range(span: Span) -> str:
    row, column, rows, columns = span
    return f"{letters(column)}{row + 1}:{letters(column + columns - 1)}{row + rows}"


# .xlsx: ISO/IEC 29500-1, 18

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
HIDDEN = 'state="hidden"'
# Formats 1, 2 and 3: a date, a date in Chinese, a time.
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="170" '
    'formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@"/></numFmts><cellXfs count="4">'
    + "".join(f'<xf numFmtId="{number}"/>' for number in (0, 14, 170, 20))
    + "</cellXfs></styleSheet>"
)


def xlsx(*pages: Page, strings: Sequence[str] = (), more: Sequence[Entry] = (), main: str = SHEET_MAIN) -> bytes:
    """An Excel file; `strings` are the insides of `si` elements, to which cells may refer by raw XML."""
    types = (
        f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{main}"/></Types>'
    )
    sheets = "".join(
        f'<sheet name="{escape(page.name)}" sheetId="{number}" r:id="r{number}" {HIDDEN * page.hidden}/>'
        for number, page in enumerate(pages, 1)
    )
    return zipped(
        Entry("[Content_Types].xml", types.encode()),
        Entry("_rels/.rels", _relations([("r1", "officeDocument", "xl/workbook.xml")])),
        Entry(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{sheets}</sheets></workbook>'.encode(),
        ),
        Entry(
            "xl/_rels/workbook.xml.rels",
            _relations(
                [(f"r{number}", "worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(pages) + 1)]
                + [("s1", "styles", "styles.xml"), ("s2", "sharedStrings", "sharedStrings.xml")]
            ),
        ),
        Entry("xl/styles.xml", STYLES.encode()),
        Entry(
            "xl/sharedStrings.xml",
            f'<sst xmlns="{MAIN}">{"".join(f"<si>{one}</si>" for one in strings)}</sst>'.encode(),
        ),
        *(Entry(f"xl/worksheets/sheet{number}.xml", _worksheet(page).encode()) for number, page in enumerate(pages, 1)),
        *more,
    )


def _relations(found: Sequence[tuple[str, str, str]]) -> bytes:
    links = "".join(f'<Relationship Id="{one}" Type="{RELATIONS}/{kind}" Target="{to}"/>' for one, kind, to in found)
    return f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>'.encode()


def _worksheet(page: Page) -> str:
    rows = "".join(
        f'<row r="{row + 1}">{"".join(_xlsx_cell(row, column, value) for column, value in cells)}</row>'
        for row, cells in page.rows().items()
    )
    merged = "".join(f'<mergeCell ref="{_range(span)}"/>' for span in page.spans)
    merged = f'<mergeCells count="{len(page.spans)}">{merged}</mergeCells>' if merged else ""
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}{page.raw}</sheetData>{merged}</worksheet>'


def _xlsx_cell(row: int, column: int, value: str | float) -> str:
    name = f"{letters(column)}{row + 1}"
    if isinstance(value, str) and not value.startswith("<c "):
        return f'<c r="{name}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return value if isinstance(value, str) else f'<c r="{name}"><v>{value!r}</v></c>'


# .xls: [MS-XLS]; the names of the records are its own


def xls(*pages: Page, password: bool = False) -> bytes:
    """An Excel 97 file."""
    book = _globals([0] * len(pages), pages, password)
    streams = [_substream(page) for page in pages]
    starts = [len(book) + sum(map(len, streams[:number])) for number in range(len(pages))]
    content = _globals(starts, pages, password) + b"".join(streams)
    return ole({"Workbook": content.ljust(4096, b"\0")})


def _record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _bof(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))


def _globals(starts: Sequence[int], pages: Sequence[Page], password: bool) -> bytes:
    sheets = (
        struct.pack("<IBBBB", start, page.hidden, 0, len(page.name), 1) + page.name.encode("utf-16-le")
        for start, page in zip(starts, pages, strict=True)
    )
    lock = _record(0x0086) + _record(0x002F, bytes(6)) if password else b""  # WriteProtect, FilePass
    return _bof(5) + lock + b"".join(_record(0x0085, one) for one in sheets) + _record(0x000A)


def _substream(page: Page) -> bytes:
    cells = b"".join(_biff_cell(row, column, value) for (row, column), value in sorted(page.cells.items()))
    spans = b"".join(struct.pack("<HHHH", r, r + rows - 1, c, c + columns - 1) for r, c, rows, columns in page.spans)
    return _bof(0x10) + cells + _record(0x00E5, struct.pack("<H", len(page.spans)) + spans) + _record(0x000A)


def _biff_cell(row: int, column: int, value: str | float) -> bytes:
    if isinstance(value, str):
        text = value.encode("utf-16-le")
        return _record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text) // 2, 1) + text)  # Label
    return _record(0x0203, struct.pack("<HHHd", row, column, 0, value))  # Number


# .ods: Open Document 1.3, part 3, 9

ODF = "urn:oasis:names:tc:opendocument:xmlns"
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def ods(*pages: Page, more: Sequence[Entry] = ()) -> bytes:
    """An OpenDocument spreadsheet; blank rows and cells are written as repeated, as programs do."""
    names = " ".join(f'xmlns:{name}="{ODF}:{name}:1.0"' for name in ("office", "table", "text", "style"))
    content = (
        f"<office:document-content {names}><office:automatic-styles>"
        '<style:style style:name="h" style:family="table"><style:table-properties table:display="false"/></style:style>'
        f"</office:automatic-styles><office:body><office:spreadsheet>{''.join(map(_ods_table, pages))}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return zipped(Entry("mimetype", ODS_TYPE.encode(), method=0), Entry("content.xml", content.encode()), *more)


def _ods_table(page: Page) -> str:
    spans = {span[:2]: span[2:] for span in page.spans}
    rows, top = "", 0
    for row, cells in page.rows().items():
        rows += f'<table:table-row table:number-rows-repeated="{row - top}"/>' if row > top else ""
        rows += f"<table:table-row>{''.join(_ods_cells(row, cells, spans))}</table:table-row>"
        top = row + 1
    style = ' table:style-name="h"' * page.hidden
    return f'<table:table table:name="{escape(page.name)}"{style}>{rows}{page.raw}</table:table>'


def _ods_cells(row: int, cells: Sequence[tuple[int, str | float]], spans: Mapping[Place, Place]) -> Iterator[str]:
    left = 0
    for column, value in cells:
        if column > left:
            yield f'<table:covered-table-cell table:number-columns-repeated="{column - left}"/>'
        rows, columns = spans.get((row, column), (1, 1))
        text = "".join(f"<text:p>{escape(line)}</text:p>" for line in str(value).split("\n"))
        span = f'table:number-rows-spanned="{rows}" table:number-columns-spanned="{columns}"' * (rows * columns > 1)
        yield (
            value
            if isinstance(value, str) and value.startswith("<")
            else f"<table:table-cell {span}>{text}</table:table-cell>"
        )
        left = column + 1


# The flat XML of Excel 2003


def sheet_xml(*pages: Page, head: str = '<?xml version="1.0"?>') -> bytes:
    """A workbook in the flat XML of Excel 2003."""
    return f'{head}<Workbook xmlns="{SS}" xmlns:ss="{SS}">{"".join(map(_xml_sheet, pages))}</Workbook>'.encode()


SS = "urn:schemas-microsoft-com:office:spreadsheet"
OPTIONS = (
    '<WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel"><Visible>SheetHidden</Visible></WorksheetOptions>'
)


def _xml_sheet(page: Page) -> str:
    spans = {span[:2]: span[2:] for span in page.spans}
    rows = ""
    for row, cells in page.rows().items():
        rows += f'<Row ss:Index="{row + 1}">'
        for column, value in cells:
            tall, wide = spans.get((row, column), (1, 1))
            merged = f' ss:MergeDown="{tall - 1}" ss:MergeAcross="{wide - 1}"' * (tall * wide > 1)
            kind = "String" if isinstance(value, str) else "Number"
            text = escape(str(value)).replace("\n", "&#10;")
            rows += f'<Cell ss:Index="{column + 1}"{merged}><Data ss:Type="{kind}">{text}</Data></Cell>'
        rows += "</Row>"
    options = OPTIONS * page.hidden
    return f'<Worksheet ss:Name="{escape(page.name)}"><Table>{rows}{page.raw}</Table>{options}</Worksheet>'


# What is compared


@st.composite
def tilings(draw: st.DrawFn) -> list[Span]:
    """Merged and single cells that fill a table without a gap, in reading order."""
    height, width = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    taken: set[Place] = set()
    spans: list[Span] = []
    for row in range(height):
        for column in range(width):
            if (row, column) in taken:
                continue
            free = next((one for one in range(column, width) if (row, one) in taken), width)
            rows, columns = draw(st.integers(1, height - row)), draw(st.integers(1, free - column))
            spans.append((row, column, rows, columns))
            taken |= {(one, other) for one in range(row, row + rows) for other in range(column, column + columns)}
    return spans


def page_of(spans: Sequence[Span]) -> Page:
    """A sheet with these cells, each with its place for a text."""
    cells = {(row, column): f"第{row}行第{column}列" for row, column, _, _ in spans}
    return Page(cells, [span for span in spans if span[2:] != (1, 1)])


def spans_of(document: Document) -> list[tuple[Span, str]]:
    """The cells of a document and their texts, in order."""
    return [((one.row, one.column, one.rows, one.columns), box.text) for box in document.boxes if (one := box.cell)]


def lines_of(document: Document) -> list[str]:
    """The lines of a document, of tables and others."""
    return [line for box in document.boxes for line in box.paragraphs]


def overlapping(boxes: Sequence[Box]) -> list[tuple[Box, Box]]:
    """Pairs of boxes on one page, neither of which stands in the other, that cover each other."""
    return [
        (one, other)
        for number, one in enumerate(boxes)
        for other in boxes[number + 1 :]
        if one.page == other.page
        and one.bbox
        and other.bbox
        and min(one.bbox.x1, other.bbox.x1) - max(one.bbox.x0, other.bbox.x0) > 0.01
        and min(one.bbox.bottom, other.bbox.bottom) - max(one.bbox.top, other.bbox.top) > 0.01
        and (other.cell is None or other.cell.within is None)
    ]
