"""From bytes to paragraphs: encodings, marks of the extractor, blank lines, and what is refused."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import extract as extraction
from pipeline.errors import Unreadable
from pipeline.extract import READERS, extract
from pipeline.extract.text import read_text
from tests.dumps import SOURCE, document

TEXT = "受理\n\n1.收件不登记。\n风险等级：高\n"
LINES = ["受理", "1.收件不登记。", "风险等级：高"]


def paragraphs(data: bytes) -> list[str]:
    return [box.text for box in read_text(SOURCE, data).boxes]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(TEXT.encode(), id="utf-8"),
        pytest.param(TEXT.encode("utf-8-sig"), id="utf-8 with BOM"),
        pytest.param(TEXT.encode("utf-16"), id="utf-16 with BOM"),
        pytest.param(b"\xfe\xff" + TEXT.encode("utf-16-be"), id="utf-16 big-endian"),
        pytest.param(TEXT.encode("utf-16-le"), id="utf-16 without BOM"),
        pytest.param(TEXT.encode("utf-16-be"), id="utf-16 big-endian without BOM"),
        pytest.param(TEXT.encode("gb18030"), id="gb18030"),
        pytest.param(TEXT.replace("\n", "\r\n").encode(), id="Windows line ends"),
        pytest.param(TEXT.replace("\n", "\r").encode(), id="old Mac line ends"),
    ],
)
def test_the_text_does_not_depend_on_the_encoding(data: bytes) -> None:
    assert paragraphs(data) == LINES


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(TEXT.encode() + b"\0", id="NUL"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", id="picture"),
        pytest.param(b"PK\x03\x04\x14\0\x06\0", id="zip"),
        pytest.param(b"a\n\0" + TEXT.encode(), id="NUL after a line end"),
        pytest.param("﻿受理".encode("utf-32-le"), id="utf-32"),
        pytest.param(b"\xff\xfe\x41", id="half a character of utf-16"),
        pytest.param(b"\xff\xff\xff\xff", id="no encoding"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable) as error:
        paragraphs(data)
    assert error.value.where == SOURCE.path
    assert "不是文本文件" in error.value.what
    assert error.value.remedy


@given(st.binary(max_size=60))
@settings(deadline=None)
def test_any_bytes_are_text_or_unreadable(data: bytes) -> None:
    """No other error, no NUL, no blank paragraph."""
    try:
        found = paragraphs(data)
    except Unreadable:
        return
    assert all(text.strip() == text != "" and "\0" not in text for text in found)


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("[bookmark: _GoBack]职权名称：甲", ["职权名称：甲"]),
        ("职权[bookmark: _Hlk1]名称[bookmark: b]：甲", ["职权名称：甲"]),
        ("[image: 图片 1]受理", ["受理"]),
        ("[embedded: rId9]", []),
        ("[招标文件备案]", ["[招标文件备案]"]),
        ("备案[bookmark]", ["备案[bookmark]"]),
        (" \u3000\t受理\u3000 ", ["受理"]),
    ],
)
def test_marks_of_the_extractor_are_removed_and_no_others(line: str, left: list[str]) -> None:
    assert paragraphs(line.encode()) == left


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["受理", "1.甲。", "防 控 措 施"])), max_size=12))
def test_blank_lines_are_counted(lines: list[tuple[int, str]]) -> None:
    """`gap` is the number of blank lines before a paragraph; paragraphs are numbered from 0."""
    text = "".join("\n" * gap + line + "\n" for gap, line in lines) + "\n\n"
    boxes = document(text).boxes
    assert [(box.gap, box.text) for box in boxes] == lines
    assert [box.order for box in boxes] == list(range(len(lines)))


def test_a_line_with_only_blanks_or_a_mark_is_blank() -> None:
    assert [box.gap for box in document("甲\n \t\n\u3000\n[bookmark: x]\n乙").boxes] == [0, 3]


def test_the_source_is_named_by_path_document_and_digest(tmp_path: Path) -> None:
    path = tmp_path / "a.TXT"
    path.write_bytes(b"abc")
    found = extract(path, "sub/a.TXT")
    assert (found.source.path, found.source.document) == (str(path), "sub/a.TXT")
    assert found.source.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert [box.text for box in found.boxes] == ["abc"]


@pytest.mark.parametrize("name", ["甲.exe", "甲", "甲.txt.bak"])
def test_an_unknown_suffix_names_what_can_be_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("受理", encoding="utf-8")
    with pytest.raises(Unreadable) as error:
        extract(path, name)
    assert error.value.where == str(path)
    assert (path.suffix or "无后缀") in error.value.what
    assert all(suffix in error.value.remedy for suffix in READERS)


def test_a_file_of_the_limit_is_read_and_one_byte_more_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extraction, "MAX_BYTES", 4 << 20)
    path = tmp_path / "大.txt"
    path.write_bytes((b" " * 1023 + b"\n") * (4 << 10))
    assert extract(path, "大.txt").boxes == ()
    with path.open("ab") as file:
        file.write(b" ")
    with pytest.raises(Unreadable, match="超过 4 MiB") as error:
        extract(path, "大.txt")
    assert error.value.where == str(path)
    assert error.value.remedy


def test_a_missing_file_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "没有.txt"
    with pytest.raises(Unreadable) as error:
        extract(path, "没有.txt")
    assert error.value.where == str(path)
    assert "打不开" in error.value.what
    assert error.value.remedy


def test_a_file_without_permission_is_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told through a refusing system, since tests may run as one whom nothing is refused."""

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    path = tmp_path / "甲.txt"
    path.write_text("受理", encoding="utf-8")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(Unreadable, match="Permission denied"):
        extract(path, "甲.txt")


def test_a_line_longer_than_any_paragraph_is_refused(tmp_path: Path) -> None:
    """What follows searches within lines; a line of megabytes would take it for ever."""
    path = tmp_path / "行.txt"
    path.write_text("甲" * 10_000 + "\n", "utf-8")
    assert len(extract(path, "行.txt").boxes) == 1
    path.write_text("甲" * 10_001, "utf-8")
    with pytest.raises(Unreadable, match="有一行超过 10000 字"):
        extract(path, "行.txt")
