"""The officer's pages: the list at one file and at many, what each person may open, and the whole way of a file."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import override

from accounts.models import ClusterAppointment
from applications.constants import ORDERS
from applications.findings import checklist_of
from applications.models import Application, Finding
from applications.rules import Change
from applications.selectors import in_order, pages
from applications.selectors.answers import form_of
from applications.selectors.pages import Pages, counted
from applications.selectors.screening import edition_of
from applications.services.changes import cancel_request, request_changes, resubmit_application
from applications.services.drafts import attach_document, remove_document, save_answer
from applications.services.screening import find_ineligible, mark_finding
from applications.services.submission import withdraw_application
from applications.states import ChangeWhy
from audit.models import Reading
from demo import papers
from moves.services import declare_standing
from programs.models import Appointment
from programs.services.calls import cancel_call
from tests.files import AT, submitted_file
from tests.mutants import proves
from work import clock

NOW = AT + timedelta(days=3)


@pytest.fixture(autouse=True)
def now(clock_at):
    clock_at(NOW)


@pytest.fixture
def file(cast, programme):
    return submitted_file(cast, programme)


@pytest.fixture
def page(cast):
    """`page("officer", "file-list", query="…")`: the answer, as that person of the cast sees it in English. What is
    posted to a checklist says, unless it is said otherwise, that it was read as it is."""

    def get(person, name, *args, query="", post=None):
        client = Client(headers={"accept-language": "en"})
        if person:
            client.force_login(getattr(cast, person))
        client.cookies["django_language"] = "en"
        url = reverse(name, args=args) + query
        if post is not None and name.startswith(("file-screening", "file-find")):
            post = {"edition": edition_of(Application.objects.get(reference=args[0]))} | post
        return client.post(url, post) if post is not None else client.get(url)

    return get


def copies(file, count):
    """More files as rows, for the lists: the same as `file` but for the number and the due instant."""
    made = []
    for n in range(count):
        row = Application.objects.get(pk=file.pk)
        row.pk, row.public_id = None, Application._meta.get_field("public_id").get_default()
        row.reference = f"FE-2026-{n + 90000:05d}"
        row.due = file.due + timedelta(hours=n) if n % 3 else None
        row.submitted_at = file.submitted_at + timedelta(minutes=n)
        row._state.adding = True
        made.append(row)
    return Application.objects.bulk_create(made)


def test_list_has_the_same_number_of_queries_at_one_file_and_at_many(file, page, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count(query=""):
        with CaptureQueriesContext(
            connection,
        ) as made:
            assert page("officer", "file-list", query=query).status_code == 200
        return len(made)

    one, found = count(), count("?q=capacit%C3%A9&sort=recent")
    copies(file, 70)
    assert (count(), count("?q=capacit%C3%A9&sort=recent")) == (one, found)


@proves(Pages._take, Pages._after, counted, moot={
    "without `Q(**{f'{column}__{beyond}e': value})`": "the next condition says it again; the index reads this one",
    "without the limit": "what is read beyond a page is cut from it", "`missing > 0`": "then nothing is taken",
    "only `Q(**{f'id__{beyond}': row.pk})`": "so says the condition before it",
        "without `by`": "a file of the timed part has a due date, and the other part is without a column",
})  # fmt: skip
@pytest.mark.parametrize("sort", ORDERS)
def test_pages_lead_through_every_file_once_and_back_though_many_have_the_same_instant(file, sort, monkeypatch):
    """As due dates do: each is the end of a day. Whatever is read of the table before, the order is theirs."""
    made = copies(file, 11)
    same = {"due": made[5].due, "submitted_at": made[5].submitted_at}
    Application.objects.filter(pk__in=[made[n].pk for n in (7, 4, 2, 1, 5)]).update(**same)
    file.save()  # the last of its table
    timed, untimed = [file, *(made[n] for n in (1, 2, 4, 5, 7, 8, 10))], [made[n] for n in (0, 3, 6, 9)]
    latest = [*(made[n] for n in (10, 9, 8, 6, 7, 5, 4, 2, 1, 3, 0)), file]
    expected = [one.reference for one in ([*timed, *untimed] if sort == "due" else latest)]
    files = Application.objects.exclude(state="draft")
    assert [one.reference for one in in_order(files, sort)] == expected  # as the list that is made into a file

    def led(size, way, marked=None):
        """The pages from `marked` on, until there is none: at most as many as there are files."""
        for _n in expected:
            found = Pages(files, sort, known=files, size=size, **{way: marked})
            yield [row.reference for row in found.rows]
            marked = {"after": found.next, "before": found.previous}[way]
            if not marked:
                return

    for size in (3, 5):
        there = list(led(size, "after"))
        assert [one for page in there for one in page] == expected
        back = list(led(size, "before", there[-1][0]))
        assert [*back[::-1], there[-1]] == there
    for most, told in ((11, (11, True)), (12, (12, False))):
        monkeypatch.setattr(pages, "COUNTED", most)
        assert counted(files) == told


def test_list_filters_search_and_marks(file, page, programme):
    late, soon, *_ = copies(file, 4)
    Application.objects.filter(pk=late.pk).update(due=NOW - timedelta(days=1))
    Application.objects.filter(pk=soon.pk).update(due=NOW + timedelta(days=2))

    def listed(query):
        answer = page("officer", "file-list", query=query)
        return [line["file"].reference for line in answer.context["files"]]

    assert listed("?due=late") == [late.reference]
    assert listed("?due=soon") == [soon.reference]
    assert listed("?state=eligible") == []
    assert file.reference in listed("?q=planifier+capacite")
    assert listed("?q=zzzz") == []
    assert listed(f"?call={file.call.public_id}&state=submitted&due=late") == [late.reference]
    body = page("officer", "file-list").content.decode()
    assert "row-late" in body
    assert "due soon" in body


def test_list_records_each_reading_and_keeps_out_whom_a_conflict_bars(file, page, cast):
    page("officer", "file-list")
    assert Reading.objects.of_file(file.pk).filter(what="list", actor_id=cast.officer.pk).count() == 1
    declare_standing(file.pk, user=cast.officer, standing="conflict")
    assert page("officer", "file-list").context["files"] == []
    assert page("officer", "file-list", query=f"?after={file.reference}").status_code == 404  # as one that never was
    assert page("officer", "file-answers", file.reference).status_code == 403


def test_list_as_csv_never_starts_a_formula(file, page):
    Application.objects.filter(pk=file.pk).update(title="=cmd()")
    body = page("officer", "file-list-csv").content.decode("utf-8-sig")
    assert "'=cmd()" in body
    assert len(body.splitlines()) == 2


PAGES = ("file-answers", "file-screening", "file-changes")
STAFF = ("officer", "screener", "chair", "endorser", "approver", "auditor", "finance")


@pytest.mark.parametrize("name", PAGES)
def test_a_file_is_for_its_staff_alone(file, page, name):
    for person in STAFF:
        assert page(person, name, file.reference).status_code == 200, person
    for person in ("ana", "sophie", "michel", "analyst", "administrator"):
        assert page(person, name, file.reference).status_code == 404, person
    assert page(None, name, file.reference).status_code == 302
    assert page("officer", name, "FE-2026-99999").status_code == 404


def test_the_list_is_for_the_staff_alone(file, page):
    assert [page(person, "file-list").status_code for person in STAFF] == [200] * len(STAFF)
    assert {page(person, "file-list").status_code for person in ("ana", "sophie", "analyst")} == {403}


def test_answers_are_those_submitted_and_the_reading_is_recorded(file, page, cast):
    body = page("screener", "file-answers", file.reference).content.decode()
    assert "Livrer à temps" in body
    assert file.snapshots.get().digest in body
    assert Reading.objects.filter(application_id=file.pk, what="answers").count() == 1
    document = file.documents.order_by("pk").first()
    answer = page("screener", "file-document", file.reference, document.public_id)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    other = page("sophie", "file-document", file.reference, document.public_id)
    assert other.status_code == 404


def test_document_is_opened_once_it_was_submitted_and_still_is_when_it_was_replaced(file, page, cast):
    first = file.documents.order_by("pk").first()
    item = Change(first.question, ChangeWhy.OUTDATED, "Joignez celui de cette année.")
    request_changes(file, by=cast.officer, items=[item], due=NOW + timedelta(days=5))
    fresh = Application.objects.get(pk=file.pk)
    remove_document(first, by=cast.sophie)
    second = attach_document(fresh, first.question, papers.pdf("Plan", name="autre.pdf"), by=cast.sophie)

    def opened():
        found = [page("officer", "file-document", file.reference, one.public_id) for one in (first, second)]
        return [one.status_code for one in found]

    assert opened() == [200, 404]
    resubmit_application(fresh, by=cast.sophie)
    assert opened() == [200, 200]


def test_submissions_and_requests_are_listed_the_latest_first_to_the_staff_and_the_applicant(file, page, cast):
    """The latest submission is the one whose answers are shown, unless another is asked for."""
    first = file.snapshots.get()
    kept = {"canonical": first.canonical, "digest": first.digest, "form_version": 1, "by": first.by}
    for number in (3, 2):
        file.snapshots.create(number=number, signed_name=f"N{number}", superseded_at=NOW, **kept)
    asked = [file.change_requests.create(by=cast.officer, due=NOW, cancelled_at=NOW) for _n in range(3)]
    first.save(), asked[0].save()  # the last of their tables
    shown = page("officer", "file-answers", file.reference).context
    assert ([one.number for one in shown["snapshots"]], shown["snapshot"].number) == ([3, 2, 1], 3)
    assert page("officer", "file-answers", file.reference, query="?version=2").context["snapshot"].number == 2
    assert page("officer", "file-answers", file.reference, query="?version=4").status_code == 404
    own = page("sophie", "application-detail", file.public_id).context["snapshots"]
    assert [one.number for one in own] == [3, 2, 1]
    listed = page("officer", "file-changes", file.reference).context["requests"]
    assert [one["request"] for one in listed] == asked[::-1]


def test_complete_is_found_on_its_own_page_and_told_where_it_was_found(file, page, cast):
    """Who is no screener reads whether it was; the second of two clicks is told that it was, and when."""
    find = reverse("file-find-complete", args=[file.reference])
    assert find not in page("officer", "file-screening", file.reference).content.decode()
    assert "Not confirmed complete." in page("officer", "file-screening", file.reference).content.decode()
    assert page("officer", "file-find-complete", file.reference, post={}).status_code == 403
    assert find in page("screener", "file-screening", file.reference).content.decode()
    assert (
        "Its eligibility is not mentioned." in page("screener", "file-find-complete", file.reference).content.decode()
    )
    assert page("screener", "file-find-complete", file.reference, post={}).status_code == 302
    again = page("screener", "file-find-complete", file.reference, post={})
    assert (again.status_code, "The file was already confirmed complete" in again.content.decode()) == (409, True)
    body = page("screener", "file-screening", file.reference).content.decode()
    assert (find in body, "the applicant was notified" in body) == (False, True)
    own = page("sophie", "application-detail", file.public_id).content.decode()
    assert [
        sentence in own for sentence in ("Confirmed complete", "complete on September", "has everything required")
    ] == [True] * 3


def test_what_is_missing_is_said_instead_of_the_button(file, page, cast):
    file.sponsorships.update(cancelled_at=NOW)
    body = page("screener", "file-screening", file.reference).content.decode()
    find = reverse("file-find-complete", args=[file.reference])
    assert find not in body
    assert "Something is missing. It is for a programme officer to ask the applicant for it." in body


def test_screener_who_misses_a_piece_is_led_to_who_requests_it(file, page, cast, programme):
    """Who may request it has the page; who may not has the names of those who may, until the file is complete."""
    ask, whom = reverse("file-changes-ask", args=[file.reference]), f"tell {cast.officer.full_name}."

    def said(role):
        body = page(role, "file-screening", file.reference).content.decode()
        return ask in body, whom in body

    assert (said("officer"), said("screener"), said("auditor")) == ((True, False), (False, True), (False, False))
    cast.screener.appointments.create(cluster=programme.cluster, program=programme, role="officer")
    assert said("screener") == (True, False)
    page("screener", "file-find-complete", file.reference, post={})
    assert said("officer") == said("screener") == (False, False)


def test_screening_asks_for_interests_first_then_takes_marks_one_by_one(file, page, cast):
    body = page("screener", "file-screening", file.reference).content.decode()
    assert "Declare your interests in this file first." in body
    assert '<form method="post" action="#rena"' not in body
    declare_standing(file.pk, user=cast.screener, standing="clear")
    post = {"item": "rena", "passed": "yes", "reason": "Registre consulté."}
    answer = page("screener", "file-screening", file.reference, post=post)
    assert (answer.status_code, answer["Location"]) == (302, f"/files/{file.reference}/screening#rena")
    assert Finding.objects.get(application=file).passed is True


def test_a_failed_mark_needs_its_reason_and_keeps_what_was_typed(file, page, cast):
    declare_standing(file.pk, user=cast.screener, standing="clear")
    page("screener", "file-find-complete", file.reference, post={})
    answer = page("screener", "file-screening", file.reference, post={"item": "costs", "passed": "no", "reason": " "})
    assert answer.status_code == 422
    assert 'href="#costs_reason"' in answer.content.decode()
    assert not Finding.objects.exists()
    page("screener", "file-screening", file.reference, post={"item": "costs", "passed": "no", "reason": "Temps."})
    body = page("screener", "file-screening", file.reference).content.decode()
    assert "One item is not compliant." in body
    found = page("screener", "file-find-ineligible", file.reference)
    assert "Temps." in found.content.decode()
    assert page("screener", "file-find-ineligible", file.reference, post={}).status_code == 302


def test_checklist_of_a_file_sent_again_counts_no_earlier_mark_until_one_act_confirms_them(file, page, cast):
    declare_standing(file.pk, user=cast.screener, standing="clear")
    page("screener", "file-find-complete", file.reference, post={})
    for line in page("screener", "file-screening", file.reference).context["lines"]:
        page("screener", "file-screening", file.reference, post={"item": line["item"].key, "passed": "yes"})
    item, due = Change("method", ChangeWhy.INCOMPLETE, "Qui mène quoi?"), NOW + timedelta(days=5)
    request_changes(file, by=cast.officer, items=[item], due=due)
    answer = file.answers.get(question="method")
    save_answer(file, "method", "Ana mène.", by=cast.sophie, version=answer.version)
    with clock.at(NOW + timedelta(days=1)):
        resubmit_application(file, by=cast.sophie)
    with clock.at(NOW + timedelta(days=2)):
        page("screener", "file-find-complete", file.reference, post={})
        before = page("screener", "file-screening", file.reference)
        body = before.content.decode()
        find = reverse("file-find-eligible", args=[file.reference])
        again = "11 items were marked before the applicant&#x27;s latest submission: look at each again."
        assert (before.context["done"], body.count("to look at again"), again in body, find in body) == (
            0, 11, True, False
        )  # fmt: skip
        assert {line["form"].initial["passed"] for line in before.context["lines"]} == {"yes"}  # as it was marked
        assert again in page("screener", "file-find-eligible", file.reference).content.decode()
        assert (
            page("screener", "file-screening", file.reference, post={"confirm": "1", "edition": "x"}).status_code == 409
        )
        assert page("screener", "file-screening", file.reference).context["done"] == 0
        page("screener", "file-screening", file.reference, post={"confirm": "1"})
        after = page("screener", "file-screening", file.reference)
        body = after.content.decode()
        assert (after.context["done"], body.count("to look at again"), find in body) == (11, 0, True)
        assert page("officer", "file-screening", file.reference, post={"confirm": "1"}).status_code == 403


def test_what_stands_in_the_way_of_a_finding_is_said_where_it_would_be_made(file, page, cast):
    """A file not found complete, and one that still has time to answer: no button that would only be refused."""
    declare_standing(file.pk, user=cast.screener, standing="clear")
    page("screener", "file-screening", file.reference, post={"item": "costs", "passed": "no", "reason": "Temps."})
    find = reverse("file-find-ineligible", args=[file.reference])
    body = page("screener", "file-screening", file.reference).content.decode()
    assert (find in body, "Confirm first that the file is complete" in body) == (False, True)
    page("screener", "file-find-complete", file.reference, post={})
    assert find in page("screener", "file-screening", file.reference).content.decode()
    item = Change("method", ChangeWhy.INCOMPLETE, "Qui mène quoi?")
    request_changes(file, by=cast.officer, items=[item], due=NOW + timedelta(days=5))
    sentence = "The applicant still has time to answer the request for changes."
    body = page("screener", "file-screening", file.reference).content.decode()
    assert (find in body, sentence in body) == (False, True)
    assert sentence in page("screener", "file-find-ineligible", file.reference).content.decode()
    answer = page("screener", "file-find-eligible", file.reference)
    assert (answer.status_code, "is not possible now" in answer.content.decode()) == (200, True)


def test_an_officer_who_is_no_screener_is_told_so(file, page):
    assert "Only a screening officer" in page("officer", "file-screening", file.reference).content.decode()
    post = {"item": "rena", "passed": "yes"}
    assert page("officer", "file-screening", file.reference, post=post).status_code == 403
    assert page("officer", "file-find-eligible", file.reference).status_code == 403


def test_finding_is_confirmed_on_its_own_page(file, page, cast):
    declare_standing(file.pk, user=cast.screener, standing="clear")
    early = page("screener", "file-find-eligible", file.reference, post={})
    assert early.status_code == 409
    assert "The checklist is not complete." in early.content.decode()
    for item in page("screener", "file-screening", file.reference).context["lines"]:
        page("screener", "file-screening", file.reference, post={"item": item["item"].key, "passed": "yes"})
    assert (
        "Confirm first that the file is complete" in page("screener", "file-screening", file.reference).content.decode()
    )
    page("screener", "file-find-complete", file.reference, post={})
    assert page("screener", "file-find-eligible", file.reference, post={}).status_code == 302
    assert Application.objects.get(pk=file.pk).state == "eligible"
    found = page("screener", "file-screening", file.reference).content.decode()
    assert ("The file is declared eligible. If an item" in found, "Mark each one" in found) == (True, False)


def test_changes_are_asked_and_read_before_and_after(file, page, cast):
    day = (NOW + timedelta(days=10)).date().isoformat()
    post = {"due-day": day, "method-asked": "on", "method-why": "incomplete", "method-message": "Qui mène quoi?"}
    missing = page("officer", "file-changes-ask", file.reference, post=post | {"method-message": ""})
    assert missing.status_code == 422
    assert 'href="#method-message"' in missing.content.decode()
    label = form_of(file).question("method").label
    with override("en"):
        assert f"Say what is wrong with “{label}”." in missing.content.decode()
    none = page("officer", "file-changes-ask", file.reference, post={"due-day": day})
    assert "Choose at least one answer, with the reason." in none.content.decode()
    assert page("officer", "file-changes-ask", file.reference, post=post).status_code == 302
    fresh = Application.objects.get(pk=file.pk)
    version = fresh.answers.get(question="method").version
    save_answer(fresh, "method", "La directrice mène tout.", by=cast.sophie, version=version)
    waiting = page("officer", "file-changes", file.reference).content.decode()
    assert "La directrice mène tout." not in waiting  # not sent yet: the officer reads what was submitted
    resubmit_application(fresh, by=cast.sophie)
    body = page("officer", "file-changes", file.reference).content.decode()
    assert "Qui mène quoi?" in body
    assert "<ins>" in body
    assert "<del>" in body
    assert page("officer", "file-answers", file.reference, query="?version=1").status_code == 200
    assert page("officer", "file-answers", file.reference, query="?version=9").status_code == 404


def cancelled(file, cast):
    cancel_request(file, by=cast.officer, reason="La réponse suffit.")


def withdrawn(file, cast):
    withdraw_application(file, by=cast.sophie, reason="Le projet est reporté.")


def cancelled_with_its_call(file, cast):
    cancel_call(file.call, by=cast.officer, reason="L’entente est résiliée.")


def given_up(file, cast):
    with clock.at(NOW + timedelta(days=6)):
        declare_standing(file.pk, user=cast.screener, standing="clear")
        for item in checklist_of(file):
            mark_finding(file, item.key, by=cast.screener, passed=item.key != "costs", reason="Temps du parrain.")
        find_ineligible(file, by=cast.screener)


@pytest.mark.parametrize("end", [cancelled, withdrawn, cancelled_with_its_call, given_up])
def test_what_the_applicant_began_to_change_and_never_sent_is_read_by_nobody_once_its_request_has_ended(
    file, page, cast, end
):
    """The page promised that it would be read once sent. Rows and snapshot say the same again."""
    submitted = file.answers.get(question="method").value
    item = Change("method", ChangeWhy.INCOMPLETE, "Qui mène quoi?")
    request_changes(file, by=cast.officer, items=[item], due=NOW + timedelta(days=5))
    fresh = Application.objects.get(pk=file.pk)
    version = fresh.answers.get(question="method").version
    save_answer(fresh, "method", "Un brouillon à nous.", by=cast.sophie, version=version)
    end(fresh, cast)
    assert file.answers.get(question="method").value == submitted
    body = page("officer", "file-changes", file.reference).content.decode()
    assert ">cancelled</" in body
    assert escape(submitted.splitlines()[0]) in body
    assert [said for said in ("compare", "<ins>", "waiting for the applicant", "changing it") if said in body] == []
    pages = ["file-changes", "file-answers", "file-detail", "file-screening"]
    seen = [page("officer", name, file.reference) for name in pages] + [page("auditor", "trail-file", file.reference)]
    assert [one.status_code for one in seen] == [200] * 5
    assert ["Un brouillon à nous." in one.content.decode() for one in seen] == [False] * 5


def test_request_that_is_late_says_since_when_and_who_may_act(file, page, cast, clock_at):
    """From the very instant that was given. The applicant can still answer; where nobody may end it, so it says."""
    due = NOW + timedelta(days=5)
    item = Change("method", ChangeWhy.INCOMPLETE, "Qui mène quoi?")
    request_changes(file, by=cast.officer, items=[item], due=due)
    since = f"late since {clock.format_day(due, 'en')}"
    said = {
        "waiting for the applicant": False,
        since: True,
        "changes late": True,
        "The applicant can still send the changes.": True,
        "Next to act: the programme officer or the screening officer.": True,
        "Nobody can take the next step": False,
    }
    for at, is_late in ((due - timedelta(seconds=1), False), (due, True), (due + timedelta(days=2), True)):
        clock_at(at)
        body = page("officer", "file-changes", file.reference).content.decode()
        assert [words for words in said if words in body] == [
            words for words, late in said.items() if late is is_late and words != "Nobody can take the next step"
        ]
    for held in (Appointment, ClusterAppointment):
        held.objects.filter(role__in=("officer", "screener")).update(ends_on=clock.today() - timedelta(days=1))
    body = page("auditor", "file-changes", file.reference).content.decode()
    assert [words for words in said if words in body] == [
        since,
        "changes late",
        "The applicant can still send the changes.",
        "Nobody can take the next step",
    ]


def test_a_request_is_extended_and_cancelled_with_a_reason(file, page, cast):
    item = Change("method", ChangeWhy.INCOMPLETE, "Qui mène quoi?")
    request_changes(file, by=cast.officer, items=[item], due=NOW + timedelta(days=5))
    earlier = {"day": (NOW + timedelta(days=1)).date().isoformat(), "reason": "Congé"}
    refused = page("officer", "file-changes-extend", file.reference, post=earlier)
    assert refused.status_code == 409
    assert "The new day must be later than the one given." in refused.content.decode()
    later = {"day": (NOW + timedelta(days=20)).date().isoformat(), "reason": "Congé"}
    assert page("officer", "file-changes-extend", file.reference, post=later).status_code == 302
    assert page("screener", "file-changes-cancel", file.reference, post={"reason": "Suffit"}).status_code == 403
    assert page("officer", "file-changes-cancel", file.reference, post={"reason": "Suffit"}).status_code == 302
    assert page("officer", "file-changes-extend", file.reference).status_code == 404


def test_declaring_from_the_checklist_comes_back_to_it(client, file, cast):
    client.force_login(cast.screener)
    checklist = reverse("file-screening", args=[file.reference])
    declare = reverse("review-declare", args=[file.reference]) + "?" + urlencode({"next": checklist})

    assert escape(declare) in client.get(checklist).content.decode()
    answered = client.post(declare, {"answer": "none", "next": checklist})
    assert answered.headers["Location"] == checklist


def test_what_is_wrong_with_an_item_is_said_at_the_top_with_the_name_of_the_item(file, page, cast):
    """Ten items have the same fields: the name of the field says nothing."""
    declare_standing(file.pk, user=cast.screener, standing="clear")
    items = checklist_of(file, reader=cast.screener)
    for item in items[:2]:
        answer = page("screener", "file-screening", file.reference, post={"item": item.key, "passed": "no"})
        top = answer.content.decode().partition("data-error-summary")[2].partition("</ul>")[0]
        (line,) = re.findall(r"<a href=\"([^\"]+)\">([^<]+)</a>", top)
        assert (answer.status_code, line[0]) == (422, f"#{item.key}_reason")
        with override("en"):
            assert line[1] == f"{item.label}: Give the reason for an item that is not compliant: the letter says it."


def test_staff_are_not_told_that_the_file_is_closed_until_they_declare(client, file, cast):
    client.force_login(cast.screener)
    page = client.get(reverse("review-declare", args=[file.reference])).content.decode()

    assert "Rien du dossier ne s’ouvre avant votre réponse." not in page
    assert "Vous n’agissez dans le dossier qu’une fois votre réponse donnée." in page


def test_item_marked_by_two_screeners_is_shown_to_the_later_who_may_replace_the_mark(file, page, cast):
    declare_standing(file.pk, user=cast.screener, standing="clear")
    post = {"item": "rena", "passed": "yes", "reason": "Registre consulté.", "version": "0"}
    assert page("screener", "file-screening", file.reference, post=post).status_code == 302
    later = post | {"passed": "no", "reason": "Absente du registre."}
    answer = page("screener", "file-screening", file.reference, post=later)
    body = answer.content.decode()
    shown = body.split("overtaken")[1].split("<form")[0].split("</div>\n")[0]
    assert answer.status_code == 409
    assert "You saved this in another window while you were writing." in shown
    line = next(line for line in answer.context["lines"] if line["item"].key == "rena")
    assert [(one.label, one.stored, one.typed) for one in line["form"].meanwhile.texts] == [
        ("Result", "Compliant", "Not compliant"),
        ("Reason, or what you checked", "Registre consulté.", "Absente du registre."),
    ]
    assert (line["form"]["reason"].value(), line["form"]["version"].value()) == ("Absente du registre.", "1")
    assert Finding.objects.get().passed is True
    assert page("screener", "file-screening", file.reference, post=later | {"version": "1"}).status_code == 302
    found = Finding.objects.get()
    assert (found.passed, found.reason, found.version) == (False, "Absente du registre.", 2)
    assert 'name="version" value="2"' in page("screener", "file-screening", file.reference).content.decode()
    assert page("screener", "file-screening", file.reference, post=later | {"version": "1 or 1"}).status_code == 400
