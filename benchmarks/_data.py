"""Databases filled for a measure: made beside the one that DATABASE_URL names, on its server, and thrown away.

A kept one is found again by the next run: 100 000 files take some minutes to make.
"""

from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection
from psycopg import sql

from demo import seed
from tests.databases import on_server, pointed_at


@contextmanager
def filled(size, *, keep=False):
    """Inside, the default connection is on a database with `size` seeded files. `keep`: it stays for the next run."""
    name = f"{connection.settings_dict['NAME']}_pages_{size}"
    whole = exists(name)
    try:
        if not whole:
            print(f"-- filling {name}", flush=True)
            on_server("CREATE DATABASE {}", sql.Identifier(name))
        with pointed_at(name):
            if not whole:
                call_command("migrate", verbosity=0)
                seed.seed(size, say=say_last(size))
                whole = True
            yield name
    finally:
        if not (keep and whole):
            on_server("DROP DATABASE IF EXISTS {} WITH (FORCE)", sql.Identifier(name))


def exists(name):
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


def say_last(size):
    """Prints one line of the seed's progress in ten, and its last."""
    seen = []

    def say(line):
        seen.append(line)
        if size > 5000 and (len(seen) % 10 == 0 or line.startswith("Seeded")):
            print(f"   {line}", flush=True)

    return say
