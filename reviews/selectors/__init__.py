"""What pages, moves and higher apps read of reviews: what counts, ranking, a queue, a proposed split."""

from reviews.selectors.evidence import Reread, Stood, departure, departure_of, hides_its_ranking, reread, stood
from reviews.selectors.interests import interests_of
from reviews.selectors.late import (
    Late,
    goes_back_by_ruling,
    is_doubt,
    late_of,
    late_on,
    may_be_freed,
    rulers_on,
    said_of,
    stuck_on,
    tells_acts_of_chain,
    to_uphold,
    turn_of,
    upheld_on,
)
from reviews.selectors.panel import (
    CountedReview,
    PanelReviews,
    criterion_means,
    notes_of,
    panel_reviews,
    reviews_of,
)
from reviews.selectors.queue import Queue, assignment_on, is_theirs, last_submitted, pace_of, past_of, queue_of
from reviews.selectors.ranking import (
    RankedFile,
    Ranking,
    held_for,
    held_percent,
    left_in,
    open_envelopes,
    ranking,
    sent_back_of,
)
from reviews.selectors.seats import PanelShown, panels_of
from reviews.selectors.shares import proposed_shares
from reviews.selectors.turns import review_turns, stuck_among
from reviews.selectors.waiting import work_for

__all__ = [
    "CountedReview",
    "Late",
    "PanelReviews",
    "PanelShown",
    "Queue",
    "RankedFile",
    "Ranking",
    "Reread",
    "Stood",
    "assignment_on",
    "criterion_means",
    "departure",
    "departure_of",
    "goes_back_by_ruling",
    "held_for",
    "held_percent",
    "hides_its_ranking",
    "interests_of",
    "is_doubt",
    "is_theirs",
    "last_submitted",
    "late_of",
    "late_on",
    "left_in",
    "may_be_freed",
    "notes_of",
    "open_envelopes",
    "pace_of",
    "panel_reviews",
    "panels_of",
    "past_of",
    "proposed_shares",
    "queue_of",
    "ranking",
    "reread",
    "review_turns",
    "reviews_of",
    "rulers_on",
    "said_of",
    "sent_back_of",
    "stood",
    "stuck_among",
    "stuck_on",
    "tells_acts_of_chain",
    "to_uphold",
    "turn_of",
    "upheld_on",
    "work_for",
]
