"""Drawn pages as OFD files (GB/T 33190-2016), each as some program would write them; measures in the file are mm."""

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from tests.draw import CHARACTER, INSET, LINE, MARGIN, PITCH, Arrow, Page, Paragraphs, Shape, Table, height_of

MM = 25.4 / 72  # of a point
SPACE = "http://www.ofdspec.org/2016"
TITLE = 12.0  # points, the characters of titles
FILLS = {"stage": "220 230 241", "box": "255 255 255", "header": "217 217 217"}
CORNER = 6.0  # of a stage
HEAD = 4.0  # of an arrow


@dataclass(frozen=True)
class Way:
    """How a program writes: a text object for each `unit` (line, paragraph, character), offsets `packed` ("g 3 4.2").

    `scaled`: objects are in points, with a matrix; `origin`: the corner of the page; `template`: outlines stand in a
    template; `space`: the namespace; `absolute`: locations count from the package.
    """

    unit: str = "line"
    packed: bool = False
    scaled: bool = False
    origin: tuple[float, float] = (0, 0)
    template: bool = False
    space: str = SPACE
    absolute: bool = False


WAYS: dict[str, Way] = {
    "lines": Way(),
    "packed": Way(packed=True),
    "paragraphs": Way(unit="paragraph", template=True),
    "characters": Way(unit="character", absolute=True),
    "scaled": Way(packed=True, scaled=True),
    "shifted": Way(origin=(12.5, -7.0), space="http://www.ofdspec.org"),
}


