"""Figures as tables: `python bench/report.py DIR` writes DIR/summary.md from what the scripts have kept there."""

import json
import os
import platform
import re
import sqlite3
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

__all__ = ["Cell", "Table", "tell"]

_RUNS = Path(__file__).resolve().parent / "runs"
_LIBRARIES = ("numpy", "tantivy", "rjieba", "whoosh-reloaded")

Cell = str | float | int | None


@dataclass(frozen=True, slots=True)
class Table:
    """What a script has measured; `notes` say what is to be known of it."""

    title: str
    heads: list[str]
    rows: list[list[Cell]]
    notes: list[str]


def tell(script: str, tables: list[Table], is_hard: bool, is_kept: bool) -> None:
    """Print the tables, and keep them if so asked."""
    sys.stdout.write("".join(f"{_text(table)}\n" for table in tables))
    if is_kept:
        folder = _RUNS / f"{datetime.now(UTC):%Y-%m-%d}-{machine()}"
        folder.mkdir(parents=True, exist_ok=True)
        kept = {"machine": machine(), "versions": _versions(), "tables": [asdict(table) for table in tables]}
        text = json.dumps(kept, ensure_ascii=False, indent=1)
        (folder / f"{script}{'-hard' * is_hard}.json").write_text(text + "\n", "utf-8")


def machine() -> str:
    """Cores and processor, in short."""
    return f"{os.cpu_count()}x{re.sub('[^A-Za-z0-9]+', '-', _processor()).strip('-').lower()}"


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    names = re.findall("model name\\s*:(.*)", told.read_text("utf-8")) if told.exists() else []
    name = names[0] if names else platform.machine()
    return re.sub(r"\((R|TM)\)|CPU|Processor|@.*|\d+-Core", " ", name, flags=re.IGNORECASE)


def _versions() -> dict[str, str]:
    mine = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    return mine | {name: version(name) for name in _LIBRARIES}


def _text(table: Table) -> str:
    """The table in Markdown, with columns of one width."""
    rows = [[_cell(cell) for cell in row] for row in table.rows]
    widths = [max(map(len, column)) for column in zip(table.heads, *rows, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    lines = [_line(row, widths) for row in (table.heads, rule, *rows)]
    return "\n".join([f"## {table.title}", "", *lines, "", *(f"- {note}" for note in table.notes), ""])


def _line(cells: list[str], widths: list[int]) -> str:
    first, *others = (f"{cell:{'<' if place == 0 else '>'}{widths[place]}}" for place, cell in enumerate(cells))
    return f"| {' | '.join([first, *others])} |"


def _cell(value: Cell) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return "" if value is None else f"{value:,}" if isinstance(value, int) else value


def main(folder: Path) -> None:
    """Write the summary."""
    parts = []
    for path in sorted(folder.glob("*.json")):
        kept = json.loads(path.read_text("utf-8"))
        made_with = ", ".join(f"{name} {number}" for name, number in kept["versions"].items())
        tables = [_text(Table(**table)) for table in kept["tables"]]
        parts.append("\n".join([f"# {path.stem}", "", f"{kept['machine']}; {made_with}", "", *tables]))
    (folder / "summary.md").write_text("\n".join(parts), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
