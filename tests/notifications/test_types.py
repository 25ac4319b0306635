"""What the type checker refuses of a message or a link: a part forgotten, misspelt or of another type, by its "no"."""

import re
import sys

import pytest

from ops.places import run
from tests.house.test_imports import ROOT

CODE = """
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from applications.models import Application
from applications.pages import APPLICATION, FILE_CHANGES, FILE_PAGE
from notifications.messages import ChangesOverdue, ConcurrenceAsked, DecisionWaiting, Letter
from notifications.services import Attachment, queue_message
from reviews.pages import QUEUE, RULE
from work.selectors import WorkLine
from work.states import Hat
from work.texts import Text


def tell(file: Application, person: UUID, at: datetime, amount: Decimal) -> None:
    late = ChangesOverdue(reference=file.number, title=file.title, until=at)
    ChangesOverdue(reference=file.number, title=file.title)  # no: without its instant
    ChangesOverdue(reference=file.number, title=file.title, untill=at)  # no: misspelt
    ChangesOverdue(reference=file.number, title=file.title, until="tomorrow")  # no: another type
    ChangesOverdue(file.number, file.title, at)  # no: by place
    ChangesOverdue(reference=file.reference, title=file.title, until=at)  # no: a draft has none
    ConcurrenceAsked(reference=file.number, title=file.title, amount=amount)
    ConcurrenceAsked(reference=file.number, title=file.title, amount=75000.01)  # no: inexact
    DecisionWaiting(reference=file.number, title=file.title, step=Text("approuver", "approve"))
    DecisionWaiting(reference=file.number, title=file.title, step={"fr": "x", "en": "y"})  # no
    DecisionWaiting(reference=file.number, title=file.title, step="approve")  # no: one language
    late.until = at  # no: it is frozen

    queue_message(late, to="x@example.org", key="x", link=FILE_CHANGES(file.number))
    queue_message(late, to="x@example.org", key="x", link=QUEUE(), attachment=Attachment("a", "b", "c"))
    queue_message(late, to="x@example.org")  # no: without its occasion
    queue_message("changes_overdue", to="x@example.org", key="x")  # no: a name
    queue_message(ChangesOverdue, to="x@example.org", key="x")  # no: nothing said
    queue_message(late, to="x@example.org", key="x", link="file-changes")  # no: a name
    queue_message(late, to="x@example.org", key="x", link=FILE_CHANGES)  # no: not filled
    queue_message(late, to="x@example.org", key="x", attachment=("a", "b", "c"))  # no
    APPLICATION(file.public_id)
    APPLICATION(file.number)  # no: another type
    RULE(file.number, person)
    RULE(file.number)  # no: one of two
    RULE(person, file.number)  # no: in the other order
    QUEUE(file.number)  # no: it is filled with nothing
    FILE_PAGE(file.number)
    FILE_PAGE(file.public_id)  # no: another type
    FILE_PAGE.fill(FILE_CHANGES)
    FILE_PAGE.fill(APPLICATION)  # no: filled with another type
    FILE_PAGE.fill("file-detail")  # no: a name
    WorkLine("Review", file.title, QUEUE(), role=Hat.REVIEWER)
    WorkLine("Review", file.title, "review-queue", role=Hat.REVIEWER)  # no: a name
    WorkLine("Review", file.title, RULE, role=Hat.REVIEWER)  # no: not filled
"""


@pytest.mark.slow
def test_type_checker_refuses_a_message_with_a_part_forgotten_or_misspelt(tmp_path):
    place = tmp_path / "told.py"
    place.write_text(CODE)
    options = ["--config-file", "pyproject.toml", "--no-pretty"]
    said = run(["sh", "-c", '"$@" || true', "-", sys.executable, "-m", "mypy", *options, place], cwd=ROOT)
    refused = {int(line) for line in re.findall(r"told\.py:(\d+): error", said)}
    assert refused == {n for n, line in enumerate(CODE.splitlines(), start=1) if "# no" in line}, said
