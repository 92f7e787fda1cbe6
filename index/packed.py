"""What stands in a pack: files and records as lines of JSON, each checked beyond its type, and all of them together.

A line is read only if it is to the byte what `line_of` makes of its value: no key twice, none unknown, no other
spelling.
"""

import hashlib
import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, BinaryIO, Generic, Literal, TypeVar

import msgspec
import numpy as np

from pipeline.errors import PackBroken, State
from pipeline.record import Place, Problem, Record, Tally

SCHEMA = 1
MANIFEST, FILES, RECORDS = "manifest.json", "files.jsonl", "records.jsonl"

MIB = 1 << 20
MAX_BYTES = 64 << 30  # both parts together, inflated
MAX_LINE = 64 * MIB
MAX_COMMAS = 1_000_000  # in a line: a value that is one byte in JSON is a hundred in memory
MAX_TEXT = 1_000_000  # characters of one text
MAX_FILES = 1_000_000
MAX_RECORDS = 20_000_000
LARGEST = (1 << 63) - 1  # SQLite's largest integer
LARGEST_PLACE = (1 << 31) - 1  # of pages, charts and stages: they are stored in 32 bits

HEX = {digits: re.compile(f"[0-9a-f]{{{digits}}}") for digits in (16, 64)}

AGAIN = "请对方用 liantu pack 重新导出，并把整个文件再传一次"


@dataclass(frozen=True, slots=True)
class Packed:
    """One file: `sha256` is empty where nobody looked into it, `reason` says in Chinese what is wrong, if anything is.

    `records` is how many the pack holds of it; `duplicate_of` names the document that holds those of the same content.
    """

    document: str
    sha256: str
    agency: str | None
    reader_version: int
    state: State
    reason: str
    duplicate_of: str | None
    charts: int
    records: int
    tally: Tally
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """What a pack was made with: the version of liantu, that of its reader, and what searching depends on.

    `lexicon` is the SHA-256 of the user's own or "-", `model` a fingerprint, `selection` what was asked for, in words,
    "" for all of an index.
    """

    program: str
    reader_version: int
    segmenter: str
    lexicon: str
    model: str
    selection: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """The sum and size of one part, inflated; a line is one file or one record."""

    sha256: str
    bytes: int
    lines: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a pack says of itself; `statements` are counted as often as they occur."""

    format: Literal["liantu-pack"] = field(default="liantu-pack", kw_only=True)
    schema: int = field(default=SCHEMA, kw_only=True)
    origin: Origin
    files: Part
    records: Part
    statements: int


class Head(msgspec.Struct):
    """What manifests of all schemas have."""

    format: Literal["liantu-pack"]
    schema: int


class Wrong(Exception):
    """What is wrong with a part, and in which of its lines (from 1) if not in the one just asked for."""

    def __init__(self, what: str, line: int | None = None) -> None:
        super().__init__(what)
        self.what, self.line = what, line


# Lines and values

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """How the lines of a part become values, and what must be true of each beyond its type."""

    decode: Callable[[bytes], T]
    check: Callable[[T], None]


def line_of(value: Any) -> bytes:
    return msgspec.json.encode(value) + b"\n"


def value_of(form: Form[T], line: bytes) -> T:
    """The value of a line; Wrong unless it is one that `write` writes."""
    if len(line) > MAX_LINE:
        raise Wrong(f"一行超过 {MAX_LINE // MIB} MiB")
    if line.count(b",") > MAX_COMMAS:
        raise Wrong("一行里的内容太多")
    value = _decoded(form, line)
    form.check(value)
    if line_of(value) != line:
        raise Wrong("写法与廉图的不同（有重复或不认识的字段，或被改写过）")
    return value


def _decoded(form: Form[T], line: bytes) -> T:
    try:
        return form.decode(line)
    except UnicodeDecodeError:
        raise Wrong("不是 UTF-8 文字") from None
    except RecursionError:
        raise Wrong("JSON 嵌套太深") from None
    except msgspec.ValidationError as error:
        raise Wrong(f"缺少内容或类型不对（{error}）") from None
    except msgspec.DecodeError as error:
        raise Wrong(f"不是完整的 JSON（{error}）") from None


def sound(form: Form[T], values: Iterable[T]) -> Iterator[T]:
    """The values as they will be read again."""
    for value in values:
        name = getattr(value, "document", "索引的说明")
        try:
            line = line_of(value)
        except (ValueError, OverflowError):  # half surrogate pairs, numbers of thousands of digits
            raise Wrong(f"{name[:80]!a} 里有写不成 JSON 的内容") from None
        try:
            again = value_of(form, line_of(_decoded(form, line)))
        except Wrong as wrong:
            raise Wrong(f"{name[:80]} {wrong.what}") from None
        if again != value:  # numbers that are none become null
            raise Wrong(f"{name[:80]} 里有写不成 JSON 的内容")
        yield again


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file, whatever else is read from it meanwhile; of one that is too long, the beginning."""
    offset = 0
    while True:
        file.seek(offset)
        line = file.readline(MAX_LINE + 1)
        if not line:
            return
        offset += len(line)
        yield line


