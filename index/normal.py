"""The one form of text in which statements and queries are compared, and the way back to the stored text.

Every character is turned on its own (NFKC, casefold, blanks dropped, traditional to simplified), so the form of a
substring is a substring of the form: whatever stands in a statement can be found in it.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from unicodedata import category, normalize

__all__ = ["Span", "normal", "spans"]

Span = tuple[int, int]


_TRADITIONAL_IN_GB2312 = frozenset("乾菸薹拚捱摺吒後徵夥榘於袷麴醣麽")


class _Forms(dict[int, str]):
    """Code point -> its form for matching, worked out when first met (the way `str.translate` asks)."""

    def __missing__(self, code: int) -> str:
        form = self[code] = _form(chr(code))
        return form


def _form(character: str) -> str:
    # Half a surrogate pair can neither be stored nor indexed as UTF-8.
    if category(character) == "Cs":
        return "\ufffd"
    if character in "\u200b\ufeff":  # nothing to be seen, and nobody types them
        return ""
    folded = normalize("NFKC", normalize("NFKC", character).casefold())
    return "".join(_simplified(folded).split())


def _simplified(text: str) -> str:
    # What GB 2312 holds is simplified but for these few; so OpenCC is imported only where there is something else.
    with suppress(UnicodeEncodeError):
        text.encode("gb2312")
        return text if text not in _TRADITIONAL_IN_GB2312 else _converter()(text)
    return _converter()(text)


@cache
def _converter() -> Callable[[str], str]:
    """OpenCC's, character by character: what a character means beside others is left to those who compare words."""
    from opencc import OpenCC

    converter: Callable[[str], str] = OpenCC("t2s").convert
    return converter


_FORMS = _Forms()


def normal(text: str) -> str:
    """`text` as it is compared: NFKC, casefolded, simplified, without blanks and characters of no width."""
    return text.translate(_FORMS)


def _origins(text: str) -> list[int]:
    """For every character of `normal(text)` the offset in `text` it comes from."""
    return [place for place, character in enumerate(text) for _ in _FORMS[ord(character)]]


def _places(form: str, needle: str) -> Iterable[Span]:
    start = form.find(needle)
    while start >= 0:
        yield start, start + len(needle)
        start = form.find(needle, start + len(needle))


def _merged(found: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(found):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def spans(text: str, needles: Iterable[str]) -> tuple[Span, ...]:
    """Where the needles (in normal form) stand in `text`: offsets of the stored text, overlaps merged, in order."""
    form, origins = normal(text), _origins(text)
    found = {
        (origins[start], origins[end - 1] + 1) for needle in needles if needle for start, end in _places(form, needle)
    }
    return tuple(_merged(found))
