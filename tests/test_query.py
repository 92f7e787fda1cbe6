"""The query language: what is understood how, and where an error is shown."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.present import error_text
from index.query import FIELDS, Facet, Query, Term, parse, render
from pipeline.errors import QuerySyntaxError
from pipeline.model import Kind

PARSED = [
    ("", ()),
    (" \u3000 ", ()),
    ("审核", ((Term("审核"),),)),
    ("审核　立案", ((Term("审核"), Term("立案")),)),
    ('"收受 财物"', ((Term("收受 财物", phrase=True),),)),
    ("\uff02收受财物\uff02", ((Term("收受财物", phrase=True),),)),
    ("“收受财物”", ((Term("收受财物", phrase=True),),)),
    ('“说"好"”', ((Term('说"好"', phrase=True),),)),
    ("“收受财物", ((Term("“收受财物"),),)),
    ("财物”", ((Term("财物”"),),)),
    ('索取"财物"', ((Term("索取"), Term("财物", phrase=True)),)),
    ("a b OR c", ((Term("a"), Term("b")), (Term("c"),))),
    ("a \uff2f\uff32 c", ((Term("a"),), (Term("c"),))),
    ("a or c", ((Term("a"), Term("or"), Term("c")),)),
    ("风险 -越权", ((Term("风险"), Term("越权", negated=True)),)),
    ("风险 －越权", ((Term("风险"), Term("越权", negated=True)),)),
    ('-"越权 办理"', ((Term("越权 办理", phrase=True, negated=True),),)),
    ("NOT 越权", ((Term("越权", negated=True),),)),
    ("NOT -越权", ((Term("-越权", negated=True),),)),
    ("风险点:贿赂", ((Term("贿赂", field=Kind.RISK),),)),
    ("风险：贿赂", ((Term("贿赂", field=Kind.RISK),),)),
    ("\uff32\uff29\uff33\uff2b：贿赂", ((Term("贿赂", field=Kind.RISK),),)),
    ("防控措施:“集体 讨论”", ((Term("集体 讨论", phrase=True, field=Kind.MEASURE),),)),
    ("-电子监察点:录像", ((Term("录像", field=Kind.MONITOR, negated=True),),)),
    ("环节:立案 unit:人事", ((Term("立案", field=Facet.STAGE), Term("人事", field=Facet.UNIT)),)),
    ("电话:110", ((Term("电话:110"),),)),
    ("风险:措施:x", ((Term("措施:x", field=Kind.RISK),),)),
    ("(a OR b)", ((Term("(a"),), (Term("b)"),))),
    ("一-二", ((Term("一-二"),),)),
]

# The query and, below it, the caret: a Chinese character is two columns wide.
ERRORS = [
    ('风险 "收受', 3, "       ^"),
    ("OR 风险", 0, "  ^"),
    ("风险 OR", 3, "       ^"),
    ("风险 OR OR 立案", 6, "          ^"),
    ("风险 -", 3, "       ^"),
    ("\uff41　－ b", 2, "      ^"),
    ("a NOT", 2, "    ^"),
    ("NOT OR b", 0, "  ^"),
    ("风险点：", 4, "          ^"),
    ("环节: 立案", 3, "       ^"),
    ("-level:", 7, "         ^"),
]


@pytest.mark.parametrize(("text", "alternatives"), PARSED)
def test_text_is_understood_as(text: str, alternatives: tuple[tuple[Term, ...], ...]) -> None:
    assert parse(text) == Query(alternatives)


@pytest.mark.parametrize(("text", "position", "caret"), ERRORS)
def test_an_error_points_at_the_place_in_the_text_as_typed(text: str, position: int, caret: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        parse(text)
    assert caught.value.position == position
    assert error_text(caught.value, 80).splitlines()[1:] == [f"  {text}", caret]


def test_of_a_long_query_the_part_around_the_error_is_shown() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        parse("风险" * 100 + ' "' + "财物" * 100)
    _, line, caret = error_text(caught.value, 40).splitlines()
    before, after = line.split('"')
    assert before.startswith("  …")
    assert after.endswith("…")
    # Of the characters before the quote two blanks, the ellipsis and the last blank are one column wide.
    assert caret == " " * (4 + 2 * (len(before) - 4)) + "^"


def test_every_field_has_a_chinese_and_an_english_name() -> None:
    for field in set(FIELDS.values()):
        names = [name for name, meant in FIELDS.items() if meant == field]
        assert sum(name.isascii() for name in names) == 1
        assert len(names) > 1


_pieces = st.sampled_from(
    [
        *' \u3000"\uff02“”-－:：()',
        "OR",
        "NOT",
        "\uff2f\uff32",
        "风险",
        "措施",
        "unit",
        "xx",
        "财物",
        "a",
        "\n",
        "\ud800",
    ]
)
_texts = st.lists(_pieces, max_size=12).map("".join) | st.text(max_size=20)


@given(_texts)
@example('“a"b” "c”d"')
@example("-- NOT --")
def test_any_text_is_understood_or_refused_with_a_place_in_it(text: str) -> None:
    place = _place_of_error(text)
    assert place is None or 0 <= place <= len(text)


def _place_of_error(text: str) -> int | None:
    """Where `text` is refused; None if it is understood (and the same when written out again)."""
    try:
        query = parse(text)
    except QuerySyntaxError as error:
        return error.position
    assert parse(render(query)) == query
    return None


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ('"甲"-乙', [("甲", False), ("-乙", False)]),
        ("甲-乙", [("甲-乙", False)]),
        ("甲 -乙", [("甲", False), ("乙", True)]),
        ("甲 AND 乙", [("甲", False), ("乙", False)]),
    ],
)
def test_a_dash_excludes_only_where_a_word_begins(text: str, terms: list[tuple[str, bool]]) -> None:
    assert [(term.text, term.negated) for term in parse(text).terms()] == terms
