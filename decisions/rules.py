"""Who may move a decision and a letter, and when."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.rules import is_member
from audit.actors import CLOCK
from audit.states import ActorKind
from decisions.states import FUNDED, DecisionKind, DecisionState
from funding.roles import PartnerRole
from funding.rules import holds_partner_role
from moves.interests import is_barred, standing_of
from moves.models import DutyDone
from moves.refusals import Refusal
from moves.states import StandingState
from programs.roles import ProgramRole
from programs.rules import approval_limit, has_a_reason, holds, is_program_officer
from work.money import format_money

__all__ = ["has_a_reason"]


def program_of(decision):
    return decision.application.call.program


# Who


def is_endorser(decision, by):
    """The endorser; of the answer to a reconsideration, the reconsideration officer."""
    role = ProgramRole.RECONSIDERER if decision.kind == DecisionKind.RECONSIDERED else ProgramRole.ENDORSER
    return holds(by, role, program_of(decision))


def is_approver(decision, by):
    return approval_limit(by, program_of(decision)) is not None


def is_officer(decision, by):
    """An officer of the programme who declared no conflict in the file."""
    return is_program_officer(program_of(decision), by) and not is_barred(decision.application_id, by)


def concurs_for(decision, by):
    """Whether the person is a concurrence officer of a partner whose concurrence this decision needs."""
    return any(
        holds_partner_role(by, PartnerRole.CONCURRENCE, needed.agreement.partner)
        for needed in decision.concurrences.standing().select_related("agreement__partner")
    )


def may_send_back(decision, by):
    """Endorser or approver at any step; the partner once the decision is approved. Nobody with a conflict."""
    if by is CLOCK or is_barred(decision.application_id, by):
        return False
    if is_endorser(decision, by) or is_approver(decision, by):
        return True
    return decision.state in (DecisionState.APPROVED, DecisionState.CONCURRED) and concurs_for(decision, by)


def may_edit_reasons(decision, by):
    """Whoever runs the file or gives the first opinion on it."""
    return is_officer(decision, by) or (is_endorser(decision, by) and not is_barred(decision.application_id, by))


def nobody(obj, by):
    return False


def is_the_clock(letter, by):
    """Letters are rendered, signed and sent by the worker."""
    return by is CLOCK


def is_letter_reader(letter, by):
    """Served when the company's own people open it; else by the clock, five business days after sending."""
    return by is CLOCK or is_member(letter.application.organisation, by)


def is_letter_officer(letter, by):
    return by is CLOCK or is_program_officer(letter.application.call.program, by)


# When


def took_no_part_before(decision, *, by, given):
    """The answer to a reconsideration is decided by persons who took no part before it was asked (product 4.5)."""
    if decision.kind != DecisionKind.RECONSIDERED or getattr(by, "actor", "") != ActorKind.PERSON:
        return None
    before = DutyDone.objects.filter(application_id=decision.application_id, user_id=by.pk, at__lt=decision.at)
    if before.exists():
        return Refusal(
            _("You took part in this file before its reconsideration was asked: somebody else must decide."),
            code="duty",
        )
    return None


def interests_are_declared(decision, *, by, given):
    """Whoever sends a decision back has read the file, so they declared their interests first."""
    if getattr(by, "actor", "") == ActorKind.PERSON and standing_of(decision.application_id, by) != StandingState.CLEAR:
        return Refusal(_("Declare your interests in this file first."), code="undeclared")
    return None


def letter_is_complete(decision, *, by, given):
    """`given["empty_fields"]`: fields of the letter that would be empty, as language:field."""
    if given.get("empty_fields"):
        return Refusal(
            _("The letter has empty fields: %(fields)s.") % {"fields": ", ".join(given["empty_fields"])},
            code="letter",
        )
    return None


def amount_is_within_limit(decision, *, by, given):
    limit = approval_limit(by, program_of(decision))
    if decision.kind in FUNDED and limit is not None and decision.amount > limit:
        language = get_language() or "fr"
        return Refusal(
            _("The amount, %(amount)s, is above your delegated limit of %(limit)s.")
            % {"amount": format_money(decision.amount, language), "limit": format_money(limit, language)},
            code="limit",
        )
    return None


def every_concurrence_is_given(decision, *, by, given):
    if decision.concurrences.standing().exclude(state="given").exists():
        return Refusal(_("A partner has not given its concurrence yet."), code="concurrence")
    return None


def needs_no_concurrence(decision, *, by, given):
    """Asked of `issue` from *approved*: where a concurrence is required, it comes first."""
    if decision.state == DecisionState.APPROVED and decision.concurrences.standing().exists():
        return Refusal(_("The partner's concurrence is required before this decision is issued."), code="concurrence")
    return None


def federal_money_is_authorised(decision, *, by, given):
    if given.get("unauthorised"):
        return Refusal(
            _("The agreement has no authorisation to take federal money: %(agreements)s.")
            % {"agreements": ", ".join(given["unauthorised"])},
            code="authorisation",
        )
    return None


def has_a_certificate(letter, *, by, given):
    if not given.get("certificate"):
        return Refusal(_("No signing certificate is configured."), code="certificate")
    return None


def goes_unsigned_only_without_certificate(letter, *, by, given):
    if letter.state == "rendered" and given.get("certificate"):
        return Refusal(_("The letter must be signed before it is sent."), code="certificate")
    return None


def is_read_or_presumed(letter, *, by, given):
    if not given.get("read") and not given.get("presumed"):
        return Refusal(_("The letter has been neither read nor presumed received."), code="served")
    return None


def is_concurrence_officer(concurrence, by):
    return holds_partner_role(by, PartnerRole.CONCURRENCE, concurrence.agreement.partner)


def decision_awaits_concurrence(concurrence, *, by, given):
    if concurrence.decision.state != DecisionState.APPROVED or concurrence.voided_at is not None:
        return Refusal(_("The decision is not waiting for a concurrence."), code="state")
    return None
