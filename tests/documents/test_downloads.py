"""What leaves has headers that keep it from being run or kept."""

import pytest
from django.http import Http404

from accounts.models import User
from documents import downloads, services
from documents.states import RenderingKind
from tests.documents import files


@pytest.fixture
def store_file(db):
    elise = User.objects.create(email="elise@usinage.example")
    return lambda data, name: services.store_upload(files.chosen(data, name), by=elise)


def test_download_keeps_its_accents_and_is_never_run_nor_kept(store_file):
    response = downloads.file_response(store_file(files.docx(), "Plan d’été.docx"))

    assert response["Content-Disposition"] == "attachment; filename*=utf-8''Plan%20d%E2%80%99%C3%A9t%C3%A9.docx"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert b"".join(response.streaming_content) == files.docx()


def test_pdf_may_be_shown_in_place(store_file):
    response = downloads.file_response(store_file(files.pdf(), "plan.pdf"), inline=True)

    assert response["Content-Disposition"] == 'inline; filename="plan.pdf"'
    assert response["Content-Type"] == "application/pdf"
    assert "sandbox" not in response["Content-Security-Policy"]


def test_text_is_always_a_download(store_file):
    response = downloads.file_response(store_file(b"<script>alert(1)</script>", "page.html"), inline=True)

    assert response["Content-Disposition"] == 'attachment; filename="page.html.txt"'
    assert response["Content-Type"] == "text/plain; charset=utf-8"


def test_removed_file_is_not_found(store_file):
    upload = store_file(files.pdf(), "plan.pdf")

    with pytest.raises(Http404):
        downloads.file_response(services.remove_upload(upload, by=upload.uploader))


@pytest.mark.django_db
def test_document_that_waits_is_not_found():
    waiting = services.queue_rendering(
        RenderingKind.LETTER, html="<p>x</p>", title="Lettre", language="fr", key="letter:1"
    )

    with pytest.raises(Http404):
        downloads.file_response(waiting)
