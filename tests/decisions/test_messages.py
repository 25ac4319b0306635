"""Who is told of each step of the chain: those in office who may take it, and nobody else."""

from datetime import timedelta

import pytest

from accounts.models import User
from accounts.roles import ClusterRole
from applications.selectors.people import in_office, reads_as_staff
from decisions import services
from decisions.models import Decision
from decisions.selectors import UNSHOWN
from decisions.selectors.turns import concurs_for
from decisions.services import messages
from decisions.states import ReturnTo
from funding.models import PartnerSeat
from funding.querysets import SeatQuerySet
from letters.models import Letter
from moves.services import declare_standing, record_duty
from notifications import messages as said
from notifications import notices
from notifications.constants import Concern, Holds, Side
from notifications.messages import KINDS
from notifications.models import Message
from notifications.notices import write
from notifications.services import queue_message
from notifications.tasks import send_messages
from programs.models import Appointment
from programs.roles import ProgramRole
from reviews.services import recuse_reviewer
from tests.decisions import files
from tests.decisions.files import D
from tests.mutants import proves
from work import clock
from work.texts import Text

pytestmark = pytest.mark.django_db

DAY = files.DECIDED_AT.date()
FROM = DAY - timedelta(days=30)
# Terms of office on the day that they are told, by name: none but the first runs.
TERMS = {
    "in": {"starts_on": FROM, "ends_on": DAY},
    "ended": {"starts_on": FROM, "ends_on": DAY - timedelta(days=1)},
    "later": {"starts_on": DAY + timedelta(days=1)},
}


def person(name, *, closed=False):
    """Somebody with an account, or whose account is closed."""
    user = User.objects.create_user(f"{name}@aerofil.example", given_name=name, family_name="Roy")
    User.objects.filter(pk=user.pk).update(is_active=not closed)
    return user


def appointed(name, programme, role, *, term="in", closed=False, whole_cluster=False, **more):
    """Somebody who holds `role` by an appointment for this term."""
    user = person(name, closed=closed)
    scope = {"program": None if whole_cluster else programme, "cluster": programme.cluster}
    Appointment.objects.create(user=user, role=role, **scope, **TERMS[term], **more)
    return user


def seated(name, partner, *, role="concurrence", term="in", closed=False):
    """Somebody who sits for `partner` as `role` for this term."""
    user = person(name, closed=closed)
    PartnerSeat.objects.create(user=user, partner=partner, role=role, **TERMS[term])
    return user


def told(kind):
    """Who was told, in order."""
    return list(Message.objects.filter(kind=kind).order_by("id").values_list("recipient__given_name", flat=True))


def tell_next(decision):
    Message.objects.all().delete()
    with clock.at(files.DECIDED_AT):
        messages.tell_next(decision)


# The next step


def test_to_approve_is_said_to_those_whose_limit_reaches_the_amount(cast, programme):
    Appointment.objects.filter(role="approver").delete()
    for name, limit in (("Reaches", "60000.00"), ("Short", "59999.99"), ("Passes", "60000.01")):
        appointed(name, programme, "approver", limit=D(limit))
    tell_next(files.decision_row(cast, programme, state="endorsed", amount="60000.00"))
    assert told("decision_waiting") == ["Reaches", "Passes"]


@pytest.mark.parametrize(
    ("state", "kind", "role"),
    [
        ("draft", "approved", "endorser"),
        ("draft", "reconsidered", "reconsiderer"),
        ("endorsed", "approved", "approver"),
        ("approved", "approved", "officer"),
        ("concurred", "approved", "officer"),
    ],
)
def test_each_step_is_said_to_who_holds_its_role_today_on_the_programme_and_is_free(cast, programme, state, kind, role):
    Appointment.objects.all().delete()
    programme.cluster.appointments.all().delete()
    more = {"limit": D("90000")} if role == "approver" else {}
    other = {"endorser": "reconsiderer", "reconsiderer": "endorser"}.get(role, "chair")
    appointed("Own", programme, role, **more)
    appointed("Whole", programme, role, whole_cluster=True, **more)
    appointed("Ended", programme, role, term="ended", **more)
    appointed("Later", programme, role, term="later", **more)
    appointed("Closed", programme, role, closed=True, **more)
    appointed("Role", programme, other)
    appointed("Program", files.other_programme(programme), role, **more)
    appointed("Cluster", files.other_programme(programme, "CX", elsewhere=True), role, **more)
    decision = files.decision_row(cast, programme, state=state, kind=kind)
    for name, standing in (("Conflict", "conflict"), ("Unsure", "unsure")):
        user = appointed(name, programme, role, **more)
        declare_standing(decision.application_id, user=user, standing=standing)
    record_duty(decision.application_id, by=appointed("Screened", programme, role, **more), duty="screen")
    tell_next(decision)
    issues = ["Screened"] if role == "officer" else []  # to issue is no duty: no other act excludes it
    assert told("decision_waiting") == ["Own", "Whole", *issues]


