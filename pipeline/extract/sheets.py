"""Spreadsheets -> a box for each cell with text; the one place of python-calamine.

It reads .xlsx (ISO/IEC 29500) and .xls ([MS-XLS]); of OpenDocument it does not tell merged cells, so .ods (OASIS Open
Document 1.3, part 3, 9) and the flat XML of Excel 2003 ("XML Spreadsheet Reference") are read here.
"""

import datetime
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from pipeline.errors import State, Unreadable
from pipeline.extract.container import FETCH, Kind, check_ods, check_xlsx, kind_of, parsed, refusal
from pipeline.extract.grid import MOST_CELLS, MOST_PLACES, Block, Found, Job, Slot, Table, apart, boxes_of, too_large
from pipeline.model import Document, Problem, Source

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

__all__ = ["is_default_name", "read_sheets"]

ALL_ROWS, ALL_COLUMNS = 65_536, 256  # of an .xls; what is merged as far as that was meant to go on for ever
DEFAULT_NAME = re.compile(r"(?:(?:work)?(?:sheet|table)|工作表|工作簿|表格?|页)[\s_\d()（）]*", re.IGNORECASE)
MOST_NAMED = 10
INTERNAL = "wpsreserved"  # begins the names of hidden sheets in which WPS keeps pictures

Result = TypeVar("Result")
Rectangle = tuple[int, int, int, int]  # first row and column, last row and column


@dataclass(frozen=True, slots=True)
class Sheet:
    """A visible sheet: its name, the texts of its cells by row and column, and which cells are merged."""

    name: str
    cells: Mapping[tuple[int, int], str]
    merged: Sequence[Rectangle]


Text = tuple[tuple[int, int], str]  # the row and column of a cell, and its text
Cells = Callable[[list[Rectangle]], Iterable[Text]]  # notes which are merged in the list
Entry = tuple[str, bool, Cells]  # the name of a sheet, whether it is hidden, and what gives its cells


def read_sheets(source: Source, data: bytes) -> Document:
    """Each visible sheet as a page with one table, rows and columns as in the sheet; raises Unreadable."""
    if (kind := kind_of(data)) not in READERS:
        raise refusal(source.path, kind)
    return apart(_found, source, data)


def is_default_name(name: str) -> bool:
    """Whether a sheet is named as programs name new ones (Sheet1, 工作表 2)."""
    return DEFAULT_NAME.fullmatch(name.strip()) is not None


def _found(job: Job) -> Found:
    path, data = job
    sheets, hidden = _sorted_out(path, READERS[kind_of(data)](path, data))
    return boxes_of(path, [list(_blocks(path, sheet)) for sheet in sheets]), tuple(_problems(hidden))


def _sorted_out(path: str, entries: Iterable[Entry]) -> tuple[list[Sheet], list[str]]:
    """The sheets to be read, and the names of the hidden ones."""
    sheets, hidden, room = list[Sheet](), list[str](), MOST_CELLS
    for name, is_hidden, cells in entries:
        if is_hidden:
            hidden.append(name)
            continue
        merged = list[Rectangle]()
        sheets.append(Sheet(name, _limited(path, cells(merged), room), merged))
        room -= len(sheets[-1].cells)
    return sheets, hidden


def _limited(path: str, cells: Iterable[Text], room: int) -> dict[tuple[int, int], str]:
    kept = dict[tuple[int, int], str]()
    for place, text in cells:
        if text.strip():
            kept[place] = text
        if len(kept) > room:
            raise too_large(path, f"有字的格子超过 {MOST_CELLS} 个")
    return kept


def _problems(hidden: Iterable[str]) -> Iterator[Problem]:
    names = [name[:40] for name in hidden if not name.lower().startswith(INTERNAL)]
    if names:
        more = f" 等 {len(names)} 个" if len(names) > MOST_NAMED else ""
        yield Problem("hidden-sheet", f"没有读隐藏的工作表：{'、'.join(names[:MOST_NAMED])}{more}")


def _blocks(path: str, sheet: Sheet) -> Iterator[Block]:
    slots = tuple(_slots(path, sheet))
    if slots and not is_default_name(sheet.name):
        yield sheet.name.strip()
    if slots:
        yield Table(slots)


