"""What a submission asks: readiness, the signature, the call that takes it; and taking it back."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from applications.rules.changes import has_left
from applications.states import VALID, ApplicationState, Course
from moves.refusals import Refusal
from moves.transitions import Facts, Input, NoFacts
from programs.states import Phase
from work import clock

if TYPE_CHECKING:
    from applications.models import Application
    from programs.models import Call


# The codes of the refusals that a page leads to the answers of.
MISSING = "missing"
UNCONFIRMED = "unconfirmed"
# Of the refusal to undo what is being sent at this very instant: in a moment it was sent, or it can be undone.
IS_LEAVING = "leaving"
# What its applicant is told of that, and of a file that anybody else holds: the same.
BUSY = gettext_lazy(
    "Something else is being done with file %(reference)s at this very moment. Try again in a few minutes."
)
# What whoever cancels a call is told of it.
CALL_IS_BUSY = gettext_lazy(
    "Something is being done with a file of this call at this very moment. Try again in a few minutes."
)


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


def last_closing(call: "Call", organisation_id: int) -> datetime | None:
    """When the call closes for this organisation: later than for the others where it was given more time.

    One query, or none where a list fetched `call__accommodations` with its files. None for a call without its dates.
    """
    given = (one.closes_at for one in call.accommodations.all() if one.organisation_id == organisation_id)
    return max([call.closes_at, *given]) if call.closes_at else None


def phase_for(call: "Call", organisation_id: int) -> Phase:
    """The phase of the call as it is for this organisation: open until its own last closing, then in its grace."""
    phase = call.phase()
    return call.phase(closes_at=last_closing(call, organisation_id)) if phase.row.is_past_closing else phase


def closing_for(call: "Call", organisation_id: int, at: datetime | None = None) -> datetime | None:
    """The next closing for this organisation at the instant `at` (now when None): its cohort's; the last one is its
    own."""
    closing = call.cohort_at(at or clock.now())
    return last_closing(call, organisation_id) if closing == call.closes_at else closing


def takes_until(call: "Call", closing: datetime) -> datetime:
    """Until when the cohort of this closing takes files: until its grace has ended; of the call's last one, until that
    of every applicant has, which was given more time.

    One query for the last one, or none where a list fetched `accommodations` with its calls.
    """
    given = [one.closes_at for one in call.accommodations.all()] if closing == call.closes_at else []
    return call.grace_ends(max([closing, *given]))


def comes_in_time(call: "Call", organisation_id: int, began_at: datetime | None) -> Refusal | None:
    """Whether the call takes from this organisation what began at `began_at`: in the grace after the closing, only what
    began before it. A page that opens and a draft that begins ask it of now; the act, of when its page was opened."""
    phase = phase_for(call, organisation_id)
    if phase == Phase.OPEN:
        return None
    closed_at = last_closing(call, organisation_id)
    if phase == Phase.GRACE and began_at is not None and closed_at is not None and began_at < closed_at:
        return None
    return _not_taken(call, organisation_id, phase)


def call_takes_submissions(application: "Application", _facts: object) -> Refusal | None:
    """The call is open, or in its grace: what came then must have begun before the close, which the act asks."""
    call, organisation_id = application.call, application.organisation_id
    phase = phase_for(call, organisation_id)
    return None if phase.row.takes_submissions else _not_taken(call, organisation_id, phase)


def began_before_the_closing(application: "Application", _facts: object, given: Signing) -> Refusal | None:
    """In the grace after a closing, only what began before it is taken."""
    call, organisation_id = application.call, application.organisation_id
    in_grace = phase_for(call, organisation_id) == Phase.GRACE
    return comes_in_time(call, organisation_id, given.began_at) if in_grace else None


def _not_taken(call: "Call", organisation_id: int, phase: Phase) -> Refusal:
    language = get_language() or "fr"
    if phase == Phase.ANNOUNCED:
        assert call.opens_at is not None  # announced: the call has its dates
        opens = clock.format_instant(call.opens_at, language)
        return Refusal(_("The call opens on %(instant)s.") % {"instant": opens}, code="not_open")
    if not phase.row.is_past_closing:
        return Refusal(_("The call takes no submissions."), "not_open")
    closes_at = last_closing(call, organisation_id)
    assert closes_at is not None  # closed, or in its grace: it had a closing
    closed = clock.format_instant(closes_at, language)
    return Refusal(_("The call closed on %(instant)s. Your draft is kept.") % {"instant": closed}, code="closed")


def takes_answers(application: "Application", question: str = "") -> Refusal | None:
    """Asked of every save. A draft while its call takes submissions; a request for changes, only what it asks."""
    if left := has_left(application):
        return left
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
            code=MISSING,
        )
    return None


def is_attested(_application: "Application", facts: Readiness, given: Signing) -> Refusal | None:
    if not given.signed_name or not facts.to_attest <= given.agreed:
        return Refusal(_("Every attestation must be signed by the authorised signatory."), code="attested")
    return None


def partners_have_confirmed(_application: "Application", facts: Readiness) -> Refusal | None:
    if facts.unconfirmed:
        return Refusal(_("The sponsor or a consortium member has not confirmed its part yet."), code=UNCONFIRMED)
    return None


def nobody_has_opened_it(application: "Application", _facts: NoFacts) -> Refusal | None:
    state = ApplicationState(application.state)
    is_past = (
        state is not ApplicationState.SUBMITTED and state.row.course is not Course.PREPARED
    )  # opened to be found so
    if application.opened_at is not None or is_past:
        return Refusal(_("An officer has already opened your file."), code="opened")
    if phase_for(application.call, application.organisation_id) != Phase.OPEN:
        return Refusal(_("The call has closed: the file can be withdrawn, no longer taken back."), code="closed")
    return None


def no_letter_has_told(application: "Application", _facts: NoFacts) -> Refusal | None:
    """What the applicant reads is still under way, whatever was decided since. Asked of what is told: were it asked of
    the state, the refusal would tell that there is an outcome."""
    if application.state not in VALID or application.public_state.row.is_under_way:
        return None
    assert application.last_told_at is not None  # it was decided, and its letter told so
    day = clock.format_day(application.last_told_at, get_language() or "fr")
    told = _("The letter of the decision was sent on %(day)s: the application can no longer be withdrawn.")
    return Refusal(told % {"day": day}, code="told")
