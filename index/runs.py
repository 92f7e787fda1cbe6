"""A run of ingest for somebody who looks on: what becomes of each file is told as it is known, and summed up."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from index import cache, changes, store
from index.command import FOUND, NOTHING, TROUBLE, columns, complain, complain_of, write, write_json
from index.intake import Asked, Intake
from index.progress import shown
from index.report import Summary, failure_of, file_text, ingest_json, is_trouble, summary_text
from index.terminal import clean
from pipeline.errors import LiantuError, State
from pipeline.ingest import SUFFIXES

__all__ = ["Model", "changes_below", "ingest"]

ENDINGS = ("SIGTERM", "SIGHUP")
FEW = 20  # files of which a terminal shows each; of more only those that could not be read
Model = tuple[str, str] | None  # folder and fingerprint; None for the one that comes with us


def ingest(
    folder: Path, asked: Asked, *, prune: bool, model: tuple[Model] | None, as_json: bool, only_new: bool = False
) -> int:
    """Ingest and tell; the exit code. `model` is the one to change to, if any; `only_new`: what has not changed is not
    told of.
    """
    _interrupt_by(*ENDINGS)
    begun = time.monotonic()
    summary = Summary(asked.roots, listed=[] if as_json else None)
    with changes.writing(folder, _wait_for) as connection:
        cache.take_in(folder, connection)
        intake = Intake(folder, connection, asked)
        gone = [root for root in asked.roots if prune and not root.exists()]
        troubles = [trouble for trouble in intake.troubles if Path(trouble.where) not in gone]
        for trouble in troubles:
            complain_of(trouble)
        _tell(intake, summary, quiet=as_json, only_new=only_new)
        dropped = intake.finish(prune, model[0] if model else store.model(connection))
    with cache.opened(folder):
        pass  # so that the next search finds its caches ready
    seconds = time.monotonic() - begun
    if as_json:
        write_json(ingest_json(summary, troubles, dropped, seconds))
    else:
        write(summary_text(summary, dropped, seconds, columns()))
    if troubles or summary.troubles:
        return TROUBLE
    return FOUND if intake.found or asked.again or dropped else complain(_nothing_to_read(), NOTHING)


def _interrupt_by(*names: str) -> None:
    """Take a polite request to end for an interrupt: what was read is noted, and nobody is left at work."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    for name in names:
        with suppress(ValueError):  # not in the program's first thread
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), interrupt)


def _tell(intake: Intake, summary: Summary, quiet: bool, only_new: bool) -> None:
    each = not quiet and (len(intake.found) <= FEW or not sys.stdout.isatty())
    with shown(len(intake.found), write) as (tell, say):
        for met in intake.run():
            summary.add(met)
            tell(summary.records, summary.troubles)
            file = met.file
            if met.is_new and is_trouble(file, intake.asked.roots):
                complain_of(failure_of(file))
            elif each and met.is_new and file.state is not State.UNSUPPORTED:
                say(file_text(file, columns()))
            elif each and not met.is_new and not only_new:
                say(f"{clean(file.document)}: 没有变化\n")


def _wait_for(holder: str) -> None:
    complain(f"索引: {holder}正在写入，等它结束…\n", TROUBLE)


def _nothing_to_read() -> str:
    return f"录入: 没有找到文件; 可读的有 {' '.join(sorted(SUFFIXES))} 和压缩包\n"


def changes_below(roots: tuple[Path, ...], index: Path) -> Iterator[None]:
    """At once, and whenever something changed at or below some paths and has been quiet for a while; until interrupted.

    What changes in the index is no such thing.
    """
    from watchfiles import watch

    there = [root for root in roots if root.exists()]
    if not there:
        raise LiantuError("--watch", "没有可以守着的文件夹", "请检查路径")
    own, is_first = index.absolute(), True
    for found in watch(
        *there, debounce=5000, step=1000, rust_timeout=2000, yield_on_timeout=True, raise_interrupt=True
    ):
        if is_first or any(not Path(path).is_relative_to(own) for _, path in found):
            is_first = False
            yield
