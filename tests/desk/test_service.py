"""The administrator's page: what is away, what is late, what waits, what failed for good, and trying it again."""

import secrets
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from accounts.models import Membership
from accounts.services import appoint_to_cluster, found_cluster
from applications.lists import Chosen
from audit.models import Entry
from desk.constants import EFFECTS
from desk.selectors.service import ending, service_of
from desk.services import set_work_aside
from documents.models import Rendering
from documents.services import queue_rendering
from documents.states import RenderingKind
from funding.models import Partner, PartnerSeat
from letters.models import Letter
from moves.services import declare_standing
from moves.states import StandingState
from notifications import messages
from notifications.models import Message
from notifications.services import queue_message
from tests.cast import SET_UP
from tests.files import submitted_file
from tests.mutants import proves
from work import clock
from work.jobs import act_on_job
from work.models import Heartbeat, Job, Outage, WorkItem
from work.outages import note_away, note_back
from work.processes import Process, ProcessState
from work.querysets import ATTEMPTS, unfinished, waiting
from work.selectors import TABLES, check_tables, tables_of_work
from work.services import claim, stop
from work.states import JobAct, JobKind, Machine, Table
from work.sweeps import SWEEPS
from work.texts import Text

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


@pytest.fixture(autouse=True)
def file_is_made_first(request):
    """A test that asks for it gets a copy: after a sign-in or a sweep's row it would be made anew."""
    if "file" in request.fixturenames:
        request.getfixturevalue("file")


def give_up(row, reason=REFUSED):
    row.attempts, row.last_error, row.due = ATTEMPTS, reason, clock.now() - timedelta(minutes=10)
    row.save()
    return row


def message(key, to="camille@usinage.example", **more):
    programme = Text("Filière Excellence", "Excellence Stream")
    letter = messages.Letter(reference="FE-2026-00042", title="Robot cell", programme=programme)
    return queue_message(letter, to=to, key=key, **more)


def failed_job(owner, **more):
    values = {"state": "failed", "attempts": ATTEMPTS, "last_error": "ValueError: no", "token": secrets.token_hex(16)}
    values["digest"] = values["token"]
    asked = Chosen().packed()
    return Job.objects.create(kind=JobKind.FILE_LIST, owner=owner, asked=asked, **(values | more))


def page(client, language="en", **asked):
    return client.get(reverse("service"), {"lang": language, **asked})


def table_of(answer, key):
    (found,) = [table for table in answer.context["service"].tables if table.key == key]
    return found


def jobs_of(answer):
    return table_of(answer, Table.JOBS)


def test_page_says_that_all_is_well(admin, beating):
    said = page(admin).content.decode()
    assert "Everything runs, and nothing was given up." in said
    assert "Nothing has been found unavailable." in said
    assert said.count("On time") == len(SWEEPS)


def test_machine_that_is_away_is_told_with_its_reason_until_it_is_back(admin, beating):
    note_away(Machine.MAIL, "ConnectionRefusedError: [Errno 111] <refused>")
    said = page(admin).content.decode()
    assert "1 thing asks for your attention." in said
    assert "Mail server" in said
    assert "[Errno 111] &lt;refused&gt;" in said
    note_back(Machine.MAIL)
    said = page(admin).content.decode()
    assert "Nothing has been found unavailable." in said
    assert "Mail server: from " in said


def test_sweep_that_stopped_is_late_and_one_that_broke_says_why(admin, beating):
    Heartbeat.objects.filter(sweep="notifications.tasks.send_messages").update(
        started_at=clock.now() - timedelta(minutes=3), finished_at=clock.now() - timedelta(minutes=3)
    )
    Heartbeat.objects.filter(sweep="letters.tasks.advance_letters").update(last_error="ValueError: no")
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
    assert (outbox.total, outbox.waiting) == (3, 2)  # a worker holds one
    assert outbox.given_up[0].reason == REFUSED
    assert outbox.given_up[0].what == "E-mail about a file"
    assert outbox.given_up[0].about == "for camille@usinage.example"


def test_message_names_nobody_but_the_address_it_was_for(admin, file):
    asked = messages.SponsorAsked(
        applicant="Secret inc.", title="Secret plan", call=Text("Automne", "Fall"), closes_at=clock.now()
    )
    give_up(queue_message(asked, to="a@prime.example", key="k", application_id=file.pk))
    give_up(queue_message(messages.AccountExists(), to="private@prime.example", key="own"))
    said = page(admin).content.decode()
    assert "Secret" not in said
    assert "a@prime.example" in said
    assert "private@prime.example" not in said
    assert "…@prime.example" in said


