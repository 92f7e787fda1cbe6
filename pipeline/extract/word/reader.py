"""Word files (.docx, .docm) -> boxes and lines where they stand on their pages; the one place of python-docx."""

import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from zipfile import BadZipFile

from docx.opc.constants import CONTENT_TYPE
from docx.opc.exceptions import PackageNotFoundError
from docx.opc.part import Part, PartFactory
from docx.oxml.parser import parse_xml
from docx.package import Package
from docx.parts.document import DocumentPart
from lxml.etree import XMLSyntaxError

from pipeline.errors import State, Unreadable
from pipeline.extract.container import check_package
from pipeline.extract.word.drawing import drawing_of
from pipeline.extract.word.flow import Flow, Spot, line_height, lines, setup_of, text_width
from pipeline.extract.word.numbering import Numbering, numbering_of
from pipeline.extract.word.shapes import Anchor, Axis, Drawing, Shape, Stroke, written
from pipeline.extract.word.story import Row, blocks, framed, plain_lines, rows, whole
from pipeline.extract.word.styles import Styles, twips
from pipeline.extract.word.tables import MARGIN, Grid, GridCell, cells_of, grid_of
from pipeline.extract.word.vml import pictures_of
from pipeline.extract.word.xml import Element, attribute, child, children, local, number
from pipeline.model import BBox, Box, Cell, Document, Frame, Line, Problem, Source

__all__ = ["read_docx"]

MOST_BOXES = 20_000
MOST_SHARED = 0.5  # of the smaller of two boxes that do not cover each other
TALLEST_STEP = 200.0  # points of a table's row that have to fit on the page for it to begin there

# Word's files with macros and its templates hold the same document part; their macros are never looked at.
PartFactory.part_type_for |= dict.fromkeys(
    (
        "application/vnd.ms-word.document.macroEnabled.main+xml",
        "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
        CONTENT_TYPE.WML_DOCUMENT_MAIN.replace("document.main", "template.main"),
    ),
    DocumentPart,
)


def read_docx(source: Source, data: bytes) -> Document:
    """The boxes and lines of a Word file in drawing order; raises Unreadable."""
    check_package(source.path, data)
    part = _main_part(source, data)
    numbering, styles = numbering_of(_related(part, "numbering")), Styles.of(_related(part, "styles"))
    reader = _Reader(part, numbering, styles, _is_by_libreoffice(part))
    reader.body()
    if len(reader.boxes) > MOST_BOXES:
        raise Unreadable(source.path, f"有超过 {MOST_BOXES} 个文本框", "请拆分后再读", State.TOO_LARGE)
    return Document(source, tuple(reader.boxes), tuple(reader.lines()), tuple(reader.problems()))


def _main_part(source: Source, data: bytes) -> DocumentPart:
    try:
        part = Package.open(io.BytesIO(data)).main_document_part
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError, XMLSyntaxError, AttributeError) as error:
        raise Unreadable(
            source.path, "Word 文件的结构已损坏", "用 Word 打开并另存，或重新下载", State.DAMAGED
        ) from error
    if not isinstance(part, DocumentPart):
        raise Unreadable(source.path, "不是 Word 文档（可能是表格或演示文稿）", "请确认文件类型")
    if local(part.element) != "document" or child(part.element, "body") is None:
        raise Unreadable(source.path, "Word 文件里没有正文", "用 Word 打开并另存，或重新下载", State.DAMAGED)
    return part


def _related(part: DocumentPart, kind: str) -> Element | None:
    """The root of the part that a document refers to as its numbering, styles …; None without one."""
    inside = (one for one in part.rels.values() if not one.is_external)
    return _root(next((one.target_part for one in inside if one.reltype.endswith("/" + kind)), None))


def _is_by_libreoffice(part: DocumentPart) -> bool:
    """Whether LibreOffice wrote a file (ISO 29500-1, 22.2.2.3)."""
    package = part.package
    inside = (one for one in package.rels.values() if package is not None and not one.is_external)
    properties = _root(next((one.target_part for one in inside if one.reltype.endswith("/extended-properties")), None))
    application = child(properties, "Application")
    return application is not None and (application.text or "").startswith("LibreOffice")