def test_to_issue_is_said_to_the_officers_of_the_whole_cluster_too(cast, programme):
    Appointment.objects.all().delete()
    programme.cluster.appointments.all().delete()
    for name, term in (("Held", "in"), ("Ended", "ended"), ("Later", "later")):
        programme.cluster.appointments.create(user=person(name), role=ClusterRole.OFFICER, **TERMS[term])
    programme.cluster.appointments.create(user=person("Auditor"), role=ClusterRole.AUDITOR, **TERMS["in"])
    tell_next(files.decision_row(cast, programme, state="approved"))
    assert told("decision_waiting") == ["Held"]


@pytest.mark.parametrize("state", ["issued", "void", "superseded"])
def test_nobody_is_told_of_a_decision_that_is_over(cast, programme, state):
    decision = files.decision_row(cast, programme, state=state)
    files.asked_row(decision)
    tell_next(decision)
    assert not Message.objects.exists()


def test_message_says_the_step_in_both_languages_and_leads_to_the_file(cast, programme):
    decision = files.decision_row(cast, programme, state="endorsed")
    tell_next(decision)
    message = Message.objects.get()
    assert (message.recipient, message.url_name, message.url_args) == (
        cast.approver,
        "decision-file",
        [decision.application.reference],
    )
    assert message.context["step"] == {"fr": "approuver", "en": "approve"}
    assert message.application_id == decision.application_id


# The partner


def test_concurrence_is_asked_of_the_partners_officers_in_office_with_an_open_account(cast, programme):
    decision = files.decision_row(cast, programme, state="approved", amount="75000.01")
    asked = files.asked_row(decision)
    partner, other = asked.agreement.partner, files.other_agreement(programme).partner
    PartnerSeat.objects.all().delete()
    second, first = seated("Second", partner), seated("First", partner)
    PartnerSeat.objects.filter(user=second).delete()
    PartnerSeat.objects.create(user=second, partner=partner, role="concurrence", **TERMS["in"])  # seated last
    seated("Ended", partner, term="ended")
    seated("Later", partner, term="later")
    seated("Closed", partner, closed=True)
    seated("Analyst", partner, role="analyst")
    seated("Other", other)
    declare_standing(decision.application_id, user=seated("Conflict", partner), standing="conflict")
    tell_next(decision)
    assert told("concurrence_asked") == ["Second", "First"] == [one.given_name for one in (second, first)]
    message = Message.objects.first()
    assert (message.url_name, message.url_args) == ("decision-concurrence", [str(asked.public_id)])
    assert message.context["amount"] == {"money": "75000.01"}
    assert told("decision_waiting") == []


def test_each_partner_is_asked_its_own_and_none_what_it_gave_or_a_return_made_void(cast, programme):
    decision = files.decision_row(cast, programme, state="approved")
    agreements = [files.other_agreement(programme, name) for name in ("DEC", "MDN", "ISDE")]
    rows = ({}, {"state": "given"}, {"voided_at": clock.now()})
    for agreement, row in zip(agreements, rows, strict=True):
        files.asked_row(decision, agreement, **row)
        seated(agreement.partner.short_name, agreement.partner)
    tell_next(decision)
    assert told("concurrence_asked") == ["DEC"]
    decision.concurrences.update(state="given")
    tell_next(decision)
    assert (told("concurrence_asked"), told("decision_waiting")) == ([], ["Maude"])


def test_officer_of_a_partner_whose_earlier_act_excludes_it_is_not_asked_to_concur(cast, programme):
    decision = files.approved(cast, programme, amount="75000.01")
    Message.objects.all().delete()
    record_duty(decision.application_id, by=cast.concurrence, duty="screen")
    tell_next(decision)
    assert told("concurrence_asked") == []


# Sent back


def test_return_is_said_to_who_acted_and_to_the_officers_and_not_to_who_sends_it_back(cast, programme):
    decision = files.approved(cast, programme)
    with clock.at(files.DECIDED_AT):
        services.send_back(decision, by=cast.endorser, reason="À revoir.", edition=UNSHOWN)
    assert sorted(told("decision_sent_back")) == ["Maude", "Sylvie"]


