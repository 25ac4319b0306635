"""Writes of this room: interests, assignments, scores, recommendations."""

from reviews.services.assignments import (
    assign_reviewer,
    cancel_assignment,
    decline_assignment,
    recuse_reviewer,
    start_review,
)
from reviews.services.interests import (
    declare_interests,
    record_interest,
    rule_on_declaration,
    sign_undertaking,
)
from reviews.services.ranking import recommend, void_recommendation
from reviews.services.scores import reopen_review, save_feedback, save_score, skip_for_now, submit_review

__all__ = [
    "assign_reviewer",
    "cancel_assignment",
    "declare_interests",
    "decline_assignment",
    "recommend",
    "record_interest",
    "recuse_reviewer",
    "reopen_review",
    "rule_on_declaration",
    "save_feedback",
    "save_score",
    "sign_undertaking",
    "skip_for_now",
    "start_review",
    "submit_review",
    "void_recommendation",
]
