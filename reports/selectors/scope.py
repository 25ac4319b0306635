"""Which rows are a partner's, and what may be told of them. Everything a partner reads starts from here.

A partner's scope is a list of agreements. A programme, its calls and its files are in it when one of these
agreements funds the programme; a decision that grants money, and an award, when one of their envelopes pays part of
it. Nothing of an outcome is told before its letter is sent: not the state, nor when the row last changed.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import (
    Aggregate,
    DateTimeField,
    Exists,
    Min,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Greatest

from applications.models import Application, Snapshot
from applications.states import ApplicationState
from audit.actors import Actor
from audit.models import Change
from awards.models import Award, AwardShare
from decisions.models import Decision, DecisionShare
from decisions.states import FUNDED, DecisionKind
from funding.figures import as_read
from funding.models import Agreement, Envelope, LedgerEntry, Partner, PartnerSeat
from letters.models import Letter
from moves.interests import barred_from
from programs.models import Call, Program, ProgramFunding


def seats_of(user: object) -> QuerySet[PartnerSeat]:
    """The seats that `user` holds today for government partners, the earliest first. None unless it is a person."""
    return PartnerSeat.objects.held_by(user).select_related("partner").order_by("partner_id", "id")


def agreements_of(partner: Partner) -> QuerySet[Agreement]:
    """The agreements of the partner, by reference."""
    return Agreement.objects.filter(partner=partner).select_related("partner").order_by("reference")


def envelopes_of(partner: Partner) -> QuerySet[Envelope]:
    """Their envelopes, the earliest year of each agreement first."""
    envelopes = Envelope.objects.filter(agreement__partner=partner).select_related("agreement")
    return envelopes.order_by("agreement__reference", "fiscal_year")


def _funded_by(partner: Partner) -> QuerySet[ProgramFunding, Any]:
    return ProgramFunding.objects.filter(agreement__partner=partner).values("program_id")


def programs_of(partner: Partner) -> QuerySet[Program]:
    """Programmes that its agreements fund; `own_funding` holds its own agreements and their shares, no other's."""
    own = ProgramFunding.objects.filter(agreement__partner=partner).select_related("agreement").order_by("id")
    return (
        Program.objects.filter(pk__in=_funded_by(partner))
        .select_related("working_group")
        .prefetch_related(Prefetch("funding", queryset=own, to_attr="own_funding"))
    )


def calls_of(partner: Partner) -> QuerySet[Call]:
    """Calls of those programmes, once published."""
    return Call.objects.once_published().filter(program__in=_funded_by(partner)).select_related("program")


def _sent(**path: OuterRef) -> QuerySet[Letter]:
    """Letters that were sent."""
    return Letter.objects.filter(sent_at__isnull=False, **path).order_by()


def _latest(rows: QuerySet[Any], group: str, what: Aggregate) -> Subquery:
    return Subquery(rows.values(group).annotate(latest=what).values("latest"), output_field=DateTimeField())


def applications_of(partner: Partner) -> QuerySet[Application]:
    """Submitted files of those programmes, each with what may be told of it, as its applicant is told it
    (`told_state`, `told_since`). `told_updated`: when anything the partner reads of it last changed."""
    return (
        Application.objects.filter(call__program__in=_funded_by(partner))
        .exclude(state=ApplicationState.DRAFT)
        .select_related("call__program", "organisation")
        .with_told()
        .annotate(told_updated=Greatest("told_since", "organisation__updated_at"))
    )


def _own(shares: type[DecisionShare] | type[AwardShare], partner: Partner) -> Prefetch:
    rows = shares.objects.filter(envelope__agreement__partner=partner).select_related("envelope__agreement")
    return Prefetch("shares", queryset=rows.order_by("envelope__fiscal_year", "envelope_id"), to_attr="own")


def _superseded(decision: str, application: str) -> Subquery:
    """When the letter of a later decision on the same file was first sent; None when there is none.

    The answer that upholds a decision (`reconsidered`) replaces nothing.
    """
    later = _sent(
        decision__application=OuterRef(application), decision__number__gt=OuterRef(f"{decision}number")
    ).exclude(decision__kind=DecisionKind.RECONSIDERED)
    return _latest(later, "decision__application", Min("sent_at"))


