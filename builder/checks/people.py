"""Whether the people of a programme can take a file from its submission to its letter, no one of them twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from builder.checks.findings import Finding, Lacks
from funding.models import PartnerSeat
from funding.roles import PartnerRole
from moves.states import Duty
from programs.models import Appointment, Call, Program
from programs.policy import Policy
from programs.querysets import in_office_holders
from programs.roles import ProgramRole, Seat
from programs.selectors import policy_of
from work.money import format_money


@dataclass(frozen=True)
class Place:
    """One person that a file needs: for what, in words, and who could be that one today (their keys)."""

    duty: Duty
    name: str
    people: frozenset[int]


def people_lacking(call: Call) -> list[Finding]:
    """Places of a file that nobody can take; then, of those that somebody can, those for whom too few people are left,
    since on one file nobody does two of these. And an approver whose limit takes the largest award.

    What it proves: with the people in office today, one file goes from its submission to its letter, and to the
    opinion on its reconsideration, without anybody in two places. The same people then take each file of the call: a
    pool where everybody sits on every file is enough. What it does not: that these people have the time for as many
    files as will come; that none has a conflict, since conflicts are of a file, and there is none yet (who is barred is
    offered no file, and a step that is left without anybody is told to the officers); that somebody else than who
    approved first can approve the answer to a reconsideration.
    """
    if call.rules is None:
        return []  # the move asks for them
    policy = policy_of(call)
    places = _places(call, policy)
    empty = list(dict.fromkeys(place.name for place in places if not place.people))
    found = [Finding(Lacks.PEOPLE, name, _("Nobody holds this role today.")) for name in empty]
    if not in_office_holders(call.program, ProgramRole.OFFICER).exists():
        found.insert(0, Finding(Lacks.PEOPLE, str(ProgramRole.OFFICER.label), _("Nobody holds this role today.")))
    short = [place.name for place in unfilled([place for place in places if place.people])]
    for name in dict.fromkeys(short):
        said = _(
            "Not enough people: no one may hold two roles on the same file, and those who could fill this one are "
            "needed for another."
        )
        found.append(Finding(Lacks.PEOPLE, name, said))
    return found + limit_lacking(call, policy) + concurrence_lacking(call)


def _places(call: Call, policy: Policy) -> list[Place]:
    panel, program = policy.asked_of_panel, call.program

    def holders(role: ProgramRole) -> frozenset[int]:
        return frozenset(in_office_holders(program, role).values_list("pk", flat=True))

    by_seat = people_by_seat(program)
    reviewers = [
        Place(Duty.SCORE, _("reviewer (%(seat)s)") % {"seat": Seat(seat).label}, frozenset(by_seat[seat]))
        for seat, count in panel.by_seat.items()
        for _each in range(count)
    ]
    anyone = frozenset().union(*by_seat.values())
    beyond = panel.size - len(reviewers)
    reviewers += [Place(Duty.SCORE, str(ProgramRole.REVIEWER.label), anyone) for _each in range(beyond)]
    return [
        Place(Duty.SCREEN, str(ProgramRole.SCREENER.label), holders(ProgramRole.SCREENER)),
        *reviewers,
        *(
            Place(duty, str(role.label), holders(role))
            for duty, role in (
                (Duty.RECOMMEND, ProgramRole.CHAIR),
                (Duty.ENDORSE, ProgramRole.ENDORSER),
                (Duty.APPROVE, ProgramRole.APPROVER),
                (Duty.RECONSIDER, ProgramRole.RECONSIDERER),
            )
        ),
    ]


def people_by_seat(program: Program) -> dict[str, set[int]]:
    """The keys of the reviewers of a programme in office today, by the side on which they sit."""
    seats = Appointment.objects.held_today().on(program).filter(role=ProgramRole.REVIEWER)
    found: dict[str, set[int]] = {seat.value: set() for seat in Seat}
    for person, seat in seats.values_list("user_id", "seat"):
        found[seat].add(person)
    return found


def unfilled(places: Sequence[Place]) -> list[Place]:
    """The places left without anybody once as many as can be are taken, each by a person of its own; two of one duty
    too, since the same person does not score twice. The last places are left first."""
    taken: dict[int, int] = {}  # a person's key: the place they have

    def seat(place: int, asked: set[int]) -> bool:
        for person in sorted(places[place].people):
            if person in asked:
                continue
            asked.add(person)
            held = taken.get(person)
            if held is None or seat(held, asked):
                taken[person] = place
                return True
        return False

    return [place for number, place in enumerate(places) if not seat(number, set())]


def limit_lacking(call: Call, policy: Policy) -> list[Finding]:
    """An approver whose limit takes the largest award; nothing where nobody approves: that is found already."""
    most = policy.aid.max_aid
    held = Appointment.objects.held_today().on(call.program).filter(role=ProgramRole.APPROVER)
    limits = [limit for limit in held.values_list("limit", flat=True) if limit is not None]
    if most is None or not limits or max(limits) >= most:
        return []
    language = get_language() or "fr"
    said = _("No limit is as high as the largest award, %(most)s: the highest is %(limit)s.")
    values: Mapping[str, str] = {"most": format_money(most, language), "limit": format_money(max(limits), language)}
    return [Finding(Lacks.PEOPLE, str(ProgramRole.APPROVER.label), said % values)]


def concurrence_lacking(call: Call) -> list[Finding]:
    """Somebody at the partner of each agreement that asks for its concurrence, by the agreement's reference."""
    found = []
    for agreement in call.program.agreements.select_related("partner").order_by("reference"):
        seats = PartnerSeat.objects.concurring().filter(partner=agreement.partner)
        if agreement.concurrence_above is not None and not seats.exists():
            said = _("Nobody at %(partner)s can give the concurrence that the agreement %(reference)s asks for.")
            values = {"partner": agreement.partner.name, "reference": agreement.reference}
            found.append(Finding(Lacks.PEOPLE, str(PartnerRole.CONCURRENCE.label), said % values))
    return found
