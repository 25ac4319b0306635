"""Production refuses to start with values that are only good for a demonstration."""

import os
import subprocess

import pytest

from config.env import DEMO_SECRET, kept_secret, production_faults
from ops.places import PYTHON, ROOT

SAFE = {
    "secret_key": "k3v9-Qw7xZ_p2LmB8sT4uYh6NcRfJd1GaEoViK5M0z",
    "debug": False,
    "allowed_hosts": ["subventions.example.ca"],
    "base_url": "https://subventions.example.ca",
    "database_url": "postgres://passerelle@db/passerelle",
}


def test_safe_values_are_accepted():
    assert production_faults(**SAFE) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"secret_key": ""}, "SECRET_KEY is not set: give a random one of 40 characters or more."),
        ({"secret_key": DEMO_SECRET}, "SECRET_KEY is not set: give a random one of 40 characters or more."),
        ({"secret_key": "k3v9-Qw7xZ"}, "SECRET_KEY is too weak: give a random one of 40 characters or more."),
        ({"secret_key": "ab" * 30}, "SECRET_KEY is too weak: give a random one of 40 characters or more."),
        ({"debug": True}, "DEBUG is on: remove it, it shows the program's insides to anyone."),
        (
            {"allowed_hosts": []},
            "ALLOWED_HOSTS is not set: name the hosts this site answers to, separated by commas.",
        ),
        ({"allowed_hosts": ["*"]}, "ALLOWED_HOSTS contains *: name the hosts one by one."),
        (
            {"base_url": ""},
            "BASE_URL is not set: give the address people see, such as https://subventions.example.ca.",
        ),
        (
            {"base_url": "http://subventions.example.ca"},
            "BASE_URL must start with https://: sessions and letters' links depend on it.",
        ),
        ({"database_url": ""}, "DATABASE_URL is not set: postgres://user:password@host/name."),
    ],
)
def test_unsafe_value_is_named(change, sentence):
    assert production_faults(**{**SAFE, **change}) == [sentence]


def start(**told):
    """Load the settings in a process of their own; the last line it wrote."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    program = (
        "import django; django.setup(); from django.conf import settings as s; print(s.MODE, s.SESSION_COOKIE_SECURE)"
    )
    return subprocess.run(
        [PYTHON, "-c", program],
        cwd=ROOT,
        env={**kept, "DJANGO_SETTINGS_MODULE": "config.settings", **told},
        capture_output=True,
        text=True,
    )


def test_production_refuses_to_start_and_says_everything_that_is_missing(tmp_path):
    done = start(MODE="production", DATA_DIR=str(tmp_path), DEBUG="1")
    assert done.returncode != 0
    said = done.stderr.splitlines()
    assert "django.core.exceptions.ImproperlyConfigured: Production cannot start." in said
    assert [line.split()[1] for line in said if line.startswith("- ")] == [
        "SECRET_KEY",
        "DEBUG",
        "ALLOWED_HOSTS",
        "BASE_URL",
        "DATABASE_URL",
    ]


def test_production_starts_with_safe_values_and_secure_cookies(tmp_path):
    done = start(
        MODE="production",
        DATA_DIR=str(tmp_path),
        SECRET_KEY=SAFE["secret_key"],
        ALLOWED_HOSTS="subventions.example.ca",
        BASE_URL="https://subventions.example.ca",
        DATABASE_URL="postgres://passerelle@db/passerelle",
    )
    assert done.stderr == ""
    assert done.stdout == "production True\n"


def test_unknown_mode_is_refused(tmp_path):
    done = start(MODE="prod", DATA_DIR=str(tmp_path))
    assert done.stderr.splitlines()[-1].endswith(
        "MODE is 'prod'; it must be one of production, demo, development, test."
    )


def test_kept_secret_is_made_once_and_closed_to_others(tmp_path):
    path = tmp_path / "inner" / "secret-key"
    first = kept_secret(path)
    assert len(first) == 64
    assert kept_secret(path) == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert [child.name for child in path.parent.iterdir()] == ["secret-key"]
