"""A made-up collection of any size, always the same for a seed: what the benchmarks index and ask.

Statements are put together from clauses of the specimens in corpus/ and words of the lexicon. They are copied as
publishers copy: an occurrence is a new statement, or one of those before, each equally likely (Simon 1955), and new
ones come so that n occurrences hold some k * n ** 0.58 distinct ones (Heaps' law, as measured in real charts).
"""

import hashlib
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.lexicon import concepts
from index.store import File
from pipeline.errors import State
from pipeline.ingest import READER_VERSION, read
from pipeline.model import Kind, Level, Record, Tally

__all__ = ["HARD", "USUAL", "Collection", "files", "made"]

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
GROWTH = 0.58
USUAL = 5.0
HARD = 31.0  # 300,000 distinct statements in a million records
A_RECORD = (3, 12)  # statements, 7.5 on average
A_CHART, A_FILE = 5, 500  # records
UNITS, POWERS, AGENCIES = 6_000, 3_000, 600
_LEVELS: tuple[Level | None, ...] = ("高", "中", "低", None)
_SHARES = (0.2, 0.4, 0.35, 0.05)  # of the levels
_KINDS = (Kind.RISK, Kind.MEASURE, Kind.RISK, Kind.MEASURE, Kind.MEASURE, Kind.RISK, Kind.MEASURE, Kind.MONITOR)
_STAGES = ("受理", "审查", "决定", "立案", "送达", "调查", "审核", "执行", "公示", "归档")
_STEPS = ("", "初步", "复核", "现场", "集体", "备案")  # with the ten above sixty stages
_CATEGORIES = ("行政许可", "行政处罚", "行政确认", "行政给付", "行政检查", "行政强制", "行政奖励", "其他职权")


@dataclass(frozen=True, slots=True)
class Collection:
    """Distinct `texts` with their `kinds`; record r says `said[starts[r]:starts[r + 1]]`, places in `texts`.

    `level`, `stage`, `unit` and `power` are each record's place in the names.
    """

    texts: list[str]
    kinds: list[Kind]
    said: NDArray[np.int32]
    starts: NDArray[np.int64]
    level: NDArray[np.int32]
    stage: NDArray[np.int32]
    unit: NDArray[np.int32]
    power: NDArray[np.int32]
    levels: tuple[Level | None, ...]
    stages: list[str]
    units: list[str]
    powers: list[str]

    def __len__(self) -> int:
        return len(self.level)


def made(records: int, growth: float = USUAL, seed: int = 5) -> Collection:
    """A collection of so many records whose n statements hold about growth * n ** 0.58 distinct ones."""
    chance = np.random.default_rng(seed)
    starts = np.concatenate(([0], np.cumsum(chance.integers(*A_RECORD, records, endpoint=True))))
    said = _copied(int(starts[-1]), growth, chance)
    texts, clauses = _texts(int(said.max()) + 1, seed)
    return Collection(
        texts,
        [_KINDS[place % len(_KINDS)] for place in range(len(texts))],
        said,
        starts,
        chance.choice(len(_LEVELS), records, p=_SHARES).astype(np.int32),
        _skewed(chance, len(_STAGES) * len(_STEPS), records),
        _skewed(chance, UNITS, records),
        np.repeat(_skewed(chance, POWERS, records // A_CHART + 1), A_CHART)[:records],
        _LEVELS,
        [f"{step}{stage}" for step in _STEPS for stage in _STAGES],
        [f"第{number // 10}局第{number % 10}科" for number in range(UNITS)],
        [f"对{clauses[number % len(clauses)]}的第{number // len(clauses)}类处罚" for number in range(POWERS)],
    )


def _copied(length: int, growth: float, chance: np.random.Generator) -> NDArray[np.int32]:
    """For each occurrence which statement it is, numbered as they come up."""
    ever = np.floor(growth * np.arange(1, length + 1) ** GROWTH)
    is_new = np.minimum(ever, np.arange(1, length + 1))
    is_new = np.diff(is_new, prepend=0) > 0
    source = np.where(is_new, np.arange(length), (chance.random(length) * np.arange(length)).astype(np.int64))
    while not is_new[source].all():  # a copy of a copy is a copy of what that was made from
        source = source[source]
    return (np.cumsum(is_new) - 1)[source].astype(np.int32)


def _texts(number: int, seed: int) -> tuple[list[str], list[str]]:
    """So many different statements, and the clauses they are made of."""
    chance = random.Random(seed)
    paths = sorted(CORPUS.glob("*.txt"))
    said = [text for path in paths for one in read(path, path.name).records for _, text in one.statements()]
    clauses = sorted({clause for text in said for clause in re.split("[，；、。]", text) if len(clause) > 3})
    words = ["".join(word) for concept in concepts() for word in concept.words]
    texts: dict[str, None] = {}
    while len(texts) < number:
        parts = (chance.choice(clauses), chance.choice(words), *chance.sample(clauses, chance.randint(0, 1)))
        texts["，".join(parts)] = None
    return list(texts), clauses


def _skewed(chance: np.random.Generator, values: int, length: int) -> NDArray[np.int32]:
    """Codes of which the first are the more frequent, as with most names."""
    return (values * chance.random(length) ** 2).astype(np.int32)


def files(collection: Collection) -> Iterator[tuple[File, list[Record]]]:
    """The collection as files with their records, as reading documents gives them."""
    for number, first in enumerate(range(0, len(collection), A_FILE)):
        name = f"{number:05}.txt"
        content = hashlib.sha256(name.encode()).hexdigest()
        last = min(first + A_FILE, len(collection))
        records = [_record(collection, place, name, content) for place in range(first, last)]
        letters = sum(len(text) for record in records for _, text in record.statements())
        counts = (-(-len(records) // A_CHART), len(records), Tally(letters, 0, 0), ())
        yield File(f"/{name}", name, content, None, READER_VERSION, State.READ, "", 0.0, None, None, *counts), records


def _record(collection: Collection, place: int, document: str, sha256: str) -> Record:
    here = place % A_FILE
    said: dict[Kind, list[str]] = {kind: [] for kind in Kind}
    for one in collection.said[collection.starts[place] : collection.starts[place + 1]].tolist():
        said[collection.kinds[one]].append(collection.texts[one])
    power, unit = collection.powers[collection.power[place]], collection.units[collection.unit[place]]
    stage, agency = collection.stages[collection.stage[place]], f"第{collection.power[place] % AGENCIES}局"
    level = collection.levels[collection.level[place]]
    return Record(
        id=hashlib.sha256(f"{document} {here}".encode()).hexdigest()[:16],
        document=document,
        sha256=sha256,
        page=None,
        chart=here // A_CHART,
        title=f"{agency}{power}廉政风险防控图",
        agency=agency,
        category=_CATEGORIES[collection.power[place] % len(_CATEGORIES)],
        power=power,
        power_code=None,
        stage=stage,
        stage_label=stage,
        stage_order=here % A_CHART,
        risk_points=tuple(said[Kind.RISK]),
        level=level,
        level_label=level,
        control_measures=tuple(said[Kind.MEASURE]),
        responsible_party="经办人",
        unit=(unit,),
        monitoring_points=tuple(said[Kind.MONITOR]),
        placed_by="sequence",
        confidence=1.0,
        doubts=(),
        boxes=(),
    )
