"""A kept file is what the services made, and is never used where a test asked for something else."""

from contextlib import contextmanager

import pytest
from django.core.files.storage import default_storage
from django.db import transaction

from audit.models import Entry
from audit.rules import WrongMoment
from programs.models import Call
from tests import files, kept


@contextmanager
def undone():
    """A world of its own name, whose changes do not outlive the block."""
    with transaction.atomic():
        kept.begin("of these tests", None)
        yield
        transaction.set_rollback(True)


def facts(application):
    return {
        "file": (application.pk, application.reference, application.state, application.submitted_at),
        "call": Call.objects.get(pk=application.call_id).state,
        "answers": list(application.answers.order_by("pk").values_list("question", "value")),
        "trail": list(Entry.objects.order_by("pk").values_list("verb", "digest")),
        "papers": [default_storage.open(d.upload.key).read() for d in application.documents.order_by("pk")],
        "waiting": [do for _savepoints, do, _robust in transaction.get_connection().run_on_commit],
    }


@pytest.fixture
def made(cast, programme):
    with undone():
        return facts(files.submitted_file(cast, programme))


def test_copy_has_the_rows_the_papers_and_the_nudges_of_what_was_made(made, cast, programme, settings, tmp_path):
    assert len(made["papers"]) > 0
    assert len(made["trail"]) > 10
    settings.MEDIA_ROOT = tmp_path
    with undone(), pytest.MonkeyPatch.context() as patched:
        patched.setattr(files, "start_application", None)  # the services are not called again
        assert facts(files.submitted_file(cast, programme)) == made


@pytest.mark.parametrize("changed", ["argument", "row", "setting", "patch"])
def test_another_question_makes_the_file_again(made, cast, programme, settings, monkeypatch, changed):
    more = {"company": "precision"} if changed == "argument" else {}
    with undone():
        if changed == "row":
            cast.sophie.save()
        if changed == "setting":
            settings.BASE_URL = "https://another.example"
        if changed == "patch":
            kept.begin("of these tests", monkeypatch)
            monkeypatch.setattr(files, "sponsor_it", lambda *_a, **_k: None)
            with pytest.raises(WrongMoment):  # no sponsor confirmed: the real service said so
                files.submitted_file(cast, programme)
        else:
            assert files.submitted_file(cast, programme, **more).pk != made["file"][0]
