"""A ruling that what a person did before a conflict of interest does not stand: the file goes back."""

from django.db import transaction
from django.utils.translation import gettext_lazy

from accounts.models import User
from applications.services.screening import screen_again
from audit.services import record
from decisions.models import Decision
from decisions.selectors.chain import present_decision, return_for, ways_of
from decisions.selectors.editions import UNSHOWN, AsRead, Edition, is_edition
from decisions.services import messages
from decisions.services.chain import DecisionOvertaken, send_back
from decisions.states import OPEN
from moves.machine import allowed
from moves.refusals import Refusal, WrongMoment
from reviews.models import Declaration
from reviews.selectors import late_of
from reviews.services import keep_set_aside

NOTHING_TO_RETURN = gettext_lazy("Nothing still to be decided rests on these acts: there is nothing to send back.")


@transaction.atomic
def set_acts_aside(declaration: Declaration, *, by: User, why: str, edition: AsRead) -> bool:
    """What a person did on a file before they declared a conflict in it does not stand: the file goes back as far as
    the earliest of these acts (`return_for`), its decision, where one is on its way, with it.

    Returns whether it went back: where `by` may not send a decision back, those who may are told, with the reason. Who
    may rule: as to uphold. WrongMoment where nothing that is still to be decided stands on these acts.

    `edition`: of the decision on its way, as it was read with the acts that it undoes: DecisionOvertaken where it has
    changed since, or where there was none.
    """
    declaration = keep_set_aside(declaration, by=by, why=why)
    application = declaration.application
    decision, late = present_decision(application), late_of(declaration)
    on_its_way = decision if decision is not None and decision.state in OPEN else None
    if late is None or return_for(decision, late) is None:
        raise WrongMoment(Refusal(NOTHING_TO_RETURN, code="state"))
    if isinstance(edition, Edition) and not is_edition(on_its_way, edition, with_acts=True):
        raise DecisionOvertaken
    why = why.strip()
    given = {"touches": [str(act) for act in late.acts]}
    record(declaration, "set_aside", by=by, given=given, personal={"why": why})
    if on_its_way is None:
        screen_again(application, by=by, reason=why)
        return True
    if allowed(on_its_way, by, Decision.send_back):
        to = ways_of(on_its_way)[0]
        send_back(on_its_way, by=by, reason=why, to=to, edition=UNSHOWN)  # asked above, under the same lock
        return True
    messages.tell_to_send_back(on_its_way, declaration, reason=why)
    return False
