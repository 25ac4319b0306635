"""A disk that is full while files come in: a sentence at the field, the rest of the form kept, nothing half kept."""

import errno
import os
import subprocess

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.urls import reverse

from applications.services.drafts import start_application
from config.uploads import NotReceived
from documents import services
from documents.models import Upload
from tests.applications.test_pages import posted_back
from tests.documents import files
from tests.files import AT, open_call
from work.outages import open_outages
from work.states import Machine
from work.storage import MARK

OTHER = "sponsor_name"  # a question of the same page
LARGE = 2_500_000  # beyond what is received in memory


def full(*args, **kwargs):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def written_half(self, raw_data, start):
    self.file.write(raw_data[:100])
    full()


@pytest.fixture
def inbox(settings, tmp_path):
    """The folder that files are received in."""
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    return tmp_path


FAILURES = {
    "made": ("django.core.files.uploadhandler.TemporaryUploadedFile", full),
    "written": ("django.core.files.uploadhandler.TemporaryFileUploadHandler.receive_data_chunk", written_half),
    "finished": ("django.core.files.uploadhandler.TemporaryFileUploadHandler.file_complete", full),
}


@pytest.mark.parametrize("moment", FAILURES)
def test_disk_full_while_receiving_costs_the_file_and_not_the_fields(rf, inbox, monkeypatch, moment):
    monkeypatch.setattr(*FAILURES[moment])
    file = SimpleUploadedFile("plan.pdf", b"x" * LARGE, content_type="application/pdf")
    request = rf.post("/", {"before": "1", "file": file, "after": "2"})
    assert (request.POST["before"], request.POST["after"]) == ("1", "2")
    received = request.FILES["file"]
    assert isinstance(received, NotReceived)
    with pytest.raises(OSError, match="No space left"):
        received.read()
    request.close()
    assert list(inbox.iterdir()) == []


def test_whole_file_is_received_as_before(rf, inbox):
    request = rf.post("/", {"file": SimpleUploadedFile("plan.pdf", b"x" * LARGE)})
    assert len(request.FILES["file"].read()) == LARGE
    request.close()
    assert list(inbox.iterdir()) == []


def sentence(language="fr"):
    return {
        "fr": "«\xa0plan.pdf\xa0» n’a pas pu être conservé\xa0: l’espace de stockage est plein ou indisponible. "
        "Réessayez dans quelques minutes.",
        "en": "“plan.pdf” could not be kept: the file storage is full or unavailable. Try again in a few minutes.",
    }[language]


def half(self, name, content):
    """The storage writes a part of the file, then the disk is full."""
    path = self.path(name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content.read(10))
    full()


@pytest.mark.django_db
def test_disk_full_while_keeping_leaves_no_half_file(cast, monkeypatch, settings):
    monkeypatch.setattr(FileSystemStorage, "_save", half)
    with pytest.raises(services.Unacceptable) as caught:
        services.store_upload(files.chosen(files.pdf(), "plan.pdf"), by=cast.sophie)
    assert (caught.value.code, caught.value.message) == ("storage", sentence())
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file() and path.name != MARK] == []
    assert Upload.objects.count() == 0


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("where", ["receiving", "keeping"])
def test_field_says_why_and_the_rest_of_the_page_is_saved(
    client, cast, programme, usinage, clock_at, monkeypatch, inbox, where, language
):
    clock_at(AT)
    application = start_application(open_call(cast, programme), usinage, by=cast.sophie)
    client.force_login(cast.sophie)
    address = reverse("application-section", args=[application.public_id, "sponsor"])
    shown = client.get(address)
    if where == "receiving":
        monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", written_half)
    else:
        monkeypatch.setattr(FileSystemStorage, "_save", half)
    large = SimpleUploadedFile("plan.pdf", files.pdf() + b"%" * LARGE, content_type="application/pdf")
    page = client.post(f"{address}?lang={language}", posted_back(shown, {"sponsor_letter": large, OTHER: "Boréal"}))
    assert page.status_code == 422
    assert [line["url"] for line in page.context["lines"] if sentence(language) in line["text"]] == [
        "#ask-sponsor_letter"
    ]
    assert application.answers.get(question=OTHER).value == "Boréal"
    assert Upload.objects.count() == 0


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="a small file system is mounted, which only root may do")
def test_real_disk_that_is_full(rf, settings, tmp_path, cast):
    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small], check=True)
    try:
        settings.FILE_UPLOAD_TEMP_DIR = settings.MEDIA_ROOT = small
        request = rf.post("/", {"file": SimpleUploadedFile("plan.pdf", files.pdf() + b"%" * LARGE), "after": "2"})
        assert request.POST["after"] == "2"
        with pytest.raises(services.Unacceptable) as caught:
            services.store_upload(request.FILES["file"], by=cast.sophie)
        assert caught.value.code == "storage"
        with pytest.raises(services.Unacceptable) as caught:  # received in memory, refused by the storage
            services.store_upload(files.chosen(files.pdf() + b"%" * LARGE, "plan.pdf"), by=cast.sophie)
        assert caught.value.code == "storage"
        request.close()
        assert [path for path in small.rglob("*") if path.is_file() and path.name != MARK] == []
    finally:
        subprocess.run(["umount", "--lazy", small], check=True)


@pytest.mark.django_db
def test_file_that_could_not_be_kept_is_told_to_the_administrator_as_a_storage_away(cast, monkeypatch):
    monkeypatch.setattr(FileSystemStorage, "_save", half)
    with pytest.raises(services.Unacceptable):
        services.store_upload(files.chosen(files.pdf(), "plan.pdf"), by=cast.sophie)
    outage = open_outages().get()
    assert (outage.machine, "No space left on device" in outage.reason) == (Machine.STORAGE, True)
