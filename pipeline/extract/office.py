"""Other Word files (.doc, .wps, .rtf, .odt, flat XML) -> .docx by LibreOffice, shut off from the net and the user."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from pipeline.errors import State, Unreadable
from pipeline.extract.container import Kind, check_odt, check_package, check_xml, kind_of, refusal

__all__ = ["CONVERTIBLE", "soffice", "to_docx"]

# LibreOffice tells formats by content as well; the suffix settles what it would otherwise take for plain text.
CONVERTIBLE = {Kind.DOC: ".doc", Kind.RTF: ".rtf", Kind.ODT: ".odt", Kind.FODT: ".fodt", Kind.WORD_XML: ".xml"}
CHECKS: dict[Kind, Callable[[str, bytes], None]] = {
    Kind.ODT: check_odt,
    Kind.FODT: check_xml,
    Kind.WORD_XML: check_xml,
}

# Starting takes 1.1 s and a file of 50 boxes 0.2 s: a call with more files gains little, and one that hangs costs the
# wait for all.
FILES_A_CALL = 16
SECONDS_A_CALL = 40.0
SECONDS_A_FILE = 5.0
MAX_MEMORY = 4 << 30  # address space; 20 charts take 0.5 GB of it
MAX_WRITTEN = 256 << 20  # one file that LibreOffice writes
MAX_OUTPUT = 64 << 20

FILTER = "docx:MS Word 2007 XML"  # by name: what a bare "docx" means differs between versions
PLACES = (
    "C:/Program Files/LibreOffice/program/soffice.com",
    "C:/Program Files (x86)/LibreOffice/program/soffice.com",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
)
INSTALL = "安装 LibreOffice（Debian/Ubuntu：apt install libreoffice-writer-nogui）后再录入，或另存为 .docx"
SAVE_AS = "用 Word 或 WPS 打开，另存为 .docx 再录入"

SCRIPTING = "/org.openoffice.Office.Common/Security/Scripting"
PROXY = "/org.openoffice.Inet/Settings"
# Links of documents are neither followed nor updated; whatever is asked for all the same goes to a proxy that is not
# there, on the port of the discard service. An empty list of exceptions includes this very machine.
SETTINGS = (
    (SCRIPTING, "BlockUntrustedRefererLinks", "true"),
    (SCRIPTING, "DisableMacrosExecution", "true"),
    (SCRIPTING, "MacroSecurityLevel", "3"),
    (SCRIPTING, "DisableActiveContent", "true"),  # since LibreOffice 24.8; unknown names are passed over
    ("/org.openoffice.Office.Writer/Content/Update", "Link", "0"),
    ("/org.openoffice.Office.Java/VirtualMachine", "Enable", "false"),
    (PROXY, "ooInetProxyType", "2"),
    (PROXY, "ooInetNoProxy", ""),
    *((PROXY, f"ooInet{protocol}ProxyName", "127.0.0.1") for protocol in ("HTTP", "HTTPS", "FTP")),
    *((PROXY, f"ooInet{protocol}ProxyPort", "9") for protocol in ("HTTP", "HTTPS", "FTP")),
)


class _End(Enum):
    """How a call of LibreOffice ended."""

    WELL = auto()
    BADLY = auto()
    TOO_LATE = auto()


@dataclass(frozen=True, slots=True)
class _Job:
    """A file to convert: its place in the request, its path for messages, and a neutral name of its own."""

    place: int
    path: str
    data: bytes
    kind: Kind

    @property
    def stem(self) -> str:
        return f"{self.place + 1:04d}"


Results = dict[int, bytes | Unreadable]


def to_docx(files: Sequence[tuple[str, bytes]]) -> list[bytes | Unreadable]:
    """For each (path, bytes), in order, the bytes of a .docx that passed check_package, or why there are none.

    Many files go through one call of LibreOffice; a file that makes the call fail or hang does not cost the others.
    """
    jobs, results = _sorted_out(files)
    program = soffice() if jobs else None
    for start in range(0, len(jobs), FILES_A_CALL):
        batch = jobs[start : start + FILES_A_CALL]
        results |= _converted(program, batch) if program else {job.place: _missing(job.path) for job in batch}
    return [results[place] for place in range(len(files))]


def soffice() -> str | None:
    """The path of LibreOffice, or None if it is not installed."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return found or next((place for place in PLACES if Path(place).is_file()), None)


def _missing(path: str) -> Unreadable:
    return Unreadable(path, "读这种 Word 文件需要 LibreOffice，但没有找到", INSTALL, lacks="needs-office")


def _sorted_out(files: Sequence[tuple[str, bytes]]) -> tuple[list[_Job], Results]:
    """The files worth handing to LibreOffice, and what is wrong with the others."""
    jobs: list[_Job] = []
    refused: Results = {}
    for place, (path, data) in enumerate(files):
        kind = kind_of(data)
        try:
            _check(path, data, kind)
        except Unreadable as error:
            refused[place] = error
        else:
            jobs.append(_Job(place, path, data, kind))
    return jobs, refused


