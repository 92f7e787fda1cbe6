"""The commands: options in, one call into the library, text out. Exit codes: 0 found, 1 nothing found, 2 trouble."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from index.command import FOUND, NOTHING, TROUBLE, Command, Group, colorful, columns, complain, write, write_json
from index.terminal import clean
from pipeline.errors import LiantuError, State

if TYPE_CHECKING:
    from index.cache import Index
    from index.filters import Filters
    from index.results import By
    from pipeline.record import Record

# What is imported inside functions is imported late on purpose: a command starts no faster than what it imports.

__all__ = ["main", "search"]


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
@click.argument("paths", nargs=-1, metavar="PATH...")
@click.option("--agency", metavar="NAME", help="这些文件所属的机构")
@click.option("--prune", is_flag=True, help="去掉所给文件夹里已不存在的文件")
@click.option("--retry", is_flag=True, help="只重读没读成的文件（不写 PATH 则全部）")
@click.option("--reread", is_flag=True, help="只重读由旧版读入的文件（不写 PATH 则全部）")
@click.option("--watch", is_flag=True, help="录入后守着文件夹，有变化就录入，按 Ctrl-C 结束")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="同时读几个文件（有几个核就几个）")
@click.option("--timeout", type=click.IntRange(min=1), metavar="SECONDS", default=300, help="一个文件最多读几秒（300）")
@click.option("--memory", type=click.IntRange(min=64), metavar="MIB", default=2048, help="一个文件最多占几 MiB（2048）")
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
    prune: bool,
    watch: bool,
    jobs: int | None,
    timeout: int,
    memory: int,
    model: str | None,
    as_json: bool,
    folder: Path,
    **given: Any,
) -> int:
    """录入文件、文件夹和其中的压缩包；再次录入只读有变化的文件，中断后接着录。"""
    from index import runs
    from index.asking import absolute, chosen_model
    from index.intake import Asked
    from pipeline.bulk import Limits

    limits = Limits(jobs, float(timeout), memory << 20)
    asked = Asked(tuple(map(absolute, paths)), limits=limits, **given)
    if not asked.roots and not asked.again:
        raise LiantuError("PATH...", "没有给出", "用 --help 查看用法")
    if prune and asked.again:
        raise LiantuError("--prune", "不能与 --retry、--reread 同用", "分两次运行")
    run = partial(runs.ingest, folder, model=chosen_model(model), as_json=as_json)
    code = run(asked, prune=prune)
    for _ in runs.changes_below(asked.roots, folder) if watch else ():
        there = tuple(root for root in asked.roots if root.exists())  # a disk may be away for a while
        run(replace(asked, roots=there, retry=False, reread=False), prune=True, only_new=True)
    return code


@main.command(add_help_option=False)
@click.option(
    "--state", "states", multiple=True, type=click.Choice([state.value for state in State]), help="只列这种状态的文件"
)
@_as_json
@_index
@_help
def files(states: tuple[str, ...], as_json: bool, folder: Path) -> int:
    """列出每个文件的下场：状态、记录数、未归位的字数、用时，没读成的原因。"""
    from index import store
    from index.report import file_json, line_text

    with store.reading(folder) as connection:
        found = store.files(connection, [State(state) for state in states])
        listed = 0
        for listed, file in enumerate(found, start=1):  # noqa: B007
            write_json(file_json(file)) if as_json else write(line_text(file, columns()))
    return FOUND if listed else NOTHING


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
    from index.asking import answer_all, tell_of_model
    from index.cache import opened
    from index.present import search_json, search_text
    from index.search import search as answer

    if batch is not None and words:
        raise LiantuError("-f", "检索式已由文件给出", "去掉命令行里的检索词，或去掉 -f")
    with opened(folder) as index:
        tell_of_model(index, model)
        ask = partial(
            answer, index, filters=_given_filters(given), by=by, limit=limit, literal=literal, explain=explain
        )
        if batch is not None:
            return answer_all(ask, batch, as_json)
        result = ask(" ".join(words))
    if as_json:
        write_json(search_json(result))
    else:
        write(search_text(result, columns(), colorful()))
    return FOUND if result.hits else NOTHING


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
@click.argument("target", metavar="FILE")
@click.option("--query", default="", metavar="TEXT", help="只导出符合这个检索式的记录")
@_filters
@_literal
@click.option("--mask-names", is_flag=True, help="把人名换成“张某”")
@_index
@_help
def export(target: str, query: str, literal: bool, mask_names: bool, folder: Path, **given: tuple[str, ...]) -> int:
    """导出记录，格式看后缀：.jsonl .csv .xlsx .parquet .sqlite；FILE 写 - 则一行一条 JSON 输出到屏幕。"""
    from index.cache import opened
    from index.export import export
    from index.names import masked
    from index.rows import parties

    with opened(folder) as index:
        records = _chosen_records(index, query, given, literal)
        if mask_names:
            records = masked(records, parties(index.connection))
        exported = _print(records) if target == "-" else export(Path(target), records)
    if target != "-":
        write(f"已导出 {exported} 条记录: {clean(target)}\n")
    return FOUND if exported else NOTHING


def _chosen_records(index: "Index", query: str, given: dict[str, tuple[str, ...]], literal: bool) -> "Iterable[Record]":
    """The records that satisfy query and filters; how its words were understood is said."""
    from index.present import understood_text
    from index.search import matching, understood

    said = understood(index, query, literal)
    if said.understood:
        complain(understood_text(said, columns()), FOUND)
    return matching(index, query, _given_filters(given), literal)


def _print(records: "Iterable[Record]") -> int:
    printed = 0
    for record in records:
        write_json(record.to_json())
        printed += 1
    return printed


@main.command(add_help_option=False)
@click.argument("target", metavar="FILE.liantu")
@click.option("--query", default="", metavar="TEXT", help="只打包符合这个检索式的记录")
@_filters
@_literal
@_index
@_help
def pack(target: str, query: str, literal: bool, folder: Path, **given: tuple[str, ...]) -> int:
    """把索引打成一个可以交给别人的文件；内容相同，文件就一字节不差。"""
    from index import transfer
    from index.cache import opened
    from index.search import chosen

    if target == "-":
        raise LiantuError("-", "打包文件不能输出到屏幕", "写一个文件名，例如 索引.liantu")
    filters = {name: values for name, values in given.items() if values}
    with opened(folder) as index:
        rows = chosen(index, query, _given_filters(given), literal) if query or filters else None
        words = [query, *(f"{name}={'|'.join(values)}" for name, values in filters.items())]
        manifest = transfer.pack(index, Path(target), " ".join(filter(None, words)), rows)
    write(f"已打包 {manifest.files.lines} 个文件、{manifest.records.lines} 条记录: {clean(target)}\n")
    return FOUND if manifest.records.lines else NOTHING


@main.command(add_help_option=False)
@click.argument("source", metavar="FILE.liantu")
@click.option("--merge", is_flag=True, help="并入已有的索引；已经有的内容不重复")
@_index
@_help
def unpack(source: str, merge: bool, folder: Path) -> int:
    """核对一个打包文件，全部无误才装进索引。"""
    from index.transfer import unpack

    taken = unpack(Path(source), folder, merge)
    known = taken.manifest.files.lines - taken.files
    already = f"，{known} 个已经有了" if known else ""
    write(f"已装入 {taken.files} 个文件（共 {taken.manifest.records.lines} 条记录{already}）: {clean(source)}\n")
    for document in taken.differing:
        complain(f"{document}: 与已有的同名而内容不同，两份都留着\n", FOUND)
    return FOUND if taken.files else NOTHING


@main.command(add_help_option=False)
@click.argument("source", required=False, metavar="[FILE.liantu]")
@_index
@_help
def verify(source: str | None, folder: Path) -> int:
    """核对索引是否完好；写上 FILE 则核对打包文件。"""
    if source is not None and Path(source).is_dir():
        raise LiantuError(source, "是文件夹", "核对索引用 liantu verify --index DIR")
    if source is not None:
        from index.pack import verify as verified

        manifest = verified(Path(source))
        write(f"完好: {clean(source)}，{manifest.files.lines} 个文件、{manifest.records.lines} 条记录\n")
        return FOUND
    from index.doctor import faults

    found = [complain(f"{folder}: {fault}\n", TROUBLE) for fault in faults(folder)]
    if not found:
        write(f"完好: {clean(str(folder))}\n")
    return TROUBLE if found else FOUND


@main.command(add_help_option=False)
@_index
@_help
def doctor(folder: Path) -> int:
    """看看缺什么、索引怎么样，该怎么办。"""
    from index.doctor import findings
    from index.report import finding_text

    found = list(findings(folder))
    write("".join(finding_text(one, columns()) for one in found))
    return FOUND if all(one.is_well for one in found) else NOTHING


@main.command(add_help_option=False)
@_index
@_help
def rebuild(folder: Path) -> int:
    """由数据库重新生成检索缓存。"""
    from index.cache import rebuild

    rebuild(folder)
    write(f"检索缓存已重新生成: {clean(str(folder))}\n")
    return FOUND


@main.command(add_help_option=False)
@_as_json
@_index
@_help
def status(as_json: bool, folder: Path) -> int:
    """显示索引里有什么。"""
    from index.cache import opened
    from index.report import overview_json, overview_text
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
