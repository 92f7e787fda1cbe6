"""The commands: options in, one call into the library, text out. Exit codes: 0 found, 1 nothing found, 2 trouble."""

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from index.command import Command, Group, colorful, columns, complain, complain_of, write, write_json
from index.terminal import clean
from pipeline.errors import IndexBroken, LiantuError, QuerySyntaxError, State, Unreadable

if TYPE_CHECKING:
    from sqlite3 import Connection

    from index.cache import Index
    from index.filters import Filters
    from index.results import By, Outcome, SearchResult
    from index.store import File, Given
    from pipeline.extract.ahead import Ahead
    from pipeline.model import Ocr, Record

# What is imported inside functions is imported late on purpose: a command starts no faster than what it imports.

__all__ = ["main", "search"]

FOUND, NOTHING, TROUBLE = 0, 1, 2
_DEFAULT = "default"  # the model that comes with us

_F = TypeVar("_F", bound=Callable[..., Any])


_help = click.help_option("--help", help="显示这段说明")
_as_json = click.option("--json", "as_json", is_flag=True, help="输出 JSON")


def _folder(ctx: click.Context, param: click.Parameter, value: str | None) -> Path:
    if value:
        return Path(value)
    from platformdirs import user_data_path

    return user_data_path("liantu", appauthor=False) / "index"


_index = click.option(
    "--index",
    "folder",
    metavar="DIR",
    envvar="LIANTU_INDEX",
    callback=_folder,
    help="索引文件夹（环境变量 LIANTU_INDEX）",
)

_FILTERS = {
    "level": "只看风险等级：高、中、低、未标明",
    "stage": "只看流程环节",
    "unit": "只看单位（可写一部分）",
    "agency": "只看机构",
    "category": "只看职权类别",
    "power": "只看职权名称",
    "document": "只看文件",
}


_literal = click.option("--literal", is_flag=True, help="只照字面查：不从词句里认条件，不列意思相近的")


def _filters(command: _F) -> _F:
    """Add the filter options; each may be given several times."""
    for name, text in reversed(_FILTERS.items()):
        command = click.option(f"--{name}", multiple=True, metavar=name.upper(), help=text)(command)
    return command


def _given_filters(options: dict[str, tuple[str, ...]]) -> "Filters":
    from index.query import Facet

    return {Facet(name): values for name, values in options.items()}


def _show_version(ctx: click.Context, param: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            write(f"liantu {version('liantu')}\n")
        except PackageNotFoundError:
            write("liantu（未安装）\n")
        ctx.exit()


@click.group(cls=Group, add_help_option=False, invoke_without_command=True)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="显示版本")
@_help
@click.pass_context
def main(ctx: click.Context) -> int:
    """廉图：把廉政风险防控图读成记录，供检索。"""
    if ctx.invoked_subcommand is None:
        write(ctx.get_help() + "\n")
    return FOUND


@main.command(add_help_option=False)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--agency", metavar="NAME", help="这些文件所属的机构")
@click.option("--prune", is_flag=True, help="去掉所给文件夹里已不存在的文件")
@click.option(
    "--ocr",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="识别扫描页：auto 只识别没有可信文字的页（需安装 liantu[ocr]），always 每页都识别，never 不识别",
)
@click.option("--model", metavar="DIR", help="比较意思用的模型文件夹（model2vec 或 ONNX）；default 指自带的")
@_as_json
@_index
@_help
def ingest(
    paths: tuple[str, ...],
    agency: str | None,
    prune: bool,
    ocr: "Ocr",
    model: str | None,
    as_json: bool,
    folder: Path,
) -> int:
    """录入文件或文件夹；再次录入只读有变化的文件。"""
    from index import cache, store
    from index.present import ingest_json, ingest_text

    roots = [_absolute(path) for path in paths]
    gone = [root for root in roots if prune and not root.exists()]
    found, outcomes = _found([root for root in roots if root not in gone])
    for outcome in outcomes:
        _report(outcome, as_json)
    dropped: tuple[str, ...] = ()
    chosen = _chosen(model)
    if found or prune:
        with store.writing(folder) as connection:
            if model:
                store.set_model(connection, chosen)
            for outcome in _outcomes(connection, found, agency, ocr):
                outcomes.append(outcome)
                _report(outcome, as_json)
            whole = [root for root in roots if root not in {outcome.path for outcome in outcomes if outcome.error}]
            dropped = store.prune(connection, whole, found) if prune else ()
        with cache.opened(folder):
            pass  # so that the next search finds its caches ready
    if as_json:
        write_json(ingest_json(outcomes, dropped))
    else:
        write(ingest_text(outcomes, dropped))
    if any(one.error for one in outcomes):
        return TROUBLE
    return FOUND if found else complain(_nothing_to_read(), NOTHING)


