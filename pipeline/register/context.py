"""What titles, headings and lines above rows say of all that follows: body, department, category, power, stage."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.normalise import stage_core, unnumbered
from pipeline.terms import CATEGORY, DEPARTMENT, RISK_CLASS, Column, category_of, column_of, plain, stage_term

__all__ = [
    "Context",
    "bodies_of",
    "is_chrome",
    "is_department",
    "is_note",
    "is_register_title",
    "is_total",
    "labelled",
    "stage_of_heading",
    "told",
    "within",
]

LONGEST_TITLE = 60
LONGEST_HEADING = 30
_TITLE_END = re.compile(
    r"(?:一览表|登记表|清单|明细表|汇总表|统计表|排查表|情况表|自查表|目录表?|台[账帐]|信息库|手册|表|册|库|防控图|流程图|措施|风险点|情况|公示|公告)(?:[(（].{0,20}[)）])?\d*$"
)
_ABOUT = re.compile(r"廉政|廉洁|腐败|风险|权力运行")
_NOTE = re.compile(
    r"[*※]?(?:备?注|说明|填表说明|填报说明|编制说明|附注)\d?[:：、]|(?:填表|制表|填报|审核|编制|审批|复核|联系|负责|报送|排查|签字|单位负责|主要领导|科室负责|纪检)(?:人|日期|时间|签字)?"
    r"(?:[(（]?(?:签字|签名|盖章)[)）]?)?(?:人|日期|时间)?[:：]|.{0,16}(?:[(（](?:签字|签名|盖章|公章)[)）])[:：]?|.{0,10}(?:年\s*月\s*日)|第\s*\d+\s*页|共\s*\d+\s*页"
    r"|(?:本人|领导|负责人|单位|科室|部门|党[组委]|纪检(?:监察)?(?:组|部门|机构)?)(?:签字|签名|签章|审核|审批|审查|审定)?(?:意见|签字|盖章)[:：]?$"
)
_CHROME = re.compile(
    r"打印.?.?关闭|关闭窗口|^.?(?:上一[篇条页]|下一[篇条页])|分享到|版权所有|ICP备|公网安备|浏览次数|点击数|字号:?|字体:|^您?(?:现在|当前)(?:的)?位置|^首页|来源:|发布(?:时间|日期|机构)"
    r"|扫一扫|责任编辑|相关(?:链接|阅读|附件)|技术支持|主办(?:单位)?:|网站(?:标识|地图)|无障碍|返回顶部"
)
_QUOTED = re.compile(
    r"[“\"《](?P<power>(?!三重一大)[^”\"》]{3,40})[”\"》](?:事项|职权|权力)?的?(?=廉政|廉洁|岗位|权力|风险)"
)
_UNIT_LABEL = re.compile(
    r"(?:填报|报送|编制|申报|制表|排查|所属|所在)?(?:单位|机构|机关)(?:名称)?(?:[(（](?:盖章|公章|章|科室)[)）])?$"
)
_ABOUT_BODY = re.compile(
    r"[“《]|[:：\-—、·]?(?:各科室|各部门|各岗位|机关|内设机构|领导班子|班子)?(?:\d{4}年度?|[“\"《]?(?:三重一大|廉政|廉洁|腐败|党风|岗位|行政|权力|职权|权责|风险|重点|重要|内部|工作|关于|科室|部门|全面|主要|业务|防控))"
)
_CUT = re.compile(_ABOUT_BODY.pattern + ".*$")
_WORK = re.compile(
    r"(?:[查惩论审调住用好相共自待此多该]处|场所|(?:督|交|经|承|代|催|审|举|主|协|待|申|查|新|停|开|创|领)办|[全局干]部|窗口服务|联合办公室?)$"
)
_BODY = re.compile(
    r"(?P<agency>[\u4e00-\u9fff]*(?:[省市县区州旗]|中共[\u4e00-\u9fff]+)委(?:办公室|[\u4e00-\u9fff]{2,4}[部委校局])|"
    r"[\u4e00-\u9fff]{1,24}?(?:局|厅|委员会|人民政府|政府|管委会|法院|检察院|幼儿园|林场|农场|联社|卫生院|敬老院|福利院|电视台|党校|居委会|街道办事处|街道|(?<![村乡集城])镇|(?<!城)乡(?!镇)|集团|公司|大学|学院|医院|学校|中学|小学|总工会|妇联|残联|纪委|监委))"
    r"(?P<unit>(?!办公[室厅]$)(?!.*(?:查处|场所)$)[\u4e00-\u9fff]{2,}(?:科|股|处|室|所|站|队|中心|部|办|窗口|分局))?"
)
_NUMBERED = re.compile(
    r"\s*(?:(?P<part>第[一二三四五六七八九十\d]{1,3}[部章编篇节](?:分)?[\s、:：]*)|(?P<one>[一二三四五六七八九十]{1,3}(?:[、.．]|\s+)\s*)|(?P<two>[(（][一二三四五六七八九十]{1,3}[)）]\s*)"
    r"|(?P<three>\d{1,2}\s*[、.．](?!\d)\s*)|(?P<four>[(（]\d{1,2}[)）]\s*))"
)


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of the rows to come; `depths` of the headings that told it, by what they told."""

    title: str | None = None
    body: str | None = None  # the one whose register it is
    agency: str | None = None  # that of the rows: the same, or one that a heading or the row names
    unit: tuple[str, ...] = ()
    category: str | None = None
    power: str | None = None
    power_code: str | None = None
    stage: str = ""
    depths: tuple[tuple[str, int], ...] = ()


