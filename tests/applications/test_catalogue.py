"""What the public finds: programmes and calls, what is among them, what is not, and in which order."""

from datetime import timedelta

import pytest
from django.urls import reverse
from icalendar import Calendar

from accounts.models import WorkingGroup
from applications.feeds import closings
from applications.models import Application
from applications.querysets import ApplicationQuerySet
from programs.models import Call, Program
from programs.querysets import CallQuerySet
from tests.decisions.files import submitted_row
from tests.files import AT, another, another_call, another_cluster, open_call
from tests.mutants import proves
from work import clock

DAY = timedelta(days=1)


@pytest.fixture
def own(cast, programme, clock_at):
    """The call of the cast, open, its cohorts put away: it closes once."""
    clock_at(AT)
    call = open_call(cast, programme)
    Call.objects.filter(pk=call.pk).update(cohorts=[], closes_at=AT + 9 * DAY)
    return Call.objects.get(pk=call.pk)


@pytest.fixture
def programmes(own):
    """Programmes made out of order, by name, each with one call beside that of the cast; all but one of one cluster."""
    clusters = iter([another_cluster(), *[own.program.cluster] * 9])

    def add(name, **columns):
        call = another_call(own, cluster=next(clusters) if name == "second" else None, **columns)
        if name != "second":
            group = own.program.working_group
            call.program = Program.objects.create(
                cluster=own.program.cluster, working_group=group, code=f"X{call.pk}", slug=name, name_fr=name,
                name_en=name, summary_fr=name, summary_en=name,
            )  # fmt: skip
            call.save()
        Program.objects.filter(pk=call.program_id).update(slug=name, name_fr=name, name_en=name)
        return call

    return {
        "over": add("over", closes_at=AT - DAY, opens_at=AT - 9 * DAY),
        "second": add("second", closes_at=AT + 5 * DAY),
        "announced": add("announced", opens_at=AT + DAY, closes_at=AT + 2 * DAY),
        "draft": add("draft", state="draft", closes_at=AT + DAY),
        "cancelled": add("cancelled", state="cancelled", closes_at=AT + DAY),
        "archived": add("archived", state="archived", closes_at=AT + DAY),
        "first": add("first", closes_at=AT + 3 * DAY),
    }


def cards(client, **query):
    return [card["program"].slug for card in client.get(reverse("catalogue"), query).context["cards"]]


def test_catalogue_has_what_can_be_applied_for_the_soonest_closing_first_then_the_others_by_name(client, programmes):
    assert cards(client) == ["first", "second", "filiere-excellence", "announced", "over"]


@pytest.mark.parametrize(
    ("when", "found"),
    [("open", ["first", "second", "filiere-excellence"]), ("soon", ["announced"]), ("closed", ["over"])],
)
def test_catalogue_is_filtered_by_where_a_call_stands(client, programmes, when, found):
    assert cards(client, when=when) == found


def test_programmes_that_close_together_or_take_nothing_are_by_name_as_people_list_names(client, programmes):
    for slug, name in (("first", "Écoles"), ("second", "Fermes"), ("filiere-excellence", "Zones")):
        Program.objects.filter(slug=slug).update(name_fr=name)
    Call.objects.filter(state="published", opens_at__lte=AT, closes_at__gt=AT).update(closes_at=AT + DAY)
    Program.objects.filter(slug="over").update(name_fr="Annonces")
    Program.objects.filter(slug="announced").update(name_fr="Études")
    assert cards(client, lang="fr") == ["first", "second", "filiere-excellence", "over", "announced"]


def test_call_in_its_grace_takes_nothing_new_and_is_found_with_the_closed_ones(client, programmes):
    call = programmes["over"]
    Call.objects.filter(pk=call.pk).update(closes_at=AT - timedelta(minutes=call.grace_minutes - 1))
    assert cards(client, when="closed") == ["over"]
    assert "over" not in cards(client, when="open") + cards(client, when="soon")


def test_catalogue_is_searched_by_theme_and_filtered_by_working_group(client, own):
    other = WorkingGroup.objects.create(cluster=own.program.cluster, key="other", name_fr="Autre", name_en="Other")
    Program.objects.exclude(pk=own.program_id).update(working_group=other)

    def found(**query):
        return [card["program"].pk for card in client.get(reverse("catalogue"), query).context["cards"]]

    assert found(q="PRODUCTIVITY") == found(group=own.program.working_group.key) == [own.program_id]
    assert found(q="productivity zzz") == found(q="zzz") == []


