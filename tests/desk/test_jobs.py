"""The pages of long jobs: whose they are, what they say in each language, what may be pressed, what asks by itself."""

import json
import re
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.services import appoint_to_cluster, create_person, found_cluster
from desk.selectors.jobs import failures_of, jobs_of, shown_job
from funding.models import Partner
from funding.services import seat_partner
from tests.cast import SET_UP
from tests.mutants import proves
from work.middleware import REFRESH
from work.models import Job, JobFailure
from work.outages import note_away
from work.states import JobAct, JobState, Machine

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
CSRF = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')
ASKED = {"q": "robot", "call": "", "state": "eligible", "due": "late", "sort": "recent"}
_numbers = count()


@pytest.fixture(autouse=True)
def now(clock_at):
    clock_at(NOW)


def make(owner, **fields):
    """A job of `owner`'s, 3 200 of 89 000 unless told otherwise."""
    number = next(_numbers)
    known = {
        "kind": "file_list",
        "state": "running",
        "phase": "step",
        "language": "fr",
        "asked": ASKED,
        "cursor": {"start": 3200, "lines": 3200},
        "total": 89_000,
        "done": 3200,
        "worked": timedelta(seconds=8),
        "digest": f"{number:064}",
        "token": f"{number:032}",
        "started_at": NOW,
    }
    return Job.objects.create(owner=owner, **known | fields)


@pytest.fixture
def ask(cast):
    """`ask("officer", "job-detail", job.public_id)`: the answer to that person, in English unless told otherwise."""

    def get(person, name, *args, query="", post=False, language="en", follow=False, **headers):
        client = Client(headers={"accept-language": language, **headers})
        if person:
            client.force_login(getattr(cast, person) if isinstance(person, str) else person)
        client.cookies["django_language"] = language
        return (client.post if post else client.get)(reverse(name, args=args) + query, follow=follow)

    return get


def text(answer):
    return answer.content.decode().replace("\u00a0", " ")


# ------------------------------------------------------------------ the list


def test_list_has_the_reader_s_own_jobs_and_an_administrator_s_everybody_s_of_the_cluster(cast, ask, programme):
    other = found_cluster(by=SET_UP, slug="optique", name_fr="Grappe Optique", name_en="Optics Cluster")
    otto, ada = (
        create_person(by=SET_UP, email=f"{name}@optique.example", given_name=name, family_name="Roy")
        for name in ("otto", "ada")
    )
    appoint_to_cluster(ada, other, by=SET_UP, role="administrator")
    appoint_to_cluster(otto, other, by=SET_UP, role="officer")
    mine, hers = make(cast.officer), make(cast.screener)
    theirs, company = make(otto), make(cast.sophie)

    def listed(person, query=""):
        return [shown.job for shown in ask(person, "job-list", query=query).context["jobs"]]

    assert listed("officer") == [mine]
    assert listed("screener") == [hers]
    assert listed("administrator") == [hers, mine]
    assert listed(otto) == [theirs]
    assert listed(ada) == [theirs]
    assert listed("sophie") == [company]
    assert listed("auditor") == []


@proves(jobs_of)
def test_list_is_filtered_by_state_and_led_through_page_by_page(cast, ask):
    made = [make(cast.officer, state=("done", "failed")[n % 2]) for n in range(120)]
    seen, query = [], "?state=done"
    for _page in range(2):
        context = ask("officer", "job-list", query=query).context
        seen += [shown.job for shown in context["jobs"]]
        query = context["next_url"]
    assert (seen, query) == ([job for job in reversed(made) if job.state == "done"], "")
    assert len(ask("officer", "job-list", query="?state=nonsense").context["jobs"]) == 50
    assert ask("officer", "job-list", query="?before=nonsense").status_code == 404
    assert "No job is in this state." in text(ask("officer", "job-list", query="?state=paused"))


def test_list_has_the_same_number_of_queries_at_one_job_and_at_many(cast, ask):
    def queries():
        with CaptureQueriesContext(connection) as made:
            ask("administrator", "job-list")
        return len(made)

    make(cast.officer)
    one = queries()
    for _n in range(30):
        make(cast.screener)
    assert queries() == one


