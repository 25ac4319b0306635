"""The administrator's page: what is away, what is late, what waits, what failed for good, and trying it again."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.services import appoint_to_cluster, found_cluster
from audit.models import Entry
from audit.rules import CLOCK
from documents.models import Rendering
from documents.services import queue_rendering
from notifications.models import Message
from notifications.services import queue_message
from programs.models import Partner, PartnerSeat
from tests.files import submitted_file
from work import clock
from work.models import Heartbeat, Job, Outage
from work.outages import note_away, note_back
from work.querysets import ATTEMPTS
from work.states import JobKind, Machine
from work.sweeps import SWEEPS

pytestmark = pytest.mark.django_db
REFUSED = "SMTPRecipientsRefused: 550 no such mailbox"


@pytest.fixture
def beating():
    """Every sweep ran just now."""
    for name in SWEEPS:
        Heartbeat.objects.create(sweep=name, started_at=clock.now(), finished_at=clock.now())


@pytest.fixture
def admin(client, cast):
    client.force_login(cast.administrator)
    return client


@pytest.fixture
def file(cast, programme):
    return submitted_file(cast, programme)


def give_up(row, reason=REFUSED):
    row.attempts, row.last_error, row.due = ATTEMPTS, reason, clock.now() - timedelta(minutes=10)
    row.save()
    return row


def message(key, to="camille@usinage.example", **more):
    context = {"reference": "FE-2026-00042", "title": "Robot cell", "programme": "Filière Excellence"}
    return queue_message("letter", to=to, context=context, key=key, **more)


def page(client, language="en"):
    return client.get(reverse("service"), {"lang": language})


def test_page_says_that_all_is_well(admin, beating):
    said = page(admin).content.decode()
    assert "Everything runs, and nothing was given up." in said
    assert "Everything is answering." in said
    assert said.count("On time") == len(SWEEPS)


def test_machine_that_is_away_is_told_with_its_reason_until_it_is_back(admin, beating):
    note_away(Machine.MAIL, "ConnectionRefusedError: [Errno 111] <refused>")
    said = page(admin).content.decode()
    assert "1 thing asks for your attention." in said
    assert "Mail server" in said
    assert "[Errno 111] &lt;refused&gt;" in said
    note_back(Machine.MAIL)
    said = page(admin).content.decode()
    assert "Everything is answering." in said
    assert "Mail server: from " in said


def test_sweep_that_stopped_is_late_and_one_that_broke_says_why(admin, beating):
    Heartbeat.objects.filter(sweep="notifications.tasks.send_messages").update(
        started_at=clock.now() - timedelta(minutes=3), finished_at=clock.now() - timedelta(minutes=3)
    )
    Heartbeat.objects.filter(sweep="decisions.tasks.fail_letters").update(last_error="ValueError: no")
    context = page(admin).context["service"]
    assert {b.sweep.name for b in context.beats if b.is_late} == {"notifications.tasks.send_messages"}
    assert context.ails == 2
    assert "ValueError: no" in page(admin).content.decode()


def test_what_failed_for_good_is_listed_oldest_first_with_its_reason_and_nothing_else_is(admin, file, beating):
    Message.objects.update(done_at=clock.now())  # the receipt
    Rendering.objects.update(done_at=clock.now())
    newer, oldest, old = (message(key, application_id=file.pk) for key in ("newer", "oldest", "old"))
    for row, minutes in ((newer, 1), (oldest, 3), (old, 2)):
        give_up(row)
        row.due = clock.now() - timedelta(minutes=minutes)
        row.save()
    message("waits", application_id=file.pk)
    Message.objects.filter(pk=message("done").pk).update(done_at=clock.now(), attempts=ATTEMPTS)
    Message.objects.filter(pk=message("held").pk).update(
        claimed_until=clock.now() + timedelta(minutes=1), attempts=ATTEMPTS
    )
    outbox = page(admin).context["service"].tables[0]
    assert [line.pk for line in outbox.given_up] == [oldest.pk, old.pk, newer.pk]
    assert (outbox.total, outbox.waiting) == (3, 1)
    assert outbox.given_up[0].reason == REFUSED
    assert outbox.given_up[0].what == "Decision on application FE-2026-00042"


def test_message_names_nobody_but_the_address_it_was_for(admin, file):
    context = {"applicant": "Secret inc.", "title": "Secret plan", "call": "Fall", "closes_at": clock.now()}
    give_up(queue_message("sponsor_asked", to="a@prime.example", context=context, key="k", application_id=file.pk))
    give_up(queue_message("account_exists", to="private@prime.example", context={}, key="own"))
    said = page(admin).content.decode()
    assert "Secret" not in said
    assert "a@prime.example" in said
    assert "private@prime.example" not in said
    assert "…@prime.example" in said


def test_everything_of_a_table_is_tried_again_at_once(admin, file):
    for n in range(30):
        give_up(message(f"letter-{n}", application_id=file.pk))
    give_up(Rendering.objects.first(), "RenderingFailed: no glyph")
    outbox = page(admin).context["service"].tables[0]
    assert (len(outbox.given_up), outbox.total) == (10, 30)
    answer = admin.post(reverse("service-retry"), {"table": "messages", "lang": "en"}, follow=True)
    assert answer.redirect_chain == [(reverse("service"), 302)]
    assert set(Message.objects.filter(key__startswith="letter-").values_list("attempts", flat=True)) == {0}
    assert Rendering.objects.get(last_error__startswith="RenderingFailed").attempts == ATTEMPTS


def test_one_row_is_tried_again_alone_and_a_second_click_finds_nothing(admin, file):
    one, other = (give_up(message(key, application_id=file.pk)) for key in ("one", "other"))
    for said in ("1 item is being tried again.", "Nothing was left"):
        answer = admin.post(reverse("service-retry") + "?lang=en", {"table": "messages", "only": one.pk}, follow=True)
        assert said in answer.content.decode()
    assert list(Message.objects.filter(attempts=ATTEMPTS)) == [other]


@pytest.mark.parametrize("only", ["x", "-1", "9" * 30, "१"])
def test_row_that_is_no_number_is_no_row(admin, file, only):
    row = give_up(message("one", application_id=file.pk))
    assert admin.post(reverse("service-retry"), {"table": "messages", "only": only}).status_code == 302
    assert Message.objects.get(pk=row.pk).attempts == ATTEMPTS


def test_documents_are_tried_again_too(admin, file):
    queued = queue_rendering("note", html="<p>", title="Note", language="fr", key="n", application_id=file.pk)
    give_up(queued, "RenderingFailed: no glyph")
    admin.post(reverse("service-retry"), {"table": "documents"})
    assert Rendering.objects.get(key="n").attempts == 0


def test_table_that_does_not_exist_is_not_found(admin):
    assert admin.post(reverse("service-retry"), {"table": "users"}).status_code == 404
    assert admin.post(reverse("service-retry")).status_code == 404


def test_work_of_another_cluster_s_files_is_neither_shown_nor_tried_again(admin, file):
    theirs = give_up(message("theirs", application_id=file.pk + 1_000_000))
    assert page(admin).context["service"].tables[0].total == 0
    admin.post(reverse("service-retry"), {"table": "messages", "only": theirs.pk})
    admin.post(reverse("service-retry"), {"table": "messages"})
    assert Message.objects.get(pk=theirs.pk).attempts == ATTEMPTS


def test_page_costs_the_same_for_one_row_and_for_many(admin, file):
    page(admin)  # what only the first page of a session asks
    counts = []
    for start, end in ((0, 1), (1, 15)):
        for n in range(start, end):
            give_up(message(f"letter-{n}", application_id=file.pk))
        with CaptureQueriesContext(connection) as seen:
            page(admin)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_jobs_that_failed_are_counted_and_led_to_and_only_those_of_the_cluster_s_people(admin, cast):
    for owner, state in ((cast.officer, "failed"), (cast.officer, "done"), (cast.sophie, "failed")):
        Job.objects.create(kind=JobKind.FILE_LIST, owner=owner, asked={}, state=state, token=f"{owner}{state}"[:32])
    answer = page(admin)
    assert answer.context["service"].failed_jobs == 1
    assert "1 job that failed" in answer.content.decode()
    assert f"{reverse('job-list')}?state=failed" in answer.content.decode()


def test_last_five_outages_that_are_over_are_told_the_latest_first(admin):
    now = clock.now()
    for hours in (3, 1, 6, 2, 5, 4):
        over = now - timedelta(hours=hours)
        Outage.objects.create(
            machine=Machine.MAIL,
            since=over - timedelta(minutes=5),
            tried_at=over,
            reason=f"refused {hours}",
            over_at=over,
        )
    past = page(admin).context["service"].past
    assert [outage.reason for outage in past] == [f"refused {hours}" for hours in (1, 2, 3, 4, 5)]


def test_table_tells_the_work_that_waits_the_longest_and_why(admin, file):
    Message.objects.all().delete()
    now = clock.now()
    for minutes in (9, 5, 1):
        row = message(f"letter-{minutes}", application_id=file.pk)
        row.created_at, row.last_error = now - timedelta(minutes=minutes), f"put off {minutes}"
        row.due = now + timedelta(minutes=minutes)  # the next try of each is still to come
        row.save()
    give_up(message("given up", application_id=file.pk))
    outbox = page(admin).context["service"].tables[0]
    assert (outbox.waiting, outbox.oldest, outbox.why) == (3, now - timedelta(minutes=9), "put off 9")


def test_what_to_do_first_is_said_beside_what_was_given_up_alone(admin, file):
    assert "Fix the cause first, then try again." not in page(admin).content.decode()
    give_up(message("one", application_id=file.pk))
    assert "Fix the cause first, then try again." in page(admin).content.decode()


def test_address_hidden_in_one_column_stands_in_no_other(admin, file):
    row = queue_message("account_exists", to="Private.Person@prime.example", context={}, key="own")
    give_up(row, "Refused: 550 <private.person@prime.example>: no such user")
    said = page(admin).content.decode().lower()
    assert "private.person" not in said
    assert "550 &lt;…@prime.example&gt;: no such user" in said


def test_what_was_tried_again_is_in_the_trail_of_whoever_did_it(admin, cast, file):
    for n in range(3):
        give_up(message(f"letter-{n}", application_id=file.pk))
    admin.post(reverse("service-retry"), {"table": "messages"})
    admin.post(reverse("service-retry"), {"table": "messages"})
    (entry,) = Entry.objects.filter(verb="person.retry_messages")
    assert (entry.actor_id, entry.given) == (cast.administrator.pk, {"count": 3})


def test_jobs_of_somebody_who_works_for_another_cluster_too_are_neither_s_administrator_s(admin, cast):
    """Whoever gives another cluster's person a role does not see, or stop, what they do there."""
    Job.objects.create(kind=JobKind.FILE_LIST, owner=cast.officer, asked={}, state="failed", token="t")
    assert page(admin).context["service"].failed_jobs == 1
    other = found_cluster(slug="autre", name_fr="Autre", name_en="Other", by=CLOCK)
    appoint_to_cluster(cast.officer, other, by=CLOCK, role="finance")
    assert page(admin).context["service"].failed_jobs == 0


def test_cluster_with_a_partner_that_has_no_seat_keeps_its_seat_holders_from_others(admin, cast):
    other = found_cluster(slug="autre", name_fr="Autre", name_en="Other", by=CLOCK)
    for acronym in ("A", "B"):
        partner = Partner.objects.create(cluster=other, short_name=acronym, name_fr=acronym, name_en=acronym)
    PartnerSeat.objects.create(partner=partner, user=cast.officer, role="analyst", starts_on=clock.today())
    Job.objects.create(kind=JobKind.FILE_LIST, owner=cast.officer, asked={}, state="failed", token="t")
    assert page(admin).context["service"].failed_jobs == 0