def test_card_has_the_published_calls_of_its_programme_alone(client, own):
    for state in ("draft", "cancelled", "archived"):
        another_call(own, state=state)
    other = another_call(own)
    (card,) = client.get(reverse("catalogue")).context["cards"]
    assert {fact["call"] for fact in card["calls"]} == {own, other}
    assert card["soonest"] == own.closes_at


@proves(CallQuerySet.last_to_close_first)
def test_programme_page_has_its_calls_the_last_to_close_first(client, own):
    second, same = (another_call(own, closes_at=AT + 20 * DAY) for _n in range(2))
    second.save()  # the last of its table
    fourth = another_call(own, closes_at=AT + DAY, state="cancelled")
    first = another_call(own, closes_at=AT + 30 * DAY)
    for state in ("draft", "archived"):
        another_call(own, state=state)
    another_call(own, cluster=another_cluster())
    calls = client.get(reverse("program", args=[own.program.slug])).context["calls"]
    assert [fact["call"] for fact in calls] == [first, second, same, own, fourth]


def test_call_says_its_closings_to_come_in_order(client, own):
    days = [AT + n * DAY for n in (-3, 0, 2, 5)]
    Call.objects.filter(pk=own.pk).update(cohorts=[day.isoformat() for day in days])
    found = client.get(reverse("call", args=[own.public_id])).context
    assert (found["next"], found["to_come"]) == (days[2], [*days[2:], own.closes_at])


def test_applicant_that_was_given_more_time_begins_until_its_own_closing(
    client, cast, own, usinage, precision, clock_at
):
    later = own.closes_at + 2 * DAY
    own.accommodations.create(organisation=usinage, closes_at=later)
    cast.sophie.memberships.create(organisation=precision, role="member")
    start, page, home = reverse("application-start", args=[own.public_id]), reverse("call", args=[own.public_id]), "/"

    def seen(address):
        return client.get(address).context

    client.force_login(cast.sophie)
    assert (seen(page)["next"], seen(page)["to_come"]) == (own.closes_at, [own.closes_at, later])  # the soonest of hers
    assert set(seen(start)["organisations"]) == {usinage, precision}
    for at in (own.closes_at, own.closes_at + timedelta(hours=1), later - timedelta(seconds=1)):
        clock_at(at)
        assert (seen(page)["open"], seen(page)["next"], seen(page)["to_come"]) == (True, later, [later])
        assert (seen(start)["open"], seen(start)["organisations"]) == (True, [usinage])
        assert start in client.get(page).content.decode()
        assert [(one["call"], one["open"], one["closes"]) for one in seen(home)["calls"]] == [(own, True, later)]
    assert client.post(start, {"organisation": precision.public_id}).status_code == 409
    assert client.post(start, {"organisation": usinage.public_id}).status_code == 302
    client.force_login(cast.michel)  # of another company
    for address in (page, start):
        assert (seen(address)["open"], seen(address)["next"]) == (False, None)
    assert seen(home)["calls"] == []
    client.logout()
    assert (seen(page)["open"], seen(home)["calls"]) == (False, [])
    client.force_login(cast.sophie)
    clock_at(later)
    assert (seen(page)["open"], seen(start)["organisations"], seen(home)["calls"]) == (False, [], [])


def test_page_of_a_call_that_is_over_names_the_applicant_s_own_closing(client, cast, own, usinage, clock_at):
    later = own.closes_at + 3 * DAY
    own.accommodations.create(organisation=usinage, closes_at=later)
    clock_at(later + timedelta(hours=3))
    for user, closed in ((cast.sophie, later), (cast.michel, own.closes_at)):
        client.force_login(user)
        page = client.get(reverse("call", args=[own.public_id]))
        assert page.context["closed_at"] == closed
        assert clock.format_day(closed, "fr") in page.content.decode()


def test_own_closing_that_the_call_was_extended_past_counts_no_more(client, cast, own, usinage):
    own.accommodations.create(organisation=usinage, closes_at=own.closes_at - DAY)
    client.force_login(cast.sophie)
    page = client.get(reverse("call", args=[own.public_id])).context
    assert (page["next"], page["to_come"]) == (own.closes_at, [own.closes_at])


def test_home_has_the_calls_that_are_open_by_their_next_closing_then_those_to_come(client, cast, programmes, own):
    Call.objects.filter(pk=own.pk).update(cohorts=[(AT + 4 * DAY).isoformat()])
    found = [programmes["first"], own, programmes["second"], programmes["announced"]]
    for user in (None, cast.sophie):
        if user:
            client.force_login(user)
        assert [one["call"] for one in client.get("/").context["calls"]] == found


