"""Labelled lists in running text (风险点：… 防控措施：… 责任人：…) -> entries."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from pipeline.model import Box
from pipeline.register.cells import goes_with
from pipeline.register.context import Context, is_chrome, is_note, stage_of_heading, told
from pipeline.register.heads import SENTENCES
from pipeline.register.table import Entry, context_after, entry_of
from pipeline.terms import LABEL_WORDS, Column, label_at, plain

__all__ = ["Listing", "is_list", "listed"]

_WITHIN = re.compile(rf"(?<=[。；;，,、\s）)】])(?=(?:[【\[]{LABEL_WORDS}[】\]]|{LABEL_WORDS}\s*[:：]))")


@dataclass(frozen=True, slots=True)
class Listing:
    """The entries of a document's running text and the boxes they and their headings came from."""

    entries: tuple[Entry, ...]
    used: tuple[Box, ...]
    titles: tuple[Box, ...]


@dataclass(slots=True)
class _Open:
    """An entry being read: its facts, what stands above it, the boxes used."""

    context: Context
    facts: list[tuple[str, Column, list[Box]]] = field(default_factory=list)

    def has(self, *kinds: Column) -> bool:
        return any(kind in kinds for _, kind, _ in self.facts)


def is_list(box: Box) -> bool:
    """Whether a cell, as pages have for their layout, holds labelled risks and labelled measures."""
    kinds = {kind for text in box.paragraphs for kind, _, _ in _facts(text)}
    return box.frame == "cell" and bool(kinds & {"form", "name"}) and "measure" in kinds


def listed(boxes: Sequence[Box]) -> Listing:
    """The entries of labelled lists in boxes of running text; none where risks and measures are not both labelled."""
    lines = [(box, text) for box in boxes for text in box.paragraphs]
    kinds = {kind for _, text in lines for kind, _, _ in _facts(text)}
    if not (kinds & {"form", "name"} and kinds & {"measure", "level", "party", "owner"}):
        return Listing((), (), ())
    entries: list[Entry] = []
    used: list[Box] = []
    titles: list[Box] = []
    now = _Open(Context())
    for box, text in lines:
        facts = list(_facts(text))
        if facts:
            for kind, label, value in facts:
                now = _with_fact(now, entries, kind, label, replace(box, paragraphs=(value,) if value else ()))
            used.append(box)
        elif now.facts and (_is_empty(now) or not _is_heading(text, now)) and not _ends(text, now):
            now.facts[-1][2].append(replace(box, paragraphs=(text,)))
            used.append(box)
        elif (known := told(now.context, text)) is not None:
            _close(now, entries)
            now = _Open(known)
            titles.append(box)
        elif now.facts:
            _close(now, entries)
            now = _Open(now.context)
    _close(now, entries)
    return Listing(tuple(entries), tuple(used), tuple(titles)) if entries else Listing((), (), ())


def _facts(text: str) -> Iterator[tuple[Column, str, str]]:
    """The labelled facts of a line: kind, label, value; empty if it does not begin with one."""
    while found := label_at(text):
        kind, label, end = found
        inner = (place.start() for place in _WITHIN.finditer(text, end) if label_at(text[place.start() :]))
        place = next(inner, len(text))
        yield kind, label, text[end:place].strip()
        text = text[place:]


def _is_heading(text: str, now: _Open) -> bool:
    """Whether a line without a label ends the entry above it: numbered like headings, or nothing but a name."""
    bare = plain(text)
    if len(bare) > 30 or re.search(r"[。；;,，]", bare):
        return False
    if re.match(
        r"[一二三四五六七八九十]{1,3}、|第[一二三四五六七八九十]+[章节部]|[(（][一二三四五六七八九十]{1,3}[)）]", bare
    ):
        return True
    known, before = told(now.context, text), now.context
    if known is None:
        return False
    if (known.unit, known.title, known.category) != (before.unit, before.title, before.category):
        return True
    return known.stage != before.stage and bool(stage_of_heading(known.stage))


def _is_empty(now: _Open) -> bool:
    """Whether the last label has nothing behind it: the next line is what it labels."""
    return not any(box.paragraphs for box in now.facts[-1][2])


def _ends(text: str, now: _Open) -> bool:
    """Whether a line without a label goes on with nothing: the page's own words, or a sentence behind a name."""
    _, kind, boxes = now.facts[-1]
    if is_note(text) or is_chrome(text):
        return True
    return kind not in (*SENTENCES, "monitor") and not goes_with("".join(box.text for box in boxes), text)


def _with_fact(now: _Open, entries: list[Entry], kind: Column, label: str, box: Box) -> _Open:
    """The entry with one more fact; a fact of a kind it has already begins the next, which keeps what ranks higher."""
    last = now.facts[-1] if now.facts else None
    again = now.has(kind) and not (last and last[1] == kind and last[0] != label)
    if again or (kind in CONTEXT and now.has(*SENTENCES)):
        kept = [one for one in now.facts if one[1] in CONTEXT and _outranks(one[1], kind)]
        _close(now, entries)
        now = _Open(now.context, kept)
    now.facts.append((label, kind, [box]))
    return now


CONTEXT: tuple[Column, ...] = ("unit", "post", "person", "duty", "category", "matter", "power", "code", "stage")


def _outranks(kind: Column, other: Column) -> bool:
    """Whether a fact still holds when one of another kind changes: the unit of powers, the power of stages."""
    return other not in CONTEXT or CONTEXT.index(kind) < CONTEXT.index(other)


def _close(now: _Open, entries: list[Entry]) -> None:
    """End an entry; one without risks and measures tells of those below it."""
    entry = entry_of(now.facts, now.context)
    if now.has(*SENTENCES):
        entries.append(entry)
    else:
        now.context = context_after(entry)
