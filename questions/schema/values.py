"""One answer that is not a table: each check takes (question, value, today) and gives (clean value, faults)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts import identifiers
from questions.constants import QuestionType
from questions.schema.definition import Question
from questions.schema.faults import Fault, Outcome
from work import clock
from work.calendars import NotADay, within_reach
from work.money import format_money
from work.numbers import NotANumber, read_number

YES, NO = ("yes", "true", "on", "1", "oui"), ("no", "false", "off", "0", "non")
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-][A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{0,62}(?<!\.)"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
LONGEST_PHONE = 60
_BETWEEN = re.compile(r"[\s\x1c-\x1f\x85\ufeff]+")  # words


class Check(Protocol):
    """The check of one type of question: what was typed, made clean or refused at its place."""

    def __call__(self, question: Question, value: object, *, today: date | None = None) -> Outcome: ...


def refuse(message: object, *at: str | int) -> tuple[None, list[Fault]]:
    return None, [Fault(str(message), at)]


def words_in(text: str) -> int:
    """How many words a person would count: runs of characters between spaces, lone punctuation left out.

    assets/app.js counts the same while one writes.
    """
    return sum(any(character.isalnum() for character in run) for run in _BETWEEN.split(text))


def short_text(question: Question, value: object, *, today: date | None = None) -> Outcome:
    if not isinstance(value, str):
        return refuse(_("Enter a text."))
    text = " ".join(value.split())
    most = question.max_length
    if len(text) > most:
        return refuse(
            ngettext(
                "Shorten this to %(max)s characters; it has %(count)s character too many.",
                "Shorten this to %(max)s characters; it has %(count)s characters too many.",
                len(text) - most,
            )
            % {"max": most, "count": len(text) - most}
        )
    return text, []


def long_text(question: Question, value: object, *, today: date | None = None) -> Outcome:
    if not isinstance(value, str):
        return refuse(_("Enter a text."))
    most = question.limits.get("max_words")
    over = words_in(value) - most if most else 0
    if over > 0:
        return refuse(
            ngettext(
                "Shorten this to %(max)s words; it has %(count)s word too many.",
                "Shorten this to %(max)s words; it has %(count)s words too many.",
                over,
            )
            % {"max": most, "count": over}
        )
    if len(value) > 60_000:
        return refuse(_("This text is too long."))
    return value, []


def _number(
    question: Question, value: object, *, money: bool = False, whole: bool = False, places: int | None = None
) -> tuple[Decimal | None, list[Fault]]:
    """(Decimal, faults), within the question's limits."""
    try:
        number = read_number(value, money=money, whole=whole)
    except NotANumber as error:
        return refuse(error)
    number = number.normalize() if number else Decimal(0)
    if whole and number != int(number):
        return refuse(_("Enter a whole number, without decimals."))
    if places is not None and -int(number.as_tuple().exponent) > places:
        return refuse(
            ngettext("Enter at most %(count)s decimal.", "Enter at most %(count)s decimals.", places)
            % {"count": places}
        )
    least, most = question.limits.get("min"), question.limits.get("max")
    if least is None and money:
        least = Decimal(0)
    shown = _shown_money if money else _shown_number
    if least is not None and number < least:
        return refuse(_("Enter %(min)s or more.") % {"min": shown(least)})
    if most is not None and number > most:
        return refuse(_("Enter %(max)s or less.") % {"max": shown(most)})
    return number, []


def _shown_money(number: Decimal | int) -> str:
    return format_money(number, get_language() or "fr")


def _shown_number(number: Decimal | int) -> str:
    """A limit in words. A year stays in one piece: thousands are parted from five digits up."""
    exact = Decimal(number)
    text = format(exact, ",f" if abs(exact) >= 10_000 else "f")
    return text.replace(",", "\u00a0").replace(".", ",") if (get_language() or "fr").startswith("fr") else text


def integer(question: Question, value: object, *, today: date | None = None) -> Outcome:
    number, faults = _number(question, value, whole=True)
    return (None, faults) if number is None else (int(number), [])


def decimal(question: Question, value: object, *, today: date | None = None) -> Outcome:
    number, faults = _number(question, value, places=question.limits.get("places", 6))
    return (None, faults) if number is None else (format(number, "f"), [])


def money(question: Question, value: object, *, today: date | None = None) -> Outcome:
    number, faults = _number(question, value, money=True, places=2)
    return (None, faults) if number is None else (format(number, ".2f"), [])


def percent(question: Question, value: object, *, today: date | None = None) -> Outcome:
    limited = Question(
        question.key, question.type, question.label, limits={"min": Decimal(0), "max": Decimal(100)} | question.limits
    )
    number, faults = _number(limited, value, places=question.limits.get("places", 4))
    return (None, faults) if number is None else (format(number, "f"), [])


