"""Invented files by the ten thousand, for measuring and for seeing pages full: `manage.py seed_demo`.

This is the one place where rows are written past the services. Played through them, 100 000 files would take a day;
written by COPY they take minutes, and the pages, their plans and the API meet the volume they must bear. So this
package keeps by hand what the services and the turnstile keep by themselves, and a test proves it of what it wrote:

- every CHECK and foreign key holds (COPY asks the database, nothing is switched off);
- references come from the programme's counter, without gaps;
- awards are in the ledger, entry by entry, after an allocation made by the ledger's own service:
  `reconcile_ledger` is clean;
- the chain of each file holds one entry a move, sealed by the same function, and says `seeded`: `verify_trail` is
  clean. Assignments, decisions, letters and ledger entries of seeded files have no chain of their own, and nothing is
  in the change feed;
- duties and declarations are those that the acts would have left: separation of duties goes on from there.

What it leaves out: documents and PDFs (no bytes are invented), messages, readings.

The same seed, on the same state of the database at the same instant, writes the same files. Run again, it adds.
"""

import time
from collections.abc import Callable

from django.db import connection

from accounts.models import Organisation
from applications.models import Application
from demo.seed import companies
from demo.seed.chunk import FILES_EACH, Chunk
from demo.seed.world import TRIO, World
from reviews.models import Assignment
from reviews.services.panels import seat_the_assigned

CHUNK = 2_500  # files in one transaction: some seconds, some tens of megabytes
DESK = 20  # files that each of the cast's reviewers has at once: the capacity of their appointment


def seed(applications: int, *, seed: int = 1, chunk: int = CHUNK, say: Callable[[str], object] = print) -> int:
    """Add `applications` invented files to the demonstration's programme. Returns how many rows were written."""
    world = World()
    world.trio_room = DESK - max(Assignment.objects.of_reviewer(world.people[key]).waiting().count() for key in TRIO)
    start = Application.objects.filter(call=world.call).count()
    company = next_company()
    rows, done, began = 0, 0, time.perf_counter()
    while done < applications:
        count = min(chunk, applications - done)
        rows += Chunk(world, seed=seed, start=start + done, count=count, company=company).write()
        company += -(-count // FILES_EACH)
        done += count
        say(f"{done:>7} of {applications} files, {rows:>9} rows, {time.perf_counter() - began:6.1f} s")
    seat_the_assigned(world.call)
    tidy()
    say(f"Seeded: {applications} files, {rows} rows in {time.perf_counter() - began:.1f} s.")
    return rows


def next_company() -> int:
    """The ordinal of the next invented company: after the highest enterprise number of theirs."""
    theirs = Organisation.objects.filter(neq__gt=str(companies.FIRST), neq__lt=str(companies.FIRST + 10_000_000))
    highest = theirs.order_by("-neq").values_list("neq", flat=True).first()
    return int(highest) - companies.FIRST + 1 if highest else 1


def tidy() -> None:
    """Let the planner know what came. VACUUM cannot run inside a transaction: a test's, for one."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.in_atomic_block else "VACUUM ANALYZE")
