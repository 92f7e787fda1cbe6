"""Chart titles: what their lines say, and which title belongs to which chart where all of them stand in front."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.matching import cheapest_matching
from pipeline.normalise import unnumbered
from pipeline.roles import Part, Role
from pipeline.terms import (
    AGENCY,
    AGENCY_AND_POWER,
    BRACKETED,
    CATEGORY,
    FIELDS,
    HEADING,
    category_of,
    plain,
    stage_term,
)

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
    """A title line and what is glued behind it: `…防控图（行政检查）结果处理` -> `…防控图（行政检查）`, `结果处理`."""
    heading = HEADING.search(line)
    if not heading:
        return line, ""
    brackets = BRACKETED.match(line, heading.end())
    end = brackets.end() if brackets else heading.end()
    return (line, "") if _NEXT_LINE.match(line, end) else (line[:end].strip(), line[end:].strip())


# Where a title written in one line goes on with what others write in a line of its own.
_NEXT_LINE = re.compile(rf"\s+(?=(?:职权|权力|事项)(?:编码|名称|类别|类型)\s*[:：]|{CATEGORY.pattern}(?:\s|$))")


def titles_of(lines: Iterable[str]) -> list[Title]:
    """The titles in some lines, an agency line before a heading among them.

    A line begins a new title where the present one already has what the line gives; a heading alone over others that
    each have their own is the document's and is left out.
    """
    titles: list[Title] = []
    agency: str | None = None
    for line in (part for whole in lines for part in _NEXT_LINE.split(unnumbered(whole))):
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
        return Title(line, category=category, power=_power(CATEGORY.sub("", plain(line), count=1)))
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
        owned = AGENCY_AND_POWER.fullmatch(plain(before))
        if owned and not category:
            return Title(line, owned["agency"], None, owned["power"])
        power = re.search(r"[\[【<](.+?)[\]】>]", inside)
        agency = before if AGENCY.fullmatch(plain(before)) else None
        return Title(line, agency, category, power[1] if power else None if agency else _power(before))
    return Title(line, plain(before[: found.start()]) or None, category_of(found[0]), _power(before[found.end() :]))


def _power(text: str) -> str | None:
    """The name of a power without the dashes before it and the quotation marks around it."""
    bare = re.sub(r"^[\s\-—－:：]+", "", text).strip()
    quoted = re.fullmatch(r"[“\"](.+)[”\"]", bare)
    return (quoted[1] if quoted else bare) or None


def _continues(title: Title, read: Title) -> bool:
    """Whether a line goes on with a title: it gives something the title has not yet, and does not begin another."""
    if HEADING.search(read.text):
        return bool(_HEADING_ALONE.fullmatch(plain(read.text))) and not HEADING.search(title.text)
    if read.category:
        begun = title.power is not None or title.power_code is not None
        return title.category is None and (not begun or bool(_KIND.match(read.text)))
    return (read.power is None or title.power is None) and (read.power_code is None or title.power_code is None)


_HEADING_ALONE = re.compile(rf"(?:廉政)?{HEADING.pattern}")


def _joined(title: Title, read: Title) -> Title:
    """The title with one more line; a heading that names its category is a whole title, more lines only tell more."""
    whole = HEADING.search(title.text) and CATEGORY.search(plain(title.text.split("\n")[0]))
    return Title(
        title.text if whole else f"{title.text}\n{read.text}",
        title.agency or read.agency,
        title.category or read.category,
        title.power or read.power,
        title.power_code or read.power_code,
    )


# Matching titles to charts

# Pairs of characters that stand in titles and charts of any kind.
EVERYDAY = frozenset(
    ["行政", "办理", "案件", "件办", "管理", "审批", "审核", "审查", "申请", "处理", "工作", "事项", "监督"]
)


def matched(titles: Sequence[Title], charts: Sequence[Sequence[Part]]) -> list[Title | None]:
    """The title of each chart: by category and stages, by owners and words, by order; None where there are too few."""
    if len(titles) == 1:
        return [titles[0]] * len(charts)
    if not titles:
        return [None] * len(charts)
    words = [_grams("".join((part.stage, *part.items, *part.parties)) for part in chart) for chart in charts]
    weight = {
        gram: math.log(len(charts) / count) for gram, count in Counter(gram for own in words for gram in own).items()
    }
    fields = [_fields(party for part in chart for party in part.parties) for chart in charts]
    leads = [_lead(chart) for chart in charts]
    in_order = 0.4 if _order_fits(titles, leads) else 0.1
    title_ranks = _ranks([title.category == "行政处罚" for title in titles])
    chart_ranks = _ranks([lead > 1 for lead in leads])
    price = [
        [
            _family_price(title, leads[i])
            - 4.0 * _kinship(title, words[i], weight)
            - 1.0 * bool(fields[i] & _fields([title.text]))
            + in_order * min(5, abs(chart_ranks[i] - title_ranks[j])) ** 1.3
            for j, title in enumerate(titles)
        ]
        for i in range(len(charts))
    ]
    return [None if j is None else titles[j] for j in cheapest_matching(price)]


def _grams(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(text[i : i + 2] for text in map(plain, texts) for i in range(len(text) - 1))


def _order_fits(titles: Sequence[Title], leads: Sequence[int]) -> bool:
    """Whether the titles may stand in the order of the charts: their categories go with the kinds of work."""
    misfit = sum(map(_family_price, titles, leads))
    return len(titles) == len(leads) and misfit <= 0.3 * len(titles)


def _ranks(kinds: Sequence[bool]) -> list[int]:
    """Of each member of a sequence how many of its kind stand before it."""
    return [list(kinds[:i]).count(kind) for i, kind in enumerate(kinds)]


def _kinship(title: Title, grams: frozenset[str], weight: Mapping[str, float]) -> float:
    """The share of a title's words that stand in a chart, of those that stand in any; rare and many ones count more."""
    known = _grams([title.power or title.text, title.category or ""]) & weight.keys() - EVERYDAY
    total = sum(weight[gram] for gram in known)
    return sum(weight[gram] for gram in known if gram in grams) / (3.0 + total)


def _fields(texts: Iterable[str]) -> frozenset[str]:
    """The fields of government that some words belong to."""
    joined = "".join(map(plain, texts))
    return frozenset(field for field, words in FIELDS.items() if words.search(joined))


def _lead(chart: Sequence[Part]) -> int:
    """By how many a chart's stages of a case outnumber those of an application."""
    families = [term.family for part in chart if part.role is Role.STAGE and (term := stage_term(part.stage))]
    return families.count("case") - families.count("application")


def _family_price(title: Title, lead: int) -> float:
    """What it costs that a title and a chart's stages speak of different kinds of work."""
    if title.category == "行政处罚":
        return 0.0 if lead > 0 else 2.0 if lead == 0 else 4.0
    if title.category in ("行政强制", "行政检查", None):
        return 0.0
    if title.category == "其他权力" and re.search(r"违[规法纪]|处罚|查处|处分", title.power or ""):
        return 0.0 if lead > 1 else 1.0
    return 0.0 if lead < 2 else 2.0 if title.category == "其他权力" else 4.0
