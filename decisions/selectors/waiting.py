"""What waits for a person in this app: to endorse, approve, issue, concur; a letter to send again."""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rules import is_person
from applications.models import Application
from applications.selectors.turns import NOBODY
from applications.states import WITH_PANEL
from audit.actors import Actor
from decisions.models import Concurrence, Decision
from decisions.pages import CONCURRENCE, FILE_DECISION
from decisions.selectors.chain import rulings_among
from decisions.selectors.turns import stuck_among
from decisions.states import STEPS, Turn
from letters.models import Letter
from letters.states import LetterState
from moves.interests import barred_from
from programs.querysets import held_on
from programs.roles import ProgramRole
from programs.rules import holds, roles_held
from reviews.models import Declaration
from reviews.pages import RULE
from reviews.rules import UPHOLDERS
from reviews.selectors import late_on, stuck_on, turn_of
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
    their limit, and whether there is nobody to take it. `ruling`: whose ruling on interests comes first, in words."""

    turn: Turn
    stands_aside: bool
    above_limit: bool
    is_stuck: bool
    ruling: str = ""


def waits_of(decisions: Iterable[Decision], user: User) -> dict[int, Waits]:
    """How each of these decisions waits (those of `.next_of(user)`), by its key."""
    asked = Decision.objects.filter(pk__in=[decision.pk for decision in decisions])
    turns = asked.turns()
    free = set(asked.free_to(user).values_list("pk", flat=True))
    within = set(asked.within_limit_of(user).values_list("pk", flat=True))
    stuck, rulings = stuck_among(list(turns)), rulings_among(asked)
    return {
        pk: Waits(turn, pk not in free, pk not in within, pk in stuck, ruling=_ruling_in(rulings.get(pk, ())))
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
    yield from first_lines(held, partial(_line_of_ruling, rulings=rulings), limit=limit, rest=Rest.ANY)
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


def _line_of_ruling(decision: Decision, *, rulings: Mapping[int, tuple[Declaration, ...]]) -> WorkLine:
    asked = rulings[decision.pk]
    waits_for = str(NOBODY) if stuck_on(asked) else _ruling_in(asked)
    return _line(decision.application, _("Decision under way"), Hat.OFFICER, waits_for=waits_for)


def _line_of_letter(letter: Letter) -> WorkLine:
    return _line(letter.application, _("A letter could not be sent"), Hat.OFFICER)


def _work_of_rulings(user: User, limit: int) -> list[WorkLine]:
    """What others did on a file before a conflict that they declared late, and that stops its decision until the person
    says in writing that it stands, the earliest first. A doubt is ruled on first, and is the chair's own line; to whom
    declared it the file is closed."""
    roles = roles_held(user).intersection(UPHOLDERS)
    if not roles:
        return []
    decided = Decision.objects.open().values("application_id")
    files = Application.objects.held_by(user, *roles).filter(Q(pk__in=decided) | Q(state__in=WITH_PANEL))
    doubts = Declaration.objects.to_rule_on().order_by().values("pk")
    late = Declaration.objects.touching().filter(application__in=files.values("pk"))
    found = late.exclude(pk__in=doubts).select_related("user", "application__call__program")
    stops = [one for one in found if any(one == act.declaration for act in late_on(one.application))]

    def line(late: Declaration) -> WorkLine:
        file = late.application
        hat = Hat.CHAIR if holds(user, ProgramRole.CHAIR, file.call.program) else Hat.ENDORSER
        page = RULE(file.number, late.user.public_id)
        return replace(_line(file, ReviewTurn.UPHOLD.row.act, hat), link=page)

    return first_lines(stops, line, limit=limit)


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