def test_officer_who_sends_a_decision_back_is_not_told_of_it(cast, programme):
    """Who is endorser and officer both."""
    appointed_twice = {"user": cast.endorser, "cluster": programme.cluster, "program": programme, "role": "officer"}
    Appointment.objects.create(**appointed_twice, **TERMS["in"])
    decision = files.approved(cast, programme)
    with clock.at(files.DECIDED_AT):
        services.send_back(decision, by=cast.endorser, reason="À revoir.", edition=UNSHOWN)
    assert sorted(told("decision_sent_back")) == ["Maude", "Sylvie"]


def test_return_to_the_panel_is_said_to_its_chair_in_the_place_of_the_officers(cast, programme):
    decision = files.endorsed(cast, programme)
    appointed("Ended", programme, "chair", term="ended")
    appointed("Closed", programme, "chair", closed=True)
    with clock.at(files.DECIDED_AT):
        files.declare(cast, decision, "approver")
        services.send_back(decision, by=cast.approver, reason="À revoir.", to=ReturnTo.PANEL, edition=UNSHOWN)
    assert sorted(told("decision_sent_back")) == ["Karim", "Louise"]


@pytest.mark.parametrize(("was_given", "says"), [(True, "no longer counts"), (False, "no longer asked")])
@pytest.mark.parametrize("to", [ReturnTo.PANEL, ReturnTo.START])
def test_officer_of_a_partner_is_told_that_its_concurrence_is_void_and_not_why(cast, programme, was_given, says, to):
    """With no page of a decision that they have none of any more; and once: another round asks them again."""
    make = files.concurred if was_given else files.approved
    decision = make(cast, programme, amount="75000.01")
    partner = decision.concurrences.get().agreement.partner
    seated("Ended", partner, term="ended")
    seated("Analyst", partner, role="analyst")
    second = seated("Second", partner)
    declare_standing(decision.application_id, user=seated("Conflict", partner), standing="conflict")
    with clock.at(files.DECIDED_AT):
        services.send_back(decision, by=cast.approver, reason="À revoir.", to=to, edition=UNSHOWN)
    assert {cast.concurrence.given_name, "Second"}.isdisjoint(told("decision_sent_back"))
    given_by = [cast.concurrence.given_name]
    assert sorted(told("concurrence_void")) == sorted(given_by if was_given else [*given_by, second.given_name])
    message = Message.objects.filter(kind="concurrence_void").first()
    message.language = "en"
    body = write(message).body
    assert (says in body, "À revoir." in body, message.url) == (True, False, "")


def test_partner_is_told_once_a_round(cast, programme):
    decision = files.approved(cast, programme, amount="75000.01")
    with clock.at(files.DECIDED_AT):
        decision = services.send_back(decision, by=cast.endorser, reason="À revoir.", edition=UNSHOWN)
        services.send_back(
            services.endorse(decision, by=cast.endorser, edition=UNSHOWN),
            by=cast.approver,
            reason="Encore.",
            edition=UNSHOWN,
        )
        assert len(told("concurrence_void")) == 1  # the second round came to no approval
        decision = services.endorse(Decision.objects.get(pk=decision.pk), by=cast.endorser, edition=UNSHOWN)
        decision = services.approve(decision, by=cast.approver, edition=UNSHOWN)
        services.send_back(decision, by=cast.endorser, reason="Toujours.", edition=UNSHOWN)
    assert len(told("concurrence_void")) == 2


def test_officer_of_a_partner_who_sends_the_decision_back_is_not_told_of_it(cast, programme):
    decision = files.approved(cast, programme, amount="75000.01")
    second = seated("Second", decision.concurrences.get().agreement.partner)
    with clock.at(files.DECIDED_AT):
        files.declare(cast, decision, "concurrence")
        services.send_back(decision, by=cast.concurrence, reason="À revoir.", edition=UNSHOWN)
    assert told("concurrence_void") == [second.given_name]


def test_partner_is_told_of_a_decision_that_goes_back_by_itself(cast, programme):
    decision = files.approved(cast, programme, amount="75000.01")
    with clock.at(files.DECIDED_AT):
        review = decision.application.assignments.get(reviewer=cast.chloe)
        recuse_reviewer(review, by=cast.officer, note="Son conjoint y travaille.")
    assert told("concurrence_void") == [cast.concurrence.given_name]
    assert "conjoint" not in write(Message.objects.get(kind="concurrence_void")).body


def test_return_is_not_said_to_who_acted_and_whose_account_is_closed_since(cast, programme):
    decision = files.approved(cast, programme)
    User.objects.filter(pk=cast.endorser.pk).update(is_active=False)
    with clock.at(files.DECIDED_AT):
        services.send_back(decision, by=cast.approver, reason="À revoir.", edition=UNSHOWN)
    assert told("decision_sent_back") == ["Maude"]