def _root(part: Part | None) -> Element | None:
    """The root element of a part; None where it is missing or no XML."""
    if part is None:
        return None
    element: Element = getattr(part, "element", None)
    if element is not None:
        return element
    try:
        return parse_xml(part.blob)
    except (XMLSyntaxError, ValueError):
        return None


@dataclass(slots=True)
class _Reader:
    """Walks through the stories of a document and collects what it finds."""

    part: DocumentPart
    numbering: Numbering
    styles: Styles
    breaks_whole: bool  # pages break between whole paragraphs, wherever in one the break stands
    boxes: list[Box] = field(default_factory=list)
    keys: dict[str, int] = field(default_factory=dict)  # of a shape -> the order of its box
    strokes: list[tuple[int, float, float, Stroke]] = field(default_factory=list)  # page, x and y of the anchor
    gap: int = 0  # empty paragraphs since the last text
    tables: int = 0
    pictures: int = 0

    def lines(self) -> Iterator[Line]:
        """The drawn lines, once all shapes are known."""
        for page, x, y, stroke in self.strokes:
            start, end = (self.keys.get(key) if key else None for key in (stroke.start, stroke.end))
            yield Line(page, x + stroke.x0, y + stroke.y0, x + stroke.x1, y + stroke.y1, stroke.arrow, start, end)

    def problems(self) -> Iterator[Problem]:
        if self.pictures:
            yield Problem("picture", f"有 {self.pictures} 幅图片，其中的文字没有读出")

    # Stories

    def body(self) -> None:
        """Read the body, section by section, with the headers and footers of each."""
        body = self.part.element.body
        sections = _sections(body)
        told = next(body.iter("{*}lastRenderedPageBreak"), None) is not None
        flow = Flow.beginning(setup_of(sections[0] if sections else None), told=told)
        seen: set[str] = set()
        for section in sections[:1]:
            self._margins(section, flow, seen)
        following = iter(sections[1:])
        for group in framed(blocks(body)):
            self._group(group, flow)
            if child(group[0], "pPr", "sectPr") is not None and (section := next(following, None)) is not None:
                kind = attribute(child(section, "type"), "val")
                flow.begin_section(setup_of(section), same_page=kind == "continuous")
                self._margins(section, flow, seen)

    def _margins(self, section: Element, flow: Flow, seen: set[str]) -> None:
        """The headers and footers that a section refers to, each read once, on the first page that shows it."""
        for reference in children(section):
            kind, key = local(reference), attribute(reference, "id") or ""
            if kind in ("headerReference", "footerReference") and key in self.part.rels and key not in seen:
                seen.add(key)
                root = _root(self.part.related_parts.get(key))
                setup = flow.setup
                top = setup.header if kind == "headerReference" else setup.height - setup.footer - setup.pitch_or_line
                inner = flow.within(setup.left, top, setup.width - setup.left - setup.right)
                for group in framed(blocks(root)) if root is not None else ():
                    self._group(group, inner, "margin")

    def _group(self, group: Sequence[Element], flow: Flow, frame: Frame | None = None) -> None:
        """A table, a paragraph, or the paragraphs of one frame."""
        if len(self.boxes) > MOST_BOXES:
            return
        if local(group[0]) == "tbl":
            self._table(group[0], flow)
        elif child(group[0], "pPr", "framePr") is not None:
            self._frame(group, flow)
        else:
            self._paragraph(group[0], flow, frame)

    # Running text

    def _paragraph(self, paragraph: Element, flow: Flow, frame: Frame | None) -> None:
        """The lines of a paragraph as boxes where they stand, its drawings beside them."""
        styles, setup = self.styles, flow.setup
        size = styles.size(paragraph)
        height = line_height(styles, paragraph, size, setup.pitch)
        left, right, first = _indents(styles, paragraph, size)
        room = flow.width - left - right
        aligned = styles.value(paragraph, "jc", "val") or "left"
        if styles.switched_on(paragraph, "pageBreakBefore", otherwise=False):
            flow.begin_page()
        flow.begin(_space(styles, paragraph, "before", setup.pitch), height)
        begun = flow.y, flow.page
        found = rows(paragraph, self._number(paragraph), size)
        if self.breaks_whole:
            spot = flow.spot(flow.left, height)
            found = iter(whole(found, lambda row: self._would_cover(row, spot)))
        for row in found:
            if row.rendered:
                flow.begin_page()
            x = flow.left + left + first
            tallest = height * lines(row.text, size, room)
            self._running(row.text, flow, _aligned(row.text, aligned, x, room - first, size), tallest, frame)
            for before, drawing in row.drawings:
                spot = flow.spot(x + text_width(before, size) % max(room, size), height)
                if begun[1] == flow.page:
                    spot = replace(spot, top=begun[0])
                width, high = self._drawing(drawing, spot)
                x, tallest = x + width, max(tallest, high)
            if row.ends == "page":
                flow.next_page()
            elif row.ends == "column":
                flow.next_column()
            else:
                flow.down(tallest)
            first = 0.0
        flow.space_below = _space(styles, paragraph, "after", setup.pitch)

    def _would_cover(self, row: Row, spot: Spot) -> bool:
        """Whether the drawings of a line would cover text that stands on the page already."""
        shown = [box.bbox for box in self.boxes if box.page == spot.page and box.frame == "shape" and box.text]
        for _, element in row.drawings:
            for drawing in self._drawings(element):
                x, y = spot.origin(drawing.anchor)
                places = [shape.at(x, y) for shape in drawing.shapes if written(shape.stories)]
                if any(_covers(place, other) for place in places for other in shown if other):
                    return True
        return False

    def _running(self, text: str, flow: Flow, across: tuple[float, float], height: float, frame: Frame | None) -> None:
        if not text.strip():
            self.gap += 1
            return
        bbox = BBox(across[0], flow.y, across[1], flow.y + height)
        self._add(Box(0, (text.strip(),), flow.page, bbox, self.gap, frame))
        self.gap = 0

    def _number(self, paragraph: Element) -> str:
        """The automatic number before a paragraph."""
        found = next(
            (one for one in self.styles.properties(paragraph, "numPr") if child(one, "numId") is not None), None
        )
        if found is None:
            return ""
        depth = attribute(child(found, "ilvl"), "val")
        identity = attribute(child(found, "numId"), "val") or ""
        own = child(paragraph, "pPr", "numPr") is found
        known = int(number(depth)) if depth else 0 if own else None
        return self.numbering.next(identity, known, self.styles.name(paragraph))

    def _lines_of(self, story: Element) -> Iterator[str]:
        """The lines of a text box: those of its paragraphs, and of the cells of its tables in reading order."""
        if local(story) == "txBody":
            for paragraph in story.iter("{*}p"):
                words = ("\n" if local(one) == "br" else one.text or "" for one in paragraph.iter("{*}t", "{*}br"))
                yield from filter(None, map(str.strip, "".join(words).split("\n")))
            return
        for block in blocks(story):
            if local(block) == "p":
                yield from plain_lines(block, self._number(block))
            else:
                for cell in cells_of(block):
                    yield from self._lines_of(cell)

    # Drawings

    def _drawing(self, element: Element, spot: Spot) -> tuple[float, float]:
        """Place the shapes of a drawing; the width and height that it takes in the line."""
        width = height = 0.0
        for drawing in self._drawings(element):
            self._shapes(drawing, spot)
            if drawing.anchor.horizontal is None:
                width, height = width + drawing.anchor.width, max(height, drawing.anchor.height)
        return width, height

    def _drawings(self, element: Element) -> Iterator[Drawing]:
        if local(element) == "drawing":
            found = drawing_of(element, self._diagram)
            yield from (found,) if found else ()
        else:
            yield from pictures_of(element)

    def _shapes(self, drawing: Drawing, spot: Spot) -> None:
        x, y = spot.origin(drawing.anchor)
        self.strokes += [(spot.page, x, y, stroke) for stroke in drawing.strokes]
        for shape in drawing.shapes:
            self._shape(shape, spot, shape.at(x, y))

    def _shape(self, shape: Shape, spot: Spot, bbox: BBox) -> None:
        texts = (*shape.words, *(line for story in shape.stories for line in self._lines_of(story)))
        if shape.picture and not texts:
            self.pictures += 1
            return
        self.keys |= dict.fromkeys(shape.keys, len(self.boxes))
        self._add(Box(0, texts, spot.page, bbox, frame="shape"))
        inside = replace(spot, x=bbox.x0, y=bbox.top, left=bbox.x0, width=bbox.x1 - bbox.x0)
        for story in shape.stories:
            self._drawings_in(story, inside)

    def _drawings_in(self, story: Element, spot: Spot) -> None:
        for block in blocks(story):
            if local(block) == "p":
                self._drawings_of(block, spot)
            else:
                for cell in cells_of(block):
                    self._drawings_in(cell, spot)

    def _drawings_of(self, paragraph: Element, spot: Spot) -> None:
        for row in rows(paragraph, "", 10.0):
            for _, drawing in row.drawings:
                self._drawing(drawing, spot)

    def _diagram(self, relations: Element) -> Element | list[str]:
        """The drawing of a SmartArt frame, or the words of its points where the file holds none (ISO 29500-1, 21.4)."""
        data = _root(self.part.related_parts.get(attribute(relations, "dm") or ""))
        if data is None:
            return []
        drawn = next((attribute(one, "relId") for one in data.iter("{*}dataModelExt")), None)
        drawing = _root(self.part.related_parts.get(drawn or ""))
        if drawing is not None:
            return drawing
        points = (one for one in data.iter("{*}pt") if one.get("type") in (None, "node"))
        texts = ("\n".join("".join(t.text or "" for t in p.iter("{*}t")) for p in one.iter("{*}p")) for one in points)
        return [text for text in texts if text.strip()]

    def _add(self, box: Box) -> None:
        if len(self.boxes) <= MOST_BOXES:
            self.boxes.append(replace(box, order=len(self.boxes)))

    # Frames (ISO 29500-1, 17.3.1.11)

    def _frame(self, paragraphs: Sequence[Element], flow: Flow) -> None:
        """Paragraphs in one frame: a box at the frame's place."""
        frame = child(paragraphs[0], "pPr", "framePr")
        texts = tuple(text for one in paragraphs for text in plain_lines(one, self._number(one)))
        size = self.styles.size(paragraphs[0])
        line = line_height(self.styles, paragraphs[0], size, flow.setup.pitch)
        width = twips(frame, "w") or max((text_width(text, size) for text in texts), default=size)
        height = twips(frame, "h") or line * sum(lines(text, size, width) for text in texts)
        anchor = Anchor(
            width, height, _floating(frame, "hAnchor", "x", "xAlign"), _floating(frame, "vAnchor", "y", "yAlign")
        )
        spot = flow.spot(flow.left, line)
        x, y = spot.origin(anchor)
        self._add(Box(0, texts, flow.page, BBox(x, y, x + width, y + height), frame="shape"))
        for paragraph in paragraphs:
            self._drawings_of(paragraph, spot)

    # Tables

    def _table(self, table: Element, flow: Flow, within: tuple[int, int, int] | None = None) -> None:
        """The cells of a table as boxes, its rows one below the other; where it floats, beside the running text.

        `within` is the cell of another table in which it stands.
        """
        number_of_table, self.tables = self.tables, self.tables + 1
        grid = grid_of(table, flow.width, self.styles, flow.setup.pitch)
        at = self._floating_at(table, grid, flow)
        edges = [0.0, *accumulate(grid.widths)]
        beginning: dict[int, list[GridCell]] = defaultdict(list)
        for cell in grid.cells:
            beginning[cell.row].append(cell)
        for row, height in enumerate(grid.heights):
            if at is None:
                flow.make_room(min(height, TALLEST_STEP))
            left, top = at or (flow.left, flow.y)
            for cell in beginning[row]:
                self._cell(cell, number_of_table, grid, left + edges[cell.column], top, flow, within)
            if at is None:
                flow.down(height)
            else:
                at = left, top + height

    def _floating_at(self, table: Element, grid: Grid, flow: Flow) -> tuple[float, float] | None:
        """The top left corner of a table that floats (ISO 29500-1, 17.4.57), or None."""
        place = child(table, "tblPr", "tblpPr")
        if place is None:
            return None
        across = _floating(place, "horzAnchor", "tblpX", "tblpXSpec", "text")
        down = _floating(place, "vertAnchor", "tblpY", "tblpYSpec", "text")
        return flow.spot(flow.left, 0.0).origin(Anchor(sum(grid.widths), sum(grid.heights), across, down))

    def _cell(
        self,
        cell: GridCell,
        table: int,
        grid: Grid,
        left: float,
        top: float,
        flow: Flow,
        within: tuple[int, int, int] | None,
    ) -> None:
        width = grid.width(cell)
        inner = flow.within(left + MARGIN, top, max(10.0, width - 2 * MARGIN))
        if len(grid.cells) == 1 and not _is_one_text(cell):  # a border around text, not a table
            for group in framed(cell.blocks):
                self._group(group, inner)
            return
        paragraphs = [block for block in cell.blocks if local(block) == "p"]
        texts = tuple(text for one in paragraphs for text in plain_lines(one, self._number(one)))
        bbox = BBox(left, top, left + width, top + grid.height(cell))
        if texts and len(grid.cells) == 1:
            self._add(Box(0, texts, flow.page, bbox, frame="shape"))
        elif texts:
            where = Cell(table, cell.row, cell.column, cell.rows, cell.columns, within)
            self._add(Box(0, texts, flow.page, bbox, frame="cell", cell=where))
        self._anchored(cell, inner, table)

    def _anchored(self, cell: GridCell, flow: Flow, table: int) -> None:
        """The drawings and tables within a cell."""
        for block in cell.blocks:
            if local(block) == "tbl":
                self._table(block, flow, (table, cell.row, cell.column))
                continue
            size = self.styles.size(block)
            line = line_height(self.styles, block, size, flow.setup.pitch)
            for row in rows(block, "", size):
                x, tallest = flow.left, line * lines(row.text, size, flow.width)
                for before, drawing in row.drawings:
                    width, high = self._drawing(drawing, flow.spot(x + text_width(before, size), line))
                    x, tallest = x + width, max(tallest, high)
                flow.down(tallest)


