"""Whether what a message asks of the chain, or before it, still holds as it leaves (`Holds`)."""

from collections.abc import Callable

from applications.models import Application
from applications.states import MARKABLE
from decisions.models import Concurrence, Decision
from decisions.selectors.chain import rulings_among
from decisions.selectors.turns import concurrers_of, is_returned, returners_of, stuck_among, takers_of
from letters.models import Letter
from letters.states import LetterState
from notifications.constants import Holds
from notifications.messages import DecisionWaiting, InterestsTouch, RulingAsked
from notifications.models import Message
from notifications.notices import said_by
from reviews.models import Declaration
from reviews.selectors import late_on, rulers_on, to_uphold, turn_of
from reviews.selectors import stuck_among as files_stuck
from reviews.states import ReviewTurn


def is_to_rule(message: Message) -> bool:
    """The declaration that it leads to waits for the ruling that it asks for."""
    _number, person = message.url_args
    of_person = Declaration.objects.latest_of_each().filter(application=message.file_id, user__public_id=person)
    declaration = of_person.first()
    said = said_by(message, RulingAsked)
    if declaration is None or message.recipient not in rulers_on(declaration):
        return False
    return _awaits(declaration, late=bool(said.acts) and not said.doubt)


def is_declared(message: Message) -> bool:
    """The last declaration of its person; where it says that a ruling is awaited, it is."""
    said = said_by(message, InterestsTouch)
    if said.declaration is None:  # one that waits from before
        return True
    declaration = Declaration.objects.latest_of_each().filter(pk=said.declaration).first()
    if declaration is None:
        return False
    return not (said.doubt or said.to_uphold) or _awaits(declaration, late=not said.doubt)


def is_stuck(message: Message) -> bool:
    """The file, before it has a decision."""
    return bool(files_stuck(Application.objects.filter(pk=message.file_id).select_related("call__program")))


def decision_waits(message: Message) -> bool:
    """For the step that it says, which its reader may take; for somebody to be appointed who may; or to be sent back by
    its reader, for acts that do not stand."""
    said, reader = said_by(message, DecisionWaiting), message.recipient
    decision = _open(message)
    if decision is None or reader is None:
        return False
    if said.declaration is not None:
        returns = {one.declaration for one in late_on(decision.application) if is_returned([one.declaration])}
        return said.declaration in {one.pk for one in returns} and reader in returners_of(decision)
    if said.is_stuck:
        stuck = stuck_among([decision.pk]).get(decision.pk)
        return stuck is not None and stuck.turn.value == said.turn
    if rulings_among(Decision.objects.filter(pk=decision.pk)):  # somebody else's ruling comes first
        return False
    # One that waits from before names no step.
    return not said.turn or any(turn.value == said.turn and one == reader for turn, one in takers_of(decision))


def is_sent_back(message: Message) -> bool:
    """The file has gone back, and no decision on it was issued since: the chain has it again, or is to have it."""
    if _open(message):
        return True
    file = Application.objects.filter(pk=message.file_id).first()
    return file is not None and file.state in MARKABLE


def is_to_concur(message: Message) -> bool:
    """The concurrence that it leads to is awaited, and its reader may give it."""
    concurrence = Concurrence.objects.filter(public_id=message.leads_to).select_related("agreement").first()
    return concurrence is not None and message.recipient in concurrers_of(concurrence)


def is_not_asked_again(message: Message) -> bool:
    """Its reader reads no concurrence of the last decision of the file: their partner was not asked again."""
    assert message.recipient is not None  # they are officers, with an account
    last = Decision.objects.filter(application=message.file_id).latest_first().first()
    return not Concurrence.objects.asked_of(message.recipient).filter(decision=last).exists()


def has_failed(message: Message) -> bool:
    """The letter of the file, which nobody has tried again since."""
    return Letter.objects.filter(application=message.file_id, state=LetterState.FAILED).exists()


def _open(message: Message) -> Decision | None:
    """The decision of its file that is on its way."""
    decisions = Decision.objects.open().filter(application_id=message.file_id)
    return decisions.select_related("application__call__program").first()


def _awaits(declaration: Declaration, *, late: bool) -> bool:
    """Whether somebody is to rule on it: on the acts that came before it (`late`), or on the doubt."""
    if late:
        return bool(to_uphold(declaration)) and turn_of(declaration) is ReviewTurn.UPHOLD
    return Declaration.objects.to_rule_on().filter(pk=declaration.pk).exists()


HOLDING: dict[Holds, Callable[[Message], bool]] = {
    Holds.TO_RULE: is_to_rule,
    Holds.DECLARED: is_declared,
    Holds.STUCK: is_stuck,
    Holds.WAITING: decision_waits,
    Holds.BACK: is_sent_back,
    Holds.CONCURS: is_to_concur,
    Holds.NOT_CONCURRED: is_not_asked_again,
    Holds.FAILED: has_failed,
}
