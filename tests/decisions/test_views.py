"""The pages: who opens which, what they show and hide, and what a click does."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils.translation import override

from applications.models import Application
from applications.services.submission import withdraw_application
from audit.models import Reading
from decisions import services
from decisions.models import Decision
from decisions.querysets import ConcurrenceQuerySet, DecisionQuerySet, StepQuerySet
from decisions.rules import reasons_can_change
from decisions.selectors import UNSHOWN, edition_of, others_of, work_for
from decisions.states import DecisionState, ReturnTo
from funding.models import Agreement, Envelope
from letters.models import Letter
from moves.machine import allowed
from moves.services import declare_standing, record_duty
from notifications.models import Message
from programs.models import Appointment
from reviews.models import Recommendation
from reviews.services import declare_interests, recommend, uphold_acts
from tests.decisions import files
from tests.mutants import proves
from work import clock, nudges

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 letter"


@pytest.fixture
def sent(cast, programme, monkeypatch):
    monkeypatch.setattr("documents.services.render_pdf", lambda *a, **k: PDF)
    return files.sent(cast, programme)


def text(response):
    return response.content.decode()


def read_then(client, url, typed=None):
    """Post what the page at `url` is for, as it was read there."""
    found = re.search(r'name="edition" value="([^"]+)"', text(client.get(url)))
    return client.post(url, {**(typed or {}), "edition": found[1] if found else ""})


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("officer", 200), ("endorser", 200), ("approver", 200), ("chair", 200), ("finance", 200), ("auditor", 200),
        ("ana", 404), ("analyst", 404), ("concurrence", 404), ("sophie", 404), ("emily", 404),
    ],
)  # fmt: skip
def test_staff_alone_open_the_decision_of_a_file(cast, programme, as_, person, status):
    decision = files.endorsed(cast, programme)
    response = as_(getattr(cast, person)).get(reverse("decision-file", args=[decision.application.reference]))
    assert response.status_code == status
    read = Reading.objects.filter(
        actor_id=getattr(cast, person).pk, what="decision", application_id=decision.application_id
    )
    assert read.count() == (1 if status == 200 else 0)


def test_the_file_is_closed_to_who_declared_a_conflict(cast, programme, as_):
    decision = files.endorsed(cast, programme)
    url = reverse("decision-file", args=[decision.application.reference])
    from reviews.services import declare_interests

    declare_interests(decision.application, by=cast.approver, answer="conflict")
    closed = as_(cast.approver).get(url)
    assert closed.status_code == 403
    assert "You have a conflict of interest in this file." in text(closed)


def test_each_person_is_offered_their_own_step_and_told_what_stands_in_the_way(cast, programme, as_):
    decision = files.endorsed(cast, programme, amount="60000.00")
    url = reverse("decision-file", args=[decision.application.reference])
    approve = reverse("decision-approve", args=[decision.application.reference])
    declare = reverse("review-declare", args=[decision.application.reference])
    for asked in (url, approve):
        page = text(as_(cast.approver).get(asked))
        assert "declare your interests in this file" in page
        assert f'href="{declare}?next={asked}"' in page
    files.declare(cast, decision, "approver")
    assert approve in text(as_(cast.approver).get(url))
    page = text(as_(cast.officer).get(url))
    assert approve not in page
    assert "Nothing here waits for you." in page


def test_separation_of_duties_is_said_before_the_click(cast, programme, as_):
    from programs.services.people import appoint

    with clock.at(files.AT):
        appoint(cast.endorser, by=cast.administrator, role="approver", program=programme, limit=files.D("250000"))
    decision = files.endorsed(cast, programme)
    page = text(as_(cast.endorser).get(reverse("decision-file", args=[decision.application.reference])))
    assert "You endorsed this file on November\u00a03, 2026." in page


def test_what_will_stop_an_approver_is_said_while_the_decision_is_a_draft(cast, programme, as_):
    """An earlier act on the file, and the delegated limit; the endorser's own step is not told of it."""
    decision = files.recommended_file(cast, programme, amount="60000.00")
    url = reverse("decision-file", args=[decision.application.reference])
    limit = "The amount, $60,000.00, is above your delegated limit of $50,000.00."
    Appointment.objects.filter(user=cast.approver, role="approver").update(limit=files.D("50000"))
    assert limit in text(as_(cast.approver).get(url)).replace("\u00a0", " ")
    Appointment.objects.filter(user=cast.approver, role="approver").update(limit=files.D("60000"))
    page = text(as_(cast.approver).get(url))
    assert limit not in page.replace("\u00a0", " ")
    assert "Before anything else, declare your interests in this file." in page  # it may go back to its panel even now
    record_duty(decision.application_id, by=cast.approver, duty="screen")
    assert "You screened this file on" in text(as_(cast.approver).get(url))
    assert "cannot also approve" not in text(as_(cast.endorser).get(url))


def test_endorser_has_nothing_to_do_once_it_is_endorsed(cast, programme, as_):
    decision = files.endorsed(cast, programme)
    page = text(as_(cast.endorser).get(reverse("decision-file", args=[decision.application.reference])))
    assert "cannot also approve" not in page
    assert 'class="inset"' not in page


