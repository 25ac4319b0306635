"""The closed lists a form is written with: question types, kinds of value, of cost and of financing; and the two small
values every definition carries, `Text` (French and English) and `Problem` (where, on which line, what).

Pure: no Django beyond translation and TextChoices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

LANGUAGES = ("fr", "en")
Path = tuple[str | int, ...]  # where a thing is in a definition: keys and indexes from the top


@dataclass(frozen=True)
class Text:
    """A text in both languages. `str(text)` is the one of the reader, so `{{ question.label }}` is enough in a page."""

    fr: str = ""
    en: str = ""

    def __str__(self) -> str:
        return self.in_language(get_language())

    def __bool__(self) -> bool:
        return bool(self.fr or self.en)

    def in_language(self, language: str | None) -> str:
        """The text in `language` ("en", "en-ca"…); French, the original, for anything else."""
        return self.en if (language or "fr").startswith("en") else self.fr

    def as_dict(self) -> dict[str, str]:
        return {"fr": self.fr, "en": self.en}


@dataclass(frozen=True)
class Problem:
    """Something wrong in a definition. `path` holds keys and indexes from the top; `line` is known when it
    came from a file."""

    path: Path
    message: str
    line: int | None = None

    @property
    def where(self) -> str:
        """The path as people write it: `form.sections[2].questions[0].label`."""
        out = ""
        for step in self.path:
            out += f"[{step}]" if isinstance(step, int) else (f".{step}" if out else str(step))
        return out

    def __str__(self) -> str:
        place = self.where
        if self.line is not None:
            place = _("line %(line)s, %(where)s") % {"line": self.line, "where": place or "…"}
        return str(_("%(label)s: %(error)s") % {"label": place, "error": self.message}) if place else self.message


class ValueKind(TextChoices):
    """What an answer is worth in a condition."""

    NUMBER = "number", _("number")
    TEXT = "text", _("text")
    DATE = "date", _("date")
    YES_NO = "yes_no", _("yes or no")
    LIST = "list", _("list")
    NONE = "none", _("not comparable")


@dataclass(frozen=True)
class QuestionType:
    """One type of question: its name for officers, what a condition may do with it, the options it takes beyond the
    common ones, which of those are required, and whether it may be a column of a repeating group."""

    key: str
    name: str | StrPromise
    kind: ValueKind
    options: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    column: bool = True


_ALL = (
    QuestionType("short_text", _("Short text"), ValueKind.TEXT, ("max_length",)),
    QuestionType("long_text", _("Long text"), ValueKind.TEXT, ("max_words",)),
    QuestionType("integer", _("Whole number"), ValueKind.NUMBER, ("min", "max", "unit")),
    QuestionType("decimal", _("Decimal number"), ValueKind.NUMBER, ("min", "max", "places", "unit")),
    QuestionType("money", _("Amount of money"), ValueKind.NUMBER, ("min", "max")),
    QuestionType("percent", _("Percentage"), ValueKind.NUMBER, ("min", "max", "places")),
    QuestionType("date", _("Date"), ValueKind.DATE, ("min", "max")),
    QuestionType("period", _("Period"), ValueKind.NONE, ("min", "max", "max_months")),
    QuestionType("yes_no", _("Yes or no"), ValueKind.YES_NO),
    QuestionType("one_of", _("One choice"), ValueKind.TEXT, ("options",), ("options",)),
    QuestionType(
        "many_of", _("Several choices"), ValueKind.LIST, ("options", "min_choices", "max_choices"), ("options",)
    ),
    QuestionType("address", _("Address"), ValueKind.NONE, ("country",), (), False),
    QuestionType("postal_code", _("Postal code"), ValueKind.TEXT),
    QuestionType("neq", _("Québec enterprise number (NEQ)"), ValueKind.TEXT),
    QuestionType("business_number", _("Business number"), ValueKind.TEXT, ("program_account",)),
    QuestionType("naics", _("NAICS code"), ValueKind.TEXT, ("starts_with",)),
    QuestionType("email", _("E-mail address"), ValueKind.TEXT),
    QuestionType("phone", _("Phone number"), ValueKind.TEXT),
    QuestionType("url", _("Web address"), ValueKind.TEXT),
    QuestionType("documents", _("Documents"), ValueKind.LIST, ("accept", "max_files", "max_megabytes"), (), False),
    QuestionType(
        "group", _("Repeating group"), ValueKind.LIST, ("columns", "min_rows", "max_rows"), ("columns",), False
    ),
    QuestionType(
        "budget",
        _("Budget table"),
        ValueKind.LIST,
        ("options", "min_rows", "max_rows", "by_partner", "by_year", "dated"),
        ("options",),
        False,
    ),
    QuestionType("financing", _("Financing table"), ValueKind.LIST, ("min_rows", "max_rows"), (), False),
    QuestionType("milestones", _("Milestone table"), ValueKind.LIST, ("min_rows", "max_rows", "max_months"), (), False),
    QuestionType("indicators", _("Indicator table"), ValueKind.LIST, ("min_rows", "max_rows"), (), False),
    QuestionType("assessment", _("Assessment grid"), ValueKind.NONE, ("axes", "levels"), ("axes", "levels"), False),
    QuestionType("attestation", _("Signed attestation"), ValueKind.YES_NO, ("statement",), ("statement",), False),
    QuestionType("guidance", _("Guidance"), ValueKind.NONE, ("text",), ("text",), False),
)
QUESTION_TYPES: dict[str, QuestionType] = {t.key: t for t in _ALL}


class FinancingKind(TextChoices):
    """Where the money of a project comes from (product.md 2.3); the first three are public aid when `government`."""

    GRANT = "grant", _("Grant or contribution")
    REPAYABLE_LOAN = "repayable_loan", _("Repayable loan")
    TAX_CREDIT = "tax_credit", _("Tax credit")
    OWN = "own", _("Own funds")
    BANK = "bank", _("Bank financing")
    OTHER = "other", _("Other source")


class CostKind(TextChoices):
    CASH = "cash", _("Paid in money")
    IN_KIND = "in_kind", _("In kind")
