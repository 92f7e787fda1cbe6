"""Document -> the charts of its registers, and the rest of it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from pipeline.model import Box, Chart, Document, Problem, Tally
from pipeline.register.above import Above, add, is_one_fact, told_by
from pipeline.register.cards import is_pairs
from pipeline.register.context import Context
from pipeline.register.entries import charts_of
from pipeline.register.flattened import flattened
from pipeline.register.foreign import MESSAGES, other_list
from pipeline.register.grids import Grid, cell_of, grids_of, with_inner
from pipeline.register.heads import Head, head_at
from pipeline.register.lists import is_list, listed
from pipeline.register.rows import read_table
from pipeline.register.table import Table
from pipeline.roles import is_label, is_marking
from pipeline.terms import plain

__all__ = ["Registers", "read_registers"]

OVERLAP = 2.0  # points by which lines of running text may seem to overlap


@dataclass(frozen=True, slots=True)
class Registers:
    """The charts of a document's registers, what is doubted, where their characters went, and what else it holds."""

    charts: tuple[Chart, ...]
    problems: tuple[Problem, ...]
    tally: Tally
    rest: Document


@dataclass(frozen=True, slots=True)
class _Found:
    """A table that was read, with the running text above it that told something; `other` names a list not ours."""

    grid: Grid
    table: Table
    above: tuple[Box, ...]
    other: str | None


def read_registers(document: Document) -> Registers:
    """The registers of a document: tables whose heads are known, and labelled lists in its running text."""
    tables = list(_tables(document))
    cells = _by_order(box for one in tables for box in one.grid.boxes)
    inner = _by_order(box for one in tables for box in one.grid.inner)
    listing = listed(_running_text(document, cells.keys() | inner.keys()))
    read = cells | _by_order(listing.used)
    if not read:
        return Registers((), (), Tally(0, 0, 0), document)
    ours = [one for one in tables if one.other is None]
    charts = (
        *charts_of((entry for one in ours for entry in one.table.entries), "table"),
        *charts_of(listing.entries, "sequence"),
    )
    titles = _by_order(box for one in tables for box in (*one.above, *one.table.told)) | _by_order(listing.titles)
    taken = read.keys() | titles.keys() | inner.keys()
    left = tuple(box for box in document.boxes if box.order not in taken)
    rest, lost = (left, ()) if any(map(_is_of_chart, left)) else ((), left)
    return Registers(
        tuple(replace(chart, index=index) for index, chart in enumerate(charts)),
        (*_foreign(tables), *_unread(ours), *_outside(lost)),
        _tally(charts, titles | read, titles.keys(), lost),
        replace(document, boxes=rest),
    )


def _by_order(boxes: Iterable[Box]) -> dict[int, Box]:
    return {box.order: box for box in boxes}


def _running_text(document: Document, taken: Set[int]) -> list[Box]:
    """The boxes outside tables as they stand below one another; of a page of several columns those of lists."""
    text = [box for box in document.boxes if box.order not in taken and box.frame != "margin"]
    if not _in_one_column(text):
        text = [box for box in text if box.frame is None or is_list(box)]
    return sorted(text, key=_height)


def _in_one_column(boxes: Iterable[Box]) -> bool:
    """Whether all boxes stand below one another, as running text does and charts do not."""
    ends: dict[int | None, float] = {}
    for box in sorted((box for box in boxes if box.bbox), key=_height):
        assert box.bbox is not None
        if box.bbox.top < ends.get(box.page, 0.0) - OVERLAP or box.cell:
            return False
        ends[box.page] = box.bbox.bottom
    return True


def _is_of_chart(box: Box) -> bool:
    """Whether a drawn box says by its form that it belongs to a chart."""
    return box.frame in ("shape", "cell") and any(is_label(text) or is_marking(text) for text in box.paragraphs)


def _tables(document: Document) -> Iterator[_Found]:
    """The tables whose heads are known, each with what the running text above it tells."""
    context = within_last = Context()
    above = Above(context)
    before: Head | None = None
    beside = _beside_others(document.boxes)
    for one in _in_order(document.boxes):
        if isinstance(one, Box):
            if one.order not in beside or is_one_fact(one):
                add(above, one)
            else:
                above.last = one, one.paragraphs[-1]  # of a chart
            continue
        told_context, told_above = told_by(above)
        goes_on = not told_above and before is not None and _goes_on(one, before)
        table = read_table(one, within_last if goes_on else told_context, before)
        if not _is_register(table):
            for box in one.boxes:  # a frame for the page's layout
                add(above, box)
            continue
        heads = table.heads or ([before] if before else [])
        other = other_list(heads, table.entries, table.context.title)
        yield _Found(one, table, told_above if other is None else (), other)
        before = table.head or before
        if other is None:
            within_last, body = table.context, table.context.body
            context = replace(told_context, title=table.context.title, body=body, agency=body)
        above = Above(context)


