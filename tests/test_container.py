"""Kinds of files by content, and packages that would break or swamp a parser: each is refused with its reason."""

import contextlib
import io
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import State, Unreadable
from pipeline.extract import container
from pipeline.extract.container import REFUSALS, Kind, check_odt, check_package, check_xml, kind_of, refusal

# Builders

MIB = 1 << 20
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


@dataclass(frozen=True)
class Entry:
    """A part as a zip holds it, and what its directory says instead of the truth."""

    name: str
    content: bytes = b""
    deflated: bytes | None = None
    size: int | None = None
    flags: int = 0
    method: int = 8
    at: int | None = None


def deflate(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(content) + packer.flush()


def zipped(*entries: Entry) -> bytes:
    """A zip as told, sound or not."""
    body, directory = b"", b""
    for entry in entries:
        packed = deflate(entry.content) if entry.method == 8 else entry.content
        packed = packed if entry.deflated is None else entry.deflated
        size = len(entry.content) if entry.size is None else entry.size
        name = entry.name.encode()
        common = struct.pack("<HHHHH", 20, entry.flags, entry.method, 0, 33)
        common += struct.pack("<IIIHH", zlib.crc32(entry.content), len(packed), size, len(name), 0)
        at = len(body) if entry.at is None else entry.at
        directory += b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, at) + name
        body += b"PK\x03\x04" + common + name + packed
    counts = (len(entries), len(entries), len(directory), len(body))
    return body + directory + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, *counts, 0)


def types(main: str = MAIN) -> bytes:
    return (
        f'<Types xmlns="{PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>'
        f'<Default Extension="svg" ContentType="image/svg+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
    ).encode()


def relationship(kind: str, target: str, mode: str = "Internal") -> bytes:
    link = f'<Relationship Id="r1" Type="{OFFICE}/{kind}" Target="{target}" TargetMode="{mode}"/>'
    return f'<Relationships xmlns="{PACKAGE}/relationships">{link}</Relationships>'.encode()


def document(body: str = "<w:p><w:r><w:t>受理</w:t></w:r></w:p>") -> bytes:
    return f'<?xml version="1.0"?><w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'.encode()


def docx(*more: Entry, text: bytes | None = None, main: str = MAIN) -> bytes:
    """A Word file with this document part and these parts besides."""
    return zipped(
        Entry("[Content_Types].xml", types(main)),
        Entry("_rels/.rels", relationship("officeDocument", "word/document.xml")),
        Entry("word/document.xml", document() if text is None else text),
        *more,
    )


def odt(*more: Entry) -> bytes:
    mimetype = b"application/vnd.oasis.opendocument.text"
    return zipped(Entry("mimetype", mimetype, method=0), Entry("content.xml", b"<a/>"), *more)


NOWHERE = 0xFFFFFFFF
END = 0xFFFFFFFE


