"""Writing, sponsoring, submitting: who may, when, and once only."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from accounts.models import Organisation
from accounts.services import create_person
from applications.checks import live_sponsorship, missing_answers
from applications.models import Answer, Application, Document
from applications.rules import call_takes_submissions, comes_in_time
from applications.search import matching
from applications.selectors import current_snapshot
from applications.selectors.answers import form_of
from applications.selectors.deadlines import cohort_of
from applications.selectors.people import office_of, officers_of, oneself, people_of
from applications.services.drafts import (
    AnswerConflict,
    AnswerInvalid,
    _join,
    _keep,
    attach_document,
    delete_draft,
    remove_document,
    save_answer,
    save_eligibility,
    start_application,
)
from applications.services.sponsors import (
    cancel_sponsorship,
    confirm_sponsorship,
    decline_sponsorship,
    find_sponsorship,
    invite_sponsor,
    stands_in_the_way,
)
from applications.services.submission import (
    submit_application,
    take_back_application,
    withdraw_application,
)
from applications.states import VALID, ApplicationState, PublicState
from audit.actors import Guest
from audit.models import Entry
from demo import answers, papers
from demo.cast import COMPANIES
from documents.models import Rendering
from moves.models import DutyDone
from moves.refusals import Forbidden, WrongMoment
from moves.services import declare_standing
from notifications.models import Message
from notifications.tasks import send_messages
from programs.models import Accommodation, Appointment, ReferenceCounter
from programs.services.calls import cancel_call
from programs.services.people import appoint
from tests.cast import SET_UP
from tests.files import AT, another, another_call, draft_file, open_call, sponsor_it, submit, submitted_file
from tests.mutants import proves
from work import clock
from work.models import new_public_id

CLOSE = datetime(2028, 9, 30, 21, tzinfo=UTC)  # 17 h in Québec
CLOSE_OF_ONE = CLOSE + timedelta(days=2)  # given to one applicant


@pytest.fixture
def now(clock_at):
    clock_at(AT)


@pytest.fixture
def draft(cast, programme, usinage, now):
    """An empty draft of Usinage Gauthier, begun by Sophie."""
    return start_application(open_call(cast, programme), usinage, by=cast.sophie)


# ---------------------------------------------------------------- writing


def test_start_is_for_members_while_the_call_is_open(cast, programme, usinage, clock_at):
    call = open_call(cast, programme)
    clock_at(AT)
    with pytest.raises(Forbidden):
        start_application(call, usinage, by=cast.michel)
    clock_at(CLOSE + timedelta(hours=1))
    with pytest.raises(WrongMoment) as refused:
        start_application(call, usinage, by=cast.sophie)
    assert [refusal.code for refusal in refused.value.refusals] == ["closed"]


def test_draft_that_could_never_be_submitted_is_not_begun(cast, programme, usinage, precision, clock_at):
    call = open_call(cast, programme)
    clock_at(CLOSE)  # in the grace, only what began before the close is taken
    with pytest.raises(WrongMoment) as refused:
        start_application(call, usinage, by=cast.sophie)
    assert [refusal.code for refusal in refused.value.refusals] == ["closed"]
    Accommodation.objects.create(call=call, organisation=usinage, closes_at=CLOSE + timedelta(days=2))
    assert start_application(call, usinage, by=cast.sophie).state == ApplicationState.DRAFT
    clock_at(CLOSE + timedelta(days=2))
    with pytest.raises(WrongMoment) as refused:
        start_application(call, usinage, by=cast.sophie)
    assert "2 octobre 2028 à 17 h" in refused.value.message.replace("\u00a0", " ")


def test_start_refuses_whom_the_check_refuses(cast, programme, usinage, now):
    said = answers.eligibility("usinage") | {"staff": 8}
    with pytest.raises(WrongMoment) as refused:
        start_application(open_call(cast, programme), usinage, by=cast.sophie, eligibility=said)
    assert "10 à 250" in refused.value.message


@proves(_keep)
def test_answer_is_kept_with_its_version_and_the_duty_of_who_wrote_it(cast, draft):
    """It alone: neither another question's, nor another file's."""
    others = dict(draft.answers.values_list("pk", "value"))
    for question in ("founded", "revenue"):
        theirs = another(draft).answers.create(question=question, value="1", by=cast.sophie, at=AT)
        others[theirs.pk] = "1"
    first = save_answer(draft, "revenue", "1 250,50", by=cast.sophie, version=0)
    second = save_answer(draft, "revenue", "2000", by=cast.olivier, version=first.version)
    assert (first.value, second.value, second.version) == ("1250.50", "2000.00", 2)
    assert set(DutyDone.objects.filter(application_id=draft.pk).values_list("user_id", "duty")) == {
        (cast.sophie.pk, "prepare"),
        (cast.olivier.pk, "prepare"),
    }
    assert dict(Answer.objects.values_list("pk", "value")) == {**others, second.pk: "2000.00"}


@proves(_keep)
def test_answer_of_a_draft_is_told_once_a_sitting_and_each_time_another_writes(cast, draft):
    told, version = Entry.objects.filter(verb="application.save_answer", given__question="revenue"), 0
    for seconds, by, entries in (
        (0, cast.sophie, 1), (600, cast.sophie, 1), (1201, cast.sophie, 2), (1202, cast.olivier, 3),
    ):  # fmt: skip
        with clock.at(AT + timedelta(seconds=seconds)):
            version = save_answer(draft, "revenue", str(seconds), by=by, version=version).version
        assert told.count() == entries


@proves(_keep)
def test_title_of_a_draft_is_cut_where_its_answer_is_too_long(cast, draft):
    kept = save_answer(draft, "project_title", "titre " * 90, by=cast.sophie, version=0)
    assert len(kept.faults) == 1
    assert Application.objects.get(pk=draft.pk).title == ("titre " * 90)[:250]


@proves(_keep)
def test_answer_saved_over_a_newer_one_is_a_conflict_with_its_author(cast, draft):
    save_answer(draft, "project_title", "Un", by=cast.sophie, version=0)
    save_answer(draft, "project_title", "Deux", by=cast.olivier, version=1)
    with pytest.raises(AnswerConflict) as conflict:
        save_answer(draft, "project_title", "Trois", by=cast.sophie, version=1)
    assert (conflict.value.value, conflict.value.by, conflict.value.version) == ("Deux", cast.olivier, 2)
    for version in (1, 2):  # the same: no conflict, and nothing is written
        assert save_answer(draft, "project_title", "Deux", by=cast.sophie, version=version).version == 2


def test_answer_that_cannot_be_read_is_refused_and_what_is_too_long_is_kept(cast, draft):
    with pytest.raises(AnswerInvalid) as refused:
        save_answer(draft, "revenue", "beaucoup", by=cast.sophie, version=0)
    assert "beaucoup" in str(refused.value)
    kept = save_answer(draft, "project_summary", "mot " * 151, by=cast.sophie, version=0)
    assert len(kept.faults) == 1
    assert Answer.objects.get(question="project_summary").value.startswith("mot mot")


def test_unfinished_line_is_kept_as_typed(cast, draft):
    typed = [{"category": "training", "amount": "1 000,00", "description": ""}, {"amount": "mille"}]
    kept = save_answer(draft, "budget_table", typed, by=cast.sophie, version=0)
    assert kept.value == [{"category": "training", "amount": "1000.00"}, {"amount": "mille"}]
    assert {fault.at for fault in kept.faults} >= {(0, "description"), (1, "amount"), (1, "category")}


@pytest.mark.parametrize("person", ["michel", "officer", "analyst"])
def test_answer_of_others_is_forbidden(cast, draft, person):
    with pytest.raises(Forbidden):
        save_answer(draft, "founded", "1990", by=getattr(cast, person), version=0)


def test_attestations_are_not_answered_before_the_submission(cast, draft):
    with pytest.raises(AnswerInvalid):
        save_answer(draft, "attest_rena", "yes", by=cast.sophie, version=0)


def test_document_is_joined_once_and_removed_with_its_bytes(cast, draft):
    joined = attach_document(draft, "sponsor_letter", papers.pdf("Lettre", name="lettre.pdf"), by=cast.sophie)
    with pytest.raises(AnswerInvalid, match="Un seul document"):
        attach_document(draft, "sponsor_letter", papers.pdf("Autre", name="autre.pdf"), by=cast.sophie)
    remove_document(joined, by=cast.olivier)
    assert Document.objects.get().upload.is_gone
    assert Answer.objects.get(question="sponsor_letter").value is None


@proves(_join)
def test_document_is_joined_as_the_question_takes_it(cast, draft, monkeypatch):
    """Of its kinds, of its size, so many; neither what was taken off counts, nor what another question has."""
    form = form_of(draft)
    asked = next(one for one in form.questions if one.type == "documents")
    asked.limits.update(accept=("pdf",), max_files=2, max_megabytes=1)
    monkeypatch.setattr("applications.services.drafts.form_of", lambda _application: form)

    def join(file):
        return attach_document(draft, asked.key, file, by=cast.sophie)

    heavy = papers.pdf("a", name="gros.pdf").read() + b"\n" * 1_000_000
    for file in (ContentFile(b"a,b\n1,2\n", name="plan.csv"), ContentFile(heavy, name="gros.pdf")):
        with pytest.raises(AnswerInvalid):
            join(file)
    other = next(one for one in form.questions if one.type == "documents" and one.key != asked.key)
    attach_document(draft, other.key, papers.pdf("o", name="o.pdf"), by=cast.sophie)
    remove_document(join(papers.pdf("z", name="z.pdf")), by=cast.sophie)
    joined = [join(papers.pdf(name, name=name)) for name in ("a.pdf", "b.pdf")]
    assert draft.answers.get(question=asked.key).value == [str(one.public_id) for one in joined]
    with pytest.raises(AnswerInvalid, match="Au plus 2 documents"):
        join(papers.pdf("c", name="c.pdf"))


def test_draft_is_deleted_by_its_author_or_a_signatory(cast, draft):
    with pytest.raises(Forbidden):
        delete_draft(draft, by=cast.olivier)
    delete_draft(draft, by=cast.sophie)
    assert Application.objects.count() == 0
    assert Entry.objects.filter(verb="application.delete").count() == 1


def test_what_was_submitted_once_is_not_deleted(cast, programme, clock_at):
    file = submitted_file(cast, programme)
    clock_at(AT)
    take_back_application(file, by=cast.sophie)
    with pytest.raises(WrongMoment):
        delete_draft(file, by=cast.sophie)


# ---------------------------------------------------------------- sponsor


def test_sponsor_confirms_by_its_link_alone(cast, programme, now):
    draft = draft_file(cast, programme, sponsor=False, at=None)
    asked, token = invite_sponsor(
        draft, by=cast.olivier, email=cast.sponsor.email, organisation_name="Aéronefs Boréal inc.", language="fr"
    )
    assert token not in asked.token_digest
    assert Message.objects.get(kind="sponsor_asked").url_args == [token]
    found = confirm_sponsorship(
        find_sponsorship(token), by=Guest("Hélène"), name="Hélène Savard", improvement="95 % à temps au moins"
    )
    assert found.summary == answers.COMPANIES["usinage"]["project_summary"]
    assert DutyDone.objects.filter(application_id=draft.pk, user_id=cast.sponsor.pk, duty="sponsor").exists()
    assert Entry.objects.get(verb="application.confirm_sponsorship").actor_kind == "guest"
    answered = Message.objects.filter(kind="sponsor_answered").order_by("recipient_id")
    assert [message.recipient for message in answered] == [cast.sophie, cast.olivier]
    with pytest.raises(WrongMoment):
        confirm_sponsorship(found, by=Guest(), name="Autre", improvement="une autre chose encore")


@proves(invite_sponsor)
def test_sponsor_link_ends_when_declined_cancelled_replaced_or_old(cast, programme, clock_at):
    draft = draft_file(cast, programme, sponsor=False)
    clock_at(AT)

    def ask():
        return invite_sponsor(
            draft, by=cast.sophie, email="x@boreal.example", organisation_name="Boréal", language="en"
        )

    _first, first_token = ask()
    second, second_token = ask()
    assert stands_in_the_way(find_sponsorship(first_token)).code == "cancelled"
    decline_sponsorship(second, by=Guest())
    assert stands_in_the_way(find_sponsorship(second_token)).code == "answered"
    third, third_token = ask()
    assert draft.sponsorships.get(pk=second.pk).cancelled_at is None  # it had ended by itself
    cancel_sponsorship(third, by=cast.sophie)
    assert stands_in_the_way(find_sponsorship(third_token)).code == "cancelled"
    _fourth, fourth_token = ask()
    until = draft.sponsorships.latest("id").expires_at
    clock_at(until - timedelta(seconds=1))
    assert stands_in_the_way(find_sponsorship(fourth_token)) is None
    clock_at(until)
    assert stands_in_the_way(find_sponsorship(fourth_token)).code == "expired"
    assert stands_in_the_way(find_sponsorship("nothing")).code == "link"


REQUEST = {"email": "x@boreal.example", "organisation_name": "Boréal", "language": "en"}
NO_MORE_IS_ASKED = "The call takes no more applications: nothing more is asked of you."
ENDS = {  # of a request that waits in the outbox: what happens meanwhile
    "answered": lambda cast, asked: decline_sponsorship(asked, by=Guest()),
    "confirmed": lambda cast, asked: confirm_sponsorship(
        asked, by=Guest(), name="Hélène Savard", improvement="95 % à temps"
    ),
    "replaced": lambda cast, asked: invite_sponsor(
        asked.application, by=cast.sophie, **REQUEST | {"email": "y@boreal.example"}
    ),
    "taken back": lambda cast, asked: cancel_sponsorship(asked, by=cast.sophie),
    "draft deleted": lambda cast, asked: delete_draft(asked.application, by=cast.sophie),
    "call cancelled": lambda cast, asked: cancel_call(asked.application.call, by=cast.officer, reason="Fin."),
}


@pytest.fixture
def asked(cast, programme, now):
    """A request to Boréal of a whole draft, in the outbox; nothing else waits there."""
    file = draft_file(cast, programme, sponsor=False)
    Message.objects.all().delete()
    return invite_sponsor(file, by=cast.sophie, **REQUEST)[0]


def sent_to():
    """Send what waits: the addresses that a sponsor's request left for."""
    send_messages()
    return sorted(Message.objects.filter(kind="sponsor_asked", sent_at__isnull=False).values_list("address", flat=True))


