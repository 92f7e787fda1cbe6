"""What each box is: title, label, stage, risks, measures, monitoring points; by its marks, else by its wording."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
    WEAK_MEASURE_WORDS,
    WEAK_RISK_WORDS,
    LabelKind,
    label_kinds,
    plain,
    stage_term,
)

__all__ = [
    "CONTENT",
    "Part",
    "Role",
    "formed",
    "is_label",
    "is_marking",
    "is_title",
    "lacks",
    "looks_like_stage",
    "parts_of",
    "points_by_wording",
]


class Role(StrEnum):
    """What a box is in its chart."""

    TITLE = "title"
    LABEL = "label"
    STAGE = "stage"
    RISK = "risk"
    MEASURE = "measure"
    MONITOR = "monitor"
    LEVEL = "level"
    PARTY = "party"
    OTHER = "other"


CONTENT = (Role.RISK, Role.MEASURE, Role.MONITOR)  # what stands at a stage


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


def parts_of(boxes: Iterable[Box]) -> list[Part]:
    """The boxes with their roles; those without a mark are told by their wording and by what the document lacks."""
    parts = list(_with_owners([formed(box) for box in boxes]))
    wanted = lacks(parts)
    return [
        replace(part, role=_role_by_wording(part.items, wanted)) if part.role is Role.OTHER else part for part in parts
    ]


def formed(box: Box) -> Part:
    """A box with the role its form shows; OTHER if only its wording can tell."""
    if any(map(is_title, box.paragraphs)):
        return Part(box, Role.TITLE)
    if all(map(is_label, box.paragraphs)):
        return Part(box, Role.LABEL, labels=tuple(kind for text in box.paragraphs for kind in label_kinds(text)))
    if len(box.paragraphs) <= 2 and looks_like_stage(box.text):
        return Part(box, Role.STAGE, stage=stage_label(box.paragraphs))
    items = items_of(box.paragraphs)
    levels, parties = marks_of(box.paragraphs)
    if any(LEVEL_MARK.search(PARTY_MARK.sub("", text)) for text in box.paragraphs):
        return Part(box, Role.RISK, (), "", items, levels, parties, marked=True)
    if any(PARTY_MARK.search(text) for text in box.paragraphs):
        return Part(box, Role.MEASURE if items else Role.PARTY, (), "", items, (), parties, marked=True)
    return Part(box, Role.OTHER, (), "", items)


def _with_owners(parts: Sequence[Part]) -> Iterator[Part]:
    """The parts, an owner alone in its box put at the end of the unmarked measures before it."""
    previous: Part | None = None
    for part in parts:
        if (
            previous
            and part.role is Role.PARTY
            and previous.role is Role.OTHER
            and not _share(MONITOR_WORDS, previous.items)
        ):
            previous = formed(replace(previous.box, paragraphs=previous.box.paragraphs + part.box.paragraphs))
            continue
        if previous:
            yield previous
        previous = part
    if previous:
        yield previous


def lacks(parts: Sequence[Part]) -> dict[Role, float]:
    """How much the document wants an unmarked box to be of a kind: marked risks and measures are there, or few are."""
    risks = sum(part.role is Role.RISK for part in parts)
    measures = sum(part.role is Role.MEASURE for part in parts)
    most = max(risks, measures)
    monitored = any("monitor" in part.labels for part in parts)
    return {
        Role.MONITOR: -0.5 if not monitored else 0.3 if most else 0.1,
        Role.RISK: -0.3 if risks > 0.8 * most else 0.0,
        Role.MEASURE: -0.3 if measures > 0.8 * most else 0.0,
    }


def _role_by_wording(items: tuple[str, ...], wanted: Mapping[Role, float]) -> Role:
    """What an unmarked box is worded like, and what its document wants; OTHER if it says nothing."""
    points = points_by_wording(items, wanted)
    role = max(points, key=points.__getitem__)
    return role if points[role] > 0 else Role.OTHER


def points_by_wording(items: tuple[str, ...], wanted: Mapping[Role, float]) -> dict[Role, float]:
    """How much a box is worded like each kind of content, and how much that kind is wanted; above 0 if it is."""
    if len(plain("".join(items))) < 3:
        return dict.fromkeys(CONTENT, 0.0)
    points = {
        Role.RISK: _share(RISK_WORDS, items) * (1 - 0.5 * _share(MEASURE_WORDS, items))
        + _share(WEAK_RISK_WORDS, items) / 3,
        Role.MEASURE: _share(MEASURE_WORDS, items) + _share(WEAK_MEASURE_WORDS, items) / 3,
        Role.MONITOR: 1.5 * _share(MONITOR_WORDS, items),
    }
    return {role: points[role] + wanted[role] for role in CONTENT}


def _share(words: re.Pattern[str], items: Sequence[str]) -> float:
    return sum(bool(words.search(plain(item))) for item in items) / max(1, len(items))


def is_marking(text: str) -> bool:
    """Whether a line is, or ends with, a level or an owner."""
    return bool(LEVEL_MARK.search(text) or PARTY_MARK.search(text))


def is_label(text: str) -> bool:
    """Whether a line consists of label words only."""
    return bool(label_kinds(text))


_HEADING_AT_END = re.compile(rf"{HEADING.pattern}(?:\(.*\))?$")
_TITLE_LINE = re.compile(rf"^(?:{CATEGORY.pattern})?(?:职权|权力|事项)(?:编码|名称|类别|类型)[:：]")


def is_title(text: str) -> bool:
    """Whether a line is (part of) a chart's title: a heading, a category alone, a code or name line."""
    bare = plain(text)
    if is_marking(text):
        return False
    if item_number(text) is not None:
        return bool(_HEADING_AT_END.search(bare))
    return bool(
        HEADING.search(bare)
        or _TITLE_LINE.match(bare)
        or CATEGORY.fullmatch(bare)
        or re.match(rf"{CATEGORY.pattern}[-—]", bare)
    )


def looks_like_stage(text: str) -> bool:
    """Whether an un-numbered line is short and worded like the name of a step, not like a sentence about it."""
    bare = plain(text)
    if (
        not 1 < len(bare) <= 26
        or not re.search(r"[\u4e00-\u9fff]", bare)
        or item_number(text) is not None
        or re.search(r"[。；;:：!?]", bare)
    ):
        return False
    if is_label(text) or is_title(text) or is_marking(text) or MONITOR_WORDS.search(bare):
        return False
    if re.search(r"\d|[未超缺]|不足|少于", bare):
        return False
    risky = RISK_WORDS.search(re.sub(r"违[法规](?=事实|行为|嫌疑|线索|案件|问题)", "", bare))
    if risky or re.search(r"制度$|责任追究", bare):
        return False
    return len(bare) <= 8 or stage_term(bare) is not None or not MEASURE_WORDS.search(bare)
