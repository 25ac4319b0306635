"""A file that stays incomplete after its cohort closed waits for the next one, where the rules say so."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from applications.models import Application
from applications.rules import Change
from applications.selectors.people import people_of
from applications.selectors.progress import next_steps
from applications.services.changes import chase_requests, request_changes
from applications.services.cohorts import move_incomplete_files
from applications.states import ChangeWhy
from audit.actors import CLOCK
from audit.models import Entry
from notifications.models import Message
from notifications.notices import write
from tests.decisions.files import submitted_row
from tests.files import AT, another, submitted_file, with_rules
from tests.mutants import proves
from work import clock

FIRST = datetime(2026, 9, 30, 21, tzinfo=UTC)
SECOND = datetime(2027, 1, 31, 22, tzinfo=UTC)
LAST = datetime(2028, 9, 30, 21, tzinfo=UTC)
AFTER = clock.end_of(clock.day_of(FIRST) + timedelta(days=20))
TICK = timedelta(microseconds=1)
# Each is asked again of the file itself, once it is locked: here it spares the lock.
AGAIN = dict.fromkeys(
    ("without `state", "without `cohort_closes_at__lt", "`__lte` for `__lt`", "without `if next_cohort_of"),
    "asked again of the file itself",
)


def told():
    return Message.objects.filter(kind="next_cohort")


@proves(move_incomplete_files, moot=AGAIN)
def test_file_still_incomplete_moves_to_the_next_cohort(cast, programme):
    """Twenty days after: one that awaits its changes, of a cohort that has a next one."""
    row = submitted_row(cast, programme)
    files = {
        "incomplete": another(row, state="changes_requested", cohort_closes_at=FIRST),
        "of the next": another(row, state="changes_requested", cohort_closes_at=SECOND),
        "of the last": another(row, state="changes_requested", cohort_closes_at=LAST),
        "not looked at": another(row, state="submitted", cohort_closes_at=FIRST),
        "eligible": another(row, state="eligible", cohort_closes_at=FIRST),
    }

    def moved(at):
        before = {name: Application.objects.get(pk=file.pk).cohort_closes_at for name, file in files.items()}
        with clock.at(at):
            count = move_incomplete_files(by=CLOCK)
        after = {name: Application.objects.get(pk=file.pk).cohort_closes_at for name, file in files.items()}
        found = {name: at for name, at in after.items() if at != before[name]}
        assert count == len(found)
        return found

    assert moved(AFTER) == {}
    assert moved(AFTER + TICK) == {"incomplete": SECOND}
    assert moved(AFTER + TICK) == {}
    entry = Entry.objects.get(verb="application.next_cohort")
    assert (entry.application_id, entry.given["to"]) == (files["incomplete"].pk, SECOND.isoformat())
    assert {(one.recipient, one.application_id) for one in told()} == {
        (person, files["incomplete"].pk) for person in people_of(row)
    }
    assert len(told()) == people_of(row).count()
    third = datetime(2027, 5, 31, 21, tzinfo=UTC)
    assert moved(clock.end_of(clock.day_of(SECOND) + timedelta(days=20)) + TICK) == {
        "incomplete": third, "of the next": third,
    }  # fmt: skip
    assert told().count() == 3 * people_of(row).count()  # once each time, to each
    assert "of the last" not in moved(LAST + timedelta(days=400))


def test_file_moves_however_many_stay_before_it(cast, programme):
    """Those of a call that moves none, or that are not late yet, keep nobody from their turn."""
    row = submitted_row(cast, programme)
    for _n in range(3):
        another(row, state="changes_requested", cohort_closes_at=SECOND)
    late = another(row, state="changes_requested", cohort_closes_at=FIRST)
    with clock.at(SECOND + TICK):
        assert move_incomplete_files(by=CLOCK) == 1
    assert Application.objects.get(pk=late.pk).cohort_closes_at == SECOND


@pytest.mark.parametrize("promise", [{"days": 45, "kind": "calendar", "from": "closing"}, None])
def test_file_stays_where_the_rules_move_none(cast, programme, promise):
    row = submitted_row(cast, programme)
    with_rules(row.call, service={"decide": promise})
    another(row, state="changes_requested", cohort_closes_at=FIRST)
    with clock.at(AFTER + timedelta(days=90)):
        assert move_incomplete_files(by=CLOCK) == 0


def test_applicant_is_told_of_the_closings_and_of_what_is_still_asked_in_its_language(cast, programme):
    row = submitted_row(cast, programme)
    another(row, state="changes_requested", cohort_closes_at=FIRST)
    with clock.at(AFTER + TICK):
        move_incomplete_files(by=CLOCK)
    message = told().get(recipient=cast.sophie)
    mail = write(message)
    assert mail.subject.endswith("passe à la cohorte suivante")
    for said in (
        "30 septembre 2026",
        "31 janvier 2027",
        "Si vous n’avez pas encore envoyé les corrections, envoyez-les",
    ):
        assert said in mail.body.replace("\xa0", " ")
    message.language = "en"
    assert "September 30, 2026" in write(message).body.replace("\xa0", " ")
    assert message.url.endswith(reverse("application-changes", args=message.url_args))


@pytest.fixture
def asked(cast, programme):
    """Asked on 8 October to answer by the 28th; incomplete files of 30 September move after the 20th."""
    file = submitted_file(cast, programme)
    with clock.at(clock.local(date(2026, 10, 8), 10)):
        item = Change("method", ChangeWhy.INCOMPLETE, "Nommez la personne qui mène chaque étape.")
        request_changes(file, by=cast.officer, items=[item], due=clock.end_of(date(2026, 10, 28)))
    return file


def read(client, person, name, key):
    client.force_login(person)
    answer = client.get(reverse(name, args=[key]))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().replace("\xa0", " ").split())


OF_APPLICANT = "Pour qu’elle y reste, envoyez les corrections au plus tard le 20 octobre 2026"
OF_OFFICER = "Si ses corrections sont encore attendues après le 20 octobre 2026"


def test_applicant_is_told_by_when_to_answer_to_stay_in_its_cohort_then_in_which_it_is(cast, asked, client):
    mail = write(Message.objects.get(kind="changes_requested", recipient=cast.sophie))
    assert "envoyez vos corrections au plus tard le 20 octobre 2026" in mail.body.replace("\xa0", " ")
    pages = ("application-detail", "application-changes")
    with clock.at(clock.local(date(2026, 10, 20), 12)):
        for name in pages:
            page = read(client, cast.sophie, name, asked.public_id)
            assert "Votre demande est dans la cohorte du 30 septembre 2026." in page
            assert OF_APPLICANT in page
            assert "dont la clôture est le 31 janvier 2027" in page
    with clock.at(clock.local(date(2026, 10, 21), 1)):
        assert OF_APPLICANT not in read(client, cast.sophie, "application-detail", asked.public_id)
        move_incomplete_files(by=CLOCK)
        for name in pages:
            page = read(client, cast.sophie, name, asked.public_id)
            assert "Votre demande est dans la cohorte du 31 janvier 2027." in page


def test_officer_who_asks_for_changes_reads_by_when_the_cohort_is_lost(cast, programme, asked, client):
    other = submitted_file(cast, programme, company="precision")
    with clock.at(clock.local(date(2026, 10, 20), 12)):
        assert OF_OFFICER in read(client, cast.officer, "file-changes-ask", other.reference)
        for name in ("file-changes", "file-changes-extend"):
            assert OF_OFFICER in read(client, cast.officer, name, asked.reference)
    with clock.at(clock.local(date(2026, 10, 21), 1)):
        page = read(client, cast.officer, "file-changes-ask", other.reference)
        assert "celui-ci passera donc à la cohorte suivante, dont la clôture est le 31 janvier 2027" in page


def test_nothing_is_said_of_a_cohort_that_is_not_lost(cast, programme, asked, client):
    with_rules(asked.call, service={"decide": {"days": 45, "kind": "calendar", "from": "closing"}})
    with clock.at(clock.local(date(2026, 10, 9), 12)):
        assert OF_APPLICANT not in read(client, cast.sophie, "application-changes", asked.public_id)
        assert OF_OFFICER not in read(client, cast.officer, "file-changes", asked.reference)


def test_applicant_who_must_answer_before_the_cohort_is_lost_hears_of_that_day_alone_until_it_is_past(
    cast, programme, client
):
    """Asked on 8 October to answer by the 14th; the file moves after the 20th. Nothing else is said until the 14th is
    past: then the file still stays in its cohort if they come."""
    file = submitted_file(cast, programme)
    with clock.at(clock.local(date(2026, 10, 8), 10)):
        item = Change("method", ChangeWhy.INCOMPLETE, "Nommez la personne qui mène chaque étape.")
        request_changes(file, by=cast.officer, items=[item], due=clock.end_of(date(2026, 10, 14)))
    body = write(Message.objects.get(kind="changes_requested", recipient=cast.sophie)).body.replace("\xa0", " ")
    assert "Répondez au plus tard le 14 octobre 2026" in body
    assert "20 octobre" not in body
    for day, said in ((14, False), (15, True), (20, True), (21, False)):
        with clock.at(clock.local(date(2026, 10, day), 12)):
            page = read(client, cast.sophie, "application-changes", file.public_id)
            assert "Votre demande est dans la cohorte du 30 septembre 2026." in page
            assert (OF_APPLICANT in page) is said, day


@pytest.mark.parametrize(
    ("due", "reminded", "says"),
    [(date(2026, 10, 21), date(2026, 10, 19), True), (date(2026, 10, 24), date(2026, 10, 22), False)],
)
def test_reminder_repeats_by_when_to_answer_to_stay_in_the_cohort_until_that_is_over(
    cast, programme, due, reminded, says
):
    file = submitted_file(cast, programme)
    with clock.at(clock.local(date(2026, 10, 8), 10)):
        item = Change("method", ChangeWhy.INCOMPLETE, "Nommez la personne qui mène chaque étape.")
        request_changes(file, by=cast.officer, items=[item], due=clock.end_of(due))
    with clock.at(clock.local(reminded, 10)):
        chase_requests(by=CLOCK)
    said = [
        write(Message.objects.get(kind=kind, recipient=cast.sophie)).body.replace("\xa0", " ")
        for kind in ("changes_requested", "changes_reminder")
    ]
    stays = "envoyez vos corrections au plus tard le 20 octobre 2026"
    assert [stays in body for body in said] == [True, says]
    assert ["31 janvier 2027" in body for body in said] == [True, says]


@pytest.mark.parametrize(
    ("within", "said"),
    [
        (True, "Its cohort closes on September 30, 2026 at 5 pm; all its files are then compared."),
        (False, "Its cohort closes on September 30, 2026 at 5 pm."),
    ],
)
def test_files_are_said_to_be_compared_once_their_cohort_is_closed_only_where_they_are(cast, programme, within, said):
    row = submitted_row(cast, programme)
    with_rules(row.call, ranking={"within_cohort": within})
    with clock.at(AT), override("en"):
        (step,) = [one for one in next_steps(Application.objects.get(pk=row.pk)) if "Its cohort" in one]
    assert step.replace("\xa0", " ") == said
