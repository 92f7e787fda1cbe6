"""The text of one box -> values: items, level, responsible party, names; one small function per kind of value."""

import re
from collections.abc import Iterable, Iterator

from pipeline.terms import DEPARTMENT, LEVEL_MARK, PARTY_MARK, plain, stage_term

__all__ = [
    "canonical_stage",
    "cleaned",
    "department_of",
    "item_number",
    "items_of",
    "marks_of",
    "numbered_parts",
    "stage_core",
    "stage_label",
    "unmarked",
    "unnumbered",
]

# What a number glued to it counts (`2人以上`, `3个工作日`), and so does not begin an item.
_UNIT = (
    r"(?:[个名天月周次万千百元倍岁户种件份张套方米吨亩%〇零]|人(?![事员为情])|日(?!常)|年(?!度)|级(?!别)|分(?![管工级类局])|项(?!目)|家(?!属)"
    r"|类(?!别)|号(?!召)|小时|时(?!限)|点|部(?!门)|成(?![立本果])|位|以[上下内外]|工作日|条(?!件))"
)
_DECIMAL = r"\d{1,2}\s*(?:[.．]\d?[1-9]\s*(?:倍|[万亿]?元|[万亿]|%|米|公里|吨|亩|个百分点)|[:：]\d\d)"
_HAN = "[一二三四五六七八九十]{1,3}"
_NUMBER = re.compile(
    rf"\s*(?!{_DECIMAL})(?:[（(]\s*(?P<a>\d{{1,2}})\s*[)）][、.．:：]*"
    rf"|\d{{1,2}}[.．](?P<row>\d{{1,2}})[、.．]?(?=\s*[“《\u4e00-\u9fff])(?!{_UNIT})"
    r"|(?P<b>\d{1,2})\s*[、.．:：)）·]+"
    rf"|(?P<c>\d{{1,2}})(?=[“《\u4e00-\u9fff])(?!{_UNIT})"
    r"|(?P<d>[①-⑳])"
    rf"|(?P<e>{_HAN})是[:：,，]?(?=[\u4e00-\u9fff“《])|(?P<f>{_HAN})、(?!{_HAN}[、级类])|[（(](?P<g>{_HAN})[)）][、.．:：]*)\s*"
)
_FINAL = "。；;.．，,、 \t\u3000"


def item_number(text: str) -> int | None:
    """The number a line begins with (`2.`, `（2）`, `1.2`, `②`, or `2` glued to a word), or None."""
    found = _NUMBER.match(text)
    if not found:
        return None
    if circled := found["d"]:
        return ord(circled) - ord("①") + 1
    if han := found["e"] or found["f"] or found["g"]:
        return _han_number(han)
    return int(found["a"] or found["row"] or found["b"] or found["c"])


def _han_number(text: str) -> int:
    """The value of a number up to 99 written in Chinese characters (十二, 二十)."""
    tens, ten, ones = text.rpartition("十")
    digits = "一二三四五六七八九"
    return (10 * (digits.find(tens) + 1 if tens else 1) if ten else 0) + (digits.find(ones) + 1 if ones else 0)


def unnumbered(text: str) -> str:
    """The text without the numbers it begins with."""
    while item_number(text) is not None:
        text = _NUMBER.sub("", text, count=1)
    return text


def cleaned(text: str) -> str:
    """The text without its numbers and final punctuation, runs of blanks made one; else as written."""
    return re.sub(r"\s+", " ", unnumbered(text)).strip(_FINAL)


def unmarked(text: str) -> str:
    """The text without a level or owner mark at its end."""
    return PARTY_MARK.sub("", LEVEL_MARK.sub("", PARTY_MARK.sub("", text)))


