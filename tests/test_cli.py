"""The commands as a user types them: output, errors, exit codes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import cli
from index import runs
from tests.helpers import CHART, copied_model, fill, record, write_chart

ROOT = Path(__file__).parent.parent
WORLD = [
    record(0, risk_points=("收受财物",), level="高", stage="立案", unit=("市局", "人事科"), id="abcd1111"),
    record(1, risk_points=("越权办理风险",), control_measures=("集体讨论",), level="中", stage="审核", id="abcd2222"),
    record(0, "乙.txt", risk_points=("越权收受财物风险\x1b[2J",), stage="审核", id="beef3333"),
]


def _run(*args: str) -> Result:
    return CliRunner().invoke(cli.main, args)


def _search(*args: str) -> Result:
    return CliRunner().invoke(cli.search, args)


def _found(*args: str) -> set[str]:
    return {hit["statement"] for hit in json.loads(_search("--json", *args).stdout)["hits"]}


@pytest.fixture
def world(folder: Path) -> Path:
    fill(folder, WORLD)
    return folder


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """A folder with a document."""
    (tmp_path / "文件").mkdir()
    write_chart(tmp_path / "文件" / "甲.txt", CHART)
    return tmp_path / "文件"


def test_search_finds_and_says_so(world: Path) -> None:
    result = _search("收受财物")
    assert result.exit_code == 0
    assert result.stdout.startswith("共 2 句，见于 2 条记录\n等级  高 1 · 未标明 1\n")
    assert _run("search", "收受财物").stdout == result.stdout


def test_nothing_found_is_exit_code_1(world: Path) -> None:
    result = _search("没有的话")
    assert (result.exit_code, result.stdout) == (1, "没有找到\n")


QUERIES = [
    (["风险", "-越权"], set()),
    (["财物", "-越权"], {"收受财物"}),
    (["--by", "statement", "-收受", "风险"], {"越权办理风险"}),
    (["-风险"], {"收受财物", "集体讨论"}),
    (['"收受财物"', "NOT", "越权"], {"收受财物"}),
    (['-"收受财物"'], {"越权办理风险", "集体讨论"}),
    (["集体 OR 办理"], {"集体讨论", "越权办理风险"}),
    (["措施:讨论"], {"集体讨论"}),
    (["--level", "高"], {"收受财物"}),
    (["--level", "高", "--level", "中", "--stage", "审核", "风险"], {"越权办理风险"}),
    (["--unit", "人事"], {"收受财物"}),
    (["财物", "--", "-越权"], {"收受财物"}),
]


@pytest.mark.parametrize(("args", "found"), QUERIES)
def test_the_words_of_the_command_line_are_the_query(world: Path, args: list[str], found: set[str]) -> None:
    assert _found(*args) == found


WRONG = [
    (["search", "--lewel", "高"], "--lewel: 没有这个选项; 相近的有：--level"),
    (["search", "-x", "风险"], "-x: 没有这个选项; 用 --help 查看用法\n"),
    (["search", "--by", "page"], "--by: 值不对; 可以是 statement、record\n"),
    (["search", "--limit", "0"], "--limit: 值不对; 要一个正整数\n"),
    (["search", "--limit"], "--limit: 后面要有一个值; 用 --help 查看用法\n"),
    (["search", "风险 OR"], '查询: OR 的两边都要有检索词; 要查这两个字母，请加引号："OR"\n  风险 OR\n       ^\n'),
    (["search", "--stage", "立按"], "--stage: 没有一条记录是“立按”; 相近的有：立案\n"),
    (["serch"], "serch: 没有这个命令; 相近的有：search\n"),
    (["show"], "RECORD_ID: 没有给出; 用 --help 查看用法\n"),
    (["show", "abcd"], "abcd: 不止一条记录以此开头：abcd1111、abcd2222; 多写几个字符\n"),
    (["show", "ffff"], "ffff: 没有这条记录; 用 search 查出记录编号\n"),
    (["export", "a.doc"], "a.doc: 不知道要导出成什么格式; 文件名须以 .jsonl .csv .xlsx "),
    (["export", "没有/a.jsonl"], "没有/a.jsonl: 文件夹不存在; 先建文件夹，或换一个地方\n"),
    (["pack", "没有/a.liantu"], "没有/a.liantu: 文件夹不存在; 先建文件夹，或换一个地方\n"),
    (["pack", "-"], "-: 打包文件不能输出到屏幕; "),
    (["pack", "/dev/null"], "/dev/null: 已有同名的文件夹或设备; 换一个文件名\n"),
    (["verify", "."], ".: 是文件夹; 核对索引用 liantu verify --index DIR\n"),
    (["ingest", ".", "--retry", "--prune"], "--prune: 不能与 --retry、--reread 同用; 分两次运行\n"),
    (["ingest", ".", "--memory", "1"], "--memory: 值不对; 要一个不小于 64 的整数\n"),
    (["unpack", "没有.liantu"], "没有.liantu: "),
    (["verify", "没有.liantu"], "没有.liantu: "),
    (["files", "--state", "odd"], "--state: 值不对; 可以是 read、partly、"),
    (["ingest", ".", "--jobs", "0"], "--jobs: 值不对; 要一个正整数\n"),
]


@pytest.mark.parametrize(("args", "message"), WRONG)
def test_what_is_wrong_is_said_with_a_remedy(world: Path, args: list[str], message: str) -> None:
    result = _run(*args)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""


def test_without_an_index_the_next_step_is_told(folder: Path) -> None:
    result = _search("风险")
    assert result.exit_code == 2
    assert result.stderr == f"{folder}: 还没有索引; 先运行 liantu ingest 录入文件，或用 --index 指明索引文件夹\n"


def test_search_by_record_as_json(world: Path) -> None:
    shown = json.loads(_search("收受财物", "--by", "record", "--limit", "1", "--json").stdout)
    assert (shown["query"], shown["total"], list(shown["facets"])) == (
        "收受财物",
        2,
        ["level", "stage", "unit", "category"],
    )
    assert shown["hits"][0]["record"] == WORLD[0].to_json()


def test_show_takes_a_beginning_of_the_id(world: Path) -> None:
    assert "编号        beef3333" in _run("show", "beef").stdout
    assert json.loads(_run("show", "beef", "--json").stdout) == WORLD[2].to_json()


def test_export_writes_whole_records_in_order(world: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    assert _run("export", str(target)).exit_code == 0
    lines = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    assert lines == [WORLD[2].to_json(), WORLD[0].to_json(), WORLD[1].to_json()]
    piped = _run("export", "-", "--query", "越权", "--level", "中")
    assert [json.loads(line) for line in piped.stdout.splitlines()] == [WORLD[1].to_json()]
    assert _run("export", "-", "--query", "没有的话").exit_code == 1


def test_an_export_that_fails_leaves_the_file_as_it_was(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out.jsonl"
    target.write_text("before")
    monkeypatch.setattr(json, "dumps", lambda *args, **kwargs: 1 / 0)
    assert isinstance(_run("export", str(target)).exception, ZeroDivisionError)
    assert target.read_text() == "before"
    assert [path.name for path in tmp_path.glob("*out*")] == ["out.jsonl"]


def test_status_tells_what_there_is(world: Path) -> None:
    shown = _run("status")
    assert shown.exit_code == 0
    assert "合计    图 0 · 记录 3 · 语句 4（不同的 4 句）" in shown.stdout
    assert json.loads(_run("status", "--json").stdout)["records"] == 3


def test_ingest_reads_once_and_then_only_what_changed(documents: Path) -> None:
    first = _run("ingest", str(documents), "--agency", "市局")
    assert (first.exit_code, first.stderr) == (0, "")
    said = "甲.txt: 1 图，1 条记录；归入记录 39 字，标题和标注 21 字，未归位 0 字"  # marks and numbers included
    assert first.stdout.startswith(f"{said}\n未归位  0 字（有图表的文件共 60 字，占 0.0%）\n")
    assert "文件    1 个：已读 1\n记录    1 条，用时" in first.stdout
    assert _found("收受财物", "--agency", "市局") == {"收受财物，违规受理"}
    again = _run("ingest", str(documents), "--agency", "市局")
    assert again.stdout.startswith("甲.txt: 没有变化\n未归位  0 字\n文件    0 个：没有新的；没有变化 1\n")
    write_chart(documents / "甲.txt", CHART | {"risk": "贿赂"})
    assert _run("ingest", str(documents)).exit_code == 0
    assert "贿赂" in _found()
    assert "收受财物，违规受理" not in _found()


def test_ingest_goes_on_after_a_file_it_cannot_read(documents: Path) -> None:
    (documents / "丁.txt").write_bytes(b"\0\xff\0\xff")
    result = _run("ingest", str(documents / "无"), str(documents))
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        f"{documents / '无'}: 没有这个文件或文件夹; 请检查路径",
        f"{documents / '丁.txt'}: 不是文本文件（不是 UTF-8、UTF-16 或 GB18030）; 请确认文件格式",
    ]
    assert "文件    2 个：已读 1 · 不支持 1" in result.stdout
    listed = _run("files", "--state", "unsupported")
    assert listed.stdout.startswith("不支持    丁.txt: 不是文本文件")
    assert [json.loads(line)["document"] for line in _run("files", "--json").stdout.splitlines()] == [
        "丁.txt",
        "甲.txt",
    ]
    assert _run("files", "--state", "crashed").exit_code == 1
    assert _run("ingest", str(documents)).exit_code == 0, "what failed and has not changed is not tried again"
    (documents / "丁.txt").unlink()
    again = _run("ingest", "--retry")
    assert (again.exit_code, again.stdout.count("没有变化")) == (2, 0)
    assert again.stderr == f"{documents / '丁.txt'}: 打不开（No such file or directory）; 请检查路径和权限\n"


def test_ingest_notes_the_same_content_and_prunes_what_is_gone(documents: Path) -> None:
    assert _run("ingest", str(documents)).exit_code == 0
    (documents / "甲.txt").rename(documents / "乙.txt")
    moved = _run("ingest", str(documents), "--prune", "--json")
    shown = json.loads(moved.stdout)
    assert (shown["files"][0]["duplicate_of"], shown["dropped"]) == ("甲.txt", ["甲.txt"])
    assert len(_found("--document", "乙.txt")) == 2
    (documents / "乙.txt").unlink()
    emptied = _run("ingest", str(documents), "--prune")
    assert (emptied.exit_code, emptied.stderr) == (0, "")
    nothing = _run("ingest", str(documents), "--prune")
    assert nothing.exit_code == 1
    assert nothing.stderr.startswith("录入: 没有找到文件; 可读的有 .csv ")
    assert _search().exit_code == 1


def test_a_folder_that_is_gone_is_pruned_when_asked_for(documents: Path) -> None:
    assert _run("ingest", str(documents)).exit_code == 0
    documents.rename(documents.with_name("别处"))
    assert _run("ingest", str(documents)).exit_code == 2
    pruned = _run("ingest", str(documents), "--prune")
    assert (pruned.exit_code, pruned.stderr) == (0, "")
    assert "已去掉 1" in pruned.stdout


def test_what_is_hidden_is_not_read_on_retry(documents: Path) -> None:
    write_chart(documents / ".乙.txt", CHART | {"risk": "贿赂"})
    assert _run("ingest", str(documents)).exit_code == 0
    assert _run("ingest", "--retry").exit_code == 0
    assert _found() == {"收受财物，违规受理", "双人办理"}


def test_a_path_given_twice_is_read_once(documents: Path) -> None:
    shown = json.loads(_run("ingest", str(documents), str(documents / "甲.txt"), str(documents), "--json").stdout)
    assert [one["path"] for one in shown["files"]] == [str(documents / "甲.txt")]
    assert shown["unchanged"] == []


def test_packed_files_of_other_kinds_are_named(documents: Path) -> None:
    """Whoever has only those would otherwise believe that all is read."""
    (documents / "包.rar").write_bytes(b"Rar!\x1a\x07\x00")
    result = _run("ingest", str(documents))
    assert (result.exit_code, result.stderr) == (
        2,
        f"{documents / '包.rar'}: 不能直接读 .rar 压缩文件; 请先解压再录入\n",
    )


def test_what_is_written_elsewhere_through_a_link_stays_a_link(world: Path, tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_text("旧", "utf-8")
    try:
        (tmp_path / "a.jsonl").symlink_to(tmp_path / "b.jsonl")
    except OSError:
        pytest.skip("links need a right here that tests do not have")
    assert _run("export", str(tmp_path / "a.jsonl")).exit_code == 0
    assert (tmp_path / "a.jsonl").is_symlink()
    assert len((tmp_path / "b.jsonl").read_text("utf-8").splitlines()) == 3


def test_ingest_wants_paths_or_what_was_known(folder: Path) -> None:
    result = _run("ingest")
    assert (result.exit_code, result.stderr) == (2, "PATH...: 没有给出; 用 --help 查看用法\n")
    assert _run("ingest", "--retry").exit_code == 0


def test_a_watched_folder_is_ingested_whenever_it_changes(documents: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def changes(roots: tuple[Path, ...], index: Path) -> Iterator[None]:
        assert roots == (documents,)
        write_chart(documents / "乙.txt", CHART | {"risk": "贿赂"})
        yield
        (documents / "甲.txt").unlink()
        yield

    monkeypatch.setattr(runs, "changes_below", changes)
    result = _run("ingest", str(documents), "--watch")
    assert result.exit_code == 0
    assert [line.split(":")[0] for line in result.stdout.splitlines() if ".txt" in line] == ["甲.txt", "乙.txt"]
    assert "文件    0 个：没有新的；没有变化 1；已去掉 1" in result.stdout
    assert "贿赂" in _found()
    assert "收受财物，违规受理" not in _found()


def test_a_file_below_a_folder_that_nobody_can_read_is_named_and_no_trouble(documents: Path) -> None:
    (documents / "照片.jpg").write_bytes(b"\xff\xd8")
    result = _run("ingest", str(documents))
    assert (result.exit_code, result.stderr) == (0, "")
    listed = _run("files", "--state", "unsupported").stdout
    assert listed == "不支持    照片.jpg: 不认识的文件类型 .jpg; 可读的类型见 README\n"
    assert _run("ingest", str(documents / "照片.jpg")).exit_code == 0, "nothing new"


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_an_ingest_that_is_interrupted_keeps_what_was_read(documents: Path, name: str) -> None:
    """The signal comes as soon as the first file is noted."""
    write_chart(documents / "乙.txt", CHART | {"risk": "贿赂"})
    code = "import os, signal, sys\nfrom index import intake\nimport cli\n"
    code += "told = intake.Intake._outcome\ndef once(self, outcome):\n    met = told(self, outcome)\n"
    code += f"    os.kill(os.getpid(), signal.{name})\n    return met\nintake.Intake._outcome = once\ncli.main()\n"
    command = [sys.executable, "-c", code, "ingest", str(documents), "--jobs", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr.strip()) == (130, "已中断；已经读了的不会再读，再次运行即可接着录入")
    assert len({json.dumps(one) for one in json.loads(_search("--json", "--by", "record").stdout)["hits"]}) == 1
    assert _run("ingest", str(documents)).stdout.count("没有变化") == 2
    assert len(json.loads(_search("--json", "--by", "record").stdout)["hits"]) == 2


@pytest.mark.parametrize("command", [[], ["ingest"], ["search"], ["similar"], ["show"], ["export"], ["status"]])
def test_help_is_in_chinese(command: list[str]) -> None:
    result = _run(*command, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith("用法：")
    assert "选项" in result.stdout
    assert not any(word in result.stdout for word in ("Usage", "Options", "Commands", "Show this"))


@pytest.fixture
def asked(folder: Path) -> Path:
    """An index to ask in one's own words."""
    texts = (
        "收受申请人财物",
        "现场检查流于形式",
        "不能一次告知所需材料",
        "向被检查单位泄露信息",
        "丢失案卷",
        "擅自销案",
    )
    fill(folder, [record(place, stage="决定", level="高", risk_points=(text,)) for place, text in enumerate(texts)])
    return folder


