"""The company's way without script: found, checked, begun, written, sponsored, submitted once. Both languages."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import Organisation
from applications.models import Application
from applications.states import State
from demo import answers as said
from demo.papers import pdf
from notifications.models import Message
from tests.files import AT, draft_file, open_call, submitted_file
from work import clock


@pytest.fixture
def now(clock_at):
    clock_at(AT)


@pytest.fixture
def call(cast, programme, now):
    return open_call(cast, programme)


def flat(question, value):
    """An answer as a form posts it."""
    if isinstance(value, bool):
        return {question: "yes" if value else "no"}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return {
            f"{question}.{n}.{column}": ("yes" if cell is True else cell)
            for n, row in enumerate(value)
            for column, cell in row.items()
            if cell is not False
        }
    if isinstance(value, dict):
        out = {}
        for key, part in value.items():
            if isinstance(part, dict):
                out |= {f"{question}.{key}.{name}": cell for name, cell in part.items()}
            else:
                out[f"{question}.{key}"] = part
        return out
    return {question: value}


def posted_back(page, given):
    """What a browser sends of a page: its hidden versions, and what the person filled in."""
    hidden = dict(re.findall(r'name="(version\.[a-z0-9_]+)" value="(\d+)"', page.content.decode()))
    return hidden | given


def test_company_applies_without_script(client, cast, call, usinage):
    client.force_login(cast.sophie)
    assert "Filière Excellence" in client.get(reverse("catalogue")).content.decode()
    check = {key: "yes" if v is True else "no" if v is False else v for key, v in said.eligibility("usinage").items()}
    page = client.post(reverse("call-eligibility", args=[call.public_id]), check)
    assert page.status_code == 200
    assert "Vous pouvez présenter une demande" in page.content.decode()

    begun = client.post(reverse("application-start", args=[call.public_id]), {"organisation": usinage.public_id})
    file = Application.objects.get()
    assert begun.url == reverse("application-tasks", args=[file.public_id])

    given = said.answers("usinage", on=clock.today())
    for section in call.form.definition["sections"]:
        address = reverse("application-section", args=[file.public_id, section["key"]])
        for _again in range(3):  # an answer may open another question of the same page
            fields = {}
            for question in section["questions"]:
                if question["key"] in given:
                    fields |= flat(question["key"], given[question["key"]])
                if question["type"] == "documents" and question["key"] in said.documents("usinage"):
                    fields[question["key"]] = pdf("Lettre", name="Lettre.pdf")
                    if file.documents.filter(question=question["key"]).exists():
                        fields.pop(question["key"])
            page = client.post(address, posted_back(client.get(address), fields))
            if page.status_code == 302:
                break
        assert page.status_code == 302, (section["key"], page.context["lines"])

    client.post(
        reverse("application-sponsor", args=[file.public_id]),
        {"organisation_name": "Aéronefs Boréal inc.", "email": said.SPONSOR["email"], "language": "fr"},
    )
    token = Message.objects.get(kind="sponsor_asked").url_args[0]
    client.logout()
    page = client.get(reverse("sponsor", args=[token]))
    assert "Usinage Gauthier inc." in page.content.decode()
    assert "200" not in re.sub(r"<[^>]+>", "", page.context["summary"])
    answer = {"answer": "confirm", "name": "Hélène Savard", "improvement": said.IMPROVEMENT["fr"]}
    assert client.post(reverse("sponsor", args=[token]), answer).status_code == 302
    assert "confirmé" in client.get(reverse("sponsor", args=[token])).content.decode()

    client.force_login(cast.sophie)
    page = client.get(reverse("application-check", args=[file.public_id]))
    assert page.context["lines"] == []
    page = client.get(reverse("application-submit", args=[file.public_id]))
    form = {f"attest.{key}": "on" for key in said.ATTESTATIONS} | {"signed_name": "Sophie Gauthier"}
    form["began"] = page.context["form"]["began"].value()
    done = client.post(reverse("application-submit", args=[file.public_id]), form)
    assert done.url == reverse("application-submitted", args=[file.public_id])
    again = client.post(reverse("application-submit", args=[file.public_id]), form)
    assert again.url == done.url
    file = Application.objects.get()
    assert (file.state, file.reference) == (State.SUBMITTED, "FE-2026-00001")
    assert file.requested_amount == Decimal("75000.00")
    assert file.snapshots.count() == 1
    assert "FE-2026-00001" in client.get(done.url).content.decode()


def pages_of(file):
    return [reverse(f"application-{name}", args=[file.public_id]) for name in ("tasks", "eligibility", "sponsor")] + [
        reverse(f"application-{name}", args=[file.public_id]) for name in ("check", "submit", "delete")
    ]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page_of_a_draft_opens(client, cast, programme, clock_at, language):
    file = draft_file(cast, programme)
    clock_at(AT)
    client.force_login(cast.sophie)
    client.cookies["django_language"] = language
    sections = [section["key"] for section in file.call.form.definition["sections"]]
    for url in pages_of(file) + [reverse("application-section", args=[file.public_id, key]) for key in sections]:
        page = client.get(url)
        assert page.status_code == 200, url


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page_of_a_submitted_file_opens(client, cast, programme, clock_at, language):
    file = submitted_file(cast, programme)
    clock_at(AT)
    client.force_login(cast.sophie)
    client.cookies["django_language"] = language
    for name in ("detail", "submitted", "answers", "take-back", "withdraw"):
        assert client.get(reverse(f"application-{name}", args=[file.public_id])).status_code == 200, name
    for name in ("tasks", "check"):
        address = reverse("application-detail", args=[file.public_id])
        assert client.get(reverse(f"application-{name}", args=[file.public_id])).url == address
    assert client.get(reverse("application-list")).status_code == 200


def test_public_pages_open_to_anyone(client, call):
    for name, args in (("catalogue", []), ("call-feed", []), ("program", ["filiere-excellence"])):
        assert client.get(reverse(name, args=args)).status_code == 200
    assert client.get(reverse("call", args=[call.public_id])).status_code == 200
    assert client.get(reverse("call-eligibility", args=[call.public_id])).status_code == 200


def test_calendar_has_each_closing_to_come(client, call):
    text = client.get(reverse("call-feed")).content.decode()
    assert text.count("BEGIN:VEVENT") == 7
    assert "DTSTART:20260930T210000Z" in text  # 17 h in Québec
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_other_organisation_finds_nothing(client, cast, programme, clock_at):
    file = draft_file(cast, programme)
    clock_at(AT)
    client.force_login(cast.michel)
    for url in [*pages_of(file), reverse("application-detail", args=[file.public_id])]:
        assert client.get(url).status_code == 404, url
    document = file.documents.first()
    assert client.get(reverse("application-document", args=[file.public_id, document.public_id])).status_code == 404


def test_check_says_why_one_cannot_apply(client, call):
    answers = {"place_in_quebec": "yes", "staff": "8", "aerospace_revenue": "80", "has_sponsor": "yes"}
    page = client.post(reverse("call-eligibility", args=[call.public_id]), answers)
    text = page.content.decode()
    assert "de 10 à 250 employés" in text
    assert "514 555-0142" in text


def test_check_keeps_what_cannot_be_read(client, call):
    page = client.post(reverse("call-eligibility", args=[call.public_id]), {"staff": "une douzaine"})
    assert page.status_code == 422
    assert "une douzaine" in page.content.decode()


def test_line_is_added_and_removed_keeping_what_was_typed(client, cast, call, usinage):
    client.force_login(cast.sophie)
    client.post(reverse("application-start", args=[call.public_id]), {"organisation": usinage.public_id})
    file = Application.objects.get()
    address = reverse("application-section", args=[file.public_id, "budget"])
    typed = {"budget_table.0.category": "consultants", "budget_table.0.description": "Firme", "amount_requested": "abc"}
    page = client.post(address, posted_back(client.get(address), typed | {"add": "budget_table"}))
    text = page.content.decode()
    assert "budget_table.1.description" in text
    assert 'value="Firme"' in text
    assert 'value="abc"' in text
    page = client.post(address, posted_back(page, typed | {"remove": "budget_table.0"}))
    assert 'value="Firme"' not in page.content.decode()


def test_file_of_the_wrong_kind_is_refused_by_its_content(client, cast, call, usinage):
    client.force_login(cast.sophie)
    client.post(reverse("application-start", args=[call.public_id]), {"organisation": usinage.public_id})
    file = Application.objects.get()
    address = reverse("application-section", args=[file.public_id, "sponsor"])
    liar, empty = pdf("x", name="lettre.pdf"), pdf(name="vide.pdf")
    liar.seek(0), liar.truncate(), liar.write(b"MZ not a pdf"), liar.seek(0)
    empty.seek(0), empty.truncate()
    for wrong in (liar, empty):
        page = client.post(address, posted_back(client.get(address), {"sponsor_letter": wrong}))
        assert page.status_code == 422
        assert page.context["lines"][0]["url"] == "#ask-sponsor_letter"
    assert file.documents.count() == 0


def test_list_counts_the_same_queries_at_one_and_many(client, cast, programme, clock_at, django_assert_num_queries):
    draft_file(cast, programme, without=("budget_table",), documents=False, sponsor=False)
    clock_at(AT)
    client.force_login(cast.sophie)
    client.get(reverse("application-list"))
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(reverse("application-list"))
    for _n in range(3):
        draft_file(cast, programme, documents=False, sponsor=False, at=None)
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("application-list"))
    assert len(many) == len(one)
    assert Organisation.objects.count() == 4
