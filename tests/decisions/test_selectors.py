"""What pages read of decisions: what waits for whom and in which order, and where each stands in its chain."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from applications.constants import SUMMARY
from audit.actors import CLOCK
from decisions import services
from decisions.models import Decision, DecisionShare, Step
from decisions.pages import CONCURRENCE, FILE_DECISION
from decisions.querysets import DecisionQuerySet, ShareQuerySet, StepQuerySet
from decisions.selectors import (
    UNSHOWN,
    chain_of,
    contested_decision,
    decided_in,
    money_of,
    others_of,
    present_decision,
    returns_by_partner,
    returns_of,
    summary_of,
    tell,
    told_to_partner,
    waits_of,
    work_for,
)
from decisions.selectors.chain import superseded_by
from decisions.selectors.reconsideration import was_asked_again
from decisions.selectors.waiting import Waits, _work_of_chain, _work_of_partner
from decisions.states import DecisionState, Turn
from funding import ledger
from funding.models import Agreement, Envelope, LedgerEntry, PartnerSeat
from funding.money import Cause
from letters.models import Letter
from letters.states import LetterState
from moves.services import declare_standing, record_duty
from programs.models import Appointment
from tests.decisions import files
from tests.decisions.files import D
from tests.mutants import proves
from work import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def day(number):
    return files.DECIDED_AT + timedelta(days=number)


def said(lines):
    """What each line says: the act, the file, whom it waits for."""
    return [(line.what, line.label.split(" · ")[0], line.waits_for) for line in lines]


def ref(row):
    return row.application.reference


# What waits for a person

FEWER = "a role that they do not hold gives nothing, and what is theirs to issue is left out before: a shorter query"
AS_MANY = {
    "without the limit": "as many lines are told; of more it is asked whether they are stuck",
    "without `held_on(user, *roles": "each line is one of theirs: it reads more",
}


@proves(_work_of_chain, moot=AS_MANY)
@pytest.mark.parametrize(
    ("person", "state", "kind", "what", "hat"),
    [
        ("endorser", "draft", "approved", "Endorse", "endorser"),
        ("finance", "draft", "reconsidered", "Give an opinion", "reconsiderer"),
        ("approver", "endorsed", "approved", "Approve", "approver"),
        ("officer", "approved", "approved", "Issue the decision", "officer"),
        ("officer", "concurred", "approved", "Issue the decision", "officer"),
    ],
)
def test_step_waits_the_longest_first(cast, programme, person, state, kind, what, hat):
    Appointment.objects.create(
        user=cast.finance, cluster=programme.cluster, program=programme, role="reconsiderer", starts_on=files.AT.date()
    )
    third, first, second = (files.decision_row(cast, programme, state=state, kind=kind, at=day(n)) for n in (3, 1, 1))
    lines = work_for(getattr(cast, person))
    assert said(lines) == [(what, ref(one), "") for one in (first, second, third)]
    assert {line.role for line in lines} == {hat}
    assert said(work_for(getattr(cast, person), limit=1)) == [(what, ref(first), "")]


def test_line_names_the_file_its_company_and_its_due_and_leads_to_the_decision(cast, programme):
    application = files.file_row(cast, programme, title="", due=day(9))
    files.decision_row(cast, programme, state="draft", file=application)
    (line,) = work_for(cast.endorser)
    assert (line.label, line.note, line.due) == (
        f"{application.reference} · {application.call.name}",
        "Usinage Gauthier inc.",
        day(9),
    )
    assert line.link == FILE_DECISION(application.number)


@proves(DecisionQuerySet.waiting_for_others, _work_of_chain, moot={"without `if role in": FEWER, **AS_MANY})
def test_officer_also_reads_what_waits_for_another_the_longest_first(cast, programme):
    def row(state, number):
        return files.decision_row(cast, programme, state=state, at=day(number))

    late, asked, early, own = row("draft", 4), row("approved", 3), row("endorsed", 2), row("approved", 5)
    files.asked_row(asked)
    for state in (DecisionState.ISSUED, DecisionState.VOID, DecisionState.SUPERSEDED):
        row(state, 1)
    declare_standing(row("draft", 1).application_id, user=cast.officer, standing="conflict")
    files.decision_row(cast, files.other_programme(programme, elsewhere=True), state="draft")
    assert said(work_for(cast.officer)) == [
        ("Issue the decision", ref(own), ""),
        ("Decision under way", ref(early), "the approver"),
        ("Decision under way", ref(asked), "the ministry"),
        ("Decision under way", ref(late), "the endorser"),
    ]
    assert said(work_for(cast.officer, limit=1)) == [
        ("Issue the decision", ref(own), ""),
        ("Decision under way", ref(early), "the approver"),
    ]


@proves(DecisionQuerySet.waiting_for_others, moot={"without `if role in": FEWER})
def test_officer_who_is_the_endorser_too_reads_of_others_what_is_not_theirs_to_endorse(cast, programme):
    Appointment.objects.create(
        user=cast.officer, cluster=programme.cluster, program=programme, role="endorser", starts_on=files.AT.date()
    )
    free, acted, theirs = (files.decision_row(cast, programme, state="draft", at=day(n)) for n in (1, 2, 3))
    endorsed = files.decision_row(cast, programme, state="endorsed", at=day(4))
    record_duty(acted.application_id, by=cast.officer, duty="screen")
    record_duty(theirs.application_id, by=cast.endorser, duty="screen")
    assert said(work_for(cast.officer)) == [
        ("Endorse", ref(free), ""),
        ("Endorse", ref(theirs), ""),
        ("Decision under way", ref(acted), "the endorser"),
        ("Decision under way", ref(endorsed), "the approver"),
    ]


def test_what_an_officer_has_to_issue_is_never_said_to_wait_for_another_however_few_lines_are_told(cast, programme):
    first, _second = (files.decision_row(cast, programme, state="approved", at=day(n)) for n in (1, 2))
    assert said(work_for(cast.officer, limit=1)) == [("Issue the decision", ref(first), "")]


@proves(_work_of_chain, moot=AS_MANY)
def test_letter_that_failed_waits_for_the_officer_the_longest_first(cast, programme):
    def failed(number, state=LetterState.FAILED, where=programme):
        decision = files.decision_row(cast, where, state="issued")
        decision.letter = files.letter_row(decision.application, state=state, at=day(number))
        decision.save(update_fields=["letter"])
        return decision

    third, first, second = (failed(n) for n in (3, 1, 1))
    for state in LetterState:
        if state != LetterState.FAILED:
            failed(0, state)
    there = files.other_programme(programme, elsewhere=True)
    failed(0, where=there)
    Appointment.objects.create(  # they approve there
        user=cast.officer, cluster=there.cluster, program=there, role="approver", limit=1, starts_on=day(1).date()
    )
    declare_standing(failed(0).application_id, user=cast.officer, standing="unsure")
    files.letter_row(files.file_row(cast, programme), state="failed")  # of no decision
    what = "A letter could not be sent"
    assert said(work_for(cast.officer)) == [(what, ref(one), "") for one in (first, second, third)]
    assert said(work_for(cast.officer, limit=1)) == [(what, ref(first), "")]
    assert {line.role for line in work_for(cast.officer)} == {"officer"}
    for person in (cast.endorser, cast.approver, cast.chair, cast.auditor, cast.sophie):
        assert work_for(person) == []


@proves(_work_of_partner)
def test_concurrence_waits_for_the_partners_officer_the_longest_first(cast, programme):
    def asked(number, state="approved", agreement=None, **more):
        return files.asked_row(files.decision_row(cast, programme, state=state), agreement, at=day(number), **more)

    third, first, second = (asked(n) for n in (3, 1, 1))
    asked(0, state="draft")
    asked(0, state="concurred")
    asked(0, voided_at=clock.now())
    asked(0, agreement=files.other_agreement(programme))
    record_duty(asked(0).application_id, by=cast.concurrence, duty="screen")
    declare_standing(asked(0).application_id, user=cast.concurrence, standing="conflict")
    given = asked(0)
    type(given).objects.filter(pk=given.pk).update(state="given")
    lines = work_for(cast.concurrence)
    assert said(lines) == [("Concur", ref(one), "") for one in (first, second, third)]
    assert lines[0].link == CONCURRENCE(first.public_id)
    assert {(line.role, line.note, line.due) for line in lines} == {("partner", "Usinage Gauthier inc.", None)}
    assert said(work_for(cast.concurrence, limit=1)) == [("Concur", ref(first), "")]
    assert work_for(cast.analyst) == []


def test_nothing_waits_for_the_clock_nor_for_a_closed_account(cast, programme):
    files.decision_row(cast, programme, state="approved")
    cast.officer.is_active = False
    assert (work_for(CLOCK), work_for(cast.officer)) == ([], [])


def test_step_waits_for_its_partner_until_every_concurrence_of_this_round_is_given(cast, programme):
    decision = files.decision_row(cast, programme, state="approved")
    asked = files.asked_row(decision)
    files.asked_row(decision, voided_at=clock.now())
    assert said(work_for(cast.officer)) == [("Decision under way", ref(decision), "the ministry")]
    type(asked).objects.filter(pk=asked.pk).update(state="given")
    assert said(work_for(cast.officer)) == [("Issue the decision", ref(decision), "")]


def test_concurrence_waits_for_who_gave_one_before_on_the_file(cast, programme):
    asked = files.asked_row(files.decision_row(cast, programme, state="approved"))
    record_duty(asked.application_id, by=cast.concurrence, duty="concur")  # the same act again: no exclusion
    assert said(work_for(cast.concurrence)) == [("Concur", ref(asked), "")]


@pytest.mark.parametrize(
    ("person", "state"),
    [("endorser", "draft"), ("approver", "endorsed"), ("officer", "approved"), ("concurrence", "approved")],
)
def test_nothing_waits_for_who_had_the_role_until_yesterday(cast, programme, clock_at, person, state):
    clock_at(files.DECIDED_AT)
    user, yesterday = getattr(cast, person), clock.today() - timedelta(days=1)
    decision = files.decision_row(cast, programme, state=state)
    if person == "concurrence":
        files.asked_row(decision)
    assert len(work_for(user)) == 1
    for held in (user.appointments, user.cluster_appointments, user.partner_seats):
        held.update(ends_on=yesterday)
    assert work_for(user) == []


@pytest.mark.parametrize("name", ["ana", "chair", "screener", "finance", "auditor", "administrator", "sophie"])
def test_nothing_of_the_chain_waits_for_anybody_else(cast, programme, name):
    for state in DecisionState:
        files.asked_row(files.decision_row(cast, programme, state=state))
    assert work_for(getattr(cast, name)) == []


# The chain


def chain(decision):
    """The steps of the chain, as `(label, state)`."""
    return [(stage.label, str(stage.state)) for stage in chain_of(Decision.objects.get(pk=decision.pk))]


LABELS = ("Endorsement", "Approval", "Partner’s concurrence", "Issue", "Letter sent")


def told(*states):
    labels = LABELS if len(states) == 5 else [label for label in LABELS if label != LABELS[2]]
    return list(zip(labels, states, strict=True))


def test_chain_says_what_was_done_what_is_now_and_what_comes_later(cast, programme):
    decision = files.recommended_file(cast, programme, amount="75000.01")
    found = [chain(decision)]
    with clock.at(files.DECIDED_AT):
        files.declare(cast, decision, "endorser", "approver", "concurrence")
        for step, by in ((services.endorse, cast.endorser), (services.approve, cast.approver)):
            step(Decision.objects.get(pk=decision.pk), by=by, edition=UNSHOWN)
            found.append(chain(decision))
        services.concur(decision.concurrences.get(), by=cast.concurrence)
        found.append(chain(decision))
        services.issue(Decision.objects.get(pk=decision.pk), by=cast.officer, edition=UNSHOWN)
    found.append(chain(decision))
    assert found == [
        told("now", "later", "later", "later", "later"),
        told("done", "now", "later", "later", "later"),
        told("done", "done", "now", "later", "later"),
        told("done", "done", "done", "now", "later"),
        told("done", "done", "done", "done", "now"),
    ]
    Letter.objects.update(sent_at=day(1))
    stages = chain_of(Decision.objects.get(pk=decision.pk))
    assert [(one.who, one.at) for one in stages] == [
        ("Karim Haddad", files.DECIDED_AT),
        ("Sylvie Nguyen", files.DECIDED_AT),
        ("Geneviève Côté", files.DECIDED_AT),
        ("Maude Bélanger", files.DECIDED_AT),
        ("", day(1)),
    ]
    assert stages[-1].state == "done"


def test_chain_of_an_award_below_the_threshold_asks_no_partner(cast, programme):
    decision = files.approved(cast, programme, amount="75000.00")
    assert chain(decision) == told("done", "done", "now", "later")
    Agreement.objects.update(concurrence_above=0)  # amended since: nobody was asked, nobody is waited for
    assert chain(decision) == told("done", "done", "now", "later")


def test_chain_waits_for_every_partner_and_not_for_the_first(cast, programme):
    decision = files.approved(cast, programme, amount="75000.01")
    own = decision.concurrences.get()
    other = Agreement.objects.get(pk=own.agreement_id)
    other.pk, other.public_id, other.reference = None, uuid4(), "DEC-2026-7"
    other.save(force_insert=True)
    decision.concurrences.create(application_id=own.application_id, agreement=other)
    with clock.at(files.DECIDED_AT):
        files.declare(cast, decision, "concurrence")
        services.concur(own, by=cast.concurrence)
    assert chain(Decision.objects.get(pk=decision.pk)) == told("done", "done", "now", "later", "later")


def test_chain_names_the_partner_that_was_asked_though_its_threshold_was_raised_since(cast, programme):
    decision = files.approved(cast, programme, amount="75000.01")
    Agreement.objects.update(concurrence_above=None)
    assert chain(decision) == told("done", "done", "now", "later", "later")
    assert chain_of(decision)[2].note == "MEIE"


@proves(StepQuerySet.counted)
def test_chain_sent_back_begins_again_and_forgets_what_was_void(cast, programme):
    decision = files.concurred(cast, programme)
    with clock.at(files.DECIDED_AT):
        decision = services.send_back(decision, by=cast.approver, reason="À revoir.", edition=UNSHOWN)
        assert chain(decision) == told("now", "later", "later", "later", "later")
        stages = chain_of(decision)
        assert ([one.who for one in stages], stages[2].note) == ([""] * 5, "MEIE")
        Agreement.objects.update(concurrence_above=None)  # amended since: nobody is asked any more
        assert chain(decision) == told("now", "later", "later", "later")
        decision = services.endorse(decision, by=cast.endorser, edition=UNSHOWN)
        decision = services.approve(decision, by=cast.approver, edition=UNSHOWN)
        assert chain(decision) == told("done", "done", "now", "later")
        decision = services.issue(
            decision, by=cast.officer, edition=UNSHOWN
        )  # nor does what was void keep it from being issued
    assert chain(decision) == told("done", "done", "done", "now")


def test_chain_of_a_decision_that_is_void_has_no_step_to_take(cast, programme):
    decision = files.decision_row(cast, programme, state="void")
    assert chain(decision) == told("later", "later", "later", "later")


def test_answer_to_a_reconsideration_begins_with_the_opinion_of_its_officer(cast, programme):
    decision = files.decision_row(cast, programme, state="draft", kind="reconsidered")
    assert chain(decision)[0] == ("Opinion of the reconsideration officer", "now")


# A page of the queue


@proves(waits_of)
def test_each_decision_of_a_page_says_its_step_and_what_keeps_its_reader_from_it(cast, programme):
    """A colleague could take two of them: the one above the reader's limit, and the one of which they did an act."""
    names = ("own", "acted", "above", "nobody's", "of another page")
    amounts = {"above": "90000.01"}
    rows = {
        name: files.decision_row(cast, programme, state="endorsed", amount=amounts.get(name, "90000.00"))
        for name in names
    }
    Appointment.objects.filter(user=cast.approver).update(limit=files.D("90000.00"))
    Appointment.objects.create(user=cast.emily, program=programme, cluster=programme.cluster, role="approver",
                               limit=files.D("250000"))  # fmt: skip
    for name, person in (("acted", "approver"), ("nobody's", "approver"), ("nobody's", "emily")):
        record_duty(rows[name].application_id, by=getattr(cast, person), duty="screen")
    found = waits_of([rows[name] for name in names[:4]], cast.approver)
    assert found == {
        rows["own"].pk: Waits(Turn.APPROVE, stands_aside=False, above_limit=False, is_stuck=False),
        rows["acted"].pk: Waits(Turn.APPROVE, stands_aside=True, above_limit=False, is_stuck=False),
        rows["above"].pk: Waits(Turn.APPROVE, stands_aside=False, above_limit=True, is_stuck=False),
        rows["nobody's"].pk: Waits(Turn.APPROVE, stands_aside=True, above_limit=False, is_stuck=True),
    }


