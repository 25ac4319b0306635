"""The pages of the envelopes: who reads them, and what a statement names."""

from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from audit.models import Reading
from funding import access, figures, ledger
from funding.access import envelopes_of, reads_envelopes
from funding.models import Envelope
from programs.models import Program
from programs.querysets import is_staff
from tests.files import AT, submitted_file
from work import clock


@pytest.fixture(autouse=True)
def now(clock_at):
    clock_at(AT)


@pytest.fixture
def page():
    def get(person, name, *args):
        client = Client()
        client.force_login(person)
        return client.get(reverse(name, args=args))

    return get


def test_envelopes_and_their_statement_are_for_those_who_handle_money(cast, programme, page):
    envelope = Envelope.objects.order_by("fiscal_year").first()
    for person in ("officer", "chair", "endorser", "approver", "finance", "auditor"):
        assert page(getattr(cast, person), "envelope-list").status_code == 200, person
        assert page(getattr(cast, person), "envelope-statement", envelope.public_id).status_code == 200, person
    for person in ("screener", "ana", "sophie", "analyst", "administrator"):
        assert page(getattr(cast, person), "envelope-list").status_code == 403, person
        assert page(getattr(cast, person), "envelope-statement", envelope.public_id).status_code == 404, person


@pytest.mark.parametrize("person", ["finance", "auditor", "chair", "approver"])
def test_who_no_longer_holds_the_role_reads_no_envelope(cast, programme, page, person):
    """The roles of the whole cluster and those of a programme alike, from the day after their last."""
    person, envelope = getattr(cast, person), Envelope.objects.order_by("fiscal_year").first()
    for held in (person.cluster_appointments, person.appointments):
        held.update(ends_on=clock.today())
    assert list(envelopes_of(person)) == list(Envelope.objects.all())
    for held in (person.cluster_appointments, person.appointments):
        held.update(ends_on=clock.today() - timedelta(days=1))
    assert (reads_envelopes(person), list(envelopes_of(person))) == (False, [])
    assert (is_staff(person), list(Program.objects.of_staff(person))) == (False, [])
    assert list(Program.objects.with_money_of(person)) == []
    assert page(person, "envelope-list").status_code == 403
    assert page(person, "envelope-statement", envelope.public_id).status_code == 404


def test_a_statement_names_the_file_of_each_entry_to_whom_may_open_it(cast, programme, page):
    file = submitted_file(cast, programme)
    envelope = Envelope.objects.order_by("fiscal_year").first()
    amount = envelope.free / 8
    ledger.reserve([(envelope, amount.quantize(envelope.free))], application_id=file.pk, by=cast.chair)
    body = page(cast.finance, "envelope-statement", envelope.public_id).content.decode()
    assert file.reference in body
    csv = page(cast.finance, "envelope-csv", envelope.public_id).content.decode("utf-8-sig").splitlines()
    assert len(csv) == 4  # the head, the allocation, the fee, the reserve
    assert file.reference in csv[3]
    assert Reading.objects.filter(subject_type="envelope").count() == 2


def test_start_fails_where_no_app_says_who_handles_the_money_or_names_the_files(monkeypatch):
    monkeypatch.setattr(access, "_handlers", None)
    monkeypatch.setattr(figures, "_naming", None)
    with pytest.raises(ImproperlyConfigured, match="who handles the money"):
        access.handlers()
    with pytest.raises(ImproperlyConfigured, match="names the files"):
        figures.naming()
