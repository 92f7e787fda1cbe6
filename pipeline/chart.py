"""Document -> Charts: drafts written up as charts, their problems, and the account of every character."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.arrange import is_drawn
from pipeline.assignment import Pairing
from pipeline.draft import Draft, Drafts
from pipeline.model import Box, Chart, Document, Problem, Stage, Tally
from pipeline.placed import by_place
from pipeline.roles import CONTENT, Part, Role
from pipeline.sequence import in_sequence
from pipeline.terms import plain, stage_term
from pipeline.titles import Title

__all__ = ["Charts", "read_charts"]

DOUBTFUL = 0.3  # a stage whose rival costs no more than this is named in a doubt


@dataclass(frozen=True, slots=True)
class Charts:
    """The charts of a document, what is doubted, and where its characters went."""

    charts: tuple[Chart, ...]
    problems: tuple[Problem, ...]
    tally: Tally


def read_charts(document: Document) -> Charts:
    """The charts of a document whose boxes are known, by their places where they have any."""
    drafts = by_place(document) if is_drawn(document.boxes) else in_sequence(document)
    found = tuple(_chart(index, draft) for index, draft in enumerate(drafts.charts))
    problems = (*document.problems, *drafts.problems, *map(_lonely, drafts.lonely), *_chart_problems(drafts, found))
    return Charts(found, problems, _tally(drafts))


def _chart(index: int, draft: Draft) -> Chart:
    title = draft.title or Title("")
    return Chart(
        index,
        _one_line(title.text) or None,
        title.agency,
        title.category,
        title.power,
        title.power_code,
        tuple(_in_order(draft)),
    )


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _in_order(draft: Draft) -> list[Stage]:
    """The stages in the order of the work: as drawn, backwards where they are drawn so, else by their usual ranks."""
    stages = list(_stages(draft))
    ranks = [term.rank if (term := stage_term(stage.label)) else None for stage in stages]
    known = [rank for rank in ranks if rank is not None]
    rises = sum(a < b for a, b in pairwise(known))
    falls = sum(a > b for a, b in pairwise(known))
    if falls > rises and (draft.placed_by == "sequence" or (rises == 0 and falls > 1)):
        stages, ranks = stages[::-1], ranks[::-1]
    if min(falls, rises) == 0 or draft.placed_by != "sequence":
        return stages
    keys, rank = [], -math.inf
    for own in ranks:
        rank = own if own is not None else rank
        keys.append(rank)
    return [stage for _, stage in sorted(zip(keys, stages, strict=True), key=lambda pair: pair[0])]


def _stages(draft: Draft) -> Iterator[Stage]:
    pairing = draft.pairing
    labels = [part.stage for part in pairing.stages] or [""]
    held: dict[int, list[int]] = defaultdict(list)
    for box, stage in enumerate(pairing.stage_of):
        held[stage].append(box)
    for number, label in enumerate(labels):
        own = [pairing.boxes[box] for box in held[number]]
        marks = [part for stage, part in draft.marks if stage == number]
        yield Stage(
            label,
            _of_role(own, Role.RISK),
            _of_role(own, Role.MEASURE),
            _of_role(own, Role.MONITOR),
            round(_confidence(pairing, held[number]), 2),
            tuple(_doubts(pairing, held[number], labels)),
            tuple(level for part in marks for level in part.levels),
            tuple(party for part in marks for party in part.parties),
            tuple(part.box for part in (*pairing.stages[number : number + 1], *marks)),
            draft.placed_by,
        )


def _of_role(parts: Iterable[Part], role: Role) -> tuple[Box, ...]:
    return tuple(part.box for part in parts if part.role is role)


def _confidence(pairing: Pairing, boxes: Iterable[int]) -> float:
    """1 where nothing else comes near, 1/2 where another stage would do as well, less without any stage."""
    margin = min((pairing.rivals[box].margin for box in boxes), default=math.inf)
    return (1 - 0.5 * math.exp(-2 * margin)) * (1.0 if pairing.stages else 0.5)


KIND_NAMES = {Role.RISK: "风险点", Role.MEASURE: "防控措施", Role.MONITOR: "电子监察点"}


def _doubts(pairing: Pairing, boxes: Sequence[int], labels: Sequence[str]) -> Iterator[str]:
    if not pairing.stages:
        yield "图中没有流程环节"
    for box in boxes:
        part, rival = pairing.boxes[box], pairing.rivals[box]
        if rival.margin <= DOUBTFUL:
            yield f"{KIND_NAMES[part.role]}也可能属于“{labels[rival.stage]}”"
        if part.role is not Role.MONITOR and not part.marked:
            yield f"{KIND_NAMES[part.role]}框没有风险等级或责任人，由措辞判断"
    counts = Counter(pairing.boxes[box].role for box in boxes)
    for role, name in KIND_NAMES.items():
        if counts[role] > 1:
            yield f"有 {counts[role]} 个{name}框"


# Problems and the tally


def _lonely(title: Title) -> Problem:
    return Problem("title-without-chart", f"标题没有对应的图：{_one_line(title.text)}")


def _chart_problems(drafts: Drafts, found: Sequence[Chart]) -> Iterator[Problem]:
    for draft, chart in zip(drafts.charts, found, strict=True):
        where = f"第 {chart.index + 1} 图"
        runs = 1 + sum(b.box.order > a.box.order + 1 for a, b in pairwise(draft.parts))
        if runs > 1 and draft.placed_by == "sequence":
            yield Problem("broken-chart", f"{where}由 {runs} 段拼成")
        if chart.title is None:
            yield Problem("chart-without-title", f"{where}没有标题")
        for part in _stray_marks(draft):
            yield Problem("stray-owner", f"{where}有单独的责任主体：{'、'.join(part.parties)}", part.box.page)


def _stray_marks(draft: Draft) -> list[Part]:
    told = {part.box.order for _, part in draft.marks}
    return [part for part in draft.parts if part.role is Role.PARTY and part.box.order not in told]


def _tally(drafts: Drafts) -> Tally:
    """Where the characters went, blanks left out."""
    parts = (part for draft in drafts.charts for part in draft.parts)
    placed = {part.box.order: part for part in parts if part.role is not Role.OTHER}
    for draft in drafts.charts:
        for part in _stray_marks(draft):
            del placed[part.box.order]
    counts: Counter[str] = Counter()
    for part in drafts.parts:
        own = placed.get(part.box.order, part)
        told = part.box.order in placed or part.role in (Role.TITLE, Role.LABEL)
        where = "unplaced" if not told else "records" if own.role in (*CONTENT, Role.LEVEL, Role.PARTY) else "titles"
        counts[where] += len(plain(part.box.text))
    return Tally(counts["records"], counts["titles"], counts["unplaced"])
