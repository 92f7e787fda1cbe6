"""How far a long run is, on a terminal only; rich's one place."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["shown"]

Tell = Callable[[int, int], None]  # records and failures so far; a file more is done
Say = Callable[[str], None]


@contextmanager
def shown(files: int, say: Say) -> Iterator[tuple[Tell, Say]]:
    """What to call after each file, and what writes text above the bar; off a terminal `say` itself."""
    if not sys.stderr.isatty():
        yield lambda records, failed: None, say
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    told = TextColumn(
        "{task.fields[records]:,} 条记录 · 读不了 {task.fields[failed]:,} · {task.fields[rate]} 个/秒 · 还需"
    )
    console = Console(stderr=True, highlight=False)
    with Progress(
        MofNCompleteColumn(), BarColumn(20), told, TimeRemainingColumn(), console=console, transient=True
    ) as bar:
        task = bar.add_task("", total=files, records=0, failed=0, rate="-")

        def tell(records: int, failed: int) -> None:
            done = bar.tasks[0].completed + 1
            bar.update(task, total=max(files, done), advance=1, records=records, failed=failed)
            bar.update(task, rate=f"{bar.tasks[0].speed or 0:.1f}")

        def above(text: str) -> None:
            if sys.stdout.isatty():
                console.print(text, end="", markup=False, soft_wrap=True)
            else:
                say(text)

        yield tell, above
