"""Writes the specimens of fixed pages in corpus/ and their labels: `python -m tests.make_pages`.

Other releases of LibreOffice and pdfium print other bytes, so prints and the scan of one are left alone where they are
there: delete one to have it made again. The others are always the same.
"""

import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from tests import make_word
from tests.draw import INSET, LAYOUTS, MARGIN, PITCH, Cell, Chart, Layout, Page, Paragraphs, Table
from tests.ofd import cells_of, ofd, wrapped
from tests.pdf import Sheet, pdf, pdf_of

CORPUS = make_word.CORPUS
PRINTED = tuple(one.name for one in make_word.SPECIMENS)

CUT_ROW, CUT_AFTER = 2, 2  # a table is cut in this row below its head, after so many lines

RESOLUTION = 150  # dots per inch
QUALITY = 70  # of the JPEG file


@dataclass(frozen=True)
class Specimen:
    """One file: which charts, how laid out, how written; of a scan, `way` is the print that was scanned."""

    kind: str
    layout: str
    way: str
    charts: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.layout}" + ("" if self.kind == "scan" else f"-{self.way}")

    @property
    def path(self) -> Path:
        return CORPUS / f"{self.name}.{'ofd' if self.kind == 'ofd' else 'pdf'}"


DRAWN = (
    Specimen("pdf", "columns", "frameless", ("seeds", "relief")),
    Specimen("pdf", "side_by_side", "frameless", ("prize", "injury")),
    Specimen("pdf", "table_over", "thin", ("water",)),
    Specimen("pdf", "landscape", "sideways", ("trucks", "relief")),
    Specimen("ofd", "two_a_page", "paragraphs", ("prize", "relief")),
)
SCAN = Specimen("scan", "staggered", "word-staggered-bare", ("seeds",))  # its first page


def charts_of(specimen: Specimen) -> list[Chart]:
    """The charts that are drawn."""
    return [make_word.charts()[name] for name in specimen.charts]


def labels(specimen: Specimen) -> str:
    """What a careful reader finds in the file."""
    charts = [{"order": order, **chart} for order, chart in enumerate(charts_of(specimen))]
    return json.dumps({"source": specimen.path.name, "charts": charts}, ensure_ascii=False, indent=1) + "\n"


def drawn(specimen: Specimen) -> bytes:
    """A file that is written operator by operator; the same specimen always gives the same bytes."""
    pages = LAYOUTS_HERE[specimen.layout](charts_of(specimen))
    return (ofd if specimen.kind == "ofd" else pdf)(pages, specimen.way)


# A table over two pages


def table_over(charts: Sequence[Chart]) -> tuple[Page, ...]:
    """A table goes on on a second page, in the middle of a row, as Word breaks it; its head is repeated there."""
    return tuple(page for whole in LAYOUTS["table"](charts) for page in _cut(whole))


LAYOUTS_HERE: dict[str, Layout] = LAYOUTS | {"table_over": table_over}


def _cut(page: Page) -> tuple[Page, Page]:
    assert page.table is not None
    head, *rows = page.table.rows
    widths = page.table.widths
    halves = [_cut_cell(cell, width) for cell, width in zip(rows[CUT_ROW], widths, strict=True)]
    upper, lower = zip(*halves, strict=True)
    first = Table((head, *rows[:CUT_ROW], upper), widths)
    second = Table((head, lower, *rows[CUT_ROW + 1 :]), widths)
    end = max(cell.bottom for cell in cells_of(first, page.titles[-1].bottom + PITCH))
    untitled = tuple(replace(title, paragraphs=()) for title in page.titles)
    return replace(page, height=end + MARGIN, table=first), replace(page, titles=untitled, table=second)


def _cut_cell(cell: Cell, width: float) -> tuple[Cell, Cell]:
    """What stands in the first lines of a cell, and the rest."""
    lines = [
        (number, line)
        for number, paragraph in enumerate(cell.paragraphs)
        for line in wrapped(paragraph, width - 2 * INSET)
    ]
    return Cell(_joined(lines[:CUT_AFTER])), Cell(_joined(lines[CUT_AFTER:]))


def _joined(lines: Iterable[tuple[int, str]]) -> Paragraphs:
    return tuple("".join(line for _, line in group) for _, group in groupby(lines, key=itemgetter(0)))


# Prints and scans of them


def printed(document: Path) -> bytes:
    """A document as LibreOffice prints it, without the names of programs and the time."""
    with tempfile.TemporaryDirectory() as folder:
        data = make_word.convert(document, "pdf", Path(folder)).read_bytes()
    return STAMPS.sub(lambda stamp: b" " * len(stamp[0]), data)  # as long as before: places are counted in bytes


STAMPS = re.compile(
    rb"/(?:Creator|Producer)<[0-9A-F]+>|/CreationDate\(D:[^)]*\)|/ID \[ <\w+>\s<\w+> \]|/DocChecksum /\w+"
)


def scanned(path: Path) -> bytes:
    """The first page of a PDF, stamped, laid on the glass a little askew, and scanned: an image and nothing else."""
    import cv2  # of the extra `ocr`
    import pypdfium2

    from tests import scan

    with pypdfium2.PdfDocument(path) as document:
        page = document[0]
        points = page.get_size()
        image = page.render(scale=RESOLUTION / 72, rev_byteorder=True).to_numpy()[:, :, :3].copy()
    height, width = image.shape[:2]
    image = scan.stamped(image, round(0.8 * width), round(0.2 * height), round(0.09 * width))
    image = scan.noisy(scan.skewed(image, 1), 6)
    jpeg = cv2.imencode(".jpg", image[:, :, ::-1], (cv2.IMWRITE_JPEG_QUALITY, QUALITY))[1].tobytes()
    entries = (
        f"/Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/DeviceRGB/BitsPerComponent 8"
        "/Filter/DCTDecode"
    )
    content = f"{points[0]:.2f} 0 0 {points[1]:.2f} 0 0 cm /X1 Do"
    return pdf_of([Sheet(content, (0, 0, *points), "", {"X1": (entries, jpeg.decode("latin-1"))})])


def main() -> None:
    """Write all that is drawn, and what is printed or scanned where it is missing."""
    for specimen in (*DRAWN, SCAN):
        specimen.path.with_suffix(".json").write_text(labels(specimen), "utf-8", newline="\n")
    for specimen in DRAWN:
        specimen.path.write_bytes(drawn(specimen))
    for path in [CORPUS / f"{name}.pdf" for name in PRINTED]:
        if shutil.which("soffice") and not path.exists():
            path.write_bytes(printed(path.with_suffix(".docx")))
    if not SCAN.path.exists():
        SCAN.path.write_bytes(scanned(CORPUS / f"{SCAN.way}.pdf"))


if __name__ == "__main__":
    main()
