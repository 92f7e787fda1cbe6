"""What the cells of an entry say: lines made whole, stages that begin them, one owner out of several lines."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.model import Box
from pipeline.normalise import item_number, items_of, marks_of, unnumbered
from pipeline.register.context import stage_of_heading
from pipeline.terms import PARTY_MARK, PARTY_WORDS, RISK_CLASS, column_of, plain

__all__ = [
    "by_stage",
    "goes_with",
    "in_one",
    "items",
    "levels_by_item",
    "names_in",
    "whole_lines",
    "without_owners",
    "wrap_of",
]

_STOPPED = tuple("。；;！？!?")
_OPEN = tuple("，、：,:（(“《及和与或")
LONGEST_NAME = 8  # characters of a stage that only its place tells
_DEPENDENT = r"(?:或|并|且|但|而|否则|以及|同时|从而|导致|致使|造成|情节|构成|其中|对其)"
LONGEST_OWNER = 16  # characters
FRAGMENT = 3  # characters that are no sentence of their own
WRAPPED = 2.1  # em that a broken line may fall short of the widest: a word or a mark that did not fit
AGREED = 0.7  # the share of lines as wide as that which makes them broken
_ROLE = re.compile(
    r"(?:主要|分管|直接)?(?:负责人|责任人|工作人员|承办人员?|经办人员?|人员|领导|主任|科长|股长|处长|所长|队长|组长)(?:[(（].*[)）])?"
)
_BULLET = re.compile(r"^\s*[●○◆◇■□▪▲△►➢★☆•·\-—*]+\s*(?=[\u4e00-\u9fff“《])")
_LONG_BLANKS = re.compile(r"\s{2,}")  # of the layout; patterns with blanks between their parts take long over them


def whole_lines(paragraphs: Sequence[str], wrap: float | None = None) -> tuple[str, ...]:
    """The lines of a cell, those that go on with a sentence joined to it.

    In a cell whose sentences are numbered a line without a number goes on with the one before, unless that was ended;
    where lines are broken at a width of `wrap` em, every line that is as wide goes on.
    """
    tight = [_LONG_BLANKS.sub(" ", text) for text in paragraphs]
    paragraphs = [part for text in _numbered_apart(tight) for part in _LEVEL_THEN_NUMBER.split(text)]
    lines: list[str] = []
    last = ""
    numbered = False  # whether a number or bullet stands above
    several = sum(_begins(one) for one in paragraphs) > 1
    if len(paragraphs) > 1 and not any(map(_begins, paragraphs)) and _is_one_sentence(paragraphs):
        return tuple(_clauses("".join(paragraphs)))
    for raw in paragraphs:
        text = _BULLET.sub("", raw)
        if lines and not _begins(raw) and not _has_prefix(text) and _goes_on(last, text, numbered and several, wrap):
            lines[-1] += text
        else:
            lines.append(text)
        last, numbered = text, numbered or _begins(raw)
    return tuple(lines) if any(map(_begins, paragraphs)) else tuple(part for line in lines for part in _clauses(line))


def _clauses(line: str) -> list[str]:
    """The sentences of a line without numbers, which semicolons part; one that needs what stands before it stays."""
    return [one for one in re.split(rf"[；;]\s*(?!{_DEPENDENT}|$)", line) if one.strip()]


def _numbered_apart(lines: Sequence[str]) -> Sequence[str]:
    """The lines without numbers that stand in lines of their own before all others, put to these if as many."""
    count = next((n for n, line in enumerate(lines) if plain(line).strip("、.") != str(n + 1)), len(lines))
    rest = lines[count:]
    if count < 2 or not rest:
        return lines
    return [f"{n}.{line}" for n, line in enumerate(rest, 1)] if len(rest) == count else rest


def _is_one_sentence(lines: Sequence[str]) -> bool:
    """Whether only the last of some lines ends as sentences do."""
    return lines[-1].rstrip().endswith("。") and not any(line.rstrip().endswith(_STOPPED) for line in lines[:-1])


# A level in brackets, and the number of the next sentence behind it in the same line.
_LEVEL_THEN_NUMBER = re.compile(r"(?<=[高中低级险][)）】\]])[。；;]?\s*(?=(?:[(（]?\d{1,2}[)）]?[.、．)）]|[①-⑳]))")


def _begins(text: str) -> bool:
    """Whether a line begins with a number or a bullet."""
    return item_number(text) is not None or bool(_BULLET.match(text))


def _goes_on(last: str, text: str, numbered: bool, wrap: float | None) -> bool:
    """Whether a line goes on with the line before it."""
    if re.match(r"\d+(?:个|日|天|年|月|%|人|名|次|万|元|小时|分钟|项|件|条)", text):
        return True
    if re.match(rf"[，、。；：,;:)）”》]|{_DEPENDENT}", text) or last.rstrip().endswith(_OPEN):
        return True
    if PARTY_MARK.search(unnumbered(text)):
        return False
    if last.rstrip().endswith(_STOPPED):
        return numbered and last.rstrip().endswith("。")
    fragment = len(text.strip("。；; ")) <= FRAGMENT < len(last)
    return numbered or fragment or (wrap is not None and max(ems(last), len(last)) > wrap - WRAPPED)


def wrap_of(cells: Iterable[Sequence[str]]) -> float | None:
    """The width in em at which the lines of some cells are broken by hand; None if they end where sentences do."""
    broken = [one for lines in cells for one, other in pairwise(lines) if not _begins(other)]
    widths = [max(ems(one), len(one)) for one in broken if not one.rstrip().endswith(_STOPPED)]
    if len(widths) < 2:
        return None
    wrap = max(widths)
    full = sum(width > wrap - WRAPPED for width in widths)
    return wrap if full >= AGREED * len(widths) else None


def ems(text: str) -> float:
    """The width of a text in characters of full width."""
    return sum(1.0 if unicodedata.east_asian_width(one) in "WFA" else 0.5 for one in text.strip())


def items(boxes: Iterable[Box]) -> tuple[str, ...]:
    """The statements of some cells."""
    return tuple(item for box in boxes for item in items_of(box.paragraphs))


# Stages that begin a cell's lines


_NUMBERED = (
    r"(?:(?:[(（]?\d{1,2}[)）]?\s*[.、．)）:：]*|[①-⑳]"
    r"|[一二三四五六七八九十]{1,2}[、.是]|[(（][一二三四五六七八九十]{1,2}[)）])?\s*)"
)
# A short name in brackets or before a colon.
_PREFIX = re.compile(
    rf"{_NUMBERED}(?:[【\[(（](?P<framed>[\u4e00-\u9fff、/（）()]{{2,12}})[】\])）][:：]?"
    r"|(?P<bare>[\u4e00-\u9fff、/（）() ]{2,16}?)\s*[:：])\s*(?=\S|$)"
)


def _prefix(text: str, *, loose: bool = False) -> tuple[str, str] | None:
    """The stage that a text begins with and the rest; None without. `loose` takes any short name for one."""
    found = _PREFIX.match(text)
    if not found:
        return None
    name = re.sub(r"\s+", "", found["framed"] or found["bare"])
    stage = stage_of_heading(name) or (name if loose and len(name) <= LONGEST_NAME else "")
    if found["framed"] and not re.search(r"环节|阶段|风险", stage):
        return None
    return (stage, text[found.end() :]) if stage else None


def _has_prefix(text: str) -> bool:
    return _prefix(text) is not None


def by_stage(boxes: Sequence[Box]) -> list[tuple[str, Box]]:
    """The cells cut where a stage begins (受理环节：…), with that stage; "" for what stands before any.

    Where one line begins with a stage the genre knows, so may others with one it does not.
    """
    boxes = [replace(box, paragraphs=tuple(_LONG_BLANKS.sub(" ", text) for text in box.paragraphs)) for box in boxes]
    loose = any(_has_prefix(text) for box in boxes for text in box.paragraphs) or any(map(_names_stages, boxes))
    parts: list[tuple[str, Box]] = []
    for box in boxes:
        stage = ""
        lines: list[str] = []
        for text in _cut_at_prefixes(box.paragraphs, loose=loose):
            if found := _prefix(text, loose=loose):
                parts += [(stage, replace(box, paragraphs=tuple(lines)))] if lines else []
                stage, lines = found[0], [found[1]] if found[1].strip() else []
            else:
                lines.append(text)
        parts += [(stage, replace(box, paragraphs=tuple(lines)))] if lines else []
    return parts


def _names_stages(box: Box) -> bool:
    """Whether all lines of a cell begin with a short name of their own (组织实施：…), and these are no risk classes."""
    found = [_prefix(text, loose=True) for text in box.paragraphs]
    names = [one[0] for one in found if one]
    return (
        len(names) > 1
        and len(names) == len(found)
        and not any(RISK_CLASS.match(name) or column_of(name) for name in names)
    )


def _cut_at_prefixes(paragraphs: Iterable[str], *, loose: bool) -> Iterator[str]:
    """The lines, cut before each stage within that stands behind a stop."""
    for text in paragraphs:
        start = 0
        for found in re.finditer(r"(?<=[。；;])\s*(?=\S)", text):
            if found.end() > start and _prefix(text[found.end() :], loose=loose):
                yield text[start : found.start()].strip()
                start = found.end()
        yield text[start:].strip()


# Levels item by item


def levels_by_item(lines: Sequence[str]) -> tuple[str, ...]:
    """The levels of a cell that lists them in the order of its risks (`1.高 2.中`, one a line); empty for one level."""
    whole = " ".join(lines)
    numbered = re.findall(r"(?:\d{1,2}\s*[.、．:：)）]|[①-⑳])\s*([^\s\d.、，,；;。①-⑳]{1,6})", whole)
    if len(numbered) > 1:
        return tuple(numbered)
    parts = [one.strip("。；;，,、 ") for one in (lines if len(lines) > 1 else re.split(r"[；;、，,/]", whole))]
    return tuple(parts) if len(parts) > 1 else ()


# Names


def in_one(boxes: Iterable[Box]) -> str:
    """A short cell in one line: blanks between characters are the layout's."""
    cells = dict.fromkeys(box.paragraphs for box in boxes)
    return _tight("".join(text for cell in cells for text in cell)).strip("。；;，,、 ")


