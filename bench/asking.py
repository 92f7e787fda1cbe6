"""Questions to a warm index: `python bench/asking.py [RECORDS] [--hard] [--engines A,B] [--keep DIR] [--save]`.

Milliseconds until a process that goes on asking has the count, the counts of levels, stages and units, and the texts
of the best twenty, all narrowed to one level; p50 and p95 over all questions of a kind (see bench/asked.py) and all
rounds. In each round every question is asked of every engine, in an order by chance. Before that, the answers of all
that answer by records are compared with reading the whole collection: total, all counts, and whether hits fit.
"""

import random
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import ExitStack

import numpy as np

from bench.arguments import Told, told
from bench.asked import KINDS, fits, picked, read
from bench.filling import collection_of, prepared
from bench.report import Cell, Table, tell
from bench.shape import SHOWN, Answer, Ask, Question, Way

ROUNDS = 7
LONGEST = 600.0  # seconds after which no further round begins

_Asked = Sequence[tuple[Question, Answer | None]]
_Times = dict[tuple[str, str], list[float]]


def main() -> None:
    """Measure and print."""
    with told("Questions to a warm index.") as given, ExitStack() as stack:
        asked = picked(read(collection_of(given.records, given.is_hard)))
        ways, opened = dict[str, Way](), dict[str, Ask]()
        for engine in given.engines:
            for name, way in engine.ways.items():
                folder = prepared(given.keep, engine.name, given.records, given.is_hard)
                ways[name], opened[name] = way, stack.enter_context(way.opened(folder))
        proved = prove(ways, opened, asked)
        times = _times(ways, opened, [question for question, _ in asked])
        tell(f"asking-{given.records}", [_table(given, ways, asked, times, proved)], given.is_hard, given.is_kept)


def prove(ways: dict[str, Way], opened: dict[str, Ask], asked: _Asked) -> dict[str, str]:
    """Of each way how many of its answers are those expected."""
    proved = {}
    for name, way in ways.items():
        known = [(question, answer) for question, answer in asked if answer and question.kind in way.kinds]
        if way.counts_records:
            proved[name] = f"{sum(_is_right(opened[name](one), one, answer) for one, answer in known)} of {len(known)}"
    return proved


def _is_right(given: Answer, question: Question, answer: Answer) -> bool:
    is_same = given.total == answer.total and given.counts == answer.counts
    is_full = len(given.shown) == min(SHOWN, answer.total)
    return is_same and is_full and all(fits(question, texts) for texts in given.shown)


def _times(ways: dict[str, Way], opened: dict[str, Ask], questions: Sequence[Question]) -> _Times:
    tasks = [(name, question) for name, way in ways.items() for question in questions if question.kind in way.kinds]
    times: _Times = defaultdict(list)
    chance, begun = random.Random(3), time.perf_counter()
    for place in range(ROUNDS + 1):
        if place > 1 and time.perf_counter() - begun > LONGEST:
            break
        chance.shuffle(tasks)
        for name, question in tasks:
            start = time.perf_counter()
            opened[name](question)
            if place:  # the first round warms up
                times[question.kind, name].append(1000 * (time.perf_counter() - start))
    return times


def _table(given: Told, ways: Iterable[str], asked: _Asked, times: _Times, proved: dict[str, str]) -> Table:
    heads = ["question", "engine", "p50 ms", "p95 ms", "to tantivy", "to sqlite", "records found"]
    rows = [_row(kind, name, asked, times) for kind in KINDS for name in ways if times.get((kind, name))]
    notes = [f"{name}: {how} answers are those of reading everything" for name, how in proved.items()]
    return Table(f"Questions, warm: {given.collection}", heads, rows, [*notes, *_ABOUT])


_ABOUT = (
    "to tantivy, to sqlite: p50 as a multiple of theirs; of pieces the best of theirs, with an index of letters",
    "liantu by statement: hits are statements, each with its records; two words are to stand in one of them",
    "liantu by default: by statement, and with what is related in meaning; facets are read out of the words",
)


def _row(kind: str, name: str, asked: _Asked, times: _Times) -> list[Cell]:
    mine = times[kind, name]
    found = [answer.total for question, answer in asked if answer and question.kind == kind]
    middle = float(np.median(mine))
    ratios = [_ratio(middle, _best(times, kind, peer)) for peer in ("tantivy", "sqlite")]
    return [kind, name, middle, float(np.percentile(mine, 95)), *ratios, int(np.median(found)) if found else None]


def _best(times: _Times, kind: str, peer: str) -> float | None:
    medians = [float(np.median(some)) for (of, name), some in times.items() if of == kind and name.startswith(peer)]
    return min(medians, default=None)


def _ratio(mine: float, other: float | None) -> str | None:
    return None if other is None else f"{mine / other:.2f}"


if __name__ == "__main__":
    main()
