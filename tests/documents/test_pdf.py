"""The PDF: tagged, named, in the right languages, with its own fonts, and always the same bytes."""

import io
import os
import subprocess
import sys
import threading

import pytest
from pypdf import PdfReader
from pypdf.generic import IndirectObject

from documents import pdf
from tests.documents import sheets
from tests.documents.files import text_of

pytestmark = pytest.mark.renders


def made(html=None, **more):
    given = {"title": "Décision FE-2026-00042", "language": "fr", "made_at": sheets.MADE_AT, **more}
    return pdf.render_pdf(sheets.letter() if html is None else html, **given)


def elements(node):
    """Every element of the structure tree, parents first."""
    node = node.get_object() if isinstance(node, IndirectObject) else node
    if isinstance(node, dict):
        yield node
        kids = node.get("/K", [])
        for kid in kids if isinstance(kids, list) else [kids]:
            yield from elements(kid)


@pytest.fixture(scope="module")
def letter():
    return made()


@pytest.fixture(scope="module")
def read(letter):
    return PdfReader(io.BytesIO(letter))


def test_document_says_its_title_and_language_and_is_tagged(read):
    root = read.trailer["/Root"]

    assert read.metadata.title == "Décision FE-2026-00042"
    assert root["/Lang"] == "fr-CA"
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712  a PDF boolean
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712
    assert b'pdfuaid:part="1"' in root["/Metadata"].get_object().get_data()


def test_document_is_dated_with_the_instant_it_was_made(read):
    assert read.metadata.creation_date == sheets.MADE_AT
    assert read.metadata.modification_date == sheets.MADE_AT


def test_structure_is_what_a_screen_reader_walks(read):
    tags = [e["/S"] for e in elements(read.trailer["/Root"]["/StructTreeRoot"]) if "/S" in e]

    for tag in ("/H1", "/H2", "/Table", "/Caption", "/TH", "/TD", "/L", "/LI", "/Link", "/Figure"):
        assert tag in tags, tag


def test_each_section_carries_its_language(read):
    tree = elements(read.trailer["/Root"]["/StructTreeRoot"])

    assert [e["/Lang"] for e in tree if e.get("/S") == "/Sect"] == ["fr-CA", "en-CA"]


def test_section_over_two_pages_carries_its_language_on_both():
    html = f'<section lang="en-CA">{"<p>A line.</p>" * 80}</section>'
    read = PdfReader(io.BytesIO(made(html)))
    tree = elements(read.trailer["/Root"]["/StructTreeRoot"])

    assert len(read.pages) > 1
    assert [e["/Lang"] for e in tree if e.get("/S") == "/Sect"] == ["en-CA"] * len(read.pages)


def test_fonts_are_ours_and_embedded(read):
    fonts = {}
    for page in read.pages:
        for font in page["/Resources"]["/Font"].get_object().values():
            below = font.get_object()["/DescendantFonts"][0].get_object()
            fonts[str(below["/BaseFont"])] = below["/FontDescriptor"].get_object()

    assert fonts
    for name, descriptor in fonts.items():
        assert "Source-Sans-3" in name
        assert "/FontFile2" in descriptor or "/FontFile3" in descriptor


def test_text_reads_back_with_accents_and_no_break_spaces(letter):
    """The typeface draws a no-break space as a space, so that is what is read back: whole, on one line."""
    text = text_of(letter)

    assert "1 234,56 $" in text
    assert "« Ébavurage robotisé », où l’on réduit 12 tCO₂e" in text
    assert "$1,234.56" in text


def test_every_page_has_its_foot(letter):
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(letter)).pages]

    assert len(pages) == 2
    for number, text in enumerate(pages, start=1):
        assert "Aéro Montréal · FE-2026-00042" in text
        assert f"{number} / 2" in text


def test_brand_colours_the_sheet_and_nothing_else_gets_in():
    assert made(brand="#a01030") != made(brand="#10a030")
    assert made(brand="red; } body { display: none") == made()


