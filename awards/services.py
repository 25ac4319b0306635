"""Writes of this app."""

from django.db import transaction

from audit.actors import Actor
from audit.services import record
from awards.models import Award, AwardShare
from decisions.models import Decision
from decisions.states import DecisionState
from work import clock


@transaction.atomic
def open_award(decision: Decision, *, by: Actor) -> Award:
    """Open the award of an issued approval: its amount, and the part of each envelope. Returns the `Award`."""
    award = Award.objects.create(
        decision=decision,
        application=decision.application,
        organisation=decision.application.organisation,
        amount=decision.amount,
    )
    AwardShare.objects.bulk_create(
        AwardShare(award=award, envelope_id=share.envelope_id, amount=share.amount)
        for share in decision.shares.order_by("envelope_id")
    )
    record(award, "award.open", by=by, given={"amount": award.amount})
    return award


@transaction.atomic
def close_award(application_id: int, *, by: Actor) -> Award | None:
    """The award of a file no longer stands: a later decision took its place, or the file left. Called by reactions.

    Returns the award, or None when the file has none that stands. Its row and its shares are kept as they were. One
    whose decision was issued and never sent had not begun: its trail says so.
    """
    award = Award.objects.filter(application_id=application_id, superseded_at__isnull=True).first()  # one at most
    if award is None:
        return None
    award.superseded_at = award.updated_at = clock.now()
    award.save(update_fields=["superseded_at", "updated_at"])
    never_sent = award.decision.state == DecisionState.VOID
    record(award, "award.cancel" if never_sent else "award.supersede", by=by, given={"amount": award.amount})
    return award
