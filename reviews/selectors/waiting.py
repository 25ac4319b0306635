"""What waits for a person in this app: as a reviewer, as the chair, as the officer of a panel."""

from collections.abc import Container, Iterator
from functools import partial
from typing import Any, TypeAlias

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rules import is_person
from applications.models import Application
from applications.selectors.turns import NOBODY
from applications.states import WITH_PANEL, ApplicationState
from audit.actors import Actor
from programs.roles import ProgramRole
from reviews.models import Assignment, Declaration
from reviews.pages import DECLARE_OWN, FILE_REVIEWS, RECOMMEND, SCORE
from reviews.selectors.late import to_uphold
from reviews.selectors.turns import free_for, review_turns, stuck_turns
from reviews.states import AssignmentState, ReviewTurn
from work.pages import Page
from work.selectors import MOST, Rest, WorkLine, first_lines
from work.states import Hat


def work_for(user: Actor, *, limit: int = MOST) -> list[WorkLine]:
    """Every line of this app for `user`, the soonest due first in each kind."""
    return [*_work_of_reviewer(user, limit), *_work_of_panel(user, limit)] if is_person(user) else []


def _work_of_reviewer(user: User, limit: int) -> list[WorkLine]:
    """The queue: a file offered asks for the interests first; one accepted, for the review."""
    waiting = Assignment.objects.open_to(user).awaited().select_related("application__call__program")
    return first_lines(waiting, _line_of_reviewer, limit=limit, rest=Rest.ANY)


def _line_of_reviewer(one: Assignment) -> WorkLine:
    offered, file = one.state == AssignmentState.OFFERED, one.application
    what, page = (_("Declare your interests"), DECLARE_OWN) if offered else (_("Review"), SCORE)
    link, note = page(one.public_id), file.organisation_name
    return WorkLine(what, _label(file), link, due=one.due, role=Hat.REVIEWER, note=note)


def _work_of_panel(user: User, limit: int) -> Iterator[WorkLine]:
    """Files that are with their panel: the officer's turn, and those of others for them; the chair's; then the doubts
    that the chair is to rule on. Whose turn it is depends on what each panel gave: all are read before the lines are
    counted."""
    officer, chair = (Application.objects.held_by(user, role) for role in (ProgramRole.OFFICER, ProgramRole.CHAIR))
    files = _with_turns(officer.filter(state__in=WITH_PANEL))
    own = [one for one in files if one[1].row.role == ProgramRole.OFFICER]
    own.sort(key=lambda one: not one[1].row.is_by_the_clock)  # stable: what is due comes first, the soonest before
    yield from first_lines(own, _line_of_officer, limit=limit)
    others = [one for one in files if one[1].row.role != ProgramRole.OFFICER]
    stuck = stuck_turns([file for file, _turn in others], {file.pk: turn for file, turn in others})
    yield from first_lines(others, partial(_line_of_others, stuck=stuck), limit=limit)
    yield from first_lines(_turns_of_chair(user, chair), _line_of_chair, limit=limit)
    doubts = Declaration.objects.to_rule_on().filter(application__in=chair.values("pk")).exclude(user=user)
    yield from first_lines(doubts.select_related("application__call"), _line_of_doubt, limit=limit)


Turned: TypeAlias = tuple[Application, ReviewTurn]


def _with_turns(rows: QuerySet[Application]) -> list[Turned]:
    """These files with the turn of each, the soonest due first."""
    files = list(rows.defer("search").select_related("call").order_by("due", "id"))
    turns = review_turns(files)
    return [(file, turns[file.pk]) for file in files]


def _turns_of_chair(user: User, files: QuerySet[Application]) -> list[Turned]:
    """Of the files whose chair `user` is, those that they may recommend now, or that they are to reopen. Those that
    wait for a ruling are told of as such."""
    reviewed = _with_turns(files.filter(state=ApplicationState.REVIEWED))
    free = free_for(user, ReviewTurn.RECOMMEND).filter(pk__in=[file.pk for file, _turn in reviewed])
    theirs = set(free.values_list("pk", flat=True)) if reviewed else set()
    return [
        (file, turn)
        for file, turn in reviewed
        if turn is ReviewTurn.REOPEN or (turn is ReviewTurn.RECOMMEND and file.pk in theirs)
    ]


def _line_of_officer(turned: Turned) -> WorkLine:
    file, turn = turned
    return _line(file, str(turn.row.act), FILE_REVIEWS, Hat.OFFICER, due=file.due if turn.row.is_by_the_clock else None)


def _line_of_others(turned: Turned, *, stuck: Container[int]) -> WorkLine:
    file, turn = turned
    what = str(ApplicationState(file.state).label).capitalize()
    awaits = NOBODY if file.pk in stuck else turn.row.awaits
    return _line(file, what, FILE_REVIEWS, Hat.OFFICER, waits_for=str(awaits))


def _line_of_chair(turned: Turned) -> WorkLine:
    file, turn = turned
    return _line(file, str(turn.row.act), RECOMMEND if turn is ReviewTurn.RECOMMEND else FILE_REVIEWS, Hat.CHAIR)


def _line_of_doubt(doubt: Declaration) -> WorkLine:
    """One that came after acts of its person stops the file, which is late as it is."""
    due = doubt.application.due if to_uphold(doubt) else None
    return _line(doubt.application, str(ReviewTurn.RULE.row.act), FILE_REVIEWS, Hat.CHAIR, due=due)


def _label(file: Application) -> str:
    return f"{file.reference} · {file.title or file.call.name}"


def _line(file: Application, what: str, page: Page[str], role: Hat, **more: Any) -> WorkLine:
    more = {"due": file.due, "note": file.organisation_name} | more
    return WorkLine(what, _label(file), page(file.number), role=role, **more)
