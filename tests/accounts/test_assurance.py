"""What an actor says of how they were recognised: `by` carries it to the turnstile."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.internal.flows.login import record_authentication
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory
from django.urls import reverse

from accounts.middleware import assurance_of
from accounts.models import User
from accounts.rules import is_system, may_administer
from audit.actors import CLOCK, Assurance, Guest, Method, SetUp
from audit.models import Entry
from audit.services import record
from reports.models import ApiKey
from work import clock

NOON = datetime(2026, 11, 20, 17, tzinfo=UTC)


PERSON, OTHER = User(pk=7), User(pk=8)


def session_with(*records, user=PERSON):
    """A request of a session in which the sign-in library recorded these methods for `user`, at these instants."""
    request = RequestFactory().get("/")
    request.session = SessionStore()
    for method, at in records:
        record_authentication(request, user, method=method, at=at.timestamp())
    return request


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ((), Assurance()),
        ((("password", NOON),), Assurance(Method.PASSWORD)),
        ((("demo", NOON),), Assurance(Method.DEMO)),
        ((("demo", NOON), ("password", NOON)), Assurance(Method.PASSWORD)),
        (
            (("password", NOON - timedelta(hours=3)), ("mfa", NOON - timedelta(hours=2)), ("mfa", NOON)),
            Assurance(Method.PASSWORD, second_factor_at=NOON),
        ),
    ],
)
def test_a_session_says_how_its_person_signed_in_and_the_last_second_factor(records, said):
    assert assurance_of(session_with(*records), PERSON) == said


def test_what_another_person_of_the_session_gave_says_nothing_of_this_one():
    assert assurance_of(session_with(("password", NOON), ("mfa", NOON), user=OTHER), PERSON) == Assurance()


def test_a_second_factor_is_fresh_for_as_long_as_one_asks():
    given = Assurance(Method.PASSWORD, second_factor_at=NOON)
    with clock.at(NOON + timedelta(minutes=15)):
        assert given.is_fresh(timedelta(minutes=15))
        assert not given.is_fresh(timedelta(minutes=14, seconds=59))
        assert not Assurance(Method.PASSWORD).is_fresh(timedelta(days=1))


def test_every_kind_of_actor_says_how_it_was_recognised():
    assert User().assurance == Assurance(Method.NONE)
    assert ApiKey().assurance.method == Method.KEY
    assert (CLOCK.assurance.method, Guest("Luc").assurance.method) == (Method.CLOCK, Method.LINK)
    assert SetUp("found_cluster").assurance.method == Method.SETUP


@pytest.mark.django_db
def test_a_page_s_person_carries_what_the_session_says(cast, client):
    cast.officer.set_password("correct horse battery")
    cast.officer.save()
    assert client.get("/").status_code == 200
    signed = client.post(reverse("account_login"), {"login": cast.officer.email, "password": "correct horse battery"})
    assert signed.status_code == 302
    assert client.get("/").wsgi_request.user.assurance == Assurance(Method.PASSWORD)


@pytest.mark.django_db
def test_the_installation_is_named_in_the_trail_and_the_clock_administers_nothing(cast):
    record(cast.officer, "person.update", by=SetUp("found_cluster"))
    entry = Entry.objects.latest("id")
    assert (entry.actor_kind, entry.actor_id, entry.on_behalf_of) == ("setup", None, "found_cluster")
    cluster = cast.officer.cluster_appointments.get().cluster
    assert (is_system(SetUp("x")), is_system(CLOCK)) == (True, False)
    assert (may_administer(cluster, SetUp("x")), may_administer(cluster, CLOCK)) == (True, False)
