"""How well questions are answered, in figures: `python -m tests.judged` prints them, `--update` pins them as floors.

Judged queries grade statements, 2 on topic and 1 related. `ndcg` is nDCG@10 over distinct statements (Järvelin and
Kekäläinen 2002, gain = grade), `recall` the share of judged statements among the first 50; `literal` is nDCG@10 of
what `--literal` finds, `lexicon`, `meaning` and `char` that of one leg alone. Sets: `corpus`, over our own; `dumps`
and `unseen`, over the documents beside this checkout, if they are there, whose statements are named by a hash, since
their text is not ours (the queries of `unseen` were written and judged by a hand that knew nothing of the program, and
were never looked at while it was made); `given`, the queries that came with them.
"""

import argparse
import hashlib
import json
import math
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from index import cache as caches
from index.cache import Index
from index.normal import normal
from index.related import nearness
from index.results import Leg, StatementHit
from index.search import search, understood
from pipeline.ingest import read
from pipeline.model import Kind
from tests.helpers import SEEDS, file, put

HERE = Path(__file__).resolve().parent
CORPUS = HERE.parent / "corpus"
QUERIES = HERE / "judged_queries.json"
QUESTIONS = HERE / "questions.json"  # what they name: level, stage, category, power, unit, kind
GIVEN = SEEDS.parent / "gold" / "queries.json"
FLOORS = HERE / "judged_floors.json"
GROUPS = ("keyword", "paraphrase", "facet")
LEGS: tuple[Leg, ...] = ("lexicon", "meaning", "char")
FIRST, SEEN = 10, 50
_NAMED_IN_PART = ("unit", "power")
ROUNDING = 0.005  # machines multiply floats in orders of their own, and ties may break the other way
SLACK = 0.03  # what a figure may rise above its floor before the floor has to follow

Judged = Mapping[str, Any]  # query, group, relevant: statement (or its hash) -> grade


@dataclass(frozen=True, slots=True)
class Figures:
    """What was reached on one group of one set."""

    ndcg: float
    recall: float
    literal: float
    lexicon: float
    meaning: float
    char: float


def hashed(text: str) -> str:
    """A name for a statement whose text is not ours."""
    return hashlib.sha256(normal(text).encode()).hexdigest()[:12]


def sets() -> dict[str, list[Judged]]:
    """The sets whose documents are here."""
    ours: dict[str, list[Judged]] = json.loads(QUERIES.read_text("utf-8"))
    if not SEEDS.is_dir():
        return {"corpus": ours["corpus"]}
    return ours | ({"given": _given()} if GIVEN.exists() else {})


def _given() -> list[Judged]:
    queries = json.loads(GIVEN.read_text("utf-8"))["queries"]
    return [one | {"relevant": {r["sentence"]: r["grade"] for r in one["relevant"]}} for one in queries]


@contextmanager
def indexes() -> Iterator[Mapping[str, Index]]:
    """An index of our specimens, and one of the documents beside this checkout if there are any."""
    folders = {"corpus": CORPUS} | ({"dumps": SEEDS} if SEEDS.is_dir() else {})
    with ExitStack() as stack:
        yield {name: stack.enter_context(_indexed(folder)) for name, folder in folders.items()}


@contextmanager
def _indexed(documents: Path) -> Iterator[Index]:
    # Text and spreadsheets say all that the other formats of a specimen say, and are read everywhere.
    paths = [path for path in sorted(documents.iterdir()) if path.suffix in (".txt", ".docx", ".xlsx")]
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            put(Path(folder), file(path.name, str(documents)), read(path, path.name).records)
        with caches.opened(Path(folder)) as index:
            yield index


def measured(queries: Sequence[Judged], index: Index) -> Figures:
    """The means over queries of one group."""
    rows = [_measured(one["query"], _grades(one, index), index) for one in queries]
    return Figures(*(round(sum(column) / len(rows), 3) for column in zip(*rows, strict=True)))


def _grades(one: Judged, index: Index) -> dict[str, int]:
    """Grades by text; statements that were judged by their hash and cannot be found cost recall all the same."""
    named = {hashed(text): text for text in texts(index)}
    return {named.get(name, name): grade for name, grade in one["relevant"].items()}


def _measured(query: str, grades: Mapping[str, int], index: Index) -> tuple[float, ...]:
    found, literal = (_said(index, query, only) for only in (False, True))
    near = nearness(index, normal(query), "")
    alone = (np.argsort(-near.legs[leg], kind="stable").tolist() for leg in LEGS)
    ranked = ([texts(index)[place] for place in order] for order in alone)
    recall = len(grades.keys() & set(found[:SEEN])) / len(grades)
    return ndcg(found, grades), recall, ndcg(literal, grades), *(ndcg(one, grades) for one in ranked)


