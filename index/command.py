"""The command line in Chinese: click's help and errors, exit codes, and what is written to the terminal."""

import errno
import os
import shutil
import sys
from collections.abc import Iterable
from typing import Any, NoReturn

import click

from index.terminal import clean
from pipeline.errors import LiantuError

__all__ = [
    *("FOUND", "NOTHING", "TROUBLE", "Command", "Group", "colorful", "columns", "complain", "complain_of", "write"),
    "write_json",
]

FOUND, NOTHING, TROUBLE, INTERRUPTED = 0, 1, 2, 130


class _Chinese:
    """A click command whose help and errors are in Chinese, and whose result is the exit code."""

    def main(self, *args: Any, **kwargs: Any) -> NoReturn:
        _harden_output()
        try:
            code = super().main(*args, **kwargs | {"standalone_mode": False})  # type: ignore[misc]
        except click.exceptions.Abort:
            code = complain("已中断；已经读了的不会再读，再次运行即可接着录入\n", INTERRUPTED)
        except click.ClickException as error:
            code = complain(f"{_in_chinese(error)}\n", TROUBLE)
        except LiantuError as error:
            code = complain_of(error)
        except OSError as error:
            code = complain(f"{error.filename or 'liantu'}: {error.strerror}\n", TROUBLE)
        sys.exit(code if isinstance(code, int) else 0)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        pieces = self.collect_usage_pieces(ctx)  # type: ignore[attr-defined]
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix="用法：")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]  # type: ignore[attr-defined]
        shown = [option.get_help_record(ctx) for option in options]
        with formatter.section("选项"):
            formatter.write_dl([row for row in shown if row])
        if isinstance(self, click.Group):
            with formatter.section("命令"):
                formatter.write_dl([(name, one.get_short_help_str(60)) for name, one in self.commands.items()])


class Command(_Chinese, click.Command):
    """One command."""


class Group(_Chinese, click.Group):
    """The commands together."""

    command_class = Command


def _in_chinese(error: click.ClickException) -> str:
    """What is wrong with the command line."""
    if isinstance(error, click.NoSuchOption):
        return f"{error.option_name}: 没有这个选项{_near(error.option_name, _options(error.ctx))}"
    if isinstance(error, click.exceptions.NoSuchCommand):
        commands = error.ctx.command.commands if error.ctx and isinstance(error.ctx.command, click.Group) else {}
        return f"{error.command_name}: 没有这个命令{_near(error.command_name, commands)}"
    if isinstance(error, click.MissingParameter):
        return f"{_named(error.param)}: 没有给出; 用 --help 查看用法"
    if isinstance(error, click.BadParameter):
        return f"{_named(error.param)}: 值不对; {_expected(error.param)}"
    if isinstance(error, click.BadOptionUsage):
        return f"{error.option_name}: 后面要有一个值; 用 --help 查看用法"
    return f"命令行: 用法不对（{error.format_message()}）; 用 --help 查看用法"


def _named(param: click.Parameter | None) -> str:
    if param is None:
        return "命令行"
    return param.opts[0] if isinstance(param, click.Option) else (param.human_readable_name or "")


def _expected(param: click.Parameter | None) -> str:
    if param is not None and isinstance(param.type, click.Choice):
        return f"可以是 {'、'.join(map(str, param.type.choices))}"
    if param is not None and isinstance(param.type, click.IntRange):
        return "要一个正整数" if param.type.min == 1 else f"要一个不小于 {param.type.min} 的整数"
    return "用 --help 查看用法"


def _options(ctx: click.Context | None) -> list[str]:
    return [name for param in ctx.command.params for name in param.opts if name[0] == "-"] if ctx else []


def _near(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), 3, 0.5) if len(name) > len("-x") else []
    return f"; 相近的有：{'、'.join(near)}" if near else "; 用 --help 查看用法"


def _harden_output() -> None:
    """A console that lacks a character (code page 936) shows a question mark instead of breaking off."""
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def write(text: str) -> None:
    """Text to stdout; when nobody reads it any more (`| head`), quietly to nowhere."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        # Windows calls a closed pipe an invalid argument.
        if error.errno not in (errno.EPIPE, errno.EINVAL):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_json(value: Any) -> None:
    from index.present import json_text

    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    write(json_text(value, ascii_only=encoding != "utf8") + "\n")


def complain(text: str, code: int) -> int:
    sys.stderr.write("".join(f"{clean(line)}\n" for line in text.splitlines()))
    return code


def complain_of(error: LiantuError) -> int:
    from index.present import error_text

    sys.stderr.write(error_text(error, columns()))
    return TROUBLE


def columns() -> int:
    return shutil.get_terminal_size().columns


def colorful() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
