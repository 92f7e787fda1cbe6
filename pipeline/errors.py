"""The tree of errors liantu raises on purpose; each message says where, what, and what to do."""

from enum import StrEnum

__all__ = [
    "FAILED",
    "IndexBroken",
    "LexiconBroken",
    "LiantuError",
    "ModelBroken",
    "PackBroken",
    "QuerySyntaxError",
    "State",
    "UnknownFacetValue",
    "UnknownRecord",
    "Unreadable",
]


class State(StrEnum):
    """What became of a file: each has exactly one. The values are stable names for programs."""

    READ = "read"
    PARTLY = "partly"  # pages or sheets of it could not be read
    NO_CHARTS = "no-charts"
    DUPLICATE = "duplicate"  # of one that was read: the same content
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    UNSUPPORTED = "unsupported"  # its format, or what reads it is not installed
    TOO_LARGE = "too-large"
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out-of-memory"
    CRASHED = "crashed"
    INACCESSIBLE = "inaccessible"


# What may end otherwise when it is tried once more.
FAILED = (
    *(State.PARTLY, State.ENCRYPTED, State.DAMAGED, State.UNSUPPORTED, State.TOO_LARGE, State.TIMEOUT),
    *(State.OUT_OF_MEMORY, State.CRASHED, State.INACCESSIBLE),
)


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
    """A file cannot be read as a document; `state` names the reason, `lacks` the code of what is not installed."""

    def __init__(
        self, where: str, what: str, remedy: str = "", state: State = State.UNSUPPORTED, lacks: str = ""
    ) -> None:
        super().__init__(where, what, remedy)
        self.state, self.lacks = state, lacks

    def __reduce__(self) -> tuple[type["Unreadable"], tuple[str, str, str, State, str]]:
        # As it comes from another process.
        return Unreadable, (self.where, self.what, self.remedy, self.state, self.lacks)


class IndexBroken(LiantuError):
    """The index folder is missing, damaged, locked, or of another schema."""


class LexiconBroken(LiantuError):
    """The user's own lexicon cannot be read or understood."""


class ModelBroken(LiantuError):
    """A folder holds no model for comparing meanings that can be used."""


class PackBroken(LiantuError):
    """A file is no pack, not whole, or says what no index can hold."""


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