def test_step_happens_behind_a_page_and_a_refusal_is_said_there(cast, programme, as_):
    decision = files.recommended_file(cast, programme, reasons=("Bon projet.", ""))
    files.declare(cast, decision, "endorser")
    url = reverse("decision-endorse", args=[decision.application.reference])
    client = as_(cast.endorser)
    response = read_then(client, url, {"note": ""})
    assert response.status_code == 409
    assert "Reasons, by criterion or by item (English)" in text(client.get(url))
    typed = text(read_then(client, url, {"note": "Déjà écrit."})).split("<main")[1]
    assert ("Déjà écrit." in typed, '<button class="button' in typed) == (True, False)
    client.post(
        reverse("decision-reasons", args=[decision.application.reference]),
        {"reasons_fr": "Bon projet.", "reasons_en": "Good project.", "version": "1"},
    )
    assert read_then(client, url, {"note": "Vu."}).status_code == 302
    assert Decision.objects.get(pk=decision.pk).state == "endorsed"


def test_page_of_a_step_says_who_acted_before_and_their_remark_the_latest_first(cast, programme, as_):
    decision = files.recommended_file(cast, programme, reasons=("Bon projet.", "Good project."))
    files.declare(cast, decision, "endorser", "approver")
    decision.steps.create(kind="endorsed", by=cast.ben, note="D’un tour passé.", voided_at=clock.now())
    services.endorse(decision, by=cast.endorser, note="Réserve : vérifier le jalon 3.", edition=UNSHOWN)
    page = as_(cast.approver).get(reverse("decision-approve", args=[decision.application.reference]))
    assert [(line["who"], line["note"]) for line in page.context["timeline"]] == [
        (cast.endorser.full_name, "Réserve : vérifier le jalon 3.")
    ]
    assert "vérifier le jalon 3" in text(page)


def test_reading_a_step_page_moves_nothing_and_refuses_who_may_not(cast, programme, as_):
    decision = files.approved(cast, programme)
    reference = decision.application.reference
    assert as_(cast.officer).get(reverse("decision-issue", args=[reference])).status_code == 200
    assert as_(cast.approver).get(reverse("decision-issue", args=[reference])).status_code == 403
    assert as_(cast.endorser).get(reverse("decision-endorse", args=[reference])).status_code == 409
    assert Decision.objects.get(pk=decision.pk).state == "approved"


def test_issue_by_two_clicks_leads_twice_to_the_decision(cast, programme, as_):
    decision = files.approved(cast, programme)
    url = reverse("decision-issue", args=[decision.application.reference])
    client = as_(cast.officer)
    assert [read_then(client, url).status_code for _ in range(2)] == [302, 302]
    assert Letter.objects.count() == 1


def test_return_without_a_reason_keeps_the_page_and_says_so(cast, programme, as_):
    decision = files.approved(cast, programme)
    url = reverse("decision-send-back", args=[decision.application.reference])
    response = as_(cast.approver).post(url, {"reason": " ", "to": "start"})
    assert (response.status_code, Decision.objects.get(pk=decision.pk).state) == (200, "approved")
    assert "Give the reason" in text(response)
    read_then(as_(cast.approver), url, {"reason": "À revoir.", "to": "panel"})
    assert Decision.objects.get(pk=decision.pk).state == "void"


@pytest.mark.parametrize("change", ["reasons", "sent back", "made again"])
def test_step_is_taken_on_the_decision_that_was_read_and_on_no_other(cast, programme, as_, change):
    """Its page was opened before somebody wrote other reasons, sent it back, or recommended another amount: nothing is
    done, the page shows the decision as it is now, with what was typed, and a second click takes the step."""
    decision = files.recommended_file(cast, programme, amount="60000.00", outcome="partial", requested="75000.00")
    file, reference = decision.application, decision.application.reference
    with clock.at(files.DECIDED_AT):
        files.declare(cast, decision, "endorser", "approver")
        if change != "reasons":
            services.endorse(decision, by=cast.endorser, edition=UNSHOWN)
        person, step = (cast.endorser, "endorse") if change == "reasons" else (cast.approver, "approve")
        client, url = as_(person), reverse(f"decision-{step}", args=[reference])
        edition = re.search(r'name="edition" value="([^"]+)"', text(client.get(url)))[1]
        if change == "reasons":
            services.edit_reasons(
                decision, by=cast.officer, version=1, reasons_fr="Autre motif.", reasons_en="Another reason."
            )
        elif change == "sent back":
            services.send_back(decision, by=cast.endorser, reason="À revoir.", edition=UNSHOWN)
            services.endorse(decision, by=cast.endorser, edition=UNSHOWN)
        else:
            services.send_back(decision, by=cast.endorser, reason="Tout.", to=ReturnTo.PANEL, edition=UNSHOWN)
            recommend(
                Application.objects.get(pk=file.pk), by=cast.chair, outcome="approved", amount=files.D("75000.00"),
                shares=[(files.envelopes(programme)[0], files.D("75000.00"))], discussion="",
                reasons_fr="Le projet répond aux objectifs.", reasons_en="The project meets the objectives.",
            )  # fmt: skip
            decision = Decision.objects.open().get(application=file)
            services.endorse(decision, by=cast.endorser, edition=UNSHOWN)
        before = Decision.objects.get(pk=decision.pk).state
        answer = client.post(url, {"note": "Lu.", "edition": edition})
        page = text(answer)
        assert (answer.status_code, Decision.objects.get(pk=decision.pk).state) == (409, before)
        assert "This decision is no longer the one that your page showed" in page
        assert "Lu.</textarea>" in page
        if change == "made again":
            assert "$75,000.00" in page.replace("\u00a0", " ")
        if change != "reasons":  # why it came back is read where it is decided on again
            note = "À revoir." if change == "sent back" else "Tout."
            for one in (page, text(client.get(reverse("decision-file", args=[reference])))):
                where = "the start of the approval chain" if change == "sent back" else "the committee"
                assert f"Sent back to {where} by {cast.endorser.full_name}, " in one or change == "sent back"
                assert note in one
        shown = re.search(r'name="edition" value="([^"]+)"', page)[1]
        assert client.post(url, {"note": "Lu.", "edition": shown}).status_code == 302
        assert Decision.objects.get(pk=decision.pk).state == f"{step}d".replace("ee", "e")


