"""The parts of a bundle but its form, rubric and rules, each read by one function into what the import writes."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, TypedDict

from django.utils.translation import gettext as _

from builder.bundle import standings
from funding import constants as funding
from funding.models import Jurisdiction, LanguageRegime
from funding.money import fiscal_end, fiscal_start
from letters import fields as letters
from letters.states import LetterKind
from programs.constants import GRACE_MINUTES
from programs.states import CallKind
from questions.constants import Path, Problem
from questions.schema.reading import Reader
from questions.schema.standing import Keys, Part, Refused, done
from work import clock
from work.numbers import write_number
from work.texts import Text

Instant = tuple[datetime.datetime, str]  # with the name of the zone that it was written in


class Authorisation(TypedDict):
    """The columns of an agreement's decree, or of why none is needed."""

    authorisation_number: str
    authorisation_date: datetime.date | None
    authorisation_none_reason: str


class Terms(Authorisation):
    """The column values of an `Agreement`, without its partner and cluster; None where the file was wrong."""

    title_fr: str
    title_en: str
    purpose_fr: str
    purpose_en: str
    starts_on: datetime.date | None
    ends_on: datetime.date | None
    jurisdiction: str
    language_regime: str
    fee_percent: Decimal | None
    concurrence_above: Decimal | None
    audit_years: int
    recovered_reusable: bool


class CallColumns(TypedDict):
    """The column values of a `Call`, without its programme, key and versions; None where the file was wrong."""

    name_fr: str
    name_en: str
    kind: str
    opens_at: datetime.datetime | None
    closes_at: datetime.datetime | None
    zone: str
    cohorts: list[str]
    grace_minutes: int


@dataclass(frozen=True)
class PartnerPart:
    KEYS: ClassVar[Keys] = standings.PARTNER
    REFUSED: ClassVar[Mapping[str, Refused]] = {}

    short_name: str
    name: Text
    path: Path


@dataclass(frozen=True)
class EnvelopePart:
    KEYS: ClassVar[Keys] = funding.ENVELOPE
    REFUSED: ClassVar[Mapping[str, Refused]] = {}

    fiscal_year: int
    amount: Decimal
    path: Path


@dataclass(frozen=True)
class AgreementPart:
    KEYS: ClassVar[Keys] = {**standings.AGREEMENT, **funding.TERMS}
    REFUSED: ClassVar[Mapping[str, Refused]] = {}

    reference: str
    partner: str
    terms: Terms
    envelopes: tuple[EnvelopePart, ...]
    path: Path


@dataclass(frozen=True)
class ProgramPart:
    KEYS: ClassVar[Keys] = standings.PROGRAM
    REFUSED: ClassVar[Mapping[str, Refused]] = {}

    code: str
    columns: dict[str, object]
    group_key: str
    group_name: Text
    funding: tuple[tuple[str, Decimal], ...]
    path: Path


@dataclass(frozen=True)
class CallPart:
    KEYS: ClassVar[Keys] = standings.CALL
    REFUSED: ClassVar[Mapping[str, Refused]] = {}

    key: str
    columns: CallColumns
    path: Path


@dataclass(frozen=True)
class LetterPart:
    KEYS: ClassVar[Keys] = standings.LETTER
    REFUSED: ClassVar[Mapping[str, Refused]] = {}

    kind: LetterKind
    subject: Text
    body: Text


class Letters:
    """The letters by kind. Nobody can yet invite an applicant to another stage, so that letter is never sent."""

    KEYS: ClassVar[Keys] = standings.LETTERS
    REFUSED: ClassVar[Mapping[str, Refused]] = {LetterKind.INVITED.value: Refused(Part.STAGES)}


def read_partner(reader: Reader) -> PartnerPart:
    part = PartnerPart(reader.string("short_name", max_length=20), reader.text("name", max_length=200), reader.path)
    done(reader, PartnerPart)
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
    terms: Terms = {
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
        **_authorisation(reader),
    }
    readers = reader.children("envelopes", at_least=1, at_most=40)
    envelopes = tuple(_envelope(child, starts, ends) for child in readers)
    seen: set[int] = set()
    for envelope in envelopes:
        if envelope.fiscal_year in seen and envelope.fiscal_year:
            reader.problems.append(
                Problem((*envelope.path, "fiscal_year"), _("This fiscal year has an envelope already."))
            )
        seen.add(envelope.fiscal_year)
    done(reader, AgreementPart)
    return AgreementPart(reference, partner, terms, envelopes, reader.path)


def _authorisation(reader: Reader) -> Authorisation:
    """A decree (number and date) or why none is needed: only where the agreement says so."""
    child = reader.child("authorisation", required=False)
    if child is None:
        return {"authorisation_number": "", "authorisation_date": None, "authorisation_none_reason": ""}
    number = child.string("number", required=False, max_length=60)
    date = child.day("date", required=False)
    reason = child.string("none_reason", required=False, max_length=2000)
    if bool(number) != bool(date) or not (number or reason):
        child.problem(_("Give the decree's number and date, or the reason why none is needed."))
    done(child, funding.AUTHORISATION)
    return {"authorisation_number": number, "authorisation_date": date, "authorisation_none_reason": reason}


def _envelope(reader: Reader, starts: datetime.date | None, ends: datetime.date | None) -> EnvelopePart:
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
    done(reader, EnvelopePart)
    return part


