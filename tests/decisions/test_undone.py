"""A file that leaves between the issue of its decision and the sending of its letter: what was issued is undone."""

import threading
import time
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from applications.models import Application
from applications.services import submission
from applications.services.submission import withdraw_application
from audit.models import Entry
from awards.models import Award
from decisions import services
from decisions.models import Decision
from decisions.selectors import UNSHOWN
from decisions.selectors.chain import unsent_of
from decisions.states import ReturnTo
from documents.models import Rendering
from documents.services import render
from funding import ledger
from funding.models import Envelope
from letters import services as letters
from letters.facts import leaving
from letters.models import Letter
from letters.selectors import find_by_code, messages_of
from moves.refusals import WrongMoment
from notifications import tasks as post
from notifications.models import Message
from notifications.notices import write
from programs.services.calls import cancel_call
from reports.selectors.scope import awards_of, decisions_of
from reviews.models import Recommendation
from tests.databases import at_once
from tests.decisions import files
from tests.decisions.files import D
from tests.mutants import proves
from work import clock

LATER = files.DECIDED_AT + timedelta(hours=1)
WHY = "Le client a remis son projet à l’an prochain."
BALANCES = ("allocated", "reserved", "committed", "payable", "paid")


def balances(programme):
    return [tuple(getattr(one, name) for name in BALANCES) for one in files.envelopes(programme)]


def withdraw(decision, cast, at=LATER):
    with clock.at(at):
        return withdraw_application(decision.application, by=cast.sophie, reason=WHY)


def concurred_and_issued(cast, programme):
    decision = files.concurred(cast, programme)
    with clock.at(files.DECIDED_AT):
        return services.issue(decision, by=cast.officer, edition=UNSHOWN)


def made(decision):
    """Its letter's document is made, and its messages are queued."""
    render(Rendering.objects.get(pk=decision.letter.rendering_id))
    return Letter.objects.get(pk=decision.letter_id)


def told_to(kind):
    return {message.recipient: message for message in Message.objects.filter(kind=kind).select_related("recipient")}


