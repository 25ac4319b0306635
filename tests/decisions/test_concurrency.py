"""Real connections: two issues for the last dollars, an issue against a withdrawal, two clicks, two concurrences."""

from applications.models import Application
from awards.models import Award
from decisions import services
from decisions.models import Decision
from decisions.selectors import UNSHOWN
from funding import ledger
from funding.models import Envelope, LedgerEntry
from funding.money import Cause
from letters.models import Letter
from moves.machine import move
from moves.refusals import WrongMoment
from moves.transitions import Reason
from tests.databases import at_once
from tests.decisions import files
from tests.decisions.files import D
from work import clock


def test_two_issues_for_the_last_dollars_never_both_pass(committed_db, cast, programme):
    first = files.approved(cast, programme, amount="60000.00")
    second = files.approved(cast, programme, company="precision", amount="60000.00")
    envelope = files.envelopes(programme)[0]
    # What the second had reserved was taken back by somebody; the envelope can now hold one of them only.
    ledger.release(
        [(envelope, D("60000.00"))],
        from_="reserved",
        application_id=second.application_id,
        by=cast.finance,
        because=Cause.VOID_RECOMMENDATION,
    )
    left = ledger.available(Envelope.objects.get(pk=envelope.pk))
    ledger.lapse(envelope, by=cast.finance, amount=left)
    with clock.at(files.DECIDED_AT):
        outcomes = at_once(
            lambda: services.issue(first, by=cast.officer, edition=UNSHOWN),
            lambda: services.issue(second, by=cast.officer, edition=UNSHOWN),
        )
    envelope = Envelope.objects.get(pk=envelope.pk)
    assert [type(one).__name__ for one in outcomes] == ["Decision", "WrongMoment"] or isinstance(
        outcomes[1], WrongMoment
    )
    assert (envelope.committed, envelope.reserved, envelope.free) == (D("60000.00"), D("0.00"), D("0.00"))
    assert Award.objects.count() == Letter.objects.count() == 1
    assert ledger.reconcile() == []


def test_two_clicks_issue_once(committed_db, cast, programme):
    decision = files.approved(cast, programme, amount="60000.00")
    with clock.at(files.DECIDED_AT):
        outcomes = at_once(*[lambda: services.issue(decision, by=cast.officer, edition=UNSHOWN)] * 3)
    assert [one.state for one in outcomes] == ["issued"] * 3
    assert Award.objects.count() == Letter.objects.count() == 1
    assert LedgerEntry.objects.filter(kind="commit").count() == 1


def test_issue_and_withdrawal_at_once_end_in_a_withdrawal_and_no_deadlock(committed_db, cast, programme):
    decision = files.approved(cast, programme, amount="60000.00")
    application = decision.application
    with clock.at(files.DECIDED_AT):
        issued, withdrawn = at_once(
            lambda: services.issue(decision, by=cast.officer, edition=UNSHOWN),
            lambda: move(application, Application.withdraw, by=cast.sophie, given=Reason("Projet abandonné.")),
        )
    assert not isinstance(withdrawn, Exception), withdrawn
    decision = Decision.objects.get(pk=decision.pk)
    envelope = Envelope.objects.get(pk=decision.shares.get().envelope_id)
    assert (envelope.reserved, envelope.committed) == (D("0.00"), D("0.00"))
    assert (decision.state, decision.application.state) == ("void", "withdrawn")
    if isinstance(issued, Exception):
        assert (type(issued), decision.issued_at, Letter.objects.count()) == (WrongMoment, None, 0)
    else:  # issued first, then undone: its letter never leaves
        assert (decision.issued_at, Letter.objects.get().state) == (files.DECIDED_AT, "withheld")
    assert ledger.reconcile() == []


def test_concurrence_given_twice_at_once_moves_the_decision_once(committed_db, cast, programme):
    decision = files.approved(cast, programme, amount="75000.01")
    files.declare(cast, decision, "concurrence")
    concurrence = decision.concurrences.get()
    with clock.at(files.DECIDED_AT):
        outcomes = at_once(*[lambda: services.concur(concurrence, by=cast.concurrence)] * 2)
    assert sorted(type(one).__name__ for one in outcomes) == ["Concurrence", "WrongMoment"]
    decision = Decision.objects.get(pk=decision.pk)
    assert (decision.state, decision.steps.filter(kind="concurred").count()) == ("concurred", 1)
