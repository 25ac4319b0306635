"""What follows in this app from moves in the apps below, and from its own, in the same transaction."""

from applications.models import Application
from applications.states import ApplicationState
from decisions.models import Concurrence, Decision
from decisions.services.chain import KIND_OF, draft_decision, release_commitment, settle_file, void_decision
from decisions.services.letters import queue_letter
from decisions.states import DecisionKind
from moves.machine import after, move
from programs.selectors import policy_of
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
    void_decision(application, by=by, note=note or entry.verb)
    draft_decision(
        application,
        by=by,
        kind=DecisionKind.INELIGIBLE,
        reasons_fr=ineligibility_reasons(application, "fr"),
        reasons_en=ineligibility_reasons(application, "en"),
    )


def ineligibility_reasons(application, language):
    """One line a failed item: what was checked, in `language`, and the officer's reason as it was written."""
    items = policy_of(application.call).screening.items if application.call.rules_id else ()
    labels = {item.key: item.label.in_language(language) for item in items}
    colon = "\u00a0: " if language == "fr" else ": "
    lines = []
    for finding in application.findings.filter(passed=False).order_by("id"):
        label = getattr(finding, f"own_{language}") or labels.get(finding.item, "")
        lines.append(colon.join(part for part in (label, finding.reason.strip()) if part))
    return "\n".join(line for line in lines if line)


@after("application.ask_reconsideration")
def draft_the_reconsideration(application, *, by, given, note, entry):
    """Somebody who took no part will decide it."""
    draft_decision(application, by=by, kind=DecisionKind.RECONSIDERED)


@after("application.reopen")
@after("application.reopen_screening")
def void_the_answer(application, *, by, given, note, entry):
    """Another panel, or another screening, decides: no answer is drafted, and what it will be is told by its letter."""
    void_decision(application, by=by, note=note or entry.verb)
    Application.objects.filter(pk=application.pk).update(outcome_at=None)


@after("application.withdraw")
@after("application.cancel")
def void_what_was_open(application, *, by, given, note, entry):
    """The file left: there is nothing to decide, and an award under reconsideration gives its money back."""
    void_decision(application, by=by, note=note or entry.verb)
    if entry.before == ApplicationState.IN_RECONSIDERATION and application.origin == ApplicationState.APPROVED:
        release_commitment(application, by=by, because=entry.verb)


@after("application.return_to_panel")
def void_what_was_returned(application, *, by, given, note, entry):
    """The panel recommends again: the decision it had drafted is void."""
    void_decision(application, by=by, note=note)


@after("decision.send_back")
def return_the_file(decision, *, by, given, note, entry):
    """Sent back to the panel, and not only to the start of the chain."""
    if given.get("to_panel"):
        move(decision.application, "return_to_panel", by=by, note=note)


@after("concurrence.give")
def move_the_decision(concurrence, *, by, given, note, entry):
    """The last concurrence required moves the decision."""
    Concurrence.objects.filter(pk=concurrence.pk).update(given_at=clock.now(), by=by)
    decision = Decision.objects.get(pk=concurrence.decision_id)
    if not decision.concurrences.standing().exclude(state="given").exists():
        move(decision, "concur", by=by)


@after("decision.issue")
def carry_out(decision, *, by, given, note, entry):
    """Envelopes commit, the file moves, the letter is queued."""
    settle_file(decision, by=by)
    queue_letter(decision, by=by)
