"""Databases for tests that commit for real: a clone of the test database, thrown away afterwards.

The trail refuses TRUNCATE, so Django's way of cleaning up after real commits (flush) cannot work here.
"""

import contextvars
import threading
import uuid
from contextlib import contextmanager

from django.db import connection, connections
from psycopg import sql


def copy_what_is_migrated():
    """One of several processes has a test database of its own (`test_x_gw0`): made as a copy of `test_x`, where the run
    brought that one, it need not be migrated again."""
    tests = connection.settings_dict["TEST"]
    whole = f"test_{connection.settings_dict['NAME']}"
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [whole])
        if cursor.fetchone() and tests["NAME"] not in (None, whole):
            tests["TEMPLATE"] = whole


@contextmanager
def clone(label):
    """The name of a copy of the test database; dropped at the end, whoever is still connected to it."""
    template = connection.settings_dict["NAME"]
    name = f"{template}_{label}_{uuid.uuid4().hex[:6]}"
    connections.close_all()  # a template must have nobody connected to it
    on_server("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}", sql.Literal(template))
    on_server("CREATE DATABASE {} TEMPLATE {}", sql.Identifier(name), sql.Identifier(template))
    try:
        yield name
    finally:
        on_server("DROP DATABASE IF EXISTS {} WITH (FORCE)", sql.Identifier(name))


def on_server(statement, *names):
    """Run one statement on the server's own database, outside of any transaction."""
    with connection._nodb_cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(*names).as_string(cursor.connection))


def end_our_connection():
    """As a restart of PostgreSQL does between two questions: the next one finds no connection."""
    on_server("SELECT pg_terminate_backend({})", sql.Literal(connection.connection.info.backend_pid))


@contextmanager
def pointed_at(name):
    """Inside, the default connection of every thread opens the database `name`."""
    before = connection.settings_dict["NAME"]
    connections.close_all()
    connection.settings_dict["NAME"] = name  # one dictionary, shared by the connections of all threads
    try:
        yield name
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = before


def at_once(*functions):
    """Call each function in a thread of its own with a connection of its own, all starting together.

    Returns what each returned or raised, in the order given. The clock that a test set holds in the threads.
    """
    barrier, outcomes = threading.Barrier(len(functions)), [None] * len(functions)

    def call(position, function):
        try:
            connection.ensure_connection()
            barrier.wait(timeout=20)
            outcomes[position] = function()
        except Exception as problem:
            outcomes[position] = problem
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=contextvars.copy_context().run, args=(call, position, function), daemon=True)
        for position, function in enumerate(functions)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads), "A thread is still waiting: a deadlock?"
    return outcomes
