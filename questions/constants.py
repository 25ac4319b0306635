"""The closed lists a form is written with: question types, kinds of value, of cost and of financing; and the small
value every fault of a definition is told by, `Problem` (where, on which line, what).

Pure: no Django beyond translation and TextChoices.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

LANGUAGES = ("fr", "en")
Path = tuple[str | int, ...]  # where a thing is in a definition: keys and indexes from the top


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


class QuestionType(TextChoices):
    """What a question asks for: the names that a definition writes, each with its own for officers."""

    SHORT_TEXT = "short_text", _("Short text")
    LONG_TEXT = "long_text", _("Long text")
    INTEGER = "integer", _("Whole number")
    DECIMAL = "decimal", _("Decimal number")
    MONEY = "money", _("Amount of money")
    PERCENT = "percent", _("Percentage")
    DATE = "date", _("Date")
    PERIOD = "period", _("Period")
    YES_NO = "yes_no", _("Yes or no")
    ONE_OF = "one_of", _("One choice")
    MANY_OF = "many_of", _("Several choices")
    ADDRESS = "address", _("Address")
    POSTAL_CODE = "postal_code", _("Postal code")
    NEQ = "neq", _("Québec enterprise number (NEQ)")
    BUSINESS_NUMBER = "business_number", _("Business number")
    NAICS = "naics", _("NAICS code")
    EMAIL = "email", _("E-mail address")
    PHONE = "phone", _("Phone number")
    URL = "url", _("Web address")
    DOCUMENTS = "documents", _("Documents")
    GROUP = "group", _("Repeating group")
    BUDGET = "budget", _("Budget table")
    FINANCING = "financing", _("Financing table")
    MILESTONES = "milestones", _("Milestone table")
    INDICATORS = "indicators", _("Indicator table")
    ASSESSMENT = "assessment", _("Assessment grid")
    ATTESTATION = "attestation", _("Signed attestation")
    GUIDANCE = "guidance", _("Guidance")


@dataclass(frozen=True)
class TypeRules:
    """What goes for the questions of one type: what an answer is worth in a condition, the options they take beyond
    the common ones, which of those are required, and whether one may be a column of a repeating group."""

    kind: ValueKind
    options: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    column: bool = True


QUESTION_TYPES: dict[QuestionType, TypeRules] = {
    QuestionType.SHORT_TEXT: TypeRules(ValueKind.TEXT, ("max_length",)),
    QuestionType.LONG_TEXT: TypeRules(ValueKind.TEXT, ("max_words",)),
    QuestionType.INTEGER: TypeRules(ValueKind.NUMBER, ("min", "max", "unit")),
    QuestionType.DECIMAL: TypeRules(ValueKind.NUMBER, ("min", "max", "places", "unit")),
    QuestionType.MONEY: TypeRules(ValueKind.NUMBER, ("min", "max")),
    QuestionType.PERCENT: TypeRules(ValueKind.NUMBER, ("min", "max", "places")),
    QuestionType.DATE: TypeRules(ValueKind.DATE, ("min", "max")),
    QuestionType.PERIOD: TypeRules(ValueKind.NONE, ("min", "max", "max_months")),
    QuestionType.YES_NO: TypeRules(ValueKind.YES_NO),
    QuestionType.ONE_OF: TypeRules(ValueKind.TEXT, ("options",), ("options",)),
    QuestionType.MANY_OF: TypeRules(ValueKind.LIST, ("options", "min_choices", "max_choices"), ("options",)),
    QuestionType.ADDRESS: TypeRules(ValueKind.NONE, ("country",), column=False),
    QuestionType.POSTAL_CODE: TypeRules(ValueKind.TEXT),
    QuestionType.NEQ: TypeRules(ValueKind.TEXT),
    QuestionType.BUSINESS_NUMBER: TypeRules(ValueKind.TEXT, ("program_account",)),
    QuestionType.NAICS: TypeRules(ValueKind.TEXT, ("starts_with",)),
    QuestionType.EMAIL: TypeRules(ValueKind.TEXT),
    QuestionType.PHONE: TypeRules(ValueKind.TEXT),
    QuestionType.URL: TypeRules(ValueKind.TEXT),
    QuestionType.DOCUMENTS: TypeRules(ValueKind.LIST, ("accept", "max_files", "max_megabytes"), column=False),
    QuestionType.GROUP: TypeRules(ValueKind.LIST, ("columns", "min_rows", "max_rows"), ("columns",), column=False),
    QuestionType.BUDGET: TypeRules(
        ValueKind.LIST,
        ("options", "min_rows", "max_rows", "by_partner", "by_year", "dated"),
        ("options",),
        column=False,
    ),
    QuestionType.FINANCING: TypeRules(ValueKind.LIST, ("min_rows", "max_rows"), column=False),
    QuestionType.MILESTONES: TypeRules(ValueKind.LIST, ("min_rows", "max_rows", "max_months"), column=False),
    QuestionType.INDICATORS: TypeRules(ValueKind.LIST, ("min_rows", "max_rows"), column=False),
    QuestionType.ASSESSMENT: TypeRules(ValueKind.NONE, ("axes", "levels"), ("axes", "levels"), column=False),
    QuestionType.ATTESTATION: TypeRules(ValueKind.YES_NO, ("statement",), ("statement",), column=False),
    QuestionType.GUIDANCE: TypeRules(ValueKind.NONE, ("text",), ("text",), column=False),
}


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
