"""The calendar of closings: what a subscriber's calendar reads of it, whatever the names hold."""

import re
from datetime import UTC, timedelta

import pytest
from django.urls import reverse
from icalendar import Calendar

from applications.feeds import closings
from programs.models import Call, Program
from programs.selectors import extensions_of
from programs.services.calls import accommodate_applicant, extend_call
from tests.files import AT, another_call, open_call
from tests.mutants import proves

DAY = timedelta(days=1)
# Commas, semicolons, a backslash, accents on the fold, and an emoji, which is four octets.
NAME = "Écoute; véhicules, drones \\ aéronefs à décollage vertical 🚁 à émissions réduites et à entrée précoce"
SUMMARY = "Première ligne, avec une virgule.\r\nSeconde ligne ; et des essais à Saint-Hyacinthe…\nTroisième."


@pytest.fixture
def call(cast, programme, clock_at):
    clock_at(AT)
    return open_call(cast, programme)


def feed(client):
    return client.get(reverse("call-feed"))


def unfolded(answer):
    """The lines of the calendar as they were before they were cut (RFC 5545, 3.1)."""
    return answer.content.decode().replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def escaped(text):
    """A text without a line end, as the format writes it (RFC 5545, 3.3.11)."""
    return re.sub(r"([\\,;])", r"\\\1", text)


def test_calendar_has_each_closing_to_come(client, call):
    events = Calendar.from_ical(feed(client).content).walk("VEVENT")

    assert events[0].decoded("dtstart").isoformat() == "2026-09-30T21:00:00+00:00"  # 17 h in Québec
    assert len(events) == 7
    assert {event.decoded("dtend") - event.decoded("dtstart") for event in events} == {timedelta(minutes=15)}


@proves(closings, moot=dict.fromkeys(
    ("`__gte` for `__gt`", "without `closes_at__gt=now`"), "no closing of theirs is to come"
))  # fmt: skip
def test_closing_that_has_come_leaves_the_calendar(client, call, clock_at):
    clock_at(call.closings[1])
    assert [event.decoded("dtstart") for event in Calendar.from_ical(feed(client).content).walk("VEVENT")] == (
        call.closings[2:]
    )
    clock_at(call.closes_at)
    assert unfolded(feed(client))[-1] == "END:VCALENDAR"
    assert "BEGIN:VEVENT" not in unfolded(feed(client))


def test_calendar_says_of_a_closing_what_subscribers_already_have(client, call, settings):
    """A UID that changed would leave every subscriber with each closing twice."""
    settings.BASE_URL = "https://passerelle.example/"
    lines = unfolded(feed(client))

    begins = lines.index("BEGIN:VEVENT")
    assert sorted(lines[begins : lines.index("END:VEVENT") + 1]) == [
        "BEGIN:VEVENT",
        f"DESCRIPTION:{escaped(call.program.summary_fr)}",
        "DTEND:20260930T211500Z",
        f"DTSTAMP:{AT:%Y%m%dT%H%M%S}Z",
        "DTSTART:20260930T210000Z",
        "END:VEVENT",
        "SEQUENCE:0",
        "STATUS:CONFIRMED",
        f"SUMMARY:Clôture\N{NO-BREAK SPACE}: {escaped(call.name_fr)}",
        f"UID:{call.public_id}-1@passerelle",
        f"URL:https://passerelle.example{reverse('call', args=[call.public_id])}",
    ]


def said_of(client, *names):
    """Of each closing of the calendar, in the order of UIDs: its UID and these properties, as they are written."""
    events = Calendar.from_ical(feed(client).content).walk("VEVENT")
    names = ("uid", *names)
    return sorted(tuple(one[name].to_ical().decode() if name in one else "" for name in names) for one in events)


@proves(extensions_of)
def test_closing_that_was_moved_replaces_the_one_that_subscribers_have(cast, client, call, usinage, clock_at):
    """With another UID, or without a SEQUENCE, a calendar keeps both days."""
    other = another_call(call)
    before = said_of(client, "sequence", "last-modified")
    cohorts = [f"{one.public_id}-{cohort}@passerelle" for one in (call, other) for cohort in range(1, 8)]
    assert before == [(uid, "0", "") for uid in cohorts]

    first, last = call.closes_at, call.closes_at + timedelta(hours=2)
    clock_at(AT + DAY)
    accommodate_applicant(call, by=cast.officer, organisation=usinage, closes_at=last, reason="Panne.")
    assert said_of(client, "sequence", "last-modified") == before  # which is told to nobody
    for hours in (1, 2):
        clock_at(AT + (1 + hours) * DAY)
        extend_call(call, by=cast.officer, closes_at=first + timedelta(hours=hours), reason="Panne.")
    moved = f"{AT + 3 * DAY:%Y%m%dT%H%M%S}Z"
    assert said_of(client, "sequence", "last-modified") == [
        *before[:6], (f"{call.public_id}-7@passerelle", "2", moved), *before[7:]
    ]  # fmt: skip
    assert (list(extensions_of([other])), list(extensions_of([call]))) == ([], [call.pk])
    assert said_of(client, "dtstart")[6] == (cohorts[6], f"{last.astimezone(UTC):%Y%m%dT%H%M%S}Z")


@pytest.mark.parametrize(("language", "title"), [("fr", "Clôtures des appels"), ("en", "Closings of calls")])
def test_calendar_is_titled_in_the_readers_language(client, call, settings, language, title):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    answer = feed(client)

    assert unfolded(answer)[:6] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Passerelle//Calls//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{title}",
    ]
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"] == f'inline; filename="passerelle-{language}.ics"'


def test_calendar_carries_any_text_whole_in_lines_of_75_octets(client, call):
    Call.objects.update(name_fr=NAME)
    Program.objects.update(summary_fr=SUMMARY)
    answer = feed(client)

    lines = answer.content.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert all(line.decode() for line in lines[:-1])  # no letter is cut in two
    assert not re.search(rb"[^\r]\n|\r[^\n]", answer.content)  # a text cannot begin a line of its own
    event = Calendar.from_ical(answer.content).walk("VEVENT")[0]
    assert str(event["summary"]) == f"Clôture\N{NO-BREAK SPACE}: {NAME}"
    assert str(event["description"]) == SUMMARY.replace("\r\n", "\n")


def test_text_that_looks_like_the_format_stays_a_text(client, call):
    Call.objects.update(name_fr="Appel\r\nEND:VEVENT\r\nATTENDEE:mailto:x@example.org")

    events = Calendar.from_ical(feed(client).content).walk("VEVENT")
    assert len(events) == 7
    assert not any("attendee" in event for event in events)
