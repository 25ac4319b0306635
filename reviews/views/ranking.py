"""The ranking of a cohort against its envelopes."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.requests import PersonRequest
from applications.models import Application
from applications.selectors import cohorts
from applications.selectors.cohorts import Competition, GoesOn
from audit.services import record_list_reading
from audit.states import Read
from funding.access import entries_open_to, leaves_out
from funding.figures import burn
from funding.models import Envelope
from programs.models import Call
from programs.money.parts import BONUS_CONDITION
from programs.roles import ProgramRole
from programs.rules import holds
from programs.selectors import rubric_of
from reviews import selectors
from reviews.selectors import RankedFile, Ranking
from work import clock


@dataclass(frozen=True)
class Row:
    """A file of the ranking as its reader sees it. A line is drawn under the last file that the money reaches, another
    under the last that passes. `comes_from`: the closing of its own cohort, where that is an earlier one. `goes_on`:
    where it goes on to, while it waits in its own."""

    ranked: RankedFile
    missed: tuple[str, ...]
    line_under: bool
    pass_under: bool
    comes_from: datetime | None
    goes_on: GoesOn | None


@dataclass(frozen=True)
class Tab:
    """A cohort that the page leads to, by the instant at which it closed."""

    day: datetime
    url: str
    current: bool


@dataclass(frozen=True)
class EnvelopeRow:
    """An envelope that may pay the call: what is committed or spent of it, and what new awards may still take."""

    envelope: Envelope
    spent: Decimal
    left: Decimal


@login_required
@require_GET
def show(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """The files of a cohort in order, against what the envelopes still have.

    Of files that are closed to the reader, how many there are is all that is said; and then no rank, running total or
    line either, since the place and the amount of a closed file would follow from those of the others.
    """
    calls = Call.objects.of_staff(request.user).select_related("program__cluster", "rules", "rubric")
    call = get_object_or_404(calls, public_id=public_id)
    if call.rubric_id is None or call.rules_id is None:
        raise Http404
    competition = cohorts.competition_of(call, reader=request.user)
    cohort = _cohort(request, competition)
    competes = Q() if cohort is None else competition.competing_in(cohort)
    ranking = selectors.ranking(call, cohort, competition=competition, entries=entries_open_to(request.user))
    may_compete = Q() if cohort is None else competition.may_compete_in(cohort)
    closed = cohorts.closed_in(call, may_compete, reader=request.user)
    rows = _rows(ranking, call, closed, competition)
    record_list_reading(
        request.user,
        subject="ranking",
        what=Read.RANKING,
        question={"call": str(call.public_id), "cohort": cohort.isoformat() if cohort else ""},
        listed=[row.ranked.application.pk for row in rows] + [None] * len(closed),
    )
    context = {
        "call": call,
        "cohort": cohort,
        "tabs": _tabs(call, competition.cohorts, cohort),
        "rows": rows,
        "ranking": ranking,
        "line": ranking.line,
        "pass_mark": rubric_of(call).pass_overall,
        "closed": len(closed),
        "envelopes": _envelopes(call, ranking),
        "leaves_out": leaves_out(request.user),
        "held": selectors.held_percent(call),
        "bonus": BONUS_CONDITION if any(row.ranked.application.requested.bonus for row in rows) else "",
        "open_until": cohorts.cohort_open_until(call, cohort),
        "under_way": cohorts.to_review_in(call, competes, reader=request.user),
        "recommended": cohorts.recommended_in(call, competes, reader=request.user)[:200],
        "chairs": holds(request.user, ProgramRole.CHAIR, call.program),
    }
    return render(request, "reviews/ranking.html", context)


def _cohort(request: PersonRequest, competition: Competition) -> datetime | None:
    """The cohort asked for by its day, else that which waits; None for a call without any. 404 for another."""
    asked = request.GET.get("cohort")
    if not asked:
        return competition.first
    for closing in competition.cohorts:
        if clock.day_of(closing).isoformat() == asked:
            return closing
    raise Http404


def _tabs(call: Call, cohorts: Iterable[datetime], current: datetime | None) -> list[Tab]:
    here = reverse("review-ranking", args=[call.public_id])
    return [
        Tab(closing, f"{here}?{urlencode({'cohort': clock.day_of(closing).isoformat()})}", closing == current)
        for closing in cohorts
    ]


def _rows(ranking: Ranking, call: Call, closed: Collection[int], competition: Competition) -> list[Row]:
    """The files in order, without those (keys) that are closed to the reader."""
    files = [ranked for ranked in ranking.files if ranked.application.pk not in closed]
    names = criteria_of(call)
    reached = max((place for place, ranked in enumerate(files) if ranked.placed.funded), default=None)
    passing = max((place for place, ranked in enumerate(files) if ranked.placed.rank is not None), default=None)
    return [
        Row(
            ranked=ranked,
            missed=missed_by(ranked, names),
            line_under=place == reached and not closed,
            pass_under=place == passing and place + 1 < len(files),
            comes_from=_comes_from(ranked.application, competition),
            goes_on=_goes_on(ranked.application, competition),
        )
        for place, ranked in enumerate(files)
    ]


def _comes_from(file: Application, competition: Competition) -> datetime | None:
    own = file.cohort_closes_at
    return own if cohorts.cohort_it_competes_in(file, competition) != own else None


def _goes_on(file: Application, competition: Competition) -> GoesOn | None:
    if not cohorts.waits_on_the_list(file):
        return None
    goes_on = cohorts.goes_on_to(file, competition)
    return None if goes_on is None or goes_on.joined else goes_on


def criteria_of(call: Call) -> dict[str, str]:
    return {one.key: str(one.name) for one in rubric_of(call).criteria}


def missed_by(ranked: RankedFile, names: Mapping[str, str]) -> tuple[str, ...]:
    """The pass marks that a file misses, in words: of criteria, or overall."""
    return tuple(names.get(key, _("overall")) for key in ranked.reviews.missed)


def _envelopes(call: Call, ranking: Ranking) -> list[EnvelopeRow]:
    held = selectors.held_percent(call)
    return [
        EnvelopeRow(
            envelope,
            spent=burn(envelope).engaged + envelope.lapsed,
            left=selectors.left_in(envelope, held),
        )
        for envelope in ranking.envelopes
    ]


def address_of(application: Application) -> str:
    """Where the ranking is in which a file competes: that of its cohort."""
    here = reverse("review-ranking", args=[application.call.public_id])
    cohort = cohorts.cohort_it_competes_in(application)
    return f"{here}?{urlencode({'cohort': clock.day_of(cohort).isoformat()})}" if cohort else here
