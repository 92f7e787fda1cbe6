"""The heads of a register's columns: which rows are heads, and what stands below each."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.levels import is_level
from pipeline.model import Box
from pipeline.register.grids import Grid, cell_of, text_of
from pipeline.terms import COLUMNS_OF_OTHERS, MEASURE_WORDS, RISK_CLASS, RISK_WORDS, Column, column_of, plain

__all__ = ["CONTENT", "OWNERS", "SENTENCES", "Field", "Head", "guessed", "head_at", "is_headlike", "resolved"]

TALLEST = 4  # rows of heads at most
LONGEST = 30  # characters of a head without what stands in brackets
LONGEST_EXPLAINED = 120  # with it
FEWEST_CHARACTERS = 6  # of a sentence
AGREED = 0.6  # the share of a column's cells that tell what an unknown head means
SENTENCES: tuple[Column, ...] = ("form", "name", "measure")  # without any of them it is no register
CONTENT: tuple[Column, ...] = (*SENTENCES, "level", "monitor")
OWNERS: tuple[Column, ...] = ("party", "owner", "leader")
_ABOVE_A_TABLE: tuple[Column, ...] = ("power", "unit", "code", "category", "person", "post", "duty")
_LEVELS = ("高", "中", "低")


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its number, its head as written, what stands in it.

    `tick` if a mark there means this value, `wrap` the width in em at which its lines are broken by hand.
    """

    number: int
    label: str
    kind: Column | None
    tick: str | None = None
    wrap: float | None = None


Fields = tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """The fields of a table and how many rows their heads take; `foreign` names the kind of list it heads instead."""

    fields: Fields
    rows: int
    foreign: str | None = None

    @property
    def labels(self) -> list[str]:
        """The heads as written."""
        return [field.label for field in self.fields]

    def of(self, *kinds: Column) -> list[Field]:
        """The fields of some kinds."""
        return [field for field in self.fields if field.kind in kinds]


def is_headlike(text: str) -> bool:
    """Whether a text is short and no sentence, as heads are."""
    bare = plain(text)
    outside = re.sub(r"[(\[【].*[)\]】]", "", bare)
    return (
        0 < len(bare) <= LONGEST_EXPLAINED
        and len(outside or bare) <= LONGEST
        and not re.search(r"[。；;!?]|\d{2}", outside)
    )


def head_at(grid: Grid, row: int) -> Head | None:
    """The heads that begin in a row; None if it holds none."""
    first = grid.beginning(row)
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
        if above in _ABOVE_A_TABLE and other and joined is None:
            return True
    return False


def _height(grid: Grid, row: int, first: Sequence[Box]) -> int:
    """How many rows from `row` on may be heads: as deep as its cells reach, and rows of nothing but heads below."""
    reach = max(cell_of(box).row + cell_of(box).rows for box in first)
    wide = any(cell_of(box).columns > 1 for box in first) or len(first) < grid.columns
    below = row + 1
    while below < min(row + TALLEST, grid.rows):
        own = grid.beginning(below)
        if not own or not ((_are_known(own) and (wide or len(own) < len(first))) or _fill_blanks(own, first, grid)):
            break
        below += 1
    return min(TALLEST, max(below, min(reach, row + TALLEST)) - row)


def _are_known(boxes: Sequence[Box]) -> bool:
    return all(column_of(text) is not None or text in _LEVELS for text in map(text_of, boxes))


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
    above = ""  # the upper head at the left
    for column in range(grid.columns):
        boxes = grid.column(column, row, row + rows)
        texts = [text_of(box) for box in boxes]
        if boxes and cell_of(boxes[0]).row == row:
            above = texts[0]
        elif boxes and above:  # an upper head whose merge is lost
            texts = [above, *texts]
        yield _field(column, texts)


def _field(column: int, texts: Sequence[str]) -> Field:
    """The field of a column whose heads are some texts, the lowest last."""
    if not texts:
        return Field(column, "", None)
    label = " ".join(dict.fromkeys(re.sub(r"\s+", "", text) for text in texts))
    upper, lower = column_of(texts[0]), texts[-1].strip()
    if len(texts) > 1 and lower in _LEVELS and upper in ("level", "name", "form"):
        return Field(column, label, "level", lower)
    return Field(column, label, _kind_of(texts, label, upper))