def test_request_that_waits_leaves_for_its_sponsor(asked):
    assert sent_to() == ["x@boreal.example"]


@pytest.mark.parametrize("end", ENDS)
def test_request_that_ended_in_the_outbox_does_not_leave(cast, asked, end):
    ENDS[end](cast, asked)
    assert sent_to() == (["y@boreal.example"] if end == "replaced" else [])
    assert (
        Message.objects.get(address="x@boreal.example").last_error
        == "It is over. It leaves as long as this holds: The request can be answered."
    )


@pytest.mark.parametrize("later", [AT + timedelta(days=31), datetime(2030, 1, 1, tzinfo=UTC)], ids=["old", "closed"])
def test_request_whose_time_is_over_in_the_outbox_does_not_leave(asked, clock_at, later):
    clock_at(later)
    assert sent_to() == []


@pytest.mark.parametrize("how", ["closed", "cancelled"])
def test_sponsor_of_a_call_that_takes_nothing_more_is_asked_nothing_more(cast, programme, asked, clock_at, how):
    """Not before its closing's grace is over: who began before may still send, sponsored."""
    if how == "cancelled":
        cancel_call(asked.application.call, by=cast.officer, reason="Fin.")
    else:
        call = asked.application.call
        asked.__class__.objects.filter(pk=asked.pk).update(expires_at=CLOSE + timedelta(days=2))
        clock_at(CLOSE)
        assert stands_in_the_way(again(asked)) is None
        clock_at(CLOSE + timedelta(days=1))
        Accommodation.objects.create(call=call, organisation=asked.application.organisation, closes_at=CLOSE_OF_ONE)
        assert stands_in_the_way(again(asked)) is None
        call.accommodations.all().delete()
    for answer in (
        lambda: decline_sponsorship(again(asked), by=Guest()),
        lambda: confirm_sponsorship(again(asked), by=Guest(), name="Hélène Savard", improvement="95 % à temps"),
    ):
        with override("en"), pytest.raises(WrongMoment) as refused:
            answer()
        assert [str(refusal.message) for refusal in refused.value.refusals] == [NO_MORE_IS_ASKED]
    assert not Message.objects.filter(kind="sponsor_answered").exists()


