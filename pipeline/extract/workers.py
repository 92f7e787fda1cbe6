"""Work on strangers' files in processes of their own, each piece with limits on time and memory; psutil's one place.

What hangs is killed with all it has started, what eats memory gets none, what crashes takes nothing with it; the other
pieces go on. Where the system has no limits of its own (Windows) the parent's look at time and memory is the only one.
"""

import gc
import math
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from importlib.machinery import ModuleSpec
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext, SpawnContext
from multiprocessing.util import Finalize
from typing import Any, Generic, TypeVar

import psutil

from pipeline.errors import LiantuError

__all__ = ["GIB", "Crew", "Finished", "Lost", "cores", "each"]

GIB = 1 << 30
PIECES = 500  # after as many a process is replaced, with what memory it still holds
POLL = 0.25  # seconds between two looks at how much memory is taken
PAGES = ("pipeline.extract.fixed",)  # what a process imports that is started for pages
STARTING = 60.0  # seconds a process may take to start
CPU = 2  # seconds of it per second allowed: the threads of a library count together

Item = TypeVar("Item")
Result = TypeVar("Result")


class Lost(StrEnum):
    """Why a piece of work gave no result; the values are those of `State`."""

    TIMEOUT = "timeout"
    MEMORY = "out-of-memory"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class Finished(Generic[Item]):
    """What became of an item: bytes, or why there are none, be it an error that was raised (as text); seconds taken."""

    item: Item
    outcome: bytes | Lost | str
    seconds: float


def cores() -> int:
    """How many processes may work at once: as many as cores may be used, within a process its share of them."""
    if _within is not None:
        return _within
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def each(
    function: Callable[[Item], Result], items: Iterable[Item], *, seconds: float, memory: int = 2 * GIB, most: int = 64
) -> Iterator[Result | Lost | Exception]:
    """What a function of a module makes of each item, in order, or why it made nothing, be it an error it raised.

    `seconds` and `memory` (bytes) are for one item; `most` processes at most.
    """
    if multiprocessing.current_process().daemon:  # a process of the caller's pool may not have its own, and is one
        yield from (_here(function, item) for item in items)
        return
    key = memory, min(most, cores())
    crew = _free.pop(key) if key in _free else Crew[int](key[1], memory)
    try:
        yield from _in_order(crew, function, items, seconds)
    finally:
        crew.drop()
        _free[key] = crew


def _in_order(
    crew: "Crew[int]", function: Callable[[Item], Result], items: Iterable[Item], seconds: float
) -> Iterator[Any]:
    waiting = enumerate(items)
    results: dict[int, Any] = {}
    upcoming = next(waiting, None)
    place = 0
    while upcoming is not None or crew.is_busy:
        while upcoming is not None and crew.has_room:
            crew.start(upcoming[0], _packed, (function, upcoming[1]), seconds)
            upcoming = next(waiting, None)
        results |= {one.item: _unpacked(one.outcome) for one in crew.finished()}
        while place in results:
            yield results.pop(place)
            place += 1


def _unpacked(outcome: bytes | Lost | str) -> Any:
    if isinstance(outcome, Lost):
        return outcome
    return pickle.loads(outcome) if isinstance(outcome, bytes) else RuntimeError(outcome)


def _here(function: Callable[[Any], Any], item: object) -> Any:
    try:
        return function(item)
    except MemoryError:
        return Lost.MEMORY
    except Exception as error:  # whatever it raises, as in a process
        return error


# The processes, seen from the parent


@dataclass(slots=True)
class _Worker(Generic[Item]):
    """A process, the parent's end of its pipe, and what it is at."""

    process: Any
    connection: "Connection[Any, Any]"
    item: Item | None = None
    is_busy: bool = False
    is_ready: bool = False
    started: float = 0.0
    seconds: float = 0.0
    looked: float = 0.0