def test_catalogue_and_programme_say_of_a_call_what_its_page_says(
    client, cast, own, usinage, clock_at, django_assert_num_queries, django_assert_max_num_queries
):
    later = own.closes_at + DAY
    own.accommodations.create(organisation=usinage, closes_at=later)
    clock_at(own.closes_at + timedelta(hours=1))
    pages, feed = [reverse("catalogue"), reverse("program", args=[own.program.slug])], reverse("call-feed")
    for user, found in ((cast.sophie, (True, later)), (cast.michel, (False, None))):
        client.force_login(user)
        for page in pages:
            context = client.get(page).context
            (fact,) = context["cards"][0]["calls"] if "cards" in context else context["calls"]
            assert (fact["open"], fact["next"]) == found
        assert bool(cards(client, when="open")) is found[0]
        page = client.get(reverse("call", args=[own.public_id])).content.decode()
        assert feed not in page  # the public calendar has no closing of this call any more
    client.force_login(cast.sophie)
    for page in pages:
        client.get(page)  # what is read once is read
        with django_assert_max_num_queries(99) as one:
            client.get(page)
        for _n in range(2):
            another_call(own).accommodations.create(organisation=usinage, closes_at=later + DAY)
        with django_assert_num_queries(len(one)):
            client.get(page)
    clock_at(AT)
    assert feed in client.get(reverse("call", args=[another_call(own).public_id])).content.decode()


def test_two_minute_check_leads_on_whoever_may_begin(client, cast, own, usinage, clock_at):
    own.accommodations.create(organisation=usinage, closes_at=own.closes_at + DAY)
    clock_at(own.closes_at)
    for user, leads in ((cast.sophie, True), (cast.michel, False)):
        client.force_login(user)
        assert client.get(reverse("call-eligibility", args=[own.public_id])).context["open"] is leads


@proves(ApplicationQuerySet.drafts_of)
def test_call_leads_to_ones_own_drafts_of_it_the_latest_first(client, cast, own, programme, precision):
    row = submitted_row(cast, programme)
    first, second = another(row, state="draft"), another(row, state="draft")
    another(row, state="draft", organisation=precision), another(row, state="draft", call=another_call(own))
    Application.objects.filter(pk=first.pk).update(title="Récrit")  # a rewritten row lies last in its table
    page = reverse("call", args=[own.public_id])
    assert list(client.get(page).context["drafts"]) == []
    client.force_login(cast.olivier)
    assert list(client.get(page).context["drafts"]) == [second, first]
    start = reverse("application-start", args=[own.public_id])
    assert list(client.get(start).context["existing"]) == [second, first]


@proves(closings, moot=dict.fromkeys(
    ("`__gte` for `__gt`", "without `closes_at__gt=now`"), "no closing of theirs is to come"
))  # fmt: skip
def test_calendar_has_the_published_calls_by_closing(client, programmes, own):
    same = another_call(own)
    own.save()  # the last of its table
    calendar = Calendar.from_ical(client.get(reverse("call-feed")).content)
    starts = [event.decoded("dtstart") for event in calendar.walk("VEVENT")]
    assert starts == [AT + n * DAY for n in (2, 3, 5, 9, 9)]
    last = [event["uid"][:36] for event in calendar.walk("VEVENT")[3:]]
    assert last == [str(own.public_id), str(same.public_id)]


@proves(ApplicationQuerySet.latest_sent_first)
def test_applications_of_a_company_are_its_drafts_last_changed_first_then_what_was_sent_last(
    client, cast, programme, precision
):
    row = submitted_row(cast, programme)
    states = ("draft", "approved", "draft", "withdrawn", "draft")
    made = [
        another(row, state=state, updated_at=AT + days * DAY)
        for state, days in zip(states, (2, 5, 9, 1, 4), strict=True)
    ]
    Application.objects.filter(pk=row.pk).update(organisation=precision)
    Application.objects.filter(state="draft").update(submitted_at=None)
    last = another(row, organisation=made[0].organisation, submitted_at=AT - DAY)
    listed = list(Application.objects.of_member(cast.olivier).latest_sent_first())
    assert listed == [made[4], made[2], made[0], made[3], made[1], last]
    client.force_login(cast.olivier)
    page = client.get(reverse("application-list")).context
    assert page["drafts"] == [made[2], made[4], made[0]]
    assert page["sent"] == [made[3], made[1], last]  # as they were sent: what moved one since tells nothing
    client.force_login(cast.michel)
    page = client.get(reverse("application-list")).context
    assert (page["drafts"], page["sent"]) == ([], [row])
