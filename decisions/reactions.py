"""What follows in this app from moves in the apps below, and from its own, in the same transaction."""

from applications.models import Application
from applications.services.clocks import start_clock
from applications.states import Outcome, PublicState
from decisions.models import Concurrence, Decision
from decisions.rules import Return
from decisions.selectors import decided_in, ineligibility_reasons
from decisions.services import messages
from decisions.services.chain import (
    SETTLES,
    draft_decision,
    release_commitment,
    settle_file,
    told_by,
    void_decision,
    withhold_decisions,
    write_letter,
)
from decisions.states import RECOMMENDED_AS, DecisionKind, ReturnTo
from funding import ledger
from funding.money import Cause
from letters.models import Letter
from moves.machine import firing, move
from moves.registry import Made, after, subject_name
from moves.transitions import Facts, Input, Move, NoFacts, Reason
from reviews.models import Recommendation
from reviews.rules import REVIEWS_CHANGED
from work import clock
from work.texts import Text


@after(Application.recommend)
def draft_what_was_recommended(application: Application, made: Made[Facts, Input]) -> None:
    """The recommendation becomes the draft of a decision."""
    recommendation = Recommendation.objects.standing().get(application=application)
    draft_decision(
        application,
        by=made.by,
        kind=RECOMMENDED_AS[Outcome(recommendation.outcome)],
        recommendation=recommendation,
        reasons_fr=recommendation.reasons_fr,
        reasons_en=recommendation.reasons_en,
    )


@after(Application.find_ineligible, fires=(Decision.void,))
def draft_the_ineligibility(application: Application, made: Made[Facts, Input]) -> None:
    """A finding of ineligibility is a decision like any other: it has a letter and a right of review."""
    void_decision(application, by=made.by, note=made.words or made.entry.verb)
    draft_decision(
        application,
        by=made.by,
        kind=DecisionKind.INELIGIBLE,
        reasons_fr=ineligibility_reasons(application, "fr"),
        reasons_en=ineligibility_reasons(application, "en"),
    )


@after(Application.ask_reconsideration)
def draft_the_reconsideration(application: Application, made: Made[Facts, Input]) -> None:
    """Somebody who took no part will decide it, within the days that the programme says. Its applicant reads so until
    the letter of the answer."""
    application.last_told, application.last_told_at = PublicState.IN_RECONSIDERATION, application.since
    application.save(update_fields=["last_told", "last_told_at"])
    start_clock(application)
    draft_decision(application, by=made.by, kind=DecisionKind.RECONSIDERED)


@after(Application.reopen, Application.reopen_screening, fires=(Decision.void,))
def void_the_answer(application: Application, made: Made[Facts, Input]) -> None:
    """Another panel, or another screening, decides: no answer is drafted, and what it will be is told by its letter."""
    void_decision(application, by=made.by, note=made.words or made.entry.verb)


@after(Application.withdraw, Application.cancel, fires=(Decision.void, Decision.withhold, Letter.withhold))
def undo_what_was_decided(application: Application, made: Made[Facts, Input]) -> None:
    """The file left: there is nothing to decide, what was issued and not sent is undone, and what the file still has
    committed, by that or by an award under reconsideration, goes back. Whoever acted on the decision is told."""
    note = made.words or made.entry.verb
    undone = withhold_decisions(application, by=made.by, note=note)
    if decision := void_decision(application, by=made.by, note=note):
        undone.append(decision)
    release_commitment(application, by=made.by, because=Cause(made.entry.verb))
    ledger.tell_given_back(application.pk, at=clock.now())
    for decision in undone:
        messages.tell_undone(decision, by=made.by)


@after(Application.return_to_panel, fires=(Decision.void,))
def void_what_went_back_to_the_panel(application: Application, made: Made[Facts, Input]) -> None:
    """The panel recommends again. By itself it does where the reviews that count changed."""
    _void_what_was_returned(application, made, to=ReturnTo.PANEL, reason=Text.of(REVIEWS_CHANGED))


@after(Application.return_to_screening, fires=(Decision.void,))
def void_what_went_back_to_screening(application: Application, made: Made[Facts, Input]) -> None:
    """The file is screened again."""
    _void_what_was_returned(application, made, to=ReturnTo.SCREENING, reason=made.words)


def _void_what_was_returned(
    application: Application, made: Made[Facts, Input], *, to: ReturnTo, reason: str | Text
) -> None:
    """The decision is void. Sent back by a person, its return is told by that act; else here, for this reason."""
    asked = {person for decision in application.decisions.open() for person in messages.asked_for_step(decision)}
    decision = void_decision(application, by=made.by, note=made.words)
    if decision is not None and subject_name(Decision) + ".send_back" not in firing():
        messages.tell_returned(decision, by=made.by, reason=reason, to=to, asked=asked)


RETURNS: dict[ReturnTo, Move[Application, NoFacts, Reason]] = {
    ReturnTo.PANEL: Application.return_to_panel,
    ReturnTo.SCREENING: Application.return_to_screening,
}


@after(Decision.send_back, fires=tuple(RETURNS.values()))
def return_the_file(decision: Decision, made: Made[Facts, Return]) -> None:
    """Sent back to what came before the decision, and not only to the start of the chain."""
    if step := RETURNS.get(made.given.back_to):
        move(decision.application, step, by=made.by, given=Reason(made.words))


@after(Concurrence.give, fires=(Decision.concur,))
def move_the_decision(concurrence: Concurrence, made: Made[Facts, Input]) -> None:
    """The last concurrence required moves the decision."""
    Concurrence.objects.filter(pk=concurrence.pk).update(given_at=clock.now(), by_id=made.by.pk)
    decision = Decision.objects.get(pk=concurrence.decision_id)
    if not decision.concurrences.awaited().exists():
        move(decision, Decision.concur, by=made.by)


@after(
    Decision.issue,
    fires=(*SETTLES, Application.uphold, Decision.supersede),
)
def carry_out(decision: Decision, made: Made[Facts, Input]) -> tuple[Letter]:
    """Envelopes commit, the file moves, the letter is queued."""
    settle_file(decision, by=made.by)
    return (write_letter(decision),)


@after(Letter.send)
def tell_the_outcome(letter: Letter, made: Made[Facts, Input]) -> tuple[Application, Decision] | None:
    """From now on the applicant may know, and so may those who pay."""
    decision = decided_in(letter)
    if decision is None:
        return None
    application = Application.objects.get(pk=decision.application_id)
    assert letter.sent_at is not None  # the move that was just made says when
    application.outcome_at = application.last_told_at = application.updated_at = letter.sent_at
    application.last_told = told_by(decision)
    application.save(update_fields=["outcome_at", "last_told", "last_told_at", "updated_at"])
    ledger.tell(application.pk, at=letter.sent_at)
    return application, decision


@after(Letter.fail)
def tell_the_officers(letter: Letter, made: Made[Facts, Input]) -> None:
    """The letter of a decision could not be made or sent: they may try again on the decision's page."""
    if decided_in(letter):
        messages.tell_failed(letter)
