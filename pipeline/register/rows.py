"""The rows of a table -> entries: heads, pairs of label and value, headings, notes and data told apart."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.levels import is_level
from pipeline.model import Box
from pipeline.register.cells import wrap_of
from pipeline.register.context import Context, is_department, is_note, is_register_title, is_total, told
from pipeline.register.grids import Grid, cell_of, grid_of, text_of
from pipeline.register.heads import CONTENT, Field, Head, guessed, head_at, is_headlike, resolved
from pipeline.roles import looks_like_stage
from pipeline.terms import HEADING, NO_VALUE, RISK_CLASS, Column, column_of, plain

__all__ = ["Entry", "Table", "is_pairs", "read_table"]

Values = tuple[tuple[Field, tuple[Box, ...]], ...]
CARRIED: frozenset[Column] = frozenset(
    {"unit", "category", "class", "power", "code", "stage", "post", "matter", "duty"}
)
KEYS: frozenset[Column] = frozenset({"serial", "unit", "power", "code", "stage", "level"})  # tell entries apart
OUTLINE = re.compile(r"\s*(?:[一二三四五六七八九十]{1,3}[、.．]|[(（][一二三四五六七八九十]{1,3}[)）])")
LONGEST_NAME = 12  # characters of who signs or when
TICK = re.compile(r"[√✓✔☑■●◉★]|是|有|Y|1")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: what stands in it, by field, and what stands above it."""

    values: Values
    context: Context

    def of(self, *kinds: Column) -> list[tuple[Field, tuple[Box, ...]]]:
        return [(one, boxes) for one, boxes in self.values if one.kind in kinds and boxes]


@dataclass(slots=True)
class Table:
    """What was read of a table: its entries, what its headings and notes said, and what nobody asked for."""

    head: Head | None = None
    context: Context = field(default_factory=Context)
    base: Context = field(default_factory=Context)  # without what cards above rows say
    entries: list[Entry] = field(default_factory=list)
    told: list[Box] = field(default_factory=list)
    unread: dict[str, list[Box]] = field(default_factory=dict)
    above: dict[int, Box] = field(default_factory=dict)  # what covers each field of the row before
    heads: list[Head] = field(default_factory=list)


def read_table(grid: Grid, context: Context, before: Head | None = None) -> Table:
    """Read a table row by row; `before` heads it if it has no head of its own and as many columns."""
    table = Table(context=context, base=context)
    heads = [head for row in range(grid.rows) if (head := head_at(grid, row))]
    if (turned := _as_turned(grid, context)) and max(map(_known, turned.heads)) > max(map(_known, heads), default=0):
        return turned
    if not heads and before is not None and len(before.fields) == grid.columns and not is_pairs(grid, 0):
        table.head = before
    _walk(grid, table)
    return table


def _known(head: Head) -> int:
    """How many different things the fields of a head are known to hold."""
    return len({one.kind for one in head.fields if one.kind})


def _walk(grid: Grid, table: Table) -> None:
    rows: list[int] = []  # of data, below the present head
    cards: list[int] = []  # of labels and values, one below the other
    row = 0
    while row < grid.rows:
        own = [box for box in grid.row(row) if cell_of(box).row == row]
        head = head_at(grid, row) if own else None
        kind = "head" if head else _kind_of_row(grid, row, own, table, bool(cards))
        if kind != "data" and rows:
            _data(grid, rows, table)
            rows = []
        if kind != "pairs" and cards:
            _cards(grid, cards, table, closed=head is None)
            cards = []
        if head:
            _begin(head, grid, row, table)
            row += head.rows
            continue
        if kind == "data":
            rows.append(row)
        elif kind == "pairs":
            cards.append(row)
        elif kind == "heading":
            _heading(own, table)
        row += 1
    _data(grid, rows, table)
    _cards(grid, cards, table, closed=True)


