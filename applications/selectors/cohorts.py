"""Which files of a call compete with one another: each, at any moment, in one cohort. And where one that waits on the
list goes on to, for whoever tells it: its letter, its pages, the ranking."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Q, QuerySet, When

from applications.models import Application
from applications.querysets import told_as
from applications.rules import takes_until
from applications.states import TO_REVIEW, TOLD_UNDER_WAY, VALID, ApplicationState, PublicState
from audit.actors import Actor
from moves.interests import barred_from
from programs.constants import Order
from programs.models import Call
from programs.policy import RankingRules
from programs.selectors import policy_of
from work import clock

NONE = Q(pk__in=())
WAITS = Q(state=ApplicationState.WAITLISTED) | told_as(PublicState.WAITLISTED)  # `waits_on_the_list`
TOLD_GOES_ON = told_as(*TOLD_UNDER_WAY)  # to a later cohort, for all that is told of it


@dataclass(frozen=True)
class Competition:
    """In which cohort each file of a call competes now.

    Its own; or the latest one that has closed, once its own is an earlier one, where the rules have it go on: what
    waits on the list (`waitlist_to_next_cohort`), and everything else where cohorts are not ranked apart
    (`within_cohort`). Nothing goes on to a cohort that has not closed.
    """

    rules: RankingRules
    latest: datetime | None  # the cohort that closed last: it takes no file any more
    cohorts: tuple[datetime, ...]  # those where some file competes, the latest first
    awaiting: datetime | None = None  # the earliest where one waits for its recommendation

    @property
    def first(self) -> datetime | None:
        """The cohort that the chair sees first: the earliest that waits, else the latest; None without any."""
        return self.awaiting or next(iter(self.cohorts), None)

    def cohort_of(self, closes_at: datetime | None, *, waits: bool) -> datetime | None:
        """The closing of the cohort where a file competes, from that of its own; None where it has none."""
        if closes_at is None or self.latest is None or not self._goes_on(waits=waits):
            return closes_at
        return max(closes_at, self.latest)

    def competing_in(self, closes_at: datetime) -> Q:
        """The condition that a file competes in that cohort, whatever its state."""
        return (WAITS & self._is_in(closes_at, waits=True)) | (~WAITS & self._is_in(closes_at, waits=False))

    def may_compete_in(self, closes_at: datetime) -> Q:
        """The condition that, for all that is told of it, a file competes in that cohort or may come to. In its own it
        always does, and while its outcome is not told, in the one where it would wait."""
        return self._is_in(closes_at, waits=False) | (TOLD_GOES_ON & self._is_in(closes_at, waits=True))

    def _is_in(self, closes_at: datetime, *, waits: bool) -> Q:
        """The condition that the cohort of a file, were it on the list or not, is this one."""
        if self.latest is None or closes_at > self.latest or not self._goes_on(waits=waits):
            return Q(cohort_closes_at=closes_at)
        return Q(cohort_closes_at__lte=closes_at) if closes_at == self.latest else NONE

    def _goes_on(self, *, waits: bool) -> bool:
        return self.rules.waitlist_to_next_cohort if waits else not self.rules.within_cohort


@dataclass(frozen=True)
class GoesOn:
    """To which cohort, of this `closing`, a file on the waiting list goes on. `joined`: it has, since that one closed;
    until then it competes in its own."""

    closing: datetime
    joined: bool


def competition_of(call: Call, *, reader: Actor | None = None, at: datetime | None = None) -> Competition:
    """The `Competition` of a call's submitted files at the instant `at` (now when None); as `reader` may know it: a
    file that is closed to them is in each cohort where it may compete, for all that is told of it, and waits in none.
    One query, or two once files are in the call's last cohort."""
    files = Application.objects.filter(call=call).exclude(state=ApplicationState.DRAFT).order_by()
    closed = Q(pk__in=barred_from(reader)) if reader else NONE
    kept = files.annotate(waits=_is(WAITS), is_closed=_is(closed), may_go_on=_is(TOLD_GOES_ON))
    found = kept.values_list("cohort_closes_at", "state", "waits", "is_closed", "may_go_on").distinct()
    own = [(closing, *rest) for closing, *rest in found if closing is not None]
    now = at or clock.now()
    latest = max((closing for closing, *_rest in own if takes_until(call, closing) <= now), default=None)
    bare = Competition(policy_of(call).ranking, latest, ())
    cohorts: set[datetime] = set()
    awaiting: set[datetime] = set()
    for closing, state, waits, is_closed, may_go_on in own:
        either = {False, bool(may_go_on)} if is_closed else {bool(waits)}
        there = {one for each in either if (one := bare.cohort_of(closing, waits=each)) is not None}
        cohorts |= there
        if not is_closed:
            awaiting |= {one for one in there if _awaits(call, one, state)}
    return Competition(bare.rules, latest, tuple(sorted(cohorts, reverse=True)), min(awaiting, default=None))


