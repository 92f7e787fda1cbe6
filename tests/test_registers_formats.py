"""The same register gives the same records, whatever format it comes in; and these are the ones written beside it."""

import io
import subprocess
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.enum.text import WD_BREAK
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.extract.office import soffice, to_docx
from pipeline.ingest import read
from pipeline.model import Record
from tests import gate, make_registers
from tests.make_registers import Specimen
from tests.registers import UP, WRITERS, Register, Row, xls

SPECIMENS = make_registers.specimens()
OURS = [one for one in SPECIMENS if one.records]
AS_DOC = [one for one in OURS if "docx" in one.formats]
FILES = make_registers.files()
NOT_OURS = sorted(name for name in FILES if name.startswith("register-not-") and not name.endswith(".json"))
OF_THE_FILE = {"id", "document", "sha256", "page", "placed_by", "confidence", "doubts", "boxes"}
BESIDE = {"outside-register", "unplaced-text", "unread-column"}  # problems that name no kind of file


def _said(records: Iterable[Record]) -> list[dict[str, Any]]:
    """What records say, less what depends on the file."""
    return [{k: v for k, v in one.to_json().items() if k not in OF_THE_FILE} for one in records]


def _facts(record: Record) -> dict[str, Any]:
    """What the rows written by hand say of a record."""
    return {
        "unit": list(record.unit),
        "category": record.category,
        "power": record.power,
        "stage": record.stage_label or None,
        "risks": list(record.risk_points),
        "level": record.level,
        "level_label": record.level_label,
        "measures": list(record.control_measures),
        "party": record.responsible_party,
    }


def _in_corpus(specimen: Specimen, kind: str) -> Sequence[Record]:
    return gate.reading_of(gate.of_register(gate.CORPUS / f"{specimen.stem}.{kind}")).records


def _read(folder: Path, kind: str, data: bytes) -> Sequence[Record]:
    path = folder / f"甲.{kind}"
    path.write_bytes(data)
    return read(path, path.name).records


# The registers of corpus/


def test_files_are_up_to_date() -> None:
    """`python -m tests.make_registers` has been run since specimens or writers were changed."""
    assert {path.name for path in gate.CORPUS.glob(f"{gate.REGISTER}*")} == set(FILES)
    for name, content in FILES.items():
        assert _parts((gate.CORPUS / name).read_bytes()) == _parts(content), name


def _parts(data: bytes) -> Mapping[str, bytes]:
    """What a package holds, however it is compressed; any other file whole."""
    if not data.startswith(b"PK"):
        return {"": data}
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


@pytest.mark.parametrize(
    ("specimen", "kind"),
    [(one, kind) for one in OURS for kind in one.formats],
    ids=lambda one: getattr(one, "name", one),
)
def test_a_register_says_what_is_written_beside_it(specimen: Specimen, kind: str) -> None:
    assert [_facts(record) for record in _in_corpus(specimen, kind)] == list(specimen.records)


@pytest.mark.parametrize("specimen", OURS, ids=lambda one: one.name)
def test_all_formats_say_the_same(specimen: Specimen) -> None:
    first, *others = (_said(_in_corpus(specimen, kind)) for kind in specimen.formats)
    assert others == [first] * len(others)


@pytest.mark.parametrize("specimen", [one for one in OURS if "xlsx" in one.formats], ids=lambda one: one.name)
def test_an_excel_97_file_says_the_same(tmp_path: Path, specimen: Specimen) -> None:
    assert _said(_read(tmp_path, "xls", xls(specimen.register))) == _said(_in_corpus(specimen, "xlsx"))


@pytest.mark.skipif(soffice() is None, reason="LibreOffice is not installed")
def test_a_doc_says_the_same(tmp_path: Path) -> None:
    """All at once: most of the time that LibreOffice takes goes into its start."""
    docs = _docs([gate.CORPUS / f"{one.stem}.docx" for one in AS_DOC], tmp_path)
    for specimen, found in zip(AS_DOC, to_docx([(doc.name, doc.read_bytes()) for doc in docs]), strict=True):
        assert isinstance(found, bytes), f"{specimen.name}: {found}"
        assert _said(_read(tmp_path, "docx", found)) == _said(_in_corpus(specimen, "docx")), specimen.name


def _docs(paths: Sequence[Path], folder: Path) -> list[Path]:
    home = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", home, "--headless", "--convert-to", "doc", "--outdir", str(folder), *map(str, paths)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return [folder / f"{path.stem}.doc" for path in paths]


