"""Questions with a list for an answer: conflicts that the records suggest, faults of a panel, gaps of a review."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Organisation
from accounts.rules import in_office
from audit.rules import clash, is_barred
from audit.states import Duty
from programs.models import Appointment
from programs.roles import ProgramRole, Seat
from reviews.models import Assignment, Interest
from reviews.states import LIVE, InterestKind, State


@dataclass(frozen=True)
class Conflict:
    """A reason why a person should not read a file: a code, and the sentence the officer reads."""

    code: str
    message: str


def parties_of(application):
    """Names and NEQs of everyone the file is about: the applicant and its sponsors.

    Returns `(names, neqs)`, two sets; names are folded to lower case.
    """
    names = {application.organisation.legal_name.casefold()}
    neqs = {application.organisation.neq}
    for sponsorship in application.sponsorships.filter(cancelled_at__isnull=True, declined_at__isnull=True):
        names.add(sponsorship.organisation_name.casefold())
        neqs.update(
            Organisation.objects.filter(legal_name__iexact=sponsorship.organisation_name).values_list("neq", flat=True)
        )
    return names, neqs


def proposed_conflicts(application, user):
    """Conflicts that the records suggest between `user` and everyone the file is about: a list of `Conflict`.

    Joins the person's dated interests and memberships with the applicant and its sponsors, by NEQ and by name.
    A *competitor* interest says "this organisation competes with the one I work for", so it counts as a conflict too.
    """
    names, neqs = parties_of(application)
    found = []
    for membership in user.memberships.select_related("organisation"):
        organisation = membership.organisation
        if organisation.neq in neqs or organisation.legal_name.casefold() in names:
            found.append(
                Conflict("membership", _("acts for %(organisation)s") % {"organisation": organisation.legal_name})
            )
    sponsors = {
        email.rsplit("@", 1)[-1].casefold()
        for email in application.sponsorships.filter(cancelled_at__isnull=True).values_list("email", flat=True)
    }
    if user.email.rsplit("@", 1)[-1].casefold() in sponsors:
        found.append(Conflict("sponsor_domain", _("has an address at the sponsor")))
    for interest in Interest.objects.filter(in_office(), user=user):
        if (interest.neq and interest.neq in neqs) or interest.organisation_name.casefold() in names:
            values = {"kind": InterestKind(interest.kind).label, "organisation": interest.organisation_name}
            found.append(Conflict(interest.kind, _("declared interest (%(kind)s): %(organisation)s") % values))
    return found


def refusals_to_assign(application, user):
    """Every reason why `user` cannot be given the file now: a list of `Conflict`. Empty means they can."""
    program = application.call.program
    appointment = reviewer_appointment(program, user)
    if appointment is None:
        return [Conflict("appointment", _("is not appointed as a reviewer of this programme"))]
    found = proposed_conflicts(application, user)
    if is_barred(application.pk, user):
        found.append(Conflict("declared", _("declared a conflict of interest, or is unsure")))
    earlier = clash(application.pk, user, Duty.SCORE)
    if earlier is not None:
        found.append(Conflict("duty", str(earlier.message)))
    own = Assignment.objects.filter(reviewer=user)
    if own.filter(application=application, state__in=LIVE).exists():
        found.append(Conflict("already", _("already has this file")))
    elif own.filter(application=application, state__in=[State.DECLINED, State.RECUSED]).exists():
        found.append(Conflict("declined", _("declined this file, or was recused from it")))
    held = own.filter(application__call=application.call, state__in=[State.OFFERED, State.ACCEPTED]).count()
    if held >= appointment.capacity:
        found.append(Conflict("capacity", _("already has %(count)d files") % {"count": held}))
    return found


def reviewer_appointment(program, user):
    """The running appointment of `user` as a reviewer of `program`, or None."""
    return (
        Appointment.objects.filter(in_office(), user=user, role=ProgramRole.REVIEWER)
        .filter(Q(program=program) | Q(program__isnull=True, cluster_id=program.cluster_id))
        .order_by("program_id")
        .first()
    )


def panel_rule(application):
    """How many reviewers a file needs, by seat: `{"cluster": 2, "industry": 1}`, from the rules of its call."""
    seats = (application.call.rules.definition.get("panel") or {}).get("seats") or {}
    return {seat: int(seats[seat]) for seat in Seat.values if int(seats.get(seat, 0))}


def panel_problems(application):
    """What the assigned panel lacks, as sentences; an empty list when the panel rule is satisfied."""
    live = application.assignments.filter(state__in=LIVE).values_list("seat", flat=True)
    have = dict.fromkeys(Seat.values, 0)
    for seat in live:
        have[seat] += 1
    return [
        _("%(have)d of %(needed)d reviewers: %(seat)s")
        % {"have": have[seat], "needed": needed, "seat": Seat(seat).label}
        for seat, needed in panel_rule(application).items()
        if have[seat] < needed
    ]


def unfinished(assignment, rubric):
    """Criteria of a review without a score, and without a comment: two lists of criterion keys, in rubric order."""
    scores = {score.criterion: score for score in assignment.scores.all()}
    keys = [criterion["key"] for criterion in rubric["criteria"]]
    unscored = [key for key in keys if key not in scores or not scores[key].point]
    without_comment = [key for key in keys if key not in scores or not scores[key].comment.strip()]
    return unscored, without_comment
