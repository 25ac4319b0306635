"""The partner's pages: what its agreements pay for, its keys and its calls. A person without a seat finds nothing."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Concatenate, ParamSpec, TypedDict, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import PersonRequest
from audit.services import record_list_reading
from audit.states import Read
from funding.access import leaves_out
from funding.figures import burn, parts_of
from funding.models import Envelope, Partner
from moves.refusals import WrongMoment
from reports import rules, selectors, services
from reports.forms import KeyForm
from reports.models import ApiCall
from reports.states import KeyState
from work import clock

PAGE = 50


Rest = ParamSpec("Rest")


class PartnerRequest(PersonRequest):
    """A request of somebody who sits for a partner: the one it is about, and all those of their seats."""

    partner: Partner
    partners: list[Partner]


class Frame(TypedDict):
    """What every page of the partner shows. `suffix`: the query that keeps the partner, of several."""

    partner: Partner
    partners: list[Partner]
    suffix: str
    tabs: list[dict[str, object]]


def for_partner(
    view: Callable[Concatenate[PartnerRequest, Rest], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Rest], HttpResponse]:
    """Gives the view `request.partner`: the one of the person's seat, or of `?partner=` among several. Else 404."""

    @login_required
    @never_cache
    @wraps(view)
    def with_partner(anyone: HttpRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        request = cast("PartnerRequest", anyone)
        partners = list({seat.partner_id: seat.partner for seat in selectors.seats_of(request.user)}.values())
        wanted = request.GET.get("partner")
        chosen = [p for p in partners if not wanted or str(p.public_id) == wanted]
        if not chosen:
            raise Http404
        request.partner, request.partners = chosen[0], partners
        return view(request, *args, **kwargs)

    return with_partner


def frame(request: PartnerRequest, current: str) -> Frame:
    """What every page of the partner shows: its name and the tabs."""
    several = f"?partner={request.partner.public_id}" if len(request.partners) > 1 else ""
    tabs = [
        ("partner-home", _("Overview")),
        ("partner-awards", _("Awards")),
        ("partner-keys", _("API keys")),
        ("partner-calls", _("Requests to the API")),
    ]
    return {
        "partner": request.partner,
        "partners": request.partners if several else [],
        "suffix": several,
        "tabs": [{"label": label, "url": reverse(name) + several, "current": name == current} for name, label in tabs],
    }


@require_safe
@for_partner
def home(request: PartnerRequest) -> HttpResponse:
    partner = request.partner
    by_agreement: dict[int, list[dict[str, object]]] = {}
    for envelope in selectors.as_told(selectors.envelopes_of(partner)):
        by_agreement.setdefault(envelope.agreement_id, []).append({"envelope": envelope, "bar": bar_of(envelope)})
    stages = selectors.pipeline(partner, request.user)
    context = {
        **frame(request, "partner-home"),
        "agreements": [
            {"agreement": agreement, "years": by_agreement.get(agreement.pk, [])}
            for agreement in selectors.agreements_of(partner)
        ],
        "stages": [{"label": s.state.label, "kind": s.state.row.partner_tag, "count": s.count} for s in stages],
        "files": sum(s.count for s in stages),
        "waiting": to_concur(request),
    }
    return render(request, "reports/partner.html", context)


def bar_of(envelope: Envelope) -> dict[str, object]:
    """The parts of an envelope's year, drawn and in a table."""
    year = burn(envelope)
    title = _("What can be awarded in %(year)s, less the administration fee") % {"year": envelope.label}
    return {"caption": title, "total": year.awardable, "parts": parts_of(year)}


def to_concur(request: PartnerRequest) -> list[dict[str, object]]:
    """What waits for the partner's concurrence, for its concurrence officers only: others would learn an outcome."""
    if not request.partner.seats.concurring().held_by(request.user).exists():
        return []
    waiting = list(selectors.waiting_for_concurrence(request.partner, request.user))
    record_list_reading(
        request.user,
        subject="concurrence",
        what=Read.TO_CONCUR,
        question={},
        listed=[c.application_id for c in waiting],
    )
    return [{"concurrence": c, "url": reverse("decision-concurrence", args=[c.public_id])} for c in waiting]


@require_safe
@for_partner
def awards(request: PartnerRequest) -> HttpResponse:
    """Awards, the latest first, a page at a time by the identifier of the last one shown."""
    before = asked_identifier(request, "before")
    found = list(selectors.open_awards_of(request.partner, request.user, before=before)[: PAGE + 1])
    shown = found[:PAGE]
    record_list_reading(
        request.user,
        subject="award",
        what=Read.AWARDS,
        question={"place": str(before or "")},
        listed=[award.application_id for award in shown],
    )
    own = frame(request, "partner-awards")
    more = page_after(own, shown[-1].public_id) if found[PAGE:] else ""
    context = {
        **own,
        "awards": [
            {
                "award": award,
                "own": selectors.own_share(award),
                "others": selectors.other_aid(award),
                "shares": selectors.own_shares(award),
            }
            for award in shown
        ],
        "years": selectors.years_of(shown) if not more and before is None else [],
        "next_url": more,
    }
    return render(request, "reports/awards.html", context)


def asked_identifier(request: HttpRequest, name: str) -> UUID | None:
    text = request.GET.get(name)
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


@require_safe
@for_partner
def keys(request: PartnerRequest) -> HttpResponse:
    rows = request.partner.api_keys.select_related("created_by").order_by("-created_at", "-id")
    context = {
        **frame(request, "partner-keys"),
        "keys": [{"key": key, "kind": key.state.row.tag, "active": key.state == KeyState.ACTIVE} for key in rows],
        "may_manage": rules.may_manage_keys(request.partner, request.user),
    }
    return render(request, "reports/keys.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_partner
def create_key(request: PartnerRequest) -> HttpResponse:
    """The form; and once, in the answer to it and nowhere else, the key itself."""
    services.ask_manager(request.partner, request.user)
    form = KeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            key, secret = services.create_api_key(
                request.partner,
                by=request.user,
                name=given["name"],
                scope=given["scope"],
                expires_at=clock.end_of(given["last_day"]),
                networks=given["networks"],
            )
        except WrongMoment as error:
            for refusal in error.refusals:
                form.add_error("name" if refusal.code == services.NAME_TAKEN else "last_day", str(refusal.message))
        else:
            context = {**frame(request, "partner-keys"), "key": key, "secret": secret}
            response = render(request, "reports/key_made.html", context)
            response.headers["Cache-Control"] = "no-store"
            return response
    return render(request, "reports/key_new.html", {**frame(request, "partner-keys"), "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@for_partner
def revoke_key(request: PartnerRequest, public_id: UUID) -> HttpResponse:
    key = get_object_or_404(request.partner.api_keys.select_related("partner"), public_id=public_id)
    services.ask_manager(request.partner, request.user)
    context = frame(request, "partner-keys")
    if request.method == "POST":
        services.revoke_api_key(key, by=request.user)
        messages.success(request, _("The key “%(name)s” was revoked.") % {"name": key.name})
        return redirect(reverse("partner-keys") + context["suffix"])
    return render(request, "reports/key_revoke.html", {**context, "key": key})


@require_safe
@for_partner
def calls(request: PartnerRequest) -> HttpResponse:
    """The log, the latest first, a page at a time by the instant of the last one shown.

    To whom some file is closed, the requests of others and of keys are shown by their resource alone: an address, a
    number of rows may be that file's.
    """
    try:
        before = datetime.fromisoformat(text).replace(tzinfo=UTC) if (text := request.GET.get("before")) else None
    except ValueError:
        raise Http404 from None
    shown, then = selectors.calls_logged(request.partner, most=PAGE, before=before)
    context, leaves = frame(request, "partner-calls"), leaves_out(request.user)
    return render(
        request,
        "reports/calls.html",
        {
            **context,
            "calls": [logged(call, whole=not leaves or call.user_id == request.user.pk) for call in shown],
            "leaves_out": leaves,
            "next_url": page_after(context, instant_of(then)) if then else "",
            "most": settings.API_CALLS_PER_MINUTE,
        },
    )


def logged(call: ApiCall, *, whole: bool) -> dict[str, object]:
    """A line of the log; of one that is not shown whole, the resource alone."""
    path = call.path if whole else call.resource
    rows = call.rows if whole else None
    return {"call": call, "path": path, "rows": rows, "kind": "good" if call.status < 400 else "bad"}


def instant_of(at: datetime) -> str:
    """An instant as an address can carry it: ISO 8601 in UTC, without its zone."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat()


def page_after(context: Frame, place: object) -> str:
    """The address of the next page of a list, after `place`."""
    return f"{context['suffix']}{'&' if context['suffix'] else '?'}before={place}"
