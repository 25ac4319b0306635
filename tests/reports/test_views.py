"""The partner's pages."""

import re
from datetime import timedelta

import pytest

from decisions.models import Concurrence, Decision
from moves.services import declare_standing
from reports import views
from reports.models import ApiKey
from tests.mutants import proves
from tests.reports.conftest import NOW

PAGES = ["/partner", "/partner/awards", "/partner/keys", "/partner/calls"]


@pytest.mark.parametrize("path", [*PAGES, "/partner/keys/new"])
def test_page_is_for_people_of_a_partner(world, client, path):
    assert client.get(path).status_code == 302
    client.force_login(world.officer)
    assert client.get(path).status_code == 404
    client.force_login(world.ana)
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_page_shows_nothing_of_another_partner(world, client, path):
    theirs = world.file(call=world.defence_call, title="Chasseur secret")
    world.key(world.mdn, name="Clé du MDN")
    client.force_login(world.ana)
    page = client.get(path).content.decode()
    for secret in (theirs.reference, "Chasseur", "MDN-2026-1", "Clé du MDN"):
        assert secret not in page
    assert client.get(f"{path}?partner={world.mdn.public_id}").status_code == 404


def test_home_counts_files_in_public_states(world, client):
    world.approved()
    world.approved(sent=None)
    client.force_login(world.ana)
    stages = client.get("/partner").context["stages"]
    assert [(stage["kind"], stage["count"]) for stage in stages] == [("info", 1), ("good", 1)]


def test_what_waits_for_concurrence_is_for_concurrence_officers_only(world, client):
    application = world.file(state="recommended")
    decision = Decision.objects.create(application=application, kind="approved", amount="80000.00", state="approved")
    Concurrence.objects.create(decision=decision, application=application, agreement=world.agreements[world.meie])
    client.force_login(world.ana)
    assert application.reference not in client.get("/partner").content.decode()
    client.force_login(world.seat("conny@meie.example", world.meie, role="concurrence"))
    assert application.reference in client.get("/partner").content.decode()
    client.force_login(world.seat("cory@dec.example", world.dec, role="concurrence"))
    assert application.reference not in client.get("/partner").content.decode()


@proves(views.keys)
def test_keys_of_the_partner_alone_are_listed_the_latest_first(world, client, clock_at):
    made = []
    for name, minutes in (("second", 5), ("third", 1), ("first", 9), ("before first", 9)):
        clock_at(NOW + timedelta(minutes=minutes))
        made.append(world.key(name=name)[0])
    world.key(world.dec, name="theirs")
    made[0].save()  # the last of its table
    client.force_login(world.ana)
    assert [one["key"] for one in client.get("/partner/keys").context["keys"]] == [made[3], made[2], made[0], made[1]]


def test_key_is_shown_once_and_not_cached(world, client):
    client.force_login(world.ana)
    answer = client.post(
        "/partner/keys/new",
        {"name": "Tableau", "scope": "read", "last_day": "2027-11-01", "networks": "203.0.113.0/24\n2001:db8::/32"},
    )
    secret = re.search(r"pk_[0-9a-f]{12}_[\w-]{43}", answer.content.decode())[0]
    assert "no-store" in answer.headers["Cache-Control"]
    key = ApiKey.objects.get()
    assert key.networks == ["203.0.113.0/24", "2001:db8::/32"]
    assert secret not in client.get("/partner/keys").content.decode()
    assert client.get("/api/v1/awards", headers={"authorization": f"Bearer {secret}"}).status_code == 401
    allowed = client.get("/api/v1/awards", headers={"authorization": f"Bearer {secret}"}, REMOTE_ADDR="203.0.113.1")
    assert allowed.status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("scope", "all"), ("last_day", "2028-01-01"), ("last_day", "2026-11-19"), ("networks", "paris")],
)
def test_bad_key_form_says_what_is_wrong_and_keeps_what_was_typed(world, client, field, value):
    client.force_login(world.ana)
    given = {"name": "Tableau", "scope": "read", "last_day": "2026-12-01", "networks": ""} | {field: value}
    answer = client.post("/partner/keys/new", given)
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert not ApiKey.objects.exists()


def test_name_already_taken_is_said_beside_the_field(world, client):
    world.key(name="Tableau")
    client.force_login(world.ana)
    given = {"name": "Tableau", "scope": "read", "last_day": "2026-12-01"}
    assert list(client.post("/partner/keys/new", given).context["form"].errors) == ["name"]


def test_concurrence_officer_does_not_make_keys(world, client):
    client.force_login(world.seat("conny@meie.example", world.meie, role="concurrence"))
    assert client.get("/partner/keys/new").status_code == 403
    key, _secret = world.key()
    assert client.post(f"/partner/keys/{key.public_id}/revoke").status_code == 403


def test_key_is_revoked_by_its_partner_only(world, client):
    key, _secret = world.key()
    client.force_login(world.dan)
    assert client.post(f"/partner/keys/{key.public_id}/revoke").status_code == 404
    client.force_login(world.ana)
    assert client.get(f"/partner/keys/{key.public_id}/revoke").status_code == 200
    assert client.post(f"/partner/keys/{key.public_id}/revoke").status_code == 302
    key.refresh_from_db()
    assert key.revoked_at == NOW


def test_calls_are_seen_by_their_partner(world, client):
    _key, secret = world.key()
    client.get("/api/v1/envelopes", headers={"authorization": f"Bearer {secret}"})
    client.force_login(world.ana)
    assert "/api/v1/envelopes" in client.get("/partner/calls").content.decode()
    client.force_login(world.dan)
    assert "/api/v1/envelopes" not in client.get("/partner/calls").content.decode()


def test_log_names_no_file_to_whom_one_is_closed_but_in_what_they_asked_themselves(world, client):
    """Whatever the others asked, and whatever they were answered: of a closed file or of another."""
    file, ben = world.file(), world.seat("ben@meie.example", world.meie)
    _key, secret = world.key()
    asked = (f"/api/v1/applications/{file.reference}", "/api/v1/applications?state=approved")
    for path in asked:
        client.get(path, headers={"authorization": f"Bearer {secret}"})
    for person in (ben, world.ana):
        client.force_login(person)
        client.get(f"/api/v1/applications/{file.public_id}")

    def log():
        lines = client.get("/partner/calls").context["calls"]
        return [(one["path"], one["rows"]) for one in lines]

    own = (f"/api/v1/applications/{file.public_id}", 1)
    assert log() == [own, own, (asked[1], 0), (asked[0], 1)]
    declare_standing(file.pk, user=world.ana, standing="conflict")
    assert log() == [own, *[("/api/v1/applications", None)] * 3]
    assert file.reference not in client.get("/partner/calls").content.decode()


def test_long_log_has_pages(world, client):
    from datetime import timedelta

    from reports import services
    from work import clock

    key, _secret = world.key()
    for second in range(60):
        with clock.at(NOW + timedelta(seconds=second)):
            services.log_call(world.meie, by=key, method="GET", path=f"/n{second}", status=200, rows=0, milliseconds=1)
    client.force_login(world.ana)
    first = client.get("/partner/calls")
    rest = client.get(f"/partner/calls{first.context['next_url']}")
    paths = [one["call"].path for page in (first, rest) for one in page.context["calls"]]
    assert paths == [f"/n{second}" for second in range(59, -1, -1)]
    assert rest.context["next_url"] == ""
    assert client.get("/partner/calls?before=x").status_code == 404