def test_step_that_the_decision_waits_for_no_more_is_not_offered_again(cast, programme, as_):
    """Sent back to its start since the page was opened: what was typed is there, and no button."""
    decision = files.endorsed(cast, programme)
    url = reverse("decision-approve", args=[decision.application.reference])
    with clock.at(files.DECIDED_AT):
        files.declare(cast, decision, "approver")
        edition = edition_of(decision)
        services.send_back(decision, by=cast.endorser, reason="À revoir.", edition=UNSHOWN)
        answer = as_(cast.approver).post(url, {"note": "Lu.", "edition": edition})
    page = text(answer).split("<main")[1]
    assert (answer.status_code, "Lu.</textarea>" in page, '<button class="button' in page) == (409, True, False)
    assert "read it again, then confirm" not in page


def test_page_of_a_step_says_what_came_late_and_who_ruled_on_it(cast, programme, as_):
    decision = files.approved(cast, programme)
    with clock.at(files.DECIDED_AT):
        late = declare_interests(decision.application, by=cast.endorser, answer="conflict", note="Mon frère.")
        url = reverse("decision-issue", args=[decision.application.reference])
        files.declare(cast, decision, "officer")
        assert f"On November\u00a03, 2026, {cast.endorser.full_name} declared a conflict of interest" in text(
            as_(cast.officer).get(url)
        )
        uphold_acts(late, by=cast.chair, why="Rien ne tient à ce lien.")
        assert "Rien ne tient à ce lien." in text(as_(cast.officer).get(url))


def test_queue_shows_each_person_their_step_with_the_money(cast, programme, as_):
    decision = files.endorsed(cast, programme, amount="60000.00")
    url = reverse("decision-queue")
    page = text(as_(cast.approver).get(url))
    assert decision.application.reference in page
    assert "$60,000.00" in page
    assert decision.application.reference not in text(as_(cast.officer).get(url))
    assert as_(cast.ana).get(url).status_code == 403


def test_queue_says_which_step_is_somebody_elses(cast, programme, as_):
    other, own = (files.endorsed(cast, programme, company=name) for name in ("usinage", "precision"))
    record_duty(other.application_id, by=cast.approver, duty="screen")
    record_duty(own.application_id, by=cast.approver, duty="approve")  # before a return: the same act is no exclusion
    lines = as_(cast.approver).get(reverse("decision-queue")).context["lines"]
    assert {line["decision"].pk: line["waits"].stands_aside for line in lines} == {other.pk: True, own.pk: False}


def test_queue_closes_with_the_appointment(cast, programme, as_):
    files.endorsed(cast, programme)
    Appointment.objects.filter(user=cast.endorser).update(ends_on=clock.today() - timedelta(days=1))
    assert as_(cast.endorser).get(reverse("decision-queue")).status_code == 403


def test_queue_asks_the_same_number_of_questions_for_one_file_and_for_many(cast, programme, as_):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    files.endorsed(cast, programme)
    client = as_(cast.approver)
    client.get(reverse("decision-queue"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("decision-queue"))
    for _n in range(4):
        files.endorsed(cast, programme, company="precision")
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("decision-queue"))
    assert len(many) == len(one)


def test_queue_turns_its_pages_by_key(cast, programme, as_, monkeypatch):
    monkeypatch.setattr("decisions.views.queue.PAGE", 1)
    decisions = [files.endorsed(cast, programme, company=name) for name in ("usinage", "precision")]
    client = as_(cast.approver)
    page = client.get(reverse("decision-queue"))
    assert decisions[0].application.reference in text(page)
    assert decisions[1].application.reference not in text(page)
    page = client.get(reverse("decision-queue") + page.context["next_url"])
    assert decisions[1].application.reference in text(page)
    assert page.context["next_url"] == ""
    assert client.get(reverse("decision-queue"), {"after": "x"}).status_code == 404


@pytest.mark.parametrize("language", ["fr", "en"])
def test_preview_shows_each_language_of_the_letter_and_no_other(cast, programme, as_, language):
    decision = files.endorsed(cast, programme)
    reference = decision.application.reference
    client = as_(cast.officer)
    page = text(client.get(reverse("decision-preview-language", args=[reference, language])))
    assert {"fr": "Madame, Monsieur,", "en": "Dear Sir or Madam,"}[language] in page
    assert client.get(reverse("decision-preview-language", args=[reference, "de"])).status_code == 404


# The partner


@pytest.fixture
def asked(cast, programme):
    return files.approved(cast, programme, amount="75000.01").concurrences.get()


