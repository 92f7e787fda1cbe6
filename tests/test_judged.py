"""Questions are answered as well as pinned: the quality gate of search."""

from collections.abc import Iterator, Mapping

import pytest

from index.cache import Index
from tests import judged
from tests.judged import Figures

UNDERSTOOD = 136  # of 150 questions
UPDATE = "python -m tests.judged --update"


@pytest.fixture(scope="module")
def opened() -> Iterator[Mapping[str, Index]]:
    with judged.indexes() as found:
        yield found


@pytest.fixture(scope="module")
def figures(opened: Mapping[str, Index]) -> Mapping[str, Figures]:
    return judged.all_figures(opened)


@pytest.mark.parametrize("name", judged.floors())
def test_questions_are_answered_as_well_as_pinned(figures: Mapping[str, Figures], name: str) -> None:
    """No figure is below its floor, and none so far above it that the floor has lost its meaning."""
    if name not in figures:
        pytest.skip(f"{name}: the documents are not here")
    reached, floor = figures[name], judged.floors()[name]
    assert judged.fallen(reached, floor) == {}
    assert judged.risen(reached, floor) == {}, f"answered better than pinned; pin it: {UPDATE}"


def test_every_set_has_floors_and_enough_queries(figures: Mapping[str, Figures]) -> None:
    assert figures.keys() <= judged.floors().keys()
    assert sum(map(len, judged.sets().values())) >= 40
    assert all(
        sum(one["group"] == group for one in some) > 0 for some in judged.sets().values() for group in judged.GROUPS
    )


def test_questions_are_understood_as_well_as_pinned(opened: Mapping[str, Index]) -> None:
    wrong = judged.misunderstood(opened["corpus"])
    assert 150 - len(wrong) >= UNDERSTOOD, wrong


def test_judged_statements_are_there(opened: Mapping[str, Index]) -> None:
    """A judgement on a statement that is read otherwise by now would be lost without a word."""
    held = set(judged.texts(opened["corpus"]))
    missing = {text for one in judged.sets()["corpus"] for text in one["relevant"]} - held
    assert not missing


def test_ndcg_is_that_of_its_definition() -> None:
    grades = {"甲": 2, "乙": 1}
    assert judged.ndcg(["甲", "乙"], grades) == 1
    assert judged.ndcg(["丙", "甲", "甲", "乙"], grades) == pytest.approx((2 / 1.584963 + 1 / 2) / (2 + 1 / 1.584963))
    assert judged.ndcg([], grades) == 0
