"""What paragraphs look like, as far as it moves them: their own properties, their styles', the defaults."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from pipeline.extract.word.xml import Element, attribute, child, local, number

__all__ = ["TWIP", "Styles", "twips"]

TWIP = 1 / 20  # points
PLAIN_SIZE = 10.0  # points, where no style says otherwise (ISO 29500-1, 17.3.2.38)
NO = frozenset({"0", "false", "off"})


def twips(element: Element | None, name: str, otherwise: float = 0.0) -> float:
    """A length given in twentieths of a point, in points."""
    text = attribute(element, name)
    return otherwise if text is None else number(text) * TWIP


@dataclass(frozen=True, slots=True)
class Styles:
    """The paragraph styles of a document, each with the styles it is based on (ISO 29500-1, 17.7)."""

    by_name: dict[str | None, Element]
    plain: str | None
    defaults: Element | None

    @classmethod
    def of(cls, root: Element | None) -> "Styles":
        """The styles that a `w:styles` element defines; none without one."""
        styles = [one for one in (root if root is not None else ()) if local(one) == "style"]
        plain = next((attribute(one, "styleId") for one in styles if _is_plain(one)), None)
        return cls({attribute(one, "styleId"): one for one in styles}, plain, child(root, "docDefaults"))

    def name(self, paragraph: Element) -> str | None:
        """The style of a paragraph."""
        return attribute(child(paragraph, "pPr", "pStyle"), "val") or self.plain

    def _chain(self, paragraph: Element) -> Iterator[Element]:
        name = self.name(paragraph)
        seen: set[str | None] = set()
        while name in self.by_name and name not in seen:
            seen.add(name)
            yield self.by_name[name]
            name = attribute(child(self.by_name[name], "basedOn"), "val")

    def properties(self, paragraph: Element, name: str) -> Iterator[Element]:
        """The elements called `name` among a paragraph's properties: its own first, then its styles', then defaults."""
        holders = chain((paragraph,), self._chain(paragraph), (child(self.defaults, "pPrDefault"),))
        found = (child(holder, "pPr", name) for holder in holders)
        return (one for one in found if one is not None)

    def value(self, paragraph: Element, name: str, *attributes: str) -> str | None:
        """The first value that a paragraph or its styles give one of some attributes of a property."""
        values = (attribute(one, key) for one in self.properties(paragraph, name) for key in attributes)
        return next((text for text in values if text is not None), None)

    def switched_on(self, paragraph: Element, name: str, *, otherwise: bool) -> bool:
        """Whether a property that is on or off is on (ISO 29500-1, 17.17.4)."""
        found = next(self.properties(paragraph, name), None)
        return otherwise if found is None else attribute(found, "val") not in NO

    def length(self, paragraph: Element, name: str, *attributes: str) -> float:
        """A property given in twentieths of a point, in points."""
        return number(self.value(paragraph, name, *attributes)) * TWIP

    def size(self, paragraph: Element) -> float:
        """The font size of a paragraph's first run, in points."""
        run = next(paragraph.iter("{*}r"), None)
        holders = chain((run, child(paragraph, "pPr")), self._chain(paragraph), (child(self.defaults, "rPrDefault"),))
        sizes = (attribute(child(holder, "rPr", "sz"), "val") for holder in holders)
        half_points = next((text for text in sizes if text is not None), None)
        return min(200.0, max(1.0, number(half_points, 2 * PLAIN_SIZE) / 2))


def _is_plain(style: Element) -> bool:
    return attribute(style, "type") == "paragraph" and attribute(style, "default") in ("1", "true", "on")
