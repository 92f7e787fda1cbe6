"""Work on strangers' files in processes of their own, each piece with a limit on time and memory; pebble's one place.

What hangs is killed, what eats memory gets none, what crashes takes nothing with it; the other pieces go on.
"""

import multiprocessing
import os
import pickle
import sys
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from functools import cache
from importlib.machinery import ModuleSpec
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING, Any, TypeVar

from pipeline.errors import LiantuError

if TYPE_CHECKING:
    from pebble import ProcessFuture, ProcessPool

__all__ = ["Lost", "each"]

GIB = 1 << 30
PIECES = 500  # after as many a process is replaced, with what memory it still holds

Item = TypeVar("Item")
Result = TypeVar("Result")


class Lost(StrEnum):
    """Why a piece of work gave no result."""

    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASHED = "crashed"


def each(
    function: Callable[[Item], Result], items: Iterable[Item], *, seconds: float, memory: int = 2 * GIB, most: int = 64
) -> Iterator[Result | Lost | Exception]:
    """What a function of a module makes of each item, in order, or why it made nothing, be it an error it raised.

    `seconds` and `memory` (bytes; where the system limits address space) are for one item; `most` processes at most.
    """
    if multiprocessing.current_process().daemon:  # a process of the caller's pool may not have its own, and is one
        yield from (_here(function, item) for item in items)
        return
    try:
        pool = _pool(memory, min(most, cores()))
        futures: list[ProcessFuture[Any]] = [
            pool.schedule(_packed, args=[function, item], timeout=seconds) for item in items
        ]
    except (OSError, RuntimeError) as error:
        _pool.cache_clear()
        raise LiantuError("工作进程", f"启动不了（{error}）", "请检查临时文件夹（TMPDIR）是否可写") from error
    try:
        for future in futures:
            yield _outcome(future)
    finally:
        for future in futures:
            future.cancel()  # type: ignore[no-untyped-call]


def _outcome(future: "ProcessFuture[Any]") -> Any:
    from pebble import ProcessExpired

    try:
        return pickle.loads(future.result())
    except TimeoutError:
        return Lost.TIMEOUT
    except MemoryError:
        return Lost.MEMORY
    except ProcessExpired:
        return Lost.CRASHED
    except Exception as error:  # of a result that cannot be made again here
        return error


# In the process


def _packed(function: Callable[[Item], Result], item: Item) -> bytes:
    """What the function makes of an item, or the error it raised: what does not travel breaks a whole pool."""
    try:
        return pickle.dumps(function(item))
    except MemoryError:
        raise
    except Exception as error:
        return pickle.dumps(_portable(error))
    except BaseException:  # a library's sys.exit is not to end the program
        os._exit(1)


def _portable(error: Exception) -> Exception:
    """The error, or one that says the same if it cannot be made again elsewhere, as those of several libraries."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _limited(memory: int) -> None:
    """Limit the memory of this process, and keep what libraries say off the terminal."""
    silent = os.open(os.devnull, os.O_WRONLY)
    for output in (1, 2):
        os.dup2(silent, output)
    try:
        import resource
    except ImportError:  # Windows: the limit on time alone
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


# The processes


def _here(function: Callable[[Any], Any], item: object) -> Any:
    try:
        return function(item)
    except MemoryError:
        return Lost.MEMORY
    except Exception as error:  # whatever it raises, as in a process
        return error


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def _pool(memory: int, processes: int) -> "ProcessPool":
    from pebble import ProcessPool

    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    context = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload(["pipeline.extract.fixed"])
    _without_main()
    pool = ProcessPool(processes, PIECES, _limited, (memory,), context)
    Finalize(None, _stopped, (pool,), exitpriority=10)  # unlike atexit also where this is a process of a pool itself
    return pool


def _without_main() -> None:
    """Keep multiprocessing from running the program that uses us once more in every process: it needs none of it."""
    main = sys.modules["__main__"]
    spec = main.__spec__
    name = f"{spec.parent}.__main__" if spec and spec.parent else "__main__"  # it passes over what is named so
    if spec is None or spec.name != name:
        main.__spec__ = ModuleSpec(name, None)


def _stopped(pool: "ProcessPool") -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()
