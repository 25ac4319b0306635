"""The page that a letter's message, and a person's day, lead to."""

from uuid import UUID

from work.pages import Page

LETTER = Page("decision-letter", UUID)
