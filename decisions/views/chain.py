"""The approval chain: a file's decision, and each step behind a page that says what it does."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.requests import PersonRequest
from applications.access import STAFF, enter
from applications.rules import may_uphold
from audit.states import Read, ReadOne
from decisions import selectors, services
from decisions.checks import agreements_to_concur
from decisions.forms import NoteForm, ReasonsForm, SendBackForm
from decisions.models import Decision, Step
from decisions.rules import may_edit_reasons, reasons_can_change
from decisions.states import FUNDED, ONCE_ISSUED, OPEN, DecisionKind, DecisionState, ReturnTo, StepKind
from decisions.subjects import subject_of
from funding.access import entries_open_to, leaves_out
from letters import sheets
from letters.models import Letter
from letters.selectors import status_of, why_failed
from letters.states import LetterState
from moves.machine import allowed
from moves.machine import refusals as refusals_to
from moves.refusals import WrongMoment
from moves.transitions import MoveOf
from reviews.access import may_declare
from reviews.pages import RULE
from reviews.selectors import late_on, rulers_on, turn_of, upheld_on
from reviews.states import ReviewTurn
from work.versions import Overtaken


def decision_of(request: PersonRequest, reference: str, *, read: Read | ReadOne | None) -> Decision:
    """The present decision of a file that the person may read, of which `read` is shown. 404 without one."""
    application = enter(request.user, STAFF, read=read, subject="decision", reference=reference)
    decision = selectors.present_decision(application)
    if decision is None:
        raise Http404(_("No decision has been drafted on this file yet."))
    decision.application = application
    return decision


@login_required
@require_safe
def show(request: PersonRequest, reference: str) -> HttpResponse:
    """A file's decision: what it says and costs, who did which step, and what I may do."""
    application = enter(request.user, STAFF, read=Read.DECISION, reference=reference)
    decision = selectors.present_decision(application)
    if decision is None:
        return render(request, "decisions/file_without.html", {"application": application})
    decision.application = application
    moves = allowed(decision, request.user)
    letter, sent_back = decision.letter, selectors.return_of(decision)
    context = {
        "application": application,
        "decision": decision,
        "kind": "" if decision.state == DecisionState.VOID else DecisionKind(decision.kind).row.tag,
        "funded": decision.kind in FUNDED,
        "stages": selectors.chain_of(decision),
        "timeline": [_told(step) for step in decision.steps.select_related("by").latest_first()],
        "sent_back": sent_back,
        "comes_of_it": selectors.comes_of(sent_back, application) if sent_back else "",
        "moves": [{"move": one, "url": reverse(PAGES[one.step].url, args=[reference])} for one in moves],
        "late": late_on(application),
        "upheld": upheld_on(application),
        "may_uphold": may_uphold(application, request.user),
        "may_declare": may_declare(application, request.user),
        "stuck": selectors.stuck_among([decision.pk]).get(decision.pk),
        "rulings": _rulings_for(decision, request.user),
        "said": selectors.needs_of(decision, request.user),
        "undeclared": any(one.undeclared for one in moves),
        "money": selectors.money_of(decision, entries_open_to(request.user)),
        "leaves_out": leaves_out(request.user),
        "merits": selectors.merits_of(decision, request.user),
        "ineligibility": selectors.ineligibility_of(decision),
        "concurrences": decision.concurrences.counted().select_related("agreement__partner", "by").longest_wait_first(),
        **_written(decision),
        "may_edit": may_edit_reasons(decision, request.user) and not reasons_can_change(decision),
        "letter": letter,
        "letter_tag": status_of(letter) if letter else None,
        "why_failed": why_failed(letter) if letter and letter.state == LetterState.FAILED else "",
        "may_retry": letter is not None and bool(allowed(letter, request.user, Letter.retry)),
        "granted": decision.state in ONCE_ISSUED and decision.kind in FUNDED,
        "is_void": decision.state == DecisionState.VOID,
        "earlier": selectors.others_of(decision),
        "returns": selectors.returns_of(decision),
    }
    return render(request, "decisions/file.html", context)


def _written(decision: Decision) -> dict[str, object]:
    """The reasons in each language of the letter, for every page on which one decides on them."""
    return {
        "reasons": [
            (language, getattr(decision, f"reasons_{language}")) for language in subject_of(decision).languages
        ],
        "untranslated": selectors.untranslated(decision),
        "reasons_are_open": reasons_can_change(decision) is None,
    }


