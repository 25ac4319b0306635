"""What a submission asks: readiness, the signature, the call that takes it; and taking it back."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from applications.states import ApplicationState
from moves.refusals import Refusal
from moves.transitions import Facts, Input, NoFacts
from programs.states import Phase
from work import clock

if TYPE_CHECKING:
    from applications.models import Application


# The codes of the refusals that a page leads to the answers of.
MISSING = "missing"
UNCONFIRMED = "unconfirmed"


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


def later_closing(application: "Application") -> datetime | None:
    """The later closing that this applicant was given, until it comes; None without one.

    One query, or none where a list fetched `call__accommodations` with its files.
    """
    given = application.call.accommodations.all()
    own = (one.closes_at for one in given if one.organisation_id == application.organisation_id)
    return next((closes_at for closes_at in own if closes_at > clock.now()), None)


def phase_for(application: "Application") -> Phase:
    """The phase of the call as it is for this applicant: open until the later closing that it was given."""
    phase = application.call.phase()
    return Phase.OPEN if phase.row.is_past_closing and later_closing(application) else phase


def closing_for(application: "Application") -> datetime | None:
    """The next closing for this applicant: its cohort's; after the last one, the later closing that it was given."""
    call = application.call
    closing, later = call.next_closing, later_closing(application)
    return max(closing, later) if closing and later and closing == call.closes_at else closing


def call_takes_submissions(application: "Application", _facts: object) -> Refusal | None:
    """The call is open, or in its grace: what came then must have begun before the close, which the act asks."""
    call = application.call
    phase = phase_for(application)
    if phase.row.takes_submissions:
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
    if phase_for(application) != Phase.GRACE:
        return None
    closes_at = application.call.closes_at
    assert closes_at is not None  # in its grace: it had a closing
    return None if given.began_at is not None and given.began_at < closes_at else _closed(application)


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
    if application.opened_at is not None:
        return Refusal(_("An officer has already opened your file."), code="opened")
    if phase_for(application) != Phase.OPEN:
        return Refusal(_("The call has closed: the file can be withdrawn, no longer taken back."), code="closed")
    return None
