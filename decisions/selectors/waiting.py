"""What waits for a person in this app: to endorse, approve, issue, concur; a letter to send again."""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rules import is_person
from applications.models import Application
from applications.rules import UPHOLDERS
from applications.selectors.turns import NOBODY
from applications.states import UNDER_WAY
from audit.actors import Actor
from decisions.models import Concurrence, Decision
from decisions.pages import CONCURRENCE, FILE_DECISION
from decisions.selectors.chain import present_decision, rulings_among
from decisions.selectors.turns import RETURNERS, is_returned, returners_of, stuck_among
from decisions.states import STEPS, Turn
from letters.models import Letter
from letters.states import LetterState
from moves.interests import barred_from
from programs.querysets import held_on
from programs.roles import ProgramRole
from programs.rules import holds, roles_held
from reviews.models import Declaration
from reviews.pages import RULE
from reviews.selectors import late_of, rulers_on, turn_of
from reviews.states import ReviewTurn
from work.selectors import MOST, Rest, WorkLine, first_lines
from work.states import Hat

PROGRAM = "application__call__program"


def work_for(user: Actor, *, limit: int = MOST) -> list[WorkLine]:
    """Every line of this app for `user`, the soonest due first in each kind."""
    if not is_person(user):
        return []
    return [*_work_of_chain(user, limit), *_work_of_rulings(user, limit), *_work_of_partner(user, limit)]


@dataclass(frozen=True)
class Waits:
    """How an open decision waits: for which step, whether `user` stands aside from it for an earlier act of theirs or
    their limit, and whether there is nobody to take it. `ruling`: whose ruling on interests comes first, in words;
    `is_returned`: it was given, and the decision is to be sent back."""

    turn: Turn
    stands_aside: bool
    above_limit: bool
    is_stuck: bool
    ruling: str = ""
    is_returned: bool = False


def waits_of(decisions: Iterable[Decision], user: User) -> dict[int, Waits]:
    """How each of these decisions waits (those of `.next_of(user)`), by its key."""
    asked = Decision.objects.filter(pk__in=[decision.pk for decision in decisions])
    turns = asked.turns()
    free = set(asked.free_to(user).values_list("pk", flat=True))
    within = set(asked.within_limit_of(user).values_list("pk", flat=True))
    stuck, rulings = stuck_among(list(turns)), rulings_among(asked)
    return {
        pk: Waits(
            turn,
            pk not in free,
            pk not in within,
            pk in stuck,
            ruling=_ruling_in(rulings.get(pk, ())),
            is_returned=is_returned(rulings.get(pk, ())),
        )
        for pk, turn in turns.items()
    }


def _ruling_in(rulings: Collection[Declaration]) -> str:
    """Who rules on the first of these, in words; "" for none."""
    return next((str(turn_of(one).row.awaits) for one in rulings), "")


def _work_of_chain(user: User, limit: int) -> Iterator[WorkLine]:
    """The next step of each open decision, when it is theirs; for an officer also what waits for another. Before a
    ruling on interests that it waits for, its step is nobody's. That there is nobody to take another one is asked once
    of the lines that are shown, never of every decision."""
    roles = roles_held(user).intersection(STEPS)
    if not roles:
        return
    rows = Decision.objects.select_related(PROGRAM).with_turn().longest_wait_first()
    runs = ProgramRole.OFFICER in roles
    rulings = rulings_among(Decision.objects.filter(held_on(user, *roles, program=PROGRAM)))
    own = rows.waiting_for(user, roles=roles).exclude(pk__in=rulings)
    yield from first_lines(own, _own_line, limit=limit, rest=Rest.ANY)
    if not runs:
        return
    others = list(rows.waiting_for_others(user, roles=roles).exclude(pk__in=rulings)[: limit + 1])
    stuck = stuck_among([one.pk for one in others])
    yield from first_lines(others, partial(_line_of_others, stuck=stuck), limit=limit, rest=Rest.ANY)
    held = rows.filter(held_on(user, ProgramRole.OFFICER, program=PROGRAM), pk__in=rulings)
    held = held.exclude(application__in=barred_from(user))
    unruled = stuck_among(list(rulings)) if rulings else {}
    of_ruling = partial(_line_of_ruling, rulings=rulings, stuck=unruled)
    yield from first_lines(held, of_ruling, limit=limit, rest=Rest.ANY)
    failed = Letter.objects.filter(held_on(user, ProgramRole.OFFICER, program=PROGRAM), state=LetterState.FAILED)
    failed = failed.filter(decision__isnull=False).visible_to(user)
    failed = failed.select_related(PROGRAM).order_by("since", "id")
    yield from first_lines(failed, _line_of_letter, limit=limit, rest=Rest.ANY)


