"""What a record is, and what is told of the file it came from: all that a search needs to know of reading.

These values stand apart from the others of `pipeline/model.py`, which takes as long to import as a search.
"""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pipeline.model import Box

__all__ = ["Kind", "Level", "Place", "Placed", "Problem", "Record", "Tally", "storable"]

Level = Literal["高", "中", "低"]
Placed = Literal["geometry", "table", "sequence"]  # what told which box belongs to which stage


class Kind(StrEnum):
    """The kinds of statement (one numbered sentence) that a record holds."""

    RISK = "risk_point"
    MEASURE = "control_measure"
    MONITOR = "monitoring_point"


@dataclass(frozen=True, slots=True)
class Problem:
    """A doubt of a reader, as data: `code` is stable, `message` is for the user (Chinese)."""

    code: str
    message: str
    page: int | None = None


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
    def of(cls, box: "Box") -> "Place":
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


def storable(text: str) -> str:
    """`text` with half surrogate pairs (undecodable file names) written out: no encoding has them."""
    return text.encode("utf-8", "backslashreplace").decode()