def test_what_was_understood_and_what_is_only_related_is_told(asked: Path) -> None:
    shown = _run("search", "决定环节的高风险", "财物").stdout
    assert shown.startswith("理解为：等级=高 环节=决定 关键词=财物\n共 1 句，见于 1 条记录\n")
    assert "\n同样条件下的其他语句：\n" in shown
    result = _run("search", "检查走过场")
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "没有写着这些词的")
    assert "\n意思相近的：\n\n 1. 风险点  现场检查流于形式\n" in result.stdout


def test_literal_asks_for_what_is_written_only(asked: Path) -> None:
    for words in (["检查走过场"], ["决定环节的高风险"]):
        assert _run("search", "--literal", *words).exit_code == 1
    assert _run("export", "-", "--query", "决定环节的高风险").stdout.count("\n") == 6
    assert _run("export", "-", "--query", "决定环节的高风险", "--literal").stdout == ""


def test_an_explanation_is_shown_on_demand(asked: Path) -> None:
    shown = _run("search", "检查走过场", "--explain").stdout
    assert "    得分：" in shown
    assert "走过场→" in shown
    hit = json.loads(_run("search", "检查走过场", "--explain", "--json").stdout)["hits"][0]
    assert hit["explain"]["legs"]["lexicon"] > 0
    assert "流于形式" in hit["explain"]["concepts"]["走过场"]
    assert "explain" not in json.loads(_run("search", "检查走过场", "--json").stdout)["hits"][0]