# A file's decisions


def of_file(cast, programme, *told):
    """Decisions of one file, numbered in this order; each `(state, kind)`. Their numbers and keys run apart."""
    application = files.file_row(cast, programme)
    made = {
        number: files.decision_row(cast, programme, state=state, kind=kind, file=application, number=number)
        for number, (state, kind) in sorted(enumerate(told, start=1), key=lambda one: (one[0] + 1) % 3)
    }
    return [made[number] for number in sorted(made)]


@proves(present_decision)
@pytest.mark.parametrize(
    ("states", "shown"),
    [
        (("superseded", "draft", "void"), 2),
        (("superseded", "issued", "void"), 3),
        (("superseded", "superseded", "issued"), 3),
    ],
)
def test_file_shows_its_open_decision_else_the_latest(cast, programme, states, shown):
    rows = of_file(cast, programme, *[(state, "approved") for state in states])
    of_file(cast, programme, ("draft", "approved"))  # another file's
    assert present_decision(rows[0].application) == rows[shown - 1]


def test_file_without_a_decision_shows_none(cast, programme):
    of_file(cast, programme, ("draft", "approved"))
    assert present_decision(files.file_row(cast, programme)) is None


@proves(returns_of, StepQuerySet.returns, StepQuerySet.latest_first)
def test_returns_of_a_decision_are_those_of_every_decision_of_its_file_the_latest_first(cast, programme):
    void = files.decision_row(cast, programme, state="void")
    now = files.decision_row(cast, programme, state="draft", file=void.application, number=2)
    away = files.decision_row(cast, programme, state="draft")

    def step(decision, kind, days):
        at = files.DECIDED_AT + timedelta(days=days)
        return Step.objects.create(decision=decision, kind=kind, by=cast.approver, note="À revoir.", at=at)

    second, third, first = step(now, "sent_back", 2), step(now, "sent_back", 3), step(void, "sent_back", 1)
    twin = step(void, "sent_back", 1)
    step(now, "endorsed", 5), step(away, "sent_back", 4)
    assert returns_of(now) == returns_of(void) == [third, second, twin, first]
    assert returns_of(away) != []


