"""Each list that tells of files is one reading: what was asked, the files it showed, how many lines, a digest."""

from datetime import UTC, datetime
from hashlib import sha256

import pytest
from django.contrib.postgres.search import SearchVector
from django.urls import reverse
from django.utils.translation import override
from uuid6 import uuid7

from applications.models import Application, Document
from audit.models import Reading
from audit.seal import canonical
from audit.services import record, record_list_reading, record_reading
from audit.states import Read, ReadOne
from decisions.selectors import UNSHOWN
from desk.selectors import chronicle, matching
from desk.selectors.trail import Filter, Place
from desk.selectors.trail.lines import _documents
from desk.selectors.trail.search import _of_partners
from documents.models import Upload
from funding.models import Envelope, PartnerSeat
from moves.services import declare_standing
from tests.decisions import files as decided
from tests.decisions.files import submitted_row
from tests.mutants import proves
from work import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_november(clock_at):
    clock_at(datetime(2026, 11, 9, 15, tzinfo=UTC))


def read(client, reader, name, *args, **query):
    """The page as this person reads it, and the readings that were written of it."""
    client.force_login(reader)
    before = set(Reading.objects.values_list("pk", flat=True))
    page = client.get(reverse(name, args=args), query)
    assert page.status_code == 200
    return page, list(Reading.objects.defer(None).exclude(pk__in=before))


def told(reading):
    return reading.subject_type, reading.what, reading.question, reading.count, reading.listed


def test_lists_of_files_under_review_are_one_reading_each(client, cast, programme):
    file, other = decided.reviewed_file(cast, programme), decided.reviewed_file(cast, programme, company="precision")
    Application.objects.update(search=SearchVector("title", config="simple"))
    both, call = sorted([file.pk, other.pk]), str(file.call.public_id)
    chosen = {"q": "", "call": "", "state": "reviewed", "due": "", "sort": "recent"}
    asked = {"state": "reviewed", "sort": "recent"}
    cohort = file.cohort_closes_at.isoformat()
    for person, address, query, expected in (
        ("officer", ["file-list"], asked, ("application", "list", chosen | {"place": ""}, 2, both)),
        ("officer", ["search"], {"q": "livrer"}, ("application", "search", {"q": "livrer"}, 2, both)),
        ("chair", ["review-ranking", call], {}, ("ranking", "ranking", {"call": call, "cohort": cohort}, 2, both)),
        ("ana", ["review-queue"], {}, ("assignment", "reviews to give", {}, 2, both)),
        ("ben", ["review-past"], {}, ("assignment", "reviews given", {"place": 1}, 2, both)),
    ):  # fmt: skip
        _page, readings = read(client, getattr(cast, person), *address, **query)
        assert [told(one) for one in readings] == [expected]
        assert (readings[0].actor_id, readings[0].application_id) == (getattr(cast, person).pk, None)
        assert len(readings[0].digest) == 64


def test_a_page_further_on_says_its_place_and_its_digest_is_of_the_order_shown(client, cast, programme):
    files = [submitted_row(cast, programme, company=company) for company in ("usinage", "precision", "northwind")]
    _page, (first,) = read(client, cast.officer, "file-list", sort="recent")
    shown = [file.pk for file in reversed(files)]
    assert first.listed == sorted(shown)
    assert first.digest == sha256(canonical(shown).encode()).hexdigest()
    _page, (after,) = read(client, cast.officer, "file-list", sort="recent", after=files[2].reference)
    assert (after.question["place"], after.listed) == (files[2].reference, sorted(shown[1:]))


def test_a_line_that_is_closed_to_its_reader_is_counted_and_not_read(client, cast, programme):
    file, closed = decided.reviewed_file(cast, programme), decided.reviewed_file(cast, programme, company="precision")
    declare_standing(closed.pk, user=cast.chair, standing="conflict")
    _page, (reading,) = read(client, cast.chair, "review-ranking", str(file.call.public_id))
    assert (reading.count, reading.listed) == (2, [file.pk])


