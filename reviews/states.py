"""The states of an assignment, and what a person declares before acting on a file."""

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from applications.states import TurnRow
from moves.states import Duty
from programs.roles import ProgramRole
from work.states import States, Tag


@dataclass(frozen=True)
class AssignmentRow:
    """What an assignment's state means.

    `is_live`: the reviewer has the file. `is_waiting`: the review is still to give. `is_readable`: the file's content
    is visible to its reviewer. `is_refused`: the reviewer left it, and is not asked again.
    """

    tag: Tag
    is_live: bool
    is_waiting: bool
    is_readable: bool
    is_refused: bool


class AssignmentState(States):
    row: AssignmentRow

    OFFERED = "offered", AssignmentRow(
        Tag.WAIT, is_live=True, is_waiting=True, is_readable=False,
        is_refused=False,
    ), _("offered")  # fmt: skip
    ACCEPTED = "accepted", AssignmentRow(
        Tag.INFO, is_live=True, is_waiting=True, is_readable=True,
        is_refused=False,
    ), _("accepted")  # fmt: skip
    SUBMITTED = "submitted", AssignmentRow(
        Tag.GOOD, is_live=True, is_waiting=False, is_readable=True,
        is_refused=False,
    ), pgettext_lazy("review", "submitted")  # fmt: skip
    DECLINED = "declined", AssignmentRow(
        Tag.QUIET, is_live=False, is_waiting=False, is_readable=False,
        is_refused=True,
    ), pgettext_lazy("review", "declined")  # fmt: skip
    RECUSED = "recused", AssignmentRow(
        Tag.BAD, is_live=False, is_waiting=False, is_readable=False,
        is_refused=True,
    ), _("recused")  # fmt: skip
    CANCELLED = "cancelled", AssignmentRow(
        Tag.QUIET, is_live=False, is_waiting=False, is_readable=False,
        is_refused=False,
    ), _("cancelled")  # fmt: skip


class PastReview(StrEnum):
    """What a person is told of a file that was given to them and that they are not to review now: their review is in,
    it is no longer theirs, or it is closed to them. What made it leave them is not told: that its panel was complete,
    or that it was refused, is an outcome."""

    SUBMITTED = "submitted"
    LEFT = "left"
    CLOSED = "closed"


LIVE = tuple(state for state in AssignmentState if state.row.is_live)
WAITING = tuple(state for state in AssignmentState if state.row.is_waiting)
READABLE = tuple(state for state in AssignmentState if state.row.is_readable)
REFUSED = tuple(state for state in AssignmentState if state.row.is_refused)


@dataclass(frozen=True)
class ReviewTurnRow(TurnRow):
    """`asks_what_came_late`: the step is not taken before somebody has ruled on a conflict that came late.
    `is_by_the_clock`: it is due as its file is; not what comes when it comes, and has no day of its own."""

    asks_what_came_late: bool
    is_by_the_clock: bool