def read_day(value: object) -> tuple[date | None, str]:
    """A date typed as YYYY-MM-DD or given in three parts: (date, "") or (None, what is wrong)."""
    if isinstance(value, Mapping):
        parts = [str(value.get(part) or "").strip() for part in ("year", "month", "day")]
        if not all(parts):
            return None, _("Give the day, the month and the year.")
        value = "-".join(part.zfill(2) for part in parts)
    try:
        if isinstance(value, date):
            return within_reach(value), ""
        found = re.fullmatch(r"\s*(\d{4})[-/](\d{1,2})[-/](\d{1,2})\s*", value) if isinstance(value, str) else None
        if not found:
            return None, _("Enter a date as year-month-day, for example 2027-01-31.")
        return within_reach(date(*map(int, found.groups()))), ""
    except NotADay as beyond:
        return None, str(beyond)
    except ValueError:
        return None, _("This day does not exist: %(value)s.") % {"value": str(value).strip()}


def _day_within(question: Question, value: object, today: date | None) -> tuple[date | None, list[Fault]]:
    day, wrong = read_day(value)
    if day is None:
        return refuse(wrong)
    for name, message in (
        ("min", _("Enter a date on or after %(day)s.")),
        ("max", _("Enter a date on or before %(day)s.")),
    ):
        limit = question.limits.get(name)
        limit = (today or clock.today()) if limit == "today" else limit
        if limit is not None and (day < limit if name == "min" else day > limit):
            return refuse(message % {"day": limit.isoformat()})
    return day, []


def day(question: Question, value: object, *, today: date | None = None) -> Outcome:
    found, faults = _day_within(question, value, today)
    return (None, faults) if found is None else (found.isoformat(), [])


def period(question: Question, value: object, *, today: date | None = None) -> Outcome:
    if not isinstance(value, Mapping):
        return refuse(_("Give the first and the last day."))
    out: dict[str, date] = {}
    faults: list[Fault] = []
    for part in ("from", "to"):
        if not value.get(part):
            message = _("Give the first day.") if part == "from" else _("Give the last day.")
            faults.append(Fault(message, (part,)))
            continue
        found, wrong = _day_within(question, value[part], today)
        if found is not None:
            out[part] = found
        faults += [fault.under(part) for fault in wrong]
    if faults:
        return None, faults
    if out["to"] < out["from"]:
        return refuse(_("The last day comes before the first."), "to")
    most = question.limits.get("max_months")
    if most and out["to"] > add_months(out["from"], most):
        longer = ngettext(
            "The period is longer than %(count)s month.", "The period is longer than %(count)s months.", most
        )
        return refuse(longer % {"count": most}, "to")
    return {part: day.isoformat() for part, day in out.items()}, []


