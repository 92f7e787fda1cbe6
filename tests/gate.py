"""How well documents are read, in figures: `python -m tests.gate` prints them, `--update` pins them as floors.

`items` is the F1 of placements (chart, stage, kind, item); `record` the share of labelled stages whose risk points,
level, measures and responsible party are all right; `level` and `party` the share where that one is; `title` the share
of charts with a certain title that have it. Charts are matched by the items they share, so a wrong title costs no more
than the title. Stages labelled as uncertain count for `items` only. `extra` counts charts that nobody labelled.

Of registers `found` counts the records that share items with a labelled one, `extra` the others; the shares are of all
labelled records, `level` with its label as written, `unit` as a whole path. What is no register has no labels.
"""

import argparse
import json
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.extract import is_converted
from pipeline.extract.ocr import is_installed
from pipeline.extract.office import soffice
from pipeline.ingest import SUFFIXES, read
from pipeline.model import Reading, Record

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpus"
SHARED = ROOT.parent / "shared"
FLOORS = Path(__file__).with_name("gate_floors.json")
SLACK = 0.02  # what a figure may rise above its floor before the floor has to follow
UPDATE = "python -m tests.gate --update"

COUNTS = ("charts", "extra")
SHARES = ("items", "record", "level", "party", "title")
REGISTER = "register-"  # what the names of registers begin with
REGISTER_COUNTS = ("found", "extra")
REGISTER_SHARES = ("level", "risks", "measures", "party", "unit")
KINDS_OF_ROW = ("risks", "measures")
KINDS = {"risks": "risk_points", "measures": "control_measures", "monitor": "monitoring_points"}

Labelled = Mapping[str, Any]  # a chart as labelled by hand: title, stages; see corpus/README.md
Row = Mapping[str, Any]  # a record of a register as labelled by hand
Found = Sequence[Record]  # the records of one chart, or of a register
Item = tuple[str, str]  # kind, text
Placement = tuple[str, str, str]  # stage, kind, text


@dataclass(frozen=True, slots=True)
class Specimen:
    """A document and the labels of its charts."""

    name: str
    text: Path
    labels: Path

    @property
    def missing(self) -> bool:
        """Whether it or its labels are not here, or what it takes to read it: LibreOffice, or the extra `ocr`."""
        if not (self.text.exists() and self.labels.exists()):
            return True
        unconverted = is_converted(self.text) and soffice() is None
        unrecognised = self.text.name.startswith("scan-") and not is_installed()
        return unconverted or unrecognised


@dataclass(frozen=True, slots=True)
class Figures:
    """What was reached on one document."""

    charts: int
    extra: int
    items: float
    record: float
    level: float
    party: float
    title: float


@dataclass(frozen=True, slots=True)
class RegisterFigures:
    """What was reached on one register."""

    found: int
    extra: int
    level: float
    risks: float
    measures: float
    party: float
    unit: float


Reached = Figures | RegisterFigures


def specimens() -> list[Specimen]:
    """Our own specimens, then the documents beside this checkout that are labelled; these may be missing."""
    paths = [path for path in _in_corpus() if not path.name.startswith(REGISTER)]
    return [*map(of_corpus, paths), *(_of_gold(name) for name in ("001", "003", "004"))]


def registers() -> list[Specimen]:
    """Our own registers, and lists that are none."""
    return list(map(of_register, _in_corpus(REGISTER)))


def of_register(path: Path) -> Specimen:
    """A register of ours, whose records serve all files of its name."""
    return Specimen(f"corpus/{path.name}", path, path.with_suffix(".json"))


def _in_corpus(prefix: str = "") -> list[Path]:
    return sorted(path for path in CORPUS.glob(f"{prefix}*") if path.suffix in SUFFIXES)


def of_corpus(path: Path) -> Specimen:
    """A specimen of ours; its labels serve all files of its name."""
    name = path.stem if path.suffix == ".txt" else path.name
    return Specimen(f"corpus/{name}", path, path.with_name(path.stem.removesuffix("-resaved") + ".json"))


