"""Pages of the publication of a call: its own, and those where what a call lacks is mended."""

from uuid import UUID

from work.pages import Page

PUBLISH = Page("call-publish", UUID)
IMPORT = Page("program-import")
PEOPLE = Page("program-people", str)
ENVELOPES = Page("envelope-list")
