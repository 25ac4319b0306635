"""Where people stand towards a file, and what they may do in it while they do."""

from django.utils.translation import gettext as _

from audit.actors import Actor
from audit.states import ActorKind
from moves.duties import WITHOUT_DECLARATION
from moves.models import Standing
from moves.refusals import Refusal
from moves.states import StandingState


def standing_of(application_id: int, user: Actor) -> str:
    """What `user` last declared of their interests in the file; empty when they never did."""
    if user.pk is None:
        return ""
    latest = (
        Standing.objects.filter(application_id=application_id, user_id=user.pk)
        .order_by("-id")
        .values_list("standing", flat=True)
        .first()
    )
    return latest or ""


def is_barred(application_id: int, user: Actor) -> bool:
    """Whether `user` declared a conflict, or is unsure: then nothing of this file may be shown to them."""
    return user.actor == ActorKind.PERSON and standing_of(application_id, user) in (
        StandingState.CONFLICT,
        StandingState.UNSURE,
    )


def interests(application_id: int, by: Actor, duty: str) -> Refusal | None:
    """The refusal when `by` may not do `duty` for their interests in the file; None when they declared none.

    The code is "conflict" or "unsure" (the wrong person), or "undeclared" (the wrong moment: declare first).
    """
    if duty in WITHOUT_DECLARATION:
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
