"""Files of Filière Excellence on their way through review, for the tests: made through the public services.

Nobody of the panel has a tie with the applicants nor with their sponsor, Aéronefs Boréal.
"""

from contextlib import nullcontext
from datetime import UTC, datetime

from applications.findings import checklist_of
from applications.models import Application
from applications.services.screening import find_complete, find_eligible, mark_finding
from programs.selectors import rubric_of
from reviews.models import Assignment
from reviews.services import (
    assign_reviewer,
    declare_interests,
    save_score,
    sign_undertaking,
    start_review,
    submit_review,
)
from tests.files import submitted_file
from tests.kept import kept
from work import clock

SCREENED = datetime(2026, 9, 21, 14, tzinfo=UTC)
REVIEWED = datetime(2026, 10, 5, 14, tzinfo=UTC)
PANEL = ("ana", "ben", "dev")


def fresh(thing):
    """The row as it stands, read again: a state machine's row is never refreshed in place."""
    return type(thing).objects.get(pk=thing.pk)


@kept
def eligible_file(cast, programme, *, company="usinage", at=SCREENED, **more):
    """A file found eligible by the screener."""
    application = submitted_file(cast, programme, company=company, **more)
    with clock.at(at) if at else nullcontext():
        declare_interests(application, by=cast.screener, answer="none")
        find_complete(application, by=cast.screener)
        for item in checklist_of(application):
            mark_finding(application, item.key, by=cast.screener, passed=True)
        return find_eligible(fresh(application), by=cast.screener)


@kept
def assigned_file(cast, programme, *, reviewers=PANEL, at=SCREENED, **more):
    """An eligible file offered to its panel. The review has not begun."""
    application = eligible_file(cast, programme, at=at, **more)
    with clock.at(at) if at else nullcontext():
        for name in reviewers:
            assign_reviewer(application, getattr(cast, name), by=cast.officer)
    return fresh(application)


@kept
def file_in_review(cast, programme, *, reviewers=PANEL, at=SCREENED, accepted=True, **more):
    """A file in review, its reviewers without conflict and their undertaking signed."""
    application = assigned_file(cast, programme, reviewers=reviewers, at=at, **more)
    with clock.at(at) if at else nullcontext():
        application = start_review(application, by=cast.officer)
        for name in reviewers if accepted else ():
            accept(application, getattr(cast, name))
    return fresh(application)


def accept(application, reviewer):
    """Sign, declare no conflict: the file opens."""
    sign_undertaking(application.call, by=reviewer)
    declare_interests(application, by=reviewer, answer="none")
    return of(application, reviewer)


def of(application, reviewer):
    """The latest assignment of a reviewer on a file."""
    return Assignment.objects.filter(application=application, reviewer=reviewer).latest("id")


def score(assignment, points, *, submit=True):
    """Score every criterion and submit. `points`: one value of the scale for all, or one for each, in order."""
    by = assignment.reviewer
    criteria = rubric_of(assignment.application.call).criteria
    values = [points] * len(criteria) if isinstance(points, str | int) else list(points)
    there = dict(assignment.scores.values_list("criterion", "version"))
    for criterion, value in zip(criteria, values, strict=True):
        save_score(
            assignment,
            criterion.key,
            by=by,
            version=there.get(criterion.key, 0),
            point=str(value),
            comment=f"Les faits appuient la note {value}.",
        )
    return submit_review(assignment, by=by) if submit else fresh(assignment)


@kept
def reviewed_file(cast, programme, *, scores=(4, 4, 3), at=REVIEWED, reviewers=PANEL, **more):
    """A file whose panel has submitted; `scores`: of each reviewer, in order."""
    application = file_in_review(cast, programme, reviewers=reviewers, **more)
    with clock.at(at) if at else nullcontext():
        for name, points in zip(reviewers, scores, strict=True):
            score(of(application, getattr(cast, name)), points)
    return Application.objects.get(pk=application.pk)
