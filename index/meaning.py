"""The meaning leg: how near each statement is to a text, by vectors made when the index is.

The model that comes with us is static: a text is the weighted mean of its words' vectors (Arora et al. 2017, smooth
inverse frequency; the vectors distilled from a sentence transformer as model2vec does, see `model/README.md`), so a
query takes less than a millisecond. Any other model is opened by `index/models.py`.

Vectors of unrelated statements of one field are alike, so similarity is the cosine to the statement's vector less the
mean of all (Mu and Viswanath 2018). Its scale differs between queries and models: it ranks, and has no threshold.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index import segment
from index.arrays import Scores, mapped
from index.normal import normal
from index.statements import Cut
from pipeline.errors import ModelBroken

__all__ = ["OURS", "Meaning", "Vectors", "build", "embed", "fingerprint", "load", "unit"]

OURS = Path(__file__).with_name("model")
_SAMPLE = 1 << 16  # bytes at both ends of a file that tell it from another of its name and size
_BLOCK = 1024  # statements at a time: so many vectors as floats fit the processor's cache, which is as quick as floats
_STEPS = 127  # of an 8-bit number, on either side of zero
_KEY = 8  # bytes
_OF_MODELS = (".safetensors", ".onnx", ".json", ".txt", ".data")
_MADE_BY = "model.txt"
_KEPT = ("keys", "steps", "scales")

Vectors = NDArray[np.float32]


def fingerprint(folder: Path) -> str:
    """What tells models apart: of names, sizes and both ends of the files, since to read all would take too long.

    ModelBroken if the folder cannot be read.
    """
    digest = hashlib.sha256()
    try:
        for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix in _OF_MODELS):
            size = path.stat().st_size
            with path.open("rb") as file:
                head = file.read(_SAMPLE)
                file.seek(max(size - _SAMPLE, 0))
                digest.update(f"{path.relative_to(folder).as_posix()} {size} ".encode() + head + file.read(_SAMPLE))
    except OSError as error:
        raise ModelBroken(str(folder), f"读不了（{error.strerror}）", "检查文件夹和权限") from error
    return digest.hexdigest()[:16]


def unit(rows: Vectors) -> Vectors:
    """The rows at length 1; zeros are left."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def embed(folder: Path, texts: Sequence[str]) -> Vectors:
    """A row of length 1 for each text by the model in `folder`; zeros for one of which the model knows nothing.

    ModelBroken if the folder holds no model that can be used.
    """
    return _loaded(folder)(texts or [""])[: len(texts)]  # no library likes to be asked for nothing


@cache
def _loaded(folder: Path) -> Callable[[Sequence[str]], Vectors]:
    if folder == OURS:
        return _ours().embed
    from index.models import load as load_other

    return load_other(folder)


@dataclass(frozen=True, slots=True)
class _Static:
    """A vector and a weight for each word."""

    rows: dict[str, int]
    vectors: NDArray[np.int8]
    weights: Vectors

    def embed(self, texts: Sequence[str]) -> Vectors:
        out = np.zeros((len(texts), self.vectors.shape[1]), dtype=np.float32)
        for place, text in enumerate(texts):
            rows = [row for word in segment.words(normal(text)) for row in self._rows(word)]
            if rows:
                out[place] = self.weights[rows] @ self.vectors[rows].astype(np.float32)
        return unit(out)

    def embed_cut(self, cut: Cut) -> Iterator[Vectors]:
        """The same of texts that are cut already, some at a time."""
        rows = [[*self._rows(word)] for word in cut.vocabulary]
        table = np.zeros((len(rows), self.vectors.shape[1]), dtype=np.float32)
        for place, some in enumerate(rows):
            table[place] = self.weights[some] @ self.vectors[some].astype(np.float32)
        bounds = np.concatenate(([0], np.cumsum(cut.lengths)))
        for part in _blocks(len(cut.lengths)):
            lengths = cut.lengths[part]
            filled = np.flatnonzero(lengths)
            out = np.zeros((len(lengths), table.shape[1]), dtype=np.float32)
            if len(filled):
                words = table[cut.codes[bounds[part.start] : bounds[part.start + len(lengths)]]]
                out[filled] = np.add.reduceat(words, (np.cumsum(lengths) - lengths)[filled])
            yield unit(out)

    def _rows(self, word: str) -> Iterator[int]:
        """The row of a word, or of the longest words it can be put together from."""
        start = 0
        while start < len(word):
            end = next((end for end in range(len(word), start, -1) if word[start:end] in self.rows), 0)
            if end:
                yield self.rows[word[start:end]]
            start = end or start + 1


