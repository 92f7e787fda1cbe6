"""From files to readings."""

import json
from pathlib import Path

import pytest

from pipeline.ingest import READER_VERSION, SUFFIXES, read
from pipeline.terms import plain
from tests.dumps import CASE, LICENCE, SHARED, drawn, dump, reading

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
SEEDS = sorted((SHARED / "seeds").glob("*.txt"))
DUMPS = sorted(path for path in CORPUS.glob("*.txt") if not path.name.startswith("register-"))


# Reading


def test_a_reading_names_its_source(tmp_path: Path) -> None:
    found = reading(tmp_path, dump(*drawn(LICENCE).whole()))
    assert (found.source.path, found.source.document) == (str(tmp_path / "甲.txt"), "甲.txt")
    assert all((one.document, one.sha256) == ("甲.txt", found.source.sha256) for one in found.records)


def test_records_come_in_the_order_of_charts_and_stages(tmp_path: Path) -> None:
    found = reading(tmp_path, dump(*drawn(CASE, backwards=True).whole(), *drawn(LICENCE).whole()))
    assert [(one.chart, one.stage_label) for one in found.records] == [
        *((0, stage) for stage, (risks, _) in CASE.items() if risks),
        *((1, stage) for stage, (risks, _) in LICENCE.items() if risks),
    ]


@pytest.mark.parametrize(
    ("title", "agency"),
    [
        ("望溪市财政局行政许可——记账资格审批廉政风险防控图", "望溪市财政局"),
        ("行政许可类——“记账资格审批”廉政风险防控图", "云岫县民政局"),
    ],
)
def test_an_agency_given_from_outside_only_fills_a_gap(tmp_path: Path, title: str, agency: str) -> None:
    found = reading(tmp_path, dump(title, *drawn(LICENCE).boxes()), agency="云岫县民政局")
    assert {one.agency for one in found.records} == {agency}
    assert {one.unit for one in found.records} == {(agency, "甲科")}


@pytest.mark.parametrize("text", ["", "\n\n \n", "[bookmark: _GoBack]"])
def test_an_empty_file_has_no_records(tmp_path: Path, text: str) -> None:
    found = reading(tmp_path, text)
    assert (found.charts, found.records, found.tally.total) == ((), (), 0)


def test_a_text_without_charts_has_no_records(tmp_path: Path) -> None:
    """Nothing is invented: a notice is no chart, and all of it is told as not placed."""
    found = reading(
        tmp_path, dump("关于召开年度会议的通知", "各科室：", "会议定于周五召开，不得无故缺席。", "特此通知。")
    )
    assert found.records == ()
    assert found.tally.in_records == 0


def test_the_reader_has_a_version_and_suffixes() -> None:
    """What the index keeps to tell whether a file has to be read again."""
    assert READER_VERSION >= 1
    assert ".txt" in SUFFIXES
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in SUFFIXES)


# The specimens and the real dumps, by properties; test_quality judges what is read in them


@pytest.mark.parametrize("path", DUMPS, ids=lambda path: path.stem)
def test_no_character_of_a_specimen_is_lost(path: Path) -> None:
    found = read(path, path.name)
    text = path.read_text(encoding="utf-8").replace("[bookmark: _GoBack]", "")
    assert found.tally.total == len(plain(text))
    bare = plain(text)
    assert all(plain(statement) in bare for one in found.records for _, statement in one.statements())
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert len(found.charts) == len(expected["charts"])


@pytest.mark.skipif(not SEEDS, reason="../shared/seeds is not here")
@pytest.mark.parametrize(
    "path", [path for path in SEEDS if path.stat().st_size < 40_000], ids=lambda path: path.stem[:3]
)
def test_no_character_of_a_real_dump_is_lost(path: Path) -> None:
    found = read(path, path.name)
    text = path.read_text(encoding="utf-8").replace("[bookmark: _GoBack]", "")
    assert found.tally.total == len(plain(text))
    bare = plain(text)
    assert all(plain(statement) in bare for one in found.records for _, statement in one.statements())
    assert len({one.id for one in found.records}) == len(found.records)
