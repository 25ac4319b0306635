"""The states of a file: all that follows from each is said once, in its row. What may be told of a file, and when."""

from dataclasses import dataclass
from enum import Enum, IntEnum

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from moves.states import Duty
from programs.roles import ProgramRole
from work.states import States, Tag


@dataclass(frozen=True)
class PublicRow:
    """What a public state looks like.

    `tag`: its colour for the applicant; `partner_tag`: for the partner. `column`: its place among the columns of the
    partner's pipeline, from the left; None for what a partner never sees. `is_under_way`: the applicant still has it
    before them, and may withdraw it. `is_on_home`: it is on its applicant's home: to be finished, to be answered, or in
    the cluster's hands.
    """

    tag: Tag
    partner_tag: Tag
    column: int | None
    is_under_way: bool
    is_on_home: bool


class PublicState(States):
    """What the applicant and the partner see until the letter is sent."""

    row: PublicRow

    DRAFT = "draft", PublicRow(Tag.QUIET, Tag.QUIET, None, is_under_way=False, is_on_home=True), _("draft")
    CLOSED = "closed", PublicRow(Tag.QUIET, Tag.QUIET, None, is_under_way=False, is_on_home=False), _("closed draft")
    BEING_ASSESSED = (
        "being_assessed",
        PublicRow(Tag.INFO, Tag.INFO, 1, is_under_way=True, is_on_home=True),
        _("being assessed"),
    )
    CHANGES_REQUESTED = (
        "changes_requested",
        PublicRow(Tag.WAIT, Tag.WAIT, 2, is_under_way=True, is_on_home=True),
        _("changes requested"),
    )
    APPROVED = "approved", PublicRow(Tag.GOOD, Tag.GOOD, 3, is_under_way=False, is_on_home=False), _("approved")
    DECLINED = "declined", PublicRow(Tag.BAD, Tag.BAD, 5, is_under_way=False, is_on_home=False), _("declined")
    WAITLISTED = "waitlisted", PublicRow(Tag.WAIT, Tag.QUIET, 4, is_under_way=True, is_on_home=False), _("waitlisted")
    INVITED = "invited", PublicRow(Tag.GOOD, Tag.QUIET, 6, is_under_way=False, is_on_home=False), _("invited")
    IN_RECONSIDERATION = (
        "in_reconsideration",
        PublicRow(Tag.INFO, Tag.WAIT, 7, is_under_way=True, is_on_home=True),
        _("in reconsideration"),
    )
    WITHDRAWN = "withdrawn", PublicRow(Tag.QUIET, Tag.QUIET, 8, is_under_way=False, is_on_home=False), _("withdrawn")
    CANCELLED = "cancelled", PublicRow(Tag.QUIET, Tag.QUIET, 9, is_under_way=False, is_on_home=False), _("cancelled")


ON_HOME = tuple(state for state in PublicState if state.row.is_on_home)


def _columns() -> tuple[PublicState, ...]:
    placed = [(state.row.column, state) for state in PublicState if state.row.column is not None]
    return tuple(state for _column, state in sorted(placed))


COLUMNS = _columns()
"""Those of the partner's pipeline, from the left."""


class Course(Enum):
    """How far a file is on its way. A decided one and one that was left go no further by themselves."""

    PREPARED = "with its applicant"
    UNDER_WAY = "sent, and not decided for good"
    DECIDED = "decided"
    LEFT = "withdrawn, or cancelled with its call"


class Span(IntEnum):
    """The spans of the bridge that the cluster sees, in order."""

    SUBMITTED = 0
    ELIGIBLE = 1
    REVIEWED = 2
    RECOMMENDED = 3
    DECIDED = 4


class Told(Enum):
    """When an outsider is told that a file is in a state. Until then it reads what its applicant was last told: the
    outcome of its last letter, or the reconsideration that it asked for; *being assessed* before any."""

    AT_ONCE = "at once"
    BY_LETTER = "once its letter is sent"
    AS_ASKED = "once the letter is sent that it contests: the applicant asked for it"
    NEVER = "never"


