"""Finding one's way in the XML of an OFD package, and the values that its attributes hold."""

import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain, islice
from typing import Any

__all__ = [
    "NUMBER",
    "Box",
    "Element",
    "below",
    "box_of",
    "children",
    "is_white",
    "local",
    "number_in",
    "numbers_in",
    "on_page",
    "says",
    "text_in",
]

Element = Any  # an lxml element; lxml itself stays behind the module that opens packages
Box = tuple[float, float, float, float]  # on a page: x0, top, x1, bottom; of a page: left, top, width, height

FAR = 1e6  # points; what stands further off is on no page
NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
NUMBERS = re.compile(NUMBER)


def local(one: Element) -> str:
    """The name without the namespace: that has been another one, and some programs use their own."""
    return str(one.tag).rpartition("}")[2]


def children(one: Element, name: str) -> Iterator[Element]:
    return (child for child in one if local(child) == name)


def below(one: Element, *path: str) -> Iterator[Element]:
    """The descendants along these names, in the order of the file."""
    found = iter([one])
    for name in path:
        found = chain.from_iterable(map(partial(children, name=name), found))
    return found


def text_in(one: Element, name: str) -> str:
    return next((child.text or "" for child in children(one, name)), "")


def box_of(one: Element, name: str) -> Box | None:
    """The physical box of an area (7.5): left, top, width, height in millimetres; None without a sensible one."""
    numbers = next((numbers_in(box.text, 4) for box in below(one, name, "PhysicalBox")), ())
    return (
        (numbers[0], numbers[1], numbers[2], numbers[3])
        if numbers and 0 < numbers[2] < FAR and 0 < numbers[3] < FAR
        else None
    )


def on_page(numbers: Iterable[float]) -> bool:
    return all(abs(one) < FAR for one in numbers)


def numbers_in(text: str | None, count: int) -> tuple[float, ...]:
    """The first numbers of a list; none at all if there are fewer or one is beyond sense."""
    found = tuple(float(one[0]) for one in islice(NUMBERS.finditer(text or ""), count))
    return found if len(found) == count and on_page(found) else ()


def number_in(text: str | None, otherwise: float = 0.0) -> float:
    return next(iter(numbers_in(text, 1)), otherwise)


def says(one: Element, name: str, otherwise: bool) -> bool:
    """What an attribute says that is true or false."""
    written = (one.get(name) or str(otherwise)).strip().lower()
    return written in ("true", "1")


def is_white(one: Element, name: str) -> bool:
    """Whether a colour of an object (8.3) cannot be seen on paper: white, or transparent."""
    colour = next(children(one, name), None)
    if colour is None:
        return False
    values = (colour.get("Value") or "").split()
    return number_in(colour.get("Alpha"), 1) <= 0 or (len(values) in (1, 3) and set(values) <= {"255", "#ff", "#FF"})