def _is(condition: Q) -> Case:
    return Case(When(condition, then=True), default=False)


def _awaits(call: Call, closing: datetime, state: str) -> bool:
    return state == ApplicationState.REVIEWED and cohort_open_until(call, closing) is None


def cohort_open_until(call: Call, closing: datetime | None) -> datetime | None:
    """Until when the cohort of this closing, a file's own, takes others that the file is to be compared with: where
    files are ranked with those of their cohort alone, none is recommended before. None once it takes no more, and where
    they are not; a file goes on to no cohort that has not closed."""
    if closing is None or not policy_of(call).ranking.within_cohort:
        return None
    until = takes_until(call, closing)
    return until if clock.now() < until else None


def waits_on_the_list(application: Application) -> bool:
    """Whether a file waits, or is told that it does: one that is taken up again keeps the place where it went on to."""
    return application.state == ApplicationState.WAITLISTED or application.public_state is PublicState.WAITLISTED


def cohort_it_competes_in(application: Application, competition: Competition | None = None) -> datetime | None:
    """The closing of the cohort with which a file is ranked now; None where it was never submitted to one.
    `competition`: its call's, where it is at hand."""
    found = competition or competition_of(application.call)
    return found.cohort_of(application.cohort_closes_at, waits=waits_on_the_list(application))


def told_cohort_of(application: Application, competition: Competition) -> datetime | None:
    """The same, for all that is told of it: one whose letter says that it waits goes on, whatever became of it since,
    and one that nobody was told waits does not."""
    waits = application.public_state == PublicState.WAITLISTED
    return competition.cohort_of(application.cohort_closes_at, waits=waits)


def goes_on_to(
    application: Application, competition: Competition | None = None, *, at: datetime | None = None
) -> GoesOn | None:
    """Where a file goes on to if it waits on the list at the instant `at` (now when None): to a later cohort that has
    closed, or to the next one that closes. None where the rules keep it in its own, and where no later one comes. Of
    what everybody knows alone, whether it waits or not: who asks says it of those that do. `competition`: its call's
    at that instant, where it is at hand."""
    call, own, now = application.call, application.cohort_closes_at, at or clock.now()
    if own is None or not policy_of(call).ranking.waitlist_to_next_cohort:
        return None
    there = (competition or competition_of(call, at=now)).cohort_of(own, waits=True)
    if there is not None and there > own:
        return GoesOn(there, joined=True)
    later = (closing for closing in call.closings if closing > own and takes_until(call, closing) > now)
    following = next(later, None)
    return GoesOn(following, joined=False) if following else None


def to_review_in(call: Call, competes: Q, *, reader: Actor) -> int:
    """How many files of a cohort (`Competition.competing_in`) a panel still has to review; without those that are
    closed to `reader`."""
    files = Application.objects.filter(competes, call=call, state__in=TO_REVIEW)
    return files.exclude(pk__in=barred_from(reader)).count()


def closed_in(call: Call, may_compete: Q, *, reader: Actor) -> set[int]:
    """Keys of the files that are closed to `reader` and may be in a cohort (`Competition.may_compete_in`), wherever
    they are on their way: it is the same before such a file is ranked, while it is, and after. While there is one they
    may not be told any rank, any running total, or where the line falls: its place and its amount would follow from
    those of the others."""
    files = Application.objects.filter(may_compete, call=call, state__in=VALID, pk__in=barred_from(reader))
    return set(files.values_list("pk", flat=True))


def recommended_in(call: Call, competes: Q, *, reader: Actor) -> QuerySet[Application]:
    """Files of a cohort that have their recommendation, in the order that the programme ranks them in; without those
    that are closed to `reader`."""
    files = Application.objects.filter(competes, call=call, state=ApplicationState.RECOMMENDED)
    first = "submitted_at" if policy_of(call).ranking.order == Order.SUBMISSION else "-score"
    return files.exclude(pk__in=barred_from(reader)).order_by(first, "id")