@dataclass(frozen=True)
class FileRow:
    """What a file's state means, for everybody who asks.

    `tag`: its colour. `awaits`: who must act next, in words; "" for nobody, or when its panel or its decision says it.
    `span`: where on the bridge; None off it. `told` and `told_as`: when an outsider is told, and as what.
    """

    tag: Tag
    awaits: str | Promise
    course: Course
    span: Span | None
    told: Told
    told_as: PublicState
    may_be_marked: bool  # its checklist: wherever it can still be found ineligible
    is_to_review: bool  # its review is to come, or is not complete: one of those that its cohort still waits for
    hides_scores: bool  # from its staff: a review of it may still be given, at once or after it came back
    takes_reviewers: bool
    is_with_panel: bool  # whose turn it is, its panel tells: `reviews.selectors.review_turns`
    is_ranked: bool  # together: reviewed files, and waitlisted ones of earlier cohorts, which compete again


class ApplicationState(States):
    row: FileRow

    DRAFT = "draft", FileRow(
        tag=Tag.QUIET, awaits="", course=Course.PREPARED, span=None,
        told=Told.AT_ONCE, told_as=PublicState.DRAFT,
        may_be_marked=False, is_to_review=False, takes_reviewers=False, is_with_panel=False,
        hides_scores=False, is_ranked=False,
    ), _("draft")  # fmt: skip
    SUBMITTED = "submitted", FileRow(
        tag=Tag.WAIT, awaits=_("the screening officer"), course=Course.UNDER_WAY, span=Span.SUBMITTED,
        told=Told.NEVER, told_as=PublicState.BEING_ASSESSED,
        may_be_marked=True, is_to_review=True, takes_reviewers=False, is_with_panel=False,
        hides_scores=True, is_ranked=False,
    ), _("submitted")  # fmt: skip
    CHANGES_REQUESTED = "changes_requested", FileRow(
        tag=Tag.OTHER, awaits=_("the applicant"), course=Course.UNDER_WAY, span=Span.SUBMITTED,
        told=Told.AT_ONCE, told_as=PublicState.CHANGES_REQUESTED,
        may_be_marked=True, is_to_review=True, takes_reviewers=False, is_with_panel=False,
        hides_scores=True, is_ranked=False,
    ), _("changes requested")  # fmt: skip
    ELIGIBLE = "eligible", FileRow(
        tag=Tag.INFO, awaits="", course=Course.UNDER_WAY, span=Span.ELIGIBLE,
        told=Told.NEVER, told_as=PublicState.BEING_ASSESSED,
        may_be_marked=True, is_to_review=True, takes_reviewers=True, is_with_panel=True,
        hides_scores=True, is_ranked=False,
    ), _("eligible")  # fmt: skip
    INELIGIBLE = "ineligible", FileRow(
        tag=Tag.BAD, awaits="", course=Course.UNDER_WAY, span=None,
        told=Told.NEVER, told_as=PublicState.BEING_ASSESSED,
        may_be_marked=False, is_to_review=False, takes_reviewers=False, is_with_panel=False,
        hides_scores=True, is_ranked=False,
    ), _("ineligible")  # fmt: skip
    IN_REVIEW = "in_review", FileRow(
        tag=Tag.INFO, awaits="", course=Course.UNDER_WAY, span=Span.REVIEWED,
        told=Told.NEVER, told_as=PublicState.BEING_ASSESSED,
        may_be_marked=True, is_to_review=True, takes_reviewers=True, is_with_panel=True,
        hides_scores=True, is_ranked=False,
    ), _("in review")  # fmt: skip
    REVIEWED = "reviewed", FileRow(
        tag=Tag.WAIT, awaits="", course=Course.UNDER_WAY, span=Span.REVIEWED,
        told=Told.NEVER, told_as=PublicState.BEING_ASSESSED,
        may_be_marked=True, is_to_review=False, takes_reviewers=False, is_with_panel=True,
        hides_scores=False, is_ranked=True,
    ), _("reviewed")  # fmt: skip
    RECOMMENDED = "recommended", FileRow(
        tag=Tag.INFO, awaits="", course=Course.UNDER_WAY, span=Span.RECOMMENDED,
        told=Told.NEVER, told_as=PublicState.BEING_ASSESSED,
        may_be_marked=False, is_to_review=False, takes_reviewers=False, is_with_panel=False,
        hides_scores=False, is_ranked=False,
    ), _("recommended")  # fmt: skip
    APPROVED = "approved", FileRow(
        tag=Tag.GOOD, awaits="", course=Course.DECIDED, span=Span.DECIDED,
        told=Told.BY_LETTER, told_as=PublicState.APPROVED,
        may_be_marked=False, is_to_review=False, takes_reviewers=False, is_with_panel=False,
        hides_scores=False, is_ranked=False,
    ), _("approved")  # fmt: skip
    INVITED = "invited", FileRow(
        tag=Tag.GOOD, awaits="", course=Course.DECIDED, span=Span.DECIDED,
        told=Told.BY_LETTER, told_as=PublicState.INVITED,
        may_be_marked=False, is_to_review=False, takes_reviewers=False, is_with_panel=False,
        hides_scores=False, is_ranked=False,
    ), _("invited")  # fmt: skip
    DECLINED = "declined", FileRow(
        tag=Tag.BAD, awaits="", course=Course.DECIDED, span=Span.DECIDED,
        told=Told.BY_LETTER, told_as=PublicState.DECLINED,
        may_be_marked=False, is_to_review=False, takes_reviewers=False, is_with_panel=False,
        hides_scores=False, is_ranked=False,
    ), _("declined")  # fmt: skip
    WAITLISTED = "waitlisted", FileRow(
        tag=Tag.OTHER, awaits="", course=Course.UNDER_WAY, span=Span.DECIDED,
        told=Told.BY_LETTER, told_as=PublicState.WAITLISTED,
        may_be_marked=False, is_to_review=False, takes_reviewers=False, is_with_panel=False,
        hides_scores=False, is_ranked=True,
    ), _("waitlisted")  # fmt: skip
    IN_RECONSIDERATION = "in_reconsideration", FileRow(
        tag=Tag.WAIT, awaits=_("the reconsideration officer"), course=Course.UNDER_WAY, span=None,
        told=Told.AS_ASKED, told_as=PublicState.IN_RECONSIDERATION,
        may_be_marked=False, is_to_review=False, takes_reviewers=False, is_with_panel=False,
        hides_scores=False, is_ranked=False,
    ), _("in reconsideration")  # fmt: skip
    WITHDRAWN = "withdrawn", FileRow(
        tag=Tag.QUIET, awaits="", course=Course.LEFT, span=None,
        told=Told.AT_ONCE, told_as=PublicState.WITHDRAWN,
        may_be_marked=False, is_to_review=False, takes_reviewers=False, is_with_panel=False,
        hides_scores=False, is_ranked=False,
    ), _("withdrawn")  # fmt: skip
    CANCELLED = "cancelled", FileRow(
        tag=Tag.QUIET, awaits="", course=Course.LEFT, span=None,
        told=Told.AT_ONCE, told_as=PublicState.CANCELLED,
        may_be_marked=False, is_to_review=False, takes_reviewers=False, is_with_panel=False,
        hides_scores=False, is_ranked=False,
    ), _("cancelled")  # fmt: skip


