"""How people speak of what charts say in other words: the concepts of the field, as data, used on queries only.

`lexicon.txt` holds one concept per line, `说法 | 说法 = 用语 | 用语 ~ 相关用语`: sayings looked for in the query, words
looked for in the statements, and words of statements that are related. `…` in a saying stands for up to six characters;
the parts of a word between blanks must all stand in a statement, in any order. A line `[风险]`, `[措施]` or `[中性]`
says what the concepts below it are about. LIANTU_LEXICON names a file of the user's own, read after ours.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from index.normal import Span, normal
from pipeline.errors import LexiconBroken
from pipeline.model import Kind

__all__ = ["Concept", "Word", "concepts", "parse", "spoken_of"]

_OURS = Path(__file__).with_name("lexicon.txt")
_USERS = "LIANTU_LEXICON"
_HEADS = {"[风险]": Kind.RISK, "[措施]": Kind.MEASURE, "[中性]": None}
_GAP = 6
_FORM = "说法 | 说法 = 用语 | 用语 ~ 相关用语"

Form = Callable[[str], str]
Word = tuple[str, ...]  # the parts (in normal form) that must all stand in a statement


@dataclass(frozen=True, slots=True)
class Concept:
    """What people call something, what charts call it, and what is related; the first saying is its name."""

    name: str
    sayings: tuple[Word, ...]
    words: tuple[Word, ...]
    related: tuple[Word, ...]
    kind: Kind | None


def concepts() -> tuple[Concept, ...]:
    """All concepts, the user's after ours; LexiconBroken if the user's file cannot be read or understood."""
    return _concepts(os.environ.get(_USERS) or None)


@cache
def _concepts(users: str | None) -> tuple[Concept, ...]:
    # Ours is its own normal form (a test sees to that), which saves most of the time.
    ours = tuple(parse(_OURS.read_text("utf-8"), _OURS.name, _as_it_is))
    return ours + (tuple(parse(_read(users), users, normal)) if users else ())


def _as_it_is(text: str) -> str:
    """The form of a text that is its own normal form."""
    return text


def _read(path: str) -> str:
    try:
        return Path(path).read_text("utf-8-sig")
    except OSError as error:
        raise LexiconBroken(path, f"读不了（{error.strerror}）", f"检查环境变量 {_USERS}") from error
    except UnicodeDecodeError as error:
        raise LexiconBroken(path, "不是 UTF-8 文本", "另存为 UTF-8") from error


def parse(text: str, name: str, form: Form = normal) -> Iterator[Concept]:
    """The concepts in `text`; blank lines and those that begin with `#` are left.

    LexiconBroken, with the number of the line, for one that is none.
    """
    kind = None
    for number, line in enumerate(text.splitlines(), start=1):
        bare = line.strip()
        if bare in _HEADS:
            kind = _HEADS[bare]
        elif bare and not bare.startswith("#"):
            yield _concept(bare, kind, form, f"{name} 第 {number} 行")


def _concept(line: str, kind: Kind | None, form: Form, where: str) -> Concept:
    sayings, equals, rest = line.partition("=")
    words, _, related = rest.partition("~")
    if not equals or "=" in rest or "~" in sayings + related:
        raise LexiconBroken(where, "不合格式", f"写成 {_FORM}，“~”以后可以不写")
    names = [name.strip() for name in sayings.split("|")]
    concept = Concept(
        names[0], _listed(sayings, "…", form), _listed(words, None, form), _listed(related, None, form), kind
    )
    if not concept.sayings or not concept.words:
        raise LexiconBroken(where, "“=”的两边都要有词", f"写成 {_FORM}")
    return concept


def _listed(text: str, between: str | None, form: Form) -> tuple[Word, ...]:
    """The items between bars, each in the parts between what stands between them, if anything is left of it."""
    items = (tuple(part for part in map(form, item.strip().split(between)) if part) for item in text.split("|"))
    return tuple(dict.fromkeys(item for item in items if item))


def spoken_of(form: str) -> tuple[tuple[Concept, bool], ...]:
    """The concepts that a query (in normal form) speaks of: True where by a saying, False where by the charts' words.

    A saying within a longer one does not count, and a word within anything longer: 不一次告知 is not also 告知.
    """
    likely = [
        entry for character in dict.fromkeys(form) for entry in _entries(os.environ.get(_USERS)).get(character, ())
    ]
    found = [(place, one, said) for one, word, said in likely for place in (_said if said else _worded)(word, form)]
    whole = {
        (one, said)
        for place, one, said in found
        if not any(_within(place, other) for other, _, longer in found if longer or not said)
    }
    return tuple((one, (one, True) in whole) for one in concepts() if (one, True) in whole or (one, False) in whole)


@cache
def _entries(users: str | None) -> dict[str, list[tuple[Concept, Word, bool]]]:
    """Sayings (True) and words by their first character: most begin with one that is not in the query."""
    entries: dict[str, list[tuple[Concept, Word, bool]]] = {}
    for concept in _concepts(users or None):
        for words, said in ((concept.sayings, True), (concept.words, False)):
            for word in words:
                entries.setdefault(word[0][0], []).append((concept, word, said))
    return entries


def _said(saying: Word, form: str) -> Iterator[Span]:
    """Where a saying stands: its parts in order, with at most a gap between two."""
    start = form.find(saying[0])
    while start >= 0:
        end = start + len(saying[0])
        for part in saying[1:]:
            place = form.find(part, end, end + _GAP + len(part))
            end = place + len(part) if place >= 0 else -1
            if end < 0:
                break
        if end >= 0:
            yield start, end
        start = form.find(saying[0], start + 1)


def _worded(word: Word, form: str) -> Iterator[Span]:
    """From where to where the parts of a word stand, in any order."""
    places = [form.find(part) for part in word]
    if min(places) >= 0:
        yield min(places), max(place + len(part) for place, part in zip(places, word, strict=True))


def _within(inner: Span, outer: Span) -> bool:
    return outer != inner and outer[0] <= inner[0] and inner[1] <= outer[1]
