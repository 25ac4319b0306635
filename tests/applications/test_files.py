"""The files that every other test stands on are whole and valid."""

from decimal import Decimal

import pytest
from django.utils.translation import override

from applications.checks import missing_answers, unconfirmed
from applications.selectors.task_list import task_list
from applications.states import ApplicationState
from tests.files import AT, draft_file, submitted_file
from work import clock

SPONSOR = "Confirmation du donneur d’ordres parrain"


@pytest.mark.parametrize("company", ["usinage", "precision", "northwind"])
def test_draft_file_misses_nothing(cast, programme, company):
    draft = draft_file(cast, programme, company=company)
    with clock.at(AT):
        assert missing_answers(draft) == []
        assert unconfirmed(draft) == 0


@pytest.mark.parametrize("requested", ["75000.00", "75000.01", "90000.00", "20000.00"])
def test_submitted_file_asks_what_it_was_told(cast, programme, requested):
    file = submitted_file(cast, programme, requested=Decimal(requested))
    assert file.state == ApplicationState.SUBMITTED
    assert file.requested_amount == Decimal(requested)
    assert file.reference == "FE-2026-00001"


@pytest.mark.parametrize(
    ("left", "todo"),
    [
        ({}, []),
        ({"costs": Decimal(120000)}, ["Budget"]),
        ({"amount_requested": "80000.01"}, ["Budget"]),
        ({"sponsor": False}, [SPONSOR]),
        ({"without": ("project_title",), "sponsor": False}, ["Projet et résumé", SPONSOR]),
    ],
)
def test_task_list_is_done_where_nothing_keeps_the_file_from_being_sent(cast, programme, left, todo):
    draft = draft_file(cast, programme, **left)
    with clock.at(AT), override("fr"):
        *tasks, last = task_list(draft)
        assert [task.name for task in tasks if not task.is_done] == todo
        assert len({item.section for item in missing_answers(draft)}) + unconfirmed(draft) == len(todo)
    assert last.status == ("À faire" if todo else "Prêt")
