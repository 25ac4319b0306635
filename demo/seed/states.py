"""How many invented files stand where, what brought them there, and when each step happened."""

import random
from datetime import datetime, timedelta

from applications.states import State
from audit.states import Duty

# In a thousand files. A published call of six months: most are decided, some are on every desk.
SHARES = {
    State.DRAFT: 110,
    State.SUBMITTED: 90,
    State.CHANGES_REQUESTED: 30,
    State.ELIGIBLE: 60,
    State.INELIGIBLE: 10,
    State.IN_REVIEW: 60,
    State.REVIEWED: 20,
    State.RECOMMENDED: 30,
    State.APPROVED: 300,
    State.DECLINED: 230,
    State.WAITLISTED: 20,
    State.IN_RECONSIDERATION: 5,
    State.WITHDRAWN: 35,
}

SUBMIT = ("submit", State.DRAFT, State.SUBMITTED, "signatory", "")
SCREENED = (SUBMIT, ("find_eligible", State.SUBMITTED, State.ELIGIBLE, "screener", Duty.SCREEN))
IN_REVIEW = (*SCREENED, ("start_review", State.ELIGIBLE, State.IN_REVIEW, "officer", ""))
REVIEWED = (*IN_REVIEW, ("complete_review", State.IN_REVIEW, State.REVIEWED, "officer", ""))
RECOMMENDED = (*REVIEWED, ("recommend", State.REVIEWED, State.RECOMMENDED, "chair", Duty.RECOMMEND))
REFUSED = (SUBMIT, ("find_ineligible", State.SUBMITTED, State.INELIGIBLE, "screener", Duty.SCREEN))
DECLINED = (*RECOMMENDED, ("decline", State.RECOMMENDED, State.DECLINED, "officer", ""))

# The moves of a file, in order: name, from, to, who, duty. They are its trail, and every page's timeline.
PATHS = {
    State.DRAFT: (),
    State.SUBMITTED: (SUBMIT,),
    State.CHANGES_REQUESTED: (
        SUBMIT, ("request_changes", State.SUBMITTED, State.CHANGES_REQUESTED, "officer", ""),
    ),
    State.ELIGIBLE: SCREENED,
    State.INELIGIBLE: REFUSED,
    State.IN_REVIEW: IN_REVIEW,
    State.REVIEWED: REVIEWED,
    State.RECOMMENDED: RECOMMENDED,
    State.APPROVED: (*RECOMMENDED, ("approve", State.RECOMMENDED, State.APPROVED, "officer", "")),
    State.DECLINED: DECLINED,
    State.WAITLISTED: (*RECOMMENDED, ("waitlist", State.RECOMMENDED, State.WAITLISTED, "officer", "")),
    State.IN_RECONSIDERATION: (
        *DECLINED, ("ask_reconsideration", State.DECLINED, State.IN_RECONSIDERATION, "signatory", ""),
    ),
    State.WITHDRAWN: (SUBMIT, ("withdraw", State.SUBMITTED, State.WITHDRAWN, "signatory", "")),
}  # fmt: skip
INELIGIBLE_LETTER = (*REFUSED, ("decline", State.INELIGIBLE, State.DECLINED, "officer", ""))
ISSUED_BY = {"approve", "decline", "waitlist"}  # fired by the issue of the decision


def deal(start: int, count: int):
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
