"""Which rows of a file count: one of each kind, in and out."""

import pytest

from applications.models import Document, Snapshot
from documents.models import Upload
from tests.decisions.files import submitted_row
from tests.files import AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def files(cast, programme):
    return [submitted_row(cast, programme, company=company) for company in ("usinage", "precision")]


def test_documents_attached_are_those_that_were_not_taken_off(cast, files):
    def attach(file, **more):
        key = str(Upload.objects.count())
        upload = Upload.objects.create(uploader=cast.sophie, key=key, name="plan.pdf", size=3, sha256="0" * 64)
        return Document.objects.create(application=file, question="plan", upload=upload, by=cast.sophie, **more)

    own, other = (attach(file) for file in files)
    attach(files[0], removed_at=AT)
    assert set(Document.objects.attached()) == {own, other}
    assert list(files[0].documents.attached()) == [own]


def test_submission_that_counts_is_the_one_neither_taken_back_nor_replaced(files):
    first, other = (file.snapshots.get() for file in files)
    Snapshot.objects.filter(pk=first.pk).update(superseded_at=AT)
    assert list(files[0].snapshots.current()) == []
    second = files[0].snapshots.create(
        number=2, canonical="{}", digest="0" * 64, form_version=1, signed_name="", by=first.by
    )
    assert set(Snapshot.objects.current()) == {second, other}
