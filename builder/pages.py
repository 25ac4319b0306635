"""The page that a call's own page leads to."""

from uuid import UUID

from work.pages import Page

PUBLISH = Page("call-publish", UUID)
