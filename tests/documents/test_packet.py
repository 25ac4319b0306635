"""What leaves: headers that keep a file from being run or kept, and the sheet a preview shows."""

import pytest
from bs4 import BeautifulSoup
from django.http import Http404
from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import User
from documents import packet, services
from tests.documents import files, sheets


@pytest.fixture
def store_file(db):
    elise = User.objects.create(email="elise@usinage.example")
    return lambda data, name: services.store_upload(files.chosen(data, name), by=elise)


def test_download_keeps_its_accents_and_is_never_run_nor_kept(store_file):
    response = packet.file_response(store_file(files.docx(), "Plan d’été.docx"))

    assert response["Content-Disposition"] == "attachment; filename*=utf-8''Plan%20d%E2%80%99%C3%A9t%C3%A9.docx"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert b"".join(response.streaming_content) == files.docx()


def test_pdf_may_be_shown_in_place(store_file):
    response = packet.file_response(store_file(files.pdf(), "plan.pdf"), inline=True)

    assert response["Content-Disposition"] == 'inline; filename="plan.pdf"'
    assert response["Content-Type"] == "application/pdf"
    assert "sandbox" not in response["Content-Security-Policy"]


def test_text_is_always_a_download(store_file):
    response = packet.file_response(store_file(b"<script>alert(1)</script>", "page.html"), inline=True)

    assert response["Content-Disposition"] == 'attachment; filename="page.html.txt"'
    assert response["Content-Type"] == "text/plain; charset=utf-8"


def test_removed_file_is_not_found(store_file):
    upload = store_file(files.pdf(), "plan.pdf")

    with pytest.raises(Http404):
        packet.file_response(services.remove_upload(upload, by=upload.uploader))


@pytest.mark.django_db
def test_document_that_waits_is_not_found():
    waiting = services.queue_rendering("letter", html="<p>x</p>", title="Lettre", language="fr", key="letter:1")

    with pytest.raises(Http404):
        packet.file_response(waiting)


def test_sheet_shows_each_language_under_its_own_name():
    page = BeautifulSoup(sheets.letter(), "html.parser")

    assert page.article["lang"] == "fr-CA"
    assert [s["lang"] for s in page.find_all("section")] == ["fr-CA", "en-CA"]
    assert page.img["alt"] == "Aéro Montréal"
    assert page.find("style") is None
    assert page.find(style=True) is None


def test_letterhead_is_text_never_markup():
    head = packet.Letterhead(name="<b>Grappe</b>", lines=("<i>rue</i>",), running='"><script>')

    page = BeautifulSoup(packet.sheet([("en", "<p>x</p>")], letterhead=head), "html.parser")

    assert page.find("b") is page.find("i") is page.find("script") is None


@pytest.mark.parametrize(
    ("language", "file_number", "invitation"),
    [
        (
            "fr",
            "Numéro de dossier\N{NO-BREAK SPACE}: FE-2026-00042",
            "Pour vous assurer que ce document est authentique",
        ),
        ("en", "File number: FE-2026-00042", "To make sure that this document is genuine"),
    ],
)
def test_letter_base_speaks_the_language_that_is_on(language, file_number, invitation):
    context = {
        "recipient": ["Usinage Lévis inc.", "1200, rue de la Passerelle"],
        "date": "22 novembre 2026",
        "reference": "FE-2026-00042",
        "subject": "Accusé de réception",
        "verify_url": "https://passerelle.example/v/",
        "verify_code": "7KQ2-M4XB",
    }
    with translation.override(language):
        page = BeautifulSoup(render_to_string("documents/letter.html", context), "html.parser")

    assert page.h1.text == "Accusé de réception"
    assert file_number in page.find(class_="paper-date").text
    assert invitation in page.find(class_="paper-verify").text
    assert page.a["href"] == page.a.text == "https://passerelle.example/v/"
    assert page.find(class_="paper-code").text == "7KQ2-M4XB"
