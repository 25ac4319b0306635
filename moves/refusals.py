"""Refusals: why something cannot be done, for the person and for the moment."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

# The code of a refusal that its reader can lift at once: the page shows them where to declare their interests.
UNDECLARED = "undeclared"


@dataclass(frozen=True)
class Refusal:
    """Why something cannot be done now: a sentence for the reader, and a short code for a program."""

    message: str | Promise
    code: str = "refused"


DECLARE_FIRST = Refusal(gettext_lazy("Declare your interests in this file first."), code=UNDECLARED)


class Forbidden(PermissionDenied):
    """The wrong person (403). `message` says why, in the reader's language."""

    def __init__(self, message: str | Promise, code: str = "forbidden") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class WrongMoment(Exception):
    """The wrong moment (409). `refusals` holds every reason; `message` joins their sentences."""

    def __init__(self, *refusals: Refusal) -> None:
        self.refusals: tuple[Refusal, ...] = refusals
        super().__init__(*refusals)

    @property
    def message(self) -> str:
        return " ".join(str(r.message) for r in self.refusals)
