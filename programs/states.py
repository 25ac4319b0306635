"""The states and phases of a call. A state is stored; a phase is what the clock says of a published call."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from work.states import States, Tag


@dataclass(frozen=True)
class CallRow:
    """What a call's state means. `is_shown`: on the public page of its programme."""

    is_shown: bool


class CallState(States):
    row: CallRow

    DRAFT = "draft", CallRow(is_shown=False), _("draft")
    PUBLISHED = "published", CallRow(is_shown=True), _("published")
    CANCELLED = "cancelled", CallRow(is_shown=True), pgettext_lazy("call", "cancelled")
    ARCHIVED = "archived", CallRow(is_shown=False), _("archived")


SHOWN = tuple(state for state in CallState if state.row.is_shown)


class CallKind(TextChoices):
    FIXED = "fixed", _("fixed dates")
    CONTINUOUS = "continuous", _("continuous intake")


@dataclass(frozen=True)
class PhaseRow:
    """What a phase means. `tag`: its colour for companies; `staff_tag`: for the staff. In its grace a call still takes
    the submissions that began before its closing. `is_past_closing`: only an applicant who was given a later closing
    goes on."""

    tag: Tag
    staff_tag: Tag
    takes_submissions: bool
    is_past_closing: bool


class Phase(States):
    row: PhaseRow

    UNPUBLISHED = (
        "unpublished",
        PhaseRow(Tag.QUIET, Tag.QUIET, takes_submissions=False, is_past_closing=False),
        _("not published"),
    )
    ANNOUNCED = (
        "announced",
        PhaseRow(Tag.INFO, Tag.INFO, takes_submissions=False, is_past_closing=False),
        _("opens soon"),
    )
    OPEN = (
        "open",
        PhaseRow(Tag.GOOD, Tag.GOOD, takes_submissions=True, is_past_closing=False),
        pgettext_lazy("call", "open"),
    )
    GRACE = "grace", PhaseRow(Tag.WAIT, Tag.WAIT, takes_submissions=True, is_past_closing=True), _("closing")
    CLOSED = (
        "closed",
        PhaseRow(Tag.QUIET, Tag.QUIET, takes_submissions=False, is_past_closing=True),
        pgettext_lazy("call", "closed"),
    )
    CANCELLED = (
        "cancelled",
        PhaseRow(Tag.QUIET, Tag.BAD, takes_submissions=False, is_past_closing=False),
        pgettext_lazy("call", "cancelled"),
    )
