"""Work for processes of their own: what strangers' files make readers do. A worker imports this module by its name."""

import ctypes
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from pipeline.bulk import Job, _said, read_file

SOME, LOTS = 1 << 29, 3 << 30  # bytes


class Odd(Exception):
    """An error that cannot be made again from its arguments, as several libraries have."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")


def double(value: int) -> int:
    return 2 * value


def pid(_: object) -> int:
    return os.getpid()


def hang(_: object) -> None:
    time.sleep(600)


def spin(_: object) -> None:
    while True:
        pass


def eat(_: object) -> int:
    return len(bytearray(LOTS))


def eat_some(_: object) -> int:
    return len(bytearray(SOME))


def leave(_: object) -> None:
    os._exit(3)


def bow_out(_: object) -> None:
    sys.exit("done")


def break_down(_: object) -> None:
    ctypes.string_at(0)


def refuse(_: object) -> None:
    raise ValueError("没有图像")


def refuse_oddly(_: object) -> None:
    raise Odd("甲", "乙")


def interrupt(_: object) -> None:
    raise KeyboardInterrupt


def sink(_: object) -> None:
    sink(_)


def chatter(_: object) -> str:
    """A megabyte by the interpreter and as much past it, on both outputs."""
    for stream in (sys.stdout, sys.stderr):
        stream.write("x" * 1_000_000)
        stream.flush()
        os.write(1, b"y" * 1_000_000)
        os.write(2, b"y" * 1_000_000)
    return "said"


def give_what_cannot_travel(_: object) -> Callable[[], None]:
    return lambda: None


def give_lots(_: object) -> bytes:
    return b"x" * 50_000_000


CHORES = {
    one.__name__: one
    for one in (
        double,
        hang,
        spin,
        eat,
        leave,
        bow_out,
        break_down,
        refuse,
        refuse_oddly,
        interrupt,
        sink,
        chatter,
        give_what_cannot_travel,
    )
}


def chore(job: tuple[str, int]) -> object:
    name, value = job
    return CHORES[name](value)


# A mock parser: a file says what reading it does


def parse(job: Job) -> bytes:
    """Do what the file says, and read it if it says nothing of the kind."""
    global pids
    pids = job.path.with_name("pids")
    name = job.path.read_text("utf-8").partition("\n")[0]
    if name in DEEDS:
        DEEDS[name]()
    if name == "take":
        taken = bytearray(os.urandom(1)) * (int(job.path.read_text("utf-8").split()[1]) << 20)
        assert taken
    if name == "fill disk":
        return _said(fill_disk, job.spool)
    if name == "rubbish":
        return b"+{]"
    return read_file(job)


pids = Path()  # where those who are left behind sign


def note(pid: int) -> None:
    with pids.open("a") as file:
        file.write(f"{pid}\n")


def stay() -> None:
    """Never end."""
    note(os.getpid())
    time.sleep(600)


def fork() -> None:
    """Leave a child behind that never ends."""
    if (pid := os.fork()) == 0:
        time.sleep(600)
    note(pid)


def fork_away() -> None:
    """Leave a grandchild behind whose parent is gone."""
    if os.fork() == 0:
        fork()
        os._exit(0)
    os.wait()


def fork_and_hang() -> None:
    fork()
    stay()


def eat_together() -> None:
    """No process takes more than it may, all of them do."""
    for _ in range(3):
        if os.fork() == 0:
            hang(bytearray(os.urandom(1)) * (SOME // 4))
    hang(bytearray(os.urandom(1)) * (SOME // 4))


def flood() -> None:
    for _ in range(200):
        chatter(None)


def fill_disk() -> None:
    raise OSError(28, "No space left on device")


DEEDS: dict[str, Callable[[], object]] = {
    "hang": stay,
    "spin": lambda: spin(None),
    "eat": lambda: eat(None),
    "leave": lambda: leave(None),
    "break down": lambda: break_down(None),
    "refuse": lambda: refuse(None),
    **{one.__name__: one for one in (fork, fork_away, fork_and_hang, eat_together, flood)},
}