@pytest.mark.parametrize("name", ["word-landscape-canvas", "word-columns-cells"])
def test_a_register_on_the_page_after_a_chart_takes_nothing_of_it(tmp_path: Path, name: str) -> None:
    chart, register = gate.CORPUS / f"{name}.docx", gate.CORPUS / "register-water.docx"
    both = docx.Document(str(chart))
    both.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    end = both.element.body.sectPr
    for one in list(docx.Document(str(register)).element.body)[:-1]:
        end.addprevious(one)
    both.save(str(tmp_path / "both.docx"))
    both_say, register_says, chart_says = (
        [(one.title, one.unit, one.risk_points) for one in read(path, path.name).records]
        for path in (tmp_path / "both.docx", register, chart)
    )
    assert both_say == register_says + chart_says


@pytest.mark.parametrize("name", NOT_OURS)
def test_what_is_no_register_gives_no_records_and_is_named(name: str) -> None:
    reading = gate.reading_of(gate.of_register(gate.CORPUS / name))
    assert reading.records == ()
    assert {problem.code for problem in reading.problems} - BESIDE


# Random registers


UNITS = ("综合科", "财务科", "法规科")
POWERS = ("项目验收", "资质核准", "资金拨付", "案件查办")
LEVELS = ("高", "中", "低")
RISKS = ("收受当事人财物", "泄露应当保密的信息", "降低标准违规办理", "接受请托照顾熟人", "故意拖延，索要好处")
MEASURES = ("重大事项集体研究", "办理结果在网上公开", "材料由两人复核", "每季度抽查一次", "定期轮岗")
PARTIES = ("王一川", "李二丰", "赵三省")
TITLE = "青塘县统计局廉政风险点一览表"
HEADS = {
    "unit": "科室",
    "power": "职权名称",
    "risks": "风险点",
    "level": "风险等级",
    "measures": "防控措施",
    "party": "责任人",
}
MERGED = ("unit", "power", "level")

Facts = Mapping[str, Any]

ROWS = st.fixed_dictionaries(
    {
        "unit": st.sampled_from(UNITS),
        "power": st.sampled_from(POWERS),
        "risks": st.lists(st.sampled_from(RISKS), min_size=1, max_size=3, unique=True),
        "level": st.sampled_from(LEVELS),
        "measures": st.lists(st.sampled_from(MEASURES), min_size=1, max_size=3, unique=True),
        "party": st.sampled_from(PARTIES),
    }
)


@st.composite
def registers(draw: st.DrawFn) -> tuple[Register, list[Facts]]:
    """A register whose rows are in the order of units, some of its equal neighbours merged, and what its rows say."""
    facts: list[Facts] = sorted(draw(st.lists(ROWS, min_size=2, max_size=7)), key=lambda one: one["unit"])
    columns = {name: [_cell(one[name]) for one in facts] for name in HEADS}
    for name in MERGED:
        columns[name] = [*_merged(columns[name], draw(st.lists(st.booleans(), min_size=7, max_size=7)))]
    numbers = tuple(map(str, range(1, len(facts) + 1)))
    rows: tuple[Row, ...] = tuple(zip(numbers, *columns.values(), strict=True))
    return Register((TITLE,), (("序号", *HEADS.values()),), rows, (), (3, 8, 8, 20, 6, 20, 8)), facts


def _cell(value: str | Sequence[str]) -> str:
    """Several statements are numbered."""
    if isinstance(value, str):
        return value
    return value[0] if len(value) == 1 else "\n".join(f"{number}.{text}" for number, text in enumerate(value, 1))


def _merged(texts: Sequence[str], merges: Sequence[bool]) -> Iterator[str]:
    yield texts[0]
    for (before, text), merge in zip(pairwise(texts), merges, strict=False):
        yield UP if merge and text == before else text


@settings(max_examples=60, deadline=None)
@given(registers())
def test_a_random_register_says_what_its_rows_say(
    tmp_path_factory: pytest.TempPathFactory, drawn: tuple[Register, list[Facts]]
) -> None:
    register, facts = drawn
    expected = [
        {**make_registers.NOTHING, **one, "unit": ["青塘县统计局", one["unit"]], "level_label": one["level"]}
        for one in facts
    ]
    folder = tmp_path_factory.mktemp("random")
    told = {kind: _read(folder, kind, WRITERS[kind](register)) for kind in ("docx", "xlsx", "html")}
    for kind, records in told.items():
        assert list(map(_facts, records)) == expected, kind
    assert [each for each, _ in groupby(map(_said, told.values()))] == [_said(told["docx"])]
