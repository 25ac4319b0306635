"""The list of files as CSV: all of it, in its order, once; at once while it is short, else as a job."""

import csv
import io
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from django.conf import settings as django_settings
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.models import ClusterAppointment
from applications import lists
from applications.models import Application
from applications.selectors import Chosen
from audit.models import Reading
from desk.selectors import chronicle
from desk.selectors.jobs import shown_job
from moves.services import declare_standing
from programs.models import Appointment, Call, Program
from tests.applications.test_staff_pages import copies
from tests.files import AT, submitted_file
from work import clock
from work.jobs import acts, runs
from work.models import Job, JobKeys, new_public_id
from work.tasks import run_jobs

NOW = AT + timedelta(days=3)


@pytest.fixture
def now(clock_at):
    clock_at(NOW)


@pytest.fixture
def file(cast, programme, now):
    return submitted_file(cast, programme)


@pytest.fixture
def long_lists(monkeypatch):
    """A list of more than three files is long; a step writes two lines."""
    monkeypatch.setattr(lists, "SHORT", 3)
    monkeypatch.setattr(lists, "CHUNK", 2)


@pytest.fixture
def ask(cast):
    """`ask("officer", "file-list-csv", query="?q=…", post=True)`: the answer, in English unless told otherwise."""

    def get(person, name="file-list-csv", *args, query="", post=False, language="en", follow=False):
        client = Client()
        client.force_login(getattr(cast, person))
        client.cookies["django_language"] = language
        url = reverse(name, args=args) + query
        return (client.post if post else client.get)(url, follow=follow)

    return get


def rows(content, delimiter=","):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=delimiter))


def downloaded(answer):
    return b"".join(answer.streaming_content)


def end_roles(user):
    yesterday = clock.today() - timedelta(days=1)
    Appointment.objects.filter(user=user).update(ends_on=yesterday)
    ClusterAppointment.objects.filter(user=user).update(ends_on=yesterday)


# ------------------------------------------------------------------ short


def test_a_short_list_is_given_at_once_by_the_button_and_by_its_address(file, ask):
    copies(file, 2)
    answers = [ask("officer", post=True), ask("officer")]
    for answer in answers:
        assert answer.status_code == 200
        assert answer["Content-Disposition"] == 'attachment; filename="files-2026-09-17.csv"'
        assert [line[0] for line in rows(answer.content)[1:]] == [file.reference, "FE-2026-90001", "FE-2026-90000"]
    assert not Job.objects.exists()


SUBMITTED = datetime(2026, 11, 20, 2, 15, 30, 123456, tzinfo=UTC)  # 9:15 pm on the 19th in Québec
DUE = datetime(2026, 12, 4, 4, 59, 59, tzinfo=UTC)  # the end of December 3 in Québec


@pytest.mark.parametrize(
    ("language", "head", "line"),
    [
        (
            "en",
            "File number,Call,Organisation,Title,State,Aid requested ($),Submitted on (Québec time),Due date",
            '{0.reference},"{call}",Usinage Gauthier inc.,Un titre,submitted,12345.60,2026-11-19 21:15,2026-12-03',
        ),
        (
            "fr",
            "Numéro de dossier;Appel;Organisation;Titre;État;Aide demandée ($);Date de dépôt (heure du Québec);"
            "Date d’échéance",
            "{0.reference};{call};Usinage Gauthier inc.;Un titre;déposée;12345,60;2026-11-19 21:15;2026-12-03",
        ),
    ],
)
def test_a_list_is_a_spreadsheet_of_the_language_of_whoever_asks_in_quebec_s_days(file, ask, language, head, line):
    Application.objects.filter(pk=file.pk).update(
        submitted_at=SUBMITTED,
        due=DUE,
        requested_amount="12345.60",
        title="Un titre",
        organisation_name="Usinage Gauthier inc.",
    )
    with translation.override(language):
        call = file.call.name
    content = ask("officer", language=language).content
    assert content.startswith(b"\xef\xbb\xbf")  # by which Excel reads UTF-8
    assert content.decode("utf-8-sig").splitlines() == [head, line.format(file, call=call)]


