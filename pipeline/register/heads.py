"""The heads of a register's columns: which rows are heads, and what stands below each."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.levels import is_level
from pipeline.model import Box
from pipeline.register.grids import Grid, cell_of, text_of
from pipeline.terms import COLUMNS_OF_OTHERS, MEASURE_WORDS, RISK_CLASS, RISK_WORDS, Column, column_of, plain

__all__ = ["CONTENT", "Field", "Head", "guessed", "head_at", "is_headlike", "resolved"]

TALLEST = 4  # rows of heads at most
LONGEST = 30  # characters of a head, with what stands in brackets
AGREED = 0.6  # the share of a column's cells that tell what an unknown head means
LABELS: frozenset[Column] = frozenset({"power", "unit", "code", "category", "person", "post", "duty"})
CONTENT: frozenset[Column] = frozenset({"form", "name", "measure", "level", "monitor"})


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its number, its head as written, what stands in it.

    `tick` if a mark there means this value, `wrap` the width in em at which its lines are broken by hand.
    """

    number: int
    label: str
    kind: Column | None
    tick: str | None = None
    guessed: bool = False
    wrap: float | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The fields of a table and how many rows their heads take; `foreign` names the kind of list it heads instead."""

    fields: tuple[Field, ...]
    rows: int
    foreign: str | None = None

    def of(self, *kinds: Column) -> list[Field]:
        return [field for field in self.fields if field.kind in kinds]


def is_headlike(text: str) -> bool:
    """Whether a text is short and no sentence, as heads are."""
    bare = plain(text)
    outside = re.sub(r"[(\[【].*[)\]】]", "", bare)
    return (
        0 < len(bare) <= 4 * LONGEST
        and 0 < len(outside or bare) <= LONGEST
        and not re.search(r"[。；;!?]|\d{2}", outside)
    )


def head_at(grid: Grid, row: int) -> Head | None:
    """The heads that begin in a row; None if it holds none."""
    first = [box for box in grid.row(row) if cell_of(box).row == row]
    if (
        not 1 < len(first) == len(grid.row(row))
        or not all(is_headlike(text_of(box)) for box in first)
        or _begins_with_class(first)
    ):
        return None
    for rows in range(_height(grid, row, first), 0, -1):
        fields = tuple(_fields(grid, row, rows))
        head = Head(fields, rows, _foreign(fields))
        if _is_head(head) and not _is_pairs_above(grid, row, rows):
            return head
    return None


def _begins_with_class(first: Sequence[Box]) -> bool:
    """Whether a row begins with a class of risks, as rows of cards do; several classes are heads of columns."""
    classes = [bool(RISK_CLASS.fullmatch(plain(text_of(box)))) and column_of(text_of(box)) is None for box in first]
    return classes[0] and not any(classes[1:])


def _is_pairs_above(grid: Grid, row: int, rows: int) -> bool:
    """Whether the upper of some rows are no heads but labels with values: one of them stands over another's head."""
    for column in range(grid.columns):
        boxes = grid.column(column, row, row + rows)
        if len(boxes) < 2 or cell_of(boxes[0]).columns > 1:
            continue
        above, below = column_of(text_of(boxes[0])), column_of(text_of(boxes[-1]))
        joined = column_of("".join(map(text_of, boxes)))
        other = below not in (None, above) or bool(RISK_CLASS.fullmatch(plain(text_of(boxes[-1]))))
        if above in LABELS and other and joined is None:
            return True
    return False


def _height(grid: Grid, row: int, first: Sequence[Box]) -> int:
    """How many rows from `row` on may be heads: as deep as its cells reach, and rows of nothing but heads below."""
    reach = max(cell_of(box).row + cell_of(box).rows for box in first)
    wide = any(cell_of(box).columns > 1 for box in first) or len(first) < grid.columns
    below = row + 1
    while below < min(row + TALLEST, grid.rows):
        own = [box for box in grid.row(below) if cell_of(box).row == below]
        if not own or not ((_are_known(own) and (wide or len(own) < len(first))) or _fill_blanks(own, first, grid)):
            break
        below += 1
    return min(TALLEST, max(below, min(reach, row + TALLEST)) - row)


def _are_known(boxes: Sequence[Box]) -> bool:
    return all(column_of(text) is not None or text in ("高", "中", "低") for text in map(text_of, boxes))


def _fill_blanks(own: Sequence[Box], first: Sequence[Box], grid: Grid) -> bool:
    """Whether the cells of a row stand just where heads above them lost a merge: below blanks and the head before."""
    filled = {cell_of(box).column for box in first}
    blank = set(range(grid.columns)) - {column for box in first for column in _columns(box)}
    below = {cell_of(box).column for box in own}
    return (
        bool(blank)
        and blank <= below
        and below <= blank | {column - 1 for column in blank}
        and len(below & filled) > 0
        and all(is_headlike(text_of(box)) and not text_of(box).isdecimal() for box in own)
    )


def _columns(box: Box) -> range:
    return range(cell_of(box).column, cell_of(box).column + cell_of(box).columns)


def _fields(grid: Grid, row: int, rows: int) -> Iterable[Field]:
    """What each column's heads say, the upper ones of columns joined with those below."""
    above: list[str] = []
    for column in range(grid.columns):
        texts = [text_of(box) for box in grid.column(column, row, row + rows)]
        boxes = grid.column(column, row, row + rows)
        if boxes and cell_of(boxes[0]).row > row and above:  # an upper head whose merge is lost
            texts = [above[0], *texts]
        if boxes and cell_of(boxes[0]).row == row:
            above = [text_of(boxes[0])] if rows > 1 else []
        yield _field(column, texts)


