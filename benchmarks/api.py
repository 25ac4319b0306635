"""A page of 100 rows of the partner's API beside the bare SQL of the same page.

`python -m benchmarks api [--times 20] [--files 1000]`: on a database filled for it, or with 0 on the data that is
there. The goal: as many statements for 100 rows as for 1. Nothing is kept: the key, the log and the readings are
rolled back.
"""

import argparse
import base64
import statistics
import time
from contextlib import nullcontext
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks._data import filled
from funding.models import Partner
from reports import selectors
from reports.models import ApiKey
from reports.services import SECRET_BYTES, digest_of
from work import clock

PAGE = 100
LISTS = {"applications": selectors.applications_of, "awards": selectors.awards_of}


def run(argv) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks api")
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args(argv)
    with filled(options.files, keep=options.keep) if options.files else nullcontext():
        return measure_lists(options.times)


def measure_lists(times) -> int:
    """Print a line for each list; 1 when one sends more statements for more rows."""
    partner = busiest_partner()
    if partner is None:
        print("No partner has an agreement here: make data first (manage.py seed_demo --applications 1000).")
        return 0
    settings.API_CALLS_PER_MINUTE = 10**6
    kept = True
    with transaction.atomic():
        secret = borrowed_key(partner)
        for name, rows in LISTS.items():
            kept &= measure(name, rows(partner), secret, times)
        transaction.set_rollback(True)
    return 0 if kept else 1


def busiest_partner():
    """The partner whose agreements fund the most files."""
    return (
        Partner.objects.annotate(files=Count("agreements__funding__program__calls__applications"))
        .filter(agreements__isnull=False)
        .order_by("-files")
        .first()
    )


def borrowed_key(partner):
    """A key for the time of the measure, written directly: no analyst asks for it."""
    key_bytes = bytes(SECRET_BYTES)
    seat = partner.seats.first()
    ApiKey.objects.create(
        partner=partner,
        name="benchmark",
        prefix="0" * 12,
        digest=digest_of(key_bytes),
        created_by=seat.user if seat else partner.cluster.appointments.first().user,
        expires_at=clock.now() + timedelta(hours=1),
    )
    return f"pk_{'0' * 12}_{base64.urlsafe_b64encode(key_bytes).rstrip(b'=').decode()}"


def measure(name, rows, secret, times):
    """Print one line of numbers. True when the number of statements does not grow with the rows."""
    page = rows.order_by("public_id")[: PAGE + 1]
    sql, params = page.query.sql_with_params()

    def bare():
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return len(cursor.fetchall())

    client = Client(headers={"authorization": f"Bearer {secret}"})

    def call(size):
        answer = client.get(f"/api/v1/{name}?page_size={size}", SERVER_NAME="localhost")
        assert answer.status_code == 200, answer.content
        return len(answer.json()["data"])

    call(1)
    counts = {}
    for size in (1, PAGE):
        with CaptureQueriesContext(connection) as seen:
            found = call(size)
        counts[size] = len(seen)
        sql_ms = sum(float(query["time"]) for query in seen.captured_queries) * 1000
    api_ms, bare_ms = median(lambda: call(PAGE), times), median(bare, times)
    print(
        f"{name:<13}{found:>4} rows  {counts[1]} statements for 1 row, {counts[PAGE]} for {PAGE}"
        f"   SQL {sql_ms:7.1f} ms   API {api_ms:7.1f} ms   bare SQL {bare_ms:7.1f} ms   x{api_ms / bare_ms:5.1f}"
    )
    return counts[PAGE] <= counts[1] or found <= 1


def median(act, times):
    """The median time of `act`, in milliseconds."""
    taken = []
    for _n in range(times):
        start = time.perf_counter()
        act()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)