def marks_of(paragraphs: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The levels and the owners marked in some paragraphs, as written, in order; an empty one is left out."""
    levels: list[str] = []
    parties: list[str] = []
    for text in _whole_marks(paragraphs):
        if party := PARTY_MARK.search(text):
            parties.append(_trimmed(LEVEL_MARK.sub("", party["party"])))
        if level := LEVEL_MARK.search(PARTY_MARK.sub("", text)) or LEVEL_MARK.search(text):
            levels.append(_trimmed(PARTY_MARK.sub("", level["level"] or level["bare"] or "")))
    return tuple(filter(None, levels)), tuple(filter(None, parties))


def _trimmed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip(_FINAL + ":：")


def items_of(paragraphs: Iterable[str]) -> tuple[str, ...]:
    """The statements of a box: a paragraph each, or several where numbers run on within one; marks are left out."""
    lines = [line for text in _whole_marks(paragraphs) if (line := unmarked(text)).strip()]
    return tuple(text for line in _unglued(lines) for part in numbered_parts(line) if (text := cleaned(part)))


def _unglued(lines: list[str]) -> list[str]:
    """The lines; where they begin with 1, 2, 3 … in a row these are numbers, whatever they are glued to (`3零余额`)."""
    glued = [re.match(r"\s*(\d{1,2})(?=[\u4e00-\u9fff“《])", line) for line in lines]
    counts = [int(found[1]) if found else None for found in glued]
    if len(lines) < 2 or counts != list(range(1, len(lines) + 1)):
        return lines
    return [line[found.end() :] for line, found in zip(lines, glued, strict=True) if found]


_NAME = re.compile(r"[^。；;，,:：\d]{1,12}(?:[人员科室股处长所队]|主任|中心|支队|大队)")


def _whole_marks(paragraphs: Iterable[str]) -> Iterator[str]:
    """The paragraphs, a name below an owner line put behind it: `责任人：` / `乙科`, `责任人：乙科` / `负责人`."""
    previous: str | None = None
    for text in paragraphs:
        if previous is not None and PARTY_MARK.search(previous) and _NAME.fullmatch(text.strip()):
            previous += text.strip()
            continue
        if previous is not None:
            yield previous
        previous = text
    if previous is not None:
        yield previous


def numbered_parts(text: str) -> Iterator[str]:
    """Cut `1.…；2.…` before each number that follows on the one before and stands behind a stop or a blank."""
    number = item_number(text)
    while number is not None:
        places = (found.start() for found in _INNER_NUMBER.finditer(text) if item_number(found[0] + "甲") == number + 1)
        place = next(places, None)
        if place is None:
            break
        yield text[:place]
        text, number = text[place:], number + 1
    yield text


# A number within a line: behind a stop, and written so that it is no quantity.
_INNER_NUMBER = re.compile(
    r"(?<=[；;。，,\s])(?:[（(](\d{1,2})[)）]|(\d{1,2})\s*[、.．)）:：](?!\d)|([①-⑳]))"
    rf"|(?<=[；;。，,\s])\d{{1,2}}[.．]\d{{1,2}}[、.．]?\s?(?=[“《\u4e00-\u9fff])(?!{_UNIT})"
    r"|(?<!见)(?<!第)([②-⑳])"
    rf"|(?<=[；;。])(\d{{1,2}})(?=[\u4e00-\u9fff])(?!{_UNIT})"
    rf"|(?:(?<=[；;。])|(?<=[；;。]\s))(?:{_HAN}是|[（(]{_HAN}[)）])"
)


def stage_label(paragraphs: Iterable[str]) -> str:
    """A stage name as written, without blanks; the paragraphs of its box joined."""
    return re.sub(r"\s+", "", "".join(paragraphs))


def stage_core(label: str) -> str:
    """The name of a stage without the words for stage and risk: 受理 for 受理环节, 审查阶段风险."""
    return re.sub(r"(?:环节|阶段|程序|步骤)?(?:的)?(?:廉政|廉洁)?(?:风险)?(?:点)?$", "", plain(label))


def canonical_stage(label: str) -> str:
    """The genre's name for a stage where its label is a plain variant of it (立（受）案 for 立案), else the label."""
    term = stage_term(label)
    if term is None:
        return label
    rest = re.sub(r"\(.*\)", "", term.pattern.sub("", stage_core(label)))
    variant = term.name == "申请" or (len(rest) <= 2 and stage_term(rest) is None)
    return term.name if variant else label


def department_of(party: str | None) -> str | None:
    """The organisational unit a responsible party names (监察支队, 医保中心征缴科), or None for a person's role."""
    bare = re.sub(r"(?:负责人|工作人员|承办人|人员|主任|科长|所长|队长|处长)$", "", party or "")
    return bare if len(bare) > 1 and DEPARTMENT.match(bare) and not _ANY_DEPARTMENT.fullmatch(bare) else None


_ANY_DEPARTMENT = re.compile(
    r"[各相关有本]*(?:科室|股室|处室|部门|单位|机构|窗口|中心|办公室|检查组|工作组|评审组|调查组)"
)
