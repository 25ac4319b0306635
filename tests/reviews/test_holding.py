"""By which assignment its reader has the file of a message."""

import pytest

from notifications.models import Message
from notifications.notices import must_still_hold, write
from reviews import checks
from reviews.models import Assignment
from reviews.selectors.holding import _own
from reviews.services import assign_reviewer, decline_assignment
from tests.decisions.files import submitted_row
from tests.files import another
from tests.mutants import proves
from tests.reviews.files import assigned_file, of
from work import clock

pytestmark = pytest.mark.django_db


@proves(_own)
def test_reader_has_the_file_by_their_own_assignment_that_goes_on(cast, programme):
    file = submitted_row(cast, programme)
    other = another(file)

    def given(to, of=file, **more):
        seat = {"seat": "cluster", "due": clock.now(), "assigned_by": cast.officer}
        return Assignment.objects.create(application=of, reviewer=to, **seat, **more)

    given(cast.chloe), given(cast.ana, of=other)
    for over in ({"state": "declined"}, {"state": "cancelled"}, {"set_aside_at": clock.now(), "state": "submitted"}):
        given(cast.ben, **over)
    own = given(cast.ana)
    assert _own(Message(application_id=file.pk, recipient=cast.ana)) == own
    assert _own(Message(application_id=file.pk, recipient=cast.ben)) is None
    assert _own(Message(application_id=file.pk, recipient=cast.dev)) is None


def test_officer_is_told_of_a_reviewer_who_left_a_panel_that_lacks_none(cast, programme):
    """One more than the panel asks had been offered the file: nobody is to be assigned, and the fact is said."""
    file = assigned_file(cast, programme)
    assign_reviewer(file, cast.chloe, by=cast.officer)
    decline_assignment(of(file, cast.chloe), by=cast.chloe, reason="En congé.")
    assert checks.panel_problems(file) == []
    message = Message.objects.get(kind="review_declined")
    assert message.context["is_needed"] is False
    must_still_hold(message)
    assert "Les personnes qui restent suffisent" in write(message).body  # and no review is over