def located(where: str, remedy: str, part: str, values: Iterable[T]) -> Iterator[T]:
    """The values of a part; what is wrong with one as an error that says where it stands."""
    number = 0
    try:
        for number, value in enumerate(values, 1):  # noqa: B007
            yield value
    except Wrong as wrong:
        raise PackBroken(where, f"{part} 第 {wrong.line or number + 1} 行：{wrong.what}", remedy) from None


# What must be true of each value


def _check_file(one: Packed) -> None:
    if one.sha256 or one.records:
        _check_hex("sha256", one.sha256, 64)
    counts = (one.reader_version, one.charts, one.records, one.tally.in_records, one.tally.in_titles)
    _check_numbers(0, *counts, one.tally.unplaced)
    _check_numbers(1, *(problem.page for problem in one.problems))
    _check_texts(one.document, one.agency, one.reason, one.duplicate_of)
    _check_texts(*(text for problem in one.problems for text in (problem.code, problem.message)))
    if (one.state is State.DUPLICATE) != (one.duplicate_of is not None):
        raise Wrong("状态是否为重复文件，与有没有写明同哪个文件重复不符")
    if one.duplicate_of is not None and one.records:
        raise Wrong("重复文件不应另有记录")


def _check_record(one: Record) -> None:
    _check_hex("id", one.id, 16)
    _check_hex("sha256", one.sha256, 64)
    _check_numbers(0, one.chart, one.stage_order, most=LARGEST_PLACE)
    _check_numbers(1, one.page, most=LARGEST_PLACE)
    _check_share(one.confidence)
    _check_texts(one.document, one.title, one.agency, one.category, one.power, one.power_code, one.stage)
    _check_texts(one.stage_label, one.level_label, one.responsible_party, *one.unit, *one.doubts)
    _check_texts(*one.risk_points, *one.control_measures, *one.monitoring_points)
    for place in one.boxes:
        _check_place(place)


def _check_place(place: Place) -> None:
    # The coordinates are finite: JSON has no other numbers.
    _check_numbers(0, place.box)
    _check_numbers(1, place.page)
    _check_share(place.confidence)


def _check_manifest(one: Manifest) -> None:
    for part, most in ((one.files, MAX_FILES), (one.records, MAX_RECORDS)):
        _check_hex("sha256", part.sha256, 64)
        _check_numbers(0, part.bytes, part.lines)
        if part.lines > most:
            raise Wrong(f"文件多于 {MAX_FILES} 个或记录多于 {MAX_RECORDS} 条")
    _check_numbers(0, one.statements, one.origin.reader_version)
    if one.files.bytes + one.records.bytes > MAX_BYTES:
        raise Wrong(f"解压后超过 {MAX_BYTES >> 30} GiB")
    if one.origin.lexicon != "-":
        _check_hex("lexicon", one.origin.lexicon, 64)


