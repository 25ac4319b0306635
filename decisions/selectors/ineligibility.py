"""What a decision of ineligibility stands on, and what its letter says of it in each language."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy

from accounts.models import User
from applications.models import Application
from applications.selectors.screening import marks_at
from audit.models import Entry
from audit.services import subject_of as named
from audit.states import ActorKind
from decisions.models import Decision
from decisions.states import DecisionKind
from decisions.subjects import subject_of
from programs.selectors import policy_of
from work import clock
from work.names import folded
from work.texts import Text

OPENING = gettext_lazy("Requirement not met:")
"""How a line of the reasons begins, before the name of its item."""


@dataclass(frozen=True)
class Unmet:
    """An item of the checklist that the file does not meet: what was checked, and why, as `by` wrote it."""

    label: Text
    reason: str
    by: str
    at: datetime | None

    def said(self, language: str) -> str:
        """One line of the reasons: what was checked, in `language`, as not met, and the reason as it was written."""
        label = self.label.in_language(language).rstrip(".")
        opening = Text.of(OPENING).in_language(language)
        return " ".join([*([opening, f"{label}."] if label else []), *([self.reason] if self.reason else [])])


@dataclass(frozen=True)
class Ineligibility:
    """Who found a file ineligible, when, and what it does not meet. `by`: "" where no person did."""

    by: str
    at: datetime
    items: list[Unmet]


def unmet_by(application: Application, *, at: datetime) -> list[Unmet]:
    """The items that the file did not meet at that instant, in the order in which they were found; one of which nothing
    is said, or kept, is left out. As a file is found ineligible, each mark that says so counts."""
    items = policy_of(application.call).screening.items if application.call.rules_id else ()
    labels = {item.key: item.label for item in items}
    found = []
    for mark in (one for one in marks_at(application, at) if one.passed is False):
        label = Text(mark.of.own_fr, mark.of.own_en) or labels.get(mark.of.item, Text())
        found.append(Unmet(label, mark.reason.strip(), mark.by.full_name if mark.by else "", mark.at))
    return [one for one in found if one.label or one.reason]


def ineligibility_reasons(application: Application, language: str) -> str:
    """One line an item that fails now: what was checked, in `language`, and the officer's reason as it was written."""
    return "\n".join(one.said(language) for one in unmet_by(application, at=clock.now()))


def ineligibility_of(decision: Decision) -> Ineligibility | None:
    """What a decision of ineligibility stands on, or stood on where it is void: the marks of when it was drafted. None
    for any other, and where nothing is kept of these. Its draft is the act of who found it so."""
    items = unmet_by(decision.application, at=decision.at) if decision.kind == DecisionKind.INELIGIBLE else []
    if not items:
        return None
    drafted = Entry.objects.of(*named(decision)).first()
    by = drafted.actor_id if drafted and drafted.actor_kind == ActorKind.PERSON else None
    person = User.objects.filter(pk=by).first() if by else None
    return Ineligibility(person.full_name if person else "", decision.at, items)


def untranslated(decision: Decision) -> list[str]:
    """What a person wrote in the reasons that stands there in the same words in both languages of the letter, line by
    line. What the rules give in each language, the name of an item, is not compared with it."""
    if len(subject_of(decision).languages) < 2:
        return []
    items = unmet_by(decision.application, at=decision.at) if decision.kind == DecisionKind.INELIGIBLE else []
    labels = sorted((name for one in items for name in (one.label.fr, one.label.en) if name), key=len, reverse=True)
    french, english = (
        [_written(line.strip(), labels) for line in text.splitlines()]
        for text in (decision.reasons_fr, decision.reasons_en)
    )
    said = {_words(line) for line in english}
    return [line for line in french if any(one.isalpha() for one in line) and _words(line) in said]


def _written(line: str, labels: list[str]) -> str:
    """What a person wrote in a line of the reasons: without the name of the item that begins it, unless it is all."""
    opening = Text.of(OPENING)
    named = line.removeprefix(opening.fr).removeprefix(opening.en).lstrip()
    label = next((label for label in labels if named.startswith(label)), "")
    return named.removeprefix(label).lstrip(" \u00a0:.") or named


def _words(line: str) -> str:
    return " ".join(folded(line).split())
