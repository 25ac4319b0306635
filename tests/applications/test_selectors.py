"""What was submitted, read again from its snapshot."""

import json

from applications.models import Snapshot
from applications.selectors import Sponsor, Submitted, read_snapshot, submitted
from tests.files import submitted_file


def read(**content):
    return read_snapshot(Snapshot(canonical=json.dumps(content)))


def test_each_part_of_a_snapshot_is_read_and_nothing_where_it_has_none():
    documents = [{"id": "0190-a", "question": "plan", "name": "plan.pdf", "size": 3, "sha256": "…"}]
    sponsor = {"organisation": "Boréal", "name": "H. Savard", "improvement": "Lighter.", "confirmed_at": "2027-01-01"}
    assert read(
        answers={"title": "Wing"},
        eligibility={"staff": 12},
        organisation={"neq": "1164879526"},
        documents=documents,
        signed={"name": "Sophie Gauthier", "attestations": ["true"]},
        sponsor=sponsor,
    ) == Submitted(
        answers={"title": "Wing"},
        eligibility={"staff": 12},
        organisation={"neq": "1164879526"},
        documents=("0190-a",),
        signed_name="Sophie Gauthier",
        sponsor=Sponsor("Boréal", "H. Savard", "Lighter."),
    )
    assert read(sponsor=None) == Submitted()


def test_what_stands_is_the_latest_submission_that_was_not_taken_back(cast, programme):
    file = submitted_file(cast, programme)
    own = file.snapshots.get()
    assert submitted(file) == read_snapshot(own)
    assert submitted(file).answers["project_title"] == file.title
    later = Snapshot.objects.create(
        application=file, number=own.number + 1, canonical='{"answers": {"project_title": "Later"}}', digest="",
        form_version=1, signed_name="", by=own.by,
    )  # fmt: skip
    assert submitted(file).answers == {"project_title": "Later"}
    Snapshot.objects.filter(pk=later.pk).update(superseded_at=later.at)
    assert submitted(file) == read_snapshot(own)
    file.snapshots.update(superseded_at=later.at)
    assert submitted(file) == Submitted()
