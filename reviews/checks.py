"""Questions with a list for an answer: conflicts that the records suggest, faults of a panel, gaps of a review."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Membership, Organisation, User
from accounts.rules import in_office, is_person
from applications.models import Application
from audit.actors import Actor
from moves.duties import clash
from moves.interests import barred_among, is_barred
from moves.models import DutyDone
from moves.states import Duty
from programs.models import Appointment, Program
from programs.policy import PanelRules
from programs.roles import ProgramRole, Seat
from programs.rubric import Rubric
from programs.selectors import policy_of
from reviews.models import Assignment, Interest
from reviews.states import LIVE, REFUSED, WAITING, InterestKind

Row = TypeVar("Row")

# An address there says nothing of whom a person works for.
PUBLIC_MAIL = frozenset(
    {"gmail.com", "outlook.com", "hotmail.com", "hotmail.ca", "live.com", "live.ca", "yahoo.com", "yahoo.ca"}
    | {"icloud.com", "me.com", "proton.me", "videotron.ca", "bell.net", "sympatico.ca", "cogeco.ca"}
)


@dataclass(frozen=True)
class Conflict:
    """A reason why a person should not read a file: a code, and the words that follow the person's name."""

    code: str
    message: str


@dataclass(frozen=True)
class Parties:
    """Everyone a file is about: folded names, NEQs, and the mail domains of the applicant and of its sponsors."""

    names: frozenset[str]
    neqs: frozenset[str]
    applicant_domains: frozenset[str]
    sponsor_domains: frozenset[str]


def domain_of(address: str) -> str:
    """The domain of an e-mail address, folded; empty for a public mail service."""
    domain = address.rsplit("@", 1)[-1].casefold()
    return "" if domain in PUBLIC_MAIL else domain


def parties_of(application: Application) -> Parties:
    """The `Parties` of a file: the applicant, and the sponsors that were asked and neither cancelled nor declined."""
    organisation = application.organisation
    names, neqs = {organisation.legal_name.casefold()}, {organisation.neq}
    own = {domain_of(email) for email in organisation.memberships.values_list("user__email", flat=True)}
    own.add((urlsplit(organisation.website).hostname or "").removeprefix("www.").casefold())
    sponsors, registered = set(), Q()
    for sponsorship in application.sponsorships.filter(cancelled_at__isnull=True, declined_at__isnull=True):
        names.add(sponsorship.organisation_name.casefold())
        sponsors.add(domain_of(sponsorship.email))
        registered |= Q(legal_name__iexact=sponsorship.organisation_name.strip())
    if registered:
        neqs.update(Organisation.objects.filter(registered).values_list("neq", flat=True))
    return Parties(frozenset(names), frozenset(neqs), frozenset(own - {""}), frozenset(sponsors - {""}))


def conflicts_with(
    parties: Parties, user: User, memberships: Iterable[Membership], interests: Iterable[Interest]
) -> list[Conflict]:
    """Conflicts that the records suggest between a person and the parties of a file: a list of `Conflict`.

    `memberships` (with their organisation) and `interests` (dated today) are the person's. A *competitor* interest
    says "this organisation competes with the one I work for", so it counts as a conflict too.
    """
    found = []
    for membership in memberships:
        organisation = membership.organisation
        if organisation.neq in parties.neqs or organisation.legal_name.casefold() in parties.names:
            found.append(
                Conflict("membership", _("acts for %(organisation)s") % {"organisation": organisation.legal_name})
            )
    domain = domain_of(user.email)
    if domain in parties.sponsor_domains:
        found.append(Conflict("sponsor_domain", _("has an address at the sponsor")))
    if domain in parties.applicant_domains:
        found.append(Conflict("applicant_domain", _("has an address at the applicant")))
    for interest in interests:
        if (interest.neq and interest.neq in parties.neqs) or interest.organisation_name.casefold() in parties.names:
            values = {"kind": InterestKind(interest.kind).label, "organisation": interest.organisation_name}
            found.append(Conflict(interest.kind, _("declared interest (%(kind)s): %(organisation)s") % values))
    return found


def proposed_conflicts(application: Application, user: User) -> list[Conflict]:
    """Conflicts that the records suggest between `user` and everyone the file is about, by NEQ, by name and by mail
    domain: a list of `Conflict`."""
    return conflicts_with(
        parties_of(application),
        user,
        user.memberships.select_related("organisation"),
        Interest.objects.filter(in_office(), user=user).order_by("id"),
    )