def _beside_others(boxes: Iterable[Box]) -> set[int]:
    """The orders of drawn boxes that stand beside others, as those of charts do and titles do not."""
    found: set[int] = set()
    reaching: dict[int | None, Box] = {}  # of each page the box that reaches lowest so far
    for box in sorted((box for box in boxes if box.bbox and box.paragraphs and box.frame != "margin"), key=_height):
        other = reaching.get(box.page)
        assert box.bbox is not None
        if other is not None and other.bbox is not None:
            if box.bbox.top < other.bbox.bottom - OVERLAP:
                found |= {one.order for one in (box, other) if one.frame == "shape"}
            if box.bbox.bottom < other.bbox.bottom:
                continue
        reaching[box.page] = box
    return found


def _is_register(table: Table) -> bool:
    return bool(table.entries or table.heads)


def _goes_on(grid: Grid, before: Head) -> bool:
    """Whether a table goes on with the rows of the one before it: it has no head, or begins with the same."""
    if is_pairs(grid, 0) or is_pairs(grid, 1):
        return False
    head = head_at(grid, 0)
    return head is None or head.labels == before.labels


def _in_order(boxes: Sequence[Box]) -> list[Box | Grid]:
    """The running text and the tables of a document as they stand below one another."""
    text = [box for box in boxes if box.frame in (None, "shape")]
    if all(box.bbox is None for box in boxes) and (grid := flattened(text, 0)):
        within = {box.order for box in grid.boxes}
        return sorted([*(box for box in text if box.order not in within), grid], key=_height)
    shapes = Counter(box.page for box in boxes if box.frame == "shape" and box.paragraphs)
    return sorted([*text, *(grid for grid in _whole(grids_of(boxes)) if not _is_lanes(grid, shapes))], key=_height)


def _is_lanes(grid: Grid, shapes: Counter[int | None]) -> bool:
    """Whether a table is but the lanes of a chart: more is drawn on its pages than stands in its cells."""
    return sum(shapes[page] for page in {box.page for box in grid.boxes}) > len(grid.boxes)


def _height(one: Box | Grid) -> tuple[int, float, int]:
    if isinstance(one, Grid):
        return min(map(_height, one.boxes))
    return one.page or 0, one.bbox.top if one.bbox else 0.0, one.order


def _whole(grids: Sequence[Grid]) -> list[Grid]:
    """The tables, those within cells that have no head of their own put into their cells as words."""
    inner: dict[int, list[Grid]] = defaultdict(list)
    outer: list[Grid] = []
    for grid in grids:
        if grid.within is not None and not _is_register(read_table(grid, Context())):
            inner[grid.within[0]].append(grid)
        else:
            outer.append(grid)
    return [with_inner(one, own) if (own := inner[cell_of(one.boxes[0]).table]) else one for one in outer]


def _foreign(tables: Iterable[_Found]) -> list[Problem]:
    """What other lists stand in the document, each kind once."""
    pages = {one.other: one.grid.boxes[0].page for one in reversed(list(tables)) if one.other}
    return [Problem(f"{other}-list", MESSAGES[other], page) for other, page in pages.items()]


def _unread(tables: Iterable[_Found]) -> list[Problem]:
    """The columns that go nowhere."""
    cells: dict[str, set[int]] = defaultdict(set)
    for one in tables:
        for label, boxes in one.table.unread.items():
            cells[label] |= {box.order for box in boxes}
    return [
        Problem("unread-column", f"“{label or '无表头的'}”列没有读入（{len(orders)} 格）")
        for label, orders in cells.items()
        if orders
    ]


def _outside(left: Sequence[Box]) -> list[Problem]:
    """Text beside the registers, as one doubt."""
    if not left:
        return []
    first = plain(left[0].text)[:30]
    return [Problem("outside-register", f"表外的文字没有读入（{len(left)} 段）：{first}…", left[0].page)]


def _tally(charts: Iterable[Chart], read: Mapping[int, Box], titles: Set[int], lost: Iterable[Box]) -> Tally:
    """Where the characters went, blanks left out."""
    used = {box.order for chart in charts for stage in chart.stages for box in stage.boxes}
    in_records = _characters(box for order, box in read.items() if order in used)
    in_titles = _characters(box for order, box in read.items() if order in titles and order not in used)
    whole = _characters(read.values()) + _characters(lost)
    return Tally(in_records, in_titles, whole - in_records - in_titles)


def _characters(boxes: Iterable[Box]) -> int:
    return sum(len(plain(box.text)) for box in boxes)
