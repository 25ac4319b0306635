"""The storage that was used before is known by its mark: an empty folder in its place is no storage."""

import errno
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from work import storage
from work.outages import Away
from work.states import Machine


def test_first_use_leaves_a_mark_and_every_other_finds_it(settings):
    assert storage.keep("a/b", ContentFile(b"one")) == "a/b"
    assert (settings.MEDIA_ROOT / storage.MARK).exists()
    assert storage.why_away() == ""
    assert storage.read("a/b") == b"one"


@pytest.mark.parametrize("empty", [False, True], ids=["gone", "empty"])
def test_storage_whose_folder_is_gone_or_empty_is_away_and_keeps_nothing(settings, tmp_path, empty):
    storage.keep("a/b", ContentFile(b"one"))
    away = tmp_path / "elsewhere"
    shutil.move(settings.MEDIA_ROOT, away)
    if empty:
        Path(settings.MEDIA_ROOT).mkdir()
    with pytest.raises(Away, match="not the storage that was used before"):
        storage.keep("a/c", ContentFile(b"two"))
    with pytest.raises(Away):
        storage.read("a/b")
    with pytest.raises(Away), storage.in_use():
        default_storage.open("a/b")
    assert [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()] == []
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
    shutil.move(away, settings.MEDIA_ROOT)
    assert storage.read("a/b") == b"one"


def test_file_that_is_absent_from_the_storage_that_was_used_before_is_only_absent():
    storage.keep("a/b", ContentFile(b"one"))
    with pytest.raises(FileNotFoundError):
        storage.read("a/none")
    with pytest.raises(FileNotFoundError), storage.in_use():
        default_storage.open("a/none")


def test_another_machine_of_the_same_storage_believes_its_mark(settings, tmp_path):
    storage.keep("a/b", ContentFile(b"one"))
    settings.STORAGE_RECORDS = tmp_path / "another machine"
    assert storage.why_away() == ""
    shutil.rmtree(settings.MEDIA_ROOT)
    assert storage.why_away().startswith("OSError: This is not the storage")


def test_storage_that_was_used_before_there_was_a_mark_gets_one(settings):
    storage.keep("uploads/ab/c", ContentFile(b"one"))
    default_storage.delete(storage.MARK)  # as a restored one, or one of before
    assert storage.why_away() == ""
    assert (settings.MEDIA_ROOT / storage.MARK).exists()


def test_record_that_cannot_be_written_takes_no_storage_away(settings, tmp_path):
    (tmp_path / "file").write_text("in the way")
    settings.STORAGE_RECORDS = tmp_path / "file" / "records"
    assert storage.keep("a/b", ContentFile(b"one")) == "a/b"
    assert storage.why_away() == ""


class OfItsLibrary(Exception):
    """What a storage of another make raises: no OSError."""


def within_use():
    with storage.in_use():
        default_storage.open("a/b")


USES: dict[str, Callable[[], object]] = {
    "read": lambda: storage.read("a/b"),
    "keep": lambda: storage.keep("a/c", ContentFile(b"two")),
    "in_use": within_use,
}


@pytest.fixture
def broken(monkeypatch):
    """`broken(error, away)`: whatever is opened or saved raises it; `away`: what the storage then says of itself."""

    def break_it(error, away=""):
        def fail(*args, **options):
            raise error

        storage.keep("a/b", ContentFile(b"one"))
        for name in ("_open", "_save"):
            monkeypatch.setattr(f"django.core.files.storage.filesystem.FileSystemStorage.{name}", fail)
        monkeypatch.setattr(storage, "why_away", lambda: away)

    return break_it


@pytest.mark.parametrize("error", [OfItsLibrary("silent"), FileNotFoundError("a/b"), ValueError("half a file")])
@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_whatever_fails_while_the_storage_is_away_is_the_storage_s_fault(broken, use, error):
    broken(error, away="the volume is not there")
    with pytest.raises(Away, match="the volume is not there") as caught:
        use()
    assert (caught.value.machine, caught.value.__cause__) == (Machine.STORAGE, error)


@pytest.mark.parametrize(
    "error", [OfItsLibrary("no such key"), IsADirectoryError(errno.EISDIR, "a/b"), ValueError("x")]
)
@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_whatever_fails_while_the_storage_stands_is_the_file_s_fault(broken, use, error):
    broken(error)
    with pytest.raises(type(error)) as caught:
        use()
    assert caught.value is error


@pytest.mark.parametrize(
    "number", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ESTALE, errno.EROFS], ids=errno.errorcode.get
)
@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_disk_at_fault_that_is_well_again_a_moment_later_was_at_fault(broken, use, number):
    broken(OSError(number, "of the disk"))
    with pytest.raises(Away, match="of the disk"):
        use()


def test_connection_that_a_library_lost_under_its_own_error_is_the_storage_s_fault(broken):
    error = OfItsLibrary("could not reach the endpoint")
    error.__cause__ = ConnectionResetError(errno.ECONNRESET, "reset by peer")
    broken(error)
    with pytest.raises(Away, match="could not reach the endpoint"):
        storage.read("a/b")
