"""A query and filters -> hits and facet counts.

What matches is the unit of the result: one statement (`by="statement"`) or one record (`by="record"`). Hits come in
this order: those that hold the words asked for in one piece, those that hold them apart, and, where the page is not full
yet, those that are related in meaning, which `total` and the facets leave out unless there is nothing else.
"""

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, reduce

import numpy as np

from index import store
from index.cache import Index
from index.columns import Ints, Mask
from index.filters import Filters
from index.matching import Matched, Scores, Standing, Task, qualifying, standing, task
from index.normal import Span, normal, spans
from index.query import Facet, Query, Term, parse
from index.related import Nearness, frequent, nearness, typical
from index.results import By, Count, Leg, Match, Overview, RecordHit, SearchResult, StatementHit, Why
from index.statements import query_words, words_in
from index.understand import Found, Understood, understand
from pipeline.model import Kind, Record

__all__ = ["COUNTED", "matching", "overview", "search"]

COUNTED = (Facet.LEVEL, Facet.STAGE, Facet.UNIT, Facet.CATEGORY)
_PLACES = 3
_DECIMALS = 6
_MOST_RELATED = 50
_EXACT, _WORDS, _RELATED, _BEYOND, _UNDER, _LAST = 2, 1, 0, -1, -2, -3  # what the scores of the groups begin with
_SURE = 4.0  # times what is near by chance: on the subject, whatever its records are
_SCALE = 4.0  # of nearness, which has no bounds, to between 0 and 1

Best = list[tuple[int, float]]  # numbers of statements or records, the best first, with their scores


@dataclass(frozen=True, slots=True)
class _Asked:
    """A search under way: what matches, and what may be related.

    `loosely` is the query without its words, `beyond` also without the facets that its words name. `question` is what is
    asked in plain words (in normal form); None where nothing but what is written is wanted.
    """

    text: str
    found: tuple[Found, ...]
    exactly: Task
    loosely: Task
    beyond: Task
    question: str | None
    near: Callable[[], Nearness]

    @property
    def index(self) -> Index:
        return self.exactly.index

    @property
    def is_open(self) -> bool:
        """Whether the query names facets alone: then nearness orders what matches."""
        return self.question is not None and self.exactly.query == self.loosely.query


def search(
    index: Index,
    text: str,
    filters: Filters,
    by: By = "statement",
    limit: int = 20,
    literal: bool = False,
    explain: bool = False,
) -> SearchResult:
    """The best `limit` hits for the query `text` among the records the filters leave.

    `literal`: only what is written counts, no facets in words and nothing related. `explain`: hits say why they are
    hits. QuerySyntaxError for a malformed query, UnknownFacetValue for a filter on a value that no record has,
    LexiconBroken for a lexicon of the user's own that cannot be read, ModelBroken for such a model.
    """
    asked = _asked(index, text, filters, literal)
    return (_by_statement if by == "statement" else _by_record)(asked, limit, explain)


def matching(index: Index, text: str, filters: Filters, literal: bool = False) -> Iterator[Record]:
    """Every record that `search(..., by="record")` counts, in the order of documents, charts and stages."""
    found = np.flatnonzero(qualifying(_asked(index, text, filters, literal).exactly))
    return store.records(index.connection, index.columns["rows"][found].tolist())


def overview(index: Index) -> Overview:
    """What the index holds."""
    columns = index.columns
    _, generation = store.generation(index.connection)
    facets = _facets(index, np.arange(columns.records))
    sizes = columns.records, columns.statements, len(columns["owners"])
    return Overview(generation, store.files(index.connection), *sizes, facets)


def _asked(index: Index, text: str, filters: Filters, literal: bool) -> _Asked:
    query = parse(text)
    understood = Understood(query) if literal else understand(query, *_knowledge(index))
    is_plain = not literal and len(query.alternatives) == 1 and index.columns.statements > 0
    question = _question(text, understood) if is_plain else None
    exactly = task(index, understood.query, filters)
    loosely = task(index, _loosened(understood.query), filters) if question else exactly
    beyond = task(index, _loosened(query), filters) if understood.found else loosely
    near = cache(lambda: nearness(index, question or "", understood.beside))
    return _Asked(text, understood.found, exactly, loosely, beyond, question, near)