def _fingerprint(model: str) -> str | None:
    """What tells a model apart; None for the one that comes with us."""
    from index import meaning

    return None if model == _DEFAULT else meaning.fingerprint(_absolute(model))


def _chosen(model: str | None) -> tuple[str, str] | None:
    """Folder and fingerprint of a model that can be used; None for the one that comes with us."""
    from index import meaning

    if model in (None, _DEFAULT):
        return None
    path = _absolute(model)
    meaning.embed(path, ["试"])
    return str(path), meaning.fingerprint(path)


def _absolute(path: str | Path) -> Path:
    # Unlike `Path.resolve` this leaves links alone: a file is known by the path the user sees.
    return Path(os.path.abspath(path))  # noqa: PTH100


def _found(roots: Sequence[Path]) -> "tuple[dict[Path, str], list[Outcome]]":
    """The readable files below the roots with their document names, and what is wrong with a root."""
    from index.results import Outcome
    from pipeline.ingest import find

    found: dict[Path, str] = {}
    troubles = []
    for root in roots:
        try:
            found |= {_absolute(path): document for path, document in find([root])}
        except LiantuError as error:
            troubles.append(Outcome(root, str(root), error=error))
    return found, troubles


def _outcomes(connection: "Connection", found: dict[Path, str], agency: str | None, ocr: "Ocr") -> "Iterator[Outcome]":
    from index.results import Outcome

    ahead = _ahead(connection, found, agency)
    for count, (path, document) in enumerate(found.items(), start=1):
        _show_progress(f"{count}/{len(found)} {document}")
        try:
            yield Outcome(path, document, _ingested(connection, path, document, agency, ahead, ocr))
        except LiantuError as error:
            if isinstance(error, IndexBroken):
                raise
            yield Outcome(path, document, error=error)


def _ahead(connection: "Connection", found: dict[Path, str], agency: str | None) -> "Ahead | None":
    """What converts the files that will have to be read, some at a time."""
    from index import store
    from pipeline.ingest import ahead_of, is_converted

    changed = []
    for path, document in found.items():
        if is_converted(path):
            with suppress(Unreadable):  # told when its turn comes
                if not store.is_current(connection, _given(path, document, agency)):
                    changed.append(path)
    return ahead_of(changed)


def _given(path: Path, document: str, agency: str | None) -> "Given":
    from index.store import Given
    from pipeline.ingest import READER_VERSION

    return Given(str(path), document, _sha256(path), agency, READER_VERSION)


def _ingested(
    connection: "Connection", path: Path, document: str, agency: str | None, ahead: "Ahead | None", ocr: "Ocr"
) -> "File | None":
    """The file in the index after reading it; None if it was there already."""
    from index import store
    from pipeline.ingest import is_recognised, mended, read

    given = _given(path, document, agency)
    again = is_recognised(path, ocr)
    if not again and store.is_current(connection, given, mended(ocr)):
        return None
    original = None if again else store.twin(connection, given)
    if original is not None:
        return store.add_duplicate(connection, given, original)
    return store.replace(connection, given, read(path, document, agency, ahead, ocr))


