"""What is told of a file: the same of its row, and in SQL."""

from datetime import timedelta

import pytest

from applications.models import Application
from applications.querysets import ApplicationQuerySet
from applications.states import ApplicationState
from tests.decisions.files import submitted_row
from tests.files import AT
from tests.mutants import proves

pytestmark = pytest.mark.django_db


@pytest.fixture
def files(cast, programme):
    return [submitted_row(cast, programme, company=company) for company in ("usinage", "precision")]


@proves(ApplicationQuerySet.with_told)
def test_told_state_and_since_when_are_the_same_in_sql_and_of_the_row(cast, files):
    """In each state, whatever was last told; a change of what is hidden moves no date."""
    file, other = files
    instants = (AT + timedelta(days=number) for number in range(1, 6))
    days = dict(zip(("sent", "complete", "told", "asked", "moved"), instants, strict=True))
    Application.objects.filter(pk=file.pk).update(submitted_at=days["sent"])
    for owner, at in ((file, days["asked"]), (file, AT), (other, days["moved"])):
        owner.change_requests.create(by=cast.officer, due=AT, answered_at=at, cancelled_at=at)
    file.change_requests.update(cancelled_at=AT)

    def told(**columns):
        Application.objects.filter(pk=file.pk).update(**columns)
        found = Application.objects.with_told().get(pk=file.pk)
        assert found.told_state == found.public_state
        return found.told_since

    at_once = {"draft", "changes_requested", "in_reconsideration", "withdrawn", "cancelled"}
    for state in ApplicationState:
        for last_told in ("", "waitlisted", "in_reconsideration"):
            since = told(state=state, since=days["moved"], last_told=last_told)
            assert since == days["moved" if state in at_once else "asked"]
    hidden = {"state": "eligible", "last_told": ""}
    file.change_requests.update(answered_at=None)
    assert told(**hidden) == days["sent"]
    file.change_requests.update(cancelled_at=days["asked"])
    assert told(**hidden) == days["asked"]
    file.change_requests.update(cancelled_at=AT)
    assert told(**hidden, complete_at=days["complete"]) == days["complete"]
    assert told(**hidden, last_told_at=days["told"]) == days["told"]
