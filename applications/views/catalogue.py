"""Open to everybody: programmes, calls with the dates the clock gives them, and the two-minute check."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from applications.checks import eligibility_check
from applications.forms.company import SearchForm
from applications.forms.questions import BoundQuestion, posted
from applications.models import Application
from applications.selectors.calls import Offer, acted_for, offer_of, offers_of
from programs.models import Call, Program
from programs.policy import Eligibility, Standard
from programs.selectors import policy_of
from programs.states import CallState, Phase
from questions.schema import Fault
from questions.schema.answers import validate_answer
from work import clock
from work.names import folded, sort_key

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class CallFact(TypedDict):
    """A call as its cards and pages show it: where it stands today, and its closings to come."""

    call: Call
    phase: Phase
    tag: str
    label: "str | StrPromise"
    next: datetime | None
    to_come: list[datetime]
    open: bool


def fact(offer: Offer) -> CallFact:
    """A call as its cards and pages show it to whom it is offered."""
    return {
        "call": offer.call,
        "phase": offer.phase,
        "tag": offer.phase.row.tag,
        "label": offer.phase.label,
        "next": offer.next,
        "to_come": offer.to_come,
        "open": offer.is_open,
    }


def fact_for(application: Application) -> CallFact:
    """The call of a draft as its applicant's own pages show it: open, and closing, as it is for them."""
    return fact(offer_of(application.call, [application.organisation_id]))


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every programme with a call, by what can be applied for first."""
    programs = Program.objects.published().select_related("working_group").prefetch_related("calls")
    groups = sorted(
        {(p.working_group.key, p.working_group.name) for p in programs}, key=lambda group: sort_key(str(group[1]))
    )
    form = SearchForm(request.GET or None, groups=groups)
    chosen = form.cleaned_data if form.is_valid() else {}
    cards: list[tuple[Program, list[CallFact], datetime | None]] = []
    published = [call for program in programs for call in program.calls.all() if call.state == CallState.PUBLISHED]
    offers = offers_of(published, acted_for(request.user))
    for program in programs:
        calls = [fact(offer) for offer in offers if offer.call.program_id == program.pk]
        if not _is_wanted(program, calls, chosen):
            continue
        soonest = min((c["next"] for c in calls if c["open"] and c["next"]), default=None)
        cards.append((program, calls, soonest))
    cards.sort(key=lambda card: (card[2] is None, card[2] or clock.now(), sort_key(card[0].name)))
    shown = [{"program": program, "calls": calls, "soonest": soonest} for program, calls, soonest in cards]
    return render(request, "applications/catalogue.html", {"filter": form, "cards": shown, "filtered": bool(chosen)})


def _is_wanted(program: Program, calls: list[CallFact], chosen: Mapping[str, str]) -> bool:
    words = folded(chosen.get("q") or "").split()
    text = folded(
        " ".join(
            [program.name_fr, program.name_en, program.summary_fr, program.summary_en]
            + [program.description_fr, program.description_en, program.working_group.name, *program.themes]
        )
    )
    if not all(word in text for word in words):
        return False
    if chosen.get("group") and program.working_group.key != chosen["group"]:
        return False
    phases = [call["phase"] for call in calls]
    match chosen.get("when"):
        case "open":
            return Phase.OPEN in phases
        case "soon":
            return Phase.ANNOUNCED in phases
        case "closed":  # in its grace it takes what was begun, and nothing new
            return any(phase.row.is_past_closing for phase in phases)
    return True


@require_GET
def program(request: HttpRequest, slug: str) -> HttpResponse:
    """A programme: what it pays, for whom, and its calls."""
    found = get_object_or_404(Program.objects.published().select_related("working_group", "cluster"), slug=slug)
    calls = found.calls.shown().last_to_close_first().select_related("rules")
    offers = offers_of(list(calls), acted_for(request.user))
    context = {"program": found, "calls": [fact(offer) for offer in offers], "aid": _aid(calls.first())}
    return render(request, "applications/program.html", context)


def _aid(call: Call | None) -> dict[str, object]:
    """The few figures a company looks for, from the rules: rate, maximum, smallest project, cap on all public aid."""
    if call is None or not call.rules_id:
        return {}
    aid = policy_of(call).aid
    return {
        "rate": aid.rate,
        "maximum": aid.max_aid,
        "minimum": aid.min_project,
        "cap": aid.stacking_cap,
    }


def published_call(public_id: UUID) -> Call:
    """A call that the public may see, else 404."""
    calls = Call.objects.shown().select_related("program__cluster", "form", "rules")
    return get_object_or_404(calls, public_id=public_id)


@require_GET
def call(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A call: its dates, what it asks, and how to begin."""
    found = published_call(public_id)
    offer = offer_of(found, acted_for(request.user))
    public = offer_of(found)  # the public calendar has the call's own closings
    context = fact(offer) | {
        "closed_at": offer.last,
        "in_calendar": not set(offer.to_come).isdisjoint(public.to_come),
        "program": found.program,
        "aid": _aid(found),
        "drafts": Application.objects.of_member(request.user).drafts_of(found)[:5],
        "service": _promises(found),
        "has_check": policy_of(found).eligibility is not None,
    }
    return render(request, "applications/call.html", context)


