"""Document -> Charts: the boxes' roles, the charts they make, the titles of those, and every box to its stage."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise, zip_longest

from pipeline.model import Box, Chart, Document, Problem, Stage, Tally
from pipeline.pairing import Pairing, learned, pair, without
from pipeline.roles import CONTENT, Part, Role, is_title, parts_of
from pipeline.split import split
from pipeline.terms import AGENCY, plain, stage_term
from pipeline.titles import Title, cut_title, matched, titles_of

__all__ = ["Charts", "read_charts"]

DOUBTFUL = 0.3  # a stage whose rival costs no more than this is named in a doubt


@dataclass(frozen=True, slots=True)
class Charts:
    """The charts of a document, what is doubted, and where its characters went."""

    charts: tuple[Chart, ...]
    problems: tuple[Problem, ...]
    tally: Tally


def read_charts(document: Document) -> Charts:
    """The charts of a document whose boxes are known."""
    parts = _parts(document.boxes)
    pieces, problems = [], list(document.problems)
    sections = _sections(parts)
    for titles, body in sections:
        charts, strays = _with_strays(body, len(titles), alone=len(sections) > 1 and len(titles) == 1)
        given = matched(titles, charts)
        problems += [*strays, *map(_lonely, [title for title in titles if title not in given])]
        pieces += list(zip(given, charts, strict=True))
    pairings = _paired([parts for _, parts in pieces])
    found = tuple(
        _chart(i, title, pairing) for i, ((title, _), pairing) in enumerate(zip(pieces, pairings, strict=True))
    )
    problems += _chart_problems([parts for _, parts in pieces], found)
    return Charts(found, tuple(problems), _tally(parts, [chart for _, chart in pieces]))


# The parts and the sections between titles


def _parts(boxes: Sequence[Box]) -> list[Part]:
    """The boxes with their roles; a line glued behind a title is a box of its own, an agency above one is a title."""
    parts = parts_of(replace(box, order=order) for order, box in enumerate(_cut_titles(boxes)))
    return [
        replace(part, role=Role.TITLE) if following is Role.TITLE and _is_agency(part) else part
        for part, following in zip_longest(parts, (part.role for part in parts[1:]))
    ]


def _cut_titles(boxes: Iterable[Box]) -> Iterator[Box]:
    for box in boxes:
        title, rest = cut_title(box.text) if len(box.paragraphs) == 1 and is_title(box.text) else ("", "")
        yield from (replace(box, paragraphs=(text,)) for text in ((title, rest) if rest else ()))
        if not rest:
            yield box


def _is_agency(part: Part) -> bool:
    return part.role in (Role.STAGE, Role.OTHER) and bool(AGENCY.fullmatch(plain(part.box.text)))


def _sections(parts: Sequence[Part]) -> list[tuple[list[Title], list[Part]]]:
    """Titles with the parts that follow them; titles with nothing but labels between them stand together."""
    sections: list[tuple[list[str], list[Part]]] = [([], [])]
    for heads, group in groupby(parts, key=lambda part: part.role is Role.TITLE):
        _, body = sections[-1]
        if not heads:
            body += group
            continue
        if any(part.role in CONTENT for part in body):
            sections.append(([], []))
        else:
            body[:] = [part for part in body if part.role is not Role.LABEL]
        sections[-1][0].extend(paragraph for part in group for paragraph in part.box.paragraphs)
    return [(titles_of(lines), body) for lines, body in sections]


def _with_strays(body: Sequence[Part], titles: int, *, alone: bool) -> tuple[list[list[Part]], list[Problem]]:
    """The charts of a section (one if `alone`), and a problem for each box that is of no known kind or in no chart."""
    rest = [part for part in body if part.role is not Role.OTHER]
    charts = ([rest] if alone else split(rest, titles or None)) if _is_chart(rest) else []
    stray = {Role.OTHER} if charts else {Role.OTHER, Role.STAGE, Role.PARTY, *CONTENT}
    strays = [part for part in body if part.role in stray]
    return charts, [Problem("unplaced-text", f"不知归属的文字：{part.box.text}", part.box.page) for part in strays]


def _is_chart(parts: Sequence[Part]) -> bool:
    """Sentences alone are no chart: labels, levels, owners or known stages have to mark them as one."""
    stages = sum(part.role is Role.STAGE and stage_term(part.stage) is not None for part in parts)
    marked = any(part.marked or part.role is Role.LABEL for part in parts)
    return any(part.role in CONTENT for part in parts) and (marked or stages > 1)


# Stages


def _paired(charts: Sequence[Sequence[Part]]) -> list[Pairing]:
    """Every chart paired twice: by what the genre knows, then also by what the document's other charts have shown.

    Charts that repeat a template word for word are solved once and count once.
    """
    templates = {_template(parts): parts for parts in charts}
    first = {key: pair(parts, {}) for key, parts in templates.items()}
    lore = learned(first.values())
    second = {key: pair(parts, without(lore, first[key])) for key, parts in templates.items()}
    return [
        replace(second[_template(parts)], stages=_of_roles(parts, Role.STAGE), boxes=_of_roles(parts, *CONTENT))
        for parts in charts
    ]


def _template(parts: Sequence[Part]) -> tuple[tuple[str, ...], ...]:
    return tuple(part.box.paragraphs for part in parts)


def _of_roles(parts: Iterable[Part], *roles: Role) -> tuple[Part, ...]:
    return tuple(part for part in parts if part.role in roles)


def _chart(index: int, title: Title | None, pairing: Pairing) -> Chart:
    title = title or Title("")
    return Chart(
        index,
        _one_line(title.text) or None,
        title.agency,
        title.category,
        title.power,
        title.power_code,
        tuple(_in_order(pairing)),
    )


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _in_order(pairing: Pairing) -> list[Stage]:
    """The stages in the order of the work: as drawn, backwards where they are drawn so, else by their usual ranks."""
    stages = list(_stages(pairing))
    ranks = [term.rank if (term := stage_term(stage.label)) else None for stage in stages]
    known = [rank for rank in ranks if rank is not None]
    rises = sum(a < b for a, b in pairwise(known))
    falls = sum(a > b for a, b in pairwise(known))
    if falls > rises:
        stages, ranks = stages[::-1], ranks[::-1]
    if min(falls, rises) == 0:
        return stages
    keys, rank = [], -math.inf
    for own in ranks:
        rank = own if own is not None else rank
        keys.append(rank)
    return [stage for _, stage in sorted(zip(keys, stages, strict=True), key=lambda pair: pair[0])]


def _stages(pairing: Pairing) -> Iterator[Stage]:
    labels = [part.stage for part in pairing.stages] or [""]
    held: dict[int, list[int]] = defaultdict(list)
    for box, stage in enumerate(pairing.stage_of):
        held[stage].append(box)
    for number, label in enumerate(labels):
        own = [pairing.boxes[box] for box in held[number]]
        yield Stage(
            label,
            _of_role(own, Role.RISK),
            _of_role(own, Role.MEASURE),
            _of_role(own, Role.MONITOR),
            round(_confidence(pairing, held[number]), 2),
            tuple(_doubts(pairing, held[number], labels)),
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


def _chart_problems(charts: Sequence[Sequence[Part]], found: Sequence[Chart]) -> Iterator[Problem]:
    for parts, chart in zip(charts, found, strict=True):
        where = f"第 {chart.index + 1} 图"
        runs = 1 + sum(b.box.order > a.box.order + 1 for a, b in pairwise(parts))
        if runs > 1:
            yield Problem("broken-chart", f"{where}由 {runs} 段拼成")
        if chart.title is None:
            yield Problem("chart-without-title", f"{where}没有标题")
        for part in parts:
            if part.role is Role.PARTY:
                yield Problem("stray-owner", f"{where}有单独的责任主体：{'、'.join(part.parties)}")


def _tally(parts: Sequence[Part], charts: Iterable[Sequence[Part]]) -> Tally:
    """Where the characters went, blanks left out."""
    placed = {part.box.order for chart in charts for part in chart if part.role is not Role.PARTY}
    counts: Counter[str] = Counter()
    for part in parts:
        told = part.box.order in placed or part.role in (Role.TITLE, Role.LABEL)
        where = "unplaced" if not told else "records" if part.role in CONTENT else "titles"
        counts[where] += len(plain(part.box.text))
    return Tally(counts["records"], counts["titles"], counts["unplaced"])
