"""What the definitions of a call lack: its form, rubric, rules, letters and texts, in both languages."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from builder.bundle import check_rules
from builder.checks.findings import Finding, Lacks
from letters import fields
from letters.selectors import templates_of
from letters.states import LetterKind
from programs.models import Call, Program
from programs.rubric import check_rubric, parse_rubric
from questions.constants import Problem
from questions.schema import check_form, parse_form

# Every letter that a file of any call may need, whatever becomes of it.
LETTERS = (
    LetterKind.APPROVED,
    LetterKind.DECLINED,
    LetterKind.INELIGIBLE,
    LetterKind.WAITLISTED,
    LetterKind.RECONSIDERED,
    LetterKind.CANCELLED,
)


def definitions_lacking(call: Call) -> list[Finding]:
    """Faults of the form, the rubric and the rules; letters that are missing or incomplete; texts in one language."""
    problems: list[Problem] = []
    if call.form is not None and call.rubric is not None and call.rules is not None:  # else the move asks for them
        form, rubric = parse_form(call.form.definition), parse_rubric(call.rubric.definition)
        keys = {question.key for question in form.questions}
        problems += check_form(call.form.definition, path=("form",))
        problems += check_rubric(call.rubric.definition, questions=keys, path=("rubric",))
        problems += check_rules(call.rules.definition, form, rubric)
    problems += [*_letters(call.program), *_texts(call)]
    return [Finding(Lacks.FILE, problem.where, problem.message) for problem in problems]


def _letters(program: Program) -> Iterator[Problem]:
    templates = templates_of(program)
    for kind in LETTERS:
        if kind not in templates:
            yield Problem(("letters", kind.value), _("“%(key)s” is missing.") % {"key": kind.value})
    for kind, letter in templates.items():
        for name in ("subject_fr", "subject_en", "body_fr", "body_en"):
            text = getattr(letter, name)
            said = fields.check(text, kind) if text.strip() else [_("This text is missing in one language.")]
            for message in said:
                yield Problem(("letters", kind.value, name), message)


def _texts(call: Call) -> Iterator[Problem]:
    for part, thing, names in (
        ("call", call, ("name_fr", "name_en")),
        ("programme", call.program, ("name_fr", "name_en", "summary_fr", "summary_en")),
    ):
        for name in names:
            if not getattr(thing, name).strip():
                yield Problem((part, name), _("This text is missing in one language."))
