"""Run inside the virtual environment: the database and everything derived, in one process (one start of Django).

`python -m ops.prepare demo` before the servers start; `… site` the same without the story;
`… tests` the empty test database that is kept; `… translations` only compiles the .mo files; `… drop` removes the
demo's database on somebody else's server.
"""

import os
import sys
from pathlib import Path

import polib

from ops.places import ROOT, digest, is_stamped


def compile_translations() -> None:
    """Write each locale/*/LC_MESSAGES/*.mo that is absent or older than its .po; msgfmt is not needed."""
    for source in ROOT.glob("**/locale/*/LC_MESSAGES/*.po"):
        if {".venv", "node_modules", "var"} & set(source.relative_to(ROOT).parts):
            continue
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        scratch = target.with_suffix(f".{os.getpid()}.tmp")  # two processes may compile at once
        polib.pofile(str(source)).save_as_mofile(str(scratch))
        os.replace(scratch, target)


def create_database() -> bool:
    """CREATE DATABASE when the one in the settings is not there yet. Returns True when it made one."""
    import psycopg
    from django.db import connection

    wanted = connection.settings_dict["NAME"]
    parameters = {k: v for k, v in connection.get_connection_params().items() if k in REACH}
    try:
        psycopg.connect(**{**parameters, "dbname": wanted}).close()
        return False
    except psycopg.OperationalError as error:
        if "does not exist" not in str(error):
            raise
    with psycopg.connect(**{**parameters, "dbname": "postgres"}, autocommit=True) as server:
        server.execute(
            psycopg.sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(
                psycopg.sql.Identifier(wanted)
            )
        )
    return True


REACH = {"host", "port", "user", "password", "sslmode", "sslrootcert"}  # what names and opens a server


def drop_database() -> None:
    """DROP DATABASE, whoever is still connected."""
    import psycopg
    from django.db import connection

    parameters = {k: v for k, v in connection.get_connection_params().items() if k in REACH}
    with psycopg.connect(**{**parameters, "dbname": "postgres"}, autocommit=True) as server:
        name = psycopg.sql.Identifier(connection.settings_dict["NAME"])
        server.execute(psycopg.sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))


def prepare_site() -> None:
    """What any server of the demo kind needs: the database and its schema, the cache table, the static files."""
    from django.core.management import call_command

    create_database()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    collect_static()


def collect_static() -> None:
    """Static files with a hash in their names, compressed; only when what they are made from changed."""
    from django.conf import settings
    from django.core.management import call_command

    target = Path(settings.STATIC_ROOT).resolve()  # the slow tests share one folder by a link
    stamp = target.with_name(f"{target.name}.stamp")
    value = digest(ROOT / "static", ROOT / "requirements.txt", ROOT / "config" / "settings.py")
    if is_stamped(stamp, value) and target.is_dir():
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(value)


def prepare_tests() -> None:
    """The test database, migrated and empty, where Django's test runner looks for it."""
    from django.test.utils import setup_databases

    setup_databases(verbosity=0, interactive=False, keepdb=True)


def prepare_demo() -> None:
    """The site, and the story in it (told once: it keeps its own stamp in the database)."""
    from django.core.management import call_command, get_commands

    prepare_site()
    if "tell_story" in get_commands():
        print("Telling the story of the cluster (the first time takes a moment)", flush=True)
        call_command("tell_story")


VERBS = {"demo": prepare_demo, "site": prepare_site, "tests": prepare_tests, "drop": drop_database}


def main(verb: str) -> None:
    compile_translations()
    if verb == "translations":
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    VERBS[verb]()


if __name__ == "__main__":
    main(sys.argv[1])
