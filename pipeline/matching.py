"""The cheapest one-to-one matching of two lists: the Hungarian method with potentials (Kuhn 1955, Munkres 1957)."""

from collections.abc import Sequence

__all__ = ["cheapest_matching"]


def cheapest_matching(price: Sequence[Sequence[float]]) -> list[int | None]:
    """For each row its column in the matching of least total price, or None where there are more rows than columns.

    O(rows² · columns), the method of shortest augmenting paths (Jonker and Volgenant 1987).
    """
    rows, columns = len(price), len(price[0]) if price else 0
    if rows > columns:
        matched: list[int | None] = [None] * rows
        for column, row in enumerate(cheapest_matching([list(prices) for prices in zip(*price, strict=True)])):
            if row is not None:
                matched[row] = column
        return matched
    row_potential, column_potential = [0.0] * rows, [0.0] * columns
    row_of: list[int | None] = [None] * columns
    for row in range(rows):
        _augment(price, row, row_potential, column_potential, row_of)
    column_of = {row: column for column, row in enumerate(row_of) if row is not None}
    return [column_of[row] for row in range(rows)]


def _augment(
    price: Sequence[Sequence[float]],
    row: int,
    row_potential: list[float],
    column_potential: list[float],
    row_of: list[int | None],
) -> None:
    """Match one more row, moving others along the cheapest path of exchanges that ends at a free column."""
    columns = range(len(row_of))
    slack, came_from = [float("inf")] * len(row_of), [-1] * len(row_of)
    visited: list[int] = []
    free = set(columns)
    current, column = row, -1
    while True:
        for c in free:
            reduced = price[current][c] - row_potential[current] - column_potential[c]
            if reduced < slack[c]:
                slack[c], came_from[c] = reduced, column
        step_column = min(sorted(free), key=slack.__getitem__)
        step = slack[step_column]
        row_potential[row] += step
        for c in visited:
            matched_row = row_of[c]
            assert matched_row is not None
            row_potential[matched_row] += step
            column_potential[c] -= step
        for c in free:
            slack[c] -= step
        column = step_column
        visited.append(column)
        free.remove(column)
        next_row = row_of[column]
        if next_row is None:
            break
        current = next_row
    while came_from[column] != -1:
        row_of[column] = row_of[came_from[column]]
        column = came_from[column]
    row_of[column] = row
