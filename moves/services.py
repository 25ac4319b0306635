"""What is written of who did what, and where people stand, in the transaction of the act itself."""

from typing import Any

from moves import states
from moves.models import DutyDone, Standing
from work import clock


def record_duty(application_id: int, *, by: Any, duty: str) -> DutyDone:
    """Remember that `by` did `duty` on the file. The first time counts; again changes nothing."""
    done, _created = DutyDone.objects.get_or_create(
        application_id=application_id, user_id=by.pk, duty=str(duty), defaults={"at": clock.now()}
    )
    return done


def declare_standing(application_id: int, *, user: Any, standing: str) -> Standing:
    """Keep what `user` declares of their interests in the file, from now on. Earlier declarations stay readable."""
    return Standing.objects.create(
        application_id=application_id,
        user_id=user.pk,
        standing=states.StandingState(standing),
        at=clock.now(),
    )
