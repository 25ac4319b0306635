"""What it takes to save an answer, to submit and to approve: functions and files of ours gone through, and queries.

`python -m benchmarks traces`. The story is told in a database of its own, and each act is traced the last time that it
is done there: guide 1, the sponsor confirmed, everybody told. Functions and files are those of the house, tests and
templates apart; what a process reads once (a form, a policy) was read before. The reference is the frame before moves
asked their own questions (commit 77e7ed6), traced by this same script.
"""

import sys
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from psycopg import sql

from demo import story
from tests.databases import on_server, pointed_at


@dataclass(frozen=True)
class Trace:
    """How many functions, files and queries an act went through."""

    functions: int
    files: int
    queries: int

    def __str__(self) -> str:
        return f"{self.functions:>5} {self.files:>5} {self.queries:>5}"


ACTS = {"save_answer": "autosave", "approve": "approve", "submit_application": "submit"}
BEFORE = {"autosave": Trace(21, 10, 6), "approve": Trace(62, 18, 26), "submit": Trace(226, 39, 54)}
MOST = {"submit": 40}  # queries
UNNAMED = frozenset({"<genexpr>", "<listcomp>", "<dictcomp>", "<setcomp>", "<lambda>", "<module>"})


def run(argv: list[str]) -> int:
    """Print each act beside its reference; 1 when one asks more queries than it did before, or than it may."""
    found: dict[str, Trace] = {}
    with scratch(), mock.patch.multiple(story, **{name: traced(getattr(story, name), found) for name in ACTS}):
        call_command("migrate", verbosity=0)
        with transaction.atomic():
            story.Story().tell()
    print(f"{'':<12}functions, files, queries{'before':>22}")
    for act, trace in found.items():
        print(f"  {act:<10}{trace}{'':>12}{BEFORE[act]}")
    return int(any(trace.queries > MOST.get(act, BEFORE[act].queries) for act, trace in found.items()))


@contextmanager
def scratch():
    """Inside, the default connection is on an empty database, dropped at the end."""
    name = f"{connection.settings_dict['NAME']}_traces"
    on_server("DROP DATABASE IF EXISTS {} WITH (FORCE)", sql.Identifier(name))
    on_server("CREATE DATABASE {}", sql.Identifier(name))
    try:
        with pointed_at(name):
            yield
    finally:
        on_server("DROP DATABASE IF EXISTS {} WITH (FORCE)", sql.Identifier(name))


def traced(act: Callable[..., Any], found: dict[str, Trace]) -> Callable[..., Any]:
    """`act`, which leaves its trace in `found` each time: the last stays."""
    root = str(settings.BASE_DIR)
    ours = lambda code: (  # noqa: E731
        code.co_filename.startswith(root)
        and not any(part in code.co_filename for part in ("/.venv/", "/tests/", "/benchmarks/", "/demo/"))
        and code.co_name not in UNNAMED
    )

    def watched(*args: Any, **kwargs: Any) -> Any:
        gone = set()

        def note(frame: Any, event: str, _arg: Any) -> None:
            if event == "call" and ours(frame.f_code):
                gone.add((frame.f_code.co_filename, frame.f_code.co_firstlineno))

        with CaptureQueriesContext(connection) as queries:
            sys.setprofile(note)
            try:
                return act(*args, **kwargs)
            finally:
                sys.setprofile(None)
                asked = [q for q in queries.captured_queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
                found[ACTS[act.__name__]] = Trace(len(gone), len({file for file, _line in gone}), len(asked))

    return watched
