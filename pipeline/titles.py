"""Chart titles: what their lines say, and which title belongs to which chart where all of them stand in front."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.matching import cheapest_matching
from pipeline.roles import Part, Role
from pipeline.terms import AGENCY, BRACKETED, CATEGORY, HEADING, category_of, plain, stage_term

__all__ = ["Title", "cut_title", "matched", "titles_of"]


@dataclass(frozen=True, slots=True)
class Title:
    """A chart's title as written (its lines joined by blanks) and what it says."""

    text: str
    agency: str | None = None
    category: str | None = None
    power: str | None = None
    power_code: str | None = None


def cut_title(line: str) -> tuple[str, str]:
    """A title line and what is glued behind it: `…防控图（行政奖励）组织推荐` -> (`…防控图（行政奖励）`, `组织推荐`)."""
    heading = HEADING.search(line)
    if not heading:
        return line, ""
    brackets = BRACKETED.match(line, heading.end())
    end = brackets.end() if brackets else heading.end()
    return line[:end].strip(), line[end:].strip()


def titles_of(lines: Iterable[str]) -> list[Title]:
    """The titles in some lines, an agency line before a heading among them.

    A line begins a new title where the present one already has what the line gives; a heading alone over others that
    each have their own is the document's and is left out.
    """
    titles: list[Title] = []
    agency: str | None = None
    for line in lines:
        read = _read(line)
        if read.text == "" and read.agency:
            agency = read.agency
        elif titles and _continues(titles[-1], read):
            titles[-1] = _joined(titles[-1], read)
        else:
            titles.append(replace(read, agency=read.agency or agency))
    named = [title for title in titles if title.category or title.power]
    return named or titles


_NAME = re.compile(r"(?:职权|权力|事项)名称[:：]\s*(?P<name>.*)")
_CODE = re.compile(r"(?:职权|权力|事项)编码[:：]\s*(?P<code>.*)")
_KIND = re.compile(r"(?:职权|权力|事项)(?:类别|类型)[:：]\s*(?P<kind>.*)")


def _read(line: str) -> Title:
    """What one line says; an agency alone has no text."""
    if name := _NAME.match(line):
        return Title(line, power=name["name"].strip() or None)
    if code := _CODE.match(line):
        return Title(line, power_code=plain(code["code"]) or None)
    if kind := _KIND.match(line):
        return Title(line, category=category_of(kind["kind"]))
    if HEADING.search(line):
        return _read_heading(line)
    if category := category_of(line):
        return Title(line, category=category, power=_power(re.sub(rf"^\s*{CATEGORY.pattern}", "", line)))
    return Title("" if AGENCY.fullmatch(plain(line)) else line, agency=plain(line))


def _read_heading(line: str) -> Title:
    heading = HEADING.search(line)
    assert heading is not None
    before = re.sub(r"(?:行政职权|职权|权力|权力运行)?(?:廉政|廉洁|岗位)*$", "", line[: heading.start()]).strip()
    brackets = BRACKETED.match(line, heading.end())
    inside = brackets["inside"] if brackets else ""
    found = CATEGORY.search(before)
    if not found:
        category = category_of(inside)
        power = re.search(r"[\[【<〔](.+?)[\]】>〕]", inside)
        agency = before if AGENCY.fullmatch(plain(before)) else None
        return Title(line, agency, category, power[1] if power else None if agency else _power(before))
    return Title(line, plain(before[: found.start()]) or None, category_of(found[0]), _power(before[found.end() :]))


def _power(text: str) -> str | None:
    """The name of a power without the dashes before it and the quotation marks around it."""
    bare = re.sub(r"^[\s\-—－:：]+", "", text).strip()
    quoted = re.fullmatch(r"[“\"](.+)[”\"]", bare)
    return (quoted[1] if quoted else bare) or None


def _continues(title: Title, read: Title) -> bool:
    """Whether a line goes on with a title: a bare heading takes category, code and name; a name takes a bare heading."""
    heading = bool(HEADING.search(read.text))
    if heading:
        return not HEADING.search(title.text) and not (read.category or read.power)
    if "权力名称" in read.text or (title.category and HEADING.search(title.text) and category_of_heading(title.text)):
        return title.power is None and read.category is None
    if read.category:
        return title.category is None
    return (read.power is None or title.power is None) and (read.power_code is None or title.power_code is None)


def category_of_heading(text: str) -> str | None:
    """The category that the heading line itself names."""
    return _read_heading(text.split("\n")[0]).category if HEADING.search(text.split("\n")[0]) else None


def _joined(title: Title, read: Title) -> Title:
    complete = category_of_heading(title.text) is not None
    return Title(
        title.text if complete else f"{title.text}\n{read.text}",
        title.agency or read.agency,
        title.category or read.category,
        title.power or read.power,
        title.power_code or read.power_code,
    )


# Matching titles to charts


def matched(titles: Sequence[Title], charts: Sequence[Sequence[Part]]) -> list[Title | None]:
    """The title of each chart: by category and stages, by owners and words, by order; None where there are too few."""
    if len(titles) == 1:
        return [titles[0]] * len(charts)
    if not titles:
        return [None] * len(charts)
    words = [_grams("".join((*part.items, *part.parties)) for part in chart) for chart in charts]
    common = [gram for grams in words for gram in grams]
    price = [
        [
            _family_price(title, chart)
            - 3.0 * _kinship(title, grams, common)
            + 0.05 * abs(i * len(titles) / len(charts) - j) ** 1.3
            for j, title in enumerate(titles)
        ]
        for i, (chart, grams) in enumerate(zip(charts, words, strict=True))
    ]
    return [None if j is None else titles[j] for j in cheapest_matching(price)]


def _grams(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(text[i : i + 2] for text in map(plain, texts) for i in range(len(text) - 1))


def _kinship(title: Title, grams: frozenset[str], common: Sequence[str]) -> float:
    """Up to 1: the words of a title that stand in a chart, each the more the fewer charts have it."""
    shared = _grams([title.power or title.text, title.category or ""]) & grams
    return min(1.0, sum(1 / common.count(gram) for gram in shared))


def _family_price(title: Title, chart: Sequence[Part]) -> float:
    """What it costs that a title's category and a chart's stages speak of different kinds of work."""
    families = [term.family for part in chart if part.role is Role.STAGE and (term := stage_term(part.stage))]
    lead = families.count("case") - families.count("application")
    if title.category == "行政处罚":
        return 4.0 if lead < 0 else 0.0
    if title.category in ("行政强制", "行政检查", None):
        return 0.0
    return 4.0 if lead > 1 and title.category != "其他权力" else 2.0 if lead > 1 else 0.0
