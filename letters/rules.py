"""Who may move a letter, and when."""

from django.utils.translation import gettext as _

from accounts.rules import is_member
from audit.actors import CLOCK
from moves.refusals import Refusal
from programs.rules import is_program_officer

# Who


def is_the_clock(letter, by):
    """Letters are rendered, signed and sent by the worker."""
    return by is CLOCK


def is_letter_reader(letter, by):
    """Served when the company's own people open it; else by the clock, five business days after sending."""
    return by is CLOCK or is_member(letter.application.organisation, by)


def is_letter_officer(letter, by):
    return by is CLOCK or is_program_officer(letter.application.call.program, by)


# When


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