def read_program(reader: Reader, agreements: set[str]) -> ProgramPart:
    code = reader.string("code", max_length=8, pattern=r"[A-Z][A-Z0-9]{0,7}")
    name, summary = reader.text("name", max_length=200), reader.text("summary", max_length=2000)
    description = reader.text("description", required=False)
    contact = reader.child("contact")
    columns: dict[str, object] = {
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
        done(contact, standings.CONTACT)
    group = reader.child("working_group")
    group_key = group.key() if group else ""
    group_name = group.text("name", max_length=200) if group else Text()
    if group:
        done(group, standings.GROUP)
    shares: list[tuple[str, Decimal]] = []
    for child in reader.children("funding", at_least=1, at_most=10):
        reference = child.string("agreement", max_length=60)
        if reference and reference not in agreements:
            child.problem(_("No agreement has the reference “%(name)s”.") % {"name": reference}, "agreement")
        if reference in [known for known, _share in shares]:
            child.problem(_("“%(value)s” is written twice.") % {"value": reference}, "agreement")
        shares.append((reference, child.percent("share") or Decimal(0)))
        done(child, standings.FUNDING)
    total = sum((share for _reference, share in shares), Decimal(0))
    if shares and total != 100:
        reader.problem(
            _("The shares of the agreements add up to %(total)s; they must add up to 100.")
            % {"total": write_number(total)},
            "funding",
        )
    done(reader, ProgramPart)
    return ProgramPart(code, columns, group_key, group_name, tuple(shares), reader.path)


def read_call(reader: Reader, agreements: Collection[AgreementPart]) -> CallPart:
    """The call: opening before closing, cohorts in order and the last one the closing, all within the agreements."""
    key = reader.string("key", max_length=40, pattern=r"[a-z0-9]+(-[a-z0-9]+)*")
    name = reader.text("name", max_length=200)
    kind = reader.choice("kind", CallKind)
    opens, closes = reader.instant("opens"), reader.instant("closes")
    cohorts = _cohorts(reader, kind, opens, closes)
    if opens and closes and opens[0] >= closes[0]:
        reader.problem(_("The call closes before it opens."), "closes")
    _check_zone(reader, opens, "opens")
    _check_zone(reader, closes, "closes")
    ends = [part.terms["ends_on"] for part in agreements if part.terms["ends_on"]]
    if closes and ends and closes[0].date() > min(ends):
        reader.problem(_("The call closes after its agreement ends, on %(day)s.") % {"day": min(ends)}, "closes")
    grace = reader.integer("grace_minutes", required=False, at_least=0, at_most=240)
    columns: CallColumns = {
        "name_fr": name.fr,
        "name_en": name.en,
        "kind": kind,
        "opens_at": _utc(opens) if opens else None,
        "closes_at": _utc(closes) if closes else None,
        "zone": closes[1] if closes else "",
        "cohorts": [_utc(cohort).isoformat() for cohort in cohorts],
        "grace_minutes": GRACE_MINUTES if grace is None else grace,
    }
    done(reader, CallPart)
    return CallPart(key, columns, reader.path)


def _cohorts(reader: Reader, kind: str, opens: Instant | None, closes: Instant | None) -> list[Instant]:
    raw = reader.items("cohorts", required=kind == CallKind.CONTINUOUS, at_least=0)
    if raw and kind == CallKind.FIXED:
        reader.problem(_("Only a continuous intake has cohorts."), "cohorts")
    out: list[Instant] = []
    for index, value in enumerate(raw):
        instant = reader.read_instant(value, "cohorts", index)
        if instant is None:
            continue
        _check_zone(reader, instant, "cohorts", index)
        if out and instant[0] <= out[-1][0]:
            reader.problem(_("The cohorts must close one after the other."), "cohorts", index)
        elif opens and instant[0] <= opens[0]:
            reader.problem(_("This cohort closes before the call opens."), "cohorts", index)
        out.append(instant)
    if out and closes and len(out) == len(raw) and out[-1][0] != closes[0]:
        reader.problem(_("The last cohort closes at another instant than the call."), "cohorts", len(raw) - 1)
    return out


def _check_zone(reader: Reader, instant: Instant | None, *steps: str | int) -> None:
    """Every clock, page and letter counts days in one zone, so a call is in that one."""
    if instant is not None and instant[1] != clock.ZONE.key:
        reader.problem(standings.refused_zone(instant[1]), *steps)


def _utc(instant: Instant) -> datetime.datetime:
    return instant[0].astimezone(datetime.UTC)


def read_letters(reader: Reader) -> tuple[LetterPart, ...]:
    """The templates by kind; every field they use must exist in that kind of letter."""
    out = []
    for kind in map(LetterKind, Letters.KEYS):
        child = reader.child(kind, required=kind in ("approved", "declined", "ineligible"))
        if child is None:
            continue
        letter = LetterPart(kind, child.text("subject", max_length=250), child.text("body"))
        for name, text in (("subject", letter.subject), ("body", letter.body)):
            for language in ("fr", "en"):
                for said in letters.check(text.in_language(language), kind):
                    child.problem(said, name, language)
        done(child, LetterPart)
        out.append(letter)
    done(reader, Letters)
    return tuple(out)
