"""Writing an application: begun, task list, one section at a time, each answer saved as it is left."""

from applications.views.drafting.autosave import answer
from applications.views.drafting.door import draft_of, of_drafts, own
from applications.views.drafting.draft import delete, document, eligibility, mine, start, tasks
from applications.views.drafting.late import not_kept, typed
from applications.views.drafting.sections import Page, section

__all__ = [
    "Page",
    "answer",
    "delete",
    "document",
    "draft_of",
    "eligibility",
    "mine",
    "not_kept",
    "of_drafts",
    "own",
    "section",
    "start",
    "tasks",
    "typed",
]
