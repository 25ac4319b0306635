"""Who may take the step that a decision waits for, today; and the decisions whose step there is nobody to take.

Asked of each person by the querysets that their own pages ask (`waiting_for`, `free_to`): whoever is told is let in.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.querysets import TermQuerySet
from decisions.models import Concurrence, Decision
from decisions.states import Turn
from funding.models import PartnerSeat
from funding.roles import PartnerRole
from programs.models import Program
from programs.querysets import in_office_holders
from programs.roles import ProgramRole

PROGRAM = "application__call__program"


@dataclass(frozen=True)
class Missing:
    """One who is missing: `partner`, the short name of the partner that they would concur for; "" for a step of the
    cluster. `is_held`: whether somebody holds the role of the step today, and something keeps them from acting."""

    is_held: bool
    partner: str = ""


@dataclass(frozen=True)
class Stuck:
    """A step that there is nobody to take today, and each who is missing."""

    turn: Turn
    missing: tuple[Missing, ...]

    @property
    def awaits(self) -> str:
        """Who is missing, in words."""
        return self._named(self.missing)

    @property
    def why(self) -> list[str]:
        """Why there is nobody, in sentences: those whose role nobody holds, then those who hold it and may not act."""
        vacant = [one for one in self.missing if not one.is_held]
        kept = [one for one in self.missing if one.is_held]
        found = []
        if vacant:
            sentence = _("It waits for %(who)s. Nobody holds the role of this step today.")
            found.append(sentence % {"who": self._named(vacant)})
        if kept:
            sentence = _(
                "It waits for %(who)s. Nobody who holds the role of this step is free to act today: an earlier act on "
                "this file, an interest declared in it or a delegated limit stands in the way."
            )
            found.append(sentence % {"who": self._named(kept)})
        return found

    def _named(self, missing: Iterable[Missing]) -> str:
        who, partners = str(self.turn.row.awaits), ", ".join(one.partner for one in missing if one.partner)
        return f"{who} ({partners})" if partners else who


def takers_of(decision: Decision) -> list[tuple[Turn, User]]:
    """The people of the cluster who may take the decision's next step today, each with the step."""
    own = Decision.objects.filter(pk=decision.pk)
    program = decision.application.call.program
    return [
        (turn, person)
        for turn in own.turns().values()
        if turn.row.role
        for person in in_office_holders(program, turn.row.role)
        if own.waiting_for(person, roles=[turn.row.role]).exists()
    ]


def concurrers_of(concurrence: Concurrence) -> list[User]:
    """The officers of its partner who may give this concurrence today."""
    asked = Concurrence.objects.filter(pk=concurrence.pk)
    return [
        person
        for person in _officers_of([concurrence.agreement.partner_id])
        if asked.filter(pk__in=_free_to(person)).exists()
    ]


def partners_people_of(concurrence: Concurrence) -> list[User]:
    """Who of its partner is told what became of it: who gave it, while they sit; else those who concur for it today."""
    seated = list(_officers_of([concurrence.agreement.partner_id]))
    given_by = [person for person in seated if person.pk == concurrence.by_id]
    return given_by or seated


def concurs_for(application_id: int, person: User) -> bool:
    """Whether `person` concurs today for a partner that was asked to of this file."""
    mine = PartnerSeat.objects.held_today().filter(role=PartnerRole.CONCURRENCE, user=person).values("partner_id")
    return Concurrence.objects.filter(application=application_id, agreement__partner__in=mine).exists()


def stuck_among(decisions: Collection[int]) -> dict[int, Stuck]:
    """Of these decisions (keys), those on their way whose next step there is nobody to take today, each with the step.

    One query a person in office, whatever the number of decisions, until each has somebody.
    """
    turns = Decision.objects.filter(pk__in=decisions).turns()
    concurred = [pk for pk, turn in turns.items() if turn is Turn.CONCUR]
    missing = _without_taker(turns) | _without_concurrer(concurred)
    return {pk: Stuck(turns[pk], who) for pk, who in missing.items()}


def _without_taker(turns: dict[int, Turn]) -> dict[int, tuple[Missing, ...]]:
    """Of these decisions, those whose step of the cluster nobody may take."""
    steps = _steps({pk: turn.row.role for pk, turn in turns.items() if turn.row.role})
    holders = _in_office(set(steps.values()))
    roles: dict[User, set[ProgramRole]] = {}
    for (_program, role), people in holders.items():
        for person in people:
            roles.setdefault(person, set()).add(role)
    left = set(steps)
    for person, theirs in roles.items():
        if not left:
            break
        waiting = Decision.objects.filter(pk__in=left).waiting_for(person, roles=theirs)
        left -= set(waiting.values_list("pk", flat=True))
    return {pk: (Missing(is_held=bool(holders[steps[pk]])),) for pk in left}


def _steps(roles: dict[int, ProgramRole]) -> dict[int, tuple[int, ProgramRole]]:
    """Whose each of these decisions is, by its key: the programme (key) and the role."""
    programs = Decision.objects.filter(pk__in=roles).values_list("pk", PROGRAM)
    return {pk: (program, roles[pk]) for pk, program in programs}


def _in_office(steps: Collection[tuple[int, ProgramRole]]) -> dict[tuple[int, ProgramRole], list[User]]:
    """Who holds each of these roles on its programme today."""
    rows = Program.objects.select_related("cluster").in_bulk({program for program, _role in steps})
    return {(program, role): list(in_office_holders(rows[program], role)) for program, role in sorted(steps)}


def _without_concurrer(decisions: Collection[int]) -> dict[int, tuple[Missing, ...]]:
    """Of these decisions that wait for their partners, those with a partner that has nobody to concur, each once."""
    if not decisions:
        return {}
    asked = Concurrence.objects.waiting().filter(decision__in=decisions).order_by("id")
    rows = asked.values_list("pk", "decision_id", "agreement__partner_id", "agreement__partner__short_name")
    left = {pk: (decision, partner, name) for pk, decision, partner, name in rows}
    for person in _officers_of({partner for _decision, partner, _name in left.values()}):
        if not left:
            break
        for pk in asked.filter(pk__in=left).filter(pk__in=_free_to(person)).values_list("pk", flat=True):
            del left[pk]
    held = _seats_of({partner for _decision, partner, _name in left.values()}).values_list("partner_id", flat=True)
    seated = set(held) if left else set()
    found: dict[int, tuple[Missing, ...]] = {}
    for decision, partner, name in left.values():
        missing = Missing(is_held=partner in seated, partner=name)
        found[decision] = tuple(dict.fromkeys((*found.get(decision, ()), missing)))
    return found


def _seats_of(partners: Collection[int]) -> TermQuerySet[PartnerSeat]:
    """The seats from which somebody concurs for these partners (keys) today."""
    return PartnerSeat.objects.held_today().filter(partner__in=partners, role=PartnerRole.CONCURRENCE)


def _officers_of(partners: Collection[int]) -> QuerySet[User]:
    """Who concurs for these partners (keys) today."""
    return _seats_of(partners).holders()


def _free_to(person: User) -> QuerySet[Concurrence, Mapping[str, object]]:
    """Keys of the concurrences that wait for `person`: a subquery."""
    return Concurrence.objects.of_officer(person).waiting().free_to(person).values("pk")
