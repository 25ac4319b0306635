"""Seats of a partner; envelopes, their order and their locks; which entries of the ledger may be told: outside the
chain, and to whom some files are closed."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Case, DateTimeField, Exists, F, OuterRef, Q, QuerySet, When

from accounts.querysets import TermQuerySet
from funding.money import LEFT_OVER, fiscal_year
from funding.roles import PartnerRole

if TYPE_CHECKING:
    from funding.models import Envelope, LedgerEntry, PartnerSeat

LEFT = [str(kind) for kind in LEFT_OVER]
WAITS = Q(application_id__isnull=False) | Q(kind__in=LEFT)  # until its file, or the files of its envelope, are told


class SeatQuerySet(TermQuerySet["PartnerSeat"]):
    def concurring(self) -> Self:
        """Those from which somebody concurs for their partner today."""
        return self.held_today().filter(role=PartnerRole.CONCURRENCE)


class EnvelopeQuerySet(models.QuerySet["Envelope"]):
    def by_agreement(self) -> Self:
        """Agreement by agreement, in the order of their references, each year by year."""
        return self.order_by("agreement__reference", "agreement_id", "fiscal_year")

    def awarding(self, day: date) -> Self:
        """Those that new awards may take from on `day`: the year is not over, and not closed."""
        return self.filter(closed_on__isnull=True, fiscal_year__gte=fiscal_year(day))

    def of_entries(self, entries: "LedgerQuerySet") -> Self:
        """Those in which these entries were made."""
        return self.filter(pk__in=entries.values("envelope_id"))

    def locked(self) -> Self:
        """Locked one after another by id, so that two acts on several can never wait for each other."""
        return self.select_for_update(of=("self",)).order_by("pk")


class LedgerQuerySet(models.QuerySet["LedgerEntry"]):
    def of_file(self, application_id: int | None) -> Self:
        """Those that were made for this file; None: for the envelope itself."""
        return self.filter(application_id=application_id)

    def untold(self) -> Self:
        """Those that may not be told outside the chain: not yet, or never."""
        return self.filter(WAITS, told__isnull=True)

    def told(self) -> Self:
        """Those that may be told outside the chain. `told_at`: since when, which is their order there; it is later than
        `at` for what waited for a letter."""
        since = Case(When(WAITS, then=F("told__at")), default=F("at"), output_field=DateTimeField())
        return self.filter(~WAITS | Q(told__isnull=False)).annotate(told_at=since)

    def told_or_of(self, application_id: int) -> Self:
        """Those that may be told to who decides on this file alone: its own are added."""
        return self.filter(~WAITS | Q(told__isnull=False) | Q(application_id=application_id))

    def open_to(self, closed: "QuerySet[models.Model, Mapping[str, object]]") -> Self:
        """Without what is not told of the files whose ids are in `closed`, nor the amounts that would betray it."""
        hidden = self.model._default_manager.filter(application_id__in=closed).untold()
        of_them = Exists(hidden.filter(pk=OuterRef("pk")))
        left = Exists(hidden.filter(envelope=OuterRef("envelope"), pk__lt=OuterRef("pk")))
        return self.exclude(of_them).exclude(left, told__isnull=True, kind__in=LEFT)
