"""Which of 高, 中 and 低 the level labels of a document mean: by their own words, else by the scale they belong to.

Scales of three steps (一级 二级 三级, A B C, 红 橙 黄, ★★★ ★★ ★, 重大 较大 一般) have one usual direction. Of those
with two or four the document itself has to say which end is high; without that their labels stay labels.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from pipeline.model import Level
from pipeline.terms import plain

__all__ = ["is_count", "is_level", "scale_of", "word_of"]

# The steps of each scale from its usual high end, as patterns on plain text.
SCALES: Mapping[str, tuple[str, ...]] = {
    "han": ("一", "二", "三", "四", "五"),
    "number": ("1", "2", "3", "4", "5"),
    "roman": ("I", "II", "III", "IV", "V"),
    "letter": ("A", "B", "C", "D", "E"),
    "colour": ("红", "橙", "黄", "蓝"),
    "word": ("特别重大|特大", "重大|严重", "较大|较重", "一般", "较小|轻微|较低|低"),
}
STARS = "★☆▲△●*"
MOST_STEPS = 9  # of a scale that a sentence lists
LONGEST_STATEMENT = 400  # characters of what explains a scale; what is longer is about other things
LONGEST_LABEL = 16  # characters; what is longer is a sentence about levels
WORDS: Mapping[str, Level] = {"高": "高", "中": "中", "低": "低"}
LITERAL: Mapping[Level, int] = {"高": -1, "中": 2, "低": 4}  # their ranks among the words of that scale

Step = tuple[str, int]  # a scale and a rank in it, 0 the usual high end

_RISK = "(?:廉政|廉洁)?(?:风险)?(?:点)?"
_AFTER = rf"(?:级别?|等|类|色|档|度|预警)?{_RISK}(?:等级|级别|级)?"
_STEP_OF = {
    scale: re.compile(
        rf"{_RISK}[“\"(]?(?:{'|'.join(f'(?P<s{rank}>{step})' for rank, step in reversed(list(enumerate(steps))))})"
        rf"{_AFTER}[”\")]?{_AFTER}",
        re.IGNORECASE,
    )
    for scale, steps in SCALES.items()
}
_STARS = re.compile(rf"([{re.escape(STARS)}])\1*")
_CHECKED, _OPEN = "☑√✓✔■●◉☒", "□☐○◯"
_TOKEN = re.compile(
    r"(?:较?[高中低]|[一二三四五1-5](?=级)|I{1,3}V?|[A-E]|[红橙黄蓝]|特别重大|重大|较大|一般)(?:级|等|色|档|类|风险|度)*",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"[\d一二两三四五六七八九十](?:个|处|项|条)?[高中低]"
    r"|[高中低](?:级|等|风险)*(?:点)?[:：]?(?:\d+(?!级)|[一二两三四五六七八九十]+(?=个|处|项|条|$|[高中低]))"
)
# What stands beside the word that says a level: other words for level, marks, the step of another scale.
_DECORATION = re.compile(
    r"廉政|廉洁|风险|岗位|等级|级别|级次|程度|[级等档度危点类为属于是较极最特很偏色]"
    rf"|[{re.escape(STARS + _CHECKED + _OPEN)}]"
    r"|[:：()（）“”\"'\[\]【】、,，。;；/=\-—]|[一二三四五红橙黄蓝A-EIV1-5]",
    re.IGNORECASE,
)
_LABEL = re.compile(r"(?:廉政|廉洁)?(?:风险)?点?(?:等级|级别|级次|程度)[:：为]")


def is_count(label: str) -> bool:
    """Whether a label counts the points of several levels (`1中2低`) and is itself no level."""
    return bool(_COUNT.search(plain(label)))


def is_level(label: str) -> bool:
    """Whether a text is nothing but a level of some scale."""
    return word_of(label) is not None or _step(label) is not None


def word_of(label: str | None) -> Level | None:
    """高, 中 or 低 where the label says one of them and no other; a ticked box counts, empty ones do not."""
    bare = _said(label or "")
    if len(bare) > LONGEST_LABEL or is_count(label or ""):
        return None
    bare = _DECORATION.sub("", bare)
    return WORDS[bare[0]] if bare and bare[0] in WORDS and not bare.strip(bare[0]) else None


def _step(label: str) -> Step | None:
    """The step of a scale that a label is."""
    bare = _said(label)
    if is_count(label):
        return None
    starred = bare.strip('()“”"')
    if stars := _STARS.fullmatch(starred):
        return f"stars {stars[1]}", -len(starred)
    for scale, pattern in _STEP_OF.items():
        if found := pattern.fullmatch(bare):
            return scale, next(int(name[1:]) for name, text in found.groupdict().items() if text)
    return None


def _said(label: str) -> str:
    """What a label says: of boxes to tick the ticked one, without the word for level and what explains it."""
    bare = _LABEL.sub("", plain(label))
    if len(_TOKEN.findall(bare)) > 1 and re.search(rf"[{_CHECKED}{_OPEN}]|[(（][)）]", bare):
        return _ticked(bare)
    explained = re.match(r"([^:(,]{1,6})[:(,](.{4,})$", re.sub(f"[{_CHECKED}]", "", bare))
    return explained[1] if explained and not re.fullmatch(r"[高中低].{0,6}", explained[2]) else bare


def _ticked(bare: str) -> str:
    """The step that is ticked, of several with boxes before or behind them; empty if none is, or more than one."""
    marks = _CHECKED + _OPEN
    before = bare[0] in marks or (bool(re.search(f"[{_OPEN}]", bare)) and bare[-1] not in marks + ")）")
    pattern = rf"[{_CHECKED}]({_TOKEN.pattern})" if before else rf"({_TOKEN.pattern})[(（]?[{_CHECKED}]"
    found = re.findall(pattern, bare, re.IGNORECASE)
    return found[0] if len(found) == 1 else ""


def scale_of(labels: Iterable[str], texts: Iterable[str]) -> dict[str, Level | None]:
    """What each label of a document means; `texts` are those that may say which end of a scale is high."""
    labels = list(dict.fromkeys(labels))
    words = {label: word for label in labels if (word := word_of(label))}
    steps = {label: step for label in labels if label not in words and (step := _step(label))}
    ranks: dict[str, set[int]] = defaultdict(set)
    for scale, rank in steps.values():
        ranks[scale].add(rank)
    spoken = (text for text in texts if len(text) <= LONGEST_STATEMENT and _SPEAKS.search(text)) if steps else ()
    said = [plain(text) for text in (*spoken, *labels)]
    meanings = {scale: _meanings(scale, seen, said, set(words.values()), ranks) for scale, seen in ranks.items()}
    if len(ranks.get("word", ())) > 1 and not meanings["word"]:  # 低 is the fourth step below 重大, 较大, 一般
        words = {label: word for label, word in words.items() if word != "低"}
    stepped = {label: meanings[scale].get(rank) for label, (scale, rank) in steps.items()}
    return {label: words.get(label) or stepped.get(label) for label in labels}


_SPEAKS = re.compile(r"[高低最]|分为|等\s*级|风\s*险|级\s*[、,，/]")


def _meanings(
    scale: str, seen: set[int], said: Sequence[str], words: set[Level], scales: Collection[str]
) -> Mapping[int, Level]:
    """What the ranks of one scale mean; among `words` that say it themselves and labels of other `scales`."""
    told = _told(scale, said)
    if len({*told.values()}) > 1:
        between: dict[int, Level] = {rank: "中" for rank in seen if min(told) < rank < max(told)}
        return between | told
    if order := _order_told(scale, said):
        return order
    listed, exact = _steps_told(scale, said)
    every = seen | listed | ({LITERAL[word] for word in words} if scale == "word" else set())
    if direction := _direction_told(scale, said) or _direction_of(scale, told):
        return _spread(sorted(every, reverse=direction < 0))
    if scale == "word" and words:
        return {3: "低"} if every == {LITERAL["高"], LITERAL["中"], 3} else {}  # 高, 中 and 一般
    if scale.startswith("stars") and "word" in scales:  # without a star it is 一般: four steps
        return {}
    return _spread(sorted(listed) if exact and seen <= listed else _usual(scale, every))


def _spread(ranks: Sequence[int]) -> dict[int, Level]:
    """Ranks from the high end to the low one: the first is 高, the last 低, those between 中."""
    meanings: dict[int, Level] = dict.fromkeys(ranks, "中")
    if len(ranks) > 1:
        meanings[ranks[-1]] = "低"
    return meanings | {ranks[0]: "高"} if ranks else meanings


def _usual(scale: str, seen: set[int]) -> list[int]:
    """The ranks of a scale of three steps, which is known by its lowest; empty for any other."""
    if scale.startswith("stars"):
        return [-3, -2, -1] if min(seen) == -3 else []
    if scale == "word":
        whole = len(seen) == 3 and 1 in seen and 0 not in seen
        return sorted(seen) if whole else [1, 2, 3] if 2 in seen and seen <= {1, 2, 3} else []
    return [0, 1, 2] if max(seen) == 2 and (scale != "colour" or 1 in seen) else []


# What the document says of its scale


_OF_LEVELS = re.compile(r"风险|等级|级|^.{0,3}(?:高到低|低到高|重到轻|大到小|高至低|低至高)")
_SEPARATOR = r"(?:[、,，/;；和及与>》→□☐○☑√✓■]|级|色|类|风险|等)+"
_DOWN = r"(?:由|从|按)?[^。；]{0,4}(?:高到低|高至低|高往低|重到轻|大到小|强到弱|高→低)"
_UP = r"(?:由|从|按)?[^。；]{0,4}(?:低到高|低至高|低往高|轻到重|小到大|弱到强|低→高)"


_ANY = "|".join(
    [
        *(f"[{re.escape(star)}]+" for star in STARS),
        "(?:特别)?(?:重大|严重)|较大|较重|一般|较小|轻微|较?[高低](?!到|至|往)|中",
        "(?<![A-Z])(?:I{1,3}|IV|V|[A-E])(?![A-Z])|[红橙黄蓝]|[一二三四五1-5](?![、,]?到)",
    ]
)


def _token(scale: str) -> str:
    """A pattern for any step of a scale within a sentence, the longest first."""
    if scale.startswith("stars"):
        return re.escape(scale[-1]) + "+"
    return "(?:" + "|".join(f"(?:{step})" for step in reversed(SCALES[scale])) + ")"


def _rank(scale: str, token: str) -> int:
    if scale.startswith("stars"):
        return -len(token)
    return next(rank for rank, step in enumerate(SCALES[scale]) if re.fullmatch(step, token, re.IGNORECASE))


def _told(scale: str, said: Iterable[str]) -> dict[int, Level]:
    """What the document says each step means: `A级为高风险`, `高风险（一级）`, `★★★：高`; of all or of none."""
    token = _token(scale)
    edge = (
        r"(?<![A-Za-z一二三四五])" if scale in ("roman", "letter", "han") else r"(?<!\d)" if scale == "number" else ""
    )
    if scale.startswith("stars"):
        edge = rf"(?<!{re.escape(scale[-1])})"
    unit = r"(?:级|色|类)?(?:风险)?(?:点)?(?:等级)?"
    forward = re.compile(
        rf"{edge}({token})(?![A-Za-z]){unit}[)”\"]?(?:为|是|表示|代表|即|指|对应|属于?|[:：=—\-(])+[“\"]?([高中低])(?![到至往])"
    )
    backward = re.compile(
        rf"(?<![到至往])([高中低])(?:级|等)?(?:风险)?(?:点|级别|等级)?[”\"]?(?:为|是|用|以|即|标为|定为|列为|[,，:：=—\-(])+{edge}({token})(?![A-Za-z个点处中高低])"
    )
    meanings: dict[int, Level] = {}
    for text in said:
        meanings |= {_rank(scale, found[1]): WORDS[found[2]] for found in forward.finditer(text)}
        if not meanings:
            meanings |= {_rank(scale, found[2]): WORDS[found[1]] for found in backward.finditer(text)}
    return meanings


def _order_told(scale: str, said: Iterable[str]) -> dict[int, Level]:
    """What the steps mean that a sentence lists from high to low (由高到低分为一、二、三级), among others or not."""
    listed = rf"(?:{_ANY})(?:{_SEPARATOR}(?:{_ANY})){{1,{MOST_STEPS - 1}}}"
    for text in filter(_OF_LEVELS.search, said):
        for direction, backwards in ((_DOWN, False), (_UP, True)):
            found = re.search(rf"{direction}[^。；★▲]{{0,12}}?({listed})", text, re.IGNORECASE) or re.search(
                rf"({listed})[^。；]{{0,8}}{direction}", text, re.IGNORECASE
            )
            steps = list(dict.fromkeys(re.findall(_ANY, found[1], re.IGNORECASE))) if found else []
            if backwards:
                steps.reverse()
            levels = _spread(range(len(steps)))
            own = {_step(one): levels[place] for place, one in enumerate(steps)}
            if len(steps) > 1 and any(step and step[0] == scale for step in own):
                return {step[1]: level for step, level in own.items() if step and step[0] == scale}
    return {}


def _direction_of(scale: str, told: Mapping[int, Level]) -> int:
    """The direction of a scale of which the document explains one step: 1 if its usual high end is 高, else -1."""
    if not told:
        return 0
    rank, level = next(iter(told.items()))
    first = rank in (0, -3) or (scale == "word" and rank == 1)
    return {"高": 1 if first else -1, "低": -1 if first else 1, "中": 0}[level]


def _steps_told(scale: str, said: Iterable[str]) -> tuple[set[int], bool]:
    """The steps of a scale that the document lists or counts, and whether it says that these are all.

    `分为重大、较大、一般三级` lists three, and all.
    """
    if scale.startswith("stars"):
        found = [len(one) for text in said for one in re.findall(_token(scale), text)]
        return set(range(-max(found, default=0), 0)), False
    token = _token(scale)
    steps: set[int] = set()
    exact = False
    for text in filter(_OF_LEVELS.search, said):
        listings = re.finditer(rf"{token}(?:{_SEPARATOR}{token})+", text, re.IGNORECASE)
        own = {_rank(scale, one) for listed in listings for one in re.findall(token, listed[0], re.IGNORECASE)}
        counted = re.search(r"([二两三四五])个?(?:级|等级|档|类|种)(?!风险)", text)
        number = "零一二三四五".find(counted[1].replace("两", "二")) if counted else 0
        exact = exact or (len(own) == number == 3)
        steps |= own
    return steps, exact


def _direction_told(scale: str, said: Iterable[str]) -> int:
    """1 if the document says that the usual high end of a scale is high, -1 if it says the opposite, else 0."""
    token = _token(scale)
    for text in said:
        for found in re.finditer(rf"({token})[^。；，,]{{0,6}}?最(?:为)?([高低大小重轻])", text, re.IGNORECASE):
            first = _rank(scale, found[1]) <= (-3 if scale.startswith("stars") else 1 if scale == "word" else 0)
            return 1 if first == (found[2] in "高大重") else -1
        if found_down := _plain_direction(scale, text):
            return found_down
    return 0


def _plain_direction(scale: str, text: str) -> int:
    """The direction of a scale in `数字越小风险越高`, `★越多风险越高`."""
    more = re.search(r"(?:越多|越大)[^。；]{0,6}(?:越|愈)(高|大|重|低|小)", text)
    fewer = re.search(r"(?:越少|越小)[^。；]{0,6}(?:越|愈)(高|大|重|低|小)", text)
    if scale.startswith("stars") and more:
        return 1 if more[1] in "高大重" else -1
    if not scale.startswith("stars") and (fewer or more):
        found = fewer or more
        assert found is not None
        return (1 if found[1] in "高大重" else -1) * (1 if fewer else -1)
    return 0