def test_what_failed_of_a_file_is_told_without_its_step_nor_that_it_has_a_letter(admin, file):
    """A step that nobody can take, a review that is over, the letter whose subject says its outcome: as any other."""
    known = {"reference": "FE-2026-00042"}
    for number, asked in enumerate((messages.StepStuck(**known, title="Plan"), messages.ReviewCancelled(**known))):
        give_up(queue_message(asked, to="a@prime.example", key=f"of the file {number}", application_id=file.pk))
    letter = give_up(Rendering.objects.first(), "RenderingFailed: no glyph")
    Rendering.objects.filter(pk=letter.pk).update(title="Votre projet est approuvé")
    tables = page(admin).context["service"].tables
    told = {line.what for table in tables for line in table.given_up}
    assert told == {"E-mail about a file", "Document of a file"}


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
    for said in ("Being tried again: E-mail about a file.", "Nothing was left"):
        answer = admin.post(reverse("service-retry") + "?lang=en", {"table": "messages", "only": one.pk}, follow=True)
        assert said in answer.content.decode()
    assert list(Message.objects.filter(attempts=ATTEMPTS)) == [other]


@pytest.mark.parametrize("only", ["x", "-1", "9" * 30, "१"])
def test_row_that_is_no_number_is_no_row(admin, file, only):
    row = give_up(message("one", application_id=file.pk))
    assert admin.post(reverse("service-retry"), {"table": "messages", "only": only}).status_code == 302
    assert Message.objects.get(pk=row.pk).attempts == ATTEMPTS


def test_documents_are_tried_again_too(admin, file):
    queued = queue_rendering(
        RenderingKind.RECEIPT, html="<p>", title="Note", language="fr", key="n", application_id=file.pk
    )
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


def test_jobs_that_failed_are_listed_while_kept_and_only_those_of_the_cluster_s_people(admin, cast):
    mine = failed_job(cast.officer)
    failed_job(cast.officer, state="done", done_at=clock.now())
    failed_job(cast.officer, removed_at=clock.now())  # too old: what it left was removed
    failed_job(cast.sophie)
    answer = page(admin)
    assert [line.pk for line in jobs_of(answer).given_up] == [mine.pk]
    assert reverse("job-detail", args=[mine.public_id]) in answer.content.decode()


@proves(service_of)
def test_last_five_outages_that_are_over_are_told_the_latest_first(admin):
    now = clock.now()
    note_away(Machine.STORAGE, "full")  # it is not over
    for hours, minutes in ((3, 0), (1, 0), (6, 0), (2, 0), (5, 0), (4, 0), (2, 1)):
        over = now - timedelta(hours=hours)
        Outage.objects.create(
            machine=Machine.MAIL,
            since=over - timedelta(minutes=5),
            tried_at=over,
            reason=f"refused {hours}.{minutes}",
            over_at=over,
        )
    past = page(admin).context["service"].past
    assert [outage.reason for outage in past] == [f"refused {one}" for one in ("1.0", "2.1", "2.0", "3.0", "4.0")]


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
    row = queue_message(messages.AccountExists(), to="Private.Person@prime.example", key="own")
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
    failed_job(cast.officer)
    assert jobs_of(page(admin)).total == 1
    other = found_cluster(slug="autre", name_fr="Autre", name_en="Other", by=SET_UP)
    appoint_to_cluster(cast.officer, other, by=SET_UP, role="finance")
    assert jobs_of(page(admin)).total == 0


def test_cluster_with_a_partner_that_has_no_seat_keeps_its_seat_holders_from_others(admin, cast):
    other = found_cluster(slug="autre", name_fr="Autre", name_en="Other", by=SET_UP)
    for acronym in ("A", "B"):
        partner = Partner.objects.create(cluster=other, short_name=acronym, name_fr=acronym, name_en=acronym)
    PartnerSeat.objects.create(partner=partner, user=cast.officer, role="analyst", starts_on=clock.today())
    failed_job(cast.officer)
    assert jobs_of(page(admin)).total == 0


# ------------------------------------------------------------------ set aside


def aside(client, row, table="messages", *, why="The mailbox is closed for good.", follow=True):
    address = reverse("service-set-aside", args=[table, row.pk])
    return client.post(f"{address}?lang=en", {"why": why}, follow=follow)


