"""Who may move a letter, and when."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.rules import is_member
from applications.rules import IS_LEAVING
from audit.actors import CLOCK, Actor
from letters.states import LetterState
from moves.refusals import Refusal
from moves.transitions import Facts, Input
from programs.rules import is_program_officer

if TYPE_CHECKING:
    from letters.models import Letter

# Who


def is_the_clock(letter: "Letter", by: Actor) -> bool:
    """Letters are rendered, signed and sent by the worker."""
    return by is CLOCK


def is_letter_reader(letter: "Letter", by: Actor) -> bool:
    """Served when the company's own people open it; else by the clock, five business days after sending."""
    return by is CLOCK or is_member(letter.application.organisation, by)


def is_letter_officer(letter: "Letter", by: Actor) -> bool:
    return by is CLOCK or is_program_officer(letter.application.call.program, by)


# Facts and input


@dataclass(frozen=True)
class Certificate(Facts):
    """Whether the cluster signs its letters."""

    configured: bool


@dataclass(frozen=True)
class Leaving(Facts):
    """Whether one of its messages is with the mail server, or was."""

    leaving: bool


@dataclass(frozen=True)
class Drawn(Input):
    """The PDF that was made of a letter."""

    sha256: str


@dataclass(frozen=True)
class Service(Input):
    """How a letter was received: read by the company, or presumed so by the clock."""

    read: bool
    presumed: bool


# When


def has_a_certificate(_letter: "Letter", facts: Certificate) -> Refusal | None:
    if not facts.configured:
        return Refusal(_("No signing certificate is configured."), code="certificate")
    return None


def goes_unsigned_only_without_certificate(letter: "Letter", facts: Certificate) -> Refusal | None:
    if letter.state == LetterState.RENDERED and facts.configured:
        return Refusal(_("The letter must be signed before it is sent."), code="certificate")
    return None


def is_read_or_presumed(_letter: "Letter", _facts: object, given: Service) -> Refusal | None:
    if not given.read and not given.presumed:
        return Refusal(_("The letter has been neither read nor presumed received."), code="served")
    return None


def is_not_leaving(letter: "Letter", facts: Leaving) -> Refusal | None:
    """Never both: a letter that the mail server may have is not withheld."""
    if facts.leaving:
        return Refusal(
            _("A message about file %(reference)s is being sent at this very moment. Try again in a few minutes.")
            % {"reference": letter.application.reference},
            code=IS_LEAVING,
        )
    return None
