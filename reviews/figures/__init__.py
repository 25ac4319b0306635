"""The figures of this app, each defined once: quorum, scores, ranking, a queue and its pace, a proposed split."""

from reviews.figures.panel import FileScores, file_scores, quorum
from reviews.figures.queue import Queue, pace_of, queue_of
from reviews.figures.ranking import (
    RANKED,
    RankedFile,
    Ranking,
    cohorts_of,
    held_percent,
    open_envelopes,
    ranking,
)
from reviews.figures.shares import proposed_shares
from reviews.figures.waiting import work_for

__all__ = [
    "RANKED",
    "FileScores",
    "Queue",
    "RankedFile",
    "Ranking",
    "cohorts_of",
    "file_scores",
    "held_percent",
    "open_envelopes",
    "pace_of",
    "proposed_shares",
    "queue_of",
    "quorum",
    "ranking",
    "work_for",
]