def _knowledge(index: Index) -> tuple[Callable[[Facet], frozenset[str]], Callable[[str], bool]]:
    """What `understand` asks: the values of a facet, and whether a text stands in a statement."""

    @cache
    def values(facet: Facet) -> frozenset[str]:
        return frozenset(filter(None, index.columns.values(facet)))

    return values, lambda form: len(index.statements.containing(form).statements) > 0


def _question(text: str, understood: Understood) -> str | None:
    """The words asked for; where facets alone are named, the whole text."""
    words = (term.text for term in understood.query.terms() if _is_loose(term))
    return normal("".join(dict.fromkeys(words))) or (normal(text) if understood.found else None)


def _is_loose(term: Term) -> bool:
    """Whether a term may be met in meaning: no phrase, nothing excluded, nothing about a record's own data."""
    return not (term.phrase or term.negated or isinstance(term.field, Facet))


def _loosened(query: Query) -> Query:
    """The query without its words; of those about one kind of statement the kind is left."""
    kept = (tuple(_loose(term) if _is_loose(term) else term for term in part) for part in query.alternatives)
    return Query(tuple(tuple(dict.fromkeys(term for term in part if term)) for part in kept))


def _loose(term: Term) -> Term | None:
    return replace(term, text="") if term.field else None


def _by_statement(asked: _Asked, limit: int, explain: bool) -> SearchResult:
    found = standing(asked.exactly)
    scores = _WORDS + _open_scores(asked, found.counts) if asked.is_open else _scores(found.matched)
    best = _best(found.counts, scores, limit)
    related = _related(asked, found.counts > 0, min(limit - len(best), _MOST_RELATED))
    hits = [one for group, some in ((found, best), *related) for one in _statement_hits(asked, group, some, explain)]
    total = int(np.count_nonzero(found.counts))
    return _result(asked, "statement", total, found.all_records(), hits, len(hits) - len(best))


def _related(asked: _Asked, taken: Mask, room: int) -> list[tuple[Standing, Best]]:
    """The statements nearest to the question of those that satisfy the rest of the query, and of those that do not.

    Where the question names facets everything under them is related, else what is nearer than by chance.
    """
    if not asked.question or room <= 0:
        return []
    under, beyond = standing(asked.loosely), standing(asked.beyond)
    total, chance = asked.near().total, asked.near().chance
    near, sure = total > chance, (total > _SURE * chance) & (under.counts == 0)
    groups = [(under, near, _RELATED)]
    if asked.found:
        groups += [(beyond, sure, _BEYOND), (under, ~near, _UNDER), (beyond, near & ~sure & (under.counts == 0), _LAST)]
    found = []
    for group, chosen, first in groups:
        scores = _squashed(asked.near().total) if group is beyond else _open_scores(asked, group.counts)
        best = _best(group.counts * (chosen & ~taken), first + scores, room)
        found.append((group, best))
        room -= len(best)
    return found


def _open_scores(asked: _Asked, counts: Ints) -> Scores:
    """Nearness, and where facets are named how typical of them a statement is, as a score between 0 and 1."""
    total = asked.near().total + (typical(asked.index, counts) if asked.found else 0)
    return _squashed(total + (frequent(counts) if asked.is_open else 0))


def _squashed(scores: Scores) -> Scores:
    return np.round(1 / (1 + np.exp(-scores / _SCALE)), _DECIMALS)


def _scores(found: Matched) -> Scores:
    """From 2 up where the very letters stand, from 1 where only the words do, by their weight."""
    return np.round(np.where(found.exact, _EXACT, _WORDS) + found.scores / (1 + found.scores), _DECIMALS)


