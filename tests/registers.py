"""Registers as data, and how they are written: .docx, .xlsx, .xls, .html, .csv, .pdf and .txt of the same tables."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from tests import sheets
from tests.draw import A4, CHARACTER, LINE, MARGIN, PITCH, Page, Shape, height_of
from tests.ofd import width_of
from tests.pdf import pdf as pdf_of_pages
from tests.word import ROOT, _paragraph, _rest, _run, _section, _table_of, _zipped

LEFT, UP = "←", "↑"  # a place covered by the cell at its left, or by the one above it

Inner = tuple[tuple[str, ...], ...]  # a table within a cell
Content = str | Inner
Row = tuple[Content, ...]

WIDTH, HEIGHT = A4[1], A4[0]  # pages lie on their side
ROOM = WIDTH - 2 * MARGIN
NUMBER = 18.0  # points, the width of the first column of a table within a cell


@dataclass(frozen=True)
class Register:
    """The lines above a table, its heads and rows, the lines below it, and the shares of its columns in its width.

    A cell of several lines has them apart by "\\n". A list without a table has all its lines in `title`.
    """

    title: tuple[str, ...]
    heads: tuple[Row, ...] = ()
    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    widths: tuple[float, ...] = ()

    @property
    def across(self) -> tuple[float, ...]:
        """The widths of the columns in points."""
        return tuple(ROOM * share / sum(self.widths) for share in self.widths)


@dataclass(frozen=True)
class Cell:
    """A cell with its first row and column and how many it spans."""

    row: int
    column: int
    rows: int
    columns: int
    content: Content

    @property
    def lines(self) -> tuple[str, ...]:
        assert isinstance(self.content, str), "this format has no tables within cells"
        return tuple(filter(None, self.content.split("\n")))

    def width(self, across: Sequence[float]) -> float:
        return sum(across[self.column : self.column + self.columns])


def cells_of(rows: Sequence[Row]) -> Iterator[Cell]:
    """The cells of some rows in reading order."""
    for row, contents in enumerate(rows):
        for column, content in enumerate(contents):
            if content not in (LEFT, UP):
                down = _marks([below[column] for below in rows[row + 1 :]], UP)
                yield Cell(row, column, 1 + down, 1 + _marks(contents[column + 1 :], LEFT), content)


def _marks(contents: Sequence[Content], mark: str) -> int:
    return next((number for number, content in enumerate(contents) if content != mark), len(contents))


# Spreadsheets: lines above and below are cells merged over the table's width


def _whole(register: Register) -> list[Row]:
    over = (LEFT,) * (len(register.widths) - 1)
    above, below = ([(line, *over) for line in lines] for lines in (register.title, register.notes))
    return [*above, *register.heads, *register.rows, *below]


def _sheet(register: Register) -> sheets.Page:
    cells = [cell for cell in cells_of(_whole(register)) if cell.lines]
    spans = [(cell.row, cell.column, cell.rows, cell.columns) for cell in cells if cell.rows * cell.columns > 1]
    return sheets.Page({(cell.row, cell.column): "\n".join(cell.lines) for cell in cells}, spans)


def xlsx(register: Register) -> bytes:
    return sheets.xlsx(_sheet(register))


def xls(register: Register) -> bytes:
    return sheets.xls(_sheet(register))


def separated(register: Register) -> bytes:
    """As Excel writes it: the text of a merged cell in its first place, blanks in the others."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows(
        ["" if content in (LEFT, UP) else content for content in row] for row in _whole(register)
    )
    return file.getvalue().encode("utf-8-sig")


# Web pages


def html(register: Register) -> bytes:
    heads = "".join(_html_row(register.heads, row, "th") for row in range(len(register.heads)))
    rows = "".join(_html_row(register.rows, row, "td") for row in range(len(register.rows)))
    table = f'<table border="1">\n{heads}{rows}</table>\n' * bool(heads + rows)
    above, below = ("".join(f"<p>{escape(line)}</p>\n" for line in lines) for lines in (register.title, register.notes))
    head = '<head><meta charset="utf-8"><title>政务公开</title></head>'
    return f'<!DOCTYPE html>\n<html lang="zh-CN">{head}\n<body>\n{above}{table}{below}</body></html>\n'.encode()


def _html_row(rows: Sequence[Row], row: int, tag: str) -> str:
    own = (_html_cell(cell, tag) for cell in cells_of(rows) if cell.row == row)
    return f"<tr>{''.join(own)}</tr>\n"


def _html_cell(cell: Cell, tag: str) -> str:
    spans = f' rowspan="{cell.rows}"' * (cell.rows > 1) + f' colspan="{cell.columns}"' * (cell.columns > 1)
    if isinstance(cell.content, str):
        inner = "<br>".join(map(escape, cell.lines))
    else:
        rows = ("".join(f"<td>{escape(text)}</td>" for text in row) for row in cell.content)
        inner = f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
    return f"<{tag}{spans}>{inner}</{tag}>"


# Word


