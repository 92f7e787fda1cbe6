"""Which of these files have to be read, and what became of each?

What was read is noted as it comes and taken in when all is done; a run that was cut short goes on where it was.
"""

import os
import re
import shutil
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from index import cache, changes, store
from index.results import Met
from index.store import File
from pipeline.bulk import Failure, Limits, Outcome, is_lost, outcomes
from pipeline.errors import FAILED, State, Unreadable
from pipeline.extract.archives import is_archive
from pipeline.find import Found, find
from pipeline.ingest import READER_VERSION, is_recognised, mended
from pipeline.model import Ocr
from pipeline.record import Problem, Tally, storable

__all__ = ["Asked", "Intake"]

NOTED_EVERY = 1.0  # seconds: what was read since is lost when the machine fails
TAKEN_IN_EVERY = 900.0  # seconds: so long readers of a long run wait for what there is
NOTHING = Tally(0, 0, 0)
# What says nothing against what was read of the same content before.
PASSING = (State.TIMEOUT, State.OUT_OF_MEMORY, State.CRASHED, State.INACCESSIBLE)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be done at and below `roots`: read what is new or has changed.

    Or, of the files known there, only those that failed (`retry`) or were read by an older reader (`reread`); of all
    that are known if there are no roots.
    """

    roots: tuple[Path, ...]
    agency: str | None = None
    ocr: Ocr = "auto"
    retry: bool = False
    reread: bool = False
    limits: Limits = field(default_factory=Limits)

    @property
    def again(self) -> bool:
        return self.retry or self.reread


class Intake:
    """A run of ingest, by the index's only writer."""

    def __init__(self, folder: Path, connection: sqlite3.Connection, asked: Asked) -> None:
        self.folder, self.connection, self.asked = folder, connection, asked
        self._mended = mended(asked.ocr)
        own = folder.absolute()  # which may lie below a root
        looked = [
            one
            for one in (self._again() if asked.again else find(asked.roots))
            if not (isinstance(one, Found) and one.path.is_relative_to(own))
        ]
        named = {one.name: one for one in looked if isinstance(one, Found)}  # each once, however often it was given
        self.found = [replace(one, agency=one.agency or asked.agency) for one in named.values()]
        self.troubles = [one for one in looked if isinstance(one, Unreadable)]  # with paths and folders
        self._met: list[Met] = []  # by `_is_wanted`
        self._noted = self._taken_in = time.monotonic()

    def _again(self) -> Iterator[Found | Unreadable]:
        """The files known, or the archives they are in, that are to be read once more."""
        roots = [storable(str(root)) for root in self.asked.roots]
        below = tuple(os.path.join(root, "") for root in roots)  # noqa: PTH118
        due = {file.archive or file.path for file in store.files(self.connection) if self._is_due(file)}
        for file in store.files(self.connection):
            if file.path not in due or file.path.startswith(changes.FROM_PACK):
                continue
            if not roots or file.path in roots or file.path.startswith(below):
                path = _written(file.path)
                yield Found(Path(path), path, file.document, agency=file.agency)

    def run(self) -> Iterator[Met]:
        """What becomes of each file, as it is known."""
        spool = self.folder / changes.SPOOL
        shutil.rmtree(spool, ignore_errors=True)
        spool.mkdir()
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            for outcome in outcomes(self.found, self._is_wanted, spool, self.asked.limits, self.asked.ocr):
                yield from self._told()
                if outcome:
                    yield self._outcome(outcome)
                self._save()
            yield from self._told()
        finally:
            if self.connection.in_transaction:  # a full disk ends it
                self.connection.execute("COMMIT")
            shutil.rmtree(spool, ignore_errors=True)

    def finish(self, prune: bool, model: tuple[str, str] | None) -> tuple[str, ...]:
        """Have readers see it all, by this model; with `prune` what is gone is dropped: the documents are returned."""
        closed = [Path(trouble.where) for trouble in self.troubles if os.path.lexists(trouble.where)]
        roots = [root for root in self.asked.roots if not any(one.is_relative_to(root) for one in closed)]
        present = [found.name for found in self.found]
        gone = changes.gone(self.connection, roots, present) if prune and not self.asked.again else []
        if gone or model != store.model(self.connection) or store.has_pending(self.connection):
            with cache.publishing(self.folder, self.connection):
                changes.take_in(self.connection)
                changes.set_model(self.connection, model)
                changes.drop(self.connection, [file.path for file in gone])
        return tuple(file.document for file in gone)

    # Before a file is read

    def _is_wanted(self, found: Found, sha256: str) -> bool:
        """Whether a file is to be read; if not, what is known of it is what became of it."""
        if is_recognised(found.path, self.asked.ocr):
            return True
        file = changes.known(self.connection, found.name)
        if file and self._is_current(file, found, sha256):
            self._met.append(Met(file, is_new=False))
            return False
        if is_archive(found.name):  # its members may be duplicates, each by itself
            return True
        twin = next(
            (one for one in changes.twins(self.connection, sha256, found.name) if self._tells(one, found)), None
        )
        if twin is None:
            return True
        file = _file(found, State.DUPLICATE, sha256, reason=changes.same_as(twin.document), duplicate_of=twin.document)
        changes.note(self.connection, file)
        self._met.append(Met(file))
        return False

    def _told(self) -> Iterator[Met]:
        while self._met:
            yield self._met.pop(0)

    def _is_current(self, file: File, found: Found, sha256: str) -> bool:
        if (file.sha256, file.document, file.agency) != (sha256, found.document, found.agency):
            return False
        return not any(self._is_due(one) for one in (file, *changes.within(self.connection, found.name)))

    def _is_due(self, file: File) -> bool:
        """Whether a file is to be read once more though it has not changed."""
        if not self._mended.isdisjoint(problem.code for problem in file.problems):
            return True
        failed = file.state in FAILED and not (file.state is State.UNSUPPORTED and not file.sha256)
        old = file.reader_version < READER_VERSION
        return file.duplicate_of is None and ((self.asked.retry and failed) or (self.asked.reread and old))

    def _tells(self, twin: File, found: Found) -> bool:
        """Whether a file of the same content says what this one holds: one without records only of its own suffix."""
        alike = twin.records > 0 or Path(twin.path).suffix.lower() == found.suffix
        return alike and twin.state not in PASSING and not self._is_due(twin)

    # After

    def _outcome(self, outcome: Outcome) -> Met:
        found, told = outcome.found, outcome.told
        file = _file(found, outcome.state, outcome.sha256, outcome.seconds, reason=_reason(outcome))
        if told:
            file = replace(file, charts=told.charts, records=told.found, tally=told.tally, problems=told.problems)
        elif outcome.why and outcome.why.lacks:
            file = replace(file, problems=(Problem(outcome.why.lacks, outcome.why.what),))
        before = changes.known(self.connection, found.name)
        if before and _says_no_more(file, before):
            return Met(file, is_new=(file.state, file.reason) != (before.state, before.reason))
        members = None if file.state in PASSING else outcome.members
        changes.note(self.connection, file, bytes(told.records) if told else None, members)
        return Met(file)

    def _save(self) -> None:
        now = time.monotonic()
        if now - self._noted > NOTED_EVERY:
            self.connection.execute("COMMIT")
            if now - self._taken_in > TAKEN_IN_EVERY:
                cache.take_in(self.folder, self.connection)
                self._taken_in = time.monotonic()
            self.connection.execute("BEGIN IMMEDIATE")
            self._noted = time.monotonic()


