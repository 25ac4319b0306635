"""The two-minute check: a few questions before any account, each of which may refuse with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from questions import conditions
from questions.constants import QuestionType
from questions.schema.checks import check_condition
from questions.schema.definition import Question, read_condition, read_question
from questions.schema.reading import Reader
from questions.schema.standing import Decides, Obeyed, Refused, done, rule, said
from questions.schema.writing import question_as_written
from work.money import format_money, format_percent
from work.numbers import write_number
from work.texts import Said, Text

CHECK = Obeyed(
    "applications.checks:eligibility_check",
    "tests/programs/test_policy.py::test_check_reads_no_answer_of_a_question_that_is_hidden",
)


@dataclass(frozen=True)
class EligibilityQuestion:
    """A question of the two-minute check. `eligible_when` must hold once it is answered, or `refusal` is said."""

    REFUSED: ClassVar[Mapping[str, Refused]] = {}

    question: Question = field(metadata=rule(CHECK, Decides.ELIGIBILITY))
    eligible_when: conditions.Node | None = field(metadata=rule(CHECK, Decides.ELIGIBILITY))
    refusal: Text = field(metadata=rule(CHECK, Decides.ELIGIBILITY))

    def to_definition(self) -> dict:
        out = question_as_written(self.question)
        if self.eligible_when is not None:
            out["eligible_when"] = conditions.to_text(self.eligible_when)
        return out | ({"refusal": self.refusal.as_dict()} if self.refusal else {})

    def said(self, asked: _Asked) -> Said:
        """What is asked, and of whom; the answer that must be given, and what is said where it is not."""
        words = []
        if self.question.shown_when is not None:
            when = conditions.in_words(self.question.shown_when, asked)
            words.append(_("Asked only where: %(condition)s.") % {"condition": when})
        if self.eligible_when is None:
            words.append(_("Refuses nobody."))
        else:
            answer = conditions.in_words(self.eligible_when, asked, own=self.question.key)
            words.append(_("Required answer: %(answer)s.") % {"answer": answer})
            words.append(_("Otherwise: “%(refusal)s”") % {"refusal": self.refusal})
        return Said(str(self.question.label), " ".join(words))


@dataclass(frozen=True)
class _Asked:
    """The questions of the check, for the sentences of their conditions."""

    questions: Mapping[str, Question]

    def name(self, key: str) -> str:
        question = self.questions.get(key)
        return str(question.label) if question else key

    def answer(self, key: str, value: object) -> str:
        language, question = get_language() or "fr", self.questions.get(key)
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if not isinstance(value, Decimal):
            return question.label_of(value) if question else str(value)
        if question and question.type == QuestionType.MONEY:
            return format_money(value, language)
        if question and question.type == QuestionType.PERCENT:
            return format_percent(value, language)
        return write_number(value)


@dataclass(frozen=True)
class Eligibility:
    REFUSED: ClassVar[Mapping[str, Refused]] = {}

    questions: tuple[EligibilityQuestion, ...]
    contact: Text = field(
        metadata=rule(
            Obeyed(
                "applications.views.catalogue:eligibility",
                "tests/applications/test_pages.py::test_check_says_why_one_cannot_apply",
            ),
            Decides.DELAYS,
        )
    )

    def said(self) -> list[Said]:
        """Every question of the check, and whom to call."""
        contact = said(self, "contact", name=_("Whom to call"), words=str(self.contact))
        asked = _Asked({item.question.key: item.question for item in self.questions})
        return [*(item.said(asked) for item in self.questions), contact]

    def to_definition(self) -> dict:
        return {"contact": self.contact.as_dict(), "questions": [item.to_definition() for item in self.questions]}

    def shown(self, answers: Mapping[str, object]) -> list[EligibilityQuestion]:
        """The questions to ask, given the answers so far; a hidden one counts as not answered."""
        return self._walk(answers)[0]

    def _walk(self, answers: Mapping[str, object]) -> tuple[list[EligibilityQuestion], dict[str, object]]:
        shown: list[EligibilityQuestion] = []
        effective: dict[str, object] = {}
        for item in self.questions:
            condition = item.question.shown_when
            if condition is None or conditions.evaluate(condition, effective):
                shown.append(item)
                effective[item.question.key] = answers.get(item.question.key)
        return shown, effective

    def refusals(self, answers: Mapping[str, object]) -> list[EligibilityQuestion]:
        """The questions whose answer refuses the organisation. An unanswered one refuses nobody."""
        shown, effective = self._walk(answers)
        return [
            item
            for item in shown
            if item.eligible_when is not None
            and conditions.is_answered(effective.get(item.question.key))
            and not conditions.evaluate(item.eligible_when, effective)
        ]

    def is_complete(self, answers: Mapping[str, object]) -> bool:
        shown, effective = self._walk(answers)
        return all(
            conditions.is_answered(effective.get(item.question.key)) for item in shown if item.question.is_answerable
        )


def read_eligibility(reader: Reader) -> Eligibility:
    """The check under `eligibility`: a condition reads earlier answers only, and what refuses says why."""
    contact = reader.text("contact", max_length=2000)
    items: list[EligibilityQuestion] = []
    known: dict[str, Question] = {}
    readers = reader.children("questions", at_least=1, at_most=60)
    for child in readers:
        eligible_when = read_condition(child, "eligible_when")
        refusal = child.text("refusal", required=False, max_length=2000)
        question = read_question(child, extra=("eligible_when", "refusal"))
        if eligible_when is not None and not refusal:
            child.problem(_("Say why the organisation cannot apply: “refusal” is missing."), "refusal")
        for name, tree, readable in (
            ("shown_when", question.shown_when, dict(known)),
            ("eligible_when", eligible_when, known | {question.key: question}),
        ):
            every = {item.question.key for item in items} | set(readable) | _written(readers)
            reader.problems += check_condition(tree, (*child.path, name), readable, every)
        known[question.key] = question
        items.append(EligibilityQuestion(question, eligible_when, refusal))
    reader.unique(readers, [item.question.key for item in items])
    done(reader, Eligibility)
    return Eligibility(tuple(items), contact)


def _written(readers: list[Reader]) -> set[str]:
    """Every key as it is written, further down too, so that a forward condition is called one."""
    keys = [child.node.get("key") for child in readers]
    return {key for key in keys if isinstance(key, str)}