def test_json_tells_what_was_understood(asked: Path) -> None:
    found = json.loads(_run("search", "决定环节的高风险点 财物", "--json").stdout)
    assert found["understood"] == {"level": ["高"], "stage": ["决定"], "kind": ["risk_point"], "text": ["财物"]}
    assert (found["total"], found["related"], len(found["hits"])) == (1, 5, 6)
    assert [hit["group"] for hit in found["hits"]] == ["match", *["rest"] * 5]
    assert json.loads(_run("search", "财物", "--json").stdout)["understood"] == {}


def test_a_likely_slip_is_asked_about(asked: Path) -> None:
    shown = _run("search", "擅自消案").stdout
    assert shown.startswith("没有写着这些词的，是不是要找：擅自销案\n")
    assert json.loads(_run("search", "擅自消案", "--json").stdout)["suggestions"] == ["擅自销案"]


def test_a_file_of_queries_gives_one_table(asked: Path, tmp_path: Path) -> None:
    queries = tmp_path / "查询.txt"
    queries.write_bytes("检查走过场\r\n\r\n决定环节 财物\n没有的话\n".encode("gb18030"))
    result = _run("search", "-f", str(queries), "--limit", "2")
    head, *rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert head[:4] == ["检索式", "名次", "语句", "类型"]
    assert {len(row) for row in (head, *rows)} == {11}
    assert next(row[:3] for row in rows) == ["检查走过场", "1", "现场检查流于形式"]
    assert next(row[-1] for row in rows if row[0] == "决定环节 财物") == "环节=决定 关键词=财物"
    assert rows[-1][:3] == ["没有的话", "", ""]
    assert result.exit_code == 0
    lines = _run("search", "-f", str(queries), "--json").stdout.splitlines()
    assert [json.loads(line)["query"] for line in lines] == ["检查走过场", "决定环节 财物", "没有的话"]
    by_record = _run("search", "-f", str(queries), "--by", "record", "--limit", "1").stdout.splitlines()
    assert {line.count("\t") for line in by_record} == {10}


