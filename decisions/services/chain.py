"""The approval chain: drafted, endorsed, approved, concurred, issued; or sent back; or void."""

from django.db import transaction
from django.utils.translation import gettext_lazy

from accounts.models import User
from applications.models import Application
from applications.rules import Decided
from applications.services.clocks import stop_clock
from applications.states import ApplicationState, PublicState
from audit.actors import Actor
from audit.services import record
from decisions import checks, rules
from decisions.models import Concurrence, Decision, DecisionShare, Step
from decisions.selectors.chain import superseded_by, unsent_of
from decisions.selectors.editions import AsRead, Edition, is_edition
from decisions.services import messages
from decisions.states import FUNDED, DecisionKind, DecisionState, ReturnTo, StepKind
from decisions.subjects import subject_of
from funding import ledger
from funding.money import Bucket, Cause
from letters.models import Letter
from letters.services import queue_letter, withhold_letter
from moves.machine import ask_who, move
from moves.refusals import Forbidden, Refusal, WrongMoment
from moves.registry import ways
from moves.transitions import Move, MoveOf, NoFacts, Reason
from reviews.models import Recommendation
from work import clock
from work.versions import says, write_over

CHANGED = gettext_lazy(
    "This decision is no longer the one that your page showed: it was changed, or made again, meanwhile. Here it is "
    "as it is now: read it again, then confirm."
)
WHO_EDITS = gettext_lazy("Only an officer of the programme, or whoever gives the first opinion, edits the reasons.")


def lock_file(application_id: int) -> Application:
    """The file, locked: the first lock of every act on it."""
    return Application.objects.select_for_update(of=("self",), no_key=True).get(pk=application_id)


class DecisionOvertaken(WrongMoment):
    """The decision is no longer the edition that was read: nothing was done, and its reader reads it again."""

    def __init__(self) -> None:
        super().__init__(Refusal(CHANGED, code="edition"))


def _as_read(decision: Decision, step: MoveOf[Decision], *, by: User, edition: AsRead) -> None:
    """DecisionOvertaken where the decision is not, or not as, `by` had read it; Forbidden for the wrong person. The
    file stays locked: nobody changes it before the step."""
    if not isinstance(edition, Edition):
        return
    lock_file(decision.application_id)
    decision = Decision.objects.get(pk=decision.pk)
    # A return undoes the acts that stand: none that its page did not show. Any other step is of one state alone.
    if is_edition(decision, edition, with_acts=step is Decision.send_back):
        return
    ask_who(decision, step, by=by)  # whom it is not for is not told that it changed
    raise DecisionOvertaken


@transaction.atomic
def draft_decision(
    application: Application,
    *,
    by: Actor,
    kind: DecisionKind,
    recommendation: Recommendation | None = None,
    reasons_fr: str = "",
    reasons_en: str = "",
) -> Decision:
    """Draft the decision that a file now needs. Returns the `Decision`. Called by reactions only.

    A recommendation brings its amount and its shares. A file has at most one open decision.
    """
    last = application.decisions.latest_first().first()
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
            for share in recommendation.shares.all()
        )
    record(
        decision,
        "decision.draft",
        by=by,
        after=decision.state,
        given={"kind": str(kind), "amount": decision.amount, "number": decision.number},
    )
    messages.tell_next(decision)
    return decision


@transaction.atomic
def edit_reasons(decision: Decision, *, by: User, reasons_fr: str, reasons_en: str, version: int) -> Decision:
    """Write the reasons that the letter gives, while the decision is a draft. Returns the decision.

    `version` is the one that was read: Overtaken when somebody wrote others since. What the recommendation said stays
    with the recommendation. The trail keeps digests of both texts, not the texts.
    """
    lock_file(decision.application_id)
    decision = Decision.objects.select_for_update(no_key=True).get(pk=decision.pk)
    if not rules.may_edit_reasons(decision, by):
        raise Forbidden(WHO_EDITS)
    if refusal := rules.reasons_can_change(decision):
        raise WrongMoment(refusal)
    texts = {"reasons_fr": reasons_fr.strip(), "reasons_en": reasons_en.strip()}
    if says(decision, texts):
        return decision
    written = write_over(decision, version=version, by=by, texts=texts)
    decision.updated_at = clock.now()
    decision.save(update_fields=[*written, "updated_at"])
    record(decision, "decision.edit_reasons", by=by, personal=texts)
    return decision