def _begin(head: Head, grid: Grid, row: int, table: Table) -> None:
    table.head = _with_wraps(resolved(guessed(head, grid, grid.rows, row + head.rows)), grid, row + head.rows)
    if [one.label for one in table.head.fields] != [one.label for head in table.heads[-1:] for one in head.fields]:
        table.above = {}
    table.heads.append(table.head)
    boxes = [box for number in range(row, row + head.rows) for box in grid.row(number)]
    table.told += {box.order: box for box in boxes}.values()


def _with_wraps(head: Head, grid: Grid, first: int) -> Head:
    """The head with the widths at which the lines of its columns are broken."""
    columns = ([box.paragraphs for box in grid.column(one.number, first, grid.rows)] for one in head.fields)
    return replace(
        head,
        fields=tuple(replace(one, wrap=wrap_of(cells)) for one, cells in zip(head.fields, columns, strict=True)),
    )


def _kind_of_row(grid: Grid, row: int, own: Sequence[Box], table: Table, in_cards: bool) -> str:
    if not own:
        return "data" if table.head else "blank"
    covering = grid.row(row)
    if any(is_total(text_of(box)) for box in own) or _numbers_columns(own) or _is_signature(own):
        return "heading"
    if in_cards and len(own) == len(covering) < 3 and _label(own[0]):
        return "pairs"
    if is_pairs(grid, row) and (table.head is None or in_cards or _breaks_columns(own, table.head)):
        return "pairs"
    if len(covering) == 1 and _is_apart(own[0], grid, table):
        return "heading"
    return "data" if table.head else "heading"


def _numbers_columns(own: Sequence[Box]) -> bool:
    """Whether the cells of a row number the columns: 1, 2, 3 …"""
    texts = [plain(text_of(box)) for box in own]
    if len(texts) < 4:
        return False
    numbers = [int(text) if text.isdecimal() else "零一二三四五六七八九十".find(text) for text in texts]
    return numbers[0] > 0 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _is_signature(own: Sequence[Box]) -> bool:
    """Whether a row explains, signs or dates what stands above it, and says nothing else."""
    texts = [text_of(box) for box in own]
    return is_note(texts[0]) and all(is_note(text) or len(plain(text)) <= LONGEST_NAME for text in texts[1:])


def _is_apart(box: Box, grid: Grid, table: Table) -> bool:
    """Whether a box alone in its row heads or closes rows: it spans the table, or stands before all content."""
    cell = cell_of(box)
    if table.head is None or 2 * cell.columns >= grid.columns:
        return True
    content = [one.number for one in table.head.fields if one.kind in CONTENT]
    text = text_of(box)
    if cell.column >= min(content, default=0) or plain(text).strip("、.").isdigit():
        return False
    kind = table.head.fields[cell.column].kind
    odd = bool(OUTLINE.match(text)) or is_note(text) or (kind != "unit" and is_department(text))
    return kind not in CARRIED or odd


def _heading(own: Sequence[Box], table: Table) -> None:
    for box in own:
        for paragraph in box.paragraphs:
            known = told(table.context, paragraph) or _section(table, paragraph)
            if known is not None and known != table.context:
                if is_register_title(paragraph) and not known.unit:  # the heading above the table still holds
                    known = replace(known, unit=table.context.unit)
                table.context, table.base, table.above = known, known, {}
    table.told += own


def _section(table: Table, text: str) -> Context | None:
    """What a row says that is nothing but a name: the stage of a chart's rows, the power of a register's."""
    bare = plain(text)
    if table.head is None or table.head.of("stage") or is_note(text) or not looks_like_stage(text):
        return None
    if table.context.title and HEADING.search(table.context.title):
        return replace(table.context, stage=bare)
    return None if table.head.of("power") else replace(table.context, power=bare, power_code=None)


# Data below heads


