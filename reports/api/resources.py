"""The resources: one list and one row of each, for the partner of the key. What may be read is `reports.selectors`."""

from django.utils.translation import gettext_lazy

from applications.models import Application
from audit.models import Entry
from decisions.models import Decision
from funding.figures import burn
from reports import selectors
from reports.api import filters, serializers
from reports.api.resource import Resource
from reports.states import Scope


class Agreements(Resource):
    title = gettext_lazy("Delegation agreements")
    kind = "agreement"
    scopes = (Scope.READ, Scope.AMOUNTS)
    serializer_class = serializers.Agreement
    filterset_class = filters.Agreements

    def rows(self):
        return selectors.agreements_of(self.request.partner)


class Envelopes(Resource):
    title = gettext_lazy("Envelopes")
    kind = "envelope"
    scopes = (Scope.READ, Scope.AMOUNTS)
    serializer_class = serializers.Envelope
    filterset_class = filters.Envelopes

    def rows(self):
        return selectors.envelopes_of(self.request.partner)

    def prepare(self, rows):
        for envelope in rows:
            envelope.burn = burn(envelope)
        return rows


class Ledger(Resource):
    title = gettext_lazy("Ledger of an envelope")
    kind = "ledger_entry"
    scopes = (Scope.READ, Scope.AMOUNTS)
    serializer_class = serializers.LedgerEntry
    filterset_class = filters.Ledger

    def rows(self):
        envelope = self.row(selectors.envelopes_of(self.request.partner), self.kwargs["id"])
        return selectors.ledger_of(envelope)

    def application_of(self, entry: Entry):
        return entry.application_id if entry.file else None


class Programs(Resource):
    title = gettext_lazy("Programmes")
    kind = "program"
    serializer_class = serializers.Program
    filterset_class = filters.Programs

    def rows(self):
        return selectors.programs_of(self.request.partner)

    def by_reference(self, rows, text: str):
        return rows.filter(code=text).first()


class Calls(Resource):
    title = gettext_lazy("Calls")
    kind = "call"
    serializer_class = serializers.Call
    filterset_class = filters.Calls

    def rows(self):
        return selectors.calls_of(self.request.partner)


class Applications(Resource):
    title = gettext_lazy("Applications")
    kind = "application"
    serializer_class = serializers.Application
    filterset_class = filters.Applications

    def rows(self):
        return selectors.applications_of(self.request.partner)

    def by_reference(self, rows, text: str):
        return rows.filter(reference=text).first()

    def application_of(self, application: Application):
        return application.pk


class Shared(Resource):
    """Rows whose amount several partners may pay: each reads its own part, and the others' as one figure."""

    def prepare(self, rows):
        for row in rows:
            row.own_share, row.other_public_aid = selectors.own_share(row), selectors.other_aid(row)
            row.shares_told = selectors.own_shares(row)
        return rows


class Decisions(Shared):
    title = gettext_lazy("Decisions")
    kind = "decision"
    serializer_class = serializers.Decision
    filterset_class = filters.Decisions

    def rows(self):
        return selectors.decisions_of(self.request.partner)

    def application_of(self, decision: Decision):
        return decision.application_id


class Awards(Shared):
    title = gettext_lazy("Awards")
    kind = "award"
    scopes = (Scope.READ, Scope.AMOUNTS)
    serializer_class = serializers.Award
    filterset_class = filters.Awards

    def rows(self):
        return selectors.awards_of(self.request.partner)

    def application_of(self, award):
        return award.application_id
