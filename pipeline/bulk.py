"""Many files: each is read in a process with limits, and ends in exactly one state. Nothing is parsed here.

Archives are unpacked level by level, and what LibreOffice converts is converted some files at a time, into a spool
folder under names of our own.
"""

import errno
import shutil
import tempfile
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import file_digest
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from pipeline.errors import LiantuError, State, Unreadable
from pipeline.extract import MAX_BYTES, READERS, inaccessible, is_converted, is_known, too_large, unknown
from pipeline.extract.archives import Member, Unpacked, is_archive, unpack
from pipeline.extract.workers import GIB, Crew, Finished, Lost, cores
from pipeline.find import Found, is_hidden
from pipeline.model import Ocr, Problem, Reading, Tally
from pipeline.wire import Raw, decoded, encoded

__all__ = ["Failure", "Job", "Limits", "Outcome", "Told", "is_lost", "outcomes", "read_file"]

DEEPEST = 4  # archives within archives
MOST_MEMBERS = 100_000  # in an archive and those within it
MOST_UNPACKED = 16 * GIB  # bytes of them, what is thrown away included
PACKED = frozenset({".rar", ".gz", ".bz2", ".xz", ".zst", ".lzma", ".lzh", ".arj", ".cab", ".iso", ".ace", ".z"})
FILES_A_CALL = 16  # of LibreOffice, whose start is most of the work
PRELOAD = ("pipeline.bulk", "pipeline.ingest")
MOST_PROBLEMS = 500  # of a file that are kept
DISK_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Limits:
    """How many processes read at once, and what one file may take: seconds, bytes of memory."""

    jobs: int | None = None  # as many as there are cores
    seconds: float = 300.0
    memory: int = 2 * GIB


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a file gave nothing, as it comes from a process."""

    state: State
    what: str
    remedy: str = ""
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What a process tells of a file: `records` stay JSON, as they are only kept here; `found` is how many."""

    sha256: str
    charts: int
    found: int
    records: Raw
    problems: tuple[Problem, ...]
    tally: Tally


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file. `sha256` is empty where nobody looked into it; `told` is there if it was read.

    `members` are the paths of what an archive held.
    """

    found: Found
    state: State
    sha256: str = ""
    seconds: float = 0.0
    why: Failure | None = None
    told: Told | None = None
    members: tuple[str, ...] | None = None


def outcomes(
    found: Iterable[Found],
    wanted: Callable[[Found, str], bool],
    spool: Path,
    limits: Limits = Limits(),
    ocr: Ocr = "auto",
) -> Iterator[Outcome | None]:
    """What becomes of each file, as it is known; `spool` is an empty folder, and empty again afterwards.

    `wanted` tells of a file and its SHA-256 whether it is to be read; if not, None is all that is heard of it. It is
    asked only when what was read before of the same content has been yielded. Raises LiantuError when the disk is full.
    """
    from pipeline.extract.office import soffice

    files = list(found)
    jobs = limits.jobs or cores()
    crew: Crew[Any] = Crew(jobs, limits.memory, max(1, jobs // max(1, len(files))), PRELOAD)
    given = _Given(crew, limits.seconds, ocr, soffice() is not None)
    try:
        yield from _Run(files, wanted, spool, given).outcomes()
    finally:
        crew.close()
        for left in spool.iterdir():
            shutil.rmtree(left, ignore_errors=True)


# What processes are at


@dataclass(frozen=True, slots=True)
class _Given:
    """What all files are read with."""

    crew: "Crew[Any]"
    seconds: float
    ocr: Ocr
    has_office: bool


@dataclass(frozen=True, slots=True)
class _Reading:
    found: Found
    sha256: str
    docx: Path | None = None


@dataclass(frozen=True, slots=True)
class _Unpacking:
    found: Found
    sha256: str
    folder: Path


@dataclass(frozen=True, slots=True)
class _Converting:
    files: tuple[_Reading, ...]
    folder: Path


@dataclass(slots=True)
class _Open:
    """An archive of which `left` members have not come to their end, and what to say of it then."""

    outcome: Outcome
    left: int


@dataclass(slots=True)
class _Contents:
    """How many files were met in an outermost archive, and how much more of it may be unpacked."""

    members: int = 0
    room: int = MOST_UNPACKED


class _Run:
    """The way of some files through the processes."""

    def __init__(
        self, files: Sequence[Found], wanted: Callable[[Found, str], bool], spool: Path, given: "_Given"
    ) -> None:
        self.queue, self.wanted, self.spool, self.given, self.crew = deque(files), wanted, spool, given, given.crew
        self.ready: deque[_Reading] = deque()  # converted
        self.to_convert: list[_Reading] = []
        self.at_work: dict[str, list[Found]] = {}  # by content, with those that wait for what is read of the same
        self.sums: dict[str, str] = {}  # of those that wait
        self.open: dict[Path, _Open] = {}  # by the folder an archive was unpacked into
        self.contents: defaultdict[str, _Contents] = defaultdict(_Contents)  # by the path of the archive
        self.numbers = count(1)

    def outcomes(self) -> Iterator[Outcome | None]:
        while self.is_left or self.crew.is_busy:
            while self.is_left and self.crew.has_room:
                yield from self.step()
            for finished in self.crew.finished():
                yield from self.settled(finished)

    @property
    def is_left(self) -> bool:
        return bool(self.ready or self.queue or self.to_convert)

    # Before a process sees it

    def step(self) -> Iterator[Outcome | None]:
        """Start one piece of work, or find that there is none with a file."""
        if self.ready:
            self.read(self.ready.popleft())
        elif len(self.to_convert) == FILES_A_CALL or not self.queue:
            self.convert()
        else:
            yield from self.taken(self.queue.popleft())

    def taken(self, found: Found) -> Iterator[Outcome | None]:
        try:
            _check(found)
            sha256 = self.sums.pop(found.name, None) or _sha256(found.path)
        except Unreadable as error:
            yield from self.ended(found, Outcome(found, error.state, why=_failure(error)))
            return
        if sha256 in self.at_work:
            self.at_work[sha256].append(found)
            self.sums[found.name] = sha256
        elif self.wanted(found, sha256):
            self.at_work[sha256] = []
            self.begin(_Reading(found, sha256))
        else:
            yield None
            yield from self.ended(found, None)

    def begin(self, reading: _Reading) -> None:
        found = reading.found
        if is_archive(found.name):
            folder = self.folder()
            contents = self.contents[found.archive or found.name]
            room = contents.room if contents.members < MOST_MEMBERS else 0
            argument = (found.path, folder, room)
            self.crew.start(_Unpacking(found, reading.sha256, folder), unpack_file, argument, self.given.seconds)
        elif is_converted(found.path) and self.given.has_office:
            self.to_convert.append(reading)
        else:
            self.read(reading)

    def read(self, reading: _Reading) -> None:
        job = Job(
            reading.found.path, reading.found.document, reading.found.agency, reading.docx, self.given.ocr, self.spool
        )
        self.crew.start(reading, read_file, job, self.given.seconds)

    def convert(self) -> None:
        files, folder = tuple(self.to_convert), self.folder()
        self.to_convert.clear()
        paths = tuple(one.found.path for one in files)
        self.crew.start(_Converting(files, folder), convert_files, (paths, folder), self.given.seconds * len(files))

    def folder(self) -> Path:
        folder = self.spool / str(next(self.numbers))
        folder.mkdir()
        return folder

    # After

    def settled(self, finished: "Finished[Any]") -> Iterator[Outcome | None]:
        item = finished.item
        if isinstance(item, _Reading):
            yield from self.was_read(item, finished)
        elif isinstance(item, _Unpacking):
            yield from self.was_unpacked(item, finished)
        else:
            yield from self.was_converted(item, finished)

    def was_read(self, item: _Reading, finished: "Finished[Any]") -> Iterator[Outcome | None]:
        if item.docx:
            item.docx.unlink(missing_ok=True)
        told = _answer(finished, Told)
        if isinstance(told, Failure):
            outcome = Outcome(item.found, told.state, item.sha256, finished.seconds, told)
        else:
            outcome = Outcome(item.found, _state(told), told.sha256, finished.seconds, told=told)
        yield from self.ended(item.found, outcome)
        self.release(item.sha256)

    def was_converted(self, item: _Converting, finished: "Finished[Any]") -> Iterator[Outcome | None]:
        """Read what LibreOffice made of some files; where it could not be asked for all, it is asked for each."""
        results = _answer(finished, list[Failure | bool])
        if isinstance(results, Failure):
            results = [False] * len(item.files)
        for number, (reading, result) in enumerate(zip(item.files, results, strict=True)):
            if isinstance(result, Failure):
                seconds = finished.seconds / len(item.files)
                yield from self.ended(
                    reading.found, Outcome(reading.found, result.state, reading.sha256, seconds, result)
                )
                self.release(reading.sha256)
            else:
                self.ready.append(replace(reading, docx=item.folder / f"{number}.docx" if result else None))

    def was_unpacked(self, item: _Unpacking, finished: "Finished[Any]") -> Iterator[Outcome | None]:
        self.release(item.sha256)  # at once: an archive may hold itself
        unpacked = _answer(finished, Unpacked)
        if isinstance(unpacked, Failure):
            shutil.rmtree(item.folder, ignore_errors=True)
            yield from self.ended(
                item.found, Outcome(item.found, unpacked.state, item.sha256, finished.seconds, unpacked, members=())
            )
            return
        members = [_within(item, member) for member in unpacked.members]
        contents = self.contents[item.found.archive or item.found.name]
        contents.members += len(members)
        contents.room -= sum(min(member.size, MAX_BYTES) for member in unpacked.members)
        state, why = _state_of_archive(unpacked)
        names = tuple(found.name for found, _ in members)
        outcome = Outcome(item.found, state, item.sha256, finished.seconds, why, members=names)
        self.open[item.folder] = _Open(outcome, len(members) + 1)
        self.queue.extendleft(found for found, failure in reversed(members) if not failure)
        for found, failure in members:
            if failure:
                yield from self.ended(found, Outcome(found, failure.state, why=failure))
        yield from self.closed(item.folder)

    def ended(self, found: Found, outcome: Outcome | None) -> Iterator[Outcome | None]:
        """Say what became of a file, and of the archive around it if this was its last."""
        if outcome:
            yield outcome
        yield from self.closed(found.path.parent)

    def closed(self, folder: Path) -> Iterator[Outcome | None]:
        if folder not in self.open:
            return
        archive = self.open[folder]
        archive.left -= 1
        if not archive.left:
            del self.open[folder]
            shutil.rmtree(folder, ignore_errors=True)
            yield from self.ended(archive.outcome.found, archive.outcome)

    def release(self, sha256: str) -> None:
        """Go on with what waited for the same content."""
        self.queue.extendleft(reversed(self.at_work.pop(sha256)))


def _check(found: Found) -> None:
    """Raises Unreadable for a file that is not to be looked into."""
    where = found.name
    if found.is_hidden:
        raise Unreadable(where, "隐藏文件或临时文件，没有读", "要读就直接给出它的路径")
    if is_archive(where):
        if found.depth >= DEEPEST:
            raise Unreadable(where, f"压缩包套了超过 {DEEPEST} 层", "请解压后录入", State.TOO_LARGE)
    elif found.suffix in PACKED:
        raise Unreadable(where, f"不能直接读 {found.suffix} 压缩文件", "请先解压再录入", lacks="needs-unpacking")
    elif found.suffix not in READERS:
        raise Unreadable(where, unknown(Path(where)).what, "可读的类型见 README")  # not a list for each of thousands
    try:
        if not is_archive(where) and found.path.stat().st_size > MAX_BYTES:
            raise too_large(Path(where))
    except OSError as error:
        raise inaccessible(Path(where), error) from error


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise inaccessible(path, error) from error


def _within(item: _Unpacking, member: Member) -> tuple[Found, Failure | None]:
    """A member of an archive, and why it cannot be read if it was not unpacked."""
    around = item.found
    found = Found(
        item.folder / (member.spooled or "-"),
        f"{around.name}/{member.name}",
        f"{around.document}/{member.name}",
        any(map(is_hidden, member.name.split("/"))),
        around.archive or around.name,
        around.depth + 1,
        around.agency,
    )
    return found, Failure(member.state, member.reason, member.remedy) if member.state else None


def is_lost(problem: Problem) -> bool:
    """Whether a problem says that something was not read at all."""
    return problem.code.startswith("page-") or problem.code == "needs-ocr"


def _state(told: Told) -> State:
    if any(map(is_lost, told.problems)):
        return State.PARTLY
    return State.READ if told.found else State.NO_CHARTS


def _state_of_archive(unpacked: Unpacked) -> tuple[State, Failure | None]:
    if unpacked.damage:
        state = State.PARTLY if unpacked.members else State.DAMAGED
        return state, Failure(state, unpacked.damage, "请重新下载")
    return (State.READ, None) if unpacked.members else (State.NO_CHARTS, Failure(State.NO_CHARTS, "压缩包是空的"))


LOST = {
    Lost.TIMEOUT: ("超过时限", "用 --timeout 放宽时限，加 --retry 重读"),
    Lost.MEMORY: ("占用内存过多", "用 --memory 放宽限制，加 --retry 重读，或拆分后再录入"),
    Lost.CRASHED: ("使解析程序崩溃", "请打开后另存再录入"),
}


def _answer(finished: "Finished[Any]", kind: type[Value]) -> Value | Failure:
    """What a process says; raises LiantuError when the disk is full."""
    said = finished.outcome
    if isinstance(said, Lost):
        return Failure(State(said), *LOST[said])
    if isinstance(said, str):
        return Failure(State.CRASHED, f"解析程序出错（{said}）", "请把这个文件报告给我们")
    try:
        if said.startswith(_GOOD):
            return decoded(said[1:], kind)
        failure = decoded(said[1:], Failure)
    except ValueError as error:
        return Failure(State.CRASHED, f"解析程序的结果读不懂（{error}）", "请把这个文件报告给我们")
    if failure.lacks == _SPACE:
        raise LiantuError(failure.what, "磁盘已满", "腾出空间后再次录入；已经读了的不会再读")
    return failure


# In the processes

_GOOD, _BAD, _SPACE = b"+", b"-", "space"


@dataclass(frozen=True, slots=True)
class Job:
    """What `read_file` needs; what it writes meanwhile goes to the spool."""

    path: Path
    document: str
    agency: str | None
    docx: Path | None
    ocr: Ocr
    spool: Path


def read_file(job: Job) -> bytes:
    """What `pipeline.ingest.read` makes of a file."""
    from pipeline.ingest import read

    def told() -> Told:
        reading = read(job.path, job.document, job.agency, job.docx, job.ocr)
        records = Raw(encoded(reading.records))
        sizes = len(reading.charts), len(reading.records)
        return Told(reading.source.sha256, *sizes, records, _problems(reading), reading.tally)

    return _said(told, job.spool)


def _problems(reading: Reading) -> tuple[Problem, ...]:
    """The problems worth keeping: of a file without charts not each of its paragraphs, of any file not too many."""
    problems = reading.problems
    if not reading.records:
        problems = tuple(problem for problem in problems if problem.code != "unplaced-text")
    if len(problems) <= MOST_PROBLEMS:
        return problems
    return (*problems[:MOST_PROBLEMS], Problem("more-problems", f"还有 {len(problems) - MOST_PROBLEMS} 处存疑没有列出"))


def unpack_file(job: tuple[Path, Path, int]) -> bytes:
    """What an archive holds, unpacked into a folder; so many bytes of it."""
    path, folder, room = job

    def unpacked() -> Unpacked:
        from pipeline.extract.container import DOCUMENTS, kind_of, refusal

        if path.stat().st_size <= MAX_BYTES and (kind := kind_of(path.read_bytes())) in DOCUMENTS:
            raise refusal(str(path), kind)
        return unpack(path, folder, lambda name: is_archive(name) or is_known(name), room)

    return _said(unpacked, folder)


def convert_files(job: tuple[tuple[Path, ...], Path]) -> bytes:
    """Whether a file became NUMBER.docx in a folder; False where it has to be read as it is."""
    paths, folder = job
    return _said(lambda: list(_converted(paths, folder)), folder)


def _converted(paths: Sequence[Path], folder: Path) -> Iterator[Failure | bool]:
    from pipeline.extract.container import kind_of
    from pipeline.extract.office import CONVERTIBLE, to_docx

    files = {number: path.read_bytes() for number, path in enumerate(paths)}
    files = {number: data for number, data in files.items() if kind_of(data) in CONVERTIBLE}
    results = dict(zip(files, to_docx([(str(paths[number]), data) for number, data in files.items()]), strict=True))
    for number in range(len(paths)):
        result = results.get(number)
        if isinstance(result, bytes):
            (folder / f"{number}.docx").write_bytes(result)
        yield _failure(result) if isinstance(result, Unreadable) else result is not None


def _said(tell: Callable[[], object], spool: Path) -> bytes:
    """What a function gives, or why it does not, for the parent; what libraries leave behind lies in the spool."""
    tempfile.tempdir = str(spool)
    try:
        return _GOOD + encoded(tell())
    except Unreadable as error:
        return _BAD + encoded(_failure(error))
    except OSError as error:
        if error.errno not in DISK_FULL:
            raise
        return _BAD + encoded(Failure(State.INACCESSIBLE, str(spool), lacks=_SPACE))


def _failure(error: Unreadable) -> Failure:
    return Failure(error.state, error.what, error.remedy, error.lacks)
