"""By which right a person reads a file in this app, and what of its reviews they see.

A reviewer reads the file that was given to them and that they accepted. Whoever has a part in a file reads, before
they declare their interests, what a declaration needs and no more: its reference, its title, the names of its applicant
and sponsors, what the records say joins them to these. The declaration's page comes through the door too, and a
conflict does not close it: there they read that the file is closed to them, and the ruling.

Lists do not come through the door, which opens one file. A reviewer's own lists (the queue, what was done before) hold
the assignments of that person, and say of each file what its declaration says; the ranking holds the files of calls
that the person reads as staff, tells no name of those closed to them, and remembers the reading.
"""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import ClusterRole
from accounts.rules import is_person
from applications.access import Right
from applications.models import Application
from applications.states import HIDES_SCORES, ApplicationState
from audit.actors import Actor
from moves.refusals import Forbidden, Refusal, WrongMoment
from programs.querysets import held_on
from programs.roles import ProgramRole
from programs.rules import holds
from reviews.models import Assignment
from reviews.states import WAITING

# Roles that act on every file of their programme, and those of the cluster that read them: whoever reads a file by
# their role can say that it is not for them to read. A reviewer acts on those that they are given.
ON_EVERY_FILE = tuple(role for role in ProgramRole if role != ProgramRole.REVIEWER)
READERS_OF_FILES = (ClusterRole.FINANCE, ClusterRole.AUDITOR)


def _given_to_review(person: User) -> Q:
    given = Assignment.objects.of_reviewer(person).readable()
    return Q(pk__in=given.values("application_id"))


def _has_a_part_in(person: User) -> Q:
    """A submitted file on whose programme the person holds a role today, that their partner pays, or that was given
    to them to review, whatever became of it."""
    seats = person.partner_seats.held_today()
    given = Assignment.objects.of_reviewer(person)
    return ~Q(state=ApplicationState.DRAFT) & (
        held_on(person, *ON_EVERY_FILE, program="call__program", also=READERS_OF_FILES)
        | Q(call__program__in=seats.values("partner__agreements__funding__program"))
        | Q(pk__in=given.values("application_id"))
    )


def _under_review(application: Application, person: User) -> None:
    """Forbidden for who is no reviewer of the programme any more; WrongMoment before the officer starts the review.
    Whoever gave their review reads on: that the file is screened again is not told to them."""
    if not holds(person, ProgramRole.REVIEWER, application.call.program):
        raise Forbidden(CLOSED)
    given = Assignment.objects.of_reviewer(person).submitted().filter(application=application)
    if application.state == ApplicationState.ELIGIBLE and not given.exists():
        raise WrongMoment(Refusal(_("The file opens when the officer starts its review."), code="state"))


CLOSED = _("This file is closed to you.")
REVIEWER = Right(_given_to_review, ask=_under_review)
TO_DECLARE = Right(_has_a_part_in, despite_conflict=True)


def may_declare(application: Application, by: Actor) -> bool:
    """Who has a reason to declare interests in a file: a role that acts on its programme's files or reads them, a seat
    at a partner that pays, or the file itself to review. A reviewer who was not given it has none."""
    return is_person(by) and Application.objects.filter(_has_a_part_in(by), pk=application.pk).exists()


def sees_scores(application: Application, user: User) -> bool:
    """Scores are for staff once the file's review is complete, and never for who still has a review of it to give. Nor,
    wherever the file is on its way, while one may still be given: who reads the others' may be given the file next."""
    if application.state in HIDES_SCORES:
        return False
    return not application.assignments.filter(reviewer=user, state__in=WAITING).exists()