def test_partner_declares_then_reads_its_part_and_no_note_of_the_cluster(asked, cast, as_):
    client = as_(cast.concurrence)
    url = reverse("decision-concurrence", args=[asked.public_id])
    declare = reverse("decision-concurrence-declare", args=[asked.public_id])
    assert client.get(url).url == declare
    asked.application.sponsorships.create(
        email="h@boreal.example", token_digest="1", invited_by=cast.sophie, expires_at=files.DECIDED_AT,
        organisation_name="Aéronefs Boréal inc.", confirmed_at=files.AT,
    )  # fmt: skip
    assert "<dt>Sponsor</dt><dd>Aéronefs Boréal inc.</dd>" in text(client.get(declare))
    contrary = text(client.post(declare, {"answer": "none", "note": "Je connais le fils du patron."}))
    assert contrary.count("answer that you are unsure") == 2  # beside the field, and at the top of the page
    assert "Je connais le fils du patron." in contrary
    assert client.post(declare, {"answer": "none", "note": " "}).url == url
    page = text(client.get(url))
    assert "$75,000.01" in page
    assert files.TEXT in page
    assert "Dossier solide." not in page
    assert client.post(reverse("decision-concurrence-give", args=[asked.public_id]), {"note": ""}).status_code == 302
    assert Decision.objects.get(pk=asked.decision_id).state == "concurred"


def test_partner_reads_who_endorsed_and_approved_and_its_home_by_when_to_decide(asked, cast, as_):
    files.declare(cast, asked.decision, "concurrence")
    Application.objects.filter(pk=asked.application_id).update(due=files.DECIDED_AT)
    asked.decision.steps.filter(kind="endorsed").update(at=files.RECOMMENDED_AT)
    for page in ("decision-concurrence", "decision-concurrence-give", "decision-concurrence-send-back"):
        body = text(as_(cast.concurrence).get(reverse(page, args=[asked.public_id])))
        assert f"<dt>Endorsement</dt><dd>{cast.endorser.full_name}, October\u00a027, 2026</dd>" in body, page
        assert f"<dt>Approval</dt><dd>{cast.approver.full_name}, November\u00a03, 2026</dd>" in body, page
        assert "The project meets the objectives." in body, page
        assert "Le projet répond aux objectifs." in body, page
        assert "November\u00a03, 2026 <" in body, page  # when it is due, and late
    (line,) = work_for(cast.concurrence)
    assert line.due == files.DECIDED_AT
    with clock.at(files.DECIDED_AT + timedelta(days=2)):
        home = text(as_(cast.concurrence).get(reverse("home")))
    assert "2 days late" in home
    assert "no date" not in home


def test_what_is_free_says_what_its_reader_s_figures_count(asked, cast, programme, as_):
    """A partner's: this award, and what it was told. Those of the staff: all but a file that is closed to them."""
    files.declare(cast, asked.decision, "concurrence")
    told = "What is free is what remains once this award is deducted."
    assert told in text(as_(cast.concurrence).get(reverse("decision-concurrence", args=[asked.public_id])))
    assert "A file counts in these figures once its decision letter has been sent." in text(
        as_(cast.concurrence).get(reverse("partner-home"))
    )
    other = files.file_row(cast, programme)
    said, reference = "A file that is closed to you is left out of these figures", asked.application.reference
    for closed in (False, True):
        if closed:
            declare_standing(other.pk, user=cast.officer, standing="conflict")
        for name in ("decision-file", "decision-issue"):
            assert (said in text(as_(cast.officer).get(reverse(name, args=[reference])))) is closed, (name, closed)


def test_partner_sends_back_with_its_reason(asked, cast, as_):
    files.declare(cast, asked.decision, "concurrence")
    url = reverse("decision-concurrence-send-back", args=[asked.public_id])
    edition = as_(cast.concurrence).get(url).context["edition"]
    assert as_(cast.concurrence).post(url, {"reason": "", "edition": edition}).status_code == 200
    as_(cast.concurrence).post(url, {"reason": "Montant à préciser.", "edition": edition})
    assert Decision.objects.get(pk=asked.decision_id).state == "draft"
    assert as_(cast.concurrence).get(url).status_code == 409


GONE = "This file no longer waits for you."


@pytest.mark.parametrize(
    ("name", "field"), [("decision-concurrence-give", "note"), ("decision-concurrence-send-back", "reason")]
)
@pytest.mark.parametrize("end", ["withdrawn", "sent back"])
def test_partner_who_wrote_while_the_file_went_reads_that_it_waits_no_more_and_keeps_what_was_typed(
    asked, cast, as_, end, name, field
):
    """It is not told why: whether its applicant withdrew it or the cluster took it back is the same page."""
    files.declare(cast, asked.decision, "concurrence")
    client, url = as_(cast.concurrence), reverse(name, args=[asked.public_id])
    assert GONE not in text(client.get(url))
    if end == "withdrawn":
        withdraw_application(asked.application, by=cast.sophie, reason="Vendu.")
    else:
        services.send_back(asked.decision, by=cast.approver, reason="Montant à revoir.", edition=UNSHOWN)
    answer = client.post(url, {field: "Ce que j’ai écrit."})
    page = text(answer).split("<main")[1]
    assert answer.status_code == 409
    assert (GONE in page, "Ce que j’ai écrit." in page, '<button class="button' in page) == (True, True, False)
    assert asked.application.reference not in page
    copied = "What you typed is here"
    assert copied in page
    for nothing in ("", " "):
        empty = text(client.post(url, {field: nothing}))
        assert (GONE in empty, copied in empty, "<textarea" in empty) == (True, False, False)
    assert Reading.objects.filter(actor_id=cast.concurrence.pk, what="award to concur").count() == 1  # as it was asked
    for other in ("decision-concurrence", "decision-concurrence-declare", name):
        seen = client.get(reverse(other, args=[asked.public_id]))
        assert (seen.status_code, GONE in text(seen)) == (409, True)


