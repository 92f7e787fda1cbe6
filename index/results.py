"""Answers as values: what a search or a look at the whole index returns."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeVar, overload

from index.normal import Span
from index.query import Facet, Found
from index.store import File
from pipeline.record import Kind, Record

__all__ = [
    "By",
    "Count",
    "Group",
    "Later",
    "Leg",
    "Match",
    "Met",
    "Overview",
    "RecordHit",
    "SearchResult",
    "Similar",
    "StatementHit",
    "Why",
]

T = TypeVar("T")

By = Literal["statement", "record"]
Group = Literal["match", "related", "rest", "beyond"]
Leg = Literal["char", "word", "lexicon", "meaning", "place"]


class Count(NamedTuple):
    """How many records have a value; None stands for records that say nothing."""

    value: str | None
    count: int  # type: ignore[assignment]  # a tuple's method of that name is of no use here


class Later(Sequence[T]):
    """What is made when it is asked for, by a function from a slice: few look at the thousandth of a long list."""

    def __init__(self, length: int, some: Callable[[slice], list[T]]) -> None:
        self._length, self._some = length, some

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> list[T]: ...
    def __getitem__(self, place: int | slice) -> T | list[T]:
        return self._some(place) if isinstance(place, slice) else self._some(slice(None))[place]

    def __iter__(self) -> Iterator[T]:
        return iter(self[:])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # as of whatever equals a list

    def __repr__(self) -> str:
        return repr(list(self))


class Why(NamedTuple):
    """What each leg adds to the nearness of a statement, and which words of which concepts of the lexicon it holds."""

    legs: Mapping[Leg, float]
    concepts: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class StatementHit:
    """A distinct statement, and the qualifying records it stands in: all ids, the first few as places."""

    statement: str
    kind: Kind
    score: float
    count: int
    levels: Sequence[Count]
    stages: Sequence[Count]
    units: Sequence[Count]
    spans: tuple[Span, ...]
    legs: tuple[Leg, ...]
    records: Sequence[str]
    places: tuple[Record, ...]
    group: Group = "match"
    why: Why | None = None


class Match(NamedTuple):
    """A statement of a record that holds a term; `item` is its place among the record's statements of that kind."""

    kind: Kind
    item: int
    text: str
    spans: tuple[Span, ...]
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class RecordHit:
    """A record and its statements that match."""

    score: float
    record: Record
    matches: tuple[Match, ...]
    group: Group = "match"


class SearchResult(NamedTuple):
    """What was found: `total` hits in all, in `records` distinct records, which the facets count; the best hits.

    The last `related` of the hits do not match and are not counted: they are near in meaning, or stand (`rest`) under
    what the words of the query were understood to say of records, or (`beyond`) are near in meaning and do not.
    `keywords` are the words left; `suggestions` other queries, where nothing was found and a word may be mistyped.
    """

    query: str
    by: By
    total: int
    records: int
    facets: Mapping[Facet, Sequence[Count]]
    hits: tuple[StatementHit | RecordHit, ...]
    related: int = 0
    understood: tuple[Found, ...] = ()
    keywords: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()


class Similar(NamedTuple):
    """The statements (their score: the similarity) and records most similar to a text or a record, from 1 down to 0."""

    statements: tuple[StatementHit, ...]
    records: tuple[tuple[float, Record], ...]


class Met(NamedTuple):
    """A file of this run: what became of it, or (not `is_new`) what was known of it already."""

    file: File
    is_new: bool = True


class Overview(NamedTuple):
    """What the index holds; `occurrences` counts a statement once per record, `statements` once in all."""

    generation: int
    files: tuple[File, ...]
    records: int
    statements: int
    occurrences: int
    facets: Mapping[Facet, Sequence[Count]]
