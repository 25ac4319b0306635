"""How many invented files stand where, what brought them there, and when each step happened."""

import random
from datetime import datetime, timedelta

from applications.states import ApplicationState
from moves.states import Duty

# A move of a file: its name, from, to, who, duty ("" for none); and its moves so far, in order.
Move = tuple[str, ApplicationState, ApplicationState, str, str]
Path = tuple[Move, ...]

# In a thousand files. A published call of six months: most are decided, some are on every desk.
SHARES = {
    ApplicationState.DRAFT: 110,
    ApplicationState.SUBMITTED: 90,
    ApplicationState.CHANGES_REQUESTED: 30,
    ApplicationState.ELIGIBLE: 60,
    ApplicationState.INELIGIBLE: 10,
    ApplicationState.IN_REVIEW: 60,
    ApplicationState.REVIEWED: 20,
    ApplicationState.RECOMMENDED: 30,
    ApplicationState.APPROVED: 300,
    ApplicationState.DECLINED: 230,
    ApplicationState.WAITLISTED: 20,
    ApplicationState.IN_RECONSIDERATION: 5,
    ApplicationState.WITHDRAWN: 35,
}

# What waits for somebody of the cluster, or for an answer that it asked for: sent not so long ago.
ON_A_DESK = (
    ApplicationState.SUBMITTED,
    ApplicationState.CHANGES_REQUESTED,
    ApplicationState.ELIGIBLE,
    ApplicationState.INELIGIBLE,
    ApplicationState.IN_REVIEW,
    ApplicationState.REVIEWED,
    ApplicationState.RECOMMENDED,
)

SUBMIT: Move = ("submit", ApplicationState.DRAFT, ApplicationState.SUBMITTED, "signatory", "")
COMPLETE: Path = (SUBMIT, ("find_complete", ApplicationState.SUBMITTED, ApplicationState.SUBMITTED, "screener", ""))
SCREENED: Path = (
    *COMPLETE,
    ("find_eligible", ApplicationState.SUBMITTED, ApplicationState.ELIGIBLE, "screener", Duty.SCREEN),
)
IN_REVIEW: Path = (
    *SCREENED,
    ("start_review", ApplicationState.ELIGIBLE, ApplicationState.IN_REVIEW, "officer", ""),
)
REVIEWED: Path = (
    *IN_REVIEW,
    ("complete_review", ApplicationState.IN_REVIEW, ApplicationState.REVIEWED, "officer", ""),
)
RECOMMENDED: Path = (
    *REVIEWED,
    ("recommend", ApplicationState.REVIEWED, ApplicationState.RECOMMENDED, "chair", Duty.RECOMMEND),
)
REFUSED: Path = (
    *COMPLETE,
    ("find_ineligible", ApplicationState.SUBMITTED, ApplicationState.INELIGIBLE, "screener", Duty.SCREEN),
)
DECLINED: Path = (
    *RECOMMENDED,
    ("decline", ApplicationState.RECOMMENDED, ApplicationState.DECLINED, "officer", ""),
)

# The moves of a file, in order. They are its trail, and every page's timeline.
PATHS: dict[ApplicationState, Path] = {
    ApplicationState.DRAFT: (),
    ApplicationState.SUBMITTED: (SUBMIT,),
    ApplicationState.CHANGES_REQUESTED: (
        SUBMIT,
        ("request_changes", ApplicationState.SUBMITTED, ApplicationState.CHANGES_REQUESTED, "officer", ""),
    ),
    ApplicationState.ELIGIBLE: SCREENED,
    ApplicationState.INELIGIBLE: REFUSED,
    ApplicationState.IN_REVIEW: IN_REVIEW,
    ApplicationState.REVIEWED: REVIEWED,
    ApplicationState.RECOMMENDED: RECOMMENDED,
    ApplicationState.APPROVED: (
        *RECOMMENDED,
        ("approve", ApplicationState.RECOMMENDED, ApplicationState.APPROVED, "officer", ""),
    ),
    ApplicationState.DECLINED: DECLINED,
    ApplicationState.WAITLISTED: (
        *RECOMMENDED,
        ("waitlist", ApplicationState.RECOMMENDED, ApplicationState.WAITLISTED, "officer", ""),
    ),
    ApplicationState.IN_RECONSIDERATION: (
        *DECLINED,
        ("ask_reconsideration", ApplicationState.DECLINED, ApplicationState.IN_RECONSIDERATION, "signatory", ""),
    ),
    ApplicationState.WITHDRAWN: (
        SUBMIT,
        ("withdraw", ApplicationState.SUBMITTED, ApplicationState.WITHDRAWN, "signatory", ""),
    ),
}
INELIGIBLE_LETTER: Path = (
    *REFUSED,
    ("decline", ApplicationState.INELIGIBLE, ApplicationState.DECLINED, "officer", ""),
)
ISSUED_BY = {"approve", "decline", "waitlist"}  # fired by the issue of the decision


def deal(start: int, count: int) -> list[ApplicationState]:
    """The states of `count` files from the `start`-th on: any thousand in a row has the shares exactly, mixed."""
    deck = [state for state, share in SHARES.items() for _n in range(share)]
    random.Random(1000).shuffle(deck)  # noqa: S311
    return [deck[place % len(deck)] for place in range(start, start + count)]


def instants(rng: random.Random, opens: datetime, ends: datetime, steps: int) -> list[datetime]:
    """`steps` instants in order between the opening and now, a second apart at least, in whole seconds.

    A file with a long past was sent early: each step takes its part of the window.
    """
    span = int((ends - opens).total_seconds()) - steps - 1
    places = sorted(rng.randint(0, max(span, 1)) for _n in range(steps))
    return [opens + timedelta(seconds=place + n) for n, place in enumerate(places)]
