"""Who is given a place of the reserve, how long, and that it opens nothing."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.http import HttpResponse
from django.urls import reverse

from config.places import PlaceMiddleware
from config.reserve import COOKIE, KEPT, LIFE, has_place, place_for

PASSWORD = "une-bonne-phrase-de-passe"
NOW = datetime(2026, 9, 14, 14, tzinfo=UTC)


@pytest.fixture
def sign_in(client, cast, clock_at):
    def act(person):
        clock_at(NOW)
        person.set_password(PASSWORD)
        person.save()
        return client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})

    return act


def held(client):
    return "; ".join(f"{name}={cookie.value}" for name, cookie in client.cookies.items())


def test_staff_are_given_a_place_when_they_sign_in(client, cast, programme, sign_in, settings):
    settings.SESSION_COOKIE_SECURE = True
    given = sign_in(cast.officer).cookies[COOKIE]
    assert (given["httponly"], given["samesite"], given["secure"], given["max-age"]) == (True, "Lax", True, KEPT)
    assert has_place(held(client))
    assert cast.officer.email not in given.value


def test_administrator_is_too(client, cast, programme, sign_in):
    """Whoever has to read what is wrong is not kept out with everybody."""
    assert COOKIE in sign_in(cast.administrator).cookies


@pytest.mark.parametrize("person", ["sophie", "ana", "analyst"])
def test_nobody_else_is(client, cast, programme, sign_in, person):
    assert COOKIE not in sign_in(getattr(cast, person)).cookies


def test_place_ends_with_the_session(client, cast, programme, sign_in):
    sign_in(cast.officer)
    gone = client.post(reverse("account_logout")).cookies[COOKIE]
    assert (gone.value, gone["max-age"]) == ("", 0)


def test_place_is_renewed_past_half_of_its_life_for_who_is_still_staff(client, cast, programme, sign_in, clock_at):
    sign_in(cast.officer)
    clock_at(NOW + timedelta(seconds=LIFE / 2 - 60))
    assert COOKIE not in client.get(reverse("privacy")).cookies
    clock_at(NOW + timedelta(seconds=LIFE / 2 + 60))
    assert has_place(f"sessionid={client.session.session_key}; place={client.get('/privacy').cookies[COOKIE].value}")
    cast.officer.cluster_appointments.all().delete()
    cast.officer.appointments.all().delete()
    clock_at(NOW + timedelta(seconds=LIFE + 120))
    client.cookies[COOKIE] = place_for("of an earlier session")
    assert client.get("/privacy").cookies[COOKIE].value == ""


def test_place_that_ended_in_an_hour_away_is_given_again(client, cast, programme, sign_in, clock_at):
    sign_in(cast.officer)
    clock_at(NOW + timedelta(seconds=LIFE + 60))
    assert not has_place(held(client))
    client.get("/privacy")
    assert has_place(held(client))


def test_place_of_a_session_that_ended_is_worth_nothing_after_an_hour(client, cast, programme, sign_in, clock_at):
    sign_in(cast.officer)
    kept = held(client)
    client.post(reverse("account_logout"))
    clock_at(NOW + timedelta(seconds=LIFE + 1))
    assert not has_place(kept)


def test_no_place_is_given_on_an_answer_that_a_cache_may_keep(cast, programme, rf, clock_at):
    clock_at(NOW)
    request = rf.get("/verify")
    request.COOKIES[COOKIE], request.user = "ended", cast.officer
    request.session = SimpleNamespace(session_key="a-session")
    for header, given in (("public, max-age=60", []), ("private", [COOKIE]), ("", [COOKIE])):
        answer = PlaceMiddleware(lambda _r, h=header: HttpResponse(headers={"Cache-Control": h} if h else {}))(request)
        assert list(answer.cookies) == given


def test_place_alone_opens_nothing(client, cast, programme, sign_in):
    sign_in(cast.officer)
    assert client.get(reverse("search")).status_code == 200
    del client.cookies["sessionid"]
    answer = client.get(reverse("search"))
    assert answer.status_code == 302
    assert answer.cookies[COOKIE].value == "", "a place without its session is taken back"
