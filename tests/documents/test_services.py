"""Keeping what people upload; queuing and rendering what we make, whatever the machine lacks."""

import hashlib
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import default_storage
from django.db import transaction

from accounts.models import User
from documents import pdf, services, tasks
from documents.models import Rendering, Upload
from documents.selectors import renderings_about
from documents.states import RenderingKind
from tests.documents import files, sheets
from tests.mutants import proves
from work import clock, nudges
from work.outages import open_outages
from work.states import Machine


@pytest.fixture
def elise(store):
    return User.objects.create(email="elise@usinage.example")


def queued(key="receipt:1", **more):
    given = {"html": str(sheets.letter()), "title": "Reçu FE-2026-00042", "language": "fr", "application_id": 7}
    return services.queue_rendering(RenderingKind.RECEIPT, key=key, **{**given, **more})


@pytest.mark.django_db
def test_upload_is_kept_under_a_name_that_tells_nothing(elise):
    data = files.pdf()

    upload = services.store_upload(files.chosen(data, "../Plan d’été.pdf"), by=elise, application_id=7)

    assert (upload.name, upload.content_type, upload.size) == ("Plan d’été.pdf", "application/pdf", len(data))
    assert upload.sha256 == hashlib.sha256(data).hexdigest()
    assert upload.has_text is True
    assert (upload.uploader, upload.application_id) == (elise, 7)
    assert "Plan" not in upload.key
    assert upload.open().read() == data


@pytest.mark.django_db
def test_refused_file_leaves_nothing_behind(elise):
    with pytest.raises(services.Unacceptable):
        services.store_upload(files.chosen(b"MZ" + b"\0" * 99, "budget.pdf"), by=elise)

    assert Upload.objects.count() == 0
    assert not default_storage.exists("uploads")


@pytest.mark.django_db
def test_file_that_is_not_what_its_name_says_gets_the_ending_of_its_content(elise):
    assert services.store_upload(files.chosen(files.pdf(), "plan.docx"), by=elise).name == "plan.docx.pdf"


@pytest.mark.django_db
def test_removed_upload_loses_its_bytes_when_the_transaction_commits(elise, django_capture_on_commit_callbacks):
    upload = services.store_upload(files.chosen(files.pdf()), by=elise)

    with django_capture_on_commit_callbacks(execute=True):
        gone = services.remove_upload(upload, by=elise)
        assert default_storage.exists(upload.key)

    assert not default_storage.exists(upload.key)
    assert gone.is_gone
    assert gone.gone_by == elise
    assert Upload.objects.get().erased_at is not None
    with pytest.raises(FileNotFoundError):
        gone.open()
    assert services.remove_upload(gone, by=elise).gone_at == gone.gone_at


def test_upload_removed_while_the_storage_is_away_is_erased_once_it_is_back(committed_db, elise, settings, caplog):
    kept, gone = (services.store_upload(files.chosen(files.pdf()), by=elise) for _n in range(2))
    place = Path(settings.MEDIA_ROOT)
    place.rename(place.with_name("elsewhere"))

    services.remove_upload(gone, by=elise)

    assert tasks.erase_removed() == 0
    assert Upload.objects.get(pk=gone.pk).erased_at is None
    assert open_outages().get().machine == Machine.STORAGE
    shutil.rmtree(place, ignore_errors=True)
    place.with_name("elsewhere").rename(place)
    assert (tasks.erase_removed(), tasks.erase_removed()) == (1, 0)
    assert (default_storage.exists(gone.key), default_storage.exists(kept.key)) == (False, True)
    assert Upload.objects.get(pk=gone.pk).erased_at is not None


@proves(services.erase_removed)
@pytest.mark.django_db
def test_removed_uploads_are_erased_the_longest_removed_first_a_hundred_at_a_time(elise, monkeypatch):
    now, erased = clock.now(), []
    monkeypatch.setattr(services, "_erase", lambda upload: erased.append(int(upload.key)))
    kept = {"uploader": elise, "name": "plan.pdf", "size": 3, "sha256": "0" * 64}
    Upload.objects.bulk_create(
        Upload(key=f"{number}", gone_at=now + timedelta(minutes=number), gone_by=elise, **kept)
        for number in (*range(3, 90), 1, 0, 2)
    )
    Upload.objects.create(key="200", **kept)
    Upload.objects.create(key="201", gone_at=now - timedelta(days=1), gone_by=elise, erased_at=now, **kept)
    assert services.erase_removed() == 90
    assert erased == list(range(90))
    Upload.objects.bulk_create(
        Upload(key=f"{number}", gone_at=now, gone_by=elise, **kept) for number in range(300, 311)
    )
    erased.clear()
    assert services.erase_removed() == 100
    assert erased[:3] == [0, 300, 301]
    assert erased[-1] == 88


