"""The chair's recommendation: an outcome, an amount, and the envelopes it is reserved in."""

from decimal import Decimal

from django.db import transaction

from applications.models import Application
from applications.states import FUNDED, Outcome
from audit.moves import move
from programs import ledger
from reviews import figures
from reviews.models import Recommendation, RecommendationShare
from work import clock
from work.money import cents


@transaction.atomic
def recommend(application, *, by, outcome, amount=0, shares=(), reasons_fr="", reasons_en="", discussion=""):
    """Recommend an outcome for a file. Returns the `Recommendation`; its decision is drafted by reaction.

    `amount` is in dollars; `shares` is `[(envelope, dollars), …]`, one per fiscal year and agreement, whose total is the
    amount; each is reserved in its envelope in the same transaction. WrongMoment under the pass mark, when a
    discussion is missing, or when an envelope cannot hold its reserve; Forbidden for anybody but the chair, or a chair
    who already acted on the file.
    """
    application = (
        Application.objects.select_for_update(of=("self",))
        .select_related("call__rules", "call__rubric", "call__program")
        .get(pk=application.pk)
    )
    funded = outcome in FUNDED
    amount = cents(Decimal(amount)) if funded else Decimal(0)
    shares = [(envelope, cents(Decimal(part))) for envelope, part in shares if part] if funded else []
    scores = figures.file_scores(application)
    ranking = figures.ranking(application.call, application.cohort_closes_at)
    recommendation = Recommendation(
        application=application,
        outcome=outcome if outcome in Outcome.values else "",
        amount=amount,
        reasons_fr=reasons_fr.strip(),
        reasons_en=reasons_en.strip(),
        discussion=discussion.strip(),
        inputs=ranking.inputs(),
        by=by,
    )
    Recommendation.objects.filter(application=application, voided_at__isnull=True).update(voided_at=clock.now())
    if recommendation.outcome:
        recommendation.save()
        RecommendationShare.objects.bulk_create(
            RecommendationShare(recommendation=recommendation, envelope=envelope, amount=part)
            for envelope, part in sorted(shares, key=lambda share: share[0].pk)
        )
    application = move(
        application,
        "recommend",
        by=by,
        given={
            "outcome": str(outcome),
            "amount": amount,
            "shares": [{"envelope": str(envelope.public_id), "amount": part} for envelope, part in shares],
            "passed": scores.passes,
            "mean": scores.mean,
            "must_discuss": scores.must_discuss,
            "discussed": bool(recommendation.discussion),
            "recommendation": str(recommendation.public_id),
        },
        note=recommendation.discussion,
    )
    if funded:
        ledger.reserve(
            shares,
            by=by,
            application_id=application.pk,
            move="application.recommend",
            held_percent=figures.held_percent(application.call),
        )
    application.recommended_amount = amount if funded else None
    application.save(update_fields=["recommended_amount"])
    return recommendation


@transaction.atomic
def void_recommendation(application, *, by):
    """Void the standing recommendation of a file and release what it reserved. Returns it, or None without one."""
    standing = Recommendation.objects.filter(application=application, voided_at__isnull=True).first()
    if standing is None:
        return None
    ledger.release_all(application.pk, by=by, move="recommendation.void")
    standing.voided_at = clock.now()
    standing.save(update_fields=["voided_at"])
    Application.objects.filter(pk=application.pk).update(recommended_amount=None)
    return standing