# The questions that are asked of several states at once, each answered by the rows.
UNDER_WAY = tuple(state for state in ApplicationState if state.row.course is Course.UNDER_WAY)
"""Work is still to be done on it. `ineligible` is among them: its decision is to come."""
DECIDED = tuple(state for state in ApplicationState if state.row.course is Course.DECIDED)
LEFT = tuple(state for state in ApplicationState if state.row.course is Course.LEFT)
VALID = tuple(state for state in ApplicationState if state.row.course in (Course.UNDER_WAY, Course.DECIDED))
"""An application of its organisation: sent, and neither withdrawn nor cancelled. It can be, until a letter tells its
outcome (`rules.no_letter_has_told`)."""
IN_SCREENING = tuple(state for state in ApplicationState if state.row.span is Span.SUBMITTED)
MARKABLE = tuple(state for state in ApplicationState if state.row.may_be_marked)
TO_REVIEW = tuple(state for state in ApplicationState if state.row.is_to_review)
HIDES_SCORES = tuple(state for state in ApplicationState if state.row.hides_scores)
WITH_PANEL = tuple(state for state in ApplicationState if state.row.is_with_panel)
TAKES_REVIEWERS = tuple(state for state in ApplicationState if state.row.takes_reviewers)
RANKED = tuple(state for state in ApplicationState if state.row.is_ranked)
TOLD_AS_THEY_ARE = tuple(state for state in ApplicationState if state.row.told in (Told.AT_ONCE, Told.AS_ASKED))
"""What the applicant was told at once, or asked for: a partner knows it as soon."""
TOLD_UNDER_WAY = tuple(dict.fromkeys(state.row.told_as for state in UNDER_WAY))
"""What an outsider reads of a file sent, and not decided for good as far as they are told."""