@pytest.mark.django_db
def test_same_key_is_the_same_document():
    first = queued()

    assert queued(title="Another").pk == first.pk
    assert Rendering.objects.get().title == "Reçu FE-2026-00042"


def test_rendering_rolls_back_with_what_asked_for_it(committed_db):
    def ask_then_fail():
        with transaction.atomic():
            queued()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask_then_fail()

    assert Rendering.objects.count() == 0


@pytest.mark.renders
def test_worker_renders_what_waits_and_tells_the_app(committed_db, monkeypatch):
    monkeypatch.setattr(services, "_TAKERS", {})
    told = []
    services.hand_over(RenderingKind.RECEIPT, lambda rendering: told.append(rendering.public_id))
    rendering = queued()

    assert tasks.render_documents() == 1

    rendering.refresh_from_db()
    data = rendering.open().read()
    assert told == [rendering.public_id]
    assert rendering.is_ready
    assert rendering.done_at is not None
    assert rendering.size == len(data)
    assert rendering.sha256 == hashlib.sha256(data).hexdigest()
    assert tasks.render_documents() == 0


def test_kind_of_document_that_no_app_takes_or_that_two_take_stops_the_start(monkeypatch):
    monkeypatch.setattr(services, "_TAKERS", {})
    services.hand_over(RenderingKind.RECEIPT, None)
    with pytest.raises(ImproperlyConfigured, match="no app says what follows the documents of kind letter"):
        services.check_takers()
    services.hand_over(RenderingKind.LETTER, print)
    services.hand_over(RenderingKind.LETTER, print)
    services.check_takers()
    with pytest.raises(ImproperlyConfigured, match="handed over twice"):
        services.hand_over(RenderingKind.LETTER, None)


@pytest.mark.renders
@pytest.mark.django_db
def test_rendering_again_gives_the_same_file(settings):
    first = services.render(queued())
    path, digest = first.path, first.sha256

    again = services.render(Rendering.objects.get())

    assert (again.path, again.sha256) == (path, digest)


@pytest.mark.renders
def test_document_at_fault_stops_after_three_and_the_next_is_rendered(committed_db):
    bad, good = queued("bad", html='<img alt="x" src="logo.png">'), queued("good")
    instant = clock.now()
    done = []
    for hour in range(5):
        with clock.at(instant + timedelta(hours=hour)):
            done.append(tasks.render_documents())

    bad.refresh_from_db()
    good.refresh_from_db()
    assert done == [1, 0, 0, 0, 0]
    assert bad.attempts == 3
    assert "Relative URI" in bad.last_error
    assert bad.done_at is None
    assert good.is_ready


@pytest.mark.renders
def test_machine_at_fault_costs_no_attempt_and_says_the_command(committed_db, monkeypatch):
    def missing(*args):
        raise pdf.NotInstalled(f"The PDF engine's system libraries are missing. As root: {pdf.APT}")

    rendering = queued()
    with monkeypatch.context() as machine:
        machine.setattr(pdf, "_press", missing)
        assert tasks.render_documents() == 0

    rendering.refresh_from_db()
    assert (rendering.attempts, rendering.done_at) == (0, None)
    assert "apt-get install --no-install-recommends libpango-1.0-0" in rendering.last_error
    with clock.at(clock.now() + timedelta(seconds=30)):
        assert tasks.render_documents() == 1
    rendering.refresh_from_db()
    assert rendering.last_error == ""


def test_worker_is_nudged_once_a_transaction_however_many_documents(committed_db, monkeypatch):
    told = []
    monkeypatch.setattr(nudges, "ask", lambda table, publish: told.append((table, Rendering.objects.count())))
    with transaction.atomic():
        queued("one")
        queued("two")
        assert told == []
    assert told == [("documents", 2)]


@pytest.mark.renders
def test_document_given_up_starts_over_when_asked(committed_db):
    rendering = queued()
    Rendering.objects.filter(pk=rendering.pk).update(attempts=3, last_error="U+5951")
    assert tasks.render_documents() == 0
    services.retry_rendering(Rendering.objects.get(pk=rendering.pk))
    assert tasks.render_documents() == 1


@proves(renderings_about)
@pytest.mark.django_db
def test_documents_looked_after_are_those_of_the_files_and_those_of_none(elise):
    """The files are known by the same keys as rows of another table: of the people here."""
    own, theirs, none = (queued(f"receipt:{file}", application_id=file) for file in (elise.pk, elise.pk + 1, None))
    files_of = User.objects.filter(pk=elise.pk).values("pk")
    assert set(renderings_about(files_of)) == {own, none}
    assert set(renderings_about(User.objects.none().values("pk"))) == {none}
    assert Rendering.objects.filter(pk=theirs.pk).exists()
