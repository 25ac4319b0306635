"""A programme as one file, in and out; its letters; and the page that publishes its call."""

import difflib
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import PersonRequest
from builder.bundle import BundleRefused
from builder.checks import Finding, Lacks, publication_findings
from builder.exports import export_bundle, stamp_of, stamped
from builder.forms import BundleForm, PromisesForm
from builder.pages import ENVELOPES, IMPORT, PEOPLE
from builder.services import BundleOvertaken, import_bundle, record_export
from funding.access import leaves_out
from letters import fields
from letters.selectors import templates_of
from letters.states import LetterKind
from moves.machine import refusals as refusals_to
from moves.refusals import Forbidden, WrongMoment
from programs.models import Call, Program
from programs.pages import PROGRAM_TABS
from programs.rules import PROBLEMS, is_call_officer, may_import
from programs.selectors import promised_by, promises_in_words
from programs.services.calls import publish_call
from work import clock

LANGUAGES = (("fr", "Français"), ("en", "English"))


def of_staff(request: PersonRequest, slug: str) -> Program:
    """The programme, when this person reads it as staff; else 404."""
    return get_object_or_404(
        Program.objects.of_staff(request.user).select_related("cluster", "working_group"), slug=slug
    )


def managed(request: PersonRequest, public_id: UUID) -> Call:
    """The call, for its officers; 404 for who cannot read it, 403 for who only reads it."""
    calls = Call.objects.of_staff(request.user).select_related("program__cluster", "form", "rubric", "rules")
    call = get_object_or_404(calls, public_id=public_id)
    if not is_call_officer(call, request.user):
        raise Forbidden(_("Only an officer of the programme does this."))
    return call


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def import_one(request: PersonRequest) -> HttpResponse:
    """A bundle comes in whole, or is refused whole with each line and its reason; its text stays in the page."""
    if not may_import(request.user):
        raise Forbidden(_("Only a programme officer imports a programme."))
    form = BundleForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    context: dict[str, object] = {"form": form, "problems": []}
    if request.method != "POST" or not form.is_valid():
        return render(request, "builder/import.html", context, status=422 if form.errors else 200)
    content = form.content()
    try:
        version = form.cleaned_data["version"] or stamp_of(content)
        program = import_bundle(content, by=request.user, version=version)
    except BundleOvertaken as problem:
        text = content.decode("utf-8", "replace") if isinstance(content, bytes) else content
        context["overtaken"] = problem
        context["pieces"] = pieces_of(problem.before, problem.after)
        context["form"] = BundleForm(initial={"text": text, "version": problem.version})
        return render(request, "builder/import.html", context, status=409)
    except BundleRefused as refused:
        text = content.decode("utf-8", "replace") if isinstance(content, bytes) else content
        lines = text.splitlines()
        context["problems"] = [
            {
                "line": problem.line,
                "where": problem.where,
                "message": problem.message,
                "text": lines[problem.line - 1].strip()[:160] if problem.line and problem.line <= len(lines) else "",
            }
            for problem in refused.problems
        ]
        context["form"] = BundleForm(initial={"text": text[:1_100_000]})
        return render(request, "builder/import.html", context, status=422)
    messages.success(request, _("The programme “%(name)s” was imported.") % {"name": program.name})
    return redirect("program-details", program.slug)


def pieces_of(before: str, after: str) -> list[dict[str, str]]:
    """Where two bundles differ, each place with its lines in both."""
    old, new = before.splitlines(), after.splitlines()
    changes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [
        {"before": "\n".join(old[a:b]), "after": "\n".join(new[c:d])} for kind, a, b, c, d in changes if kind != "equal"
    ]


@require_safe
@login_required
@never_cache
def export(request: PersonRequest, slug: str) -> HttpResponse:
    """The programme as one YAML file, as its latest call has it."""
    program = of_staff(request, slug)
    call = program.calls.latest_first().first()
    if call is None:
        messages.error(request, _("This programme has no call yet: there is nothing to export."))
        return redirect("program-details", slug)
    record_export(program, by=request.user)
    response = HttpResponse(stamped(export_bundle(program, call=call)), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{program.slug}.yaml"'
    return response


@require_safe
@login_required
@never_cache
def letters(request: PersonRequest, slug: str) -> HttpResponse:
    """Each letter filled with the examples of its fields, in both languages."""
    program = of_staff(request, slug)
    kinds, known = [], fields.known()
    templates = templates_of(program)
    for kind in LetterKind:
        letter = templates.get(kind)
        if letter is None:
            continue
        sides = []
        for code, name in LANGUAGES:
            examples = {key: getattr(field, f"example_{code}") for key, field in known.items()}
            subject = fields.fill(getattr(letter, f"subject_{code}"), examples)
            body = fields.fill(getattr(letter, f"body_{code}"), examples)
            sides.append({"code": code, "name": name, "subject": subject, "blocks": blocks_of(body)})
        used = [known[key].name for key in dict.fromkeys(fields.fields_in(letter.body_fr)) if key in known]
        kinds.append({"kind": kind, "letter": letter, "sides": sides, "fields": used})
    tabs = PROGRAM_TABS.of(program, request.user, "program-letters", program.slug)
    context = {"program": program, "tabs": tabs, "kinds": kinds}
    return render(request, "builder/letters.html", context)


def blocks_of(body: str) -> list[dict[str, str]]:
    """Paragraphs and headings, as a letter is set."""
    return [
        {"heading": part[2:].strip()} if part.startswith("##") else {"text": part}
        for part in (piece.strip() for piece in body.split("\n\n"))
        if part
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def publish(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """What the call lacks, each with where it is mended; or the rules that nothing obeys yet, and the button."""
    call = managed(request, public_id)
    findings = publication_findings(call, request.user)
    form = PromisesForm(request.POST if request.method == "POST" else None, promised=promised_by(call))
    status = 200
    try:
        found = refusals_to(call, Call.publish, by=request.user)
        refusals = [refusal for refusal in found if refusal.code != PROBLEMS]  # the page lists them
        if request.method == "POST":
            status = 409 if found else 422
            if not found and form.is_valid():
                publish_call(call, by=request.user, acknowledged=form.acknowledged())
                messages.success(request, _("The call is published. Its form, rubric and rules no longer change."))
                return redirect("call-manage", call.public_id)
    except WrongMoment as refused:
        refusals, status = list(refused.refusals), 409 if request.method == "POST" else 200
    context = {
        "call": call,
        "program": call.program,
        "findings": [(finding, address_of(finding, call.program)) for finding in findings],
        "leaves_out": any(one.lacks is Lacks.MONEY for one in findings) and leaves_out(request.user),
        "promises": promises_in_words(call),
        "form": None if findings else form,
        "refusals": refusals,
        "opened": call.opens_at is not None and call.opens_at <= clock.now(),
    }
    return render(request, "builder/publish.html", context, status=status)


def address_of(finding: Finding, program: Program) -> str:
    """The page where what is lacking is mended."""
    match finding.lacks:
        case Lacks.FILE:
            return IMPORT().url
        case Lacks.PEOPLE:
            return PEOPLE(program.slug).url
        case Lacks.MONEY:
            return ENVELOPES().url
