"""Writes the registers of corpus/ and the records they hold: `python -m tests.make_registers`.

Tables and records stand side by side in register_specimens.json, both written by hand.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests import dumps, word
from tests.draw import LAYOUTS
from tests.make_word import CORPUS
from tests.registers import WRITERS, Content, Register, Row

DATA = Path(__file__).resolve().parent / "register_specimens.json"
NOTHING: Mapping[str, Any] = {
    "unit": [],
    "category": None,
    "power": None,
    "stage": None,
    "risks": [],
    "level": None,
    "level_label": None,
    "measures": [],
    "party": None,
}
# A chart of nothing but stages is drawn, in Word and as a dump of that.
CHART = "not-risky"
CHART_TITLE = ("苇泊县自然资源局", "建设用地规划许可办理流程图")
CHART_STAGES = ("申请", "受理", "现场踏勘", "审查", "公示", "决定", "送达", "归档")


@dataclass(frozen=True)
class Specimen:
    """A register, the formats in which it is in corpus/, and the records that a careful reader finds in it."""

    name: str
    formats: tuple[str, ...]
    register: Register
    records: tuple[Mapping[str, Any], ...]

    @property
    def stem(self) -> str:
        return f"register-{self.name}"


@cache
def specimens() -> tuple[Specimen, ...]:
    """The registers, and lists that are none."""
    return tuple(map(_specimen, json.loads(DATA.read_text("utf-8"))))


def _specimen(data: Mapping[str, Any]) -> Specimen:
    register = Register(
        tuple(data["title"]), _rows(data["heads"]), _rows(data["rows"]), tuple(data["notes"]), tuple(data["widths"])
    )
    records = tuple({**NOTHING, **record} for record in data["records"])
    return Specimen(data["name"], tuple(data["formats"]), register, records)


def _rows(rows: Sequence[Sequence[Any]]) -> tuple[Row, ...]:
    return tuple(tuple(map(_content, row)) for row in rows)


def _content(cell: Any) -> Content:
    return cell if isinstance(cell, str) else tuple(map(tuple, cell))


def _drawn() -> bytes:
    stages = [{"stage": stage, "risks": [], "measures": [], "monitor": []} for stage in CHART_STAGES]
    chart = {"title": " ".join(CHART_TITLE), "stages": [stage | {"level": None, "owner": None} for stage in stages]}
    return word.docx(LAYOUTS["spine"]([chart]), "wps")


def files() -> dict[str, bytes]:
    """All files by name; the same specimens always give the same files, whatever packs them."""
    found = {f"{one.stem}.{kind}": WRITERS[kind](one.register) for one in specimens() for kind in one.formats}
    found |= {f"{one.stem}.json": _labels(one.stem, one.records) for one in specimens()}
    stem = f"register-{CHART}"
    dump = dumps.dump(CHART_TITLE, *CHART_STAGES).encode()
    return found | {f"{stem}.docx": _drawn(), f"{stem}.txt": dump, f"{stem}.json": _labels(stem, ())}


def _labels(stem: str, records: Sequence[Mapping[str, Any]]) -> bytes:
    labels = {"source": stem, "records": list(records)}
    return (json.dumps(labels, ensure_ascii=False, indent=1) + "\n").encode()


def main(folder: Path = CORPUS) -> None:
    for name, content in files().items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
