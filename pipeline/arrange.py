"""Document -> Document: which paragraphs stand in one box, told by their places or, failing that, by their form."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.model import Box, Document
from pipeline.normalise import item_number, unmarked
from pipeline.roles import is_label, is_marking, is_title, looks_like_stage

__all__ = ["arrange"]

# A label box has to stand apart from its neighbours this often before blank lines are trusted to part boxes.
TRUSTED = 0.7


def arrange(document: Document) -> Document:
    """The document with its paragraphs joined into boxes; the text and its order stay."""
    lines = document.boxes
    inner = _gap_within_boxes(lines)
    parted = _parted_by_gaps(lines, inner) if _gaps_tell(lines, inner) else _parted_by_form(lines)
    boxes = (replace(_joined(group), order=order) for order, group in enumerate(parted))
    return replace(document, boxes=tuple(boxes))


def _joined(group: Sequence[Box]) -> Box:
    return replace(group[0], paragraphs=tuple(paragraph for box in group for paragraph in box.paragraphs))


def _gap_within_boxes(lines: Sequence[Box]) -> int:
    """The usual number of blank lines between two lines that surely stand in one box."""
    gaps = Counter(after.gap for before, after in pairwise(lines) if _surely_one_box(before.text, after.text))
    return gaps.most_common(1)[0][0] if gaps else 0


def _surely_one_box(before: str, after: str) -> bool:
    """Item n and item n+1, or an item and a level or owner alone in its line."""
    number = item_number(before)
    if number is None:
        return False
    return item_number(after) == number + 1 or (not is_marking(before) and is_marking(after) and not unmarked(after))


def _gaps_tell(lines: Sequence[Box], inner: int) -> bool:
    """Whether labels stand further from their neighbours than the lines of one box do."""
    apart = [after.gap > inner for _, after in pairwise(lines) if is_label(after.text) and not is_title(after.text)]
    return bool(apart) and sum(apart) >= TRUSTED * len(apart)


def _parted_by_gaps(lines: Iterable[Box], inner: int) -> Iterator[list[Box]]:
    group: list[Box] = []
    for line in lines:
        if group and (line.gap > inner or is_title(line.text) or is_title(group[-1].text)):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _parted_by_form(lines: Iterable[Box]) -> Iterator[list[Box]]:
    """Boxes of a dump without blank lines: a level or owner line ends one, numbering that restarts begins one."""
    group: list[Box] = []
    last: int | None = None  # the last number in the group
    for line in lines:
        number = item_number(line.text)
        restarts = number is not None and last is not None and (number == 1 or number < last)
        if group and (restarts or is_marking(group[-1].text) or _stands_alone(line.text, group[-1].text)):
            yield group
            group, last = [], None
        group.append(line)
        last = number if number is not None else last
    if group:
        yield group


def _stands_alone(*texts: str) -> bool:
    return any(is_title(text) or is_label(text) or looks_like_stage(text) for text in texts)
