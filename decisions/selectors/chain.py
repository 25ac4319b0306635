"""Where a decision stands: its steps, what each person may do now and what stands in the way, and its money."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from applications.constants import SUMMARY
from applications.models import Application
from audit.actors import Actor
from decisions import checks
from decisions.models import Decision, Step
from decisions.querysets import DecisionQuerySet
from decisions.rules import ways_back
from decisions.states import (
    BEFORE_APPROVAL,
    ONCE_ISSUED,
    OPEN,
    RETURNABLE,
    DecisionKind,
    DecisionState,
    ReturnTo,
    StepKind,
    Turn,
)
from funding.figures import as_read
from funding.models import Envelope, LedgerEntry
from letters.models import Letter
from letters.states import LetterState
from moves.machine import foreseen
from moves.states import Duty
from reviews.models import Declaration
from reviews.selectors import Late, goes_back_by_ruling, late_on, panel_reviews, reread, turn_of
from reviews.states import ReviewTurn


class Progress(StrEnum):
    """Where one step of the chain is."""

    DONE = "done"
    NOW = "now"
    LATER = "later"


@dataclass(frozen=True)
class Stage:
    """One step of the chain: done (who, when), now, or later. `note` says what it takes."""

    label: str
    state: Progress
    who: str = ""
    at: datetime | None = None
    note: str = ""
    kind: StepKind | None = None  # None: the letter's, which is nobody's act


@dataclass(frozen=True)
class Money:
    """The part of a decision that one envelope pays, and what is still free in that envelope."""

    envelope: Envelope
    amount: Decimal
    free: Decimal


DUTY_OF = {
    StepKind.ENDORSED: Duty.ENDORSE,
    StepKind.APPROVED: Duty.APPROVE,
    StepKind.CONCURRED: Duty.CONCUR,
}


def acts_of_chain(application: Application) -> Iterator[tuple[int, Duty]]:
    """The acts of a file's present decision that stand, each with the key of its person: none that a return made void,
    nor of a decision that is. Asked by `reviews.selectors.late_on`."""
    decision = present_decision(application)
    if decision is None or decision.state == DecisionState.VOID:
        return
    for person, kind in decision.steps.counted().values_list("by_id", "kind"):
        if kind in DUTY_OF:
            yield person, DUTY_OF[StepKind(kind)]


def return_for(decision: Decision | None, late: Late) -> ReturnTo | None:
    """Where a file goes back to when these acts do not stand: its decision on its way, to its start, where each was an
    act of the chain; else as far as the earliest of them, its screening or its committee. None where there is nowhere:
    what was issued stands, and nothing came before the request of an applicant."""
    screened = Duty.SCREEN in late.acts
    if decision is None or decision.state not in OPEN:
        is_before = goes_back_by_ruling(late.declaration.application)
        return ReturnTo.SCREENING if screened and is_before else None
    if late.is_of_chain and decision.state in RETURNABLE:
        return ReturnTo.START
    follows = DecisionKind(decision.kind).row.follows
    if screened and ReturnTo.SCREENING in follows:
        return ReturnTo.SCREENING
    return next(iter(follows), None)


def ways_of(decision: Decision, *, ruled: Late | None = None) -> tuple[ReturnTo, ...]:
    """Where the cluster can send a decision on its way back to, the nearest first: no nearer than the rulings that what
    somebody did does not stand ask, and than one on `ruled` would."""
    ruled_on = [late for late in late_on(decision.application) if turn_of(late.declaration) is ReviewTurn.RETURN]
    asked = {return_for(decision, late) for late in (*ruled_on, *([ruled] if ruled else ()))}
    open_ways = ways_back(decision)
    return open_ways[max((at for at, way in enumerate(open_ways) if way in asked), default=0) :]


def rulings_on(decision: Decision) -> tuple[Declaration, ...]:
    """What is to be ruled on before the next step of a decision on its way: doubts that leave out a review that its
    recommendation was read from, then conflicts declared late, each the earliest first."""
    file, found = decision.application, list[Declaration]()
    read = reread(decision.recommendation, panel_reviews(file)) if decision.recommendation else None
    if read is not None and read.in_doubt:
        reviewers = {review.reviewer_id for review in read.then.reviews}
        found += Declaration.objects.to_rule_on().filter(application=file, user__in=reviewers).select_related("user")
    return tuple(dict.fromkeys((*found, *(late.declaration for late in late_on(file)))))


def rulings_among(decisions: DecisionQuerySet) -> dict[int, tuple[Declaration, ...]]:
    """Those of these decisions that wait for a ruling before anything else, each (key) with what is to be ruled on. Two
    queries where nothing is."""
    files = Declaration.objects.to_rule_or_touching().order_by().values("application_id")
    rows = decisions.open().filter(application__in=files).select_related("application__call__program__cluster")
    found = {one.pk: rulings_on(one) for one in rows.select_related("recommendation__application").order_by("pk")}
    return {pk: rulings for pk, rulings in found.items() if rulings}


def present_decision(application: Application) -> Decision | None:
    """The decision that a file's page shows: the one on its way, else the latest. None without any."""
    decisions = Decision.objects.filter(application=application).select_related(
        "application__call__program__cluster", "application__call__rules", "application__organisation", "letter"
    )
    return decisions.open().first() or decisions.latest_first().first()


def others_of(decision: Decision) -> DecisionQuerySet:
    """The other decisions of its file, the latest first."""
    return Decision.objects.filter(application=decision.application_id).exclude(pk=decision.pk).latest_first()


