"""What keeps a call from being published."""

from __future__ import annotations

from django.utils.translation import gettext as _

from builder.bundle import check_rules
from letters import fields
from letters.selectors import templates_of
from programs.models import Call
from programs.rubric import check_rubric, parse_rubric
from questions.constants import Problem
from questions.schema import check_form, parse_form


def publication_problems(call: Call) -> list[Problem]:
    """What keeps a call from being published: faults of its form, rubric and rules, and letters that are incomplete."""
    problems: list[Problem] = []
    if call.form is None or call.rubric is None or call.rules is None:
        return problems  # the move asks for them
    form, rubric = parse_form(call.form.definition), parse_rubric(call.rubric.definition)
    keys = {question.key for question in form.questions}
    problems += check_form(call.form.definition, path=("form",))
    problems += check_rubric(call.rubric.definition, questions=keys, path=("rubric",))
    problems += check_rules(call.rules.definition, form, rubric)
    templates = templates_of(call.program)
    for kind in ("approved", "declined", "ineligible"):
        if kind not in templates:
            problems.append(Problem(("letters", kind), _("“%(key)s” is missing.") % {"key": kind}))
    for kind, letter in templates.items():
        for name in ("subject_fr", "subject_en", "body_fr", "body_en"):
            text = getattr(letter, name)
            said = fields.check(text, kind) if text.strip() else [_("This text is missing in one language.")]
            problems += [Problem(("letters", kind, name), message) for message in said]
    for name in ("name_fr", "name_en"):
        if not getattr(call, name).strip():
            problems.append(Problem(("call", name), _("This text is missing in one language.")))
    return problems