@proves(returns_by_partner)
def test_partner_reads_what_its_own_people_sent_back_and_nothing_of_the_clusters(cast, programme, as_):
    """Its officer of today, or of before; not the approver, nor the officer of another partner."""
    decision = files.decision_row(cast, programme, state="approved")
    asked = files.asked_row(decision)
    today = files.DECIDED_AT.date()
    left = User.objects.create_user("avant@meie.example", given_name="Avant", family_name="Roy")
    PartnerSeat.objects.create(
        user=left, partner=asked.agreement.partner, role="concurrence",
        starts_on=today - timedelta(days=9), ends_on=today - timedelta(days=1),
    )  # fmt: skip
    PartnerSeat.objects.create(
        user=cast.finance, partner=files.other_agreement(programme).partner, role="concurrence",
        starts_on=today - timedelta(days=9),
    )  # fmt: skip

    def sent_back(by, days):
        at = files.DECIDED_AT - timedelta(days=days)
        return Step.objects.create(decision=decision, kind="sent_back", by=by, note=f"Motif {by}", at=at, voided_at=at)

    first, second = sent_back(left, 3), sent_back(cast.concurrence, 2)
    sent_back(cast.approver, 1), sent_back(cast.finance, 1)
    assert returns_by_partner(asked) == [second, first]
    with clock.at(files.DECIDED_AT):
        files.declare(cast, decision, "concurrence")
        url = reverse("decision-concurrence", args=[asked.public_id])
        page = as_(cast.concurrence).get(url).content.decode()
    assert (f"Motif {left}" in page, f"Motif {cast.approver}" in page) == (True, False)