@pytest.mark.django_db
def test_withdrawal_before_the_letter_undoes_all_that_was_issued(cast, programme, client):
    """The journey: approved, concurred in, issued, its letter made and queued; then withdrawn."""
    free = [envelope.free for envelope in files.envelopes(programme)]
    decision = concurred_and_issued(cast, programme)
    at_issue = balances(programme)
    with clock.at(files.DECIDED_AT):
        letter = made(decision)
    assert (letter.state, messages_of(letter).count() > 0) == ("rendered", True)
    assert at_issue[0][2] == D("75000.01")

    file = withdraw(decision, cast)

    decision, letter = Decision.objects.get(pk=decision.pk), Letter.objects.get(pk=letter.pk)
    award = Award.objects.get()
    assert (file.state, file.outcome_at, file.last_told, file.due) == ("withdrawn", None, "", None)
    assert (decision.state, letter.state, award.superseded_at) == ("void", "withheld", LATER)
    assert Recommendation.objects.get().voided_at == LATER
    assert decision.issued_at == files.DECIDED_AT  # its history is kept: its acts, its concurrence, its review
    assert set(decision.steps.counted().values_list("kind", flat=True)) == {
        "endorsed", "approved", "concurred", "issued",
    }  # fmt: skip
    assert decision.concurrences.counted().get().state == "given"
    assert {one.state for one in file.assignments.all()} == {"submitted"}

    # the ledger, to the cent
    assert [envelope.free for envelope in files.envelopes(programme)] == free
    assert {row[1:] for row in balances(programme)} == {(D("0.00"),) * 4}
    entries = Envelope.objects.get(pk=decision.shares.get().envelope_id).entries.filter(application_id=file.pk)
    assert list(entries.order_by("id").values_list("kind", "from_bucket", "amount", "move")) == [
        ("reserve", "", D("75000.01"), "application.recommend"),
        ("commit", "reserved", D("75000.01"), "decision.issue"),
        ("release", "committed", D("75000.01"), "application.withdraw"),
    ]
    assert ledger.reconcile() == []

    # the trail
    told = Entry.objects.filter(application_id=file.pk, at=LATER).order_by("id")
    assert list(
        told.filter(actor_id=cast.sophie.pk, verb__regex="^(application|decision|letter|award)\\.").values_list(
            "verb", "before", "after", "fired_by"
        )
    ) == [
        ("application.withdraw", "approved", "withdrawn", ""),
        ("decision.withhold", "issued", "void", "application.withdraw"),
        ("letter.withhold", "rendered", "withheld", "application.withdraw"),
        ("award.cancel", "", "", ""),
    ]

    # nothing of the letter leaves, whoever runs, and nobody finds it
    with clock.at(LATER + timedelta(days=1)):
        letters.advance(letter)
        post.send_messages()
    assert not messages_of(letter).filter(sent_at__isnull=False).exists()
    assert find_by_code(letter.code) is None
    assert not awards_of(programme.agreements.get().partner).exists()
    assert not decisions_of(programme.agreements.get().partner).exists()

    # who is told, and of what: the officers of the withdrawal and what it undid, the chain and the partner of theirs
    withdrawn, undone = told_to("file_withdrawn"), told_to("decision_undone")
    assert set(withdrawn) == {cast.officer}
    assert set(undone) == {cast.endorser, cast.approver, cast.concurrence}
    assert set(told_to("application_withdrawn")) == {cast.sophie}
    for message in (withdrawn[cast.officer], undone[cast.approver]):
        message.language = "en"
        assert "letter had not left" in write(message).body
    for person, page in ((cast.approver, reverse("decision-file", args=[file.reference])), (cast.concurrence, None)):
        undone[person].language = "fr"
        body = write(undone[person]).body
        assert "75\xa0000,01" in body
        assert ("/files/" in body, page is None or page in body) == (page is not None, True)
    assert "decision" not in write(told_to("application_withdrawn")[cast.sophie]).body.casefold()

    # what each reads then
    with clock.at(LATER), translation.override("en"):
        for who, path, read, not_read in (
            (cast.officer, reverse("decision-file", args=[file.reference]), "Rendue, et jamais envoyée", "Réessayer"),
            (cast.officer, reverse("decision-preview", args=[file.reference]), "Annulée avant l’envoi", ""),
            (cast.officer, reverse("file-detail", args=[file.reference]), "retiré", ""),
            (cast.sophie, reverse("application-detail", args=[file.public_id]), "retirée", "approuvée"),
        ):
            client.force_login(who)
            page = client.get(path).content.decode()
            assert read in page, path
            assert not not_read or not_read not in page, path
        client.force_login(cast.sophie)
        assert client.get(reverse("decision-letter", args=[letter.public_id])).status_code == 404


def invited(cast, programme):
    """Issued, of a call in two stages: no committee recommends it and no bundle has its letter yet."""
    words = {"subject_fr": "Invitation", "subject_en": "Invitation", "body_fr": "Suite.", "body_en": "Next."}
    programme.letter_templates.create(kind="invited", **words)
    decision = files.recommended_file(cast, programme, outcome="waitlisted")
    Decision.objects.filter(pk=decision.pk).update(kind="invited")
    with clock.at(files.DECIDED_AT):
        files.declare(cast, decision, "endorser", "approver")
        decision = services.endorse(Decision.objects.get(pk=decision.pk), by=cast.endorser, edition=UNSHOWN)
        return services.issue(
            services.approve(decision, by=cast.approver, edition=UNSHOWN), by=cast.officer, edition=UNSHOWN
        )


@pytest.mark.django_db
@pytest.mark.parametrize("outcome", ["declined", "waitlisted", "invited"])
def test_decision_of_no_dollar_is_undone_as_well(cast, programme, outcome):
    decision = invited(cast, programme) if outcome == "invited" else files.issued(cast, programme, outcome=outcome)
    file = withdraw(decision, cast)
    decision = Decision.objects.select_related("letter").get(pk=decision.pk)
    assert (file.state, decision.state, decision.letter.state) == ("withdrawn", "void", "withheld")
    officer = told_to("file_withdrawn")[cast.officer]
    assert officer.context["issued"]["en"] == outcome