def _sha256(path: Path) -> str:
    from hashlib import file_digest

    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Unreadable(str(path), f"读不了（{error.strerror}）", "检查文件和权限", State.INACCESSIBLE) from error


def _show_progress(text: str) -> None:
    if sys.stderr.isatty():
        from index.terminal import cut, padded

        room = columns() - 1
        sys.stderr.write("\r" + padded(cut(clean(text), room), room) + "\r")


def _report(outcome: "Outcome", as_json: bool) -> None:
    """Tell what came of one path as soon as it is known; in JSON only errors, and those again in the end."""
    from index.present import file_text

    if outcome.error:
        complain_of(outcome.error)
    elif not as_json:
        same = f"{clean(outcome.document)}: 没有变化\n"
        write(file_text(outcome.file, columns()) if outcome.file else same)


def _nothing_to_read() -> str:
    from pipeline.ingest import SUFFIXES

    return f"录入: 没有找到可读的文件; 可读的有 {' '.join(sorted(SUFFIXES))}\n"


class _Search(Command):
    """A command whose words may begin with `-`: what follows decides whether that excludes or is a mistyped option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        options, literal = _split(args, "--")
        rest = super().parse_args(ctx, options)
        for word in ctx.params["words"]:
            if re.match("--|-[A-Za-z]", word):
                raise click.NoSuchOption(word.partition("=")[0], ctx=ctx)
        ctx.params["words"] += tuple(literal)
        return rest


def _split(args: list[str], at: str) -> tuple[list[str], list[str]]:
    place = args.index(at) if at in args else len(args)
    return args[:place], args[place + 1 :]


@main.command(cls=_Search, add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, metavar="QUERY...")
@_filters
@click.option(
    "--by", type=click.Choice(["statement", "record"]), default="statement", help="一条结果是一句还是一条记录"
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", default=20, help="最多列出几条（20）")
@_literal
@click.option("--explain", is_flag=True, help="说明每条结果凭什么列出")
@click.option("-f", "--file", "batch", metavar="FILE", help="一行一个检索式，结果列成一张表；- 指标准输入")
@click.option("--model", metavar="DIR", help="核对索引是否用这个模型建成，不是就说明")
@_as_json
@_index
@_help
def search(
    words: tuple[str, ...],
    by: "By",
    limit: int,
    literal: bool,
    explain: bool,
    batch: str | None,
    model: str | None,
    as_json: bool,
    folder: Path,
    **given: tuple[str, ...],
) -> int:
    """检索记录中的风险点、防控措施和监察点。

    可以用自己的话问：“决定环节的高风险 贿赂”“让群众为补材料跑好几趟”。先列写着这些词的，再列意思相近的。

    空格表示“并且”，OR 表示“或者”，-词 表示不含，"短语" 要求原样出现，风险点:词、措施:词、监察点:词、
    环节:词、单位:词、职权:词、等级:词、类别:词、机构:词 限定在一处查。
    """
    from index.cache import opened
    from index.search import search as answer

    if batch is not None and words:
        raise LiantuError("-f", "检索式已由文件给出", "去掉命令行里的检索词，或去掉 -f")
    with opened(folder) as index:
        _tell_of_model(index, model)
        ask = partial(
            answer, index, filters=_given_filters(given), by=by, limit=limit, literal=literal, explain=explain
        )
        if batch is not None:
            return _answer_all(ask, batch, as_json)
        result = ask(" ".join(words))
    _show(result, as_json)
    return FOUND if result.hits else NOTHING


def _show(result: "SearchResult", as_json: bool) -> None:
    from index.present import search_json, search_text

    if as_json:
        write_json(search_json(result))
    else:
        write(search_text(result, columns(), colorful()))


def _answer_all(ask: "Callable[[str], SearchResult]", batch: str, as_json: bool) -> int:
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


def _tell_of_model(index: "Index", asked: str | None) -> None:
    """Say when meanings cannot be compared, or are by another model than asked for."""
    from index import store

    folder, built = store.model(index.connection) or (_DEFAULT, None)
    if index.meaning is None:
        remedy = f"用 liantu ingest PATH --model {_DEFAULT} 换回自带的模型，或找回它"
        complain(f"{folder}: 索引所用的模型不在了或已改动，这次不比较意思; {remedy}\n", TROUBLE)
    elif asked and _fingerprint(asked) != built:
        complain(
            f"--model: 索引用的是模型 {folder}，不是 {asked}; 要换，运行 liantu ingest PATH --model {asked}\n", TROUBLE
        )


@main.command(cls=_Search, add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, required=True, metavar="RECORD_ID|TEXT...")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", default=10, help="语句和记录各列出几条（10）")
@_as_json
@_index
@_help
def similar(words: tuple[str, ...], limit: int, as_json: bool, folder: Path) -> int:
    """列出与一条记录或一句话意思最相近的语句和记录。"""
    from index.cache import opened
    from index.present import similar_json, similar_text
    from index.similar import similar_to

    with opened(folder) as index:
        result = similar_to(index, " ".join(words), limit)
    if as_json:
        write_json(similar_json(result))
    else:
        write(similar_text(result, columns()))
    return FOUND if result.statements else NOTHING


@main.command(add_help_option=False)
@click.argument("record_id", metavar="RECORD_ID")
@_as_json
@_index
@_help
def show(record_id: str, as_json: bool, folder: Path) -> int:
    """显示一条记录的全部内容；编号可以只写开头。"""
    from index import store
    from index.present import record_text

    with store.reading(folder) as connection:
        record = store.record(connection, record_id)
    if as_json:
        write_json(record.to_json())
    else:
        write(record_text(record, columns()))
    return FOUND


@main.command(add_help_option=False)
@click.argument("target", metavar="FILE.jsonl")
@click.option("--query", default="", metavar="TEXT", help="只导出符合这个检索式的记录")
@_filters
@_literal
@_index
@_help
def export(target: str, query: str, literal: bool, folder: Path, **given: tuple[str, ...]) -> int:
    """导出记录，每行一条 JSON；FILE 写 - 则输出到屏幕。"""
    from index.cache import opened
    from index.present import understood_text
    from index.search import matching, understood

    if target != "-" and Path(target).suffix.lower() != ".jsonl":
        raise LiantuError(target, "只能导出为 .jsonl 文件", "把文件名改成以 .jsonl 结尾，或写 - 输出到屏幕")
    with opened(folder) as index:
        said = understood(index, query, literal)
        if said.understood:
            complain(understood_text(said, columns()), FOUND)
        records = matching(index, query, _given_filters(given), literal)
        if target == "-":
            return FOUND if _print(records) else NOTHING
        exported = _export(Path(target), records)
    write(f"已导出 {exported} 条记录: {clean(target)}\n")
    return FOUND if exported else NOTHING


def _print(records: "Iterable[Record]") -> int:
    printed = 0
    for record in records:
        write_json(record.to_json())
        printed += 1
    return printed


def _export(target: Path, records: "Iterable[Record]") -> int:
    """Write one line of JSON per record, the whole file or none; how many."""
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with draft.open("w", encoding="utf-8", newline="\n") as file:
            exported = 0
            for record in records:
                file.write(json.dumps(record.to_json(), ensure_ascii=False) + "\n")
                exported += 1
        draft.replace(target)
    except OSError as error:
        raise LiantuError(str(target), f"写不了（{error.strerror}）", "检查文件夹和权限") from error
    finally:
        draft.unlink(missing_ok=True)
    return exported


@main.command(add_help_option=False)
@_as_json
@_index
@_help
def status(as_json: bool, folder: Path) -> int:
    """显示索引里有什么。"""
    from index.cache import opened
    from index.present import overview_json, overview_text
    from index.search import overview

    with opened(folder) as index:
        found = overview(index)
    if as_json:
        write_json(overview_json(found, folder))
    else:
        write(overview_text(found, folder, columns()))
    return FOUND


if __name__ == "__main__":
    main()
