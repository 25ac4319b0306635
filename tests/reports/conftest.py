"""A partner's world: two ministries that fund one programme together, a third that funds its own, and their files.

Rows are written directly where the apps below have their own tests: what is tested here is what may be read.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.models import Cluster, Organisation, User, WorkingGroup
from applications.models import Application, Snapshot
from applications.states import ApplicationState
from awards.models import Award, AwardShare
from decisions.models import Decision, DecisionShare
from decisions.services.chain import told_by
from funding import ledger
from funding.models import Agreement, Envelope, Partner, PartnerSeat
from letters.models import Letter
from programs.models import Call, Program, ProgramFunding, Rules
from reports import services
from work import clock

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
SUBMITTED = datetime(2026, 10, 1, 15, 0, tzinfo=UTC)


class World:
    """Makes the rows and keeps the names of the cast: MEIE and DEC fund FE together; the MDN funds DEF alone."""

    def __init__(self):
        self.count = 0
        self.cluster = Cluster.objects.create(slug="aero", name_fr="Grappe", name_en="Cluster")
        group = WorkingGroup.objects.create(cluster=self.cluster, key="chain", name_fr="Chaîne", name_en="Chain")
        self.officer = self.person("olivia@aero.example")
        self.meie, self.dec, self.mdn = (self.partner(n) for n in ("MEIE", "DEC", "MDN"))
        self.ana = self.seat("ana@meie.example", self.meie)
        self.dan = self.seat("dan@dec.example", self.dec)
        self.mia = self.seat("mia@mdn.example", self.mdn)
        self.agreements = {p: self.agreement(p) for p in (self.meie, self.dec, self.mdn)}
        self.envelopes = {p: self.envelope(self.agreements[p]) for p in self.agreements}
        self.fe = self.program(group, "FE", {self.meie: 60, self.dec: 40})
        self.defence = self.program(group, "DEF", {self.mdn: 100})
        self.call, self.defence_call = self.publish(self.fe), self.publish(self.defence)
        self.nordet = Organisation.objects.create(
            legal_name="Ateliers Nordet inc.",
            neq="1140000005",
            city="Longueuil",
            street="1, rue du Rivet",
            postal_code="J4K 1A1",
            region="Montérégie",
            employees=64,
            updated_at=SUBMITTED - timedelta(days=30),
        )

    def person(self, email, language="fr"):
        given, _at, _host = email.partition("@")
        return User.objects.create_user(email, "secret", given_name=given.title(), family_name="X", language=language)

    def seat(self, email, partner, role="analyst"):
        user = self.person(email)
        PartnerSeat.objects.create(user=user, partner=partner, role=role, starts_on=date(2026, 1, 1))
        return user

    def partner(self, name):
        return Partner.objects.create(
            cluster=self.cluster, short_name=name, name_fr=f"Ministère {name}", name_en=f"Ministry {name}"
        )

    def agreement(self, partner):
        return Agreement.objects.create(
            partner=partner,
            cluster=self.cluster,
            reference=f"{partner.short_name}-2026-1",
            title_fr=f"Entente {partner.short_name}",
            title_en=f"Agreement {partner.short_name}",
            starts_on=date(2026, 4, 1),
            ends_on=date(2029, 3, 31),
            language_regime="fr_prevails",
        )

    def envelope(self, agreement, year=2026):
        envelope = Envelope.objects.create(agreement=agreement, fiscal_year=year)
        ledger.allocate(envelope, amount=Decimal("1000000.00"), by=self.officer)
        return envelope

    def program(self, group, code, funding):
        program = Program.objects.create(
            cluster=self.cluster,
            working_group=group,
            code=code,
            slug=code.lower(),
            name_fr=f"Programme {code}",
            name_en=f"Program {code}",
            summary_fr="Sommaire.",
            summary_en="Summary.",
        )
        for partner, share in funding.items():
            ProgramFunding.objects.create(program=program, agreement=self.agreements[partner], share=share)
        return program

    def publish(self, program):
        rules = Rules.objects.create(
            program=program, number=1, definition={}, effective_from=date(2026, 9, 1), published_at=SUBMITTED
        )
        return Call.objects.create(
            program=program,
            rules=rules,
            key="2026",
            name_fr="Appel 2026",
            name_en="2026 call",
            opens_at=datetime(2026, 9, 1, tzinfo=UTC),
            closes_at=datetime(2026, 12, 1, tzinfo=UTC),
            state="published",
        )

    def file(self, *, state=ApplicationState.SUBMITTED, call=None, since=None, title="Cellule robotisée", **fields):
        """A submitted file, in `state` since `since`."""
        self.count += 1
        call = call or self.call
        application = Application.objects.create(
            call=call,
            organisation=self.nordet,
            created_by=self.officer,
            reference=f"{call.program.code}-2026-{self.count:05}",
            title=title,
            organisation_name=self.nordet.legal_name,
            requested_amount=Decimal("100000.00"),
            submitted_at=SUBMITTED,
            state=state,
            since=since or SUBMITTED,
            updated_at=since or SUBMITTED,
            **fields,
        )
        Snapshot.objects.create(
            application=application,
            number=1,
            canonical="{}",
            digest="0" * 64,
            form_version=1,
            signed_name="N",
            by=self.officer,
            at=SUBMITTED,
        )
        return application

    def decide(self, application, *, kind="approved", shares=None, issued=None, sent=None, number=1):
        """An issued decision, its letter (sent at `sent`, or waiting), and its award when it grants money."""
        shares = shares or {}
        amount = sum(shares.values(), Decimal("0.00"))
        issued = issued or application.since
        letter = Letter.objects.create(
            application=application,
            kind="approved" if amount else "declined",
            code=f"CODE{application.pk}-{number}",
            language="fr",
            regime="fr_prevails",
            subject_line="Décision",
            html="<p>…</p>",
            state="sent" if sent else "queued",
            sent_at=sent,
        )
        decision = Decision.objects.create(
            application=application,
            kind=kind,
            amount=amount,
            number=number,
            state="issued",
            issued_at=issued,
            since=issued,
            letter=letter,
        )
        if sent and kind != "reconsidered":  # as the worker that sends it does
            told = {"outcome_at": sent, "last_told": told_by(decision), "last_told_at": sent}
            Application.objects.filter(pk=application.pk).update(**told)
        if sent:
            ledger.tell(application.pk, at=sent)
        for envelope, part in shares.items():
            DecisionShare.objects.create(decision=decision, envelope=envelope, amount=part)
        if amount:
            award = Award.objects.create(
                decision=decision, application=application, organisation=self.nordet, amount=amount, at=issued
            )
            for envelope, part in shares.items():
                AwardShare.objects.create(award=award, envelope=envelope, amount=part)
        return decision

    def approved(self, *, sent=datetime(2026, 11, 10, 15, 0, tzinfo=UTC), **fields):
        """A file approved on 9 November: 60 000 $ of the MEIE and 40 000 $ of DEC; the letter sent at `sent`."""
        application = self.file(
            state=ApplicationState.APPROVED, since=datetime(2026, 11, 9, 15, 0, tzinfo=UTC), **fields
        )
        shares = {self.envelopes[self.meie]: Decimal("60000.00"), self.envelopes[self.dec]: Decimal("40000.00")}
        self.decide(application, shares=shares, sent=sent)
        return application

    def key(self, partner=None, **options):
        partner = partner or self.meie
        analyst = {self.meie: self.ana, self.dec: self.dan, self.mdn: self.mia}[partner]
        options = {"name": "Tableau", "expires_at": clock.now() + timedelta(days=30)} | options
        return services.create_api_key(partner, by=analyst, **options)


@pytest.fixture
def world(db, clock_at):
    clock_at(NOW)
    return World()


class Caller:
    """`get(path)` with a key: the answer, its JSON read by `.json()`."""

    def __init__(self, client, secret):
        self.client, self.secret = client, secret

    def get(self, path, **headers):
        headers = {"authorization": f"Bearer {self.secret}", "accept-language": "en-CA"} | headers
        return self.client.get(f"/api/v1/{path}", headers=headers)

    def rows(self, path, **headers):
        answer = self.get(path, **headers)
        assert answer.status_code == 200, answer.content
        return answer.json()["data"]


@pytest.fixture
def as_partner(world, client):
    """`as_partner(world.dec)`: who calls with a fresh key of that partner."""
    return lambda partner: Caller(client, world.key(partner)[1])


@pytest.fixture
def meie(world, as_partner):
    return as_partner(world.meie)
