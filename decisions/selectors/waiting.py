"""What waits for a person in this app: to endorse, approve, issue, concur; a letter to send again."""

from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rules import is_person
from applications.models import Application
from audit.actors import Actor
from decisions.models import Concurrence, Decision
from decisions.pages import CONCURRENCE, FILE_DECISION
from decisions.states import STEPS, Turn
from letters.models import Letter
from letters.states import LetterState
from programs.querysets import held_on
from programs.roles import ProgramRole
from programs.rules import roles_held
from work.selectors import MOST, WorkLine
from work.states import Hat

PROGRAM = "application__call__program"


def work_for(user: Actor, *, limit: int = MOST) -> list[WorkLine]:
    """Every line of this app for `user`, the soonest due first in each kind."""
    if not is_person(user):
        return []
    return [*_work_of_chain(user, limit), *_work_of_partner(user, limit)]


def _work_of_chain(user: User, limit: int) -> Iterator[WorkLine]:
    """The next step of each open decision, when it is theirs; for an officer also what waits for another. That there is
    nobody to take one is told by mail and said where one goes from here: to ask it of every line slows each home."""
    roles = roles_held(user).intersection(STEPS)
    rows = Decision.objects.select_related(PROGRAM).with_turn().longest_wait_first()
    runs = ProgramRole.OFFICER in roles
    for decision in rows.waiting_for(user, roles=roles)[:limit]:
        turn = Turn(decision.turn).row
        yield _line(decision.application, turn.act, turn.hat)
    if not runs:
        return
    for decision in rows.waiting_for_others(user, roles=roles)[:limit]:
        waits_for = str(Turn(decision.turn).row.awaits)
        yield _line(decision.application, _("Decision under way"), Hat.OFFICER, waits_for=waits_for)
    failed = Letter.objects.filter(held_on(user, ProgramRole.OFFICER, program=PROGRAM), state=LetterState.FAILED)
    failed = failed.filter(decision__isnull=False).visible_to(user)
    for letter in failed.select_related(PROGRAM).order_by("since", "id")[:limit]:
        yield _line(letter.application, _("A letter could not be sent"), Hat.OFFICER)


def _line(file: Application, what: str | Promise, role: Hat, waits_for: str = "") -> WorkLine:
    label = f"{file.reference} · {file.title or file.call.name}"
    link, note = FILE_DECISION(file.number), file.organisation_name
    return WorkLine(str(what), label, link, file.due, waits_for, note, role=role)


def _work_of_partner(user: User, limit: int) -> Iterator[WorkLine]:
    """Awards that wait for the partner's concurrence, without the files where the person is barred or stands aside."""
    asked = Concurrence.objects.of_officer(user).waiting().free_to(user)
    for one in asked.select_related("application__call__program").order_by("asked_at", "id")[:limit]:
        file = one.application
        yield WorkLine(
            str(Turn.CONCUR.row.act),
            f"{file.reference} · {file.title}",
            CONCURRENCE(one.public_id),
            role=Turn.CONCUR.row.hat,
            note=file.organisation_name,
        )
