"""The pages of a file, of this app and of those above."""

from django.utils.translation import gettext_lazy as _

from applications.models import Application
from work.pages import Slot, Tab, Tabs

FILE_TABS: Tabs[Application] = Tabs(
    Tab("file-answers", _("Answers"), 20),
    Tab("file-screening", _("Screening"), 30),
    Tab("file-changes", _("Changes"), 40),
)
FILE_PAGE = Slot("the whole file, for the staff")
DECLARE_PAGE = Slot("where a person declares interests in a file")
