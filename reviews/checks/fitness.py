"""Who can be given a file to review, and why not: asked here by the page, by the refusal at the act, by whatever
gives many files at once."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from applications.models import Application
from audit.actors import Actor
from moves.duties import clashes
from moves.interests import barred_from, declared_pairs
from moves.models import DutyDone
from moves.refusals import Refusal
from moves.states import Duty
from programs.models import Appointment, Call, Program
from programs.policy import Excluded
from programs.roles import ProgramRole, Seat
from reviews.checks.conflicts import Conflict, Parties, Ties, conflicts_between, excluded_of, parties_of, ties_of
from reviews.checks.panel import SeatNeed
from reviews.checks.rivals import Pair, rivals_among
from reviews.models import Assignment
from reviews.states import Obstacle
from work.names import sort_key


@dataclass(frozen=True, slots=True)
class Fitness:
    """Whether a person can be given a file now: the appointment by which they would sit on its panel (None: they have
    none), how many files of its call wait for them, and all that stands in the way."""

    application_id: int
    user: User
    appointment: Appointment | None
    load: int
    conflicts: tuple[Conflict, ...]

    @property
    def is_fit(self) -> bool:
        return not self.conflicts

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Why they cannot be given it, each as it is said of them."""
        sentence = _("%(person)s: %(reason)s")
        return tuple(
            Refusal(sentence % {"person": self.user.full_name, "reason": one.message}, code=one.code)
            for one in self.conflicts
        )

    @property
    def seat(self) -> str:
        return self.appointment.seat if self.appointment else ""

    @property
    def seat_label(self) -> str:
        return str(Seat(self.seat).label) if self.seat else ""

    @property
    def capacity(self) -> int:
        return self.appointment.capacity if self.appointment else 0


def fitness(
    applications: Collection[Application],
    people: Collection[User] | None = None,
    *,
    reader: Actor | None = None,
    hold: bool = False,
) -> list[Fitness]:
    """The `Fitness` of each of `people` for each file; by default of the file's own reviewers, as appointed today.

    Files in their order, then people in theirs. The number of queries grows neither with the files nor with the
    people. `reader`: who gives the file, or reads who could. A file of the call that is closed to them is in no load,
    and takes a place of everybody's capacity for as long as it is told to be under way, whoever reviews it: the page
    and the act then say the same, and neither what became of that file nor who has it. Without one, nothing is closed.
    `hold` locks the appointments first, so that two acts at once do not pass a capacity together.
    """
    calls = Call.objects.select_related("program", "rules").in_bulk({file.call_id for file in applications})
    seats = _appointments({call.program for call in calls.values()}, people, hold=hold)
    asked = list({one.user_id: one.user for one in seats.values()}.values()) if people is None else list(people)
    records = _records(applications, asked, reader)
    found = []
    for file in applications:
        program_id = calls[file.call_id].program_id
        for person in asked:
            appointment = seats.get((program_id, person.pk))
            if appointment is not None:
                found.append(records.fitness(file, person, appointment, excluded_of(calls[file.call_id])))
            elif people is not None:
                found.append(Fitness(file.pk, person, None, 0, (_not_appointed(),)))
    return found


def candidates(application: Application, *, reader: Actor) -> list[Fitness]:
    """Every reviewer of the file's programme as a `Fitness`, as far as `reader` may know: free ones first, then the
    least loaded, by name."""
    found = fitness([application], reader=reader)
    return sorted(
        found, key=lambda one: (not one.is_fit, one.load, *sort_key(one.user.family_name, one.user.given_name))
    )


@dataclass(frozen=True)
class Shortage:
    """A side of the panel that lacks more reviewers than there are who can be given the file."""

    side: str
    lacking: int
    free: int


def shortages(lines: Iterable[SeatNeed], found: Iterable[Fitness]) -> list[Shortage]:
    """The sides of a panel's rule that too few of `found` can fill today: somebody else is appointed first."""
    seats = [one.seat for one in found if one.is_fit]
    short = [Shortage(line.label, line.needed - line.have, seats.count(line.seat)) for line in lines if line.seat]
    return [one for one in short if one.lacking > one.free]


def _appointments(
    programs: Collection[Program], people: Collection[User] | None, *, hold: bool
) -> dict[Pair, Appointment]:
    """The running appointment of each reviewer on each programme, by the keys of both: to the programme itself, else to
    all of its cluster's. An account that is closed has none."""
    everywhere = Q(program=None, cluster__in={program.cluster_id for program in programs})
    rows = (
        Appointment.objects.held_today()
        .filter(role=ProgramRole.REVIEWER)
        .filter(Q(program__in=programs) | everywhere)
        .select_related("user")
        .order_by("program_id", "id")  # those of the whole cluster, without a programme, come last
    )
    if people is not None:
        rows = rows.filter(user__in=people)
    found: dict[Pair, Appointment] = {}
    for row in rows.select_for_update(of=("self",)) if hold else rows:
        for program in programs:
            if row.program_id == program.pk or (row.program_id is None and row.cluster_id == program.cluster_id):
                found.setdefault((program.pk, row.user_id), row)
    return found