def _data(grid: Grid, rows: Sequence[int], table: Table) -> None:
    """Entries of some rows: rows with the same cells in all that tells one from another are one entry."""
    if not rows or table.head is None:
        return
    head = table.head
    _note_unread(grid, rows, table)
    merged = any(cell_of(box).rows > 1 for row in rows for box in grid.row(row))
    groups: list[list[Mapping[int, Box]]] = []
    for own in _filled(grid, rows, head, table):
        if groups and _is_one_entry(groups[-1][-1], own, head, merged=merged):
            groups[-1].append(own)
        else:
            groups.append([own])
    table.entries += (Entry(_values(head, group), table.context) for group in groups)


def _is_one_entry(before: Mapping[int, Box], own: Mapping[int, Box], head: Head, *, merged: bool) -> bool:
    """Whether a row goes on with the entry of the row before: nothing that tells entries apart differs.

    Cells merged over both rows are the same cell. A row without any risk goes on where no cells are merged at all.
    """

    def same(*kinds: Column) -> bool:
        pairs = ((one.kind, before.get(one.number), own.get(one.number)) for one in head.of(*kinds))
        return all(one is two or (kind in CARRIED and _is_same(one, two)) for kind, one, two in pairs)

    def shared(*kinds: Column) -> bool:
        return any(one.number in own and before.get(one.number) is own[one.number] for one in head.of(*kinds))

    risky = head.of("form", "name") or head.of("measure")
    if not merged and not any(one.number in own for one in risky):
        return same(*KEYS - {"level"})
    if not same(*KEYS):
        return False
    by_risk = any(one.number in own for one in risky) and same(*{one.kind for one in risky if one.kind})
    return by_risk or shared("stage")


def _filled(grid: Grid, rows: Sequence[int], head: Head, table: Table) -> Iterator[dict[int, Box]]:
    """What covers each field of each row; where merges were lost, what stands above a blank that they covered."""
    above = table.above
    serials = [one.number for one in head.of("serial")]
    carried = [one.number for one in head.fields if one.kind in CARRIED]
    owners = [one.number for one in head.of("party", "owner", "leader")]
    tell = [one.number for one in head.of("measure", "level", "party", "owner", "leader")]
    for row in rows:
        own = {
            one.number: box
            for one in head.fields
            if (box := grid.at.get((row, one.number))) and not NO_VALUE.fullmatch(plain(text_of(box)))
        }
        if not own:
            continue
        blank = {number for number in range(grid.columns) if (row, number) not in grid.at}
        fresh = [number for number in carried if number in own and not _is_same(above.get(number), own[number])]
        lost = [number for number in carried if number in blank and not _is_below(number, fresh, head)]
        unnumbered = bool(serials) and all(number in blank for number in serials) and any(n in above for n in serials)
        bare = bool(tell) and not fresh and all(number in blank for number in tell)
        if unnumbered or bare:
            lost += [*serials, *tell]
        elif any(number in lost and number in above for number in carried if _is_unit(head, number)):
            lost += [number for number in owners if number in blank]
        said = {head.fields[number].kind for number in own if number in tell}
        lost = [number for number in lost if number in above and head.fields[number].kind not in said]
        filled = own | {number: above[number] for number in lost if number in blank}
        yield filled
        above = table.above = filled


def _is_same(one: Box | None, other: Box | None) -> bool:
    """Whether two cells are one, or say the same."""
    return one is other or (one is not None and other is not None and one.paragraphs == other.paragraphs)


def _is_below(number: int, fresh: Sequence[int], head: Head) -> bool:
    """Whether a field tells of what stands in another that has just changed: the power of a new unit, say."""
    own = head.fields[number].kind
    kinds = [(head.fields[other].kind, other) for other in fresh]
    return any(other < number and (kind == own or kind in _ABOVE.get(own, ())) for kind, other in kinds)


_ABOVE: Mapping[Column | None, tuple[Column, ...]] = {
    "post": ("unit",),
    "duty": ("unit", "post"),
    "matter": ("unit",),
    "power": ("unit",),
    "code": ("unit", "power"),
    "category": ("unit", "power"),
    "class": ("unit", "power"),
    "stage": ("unit", "power"),
}


