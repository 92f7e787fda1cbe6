"""What each box of a chart is, by where it stands: under a head, beside a label, in a column of its kind."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import permutations

from pipeline.matching import cheapest_matching
from pipeline.model import Box
from pipeline.normalise import item_number, items_of, stage_label, unnumbered
from pipeline.plane import ACROSS, DOWN, Axis, Plane, Rect, overlap, share
from pipeline.roles import CONTENT, Part, Role, lacks, looks_like_stage, points_by_wording
from pipeline.sheet import Sheet
from pipeline.terms import BRANCH, LabelKind, plain, stage_term

__all__ = ["seated", "work_axis"]

HEADED = 0.5  # the share of a box that has to run under a head
SPANNED = 0.95  # the share of a head that a box over several columns runs beside
COLUMN = 0.6  # the share of the narrower of two boxes of one column that runs beside the other
AGREED = 0.7  # the share of a column that makes it one of a kind
CENTRED = 0.35  # how far, in widths of the wider, the middles of two boxes of one column are apart at most
LONGEST_STAGE = 40  # characters
OWN_COLUMN = 0.3  # how much a column beside those of risks and measures is wanted to be that of monitoring points
NEAR = 60.0  # points from a box to a label of its own at most
BEFORE = 20.0  # points that a cell before a label counts as farther from it
NEVER = 1e6  # points, for a label and a box of another kind

ROLE_OF: Mapping[LabelKind, Role] = {
    "header": Role.STAGE,
    "risk": Role.RISK,
    "measure": Role.MEASURE,
    "monitor": Role.MONITOR,
    "level": Role.LEVEL,
    "party": Role.PARTY,
    "other": Role.LABEL,  # serial numbers, remarks
}


def work_axis(parts: Sequence[Part], plane: Plane) -> Axis:
    """Whether the stages of a chart follow one another downwards or across.

    A head over (before) the stages tells; without one the line, up or across, that most stages stand in.
    """
    labels = [part for part in parts if part.role is Role.LABEL]
    for head in (part for part in labels if "header" in part.labels):
        beside = [len(_kinds_in_line(head, labels, plane, axis)) for axis in (ACROSS, DOWN)]
        if beside[0] != beside[1]:
            return DOWN if beside[DOWN] > beside[ACROSS] else ACROSS
    stages = [part for part in parts if part.role is Role.STAGE]
    known = [part for part in stages if _is_known(part)]
    places = [plane[part.box.order] for part in (known if len(known) > 1 else stages)]
    return DOWN if _longest_line(places, DOWN) >= _longest_line(places, ACROSS) else ACROSS


def _kinds_in_line(head: Part, labels: Sequence[Part], plane: Plane, axis: Axis) -> set[LabelKind]:
    """The kinds of labels that stand beside a head if the work goes along `axis`."""
    own = plane[head.box.order]
    return {kind for label in labels if share(own, plane[label.box.order], axis) >= HEADED for kind in label.labels}


def _longest_line(places: Sequence[Rect], axis: Axis) -> tuple[int, float]:
    """The most places that stand in one line along an axis, and how far that line reaches."""
    lines = ([other.centre(axis) for other in places if _in_line(one, other, 1 - axis)] for one in places)
    return max(((len(line), max(line) - min(line)) for line in lines), default=(0, 0.0))


def seated(parts: Sequence[Part], sheet: Sheet) -> list[Part]:
    """The parts of one chart with the roles that their places give them, or their wording; OTHER if neither does."""
    heads = _heads(parts, sheet)
    headed = [_under_head(part, heads, sheet) for part in parts]
    lined = [_beside_the_work(_by_column(part, headed, sheet, (Role.STAGE,))) for part in headed]
    labelled = _by_label(lined, heads, sheet)
    columned = [_by_column(part, labelled, sheet, CONTENT) for part in labelled]
    return _by_wording(columned, sheet)


def _beside_the_work(part: Part) -> Part:
    """What becomes of an application outside the line of stages is neither a stage nor a risk."""
    told = part.marked or part.role not in (Role.OTHER, Role.STAGE) or _is_numbered(part)
    return part if told or not BRANCH.fullmatch(plain(part.box.text)) else _as_role(part, Role.LABEL)


def _is_known(part: Part) -> bool:
    return part.role is Role.STAGE and stage_term(part.stage) is not None


def _as_role(part: Part, role: Role) -> Part:
    """The part in a role that its place gives it; its own level or owner line is stronger."""
    if part.marked and part.role in CONTENT and role in (Role.LABEL, Role.STAGE, *CONTENT):
        return part
    box = part.box
    match role:
        case Role.LABEL:
            return replace(part, role=role, labels=("other",))
        case Role.STAGE:
            return replace(part, role=role, stage=stage_label(map(unnumbered, box.paragraphs)), marked=True)
        case Role.LEVEL:
            return replace(part, role=role, levels=part.levels or (_value(box),), items=(), marked=True)
        case Role.PARTY:
            return replace(part, role=role, parties=part.parties or (_value(box),), items=(), marked=True)
    return replace(part, role=role, items=part.items or items_of(box.paragraphs), stage="", marked=True)


def _value(box: Box) -> str:
    return "、".join(paragraph.strip("。；;，,、 ") for paragraph in box.paragraphs)


# Heads over columns (or before rows)


def _heads(parts: Sequence[Part], sheet: Sheet) -> list[Part]:
    """The labels that stand before all content of their page along the work: `风险点` over the column of risks."""
    first: dict[int | None, float] = {}
    for part in parts:
        if part.role is not Role.LABEL and (part.role is Role.STAGE or part.items or part.levels):
            low = sheet.rect(part).span(sheet.axis)[0]
            first[part.box.page] = min(first.get(part.box.page, low), low)
    return [
        part
        for part in parts
        if _kind_of(part) is not None and sheet.rect(part).centre(sheet.axis) < _first_from(part.box.page, first)
    ]


def _first_from(page: int | None, first: Mapping[int | None, float]) -> float:
    """Where content begins on a page, or on the next that has any: heads may stand at the foot of the one before."""
    return min((low for other, low in first.items() if (other or 0) >= (page or 0)), default=0.0)


def _kind_of(part: Part) -> Role | None:
    """The role that a label gives; None for other parts."""
    if _GRADE.search(plain(part.box.text)) and part.box.cell:
        return Role.LEVEL
    return next((ROLE_OF[kind] for kind in part.labels if kind in ROLE_OF), None)


_GRADE = re.compile(
    r"^风险点?(?:等级|级别|级次)$"
)  # the head of a column: over boxes it may stand for risks and levels


def _under_head(part: Part, heads: Sequence[Part], sheet: Sheet) -> Part:
    if part.role in (Role.LABEL, Role.TITLE):
        return part
    rect = sheet.rect(part)
    over = [head for head in heads if _is_over(head, part, sheet)]
    over = [head for head in over if not any(_is_over(head, lower, sheet) for lower in over if lower is not head)]
    if len({_kind_of(head) for head in over if share(rect, sheet.rect(head), sheet.cross) >= SPANNED}) > 1:
        return part  # it spans the columns
    best = max(over, key=lambda head: (overlap(rect, sheet.rect(head), sheet.cross), sheet.rect(head).y0), default=None)
    role = _kind_of(best) if best else None
    return _as_role(part, role) if role else part


def _is_over(head: Part, part: Part, sheet: Sheet) -> bool:
    """Whether a head stands before a box along the work; a cell's head is a cell."""
    one, two = sheet.rect(head), sheet.rect(part)
    return (
        share(one, two, sheet.cross) >= HEADED
        and one.centre(sheet.axis) < two.centre(sheet.axis)
        and (part.box.cell is None or head.box.cell is not None or head.box.page != part.box.page)
    )


