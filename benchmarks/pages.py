"""The pages people wait for, at several volumes: `python -m benchmarks pages [--sizes 1000,100000] [--times 15]`.

Each is asked for through Django's test client, with its templates rendered, as the person whose page it is; beside it
the same statements through the driver alone: what is above that is our own. Writes are undone after each repetition
(so no commit is timed). The goal: a page sends as many statements at 100 000 files as at 1 000; 1 when one does not.

`--keep` leaves the databases for the next run; `--explain MS` prints the plan of every slower statement;
`--only TEXT` measures the pages whose name holds it.
"""

import argparse
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, F
from django.db.models.functions import Abs
from django.test import Client
from django.urls import reverse

from applications.models import Application
from benchmarks._data import filled
from benchmarks._watch import bare, median, plan, watched
from demo import people
from reviews.models import Assignment

WARM_UP = 3


@dataclass
class Page:
    """A page: its name, whose it is (key of the cast), its address, and what it is sent when it is a save."""

    name: str
    who: str
    url: str
    data: dict | None = None


def pages():
    """The pages, on the files that are there."""
    file = approved_file()
    review, score = open_review()
    save = {"key": score.criterion, "point": "4", "comment": score.comment, "version": score.version}
    files = reverse("file-list")
    return [
        Page("list: first page", "officer", files),
        Page("list: filtered by state", "officer", f"{files}?state=submitted"),
        Page("list: late ones", "officer", f"{files}?due=late"),
        Page("list: most recent", "officer", f"{files}?sort=recent"),
        Page("list: search", "officer", f"{files}?q=usinage&sort=recent"),
        Page("list: of the screener", "screener", files),
        Page("list: after a file", "officer", f"{files}?after={waiting_file().reference}"),
        Page("reviewer: queue", "ana", reverse("review-queue")),
        Page("reviewer: one file, to score", "ana", reverse("review-score", args=[review.public_id])),
        Page("reviewer: save a score", "ana", reverse("review-save", args=[review.public_id]), save),
        Page("officer: one file", "officer", reverse("file-detail", args=[file.reference])),
        Page("officer: its answers", "officer", reverse("file-answers", args=[file.reference])),
        Page("officer: its screening", "officer", reverse("file-screening", args=[file.reference])),
        Page("officer: its reviews", "officer", reverse("review-file", args=[file.reference])),
        Page("officer: home", "officer", reverse("home")),
        Page("officer: search", "officer", reverse("search") + "?q=rebuts+titane"),
        Page("auditor: trail of a file", "auditor", reverse("trail-file", args=[file.reference])),
        Page("auditor: trail", "auditor", reverse("trail-list")),
        Page("company: one application", "company", reverse("application-detail", args=[file.public_id])),
    ]


def approved_file():
    """A file that went all the way, and asked no concurrence."""
    return Application.objects.filter(state="approved", recommended_amount__lt=75_000).order_by("pk").first()


def waiting_file():
    """A file in the middle of the list's first pages."""
    waiting = Application.objects.filter(state="submitted", due__isnull=False).order_by("due", "pk")
    return list(waiting[:41])[-1]


def open_review():
    """A review of the cast's that is begun, with two scores where there is one, and the first of them."""
    begun = Assignment.objects.filter(reviewer__email__startswith="ana.", state="accepted")
    some = begun.annotate(done=Count("scores")).filter(done__gte=1)
    review = some.order_by(Abs(F("done") - 2), "due", "pk").first()
    return review, review.scores.order_by("pk").first()


def run(argv) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks pages")
    parser.add_argument("--sizes", default="1000,100000")
    parser.add_argument("--times", type=int, default=15)
    parser.add_argument("--explain", type=float, metavar="MS")
    parser.add_argument("--only", default="")
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args(argv)
    settings.ALLOWED_HOSTS = ["testserver"]
    counts = {}
    for size in map(int, options.sizes.split(",")):
        with filled(size, keep=options.keep):
            measure_all(size, options, counts)
    return verdict(counts)


def verdict(counts) -> int:
    """Say which pages send another number of statements from one volume to the next, or do not answer."""
    wrong = {name: seen for name, seen in counts.items() if len(set(seen.values())) > 1 or None in seen.values()}
    for name, seen in wrong.items():
        said = ", ".join(f"{'no answer' if n is None else f'{n} statements'} at {size}" for size, n in seen.items())
        print(f"! {name}: {said}")
    if not wrong:
        print("Every page sends as many statements at each volume.")
    return int(bool(wrong))


def measure_all(size, options, counts):
    print(f"\n{size} files: median of {options.times} in milliseconds")
    print(f"  {'':<32}{'SQL':>5}{'SQL ms':>10}{'total ms':>10}{'bare ms':>10}{'total/bare':>12}")
    clients = {key: signed_in(user) for key, user in users().items()}
    for page in pages():
        if options.only in page.name:
            counts.setdefault(page.name, {})[size] = measure(page, clients[page.who], options)


def users():
    return {**people.the_people(), "company": approved_file().created_by}


def signed_in(user):
    client = Client(raise_request_exception=False)
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def measure(page, client, options):
    """Print one line of numbers. Returns how many statements the page sends; None when it does not answer."""

    def act():
        return client.get(page.url) if page.data is None else client.post(page.url, page.data)

    for _n in range(WARM_UP):
        answer, watch, _took = watched(act)
    if answer.status_code != 200:
        print(f"  {page.name:<32} answered {answer.status_code}: {page.url}")
        return None
    sql_ms, total_ms, bare_ms = [], [], []
    for _n in range(options.times):
        _answer, again, took = watched(act)
        sql_ms.append(again.ms)
        total_ms.append(took)
        bare_ms.append(bare(watch.statements))
    ratio = median(total_ms) / median(bare_ms)
    numbers = f"{median(sql_ms):>10.1f}{median(total_ms):>10.1f}{median(bare_ms):>10.1f}{ratio:>12.1f}"
    print(f"  {page.name:<32}{len(watch.statements):>5}{numbers}", flush=True)
    if options.explain is not None:
        for (sql, params, many), ms in zip(watch.statements, watch.times, strict=True):
            if ms >= options.explain and not many:
                print(f"\n{ms:.1f} ms  {sql}\n{params}\n{plan(sql, params)}\n")
    return len(watch.statements)
