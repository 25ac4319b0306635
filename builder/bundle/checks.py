"""A bundle, read whole: everything wrong in it, each with its line."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from builder.bundle import parts, standings
from builder.bundle.source import read_yaml
from programs import policy
from programs.rubric import Rubric, read_rubric
from questions.constants import Path, Problem
from questions.schema import Form, check_form, read_form
from questions.schema.reading import Reader
from questions.schema.standing import done

VERSION = 1


class BundleRefused(Exception):
    """The bundle is refused whole. `problems` say where and why, in the order of the file."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


@dataclass
class Bundle:
    """A bundle as read: `data` as written (None when the YAML itself is refused), and its parts."""

    data: dict[str, object] | None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    partners: tuple[parts.PartnerPart, ...] = ()
    agreements: tuple[parts.AgreementPart, ...] = ()
    program: parts.ProgramPart | None = None
    call: parts.CallPart | None = None
    form: Form | None = None
    rubric: Rubric | None = None
    aid: dict[str, object] | None = None
    letters: tuple[parts.LetterPart, ...] = ()

    @property
    def rules(self) -> dict[str, object]:
        """The definition that a `Rules` version keeps: the rule keys of the file, with the aid as it is computed."""
        data = self.data or {}
        return {key: data[key] for key in policy.KEYS if key in data} | {"aid": self.aid}

    def at(self, path: Path, message: str) -> Problem:
        """A problem at a place of this file, with its line."""
        return Problem(path, message, self.line_of(path))

    def line_of(self, path: Path) -> int:
        """The line of a place of this file, or of what it stands in; 1 when no line is known."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_bundle(text: str | bytes) -> Bundle:
    """Reads everything, whatever is wrong; `problems` is empty only when the bundle may be imported."""
    data, lines, problems = read_yaml(text)
    return read_data(data, lines) if data is not None else Bundle(None, lines, problems)


def read_data(data: dict[str, object], lines: dict[Path, int] | None = None) -> Bundle:
    """The same, from plain data that come from elsewhere than a file; without `lines` every problem is on line 1."""
    bundle = Bundle(data, lines or {})
    located = [
        problem if problem.line is not None else replace(problem, line=bundle.line_of(problem.path))
        for problem in _read_parts(bundle, Reader(data))
    ]
    bundle.problems = sorted(dict.fromkeys(located), key=lambda problem: problem.line or 1)
    return bundle


def check_bundle(bundle: Bundle | str | bytes) -> list[Problem]:
    """Everything wrong in a bundle (or in its text), in the order of the file, in the reader's language."""
    return (bundle if isinstance(bundle, Bundle) else read_bundle(bundle)).problems


def _read_parts(bundle: Bundle, top: Reader) -> list[Problem]:
    version = top.integer("passerelle")
    if version is not None and version != VERSION:
        top.problem(
            _("This file is of version %(version)s; version 1 is read here.") % {"version": version}, "passerelle"
        )
    bundle.partners = tuple(parts.read_partner(child) for child in top.children("partners", at_least=1))
    _once(top, "partners", "short_name", [part.short_name for part in bundle.partners])
    names = {part.short_name for part in bundle.partners}
    bundle.agreements = tuple(parts.read_agreement(child, names) for child in top.children("agreements", at_least=1))
    _once(top, "agreements", "reference", [part.reference for part in bundle.agreements])
    references = {part.reference for part in bundle.agreements}
    program = top.child("programme")
    if program:
        bundle.program = parts.read_program(program, references)
    call = top.child("call")
    if call:
        bundle.call = parts.read_call(call, bundle.agreements)
    form = _read_form(bundle, top)
    rubric = _read_rubric(bundle, top, form)
    _read_rules(bundle, top, form, rubric)
    letters = top.child("letters")
    if letters:
        bundle.letters = parts.read_letters(letters)
    done(top, standings.BUNDLE)
    return top.problems


def _once(top: Reader, part: str, key: str, values: list[str]) -> None:
    for index, value in enumerate(values):
        if value and value in values[:index]:
            top.problem(_("“%(value)s” is written twice.") % {"value": value}, part, index, key)


def _read_form(bundle: Bundle, top: Reader) -> Form:
    form = Form()
    if top.child("form"):
        form, _problems = read_form(top.node["form"], path=("form",))
        top.problems += check_form(top.node["form"], path=("form",))
    bundle.form = form
    return form


def _read_rubric(bundle: Bundle, top: Reader, form: Form) -> Rubric:
    keys = {question.key for question in form.questions}
    rubric = Rubric()
    if top.child("rubric"):
        rubric, problems = read_rubric(top.node["rubric"], questions=keys, path=("rubric",))
        top.problems += problems
    bundle.rubric = rubric
    return rubric


def _read_rules(bundle: Bundle, top: Reader, form: Form, rubric: Rubric) -> None:
    """The parts that a `Rules` version keeps."""
    criteria = tuple(criterion.key for criterion in rubric.criteria)
    bundle.aid = policy.read_rules(top, form=form, criteria=criteria)
    if bundle.aid:
        _check_window(bundle.aid, bundle.agreements, top)


def _check_window(aid: Mapping[str, object], agreements: Collection[parts.AgreementPart], top: Reader) -> None:
    """No cost after the last agreement ends can be paid from it."""
    window = aid.get("window")
    until = window.get("until") if isinstance(window, dict) else None
    ends = [part.terms["ends_on"] for part in agreements if part.terms["ends_on"]]
    if until and ends and until > max(ends).isoformat():
        top.problem(
            _("Costs until %(day)s come after the agreement ends, on %(end)s.") % {"day": until, "end": max(ends)},
            "aid",
            "window",
            "until",
        )


def check_rules(definition: Mapping[str, object], form: Form, rubric: Rubric) -> list[Problem]:
    """What is wrong in a stored `Rules.definition`, which keeps the aid as it is computed."""
    data = dict(definition)
    aid = data.get("aid")
    data["aid"] = policy.aid_as_written(aid if isinstance(aid, dict) else {})
    top = Reader(data)
    _read_rules(Bundle(data), top, form, rubric)
    top.done()
    return top.problems
