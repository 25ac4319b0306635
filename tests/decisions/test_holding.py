"""What a message of the chain asks, row by row: whether it still holds, and of which file."""

import pytest

from decisions.selectors.holding import _open, has_failed, is_not_asked_again, is_to_concur, is_to_rule
from notifications import messages
from notifications.models import Message
from notifications.notices import packed
from reviews.models import Declaration
from tests.decisions import files
from tests.files import another
from tests.mutants import proves
from work import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(cast, programme):
    return files.submitted_row(cast, programme)


@proves(is_to_rule)
def test_ruling_is_asked_on_the_last_declaration_of_that_person_in_that_file(cast, file):
    other = another(file)
    content = messages.RulingAsked(reference="x", person="Ana")

    def asked(person, of=file):
        leads = {"url_args": ["x", str(person.public_id)], "application_id": of.pk}
        return is_to_rule(Message(kind=content.words.kind, context=packed(content), **leads))

    def declare(person, answer, of=file, **more):
        return Declaration.objects.create(application=of, user=person, answer=answer, **more)

    declare(cast.ana, "unsure"), declare(cast.ben, "unsure"), declare(cast.ben, "conflict")
    declare(cast.chloe, "unsure", of=other), declare(cast.dev, "unsure", ruled_by=cast.chair)
    declare(cast.screener, "none"), declare(cast.screener, "unsure")
    declare(cast.chloe, "none"), declare(cast.ana, "none", of=other)
    assert [asked(one) for one in (cast.ana, cast.ben, cast.chloe, cast.dev)] == [True, False, False, False]
    assert asked(cast.screener)
    assert [asked(cast.chloe, of=other), asked(cast.ana, of=other), asked(cast.officer)] == [True, False, False]


@proves(_open, has_failed)
def test_decision_on_its_way_and_letter_that_failed_are_those_of_the_file(cast, programme, file):
    over, other = another(file), another(file)
    files.decision_row(cast, programme, state="void", file=over)
    files.decision_row(cast, programme, state="void", file=file)
    decision = files.decision_row(cast, programme, state="endorsed", file=file, number=2)
    files.letter_row(file, state="failed"), files.letter_row(over, state="sent")
    assert [_open(Message(application_id=one.pk)) for one in (file, over, other)] == [decision, None, None]
    assert [has_failed(Message(application_id=one.pk)) for one in (file, over, other)] == [True, False, False]


@proves(is_to_concur, is_not_asked_again)
def test_concurrence_is_asked_and_asked_again_of_that_partner_in_that_file(cast, programme, file):
    over, other = another(file), another(file)
    asked = files.asked_row(files.decision_row(cast, programme, state="approved", file=file))
    void = files.asked_row(files.decision_row(cast, programme, state="draft", file=over), voided_at=clock.now())
    given = files.asked_row(files.decision_row(cast, programme, state="concurred", file=other), state="given")
    leads = [is_to_concur(Message(url_args=[str(one.public_id)])) for one in (asked, void, given)]
    assert leads == [True, False, False]
    again = [
        is_not_asked_again(Message(application_id=one.pk, recipient=cast.concurrence)) for one in (file, over, other)
    ]
    assert again == [False, True, False]
    assert is_not_asked_again(Message(application_id=file.pk, recipient=cast.ana))
