"""What waits of letters: for the company, and for the sweeps; one row of each kind, in and out, and in order."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.querysets import MembershipQuerySet
from audit.actors import CLOCK
from documents.models import Rendering
from documents.services import queue_rendering
from documents.states import RenderingKind
from letters.models import Dispatch, Letter
from letters.querysets import LetterQuerySet
from letters.selectors import (
    _unread,
    due_to_advance,
    due_to_presume,
    find_by_code,
    latest_letter,
    messages_of,
    status_of,
    taken_of,
    work_for,
)
from letters.states import LetterState
from letters.subjects import signatory_of
from notifications import messages
from notifications.services import queue_message
from tests.decisions import files
from tests.mutants import proves
from work.texts import Text

pytestmark = pytest.mark.django_db


def day(number):
    return files.DECIDED_AT + timedelta(days=number)


def letter(cast, programme, state="sent", *, at=files.DECIDED_AT, file=None, **more):
    return files.letter_row(file or files.file_row(cast, programme), state=state, at=at, **more)


# For the company


@proves(_unread, LetterQuerySet.latest_first)
def test_unread_letters_wait_for_the_company_the_latest_first(cast, programme, northwind):
    third, first, second = (letter(cast, programme, at=day(n)) for n in (1, 3, 3))
    presumed = letter(cast, programme, "served", at=day(0), served_at=day(9))  # and nobody has opened it
    letter(cast, programme, "served", at=day(5), served_at=day(5), read_at=day(5))
    for state in LetterState:
        if state not in ("sent", "served"):
            letter(cast, programme, state)
    letter(cast, programme, file=files.file_row(cast, programme, organisation=northwind))
    lines = work_for(cast.olivier)
    assert [line.link.args for line in lines] == [(one.public_id,) for one in (second, first, third, presumed)]
    assert [line.link.args for line in work_for(cast.olivier, limit=1)] == [(second.public_id,)]
    line = lines[0]
    assert (line.link.url_name, line.label, line.note, line.role, line.due) == (
        "decision-letter",
        f"{second.application.reference} · {files.TITLE}",
        "Usinage Gauthier inc.",
        "company",
        None,
    )
    assert (work_for(cast.officer), work_for(CLOCK)) == ([], [])


@proves(latest_letter, LetterQuerySet.latest_first)
def test_address_of_a_files_letter_leads_to_the_latest_that_was_sent_to_whom_it_was(cast, programme, client):
    application = files.file_row(cast, programme)
    _first, _third, found, _second = (letter(cast, programme, at=day(n), file=application) for n in (1, 3, 3, 2))
    letter(cast, programme, "failed", at=day(9), file=application, sent_at=day(9))
    letter(cast, programme, "sent", at=day(9))  # another file's
    client.force_login(cast.sophie)
    answer = client.get(reverse("decision-letter-of", args=[application.public_id]))
    assert answer.url == reverse("decision-letter", args=[found.public_id])
    for other in (cast.michel, cast.officer):
        client.force_login(other)
        assert client.get(reverse("decision-letter-of", args=[application.public_id])).status_code == 404


@proves(find_by_code, moot={"without the limit": "it keeps a long text out of the statement; no code is as long"})
@pytest.mark.parametrize("state", LetterState.values)
def test_code_is_found_of_a_letter_that_was_sent_and_no_other(cast, programme, state):
    one, _other = letter(cast, programme, state), letter(cast, programme)
    assert find_by_code(one.code) == (one if state in ("sent", "served") else None)


def test_status_is_the_word_and_the_colour_of_the_state(cast, programme):
    tag = status_of(letter(cast, programme, "failed"))
    assert (str(tag.text), tag.kind) == ("en échec", "bad")


# For the sweeps


@proves(due_to_presume)
def test_letters_to_presume_received_are_those_sent_and_not_served_the_earliest_first(cast, programme):
    third, first, second = (letter(cast, programme, at=day(n)) for n in (3, 1, 2))
    for state in LetterState:
        if state != LetterState.SENT:
            letter(cast, programme, state, sent_at=day(0))
    assert list(due_to_presume()) == [first, second, third]


def document(one, **more):
    rendering = queue_rendering(
        RenderingKind.LETTER, html="<p>", title="Lettre", language="fr", key=f"letter:{one.public_id}",
        application_id=one.application_id, brand="#000000",
    )  # fmt: skip
    Rendering.objects.filter(pk=rendering.pk).update(**more)
    Letter.objects.filter(pk=one.pk).update(rendering=rendering)
    return one


def message(one, person, **more):
    content = messages.Letter(reference="R", title="T", programme=Text("P", "P"))
    made = queue_message(content, to=person, key=f"letter:{one.public_id}:{person.public_id}")
    type(made).objects.filter(pk=made.pk).update(**more)
    Dispatch.objects.create(letter=one, person=person, message=made)
    return made


LOST = {"attempts": 3, "last_error": "no"}
GONE = {"attempts": 1, "sent_at": files.DECIDED_AT}


@proves(due_to_advance)
@pytest.mark.parametrize("state", LetterState.values)
def test_letters_to_advance_are_those_whose_document_or_messages_are_over(cast, programme, state):
    """Each letter's document and messages: made or given up, gone or lost or under way; nothing of another's counts."""
    documents = {"made": {"done_at": files.DECIDED_AT}, "lost": LOST, "waits": {}}
    sendings = {"none": (), "waits": ({},), "lost": (LOST,), "gone": (GONE,), "one waits": (LOST, {}),
                "one gone": (GONE, {}), "both lost": (LOST, LOST)}  # fmt: skip
    known = {}
    for name, more in documents.items():
        known[document(letter(cast, programme, state), **more).pk] = f"document {name}"
    for name, each in sendings.items():
        one = letter(cast, programme, state)
        for person, more in zip((cast.sophie, cast.olivier), each, strict=False):
            message(one, person, **more)
        known[one.pk] = f"messages {name}"
    found = {known[one.pk] for one in due_to_advance()}
    leaving = {"messages none", "messages lost", "messages gone", "messages one gone", "messages both lost"}
    expected = {
        "queued": {"document made", "document lost"},
        "rendered": leaving | {f"document {name}" for name in documents},  # they have no message: nobody to send to
        "signed": leaving | {f"document {name}" for name in documents},
    }
    assert found == expected.get(state, set())
    assert [one.pk for one in due_to_advance()] == sorted(one.pk for one in due_to_advance())


@proves(messages_of, taken_of)
def test_messages_of_a_letter_are_its_own_one_a_person(cast, programme):
    one, other = letter(cast, programme), letter(cast, programme)
    taken, waits, lost = message(one, cast.sophie, **GONE), message(one, cast.olivier), message(one, cast.emily, **LOST)
    message(other, cast.sophie, **GONE)
    assert set(messages_of(one)) == {taken, waits, lost}
    assert list(taken_of(one)) == [taken]


# What it says


@proves(signatory_of, MembershipQuerySet.signing)
def test_signatory_is_who_signed_last_else_who_signs_for_the_company_since_longest(cast, programme, usinage):
    application = files.file_row(cast, programme)
    usinage.memberships.all().delete()
    assert signatory_of(application) == ""
    usinage.memberships.create(user=cast.olivier, role="member")
    User.objects.filter(pk=cast.ben.pk).update(is_active=False)
    usinage.memberships.create(user=cast.ben, role="signatory")
    for person in (cast.sophie, cast.emily):
        usinage.memberships.create(user=person, role="signatory")
    assert signatory_of(application) == "Sophie Gauthier"

    def sent(number, name, **more):
        return application.snapshots.create(
            number=number, canonical="{}", digest="0" * 64, form_version=1, signed_name=name, by=cast.sophie, **more
        )

    sent(3, "Ariane Roy", superseded_at=files.AT)  # taken back
    assert signatory_of(application) == "Sophie Gauthier"
    sent(2, "Camille Roy"), sent(1, "Dominique Roy", superseded_at=files.AT)
    assert signatory_of(application) == "Camille Roy"
    application.snapshots.filter(number=2).update(signed_name="")
    assert signatory_of(application) == "Sophie Gauthier"
