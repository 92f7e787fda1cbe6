"""What numpy lacks: parts of arrays, sorting by radix, numbers that are told apart by tables."""

import math
from collections.abc import Iterable
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Ints", "Mask", "Scores", "distinct", "looked_up", "mapped", "parts", "ranges", "sorting"]

Ints = NDArray[np.integer[Any]]
Mask = NDArray[np.bool_]
Scores = NDArray[np.float64]

_LONG = 16  # of parts on average: to copy them one by one is quicker than element by element


def ranges(starts: Ints, ends: Ints) -> Ints:
    """All of range(start, end) for every pair, one after the other."""
    lengths = ends - starts
    before = np.cumsum(lengths, dtype=starts.dtype) - lengths
    return np.asarray(np.repeat(starts - before, lengths) + np.arange(int(lengths.sum()), dtype=starts.dtype))


def parts(array: Ints, starts: Ints, ends: Ints) -> Ints:
    """The parts of an array, one after the other."""
    if len(starts) and int((ends - starts).sum()) > _LONG * len(starts):
        return np.concatenate([array[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)])
    return array[ranges(starts, ends)]


def sorting(*keys: Ints) -> Ints:
    """A stable argsort by numbers from 0 up, the last key first, as `np.lexsort` has it.

    numpy sorts numbers of 16 bits by radix, ten times as fast as longer ones; so digit by digit.
    """
    order: Ints | None = None
    for key in keys:
        for shift in range(0, max(int(key.max(initial=0)).bit_length(), 1), 16):
            digits = (key >> shift).astype(np.uint16)
            if order is None:
                order = np.argsort(digits, kind="stable")
            else:
                order = order[np.argsort(digits[order], kind="stable")]
    return np.arange(0) if order is None else order


def distinct(numbers: Ints) -> Ints:
    """The different ones of some numbers from 0 up, ascending; quicker than to sort them."""
    is_there = np.zeros(int(numbers.max(initial=0)) + 1, dtype=np.bool_)
    is_there[numbers] = True
    return np.flatnonzero(is_there)


def looked_up(numbers: Ints, values: Iterable[int]) -> Ints:
    """A table with a value at each of some numbers."""
    table = np.zeros(int(numbers.max(initial=0)) + 1, dtype=np.int32)
    table[numbers] = np.fromiter(values, dtype=np.int32, count=len(numbers))
    return table


def mapped(path: Path) -> NDArray[Any]:
    """The array in a file, mapped into memory; OSError or ValueError if it is missing or damaged."""
    # numpy's own class for mapped arrays takes ten times as long to open and for each slice of it.
    with path.open("rb") as file:
        if np.lib.format.read_magic(file) != (1, 0):
            raise ValueError(f"{path.name}: not written by numpy.save")
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
        start, number = file.tell(), math.prod(shape)
        if number == 0:
            return np.zeros(shape, dtype=dtype)
        return np.frombuffer(mmap(file.fileno(), 0, access=ACCESS_READ), dtype, number, start).reshape(shape)