def _is_unit(head: Head, number: int) -> bool:
    return head.fields[number].kind == "unit"


def _values(head: Head, group: Sequence[Mapping[int, Box]]) -> Values:
    """What stands in each field of some rows; a cell over several fields of one kind stands in the first."""
    values = []
    seen: set[tuple[Column | None, int]] = set()
    for one in head.fields:
        boxes = [box for box in _distinct(one.number, group) if (one.kind, box.order) not in seen]
        seen |= {(one.kind, box.order) for box in boxes}
        if boxes:
            values.append((one, tuple(_ticked(one, boxes))))
    return tuple(values)


def _distinct(number: int, group: Sequence[Mapping[int, Box]]) -> list[Box]:
    return list({own[number].order: own[number] for own in group if number in own}.values())


def _ticked(one: Field, boxes: Iterable[Box]) -> Iterator[Box]:
    for box in boxes:
        if one.tick is None:
            yield box
        elif TICK.fullmatch(plain(text_of(box))) or one.tick in text_of(box):
            yield replace(box, paragraphs=(one.tick,))


def _note_unread(grid: Grid, rows: Sequence[int], table: Table) -> None:
    """Remember the cells of columns that go nowhere, and the serial numbers as told."""
    assert table.head is not None
    for one in table.head.fields:
        boxes = grid.column(one.number, rows[0], rows[-1] + 1)
        if one.kind == "serial":
            table.told += boxes
        elif one.kind in (None, "other", "count", "duty", "class", "matter"):
            table.unread.setdefault(one.label, []).extend(boxes)


# Labels and values


def is_pairs(grid: Grid, row: int) -> bool:
    """Whether a row consists of labels with values behind them."""
    own = [box for box in grid.row(row) if cell_of(box).row == row]
    covering = grid.row(row)
    return (
        len(covering) > 1
        and (_label(covering[0]) is not None or (_is_class(covering[0]) and any(map(_label, covering[1:]))))
        and (not all(_label(box) for box in covering) or _label(covering[0]) in ("party", "owner", "leader"))
        and (len(own) == len(covering) or bool(own))
    )


def _label(box: Box) -> Column | None:
    text = text_of(box)
    bare = re.sub(r"(?<=[\u4e00-\u9fff])[\d一二三四五六七八九十]{1,2}$", "", plain(text).strip(":："))
    return column_of(bare) if is_headlike(text) and not is_level(text) else None


def _breaks_columns(own: Sequence[Box], head: Head) -> bool:
    """Whether the cells of a row do not keep to the columns of the head above it, and begin with a power or a body."""
    wide = any(cell_of(box).columns > 1 for box in own)
    several = len(own) > 3 and _label(own[2]) is not None and not (_label(own[1]) or _label(own[3]))
    return (wide or several) and _label(own[0]) in _OPENING


_OPENING: frozenset[Column | None] = frozenset(
    {"power", "unit", "code", "category", "post", "person", "duty", "matter", "owner"}
)


