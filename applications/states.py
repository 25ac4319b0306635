"""The states of a file, and what the applicant, the register and the partner may be told of them."""

from datetime import datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ApplicationState(TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    CHANGES_REQUESTED = "changes_requested", _("changes requested")
    ELIGIBLE = "eligible", _("eligible")
    INELIGIBLE = "ineligible", _("ineligible")
    IN_REVIEW = "in_review", _("in review")
    REVIEWED = "reviewed", _("reviewed")
    RECOMMENDED = "recommended", _("recommended")
    APPROVED = "approved", _("approved")
    INVITED = "invited", _("invited")
    DECLINED = "declined", _("declined")
    WAITLISTED = "waitlisted", _("waitlisted")
    IN_RECONSIDERATION = "in_reconsideration", _("in reconsideration")
    WITHDRAWN = "withdrawn", _("withdrawn")
    CANCELLED = "cancelled", _("cancelled")


# Where a file can still be withdrawn by its applicant, or cancelled with its call. `ineligible` is among them: the
# applicant has not read the letter yet, and a refusal would tell the outcome.
UNDER_WAY = (
    ApplicationState.SUBMITTED,
    ApplicationState.CHANGES_REQUESTED,
    ApplicationState.ELIGIBLE,
    ApplicationState.INELIGIBLE,
    ApplicationState.IN_REVIEW,
    ApplicationState.REVIEWED,
    ApplicationState.RECOMMENDED,
    ApplicationState.WAITLISTED,
    ApplicationState.IN_RECONSIDERATION,
)


class Outcome(TextChoices):
    """What a committee can recommend for a file."""

    APPROVED = "approved", _("approve")
    PARTIAL = "partial", _("approve in part")
    INVITED = "invited", _("invite to the next stage")
    WAITLISTED = "waitlisted", _("put on the waiting list")
    DECLINED = "declined", _("decline")


FUNDED = (Outcome.APPROVED, Outcome.PARTIAL)


class ChangeWhy(TextChoices):
    """What is wrong with an answer that the applicant is asked to change."""

    INCORRECT = "incorrect", _("incorrect")
    INCOMPLETE = "incomplete", _("incomplete")
    OUTDATED = "outdated", _("outdated")


class Place(TextChoices):
    """A file's place in a first-come line; told to the applicant at once."""

    NONE = "", _("no line")
    RESERVED = "reserved", _("money reserved")
    WAITING = "waiting", _("on the waiting line")


class PublicState(TextChoices):
    """What the applicant and the partner see until the letter is sent."""

    DRAFT = "draft", _("draft")
    CLOSED = "closed", _("closed draft")
    BEING_ASSESSED = "being_assessed", _("being assessed")
    CHANGES_REQUESTED = "changes_requested", _("changes requested")
    APPROVED = "approved", _("approved")
    DECLINED = "declined", _("declined")
    INELIGIBLE = "ineligible", _("ineligible")
    WAITLISTED = "waitlisted", _("waitlisted")
    INVITED = "invited", _("invited")
    IN_RECONSIDERATION = "in_reconsideration", _("in reconsideration")
    WITHDRAWN = "withdrawn", _("withdrawn")
    CANCELLED = "cancelled", _("cancelled")


TOLD_AT_ONCE = (
    ApplicationState.DRAFT,
    ApplicationState.CHANGES_REQUESTED,
    ApplicationState.WITHDRAWN,
    ApplicationState.CANCELLED,
)


def public_state(state: str, outcome_at: datetime | None, *, closed: bool = False) -> PublicState:
    """The `PublicState` of a file in `state` whose letter was first sent at `outcome_at` (None when not sent).

    `closed` says that the call of a draft has closed. Every state after `submitted` reads *being assessed* until then.
    """
    if state == ApplicationState.DRAFT:
        return PublicState.CLOSED if closed else PublicState.DRAFT
    if state in TOLD_AT_ONCE:
        return PublicState(state)
    if outcome_at is None:
        return PublicState.BEING_ASSESSED
    try:
        return PublicState(state)
    except ValueError:
        return PublicState.BEING_ASSESSED
