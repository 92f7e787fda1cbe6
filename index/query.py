"""From the user's words to a query, and back: pure text, no index.

Blanks AND, `OR` between conjunctions, `"…"` a phrase, `-` or `NOT` excludes, `field:` narrows; full width and
half width read alike.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple
from unicodedata import normalize

from pipeline.errors import QuerySyntaxError
from pipeline.record import Kind

__all__ = ["FIELDS", "Facet", "Found", "Query", "Term", "parse", "render"]


class Facet(StrEnum):
    """What one can filter records by and count them by."""

    LEVEL = "level"
    STAGE = "stage"
    UNIT = "unit"
    CATEGORY = "category"
    AGENCY = "agency"
    DOCUMENT = "document"
    POWER = "power"


Found = tuple[Facet | Kind, str]  # what words say of records: a facet and its value, or a kind and nothing

FIELDS: dict[str, Kind | Facet] = {
    "风险点": Kind.RISK,
    "风险": Kind.RISK,
    "risk": Kind.RISK,
    "措施": Kind.MEASURE,
    "防控措施": Kind.MEASURE,
    "measure": Kind.MEASURE,
    "监察点": Kind.MONITOR,
    "电子监察点": Kind.MONITOR,
    "monitor": Kind.MONITOR,
    "环节": Facet.STAGE,
    "stage": Facet.STAGE,
    "单位": Facet.UNIT,
    "unit": Facet.UNIT,
    "职权": Facet.POWER,
    "power": Facet.POWER,
    "等级": Facet.LEVEL,
    "level": Facet.LEVEL,
    "类别": Facet.CATEGORY,
    "category": Facet.CATEGORY,
    "机构": Facet.AGENCY,
    "agency": Facet.AGENCY,
}


class Term(NamedTuple):
    """One thing asked for, as typed: a word or an exact phrase, anywhere or in one field, wanted or excluded."""

    text: str
    phrase: bool = False
    field: Kind | Facet | None = None
    negated: bool = False


class Query(NamedTuple):
    """Alternatives, each a conjunction of terms; no alternative at all asks for everything."""

    alternatives: tuple[tuple[Term, ...], ...] = ()

    def terms(self) -> Iterator[Term]:
        """Every term, in the order typed."""
        return (term for conjunction in self.alternatives for term in conjunction)


class _Token(NamedTuple):
    """A term or an operator (AND is never written: blanks do) at its place in the user's text."""

    position: int
    value: Term | str


_QUOTES = '"\N{FULLWIDTH QUOTATION MARK}'


def parse(text: str) -> Query:
    """The query that `text` asks; QuerySyntaxError with the offending place in `text` as typed."""
    alternatives: list[list[Term]] = [[]]
    pending: _Token | None = None
    for token in _tokens(text):
        if isinstance(token.value, Term):
            alternatives[-1].append(token.value)
            pending = None
        elif not alternatives[-1]:
            raise _misplaced(text, token)
        else:
            alternatives.append([])
            pending = token
    if pending:
        raise _misplaced(text, pending)
    return Query(tuple(tuple(conjunction) for conjunction in alternatives if conjunction))


def _misplaced(text: str, token: _Token) -> QuerySyntaxError:
    return QuerySyntaxError(text, token.position, "OR 的两边都要有检索词", '要查这两个字母，请加引号："OR"')


def _tokens(text: str) -> Iterator[_Token]:
    position = _skip_blanks(text, 0)
    while position < len(text):
        word_end = _word_end(text, position)
        operator = normalize("NFKC", text[position:word_end])
        if operator == "OR":
            yield _Token(position, operator)
            end = word_end
        elif operator == "AND":  # what a blank says anyway
            end = word_end
        else:
            term, end = _excluded(text, position, word_end) if operator == "NOT" else _term(text, position)
            yield _Token(position, term)
        position = _skip_blanks(text, end)


def _excluded(text: str, position: int, end: int) -> tuple[Term, int]:
    """The term after NOT, which reads as if `-` stood directly before it."""
    start = _skip_blanks(text, end)
    if start == len(text) or normalize("NFKC", text[start : _word_end(text, start)]) in ("OR", "NOT"):
        raise QuerySyntaxError(text, position, "NOT 后面没有要排除的词", '要查这三个字母，请加引号："NOT"')
    return _fielded(text, start, negated=True)


def _term(text: str, position: int) -> tuple[Term, int]:
    begins_word = position == 0 or text[position - 1].isspace()
    if normalize("NFKC", text[position]) != "-":
        return _fielded(text, position, negated=False)
    if not begins_word:  # behind a phrase, where it excludes nothing
        end = _word_end(text, position)
        return Term(text[position:end], True, None, False), end
    if position + 1 == len(text) or text[position + 1].isspace():
        raise QuerySyntaxError(text, position, "“-”后面没有要排除的词", '要查这个符号，请加引号："-"')
    return _fielded(text, position + 1, negated=True)


def _fielded(text: str, position: int, negated: bool) -> tuple[Term, int]:
    field, start = _field(text, position)
    if field and (start == len(text) or text[start].isspace()):
        name = text[position : start - 1]
        raise QuerySyntaxError(text, start, f"“{name}：”后面没有要查的词", f'要查这几个字，请加引号："{name}：…"')
    close = _closing(text, start)
    if close is not None:
        return Term(text[start + 1 : close], True, field, negated), close + 1
    end = _word_end(text, start)
    return Term(text[start:end], False, field, negated), end


def _field(text: str, position: int) -> tuple[Kind | Facet | None, int]:
    """The field named at `position` and where its value starts; None and `position` if it is ordinary text."""
    for place in range(position, _word_end(text, position)):
        if normalize("NFKC", text[place]) == ":":
            field = FIELDS.get(normalize("NFKC", text[position:place]).casefold())
            return (field, place + 1) if field else (None, position)
    return None, position


def _closing(text: str, position: int) -> int | None:
    """Where the phrase that opens at `position` closes; None if none opens there (or a curly quote is unpaired)."""
    if text[position : position + 1] == "“":
        close = text.find("”", position + 1)
        return close if close >= 0 else None
    if text[position : position + 1] not in tuple(_QUOTES):
        return None
    for place in range(position + 1, len(text)):
        if text[place] in _QUOTES:
            return place
    raise QuerySyntaxError(text, position, "引号没有配对", "在短语末尾补上引号")


def _word_end(text: str, position: int) -> int:
    """Where the word that begins at `position` ends: at a blank or where a phrase opens."""
    end = position
    while end < len(text) and not text[end].isspace() and text[end] not in _QUOTES:
        if text[end] == "“" and text.find("”", end) >= 0:
            break
        end += 1
    return end


def _skip_blanks(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def render(query: Query) -> str:
    """The query as text; `parse(render(query)) == query` for whatever `parse` returned."""
    return " OR ".join(" ".join(_rendered(term) for term in conjunction) for conjunction in query.alternatives)


def _rendered(term: Term) -> str:
    minus = "-" if term.negated else ""
    field = f"{_NAMES[term.field]}:" if term.field else ""
    return minus + field + (_quoted(term.text) if term.phrase else term.text)


def _quoted(text: str) -> str:
    # Only a phrase in curly quotes can hold a straight one, and it holds no closing curly one.
    return f"“{text}”" if any(quote in text for quote in _QUOTES) else f'"{text}"'


_NAMES = {field: name for name, field in reversed(FIELDS.items())}