def test_lists_of_decisions_and_money_are_one_reading_each(client, cast, programme):
    decision = decided.endorsed(cast, programme, amount="90000.00")
    file = decision.application_id
    _page, readings = read(client, cast.approver, "decision-queue")
    assert [told(one) for one in readings] == [("decision", "decisions waiting", {"place": ""}, 1, [file])]
    decided.declare(cast, decision, "approver")
    decided.services.approve(decision, by=cast.approver, edition=UNSHOWN)
    for name, what in (("decision-concurrences", "concurrences"), ("partner-home", "waiting for concurrence")):
        _page, readings = read(client, cast.concurrence, name)
        assert [told(one) for one in readings] == [("concurrence", what, {}, 1, [file])]
    envelope = Envelope.objects.filter(entries__application_id=file).first()
    for name, what in (("envelope-statement", "statement"), ("envelope-csv", "statement (CSV)")):
        page, (reading,) = read(client, cast.finance, name, envelope.public_id)
        lines = envelope.entries.count()
        assert told(reading) == ("envelope", what, {}, lines, [file])
        assert reading.subject_id == envelope.pk
        assert (reading.digest == sha256(page.content).hexdigest()) == ("CSV" in what)


def test_statement_without_a_file_is_read_all_the_same(client, cast, programme):
    envelope = Envelope.objects.order_by("pk").first()
    _page, (reading,) = read(client, cast.finance, "envelope-statement", envelope.public_id)
    assert (reading.subject_id, reading.what, reading.listed) == (envelope.pk, "statement", None)


def test_list_without_a_file_is_no_reading(client, cast, programme):
    for person, name, query in (
        (cast.officer, "file-list", {}),
        (cast.officer, "search", {"q": "zzz"}),
        (cast.ana, "review-queue", {}),
    ):
        _page, readings = read(client, person, name, **query)
        assert readings == []
    assert record_list_reading(cast.officer, subject="x", what=Read.LIST, question={}, listed=[None, None]) is None


@proves(_of_partners)
def test_auditor_finds_the_lists_that_partners_read_and_none_of_another_cluster(cast, programme):
    file = submitted_row(cast, programme)
    outside = PartnerSeat.objects.filter(user=cast.analyst).get().partner
    mine = record_list_reading(cast.analyst, subject="award", what=Read.AWARDS, question={}, listed=[file.pk])
    record_list_reading(cast.emily, subject="award", what=Read.AWARDS, question={}, listed=[file.pk])
    clusters = type(outside.cluster).objects.filter(pk=outside.cluster_id)
    lines, _next = matching(clusters, Filter(readings=True), reader=cast.auditor)
    assert [line.key for line in lines] == [f"r{mine.pk}"]
    assert [
        line.key for line in matching(clusters, Filter(readings=True, reference=file.reference), reader=cast.auditor)[0]
    ] == [f"r{mine.pk}"]
    with clock.at(datetime(2026, 11, 9, 16, tzinfo=UTC)):
        assert matching(type(outside.cluster).objects.none(), Filter(readings=True), reader=cast.auditor) == ([], None)


