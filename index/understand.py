"""What a query says about records in plain words: 决定环节的高风险 贿赂 -> stage 决定, level 高, text 贿赂.

The words of the user become terms of the query language (环节:决定 等级:高 贿赂); nothing else has to know of them.
Quoted words, fields and excluded words are left as they are; so is a word that stands in a statement as typed.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from index.normal import normal
from index.query import Facet, Query, Term
from pipeline.model import Kind

__all__ = ["Found", "Understood", "Values", "understand"]

Values = Callable[[Facet], Iterable[str]]  # the index's own values of a facet
Stands = Callable[[str], bool]  # whether a statement holds a text as it is
Field = Facet | Kind
Found = tuple[Field, str]  # a facet and its value, or a kind of statement and nothing

_TAKEN = "\0"  # stands for what was recognised
_SHORTEST_NAME = 3
_SHORTEST_POWER = 4
_ADMINISTRATIVE = "行政"
# Two levels named together (高、中风险) are alternatives.
_LEVELS = "[高中低](?:[、和或及与,]?[高中低])*"
_LEVEL = re.compile(
    rf"(?:风险|廉政)*(?:等级|级别)?(?:为|是|属于|定为|评为|属)?{_LEVELS}(?:级|等级|级别)?(?:的|度)?风险(?:等级|级别|级)?(?P<points>点)?"
    rf"|风险(?:等级|级别|程度)?(?:为|是|属于|定为|评为|最|较|很|:)?{_LEVELS}(?:级|等级)?(?![\u4e00-\u9fff]*风险)的?(?P<more>风险点)?"
    rf"|{_LEVELS}(?:等级|级别)(?:的)?"
    r"|(?P<unstated>(?:未标明|没有?标明|没写|没标|未注明|没有|无)(?:风险)?(?:等级|级别))(?:的)?"
)
_STEPS = re.compile(r"[一二三]级(?:的)?风险(?P<points>点)?")
_OF_STEPS = {"一": "高", "二": "中", "三": "低"}
_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        Kind.MEASURE,
        re.compile(
            r"(?:有|采取了?|应?该?)*(?:哪些|什么|啥|怎样的)(?:廉政)?(?:风险)?(?:防控|防范|控制|预防|应对|管控|整改)?(?:措施|办法|对策|手段)"
            r"|(?:廉政)?(?:风险)?(?:防控|防范|控制|预防|应对|管控|整改)(?:措施|办法|对策|手段)|的(?:具体)?措施|^措施|措施$"
            r"|(?:应该?|要)?(?:怎么|如何|怎样)(?:去|才能|来)?(?:防控|防范|防止|预防|避免|杜绝|应对|管住|治理|防)"
        ),
    ),
    (Kind.MONITOR, re.compile(r"(?:哪些|什么)?(?:电子)?(?:监察|监控|监测)点|电子监察")),
    (
        Kind.RISK,
        re.compile(
            r"(?:有|存在|会有|可能有|容易出)*(?:哪些|什么|啥|哪类)(?:廉政|廉洁|腐败)?(?:风险|问题)(?:点|隐患)?"
            r"|(?:廉政|廉洁|腐败)?风险(?:点|隐患|表现)"
            r"|(?:的|廉政|廉洁|腐败|存在)风险(?!评估|防|管|教育|意识|等级|级|提示|排查|预警|岗|控|程度)|风险$"
        ),
    ),
)
_STAGE_MARK = (
    r"(?:这个?|这一)?(?:环节|阶段|步骤|程序|过程|流程)(?:中|里|上|当中)?|(?:的时候|期间)|时(?![限间效长候序段机常])"
)
_CATEGORY_MARK = "(?:类别|类型|类|事项|职权|权力|项目|案件|工作)"
_IN_CHARGE = "(?:负责|主管|分管|承办|承担|经办|所管|管)"
_ORGAN = re.compile(rf"[\u4e00-\u9fff]{{2,14}}?(?:局|科|股|室|队|中心|处|所|办|委|厅|院|站|部)(?={_IN_CHARGE}|的|$)")
# What holds the words of a question together, and is not asked for.
_QUESTION = re.compile(
    r"请问|请?帮我|我想(?:知道|查|看)?|查一下|查询|列出|看看|关于|有关|涉及|(?:都|会|可能)?(?:有|存在|是|包括)(?:哪些|什么|啥|哪几)"
    r"|(?:哪些|什么|哪里|哪个|吗|呢)|[?!。]"
)
_ENDS = re.compile(
    rf"^(?:的|了|在|对|被|是|和|与|及|由|[、,，:;]|中|里|上|方面|时|{_IN_CHARGE})+"
    rf"|(?:的|了|在|是|和|与|及|有|[、,，:;]|中|里|方面|时|{_IN_CHARGE})+$"
)


@dataclass(frozen=True, slots=True)
class Understood:
    """The query to be answered, what of it was found in the words, and what else the words that named it say."""

    query: Query
    found: tuple[Found, ...] = ()
    beside: str = ""


@dataclass(frozen=True, slots=True)
class _Read:
    """A word: the facets named in it, the kind of statement, and the words left."""

    mentions: tuple[Term, ...]
    levels: tuple[str, ...]
    kind: Kind | None
    rest: tuple[str, ...]

    @property
    def says_something(self) -> bool:
        return bool(self.mentions or self.levels or self.kind)


def understand(query: Query, values: Values, stands: Stands) -> Understood:
    """The query with the facets that its words name; `stands` tells whether a statement holds a text as it is."""
    parts = [_conjunction(conjunction, values, stands) for conjunction in query.alternatives]
    alternatives = tuple(conjunction for part in parts for conjunction in part.query.alternatives)
    found = dict.fromkeys(one for part in parts for one in part.found)
    return Understood(Query(alternatives), tuple(found), "".join(part.beside for part in parts))


def _conjunction(terms: Sequence[Term], values: Values, stands: Stands) -> Understood:
    plain = [term for term in terms if not (term.phrase or term.field or term.negated)]
    if len(plain) == 1 and stands(normal(plain[0].text)):
        return Understood(Query((tuple(terms),)))
    read = {term: _read(normal(term.text), values, stands) for term in plain}
    if any(one.says_something for one in read.values()):
        read = {term: one if one.says_something else _bare(normal(term.text), values) for term, one in read.items()}
    kind = next((one.kind for one in read.values() if one.kind), None)
    levels = list(dict.fromkeys(level for one in read.values() for level in one.levels))
    rewritten: list[Term] = []
    for term in terms:
        one = read.get(term)
        if one is None or not one.says_something:
            rewritten.append(replace(term, field=kind) if term in read and kind else term)
        else:
            rewritten += [*one.mentions, *(Term(text, field=kind) for text in one.rest)]
    if kind and not any(term.field == kind and not term.negated for term in rewritten):
        rewritten.append(Term("", field=kind))
    said = [(term.field, term.text) for one in read.values() for term in one.mentions if term.field]
    said += [(Facet.LEVEL, level) for level in levels] + ([(kind, "")] if kind else [])
    rows = [(Term(level, field=Facet.LEVEL), *rewritten) for level in levels] or [tuple(rewritten)]
    beside = "".join(text for one in read.values() if one.says_something for text in one.rest)
    return Understood(Query(tuple(rows)), tuple(said), beside)


def _bare(form: str, values: Values) -> _Read:
    """A whole word that is a facet's value, beside words that name facets: 立案 高风险."""
    for facet in (Facet.STAGE, Facet.CATEGORY):
        if form in values(facet):
            return _Read((Term(form, field=facet),), (), None, ())
    return _Read((), (), None, (form,))


