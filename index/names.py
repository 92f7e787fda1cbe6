"""Which words are names of persons? Found where owners are named, by surname, length and what stands beside them.

No segmenter is asked: its tagger starts slowly. An office that begins like a name (水政科) is told by its words; where
nothing tells, as in 龙泉所长, a name is seen: better a word masked too many than a name too few.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from pipeline.record import Record

__all__ = ["mask", "masked", "names_in"]

_SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
    "酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄穆萧肖尹姚邵湛汪祁毛禹狄米贝明臧伏成戴谈宋茅庞熊"
    "纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱丘骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫房裘缪解应宗丁宣邓郁单"
    "杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊惠甄曲封芮储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬郗仰秋仲伊宫宁仇栾暴甘"
    "厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰鄂索咸籍赖卓蔺屠蒙池乔阴胥苍闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍郤璩桑"
    "桂濮牛寿边扈燕冀郏浦尚农温别庄晏柴瞿阎闫慕连茹习宦艾鱼向古易慎戈廖庾暨衡耿弘匡文寇禄阙东欧殳沃蔚夔"
    "师巩厍聂晁勾敖融冷訾辛阚那简饶曾毋沙鞠须丰巢关蒯查荆红游竺权逯盖桓仝代付岳帅缑亢况郈墨哈谯笪佟苟鹿覃卿税揭邸佘亓楚仉"
)
_COMPOUND = frozenset(
    re.findall(
        "..",
        "欧阳司马上官诸葛夏侯尉迟皇甫慕容令狐司徒端木独孤南宫宇文长孙呼延轩辕申屠澹台淳于太史万俟闻人赫连钟离公孙"
        "濮阳鲜于闾丘司空拓跋东郭西门东方公羊左丘纳兰完颜叶赫亓官宗政仲孙",
    )
)

# A surname and what makes a word with it that is no name: beginnings of offices, posts, trades, common words.
_WORDS = re.compile(
    "(?:水[政务利产保电资库费环文质情表污土体]|方[志案式面便法向针]|高[级管层效校速危考标]|高新(?:[区技办]|$)|安[监检置保环防质办排装评]"
    "|安全(?:[科股室处办员部生监管总环责检]|$)|单[位元]|任[务何命免职]|时[任间限效代段期]|常[委务设规年驻]|纪[检委工律监]"
    "|党[委组支总群办工政建员校风内小务外史课性]|文[书秘员化旅物件教广体联职字]|施工|项目|车[队间辆管驾站主务]|路[政段长网灯桥产域权]"
    "|农[民药产技业经机林村资办户牧综贸水田场合]|司[法机乘炉仪务]|金[融库额属]|宣[传讲教]|董事|林[业政场长权木区草果地改保]"
    "|房[管产屋改地建办]|成[员本果立效品]|管[理委护控片辖道线制城]|包[村片保装案联干户组装]|查[验办勘询处收封看核]|应[急当聘诉收付届用该对]"
    "|武装|温泉|平[安台时价]|支[部委书队付撑持库出]|向[上下各其主有社本]|连长|白[班天]|易[地货发腐]|尚[未无需]|申[请报办诉领购]"
    "|华[东南北中西]|江[南北东河湖西]|马路|宁夏|石[油化料材]|关[长键员税工务联系于口爱]|权[属证责限力利益籍]|储[备运存]|宗教"
    "|印[章鉴刷务]|席位|边[防检境界]|史志|古[建籍树城]|景[区观点]|温控|解[决除释读]|明[确细示]|别[人的]|那些|曾[任用经]|席卷|须[知由经]"
    "|代[表办理码管征建收购]|付[款费]|游[客泳]|红[线头黄]|卫[生健计监片校]|强[制化基]|师[资生德傅]|劳[动资务保人教]|康[复养]|童工"
    "|山[林长区塘]|田[长间]|谷物|米[面粮]|房屋|花[卉木草]|苗[木圃]|牧[业场区]|牛羊|鱼[政种]|柳编|桑蚕|松材|麻醉|费[用收控]|税[务收政管源费]"
    "|廉[政洁租]|符合|束后|封[闭控]|索[要取引]|籍[贯]|阴阳|池塘|简[化易报称]|盖章|况且|东[部北南西片城区]|云[计平]|章[程节]|万[元人户]"
    "|危[化废房重旧]|诸[多如]|甘露|乐队|于[此是]|毕业|元旦|祖籍|富民|边远|慎重|郁闷|沙[场石]|井[下盖]|冷[链库冻]|辛苦|薄弱|祝贺|怀疑"
    "|严[格重禁]|许可|扶贫|钱款|段[长落]|谈话|莫名|暴[力雨]|寿险|幸福|宿[舍管]|充分|贡献|巡察|程序|顾[问客]|舒适)"
)
# What an office, a post, a place or a group of people ends with.
_ENDINGS = frozenset(
    "科股室局处队站办所部会委院组岗员厅县区镇乡村街社馆校口司厂长人者们级类期层条项案署屯寨店府班段号册表工总等"
)
# What a name may stand behind without a blank: offices, places, posts, and words that join.
_BEHIND = frozenset(
    "科股室局处队站办所部会委院组岗员厅县区镇乡村街社馆校司厂长任记人领导师官干表席事书理监警心口台计纳兼由和与及并"
)
_POST = (
    "(?:副|常务|代|原|兼|总|大|支|中|分|室|秘|班)*(?:[局处科股站所院校园厂会部厅市县区镇乡村社馆行班司]长|组长|队长|书长|主任|书记"
    "|委员|主席|经理|总监|董事|会计|出纳|干事|科员|办事员|巡视员|调研员|秘书|工程师|经济师|会计师|医师|医生|护士|教[师授]|老师|律师"
    "|专[员干]|警官|法官|检察官|同志|先生|女士)"
)
_TASK = "(?:负责|牵头|主管|分管|签[字名]|审[核批]|[承经主协]办)"
_FOLLOWS = re.compile(rf"$|{_POST}|{_TASK}|等|(?:和|与|以?及)(?!$|{_POST})")
_IS_POST = re.compile(rf"{_POST}|{_TASK}")
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_HAN}·•・]+")
_SPACED = re.compile(rf"(?<![{_HAN}])([{_HAN}])\s+([{_HAN}])(?![{_HAN}])")  # 王 芳, to stand as wide as 李明华
_DOTTED = re.compile(
    rf"(?:.{{0,20}}[长任记员人])?(?P<name>[^·•・某]{{2,9}}(?:[·•・][^·•・某]{{2,9}}?){{1,4}})(?:{_POST})?"
)
_NOT_GIVEN = frozenset("某的了是不未其各或被把须请无·•・")
_LONGEST_OWNER = 2_000  # characters; what is longer names no owner

# What stands before or behind a name that might as well be a word (高峰).
_MARK_BEFORE = re.compile(
    rf"(?:{_POST}|[责任办核批系督理报事]人|姓名|领导)\s*[：:（(]?\s*$|(?:[人员长任记岗字]|主体)\s*[：:]\s*$|由$"
)
_MARK_BEHIND = re.compile(rf"\s*[（(]?\s*{_POST}|{_TASK}|等(?:人|\d)")
_MARK_WIDTH = 16


def names_in(parties: Iterable[str]) -> frozenset[str]:
    """The names of persons in texts that name owners (科长 张三、李明华（副局长）), without blanks in them.

    Names that are hidden already (张某, 王XX) and such as give the surname only (王主任) are none.
    """
    return frozenset(name for party in parties for name in _names(party[:_LONGEST_OWNER]))


def _names(party: str) -> Iterator[str]:
    for word in _WORD.findall(_SPACED.sub(_joined, party)):
        dotted = _DOTTED.fullmatch(word)
        if dotted:
            yield dotted["name"]
        else:
            yield from _within(word)


def _joined(spaced: re.Match[str]) -> str:
    return "".join(spaced.groups()) if spaced[1] in _SURNAMES else spaced[0]


def _within(word: str) -> Iterator[str]:
    """The names in a word that also holds offices and posts: each behind one of these or at the beginning."""
    start = 0
    while start < len(word):
        name = _name_at(word, start) if start == 0 or word[start - 1] in _BEHIND else None
        if name:
            yield name
        start += len(name or " ")


def _name_at(word: str, start: int) -> str | None:
    """The shortest name that begins there and is followed by nothing or by a post: 王五 of 王五大队长."""
    for end in range(start + 2, start + 5):
        if _is_name(word[start:end]) and end <= len(word) and _FOLLOWS.match(word, end):
            return word[start:end]
    return None


def _is_name(text: str) -> bool:
    given = text[len(_surname(text)) :]
    if not 1 <= len(given) <= 2 or text[0] == given or (text[0] not in _SURNAMES and text[:2] not in _COMPOUND):
        return False
    return not (text[-1] in _ENDINGS or _NOT_GIVEN & set(given) or _WORDS.match(text) or _IS_POST.fullmatch(given))


def _surname(name: str) -> str:
    return name[:2] if name[:2] in _COMPOUND else name[:1]


def masked(records: Iterable[Record], parties: Iterable[str]) -> Iterator[Record]:
    """The records without the names of persons that stand in some responsible parties."""
    names = names_in(parties)
    return (mask(record, names) for record in records)


def mask(record: Record, names: frozenset[str]) -> Record:
    """The record with these names as surname and 某 (李明华: 李某某) wherever its text may name a person.

    Names of two characters are words as well (高峰): but for owners and units they are masked only where a post or a
    mark such as 责任人 stands beside them. `id`, `sha256`, `agency`, `category` and `power_code` stay.
    """
    if not names:
        return record
    return replace(
        record,
        document=_DOCUMENT_PART.sub(lambda part: _prose(part[0], names), record.document),
        unit=tuple(part if part == record.agency else _owner(part, names) for part in record.unit),
        responsible_party=record.responsible_party and _owner(record.responsible_party, names),
        stage=_prose(record.stage, names),
        stage_label=_prose(record.stage_label, names),
        title=record.title and _prose(record.title, names),
        power=record.power and _prose(record.power, names),
        level_label=record.level_label and _prose(record.level_label, names),
        risk_points=_all_prose(record.risk_points, names),
        control_measures=_all_prose(record.control_measures, names),
        monitoring_points=_all_prose(record.monitoring_points, names),
        doubts=_all_prose(record.doubts, names),
    )


_DOCUMENT_PART = re.compile(r"[^/\\._\-—\s]+")


def _owner(text: str, names: frozenset[str]) -> str:
    return _pattern(names).sub(_hidden, text)


def _all_prose(texts: tuple[str, ...], names: frozenset[str]) -> tuple[str, ...]:
    return tuple(_prose(text, names) for text in texts)


def _prose(text: str, names: frozenset[str]) -> str:
    return _run(names).sub(lambda run: _hidden_run(run, names), text)


def _hidden_run(run: re.Match[str], names: frozenset[str]) -> str:
    """Names that stand together (张三、李四) are all marked, or none is."""
    marked = _is_marked(run)
    return _pattern(names).sub(lambda name: _hidden(name) if marked or len(_bare(name)) > 2 else name[0], run[0])


def _is_marked(run: re.Match[str]) -> bool:
    text, (start, end) = run.string, run.span()
    before = text[max(0, start - _MARK_WIDTH) : start]
    return run[0] == text or bool(_MARK_BEFORE.search(before) or _MARK_BEHIND.match(text, end))


def _hidden(found: re.Match[str]) -> str:
    name = _bare(found)
    surname = _surname(name)
    return surname + "某" * min(len(name) - len(surname), 2)


def _bare(found: re.Match[str]) -> str:
    return re.sub(r"\s", "", found[0])


@lru_cache(4)
def _pattern(names: frozenset[str]) -> re.Pattern[str]:
    return re.compile(_any_of(names))


@lru_cache(4)
def _run(names: frozenset[str]) -> re.Pattern[str]:
    """One name or more with what joins them."""
    name = _any_of(names)
    return re.compile(rf"(?:{name})(?:\s*[、，,；;/和与及\s]\s*(?:{name}))*")


def _any_of(names: frozenset[str]) -> str:
    """Any of the names, the longest that fits, blanks in it or not; by first character, as there may be thousands."""
    rests: dict[str, list[str]] = {}
    for name in sorted(names, key=lambda name: (-len(name), name)):
        rests.setdefault(name[0], []).append("".join(rf"\s?{re.escape(one)}" for one in name[1:]))
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in rests.items())
