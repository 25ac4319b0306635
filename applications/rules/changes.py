"""What a request for changes asks of the officer, and of the applicant who answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from applications.states import LEFT, ApplicationState, ChangeWhy
from moves.refusals import Refusal
from moves.transitions import Facts, Input, Reason
from questions.constants import QuestionType
from work import clock

if TYPE_CHECKING:
    from applications.models import Application, ChangeRequest
    from questions.schema import Question

DUE = "due"  # the code of a refusal of the day that was given, which the page says beside its field

ONLY_AN_OFFICER_ASKS = gettext_lazy("Only an officer of the programme asks for changes.")
ONLY_A_SIGNATORY_SENDS = gettext_lazy("Only an authorised signatory of the organisation can send the changes.")


@dataclass(frozen=True)
class Askable(Facts):
    """The questions of the form that may be asked again, by key, with their labels."""

    labels: Mapping[str, str]


@dataclass(frozen=True)
class Asked(Facts):
    """The request for changes that waits: how many of its items are not answered yet, and until when it waits."""

    unanswered: int
    until: datetime | None


@dataclass(frozen=True)
class Changed(Asked):
    """The same, when the changes are to be sent: what is wrong, in words, in the answers as they now are together."""

    wrong: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """An answer to change: the key of its question, what is wrong with it, and in words."""

    question: str
    why: ChangeWhy
    message: str


@dataclass(frozen=True)
class Changes(Input):
    """What an officer asks to change, and until when."""

    items: tuple[Change, ...]
    due: datetime | None

    def told(self) -> dict[str, object]:
        return {"items": [item.question for item in self.items], "due": self.due}


@dataclass(frozen=True)
class MoreTime(Reason):
    due: datetime


def names_what_to_change(_application: "Application", _facts: object, given: Changes) -> Refusal | None:
    if not given.items:
        return Refusal(_("Choose at least one answer, with the reason."), code="items")
    if given.due is None:
        return Refusal(_("Give the day by which the answer must come."), code=DUE)
    return None


def is_askable(question: "Question") -> bool:
    """Whether its answer may be asked again: an attestation is signed anew with every submission."""
    return question.is_answerable and question.type != QuestionType.ATTESTATION


def can_be_asked_again(_application: "Application", facts: Askable, given: Changes) -> Refusal | None:
    if any(item.question not in facts.labels for item in given.items):
        return Refusal(_("This answer cannot be asked again."), code="question")
    return None


def says_what_is_wrong(_application: "Application", facts: Askable, given: Changes) -> Refusal | None:
    """Each item says why, in words of the officer's own."""
    unsaid = [item for item in given.items if not item.message]
    if unsaid:
        return Refusal(say_what_is_wrong(facts.labels.get(unsaid[0].question, "")), code="message")
    return None


def say_what_is_wrong(label: str) -> str:
    """What is asked of an item without its words, naming the answer (`label`): several may be asked at once."""
    return _("Say what is wrong with “%(label)s”.") % {"label": label}


def day_is_to_come(_application: "Application", _facts: object, given: Changes) -> Refusal | None:
    if given.due is not None and given.due <= clock.now():
        return Refusal(_("The day must be later than today."), code=DUE)
    return None


def day_is_later(_application: "Application", facts: Asked, given: MoreTime) -> Refusal | None:
    if given.due <= clock.now() or (facts.until is not None and given.due <= facts.until):
        return Refusal(_("The new day must be later than the one given."), code=DUE)
    return None


def every_item_is_answered(_application: "Application", facts: Asked) -> Refusal | None:
    if facts.unanswered:
        return Refusal(_("Some of what was asked has not been changed yet."), code="unanswered")
    return None


def answers_still_hold(_application: "Application", facts: Changed) -> Refusal | None:
    """What was changed may not leave another answer missing, or wrong."""
    return Refusal(" ".join(facts.wrong), code="missing") if facts.wrong else None


def is_still_asked(request: "ChangeRequest | None") -> Refusal | None:
    """What was typed for this request can still be sent: late or not, as long as it was neither sent nor ended."""
    if request is None:
        return Refusal(_("No changes are asked of this application."), code="not_asked")
    if request.is_open:
        return None
    language = get_language() or "fr"
    if request.answered_at is not None:
        at = {"instant": clock.format_instant(request.answered_at, language)}
        return Refusal(_("The changes that this page asked were sent on %(instant)s.") % at, code="sent")
    assert request.cancelled_at is not None  # one that is not open was answered, or ended
    if left := has_left(request.application):
        return left
    at = {"instant": clock.format_instant(request.cancelled_at, language)}
    ended = _("The request for changes was cancelled on %(instant)s: your application goes on as you had submitted it.")
    return Refusal(ended % at, code="cancelled")


def has_left(application: "Application") -> Refusal | None:
    """Nothing more is written in an application that was withdrawn, or cancelled with its call."""
    state = ApplicationState(application.state)
    if state not in LEFT:
        return None
    return Refusal(_("The application is %(state)s: nothing in it changes any more.") % {"state": state.label}, "left")
