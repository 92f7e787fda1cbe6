"""What the command line says beside an answer: by which model meanings are compared, and many questions as a table."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from index import store
from index.command import FOUND, NOTHING, TROUBLE, complain, write, write_json
from pipeline.errors import LiantuError, QuerySyntaxError

if TYPE_CHECKING:
    from index.cache import Index
    from index.results import SearchResult
    from index.runs import Model

__all__ = ["absolute", "answer_all", "chosen_model", "tell_of_model"]

_DEFAULT = "default"  # the model that comes with us


def absolute(path: str | Path) -> Path:
    """A path as the user sees it, from the root."""
    # Unlike `Path.resolve` this leaves links alone: a file is known by the path the user sees.
    return Path(os.path.abspath(path))  # noqa: PTH100


def chosen_model(model: str | None) -> "tuple[Model] | None":
    """The model to change to, which can be used; None to stay with the one there is."""
    from index import meaning

    if model is None:
        return None
    if model == _DEFAULT:
        return (None,)
    path = absolute(model)
    meaning.embed(path, ["试"])
    return ((str(path), meaning.fingerprint(path)),)


def _fingerprint(model: str) -> str | None:
    """What tells a model apart; None for the one that comes with us."""
    from index import meaning

    return None if model == _DEFAULT else meaning.fingerprint(absolute(model))


def tell_of_model(index: "Index", asked: str | None) -> None:
    """Say when meanings cannot be compared, or are by another model than asked for."""
    folder, built = store.model(index.connection) or (_DEFAULT, None)
    if index.meaning is None:
        remedy = f"用 liantu ingest PATH --model {_DEFAULT} 换回自带的模型，或找回它"
        complain(f"{folder}: 索引所用的模型不在了或已改动，这次不比较意思; {remedy}\n", TROUBLE)
    elif asked and _fingerprint(asked) != built:
        complain(
            f"--model: 索引用的是模型 {folder}，不是 {asked}; 要换，运行 liantu ingest PATH --model {asked}\n", TROUBLE
        )


def answer_all(ask: "Callable[[str], SearchResult]", batch: str, as_json: bool) -> int:
    """Answer the queries of a file, as one table or as lines of JSON; a mistake in one does not stop the others."""
    from index.present import search_json, table

    code, is_first = NOTHING, True
    for number, query in enumerate(_lines(batch), start=1):
        if not query.strip():
            continue
        try:
            result = ask(query.strip())
        except QuerySyntaxError as error:
            complain(f"{batch} 第 {number} 行: {error.what}; {error.remedy}\n", TROUBLE)
            code = TROUBLE
            continue
        if as_json:
            write_json(search_json(result))
        else:
            write(table(result, is_first))
        is_first = False
        code = FOUND if code == NOTHING and result.hits else code
    return code


def _lines(path: str) -> list[str]:
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise LiantuError(path, f"读不了（{error.strerror}）", "检查文件和权限") from error
    for encoding in ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            return data.decode(encoding).split("\n")
    raise LiantuError(path, "不是 UTF-8 或 GB18030 文本", "另存为 UTF-8")
