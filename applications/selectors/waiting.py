"""What waits for a person in this app: as a company's person, and as the cluster's."""

from collections.abc import Container, Iterator
from dataclasses import replace
from functools import partial

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
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
from applications.selectors.deadlines import due_in_words
from applications.selectors.turns import NOBODY, free_for, late_requests, stuck_among
from applications.states import IN_SCREENING, ON_HOME, ApplicationState, FileTurn
from audit.actors import Actor
from documents.models import Rendering
from programs.models import Call
from programs.roles import ProgramRole
from work import clock
from work.pages import Link
from work.querysets import stopped
from work.selectors import MOST, Rest, WorkLine, first_lines
from work.states import Hat


def work_for(user: Actor, *, limit: int = MOST) -> list[WorkLine]:
    """What waits for `user` in this app, as a company's person and as the cluster's, the soonest due first."""
    return [*_work_of_company(user, limit), *_work_of_staff(user, limit)] if is_person(user) else []


def _work_of_company(user: User, limit: int) -> list[WorkLine]:
    """Drafts that can still be sent, requests to answer; and what the cluster has in hand."""
    requests = ChangeRequest.objects.waiting().filter(application=OuterRef("pk"))
    files = (
        Application.objects.of_member(user)
        .with_told()
        .filter(_can_still_be_sent(user), Q(("told_state__in", ON_HOME)))
        .annotate(asked_until=Subquery(requests.values("due")[:1]))
        .select_related("call__program")
        .prefetch_related("call__accommodations")
        # What waits for the applicant comes first. Not by its clock: that would tell when it was found eligible.
        .order_by("asked_until", F("submitted_at").asc(nulls_first=True), "id")
    )
    return first_lines(files, _line_of_company, limit=limit, rest=Rest.ANY)


def _can_still_be_sent(user: User) -> Q:
    """The condition that a file of the organisations that `user` acts for is no draft, or is one that its call takes
    today from its applicant: asked of each call and applicant once, in two queries."""
    drafts = Application.objects.of_member(user).filter(state=ApplicationState.DRAFT)
    pairs = set(drafts.values_list("call_id", "organisation_id"))
    calls = Call.objects.prefetch_related("accommodations").in_bulk({call for call, _applicant in pairs})
    now, found = clock.now(), ~Q(state=ApplicationState.DRAFT)
    for call, applicant in sorted(pairs):
        if comes_in_time(calls[call], applicant, now) is None:
            found |= Q(call=call, organisation=applicant)
    return found


def _line_of_company(file: Application) -> WorkLine:
    label = file.title or file.call.name
    label = f"{file.reference} · {label}" if file.reference else label
    line = partial(WorkLine, label=label, role=Hat.COMPANY, note=file.organisation_name)
    if file.state == ApplicationState.DRAFT:
        due = closing_for(file.call, file.organisation_id)
        return line(_("Finish and submit"), link=APPLICATION_TASKS(file.public_id), due=due)
    if file.state == ApplicationState.CHANGES_REQUESTED:
        link, due = APPLICATION_CHANGES(file.public_id), file.asked_until  # type: ignore[attr-defined]  # annotated
        return line(_("Answer the request for changes"), link=link, due=due)
    return line(_("Being assessed"), link=APPLICATION(file.public_id), waits_for=_("the cluster"))


def _work_of_staff(user: User, limit: int) -> Iterator[WorkLine]:
    """Files to screen, and those whose changes are late; for whoever runs the programme, these as well, those that wait
    for somebody else, and receipts to have made again."""
    screens = free_for(user, FileTurn.SCREEN)
    to_screen = _soonest_first(screens).filter(state=ApplicationState.SUBMITTED)
    yield from first_lines(to_screen, _line_to_screen, limit=limit)
    yield from first_lines(_late_first(screens), _line_to_give_up, limit=limit)
    officer = Application.objects.held_by(user, ProgramRole.OFFICER)
    yield from first_lines(_late_first(officer), _line_of_late, limit=limit)
    runs = _soonest_first(officer)
    in_hand = runs.filter(state__in=IN_SCREENING).exclude(pk__in=late_requests().values("application_id"))
    others = list(in_hand.select_related("call__program")[: limit + 1])
    stuck = stuck_among(others)
    yield from first_lines(others, partial(_line_of_others, stuck=stuck), limit=limit)

    lost = Snapshot.objects.current().filter(receipt__in=stopped(Rendering.objects.all()))
    yield from first_lines(runs.filter(pk__in=lost.values("application_id")), _line_of_receipt, limit=limit)


def _soonest_first(files: QuerySet[Application]) -> QuerySet[Application]:
    return files.defer("search").select_related("call").order_by("due", "id")


def _late_first(files: QuerySet[Application]) -> QuerySet[Application]:
    """Those of `files` whose changes are late, the latest first, each with the instant until which it had time."""
    late = late_requests().filter(application=OuterRef("pk"))
    asked = files.annotate(asked_until=Subquery(late.values("due")[:1])).exclude(asked_until=None)
    return asked.defer("search").select_related("call").order_by("asked_until", "id")


def _line_to_screen(file: Application) -> WorkLine:
    line = _line(file, str(FileTurn.SCREEN.row.act), FILE_SCREENING(file.number), Hat.SCREENER)
    return replace(line, note=" · ".join(part for part in (line.note, due_in_words(file)) if part))


def _line_to_give_up(file: Application) -> WorkLine:
    line = _line(file, str(FileTurn.GIVE_UP.row.act), FILE_SCREENING(file.number), Hat.SCREENER)
    return replace(line, due=file.asked_until)  # type: ignore[attr-defined]  # annotated


def _line_of_late(file: Application) -> WorkLine:
    line = _line(file, str(FileTurn.MORE_TIME.row.act), FILE_CHANGES(file.number), Hat.OFFICER)
    return replace(line, due=file.asked_until)  # type: ignore[attr-defined]  # annotated


def _line_of_others(file: Application, *, stuck: Container[int]) -> WorkLine:
    asked = file.state == ApplicationState.CHANGES_REQUESTED
    what = _("Changes requested") if asked else _("To be screened")
    waits = str(NOBODY if file.pk in stuck else ApplicationState(file.state).row.awaits)
    return _line(file, what, (FILE_CHANGES if asked else FILE_PAGE)(file.number), Hat.OFFICER, waits)


def _line_of_receipt(file: Application) -> WorkLine:
    return _line(file, _("A receipt could not be made"), FILE_ANSWERS(file.number), Hat.OFFICER)


def _line(file: Application, what: str, link: Link, role: Hat, waits_for: str = "") -> WorkLine:
    label = f"{file.reference} · {file.title or file.call.name}"
    return WorkLine(what, label, link, file.due, waits_for, file.organisation_name, role=role)
