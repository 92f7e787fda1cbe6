"""The vocabulary of the genre, as data: labels, levels, stages, categories and the wording that tells them apart.

Patterns are matched against text without blanks (`plain`), so a label written `防 控 措 施` is the same label.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

__all__ = [
    "AGENCY",
    "AGENCY_AND_POWER",
    "BESIDE_THE_WORK",
    "BRACKETED",
    "BRANCH",
    "CLOSING",
    "COLUMNS_OF_OTHERS",
    "CUES",
    "DEPARTMENT",
    "FAMILY_WORDS",
    "FIELDS",
    "HEADING",
    "HEADS",
    "KIN",
    "LABELS",
    "LABEL_WORDS",
    "LEVEL_MARK",
    "MEASURE_WORDS",
    "MONITOR_WORDS",
    "NO_VALUE",
    "OPENING",
    "PARTY_MARK",
    "PARTY_WORDS",
    "PROCEDURE",
    "RISK_CLASS",
    "RISK_WORDS",
    "STAGES",
    "STOCK_PHRASES",
    "UNKNOWN_BARE",
    "WEAK_MEASURE_WORDS",
    "WEAK_RISK_WORDS",
    "Column",
    "StageTerm",
    "category_of",
    "column_of",
    "label_at",
    "label_kinds",
    "plain",
    "stage_term",
]

LabelKind = Literal["header", "risk", "measure", "monitor", "level", "party", "other"]
Family = Literal["application", "case"]

BLANKS = re.compile(r"[\s\u200b\ufeff]+")


def plain(text: str) -> str:
    """The text without blanks, full-width letters and digits folded (NFKC), for matching only."""
    return BLANKS.sub("", unicodedata.normalize("NFKC", text))


# A label stands alone in its box, or glued to others where an extractor joined neighbours. The order settles which kind
# a text is that fits two patterns.
_AND = "[及和与、/]"
_OWNER = r"责任(?:主体|人员|人|领导|科室|股室|处室|部门|单位|岗位)"
LABELS: dict[LabelKind, str] = {
    "header": r"(?:工作|办理|业务|权力|职权|审批)?(?:运行)?(?:流程(?:环节|步骤|名称)?|环节(?:名称)?|步骤)",
    "level": rf"(?:(?:廉政)?风险(?:等级|级别|级次|程度)|等级|级别)(?!{_AND}表现)",
    "party": rf"(?:风险|防控|直接|主要|第一)*(?:{_OWNER})(?:{_AND}(?:职务|{_OWNER}))?",
    "risk": (
        r"(?:(?:廉政|廉洁|岗位|主要|存在|潜在)*风险(?:点|源|名称|内容|描述|形式)?|表现)"
        rf"(?:{_AND}?(?:主要|具体|风险)?(?:等级|级别|级次|程度|表现形式|表现|形式|描述|内容))*"
    ),
    "measure": (
        r"(?:风险|廉政|主要|具体)?(?:防控|防范|控制|管控|预防|整改|制度)?(?:要点|措施|方法|手段|对策|办法)"
        rf"(?:{_AND}(?:责任|{_OWNER}|(?:防控|防范|控制|管控)?措施))*"
    ),
    "monitor": r"(?:电子)?(?:监察|监控|监测)(?:点|指标)",
    "other": rf"[低中高]风险|序号|备注|流程图|{_AND}(?:表现形式|{_OWNER})",
}
_LABEL = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in LABELS.items()))
_ONLY_LABELS = re.compile(rf"(?:(?:{'|'.join(LABELS.values())})[、/]?)+[:]?")
PHONE = re.compile(r"(?:监管|服务|监督|投诉|举报|咨询|联系)+电话[:：]?[\d\-—()、,，转]*$")
# Words on the branches of a decision, arrows typed as characters, and what explains the drawing.
BESIDE_THE_WORK = re.compile(r"[是否YN]|不?(?:通过|同意|合格|符合|属实)|[←→↑↓⇐⇒⇑⇓⬅➡⬆⬇➔▼▽│|]+|(?:图例|备?注|说明):.*")


# What becomes of an application beside the work, in boxes at the side of a decision.
BRANCH = re.compile(
    r"(?:不予|不)(?:受理|许可|批准|通过|立案|处罚|登记|备案|同意|符合)[^，。；]{0,10}|(?:退回|补正|补充|完善|告知补正)[^，。；]{0,8}|(?:移送|移交)[^，。；]{0,8}"
)


def label_kinds(text: str) -> tuple[LabelKind, ...]:
    """The kinds of the labels a text consists of; empty if it holds anything else."""
    bare = plain(text)
    if PHONE.match(bare):
        return ("other",)
    if not _ONLY_LABELS.fullmatch(bare):
        return ()
    return tuple(kind for found in _LABEL.finditer(bare) for kind in LABELS if kind == found.lastgroup)


def _spaced(*words: str) -> str:
    """A pattern for any of the words, blanks allowed between their characters."""
    return "(?:" + "|".join(r"\s*".join(word) for word in words) + ")"


_LEVEL_WORDS = _spaced("风险点等级", "风险等级", "风险级别", "风险级次")
_LEVEL_VALUE = (
    r"[“\"（(]?(?:较?[高中低]|一般|重大|较大|[一二三四]级?|[ⅠⅡⅢⅣI]{1,3}级?|[A-D]级?|[红橙黄蓝]色?|[★▲]{1,5})"
    r"(?:级|等级|风险)?[”\"）)]?"
)
LEVEL_MARK = re.compile(
    rf"[（(]?(?:廉\s*政\s*)?{_LEVEL_WORDS}\s*(?:[:：]\s*(?P<level>[^。；;，,）)]{{0,14}})"
    rf"|为?\s*(?P<bare>{_LEVEL_VALUE}))[\s。；;）)]*$"
)
PARTY_WORDS = _spaced(
    *(
        "责任主体",
        "责任人员",
        "责任人",
        "责任领导",
        "责任科室",
        "责任股室",
        "责任处室",
        "责任部门",
        "责任单位",
        "责任岗位",
    ),
    *("主管领导", "分管领导"),
)
# An owner stands behind a stop or at the beginning of its line: `明确责任人：…` is a sentence about owners.
PARTY_MARK = re.compile(
    rf"(?:^\s*|(?<=[。；;，,、）)\s])|[（(])(?:直接|部门|风险防控|防控|主要)?{PARTY_WORDS}\s*[:：]"
    r"\s*(?P<party>[^（()）]*(?:[（(][^（()）]*[）)][^（()）]*)*)[）)]?\s*$"
)

# Titles
HEADING = re.compile(r"风险(?:点)?(?:防控|防范|管控)?(?:流程)?图")
BRACKETED = re.compile(r"[（(](?P<inside>[^（）()]*(?:[（(][^（）()]*[）)][^（）()]*)*)[）)]")
_CATEGORY_WORDS = {
    "行政许可": "行政许可",
    "行政处罚": "行政处罚",
    "行政强制": "行政强制",
    "行政征收征用": "行政征收征用",
    "行政征收": "行政征收",
    "行政征用": "行政征用",
    "行政给付": "行政给付",
    "行政检查": "行政检查",
    "行政监督": "行政检查",
    "行政确认": "行政确认",
    "行政奖励": "行政奖励",
    "行政裁决": "行政裁决",
    "行政复议": "行政复议",
    "行政审批": "行政审批",
    "行政服务": "行政服务",
    "公共服务": "公共服务",
    "内部管理": "内部管理",
    "其他行政权力": "其他权力",
    "其他职权": "其他权力",
    "其他权力": "其他权力",
    "其他权利": "其他权力",
    "其它权力": "其他权力",
    "其他类": "其他权力",
    "其它类": "其他权力",
    "其他": "其他权力",
}
CATEGORY = re.compile(rf"(?:{'|'.join(sorted(_CATEGORY_WORDS, key=len, reverse=True))})(?:职权|权力|事项)?(?:类)?")
AGENCY = re.compile(
    r"[\u4e00-\u9fff]{2,30}(?:局|厅|部|委|委员会|办公室|管委会|政府|中心|支队|大队|总队|院|署|处|所|站|社|会|队|公司|大学|学校)"
)
# The shortest beginning that ends like a government body, and a power's name behind it.
AGENCY_AND_POWER = re.compile(
    r"(?P<agency>[\u4e00-\u9fff]{3,20}?(?:局|厅|委员会|管委会|政府|办公室))(?P<power>[^\-—]{3,})"
)
DEPARTMENT = re.compile(
    r".*(?:科|室|股|处|中心|支队|大队|中队|总队|所|站|窗口|办公室|办|部|部门|机构|局|委|委员会|队|组|院|公司)$"
)


def category_of(text: str) -> str | None:
    """The canonical category a text begins with, or None."""
    found = CATEGORY.match(plain(text))
    if not found:
        return None
    return _CATEGORY_WORDS.get(found[0]) or _CATEGORY_WORDS.get(re.sub(r"(职权|权力|事项)?类?$", "", found[0]))


# The heads of a register's columns, by what stands below them. `form` says how a risk shows itself (whole sentences),
# `name` what it is called; where both stand, the sentences are the risks. `owner` is an organisation that answers for
# something (责任主体), `party` a person; the other columns tell what an owner is. The first pattern that fits decides.
Column = Literal[
    "serial", "code", "count", "category", "class", "level", "form", "name", "measure", "monitor", "party", "owner",
    "leader", "stage", "matter", "power", "duty", "post", "person", "unit", "other",
]  # fmt: skip
_ORGAN = r"(?:单位|部门|科室|处室|股室|室|机构|主体|组织|站所|科|处|股|站|所|中心|窗口|大队|支队)"
_ORGANS = rf"{_ORGAN}(?:{_AND}?[(]?{_ORGAN}[)]?)*(?:名称)?"
_RISK = (
    r"(?:(?:主要|岗位|廉政|廉洁|腐败|党风|权力|业务|工作|具体|存在|潜在|可能|易发|排查|查找|重点|的|出)*"
    r"(?:风险|腐败|廉政)(?:防控)?(?:隐患|问题)?)"
)
_GUARD = r"(?:防控|防范|控制|管控|预防|整改|监督|监管|应对|防治|化解|治理|监控|制约|防御|规避|改进)"
_FORM = (
    r"(?:主要|具体|典型)*(?:表现形式|表现|描述|内容|情形|表述|说明|行为|形式|现象|情况|问题|特征"
    r"|隐患|漏洞|场景|详情|分析|环节)"
)
HEADS: dict[Column, str] = {
    "serial": r"序号?|编号|项次|排序|NO\.?|№|序列号?|序次|风险点?(?:编号|序号)|号",
    "count": rf"{_RISK}?点?(?:的)?(?:数量|个数|总数|数|数目)|(?:高|中|低)(?:级|等)?风险点?(?:数量|个数|数)|小计|合计",
    "code": r"(?:行政)?(?:职权|权力|事项|权责|职责|实施)(?:清单)?(?:编码|代码|编号|序号)|编码|代码",
    "category": (
        r"(?:行政)?(?:职权|权力|事项|权责|业务|项目|职责)(?:的)?(?:类型|类别|种类|性质|分类)|类别|类型|种类|分类"
    ),
    "class": rf"{_RISK}点?(?:的)?(?:类别|类型|种类|分类|性质|来源)|(?:重要|重点|关键|主要|业务|风险|工作)?领域",
    "level": (
        rf"(?:{_RISK}点?|评定|评估|自评|审定|核定|防控|预警|确定)*(?:的)?(?:等级|级别|级次|等次|程度|层级|评级|定级|分级|大小|级)(?:评定|评估|划分|认定|分类)?(?:[及和与](?:判定|评定|认定|划分)?(?:依据|理由|标准))?"
    ),
    "stage": (
        r"(?:工作|办理|业务|权力|职权|审批|运行|风险|岗位|办事|行政|防控|内部|所处|所在|权力运行|廉政)*(?:流程(?:环节|步骤|名称|节点|阶段)?|环节|步骤|阶段|节点|程序)(?:名称|[(]阶段[)]|[(]环节[)])?"
        rf"|(?:关键|重点|主要)?(?:控制|管控)(?:点|节点)|环节{_AND}步骤|{_RISK}点?(?:所在|所处)?(?:环节|阶段)"
    ),
    "form": (
        rf"{_RISK}点?(?:的)?(?:{_AND}|[(])*{_FORM}(?:(?:{_AND}|[(])+{_FORM}|[)])*|(?:具体|主要|典型)?表现(?:形式|行为)?(?:描述)?"
        rf"|(?:典型|具体)(?:表现|场景)|高发问题|隐患环节|常见漏洞|存在(?:的)?(?:主要)?(?:问题|隐患)|(?:易发)?(?:问题|隐患)(?:表现)?|风险点{_AND}*表现形式"
    ),
    "measure": (
        rf"(?:{_RISK}点?|{_GUARD}|廉政|廉洁|主要|具体|岗位|制度|工作|相应|管理|拟采取的?|采取的?|现有|识别与|前期|后期|事[前中后]|日常|处置|对策|权力|{_AND}|的)*"
        rf"(?:措施|方法|手段|对策|办法|要点|制度建设|制度保障|机制|建议|方向|要求|制度|识别与控制)"
        rf"(?:(?:{_AND}|[(])*(?:{_GUARD}|责任|工作|制度|相关|示例|建议)*(?:措施|制度|示例|建议|要求|办法|名称|内容)?[)]?)*|{_GUARD}(?:内容|情况)"
    ),
    "monitor": r"(?:电子)?(?:监察|监控|监测|预警|监督)(?:点|指标|节点|要点|内容|环节)(?:设置)?",
    "leader": r"(?:主管|分管|责任|包保|监管|监督|挂点|带班|风险|防控|牵头)*(?:领导|院长|校长|局长)(?:姓名)?",
    "owner": (
        rf"(?:{_RISK}点?|{_GUARD}|主要|第一|直接|主体|的)*(?:责任|牵头|落实|防控|管控|监督){_ORGANS}(?:(?:{_AND}|[(])+(?:责任)?(?:人|负责人|领导|{_ORGAN})[)]?)*"
    ),
    "party": (
        rf"(?:{_RISK}点?|{_GUARD}|直接|主要|第一|具体|部门|科室|单位|岗位|落实|监督|各级|主体|的)*(?:责任(?:人员|人|者|岗位|岗)|负责人员?|承办人员?|经办人员?|责任|责任落实)"
        rf"(?:(?:{_AND}|[(])*(?:职务|姓名|岗位|签字|责任人|责任单位|负责人|责任部门|单位|部门|人)[)]?)*|(?:风险)?防控岗位|管控人"
    ),
    "matter": r"(?:重要|重点|关键|主要)(?:环节|部位)|(?:风险)?部位",
    "name": rf"{_RISK}(?:点|源|项|事项|因素|节点|岗位点|点位)?(?:名称|及表现)?|{_RISK}?(?:点)(?:位|名称)?",
    "duty": r"(?:岗位|工作|主要|部门|科室|具体|职能)*职(?:责|能)(?:内容|范围|描述|权限)?|职责任务",
    "power": (
        r"(?:行政|小微|村级|微|岗位|主要|具体|公共|涉及的?|行使的?|相关|重点|重要|廉政|内部|审批|许可|服务|管理)*(?:职权|权力|权责|权利|事权|职责权限|权限|业务|事项|项目|工作)(?:清单|事项|项目|名称|内容|类|任务|业务|工作|权力|和)*"
    ),
    "post": (
        rf"(?:{_RISK}点?|涉及的?|重点|重要|工作|所在|相关|的|所涉)*(?:岗位|职位|职务|岗)(?:{_AND}?(?:名称|类别|人员|职务|姓名|[(](?:人员|职务|姓名|环节)[)]))*"
    ),
    "person": r"姓名|人员|在岗人员|涉及人员|岗位人员|工作人员",
    "unit": (
        rf"(?:所属|所在|归口|重点|关键|主要|重要|业务|职能|内设|实施|承办|主管|工作|排查|填报|涉及的?|具体|经办|行使|权力|职权|风险|申报|主办|报送|办理|下属|二级|各|县政府|市政府|本|被|主责|机关)*{_ORGANS}"
    ),
    "other": (
        r"备注|说明|(?:设定|法律|法规|制度|政策|实施|职权|权力|行使)?依据(?:名称)?|(?:监管|服务|监督|投诉|举报|咨询|联系)*(?:电话|方式)|控制目标|(?:办理|完成|整改|法定|承诺)?时[限间]"
        r"|(?:发生)?(?:概率|可能性|频率)|(?:危害|影响|后果|损失)(?:程度|严重性|性)?|(?:风险)?(?:成因|原因|产生原因|形成原因)|公开(?:方式|范围|形式|时间)|[LEC]值|D值|分值|得分"
        r"|(?:防控)?(?:效果|目标|期限)|完成情况|落实情况|政治面貌|性别|年龄|出生(?:年月|日期)|学历|民族|入党时间|(?:现)?任职时间|籍贯|身份证号码?|职级|.{0,4}(?:签字|签名|签章|盖章)|.{0,4}日期|填(?:表|报)(?:时间|人|单位)"
    ),
}
# Heads of lists that are not ours: of dangers at work, of duties, of powers.
COLUMNS_OF_OTHERS: dict[str, re.Pattern[str]] = {
    "safety": re.compile(
        r"危险源|危险[、和及(（]?有害因素|事故(?:类型|类别|后果|隐患)|致害物|作业(?:活动|场所|内容)|管控层级|应急(?:措施|处置)|伤害|隐患排查"
        r"|(?:可能)?(?:导致|造成|发生)的?(?:后果|事故|危害)|工程技术措施|个体防护|安全风险|风险因素|[LECD]值|[(（][LECD][)）]|^[LECD]$"
    ),
    "duty": re.compile(r"责任事项|追责|问责(?:情形|依据)|责任清单|失职情形|免责|履职"),
    "power": re.compile(
        r"(?:设定|实施|法律|法定|职权|权力|事项)依据|行使层级|实施(?:主体|层级)|权力来源|办理时限|收费(?:标准|依据)|申请(?:条件|材料)|公开(?:范围|方式)|服务对象|办件类型"
    ),
}
# The usual classes of integrity risks.
RISK_CLASS = re.compile(
    r"(?:思想道德|道德品[质行]|思想作风|工作作风|岗位职责|业务流程|制度机制|外部环境|廉洁自律|社会交往|八小时外)(?:方面|类)?的?(?:廉政|廉洁)?(?:风险)?点?"
    r"|(?:权力(?:运行|行使)|履职用权)(?:方面|类)?的?(?:廉政|廉洁)?风险点?"
)
# What stands in a cell that says nothing.
NO_VALUE = re.compile(
    r"[\-—－–_/\\.。·]*|无|暂无|无(?:明显)?(?:廉政|廉洁)?风险点?|未发现(?:廉政)?风险点?|空|略|无此项|不涉及|N/?A|null|None|nan",
    re.IGNORECASE,
)
_HEADS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in HEADS.items()}
_IN_BRACKETS = re.compile(r"[(\[【][^()\[\]【】]*[)\]】]")
LONGEST_HEAD = 24  # characters


@lru_cache(maxsize=1 << 12)
def column_of(head: str) -> Column | None:
    """What stands under a head of a register, or behind a label of a list; None for a text that is no head.

    What stands in brackets explains (`风险等级（高、中、低）`) unless the words make no head without it.
    """
    whole = plain(head).strip(':：*"“”。、,')
    for bare in dict.fromkeys((_IN_BRACKETS.sub("", whole), whole, whole.strip("()【】[]"))):
        if bare and len(bare) <= LONGEST_HEAD:
            found = next((kind for kind, pattern in _HEADS.items() if pattern.fullmatch(bare)), None)
            if found:
                return found
    return None


LABEL_WORDS = r"[\u4e00-\u9fff](?:[ \u3000]?[\u4e00-\u9fff、/（()）]){0,15}?"
_AT_START = re.compile(
    r"\s*(?:(?:[(（]?[\d一二三四五六七八九十]{1,2}[)）]?\s*[、.．]?\s*|[①-⑳]|[●◆■▪•·*\-])\s*)?"
    rf"(?:[【\[](?P<framed>{LABEL_WORDS})[】\]]\s*[:：]?|(?P<bare>{LABEL_WORDS})[\d一二三四五六七八九十]{{0,2}}\s*[:：])"
)


def label_at(text: str) -> tuple[Column, str, int] | None:
    """The label with which a line of a list begins (`风险点：…`, `【防控措施】…`), and where it ends; None without."""
    found = _AT_START.match(text)
    if not found:
        return None
    label = found["framed"] or found["bare"]
    kind = column_of(label)
    return (kind, plain(label), found.end()) if kind and kind not in ("serial", "count") else None


# Words by which a department's name and a power's name show that they belong to one field of government.
FIELDS: dict[str, re.Pattern[str]] = {
    "education": re.compile(r"教育|学校|学历|幼儿园|办学|教师|学生"),
    "science": re.compile(r"科技|技术承包|科研|专利|知识产权|成果"),
    "examinations": re.compile(r"考试|招生|考务|应试"),
    "insurance": re.compile(r"养老|社保|社会保险|参保|缴费|退休|退管"),
    "medical insurance": re.compile(r"医保|医疗保险|生育|定点"),
    "injury": re.compile(r"工伤|劳动能力"),
    "employment": re.compile(r"就业|失业|创业|职业(?:介绍|中介)|人力资源"),
    "labour": re.compile(r"劳动|监察(?:支队|大队)|用人单位|工资"),
    "skills": re.compile(r"技能|职业资格|鉴定|职称|专业技术"),
    "health": re.compile(r"卫生|诊所|医疗机构|医院|药品|疾控"),
    "food": re.compile(r"食品|餐饮|市场监管"),
    "building": re.compile(r"住建|建设|施工|房屋|规划|招投标|招标"),
    "land": re.compile(r"国土|土地|矿|自然资源|测绘"),
    "forest": re.compile(r"林业|林木|采伐|森林"),
    "water": re.compile(r"水利|水务|水资源|河道|取水"),
    "farming": re.compile(r"农业|农机|耕地|畜牧|种子|兽医|渔"),
    "environment": re.compile(r"环保|生态环境|排污|污染"),
    "transport": re.compile(r"交通|运输|道路|客运|货运|路政"),
    "city": re.compile(r"城管|城市管理|占道|广告|垃圾|市容"),
    "finance": re.compile(r"财政|采购|会计|记账|国库|国有资产|专项资金"),
    "welfare": re.compile(r"民政|低保|救助|殡葬|福利|养老机构|社会组织"),
    "safety": re.compile(r"安监|应急|安全生产|危险化学品|烟花爆竹|职业健康"),
    "culture": re.compile(r"文化|旅游|文物|广电|出版|体育"),
    "personnel": re.compile(r"人事|组织部|干部|编制|公务员"),
}

# Stages


@dataclass(frozen=True, slots=True)
class StageTerm:
    """A stage of the genre: `rank` its usual place in the work, `bare` how likely it stands without boxes."""

    name: str
    pattern: re.Pattern[str]
    rank: float
    family: Family | None
    bare: float


def _stage(name: str, pattern: str, rank: float, family: Family | None, bare: float) -> StageTerm:
    return StageTerm(name, re.compile(pattern), rank, family, bare)


# The first pattern that fits decides. Ranks order stages within one chart only; 审查 stands in both families.
STAGES: tuple[StageTerm, ...] = (
    _stage("处罚前告知", r"处罚前告知|事先告知|预先告知", 5, "case", 0.15),
    _stage("调查取证", r"调查.*取证", 3, "case", 0.05),
    _stage("立案", r"立[(（]?受?[)）]?案", 2, "case", 0.05),
    _stage(
        "发现违法事实",
        r"^发现|发现.*(违法|违规|嫌疑|线索|情形|问题)|(接到|接受|案件)(线索|举报|来源)|案源|接警|接报|报警",
        0,
        "case",
        0.95,
    ),
    _stage("结案", r"^结案|结案(归档)?$", 10, "case", 0.95),
    _stage("催告", r"催告", 4, None, 0.1),
    _stage("解除措施", r"解除.*措施|解除(查封|扣押)?$", 8, None, 0.2),
    _stage("检查结果通报", r"结果通报|通报", 8, None, 0.1),
    _stage("事后监管", r"事后(监管|监督)|后续监管|批后监管", 9, None, 0.1),
    _stage("制定方案", r"(制定|拟定|编制).*(方案|计划)", 1, None, 0.3),
    _stage("申请", r"(提出|提交|报送|递交)(?!.*(意见|建议))|(申请|申报)$|^(收到|接收)", 0, "application", 0.9),
    _stage("受理", r"受理|收件|接件", 1, "application", 0.05),
    _stage("初审", r"初审|预审", 2.5, "application", 0.05),
    _stage("评审", r"评审|评议|论证", 3.5, "application", 0.2),
    _stage("勘验", r"勘验|勘查|现场(核查|踏勘|查验)|踏勘", 3, None, 0.1),
    _stage("调查", r"调查", 3, None, 0.05),
    _stage("审理", r"审理", 3, None, 0.1),
    _stage("复核", r"复核|复审", 4.5, None, 0.2),
    _stage("送达", r"送达[、，/和及]?办结", 9, "application", 0.05),
    _stage("送达", r"送达", 7, None, 0.25),
    _stage("决定", r"决定|审定|裁决|会议研究|集体研究", 6, None, 0.05),
    _stage("公示", r"公示|公告", 5.5, None, 0.2),
    _stage("告知", r"告知", 5, "case", 0.2),
    _stage("审查", r"审查", 4, None, 0.15),
    _stage("审核", r"审核", 4, None, 0.1),
    _stage("审批", r"审批|批准|核准", 6, None, 0.05),
    _stage("认定", r"认定|评定", 6, "application", 0.1),
    _stage("执行", r"执行", 8, None, 0.1),
    _stage("核发", r"核发|发证|制证|颁发|办理.*证", 7, "application", 0.15),
    _stage("给付", r"给付|支付|拨付|发放|兑现|核拨", 8, "application", 0.1),
    _stage("检查", r"检查", 3, None, 0.1),
    _stage("归档", r"归档", 10, None, 0.6),
    _stage("办结", r"办结|办理结束|结束", 10, None, 0.9),
)
UNKNOWN_BARE = 0.2  # how likely a stage the genre does not know stands without boxes
OPENING = frozenset({"申请", "发现违法事实"})
CLOSING = re.compile(r"办结|结案|归档")


@lru_cache(maxsize=1 << 12)
def stage_term(label: str) -> StageTerm | None:
    """What the genre knows of a stage label, or None for a label it does not know."""
    bare = plain(label)
    return next((term for term in STAGES if term.pattern.search(bare)), None)


# Wording of unmarked boxes: how risks, measures and monitoring points are put.
RISK_WORDS = re.compile(
    r"不(?:按|能|依|予|严|及时|认真|履行|执行|作为|当|公|符合|进行|听取|告|负责|规范|到位|全面|批准|办|如实|透明|一致|足|受理|遵)"
    r"|未(?:按|能|及时|严格|经|一次|如实|履行|进行|对)|无(?:故|原因|正当|理由)|违[反规法背]|擅自|故意|徇私|舞弊|玩忽|失职|渎职|收受|索取|索要"
    r"|刁难|隐瞒|泄[露密漏]|利用职|越权|拖延|滥用|虚假|虚报|冒领|随意|降低|截留|挪用|侵吞|侵占|私分|损毁|丢失|伪造|篡改|请托|宴请|贿赂|人情"
    r"|打招呼|说情|包庇|袒护|吃拿卡要|优亲厚友|走过场|流于形式|敷衍|倾向|偏袒|超(?:时|期|权限|越|范围)|以权谋私|谋取|谋利|乱收费|压件|久拖"
    r"|把关不严|串通|应[^，。；]{1,8}不|该[^，。；]{1,8}(?:不|未)|漏[报收检]"
)
# What happens to applications in any chart of work, risks or none.
PROCEDURE = re.compile(
    r"(?:不|未)(?:符合|予|通过|合格|齐全?|全|完整|同意|属于|需要?|足|受理|批准|许可|满足|具备|规范|缴|能当场|能即时)[^，。；]{0,12}|违[法规](?:事实|行为|案件|线索)"
)
MEASURE_WORDS = re.compile(
    r"^(?:进一步|切实|认真|依法|不断|严格|全面)*(?:建立|健全|完善|严格|加强|落实|实行|执行|强化|规范|制定|公开|定期|明确|量化|开展|履行|坚持"
    r"|做好|设立|推行|实施|组织|纪检|内部|政务公开|集体|社会监督|接受|主动|深化|细化|加大|提高|优化|签订|保障|确保|确定|按(?:照|规定|月|季|年|期|时|程序|比例)|及时|安排"
    r"|引入|采用|采取|对.*(?:进行|实行|追究)|由[^，。；]{1,8}(?:审|定|签)|严禁|杜绝|全程|双人|两人)"
    r"|制度[。；;,，、.]?$|制[。；;]?$|台[账帐]|责任追究|监督检查|双随机|回避|抽查|公开"
)
MONITOR_WORDS = re.compile(
    r"^(?:办理|受理|审批|送达)?(?:时限)?(?:超过|超时|逾期|超出).*(?:日|天|月|时|期限|时限|年|分钟)"
    r"|超过[^，。；]{0,6}?[\d一二两三四五六七八九十百千万]{1,8}[^，。；]{0,3}(?:日|天|月|年|小时|分钟|元|次|人|个|倍|成|%)"
    r"|[\d一二三四五六七八九十]{1,8}个?(?:工作)?[日天]内?未|^群众(?:投诉|举报)|^(?:有)?(?:投诉|举报)[、和]?(?:投诉|举报)?$"
    r"|^未(?:按规定)?(?:出具|上传|录入|录音|扫描|登记|网上)|未(?:上传|归卷|归档|上网)|缺(?:失|少)"
    r"|(?:不足|少于)[\d一二两三四五六七八九十]{1,8}个?人"
    r"|[\d一二两三四五六七八九十]个?月内[无未]|^无[^，。；]{1,6}记录"
    r"|^抽查不合格|罚没金额|^有登记信息|^同一事项|(?:高于|低于)[\d一二两三四五六七八九十百千万]{1,8}元"
)
# Weaker signs, for boxes without any of the above.
WEAK_RISK_WORDS = re.compile(
    r"[不没怕乱私假漏错拖虚偏压串骗卡瞒]|熟人|亲[友属戚]|关系|好处|红包|回扣|中介|人情|领导(?:批示|意图)|指定|借机|借.{1,6}之机|介绍费|钱财|请客|吃请"
)
WEAK_MEASURE_WORDS = re.compile(
    r"专人|两人|双人|随机|抽签|轮[换岗值]|复核|复查|比对|备查|备案|登记|签字|存档|归档|留存|留痕|全程|录像|系统|自动|张榜|上墙|网站|邮寄|回执|凭证|直接"
    r"|考核|审计|评议|会商|集体|分设|分离|依次|轮流|逐[项一]|一律|统一|及时"
)

# Phrases that name a stage and do not mean it: complaints are taken in (受理) and work is inspected (检查) anywhere.
STOCK_PHRASES = re.compile(
    r"(?:投诉|举报|信访|申诉)[、和]*(?:投诉|举报|信访|申诉)*受理|受理(?:申诉|举报|投诉|信访)"
    r"|内部(?:督)?监督检查|监督检查制度|定期(?:进行)?检查|项目核准规定"
)
# Which stage a sentence speaks of. A cue is one vote of the sentence; a sentence may vote for several stages.
CUES: dict[str, re.Pattern[str]] = {
    "受理": re.compile(
        r"受理|一次(?:性)?告知|首问|刁难(?:申请|经办|服务|办事)|虚假资料|虚假材料|拒不|不予答复|收费|费用|吃拿卡要|服务承诺|窗口|登记多次|多次登记|有登记信息"
    ),
    "审查": re.compile(
        r"审[查核]条件|审[查核]标准|(?:进行|相关|严格)[^，。；]{0,4}审[查核](?!或)|审[查核]不严|申报材料|申请材料|审核材料|材料审核|把关|质疑点|留痕|量化审[查核]|评议|抽查|考[查察]|勘验|核查|中介|降低.{0,4}标准|复核|初审|评审|证人"
    ),
    "决定": re.compile(
        r"审查结论|审定结论|结论|越权|对符合.{0,4}条件的.{0,4}不(?:批准|予)|审核审批|审[批核]决定|批准|纠正审批|事[中后]监管|批后监管|集体讨论|集体研究|会商|会议决定"
        r"|自由裁量|久拖不批|贿赂|听证程序|层级审批|量化处罚|法律法规运用|法律法规适用|违规审批|上案审会|案审会|申诉|责任追究制度|执法文书|罚没金额"
    ),
    "送达": re.compile(
        r"送达|不及时办结|及时办结|文书制作|制作.{0,4}(?:文书|证)|许可证|通知书|登记证|制证|发证|短信|发放|办结|告知义务"
    ),
    "立案": re.compile(r"立案|销案|线索|举报人|被举报|案件台[帐账]|信息保密|保密|执法文书"),
    "调查取证": re.compile(
        r"调查|取证|证据|录音|录像|影像|勘验|笔录|执法人员(?:不足|少于)|两人以上|二人以上|2人以上|合法检查|现场检查"
    ),
    "告知": re.compile(
        r"不进行告知|不告知|告知被|未告知|告知文书|一次性告知制|申辩|陈述|听证告知|申诉(?:复议)?制度|复议"
    ),
    "执行": re.compile(r"罚没款物|从轻|减轻|财务管理|扣押|暂扣|收缴|执行情况|不执行|按规定进行执法|执行到位|划拨资金"),
    "事后监管": re.compile(r"监管不|事后监管|后续|整改|日常监管|跟踪监|监管情况|追踪|归档"),
    "申请": re.compile(r"^提出申请"),
    "公示": re.compile(r"公示|公布"),
    "给付": re.compile(r"发放|足额|拨付|支付|挪用|款项|提现|网银|转账|领取"),
    "核发": re.compile(r"证书|发证|发放|许可证"),
}
FAMILY_WORDS: dict[Family, re.Pattern[str]] = {
    "application": re.compile(r"申请人|申报材料|申请材料|受理单|经办人|审批|一次性?告知(?!制)|告知所需"),
    "case": re.compile(r"案件|处罚|罚没|立案|销案|取证|违法|执法文书|申辩|当事人谋|被举报|台[帐账]|申诉"),
}
# Stages that answer to another stage's cues.
KIN: dict[str, str] = {
    "审核": "审查",
    "初审": "审查",
    "评审": "审查",
    "复核": "审查",
    "勘验": "审查",
    "审理": "调查取证",
    "调查": "调查取证",
    "处罚前告知": "告知",
    "审批": "决定",
    "认定": "决定",
    "催告": "送达",
}