def public_state(state: str, last_told: str, *, closed: bool = False) -> PublicState:
    """The `PublicState` of a file in `state`, whose last letter told `last_told` ("" before any).

    `closed` says that the call of a draft has closed. This is what an outsider may know: every page, sentence, count
    and feed of theirs asks it, in Python of the row (`Application.public_state`), in SQL of `.with_told()`.
    """
    if closed and state == ApplicationState.DRAFT:
        return PublicState.CLOSED
    row = ApplicationState(state).row
    return row.told_as if state in TOLD_AS_THEY_ARE else PublicState(last_told or PublicState.BEING_ASSESSED)


@dataclass(frozen=True)
class TurnRow:
    """What a step that waits for somebody means.

    `role`: whose it is, on the programme; None when it is nobody's there. `duty`: the act that it is, which others
    exclude; None when it is none. `awaits`: who takes it, as others wait for them. `act`: what they do, on their home
    page.
    """

    role: ProgramRole | None
    duty: Duty | None
    awaits: str | Promise
    act: str | Promise


@dataclass(frozen=True)
class FileTurnRow(TurnRow):
    """`state`: that of the files that wait for it; where changes are asked, once they are late."""

    state: ApplicationState


class FileTurn(States):
    """The step that a file waits for while neither its panel nor its decision says whose turn it is:
    `selectors.turns.file_turns`. A file whose changes are late waits for either of two."""

    row: FileTurnRow

    SCREEN = (
        "screen",
        FileTurnRow(
            ProgramRole.SCREENER, Duty.SCREEN, _("the screening officer"), _("Screen"), ApplicationState.SUBMITTED
        ),
    )
    MORE_TIME = (
        "more_time",
        FileTurnRow(
            ProgramRole.OFFICER,
            None,
            _("the programme officer"),
            _("Give more time or cancel the request: the changes are late"),
            ApplicationState.CHANGES_REQUESTED,
        ),
    )
    GIVE_UP = (
        "give_up",
        FileTurnRow(
            ProgramRole.SCREENER,
            Duty.SCREEN,
            _("the screening officer"),
            _("See whether the file is ineligible: the changes are late"),
            ApplicationState.CHANGES_REQUESTED,
        ),
    )


@dataclass(frozen=True)
class OutcomeRow:
    """What an outcome means. `needs_pass`: of a file that meets the pass marks only. `is_offered`: a committee may
    choose it; not the invitation, while no call has several stages."""

    is_funded: bool
    needs_pass: bool
    is_offered: bool


class Outcome(States):
    """What a committee can recommend for a file."""

    row: OutcomeRow

    APPROVED = "approved", OutcomeRow(is_funded=True, needs_pass=True, is_offered=True), _("approve")
    PARTIAL = "partial", OutcomeRow(is_funded=True, needs_pass=True, is_offered=True), _("approve in part")
    INVITED = (
        "invited",
        OutcomeRow(is_funded=False, needs_pass=True, is_offered=False),
        _("invite to the next stage"),
    )
    WAITLISTED = (
        "waitlisted",
        OutcomeRow(is_funded=False, needs_pass=True, is_offered=True),
        _("put on the waiting list"),
    )
    DECLINED = "declined", OutcomeRow(is_funded=False, needs_pass=False, is_offered=True), _("decline")


FUNDED = tuple(outcome for outcome in Outcome if outcome.row.is_funded)
OFFERED = tuple(outcome for outcome in Outcome if outcome.row.is_offered)
BELOW_PASS = tuple(outcome for outcome in Outcome if not outcome.row.needs_pass)
"""Those of a file that is under a pass mark."""


class ChangeWhy(TextChoices):
    """What is wrong with an answer that the applicant is asked to change."""

    INCORRECT = "incorrect", _("incorrect")
    INCOMPLETE = "incomplete", _("incomplete")
    OUTDATED = "outdated", _("outdated")


class Place(TextChoices):
    """A file's place in a first-come line; told to the applicant at once."""

    NONE = "", _("no waiting list")
    RESERVED = "reserved", _("money reserved")
    WAITING = "waiting", _("on the waiting list")
