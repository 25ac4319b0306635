"""The pages of a programme and of a call, of this app and of those above."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from moves.transitions import AnyMove
from programs.models import Call, Program
from work.pages import Page, Slot, Tab, Tabs

PROGRAM_TABS: Tabs[Program] = Tabs(
    Tab("program-details", _("Details and calls"), 10),
    Tab("program-form", _("Form"), 20),
    Tab("program-rubric", _("Rubric"), 30),
    Tab("program-rules", _("Rules"), 40),
    Tab("program-people", _("People"), 60),
)
PUBLISH_PAGE = Slot[UUID]("where a call is published")


# Where each move of a call is made.
PAGE_OF_MOVE: dict[AnyMove, Page[UUID] | Slot[UUID]] = {
    Call.publish: PUBLISH_PAGE,
    Call.extend: Page("call-extend", UUID),
    Call.accommodate: Page("call-accommodate", UUID),
    Call.cancel: Page("call-cancel", UUID),
    Call.archive: Page("call-archive", UUID),
}