def test_partner_officer_in_conflict_is_told_of_the_conflict_and_not_that_the_file_went(asked, cast, as_):
    declare_standing(asked.application_id, user=cast.concurrence, standing="conflict")
    url = reverse("decision-concurrence", args=[asked.public_id])
    before = as_(cast.concurrence).get(url, follow=True)
    withdraw_application(asked.application, by=cast.sophie, reason="Vendu.")
    after = as_(cast.concurrence).get(url)
    assert (before.status_code, after.status_code) == (403, 403)
    assert GONE not in text(after)


def test_partner_who_did_an_earlier_duty_on_the_file_is_told_why_and_may_only_send_back(asked, cast, as_):
    files.declare(cast, asked.decision, "concurrence")
    record_duty(asked.application_id, by=cast.concurrence, duty="screen")
    client, args = as_(cast.concurrence), [asked.public_id]
    give, back = reverse("decision-concurrence-give", args=args), reverse("decision-concurrence-send-back", args=args)
    assert "nobody’s today: somebody must be appointed" in text(client.get(reverse("decision-concurrences")))
    page = text(client.get(reverse("decision-concurrence", args=args)))
    assert "The person who screens cannot also" in page
    assert (f'href="{give}"' in page, f'href="{back}"' in page) == (False, True)
    closed = client.get(give)
    assert closed.status_code == 200
    assert "The person who screens cannot also" in text(closed)
    assert 'name="note"' not in text(closed)
    assert client.post(give, {"note": ""}).status_code == 403
    assert 'name="reason"' in text(client.get(back))


def test_concurrence_given_is_not_asked_a_second_time(asked, cast, as_):
    files.declare(cast, asked.decision, "concurrence")
    services.concur(asked, by=cast.concurrence)
    client, args = as_(cast.concurrence), [asked.public_id]
    page = text(client.get(reverse("decision-concurrence", args=args)))
    assert "Concurrence given by" in page
    assert reverse("decision-concurrence-give", args=args) not in page
    assert client.get(reverse("decision-concurrence-give", args=args)).status_code == 409


@pytest.mark.parametrize("person", ["analyst", "officer", "approver", "sophie", "ana", "auditor"])
def test_nobody_else_finds_the_concurrence(asked, cast, as_, person):
    for name in ("decision-concurrence", "decision-concurrence-declare", "decision-concurrence-give"):
        assert as_(getattr(cast, person)).get(reverse(name, args=[asked.public_id])).status_code == 404
    assert as_(getattr(cast, person)).get(reverse("decision-concurrences")).status_code == 403


# The letter, as the staff see it


def test_staff_copy_serves_nothing(sent, cast, as_):
    url = reverse("decision-letter-staff", args=[sent.application.reference])
    assert b"".join(as_(cast.officer).get(url).streaming_content) == PDF
    assert Letter.objects.get(pk=sent.pk).state == "sent"
    assert as_(cast.sophie).get(url).status_code == 404


def test_officer_tries_a_failed_letter_again(cast, programme, as_):
    letter = files.issued(cast, programme).letter
    Letter.objects.filter(pk=letter.pk).update(state="failed", failed_from="queued", last_error="U+5951")
    reference = letter.application.reference
    url = reverse("decision-letter-retry", args=[reference])
    page = text(as_(cast.officer).get(reverse("decision-file", args=[reference])))
    assert "The PDF engine stopped on this document: U+5951" in page
    assert as_(cast.endorser).post(url).status_code == 403
    assert as_(cast.officer).post(url).status_code == 302
    assert Letter.objects.get(pk=letter.pk).state == "queued"
    assert as_(cast.officer).post(url).status_code == 409


def test_render_is_nudged_after_the_commit(cast, programme, monkeypatch, django_capture_on_commit_callbacks):
    asked = []
    monkeypatch.setattr(nudges, "ask", lambda table, publish: asked.append(table))
    with django_capture_on_commit_callbacks(execute=True):
        files.issued(cast, programme)
    assert asked.count("documents") == 1


def test_reasons_typed_while_somebody_endorses_stay_on_the_page(cast, programme, as_):
    decision = files.recommended_file(cast, programme)
    client, url = as_(cast.officer), reverse("decision-reasons", args=[decision.application.reference])
    with clock.at(files.DECIDED_AT):
        files.declare(cast, decision, "endorser")
        services.endorse(decision, by=cast.endorser, edition=UNSHOWN)
    typed = {"reasons_fr": "Ce que j’ai écrit.", "reasons_en": "What I wrote."}
    response = client.post(url, typed)
    assert response.status_code == 409
    assert "unless the decision is sent back" in text(response)
    assert all(words in text(response) for words in typed.values())
    assert "Save the reasons" not in text(response)
    assert "unless the decision is sent back" in text(client.get(url))
    assert Decision.objects.get(pk=decision.pk).reasons_en == "The project meets the objectives."


@pytest.mark.parametrize("state", DecisionState.values)
def test_reasons_say_that_a_return_opens_them_where_one_can(cast, programme, state):
    """The move answers: the sentence does not send to what it refuses."""
    decision = files.decision_row(cast, programme, state=state)
    with override("en"):
        refusal = reasons_can_change(decision)
    assert (refusal is None) == (state == "draft")
    can_return = bool(allowed(decision, cast.endorser, Decision.send_back))
    if refusal is not None:
        assert ("unless the decision is sent back" in str(refusal.message)) == can_return