def _own_line(decision: Decision) -> WorkLine:
    turn = Turn(decision.turn).row
    return _line(decision.application, turn.act, turn.hat)


def _line_of_others(decision: Decision, *, stuck: Container[int]) -> WorkLine:
    waits_for = str(NOBODY if decision.pk in stuck else Turn(decision.turn).row.awaits)
    return _line(decision.application, _("Decision under way"), Hat.OFFICER, waits_for=waits_for)


def _line_of_ruling(
    decision: Decision, *, rulings: Mapping[int, tuple[Declaration, ...]], stuck: Container[int]
) -> WorkLine:
    waits_for = str(NOBODY) if decision.pk in stuck else _ruling_in(rulings[decision.pk])
    return _line(decision.application, _("Decision under way"), Hat.OFFICER, waits_for=waits_for)


def _line_of_letter(letter: Letter) -> WorkLine:
    return _line(letter.application, _("A letter could not be sent"), Hat.OFFICER)


def _work_of_rulings(user: User, limit: int) -> list[WorkLine]:
    """What others did on a file before a conflict that they declared late, and that stops its decision, the earliest
    first: to rule on, or, ruled that it does not stand, to be sent back by who may. A doubt is ruled on first, and is
    the chair's own line; to whom declared it the file is closed."""
    roles = roles_held(user).intersection({*UPHOLDERS, *RETURNERS})
    if not roles:
        return []
    files = Application.objects.held_by(user, *roles).filter(state__in=UNDER_WAY)
    doubts = Declaration.objects.to_rule_on().order_by().values("pk")
    late = Declaration.objects.touching().filter(application__in=files.values("pk"))
    found = late.exclude(pk__in=doubts).select_related("user", "application__call__program")
    stops = [(one, turn_of(one)) for one in found if late_of(one) and _is_theirs(one, user)]
    return first_lines(stops, partial(_line_of_late, user=user), limit=limit)


def _is_theirs(late: Declaration, user: User) -> bool:
    """Whether the step that it is waits for `user`: the ruling, or the return of the decision."""
    if turn_of(late) is not ReviewTurn.RETURN:
        return user in rulers_on(late)
    decision = present_decision(late.application)
    return decision is not None and user in returners_of(decision)


def _line_of_late(stop: tuple[Declaration, ReviewTurn], *, user: User) -> WorkLine:
    late, turn = stop
    file = late.application
    if turn is ReviewTurn.RETURN:
        approves = holds(user, ProgramRole.APPROVER, file.call.program)
        return _line(file, turn.row.act, Hat.APPROVER if approves else Hat.ENDORSER)
    hat = Hat.CHAIR if holds(user, ProgramRole.CHAIR, file.call.program) else Hat.ENDORSER
    return replace(_line(file, turn.row.act, hat), link=RULE(file.number, late.user.public_id))


def _line(file: Application, what: str | Promise, role: Hat, waits_for: str = "") -> WorkLine:
    label = f"{file.reference} · {file.title or file.call.name}"
    link, note = FILE_DECISION(file.number), file.organisation_name
    return WorkLine(str(what), label, link, file.due, waits_for, note, role=role)


def _work_of_partner(user: User, limit: int) -> list[WorkLine]:
    """Awards that wait for the partner's concurrence, without the files where the person is barred or stands aside."""
    asked = Concurrence.objects.of_officer(user).waiting().free_to(user)
    asked = asked.select_related("application__call__program").longest_wait_first()
    return first_lines(asked, _line_of_concurrence, limit=limit, rest=Rest.ANY)


def _line_of_concurrence(one: Concurrence) -> WorkLine:
    file, turn = one.application, Turn.CONCUR.row
    label, link = f"{file.reference} · {file.title}", CONCURRENCE(one.public_id)
    return WorkLine(str(turn.act), label, link, file.due, role=turn.hat, note=file.organisation_name)
