"""What the screening officer checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from questions.schema.definition import NOTHING
from questions.schema.reading import Reader
from questions.schema.standing import Decides, Obeyed, Refused, done, rule
from work.texts import Said, Text

CHECKLIST = Obeyed(
    "applications.findings:checklist_of",
    "tests/applications/test_screening.py::test_the_checklist_is_that_of_the_rules_with_what_the_system_found",
)


class AutomaticCheck(TextChoices):
    """Where an item's finding can come from by itself; the rest is for the officer's eyes."""

    ELIGIBILITY = "eligibility", gettext_lazy("the eligibility questions")
    DATES = "dates", gettext_lazy("the dates of the project")
    AMOUNTS = "amounts", gettext_lazy("the amounts")
    ATTESTATIONS = "attestations", gettext_lazy("the attestations")
    SPONSOR = "sponsor", gettext_lazy("the sponsor")
    DUPLICATES = "duplicates", gettext_lazy("the other applications of the organisation")
    EXCLUSION_LIST = "exclusion_list", gettext_lazy("the exclusion list")


@dataclass(frozen=True)
class ChecklistItem:
    REFUSED: ClassVar[Mapping[str, Refused]] = {}

    key: str = field(metadata=rule(CHECKLIST, Decides.ELIGIBILITY))
    label: Text = field(metadata=rule(CHECKLIST, Decides.ELIGIBILITY))
    help: Text = field(default=NOTHING, metadata=rule(CHECKLIST, Decides.ELIGIBILITY))
    automatic: AutomaticCheck | None = field(default=None, metadata=rule(CHECKLIST, Decides.ELIGIBILITY))

    def to_definition(self) -> dict:
        out = {"key": self.key, "label": self.label.as_dict()}
        if self.help:
            out["help"] = self.help.as_dict()
        if self.automatic:
            out["automatic"] = str(self.automatic)
        return out

    def said(self) -> Said:
        """What is checked, how, and where the system's own finding comes from."""
        finding = _("The system looks at: %(what)s.") % {"what": self.automatic.label} if self.automatic else ""
        parts = [part for part in (str(self.help), finding) if part]
        return Said(str(self.label), " ".join(parts) or _("The screening officer checks it."))


@dataclass(frozen=True)
class ScreeningRules:
    """The checklist of every file, in order."""

    REFUSED: ClassVar[Mapping[str, Refused]] = {}

    items: tuple[ChecklistItem, ...] = ()

    def item(self, key: str) -> ChecklistItem | None:
        return next((item for item in self.items if item.key == key), None)

    @property
    def keys(self) -> list[str]:
        return [item.key for item in self.items]

    @property
    def wants_sponsor(self) -> bool:
        """Whether a sponsor must confirm: one of the items looks for it."""
        return any(item.automatic == AutomaticCheck.SPONSOR for item in self.items)

    def said(self) -> list[Said]:
        return [item.said() for item in self.items]

    def to_definition(self) -> list:
        return [item.to_definition() for item in self.items]


def read_checklist(top: Reader) -> ScreeningRules:
    """The items under `checklist`: a key, a label and, where one exists, the automatic finding behind it."""
    readers = top.children("checklist", at_least=1, at_most=60)
    items = tuple(_item(child) for child in readers)
    top.unique(readers, [item.key for item in items])
    return ScreeningRules(items)


def _item(reader: Reader) -> ChecklistItem:
    key = reader.key()
    label, help_text = reader.text("label", max_length=500), reader.text("help", required=False)
    automatic = reader.choice("automatic", AutomaticCheck, required=False)
    done(reader, ChecklistItem)
    return ChecklistItem(key, label, help_text, AutomaticCheck(automatic) if automatic else None)
