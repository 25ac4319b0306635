"""What the screening officer checks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from questions.schema.definition import NOTHING
from questions.schema.reading import Reader
from work.texts import Text


class AutomaticCheck(StrEnum):
    """Where an item's finding can come from by itself; the rest is for the officer's eyes."""

    ELIGIBILITY = "eligibility"
    DATES = "dates"
    AMOUNTS = "amounts"
    ATTESTATIONS = "attestations"
    SPONSOR = "sponsor"
    DUPLICATES = "duplicates"
    EXCLUSION_LIST = "exclusion_list"


@dataclass(frozen=True)
class ChecklistItem:
    key: str
    label: Text
    help: Text = NOTHING
    automatic: AutomaticCheck | None = None

    def to_definition(self) -> dict:
        out = {"key": self.key, "label": self.label.as_dict()}
        if self.help:
            out["help"] = self.help.as_dict()
        if self.automatic:
            out["automatic"] = str(self.automatic)
        return out


@dataclass(frozen=True)
class ScreeningRules:
    """The checklist of every file, in order."""

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
    reader.done()
    return ChecklistItem(key, label, help_text, AutomaticCheck(automatic) if automatic else None)
