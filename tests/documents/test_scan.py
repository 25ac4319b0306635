"""A file is judged by its content: what we take, what we refuse, and the sentence that says why."""

import io
import socketserver
import struct
import threading

import pytest
from django.utils import translation

from documents import scan
from documents.constants import DOCUMENTS
from documents.states import Malware
from tests.documents import files
from work.outages import open_outages
from work.states import Machine


def examine(data, name="budget.pdf", **more):
    return scan.examine(io.BytesIO(data), name=name, **more)


def refusal(data, name="budget.pdf", **more):
    with pytest.raises(scan.Unacceptable) as caught:
        examine(data, name, **more)
    return caught.value


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (files.pdf(), "pdf"),
        (files.image("PNG"), "png"),
        (files.image("JPEG"), "jpeg"),
        (files.docx(), "docx"),
        (files.xlsx(), "xlsx"),
        (files.odt(), "odt"),
        (files.ods(), "ods"),
        ("poste;montant\nsalaires;1 200,50\n".encode("cp1252"), "csv"),
        ("Lettre d’appui\nde l’usine de Lévis".encode(), "txt"),
    ],
)
def test_kind_is_found_by_content_whatever_the_name(data, kind):
    assert examine(data, name="whatever.exe").kind.key == kind


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00" + b"\x00" * 200, "kind"),
        (files.archive({"readme.txt": "a zip is not an office file"}), "kind"),
        (b"PK\x03\x04 but not an archive at all", "kind"),
        (b"\x00\x01\x02\x03" * 50, "kind"),
        (b"GIF89a" + b"\x00" * 50, "kind"),
        (b"%PDF-1.7 and then nothing", "damaged"),
        (files.pdf()[:200], "damaged"),
        (files.pdf(password="secret"), "locked"),
        (files.image("PNG")[:-20], "damaged"),
        (files.image("JPEG", (400, 400))[:900], "damaged"),
        (files.image("PNG")[:16] + struct.pack(">II", 20_000, 20_000) + files.image("PNG")[24:], "damaged"),
        (files.docx(**{"word/vbaProject.bin": "macro"}), "macros"),
        (files.docx(**{"[Content_Types].xml": "macroEnabled.main+xml"}), "macros"),
        (files.odt(**{"Basic/Standard/Module1.xml": "sub"}), "macros"),
        (files.odt(**{"META-INF/manifest.xml": "<manifest:encryption-data/>"}), "locked"),
        (files.docx(**{"word/_rels/settings.xml.rels": 'TargetMode="External"'}), "external"),
        (files.docx(**{"../../etc/passwd": "x"}), "paths"),
        (files.docx(**{"/etc/passwd": "x"}), "paths"),
        (files.xlsx(**{"xl/worksheets/sheet1.xml": b"0" * 30_000_000}), "bomb"),
        (files.docx()[:-40], "kind"),
    ],
)
def test_what_is_refused_and_why(data, code):
    assert refusal(data).code == code


def test_image_of_too_many_pixels_is_refused(monkeypatch):
    monkeypatch.setattr("documents.scan.content.PIXELS", 100)

    assert refusal(files.image("PNG", (11, 10))).code == "pixels"
    assert examine(files.image("PNG", (10, 10))).kind.key == "png"


def test_limit_is_the_last_size_that_passes():
    data = files.pdf()

    assert examine(data, limit=len(data)).size == len(data)
    assert refusal(data, limit=len(data) - 1).code == "size"


def test_kind_not_asked_for_is_refused():
    assert refusal(files.image("PNG"), accept=DOCUMENTS).code == "kind"


def test_sentence_names_the_file_and_what_is_accepted_in_english():
    with translation.override("en"):
        message = refusal(b"", name="C:\\plans\\budget.pdf", accept=("pdf", "docx")).message

    assert message == "“budget.pdf” is empty. We accept PDF, Word (.docx), up to 10\N{NO-BREAK SPACE}MB a file."


