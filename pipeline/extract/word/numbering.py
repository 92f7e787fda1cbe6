"""Automatic list numbers of Word (ISO 29500-1, 17.9): which number stands before which paragraph."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.extract.word.xml import Element, attribute, child, local

__all__ = ["Numbering", "numbering_of"]

NOT_NUMBERS = frozenset({"bullet", "none"})


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    form: str
    text: str
    style: str | None


@dataclass(slots=True)
class Numbering:
    """The lists of a document and how far each has come; `next` counts on."""

    lists: Mapping[str, Mapping[int, _Level]]
    list_of: Mapping[str, tuple[str, Mapping[int, int]]]
    reached: dict[tuple[str, int], int] = field(default_factory=dict)
    begun: set[tuple[str, int]] = field(default_factory=set)

    def next(self, number_id: str, depth: int | None, style: str | None) -> str:
        """The number of the next paragraph of a list, in Arabic digits; empty for bullets and unknown lists."""
        known = self.list_of.get(number_id)
        if known is None:
            return ""
        name, restarts = known
        levels = self.lists.get(name, {})
        if depth is None:
            depth = next((at for at, level in levels.items() if level.style and level.style == style), 0)
        level = levels.get(depth)
        if level is None:
            return ""
        self._count(name, number_id, depth, level, restarts)
        if level.form in NOT_NUMBERS:
            return ""
        return re.sub(r"%(\d)", lambda found: str(self._value(name, levels, int(found[1]) - 1)), level.text)

    def _count(self, name: str, number_id: str, depth: int, level: _Level, restarts: Mapping[int, int]) -> None:
        before = self.reached.get((name, depth))
        if depth in restarts and (number_id, depth) not in self.begun:
            self.begun.add((number_id, depth))
            before = restarts[depth] - 1
        self.reached[name, depth] = level.start if before is None else before + 1
        for other in [key for key in self.reached if key[0] == name and key[1] > depth]:
            del self.reached[other]

    def _value(self, name: str, levels: Mapping[int, _Level], depth: int) -> int:
        return self.reached.get((name, depth), levels[depth].start if depth in levels else 1)


def numbering_of(root: Element | None) -> Numbering:
    """The lists that a `w:numbering` element defines; none without one."""
    lists: dict[str, dict[int, _Level]] = {}
    list_of: dict[str, tuple[str, dict[int, int]]] = {}
    for one in root if root is not None else ():
        if local(one) == "abstractNum":
            lists[attribute(one, "abstractNumId") or ""] = dict(_levels(one))
        elif local(one) == "num":
            name = attribute(child(one, "abstractNumId"), "val") or ""
            overrides = [(other, child(other, "startOverride")) for other in one if local(other) == "lvlOverride"]
            restarts = {
                _int(attribute(at, "ilvl")): _int(attribute(to, "val")) for at, to in overrides if to is not None
            }
            list_of[attribute(one, "numId") or ""] = name, restarts
    return Numbering(lists, list_of)


def _levels(abstract: Element) -> list[tuple[int, _Level]]:
    return [
        (
            _int(attribute(one, "ilvl")),
            _Level(
                _int(attribute(child(one, "start"), "val"), 1),
                attribute(child(one, "numFmt"), "val") or "decimal",
                attribute(child(one, "lvlText"), "val") or "",
                attribute(child(one, "pStyle"), "val"),
            ),
        )
        for one in abstract
        if local(one) == "lvl"
    ]


def _int(text: str | None, otherwise: int = 0) -> int:
    return int(text) if text and re.fullmatch(r"-?\d{1,6}", text) else otherwise