def add_months(start: date, months: int) -> date:
    """The same day so many months later, or the last day of that month when it is shorter."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    for last in (start.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def yes_no(question: Question, value: object, *, today: date | None = None) -> Outcome:
    if isinstance(value, bool):
        return value, []
    text = str(value).strip().lower()
    if text in YES or text in NO:
        return text in YES, []
    return refuse(_("Choose yes or no."))


def attestation(question: Question, value: object, *, today: date | None = None) -> Outcome:
    return yes_no(question, value)


def one_of(question: Question, value: object, *, today: date | None = None) -> Outcome:
    if isinstance(value, str) and value in {option.key for option in question.options}:
        return value, []
    return refuse(_("Choose one of the answers offered."))


def many_of(question: Question, value: object, *, today: date | None = None) -> Outcome:
    chosen = [value] if isinstance(value, str) else value
    if not isinstance(chosen, list | tuple) or not all(isinstance(item, str) for item in chosen):
        return refuse(_("Choose among the answers offered."))
    chosen = [item for item in chosen if item]
    offered = [option.key for option in question.options]
    if not set(chosen) <= set(offered):
        return refuse(_("Choose among the answers offered."))
    chosen = [key for key in offered if key in chosen]
    least, most = question.limits.get("min_choices"), question.limits.get("max_choices")
    if least and len(chosen) < least:
        return refuse(_("Choose at least %(count)s.") % {"count": least})
    if most and len(chosen) > most:
        return refuse(_("Choose at most %(count)s.") % {"count": most})
    return chosen, []


def address(question: Question, value: object, *, today: date | None = None) -> Outcome:
    """{"line1", "line2", "city", "region", "postal_code", "country"}: the postal code is checked for Canada."""
    if not isinstance(value, Mapping):
        return refuse(_("Give the street, the city, the province and the postal code."))
    out = {
        part: " ".join(str(value.get(part) or "").split())[:200]
        for part in ("line1", "line2", "city", "region", "postal_code", "country")
    }
    out["country"] = out["country"].upper() or "CA"
    faults = []
    for part, message in (
        ("line1", _("Enter the street number and name.")),
        ("city", _("Enter the city.")),
        ("region", _("Enter the province or state.")),
    ):
        if not out[part]:
            faults.append(Fault(message, (part,)))
    only = question.limits.get("country")
    if only and out["country"] != only:
        faults.append(
            Fault(_("The address must be in Canada.") if only == "CA" else _("Choose another country."), ("country",))
        )
    if out["country"] == "CA":
        checked = identifiers.postal_code(out["postal_code"])
        if checked.value is not None:
            out["postal_code"] = checked.value
        else:
            faults.append(Fault(checked.error, ("postal_code",)))
    return (None, faults) if faults else (out, [])


def _checked(checked: identifiers.Checked) -> Outcome:
    return (checked.value, []) if checked else refuse(checked.error)


def postal_code(question: Question, value: object, *, today: date | None = None) -> Outcome:
    return _checked(identifiers.postal_code(value))


def neq(question: Question, value: object, *, today: date | None = None) -> Outcome:
    return _checked(identifiers.neq(value))


def business_number(question: Question, value: object, *, today: date | None = None) -> Outcome:
    return _checked(identifiers.business_number(value, program_account=bool(question.limits.get("program_account"))))


def naics(question: Question, value: object, *, today: date | None = None) -> Outcome:
    return _checked(identifiers.naics(value, starts_with=question.limits.get("starts_with", "")))


def email(question: Question, value: object, *, today: date | None = None) -> Outcome:
    text = str(value).strip()
    if not _EMAIL.fullmatch(text) or ".." in text or len(text) > 254:
        return refuse(_("Enter an e-mail address, for example name@company.ca."))
    local, _at, domain = text.rpartition("@")
    return f"{local}@{domain.lower()}", []


def phone(question: Question, value: object, *, today: date | None = None) -> Outcome:
    """North American numbers become `+15145550123`, others keep their country code; an extension follows as `x12`."""
    text = str(value).strip()
    # The pattern reads a long text again from each of its spaces, hence the limit.
    pattern = r"(?P<number>\+?[\d\s().\-\u2011\u00a0]+?)\s*(?:(?:x|ext\.?|poste|p\.)\s*(?P<extension>\d{1,6}))?"
    found = re.fullmatch(pattern, text, re.I) if len(text) <= LONGEST_PHONE else None
    digits = re.sub(r"\D", "", found["number"]) if found else ""
    wrong = _("Enter a phone number with its area code, for example 514 555-0123 or +33 1 23 45 67 89.")
    if found is None or not digits:
        return refuse(wrong)
    if not found["number"].startswith("+"):
        if len(digits) == 11 and digits[0] == "1":
            digits = digits[1:]
        if len(digits) != 10 or digits[0] in "01" or digits[3] in "01":
            return refuse(wrong)
        digits = "1" + digits
    elif not 8 <= len(digits) <= 15:
        return refuse(wrong)
    return f"+{digits}" + (f"x{found['extension']}" if found["extension"] else ""), []


def url(question: Question, value: object, *, today: date | None = None) -> Outcome:
    text = str(value).strip()
    if "://" not in text:
        text = f"https://{text}"
    parts: SplitResult | None
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        parts.port  # noqa: B018  (raises ValueError on a port that is not a number)
    except ValueError:
        host, parts = "", None
    labels = host.split(".")
    if (
        parts is None
        or parts.scheme not in ("http", "https")
        or parts.username is not None
        or len(labels) < 2
        or not all(re.fullmatch(r"[\w]([\w-]{0,61}[\w])?", label) for label in labels)
        or re.search(r"[\s<>\"]", text)
        or len(text) > 2000
    ):
        return refuse(_("Enter a web address, for example https://www.company.ca."))
    return text, []


def documents(question: Question, value: object, *, today: date | None = None) -> Outcome:
    """A list of public ids of documents. That each is there, clean and of a kind accepted is for the app that
    keeps them."""
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list | tuple):
        return refuse(_("Attach the documents again."))
    out = []
    for item in items:
        if not item:
            continue
        try:
            identifier = str(uuid.UUID(str(item)))
        except ValueError:
            return refuse(_("Attach the documents again."))
        if identifier not in out:
            out.append(identifier)
    most = question.limits.get("max_files")
    if most and len(out) > most:
        return refuse(
            ngettext("Attach at most %(count)s document.", "Attach at most %(count)s documents.", most)
            % {"count": most}
        )
    return out, []


CHECKS: dict[QuestionType, Check] = {
    QuestionType.SHORT_TEXT: short_text,
    QuestionType.LONG_TEXT: long_text,
    QuestionType.INTEGER: integer,
    QuestionType.DECIMAL: decimal,
    QuestionType.MONEY: money,
    QuestionType.PERCENT: percent,
    QuestionType.DATE: day,
    QuestionType.PERIOD: period,
    QuestionType.YES_NO: yes_no,
    QuestionType.ONE_OF: one_of,
    QuestionType.MANY_OF: many_of,
    QuestionType.ADDRESS: address,
    QuestionType.POSTAL_CODE: postal_code,
    QuestionType.NEQ: neq,
    QuestionType.BUSINESS_NUMBER: business_number,
    QuestionType.NAICS: naics,
    QuestionType.EMAIL: email,
    QuestionType.PHONE: phone,
    QuestionType.URL: url,
    QuestionType.DOCUMENTS: documents,
    QuestionType.ATTESTATION: attestation,
}
