"""What a request asks of the database, and how long: ours through Django's test client, then the same SQL bare."""

import statistics
import time
from contextlib import contextmanager

from django.db import connection, transaction

NOT_COUNTED = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO")  # a whole request commits once; here it is nested


class Watch:
    """Every statement of one request, in order: (SQL, parameters, whether many), and their milliseconds."""

    def __init__(self):
        self.statements, self.times = [], []

    def __call__(self, execute, sql, params, many, context):
        start = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            if not sql.startswith(NOT_COUNTED):
                self.times.append((time.perf_counter() - start) * 1000)
                self.statements.append((sql, params, many))

    @property
    def ms(self):
        return sum(self.times)


@contextmanager
def undone():
    """Whatever is written inside is rolled back, so that each repetition finds what the first one found."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def watched(act):
    """(what `act` answered, its `Watch`, its milliseconds), undone afterwards."""
    watch = Watch()
    with undone(), connection.execute_wrapper(watch):
        start = time.perf_counter()
        answer = act()
        took = (time.perf_counter() - start) * 1000
    return answer, watch, took


def bare(statements):
    """Milliseconds of the same statements through the driver's own cursor, every row fetched, undone afterwards."""
    with undone(), connection.connection.cursor() as cursor:
        start = time.perf_counter()
        for sql, params, many in statements:
            if many:
                cursor.executemany(sql, params)
                continue
            cursor.execute(sql, params)
            if cursor.description is not None:
                cursor.fetchall()
        return (time.perf_counter() - start) * 1000


def plan(sql, params):
    """The plan of one statement as it ran, in text."""
    with undone(), connection.connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + sql, params)
        return "\n".join(line for (line,) in cursor.fetchall())


def median(values):
    return statistics.median(values)
