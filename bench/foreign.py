"""Any folder of files through `liantu ingest`, watched: `python bench/foreign.py FOLDER [OPTION ...]`.

Prints how many files ended in which state, the longest, how long it took, and the most memory that the program, one of
its processes, and all of them together took at a time (resident, looked at five times a second). Fails if a file has no
state, or if a process is left.
"""

import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import psutil

from index import store
from pipeline.find import Found, find

ROOT = Path(__file__).resolve().parent.parent
COMMAND = "import cli; cli.main()"
LONGEST = 10
MIB = 1 << 20


@dataclass(slots=True)
class Most:
    """Bytes that were resident at a time."""

    program: int = 0
    process: int = 0
    together: int = 0


def main(folder: str, *options: str) -> None:
    """Ingest and print."""
    with tempfile.TemporaryDirectory() as name:
        index = Path(name) / "index"
        begun = time.monotonic()
        most, left = _watched([folder, *options, "--index", str(index)])
        seconds = time.monotonic() - begun
        with store.reading(index) as connection:
            files = list(store.files(connection))
    known = {file.path for file in files}
    missing = [one.name for one in find([Path(folder).absolute()]) if isinstance(one, Found) and one.name not in known]
    for state, number in Counter(file.state for file in files).most_common():
        sys.stdout.write(f"{number:8} {state}\n")
    for file in sorted(files, key=lambda file: -file.seconds)[:LONGEST]:
        sys.stdout.write(f"{file.seconds:8.1f} s {file.state} {file.document}\n")
    sys.stdout.write(f"{len(files)} files in {seconds:.0f} s; {len(missing)} without a state; {left} processes left\n")
    sys.stdout.write(f"MiB: program {most.program // MIB}, one {most.process // MIB}, all {most.together // MIB}\n")
    sys.exit(bool(missing or left))


def _watched(arguments: list[str]) -> tuple[Most, int]:
    """Ingest; the most memory taken, and how many processes outlived it."""
    most, family = Most(), set[psutil.Process]()
    command = [sys.executable, "-c", COMMAND, "ingest", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
        while program.poll() is None:
            try:
                own = psutil.Process(program.pid)
                children = own.children(recursive=True)
                _look(own, children, most)
                family |= set(children)
            except psutil.Error:
                pass
            time.sleep(0.2)
    return most, len(psutil.wait_procs(family, timeout=10)[1])


def _look(own: psutil.Process, children: list[psutil.Process], most: Most) -> None:
    taken = [_resident(child) for child in children]
    program = _resident(own)
    most.program = max(most.program, program)
    most.process = max([most.process, *taken])
    most.together = max(most.together, program + sum(taken))


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


if __name__ == "__main__":
    main(*sys.argv[1:])
