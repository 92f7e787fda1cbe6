"""Where the running text of a Word file stands: an estimate of pages and lines, good to a few points a page.

Heights come from spacing, font size and the document grid; pages from breaks, from the breaks Word last rendered where
the file tells them, else from what fits. Exact layout needs fonts that strangers' machines have and ours do not.
"""

import math
import unicodedata
from dataclasses import dataclass

from pipeline.extract.word.shapes import Anchor, Axis
from pipeline.extract.word.styles import TWIP, Styles, twips
from pipeline.extract.word.xml import Element, attribute, child, number

__all__ = ["Flow", "Setup", "Spot", "line_height", "lines", "setup_of", "text_width"]

SINGLE = 1.3  # line height of East Asian fonts, in font sizes
NARROWEST = 36.0  # points of a column


@dataclass(frozen=True, slots=True)
class Setup:
    """A section's page: its size and margins in points, the pitch of its line grid if it has one, its columns."""

    width: float = 595.3
    height: float = 841.9
    left: float = 90.0
    right: float = 90.0
    top: float = 72.0
    bottom: float = 72.0
    header: float = 42.5
    footer: float = 49.6
    pitch: float | None = None
    columns: int = 1
    gutter: float = 21.25

    @property
    def pitch_or_line(self) -> float:
        """The height of a plain line."""
        return self.pitch or 10.5 * SINGLE

    @property
    def column_width(self) -> float:
        room = self.width - self.left - self.right - self.gutter * (self.columns - 1)
        return max(NARROWEST, room / self.columns)


def setup_of(section: Element | None) -> Setup:
    """The page that a `w:sectPr` describes; Word's own where it says nothing."""
    size, margins, grid, columns = (child(section, name) for name in ("pgSz", "pgMar", "docGrid", "cols"))
    plain = Setup()
    snaps = attribute(grid, "type") in ("lines", "linesAndChars", "snapToChars")
    return Setup(
        twips(size, "w", plain.width),
        twips(size, "h", plain.height),
        twips(margins, "left", plain.left),
        twips(margins, "right", plain.right),
        abs(twips(margins, "top", plain.top)),
        abs(twips(margins, "bottom", plain.bottom)),
        twips(margins, "header", plain.header),
        twips(margins, "footer", plain.footer),
        twips(grid, "linePitch") or None if snaps else None,
        min(8, max(1, round(number(attribute(columns, "num"), 1)))),
        twips(columns, "space", plain.gutter),
    )


# Measures


def text_width(text: str, size: float) -> float:
    """About how wide a text runs, in points: East Asian characters are square, others half as wide."""
    return size * sum(1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.5 for char in text)


def lines(text: str, size: float, room: float) -> int:
    """How many lines a text takes in a width."""
    return max(1, math.ceil((text_width(text, size) - 0.1) / max(room, size)))


def line_height(styles: Styles, paragraph: Element, size: float, pitch: float | None) -> float:
    """The height of one line of a paragraph, in points (ISO 29500-1, 17.3.1.33 and 17.6.5)."""
    natural = size * SINGLE
    line = number(styles.value(paragraph, "spacing", "line"), 240.0)
    rule = styles.value(paragraph, "spacing", "lineRule") or "auto"
    if pitch and rule != "exact" and styles.switched_on(paragraph, "snapToGrid", otherwise=True):
        natural = math.ceil(size * 1.15 / pitch - 0.01) * pitch
    if rule == "auto":
        return max(1.0, natural * line / 240)
    return abs(line) * TWIP if rule == "exact" else max(natural, line * TWIP)


