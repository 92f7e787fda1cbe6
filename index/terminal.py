"""Text on a terminal: how many columns it takes, wrapping, highlighting, and keeping control characters off it."""

from collections.abc import Iterable, Iterator, Sequence
from unicodedata import category, east_asian_width

from index.normal import Span

__all__ = [
    *("INDENT", "NARROWEST", "clean", "cut", "escaped", "indented", "joined", "labelled", "marked", "padded", "width"),
    "wrapped",
]

INDENT = "    "
LABEL = 12  # columns
NARROWEST = 40  # columns; nothing is laid out for less

_PLACEHOLDER = "□"
# Controls, formats (bidi, zero width), half surrogate pairs, line and paragraph separators.
_UNFIT = ("Cc", "Cf", "Cs", "Zl", "Zp")
_START, _END = "\x1b[1;31m", "\x1b[0m"


class _Visible(dict[int, str]):
    """Code point -> what may go to a terminal in its place, one character for one."""

    def __missing__(self, code: int) -> str:
        shown = self[code] = _PLACEHOLDER if category(chr(code)) in _UNFIT else chr(code)
        return shown


class _Escapes(dict[int, str]):
    """Code point -> itself or, where it must not reach a terminal, its JSON escape; line ends of the layout stay."""

    def __missing__(self, code: int) -> str:
        unfit = category(chr(code)) in _UNFIT and chr(code) != "\n"
        shown = self[code] = _json_escape(code) if unfit else chr(code)
        return shown


def _json_escape(code: int) -> str:
    units = chr(code).encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place : place + 2].hex()}" for place in range(0, len(units), 2))


_VISIBLE, _ESCAPES = _Visible(), _Escapes()


def clean(text: str) -> str:
    """`text` with a visible placeholder for every character that could steer a terminal; offsets stay true."""
    return text.translate(_VISIBLE)


def escaped(json_text: str) -> str:
    """JSON in which such characters are written as escapes: the same value."""
    return json_text.translate(_ESCAPES)


def width(text: str) -> int:
    """The columns `text` takes: two per wide character, none per combining mark."""
    return sum(map(_columns, text))


def _columns(character: str) -> int:
    if east_asian_width(character) in "WF":
        return 2
    return 0 if category(character) in ("Mn", "Me") else 1


def padded(text: str, columns: int) -> str:
    """`text` with blanks up to `columns`."""
    return text + " " * (columns - width(text))


def cut(text: str, columns: int) -> str:
    """`text` within `columns`, its end replaced by … if it is too long."""
    if width(text) <= columns:
        return text
    return text[: _fitting(text, 0, columns - 1)] + "…"


def wrapped(text: str, columns: int, indent: str = "", marks: Sequence[Span] = ()) -> list[str]:
    """Lines of at most `columns`, `indent` before each but the first; the spans in `marks` highlighted.

    The first line leaves room for the indent too: the caller puts a label of the same width there.
    """
    pieces = list(_pieces(text, columns - width(indent))) or [(0, 0)]
    lines = [marked(text, marks, piece) for piece in pieces]
    return [lines[0], *(indent + line for line in lines[1:])]


def _pieces(text: str, columns: int) -> Iterator[Span]:
    """Cut `text` into pieces of at most `columns`, after a blank if one stands in the second half of a piece."""
    start = 0
    while start < len(text):
        full = _fitting(text, start, columns)
        blank = text.rfind(" ", (start + full) // 2, full) + 1
        end = blank if blank and full < len(text) else full
        yield start, end
        start = end


def _fitting(text: str, start: int, columns: int) -> int:
    """Where the piece that begins at `start` must end, at least one character on."""
    place, used = start, 0
    while place < len(text) and used + _columns(text[place]) <= columns:
        used += _columns(text[place])
        place += 1
    return max(place, start + 1)


def marked(text: str, marks: Sequence[Span], piece: Span) -> str:
    """The piece of `text`, with what of it lies within `marks` highlighted."""
    shown, place = [], piece[0]
    for start, end in marks:
        start, end = max(start, place), min(end, piece[1])
        if start < end:
            shown += [text[place:start], _START, text[start:end], _END]
            place = end
    return "".join((*shown, text[place : piece[1]]))


def joined(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def labelled(label: str, text: str, columns: int, indent: int = LABEL) -> list[str]:
    first, *rest = wrapped(clean(text), columns, " " * indent)
    return [padded(label, indent) + first, *rest]


def indented(text: str, columns: int) -> list[str]:
    first, *rest = wrapped(clean(text), columns, INDENT)
    return [INDENT + first, *rest]
