"""What follows in this app from moves below it: the call that is cancelled takes every open decision with it."""

from datetime import timedelta

import pytest

from applications.models import Application
from applications.states import ApplicationState
from audit.models import Entry
from awards.models import Award
from decisions import services
from decisions.models import Decision
from decisions.selectors import UNSHOWN
from decisions.states import DecisionKind, DecisionState
from funding import ledger
from funding.models import Envelope
from letters.models import Letter
from programs.services.calls import cancel_call
from tests.decisions import files
from tests.decisions.files import D
from work import clock

pytestmark = pytest.mark.django_db


def cancel_the_call(cast, decision):
    with clock.at(files.DECIDED_AT):
        cancel_call(decision.application.call, by=cast.officer, reason="Le ministère retire ses fonds.")


@pytest.mark.parametrize("make", [files.recommended_file, files.endorsed, files.approved, files.concurred])
def test_call_that_is_cancelled_makes_the_open_decisions_of_its_files_void(cast, programme, make):
    decision = make(cast, programme, amount="75000.01")
    cancel_the_call(cast, decision)
    decision = Decision.objects.get(pk=decision.pk)
    assert (decision.state, decision.application.state) == (DecisionState.VOID, ApplicationState.CANCELLED)
    entry = Entry.objects.get(verb="decision.void")
    assert (entry.fired_by, entry.actor_id) == ("application.cancel", cast.officer.pk)
    assert Envelope.objects.get(pk=decision.shares.get().envelope_id).reserved == D("0.00")
    assert ledger.reconcile() == []


def test_call_that_is_cancelled_leaves_what_is_over_as_it_was(cast, programme):
    """Its letter was sent."""
    decision = files.sent(cast, programme, amount="60000.00").decision
    cancel_the_call(cast, decision)
    decision = Decision.objects.get(pk=decision.pk)
    assert (decision.state, decision.application.state) == (DecisionState.ISSUED, ApplicationState.APPROVED)
    assert Envelope.objects.get(pk=decision.shares.get().envelope_id).committed == D("60000.00")


def test_award_under_reconsideration_gives_its_money_back_when_its_call_is_cancelled(cast, programme):
    decision = files.issued(cast, programme, amount="60000.00")
    Letter.objects.update(state="served", sent_at=files.DECIDED_AT, served_at=files.DECIDED_AT)
    with clock.at(files.DECIDED_AT):
        services.ask_reconsideration(decision.application, by=cast.sophie, reason="Un fait a été oublié.")
    cancel_the_call(cast, decision)
    answer = Decision.objects.get(kind=DecisionKind.RECONSIDERED)
    envelope = Envelope.objects.get(pk=decision.shares.get().envelope_id)
    assert (answer.state, envelope.committed) == (DecisionState.VOID, D("0.00"))
    assert Award.objects.get().superseded_at == files.DECIDED_AT
    assert list(envelope.entries.values_list("kind", "move").order_by("-id")[:1]) == [("release", "application.cancel")]
    assert ledger.reconcile() == []


def test_issue_stops_the_clock_of_the_file_and_tells_nothing(cast, programme):
    decision = files.approved(cast, programme)
    Application.objects.update(due=files.DECIDED_AT, due_left=timedelta(days=3), outcome_at=files.RECOMMENDED_AT)
    with clock.at(files.DECIDED_AT):
        application = services.issue(decision, by=cast.officer, edition=UNSHOWN).application
    assert (application.due, application.due_left, application.outcome_at) == (None, None, files.RECOMMENDED_AT)
    assert (application.last_told, application.public_state) == ("", "being_assessed")
