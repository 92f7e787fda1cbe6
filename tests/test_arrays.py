"""What numpy lacks, checked against plain Python and against numpy's slower ways."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.arrays import Ints, distinct, looked_up, mapped, parts, ranges, sorting

_bounds = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)).map(sorted), max_size=8)
_numbers = st.integers(0, 1 << 40) | st.integers(0, 300) | st.sampled_from([255, 256, 65_535, 65_536, 65_537])
_small = st.lists(st.integers(0, 2_000), max_size=30)


def _columns(pairs: list[list[int]]) -> tuple[Ints, Ints]:
    starts, ends = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return starts, ends


@given(_bounds)
def test_ranges_are_those_of_python(bounds: list[list[int]]) -> None:
    assert ranges(*_columns(bounds)).tolist() == [number for start, end in bounds for number in range(start, end)]


@given(_bounds, st.sampled_from([1, 60]))
def test_parts_are_slices(bounds: list[list[int]], times: int) -> None:
    """Whether they are short, or so long that they are copied one by one."""
    array = np.arange(1_000, 1_000 + 40 * times, dtype=np.int32)
    longer = [[start * times, end * times] for start, end in bounds]
    expected = [number for start, end in longer for number in array.tolist()[start:end]]
    assert parts(array, *_columns(longer)).tolist() == expected


@given(st.lists(st.tuples(_numbers, _numbers, _numbers), max_size=40))
def test_sorting_is_stable_and_goes_by_the_last_key_first(rows: list[tuple[int, int, int]]) -> None:
    keys = [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)] or [np.zeros(0, dtype=np.int64)] * 3
    assert sorting(*keys).tolist() == np.lexsort(keys).tolist()
    assert sorting(*keys).tolist() == sorted(range(len(rows)), key=lambda place: rows[place][::-1])


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.uint32, np.int32, np.int64])
def test_sorting_takes_all_kinds_of_integers(kind: type[np.integer]) -> None:
    numbers = [most for most in (3, 0, 255, 3, 65_535, 256, 1 << 30) if most <= np.iinfo(kind).max]
    order = sorting(np.array(numbers, dtype=kind))
    assert order.tolist() == sorted(range(len(numbers)), key=numbers.__getitem__)


@given(_small)
def test_distinct_is_what_a_set_holds(numbers: list[int]) -> None:
    assert distinct(np.array(numbers, dtype=np.int32)).tolist() == sorted(set(numbers))


@given(st.dictionaries(st.integers(0, 500), st.integers(0, 1 << 30), max_size=20), _small)
def test_looked_up_is_a_dictionary(table: dict[int, int], asked: list[int]) -> None:
    there = [number for number in asked if number in table]
    found = looked_up(np.array(list(table), dtype=np.int64), table.values())
    assert found[np.array(there, dtype=np.int64)].tolist() == [table[number] for number in there]


@pytest.mark.parametrize("shape", [(0,), (3,), (0, 2), (2, 3)])
@pytest.mark.parametrize("kind", [np.uint8, np.int64, np.float32, np.dtype("S5")])
def test_what_was_saved_is_mapped(tmp_path: Path, shape: tuple[int, ...], kind: np.dtype[np.void]) -> None:
    array = np.arange(int(np.prod(shape))).reshape(shape).astype(kind)
    np.save(tmp_path / "some.npy", array)
    found = mapped(tmp_path / "some.npy")
    assert found.dtype == array.dtype
    assert found.tolist() == array.tolist()


@pytest.mark.parametrize("kept", [0, 5, 60, 129, 135])
def test_a_file_that_was_cut_off_is_not_mapped(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "some.npy"
    np.save(path, np.arange(1))
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(ValueError, match=r"."):
        mapped(path)


@given(st.lists(st.integers(0, 9), min_size=1))
def test_parts_between_bounds_are_the_whole(lengths: list[int]) -> None:
    bounds = [0, *np.cumsum(lengths).tolist()]
    array = np.arange(bounds[-1], dtype=np.int32)
    assert parts(array, *_columns([list(pair) for pair in pairwise(bounds)])).tolist() == array.tolist()
