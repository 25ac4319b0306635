"""What waits for each person of the approval chain and of the partner: what is in each list, what is not, the order.

The rows are made as such: how a decision comes to its state is told elsewhere.
"""

from datetime import timedelta

import pytest
from django.utils.translation import override

from accounts.models import ClusterAppointment
from decisions.models import Concurrence, Decision
from decisions.selectors import work_for
from decisions.states import DecisionState
from funding.models import Agreement, Partner
from letters.models import Letter
from moves.services import declare_standing, record_duty
from programs.models import Appointment
from tests.decisions.files import DECIDED_AT, submitted_row
from tests.files import another, another_call, another_cluster
from work import clock

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def now(clock_at):
    clock_at(DECIDED_AT)


@pytest.fixture
def file(cast, programme):
    return submitted_row(cast, programme)


@pytest.fixture
def foreign(file):
    """A call of another cluster."""
    return another_call(file.call, cluster=another_cluster())


@pytest.fixture
def decide(file):
    """`decide("draft", days=3)`: a decision on a file of its own, in this state since as many days."""

    def make(state, *, days=1, kind="approved", **columns):
        return Decision.objects.create(
            application=another(file, **columns), kind=kind, state=DecisionState(state),
            since=DECIDED_AT - days * DAY,
        )  # fmt: skip

    return make


@pytest.fixture
def ask(file):
    """`ask(decision)`: the concurrence that its partner is asked for."""
    own = Agreement.objects.get(reference="MEIE-2026-114")

    def make(decision, *, agreement=own, days=1, state="asked", **columns):
        return Concurrence.objects.create(
            decision=decision, application=decision.application, agreement=agreement, state=state,
            asked_at=DECIDED_AT - days * DAY, **columns,
        )  # fmt: skip

    return make


def told(user, **more):
    with override("en"):
        return [(str(line.what), *line.link.args) for line in work_for(user, **more)]


def lines(what, *decisions):
    return [(what, decision.application.reference) for decision in decisions]


def end_roles(user):
    yesterday = clock.today() - DAY
    for held in (Appointment, ClusterAppointment):
        held.objects.filter(user=user).update(ends_on=yesterday)
    user.partner_seats.update(ends_on=yesterday)


@pytest.mark.parametrize(
    ("person", "state", "kind", "what"),
    [
        ("endorser", "draft", "approved", "Endorse"),
        ("chloe", "draft", "reconsidered", "Give an opinion"),
        ("approver", "endorsed", "approved", "Approve"),
        ("officer", "approved", "approved", "Issue the decision"),
        ("officer", "concurred", "approved", "Issue the decision"),
    ],
)
def test_next_step_of_a_decision_waits_for_its_person_the_oldest_first(
    cast, decide, foreign, programme, person, state, kind, what
):
    Appointment.objects.create(user=cast.chloe, program=programme, cluster=programme.cluster, role="reconsiderer")
    user = getattr(cast, person)
    second, third, first = (decide(state, kind=kind, days=days) for days in (2, 1, 3))
    others = [decide(one) for one in DecisionState.values if one not in (state, "approved", "concurred")]
    decide(state, kind=kind, call=foreign)
    barred = decide(state, kind=kind)
    declare_standing(barred.application_id, user=user, standing="conflict")
    mine = lines(what, first, second, third)
    assert told(user)[:3] == mine
    under_way = [one for one in others if one.state in ("draft", "endorsed")]
    assert told(user)[3:] == (lines("Decision under way", *under_way) if person == "officer" else [])
    assert told(user, limit=1)[:1] == mine[:1]
    assert len(told(user, limit=1)) == (2 if person == "officer" else 1)
    end_roles(user)
    assert told(user) == []


