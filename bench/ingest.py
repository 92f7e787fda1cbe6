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
from tests.dumps import drawn, dump

ROOT = Path(__file__).resolve().parent.parent
FILES, SAMPLE = 10_000, 500
COMMAND = "import cli; cli.main()"
STAGES = ("受理", "审查", "现场核查", "决定", "公示", "送达")


def main(files: int = FILES) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _fill(folder / "dumps", files)
        paths = sorted((folder / "dumps").rglob("*.txt"))
        some = random.Random(1).sample(paths, min(SAMPLE, files))
        before = _bare(some)
        seconds = _ingested(folder / "dumps", folder / "index")
        bare = (before + _bare(some)) / 2  # a machine does not go at one speed for minutes
    whole = files / seconds / cores()
    sys.stdout.write(f"bare loop     {bare:8.1f} files/s\n")
    sys.stdout.write(f"ingest        {whole:8.1f} files/s and core ({seconds:.1f} s, {cores()} cores)\n")
    sys.stdout.write(f"share         {whole / bare:8.1%}\n")


def _fill(folder: Path, files: int) -> None:
    """Dumps of one chart each, whose statements repeat from file to file as they do in real ones."""
    chance = random.Random(7)
    texts = [path.read_text("utf-8") for path in sorted((ROOT / "corpus").glob("*.txt"))]
    clauses = sorted({one for text in texts for one in re.findall(r"[一-鿿]{6,20}", text)})
    for number in range(files):
        path = folder / f"{number % 100:02}" / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_dump(chance, clauses, number), "utf-8")


def _dump(chance: random.Random, clauses: list[str], number: int) -> str:
    stages = STAGES[: chance.randint(4, len(STAGES))]
    said = {stage: (tuple(chance.sample(clauses, 2)), tuple(chance.sample(clauses, 2))) for stage in stages}
    title = f"望溪市财政局行政许可——第{number}号许可廉政风险防控图"
    return dump(title, *drawn(said).boxes())


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