def test_a_mistake_in_one_query_of_a_file_does_not_stop_the_others(asked: Path, tmp_path: Path) -> None:
    queries = tmp_path / "q.txt"
    queries.write_text('财物 OR\n=财物\n"财物"\n', "utf-8")
    result = _run("search", "-f", str(queries))
    assert result.exit_code == 2
    assert "q.txt 第 1 行: OR 的两边都要有检索词" in result.stderr
    assert "收受申请人财物" in result.stdout
    assert "\n'=财物\t" in result.stdout  # no formula for a spreadsheet
    assert _run("search", "-f", str(tmp_path / "none")).stderr.endswith("检查文件和权限\n")
    assert "去掉命令行里的检索词" in _run("search", "-f", str(queries), "财物").stderr


def test_similar_takes_a_text_or_a_record(asked: Path) -> None:
    shown = _run("similar", "检查走过场").stdout
    assert shown.startswith("相近的语句：\n\n 1. ")
    assert "现场检查流于形式" in shown
    found = json.loads(_run("similar", "检查走过场", "--json", "--limit", "1").stdout)
    assert found["statements"][0]["statement"] == "现场检查流于形式"
    assert found["records"][0]["record"]["risk_points"] == ["现场检查流于形式"]
    like = json.loads(_run("similar", found["records"][0]["record"]["id"], "--json").stdout)
    assert "现场检查流于形式" not in [hit["statement"] for hit in like["statements"]]
    assert found["records"][0]["record"] not in [one["record"] for one in like["records"]]
    assert _run("similar", "量子计算机").exit_code == 1


