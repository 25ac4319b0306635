"""Whose step is next: the home page, the queue, the mail and the button say the same of every person."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from accounts.models import ClusterAppointment, User
from applications.models import Application
from decisions import services
from decisions.models import Decision
from decisions.selectors import UNSHOWN
from decisions.selectors.waiting import work_for
from decisions.services import messages
from decisions.states import DecisionKind, Turn
from desk.selectors.file import awaited
from letters.models import Letter
from moves.machine import allowed
from moves.models import DutyDone
from moves.services import record_duty
from notifications.models import Message
from programs.models import Appointment
from programs.roles import ProgramRole
from programs.services.people import appoint
from reviews.services import declare_interests
from tests.decisions import files
from tests.decisions.files import D
from work import clock

pytestmark = pytest.mark.django_db

AT = files.DECIDED_AT + timedelta(days=3)
ROLES = (ProgramRole.OFFICER, ProgramRole.ENDORSER, ProgramRole.APPROVER, ProgramRole.RECONSIDERER)
STEP = {
    Turn.ENDORSE: Decision.endorse,
    Turn.RECONSIDER: Decision.endorse,
    Turn.APPROVE: Decision.approve,
    Turn.ISSUE: Decision.issue,
}


def asked_again(cast, programme):
    """The answer to a reconsideration: a draft."""
    decision = files.issued(cast, programme, amount="40000.00", outcome="partial")
    Letter.objects.filter(decision=decision).update(
        state="served", sent_at=files.DECIDED_AT, served_at=files.DECIDED_AT, read_at=files.DECIDED_AT
    )
    Application.objects.filter(pk=decision.application_id).update(outcome_at=files.DECIDED_AT)
    with clock.at(AT):
        services.ask_reconsideration(decision.application, by=cast.sophie, reason="Un fait a été oublié.")
    return Decision.objects.get(kind=DecisionKind.RECONSIDERED)


def endorsed_again(cast, programme):
    """The same, with the opinion of somebody who took no part."""
    decision = asked_again(cast, programme)
    with clock.at(AT):
        if not Appointment.objects.filter(user=cast.finance, role="reconsiderer").exists():
            appoint(cast.finance, by=cast.administrator, role="reconsiderer", program=programme)
        services.edit_reasons(decision, by=cast.officer, reasons_fr="Non.", reasons_en="No.", version=1)
        declare_interests(decision.application, by=cast.finance, answer="none")
        return services.endorse(decision, by=cast.finance, edition=UNSHOWN)


def one_of_each(cast, programme):
    """Of each role of the chain: who is free, who acted on the file, who is barred, whose role ended, whose account
    is closed, who gave the first opinion; and approvers of less, and of as much. `{person: "role, what"}`."""
    Appointment.objects.filter(user=cast.reconsiderer).delete()  # each role has its people made here
    people = {cast.officer: "officer", cast.chair: "chair", cast.ana: "reviewer", cast.concurrence: "partner"}
    people |= {cast.endorser: "endorser", cast.approver: "approver"}
    limits = {"of less": D("74999.99"), "of as much": D("75000.00")}
    others = [(role, what) for role in ROLES for what in ("free", "acted", "barred", "ended", "closed")]
    others += [(ProgramRole.APPROVER, what) for what in limits]
    made = User.objects.bulk_create(
        User(email=f"{role}.{n}@aerofil.example", given_name=what, family_name=role, language="en")
        for n, (role, what) in enumerate(others)
    )
    Appointment.objects.bulk_create(
        Appointment(
            user=person, cluster=programme.cluster, program=programme, role=role, starts_on=clock.day_of(files.AT),
            limit=limits.get(what, D("250000")) if role == ProgramRole.APPROVER else None,
        )
        for person, (role, what) in [*zip(made, others, strict=True), (cast.endorser, (ProgramRole.RECONSIDERER, ""))]
    )  # fmt: skip
    everywhere = User.objects.create(
        email="all@aerofil.example", given_name="All", family_name="officer", language="en"
    )
    ClusterAppointment.objects.create(
        user=everywhere, cluster=programme.cluster, role="officer", starts_on=clock.day_of(files.AT)
    )
    people[everywhere] = "officer, of the cluster"
    people |= {person: f"{role}, {what}" for person, (role, what) in zip(made, others, strict=True)}
    return people


def put_in_place(people, file):
    with clock.at(AT):
        for person, name in people.items():
            if name.endswith("free"):  # what they did on another file, long before, is no matter
                DutyDone.objects.create(application_id=file + 1000, user=person, duty="endorse", at=files.AT)
            elif name.endswith("acted"):
                record_duty(file, by=person, duty="screen")
            elif name.endswith("barred"):
                declare_interests(Application.objects.get(pk=file), by=person, answer="conflict")
            elif name.endswith("ended"):
                Appointment.objects.filter(user=person).update(ends_on=clock.day_of(AT) - timedelta(days=1))
            elif name.endswith("closed"):
                person.is_active = False
                person.save(update_fields=["is_active"])


def in_english(words):
    with override("en"):
        return str(words)


OFFICERS = {"officer", "officer, free", "officer, acted", "officer, of the cluster"}
FREE_APPROVERS = {"approver", "approver, free", "approver, of as much"}


@pytest.mark.parametrize(
    ("make", "turn", "theirs", "words"),
    [
        (files.recommended_file, Turn.ENDORSE, {"endorser", "endorser, free"}, "the endorser"),
        (files.endorsed, Turn.APPROVE, FREE_APPROVERS, "the approver"),
        (files.approved, Turn.ISSUE, OFFICERS, "the programme officer"),
        (files.concurred, Turn.ISSUE, OFFICERS, "the programme officer"),
        (asked_again, Turn.RECONSIDER, {"reconsiderer, free"}, "the reconsideration officer"),
        (endorsed_again, Turn.APPROVE, {"approver, free", "approver, of less", "approver, of as much"}, "the approver"),
    ],
)
def test_home_queue_mail_and_button_name_the_same_people(cast, programme, as_, make, turn, theirs, words):
    """Nobody who could not take the step: for an earlier act, a conflict, a limit, a role or an account that ended."""
    people = one_of_each(cast, programme)
    decision = make(cast, programme)
    put_in_place(people, decision.application_id)
    Message.objects.all().delete()
    with clock.at(AT):
        assert Decision.objects.turns() == {decision.pk: turn}
        assert in_english(awaited(decision.application).who) == words

        messages.tell_next(Decision.objects.get(pk=decision.pk))
        mailed = {people[message.recipient] for message in Message.objects.filter(kind="decision_waiting")}
        at_home, in_queue, on_button = set(), set(), set()
        for person, name in people.items():
            if not person.is_active:
                continue  # nobody signs in
            lines = [line for line in work_for(person) if line.link.url_name == "decision-file" and not line.waits_for]
            at_home |= {name for line in lines if line.what == turn.row.act and line.role == turn.row.hat}
            if Decision.objects.next_of(person).exists():
                lines = as_(person).get(reverse("decision-queue")).context["lines"]
                in_queue |= {name for line in lines if not line["waits"].stands_aside and not line["waits"].above_limit}
            moves = allowed(Decision.objects.get(pk=decision.pk), person, STEP[turn])
            on_button |= {name for move in moves if not {"duty", "limit"} & {refusal.code for refusal in move.refusals}}
    assert mailed == at_home == in_queue == on_button == theirs


def test_queue_says_why_a_step_is_somebody_elses(cast, programme, as_):
    people = one_of_each(cast, programme)
    decision = files.endorsed(cast, programme)
    put_in_place(people, decision.application_id)
    of = {name: person for person, name in people.items()}
    with clock.at(AT):
        for name, words in (
            ("approver, of less", "above your limit"),
            ("approver, acted", "you acted on this file"),
            ("approver, free", "to approve"),
        ):
            assert words in as_(of[name]).get(reverse("decision-queue")).content.decode()


def test_decision_that_waits_for_its_partner_is_nobodys_in_the_cluster(cast, programme):
    people = one_of_each(cast, programme)
    decision = files.approved(cast, programme, amount="75000.01")
    assert Decision.objects.turns() == {decision.pk: Turn.CONCUR}
    assert in_english(awaited(decision.application).who) == "the ministry"
    assert {name for person, name in people.items() if Decision.objects.next_of(person).exists()} == set()


@pytest.mark.parametrize("end", ["issued", "void", "superseded"])
def test_decision_that_is_over_is_nobodys(cast, programme, end):
    decision = files.recommended_file(cast, programme)
    Decision.objects.filter(pk=decision.pk).update(state=end)
    assert Decision.objects.turns() == {}
    assert not Decision.objects.next_of(cast.endorser).exists()
