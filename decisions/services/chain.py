"""The approval chain: drafted, endorsed, approved, concurred, issued; or sent back; or void."""

from django.db import transaction
from django.utils.translation import gettext as _

from applications.models import Application
from applications.states import Outcome
from audit.moves import move
from audit.rules import Refusal, WrongMoment
from audit.services import record, record_change
from decisions import checks
from decisions.models import Concurrence, Decision, DecisionShare, Step
from decisions.states import FUNDED, OPEN, Kind, State, StepKind
from programs import ledger
from work import clock


def _lock_file(application_id):
    return Application.objects.select_for_update(of=("self",), no_key=True).get(pk=application_id)


@transaction.atomic
def draft_decision(application, *, by, kind, recommendation=None, reasons_fr="", reasons_en=""):
    """Draft the decision that a file now needs. Returns the `Decision`. Called by reactions only.

    A recommendation brings its amount and its shares. A file has at most one open decision.
    """
    last = Decision.objects.filter(application=application).order_by("-number").first()
    decision = Decision.objects.create(
        application=application,
        kind=kind,
        amount=recommendation.amount if recommendation else 0,
        recommendation=recommendation,
        reasons_fr=reasons_fr,
        reasons_en=reasons_en,
        number=last.number + 1 if last else 1,
    )
    if recommendation is not None:
        DecisionShare.objects.bulk_create(
            DecisionShare(decision=decision, envelope_id=share.envelope_id, amount=share.amount)
            for share in recommendation.shares.order_by("envelope_id")
        )
    record(
        decision,
        "drafted",
        by=by,
        after=decision.state,
        given={"kind": str(kind), "amount": decision.amount, "number": decision.number},
    )
    record_change("decision", decision.public_id, application_id=application.pk)
    return decision


@transaction.atomic
def endorse(decision, *, by, note=""):
    """Give a favourable opinion. WrongMoment when the letter would have an empty field, in any of its languages."""
    _lock_file(decision.application_id)
    decision = move(decision, "endorse", by=by, given={"empty_fields": checks.empty_fields(decision)}, note=note)
    Step.objects.create(decision=decision, kind=StepKind.ENDORSED, by=by, note=note)
    return decision


@transaction.atomic
def approve(decision, *, by, note=""):
    """Approve, within the approver's dollar limit; then each concurrence that an agreement requires is asked.

    Never by the person who endorsed, or did any other duty on the file. Returns the decision.
    """
    _lock_file(decision.application_id)
    decision = move(decision, "approve", by=by, given={"amount": decision.amount}, note=note)
    Step.objects.create(decision=decision, kind=StepKind.APPROVED, by=by, note=note)
    for agreement in checks.agreements_to_concur(decision):
        concurrence = Concurrence.objects.create(
            decision=decision, application_id=decision.application_id, agreement=agreement
        )
        record(concurrence, "asked", by=by, after=concurrence.state, given={"agreement": agreement.reference})
    return decision


@transaction.atomic
def concur(concurrence, *, by, note=""):
    """Give one partner's concurrence. The last one required moves the decision. Returns the concurrence."""
    _lock_file(concurrence.application_id)
    Decision.objects.select_for_update(no_key=True).get(pk=concurrence.decision_id)
    concurrence = move(concurrence, "give", by=by, note=note)
    return concurrence


@transaction.atomic
def send_back(decision, *, by, reason, to_panel=False):
    """Send a decision back with a reason: earlier approvals are void and the chain starts over. Returns the decision.

    `to_panel` sends the whole file back to its panel: the decision is void and the reserve is released.
    """
    _lock_file(decision.application_id)
    if not checks.may_send_back_now(decision, by):
        raise WrongMoment(Refusal(_("The decision has moved on: read it again."), code="state"))
    decision = move(
        decision, "send_back", by=by, given={"reason": bool(reason.strip()), "to_panel": bool(to_panel)}, note=reason
    )
    now = clock.now()
    decision.steps.filter(voided_at__isnull=True).update(voided_at=now)
    decision.concurrences.all().delete()
    Step.objects.create(decision=decision, kind=StepKind.SENT_BACK, by=by, note=reason, voided_at=now)
    return decision


@transaction.atomic
def issue(decision, *, by):
    """Issue: each envelope commits, the file moves, the letter is queued, the award opens. All of it, or none.

    Locks the file, the decision, then the envelopes by id. A second click finds it issued and changes nothing.
    """
    application = _lock_file(decision.application_id)
    decision = Decision.objects.select_for_update(no_key=True).get(pk=decision.pk)
    if decision.state == State.ISSUED:
        return decision
    decision.application = application
    Decision.objects.filter(pk=decision.pk).update(issued_at=clock.now())
    decision = move(
        decision,
        "issue",
        by=by,
        given={
            "unauthorised": checks.unauthorised_agreements(decision),
            "kind": str(decision.kind),
            "amount": decision.amount,
        },
    )
    Step.objects.create(decision=decision, kind=StepKind.ISSUED, by=by)
    return decision


@transaction.atomic
def void_decision(application, *, by, note=""):
    """Void the open decision of a file that left. Returns it, or None without one. Called by reactions only."""
    decision = Decision.objects.filter(application=application, state__in=OPEN).first()
    if decision is None:
        return None
    return move(decision, "void", by=by, given={"reason": True}, note=note)


MOVES = {
    Kind.APPROVED: "approve",
    Kind.PARTIAL: "approve",
    Kind.INVITED: "invite",
    Kind.WAITLISTED: "waitlist",
    Kind.DECLINED: "decline",
    Kind.INELIGIBLE: "decline",
    Kind.RECONSIDERED: "uphold",
}


def settle_file(decision, *, by):
    """Commit the envelopes and move the file, as the decision says. Called by the reaction to `decision.issue`."""
    shares = [(share.envelope, share.amount) for share in decision.shares.select_related("envelope")]
    if decision.kind in FUNDED:
        ledger.commit(shares, application_id=decision.application_id, by=by, move="decision.issue")
    for earlier in Decision.objects.filter(application_id=decision.application_id, state=State.ISSUED).exclude(
        pk=decision.pk
    ):
        move(earlier, "supersede", by=by)
    given = {"outcome": str(decision.kind), "amount": decision.amount}
    return move(decision.application, MOVES[Kind(decision.kind)], by=by, given=given)


KIND_OF = {
    Outcome.APPROVED: Kind.APPROVED,
    Outcome.PARTIAL: Kind.PARTIAL,
    Outcome.INVITED: Kind.INVITED,
    Outcome.WAITLISTED: Kind.WAITLISTED,
    Outcome.DECLINED: Kind.DECLINED,
}
