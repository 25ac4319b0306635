"""A programme goes out as one file, always in the same order."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Model, QuerySet, Sum

from builder.bundle import dump_bundle
from funding.models import Agreement, Envelope, LedgerEntry, Partner
from funding.money import EntryKind
from letters.models import LetterTemplate
from letters.selectors import templates_of
from programs import policy
from programs.models import Call, Program
from programs.selectors import funding_of


def allocated(agreement: Agreement, fiscal_year: int) -> Decimal | None:
    """What was allocated at first to the year's envelope, before any carry-over; None without an envelope."""
    envelope = Envelope.objects.filter(agreement=agreement, fiscal_year=fiscal_year).first()
    if envelope is None:
        return None
    entries = LedgerEntry.objects.filter(envelope=envelope, kind=EntryKind.ALLOCATE, reverses__isnull=True)
    total = entries.filter(reversed_by__isnull=True).aggregate(total=Sum("amount"))["total"]
    return total or Decimal("0.00")


def export_bundle(program: Program, *, call: Call | None = None) -> str:
    """The programme as a bundle's YAML: its latest definitions, or those of `call`. Its order is always the same."""
    call = call or program.calls.latest_first().first()
    if call is None:
        raise ValueError("a programme without a call cannot be written as a bundle")
    if call.form is None or call.rubric is None or call.rules is None:
        raise ValueError("a call without its form, rubric and rules cannot be written as a bundle")
    data: dict[str, object] = {
        "passerelle": 1,
        "partners": [_partner_data(partner) for partner in _partners(program)],
        "agreements": [_agreement_data(agreement) for agreement in program.agreements.order_by("reference")],
        "programme": _program_data(program),
        "call": _call_data(call),
        "form": call.form.definition,
        "rubric": call.rubric.definition,
        **policy.as_written(call.rules.definition),
        "letters": {kind.value: _letter_data(letter) for kind, letter in templates_of(program).items()},
    }
    return dump_bundle(data)


STAMP = "# exported as "
_STAMPED = re.compile(rf"^{STAMP}([0-9a-f]{{16}})\r?$", re.MULTILINE)


def digest_of(bundle: str) -> str:
    """One short text for what a bundle says: another bundle has another."""
    return hashlib.sha256(bundle.encode()).hexdigest()[:16]


def stamped(bundle: str) -> str:
    """An exported bundle with a comment of what it left as: its import tells whether somebody changed it since."""
    return f"{STAMP}{digest_of(bundle)}\n{bundle}"


def stamp_of(text: str | bytes) -> str:
    """As what a bundle says that it left; "" when it does not say."""
    found = _STAMPED.search(text.decode("utf-8", "replace") if isinstance(text, bytes) else text)
    return found[1] if found else ""


def _partners(program: Program) -> QuerySet[Partner]:
    return Partner.objects.filter(agreements__programs=program).distinct().order_by("short_name")


def _pair(row: Model, name: str) -> dict[str, str]:
    return {"fr": getattr(row, f"{name}_fr"), "en": getattr(row, f"{name}_en")}


def _partner_data(partner: Partner) -> dict[str, object]:
    return {"short_name": partner.short_name, "name": _pair(partner, "name")}


def _agreement_data(agreement: Agreement) -> dict[str, object]:
    out: dict[str, object] = {
        "reference": agreement.reference,
        "partner": agreement.partner.short_name,
        "title": _pair(agreement, "title"),
        "jurisdiction": agreement.jurisdiction,
        "starts": agreement.starts_on.isoformat(),
        "ends": agreement.ends_on.isoformat(),
        "language_regime": agreement.language_regime,
        "fee_percent": format(agreement.fee_percent.normalize(), "f"),
        "audit_years": agreement.audit_years,
        "recovered_reusable": agreement.recovered_reusable,
        "envelopes": [
            {"fiscal_year": envelope.label, "amount": str(allocated(agreement, envelope.fiscal_year))}
            for envelope in agreement.envelopes.order_by("fiscal_year")
        ],
    }
    if agreement.purpose_fr or agreement.purpose_en:
        out["purpose"] = _pair(agreement, "purpose")
    if agreement.concurrence_above is not None:
        out["concurrence_above"] = str(agreement.concurrence_above)
    authorisation = {
        "number": agreement.authorisation_number,
        "date": agreement.authorisation_date.isoformat() if agreement.authorisation_date else "",
        "none_reason": agreement.authorisation_none_reason,
    }
    if any(authorisation.values()):
        out["authorisation"] = {key: value for key, value in authorisation.items() if value}
    return out


def _program_data(program: Program) -> dict[str, object]:
    contact = {"email": program.contact_email}
    if program.contact_phone:
        contact["phone"] = program.contact_phone
    out: dict[str, object] = {
        "code": program.code,
        "slug": program.slug,
        "name": _pair(program, "name"),
        "working_group": {"key": program.working_group.key, "name": _pair(program.working_group, "name")},
        "themes": program.themes,
        "summary": _pair(program, "summary"),
        "contact": contact,
        "funding": [
            {"agreement": funding.agreement.reference, "share": format(funding.share.normalize(), "f")}
            for funding in funding_of(program)
        ],
    }
    if program.description_fr or program.description_en:
        out["description"] = _pair(program, "description")
    return out


def _call_data(call: Call) -> dict[str, object]:
    zone = ZoneInfo(call.zone)

    def instant(value: datetime | None) -> str:
        if value is None:
            raise ValueError("a call without its dates cannot be written as a bundle")
        return f"{value.astimezone(zone):%Y-%m-%dT%H:%M} {call.zone}"

    out: dict[str, object] = {
        "key": call.key,
        "name": _pair(call, "name"),
        "kind": call.kind,
        "opens": instant(call.opens_at),
        "closes": instant(call.closes_at),
        "grace_minutes": call.grace_minutes,
    }
    if call.cohorts:
        out["cohorts"] = [instant(datetime.fromisoformat(text)) for text in call.cohorts]
    return out


def _letter_data(letter: LetterTemplate) -> dict[str, object]:
    return {"subject": _pair(letter, "subject"), "body": _pair(letter, "body")}