# Labels beside boxes


def _by_label(parts: Sequence[Part], heads: Sequence[Part], sheet: Sheet) -> list[Part]:
    """The parts, untold boxes with the kind of the label beside them: one label for one box, the nearest in sum."""
    labels = [part for part in parts if part not in heads and _kind_of(part) in CONTENT]
    boxes = [part for part in parts if part.role in CONTENT or (not part.marked and _is_open(part))]
    gaps = [[_gap_to_label(label, part, sheet) for part in boxes] for label in labels]
    found: dict[int, Role] = {}
    for label, own, box in zip(labels, gaps, cheapest_matching(gaps), strict=True):
        role = _kind_of(label)
        if box is not None and role is not None and own[box] <= NEAR:
            found[boxes[box].box.order] = role
    return [_as_role(part, found[part.box.order]) if part.box.order in found else part for part in parts]


def _is_open(part: Part) -> bool:
    return part.role is Role.OTHER or (part.role is Role.STAGE and not _is_known(part))


def _gap_to_label(label: Part, part: Part, sheet: Sheet) -> float:
    """How far a label is from a box; 0 where it stands on a line that is drawn to the box."""
    if part.role in CONTENT and part.role is not _kind_of(label):
        return NEVER
    lines = (link for link in sheet.links if part.box.order in (link.start, link.end))
    if any(link.passes(sheet.rect(label)) for link in lines):
        return 0.0
    return sheet.gap(label, part) + (BEFORE if _is_cell_before(part, label) else 0.0)


def _is_cell_before(part: Part, label: Part) -> bool:
    """Whether a box is a cell before that of a label in its table: in tables labels stand before what they name."""
    cell, own = part.box.cell, label.box.cell
    return bool(cell and own and cell.table == own.table and cell.column < own.column)


# Columns


def _by_column(part: Part, parts: Sequence[Part], sheet: Sheet, roles: Sequence[Role]) -> Part:
    """A box that nothing else tells is what the boxes of its column are, if that is one of `roles`."""
    if part.marked or part.role not in (Role.OTHER, Role.STAGE):
        return part
    strange = sum(map(_is_known, parts)) < 2 and Role.STAGE in roles  # then any step counts, not only known ones
    column = [other for other in parts if _in_column(part, other, sheet, strange=strange)]
    votes = Counter(other.role for other in column)
    role, count = votes.most_common(1)[0] if votes else (part.role, 0)
    if role not in roles or count < 2 or count < AGREED * votes.total():
        return part
    if role in CONTENT and _has_own(part, [one for one in parts if one.role is role and one is not part], parts, sheet):
        return part
    if role is Role.STAGE and not _may_be_step(part):
        return part
    return _as_role(part, role)


