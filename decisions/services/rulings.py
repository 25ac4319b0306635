"""A ruling that what a person did before a conflict of interest does not stand: the decision goes back."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from decisions.models import Decision
from decisions.selectors.chain import present_decision, return_for
from decisions.services import messages
from decisions.services.chain import send_back
from decisions.states import OPEN
from moves.machine import allowed
from moves.refusals import Refusal, WrongMoment
from reviews.models import Declaration
from reviews.selectors import late_of
from reviews.services import keep_set_aside


@transaction.atomic
def set_acts_aside(declaration: Declaration, *, by: User, why: str) -> bool:
    """What a person did on a file before they declared a conflict in it does not stand: its decision is sent back, to
    what came before the chain, its panel or its screening, where an act was of that; else to its start.

    Returns whether it was sent back: where `by` may not do that, those who may are told, with the reason. Who may rule:
    as to uphold. WrongMoment where no decision on its way stands on these acts, or where nothing came before it.
    """
    declaration = keep_set_aside(declaration, by=by, why=why)
    decision = present_decision(declaration.application)
    late = late_of(declaration)
    if decision is None or decision.state not in OPEN or late is None:
        sentence = _("No decision on its way stands on these acts: there is nothing to send back.")
        raise WrongMoment(Refusal(sentence, code="state"))
    to = return_for(decision, late)
    if to is None:
        sentence = _("Nothing came before this decision: there is nowhere before its start to send it back to.")
        raise WrongMoment(Refusal(sentence, code="state"))
    why = why.strip()
    given = {"touches": [str(act) for act in late.acts]}
    record(declaration, "set_aside", by=by, given=given, personal={"why": why})
    if allowed(decision, by, Decision.send_back):
        send_back(decision, by=by, reason=why, to=to)
        return True
    messages.tell_to_send_back(decision, declaration, reason=why)
    return False
