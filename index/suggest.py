"""What may have been meant where nothing is found: the query with one of its words as the index spells it.

A part of the query that stands in no statement is compared with the words of the index: those that sound the same, and
those that differ in one character; a whole word also with those of one character more or less, by Whoosh's corrector.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import accumulate, islice
from pathlib import Path

from index import segment
from index.cache import Index
from index.lexicon import spoken_of
from index.normal import normal
from index.query import Facet, Query, Term
from index.statements import Statements

__all__ = ["rewritten"]

_MOST, _MOST_DOUBTFUL = 12, 20  # what is looked at; each takes a search
_LONGEST_TEXT = 40  # a longer text was not typed by hand
_SHORTEST, _LONGEST = 2, 6  # characters of a word
_LONG_ENOUGH = 4  # a part of the query that may be a mistyped word although it consists of words
_SOUNDS = Path(__file__).with_name("sounds.txt")


def rewritten(index: Index, query: Query) -> Iterator[Query]:
    """The query with a part of a word as the index spells it, the likeliest first; it need not find anything."""
    words = [term for term in query.terms() if not (term.phrase or term.negated or isinstance(term.field, Facet))]
    parts = ((term, part) for term in words for part in _doubtful(index, normal(term.text)))
    doubtful = list(islice(parts, _MOST_DOUBTFUL))
    sounds, gaps = _vocabulary(index.statements) if doubtful else ({}, {})
    alike = [(term, part, right) for term, part in doubtful for right in sounds.get(_sound(part), ())]
    similar = [(term, part, right) for term, part in doubtful for gap in _gaps(part) for right in gaps.get(gap, ())]
    whole = [(term, part) for term, part in doubtful if part == normal(term.text)]
    longer = [(term, part, right) for term, part in whole for right in _corrected(part, index.statements)]
    yield from islice(dict.fromkeys(_with(query, *change) for change in (*alike, *similar, *longer)), _MOST)


def _with(query: Query, term: Term, wrong: str, right: str) -> Query:
    """The query with a part of a word replaced."""
    other = term._replace(text=normal(term.text).replace(wrong, right))
    return Query(tuple(tuple(other if one == term else one for one in part) for part in query.alternatives))


@lru_cache(maxsize=1)
def _vocabulary(statements: Statements) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The words of the index by their sound, and by what is left of them without one character."""
    sounds, gaps = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for word in _words(statements):
        sounds[_sound(word)].append(word)
        for gap in _gaps(word):
            gaps[gap].append(word)
    return sounds, gaps


@lru_cache(maxsize=1)
def _words(statements: Statements) -> list[str]:
    """The words of the index that may be meant, in order."""
    return [word for word in statements.words if len(word) >= _SHORTEST and _is_chinese(word)]


def _corrected(word: str, statements: Statements) -> list[str]:
    """The words of which a whole word of the query lacks a character, or has one too many."""
    if len(word) < _LONG_ENOUGH - 1:
        return []
    from whoosh.spelling import ListCorrector  # late: it takes longer to import than a search

    found = ListCorrector(_words(statements)).suggest(word, limit=_MOST, maxdist=1)
    return [one for one in found if len(one) != len(word) and len(one) > _SHORTEST]


def _is_chinese(word: str) -> bool:
    return all("\u4e00" <= character <= "\u9fff" for character in word)


def _doubtful(index: Index, form: str) -> Iterator[str]:
    """The parts of a text that stand in no statement, are no known words, and may be one."""
    if len(form) > _LONGEST_TEXT:
        return
    bounds = {0, *accumulate(map(len, segment.words(form)))}
    for start in range(len(form)):
        for end in range(start + _SHORTEST, min(start + _LONGEST, len(form)) + 1):
            part = form[start:end]
            is_whole = len(part) >= _LONG_ENOUGH or (start in bounds and end in bounds)
            is_unknown = is_whole and _is_chinese(part) and not segment.is_known(part) and not _is_said(part)
            if is_unknown and not index.letters.holding(part).size:
                yield part


def _is_said(part: str) -> bool:
    """Whether the lexicon has a text as it is."""
    return any((part,) in (*one.sayings, *one.words) for one, _ in spoken_of(part))


def _gaps(word: str) -> Iterator[str]:
    """The word with each of its characters left out."""
    return (f"{word[:place]} {word[place + 1 :]}" for place in range(len(word)))


def _sound(word: str) -> str:
    """How a word sounds, without tones; a character of no known sound stands for itself."""
    return " ".join(_sounds().get(character, character) for character in word)


@cache
def _sounds() -> dict[str, str]:
    lines = (line.split(" ") for line in _SOUNDS.read_text("utf-8").splitlines())
    return {character: sound for sound, characters in lines for character in characters}
