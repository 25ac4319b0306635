"""What is written of who did what, and where people stand, in the transaction of the act itself."""

from audit.actors import Actor
from moves import states
from moves.models import DutyDone, Standing
from work import clock


def record_duty(application_id: int, *, by: Actor, duty: str) -> DutyDone:
    """Remember that `by` did `duty` on the file. The first time counts; again changes nothing."""
    assert by.pk is not None  # only a person does a duty
    done, _created = DutyDone.objects.get_or_create(
        application_id=application_id, user_id=by.pk, duty=str(duty), defaults={"at": clock.now()}
    )
    return done


def declare_standing(application_id: int, *, user: Actor, standing: str) -> Standing:
    """Keep what `user` declares of their interests in the file, from now on. Earlier declarations stay readable."""
    assert user.pk is not None  # only a person has interests
    return Standing.objects.create(
        application_id=application_id,
        user_id=user.pk,
        standing=states.StandingState(standing),
        at=clock.now(),
    )
