"""Who may move a file, and when. Who: predicates. When: questions, each refusal a sentence that says what is missing.

Facts are what the system knows, fetched by the move itself (`facts.py` of this app, or of the one above that knows);
what is given comes with the act, typed by a person, and is absent on the page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from accounts.rules import is_signatory as signs_for
from applications.states import FUNDED, ApplicationState, ChangeWhy, Outcome, Place
from audit.actors import Actor
from moves.refusals import Refusal
from moves.transitions import Facts, Input, NoFacts, Reason
from programs.roles import ProgramRole
from programs.rules import holds, is_program_officer
from programs.states import Phase
from questions.constants import QuestionType
from work import clock

if TYPE_CHECKING:
    from applications.models import Application
    from questions.schema import Question

# Codes of refusals, for the pages that say each beside its field.
DUE = "due"  # the day that was given
SHARES = "shares"
MINIMUM = "minimum"
CEILING = "ceiling"
DISCUSSION = "discussion"

# Who


def is_signatory(application: "Application", by: Actor) -> bool:
    return signs_for(application.organisation, by)


def is_officer(application: "Application", by: Actor) -> bool:
    return is_program_officer(application.call.program, by)


def is_screener(application: "Application", by: Actor) -> bool:
    return holds(by, ProgramRole.SCREENER, application.call.program)


def is_confirmer(application: "Application", by: Actor) -> bool:
    return holds(by, ProgramRole.CONFIRMER, application.call.program)


def is_chair(application: "Application", by: Actor) -> bool:
    return holds(by, ProgramRole.CHAIR, application.call.program)


def is_reconsiderer(application: "Application", by: Actor) -> bool:
    return holds(by, ProgramRole.RECONSIDERER, application.call.program)


ONLY_A_SCREENER = gettext_lazy(
    "Only a screening officer of the programme marks the checklist and finds a file eligible or not."
)
ONLY_AN_OFFICER_ASKS = gettext_lazy("Only an officer of the programme asks for changes.")
ONLY_A_SIGNATORY_SENDS = gettext_lazy("Only an authorised signatory of the organisation can send the changes.")

# Facts and input


@dataclass(frozen=True)
class Readiness(Facts):
    """How ready a draft is: answers missing or wrong, partners who have not confirmed, statements to attest (keys),
    and the number of its form's version."""

    missing: int
    unconfirmed: int
    to_attest: frozenset[str]
    form: int

    def told(self) -> dict[str, object]:
        return {"form": self.form}


@dataclass(frozen=True)
class Signing(Input):
    """A signatory's act: the statements agreed to, the name typed, and when the page that submits was opened."""

    agreed: frozenset[str]
    signed_name: str
    began_at: datetime | None

    def told(self) -> dict[str, object]:
        return {"attested": len(self.agreed), "began_at": self.began_at}


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


@dataclass(frozen=True)
class Checklist(Facts):
    """How the screening stands: items not marked, keys of those that failed and of those of them without a reason.

    `overdue`: the request for changes that waits is past its day. `decides`: the programme has no reviews.
    """

    open: int
    failed: tuple[str, ...]
    without_reason: tuple[str, ...]
    overdue: bool
    decides: bool


@dataclass(frozen=True)
class Panel(Facts):
    """What the reviewers assigned lack of the programme's panel rule, as sentences."""

    problems: tuple[str, ...]


@dataclass(frozen=True)
class Reviews(Facts):
    """Reviews that count, and how many the panel rule needs."""

    counted: int
    needed: int


@dataclass(frozen=True)
class Scores(Reviews):
    """What the reviews say together, and whether whoever recommends sat on the panel before a reconsideration."""

    passed: bool
    mean: Decimal | None
    must_discuss: bool
    sat_before: bool

    def told(self) -> dict[str, object]:
        return {"counted": self.counted, "needed": self.needed, "passed": self.passed, "mean": self.mean}


@dataclass(frozen=True)
class Proposal(Input):
    """What the chair proposes. Dollars; `shares` by envelope's public id. The discussion is in their words."""

    outcome: str
    amount: Decimal
    shares: Mapping[str, Decimal]
    recommendation: str
    discussion: str

    words_in: ClassVar[str] = "discussion"

    def told(self) -> dict[str, object]:
        shares = [{"envelope": envelope, "amount": amount} for envelope, amount in self.shares.items()]
        return super().told() | {"shares": shares}