def test_officer_is_told_of_each_decision_under_way_and_whom_it_waits_for(cast, decide, ask, foreign):
    asked = decide("approved", days=2)
    ask(asked)
    endorsed, draft = decide("endorsed", days=1), decide("draft", days=3)
    for state in ("issued", "void", "superseded"):
        decide(state)
    decide("draft", call=foreign)
    declare_standing(decide("endorsed").application_id, user=cast.officer, standing="unsure")
    with override("en"):
        found = [(line.what, *line.link.args, line.waits_for) for line in work_for(cast.officer)]
    assert found == [
        ("Decision under way", draft.application.reference, "the endorser"),
        ("Decision under way", asked.application.reference, "the ministry"),
        ("Decision under way", endorsed.application.reference, "the approver"),
    ]
    assert told(cast.officer, limit=1) == lines("Decision under way", draft)


def test_decision_waits_for_its_partner_until_every_concurrence_of_this_round_is_given(cast, decide, ask):
    decision = decide("approved")
    asked = ask(decision)
    ask(decision, voided_at=DECIDED_AT)
    assert told(cast.officer) == lines("Decision under way", decision)
    Concurrence.objects.filter(pk=asked.pk).update(state="given")
    assert told(cast.officer) == lines("Issue the decision", decision)


def test_officer_is_told_of_the_letters_that_could_not_be_sent_the_oldest_first(cast, decide, foreign):
    def fail(state="failed", *, days=1, decided=True, **columns):
        decision = decide("issued", **columns)
        letter = Letter.objects.create(
            application=decision.application, kind="approved", code=f"C{decision.pk}", language="fr", state=state,
            regime="fr_prevails", since=DECIDED_AT - days * DAY,
        )  # fmt: skip
        if decided:
            Decision.objects.filter(pk=decision.pk).update(letter=letter)
        return decision

    second, third, first = fail(days=2), fail(days=1), fail(days=3)
    for state in ("queued", "sent"):
        fail(state)
    fail(decided=False), fail(call=foreign)
    declare_standing(fail().application_id, user=cast.officer, standing="conflict")
    failed = lines("A letter could not be sent", first, second, third)
    assert told(cast.officer) == failed
    assert told(cast.officer, limit=1) == failed[:1]
    assert told(cast.chair) == told(cast.screener) == []


def test_partner_is_told_of_the_concurrences_it_is_asked_for_the_oldest_first(cast, decide, ask, foreign):
    own = Agreement.objects.get(reference="MEIE-2026-114")
    other = Partner.objects.create(cluster=own.cluster, short_name="AUTRE", name_fr="Autre", name_en="Other")
    theirs = Agreement.objects.create(
        partner=other, cluster=own.cluster, reference="AUTRE", title_fr="Autre", title_en="Other",
        starts_on=own.starts_on, ends_on=own.ends_on, language_regime="fr_prevails",
    )  # fmt: skip
    second, third, first = (ask(decide("approved"), days=days) for days in (2, 1, 3))
    ask(decide("approved"), agreement=theirs), ask(decide("approved"), state="given")
    ask(decide("approved"), voided_at=DECIDED_AT)
    for state in ("draft", "endorsed", "concurred", "issued", "void", "superseded"):
        ask(decide(state))
    declare_standing(ask(decide("approved")).application_id, user=cast.concurrence, standing="unsure")
    record_duty(ask(decide("approved")).application_id, by=cast.concurrence, duty="screen")
    record_duty(third.application_id, by=cast.concurrence, duty="concur")  # the same act again: no exclusion
    asked = [("Concur", one.public_id) for one in (first, second, third)]
    assert told(cast.concurrence) == asked
    assert told(cast.concurrence, limit=1) == asked[:1]
    assert told(cast.analyst) == []
    end_roles(cast.concurrence)
    assert told(cast.concurrence) == []


@pytest.mark.parametrize("name", ["ana", "chair", "screener", "finance", "auditor", "administrator", "sophie"])
def test_nothing_of_the_chain_waits_for_anybody_else(cast, decide, ask, name):
    for state in DecisionState.values:
        ask(decide(state))
    assert told(getattr(cast, name)) == []