def _cards(grid: Grid, rows: Sequence[int], table: Table, *, closed: bool) -> None:
    """Entries of rows of labels and values; what tells no risk stands above the rows below it."""
    if not rows:
        return
    told_boxes: list[Box] = []
    cards: list[dict[str, tuple[Field, list[Box]]]] = [{}]
    for row in rows:
        for label, kind, boxes in _segments(grid, row):
            card = cards[-1]
            again = label in card or (kind in _OPENING and any(one.kind == kind for one, _ in card.values()))
            if kind == "class" and again and boxes[0] in card[label][1]:
                continue
            if kind in ("form", "name", "class", *_OPENING) and again and _tells(card):
                kept = {one: value for one, value in card.items() if value[0].kind not in (*CONTENT, "party", "leader")}
                cards.append({} if kind in _OPENING else {one: v for one, v in kept.items() if one != label})
                card = cards[-1]
            told_boxes += [box for box in grid.row(row) if _label(box) and plain(text_of(box)) == label]
            fields = Field(len(card), label, kind)
            card.setdefault(label, (fields, []))[1].extend(box for box in boxes if box not in card[label][1])
    table.told += told_boxes
    for card in cards:
        values = [
            (one, tuple(b for b in boxes if not NO_VALUE.fullmatch(plain(text_of(b))))) for one, boxes in card.values()
        ]
        head = resolved(Head(tuple(replace(one, number=place) for place, (one, _) in enumerate(values)), 0))
        entry = Entry(tuple((one, boxes) for one, (_, boxes) in zip(head.fields, values, strict=True)), table.base)
        if entry.of("form", "name", "measure"):
            table.entries.append(entry)
            table.heads.append(head)
        else:
            table.context = _above(entry)
            table.told += [box for _, boxes in entry.values for box in boxes]


def _tells(card: Mapping[str, tuple[Field, list[Box]]]) -> bool:
    return any(one.kind in ("form", "name", "measure") for one, _ in card.values())


def _segments(grid: Grid, row: int) -> Iterator[tuple[str, Column | None, list[Box]]]:
    """The labels of a row with the values up to the next label; one merged over rows heads those behind it.

    A row may begin with the class of its risks, and with a risk behind it, both without a label.
    """
    labels: list[Box] = []
    values: list[Box] = []
    covering = grid.row(row)
    if _is_class(covering[0]):
        yield "风险类别", "class", [covering[0]]
        if len(covering) > 1 and _label(covering[1]) is None:
            yield "风险点", "name", [covering[1]]
        covering = covering[1:]
    for box in covering:
        is_value = bool(labels) and not values and cell_of(labels[-1]).rows == 1
        if _label(box) is None or is_value:
            values += [box] if labels else []
            continue
        if values:
            yield _segment(labels, values)
            labels, values = [], []
        labels.append(box)
    if labels:
        yield _segment(labels, values)


def _is_class(box: Box) -> bool:
    """Whether a cell names a class of risks; 岗位职责 and the like alone are labels of something else."""
    bare = plain(text_of(box))
    return bool(RISK_CLASS.fullmatch(bare)) and (bare.endswith(("风险", "风险点")) or column_of(bare) is None)


def _segment(labels: Sequence[Box], values: list[Box]) -> tuple[str, Column | None, list[Box]]:
    texts = [plain(text_of(box)) for box in labels]
    joined = _label(replace(labels[0], paragraphs=("".join(texts),))) if len(labels) > 1 else None
    return texts[-1], joined or _label(labels[-1]), values


def _above(entry: Entry) -> Context:
    """What a card without risks says of the rows below it."""
    context = entry.context
    for one, boxes in entry.values:
        if boxes and one.kind:
            context = told(context, f"{one.label}：{''.join(map(text_of, boxes))}") or context
    return context


# Tables on their side


def _as_turned(grid: Grid, context: Context) -> Table | None:
    """The table read from left to right, its heads in the first columns; None if it is none."""
    wide = [row for row in range(grid.rows) if len(grid.row(row)) < 2]
    body = [box for box in grid.boxes if cell_of(box).row not in wide]
    if not body:
        return None
    turned = grid_of(body).turned()
    begin, head = next(((row, head) for row in range(min(3, turned.rows)) if (head := head_at(turned, row))), (0, None))
    if head is None or not head.of("form", "name", "measure") or turned.rows - begin - head.rows < 2:
        return None
    named = {
        field.number for field in head.of("party", "owner", "leader", "class", "category", "level")
    }  # like their columns
    values = [box for box in turned.boxes if cell_of(box).row >= begin + head.rows and cell_of(box).column not in named]
    if any(_label(box) for box in values):
        return None
    table = Table(context=context, base=context)
    for row in wide:
        _heading(grid.row(row), table)
    _walk(turned, table)
    return table if table.entries else None