@dataclass(frozen=True)
class _Records:
    """What is on record of some people and some files. `load` is by call and person, pairs are of file and person."""

    parties: dict[int, Parties]
    ties: dict[int, Ties]
    rivals: dict[Pair, Conflict]
    declared: set[Pair]
    duties: dict[Pair, Duty]
    first_panel: set[Pair]
    live: set[Pair]
    refused: set[Pair]
    load: dict[Pair, int]
    closed: dict[int, int]  # how many files of a call are closed to the reader, and may wait for anybody

    def fitness(
        self, file: Application, person: User, appointment: Appointment, excluded: Collection[Excluded]
    ) -> Fitness:
        pair, load = (file.pk, person.pk), self.load.get((file.call_id, person.pk), 0)
        found = conflicts_between(self.parties[file.pk], self.ties[person.pk], excluded)
        if pair in self.rivals:
            found.append(self.rivals[pair])
        if pair in self.declared:
            found.append(Conflict(Obstacle.DECLARED, _("a conflict of interest of theirs, or a doubt, is on record")))
        if pair in self.duties:
            words = _("has already done this on the file: %(duty)s") % {"duty": self.duties[pair].label}
            found.append(Conflict(Obstacle.DUTY, words))
        if pair in self.first_panel:
            words = _("took part in the decision that is being reconsidered")
            found.append(Conflict(Obstacle.FIRST_PANEL, words))
        elif pair in self.live:
            found.append(Conflict(Obstacle.ALREADY, _("already has this file")))
        elif pair in self.refused:
            found.append(Conflict(Obstacle.DECLINED, _("declined this file, or was recused from it")))
        if load + self.closed.get(file.call_id, 0) >= appointment.capacity:
            found.append(Conflict(Obstacle.CAPACITY, _full(load, appointment.capacity)))
        return Fitness(file.pk, person, appointment, load, tuple(found))


def _full(load: int, capacity: int) -> str:
    if load < capacity:
        return _(
            "may already have as many files of this call as they can take: a file that is closed to you is counted as "
            "theirs"
        )
    words = ngettext("already has %(count)d file to review", "already has %(count)d files to review", load)
    return words % {"count": load}


def _records(applications: Collection[Application], people: Collection[User], reader: Actor | None) -> _Records:
    files, keys = [one.pk for one in applications], [person.pk for person in people]
    given = Assignment.objects.filter(application__in=files, reviewer__in=keys)
    waiting = (
        Assignment.objects.waiting()
        .filter(application__call__in={one.call_id for one in applications}, reviewer__in=keys)
        .order_by()
        .values("application__call_id", "reviewer_id")
        .annotate(held=Count("id"))
    )
    closed = {}
    if reader:
        waiting = waiting.exclude(application_id__in=barred_from(reader))
        closed = _closed_to(reader, {one.call_id for one in applications})
    ties = ties_of(people)
    return _Records(
        parties=parties_of(applications),
        ties=ties,
        rivals=rivals_among(applications, ties, reader=reader),
        declared=declared_pairs(files, keys),
        duties=clashes(files, keys, Duty.SCORE),
        first_panel=sat_before(files, keys),
        live=set(given.live().values_list("application_id", "reviewer_id")),
        refused=set(given.refused().values_list("application_id", "reviewer_id")),
        load={(one["application__call_id"], one["reviewer_id"]): one["held"] for one in waiting},
        closed=closed,
    )


def _closed_to(reader: Actor, calls: Collection[int]) -> dict[int, int]:
    """How many files of each call are closed to `reader` and, for all that is told of them, under way."""
    rows = Application.objects.told_under_way().filter(call__in=calls, pk__in=barred_from(reader)).order_by()
    return dict(rows.values_list("call_id").annotate(Count("id")))


def sat_before(applications: Collection[int], people: Collection[int]) -> set[Pair]:
    """Which of `people` scored a file, or recommended or approved on it, before a reconsideration gave it to a new
    panel: pairs of the keys of a file and of a person."""
    scored, acted = _of_a_first_panel()
    scored = scored.filter(application__in=applications, reviewer__in=people)
    acted = acted.filter(application_id__in=applications, user_id__in=people)
    return {
        *scored.values_list("application_id", "reviewer_id"),
        *acted.values_list("application_id", "user_id"),
    }


def first_panel_of(user: User) -> Q:
    """The condition that `user` is one of those of a file (see `sat_before`)."""
    scored, acted = _of_a_first_panel()
    mine = scored.filter(reviewer=user).values("application"), acted.filter(user_id=user.pk).values("application_id")
    return Q(pk__in=mine[0]) | Q(pk__in=mine[1])


def _of_a_first_panel() -> tuple[QuerySet[Assignment], QuerySet[DutyDone]]:
    """The reviews of first panels, and what was done on the files before they were set aside for good."""
    scored = Assignment.objects.filter(set_aside_at__isnull=False)
    later = scored.filter(application_id=OuterRef("application_id"), set_aside_at__gte=OuterRef("at"))
    acted = DutyDone.objects.filter(Exists(later), duty__in=[Duty.SCORE, Duty.RECOMMEND, Duty.APPROVE])
    return scored, acted


def _not_appointed() -> Conflict:
    return Conflict(Obstacle.APPOINTMENT, _("is not appointed as a reviewer of this programme"))
