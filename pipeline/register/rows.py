"""The rows of a table -> entries: heads, pairs of label and value, headings, notes and data told apart."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from pipeline.model import Box
from pipeline.register.cards import breaks_columns, is_pairs, label_of, read_cards
from pipeline.register.cells import wrap_of
from pipeline.register.context import Context, is_department, is_note, is_register_title, is_total, told
from pipeline.register.data import CARRIED, read_data
from pipeline.register.grids import Grid, cell_of, grid_of, text_of
from pipeline.register.heads import CONTENT, OWNERS, SENTENCES, Head, guessed, head_at, resolved
from pipeline.register.table import Table
from pipeline.roles import looks_like_stage
from pipeline.terms import HEADING, plain

__all__ = ["read_table"]

OUTLINE = re.compile(r"\s*(?:[一二三四五六七八九十]{1,3}[、.．]|[(（][一二三四五六七八九十]{1,3}[)）])")
LONGEST_NAME = 12  # characters of who signs or when
FEWEST_NUMBERS = 4  # that make a row one of numbers of columns
MOST_FIELDS = 60  # rows of a table on its side
DEEPEST_HEAD = 3  # rows within which the heads of a table on its side begin

Kind = Literal["head", "pairs", "heading", "data", "blank"]  # of rows


def read_table(grid: Grid, context: Context, before: Head | None = None) -> Table:
    """Read a table row by row; `before` heads it if it has no head of its own and as many columns."""
    table = Table(context, context)
    heads = _heads(grid)
    if (turned := _as_turned(grid, context)) and _most_known(turned.heads) > _most_known(heads.values()):
        return turned
    if not heads and before is not None and len(before.fields) == grid.columns and not is_pairs(grid, 0):
        table.head = before
    _walk(grid, heads, table)
    return table


def _heads(grid: Grid) -> dict[int, Head]:
    """The heads of a table by the rows they begin in."""
    return {row: head for row in range(grid.rows) if (head := head_at(grid, row))}


def _most_known(heads: Iterable[Head]) -> int:
    """How many different things the fields of the best known of some heads hold."""
    return max((len({one.kind for one in head.fields if one.kind}) for head in heads), default=0)


def _walk(grid: Grid, heads: Mapping[int, Head], table: Table) -> None:
    """Read the rows from above, those of data or of pairs that follow one another together."""
    run: list[int] = []
    last: Kind = "blank"
    row = 0
    while row < grid.rows:
        kind = "head" if row in heads else _kind_of_row(grid, row, table, in_cards=last == "pairs")
        if kind != last:
            _read_run(grid, run, last, table)
            run, last = [], kind
        run.append(row)
        if kind == "head":
            _begin(grid, heads, row, table)
        elif kind == "heading":
            _heading(grid.beginning(row), table)
        row += heads[row].rows if row in heads else 1
    _read_run(grid, run, last, table)


def _read_run(grid: Grid, rows: Sequence[int], kind: Kind, table: Table) -> None:
    if kind == "data":
        read_data(grid, rows, table)
    elif kind == "pairs":
        read_cards(grid, rows, table)


def _begin(grid: Grid, heads: Mapping[int, Head], row: int, table: Table) -> None:
    """Go on under the heads of a row; those that say the same as the last (on each page, say) mean the same."""
    head = heads[row]
    first = row + head.rows
    table.told += {box.order: box for number in range(row, first) for box in grid.row(number)}.values()
    if table.heads and table.heads[-1] is table.head and table.head.labels == head.labels:
        return
    others = (below for below, other in heads.items() if below >= first and other.labels != head.labels)
    last = next(others, grid.rows)
    if [head.labels] != [one.labels for one in table.heads[-1:]]:
        table.above = {}
    table.head = _with_wraps(resolved(guessed(head, grid, first, last)), grid, first, last)
    table.heads.append(table.head)


def _with_wraps(head: Head, grid: Grid, first: int, last: int) -> Head:
    """The head with the widths at which the lines of its columns are broken."""
    columns = ([box.paragraphs for box in grid.column(one.number, first, last)] for one in head.fields)
    fields = tuple(replace(one, wrap=wrap_of(cells)) for one, cells in zip(head.fields, columns, strict=True))
    return replace(head, fields=fields)


def _kind_of_row(grid: Grid, row: int, table: Table, *, in_cards: bool) -> Kind:
    own, covering = grid.beginning(row), grid.row(row)
    if not own:
        return "data" if table.head else "blank"
    if any(is_total(text_of(box)) for box in own) or _numbers_columns(own) or _is_signature(own):
        return "heading"
    if in_cards and len(own) == len(covering) < 3 and label_of(own[0]):
        return "pairs"
    if is_pairs(grid, row) and (table.head is None or in_cards or breaks_columns(own)):
        return "pairs"
    if len(covering) == 1 and _is_apart(own[0], grid, table):
        return "heading"
    return "data" if table.head else "heading"


def _numbers_columns(own: Sequence[Box]) -> bool:
    """Whether the cells of a row number the columns: 1, 2, 3 …"""
    texts = [plain(text_of(box)) for box in own]
    numbers = [int(text) if re.fullmatch(r"\d{1,2}", text) else "零一二三四五六七八九十".find(text) for text in texts]
    return (
        len(numbers) >= FEWEST_NUMBERS
        and numbers[0] > 0
        and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    )


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


# Tables on their side


def _as_turned(grid: Grid, context: Context) -> Table | None:
    """The table read from left to right, its heads in the first columns; None if it is none."""
    wide = [row for row in range(grid.rows) if len(grid.row(row)) < 2]
    body = [box for box in grid.boxes if cell_of(box).row not in wide]
    if not body or grid.rows > MOST_FIELDS:
        return None
    turned = grid_of(body).turned()
    begin, head = next(((row, head) for row in range(DEEPEST_HEAD) if (head := head_at(turned, row))), (0, None))
    if head is None or not head.of(*SENTENCES) or turned.rows - begin - head.rows < 2:
        return None
    if _holds_labels(turned, begin + head.rows, head):
        return None
    table = Table(context, context)
    for row in wide:
        _heading(grid.row(row), table)
    _walk(turned, _heads(turned), table)
    return table if table.entries else None


def _holds_labels(grid: Grid, first: int, head: Head) -> bool:
    """Whether labels stand from a row on where values should; values of some fields read like their heads."""
    alike = {one.number for one in head.of(*OWNERS, "class", "category", "level")}
    values = (box for box in grid.boxes if cell_of(box).row >= first and cell_of(box).column not in alike)
    return any(map(label_of, values))