def test_each_page_of_the_trail_that_is_searched_is_one_reading_of_the_files_it_told_of(client, cast, programme):
    file, closed = submitted_row(cast, programme), submitted_row(cast, programme, company="precision")
    for row in [file, file, closed] * 40:
        record_reading(cast.officer, application_id=row.pk, subject="application", what=Read.FILE)
    declare_standing(closed.pk, user=cast.auditor, standing="conflict")
    asked = {"verb": "read", "person": "Bélanger", "first": "2026-11-01"}
    page, (first,) = read(client, cast.auditor, "trail-list", **asked)
    assert told(first) == ("trail", "trail", asked | {"place": ""}, 80, [file.pk])
    assert closed.reference not in page.content.decode()
    assert first.digest == sha256(canonical([file.pk] * 80).encode()).hexdigest()
    before = str(Place(Reading.objects.filter(application_id=file.pk).order_by("pk").last().at, 1))
    _page, (after,) = read(client, cast.auditor, "trail-list", **asked, before=before)
    assert (after.question["place"], after.listed, after.count) == (before, [file.pk], 79)
    page, (none,) = read(client, cast.auditor, "trail-list", reference=closed.reference)
    assert told(none) == ("trail", "trail", None, None, None)
    assert "Bélanger" not in page.content.decode()
    page, _readings = read(client, cast.auditor, "trail-list", verb="read", reference=file.reference)
    for word in ("Lectures seulement", "personne Bélanger", "premier jour 2026-11-01"):
        assert word in page.content.decode()


def test_the_trail_says_what_was_read_in_the_readers_language(client, cast, programme):
    file = submitted_row(cast, programme)
    upload = Upload.objects.create(uploader=cast.sophie, key="k", name="soumission.pdf", size=3, sha256="0" * 64)
    document = Document.objects.create(application=file, question="plan", upload=upload, by=cast.sophie)
    for read in (Read.ANSWERS, ReadOne.step("send_back"), ReadOne.api("award"), ReadOne.section("budget"),
                 ReadOne.document(document.public_id), ReadOne.document(uuid7())):  # fmt: skip
        record_reading(cast.officer, application_id=file.pk, subject="application", what=read)
    old = {"actor_kind": "person", "actor_id": cast.officer.pk, "application_id": file.pk}
    for subject, what in (("decision", "decision: endorse"), ("document", str(document.public_id)), ("letter", "?")):
        Reading.objects.create(**old, subject_type=subject, what=what)
    lines, _more = chronicle(file)
    said = [(line.what, [value for _name, value in line.facts]) for line in lines if line.is_reading]
    gone = Reading.objects.order_by("id")[5].which
    assert said == [
        ("Lecture\xa0: Réponses déposées", []),
        ("Lecture\xa0: Page d’une étape de la décision", ["Renvoyer"]),
        ("Lecture\xa0: Données de l’API", ["Aide accordée"]),
        ("Lecture\xa0: Section de la demande", ["budget"]),
        ("Lecture\xa0: Document du dossier", ["soumission.pdf"]),
        ("Lecture\xa0: Document du dossier", [gone]),
        ("Lecture\xa0: Page d’une étape de la décision", ["Donner un avis favorable"]),
        ("Lecture\xa0: Document du dossier", ["soumission.pdf"]),
        ("Lecture\xa0: Lettre", []),
    ]
    with override("en"):
        lines, _more = chronicle(file)
    said = [(line.what, line.facts) for line in lines if line.is_reading]
    assert said[:2] == [
        ("Read: Submitted answers", []),
        ("Read: Page of a step of the decision", [("step", "Send back")]),
    ]


@proves(_documents)
def test_documents_read_are_named_with_one_query_at_most(cast, programme, django_assert_num_queries):
    file = submitted_row(cast, programme)

    def document(name):
        upload = Upload.objects.create(uploader=cast.sophie, key=name, name=name, size=3, sha256="0" * 64)
        return Document.objects.create(application=file, question="plan", upload=upload, by=cast.sophie)

    seen, _unseen = document("plan.pdf"), document("devis.pdf")

    def reading(read):
        return record_reading(cast.officer, application_id=file.pk, subject="application", what=read)

    before = Reading(subject_type="application", what="document", which="")  # nobody knows which
    rows = [
        record(file, "application.open", by=cast.officer),
        before,
        reading(ReadOne.section("plan")),
        reading(Read.FILE),
    ]
    with django_assert_num_queries(0):
        assert _documents(rows) == {}
    one = reading(ReadOne.document(seen.public_id))
    with django_assert_num_queries(1):
        assert _documents([*rows, one]) == {str(seen.public_id): "plan.pdf"}
