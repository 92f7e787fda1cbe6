"""What may have been meant where nothing is found: the query with one of its words as the index spells it.

A part of the query that stands in no statement is compared with the words of the index: those that sound the same, and
those that differ in one character. What is suggested finds something.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path

from index import segment
from index.cache import Index
from index.normal import normal
from index.statements import query_words, words_of

__all__ = ["suggested"]

_MOST = 3
_SHORTEST, _LONGEST = 2, 6  # characters of a word
_LONG_ENOUGH = 4  # a part of the query that may be a mistyped word although it consists of words
_SOUNDS = Path(__file__).with_name("sounds.txt")


def suggested(index: Index, text: str, words: Sequence[str]) -> tuple[str, ...]:
    """Other wordings of the query `text`, of which `words` were looked for, the likeliest first."""
    doubtful = dict.fromkeys(part for word in words for part in _doubtful(index, normal(word)))
    sounds, gaps = _vocabulary(index.statements.folder) if doubtful else ({}, {})
    found: dict[str, tuple[bool, int]] = {}
    for part in doubtful:
        alike = sounds.get(_sound(part), [])
        for right in (*alike, *(one for gap in _gaps(part) for one in gaps.get(gap, ()))):
            other = normal(text).replace(part, right)
            hits = _hits(index, [normal(word).replace(part, right) for word in words]) if other not in found else 0
            if hits:
                found[other] = (right not in alike, -hits)
    return tuple(sorted(found, key=lambda other: (found[other], other))[:_MOST])


@lru_cache(maxsize=1)
def _vocabulary(folder: Path) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The words of the index by their sound, and by what is left of them without one character."""
    sounds, gaps = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for word in words_of(folder):
        if len(word) >= _SHORTEST and _is_chinese(word):
            sounds[_sound(word)].append(word)
            for gap in _gaps(word):
                gaps[gap].append(word)
    return sounds, gaps


def _is_chinese(word: str) -> bool:
    return all("\u4e00" <= character <= "\u9fff" for character in word)


def _doubtful(index: Index, form: str) -> Iterator[str]:
    """The parts of a text that stand in no statement and may be one word."""
    bounds = {0}
    for word in segment.words(form):
        bounds.add(max(bounds) + len(word))
    for start in range(len(form)):
        for end in range(start + _SHORTEST, min(start + _LONGEST, len(form)) + 1):
            part = form[start:end]
            is_whole = len(part) >= _LONG_ENOUGH or (start in bounds and end in bounds)
            if is_whole and _is_chinese(part) and not index.letters.holding(part).size:
                yield part


def _hits(index: Index, words: Sequence[str]) -> int:
    """How many statements hold all these words."""
    found = [set(index.letters.holding(word).tolist()) for word in words]
    found = (
        found if all(found) else [set(index.statements.with_words(query_words(w)).statements.tolist()) for w in words]
    )
    return len(set.intersection(*found)) if found else 0


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
