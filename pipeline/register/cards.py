"""Tables of labels with their values beside them: one card for each risk, or one above the rows of a table."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.levels import is_level
from pipeline.model import Box
from pipeline.register.grids import Grid, cell_of, text_of
from pipeline.register.heads import CONTENT, OWNERS, SENTENCES, is_headlike
from pipeline.register.table import Table, context_after, entry_of, head_of
from pipeline.terms import RISK_CLASS, Column, column_of, plain

__all__ = ["breaks_columns", "is_pairs", "label_of", "read_cards"]

# What a card may begin with.
_OPENING: tuple[Column, ...] = ("power", "unit", "code", "category", "post", "person", "duty", "matter", "owner")
# What stands on a card for one risk only, where another risk below has its own.
_OF_ONE_RISK: tuple[Column, ...] = (*CONTENT, "party", "leader")
_COUNTED = re.compile(r"(?<=[\u4e00-\u9fff])[\d一二三四五六七八九十]{1,2}$")  # 风险点1, 防控措施二

_Card = dict[str, tuple[Column | None, dict[int, Box]]]  # by label: what it labels, and the values by their orders


@dataclass(frozen=True, slots=True)
class _Segment:
    """Labels that stand before values in a row; `label` is that nearest to them."""

    label: str
    kind: Column | None
    labels: Sequence[Box]
    values: Sequence[Box]


def label_of(box: Box) -> Column | None:
    """What a cell labels, None for one that is no label; it may be numbered."""
    text = text_of(box)
    if not is_headlike(text) or is_level(text):
        return None
    return column_of(_COUNTED.sub("", plain(text).strip(":：")))


def is_pairs(grid: Grid, row: int) -> bool:
    """Whether a row consists of labels with values behind them."""
    covering = grid.row(row)
    if len(covering) < 2 or not grid.beginning(row):
        return False
    first, *rest = map(label_of, covering)
    if first is None:
        return _is_class(covering[0]) and any(rest)
    return first in OWNERS or not all(rest)


def breaks_columns(own: Sequence[Box]) -> bool:
    """Whether the cells of a row keep to no columns of a head above it, and begin with a power or a body."""
    wide = any(cell_of(box).columns > 1 for box in own)
    several = len(own) > 3 and label_of(own[2]) is not None and not (label_of(own[1]) or label_of(own[3]))
    return (wide or several) and label_of(own[0]) in _OPENING


def read_cards(grid: Grid, rows: Sequence[int], table: Table) -> None:
    """Entries of rows of labels and values; what tells no risk stands above the rows below it."""
    segments = [one for row in rows for one in _segments(grid, row)]
    table.told += (box for one in segments for box in one.labels)
    for card in _cards(segments):
        facts = [(label, kind, tuple(boxes.values())) for label, (kind, boxes) in card.items()]
        entry = entry_of(facts, table.base)
        if entry.of(*SENTENCES):
            table.entries.append(entry)
            table.heads.append(head_of(entry))
        else:
            table.context = context_after(entry)
            table.told += (box for _, boxes in entry.values for box in boxes)


def _cards(segments: Sequence[_Segment]) -> Iterator[_Card]:
    """The segments by cards: one ends where its risk, or what it began with, is labelled again."""
    card: _Card = {}
    for one in segments:
        begun = one.label in card or (one.kind in _OPENING and any(kind == one.kind for kind, _ in card.values()))
        if one.kind == "class" and _is_merged(one, card):
            continue
        if begun and one.kind in ("form", "name", "class", *_OPENING) and _tells_risks(card):
            yield card
            card = {} if one.kind in _OPENING else _kept(card, one.label)
        card.setdefault(one.label, (one.kind, {}))[1].update({box.order: box for box in one.values})
    yield card


def _is_merged(segment: _Segment, card: _Card) -> bool:
    """Whether what a segment says is but the cell that a card holds already, merged over the rows of both."""
    _, known = card.get(segment.label, (None, {}))
    return bool(segment.values) and segment.values[0].order in known


def _kept(card: _Card, label: str) -> _Card:
    """What of a card holds for the next risk, which begins with a label."""
    return {one: value for one, value in card.items() if value[0] not in _OF_ONE_RISK and one != label}


def _tells_risks(card: _Card) -> bool:
    return any(kind in SENTENCES for kind, _ in card.values())


def _segments(grid: Grid, row: int) -> Iterator[_Segment]:
    """The labels of a row with the values up to the next label; one merged over rows heads those behind it.

    A row may begin with the class of its risks, and with a risk behind it, both without a label.
    """
    covering = grid.row(row)
    if _is_class(covering[0]):
        yield _Segment("风险类别", "class", [], covering[:1])
        if len(covering) > 1 and label_of(covering[1]) is None:
            yield _Segment("风险点", "name", [], covering[1:2])
        covering = covering[1:]
    labels: list[Box] = []
    values: list[Box] = []
    for box in covering:
        is_value = bool(labels) and not values and cell_of(labels[-1]).rows == 1
        if label_of(box) is None or is_value:
            values += [box] if labels else []
            continue
        if values:
            yield _segment(labels, values)
            labels, values = [], []
        labels.append(box)
    if labels:
        yield _segment(labels, values)


def _segment(labels: Sequence[Box], values: Sequence[Box]) -> _Segment:
    texts = [plain(text_of(box)) for box in labels]
    joined = label_of(replace(labels[0], paragraphs=tuple(texts))) if len(labels) > 1 else None
    return _Segment(texts[-1], joined or label_of(labels[-1]), labels, values)


def _is_class(box: Box) -> bool:
    """Whether a cell names a class of risks; 岗位职责 and the like alone are labels of something else."""
    bare = plain(text_of(box))
    return bool(RISK_CLASS.fullmatch(bare)) and (bare.endswith(("风险", "风险点")) or column_of(bare) is None)
