"""Who may take the step that a decision waits for, today; and the decisions whose step there is nobody to take.

Asked of each person by the querysets that their own pages ask (`waiting_for`, `free_to`): whoever is told is let in.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import User
from decisions.models import Concurrence, Decision
from decisions.states import Turn
from funding.models import PartnerSeat
from funding.roles import PartnerRole
from programs.models import Program
from programs.querysets import in_office_holders
from programs.roles import ProgramRole

PROGRAM = "application__call__program"


@dataclass(frozen=True)
class Stuck:
    """A step that there is nobody to take today. `partners`: those, by their short names, with nobody to concur."""

    turn: Turn
    partners: tuple[str, ...] = ()

    @property
    def awaits(self) -> str:
        """Who is missing, in words."""
        who = str(self.turn.row.awaits)
        return f"{who} ({', '.join(self.partners)})" if self.partners else who


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


def stuck_among(decisions: Collection[int]) -> dict[int, Stuck]:
    """Of these decisions (keys), those on their way whose next step there is nobody to take today, each with the step.

    One query a person in office, whatever the number of decisions, until each has somebody.
    """
    turns = Decision.objects.filter(pk__in=decisions).turns()
    concurred = [pk for pk, turn in turns.items() if turn is Turn.CONCUR]
    found = {pk: Stuck(turns[pk]) for pk in _without_taker(turns)}
    return found | {pk: Stuck(Turn.CONCUR, names) for pk, names in _without_concurrer(concurred).items()}


def _without_taker(turns: dict[int, Turn]) -> set[int]:
    left = {pk for pk, turn in turns.items() if turn.row.role}
    for person, roles in _in_office({pk: turns[pk] for pk in left}).items():
        if not left:
            break
        theirs = Decision.objects.filter(pk__in=left).waiting_for(person, roles=roles)
        left -= set(theirs.values_list("pk", flat=True))
    return left


def _in_office(turns: dict[int, Turn]) -> dict[User, set[ProgramRole]]:
    """Who holds today a role that one of these decisions waits for, on its programme; each with such roles."""
    programs = dict(Decision.objects.filter(pk__in=turns).values_list("pk", PROGRAM))
    rows = Program.objects.select_related("cluster").in_bulk(programs.values())
    found: dict[User, set[ProgramRole]] = {}
    for program, role in sorted({(programs[pk], turn.row.role) for pk, turn in turns.items() if turn.row.role}):
        for person in in_office_holders(rows[program], role):
            found.setdefault(person, set()).add(role)
    return found


def _without_concurrer(decisions: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Of these decisions that wait for their partners, those with a partner that has nobody to concur: its name."""
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
    found: dict[int, tuple[str, ...]] = {}
    for decision, _partner, name in left.values():
        found[decision] = tuple(dict.fromkeys((*found.get(decision, ()), name)))
    return found


def _officers_of(partners: Collection[int]) -> QuerySet[User]:
    """Who concurs for these partners (keys) today."""
    return PartnerSeat.objects.held_today().filter(partner__in=partners, role=PartnerRole.CONCURRENCE).holders()


def _free_to(person: User) -> QuerySet[Concurrence, Mapping[str, object]]:
    """Keys of the concurrences that wait for `person`: a subquery."""
    return Concurrence.objects.of_officer(person).waiting().free_to(person).values("pk")