def test_row_set_aside_leaves_what_needs_attention_and_is_told_below_with_who_when_and_why(admin, cast, file, beating):
    Message.objects.update(done_at=clock.now())
    Rendering.objects.update(done_at=clock.now())
    row, other = (give_up(message(key, application_id=file.pk)) for key in ("one", "other"))
    assert page(admin).context["service"].ails == 2
    answer = aside(admin, row)
    assert "Set aside: E-mail about a file." in answer.content.decode()
    service = page(admin).context["service"]
    assert [line.pk for line in service.tables[0].given_up] == [other.pk]
    assert (service.ails, service.tables[0].waiting) == (1, 0)
    (line,) = service.aside
    assert (line.line.pk, line.why) == (row.pk, "The mailbox is closed for good.")
    assert line.by == cast.administrator.full_name
    assert "The mailbox is closed for good." in page(admin).content.decode()


def test_setting_aside_asks_why_in_a_sentence_at_its_field(admin, file):
    row = give_up(message("one", application_id=file.pk))
    for why in ("", "   "):
        answer = aside(admin, row, why=why)
        with override("en"):
            assert answer.context["form"].errors == {
                "why": ["Say why it will not be done, for whoever reads this later."]
            }
        assert "Say why it will not be done" in answer.content.decode()
    assert Message.objects.get(pk=row.pk).set_aside_at is None


def test_setting_aside_is_in_the_trail_once_with_the_file_and_the_reason(admin, cast, file):
    row = give_up(message("one", application_id=file.pk))
    aside(admin, row)
    assert "Nothing was left to set aside" in aside(admin, row, why="Again.").content.decode()
    (entry,) = Entry.objects.filter(verb="person.set_aside_work")
    assert (entry.actor_id, entry.given) == (
        cast.administrator.pk,
        {"table": "messages", "item": row.pk, "reference": file.reference},
    )
    assert [e.value for e in entry.erasables.all()] == ["The mailbox is closed for good."]
    assert Message.objects.get(pk=row.pk).set_aside_why == "The mailbox is closed for good."


def test_second_of_two_people_who_set_the_same_row_aside_changes_nothing(cast, file):
    row, rows = give_up(message("one", application_id=file.pk)), Message.objects.all()
    assert set_work_aside(TABLES[Table.MESSAGES], rows, row.pk, why="First.", by=cast.administrator)
    assert not set_work_aside(TABLES[Table.MESSAGES], rows, row.pk, why="Second.", by=cast.officer)
    row.refresh_from_db()
    assert (row.set_aside_why, row.set_aside_by) == ("First.", cast.administrator)
    assert Entry.objects.filter(verb="person.set_aside_work").count() == 1


@pytest.mark.parametrize("table", ["messages", "documents", "jobs"])
def test_every_table_s_rows_can_be_set_aside_and_are_never_done_after(admin, cast, file, table):
    row = {
        "messages": lambda: give_up(message("one", application_id=file.pk)),
        "documents": lambda: give_up(Rendering.objects.first()),
        "jobs": lambda: failed_job(cast.officer),
    }[table]()
    aside(admin, row, table)
    row.refresh_from_db()
    assert row.set_aside_at is not None
    admin.post(reverse("service-retry"), {"table": table})
    admin.post(reverse("service-retry"), {"table": table, "only": row.pk})
    type(row).objects.filter(pk=row.pk).update(attempts=0)  # whatever else it is, it is set aside
    assert not waiting(type(row).objects.filter(pk=row.pk)).exists()
    assert not unfinished(type(row).objects.filter(pk=row.pk)).exists()


def test_job_set_aside_that_its_owner_tries_again_and_that_fails_again_asks_for_attention_again(admin, cast):
    job = failed_job(cast.officer)
    aside(admin, job, "jobs")
    assert jobs_of(page(admin)).total == 0
    act_on_job(job, JobAct.RETRY, by=cast.officer)
    Job.objects.update(state="failed", attempts=ATTEMPTS)
    assert jobs_of(page(admin)).total == 1


def test_ten_last_of_every_table_are_told_as_set_aside(admin, cast, file):
    now = clock.now()
    for n in range(12):
        row = give_up(message(f"letter-{n}", application_id=file.pk))
        Message.objects.filter(pk=row.pk).update(set_aside_at=now - timedelta(minutes=n), set_aside_why=f"why {n}")
    Message.objects.update(set_aside_by=cast.officer)
    Rendering.objects.update(
        set_aside_at=now + timedelta(minutes=1), set_aside_by=cast.administrator, set_aside_why="first"
    )
    told = page(admin).context["service"].aside
    assert [line.why for line in told] == ["first", *[f"why {n}" for n in range(9)]]
    assert [line.by for line in told[:2]] == [cast.administrator.full_name, cast.officer.full_name]