def again(asked):
    return asked.__class__.objects.get(pk=asked.pk)


@proves(invite_sponsor)
def test_sponsor_is_a_customer_and_reads_a_summary(cast, draft):
    with pytest.raises(ValidationError) as wrong:
        invite_sponsor(draft, by=cast.sophie, email=cast.olivier.email, organisation_name="", language="fr")
    assert set(wrong.value.error_dict) == {"email", "organisation_name"}
    with pytest.raises(WrongMoment):
        invite_sponsor(draft, by=cast.sophie, email="x@boreal.example", organisation_name="Boréal", language="fr")


# ---------------------------------------------------------------- submitting


def test_submission_freezes_numbers_and_acknowledges(cast, programme):
    file = submitted_file(cast, programme, requested=Decimal("75000.01"))
    snapshot = current_snapshot(file)
    content = json.loads(snapshot.canonical)
    assert file.reference == content["reference"] == "FE-2026-00001"
    assert content["amounts"] == {
        "requested": "75000.01", "eligible_costs": "200000.00", "reimbursement": "80000.00", "bonus": "10000.00"
    }  # fmt: skip
    assert content["answers"]["project_title"] == file.title
    assert content["sponsor"]["name"] == "Hélène Savard"
    assert file.cohort_closes_at == datetime(2026, 9, 30, 21, tzinfo=UTC)
    assert file.due == clock.end_of(date(2026, 9, 28))  # 10 business days
    assert file.region == "15"
    assert Rendering.objects.get(kind="receipt") == snapshot.receipt
    assert "FE-2026-00001" in snapshot.receipt.html
    assert [m.recipient for m in Message.objects.filter(kind="application_received")] == [cast.sophie]


