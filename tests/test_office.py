"""Other Word formats through LibreOffice: one call for many, none costs the others, nothing gets out."""

import io
import os
import select
import shutil
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pipeline.errors import State, Unreadable
from pipeline.extract import office
from pipeline.extract.office import to_docx
from tests.test_container import Entry, document, docx, fib, ole, relationship

# A LibreOffice of a few lines: what a file says is what happens to it.

FAKE = r"""#!/bin/sh
echo "$@" >> "{log}/calls"
env >> "{log}/environment"
pwd >> "{log}/folders"
ulimit -v >> "{log}/limits"
ulimit -f >> "{log}/limits"
while [ "$1" != --outdir ]; do shift; done
out=$2
shift 2
for file; do
    case $(cat "$file") in
    *hang*) sleep 600 > "{log}/fifo" ;;
    *leave*) exec 9> "{log}/fifo"; sleep 600 & exit 1 ;;
    *crash*) kill -SEGV $$ ;;
    *nothing*) continue ;;
    *garbage*) echo garbage > "$out/${{file%.*}}.docx" && continue ;;
    *half*) head -c 500 "{log}/good.docx" > "$out/${{file%.*}}.docx" && continue ;;
    esac
    cp "{log}/good.docx" "$out/${{file%.*}}.docx"
done
"""
GOOD = docx()