# ------------------------------------------------------------------ the page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            [
                "List of files: eligible, late, “robot” (CSV)",
                "under way",
                "3,200 of 89,000",
                "About 4 minutes left.",
                "robot",
                "eligible",
            ],
        ),
        (
            "fr",
            [
                "Liste des dossiers : admissible, en retard, « robot » (CSV)",
                "en cours",
                "3 200 sur 89 000",
                "Il reste environ 4 minutes.",
                "admissible",
            ],
        ),
    ],
)
def test_page_says_what_it_is_and_how_far_in_the_reader_s_language(cast, ask, language, words):
    page = text(ask("officer", "job-detail", make(cast.officer).public_id, language=language))
    assert [word for word in words if word not in page] == []
    assert '<progress max="89000" value="3200"' in page


@pytest.mark.parametrize(
    ("fields", "left"),
    [
        ({"done": 44_500, "worked": timedelta(minutes=3)}, "About 3 minutes left."),
        ({"done": 88_999, "worked": timedelta(minutes=3)}, "A minute or less left."),
        ({"done": 0, "worked": timedelta(0)}, ""),
        ({"state": "paused"}, ""),
        ({"phase": "end"}, ""),
        ({"phase": "begin", "total": None, "done": 0}, ""),
    ],
)
def test_how_long_is_left_follows_the_job_s_own_pace(cast, fields, left):
    with translation.override("en"):
        assert shown_job(make(cast.officer, **fields), cast.officer).left == left


def test_bar_never_passes_its_end(cast):
    shown = shown_job(make(cast.officer, total=100, done=103), cast.officer)
    assert (shown.done, shown.total, shown.quarter) == (100, 100, 4)


OFFERED = {
    "queued": ["pause", "cancel"],
    "running": ["pause", "cancel"],
    "paused": ["resume", "cancel"],
    "done": [],
    "failed": ["retry"],
    "cancelled": [],
}


@pytest.mark.parametrize("state", JobState.values)
@pytest.mark.parametrize("person", ["officer", "administrator"])
def test_page_offers_what_may_be_done(cast, ask, state, person):
    job = make(cast.officer, state=state)
    page = text(ask(person, "job-detail", job.public_id))
    buttons = [act for act in JobAct.values if reverse("job-act", args=[job.public_id, act]) in page]
    assert buttons == OFFERED[state]
    assert ('hx-trigger="every 4s"' in page) == (state in ("queued", "running"))


def test_acts_are_pressed_and_say_what_came_of_it(cast, ask):
    job = make(cast.officer)

    def press(act, person="officer"):
        answer = ask(person, "job-act", job.public_id, act, post=True, follow=True)
        assert answer.redirect_chain == [(f"/jobs/{job.public_id}", 302)]
        return text(answer)

    assert "The job is paused. What was done is kept." in press("pause")
    assert "The job continues from where it stopped." in press("resume", "administrator")
    assert "The job is cancelled." in press("cancel")
    assert "This job is over: it cannot be paused any more." in press("pause")
    assert ask("officer", "job-act", job.public_id, "finish", post=True).status_code == 404
    assert ask("officer", "job-act", job.public_id, "nonsense", post=True).status_code == 404
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_file_is_offered_to_who_asked_until_it_is_removed(cast, ask):
    done = {"state": "done", "phase": "end", "result_path": "x", "result_name": "files.csv", "result_size": 18_400_000}
    job = make(cast.officer, **done, keep_until=NOW + timedelta(days=7), ended_at=NOW)
    address = reverse("file-list-result", args=[job.public_id])
    page = text(ask("officer", "job-detail", job.public_id))
    assert f'href="{address}"' in page
    assert "The list has 3,200 files." in page
    assert "files.csv, 18.4 MB. Kept until November 27, 2026 at 10 am." in page
    page = text(ask("administrator", "job-detail", job.public_id))
    assert address not in page
    assert "Only the person who asked for it can download the file." in page
    Job.objects.filter(pk=job.pk).update(result_path="", keep_until=None, removed_at=NOW)
    page = text(ask("officer", "job-detail", job.public_id))
    assert address not in page
    assert "The file was removed on November 20, 2026 at 10 am, seven days after it was made." in page


