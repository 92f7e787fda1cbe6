"""Text into words: the one place that touches jieba.

jieba takes 0.65 s to start, nearly all of it to get half a million dictionary entries into memory, of which a query
needs a few hundred. So the dictionary is packed once, in shards by first character, into a file in the user's cache
folder; a process reads that file (6 MB, 3 ms) and unpacks the shards of the characters it meets. What cuts is jieba's
own code with a plain dict: its tokens are jieba's tokens, and its speed is jieba's once the characters have been met.

Safe to call from several threads: entries are only ever added, each thread adds those of its own text before it cuts,
and adding twice changes nothing.
"""

import importlib
import os
import struct
import sys
import warnings
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache, lru_cache
from itertools import accumulate, pairwise
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any

from platformdirs import user_cache_path

__all__ = ["VERSION", "is_known", "search_words", "with_shorter", "words"]


class _Postponed(ModuleType):
    """A module that is imported when something of it is used.

    jieba's tables for words that it does not know take 10 ms, and most searches are for words that it knows.
    """

    def __getattr__(self, name: str) -> Any:
        with _POSTPONED, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if sys.modules.get(self.__name__) is self:
                del sys.modules[self.__name__]
            return getattr(importlib.import_module(self.__name__), name)


_POSTPONED = Lock()


def _import_jieba() -> ModuleType:
    """Import jieba quietly and without pkg_resources.

    jieba prefers pkg_resources to `open` where setuptools happens to be installed: 65 ms and a deprecation warning.
    Its source has invalid escape sequences, of which the user would read where nothing was compiled on installation.
    """
    sys.modules.setdefault("jieba.finalseg", _Postponed("jieba.finalseg"))
    sys.modules.setdefault("pkg_resources", None)  # type: ignore[arg-type]  # None: the import system's word for "absent"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module("jieba")
    finally:
        if sys.modules["pkg_resources"] is None:
            del sys.modules["pkg_resources"]


_jieba = _import_jieba()
_PARTS = 1 << 15  # of texts, whose words are kept
_FIELD_WORDS = Path(__file__).with_name("words.txt")


def _version(field_words: Path) -> str:
    """What the tokens depend on, in short: jieba's version, the size of its dictionary, a checksum of `field_words`."""
    # Read as text: the ends of lines, which git may turn, change no token.
    checksum = zlib.crc32(field_words.read_text("utf-8").encode())
    with _jieba.dt.get_dict_file() as dictionary:
        size = dictionary.seek(0, os.SEEK_END)
    return f"{_jieba.__version__}-{size}-{checksum:08x}"


VERSION: str = _version(_FIELD_WORDS)
"""Changes when the tokens may: an index that was built under another one has to be built again."""


def words(text: str) -> list[str]:
    """The words of `text`, in order; together they are `text` again (jieba's precise mode with our words)."""
    return [word for part in _jieba.re_han_default.split(text) if part for word in _words_of_part(part)]


@lru_cache(_PARTS)
def _words_of_part(part: str) -> tuple[str, ...]:
    """The words of what stands between punctuation: jieba cuts each such part by itself, and many are copied."""
    return tuple(_segmenter().tokenizer_for(part).cut(part))


def search_words(text: str) -> list[str]:
    """The words of `text`, each after the dictionary words of two and three characters in it (jieba's search mode)."""
    return [part for word in words(text) for part in with_shorter(word)]


def with_shorter(word: str) -> list[str]:
    """The dictionary words of two and three characters within a word, and the word."""
    known = _segmenter().tokenizer_for(word).FREQ
    parts = (word[start : start + length] for length in (2, 3) for start in range(len(word) - length + 1))
    return [*(part for part in parts if len(part) < len(word) and known.get(part)), word]


def is_known(word: str) -> bool:
    """Whether the dictionary has `word`."""
    return bool(_segmenter().tokenizer_for(word).FREQ.get(word))