def signs_too(cast, organisation):
    """Olivier signs for the organisation besides Sophie."""
    organisation.memberships.filter(user=cast.olivier).update(role="signatory")


def leave(cast, organisation):
    organisation.memberships.filter(user=cast.sophie).delete()


def close_account(cast, organisation):
    cast.sophie.is_active = False
    cast.sophie.save(update_fields=["is_active"])


@pytest.mark.parametrize("go", [leave, close_account])
def test_who_began_the_draft_is_told_nothing_once_gone(cast, programme, usinage, go):
    draft = draft_file(cast, programme)
    signs_too(cast, usinage)
    assert list(people_of(draft)) == [cast.sophie, cast.olivier]
    go(cast, usinage)
    file = submit(draft, by=cast.olivier)
    withdraw_application(file, by=cast.olivier, reason="Le projet est remis.")
    assert list(people_of(file)) == [cast.olivier]
    for kind in ("application_received", "application_withdrawn"):
        assert [message.recipient for message in Message.objects.filter(kind=kind)] == [cast.olivier], kind


def test_file_withdrawn_is_told_to_the_officers_in_office_to_whom_it_is_not_closed(cast, programme):
    file = submitted_file(cast, programme)
    people = [_officer(cast, programme, name) for name in ("stays", "barred", "gone", "closed")]
    stays, barred, gone, closed = people
    declare_standing(file.pk, user=barred, standing="conflict")
    Appointment.objects.filter(user=gone).update(ends_on=clock.today() - timedelta(days=1))
    type(closed).objects.filter(pk=closed.pk).update(is_active=False)
    withdraw_application(file, by=cast.sophie, reason="Le projet est remis.")
    told = Message.objects.filter(kind="file_withdrawn").order_by("recipient_id")
    assert [(m.recipient, m.url_name) for m in told] == [(one, "file-detail") for one in (cast.officer, stays)]
    assert office_of(file, stays) == [stays]
    assert office_of(file, barred) == office_of(file, gone) == officers_of(file) == [cast.officer, stays]
    assert (oneself(stays), oneself(type(closed).objects.get(pk=closed.pk))) == ([stays], [])


def _officer(cast, programme, name):
    person = create_person(by=SET_UP, email=f"{name}@aerofil.example", given_name=name, family_name="Roy")
    appoint(person, by=cast.administrator, role="officer", program=programme)
    return person


def test_everybody_who_signs_is_told_of_the_receipt_and_a_member_of_their_own_draft(cast, programme, usinage):
    draft = draft_file(cast, programme, by=cast.olivier)
    submit(draft, by=cast.sophie)
    told = Message.objects.filter(kind="application_received").order_by("recipient_id")
    assert [message.recipient for message in told] == [cast.sophie, cast.olivier]


@pytest.mark.renders
def test_receipt_is_a_document_that_anyone_can_read(cast, programme):
    from documents.services import render

    rendering = render(current_snapshot(submitted_file(cast, programme, company="precision")).receipt)
    assert rendering.open().read().startswith(b"%PDF")


