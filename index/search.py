"""A query and filters -> hits and facet counts.

What matches is the unit of the result: one statement (`by="statement"`) or one record (`by="record"`). Hits come in
this order: those that hold the words asked for in one piece, those that hold them apart, and, where the page is not
full yet, those that are related in meaning, which are not counted.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache, reduce
from itertools import islice
from typing import NamedTuple

import numpy as np

from index import store
from index.arrays import Ints, Mask, Scores
from index.cache import Index
from index.columns import Columns
from index.filters import Filters
from index.hits import Best, Told, facets, leading, leading_records, statement_hits
from index.matching import Standing, Task, finds_any, qualifying, standing, task
from index.normal import Span, normal, spans
from index.postings import common
from index.query import Facet, Found, Query, Term, parse, render
from index.related import LONGEST_QUESTION, Nearness, frequent, nearness, squashed, typical
from index.results import By, Group, Leg, Match, Overview, RecordHit, SearchResult, StatementHit, Why
from index.statements import query_words
from index.understand import Understood, understand
from pipeline.record import Kind, Record

__all__ = ["matching", "overview", "search", "understood"]

_MOST_RELATED = 50
_SUGGESTIONS = 3
_ORDER: tuple[Group, ...] = ("related", "beyond", "rest", "beyond")  # scores of each begin one lower
_EXACT, _WORDS, _RELATED = 2, 1, 0  # what the scores of the groups begin with
_SURE = 4.0  # times what is near by chance: on the subject, whatever its records are
_NEARNESS = 0.3  # what nearness counts where it is not asked for: 审查环节的高风险
_TELLING = 0.5  # what a leg adds that speaks for a statement
_LEGS: tuple[Leg, ...] = ("char", "lexicon", "meaning", "place")


class _Ranked(NamedTuple):
    """A group of hits, best first, and where they stand."""

    group: Group
    found: Standing
    best: Best


@dataclass(frozen=True, slots=True)
class _Asked:
    """A search under way: what matches, and what may be related.

    `loosely` is the query without its words, `beyond` also without the facets that its words name. `question` is what
    is asked in plain words (in normal form); None where nothing but what is written is wanted.
    """

    text: str
    typed: Query
    filters: Filters
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
        """Whether the query names facets alone: all under them matches, and statements typical of them come first."""
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


def understood(index: Index, text: str, literal: bool = False) -> SearchResult:
    """What the words of the query `text` are taken to say, without an answer."""
    asked = _asked(index, text, {}, literal)
    return SearchResult(text, "record", 0, 0, {}, (), 0, asked.found, _keywords(asked))


def matching(index: Index, text: str, filters: Filters, literal: bool = False) -> Iterator[Record]:
    """Every record that `search(..., by="record")` counts, in the order of documents, charts and stages."""
    return store.records(index.connection, chosen(index, text, filters, literal))


def chosen(index: Index, text: str, filters: Filters, literal: bool = False) -> list[int]:
    """The store's numbers of these records."""
    found = np.flatnonzero(qualifying(_asked(index, text, filters, literal).exactly))
    return list(map(int, index.columns["rows"][found].tolist()))


def overview(index: Index) -> Overview:
    """What the index holds."""
    columns = index.columns
    _, generation = store.generation(index.connection)
    counted = facets(index, np.arange(columns.records))
    sizes = columns.records, columns.statements, len(columns["owners"])
    return Overview(generation, tuple(store.files(index.connection)), *sizes, counted)


def _asked(index: Index, text: str, filters: Filters, literal: bool) -> _Asked:
    query = parse(text)
    read = Understood(query) if literal else understand(query, *_knowledge(index))
    is_plain = not literal and len(query.alternatives) == 1 and index.columns.statements > 0
    question = _question(text, read) if is_plain else None
    exactly = task(index, read.query, filters)
    loosely = task(index, _loosened(read.query), filters) if question else exactly
    beyond = task(index, _loosened(query), filters) if read.found else loosely
    near = cache(lambda: nearness(index, question or "", read.beside))
    return _Asked(text, query, filters, read.found, exactly, loosely, beyond, question, near)