class Crew(Generic[Item]):
    """Some processes that do one piece of work at a time each, started when they are needed.

    `memory` (bytes) is what a process and all that it starts may take; `share` how many processes it may start for work
    of its own.
    """

    def __init__(self, size: int, memory: int, share: int = 1, preload: Sequence[str] = PAGES) -> None:
        self._size, self._memory, self._share = size, memory, share
        self._context = _context(preload)
        self._workers: list[_Worker[Item]] = []
        Finalize(self, _killed, (self._workers,), exitpriority=10)  # unlike atexit also in a process of a pool

    @property
    def is_busy(self) -> bool:
        return any(worker.is_busy for worker in self._workers)

    @property
    def has_room(self) -> bool:
        return sum(worker.is_busy for worker in self._workers) < self._size

    def start(self, item: Item, function: Callable[[Any], bytes], argument: object, seconds: float) -> None:
        """Have a function of a module called, `item` being the name under which it will be finished.

        Only while there is room. Raises LiantuError if no process can be started.
        """
        worker = next((one for one in self._workers if not one.is_busy), None) or self._hired()
        now = time.monotonic()
        worker.item, worker.is_busy, worker.started, worker.seconds, worker.looked = item, True, now, seconds, now
        try:
            worker.connection.send((function, argument, seconds))
        except OSError:  # it died while it had nothing to do
            self._dismiss(worker)
            self.start(item, function, argument, seconds)

    def finished(self) -> list[Finished[Item]]:
        """What was finished since it was asked last; waits until there is something, if anything was started."""
        done: list[Finished[Item]] = []
        while self.is_busy and not done:
            busy = [worker for worker in self._workers if worker.is_busy]
            wait([end for worker in busy for end in (worker.connection, worker.process.sentinel)], POLL)
            done = [one for worker in busy if (one := self._looked_after(worker))]
        return done

    def drop(self) -> None:
        """Give up what was started and is not finished."""
        for worker in [worker for worker in self._workers if worker.is_busy]:
            self._dismiss(worker)

    def close(self) -> None:
        """End all processes."""
        _killed(self._workers)

    def _hired(self) -> _Worker[Item]:
        try:
            here, there = self._context.Pipe()
            arguments = (there, self._memory, self._share, _within is None)
            process = self._context.Process(target=_work, args=arguments)
            _without_main()
            process.start()
            there.close()
        except (OSError, RuntimeError) as error:
            raise LiantuError("工作进程", f"启动不了（{error}）", "请检查临时文件夹（TMPDIR）是否可写") from error
        worker: _Worker[Item] = _Worker(process, here)
        self._workers.append(worker)
        return worker

    def _dismiss(self, worker: _Worker[Item]) -> None:
        self._workers.remove(worker)
        _kill(worker)

    def _looked_after(self, worker: _Worker[Item]) -> Finished[Item] | None:
        """What became of a worker's piece of work; None while it is at it."""
        outcome, stays = _answer(worker, self._memory)
        if outcome is None:
            return None
        finished: Finished[Any] = Finished(worker.item, outcome, time.monotonic() - worker.started)
        worker.item, worker.is_busy = None, False
        if not stays:
            self._dismiss(worker)
        return finished


def _answer(worker: _Worker[Any], memory: int) -> tuple[bytes | Lost | str | None, bool]:
    """What a worker has to say, None if nothing yet, and whether it goes on working."""
    try:
        while worker.connection.poll():
            message = worker.connection.recv_bytes()
            if message != _READY:
                return _said(message)
            worker.is_ready, worker.started = True, time.monotonic()
    except (EOFError, OSError):
        return _end_of(worker), False
    now = time.monotonic()
    if now - worker.started > worker.seconds + (0 if worker.is_ready else STARTING):
        return Lost.TIMEOUT, False
    if now - worker.looked > POLL:
        worker.looked = now
        taken = _taken(worker.process.pid)
        if taken is None:
            return _end_of(worker), False
        if taken > memory:
            return Lost.MEMORY, False
    return None, True


def _said(message: bytes) -> tuple[bytes | Lost | str, bool]:
    kind, stays, said = message[:1], message[1:2] == _STAYS, message[2:]
    if kind == _RESULT:
        return said, stays
    return (Lost.MEMORY if kind == _MEMORY else said.decode()), stays


def _end_of(worker: _Worker[Any]) -> Lost:
    worker.process.join(1.0)
    out_of_time = getattr(signal, "SIGXCPU", None)
    return Lost.TIMEOUT if out_of_time and worker.process.exitcode == -out_of_time else Lost.CRASHED


def _family(pid: int) -> list[psutil.Process]:
    """A process and all that descend from it; none if it is gone."""
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        if process.status() != psutil.STATUS_ZOMBIE:
            return [process, *process.children(recursive=True)]
    return []


def _taken(pid: int) -> int | None:
    """The bytes of memory that a process takes with its children; None if it is gone."""
    family = _family(pid)
    taken = 0
    for one in family:
        with suppress(psutil.Error):
            taken += one.memory_info().rss
    return taken if family else None


def _kill(worker: _Worker[Any]) -> None:
    """End a process with all that it has started, also what no longer descends from it but is of its group."""
    family = _family(worker.process.pid)
    if hasattr(os, "killpg"):
        with suppress(OSError):  # it has no group of its own within another
            os.killpg(worker.process.pid, signal.SIGKILL)
    for one in family:
        with suppress(psutil.Error):
            one.kill()
    worker.connection.close()
    worker.process.join(STARTING)
    with suppress(ValueError):
        worker.process.close()