def decisions_of(partner: Partner) -> QuerySet[Decision]:
    """Decisions whose letter was sent; those that grant money only where its agreements pay a part.

    `own` holds its own shares; `replaced_at`, when the letter of a later decision was sent.
    """
    pays = DecisionShare.objects.filter(decision=OuterRef("pk"), envelope__agreement__partner=partner)
    return (
        Decision.objects.issued()
        .told()
        .filter(application__call__program__in=_funded_by(partner))
        .filter(~Q(kind__in=[str(k) for k in FUNDED]) | Exists(pays))
        .select_related("application__call__program", "letter")
        .prefetch_related(_own(DecisionShare, partner))
        .annotate(replaced_at=_superseded("", "application"))
        .annotate(told_updated=Greatest("letter__sent_at", "replaced_at"))
    )


def awards_of(partner: Partner) -> QuerySet[Award]:
    """Awards that its agreements pay, or pay a part of, once the letter was sent. `own`, `replaced_at` as above."""
    pays = AwardShare.objects.filter(award=OuterRef("pk"), envelope__agreement__partner=partner)
    return (
        Award.objects.filter(Exists(pays), decision__in=Decision.objects.told())
        .select_related("application__call__program", "organisation", "decision__letter")
        .prefetch_related(_own(AwardShare, partner))
        .annotate(replaced_at=_superseded("decision__", "application"))
        .annotate(told_updated=Greatest("decision__letter__sent_at", "replaced_at"))
    )


def open_awards_of(partner: Partner, reader: Actor, *, before: UUID | None = None) -> QuerySet[Award]:
    """The same without those of files that are closed to `reader`, the latest first; those that come after the one of
    the public identifier `before`."""
    awards = awards_of(partner).exclude(application__in=barred_from(reader)).order_by("-public_id")
    return awards.filter(public_id__lt=before) if before else awards


def own_awards(
    awards: QuerySet[Award], partner: Partner, *, agreement: UUID | None = None, year: int | None = None
) -> QuerySet[Award]:
    """Those that one of the partner's own agreements pays, or that one of its own envelopes pays in that fiscal year:
    to ask about another's tells nothing."""
    shares = AwardShare.objects.filter(envelope__agreement__partner=partner)
    if agreement is not None:
        shares = shares.filter(envelope__agreement__public_id=agreement)
    if year is not None:
        shares = shares.filter(envelope__fiscal_year=year)
    return awards.filter(pk__in=shares.values("award"))


def ledger_of(envelope: Envelope, reader: Actor) -> QuerySet[LedgerEntry]:
    """The entries of one envelope that may be told; `told_at`, since when; `file`, the reference of the file that they
    are for, None of one that is closed to `reader`. One that waits for a letter is not there until it has left."""
    files = Application.objects.filter(pk=OuterRef("application_id")).exclude(pk__in=barred_from(reader))
    reference = Subquery(files.values("reference"))
    entries = LedgerEntry.objects.told().filter(envelope=envelope)
    return entries.select_related("counterpart", "reverses", "envelope").annotate(file=reference)


def as_told(envelopes: Iterable[Envelope]) -> list[Envelope]:
    """The envelopes with the balances that may be told: the sums of the entries of `ledger_of`, to the cent."""
    return as_read(envelopes, LedgerEntry.objects.told())


def gone_since(
    partner: Partner, kind: str, since: datetime, reader: Actor, limit: int = 1000
) -> list[tuple[UUID, datetime]]:
    """Rows of this kind that left the partner's scope since that instant, oldest first: (public id, when). None of a
    file that is closed to `reader`.

    A file that its applicant took back is a draft again, and gone; other rows when the change feed says so.
    """
    files = Application.objects.filter(call__program__in=_funded_by(partner)).exclude(pk__in=barred_from(reader))
    gone = list(
        Change.objects.filter(kind=kind, gone=True, at__gte=since, application_id__in=files.values("pk"))
        .order_by("at", "id")
        .values_list("public_id", "at")[:limit]
    )
    if kind == Application.subject:
        sent_once = Exists(Snapshot.objects.filter(application=OuterRef("pk")))
        gone += list(
            files.filter(sent_once, state=ApplicationState.DRAFT, since__gte=since)
            .order_by("since", "id")
            .values_list("public_id", "since")[:limit]
        )
    return sorted(gone, key=lambda row: row[1])[:limit]