# Places


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the running text: a line at (x, y) of a page, in a column that begins at `left`."""

    page: int
    left: float
    width: float
    x: float
    y: float
    line: float
    setup: Setup
    top: float  # of the paragraph

    def origin(self, anchor: Anchor) -> tuple[float, float]:
        """Where on the page the top left corner of a drawing stands that is anchored here."""
        if anchor.horizontal is None or anchor.vertical is None:
            return self.x, self.y
        across, down = self._across(anchor.horizontal.relative_to), self._down(anchor.vertical.relative_to)
        return _along(anchor.horizontal, across, anchor.width), _along(anchor.vertical, down, anchor.height)

    def _across(self, relative_to: str) -> tuple[float, float]:
        """The stretch of the page that a horizontal position counts in."""
        setup = self.setup
        match relative_to:
            case "page":
                return 0.0, setup.width
            case "margin":
                return setup.left, setup.width - setup.right
            case "character":
                return self.x, self.left + self.width
            case "leftMargin" | "left-margin-area" | "insideMargin":
                return 0.0, setup.left
            case "rightMargin" | "right-margin-area" | "outsideMargin":
                return setup.width - setup.right, setup.width
        return self.left, self.left + self.width

    def _down(self, relative_to: str) -> tuple[float, float]:
        """The stretch of the page that a vertical position counts in."""
        setup = self.setup
        match relative_to:
            case "page":
                return 0.0, setup.height
            case "margin":
                return setup.top, setup.height - setup.bottom
            case "topMargin" | "top-margin-area" | "insideMargin":
                return 0.0, setup.top
            case "bottomMargin" | "bottom-margin-area" | "outsideMargin":
                return setup.height - setup.bottom, setup.height
        return (self.y, self.y + self.line) if relative_to == "line" else (self.top, self.top + self.line)


def _along(axis: Axis, area: tuple[float, float], size: float) -> float:
    start, end = area
    if axis.percent is not None:
        return start + axis.percent / 100 * (end - start)
    if axis.align == "center":
        return (start + end - size) / 2
    if axis.align in ("right", "bottom", "outside"):
        return end - size
    return start + (0.0 if axis.align else axis.offset)


@dataclass(slots=True)
class Flow:
    """The place that running text has come to.

    `told` if the file tells where its pages end; `inside` is the column (left, width) of a cell or a frame, where no
    page ends at all.
    """

    setup: Setup
    told: bool
    page: int = 1
    column: int = 0
    y: float = 0.0
    inside: tuple[float, float] | None = None
    space_below: float = 0.0  # that the last paragraph wants
    fresh: bool = True  # nothing stands on the page yet

    @classmethod
    def beginning(cls, setup: Setup, *, told: bool) -> "Flow":
        return cls(setup, told, y=setup.top)

    def within(self, left: float, top: float, width: float) -> "Flow":
        """A flow of its own inside a table cell or a frame."""
        return Flow(self.setup, True, self.page, y=top, inside=(left, width))

    @property
    def left(self) -> float:
        if self.inside:
            return self.inside[0]
        return self.setup.left + self.column * (self.setup.column_width + self.setup.gutter)

    @property
    def width(self) -> float:
        return self.inside[1] if self.inside else self.setup.column_width

    def spot(self, x: float, line: float) -> Spot:
        return Spot(self.page, self.left, self.width, x, self.y, line, self.setup, self.y)

    def begin(self, space_above: float, line: float) -> None:
        """Come to the first line of a paragraph; it has no space above where the page was full."""
        self.y += max(space_above, self.space_below)
        self.make_room(line)

    def down(self, height: float) -> None:
        """Leave a line or a table's row behind."""
        self.y += height
        self.fresh = False

    def make_room(self, height: float) -> None:
        """Go on to the next column or page where `height` does not fit."""
        ends = self.setup.height - self.setup.bottom
        if not (self.inside or self.told or self.fresh) and self.y + height > ends + 1:
            self.next_column()

    def next_column(self) -> None:
        if self.inside:
            return
        if self.column + 1 < self.setup.columns:
            self._at_top(self.page, self.column + 1)
        else:
            self.next_page()

    def next_page(self) -> None:
        if not self.inside:
            self._at_top(self.page + 1, 0)

    def begin_page(self) -> None:
        """Come to the top of a page: the next one, unless nothing stands on this."""
        if not (self.fresh and self.column == 0):
            self.next_page()

    def _at_top(self, page: int, column: int) -> None:
        self.page, self.column, self.y = page, column, self.setup.top
        self.fresh, self.space_below = True, 0.0

    def begin_section(self, setup: Setup, *, same_page: bool) -> None:
        self.setup, self.column = setup, 0
        if not same_page:
            self.begin_page()
            self.y = setup.top
