"""The officer's list at the files that are there: first page, a filtered page, a deep page, each beside its bare SQL.

`python -m benchmarks lists [--runs N]`. `manage.py seed_demo --applications N` makes the data. The goal: the number of
statements is the same on every page (it never grows with the files), and nothing but the page's own rows is read.
"""

import argparse
import logging
import statistics
import time

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

LATEST = "submitted_at DESC, id DESC"
PAGES = (
    ("first page", "", "a.due IS NOT NULL", "due, id", 51),
    (
        "one state, latest first",
        "?state=submitted&sort=recent",
        "a.state = 'submitted'",
        "submitted_at DESC, id DESC",
        51,
    ),
    ("late", "?due=late", "a.due < now()", "due, id", 51),
)


def run(argv: list[str]) -> int:
    options = argparse.ArgumentParser(prog="benchmarks lists")
    options.add_argument("--runs", type=int, default=5)
    runs = options.parse_args(argv).runs

    from django.conf import settings

    from accounts.models import User
    from applications.models import Application

    settings.ALLOWED_HOSTS = ["*"]
    logging.disable(logging.INFO)  # the table is what is read
    officer = User.objects.filter(cluster_appointments__role="officer").order_by("pk").first()
    if officer is None:
        print("No officer: run `make demo` or `manage.py seed_demo` first.")
        return 2
    client = Client()
    client.force_login(officer)
    print(f"{Application.objects.exclude(state='draft').count()} files")
    print(f"{'page':28}{'SQL':>5}{'SQL ms':>9}{'total ms':>10}{'bare SQL ms':>13}{'rows':>6}")
    counts = set()
    pages = list(PAGES)
    if deep := _deep():
        pages.append(deep)
    for name, query, where, order, limit in pages:
        numbers, rows = _page(client, f"/files{query}", runs)
        bare = _bare(where, order, limit, runs)
        counts.add(numbers[0] - ("after=" in query))  # one more: the file that the page comes after
        print(f"{name:28}{numbers[0]:>5}{numbers[1]:>9.1f}{numbers[2]:>10.1f}{bare:>13.2f}{rows:>6}")
    return 0 if len(counts) == 1 else 1


def _page(client, url, runs):
    """((statements, SQL ms, total ms), rows shown): medians, after one warm-up."""
    sql, total, number, rows = [], [], 0, 0
    for turn in range(runs + 1):
        start = time.perf_counter()
        with CaptureQueriesContext(connection) as made:
            answer = client.get(url)
        elapsed = (time.perf_counter() - start) * 1000
        assert answer.status_code == 200, (url, answer.status_code)
        if turn:
            total.append(elapsed)
            sql.append(sum(float(one["time"]) for one in made.captured_queries) * 1000)
            number, rows = len(made), answer.content.count(b'class="reference"')
    return (number, statistics.median(sql), statistics.median(total)), rows


def _bare(where, order, limit, runs):
    """The rows of the same page by one statement, with nothing of Django around."""
    statement = (
        "SELECT a.reference, a.title, a.organisation_name, a.state, a.requested_amount, a.due, a.submitted_at "
        f"FROM applications_application a WHERE a.state <> 'draft' AND {where} ORDER BY {order} LIMIT {limit}"
    )
    times = []
    with connection.cursor() as cursor:
        for turn in range(runs + 1):
            start = time.perf_counter()
            cursor.execute(statement)
            cursor.fetchall()
            if turn:
                times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def _deep():
    """A page in the middle of the list, latest first; None with few files."""
    from applications.models import Application

    files = Application.objects.exclude(state="draft").order_by("-submitted_at", "-id")
    total = files.count()
    if total < 200:
        return None
    mark = files[total // 2]
    where = f"(a.submitted_at, a.id) < ('{mark.submitted_at.isoformat()}', {mark.pk})"
    return ("deep page, latest first", f"?sort=recent&after={mark.reference}", where, LATEST, 51)