def test_the_index_says_when_its_model_is_another(asked: Path, tmp_path: Path) -> None:
    model = copied_model(tmp_path / "模型")
    (tmp_path / "甲.txt").write_text("收受财物", "utf-8")
    assert _run("ingest", str(tmp_path / "甲.txt"), "--model", str(model)).exit_code == 0
    same = _run("search", "检查走过场", "--model", str(model))
    assert (same.exit_code, same.stderr) == (0, "")
    assert f"--model: 索引用的是模型 {model}，不是 default" in _run("search", "财物", "--model", "default").stderr
    (model / "config.json").write_text("{}", "utf-8")
    gone = _run("search", "检查走过场")
    assert (gone.exit_code, "索引所用的模型不在了或已改动" in gone.stderr) == (0, True)
    assert _run("ingest", str(tmp_path / "甲.txt"), "--model", "default").exit_code == 0
    assert _run("search", "检查走过场").stderr == ""
    wrong = _run("ingest", str(tmp_path / "甲.txt"), "--model", str(tmp_path))
    assert (wrong.exit_code, "里面没有可用的模型" in wrong.stderr) == (2, True)


def _process(*args: str, **environment: str) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "cli", *args]
    return subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, check=False)


def test_answers_are_the_same_in_every_process(asked: Path) -> None:
    for question in ("检查走过场", "决定环节的高风险", "收受申请人财物泄露信息", "擅自消案"):
        shown = {_process("search", question, "--json", PYTHONHASHSEED=seed).stdout for seed in ("0", "1", "2")}
        assert len(shown) == 1


