"""Web pages: lines, tables with spans and tables within, encodings, archives, and what is not shown."""

import itertools
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import State, Unreadable
from pipeline.extract import extract, grid
from pipeline.extract.html import read_html
from pipeline.model import Document
from tests.sheets import SOURCE, Span, lines_of, overlapping, spans_of, tilings
from tests.test_container import docx

PAGE = "<html><body>{}</body></html>"


def read(text: str | bytes) -> Document:
    return read_html(SOURCE, PAGE.format(text).encode() if isinstance(text, str) else text)


def lines(text: str | bytes) -> list[str]:
    return lines_of(read(text))


def spans(text: str) -> list[tuple[Span, str]]:
    return spans_of(read(text))


def refused(text: str | bytes) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read(text)
    assert (caught.value.where, bool(caught.value.remedy)) == (SOURCE.path, True)
    return caught.value


# Tables


def table(cells: Sequence[Span]) -> str:
    def cell(one: Span) -> str:
        row, column, rows, columns = one
        return f'<td rowspan="{rows}" colspan={columns}>第{row}行第{column}列</td>'

    height = max(row + rows for row, _, rows, _ in cells)
    rows = ("".join(cell(one) for one in cells if one[0] == row) for row in range(height))
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


@settings(deadline=None)
@given(tilings())
def test_merged_cells_come_back_as_they_were(cells: list[Span]) -> None:
    found = read(table(cells))
    assert spans_of(found) == [(one, f"第{one[0]}行第{one[1]}列") for one in cells]
    assert not overlapping(found.boxes)


@settings(deadline=None)
@given(st.lists(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=4), max_size=5))
def test_no_two_cells_share_a_place_whatever_the_spans_say(rows: list[list[tuple[int, int]]]) -> None:
    numbers = itertools.count()
    text = "".join(
        "<tr>" + "".join(f"<td rowspan={down} colspan={across}>{next(numbers)}" for down, across in row) for row in rows
    )
    found = spans_of(read(f"<table>{text}</table>"))
    assert [int(text) for _, text in found] == list(range(next(numbers)))
    taken = [
        (one, other)
        for (row, column, down, across), _ in found
        for one in range(row, row + down)
        for other in range(column, column + across)
    ]
    assert len(taken) == len(set(taken))
    assert all(row + down <= len(rows) for (row, _, down, _), _ in found)


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        pytest.param(
            "<tr><td>甲<td>乙<tr><td>丙", [((0, 0, 1, 1), "甲"), ((0, 1, 1, 1), "乙"), ((1, 0, 1, 1), "丙")], id="open"
        ),
        pytest.param(
            "<tr><td rowspan=0>甲<td>乙<tr><td>丙<tr><td>丁",
            [((0, 0, 3, 1), "甲"), ((0, 1, 1, 1), "乙"), ((1, 1, 1, 1), "丙"), ((2, 1, 1, 1), "丁")],
            id="to the end",
        ),
        pytest.param(
            "<thead><tr><th rowspan=9>甲</th><th>乙</th></tr></thead><tbody><tr><td>丙</td><td>丁</td></tr></tbody>",
            [((0, 0, 1, 1), "甲"), ((0, 1, 1, 1), "乙"), ((1, 0, 1, 1), "丙"), ((1, 1, 1, 1), "丁")],
            id="no further than its group",
        ),
        pytest.param(
            "<tfoot><tr><td>合计</tr></tfoot><tr><td>甲</tr><thead><tr><th>头</tr></thead>",
            [((0, 0, 1, 1), "头"), ((1, 0, 1, 1), "甲"), ((2, 0, 1, 1), "合计")],
            id="groups in their order",
        ),
        pytest.param(
            "<tr><td colspan=100>标题<tr><td>甲<td>乙",
            [((0, 0, 1, 2), "标题"), ((1, 0, 1, 1), "甲"), ((1, 1, 1, 1), "乙")],
            id="all columns",
        ),
        pytest.param("<tr><td colspan=9999999999>甲", [((0, 0, 1, 1000), "甲")], id="more than may be"),
        pytest.param("<tr><td colspan=x rowspan=-1>甲", [((0, 0, 1, 1), "甲")], id="no numbers"),
        pytest.param(
            "<tr><td>甲<td rowspan=2>乙<tr><td colspan=2>丙<tr><td>丁<td>戊",
            [
                ((0, 0, 1, 1), "甲"),
                ((0, 1, 2, 1), "乙"),
                ((1, 0, 1, 1), "丙"),
                ((2, 0, 1, 1), "丁"),
                ((2, 1, 1, 1), "戊"),
            ],
            id="one over another",
        ),
        pytest.param("<td>甲<td>乙", [((0, 0, 1, 1), "甲"), ((0, 1, 1, 1), "乙")], id="no row"),
        pytest.param("<tr></tr><tr><td>甲", [((1, 0, 1, 1), "甲")], id="an empty row"),
        pytest.param(
            "<form><tr><td>甲<td>乙</tr></form>", [((0, 0, 1, 1), "甲"), ((0, 1, 1, 1), "乙")], id="in a form"
        ),
        pytest.param(
            "<tr style='display:none'><td>甲</tr><tr><td hidden>乙</td><td>丙", [((0, 0, 1, 1), "丙")], id="hidden"
        ),
        pytest.param("<tr><td>&nbsp;<td>　<td>甲", [((0, 2, 1, 1), "甲")], id="blank"),
    ],
)
def test_cells_stand_where_a_browser_shows_them(inner: str, expected: object) -> None:
    assert spans(f"<table>{inner}</table>") == expected


