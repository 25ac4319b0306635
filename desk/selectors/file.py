"""One file in view: where it stands, who did what, what happened, what this person may do next."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import User
from applications.models import Application
from applications.pages import FILE_CHANGES, FILE_SCREENING
from applications.selectors.turns import whom
from applications.states import LEFT, ApplicationState, Span
from decisions.pages import FILE_DECISION
from decisions.selectors import rulings_among, stuck_among
from desk.constants import TIMELINE_LEAVES_OUT
from desk.selectors.trail import entries, lines_of, of_verbs
from letters.models import Letter
from moves.machine import Available, allowed
from moves.models import DutyDone
from moves.registry import subject_name
from moves.states import Duty
from moves.transitions import AnyMove
from reviews import selectors as reviews
from reviews.pages import FILE_REVIEWS, RECOMMEND, RULE
from reviews.states import ReviewTurn
from work.clock import format_day
from work.pages import Link, Page

PAGE_OF_MOVE: dict[AnyMove, Page[str]] = {
    Application.request_changes: FILE_CHANGES,
    Application.extend_request: FILE_CHANGES,
    Application.cancel_request: FILE_CHANGES,
    Application.find_complete: FILE_SCREENING,
    Application.find_eligible: FILE_SCREENING,
    Application.find_ineligible: FILE_SCREENING,
    Application.start_review: FILE_REVIEWS,
    Application.complete_review: FILE_REVIEWS,
    Application.reopen_review: FILE_REVIEWS,
    Application.recommend: RECOMMEND,
}
TIMELINE = 60  # entries: the trail has them all


@dataclass(frozen=True)
class Step:
    """A thing this person may do next: its page, and what stands in the way."""

    label: str | Promise
    link: Link
    in_the_way: tuple[str, ...] = ()
    declare: bool = False


def next_steps(application: Application, user: User) -> list[Step]:
    """The moves of the file and of its open decision that `user` may make, each with its page, in their order."""
    found = [
        _step(move, PAGE_OF_MOVE[move.step](application.number)) for move in allowed(application, user, *PAGE_OF_MOVE)
    ]
    decision = application.decisions.open().first()  # a file has at most one
    if decision is not None:
        decision.application = application
        found += [_step(move, FILE_DECISION(application.number)) for move in allowed(decision, user)]
    return [*rulings_for(application, user), *found]


def rulings_for(application: Application, user: User) -> list[Step]:
    """What `user` may rule on in the file, the earliest declaration first."""
    asked = application.declarations.to_rule_or_touching().select_related("user").order_by("id")
    stops = {late.declaration for late in reviews.late_on(application) if late.stops}
    return [
        Step(turn.row.act, RULE(application.number, one.user.public_id))
        for one, turn in ((one, reviews.turn_of(one)) for one in asked)
        if turn is ReviewTurn.RULE or (turn is ReviewTurn.UPHOLD and one in stops)
        if user in reviews.rulers_on(one)
    ]


@dataclass(frozen=True)
class Awaited:
    """Whom a file waits for. `who`: in words; "" when for nobody, and when there is nobody today to take the step that
    its decision waits for, or the file before it has one (`is_stuck`; of a file, `why` in sentences, and
    whether a ruling on a doubt may give it back one of those who hold the role: `may_be_freed`)."""

    who: str | Promise
    is_stuck: bool = False
    why: tuple[str, ...] = ()
    may_be_freed: bool = False


def awaited(application: Application) -> Awaited:
    """Who must act next."""
    for pk, turn in application.decisions.open().turns().items():  # a file has at most one open decision
        if stuck_among([pk]):
            return Awaited("", is_stuck=True)
        rulings = rulings_among(application.decisions.open()).get(pk)
        return Awaited(reviews.turn_of(rulings[0]).row.awaits if rulings else turn.row.awaits)
    for stuck in reviews.stuck_among([application]).values():
        return Awaited("", True, tuple(stuck.why), reviews.may_be_freed(application, stuck))
    for step in reviews.review_turns([application]).values():  # none where it is not with its panel
        return Awaited(step.row.awaits)
    for late in reviews.late_on(application):  # with neither: on the waiting list
        if late.stops:
            return Awaited(reviews.turn_of(late.declaration).row.awaits)
    return Awaited(whom(application))


def _step(move: Available, link: Link) -> Step:
    return Step(move.label, link, move.sentences, declare=move.undeclared)


def bridge(application: Application, language: str) -> list[dict[str, str]]:
    """Where the file stands, as the component draws it. A file that left the road shows how far it had come, and how it
    left; of one that was withdrawn, or cancelled with its call, nothing more is to come."""
    labels = [_("Submitted"), _("Eligible"), _("Reviewed"), _("Recommended"), _("Decided"), _("Letter sent")]
    assert application.submitted_at is not None  # the cluster sees a file once it is submitted
    notes = [format_day(application.submitted_at, language), "", "", "", "", ""]
    since = _("since %(day)s") % {"day": format_day(application.since, language)}
    if application.state in LEFT:
        came_to, at = _came_to(application)
        road = list(zip(labels[: came_to + 1], notes, strict=False))
        letter = application.outcome_at
        if letter and came_to is Span.DECIDED and (at is None or letter >= at):
            road.append((labels[-1], format_day(letter, language)))
        last = {"label": application.get_state_display().capitalize(), "note": since, "state": "now"}
        return [*({"label": label, "note": note, "state": "done"} for label, note in road), last]
    span, sent = ApplicationState(application.state).row.span, application.outcome_at
    if sent and sent < application.since:
        sent = None  # of an earlier decision
    place = int(Span.DECIDED if span is None else span)
    if span is None:
        labels[Span.DECIDED] = application.get_state_display().capitalize()
    if application.state == ApplicationState.IN_REVIEW:
        labels[Span.REVIEWED] = application.get_state_display().capitalize()  # it is not yet
    if span is Span.DECIDED:
        place = 6 if sent else 5
    if sent and place >= Span.DECIDED:
        notes[5] = format_day(sent, language)
    if place < 6:
        notes[place] = notes[place] or since
    came_to = Span.DECIDED if span is not None else _came_to(application)[0]
    return [
        {"label": label, "note": note, "state": "done" if n < place else "now" if n == place else "later"}
        for n, (label, note) in enumerate(zip(labels, notes, strict=True))
        if n <= came_to or n >= Span.DECIDED
    ]


def _came_to(application: Application) -> tuple[Span, datetime | None]:
    """The last step of the road that a file had taken before it left it, and when it took it: of one in review, the one
    before. None of a step that no move of the trail leads to."""
    moves = entries().filter(application_id=application.pk, subject_type=subject_name(Application)).order_by("-id")
    left: tuple[str, Span] | None = None
    for before, after, at in moves.values_list("before", "after", "at"):
        span = ApplicationState(before).row.span if before else None
        if left is not None and after == left[0]:
            return left[1], at
        if left is None and span is not None:
            left = before, Span.ELIGIBLE if before == ApplicationState.IN_REVIEW else span
    return (left[1] if left else Span.SUBMITTED), None


def duties_of(application: Application) -> list[dict[str, object]]:
    """Who did which duty on the file, and when: [(duty in words, person, instant)], first to last."""
    done = list(DutyDone.objects.filter(application_id=application.pk).order_by("at", "id"))
    people = get_user_model().objects.in_bulk({d.user_id for d in done})
    return [{"duty": Duty(d.duty).label, "who": people[d.user_id].full_name, "at": d.at} for d in done]


def timeline(application: Application) -> list[dict[str, object]]:
    """What happened, the latest first, without the small acts of writing: for the component."""
    found = entries().filter(application_id=application.pk).exclude(of_verbs(*TIMELINE_LEAVES_OUT)).order_by("-id")
    told = lines_of(found[:TIMELINE])
    return [{"what": line.what, "at": line.at, "who": line.who, "note": line.note} for line in told]


def letters_of(application: Application) -> QuerySet[Letter]:
    """The file's letters, the latest first."""
    return Letter.objects.filter(application=application).order_by("-id")