def _covers(one: BBox, other: BBox) -> bool:
    """Whether two boxes share most of the smaller."""
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    areas = [(box.x1 - box.x0) * (box.bottom - box.top) for box in (one, other)]
    return width > 0 and height > 0 and width * height > MOST_SHARED * min(areas)


ANCHORS = {"page": "page", "margin": "margin"}


def _floating(element: Element | None, base: str, offset: str, align: str, otherwise: str = "page") -> Axis:
    """One axis of the place of a frame or of a table that floats; `text` counts from the running text."""
    relative = attribute(element, base) or otherwise
    return Axis(ANCHORS.get(relative, "text"), twips(element, offset), attribute(element, align))


def _is_one_text(cell: GridCell) -> bool:
    """Whether a cell holds paragraphs only, and nothing drawn."""
    return all(local(block) == "p" and not any(row.drawings for row in rows(block, "", 10.0)) for block in cell.blocks)


def _sections(body: Element) -> list[Element]:
    """The `w:sectPr` of a body in their order; each governs the blocks up to it."""
    inner = [child(block, "pPr", "sectPr") for block in blocks(body) if local(block) == "p"]
    return [one for one in (*inner, child(body, "sectPr")) if one is not None]


def _indents(styles: Styles, paragraph: Element, size: float) -> tuple[float, float, float]:
    """The left and right indents of a paragraph and how much further in its first line begins, in points."""

    def indent(name: str, *others: str) -> float:
        characters = number(styles.value(paragraph, "ind", *(f"{one}Chars" for one in (name, *others))))
        return characters / 100 * size or styles.length(paragraph, "ind", name, *others)

    return indent("left", "start"), indent("right", "end"), indent("firstLine") - indent("hanging")


def _space(styles: Styles, paragraph: Element, side: str, pitch: float | None) -> float:
    """The space before or after a paragraph, in points."""
    counted = number(styles.value(paragraph, "spacing", f"{side}Lines"))
    if counted:
        return counted / 100 * (pitch or 12.0)
    if styles.value(paragraph, "spacing", f"{side}Autospacing") in ("1", "true", "on"):
        return 14.0
    return styles.length(paragraph, "spacing", side)


def _aligned(text: str, how: str, x: float, room: float, size: float) -> tuple[float, float]:
    """From where to where the words of a line run that begins at `x`."""
    whole, words = text_width(text.rstrip(), size), text_width(text.strip(), size)
    lead = whole - words
    if how == "center":
        lead += max(0.0, (room - whole) / 2)
    elif how in ("right", "end"):
        lead = max(0.0, room - words)
    return x + lead, x + lead + min(words, max(room, size))
