"""The parts of a bundle other than its form and rubric, each read by one function into what the import writes."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from funding.models import Jurisdiction, LanguageRegime
from funding.money import fiscal_end, fiscal_start
from programs.constants import Allocation, DayKind, LineStrategy, Order, check_letter
from programs.money import BadAidRules, parse_rules
from programs.roles import Seat
from programs.states import CallKind, LetterKind
from questions import conditions
from questions.constants import FinancingKind, Problem, Text
from questions.schema.checks import check_condition
from questions.schema.definition import Form, Question, read_condition, read_question
from questions.schema.reading import Reader

SERVICES = ("acknowledge", "complete", "decide", "claim", "reconsider")
EXCLUDED = ("sponsor", "competitor", "member", "customer")
# Where a checklist item's finding can come from by itself; the rest is for the officer's eyes.
AUTOMATIC = ("eligibility", "dates", "amounts", "attestations", "sponsor", "duplicates", "exclusion_list")


@dataclass(frozen=True)
class PartnerPart:
    short_name: str
    name: Text
    path: tuple


@dataclass(frozen=True)
class EnvelopePart:
    fiscal_year: int
    amount: Decimal
    path: tuple


@dataclass(frozen=True)
class AgreementPart:
    """`terms` are the column values of an `Agreement`, without its partner and cluster."""

    reference: str
    partner: str
    terms: dict
    envelopes: tuple[EnvelopePart, ...]
    path: tuple


@dataclass(frozen=True)
class ProgramPart:
    code: str
    columns: dict
    group_key: str
    group_name: Text
    funding: tuple[tuple[str, Decimal], ...]
    path: tuple


@dataclass(frozen=True)
class CallPart:
    key: str
    columns: dict
    path: tuple


@dataclass(frozen=True)
class LetterPart:
    kind: str
    subject: Text
    body: Text


@dataclass(frozen=True)
class EligibilityQuestion:
    """A question of the two-minute check. `eligible_when` must hold once it is answered, or `refusal` is said."""

    question: Question
    eligible_when: object
    refusal: Text


@dataclass(frozen=True)
class Eligibility:
    questions: tuple[EligibilityQuestion, ...]
    contact: Text

    def shown(self, answers: Mapping) -> list[EligibilityQuestion]:
        """The questions to ask, given the answers so far; a hidden one counts as not answered."""
        return self._walk(answers)[0]

    def _walk(self, answers):
        shown, effective = [], {}
        for item in self.questions:
            condition = item.question.shown_when
            if condition is None or conditions.evaluate(condition, effective):
                shown.append(item)
                effective[item.question.key] = answers.get(item.question.key)
        return shown, effective

    def refusals(self, answers: Mapping) -> list[EligibilityQuestion]:
        """The questions whose answer refuses the organisation. An unanswered one refuses nobody."""
        shown, effective = self._walk(answers)
        return [
            item
            for item in shown
            if item.eligible_when is not None
            and conditions.is_answered(effective.get(item.question.key))
            and not conditions.evaluate(item.eligible_when, effective)
        ]

    def is_complete(self, answers: Mapping) -> bool:
        shown, effective = self._walk(answers)
        return all(
            conditions.is_answered(effective.get(item.question.key)) for item in shown if item.question.is_answerable
        )


def read_partner(reader: Reader) -> PartnerPart:
    part = PartnerPart(reader.string("short_name", max_length=20), reader.text("name", max_length=200), reader.path)
    reader.done()
    return part


def read_agreement(reader: Reader, partners: set[str]) -> AgreementPart:
    """An agreement and its envelopes, which must lie within its dates."""
    reference = reader.string("reference", max_length=60)
    partner = reader.string("partner", max_length=20)
    if partner and partner not in partners:
        reader.problem(_("No partner has the short name “%(name)s”.") % {"name": partner}, "partner")
    title, purpose = reader.text("title", max_length=200), reader.text("purpose", required=False)
    starts, ends = reader.day("starts"), reader.day("ends")
    if starts and ends and ends < starts:
        reader.problem(_("The agreement ends before it starts."), "ends")
    terms = {
        "title_fr": title.fr,
        "title_en": title.en,
        "purpose_fr": purpose.fr,
        "purpose_en": purpose.en,
        "starts_on": starts,
        "ends_on": ends,
        "jurisdiction": reader.choice("jurisdiction", Jurisdiction),
        "language_regime": reader.choice("language_regime", LanguageRegime),
        "fee_percent": reader.percent("fee_percent"),
        "concurrence_above": reader.money("concurrence_above", required=False),
        "audit_years": reader.integer("audit_years", required=False, at_least=1, at_most=50) or 7,
        "recovered_reusable": reader.boolean("recovered_reusable"),
    }
    terms |= _authorisation(reader)
    readers = reader.children("envelopes", at_least=1, at_most=40)
    envelopes = tuple(_envelope(child, starts, ends) for child in readers)
    seen = set()
    for envelope in envelopes:
        if envelope.fiscal_year in seen and envelope.fiscal_year:
            reader.problems.append(
                Problem((*envelope.path, "fiscal_year"), _("This fiscal year has an envelope already."))
            )
        seen.add(envelope.fiscal_year)
    reader.done()
    return AgreementPart(reference, partner, terms, envelopes, reader.path)


def _authorisation(reader: Reader) -> dict:
    """A decree (number and date) or why none is needed: only where the agreement says so."""
    child = reader.child("authorisation", required=False)
    if child is None:
        return {"authorisation_number": "", "authorisation_date": None, "authorisation_none_reason": ""}
    number = child.string("number", required=False, max_length=60)
    date = child.day("date", required=False)
    reason = child.string("none_reason", required=False, max_length=2000)
    if bool(number) != bool(date) or not (number or reason):
        child.problem(_("Give the decree's number and date, or the reason why none is needed."))
    child.done()
    return {"authorisation_number": number, "authorisation_date": date, "authorisation_none_reason": reason}


def _envelope(reader: Reader, starts, ends) -> EnvelopePart:
    written = reader.string("fiscal_year", max_length=9)
    found = re.fullmatch(r"(\d{4})[-–](\d{4})", written)
    year = int(found[1]) if found and int(found[2]) == int(found[1]) + 1 else 0
    if written and not year:
        reader.problem(
            _("“%(value)s” is not a fiscal year; write for example 2026-2027.") % {"value": written}, "fiscal_year"
        )
    elif year and starts and ends and (fiscal_start(year) > ends or fiscal_end(year) < starts):
        reader.problem(
            _("The fiscal year %(year)s lies outside the agreement, which runs from %(starts)s to %(ends)s.")
            % {"year": written, "starts": starts, "ends": ends},
            "fiscal_year",
        )
    part = EnvelopePart(year, reader.money("amount") or Decimal("0.00"), reader.path)
    reader.done()
    return part


def read_program(reader: Reader, agreements: set[str]) -> ProgramPart:
    code = reader.string("code", max_length=8, pattern=r"[A-Z][A-Z0-9]{0,7}")
    name, summary = reader.text("name", max_length=200), reader.text("summary", max_length=2000)
    description = reader.text("description", required=False)
    contact = reader.child("contact")
    columns = {
        "slug": reader.string("slug", max_length=60, pattern=r"[a-z0-9]+(-[a-z0-9]+)*"),
        "name_fr": name.fr,
        "name_en": name.en,
        "summary_fr": summary.fr,
        "summary_en": summary.en,
        "description_fr": description.fr,
        "description_en": description.en,
        "themes": list(reader.strings("themes")),
        "contact_email": contact.string("email", max_length=254, pattern=r"[^@\s]+@[^@\s]+\.[a-z]+") if contact else "",
        "contact_phone": contact.string("phone", required=False, max_length=40) if contact else "",
    }
    if contact:
        contact.done()
    group = reader.child("working_group")
    group_key = group.key() if group else ""
    group_name = group.text("name", max_length=200) if group else Text()
    if group:
        group.done()
    funding = []
    for child in reader.children("funding", at_least=1, at_most=10):
        reference = child.string("agreement", max_length=60)
        if reference and reference not in agreements:
            child.problem(_("No agreement has the reference “%(name)s”.") % {"name": reference}, "agreement")
        if reference in [known for known, _share in funding]:
            child.problem(_("“%(value)s” is written twice.") % {"value": reference}, "agreement")
        funding.append((reference, child.percent("share") or Decimal(0)))
        child.done()
    total = sum((share for _reference, share in funding), Decimal(0))
    if funding and total != 100:
        reader.problem(
            _("The shares of the agreements sum to %(total)s; they must sum to 100.") % {"total": format(total, "f")},
            "funding",
        )
    reader.done()
    return ProgramPart(code, columns, group_key, group_name, tuple(funding), reader.path)


def read_call(reader: Reader, agreements: list[AgreementPart]) -> CallPart:
    """The call: opening before closing, cohorts in order and the last one the closing, all within the agreements."""
    key = reader.string("key", max_length=40, pattern=r"[a-z0-9]+(-[a-z0-9]+)*")
    name = reader.text("name", max_length=200)
    kind = reader.choice("kind", CallKind)
    opens, closes = reader.instant("opens"), reader.instant("closes")
    cohorts = _cohorts(reader, kind, opens, closes)
    if opens and closes and opens[0] >= closes[0]:
        reader.problem(_("The call closes before it opens."), "closes")
    if opens and closes and opens[1] != closes[1]:
        reader.problem(_("The opening and the closing name two different time zones."), "closes")
    ends = [part.terms["ends_on"] for part in agreements if part.terms["ends_on"]]
    if closes and ends and closes[0].date() > min(ends):
        reader.problem(_("The call closes after its agreement ends, on %(day)s.") % {"day": min(ends)}, "closes")
    grace = reader.integer("grace_minutes", required=False, at_least=0, at_most=240)
    columns = {
        "name_fr": name.fr,
        "name_en": name.en,
        "kind": kind,
        "opens_at": _utc(opens),
        "closes_at": _utc(closes),
        "zone": closes[1] if closes else "",
        "cohorts": [_utc(cohort).isoformat() for cohort in cohorts],
        "grace_minutes": 15 if grace is None else grace,
    }
    reader.done()
    return CallPart(key, columns, reader.path)


def _cohorts(reader: Reader, kind, opens, closes) -> list:
    raw = reader.items("cohorts", required=kind == CallKind.CONTINUOUS, at_least=0)
    if raw and kind == CallKind.FIXED:
        reader.problem(_("Only a continuous intake has cohorts."), "cohorts")
    out = []
    for index, value in enumerate(raw):
        instant = reader.read_instant(value, "cohorts", index)
        if instant is None:
            continue
        if out and instant[0] <= out[-1][0]:
            reader.problem(_("The cohorts must close one after the other."), "cohorts", index)
        elif opens and instant[0] <= opens[0]:
            reader.problem(_("This cohort closes before the call opens."), "cohorts", index)
        out.append(instant)
    if out and closes and len(out) == len(raw) and out[-1][0] != closes[0]:
        reader.problem(_("The last cohort closes at another instant than the call."), "cohorts", len(raw) - 1)
    return out


def _utc(instant):
    return instant[0].astimezone(datetime.UTC) if instant else None


def parse_eligibility(definition) -> Eligibility:
    """The eligibility check of published rules (`Rules.definition["eligibility"]`)."""
    return read_eligibility(Reader(definition or {}))


def read_eligibility(reader: Reader) -> Eligibility:
    contact = reader.text("contact", max_length=2000)
    items, known = [], {}
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
            every = {item.question.key: item.question for item in items} | readable
            reader.problems += check_condition(tree, (*child.path, name), readable, every | _later(readers, readable))
        known[question.key] = question
        items.append(EligibilityQuestion(question, eligible_when, refusal))
    reader.unique(readers, [item.question.key for item in items])
    reader.done()
    return Eligibility(tuple(items), contact)


def _later(readers, known) -> dict:
    """The keys written further down, so that a forward condition is called one."""
    keys = [child.node.get("key") for child in readers]
    return {key: None for key in keys if isinstance(key, str) and key not in known}


def read_aid(reader: Reader, form: Form) -> dict:
    """The aid rules as `programs.money.parse_rules` takes them: numbers as texts, category names side by side."""
    out: dict = {"rate": _rate(reader, "rate")}
    out["stacking_cap"] = _shown(reader.percent("stacking_cap"))
    out["min_project"] = _shown(reader.money("min_project", required=False)) or "0"
    most = reader.money("max_aid", required=False)
    if most is not None:
        out["max_aid"] = _shown(most)
    weights = reader.child("weights")
    if weights:
        out["weights"] = {kind: _shown(weights.percent(kind)) for kind in FinancingKind.values if kind in weights.node}
        weights.done()
    readers = reader.children("categories", at_least=1, at_most=60)
    out["categories"] = [_category(child) for child in readers]
    reader.unique(readers, [category["key"] for category in out["categories"]])
    _check_categories(reader, readers, form)
    window = reader.child("window", required=False)
    if window:
        start = window.take("from", required=True)
        out["window"] = {"from": "submission" if start == "submission" else str(window.day("from") or "")}
        until = window.day("until", required=False)
        if until:
            out["window"]["until"] = until.isoformat()
        window.done()
    bonus = reader.child("bonus", required=False)
    if bonus:
        out["bonus"] = {
            "per_level": _shown(bonus.money("per_level")),
            "outside_rate": bonus.boolean("outside_rate", default=True),
            "within_maximum": bonus.boolean("within_maximum", default=True),
        }
        bonus.done()
        if not form.of_type("assessment"):
            reader.problem(_("A bonus per level needs an assessment grid in the form."), "bonus")
    out["in_kind"] = reader.choice("in_kind", ("valued_apart",), required=False, default="valued_apart")
    reader.done()
    if not any(problem.path[: len(reader.path)] == reader.path for problem in reader.problems):
        try:
            parse_rules(out)
        except BadAidRules as error:
            steps = [int(step) if step.isdigit() else step for step in error.path.split(".") if step]
            reader.problem(_("This rule cannot be computed (%(why)s).") % {"why": error.problem}, *steps)
    return out


def _rate(reader: Reader, key: str):
    value = reader.take(key, required=True)
    if not isinstance(value, dict):
        return _shown(reader.percent(key, required=False))
    child = reader.child(key)
    rates = {recipient: _shown(child.percent(recipient)) for recipient in list(value)}
    return rates


def _category(reader: Reader) -> dict:
    name = reader.text("name", max_length=300)
    out = {
        "key": reader.key(),
        "name_fr": name.fr,
        "name_en": name.en,
        "eligible": reader.boolean("eligible", default=True),
    }
    cap = reader.percent("cap_percent_after", required=False)
    if cap is not None:
        out["cap_percent_after"] = _shown(cap)
    most = reader.money("max_per_item", required=False)
    if most is not None:
        out["max_per_item"] = _shown(most)
    if "rate" in reader.node:
        out["rate"] = _rate(reader, "rate")
    reader.done()
    return out


def _check_categories(reader: Reader, readers, form: Form):
    """The categories of the rules and those of the form's budget are the same: none refused by surprise, none
    unused."""
    for budget in form.of_type("budget"):
        offered = {option.key for option in budget.options}
        ruled = [child.node.get("key") for child in readers]
        for child in readers:
            if child.node.get("key") not in list(offered):
                child.problem(
                    _("The budget “%(name)s” of the form does not offer this category.") % {"name": budget.key}, "key"
                )
        for index, option in enumerate(budget.options):
            if option.key not in ruled:
                reader.problems.append(
                    Problem((*budget.path, "options", index), _("The aid rules say nothing of this category."))
                )


def _shown(number) -> str:
    return "" if number is None else format(number, "f")


def read_checklist(reader: Reader) -> None:
    """The screening checklist: items with a key, a label and, where one exists, the automatic finding behind it."""
    readers = reader.children("checklist", at_least=1, at_most=60)
    keys = []
    for child in readers:
        keys.append(child.key())
        child.text("label", max_length=500)
        child.text("help", required=False)
        child.choice("automatic", AUTOMATIC, required=False)
        child.done()
    reader.unique(readers, keys)


def read_panel(reader: Reader) -> None:
    """How many reviewers a file has, from where, and who never reviews it."""
    reader.integer("reviewers", at_least=0, at_most=20)
    seats = reader.child("seats")
    total = 0
    if seats:
        for seat in Seat.values:
            total += seats.integer(seat, required=False, at_least=0, at_most=20) or 0
        seats.done()
    number = reader.node.get("reviewers")
    if isinstance(number, int) and total > number:
        reader.problem(
            _("The seats, %(seats)s, are more than the reviewers, %(count)s.") % {"seats": total, "count": number},
            "seats",
        )
    reader.strings("excluded", choices=EXCLUDED)
    reader.boolean("anonymous")
    reader.integer("review_days", required=False, at_least=1, at_most=365)
    reader.integer("quorum", required=False, at_least=1, at_most=50)
    reader.done()


def read_ranking(reader: Reader, criteria: tuple[str, ...]) -> None:
    reader.choice("order", Order)
    reader.choice("line", LineStrategy)
    reader.choice("allocation", Allocation, required=False)
    reader.number("discuss_spread", required=False, at_least=0, at_most=100)
    reader.boolean("within_cohort")
    reader.boolean("waitlist_to_next_cohort")
    reader.strings("ties", choices=criteria)
    reader.done()


def read_service(reader: Reader) -> None:
    """Service standards by name: how many days, of which kind, counted from what."""
    for name in SERVICES:
        child = reader.child(name, required=name in ("acknowledge", "decide"))
        if child:
            child.integer("days", at_least=1, at_most=1000)
            child.choice("kind", DayKind)
            child.choice("from", ("submission", "closing", "complete", "closing_or_complete", "claim", "request"))
            child.integer("incomplete_moves_after", required=False, at_least=1, at_most=1000)
            child.done()
    reader.done()


def read_reconsideration(reader: Reader) -> None:
    reader.integer("ask_days", at_least=1, at_most=365)
    reader.integer("answer_days", at_least=1, at_most=365)
    reader.percent("held_percent")
    reader.done()


def read_claims(reader: Reader) -> None:
    reader.choice("every", ("month", "quarter", "half_year", "year", "milestone"))
    reader.percent("holdback_percent")
    reader.choice("holdback_until", ("final_report", "close_out"))
    reader.done()


def read_indicators(reader: Reader) -> None:
    readers = reader.children("indicators", at_least=1, at_most=60)
    keys = []
    for child in readers:
        keys.append(child.key())
        child.text("name", max_length=200)
        child.text("unit", max_length=60)
        child.done()
    reader.unique(readers, keys)


def read_letters(reader: Reader) -> tuple[LetterPart, ...]:
    """The templates by kind; every field they use must exist in that kind of letter."""
    out = []
    for kind in LetterKind.values:
        child = reader.child(kind, required=kind in ("approved", "declined", "ineligible"))
        if child is None:
            continue
        letter = LetterPart(kind, child.text("subject", max_length=250), child.text("body"))
        for name, text in (("subject", letter.subject), ("body", letter.body)):
            for language in ("fr", "en"):
                for said in check_letter(text.in_language(language), kind):
                    child.problem(said, name, language)
        child.done()
        out.append(letter)
    reader.done()
    return tuple(out)
