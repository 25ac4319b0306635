"""The page that a letter's message leads to."""

from uuid import UUID

from work.pages import Page

LETTER = Page("decision-letter", UUID)
