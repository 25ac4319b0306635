"""The pages that messages about decisions, and a person's day, lead to."""

from uuid import UUID

from work.pages import Page

FILE_DECISION = Page("decision-file", str)
CONCURRENCE = Page("decision-concurrence", UUID)
