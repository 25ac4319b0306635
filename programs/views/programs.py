"""Programmes as the staff sees them: the list, one programme tab by tab."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest
from moves.refusals import Forbidden
from programs.models import Appointment, Call, Program
from programs.models.programs import Version
from programs.pages import PROGRAM_TABS
from programs.rules import is_program_officer, is_staff, may_import
from programs.selectors import funding_of, read_once, rubric_of, rules_in_words
from questions.conditions import to_text
from questions.schema import Question, Section, parse_form
from work.texts import Tag

LANGUAGES = (("fr", "Français"), ("en", "English"))


def of_staff(request: PersonRequest, slug: str) -> Program:
    """The programme, when this person reads it as staff; else 404."""
    return get_object_or_404(
        Program.objects.of_staff(request.user).select_related("cluster", "working_group"), slug=slug
    )


def phase_of(call: Call) -> Tag:
    phase = call.phase()
    return Tag(phase.label, phase.row.staff_tag)


@require_safe
@login_required
@never_cache
def index(request: PersonRequest) -> HttpResponse:
    if not is_staff(request.user):
        raise Forbidden(_("These pages are for the staff of the cluster."))
    calls = Prefetch("calls", Call.objects.by_opening())
    programs = list(Program.objects.of_staff(request.user).by_code().prefetch_related(calls))
    context = {
        "programs": [
            {"program": program, "calls": [{"call": call, "phase": phase_of(call)} for call in program.calls.all()]}
            for program in programs
        ],
        "may_import": may_import(request.user),
    }
    return render(request, "programs/list.html", context)


def show(request: PersonRequest, program: Program, current: str, **context: object) -> HttpResponse:
    context |= {"program": program, "tabs": PROGRAM_TABS.of(program, request.user, current, program.slug)}
    return render(request, f"programs/{current.removeprefix('program-')}.html", context)


@require_safe
@login_required
@never_cache
def details(request: PersonRequest, slug: str) -> HttpResponse:
    program = of_staff(request, slug)
    calls = [{"call": call, "phase": phase_of(call)} for call in program.calls.by_opening()]
    funding, manages = funding_of(program), is_program_officer(program, request.user)
    return show(request, program, "program-details", calls=calls, funding=funding, manages=manages)


def version_of(request: PersonRequest, program: Program, kind: str) -> tuple[Call | None, Version | None]:
    """The version that a page shows: that of the call that is asked for, else of the latest; 404 for another's call.
    None before the first."""
    calls = program.calls.latest_first().select_related(kind)
    try:
        call = calls.get(public_id=UUID(asked)) if (asked := request.GET.get("call")) else calls.first()
    except (ValueError, Call.DoesNotExist):
        raise Http404 from None
    return call, getattr(call, kind, None)


@require_safe
@login_required
@never_cache
def form(request: PersonRequest, slug: str) -> HttpResponse:
    """The form read-only, every question with its two languages, its conditions and its limits."""
    program = of_staff(request, slug)
    call, version = version_of(request, program, "form")
    sections = []
    for section in read_once(version, parse_form).sections if version else ():
        sections.append(
            {
                "section": section,
                "condition": condition(section),
                "questions": [question_lines(q) for q in section.questions],
            }
        )
    return show(request, program, "program-form", call=call, version=version, sections=sections, languages=LANGUAGES)


def condition(thing: Section | Question) -> str:
    return to_text(thing.shown_when) if thing.shown_when else ""


def question_lines(question: Question) -> dict[str, object]:
    kind = question.type.label if question.type else ""
    return {
        "question": question,
        "kind": kind,
        "shown_when": condition(question),
        "required_when": to_text(question.required_when) if question.required_when else "",
        "limits": [(LIMITS[name], shown(value)) for name, value in question.limits.items() if name in LIMITS],
    }


def shown(value: object) -> object:
    if value is True:
        return _("yes")
    return ", ".join(str(v) for v in value) if isinstance(value, list | tuple) else value


LIMITS = {
    "min": gettext_lazy("At least"),
    "max": gettext_lazy("At most"),
    "max_length": gettext_lazy("Maximum characters"),
    "max_words": gettext_lazy("Maximum words"),
    "min_rows": gettext_lazy("Minimum rows"),
    "max_rows": gettext_lazy("Maximum rows"),
    "min_choices": gettext_lazy("Minimum choices"),
    "max_choices": gettext_lazy("Maximum choices"),
    "max_files": gettext_lazy("Maximum files"),
    "max_megabytes": gettext_lazy("Maximum megabytes per file"),
    "max_months": gettext_lazy("Maximum months"),
    "accept": gettext_lazy("Kinds of file"),
    "places": gettext_lazy("Maximum decimals"),
    "unit": gettext_lazy("Unit"),
    "country": gettext_lazy("Country"),
    "program_account": gettext_lazy("With its program account"),
    "starts_with": gettext_lazy("Begins with"),
    "by_partner": gettext_lazy("Each cost by partner"),
    "by_year": gettext_lazy("Each cost by fiscal year"),
    "dated": gettext_lazy("Each cost with its dates"),
}


@require_safe
@login_required
@never_cache
def rubric(request: PersonRequest, slug: str) -> HttpResponse:
    program = of_staff(request, slug)
    call, version = version_of(request, program, "rubric")
    parsed = rubric_of(call) if call and version else None
    form = read_once(call.form, parse_form) if call and call.form else None
    criteria = []
    scale = parsed.scale if parsed else ()
    for criterion in parsed.criteria if parsed else ():
        evidence = [question.label for key in criterion.evidence if form and (question := form.question(key))]
        anchors = [
            {"point": point, "text": criterion.anchors[point.value]}
            for point in scale
            if point.value in criterion.anchors
        ]
        criteria.append({"criterion": criterion, "anchors": anchors, "evidence": evidence})
    return show(request, program, "program-rubric", call=call, version=version, rubric=parsed, criteria=criteria)


@require_safe
@login_required
@never_cache
def rules(request: PersonRequest, slug: str) -> HttpResponse:
    """Every rule there is in words: those of the call's version, and those of the agreements that pay it."""
    program = of_staff(request, slug)
    call, version = version_of(request, program, "rules")
    chapters = rules_in_words(call) if call and version else []
    return show(request, program, "program-rules", call=call, version=version, chapters=chapters)


@require_safe
@login_required
@never_cache
def people(request: PersonRequest, slug: str) -> HttpResponse:
    program = of_staff(request, slug)
    appointments = Appointment.objects.held_today().on(program).by_role()
    return show(request, program, "program-people", appointments=appointments)
