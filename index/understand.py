"""What a query says about records in plain words: 决定环节的高风险 贿赂 -> stage 决定, level 高, text 贿赂.

The words of the user become terms of the query language (环节:决定 等级:高 贿赂); nothing else has to know of them.
Quoted words, fields and excluded words are left as they are; so are words that stand together in a statement as typed.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import product
from typing import NamedTuple

from index.lexicon import spoken_of
from index.normal import normal
from index.query import Facet, Found, Query, Term
from index.segment import words
from pipeline.record import Kind

__all__ = ["Understood", "understand"]

Values = Callable[[Facet], frozenset[str]]  # the index's own values of a facet
Stands = Callable[[Sequence[str]], bool]  # whether a statement holds texts as they are, all of them

_TAKEN = "\0"  # stands for what was recognised
_SHORTEST_WORD, _SHORTEST_NAME, _SHORTEST_POWER, _LONGEST_POWER = 2, 3, 4, 20
_LONGEST = 200  # characters of a word that is looked at: patterns take time
_UNSTATED = "未标明"
_ALTERNATIVES = (Facet.LEVEL, Facet.STAGE, Facet.CATEGORY)  # two values mean either; an agency and its section both


class _Pattern:
    """A pattern that is compiled when it may match: most texts hold none of the characters without which it cannot."""

    def __init__(self, telling: str, pattern: str) -> None:
        self._telling, self._pattern = frozenset(telling), pattern

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(self._pattern)

    def search(self, form: str) -> re.Match[str] | None:
        return None if self._telling.isdisjoint(form) else self.compiled.search(form)


_AND = "[、和或及与,]"
_LEVELS = f"[高中低](?:{_AND}?[高中低])*"
# 过程中风险 and the like speak of no level.
_LEVEL_WORD = f"(?<![程作法其集理期当]){_LEVELS}"
_RANK = "(?:等级|级别|等|级|度)"
_LEVEL = _Pattern(
    "高中低",
    rf"(?:风险|廉政)*{_RANK}?(?:为|是|属于|定为|评为|属)?(?<![提升抬拔降减])(?:最|较)?{_LEVEL_WORD}{_RANK}?风险(?:等级|级别|级)?(?P<points>点)?"
    rf"|(?:风险|等级|级别)(?:等级|级别)?(?:为|是|属于|定为|评为|最|较|很|:)?{_LEVELS}(?:等级|级别|级)?(?:的|$)"
    rf"|(?<![提升抬拔降减]){_LEVELS}(?:等级|级别)的?|^[高中低](?:{_AND}[高中低])*$",
)
_STEP = _Pattern("级", r"(?P<step>[一二三])级(?:的)?风险(?P<points>点)?")
_OF_STEPS = {"一": "高", "二": "中", "三": "低"}
_NO_LEVEL = _Pattern("级", r"(?:未|没有?|无|不)(?:标明|标|写明|写|注明|定|填写?|评定?|给出?)?(?:风险)?(?:等级|级别)的?")

_WHAT = "(?:都|会|可能|应该?|该|要|可以)*(?:有|存在|采取了?|是|包括|出)*(?:哪些|什么|啥|怎样的|哪类)"
_HOW = "(?:应该?|该|要)?(?:怎么|如何|怎样)(?:去|才能|来)?"
_AGAINST = "(?:防控|防范|控制|预防|应对|管控|整改)"
_REMEDY = "(?:措施|办法|对策|手段)"
_END = f"(?=$|[有是的呢吗啊都,?、;{_TAKEN}]|分别)"  # 防控措施有哪些, not 防控措施落实不到位
_KINDS: tuple[tuple[Kind, _Pattern], ...] = (
    (
        Kind.MEASURE,
        _Pattern(
            "措办对手防预避杜应管治",
            rf"{_WHAT}(?:廉政)?(?:风险)?{_AGAINST}?{_REMEDY}|(?:廉政)?(?:风险)?{_AGAINST}{_REMEDY}{_END}"
            rf"|(?:的|^|{_TAKEN})(?:具体)?措施{_END}|{_HOW}(?:防控|防范|防止|预防|避免|杜绝|应对|管住|治理|防)",
        ),
    ),
    (Kind.MONITOR, _Pattern("监", rf"{_WHAT}?(?:电子)?(?:监察|监控|监测)(?:点|指标)")),
    (
        Kind.RISK,
        _Pattern(
            "风问",
            rf"{_WHAT}(?:廉政|廉洁|腐败)?(?:风险|问题)(?:点|隐患)?|(?:廉政|廉洁|腐败)?风险(?:点|隐患|表现){_END}"
            rf"|(?:的|廉政|廉洁|腐败|存在|{_TAKEN})风险{_END}|(?<!降低)(?<!减低)(?<!提高)风险$",
        ),
    ),
)
_STAGE_MARK = (
    "(?:这|那)?(?:一|两|三)?个?(?:环节|阶段|步骤|程序|过程|流程)(?:中|里|上|当中)?|这一?步|的时候|期间"
    "|时(?![限间效长候序段机常])"
)
_CATEGORY_MARK = "(?:类别|类型|类|事项|职权|权力|项目|案件|工作)"
_IN_CHARGE = "(?:负责|主管|分管|承办|承担|经办|所管|管)"
_ORGAN = re.compile("局|科|股|室|队|中心|处|所|办|委|厅|院|站|部")
# What holds the words of a question together, and is not asked for.
_QUESTION = _Pattern(
    "",
    rf"请问|麻烦|谢谢|请?帮我|我?想(?:要)?(?:知道|了解|查|看)|(?:查|了解|看)一下|查询|列出|看看|关于|有关|涉及|{_WHAT}|{_HOW}(?:办|管|做)?"
    r"|需要注意|(?:环节|单位|类别|等级|部门)(?:是|为|:)|这一?块|(?:哪里|哪个|吗|呢)|[?!。,;]",
)
_EMPTY = frozenset(
    "的 了 在 对 被 是 和 与 及 或 由 : 、 , 中 里 上 有 时 方面 负责 主管 分管 承办 承担 经办 所管 管".split(" ")  # noqa: SIM905
)


class Understood(NamedTuple):
    """The query to be answered, what of it was found in the words, and what else the words that named it say."""

    query: Query
    found: tuple[Found, ...] = ()
    beside: str = ""


class _Read(NamedTuple):
    """A word: the facets named in it, the kind of statement, and the words left."""

    mentions: tuple[Term, ...] = ()
    kind: Kind | None = None
    rest: tuple[str, ...] = ()

    @property
    def says_something(self) -> bool:
        return bool(self.mentions or self.kind)


def understand(query: Query, values: Values, stands: Stands) -> Understood:
    """The query with the facets that its words name."""
    parts = [_conjunction(conjunction, values, stands) for conjunction in query.alternatives]
    alternatives = tuple(conjunction for part in parts for conjunction in part.query.alternatives)
    found = dict.fromkeys(one for part in parts for one in part.found)
    return Understood(Query(alternatives), tuple(found), "".join(part.beside for part in parts))


def _conjunction(terms: Sequence[Term], values: Values, stands: Stands) -> Understood:
    plain = [term for term in terms if not (term.phrase or term.field or term.negated)]
    if plain and stands([normal(term.text) for term in plain]):
        return Understood(Query((tuple(terms),)))
    read = {term: _read(normal(term.text), values, stands) for term in plain}
    if any(one.says_something for one in read.values()):
        read = {term: one if one.says_something else _bare(normal(term.text), values) for term, one in read.items()}
    kind = next((one.kind for one in read.values() if one.kind), None)
    kept = [term for term in terms if term not in read or not read[term].says_something]
    wanted = [term._replace(field=kind) if term in read and kind else term for term in kept]
    wanted += [Term(text, field=kind) for one in read.values() if one.says_something for text in one.rest]
    if kind and not any(term.field == kind and not term.negated for term in wanted):
        wanted.append(Term("", field=kind))
    mentions = list(dict.fromkeys(term for one in read.values() for term in one.mentions))
    found = [(term.field, term.text) for term in mentions if term.field] + ([(kind, "")] if kind else [])
    beside = "".join(text for one in read.values() if one.says_something for text in one.rest)
    return Understood(Query(tuple((*some, *wanted) for some in _choices(mentions))), tuple(found), beside)


def _choices(mentions: Sequence[Term]) -> Iterator[tuple[Term, ...]]:
    """The terms of each alternative: one value of every facet of which a record has one."""
    both = [(term,) for term in mentions if term.field not in _ALTERNATIVES]
    either = [tuple(term for term in mentions if term.field == facet) for facet in _ALTERNATIVES]
    return product(*filter(None, either), *both)


def _bare(form: str, values: Values) -> _Read:
    """A whole word that is a stage's name, beside words that name facets: 立案 高风险."""
    if form in values(Facet.STAGE):
        return _Read((Term(form, field=Facet.STAGE),))
    return _Read(rest=(form,))