@pytest.mark.django_db
def test_once_its_letter_was_sent_a_file_is_not_withdrawn_and_says_when(cast, programme):
    letter = files.sent(cast, programme)
    with translation.override("en"), pytest.raises(WrongMoment) as refused:
        withdraw(letter.decision, cast)
    assert [one.code for one in refused.value.refusals] == ["told"]
    assert "The letter of the decision was sent on November\xa03, 2026" in refused.value.refusals[0].message
    assert Letter.objects.get().state == "sent"


@pytest.mark.django_db
def test_waiting_list_that_was_told_is_left_with_nothing_undone(cast, programme):
    """Its applicant reads that it waits: it may leave, and the officers are told of nothing more."""
    letter = files.sent(cast, programme, outcome="waitlisted")
    file = withdraw(letter.decision, cast)
    assert (file.state, Decision.objects.get().state, Letter.objects.get().state) == ("withdrawn", "issued", "sent")
    assert told_to("file_withdrawn")[cast.officer].context["issued"] == {"fr": "", "en": ""}
    assert told_to("decision_undone") == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "amount", "says"),
    [
        ("submitted", None, ()),
        ("eligible", None, ()),
        ("in_review", None, ("reviews",)),
        ("reviewed", None, ()),
        ("recommended", "75000.00", ("money",)),
        ("recommended", None, ()),  # it is declined
        ("approved", "75000.00", ("issued",)),  # which says itself what is free again
    ],
)
def test_officers_are_told_of_what_a_withdrawal_undid_and_of_nothing_else(cast, programme, state, amount, says):
    row = files.file_row(cast, programme)
    Application.objects.filter(pk=row.pk).update(state=state, recommended_amount=amount)
    with clock.at(LATER):
        withdraw_application(row, by=cast.sophie, reason=WHY)
    message = told_to("file_withdrawn")[cast.officer]
    message.language = "en"
    body = write(message).body
    sentences = {
        "money": "What was reserved or committed for it is free again.",
        "reviews": "Reviews not yet submitted are no longer needed.",
        "issued": "A decision had been issued and its letter had not left: approved.",
    }
    assert tuple(key for key, said in sentences.items() if said in body) == says
    assert "has withdrawn the file" in body


@pytest.mark.django_db
def test_answer_that_upholds_and_the_decision_it_took_the_place_of_are_left_by_themselves(cast, programme):
    """Promoted from the list before its letter left: the approval is undone; what was told stays as it was told."""
    letter = files.sent(cast, programme, outcome="waitlisted")
    Decision.objects.filter(letter=letter).update(state="superseded")
    second = files.decision_row(cast, programme, state="issued", file=letter.application, number=2)
    Decision.objects.filter(pk=second.pk).update(letter=files.letter_row(letter.application, state="failed"))
    Application.objects.filter(pk=letter.application_id).update(state="approved")
    file = withdraw(second, cast)
    states = list(Decision.objects.order_by("number").values_list("state", "letter__state"))
    assert (file.state, states) == ("withdrawn", [("superseded", "sent"), ("void", "withheld")])


@pytest.mark.django_db
@proves(unsent_of)
def test_unsent_decisions_are_issued_and_their_letter_has_not_left(cast, programme):
    file, other = (files.submitted_row(cast, programme, company=company) for company in ("usinage", "precision"))
    rows = (
        ("issued", "rendered", 6), ("issued", "sent", 2), ("superseded", "failed", 3), ("superseded", "served", 4),
        ("approved", None, 5), ("void", "queued", 1), ("issued", None, 7),
    )  # fmt: skip
    for owner in (file, other):
        for state, letter, number in rows:
            decision = files.decision_row(cast, programme, state=state, number=number, file=owner)
            if letter:
                row = files.letter_row(owner, state=letter)
                Decision.objects.filter(pk=decision.pk).update(letter=row)
    found = unsent_of(file).values_list("application", "number")
    assert list(found) == [(file.pk, 3), (file.pk, 6), (file.pk, 7)]