@dataclass(frozen=True)
class Decided(Input):
    """The decision that was issued on the file: its kind, and its dollars."""

    outcome: str
    amount: Decimal


@dataclass(frozen=True)
class WithItsCall(Input):
    """The call (its public id) whose end ends the file."""

    call: UUID


@dataclass(frozen=True)
class Contested(Facts):
    """The decision that a reconsideration is, or would be, of."""

    already_asked: bool
    until: datetime | None
    followed_reviews: bool
    of_ineligibility: bool


# When


def call_takes_submissions(application: "Application", _facts: object) -> Refusal | None:
    """The call is open, or in its grace: what came then must have begun before the close, which the act asks."""
    call = application.call
    phase = call.phase()
    if phase.row.takes_submissions or (phase == Phase.CLOSED and _is_accommodated(application)):
        return None
    if phase == Phase.ANNOUNCED:
        assert call.opens_at is not None  # announced: the call has its dates
        return Refusal(
            _("The call opens on %(instant)s.")
            % {"instant": clock.format_instant(call.opens_at, get_language() or "fr")},
            code="not_open",
        )
    return _closed(application) if phase == Phase.CLOSED else Refusal(_("The call takes no submissions."), "not_open")


def began_before_the_closing(application: "Application", _facts: object, given: Signing) -> Refusal | None:
    """In the grace after a closing, only what began before it is taken."""
    call = application.call
    if call.phase() != Phase.GRACE or _is_accommodated(application):
        return None
    assert call.closes_at is not None  # in its grace: it had a closing
    return None if given.began_at is not None and given.began_at < call.closes_at else _closed(application)


def _is_accommodated(application: "Application") -> bool:
    """Whether the applicant was given a later closing, which has not come."""
    later = application.call.accommodations.filter(organisation_id=application.organisation_id)
    return later.filter(closes_at__gt=clock.now()).exists()


def _closed(application: "Application") -> Refusal:
    closes_at = application.call.closes_at
    assert closes_at is not None  # closed, or in its grace: it had a closing
    closed = clock.format_instant(closes_at, get_language() or "fr")
    return Refusal(_("The call closed on %(instant)s. Your draft is kept.") % {"instant": closed}, code="closed")


def takes_answers(application: "Application", question: str = "") -> Refusal | None:
    """Asked of every save. A draft while its call takes submissions; a request for changes, only what it asks."""
    if application.state == ApplicationState.CHANGES_REQUESTED:
        open_request = application.change_requests.waiting()
        if question and open_request.filter(items__question=question).exists():
            return None
        return Refusal(_("Only what the request for changes asks can be changed now."), code="not_asked")
    if application.state != ApplicationState.DRAFT:
        return Refusal(
            _("The application is submitted: its answers change only when an officer asks."), code="submitted"
        )
    return call_takes_submissions(application, None)


def everything_is_answered(_application: "Application", facts: Readiness) -> Refusal | None:
    if facts.missing:
        return Refusal(
            ngettext(
                "%(count)d answer is missing or must be corrected.",
                "%(count)d answers are missing or must be corrected.",
                facts.missing,
            )
            % {"count": facts.missing},
            code="missing",
        )
    return None


def is_attested(_application: "Application", facts: Readiness, given: Signing) -> Refusal | None:
    if not given.signed_name or not facts.to_attest <= given.agreed:
        return Refusal(_("Every attestation must be signed by the authorised signatory."), code="attested")
    return None


def partners_have_confirmed(_application: "Application", facts: Readiness) -> Refusal | None:
    if facts.unconfirmed:
        return Refusal(_("The sponsor or a consortium member has not confirmed its part yet."), code="unconfirmed")
    return None


def nobody_has_opened_it(application: "Application", _facts: NoFacts) -> Refusal | None:
    if application.opened_at is not None:
        return Refusal(_("An officer has already opened your file."), code="opened")
    if not application.call.is_open:
        return Refusal(_("The call has closed: the file can be withdrawn, no longer taken back."), code="closed")
    return None


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
        label = facts.labels.get(unsaid[0].question, "")
        return Refusal(_("Say what is wrong with “%(label)s”.") % {"label": label}, code="message")
    return None


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