@proves(failures_of)
def test_what_failed_is_listed_page_by_page(cast, ask):
    job = make(cast.officer, failed=1234)
    JobFailure.objects.create(job=make(cast.officer), label="of another", reason_fr="Vide", reason_en="Empty")
    JobFailure.objects.bulk_create(
        [JobFailure(job=job, label=f"line {n}", reason_fr="Vide", reason_en="Empty") for n in range(150)]
    )
    first = ask("officer", "job-detail", job.public_id, language="fr")
    assert "Les 150 premiers échecs sur 1 234 sont énumérés." in text(first)
    second = ask("officer", "job-detail", job.public_id, query=first.context["next_url"].partition("#")[0])
    labels = [f.label for answer in (first, second) for f in answer.context["failures"]]
    assert labels == [f"line {n}" for n in range(150)]
    assert second.context["next_url"] == ""
    assert ask("officer", "job-detail", job.public_id, query="?after=x").status_code == 404


def test_reason_is_in_the_reader_s_language_and_the_technical_one_for_administrators(cast, ask):
    job = make(
        cast.officer, state="failed", reason_fr="Trois fois.", reason_en="Three times.", last_error="KeyError: 'due'"
    )
    assert "Trois fois." in text(ask("officer", "job-detail", job.public_id, language="fr"))
    page = text(ask("officer", "job-detail", job.public_id))
    assert "Three times." in page
    assert "KeyError" not in page
    assert "KeyError: &#x27;due&#x27;" in text(ask("administrator", "job-detail", job.public_id))


@pytest.mark.parametrize("state", ["queued", "running", "paused", "failed", "done"])
def test_another_s_job_is_told_by_its_kind_and_its_state_whatever_was_asked_and_found(cast, ask, state):
    """What was asked may name a file that is closed to an administrator, and how many there are an outcome."""
    common = {"state": state, "reason_fr": "Trois fois.", "reason_en": "Three times.", "result_name": "files.csv"}
    job = make(cast.officer, **common, total=100, done=30)
    JobFailure.objects.create(job=job, label="FE-2026-00001", reason_fr="Vide", reason_en="Empty")

    def read():
        detail = text(ask("administrator", "job-detail", job.public_id)).partition("<h1")[2].partition("<footer")[0]
        listed = text(ask("administrator", "job-list")).partition("<table")[2].partition("</table")[0]
        asked = poll(ask, job, "administrator", state="")
        return CSRF.sub("", detail), listed, CSRF.sub("", text(asked)), said(asked)

    first = read()
    assert all("List of files (CSV)" in part for part in (first[0], first[1], first[3]))
    assert not any(word in part for part in first for word in ("FE-2026-00001", "robot", "100"))
    Job.objects.filter(pk=job.pk).update(
        total=7, done=2, failed=1, asked=ASKED | {"q": "FE-2026-00002", "state": "approved"}, result_name="g.csv"
    )
    assert read() == first


# ------------------------------------------------------------------ what asks by itself


def poll(ask, job, person="officer", *, state="running", quarter=0, language="en"):
    query = f"?state={state}&quarter={quarter}"
    return ask(person, "job-progress", job.public_id, query=query, language=language, **{"hx-request": "true"})


def said(answer):
    spoken = json.loads(answer.headers.get("HX-Trigger", '{"say": {"text": ""}}'))
    return spoken["say"]["text"].replace("\u00a0", " ")


def test_progress_is_read_aloud_where_it_starts_at_each_quarter_and_at_its_end(cast, ask):
    job = make(cast.officer, state="queued", total=None, done=0)
    heard = []
    shown = {"state": "queued", "quarter": 0}
    for done in (None, 0, 10, 25, 49, 75, 100):
        state = "queued" if done is None else "done" if done == 100 else "running"
        Job.objects.filter(pk=job.pk).update(state=state, done=done or 0, total=100)
        answer = poll(ask, job, **shown)
        heard.append(said(answer))
        job.refresh_from_db()
        shown = {"state": state, "quarter": shown_job(job, cast.officer).quarter}
    name = "List of files: eligible, late, “robot” (CSV)"
    assert heard == [
        "",
        f"{name}: 0 of 100",
        "",
        f"{name}: 25 of 100",
        "",
        f"{name}: 75 of 100",
        f"{name}: done",
    ]
    assert (
        said(poll(ask, job, language="fr")) == "Liste des dossiers : admissible, en retard, « robot » (CSV) : terminé"
    )


def test_other_buttons_come_with_another_state_alone(cast, ask):
    job = make(cast.officer)
    page = text(poll(ask, job))
    assert ("job-acts" in page, "<html" in page) == (False, False)
    page = text(poll(ask, job, state="queued"))
    assert 'id="job-acts" hx-swap-oob="true"' in page