def test_a_list_leaves_empty_what_a_file_does_not_have(file, ask):
    Application.objects.filter(pk=file.pk).update(due=None, requested_amount=None)
    _head, line = rows(ask("officer").content)
    assert (line[5], line[7]) == ("", "")


def test_a_draft_beside_a_list_is_not_in_it(file, ask):
    draft = copies(file, 1)[0]
    Application.objects.filter(pk=draft.pk).update(state="draft")
    assert [line[0] for line in rows(ask("officer").content)[1:]] == [file.reference]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?state=bogus", "Select a valid choice. bogus is not one of the available choices."),
        ("?call=6b1f0c1e-0000-7000-8000-000000000000", "is not one of the available choices."),
        ("?due=someday", "Select a valid choice. someday is not one of the available choices."),
        (f"?q={'x' * 300}", "Ensure this value has at most 200 characters (it has 300)."),
        ("?state=submitted&sort=bogus", "Select a valid choice. bogus is not one of the available choices."),
    ],
)
@pytest.mark.parametrize("size", ["short", "long"])
def test_filters_that_are_not_understood_give_no_list_and_say_so(file, ask, monkeypatch, query, said, size):
    if size == "long":
        monkeypatch.setattr(lists, "SHORT", 0)
    for post in (False, True):
        answer = ask("officer", query=query, post=post, follow=True)
        assert answer.redirect_chain == [(f"/files{query}", 302)]
        assert answer.context["files"] == []
        page = answer.content.decode()
        assert said in page
        assert "There is a problem" in page
        assert "Correct the filters to see the list." in page
        assert file.reference not in page
    assert not Job.objects.exists()
    assert not Reading.objects.exists()


@pytest.mark.parametrize(
    ("language", "query", "name"),
    [
        ("en", "", "files-2026-09-17.csv"),
        ("en", "?state=in_review&due=late", "files-in-review-late-2026-09-17.csv"),
        (
            "fr",
            "?state=in_review&q=%C5%92uvre+d%27%C3%A9t%C3%A9+%2F%2E%2E%22",
            "dossiers-en-evaluation-oeuvre-d-ete-2026-09-17.csv",
        ),
        ("fr", "?q=%E6%97%A5%E6%9C%AC", "dossiers-2026-09-17.csv"),
        ("en", f"?q={'robot ' * 20}", "files-robot-robot-robot-robot-robot-robot-rob-2026-09-17.csv"),
    ],
)
def test_the_name_of_a_list_says_its_filters_in_unaccented_letters(file, ask, language, query, name):
    answer = ask("officer", query=query, language=language)
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'


@pytest.mark.parametrize(
    ("language", "label"),
    [
        ("en", "List of files: Call 2026-1, in review, late, “robot” (CSV)"),
        ("fr", "Liste des dossiers : Appel 2026-1, en évaluation, en retard, « robot » (CSV)"),
    ],
)
def test_a_job_is_told_apart_from_others_by_its_filters(file, language, label):
    Call.objects.filter(pk=file.call_id).update(name_fr="Appel 2026-1", name_en="Call 2026-1")
    asked = Chosen(q="robot", call=str(file.call.public_id), state="in_review", due="late")
    with translation.override(language):
        labels = lists.FileList().labels([asked, Chosen()])
    assert [one.replace("\u00a0", " ") for one in labels] == [
        label,
        {"en": "List of files (CSV)", "fr": "Liste des dossiers (CSV)"}[language],
    ]


def test_the_title_of_a_list_is_bounded_and_many_take_one_query(file, django_assert_num_queries):
    Call.objects.filter(pk=file.call_id).update(name_fr="A" * 200, name_en="A" * 200)
    asked = Chosen(q="b" * 200, call=str(file.call.public_id))
    with django_assert_num_queries(1):
        labels = lists.FileList().labels([asked] * 50)
    assert all(len(label) < 180 for label in labels)
    assert len(lists._name(asked)) < 120


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_of_a_list_starts_a_formula(file, ask, start):
    Application.objects.filter(pk=file.pk).update(title=f"{start}cmd()", organisation_name=f"{start}1")
    _head, line = rows(ask("officer").content)
    assert line[2:4] == [f"'{start}1", f"'{start}cmd()"]


