"""How people speak of what charts say in other words: the concepts of the field, as data, used on queries only.

`lexicon.txt` holds one concept per line, `说法 | 说法 = 用语 | 用语 ~ 相关用语`: sayings looked for in the query, words
looked for in the statements, and words of statements that are related. `…` in a saying stands for up to six characters;
the parts of a word between blanks must all stand in a statement, in any order. A line `[风险]`, `[措施]` or `[中性]`
says what the concepts below it are about. LIANTU_LEXICON names a file of the user's own, read after ours.
"""

import os
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from index.normal import Span, normal
from pipeline.errors import LexiconBroken
from pipeline.record import Kind

__all__ = ["OURS", "Concept", "Word", "concepts", "spoken_of"]

OURS = Path(__file__).with_name("lexicon.txt")
_ASKED_AGAIN = 256  # parts of a query, of which the same ones are looked at from several sides
_USERS = "LIANTU_LEXICON"
_HEADS = {"[风险]": Kind.RISK, "[措施]": Kind.MEASURE, "[中性]": None}
_GAP = 6
_HALF_WIDTH = str.maketrans("｜＝～", "|=~")
_BETWEEN = ("…", " ", "")  # what stands between the parts of a saying, of a word
_FORM = "说法 | 说法 = 用语 | 用语 ~ 相关用语"

Word = tuple[str, ...]  # the parts (in normal form) that must all stand in a statement


class Concept(NamedTuple):
    """What people call something, what charts call it, and what is related; the first saying is its name."""

    name: str
    sayings: tuple[Word, ...]
    words: tuple[Word, ...]
    related: tuple[Word, ...]
    kind: Kind | None


def concepts() -> tuple[Concept, ...]:
    """All concepts, the user's after ours; LexiconBroken if the user's file cannot be read or understood."""
    return tuple(map(_concept, _lines(os.environ.get(_USERS) or None)))


@cache
def _lines(users: str | None) -> tuple["_Line", ...]:
    # Ours is its own normal form (a test sees to that), which saves time.
    ours = _split(OURS.read_text("utf-8"), OURS.name, is_normal=True)
    return (*ours, *_split(_read(users), users, is_normal=False)) if users else tuple(ours)


def _read(path: str) -> str:
    try:
        return Path(path).read_text("utf-8-sig").translate(_HALF_WIDTH)
    except OSError as error:
        raise LexiconBroken(path, f"读不了（{error.strerror}）", f"检查环境变量 {_USERS}") from error
    except UnicodeDecodeError as error:
        raise LexiconBroken(path, "不是 UTF-8 文本", "另存为 UTF-8") from error


class _Line(NamedTuple):
    """A concept as written."""

    text: str
    kind: Kind | None
    where: str
    is_normal: bool


def _split(text: str, name: str, is_normal: bool) -> Iterator[_Line]:
    kind = None
    for number, line in enumerate(text.splitlines(), start=1):
        bare = line.strip()
        if bare in _HEADS:
            kind = _HEADS[bare]
        elif bare and not bare.startswith("#"):
            yield _Line(bare, kind, f"{name} 第 {number} 行", is_normal)


@cache
def _concept(line: _Line) -> Concept:
    sayings, equals, rest = line.text.partition("=")
    words, _, related = rest.partition("~")
    if not equals or "=" in rest or "~" in sayings + related:
        raise LexiconBroken(line.where, "不合格式", f"写成 {_FORM}，“~”以后可以不写")
    name = sayings.split("|")[0].strip()
    lists = _listed(sayings, "…", line), _listed(words, None, line), _listed(related, None, line)
    if not all(lists[:2]):
        raise LexiconBroken(line.where, "“=”的两边都要有词", f"写成 {_FORM}")
    return Concept(name, *lists, line.kind)


def _listed(text: str, between: str | None, line: _Line) -> tuple[Word, ...]:
    """The items between bars, each in the parts between what stands between them, if anything is left of it."""
    items = (item.strip().split(between) for item in text.split("|"))
    forms = (item if line.is_normal else filter(None, map(normal, item)) for item in items)
    return tuple(dict.fromkeys(filter(None, map(tuple, forms))))


def spoken_of(form: str) -> tuple[tuple[Concept, bool], ...]:
    """The concepts that a query (in normal form) speaks of: True where by a saying, False where by the charts' words.

    A saying within a longer one does not count, and a word within anything longer: 不一次告知 is not also 告知.
    """
    return _spoken_of(form, os.environ.get(_USERS) or None)


@lru_cache(_ASKED_AGAIN)
def _spoken_of(form: str, users: str | None) -> tuple[tuple[Concept, bool], ...]:
    beginnings = dict.fromkeys((*form, *(form[place : place + 2] for place in range(len(form) - 1))))
    numbers = sorted({number for one in beginnings for number in _by_beginning(users).get(one, ())})
    likely = [_concept(_lines(users)[number]) for number in numbers]
    found = [
        (place, one, said)
        for one in likely
        for words, said, places in ((one.sayings, True, _said), (one.words, False, _worded))
        for word in words
        if word[0] in form
        for place in places(word, form)
    ]
    whole = {
        (one.name, said)
        for place, one, said in found
        if not any(_within(place, other) for other, _, longer in found if longer or not said)
    }
    return tuple((one, (one.name, True) in whole) for one in likely if whole & {(one.name, True), (one.name, False)})


@cache
def _by_beginning(users: str | None) -> dict[str, list[int]]:
    """The lines in which a saying or a word begins with two characters (one, if its first part has no more).

    To make concepts of all lines takes longer than a search; a query needs a few dozen.
    """
    found: dict[str, list[int]] = {}
    for number, line in enumerate(_lines(users)):
        for beginning in _beginnings(line):
            found.setdefault(beginning, []).append(number)
    return found


def _beginnings(line: _Line) -> set[str]:
    if line.is_normal:
        items = line.text.partition(" ~ ")[0].replace(" = ", " | ").split(" | ")
        return {item[0] if item[1:2] in _BETWEEN else item[:2] for item in items}
    return {word[0][:2] for words in (_concept(line).sayings, _concept(line).words) for word in words}


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
