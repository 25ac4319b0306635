"""Writes of this room."""

from django.db import transaction

from audit.services import record, record_change
from awards.models import Award, AwardShare


@transaction.atomic
def open_award(decision, *, by):
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
    record(award, "opened", by=by, given={"amount": award.amount})
    record_change("award", award.public_id, application_id=award.application_id)
    return award