def test_a_table_within_a_cell_is_a_table_of_its_own() -> None:
    inner = "<table><tr><td>里一<td>里二<table><tr><td>最里</table></table>"
    found = read(f"<table><tr><td>外<td>前{inner}后<tr><td>下</table><table><tr><td>另</table>")
    cells = [(box.paragraphs, one.table, one.row, one.column, one.within) for box in found.boxes if (one := box.cell)]
    assert cells == [
        (("外",), 0, 0, 0, None),
        (("前", "后"), 0, 0, 1, None),
        (("里一",), 1, 0, 0, (0, 0, 1)),
        (("里二",), 1, 0, 1, (0, 0, 1)),
        (("最里",), 2, 0, 0, (1, 0, 1)),
        (("下",), 0, 1, 0, None),
        (("另",), 3, 0, 0, None),
    ]
    assert not overlapping([box for box in found.boxes if box.cell and box.cell.within is None])
    outer, *within = (box.bbox for box in found.boxes[1:5])
    assert outer
    assert all(box and outer.x0 <= box.x0 and box.x1 <= outer.x1 and box.bottom <= outer.bottom for box in within)


def test_a_table_that_only_lays_out_has_cells_without_boxes() -> None:
    found = read("<table><tr><td><table><tr><td>甲<td>乙</table></table>").boxes
    assert [(box.text, box.cell and box.cell.within) for box in found] == [("甲", (0, 0, 0)), ("乙", (0, 0, 0))]


def test_captions_and_what_strays_stand_before_their_table() -> None:
    found = read("<p>前</p><table>游离<caption>表一</caption><tr>也是<td>甲</td>还是</tr></table>后")
    assert [(box.text, box.frame) for box in found.boxes] == [
        ("前", None), ("游离", None), ("表一", None), ("也是", None), ("还是", None), ("甲", "cell"), ("后", None),
    ]  # fmt: skip
    assert [box.order for box in found.boxes] == list(range(7))
    assert not overlapping(found.boxes)


# Lines


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("甲<br>乙<br/><br>丙", ["甲", "乙", "丙"]),
        ("<p>甲</p>\n<p> </p><div>乙<div>丙</div>丁</div>", ["甲", "乙", "丙", "丁"]),
        ("收<b>件</b>不<span>登</span>记", ["收件不登记"]),
        ("收件不\n    登记 and\nmore\t text", ["收件不登记 and more text"]),
        ("　　收件&nbsp;&nbsp;不&#12288;登记&nbsp;", ["收件  不　登记"]),
        ("&lt;甲&gt;&amp;&ldquo;乙&#x4e59;&rdquo;", ["<甲>&“乙乙”"]),
        ("收\u200b件\ufeff", ["收件"]),
        ("<pre>甲\n 乙\n\n丙</pre>", ["甲", "乙", "丙"]),
        ("<ol><li>甲<li>乙</ol>", ["1.甲", "2.乙"]),
        ("<ol start=3><li><p>甲</p><p>注</p><li value=7>乙<li>丙</ol>", ["3.甲", "注", "7.乙", "8.丙"]),
        ("<ol type=a><li>甲<li>乙<ol><li>里</ol></ol>", ["a.甲", "b.乙", "1.里"]),
        ("<ol><li>1、甲<li>（2）乙<li>20.丙<li></ol>", ["1、甲", "（2）乙", "3.20.丙"]),
        ("<ol style='list-style-type: none'><li>甲</ol><ul><li>乙</ul>", ["甲", "乙"]),
        ("<![if !supportLists]>1.<![endif]>甲<o:p>&nbsp;</o:p>", ["1.甲"]),
    ],
)
def test_lines_are_those_that_are_shown(text: str, expected: list[str]) -> None:
    """The same within a cell and without."""
    assert lines(text) == expected
    (box,) = read(f"<table><tr><td>{text}</table>").boxes
    assert list(box.paragraphs) == expected


