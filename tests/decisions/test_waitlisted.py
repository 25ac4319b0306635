"""A file on the waiting list: its letter, its pages and the ranking say with which files it is compared."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from applications.models import Application
from applications.selectors.cohorts import GoesOn, cohort_it_competes_in, competition_of, goes_on_to
from decisions.subjects import subject_of
from letters import fields
from programs.models import Accommodation
from tests.decisions import files
from tests.files import another, with_rules
from tests.mutants import proves
from work import clock

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 letter"
SEPTEMBER = datetime(2026, 9, 30, 21, tzinfo=UTC)
JANUARY = datetime(2027, 1, 31, 22, tzinfo=UTC)
MAY = datetime(2027, 5, 31, 21, tzinfo=UTC)
LAST = datetime(2028, 9, 30, 21, tzinfo=UTC)
GRACE = timedelta(minutes=15)
TICK = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def no_pdf(monkeypatch):
    monkeypatch.setattr("documents.services.render_pdf", lambda *a, **k: PDF)


@pytest.fixture
def pages(client, cast):
    """What the company, the officer and the chair read of a file at an instant: its page, the file, the ranking."""

    def read(file, at):
        with clock.at(at):
            found = []
            for person, name, key in (
                (cast.sophie, "application-detail", file.public_id),
                (cast.officer, "file-detail", file.reference),
                (cast.chair, "review-ranking", file.call.public_id),
            ):
                client.force_login(person)
                asked = {}
                if name == "review-ranking":
                    asked["cohort"] = clock.day_of(cohort_it_competes_in(Application.objects.get(pk=file.pk)))
                page = client.get(reverse(name, args=[key]), asked).content.decode()
                found.append(page.replace("\xa0", " "))
        return found

    return read


def closing_said(decision):
    return fields.values_of(subject_of(decision), ["next_closing"], "fr")["next_closing"].replace("\xa0", " ")


def test_letter_pages_and_ranking_of_a_waitlisted_file_name_one_cohort(cast, programme, pages):
    decision = files.issued(cast, programme, outcome="waitlisted")
    file = decision.application
    another(file, state="in_review", cohort_closes_at=JANUARY)
    company, officer, chair = pages(file, files.DECIDED_AT)
    assert "liste d’attente" not in company  # its letter has not left
    assert "31 janvier 2027" not in company
    assert "Sur la liste d’attente : il passe à la cohorte du 31 janvier 2027 dès que celle-ci est close." in officer
    assert "passe à la cohorte du 31 janvier 2027 dès que celle-ci est close" in chair

    with clock.at(files.DECIDED_AT):
        files.send(decision)
    assert closing_said(decision) == "31 janvier 2027"
    company, officer, chair = pages(file, JANUARY + GRACE - TICK)
    assert (
        "Votre demande est sur la liste d’attente. Elle sera classée de nouveau avec les dossiers de la cohorte "
        "suivante, dont la clôture est le 31 janvier 2027."
    ) in company
    assert "passe à la cohorte du 31 janvier 2027 dès que celle-ci est close" in officer
    assert "passe à la cohorte du 31 janvier 2027 dès que celle-ci est close" in chair

    company, officer, chair = pages(file, JANUARY + GRACE)
    assert "Elle est classée de nouveau avec les dossiers de la cohorte du 31 janvier 2027." in company
    assert "Sur la liste d’attente : il concourt avec la cohorte du 31 janvier 2027." in officer
    assert "vient de la cohorte du 30 septembre 2026" in chair
    assert "dès que celle-ci est close" not in chair
    assert closing_said(decision) == "31 janvier 2027"  # its letter says what it said


def test_letter_that_leaves_once_the_next_cohort_has_closed_names_that_one(cast, programme):
    """It competes there already, not with the one after."""
    decision = files.endorsed(cast, programme, outcome="waitlisted")
    another(decision.application, state="in_review", cohort_closes_at=JANUARY)
    with clock.at(JANUARY + GRACE):
        assert closing_said(decision) == "31 janvier 2027"
    decision.kind = "declined"
    with clock.at(JANUARY + GRACE):
        assert closing_said(decision) == "31 mai 2027"  # where a new application would go


@pytest.mark.parametrize("kind", ["waitlisted", "approved"])
def test_company_whose_file_does_not_go_on_is_told_so(cast, programme, pages, kind):
    """Where the rules keep it in its cohort; and one that does not wait is told nothing of it."""
    decision = files.issued(cast, programme, outcome=kind)
    with clock.at(files.DECIDED_AT):
        files.send(decision)
    with_rules(decision.application.call, ranking={"waitlist_to_next_cohort": False})
    company, officer, chair = pages(decision.application, files.DECIDED_AT)
    said = "Elle n’est pas classée de nouveau avec les dossiers d’une cohorte ultérieure."
    assert (said in company) == (kind == "waitlisted")
    assert ("La suite" in company) == (kind == "waitlisted")
    assert "Sur la liste d’attente" not in officer
    assert "dès que celle-ci est close" not in chair


def test_file_taken_up_again_keeps_the_cohort_where_it_went_on_to(cast, programme):
    """Recommended, then sent back to the panel: it is not of September again. Its letter told that it waits."""
    file = files.file_row(cast, programme)
    Application.objects.filter(pk=file.pk).update(cohort_closes_at=SEPTEMBER)
    another(file, state="in_review", cohort_closes_at=JANUARY)
    for state, last_told, cohort in (
        ("reviewed", "", SEPTEMBER),
        ("waitlisted", "", JANUARY),
        ("recommended", "waitlisted", JANUARY),
        ("reviewed", "waitlisted", JANUARY),
        ("reviewed", "in_reconsideration", SEPTEMBER),
    ):
        Application.objects.filter(pk=file.pk).update(state=state, last_told=last_told)
        row = Application.objects.get(pk=file.pk)
        with clock.at(JANUARY + GRACE):
            assert cohort_it_competes_in(row) == cohort
            competes = competition_of(row.call).competing_in(cohort)
            assert Application.objects.filter(competes, pk=file.pk).exists()


@proves(goes_on_to)
def test_waiting_file_goes_on_to_the_next_cohort_that_closes_and_joins_it_then(cast, programme):
    file = files.file_row(cast, programme)
    call = with_rules(file.call, ranking={"within_cohort": True, "waitlist_to_next_cohort": True})

    def found(at, own=SEPTEMBER):
        row = Application.objects.get(pk=file.pk)
        row.cohort_closes_at, row.call = own, call
        with clock.at(at):
            now = goes_on_to(row)
        assert goes_on_to(row, at=at) == now
        return now

    assert found(SEPTEMBER - TICK) == GoesOn(JANUARY, joined=False)  # its own is not over
    assert found(JANUARY + GRACE - TICK) == GoesOn(JANUARY, joined=False)
    assert found(JANUARY + GRACE) == GoesOn(MAY, joined=False)  # nobody came in January
    another(file, state="submitted", cohort_closes_at=JANUARY)
    assert found(JANUARY + GRACE - TICK) == GoesOn(JANUARY, joined=False)
    assert found(JANUARY + GRACE) == GoesOn(JANUARY, joined=True)
    assert found(MAY + GRACE, own=JANUARY) == GoesOn(datetime(2027, 9, 30, 21, tzinfo=UTC), joined=False)
    assert found(JANUARY, own=None) is None
    assert found(LAST, own=LAST) is None
    last_but_one = datetime(2028, 5, 31, 21, tzinfo=UTC)
    assert found(LAST + GRACE - TICK, own=last_but_one) == GoesOn(LAST, joined=False)
    assert found(LAST + GRACE, own=last_but_one) is None
    Accommodation.objects.create(call=call, organisation=file.organisation, closes_at=LAST + timedelta(days=1))
    assert found(LAST + GRACE, own=last_but_one) == GoesOn(LAST, joined=False)  # somebody has more time
    with_rules(call, ranking={"waitlist_to_next_cohort": False})
    assert found(JANUARY + GRACE) is None
