"""A question to a peer, from a process that does nothing else: `python bench/one.py tantivy|sqlite FOLDER WORD`."""

import sys
from pathlib import Path

from bench.shape import Question


def main(engine: str, folder: str, word: str) -> None:
    """Ask and print; only the engine asked is imported."""
    if engine == "tantivy":
        from bench.of_tantivy import opened
    else:
        from bench.of_sqlite import opened
    with opened(Path(folder)) as ask:
        found = ask(Question("common", (word,)))
    sys.stdout.write(f"{found.total}\n{found.counts}\n")
    sys.stdout.write("".join(f"{'; '.join(texts)}\n" for texts in found.shown))


if __name__ == "__main__":
    main(*sys.argv[1:])