def _of_gold(name: str) -> Specimen:
    text = next((SHARED / "seeds").glob(f"{name}_*.txt"), SHARED / "seeds" / f"{name}.txt")
    return Specimen(f"gold/{name}", text, SHARED / "gold" / f"{name}.json")


def measured(specimen: Specimen) -> Figures:
    """The figures of one specimen."""
    return score(labels_of(specimen), charts_of(specimen))


def labels_of(specimen: Specimen) -> Sequence[Labelled]:
    charts: Sequence[Labelled] = json.loads(specimen.labels.read_text("utf-8"))["charts"]
    return charts


@cache
def charts_of(specimen: Specimen) -> Sequence[Found]:
    """The records of each chart of a specimen, read the way `liantu ingest` reads it."""
    charts: dict[int, list[Record]] = defaultdict(list)
    for record in read(specimen.text, specimen.text.name).records:
        charts[record.chart].append(record)
    return tuple(charts.values())


def measured_register(specimen: Specimen) -> RegisterFigures:
    """The figures of one register."""
    labelled: Sequence[Row] = json.loads(specimen.labels.read_text("utf-8"))["records"]
    return score_register(labelled, reading_of(specimen).records)


@cache
def reading_of(specimen: Specimen) -> Reading:
    """What is read of a register, the way `liantu ingest` reads it."""
    return read(specimen.text, specimen.text.name)


# Scoring


def score(labelled: Sequence[Labelled], found: Sequence[Found]) -> Figures:
    """The figures of one document."""
    pairs = matched(labelled, found)
    read = [found[pairs[i]] if i in pairs else () for i in range(len(labelled))]
    strays = [chart for j, chart in enumerate(found) if j not in pairs.values()]
    verdicts = [verdict for one, records in zip(labelled, read, strict=True) for verdict in _verdicts(one, records)]
    titles = [bool(records) and _same(records[0].title, one["title"]) for one, records in _titled(labelled, read)]
    return Figures(
        charts=len(pairs),
        extra=len(strays),
        items=_f1(zip(labelled, read, strict=True), strays),
        record=_share(all(verdict.values()) for verdict in verdicts),
        level=_share(verdict["level"] for verdict in verdicts),
        party=_share(verdict["party"] for verdict in verdicts),
        title=_share(titles),
    )


def matched(labelled: Sequence[Labelled], found: Sequence[Found]) -> dict[int, int]:
    """Which found chart a labelled one is: the pairs that share most come first, equal titles and places help."""
    candidates = sorted(_candidates(labelled, found), reverse=True)
    pairs: dict[int, int] = {}
    for _, _, i, j in candidates:
        if i not in pairs and j not in pairs.values():
            pairs[i] = j
    return pairs


def _candidates(labelled: Sequence[Labelled], found: Sequence[Found]) -> Iterator[tuple[float, int, int, int]]:
    held = [_items_found(records) for records in found]
    for i, chart in enumerate(labelled):
        wanted = _items_labelled(chart)
        for j, records in enumerate(found):
            shared = (wanted & held[j]).total()
            if shared:
                bonus = 0.5 if _same(chart["title"], records[0].title) else 0.0
                yield shared / (wanted | held[j]).total() + bonus, -abs(i - j), i, j


def _items_labelled(chart: Labelled) -> Counter[Item]:
    return Counter((kind, text) for _, kind, text in _placed_labelled(chart).elements())


def _items_found(records: Found) -> Counter[Item]:
    return Counter((kind, text) for _, kind, text in _placed_found(records).elements())


def _placed_labelled(chart: Labelled) -> Counter[Placement]:
    return Counter(
        (_stage(stage["stage"]), kind, _item(text))
        for stage in chart["stages"]
        for kind in KINDS
        for text in stage[kind]
    )


def _placed_found(records: Found) -> Counter[Placement]:
    return Counter(
        (_stage(record.stage_label), kind, _item(text))
        for record in records
        for kind, field in KINDS.items()
        for text in getattr(record, field)
    )