def test_no_name_of_a_call_starts_a_formula(file, ask):
    Call.objects.filter(pk=file.call_id).update(name_en="=cmd()")
    assert rows(ask("officer").content)[1][1] == "'=cmd()"


def test_a_list_taken_away_is_one_reading_with_its_question_count_and_digest(file, ask, cast):
    others = copies(file, 2)
    answer = ask("officer", query="?state=submitted&q=capacit%C3%A9")
    reading = Reading.objects.get()
    assert (reading.actor_id, reading.application_id, reading.what) == (cast.officer.pk, None, "list (CSV)")
    assert reading.question == {"q": "capacité", "call": "", "state": "submitted", "due": "", "sort": "due"}
    assert (reading.count, reading.digest) == (3, sha256(answer.content).hexdigest())
    assert reading.listed == sorted([file.pk, *(o.pk for o in others)])


def test_the_trail_of_a_file_shows_the_lists_it_was_in_and_no_other(file, ask, cast):
    other = copies(file, 1)[0]
    Application.objects.filter(pk=other.pk).update(state="eligible")
    ask("officer", query="?state=submitted")

    def read_of(application):
        lines, _more = chronicle(application)
        return [(line.what, line.who) for line in lines if line.is_reading]

    with translation.override("en"):
        words = "Read: List of files downloaded (CSV)"
        assert read_of(file) == [(words, cast.officer.full_name)]
        assert read_of(other) == []


# ------------------------------------------------------------------ long


@pytest.mark.parametrize(("query", "count"), [("?sort=recent", 8), ("?sort=due", 8), ("?due=late", 3), ("?q=robot", 0)])
def test_a_long_list_has_the_lines_of_the_same_list_given_at_once(file, ask, monkeypatch, query, count):
    made = copies(file, 7)
    Application.objects.filter(pk__in=[f.pk for f in made[:3]]).update(due=NOW - timedelta(days=1))
    given = ask("officer", query=query)
    whole = given.content
    monkeypatch.setattr(lists, "SHORT", -1)
    monkeypatch.setattr(lists, "CHUNK", 2)
    started = ask("officer", query=query, post=True)
    job = Job.objects.get()
    assert (started.status_code, started["Location"]) == (302, f"/jobs/{job.public_id}")
    run_jobs()
    answer = ask("officer", "file-list-result", job.public_id)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert answer["Content-Disposition"] == given["Content-Disposition"]
    content = downloaded(answer)
    assert content == whole
    assert len(rows(content)) == count + 1


@pytest.mark.parametrize(("count", "is_short"), [(2, True), (3, False)])
def test_a_list_is_long_from_one_file_more_than_the_most_given_at_once(file, cast, long_lists, count, is_short):
    copies(file, count)
    assert (lists.short_list(Chosen(), by=cast.officer) is not None) == is_short


def test_a_long_list_starts_by_a_press_alone_and_once(file, ask, long_lists):
    copies(file, 3)
    sent_back = ask("officer", query="?sort=recent")
    assert (sent_back.status_code, sent_back["Location"]) == (302, "/files?sort=recent")
    assert not Job.objects.exists()
    assert ask("officer", post=True)["Location"] == ask("officer", post=True)["Location"]
    assert Job.objects.count() == 1


def test_a_long_list_is_in_the_language_of_whoever_asked_whatever_the_worker_speaks(file, ask, long_lists):
    copies(file, 3)
    ask("officer", post=True, language="en")
    with translation.override("fr"):
        run_jobs()
    content = downloaded(ask("officer", "file-list-result", Job.objects.get().public_id, language="fr"))
    assert rows(content)[0][0] == "File number"
    assert rows(content)[1][4] == "submitted"


