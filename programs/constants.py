"""The closed lists a programme is written with: how money is allocated and files ordered, and the fields of letters.
Those of its form are in `questions.constants`.

Pure: no Django beyond translation and TextChoices.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Allocation(TextChoices):
    RANKED = "ranked", _("Ranked, funded down the list")
    FIRST_COME = "first_come", _("First come, first served")


class Order(TextChoices):
    """What orders the files that pass (scoring.md 1); published before the call opens."""

    SUBMISSION = "submission", _("Order of submission")
    RAW = "raw", _("Raw mean")
    MODERATED = "moderated", _("Moderated total")
    ADJUSTED = "adjusted", _("Severity-adjusted score")


class LineStrategy(TextChoices):
    """What happens to the first file that does not fit the envelope (scoring.md 7)."""

    STRICT = "strict", _("Stop at the first that does not fit")
    FILL = "fill", _("Skip it and go on")
    PARTIAL = "partial", _("Offer what is left")


class DayKind(TextChoices):
    BUSINESS = "business", _("business days")
    CALENDAR = "calendar", _("calendar days")


@dataclass(frozen=True)
class LetterField:
    """A field that a letter template may use. A block field stands alone in its paragraph and may be several lines."""

    key: str
    name: str
    example_fr: str
    example_en: str
    block: bool = False
    kinds: tuple = ()  # the kinds of letter that have it; empty: all of them


_MONEY_KINDS = ("approved", "reconsidered")
_FIELDS = (
    LetterField("organisation", _("Name of the organisation"), "Usinage Borealis inc.", "Usinage Borealis inc."),
    LetterField("signatory", _("Authorised signatory"), "Camille Roy", "Camille Roy"),
    LetterField("reference", _("Reference of the file"), "FE-2026-00042", "FE-2026-00042"),
    LetterField("title", _("Title of the project"), "Cellule de contrôle", "Inspection cell"),
    LetterField("programme", _("Name of the programme"), "Filière Excellence", "Filière Excellence"),
    LetterField("call", _("Name of the call"), "Appel 2026-2028", "2026–2028 call"),
    LetterField("partner", _("Government partner"), "le Ministère", "the Ministère"),
    LetterField("cluster", _("Name of the cluster"), "Aéro Montréal", "Aéro Montréal"),
    LetterField("submitted_on", _("Date of submission"), "12 janvier 2027", "January 12, 2027"),
    LetterField("decided_on", _("Date of the decision"), "1er mars 2027", "March 1, 2027"),
    LetterField("approver", _("Who decided, with their function"), "la direction", "the management"),
    LetterField("score", _("Overall score"), "74,67", "74.67", kinds=("approved", "declined", "waitlisted")),
    LetterField("pass_mark", _("Pass mark"), "60", "60", kinds=("approved", "declined", "waitlisted")),
    LetterField("amount", _("Amount awarded"), "75 000,00 $", "$75,000.00", kinds=_MONEY_KINDS),
    LetterField("aid_rate", _("Aid rate"), "40 %", "40%", kinds=_MONEY_KINDS),
    LetterField(
        "project_until", _("Last day of eligible costs"), "31 janvier 2029", "January 31, 2029", kinds=_MONEY_KINDS
    ),
    LetterField(
        "shares", _("Amount by fiscal year and agreement"), "2026-2027 : …", "2026-2027: …", True, _MONEY_KINDS
    ),
    LetterField("conditions", _("Conditions of the award"), "…", "…", True, _MONEY_KINDS),
    LetterField("reasons", _("Reasons, by criterion or by item"), "…", "…", True),
    LetterField(
        "feedback", _("Reviewers' comments, without names"), "…", "…", True, ("approved", "declined", "waitlisted")
    ),
    LetterField(
        "next_closing", _("Closing of the next cohort"), "31 mai 2027", "May 31, 2027", kinds=("waitlisted", "declined")
    ),
    LetterField("reconsideration_days", _("Days to ask for reconsideration"), "30", "30"),
    LetterField("contact_email", _("E-mail of the programme"), "programmes@exemple.ca", "programmes@exemple.ca"),
    LetterField("contact_phone", _("Phone of the programme"), "514 555-0100", "514 555-0100"),
)
LETTER_FIELDS: dict[str, LetterField] = {field.key: field for field in _FIELDS}
_FIELD_MARK = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


def fields_in(template: str) -> list[str]:
    """The fields a letter template uses, in order, repeats included."""
    return _FIELD_MARK.findall(template)


def check_letter(template: str, kind: str) -> list[str]:
    """What is wrong with one letter text: a field that does not exist or that this kind of letter does not
    have, a block field
    amid a sentence, any other brace. Nothing else than `{{ field }}` is ever interpreted."""
    wrong = []
    for name in dict.fromkeys(fields_in(template)):
        known = LETTER_FIELDS.get(name)
        if known is None:
            wrong.append(_("“%(field)s” is not a field of letters.") % {"field": name})
        elif known.kinds and kind not in known.kinds:
            wrong.append(_("“%(field)s” does not exist in this kind of letter.") % {"field": name})
        elif known.block and any(
            name in fields_in(part) and _FIELD_MARK.sub("", part).strip() for part in re.split(r"\n\s*\n", template)
        ):
            wrong.append(_("“%(field)s” must stand alone in its paragraph.") % {"field": name})
    rest = _FIELD_MARK.sub("", template)
    if "{" in rest or "}" in rest:
        wrong.append(_("A brace is used outside a field; write fields as {{ name }}."))
    return [str(message) for message in wrong]


def fill_letter(template: str, values: dict) -> str:
    """The text with each field replaced by its value, once: what a value contains is never read as a field again.
    KeyError for a field without a value."""
    return _FIELD_MARK.sub(lambda found: str(values[found.group(1)]), template)