def _f1(pairs: Iterable[tuple[Labelled, Found]], strays: Iterable[Found]) -> float:
    right, wrong = 0, sum(_placed_found(records).total() for records in strays)
    for chart, records in pairs:
        wanted, placed = _placed_labelled(chart), _placed_found(records)
        agreed = (wanted & placed).total()
        right += agreed
        wrong += wanted.total() + placed.total() - 2 * agreed
    return 2 * right / max(1, 2 * right + wrong)


def _verdicts(chart: Labelled, records: Found) -> Iterator[dict[str, bool]]:
    """What is right of each labelled stage that has boxes and is certain."""
    by_stage: dict[str, Record] = {}
    for record in records:
        by_stage.setdefault(_stage(record.stage_label), record)
    for stage in chart["stages"]:
        if (stage["risks"] or stage["measures"]) and stage.get("certain", True):
            yield _verdict(stage, by_stage.get(_stage(stage["stage"])))


def _verdict(stage: Mapping[str, Any], record: Record | None) -> dict[str, bool]:
    if record is None:
        return dict.fromkeys(("risks", "level", "measures", "party"), False)
    return {
        "risks": sorted(map(_item, record.risk_points)) == sorted(map(_item, stage["risks"])),
        "level": _same(record.level, stage["level"]),
        "measures": sorted(map(_item, record.control_measures)) == sorted(map(_item, stage["measures"])),
        "party": _same(record.responsible_party, stage["owner"]),
    }


def _titled(labelled: Sequence[Labelled], read: Sequence[Found]) -> Iterator[tuple[Labelled, Found]]:
    for chart, records in zip(labelled, read, strict=True):
        if chart["title"] and chart.get("title_certain", True):
            yield chart, records


def _share(right: Iterable[bool]) -> float:
    """Of none all are right."""
    verdicts = list(right)
    return sum(verdicts) / len(verdicts) if verdicts else 1.0


# Scoring registers


def score_register(labelled: Sequence[Row], found: Found) -> RegisterFigures:
    """The figures of one register."""
    pairs = matched_rows(labelled, found)
    verdicts = [_row_verdict(row, found[pairs[i]] if i in pairs else None) for i, row in enumerate(labelled)]
    shares = {name: _share(verdict[name] for verdict in verdicts) for name in REGISTER_SHARES}
    return RegisterFigures(found=len(pairs), extra=len(found) - len(pairs), **shares)


def matched_rows(labelled: Sequence[Row], found: Found) -> dict[int, int]:
    """Which record a labelled one is: the pairs that share most items come first, equal places help."""
    held = [_record_items(record) for record in found]
    candidates = []
    for i, row in enumerate(labelled):
        wanted = _row_items(row)
        shares = ((len(wanted & own) / len(wanted | own), -abs(i - j), i, j) for j, own in enumerate(held) if own)
        candidates += [one for one in shares if one[0] > 0]
    pairs: dict[int, int] = {}
    for _, _, i, j in sorted(candidates, reverse=True):
        if i not in pairs and j not in pairs.values():
            pairs[i] = j
    return pairs


def _row_items(row: Row) -> set[Item]:
    return {(kind, _item(text)) for kind in KINDS_OF_ROW for text in row[kind]}


def _record_items(record: Record) -> set[Item]:
    return {(kind, _item(text)) for kind in KINDS_OF_ROW for text in getattr(record, KINDS[kind])}


def _row_verdict(row: Row, record: Record | None) -> dict[str, bool]:
    if record is None:
        return dict.fromkeys(REGISTER_SHARES, False)
    right = {
        kind: list(map(_item, getattr(record, KINDS[kind]))) == list(map(_item, row[kind])) for kind in KINDS_OF_ROW
    }
    return {
        **right,
        "level": record.level == row["level"] and _same(record.level_label, row["level_label"]),
        "party": _same(record.responsible_party, row["party"]),
        "unit": list(record.unit) == row["unit"],
    }


# What counts as the same text


_FINAL = "。;；.,，、:："


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).strip(_FINAL)


def _item(text: str) -> str:
    """A statement without blanks, number and final punctuation."""
    bare = _bare(text)
    number = re.match(r"[(]?\d{1,2}[)]?[、.:]+", bare)
    return bare[number.end() :].strip(_FINAL) if number else bare


