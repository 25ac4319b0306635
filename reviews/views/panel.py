"""A file's reviews, for the officer and the chair: the panel, whom to assign, what each review says in the end."""

from collections.abc import Callable, Collection, Container, Sequence
from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.requests import PersonRequest
from applications.access import STAFF, enter
from applications.models import Application
from applications.pages import FILE_PAGE
from applications.rules import may_uphold
from applications.states import IN_SCREENING, TAKES_REVIEWERS, ApplicationState
from audit.states import Read
from moves.interests import standing_of
from moves.machine import allowed, ask_who, refusals
from moves.refusals import Forbidden, WrongMoment
from moves.states import StandingState
from moves.transitions import MoveOf
from programs.selectors import rubric_of
from reviews import checks, selectors, services
from reviews.access import sees_scores
from reviews.forms.people import NOT_A_REVIEWER, AssignForm, ReasonForm, RuleForm, UpholdForm
from reviews.models import Assignment, Declaration
from reviews.rules import WHO_ASSIGNS, WHO_RULES, may_assign, may_rule
from reviews.selectors import PanelReviews
from reviews.states import Answer, AssignmentState
from reviews.views.ranking import address_of
from work.requests import posted_from
from work.states import Tag


@login_required
@require_http_methods(["GET"])
def show(request: PersonRequest, reference: str) -> HttpResponse:
    """The tab of a file's reviews."""
    application = enter(request.user, STAFF, read=Read.REVIEWS, reference=reference)
    return _page(request, application)


ACTS: tuple[MoveOf[Application], ...] = (
    Application.start_review,
    Application.complete_review,
    Application.reopen_review,
    Application.recommend,
)


