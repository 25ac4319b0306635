"""The receipt of a submission: queued with it, told to the people of the file, and made again when it failed."""

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from applications import receipts
from applications.models import Application, Snapshot
from applications.pages import APPLICATION
from applications.rules import is_officer
from applications.selectors.people import people_of
from audit.services import record
from documents.models import Rendering
from documents.services import queue_rendering, retry_rendering
from documents.states import RenderingKind
from moves.interests import ask_unbarred
from moves.refusals import Forbidden
from notifications import messages
from notifications.services import queue_message
from work import clock
from work.money import format_money
from work.querysets import given_up
from work.texts import Text


def give_receipt(application: Application, snapshot: Snapshot) -> None:
    """Queue the receipt, and tell the people of the file."""
    call, closing, requested = application.call, application.cohort_closes_at, application.requested_amount
    assert closing is not None  # both were written on the row as it was submitted
    assert requested is not None
    with translation.override(application.language):
        rows = [
            (_("Number"), application.reference),
            (_("Received on"), clock.format_instant(snapshot.at, application.language)),
            (_("Programme"), call.program.name),
            (_("Call"), call.name),
            (_("Cohort that closes on"), clock.format_instant(closing, application.language)),
            (_("Applicant"), f"{application.organisation_name} (NEQ {application.organisation.neq})"),
            (_("Title"), application.title),
            (_("Aid requested, bonus included"), format_money(requested, application.language)),
            *_bonus_row(application),
            (_("Eligible costs"), format_money(application.eligible_costs or 0, application.language)),
            (_("Documents"), str(application.documents.attached().count())),
            (_("Attested and signed by"), snapshot.signed_name),
            (_("Version of the form"), str(snapshot.form_version)),
            (_("Fingerprint (SHA-256)"), snapshot.digest),
        ]
        title = _("Receipt %(reference)s") % {"reference": application.reference}
    snapshot.receipt = queue_rendering(
        RenderingKind.RECEIPT,
        html=receipts.receipt(application, snapshot, rows=rows),
        title=title,
        language=application.language,
        key=f"receipt:{snapshot.public_id}",
        application_id=application.pk,
        brand=call.program.cluster.colour_ink,
    )
    snapshot.save(update_fields=["receipt"])
    for person in people_of(application):
        queue_message(
            messages.ApplicationReceived(
                reference=application.number,
                title=application.title,
                call=Text(call.name_fr, call.name_en),
                at=snapshot.at,
            ),
            to=person,
            link=APPLICATION(application.public_id),
            application_id=application.pk,
            key=f"application_received:{snapshot.public_id}:{person.pk}",
        )


def _bonus_row(application: Application) -> list[tuple[str, str]]:
    """What of the aid asked is a bonus, with its condition; nothing where there is none."""
    parts = application.requested
    if not parts.bonus:
        return []
    return [(_("Including a bonus of"), f"{format_money(parts.bonus, application.language)}. {parts.condition}")]


@transaction.atomic
def retry_receipts(application: Application, *, by: User) -> int:
    """Let the receipts of a file that were given up be made after all, now. Gives how many.

    Forbidden for who is no officer of its programme, or is barred from it.
    """
    if not is_officer(application, by):
        raise Forbidden(_("Only an officer of the programme does this."))
    ask_unbarred(application.pk, by)
    lost = given_up(Rendering.objects.filter(snapshot__application=application)).select_for_update(no_key=True)
    found = [retry_rendering(receipt) for receipt in lost]
    if found:
        record(application, "application.retry_receipt", by=by)
    return len(found)
