"""What each box is: title, label, stage, risks, measures, monitoring points; by its marks, else by its wording."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from pipeline.model import Box
from pipeline.normalise import item_number, items_of, marks_of, stage_label
from pipeline.terms import (
    CATEGORY,
    HEADING,
    LEVEL_MARK,
    MEASURE_WORDS,
    MONITOR_WORDS,
    PARTY_MARK,
    RISK_WORDS,
    LabelKind,
    label_kinds,
    plain,
    stage_term,
)

__all__ = ["Part", "Role", "is_label", "is_marking", "is_title", "looks_like_stage", "part_of"]


class Role(StrEnum):
    """What a box is in its chart."""

    TITLE = "title"
    LABEL = "label"
    STAGE = "stage"
    RISK = "risk"
    MEASURE = "measure"
    MONITOR = "monitor"
    PARTY = "party"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Part:
    """A box and what was read in it; `marked` if a level or owner line says its role, not its wording."""

    box: Box
    role: Role
    labels: tuple[LabelKind, ...] = ()
    stage: str = ""
    items: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    marked: bool = False


def part_of(box: Box) -> Part:
    """The box with its role."""
    if any(map(is_title, box.paragraphs)):
        return Part(box, Role.TITLE)
    if all(map(is_label, box.paragraphs)):
        return Part(box, Role.LABEL, labels=tuple(kind for text in box.paragraphs for kind in label_kinds(text)))
    if len(box.paragraphs) <= 2 and looks_like_stage(box.text):
        return Part(box, Role.STAGE, stage=stage_label(box.paragraphs))
    return _content(box)


def _content(box: Box) -> Part:
    items = items_of(box.paragraphs)
    levels, parties = marks_of(box.paragraphs)
    marked = any(map(is_marking, box.paragraphs))
    return Part(box, _content_role(box, items), items=items, levels=levels, parties=parties, marked=marked)


def _content_role(box: Box, items: tuple[str, ...]) -> Role:
    if any(PARTY_MARK.search(text) for text in box.paragraphs):
        return Role.MEASURE if items else Role.PARTY
    if any(LEVEL_MARK.search(text) for text in box.paragraphs):
        return Role.RISK
    return _role_by_wording(items)


def _role_by_wording(items: tuple[str, ...]) -> Role:
    """What most sentences of an unmarked box are worded like; OTHER if like nothing of the genre."""
    bare = [plain(item) for item in items]
    monitors = sum(bool(MONITOR_WORDS.search(text)) for text in bare)
    measures = sum(bool(MEASURE_WORDS.search(text)) for text in bare)
    risks = sum(bool(RISK_WORDS.search(text)) and not MEASURE_WORDS.match(text) for text in bare)
    if monitors * 2 >= max(1, len(bare)):
        return Role.MONITOR
    if not risks and not measures:
        return Role.OTHER
    return Role.RISK if risks >= measures else Role.MEASURE


def is_marking(text: str) -> bool:
    """Whether a line is, or ends with, a level or an owner."""
    return bool(LEVEL_MARK.search(text) or PARTY_MARK.search(text))


def is_label(text: str) -> bool:
    """Whether a line consists of label words only."""
    return bool(label_kinds(text))


_TITLE_LINE = re.compile(r"^(?:职权|权力|事项)(?:编码|名称|类别|类型)[:：]")


def is_title(text: str) -> bool:
    """Whether a line is (part of) a chart's title: a heading, a category alone, a code or name line."""
    bare = plain(text)
    if item_number(text) is not None or is_marking(text):
        return False
    return bool(
        HEADING.search(bare)
        or _TITLE_LINE.match(bare)
        or CATEGORY.fullmatch(bare)
        or re.match(rf"{CATEGORY.pattern}[-—]", bare)
    )


def looks_like_stage(text: str) -> bool:
    """Whether an un-numbered line is short and worded like the name of a step, not like a sentence about it."""
    bare = plain(text)
    if not 1 < len(bare) <= 26 or item_number(text) is not None or re.search(r"[。；;:：!?]", bare):
        return False
    if is_label(text) or is_title(text) or is_marking(text) or MONITOR_WORDS.search(bare):
        return False
    risky = RISK_WORDS.search(re.sub(r"违[法规](?=事实|行为|嫌疑|线索|案件|问题)", "", bare))
    if risky or re.search(r"制度$|责任追究", bare):
        return False
    return len(bare) <= 8 or stage_term(bare) is not None or not MEASURE_WORDS.search(bare)


def texts(parts: Iterable[Part]) -> str:
    """All the words of some parts, one after the other."""
    return "".join(plain(part.box.text) for part in parts)
