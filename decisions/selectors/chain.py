"""Where a decision stands: its steps, what each person may do now and what stands in the way, and its money."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from applications.constants import SUMMARY
from applications.models import Application
from audit.actors import Actor
from decisions import checks, rules
from decisions.facts import delegation
from decisions.models import Decision
from decisions.states import FUNDED, OPEN, DecisionKind, DecisionState, StepKind
from funding.ledger import available
from funding.models import Envelope
from moves.duties import clash
from moves.interests import standing_of
from moves.machine import allowed
from moves.states import Duty, StandingState


@dataclass(frozen=True)
class Stage:
    """One step of the chain: done (who, when), now, or later. `note` says what it takes."""

    label: str
    state: str
    who: str = ""
    at: datetime | None = None
    note: str = ""


@dataclass(frozen=True)
class Move:
    """A move that a person may make, with the sentences that stand in the way; none: it can be made now."""

    name: str
    label: str | Promise
    refusals: tuple[str, ...] = ()
    undeclared: bool = False


@dataclass(frozen=True)
class Money:
    """The part of a decision that one envelope pays, and what that envelope still has."""

    envelope: Envelope
    amount: Decimal
    available: Decimal


def present_decision(application: Application) -> Decision | None:
    """The decision that a file's page shows: the one on its way, else the latest. None without any."""
    decisions = Decision.objects.filter(application=application).select_related(
        "application__call__program__cluster", "application__call__rules", "application__organisation", "letter"
    )
    return decisions.open().first() or decisions.order_by("-number").first()


def chain_of(decision: Decision) -> list[Stage]:
    """The steps of the chain in order, each as a `Stage`: what was done stays with who and when."""
    done = {step.kind: step for step in decision.steps.filter(voided_at__isnull=True).select_related("by")}
    stages: list[Stage] = []

    def stage(kind: StepKind, label: str, note: str = "") -> None:
        step = done.get(kind)
        if step is not None:
            stages.append(Stage(label, "done", step.by.full_name, step.at, note=step.by.full_name))
        else:
            now = not any(one.state == "now" for one in stages) and decision.state in OPEN
            stages.append(Stage(label, "now" if now else "later", note=note))

    opinion = (
        _("Opinion of the reconsideration officer") if decision.kind == DecisionKind.RECONSIDERED else _("Endorsement")
    )
    stage(StepKind.ENDORSED, opinion)
    stage(StepKind.APPROVED, _("Approval"))
    if _asks_concurrence(decision):
        stage(StepKind.CONCURRED, _("Partner’s concurrence"), note=_partners(decision))
    stage(StepKind.ISSUED, _("Issue"))
    letter = decision.letter
    sent_at = letter.sent_at if letter else None
    state = "done" if sent_at else "now" if letter else "later"
    stages.append(Stage(_("Letter sent"), state, at=sent_at))
    return stages


def _asks_concurrence(decision: Decision) -> bool:
    if decision.concurrences.standing().exists():
        return True
    return decision.state in (DecisionState.DRAFT, DecisionState.ENDORSED) and bool(
        checks.agreements_to_concur(decision)
    )


def _partners(decision: Decision) -> str:
    agreements = checks.agreements_to_concur(decision)
    return ", ".join(dict.fromkeys(agreement.partner.short_name for agreement in agreements))


def moves_of(decision: Decision, user: Actor) -> list[Move]:
    """The moves that `user` may make now, each with every sentence in its way."""
    found = []
    for one in allowed(decision, user):
        words = tuple(str(refusal.message) for refusal in one.refusals if refusal.code != "undeclared")
        undeclared = any(refusal.code == "undeclared" for refusal in one.refusals)
        found.append(Move(one.name, one.label, words, undeclared))
    return found


def needs_of(decision: Decision, user: Actor) -> list[str]:
    """Why `user`, who holds a role in the chain, has nothing to do here: sentences. Empty when they have, or hold none.

    Said before any click: separation of duties, interests, or whose turn it is.
    """
    said = []
    endorser, approver = rules.is_endorser(decision, user), rules.is_approver(decision, user)
    if endorser or approver:
        duty = Duty.ENDORSE if decision.state == DecisionState.DRAFT else Duty.APPROVE
        if refusal := clash(decision.application_id, user, duty):
            said.append(str(refusal.message))
        if standing_of(decision.application_id, user) in (StandingState.CONFLICT, StandingState.UNSURE):
            said.append(_("You declared a conflict of interest in this file, or a doubt: somebody else decides."))
    if approver and decision.kind in FUNDED and decision.state in (DecisionState.DRAFT, DecisionState.ENDORSED):
        refusal = rules.amount_is_within_limit(decision, delegation(decision, user))
        said += [str(refusal.message)] if refusal else []
    return said


def money_of(decision: Decision) -> list[Money]:
    """The part of each envelope, in order of fiscal year, with what the envelope can still give besides it."""
    shares = decision.shares.select_related("envelope__agreement__partner")
    return [
        Money(share.envelope, share.amount, available(share.envelope))
        for share in shares.order_by("envelope__fiscal_year", "envelope_id")
    ]


def summary_of(application: Application) -> str:
    """The summary of the project, as the company wrote it; empty where its form asks for none."""
    answer = application.answers.filter(question=SUMMARY).first()
    return str(answer.value or "") if answer else ""
