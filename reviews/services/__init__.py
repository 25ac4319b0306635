"""Writes of this app: interests, assignments, scores, recommendations."""

from reviews.services.assignments import (
    assign_reviewer,
    cancel_assignment,
    close_review,
    decline_assignment,
    recuse_reviewer,
    reopen_file,
    replace_assignment,
    start_review,
)
from reviews.services.interests import (
    declare_interests,
    end_interest,
    keep_set_aside,
    record_interest,
    rule_on_declaration,
    sign_undertaking,
    uphold_acts,
)
from reviews.services.ranking import recommend, void_recommendation
from reviews.services.scores import (
    FeedbackConflict,
    ScoreConflict,
    ScoreInvalid,
    open_review,
    reopen_review,
    save_feedback,
    save_score,
    skip_for_now,
    submit_review,
)

__all__ = [
    "FeedbackConflict",
    "ScoreConflict",
    "ScoreInvalid",
    "assign_reviewer",
    "cancel_assignment",
    "close_review",
    "declare_interests",
    "decline_assignment",
    "end_interest",
    "keep_set_aside",
    "open_review",
    "recommend",
    "record_interest",
    "recuse_reviewer",
    "reopen_file",
    "reopen_review",
    "replace_assignment",
    "rule_on_declaration",
    "save_feedback",
    "save_score",
    "sign_undertaking",
    "skip_for_now",
    "start_review",
    "submit_review",
    "uphold_acts",
    "void_recommendation",
]
