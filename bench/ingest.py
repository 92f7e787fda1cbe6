"""Small dumps through `liantu ingest` beside a bare loop over the same readers: `python bench/ingest.py [FILES]`.

The loop runs in one process and reads with `pipeline.ingest.read`, nothing else; files a second and core are compared.
Dumps are put together, with a fixed seed, from clauses of the specimens in corpus/.
"""

import os
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pipeline.extract.workers import cores
from pipeline.ingest import read
from tests.helpers import CHART, chart_text

ROOT = Path(__file__).resolve().parent.parent
FILES, SAMPLE = 10_000, 1_000
COMMAND = "import cli; cli.main()"


def main(files: int = FILES) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _fill(folder / "dumps", files)
        paths = sorted((folder / "dumps").rglob("*.txt"))
        bare = _bare(random.Random(1).sample(paths, min(SAMPLE, files)))
        seconds = _ingested(folder / "dumps", folder / "index")
    whole = files / seconds / cores()
    sys.stdout.write(f"bare loop     {bare:8.1f} files/s\n")
    sys.stdout.write(f"ingest        {whole:8.1f} files/s and core ({seconds:.1f} s, {cores()} cores)\n")
    sys.stdout.write(f"share         {whole / bare:8.1%}\n")


def _fill(folder: Path, files: int) -> None:
    chance = random.Random(7)
    texts = [path.read_text("utf-8") for path in sorted((ROOT / "corpus").glob("*.txt"))]
    clauses = [one for text in texts for one in re.findall(r"[一-鿿]{6,20}", text)]
    for number in range(files):
        path = folder / f"{number % 100:02}" / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        charts = (_chart(chance, clauses, stage) for stage in ("受理", "审查", "决定"))
        path.write_text("\n\n".join(charts), "utf-8")


def _chart(chance: random.Random, clauses: list[str], stage: str) -> str:
    risk, measure = chance.choice(clauses), chance.choice(clauses)
    return chart_text(CHART | {"stage": stage, "risk": f"{risk}{chance.randint(0, 999)}", "measure": measure})


def _bare(paths: list[Path]) -> float:
    """Files a second in a loop that does nothing but read."""
    read(paths[0], paths[0].name)
    begun = time.perf_counter()
    for path in paths:
        read(path, path.name)
    return len(paths) / (time.perf_counter() - begun)


def _ingested(documents: Path, index: Path) -> float:
    """Seconds of a whole command, with its start and the caches it leaves."""
    command = [sys.executable, "-c", COMMAND, "ingest", str(documents), "--index", str(index)]
    begun = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=os.environ, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