def _page(
    request: PersonRequest,
    application: Application,
    *,
    form: forms.Form | None = None,
    refused: Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    officer, chair = may_assign(application, request.user), may_rule(application, request.user)
    reviews = selectors.panel_reviews(application)
    standing = application.recommendations.standing().select_related("by", "application")
    recommendation = standing.prefetch_related("shares__envelope__agreement").first()
    context = {
        "application": application,
        "ranking_url": address_of(application),
        "tab": "review-file",
        "chosen": request.POST.getlist("reviewer"),
        "to_rule": [
            (one, one.user_id != request.user.pk and chair)
            for one in application.declarations.to_rule_on().select_related("user")
        ],
        "stuck": selectors.stuck_among([application]).get(application.pk),
        "late": selectors.late_on(application),
        "upheld": selectors.upheld_on(application),
        "may_uphold": may_uphold(application, request.user),
        "recommendation": recommendation,
        "departure": selectors.departure(recommendation, request.user) if recommendation else "",
        "form": form,
        "refused": refused,
        **_panel(application, reviews),
        "panels": selectors.panels_of(application, request.user),
        **_who_can_take_it(application, request.user, asked=officer),
        "reviews": reviews,
        "reopened": application.state == ApplicationState.IN_REVIEW and reviews.complete,
        **_scores(application, reviews, request.user),
        **_what_can_be_done(application, request.user),
    }
    return render(request, "reviews/file.html", context, status=status)


def _panel(application: Application, reviews: PanelReviews) -> dict[str, object]:
    """Who has the file, who had it, and how the panel's rule is met."""
    rows = application.assignments.by_state()
    live = [one for one in rows if one.is_live]
    gone = [one for one in rows if not one.is_live]
    notes = selectors.notes_of(gone)
    vacant = set(application.assignments.vacant().values_list("pk", flat=True))
    on_a_side = set(application.assignments.on_a_side().values_list("pk", flat=True)) if vacant else set()
    return {
        "assignments": [Seated.of(one, reviews, vacant, on_a_side) for one in live],
        "empty": sum(1 for one in live if one.pk in vacant),
        "gone": [(one, notes.get(one.pk, "")) for one in gone],
        "nobody": _nobody(application, gone),
        "panel": checks.panel_lines(application),
        "problems": checks.panel_problems(application) if application.state == ApplicationState.ELIGIBLE else [],
    }


def _nobody(application: Application, gone: Collection[Assignment]) -> str:
    """That nobody has the file now: not that somebody will, once none is to, or where somebody had it."""
    if application.state not in (*IN_SCREENING, *TAKES_REVIEWERS) or checks.no_reviews(application.call):
        return _("Nobody has this file to review.")
    return _("Nobody has this file to review any more.") if gone else _("Nobody has this file to review yet.")


@dataclass(frozen=True)
class Seated:
    """Who has the file: `left_out`, their review is in and does not count; `vacant`, it will not come, for their role
    has ended or, as `side` says, they act for a party of the file, or did."""

    assignment: Assignment
    tag: Tag
    left_out: bool
    vacant: bool
    side: bool

    @classmethod
    def of(
        cls, assignment: Assignment, reviews: PanelReviews, vacant: Container[int], on_a_side: Container[int]
    ) -> "Seated":
        state = AssignmentState(assignment.state)
        counts = any(review.public_id == assignment.public_id for review in reviews.reviews)
        left_out = state == AssignmentState.SUBMITTED and not counts
        return cls(assignment, state.row.tag, left_out, assignment.pk in vacant, assignment.pk in on_a_side)


def _who_can_take_it(application: Application, user: User, *, asked: bool) -> dict[str, object]:
    """Who can be given the file and who cannot, once it takes reviewers and the reader is one who gives it."""
    can_assign = asked and checks.takes_reviewers(application) is None
    found = checks.candidates(application, reader=user) if can_assign else []
    return {
        "can_assign": can_assign,
        "free": [one for one in found if one.is_fit],
        "barred": [one for one in found if not one.is_fit],
        "shortages": checks.shortages(checks.panel_lines(application), found) if can_assign else [],
    }


def _scores(application: Application, reviews: PanelReviews, user: User) -> dict[str, object]:
    """What the reviews say together, for who may see it."""
    if not sees_scores(application, user):
        return {"shows_scores": False}
    rubric = rubric_of(application.call)
    return {
        "shows_scores": True,
        "sent_back": selectors.sent_back_of(application),
        "criteria": selectors.criterion_means(rubric, reviews),
        "pass_overall": rubric.pass_overall,
    }


def _what_can_be_done(application: Application, user: User) -> dict[str, object]:
    acts = {one.step: one for one in allowed(application, user, *ACTS)}
    return {
        "can_recommend": Application.recommend in acts,
        "can_start": Application.start_review in acts,
        "can_close": Application.complete_review in acts and not acts[Application.complete_review].refusals,
        "can_reopen": Application.reopen_review in acts,
    }


@login_required
@posted_from("review-file", "reference")
def assign(request: PersonRequest, reference: str) -> HttpResponse:
    """Offer the file to the people chosen. Whoever cannot take it is named with the reason; the others are offered."""
    application = enter(request.user, STAFF, read=Read.REVIEWS, reference=reference)
    if not may_assign(application, request.user):
        raise Forbidden(WHO_ASSIGNS)
    people = {str(c.user.public_id): c.user for c in checks.candidates(application, reader=request.user)}
    keys = request.POST.getlist("reviewer")
    chosen = [people[key] for key in keys if key in people]
    if not keys:
        form = AssignForm(request.POST, free=())
        return _page(request, application, form=form, refused=[_("Choose at least one person.")], status=422)
    refused, offered = [str(NOT_A_REVIEWER)] if len(chosen) < len(keys) else [], 0
    for person in chosen:
        try:
            services.assign_reviewer(application, person, by=request.user)
            offered += 1
        except WrongMoment as stopped:
            refused += [str(refusal.message) for refusal in stopped.refusals]
    if offered:
        sentence = ngettext("The file is offered to %(n)d person.", "The file is offered to %(n)d people.", offered)
        messages.success(request, sentence % {"n": offered})
    if refused:
        return _page(request, application, refused=refused, status=409)
    return redirect("review-file", reference)


@login_required
@posted_from("review-file", "reference")
def start(request: PersonRequest, reference: str) -> HttpResponse:
    """Open the file to its panel."""
    return _move_file(request, reference, services.start_review, _("The file is open to its reviewers."))


@login_required
@posted_from("review-file", "reference")
def close(request: PersonRequest, reference: str) -> HttpResponse:
    """Close the review of a file whose quorum is in."""
    return _move_file(request, reference, services.close_review, _("The review is complete."))


def _move_file(request: PersonRequest, reference: str, act: Callable[..., Application], said: str) -> HttpResponse:
    application = enter(request.user, STAFF, read=Read.REVIEWS, reference=reference)
    try:
        act(application, by=request.user)
    except WrongMoment as stopped:
        refused = [str(refusal.message) for refusal in stopped.refusals]
        return _page(request, application, refused=refused, status=409)
    messages.success(request, said)
    return redirect("review-file", reference)


@login_required
@require_http_methods(["GET", "POST"])
def reopen_file(request: PersonRequest, reference: str) -> HttpResponse:
    """The chair sends the file back to its reviewers."""
    application = enter(request.user, STAFF, read=Read.REVIEWS, reference=reference)
    ask_who(application, Application.reopen_review, by=request.user)
    form = ReasonForm(request.POST if request.method == "POST" else None, label=_("Why more reviews are needed"))
    try:
        if form.is_valid():
            services.reopen_file(application, by=request.user, reason=form.cleaned_data["reason"])
            messages.success(request, _("The file is in review again."))
            return redirect("review-file", reference)
        refusals(application, Application.reopen_review, by=request.user)  # raises in the wrong state
    except WrongMoment as stopped:
        if not form.is_bound:
            raise
        form.add_error(None, str(stopped.message))  # beside what was typed
    context = {
        "application": application,
        "form": form,
        "title": _("Reopen the review of the file"),
        "lead": _("The file goes back to review: another reviewer can be assigned."),
        "button": _("Reopen the review"),
    }
    closed = form.is_bound and form.non_field_errors()
    return render(request, "reviews/act.html", context, status=409 if closed else 200)


@login_required
@require_http_methods(["GET", "POST"])
def rule(request: PersonRequest, reference: str, person_id: UUID) -> HttpResponse:
    """The chair rules in writing on a person's *unsure*; the chair or the endorser, on what a person did before a
    conflict that they declared late."""
    application = enter(request.user, STAFF, read=Read.DECLARATION, reference=reference)
    if not may_uphold(application, request.user):
        raise Forbidden(WHO_RULES)
    declared = application.declarations.latest_of_each().select_related("user")
    declaration = get_object_or_404(declared, user__public_id=person_id)
    open_ = declaration.answer == Answer.UNSURE and declaration.ruled_by_id is None
    late = None if open_ else selectors.late_of(declaration)
    form: RuleForm | UpholdForm | None = None
    typed = request.POST  # over something that was ruled on meanwhile: the refusal is said beside it
    if declaration.user_id != request.user.pk and (open_ or "ruling" in typed) and may_rule(application, request.user):
        form = RuleForm(request.POST or None)
    elif declaration.user_id != request.user.pk and (late or "why" in typed):
        form = UpholdForm(request.POST or None)
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            _rule(declaration, request.user, form)
        except WrongMoment as stopped:
            form.add_error(None, str(stopped.message))  # beside what was typed
        else:
            told = (
                _("Your ruling is on record; the person has been notified.")
                if open_
                else _("Your ruling is on record.")
            )
            messages.success(request, told)
            return redirect(FILE_PAGE(reference).url)  # where what comes next is said, whoever ruled
    if request.method == "POST" and form is None:
        services.rule_on_declaration(declaration, by=request.user, clear=False, ruling="")  # refuses, with its sentence
    suggested = checks.proposed_conflicts(application, declaration.user, reader=request.user)
    context = {
        "application": application,
        "declaration": declaration,
        "said_then": "" if checks.covers(suggested, declaration) else declaration.note,
        "acts": [act.label for act in declaration.acts],
        "late": isinstance(form, UpholdForm) and bool(selectors.to_uphold(declaration)),
        "form": form,
        "upholds": isinstance(form, UpholdForm),
        "cleared": standing_of(application.pk, declaration.user) == StandingState.CLEAR,
        "suggested": suggested,
    }
    closed = form is not None and form.is_bound and form.non_field_errors()
    return render(request, "reviews/rule.html", context, status=409 if closed else 200)


def _rule(declaration: Declaration, by: User, form: RuleForm | UpholdForm) -> None:
    given = form.cleaned_data
    if isinstance(form, RuleForm):
        services.rule_on_declaration(declaration, by=by, clear=given["clear"] == "yes", ruling=given["ruling"])
    else:
        services.uphold_acts(declaration, by=by, why=given["why"])