def _slots(path: str, sheet: Sheet) -> Iterator[Slot]:
    """The cells with text, merged ones as one; what a merged cell covers is not shown, so it is left out."""
    if not sheet.cells:
        return
    rows, columns = (max(place[axis] for place in sheet.cells) + 1 for axis in (0, 1))
    _check_places(path, rows, columns)
    covered = bytearray(rows * columns)
    spans = {}
    for top, left, bottom, right in sorted(sheet.merged):
        if top >= rows or left >= columns or covered[top * columns + left]:
            continue  # without text, or merged already, which no program writes
        for row in range(top, min(bottom + 1, rows)):
            width = min(right + 1, columns) - left
            covered[row * columns + left : row * columns + left + width] = b"\1" * width
        spans[top, left] = (_last(bottom, top, rows, ALL_ROWS), _last(right, left, columns, ALL_COLUMNS))
    for (row, column), text in sorted(sheet.cells.items()):
        lines = tuple(filter(None, map(str.strip, text.splitlines())))
        bottom, right = spans.get((row, column), (row, column))
        if lines and ((row, column) in spans or not covered[row * columns + column]):
            yield Slot(row, column, bottom - row + 1, right - column + 1, lines)


def _last(last: int, first: int, used: int, without_end: int) -> int:
    return last if last < without_end - 1 else max(first, used - 1)


def _check_places(path: str, rows: int, columns: int) -> None:
    if rows * columns > MOST_PLACES:
        raise too_large(path, f"有内容的格子远至第 {rows} 行第 {columns} 列")


# .xlsx and .xls

# A cell with content, as far as it says where it is.
XLSX_CELL = re.compile(rb"<c\s[^>]*?\br=\"([A-Z]{1,3})([0-9]{1,7})\"[^>]*(?<!/)>(?!</)")


def _xlsx(path: str, data: bytes) -> Iterable[Entry]:
    for part in check_xlsx(path, data):
        _check_extent(path, part)
    return _by_calamine(path, data)


def _check_extent(path: str, part: bytes) -> None:
    """Raises Unreadable for cells so far apart that calamine, which makes a grid of them, could not."""
    rows = columns = 0
    for letters, digits in XLSX_CELL.findall(part):
        rows, columns = max(rows, int(digits)), max(columns, _column(letters))
    _check_places(path, rows, columns)


def _column(letters: bytes) -> int:
    """1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _by_calamine(path: str, data: bytes) -> Iterator[Entry]:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    book = _guarded(path, lambda: CalamineWorkbook.from_filelike(io.BytesIO(data)))
    for index, entry in enumerate(book.sheets_metadata):
        if entry.typ == SheetTypeEnum.WorkSheet:
            cells = partial(_calamine_cells, path, book, index)
            yield entry.name, entry.visible != SheetVisibleEnum.Visible, cells


def _guarded(path: str, call: Callable[[], Result]) -> Result:
    """What calamine gives; raises Unreadable for its errors and its panics, which are no Exception."""
    from python_calamine import CalamineError, PasswordError

    try:
        return call()
    except PasswordError as error:
        raise refusal(path, Kind.ENCRYPTED) from error
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        raise _damaged(path) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise _damaged(path) from error
        raise


def _calamine_cells(path: str, book: "CalamineWorkbook", index: int, merged: list[Rectangle]) -> Iterator[Text]:
    sheet = _guarded(path, lambda: book.get_sheet_by_index(index))
    merged += [(*first, *last) for first, last in sheet.merged_cell_ranges or ()]
    if sheet.start is None or sheet.end is None:
        return
    _check_places(path, sheet.end[0] + 1, sheet.end[1] + 1)
    # The rows above the first used one are given, the columns before the first used one are not.
    for row, values in enumerate(sheet.iter_rows()):
        for column, value in enumerate(values, sheet.start[1]):
            if value != "":
                yield (row, column), _written(value)


def _written(value: object) -> str:
    """A value as it is written in a cell of no special format; Excel shows 15 digits."""
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, ".15g")
        case datetime.datetime():
            return value.isoformat(" ", "minutes") if value.time() != datetime.time() else value.date().isoformat()
        case datetime.time():
            return value.isoformat("minutes")
        case _:
            return str(value)


def _damaged(path: str) -> Unreadable:
    return Unreadable(path, "电子表格的结构已损坏", f"用 Excel 或 WPS 打开并另存；{FETCH}", State.DAMAGED)


# XML by its local names: programs differ in prefixes, and old ones in namespaces


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _attribute(element: Any, name: str) -> str | None:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), None)


def _number(element: Any, name: str, otherwise: int) -> int:
    text = _attribute(element, name) or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else otherwise


def _inner(element: Any, *wrappers: str) -> Iterator[Any]:
    """The children of an element, those within some wrappers in the place of these."""
    for child in element:
        if _local(child) in wrappers:
            yield from _inner(child, *wrappers)
        else:
            yield child


# .ods

ODS_ROWS = ("table-row-group", "table-header-rows", "table-rows")
NOT_SHOWN = frozenset({"annotation", "ruby-text", "note", "tracked-changes", "PhoneticText"})


def _ods(path: str, data: bytes) -> Iterator[Entry]:
    root = parsed(path, check_ods(path, data), "content.xml")
    hidden = _hidden_styles(root)
    for table in root.iterfind(".//{*}spreadsheet/{*}table"):
        yield _attribute(table, "name") or "", _attribute(table, "style-name") in hidden, partial(_ods_cells, table)


def _hidden_styles(root: Any) -> set[str | None]:
    found = root.iterfind(".//{*}style/{*}table-properties")
    return {_attribute(one.getparent(), "name") for one in found if _attribute(one, "display") == "false"}


def _ods_cells(table: Any, merged: list[Rectangle]) -> Iterator[Text]:
    """The texts of a table's cells; those merged are noted."""
    top = 0
    for row in _inner(table, *ODS_ROWS):
        if _local(row) == "table-row":
            repeated = max(1, _number(row, "number-rows-repeated", 1))
            has_text = next(_ods_row(row), None) is not None  # a row without is often repeated to the end of all sheets
            for again in range(repeated if has_text else 0):
                for column, rows, columns, text in _ods_row(row):
                    if rows * columns > 1:
                        merged.append((top + again, column, top + again + rows - 1, column + columns - 1))
                    yield (top + again, column), text
            top += repeated


