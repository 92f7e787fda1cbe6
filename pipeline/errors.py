"""The tree of errors liantu raises on purpose; each message says where, what, and what to do."""

from enum import StrEnum

__all__ = [
    "IndexBroken",
    "LexiconBroken",
    "LiantuError",
    "ModelBroken",
    "QuerySyntaxError",
    "State",
    "UnknownFacetValue",
    "UnknownRecord",
    "Unreadable",
]


class State(StrEnum):
    """Why a file gave no records; the values are stable names for programs."""

    DAMAGED = "damaged"
    ENCRYPTED = "encrypted"
    INACCESSIBLE = "inaccessible"
    NEEDS_OCR = "needs-ocr"
    TIMEOUT = "timeout"
    TOO_LARGE = "too-large"
    UNSUPPORTED = "unsupported"


class LiantuError(Exception):
    """Root of all errors a user may see.

    `where` names the file, index or option, `what` says what is wrong, `remedy` what to do about it.
    """

    def __init__(self, where: str, what: str, remedy: str = "") -> None:
        super().__init__(where, what, remedy)
        self.where, self.what, self.remedy = where, what, remedy

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f"; {self.remedy}" if self.remedy else "")


class Unreadable(LiantuError):
    """A file cannot be read as a document; `state` names the reason."""

    def __init__(self, where: str, what: str, remedy: str = "", state: State = State.UNSUPPORTED) -> None:
        super().__init__(where, what, remedy)
        self.state = state

    def __reduce__(self) -> tuple[type["Unreadable"], tuple[str, str, str, State]]:
        return Unreadable, (self.where, self.what, self.remedy, self.state)  # as it comes from another process


class IndexBroken(LiantuError):
    """The index folder is missing, damaged, locked, or of another schema."""


class LexiconBroken(LiantuError):
    """The user's own lexicon cannot be read or understood."""


class ModelBroken(LiantuError):
    """A folder holds no model for comparing meanings that can be used."""


class QuerySyntaxError(LiantuError):
    """The user's query cannot be understood; `text` is the query and `position` the offending character (0-based)."""

    def __init__(self, text: str, position: int, what: str, remedy: str = "") -> None:
        super().__init__("查询", what, remedy)
        self.text, self.position = text, position


class UnknownFacetValue(LiantuError):
    """A filter names a value that stands in no record; `near` holds the closest existing values."""

    def __init__(self, where: str, what: str, near: tuple[str, ...]) -> None:
        super().__init__(where, what, "相近的有：" + "、".join(near) if near else "用 liantu status 查看现有的值")
        self.near = near


class UnknownRecord(LiantuError):
    """No record has this id, or more than one begins with it."""
