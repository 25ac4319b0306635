"""What follows in this room from moves in the rooms below, and from its own, in the same transaction."""

from audit.moves import after, move
from decisions.models import Concurrence, Decision
from decisions.services.chain import KIND_OF, draft_decision, settle_file, void_decision
from decisions.services.letters import queue_letter
from decisions.states import Kind
from reviews.models import Recommendation
from work import clock


@after("application.recommend")
def draft_what_was_recommended(application, *, by, given, note, entry):
    """The recommendation becomes the draft of a decision."""
    standing = Recommendation.objects.get(application=application, voided_at__isnull=True)
    draft_decision(
        application,
        by=by,
        kind=KIND_OF[standing.outcome],
        recommendation=standing,
        reasons_fr=standing.reasons_fr,
        reasons_en=standing.reasons_en,
    )


@after("application.find_ineligible")
def draft_the_ineligibility(application, *, by, given, note, entry):
    """A finding of ineligibility is a decision like any other: it has a letter and a right of review."""
    void_decision(application, by=by)
    failed = application.findings.filter(passed=False).order_by("id")
    reasons = "\n".join(finding.reason for finding in failed if finding.reason)
    draft_decision(application, by=by, kind=Kind.INELIGIBLE, reasons_fr=reasons, reasons_en=reasons)


@after("application.ask_reconsideration")
def draft_the_reconsideration(application, *, by, given, note, entry):
    """Somebody who took no part will decide it."""
    draft_decision(application, by=by, kind=Kind.RECONSIDERED)


@after("application.withdraw")
@after("application.cancel")
def void_what_was_open(application, *, by, given, note, entry):
    """The file left: there is nothing to decide."""
    void_decision(application, by=by)


@after("application.return_to_panel")
def void_what_was_returned(application, *, by, given, note, entry):
    """The panel recommends again: the decision it had drafted is void."""
    void_decision(application, by=by, note=note)


@after("decision.send_back")
def return_the_file(decision, *, by, given, note, entry):
    """Sent back to the panel, and not only to the start of the chain."""
    if given.get("to_panel"):
        move(decision.application, "return_to_panel", by=by, given={"reason": given.get("reason")}, note=note)


@after("concurrence.give")
def move_the_decision(concurrence, *, by, given, note, entry):
    """The last concurrence required moves the decision."""
    Concurrence.objects.filter(pk=concurrence.pk).update(given_at=clock.now(), by=by)
    decision = Decision.objects.get(pk=concurrence.decision_id)
    if not decision.concurrences.exclude(state="given").exists():
        move(decision, "concur", by=by)


@after("decision.issue")
def carry_out(decision, *, by, given, note, entry):
    """Envelopes commit, the file moves, the letter is queued."""
    settle_file(decision, by=by)
    queue_letter(decision, by=by)
