"""Questions in 50,000 distinct statements: `python bench/questions.py [STATEMENTS]` prints medians in milliseconds.

Warm: one process that goes on asking. Cold: a process for each search, with and without `--literal`, in turns. The
statements are put together, with a fixed seed, from clauses of the specimens in corpus/ and of the lexicon.
"""

import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from index import cache
from index.lexicon import concepts
from index.search import search
from pipeline.ingest import read
from tests.helpers import fill, record

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = ("收受财物", "让群众为补材料跑好几趟", "检查走过场", "决定环节的高风险 贿赂", "一拖再拖", "熟人好办事")
STATEMENTS, RUNS = 50_000, 15
COLD = "from cli import search; search()"


def main(statements: int = STATEMENTS) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _fill(folder, statements)
        with cache.opened(folder) as index:
            for question in QUESTIONS:
                warm = _median(partial(search, index, question, {}))
                sys.stdout.write(f"warm {warm:7.1f} ms  {question}\n")
        times = _cold(folder, QUESTIONS[1])
        sys.stdout.write("".join(f"cold {1000 * seconds:7.1f} ms  {name}\n" for name, seconds in times.items()))


def _fill(folder: Path, statements: int) -> None:
    """An index of so many distinct statements, six in a record."""
    chance = random.Random(5)
    said = [
        text
        for path in sorted((ROOT / "corpus").glob("*.txt"))
        for one in read(path, path.name).records
        for _, text in one.statements()
    ]
    clauses = sorted({clause for text in said for clause in re.split("[，；、。]", text) if len(clause) > 3})
    words = ["".join(word) for concept in concepts() for word in concept.words]
    texts: dict[str, None] = {}
    while len(texts) < statements:
        texts[
            "，".join((chance.choice(clauses), chance.choice(words), *chance.sample(clauses, chance.randint(0, 1))))
        ] = None
    some, powers = list(texts), [f"对{clause}的处罚" for clause in clauses]
    records = [
        record(
            start, risk_points=tuple(some[start : start + 3]), control_measures=tuple(some[start + 3 : start + 6]),
            stage=chance.choice(("受理", "审查", "决定", "立案", "送达")), level=chance.choice("高中低"),
            unit=("某局", f"第{chance.randint(1, 300)}科"), power=chance.choice(powers),
        )
        for start in range(0, len(some), 6)
    ]  # fmt: skip
    fill(folder, records)


def _median(action: Callable[[], object]) -> float:
    action()
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def _cold(folder: Path, question: str) -> dict[str, float]:
    """Seconds from start to end of a process, with the meaning leg and without."""
    ways = {"all legs": (question,), "--literal": (question, "--literal")}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(RUNS):
        for name, arguments in ways.items():
            start = time.perf_counter()
            command = [sys.executable, "-c", COLD, *arguments, "--index", str(folder)]
            subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(some) for name, some in times.items()}


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
