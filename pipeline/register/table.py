"""What the rows of a table or the lines of a list give: entries, with what stands above them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pipeline.model import Box
from pipeline.register.context import Context, told
from pipeline.register.grids import text_of
from pipeline.register.heads import Field, Head, resolved
from pipeline.terms import NO_VALUE, Column, plain

__all__ = ["Entry", "Fact", "Table", "context_after", "entry_of", "head_of", "says_nothing"]

Fact = tuple[str, Column | None, Iterable[Box]]  # a label as written, what it labels, what stands behind it


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: what stands in it, by field, and what stands above it."""

    values: tuple[tuple[Field, tuple[Box, ...]], ...]
    context: Context

    def of(self, *kinds: Column) -> list[tuple[Field, tuple[Box, ...]]]:
        """The fields of some kinds that hold anything."""
        return [(one, boxes) for one, boxes in self.values if one.kind in kinds and boxes]


@dataclass(slots=True)
class Table:
    """What was read of a table so far: its entries, what its headings and notes said, and what nobody asked for."""

    context: Context
    base: Context  # without what cards above rows say
    head: Head | None = None
    heads: list[Head] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    above: dict[int, Box] = field(default_factory=dict)  # what covers each field of the row before
    told: list[Box] = field(default_factory=list)
    unread: dict[str, list[Box]] = field(default_factory=dict)  # cells of columns that go nowhere, by their heads


def says_nothing(box: Box) -> bool:
    """Whether a cell holds but what is written for nothing (无, ——)."""
    return bool(NO_VALUE.fullmatch(plain(text_of(box))))


def entry_of(facts: Sequence[Fact], context: Context) -> Entry:
    """The entry of some labels and what stands behind them; the labels settle what each of them means."""
    head = resolved(Head(tuple(Field(number, label, kind) for number, (label, kind, _) in enumerate(facts)), 0))
    values = (tuple(box for box in boxes if not says_nothing(box)) for _, _, boxes in facts)
    return Entry(tuple(zip(head.fields, values, strict=True)), context)


def head_of(entry: Entry) -> Head:
    """The head that the labels of an entry are."""
    return Head(tuple(one for one, _ in entry.values), 0)


def context_after(entry: Entry) -> Context:
    """What an entry without risks says of those below it."""
    context = entry.context
    for one, boxes in entry.values:
        if boxes and one.kind:
            context = told(context, f"{one.label}：{''.join(map(text_of, boxes))}") or context
    return context
