"""Document -> Document: which paragraphs stand in one box, told by their places or, failing that, by their form."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.model import BBox, Box, Document, Line
from pipeline.normalise import item_number, unmarked
from pipeline.roles import is_label, is_marking, is_title, looks_like_stage

__all__ = ["arrange", "is_drawn"]

# A label box has to stand apart from its neighbours this often before blank lines are trusted to part boxes.
TRUSTED = 0.7
DRAWN = 0.3  # the share of a document's text in drawn boxes from which their places are trusted


def arrange(document: Document) -> Document:
    """The document with its paragraphs in whole boxes; boxes that have places in reading order, others as they came."""
    return _by_place(document) if is_drawn(document.boxes) else _by_order(document)


def is_drawn(boxes: Sequence[Box]) -> bool:
    """Whether enough of a document's text stands in drawn boxes or cells for places to tell what belongs where."""
    drawn = sum(len(box.text) for box in boxes if box.frame in ("shape", "cell"))
    return drawn > DRAWN * sum(len(box.text) for box in boxes)


def _by_order(document: Document) -> Document:
    lines = [box for box in document.boxes if box.text]
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


# Boxes that have places


def _by_place(document: Document) -> Document:
    """Frames filled with the words that stand in them, boxes cut at the labels within, all in reading order."""
    boxes = [part for box in _filled(document.boxes) for part in _cut_at_labels(box)]
    ordered = _in_reading_order(boxes)
    places: dict[int, list[int]] = defaultdict(list)
    for place, box in enumerate(ordered):
        places[box.order].append(place)
    first = {order: own[0] for order, own in places.items()}
    lines = [replace(line, start=_new(line.start, first), end=_new(line.end, first)) for line in document.lines]
    boxes = [replace(box, order=place) for place, box in enumerate(ordered)]
    lines += [_seam(boxes[one], boxes[other]) for own in places.values() for one, other in pairwise(own)]
    return replace(
        document,
        boxes=tuple(boxes),
        lines=tuple(sorted(lines, key=lambda line: (line.page, line.y0, line.x0, line.y1, line.x1))),
    )


def _seam(upper: Box, lower: Box) -> Line:
    """What joins two parts of one box: a line to one leads to the other."""
    place = upper.bbox or BBox(0.0, 0.0, 0.0, 0.0)
    middle = (place.x0 + place.x1) / 2
    return Line(upper.page or 1, middle, place.bottom, middle, place.bottom, start=upper.order, end=lower.order)


def _new(order: int | None, places: Mapping[int, int]) -> int | None:
    return None if order is None else places.get(order)


def _in_reading_order(boxes: Iterable[Box]) -> list[Box]:
    """The boxes by page, from top to bottom and left to right; equal boxes are the same box to any reader."""
    return sorted(boxes, key=lambda box: (box.page or 0, *_corner(box), box.frame or "", box.paragraphs))


def _corner(box: Box) -> tuple[float, float, float, float]:
    place = box.bbox or BBox(0.0, 0.0, 0.0, 0.0)
    return round(place.top, 1), round(place.x0, 1), round(place.bottom, 1), round(place.x1, 1)


def _filled(boxes: Sequence[Box]) -> list[Box]:
    """The boxes, empty frames with the words of the running text that stand in them, or left out."""
    frames = _empty_frames(boxes)
    words: dict[int, list[Box]] = defaultdict(list)
    rest = []
    for box in boxes:
        if box.frame is None and frames:
            kept = [one for one in _words(box) if not _caught(one, frames, words)]
            if len(kept) == len(_words(box)):
                rest.append(box)
            else:
                rest += kept
        elif box.text:
            rest.append(box)
    return rest + [replace(frame, paragraphs=_lines_of(words[frame.order])) for frame in frames if words[frame.order]]


