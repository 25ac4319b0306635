"""Who may move a file, and when. Who: predicates. When: questions, each refusal a sentence that says what is missing.

`given` holds what the service found out: results of checks, and what only a higher app can know.
"""

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.rules import is_signatory as signs_for
from applications.states import FUNDED, ApplicationState, Outcome, Place
from moves.refusals import Refusal
from programs.roles import ProgramRole
from programs.rules import has_a_reason, holds, is_program_officer
from programs.states import Phase
from work import clock

__all__ = ["has_a_reason"]

# Who


def is_signatory(application, by):
    return signs_for(application.organisation, by)


def is_officer(application, by):
    return is_program_officer(application.call.program, by)


def is_screener(application, by):
    return holds(by, ProgramRole.SCREENER, application.call.program)


def is_confirmer(application, by):
    return holds(by, ProgramRole.CONFIRMER, application.call.program)


def is_chair(application, by):
    return holds(by, ProgramRole.CHAIR, application.call.program)


def is_reconsiderer(application, by):
    return holds(by, ProgramRole.RECONSIDERER, application.call.program)


def nobody(application, by):
    """Only another move fires this one."""
    return False


# When


def call_takes_submissions(application, *, by, given):
    """The call is open; or it is in grace and the submission began before the close (`given["began_in_time"]`)."""
    call = application.call
    phase = call.phase()
    if phase == Phase.OPEN or (phase == Phase.GRACE and given.get("began_in_time")):
        return None
    later = call.accommodations.filter(organisation_id=application.organisation_id, closes_at__gt=clock.now()).exists()
    if later and phase in (Phase.GRACE, Phase.CLOSED):
        return None
    if phase == Phase.ANNOUNCED:
        return Refusal(
            _("The call opens on %(instant)s.") % {"instant": clock.format_instant(call.opens_at, get_language())},
            code="not_open",
        )
    if phase in (Phase.GRACE, Phase.CLOSED):
        return Refusal(
            _("The call closed on %(instant)s. Your draft is kept.")
            % {"instant": clock.format_instant(call.closes_at, get_language())},
            code="closed",
        )
    return Refusal(_("The call takes no submissions."), code="not_open")


def takes_answers(application, *, by, given):
    """Asked of every save. A draft while its call takes submissions; a request for changes, only what it asks."""
    question = given.get("question")
    if application.state == ApplicationState.CHANGES_REQUESTED:
        open_request = application.change_requests.filter(answered_at=None, cancelled_at=None)
        if question and open_request.filter(items__question=question).exists():
            return None
        return Refusal(_("Only what the request for changes asks can be changed now."), code="not_asked")
    if application.state != ApplicationState.DRAFT:
        return Refusal(
            _("The application is submitted: its answers change only when an officer asks."), code="submitted"
        )
    return call_takes_submissions(application, by=by, given={"began_in_time": True})


def everything_is_answered(application, *, by, given):
    missing = given.get("missing", 0)
    if missing:
        return Refusal(
            ngettext(
                "%(count)d answer is missing or must be corrected.",
                "%(count)d answers are missing or must be corrected.",
                missing,
            )
            % {"count": missing},
            code="missing",
        )
    return None


def is_attested(application, *, by, given):
    if not given.get("attested"):
        return Refusal(_("Every attestation must be signed by the authorised signatory."), code="attested")
    return None


def partners_have_confirmed(application, *, by, given):
    if given.get("unconfirmed", 0):
        return Refusal(_("The sponsor or a consortium member has not confirmed its part yet."), code="unconfirmed")
    return None


def has_a_place(application, *, by, given):
    """A first-come call: the money is reserved in the same transaction, or the applicant chose the waiting line."""
    if given.get("first_come") and given.get("place") not in (Place.RESERVED, Place.WAITING):
        return Refusal(_("No money is left: choose the waiting line, or keep your draft."), code="place")
    return None


def nobody_has_opened_it(application, *, by, given):
    if application.opened_at is not None:
        return Refusal(_("An officer has already opened your file."), code="opened")
    if not application.call.is_open:
        return Refusal(_("The call has closed: the file can be withdrawn, no longer taken back."), code="closed")
    return None


def names_what_to_change(application, *, by, given):
    if not given.get("items"):
        return Refusal(_("Choose at least one answer, with the reason."), code="items")
    if not given.get("due"):
        return Refusal(_("Give the day by which the answer must come."), code="due")
    return None


def every_item_is_answered(application, *, by, given):
    if given.get("unanswered", 0):
        return Refusal(_("Some of what was asked has not been changed yet."), code="unanswered")
    return None