def _best(counts: Ints, scores: Scores, limit: int) -> Best:
    """The numbers counted at all, best score first, then the most counted, then by number; with their scores."""
    hits = np.flatnonzero(counts)
    best = hits[np.lexsort((hits, -counts[hits], -scores[hits]))][:limit]
    return list(zip(best.tolist(), scores[best].tolist(), strict=True))


def _statement_hits(asked: _Asked, found: Standing, best: Best, explain: bool) -> tuple[StatementHit, ...]:
    index, columns = asked.index, asked.index.columns
    numbers = columns["statements"][[hit for hit, _ in best]].tolist()
    texts = store.texts(index.connection, numbers)
    records = {hit: found.records(hit) for hit, _ in best}
    rows = {hit: columns["rows"][some[:_PLACES]].tolist() for hit, some in records.items()}
    shown = dict.fromkeys(row for some in rows.values() for row in some)
    places = dict(zip(shown, store.records(index.connection, list(shown)), strict=True))
    return tuple(
        _statement_hit(asked, hit, score, texts[number], records[hit], [places[row] for row in rows[hit]], explain)
        for (hit, score), number in zip(best, numbers, strict=True)
    )


def _statement_hit(
    asked: _Asked, hit: int, score: float, text: str, records: Ints, places: Sequence[Record], explain: bool
) -> StatementHit:
    kind = asked.index.columns.kind(hit)
    levels, stages, units = (_counts(asked.index, facet, records) for facet in (Facet.LEVEL, Facet.STAGE, Facet.UNIT))
    evidence = _evidence(asked.exactly.query, kind, text) if score >= _WORDS else _relation(asked, hit, text)
    ids = tuple(asked.index.columns.ids(records))
    why = _why(asked, hit, text) if explain else None
    return StatementHit(text, kind, score, len(ids), levels, stages, units, *evidence, ids, tuple(places), why)


def _evidence(query: Query, kind: Kind, text: str) -> tuple[tuple[Span, ...], tuple[Leg, ...]]:
    """Where the wanted terms stand in a statement, and through which legs they are found there."""
    form, needles, legs = normal(text), set[str](), dict[Leg, None]()
    for term in query.terms():
        wanted = normal(term.text)
        if term.negated or term.field not in (None, kind) or not wanted:
            continue
        if wanted in form:
            needles.add(wanted)
            legs["char"] = None
        words = () if term.phrase else query_words(wanted)
        if words and set(words) <= set(words_in(form)):
            needles.update(() if wanted in form else words)
            legs["word"] = None
    return spans(text, needles), tuple(legs)


def _relation(asked: _Asked, hit: int, text: str) -> tuple[tuple[Span, ...], tuple[Leg, ...]]:
    """Where words of the lexicon and of the question stand in a related statement, and which legs speak for it."""
    form, near = normal(text), asked.near()
    words = [word for word in query_words(asked.question or "") if len(word) > 1 and word in form]
    needles = {part for _, held in _held(near, form) for word in held for part in word}
    legs: tuple[Leg, ...] = ("char", "word", "lexicon", "meaning", "place")
    return spans(text, needles.union(words)), tuple(leg for leg in legs if near.legs[leg][hit] > 0)


def _held(near: Nearness, form: str) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """The concepts spoken of, and which of their words stand in a statement."""
    for concept in near.concepts:
        words = [word for word in (*concept.words, *concept.related) if all(part in form for part in word)]
        if words:
            yield concept.name, words


def _why(asked: _Asked, hit: int, text: str) -> Why:
    near = asked.near()
    legs = {leg: round(float(scores[hit]), 2) for leg, scores in near.legs.items()}
    concepts = {name: tuple(" ".join(word) for word in words) for name, words in _held(near, normal(text))}
    return Why(legs, concepts)


def _by_record(asked: _Asked, limit: int, explain: bool) -> SearchResult:
    records = qualifying(asked.exactly)
    best = _best(records.view(np.int8), _record_scores(asked), limit)
    hits = [*_record_hits(asked, best, (), explain)]
    if asked.question and not asked.is_open:
        related, statements = _related_records(asked, records, min(limit - len(best), _MOST_RELATED))
        hits += _record_hits(asked, related, statements, explain)
    return _result(asked, "record", int(np.count_nonzero(records)), records, hits, len(hits) - len(best))