def _empty_frames(boxes: Sequence[Box]) -> list[Box]:
    """Drawn boxes without words that hold no other box and lie behind none: others are borders and backgrounds."""
    drawn = [box for box in boxes if box.frame == "shape" and box.bbox]
    return [
        box
        for box in drawn
        if not box.text and not any(_holds(box, other) or (other.text and _covers(other, box)) for other in drawn)
    ]


def _covers(one: Box, other: Box) -> bool:
    """Whether the middle of a box lies within another."""
    a, b = one.bbox, other.bbox
    if a is None or b is None or one.page != other.page:
        return False
    return a.x0 <= (b.x0 + b.x1) / 2 <= a.x1 and a.top <= (b.top + b.bottom) / 2 <= a.bottom


def _holds(outer: Box, inner: Box) -> bool:
    """Whether the middle of a smaller box lies within a box."""
    return _covers(outer, inner) and _area(outer) > _area(inner)


def _area(box: Box) -> float:
    place = box.bbox or BBox(0.0, 0.0, 0.0, 0.0)
    return (place.x1 - place.x0) * (place.bottom - place.top)


def _words(line: Box) -> list[Box]:
    """The pieces of a line of running text that wide blanks part, each at its place."""
    if line.bbox is None or len(line.paragraphs) != 1:
        return [line]
    text, place = line.paragraphs[0], line.bbox
    unit = (place.x1 - place.x0) / max(1.0, text_units(text))
    return [
        replace(
            line,
            paragraphs=(found[0],),
            bbox=replace(
                place,
                x0=place.x0 + unit * text_units(text[: found.start()]),
                x1=place.x0 + unit * text_units(text[: found.end()]),
            ),
        )
        for found in _WORDS.finditer(text)
    ]


_WORDS = re.compile(r"\S+(?:[ \u3000]\S+)*")


def text_units(text: str) -> float:
    """How wide a text runs, in East Asian characters."""
    return sum(1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.5 for char in text)


def _caught(word: Box, frames: Iterable[Box], words: dict[int, list[Box]]) -> bool:
    frame = next((frame for frame in frames if _holds(frame, word)), None)
    if frame is not None:
        words[frame.order].append(word)
    return frame is not None


def _lines_of(words: Iterable[Box]) -> tuple[str, ...]:
    """The words line by line from top to bottom."""
    lines: list[list[Box]] = []
    for word in sorted(words, key=lambda word: _corner(word)[:2]):
        if lines and _corner(lines[-1][0])[0] == _corner(word)[0]:
            lines[-1].append(word)
        else:
            lines.append([word])
    return tuple(" ".join(word.text for word in line) for line in lines)


def _cut_at_labels(box: Box) -> list[Box]:
    """A box with labels within (`风险点`, sentences, `防控措施`, sentences) as boxes, labels and sentences apart."""
    if box.frame is None or len(box.paragraphs) < 2 or all(map(is_label, box.paragraphs)):
        return [box]
    cuts = [place for place, text in enumerate(box.paragraphs) if is_label(text)]
    before = box.paragraphs[: cuts[0]] if cuts else ()
    named = len(before) == 1 and looks_like_stage(before[0])
    if not cuts or (len(cuts) < 2 and not named and not all(map(is_marking, before))):
        return [box]
    edges = sorted({0, *(place for cut in cuts for place in (cut, cut + 1)), len(box.paragraphs)})
    return [_slice(box, start, end, head=start - 1 in cuts) for start, end in pairwise(edges) if start < end]


def _slice(box: Box, start: int, end: int, *, head: bool) -> Box:
    """Some paragraphs of a box where they stand in it, with the place of the `head` before them."""
    if box.bbox is None:
        return replace(box, paragraphs=box.paragraphs[start:end])
    step = (box.bbox.bottom - box.bbox.top) / len(box.paragraphs)
    place = replace(box.bbox, top=box.bbox.top + step * (start - head), bottom=box.bbox.top + step * end)
    return replace(box, paragraphs=box.paragraphs[start:end], bbox=place)