def _check(path: str, data: bytes, kind: Kind) -> None:
    if kind not in CONVERTIBLE:
        raise refusal(path, kind)
    if check := CHECKS.get(kind):
        check(path, data)


def _converted(program: str, jobs: Sequence[_Job]) -> Results:
    """The results of a batch; when the call failed, each file without one gets a call of its own."""
    end, results = _call(program, jobs)
    if end is not _End.WELL and len(jobs) > 1:
        for job in jobs:
            if isinstance(results[job.place], Unreadable):
                results |= _call(program, [job])[1]
    return results


def _call(program: str, jobs: Sequence[_Job]) -> tuple[_End, Results]:
    """One call of LibreOffice in a folder of its own, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="liantu-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        _furnish(folder, jobs)
        end = _run(_command(program, folder, jobs), folder, SECONDS_A_CALL + SECONDS_A_FILE * len(jobs))
        return end, {job.place: _result(job, folder / "out" / f"{job.stem}.docx", end) for job in jobs}


def _furnish(folder: Path, jobs: Sequence[_Job]) -> None:
    user = folder / "profile" / "user"
    user.mkdir(parents=True)
    (user / "registrymodifications.xcu").write_text(_profile(), "utf-8")
    (folder / "out").mkdir()
    for job in jobs:
        (folder / f"{job.stem}{CONVERTIBLE[job.kind]}").write_bytes(job.data)


def _profile() -> str:
    items = "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>\n'
        for path, name, value in SETTINGS
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<oor:items xmlns:oor="http://openoffice.org/2001/registry">\n{items}</oor:items>\n'
    )


def _command(program: str, folder: Path, jobs: Sequence[_Job]) -> list[str]:
    profile = (folder / "profile").as_uri()
    options = ["--headless", "--norestore", "--nologo", f"-env:UserInstallation={profile}"]
    names = [f"{job.stem}{CONVERTIBLE[job.kind]}" for job in jobs]
    return [*_limits(), program, *options, "--convert-to", FILTER, "--outdir", str(folder / "out"), *names]


def _limits() -> list[str]:
    """A shell that limits itself before it becomes the program: safe beside threads, unlike a preexec_fn."""
    if sys.platform == "win32":
        return []
    # Blocks of 512 bytes and kilobytes; a system that lacks one of the limits does without.
    limits = f"ulimit -c 0; ulimit -f {MAX_WRITTEN // 512}; ulimit -v {MAX_MEMORY // 1024}"
    return ["/bin/sh", "-c", f'{{ {limits}; }} 2>/dev/null; exec "$@"', "sh"]


def _run(command: Sequence[str], folder: Path, seconds: float) -> _End:
    with _started(command, folder) as process:
        try:
            return _End.WELL if process.wait(seconds) == 0 else _End.BADLY
        except subprocess.TimeoutExpired:
            return _End.TOO_LATE


@contextlib.contextmanager
def _started(command: Sequence[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that does not outlive its context, nor do its children."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        command, stdin=quiet, stdout=quiet, stderr=quiet, cwd=folder, env=_environment(folder), start_new_session=True
    )
    try:
        yield process
    finally:
        _kill(process)


def _environment(folder: Path) -> dict[str, str]:
    """What LibreOffice's own start script needs, and nothing of the user's."""
    here = str(folder)
    kept = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}  # Windows
    return {"PATH": os.defpath, "HOME": here, "TMPDIR": here, "TEMP": here, "TMP": here, "LANG": "C.UTF-8"} | kept


def _kill(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        if process.poll() is None:
            tree = ["taskkill", "/T", "/F", "/PID", str(process.pid)]
            subprocess.run(tree, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    else:
        # Also when it ended by itself: a starter that crashed may have left the office behind.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _result(job: _Job, output: Path, end: _End) -> bytes | Unreadable:
    try:
        if output.stat().st_size > MAX_OUTPUT:
            return Unreadable(job.path, f"转换后超过 {MAX_OUTPUT >> 20} MiB", "请拆分后再录入", State.TOO_LARGE)
        data = output.read_bytes()
        check_package(job.path, data)
    except (Unreadable, OSError) as error:
        return _failure(job.path, end, error)
    return data


def _failure(path: str, end: _End, error: Exception) -> Unreadable:
    """Why a file has no result; half a result of a call that was cut short says nothing of its own."""
    if end is _End.TOO_LATE:
        return Unreadable(path, "LibreOffice 在时限内没有转换完", SAVE_AS, State.TIMEOUT)
    if isinstance(error, Unreadable):
        state = State.TOO_LARGE if error.state is State.TOO_LARGE else State.DAMAGED
        return Unreadable(path, f"LibreOffice 转换的结果不能用（{error.what}）", SAVE_AS, state)
    return Unreadable(path, "LibreOffice 转换不了（文件可能已损坏）", SAVE_AS, State.DAMAGED)
