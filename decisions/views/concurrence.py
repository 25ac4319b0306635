"""The partner's side: awards that wait for its concurrence. It sees its part and the reasons, never others' notes."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.requests import PersonRequest
from applications.access import enter
from audit.actors import Actor
from audit.services import record_list_reading
from audit.states import Read
from decisions import selectors, services
from decisions.access import PARTNER
from decisions.forms import InterestsForm, NoteForm, SendBackForm
from decisions.models import Concurrence, Decision
from decisions.states import DecisionKind
from decisions.subjects import subject_of
from letters import sheets
from moves.duties import done_by
from moves.interests import ask_unbarred, standing_of
from moves.machine import allowed
from moves.machine import refusals as refusals_to
from moves.refusals import Refusal, WrongMoment
from moves.states import StandingState
from moves.transitions import M, MoveOf
from reviews.selectors import late_on, upheld_on
from reviews.services import declare_interests
from reviews.states import Answer

RELATED = (
    "application__call__program",
    "application__organisation",
    "agreement__partner",
    "decision__application__call__program",
    "by",
)


class AskedNoMore(WrongMoment):
    """The concurrence was asked of the person's partner, and is not any more. Why is not said: its file went back to
    the cluster, or its applicant withdrew it."""

    def __init__(self) -> None:
        super().__init__(Refusal(_("This file no longer waits for you."), code="asked_no_more"))


def own(request: PersonRequest, public_id: UUID) -> Concurrence:
    """A concurrence asked of a partner that the person sits for; to anyone else it does not exist (404). AskedNoMore
    once it is not any more.

    The bar is asked first, whatever became of it: to whoever the file is closed, every page of it has that one answer,
    while it waits, once it was given, and once it was sent back.
    """
    found = get_object_or_404(
        Concurrence.objects.ever_asked_of(request.user).select_related(*RELATED), public_id=public_id
    )
    ask_unbarred(found.application_id, request.user)
    if not Concurrence.objects.asked_of(request.user).filter(pk=found.pk).exists():
        raise AskedNoMore
    return found


def read_of(concurrence: Concurrence, person: User, *, read: Read) -> None:
    """What is shown of the award to concur in: the door is asked, and remembers."""
    enter(person, PARTNER, read=read, subject=concurrence, pk=concurrence.application_id)


@login_required
@require_safe
def index(request: PersonRequest) -> HttpResponse:
    """What waits for the partner's concurrence, the longest wait first; and what was given lately."""
    if not request.user.partner_seats.concurring().exists():
        raise PermissionDenied(_("This page is for the concurrence officers of a government partner."))
    mine = Concurrence.objects.of_officer(request.user).select_related(*RELATED)
    waiting = list(mine.waiting().longest_wait_first()[:100])
    free = set(mine.waiting().free_to(request.user).values_list("pk", flat=True))
    nobody = {one.pk for one in waiting if one.pk not in free and not selectors.concurrers_of(one)}
    given = list(mine.given()[:20])
    record_list_reading(
        request.user,
        subject="concurrence",
        what=Read.CONCURRENCES,
        question={},
        listed=[one.application_id for one in waiting + given],
    )
    context = {"waiting": waiting, "free": free, "nobody": nobody, "given": given}
    return render(request, "decisions/concurrences.html", context)