def test_reasons_that_nobody_can_write_any_more_are_said_to_be_none(cast, programme, as_):
    decision = files.decision_row(cast, programme, state="draft")
    client, url = as_(cast.officer), reverse("decision-file", args=[decision.application.reference])
    said = ("Nothing is written yet.", "No reasons are given.")
    assert [words in text(client.get(url)) for words in said] == [True, False]
    Decision.objects.filter(pk=decision.pk).update(state="approved")
    assert [words in text(client.get(url)) for words in said] == [False, True]


def test_partner_reads_that_it_is_too_late_to_send_back_what_is_issued(asked, cast, as_):
    """It is the right person at the wrong moment."""
    files.declare(cast, asked.decision, "concurrence")
    services.concur(asked, by=cast.concurrence)
    Decision.objects.filter(pk=asked.decision_id).update(state="issued")
    client, url = as_(cast.concurrence), reverse("decision-concurrence-send-back", args=[asked.public_id])
    for answer in (client.get(url), client.post(url, {"reason": ""})):
        assert answer.status_code == 409
        assert "the state is “issued”" in text(answer)


def test_what_the_partner_typed_stays_without_its_button_when_the_act_is_refused(asked, cast, as_):
    """The decision is issued between the page and the click."""
    files.declare(cast, asked.decision, "concurrence")
    services.concur(asked, by=cast.concurrence)
    client = as_(cast.concurrence)
    for name, field, state in (
        ("decision-concurrence-give", "note", "concurred"),
        ("decision-concurrence-send-back", "reason", "issued"),
    ):
        Decision.objects.filter(pk=asked.decision_id).update(state=state)
        answer = client.post(reverse(name, args=[asked.public_id]), {field: "Ce que j’ai écrit."})
        assert answer.status_code == 409
        assert "This cannot be done now" in text(answer)
        assert "Ce que j’ai écrit." in text(answer)
        assert '<button class="button' not in text(answer).split("<main")[1]


def test_committees_discussion_is_read_by_the_chain_and_not_by_the_partner(asked, cast, as_):
    said = "Ce que le comité a pesé entre lui."
    Recommendation.objects.filter(application=asked.application).update(discussion=said)
    files.declare(cast, asked.decision, "concurrence")
    for name in ("decision-concurrence", "decision-concurrence-give"):
        assert said not in text(as_(cast.concurrence).get(reverse(name, args=[asked.public_id])))
    for person in (cast.officer, cast.endorser):
        assert said in text(as_(person).get(reverse("decision-file", args=[asked.application.reference])))


@pytest.mark.parametrize(
    ("others", "words"),
    [(0, "The cluster has been notified."), (1, "Another partner has yet to give its own.")],
)
def test_partner_learns_what_its_concurrence_led_to(asked, cast, as_, others, words):
    for n in range(others):
        agreement = Agreement.objects.get(pk=asked.agreement_id)
        agreement.pk, agreement.public_id, agreement.reference = None, uuid4(), f"DEC-2026-{n}"
        agreement.save(force_insert=True)
        asked.decision.concurrences.create(application_id=asked.application_id, agreement=agreement)
    files.declare(cast, asked.decision, "concurrence")
    url = reverse("decision-concurrence-give", args=[asked.public_id])
    assert f"Your concurrence is recorded. {words}" in text(as_(cast.concurrence).post(url, {"note": ""}, follow=True))
    assert Message.objects.filter(kind="decision_waiting", recipient=cast.officer).count() == 1 - others


@pytest.mark.parametrize("told", ["issue", "sent_back", "failed", "concurrence"])
def test_nobody_is_told_of_a_file_that_is_closed_to_them(cast, programme, told):
    """A conflict declared since: no reference, amount or reason goes to them by mail."""
    decision = files.endorsed(cast, programme, amount="90000.00")
    file = decision.application_id
    barred = cast.concurrence if told == "concurrence" else cast.officer
    declare_standing(file, user=barred, standing="conflict")
    Message.objects.all().delete()
    if told == "sent_back":
        files.declare(cast, decision, "approver")
        services.send_back(decision, by=cast.approver, reason="À revoir.", edition=UNSHOWN)
    elif told == "failed":
        letter = Letter(application=decision.application, since=clock.now())
        services.messages.tell_failed(letter)
    else:
        files.declare(cast, decision, "approver")
        decision = services.approve(decision, by=cast.approver, edition=UNSHOWN)
        if told == "issue":
            files.declare(cast, decision, "concurrence")
            services.concur(decision.concurrences.get(), by=cast.concurrence)
    assert not Message.objects.filter(recipient=barred).exists()


def test_a_failed_letter_of_a_closed_file_is_not_on_the_officers_home(cast, programme):
    decision = files.sent(cast, programme).decision
    Letter.objects.update(state="failed")
    lines = [line.what for line in work_for(cast.officer)]
    declare_standing(decision.application_id, user=cast.officer, standing="conflict")
    assert (len(lines), work_for(cast.officer)) == (1, [])


# What each page lists, and in which order


