"""Refusals; and what is asked of whoever does a duty on a file: what they did before, and where they stand."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from audit import duties
from audit.states import Actor, Duty, StandingState
from work import clock


@dataclass(frozen=True)
class Refusal:
    """Why something cannot be done now: a sentence for the reader, and a short code for a program."""

    message: str | Promise
    code: str = "refused"


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


class _Clock:
    """The actor of what happens by time alone."""

    actor = "clock"
    pk = None
    is_authenticated = False
    is_active = True

    def __str__(self) -> str:
        return "clock"


CLOCK = _Clock()


class Guest:
    """The actor who holds a link sent by e-mail and has no account; `name` is what they typed of themselves."""

    actor = "guest"
    pk = None
    is_authenticated = False
    is_active = True

    def __init__(self, name: str = "") -> None:
        self.name = name

    def __str__(self) -> str:
        return self.name or "guest"


def actor_of(by: Any) -> str:
    """The kind of an actor: "person", "key", "clock" or "guest". A user model that does not say is a person."""
    return str(getattr(by, "actor", "person"))


def standing_of(application_id: int, user: Any) -> str:
    """What `user` last declared of their interests in the file; empty when they never did."""
    # Through the registry: the models are a module above this one, and stand on its querysets.
    latest = (
        apps.get_model("audit", "Standing")
        .objects.filter(application_id=application_id, user_id=user.pk)
        .order_by("-id")
        .values_list("standing", flat=True)
        .first()
    )
    return latest or ""


def is_barred(application_id: int, user: Any) -> bool:
    """Whether `user` declared a conflict, or is unsure: then nothing of this file may be shown to them."""
    return actor_of(user) == Actor.PERSON and standing_of(application_id, user) in (
        StandingState.CONFLICT,
        StandingState.UNSURE,
    )


def clash(application_id: int, by: Any, duty: str) -> Refusal | None:
    """The refusal when `by` already did, on this file, an act that excludes `duty`; else None.

    Its sentences say which act it was, on which day, and what it excludes.
    """
    for done, at in (
        apps.get_model("audit", "DutyDone")
        .objects.filter(application_id=application_id, user_id=by.pk)
        .order_by("at", "id")
        .values_list("duty", "at")
    ):
        if duties.exclude(done, duty):
            did = duties.DID[done] % {"day": clock.format_day(clock.day_of(at), get_language() or "fr")}
            cannot = _("The person who %(did)s cannot also %(does)s.") % {
                "did": duties.WHO[done],
                "does": Duty(duty).label,
            }
            return Refusal(f"{did} {cannot}", code="duty")
    return None


def interests(application_id: int, by: Any, duty: str) -> Refusal | None:
    """The refusal when `by` may not do `duty` for their interests in the file; None when they declared none.

    The code is "conflict" or "unsure" (the wrong person), or "undeclared" (the wrong moment: declare first).
    """
    if duty in duties.WITHOUT_DECLARATION:
        return None
    match standing_of(application_id, by):
        case StandingState.CLEAR:
            return None
        case StandingState.CONFLICT:
            return Refusal(_("You declared a conflict of interest in this file."), code="conflict")
        case StandingState.UNSURE:
            return Refusal(
                _("You are unsure of your interests in this file: nothing can be done until it is ruled on."),
                code="unsure",
            )
    return Refusal(_("Declare your interests in this file first."), code="undeclared")