def rtf(text: str) -> bytes:
    return f"{{\\rtf1\\ansi {text}}}".encode()


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the fake LibreOffice, the only one to be found, writes what it was told."""
    if os.name != "posix":
        pytest.skip("the fake is a shell script")
    program = tmp_path / "soffice"
    program.write_text(FAKE.format(log=tmp_path), "utf-8")
    program.chmod(0o755)
    (tmp_path / "good.docx").write_bytes(GOOD)
    os.mkfifo(tmp_path / "fifo")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(office, "SECONDS_A_CALL", 1.0)
    monkeypatch.setattr(office, "SECONDS_A_FILE", 0.0)
    return tmp_path


def written(log: Path, name: str) -> list[str]:
    return (log / name).read_text("utf-8").splitlines()


def test_many_files_go_through_one_call_in_their_order(log: Path) -> None:
    files = [("甲.doc", rtf("甲")), ("乙.doc", b"<html>"), ("丙.wps", ole({"WordDocument": fib()})), ("丁.rtf", b"")]
    first, second, third, fourth = to_docx(files)
    assert first == third == GOOD
    assert isinstance(second, Unreadable)
    assert (second.where, second.state) == ("乙.doc", State.UNSUPPORTED)
    assert isinstance(fourth, Unreadable)
    assert fourth.state is State.DAMAGED
    (call,) = written(log, "calls")
    assert call.endswith("0001.rtf 0003.doc")


def test_no_call_without_need(log: Path) -> None:
    assert to_docx([]) == []
    assert isinstance(to_docx([("甲.doc", b"%PDF-1.4")])[0], Unreadable)
    assert not (log / "calls").exists()


def test_a_call_takes_so_many_files_and_no_more(log: Path) -> None:
    assert to_docx([("甲.rtf", rtf("甲"))] * (office.FILES_A_CALL + 1)) == [GOOD] * (office.FILES_A_CALL + 1)
    assert len(written(log, "calls")) == 2


@pytest.mark.parametrize(
    ("text", "state", "calls"),
    [
        ("hang", State.TIMEOUT, 3),
        ("crash", State.DAMAGED, 3),
        ("leave", State.DAMAGED, 3),
        ("nothing", State.DAMAGED, 1),
        ("garbage", State.DAMAGED, 1),
        ("half", State.DAMAGED, 1),
    ],
)
def test_a_bad_file_costs_none_of_the_others(log: Path, text: str, state: State, calls: int) -> None:
    with _reader(log):
        before, bad, after = to_docx([("甲", rtf("甲")), ("乙.doc", rtf(text)), ("丙", rtf("丙"))])
    assert before == after == GOOD
    assert isinstance(bad, Unreadable)
    assert (bad.where, bad.state) == ("乙.doc", state)
    assert bad.remedy
    assert len(written(log, "calls")) == calls


class _reader:  # noqa: N801
    """Holds the reading end of the pipe to which the children of the fake write."""

    def __init__(self, log: Path) -> None:
        self.pipe = os.open(log / "fifo", os.O_RDONLY | os.O_NONBLOCK)

    def __enter__(self) -> int:
        return self.pipe

    def __exit__(self, *_: object) -> None:
        os.close(self.pipe)


@pytest.mark.parametrize("text", ["hang", "leave"])
def test_nothing_stays_behind(log: Path, text: str) -> None:
    with _reader(log) as pipe:
        to_docx([("甲.doc", rtf(text))])
        # The pipe is at its end once the child that held its other end is gone.
        assert select.select([pipe], [], [], 20)[0]
        assert os.read(pipe, 1) == b""
    assert not any(Path(folder).exists() for folder in written(log, "folders"))


def test_nothing_of_the_user_is_handed_on(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://secret.example")
    to_docx([("/家/甲.doc", rtf("甲"))])
    (folder,) = written(log, "folders")
    environment = dict(line.partition("=")[::2] for line in written(log, "environment"))
    assert set(environment) - {"PWD", "OLDPWD", "SHLVL", "_"} == {"PATH", "HOME", "TMPDIR", "TEMP", "TMP", "LANG"}
    assert environment["HOME"] == folder
    assert "甲" not in written(log, "calls")[0]
    assert str(log) not in environment["PATH"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems lack some of the limits")
def test_memory_and_written_files_are_limited(log: Path) -> None:
    to_docx([("甲.doc", rtf("甲"))])
    assert all(int(limit) <= office.MAX_MEMORY // 1024 for limit in written(log, "limits"))


def test_a_result_has_a_limit(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "MAX_OUTPUT", 10)
    (result,) = to_docx([("甲.doc", rtf("甲"))])
    assert isinstance(result, Unreadable)
    assert result.state is State.TOO_LARGE


def test_without_libreoffice_the_message_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(office, "PLACES", ())
    missing, empty = to_docx([("甲.doc", rtf("甲")), ("乙.doc", b"")])
    assert isinstance(missing, Unreadable)
    assert missing.state is State.UNSUPPORTED
    assert "libreoffice-writer-nogui" in missing.remedy
    assert isinstance(empty, Unreadable)
    assert empty.state is State.DAMAGED


def test_libreoffice_is_found_in_its_usual_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "soffice"
    place.touch()
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(office, "PLACES", (str(tmp_path / "none"), str(place)))
    assert office.soffice() == str(place)


# The real one

needs_libreoffice = pytest.mark.skipif(office.soffice() is None, reason="LibreOffice is not installed")


@dataclass(frozen=True)
class Net:
    """A web server on this machine, and what was asked of it."""

    url: str
    asked: list[str]


@pytest.fixture(scope="module")
def net() -> Iterator[Net]:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def note(self) -> None:
            asked.append(f"{self.command} {self.path}")
            self.send_error(404)

        do_GET = do_HEAD = do_OPTIONS = do_PROPFIND = note  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield Net(f"http://127.0.0.1:{server.server_port}", asked)
        server.shutdown()
        thread.join()


BOX = """<w:p><w:r><w:pict xmlns:v="urn:schemas-microsoft-com:vml">
<v:rect style="position:absolute;margin-left:100pt;margin-top:50pt;width:120pt;height:60pt"><v:textbox><w:txbxContent>
<w:p><w:r><w:t>收件不登记</w:t></w:r></w:p></w:txbxContent></v:textbox></v:rect></w:pict></w:r></w:p>"""
PICTURE = """<w:p><w:r><w:drawing xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
 xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><wp:inline>
