"""What is asked of a record's own data -> masks over records: the filters, and the query's metadata terms."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce

import numpy as np

from index.arrays import Mask
from index.columns import STAGE_LABEL, Columns
from index.normal import normal
from index.query import Facet, Term
from pipeline.errors import UnknownFacetValue

__all__ = ["UNSTATED", "Filters", "filtered", "of_metadata"]

Filters = Mapping[Facet, Sequence[str]]

UNSTATED = "未标明"
_LEVELS = ("高", "中", "低", UNSTATED)
_IN_PARTS = (Facet.UNIT, Facet.POWER, Facet.DOCUMENT, Facet.AGENCY)
_NEAR = 5
_CLOSENESS = 0.3


def filtered(columns: Columns, filters: Filters) -> Mask:
    """The records all filters leave; each leaves those with one of its values. UnknownFacetValue if none has one."""
    wanted = [(facet, tuple(values)) for facet, values in filters.items() if values]
    return columns.kept_mask(("filter", *wanted), lambda: _filtered(columns, wanted))


def _filtered(columns: Columns, wanted: Sequence[tuple[Facet, Sequence[str]]]) -> Mask:
    found = [reduce(np.logical_or, [_of_value(columns, facet, one) for one in values]) for facet, values in wanted]
    return reduce(np.logical_and, found) if found else np.ones(columns.records, dtype=np.bool_)


def of_metadata(columns: Columns, terms: Iterable[Term]) -> Mask:
    """The records whose own data hold every metadata term (as a part of the value) and none that is negated."""
    records = np.ones(columns.records, dtype=np.bool_)
    for term in terms:
        if isinstance(term.field, Facet):
            having = _having(columns, term.field, _holds(normal(term.text)))
            records &= ~having if term.negated else having
    return records


def _of_value(columns: Columns, facet: Facet, wanted: str) -> Mask:
    form = _short(facet, normal(wanted))
    whole = _having(columns, facet, lambda value: _short(facet, value) == form)
    if facet in _IN_PARTS and (facet == Facet.UNIT or not whole.any()):
        whole |= _having(columns, facet, _holds(form))
    if not form or not (whole.any() or (facet == Facet.LEVEL and form in _LEVELS)):
        raise UnknownFacetValue(f"--{facet}", f"没有一条记录是“{wanted}”", _near(columns, facet, form))
    return whole


def _holds(form: str) -> Callable[[str], bool]:
    return lambda value: form in value


def _short(facet: Facet, form: str) -> str:
    """A value as filters compare it: 行政许可类 is 行政许可, 高级 and 高风险 are 高."""
    if facet == Facet.CATEGORY:
        return form.removesuffix("类")
    return form.removesuffix("级").removesuffix("风险") if facet == Facet.LEVEL else form


def _having(columns: Columns, facet: Facet, chosen: Callable[[str], bool]) -> Mask:
    """The records with a value (in normal form; for stages also: a label as written) that is chosen."""
    found = [_having_in(columns, name, chosen) for name in _columns(facet)]
    return reduce(np.logical_or, found)


def _columns(facet: Facet) -> tuple[str, ...]:
    return (facet, STAGE_LABEL) if facet == Facet.STAGE else (facet,)


def _having_in(columns: Columns, name: str, chosen: Callable[[str], bool]) -> Mask:
    values = [chosen(UNSTATED if form is None else form) for form in columns.forms(name)]
    return columns.with_values(name, np.array(values, dtype=np.bool_))


def _near(columns: Columns, facet: Facet, form: str) -> tuple[str, ...]:
    # Only needed to apologise, and slow to import.
    from difflib import get_close_matches

    values = [UNSTATED if value is None else value for name in _columns(facet) for value in columns.values(name)]
    return tuple(get_close_matches(form, dict.fromkeys(values), _NEAR, _CLOSENESS))