def test_queue_is_read_the_longest_wait_first_page_by_page(cast, programme, as_, monkeypatch):
    """Also where several waited since the same instant, one of them the last of its page."""
    monkeypatch.setattr("decisions.views.queue.PAGE", 2)
    hours = (3, 1, 1, 1, 2)
    rows = [
        files.decision_row(cast, programme, state="endorsed", at=files.DECIDED_AT + timedelta(hours=hour))
        for hour in hours
    ]
    client, url, found = as_(cast.approver), reverse("decision-queue"), []
    page = client.get(url)
    while True:
        found.append([line["decision"] for line in page.context["lines"]])
        if not page.context["next_url"]:
            break
        page = client.get(url + page.context["next_url"])
    assert found == [[rows[1], rows[2]], [rows[3], rows[4]], [rows[0]]]


def test_queue_adds_up_what_its_awards_cost(cast, programme, as_):
    for kind, amount in (("approved", "60000.00"), ("partial", "1500.50"), ("declined", "7.00")):
        files.decision_row(cast, programme, state="endorsed", kind=kind, amount=amount)
    assert as_(cast.approver).get(reverse("decision-queue")).context["total"] == files.D("61500.50")


@pytest.mark.parametrize(
    ("role", "status"),
    [("endorser", 200), ("approver", 200), ("officer", 200), ("reconsiderer", 200), ("chair", 403), ("reviewer", 403)],
)
def test_queue_is_of_who_holds_a_role_of_the_chain_today(cast, programme, as_, role, status):
    held = {"limit": 1} if role == "approver" else {"seat": "cluster"} if role == "reviewer" else {}
    cast.emily.appointments.create(cluster=programme.cluster, program=programme, role=role, **held)
    assert as_(cast.emily).get(reverse("decision-queue")).status_code == status


@pytest.mark.parametrize(("role", "ended", "status"), [("officer", 0, 200), ("officer", 1, 403), ("auditor", 0, 403)])
def test_queue_is_of_the_officers_of_the_whole_cluster_too(cast, programme, as_, role, ended, status):
    ends_on = clock.today() - timedelta(days=ended)
    cast.emily.cluster_appointments.create(
        cluster=programme.cluster, role=role, starts_on=files.AT.date(), ends_on=ends_on
    )
    assert as_(cast.emily).get(reverse("decision-queue")).status_code == status


@proves(others_of, DecisionQuerySet.latest_first, StepQuerySet.latest_first, ConcurrenceQuerySet.longest_wait_first)
def test_page_lists_earlier_decisions_and_steps_the_latest_first_and_the_round_that_counts(cast, programme, as_):
    application = files.submitted_row(cast, programme)
    numbers = {2: "superseded", 4: "approved", 1: "superseded", 3: "void"}
    rows = {
        number: files.decision_row(cast, programme, state=state, file=application, number=number)
        for number, state in numbers.items()
    }
    files.decision_row(cast, programme, state="superseded", number=1)  # another file's
    present = rows[4]
    agreement = files.other_agreement(programme)
    files.asked_row(present, voided_at=clock.now())
    shown = [files.asked_row(present, agreement), files.asked_row(present)]
    for kind, hours, person in (
        ("approved", 2, cast.approver),
        ("sent_back", 3, cast.chair),
        ("endorsed", 1, cast.ana),
        ("approved", 1, cast.ben),  # at the same instant, written after
    ):
        present.steps.create(kind=kind, by=person, at=files.DECIDED_AT + timedelta(hours=hours))
    context = as_(cast.officer).get(reverse("decision-file", args=[application.reference])).context
    assert context["decision"] == present
    assert list(context["earlier"]) == [rows[3], rows[2], rows[1]]
    assert list(context["concurrences"]) == shown
    assert [line["who"] for line in context["timeline"]] == [
        "Louise Fortin", "Sylvie Nguyen", cast.ben.full_name, "Ana Tremblay",
    ]  # fmt: skip


@proves(ConcurrenceQuerySet.longest_wait_first, ConcurrenceQuerySet.given)
def test_page_of_the_partner_lists_what_waits_the_longest_first_and_what_was_given_the_latest_first(
    cast, programme, as_
):
    def row(hours, decided="approved", agreement=None, **more):
        decision = files.decision_row(cast, programme, state=decided)
        return files.asked_row(decision, agreement, at=files.DECIDED_AT + timedelta(hours=hours), **more)

    def given(hours):
        return row(0, "concurred", state="given", given_at=files.DECIDED_AT + timedelta(hours=hours))

    waiting = [row(3), row(1), row(1)]
    gave = [given(1), given(3), given(2), given(2)]
    row(0, voided_at=clock.now())
    row(0, "draft")
    row(0, agreement=files.other_agreement(programme))
    for barred in (row(0), given(9)):
        declare_standing(barred.application_id, user=cast.concurrence, standing="unsure")
    context = as_(cast.concurrence).get(reverse("decision-concurrences")).context
    assert context["waiting"] == [waiting[1], waiting[2], waiting[0]]
    assert context["given"] == [gave[1], gave[3], gave[2], gave[0]]


def test_page_of_the_partner_closes_with_the_seat(cast, programme, as_):
    url = reverse("decision-concurrences")
    assert as_(cast.concurrence).get(url).status_code == 200
    cast.concurrence.partner_seats.update(ends_on=clock.today() - timedelta(days=1))
    assert as_(cast.concurrence).get(url).status_code == 403