@transaction.atomic
def endorse(decision: Decision, *, by: User, note: str = "", edition: AsRead) -> Decision:
    """Give a favourable opinion. WrongMoment when the letter would have an empty field, in any of its languages.

    `edition`: as it was read (`selectors.editions`): DecisionOvertaken where it has changed since. So of each step.
    """
    _as_read(decision, Decision.endorse, by=by, edition=edition)
    decision = move(decision, Decision.endorse, by=by, note=note)
    Step.objects.create(decision=decision, kind=StepKind.ENDORSED, by=by, note=note)
    messages.tell_next(decision)
    return decision


@transaction.atomic
def approve(decision: Decision, *, by: User, note: str = "", edition: AsRead) -> Decision:
    """Approve, within the approver's dollar limit; then each concurrence that an agreement requires is asked.

    Never by the person who endorsed, or did any other duty on the file. Returns the decision.
    """
    _as_read(decision, Decision.approve, by=by, edition=edition)
    decision = move(decision, Decision.approve, by=by, note=note)
    Step.objects.create(decision=decision, kind=StepKind.APPROVED, by=by, note=note)
    for agreement in checks.agreements_to_concur(decision):
        concurrence = Concurrence.objects.create(
            decision=decision, application_id=decision.application_id, agreement=agreement
        )
        given = {"agreement": str(agreement.public_id)}
        record(concurrence, "concurrence.ask", by=by, after=concurrence.state, given=given)
    messages.tell_next(decision)
    return decision


@transaction.atomic
def concur(concurrence: Concurrence, *, by: User, note: str = "") -> Concurrence:
    """Give one partner's concurrence. The last one required moves the decision. Returns the concurrence."""
    lock_file(concurrence.application_id)
    decision = Decision.objects.select_for_update(no_key=True).get(pk=concurrence.decision_id)
    concurrence = move(concurrence, Concurrence.give, by=by, note=note)
    Step.objects.create(decision=decision, kind=StepKind.CONCURRED, by=by, note=note)
    decision = Decision.objects.get(pk=decision.pk)
    if decision.state == DecisionState.CONCURRED:
        messages.tell_next(decision)
    return concurrence


@transaction.atomic
def send_back(decision: Decision, *, by: User, reason: str, to: ReturnTo = ReturnTo.START, edition: AsRead) -> Decision:
    """Send a decision back with a reason: earlier approvals are void and the chain starts over. Returns the decision.

    `to` its panel, or its screening, the whole file goes back: the decision is void and the reserve is released.
    WrongMoment where it did not come from there.
    """
    _as_read(decision, Decision.send_back, by=by, edition=edition)
    reason, asked = reason.strip(), messages.asked_for_step(decision)
    decision = move(decision, Decision.send_back, by=by, given=rules.Return(reason, back_to=to))
    now = clock.now()
    messages.tell_sent_back(decision, by=by, reason=reason, to=to, asked=asked)
    decision.steps.counted().update(voided_at=now)
    for concurrence in decision.concurrences.counted():
        Concurrence.objects.filter(pk=concurrence.pk).update(voided_at=now)
        record(concurrence, "concurrence.void", by=by, before=concurrence.state, gone=True)
    Step.objects.create(decision=decision, kind=StepKind.SENT_BACK, back_to=to, by=by, note=reason, voided_at=now)
    return Decision.objects.get(pk=decision.pk)


@transaction.atomic
def issue(decision: Decision, *, by: User, edition: AsRead) -> Decision:
    """Issue: each envelope commits, the file moves, the letter is queued, the award opens. All of it, or none.

    Locks the file, the decision, then the envelopes by id. A second click finds it issued and changes nothing.
    """
    lock_file(decision.application_id)
    decision = Decision.objects.select_for_update(no_key=True).get(pk=decision.pk)
    if decision.state == DecisionState.ISSUED:
        ask_who(decision, Decision.issue, by=by)
        return decision
    _as_read(decision, Decision.issue, by=by, edition=edition)
    decision = move(decision, Decision.issue, by=by)
    Step.objects.create(decision=decision, kind=StepKind.ISSUED, by=by)
    return Decision.objects.select_related("application", "letter").get(pk=decision.pk)