def test_a_file_whose_clock_moves_meanwhile_is_listed_once_where_it_was(file, ask, long_lists, monkeypatch):
    copies(file, 5)
    ask("officer", post=True)
    monkeypatch.setattr(runs, "TURN", 0)
    runs._turn(runs._take(), until=0)  # the order is frozen
    runs._turn(runs._take(), until=0)  # two lines
    order = list(Application.objects.order_by("due", "pk").values_list("reference", flat=True))
    Application.objects.filter(reference=order[0]).update(due=NOW + timedelta(days=900))
    Application.objects.filter(reference=order[3]).update(due=NOW - timedelta(days=900), title="Changed")
    run_jobs()
    content = downloaded(ask("officer", "file-list-result", Job.objects.get().public_id))
    lines = rows(content)[1:]
    assert [line[0] for line in lines] == order
    assert lines[3][3] == "Changed"  # what a line says is read when it is written


def test_a_role_that_ends_meanwhile_fails_the_list_with_its_sentence(file, ask, cast, long_lists):
    copies(file, 5)
    ask("officer", post=True)
    runs._turn(runs._take(), until=0)
    end_roles(cast.officer)
    run_jobs()
    job = Job.objects.get()
    assert (job.state, job.result_path) == ("failed", "")
    assert job.reason_en == "Your role on some of these files has ended. Ask for the list again."
    assert job.reason_fr == "Votre rôle sur certains de ces dossiers a pris fin. Demandez la liste de nouveau."


def test_a_role_that_ended_since_does_not_get_the_file(file, ask, cast, long_lists):
    copies(file, 3)
    ask("officer", post=True)
    run_jobs()
    end_roles(cast.officer)
    answer = ask("officer", "file-list-result", Job.objects.get().public_id)
    assert answer.status_code == 403
    assert b"Your role on some of these files has ended." in answer.content
    assert not Reading.objects.exists()


@pytest.fixture
def other(file, cast, cluster):
    """A file of another call, which the screener of both lists; and the screener's role on that call's programme."""
    program = Program.objects.get(pk=file.call.program_id)
    program.pk, program.code, program.slug, program.public_id = None, "XX", "other", new_public_id()
    program._state.adding = True
    program.save()
    call = Call.objects.get(pk=file.call_id)
    call.pk, call.program, call.public_id, call._state.adding = None, program, new_public_id(), True
    call.save()
    made = copies(file, 1)[0]
    Application.objects.filter(pk=made.pk).update(call=call)
    role = Appointment.objects.filter(user=cast.screener).first()
    role.pk, role.program, role._state.adding = None, program, True
    role.save()
    return made, role


def test_a_role_lost_on_one_of_two_calls_fails_the_list(file, other, cast, ask, monkeypatch):
    monkeypatch.setattr(lists, "SHORT", 1)
    ask("screener", post=True)
    runs._turn(runs._take(), until=0)
    assert JobKeys.objects.get().keys == sorted([file.pk, other[0].pk])
    Appointment.objects.filter(pk=other[1].pk).update(ends_on=clock.today() - timedelta(days=1))
    run_jobs()
    job = Job.objects.get()
    assert (job.state, job.result_path) == ("failed", "")
    assert job.reason_en == "Your role on some of these files has ended. Ask for the list again."


def test_a_role_lost_since_on_one_of_two_calls_closes_the_file_of_the_list(file, other, cast, ask, monkeypatch):
    monkeypatch.setattr(lists, "SHORT", 1)
    ask("screener", post=True)
    run_jobs()
    job = Job.objects.get()
    assert ask("screener", "file-list-result", job.public_id).status_code == 200
    Appointment.objects.filter(pk=other[1].pk).update(ends_on=clock.today() - timedelta(days=1))
    assert ask("screener", "file-list-result", job.public_id).status_code == 403
    assert Reading.objects.count() == 1


def test_a_refused_list_is_not_even_opened(file, ask, cast, long_lists, monkeypatch):
    copies(file, 3)
    ask("officer", post=True)
    run_jobs()
    opened = []
    monkeypatch.setattr(default_storage, "open", lambda *asked: opened.append(asked))
    for refuse in (
        lambda: declare_standing(file.pk, user=cast.officer, standing="conflict"),
        lambda: end_roles(cast.officer),
    ):
        refuse()
        assert ask("officer", "file-list-result", Job.objects.get().public_id).status_code == 403
    assert opened == []


