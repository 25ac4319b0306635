"""The resources: one list and one row of each, for the partner of the key. What may be read is `reports.selectors`."""

from collections.abc import Sequence
from typing import TypeVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from applications.models import Application
from awards.models import Award
from decisions.models import Decision
from funding.figures import burn
from funding.models import Agreement, Envelope, LedgerEntry
from programs.models import Call, Program
from reports import selectors
from reports.api import filters, serializers
from reports.api.resource import Resource
from reports.states import Scope


class Agreements(Resource[Agreement]):
    title = gettext_lazy("Delegation agreements")
    kind = "agreement"
    scopes = (Scope.READ, Scope.AMOUNTS)
    serializer_class = serializers.Agreement
    filterset_class = filters.Agreements

    def rows(self) -> QuerySet[Agreement]:
        return selectors.agreements_of(self.request.partner)


class Envelopes(Resource[Envelope]):
    title = gettext_lazy("Envelopes")
    kind = "envelope"
    scopes = (Scope.READ, Scope.AMOUNTS)
    serializer_class = serializers.Envelope
    filterset_class = filters.Envelopes

    def rows(self) -> QuerySet[Envelope]:
        return selectors.envelopes_of(self.request.partner)

    def prepare(self, rows: Sequence[Envelope]) -> Sequence[Envelope]:
        told = selectors.as_told(rows)
        for envelope in told:
            vars(envelope)["burn"] = burn(envelope)
        return told


class Ledger(Resource[LedgerEntry]):
    title = gettext_lazy("Ledger of an envelope")
    kind = "ledger_entry"
    scopes = (Scope.READ, Scope.AMOUNTS)
    order = "told_at"
    serializer_class = serializers.LedgerEntry
    filterset_class = filters.Ledger

    def rows(self) -> QuerySet[LedgerEntry]:
        envelope = self.row(selectors.envelopes_of(self.request.partner), self.kwargs["id"])
        return selectors.ledger_of(envelope, self.reader)

    def application_of(self, row: LedgerEntry) -> int | None:
        return row.application_id if vars(row)["file"] else None


class Programs(Resource[Program]):
    title = gettext_lazy("Programmes")
    kind = "program"
    serializer_class = serializers.Program
    filterset_class = filters.Programs
    reference_field = "code"

    def rows(self) -> QuerySet[Program]:
        return selectors.programs_of(self.request.partner)


class Calls(Resource[Call]):
    title = gettext_lazy("Calls")
    kind = "call"
    serializer_class = serializers.Call
    filterset_class = filters.Calls

    def rows(self) -> QuerySet[Call]:
        return selectors.calls_of(self.request.partner)


class Applications(Resource[Application]):
    title = gettext_lazy("Applications")
    kind = "application"
    file = "pk"
    serializer_class = serializers.Application
    filterset_class = filters.Applications
    reference_field = "reference"

    def rows(self) -> QuerySet[Application]:
        return selectors.applications_of(self.request.partner)

    def application_of(self, row: Application) -> int:
        return row.pk


Paid = TypeVar("Paid", bound=Decision | Award)


class Shared(Resource[Paid]):
    """Rows whose amount several partners may pay: each reads its own part, and the others' as one figure."""

    file = "application"

    def prepare(self, rows: Sequence[Paid]) -> Sequence[Paid]:
        for row in rows:
            vars(row).update(
                own_share=selectors.own_share(row),
                other_public_aid=selectors.other_aid(row),
                shares_told=selectors.own_shares(row),
            )
        return rows


class Decisions(Shared[Decision]):
    title = gettext_lazy("Decisions")
    kind = "decision"
    serializer_class = serializers.Decision
    filterset_class = filters.Decisions

    def rows(self) -> QuerySet[Decision]:
        return selectors.decisions_of(self.request.partner)

    def application_of(self, row: Decision) -> int:
        return row.application_id


class Awards(Shared[Award]):
    title = gettext_lazy("Awards")
    kind = "award"
    scopes = (Scope.READ, Scope.AMOUNTS)
    serializer_class = serializers.Award
    filterset_class = filters.Awards

    def rows(self) -> QuerySet[Award]:
        return selectors.awards_of(self.request.partner)

    def application_of(self, row: Award) -> int:
        return row.application_id
