"""Keys: who makes them, what they open, and what every bad one gets."""

from datetime import timedelta

import pytest

from audit.models import Entry
from moves.refusals import Forbidden, WrongMoment
from reports import services
from reports.api.keys import read_key
from reports.api.resource import Resource
from reports.models import ApiCall, ApiKey
from tests.mutants import proves
from tests.reports.conftest import NOW
from work import clock


def ask(client, secret, path="/api/v1/awards", **extra):
    return client.get(path, headers={"authorization": f"Bearer {secret}", "accept-language": "en"}, **extra)


def test_secret_is_not_kept(world):
    key, secret = world.key()
    assert secret.startswith(f"pk_{key.prefix}_")
    kept = " ".join(str(value) for value in ApiKey.objects.values().get().values())
    assert secret.removeprefix(f"pk_{key.prefix}_") not in kept
    assert key.digest == services.digest_of(read_key(secret)[1])
    assert Entry.objects.get(verb="api_key.create").given["prefix"] == key.prefix


def test_only_an_analyst_of_the_partner_makes_and_revokes(world):
    officer = world.seat("conny@meie.example", world.meie, role="concurrence")
    for by in (world.dan, officer, world.officer):
        with pytest.raises(Forbidden):
            services.create_api_key(world.meie, by=by, name="x", expires_at=NOW + timedelta(days=1))
    key, _secret = world.key()
    with pytest.raises(Forbidden):
        services.revoke_api_key(key, by=world.dan)


@pytest.mark.parametrize("life", [timedelta(0), timedelta(days=-1), timedelta(days=367)])
def test_key_expires_within_a_year(world, life):
    with pytest.raises(WrongMoment):
        world.key(expires_at=NOW + life)


@proves(services.create_api_key)
def test_name_of_a_working_key_is_taken(world):
    """Not that of one that was revoked, or that has expired; nor that of another partner's."""
    day = timedelta(days=1)
    world.key(world.dec)
    world.key(name="Autre")
    services.revoke_api_key(world.key()[0], by=world.ana)
    with clock.at(NOW - day):
        world.key(expires_at=NOW)
    key, _secret = world.key()
    assert (key.name, key.state) == ("Tableau", "active")
    with pytest.raises(WrongMoment):
        world.key()


def test_no_key_is_challenged(world, client):
    answer = client.get("/api/v1/awards", headers={"accept-language": "en"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["title"] == "A key is needed"


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "x",
        "pk_",
        "pk_abc",
        "pk_abcdefabcdef_short",
        f"pk_abcdefabcdef_{'A' * 43}",
        "pk_é_x",
        "pk_a_b_c",
        "sk_a_b",
    ],
)
def test_malformed_or_unknown_key_is_refused(world, client, secret):
    answer = ask(client, secret)
    assert answer.status_code == 401
    assert "invalid_token" in answer.headers["WWW-Authenticate"]
    assert not ApiCall.objects.exists()


def test_other_scheme_is_refused(world, client):
    assert client.get("/api/v1/awards", headers={"authorization": "Basic abc"}).status_code == 401


def test_secret_of_another_key_is_refused(world, client):
    key, _secret = world.key()
    _other, secret = world.key(name="Autre")
    assert ask(client, f"pk_{key.prefix}_{secret.rpartition('_')[2]}").status_code == 401


def test_expired_key_is_refused_and_logged(world, client):
    _key, secret = world.key(expires_at=NOW + timedelta(days=1))
    assert ask(client, secret).status_code == 200
    with clock.at(NOW + timedelta(days=1)):
        answer = ask(client, secret)
    assert (answer.status_code, answer.json()["detail"]) == (401, "This key has expired: make another one.")
    assert list(ApiCall.objects.order_by("id").values_list("status", flat=True)) == [200, 401]


def test_revoked_key_is_refused_at_once(world, client):
    key, secret = world.key()
    services.revoke_api_key(key, by=world.ana)
    services.revoke_api_key(key, by=world.ana)
    answer = ask(client, secret)
    assert (answer.status_code, answer.json()["detail"]) == (401, "This key was revoked.")
    assert Entry.objects.filter(verb="api_key.revoke").count() == 1


def test_key_is_refused_from_another_network(world, client):
    _key, secret = world.key(networks=["203.0.113.0/24", "2001:db8::/32"])
    assert ask(client, secret, REMOTE_ADDR="203.0.113.9").status_code == 200
    assert ask(client, secret, REMOTE_ADDR="2001:db8::1").status_code == 200
    assert ask(client, secret, REMOTE_ADDR="::ffff:203.0.113.9").status_code == 200
    assert ask(client, secret, REMOTE_ADDR="198.51.100.1").status_code == 401
    assert ask(client, secret, REMOTE_ADDR="").status_code == 401


def test_proxy_is_believed_only_as_far_as_it_is_ours(world, client, settings):
    _key, secret = world.key(networks=["203.0.113.0/24"])
    said = {"HTTP_X_FORWARDED_FOR": "203.0.113.9, 198.51.100.1"}
    assert ask(client, secret, REMOTE_ADDR="127.0.0.1", **said).status_code == 401
    settings.TRUSTED_PROXIES = 1
    assert ask(client, secret, REMOTE_ADDR="127.0.0.1", **said).status_code == 401
    said = {"HTTP_X_FORWARDED_FOR": "198.51.100.1, 203.0.113.9"}
    assert ask(client, secret, REMOTE_ADDR="127.0.0.1", **said).status_code == 200


def test_scope_of_amounts_reads_envelopes_and_awards_only(world, client):
    _key, secret = world.key(scope="amounts")
    answers = {
        name: ask(client, secret, f"/api/v1/{name}").status_code
        for name in ("agreements", "envelopes", "awards", "programs", "calls", "applications", "decisions")
    }
    assert answers == {
        "agreements": 200,
        "envelopes": 200,
        "awards": 200,
        "programs": 403,
        "calls": 403,
        "applications": 403,
        "decisions": 403,
    }


@proves(Resource.check_throttles)
def test_key_that_asks_too_often_waits(world, client, settings):
    settings.API_CALLS_PER_MINUTE = 3
    _key, secret = world.key()
    _other, other = world.key(name="Autre")
    statuses = []
    for second in range(5):
        with clock.at(NOW + timedelta(seconds=second)):
            answer = ask(client, secret)
            statuses.append(answer.status_code)
    assert statuses == [200, 200, 200, 429, 429]
    assert answer.headers["Retry-After"] == "56"
    assert answer.json()["type"].endswith("#problem-too-many-requests")
    with clock.at(NOW + timedelta(seconds=4)):
        assert ask(client, other).status_code == 200
    with clock.at(NOW + timedelta(seconds=60)):
        assert ask(client, secret).status_code == 200
    assert ApiCall.objects.filter(status=429).count() == 2


def test_person_with_a_seat_tries_the_api_signed_in(world, client):
    world.approved()
    client.force_login(world.dan)
    (row,) = client.get("/api/v1/awards").json()["data"]
    assert row["own_share"] == "40000.00"
    assert ApiCall.objects.get().user == world.dan
    client.force_login(world.officer)
    assert client.get("/api/v1/awards").status_code == 401