def _written(path: str) -> str:
    """The path of a file as the system has it: bytes that are no text were written out to be stored."""
    return re.sub(r"\\udc([89a-f][0-9a-f])", lambda byte: chr(0xDC00 + int(byte[1], 16)), path)


def _says_no_more(file: File, before: File) -> bool:
    """Whether nothing was learnt of a file: it failed for now, or was not looked into now as before."""
    if file.state in PASSING and file.sha256 in ("", before.sha256):
        return before.records > 0 or before.state not in FAILED
    return (file.sha256, file.state, file.reason) == ("", before.state, before.reason)


def _reason(outcome: Outcome) -> str:
    if outcome.why:
        return _sentence(outcome.why)
    problems = outcome.told.problems if outcome.told else ()
    if outcome.state is State.PARTLY:
        lost = [one for one in problems if is_lost(one)]
        return f"{len(lost)} 处没有读成，先是{f'第 {lost[0].page} 页：' if lost[0].page else ''}{lost[0].message}"
    return next((one.message for one in problems), "没有文字") if outcome.state is State.NO_CHARTS else ""


def _sentence(why: Failure) -> str:
    return f"{why.what}; {why.remedy}" if why.remedy else why.what


def _file(
    found: Found,
    state: State,
    sha256: str,
    seconds: float = 0.0,
    *,
    reason: str = "",
    duplicate_of: str | None = None,
) -> File:
    by = (found.name, found.document, sha256, found.agency, READER_VERSION)
    return File(*by, state, reason, round(seconds, 3), duplicate_of, found.archive, 0, 0, NOTHING, ())
