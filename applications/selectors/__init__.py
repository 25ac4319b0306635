"""What pages and higher apps read of files: their answers, as kept and as people read them, and as submitted; when
things are due; what a person lists, and what waits for them."""

from applications.selectors.answers import answers_of, form_of, rows_of
from applications.selectors.deadlines import service_due
from applications.selectors.lists import Chosen, calls_of, chosen_files, in_order
from applications.selectors.people import signatories_of
from applications.selectors.shown import Shown, ShownSection, shown_sections
from applications.selectors.submitted import Sponsor, Submitted, current_snapshot, read_snapshot, submitted
from applications.selectors.turns import Stuck, stuck_among
from applications.selectors.waiting import work_for

__all__ = [
    "Chosen",
    "Shown",
    "ShownSection",
    "Sponsor",
    "Stuck",
    "Submitted",
    "answers_of",
    "calls_of",
    "chosen_files",
    "current_snapshot",
    "form_of",
    "in_order",
    "read_snapshot",
    "rows_of",
    "service_due",
    "shown_sections",
    "signatories_of",
    "stuck_among",
    "submitted",
    "work_for",
]
