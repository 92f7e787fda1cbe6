"""Finding one's way in WordprocessingML by local names, alternatives resolved."""

from collections.abc import Iterator
from typing import Any

__all__ = ["Element", "attribute", "child", "children", "local", "number"]

Element = Any  # an lxml element; lxml itself stays behind the module that opens packages

UNDERSTOOD = frozenset(
    f"http://schemas.microsoft.com/office/{name}"
    for name in (
        *("word/2010/wordprocessingShape", "word/2010/wordprocessingGroup", "word/2010/wordprocessingCanvas"),
        *("word/2010/wordprocessingDrawing", "word/2010/wordml", "word/2012/wordml", "drawing/2010/main"),
    )
)
LARGEST = 1e12  # numbers beyond are nonsense


def local(element: Element) -> str:
    """The name of an element without its namespace; empty for comments and processing instructions."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(element: Element) -> Iterator[Element]:
    """The children; of alternatives (`mc:AlternateContent`) those of the branch that counts."""
    for one in element:
        if local(one) == "AlternateContent":
            yield from _understood(one)
        else:
            yield one


def _understood(alternate: Element) -> Iterator[Element]:
    """The first Choice all of whose namespaces are known, or else the Fallback (ISO 29500-3, 9.3)."""
    for branch in alternate:
        needed = [branch.nsmap.get(prefix) for prefix in (branch.get("Requires") or "").split()]
        if local(branch) == "Fallback" or (
            local(branch) == "Choice" and all(namespace in UNDERSTOOD for namespace in needed)
        ):
            yield from children(branch)
            return


def child(element: Element | None, *path: str) -> Element | None:
    """The first descendant along some names of children, or None."""
    for name in path:
        if element is None:
            return None
        element = next((one for one in children(element) if local(one) == name), None)
    return element


def attribute(element: Element | None, name: str) -> str | None:
    """An attribute by its name, whatever its namespace; None if there is none."""
    if element is None:
        return None
    return next((text for key, text in element.attrib.items() if key.rpartition("}")[2] == name), None)


def number(text: str | None, otherwise: float = 0.0) -> float:
    """A number in a file; `otherwise` for none and for nonsense."""
    try:
        found = float(text) if text else otherwise
    except ValueError:
        return otherwise
    return found if abs(found) < LARGEST else otherwise
