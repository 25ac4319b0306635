"""The day when files were first found complete comes with rows in place, and their clocks are counted again by it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from applications.models import Application
from applications.selectors.deadlines import clock_of
from applications.services.changes import request_changes, resubmit_application
from applications.services.drafts import save_answer
from applications.services.screening import find_complete
from moves.services import declare_standing
from tests.applications.test_clocks import FIRST, ITEM
from tests.files import AT, another, submitted_file
from work import clock

DAY = timedelta(days=1)
BEFORE = [("applications", "0011_who_confirmed")]
WRONG = {"due": datetime(2026, 12, 25, tzinfo=UTC), "due_left": None}  # as the release before reckoned it


def migrate(targets=None):
    executor = MigrationExecutor(connection)
    executor.migrate(targets or executor.loader.graph.leaf_nodes())


def fresh(file):
    return Application.objects.get(pk=file.pk)


def clocks():
    return list(Application.objects.order_by("pk").values("pk", "first_complete_at", "due", "due_left"))


@pytest.mark.slow
def test_first_day_of_completeness_comes_and_goes_with_rows_in_place(committed_db, cast, programme):
    """One that was sent again, and not found complete since; one that is paused; one whose clock is that of
    completeness; one that is decided; one in reconsideration."""
    file = submitted_file(cast, programme)
    new, late = another(file), another(file, complete_at=AT + 20 * DAY)
    with clock.at(AT + DAY):
        declare_standing(file.pk, user=cast.screener, standing="clear")
        find_complete(fresh(file), by=cast.screener)
        request_changes(fresh(file), by=cast.officer, items=[ITEM], due=AT + 60 * DAY)
    with clock.at(FIRST + 10 * DAY):
        version = file.answers.get(question="method").version
        save_answer(fresh(file), "method", "Chaque étape a son nom.", by=cast.sophie, version=version)
        resubmit_application(fresh(file), by=cast.sophie)
    paused = another(file, state="changes_requested", complete_at=AT + DAY, due=None, due_left=9 * DAY)
    paused.change_requests.create(by=cast.officer, at=FIRST + 5 * DAY, due=FIRST + 90 * DAY)
    asked = {"last_told": "in_reconsideration", "last_told_at": FIRST + 60 * DAY}
    contested = another(file, state="in_reconsideration", complete_at=AT, first_complete_at=AT, due=FIRST, **asked)
    decided = another(file, state="approved", complete_at=AT, first_complete_at=AT, due=None)
    migrate(BEFORE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM information_schema.columns WHERE column_name = 'first_complete_at'")
        assert cursor.fetchone() is None
        for one in (file, late):
            cursor.execute("UPDATE applications_application SET due = %s WHERE id = %s", [WRONG["due"], one.pk])
    migrate()
    found = {row["pk"]: (row["first_complete_at"], row["due"] and clock.day_of(row["due"])) for row in clocks()}
    assert found == {
        file.pk: (AT + DAY, date(2026, 11, 24)),  # ten days of pause after the closing
        new.pk: (None, date(2026, 9, 28)),
        late.pk: (AT + 20 * DAY, date(2026, 11, 18)),
        paused.pk: (AT + DAY, None),
        contested.pk: (AT, clock.day_of(FIRST)),
        decided.pk: (AT, None),
    }
    assert fresh(paused).due_left == 40 * DAY
    for one in (file, new, late, paused):  # as the services count it
        counted = clock_of(fresh(one))
        assert (fresh(one).due, fresh(one).due_left) == (
            counted.due, None if counted.left is None else counted.left * DAY
        )  # fmt: skip
    before = clocks()
    migrate(BEFORE)
    migrate()
    assert clocks() == before