@pytest.mark.django_db
@proves(leaving)
def test_letter_is_leaving_while_a_worker_holds_a_message_of_it_or_once_one_left(cast, programme):
    decision, other = (files.issued(cast, programme, company=company) for company in ("usinage", "precision"))
    with clock.at(LATER):
        mine, _others = made(decision), made(other)
        for changes, expected in (
            ({}, False),
            ({"claimed_until": LATER}, False),  # its lease is over
            ({"claimed_until": LATER + timedelta(seconds=1)}, True),
            ({"sent_at": LATER}, True),
        ):
            with_row = {"claimed_until": None, "sent_at": None, **changes}
            Message.objects.update(claimed_until=LATER + timedelta(minutes=1), sent_at=LATER)  # of the other letter
            messages_of(mine).update(claimed_until=None, sent_at=None)
            Message.objects.filter(pk=messages_of(mine).order_by("pk")[0].pk).update(**with_row)
            assert leaving(mine, cast.sophie).leaving is expected, changes


@pytest.mark.django_db
def test_letter_in_the_hands_of_the_mail_server_is_waited_for_and_then_nothing_is_undone(cast, programme, monkeypatch):
    tries, pause = [], threading.Event()
    monkeypatch.setattr(submission, "PATIENCE", 0.1)
    monkeypatch.setattr(submission, "PAUSE", 0.06)
    sleep = "applications.services.submission.time.sleep"
    monkeypatch.setattr(sleep, lambda seconds: tries.append(seconds) or pause.wait(seconds))
    decision = files.issued(cast, programme)
    with clock.at(LATER):
        letter = made(decision)
        messages_of(letter).update(claimed_until=LATER + timedelta(minutes=5))
    with pytest.raises(WrongMoment) as refused:
        withdraw(decision, cast)
    assert [one.code for one in refused.value.refusals] == ["busy"]
    assert set(tries) == {0.06}
    assert (Application.objects.get().state, Decision.objects.get().state) == ("approved", "issued")
    assert Envelope.objects.get(pk=decision.shares.get().envelope_id).committed == D("75000.00")


@pytest.mark.django_db
def test_call_whose_letter_is_leaving_is_not_cancelled_and_the_refusal_names_no_file(cast, programme):
    """It may be that of a file that is closed to whoever cancels."""
    decision = files.issued(cast, programme)
    with clock.at(LATER):
        messages_of(made(decision)).update(claimed_until=LATER + timedelta(minutes=5))
        with pytest.raises(WrongMoment) as refused:
            cancel_call(decision.application.call, by=cast.officer, reason=WHY)
    assert [one.code for one in refused.value.refusals] == ["busy"]
    assert decision.application.reference not in refused.value.message
    assert Application.objects.get().state == "approved"


@pytest.mark.django_db
def test_call_that_is_cancelled_undoes_what_was_not_sent_and_leaves_what_was(cast, programme):
    untold = files.issued(cast, programme, amount="20000.00")
    told = files.sent(cast, programme, company="precision", amount="30000.00")
    call = untold.application.call
    with clock.at(LATER):
        cancel_call(call, by=cast.officer, reason="L’entente est résiliée.")
    rows = Decision.objects.order_by("id").values_list("application__state", "state", "letter__state")
    assert list(rows) == [("cancelled", "void", "withheld"), ("approved", "issued", "sent")]
    assert sum((envelope.committed for envelope in files.envelopes(programme)), Decimal(0)) == D("30000.00")
    assert list(Award.objects.order_by("id").values_list("superseded_at", flat=True)) == [LATER, None]
    assert set(told_to("call_cancelled")) == {cast.sophie}
    undone = told_to("decision_undone")
    assert set(undone) == {cast.endorser, cast.approver}
    assert "annulé avec son appel" in write(undone[cast.approver]).body
    assert told.application.pk not in {message.application_id for message in undone.values()}