def test_the_reading_of_a_list_counts_the_lines_that_it_has(file, ask, cast, long_lists):
    """A file left out for a conflict that was then taken back is in no line."""
    copies(file, 3)
    ask("officer", post=True)
    runs._turn(runs._take(), until=0)
    declare_standing(file.pk, user=cast.officer, standing="conflict")
    run_jobs()
    declare_standing(file.pk, user=cast.officer, standing="clear")
    job = Job.objects.get()
    content = downloaded(ask("officer", "file-list-result", job.public_id))
    assert Reading.objects.get().count == len(rows(content)) - 1 == 3
    with translation.override("en"):
        assert shown_job(job, cast.officer).summary == "The list has 3 files."


def test_a_conflict_declared_meanwhile_leaves_the_file_out(file, ask, cast, long_lists):
    copies(file, 3)
    ask("officer", post=True)
    runs._turn(runs._take(), until=0)
    declare_standing(file.pk, user=cast.officer, standing="conflict")
    run_jobs()
    job = Job.objects.get()
    content = default_storage.open(job.result_path).read()
    assert file.reference not in [line[0] for line in rows(content)]
    assert (len(rows(content)), job.state) == (4, "done")


def test_a_conflict_declared_since_closes_the_file_of_the_list(file, ask, cast, long_lists):
    copies(file, 3)
    ask("officer", post=True)
    run_jobs()
    declare_standing(file.pk, user=cast.officer, standing="unsure")
    answer = ask("officer", "file-list-result", Job.objects.get().public_id)
    assert answer.status_code == 403
    assert b"Since then, a conflict of interest, or a doubt, has closed one of these files to you." in answer.content
    assert not Reading.objects.exists()


def test_the_file_is_for_who_asked_alone_and_each_taking_is_a_reading(file, ask, cast, long_lists):
    copies(file, 3)
    ask("officer", post=True)
    run_jobs()
    job = Job.objects.get()
    for person in ("administrator", "auditor", "screener", "sophie"):
        assert ask(person, "file-list-result", job.public_id).status_code == 404, person
    assert not Reading.objects.exists()
    content = downloaded(ask("officer", "file-list-result", job.public_id))
    reading = Reading.objects.get()
    assert (reading.count, reading.digest, reading.question) == (4, sha256(content).hexdigest(), job.asked)
    assert reading.listed == sorted(Application.objects.values_list("pk", flat=True))
    ask("officer", "file-list-result", job.public_id)
    assert Reading.objects.count() == 2


def test_a_list_that_is_not_ready_or_no_longer_kept_says_so(file, ask, long_lists):
    copies(file, 3)
    ask("officer", post=True)
    job = Job.objects.get()
    early = ask("officer", "file-list-result", job.public_id)
    assert early.status_code == 409
    assert b"This list is not ready, or no longer kept." in early.content
    run_jobs()
    with clock.at(NOW + timedelta(days=8)):
        run_jobs()
        assert ask("officer", "file-list-result", job.public_id).status_code == 409
    assert not Reading.objects.exists()


def test_one_list_too_many_under_way_is_refused_with_a_sentence(file, ask, long_lists, monkeypatch):
    monkeypatch.setattr(acts, "MOST", 1)
    copies(file, 3)
    ask("officer", post=True)
    refused = ask("officer", query="?sort=recent", post=True, follow=True)
    assert refused.redirect_chain == [("/files?sort=recent", 302)]
    assert b"You have ten jobs under way." in refused.content
    assert Job.objects.count() == 1


@pytest.mark.parametrize("chunk", [1, 50])
def test_a_step_has_the_same_number_of_queries_at_one_line_and_at_many(file, ask, cast, monkeypatch, chunk):
    copies(file, 60)
    monkeypatch.setattr(lists, "CHUNK", chunk)
    job = lists.start_list(Chosen(), by=cast.officer)
    held = runs._take()
    after = runs._advance(held)
    with CaptureQueriesContext(connection) as made:
        after = runs._advance(after)
    assert after.done == chunk
    # savepoint, keys, owner, calls, lines, piece, lock, save, release: nothing that grows with the lines
    assert len(made) == 9, [q["sql"][:90] for q in made]
    assert job.pk == after.pk