@cache
def _ours() -> _Static:
    from safetensors import SafetensorError, safe_open  # late: most searches find enough by letters and words

    try:
        words = json.loads((OURS / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
        with safe_open(OURS / "model.safetensors", framework="np") as tensors:
            vectors, weights = tensors.get_tensor("embeddings"), tensors.get_tensor("weights")
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise ModelBroken(str(OURS), "自带的模型不完整", "重新安装 liantu") from error
    return _Static({word: row for row, (word, _) in enumerate(words)}, vectors, weights)


@dataclass(frozen=True, slots=True)
class Meaning:
    """The vectors of the statements by the model in `folder`, rounded to 8 bits, and what they are compared by.

    A vector is `steps[s] * scales[s]`; `lengths[s]` is its distance from the mean vector `centre`.
    """

    folder: Path
    steps: NDArray[np.int8]
    scales: Vectors
    lengths: Vectors
    centre: Vectors

    def embed(self, texts: Sequence[str]) -> Vectors:
        """The vectors of other texts."""
        return embed(self.folder, texts)

    def similarity(self, vector: Vectors) -> Scores:
        """The cosine of each statement's vector, less the mean, to `vector`, less the mean."""
        if not vector.any():  # nothing that the model knows
            return np.zeros(len(self.steps))
        asked = vector - self.centre
        asked = asked / (np.linalg.norm(asked) or 1)
        products = np.concatenate([self.steps[part].astype(np.float32) @ asked for part in _blocks(len(self.steps))])
        return np.asarray((products * self.scales - self.centre @ asked) / self.lengths, dtype=np.float64)


def build(
    folder: Path, texts: Sequence[str], model: Path, earlier: Iterable[Path], cut: Callable[[list[int]], Cut]
) -> None:
    """Write the vectors of `texts` into `folder`, those that stand in an earlier such folder taken over from it.

    `cut` gives some of the texts, by their places, as words. ModelBroken if the model cannot be used.
    """
    keys = np.array([_key(text) for text in texts], dtype=np.uint64)
    steps, scales, known = _taken_over(keys, fingerprint(model), earlier)
    fresh = np.flatnonzero(~known).tolist()
    blocks = _ours().embed_cut(cut(fresh)) if model == OURS else _embedded(model, [texts[place] for place in fresh])
    for part, made in zip(_blocks(max(len(fresh), 1)), blocks, strict=False):
        if steps.shape[1] == 0:
            steps = np.zeros((len(texts), made.shape[1]), dtype=np.int8)
        scales[fresh[part]] = of_part = np.abs(made).max(axis=1, initial=0) / _STEPS
        steps[fresh[part]] = np.round(made / np.where(of_part > 0, of_part, 1)[:, None])
    centre, lengths = _centred(steps, scales)
    arrays: dict[str, NDArray[Any]] = {"keys": keys, "steps": steps, "scales": scales, "lengths": lengths}
    for name, array in (arrays | {"centre": centre}).items():
        np.save(folder / f"{name}.npy", array)
    (folder / _MADE_BY).write_text(fingerprint(model), "utf-8")


def _embedded(model: Path, texts: Sequence[str]) -> Iterator[Vectors]:
    for part in _blocks(max(len(texts), 1)):
        yield embed(model, texts[part])


def _key(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=_KEY).digest(), "little")


def _taken_over(
    keys: NDArray[np.uint64], made_by: str, earlier: Iterable[Path]
) -> tuple[NDArray[np.int8], Vectors, NDArray[np.bool_]]:
    """Vectors made before by the same model (zeros for the others), and which are known."""
    scales, known = np.zeros(len(keys), dtype=np.float32), np.zeros(len(keys), dtype=np.bool_)
    found = next(_made(earlier, made_by), None)
    if found is None:
        return np.zeros((len(keys), 0), dtype=np.int8), scales, known
    old_keys, old_steps, old_scales = found
    order = np.argsort(old_keys)
    places = order[np.minimum(np.searchsorted(old_keys, keys, sorter=order), len(old_keys) - 1)]
    known = old_keys[places] == keys
    steps = np.zeros((len(keys), old_steps.shape[1]), dtype=np.int8)
    steps[known], scales[known] = old_steps[places[known]], old_scales[places[known]]
    return steps, scales, known


def _made(folders: Iterable[Path], by: str) -> Iterator[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]]:
    """Keys, steps and scales in those folders that were made by a model."""
    for folder in folders:
        # Swept up meanwhile, or damaged: then the vectors are made again.
        with suppress(OSError, ValueError, EOFError):
            if (folder / _MADE_BY).read_text("utf-8") == by:
                keys, steps, scales = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in _KEPT)
                if 0 < len(keys) == len(steps) == len(scales):
                    yield keys, steps, scales


def _centred(steps: NDArray[np.int8], scales: Vectors) -> tuple[Vectors, Vectors]:
    """The mean of the vectors, and how far each is from it (1 where it is the mean itself)."""
    total, lengths = np.zeros(steps.shape[1]), np.ones(len(steps), dtype=np.float32)
    for part in _blocks(len(steps)):
        total += (steps[part] * scales[part, None]).sum(axis=0)
    centre = (total / max(len(steps), 1)).astype(np.float32)
    for part in _blocks(len(steps)):
        lengths[part] = np.linalg.norm(steps[part] * scales[part, None] - centre, axis=1)
    return centre, np.where(lengths > 0, lengths, 1).astype(np.float32)


def _blocks(length: int) -> Iterator[slice]:
    return (slice(start, start + _BLOCK) for start in range(0, length, _BLOCK))


def load(folder: Path, model: Path) -> Meaning:
    """The vectors in `folder`, mapped; OSError or ValueError if something is missing or damaged."""
    names = ("steps", "scales", "lengths", "centre")
    return Meaning(model, *(mapped(folder / f"{name}.npy") for name in names))
