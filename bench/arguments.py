"""What every script is told: `[RECORDS] [--hard] [--engines A,B] [--keep DIR] [--save]`."""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.engines import ENGINES, chosen
from bench.shape import Engine

__all__ = ["Told", "told"]

RECORDS = 100_000


@dataclass(frozen=True, slots=True)
class Told:
    """The arguments."""

    records: int
    is_hard: bool
    engines: list[Engine]
    keep: Path
    is_kept: bool

    @property
    def collection(self) -> str:
        """The collection, in words."""
        return f"{self.records:,} records{', hard' * self.is_hard}"


@contextmanager
def told(what: str) -> Iterator[Told]:
    """The arguments; without `--keep` a folder that is gone afterwards."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("records", nargs="?", type=int, default=RECORDS, help=f"({RECORDS})")
    parser.add_argument("--hard", action="store_true", help="many more distinct statements")
    parser.add_argument("--engines", default="", help=f"of {','.join(ENGINES)}, with commas between them")
    parser.add_argument("--keep", type=Path, help="a folder with indexes that are made if they are not there")
    parser.add_argument("--save", action="store_true", help="keep the figures in bench/runs/")
    given = parser.parse_args()
    if unknown := set(filter(None, given.engines.split(","))) - set(ENGINES):
        parser.error(f"no such engine: {', '.join(unknown)}")
    with tempfile.TemporaryDirectory() as name:
        keep = given.keep or Path(name)
        yield Told(given.records, given.hard, chosen(given.engines, given.records), keep.resolve(), given.save)