def _read(form: str, values: Values, stands: Stands) -> _Read:
    """What a word (in normal form) names."""
    if _is_part_of_power(form, values, stands):
        return _Read((Term(form, field=Facet.POWER),), (), None, ())
    left, levels, points = _without_levels(form)
    left, kind = _without_kind(left)
    mentions: list[Term] = []
    for take in (_stage, _category, _power, _unit):
        left, term = take(left, values)
        mentions += [term] if term else []
    pieces = _pieces(left) if left != form else [form]
    if levels or kind or mentions:
        left_over: list[str] = []
        for piece in pieces:
            term, rest = _alone(piece, values, stands)
            mentions += [term] if term else []
            left_over += [rest] if rest else []
        pieces = left_over
    return _Read(tuple(mentions), levels, kind or (Kind.RISK if points else None), tuple(pieces))


def _pieces(left: str) -> list[str]:
    """The words between what was taken, without what only holds a question together."""
    parts = (part for piece in left.split(_TAKEN) for part in _QUESTION.split(piece))
    return [piece for piece in (_ENDS.sub("", _ENDS.sub("", part)) for part in parts) if piece]


def _taken(form: str, start: int, end: int) -> str:
    return form[:start] + _TAKEN + form[end:]


def _without_levels(form: str) -> tuple[str, tuple[str, ...], bool]:
    levels: dict[str, None] = {}
    points = False
    while found := _LEVEL.search(form) or _STEPS.search(form):
        named = found.groupdict()
        if named.get("unstated"):
            levels["未标明"] = None
        elif found.re is _STEPS:
            levels[_OF_STEPS[found[0][0]]] = None
        else:
            levels |= dict.fromkeys(level for level in found[0] if level in "高中低")
        points |= bool(named.get("points") or named.get("more"))
        form = _taken(form, *found.span())
    return form, tuple(levels), points