def ofd(pages: Sequence[Page], way: str = "lines") -> bytes:
    """An OFD document of these pages."""
    own = WAYS[way]
    parts: dict[str, str | bytes] = {"OFD.xml": _entry(own), "Doc_0/Document.xml": _document(pages, own)}
    for number, page in enumerate(pages):
        outlines, words = "".join(_outlines(page, own)), "".join(_words(page, own))
        used = f'<ofd:Template TemplateID="{900 + number}" ZOrder="Background"/>' if own.template else ""
        if own.template:
            parts[f"Doc_0/Tpls/Tpl_{number}/Content.xml"] = _sheet(page, outlines, own)
        parts[f"Doc_0/Pages/Page_{number}/Content.xml"] = _sheet(
            page, words if own.template else outlines + words, own, used
        )
    return zipped(parts)


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """A package of these parts; the same parts always give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(info, content)
    return buffer.getvalue()


# The parts


def _root(name: str, content: str, way: Way) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<ofd:{name} xmlns:ofd="{way.space}">{content}</ofd:{name}>'


def _entry(way: Way) -> str:
    return _root("OFD", "<ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>", way)


def _document(pages: Sequence[Page], way: Way) -> str:
    folder = "/Doc_0/" if way.absolute else ""
    templates = "".join(
        f'<ofd:TemplatePage ID="{900 + number}" BaseLoc="{folder}Tpls/Tpl_{number}/Content.xml"/>'
        for number in range(len(pages) if way.template else 0)
    )
    listed = "".join(
        f'<ofd:Page ID="{number + 1}" BaseLoc="{folder}Pages/Page_{number}/Content.xml"/>'
        for number in range(len(pages))
    )
    area = "<ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>"
    return _root("Document", f"<ofd:CommonData>{area}{templates}</ofd:CommonData><ofd:Pages>{listed}</ofd:Pages>", way)


def _sheet(page: Page, objects: str, way: Way, template: str = "") -> str:
    x, y = way.origin
    area = f"<ofd:Area><ofd:PhysicalBox>{_list(x, y, page.width * MM, page.height * MM)}</ofd:PhysicalBox></ofd:Area>"
    layer = f'<ofd:Layer ID="2" Type="Body">{objects}</ofd:Layer>'
    return _root("Page", f"{area}{template}<ofd:Content>{layer}</ofd:Content>", way)


def _list(*numbers: float) -> str:
    return " ".join(f"{number:.4f}".rstrip("0").rstrip(".") for number in numbers)


# Text


@dataclass(frozen=True)
class Line:
    """A line of text: its left edge, the top of its characters and their size, in points."""

    text: str
    x: float
    top: float
    size: float


def lines_in(shape: Shape) -> list[list[Line]]:
    """The lines of each paragraph of a shape: boxes are filled from the top left, everything else is centred."""
    size, pitch = (TITLE, PITCH) if shape.form == "title" else (CHARACTER, LINE)
    inset = 0 if shape.form in ("label", "title") else INSET
    texts = [wrapped(paragraph, shape.width - 2 * inset, size) for paragraph in shape.paragraphs]
    height = pitch * sum(map(len, texts))
    top = shape.y + (inset if shape.form == "box" else (shape.height - height) / 2)
    lines: list[list[Line]] = []
    for paragraph in texts:
        lines.append([])
        for text in paragraph:
            x = shape.x + (inset if shape.form == "box" else (shape.width - width_of(text, size)) / 2)
            lines[-1].append(Line(text, x, top + (pitch - size) / 2, size))
            top += pitch
    return lines


def wrapped(paragraph: str, width: float, size: float = CHARACTER) -> list[str]:
    """A paragraph cut into lines that are no longer than this."""
    lines = [""]
    for character in paragraph:
        if lines[-1] and width_of(lines[-1] + character, size) > width:
            lines.append("")
        lines[-1] += character
    return lines


def width_of(text: str, size: float) -> float:
    """Of a text in points: Latin characters are half as wide as Chinese ones."""
    return sum(size / 2 if ord(character) < 0x100 else size for character in text)


def _words(page: Page, way: Way) -> Iterator[str]:
    cells = cells_of(page.table, _table_top(page)) if page.table else []
    for shape in (*page.titles, *page.shapes, *cells):
        for paragraph in lines_in(shape):
            yield from _text(paragraph, way)


def _text(paragraph: Sequence[Line], way: Way) -> Iterator[str]:
    if way.unit == "paragraph":
        yield _text_object(paragraph, way)
    elif way.unit == "line":
        yield from (_text_object([line], way) for line in paragraph)
    else:
        for line in paragraph:
            for number, character in enumerate(line.text):
                x = line.x + width_of(line.text[:number], line.size)
                yield _text_object([Line(character, x, line.top, line.size)], way)


def _text_object(lines: Sequence[Line], way: Way) -> str:
    x, top, size = lines[0].x, lines[0].top, lines[0].size
    width = max(line.x + width_of(line.text, size) for line in lines) - x
    unit, frame = _frame((x, top, width, lines[-1].top + size - top), way)
    codes = "".join(
        f'<ofd:TextCode X="{_list((line.x - x) * unit)}" Y="{_list((line.top - top + 0.88 * size) * unit)}"'
        f"{_deltas(line, unit, way)}>{escape(line.text)}</ofd:TextCode>"
        for line in lines
    )
    return f'<ofd:TextObject ID="3" {frame} Font="4" Size="{_list(size * unit)}">{codes}</ofd:TextObject>'


def _deltas(line: Line, unit: float, way: Way) -> str:
    values = [_list(width_of(character, line.size) * unit) for character in line.text[:-1]]
    written = " ".join(packed(values) if way.packed else values)
    return f' DeltaX="{written}"' if values else ""


def packed(values: Sequence[str]) -> list[str]:
    """Equal values that follow one another as "g", their number, and one of them."""
    groups: list[tuple[str, int]] = []
    for value in values:
        if groups and groups[-1][0] == value:
            groups[-1] = (value, groups[-1][1] + 1)
        else:
            groups.append((value, 1))
    return [value if times == 1 else f"g {times} {value}" for value, times in groups]


def _frame(box: tuple[float, float, float, float], way: Way) -> tuple[float, str]:
    """The unit of an object at this place in points (left, top, width, height), and its attributes."""
    x, y, width, height = (value * MM for value in box)
    boundary = f'Boundary="{_list(x + way.origin[0], y + way.origin[1], width, height)}"'
    return (1, f'{boundary} CTM="{MM:.8f} 0 0 {MM:.8f} 0 0"') if way.scaled else (MM, boundary)


# Outlines


def _outlines(page: Page, way: Way) -> Iterator[str]:
    for shape in page.shapes:
        if shape.form in FILLS:
            yield _border(shape, way)
    for cell in cells_of(page.table, _table_top(page)) if page.table else []:
        yield _border(cell, way)
    for arrow in page.arrows:
        yield from _arrow(arrow, way)


def _border(shape: Shape, way: Way) -> str:
    unit, frame = _frame((shape.x, shape.y, shape.width, shape.height), way)
    draw = _rounded if shape.form == "stage" else _square
    fill = f'<ofd:FillColor Value="{FILLS[shape.form]}"/>'
    return _path(frame + ' Fill="true"', draw(shape.width * unit, shape.height * unit, CORNER * unit), fill)


def _square(width: float, height: float, _: float) -> str:
    return f"M 0 0 L {_list(width, 0)} L {_list(width, height)} L {_list(0, height)} C"


def _rounded(width: float, height: float, corner: float) -> str:
    """The corners are arcs."""
    arc = f"A {_list(corner, corner)} 0 0 1"
    return (
        f"M {_list(corner, 0)} L {_list(width - corner, 0)} {arc} {_list(width, corner)}"
        f" L {_list(width, height - corner)} {arc} {_list(width - corner, height)}"
        f" L {_list(corner, height)} {arc} {_list(0, height - corner)} L {_list(0, corner)} {arc} {_list(corner, 0)} C"
    )


def _path(attributes: str, data: str, inner: str = "") -> str:
    return (
        f'<ofd:PathObject ID="5" {attributes} LineWidth="0.25">{inner}'
        f"<ofd:AbbreviatedData>{data}</ofd:AbbreviatedData></ofd:PathObject>"
    )


def _arrow(arrow: Arrow, way: Way) -> Iterator[str]:
    """A line, and a black triangle as its head."""
    start, end = (complex(*point) for point in arrow.points)
    along = (end - start) / abs(end - start)
    back = end - along * HEAD
    yield _line((start, end), way)
    yield _line((end, back + along * HEAD / 2 * 1j, back - along * HEAD / 2 * 1j), way, filled=True)


def _line(points: Sequence[complex], way: Way, filled: bool = False) -> str:
    x, y = min(point.real for point in points), min(point.imag for point in points)
    width, height = max(point.real for point in points) - x, max(point.imag for point in points) - y
    unit, frame = _frame((x, y, width, height), way)
    steps = " L ".join(_list((point.real - x) * unit, (point.imag - y) * unit) for point in points)
    if not filled:
        return _path(frame, f"M {steps}")
    return _path(frame + ' Fill="true" Stroke="false"', f"M {steps} C", '<ofd:FillColor Value="0 0 0"/>')


# Tables


def _table_top(page: Page) -> float:
    return page.titles[-1].bottom + PITCH


def cells_of(table: Table, top: float) -> list[Shape]:
    """The cells as boxes, merged ones as one, from the left margin and this height."""
    heights = _heights(table)
    cells = []
    for column, width in enumerate(table.widths):
        x = MARGIN + sum(table.widths[:column])
        for number, row in enumerate(table.rows):
            if row[column].merge != "continue":
                rows = 1 + _continued([below[column].merge for below in table.rows[number + 1 :]])
                y, height = top + sum(heights[:number]), sum(heights[number : number + rows])
                cells.append(_cell(row[column].paragraphs, x, y, width, height))
    return cells


def _heights(table: Table) -> list[float]:
    """Rows as high as their cells need; the last of merged ones grows if need be."""
    needed = [[height_of(cell.paragraphs, w) for cell, w in zip(row, table.widths, strict=True)] for row in table.rows]
    heights = [
        max(height for height, cell in zip(own, row, strict=True) if not cell.merge)
        for own, row in zip(needed, table.rows, strict=True)
    ]
    for number, row in enumerate(table.rows):
        for column, cell in enumerate(row):
            if cell.merge == "restart":
                last = number + _continued([below[column].merge for below in table.rows[number + 1 :]])
                heights[last] += max(0, needed[number][column] - sum(heights[number : last + 1]))
    return heights


def _continued(merges: Sequence[str]) -> int:
    return next((number for number, merge in enumerate(merges) if merge != "continue"), len(merges))


def _cell(paragraphs: Paragraphs, x: float, y: float, width: float, height: float) -> Shape:
    return Shape(paragraphs, x, y, width, height, "box")
