"""What a message of the chain asks, row by row: whether it still holds, and of which file."""

import pytest

from applications.models import Application
from decisions.selectors.holding import _open, has_failed, is_not_asked_again, is_to_concur, is_to_rule
from moves.services import declare_standing, record_duty
from moves.states import Duty
from notifications import messages
from notifications.models import Message
from notifications.notices import packed
from reviews.models import Declaration
from tests.decisions import files
from tests.files import another
from tests.mutants import proves
from work import clock
from work.texts import Text

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(cast, programme):
    return files.submitted_row(cast, programme)


@proves(is_to_rule)
def test_ruling_is_asked_on_the_last_declaration_of_that_person_in_that_file(cast, file):
    other = another(file)
    acts = {"acts": Text("évaluer", "score")}

    def asked(person, of=file, reader=cast.chair, **more):
        content = messages.RulingAsked(reference="x", person="Ana", **more)
        leads = {"url_args": ["x", str(person.public_id)], "application_id": of.pk, "recipient": reader}
        return is_to_rule(Message(kind=content.words.kind, context=packed(content), **leads))

    def declare(person, answer, of=file, **more):
        return Declaration.objects.create(application=of, user=person, answer=answer, **more)

    declare(cast.ana, "unsure"), declare(cast.ben, "unsure"), declare(cast.ben, "conflict")
    declare(cast.chloe, "unsure", of=other), declare(cast.dev, "unsure", ruled_by=cast.chair)
    declare(cast.screener, "none"), declare(cast.screener, "unsure")
    declare(cast.chloe, "none"), declare(cast.ana, "none", of=other)
    assert [asked(one) for one in (cast.ana, cast.ben, cast.chloe, cast.dev)] == [True, False, False, False]
    assert asked(cast.screener)
    assert not asked(cast.ana, reader=cast.endorser)  # the chair alone rules on a doubt
    record_duty(file.pk, by=cast.emily, duty=Duty.SCREEN)
    Application.objects.filter(pk=file.pk).update(state="eligible")
    declare_standing(file.pk, user=cast.emily, standing="unsure")
    doubt = declare(cast.emily, "unsure", touches="screen")
    assert asked(cast.emily, doubt=True, **acts)
    Declaration.objects.filter(pk=doubt.pk).update(ruled_by=cast.chair)
    assert (asked(cast.emily, doubt=True, **acts), asked(cast.emily, **acts)) == (False, True)
    assert asked(cast.emily, reader=cast.endorser, **acts)
    assert not asked(cast.emily, reader=cast.officer, **acts)
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
def test_concurrence_is_asked_and_asked_again_of_that_partner_in_the_last_decision_of_that_file(cast, programme, file):
    """Of who may give it: not of an officer of the partner who acted on the file since. A first decision's concurrence,
    issued before the file was contested, asks nothing again."""
    over, other, twice = another(file), another(file), another(file)
    asked = files.asked_row(files.decision_row(cast, programme, state="approved", file=file))
    void = files.asked_row(files.decision_row(cast, programme, state="draft", file=over), voided_at=clock.now())
    given = files.asked_row(files.decision_row(cast, programme, state="concurred", file=other), state="given")
    files.asked_row(files.decision_row(cast, programme, state="issued", file=twice), state="given")
    files.asked_row(files.decision_row(cast, programme, state="void", file=twice, number=2), voided_at=clock.now())

    def leads(one, reader=cast.concurrence):
        return is_to_concur(Message(url_args=[str(one.public_id)], recipient=reader))

    assert [leads(one) for one in (asked, void, given)] == [True, False, False]
    assert not leads(asked, cast.analyst)
    again = [
        is_not_asked_again(Message(application_id=one.pk, recipient=cast.concurrence))
        for one in (file, over, other, twice)
    ]
    assert again == [False, True, False, True]
    assert is_not_asked_again(Message(application_id=file.pk, recipient=cast.ana))
    record_duty(file.pk, by=cast.concurrence, duty=Duty.SCREEN)
    assert not leads(asked)