def test_title_is_text_never_markup():
    data = made("<p>x</p>", title="Reçu <b>&</b> </title>")

    assert PdfReader(io.BytesIO(data)).metadata.title == "Reçu <b>&</b> </title>"


@pytest.mark.parametrize(
    ("html", "complaint"),
    [
        (f'<img src="{sheets.LOGO}">', "no required alt"),
        ('<img alt="x" src="https://example.com/logo.png">', "We fetch nothing from outside"),
        ('<img alt="x" src="file:///etc/passwd">', "We fetch nothing from outside"),
        ('<link rel="stylesheet" href="http://127.0.0.1/x.css"><p>x</p>', "We fetch nothing from outside"),
        ('<img alt="x" src="logo.png">', "Relative URI"),
        ('<img alt="x" src="data:image/png;base64,iVBORw0KGgo=">', "image"),
    ],
)
def test_what_would_be_wrong_on_paper_fails(html, complaint):
    with pytest.raises(pdf.RenderingFailed, match=complaint.replace("+", r"\+")):
        made(html)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Livrer à temps \U0001f680", "Livrer à temps □"),
        ("契約", "□□"),
        ("\U0001f469\u200d\U0001f52c et \u2764\ufe0f", "□□ et \u2764"),
        ("étape ①, \uff21\uff22, \U0001d400", "étape 1, AB, A"),
        ("un\u3000deux", "un deux"),
        ("tCO₂e → Ω, Иванов, 1\u202f000\u00a0$", "tCO₂e → Ω, Иванов, 1\u202f000\u00a0$"),
    ],
    ids=ascii,
)
def test_what_the_typeface_lacks_is_seen_on_paper_and_stops_nothing(written, shown):
    """A title with an emoji was submitted, and its receipt could never be made."""
    data = made(f"<section><h1>{written}</h1></section>", title=written)
    assert " ".join(text_of(data).split()) == f"{' '.join(shown.split())} 1 / 1"
    assert PdfReader(io.BytesIO(data)).metadata.title == written


def test_failure_leaves_the_next_document_well(letter):
    with pytest.raises(pdf.RenderingFailed):
        made('<img alt="x" src="logo.png">')

    assert made() == letter


@pytest.mark.slow  # two engines are started; the quick suite starts one, for a letter (tests/decisions)
def test_bytes_are_the_same_in_two_other_processes(letter):
    script = (
        "import django, sys; django.setup(); from tests.documents import sheets; from documents import pdf;"
        "sys.stdout.buffer.write(pdf.render_pdf(sheets.letter(), title='Décision FE-2026-00042',"
        "language='fr', made_at=sheets.MADE_AT))"
    )
    others = [
        subprocess.run([sys.executable, "-c", script], env=environment(seed), capture_output=True, check=True).stdout
        for seed in ("1", "2")
    ]

    assert others == [letter, letter]


def test_threads_have_each_their_own_press(letter):
    found = []
    threads = [threading.Thread(target=lambda: found.append(made())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [letter] * 2


def test_no_request_ever_pays_for_the_engine():
    """Importing every URL loads neither the PDF engine nor the signing library: rendering is the worker's."""
    script = (
        "import django, sys; django.setup(); import config.urls, documents.pdf, documents.services;"
        "print([m for m in ('weasyprint', 'pyhanko', 'pypdf', 'PIL') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment("0"), capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


def test_machine_without_a_typeface_says_what_to_do(settings, tmp_path):
    settings.PDF_FONTS_DIR = tmp_path

    assert "make assets" in pdf.why_not()
    with pytest.raises(pdf.NotInstalled):
        made()


def test_typeface_that_cannot_be_read_stops_before_the_engine_would_crash(settings, tmp_path):
    (tmp_path / "source-sans-3-400-normal.woff2").write_bytes(b"wOF2 half a file")
    settings.PDF_FONTS_DIR = tmp_path

    assert "cannot be read" in pdf.why_not()


def environment(seed):
    """A process of its own, with this one's settings and another order of Python's sets."""
    return {**os.environ, "PYTHONHASHSEED": seed, "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"]}
