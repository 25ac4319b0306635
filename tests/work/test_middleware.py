"""A session ends after eight hours without a click, not eight hours after it began."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.http import HttpResponse

from work import clock
from work.middleware import REFRESH, IdleSessionMiddleware

MORNING = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)


@pytest.fixture
def session(db):
    from django.contrib.sessions.backends.db import SessionStore

    with clock.at(MORNING):
        kept = SessionStore()
        kept["seen"] = int(MORNING.timestamp())
        kept.save()
        return SessionStore(kept.session_key)


def click(rf, session, instant, path="/"):
    request = rf.get(path)
    request.session = session
    with clock.at(instant):
        IdleSessionMiddleware(lambda r: HttpResponse()).process_view(request, None, (), {})
    return session


def test_click_soon_after_writes_nothing(rf, session):
    assert not click(rf, session, MORNING + timedelta(seconds=REFRESH - 1)).modified


def test_later_click_pushes_the_end_back(rf, session):
    later = MORNING + timedelta(seconds=REFRESH)
    assert click(rf, session, later).modified
    assert session["seen"] == int(later.timestamp())


def test_probe_does_not_keep_a_session_alive(rf, session):
    assert not click(rf, session, MORNING + timedelta(hours=1), "/health/ready").modified


def test_unknown_session_is_not_born_again(rf, db):
    from django.contrib.sessions.backends.db import SessionStore

    stranger = click(rf, SessionStore("k" * 32), MORNING)
    assert not stranger.modified
    assert Session.objects.count() == 0


@pytest.mark.django_db
def test_page_of_a_signed_in_person_is_kept_by_no_cache(client, cast):
    client.force_login(cast.officer)
    response = client.get("/organisations")
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "Cookie" in response.headers["Vary"]
    assert client.get("/brand.css").headers["Cache-Control"] == "public, max-age=300"
