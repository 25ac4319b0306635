"""What is withheld of one file from those who have a place in its programme and none in its chain, or whom it bars: the
lists, counts, numbers and refusals that other files make too stay what they were while it goes its way.
"""

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from applications.services.submission import withdraw_application
from decisions import services as decisions
from decisions.models import Concurrence, Decision
from funding.models import PartnerSeat
from notifications.models import Message
from notifications.tasks import send_messages
from reviews.services import declare_interests
from tests.access.test_told import COMPLETE, Story, undone
from tests.access.world import NOW, _person
from work import clock
from work.querysets import ATTEMPTS, set_aside


@pytest.fixture
def story(cast, programme):
    return Story(cast, programme)


def signed_in(person):
    client = Client(raise_request_exception=False)
    client.force_login(person)
    return client


def words(answer):
    """What a page says, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def open_decision(file):
    return Decision.objects.open().get(application=file)


def reviewed(story):
    for _stop, *acts in story.review():
        story.step(*acts)


def approved(story):
    """Up to the partner's turn."""
    reviewed(story)
    recommended, to_approve, _issued = story.decide("approved")
    story.step(*recommended[1:])
    story.step(*to_approve[1:])


# ------------------------------------------------- an administrator, who looks after the mail of every file


def service_page(story):
    with clock.at(story.at + timedelta(hours=5)):
        send_messages()
        return words(signed_in(story.cast.administrator).get("/service?lang=en"))


def test_administrator_reads_nowhere_whom_a_message_overtaken_of_the_chain_was_for(story):
    """Four of them, by the end: the endorser's, the approver's, the partner's and the officer's."""
    reviewed(story)
    turns = (story.cast.endorser, story.cast.approver, story.cast.concurrence, story.cast.officer)
    Message.objects.all().delete()
    for _stop, *acts in story.decide("approved"):
        story.step(*acts)
    said = service_page(story)
    overtaken = set_aside(Message.objects.filter(application_id=story.file.pk, recipient__in=turns))
    assert {one.recipient for one in overtaken} == set(turns)
    assert [one.email for one in turns if one.email in said] == []
    assert story.file.reference not in said


def test_administrator_reads_whom_a_message_that_failed_was_for_and_not_of_which_file(story):
    approved(story)
    asked = Message.objects.filter(application_id=story.file.pk, recipient=story.cast.concurrence)
    assert asked.update(attempts=ATTEMPTS, last_error="Refused: 550 no such user") == 1
    said = service_page(story)
    assert f"E-mail about a file for {story.cast.concurrence.email}" in said
    assert story.file.reference not in said


# -------------------------------------------------------- a concurrence officer to whom the file is closed


@pytest.fixture
def closed_to(story, programme):
    """Who sits for the partner and may not read the file: one by what they declared, one by a doubt, one who acts for
    its applicant."""
    partner = programme.agreements.get().partner
    people = [_person(f"{name}@{name}.example") for name in ("conflit", "doute", "membre")]
    for person in people:
        PartnerSeat.objects.create(user=person, partner=partner, role="concurrence", starts_on=date(2026, 1, 1))
    with clock.at(COMPLETE):
        for person, answer in zip(people, ("conflict", "unsure"), strict=False):
            declare_interests(story.file, by=person, answer=answer, note="Un cousin.")
        Membership.objects.create(user=people[2], organisation=story.file.organisation, role="member")
    return people


def test_concurrence_of_a_file_that_is_closed_has_one_answer_whatever_became_of_it(story, closed_to):
    approved(story)
    asked = Concurrence.objects.get(application=story.file)
    address = reverse("decision-concurrence", args=[asked.public_id])
    asks = [("GET", end, {}) for end in ("", "/interests", "/give", "/send-back")]
    asks += [("POST", "/give", {"note": "x"}), ("POST", "/send-back", {"reason": "x"}), ("POST", "/interests", {})]

    def answers():
        found = {}
        with clock.at(NOW):
            for person in closed_to:
                client = signed_in(person)
                for method, end, data in asks:
                    answer = getattr(client, method.lower())(address + end, data)
                    found[person.email, method, end] = answer.status_code, answer.headers.get("Location")
        return found

    def given():
        declare_interests(story.file, by=story.cast.concurrence, answer="none")
        decisions.concur(asked, by=story.cast.concurrence)

    def sent_back():
        decisions.send_back(open_decision(story.file), by=story.cast.approver, reason="Revoir.")

    one = {answer: key for key, answer in answers().items()}
    assert set(one) == {(403, None)}
    file, at = story.file, story.at
    for acts in (
        [sent_back],
        [given],
        [given, sent_back],
        [given, lambda: decisions.issue(open_decision(story.file), by=story.cast.officer)],
        [lambda: withdraw_application(story.file, by=story.cast.sophie, reason="Reporté.")],
    ):
        with undone():
            story.step(*acts)
            assert set(answers().values()) == {(403, None)}
        story.file, story.at = file, at