def _field(column: int, texts: Sequence[str]) -> Field:
    label = " ".join(dict.fromkeys(re.sub(r"\s+", "", text) for text in texts))
    if not texts:
        return Field(column, "", None)
    upper, lower = column_of(texts[0]), texts[-1].strip()
    if len(texts) > 1 and lower in ("高", "中", "低") and upper in ("level", "name", "form"):
        return Field(column, label, "level", lower)
    if COLUMNS_OF_OTHERS["duty"].search(plain(label)):
        return Field(column, label, "other")
    if lower in ("名称", "风险点名称") and upper in ("form", "name"):
        return Field(column, label, "name")
    if RISK_CLASS.fullmatch(plain(texts[-1])) and plain(texts[-1]).endswith(("风险", "风险点")):
        return Field(column, label, "form")
    candidates = ("".join(texts), texts[-1], *texts[:-1][::-1]) if len(texts) > 1 else (texts[0],)
    kind = next((kind for text in candidates if (kind := column_of(text))), None)
    return Field(column, label, kind)


def _foreign(fields: Iterable[Field]) -> str | None:
    """What other list than ours some heads belong to: of dangers at work, of duties, of powers."""
    labels = [plain(label) for label in dict.fromkeys(field.label for field in fields)]
    counts = Counter(kind for kind, words in COLUMNS_OF_OTHERS.items() for label in labels if words.search(label))
    return counts.most_common(1)[0][0] if counts else None


def _is_of_others(label: str) -> bool:
    return any(words.search(plain(label)) for words in COLUMNS_OF_OTHERS.values())


def _is_head(head: Head) -> bool:
    """Whether enough of the heads are known for the row to be one."""
    labels = {field.label: field.kind for field in head.fields if field.label}
    known = [kind for kind in labels.values() if kind]
    kinds = set(known)
    foreign = sum(kind is None and _is_of_others(label) for label, kind in labels.items())
    if len(kinds) < 2 or 2 * (len(known) + foreign) <= len(labels):
        return False
    return (
        bool(kinds & {"form", "name", "measure"}) or head.foreign is not None or ("serial" in kinds and len(kinds) > 2)
    )


# What the other columns tell


def resolved(head: Head) -> Head:
    """The head with its ambiguous fields settled by the others and by where they stand."""
    kinds = {field.kind for field in head.fields}
    fields = head.fields
    if "unit" not in kinds:
        if kinds & {"party", "leader"}:
            fields = _as(fields, "owner", "unit", [field.number for field in fields])
        if not any(field.kind in ("unit", "owner") for field in fields):
            fields = _as(fields, "post", "unit", [field.number for field in fields if "类" in field.label])
    kinds = {field.kind for field in fields}
    everywhere = [field.number for field in fields]
    steps = [field.number for field in fields if field.kind == "stage"]
    if len(steps) > 1 and "power" not in kinds:  # 流程 with its 环节
        fields = _as(fields, "stage", "power", steps[:1])
        kinds = {field.kind for field in fields}
    if {"matter", "stage"} <= kinds and "power" not in kinds:  # 业务流程 with its 关键环节
        fields = _as(_as(fields, "stage", "power", everywhere), "matter", "stage", everywhere)
    fields = _as(fields, "matter", "stage" if "power" in kinds and "stage" not in kinds else "power", everywhere)
    kinds = {field.kind for field in fields}
    if not kinds & {"party", "owner", "leader"}:
        fields = _as(fields, "person" if "person" in kinds else "post", "party", everywhere)
    if "category" not in kinds:
        fields = _as(fields, "class", "category", everywhere)
    return replace(head, fields=fields)


def _as(fields: Sequence[Field], kind: Column, other: Column, numbers: Iterable[int]) -> tuple[Field, ...]:
    chosen = set(numbers)
    return tuple(
        replace(field, kind=other) if field.kind == kind and field.number in chosen else field for field in fields
    )


def guessed(head: Head, grid: Grid, last: int, first: int) -> Head:
    """The head with fields that only their cells tell: levels, sentences worded like risks or like measures."""
    wanted: list[Column] = [kind for kind in ("level", "form", "measure") if not head.of(kind)]
    if head.of("name") and "form" in wanted:
        wanted.remove("form")
    fields = []
    for field in head.fields:
        kind = None
        if field.kind is None and wanted and (head.of("name", "form", "measure")):
            texts = [text_of(box) for box in grid.column(field.number, first, last)]
            kind = next((one for one in wanted if _share(texts, one) >= AGREED), None)
        if kind:
            wanted.remove(kind)
        fields.append(replace(field, kind=kind, guessed=True) if kind else field)
    return replace(head, fields=tuple(fields))


def _share(texts: Sequence[str], kind: Column) -> float:
    """The share of some cells that are worded like a kind."""
    if not texts:
        return 0.0
    if kind == "level":
        return sum(map(is_level, texts)) / len(texts)
    words = RISK_WORDS if kind == "form" else MEASURE_WORDS
    return sum(len(text) > 5 and bool(words.search(plain(text))) for text in texts) / len(texts)
