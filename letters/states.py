"""The states of a letter: all that follows from each is said once, in its row. And the kinds of letter there are."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from work.states import States, Tag


class LetterKind(TextChoices):
    APPROVED = "approved", _("approved")
    DECLINED = "declined", _("declined")
    INELIGIBLE = "ineligible", _("ineligible")
    WAITLISTED = "waitlisted", _("waitlisted")
    INVITED = "invited", _("invited")
    RECONSIDERED = "reconsidered", _("reconsidered")
    CANCELLED = "cancelled", _("cancelled")


@dataclass(frozen=True)
class LetterRow:
    """What a letter's state means. `is_leaving`: its messages are on their way. `is_readable`: by its recipient."""

    tag: Tag
    is_leaving: bool
    is_readable: bool


class LetterState(States):
    row: LetterRow

    QUEUED = "queued", LetterRow(Tag.INFO, is_leaving=False, is_readable=False), _("queued")
    RENDERED = "rendered", LetterRow(Tag.INFO, is_leaving=True, is_readable=False), _("rendered")
    SIGNED = "signed", LetterRow(Tag.INFO, is_leaving=True, is_readable=False), _("signed")
    SENT = "sent", LetterRow(Tag.GOOD, is_leaving=False, is_readable=True), _("sent")
    SERVED = "served", LetterRow(Tag.GOOD, is_leaving=False, is_readable=True), _("served")
    FAILED = "failed", LetterRow(Tag.BAD, is_leaving=False, is_readable=False), _("failed")
    WITHHELD = "withheld", LetterRow(Tag.QUIET, is_leaving=False, is_readable=False), _("withheld")


LEAVING = tuple(state for state in LetterState if state.row.is_leaving)
READABLE = tuple(state for state in LetterState if state.row.is_readable)
