"""What a document gives on the way to charts: drafts, whose boxes have their stages and whose titles are known."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.assignment import Pairing
from pipeline.model import Box, Placed, Problem
from pipeline.roles import CONTENT, Part, Role, is_title
from pipeline.terms import AGENCY, PROCEDURE, RISK_WORDS, WEAK_RISK_WORDS, plain, stage_term
from pipeline.titles import Title, cut_title

__all__ = ["Draft", "Drafts", "cut_titles", "is_agency", "is_chart", "unplaced"]

FEWEST = 2  # sentences worded like risks that make a chart of work one of risks


@dataclass(frozen=True, slots=True)
class Draft:
    """A chart: its title, its parts, the stages of its boxes; `marks` are levels and owners in boxes of their own."""

    title: Title | None
    parts: tuple[Part, ...]
    pairing: Pairing
    marks: tuple[tuple[int, Part], ...] = ()
    placed_by: Placed = "sequence"


@dataclass(frozen=True, slots=True)
class Drafts:
    """All parts of a document, the charts they make, the titles without a chart, and what is doubted."""

    parts: tuple[Part, ...]
    charts: tuple[Draft, ...]
    lonely: tuple[Title, ...]
    problems: tuple[Problem, ...]


def cut_titles(boxes: Iterable[Box]) -> Iterator[Box]:
    """The boxes, what is glued behind a title in a box of its own."""
    for box in boxes:
        title, rest = cut_title(box.text) if len(box.paragraphs) == 1 and is_title(box.text) else ("", "")
        yield from (replace(box, paragraphs=(text,)) for text in ((title, rest) if rest else ()))
        if not rest:
            yield box


def is_agency(part: Part) -> bool:
    """Whether a part is nothing but the name of a government body."""
    return part.role in (Role.STAGE, Role.OTHER) and bool(AGENCY.fullmatch(plain(part.box.text)))


def is_chart(parts: Sequence[Part]) -> bool:
    """Sentences alone are no chart: labels, levels, owners or known stages have to mark them as one.

    And a chart of work is none of risks: risks or measures have to be named, or levels, or told by their wording.
    """
    stages = sum(part.role is Role.STAGE and stage_term(part.stage) is not None for part in parts)
    marked = any(part.marked or part.role is Role.LABEL for part in parts)
    return any(part.role in CONTENT for part in parts) and (marked or stages > 1) and _tells_risks(parts)


def _tells_risks(parts: Sequence[Part]) -> bool:
    if any(part.levels or {"risk", "measure", "monitor", "level"} & {*part.labels} for part in parts):
        return True
    risks = [PROCEDURE.sub("", plain(item)) for part in parts if part.role is Role.RISK for item in part.items]
    owned = any(part.parties for part in parts)  # who answers for measures seldom stands in a mere chart of work
    return sum(bool(RISK_WORDS.search(one) or (owned and WEAK_RISK_WORDS.search(one))) for one in risks) >= FEWEST


def unplaced(parts: Iterable[Part]) -> list[Problem]:
    """A problem for each part that belongs to nothing."""
    return [Problem("unplaced-text", f"不知归属的文字：{part.box.text}", part.box.page) for part in parts]