def superseded_by(decision: Decision) -> list[Decision]:
    """The decisions in force whose place this one takes, the earliest first."""
    return list(others_of(decision).in_force().reverse())


def decided_in(letter: Letter) -> Decision | None:
    """The decision that a letter tells; None for the letter of anything else."""
    return Decision.objects.filter(letter=letter).first()


def unsent_of(application: Application) -> DecisionQuerySet:
    """Its decisions that were issued and never told: their letter has not left. The earliest first."""
    return Decision.objects.issued().filter(application=application, letter__sent_at=None).order_by("number")


def return_of(decision: Decision) -> Step | None:
    """The act that sent the decision back to where it is now: its start, or, void, what came before it. None where the
    chain has gone on since, or its file left from there, or it was never sent back."""
    last = decision.steps.select_related("by").order_by("-id").first()
    if last is None or last.kind != StepKind.SENT_BACK:
        return None
    left = decision.state == DecisionState.VOID and last.returned_to is ReturnTo.START
    return None if left else last


def comes_of(returned: Step, application: Application) -> str:
    """What comes of a return, in words, while the file is where it was sent back to; "" once it has gone on."""
    to = returned.returned_to
    return str(to.row.comes) if to is not None and application.state in to.row.there else ""


def returns_of(decision: Decision) -> list[Step]:
    """Each time that the decision, or another one of its file, was sent back: the acts, the latest first, each with its
    decision."""
    returns = Step.objects.returns().filter(decision__application=decision.application_id)
    return list(returns.select_related("by", "decision").latest_first())


def chain_of(decision: Decision) -> list[Stage]:
    """The steps of the chain in order, each as a `Stage`: what was done stays with who and when."""
    done = {step.kind: step for step in decision.steps.counted().select_related("by")}
    if StepKind.CONCURRED in done and decision.state in OPEN and decision.concurrences.awaited().exists():
        del done[StepKind.CONCURRED]  # one of several partners gave it: the step is done with the last
    stages: list[Stage] = []

    def stage(kind: StepKind, label: str, note: str = "") -> None:
        step = done.get(kind)
        if step is not None:
            stages.append(Stage(label, Progress.DONE, step.by.full_name, step.at, step.by.full_name, kind))
        else:
            now = not any(one.state == Progress.NOW for one in stages) and decision.state in OPEN
            stages.append(Stage(label, Progress.NOW if now else Progress.LATER, note=note, kind=kind))

    opinion = (
        _("Opinion of the reconsideration officer")
        if DecisionKind(decision.kind).row.opinion is Turn.RECONSIDER
        else _("Endorsement")
    )
    stage(StepKind.ENDORSED, opinion)
    stage(StepKind.APPROVED, _("Approval"))
    if _asks_concurrence(decision):
        stage(StepKind.CONCURRED, _("Partner’s concurrence"), note=_partners(decision))
    stage(StepKind.ISSUED, _("Issue"))
    letter = decision.letter
    sent_at = letter.sent_at if letter else None
    state = Progress.DONE if sent_at else Progress.NOW if letter and decision.state in ONCE_ISSUED else Progress.LATER
    withheld = letter is not None and letter.state == LetterState.WITHHELD
    stages.append(Stage(_("Letter sent"), state, at=sent_at, note=_("never: withheld") if withheld else ""))
    return stages


def approvals_of(decision: Decision) -> list[Stage]:
    """Who endorsed the decision and who approved it, and when: what a partner reads of the acts before its own."""
    before = (StepKind.ENDORSED, StepKind.APPROVED)
    return [stage for stage in chain_of(decision) if stage.kind in before and stage.state == Progress.DONE]


def _asks_concurrence(decision: Decision) -> bool:
    if decision.concurrences.counted().exists():
        return True
    return decision.state in BEFORE_APPROVAL and bool(checks.agreements_to_concur(decision))


def _partners(decision: Decision) -> str:
    asked = [needed.agreement for needed in decision.concurrences.counted().select_related("agreement__partner")]
    agreements = asked or checks.agreements_to_concur(decision)
    return ", ".join(dict.fromkeys(agreement.partner.short_name for agreement in agreements))


# The steps that a decision has still to come to, from where it stands.
AHEAD = {DecisionState.DRAFT: (Decision.approve,)}


def needs_of(decision: Decision, user: Actor) -> list[str]:
    """What will stand in the way of `user` at a later step, where they have a say: sentences, said before any click.

    Separation of duties, the part taken before a reconsideration, the delegated limit.
    """
    steps = AHEAD.get(DecisionState(decision.state), ())
    return [str(refusal.message) for step in steps for refusal in foreseen(decision, step, by=user)]


def money_of(decision: Decision, entries: QuerySet[LedgerEntry]) -> list[Money]:
    """The part of each envelope, in order of fiscal year, with what is still free in it, besides, by the entries of the
    ledger that the reader may know of."""
    shares = list(decision.shares.select_related("envelope__agreement__partner").by_year())
    read = as_read([share.envelope for share in shares], entries)
    return [Money(envelope, share.amount, envelope.free) for share, envelope in zip(shares, read, strict=True)]


def told_to_partner(decision: Decision) -> QuerySet[LedgerEntry]:
    """The entries that a partner who concurs may know of: those told to it, and those of the file it decides on."""
    return LedgerEntry.objects.told_or_of(decision.application_id)


def summary_of(application: Application) -> str:
    """The summary of the project, as the company wrote it; empty where its form asks for none."""
    answer = application.answers.filter(question=SUMMARY).first()
    return str(answer.value or "") if answer else ""