def _read(form: str, values: Values, stands: Stands) -> _Read:
    """What a word (in normal form) names."""
    if len(form) > _LONGEST:
        return _Read(rest=(form,))
    is_value = any(form in values(facet) for facet in (Facet.CATEGORY, Facet.STAGE, Facet.UNIT))
    if not is_value and _names_power(form, values) and not stands([form]):
        return _Read((Term(form, field=Facet.POWER),))
    left, levels, points = _without_levels(form)
    mentions = [Term(level, field=Facet.LEVEL) for level in levels]
    for take in (_stages, _categories, _power, _unit):
        left, terms = take(left, values)
        mentions += terms
    left, kind = _without_kind(left)
    if not (mentions or kind):
        return _Read(rest=(form,))
    rest: list[str] = []
    for piece in _pieces(left):
        terms, over = _alone(piece, values, any(term.field == Facet.STAGE for term in mentions))
        named, over = ([], over) if terms else _words_of_powers(over, values, stands)
        mentions += [*terms, *named]
        rest += [over] if over else []
    return _Read(tuple(mentions), kind or (Kind.RISK if points else None), tuple(rest))


def _pieces(left: str) -> list[str]:
    """The words between what was taken, without what only holds a question together."""
    parts = (part for piece in left.split(_TAKEN) for part in _QUESTION.compiled.split(piece))
    return [piece for piece in map(_telling, parts) if piece]


