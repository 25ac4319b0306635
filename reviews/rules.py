"""Who may move an assignment, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.rules import is_person
from applications.states import TAKES_REVIEWERS, ApplicationState
from audit.actors import Actor
from moves.refusals import Refusal
from moves.transitions import Facts, Input
from programs.roles import ProgramRole
from programs.rules import holds, is_program_officer
from reviews.states import Answer
from work.texts import is_blank

if TYPE_CHECKING:
    from applications.models import Application
    from reviews.models import Assignment


def is_the_one_assigned(assignment: "Assignment", by: Actor) -> bool:
    """The person the file was given to, whatever became of their appointment: a conflict is always theirs to say."""
    return is_person(by) and assignment.reviewer_id == by.pk


def is_reviewer(assignment: "Assignment", by: Actor) -> bool:
    """The person the file was given to, as long as they hold a reviewer's appointment."""
    return (
        is_person(by)
        and assignment.reviewer_id == by.pk
        and holds(by, ProgramRole.REVIEWER, assignment.application.call.program)
    )


def is_officer(assignment: "Assignment", by: Actor) -> bool:
    return is_program_officer(assignment.application.call.program, by)


def is_chair(assignment: "Assignment", by: Actor) -> bool:
    return holds(by, ProgramRole.CHAIR, assignment.application.call.program)


def is_reviewer_or_officer(assignment: "Assignment", by: Actor) -> bool:
    return is_the_one_assigned(assignment, by) or is_officer(assignment, by) or is_chair(assignment, by)


# Giving a file to a reviewer: who, and when

WHO_ASSIGNS = _("Only an officer of the programme assigns reviewers.")


def may_assign(application: "Application", by: Actor) -> bool:
    return is_program_officer(application.call.program, by)


def takes_reviewers(application: "Application") -> Refusal | None:
    """Why no reviewer can be given the file now, or None."""
    if application.state not in TAKES_REVIEWERS:
        return Refusal(_("Reviewers are assigned once the file is declared eligible."), code="state")
    return None


# A ruling on a doubt about interests

WHO_RULES = _("Only the chair of the committee rules on a declaration, and never on their own.")


def may_rule(application: "Application", by: Actor) -> bool:
    return holds(by, ProgramRole.CHAIR, application.call.program)


# What a person did before they declared a conflict

WHO_UPHOLDS = _(
    "Only the chair of the committee or the endorser rules on what a person did, and never on their own acts."
)


# A recommendation that no longer stands

REVIEWS_CHANGED = _(
    "A reviewer was recused: the reviews that count are no longer those that the recommendation was based on. The "
    "committee recommends again."
)


# Facts and input


@dataclass(frozen=True)
class Undertaken(Facts):
    """Whether the reviewer signed the confidentiality undertaking of the call."""

    signed: bool

    def told(self) -> dict[str, object]:
        return {"undertaking": self.signed}


@dataclass(frozen=True)
class Recusal(Facts):
    """Whether the reviewer recuses themselves."""

    own: bool


@dataclass(frozen=True)
class Declared(Input):
    """What was declared of interests in the file, and an officer's words where they found it."""

    answer: Answer
    reason: str = ""

    words_in: ClassVar[str] = "reason"


@dataclass(frozen=True)
class Review(Facts):
    """What a review lacks, as keys of criteria; the points given to each, and their total out of 100."""

    unscored: tuple[str, ...]
    without_comment: tuple[str, ...]
    scores: Mapping[str, str]
    total: Decimal | None

    def told(self) -> dict[str, object]:
        return {"scores": dict(self.scores), "total": self.total}


def says_nothing_of_none(answer: str, note: str) -> str:
    """What is asked of who has no conflict and describes one all the same; "" for anybody else. A tie that is written
    down and declared to be none would be read by nobody."""
    if answer != Answer.NONE or is_blank(note):
        return ""
    return gettext(
        "You answer that you have none, yet you describe something here. If it could be a conflict, answer that you "
        "are unsure, and it will be ruled on; if not, leave this empty."
    )


def has_declared_no_conflict(_assignment: "Assignment", _facts: object, given: Declared) -> Refusal | None:
    if given.answer != Answer.NONE:
        return Refusal(_("Declare your interests before opening the file."), code="interests")
    return None


def has_signed_the_undertaking(_assignment: "Assignment", facts: Undertaken) -> Refusal | None:
    if not facts.signed:
        return Refusal(_("Sign the confidentiality undertaking of this call first."), code="undertaking")
    return None


def every_criterion_is_scored(_assignment: "Assignment", facts: Review) -> Refusal | None:
    if facts.unscored:
        return Refusal(_("A criterion has no score yet."), code="unscored")
    if facts.without_comment:
        return Refusal(_("Each criterion needs a comment."), code="comment")
    return None


def file_is_in_review(assignment: "Assignment", _facts: object) -> Refusal | None:
    if assignment.application.state != ApplicationState.IN_REVIEW:
        return Refusal(_("The file is not in review."), code="state")
    return None


def is_of_the_panel_that_has_the_file(assignment: "Assignment", _facts: object) -> Refusal | None:
    if assignment.set_aside_at is not None:
        return Refusal(
            _("This review belongs to an earlier committee: another one has the file now."), code="set_aside"
        )
    return None


def has_a_conflict(_assignment: "Assignment", _facts: object, given: Declared) -> Refusal | None:
    if given.answer not in (Answer.CONFLICT, Answer.UNSURE):
        return Refusal(_("A recusal needs a conflict of interest."), code="conflict")
    return None


def others_say_why(_assignment: "Assignment", facts: Recusal, given: Declared) -> Refusal | None:
    """A person's own declaration is enough; whoever finds the conflict of another gives the reason."""
    if not facts.own and not given.words:
        return Refusal(_("Give the reason: the people concerned will read it."), code="reason")
    return None