def checklist_has_passed(application: "Application", facts: Checklist) -> Refusal | None:
    if facts.open:
        return Refusal(_("The checklist is not complete."), code="open")
    if facts.failed:
        return Refusal(_("An item of the checklist failed: the file is not eligible."), code="failed")
    if application.place == Place.WAITING:
        return Refusal(_("The file is on the waiting line: no money is reserved for it."), code="place")
    return None


def failed_items_have_reasons(application: "Application", facts: Checklist) -> Refusal | None:
    """Asked of `find_ineligible`. A file whose request for changes is not overdue keeps its time to answer."""
    if not facts.failed:
        return Refusal(_("No item of the checklist failed."), code="passed")
    if facts.without_reason:
        return Refusal(_("Give the reason for each failed item: the letter says it."), code="reason")
    if application.state == ApplicationState.CHANGES_REQUESTED and not facts.overdue:
        return Refusal(_("The applicant still has time to answer the request for changes."), code="not_overdue")
    return None


def is_decided_by_checklist(_application: "Application", facts: Checklist) -> Refusal | None:
    if not facts.decides:
        return Refusal(_("This programme decides by reviews, not by a checklist."), code="reviews")
    return None


def panel_is_complete(_application: "Application", facts: Panel) -> Refusal | None:
    if facts.problems:
        return Refusal(_("The reviewers assigned do not satisfy the programme's panel rule."), code="panel")
    return None


def quorum_is_reached(_application: "Application", facts: Reviews) -> Refusal | None:
    if facts.counted < facts.needed:
        return Refusal(
            _("%(counted)d of %(needed)d reviews are in.") % {"counted": facts.counted, "needed": facts.needed},
            code="quorum",
        )
    return None


def outcome_is_whole(application: "Application", _facts: object, given: Proposal) -> Refusal | None:
    """A funded outcome has an amount per envelope whose total is the award; a partial one reaches the minimum."""
    if given.outcome not in Outcome.values:
        return Refusal(_("Choose an outcome."), code="outcome")
    if given.outcome not in FUNDED:
        return None
    if given.amount <= 0 or sum(given.shares.values()) != given.amount:
        return Refusal(_("The amounts by fiscal year must add up to the amount recommended."), code=SHARES)
    minimum = application.minimum_amount
    if given.outcome == Outcome.PARTIAL and minimum is not None and given.amount < minimum:
        return Refusal(_("The applicant said it cannot proceed with less than its stated minimum."), code=MINIMUM)
    if application.requested_amount is not None and given.amount > application.requested_amount:
        return Refusal(_("The amount is above what was requested or may be paid."), code=CEILING)
    return None


def scores_allow_it(_application: "Application", facts: Scores, given: Proposal) -> Refusal | None:
    """Only a refusal may go under the pass mark; files whose scores spread too much must have been discussed."""
    if given.outcome != Outcome.DECLINED and not facts.passed:
        return Refusal(_("The file is under the pass mark."), code="pass_mark")
    if facts.must_discuss and not given.discussion:
        return Refusal(_("The reviewers' totals are too far apart: record the discussion first."), code=DISCUSSION)
    return None


def is_a_new_panel(_application: "Application", facts: Scores) -> Refusal | None:
    """After a reconsideration the file has a new panel: nobody who scored, recommended or approved before."""
    if facts.sat_before:
        return Refusal(
            _("You took part in the decision that is being reconsidered: somebody else recommends."), code="first_panel"
        )
    return None


def is_funded(_application: "Application", _facts: object, given: Decided) -> Refusal | None:
    if given.outcome not in FUNDED:
        return Refusal(_("The decision grants no money."), code="outcome")
    return None


def asked_in_time(_application: "Application", facts: Contested) -> Refusal | None:
    if facts.already_asked:
        return Refusal(_("This decision has already been reconsidered once."), code="once")
    if facts.until is None or clock.now() > facts.until:
        return Refusal(_("The delay to ask for a reconsideration is over."), code="late")
    return None


def followed_reviews(application: "Application", facts: Contested) -> Refusal | None:
    if application.origin == ApplicationState.INELIGIBLE or not facts.followed_reviews:
        return Refusal(_("The decision did not follow reviews."), code="kind")
    return None


def was_of_ineligibility(_application: "Application", facts: Contested) -> Refusal | None:
    if not facts.of_ineligibility:
        return Refusal(_("The decision was not one of ineligibility."), code="kind")
    return None