def _rulings_for(decision: Decision, user: User) -> list[tuple[str | Promise, str]]:
    """What comes before the next step and `user` may rule on: what it is, and its page."""
    if decision.state not in OPEN:
        return []
    return [
        (turn.row.act, RULE(decision.application.number, one.user.public_id).url)
        for one, turn in ((one, turn_of(one)) for one in selectors.rulings_on(decision))
        if turn is not ReviewTurn.RETURN and user in rulers_on(one)
    ]


def _told(step: Step) -> dict[str, object]:
    """A step as a line of the timeline; a void one says so."""
    what = capfirst(step.title)
    if step.voided_at is not None and step.kind != StepKind.SENT_BACK:
        what = _("%(step)s (void: the decision was sent back)") % {"step": what}
    return {"what": what, "at": step.at, "who": step.by.full_name, "note": step.note}


@dataclass(frozen=True)
class StepPage:
    """The confirm page of a step of the chain: the name of its address, what it says, and what it says when done."""

    url: str
    title: Promise
    button: Promise
    done: Promise


PAGES: dict[MoveOf[Decision], StepPage] = {
    Decision.endorse: StepPage(
        "decision-endorse",
        gettext_lazy("Endorse this decision"),
        gettext_lazy("Endorse"),
        gettext_lazy("The decision is endorsed. Those who may approve it have been notified."),
    ),
    Decision.approve: StepPage(
        "decision-approve",
        gettext_lazy("Approve this decision"),
        gettext_lazy("Approve"),
        gettext_lazy("The decision is approved."),
    ),
    Decision.issue: StepPage(
        "decision-issue",
        gettext_lazy("Issue this decision"),
        gettext_lazy("Issue and send the letter"),
        gettext_lazy("The decision is issued. Its letter is being made and will be sent by itself."),
    ),
    Decision.send_back: StepPage(
        "decision-send-back",
        gettext_lazy("Send this decision back"),
        gettext_lazy("Send back"),
        gettext_lazy("The decision is sent back."),
    ),
}


@login_required
@require_http_methods(["GET", "POST"])
def act(request: PersonRequest, reference: str, step: MoveOf[Decision]) -> HttpResponse:
    """One step of the chain, behind a page that says what it does. A refusal is said on that page."""
    page, name = PAGES[step], step.__name__
    decision = decision_of(request, reference, read=ReadOne.step(name))
    form = _form(step, decision, request.POST if request.method == "POST" else None)
    if step is Decision.issue and decision.state == DecisionState.ISSUED:
        # A second click: nothing more happens, unless it is forbidden.
        services.issue(decision, by=request.user, edition=selectors.edition_of(decision))
        return redirect("decision-file", reference)
    move = next(iter(allowed(decision, request.user, step)), None)
    if move is None and (request.method == "GET" or not form.is_valid()):
        refusals_to(decision, step, by=request.user)  # raises the sentence of the rule
    refusals, changed = list(move.sentences) if move else [], False
    approved = request.method == "POST" and decision.steps.counted().exists()
    if request.method == "POST" and form.is_valid():
        try:
            _attempt(step, decision, request.user, form, edition=selectors.Edition(request.POST.get("edition", "")))
        except services.DecisionOvertaken as problem:
            changed, refusals = move is not None, _said(problem) if move else _said_of(step, decision, request.user)
        except WrongMoment as problem:
            refusals = _said(problem)
        else:
            messages.success(request, _done(step, page, decision, approved=approved))
            return redirect("decision-file", reference)
    ways = selectors.ways_of(decision) if step is Decision.send_back else ()
    context = {
        "application": decision.application,
        "decision": decision,
        "funded": decision.kind in FUNDED,
        "kind": DecisionKind(decision.kind).row.tag,
        "step": name,
        "from_start": ReturnTo.START in ways,
        "further": len(ways) > 1,
        "title": page.title,
        "button": page.button,
        "form": form,
        "refusals": refusals,
        "changed": changed,
        "late": late_on(decision.application),
        "upheld": upheld_on(decision.application),
        "may_uphold": may_uphold(decision.application, request.user),
        "returns": selectors.returns_of(decision),
        "timeline": [_told(one) for one in decision.steps.counted().select_related("by").latest_first()],
        "edition": selectors.edition_of(decision),
        "undeclared": bool(move and move.undeclared),
        "money": selectors.money_of(decision, entries_open_to(request.user)),
        "leaves_out": leaves_out(request.user),
        "merits": selectors.merits_of(decision, request.user),
        "ineligibility": selectors.ineligibility_of(decision),
        **_written(decision),
        "partners": [one.partner.name for one in agreements_to_concur(decision)] if step is Decision.approve else [],
    }
    status = 409 if refusals and request.method == "POST" else 200
    return render(request, "decisions/act.html", context, status=status)


