"""Who may move a decision, and when."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from audit.actors import Actor
from decisions.states import FUNDED, RETURNABLE, DecisionKind, DecisionState, ReturnTo
from funding.roles import PartnerRole
from funding.rules import holds_partner_role
from moves.interests import is_barred
from moves.refusals import Refusal
from moves.rules import Interests, Touched
from moves.transitions import Facts, Reason
from programs.rules import approval_limit, holds, is_program_officer
from work.money import format_money
from work.numbers import write_number

if TYPE_CHECKING:
    from decisions.models import Concurrence, Decision
    from programs.models import Program


def program_of(decision: "Decision") -> "Program":
    return decision.application.call.program


# Who


def is_endorser(decision: "Decision", by: Actor) -> bool:
    """The endorser; of the answer to a reconsideration, the reconsideration officer."""
    role = DecisionKind(decision.kind).row.opinion.row.role
    return role is not None and holds(by, role, program_of(decision))


def is_approver(decision: "Decision", by: Actor) -> bool:
    return approval_limit(by, program_of(decision)) is not None


def is_officer(decision: "Decision", by: Actor) -> bool:
    return is_program_officer(program_of(decision), by)


def concurs_for(decision: "Decision", by: Actor) -> bool:
    """Whether the person is a concurrence officer of a partner whose concurrence this decision needs."""
    return any(
        holds_partner_role(by, PartnerRole.CONCURRENCE, needed.agreement.partner)
        for needed in decision.concurrences.counted().select_related("agreement__partner")
    )


def ways_back(decision: "Decision") -> tuple[ReturnTo, ...]:
    """Where a decision on its way can be sent back to, the nearest first; none of a draft that nothing came before."""
    start = (ReturnTo.START,) if decision.state in RETURNABLE else ()
    return (*start, *DecisionKind(decision.kind).row.follows)


def may_send_back(decision: "Decision", by: Actor) -> bool:
    """Endorser, approver, and the officers of a partner that is asked to concur. Nobody, of a draft that nothing came
    before."""
    if decision.state == DecisionState.DRAFT and not ways_back(decision):
        return False
    return is_endorser(decision, by) or is_approver(decision, by) or concurs_for(decision, by)


def may_edit_reasons(decision: "Decision", by: Actor) -> bool:
    """Whoever runs the file or gives the first opinion on it, and declared no conflict in it."""
    return (is_officer(decision, by) or is_endorser(decision, by)) and not is_barred(decision.application_id, by)


def reasons_can_change(decision: "Decision") -> Refusal | None:
    """The reasons are a draft's: an endorsement names what it endorses, letter and all."""
    if decision.state == DecisionState.DRAFT:
        return None
    if decision.state in RETURNABLE:
        return Refusal(_("The reasons can no longer be edited, unless the decision is sent back."), code="state")
    return Refusal(_("The reasons can no longer be edited."), code="state")


# Facts and input


@dataclass(frozen=True)
class Outsider(Facts):
    """Whether whoever acts took part in the file before its reconsideration was asked."""

    took_part: bool


@dataclass(frozen=True)
class Lettered(Facts):
    """Fields of the letter that would be empty, in words."""

    empty_fields: tuple[str, ...]


@dataclass(frozen=True)
class Read(Touched):
    """The reviews that the recommendation was read from, against those that count now: whether they `moved`, one is
    `in_doubt` until the chair rules, and the score of each."""

    moved: bool
    in_doubt: bool
    score_then: Decimal | None
    score_now: Decimal | None


@dataclass(frozen=True)
class Opinion(Outsider, Lettered, Read):
    """What is known before a decision is endorsed."""


@dataclass(frozen=True)
class Delegation(Outsider, Read):
    """What is known before a decision is approved: the approver's delegated limit, in dollars (None: none)."""

    limit: Decimal | None
    amount: Decimal

    def told(self) -> dict[str, object]:
        return {"amount": self.amount}


@dataclass(frozen=True)
class Concurrences(Facts):
    """How many partners asked have not given their concurrence."""

    awaited: int


@dataclass(frozen=True)
class Issue(Lettered, Read):
    """What is known before a decision is issued: references of agreements that lack their authorisation."""

    concurrences: int
    unauthorised: tuple[str, ...]
    kind: str
    amount: Decimal

    def told(self) -> dict[str, object]:
        return {"kind": self.kind, "amount": self.amount}