def _telling(piece: str) -> str:
    """A piece without the empty words at its ends."""
    cut = words(piece)
    while cut and cut[-1] in _EMPTY:
        cut.pop()
    while cut and cut[0] in _EMPTY:
        cut.pop(0)
    return "".join(cut)


def _taken(form: str, start: int, end: int) -> str:
    return form[:start] + _TAKEN + form[end:]


def _without_levels(form: str) -> tuple[str, tuple[str, ...], bool]:
    levels: dict[str, None] = {}
    points = False
    while found := _NO_LEVEL.search(form) or _STEP.search(form) or _LEVEL.search(form):
        named = found.groupdict()
        if found.re is _NO_LEVEL.compiled:
            levels[_UNSTATED] = None
        elif found.re is _STEP.compiled:
            levels[_OF_STEPS[named["step"]]] = None
        else:
            levels |= dict.fromkeys(level for level in found[0] if level in "高中低")
        points |= bool(named.get("points"))
        form = _taken(form, *found.span())
    return form, tuple(levels), points


def _without_kind(form: str) -> tuple[str, Kind | None]:
    for kind, pattern in _KINDS:
        if found := pattern.search(form):
            return _taken(form, *found.span()), kind
    return form, None


def _longest_first(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (-len(name), name))


def _is_part(form: str, names: tuple[str, ...], shortest: int) -> bool:
    return len(form) >= shortest and form in _lines(names)


@lru_cache(2)
def _lines(names: Collection[str]) -> str:
    """Names with a line's end after each: quicker to look through than one by one."""
    return "".join(f"{name}\n" for name in names)


def _stages(form: str, values: Values) -> tuple[str, list[Term]]:
    """Stages the index knows before a word that says they are, or one that means the same (收件环节 is 受理)."""
    known = _longest_first(name for name in values(Facet.STAGE) if name in form)
    before, terms = "|".join(map(re.escape, known)), list[Term]()
    for name in known:
        whole = (
            f"在?(?P<more>(?:(?:{before}){_AND})*){re.escape(name)}(?:{_STAGE_MARK})|环节(?:是|为|:){re.escape(name)}"
        )
        if found := re.search(whole, form):
            names = [*filter(None, re.split(_AND, found["more"] or "")), name]
            form = _taken(form, *found.span())
            terms += [Term(one, field=Facet.STAGE) for one in names]
    if terms:
        return form, terms
    if found := re.search("在?([\u4e00-\u9fff]{2,6})(?:环节|阶段)", form):
        from pipeline.terms import stage_term

        term = stage_term(found[1])
        if term and term.name in values(Facet.STAGE):
            return _taken(form, *found.span()), [Term(term.name, field=Facet.STAGE)]
    return form, []


def _short(category: str) -> str:
    return category.removeprefix("行政")


def _categories(form: str, values: Values) -> tuple[str, list[Term]]:
    """Categories named as such: 行政许可类, 处罚事项, 行政征收和行政裁决."""
    found = []
    for name in _longest_first(values(Facet.CATEGORY)):
        whole, short = re.escape(name), re.escape(_short(name))
        apart = rf"(?:(?<=^)|(?<={_TAKEN})|(?<={_AND})){whole}(?=$|[的中里]|方面|{_AND}|{_TAKEN})"
        if match := re.search(
            rf"(?:{whole}|{short}){_CATEGORY_MARK}(?:的|中|里)?|{whole}(?:的|中|里|方面)|{apart}", form
        ):
            form = _taken(form, *match.span())
            found.append(Term(name, field=Facet.CATEGORY))
    return form, found