def _tight(text: str) -> str:
    return re.sub(r"(?<=[\u4e00-\u9fff）)、，])\s+(?=[\u4e00-\u9fff（(])", "", " ".join(text.split()))


def goes_with(names: str, line: str) -> bool:
    """Whether a line goes on with the owners above it: the first of them, a role, or one more after a mark."""
    return len(plain(line)) <= LONGEST_OWNER and (
        not names or names[-1] in "、,，及和" or bool(_ROLE.fullmatch(line.strip()))
    )


def names_in(boxes: Iterable[Box]) -> str:
    """Owners on several lines: a role goes with the department above it, names stand side by side."""
    found = (_tight(text).strip("。；;，,、 ") for box in boxes for text in box.paragraphs)
    lines = list({plain(line): line for line in found if line}.values())
    if any(len(line) == 1 for line in lines):
        return "".join(lines)
    joined: list[str] = []
    for line in lines:
        if joined and (_ROLE.fullmatch(line) or line[0] in "（(及和、" or joined[-1][-1] in "、及和（("):
            joined[-1] += line
        else:
            joined.append(line)
    return "、".join(joined)


_OWNER = re.compile(rf"\s*[（(]\s*(?:直接|具体|防控|主要)?{PARTY_WORDS}\s*[:：]\s*(?P<party>[^（()）]+)[）)]")


def without_owners(boxes: Sequence[Box]) -> tuple[list[Box], str | None]:
    """The cells without the owners said in them, in brackets behind a sentence or in a line of their own; and these."""
    names: list[str] = []
    bare = []
    for box in boxes:
        lines = [text for text in box.paragraphs if not _is_owner_line(text)]
        alone = [text for text in box.paragraphs if _is_owner_line(text)]
        names += [_tight(found["party"]) for text in lines for found in _OWNER.finditer(text)]
        names += [party for text in alone for party in marks_of([unnumbered(text)])[1]]
        bare.append(replace(box, paragraphs=tuple(_OWNER.sub("", text) for text in lines)))
    return bare, "、".join(dict.fromkeys(names)) or None


def _is_owner_line(text: str) -> bool:
    found = PARTY_MARK.search(unnumbered(text))
    return found is not None and found.start() == 0