def _may_be_step(part: Part) -> bool:
    """Whether a box in the column of the stages is short enough for one; a numbered sentence is none."""
    if len(part.items) > 2 or len(plain(part.box.text)) > LONGEST_STAGE:
        return False
    return not _is_numbered(part) or looks_like_stage(unnumbered(part.box.text))


def _in_column(part: Part, other: Part, sheet: Sheet, *, strange: bool = False) -> bool:
    """Whether another box, whose kind is known, stands in one column with a box; `strange` if any step is known."""
    told = other.marked or (other.role is Role.STAGE and (strange or _is_known(other)))
    return told and other is not part and other.role in (Role.STAGE, *CONTENT) and _aligned(part, other, sheet)


def _aligned(part: Part, other: Part, sheet: Sheet) -> bool:
    return _in_line(sheet.rect(part), sheet.rect(other), sheet.cross)


def _in_line(one: Rect, other: Rect, cross: Axis) -> bool:
    """Whether two places stand behind one another, seen across the axis `cross`."""
    off = abs(one.centre(cross) - other.centre(cross))
    return share(one, other, cross) >= COLUMN and off <= CENTRED * max(one.size(cross), other.size(cross))


def _has_own(part: Part, others: Iterable[Part], parts: Sequence[Part], sheet: Sheet) -> bool:
    """Whether the stage that a box stands at has one of some other boxes already."""
    at = _stages_at([part, *others], parts, sheet)
    return at[part.box.order] in [at[other.box.order] for other in others]


def _stages_at(boxes: Iterable[Part], parts: Sequence[Part], sheet: Sheet) -> dict[int, int]:
    """Of each box the order of the stage a line joins it to or it stands nearest to level with; -1 without any."""
    stages = [part for part in parts if part.role is Role.STAGE]
    joined = sheet.joined(stages)
    return {
        part.box.order: joined[part.box.order]
        if part.box.order in joined
        else min(((sheet.aside(part, stage), stage.box.order) for stage in stages), default=(0.0, -1))[1]
        for part in boxes
    }


# Wording


def _by_wording(parts: Sequence[Part], sheet: Sheet) -> list[Part]:
    """The parts, the boxes that nothing else tells by their wording.

    The boxes of one column are of one kind if no two of them stand at one stage; those at one stage are of different
    kinds.
    """
    untold = [part for part in parts if part.role is Role.OTHER and part.items]
    told = [part for part in parts if part.role in CONTENT]
    at = _stages_at([*untold, *told], parts, sheet)
    taken = {(at[part.box.order], part.role) for part in told}
    points = {part.box.order: _points(part, untold, parts, at, sheet) for part in untold}
    kinds: dict[int, Role] = {}
    for stage in sorted({at[part.box.order] for part in untold}):
        free = [kind for kind in CONTENT if (stage, kind) not in taken]
        kinds |= _different([part for part in untold if at[part.box.order] == stage], free, points)
    return [replace(part, role=kinds.get(part.box.order, part.role)) for part in parts]


def _points(
    part: Part, untold: Sequence[Part], parts: Sequence[Part], at: Mapping[int, int], sheet: Sheet
) -> Mapping[Role, float]:
    """How much a box, with its column where that is of one kind, is worded like each kind."""
    column = [other for other in untold if _aligned(part, other, sheet)]
    alike = len({at[other.box.order] for other in column}) == len(column)
    items = tuple(item for other in column for item in other.items) if alike else part.items
    wanted = lacks(parts)
    own_column = alike and not any(_in_column(part, other, sheet) for other in parts)
    if (
        own_column
        and _is_numbered(part)
        and {Role.RISK, Role.MEASURE} <= {other.role for other in parts if other.marked}
    ):
        wanted = wanted | {Role.MONITOR: OWN_COLUMN}
    return points_by_wording(items, wanted)


def _different(
    boxes: Sequence[Part], free: Sequence[Role], points: Mapping[int, Mapping[Role, float]]
) -> dict[int, Role]:
    """The kinds of the boxes at one stage: of those still free, no two alike, if they suffice; OTHER if nothing tells.

    A box that is neither numbered nor worded like anything may be a note.
    """
    own = [points[part.box.order] for part in boxes]
    if len(boxes) <= len(free):
        choices = permutations(free, len(boxes))
        chosen = max(choices, key=lambda kinds: sum(one[kind] for one, kind in zip(own, kinds, strict=True)))
    else:
        chosen = tuple(max(one, key=one.__getitem__) for one in own)
    return {
        part.box.order: kind if max(one.values()) > 0 or _is_numbered(part) else Role.OTHER
        for part, one, kind in zip(boxes, own, chosen, strict=True)
    }


def _is_numbered(part: Part) -> bool:
    return any(item_number(text) is not None for text in part.box.paragraphs)
