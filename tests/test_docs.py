"""The documentation is true: commands shown run and print what is shown, twins agree, files named exist.

`UPDATE_DOCS=1` in the environment (`just docs`) rewrites output and figures that are out of date instead of failing;
a line `…` stands for lines left out, a `…` within a line for anything, and both stay where they were.
"""

import os
import re
import shlex
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

import cli
from tests import gate, judged

ROOT = Path(__file__).resolve().parent.parent
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
COMMANDS = {"liantu": cli.main, "search": cli.search}
PYTHON_FILE = re.compile(r"[\w./]*\w\.py\b")
FENCE = re.compile(r"^```(?P<kind>\w+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
ANSWERS = re.compile(r"(?<=<!-- answers -->\n).*?(?=<!-- /answers -->)", re.DOTALL)
FIGURES = re.compile(r"(?<=<!-- figures -->\n).*?(?=<!-- /figures -->)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Example:
    """A command of a README, and what it is said to print, if anything."""

    command: str
    output: str | None = None


def _read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def _examples(readme: str) -> Iterator[Example]:
    """The commands in their order: lines of `sh` blocks, lines after `$` in `console` blocks.

    A `text` block shows what the command before it prints, a `console` block holds both.
    """
    command = None
    for fence in FENCE.finditer(readme):
        kind, body = fence["kind"], fence["body"]
        if kind == "text":
            assert command, "output without a command before it"
            yield Example(command, body)
            command = None
            continue
        if command:
            yield Example(command)
            command = None
        if kind == "sh":
            *lines, command = body.splitlines()
            yield from map(Example, lines)
        elif kind == "console":
            assert body.startswith("$ ")
            first, _, output = body[2:].partition("\n")
            yield Example(first, output)
    if command:
        yield Example(command)


# What the commands print


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which the README's commands can run: corpus/ and nothing else."""
    shutil.copytree(ROOT / "corpus", tmp_path / "corpus")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _printed(command: str, home: Path) -> str:
    """What the parts of a command line that are ours print; the first command's index serves the later ones."""
    printed = []
    for part in command.split(" && "):
        program, *arguments = shlex.split(part)
        if (ours := COMMANDS.get(Path(program).name)) is not None:
            environment = {"LIANTU_INDEX": str(home / ".venv-try" / "index"), "COLUMNS": "80"}
            arguments = [name for argument in arguments for name in _expanded(argument)]
            result = CliRunner().invoke(ours, arguments, env=environment, prog_name=Path(program).name)
            assert result.exit_code == 0, f"{part}: {result.stderr or result.exception}"
            printed.append(result.stdout)
    return _trimmed("".join(printed))


def _expanded(argument: str) -> list[str]:
    """The files a shell would put in the place of a pattern."""
    return sorted(map(str, Path().glob(argument))) if "*" in argument else [argument]


def _trimmed(text: str) -> str:
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def _fits(shown: str, real: str) -> bool:
    """Whether `shown` is `real`, with anything in the place of each `…`."""
    return re.fullmatch(".*?".join(map(re.escape, shown.split("…"))), real, re.DOTALL) is not None


def _renewed(shown: str, real: str) -> str:
    """`real` with lines left out where `shown` leaves lines out (in one place)."""
    head, gap, tail = shown.partition("\n…\n")
    if not gap:
        return real
    lines = real.splitlines(keepends=True)
    first, last = head.count("\n") + 1, tail.count("\n")
    return "".join(lines[:first]) + "…\n" + "".join(lines[len(lines) - last :])


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_commands_print_what_is_shown(path: Path, home: Path) -> None:
    text = path.read_text("utf-8")
    for example in _examples(text):
        real = _printed(example.command, home)
        if example.output is None or _fits(example.output, real):
            continue
        assert "UPDATE_DOCS" in os.environ, f"`{example.command}` prints\n{real}"
        assert text.count(example.output) == 1
        text = text.replace(example.output, _renewed(example.output, real))
        path.write_text(text, "utf-8", newline="\n")


def test_elided_output_is_recognised_and_renewed() -> None:
    assert _fits("a\n…\nd\n", "a\nb\nc\nd\n")
    assert _fits("{a … d}\n", "{a b c d}\n")
    assert not _fits("a\n…\nd\n", "b\nc\nd\n")
    assert _renewed("a\n…\nd\n", "1\n2\n3\n4\n") == "1\n…\n4\n"
    assert _renewed("a\nd\n", "1\n2\n") == "1\n2\n"


# Twins, figures, names


def test_twins_have_the_same_commands_and_outputs_in_the_same_order() -> None:
    english, chinese = (list(_examples(path.read_text("utf-8"))) for path in READMES)
    assert english == chinese
    assert sum(example.output is not None for example in english) >= 4


def test_the_test_command_is_what_ci_runs() -> None:
    """Word for word, in both READMEs, and nothing else but LibreOffice, without which its tests are skipped."""
    steps = [line for line in _read(".ci/run").splitlines() if line and not line.startswith("#")]
    assert steps[:3] == ["set -euo pipefail", 'cd "$(dirname "$0")/.."', "exec </dev/null"]
    assert all("libreoffice" in line.lower() or "soffice" in line for line in steps[3:-1])
    for path in READMES:
        assert steps[-1] in [example.command for example in _examples(path.read_text("utf-8"))]


def _figures() -> str:
    """The pinned figures as a Markdown table."""
    names = (*gate.COUNTS, *gate.SHARES)
    rows = [("", *names), ("---", *("---:" for _ in names))]
    for document, floor in gate.floors().items():
        rows.append(
            (document, *(f"{floor[name]:.0f}" if name in gate.COUNTS else f"{floor[name]:.3f}" for name in names))
        )
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_the_answers_shown_are_those_pinned(path: Path) -> None:
    text, pinned = path.read_text("utf-8"), judged.table(judged.floors()) + "\n"
    if "UPDATE_DOCS" in os.environ:
        path.write_text(ANSWERS.sub(pinned, text), "utf-8", newline="\n")
        return
    shown = ANSWERS.search(text)
    assert shown is not None
    assert shown[0] == pinned


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_the_figures_shown_are_those_pinned(path: Path) -> None:
    text = path.read_text("utf-8")
    if "UPDATE_DOCS" in os.environ:
        path.write_text(FIGURES.sub(_figures(), text), "utf-8", newline="\n")
        return
    shown = FIGURES.search(text)
    assert shown is not None
    assert shown[0] == _figures()


def test_architecture_names_every_module_and_no_other() -> None:
    named = set(PYTHON_FILE.findall(_read("ARCHITECTURE.md")))
    files = {
        path.relative_to(ROOT).as_posix() for folder in ("pipeline", "index") for path in (ROOT / folder).rglob("*.py")
    }
    modules = {name for name in files if name not in ("pipeline/__init__.py", "index/__init__.py")}
    assert modules - named == set(), "modules that ARCHITECTURE.md does not name"
    assert {name for name in named if not (ROOT / name).exists()} == set(), "files that do not exist"


def test_the_changelog_has_this_version() -> None:
    version = tomllib.loads(_read("pyproject.toml"))["project"]["version"]
    assert f"\n## [{version}]" in _read("CHANGELOG.md")