def test_asking_by_itself_keeps_nobody_signed_in(cast, ask):
    job = make(cast.officer)
    client = Client()
    client.force_login(cast.officer)

    def seen(name, **headers):
        session = client.session
        session["seen"] = long_ago
        session.save()
        client.get(reverse(name, args=[job.public_id]), headers=headers)
        return client.session["seen"]

    long_ago = int(NOW.timestamp()) - 2 * REFRESH
    assert seen("job-progress", **{"hx-request": "true"}) == long_ago
    assert seen("job-detail") > long_ago


def test_whoever_was_signed_out_meanwhile_asks_no_more(cast, ask):
    answer = poll(ask, make(cast.officer), person=None)
    assert (answer.status_code, answer.headers["HX-Reswap"], answer.content) == (286, "none", b"")


def test_a_stranger_s_job_does_not_exist(cast, ask):
    job = make(cast.officer)
    for person in ("auditor", "screener", "sophie"):
        assert poll(ask, job, person).status_code == 404
        assert ask(person, "job-detail", job.public_id).status_code == 404
        assert ask(person, "job-act", job.public_id, "cancel", post=True).status_code == 404


def test_administrator_whose_role_ended_sees_and_handles_nobody_s_jobs(cast, ask):
    job = make(cast.officer)
    assert ask("administrator", "job-detail", job.public_id).status_code == 200
    cast.administrator.cluster_appointments.update(ends_on=NOW.date() - timedelta(days=1))
    assert ask("administrator", "job-list").context["jobs"] == []
    assert ask("administrator", "job-detail", job.public_id).status_code == 404
    assert ask("administrator", "job-act", job.public_id, "cancel", post=True).status_code == 404
    job.refresh_from_db()
    assert job.state == "running"


def test_administrator_handles_the_jobs_of_whoever_has_but_a_partner_s_seat(cast, ask, cluster):
    partner = Partner.objects.create(cluster=cluster, short_name="MX", name_fr="Ministère X", name_en="Ministry X")
    seated = create_person(by=SET_UP, email="zoe@mx.example", given_name="Zoé", family_name="Roy")
    job = make(seated)
    assert ask("administrator", "job-detail", job.public_id).status_code == 404
    seat_partner(seated, partner, by=cast.administrator, role="analyst")
    assert ask("administrator", "job-detail", job.public_id).status_code == 200
    assert [shown.job for shown in ask("administrator", "job-list").context["jobs"]] == [job]


# ------------------------------------------------------------------ what waits


def waiting(owner, **fields):
    """A job that the storage kept waiting before anything was counted, at 10:00; it is tried again at 10:01."""
    known = {"last_error": "OSError: full", "total": None, "done": 0, "phase": "begin", "claimed_until": None}
    return make(owner, **known | {"due": NOW + timedelta(minutes=1)} | fields)


@pytest.mark.parametrize(
    ("language", "word", "sentence"),
    [
        (
            "en",
            "waiting",
            "A part of the service is not available: file storage. The job continues by itself once it is back.",
        ),
        (
            "fr",
            "en attente",
            "Une partie du service n’est pas disponible : stockage des fichiers. Le traitement reprendra de lui-même "
            "dès son retour.",
        ),
    ],
)
def test_a_job_that_waits_says_one_thing_and_for_what(cast, ask, language, word, sentence):
    note_away(Machine.MAIL, "451")
    note_away(Machine.STORAGE, "OSError: full")
    job = waiting(cast.officer)
    answer = ask("officer", "job-detail", job.public_id, language=language)
    page, shown = text(answer), answer.context["shown"]
    assert sentence in page
    assert (shown.stands, shown.word, shown.said.replace("\u00a0", " ").endswith(f": {word}")) == ("waits", word, True)
    for other in (
        "under way",
        "en cours",
        "counted",
        "Décompte",
        "few minutes",
        "quelques minutes",
        "0 of 0",
        "0 sur 0",
    ):
        assert other not in page.partition('id="job-progress"')[2].partition("<dl")[0], other
    listed = text(ask("officer", "job-list", language=language))
    assert f">{word}</" in listed


