"""Who is told, and of what: the next in the chain, the partner's officers, those whose act a return made void."""

from collections.abc import Iterable

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.rules import in_office
from decisions.models import Decision
from decisions.states import BEFORE_ISSUE, DecisionKind, DecisionState, StepKind
from funding.models import PartnerSeat
from funding.roles import PartnerRole
from letters.models import Letter
from moves.duties import clash
from moves.interests import unbarred
from moves.states import Duty
from notifications.constants import MessageKind
from notifications.services import queue_message
from programs.querysets import in_office_holders, in_office_officers
from programs.roles import ProgramRole

ENDORSE = _("give a favourable opinion")
APPROVE = _("approve")
ISSUE = _("issue the decision")


def tell_next(decision: Decision) -> None:
    """Tell those who may take the next step: nobody with a conflict, nobody who did another act on the file."""
    program = decision.application.call.program
    match decision.state:
        case DecisionState.DRAFT:
            role = ProgramRole.RECONSIDERER if decision.kind == DecisionKind.RECONSIDERED else ProgramRole.ENDORSER
            _tell(decision, "endorse", ENDORSE, _free(decision, in_office_holders(program, role), Duty.ENDORSE))
        case DecisionState.ENDORSED:
            people = in_office_holders(program, ProgramRole.APPROVER, limit=decision.amount)
            _tell(decision, "approve", APPROVE, _free(decision, people, Duty.APPROVE))
        case DecisionState.APPROVED if decision.concurrences.awaited().exists():
            _ask_partners(decision)
        case state if state in BEFORE_ISSUE:
            people = in_office_officers(program)
            _tell(decision, "issue", ISSUE, unbarred(decision.application_id, people))


def tell_sent_back(decision: Decision, *, by: User, reason: str, to_panel: bool) -> None:
    """Tell whose acts are void, and who goes on from there: the programme's officers, or the chair."""
    program = decision.application.call.program
    acted = User.objects.filter(pk__in=decision.steps.exclude(kind=StepKind.SENT_BACK).values("by"))
    people = {*acted, *(in_office_holders(program, ProgramRole.CHAIR) if to_panel else in_office_officers(program))}
    for person in unbarred(decision.application_id, sorted(people - {by}, key=lambda one: one.pk)):
        if person.partner_seats.exists():
            continue  # a partner's officer has no page of the decision: they are asked again when the round comes
        queue_message(
            MessageKind.DECISION_SENT_BACK,
            to=person,
            context={**_file(decision), "reason": reason},
            url_name="decision-file",
            url_args=[decision.application.reference],
            application_id=decision.application_id,
            key=f"decision_sent_back:{decision.public_id}:{_round(decision)}:{person.public_id}",
        )


def tell_failed(letter: Letter) -> None:
    """Tell the programme's officers that a letter could not be made or sent."""
    application = letter.application
    for person in unbarred(application.pk, in_office_officers(application.call.program)):
        queue_message(
            MessageKind.LETTER_FAILED,
            to=person,
            context={"reference": application.reference, "title": application.title},
            url_name="decision-file",
            url_args=[application.reference],
            application_id=application.pk,
            key=f"letter_failed:{letter.public_id}:{letter.since.isoformat()}:{person.public_id}",
        )


def _tell(decision: Decision, step: str, words: str | Promise, people: Iterable[User]) -> None:
    for person in people:
        queue_message(
            MessageKind.DECISION_WAITING,
            to=person,
            context={**_file(decision), "step": _both(words)},
            url_name="decision-file",
            url_args=[decision.application.reference],
            application_id=decision.application_id,
            key=f"decision_waiting:{decision.public_id}:{step}:{_round(decision)}:{person.public_id}",
        )


def _ask_partners(decision: Decision) -> None:
    for concurrence in decision.concurrences.awaited().select_related("agreement"):
        seats = PartnerSeat.objects.filter(
            in_office(), partner=concurrence.agreement.partner_id, role=PartnerRole.CONCURRENCE, user__is_active=True
        )
        people = [seat.user for seat in seats.select_related("user").order_by("user_id")]
        for person in unbarred(decision.application_id, people):
            queue_message(
                MessageKind.CONCURRENCE_ASKED,
                to=person,
                context={**_file(decision), "amount": decision.amount},
                url_name="decision-concurrence",
                url_args=[concurrence.public_id],
                application_id=decision.application_id,
                key=f"concurrence_asked:{concurrence.public_id}:{person.public_id}",
            )


def _file(decision: Decision) -> dict[str, object]:
    return {"reference": decision.application.reference, "title": decision.application.title}


def _both(words: str | Promise) -> dict[str, str]:
    texts = {}
    for language in ("fr", "en"):
        with translation.override(language):
            texts[language] = str(words)
    return texts


def _round(decision: Decision) -> int:
    """How often the decision was sent back before: each round is told anew."""
    return decision.steps.filter(kind=StepKind.SENT_BACK).count()


def _free(decision: Decision, people: Iterable[User], duty: Duty) -> list[User]:
    file = decision.application_id
    return [one for one in unbarred(file, people) if clash(file, one, duty) is None]
