"""What waits for a person in this app: as a reviewer, as the chair, as the officer of a panel."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rules import is_person
from applications.models import Application
from applications.states import WITH_PANEL, ApplicationState
from audit.actors import Actor
from programs.roles import ProgramRole
from reviews.models import Assignment, Declaration
from reviews.pages import DECLARE_OWN, FILE_REVIEWS, RECOMMEND, SCORE
from reviews.selectors.turns import review_turns
from reviews.states import AssignmentState, ReviewTurn
from work.pages import Page
from work.selectors import MOST, WorkLine
from work.states import Hat


def work_for(user: Actor, *, limit: int = MOST) -> list[WorkLine]:
    """Every line of this app for `user`, the soonest due first in each kind."""
    return [*_work_of_reviewer(user, limit), *_work_of_panel(user, limit)] if is_person(user) else []


def _work_of_reviewer(user: User, limit: int) -> Iterator[WorkLine]:
    """The queue: a file offered asks for the interests first; one accepted, for the review."""
    waiting = Assignment.objects.of_reviewer(user).awaited().select_related("application__call__program")
    for one in waiting[:limit]:
        offered = one.state == AssignmentState.OFFERED
        yield WorkLine(
            _("Declare your interests") if offered else _("Review"),
            _label(one.application),
            (DECLARE_OWN if offered else SCORE)(one.public_id),
            due=one.due,
            role=Hat.REVIEWER,
            note=one.application.organisation_name,
        )


def _work_of_panel(user: User, limit: int) -> Iterator[WorkLine]:
    """Files that are with their panel: the officer's turn, the chair's, and for the officer those of others; then the
    doubts that the chair is to rule on."""
    officer, chair = (
        Application.objects.held_by(user, role).defer("search").select_related("call").order_by("due", "id")
        for role in (ProgramRole.OFFICER, ProgramRole.CHAIR)
    )
    yield from _work_of_officer(officer, limit)
    yield from _work_of_chair(chair, limit)
    doubts = Declaration.objects.to_rule_on().filter(application__in=chair.order_by().values("pk")).exclude(user=user)
    for doubt in doubts.select_related("application__call")[:limit]:
        yield _line(doubt.application, ReviewTurn.RULE, FILE_REVIEWS, Hat.CHAIR, due=None)


def _work_of_officer(files: QuerySet[Application], limit: int) -> Iterator[WorkLine]:
    """Whose turn it is depends on what each panel gave: all are read before the lines are counted."""
    turns = _with_turns(files.filter(state__in=WITH_PANEL))
    own = [(file, turn) for file, turn in turns if turn.row.role == ProgramRole.OFFICER]
    for file, turn in own[:limit]:
        yield _line(file, turn, FILE_REVIEWS, Hat.OFFICER)
    others = [(file, turn) for file, turn in turns if turn.row.role != ProgramRole.OFFICER]
    for file, turn in others[:limit]:
        what = str(ApplicationState(file.state).label).capitalize()
        yield _line(file, turn, FILE_REVIEWS, Hat.OFFICER, what=what, waits_for=str(turn.row.awaits))


def _work_of_chair(files: QuerySet[Application], limit: int) -> Iterator[WorkLine]:
    """Those that wait for the chair's recommendation, or to be reopened. Those that wait for a ruling are told of as
    such."""
    reviewed = _with_turns(files.filter(state=ApplicationState.REVIEWED))
    for file, turn in [one for one in reviewed if one[1] is not ReviewTurn.RULE][:limit]:
        yield _line(file, turn, RECOMMEND if turn is ReviewTurn.RECOMMEND else FILE_REVIEWS, Hat.CHAIR)


def _with_turns(rows: QuerySet[Application]) -> list[tuple[Application, ReviewTurn]]:
    files = list(rows)
    turns = review_turns(files)
    return [(file, turns[file.pk]) for file in files]


def _label(file: Application) -> str:
    return f"{file.reference} · {file.title or file.call.name}"


def _line(file: Application, turn: ReviewTurn, page: Page[str], role: Hat, **more: Any) -> WorkLine:
    more = {"what": str(turn.row.act), "due": file.due, "note": file.organisation_name} | more
    return WorkLine(label=_label(file), link=page(file.number), role=role, **more)
