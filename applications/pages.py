"""The pages of a file, of this app and of those above, and those that messages and a person's day lead to."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from applications.models import Application
from work.pages import Page, Slot, Tab, Tabs

FILE_TABS: Tabs[Application] = Tabs(
    Tab("file-answers", _("Answers"), 20),
    Tab("file-screening", _("Screening"), 30),
    Tab("file-changes", _("Changes"), 40),
)
FILE_PAGE = Slot[str]("the whole file, for the staff")
DECLARE_PAGE = Slot[str]("where a person declares interests in a file")

CALL = Page("call", UUID)  # as everybody reads it
APPLICATION = Page("application-detail", UUID)  # the company's
APPLICATION_TASKS = Page("application-tasks", UUID)
APPLICATION_SPONSOR = Page("application-sponsor", UUID)
APPLICATION_CHANGES = Page("application-changes", UUID)
SPONSOR = Page("sponsor", str)  # the token of the sponsor's link
FILE_ANSWERS = Page("file-answers", str)  # the staff's
FILE_SCREENING = Page("file-screening", str)
FILE_CHANGES = Page("file-changes", str)
