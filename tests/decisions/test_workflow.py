"""Every state × every person × every move of the approval chain, written as tables that a person can read."""

import pytest

from audit.actors import CLOCK
from decisions import services
from decisions.models import Concurrence, Decision, Step
from decisions.selectors import UNSHOWN
from decisions.states import ConcurrenceState, DecisionState
from moves.machine import move
from moves.refusals import Forbidden, WrongMoment
from moves.services import declare_standing
from moves.transitions import Reason
from tests.decisions import files
from work import clock

pytestmark = pytest.mark.django_db

MOVES = {
    "endorse": lambda d, by: services.endorse(d, by=by, edition=UNSHOWN),
    "approve": lambda d, by: services.approve(d, by=by, edition=UNSHOWN),
    "send_back": lambda d, by: services.send_back(d, by=by, reason="À revoir.", edition=UNSHOWN),
    "issue": lambda d, by: services.issue(d, by=by, edition=UNSHOWN),
    "concur": lambda d, by: move(d, Decision.concur, by=by),
    "void": lambda d, by: move(d, Decision.void, by=by, given=Reason("Non.")),
    "supersede": lambda d, by: move(d, Decision.supersede, by=by),
}
PEOPLE = (
    "officer", "screener", "ana", "chair", "endorser", "approver", "finance", "auditor", "administrator",
    "analyst", "concurrence", "sophie", "olivier", "emily",
)  # fmt: skip
# Who may, whatever the state; where the state is wrong they read 409, everybody else 403.
WHO = {
    "endorse": {"endorser"},
    "approve": {"approver"},
    "send_back": {"endorser", "approver"},
    "issue": {"officer"},
    "concur": set(),
    "void": set(),
    "supersede": set(),
}
# What each state lets through: (state, move) → the state it leads to.
ALLOWED = {
    (DecisionState.DRAFT, "endorse"): DecisionState.ENDORSED,
    (DecisionState.ENDORSED, "approve"): DecisionState.APPROVED,
    (DecisionState.ENDORSED, "send_back"): DecisionState.DRAFT,
    (DecisionState.APPROVED, "send_back"): DecisionState.DRAFT,
    (DecisionState.APPROVED, "issue"): DecisionState.ISSUED,
    (DecisionState.CONCURRED, "send_back"): DecisionState.DRAFT,
    (DecisionState.CONCURRED, "issue"): DecisionState.ISSUED,
}
# A second click on Issue finds it issued, and changes nothing.
AGAIN = {(DecisionState.ISSUED, "issue")}


@pytest.fixture
def draft(cast, programme):
    decision = files.recommended_file(cast, programme, amount="60000.00")
    for person in {*PEOPLE} - {"chair", "sophie", "olivier", "emily"}:
        declare_standing(decision.application_id, user=getattr(cast, person), standing="clear")
    return decision


@pytest.mark.parametrize("state", DecisionState.values)
def test_decision_moves_only_for_whom_and_when_its_table_says(draft, cast, state):
    Decision.objects.filter(pk=draft.pk).update(state=state)
    asked = (DecisionState.APPROVED, DecisionState.CONCURRED, DecisionState.ISSUED, DecisionState.SUPERSEDED)
    partner = {"concurrence"} if state in asked else set()
    if partner:  # a concurrence of the round makes its officer one who may send back, as long as it is the moment
        agreement = draft.shares.get().envelope.agreement
        Concurrence.objects.create(
            decision=draft, application=draft.application, agreement=agreement,
            state=ConcurrenceState.ASKED if state == DecisionState.APPROVED else ConcurrenceState.GIVEN,
        )  # fmt: skip
    found, expected = {}, {}
    for name, make in MOVES.items():
        for person in PEOPLE:
            may = person in WHO[name] or (name == "send_back" and person in partner)
            target = ALLOWED.get((DecisionState(state), name))
            if name == "issue" and state == DecisionState.APPROVED:
                target = None  # the concurrence of this table is not given yet
            if not may:
                expected[name, person] = 403
            elif target:
                expected[name, person] = str(target)
            elif (DecisionState(state), name) in AGAIN:
                expected[name, person] = str(state)
            else:
                expected[name, person] = 409
            found[name, person] = outcome(make, draft, getattr(cast, person))
    assert found == expected


def outcome(make, thing, by):
    """403, 409, or the state that the move led to; nothing of it is kept."""
    from django.db import transaction

    kept = transaction.savepoint()
    try:
        make(type(thing).objects.get(pk=thing.pk), by)
        return str(type(thing).objects.get(pk=thing.pk).state)
    except Forbidden:
        return 403
    except WrongMoment:
        return 409
    finally:
        transaction.savepoint_rollback(kept)


def test_nobody_and_no_clock_moves_what_only_a_reaction_moves(draft):
    for step in (Decision.concur, Decision.void, Decision.supersede):
        with pytest.raises(Forbidden):
            move(draft, step, by=CLOCK, given=Reason("x"))


# Concurrences


@pytest.mark.parametrize(
    ("state", "decided", "expected"),
    [("asked", "approved", "given"), ("asked", "endorsed", 409), ("asked", "draft", 409), ("given", "concurred", 409)],
)
def test_concurrence_is_given_by_the_partners_officer_while_the_decision_waits_for_it(
    draft, cast, state, decided, expected
):
    Decision.objects.filter(pk=draft.pk).update(state=decided)
    agreement = draft.shares.get().envelope.agreement
    concurrence = Concurrence.objects.create(
        decision=draft, application=draft.application, agreement=agreement, state=state
    )
    found = {
        person: outcome(lambda c, by: services.concur(c, by=by), concurrence, getattr(cast, person))
        for person in PEOPLE
    }
    assert found == {person: expected if person == "concurrence" else 403 for person in PEOPLE}


# Letters


def test_each_step_keeps_who_and_when(cast, programme):
    decision = files.issued(cast, programme)
    steps = list(Step.objects.filter(decision=decision).order_by("id").values_list("kind", "by__email"))
    assert steps == [
        ("endorsed", cast.endorser.email),
        ("approved", cast.approver.email),
        ("issued", cast.officer.email),
    ]
    assert all(step.at == clock.now() or step.at == files.DECIDED_AT for step in decision.steps.all())
