"""Dumps, boxes and charts in a line or two: all sentences are invented."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from pipeline.arrange import arrange
from pipeline.extract.text import read_text
from pipeline.ingest import read
from pipeline.model import Box, Document, Reading, Record, Source
from pipeline.roles import Part, parts_of

Paragraphs = tuple[str, ...]

SOURCE = Source("/文件/甲.txt", "甲.txt", "0" * 64)
SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


def dump(*boxes: str | Paragraphs, apart: int = 5, within: int = 2) -> str:
    """A dump with `apart` blank lines between boxes and `within` between the paragraphs of one."""
    texts = ((box,) if isinstance(box, str) else box for box in boxes)
    return ("\n" * (apart + 1)).join(("\n" * (within + 1)).join(paragraphs) for paragraphs in texts) + "\n"


def document(text: str) -> Document:
    """What the extractor makes of a dump."""
    return read_text(SOURCE, text.encode())


def arranged(text: str) -> list[Paragraphs]:
    """The paragraphs of each box found in a dump."""
    return [box.paragraphs for box in arrange(document(text)).boxes]


def parts(*boxes: str | Paragraphs) -> list[Part]:
    """Boxes with their roles."""
    return parts_of(Box(order, (box,) if isinstance(box, str) else box, gap=5) for order, box in enumerate(boxes))


def reading(folder: Path, text: str, name: str = "甲.txt", agency: str | None = None) -> Reading:
    """Everything read from a dump that is written into `folder` first."""
    folder.mkdir(exist_ok=True, parents=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read(path, name, agency)


def by_stage(records: Iterable[Record]) -> dict[str, Record]:
    """The records of one chart by their stage as written."""
    return {record.stage_label: record for record in records}


@dataclass(frozen=True)
class Step:
    """One stage of a chart to be drawn; without risks and measures it is bare."""

    stage: str
    risks: Paragraphs = ()
    measures: Paragraphs = ()
    level: str = "高"
    owner: str = "甲科"

    @property
    def risk_box(self) -> Paragraphs:
        return (*_numbered(self.risks), f"风险等级：{self.level}")

    @property
    def measure_box(self) -> Paragraphs:
        return (*_numbered(self.measures), f"责任人：{self.owner}")

    def boxes(self) -> list[Paragraphs]:
        """Measures, risks, a label for each, the stage: as most charts are drawn."""
        own = [self.measure_box, self.risk_box, ("风险点",), ("防控措施",)] if self.risks else []
        return [*own, (self.stage,)]


def _numbered(items: Sequence[str]) -> Paragraphs:
    return tuple(f"{number}.{item}。" for number, item in enumerate(items, 1))


HEADER: tuple[Paragraphs, ...] = (("防控措施",), ("风险点",), ("流程环节",))


@dataclass(frozen=True)
class Drawn:
    """A chart to be drawn, forward or from the closing stage back to the opening one, under its title."""

    steps: tuple[Step, ...]
    title: str = "望溪市财政局行政许可——记账资格审批廉政风险防控图"
    backwards: bool = False
    header: bool = True

    def boxes(self) -> list[Paragraphs]:
        """All boxes but the title in drawing order."""
        forward = [*(HEADER if self.header else ()), *(box for step in self.steps for box in step.boxes())]
        return forward[::-1] if self.backwards else forward

    def whole(self) -> list[Paragraphs]:
        """The title and the boxes."""
        return [(self.title,), *self.boxes()]


# Sentences that speak of their stage, as most sentences of the genre do.
LICENCE: dict[str, tuple[Paragraphs, Paragraphs]] = {
    "申请": ((), ()),
    "受理": (
        ("故意刁难申请人，拒不受理", "不一次性告知要补的材料", "违规收取受理费用"),
        ("公开受理清单和窗口电话", "实行首问负责制度", "收件时出具受理单"),
    ),
    "审查": (
        ("对申请材料审查不严", "私下放宽审查标准", "向中介泄露审查要点"),
        ("建立审查留痕制度", "严格把关，两人审查材料", "对申报材料随机抽查"),
    ),
    "决定": (
        ("越权批准，擅自改变审查结论", "久拖不批，索取好处", "不按规定集体讨论"),
        ("疑难件集体研究决定", "健全责任追究制度", "严格执行层级审批"),
    ),
    "送达": (
        ("不及时送达决定书", "无故扣压许可证"),
        ("制作文书后三日内送达", "建立证件送达登记制度"),
    ),
    "办结": ((), ()),
}
CASE: dict[str, tuple[Paragraphs, Paragraphs]] = {
    "发现违法事实": ((), ()),
    "立案": (
        ("隐瞒违法线索，该立案不立案", "向被举报人泄露信息", "擅自销案"),
        ("建立案件台账，定期检查", "加强举报信息保密管理"),
    ),
    "调查取证": (
        ("收受当事人财物，不如实取证", "伪造、丢失证据", "调查笔录随意涂改"),
        ("现场调查两人以上，全程录像", "严格证据登记制度"),
    ),
    "处罚前告知": (
        ("不告知当事人申辩权利", "不听取当事人陈述"),
        ("实行告知文书签收制度", "落实听证告知制度"),
    ),
    "决定": (
        ("滥用自由裁量权，处罚畸轻", "利用职权为当事人谋取利益", "重大案件不集体讨论"),
        ("重大案件集体讨论决定", "量化处罚标准，严格层级审批"),
    ),
    "执行": (
        ("截留、私分罚没款物", "随意减轻处罚，不执行决定"),
        ("罚没收支按财务管理办法入账", "罚没款物专户收缴"),
    ),
    "结案": ((), ()),
}


def drawn(kind: dict[str, tuple[Paragraphs, Paragraphs]], owner: str = "甲科", **fields: object) -> Drawn:
    """A chart with all sentences of its kind."""
    steps = tuple(Step(stage, risks, measures, owner=owner) for stage, (risks, measures) in kind.items())
    return Drawn(steps, **fields)  # type: ignore[arg-type]


@st.composite
def charts(draw: st.DrawFn, *, backwards: st.SearchStrategy[bool] = st.just(False)) -> Drawn:  # noqa: B008
    """A licence or a case with some of its sentences, one owner and any levels."""
    kind = draw(st.sampled_from([LICENCE, CASE]))
    owner = draw(st.sampled_from(["甲科", "乙股", "窗口负责人", "丙支队"]))
    steps = tuple(
        Step(stage, draw(_some(risks)), draw(_some(measures)), draw(st.sampled_from("高中低")), owner)
        for stage, (risks, measures) in kind.items()
    )
    return Drawn(steps, backwards=draw(backwards))


def _some(items: Paragraphs) -> st.SearchStrategy[Paragraphs]:
    if not items:
        return st.just(())
    return st.lists(st.sampled_from(items), min_size=1, max_size=len(items), unique=True).map(tuple)