def _done(step: MoveOf[Decision], page: StepPage, decision: Decision, *, approved: bool) -> str:
    """What is said once the step is made: when there is nobody to take the next one, that too. `approved`: somebody had
    acted on it before."""
    done = str(page.done)
    if step is Decision.send_back and approved:
        done = _("The decision is sent back. Earlier approvals no longer count.")
    if not selectors.stuck_among([decision.pk]):
        return done
    if step is Decision.endorse:
        done = _("The decision is endorsed.")
    return f"{done} {_('There is nobody to take its next step today: the programme officers have been notified.')}"


def _said(problem: WrongMoment) -> list[str]:
    return [str(refusal.message) for refusal in problem.refusals]


def _said_of(step: MoveOf[Decision], decision: Decision, user: User) -> list[str]:
    """What stands in the way of a step that the decision, as it is now, does not wait for."""
    try:
        refused = refusals_to(decision, step, by=user)
    except WrongMoment as problem:
        return _said(problem)
    return [str(refusal.message) for refusal in refused]


def _form(step: MoveOf[Decision], decision: Decision, data: QueryDict | None) -> SendBackForm | NoteForm:
    if step is Decision.send_back:
        return SendBackForm(data, ways=selectors.ways_of(decision))
    return NoteForm(data)


def _attempt(
    step: MoveOf[Decision], decision: Decision, user: User, form: SendBackForm | NoteForm, *, edition: selectors.Edition
) -> None:
    """`edition`: of the decision that the page showed, "" where it does not say: then it is read again."""
    given = form.cleaned_data
    if step is Decision.endorse:
        services.endorse(decision, by=user, note=given["note"], edition=edition)
    elif step is Decision.approve:
        services.approve(decision, by=user, note=given["note"], edition=edition)
    elif step is Decision.issue:
        services.issue(decision, by=user, edition=edition)
    else:
        to = ReturnTo(given.get("to") or ReturnTo.START)
        services.send_back(decision, by=user, reason=given["reason"], to=to, edition=edition)


@login_required
@require_http_methods(["GET", "POST"])
def reasons(request: PersonRequest, reference: str) -> HttpResponse:
    """The reasons that the letter gives, in each of its languages. Endorsed meanwhile, or written by somebody else,
    what was typed stays on the page."""
    decision = decision_of(request, reference, read=Read.REASONS)
    if not may_edit_reasons(decision, request.user):
        raise PermissionDenied(services.chain.WHO_EDITS)
    languages = subject_of(decision).languages
    initial = {name: getattr(decision, name) for name in ("reasons_fr", "reasons_en", "version")}
    form = ReasonsForm(request.POST or None, initial=initial, languages=languages)
    refusal = reasons_can_change(decision)
    if request.method == "POST" and form.is_valid() and not refusal:
        try:
            services.edit_reasons(decision, by=request.user, **form.cleaned_data)
        except WrongMoment as problem:
            refusal = problem.refusals[0]
        except Overtaken as problem:
            form.overtaken(problem, reader=request.user)
        else:
            messages.success(request, _("The reasons are saved."))
            return redirect("decision-file", reference)
    context = {
        "application": decision.application,
        "decision": decision,
        "form": form,
        "refusal": refusal,
        "untranslated": selectors.untranslated(decision),
        "reasons_are_open": refusal is None,
    }
    status = 409 if form.meanwhile or (refusal and request.method == "POST") else 200
    return render(request, "decisions/reasons.html", context, status=status)


@login_required
@require_safe
def preview(request: PersonRequest, reference: str, language: str = "") -> HttpResponse:
    """The letter as it would leave now; once issued, as it left. One tab a language."""
    decision = decision_of(request, reference, read=Read.LETTER)
    letter = decision.letter
    subject = subject_of(decision)
    languages = subject.languages
    language = language or languages[0]
    if language not in languages:
        raise Http404
    context = {
        "application": decision.application,
        "decision": decision,
        "letter": letter,
        "lacking": [] if letter else [found.words for found in sheets.empty_fields(subject)],
        "tabs": [
            {
                "label": sheets.LANGUAGE_NAMES[code],
                "url": reverse("decision-preview-language", args=[reference, code]),
                "current": code == language,
            }
            for code in languages
        ],
        "sheet": letter.html if letter else sheets.preview(subject, language) if subject.template else "",
    }
    return render(request, "decisions/preview.html", context)