@transaction.atomic
def void_decision(application: Application, *, by: Actor, note: str = "") -> Decision | None:
    """Void the open decision of a file that left. Returns it, or None without one. Called by reactions only.

    `note` is the reason of the move that made the file leave.
    """
    decision = application.decisions.open().first()
    if decision is None:
        return None
    return move(decision, Decision.void, by=by, given=Reason(note))


@transaction.atomic
def withhold_decisions(application: Application, *, by: Actor, note: str) -> list[Decision]:
    """Undo what was issued on a file that left before its letter did. Returns those decisions. Called by reactions.

    Each is void, its acts and concurrences are kept as they were, and its letter never leaves. WrongMoment where that
    letter is being sent.
    """
    undone = []
    for decision in unsent_of(application):
        decision = move(decision, Decision.withhold, by=by, given=Reason(note))
        if decision.letter is not None:
            withhold_letter(decision.letter, by=by, reason=note)
        undone.append(decision)
    return undone


SETTLES: tuple[Move[Application, NoFacts, Decided], ...] = (
    Application.approve,
    Application.invite,
    Application.decline,
    Application.waitlist,
)
"""The moves that bring a file where its decision leads; `uphold` brings it back where it was."""


def _settling(kind: DecisionKind) -> Move[Application, NoFacts, Decided]:
    state = kind.row.becomes
    if state is None:
        return Application.uphold
    (found,) = (step for step in SETTLES if {way.target for way in ways(step).values()} == {state})
    return found


MOVES = {kind: _settling(kind) for kind in DecisionKind}


def told_by(decision: Decision) -> PublicState:
    """What the letter of a decision tells of its file; one that upholds tells what stood before it was contested."""
    state = DecisionKind(decision.kind).row.becomes or ApplicationState(decision.application.origin)
    return state.row.told_as


def settle_file(decision: Decision, *, by: Actor) -> Application:
    """Commit the envelopes and move the file, as the decision says. Called by the reaction to `decision.issue`.

    The answer *upheld* leaves the first decision as it stands. Any other supersedes what was issued before, and what
    that had committed goes back to its envelopes before the new commitment. The service clock stops; an outsider reads
    what they were last told until the new letter is sent.
    """
    ledger.lock_all(decision.application_id)
    if decision.kind != DecisionKind.RECONSIDERED:
        _supersede_earlier(decision, by=by)
    if decision.kind in FUNDED:
        shares = [(share.envelope, share.amount) for share in decision.shares.select_related("envelope")]
        ledger.commit(shares, application_id=decision.application_id, by=by, because=Cause.ISSUE)
    stop_clock(decision.application)
    given = Decided(outcome=str(decision.kind), amount=decision.amount)
    return move(decision.application, MOVES[DecisionKind(decision.kind)], by=by, given=given)


def write_letter(decision: Decision) -> Letter:
    """Freeze the letter of a decision being issued and queue it. Called by the reaction to `decision.issue`."""
    decision = Decision.objects.select_related(
        "application__call__program__cluster",
        "application__call__rules",
        "application__call__rubric",
        "application__organisation",
    ).get(pk=decision.pk)
    letter = queue_letter(subject_of(decision))
    Decision.objects.filter(pk=decision.pk).update(letter=letter)
    return letter


def _supersede_earlier(decision: Decision, *, by: Actor) -> None:
    for earlier in superseded_by(decision):
        if earlier.kind in FUNDED:
            release_commitment(decision.application, by=by, because=Cause.SUPERSEDE)
        move(earlier, Decision.supersede, by=by)


def release_commitment(application: Application, *, by: Actor, because: Cause) -> None:
    """Give back what a file still has committed: its award no longer stands."""
    ledger.release_all(application.pk, from_=Bucket.COMMITTED, by=by, because=because)