def _stage(text: str) -> str:
    return re.sub(r"[()（）、/·—-]", "", _bare(text))


def _same(one: str | None, other: str | None) -> bool:
    return (one and _bare(one)) == (other and _bare(other))


# The floors


Floor = dict[str, float]


def floors() -> dict[str, Floor]:
    """The pinned figures of each specimen of charts."""
    return {name: floor for name, floor in _floors().items() if not _is_register(name)}


def register_floors() -> dict[str, Floor]:
    """The pinned figures of each register."""
    return {name: floor for name, floor in _floors().items() if _is_register(name)}


def _floors() -> dict[str, Floor]:
    pinned: dict[str, Floor] = json.loads(FLOORS.read_text("utf-8"))
    return pinned


def _is_register(name: str) -> bool:
    return name.startswith(f"corpus/{REGISTER}")


def fallen(figures: Reached, floor: Floor) -> list[str]:
    """The figures that are worse than pinned."""
    reached = asdict(figures)
    low = [name for name in reached if name != "extra" and reached[name] < floor[name]]
    return low + (["extra"] if reached["extra"] > floor["extra"] else [])


def risen(figures: Reached, floor: Floor) -> list[str]:
    """The figures so much better than pinned that the floor says too little."""
    reached = asdict(figures)
    high = [
        name
        for name, value in reached.items()
        if name != "extra" and value > floor[name] + (0 if _is_count(name) else SLACK)
    ]
    return high + (["extra"] if reached["extra"] < floor["extra"] else [])


def pinned(figures: Reached) -> Floor:
    """Figures as they are pinned: cut to three decimals, never rounded up."""
    return {name: value if _is_count(name) else int(value * 1000) / 1000 for name, value in asdict(figures).items()}


def _is_count(name: str) -> bool:
    return name in COUNTS + REGISTER_COUNTS


def _write(table: Mapping[str, Floor]) -> None:
    rows = ",\n".join(f"  {json.dumps(name)}: {json.dumps(floor)}" for name, floor in table.items())
    FLOORS.write_text(f"{{\n{rows}\n}}\n", "utf-8", newline="\n")


def _updated(reached: Mapping[str, Reached], lower: bool) -> dict[str, Floor]:
    """The floors raised to what was reached and, if `lower`, lowered to it too; SystemExit if that is needed."""
    old = _floors() if FLOORS.exists() else {}
    worse = {name: low for name, figures in reached.items() if name in old and (low := fallen(figures, old[name]))}
    if worse and not lower:
        what = "; ".join(f"{name}: {', '.join(low)}" for name, low in worse.items())
        sys.exit(f"worse than pinned ({what}); to lower the floors on purpose: {UPDATE} --lower")
    known = [one.name for one in (*specimens(), *registers())]
    table = old | {name: pinned(figures) for name, figures in reached.items()}
    return {name: table[name] for name in known if name in table}


def _table(reached: Mapping[str, Reached], names: Sequence[str]) -> str:
    width = max(map(len, reached))
    lines = [f"{'':{width}}" + "".join(f"{name:>9}" for name in names)]
    for document, figures in reached.items():
        values = asdict(figures)
        shown = (f"{values[name]:>9}" if _is_count(name) else f"{values[name]:>9.3f}" for name in names)
        lines.append(f"{document:{width}}" + "".join(shown))
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures; pin them where asked to."""
    parser = argparse.ArgumentParser(prog="python -m tests.gate", description="Prints how well documents are read.")
    parser.add_argument("--update", action="store_true", help="pin what was reached where it is better than pinned")
    parser.add_argument("--lower", action="store_true", help="with --update: also where it is worse")
    options = parser.parse_args(arguments)
    charts = {one.name: measured(one) for one in specimens() if not one.missing}
    sys.stdout.write(_table(charts, (*COUNTS, *SHARES)))
    tables = {one.name: measured_register(one) for one in registers() if not one.missing}
    sys.stdout.write(_table(tables, (*REGISTER_COUNTS, *REGISTER_SHARES)))
    if options.update:
        _write(_updated({**charts, **tables}, options.lower))


if __name__ == "__main__":
    main()
