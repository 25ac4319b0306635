"""The parts of a form, read from its plain definition."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from questions.conditions import ConditionError, Node, parse
from questions.constants import QUESTION_TYPES, Path, Problem, QuestionType, TypeRules, ValueKind
from questions.schema import options
from questions.schema.reading import MISSING, Reader
from questions.schema.standing import Keys, Refused, done
from work.texts import Text

NOTHING = Text()
CHARACTERS = 250  # of a short text, where its form says nothing
MEGABYTES = 10  # of a document, where its form says nothing
FILE_KINDS = ("pdf", "docx", "xlsx", "pptx", "odt", "ods", "png", "jpg", "csv", "txt")
_LENGTHS: tuple[str, ...] = (
    "max_length",
    "max_words",
    "min_rows",
    "max_rows",
    "min_choices",
    "max_choices",
    "max_files",
)
_LENGTHS += ("max_megabytes", "max_months", "places")
_FLAGS = ("by_partner", "by_year", "dated", "program_account")


@dataclass(frozen=True)
class Option:
    """A choice, a budget category, a process of an assessment or a level of its scale. Only a level has a `help`."""

    KEYS: ClassVar[Keys] = options.CHOICE
    REFUSED: ClassVar[Mapping[str, Refused]] = {"help": Refused()}

    key: str
    label: Text
    help: Text = NOTHING


class Level(Option):
    KEYS: ClassVar[Keys] = {**options.CHOICE, "help": options.words(options.BOUND)}
    REFUSED: ClassVar[Mapping[str, Refused]] = {}


@dataclass(frozen=True)
class Axis:
    KEYS: ClassVar[Keys] = {
        "key": options.asked(
            "assessment:level_gains", options.TESTS + "test_the_assessment_counts_full_levels_of_each_axis"
        ),
        "label": options.words(options.BOUND),
        "processes": None,
    }
    REFUSED: ClassVar[Mapping[str, Refused]] = {}

    key: str
    label: Text
    processes: tuple[Option, ...] = ()


@dataclass(frozen=True)
class Question:
    """One question, or one column of a repeating group. `limits` holds the options of its type that are plain
    values. `type` is None where the definition names none that is known, which no published one does."""

    KEYS: ClassVar[Keys] = {**options.COMMON, **options.OPTIONS}
    REFUSED: ClassVar[Mapping[str, Refused]] = {}

    key: str
    type: QuestionType | None
    label: Text
    help: Text = NOTHING
    section: str = ""
    path: Path = ()
    required: bool = False
    required_when: Node | None = None
    shown_when: Node | None = None
    options: tuple[Option, ...] = ()
    columns: tuple[Question, ...] = ()
    axes: tuple[Axis, ...] = ()
    levels: tuple[Option, ...] = ()
    text: Text = NOTHING
    limits: dict[str, Any] = field(default_factory=dict, hash=False)

    @property
    def kind(self) -> ValueKind:
        return QUESTION_TYPES[self.type].kind if self.type else ValueKind.NONE

    @property
    def is_answerable(self) -> bool:
        return self.type != QuestionType.GUIDANCE

    @property
    def max_length(self) -> int:
        """How many characters a short text may have."""
        return self.limits.get("max_length") or CHARACTERS

    @property
    def max_megabytes(self) -> int:
        """How many megabytes each document that is joined may have."""
        return self.limits.get("max_megabytes") or MEGABYTES

    def label_of(self, key: object) -> str:
        """The label of one of the choices, in the reader's language; the key itself when there is none."""
        return next((str(option.label) for option in self.options if option.key == key), str(key or ""))


