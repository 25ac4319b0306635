"""The staff's pages of programmes and calls: who reads them, what an act says."""

import pytest
from django.test import Client
from django.urls import reverse

from programs.models import Call
from tests.files import AT


@pytest.fixture(autouse=True)
def now(clock_at):
    clock_at(AT)


@pytest.fixture
def page(cast):
    def get(person, name, *args, query="", post=None, language="en"):
        client = Client()
        if person:
            client.force_login(getattr(cast, person))
        client.cookies["django_language"] = language
        url = reverse(name, args=args) + query
        return client.post(url, post) if post is not None else client.get(url)

    return get


TABS = ("program-details", "program-form", "program-rubric", "program-rules", "program-letters", "program-people")
STAFF = ("officer", "screener", "chair", "endorser", "approver", "auditor", "finance")
OTHERS = ("ana", "sophie", "analyst", "administrator")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_staff_read_every_part_of_a_programme_in_both_languages(programme, page, language):
    for name in TABS:
        assert page("officer", name, programme.slug, language=language).status_code == 200, name


def test_a_programme_is_for_its_staff(programme, page):
    call = programme.calls.get()
    for person in STAFF:
        assert page(person, "program-list").status_code == 200, person
        assert page(person, "program-rules", programme.slug).status_code == 200, person
        assert page(person, "call-manage", call.public_id).status_code == 200, person
    for person in OTHERS:
        assert page(person, "program-list").status_code == 403, person
        assert page(person, "program-rules", programme.slug).status_code == 404, person
        assert page(person, "call-manage", call.public_id).status_code == 404, person
    assert page(None, "program-list").status_code == 302


def test_a_call_is_published_then_extended_on_its_own_pages(programme, page):
    call = programme.calls.get()
    assert "Everything is there." in page("officer", "call-publish", call.public_id).content.decode()
    assert page("screener", "call-publish", call.public_id, post={}).status_code == 403
    assert page("officer", "call-publish", call.public_id, post={}).status_code == 302
    assert page("officer", "call-publish", call.public_id, post={}).status_code == 409
    earlier = {"day": "2027-01-01", "hour": "17:00", "reason": "Panne"}
    refused = page("officer", "call-extend", call.public_id, post=earlier)
    assert refused.status_code == 409
    assert "A closing can only be moved to a later instant." in refused.content.decode()
    later = {"day": "2028-10-15", "hour": "17:00", "reason": "Panne"}
    assert page("officer", "call-extend", call.public_id, post=later).status_code == 302
    assert Call.objects.get().closes_at.isoformat() == "2028-10-15T21:00:00+00:00"


def test_an_accommodation_names_a_registered_organisation(programme, page, cast):
    call = programme.calls.get()
    page("officer", "call-publish", call.public_id, post={})
    given = {"neq": "1164879526", "day": "2028-10-15", "hour": "17:00", "reason": "Médical"}
    wrong = page("officer", "call-accommodate", call.public_id, post=given | {"neq": "1164879527"})
    assert wrong.status_code == 422
    assert 'value="1164879527"' in wrong.content.decode()
    assert page("officer", "call-accommodate", call.public_id, post=given).status_code == 302
    assert call.accommodations.get().organisation.neq == "1164879526"
    assert "Usinage Gauthier" not in page("auditor", "call-manage", call.public_id).content.decode()


def test_cancelling_and_archiving_are_confirmed(programme, page):
    call = programme.calls.get()
    page("officer", "call-publish", call.public_id, post={})
    assert page("officer", "call-archive", call.public_id, post={}).status_code == 409
    assert page("officer", "call-cancel", call.public_id, post={"reason": ""}).status_code == 422
    assert page("officer", "call-cancel", call.public_id, post={"reason": "Entente résiliée"}).status_code == 302
    assert Call.objects.get().state == "cancelled"
