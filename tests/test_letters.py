"""Postings of characters and pairs, checked against plain Python over the texts."""

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import letters
from index.letters import Letters, pairs
from index.normal import normal
from index.postings import K1, B, common

_texts = st.lists(st.text("收受财物A⑵ \U00020000é，", max_size=8), max_size=7)
_needles = st.text("收受财物a2\U00020000é，", max_size=5)


def _built(folder: Path, texts: list[str]) -> Letters:
    letters.build(folder, [normal(text) for text in texts])
    return letters.load(folder)


@settings(max_examples=200, suppress_health_check=list(HealthCheck), deadline=None)
@given(texts=_texts, needle=_needles)
def test_the_statements_that_hold_a_needle_are_those_of_a_plain_search(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], needle: str
) -> None:
    built = _built(tmp_path_factory.mktemp("letters"), texts)
    expected = [place for place, text in enumerate(texts) if needle in normal(text)]
    assert built.holding(needle).tolist() == expected
    assert built.containing(needle).statements.tolist() == expected


@settings(max_examples=100, suppress_health_check=list(HealthCheck), deadline=None)
@given(texts=_texts.filter(any), grams=st.lists(st.text("收受财a", min_size=1, max_size=2), max_size=4))
def test_weights_are_those_of_the_formula(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], grams: list[str]
) -> None:
    built = _built(tmp_path_factory.mktemp("letters"), texts)
    held = [Counter([*normal(text), *pairs(normal(text))]) for text in texts]
    mean = sum(map(Counter.total, held)) / len(held)
    expected = []
    for counts in held:
        total = 0.0
        for gram in set(grams):
            found = sum(gram in other for other in held)
            idf = math.log(len(held) / (found + 1)) + 1
            norm = K1 * (1 - B + B * counts.total() / mean) if mean else 1
            total += idf * counts[gram] * (K1 + 1) / (counts[gram] + norm) if counts[gram] else 0
        expected.append(total)
    assert np.allclose(built.weighed(grams), expected)


@given(st.sets(st.integers(0, 30)), st.sets(st.integers(0, 30)))
def test_common_is_what_both_hold(one: set[int], other: set[int]) -> None:
    arrays = [np.array(sorted(some), dtype=np.int32) for some in (one, other)]
    assert common(*arrays).tolist() == sorted(one & other)


def test_pairs_of_very_many_characters_are_told_apart(tmp_path: Path) -> None:
    alphabet = [*map(chr, range(0x4E00, 0xA000)), *map(chr, range(0x20000, 0x28000))]
    texts = ["".join(alphabet[start : start + 500]) for start in range(0, len(alphabet), 500)]
    letters.build(tmp_path, texts)
    built = letters.load(tmp_path)
    for place in range(0, len(texts), 7):
        assert built.holding(texts[place][-2:]).tolist() == [place]
        assert built.holding(texts[place][-1] + texts[place][0]).tolist() == []
