"""The name of an organisation as it is compared, and the end of a membership, come with rows in place, beside a process
of the release before."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts.models import Membership, Organisation
from moves.models import Stance
from moves.services import declare_standing
from tests.decisions.files import submitted_row
from work import clock

BEFORE = [("accounts", "0001_initial")]


def migrate(targets=None):
    executor = MigrationExecutor(connection)
    executor.migrate(targets or executor.loader.graph.leaf_nodes())


@pytest.mark.slow
def test_organisations_get_the_key_of_their_name_and_lose_it_with_their_rows_in_place(committed_db, cast):
    keys = dict(Organisation.objects.values_list("legal_name", "name_key"))
    assert keys["Usinage Gauthier inc."] == "usinagegauthier"

    migrate(BEFORE)
    columns = {one.name for one in connection.introspection.get_table_description(connection.cursor(), TABLE)}
    assert "name_key" not in columns

    migrate()
    assert dict(Organisation.objects.values_list("legal_name", "name_key")) == keys
    with connection.cursor() as cursor:  # the release before writes a row without it
        cursor.execute(
            f"INSERT INTO {TABLE} (public_id, legal_name, neq, business_number, street, city, province, postal_code,"
            " region, naics, ownership, language, website, created_at, updated_at)"
            " SELECT gen_random_uuid(), 'Autre ltée', '2212345678', '', street, city, province, postal_code, region,"
            f" naics, ownership, language, website, created_at, updated_at FROM {TABLE} LIMIT 1"
        )
    assert Organisation.objects.get(legal_name="Autre ltée").name_key == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    "before",
    [
        (("accounts", "0004_membership_ends"), ("applications", "0014_ineligible_is_never_told")),
        (("accounts", "0005_name_keys_anew"), ("applications", "0017_place_words")),
    ],
    ids=lambda before: before[0][1],
)
def test_names_on_record_are_folded_anew_with_rows_in_place(committed_db, cast, programme, prime, before):
    file = submitted_row(cast, programme)
    file.sponsorships.create(
        email="h@boreal.example", token_digest="1", invited_by=cast.sophie, expires_at=clock.now(),
        organisation_name="Aéronefs-Boréal ULC",
    )  # fmt: skip
    migrate(list(before))
    Organisation.objects.update(name_key="avant")
    file.sponsorships.update(name_key="avant")
    migrate()
    assert Organisation.objects.get(pk=prime.pk).name_key == "aeronefsboreal"
    assert Organisation.objects.filter(name_key="avant").count() == 0
    assert file.sponsorships.get().name_key == "aeronefsboreal"


TABLE = Organisation._meta.db_table


@pytest.mark.slow
def test_memberships_that_ended_go_with_their_column_and_a_side_is_known_again(committed_db, cast, programme, usinage):
    """Back: the program of before would have deleted them. Forward: who acts for a sponsor is known by its name."""
    file = submitted_row(cast, programme)
    file.sponsorships.create(
        email="a@boreal.example",
        organisation_name="Aéronefs Boréal",
        invited_by=cast.sophie,
        expires_at=file.submitted_at,
    )
    file.sponsorships.create(
        email=cast.chair.email,
        organisation_name="Autre",
        token_digest="b",
        invited_by=cast.sophie,
        expires_at=file.submitted_at,
        confirmed_at=clock.now(),
        confirmed_by=cast.chair,
    )
    left = Membership.objects.create(user=cast.officer, organisation=usinage, role="member", ended_at=clock.now())
    Membership.objects.create(user=cast.officer, organisation=usinage, role="member")
    declare_standing(file.pk, user=cast.ana, standing="conflict")
    stances = set(Stance.objects.values_list("user_id", "kind", "bars", "organisation", "ended_at"))
    assert {kind for _user, kind, *_more in stances} == {"applicant", "sponsor", "conflict"}
    confirmed = (cast.chair.pk, "sponsor", True, "Autre", None)
    assert confirmed in stances

    migrate([("applications", "0010_told")])
    assert set(Stance.objects.values_list("user_id", "kind", "bars", "organisation", "ended_at")) == stances - {
        confirmed
    }

    migrate([("applications", "0008_fill_requested_bonus"), ("accounts", "0003_version")])
    with connection.cursor() as cursor:
        cursor.execute("SELECT user_id, kind FROM moves_stance")
        assert cursor.fetchall() == [(cast.ana.pk, "conflict")]
        cursor.execute("SELECT count(*) FROM accounts_membership WHERE user_id = %s", [cast.officer.pk])
        assert cursor.fetchone() == (1,)
    migrate([("moves", "0001_initial")])
    assert "moves_stance" not in connection.introspection.table_names(include_views=True)

    migrate()
    kept = {row for row in stances if row[-1] != left.ended_at}
    assert set(Stance.objects.values_list("user_id", "kind", "bars", "organisation", "ended_at")) == kept