class ReviewTurn(States):
    """What a file waits for while it is with its panel: `reviews.selectors.review_turns`."""

    row: ReviewTurnRow

    CONFIRM = (
        "confirm",
        ReviewTurnRow(
            None,
            None,
            _("the confirmation of its checklist, a feature not available yet"),
            "",
            asks_what_came_late=False,
            is_by_the_clock=True,
        ),
    )
    ASSIGN = (
        "assign",
        ReviewTurnRow(
            ProgramRole.OFFICER,
            None,
            _("the programme officer"),
            _("Assign the reviewers"),
            asks_what_came_late=False,
            is_by_the_clock=True,
        ),
    )
    START = (
        "start",
        ReviewTurnRow(
            ProgramRole.OFFICER,
            None,
            _("the programme officer"),
            _("Start the review"),
            asks_what_came_late=True,
            is_by_the_clock=True,
        ),
    )
    REVIEW = (
        "review",
        ReviewTurnRow(None, None, _("the reviewers"), "", asks_what_came_late=False, is_by_the_clock=True),
    )
    REPLACE = (
        "replace",
        ReviewTurnRow(
            ProgramRole.OFFICER,
            None,
            _("the programme officer"),
            _("Assign another reviewer: a seat is empty"),
            asks_what_came_late=False,
            is_by_the_clock=False,
        ),
    )
    CLOSE = (
        "close",
        ReviewTurnRow(
            ProgramRole.OFFICER,
            None,
            _("the programme officer"),
            _("Close the review, or assign another reviewer"),
            asks_what_came_late=False,
            is_by_the_clock=True,
        ),
    )
    RULE = (
        "rule",
        ReviewTurnRow(
            ProgramRole.CHAIR,
            None,
            _("the committee's chair"),
            _("Rule on a doubt about interests"),
            asks_what_came_late=False,
            is_by_the_clock=True,
        ),
    )
    COHORT = (
        "cohort",
        ReviewTurnRow(None, None, _("the closing of its cohort"), "", asks_what_came_late=False, is_by_the_clock=True),
    )
    UPHOLD = (  # the endorser may too: a chair's own acts are ruled on, in a cluster that has one chair
        "uphold",
        ReviewTurnRow(
            ProgramRole.CHAIR,
            None,
            _("the committee's chair or the endorser"),
            _("Rule on a conflict declared late"),
            asks_what_came_late=False,
            is_by_the_clock=True,
        ),
    )
    RETURN = (  # whoever ruled may not do it themselves
        "return",
        ReviewTurnRow(
            None,
            None,
            _("whoever may send the decision back: what somebody did does not stand"),
            _("Send the decision back: what somebody did does not stand"),
            asks_what_came_late=False,
            is_by_the_clock=True,
        ),
    )
    RECOMMEND = (
        "recommend",
        ReviewTurnRow(
            ProgramRole.CHAIR,
            Duty.RECOMMEND,
            _("the committee's chair"),
            _("Recommend"),
            asks_what_came_late=True,
            is_by_the_clock=True,
        ),
    )
    REOPEN = (
        "reopen",
        ReviewTurnRow(
            ProgramRole.CHAIR,
            None,
            _("the committee's chair"),
            _("Reopen the review: one that counted no longer does"),
            asks_what_came_late=False,
            is_by_the_clock=True,
        ),
    )


class Answer(TextChoices):
    """What a person declares of a file. *Unsure* blocks like a conflict until the chair rules."""

    NONE = "none", _("no conflict of interest")
    CONFLICT = "conflict", _("conflict of interest")
    UNSURE = "unsure", _("unsure")


class SitsAs(TextChoices):
    """As what a person sits on a panel: on a side of the shared governance (`programs.roles.Seat`), or in the chair."""

    CLUSTER = "cluster", _("cluster")
    INDUSTRY = "industry", _("industry")
    INDEPENDENT = "independent", _("independent")
    CHAIR = "chair", _("committee chair")


class SeatEnd(TextChoices):
    """Why a person no longer sits on a panel."""

    ROLE_ENDED = "role_ended", _("their role on the programme ended")
    NEW_PANEL = "new_panel", _("the file was given to a new committee")


class InterestKind(TextChoices):
    EMPLOYER = "employer", _("employer")
    DIRECTORSHIP = "directorship", _("directorship")
    SHAREHOLDING = "shareholding", _("shareholding")
    FAMILY = "family", _("family")
    MENTORING = "mentoring", _("mentoring")
    COMPETITOR = "competitor", _("competitor")


class Obstacle(StrEnum):
    """What stands in the way of giving a file to a person, beside an interest on record of some `InterestKind`."""

    APPOINTMENT = "appointment"
    MEMBERSHIP = "membership"
    SPONSOR_DOMAIN = "sponsor_domain"
    APPLICANT_DOMAIN = "applicant_domain"
    RIVAL = "rival"
    DECLARED = "declared"
    DUTY = "duty"
    FIRST_PANEL = "first_panel"
    ALREADY = "already"
    DECLINED = "declined"
    CAPACITY = "capacity"