@pytest.mark.parametrize(
    "text",
    [
        *(
            f"<{tag}>无</{tag}>"
            for tag in ("script", "style", "noscript", "template", "nav", "button", "select", "del")
        ),
        "<select><option>无</option></select>",
        "<header><ul><li>无</ul></header>",
        "<p hidden>无</p>",
        "<p style='color:red; DISPLAY : none'>无<b>无</b></p>",
        "<span style='mso-hide:all'>无</span>",
        "<div role=navigation>无</div>",
        "<table hidden><tr><td>无</table>",
        "<!-- 无 --><!--[if mso]><p>无</p><![endif]-->",
        "<ruby><rp>(</rp><rt>无</rt></ruby>",
        "<?无?>",
    ],
)
def test_what_is_not_shown_is_left_out(text: str) -> None:
    assert "".join(lines(f"甲{text}乙")) == "甲乙"


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        ("登记表", "<p>甲</p>", ["登记表", "甲"]),
        ("登记表 - 某局", "<h1>登记表</h1>", ["登记表"]),
        ("登记表", "<h1>某局登记表</h1>", ["某局登记表"]),
        ("登记表", "<p>登记表</p>", ["登记表"]),
        ("登记表", "<h1></h1>甲", ["登记表", "甲"]),
        ("Sheet1", "甲", ["甲"]),
        ("无标题文档", "甲", ["甲"]),
        (" ", "甲", ["甲"]),
    ],
)
def test_the_title_is_told_where_the_page_does_not(head: str, body: str, expected: list[str]) -> None:
    assert lines(f"<html><head><title>{head}</title></head><body>{body}</body></html>".encode()) == expected


# Encodings


TEXT = "<html><head>{}</head><body><table><tr><td>风险点<td>收件不登记</table></body></html>"


