"""The life of a file, from draft to outcome, on one screen. Who and when are in `applications.rules`."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import GET_STATE, FSMField

from applications import rules
from applications.states import MARKABLE, VALID, WITH_PANEL, ApplicationState
from moves.rules import earlier_acts_stand, has_a_reason, interests_are_declared
from moves.states import Duty
from moves.transitions import Reason, nobody, transition


class ApplicationLife(models.Model):
    state = FSMField(default=ApplicationState.DRAFT, choices=ApplicationState.choices, protected=True, editable=False)
    origin = models.CharField(
        max_length=20, blank=True, editable=False, help_text="Where the file was before its reconsideration."
    )

    class Meta:
        abstract = True

    @transition(
        field=state, source=ApplicationState.DRAFT, target=ApplicationState.SUBMITTED,
        permission=rules.is_signatory, duty=None, despite_conflict=rules.is_signatory,
        label=_("Submit"), done=_("Application submitted"),
        facts=rules.Readiness, given=rules.Signing,
        when=[rules.call_takes_submissions, rules.everything_is_answered, rules.partners_have_confirmed],
        when_given=[rules.began_before_the_closing, rules.is_attested],
    )
    def submit(self) -> None:
        """Freezes the answers and opens the file."""

    @transition(
        field=state, source=ApplicationState.SUBMITTED, target=ApplicationState.DRAFT,
        permission=rules.is_signatory, duty=None, despite_conflict=rules.is_signatory,
        label=_("Take back"), done=_("Application taken back"),
        when=[rules.nobody_has_opened_it],
    )
    def take_back(self) -> None:
        """Back to a draft; the receipt is superseded."""

    @transition(
        field=state, source=ApplicationState.SUBMITTED, target=ApplicationState.CHANGES_REQUESTED,
        permission=rules.is_officer, duty=None,
        who=rules.ONLY_AN_OFFICER_ASKS,
        label=_("Request changes"), done=_("Changes requested"),
        facts=rules.Askable, given=rules.Changes,
        when_given=[rules.names_what_to_change, rules.can_be_asked_again, rules.says_what_is_wrong,
            rules.day_is_to_come],
    )
    def request_changes(self) -> None:
        """Opens the named answers to the applicant and pauses the clock."""

    @transition(
        field=state, source=ApplicationState.CHANGES_REQUESTED, target=ApplicationState.CHANGES_REQUESTED,
        permission=rules.is_officer, duty=None,
        label=_("Give more time"), done=_("More time given for the changes"),
        facts=rules.Asked, given=rules.MoreTime,
        when_given=[has_a_reason, rules.day_is_later],
    )
    def extend_request(self) -> None:
        """Gives the applicant a later day to answer."""

    @transition(
        field=state, source=ApplicationState.CHANGES_REQUESTED, target=ApplicationState.SUBMITTED,
        permission=rules.is_officer, duty=None,
        label=_("Cancel the request"), done=_("Request for changes cancelled"),
        given=Reason,
        when_given=[has_a_reason],
    )
    def cancel_request(self) -> None:
        """The file goes on with the answers it had."""

    @transition(
        field=state, source=ApplicationState.CHANGES_REQUESTED, target=ApplicationState.SUBMITTED,
        permission=rules.is_signatory, duty=None, despite_conflict=rules.is_signatory,
        label=_("Send the changes"), done=_("Changes sent"),
        who=rules.ONLY_A_SIGNATORY_SENDS, facts=rules.Changed,
        when=[rules.every_item_is_answered, rules.answers_still_hold],
    )
    def resubmit(self) -> None:
        """Freezes the changed answers in a new snapshot and resumes the clock."""

    @transition(
        field=state, source=ApplicationState.SUBMITTED, target=ApplicationState.SUBMITTED,
        permission=rules.is_screener, duty=None, who=rules.ONLY_A_SCREENER,
        label=_("Confirm as complete"), done=_("Confirmed complete"),
        facts=rules.Pieces,
        when=[rules.is_not_found_complete, rules.every_piece_is_there],
    )
    def find_complete(self) -> None:
        """The one finding of a file that its applicant is told before the letter, with its date."""

    @transition(
        field=state, source=ApplicationState.SUBMITTED, target=ApplicationState.ELIGIBLE,
        permission=rules.is_screener, who=rules.ONLY_A_SCREENER,
        label=_("Declare eligible"), done=_("Declared eligible"),
        duty=Duty.SCREEN, facts=rules.Checklist,
        when=[rules.was_found_complete, rules.checklist_has_passed],
    )
    def find_eligible(self) -> None:
        """The checklist is complete and passed."""

    @transition(
        field=state, source=list(MARKABLE), target=ApplicationState.INELIGIBLE,
        permission=rules.is_screener, who=rules.ONLY_A_SCREENER,
        label=_("Declare ineligible"), done=_("Declared ineligible"),
        duty=Duty.SCREEN, facts=rules.Checklist,
        when=[rules.was_found_complete, rules.failed_items_have_reasons],
    )
    def find_ineligible(self) -> None:
        """A decision like any other: it has a letter and a right of review."""

    @transition(
        field=state, source=ApplicationState.ELIGIBLE, target=ApplicationState.RECOMMENDED,
        permission=rules.is_confirmer,
        label=_("Confirm"), done=_("Checklist confirmed"),
        duty=Duty.CONFIRM, facts=rules.Checklist,
        when=[rules.is_decided_by_checklist],
    )
    def confirm(self) -> None:
        """A second person confirms the checklist, where there are no reviews.

        Not yet: the confirmation of programmes that decide by checklist will.
        """

    @transition(
        field=state, source=ApplicationState.ELIGIBLE, target=ApplicationState.IN_REVIEW,
        permission=rules.is_officer, duty=None,
        label=_("Start the review"), done=_("Review started"),
        facts=rules.Panel,
        when=[rules.programme_has_reviews, rules.panel_is_complete, earlier_acts_stand],
    )
    def start_review(self) -> None:
        """Opens the file to its reviewers."""

    @transition(
        field=state, source=ApplicationState.IN_REVIEW, target=ApplicationState.REVIEWED,
        permission=rules.is_officer_or_chair, duty=None,
        label=_("Close the review"), done=_("Review complete"),
        facts=rules.Reviews, fired=True,
        when=[rules.quorum_is_reached],
    )
    def complete_review(self) -> None:
        """The quorum of unconflicted reviews is in: the review that completes it closes the file's, or the ruling that
        counts one again. One that the chair reopened with its quorum waits for the next review, the officer or the
        chair."""

    @transition(
        field=state, source=ApplicationState.REVIEWED, target=ApplicationState.IN_REVIEW,
        permission=rules.is_chair, duty=None,
        who=_("Only the chair of the committee reopens a review."),
        label=_("Reopen the review"), done=_("Review of the file reopened"),
        given=Reason,
        when_given=[has_a_reason],
    )
    def reopen_review(self) -> None:
        """More reviews are needed."""

    @transition(
        field=state,
        source=[ApplicationState.REVIEWED, ApplicationState.WAITLISTED],
        target=ApplicationState.RECOMMENDED,
        permission=rules.is_chair,
        label=_("Recommend"), done=_("Recommendation made"),
        duty=Duty.RECOMMEND, facts=rules.Scores, given=rules.Proposal,
        when=[rules.cohort_has_closed, rules.quorum_is_reached, rules.is_a_new_panel, earlier_acts_stand],
        when_given=[rules.outcome_is_whole, rules.scores_allow_it],
    )
    def recommend(self) -> None:
        """Reserves the money of each envelope, in the same transaction."""

    @transition(
        field=state, source=ApplicationState.RECOMMENDED, target=ApplicationState.REVIEWED,
        permission=nobody, duty=None,
        done=_("Sent back to the committee"),
        given=Reason, fired=True,
        when_given=[has_a_reason],
    )
    def return_to_panel(self) -> None:
        """The reserve is released; the panel recommends again."""

    @transition(
        field=state,
        source=[ApplicationState.INELIGIBLE, ApplicationState.RECOMMENDED],
        target=ApplicationState.SUBMITTED,
        permission=nobody, duty=None,
        done=_("Decision sent back: screened again"),
        given=Reason, fired=True,
        when_given=[has_a_reason],
    )
    def return_to_screening(self) -> None:
        """Its decision goes back before its finding: the file is screened again, each mark looked at again."""

    @transition(
        field=state, source=[*WITH_PANEL, ApplicationState.WAITLISTED], target=ApplicationState.SUBMITTED,
        permission=rules.may_uphold, duty=None,
        label=_("Screen again"), done=_("Acts that do not stand: screened again"),
        facts=rules.Screened, given=Reason,
        when=[interests_are_declared, rules.screening_came_before_a_conflict],
        when_given=[has_a_reason],
    )
    def screen_again(self) -> None:
        """Before a decision: what somebody found before a conflict of interest does not stand."""

    @transition(
        field=state, source=ApplicationState.RECOMMENDED, target=ApplicationState.APPROVED,
        permission=nobody, duty=None,
        done=_("Approval issued"),
        given=rules.Decided, fired=True,
        when_given=[rules.is_funded],
    )
    def approve(self) -> None:
        """Each envelope commits in the same transaction."""

    @transition(
        field=state, source=ApplicationState.RECOMMENDED, target=ApplicationState.INVITED,
        permission=nobody, duty=None,
        done=_("Invitation to the next stage issued"),
        given=rules.Decided, fired=True,
    )
    def invite(self) -> None:
        """First stage of two."""

    @transition(
        field=state,
        source=[ApplicationState.RECOMMENDED, ApplicationState.INELIGIBLE, ApplicationState.WAITLISTED],
        target=ApplicationState.DECLINED,
        permission=nobody, duty=None,
        done=_("Refusal issued"),
        given=rules.Decided, fired=True,
    )
    def decline(self) -> None:
        """The letter gives the reasons and the right of review."""

    @transition(
        field=state, source=ApplicationState.RECOMMENDED, target=ApplicationState.WAITLISTED,
        permission=nobody, duty=None,
        done=_("Waiting-list decision issued"),
        given=rules.Decided, fired=True,
    )
    def waitlist(self) -> None:
        """Good, but there is no money left in this cohort."""

    @transition(
        field=state,
        source=[ApplicationState.DECLINED, ApplicationState.WAITLISTED, ApplicationState.APPROVED],
        target=ApplicationState.IN_RECONSIDERATION,
        permission=rules.is_signatory, duty=None, despite_conflict=rules.is_signatory,
        label=_("Ask for a reconsideration"), done=_("Reconsideration asked for"),
        facts=rules.Contested, given=Reason,
        when=[rules.asked_in_time],
        when_given=[has_a_reason],
    )
    def ask_reconsideration(self) -> None:
        """Once per decision, within the delay from its service.

        Not yet: the applicant's request for reconsideration will.
        """
        self.origin = self.state

    @transition(
        field=state, source=ApplicationState.IN_RECONSIDERATION, target=ApplicationState.REVIEWED,
        permission=rules.is_reconsiderer,
        label=_("Send to a new committee"), done=_("Sent to a new committee"),
        duty=Duty.RECONSIDER, facts=rules.Contested,
        when=[rules.followed_reviews],
    )
    def reopen(self) -> None:
        """A new panel, none of whose members took part before.

        Not yet: the reconsideration officer's page will.
        """

    @transition(
        field=state, source=ApplicationState.IN_RECONSIDERATION, target=ApplicationState.SUBMITTED,
        permission=rules.is_reconsiderer,
        label=_("Screen again"), done=_("Reconsideration: screened again"),
        duty=Duty.RECONSIDER, facts=rules.Contested,
        when=[rules.was_of_ineligibility],
    )
    def reopen_screening(self) -> None:
        """The decision was of ineligibility: somebody else screens it.

        Not yet: the reconsideration officer's page will.
        """

    @transition(
        field=state,
        source=ApplicationState.IN_RECONSIDERATION,
        target=GET_STATE(lambda self: self.origin, states=[ApplicationState.DECLINED, ApplicationState.WAITLISTED,
            ApplicationState.APPROVED]),
        permission=nobody,
        done=_("First decision upheld"),
        duty=Duty.RECONSIDER, given=rules.Decided, fired=True,
    )
    def uphold(self) -> None:
        """Back where it was."""

    @transition(
        field=state, source=list(VALID), target=ApplicationState.WITHDRAWN,
        permission=rules.is_signatory, duty=None, despite_conflict=rules.is_signatory,
        label=_("Withdraw"), done=_("Application withdrawn"),
        given=Reason,
        when=[rules.no_letter_has_told],
        when_given=[has_a_reason],
    )
    def withdraw(self) -> None:
        """Until a letter tells its outcome, whatever was decided: a refusal would tell. What was issued is undone, and
        the money that was reserved or committed is released."""

    @transition(
        field=state, source=list(VALID), target=ApplicationState.CANCELLED,
        permission=nobody, duty=None,
        done=_("Cancelled with its call"),
        given=rules.WithItsCall, fired=True,
        when=[rules.no_letter_has_told],
    )
    def cancel(self) -> None:
        """The call was cancelled: its applicants are told why. As for a withdrawal, what was issued is undone until a
        letter tells it; what a letter told stands."""
