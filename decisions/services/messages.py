"""Who is told, and of what: the next in the chain, the partner's officers, those whose act a return made void."""

from accounts.models import User
from applications.models import Application
from decisions.models import Concurrence, Decision
from decisions.pages import CONCURRENCE, FILE_DECISION
from decisions.states import StepKind, Turn
from funding.models import PartnerSeat
from funding.roles import PartnerRole
from letters.models import Letter
from moves.interests import unbarred
from notifications import messages
from notifications.services import queue_message
from programs.querysets import in_office_holders, in_office_officers
from programs.roles import ProgramRole
from work.texts import Text


def tell_next(decision: Decision) -> None:
    """Tell those who may take the next step, or its partners."""
    if Turn.CONCUR in Decision.objects.filter(pk=decision.pk).turns().values():
        return _ask_partners(decision)
    for turn, person in _next(decision):
        _tell(decision, turn, person)


def _next(decision: Decision) -> list[tuple[Turn, User]]:
    """Whose step in the cluster is next (`DecisionQuerySet.waiting_for`), with the step."""
    own = Decision.objects.filter(pk=decision.pk)
    program = decision.application.call.program
    return [
        (turn, person)
        for turn in own.turns().values()
        if turn.row.role
        for person in in_office_holders(program, turn.row.role)
        if own.waiting_for(person, roles=[turn.row.role]).exists()
    ]


def tell_sent_back(decision: Decision, *, by: User, reason: str, to_panel: bool) -> None:
    """Tell whose acts of this round are void, as long as they read the file; whose turn it is; and who runs it from
    there: the programme's officers, or the chair. Asked between the move and the voiding of the acts."""
    file = decision.application
    program = file.call.program
    acts = decision.steps.counted()
    acts = acts.exclude(kind__in=(StepKind.SENT_BACK, StepKind.CONCURRED))  # a partner has no page of it
    acted = User.objects.filter(pk__in=acts.values("by"), is_active=True)
    people = {person for person in acted if Application.objects.of_staff(person).filter(pk=file.pk).exists()}
    people |= {person for _turn, person in _next(decision)}
    people |= set(in_office_holders(program, ProgramRole.CHAIR) if to_panel else in_office_officers(program))
    for person in unbarred(decision.application_id, sorted(people - {by}, key=lambda one: one.pk)):
        queue_message(
            messages.DecisionSentBack(reference=file.number, title=file.title, reason=reason),
            to=person,
            link=FILE_DECISION(file.number),
            application_id=decision.application_id,
            key=f"decision_sent_back:{decision.public_id}:{_round(decision)}:{person.public_id}",
        )


def tell_failed(letter: Letter) -> None:
    """Tell the programme's officers that a letter could not be made or sent."""
    application = letter.application
    for person in unbarred(application.pk, in_office_officers(application.call.program)):
        queue_message(
            messages.LetterFailed(reference=application.number, title=application.title),
            to=person,
            link=FILE_DECISION(application.number),
            application_id=application.pk,
            key=f"letter_failed:{letter.public_id}:{letter.since.isoformat()}:{person.public_id}",
        )


def _tell(decision: Decision, turn: Turn, person: User) -> None:
    file = decision.application
    queue_message(
        messages.DecisionWaiting(reference=file.number, title=file.title, step=Text.of(turn.row.asked)),
        to=person,
        link=FILE_DECISION(file.number),
        application_id=decision.application_id,
        key=f"decision_waiting:{decision.public_id}:{turn.value}:{_round(decision)}:{person.public_id}",
    )


def _ask_partners(decision: Decision) -> None:
    file = decision.application
    for concurrence in decision.concurrences.awaited().select_related("agreement"):
        seats = PartnerSeat.objects.held_today().filter(
            partner=concurrence.agreement.partner_id, role=PartnerRole.CONCURRENCE
        )
        for person in seats.holders():
            if not Concurrence.objects.of_officer(person).waiting().free_to(person).filter(pk=concurrence.pk).exists():
                continue
            queue_message(
                messages.ConcurrenceAsked(reference=file.number, title=file.title, amount=decision.amount),
                to=person,
                link=CONCURRENCE(concurrence.public_id),
                application_id=decision.application_id,
                key=f"concurrence_asked:{concurrence.public_id}:{person.public_id}",
            )


def _round(decision: Decision) -> int:
    """How often the decision was sent back before: each round is told anew."""
    return decision.steps.filter(kind=StepKind.SENT_BACK).count()
