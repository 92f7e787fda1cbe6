"""Lists that look like registers of integrity risks and are none: of dangers at work, of duties, of powers."""

import re
from collections.abc import Iterable, Sequence

from pipeline.register.grids import text_of
from pipeline.register.heads import SENTENCES, Head
from pipeline.register.table import Entry
from pipeline.terms import plain

__all__ = ["MESSAGES", "other_list"]

MESSAGES = {
    "safety": "像是安全风险清单，不是廉政风险",
    "risk": "像是其他风险的清单，不是廉政风险",
    "duty": "像是责任清单，没有廉政风险",
    "power": "像是权力清单，没有廉政风险",
    "table": "表格里没有廉政风险",
}
INTEGRITY = 0.1  # the least share of rows whose risks speak of integrity, where neither title nor heads do

_OURS = re.compile(r"廉政|廉洁|廉|腐败|党风|权力|职权|三重一大|微权力|用权")
_OTHERS = re.compile(
    r"安全|分级管控|双重预防|消防|危险|事故|隐患|灾害|法律|法务|合规|财务|金融|信贷|税务|网络|数据|信息系统|舆情|信访|稳定|维稳|疫情|疾病|卫生|质量|环境|生态|地质|防汛|食品|药品|投资|市场|合同"
)
_INTEGRITY_WORDS = re.compile(
    r"收受|索[取要贿]|贿|徇私|以权谋私|谋取|谋私|牟取|私利|利益|吃拿卡要|人情|优亲厚友|亲友|滥用|职权|裁量|廉|腐败|财物|礼[金品]|好处|宴请|请托|泄[露漏密]|刁难|虚[报假列]|截留"
    r"|挪用|侵[吞占]|私分|套取|串通|回扣|偏袒|包庇|违规(?:审批|操作|决策|采购|发放|插手|干预)|暗箱|不作为|乱作为|推诿|公[车款]|招[投]?标|优待|关照|打招呼|失职|渎职"
)
_SAFETY_WORDS = re.compile(
    r"坠落|触电|火灾|爆炸|中毒|窒息|坍塌|伤害|灼烫|溺水|踩踏|漏电|绝缘|起重|受限空间|高处|机械|防护|灭火|消防|安全帽|动火|燃气|危化|粉尘|噪声|倒塌|交通事故|滑坡|车辆|设备"
)


def other_list(heads: Sequence[Head], entries: Sequence[Entry], title: str | None) -> str | None:
    """What other list a table is, as a key of `MESSAGES`; None for a register of ours.

    Title and heads tell; where they do not, the sentences.
    """
    named = next((head.foreign for head in heads if head.foreign), None)
    if not any(entry.of(*SENTENCES) for entry in entries):
        return named or (None if any(head.of("form", "name") for head in heads) else "table" if heads else None)
    said = plain(title or "") + "".join(plain(field.label) for head in heads for field in head.fields)
    if _OURS.search(said):
        return None
    risks = [text_of(box) for entry in entries for _, boxes in entry.of(*SENTENCES) for box in boxes]
    ours, safety = _share(_INTEGRITY_WORDS, risks), _share(_SAFETY_WORDS, risks)
    if named == "safety" or safety > ours:
        return "safety"
    if _OTHERS.search(plain(title or "")) or ours < INTEGRITY:
        return "risk"
    return None


def _share(words: re.Pattern[str], texts: Iterable[str]) -> float:
    found = [bool(words.search(plain(text))) for text in texts]
    return sum(found) / max(1, len(found))
