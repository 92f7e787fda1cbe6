"""Cold start of a search beside starting jieba: `python bench/cold_start.py [RUNS]` prints medians and their ratio.

Both are whole processes, run in turns: jieba with its own warm cache (jieba.cache in the temp folder), and a search in
an index whose caches are built. The documents are those beside this checkout if there are any, else corpus/.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT.parent / "shared" / "seeds"
RUNS = 15

JIEBA = ("import jieba; jieba.initialize()",)
SEARCH = ("from cli import search; search()", "收受财物", "--level", "高")  # what the installed `search` runs
INGEST = ("from cli import main; main()", "ingest")


def main(runs: int = RUNS) -> None:
    """Measure and print."""
    documents = SEEDS if SEEDS.exists() else ROOT / "corpus"
    with tempfile.TemporaryDirectory() as folder:
        index = {"LIANTU_INDEX": folder}
        _seconds((*INGEST, str(documents)), index)
        for command in (JIEBA, SEARCH):  # a first run of each warms its caches
            _seconds(command, index)
        pairs = [(_seconds(JIEBA, index), _seconds(SEARCH, index)) for _ in range(runs)]
    jieba, search = (statistics.median(times) for times in zip(*pairs, strict=True))
    sys.stdout.write(
        f"documents           {documents.name}\n"
        f"jieba.initialize()  {jieba * 1000:6.0f} ms (median of {runs})\n"
        f"search              {search * 1000:6.0f} ms (median of {runs})\n"
        f"search / jieba      {search / jieba:6.2f}\n"
    )


def _seconds(command: Sequence[str], environment: dict[str, str]) -> float:
    """How long a Python process takes for a command; CalledProcessError if it fails."""
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", *command],
        cwd=ROOT,
        env={**os.environ, **environment, "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    return time.perf_counter() - started


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
