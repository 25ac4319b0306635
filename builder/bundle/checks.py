"""A bundle, read whole: everything wrong in it, each with its line."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from builder.bundle import parts
from builder.bundle.source import read_yaml
from programs import policy
from programs.rubric import Rubric, read_rubric
from questions.constants import Problem
from questions.schema import Form, check_form, read_form
from questions.schema.reading import Reader

VERSION = 1


class BundleRefused(Exception):
    """The bundle is refused whole. `problems` say where and why, in the order of the file."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


@dataclass
class Bundle:
    """A bundle as read: `data` as written (None when the YAML itself is refused), and its parts."""

    data: dict | None
    lines: dict[tuple, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    partners: tuple[parts.PartnerPart, ...] = ()
    agreements: tuple[parts.AgreementPart, ...] = ()
    program: parts.ProgramPart | None = None
    call: parts.CallPart | None = None
    form: Form | None = None
    rubric: Rubric | None = None
    aid: dict | None = None
    letters: tuple[parts.LetterPart, ...] = ()

    @property
    def rules(self) -> dict:
        """The definition that a `Rules` version keeps: the rule keys of the file, with the aid as it is computed."""
        kept = {key: self.data[key] for key in policy.KEYS if key in self.data}
        return kept | {"aid": self.aid}

    def at(self, path: tuple, message: str) -> Problem:
        """A problem at a place of this file, with its line."""
        return Problem(tuple(path), str(message), self._line(tuple(path)))

    def _line(self, path):
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_bundle(text: str | bytes) -> Bundle:
    """Reads everything, whatever is wrong; `problems` is empty only when the bundle may be imported."""
    data, lines, problems = read_yaml(text)
    return read_data(data, lines) if data is not None else Bundle(None, lines, problems)


def read_data(data: dict, lines: dict[tuple, int] | None = None) -> Bundle:
    """The same, from plain data that come from elsewhere than a file; without `lines` every problem is on line 1."""
    bundle = Bundle(data, lines or {})
    located = [
        problem if problem.line is not None else replace(problem, line=bundle._line(problem.path))
        for problem in _read_parts(bundle, Reader(data))
    ]
    bundle.problems = sorted(dict.fromkeys(located), key=lambda problem: problem.line)
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
    for key, read in (
        ("programme", lambda child: setattr(bundle, "program", parts.read_program(child, references))),
        ("call", lambda child: setattr(bundle, "call", parts.read_call(child, list(bundle.agreements)))),
    ):
        child = top.child(key)
        if child:
            read(child)
    _read_form_and_rubric(bundle, top)
    _read_rules(bundle, top)
    letters = top.child("letters")
    if letters:
        bundle.letters = parts.read_letters(letters)
    top.done()
    return top.problems


def _once(top: Reader, part: str, key: str, values: list[str]) -> None:
    for index, value in enumerate(values):
        if value and value in values[:index]:
            top.problem(_("“%(value)s” is written twice.") % {"value": value}, part, index, key)


def _read_form_and_rubric(bundle: Bundle, top: Reader) -> None:
    bundle.form = Form()
    if top.child("form"):
        bundle.form, _problems = read_form(top.node["form"], path=("form",))
        top.problems += check_form(top.node["form"], path=("form",))
    keys = {question.key for question in bundle.form.questions}
    bundle.rubric = Rubric()
    if top.child("rubric"):
        bundle.rubric, problems = read_rubric(top.node["rubric"], questions=keys, path=("rubric",))
        top.problems += problems


def _read_rules(bundle: Bundle, top: Reader) -> None:
    """The parts that a `Rules` version keeps."""
    criteria = tuple(criterion.key for criterion in bundle.rubric.criteria)
    bundle.aid = policy.read_rules(top, form=bundle.form, criteria=criteria)
    if bundle.aid:
        _check_window(bundle, top)


def _check_window(bundle: Bundle, top: Reader) -> None:
    """No cost after the last agreement ends can be paid from it."""
    until = (bundle.aid.get("window") or {}).get("until")
    ends = [part.terms["ends_on"] for part in bundle.agreements if part.terms["ends_on"]]
    if until and ends and until > max(ends).isoformat():
        top.problem(
            _("Costs until %(day)s come after the agreement ends, on %(end)s.") % {"day": until, "end": max(ends)},
            "aid",
            "window",
            "until",
        )


def check_rules(definition: dict, form: Form, rubric: Rubric) -> list[Problem]:
    """What is wrong in a stored `Rules.definition`, which keeps the aid as it is computed."""
    data = dict(definition)
    data["aid"] = policy.aid_as_written(data.get("aid") or {})
    top = Reader(data)
    bundle = Bundle(data, form=form, rubric=rubric)
    _read_rules(bundle, top)
    top.done()
    return top.problems
