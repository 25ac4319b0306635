"""What a finding asks of the checklist."""

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from applications.states import ApplicationState, Place
from moves.refusals import Refusal
from moves.rules import Interests
from moves.transitions import Facts
from work import clock

if TYPE_CHECKING:
    from applications.models import Application

ONLY_A_SCREENER = gettext_lazy(
    "Only a screening officer of the programme marks the checklist, confirms a file complete, and declares it eligible "
    "or not."
)


class Again(Enum):
    """Why a mark does not count until somebody looks at it again."""

    SENT = "made before the applicant's latest submission"
    RETURNED = "made before the file came back, after a finding"
    CLOSED = "made by somebody to whom the file has been closed since"


@dataclass(frozen=True)
class Pieces(Facts):
    """What a submission lacks, each in words: answers that the form requires, documents whose file is gone, the
    sponsor's confirmation."""

    missing: tuple[str, ...]


@dataclass(frozen=True)
class Checklist(Facts):
    """How the screening stands: items not marked, those to look at again since it last began, how many of these had
    failed, keys of those that failed and of those of them without a reason.

    `because`: why they are to be looked at again; None where there are several reasons, or nothing to look at.
    `overdue`: the request for changes that waits is past its day. `decides`: the programme has no reviews.
    """

    open: int
    again: int
    failed_before: int
    failed: tuple[str, ...]
    without_reason: tuple[str, ...]
    overdue: bool
    decides: bool
    because: Again | None = None


@dataclass(frozen=True)
class Screened(Interests):
    """Whether a conflict of interest, and no doubt that waits for its own ruling, was declared after the screening that
    stands, by whose work it is."""

    late: bool


def screening_came_before_a_conflict(_application: "Application", facts: Screened) -> Refusal | None:
    if facts.late:
        return None
    return Refusal(_("Nothing in the screening of this file came before a conflict of interest."), code="state")


def is_not_found_complete(application: "Application", _facts: object) -> Refusal | None:
    """Once for each submission: a colleague, or the first of two clicks, found it and its applicant was told."""
    if application.complete_at is None:
        return None
    day = clock.format_day(application.complete_at, get_language() or "fr")
    return Refusal(_("The file was already confirmed complete, on %(day)s.") % {"day": day}, code="complete")


def every_piece_is_there(_application: "Application", facts: Pieces) -> Refusal | None:
    if facts.missing:
        missing = " ".join(facts.missing)
        said = _("Something is missing. It is for a programme officer to ask the applicant for it. %(missing)s")
        return Refusal(said % {"missing": missing}, "missing")
    return None


def was_found_complete(application: "Application", _facts: object) -> Refusal | None:
    """Asked before either finding of a submitted file. An overdue request has no answer that could complete it, and
    what was found eligible was complete."""
    if application.complete_at is None and application.state == ApplicationState.SUBMITTED:
        return Refusal(_("Confirm first that the file is complete: the applicant will be notified."), code="incomplete")
    return None


def checklist_has_passed(application: "Application", facts: Checklist) -> Refusal | None:
    if facts.open:
        return Refusal(_("The checklist is not complete."), code="open")
    if facts.again:
        return Refusal(to_look_at_again(facts.again, facts.because), code="again")
    if facts.failed:
        return Refusal(_("An item of the checklist is not compliant: the file is not eligible."), code="failed")
    if application.place == Place.WAITING:
        return Refusal(_("The file is on the waiting list: no money is reserved for it."), code="place")
    return None


def failed_items_have_reasons(application: "Application", facts: Checklist) -> Refusal | None:
    """Asked of `find_ineligible`. A file whose request for changes is not overdue keeps its time to answer. The letter
    says every item that failed: none of them before what the applicant sent since."""
    if facts.failed_before:
        return Refusal(_failed_before(facts.failed_before, facts.because), code="again")
    if not facts.failed:
        return Refusal(_("No item of the checklist is marked as not compliant."), code="passed")
    if facts.without_reason:
        return Refusal(_("Give the reason for each item that is not compliant: the letter says it."), code="reason")
    if application.state == ApplicationState.CHANGES_REQUESTED and not facts.overdue:
        return Refusal(_("The applicant still has time to answer the request for changes."), code="not_overdue")
    return None


def _failed_before(count: int, because: Again | None) -> str:
    if because is Again.SENT:
        said = ngettext(
            "One item was not compliant before the applicant's latest submission: look at it again.",
            "%(count)s items were not compliant before the applicant's latest submission: look at each again.",
            count,
        )
    else:
        said = ngettext(
            "One item that was not compliant is to be looked at again first.",
            "%(count)s items that were not compliant are to be looked at again first.",
            count,
        )
    return said % {"count": count}


def to_look_at_again(count: int, because: Again | None) -> str:
    """How many marks do not count until they are looked at again, and why, in a sentence."""
    match because:
        case Again.SENT:
            said = ngettext(
                "One item was marked before the applicant's latest submission: look at it again.",
                "%(count)s items were marked before the applicant's latest submission: look at each again.",
                count,
            )
        case Again.RETURNED:
            said = ngettext(
                "One item was marked before the file came back to screening: look at it again.",
                "%(count)s items were marked before the file came back to screening: look at each again.",
                count,
            )
        case Again.CLOSED:
            said = ngettext(
                "One item was marked by somebody to whom the file has been closed since: look at it again.",
                "%(count)s items were marked by somebody to whom the file has been closed since: look at each again.",
                count,
            )
        case None:
            said = ngettext("One item is to be looked at again.", "%(count)s items are to be looked at again.", count)
    return said % {"count": count}


def is_decided_by_checklist(_application: "Application", facts: Checklist) -> Refusal | None:
    if not facts.decides:
        return Refusal(_("This programme decides by reviews, not by a checklist."), code="reviews")
    return None
