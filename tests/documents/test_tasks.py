"""The worker's side of documents when a machine is away: nothing is lost, nothing is counted, somebody can read why."""

from datetime import timedelta
from pathlib import Path

import pytest

from documents import pdf, scan, tasks
from documents.models import Rendering
from documents.services import note_why_waiting, queue_rendering
from documents.states import RenderingKind
from tests.mutants import proves
from work import clock, nudges, storage
from work.models import Outage
from work.outages import open_outages
from work.querysets import ATTEMPTS
from work.states import Machine
from work.storage import MARK

pytestmark = pytest.mark.django_db
WRITING = "django.core.files.storage.filesystem.FileSystemStorage._save"


@pytest.fixture(autouse=True)
def quick_press(monkeypatch):
    """What is tried here is the road of a document, not its drawing."""
    monkeypatch.setattr(pdf, "why_not", lambda: "")
    monkeypatch.setattr("documents.services.render_pdf", lambda html, **more: b"%PDF-1.7 " + html.encode())


def queued(n):
    return queue_rendering(RenderingKind.RECEIPT, html=f"<p>{n}</p>", title="Note", language="fr", key=f"note:{n}")


def half_written(storage, name, content):
    """A disk that fills up in the middle of a file."""
    path = Path(storage.path(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"half")
    raise OSError(28, "No space left on device")


def test_full_disk_costs_no_document_an_attempt_and_keeps_no_half(monkeypatch, settings):
    for n in range(3):
        queued(n)
    now = clock.now()
    with monkeypatch.context() as patch:
        patch.setattr(WRITING, half_written)
        for minute in range(20):
            with clock.at(now + timedelta(minutes=minute)):
                assert tasks.render_documents() == 0
    assert set(Rendering.objects.values_list("attempts", "path")) == {(0, "")}
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file() and path.name != MARK] == []
    outage = open_outages().get()
    assert (outage.machine, outage.since) == (Machine.STORAGE, now)
    assert "No space left on device" in outage.reason
    with clock.at(now + timedelta(minutes=21)):
        assert tasks.render_documents() == 3
    assert list(open_outages()) == []


def test_document_at_fault_stops_after_three_attempts_while_others_are_made(monkeypatch):
    for n in range(3):
        queued(n)

    def draw(html, **more):
        if html == "<p>1</p>":
            raise pdf.RenderingFailed("no glyph")
        return b"%PDF-1.7"

    monkeypatch.setattr("documents.services.render_pdf", draw)
    now = clock.now()
    assert tasks.render_documents() == 2
    for hour in (1, 2, 3):
        with clock.at(now + timedelta(hours=hour)):
            tasks.render_documents()
    assert Rendering.objects.get(done_at=None).attempts == ATTEMPTS
    assert list(open_outages()) == []


def test_machine_that_cannot_draw_is_told_as_away_until_it_can(monkeypatch):
    queued(1)
    monkeypatch.setattr(pdf, "why_not", lambda: "Pango is missing")
    assert tasks.render_documents() == 0
    assert (open_outages().get().machine, Rendering.objects.get().attempts) == (Machine.PDF, 0)
    monkeypatch.setattr(pdf, "why_not", lambda: "")
    with clock.at(clock.now() + timedelta(seconds=30)):
        assert tasks.render_documents() == 1
    assert list(open_outages()) == []


def test_a_task_makes_a_bounded_number_and_asks_for_another(monkeypatch):
    for n in range(tasks.AT_ONCE + 1):
        queued(n)
    asked = []
    monkeypatch.setattr(nudges, "ask", lambda table, publish: asked.append(table))
    assert tasks.render_documents() == tasks.AT_ONCE
    assert asked == ["documents"]
    assert tasks.render_documents() == 1
    assert asked == ["documents"]


def test_storage_that_is_gone_is_known_by_its_probe(monkeypatch, settings):
    assert storage.why_away() == ""
    monkeypatch.setattr(WRITING, half_written)
    assert storage.why_away() == "OSError: [Errno 28] No space left on device"
    assert list((settings.MEDIA_ROOT / "health").iterdir()) == []


def test_scanner_that_was_never_set_up_is_not_away(settings):
    settings.CLAMAV_URL = ""
    assert scan.why_silent() == ""


class Short:
    """An engine on a system that has nothing left to give: whatever is asked of it raises."""

    fetcher, fonts, sheets, covered = None, None, {"letter": None}, frozenset()

    def __init__(self, error):
        self.error = error

    def html(self, **given):
        raise self.error


@pytest.fixture
def drawing(monkeypatch):
    """`drawing(error)`: the real road to the engine, which raises `error`."""
    monkeypatch.setattr("documents.services.render_pdf", pdf.render_pdf)
    return lambda error: monkeypatch.setattr(pdf, "_press", lambda: Short(error))


SHORT = [OSError(28, "No space left on device"), OSError(24, "Too many open files"), MemoryError("4 GB")]


@pytest.mark.parametrize("error", SHORT, ids=lambda error: type(error).__name__)
def test_system_that_is_short_under_the_engine_costs_no_document_an_attempt(drawing, error):
    for n in range(4):
        queued(n)
    drawing(error)
    now = clock.now()
    for minute in range(10):
        with clock.at(now + timedelta(minutes=minute)):
            assert tasks.render_documents() == 0
    assert set(Rendering.objects.values_list("attempts", flat=True)) == {0}
    outage = Outage.objects.get()
    assert (outage.machine, outage.tries, outage.reason) == (
        Machine.PDF,
        10,
        f"{type(error).__name__}: {error}",
    )


def test_error_of_the_engine_of_any_other_kind_is_the_document_s(drawing):
    queued(1)
    drawing(OSError(2, "No such picture"))
    assert tasks.render_documents() == 0
    assert Rendering.objects.get().attempts == 1
    assert list(open_outages()) == []


@proves(note_why_waiting, moot={"without `last_error=reason`": "what says so already is not written again"})
def test_why_documents_wait_is_not_written_over_why_others_were_given_up():
    given_up, waits, done = (queued(n) for n in range(3))
    Rendering.objects.filter(pk=given_up.pk).update(attempts=ATTEMPTS, last_error="no glyph")
    Rendering.objects.filter(pk=done.pk).update(done_at=clock.now())
    assert note_why_waiting("Pango is missing") == 1
    assert dict(Rendering.objects.values_list("pk", "last_error")) == {
        given_up.pk: "no glyph",
        waits.pk: "Pango is missing",
        done.pk: "",
    }
