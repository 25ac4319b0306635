"""What pages, moves and higher apps read of reviews: quorum, scores, ranking, a queue, a proposed split."""

from reviews.selectors.panel import FileScores, criterion_means, file_scores, notes_of, quorum
from reviews.selectors.queue import Queue, pace_of, queue_of
from reviews.selectors.ranking import (
    RankedFile,
    Ranking,
    cohorts_of,
    held_for,
    held_percent,
    open_envelopes,
    ranking,
)
from reviews.selectors.shares import proposed_shares
from reviews.selectors.waiting import work_for

__all__ = [
    "FileScores",
    "Queue",
    "RankedFile",
    "Ranking",
    "cohorts_of",
    "criterion_means",
    "file_scores",
    "held_for",
    "held_percent",
    "notes_of",
    "open_envelopes",
    "pace_of",
    "proposed_shares",
    "queue_of",
    "quorum",
    "ranking",
    "work_for",
]
