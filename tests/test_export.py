"""Files of every format, read back by other libraries than those that wrote them."""

import csv
import gc
import json
import os
import re
import sqlite3
import sys
import tracemalloc
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from index import export as module
from index.export import SUFFIXES, export
from pipeline.errors import LiantuError
from pipeline.model import Place, Record
from tests.helpers import record

PLACE = Place(3, 2, 10.5, 20.0, 30.0, 40.25, 0.9)
FULL = record(
    0,
    page=2,
    chart=1,
    title="行政许可类廉政风险防控图",
    agency="甲局",
    category="行政许可",
    power="采矿许可",
    power_code="0100",
    stage="受理",
    stage_label="受  理",
    risk_points=("收受好处", "故意刁难"),
    level="高",
    level_label="高级",
    control_measures=("一次告知",),
    responsible_party="张三",
    unit=("甲局", "审批科"),
    monitoring_points=("超时预警",),
    placed_by="geometry",
    confidence=0.75,
    doubts=("另有责任人：李四",),
    boxes=(PLACE, Place(4)),
)
BARE = record(1)
OTHER = record(2, agency="乙局", level="高", stage="决定", unit=("乙局", "审批科", "审批科"))
RECORDS = [FULL, BARE, OTHER]

HOSTILE = [
    *(
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "  =1+1",
        "\u3000=1",
        "＝1",
        "\uff0b1",
        "－1",
        "\uff20a",
        "\t=1",
        "\r=1",
        "\n=1",
        "\ufeff=1",
    ),
    *("https://example.invalid/a", "mailto:a@b", "internal:A1", "1e5", "00123", "110101199001011234", "TRUE", "nan"),
    *(
        "甲\n乙",
        "甲\r\n乙",
        "甲\t乙",
        "😀",
        "\x00\x07\x1b[31m甲",
        "\ufffe\uffff",
        " 甲 ",
        "_x0041_",
        "甲\x85乙",
        "{=1}",
    ),
    *("<r>甲</r>", "<r><t>甲</t></r>", "&amp;<b>\"'", "甲;乙,丙", '"', "'甲", "长" * 40_000, "😀" * 20_000, "]]>"),
]


@pytest.fixture(params=SUFFIXES)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == ".parquet":
        pytest.importorskip("pyarrow")
    return tmp_path / f"记录{request.param}"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _sheets(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    openpyxl = pytest.importorskip("openpyxl")
    with closing(openpyxl.load_workbook(path)) as workbook:
        return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in workbook}


def _parquet(path: Path) -> Any:
    return pytest.importorskip("pyarrow.parquet").ParquetFile(path)