def refusals_to_assign(application: Application, user: User, *, appointment: Appointment | None) -> list[Conflict]:
    """Every reason why `user` cannot be given the file now, under their `appointment` (None: they have none).

    A list of `Conflict`; empty means they can. Without an appointment it never is.
    """
    if appointment is None:
        return [Conflict("appointment", _("is not appointed as a reviewer of this programme"))]
    found = proposed_conflicts(application, user)
    if is_barred(application.pk, user):
        found.append(Conflict("declared", _("declared a conflict of interest, or is unsure")))
    if clash(application.pk, user, Duty.SCORE) is not None:
        found.append(_earlier(_duty_done(application.pk, user)))
    own = Assignment.objects.filter(reviewer=user)
    if sat_before(application, user):
        found.append(_first_panel())
    elif own.live().filter(application=application).exists():
        found.append(Conflict("already", _("already has this file")))
    elif own.filter(application=application, state__in=REFUSED).exists():
        found.append(Conflict("declined", _("declined this file, or was recused from it")))
    held = own.filter(application__call=application.call, state__in=WAITING).count()
    if held >= appointment.capacity:
        found.append(_full(held))
    return found


def sat_before(application: Application, user: Actor) -> bool:
    """Whether a reconsideration gave the file to a new panel, and `user` scored it or recommended on it before that."""
    if not is_person(user):
        return False
    aside = Assignment.objects.filter(application=application, set_aside_at__isnull=False)
    reopened = aside.order_by("-set_aside_at").values_list("set_aside_at", flat=True).first()
    if reopened is None:
        return False
    if aside.filter(reviewer=user).exists():
        return True
    sat = DutyDone.objects.filter(application_id=application.pk, user_id=user.pk, at__lte=reopened)
    return sat.filter(duty__in=[Duty.SCORE, Duty.RECOMMEND, Duty.APPROVE]).exists()


def _first_panel() -> Conflict:
    return Conflict("first_panel", _("took part in the decision that is being reconsidered"))


def _earlier(duty: Duty) -> Conflict:
    return Conflict("duty", _("has already done this on the file: %(duty)s") % {"duty": duty.label})


def _full(held: int) -> Conflict:
    return Conflict("capacity", _("already has %(count)d files to review") % {"count": held})


def _duty_done(application_id: int, user: User) -> Duty:
    """The first act of `user` on the file that is not a score. IndexError without any."""
    done = DutyDone.objects.filter(application_id=application_id, user_id=user.pk).exclude(duty=Duty.SCORE)
    return Duty(done.order_by("at", "id").values_list("duty", flat=True)[0])


def reviewer_appointments(program: Program) -> QuerySet[Appointment]:
    """The running appointments of reviewers on `program`, to it first, then to all of its cluster's programmes."""
    return (
        Appointment.objects.filter(in_office(), role=ProgramRole.REVIEWER, user__is_active=True)
        .filter(Q(program=program) | Q(program__isnull=True, cluster_id=program.cluster_id))
        .order_by("program_id")
    )


def reviewer_appointment(program: Program, user: User, *, lock: bool = False) -> Appointment | None:
    """The running appointment of `user` as a reviewer of `program`, or None. `lock` holds it, for its capacity."""
    found = reviewer_appointments(program).filter(user=user)
    return (found.select_for_update(of=("self",)) if lock else found).first()


@dataclass(frozen=True)
class Candidate:
    """A reviewer who could be given a file: their side, how many files they have, and what stands in the way."""

    user: User
    seat: str
    load: int
    capacity: int
    conflicts: tuple[Conflict, ...]

    @property
    def seat_label(self) -> str:
        return str(Seat(self.seat).label)


