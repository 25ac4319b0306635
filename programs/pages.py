"""The pages of a programme and of a call, of this app and of those above."""

from django.utils.translation import gettext_lazy as _

from moves.transitions import AnyMove
from programs.models import Call, Program
from work.pages import Slot, Tab, Tabs

PROGRAM_TABS: Tabs[Program] = Tabs(
    Tab("program-details", _("Details and calls"), 10),
    Tab("program-form", _("Form"), 20),
    Tab("program-rubric", _("Rubric"), 30),
    Tab("program-rules", _("Rules"), 40),
    Tab("program-people", _("People"), 60),
)
PUBLISH_PAGE = Slot("where a call is published")


def page_of(step: AnyMove) -> str:
    """The name of the page where this move of a call is made."""
    pages: dict[AnyMove, str] = {
        Call.publish: PUBLISH_PAGE.url_name,
        Call.extend: "call-extend",
        Call.accommodate: "call-accommodate",
        Call.cancel: "call-cancel",
        Call.archive: "call-archive",
    }
    return pages[step]