def _ods_row(row: Any) -> Iterator[tuple[int, int, int, str]]:
    """The column, the rows and columns spanned, and the text of the cells of a row that have one."""
    column = 0
    for cell in row:
        repeated = max(1, _number(cell, "number-columns-repeated", 1))
        if _local(cell) == "table-cell" and (text := _ods_text(cell)).strip():
            rows, columns = (max(1, _number(cell, f"number-{axis}-spanned", 1)) for axis in ("rows", "columns"))
            for again in range(repeated):
                yield column + again, rows, columns, text
        column += repeated


def _ods_text(cell: Any) -> str:
    return "\n".join("".join(_pieces(paragraph)) for paragraph in cell if _local(paragraph) in ("p", "h"))


BLANKS = {"line-break": "\n", "tab": "\t", "Br": "\n"}


def _pieces(element: Any) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        name = _local(child)
        if name == "s":
            yield " " * min(100, _number(child, "c", 1))
        elif name in BLANKS:
            yield BLANKS[name]
        elif name not in NOT_SHOWN:
            yield from _pieces(child)
        yield child.tail or ""


# The flat XML of Excel 2003


def _sheet_xml(path: str, data: bytes) -> Iterator[Entry]:
    for worksheet in parsed(path, data.strip()).iterfind("{*}Worksheet"):
        states = [one.text for one in worksheet.iterfind("{*}WorksheetOptions/{*}Visible")]
        hidden = any(state != "SheetVisible" for state in states)
        yield _attribute(worksheet, "Name") or "", hidden, partial(_sheet_xml_cells, worksheet)


def _sheet_xml_cells(worksheet: Any, merged: list[Rectangle]) -> Iterator[Text]:
    """The texts of a worksheet's cells; those merged are noted."""
    top = -1
    for row in worksheet.iterfind("{*}Table/{*}Row"):
        top = _number(row, "Index", top + 2) - 1
        left = -1
        for cell in row.iterfind("{*}Cell"):
            left = _number(cell, "Index", left + 2) - 1
            across, down = _number(cell, "MergeAcross", 0), _number(cell, "MergeDown", 0)
            if across or down:
                merged.append((top, left, top + down, left + across))
            yield (top, left), "".join(text for data in cell.iterfind("{*}Data") for text in _sheet_xml_text(data))
            left += across
        top += max(0, _number(row, "Span", 0))


def _sheet_xml_text(data: Any) -> Iterator[str]:
    text = "".join(_pieces(data))
    match _attribute(data, "Type"):
        case "DateTime":
            yield text.removesuffix(".000").removesuffix("T00:00:00").replace("T", " ")
        case "Number":
            yield _written_number(text)
        case _:
            yield text


def _written_number(text: str) -> str:
    try:
        return _written(float(text))
    except ValueError:
        return text


READERS = {Kind.XLSX: _xlsx, Kind.XLS: _by_calamine, Kind.ODS: _ods, Kind.SHEET_XML: _sheet_xml}