def test_what_is_late_is_so_as_of_when_the_list_was_asked_for(file, cast):
    late, soon = copies(file, 2)
    Application.objects.filter(pk=late.pk).update(due=NOW - timedelta(hours=1))
    Application.objects.filter(pk=soon.pk).update(due=NOW + timedelta(hours=1))
    job = lists.start_list(Chosen(due="late"), by=cast.officer)
    with clock.at(NOW + timedelta(hours=2)):
        run_jobs()
    assert JobKeys.objects.get(job=job).keys == [late.pk]


# ------------------------------------------------------------------ twelve thousand lines, real processes


def many(file, count):
    """Files beside `file`, by SQL: each with its reference, its instant and (two in three) its clock."""
    columns = [f.column for f in Application._meta.local_concrete_fields if f.column not in ("id", "public_id")]
    own = {
        "reference": "'FE-2026-' || (90000 + n)",
        "submitted_at": "submitted_at + n * interval '1 second'",
        "due": "CASE WHEN mod(n, 3) = 0 THEN NULL ELSE due + mod(n, 997) * interval '1 hour' END",
    }
    names, values = ", ".join(columns), ", ".join(own.get(name, name) for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO applications_application (public_id, {names}) SELECT gen_random_uuid(), {values} "
            "FROM applications_application, generate_series(1, %s) AS n WHERE id = %s",
            [count, file.pk],
        )


def in_the_order_of_the_list():
    timed = Application.objects.exclude(due=None).order_by("due", "pk").values_list("reference", flat=True)
    return [*timed, *Application.objects.filter(due=None).order_by("pk").values_list("reference", flat=True)]


@pytest.mark.slow
def test_twelve_thousand_files_are_twelve_thousand_lines_in_order(committed_db, file, ask):
    many(file, 11_999)
    ask("officer", post=True)
    run_jobs()
    job = Job.objects.get()
    assert (job.state, job.total, job.done) == ("done", 12_000, 12_000)
    lines = rows(downloaded(ask("officer", "file-list-result", job.public_id)))
    assert len(lines) == 12_001
    assert [line[0] for line in lines[1:]] == in_the_order_of_the_list()
    assert Reading.objects.count() == 1


WORKER = """
import sys, time
import django
django.setup()
from django.conf import settings
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
settings.MEDIA_ROOT = sys.argv[2]
from work.jobs import results
keep, pieces = results.keep_piece, []
def keep_and_hang(job, content):
    path = keep(job, content)
    pieces.append(path)
    if len(pieces) == 4:  # the head, two steps, and the piece of the third, which nothing counts yet
        print("kept", flush=True)
        time.sleep(60)
    return path
results.keep_piece = keep_and_hang
from work.tasks import run_jobs
run_jobs()
"""


@pytest.mark.slow
def test_a_worker_killed_in_a_step_leaves_no_line_twice_and_none_out(committed_db, cast, programme, settings, ask):
    with clock.at(NOW):
        made = submitted_file(cast, programme)
    many(made, 11_999)
    ask("officer", post=True)
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, connection.settings_dict["NAME"], str(settings.MEDIA_ROOT)],
        stdout=subprocess.PIPE,
        cwd=django_settings.BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
    )
    try:
        assert worker.stdout.readline() == b"kept\n"
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    job = Job.objects.get()
    assert (job.state, job.done, job.parts.count()) == ("running", 4000, 3)
    assert run_jobs() == 0  # it is still held by the dead worker
    with clock.at(clock.now() + timedelta(minutes=2)):
        run_jobs()
    job.refresh_from_db()
    assert (job.state, job.done) == ("done", 12_000)
    lines = rows(downloaded(ask("officer", "file-list-result", job.public_id)))
    assert [line[0] for line in lines[1:]] == in_the_order_of_the_list()
    folder = f"jobs/{job.token[:2]}/{job.token}"
    assert [f"{folder}/{name}" for name in default_storage.listdir(folder)[1]] == [job.result_path]
