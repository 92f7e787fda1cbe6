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
    restarts: bool = True


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
        levels = self.lists.get(name, {})
        for other in [key for key in self.reached if key[0] == name and key[1] > depth]:
            if other[1] in levels and levels[other[1]].restarts:
                del self.reached[other]

    def _value(self, name: str, levels: Mapping[int, _Level], depth: int) -> int:
        return self.reached.get((name, depth), levels[depth].start if depth in levels else 1)


def numbering_of(root: Element | None) -> Numbering:
    """The lists that a `w:numbering` element defines; none without one."""
    elements = list(root) if root is not None else []
    abstract = {attribute(one, "abstractNumId") or "": one for one in elements if local(one) == "abstractNum"}
    styled = {link: one for one in abstract.values() if (link := attribute(child(one, "styleLink"), "val"))}
    lists: dict[str, dict[int, _Level]] = {}
    for name, one in abstract.items():
        # A list may be defined by a numbering style, in the list that this style names (17.9.21).
        lists[name] = dict(_levels(styled.get(attribute(child(one, "numStyleLink"), "val") or "", one)))
    list_of: dict[str, tuple[str, dict[int, int]]] = {}
    for one in elements:
        if local(one) == "num":
            identity, name = attribute(one, "numId") or "", attribute(child(one, "abstractNumId"), "val") or ""
            overrides = [other for other in one if local(other) == "lvlOverride"]
            if own := dict(level for other in overrides for level in _levels(other)):
                lists[f"{name} {identity}"] = lists.get(name, {}) | own  # counted apart from the list it changes
                name = f"{name} {identity}"
            starts = [(at, child(at, "startOverride")) for at in overrides]
            restarts = {_int(attribute(at, "ilvl")): _int(attribute(to, "val")) for at, to in starts if to is not None}
            list_of[identity] = name, restarts
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
                attribute(child(one, "lvlRestart"), "val") != "0",
            ),
        )
        for one in abstract
        if local(one) == "lvl"
    ]


def _int(text: str | None, otherwise: int = 0) -> int:
    return int(text) if text and re.fullmatch(r"-?\d{1,6}", text) else otherwise
