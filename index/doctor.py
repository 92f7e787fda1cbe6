"""Is all well? With the index: does it agree with itself. With this machine: what is there to work with."""

import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from index import cache, lexicon, lock, rows, store
from index.changes import SPOOL
from pipeline.errors import FAILED, LiantuError

__all__ = ["Finding", "faults", "findings"]

SPACE = 1 << 30  # bytes that should be free
CHUNK = 500
FEW = 5  # faults of one kind that are named


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, what was found, and what to do if it is not as it should be."""

    what: str
    found: str
    is_well: bool
    remedy: str = ""


# The index

CHECKS = {
    "文件写的记录数与实际不符": """
        SELECT document FROM files f WHERE records <> coalesce((SELECT sum(
        length(ids) - length(replace(ids, char(10), '')) + 1) FROM blocks b WHERE b.file = f.number), 0)""",
    "记录没有所属的文件": """
        SELECT value FROM blocks, json_each('["' || replace(ids, char(10), '","') || '"]')
        WHERE file NOT IN (SELECT number FROM files)""",
    "重复文件指向的文件不在": """
        SELECT document FROM files f WHERE duplicate_of IS NOT NULL AND NOT EXISTS
        (SELECT 1 FROM files o WHERE o.document = f.duplicate_of AND o.sha256 = f.sha256 AND o.duplicate_of IS NULL)""",
}


def faults(folder: Path) -> Iterator[str]:
    """What is wrong with the index in `folder`, in words; IndexBroken if it cannot be read at all."""
    with suppress(LiantuError), cache.opened(folder):
        pass  # so that what is left of a run that was cut short is taken in
    with store.reading(folder) as connection:
        damage = [said for (said,) in connection.execute("PRAGMA integrity_check") if said != "ok"]
        if damage:
            yield f"数据库损坏（{len(damage)} 处）：{damage[0]}；还能用 liantu export 导出的先导出，再重新录入"
        for what, query in CHECKS.items():
            found = [str(row[0]) for row in connection.execute(query)]
            if found:
                more = " 等" if len(found) > FEW else ""
                yield f"{what}（{len(found)} 处）：{'、'.join(found[:FEW])}{more}"
        yield from _unreadable(connection)
        with suppress(ValueError, LiantuError):  # of damaged records was told
            if left := rows.unused(connection):
                yield f"文字不在任何记录里（{len(left)} 处）：{'、'.join(list(left.values())[:FEW])}"
            yield from _outdated(folder, connection)


def _unreadable(connection: sqlite3.Connection) -> Iterator[str]:
    """Records and files that cannot be made again from what is stored."""
    numbers = store.numbers(connection)
    for start in range(0, len(numbers), CHUNK):
        chunk = numbers[start : start + CHUNK]
        if _fault(connection, chunk):
            yield from (fault for number in chunk if (fault := _fault(connection, [number])))
    for row in connection.execute(f"SELECT {store.FIELDS} FROM files"):
        try:
            store.file_of(row)
        except (KeyError, TypeError, ValueError) as error:
            yield f"文件 {row[1]} 的情况读不出来（{error}）"


def _fault(connection: sqlite3.Connection, numbers: list[int]) -> str:
    """Why some records cannot be made again; "" if they can."""
    try:
        for _ in store.records(connection, numbers):
            pass
    except (IndexError, KeyError, TypeError, ValueError) as error:
        return f"第 {numbers[0]} 条记录读不出来（{error}）"
    return ""


def _outdated(folder: Path, connection: sqlite3.Connection) -> Iterator[str]:
    """Whether the caches hold what the truth holds."""
    with cache.opened(folder) as index:
        there = rows.rows(connection)
        sizes = len(there.numbers), len(np.unique(there.statements))
        if (index.columns.records, index.columns.statements) != sizes:
            yield "检索缓存与数据库不符：运行 liantu rebuild"


# The machine


def findings(folder: Path) -> Iterator[Finding]:
    """What there is to work with, and how the index is."""
    yield Finding("Python", sys.version.split()[0], True)
    yield from _tools()
    yield _lexicon()
    yield from _space(folder)
    yield from _index(folder)


def _tools() -> Iterator[Finding]:
    from pipeline.extract.ocr import is_installed
    from pipeline.extract.office import INSTALL, soffice

    office = soffice()
    yield Finding("LibreOffice", office or "没有：.doc .wps .rtf .odt 读不了", office is not None, INSTALL)
    yield Finding(
        "文字识别",
        "已安装" if is_installed() else "没有：扫描件读不了",
        is_installed(),
        "pip install 'liantu[ocr]'",
    )
    for name, spec, needed, extra in (
        ("Parquet", "pyarrow", "不能导出 .parquet", "parquet"),
        ("其他模型", "model2vec", "只能用自带的模型比较意思", "models"),
    ):
        has = find_spec(spec) is not None
        yield Finding(
            name, "已安装" if has else f"没有：{needed}", True, "" if has else f"pip install 'liantu[{extra}]'"
        )


def _lexicon() -> Finding:
    try:
        return Finding("词典", f"{len(lexicon.concepts())} 个概念", True)
    except LiantuError as error:
        return Finding("词典", f"{error.where}: {error.what}", False, error.remedy)


def _space(folder: Path) -> Iterator[Finding]:
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free
    yield Finding("磁盘", f"{there} 还有 {free / (1 << 30):.1f} GiB", free > SPACE, "腾出空间，或用 --index 另选文件夹")


def _index(folder: Path) -> Iterator[Finding]:
    try:
        with store.reading(folder) as connection:
            failed = sum(1 for file in store.files(connection) if file.state in FAILED)
            yield Finding("索引", f"{folder}（第 {store.generation(connection)[1]} 版）", True)
            if store.has_pending(connection):
                yield Finding("未并入", "上次录入中断，读了的还没有并入", False, "下次检索或录入时会自动并入")
            if failed:
                yield Finding("没读成", f"{failed} 个文件", True, "原因见 liantu files；重试用 liantu ingest --retry")
            if model := store.model(connection):
                well = Path(model[0]).is_dir()
                yield Finding(
                    "模型", model[0] if well else f"{model[0]} 不在了", well, "liantu ingest PATH --model default"
                )
    except LiantuError as error:
        yield Finding("索引", f"{error.where}: {error.what}", False, error.remedy)
        return
    if (who := lock.holder_now(folder)) is not None:
        yield Finding("写入", f"{who}正在写入", True)
    elif (folder / SPOOL).exists():
        yield Finding("上次录入", "没有做完", False, "再运行一次同样的 liantu ingest，接着录")