def _knowledge(index: Index) -> tuple[Callable[[Facet], frozenset[str]], Callable[[Sequence[str]], bool]]:
    """What `understand` asks: the values of a facet (in normal form), and whether texts stand in one statement."""
    return index.columns.distinct_forms, lambda forms: len(reduce(common, map(index.letters.holding, forms))) > 0


def _question(text: str, understood: Understood) -> str | None:
    """The words asked for; where facets alone are named, the whole text."""
    words = (term.text for term in understood.query.terms() if _is_loose(term))
    question = normal("".join(dict.fromkeys(words))) or (normal(text) if understood.found else "")
    return question[:LONGEST_QUESTION] or None


def _is_loose(term: Term) -> bool:
    """Whether a term may be met in meaning: no phrase, nothing excluded, nothing about a record's own data."""
    return not (term.phrase or term.negated or isinstance(term.field, Facet))


def _loosened(query: Query) -> Query:
    """The query without its words; of those about one kind of statement the kind is left."""
    kept = (tuple(_loose(term) if _is_loose(term) else term for term in part) for part in query.alternatives)
    return Query(tuple(tuple(dict.fromkeys(term for term in part if term)) for part in kept))


def _loose(term: Term) -> Term | None:
    return term._replace(text="") if term.field else None


def _by_statement(asked: _Asked, limit: int, explain: bool) -> SearchResult:
    found = standing(asked.exactly)
    hits = np.flatnonzero(found.counts)
    if asked.is_open:
        scores = _WORDS + _facet_scores(asked, found.counts)[hits]
    else:
        scores = _scores(found.matched.exact[hits], found.matched.scores[hits])
    best = leading(hits, scores, found.counts[hits], limit)
    groups = [_Ranked("match", found, best), *_related(asked, found.counts > 0, min(limit - len(best), _MOST_RELATED))]
    told = [hit for group in groups for hit in _statement_hits(asked, group, explain)]
    return _result(asked, "statement", len(hits), found.all_records, told, len(told) - len(best))


def _related(asked: _Asked, taken: Mask, room: int) -> list[_Ranked]:
    """The statements nearest to the question of those that satisfy the rest of the query, and of those that do not.

    Where the question names facets everything under them is related, else what is nearer than by chance.
    """
    if not asked.question or room <= 0:
        return []
    total, chance, near = asked.near().total, asked.near().chance, asked.near().is_near
    sure = total > _SURE * chance
    # What is not near is asked for last, if at all: it takes the longest to see where that stands.
    groups: list[tuple[Callable[[], Standing], Mask]] = [(cache(lambda: standing(asked.loosely, near)), near)]
    if asked.found:
        under, beyond = groups[0][0], cache(lambda: standing(asked.beyond, near))
        others = under().counts == 0
        groups += [
            (beyond, sure & others),
            (lambda: standing(asked.loosely, ~near), ~near),
            (beyond, near & ~sure & others),
        ]
    ranked = []
    for place, (name, (found_by, chosen)) in enumerate(zip(_ORDER, groups, strict=False)):
        if room > 0:
            found = found_by()
            scores = squashed(total) if name == "beyond" else _near_scores(asked, found.counts)
            hits = np.flatnonzero((found.counts > 0) & chosen & ~taken)
            best = leading(hits, _RELATED - place + scores[hits], found.counts[hits], room)
            ranked.append(_Ranked(name, found, best))
            room -= len(best)
    return ranked


def _facet_scores(asked: _Asked, counts: Ints) -> Scores:
    """Where facets alone are named: how typical of them and how frequent a statement is, and a little how near."""
    return squashed(_NEARNESS * asked.near().total + typical(asked.index, counts) + frequent(counts))


def _near_scores(asked: _Asked, counts: Ints) -> Scores:
    """How near a statement is, and where facets are named how typical of them."""
    return squashed(asked.near().total + (typical(asked.index, counts) if asked.found else 0))