def _promises(call: Call) -> list[str]:
    """The service standards of a call, in sentences."""
    promises = policy_of(call).service.promises
    sentences = {
        Standard.ACKNOWLEDGE: _("A receipt within %(days)s of submission."),
        Standard.COMPLETE: _("Within %(days)s of submission, we tell you whether your application is complete."),
        Standard.DECIDE: _("A decision within %(counted)s."),
    }
    return [
        text % {"days": promises[of].length, "counted": promises[of].counted}
        for of, text in sentences.items()
        if of in promises
    ]


# ------------------------------------------------------- two-minute check


def check_key(call: Call) -> str:
    return f"eligibility:{call.public_id}"


@require_http_methods(["GET", "POST"])
def eligibility(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The check, before any account: one page of questions, an answer at once. Kept in the session."""
    found = published_call(public_id)
    check = eligibility_check(found)
    if check is None:
        raise Http404
    answers = dict(request.session.get(check_key(found), {}))
    result, asked = None, []
    if request.method == "POST":
        answers, faults = read_check(check, request.POST)
        request.session[check_key(found)] = answers
        asked = ask_check(check, answers, faults)
        if not any(faults.values()) and (check.refusals(answers) or check.is_complete(answers)):
            result = {"refusals": check.refusals(answers), "contact": check.contact}
    elif request.GET.get("again") is not None:
        request.session.pop(check_key(found), None)
        return redirect("call-eligibility", found.public_id)
    asked = asked or ask_check(check, answers, {})
    context = fact(offer_of(found, acted_for(request.user))) | {
        "program": found.program,
        "asked": asked,
        "result": result,
    }
    context["lines"] = [] if result else [line for one in asked for line in one.problems]
    return render(request, "applications/eligibility.html", context, status=422 if context["lines"] else 200)


def read_check(check: Eligibility, data: QueryDict) -> tuple[dict[str, object], dict[str, list[Fault]]]:
    """(answers, faults by question) of what is posted. What cannot be read is kept as typed, with its fault."""
    answers, faults, gaps = {}, {}, set()
    for item in check.questions:
        raw = posted(item.question, data)
        value, wrong = validate_answer(item.question, raw)
        answers[item.question.key] = raw if wrong else value
        faults[item.question.key] = wrong
    shown = {item.question.key for item in check.shown(answers)}
    for item in check.questions:
        key = item.question.key
        if key in shown and answers.get(key) is None and not faults[key]:
            faults[key] = [Fault(_("Answer this question."))]
            gaps.add(key)
        elif key not in shown:
            answers.pop(key, None)
            faults[key] = []
    if check.refusals({k: v for k, v in answers.items() if not faults[k]}):  # one refusal is answer enough
        faults = {key: [] if key in gaps else found for key, found in faults.items()}
    return answers, faults


def ask_check(
    check: Eligibility, answers: Mapping[str, object], faults: Mapping[str, list[Fault]]
) -> list[BoundQuestion]:
    """The questions of the check as fields. One whose condition does not hold is marked, and drawn apart."""
    shown = {item.question.key for item in check.shown(answers)}
    asked = []
    for item in check.questions:
        key = item.question.key
        one = BoundQuestion(item.question, answers.get(key), visible=key in shown or not answers)
        one.say(faults.get(key, []))
        if key in shown:
            asked.append(one)
    return asked