def _select(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


# All formats


def _count(path: Path) -> int:
    """How many records a file holds."""
    if path.suffix == ".jsonl":
        return len(path.read_text("utf-8").splitlines())
    if path.suffix == ".csv":
        return len(_rows(path))
    if path.suffix == ".xlsx":
        return len(_sheets(path)["记录"]) - 1
    if path.suffix == ".parquet":
        with _parquet(path) as file:
            return int(file.metadata.num_rows)
    return int(_select(path, "SELECT count(*) FROM records")[0][0])


@pytest.mark.parametrize("records", [RECORDS, [FULL], []], ids=len)
def test_a_file_holds_the_records_and_nothing_stands_beside_it(target: Path, records: list[Record]) -> None:
    assert export(target, iter(records)) == len(records) == _count(target)
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_the_suffix_may_be_written_large(tmp_path: Path) -> None:
    export(tmp_path / "a.CSV", RECORDS)
    assert len(_rows(tmp_path / "a.CSV")) == 3


@pytest.mark.parametrize("name", ["a.txt", "a", "a.csv.gz"])
def test_an_unknown_suffix_tells_the_known_ones(tmp_path: Path, name: str) -> None:
    with pytest.raises(LiantuError) as error:
        export(tmp_path / name, iter(RECORDS))
    assert all(suffix in error.value.remedy for suffix in SUFFIXES)
    assert not list(tmp_path.iterdir())


class _Broken(Exception):
    pass


def _breaking(after: int, error: BaseException) -> Iterator[Record]:
    yield from (record(place, risk_points=("收受好处",)) for place in range(after))
    raise error


@pytest.mark.parametrize("after", [0, 3, 1_200])
@pytest.mark.parametrize("error", [_Broken(), sqlite3.DatabaseError("malformed"), KeyboardInterrupt()])
def test_what_breaks_in_the_records_leaves_the_older_file(target: Path, after: int, error: BaseException) -> None:
    target.write_bytes(b"older")
    with pytest.raises(type(error)):
        export(target, _breaking(after, error))
    error.with_traceback(None)  # lets go of what was at work
    gc.collect()  # complains of files that were left open
    assert {path.name: path.read_bytes() for path in target.parent.iterdir()} == {target.name: b"older"}


def test_a_folder_that_is_missing_is_told(target: Path) -> None:
    with pytest.raises(LiantuError, match="文件夹不存在"):
        export(target.parent / "无" / target.name, RECORDS)
    assert not list(target.parent.iterdir())


def test_a_target_that_is_a_folder_is_told_and_kept(target: Path) -> None:
    target.mkdir()
    with pytest.raises(LiantuError, match="已有同名的文件夹"):
        export(target, RECORDS)
    assert [path.name for path in target.parent.iterdir()] == [target.name]


@pytest.mark.skipif(sys.platform != "linux", reason="a limit on the size of files as on Linux")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # zipfile's, when it is collected
def test_a_full_disk_leaves_the_older_file(target: Path) -> None:
    import resource
    import signal

    target.write_bytes(b"older")
    texts = [os.urandom(2_000).hex() for _ in range(300)]
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(LiantuError, match="写不了"):
            export(target, (record(place, title=text) for place, text in enumerate(texts)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert {path.name: path.read_bytes() for path in target.parent.iterdir()} == {target.name: b"older"}


def test_an_older_file_is_replaced(target: Path) -> None:
    export(target, RECORDS)
    assert export(target, [FULL]) == 1
    assert _count(target) == 1


def _many(count: int) -> Iterator[Record]:
    for place in range(count):
        yield record(place, risk_points=(f"第{place}条收受好处" * 10,), control_measures=(f"第{place}条集体研究" * 10,))


def test_many_records_are_not_held(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROW_GROUP", 1_000)
    export(target, _many(10))  # imports what it needs
    written = _peak(lambda: export(target, _many(3_000)))
    assert written < 2_000_000 < _peak(lambda: list(_many(3_000)))


def _peak(work: Callable[[], object]) -> int:
    """The bytes that some work holds at most."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


# JSON lines


def test_lines_are_the_records_as_json(tmp_path: Path) -> None:
    export(tmp_path / "a.jsonl", RECORDS)
    text = (tmp_path / "a.jsonl").read_bytes().decode()
    assert [Record.from_json(json.loads(line)) for line in text.split("\n")[:-1]] == RECORDS
    assert "收受好处" in text
    assert "\r" not in text


# CSV


def test_csv_has_a_mark_and_chinese_heads(tmp_path: Path) -> None:
    export(tmp_path / "a.csv", [FULL])
    data = (tmp_path / "a.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf" + "编号,文件,页".encode())
    assert data.endswith(b"\r\n")
    assert data.count(b"\r\n") == 2
    (row,) = _rows(tmp_path / "a.csv")
    assert row["风险点"] == "收受好处\n故意刁难"
    assert row["单位"] == "甲局 / 审批科"
    assert row["职权编码"] == "0100"
    assert (row["页"], row["图"], row["环节序号"], row["可信度"]) == ("2", "2", "1", "0.75")
    assert (row["风险等级"], row["等级原文"], row["归位依据"]) == ("高", "高级", "图上位置")
    assert row["存疑"] == "另有责任人：李四"


def test_what_a_record_lacks_is_an_empty_cell(tmp_path: Path) -> None:
    export(tmp_path / "a.csv", [BARE])
    (row,) = _rows(tmp_path / "a.csv")
    assert (row["页"], row["标题"], row["风险点"], row["单位"]) == ("", "", "", "")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@a", "'@a"),
        ("  =1", "'  =1"),
        ("\u3000＝1", "'\u3000＝1"),
        ("\uff0b1", "'\uff0b1"),
        ("－1", "'－1"),
        ("\uff20a", "'\uff20a"),
        ("\t=1", "' =1"),
        ("\r=1", "'\n=1"),
        ("\x00=1", "'=1"),
        ("\ufeff=1", "'\ufeff=1"),
        ("1-1=0", "1-1=0"),
        ("甲\x1b乙\x85", "甲乙"),
        ("甲\r\n乙", "甲\n乙"),
    ],
)
def test_no_cell_is_a_formula_or_steers_a_terminal(tmp_path: Path, text: str, cell: str) -> None:
    export(tmp_path / "a.csv", [record(title=text, risk_points=(text, "甲"), responsible_party=text)])
    (row,) = _rows(tmp_path / "a.csv")
    assert (row["标题"], row["责任主体"]) == (cell, cell)
    assert row["风险点"] == f"{cell}\n甲"


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(HOSTILE)
quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@quick
@given(TEXT, TEXT)
def test_csv_keeps_every_text_apart(tmp_path: Path, title: str, risk: str) -> None:
    export(tmp_path / "a.csv", [record(title=title, risk_points=(risk,), power="末")])
    (row,) = _rows(tmp_path / "a.csv")
    assert row["职权名称"] == "末"
    for text, cell in ((title, row["标题"]), (risk, row["风险点"])):
        assert _visible(cell.removeprefix("'")) == _visible(text.removeprefix("'"))
        assert cell.lstrip(" \n\u3000")[:1] not in set("=+-@＝\uff0b－\uff20")


def _visible(text: str) -> str:
    """What remains of a text when controls and blanks are left out."""
    return "".join(one for one in text if one.isprintable() and not one.isspace())


# XLSX


def test_a_workbook_holds_a_row_for_each_record(tmp_path: Path) -> None:
    export(tmp_path / "a.xlsx", RECORDS)
    head, full, bare, _ = _sheets(tmp_path / "a.xlsx")["记录"]
    row = dict(zip(head, full, strict=True))
    assert (row["编号"], row["页"], row["图"], row["可信度"]) == (FULL.id, 2, 2, 0.75)
    assert (row["职权编码"], row["风险点"], row["单位"]) == ("0100", "收受好处\n故意刁难", "甲局 / 审批科")
    assert dict(zip(head, bare, strict=True))["页"] is None


def test_a_workbook_counts_records_by_facet(tmp_path: Path) -> None:
    export(tmp_path / "a.xlsx", RECORDS)
    assert _sheets(tmp_path / "a.xlsx")["统计"] == [
        ("项目", "值", "记录数"),
        ("风险等级", "高", 2),
        ("风险等级", "未标明", 1),
        ("流程环节", "受理", 2),
        ("流程环节", "决定", 1),
        ("职权类别", "未标明", 2),
        ("职权类别", "行政许可", 1),
        ("机构", "乙局", 1),
        ("机构", "未标明", 1),
        ("机构", "甲局", 1),
        ("单位", "审批科", 2),
        ("单位", "乙局", 1),
        ("单位", "未标明", 1),
        ("单位", "甲局", 1),
    ]


def test_a_workbook_is_ready_to_be_read(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    export(tmp_path / "a.xlsx", RECORDS)
    with closing(openpyxl.load_workbook(tmp_path / "a.xlsx")) as workbook:
        assert workbook.sheetnames == ["记录", "统计"]
        sheet = workbook["记录"]
        heads = {cell.value: cell.column for cell in sheet[1]}
        # Neighbours that are equally wide come as one.
        columns = sheet.column_dimensions.values()
        widths = {number: one.width for one in columns for number in range(one.min, one.max + 1)}
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == f"A1:{sheet.cell(4, sheet.max_column).coordinate}"
        assert sheet.cell(2, heads["风险点"]).alignment.wrap_text
        assert widths[heads["页"]] < widths[heads["标题"]] < widths[heads["SHA-256"]] < 60
        assert set(widths) == set(heads.values())


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:9]))
def test_every_text_stays_a_text(tmp_path: Path, text: str) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    export(tmp_path / "a.xlsx", [record(title=text, agency=text)])
    with closing(openpyxl.load_workbook(tmp_path / "a.xlsx")) as workbook:
        sheet = workbook["记录"]
        head = [cell.value for cell in sheet[1]]
        cell = sheet.cell(2, head.index("标题") + 1)
        assert cell.data_type == "s" or (cell.data_type, cell.value) == ("n", None)
        assert cell.hyperlink is None
        shown = cell.value or ""
    assert len(shown.encode("utf-16-le")) // 2 <= 32_767
    if len(text) < 10_000:
        assert _visible(_unescaped(shown)) == _visible(text)
    else:
        assert shown[-1] == "…"
        assert text.startswith(shown[:-1])
        assert len(shown.encode("utf-16-le")) // 2 >= 32_766
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert not any("hyperlink" in name or "_rels/sheet" in name for name in archive.namelist())
        tags = {node.tag.rpartition("}")[2] for node in _nodes(archive)}
    assert "f" not in tags
    assert "r" not in tags


def _unescaped(text: str) -> str:
    """What Excel shows of a cell; openpyxl leaves its escapes as they are."""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


def _nodes(archive: zipfile.ZipFile) -> Iterator[ElementTree.Element]:
    for name in archive.namelist():
        yield from ElementTree.fromstring(archive.read(name)).iter()


@quick
@given(TEXT, TEXT)
@example("\r", "\x0b_x0000_")
def test_any_text_makes_a_workbook_that_opens(tmp_path: Path, title: str, risk: str) -> None:
    export(tmp_path / "a.xlsx", [record(title=title, risk_points=(risk[:1_000],))])
    head, row = _sheets(tmp_path / "a.xlsx")["记录"]
    shown = dict(zip(head, row, strict=True))["风险点"] or ""
    assert _visible(_unescaped(shown)) == _visible(risk[:1_000])


@pytest.mark.parametrize(("count", "sheets"), [(0, [0]), (4, [4]), (5, [4, 1]), (8, [4, 4]), (9, [4, 4, 1])])
def test_a_full_sheet_is_followed_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, sheets: list[int]
) -> None:
    monkeypatch.setattr(module, "SHEET_ROWS", 5)
    assert export(tmp_path / "a.xlsx", _many(count)) == count
    found = {name: rows for name, rows in _sheets(tmp_path / "a.xlsx").items() if name.startswith("记录")}
    assert [len(rows) - 1 for rows in found.values()] == sheets
    assert list(found)[:3] == ["记录", "记录2", "记录3"][: len(sheets)]
    assert {rows[0] for rows in found.values()} == {found["记录"][0]}
    ids = [row[0] for rows in found.values() for row in rows[1:]]
    assert ids == [one.id for one in _many(count)]


def test_a_cell_that_is_too_long_is_cut_where_a_character_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CELL_LENGTH", 6)
    texts = ["甲乙丙丁戊己", "甲乙丙丁戊己庚", "甲乙丙丁😀己"]
    export(tmp_path / "a.xlsx", [record(place, title=text) for place, text in enumerate(texts)])
    head, *rows = _sheets(tmp_path / "a.xlsx")["记录"]
    assert [row[head.index("标题")] for row in rows] == ["甲乙丙丁戊己", "甲乙丙丁戊…", "甲乙丙丁…"]


def test_the_same_records_give_the_same_workbook(tmp_path: Path) -> None:
    export(tmp_path / "a.xlsx", RECORDS)
    export(tmp_path / "b.xlsx", RECORDS)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {1980}
        assert set(re.findall("20[0-9-]+T[0-9:]+", archive.read("docProps/core.xml").decode())) == {
            "2000-01-01T00:00:00"
        }


# Parquet


def test_parquet_holds_the_fields_of_the_contract(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    export(tmp_path / "a.parquet", RECORDS)
    table = parquet.read_table(tmp_path / "a.parquet")
    assert [Record.from_json(row) for row in table.to_pylist()] == RECORDS
    assert table.column_names == list(FULL.to_json())
    types = {field.name: str(field.type) for field in table.schema}
    assert re.fullmatch("list<[a-z]+: string>", types["risk_points"])
    assert re.fullmatch("list<[a-z]+: struct<box: int64, page: int64, x0: double, .*>>", types["boxes"])
    assert (types["page"], types["confidence"], types["level"]) == ("int64", "double", "string")


def test_parquet_has_the_same_schema_without_records(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    export(tmp_path / "a.parquet", [])
    export(tmp_path / "b.parquet", RECORDS)
    assert parquet.read_schema(tmp_path / "a.parquet") == parquet.read_schema(tmp_path / "b.parquet")


def test_parquet_comes_in_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyarrow")
    monkeypatch.setattr(module, "ROW_GROUP", 1_000)
    assert export(tmp_path / "a.parquet", _many(2_300)) == 2_300
    with _parquet(tmp_path / "a.parquet") as file:
        assert [file.metadata.row_group(place).num_rows for place in range(file.num_row_groups)] == [1_000, 1_000, 300]


def test_without_pyarrow_the_remedy_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "pyarrow"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(LiantuError, match="导出 Parquet 需要 pyarrow") as error:
        export(tmp_path / "a.parquet", RECORDS)
    assert "liantu[parquet]" in error.value.remedy
    assert not list(tmp_path.iterdir())


# SQLite

SQLITE = ["a.sqlite", "a.sqlite3", "a.db"]


@pytest.mark.parametrize("name", SQLITE)
def test_a_database_holds_records_and_statements(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    export(path, RECORDS)
    keys = [row[1] for row in _select(path, "PRAGMA table_info(records)")]
    lists = {key for key, value in FULL.to_json().items() if isinstance(value, list)}
    for one, row in zip(RECORDS, _select(path, "SELECT * FROM records ORDER BY rowid"), strict=True):
        values = {key: json.loads(value) if key in lists else value for key, value in zip(keys, row, strict=True)}
        assert Record.from_json(values) == one
    assert _select(path, "SELECT record, position, kind, text FROM statements ORDER BY id") == [
        (FULL.id, 0, "risk_point", "收受好处"),
        (FULL.id, 1, "risk_point", "故意刁难"),
        (FULL.id, 2, "control_measure", "一次告知"),
        (FULL.id, 3, "monitoring_point", "超时预警"),
    ]


def test_a_database_is_sound_and_keyed(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    export(path, RECORDS)
    assert _select(path, "PRAGMA integrity_check") == [("ok",)]
    assert _select(path, "PRAGMA foreign_key_check") == []
    assert _select(path, "PRAGMA journal_mode") == [("delete",)]
    assert [row[2:5] for row in _select(path, "PRAGMA foreign_key_list(statements)")] == [("records", "record", "id")]
    assert [row[1] for row in _select(path, "PRAGMA table_info(records)") if row[5]] == ["id"]


@pytest.mark.parametrize("key", ["level", "stage", "category", "agency", "document"])
def test_facets_have_an_index(tmp_path: Path, key: str) -> None:
    export(tmp_path / "a.sqlite", RECORDS)
    ((*_, plan),) = _select(tmp_path / "a.sqlite", f"EXPLAIN QUERY PLAN SELECT id FROM records WHERE {key} = '高'")
    assert f"USING INDEX records_{key}" in plan


def test_units_can_be_counted_as_elements(tmp_path: Path) -> None:
    export(tmp_path / "a.sqlite", RECORDS)
    query = "SELECT u.value, count(DISTINCT r.id) FROM records r, json_each(r.unit) u GROUP BY u.value"
    assert dict(_select(tmp_path / "a.sqlite", query)) == {"甲局": 1, "乙局": 1, "审批科": 2}


@pytest.mark.skipif(sqlite3.sqlite_version_info < (3, 34), reason="trigrams came later")
def test_statements_can_be_searched(tmp_path: Path) -> None:
    export(tmp_path / "a.sqlite", RECORDS)
    query = "SELECT s.text FROM statements_fts f JOIN statements s ON s.id = f.rowid WHERE f.text MATCH '受好处'"
    assert _select(tmp_path / "a.sqlite", query) == [("收受好处",)]


def test_a_sqlite_without_trigrams_writes_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SEARCH", module._SEARCH.replace("trigram", "unheard"))
    assert export(tmp_path / "a.sqlite", RECORDS) == 3
    names = {name for (name,) in _select(tmp_path / "a.sqlite", "SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert names == {"records", "statements"}


@quick
@given(TEXT, TEXT)
def test_a_database_keeps_every_text(tmp_path: Path, title: str, risk: str) -> None:
    export(tmp_path / "a.db", [record(title=title, risk_points=(risk,))])
    ((kept, risks),) = _select(tmp_path / "a.db", "SELECT title, risk_points FROM records")
    assert (kept, json.loads(risks)) == (title, [risk])
    assert _select(tmp_path / "a.db", "SELECT text FROM statements") == [(risk,)]


def test_facets_are_counted_as_by_hand(tmp_path: Path) -> None:
    levels = ["高", "中", "低", None]
    export(tmp_path / "a.xlsx", (record(place, level=levels[place * place % 7 % 4]) for place in range(50)))
    expected = Counter(levels[place * place % 7 % 4] or "未标明" for place in range(50))
    counted = {row[1]: row[2] for row in _sheets(tmp_path / "a.xlsx")["统计"] if row[0] == "风险等级"}
    assert counted == expected
    assert list(counted.values()) == sorted(counted.values(), reverse=True)
