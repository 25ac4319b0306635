"""The pages that messages about reviews, and a person's day, lead to."""

from uuid import UUID

from work.pages import Page

QUEUE = Page("review-queue")
SCORE = Page("review-score", UUID)
DECLARE_OWN = Page("review-declare-own", UUID)  # before the review
FILE_REVIEWS = Page("review-file", str)
RECOMMEND = Page("review-recommend", str)
DECLARE = Page("review-declare", str)
RULE = Page("review-rule", str, UUID)  # on a person's declaration
