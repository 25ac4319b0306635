"""The award of a file: one stands at most, until a later decision takes its place or the file leaves."""

from datetime import timedelta

import pytest

from awards.models import Award
from awards.services import close_award, open_award
from tests.decisions import files
from tests.mutants import proves

pytestmark = pytest.mark.django_db


@proves(close_award, open_award)
def test_award_that_is_closed_is_the_one_that_stands_and_those_before_keep_their_day(cast, programme, clock_at):
    """Awarded, amended, amended again; the award of another file stands."""
    file = files.file_row(cast, programme)
    theirs = open_award(files.decision_row(cast, programme, state="issued"), by=cast.officer)
    assert close_award(file.pk, by=cast.officer) is None
    envelopes = list(files.envelopes(programme))
    days = [files.DECIDED_AT + timedelta(days=number) for number in range(3)]
    awards = []
    for number, day in enumerate(days):
        clock_at(day)
        state = "issued" if day == days[-1] else "superseded"
        decision = files.decision_row(cast, programme, state=state, file=file, number=number + 1)
        for envelope in reversed(envelopes):
            decision.shares.create(envelope=envelope, amount="10.00")
        award = open_award(decision, by=cast.officer)
        awards.append(award)
        assert [share.envelope for share in award.shares.order_by("pk")] == envelopes
        assert close_award(file.pk, by=cast.officer) == award
    found = Award.objects.in_bulk([award.pk for award in (*awards, theirs)])
    assert [found[award.pk].superseded_at for award in (*awards, theirs)] == [*days, None]
