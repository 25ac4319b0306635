"""The pages of letters: who reads theirs, and what anybody who holds one may verify."""

import hashlib

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from audit.models import Reading
from letters.models import Letter
from tests.decisions import files

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 letter"


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()


@pytest.fixture
def as_(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def sent(cast, programme, monkeypatch):
    monkeypatch.setattr("documents.services.render_pdf", lambda *a, **k: PDF)
    return files.sent(cast, programme)


def text(response):
    return response.content.decode()


def test_company_alone_reads_its_letter_and_opening_it_serves_it(sent, cast, as_):
    url, download = (
        reverse("decision-letter", args=[sent.public_id]),
        reverse("decision-letter-pdf", args=[sent.public_id]),
    )
    for person in ("emily", "officer", "ana", "concurrence", "auditor"):
        assert as_(getattr(cast, person)).get(url).status_code == 404
        assert as_(getattr(cast, person)).get(download).status_code == 404
    assert Letter.objects.get(pk=sent.pk).state == "sent"
    assert as_(cast.olivier).get(reverse("decision-letter-of", args=[sent.application.public_id])).url == url
    assert "Le projet répond aux objectifs." in text(as_(cast.olivier).get(url))
    assert (Letter.objects.get(pk=sent.pk).state, Reading.objects.filter(what="letter").count()) == ("served", 1)
    response = as_(cast.sophie).get(download)
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Type"] == "application/pdf"


def test_letter_is_not_there_before_it_is_sent(cast, programme, as_):
    letter = files.issued(cast, programme).letter
    assert as_(cast.sophie).get(reverse("decision-letter", args=[letter.public_id])).status_code == 404
    assert as_(cast.sophie).get(reverse("decision-letter-of", args=[letter.application.public_id])).status_code == 404


def test_code_leads_to_what_its_holder_already_has(sent, client):
    response = client.post(reverse("decision-verify"), {"code": sent.code.lower()})
    page = text(client.get(response.url, {"lang": "en"}))
    for shown in (
        sent.application.reference,
        "November\u00a03, 2026",
        "Aérofil Cluster",
        "Filière Excellence",
        hashlib.sha256(PDF).hexdigest(),
    ):
        assert shown in page
    for hidden in ("75,000.00", "Usinage Gauthier", "Approval", "approval"):
        assert hidden not in page, hidden


def test_unknown_code_and_a_letter_not_sent_yet_are_the_same_answer(cast, programme, client):
    letter = files.issued(cast, programme).letter
    pages = [client.get(reverse("decision-verify-code", args=[code])) for code in (letter.code, "2222-3333-4444")]
    assert [page.status_code for page in pages] == [404, 404]
    assert text(pages[0]).replace(letter.code, "2222-3333-4444") == text(pages[1])


def test_file_itself_is_compared_and_nothing_of_it_is_kept(sent, client, settings, monkeypatch):
    url = reverse("decision-verify-code", args=[sent.code])
    monkeypatch.setattr("tempfile.NamedTemporaryFile", None)  # a file kept on disk would need it
    page = text(client.post(f"{url}?lang=en", {"file": SimpleUploadedFile("lettre.pdf", PDF)}))
    assert "This file is the letter that we sent" in page
    assert "$75,000.00" in page
    changed = SimpleUploadedFile("lettre.pdf", PDF + b" " * 1_500_000)
    page = text(client.post(f"{url}?lang=en", {"file": changed}))
    assert "This file is not the letter that we sent" in page
    assert "$75,000.00" not in page
    assert "Choose the PDF" in text(client.post(f"{url}?lang=en", {}))


def test_upload_needs_the_forms_token(sent):
    client = Client(enforce_csrf_checks=True)
    url = reverse("decision-verify-code", args=[sent.code])
    assert client.post(url, {"file": SimpleUploadedFile("lettre.pdf", PDF)}).status_code == 403


def test_asking_too_often_is_slowed_down(client):
    url = reverse("decision-verify-code", args=["2222-3333-4444"])
    answers = [client.get(url).status_code for _ in range(21)]
    assert answers == [404] * 20 + [429]