class _Segmenter:
    """A tokenizer with a part of its dictionary, and where the `shards` that it has not taken in yet are, by number."""

    def __init__(self, tokenizer: Any, packed: memoryview, shards: dict[int, tuple[int, int]]) -> None:
        self.tokenizer = tokenizer
        self.packed = packed
        self.shards = shards

    def tokenizer_for(self, text: str) -> Any:
        """The tokenizer, knowing all entries that can occur in `text`."""
        for first in set(text):
            if (place := self.shards.get(_shard_of(first))) is not None:
                self.tokenizer.FREQ.update(_entries(self.packed[slice(*place)]))
                self.shards.pop(_shard_of(first), None)  # after the update: until then another thread has to do it too
        return self.tokenizer


@cache
def _segmenter() -> _Segmenter:
    """The segmenter of this process: from the cache file, or built and saved there if it is missing or damaged."""
    path = _cache_folder() / f"words-{VERSION}.bin"
    try:
        return _unpack(path.read_bytes())
    except (OSError, ValueError):
        tokenizer = _build()
    with suppress(OSError):  # a folder that cannot be written costs time, not answers
        _save(_pack(tokenizer.FREQ, tokenizer.total), path)
    return _Segmenter(tokenizer, memoryview(b""), {})


def _cache_folder() -> Path:
    """Where the cache file lives: LIANTU_CACHE or the user's own cache folder."""
    folder = os.environ.get("LIANTU_CACHE")
    return Path(folder) if folder else user_cache_path("liantu", appauthor=False)


def _build() -> Any:
    """A tokenizer with the whole dictionary and our words of the field in memory, from jieba's dict.txt: 0.7 s."""
    whole, total = _jieba.Tokenizer.gen_pfdict(_jieba.dt.get_dict_file())
    tokenizer = _tokenizer(whole, total)
    with _FIELD_WORDS.open("rb") as field_words:
        tokenizer.load_userdict(field_words)
    return tokenizer


def _tokenizer(frequencies: dict[str, int], total: int) -> Any:
    """A tokenizer that never starts jieba's own initialisation, which logs and trusts any jieba.cache in /tmp."""
    tokenizer = _jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total, tokenizer.initialized = frequencies, total, True
    return tokenizer


# The cache file: magic; CRC-32 of all that follows; sum of the frequencies; where each shard starts and the last one
# ends, counted from the first; the shards. A shard is "word\nfrequency" of its entries, joined by "\n", in UTF-8.
_MAGIC = b"liantu-1"
_SHARDS = 4096
_CHECKSUM = struct.Struct("<I")
_TABLE = struct.Struct(f"<Q{_SHARDS + 1}I")
_HEAD = len(_MAGIC) + _CHECKSUM.size


def _shard_of(first: str) -> int:
    """The shard of the words that begin with the character `first`: some three characters share one."""
    return ord(first) % _SHARDS


def _pack(frequencies: Mapping[str, int], total: int) -> bytes:
    """The bytes of a cache file."""
    entries: list[list[str]] = [[] for _ in range(_SHARDS)]
    for word, frequency in frequencies.items():
        entries[_shard_of(word[0])] += (word, str(frequency))
    shards = ["\n".join(fields).encode() for fields in entries]
    body = _TABLE.pack(total, *accumulate(map(len, shards), initial=0)) + b"".join(shards)
    return _MAGIC + _CHECKSUM.pack(zlib.crc32(body)) + body


def _unpack(data: bytes) -> _Segmenter:
    """The segmenter in the bytes of a cache file; ValueError if they are not what `_pack` made."""
    head, body = data[:_HEAD], memoryview(data)[_HEAD:]
    if head != _MAGIC + _CHECKSUM.pack(zlib.crc32(body)):
        raise ValueError("the cache file is damaged, or none of this version")
    total, *places = _TABLE.unpack_from(body)
    shards = {number: place for number, place in enumerate(pairwise(places)) if place[0] < place[1]}
    return _Segmenter(_tokenizer({}, total), body[_TABLE.size :], shards)


def _entries(shard: memoryview) -> Iterator[tuple[str, int]]:
    """Word and frequency of every entry."""
    fields = str(shard, "utf-8").split("\n")
    return zip(fields[::2], map(int, fields[1::2]), strict=True)


def _save(data: bytes, path: Path) -> None:
    """Write `data` to `path` whole or not at all, whoever else does so at the time; OSError if that cannot be done."""
    import tempfile  # late: done once

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
        temporary = Path(file.name)
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
