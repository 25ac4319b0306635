"""Whose turn it is while a file is with its panel, and whose nobody can take: asked by homes, by pages and by mail."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.db.models import prefetch_related_objects

from accounts.models import User
from applications.models import Application
from applications.querysets import ApplicationQuerySet
from applications.selectors import turns
from applications.selectors.cohorts import cohort_open_until
from applications.selectors.turns import Stuck
from applications.states import WITH_PANEL, ApplicationState, FileTurn
from programs.roles import ProgramRole
from reviews.checks import fill, first_panel_of, is_met, no_reviews, panel_rules, quorum_lines
from reviews.models import Assignment, Declaration
from reviews.selectors.late import Late, late_among, stuck_on
from reviews.selectors.panel import complete_among
from reviews.states import ReviewTurn


def review_turns(applications: Collection[Application]) -> dict[int, ReviewTurn]:
    """The `ReviewTurn` of each file that is with its panel, by its key; the others are left out. The number of queries
    does not grow with the files."""
    files = [one for one in applications if one.state in WITH_PANEL]
    if not files:
        return {}
    complete, seats = complete_among(files), _seats_of(files)
    prefetch_related_objects([one for one in files if one.state == ApplicationState.REVIEWED], "call__accommodations")
    found = {file.pk: _turn(file, seats[file.pk], complete=file.pk in complete) for file in files}
    came_late = {pk: late for pk, late in late_among(files).items() if found[pk].row.asks_what_came_late}
    return found | {pk: _turn_of_late(late) for pk, late in came_late.items()}


def _turn_of_late(late: Collection[Late]) -> ReviewTurn:
    """The chair's, while a doubt waits for its ruling: nobody else gives it. Then whoever may rule on acts."""
    return ReviewTurn.RULE if any(one.is_doubt for one in late) else ReviewTurn.UPHOLD


def free_for(user: User, turn: ReviewTurn) -> ApplicationQuerySet:
    """The files where `user` may take this step, as far as who they are and what they did tells."""
    files = turns.free_for(user, turn)
    return files.exclude(first_panel_of(user)) if turn is ReviewTurn.RECOMMEND else files


def stuck_among(files: Collection[Application]) -> dict[int, Stuck[FileTurn] | Stuck[ReviewTurn]]:
    """Of these files, those that wait for their screening, or for a step of their panel, and that nobody can take
    further today, by key. Of those that wait for a decision: `decisions.selectors.stuck_among`."""
    return {**turns.stuck_among(files), **stuck_turns(files, review_turns(files))}


def stuck_turns(files: Collection[Application], steps: Mapping[int, ReviewTurn]) -> dict[int, Stuck[ReviewTurn]]:
    """The same of those with their panel, each with the step that it waits for, by key."""
    chairs = {pk for pk, turn in steps.items() if turn.row.role == ProgramRole.CHAIR}
    touched = late_among([one for one in files if one.pk in chairs])
    came_late = {pk: late for pk, late in touched.items() if steps[pk] is _turn_of_late(late)}
    others: dict[int, ReviewTurn] = {pk: turn for pk, turn in steps.items() if turn is not ReviewTurn.UPHOLD}
    found = turns.stuck_files(others, free_for)
    for pk, late in came_late.items():
        if stuck := stuck_on(one.declaration for one in late):
            found[pk] = stuck
    return found


@dataclass
class _Seats:
    """The seats of one file's panel. `filled`: the sides of those whose review is in, or still to come: `awaited`, some
    is. `vacant`: a person left before theirs. `doubted`: a review that is in is left out until the chair rules."""

    filled: list[str] = field(default_factory=list)
    awaited: bool = False
    vacant: bool = False
    doubted: bool = False


def _seats_of(files: Collection[Application]) -> dict[int, _Seats]:
    found = {file.pk: _Seats() for file in files}
    live = Assignment.objects.live().filter(application__in=found)
    awaited = set(live.awaited().values_list("pk", flat=True))
    submitted = set(live.submitted().values_list("pk", flat=True))
    doubts = Declaration.objects.to_rule_on().filter(application__in=found)
    unsure = set(doubts.values_list("application_id", "user_id"))
    for pk, file, person, side in live.values_list("pk", "application_id", "reviewer_id", "seat"):
        seats = found[file]
        if pk not in awaited and pk not in submitted:
            seats.vacant = True
            continue
        seats.filled.append(side)
        seats.awaited |= pk in awaited
        seats.doubted |= pk in submitted and (file, person) in unsure
    return found


def _turn(file: Application, seats: _Seats, *, complete: bool) -> ReviewTurn:
    rules = panel_rules(file)
    if file.state == ApplicationState.ELIGIBLE and no_reviews(file.call):
        return ReviewTurn.CONFIRM
    if file.state == ApplicationState.ELIGIBLE:
        filled = is_met(fill(rules.by_seat, rules.size, seats.filled))
        return ReviewTurn.START if filled else ReviewTurn.ASSIGN
    if file.state == ApplicationState.REVIEWED:
        if complete:
            is_open = cohort_open_until(file.call, file.cohort_closes_at) is not None
            return ReviewTurn.COHORT if is_open else ReviewTurn.RECOMMEND
        return ReviewTurn.RULE if seats.doubted else ReviewTurn.REOPEN
    if complete:  # reopened on purpose: the next review that counts closes it; while none is to come, people do
        return ReviewTurn.REVIEW if seats.awaited else ReviewTurn.CLOSE
    if seats.vacant or not is_met(quorum_lines(rules, seats.filled)):
        return ReviewTurn.REPLACE
    return ReviewTurn.REVIEW if seats.awaited else ReviewTurn.RULE
