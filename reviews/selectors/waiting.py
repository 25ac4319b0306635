"""What waits for a person in this app: as a reviewer, as the chair, as the officer of a panel."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rules import is_person
from applications.models import Application
from applications.states import TAKES_REVIEWERS, ApplicationState
from audit.actors import Actor
from programs.roles import ProgramRole
from reviews.models import Assignment, Declaration
from reviews.pages import DECLARE_OWN, FILE_REVIEWS, RECOMMEND, SCORE
from reviews.states import AssignmentState
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
    """Files whose panel is to name, whose reviews are awaited, that the chair is to recommend; doubts to rule on."""
    officer, chair = (
        Application.objects.held_by(user, role).defer("search").select_related("call").order_by("due", "id")
        for role in (ProgramRole.OFFICER, ProgramRole.CHAIR)
    )
    with_panel = list(officer.filter(state__in=TAKES_REVIEWERS)[:limit])
    empty = Assignment.objects.vacant().filter(application__in=[file.pk for file in with_panel])
    left = set(empty.values_list("application_id", flat=True)) if with_panel else set()
    for file in with_panel:
        if file.state == ApplicationState.ELIGIBLE:
            yield _line(file, _("Assign the reviewers"), FILE_REVIEWS, Hat.OFFICER)
        elif file.pk in left:
            yield _line(file, _("Give the review to another: a seat is empty"), FILE_REVIEWS, Hat.OFFICER)
        else:
            waits = str(ApplicationState(file.state).row.awaits)
            yield _line(file, _("In review"), FILE_REVIEWS, Hat.OFFICER, waits_for=waits)
    for file in chair.filter(state=ApplicationState.REVIEWED)[:limit]:
        yield _line(file, _("Recommend"), RECOMMEND, Hat.CHAIR)
    doubts = Declaration.objects.to_rule_on().filter(application__in=chair.order_by().values("pk")).exclude(user=user)
    for doubt in doubts.select_related("application__call")[:limit]:
        yield _line(doubt.application, _("Rule on a doubt about interests"), FILE_REVIEWS, Hat.CHAIR, due=None)


def _label(file: Application) -> str:
    return f"{file.reference} · {file.title or file.call.name}"


def _line(file: Application, what: str, page: Page[str], role: Hat, **more: Any) -> WorkLine:
    more = {"due": file.due, "note": file.organisation_name} | more
    return WorkLine(what, _label(file), page(file.number), role=role, **more)