def _killed(workers: list[_Worker[Any]]) -> None:
    while workers:
        _kill(workers.pop())


def _context(preload: Sequence[str]) -> ForkServerContext | SpawnContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*preload])
    return context


def _without_main() -> None:
    """Keep multiprocessing from running the program that uses us once more in every process: it needs none of it."""
    main = sys.modules["__main__"]
    spec = main.__spec__
    name = f"{spec.parent}.__main__" if spec and spec.parent else "__main__"  # it passes over what is named so
    if spec is None or spec.name != name:
        main.__spec__ = ModuleSpec(name, None)


_free: dict[tuple[int, int], Crew[int]] = {}  # crews that nobody uses at present, by memory and size


# In the process

_READY, _RESULT, _MEMORY, _ERROR = b"!", b"r", b"m", b"e"
_STAYS, _LEAVES = b"s", b"l"
_within: int | None = None  # the share of a process that is a worker itself


def _work(connection: "Connection[Any, Any]", memory: int, share: int, leads: bool) -> None:
    """Do what comes through the pipe, piece by piece; `leads`: with a group of processes of its own."""
    global _within
    _within = share
    _settle(memory, leads)
    if hasattr(os, "register_at_fork"):  # a child that lives on would keep the parent waiting for the end of a message
        os.register_at_fork(after_in_child=connection.close)
    connection.send_bytes(_READY)
    for piece in range(PIECES):
        try:
            function, argument, seconds = connection.recv()
        except (EOFError, OSError):
            return
        _allow(seconds)
        kind, said = _done(function, argument)
        is_last = piece == PIECES - 1 or kind == _MEMORY or _has_strays()
        leaves = is_last or psutil.Process().memory_info().rss > memory // 2
        connection.send_bytes(kind + (_LEAVES if leaves else _STAYS) + said)


def _done(function: Callable[[Any], bytes], argument: object) -> tuple[bytes, bytes]:
    try:
        return _RESULT, function(argument)
    except MemoryError:
        return _MEMORY, b""
    except Exception as error:
        return _ERROR, f"{type(error).__name__}: {error}".encode("utf-8", "backslashreplace")
    except BaseException:  # a library's sys.exit is not to end the program
        os._exit(1)


def _packed(job: tuple[Callable[[Item], Result], Item]) -> bytes:
    """What the function makes of an item, or the error it raised, for a parent that trusts this process."""
    function, item = job
    try:
        return pickle.dumps(function(item))
    except MemoryError:
        raise
    except Exception as error:
        return pickle.dumps(_portable(error))


def _portable(error: Exception) -> Exception:
    """The error, or one that says the same if it cannot be made again elsewhere, as those of several libraries."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _settle(memory: int, leads: bool) -> None:
    """Limit the memory of this process, keep what libraries say off the terminal, and end when the parent does."""
    gc.freeze()  # what was imported is never garbage, and need not be looked through for it
    if leads and hasattr(os, "setpgid"):
        os.setpgid(0, 0)
    silent = os.open(os.devnull, os.O_WRONLY)
    for output in (1, 2):
        os.dup2(silent, output)
    threading.Thread(target=_end_with_parent, args=(leads,), daemon=True).start()
    with suppress(ImportError):  # Windows
        import resource

        # What it has already counts as well: then no more than `memory` can ever be resident.
        taken = psutil.Process().memory_info()
        _limit(resource.RLIMIT_AS, taken.vms + max(0, memory - taken.rss))
        _limit(resource.RLIMIT_CORE, 0)


def _limit(kind: int, value: int) -> None:
    """Set what is binding; what is allowed stays, so that a process within may have more."""
    import resource

    _, hard = resource.getrlimit(kind)
    with suppress(ValueError, OSError):
        resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _allow(seconds: float) -> None:
    """So much time of the processors for the next piece, should nobody be left to end it."""
    with suppress(ImportError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        _limit(resource.RLIMIT_CPU, math.ceil(used.ru_utime + used.ru_stime + CPU * seconds) + 1)


def _end_with_parent(leads: bool) -> None:
    parent = multiprocessing.parent_process()
    wait([parent.sentinel] if parent else [])
    if leads and hasattr(os, "killpg"):
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _has_strays() -> bool:
    """Whether a piece of work has left a process behind; one that uses processes itself may have them."""
    if _free or not hasattr(os, "WNOHANG"):
        return False
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return True
