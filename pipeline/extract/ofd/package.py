"""From the package to its pages, and what the pages share (GB/T 33190-2016, 7)."""

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice

from pipeline.errors import State, Unreadable
from pipeline.extract.container import check_ofd, parsed
from pipeline.extract.ofd.elements import Box, Element, below, box_of, children, text_in

__all__ = ["Document", "Package", "Sheet", "sheets_of", "trees_of", "with_own"]

MAX_PAGES = 10_000

A4 = (0.0, 0.0, 210.0, 297.0)

REMEDY = "请重新下载，或用 OFD 阅读器打开后导出为 PDF 再录入"


@dataclass(frozen=True, slots=True)
class Package:
    """A package: its parts, and how one becomes a tree (`kept`: for later too, as several pages need it)."""

    parts: Mapping[str, Callable[[], bytes]]
    tree: Callable[[str], Element]
    kept: Callable[[str], Element]


@dataclass(frozen=True, slots=True)
class Document:
    """What the pages of a document share, by id.

    `units` are composite graphics, `media` the parts with pictures, `templates` parts with their place (ZOrder),
    `annotations` the parts for each page; `lost` says why there may be more of them.
    """

    package: Package
    box: Box  # millimetres
    units: Mapping[str, Element]
    media: Mapping[str, str]
    templates: Mapping[str, tuple[str, str]]
    annotations: Mapping[str, Sequence[str]]
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page: its document, its id there and the part that holds it; `first` of its document."""

    document: Document
    id: str
    part: str
    first: bool


def sheets_of(path: str, data: bytes) -> list[Sheet]:
    """The pages of all documents in the file (7.3, 7.4)."""
    package = _package(path, data)
    bodies = children(package.tree("OFD.xml"), "DocBody")
    roots = [_resolved(package, "OFD.xml", text_in(body, "DocRoot")) for body in bodies]
    sheets = list(islice((sheet for root in roots for sheet in _pages(package, root)), MAX_PAGES + 1))
    if not sheets:
        raise Unreadable(path, "OFD 文件里没有页面", REMEDY, State.DAMAGED)
    if len(sheets) > MAX_PAGES:
        raise Unreadable(path, f"OFD 文件超过 {MAX_PAGES} 页", "请拆分后再录入", State.TOO_LARGE)
    return sheets


def _package(path: str, data: bytes) -> Package:
    parts = check_ofd(path, data)

    def tree(name: str) -> Element:
        part = parts.get(name.lower()) if name.lower().endswith(".xml") else None  # others are not counted as XML
        if part is None:
            raise Unreadable(path, f"缺少部件 {name[:80]}", REMEDY, State.DAMAGED)
        return parsed(path, part(), name)

    return Package(parts, tree, cache(tree))


def _pages(package: Package, part: str) -> Iterator[Sheet]:
    """The pages of the document in a part (7.5, 7.6)."""
    root = package.tree(part)
    document = _document(package, part, root)
    for number, page in enumerate(below(root, "Pages", "Page")):
        yield Sheet(document, page.get("ID", ""), _resolved(package, part, page.get("BaseLoc")), number == 0)


def _document(package: Package, part: str, root: Element) -> Document:
    shared = [one for kind in ("PublicRes", "DocumentRes") for one in below(root, "CommonData", kind)]
    resources, _ = trees_of(package, [_resolved(package, part, one.text) for one in shared])  # who needs them complains
    listed = [_resolved(package, part, one.text) for one in children(root, "Annotations")]
    annotations, lost = trees_of(package, [name for name in listed if name.lower() in package.parts])
    templates = {
        one.get("ID", ""): (_resolved(package, part, one.get("BaseLoc")), one.get("ZOrder", ""))
        for one in below(root, "CommonData", "TemplatePage")
    }
    box = next(filter(None, (box_of(one, "PageArea") for one in children(root, "CommonData"))), A4)
    units, media = _units(resources), _media(package, resources)
    return Document(package, box, units, media, templates, _annotated(package, annotations), tuple(lost))


Trees = Sequence[tuple[str, Element]]  # the name of a part and its root element


def trees_of(package: Package, parts: Iterable[str]) -> tuple[Trees, list[str]]:
    """The trees of parts that several pages need, and why some cannot be read."""
    found: list[tuple[str, Element]] = []
    lost: list[str] = []
    for part in parts:
        try:
            found.append((part, package.kept(part)))
        except Unreadable as error:
            lost.append(error.what)
    return found, lost


def _units(resources: Trees) -> dict[str, Element]:
    """The composite graphics in resources (7.9, 13)."""
    return {one.get("ID", ""): one for _, root in resources for one in root.iter("{*}CompositeGraphicUnit")}


def _media(package: Package, resources: Trees) -> dict[str, str]:
    """The parts with pictures that resources name (7.9); they should stand in the folder of the resources."""
    return {
        one.get("ID", ""): _resolved(package, part, posixpath.join(folder, name), name)
        for part, root in resources
        for folder in [root.get("BaseLoc", "").strip()]
        for one in root.iter("{*}MultiMedia")
        for name in [text_in(one, "MediaFile").strip()]
    }


def _annotated(package: Package, listed: Trees) -> dict[str, list[str]]:
    """The parts with the annotations of each page (15.1)."""
    found: dict[str, list[str]] = {}
    for part, root in listed:
        for page in children(root, "Page"):
            own = (_resolved(package, part, one.text) for one in children(page, "FileLoc"))
            found.setdefault(page.get("PageID", ""), []).extend(own)
    return found


def _resolved(package: Package, base: str, *places: str | None) -> str:
    """The name of the first part that a location in the part `base` may mean (7.2), never one outside the package.

    A location counts from the part it stands in or, with a slash in front, from the package; some programs leave the
    slash away. If there is no such part, the name that was meant.
    """
    roots = ("/" + posixpath.dirname(base), "/")
    written = [(place or "").strip().replace("\\", "/") for place in places]
    names = [posixpath.normpath(posixpath.join(root, place)).lstrip("/") for root in roots for place in written]
    return next((name for name in names if name.lower() in package.parts), names[0])


def with_own(sheet: Sheet, root: Element) -> Document:
    """The document with the resources that this page alone has (7.7)."""
    package = sheet.document.package
    resources, _ = trees_of(package, [_resolved(package, sheet.part, one.text) for one in children(root, "PageRes")])
    if not resources:
        return sheet.document
    units = {**sheet.document.units, **_units(resources)}
    return replace(sheet.document, units=units, media={**sheet.document.media, **_media(package, resources)})
