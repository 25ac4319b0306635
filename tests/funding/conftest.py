"""An agreement, two of its years, and who enters what moves in them."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.models import Cluster, User
from funding import ledger
from funding.models import Agreement, Envelope, Partner


def D(text):
    return Decimal(text).quantize(Decimal("0.01"))


@pytest.fixture
def nadia(store):
    """The cluster's finance officer."""
    return User.objects.create(email="nadia@aero.example", given_name="Nadia", family_name="Roy")


@pytest.fixture
def excellence(store):
    """The agreement MEIE-2026-114 of Filière Excellence."""
    cluster = Cluster.objects.create(slug="aero", name_fr="Aéro Montréal", name_en="Aéro Montréal")
    partner = Partner.objects.create(
        cluster=cluster, short_name="MEIE", name_fr="Ministère de l'Économie", name_en="Ministry of Economy"
    )
    return Agreement.objects.create(
        partner=partner,
        cluster=cluster,
        reference="MEIE-2026-114",
        title_fr="Filière Excellence",
        title_en="Filière Excellence",
        starts_on=date(2026, 4, 1),
        ends_on=date(2029, 3, 31),
        fee_percent=Decimal("8"),
        concurrence_above=D("75000"),
        language_regime="fr_prevails",
    )


@pytest.fixture
def first_year(excellence, nadia):
    """2026-2027 with 100 000 $ and no fee charged yet."""
    envelope = Envelope.objects.create(agreement=excellence, fiscal_year=2026)
    ledger.allocate(envelope, amount=D("100000"), by=nadia)
    return envelope


@pytest.fixture
def second_year(excellence, nadia):
    envelope = Envelope.objects.create(agreement=excellence, fiscal_year=2027)
    ledger.allocate(envelope, amount=D("50000"), by=nadia)
    return envelope
