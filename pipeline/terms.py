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
    "CUES",
    "DEPARTMENT",
    "FAMILY_WORDS",
    "FIELDS",
    "HEADING",
    "KIN",
    "LABELS",
    "LEVEL_MARK",
    "MEASURE_WORDS",
    "MONITOR_WORDS",
    "OPENING",
    "PARTY_MARK",
    "RISK_WORDS",
    "STAGES",
    "STOCK_PHRASES",
    "UNKNOWN_BARE",
    "WEAK_MEASURE_WORDS",
    "WEAK_RISK_WORDS",
    "StageTerm",
    "category_of",
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
_PARTY_WORDS = _spaced(
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
    rf"(?:^\s*|(?<=[。；;，,、）)\s])|[（(])(?:直接|部门|风险防控|防控|主要)?{_PARTY_WORDS}\s*[:：]"
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
