"""The values that travel from a file to an answer: all frozen, all plain data.

Lengths are points (1/72 inch), the origin is the top left corner of a page, pages count from 1.
Everything counted within a document (boxes, charts, stages) counts from 0.
"""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Literal

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

Level = Literal["高", "中", "低"]
Ocr = Literal["auto", "always", "never"]  # whether pages are recognised from their images
Placed = Literal["geometry", "table", "sequence"]  # what told which box belongs to which stage


class Kind(StrEnum):
    """The kinds of statement (one numbered sentence) that a record holds."""

    RISK = "risk_point"
    MEASURE = "control_measure"
    MONITOR = "monitoring_point"


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
class Problem:
    """A doubt of a reader, as data: `code` is stable, `message` is for the user (Chinese)."""

    code: str
    message: str
    page: int | None = None


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
class Place:
    """Where a box of a record stands: the number of the box in its document and, if it has a place, that in points.

    `confidence` as that of the box.
    """

    box: int
    page: int | None = None
    x0: float | None = None
    top: float | None = None
    x1: float | None = None
    bottom: float | None = None
    confidence: float = 1.0

    @classmethod
    def of(cls, box: Box) -> "Place":
        confidence = round(box.confidence, 2)
        if box.bbox is None:
            return cls(box.order, box.page, confidence=confidence)
        place = box.bbox
        x0, top, x1, bottom = (round(edge, 1) for edge in (place.x0, place.top, place.x1, place.bottom))
        return cls(box.order, box.page, x0, top, x1, bottom, confidence)


@dataclass(frozen=True, slots=True)
class Record:
    """One stage of one power (in a register: one row). The JSON form of these fields is a contract.

    `stage` is the canonical name (立案), `stage_label` as written (立（受）案); `unit` is a path (agency, department);
    `chart` counts from 0 within the document. `id` depends on the content and its place only. `boxes` are those it came
    from: the stage's, those of its content, and those of levels and owners that stand alone.
    """

    id: str
    document: str
    sha256: str
    page: int | None
    chart: int
    title: str | None
    agency: str | None
    category: str | None
    power: str | None
    power_code: str | None
    stage: str
    stage_label: str
    stage_order: int
    risk_points: tuple[str, ...]
    level: Level | None
    level_label: str | None
    control_measures: tuple[str, ...]
    responsible_party: str | None
    unit: tuple[str, ...]
    monitoring_points: tuple[str, ...]
    placed_by: Placed
    confidence: float
    doubts: tuple[str, ...]
    boxes: tuple[Place, ...]

    def statements(self) -> tuple[tuple[Kind, str], ...]:
        """Every statement of the record with its kind, in reading order."""
        return (
            *((Kind.RISK, text) for text in self.risk_points),
            *((Kind.MEASURE, text) for text in self.control_measures),
            *((Kind.MONITOR, text) for text in self.monitoring_points),
        )

    def to_json(self) -> dict[str, Any]:
        """The record as JSON types, keys in the contract's order."""
        data = {name: getattr(self, name) for name in self.__slots__}
        lists = {name: list(value) for name, value in data.items() if isinstance(value, tuple)}
        return data | lists | {"boxes": [{name: getattr(box, name) for name in box.__slots__} for box in self.boxes]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Record":
        """The inverse of `to_json`; KeyError if a field is missing."""
        values: dict[str, Any] = {}
        for field in fields(cls):
            value = data[field.name]
            values[field.name] = tuple(value) if isinstance(value, list) else value
        return cls(**values | {"boxes": tuple(Place(**place) for place in values["boxes"])})


@dataclass(frozen=True, slots=True)
class Tally:
    """Characters of a document, blanks left out: where each of them went."""

    in_records: int
    in_titles: int
    unplaced: int

    @property
    def total(self) -> int:
        return self.in_records + self.in_titles + self.unplaced

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.in_records + other.in_records, self.in_titles + other.in_titles, self.unplaced + other.unplaced
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was read from one file."""

    source: Source
    charts: tuple[Chart, ...]
    records: tuple[Record, ...]
    problems: tuple[Problem, ...]
    tally: Tally


def storable(text: str) -> str:
    """`text` with half surrogate pairs (undecodable file names) written out: no encoding has them."""
    return text.encode("utf-8", "backslashreplace").decode()