def checklist_has_passed(application, *, by, given):
    if given.get("open", 0):
        return Refusal(_("The checklist is not complete."), code="open")
    if given.get("failed"):
        return Refusal(_("An item of the checklist failed: the file is not eligible."), code="failed")
    if application.place == Place.WAITING:
        return Refusal(_("The file is on the waiting line: no money is reserved for it."), code="place")
    return None


def failed_items_have_reasons(application, *, by, given):
    """Asked of `find_ineligible`. A file whose request for changes is not overdue keeps its time to answer."""
    if not given.get("failed"):
        return Refusal(_("No item of the checklist failed."), code="passed")
    if given.get("without_reason"):
        return Refusal(_("Give the reason for each failed item: the letter says it."), code="reason")
    if application.state == ApplicationState.CHANGES_REQUESTED and not given.get("overdue"):
        return Refusal(_("The applicant still has time to answer the request for changes."), code="not_overdue")
    return None


def is_decided_by_checklist(application, *, by, given):
    if not given.get("checklist_only"):
        return Refusal(_("This programme decides by reviews, not by a checklist."), code="reviews")
    return None


def panel_is_complete(application, *, by, given):
    problems = given.get("panel_problems", ["unknown"])
    if problems:
        return Refusal(_("The reviewers assigned do not satisfy the programme's panel rule."), code="panel")
    return None


def quorum_is_reached(application, *, by, given):
    if given.get("counted", 0) < given.get("needed", 1):
        return Refusal(
            _("%(counted)d of %(needed)d reviews are in.")
            % {"counted": given.get("counted", 0), "needed": given.get("needed", 1)},
            code="quorum",
        )
    return None


def outcome_is_whole(application, *, by, given):
    """A funded outcome has an amount per envelope whose total is the award; a partial one reaches the minimum."""
    outcome = given.get("outcome")
    if outcome not in Outcome.values:
        return Refusal(_("Choose an outcome."), code="outcome")
    if outcome not in FUNDED:
        return None
    shares = given.get("shares", [])
    amount = given.get("amount")
    if not amount or amount <= 0 or sum(share["amount"] for share in shares) != amount:
        return Refusal(_("The amounts by fiscal year must add up to the amount recommended."), code="shares")
    minimum = application.minimum_amount
    if outcome == Outcome.PARTIAL and minimum is not None and amount < minimum:
        return Refusal(_("The applicant said it cannot proceed with less than its stated minimum."), code="minimum")
    if application.requested_amount is not None and amount > given.get("ceiling", application.requested_amount):
        return Refusal(_("The amount is above what was requested or may be paid."), code="ceiling")
    return None


def scores_allow_it(application, *, by, given):
    """Only a refusal may go under the pass mark; files whose scores spread too much must have been discussed."""
    if given.get("outcome") != Outcome.DECLINED and given.get("passed") is False:
        return Refusal(_("The file is under the pass mark."), code="pass_mark")
    if given.get("must_discuss") and not given.get("discussed"):
        return Refusal(_("The reviewers' totals are too far apart: record the discussion first."), code="discussion")
    return None


def is_a_new_panel(application, *, by, given):
    """After a reconsideration the file has a new panel: nobody who scored, recommended or approved before."""
    if given.get("sat_before"):
        return Refusal(
            _("You took part in the decision that is being reconsidered: somebody else recommends."), code="first_panel"
        )
    return None


def panel_met(application, *, by, given):
    """Where the programme seats a panel, the meeting had its quorum."""
    if given.get("quorum_needed", 0) > given.get("present", 0):
        return Refusal(_("The panel had no quorum."), code="quorum")
    return None


def is_funded(application, *, by, given):
    if given.get("outcome") not in FUNDED:
        return Refusal(_("The decision grants no money."), code="outcome")
    return None


def asked_in_time(application, *, by, given):
    if given.get("already_asked"):
        return Refusal(_("This decision has already been reconsidered once."), code="once")
    until = given.get("until")
    if until is None or clock.now() > until:
        return Refusal(_("The delay to ask for a reconsideration is over."), code="late")
    return None


def followed_reviews(application, *, by, given):
    if application.origin == ApplicationState.INELIGIBLE or not given.get("followed_reviews"):
        return Refusal(_("The decision did not follow reviews."), code="kind")
    return None


def was_of_ineligibility(application, *, by, given):
    if not given.get("of_ineligibility"):
        return Refusal(_("The decision was not one of ineligibility."), code="kind")
    return None
