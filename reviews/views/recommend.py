"""The chair recommends: an outcome for one file, its amount by fiscal year and agreement, and the reasons."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.requests import PersonRequest
from applications.access import STAFF, enter
from applications.models import Application
from applications.rules import AMOUNT, CEILING, DISCUSSION, MINIMUM, QUORUM, SHARES
from applications.selectors import cohorts
from applications.states import BELOW_PASS, Outcome
from audit.states import Read
from funding.access import entries_open_to, leaves_out
from funding.ledger import InsufficientFunds
from funding.models import LanguageRegime
from moves.machine import allowed, refusals
from moves.refusals import UNDECLARED, Refusal, WrongMoment
from programs.selectors import rubric_of
from reviews import selectors, services
from reviews.forms.panel import RecommendForm
from reviews.models import Recommendation
from reviews.selectors import RankedFile, Ranking
from reviews.views.ranking import address_of, criteria_of, missed_by


@login_required
@require_http_methods(["GET", "POST"])
def recommend(request: PersonRequest, reference: str) -> HttpResponse:
    """The chair recommends an outcome for a file, with its amount by fiscal year and agreement, and the reasons."""
    application = enter(request.user, STAFF, read=Read.RECOMMENDATION, reference=reference)
    user = request.user
    try:
        in_the_way = refusals(application, Application.recommend, by=user)
    except WrongMoment as late:
        return _too_late(request, application, *late.refusals)
    if any(refusal.code == UNDECLARED for refusal in in_the_way):
        here = reverse("review-recommend", args=[reference])
        return redirect(f"{reverse('review-declare', args=[reference])}?{urlencode({'next': here})}")
    competition = cohorts.competition_of(application.call)
    cohort = cohorts.cohort_it_competes_in(application, competition)
    ranking = selectors.ranking(application.call, cohort, competition=competition, entries=entries_open_to(user))
    ranked = ranking.of(application)
    if ranked is None:  # it has just left the ranking
        return _too_late(request, application)
    may_compete = Q() if cohort is None else competition.may_compete_in(cohort)
    closed = cohorts.closed_in(application.call, may_compete, reader=user)
    held = selectors.held_for(application)
    options = {
        "application": application,
        "envelopes": [(envelope, selectors.left_in(envelope, held)) for envelope in ranking.envelopes],
        "reviews": ranked.reviews,
        "english": _english(application),
    }
    offer = Decimal(0) if closed else ranked.placed.offer
    form = _recommend_form(request, application, offer, options)
    if request.method == "POST" and request.POST.get("then") != "propose" and form.is_valid():
        done = _recommend(form, application, by=user)
        if done:
            messages.success(request, _("The recommendation is made: its decision is drafted."))
            return redirect("review-file", reference)
    return _recommend_page(request, ranking, ranked, form, in_the_way, closed)


def _too_late(request: PersonRequest, application: Application, *why: Refusal) -> HttpResponse:
    """The file has left the ranking. Who only looks goes to its reviews; what was typed is shown, to be copied."""
    if request.method != "POST":
        return redirect("review-file", application.reference)
    kept = [
        (RecommendForm.base_fields[name].label, request.POST[name].strip())
        for name in ("reasons_fr", "reasons_en", "discussion")
        if request.POST.get(name, "").strip()
    ]
    context = {"application": application, "refusals": why, "kept": kept}
    return render(request, "reviews/recommend_late.html", context, status=409)


def _english(application: Application) -> bool:
    """Whether the reasons are also written in English: not where the letter is in French only."""
    regimes = application.call.program.agreements.values_list("language_regime", flat=True)
    return LanguageRegime.FR_ONLY not in regimes


def _recommend_form(
    request: PersonRequest, application: Application, offer: Decimal, options: dict[str, Any]
) -> RecommendForm:
    """`offer`: what the funding line leaves to the file, as its reader may know it; all that is asked without one. Of a
    file that was sent back, it begins with what the last recommendation said."""
    proposed = _proposed(application, offer, passes=options["reviews"].passes)
    if request.method != "POST":
        return RecommendForm(initial=proposed, **options)
    if request.POST.get("then") == "propose":  # split again what was typed; nothing is saved, nothing is refused
        typed = RecommendForm(request.POST, **options)
        typed.is_valid()
        amount = typed.shown or application.requested_amount or Decimal(0)
        kept: dict[str, object] = {name: request.POST.get(name, "") for name in typed.fields}
        return RecommendForm(initial=kept | _split(application, amount), **options)
    return RecommendForm(request.POST, initial=proposed, **options)


def _proposed(application: Application, offer: Decimal, *, passes: bool) -> dict[str, object]:
    """What the page proposes, by field, before anything is typed."""
    last = selectors.sent_back_of(application)
    if last is not None:
        return _said_before(last, passes=passes)
    amount = offer or application.requested_amount or Decimal(0)
    granted = Outcome.APPROVED if amount == application.requested_amount else Outcome.PARTIAL
    if not passes:
        return {"outcome": Outcome.DECLINED.value}
    return {"outcome": granted.value} | _split(application, amount)


def _said_before(last: Recommendation, *, passes: bool) -> dict[str, object]:
    """What a recommendation said, by field. An envelope that was closed since has none; nor is an outcome proposed that
    a file below the pass mark cannot have."""
    said: dict[str, object] = {
        "outcome": last.outcome if passes or last.outcome in BELOW_PASS else Outcome.DECLINED.value,
        "amount": last.amount or None,
        "reasons_fr": last.reasons_fr,
        "reasons_en": last.reasons_en,
        "discussion": last.discussion,
    }
    shares = last.shares.select_related("envelope")
    return said | {RecommendForm.name_of(share.envelope): share.amount for share in shares}


def _split(application: Application, amount: Decimal) -> dict[str, object]:
    shares = selectors.proposed_shares(application, amount)
    return {"amount": amount} | {RecommendForm.name_of(envelope): part or None for envelope, part in shares}


PLACES = {  # the field beside which each refusal is said
    AMOUNT: "amount",
    SHARES: "amount",
    MINIMUM: "amount",
    CEILING: "amount",
    DISCUSSION: "discussion",
}


def _recommend(form: RecommendForm, application: Application, *, by: User) -> bool:
    """Whether the recommendation was made; what stands in its way is put beside its field."""
    given = form.cleaned_data
    try:
        services.recommend(
            application,
            by=by,
            outcome=given["outcome"],
            amount=given.get("amount") or 0,
            shares=form.shares(),
            reasons_fr=given["reasons_fr"],
            reasons_en=given.get("reasons_en", ""),
            discussion=given["discussion"],
        )
    except InsufficientFunds as short:
        # To whom a file is closed, the figure of this refusal could tell its amount.
        said = _("This envelope does not hold that amount.") if leaves_out(by) else str(short.message)
        form.add_error(RecommendForm.name_of(short.envelope), said)
    except WrongMoment as stopped:
        for refusal in stopped.refusals:
            form.add_error(PLACES.get(refusal.code), str(refusal.message))
    else:
        return True
    return False


def _recommend_page(
    request: PersonRequest,
    ranking: Ranking,
    ranked: RankedFile,
    form: RecommendForm,
    in_the_way: Collection[Refusal],
    closed: Collection[int],
) -> HttpResponse:
    application, person = ranked.application, request.user
    context = {
        "application": application,
        "ranking_url": address_of(application),
        "form": form,
        "ranked": ranked,
        "ranking": ranking,
        "closed": bool(closed),
        "leaves_out": leaves_out(person),
        "passing": sum(1 for one in ranking.files if one.placed.rank is not None),
        "missed": missed_by(ranked, criteria_of(application.call)),
        "sent_back": selectors.sent_back_of(application),
        "pass_mark": rubric_of(application.call).pass_overall,
        "refusals": [str(refusal.message) for refusal in in_the_way],
        "may_reopen": any(refusal.code == QUORUM for refusal in in_the_way)
        and bool(allowed(application, person, Application.reopen_review)),
        "under_line": ranked.reviews.passes and not ranked.placed.funded and not closed,
    }
    return render(request, "reviews/recommend.html", context, status=422 if form.errors else 200)
