"""By which assignment its reader has the file of a message."""

import pytest

from notifications.models import Message
from reviews.models import Assignment
from reviews.selectors.holding import _own
from tests.decisions.files import submitted_row
from tests.files import another
from tests.mutants import proves
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
