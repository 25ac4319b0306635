"""The chair's recommendation: an outcome, an amount, and the envelopes it is reserved in."""

from collections.abc import Iterable
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from applications.models import Application
from applications.rules import SHARES, Proposal
from applications.selectors import cohorts
from applications.states import FUNDED, Outcome
from audit.actors import Actor
from funding import ledger
from funding.models import Envelope
from funding.money import Cause
from moves.machine import move
from moves.refusals import Refusal, WrongMoment
from reviews import selectors
from reviews.models import Recommendation, RecommendationShare
from reviews.services.panels import take_the_chair
from work import clock
from work.money import cents


@transaction.atomic
def recommend(
    application: Application,
    *,
    by: User,
    outcome: str,
    amount: Decimal | int = 0,
    shares: Iterable[tuple[Envelope, Decimal]] = (),
    reasons_fr: str = "",
    reasons_en: str = "",
    discussion: str = "",
) -> Recommendation:
    """Recommend an outcome for a file. Returns the `Recommendation`; its decision is drafted by reaction.

    `amount` is in dollars, none for what grants nothing; `shares` is `[(envelope, dollars), …]`, one per fiscal year
    and agreement, whose total is the amount; each is reserved in its envelope in the same transaction. WrongMoment
    without quorum, below the pass mark, for an amount that the outcome cannot be of, when a discussion is missing, or
    when an envelope cannot hold its reserve; Forbidden for anybody but the chair, or a chair who already acted on the
    file.
    """
    application = (
        Application.objects.select_for_update(of=("self",))
        .select_related("call__rules", "call__rubric", "call__program")
        .get(pk=application.pk)
    )
    funded = outcome in FUNDED
    amount = cents(Decimal(amount))
    shares = _whole_shares(application, shares)
    ranking = selectors.ranking(application.call, cohorts.cohort_it_competes_in(application))
    recommendation = Recommendation(
        application=application,
        outcome=outcome if outcome in Outcome.values else "",
        amount=amount,
        reasons_fr=reasons_fr.strip(),
        reasons_en=reasons_en.strip(),
        discussion=discussion.strip(),
        inputs=ranking.evidence().packed(),
        by=by,
    )
    _keep(recommendation, shares)
    application = move(
        application,
        Application.recommend,
        by=by,
        given=Proposal(
            outcome=str(outcome),
            amount=amount,
            shares={str(envelope.public_id): part for envelope, part in shares},
            recommendation=str(recommendation.public_id),
            discussion=recommendation.discussion,
        ),
    )
    if funded:
        ledger.reserve(
            shares,
            by=by,
            application_id=application.pk,
            because=Cause.RECOMMEND,
            held_percent=selectors.held_for(application),
        )
    take_the_chair(application, by=by)
    application.recommended_amount = amount if funded else None
    application.save(update_fields=["recommended_amount"])
    return recommendation


def _keep(recommendation: Recommendation, shares: Iterable[tuple[Envelope, Decimal]]) -> None:
    """It stands from now on, in place of any before. One of no known outcome is not kept: the move refuses it."""
    recommendation.application.recommendations.standing().update(voided_at=clock.now())
    if recommendation.outcome:
        recommendation.save()
        RecommendationShare.objects.bulk_create(
            RecommendationShare(recommendation=recommendation, envelope=envelope, amount=part)
            for envelope, part in shares
        )


def _whole_shares(
    application: Application, shares: Iterable[tuple[Envelope, Decimal]]
) -> list[tuple[Envelope, Decimal]]:
    """One positive share for each envelope that may pay this call, in id order. WrongMoment for any other envelope."""
    allowed = {envelope.pk for envelope in selectors.open_envelopes(application.call)}
    merged: dict[int, tuple[Envelope, Decimal]] = {}
    for envelope, part in shares:
        part = cents(Decimal(part))
        if part < 0 or (part and envelope.pk not in allowed):
            raise WrongMoment(Refusal(_("An amount is given to an envelope that cannot pay this call."), code=SHARES))
        if part:
            merged[envelope.pk] = (envelope, part + (merged[envelope.pk][1] if envelope.pk in merged else 0))
    return [merged[key] for key in sorted(merged)]


@transaction.atomic
def void_recommendation(application: Application, *, by: Actor, sent_back: str = "") -> Recommendation | None:
    """Void the recommendation of a file that counts and release what it reserved. Returns it, or None without one.

    `sent_back`: why its decision was sent back, which the committee reads as it recommends again.
    """
    recommendation = application.recommendations.standing().first()
    if recommendation is None:
        return None
    ledger.release_all(application.pk, by=by, because=Cause.VOID_RECOMMENDATION)
    recommendation.voided_at = clock.now()
    if sent_back:
        recommendation.sent_back_why, recommendation.sent_back_by_id = sent_back, by.pk
    recommendation.save(update_fields=["voided_at", "sent_back_why", "sent_back_by"])
    Application.objects.filter(pk=application.pk).update(recommended_amount=None)
    return recommendation