def _without_kind(form: str) -> tuple[str, Kind | None]:
    for kind, pattern in _KINDS:
        if found := pattern.search(form):
            return _taken(form, *found.span()), kind
    return form, None


def _longest_first(names: Iterable[str]) -> Iterator[str]:
    return iter(sorted(names, key=lambda name: (-len(name), name)))


def _stage(form: str, values: Values) -> tuple[str, Term | None]:
    """A stage the index knows, or one that means the same (收件环节 is 受理), before a word that says it is one."""
    for name in _longest_first({name for name in values(Facet.STAGE) if name in form}):
        if found := re.search(f"在?{re.escape(name)}(?:{_STAGE_MARK})", form):
            return _taken(form, *found.span()), Term(name, field=Facet.STAGE)
    if found := re.search("在?([\u4e00-\u9fff]{2,6})(?:环节|阶段)", form):
        from pipeline.terms import stage_term

        known = stage_term(found[1])
        if known and known.name in values(Facet.STAGE):
            return _taken(form, *found.span()), Term(known.name, field=Facet.STAGE)
    return form, None


def _short(category: str) -> str:
    return category.removeprefix(_ADMINISTRATIVE)


def _category(form: str, values: Values) -> tuple[str, Term | None]:
    for name in _longest_first(values(Facet.CATEGORY)):
        whole, short = re.escape(name), re.escape(_short(name))
        pattern = f"(?:{whole}|{short}){_CATEGORY_MARK}(?:的|中|里)?|{whole}(?:的|中|里|方面)"
        if found := re.search(pattern, form):
            return _taken(form, *found.span()), Term(name, field=Facet.CATEGORY)
    return form, None


def _power(form: str, values: Values) -> tuple[str, Term | None]:
    for name in _longest_first({name for name in values(Facet.POWER) if len(name) >= _SHORTEST_POWER and name in form}):
        start = form.index(name)
        return _taken(form, start, start + len(name)), Term(name, field=Facet.POWER)
    return form, None


def _unit(form: str, values: Values) -> tuple[str, Term | None]:
    units = list(values(Facet.UNIT))
    whole = {name for name in units if len(name) >= _SHORTEST_NAME and name in form}
    for name in _longest_first(whole | set(_parts_of_units(form, units))):
        found = re.search(f"(?:由|被)?{re.escape(name)}(?:{_IN_CHARGE})?的?", form)
        if found:
            return _taken(form, *found.span()), Term(name, field=Facet.UNIT)
    return form, None


def _parts_of_units(form: str, units: Sequence[str]) -> Iterator[str]:
    """The end of an organ's name that stands in a unit's: 科教局负责 of 大同市云州区科教局."""
    for found in _ORGAN.finditer(form):
        for start in range(len(found[0]) - _SHORTEST_NAME + 1):
            if any(found[0][start:] in unit for unit in units):
                yield found[0][start:]
                break


def _alone(piece: str, values: Values, stands: Stands) -> tuple[Term | None, str]:
    """What a piece between the facets names without a mark, and what is left of it: 立案的高风险, 待遇给付的风险."""
    if piece in values(Facet.STAGE):
        return Term(piece, field=Facet.STAGE), ""
    for name in _longest_first(values(Facet.CATEGORY)):
        for form in (name, _short(name)):
            if piece.endswith(form):
                return Term(name, field=Facet.CATEGORY), piece.removesuffix(form)
    if _is_part_of_power(piece, values, stands):
        return Term(piece, field=Facet.POWER), ""
    return None, piece


def _is_part_of_power(form: str, values: Values, stands: Stands) -> bool:
    """Whether a text is a part of a power's name and of no statement: 国有资产处置 of 国有资产处置审批."""
    return len(form) >= _SHORTEST_POWER and any(form in name for name in values(Facet.POWER)) and not stands(form)