def _scores(exact: Mask, weights: Scores) -> Scores:
    """From 2 up where the very letters stand, from 1 where only the words do, by their weight."""
    return np.where(exact, _EXACT, _WORDS) + weights / (1 + weights)


def _statement_hits(asked: _Asked, group: _Ranked, explain: bool) -> Iterator[StatementHit]:
    def told(hit: int, kind: Kind, text: str) -> Told:
        is_match = group.group == "match"
        where, legs = _evidence(asked.exactly, hit, kind, text) if is_match else _relation(asked, hit, text)
        return where, legs, _why(asked, hit, text) if explain else None

    best = [(hit, score, group.found.records(hit)) for hit, score in group.best]
    return statement_hits(asked.index, best, group.group, told)


def _evidence(task: Task, hit: int, kind: Kind, text: str) -> tuple[tuple[Span, ...], tuple[Leg, ...]]:
    """Where the wanted terms stand in a statement, and through which legs they are found there."""
    needles, legs = set[str](), dict[Leg, None]()
    for term, matched in task.matched.items():
        exact, worded = matched.exact[hit], task.worded[term][hit]
        if not (exact or worded) or term.negated or term.field not in (None, kind) or not (wanted := normal(term.text)):
            continue
        if exact:
            needles.add(wanted)
            legs["char"] = None
        if worded:
            needles.update(() if exact else query_words(wanted))
            legs["word"] = None
    return spans(text, needles) if needles else (), tuple(legs)


def _relation(asked: _Asked, hit: int, text: str) -> tuple[tuple[Span, ...], tuple[Leg, ...]]:
    """Where words of the lexicon and of the question stand in a related statement, and which legs speak for it."""
    form, near = normal(text), asked.near()
    words = [word for word in query_words(asked.question or "") if len(word) > 1 and word in form]
    needles = {part for _, held in _held(near, form) for word in held for part in word}
    return spans(text, needles.union(words)), tuple(leg for leg in _LEGS if near.legs[leg][hit] > _TELLING)


def _held(near: Nearness, form: str) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """The concepts spoken of, and which of their words stand in a statement."""
    for concept in near.concepts:
        words = [word for word in (*concept.words, *concept.related) if all(part in form for part in word)]
        if words:
            yield concept.name, words


def _why(asked: _Asked, hit: int, text: str) -> Why | None:
    """What each leg adds; None where nothing was asked in plain words."""
    if asked.question is None:
        return None
    near = asked.near()
    legs = {leg: round(float(near.legs[leg][hit]), 2) for leg in _LEGS}
    concepts = {name: tuple("…".join(word) for word in words) for name, words in _held(near, normal(text))}
    return Why(legs, concepts)


def _by_record(asked: _Asked, limit: int, explain: bool) -> SearchResult:
    records = qualifying(asked.exactly)
    best = leading_records(asked.index.columns, *_scored(asked), records, limit)
    hits = [*_record_hits(asked, best, set(), explain)]
    if asked.question and not asked.is_open:
        related, statements = _related_records(asked, records, min(limit - len(best), _MOST_RELATED))
        hits += _record_hits(asked, related, statements, explain)
    return _result(asked, "record", int(np.count_nonzero(records)), records, hits, len(hits) - len(best))


def _related_records(asked: _Asked, taken: Mask, room: int) -> tuple[Best, set[int]]:
    """The records in which the statements nearest to the question stand, and these statements."""
    nobody = np.zeros(asked.index.columns.statements, dtype=np.bool_)
    statements, found = set[int](), list[tuple[float, int]]()
    for group in _related(asked, nobody, _MOST_RELATED * (room > 0)):
        for hit, score in group.best:
            mine = group.found.records(hit)
            found += ((-score, record) for record in mine[~taken[mine]][:room].tolist())
            statements.add(hit)
    first = dict.fromkeys(record for _, record in sorted(found))
    scores = {record: -score for score, record in sorted(found, reverse=True)}
    return [(record, scores[record]) for record in islice(first, room)], statements