def test_partner_reads_its_own_part_and_what_all_the_others_pay_as_one_figure(cast, programme, as_):
    decision = files.decision_row(cast, programme, state="approved", file=files.submitted_row(cast, programme))
    asked = files.asked_row(decision)
    other = Envelope.objects.create(agreement=files.other_agreement(programme), fiscal_year=2026)
    own = files.envelopes(programme)[:2]
    for envelope, amount in ((other, "40000.00"), (own[1], "20000.00"), (own[0], "30000.00")):
        decision.shares.create(envelope=envelope, amount=files.D(amount))
    files.declare(cast, decision, "concurrence")
    context = as_(cast.concurrence).get(reverse("decision-concurrence", args=[asked.public_id])).context
    assert [one.envelope for one in context["shares"]] == own
    assert (context["own_part"], context["others"]) == (files.D("50000.00"), files.D("40000.00"))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_reasons_written_by_two_people_are_shown_to_the_later_who_may_replace_them(cast, programme, as_, language):
    """Nothing is lost without a word: the stored text with who and when, what was typed kept in the field."""
    decision = files.recommended_file(cast, programme)
    url = reverse("decision-reasons", args=[decision.application.reference])
    with clock.at(files.DECIDED_AT):
        services.edit_reasons(
            decision, by=cast.endorser, version=1,
            reasons_fr="Elle a écrit.", reasons_en="The project meets the objectives.",
        )  # fmt: skip
    client = as_(cast.officer, language)
    typed = {"reasons_fr": "J’ai <b>écrit</b>.", "reasons_en": "The project meets the objectives.", "version": "1"}
    response = client.post(url, typed)
    page = text(response)
    sides = page.split('class="compare"')[1:]
    assert (response.status_code, len(sides)) == (409, 1)  # the English text is the same: it is not shown twice
    assert f"{cast.endorser.full_name} " in page.split("<h2")[1]
    assert "Elle" in sides[0]
    assert "&lt;" in sides[0]
    assert "<b>écrit" not in page
    assert "J’ai &lt;b&gt;écrit&lt;/b&gt;." in page.split("<textarea")[1]
    assert 'name="version" value="2"' in page
    assert Decision.objects.get(pk=decision.pk).reasons_fr == "Elle a écrit."
    assert client.post(url, typed | {"version": "2"}).status_code == 302
    kept = Decision.objects.get(pk=decision.pk)
    assert (kept.reasons_fr, kept.version, kept.reasons_by) == (typed["reasons_fr"], 3, cast.officer)
    assert client.post(url, typed | {"version": "x"}).status_code == 400


def test_bonus_is_shown_apart_with_its_condition_wherever_the_amount_is_decided(cast, programme, as_):
    """No amount holds a bonus without saying so, nor on what condition it is paid: to whoever decides, and in the
    letter. What the one before knew travels with it."""
    decision = files.approved(cast, programme, amount="75000.01")
    rows = Application.objects.filter(pk=decision.application_id)
    rows.update(requested_bonus="10000.00", eligible_costs="200000.00", in_grace=True, due=files.DECIDED_AT)
    asked, reference = decision.concurrences.get(), decision.application.reference
    files.declare(cast, decision, "concurrence")
    pages = {
        "the officer": as_(cast.officer).get(reverse("decision-file", args=[reference])),
        "the return": as_(cast.approver).get(reverse("decision-send-back", args=[reference])),
        "the ministry": as_(cast.concurrence).get(reverse("decision-concurrence", args=[asked.public_id])),
        "its act": as_(cast.concurrence).get(reverse("decision-concurrence-give", args=[asked.public_id])),
    }
    for who, page in pages.items():
        body = text(page)
        for said in (
            "Reimbursement: $65,000.01. Bonus: $10,000.00.",
            "The bonus is paid only once the final assessment shows the levels gained.",
            "Aid proposed",
            "73.33 <span",
            "1 of 1, above the funding line",
            "$200,000.00",
            "in the grace period",
            "late",
        ):
            assert said in body, (who, said)
        assert "Aid granted" not in body.partition("The letter as it would leave now")[0], who
    letter = text(as_(cast.officer).get(reverse("decision-preview-language", args=[reference, "en"])))
    for said in ("Reimbursement of eligible costs", "$65,000.01", "Bonus", "$10,000.00"):
        assert said in letter, said
    assert "The letter as it would leave now" in text(pages["the ministry"])
    Decision.objects.filter(pk=decision.pk).update(kind="partial", amount="60000.00")
    for name, person, key in (  # the bonus goes first, and it is said
        ("decision-file", cast.officer, reference),
        ("decision-send-back", cast.approver, reference),
        ("decision-concurrence", cast.concurrence, asked.public_id),
    ):
        body = text(as_(person).get(reverse(name, args=[key]))).partition("The letter as it would leave now")[0]
        assert "Reimbursement: $60,000.00. Bonus: $0.00." in body, name
        assert "The bonus is paid only once" not in body, name
    rows.update(requested_bonus="0.00")
    assert "Bonus" not in text(as_(cast.officer).get(reverse("decision-file", args=[reference])))


def test_a_decision_that_departs_from_the_ranking_says_so_on_every_page_after(cast, programme, as_):
    """Refused, though it passes and the money reaches it."""
    decision = files.recommended_file(cast, programme, outcome="declined")
    files.declare(cast, decision, "endorser")
    reference = decision.application.reference
    for name in ("decision-file", "decision-endorse", "file-detail", "review-file"):
        body = text(as_(cast.endorser).get(reverse(name, args=[reference])))
        assert "above the funding line, and its refusal is recommended" in body, name
    followed = files.recommended_file(cast, programme, company="precision", amount="50000.00")
    body = text(as_(cast.endorser).get(reverse("decision-file", args=[followed.application.reference])))
    assert "Departs from the ranking" not in body
