"""Which decisions wait for whom, and which concurrences are asked of whom: one row of each kind, in and out."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from audit.actors import CLOCK
from decisions.models import Concurrence, Decision
from decisions.querysets import ConcurrenceQuerySet, DecisionQuerySet, StepQuerySet
from decisions.states import STEPS, ConcurrenceState, DecisionState, StepKind, Turn
from moves.services import declare_standing, record_duty
from programs.models import Appointment
from programs.querysets import held_on
from programs.roles import ProgramRole
from tests.decisions import files
from tests.decisions.files import D
from tests.mutants import proves
from work import clock

pytestmark = pytest.mark.django_db

# Each row by name: state, kind, and the concurrence asked of it.
DECISIONS = {
    "draft": ("draft", "approved", None),
    "answer": ("draft", "reconsidered", None),
    "answer endorsed": ("endorsed", "reconsidered", None),
    "endorsed": ("endorsed", "approved", None),
    "approved": ("approved", "approved", None),
    "asked": ("approved", "approved", "asked"),
    "asked before": ("approved", "approved", "void"),
    "given": ("approved", "approved", "given"),
    "concurred": ("concurred", "approved", "given"),
    "asked of one more": ("concurred", "approved", "asked"),
    "issued": ("issued", "approved", "given"),
    "void": ("void", "approved", None),
    "superseded": ("superseded", "approved", None),
}
TO_ISSUE = {"approved", "asked before", "given", "concurred", "asked of one more"}
OPEN = {"draft", "answer", "endorsed", "answer endorsed", "asked"} | TO_ISSUE
WAITING = {
    "endorser": {"draft"},
    "reconsiderer": {"answer"},
    "approver": {"endorsed", "answer endorsed"},
    "officer": TO_ISSUE,
    "screener": set(),
    "chair": set(),
    "finance": set(),
    "auditor": set(),
    "administrator": set(),
    "analyst": set(),
    "concurrence": set(),
    "sophie": set(),
}


@pytest.fixture
def rows(cast, programme):
    """One decision of each kind, by name; and one of each on a programme where nobody of the cast is."""
    found = {name: made(cast, programme, *told) for name, told in DECISIONS.items()}
    for elsewhere in (False, True):
        other = files.other_programme(programme, code="AX" if elsewhere else "BX", elsewhere=elsewhere)
        for told in DECISIONS.values():
            made(cast, other, *told)
    return found


def made(cast, programme, state, kind, concurrence):
    decision = files.decision_row(cast, programme, state=state, kind=kind)
    if concurrence == "void":
        files.asked_row(decision, voided_at=clock.now())
    elif concurrence:
        files.asked_row(decision, state=concurrence)
    return decision


def names(rows, queryset):
    """The names of what was found; what is none of `rows` keeps its own."""
    known = {row.pk: name for name, row in rows.items()}
    return {known.get(row.pk, str(row)) for row in queryset}


@proves(DecisionQuerySet.waiting_for, DecisionQuerySet.next_of, DecisionQuerySet._at, DecisionQuerySet._missing)
@proves(DecisionQuerySet.within_limit_of, DecisionQuerySet.free_to, moot={"`if ProgramRole.APPROVER": "asks less"})
def test_each_decision_waits_for_the_role_of_its_next_step_on_its_own_programme(rows, cast, programme):
    reconsiderer = holder("fresh@aerofil.example", programme, "reconsiderer")
    people = {name: getattr(cast, name, reconsiderer) for name in WAITING}
    # An officer of the whole cluster has its other programmes too: this one is left with the programme's.
    cast.officer.cluster_appointments.all().delete()
    found = {name: names(rows, Decision.objects.waiting_for(person)) for name, person in people.items()}
    assert found == WAITING
    for role in ("officer", "approver"):  # the only one of theirs that is asked of, which may have no duty
        waits = Decision.objects.waiting_for(people[role], roles=[ProgramRole(role)])
        assert names(rows, waits) == WAITING[role]
    for nobody, roles in (
        (cast.officer, []),
        (CLOCK, STEPS),
        (SimpleNamespace(actor="key", pk=cast.officer.pk), STEPS),
    ):
        assert not Decision.objects.waiting_for(nobody, roles=roles).exists()


def holder(email, programme, role, *, whole_cluster=False, **more):
    person = User.objects.create_user(email, given_name="Inès", family_name="Roy")
    Appointment.objects.create(
        user=person, cluster=programme.cluster, program=None if whole_cluster else programme, role=role,
        **{"starts_on": files.AT.date(), **more},
    )  # fmt: skip
    return person


@pytest.mark.parametrize(
    ("role", "name"), [("endorser", "draft"), ("approver", "endorsed"), ("reconsiderer", "answer")]
)
def test_role_held_in_the_whole_cluster_is_held_on_each_of_its_programmes_and_no_others(rows, programme, role, name):
    limit = {"limit": 90000} if role == "approver" else {}
    person = holder("ines@aerofil.example", programme, role, whole_cluster=True, **limit)
    found = Decision.objects.waiting_for(person)
    theirs = sorted(WAITING[role])
    assert name in theirs
    assert {(one.state, one.kind) for one in found} == {(rows[name].state, rows[name].kind) for name in theirs}
    assert sorted(one.application.call.program.code for one in found) == ["BX"] * len(theirs) + ["FE"] * len(theirs)


OUT = ["barred", "unsure", "ended", "not yet", "closed account"]


def put_out(person, how, application_id):
    """`person` declares a conflict or a doubt in the file, or is not in office, or their account is closed."""
    day = clock.today()
    if how in ("barred", "unsure"):
        declare_standing(application_id, user=person, standing="conflict" if how == "barred" else how)
    elif how == "closed account":
        person.is_active = False
    else:
        fields = {"ends_on": day - timedelta(days=1)} if how == "ended" else {"starts_on": day + timedelta(days=1)}
        for held in (person.appointments, person.cluster_appointments, person.partner_seats):
            held.update(**fields)


@proves(DecisionQuerySet.next_of)
@pytest.mark.parametrize(("role", "state"), [("endorser", "draft"), ("approver", "endorsed"), ("officer", "approved")])
@pytest.mark.parametrize("out", OUT)
def test_nothing_waits_for_who_is_barred_or_not_in_office(cast, programme, role, state, out):
    closed, other = (files.decision_row(cast, programme, state=state) for _n in range(2))
    person = getattr(cast, role)
    put_out(person, out, closed.application_id)
    left = [other] if out in ("barred", "unsure") else []
    assert (list(Decision.objects.next_of(person)), list(Decision.objects.waiting_for(person))) == (left, left)


@proves(DecisionQuerySet.within_limit_of, DecisionQuerySet.waiting_for, held_on)
@pytest.mark.parametrize(("limit", "waits"), [("89999.99", False), ("90000.00", True)])
@pytest.mark.parametrize("whole_cluster", [False, True])
def test_approval_waits_for_whom_the_limit_reaches_on_that_programme(cast, programme, limit, waits, whole_cluster):
    person = holder("ines@aerofil.example", programme, "approver", whole_cluster=whole_cluster, limit=limit)
    elsewhere = files.other_programme(programme, elsewhere=True)
    Appointment.objects.create(
        user=person, cluster=elsewhere.cluster, program=elsewhere, role="approver", limit=D("999999"),
        starts_on=files.AT.date(),
    )  # fmt: skip
    decision = files.decision_row(cast, programme, state="endorsed", amount="90000.00")
    assert list(Decision.objects.next_of(person)) == [decision]
    assert list(Decision.objects.waiting_for(person)) == [decision] * waits


@proves(DecisionQuerySet.free_to, DecisionQuerySet.waiting_for)
@pytest.mark.parametrize(
    ("state", "kind", "role", "done"),
    [
        ("draft", "approved", "endorser", {"screen": False, "endorse": True, "approve": False}),
        ("draft", "reconsidered", "reconsiderer", {"screen": False, "endorse": True}),
        ("endorsed", "approved", "approver", {"endorse": False, "approve": True, "score": False}),
        ("concurred", "approved", "officer", {"screen": True, "approve": True}),
    ],
)
def test_step_waits_for_nobody_whose_earlier_act_on_the_file_excludes_it(cast, programme, state, kind, role, done):
    """The same act, made before a return, excludes nothing; nor does what was done on another file."""
    limit = {"limit": 90000} if role == "approver" else {}
    decision = files.decision_row(cast, programme, state=state, kind=kind)
    for number, (duty, waits) in enumerate(done.items()):
        person = holder(f"person{number}@aerofil.example", programme, role, **limit)
        record_duty(files.file_row(cast, programme).pk, by=person, duty="screen")
        assert list(Decision.objects.waiting_for(person)) == [decision]
        with clock.at(files.DECIDED_AT + timedelta(hours=1)):
            record_duty(decision.application_id, by=person, duty=duty)
        assert (duty, list(Decision.objects.waiting_for(person))) == (duty, [decision] * waits)
        assert list(Decision.objects.next_of(person)) == [decision]


@proves(DecisionQuerySet.free_to)
@pytest.mark.parametrize(("hours", "waits"), [(-1, False), (0, True)])
@pytest.mark.parametrize(
    ("state", "kind", "role", "duty", "of_answer"),
    [
        ("draft", "reconsidered", "reconsiderer", "endorse", True),
        ("endorsed", "reconsidered", "approver", "approve", True),
        ("approved", "reconsidered", "officer", "endorse", False),
        ("endorsed", "approved", "approver", "approve", False),
    ],
)
def test_answer_waits_for_nobody_who_took_part_before_it_was_asked(
    cast, programme, hours, waits, state, kind, role, duty, of_answer
):
    limit = {"limit": 90000} if role == "approver" else {}
    person = holder("ines@aerofil.example", programme, role, **limit)
    decision = files.decision_row(cast, programme, state=state, kind=kind)
    with clock.at(files.DECIDED_AT + timedelta(hours=hours)):
        another = holder("other@aerofil.example", programme, role, **limit)
        record_duty(files.file_row(cast, programme).pk, by=another, duty=duty)  # on another file: no matter
        record_duty(decision.application_id, by=person, duty=duty)
    assert list(Decision.objects.waiting_for(person)) == [decision] * (waits or not of_answer)
    assert list(Decision.objects.waiting_for(another)) == [decision]


TURNS = {
    "draft": Turn.ENDORSE, "answer": Turn.RECONSIDER, "endorsed": Turn.APPROVE, "approved": Turn.ISSUE,
    "asked": Turn.CONCUR, "asked before": Turn.ISSUE, "given": Turn.ISSUE, "concurred": Turn.ISSUE,
    "answer endorsed": Turn.APPROVE, "asked of one more": Turn.ISSUE,
}  # fmt: skip


@proves(DecisionQuerySet.turns, DecisionQuerySet.with_turn, DecisionQuerySet._at)
def test_step_that_each_decision_waits_for_is_its_turn(rows):
    turns = Decision.objects.filter(pk__in=pks(rows)).turns()
    assert {name: turns[row.pk] for name, row in rows.items() if row.pk in turns} == TURNS
    assert turns.keys() <= set(pks(rows))


def pks(rows):
    return [row.pk for row in rows.values()]


def test_nothing_waits_for_the_clock(rows):
    assert not Decision.objects.next_of(CLOCK).exists()
    assert not Decision.objects.waiting_for(CLOCK).exists()
    assert not Concurrence.objects.of_officer(CLOCK).exists()


@proves(DecisionQuerySet.open, DecisionQuerySet.issued)
def test_open_and_issued_decisions_are_those_of_these_states(rows):
    mine = Decision.objects.filter(pk__in=pks(rows))
    assert names(rows, mine.open()) == OPEN
    assert names(rows, mine.issued()) == {"issued", "superseded"}


@proves(StepQuerySet.returns, StepQuerySet.of_the_cluster)
def test_returns_of_every_round_and_what_the_cluster_did_are_told_from_what_a_partner_gave(cast, programme):
    decision = files.decision_row(cast, programme, state="issued")
    for kind in StepKind.values:
        for voided_at in (None, clock.now()):
            decision.steps.create(kind=kind, by=cast.approver, voided_at=voided_at)
    assert [step.kind for step in decision.steps.returns()] == [StepKind.SENT_BACK] * 2
    kinds = decision.steps.of_the_cluster().values_list("kind", flat=True)
    assert sorted(set(kinds)) == [StepKind.APPROVED, StepKind.ENDORSED, StepKind.ISSUED]


# Concurrences


@proves(DecisionQuerySet.longest_wait_first, DecisionQuerySet.after)
def test_queue_is_the_longest_wait_first_and_goes_on_after_any_of_its_decisions(cast, programme):
    third, first, fourth, second = (  # two wait since the same instant: the older row first
        files.decision_row(cast, programme, state="draft", at=files.DECIDED_AT + timedelta(hours=hours))
        for hours in (2, 1, 3, 1)
    )
    assert list(Decision.objects.longest_wait_first()) == [first, second, third, fourth]
    for place, decision in enumerate(order := [first, second, third, fourth]):
        assert list(Decision.objects.longest_wait_first().after(decision)) == order[place + 1 :]


@pytest.fixture
def asked(cast, programme):
    """One concurrence of each kind, by name: the state of its decision, its own, whether a return made it void."""
    found = {}
    for state in DecisionState.values:
        for own in ConcurrenceState.values:
            for voided in (False, True):
                decision = files.decision_row(cast, programme, state=state)
                voided_at = clock.now() if voided else None
                name = f"{state} {own}{' void' if voided else ''}"
                found[name] = files.asked_row(decision, state=own, voided_at=voided_at)
    return found


ONCE_APPROVED = ("approved", "concurred", "issued", "superseded")


@proves(ConcurrenceQuerySet.of_officer, ConcurrenceQuerySet.asked_of, ConcurrenceQuerySet.waiting)
def test_officer_of_a_partner_finds_what_it_is_asked_or_gave_from_the_approval_on(asked, cast, programme):
    others = files.decision_row(cast, programme, state="approved")
    files.asked_row(others, files.other_agreement(programme))
    of_officer = Concurrence.objects.of_officer(cast.concurrence)
    assert names(asked, of_officer) == {f"{state} {own}" for state in ONCE_APPROVED for own in ("asked", "given")}
    assert names(asked, of_officer.waiting()) == {"approved asked"}
    for person in (cast.analyst, cast.officer, cast.approver, cast.sophie):
        assert not Concurrence.objects.of_officer(person).exists()


@proves(ConcurrenceQuerySet.counted, ConcurrenceQuerySet.awaited, ConcurrenceQuerySet.waiting)
def test_present_round_is_what_no_return_made_void_and_is_awaited_while_it_is_not_given(asked):
    assert names(asked, Concurrence.objects.counted()) == {name for name in asked if not name.endswith(" void")}
    assert names(asked, Concurrence.objects.awaited()) == {f"{state} asked" for state in DecisionState.values}
    assert names(asked, Concurrence.objects.waiting()) == {"approved asked"}


@proves(ConcurrenceQuerySet.of_officer, ConcurrenceQuerySet.asked_of)
@pytest.mark.parametrize("out", OUT)
def test_no_concurrence_is_asked_of_who_is_barred_or_not_in_office(cast, programme, out):
    barred, other = (files.asked_row(files.decision_row(cast, programme, state="approved")) for _n in range(2))
    put_out(cast.concurrence, out, barred.application_id)
    assert list(Concurrence.objects.of_officer(cast.concurrence)) == ([other] if out in ("barred", "unsure") else [])
    asked = Concurrence.objects.asked_of(cast.concurrence)  # the door says why one of them is closed
    assert set(asked) == ({barred, other} if out in ("barred", "unsure") else set())


@proves(ConcurrenceQuerySet.ever_asked_of)
def test_partner_was_once_asked_whatever_became_of_it_and_whoever_sat_there_then(asked, cast, programme):
    files.asked_row(files.decision_row(cast, programme, state="approved"), files.other_agreement(programme))
    assert names(asked, Concurrence.objects.ever_asked_of(cast.concurrence)) == set(asked)
    for person in (cast.analyst, cast.officer, cast.approver, cast.sophie, AnonymousUser()):
        assert not Concurrence.objects.ever_asked_of(person).exists()
    cast.concurrence.partner_seats.update(ends_on=clock.today() - timedelta(days=1))
    assert not Concurrence.objects.ever_asked_of(cast.concurrence).exists()


@proves(DecisionQuerySet.told)
def test_decision_is_told_once_its_letter_was_sent(cast, programme):
    told, leaving, unwritten = (files.decision_row(cast, programme, state="issued") for _n in range(3))
    for decision, state in ((told, "sent"), (leaving, "rendered")):
        Decision.objects.filter(pk=decision.pk).update(letter=files.letter_row(decision.application, state=state))
    assert set(Decision.objects.told()) == {told}
    assert unwritten.letter is None


@proves(ConcurrenceQuerySet.free_to)
def test_concurrence_is_not_free_to_whose_other_act_on_its_file_excludes_it(cast, programme):
    acted, again, free = (files.asked_row(files.decision_row(cast, programme, state="approved")) for _n in range(3))
    record_duty(acted.application_id, by=cast.concurrence, duty="screen")
    record_duty(again.application_id, by=cast.concurrence, duty="concur")
    record_duty(free.application_id, by=cast.analyst, duty="screen")
    assert set(Concurrence.objects.free_to(cast.concurrence)) == {again, free}