def test_sentence_names_the_file_and_what_is_accepted_in_french():
    with translation.override("fr"):
        message = refusal(b"\x00" * 9, name="plan.dwg", accept=("pdf", "docx"), limit=2_500_000).message

    assert message == (
        "«\N{NO-BREAK SPACE}plan.dwg\N{NO-BREAK SPACE}» n’est pas dans un format accepté ici. Nous acceptons les "
        "formats suivants\N{NO-BREAK SPACE}: PDF, Word (.docx), jusqu’à 2,5\N{NO-BREAK SPACE}Mo par fichier."
    )


def test_pdf_without_text_is_flagged_not_refused():
    assert examine(files.pdf(text="")).has_text is False
    assert examine(files.pdf()).has_text is True
    assert examine(files.docx()).has_text is None


@pytest.mark.parametrize(
    ("given", "extension", "kept"),
    [
        ("budget.pdf", "pdf", "budget.pdf"),
        ("../../etc/passwd", "", "passwd"),
        ("C:\\Users\\Élise\\plan été.pdf", "pdf", "plan été.pdf"),
        ("facture\u202efdp.exe", "pdf", "facturefdp.exe.pdf"),
        ("ligne\r\nSet-Cookie: x.pdf", "pdf", "ligneSet-Cookie_ x.pdf"),
        ("", "pdf", "document.pdf"),
        ("...", "", "document"),
        ("photo.jpeg", "jpg", "photo.jpeg"),
        ("a" * 300 + ".xlsx", "xlsx", "a" * 115 + ".xlsx"),
    ],
)
def test_name_is_made_safe(given, extension, kept):
    assert scan.clean_name(given, extension=extension) == kept


class Clamd(socketserver.StreamRequestHandler):
    """As much of clamd as the commands PING and INSTREAM need; the word EICAR is its virus."""

    def handle(self):
        head = self.rfile.read(6)
        if head == b"zPING\0":
            self.wfile.write(b"PONG\0")
            return
        assert head + self.rfile.read(4) == b"zINSTREAM\0"
        body = b""
        while size := struct.unpack("!I", self.rfile.read(4))[0]:
            body += self.rfile.read(size)
        self.wfile.write(b"stream: Eicar-Test FOUND\0" if b"EICAR" in body else b"stream: OK\0")


@pytest.fixture
def clamd(settings):
    with socketserver.TCPServer(("127.0.0.1", 0), Clamd) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.CLAMAV_URL = f"tcp://127.0.0.1:{server.server_address[1]}"
        yield
        server.shutdown()


def test_scanner_lets_a_clean_file_in(clamd):
    assert examine(files.pdf()).malware == Malware.CLEAN


def test_scanner_keeps_an_infected_file_out(clamd):
    assert refusal(b"EICAR test, in plain text").code == "infected"


@pytest.mark.django_db
def test_scanner_that_does_not_answer_lets_nothing_in_and_is_told_as_away(settings):
    settings.CLAMAV_URL = "tcp://127.0.0.1:1"

    assert refusal(files.pdf()).code == "scanner"
    assert open_outages().get().machine == Machine.SCANNER
    assert scan.why_silent().startswith("ConnectionRefusedError")


def test_scanner_that_answers_is_not_away(clamd):
    assert scan.why_silent() == ""


def test_without_a_scanner_the_file_says_so():
    assert examine(files.pdf()).malware == Malware.NOT_SCANNED


def test_pdf_that_takes_too_long_to_unfold_is_not_searched_to_its_end(monkeypatch):
    monkeypatch.setattr(scan.content, "PATIENCE", 0)
    assert examine(files.pdf(text="")).has_text is None


def test_scanner_that_answers_anything_else_is_silent_all_the_same(clamd, monkeypatch):
    def answer(self):
        self.rfile.read(6)
        self.wfile.write(b"UNKNOWN COMMAND\0")

    monkeypatch.setattr(Clamd, "handle", answer)
    assert scan.why_silent() == "It answers: UNKNOWN COMMAND"