@proves(others_of, superseded_by, DecisionQuerySet.in_force)
def test_decision_takes_the_place_of_those_in_force_before_it_the_earliest_first(cast, programme):
    rows = of_file(cast, programme, ("issued", "waitlisted"), ("superseded", "approved"), ("issued", "declined"),
                   ("void", "approved"), ("draft", "approved"), ("issued", "partial"))  # fmt: skip
    of_file(cast, programme, ("issued", "approved"))
    assert superseded_by(rows[5]) == [rows[0], rows[2]]
    assert list(others_of(rows[3])) == [rows[5], rows[4], rows[2], rows[1], rows[0]]


@proves(decided_in)
def test_letter_tells_its_own_decision_and_that_of_anything_else_none(cast, programme):
    found = {}
    for _n in range(2):
        decision = files.decision_row(cast, programme, state="issued")
        letter = files.letter_row(decision.application, state="queued")
        Decision.objects.filter(pk=decision.pk).update(letter=letter)
        found[letter] = decision
    found[files.letter_row(decision.application, state="queued")] = None
    assert {letter: decided_in(letter) for letter in found} == found


@proves(contested_decision)
@pytest.mark.parametrize(
    ("decisions", "contested"),
    [
        ([("issued", "declined")], 1),
        ([("superseded", "waitlisted"), ("issued", "declined"), ("void", "approved")], 2),
        ([("issued", "declined"), ("issued", "approved"), ("issued", "reconsidered")], 2),
        ([("superseded", "declined"), ("draft", "approved")], None),
        ([("superseded", "declined"), ("issued", "waitlisted"), ("issued", "approved")], 3),
        ([("issued", "reconsidered")], None),
    ],
)
def test_decision_looked_at_again_is_the_latest_in_force_an_upheld_answer_aside(cast, programme, decisions, contested):
    rows = of_file(cast, programme, *decisions)
    of_file(cast, programme, ("issued", "declined"))
    assert contested_decision(rows[0].application) == (rows[contested - 1] if contested else None)


