"""What a message of a file asks or promises, row by row: whether it still holds, and of which file and which day."""

from datetime import timedelta

import pytest

from accounts.models import Membership, Organisation
from applications.models import Application
from applications.selectors.holding import changes_are_asked, changes_are_late, closes_then, is_to_screen
from applications.selectors.turns import late_requests
from notifications import messages
from notifications.models import Message
from notifications.notices import packed
from tests.decisions.files import submitted_row
from tests.files import another, open_call
from tests.mutants import proves
from work import clock

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def message(content, **more):
    return Message(kind=content.words.kind, context=packed(content), **more)


@proves(changes_are_asked, changes_are_late, late_requests)
def test_changes_are_asked_and_late_of_that_file_until_that_day_while_it_waits_for_them(cast, programme):
    now, row = clock.now(), submitted_row(cast, programme)

    def request(due, *, state="changes_requested", **ended):
        file = another(row, state=state)
        file.change_requests.create(by=cast.officer, due=due, at=now - 9 * DAY, **ended)
        return file

    def still(holds_still, content, file, until):
        return holds_still(message(content(reference="x", title="x", until=until), application_id=file.pk))

    for due, holds_still, content in (
        (now + DAY, changes_are_asked, messages.ChangesReminder),
        (now - DAY, changes_are_late, messages.ChangesOverdue),
    ):
        assert still(holds_still, content, request(due), due)
        assert not still(holds_still, content, request(due), due + DAY)
        assert not still(holds_still, content, another(row, state="changes_requested"), due)
        for over in ({"answered_at": now}, {"cancelled_at": now}, {"state": "withdrawn"}):
            assert not still(holds_still, content, request(due, **over), due)
    soon = request(now + DAY)
    assert not still(changes_are_late, messages.ChangesOverdue, soon, now + DAY)


@proves(is_to_screen)
@pytest.mark.parametrize(
    ("state", "holds"), [("submitted", True), ("changes_requested", False), ("eligible", False), ("withdrawn", False)]
)
def test_file_is_back_in_screening_until_something_is_found_of_it_or_asked(cast, programme, state, holds):
    row = submitted_row(cast, programme)
    file = another(row, state=state)
    back = messages.ScreenedAgain(reference="x", title="x", reason="Une personne en conflit.")
    assert is_to_screen(message(back, application_id=file.pk)) is holds
    assert not is_to_screen(message(back, application_id=0))


@proves(closes_then)
def test_closing_is_that_of_an_organisation_that_its_reader_acts_for_today(cast, programme):
    call, content = open_call(cast, programme), messages.CallExtended
    own = Organisation.objects.get(memberships__user=cast.sophie)
    later = call.closes_at + DAY
    call.accommodations.create(organisation=own, closes_at=later)
    said = content(call=messages.NO_ACT, closes_at=later, has_draft=False)
    leads = {"url_args": [str(call.public_id)]}
    assert closes_then(message(said, recipient=cast.sophie, **leads))
    assert not closes_then(message(said, recipient=cast.michel, **leads))
    with clock.at(later - timedelta(microseconds=1)):
        assert closes_then(message(said, recipient=cast.sophie, **leads))
    with clock.at(later):
        assert not closes_then(message(said, recipient=cast.sophie, **leads))
    drafts = [another(submitted_row(cast, programme), state=state, reference=None) for state in ("draft", "draft")]
    Application.objects.filter(pk=drafts[0].pk).update(
        organisation=Organisation.objects.get(memberships__user=cast.michel)
    )
    of_draft = content(call=messages.NO_ACT, closes_at=later)
    assert [closes_then(message(of_draft, application_id=one.pk)) for one in drafts] == [False, True]
    Membership.objects.filter(user=cast.sophie).update(ended_at=clock.now())
    assert not closes_then(message(said, recipient=cast.sophie, **leads))
