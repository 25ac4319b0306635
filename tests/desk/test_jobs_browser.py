"""A long job's page in a real browser: it follows the work by itself, speaks at each quarter, moves no focus."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import override_settings

from accounts.models import User
from applications.models import Application
from builder.services import import_bundle
from demo import people
from demo.cast import BY_KEY
from notifications.models import Message
from tests import databases, servers
from tests.cast import BUILT_AT, BUNDLE
from tests.files import submitted_file
from tests.journeys.people import Person
from work import clock
from work.models import Job, JobFailure
from work.outages import note_away, note_back
from work.querysets import ATTEMPTS
from work.states import Machine

pytestmark = pytest.mark.slow
ASKED = {"q": "robot", "call": "", "state": "eligible", "due": "late", "sort": "recent"}


@pytest.fixture(scope="module")
def served(tmp_path_factory, django_db_setup, django_db_blocker):
    """A site of this module's own, with the cast, a programme and one submitted file."""
    with (
        django_db_blocker.unblock(),
        databases.clone("jobs") as name,
        servers.serve(tmp_path_factory.mktemp("served"), name) as site,
    ):
        with site.data():
            with clock.at(BUILT_AT):
                _cluster, cast = people.found()
                for company in ("usinage", "prime"):
                    people.register(company, cast)
                program = import_bundle(BUNDLE.read_text(encoding="utf-8"), by=cast["officer"])
                people.appoint_all(program, cast)
            with override_settings(MEDIA_ROOT=site.files / "files"):
                submitted_file(SimpleNamespace(**cast), program)
        yield site


@pytest.fixture
def job(served):
    """A job of the officer's that a worker holds: nobody else takes it."""
    with served.data():
        made = Job.objects.create(
            kind="file_list",
            owner=User.objects.get(email=BY_KEY["officer"].email),
            state="running",
            phase="step",
            language="fr",
            asked=ASKED,
            cursor={"start": 3200, "lines": 3200},
            total=89_000,
            done=3200,
            failed=2,
            worked=timedelta(seconds=8),
            digest="d" * 64,
            token="t" * 32,
            started_at=clock.now(),
            claimed_until=clock.now() + timedelta(hours=1),
        )
        JobFailure.objects.bulk_create(
            [JobFailure(job=made, label=f"FE-2026-0000{n}", reason_fr="Vide", reason_en="Empty") for n in (1, 2)]
        )
    yield made
    with served.data():
        made.delete()


@pytest.fixture
def officer(new_page, axe):
    return lambda **options: Person("officer", new_page(**options), axe, set()).sign_in()


@pytest.mark.parametrize("width", [320, 1280])
def test_pages_have_nothing_for_axe_and_never_scroll_sideways(officer, job, served, width, tmp_path):
    person = officer(width=width)
    done = {"state": "done", "phase": "end", "result_path": "x", "result_name": "dossiers-2026-11-26.csv"}
    done |= {"result_size": 18_400_000, "ended_at": clock.now(), "keep_until": clock.now() + timedelta(days=7)}
    failed = {"state": "failed", "reason_fr": "Votre rôle a pris fin.", "reason_en": "Your role has ended."}
    waits = {"last_error": "OSError: full", "total": None, "done": 0, "phase": "begin"}
    states = {"running": {}, "waits": waits, "failed": failed | {"last_error": "", "total": 89_000}, "done": done}
    for name, fields in states.items():
        with served.data():
            if name == "waits":
                note_away(Machine.STORAGE, "OSError: full")
            else:
                note_back(Machine.STORAGE)
            Job.objects.filter(pk=job.pk).update(**fields)
        for path in ("/jobs", f"/jobs/{job.public_id}"):
            for language in ("fr", "en"):
                person.page.goto(f"{path}?lang={language}")
                assert person.page.evaluate("document.documentElement.scrollWidth") == width
                assert person.axe(person.page) == [], (path, name, language)
                person.page.screenshot(
                    path=tmp_path / f"{name}-{'list' if path == '/jobs' else 'job'}-{language}-{width}.png",
                    full_page=True,
                )


