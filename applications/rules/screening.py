"""What a finding asks of the checklist."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.states import ApplicationState, Place
from moves.refusals import Refusal
from moves.transitions import Facts

if TYPE_CHECKING:
    from applications.models import Application

ONLY_A_SCREENER = gettext_lazy(
    "Only a screening officer of the programme marks the checklist and finds a file eligible or not."
)


@dataclass(frozen=True)
class Checklist(Facts):
    """How the screening stands: items not marked, keys of those that failed and of those of them without a reason.

    `overdue`: the request for changes that waits is past its day. `decides`: the programme has no reviews.
    """

    open: int
    failed: tuple[str, ...]
    without_reason: tuple[str, ...]
    overdue: bool
    decides: bool


def checklist_has_passed(application: "Application", facts: Checklist) -> Refusal | None:
    if facts.open:
        return Refusal(_("The checklist is not complete."), code="open")
    if facts.failed:
        return Refusal(_("An item of the checklist failed: the file is not eligible."), code="failed")
    if application.place == Place.WAITING:
        return Refusal(_("The file is on the waiting line: no money is reserved for it."), code="place")
    return None


def failed_items_have_reasons(application: "Application", facts: Checklist) -> Refusal | None:
    """Asked of `find_ineligible`. A file whose request for changes is not overdue keeps its time to answer."""
    if not facts.failed:
        return Refusal(_("No item of the checklist failed."), code="passed")
    if facts.without_reason:
        return Refusal(_("Give the reason for each failed item: the letter says it."), code="reason")
    if application.state == ApplicationState.CHANGES_REQUESTED and not facts.overdue:
        return Refusal(_("The applicant still has time to answer the request for changes."), code="not_overdue")
    return None


def is_decided_by_checklist(_application: "Application", facts: Checklist) -> Refusal | None:
    if not facts.decides:
        return Refusal(_("This programme decides by reviews, not by a checklist."), code="reviews")
    return None