def ole(streams: Mapping[str, bytes], root: int = 5, **header: int) -> bytes:
    """A compound file: header, one FAT sector, one sector of names, and the streams one after the other."""
    fat, content = [0xFFFFFFFD, END], b""
    names = [_name("Root Entry", root, 1 if streams else NOWHERE)]
    for number, (name, stream) in enumerate(streams.items(), 1):
        sectors = -(-len(stream) // 512)
        start = len(fat)
        fat += [*range(start + 1, start + sectors), END]
        content += stream.ljust(sectors * 512, b"\0")
        names.append(_name(name, 2, right=number + 1 if number < len(streams) else NOWHERE, at=start, size=len(stream)))
    table = struct.pack("<128I", *fat, *[NOWHERE] * (128 - len(fat)))
    fields = {"fat": 1, "directory": 1, "shift": 9, "difat": END, "difats": 0, "first": 0} | header
    head = container.OLE_MAGIC + struct.pack("<16xHHHHH6x", 0x3E, 3, 0xFFFE, fields["shift"], 6)
    head += struct.pack("<IIIIIIII", 0, fields["fat"], fields["directory"], 0, 4096, END, 0, fields["difat"])
    head += struct.pack("<I109I", fields["difats"], fields["first"], *[NOWHERE] * 108)
    return head + table + b"".join(names).ljust(512, b"\0") + content


def _name(name: str, kind: int, child: int = NOWHERE, right: int = NOWHERE, at: int = 0, size: int = 0) -> bytes:
    text = name.encode("utf-16-le")
    fields = (text, len(text) + 2, kind, 1, NOWHERE, right, child, b"", 0, 0, 0, at, size)
    return struct.pack("<64sHBBIII16sIQQIQ", *fields)


def fib(flags: int = 0, magic: int = 0xA5EC) -> bytes:
    return struct.pack("<H8xH", magic, flags).ljust(4096, b"\0")


def bomb(size: int) -> bytes:
    """A deflated text node of this many MiB."""
    packer = zlib.compressobj(wbits=-15)
    opening = packer.compress(b"<a>") + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(b"x" * MIB) + packer.flush(zlib.Z_FULL_FLUSH)
    return opening + block * size + packer.compress(b"</a>") + packer.flush()


def refused(data: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        check_package("图.docx", data)
    return caught.value


# Kinds

WORDML = "http://schemas.microsoft.com/office/word/2003/wordml"
WORD_2003 = f'<?mso-application progid="Word.Document"?><w:wordDocument xmlns:o="x" xmlns:w="{WORDML}"/>'
FODT = '<?xml version="1.0"?><office:document {0} a="application/vnd.oasis.opendocument.text"/>'


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        pytest.param(docx(), Kind.DOCX, id="docx"),
        pytest.param(odt(), Kind.ODT, id="odt"),
        pytest.param(zipped(Entry("[Content_Types].xml"), Entry("xl/workbook.xml")), Kind.XLSX, id="xlsx"),
        pytest.param(zipped(Entry("[Content_Types].xml"), Entry("ppt/slides/a.xml")), Kind.PPTX, id="pptx"),
        pytest.param(zipped(Entry("OFD.xml")), Kind.OFD, id="ofd"),
        pytest.param(zipped(Entry("图.docx", docx())), Kind.ZIP, id="zip with a docx in it"),
        pytest.param(zipped(Entry("word/document.xml")), Kind.ZIP, id="no content types"),
        pytest.param(zipped(Entry("[Content_Types].xml", types())), Kind.ZIP, id="no document"),
        pytest.param(zipped(), Kind.ZIP, id="empty zip"),
        pytest.param(docx()[:-30], Kind.ZIP_DAMAGED, id="truncated zip"),
        pytest.param(ole({"1Table": fib(), "WordDocument": fib()}), Kind.DOC, id="doc"),
        pytest.param(ole({"WordDocument": fib(magic=0xA5DC)}), Kind.DOC, id="doc of Word 95"),
        pytest.param(ole({"WordDocument": fib(0x0100)}), Kind.ENCRYPTED, id="doc with password"),
        pytest.param(ole({"WordDocument": fib(0x8100, 0xA5DC)}), Kind.ENCRYPTED, id="doc of Word 95 with password"),
        pytest.param(
            ole({"EncryptionInfo": fib(), "EncryptedPackage": fib()}), Kind.ENCRYPTED, id="docx with password"
        ),
        pytest.param(ole({"Workbook": fib()}), Kind.OLE, id="xls"),
        pytest.param(ole({}), Kind.OLE, id="compound file without streams"),
        pytest.param(ole({"WordDocument": fib()})[:1500], Kind.OLE_DAMAGED, id="truncated doc"),
        pytest.param(ole({"WordDocument": fib()}, root=0), Kind.OLE_DAMAGED, id="compound file without root"),
        pytest.param(ole({}, shift=40), Kind.OLE_DAMAGED, id="compound file with impossible sectors"),
        pytest.param(container.OLE_MAGIC, Kind.OLE_DAMAGED, id="header only"),
        pytest.param(b"{\\rtf1\\ansi x}", Kind.RTF, id="rtf"),
        pytest.param(b"\xef\xbb\xbf\r\n{\\rtf1 x}", Kind.RTF, id="rtf after BOM and blank line"),
        pytest.param(WORD_2003.encode(), Kind.WORD_XML, id="Word 2003"),
        pytest.param(WORD_2003.encode("utf-16"), Kind.WORD_XML, id="Word 2003 in UTF-16"),
        pytest.param(WORD_2003.encode("utf-16-le"), Kind.WORD_XML, id="Word 2003 in UTF-16 without BOM"),
        pytest.param(
            FODT.format('b="urn:oasis:names:tc:opendocument:xmlns:office:1.0"').encode(), Kind.FODT, id="fodt"
        ),
        pytest.param(FODT.format("").encode(), Kind.XML, id="something like fodt"),
        pytest.param(b'<?xml version="1.0"?><a/>', Kind.XML, id="xml"),
        pytest.param(b"<html xmlns:w='urn:schemas-microsoft-com:office:word'><body>", Kind.HTML, id="html by Word"),
        pytest.param(b"\n<!DOCTYPE HTML PUBLIC '-//W3C//DTD'>\n<HTML>", Kind.HTML, id="html"),
        pytest.param(b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n", Kind.HTML, id="mhtml"),
        pytest.param(b"%PDF-1.7\n%\xe2\xe3", Kind.PDF, id="pdf"),
        pytest.param("风险点：收件不登记。".encode(), Kind.TEXT, id="text"),
        pytest.param("风险点：收件不登记。".encode("gb18030"), Kind.TEXT, id="text in GB18030"),
        pytest.param("风险点".encode("utf-16"), Kind.TEXT, id="text in UTF-16"),
        pytest.param(b"", Kind.EMPTY, id="empty"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0", Kind.UNKNOWN, id="picture"),
        pytest.param(bytes(5000), Kind.UNKNOWN, id="zeros"),
    ],
)
def test_a_kind_is_told_by_content(data: bytes, kind: Kind) -> None:
    assert kind_of(data) is kind


def test_a_text_cut_within_a_character_is_text() -> None:
    assert kind_of("一".encode() * MIB) is Kind.TEXT


def test_the_flags_of_a_short_word_stream_are_found_among_the_short_streams() -> None:
    streams = {"WordDocument": fib(0x0100)[:100], "Other": b"\0" * 512}
    data = bytearray(ole(streams))
    root, word = 1024, 1024 + 128
    struct.pack_into("<I", data, root + 116, 3)  # the short streams lie in the sector of "Other"
    struct.pack_into("<I", data, word + 116, 2)
    data[512 * 4 + 128 : 512 * 4 + 228] = fib(0x0100)[:100]
    assert kind_of(bytes(data)) is Kind.ENCRYPTED


@pytest.mark.parametrize("fill", [0, 1, 2, 0xFFFFFFFA])
def test_chains_of_sectors_without_end_are_left(fill: int) -> None:
    """Every number in the file points to the same sector, and the header claims four thousand million of them."""
    claims = {"fat": NOWHERE, "difat": fill, "difats": NOWHERE, "directory": fill, "first": fill}
    data = ole({"WordDocument": fib()}, **claims)[:512] + struct.pack("<I", fill) * (8 * MIB)
    assert kind_of(data) is Kind.OLE_DAMAGED


def test_names_that_point_at_each_other_are_left() -> None:
    data = bytearray(ole({"甲": fib(), "乙": fib()}))
    struct.pack_into("<II", data, 1024 + 2 * 128 + 68, 1, 2)
    assert kind_of(bytes(data)) is Kind.OLE


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_reason_and_a_remedy(kind: Kind) -> None:
    error = refusal("图.doc", kind)
    assert error.where == "图.doc"
    assert all("\u4e00" <= text[0] <= "\u9fff" for text in (error.what, error.remedy))
    assert set(REFUSALS) == set(Kind)


# Packages


def test_a_sound_package_passes() -> None:
    check_package("图.docx", docx(Entry("word/media/image1.png", bytes(3 * MIB)), Entry("word/", method=0)))


@pytest.mark.parametrize(
    "main",
    [
        "application/vnd.ms-word.document.macroEnabled.main+xml",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
    ],
)
def test_files_with_macros_and_templates_pass(main: str) -> None:
    check_package("图.docm", docx(main=main))


def test_what_zipfile_writes_passes() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", types())
        with package.open("word/document.xml", "w", force_zip64=True) as part:
            part.write(document("<w:p/>" * 300_000))
    check_package("图.docx", buffer.getvalue())


def test_a_picture_may_have_a_dtd() -> None:
    check_package("图.docx", docx(Entry("word/media/image1.svg", b"<!DOCTYPE svg><svg/>")))


DTD = '<?xml version="1.0" encoding="{0}"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
GOOD = docx()


@pytest.mark.parametrize(
    ("data", "state", "word"),
    [
        pytest.param(b"", State.DAMAGED, "空", id="empty"),
        pytest.param(GOOD[:-1], State.DAMAGED, "不完整", id="one byte short"),
        pytest.param(GOOD[: len(GOOD) // 2], State.DAMAGED, "不完整", id="half"),
        pytest.param(GOOD.replace(b"PK\x03\x04", b"PK\x03\x05"), State.DAMAGED, "重新下载", id="no local headers"),
        pytest.param(b"<html>", State.UNSUPPORTED, "网页", id="web page"),
        pytest.param(b"{\\rtf1}", State.UNSUPPORTED, "RTF", id="rtf"),
        pytest.param(ole({"WordDocument": fib()}), State.UNSUPPORTED, "旧版 Word", id="doc"),
        pytest.param(ole({"EncryptedPackage": fib()}), State.ENCRYPTED, "去掉密码", id="password"),
        pytest.param(docx(Entry("a", flags=1)), State.ENCRYPTED, "去掉密码", id="zip password"),
        pytest.param(zipped(Entry("a.txt")), State.UNSUPPORTED, ".zip", id="zip"),
        pytest.param(docx(main="application/xml"), State.UNSUPPORTED, "正文", id="no main part"),
        pytest.param(docx(Entry("Word/Document.xml", b"<a/>")), State.DAMAGED, "同名", id="one name twice"),
        pytest.param(docx(Entry("b.xml", b"<a/>", at=0)), State.DAMAGED, "重叠", id="overlap"),
        pytest.param(docx(Entry("a", at=99_999_999)), State.DAMAGED, "找不到", id="part beyond the end"),
        pytest.param(docx(Entry("a", b"x", method=12)), State.DAMAGED, "压缩方法", id="bzip2"),
        pytest.param(docx(Entry("a.xml", size=65 * MIB)), State.TOO_LARGE, "64 MiB", id="declared too large"),
        pytest.param(docx(Entry("a.png", size=257 * MIB)), State.TOO_LARGE, "256 MiB", id="too large in all"),
        pytest.param(docx(Entry("a.xml", b"<a/>", bomb(80), size=4)), State.DAMAGED, "不符", id="size too small"),
        pytest.param(docx(Entry("a.png", b"abcd", size=9)), State.DAMAGED, "不符", id="size too large"),
        pytest.param(docx(Entry("a.png", b"abcd", method=0, size=3)), State.DAMAGED, "不符", id="stored"),
        pytest.param(docx(Entry("a.png", b"abcd", deflate(b"abce"))), State.DAMAGED, "不符", id="other content"),
        pytest.param(docx(Entry("a.png", b"abcd", b"\xff\xff")), State.DAMAGED, "解压不了", id="not deflated"),
        pytest.param(docx(text=b"<a>"), State.DAMAGED, "不是完整的 XML", id="cut XML"),
        pytest.param(docx(text=b"<a>" * 100_000 + b"</a>" * 100_000), State.TOO_LARGE, "嵌套", id="nested"),
        *(
            pytest.param(docx(text=DTD.format(one).encode(one)), State.UNSUPPORTED, "DTD", id=f"DTD in {one}")
            for one in ("utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030")
        ),
        pytest.param(docx(Entry("word/_rels/a.rels", b"<!DOCTYPE a><a/>")), State.UNSUPPORTED, "DTD", id="DTD in rels"),
        pytest.param(docx(*(Entry(f"{n}.png") for n in range(10_001))), State.TOO_LARGE, "10000 个", id="entries"),
    ],
)
def test_a_broken_or_hostile_package_is_refused_by_name(data: bytes, state: State, word: str) -> None:
    error = refused(data)
    assert (error.where, error.state) == ("图.docx", state)
    assert word in str(error)
    assert error.remedy


@pytest.mark.parametrize("claimed", [600 * MIB, 40 * MIB, 4])
def test_a_bomb_is_refused_before_it_fills_the_memory(claimed: int) -> None:
    """A text node of 600 MB in a small zip, with the size in the directory true, harmless or tiny."""
    data = docx(Entry("word/notes.xml", b"<a/>", bomb(600), claimed))
    assert len(data) < MIB
    tracemalloc.start()
    try:
        assert refused(data).state in (State.TOO_LARGE, State.DAMAGED)
        assert tracemalloc.get_traced_memory()[1] < claimed % (600 * MIB) + 8 * MIB
    finally:
        tracemalloc.stop()


def test_xml_parts_have_a_limit_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "MAX_XML", 2000)
    assert refused(docx(*(Entry(f"{n}.xml", b"<a>" + b"x" * 500 + b"</a>") for n in range(4)))).state is State.TOO_LARGE


def test_tables_in_tables_are_not_too_deep() -> None:
    table = ("<w:tbl><w:tr><w:tc><w:p/>", "</w:tc></w:tr></w:tbl>")
    check_package("图.docx", docx(text=document(table[0] * 60 + table[1] * 60)))


# OpenDocument and flat XML


def test_a_sound_odt_passes() -> None:
    empty = Entry("Configurations2/accelerator/current.xml", b"")  # as OpenOffice leaves it
    check_odt("图.odt", odt(Entry("META-INF/manifest.xml", b"<a/>"), empty))


@pytest.mark.parametrize(
    ("data", "state"),
    [
        (docx(), State.UNSUPPORTED),
        (odt(Entry("styles.xml", b"<!DOCTYPE a><a/>")), State.UNSUPPORTED),
        (odt(Entry("META-INF/manifest.xml", b"<a><manifest:encryption-data/></a>")), State.ENCRYPTED),
    ],
)
def test_an_odt_is_refused_by_name(data: bytes, state: State) -> None:
    with pytest.raises(Unreadable) as caught:
        check_odt("图.odt", data)
    assert caught.value.state is state


def test_flat_xml_has_the_limits_of_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    check_xml("图.xml", b"<a/>")
    monkeypatch.setattr(container, "MAX_PART", 3)
    with pytest.raises(Unreadable, match="文件超过"):
        check_xml("图.xml", b"<a/>")


# Anything at all


def survives(data: bytes) -> None:
    kind_of(data)
    for check in (check_package, check_odt, check_xml):
        with contextlib.suppress(Unreadable):
            check("图.docx", data)


@settings(deadline=None)
@given(st.sampled_from([b"", b"PK\x03\x04", container.OLE_MAGIC, b"<", b"\xff\xfe<\0"]), st.binary(max_size=2000))
def test_random_bytes_raise_nothing_but_unreadable(start: bytes, rest: bytes) -> None:
    survives(start + rest)


DAMAGE = st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), min_size=1, max_size=12)


@settings(deadline=None)
@given(st.sampled_from([docx(), odt(), ole({"WordDocument": fib()})]), DAMAGE, st.integers(0, 400))
def test_damaged_files_raise_nothing_but_unreadable(data: bytes, damage: list[tuple[int, int]], cut: int) -> None:
    broken = bytearray(data)
    for place, value in damage:
        broken[place % len(broken)] = value
    survives(bytes(broken[: len(broken) - cut] if cut % 3 == 0 else broken))