def test_what_was_too_late_to_be_of_use_asks_for_nobody_s_attention_and_is_told_nowhere(admin, file):
    row = message("invitation", application_id=file.pk)
    (mine,) = claim(Message.objects.filter(pk=row.pk))
    stop(mine, "It was of use until noon.")
    shown = page(admin)
    service = shown.context["service"]
    assert (service.aside, service.given_up, row.address in shown.content.decode()) == ([], 0, False)


def test_row_that_only_waits_is_not_set_aside(admin, file):
    row = message("waits", application_id=file.pk)
    assert "Nothing was left to set aside" in aside(admin, row).content.decode()
    assert Message.objects.get(pk=row.pk).set_aside_at is None


@pytest.mark.parametrize("row", ["x", "-1", "9" * 30, "0"])
def test_row_that_is_no_row_cannot_be_set_aside(admin, row):
    assert admin.get(f"/service/messages/{row}/set-aside").status_code == 404


# ------------------------------------------------------------------ an administrator's own files


def bar_by_membership(cast, file):
    Membership.objects.create(organisation=file.organisation, user=cast.administrator, role="member")


def bar_by_conflict(cast, file):
    declare_standing(file.pk, user=cast.administrator, standing=StandingState.CONFLICT)


@pytest.mark.parametrize("bar", [bar_by_membership, bar_by_conflict])
def test_work_of_a_file_that_bars_an_administrator_is_neither_told_nor_counted_nor_touched(
    admin, cast, file, beating, bar
):
    Message.objects.update(done_at=clock.now())
    Rendering.objects.update(done_at=clock.now())
    barred, free = give_up(message("barred", application_id=file.pk)), give_up(message("free"))
    sentence = "What concerns a file that is closed to you is neither listed nor counted here"
    assert sentence not in page(admin).content.decode()
    bar(cast, file)
    message("waits", application_id=file.pk)
    answer = page(admin)
    outbox = table_of(answer, Table.MESSAGES)
    assert ([line.pk for line in outbox.given_up], outbox.total) == ([free.pk], 1)
    assert (outbox.waiting, outbox.oldest) == (0, None)
    assert answer.context["service"].ails == 1
    assert sentence in answer.content.decode()
    admin.post(reverse("service-retry"), {"table": "messages"})
    admin.post(reverse("service-retry"), {"table": "messages", "only": barred.pk})
    assert aside(admin, barred).status_code == 404
    barred.refresh_from_db()
    assert (barred.attempts, barred.set_aside_at) == (ATTEMPTS, None)


def test_conflict_that_is_over_bars_no_more(admin, cast, file):
    give_up(message("one", application_id=file.pk))
    bar_by_conflict(cast, file)
    assert table_of(page(admin), Table.MESSAGES).total == 0
    declare_standing(file.pk, user=cast.administrator, standing=StandingState.CLEAR)
    assert table_of(page(admin), Table.MESSAGES).total == 1


# ------------------------------------------------------------------ many rows


def test_page_says_how_many_it_leaves_out_and_all_are_a_click_away_a_hundred_at_a_time(admin, file):
    rows = [give_up(message(f"letter-{n}", application_id=file.pk)) for n in range(201)]
    first = page(admin).content.decode()
    assert "The 10 oldest of 201" in first
    assert "See all 201" in first
    seen = []
    for number, following in (("1", True), ("2", True), ("3", False), ("99", False), ("x", True), ("0", True)):
        answer = page(admin, table="messages", page=number)
        seen.append([line.pk for line in answer.context["table"].given_up])
        assert bool(answer.context["next_url"]) == following
    assert [len(one) for one in seen] == [100, 100, 1, 1, 100, 100]
    assert sorted(seen[0] + seen[1] + seen[2]) == sorted(row.pk for row in rows)
    assert "101 to 200 of 201" in page(admin, table="messages", page="2").content.decode()


def test_page_of_a_table_that_does_not_exist_is_not_found(admin):
    assert page(admin, table="users").status_code == 404


def test_page_of_one_table_costs_the_same_for_one_row_and_for_many(admin, file, cast):
    counts = []
    for start, end in ((0, 1), (1, 40)):
        for n in range(start, end):
            give_up(message(f"letter-{n}", application_id=file.pk))
            failed_job(cast.officer)
        for table in ("messages", "jobs"):
            page(admin, table=table)
            with CaptureQueriesContext(connection) as seen:
                page(admin, table=table)
            counts.append(len(seen))
    assert counts[:2] == counts[2:]


