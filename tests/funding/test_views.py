"""The pages of the envelopes: who reads them, and what a statement names."""

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Reading
from funding import ledger
from funding.models import Envelope
from tests.files import AT, submitted_file


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