def _related_records(asked: _Asked, taken: Mask, room: int) -> tuple[Best, Container[int]]:
    """The records in which the statements nearest to the question stand, and these statements."""
    nobody = np.zeros(asked.index.columns.statements, dtype=np.bool_)
    scores, statements = np.full(len(taken), -np.inf), set[int]()
    for found, best in _related(asked, nobody, _MOST_RELATED * (room > 0)):
        for hit, score in best:
            mine = found.records(hit)
            scores[mine] = np.maximum(scores[mine], score)
            statements.add(hit)
    return _best((np.isfinite(scores) & ~taken).view(np.int8), scores, room), statements


def _record_hits(asked: _Asked, best: Best, related: Container[int], explain: bool) -> Iterator[RecordHit]:
    """Hits for these records; of the `related` statements those that stand in them are shown as well."""
    found = store.records(asked.index.connection, asked.index.columns["rows"][[hit for hit, _ in best]].tolist())
    for (hit, score), record in zip(best, found, strict=True):
        yield RecordHit(score, record, tuple(_matches(asked, hit, record, related, explain)))


def _record_scores(asked: _Asked) -> Scores:
    """For every record the best score of its statements."""
    columns, matched = asked.index.columns, asked.exactly.matched
    best = np.zeros(columns.records)
    wanted = [found for term, found in matched.items() if not term.negated]
    if wanted:
        mask = reduce(np.logical_or, [found.mask for found in wanted])
        exact = reduce(np.logical_or, [found.exact & found.mask for found in wanted])
        total = reduce(np.add, [found.scores * found.mask for found in wanted])
        places = columns.occurrences(mask)
        scores = np.repeat(_scores(Matched(mask, exact, total))[mask], np.diff(columns["starts"])[mask])
        np.maximum.at(best, columns["owners"][places], scores)
    return best


def _matches(asked: _Asked, hit: int, record: Record, related: Container[int], explain: bool) -> Iterator[Match]:
    """The statements of a record that match, or are related, or are of the kind asked for."""
    numbers = _statements_of(asked.index, hit) if related or explain else {}
    kinds = {term.field for term in asked.exactly.query.terms() if not term.text}
    items = dict.fromkeys(Kind, 0)
    for kind, text in record.statements():
        number = numbers.get((kind, text), -1)
        where, legs = _evidence(asked.exactly.query, kind, text)
        if number in related and not legs:
            where, legs = _relation(asked, number, text)
        if legs or kind in kinds:
            yield Match(kind, items[kind], text, where, _why(asked, number, text) if explain else None)
        items[kind] += 1


def _statements_of(index: Index, record: int) -> dict[tuple[Kind, str], int]:
    """The statements of a record and their numbers."""
    said = index.columns.statements_of(record)
    numbers = index.columns["statements"][said].tolist()
    texts = store.texts(index.connection, numbers)
    return {(index.columns.kind(one), texts[number]): one for one, number in zip(said.tolist(), numbers, strict=True)}


def _result(
    asked: _Asked,
    by: By,
    total: int,
    records: Mask,
    hits: Sequence[StatementHit | RecordHit],
    related: int,
) -> SearchResult:
    found = np.flatnonzero(records)
    facets = _facets(asked.index, found)
    return SearchResult(asked.text, by, total, len(found), facets, tuple(hits), related, asked.found)


def _facets(index: Index, records: Ints) -> dict[Facet, tuple[Count, ...]]:
    return {facet: _counts(index, facet, records) for facet in COUNTED}


def _counts(index: Index, facet: Facet, records: Ints) -> tuple[Count, ...]:
    """The values of these records, the most frequent first."""
    counts, values = index.columns.counts(facet, records), index.columns.values(facet)
    codes = np.flatnonzero(counts)
    order = codes[np.lexsort((codes, -counts[codes]))].tolist()
    return tuple(Count(values[code], int(counts[code])) for code in order)