def _check_hex(name: str, text: str, digits: int) -> None:
    if not HEX[digits].fullmatch(text):
        raise Wrong(f"{name} 应为 {digits} 个十六进制字符")


def _check_numbers(least: int, *numbers: int | None, most: int = LARGEST) -> None:
    for number in numbers:
        if number is not None and not least <= number <= most:
            raise Wrong(f"数字超出范围（{str(number)[:20]}）")


def _check_share(number: float) -> None:
    if not 0 <= number <= 1:
        raise Wrong(f"confidence 应在 0 与 1 之间（{number}）")


def _check_texts(*texts: str | None) -> None:
    for text in texts:
        if text is not None and len(text) > MAX_TEXT:
            raise Wrong(f"一段文字超过 {MAX_TEXT} 个字符")


FILE_FORM = Form(msgspec.json.Decoder(Packed).decode, _check_file)
RECORD_FORM = Form(msgspec.json.Decoder(Record).decode, _check_record)
MANIFEST_FORM = Form(msgspec.json.Decoder(Manifest).decode, _check_manifest)


# What must be true of all of them together


def known(files: Iterable[Packed]) -> Iterator[Packed]:
    """The files, if what each duplicate is one of is among them, and no document with its content has records twice.

    One name and content may come twice, from two folders: then one of them at most has records.
    """
    holders, full = set[bytes](), set[bytes]()
    named: dict[bytes, int] = {}  # the first line that says so
    for number, file in enumerate(files, 1):
        key = _key(file.document, file.sha256)
        if file.duplicate_of is not None:
            named.setdefault(_key(file.duplicate_of, file.sha256), number)
        elif file.records and key in full:
            raise Wrong("同名同内容的文件有两份记录")
        else:
            holders.add(key)
            full.update([key] if file.records else [])
        yield file
    for key, number in named.items():
        if key not in holders:
            raise Wrong("与它重复的文件不在里面", number)


def _key(document: str, sha256: str) -> bytes:
    """Short, for a million of them are held."""
    return hashlib.blake2b(f"{sha256}{document}".encode(), digest_size=16).digest()


def by_file(files: Iterable[Packed], records: Iterable[Record]) -> Iterator[Record]:
    """The records, if they come in the order of the files and each file has as many as it says."""
    rest = iter(records)
    for file in files:
        count = 0
        for count, record in enumerate(islice(rest, file.records), 1):  # noqa: B007
            if (record.document, record.sha256) != (file.document, file.sha256):
                raise Wrong(f"记录不属于 {file.document[:80]}，按 {FILES} 的次序和条数应属于它")
            yield record
        if count < file.records:
            raise Wrong(f"{file.document[:80]} 的记录不全（应有 {file.records} 条，只有 {count} 条）")
    if next(rest, None) is not None:
        raise Wrong(f"多出的记录，{FILES} 里没有它的文件")


def distinct(records: Iterable[Record]) -> Iterator[Record]:
    """The records, if no id comes twice."""
    ids = array("Q")  # eight bytes each
    for record in records:
        ids.append(int(record.id, 16))
        yield record
    numbers = np.array(ids, dtype=np.uint64)
    order = np.argsort(numbers, kind="stable")
    later = order[1:][numbers[order[1:]] == numbers[order[:-1]]]
    if later.size:
        place = int(later.min())
        raise Wrong(f"记录编号 {ids[place]:016x} 前面已有", place + 1)


def counting(records: Iterable[Record], counts: Counter[str]) -> Iterator[Record]:
    """The records; `counts` how many they were in the end, and their statements."""
    for record in records:
        counts["records"] += 1
        counts["statements"] += len(record.statements())
        yield record
