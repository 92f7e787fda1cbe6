"""Writes the Word specimens of corpus/ and their labels: `python -m tests.make_word`.

With LibreOffice some are written as .doc too, and some come back from there as -resaved.docx; those files hold the time
at which they were made, so they are left alone as long as the .docx they come from does not change.
"""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.draw import LAYOUTS, Chart
from tests.word import docx

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
CHARTS = Path(__file__).resolve().parent / "word_charts.json"


@dataclass(frozen=True)
class Specimen:
    """One file: which charts, how laid out, how written."""

    layout: str
    encoding: str
    charts: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"word-{self.layout}-{self.encoding}"


SPECIMENS = (
    Specimen("spine", "wps", ("water", "seeds")),
    Specimen("columns", "vml", ("water",)),
    Specimen("mirrored", "group", ("relief",)),
    Specimen("alternating", "vml_group", ("prize",)),
    Specimen("landscape", "canvas", ("injury", "relief")),
    Specimen("staggered", "bare", ("seeds", "water")),
    Specimen("two_a_page", "sdt", ("prize", "relief")),
    Specimen("side_by_side", "numbered", ("trucks", "injury")),
    Specimen("two_pages", "linked", ("water",)),
    Specimen("columns", "cells", ("trucks",)),
    Specimen("spine", "frames", ("injury", "trucks")),
    Specimen("table", "tables", ("relief", "trucks")),
    Specimen("table_across", "tables", ("seeds",)),
    Specimen("table_merged", "tables", ("prize", "water")),
)
AS_DOC = ("word-columns-vml", "word-alternating-vml_group", "word-table_across-tables")
RESAVED = ("word-mirrored-group", "word-side_by_side-numbered", "word-landscape-canvas")


def charts() -> dict[str, Chart]:
    """The charts to draw, by name."""
    read: dict[str, Chart] = json.loads(CHARTS.read_text(encoding="utf-8"))
    return read


def labels(specimen: Specimen, drawn: Sequence[Chart]) -> Mapping[str, Any]:
    """What a careful reader finds in the file."""
    return {
        "source": f"{specimen.name}.docx",
        "charts": [{"order": order, **chart} for order, chart in enumerate(drawn)],
    }


def written(specimen: Specimen) -> tuple[bytes, str]:
    """The document and its labels."""
    drawn = [charts()[name] for name in specimen.charts]
    document = docx(LAYOUTS[specimen.layout](drawn), specimen.encoding, seed=len(specimen.name))
    return document, json.dumps(labels(specimen, drawn), ensure_ascii=False, indent=1) + "\n"


def convert(path: Path, kind: str, folder: Path) -> Path:
    """The file as LibreOffice saves it in another format."""
    with tempfile.TemporaryDirectory() as profile:
        home = f"-env:UserInstallation={Path(profile).as_uri()}"
        command = ["soffice", home, "--headless", "--convert-to", kind, "--outdir", str(folder), str(path)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / f"{path.stem}.{kind}"


def _by_office(path: Path) -> None:
    """The .doc or the re-saved form of a document, if it is to have one."""
    if path.stem in AS_DOC:
        convert(path, "doc", path.parent)
    if path.stem in RESAVED:
        with tempfile.TemporaryDirectory() as folder:
            doc = convert(path, "doc", Path(folder))
            again = convert(doc, "docx", Path(folder))
            shutil.move(again, path.with_name(f"{path.stem}-resaved.docx"))


def _made_by_office(path: Path) -> bool:
    """Whether everything is there that LibreOffice makes of a document."""
    doc, again = path.with_suffix(".doc"), path.with_name(f"{path.stem}-resaved.docx")
    return (path.stem not in AS_DOC or doc.exists()) and (path.stem not in RESAVED or again.exists())


def main(folder: Path = CORPUS) -> None:
    """Write all that changed."""
    for specimen in SPECIMENS:
        path = folder / f"{specimen.name}.docx"
        document, own = written(specimen)
        same = path.exists() and path.read_bytes() == document
        path.write_bytes(document)
        path.with_suffix(".json").write_text(own, encoding="utf-8")
        if shutil.which("soffice") and not (same and _made_by_office(path)):
            _by_office(path)


if __name__ == "__main__":
    main()
