"""The environment, typed. Nothing else in the project reads `os.environ` for a setting.

docs/configuration.md lists every variable.
"""

import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import environ

env = environ.Env()

MODES = ("production", "demo", "development", "test")
DEMO_SECRET = "demo-only-not-a-secret"  # noqa: S105 - refused in production, see production_faults
SHORTEST_SECRET = 40
LOCAL_HOSTS = ["127.0.0.1", "localhost", "[::1]"]


def default_mode() -> str:
    """Under pytest the mode is `test` without having to be said: settings load before any test file could say it."""
    return "test" if "pytest" in sys.modules else "development"


def kept_secret(path: Path) -> str:
    """The random secret kept in `path`, made (readable by its owner only) the first time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        scratch = path.with_name(f"{path.name}.{os.getpid()}")
        with open(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):  # another process was first: its secret is the one
            os.link(scratch, path)
        scratch.unlink()
    return path.read_text().strip()


def production_faults(
    *, secret_key: str, debug: bool, allowed_hosts: list[str], base_url: str, database_url: str
) -> list[str]:
    """Why production must not start with these values: one sentence each, none when it may."""
    faults = []
    if secret_key in ("", DEMO_SECRET):
        faults.append("SECRET_KEY is not set: give a random one of 40 characters or more.")
    elif len(secret_key) < SHORTEST_SECRET or len(set(secret_key)) < 10:
        faults.append("SECRET_KEY is too weak: give a random one of 40 characters or more.")
    if debug:
        faults.append("DEBUG is on: remove it, it shows the program's insides to anyone.")
    if not allowed_hosts:
        faults.append("ALLOWED_HOSTS is not set: name the hosts this site answers to, separated by commas.")
    elif "*" in allowed_hosts:
        faults.append("ALLOWED_HOSTS contains *: name the hosts one by one.")
    address = urlsplit(base_url)
    if not base_url:
        faults.append("BASE_URL is not set: give the address people see, such as https://subventions.example.ca.")
    elif address.scheme != "https" or not address.hostname:
        faults.append("BASE_URL must start with https://: sessions and letters' links depend on it.")
    if not database_url:
        faults.append("DATABASE_URL is not set: postgres://user:password@host/name.")
    return faults