def _kind_of(texts: Sequence[str], label: str, upper: Column | None) -> Column | None:
    """What stands in a column: its heads tell together, else the lowest, else those above it."""
    lowest = plain(texts[-1])
    if COLUMNS_OF_OTHERS["duty"].search(plain(label)):
        return "other"
    if lowest in ("名称", "风险点名称") and upper in ("form", "name"):
        return "name"
    if RISK_CLASS.fullmatch(lowest) and lowest.endswith(("风险", "风险点")):
        return "form"
    return next((kind for text in ("".join(texts), *reversed(texts)) if (kind := column_of(text))), None)


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
    return not kinds.isdisjoint(SENTENCES) or head.foreign is not None or ("serial" in kinds and len(kinds) > 2)


# What the other columns tell


def resolved(head: Head) -> Head:
    """The head with its ambiguous fields settled by the others and by where they stand."""
    fields = head.fields
    for settle in (_units, _flows, _matters, _parties, _categories):
        fields = settle(fields)
    return replace(head, fields=fields)


def _kinds(fields: Iterable[Field]) -> set[Column | None]:
    return {field.kind for field in fields}


def _as(fields: Sequence[Field], kind: Column, other: Column, numbers: Iterable[int] | None = None) -> Fields:
    """The fields, those of a kind (with some numbers, or all) taken for another."""
    chosen = {field.number for field in fields} if numbers is None else {*numbers}
    return tuple(
        replace(field, kind=other) if field.kind == kind and field.number in chosen else field for field in fields
    )


def _units(fields: Fields) -> Fields:
    """Without a unit an owner beside a person is one (责任科室 beside 责任人), else a class of posts."""
    if "unit" not in _kinds(fields) and _kinds(fields) & {"party", "leader"}:
        fields = _as(fields, "owner", "unit")
    if _kinds(fields).isdisjoint({"unit", "owner"}):
        return _as(fields, "post", "unit", [field.number for field in fields if "类" in field.label])
    return fields


def _flows(fields: Fields) -> Fields:
    """Without a power the work is what its steps belong to: 流程 with its 环节, 业务流程 with its 关键环节."""
    steps = [field.number for field in fields if field.kind == "stage"]
    if len(steps) > 1 and "power" not in _kinds(fields):
        fields = _as(fields, "stage", "power", steps[:1])
    if "power" not in _kinds(fields) and {"matter", "stage"} <= _kinds(fields):
        fields = _as(_as(fields, "stage", "power"), "matter", "stage")
    return fields


def _matters(fields: Fields) -> Fields:
    """重点环节 are the stages of powers, without these the powers."""
    kinds = _kinds(fields)
    return _as(fields, "matter", "stage" if "power" in kinds and "stage" not in kinds else "power")


def _parties(fields: Fields) -> Fields:
    """Without an owner the one whose name or post is given answers."""
    if not _kinds(fields).isdisjoint(OWNERS):
        return fields
    return _as(fields, "person" if "person" in _kinds(fields) else "post", "party")


def _categories(fields: Fields) -> Fields:
    return fields if "category" in _kinds(fields) else _as(fields, "class", "category")


def guessed(head: Head, grid: Grid, first: int, last: int) -> Head:
    """The head with fields that only their cells, from row `first` up to before `last`, tell.

    These are levels and sentences worded like risks or like measures.
    """
    wanted: list[Column] = [kind for kind in ("level", "form", "measure") if not head.of(kind)]
    if head.of("name") and "form" in wanted:
        wanted.remove("form")
    if not head.of(*SENTENCES):
        return head
    fields = []
    for field in head.fields:
        texts = [text_of(box) for box in grid.column(field.number, first, last)] if not field.kind and wanted else []
        kind = next((one for one in wanted if _share(texts, one) >= AGREED), None)
        if kind:
            wanted.remove(kind)
        fields.append(replace(field, kind=kind) if kind else field)
    return replace(head, fields=tuple(fields))


def _share(texts: Sequence[str], kind: Column) -> float:
    """The share of some cells that are worded like a kind."""
    if not texts:
        return 0.0
    if kind == "level":
        return sum(map(is_level, texts)) / len(texts)
    words = RISK_WORDS if kind == "form" else MEASURE_WORDS
    return sum(len(text) >= FEWEST_CHARACTERS and bool(words.search(plain(text))) for text in texts) / len(texts)
