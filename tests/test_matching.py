"""The cheapest matching is as cheap as the cheapest of all matchings, tried one by one."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.matching import cheapest_matching

Matrix = list[list[float]]


@st.composite
def matrices(draw: st.DrawFn) -> Matrix:
    rows, columns = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    prices = st.one_of(st.integers(-6, 6).map(float), st.floats(-100, 100))
    return draw(st.lists(st.lists(prices, min_size=columns, max_size=columns), min_size=rows, max_size=rows))


def least_total(price: Matrix) -> float:
    """Brute force: the shorter side goes to every selection of the longer one."""
    if len(price) > len(price[0]):
        price = [list(column) for column in zip(*price, strict=True)]
    return min(
        sum(row[column] for row, column in zip(price, columns, strict=True))
        for columns in permutations(range(len(price[0])), len(price))
    )


@given(matrices())
def test_no_matching_is_cheaper(price: Matrix) -> None:
    matched = cheapest_matching(price)
    total = sum(row[column] for row, column in zip(price, matched, strict=True) if column is not None)
    assert total == pytest.approx(least_total(price), abs=1e-6)


@given(matrices())
def test_as_many_are_matched_as_can_be_and_no_column_twice(price: Matrix) -> None:
    matched = cheapest_matching(price)
    columns = [column for column in matched if column is not None]
    assert len(matched) == len(price)
    assert len(columns) == len(set(columns)) == min(len(price), len(price[0]))
    assert all(0 <= column < len(price[0]) for column in columns)


def test_the_row_that_gains_most_is_served_where_columns_are_few() -> None:
    assert cheapest_matching([[3.0], [1.0], [2.0]]) == [None, 0, None]


def test_greed_is_not_enough() -> None:
    """Row 0 alone would take column 0; together it has to leave it to row 1."""
    assert cheapest_matching([[1.0, 2.0], [1.0, 9.0]]) == [1, 0]


@pytest.mark.parametrize("price", [[], [[], []]])
def test_nothing_to_match(price: Matrix) -> None:
    assert cheapest_matching(price) == [None] * len(price)