@dataclass(frozen=True)
class Returning(Interests):
    """Where the decision can be sent back to by whoever asks, the nearest first."""

    ways: tuple[ReturnTo, ...]


@dataclass(frozen=True)
class Return(Reason):
    """Back to the start of the chain, or the whole file back to what came before the decision."""

    back_to: ReturnTo


# When


def took_no_part_before(_decision: "Decision", facts: Outsider) -> Refusal | None:
    """The answer to a reconsideration is decided by persons who took no part before it was asked (product 4.5)."""
    if facts.took_part:
        return Refusal(
            _("You took part in this file before its reconsideration was asked: somebody else must decide."),
            code="duty",
        )
    return None


def goes_where_it_can(decision: "Decision", facts: Returning, given: Return) -> Refusal | None:
    """To its start, unless it is there; or to what came before it. As far as a ruling asks."""
    if given.back_to in facts.ways:
        return None
    if given.back_to in ways_back(decision):
        said = _("A ruling on a conflict of interest sends it further back: what somebody did there does not stand.")
    elif decision.state == DecisionState.DRAFT and ReturnTo.PANEL in ways_back(decision):
        said = _("The decision is at its start already: it can only go back to the committee, or to screening.")
    elif decision.state == DecisionState.DRAFT:
        said = _("The decision is at its start already: it can only go back to screening.")
    else:
        said = _("This decision did not come from that step: it cannot be sent back there.")
    return Refusal(said, code="state")


def letter_is_complete(_decision: "Decision", facts: Lettered) -> Refusal | None:
    if facts.empty_fields:
        return Refusal(
            _("The letter has empty fields: %(fields)s.") % {"fields": ", ".join(facts.empty_fields)},
            code="letter",
        )
    return None


def reviews_are_those_recommended(_row: object, facts: Read) -> Refusal | None:
    """What counts is asked again at each step: what was recommended is what is decided."""
    if facts.in_doubt:
        sentence = _(
            "A review that the recommendation was based on is left out until the chair of the committee rules "
            "on the interests of the person who gave it: nothing is decided before."
        )
        return Refusal(sentence, code="ruling")
    if facts.moved:
        sentence = _(
            "The reviews that count are no longer those that the recommendation was based on (overall "
            "mean %(then)s then, %(now)s now): whoever endorses or approves sends the file back to its committee."
        )
        then, now = (_points(score) for score in (facts.score_then, facts.score_now))
        return Refusal(sentence % {"then": then, "now": now}, code="reviews")
    return None


def _points(score: Decimal | None) -> str:
    return _("none") if score is None else write_number(score, 2)


def amount_is_within_limit(decision: "Decision", facts: Delegation) -> Refusal | None:
    if decision.kind in FUNDED and facts.limit is not None and decision.amount > facts.limit:
        language = get_language() or "fr"
        return Refusal(
            _("The amount, %(amount)s, is above your delegated limit of %(limit)s.")
            % {"amount": format_money(decision.amount, language), "limit": format_money(facts.limit, language)},
            code="limit",
        )
    return None


def every_concurrence_is_given(_decision: "Decision", facts: Concurrences) -> Refusal | None:
    if facts.awaited:
        return Refusal(_("A partner has not given its concurrence yet."), code="concurrence")
    return None


def needs_no_concurrence(decision: "Decision", facts: Issue) -> Refusal | None:
    """Asked of `issue` from *approved*: where a concurrence is required, it comes first."""
    if decision.state == DecisionState.APPROVED and facts.concurrences:
        return Refusal(_("The partner's concurrence is required before this decision is issued."), code="concurrence")
    return None


def federal_money_is_authorised(_decision: "Decision", facts: Issue) -> Refusal | None:
    if facts.unauthorised:
        return Refusal(
            _("The agreement has no authorisation to take federal money: %(agreements)s.")
            % {"agreements": ", ".join(facts.unauthorised)},
            code="authorisation",
        )
    return None


def is_concurrence_officer(concurrence: "Concurrence", by: Actor) -> bool:
    return holds_partner_role(by, PartnerRole.CONCURRENCE, concurrence.agreement.partner)


def decision_awaits_concurrence(concurrence: "Concurrence", _facts: Facts) -> Refusal | None:
    if concurrence.decision.state != DecisionState.APPROVED or concurrence.voided_at is not None:
        return Refusal(_("The decision is not waiting for a concurrence."), code="state")
    return None