def candidates(application: Application) -> list[Candidate]:
    """Every reviewer of the programme as a `Candidate`: free ones first, then the least loaded, by name.

    The number of queries does not grow with the number of reviewers.
    """
    appointments: dict[int, Appointment] = {}
    for appointment in reviewer_appointments(application.call.program).select_related("user"):
        appointments.setdefault(appointment.user_id, appointment)
    people = list(appointments)
    parties = parties_of(application)
    memberships = _by_user(Membership.objects.filter(user__in=people).select_related("organisation"))
    interests = _by_user(Interest.objects.filter(in_office(), user__in=people).order_by("id"))
    duties = _by_user(
        DutyDone.objects.filter(application_id=application.pk, user_id__in=people)
        .exclude(duty=Duty.SCORE)
        .order_by("at", "id")
    )
    barred = barred_among(application.pk, people)
    mine = _by_user(Assignment.objects.filter(application=application, reviewer__in=people), "reviewer_id")
    load = dict(
        Assignment.objects.filter(
            application__call_id=application.call_id,
            reviewer__in=people,
            state__in=WAITING,
        )
        .order_by()
        .values("reviewer_id")
        .annotate(held=Count("id"))
        .values_list("reviewer_id", "held")
    )
    reopened = any(one.set_aside_at for rows in mine.values() for one in rows)
    found = []
    for person, appointment in appointments.items():
        conflicts = conflicts_with(parties, appointment.user, memberships.get(person, ()), interests.get(person, ()))
        if person in barred:
            conflicts.append(Conflict("declared", _("declared a conflict of interest, or is unsure")))
        if duties.get(person):
            conflicts.append(_earlier(Duty(duties[person][0].duty)))
        states = {one.state for one in mine.get(person, ()) if one.set_aside_at is None}
        if reopened and sat_before(application, appointment.user):
            conflicts.append(_first_panel())
        elif states & set(LIVE):
            conflicts.append(Conflict("already", _("already has this file")))
        elif states & set(REFUSED):
            conflicts.append(Conflict("declined", _("declined this file, or was recused from it")))
        if load.get(person, 0) >= appointment.capacity:
            conflicts.append(_full(load[person]))
        found.append(
            Candidate(appointment.user, appointment.seat, load.get(person, 0), appointment.capacity, tuple(conflicts))
        )
    return sorted(found, key=lambda c: (bool(c.conflicts), c.load, c.user.family_name, c.user.given_name))


def _by_user(rows: Iterable[Row], key: str = "user_id") -> dict[int, list[Row]]:
    gathered: dict[int, list[Row]] = {}
    for row in rows:
        gathered.setdefault(getattr(row, key), []).append(row)
    return gathered


@dataclass(frozen=True)
class SeatNeed:
    """One line of the panel's rule: a side, how many it needs, how many it has."""

    seat: str
    needed: int
    have: int

    @property
    def label(self) -> str:
        return str(Seat(self.seat).label) if self.seat else _("any side")

    @property
    def is_met(self) -> bool:
        return self.have >= self.needed


def fill(application: Application, seats: Iterable[str]) -> list[SeatNeed]:
    """How the panel's rule is met by reviewers of these `seats`: a list of `SeatNeed`.

    A side counts no more than it needs; what a panel asks beyond its sides may come from any.
    """
    panel, seats = policy_of(application.call).panel or PanelRules(), list(seats)
    lines = [SeatNeed(seat, needed, min(seats.count(seat), needed)) for seat, needed in panel.by_seat.items()]
    beyond = panel.size - sum(panel.by_seat.values())
    if beyond > 0:
        spare = len(seats) - sum(line.have for line in lines)
        lines.append(SeatNeed("", beyond, min(spare, beyond)))
    return lines


def panel_lines(application: Application) -> list[SeatNeed]:
    """The panel as it is assigned: a list of `SeatNeed`."""
    return fill(application, application.assignments.live().values_list("seat", flat=True))


def panel_problems(application: Application) -> list[str]:
    """What the assigned panel lacks, as sentences; an empty list when the panel rule is satisfied."""
    return [
        _("%(have)d of %(needed)d reviewers: %(seat)s") % {"have": line.have, "needed": line.needed, "seat": line.label}
        for line in panel_lines(application)
        if not line.is_met
    ]


def unfinished(assignment: Assignment, rubric: Rubric) -> tuple[list[str], list[str]]:
    """What a review lacks: keys of required criteria without a score, and of criteria scored or required without a
    comment. Two lists, in the rubric's order."""
    scores = {score.criterion: score for score in assignment.scores.all()}
    unscored, without_comment = [], []
    for criterion in rubric.criteria:
        score = scores.get(criterion.key)
        scored = bool(score and score.point)
        if criterion.required and not scored:
            unscored.append(criterion.key)
        if (criterion.required or scored) and not (score and score.comment.strip()):
            without_comment.append(criterion.key)
    return unscored, without_comment