def _power(form: str, values: Values) -> tuple[str, list[Term]]:
    """A power named in passing, or a part of its name before 中的, 里的."""
    for name in _longest_first(_within(form, values(Facet.POWER))):
        if len(name) >= _SHORTEST_POWER:
            start = form.index(name)
            return _taken(form, start, start + len(name)), [Term(name, field=Facet.POWER)]
    found = re.match("(?P<power>[^\0]{4,}?)(?:工作|过程)?(?:里|中|方面)的?", form)
    if found and _names_power(found["power"], values):
        return _taken(form, *found.span()), [Term(found["power"], field=Facet.POWER)]
    return form, []


def _within(form: str, names: frozenset[str]) -> Iterable[str]:
    """The names that stand in a text: of its parts those that are names, unless there are fewer names."""
    if len(form) ** 2 // 2 > len(names):
        return [name for name in names if name in form]
    parts = (form[start:end] for start in range(len(form)) for end in range(start + 1, len(form) + 1))
    return {part for part in parts if part in names}


def _unit(form: str, values: Values) -> tuple[str, list[Term]]:
    """A unit, or an organ's name that is a part of a unit's: 科教局负责 of 大同市云州区科教局."""
    units = values(Facet.UNIT)
    whole = {name for name in _within(form, units) if len(name) >= _SHORTEST_NAME}
    for name in _longest_first(whole or set(_organs(form, units))):
        found = re.search(f"(?:由|被|单位(?:是|为|:))?{re.escape(name)}(?:{_IN_CHARGE})?的?", form)
        if found:
            return _taken(form, *found.span()), [Term(name, field=Facet.UNIT)]
    return form, []


def _organs(form: str, units: frozenset[str]) -> Iterator[str]:
    """Organs' names that are the ends of units' names."""
    ends = [found.end() for found in _ORGAN.finditer(form)]
    parts = (form[start:end] for end in ends for start in range(max(0, end - _LONGEST_POWER), end - _SHORTEST_NAME + 1))
    return (part for part in parts if f"{part}\n" in _lines(units))


def _powers(values: Values) -> tuple[str, ...]:
    """The names in which a part tells which power is meant: long ones list what others have done."""
    return _short_names(values(Facet.POWER))


@lru_cache(1)
def _short_names(names: frozenset[str]) -> tuple[str, ...]:
    return tuple(name for name in names if len(name) <= _LONGEST_POWER)


def _names_power(form: str, values: Values) -> bool:
    """Whether a text is a part of a power's name, and no word for misconduct: 国有资产处置 of 国有资产处置审批."""
    return _is_part(form, _powers(values), _SHORTEST_POWER) and not _is_misconduct(form)


def _is_misconduct(form: str) -> bool:
    """Whether the lexicon has a text, as it is, as a word for misconduct."""
    concepts = (concept for concept, _ in spoken_of(form) if concept.kind == Kind.RISK)
    return any("".join(word) == form for concept in concepts for word in (*concept.sayings, *concept.words))


def _words_of_powers(form: str, values: Values, stands: Stands) -> tuple[list[Term], str]:
    """Words that stand in no statement but together in powers' names, and what is left of a text: 校车审批 -> 校车."""
    powers, cut = _powers(values), words(form)
    holding = {word: {power for power in powers if word in power} for word in cut if len(word) >= _SHORTEST_WORD}
    named: list[str] = []
    for word in sorted(holding, key=lambda word: len(holding[word])):  # the more telling first
        together = set.intersection(*(holding[one] for one in (*named, word)))
        if together and not stands([word]) and not _is_misconduct(word):
            named.append(word)
    left = "".join(word for word in cut if word not in named)
    return [Term(word, field=Facet.POWER) for word in cut if word in named], left


def _alone(piece: str, values: Values, has_stage: bool) -> tuple[list[Term], str]:
    """What a piece between the facets names without a mark, and what is left of it: 立案的高风险, 待遇给付的风险."""
    powers = _powers(values)
    if piece in values(Facet.STAGE):
        return [Term(piece, field=Facet.STAGE)], ""
    if _names_power(piece, values):
        return [Term(piece, field=Facet.POWER)], ""
    for stage in _longest_first(values(Facet.STAGE)) if not has_stage else ():
        power = piece.removesuffix(stage)
        if power != piece and _is_part(power, powers, _SHORTEST_NAME):
            return [Term(power, field=Facet.POWER), Term(stage, field=Facet.STAGE)], ""
    for name in _longest_first(values(Facet.CATEGORY)):
        for form in (name, _short(name)):
            if piece.endswith(form):
                return [Term(name, field=Facet.CATEGORY)], piece.removesuffix(form)
    return [], piece