def _record_hits(asked: _Asked, best: Best, related: Set[int], explain: bool) -> Iterator[RecordHit]:
    """Hits for these records; of the `related` statements those that stand in them are shown as well."""
    columns, texts = asked.index.columns, dict[int, str | None]()
    rows = columns["rows"][[hit for hit, _ in best]].tolist()
    found = list(store.records(asked.index.connection, rows, texts))
    numbers = _numbers(columns, [columns.statements_of(hit) for hit, _ in best], texts)
    holding = _holding(asked.exactly, list(numbers.values()))
    for (_, score), record in zip(best, found, strict=True):
        matches = tuple(_matches(asked, record, numbers, holding, related, explain))
        yield RecordHit(score, record, matches, _ORDER[-math.floor(score)] if related else "match")


def _numbers(
    columns: Columns, some: Sequence[Ints], texts: Mapping[int, str | None]
) -> dict[tuple[Kind, str | None], int]:
    """Statements and their numbers."""
    said = np.unique(np.concatenate(some)).tolist() if some else []
    numbers = columns["statements"][said].tolist()
    return {(columns.kind(one), texts[number]): one for one, number in zip(said, numbers, strict=True)}


def _holding(task: Task, statements: list[int]) -> Set[int]:
    """Those of some statements that hold a term, be it by letters or by words: most of a record's hold none."""
    some = np.array(statements, dtype=np.int64)
    held = [task.matched[term].exact[some] | task.worded[term][some] for term in task.matched]
    return set(some[reduce(np.logical_or, held)].tolist()) if held else set()


def _scored(asked: _Asked) -> tuple[Ints, Scores]:
    """The statements that hold a wanted term, and their scores."""
    wanted = [found for term, found in asked.exactly.matched.items() if not term.negated]
    hits = np.flatnonzero(reduce(np.logical_or, [found.mask for found in wanted])) if wanted else np.zeros(0, np.intp)
    masks = [found.mask[hits] for found in wanted]
    exact, total = np.zeros(len(hits), dtype=np.bool_), np.zeros(len(hits))
    for found, mask in zip(wanted, masks, strict=True):
        exact |= found.exact[hits] & mask
        total += found.scores[hits] * mask
    return hits, _scores(exact, total)


def _matches(
    asked: _Asked,
    record: Record,
    numbers: Mapping[tuple[Kind, str | None], int],
    holding: Set[int],
    related: Set[int],
    explain: bool,
) -> Iterator[Match]:
    """The statements of a record that match, or are related, or are of the kind asked for."""
    kinds = {term.field for term in asked.exactly.query.terms() if not term.text}
    items = dict.fromkeys(Kind, 0)
    for kind, text in record.statements():
        number = numbers[kind, text]
        where, legs = _evidence(asked.exactly, number, kind, text) if number in holding else ((), ())
        if number in related and not legs:
            where, legs = _relation(asked, number, text)
        if legs or kind in kinds:
            yield Match(kind, items[kind], text, where, _why(asked, number, text) if explain else None)
        items[kind] += 1


def _keywords(asked: _Asked) -> tuple[str, ...]:
    """The words looked for, as they are left by what was understood."""
    return tuple(dict.fromkeys(term.text for term in asked.exactly.query.terms() if _is_loose(term) and term.text))


def _suggestions(asked: _Asked) -> Iterator[str]:
    """Other wordings that find something."""
    from index.suggest import rewritten  # late: only where nothing is found

    knowledge = _knowledge(asked.index)
    for query in rewritten(asked.index, asked.typed):
        if finds_any(task(asked.index, understand(query, *knowledge).query, asked.filters)):
            yield render(query)


def _result(
    asked: _Asked,
    by: By,
    total: int,
    records: Mask,
    hits: Sequence[StatementHit | RecordHit],
    related: int,
) -> SearchResult:
    found = np.flatnonzero(records)
    keywords = _keywords(asked)
    is_lost = asked.question is not None and not total and not asked.is_open
    suggestions = tuple(islice(_suggestions(asked), _SUGGESTIONS)) if is_lost else ()
    counted = total, len(found), facets(asked.index, found)
    return SearchResult(asked.text, by, *counted, tuple(hits), related, asked.found, keywords, suggestions)
