"""The values that travel from a file to an answer: all frozen, all plain data.

Lengths are points (1/72 inch), the origin is the top left corner of a page, pages count from 1.
Everything counted within a document (boxes, charts, stages) counts from 0.
"""

from dataclasses import dataclass
from typing import Literal

from pipeline.record import Kind, Level, Place, Placed, Problem, Record, Tally, storable

__all__ = [
    "BBox",
    "Box",
    "Cell",
    "Chart",
    "Document",
    "Frame",
    "Kind",
    "Level",
    "Line",
    "Ocr",
    "Place",
    "Placed",
    "Problem",
    "Reading",
    "Record",
    "Source",
    "Stage",
    "Tally",
    "storable",
]


Ocr = Literal["auto", "always", "never"]  # whether pages are recognised from their images


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document came from: `path` on this machine, `document` its name in the index, `sha256` of its bytes."""

    path: str
    document: str
    sha256: str


@dataclass(frozen=True, slots=True)
class BBox:
    """A rectangle on a page, in points."""

    x0: float
    top: float
    x1: float
    bottom: float


Frame = Literal["shape", "cell", "margin"]  # a drawn box, a table's cell, the margin above or below a page's text


@dataclass(frozen=True, slots=True)
class Cell:
    """A place in the document's `table`-th table: its first row and column, and how many it spans.

    `within` is the table, row and column of the cell of another table in which this one stands.
    """

    table: int
    row: int
    column: int
    rows: int = 1
    columns: int = 1
    within: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """Paragraphs that stand together at `bbox` on `page`, or without a place (a dump).

    `order` is the place in drawing order; `gap` the number of blank lines before it in running text; `frame` what is
    drawn around it, None for running text. A drawn box without paragraphs is a frame whose words stand elsewhere.
    `confidence` that its characters are those printed, in the least certain of its lines: 1 unless they were recognised
    in an image.
    """

    order: int
    paragraphs: tuple[str, ...]
    page: int | None = None
    bbox: BBox | None = None
    gap: int = 0
    frame: Frame | None = None
    cell: Cell | None = None
    confidence: float = 1.0

    @property
    def text(self) -> str:
        return "".join(self.paragraphs)


@dataclass(frozen=True, slots=True)
class Line:
    """A drawn connector from (x0, y0) to (x1, y1) on a page, in points.

    `start` and `end` are the orders of the boxes it is glued to, where the file says so.
    """

    page: int
    x0: float
    y0: float
    x1: float
    y1: float
    arrow: bool = False
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """What an extractor makes of a file: its boxes in drawing order."""

    source: Source
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a chart with the boxes that belong to it; `label` as written, without blanks.

    `levels` and `parties` are those that stand in boxes of their own; `marks` are these boxes and that of its name.
    `unit` are the departments a register names, from the most general; None in a chart, where owners tell.
    """

    label: str
    risks: tuple[Box, ...] = ()
    measures: tuple[Box, ...] = ()
    monitors: tuple[Box, ...] = ()
    confidence: float = 1.0
    doubts: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    marks: tuple[Box, ...] = ()
    placed_by: Placed = "sequence"
    unit: tuple[str, ...] | None = None

    @property
    def boxes(self) -> tuple[Box, ...]:
        """All boxes of the stage."""
        return (*self.marks, *self.risks, *self.measures, *self.monitors)


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: its title lines, what they say, and its stages in the order of the work."""

    index: int
    title: str | None
    agency: str | None
    category: str | None
    power: str | None
    power_code: str | None
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was read from one file."""

    source: Source
    charts: tuple[Chart, ...]
    records: tuple[Record, ...]
    problems: tuple[Problem, ...]
    tally: Tally