def is_register_title(text: str) -> bool:
    """Whether a line is the title of a register."""
    bare = re.sub(r"^附(?:件|表)\s*\d*[:、]?", "", plain(title_of(text)))
    if len(bare) > LONGEST_TITLE or re.search(r"[。；;:]|^[(（]?[一二三四五六七八九十\d]{1,3}[)）、.]", bare):
        return False
    return bool(_ABOUT.search(bare) and _TITLE_END.search(bare)) and column_of(bare) is None


def title_of(line: str) -> str:
    """A title without the name of the site behind it."""
    return re.split(r"\s*[_|｜]\s*|\s+[-—–]\s+", " ".join(line.split()))[0]


def is_note(text: str) -> bool:
    """Whether a row or line explains, signs or dates what stands above it."""
    return bool(_NOTE.match(text.strip()))


def is_chrome(text: str) -> bool:
    """Whether a line is the web page's own, not its document's."""
    return bool(_CHROME.search(plain(text)))


def is_total(text: str) -> bool:
    """Whether a cell counts the rows above it."""
    return bool(re.fullmatch(r"(?:合|总|小|共)计.{0,12}|共(?:计|有)?\d+[个项条处].{0,8}", plain(text)))


def bodies_of(text: str) -> tuple[str | None, tuple[str, ...]]:
    """The government body and the departments below it that a title begins with, or a name that is nothing else."""
    bare = re.sub(r"^(?:附?(?:件|表)\s*\d*[:：]?|\d{4}年度?)", "", re.sub(r"\(.*?\)", "", plain(text)))
    found = re.match(rf"(?:{_BODY.pattern})(?=$|{_ABOUT_BODY.pattern})", bare)
    if found:
        return found["agency"], (found["unit"],) if found["unit"] else ()
    name = _CUT.sub("", bare).strip(":：-—、·")
    return None, (name,) if is_department(name) else ()


def is_department(name: str) -> bool:
    """Whether a name is that of a part of a body (财务科, 办公室), not of work that ends like one (案件查处)."""
    bare = plain(name)
    return 1 < len(bare) <= 12 and bool(DEPARTMENT.match(bare)) and not _WORK.search(bare)


def told(context: Context, text: str) -> Context | None:
    """What is known after a line above rows; None if it tells nothing."""
    bare = " ".join(text.split())
    if is_register_title(bare):
        return _under_title(context, title_of(bare))
    if pairs := list(labelled(text)):
        return _by_labels(context, pairs)
    if body := _BODY.fullmatch(plain(bare)):  # alone above a title
        return replace(
            context, body=body["agency"], agency=body["agency"], unit=(body["unit"],) if body["unit"] else ()
        )
    return None if is_note(bare) or not bare else _by_heading(context, bare)


def _under_title(context: Context, title: str) -> Context:
    agency, unit = bodies_of(title)
    body = agency or context.body
    power = _QUOTED.search(title)
    return Context(
        title, body, body, unit or (() if agency else context.unit), power=power["power"].strip() if power else None
    )


def labelled(text: str) -> Iterator[tuple[Column, str]]:
    """The facts of a line like `填报单位：某局  职权名称：某事`."""
    parts = re.split(r"\s{2,}|[;；]\s*|\t|(?<=[^:：\s])\s+(?=[\u4e00-\u9fff]{2,8}(?:[(（].{1,4}[)）])?[:：])", text)
    for part in parts:
        label, colon, value = part.replace("：", ":").partition(":")
        kind: Column | None = "unit" if _UNIT_LABEL.fullmatch(plain(label)) else column_of(unnumbered(label))
        if colon and kind and value.strip():
            yield kind, value.strip()


