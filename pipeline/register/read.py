"""Document -> the charts of its registers, and the rest of it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.model import Box, Chart, Document, Problem, Tally
from pipeline.register.context import Context, told
from pipeline.register.entries import charts_of
from pipeline.register.flattened import flattened
from pipeline.register.foreign import MESSAGES, other_list
from pipeline.register.grids import Grid, cell_of, grids_of, with_inner
from pipeline.register.heads import Head, head_at
from pipeline.register.lists import is_list, listed
from pipeline.register.rows import Table, is_pairs, read_table
from pipeline.roles import is_label, is_marking, is_title
from pipeline.terms import AGENCY, plain
from pipeline.titles import titles_of

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
    read = {box.order: box for one in tables for box in one.grid.boxes}
    inner = {box.order for one in tables for box in one.grid.inner}
    text = [box for box in document.boxes if box.order not in {*read, *inner} and box.frame != "margin"]
    if not _in_one_column(text):
        text = [box for box in text if box.frame is None or is_list(box)]
    listing = listed(sorted(text, key=_height))
    read |= {box.order: box for box in listing.used}
    ours = [one for one in tables if one.other is None]
    titles = {box.order: box for one in tables for box in (*one.above, *one.table.told)}
    titles |= {box.order: box for box in listing.titles}
    if not read:
        return Registers((), (), Tally(0, 0, 0), document)
    charts = (
        *charts_of((entry for one in ours for entry in one.table.entries), "table"),
        *charts_of(listing.entries, "sequence"),
    )
    left = [box for box in document.boxes if box.order not in {*read, *titles, *inner}]
    lost = left if not any(map(_is_of_chart, left)) else []
    return Registers(
        tuple(replace(chart, index=index) for index, chart in enumerate(charts)),
        (*_foreign(tables), *_unread(ours), *_outside(lost)),
        _tally(charts, {**titles, **read}.values(), titles, lost),
        replace(document, boxes=tuple(box for box in left if not lost)),
    )


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
    above: list[Box] = []
    before: Head | None = None
    for one in _in_order(document.boxes):
        if isinstance(one, Box):
            above.append(one)
            continue
        told_context, told_above = _told_by(context, above)
        goes_on = not told_above and before is not None and _goes_on(one, before)
        table = read_table(one, within_last if goes_on else told_context, before)
        if not (table.entries or table.heads):
            above += one.boxes  # a frame for the page's layout
            continue
        heads = table.heads or ([before] if before else [])
        other = other_list(heads, table.entries, table.context.title)
        yield _Found(one, table, told_above if other is None else (), other)
        above = []
        before = table.head or before
        if other is None:
            within_last, body = table.context, table.context.body
            context = replace(told_context, title=table.context.title, body=body, agency=body)


def _goes_on(grid: Grid, before: Head) -> bool:
    """Whether a table goes on with the rows of the one before it: it has no head, or begins with the same."""
    if is_pairs(grid, 0) or is_pairs(grid, 1):
        return False
    head = head_at(grid, 0)
    return head is None or [one.label for one in head.fields] == [one.label for one in before.fields]


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


def _told_by(context: Context, above: Sequence[Box]) -> tuple[Context, tuple[Box, ...]]:
    """What is known after some running text, and the boxes that told it; a chart's title lines are read as such."""
    used: list[Box] = []
    lines = [(box, text) for box in above for text in box.paragraphs]
    for box, text in lines:
        if (known := told(context, text)) is not None:
            context = known
            used.append(box)
    titles = titles_of(text for number, (_, text) in enumerate(lines) if _is_of_title(lines, number))
    if titles:
        title = titles[-1]
        used += [box for number, (box, _) in enumerate(lines) if _is_of_title(lines, number)]
        context = Context(
            " ".join(title.text.split()),
            title.agency,
            title.agency,
            context.unit,
            title.category,
            title.power,
            title.power_code,
        )
    return context, tuple(used)


def _is_of_title(lines: Sequence[tuple[Box, str]], number: int) -> bool:
    """Whether a line is one of a chart's title, or the name of a body above one."""
    below = lines[number + 1][1] if number + 1 < len(lines) else ""
    return is_title(lines[number][1]) or (is_title(below) and bool(AGENCY.fullmatch(plain(lines[number][1]))))


def _whole(grids: Sequence[Grid]) -> list[Grid]:
    """The tables, those within cells that have no head of their own put into their cells as words."""
    inner: dict[int, list[Grid]] = defaultdict(list)
    outer: list[Grid] = []
    for grid in grids:
        if grid.within is None or (inside := read_table(grid, Context())).entries or inside.heads:
            outer.append(grid)
        else:
            assert grid.within is not None
            inner[grid.within[0]].append(grid)
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


def _tally(charts: Iterable[Chart], read: Iterable[Box], titles: dict[int, Box], lost: Iterable[Box]) -> Tally:
    """Where the characters went, blanks left out."""
    used = {box.order for chart in charts for stage in chart.stages for box in stage.boxes}
    counts = [0, 0, sum(len(plain(box.text)) for box in lost)]
    for box in {box.order: box for box in read}.values():
        where = 0 if box.order in used else 1 if box.order in titles else 2
        counts[where] += len(plain(box.text))
    return Tally(*counts)