@pytest.mark.parametrize(
    ("meta", "encoding"),
    [
        ("", "utf-8"),
        ("", "utf-8-sig"),
        ("", "gb18030"),
        ("", "utf-16"),
        ("", "utf-16-le"),
        ("<meta charset=utf-8>", "utf-8"),
        ("<meta charset=utf-8>", "gbk"),
        ('<meta charset="gb2312">', "gb18030"),
        ('<meta charset="gb2312">', "utf-8"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=gb2312">', "gbk"),
        ("<meta charset=unheard-of>", "gb18030"),
        ("<meta charset=iso-8859-1>", "gb18030"),
        ("<meta charset=unicode_escape>", "utf-8"),
    ],
)
def test_the_text_does_not_depend_on_the_encoding(meta: str, encoding: str) -> None:
    found = read(TEXT.format(meta).encode(encoding))
    assert (lines_of(found), found.problems) == (["风险点", "收件不登记"], ())


def test_what_only_its_page_can_tell_is_decoded_as_that_says() -> None:
    big5 = "<meta charset=big5><p>風險點：收件不登記</p>".encode("big5")
    latin = b"<meta charset=windows-1252><p>a\xb7</p>"
    assert (lines(b"<html>" + big5), lines(b"<html>" + latin)) == (["風險點：收件不登記"], ["a·"])


def test_some_bytes_that_are_no_text_are_a_problem() -> None:
    body = ("收件不登记" * 20).encode()
    found = read(b"<html><meta charset=utf-8><p>" + body + b"\xff</p>")
    assert lines_of(found) == ["收件不登记" * 20 + "\ufffd"]
    assert [problem.code for problem in found.problems] == ["characters-lost"]


# Archives


def archive(*parts: tuple[str, str]) -> bytes:
    """A page saved as one file, with these parts: a type and a text."""
    mark = "----=_1"
    body = "".join(
        f"--{mark}\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n" for kind, text in parts
    )
    head = f'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="{mark}"\r\n\r\n'
    return f"{head}{body}--{mark}--\r\n".encode()


def test_an_archive_is_its_first_page() -> None:
    page = ("text/html; charset=utf-8", TEXT.format(""))
    data = archive(("text/css", "p {}"), page, ("text/html", "<p>广告</p>"))
    assert lines(data) == ["风险点", "收件不登记"]


def test_a_page_in_an_archive_may_be_packed() -> None:
    head = "MIME-Version: 1.0\r\nContent-Type: text/html; charset=big5\r\nContent-Transfer-Encoding: "
    packed = "".join(f"={byte:02X}" for byte in "<p>收件無登記</p>".encode("big5"))
    assert lines(f"{head}quoted-printable\r\n\r\n{packed}".encode()) == ["收件無登記"]


def test_a_workbook_in_an_archive_has_a_page_for_each_sheet() -> None:
    sheets = [("text/html", f"<table><tr><td>{text}</table>") for text in ("甲", "乙")]
    found = read(archive(("text/html", "<html><frameset><frame src=a></frameset></html>"), *sheets))
    assert [(box.text, box.page) for box in found.boxes] == [("甲", 1), ("乙", 2)]


def test_a_message_without_a_page_is_refused() -> None:
    assert "没有网页" in refused(archive(("text/plain", "甲"))).what


# What a file is


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("甲.html", TEXT.format("")),
        ("甲.HTM", TEXT.format("")),
        ("甲.doc", TEXT.format("")),
        ("甲.xls", TEXT.format("")),
        ("甲.csv", TEXT.format("")),
        ("甲.html", "<p>风险点</p><p>收件不登记</p>"),
        ("甲.html", '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE html>\n' + TEXT.format("")),
        ("甲.mht", archive(("text/html", TEXT.format(""))).decode()),
        ("甲.doc", archive(("text/html", TEXT.format(""))).decode()),
    ],
)
def test_pages_go_by_several_names(name: str, data: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(data, "utf-8")
    assert lines_of(extract(path, name)) == ["风险点", "收件不登记"]


# Limits, damage, malice


def test_deep_nesting_is_read_or_refused() -> None:
    assert lines("<div>" * 200 + "甲") == ["甲"]
    assert lines("<table><tr><td>" * 80 + "甲") == ["甲"]
    assert lines("<table><td>" * 120 + "甲") == ["甲"]
    for text in ("<div>" * 300, "<div>" * 100_000, "<table><tr><td>" * 100):
        assert refused(text + "甲").state is State.TOO_LARGE


@pytest.mark.parametrize(
    ("text", "state"),
    [
        pytest.param("<p>" * 2_000_001, State.TOO_LARGE, id="tags"),
        pytest.param("甲" * 10_001, State.UNSUPPORTED, id="a line"),
        pytest.param("x" * 20_000_000, State.TOO_LARGE, id="a text"),
        pytest.param("<table><tr>" + "<td colspan=1000>甲" * 3, State.TOO_LARGE, id="columns"),
        pytest.param("<p>甲" * 100_001, State.TOO_LARGE, id="lines"),
    ],
)
def test_too_much_is_refused(text: str, state: State) -> None:
    assert refused(text).state is state


def test_what_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The parser compares each attribute of a tag with all others."""
    monkeypatch.setattr(grid, "SECONDS", 0.3)
    assert refused("<p " + " ".join(f"a{number}" for number in range(100_000)) + ">甲").state is State.TIMEOUT


@pytest.mark.parametrize("data", [b"", docx(), b"%PDF-1.7", b'<?xml version="1.0"?><a/>', b"\x89PNG\0"])
def test_what_is_no_page_is_refused(data: bytes) -> None:
    refused(data)


TAGS = re.findall(
    "<[^>]+>|甲",
    "<table></table><tr></tr><td><td colspan=3><td rowspan=0></td><th><tbody><thead><caption><form></form><p></p><br>"
    "<ol><li></ol><div></div><b></b><pre></pre>甲甲甲甲",
)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(TAGS), max_size=30))
def test_any_tags_are_read_without_loss(tags: list[str]) -> None:
    """Each text comes back once, in a box with a place; boxes are numbered in order."""
    numbers = itertools.count(100)
    text = "".join(f" {next(numbers)} " if tag == "甲" else tag for tag in tags)
    found = read(text).boxes
    words = " ".join(line for box in found for line in box.paragraphs).replace(".", " ").split()
    assert sorted(int(word) for word in words if len(word) == 3) == list(range(100, next(numbers)))
    assert [box.order for box in found] == list(range(len(found)))
    assert all(box.bbox and box.bbox.x0 < box.bbox.x1 and box.bbox.top < box.bbox.bottom for box in found)