@pytest.mark.parametrize(
    ("fields", "away", "sentence"),
    [
        ({}, (Machine.STORAGE, "OSError: another file"), "A part of the service is not available: file storage."),
        ({"last_error": "down"}, (Machine.PDF, "down"), "A part of the service is not available: document engine."),
        ({}, (Machine.MAIL, "451"), "The job continues by itself at 10:01 am."),
        (
            {"attempts": 1},
            (Machine.STORAGE, "OSError: full"),
            "A part of the work failed. It is tried again at 10:01 am.",
        ),
        (
            {"attempts": 1, "claimed_until": NOW + timedelta(minutes=1)},
            (Machine.STORAGE, "OSError: full"),
            "A part of the service is not available: file storage.",
        ),
    ],
)
def test_what_a_job_waits_for_is_what_is_away_or_its_next_try(cast, ask, fields, away, sentence):
    note_away(*away)
    page = text(ask("officer", "job-detail", waiting(cast.officer, **fields).public_id))
    assert sentence in page.replace("a.m.", "am")
    assert text(poll(ask, waiting(cast.officer, **fields), state="waits")).replace("a.m.", "am").count(sentence) == 1


def test_waiting_is_read_aloud_where_it_begins_and_no_count_of_nothing_ever_is(cast, ask):
    job = waiting(cast.officer)
    name = "List of files: eligible, late, “robot” (CSV)"
    assert said(poll(ask, job)) == f"{name}: waiting"
    assert said(poll(ask, job, state="waits")) == ""
    Job.objects.filter(pk=job.pk).update(last_error="")
    assert said(poll(ask, job, state="waits")) == f"{name}: under way"


@pytest.mark.parametrize("state", JobState.values)
def test_page_says_that_one_may_leave_it_while_it_works_to_whoever_asked(cast, ask, state):
    job = make(cast.officer, state=state)
    sentence = 'You may leave this page. What the job makes will be under <a href="/jobs">“Your jobs”</a>.'
    assert (sentence in text(ask("officer", "job-detail", job.public_id))) == (state in ("queued", "running"))
    assert sentence not in text(ask("administrator", "job-detail", job.public_id))


def test_its_end_appears_by_itself(cast, ask):
    job = make(cast.officer, state="done", ended_at=NOW)
    page = text(poll(ask, job))
    assert '<dl class="answers" id="job-facts" hx-swap-oob="true">' in page
    assert "<dt>Ended on</dt><dd>November 20, 2026 at 10" in page
    assert "job-facts" not in text(poll(ask, make(cast.officer)))
    assert text(ask("officer", "job-detail", job.public_id)).count('id="job-facts"') == 1


def test_cancel_is_a_quiet_button(cast, ask):
    page = text(ask("officer", "job-detail", make(cast.officer).public_id))
    assert '<button class="link-button">Cancel the job</button>' in page
    assert "button--warning" not in page


# ------------------------------------------------------------------ what another release wrote


@pytest.mark.parametrize(
    "fields",
    [
        {"asked": ASKED | {"panel": "7"}},
        {"asked": ASKED | {"q": 7}},
        {"asked": ASKED | {"state": "of_before"}},
        {"asked": ASKED | {"due": "of_before"}},
        {"asked": ASKED | {"sort": "of_before"}},
        {"cursor": {"start": 0, "lines": 0, "more": 1}, "state": "done"},
    ],
)
def test_a_job_that_cannot_be_read_is_shown_by_its_kind_and_state(cast, ask, fields):
    odd, known = make(cast.officer, **fields), make(cast.officer)
    for person in ("officer", "administrator"):
        page = text(ask(person, "job-detail", odd.public_id))
        assert "List of files (CSV)</h1>" in page
        assert ("done" if fields.get("state") else "under way") in page
        shown = {one.job: one.label for one in ask(person, "job-list").context["jobs"]}
        label = "List of files: eligible, late, “robot” (CSV)" if person == "officer" else "List of files (CSV)"
        assert shown[known] == label
        assert shown[odd].startswith("List of files")
    assert poll(ask, odd).status_code == 200


def test_list_has_the_same_number_of_queries_at_one_job_of_a_call_and_at_many(cast, ask, programme):
    asked = ASKED | {"call": str(programme.calls.first().public_id)}

    def queries():
        with CaptureQueriesContext(connection) as made:
            ask("administrator", "job-list")
        return len(made)

    make(cast.officer, asked=asked)
    one = queries()
    for _n in range(10):
        make(cast.officer, asked=asked)
    assert queries() == one
