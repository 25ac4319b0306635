"""The pages that lower apps, and a person's day, lead to."""

from uuid import UUID

from work.pages import Page

FILE = Page("file-detail", str)
JOB = Page("job-detail", UUID)
SERVICE = Page("service")
PEOPLE = Page("people")
