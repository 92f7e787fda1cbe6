"""Models other than our own, from a folder the user names: the one place that touches model2vec and onnxruntime.

A folder is a model2vec one (`config.json` says so), or one as sentence-transformers writes it with an ONNX export: the
network, `tokenizer.json`, and which tokens make the vector in `1_Pooling/config.json`.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.meaning import Vectors, unit
from pipeline.errors import ModelBroken

__all__ = ["load"]

_NETWORKS = ("model.onnx", "onnx/model.onnx", "model_quantized.onnx", "onnx/model_quantized.onnx")
_LONGEST = 256  # tokens of a text; a statement is a sentence
_BATCH = 32
_INSTALL = "运行 pip install 'liantu[models]'"


def load(folder: Path) -> Callable[[Sequence[str]], Vectors]:
    """What makes texts into vectors of length 1; ModelBroken if the folder holds no model or its library is missing."""
    network = next((folder / name for name in _NETWORKS if (folder / name).is_file()), None)
    try:
        if network is not None:
            return _transformer(folder, network)
        if _json(folder / "config.json").get("model_type") == "model2vec":
            return _static(folder)
    except ImportError as error:
        raise ModelBroken(str(folder), f"这种模型要用 {error.name}，还没有安装", _INSTALL) from error
    except Exception as error:  # whatever these libraries raise at what they cannot read
        raise ModelBroken(str(folder), f"模型打不开（{error}）", "检查文件夹是否完整") from error
    remedy = "要 model2vec 的文件夹，或带 model.onnx 和 tokenizer.json 的 sentence-transformers 文件夹"
    raise ModelBroken(str(folder), "里面没有可用的模型", remedy)


def _json(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return read


def _static(folder: Path) -> Callable[[Sequence[str]], Vectors]:
    from model2vec import StaticModel

    model = StaticModel.from_pretrained(folder)
    return lambda texts: unit(np.asarray(model.encode(list(texts)), dtype=np.float32).reshape(len(texts), -1))


def _transformer(folder: Path, network: Path) -> Callable[[Sequence[str]], Vectors]:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

    session = InferenceSession(network, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(_LONGEST)
    tokenizer.enable_padding()
    by_first = bool(_json(folder / "1_Pooling" / "config.json").get("pooling_mode_cls_token"))
    asked = {one.name for one in session.get_inputs()}

    def embed(texts: Sequence[str]) -> Vectors:
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        batches = [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]
        parts = [
            _pooled(session, tokenizer.encode_batch([texts[place] for place in one]), asked, by_first)
            for one in batches
        ]
        return unit(np.concatenate(parts)[np.argsort(order)])

    return embed


def _pooled(session: Any, encoded: Sequence[Any], asked: set[str], by_first: bool) -> Vectors:
    """The vector of the first token of each text, or the mean of all."""
    ids, mask = (
        np.array([getattr(one, name) for one in encoded], dtype=np.int64) for name in ("ids", "attention_mask")
    )
    fed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    states: Vectors = session.run(None, {name: value for name, value in fed.items() if name in asked})[0]
    if states.ndim == 2:  # the export pools by itself
        return states
    weights = mask[:, :, None].astype(np.float32)
    means = (states * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1)
    return np.asarray(states[:, 0] if by_first else means, dtype=np.float32)
