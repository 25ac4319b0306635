"""What waits for a person in this app: as a company's person, and as the cluster's."""

from collections.abc import Iterator
from functools import partial

from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rules import is_person
from applications.models import Application, ChangeRequest, Snapshot
from applications.pages import (
    APPLICATION,
    APPLICATION_CHANGES,
    APPLICATION_TASKS,
    FILE_ANSWERS,
    FILE_CHANGES,
    FILE_PAGE,
    FILE_SCREENING,
)
from applications.rules import closing_for, comes_in_time
from applications.states import BEFORE_ITS_APPLICANT, IN_SCREENING, ApplicationState
from audit.actors import Actor
from documents.models import Rendering
from programs.roles import ProgramRole
from work import clock
from work.pages import Link
from work.querysets import stopped
from work.selectors import MOST, WorkLine
from work.states import Hat


def work_for(user: Actor, *, limit: int = MOST) -> list[WorkLine]:
    """What waits for `user` in this app, as a company's person and as the cluster's, the soonest due first."""
    return [*_work_of_company(user, limit), *_work_of_staff(user, limit)] if is_person(user) else []


def _work_of_company(user: User, limit: int) -> Iterator[WorkLine]:
    """Drafts to finish, requests to answer; and what the cluster has in hand."""
    requests = ChangeRequest.objects.waiting().filter(application=OuterRef("pk"))
    files = (
        Application.objects.of_member(user)
        .with_told()
        .filter(Q(("told_state__in", BEFORE_ITS_APPLICANT)))
        .annotate(asked_until=Subquery(requests.values("due")[:1]))
        .select_related("call__program")
        .prefetch_related("call__accommodations")
        # What waits for the applicant comes first. Not by its clock: that would tell when it was found eligible.
        .order_by("asked_until", F("submitted_at").asc(nulls_first=True), "id")
    )
    for file in files[:limit]:
        label = file.title or file.call.name
        label = f"{file.reference} · {label}" if file.reference else label
        line = partial(WorkLine, label=label, role=Hat.COMPANY, note=file.organisation_name)
        if file.state == ApplicationState.DRAFT:
            if comes_in_time(file.call, file.organisation_id, clock.now()) is None:
                due = closing_for(file.call, file.organisation_id)
                yield line(_("Finish and submit"), link=APPLICATION_TASKS(file.public_id), due=due)
        elif file.state == ApplicationState.CHANGES_REQUESTED:
            link = APPLICATION_CHANGES(file.public_id)
            yield line(_("Answer the request for changes"), link=link, due=file.asked_until)
        else:
            yield line(_("Being assessed"), link=APPLICATION(file.public_id), waits_for=_("the cluster"))


def _work_of_staff(user: User, limit: int) -> Iterator[WorkLine]:
    """Files to screen; and, for whoever runs the programme, those that wait for somebody else, and receipts to have
    made again."""
    screens, runs = (
        Application.objects.held_by(user, role).defer("search").select_related("call").order_by("due", "id")
        for role in (ProgramRole.SCREENER, ProgramRole.OFFICER)
    )
    for file in screens.filter(state=ApplicationState.SUBMITTED)[:limit]:
        yield _line(file, _("Screen"), FILE_SCREENING(file.number), Hat.SCREENER)
    for file in runs.filter(state__in=IN_SCREENING)[:limit]:
        asked = file.state == ApplicationState.CHANGES_REQUESTED
        what = _("Changes requested") if asked else _("To be screened")
        waits = str(ApplicationState(file.state).row.awaits)
        link = FILE_CHANGES(file.number) if asked else FILE_PAGE(file.number)
        yield _line(file, what, link, Hat.OFFICER, waits)

    lost = Snapshot.objects.current().filter(receipt__in=stopped(Rendering.objects.all()))
    for file in runs.filter(pk__in=lost.values("application_id"))[:limit]:
        yield _line(file, _("A receipt could not be made"), FILE_ANSWERS(file.number), Hat.OFFICER)


def _line(file: Application, what: str, link: Link, role: Hat, waits_for: str = "") -> WorkLine:
    label = f"{file.reference} · {file.title or file.call.name}"
    return WorkLine(what, label, link, file.due, waits_for, file.organisation_name, role=role)
