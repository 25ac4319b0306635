"""The pages that messages about reviews lead to."""

from uuid import UUID

from work.pages import Page

QUEUE = Page("review-queue")
FILE_REVIEWS = Page("review-file", str)
DECLARE = Page("review-declare", str)
RULE = Page("review-rule", str, UUID)  # on a person's declaration
