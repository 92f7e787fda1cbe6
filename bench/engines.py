"""The engines that are compared, by name: liantu, tantivy, SQLite's FTS5 and Whoosh with records as documents.

DuckDB is not among them: its full-text search is an extension that is fetched from the net when first used. Neither is
Xapian: its bindings are no package for pip but come with a distribution's own Python.
"""

from functools import partial

from bench import of_liantu, of_sqlite, of_tantivy, of_whoosh
from bench.shape import Engine, Way

__all__ = ["ENGINES", "chosen"]

_WORDS = frozenset(("common", "rare", "and", "or"))
_PHRASES = _WORDS | {"phrase"}
_PIECES = _PHRASES | {"piece"}
_ALL = _PIECES | {"meaning"}

_LIANTU = {
    "liantu": Way(of_liantu.opened, _PIECES),
    "liantu by statement": Way(partial(of_liantu.opened, by="statement"), _PIECES, counts_records=False),
    "liantu by default": Way(partial(of_liantu.opened, by="statement", literal=False), _ALL, counts_records=False),
}

_ALL_ENGINES = (
    Engine("liantu", of_liantu.fill, of_liantu.fill, _LIANTU),
    Engine("tantivy", of_tantivy.fill, of_tantivy.fill, {"tantivy": Way(of_tantivy.opened, _PHRASES)}),
    # The same index as tantivy's; it is asked but once.
    Engine("tantivy-once", of_tantivy.fill_once, of_tantivy.fill_once, {}),
    Engine(
        "tantivy-pairs",
        of_tantivy.fill_pairs,
        of_tantivy.fill_pairs,
        {"tantivy-pairs": Way(of_tantivy.opened, frozenset(("piece",)))},
    ),
    Engine("sqlite", of_sqlite.fill, of_sqlite.add, {"sqlite": Way(of_sqlite.opened, _PIECES)}),
    Engine(
        "sqlite-trigrams",
        of_sqlite.fill_trigrams,
        of_sqlite.add_trigrams,
        {"sqlite-trigrams": Way(of_sqlite.opened_trigrams, frozenset(("piece",)))},
    ),
    Engine("whoosh", of_whoosh.fill, of_whoosh.add, {"whoosh": Way(of_whoosh.opened, _WORDS)}, is_slow=True),
)
ENGINES = {engine.name: engine for engine in _ALL_ENGINES}
SLOW_FROM = 100_001  # records from which slow engines are left out unless they are named


def chosen(names: str, records: int) -> list[Engine]:
    """The engines named (with commas between them), or all that are quick enough for so many records."""
    if names:
        return [ENGINES[name] for name in names.split(",")]
    return [engine for engine in _ALL_ENGINES if not engine.is_slow or records < SLOW_FROM]
