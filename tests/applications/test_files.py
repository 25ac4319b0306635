"""The files that every other test stands on are whole and valid."""

from decimal import Decimal

import pytest

from applications.checks import missing_answers, unconfirmed
from applications.states import ApplicationState
from tests.files import AT, draft_file, submitted_file
from work import clock


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