@proves(was_asked_again)
def test_decision_was_asked_again_when_an_answer_came_after_it(cast, programme):
    first, answer, amended, _later = of_file(cast, programme, ("superseded", "declined"), ("void", "reconsidered"),
                                             ("issued", "approved"), ("void", "declined"))  # fmt: skip
    files.decision_row(cast, programme, state="issued", kind="reconsidered", number=9)  # of another file
    assert [was_asked_again(one) for one in (first, answer, amended)] == [True, False, False]
    files.decision_row(cast, programme, state="issued", kind="reconsidered", file=first.application, number=5)
    assert was_asked_again(amended)


@pytest.mark.parametrize(
    ("kind", "later", "amount", "superseded"),
    [
        ("approved", None, D("90000.00"), False),
        ("partial", ("approved", "sent"), D("90000.00"), True),
        ("declined", ("approved", "rendered"), None, False),  # issued, not told yet: it tells nothing
        ("declined", ("reconsidered", "sent"), None, False),  # an answer that upholds it
        ("waitlisted", ("approved", "sent"), None, True),
    ],
)
def test_pages_of_a_letter_say_what_was_decided_and_whether_it_still_holds(
    cast, programme, kind, later, amount, superseded
):
    state = "superseded" if later else "issued"
    decision = files.decision_row(cast, programme, state=state, kind=kind, issued_at=day(2))
    decision.letter = files.letter_row(decision.application, state="sent")
    decision.save(update_fields=["letter"])
    if later:
        kind, sent = later
        letter = files.letter_row(decision.application, state=sent)
        more = {"file": decision.application, "number": 2, "letter": letter}
        files.decision_row(cast, programme, state="issued", kind=kind, **more)
    said = tell(decision.letter)
    assert (said.decided, said.at, said.amount, said.superseded) == (
        decision.get_kind_display(),
        day(2),
        amount,
        superseded,
    )
    assert said.until() is None  # its letter is not served