def _by_labels(context: Context, pairs: Sequence[tuple[Column, str]]) -> Context | None:
    facts = dict(pairs)
    known = context
    if units := tuple(value for kind, value in pairs if kind in ("unit", "owner")):
        known = within(known, units)
        if not known.unit:  # a body alone: its department stands elsewhere
            known = replace(known, unit=context.unit, body=known.agency)
    if power := facts.get("power") or facts.get("matter"):
        known = replace(known, power=power, power_code=None, stage="")
    if code := facts.get("code"):
        known = replace(known, power_code=plain(code))
    if category := facts.get("category"):
        known = replace(known, category=category_of(category) or category)
    if stage := facts.get("stage"):
        known = replace(known, stage=stage)
    return known if known != context else None


def within(context: Context, units: tuple[str, ...]) -> Context:
    """The context within some body or department, below the body whose register it is."""
    name = plain(units[0])
    if context.body and context.body.endswith(name):
        return replace(context, agency=context.body, unit=units[1:])
    if (found := _BODY.fullmatch(name)) and not context.body:
        return replace(context, agency=found["agency"], unit=tuple(filter(None, (found["unit"], *units[1:]))))
    return replace(context, agency=context.body, unit=units)


def _by_heading(context: Context, text: str) -> Context | None:
    """What a heading tells: one of a higher rank ends what those below it told."""
    found = _NUMBERED.match(text)
    depth = next((rank for rank, name in enumerate(_DEPTHS, 1) if found and found[name]), 0)
    rest = plain(text[found.end() :] if found else text)
    rest = re.sub(r"[(（](?:共?\d+[个项条类].{0,6}|.{0,4}职权|[一二三四五六七八九十]+)[)）]$", "", rest)
    facts = dict(_facts(rest.strip(":：、。"), numbered=bool(found)))
    if not facts:
        return None
    if facts.keys() == {"power"} and any(other == "power" and own < depth for other, own in context.depths):
        facts = {"stage": facts["power"]}  # below a power
    for other, own in context.depths:
        if other not in facts and depth and own >= depth:
            context = _with(context, other, "")
    depths = [(other, own) for other, own in context.depths if other not in facts and (not depth or own < depth)]
    for kind, fact in facts.items():
        context = _with(context, kind, fact)
    return replace(context, depths=(*depths, *((kind, depth) for kind in facts)))


_DEPTHS = ("part", "one", "two", "three", "four")


def _with(context: Context, kind: str, fact: str) -> Context:
    """The context with another fact; an empty one takes it away."""
    match kind:
        case "unit":
            return (
                within(replace(context, unit=()), (fact,)) if fact else replace(context, agency=context.body, unit=())
            )
        case "category":
            return replace(context, category=fact or None)
        case "power":
            return replace(context, power=fact or None, power_code=None)
    return replace(context, stage=fact)


def _facts(rest: str, *, numbered: bool) -> Iterator[tuple[str, str]]:
    """What a heading tells, by kind."""
    if not 1 < len(rest) <= LONGEST_HEADING or re.search(r"[。；;，,!?]", rest):
        return
    name = re.sub(r"(?:廉政|廉洁)?(?:岗位)?(?:风险)?(?:点)?(?:及防控措施)?$", "", rest)
    name = re.sub(r"^表\d+[:、.]?", "", name)
    if CATEGORY.fullmatch(rest) or RISK_CLASS.fullmatch(rest):
        yield "category", category_of(rest) or rest
    elif parted := re.fullmatch(rf"({CATEGORY.pattern})[:\-—]+(.+)", rest):
        yield from (("category", category_of(parted[1]) or parted[1]), ("power", parted[2]))
    elif stage_of_heading(rest):
        yield "stage", rest
    elif _BODY.fullmatch(name) or is_department(name) or re.search(r"(?:领导班子|班子成员|岗位|岗)$", name):
        yield "unit", name
    elif numbered:
        yield "power", rest


def stage_of_heading(text: str) -> str:
    """The stage that a short text is nothing but (受理环节, 审查阶段风险); empty if it is more or none."""
    bare = plain(text)
    core = stage_core(bare)
    term = stage_term(core)
    if not core or len(core) > 12 or re.search(r"[不未违乱滥无超]", core):
        return ""
    if term is not None and (core == term.name or len(bare) > len(core) or len(core) <= 4):
        return bare
    return bare if re.search(r"(?:环节|阶段)(?:的)?(?:廉政|廉洁)?(?:风险)?(?:点)?$", bare) else ""
