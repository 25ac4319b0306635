"""Request identifiers and the lines of the log."""

import json
import logging
import re

import pytest

from work import tracing
from work.middleware import RequestMiddleware


def line(message, *arguments, **extra):
    record = logging.LogRecord("passerelle.test", logging.WARNING, "", 1, message, arguments, None)
    vars(record).update(extra)
    return json.loads(tracing.JsonFormatter().format(record))


def test_line_holds_time_level_logger_and_message():
    told = line("Kept %s", "été")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", told.pop("at"))
    assert told == {"level": "warning", "logger": "passerelle.test", "message": "Kept été"}


def test_line_holds_what_was_given_and_the_request():
    with tracing.serving("abcdefgh12"):
        told = line("GET /", status=200, ms=3.5, user=7)
    assert (told["status"], told["ms"], told["user"], told["request_id"]) == (200, 3.5, 7, "abcdefgh12")
    assert tracing.current_request_id() == ""


@pytest.mark.parametrize("given", ["abcdefgh", "0f1e2d3c-4b5a-6978", "a" * 64])
def test_well_formed_identifier_is_taken(given):
    assert tracing.accepted(given) == given


@pytest.mark.parametrize("given", [None, "", "short", "a" * 65, "new\nline-forged", "spaces in it", "-leading-dash"])
def test_other_identifiers_are_replaced(given):
    assert re.fullmatch(r"[0-9a-f]{32}", tracing.accepted(given))


def test_response_carries_the_identifier_and_the_line_its_measures(rf, caplog):
    from django.http import HttpResponse

    with caplog.at_level(logging.INFO, logger="passerelle.request"):
        request = rf.get("/somewhere?name=Tremblay", headers={"X-Request-ID": "proxy-00012"})
        response = RequestMiddleware(lambda r: HttpResponse(status=204))(request)
    assert response.headers["X-Request-ID"] == "proxy-00012"
    (record,) = caplog.records
    assert (record.getMessage(), record.status, record.user) == ("GET /somewhere", 204, None)
    assert record.ms >= 0


def test_probes_are_not_logged(rf, caplog):
    from django.http import HttpResponse

    with caplog.at_level(logging.INFO, logger="passerelle.request"):
        RequestMiddleware(lambda r: HttpResponse())(rf.get("/health/live"))
    assert caplog.records == []


@pytest.mark.django_db
def test_token_of_a_link_is_in_no_line_of_the_log(client, caplog):
    with caplog.at_level(logging.INFO):
        client.get("/invitations/the-token-that-opens")
    lines = [tracing.JsonFormatter().format(record) for record in caplog.records]
    assert any("GET /invitations/…" in said for said in lines)
    assert not any("the-token-that-opens" in said for said in lines)