def _said(index: Index, query: str, literal: bool) -> list[str]:
    result = search(index, query, {}, limit=SEEN, literal=literal)
    return [hit.statement for hit in result.hits if isinstance(hit, StatementHit)]


@cache
def _all_texts(connection: Any) -> dict[int, str]:
    return dict(connection.execute("SELECT number, text FROM texts"))


def texts(index: Index) -> list[str]:
    """The texts of the statements, in their order."""
    found = _all_texts(index.connection)
    return [found[number] for number in index.columns["statements"].tolist()]


def ndcg(ranked: Sequence[str], grades: Mapping[str, int]) -> float:
    """nDCG@10 of distinct texts; a text that was not judged gains nothing."""
    distinct = list(dict.fromkeys(ranked))[:FIRST]
    ideal = sorted(grades.values(), reverse=True)[:FIRST]
    return _gain([grades.get(text, 0) for text in distinct]) / _gain(ideal)


def _gain(grades: Sequence[int]) -> float:
    return sum(grade / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))


def all_figures(opened: Mapping[str, Index]) -> dict[str, Figures]:
    """The figures of every group of every set, by `set/group`."""
    figures = {}
    for name, queries in sets().items():
        for group in GROUPS:
            mine = [one for one in queries if one["group"] == group]
            figures[f"{name}/{group}"] = measured(mine, opened["corpus" if name == "corpus" else "dumps"])
    return figures


def misunderstood(index: Index) -> list[tuple[str, Any, Any]]:
    """The questions that are not understood to name just what they do, with what they name and what was understood.

    A unit or a power may be named by a part. They were written by somebody who had not seen the program; a third of
    them only seem to name something.
    """
    wrong = []
    for question in json.loads(QUESTIONS.read_text("utf-8")):
        found: dict[str, set[str]] = {}
        for field, value in understood(index, question["query"]).understood:
            found.setdefault("kind" if isinstance(field, Kind) else field, set()).add(value or field)
        if not _is_same(found, {name: set(some) for name, some in question["expect"].items()}):
            wrong.append((question["query"], question["expect"], found))
    return wrong


def _is_same(found: Mapping[str, set[str]], expected: Mapping[str, set[str]]) -> bool:
    return found.keys() == expected.keys() and all(
        found[name] == expected[name]
        or (
            name in _NAMED_IN_PART
            and all(any(one in other or other in one for other in expected[name]) for one in some)
        )
        for name, some in found.items()
    )


def floors() -> dict[str, Figures]:
    """What has been reached."""
    return {name: Figures(**values) for name, values in json.loads(FLOORS.read_text("utf-8")).items()}


def fallen(reached: Figures, floor: Figures) -> dict[str, float]:
    """The figures that are below the floor."""
    return {name: value for name, value in asdict(reached).items() if value < getattr(floor, name) - ROUNDING}


def risen(reached: Figures, floor: Figures) -> dict[str, float]:
    """The figures that are so far above the floor that it has lost its meaning."""
    return {name: value for name, value in asdict(reached).items() if value > getattr(floor, name) + SLACK}


def table(figures: Mapping[str, Figures]) -> str:
    """A Markdown table."""
    names = [field.name for field in fields(Figures)]
    lines = ["| | " + " | ".join(names) + " |", "| --- |" + " ---: |" * len(names)]
    lines += [
        f"| {name} | " + " | ".join(f"{value:.3f}" for value in asdict(one).values()) + " |"
        for name, one in figures.items()
    ]
    return "\n".join(lines)


def main() -> None:
    """Print the figures, or pin them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--update", action="store_true", help="pin the figures as floors")
    parser.add_argument("-v", action="store_true", help="show the questions that were misunderstood")
    arguments = parser.parse_args()
    with indexes() as opened:
        figures, wrong = all_figures(opened), misunderstood(opened["corpus"])
    asked = len(json.loads(QUESTIONS.read_text("utf-8")))
    sys.stdout.write(f"{table(figures)}\n\n{asked - len(wrong)} of {asked} questions understood\n")
    for question in wrong if arguments.v else ():
        sys.stdout.write(f"{question}\n")
    if arguments.update:
        pinned = (floors() if FLOORS.exists() else {}) | figures
        FLOORS.write_text(json.dumps({name: asdict(one) for name, one in pinned.items()}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