def test_page_follows_the_job_by_itself_speaks_and_takes_no_focus(officer, job, served):
    page = officer().page
    page.goto(f"/jobs/{job.public_id}?lang=en")
    page.get_by_role("button", name="Pause").focus()
    page.evaluate(
        """() => { window.heard = []; const live = document.querySelector("#live > p");
        new MutationObserver(() => { if (live.textContent) heard.push(live.textContent); })
          .observe(live, {childList: true, characterData: true, subtree: true}); }"""
    )
    for done in (12_000, 40_000, 41_000):
        with served.data():
            Job.objects.filter(pk=job.pk).update(done=done)
        page.get_by_text(f"{done:,} of 89,000").first.wait_for(timeout=10_000)
    page.wait_for_timeout(2500)
    assert page.evaluate("document.activeElement.textContent") == "Pause"
    page.evaluate("document.activeElement.blur()")
    with served.data():
        Job.objects.filter(pk=job.pk).update(
            state="done",
            phase="end",
            done=89_000,
            result_path="x",
            result_name="files.csv",
            result_size=9,
            ended_at=clock.now(),
            keep_until=clock.now() + timedelta(days=7),
        )
    page.get_by_role("link", name="Download the file").wait_for(timeout=10_000)
    assert page.get_by_role("button", name="Pause").count() == 0
    page.wait_for_timeout(2500)
    heard = page.evaluate("window.heard")
    name = "List of files: eligible, late, “robot” (CSV)"
    assert heard == [f"{name}: 40,000 of 89,000", f"{name}: done"]
    assert page.locator("#job-facts").get_by_text("Ended on").count() == 1


def test_everything_works_without_a_script(officer, job):
    page = officer(java_script_enabled=False).page
    page.goto(f"/jobs/{job.public_id}?lang=en")
    page.get_by_role("button", name="Pause").click()
    assert "The job is paused." in page.locator("main").inner_text()
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("link", name="Refresh").click()
    assert "waiting for its turn" in page.locator("main").inner_text()
    page.get_by_role("button", name="Cancel the job").click()
    assert "The job is cancelled." in page.locator("main").inner_text()


def test_button_of_the_list_of_files_gives_the_file(officer):
    page = officer().page
    page.goto("/files?lang=fr")
    for _press in range(2):  # the page stays: it may be pressed again
        with page.expect_download() as taken:
            page.get_by_role("button", name="Télécharger la liste (CSV)").click()
        assert taken.value.suggested_filename.startswith("dossiers-")


@pytest.mark.parametrize("width", [320, 1280])
def test_filters_that_are_not_understood_are_said_at_their_fields(officer, width, tmp_path):
    person = officer(width=width)
    for language in ("fr", "en"):
        person.page.goto(f"/files?state=bogus&q={'x' * 300}&lang={language}")
        assert person.page.locator("#error-summary-title").is_visible()
        assert person.page.evaluate("document.documentElement.scrollWidth") == width
        assert person.axe(person.page) == []
        person.page.screenshot(path=tmp_path / f"filters-{language}-{width}.png", full_page=True)


@pytest.mark.parametrize("width", [320, 1280])
def test_state_of_the_service_has_nothing_for_axe_and_never_scrolls_sideways(new_page, axe, served, width):
    with served.data():
        given_up = Message.objects.create(
            kind="letter",
            key=f"given up {width}",
            address="une-adresse-vraiment-tres-longue-de-quelqu-un@usinage-gauthier.example",
            application_id=Application.objects.first().pk,
            language="fr",
            attempts=ATTEMPTS,
            last_error="Refused: 550 5.1.1 " + "nosuchmailbox" * 20,
        )
        note_away(Machine.SCANNER, "ConnectionRefusedError: [Errno 111] Connection refused")
    person = Person("administrator", new_page(width=width), axe, set()).sign_in()
    for language in ("fr", "en"):
        person.page.goto(f"/service?lang={language}")
        assert "550 5.1.1" in person.page.content()
        assert person.page.evaluate("document.documentElement.scrollWidth") == width
        assert person.axe(person.page) == []
    with served.data():
        given_up.delete()