<wp:extent cx="990000" cy="990000"/><wp:docPr id="1" name="p"/><a:graphic>
<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>
<pic:nvPicPr><pic:cNvPr id="0" name="p"/><pic:cNvPicPr/></pic:nvPicPr>
<pic:blipFill><a:blip r:link="r1"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>
<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="990000" cy="990000"/></a:xfrm>
<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>
</wp:inline></w:drawing></w:r></w:p>"""


def rtf_of(text: str, more: str = "") -> bytes:
    return rtf("".join(f"\\u{ord(character)}?" for character in text) + more)


def word_2003(text: str) -> bytes:
    body = f"<w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body>"
    name = "http://schemas.microsoft.com/office/word/2003/wordml"
    progid = '<?mso-application progid="Word.Document"?>'
    return f'<?xml version="1.0"?>{progid}<w:wordDocument xmlns:w="{name}">{body}</w:wordDocument>'.encode()


def fodt(body: str, before: str = "") -> bytes:
    names = "".join(
        f' xmlns:{prefix}="{uri}"'
        for prefix, uri in {
            **{
                short: f"urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"
                for short, long in {
                    "office": "office",
                    "text": "text",
                    "draw": "drawing",
                    "script": "script",
                    "svg": "svg-compatible",
                }.items()
            },
            "xlink": "http://www.w3.org/1999/xlink",
            "ooo": "http://openoffice.org/2004/office",
            "dom": "http://www.w3.org/2001/xml-events",
        }.items()
    )
    kind = "application/vnd.oasis.opendocument.text"
    return (
        f'<?xml version="1.0"?><office:document{names} office:version="1.2" office:mimetype="{kind}">{before}'
        f"<office:body><office:text>{body}</office:text></office:body></office:document>"
    ).encode()


def macro(file: Path) -> str:
    """A Basic macro that writes a file when its document is opened."""
    name = '<ooo:library-embedded ooo:name="Standard">'
    code = f'Sub Main\nOpen "{file}" For Output As #1\nClose #1\nEnd Sub'
    call = "vnd.sun.star.script:Standard.M.Main?language=Basic&amp;location=document"
    return f"""<office:scripts><office:script script:language="ooo:Basic"><ooo:libraries>
{name}<ooo:module ooo:name="M"><ooo:source-code>{code}</ooo:source-code></ooo:module>
</ooo:library-embedded></ooo:libraries></office:script><office:event-listeners>
<script:event-listener script:language="ooo:script" script:event-name="dom:load" xlink:href="{call}"
 xlink:type="simple"/></office:event-listeners></office:scripts>"""


def linked(url: str) -> str:
    """A picture, an object and a section that are not in the document."""
    frame = '<draw:frame text:anchor-type="as-char" svg:width="3cm" svg:height="3cm">{0}</draw:frame>'
    link = 'xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"'
    picture = frame.format(f'<draw:image xlink:href="{url}/fodt.png" {link}/>')
    thing = frame.format(f'<draw:object xlink:href="{url}/object.odt" {link}/>')
    section = f'<text:section-source xlink:href="{url}/section.odt" xlink:type="simple"/><text:p>节</text:p>'
    return f'<text:p>{picture}{thing}</text:p><text:section text:name="S">{section}</text:section>'


@pytest.fixture(scope="module")
def doc(net: Net, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A .doc with a text box and a linked picture, made by LibreOffice from a .docx."""
    folder = tmp_path_factory.mktemp("doc")
    link = Entry("word/_rels/document.xml.rels", relationship("image", f"{net.url}/doc.png", "External"))
    (folder / "a.docx").write_bytes(docx(link, text=document(BOX + PICTURE)))
    program = office.soffice()
    assert program
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    office._run([program, "--headless", profile, "--convert-to", "doc", "a.docx"], folder, 60)
    return (folder / "a.doc").read_bytes()


Linking = Callable[[], list[bytes | Unreadable]]


@pytest.fixture
def linking(net: Net, doc: bytes) -> Linking:
    """Converts documents of three formats that link to the web."""
    field = f'{{\\field{{\\*\\fldinst INCLUDEPICTURE "{net.url}/rtf.png" \\\\d}}{{\\fldrslt x}}}}'
    files = [("a.doc", doc), ("a.rtf", rtf_of("受理", field)), ("a.odt", fodt(linked(net.url)))]
    net.asked.clear()
    return lambda: to_docx(files)


def text_of(result: bytes | Unreadable) -> str:
    assert isinstance(result, bytes)
    with zipfile.ZipFile(io.BytesIO(result)) as package:
        return package.read("word/document.xml").decode()


@needs_libreoffice
def test_every_format_becomes_a_docx(doc: bytes, tmp_path: Path) -> None:
    evil = fodt("<text:p>风险丁</text:p>", macro(tmp_path / "ran"))
    broken = ole({"WordDocument": fib()})
    files = [doc, rtf_of("风险乙"), word_2003("风险丙"), evil, broken]
    *results, bad = to_docx([(f"{number}.doc", data) for number, data in enumerate(files)])
    for word, result in zip(("收件不登记", "风险乙", "风险丙", "风险丁"), results, strict=True):
        assert word in text_of(result)
    assert "txbxContent" in text_of(results[0])
    assert "posOffset" in text_of(results[0])
    assert isinstance(bad, Unreadable)
    assert not (tmp_path / "ran").exists()


@needs_libreoffice
def test_no_link_of_a_document_is_followed(linking: Linking, net: Net) -> None:
    assert all(isinstance(result, bytes) for result in linking())
    assert net.asked == []


@needs_libreoffice
def test_without_the_settings_links_would_be_followed(
    linking: Linking, net: Net, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office, "SETTINGS", ())
    linking()
    assert any("doc.png" in request for request in net.asked)
    assert any("fodt.png" in request for request in net.asked)
