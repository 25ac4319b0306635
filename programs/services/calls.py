"""What an officer does with a call: its publication, a later closing, an accommodation, its end.

A reason is a person's words: the trail keeps it as a note. Files of the call follow by reactions of their app.
"""

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.models import Organisation
from audit.actors import Actor
from moves.machine import move
from moves.transitions import Reason
from programs.models import Accommodation, Call, FormVersion, Rubric, Rules
from programs.rules import Acknowledged, NewClosing, OneApplicant
from work import clock


@transaction.atomic
def publish_call(call: Call, *, by: Actor, acknowledged: Collection[str] = ()) -> Call:
    """Publish a call. Its form, rubric and rules are fixed from here on.

    `acknowledged`: the keys of its rules that wait for a part that is not built yet, which the trail keeps
    (`programs.selectors.promised_by`).

    WrongMoment when something is missing (`builder.checks.publication_findings` lists it), or is not acknowledged.
    """
    call = move(call, Call.publish, by=by, given=Acknowledged(tuple(acknowledged)))
    for model, key in ((FormVersion, call.form_id), (Rubric, call.rubric_id), (Rules, call.rules_id)):
        assert key is not None  # the move refuses a call without one
        model.objects.filter(pk=key, published_at__isnull=True).update(published_at=clock.now())
    return call


@transaction.atomic
def extend_call(call: Call, *, by: Actor, closes_at: datetime, reason: str) -> Call:
    """Move the closing of a published call to a later instant, and its last cohort with it. Returns the fresh row.

    WrongMoment for an earlier instant, or without a reason. Whoever has a draft, or a closing of its own, is told when
    it has more time by it (applications.reactions).
    """
    call = Call.objects.select_for_update(no_key=True).get(pk=call.pk)
    before = call.closes_at
    given = NewClosing(_tidy(reason), closes_at=closes_at, closed_at=before)
    call = move(call, Call.extend, by=by, given=given)
    call.cohorts = [
        closes_at.astimezone(ZoneInfo(call.zone)).isoformat() if datetime.fromisoformat(text) == before else text
        for text in call.cohorts
    ]
    call.closes_at = closes_at
    call.save(update_fields=["closes_at", "cohorts"])
    return call


@transaction.atomic
def accommodate_applicant(
    call: Call, *, by: Actor, organisation: Organisation, closes_at: datetime, reason: str
) -> Accommodation:
    """Give one applicant a later closing. The reason is confidential: only the trail's erasable part holds it.

    WrongMoment once the call has closed, without a reason, or for an instant that is not after the closing.
    """
    call = Call.objects.select_for_update(no_key=True).get(pk=call.pk)
    given = OneApplicant(
        _tidy(reason), organisation=organisation.public_id if organisation else None, closes_at=closes_at
    )
    call = move(call, Call.accommodate, by=by, given=given)
    accommodation, _made = Accommodation.objects.update_or_create(
        call=call, organisation=organisation, defaults={"closes_at": closes_at}
    )
    return accommodation


@transaction.atomic
def cancel_call(call: Call, *, by: Actor, reason: str) -> Call:
    """Cancel a call, with the reason its applicants will read. Its files are cancelled in the same transaction."""
    return move(call, Call.cancel, by=by, given=Reason(_tidy(reason)))


@transaction.atomic
def archive_call(call: Call, *, by: Actor) -> Call:
    """Put away a call that has closed. Its files go on."""
    return move(call, Call.archive, by=by)


def _tidy(reason: str) -> str:
    return (reason or "").strip()