def test_a_console_in_code_page_936_gets_what_it_can_show(folder: Path) -> None:
    fill(folder, [record(risk_points=("收受财物\U00020000é",))])
    result = _process("search", "收受", PYTHONIOENCODING="gbk", PYTHONUTF8="0")
    assert (result.returncode, result.stderr) == (0, b"")
    assert "收受财物?" in result.stdout.decode("gbk")
    shown = _process("search", "收受", "--json", PYTHONIOENCODING="gbk", PYTHONUTF8="0").stdout
    assert shown.isascii()
    assert json.loads(shown)["hits"][0]["statement"] == "收受财物\U00020000é"


def test_piped_output_has_no_control_sequences(world: Path) -> None:
    shown = _process("search", "收受财物", PYTHONIOENCODING="utf-8").stdout
    assert "越权收受财物风险□[2J" in shown.decode()
    assert b"\x1b" not in shown


def test_a_reader_that_stops_early_is_no_error(world: Path) -> None:
    command = [sys.executable, "-m", "cli", "export", "-"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("args", "without"),
    [
        (["--help"], {"numpy", "whoosh", "jieba", "sqlite3"}),
        (["show", "abcd1111"], {"numpy", "whoosh", "jieba"}),
        (["search", "财物"], {"pipeline.ingest", "difflib"}),
    ],
)
def test_a_command_imports_only_what_it_uses(world: Path, args: list[str], without: set[str]) -> None:
    code = "import sys, cli\ntry: cli.main()\nexcept SystemExit as e: print(e.code, *sys.modules)"
    command = [sys.executable, "-c", code, *args]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True, encoding="utf-8").stdout
    code_and_modules = shown.splitlines()[-1].split()
    assert code_and_modules[0] == "0"
    assert not without & set(code_and_modules)