@dataclass(frozen=True)
class Section:
    KEYS: ClassVar[Keys] = {
        "key": options.obeyed(
            options.Decides.WORDS,
            "applications.views.drafting.sections:section",
            "tests/applications/test_pages.py::test_every_page_of_a_draft_opens",
        ),
        "title": options.words("applications.views.drafting.sections:section"),
        "intro": options.words("applications.views.drafting.sections:section"),
        "shown_when": options.COMMON["shown_when"],
        "questions": None,
    }
    REFUSED: ClassVar[Mapping[str, Refused]] = {}

    key: str
    title: Text
    intro: Text = NOTHING
    path: Path = ()
    shown_when: Node | None = None
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True)
class Form:
    KEYS: ClassVar[Keys] = {"sections": None}
    REFUSED: ClassVar[Mapping[str, Refused]] = {}

    sections: tuple[Section, ...] = ()

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question, guidance included, in the order of the form."""
        return tuple(question for section in self.sections for question in section.questions)

    def question(self, key: str) -> Question | None:
        return next((question for question in self.questions if question.key == key), None)

    def section(self, key: str) -> Section | None:
        return next((section for section in self.sections if section.key == key), None)

    def of_type(self, type_: QuestionType) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if question.type == type_)


def parse_form(definition: object) -> Form:
    """The form of a definition; what cannot be read in it is left out (`check_form` says what). For a published
    version nothing is."""
    return read_form(definition)[0]


def read_form(definition: object, *, path: Path = ()) -> tuple[Form, list[Problem]]:
    """The form, and what is wrong in its parts one by one. What is wrong between parts is for `check_form`."""
    top = Reader(definition, path)
    sections = [_section(reader) for reader in top.children("sections", at_least=1, at_most=60)]
    done(top, Form)
    return Form(tuple(sections)), top.problems


def _section(reader: Reader) -> Section:
    key = reader.key()
    section = Section(
        key=key,
        title=reader.text("title", max_length=200),
        intro=reader.text("intro", required=False),
        path=reader.path,
        shown_when=read_condition(reader, "shown_when"),
        questions=tuple(read_question(child, key) for child in reader.children("questions", at_least=1)),
    )
    done(reader, Section)
    return section


def read_condition(reader: Reader, key: str) -> Node | None:
    """The tree of a condition, or None where there is none or it cannot be read (noted, with its position)."""
    text = reader.string(key, required=False, max_length=1000)
    if not text:
        return None
    try:
        return parse(text)
    except ConditionError as error:
        reader.problem(str(error), key)
        return None


def read_question(reader: Reader, section: str = "", *, column: bool = False, extra: Iterable[str] = ()) -> Question:
    """One question; `column` reads a column of a repeating group, which has no conditions. `extra` names keys
    the caller reads itself."""
    key = reader.key()
    name = reader.string("type")
    type_ = QuestionType(name) if name in QuestionType else None
    rules = QUESTION_TYPES[type_] if type_ else None
    if name and rules is None:
        reader.problem(_("There is no question type “%(type)s”.") % {"type": name}, "type")
    elif rules and column and not rules.column:
        reader.problem(_("A column of a group cannot be of the type “%(type)s”.") % {"type": name}, "type")
    question = Question(
        key=key,
        type=type_,
        label=reader.text("label", max_length=500),
        help=reader.text("help", required=False),
        section=section,
        path=reader.path,
        required=reader.boolean("required", default=False),
        required_when=None if column else read_condition(reader, "required_when"),
        shown_when=None if column else read_condition(reader, "shown_when"),
        **(_of_type(reader, type_, rules) if type_ and rules else {}),
    )
    if rules is None:  # of an unknown type nothing is known: its other keys are not held against it
        reader.asked = None
    elif type_ == QuestionType.GUIDANCE and (question.required or question.required_when):
        reader.problem(_("Guidance asks nothing, so it cannot be required."), "required")
    for taken in extra:
        reader.take(taken)
    done(reader, Question, *extra)
    return question


def _of_type(reader: Reader, type_: QuestionType, rules: TypeRules) -> dict[str, Any]:
    """The options of a type, read and checked against each other."""
    for needed in rules.needs:
        if needed not in reader.node:
            reader.problem(_("“%(key)s” is missing.") % {"key": needed}, needed)
    out: dict[str, Any] = {"limits": {}}
    for name in rules.options:
        if name not in reader.node:
            continue
        if name == "options":
            out["options"] = _options(reader, "options")
        elif name == "columns":
            columns = reader.children("columns", at_least=1, at_most=20)
            out["columns"] = tuple(read_question(child, column=True) for child in columns)
            reader.unique(columns, [question.key for question in out["columns"]])
        elif name == "axes":
            out["axes"] = _axes(reader)
        elif name == "levels":
            out["levels"] = _options(reader, "levels", numbered=True)
        elif name in ("statement", "text"):
            out["text"] = reader.text(name)
        elif name == "unit":
            out["limits"]["unit"] = reader.text("unit", max_length=60)
        else:
            out["limits"][name] = _limit(reader, type_, name)
    _check_limits(reader, out["limits"])
    return out


def _limit(reader: Reader, type_: QuestionType, name: str) -> object:
    if name in _LENGTHS:
        return reader.integer(name, at_least=0 if name in ("min_rows", "min_choices", "places") else 1, at_most=20000)
    if name in _FLAGS:
        return reader.boolean(name)
    if name == "accept":
        reader.items("accept", at_least=1)
        return reader.strings("accept", choices=FILE_KINDS)
    if name == "country":
        return reader.string("country", pattern=r"[A-Z]{2}")
    if name == "starts_with":
        value = reader.take(name)
        value = str(value) if isinstance(value, int) else value
        if not isinstance(value, str) or not value.isdigit():
            reader.problem(_("Digits were expected here."), name)
            return ""
        return value
    if type_ in (QuestionType.DATE, QuestionType.PERIOD):
        return "today" if reader.node[name] == "today" else reader.day(name)
    return reader.number(name)


def _check_limits(reader: Reader, limits: dict[str, Any]) -> None:
    for low, high in (("min", "max"), ("min_rows", "max_rows"), ("min_choices", "max_choices")):
        if low not in limits or high not in limits:
            continue
        least, most = limits[low], limits[high]
        if type(least) is type(most) and isinstance(least, int | Decimal | datetime.date) and least > most:
            reader.problem(
                _("The lower limit, %(min)s, is above the upper limit, %(max)s.") % {"min": least, "max": most}, low
            )


def _options(reader: Reader, name: str, *, numbered: bool = False) -> tuple[Option, ...]:
    readers = reader.children(name, at_least=1 if not numbered else 2, at_most=300)
    out: list[Option] = []
    for child in readers:
        key = str(child.integer("key", at_least=0) or "") if numbered else child.key()
        label = child.text("label", max_length=500)
        if numbered:
            out.append(Level(key, label, child.text("help", required=False)))
        else:
            out.append(Option(key, label))
        done(child, Level if numbered else Option)
    reader.unique(readers, [option.key for option in out])
    return tuple(out)


def _axes(reader: Reader) -> tuple[Axis, ...]:
    readers = reader.children("axes", at_least=1, at_most=20)
    out, processes, readers_of_processes = [], [], []
    for child in readers:
        inner = child.children("processes", at_least=1, at_most=60)
        found = []
        for process in inner:
            found.append(Option(process.key(), process.text("label", max_length=300)))
            done(process, Option)
        out.append(Axis(child.key(), child.text("label", max_length=200), tuple(found)))
        processes += found
        readers_of_processes += inner
        done(child, Axis)
    reader.unique(readers, [axis.key for axis in out])
    reader.unique(readers_of_processes, [process.key for process in processes])
    return tuple(out)


__all__ = ["MISSING", "Axis", "Form", "Option", "Question", "Section", "parse_form", "read_form", "read_question"]
