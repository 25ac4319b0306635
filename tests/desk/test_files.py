"""The page of a file, the trail in words and verified, the search: who reads what, and that it is written down."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.postgres.search import SearchVector
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications import search as found_by_words
from applications.models import Application
from audit.models import Reading
from audit.services import erase_texts
from desk.selectors import file as file_page
from desk.selectors import matching
from desk.selectors.file import PAGE_OF_MOVE
from desk.selectors.trail import Filter, chronicle, whole_chronicle
from desk.views import files as desk_files
from desk.views.files import search
from moves.registry import declared
from moves.services import declare_standing
from programs.models import Appointment
from reviews.pages import FILE_REVIEWS, RECOMMEND
from reviews.services import declare_interests
from tests import files
from tests.cast import SET_UP
from tests.decisions.files import file_row, other_programme
from tests.mutants import proves
from tests.reviews.files import reviewed_file
from work import clock

NOW = datetime(2026, 10, 20, 15, tzinfo=UTC)


@pytest.fixture
def file(cast, programme, clock_at):
    reviewed = reviewed_file(cast, programme)
    clock_at(NOW)
    return reviewed


@pytest.fixture
def english(client):
    client.cookies["django_language"] = "en"
    return client


def get(client, user, name, *args, **query):
    client.force_login(user)
    return client.get(reverse(name, args=args), query)


def text(page):
    return page.content.decode()


# ------------------------------------------------------------------- the file


def test_file_shows_where_it_stands_who_did_what_and_what_happened(english, cast, file):
    page = get(english, cast.officer, "file-detail", file.reference)
    assert [step["state"] for step in page.context["bridge"]] == ["done", "done", "now", "later", "later", "later"]
    assert [one["who"] for one in page.context["duties"]] == [
        "Sophie Gauthier",
        "Hélène Savard",
        "Étienne Roy",
        "Ana Tremblay",
        "Ben Gagnon",
        "Dev Patel",
    ]
    told = [one["what"] for one in page.context["timeline"]]
    assert told[0] == "Review complete"
    assert told[-1] == "Draft started"
    assert "Answer written" not in told


def test_file_says_what_one_may_do_next_and_what_stands_in_the_way(english, cast, file):
    links = [step.link for step in file_page.next_steps(file, cast.chair)]
    assert links == [FILE_REVIEWS(file.number), RECOMMEND(file.number)]
    page = text(get(english, cast.chair, "file-detail", file.reference))
    assert reverse("review-declare", args=[file.reference]) in page
    assert file_page.next_steps(file, cast.auditor) == []


def test_earlier_act_on_the_file_is_said_before_the_click(english, cast, file, programme):
    from programs.services.people import appoint

    appoint(cast.ana, by=cast.administrator, role="chair", program=programme)
    page = text(get(english, cast.ana, "file-detail", file.reference))
    assert "You scored this file on October 5, 2026." in page.replace("\u00a0", " ")


def test_reading_a_file_is_written_down_once(client, cast, file):
    get(client, cast.officer, "file-detail", file.reference)
    read = Reading.objects.filter(application_id=file.pk, actor_id=cast.officer.pk)
    assert [one.what for one in read] == ["file"]


@pytest.mark.parametrize("who", ["sophie", "michel", "ana", "analyst", "administrator"])
def test_file_does_not_exist_for_who_has_no_role_on_it(client, cast, file, who):
    assert get(client, getattr(cast, who), "file-detail", file.reference).status_code == 404


def test_file_closes_to_who_declares_a_conflict(client, cast, file):
    declare_interests(file, by=cast.chair, answer="conflict", note="Ma sœur y travaille.")
    closed = get(client, cast.chair, "file-detail", file.reference)
    assert closed.status_code == 403
    assert "Vous êtes en conflit d’intérêts dans ce dossier." in closed.content.decode()
    assert file.organisation_name not in closed.content.decode()


def test_file_asks_the_same_whatever_happened_to_it(client, cast, programme, file):
    """Its panel, with the doubts and late conflicts of its people, adds a fixed number, however many they are."""
    other = files.submitted_file(cast, programme, company="precision", at=None)

    def asked(reference):
        with CaptureQueriesContext(connection) as queries:
            assert get(client, cast.auditor, "file-detail", reference).status_code == 200
        return len(queries)

    asked(other.reference)
    assert asked(file.reference) <= asked(other.reference) + 8


# ------------------------------------------------------------------- the trail


def test_trail_tells_the_file_from_the_first_draft_to_the_last_reading(english, cast, file):
    get(english, cast.officer, "file-detail", file.reference)
    lines = list(whole_chronicle(file))
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    assert lines[0].verb.startswith("application.")
    assert (lines[-1].is_reading, lines[-1].who) == (True, "Maude Bélanger")
    page = text(get(english, cast.auditor, "trail-file", file.reference))
    assert "The trail of this file is whole" in page
    assert "Draft started" in page


def test_pages_of_the_trail_hold_every_line_once(cast, file):
    seen, after = [], None
    while True:
        lines, after = chronicle(file, after=after, size=7)
        seen += [line.key for line in lines]
        if not after:
            break
    assert seen == [line.key for line in whole_chronicle(file)]
    assert len(set(seen)) == len(seen)


def test_altered_entry_is_said_on_the_page(english, cast, file):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE audit_entry SET verb = 'application.start' WHERE verb = 'application.submit'")
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    page = text(get(english, cast.auditor, "trail-file", file.reference))
    assert "The trail of this file was altered" in page
    assert "1 fault was found" in page


def test_words_erased_by_schedule_are_said_erased(english, cast, file):
    from audit.actors import CLOCK
    from audit.models import Erasable

    note = Erasable.objects.filter(entry__application_id=file.pk, entry__verb="application.attach_document")
    erase_texts(note, by=CLOCK, rule="documents-7-years")
    page = text(get(english, cast.auditor, "trail-file", file.reference))
    assert "The trail of this file is whole" in page
    assert "Words erased by schedule on October 20, 2026" in page.replace("\u00a0", " ")


@pytest.mark.parametrize("who", ["officer", "screener", "chair", "approver", "finance"])
def test_trail_is_the_auditors_alone(client, cast, file, who):
    for name in ("trail-file", "trail-file-csv"):
        assert get(client, getattr(cast, who), name, file.reference).status_code == 403
    assert get(client, getattr(cast, who), "trail-list").status_code == 403


TRAIL_HEADS = {
    "fr": "Quand (heure du Québec);Acte;Code de l’acte;Objet;Inscription;Qui;Tâche;Avant;Après;Motif;Ce qui est noté;"
    "Empreinte",
    "en": "When (Québec time),Act,Code of the act,Subject,Entry,Who,Duty,Before,After,Reason,What was "
    "noted,Fingerprint",
}


@pytest.mark.parametrize(
    ("language", "delimiter", "submitted"),
    [
        ("fr", ";", ["Demande déposée", "Demande", "brouillon", "déposée"]),
        ("en", ",", ["Application submitted", "Application", "draft", "submitted"]),
    ],
)
def test_trail_as_a_table_is_whole_and_of_the_reader_s_language(client, cast, file, language, delimiter, submitted):
    client.cookies["django_language"] = language
    content = get(client, cast.auditor, "trail-file-csv", file.reference).getvalue()
    assert content.startswith(b"\xef\xbb\xbf")
    head, *lines = csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=delimiter)
    assert head == TRAIL_HEADS[language].split(delimiter)
    assert len(lines) == len(list(whole_chronicle(file)))
    rows = [dict(zip(TRAIL_HEADS["en"].split(","), line, strict=True)) for line in lines]
    assert {"application.start", "application.submit", "read"} <= {row["Code of the act"] for row in rows}
    (sent,) = [row for row in rows if row["Code of the act"] == "application.submit"]
    assert [sent[name] for name in ("Act", "Subject", "Before", "After")] == submitted
    assert sent["When (Québec time)"] == clock.sortable(file.submitted_at, seconds=True)
    assert not [cell for row in rows for cell in row.values() if cell[:1] in ("=", "+", "@")]


def test_trail_is_searched_by_reference_person_act_and_day(cast, file, cluster):
    clusters = type(cluster).objects.filter(pk=cluster.pk)

    def verbs(**wanted):
        lines, _more = matching(clusters, Filter(**wanted), reader=cast.auditor)
        return [line.verb for line in lines]

    assert verbs(reference=file.reference, verb="application.submit") == ["application.submit"]
    assert set(verbs(person="sophie gauthier", verb="application.submit")) == {"application.submit"}
    assert verbs(person="personne de ce nom") == []
    assert verbs(reference="FE-2026-99999") == []
    assert set(verbs(reference=file.reference, first=datetime(2026, 10, 5, tzinfo=UTC))) >= {"assignment.submit"}
    assert verbs(first=datetime(2027, 1, 1, tzinfo=UTC)) == []


def test_another_cluster_s_auditor_finds_nothing(cast, file):
    from accounts.models import Cluster
    from accounts.services import found_cluster

    other = found_cluster(by=SET_UP, slug="optique", name_fr="Optique", name_en="Optics")
    lines, more = matching(Cluster.objects.filter(pk=other.pk), Filter(), reader=cast.auditor)
    assert [line.verb for line in lines] == ["cluster.found"]
    assert more is None


@pytest.mark.parametrize(
    "place", ["x", "1.2", "1.2.0", "e.5.1", "9999999999999.1.1", "1.9999999.1", "1.2.100001", "-1.2.3"]
)
def test_place_that_is_none_in_the_trail_is_not_found(client, cast, file, place):
    assert get(client, cast.auditor, "trail-file", file.reference, after=place).status_code == 404
    assert get(client, cast.auditor, "trail-list", before=place).status_code == 404


# ------------------------------------------------------------------- the search


NOT_SEEN = {
    "line 60: without the limit": "of what is typed",
    "without the limit": "what is read beyond a page is cut from it; of what is typed, all is the same but slower",
    "without `pk__in=[f.pk for f in rows]`": "it is asked of those alone that are shown",
}


def test_search_finds_words_without_their_accents(english, cast, file):
    page = get(english, cast.officer, "search", q="capacite usinage")
    assert [found.file.reference for found in page.context["found"]] == [file.reference]


def test_search_tells_a_company_what_it_was_told_and_the_staff_where_the_file_is(english, cast, file):
    Application.objects.filter(pk=file.pk).update(state="approved")
    said = {}
    for person in (cast.officer, cast.sophie):
        page = get(english, person, "search", q="capacite usinage")
        (found,) = page.context["found"]
        said[person] = (found.state, "approved" in page.content.decode())
    assert said == {cast.officer: ("approved", True), cast.sophie: ("being assessed", False)}


@proves(search, moot=NOT_SEEN)
def test_whole_reference_goes_to_the_file(client, cast, programme, precision, file):
    """To the page of the staff for who reads it as such: not for who works elsewhere."""
    there = other_programme(programme, elsewhere=True)
    file_row(cast, there, organisation=precision)
    Appointment.objects.create(user=cast.sophie, cluster=there.cluster, role="officer", starts_on=clock.today())
    staff, company = (get(client, user, "search", q=file.reference.lower()).url for user in (cast.officer, cast.sophie))
    assert staff == reverse("file-detail", args=[file.reference])
    assert company == reverse("application-detail", args=[file.public_id])


@proves(search, found_by_words.matching, moot=NOT_SEEN)
def test_search_finds_the_latest_submitted_first_as_many_as_a_page_holds(client, cast, programme, monkeypatch):
    """Each file by its words, neither drafts nor those one is barred from; the company reads its own."""
    monkeypatch.setattr(desk_files, "PAGE", 4)
    day = timedelta(days=1)

    def file(days, **fields):
        made = file_row(cast, programme, **{"title": "Turbine"} | fields)
        Application.objects.filter(pk=made.pk).update(submitted_at=None if fields.get("state") else NOW - days * day)
        return made

    second, fourth, first, third, same = file(3), file(9), file(1), file(4), file(9)
    draft = file(0, state="draft")
    barred = file(2)
    declare_standing(barred.pk, user=cast.officer, standing="conflict")
    aile = file(2, title="Aile")
    file_row(cast, other_programme(programme, elsewhere=True), title="Turbine")
    Application.objects.update(search=SearchVector("title", config="simple"))
    Application.objects.filter(pk=second.pk).update(title="Turbine")  # the last of its table

    def found(user, **query):
        return get(client, user, "search", **{"q": "turbine"} | query).context

    page = found(cast.officer)
    assert ([one.file for one in page["found"]], page["more"]) == ([first, second, third, same], True)
    assert {one.url for one in page["found"]} == {reverse("file-detail", args=[one.reference]) for one in
                                                   (first, second, third, same)}  # fmt: skip
    monkeypatch.setattr(desk_files, "PAGE", 5)
    page = found(cast.officer)
    assert ([one.file for one in page["found"]], page["more"]) == ([first, second, third, same, fourth], False)
    monkeypatch.setattr(desk_files, "PAGE", 9)
    own = found(cast.sophie)["found"]
    assert {one.file for one in own} >= {draft, barred, first}
    assert {one.url for one in own if one.file == first} == {reverse("application-detail", args=[first.public_id])}
    assert [one.file for one in found(cast.officer, q="—")["found"]][:2] == [first, aile]  # no word narrows nothing
    nothing = found(cast.officer, q=" ")
    assert (nothing["found"], nothing["asked"]) == ([], "")


@pytest.mark.parametrize("who", ["michel", "ana", "analyst"])
def test_search_finds_nothing_of_others(client, cast, file, who):
    page = get(client, getattr(cast, who), "search", q="usinage")
    assert page.context["found"] == []
    assert get(client, getattr(cast, who), "search", q=file.reference).status_code == 200


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", ["accessibility", "privacy", "home"])
def test_public_pages_open_in_both_languages(client, db, name, language):
    page = client.get(reverse(name), {"lang": language})
    assert page.status_code == 200
    assert f'lang="{language}-CA"' in text(page)


def test_every_move_that_a_person_makes_of_a_file_has_its_page():
    """But the applicant's, on their own pages, those whose service waits for its page, and what a ruling leads to."""
    applicants = {"submit", "take_back", "resubmit", "withdraw", "ask_reconsideration"}
    without_a_page = {"confirm", "reopen", "reopen_screening"}
    by_a_ruling = {"screen_again"}
    made_by_people = {name for name, step in declared(Application) if not step.terms.fired}
    led_to = {step.__name__ for step in PAGE_OF_MOVE if not step.terms.fired}
    assert made_by_people == led_to | applicants | without_a_page | by_a_ruling
    assert not led_to & (applicants | without_a_page | by_a_ruling)
