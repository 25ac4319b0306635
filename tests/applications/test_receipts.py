"""A receipt that is late or could not be made: what the applicant reads, who finds it, and the act that mends it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from applications.pages import FILE_ANSWERS
from applications.selectors.waiting import work_for
from applications.services.receipts import retry_receipts
from audit.models import Entry
from documents import pdf, tasks
from documents.models import Rendering
from documents.pdf import RenderingFailed
from moves.refusals import Forbidden
from reviews.services import declare_interests
from tests.files import AT, submitted_file
from tests.mutants import proves
from work import clock
from work.models import Outage

TITLE = "Livrer à temps \U0001f680"


@pytest.fixture
def file(cast, programme, clock_at):
    clock_at(AT)
    return submitted_file(cast, programme)


def receipts(file):
    return Rendering.objects.filter(snapshot__application=file)


@pytest.fixture
def poisoned(file, monkeypatch):
    """The receipt of `file`, which the engine refused three times."""

    def refuse(*_args, **_kwargs):
        raise RenderingFailed("a damaged picture")

    monkeypatch.setattr("documents.services.render_pdf", refuse)
    monkeypatch.setattr(pdf, "why_not", lambda: "")
    receipts(file).update(html="<p>\uf0b7 des objectifs mesurables</p>")
    for hours in (0, 2, 4):  # each try waits longer for the next
        with clock.at(AT + timedelta(hours=hours)):
            tasks.render_documents()
    assert receipts(file).get().is_lost
    return file


def read(person, name, *args, language="en"):
    client = Client()
    client.force_login(person)
    client.cookies["django_language"] = language
    return " ".join(client.get(reverse(name, args=args)).content.decode().split())


def told_of(cast, person):
    return [
        line.link
        for line in work_for(getattr(cast, person))
        if line.what == "Un accusé de réception n’a pas pu être produit"
    ]


def pages(cast, file):
    return [read(cast.sophie, name, file.public_id) for name in ("application-detail", "application-submitted")]


def test_a_receipt_that_takes_long_is_said_to_and_the_engine_away_costs_it_nothing(cast, file, clock_at, monkeypatch):
    monkeypatch.setattr(pdf, "why_not", lambda: "No typeface for documents. Run: make assets")
    tasks.render_documents()
    assert all("The receipt (PDF) is being made." in page for page in pages(cast, file))
    clock_at(AT + timedelta(minutes=11))
    for page in pages(cast, file):
        assert "The receipt (PDF) takes longer than usual." in page
        assert f"under the number {file.reference}" in page
        assert "is being made" not in page
    assert (receipts(file).get().attempts, told_of(cast, "officer")) == (0, [])
    assert Outage.objects.filter(over_at=None).exists()


def test_a_receipt_that_could_not_be_made_is_said_to_its_applicant_and_waits_for_an_officer(cast, poisoned):
    for page in pages(cast, poisoned):
        assert "The receipt (PDF) could not be made." in page
        assert f"under the number {poisoned.reference}" in page
    assert told_of(cast, "officer") == [FILE_ANSWERS(poisoned.number)]
    assert [told_of(cast, name) for name in ("screener", "chair", "sophie", "auditor", "analyst")] == [[]] * 5
    page = read(cast.officer, "file-answers", poisoned.reference)
    assert "The receipt of this submission could not be made" in page
    assert "The PDF engine stopped on this document: RenderingFailed: a damaged picture" in page
    assert reverse("file-receipt-retry", args=[poisoned.reference]) in page
    assert reverse("file-receipt-retry", args=[poisoned.reference]) not in read(
        cast.screener, "file-answers", poisoned.reference
    )


def test_an_officer_has_a_receipt_made_again_with_its_text_mended(cast, poisoned, monkeypatch):
    client = Client()
    client.force_login(cast.officer)
    address = reverse("file-receipt-retry", args=[poisoned.reference])
    assert client.post(address)["Location"] == reverse("file-answers", args=[poisoned.reference])
    receipt = receipts(poisoned).get()
    assert (receipt.attempts, receipt.is_lost, receipt.html) == (0, False, "<p>• des objectifs mesurables</p>")
    assert Entry.objects.filter(verb="application.retry_receipt", application_id=poisoned.pk).count() == 1
    assert told_of(cast, "officer") == []
    monkeypatch.setattr("documents.services.render_pdf", lambda *_a, **_k: b"%PDF-1.7 receipt")
    tasks.render_documents()
    assert receipts(poisoned).get().is_ready
    assert "Download the receipt (PDF)" in pages(cast, poisoned)[1]
    client.post(address)  # a second click
    assert Entry.objects.filter(verb="application.retry_receipt").count() == 1


@proves(retry_receipts)
def test_receipts_made_again_are_those_of_the_file_alone(cast, programme, poisoned):
    other = submitted_file(cast, programme, company="precision")
    receipts(other).update(attempts=3)
    assert retry_receipts(poisoned, by=cast.officer) == 1
    assert [receipts(file).get().attempts for file in (poisoned, other)] == [0, 3]


def test_a_receipt_is_tried_again_by_officers_who_are_free_to_alone(cast, poisoned):
    with pytest.raises(Forbidden):
        retry_receipts(poisoned, by=cast.screener)
    declare_interests(poisoned, by=cast.officer, answer="conflict", note="Ma sœur y travaille")
    with pytest.raises(Forbidden):
        retry_receipts(poisoned, by=cast.officer)
    assert told_of(cast, "officer") == []
    assert receipts(poisoned).get().is_lost


def test_a_receipt_that_waits_is_done_set_aside_or_replaced_is_nobody_s_work(cast, poisoned):
    lost = receipts(poisoned)
    for change, undo in (
        ({"attempts": 2}, {"attempts": 3}),
        ({"claimed_until": clock.now() + timedelta(minutes=1)}, {"claimed_until": None}),
        ({"done_at": clock.now()}, {"done_at": None}),
        (
            {"set_aside_at": clock.now(), "set_aside_by": cast.administrator},
            {"set_aside_at": None, "set_aside_by": None},
        ),
    ):
        lost.update(**change)
        assert told_of(cast, "officer") == [], change
        lost.update(**undo)
    assert len(told_of(cast, "officer")) == 1
    poisoned.snapshots.update(superseded_at=clock.now())
    assert told_of(cast, "officer") == []
