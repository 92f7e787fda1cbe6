"""Postings of words beside plain Python over the texts, made from nothing and from those of the state before."""

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from index import cache, changes, postings, segment, statements
from index.cache import Index
from index.normal import normal
from index.postings import K1, B
from index.statements import Earlier, Statements, cut
from pipeline.model import Record
from tests.helpers import file, record

_pairs = st.lists(st.tuples(st.integers(0, 70_000) | st.integers(0, 3), st.integers(0, 5)), max_size=30)
_words = st.sampled_from(["收受", "财物", "服务对象", "违规", "受理", "审批", "ABC", "12", "，", " ", "𠀀", "x" * 70])
_texts = st.lists(_words, max_size=5).map("".join)
_many = st.lists(_texts, max_size=7, unique=True)
LONGEST = 64  # characters of a word; a longer run of letters is found by its letters
_brute = settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)


def _of_nothing(number: int) -> Earlier:
    return Earlier(statements.NOTHING, np.full(number, -1))


def _built(folder: Path, texts: Sequence[str], earlier: Earlier | None = None) -> Statements:
    before = earlier or _of_nothing(len(texts))
    new = [text for text, place in zip(texts, before.places.tolist(), strict=True) if place < 0]
    statements.build(folder, cut(map(normal, new)), before)
    return statements.load(folder)


def _held(texts: Sequence[str]) -> list[Counter[str]]:
    """The words of each text that are found."""
    return [Counter(word for word in segment.search_words(normal(text)) if len(word) <= LONGEST) for text in texts]


def _weight(held: Sequence[Counter[str]], place: int, words: set[str]) -> float:
    """What BM25 gives a text for some words."""
    mean = sum(map(Counter.total, held)) / len(held)
    total = 0.0
    for word in words:
        idf = math.log(len(held) / (sum(word in other for other in held) + 1)) + 1
        times, length = held[place][word], held[place].total()
        total += idf * times * (K1 + 1) / (times + K1 * (1 - B + B * length / mean))
    return total


def _same(one: Statements, other: Statements) -> None:
    """Both have the same words in the same statements."""
    assert one.words == other.words
    for name in ("firsts", "holders", "counts", "lengths"):
        assert getattr(one.postings, name).tolist() == getattr(other.postings, name).tolist()


@_brute
@given(_pairs, st.booleans())
@example([(0, 0)] * 300 + [(65_536, 0)], True)
def test_postings_are_pairs_in_order(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[int, int]], is_by_owner: bool
) -> None:
    folder = tmp_path_factory.mktemp("postings")
    given = sorted(pairs, key=lambda one: one[1]) if is_by_owner else pairs
    terms, owners = (np.array([one[side] for one in given], dtype=np.int64) for side in range(2))
    there = postings.build(folder, terms, owners, np.bincount(owners, minlength=6)).tolist()
    built, counted = postings.load(folder), Counter(pairs)
    assert there == sorted({term for term, _ in pairs})
    assert built.lengths.tolist() == [sum(owner == one for _, owner in pairs) for one in range(6)]
    for place, term in enumerate(there):
        holders = sorted({owner for other, owner in pairs if other == term})
        assert built.holders[built.of(place)].tolist() == holders
        assert built.counts[built.of(place)].tolist() == [min(counted[term, owner], 255) for owner in holders]
    assert built.of(None) == slice(0, 0)


@_brute
@given(_many, st.sets(_words.map(normal), max_size=3))
def test_statements_with_words(tmp_path_factory: pytest.TempPathFactory, texts: list[str], words: set[str]) -> None:
    built = _built(tmp_path_factory.mktemp("statements"), texts)
    held = _held(texts)
    assert built.words == sorted(set[str]().union(*held))
    found = built.with_words(words)
    expected = [place for place, some in enumerate(held) if words and words <= set(some)]
    assert found.statements.tolist() == expected
    assert np.allclose(found.scores, [_weight(held, place, words) for place in expected])


@_brute
@given(_many, _many)
@example(["审批。" * 300], ["审批。" * 300, "滥用职权"])
def test_what_is_taken_over_is_as_if_cut_again(
    tmp_path_factory: pytest.TempPathFactory, before: list[str], after: list[str]
) -> None:
    old = _built(tmp_path_factory.mktemp("before"), before)
    places = np.array([before.index(text) if text in before else -1 for text in after], dtype=np.int64)
    new = _built(tmp_path_factory.mktemp("after"), after, Earlier(old, places))
    _same(new, _built(tmp_path_factory.mktemp("again"), after))


def _published(folder: Path, records: Sequence[Record], dropped: Sequence[str] = ()) -> None:
    """Have the index hold these records of documents, and no more of those that are dropped."""
    with changes.writing(folder) as connection, cache.publishing(folder, connection):
        changes.drop(connection, [file(document).path for document in dropped])
        for document in dict.fromkeys(one.document for one in records):
            mine = [one for one in records if one.document == document]
            changes.put(connection, [(file(document, records=len(mine)), mine)])


def _texts_of(index: Index) -> list[str]:
    said = index.columns["statements"].tolist()
    texts = dict(index.connection.execute("SELECT number, text FROM texts"))
    return [texts[number] for number in said]


_steps = st.lists(st.tuples(st.sampled_from(["甲", "乙", "丙"]), _many, st.booleans()), min_size=2, max_size=4)


@settings(max_examples=12, suppress_health_check=list(HealthCheck), deadline=None)
@given(_steps)
@example([("甲", ["收受", "财物"], False), ("甲", [], False), ("乙", ["违规", "收受财物"], False)])
def test_after_every_change_words_are_as_if_built_from_nothing(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, list[str], bool]]
) -> None:
    folder = tmp_path_factory.mktemp("index")
    held = dict[str, tuple[str, ...]]()
    for document, texts, is_dropped in steps:
        held[document] = () if is_dropped else tuple(texts)
        one = record(0, document, risk_points=held[document], control_measures=held[document][:1])
        _published(folder, [] if is_dropped else [one], [document] if is_dropped else [])
        with cache.opened(folder) as index:
            said = _texts_of(index)
            risks = {text for some in held.values() for text in some}
            measures = {text for some in held.values() for text in some[:1]}
            assert Counter(said) == Counter([*risks, *measures])
            _same(index.statements, _built(tmp_path_factory.mktemp("again"), said))
            holding = [text for text in said if "收受财物" in normal(text)]
            assert [said[place] for place in index.letters.holding("收受财物").tolist()] == holding


def test_a_reader_keeps_the_state_it_began_with(folder: Path) -> None:
    _published(folder, [record(risk_points=("收受财物",))])
    with cache.opened(folder) as before:
        _published(folder, [record(risk_points=("违规受理",))])
        assert [len(before.statements.with_words([word]).statements) for word in ("收受", "违规")] == [1, 0]
        with cache.opened(folder) as after:
            assert [len(after.statements.with_words([word]).statements) for word in ("收受", "违规")] == [0, 1]
        assert _texts_of(before) == ["收受财物"]