def ask_of_nobody(cast):
    """The approver reads the file as before, and is asked for no step of it."""
    Appointment.objects.filter(user=cast.approver).update(limit=D("1.00"))


@pytest.mark.parametrize("to", [ReturnTo.PANEL, ReturnTo.START])
def test_return_is_said_to_whoever_was_asked_for_the_step_and_had_not_taken_it(cast, programme, to):
    decision = files.endorsed(cast, programme)
    with clock.at(files.DECIDED_AT):
        assert "Sylvie" in told("decision_waiting")
        services.send_back(decision, by=cast.endorser, reason="Attendez.", to=to, edition=UNSHOWN)
    assert "Sylvie" in told("decision_sent_back")


def test_who_only_sent_it_back_before_is_not_told_of_the_next_return(cast, programme):
    """A return is no act that another return makes void."""
    decision = files.endorsed(cast, programme)
    with clock.at(files.DECIDED_AT):
        files.declare(cast, decision, "approver")
        decision = services.send_back(decision, by=cast.approver, reason="À revoir.", edition=UNSHOWN)
        ask_of_nobody(cast)
        decision = services.endorse(decision, by=cast.endorser, edition=UNSHOWN)
        Message.objects.all().delete()
        services.send_back(decision, by=cast.endorser, reason="Encore.", edition=UNSHOWN)
    assert told("decision_sent_back") == ["Maude"]


def test_each_round_is_told_anew_and_a_step_once_a_round(cast, programme):
    decision = files.endorsed(cast, programme)
    with clock.at(files.DECIDED_AT):
        messages.tell_next(decision)
        assert told("decision_waiting") == ["Karim", "Sylvie"]
        files.declare(cast, decision, "approver")
        decision = services.send_back(decision, by=cast.approver, reason="À revoir.", edition=UNSHOWN)
        decision = services.endorse(decision, by=cast.endorser, edition=UNSHOWN)
        assert told("decision_waiting") == ["Karim", "Sylvie", "Sylvie"]
        services.send_back(decision, by=cast.approver, reason="Encore.", edition=UNSHOWN)
    assert sorted(told("decision_sent_back")) == ["Karim", "Karim", "Maude", "Maude"]
    assert {message.context["reason"] for message in Message.objects.filter(kind="decision_sent_back")} == {
        "À revoir.",
        "Encore.",
    }


def test_return_is_said_to_whoever_may_take_the_step_that_comes_again(cast, programme):
    decision = files.endorsed(cast, programme)
    appointed("Other", programme, "endorser")
    with clock.at(files.DECIDED_AT):
        files.declare(cast, decision, "approver")
        services.send_back(decision, by=cast.approver, reason="À revoir.", edition=UNSHOWN)
    assert sorted(told("decision_sent_back")) == ["Karim", "Maude", "Other"]


def test_return_and_its_reason_are_not_said_to_who_acted_and_reads_the_file_no_more(cast, programme):
    decision = files.endorsed(cast, programme)
    Appointment.objects.filter(user=cast.endorser).update(ends_on=clock.day_of(files.DECIDED_AT) - timedelta(days=1))
    with clock.at(files.DECIDED_AT):
        files.declare(cast, decision, "approver")
        services.send_back(decision, by=cast.approver, reason="À revoir.", edition=UNSHOWN)
    assert told("decision_sent_back") == ["Maude"]


def test_return_is_said_to_whose_act_it_makes_void_and_not_to_whose_was_void_before(cast, programme):
    decision = files.approved(cast, programme)
    with clock.at(files.DECIDED_AT):
        decision = services.send_back(decision, by=cast.endorser, reason="À revoir.", edition=UNSHOWN)
        ask_of_nobody(cast)
        services.endorse(decision, by=cast.endorser, edition=UNSHOWN)
        Message.objects.all().delete()
        services.send_back(decision, by=cast.endorser, reason="Encore.", edition=UNSHOWN)
    assert told("decision_sent_back") == ["Maude"]


# A letter that failed


def test_failed_letter_is_said_to_the_programmes_officers_in_office(cast, programme):
    letter = files.letter_row(files.decision_row(cast, programme, state="issued").application, state="failed")
    for name, more in (
        ("Own", {}),
        ("Ended", {"term": "ended"}),
        ("Later", {"term": "later"}),
        ("Closed", {"closed": True}),
    ):
        appointed(name, programme, "officer", **more)
    appointed("Chair", programme, "chair")
    appointed("Other", files.other_programme(programme), "officer")
    with clock.at(files.DECIDED_AT):
        messages.tell_failed(Letter.objects.get(pk=letter.pk))
    assert told("letter_failed") == ["Maude", "Own"]
    assert {tuple(message.url_args) for message in Message.objects.all()} == {(letter.application.reference,)}


