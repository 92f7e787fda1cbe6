"""The running text above a table: what its titles and lines tell of the rows below, and the boxes that tell it."""

from dataclasses import dataclass, field

from pipeline.model import Box
from pipeline.register.context import Context, is_register_title, labelled, told
from pipeline.roles import is_title
from pipeline.terms import AGENCY, plain
from pipeline.titles import titles_of

__all__ = ["Above", "add", "is_one_fact", "told_by"]


@dataclass(slots=True)
class Above:
    """The running text since the last table: what is known after it, the boxes that told it, a chart's title lines."""

    context: Context
    used: list[Box] = field(default_factory=list)
    titles: list[tuple[Box, str]] = field(default_factory=list)
    last: tuple[Box, str] | None = None


def add(above: Above, box: Box) -> None:
    """One more box of running text; a chart's title lines, and the name of a body above one, are kept as such."""
    for text in box.paragraphs:
        if is_register_title(text) and above.last and not is_title(above.last[1]):
            above.used.clear()  # what stands above it belongs to something else
            above.titles.clear()
        known = told(above.context, text) if box.frame != "cell" or _is_of_layout(text) else None
        if known is not None:
            above.context = known
            above.used.append(box)
        if is_title(text):
            if above.last and AGENCY.fullmatch(plain(above.last[1])) and not is_title(above.last[1]):
                above.titles.append(above.last)
            above.titles.append((box, text))
        above.last = box, text


def is_one_fact(box: Box) -> bool:
    """Whether a box is one of the facts that stand side by side above a table (科室：办公室  填报日期：…)."""
    return len(box.paragraphs) == 1 and any(labelled(box.paragraphs[0]))


def _is_of_layout(text: str) -> bool:
    """Whether a cell of a table that is no register heads one all the same, as in pages laid out by tables."""
    return is_register_title(text) or any(labelled(text))


def told_by(above: Above) -> tuple[Context, tuple[Box, ...]]:
    """What is known after some running text, and the boxes that told it."""
    titles = titles_of(text for _, text in above.titles)
    if not titles:
        return above.context, tuple(above.used)
    title = titles[-1]
    context = Context(
        title=" ".join(title.text.split()),
        body=title.agency,
        agency=title.agency,
        unit=above.context.unit,
        category=title.category,
        power=title.power,
        power_code=title.power_code,
    )
    return context, (*above.used, *(box for box, _ in above.titles))