def test_only_one_button_is_shown_for_only_one_row(admin, file):
    give_up(message("one", application_id=file.pk))
    assert page(admin).content.decode().count(f'action="{reverse("service-retry")}"') == 1
    give_up(message("two", application_id=file.pk))
    assert "Try all 2 again" in page(admin).content.decode()


# ------------------------------------------------------------------ words


def test_every_machine_says_what_people_meet_while_it_is_away(admin):
    assert set(EFFECTS) == set(Machine)
    note_away(Machine.SCANNER, "refused")
    said = page(admin).content.decode()
    assert "The files that applicants upload are refused" in said
    assert "Messages wait" not in said


def test_row_in_its_third_try_waits(admin, file):
    Message.objects.all().delete()
    row = message("one", application_id=file.pk)
    Message.objects.filter(pk=row.pk).update(attempts=ATTEMPTS, claimed_until=clock.now() + timedelta(minutes=1))
    outbox = table_of(page(admin), Table.MESSAGES)
    assert (outbox.waiting, outbox.total) == (1, 0)
    Message.objects.update(claimed_until=clock.now() - timedelta(seconds=1))
    outbox = table_of(page(admin), Table.MESSAGES)
    assert (outbox.waiting, outbox.total) == (0, 1)


def test_jobs_that_wait_are_told_beside_messages_and_documents(admin, cast):
    failed_job(cast.officer, state="queued", attempts=0)
    failed_job(cast.officer, state="paused", attempts=0)  # it waits for the person who paused it
    assert (jobs_of(page(admin)).waiting, jobs_of(page(admin)).total) == (1, 0)


def test_job_that_failed_is_tried_again_from_the_page(admin, cast):
    job = failed_job(cast.officer)
    admin.post(reverse("service-retry"), {"table": "jobs", "only": job.pk})
    job.refresh_from_db()
    assert job.state == "queued"
    assert Entry.objects.filter(verb="job.retry", actor_id=cast.administrator.pk).exists()


def test_failed_jobs_are_those_of_the_job_list(admin, cast):
    """An administrator who also works for another cluster sees their own jobs in both."""
    other = found_cluster(slug="autre", name_fr="Autre", name_en="Other", by=SET_UP)
    appoint_to_cluster(cast.administrator, other, by=SET_UP, role="finance")
    mine = failed_job(cast.administrator)
    listed = admin.get(reverse("job-list"), {"state": "failed"}).context["jobs"]
    assert [shown.job.pk for shown in listed] == [line.pk for line in jobs_of(page(admin)).given_up] == [mine.pk]


def test_every_table_of_work_is_looked_after():
    """A letter's work is that of its document and its messages, which have tables; its officers see that it failed."""
    told_elsewhere = {Letter}
    assert {table.model for table in tables_of_work()} | told_elsewhere == set(WorkItem.__subclasses__())
    assert set(TABLES) == set(Table)


def test_start_fails_where_nobody_hands_a_table_over(monkeypatch):
    monkeypatch.delitem(TABLES, Table.DOCUMENTS)
    with pytest.raises(ImproperlyConfigured, match="documents"):
        check_tables()


def test_processes_have_names_in_words(admin, monkeypatch):
    names = ("database", "web", "worker", "beat", "other")
    made = tuple(Process(name, 1, clock.now(), 0, None, ProcessState.RUNNING, None) for name in names)
    monkeypatch.setattr("desk.selectors.service.processes_here", lambda: made)
    told = [line.name for line in page(admin).context["service"].processes]
    assert told == ["Database", "Website", "Background work", "Clock of the background work", "other"]


@pytest.mark.parametrize(
    ("wrote", "said"),
    [
        (None, ""),
        ("gone", "disappeared"),
        ("exit 1", "ended by itself (code 1)"),
        ("signal 9", "stopped by the system (signal 9)"),
        ("It would not start.", "It would not start."),
    ],
)
def test_how_a_process_ended_is_said_in_words(wrote, said):
    with override("en"):
        assert ending(wrote) == said


def test_refusal_to_anybody_else_speaks_of_this_page(client, cast):
    client.force_login(cast.officer)
    answer = page(client)
    assert answer.status_code == 403
    assert "Only an administrator of the cluster sees the state of the service." in answer.content.decode()
