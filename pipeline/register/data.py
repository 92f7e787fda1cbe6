"""The rows below heads -> entries: which rows are one, and what merged cells said where merges were lost."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pipeline.model import Box
from pipeline.register.grids import Grid, cell_of, text_of
from pipeline.register.heads import OWNERS, Field, Head
from pipeline.register.table import Entry, Table, says_nothing
from pipeline.terms import Column, plain

__all__ = ["CARRIED", "read_data"]

# What is said once for several rows.
CARRIED: tuple[Column, ...] = ("unit", "category", "class", "power", "code", "stage", "post", "matter", "duty")
KEYS: tuple[Column, ...] = ("serial", "unit", "power", "code", "stage", "level")  # tell entries apart
NOWHERE: tuple[Column | None, ...] = (None, "other", "count", "duty", "class", "matter")  # columns not read
TICK = re.compile(r"[√✓✔☑■●◉★]|是|有|Y|1")
# What each kind of field tells of: when that changes, it says nothing any more.
_SUBJECTS: Mapping[Column | None, tuple[Column, ...]] = {
    "post": ("unit",),
    "duty": ("unit", "post"),
    "matter": ("unit",),
    "power": ("unit",),
    "code": ("unit", "power"),
    "category": ("unit", "power"),
    "class": ("unit", "power"),
    "stage": ("unit", "power"),
}

_Row = dict[int, Box]  # what covers each field of a row, by the field's number


def read_data(grid: Grid, rows: Sequence[int], table: Table) -> None:
    """Entries of some rows: rows with the same cells in all that tells one from another are one entry."""
    if not rows or table.head is None:
        return
    head = table.head
    _note_unread(grid, rows, head, table)
    merged = any(cell_of(box).rows > 1 for row in rows for box in grid.row(row))
    groups: list[list[_Row]] = []
    for own in _filled(grid, rows, head, table):
        if groups and _is_one_entry(groups[-1][-1], own, head, merged=merged):
            groups[-1].append(own)
        else:
            groups.append([own])
    table.entries += (Entry(tuple(_values(head, group)), table.context) for group in groups)


def _note_unread(grid: Grid, rows: Sequence[int], head: Head, table: Table) -> None:
    """Remember the cells of columns that go nowhere; serial numbers are as good as read."""
    for one in head.fields:
        boxes = grid.column(one.number, rows[0], rows[-1] + 1)
        if one.kind == "serial":
            table.told += boxes
        elif one.kind in NOWHERE:
            table.unread.setdefault(one.label, []).extend(boxes)


def _is_one_entry(before: _Row, own: _Row, head: Head, *, merged: bool) -> bool:
    """Whether a row goes on with the entry of the row before: nothing that tells entries apart differs.

    Cells merged over both rows are the same cell. A row without any risk goes on where no cells are merged at all.
    """

    def same(*kinds: Column) -> bool:
        pairs = ((one.kind, before.get(one.number), own.get(one.number)) for one in head.of(*kinds))
        return all(one is two or (kind in CARRIED and _say_the_same(one, two)) for kind, one, two in pairs)

    def shared(*kinds: Column) -> bool:
        return any(one.number in own and before.get(one.number) is own[one.number] for one in head.of(*kinds))

    risky = head.of("form", "name") or head.of("measure")
    tells_risk = any(one.number in own for one in risky)
    if not merged and not tells_risk:
        return same(*(kind for kind in KEYS if kind != "level"))
    return same(*KEYS) and ((tells_risk and same(*(one.kind for one in risky if one.kind))) or shared("stage"))


def _say_the_same(one: Box | None, other: Box | None) -> bool:
    """Whether two cells are one, or have the same words."""
    return one is other or (one is not None and other is not None and one.paragraphs == other.paragraphs)


# Merges that were lost


def _filled(grid: Grid, rows: Sequence[int], head: Head, table: Table) -> Iterator[_Row]:
    """What covers each field of each row; where merges were lost, what stands above a blank that they covered."""
    for row in rows:
        cells = {one.number: box for one in head.fields if (box := grid.at.get((row, one.number)))}
        own = {number: box for number, box in cells.items() if not says_nothing(box)}
        if own:
            blank = {one.number for one in head.fields} - cells.keys()
            table.above = own | {number: table.above[number] for number in _lost(own, blank, table.above, head)}
            yield table.above


def _lost(own: _Row, blank: set[int], above: _Row, head: Head) -> list[int]:
    """The blank fields of a row that merged cells covered, which began in the rows above it.

    Those that are said once for several rows; and what tells one risk from another where the row has no number, though
    rows have, or nothing but a risk; and the owners with the unit.
    """
    serials = _numbers(head, "serial")
    carried = _numbers(head, *CARRIED)
    telling = _numbers(head, "measure", "level", *OWNERS)
    fresh = [number for number in carried if number in own and not _say_the_same(above.get(number), own[number])]
    lost = [number for number in carried if number in blank and not _is_below(head.fields[number], fresh, head)]
    unnumbered = bool(serials) and blank.issuperset(serials) and not above.keys().isdisjoint(serials)
    bare = bool(telling) and not fresh and blank.issuperset(telling)
    if unnumbered or bare:
        lost += [*serials, *telling]
    elif any(number in above and head.fields[number].kind == "unit" for number in lost):
        lost += _numbers(head, *OWNERS)
    said = {head.fields[number].kind for number in telling if number in own}
    return [number for number in lost if number in blank and number in above and head.fields[number].kind not in said]


def _numbers(head: Head, *kinds: Column) -> list[int]:
    return [one.number for one in head.of(*kinds)]


def _is_below(field: Field, fresh: Iterable[int], head: Head) -> bool:
    """Whether a field tells of what stands in another that has just changed: the power of a new unit, say."""
    subjects = (field.kind, *_SUBJECTS.get(field.kind, ()))
    return any(number < field.number and head.fields[number].kind in subjects for number in fresh)


# What an entry says


def _values(head: Head, rows: Sequence[_Row]) -> Iterator[tuple[Field, tuple[Box, ...]]]:
    """What stands in each field of some rows; a cell over several fields of one kind stands in the first."""
    seen: set[tuple[Column | None, int]] = set()
    for one in head.fields:
        cells = {box.order: box for own in rows if (box := own.get(one.number)) and (one.kind, box.order) not in seen}
        seen |= {(one.kind, order) for order in cells}
        if cells:
            yield one, tuple(_ticked(one, cells.values()))


def _ticked(one: Field, boxes: Iterable[Box]) -> Iterator[Box]:
    """The cells of a field; where marks stand for a value, the value for those marked."""
    for box in boxes:
        if one.tick is None:
            yield box
        elif TICK.fullmatch(plain(text_of(box))) or one.tick in text_of(box):
            yield replace(box, paragraphs=(one.tick,))
