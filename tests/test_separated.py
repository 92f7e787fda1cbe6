"""Tables as plain text: delimiters, quotes, encodings, and what is no table."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import State, Unreadable
from pipeline.extract import extract
from pipeline.extract.separated import read_separated
from pipeline.model import Document
from tests.sheets import SOURCE, lines_of, overlapping
from tests.test_container import docx

HEAD = "序号,风险点,风险等级\n"


def read(text: str | bytes) -> Document:
    return read_separated(SOURCE, text.encode() if isinstance(text, str) else text)


def rows(document: Document) -> dict[int, dict[int, tuple[str, ...]]]:
    """The paragraphs of the cells by row and column."""
    found: dict[int, dict[int, tuple[str, ...]]] = {}
    for box in document.boxes:
        assert box.cell
        found.setdefault(box.cell.row, {})[box.cell.column] = box.paragraphs
    return found


FIELD = st.text("甲乙ab1,;\t| \"'。", max_size=6).map(str.strip)


@settings(deadline=None, max_examples=50)
@given(
    st.sampled_from(",;\t|"),
    st.integers(2, 5).flatmap(lambda width: st.lists(st.lists(FIELD, min_size=width, max_size=width), min_size=4)),
)
def test_what_is_written_is_read(delimiter: str, table: list[list[str]]) -> None:
    """Below a head as every register has; the delimiter is told by the rows, whatever stands in the fields."""
    head = [f"栏{number}" for number in range(len(table[0]))]
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([head] * 8 + table)
    found = {(box.cell.row, box.cell.column): box.text for box in read(file.getvalue()).boxes if box.cell}
    expected = {(row, column): text for row, one in enumerate([head] * 8 + table) for column, text in enumerate(one)}
    assert found == {place: text for place, text in expected.items() if text}


def test_blanks_stay_blank_and_rows_are_counted() -> None:
    found = read("登记表,,\n\n,单位,风险点\n1,,甲\n")
    assert rows(found) == {
        0: {0: ("登记表",)},
        2: {1: ("单位",), 2: ("风险点",)},
        3: {0: ("1",), 2: ("甲",)},
    }
    assert [(box.order, box.frame, box.page) for box in found.boxes] == [(order, "cell", 1) for order in range(5)]
    assert not overlapping(found.boxes)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param((HEAD + "1,收件不登记,高\n").encode(), id="utf-8"),
        pytest.param((HEAD + "1,收件不登记,高\n").encode("utf-8-sig"), id="utf-8 with mark"),
        pytest.param((HEAD + "1,收件不登记,高\n").encode("gb18030"), id="gb18030"),
        pytest.param((HEAD + "1,收件不登记,高\n").encode("utf-16"), id="utf-16"),
        pytest.param((HEAD + "1,收件不登记,高\n").replace("\n", "\r\n").encode(), id="Windows"),
        pytest.param((HEAD + "1,收件不登记,高\n").replace("\n", "\r").encode(), id="old Mac"),
        pytest.param((HEAD + "1,收件不登记,高").replace(",", "\t").encode("utf-16"), id="Unicode text of Excel"),
        pytest.param(("sep=;\r\n" + HEAD + "1,收件不登记,高").replace(",", ";").encode(), id="named for Excel"),
        pytest.param(b'"' + (HEAD + "1,收件不登记,高").replace("序号", '序号"', 1).encode(), id="a quoted field"),
    ],
)
def test_the_table_does_not_depend_on_how_it_is_saved(data: bytes) -> None:
    assert rows(read(data)) == {
        0: {0: ("序号",), 1: ("风险点",), 2: ("风险等级",)},
        1: {0: ("1",), 1: ("收件不登记",), 2: ("高",)},
    }


def test_lines_within_quotes_are_paragraphs() -> None:
    found = read(HEAD + '1,"1.收件不登记；\r\n\r\n 2.说“行”就""行""，不按规定",高\n2,乙,低\n')
    assert rows(found)[1] == {0: ("1",), 1: ("1.收件不登记；", '2.说“行”就"行"，不按规定'), 2: ("高",)}
    assert rows(found)[2] == {0: ("2",), 1: ("乙",), 2: ("低",)}
    assert not found.problems


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('1,"甲,高\n2,乙,低\n', {1: {0: ("1",), 1: ('"甲',), 2: ("高",)}, 2: {0: ("2",), 1: ("乙",), 2: ("低",)}}),
        (
            '1,"甲,高\n2,"乙\n丙",低\n',
            {1: {0: ("1",), 1: ('"甲',), 2: ("高",)}, 2: {0: ("2",), 1: ("乙", "丙"), 2: ("低",)}},
        ),
        ('1,乙,"低', {1: {0: ("1",), 1: ("乙",), 2: ('"低',)}}),
    ],
)
def test_an_open_quote_takes_no_more_than_its_line(text: str, expected: object) -> None:
    found = read(HEAD + text)
    assert {row: cells for row, cells in rows(found).items() if row} == expected
    assert [problem.code for problem in found.problems] == ["unclosed-quote"]


def test_quotes_within_a_field_are_its_own() -> None:
    found = read(HEAD + '1,5"屏 "甲",高\n2,"乙" 丙,低\n')
    assert (rows(found)[1][1], rows(found)[2][1]) == (('5"屏 "甲"',), ("乙 丙",))
    assert not found.problems


def test_a_text_without_delimiters_is_one_column() -> None:
    assert rows(read("风险点\n收件不登记。\n")) == {0: {0: ("风险点",)}, 1: {0: ("收件不登记。",)}}
    assert read("\n\n").boxes == ()


@pytest.mark.parametrize(
    ("data", "state"),
    [
        pytest.param(b"", State.DAMAGED, id="empty"),
        pytest.param(docx(), State.UNSUPPORTED, id="Word"),
        pytest.param(b"a,b\n" + b"\x89\0\xff" * 99, State.DAMAGED, id="no text"),
        pytest.param(b"1,2\n" * 50_001, State.TOO_LARGE, id="too many cells"),
        pytest.param(b"\n" * 1_000_001 + b"a,b", State.TOO_LARGE, id="too many rows"),
        pytest.param(b"a,b\n" + b"c" * 200_000 + b",d", State.UNSUPPORTED, id="too long a line"),
        pytest.param(b'a,b\n"' + b"c" * 200_000, State.UNSUPPORTED, id="too long a field"),
    ],
)
def test_what_is_refused(data: bytes, state: State) -> None:
    with pytest.raises(Unreadable) as caught:
        read(data)
    assert (caught.value.where, caught.value.state) == (SOURCE.path, state)
    assert caught.value.remedy


@settings(deadline=None, max_examples=100)
@given(st.text('ab,"\n\r;\t', max_size=40))
def test_any_text_is_read_without_loss(text: str) -> None:
    """All letters come back, in order."""
    found = "".join(lines_of(read("甲,乙\n" + text)))
    assert [char for char in found if char in "ab"] == [char for char in text if char in "ab"]


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".CSV"])
def test_suffixes(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"表{suffix}"
    path.write_text("甲,乙\n丙,丁\n", "utf-8")
    assert lines_of(extract(path, path.name)) == ["甲", "乙", "丙", "丁"]