# Its money


@proves(money_of, told_to_partner, ShareQuerySet.by_year)
def test_money_is_told_by_fiscal_year_then_envelope_with_what_each_can_still_give(cast, programme):
    agreement = Agreement.objects.get()
    decision = files.decision_row(cast, programme, state="draft", amount="600.00")
    other = files.decision_row(cast, programme, state="draft", amount="600.00")
    years = (2031, 2029, 2029)
    agreements = (agreement, files.other_agreement(programme), agreement)
    made = [Envelope.objects.create(agreement=one, fiscal_year=y) for one, y in zip(agreements, years, strict=True)]
    third, first, second = made
    for envelope, amount in ((second, "200.00"), (third, "300.00"), (first, "100.00")):
        DecisionShare.objects.create(decision=decision, envelope=envelope, amount=D(amount))
        DecisionShare.objects.create(decision=other, envelope=envelope, amount=D("1.00"))
    ledger.allocate(second, amount=D("1000.00"), by=cast.finance)
    for file, amount in ((7, "40.00"), (decision.application_id, "2.00")):
        ledger.reserve([(second, D(amount))], application_id=file, by=cast.chair, because=Cause.RECOMMEND)
    first.save()  # the last of its table: the order is not that of the rows
    read = ((LedgerEntry.objects.all(), "958.00"), (told_to_partner(decision), "998.00"))
    for entries, free in read:
        assert [(one.envelope, one.amount, one.free) for one in money_of(decision, entries)] == [
            (first, D("100.00"), 0),
            (second, D("200.00"), D(free)),
            (third, D("300.00"), 0),
        ]


@proves(summary_of)
def test_summary_is_what_the_company_wrote_of_its_project_and_empty_where_it_wrote_none(cast, programme):
    application = files.file_row(cast, programme)
    for question, value in (("another", "Autre."), (SUMMARY, files.TEXT), ("last", "Encore.")):
        application.answers.create(question=question, value=value, by=cast.sophie)
    assert summary_of(application) == files.TEXT
    assert summary_of(files.file_row(cast, programme)) == ""