@login_required
@require_safe
def show(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """One award: the organisation, the project, the amount, the partner's own part, the reasons. Interests first."""
    concurrence = own(request, public_id)
    if not _declared(concurrence, request.user):
        return redirect("decision-concurrence-declare", public_id)
    read_of(concurrence, request.user, read=Read.AWARD_TO_CONCUR)
    give = next(iter(allowed(concurrence, request.user, Concurrence.give)), None)
    back = next(iter(allowed(concurrence.decision, request.user, Decision.send_back)), None)
    context = _context(concurrence, request.user, give=give, may_send_back=back is not None and not back.refusals)
    context["letters"] = _letters(concurrence.decision)
    context["late"] = late_on(concurrence.application)
    context["upheld"] = upheld_on(concurrence.application)
    context["returns"] = selectors.returns_by_partner(concurrence)
    return render(request, "decisions/concurrence.html", context)


def _letters(decision: Decision) -> list[dict[str, str]]:
    """The letter that the concurrence lets leave, in each of its languages; nothing once it has left."""
    subject = subject_of(decision)
    if decision.letter_id or not subject.template:
        return []
    return [
        {"language": str(sheets.LANGUAGE_NAMES[code]), "sheet": sheets.preview(subject, code)}
        for code in subject.languages
    ]


def _declared(concurrence: Concurrence, user: Actor) -> bool:
    return standing_of(concurrence.application_id, user) == StandingState.CLEAR


def _context(concurrence: Concurrence, reader: User, **more: object) -> dict[str, object]:
    decision = concurrence.decision
    money = selectors.money_of(decision, selectors.told_to_partner(decision))
    shares = [one for one in money if one.envelope.agreement_id == concurrence.agreement_id]
    own_part = sum(one.amount for one in shares)
    languages = subject_of(decision).languages
    return {
        "concurrence": concurrence,
        "decision": decision,
        "application": concurrence.application,
        "shares": shares,
        "merits": selectors.merits_of(decision, reader),
        "approvals": selectors.approvals_of(decision),
        "edition": selectors.edition_for_partner(concurrence),
        "given": selectors.given_by_partner(concurrence),
        "own_part": own_part,
        "others": decision.amount - own_part,
        "reasons": [(code, getattr(decision, f"reasons_{code}")) for code in languages],
        "untranslated": selectors.untranslated(decision),
        "summary": selectors.summary_of(concurrence.application),
        "kind": DecisionKind(decision.kind).label,
        **more,
    }


@login_required
@require_http_methods(["GET", "POST"])
def declare(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Interests, before anything of the file is read but its name."""
    concurrence = own(request, public_id)
    read_of(concurrence, request.user, read=Read.INTERESTS)
    form = InterestsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if declare_interests(concurrence.application, by=request.user, **form.cleaned_data).answer == Answer.NONE:
            return redirect("decision-concurrence", public_id)
        messages.info(request, _after_declaring(concurrence))
        return redirect("decision-concurrences")
    sponsors = list(concurrence.application.sponsorships.standing().values_list("organisation_name", flat=True))
    context = {
        "concurrence": concurrence,
        "form": form,
        "sponsors": sponsors,
        "is_clear": _declared(concurrence, request.user),
        "acts": [duty.label for duty in done_by(request.user, concurrence.application_id)],
    }
    return render(request, "decisions/concurrence_declare.html", context)


def _after_declaring(concurrence: Concurrence) -> str:
    """What a conflict, or a doubt, leads to: who concurs, or what becomes of what was given."""
    if concurrence.given_at is not None:
        return _(
            "Your declaration is kept. The file is closed to you; the cluster was told of the concurrence that you had "
            "given."
        )
    if selectors.concurrers_of(concurrence):
        return _("Your declaration is kept. The file stays closed to you; a colleague can concur.")
    return _("Your declaration is kept. The file stays closed to you, and nobody else here can concur.")


@login_required
@require_http_methods(["GET", "POST"])
def give(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Concur, behind a page that says what it does."""
    return _act(
        request,
        public_id,
        NoteForm(request.POST if request.method == "POST" else None),
        "decisions/concurrence_give.html",
        lambda concurrence: _in_the_way(concurrence, Concurrence.give, request.user),
        lambda concurrence, data: _concur(concurrence, request.user, data["note"]),
    )


def _concur(concurrence: Concurrence, by: User, note: str) -> str:
    """Give it. What it led to, in words: the cluster is told once no other partner is waited for."""
    concurrence = services.concur(concurrence, by=by, note=note)
    if concurrence.decision.concurrences.awaited().exists():
        return _("Your concurrence is recorded. Another partner has yet to give its own.")
    return _("Your concurrence is recorded. The cluster has been notified.")


def _send_back(concurrence: Concurrence, by: User, reason: str, said: str) -> str:
    """`said`: the edition that the page carried."""
    edition = selectors.Edition(said, partners=concurrence.pk)
    services.send_back(concurrence.decision, by=by, reason=reason, edition=edition)
    return _("The decision is sent back to the cluster with your reason.")


@login_required
@require_http_methods(["GET", "POST"])
def send_back(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """Send the decision back to the cluster, with a reason."""
    return _act(
        request,
        public_id,
        SendBackForm(request.POST or None),
        "decisions/concurrence_send_back.html",
        lambda concurrence: _in_the_way(concurrence.decision, Decision.send_back, request.user),
        lambda concurrence, data: _send_back(
            concurrence, request.user, data["reason"], request.POST.get("edition", "")
        ),
    )


def _is_typed(form: SendBackForm | NoteForm) -> bool:
    return form.is_bound and any(str(field.value() or "").strip() for field in form.visible_fields())


def _in_the_way(obj: M, step: MoveOf[M], by: User) -> list[str]:
    """What stands in the way of the act now, as sentences. A move closed to `by` raises the sentence of the rule."""
    move = next(iter(allowed(obj, by, step)), None)
    return list(move.sentences) if move else [str(refusal.message) for refusal in refusals_to(obj, step, by=by)]


def _said(problem: WrongMoment) -> list[str]:
    return [str(refusal.message) for refusal in problem.refusals]


def _still_in_the_way(concurrence: Concurrence, ask: Callable[[Concurrence], list[str]]) -> list[str]:
    """What stands in the way of an act on the award as it is now, once it changed since its page."""
    try:
        return ask(concurrence)
    except WrongMoment as problem:
        return _said(problem)


def _act(
    request: PersonRequest,
    public_id: UUID,
    form: SendBackForm | NoteForm,
    template: str,
    ask: Callable[[Concurrence], list[str]],
    do: Callable[[Concurrence, dict[str, Any]], str],
) -> HttpResponse:
    """A page that says what an act does, and the act. `ask`: what stands in its way; `do` makes it, and says what it
    led to. Refused, what was typed stays on the page, to be copied."""
    try:
        concurrence = own(request, public_id)
    except AskedNoMore as problem:
        return render(
            request,
            "decisions/concurrence_gone.html",
            {"form": form, "typed": _is_typed(form), "refusal": problem.message},
            status=409,
        )
    if not _declared(concurrence, request.user):
        return redirect("decision-concurrence-declare", public_id)
    read_of(concurrence, request.user, read=Read.AWARD_TO_CONCUR)
    attempt, changed = request.method == "POST" and form.is_valid(), False
    refusals = [] if attempt else ask(concurrence)
    if attempt:
        try:
            done = do(concurrence, form.cleaned_data)
        except services.DecisionOvertaken as problem:
            refusals = _still_in_the_way(concurrence, ask)
            changed, refusals = not refusals, refusals or _said(problem)
        except WrongMoment as problem:
            refusals = _said(problem)
        else:
            messages.success(request, done)
            return redirect("decision-concurrences")
    context = _context(concurrence, request.user, form=form, refusals=refusals, changed=changed)
    return render(request, template, context, status=409 if refusals and request.method == "POST" else 200)