def docx(register: Register) -> bytes:
    rows = "".join(_docx_rows(register.heads, register.across, "<w:tblHeader/>"))
    rows += "".join(_docx_rows(register.rows, register.across, "<w:cantSplit/>"))
    table = _table_of(rows, register.across) if rows else ""
    above = "".join(_paragraph(_run(line), "title") for line in register.title)
    below = "".join(_paragraph(_run(line)) for line in register.notes or ("",))
    section = _section(Page(WIDTH, HEIGHT))
    document = f"<w:document {ROOT}><w:body>{above}{table}{below}{section}</w:body></w:document>"
    return _zipped({"word/document.xml": document, "word/numbering.xml": f"<w:numbering {ROOT}/>", **_rest(())})


def _docx_rows(rows: Sequence[Row], across: Sequence[float], properties: str) -> Iterator[str]:
    """The rows; what a cell covers in the rows below its first are cells of their own, which continue it."""
    cells = list(cells_of(rows))
    for row in range(len(rows)):
        covering = (cell for cell in cells if cell.row <= row < cell.row + cell.rows)
        own = sorted(covering, key=lambda cell: cell.column)
        yield f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(_docx_cell(cell, row, across) for cell in own)}</w:tr>"


def _docx_cell(cell: Cell, row: int, across: Sequence[float]) -> str:
    span = f'<w:gridSpan w:val="{cell.columns}"/>' * (cell.columns > 1)
    merge = '<w:vMerge w:val="restart"/>' if cell.row == row else "<w:vMerge/>"
    width = cell.width(across)
    properties = f'<w:tcW w:w="{round(width * 20)}" w:type="dxa"/>{span}{merge * (cell.rows > 1)}'
    content = _docx_content(cell, width) if cell.row == row else ""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content or '<w:p/>'}</w:tc>"


def _docx_content(cell: Cell, width: float) -> str:
    if isinstance(cell.content, str):
        return "".join(_paragraph(_run(line)) for line in cell.lines)
    widths = (NUMBER, width - NUMBER - PITCH)
    rows = tuple(_docx_rows(cell.content, widths, "<w:cantSplit/>"))
    return f"{_table_of(''.join(rows), widths)}<w:p/>"


# PDF: heads are repeated on each page; a cell that goes on on the next page is blank there


def pdf(register: Register) -> bytes:
    heads, rows = _placed(register.heads, register.across), _placed(register.rows, register.across)
    top = MARGIN + PITCH * (len(register.title) + 1)
    pages = []
    for first, last in _cuts(rows.heights, HEIGHT - MARGIN - sum(heads.heights), top, MARGIN):
        begin = MARGIN if first else top
        shapes = [*heads.shapes(0, len(heads.heights), begin)]
        begin += sum(heads.heights)
        shapes += rows.shapes(first, last, begin)
        ended = last == len(rows.heights)
        notes = _notes(register.notes, begin + sum(rows.heights[first:last])) if ended else ()
        pages.append(Page(WIDTH, HEIGHT, () if first else _titles(register.title), (*shapes, *notes)))
    return pdf_of_pages(pages)


@dataclass(frozen=True)
class _Placed:
    """Cells and the heights of their rows."""

    cells: tuple[Cell, ...]
    heights: tuple[float, ...]
    across: tuple[float, ...]

    def shapes(self, first: int, last: int, top: float) -> Iterator[Shape]:
        """The cells in some rows as boxes from a height on."""
        for cell in self.cells:
            begin, end = max(cell.row, first), min(cell.row + cell.rows, last)
            if begin < end:
                x, y = MARGIN + sum(self.across[: cell.column]), top + sum(self.heights[first:begin])
                lines = cell.lines if cell.row == begin else ()
                yield Shape(lines, x, y, cell.width(self.across), sum(self.heights[begin:end]))


def _placed(rows: Sequence[Row], across: tuple[float, ...]) -> _Placed:
    """Rows as high as their cells need; the last of merged ones grows if need be."""
    cells = tuple(sorted(cells_of(rows), key=lambda cell: cell.rows))
    heights = [0.0] * len(rows)
    for cell in cells:
        last = cell.row + cell.rows
        missing = height_of(cell.lines, cell.width(across)) - sum(heights[cell.row : last])
        heights[last - 1] += max(0.0, missing)
    return _Placed(cells, tuple(heights), across)


def _cuts(heights: Sequence[float], bottom: float, top: float, next_top: float) -> Iterator[tuple[int, int]]:
    """The first row of each page and the row behind its last."""
    first = 0
    while first < len(heights):
        last = first + 1
        while last < len(heights) and top + sum(heights[first : last + 1]) <= bottom:
            last += 1
        yield first, last
        first, top = last, next_top


def _titles(lines: Sequence[str]) -> tuple[Shape, ...]:
    return tuple(
        Shape((line,), MARGIN, MARGIN + PITCH * number, ROOM, PITCH, "title") for number, line in enumerate(lines)
    )


def _notes(lines: Sequence[str], top: float) -> Iterator[Shape]:
    for number, line in enumerate(lines, 1):
        yield Shape((line,), MARGIN, top + PITCH * number, width_of(line, CHARACTER), LINE, "label")


def text(register: Register) -> bytes:
    """A list without a table."""
    return "".join(f"{line}\n" for line in register.title).encode()


WRITERS: dict[str, Callable[[Register], bytes]] = {
    "docx": docx,
    "xlsx": xlsx,
    "xls": xls,
    "html": html,
    "csv": separated,
    "pdf": pdf,
    "txt": text,
}
