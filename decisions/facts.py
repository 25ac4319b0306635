"""What the moves of a decision, and a reconsideration, must know."""

from applications.models import Application
from applications.rules import Contested
from audit.actors import Actor
from decisions import checks
from decisions.models import Concurrence, Decision
from decisions.rules import (
    Concurrences,
    Delegation,
    Issue,
    Opinion,
    Read,
    Returning,
    is_approver,
    is_endorser,
    program_of,
    ways_back,
)
from decisions.selectors.chain import ways_of
from decisions.selectors.reconsideration import ask_until, contested_decision, was_asked_again
from decisions.states import DecisionKind
from decisions.subjects import DecisionSubject, subject_of
from letters.sheets import empty_fields
from moves.interests import has_declared
from moves.models import DutyDone
from moves.registry import facts_of
from programs.rules import approval_limit
from reviews.selectors import late_on, said_of


def _took_part(decision: Decision, by: Actor) -> bool:
    """Whether `by` did a duty on the file before the reconsideration that this decision answers was asked."""
    if decision.kind != DecisionKind.RECONSIDERED:
        return False
    return DutyDone.objects.of(by).filter(application_id=decision.application_id, at__lt=decision.at).exists()


def _empty(subject: DecisionSubject) -> tuple[str, ...]:
    return tuple(found.words for found in empty_fields(subject))


def _read(subject: DecisionSubject) -> Read:
    """Nothing moved where no recommendation led to the decision."""
    read, late = subject.read, late_on(subject.application)
    return Read(
        touched=said_of(late, doubts=False),
        doubted=said_of(late, doubts=True),
        moved=read is not None and read.moved,
        in_doubt=read is not None and read.in_doubt,
        score_then=read.then.mean if read else None,
        score_now=read.now.mean if read else None,
    )


@facts_of(Decision.endorse)
def opinion(decision: Decision, by: Actor) -> Opinion:
    subject = subject_of(decision)
    return Opinion(**vars(_read(subject)), took_part=_took_part(decision, by), empty_fields=_empty(subject))


@facts_of(Decision.approve)
def delegation(decision: Decision, by: Actor) -> Delegation:
    return Delegation(
        **vars(_read(subject_of(decision))),
        took_part=_took_part(decision, by),
        limit=approval_limit(by, program_of(decision)),
        amount=decision.amount,
    )


@facts_of(Concurrence.give)
def to_concur(concurrence: Concurrence, by: Actor) -> Read:
    return _read(subject_of(concurrence.decision))


@facts_of(Decision.concur)
def concurrences(decision: Decision, by: Actor) -> Concurrences:
    return Concurrences(awaited=decision.concurrences.awaited().count())


@facts_of(Decision.send_back)
def returning(decision: Decision, by: Actor) -> Returning:
    """A partner knows of no ruling: what it sends back goes to the start, and the cluster goes on from there."""
    of_cluster = is_endorser(decision, by) or is_approver(decision, by)
    return Returning(
        declared=has_declared(decision.application_id, by),
        ways=ways_of(decision) if of_cluster else ways_back(decision),
    )


@facts_of(Decision.issue)
def issue(decision: Decision, by: Actor) -> Issue:
    subject = subject_of(decision)
    return Issue(
        **vars(_read(subject)),
        concurrences=decision.concurrences.counted().count(),
        unauthorised=tuple(checks.unauthorised_agreements(decision)),
        empty_fields=_empty(subject),
        kind=str(decision.kind),
        amount=decision.amount,
    )


@facts_of(Application.ask_reconsideration, Application.reopen, Application.reopen_screening)
def contested(application: Application, by: Actor) -> Contested:
    """The decision that the reconsideration is, or would be, of."""
    decision = contested_decision(application)
    kind = DecisionKind(decision.kind) if decision else None
    return Contested(
        already_asked=decision is not None and was_asked_again(decision),
        until=ask_until(application),
        followed_reviews=kind is not None and kind.row.recommended is not None,
        of_ineligibility=kind is DecisionKind.INELIGIBLE,
    )