def test_letter_that_fails_again_is_told_again(cast, programme):
    letter = files.letter_row(files.decision_row(cast, programme, state="issued").application, state="failed")
    for hours in (0, 0, 1):
        letter.since = files.DECIDED_AT + timedelta(hours=hours)
        messages.tell_failed(letter)
    assert told("letter_failed") == ["Maude", "Maude"]


# As a message leaves


def of_office(file):
    """One message of each concern by an office, and who it is for."""
    known = {"reference": file.number, "title": file.title}
    undone = {"decision": Text("l’aide", "the award"), "amount": D("1"), "was_issued": True, "with_its_call": False}
    return {
        Concern.OFFICERS: (said.FileWithdrawn(**known), "officer"),
        Concern.REVIEWER: (said.ReviewCancelled(reference=file.number), "ana"),
        Concern.ASKER: (said.ReviewDeclined(reference=file.number, person="Ana"), "officer"),
        Concern.SCREENERS: (said.ChangesUnanswered(**known, until=files.DECIDED_AT), "screener"),
        Concern.RULERS: (said.RulingAsked(reference=file.number, person="Ana"), "chair"),
        Concern.TAKERS: (said.DecisionWaiting(**known, step=Text("l’approuver", "approve it")), "approver"),
        Concern.RETURNED: (said.DecisionSentBack(**known, reason="À revoir."), "approver"),
        Concern.UNDONE: (said.DecisionUndone(**known, **undone), "approver"),
        Concern.PARTNER: (said.ConcurrenceAsked(**known, amount=D("1")), "concurrence"),
        Concern.PARTNERS_PEOPLE: (said.ConcurrenceVoid(**known, was_given=True), "concurrence"),
    }


def test_what_was_told_by_an_office_that_ended_meanwhile_never_leaves_and_says_why(
    cast, programme, clock_at, monkeypatch
):
    clock_at(files.DECIDED_AT)
    file = files.submitted_row(cast, programme)
    files.asked_row(files.decision_row(cast, programme, state="approved", file=file))
    told = of_office(file)
    monkeypatch.setattr(notices, "HOLDING", dict.fromkeys(Holds, lambda message: True))
    assert set(told) == {concern for concern in Concern if concern.side is Side.OFFICE}
    assert all(KINDS[one.words.kind].words.to is to for to, (one, _who) in told.items())
    Message.objects.all().delete()
    for when in ("in office", "since"):
        for to, (content, name) in told.items():
            queue_message(content, to=getattr(cast, name), application_id=file.pk, key=f"{to.name}, {when}")
        if when == "since":
            for table in (Appointment, PartnerSeat, cast.officer.cluster_appointments.model):
                table.objects.update(ends_on=DAY - timedelta(days=1))
        assert send_messages() == (len(told) if when == "in office" else 0)
    late = Message.objects.filter(sent_at=None)
    assert {one.key for one in late} == {f"{to.name}, since" for to in told}
    assert {one.last_error for one in late} == {"Its reader no longer holds the office by which it concerned them."}


@proves(in_office, reads_as_staff, concurs_for, SeatQuerySet.concurring)
def test_office_is_that_of_the_file_of_the_person_and_of_today(cast, programme, clock_at):
    clock_at(files.DECIDED_AT)
    file = files.submitted_row(cast, programme)
    other = files.submitted_row(cast, files.other_programme(programme, elsewhere=True))
    files.asked_row(files.decision_row(cast, programme, state="approved", file=file))
    Appointment.objects.filter(user=cast.officer).update(program=programme)
    assert in_office(file.pk, cast.officer, ProgramRole.CHAIR, ProgramRole.OFFICER)
    assert not in_office(file.pk, cast.officer, ProgramRole.CHAIR)
    assert not in_office(other.pk, cast.officer, ProgramRole.OFFICER)
    assert reads_as_staff(file.pk, cast.officer)
    assert not reads_as_staff(other.pk, cast.officer)
    assert not reads_as_staff(file.pk, cast.ana)
    agreement = files.other_agreement(programme)
    assert concurs_for(file.pk, cast.concurrence)
    assert not concurs_for(other.pk, cast.concurrence)
    assert not concurs_for(file.pk, cast.analyst)  # who sits for the partner, and does not concur
    assert not concurs_for(file.pk, seated("Elsewhere", agreement.partner))
    assert not concurs_for(file.pk, seated("Ended", cast.concurrence.partner_seats.get().partner, term="ended"))