@pytest.mark.parametrize("who", ["an officer", "the letter"])
def test_withdrawal_of_a_file_that_is_held_is_answered_the_same_whoever_holds_it(
    committed_db, cast, programme, monkeypatch, who
):
    """In the same sentence, after the same wait: it tells of no letter."""
    monkeypatch.setattr(submission, "PATIENCE", 0.6)
    decision = files.issued(cast, programme)
    began, over = threading.Event(), threading.Event()

    def hold():
        if who == "the letter":
            with clock.at(LATER):
                messages_of(made(decision)).update(claimed_until=LATER + timedelta(minutes=5))
            began.set()
            return over.wait(20)
        with transaction.atomic():
            Application.objects.select_for_update().get(pk=decision.application_id)
            began.set()
            return over.wait(20)

    def leave():
        began.wait(20)
        start = time.monotonic()
        try:
            withdraw(decision, cast)
        except WrongMoment as stopped:
            return str(stopped.message), time.monotonic() - start
        finally:
            over.set()

    _held, (said, waited) = at_once(hold, leave)
    used = f"Le dossier {decision.application.reference} est en cours d’utilisation à cet instant même."
    assert said == f"{used} Réessayez dans quelques minutes."
    assert 0.6 <= waited < 1.6
    assert Application.objects.get().state == "approved"


def test_letter_and_withdrawal_at_once_are_never_both(committed_db, cast, programme, monkeypatch):
    """The worker holds the message while the mail server reads it: the withdrawal waits, and comes after the letter."""
    decision = files.issued(cast, programme)
    began, sent = threading.Event(), []

    def slow(mail, *, since):
        began.set()
        threading.Event().wait(0.5)
        sent.extend(mail.attachments)

    monkeypatch.setattr("notifications.mail.deliver", slow)
    with clock.at(LATER):
        letter = made(decision)
        Message.objects.exclude(kind="letter").delete()

        def leave():
            began.wait(20)
            return withdraw(decision, cast)

        _sweep, withdrawn = at_once(post.send_messages, leave)
    letter = Letter.objects.get(pk=letter.pk)
    assert isinstance(withdrawn, WrongMoment), withdrawn
    assert [one.code for one in withdrawn.refusals] == ["told"]
    assert (letter.state, Application.objects.get().state, len(sent) > 0) == ("sent", "approved", True)


@pytest.mark.parametrize("first", ["letter", "withdrawal", ""])
def test_whichever_comes_first_of_letter_and_withdrawal_wins(committed_db, cast, programme, monkeypatch, first):
    decision = files.issued(cast, programme)
    sent = []
    monkeypatch.setattr("notifications.mail.deliver", lambda mail, *, since: sent.extend(mail.attachments))
    with clock.at(LATER):
        letter = made(decision)
        Message.objects.exclude(kind="letter").delete()
        acts = {"letter": post.send_messages, "withdrawal": lambda: withdraw(decision, cast)}
        if first:
            done = acts.pop(first)()
            (last,) = at_once(*acts.values())
            withdrawn = done if first == "withdrawal" else last
        else:
            _sweep, withdrawn = at_once(*acts.values())
    letter, file = Letter.objects.get(pk=letter.pk), Application.objects.get()
    if isinstance(withdrawn, Exception):
        assert [one.code for one in withdrawn.refusals] == ["told"]
        assert (first != "withdrawal", letter.state, file.state, len(sent) > 0) == (True, "sent", "approved", True)
    else:
        assert (first != "letter", letter.state, file.state, sent) == (True, "withheld", "withdrawn", [])
    assert ledger.reconcile() == []


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["withdrawn", "cancelled", "returned"])
def test_void_decision_that_was_never_issued_reads_as_one(cast, programme, client, how):
    """It says why and when it fell, and nothing in it reads as if it were still decided."""
    decision = files.approved(cast, programme)
    file = decision.application
    with clock.at(LATER):
        if how == "withdrawn":
            withdraw(decision, cast)
        elif how == "cancelled":
            cancel_call(file.call, by=cast.officer, reason="Le programme prend fin.")
        else:
            services.send_back(decision, by=cast.approver, reason="À revoir.", to=ReturnTo.PANEL, edition=UNSHOWN)
    client.force_login(cast.officer)
    page = client.get(reverse("decision-file", args=[file.reference]))
    body = page.content.decode()
    assert page.context["decision"].state == "void"
    assert ("Cette décision est sans effet" in body) is (how != "returned")  # its return says so with its reason
    assert {
        "withdrawn": "Le dossier a été retiré le ",
        "cancelled": "Le dossier a été annulé avec son appel le ",
        "returned": "Le comité recommande de nouveau.",
    }[how] in body
    assert ("Ce qui était proposé" in body, "Ce qui est décidé" in body) == (True, False)
    assert "Motifs donnés dans la lettre" not in body