@pytest.mark.parametrize("person", ["olivier", "michel", "officer", "sponsor"])
def test_submission_is_the_signatory_s_alone(cast, programme, person):
    draft = draft_file(cast, programme)
    with pytest.raises(Forbidden):
        submit(draft, by=getattr(cast, person))
    assert Application.objects.get().state == ApplicationState.DRAFT


def test_submission_says_everything_that_is_missing(cast, programme):
    draft = draft_file(cast, programme, without=("project_title", "goals_link"), sponsor=False)
    with clock.at(AT), pytest.raises(WrongMoment) as refused:
        submit_application(draft, by=cast.sophie, attestations=(), signed_name="")
    assert [refusal.code for refusal in refused.value.refusals] == ["missing", "unconfirmed", "attested"]
    assert ReferenceCounter.objects.count() == 0


def test_amount_above_the_rules_is_missing_at_its_field(cast, programme):
    draft = draft_file(cast, programme, amount_requested="80000.01")
    with clock.at(AT):
        (wrong,) = missing_answers(draft)
    assert (wrong.question, wrong.reason) == ("amount_requested", "invalid")


MOST_QUERIES = 40
ATTESTED = {f"attest_{what}" for what in ("rena", "solvency", "control", "accuracy", "sharing")}


def test_submission_asks_no_more_of_the_database_than_it_has_to(cast, programme):
    """A whole file with its sponsor, its documents and five attestations; and again, once taken back."""
    draft = draft_file(cast, programme)
    for _time in range(2):
        with CaptureQueriesContext(connection) as asked:
            submit(draft, by=cast.sophie)
        queries = [q["sql"] for q in asked if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
        assert len(queries) <= MOST_QUERIES, "\n".join(queries)
        attested = list(draft.answers.filter(question__startswith="attest_"))
        assert {(one.value, one.by, one.at) for one in attested} == {(True, cast.sophie, AT)}
        assert {one.question for one in attested} == ATTESTED
        with clock.at(AT):
            take_back_application(draft, by=cast.sophie)


def test_submission_twice_gives_one_number_and_one_receipt(cast, programme):
    draft = draft_file(cast, programme)
    first, second = submit(draft, by=cast.sophie), submit(draft, by=cast.sophie)
    assert (first.reference, first.snapshots.count()) == (second.reference, 1)
    assert ReferenceCounter.objects.get().last == 1


def test_submission_after_the_close_keeps_the_draft_and_says_the_instant(cast, programme):
    late = {"costs": Decimal("200000.00"), "at": CLOSE - timedelta(days=3)}
    draft = draft_file(cast, programme, project_period={"from": "2028-10-15", "to": "2029-01-20"}, **late)
    with pytest.raises(WrongMoment) as refused:
        submit(draft, by=cast.sophie, at=CLOSE + timedelta(minutes=20))
    assert [r.code for r in refused.value.refusals if r.code == "closed"] == ["closed"]
    assert "30 septembre 2028 à 17 h" in refused.value.message.replace("\u00a0", " ")
    assert Application.objects.get().state == ApplicationState.DRAFT


def test_the_later_closing_of_a_neighbour_opens_nothing(cast, programme):
    draft = draft_file(cast, programme)
    neighbour = Organisation.objects.exclude(pk=draft.organisation_id).first()
    accommodation = Accommodation.objects.create(
        call=draft.call, organisation=neighbour, closes_at=CLOSE + timedelta(days=2)
    )
    with clock.at(CLOSE + timedelta(minutes=20)):
        assert call_takes_submissions(draft, None).code == "closed"
        accommodation.organisation = draft.organisation
        accommodation.save()
        assert call_takes_submissions(draft, None) is None


@pytest.mark.parametrize(
    ("minutes", "began", "passes"), [(5, -1, True), (5, None, False), (5, 0, False), (5, 1, False), (16, -1, False)]
)
def test_grace_takes_what_began_before_the_close(cast, programme, minutes, began, passes):
    dates = {"project_period": {"from": "2028-10-15", "to": "2029-01-20"}}
    short = [
        {"title": f"Jalon {n}", "deliverable": "Rapport", "from": "2028-10-15", "until": "2029-01-20"} for n in range(3)
    ]
    draft = draft_file(cast, programme, at=CLOSE - timedelta(days=3), milestones=short, **dates)
    at = CLOSE + timedelta(minutes=minutes)
    began_at = None if began is None else CLOSE + timedelta(minutes=began)
    with clock.at(at):

        def send():
            return submit_application(
                draft, by=cast.sophie, attestations=answers.ATTESTATIONS, signed_name="Sophie", began_at=began_at
            )

        if passes:
            file = send()
            assert (file.in_grace, file.cohort_closes_at) == (True, CLOSE)
        else:
            with pytest.raises(WrongMoment):
                send()


# When a page was opened and what it sent came in, in minutes from the close of a cohort: the cohort, and the grace.
COHORTS = [
    ((-1, 0), "first", True),
    ((-1, 14), "first", True),
    ((-1, 15), "second", False),
    ((0, 5), "second", False),
    ((-1, -1), "first", False),
    ((None, 5), "second", False),
    ((6, 5), "second", False),
]


@pytest.mark.parametrize(("minutes", "cohort", "in_grace"), COHORTS)
def test_submission_that_began_before_a_close_belongs_to_it_within_the_grace(draft, minutes, cohort, in_grace):
    call = draft.call
    first, second = (datetime.fromisoformat(text) for text in call.cohorts[:2])
    began, at = (None if n is None else first + timedelta(minutes=n) for n in minutes)
    if at == first:  # a tick after it: what comes at the very instant is of this cohort anyway
        at += timedelta(microseconds=1)
    assert cohort_of(draft, at, began) == ({"first": first, "second": second}[cohort], in_grace)


# An applicant's own closing, when its page was opened and what it sent came in, in minutes from the call's closing:
# whether it is taken, and took the grace.
OWN = [
    ((None, -1, 5), True, True),
    ((6, -1, 5), True, False),
    ((5, -1, 5), True, True),
    ((5, 3, 6), True, True),
    ((5, 3, 19), True, True),
    ((5, 3, 20), False, False),
    ((5, 5, 6), False, False),
    ((60, 59, 74), True, True),
]


@pytest.mark.parametrize(("minutes", "is_taken", "in_grace"), OWN)
def test_grace_follows_the_own_closing_of_an_applicant(draft, minutes, is_taken, in_grace):
    own, began, at = (None if n is None else CLOSE + timedelta(minutes=n) for n in minutes)
    if own:
        Accommodation.objects.create(call=draft.call, organisation=draft.organisation, closes_at=own)
    with clock.at(at):
        assert (comes_in_time(draft.call, draft.organisation_id, began) is None) is is_taken
    assert cohort_of(draft, at, began) == (CLOSE, in_grace)


@pytest.mark.parametrize(("seconds", "is_taken"), [(-1, True), (0, False)])
def test_later_closing_given_to_an_applicant_ends_too(cast, programme, usinage, seconds, is_taken):
    draft = draft_file(cast, programme)
    later = CLOSE + timedelta(days=9)
    Accommodation.objects.create(call=draft.call, organisation=usinage, closes_at=later)
    with clock.at(later + timedelta(minutes=draft.call.grace_minutes, seconds=seconds)):
        assert (call_takes_submissions(Application.objects.get(pk=draft.pk), None) is None) is is_taken


def test_file_is_not_taken_back_once_its_call_has_closed(cast, programme):
    file = submitted_file(cast, programme)
    with clock.at(CLOSE), pytest.raises(WrongMoment) as refused:
        take_back_application(file, by=cast.sophie)
    assert [r.code for r in refused.value.refusals] == ["closed"]
    with clock.at(CLOSE - timedelta(seconds=1)):
        assert take_back_application(file, by=cast.sophie).state == ApplicationState.DRAFT


def test_file_of_a_later_closing_is_taken_back_until_then(cast, programme, usinage):
    file = submitted_file(cast, programme)
    later = CLOSE + timedelta(days=2)
    Accommodation.objects.create(call=file.call, organisation=usinage, closes_at=later)
    with clock.at(later), pytest.raises(WrongMoment) as refused:
        take_back_application(file, by=cast.sophie)
    assert [r.code for r in refused.value.refusals] == ["closed"]
    with clock.at(later - timedelta(seconds=1)):
        assert take_back_application(file, by=cast.sophie).public_state == PublicState.DRAFT


def test_sponsor_is_told_the_closing_of_the_applicant_that_asks(cast, programme, usinage):
    draft = draft_file(cast, programme, sponsor=False)
    later = CLOSE + timedelta(days=2)
    Accommodation.objects.create(call=draft.call, organisation=usinage, closes_at=later)
    asked = {"by": cast.sophie, "organisation_name": "Boréal", "language": "en"}
    said = []
    for n, at in enumerate((AT, CLOSE - timedelta(days=1), CLOSE + timedelta(hours=1))):
        with clock.at(at):
            invite_sponsor(draft, email=f"achats{n}@boreal.example", **asked)
        said.append(Message.objects.filter(kind="sponsor_asked").latest("pk").context["closes_at"])
    assert [datetime.fromisoformat(kept["instant"]) for kept in said] == [draft.call.cohort_at(AT), later, later]


@proves(remove_document)
def test_document_that_a_submission_holds_keeps_its_bytes_when_it_is_taken_off(cast, programme):
    """One that was joined after it does not; those of other questions stay where they are."""
    file = submitted_file(cast, programme)
    held = file.documents.select_related("upload").get(question="sponsor_letter")
    with clock.at(AT + timedelta(hours=1)):
        file = take_back_application(file, by=cast.sophie)
        remove_document(held, by=cast.sophie)
        assert file.answers.get(question="sponsor_letter").value is None
        joined = attach_document(file, "sponsor_letter", papers.pdf("Autre", name="autre.pdf"), by=cast.sophie)
        remove_document(joined, by=cast.sophie)
        assert file.answers.get(question="sponsor_letter").value is None
    assert Document.objects.get(pk=joined.pk).upload.is_gone
    assert Document.objects.get(pk=held.pk).removed_at == AT + timedelta(hours=1)
    assert not Document.objects.get(pk=held.pk).upload.is_gone


@proves(invite_sponsor)
def test_person_asks_ten_sponsors_a_day_and_no_more(cast, programme, now):
    """Those that a colleague asked are the colleague's. A name too long is cut."""
    draft = draft_file(cast, programme, sponsor=False)

    def ask(n, by=cast.sophie):
        asked = {"email": f"achats-{n}@boreal.example", "organisation_name": "B" * 251, "language": "fr"}
        return invite_sponsor(draft, by=by, **asked)

    assert ask(12, by=cast.olivier)[0].organisation_name == "B" * 250
    for n in range(10):
        ask(n)
    with pytest.raises(ValidationError) as refused:
        ask(10)
    assert list(refused.value.error_dict) == ["email"]
    with clock.at(AT + timedelta(days=1)):
        ask(11)


def test_sponsorship_that_counts_is_the_confirmed_one_else_the_one_asked_last(cast, draft):
    draft.sponsorships.all().delete()

    def asked(name, days, **ended):
        return draft.sponsorships.create(
            email=f"{name}@boreal.example", organisation_name=name, token_digest=name, invited_by=cast.sophie,
            invited_at=AT + timedelta(days=days), expires_at=AT + timedelta(days=30), **ended,
        )  # fmt: skip

    assert live_sponsorship(draft) is None
    asked("cancelled", 9, cancelled_at=AT, confirmed_at=AT)
    assert live_sponsorship(draft) is None
    declined = asked("declined", 8, declined_at=AT)
    assert live_sponsorship(draft) == declined
    first = asked("first", 2)
    assert live_sponsorship(draft) == first
    asked("before", 1)
    assert live_sponsorship(draft) == first
    confirmed = asked("confirmed", 0, confirmed_at=AT)
    assert live_sponsorship(draft) == confirmed


@proves(take_back_application)
def test_file_taken_back_keeps_its_number_and_is_sent_again(cast, programme, clock_at):
    """What was attested of that submission is attested again with the next; every other answer stays."""
    file = submitted_file(cast, programme)
    said = dict(file.answers.values_list("question", "value"))
    clock_at(AT + timedelta(hours=1))
    file = take_back_application(file, by=cast.sophie)
    left = dict(file.answers.values_list("question", "value"))
    attested = {one.key for one in form_of(file).of_type("attestation")} & said.keys()
    assert len(attested) > 0
    assert left == {question: value for question, value in said.items() if question not in attested}
    assert (file.state, file.reference, file.due) == (ApplicationState.DRAFT, "FE-2026-00001", None)
    assert current_snapshot(file) is None
    again = submit(file, by=cast.sophie, at=None)
    assert (again.reference, current_snapshot(again).number) == ("FE-2026-00001", 2)
    assert [one.superseded_at is None for one in again.snapshots.order_by("number")] == [False, True]
    clock_at(AT + timedelta(hours=2))
    take_back_application(again, by=cast.sophie)
    ends = again.snapshots.order_by("number").values_list("superseded_at", flat=True)
    assert list(ends) == [AT + timedelta(hours=1), AT + timedelta(hours=2)]


def test_file_that_an_officer_opened_is_not_taken_back(cast, programme, clock_at):
    file = submitted_file(cast, programme)
    clock_at(AT)
    Application.objects.update(opened_at=AT)
    with pytest.raises(WrongMoment):
        take_back_application(file, by=cast.sophie)
    with pytest.raises(Forbidden):
        take_back_application(file, by=cast.olivier)


@pytest.mark.parametrize("state", [s for s in ApplicationState if s != ApplicationState.DRAFT])
def test_withdrawal_by_state(cast, programme, state):
    file = submitted_file(cast, programme)
    Application.objects.update(state=state)
    with clock.at(AT):
        if state in VALID:  # no letter has told anything
            with pytest.raises(WrongMoment):
                withdraw_application(file, by=cast.sophie, reason="  ")
            moved = withdraw_application(file, by=cast.sophie, reason="Le client a changé d’avis.")
            assert (moved.state, moved.due) == (ApplicationState.WITHDRAWN, None)
        else:
            with pytest.raises(WrongMoment):
                withdraw_application(file, by=cast.sophie, reason="Le client a changé d’avis.")


@pytest.mark.parametrize("told", [state for state in PublicState if state not in ("draft", "closed")])
def test_withdrawal_by_what_was_last_told(cast, programme, told):
    """Whatever the state: what a letter told as decided is left no more, what waits still is."""
    file = submitted_file(cast, programme)
    Application.objects.update(state="approved", last_told=told, last_told_at=AT)
    with clock.at(AT):
        if told in ("being_assessed", "changes_requested", "waitlisted", "in_reconsideration"):
            assert withdraw_application(file, by=cast.sophie, reason="Remis.").state == "withdrawn"
        else:
            with pytest.raises(WrongMoment) as refused:
                withdraw_application(file, by=cast.sophie, reason="Remis.")
            assert [one.code for one in refused.value.refusals] == ["told"]


@pytest.mark.parametrize("person", ["olivier", "michel", "officer"])
def test_withdrawal_is_the_signatory_s(cast, programme, person):
    file = submitted_file(cast, programme)
    with clock.at(AT), pytest.raises(Forbidden):
        withdraw_application(file, by=getattr(cast, person), reason="Non")


def test_answers_are_closed_once_submitted(cast, programme, clock_at):
    file = submitted_file(cast, programme)
    clock_at(AT)
    with pytest.raises(WrongMoment):
        save_answer(file, "project_title", "Autre", by=cast.sophie, version=1)


def test_refused_submission_leaves_no_gap_in_the_numbers(cast, programme):
    first = submitted_file(cast, programme)
    broken = draft_file(cast, programme, company="precision", sponsor=False)
    with pytest.raises(WrongMoment):
        submit(broken, by=cast.michel)
    third = submitted_file(cast, programme, company="northwind")
    assert (first.reference, third.reference) == ("FE-2026-00001", "FE-2026-00002")
    with clock.at(AT):
        sponsor_it(broken, by=cast.michel)
    assert submit(broken, by=cast.michel).reference == "FE-2026-00003"


def test_search_finds_without_accents_and_by_the_beginning(cast, programme):
    file = submitted_file(cast, programme)
    for text in ("usinage", "capacite", "FE-2026-00001", "gauth", "planifier cellules"):
        assert list(matching(Application.objects.all(), text)) == [file], text
    assert list(matching(Application.objects.all(), "nacelle")) == []


# ---------------------------------------------------------------- together


def together(*calls):
    """Each call in a thread with a connection of its own, at once; what each gave or raised."""

    def run(call):
        try:
            with clock.at(AT):
                return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_double_click_gives_one_submission(committed_db, cast, programme):
    draft = draft_file(cast, programme)

    def click():
        return submit_application(
            draft, by=cast.sophie, attestations=answers.ATTESTATIONS, signed_name="Sophie Gauthier"
        ).reference

    assert together(*[click] * 4) == ["FE-2026-00001"] * 4
    file = Application.objects.get()
    assert (file.snapshots.count(), Rendering.objects.count()) == (1, 1)
    assert Message.objects.filter(kind="application_received").count() == 1


def test_page_that_begins_a_draft_sent_several_times_at_once_begins_one(committed_db, cast, programme, usinage):
    call, ready = open_call(cast, programme), new_public_id()

    def begin(by, public_id=ready):
        def press():
            with clock.at(AT):
                return start_application(call, usinage, by=by, public_id=public_id).public_id

        return press

    assert together(*[begin(cast.sophie)] * 4) == [ready] * 4
    assert (Application.objects.count(), Entry.objects.filter(verb="application.start").count()) == (1, 1)
    assert begin(cast.sophie)() == ready
    assert begin(cast.sophie, None)() != ready  # another page: a second draft may be meant
    assert begin(cast.olivier)() != ready  # nor is what somebody else's page had ready given away
    assert Application.objects.count() == 3


@proves(start_application)
def test_identifier_of_a_page_is_that_of_one_draft_alone(cast, programme, usinage):
    """Of one person, one applicant and one call: with anything else of these, it is another draft's."""
    call, precision = open_call(cast, programme), Organisation.objects.get(neq=COMPANIES["precision"]["neq"])
    precision.memberships.create(user=cast.sophie, role="signatory")
    other = another_call(call)

    def begin(by=cast.sophie, company=usinage, of=call, public_id=None):
        with clock.at(AT):
            return start_application(of, company, by=by, public_id=public_id)

    first, ready = begin(), new_public_id()
    begun = begin(public_id=ready)
    assert (begun.public_id, begin(public_id=ready)) == (ready, begun)
    others = [begin(public_id=ready, **one) for one in ({"by": cast.olivier}, {"company": precision}, {"of": other})]
    assert len({first.public_id, ready, *(one.public_id for one in others)}) == 5
    assert (others[0].created_by, others[1].organisation, others[2].call) == (cast.olivier, precision, other)


def test_simultaneous_submissions_are_numbered_without_gaps(committed_db, cast, programme):
    companies = {"usinage": cast.sophie, "precision": cast.michel, "northwind": cast.emily}
    drafts = [(draft_file(cast, programme, company=company), by) for company, by in companies.items()]

    def send(draft, by):
        return lambda: submit_application(draft, by=by, attestations=answers.ATTESTATIONS, signed_name="Nom").reference

    assert sorted(together(*[send(*one) for one in drafts])) == ["FE-2026-00001", "FE-2026-00002", "FE-2026-00003"]


def test_two_people_saving_one_answer_never_overwrite_each_other(committed_db, cast, programme, usinage):
    with clock.at(AT):
        draft = start_application(open_call(cast, programme), usinage, by=cast.sophie)

    def write(by, text):
        return lambda: save_answer(draft, "project_title", text, by=by, version=0)

    first, second = together(write(cast.sophie, "De Sophie"), write(cast.olivier, "D’Olivier"))
    conflicts = [one for one in (first, second) if isinstance(one, AnswerConflict)]
    kept = Answer.objects.get(question="project_title")
    assert len(conflicts) == 1
    assert conflicts[0].value == kept.value
    assert kept.version == 1


@pytest.mark.parametrize("act", ["answer", "check", "document", "remove", "sponsor", "submit", "delete"])
def test_act_on_a_draft_that_was_deleted_meanwhile_is_refused_with_a_sentence(cast, programme, act):
    """It was read before a colleague deleted it: whoever still writes learns why nothing is kept."""
    draft = draft_file(cast, programme)
    document = draft.documents.first()
    delete_draft(Application.objects.get(pk=draft.pk), by=cast.sophie)
    acts = {
        "answer": lambda: save_answer(draft, "project_title", "Un titre", by=cast.olivier, version=1),
        "check": lambda: save_eligibility(draft, {"staff": "12"}, by=cast.olivier, version=1),
        "document": lambda: attach_document(draft, "sponsor_letter", papers.pdf("a", name="a.pdf"), by=cast.olivier),
        "remove": lambda: remove_document(document, by=cast.olivier),
        "sponsor": lambda: sponsor_it(draft, by=cast.olivier),
        "submit": lambda: submit(draft, by=cast.sophie),
        "delete": lambda: delete_draft(draft, by=cast.sophie),
    }
    with clock.at(AT), override("en"), pytest.raises(WrongMoment) as refused:
        acts[act]()
    assert [(one.code, str(one.message)) for one in refused.value.refusals] == [
        ("deleted", "This draft was deleted meanwhile.")
    ]
