"""The first page of each person: what waits, late first; by hat; the same number of queries at one file and at many."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from applications.models import Application
from applications.rules import Change
from applications.services.changes import request_changes
from applications.states import ChangeWhy
from desk.selectors import day_of, roles_of
from desk.selectors.day import APPS
from notifications.messages import AccountExists
from notifications.models import Message
from notifications.services import queue_message
from programs.models import Appointment
from programs.services.people import appoint
from tests import files
from tests.decisions.files import submitted_row
from tests.reviews.files import assigned_file, eligible_file, file_in_review, reviewed_file
from work import clock
from work.querysets import ATTEMPTS

NOW = datetime(2026, 9, 22, 15, tzinfo=UTC)
DAY = timedelta(days=1)
HOME = reverse("home")


def what(user, role=""):
    """The acts that wait for `user`, in the order shown; those for others in brackets."""
    day = day_of(user, role)
    mine = [str(line.what) for line in [*day.late, *day.soon, *day.later]]
    return [*mine, *[f"({line.what})" for line in day.others]]


@pytest.fixture
def english(client):
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def now(clock_at):
    clock_at(NOW)


def test_stranger_sees_the_open_calls_and_how_to_sign_in(client, cast, programme, now):
    files.open_call(cast, programme)
    page = client.get(HOME).content.decode()
    assert "Filière Excellence, appel" in page
    assert "Clôture le 30\u00a0septembre\u00a02026 à 17\u00a0h" in page
    assert reverse("account_login") in page


def test_stranger_is_told_when_no_call_is_open(client, cast, now):
    assert "Aucun appel n’est ouvert ou annoncé" in client.get(HOME).content.decode()


def test_person_without_a_role_is_shown_how_to_register(client, django_user_model, now, db):
    client.force_login(django_user_model.objects.create_user("nouvelle@exemple.example", given_name="N"))
    assert reverse("organisation-register") in client.get(HOME).content.decode()


def test_each_hat_sees_its_own_work(cast, programme, now, settings):
    with override("en"):
        files.draft_file(cast, programme, company="usinage")
        files.submitted_file(cast, programme, company="precision")
        assert what(cast.sophie) == ["Finish and submit"]
        assert what(cast.michel) == ["(Being assessed)"]
        assert what(cast.screener) == ["Screen"]
        assert what(cast.officer) == ["(To be screened)"]
        assert what(cast.chair) == []


def test_work_follows_the_file(cast, programme, clock_at):
    with override("en"):
        clock_at(NOW)
        file = eligible_file(cast, programme)
        assert what(cast.officer) == ["Assign the reviewers"]
        assigned = assigned_file(cast, programme, company="precision")
        assert assigned.state == "eligible"
        assert what(cast.ana) == ["Declare your interests"]
        file_in_review(cast, programme, company="northwind")
        assert what(cast.ana) == ["Declare your interests", "Review"]
        reviewed_file(cast, programme, company="usinage")
        assert what(cast.chair) == []  # its cohort is open: it is compared once every file of it is in
        clock_at(NOW + 30 * DAY)
        assert what(cast.chair) == ["Recommend"]
        assert file.reference == "FE-2026-00001"


def test_what_is_asked_of_the_applicant_is_first_and_waits_for_it_at_the_officer_s(cast, programme, now):
    file = files.submitted_file(cast, programme)
    item = Change("method", ChangeWhy.INCOMPLETE, "Précisez.")
    request_changes(file, by=cast.officer, items=[item], due=NOW + timedelta(days=3))
    with override("en"):
        assert what(cast.sophie) == ["Answer the request for changes"]
        assert [line.due for line in day_of(cast.sophie).soon] == [NOW + timedelta(days=3)]
        assert what(cast.officer) == ["(Changes requested)"]


@pytest.mark.parametrize(
    ("hour", "due", "part"),
    [
        (9, (2026, 10, 8, 23, 59), "soon"),  # the evening of the seventh day: 174 hours from here
        (23, (2026, 10, 8, 0, 0), "soon"),
        (9, (2026, 10, 9, 0, 0), "later"),
        (0, (2026, 10, 1, 0, 1), "soon"),
        (9, (2026, 10, 1, 8, 59), "late"),
    ],
)
def test_seven_days_are_days_of_the_calendar_and_end_at_the_end_of_the_seventh(
    english, cast, programme, clock_at, hour, due, part
):
    """As the list of files marks and filters them."""
    file = files.submitted_file(cast, programme)
    year, month, day, at_hour, minute = due
    Application.objects.filter(pk=file.pk).update(due=clock.local(date(year, month, day), at_hour, minute))
    clock_at(clock.local(date(2026, 10, 1), hour))
    english.force_login(cast.screener)
    assert [one["key"] for one in english.get(HOME).context["parts"]] == [part]
    found = english.get(reverse("file-list"), {"due": "soon"}).content.decode()
    assert (file.reference in found, "due soon" in found.split("<tbody")[-1]) == (part == "soon", part == "soon")


def test_late_comes_first_and_is_said_in_words(english, cast, programme, clock_at):
    files.submitted_file(cast, programme)
    clock_at(datetime(2026, 10, 1, 15, tzinfo=UTC))
    english.force_login(cast.screener)
    page = english.get(HOME)
    assert [part["key"] for part in page.context["parts"]] == ["late"]
    assert "3 days late" in page.content.decode()


def test_what_is_late_with_others_is_counted_and_said_where_it_is_listed(english, cast, programme, clock_at):
    """“0 late” alone would hide it from the officer who answers for the date; the applicant is told of no clock."""
    files.submitted_file(cast, programme), files.submitted_file(cast, programme, company="precision")
    due = datetime(2026, 10, 1, 15, tzinfo=UTC)
    first, second = Application.objects.order_by("pk")
    Application.objects.filter(pk=first.pk).update(due=due - timedelta(days=3))
    Application.objects.filter(pk=second.pk).update(due=due + timedelta(minutes=1))
    clock_at(due)
    english.force_login(cast.officer)
    page = english.get(HOME)
    ((_others, told),) = [(part["key"], [task["status"] for task in part["tasks"]]) for part in page.context["parts"]]
    assert told == ["waits for the screening officer, 3 days late", "waits for the screening officer"]
    assert "1 of them late" in page.content.decode()
    for person in (cast.sophie, cast.michel):
        english.force_login(person)
        page = english.get(HOME)
        assert [task["status"] for part in page.context["parts"] for task in part["tasks"]] == ["waits for the cluster"]
        assert "of them late" not in page.content.decode()


def test_outcome_is_not_told_before_its_letter(cast, programme, now):
    file = files.submitted_file(cast, programme)
    Application.objects.filter(pk=file.pk).update(state="approved")
    with override("en"):
        assert what(cast.sophie) == ["(Being assessed)"]


def test_person_of_several_hats_switches_between_them(english, cast, programme, now):
    files.submitted_file(cast, programme)
    appoint(cast.screener, by=cast.administrator, role="officer", program=programme)
    english.force_login(cast.screener)
    page = english.get(HOME)
    with override("en"):
        hats = [str(hat["label"]) for hat in page.context["hats"]]
    assert hats == ["Everything", "Programme officer", "Screening officer"]
    assert [part["key"] for part in english.get(f"{HOME}?role=officer").context["parts"]] == ["others"]


def test_menu_shows_a_person_what_is_theirs(english, cast, programme, now):
    seen = {}
    for key in ("sophie", "officer", "ana", "auditor", "administrator", "analyst"):
        english.force_login(getattr(cast, key))
        menu = english.get(HOME).context["page"]["navigation"]
        with override("en"):
            seen[key] = [str(item["label"]) for item in menu]
    common = ["Programmes and calls"]
    assert seen == {
        "sophie": ["Home", "My applications", *common, "Search"],
        "officer": ["Home", "Files", "Decisions", "Manage programmes", "Envelopes", *common, "Search"],
        "ana": ["Home", "My reviews", *common, "Search"],
        "auditor": ["Home", "Files", "Envelopes", "Trail", *common, "Search"],
        "administrator": ["Home", "People and roles", "State of the service", *common, "Search"],
        "analyst": ["Home", "Your agreements", *common],
    }


@pytest.mark.parametrize(
    "person", ["officer", "chair", "screener", "endorser", "approver", "reconsiderer", "ana", "finance"]
)
def test_envelopes_are_in_the_menu_of_those_to_whom_they_open(english, cast, programme, now, person):
    english.force_login(getattr(cast, person))
    menu = english.get(HOME).context["page"]["navigation"]
    opens = english.get(reverse("envelope-list")).status_code == 200
    assert (reverse("envelope-list") in [item["url"] for item in menu]) is opens
    assert opens is (person in ("officer", "chair", "endorser", "approver", "finance"))


@pytest.mark.parametrize("role", ["endorser", "approver", "reconsiderer", "officer"])
def test_whoever_takes_a_step_of_the_chain_has_the_decisions_in_the_menu(english, cast, programme, now, role):
    """As the list of decisions itself opens to them."""
    Appointment.objects.filter(user=cast.dev).delete()
    Appointment.objects.create(
        user=cast.dev, cluster=programme.cluster, program=programme, role=role, limit=1, starts_on=clock.today()
    )
    english.force_login(cast.dev)
    menu = english.get(HOME).context["page"]["navigation"]
    with override("en"):
        assert "Decisions" in [str(item["label"]) for item in menu]
    assert english.get(reverse("decision-queue")).status_code == 200


def test_roles_are_one_query(cast, programme, now):
    user = type(cast.ana).objects.get(pk=cast.ana.pk)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert roles_of(user) == {("program", "reviewer")}
        assert roles_of(user) == {("program", "reviewer")}
    assert len(asked) == 1


def test_count_of_a_part_is_at_least_what_is_told_where_an_app_had_more(english, cast, programme, now):
    """41 files to screen, of which one is late and two are due soon: the officer waits for as many, the screener has
    the most pressing first; and both read that these are not all."""
    row = submitted_row(cast, programme)
    Application.objects.filter(pk=row.pk).update(due=NOW - DAY)
    for days in (1, 2, *range(10, 48)):
        files.another(row, due=NOW + days * DAY)
    Application.objects.filter(due=NOW + 2 * DAY).update(state="draft")
    assert [len(part) for part in (day_of(cast.officer).others, day_of(cast.screener).later)] == [40, 38]
    assert (day_of(cast.officer).cut, day_of(cast.screener).cut) == (frozenset(), frozenset())
    Application.objects.update(state="submitted")
    officer, screener = day_of(cast.officer), day_of(cast.screener)
    assert (len(officer.others), officer.cut, officer.count) == (40, {"others"}, 0)
    assert (len(screener.late), len(screener.soon), len(screener.later)) == (1, 2, 37)
    assert screener.cut == {"later"}
    english.force_login(cast.screener)
    page = english.get(HOME).content.decode()
    assert ("<dd>1</dd>" in page, "<dd>37+</dd>" in page, "<dd>0</dd>" in page) == (True, True, True)
    assert "A number followed by + is the least that there are." in page
    Application.objects.update(due=NOW - DAY)
    assert day_of(cast.screener).cut == {"late", "soon", "later"}
    Application.objects.update(due=NOW + DAY)
    assert day_of(cast.screener).cut == {"soon", "later"}


def test_home_asks_the_same_at_one_file_and_at_three(client, cast, programme, now):
    client.force_login(cast.officer)

    def asked():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(HOME).status_code == 200
        return len(queries)

    files.submitted_file(cast, programme)
    client.get(HOME)
    one = asked()
    for company in ("precision", "northwind"):
        files.submitted_file(cast, programme, company=company)
    assert asked() == one
    assert clock.now() == NOW


def test_administrator_s_home_says_what_was_given_up_and_leads_to_it(english, cast, now):
    english.force_login(cast.administrator)
    assert "Nothing waits for you today." in english.get(HOME).content.decode()
    for n in range(3):
        queue_message(AccountExists(), to="a@prime.example", key=str(n))
    Message.objects.update(attempts=ATTEMPTS)
    page = english.get(HOME)
    assert [part["key"] for part in page.context["parts"]] == ["soon"]
    (task,) = page.context["parts"][0]["tasks"]
    assert (task["name"], task["url"]) == ("State of the service: 3 items given up", reverse("service"))


def test_what_was_given_up_costs_nobody_else_s_home_a_query(english, cast, now, monkeypatch):
    english.force_login(cast.officer)
    english.get(HOME)
    with CaptureQueriesContext(connection) as seen:
        english.get(HOME)
    monkeypatch.setattr("desk.selectors.day.APPS", APPS[:-1])
    with CaptureQueriesContext(connection) as without:
        english.get(HOME)
    assert len(seen) == len(without)
