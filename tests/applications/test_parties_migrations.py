"""What the parties of a file were known by at each submission comes with rows in place, and goes."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts.models import Membership, Organisation, User
from applications.models import Snapshot
from tests.decisions.files import submitted_row
from tests.files import submitted_file

pytestmark = pytest.mark.slow
BEFORE = [("applications", "0017_place_words")]
KEPT = ("applicant_name", "applicant_neq", "applicant_website", "applicant_mail", "sponsor_neqs")


def migrate(targets=None):
    executor = MigrationExecutor(connection)
    executor.migrate(targets or executor.loader.graph.leaf_nodes())


def test_submissions_of_before_keep_what_was_signed_and_what_is_on_record_today(committed_db, cast, programme, prime):
    """One that was signed; one of whose text nothing is read; the applicant has changed its name since."""
    file, bare = submitted_file(cast, programme), submitted_row(cast, programme, company="precision")
    runs = User.objects.create_user("ines@grappe.example", given_name="Inès", family_name="Roy")
    for person in (runs, cast.officer):
        Membership.objects.create(user=person, organisation=file.organisation, role="member")
    Organisation.objects.filter(pk=file.organisation_id).update(legal_name="Autre", website="https://autre.example")
    before = Snapshot.objects.get(application=file)
    assert before.applicant_mail == "gauthier.example"
    migrate(BEFORE)
    columns = {one.name for one in connection.introspection.get_table_description(connection.cursor(), TABLE)}
    assert not columns & set(KEPT)
    migrate()
    after = Snapshot.objects.get(application=file)
    kept = (before.applicant_name, before.applicant_neq, "https://autre.example", "gauthier.example\ngrappe.example")
    assert tuple(getattr(after, name) for name in KEPT) == (*kept, prime.neq)
    empty = Snapshot.objects.get(application=bare)
    assert (empty.applicant_name, empty.applicant_neq, empty.sponsor_neqs) == ("", "", "")


TABLE = Snapshot._meta.db_table
