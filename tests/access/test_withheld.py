"""What is withheld of one file from those who have a place in its programme and none in its chain, or whom it bars: the
lists, counts, numbers and refusals that other files make too stay what they were while it goes its way.
"""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from accounts.services import appoint_to_cluster
from applications.models import Application
from applications.services.submission import withdraw_application
from decisions import services as decisions
from decisions.models import Concurrence, Decision
from decisions.selectors import UNSHOWN
from funding.models import Envelope, PartnerSeat
from notifications.models import Message
from notifications.tasks import send_messages
from programs.models import Appointment
from programs.services.people import appoint
from reviews.services import declare_interests, recommend
from tests.access.test_told import COMPLETE, Story, undone
from tests.access.world import NOW, _person
from tests.reviews.files import eligible_file, reviewed_file
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
        decisions.send_back(open_decision(story.file), by=story.cast.approver, reason="Revoir.", edition=UNSHOWN)

    one = {answer: key for key, answer in answers().items()}
    assert set(one) == {(403, None)}
    file, at = story.file, story.at
    for acts in (
        [sent_back],
        [given],
        [given, sent_back],
        [given, lambda: decisions.issue(open_decision(story.file), by=story.cast.officer, edition=UNSHOWN)],
        [lambda: withdraw_application(story.file, by=story.cast.sophie, reason="Reporté.")],
    ):
        with undone():
            story.step(*acts)
            assert set(answers().values()) == {(403, None)}
        story.file, story.at = file, at


# -------------------------------------------------------------------- an auditor to whom the file is closed


@pytest.fixture
def auditor(story, programme):
    """Who reads the trail of the cluster, and declared a conflict in the file as soon as it was complete."""
    auditor = _person("verif@verif.example")
    with clock.at(datetime(2026, 9, 1, 14, tzinfo=UTC)):
        appoint_to_cluster(auditor, programme.cluster, by=story.cast.administrator, role="auditor")
    with clock.at(COMPLETE):
        declare_interests(story.file, by=auditor, answer="conflict", note="Un cousin.")
    return auditor


def trail_of_the_cluster(auditor):
    """Its lines, without the fingerprints of files that are open to whoever reads, and where its next page begins."""
    with clock.at(NOW):
        page = signed_in(auditor).get("/trail?lang=en").content.decode()
    rows = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL)]
    return [re.sub(r" [0-9a-f]{16}$", "", row) for row in rows], re.findall(r"before=[^\"&]+", page)


def test_barred_auditor_reads_the_same_trail_while_the_file_goes_its_way(story, auditor):
    """No undertaking that its reviewers sign as they accept, no money, no number."""
    before = trail_of_the_cluster(auditor)
    assert any("Envelope" in row for row in before[0])
    for road in (story.review(), story.decide("approved")):
        for stop, *acts in road:
            story.step(*acts)
            assert (stop, trail_of_the_cluster(auditor)) == (stop, before)


def test_barred_auditor_counts_no_money_of_the_file_by_what_another_file_s_left_in_the_same_chain(
    story, auditor, cast, programme
):
    """The other's reservation comes third in the envelope's chain, fourth or fifth: the number is told to whoever may
    read all of that chain."""
    other = reviewed_file(cast, programme, company="precision", requested=Decimal("30000.00"))
    envelope = Envelope.objects.filter(agreement__funding__program=programme).order_by("id").first()
    reviewed(story)

    def reserved_too():
        with clock.at(NOW - timedelta(days=1)):
            declare_interests(other, by=cast.chair, answer="none")
            recommend(
                Application.objects.get(pk=other.pk), by=cast.chair, outcome="approved", amount=Decimal("30000.00"),
                shares=[(envelope, Decimal("30000.00"))], reasons_fr="x", reasons_en="x", discussion="d",
            )  # fmt: skip

    def money(person):
        with clock.at(NOW):
            answer = signed_in(person).get(f"/files/{other.reference}/trail.csv?lang=en")
            lines = b"".join(answer.streaming_content).decode().splitlines()
        return [line for line in lines if "ledger." in line]

    told, numbers, file, at = [], [], story.file, story.at
    for steps in (0, 1, 3):
        with undone():
            for _stop, *acts in list(story.decide("approved"))[:steps]:
                story.step(*acts)
            reserved_too()
            told.append((money(auditor), trail_of_the_cluster(auditor)))
            numbers += [re.search(r"Envelope,(\d+),", line)[1] for line in money(cast.auditor)]
        story.file, story.at = file, at
    assert told[0] == told[1] == told[2]
    assert [len(lines) for lines, _trail in told] == [1, 1, 1]
    assert numbers == ["3", "4", "5"]


# ------------------------------------------------- an officer to whom the file is closed, who gives another


def test_reviewer_who_may_have_the_closed_file_is_answered_of_alike_whoever_has_it_and_whatever_became_of_it(
    story, cast, programme
):
    """Ana takes one file of the call. To whom the closed file is closed, it may be hers from the first day to its
    letter: she is not offered, and giving her another is refused, with the same words."""
    officer, other = _person("agente@agente.example"), eligible_file(cast, programme, company="precision")
    with clock.at(datetime(2026, 9, 1, 14, tzinfo=UTC)):
        appoint(officer, by=cast.administrator, role="officer", program=programme)
    with clock.at(story.at):
        declare_interests(story.file, by=officer, answer="conflict", note="Un cousin.")
        declare_interests(other, by=officer, answer="none")
    Appointment.objects.filter(user=cast.ana, role="reviewer").update(capacity=1)
    address = f"/files/{other.reference}/reviews"

    def answers():
        with undone(), clock.at(NOW - timedelta(days=1)):
            client = signed_in(officer)
            page = client.get(f"{address}?lang=en")
            act = client.post(f"{address}/assign?lang=en", {"reviewer": str(cast.ana.public_id)})
            said = re.search(r"Ana Tremblay:? (may already have as many files[^.]*?theirs)", words(act))
            return f'value="{cast.ana.public_id}"' in page.content.decode(), act.status_code, bool(said)

    before = answers()
    assert before == (False, 409, True)
    for road in (story.review(), story.decide("approved")):
        for stop, *acts in road:
            story.step(*acts)
            assert (stop, answers()) == (stop, before)
