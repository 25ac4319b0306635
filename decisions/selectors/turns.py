"""Who may take the step that a decision waits for, today; and the decisions whose step there is nobody to take.

Asked of each person by the querysets that their own pages ask (`waiting_for`, `free_to`): whoever is told is let in.
"""

from collections.abc import Collection, Iterable, Mapping

from django.db.models import QuerySet

from accounts.models import User
from accounts.rules import in_office
from applications.selectors.people import holders_of
from applications.selectors.turns import Missing, Stuck, without_taker
from decisions.models import Concurrence, Decision, Step
from decisions.rules import may_send_back
from decisions.selectors.chain import returns_of, rulings_among
from decisions.states import DecisionKind, Turn
from funding.models import PartnerSeat
from funding.querysets import SeatQuerySet
from programs.querysets import in_office_holders
from programs.roles import ProgramRole
from reviews.models import Declaration
from reviews.selectors import stuck_on, turn_of
from reviews.states import ReviewTurn
from work import clock

PROGRAM = "application__call__program"
RETURNERS = (ProgramRole.ENDORSER, ProgramRole.RECONSIDERER, ProgramRole.APPROVER)
"""The roles of the cluster from which a decision, of whatever kind, can be sent back."""


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


def returners_of(decision: Decision) -> list[User]:
    """Who of the cluster may send the decision back today."""
    file = decision.application
    found = dict.fromkeys(person for role in _returning(decision) for person in holders_of(file, role))
    return [person for person in found if may_send_back(decision, person)]


def _returning(decision: Decision) -> list[ProgramRole]:
    """The roles from which this one can be: whose opinion its kind asks, and the approver's."""
    asked = {DecisionKind(decision.kind).row.opinion.row.role, ProgramRole.APPROVER}
    return [role for role in RETURNERS if role in asked]


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


def returns_by_partner(concurrence: Concurrence) -> list[Step]:
    """Each time that somebody who sat for its partner then sent the decision back, or one before it: the acts, the
    latest first. What others sent back is the cluster's own."""
    seats = PartnerSeat.objects.filter(partner=concurrence.agreement.partner_id)
    returns = returns_of(concurrence.decision)
    return [step for step in returns if seats.filter(in_office(clock.day_of(step.at)), user=step.by_id).exists()]


def concurs_for(application_id: int, person: User) -> bool:
    """Whether `person` concurs today for a partner that was asked to of this file."""
    mine = person.partner_seats.concurring().values("partner_id")
    return Concurrence.objects.filter(application=application_id, agreement__partner__in=mine).exists()


def stuck_among(decisions: Collection[int]) -> dict[int, Stuck[Turn] | Stuck[ReviewTurn]]:
    """Of these decisions (keys), those on their way that nobody can take further today, each with the step that it
    waits for: a ruling on interests, where one comes first.

    One query a person in office, whatever the number of decisions, until each has somebody.
    """
    rows = Decision.objects.filter(pk__in=decisions)
    rulings = rulings_among(rows)
    turns = {pk: turn for pk, turn in rows.turns().items() if pk not in rulings}
    concurred = [pk for pk, turn in turns.items() if turn is Turn.CONCUR]
    missing = _without_taker(turns) | _without_concurrer(concurred)
    found: dict[int, Stuck[Turn] | Stuck[ReviewTurn]] = {pk: Stuck(turns[pk], who) for pk, who in missing.items()}
    found.update((pk, stuck) for pk, asked in rulings.items() if (stuck := stuck_on(asked)))
    found.update(_without_returner({pk for pk, asked in rulings.items() if pk not in found and is_returned(asked)}))
    return found


def is_returned(asked: Collection[Declaration]) -> bool:
    """Whether the first thing that comes before the next step is to send the decision back."""
    first = next(iter(asked), None)
    return first is not None and turn_of(first) is ReviewTurn.RETURN


def _without_returner(decisions: Collection[int]) -> dict[int, Stuck[ReviewTurn]]:
    """Of these decisions (keys) that are to be sent back, those that nobody of the cluster may."""
    rows = Decision.objects.filter(pk__in=decisions).select_related(PROGRAM) if decisions else ()
    alone = [one for one in rows if not returners_of(one)]
    return {
        one.pk: Stuck(
            ReviewTurn.RETURN,
            (Missing(is_held=any(in_office_holders(one.application.call.program, role) for role in _returning(one))),),
        )
        for one in alone
    }


def _without_taker(turns: dict[int, Turn]) -> dict[int, tuple[Missing, ...]]:
    """Of these decisions, those whose step of the cluster nobody may take."""
    steps = _steps({pk: turn.row.role for pk, turn in turns.items() if turn.row.role})

    def free(rows: Collection[int], person: User, roles: set[ProgramRole]) -> Iterable[int]:
        waiting = Decision.objects.filter(pk__in=rows).waiting_for(person, roles=roles)
        return waiting.values_list("pk", flat=True)

    return without_taker(steps, free)


def _steps(roles: dict[int, ProgramRole]) -> dict[int, tuple[int, ProgramRole]]:
    """Whose each of these decisions is, by its key: the programme (key) and the role."""
    programs = Decision.objects.filter(pk__in=roles).values_list("pk", PROGRAM)
    return {pk: (program, roles[pk]) for pk, program in programs}


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


def _seats_of(partners: Collection[int]) -> SeatQuerySet:
    """The seats from which somebody concurs for these partners (keys) today."""
    return PartnerSeat.objects.concurring().filter(partner__in=partners)


def _officers_of(partners: Collection[int]) -> QuerySet[User]:
    """Who concurs for these partners (keys) today."""
    return _seats_of(partners).holders()


def _free_to(person: User) -> QuerySet[Concurrence, Mapping[str, object]]:
    """Keys of the concurrences that wait for `person`: a subquery."""
    return Concurrence.objects.of_officer(person).waiting().free_to(person).values("pk")
