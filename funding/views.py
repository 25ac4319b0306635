"""The envelopes of the delegation agreements: how far each year's money has gone, and every entry of one."""

from decimal import Decimal
from hashlib import sha256
from typing import Any, TypedDict
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.requests import PersonRequest
from audit.services import record_list_reading, record_reading
from audit.states import ActorKind, Read
from funding.access import entries_open_to, envelopes_of, leaves_out, reads_envelopes
from funding.figures import Burn, FileName, StatementRow, as_read, burn, names_of_files, parts_of, statement
from funding.models import Agreement, Envelope
from funding.money import BUCKETS, Bucket, EntryKind
from moves.refusals import Forbidden
from work import clock
from work.money import ZERO
from work.spreadsheets import MARK, lines_of


def bar_of(envelope: Envelope, year: Burn) -> dict[str, object]:
    """The parts of a year's money, drawn and in a table."""
    title = _("%(year)s: what can be awarded, less the administration fee") % {"year": envelope.label}
    return {"caption": title, "total": year.awardable, "parts": parts_of(year)}


def readable(request: PersonRequest) -> QuerySet[Envelope]:
    return envelopes_of(request.user).select_related("agreement__partner", "agreement__cluster")


@require_safe
@login_required
@never_cache
def index(request: PersonRequest) -> HttpResponse:
    """Every envelope this person may read, agreement by agreement."""
    if not reads_envelopes(request.user):
        raise Forbidden(_("The envelopes are for officers, finance, approvers and auditors."))
    agreements: dict[Agreement, list[dict[str, Any]]] = {}
    for envelope in as_read(readable(request), entries_open_to(request.user)):
        year = burn(envelope)
        line = {"envelope": envelope, "burn": year, "bar": bar_of(envelope, year), "key": f"env-{envelope.public_id}"}
        agreements.setdefault(envelope.agreement, []).append(line)
    groups = [
        {"agreement": agreement, "years": years, "total": _total(years)} for agreement, years in agreements.items()
    ]
    context = {"groups": groups, "leaves_out": leaves_out(request.user)}
    return render(request, "funding/envelopes.html", context)


def _total(years: list[dict[str, Any]]) -> dict[str, Decimal]:
    names = ("awardable", "reserved", "committed", "payable", "paid", "lapsed", "free")
    return {name: sum((getattr(line["burn"], name) for line in years), ZERO) for name in names}


class Line(TypedDict):
    row: StatementRow
    file: FileName | None


def rows_of(envelope: Envelope, reader: User) -> list[Line]:
    """The entries that are open to the reader, with their running balances; each file by its name where they may open
    it."""
    rows = statement(envelope, entries_open_to(reader))
    names = names_of_files({row.entry.application_id for row in rows if row.entry.application_id}, reader)
    return [{"row": row, "file": names.get(row.entry.application_id or 0)} for row in rows]


@require_safe
@login_required
@never_cache
def statement_page(request: PersonRequest, public_id: UUID) -> HttpResponse:
    found = get_object_or_404(readable(request), public_id=public_id)
    (envelope,) = as_read([found], entries_open_to(request.user))
    year = burn(envelope)
    rows = rows_of(envelope, request.user)
    remember(request, envelope, rows, what=Read.STATEMENT)
    context = {
        "envelope": envelope,
        "agreement": envelope.agreement,
        "burn": year,
        "bar": bar_of(envelope, year),
        "rows": rows,
        "leaves_out": leaves_out(request.user),
        "now": clock.now(),
    }
    return render(request, "funding/envelope.html", context)


@require_safe
@login_required
@never_cache
def statement_csv(request: PersonRequest, public_id: UUID) -> HttpResponse:
    """The same statement, a line an entry, as a spreadsheet of the reader's language opens it."""
    envelope = get_object_or_404(readable(request), public_id=public_id)
    language = get_language() or "fr"
    rows = rows_of(envelope, request.user)
    table: list[list[str | Decimal]] = [_heads(), *(_cells(envelope, line) for line in rows)]
    response = HttpResponse(MARK.encode() + lines_of(table, language=language), content_type="text/csv; charset=utf-8")
    name = f"{envelope.agreement.reference}-{envelope.label}".replace("/", "-")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    remember(request, envelope, rows, what=Read.STATEMENT_CSV, digest=sha256(response.content).hexdigest())
    return response


BALANCES = tuple(bucket for bucket in BUCKETS if bucket != Bucket.RECEIVED)


def _heads() -> list[str | Decimal]:
    return [
        _("Day"),
        _("Time (Québec time)"),
        _("Fiscal year"),
        _("Entry"),
        _("Correction"),
        _("Taken from"),
        _("Amount ($)"),
        _("File"),
        _("By"),
        _("Note"),
        *(_("Balance after ($): %(name)s") % {"name": bucket.label} for bucket in BALANCES),
        _("Balance after ($): %(name)s") % {"name": _("Free")},
    ]


def _cells(envelope: Envelope, line: Line) -> list[str | Decimal]:
    """Days and amounts as the spreadsheet reckons with them, everything else in words."""
    row, file = line["row"], line["file"]
    entry = row.entry
    day, _space, hour = clock.sortable(entry.at).partition(" ")
    return [
        day,
        hour,
        envelope.label,
        str(EntryKind(entry.kind).label),
        _("yes") if entry.reverses_id else "",
        str(Bucket(entry.from_bucket).label) if entry.from_bucket else "",
        entry.amount,
        file.reference if file else _("A file") if entry.application_id else "",
        entry.by.full_name if entry.by else str(ActorKind(entry.actor).label),
        entry.note,
        *(row.balances[balance] for balance in BALANCES),
        row.free,
    ]


def remember(request: PersonRequest, envelope: Envelope, rows: list[Line], *, what: Read, digest: str = "") -> None:
    """The statement was read: of the envelope, and of each file that a line of it names."""
    files = [row["row"].entry.application_id if row["file"] else None for row in rows]
    found = record_list_reading(request.user, subject=envelope, what=what, question={}, listed=files, digest=digest)
    if found is None:  # no line names a file
        record_reading(request.user, application_id=None, subject=envelope, what=what)
