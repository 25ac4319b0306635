"""The company's way without script: found, checked, begun, written, sponsored, submitted once. Both languages."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.constants import ELIGIBILITY
from applications.forms.company import InviteSponsorForm
from applications.models import Application
from applications.rules import Change
from applications.selectors.answers import form_of
from applications.services.changes import cancel_request, request_changes
from applications.services.drafts import (
    attach_document,
    remove_document,
    save_answer,
    save_eligibility,
    start_application,
)
from applications.services.submission import withdraw_application
from applications.states import ApplicationState, ChangeWhy
from demo import answers as said
from demo.papers import pdf
from moves.machine import allowed
from moves.refusals import Refusal
from notifications.models import Message
from programs.services.calls import cancel_call
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
    hidden = dict(re.findall(r'name="(version\.[a-z0-9_]+|request)" value="([0-9a-f-]+)"', page.content.decode()))
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
    assert (file.state, file.reference) == (ApplicationState.SUBMITTED, "FE-2026-00001")
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


@pytest.mark.parametrize("state", ApplicationState.values)
@pytest.mark.parametrize(("name", "step"), [("take-back", Application.take_back), ("withdraw", Application.withdraw)])
def test_page_of_an_act_opens_where_the_act_can_be_done(client, cast, programme, clock_at, state, name, step):
    file = submitted_file(cast, programme)
    clock_at(AT)
    Application.objects.update(state=state)
    client.force_login(cast.sophie)
    answer = client.get(reverse(f"application-{name}", args=[file.public_id]))
    now = Application.objects.get()
    # Once a decision is issued, its page is as before until the letter is sent: it tells nothing.
    can = allowed(now, cast.sophie, step) or (name == "withdraw" and now.public_state.row.is_under_way)
    assert answer.status_code == (200 if can else 409)
    assert ('<form method="post"' in answer.content.decode().split("<main")[1]) == bool(can)


def test_page_that_takes_back_says_that_the_file_was_opened(client, cast, programme, clock_at):
    file = submitted_file(cast, programme)
    clock_at(AT)
    Application.objects.update(opened_at=AT)
    client.force_login(cast.sophie)
    answer = client.get(reverse("application-take-back", args=[file.public_id]))
    assert answer.status_code == 409
    assert "Votre dossier a déjà été ouvert par la personne responsable du programme." in answer.content.decode()


@pytest.mark.parametrize("name", ["take-back", "withdraw"])
def test_acts_of_a_signatory_are_closed_to_another_member(client, cast, programme, clock_at, name):
    file = submitted_file(cast, programme)
    clock_at(AT)
    client.force_login(cast.olivier)
    assert client.get(reverse(f"application-{name}", args=[file.public_id])).status_code == 403


def test_reason_of_a_withdrawal_that_comes_too_late_stays_on_its_page(client, cast, programme, clock_at):
    file = submitted_file(cast, programme)
    clock_at(AT)
    client.force_login(cast.sophie)
    address = reverse("application-withdraw", args=[file.public_id])
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "Le client a changé d’avis."}).status_code == 302
    again = client.post(address, {"reason": "Je le répète."})
    assert again.status_code == 409
    shown = again.content.decode().split("<main")[1]
    assert "Je le répète." in shown
    assert "l’état est «" in shown
    assert "button--warning" not in shown
    assert client.post(address, {"reason": ""}).status_code == 409


def test_page_that_takes_back_says_what_stands_in_its_way(client, cast, programme, clock_at, monkeypatch):
    file = submitted_file(cast, programme)
    clock_at(AT)
    client.force_login(cast.sophie)
    refused = (Refusal("L’inventaire est en cours."), Refusal("Le registre est fermé."))
    monkeypatch.setattr("applications.views.submission.refusals_to", lambda *a, **k: refused)
    answer = client.get(reverse("application-take-back", args=[file.public_id]))
    assert answer.status_code == 409
    assert "L’inventaire est en cours." in answer.content.decode()
    assert "Le registre est fermé." in answer.content.decode()


def test_public_pages_open_to_anyone(client, call):
    for name, args in (("catalogue", []), ("call-feed", []), ("program", ["filiere-excellence"])):
        assert client.get(reverse(name, args=args)).status_code == 200
    assert client.get(reverse("call", args=[call.public_id])).status_code == 200
    assert client.get(reverse("call-eligibility", args=[call.public_id])).status_code == 200


def test_a_published_call_that_was_cancelled_stays_on_its_page_and_says_so(client, cast, call):
    cancel_call(call, by=cast.officer, reason="L’entente est résiliée.")
    program_page = reverse("program", args=["filiere-excellence"])
    assert client.get(program_page).status_code == 404  # no other call of the programme is published
    answer = client.get(reverse("call", args=[call.public_id]))
    assert (answer.status_code, answer.context["phase"]) == (200, "cancelled")


@pytest.mark.parametrize("dated", [False, True])
def test_a_call_cancelled_while_it_was_a_draft_was_never_public(client, cast, programme, call, dated):
    dates = {"opens_at": call.opens_at, "closes_at": call.closes_at} if dated else {}
    draft = programme.calls.create(key="brouillon", name_fr="Brouillon", name_en="Draft", **dates)
    known = {"definition": call.rules.definition, "effective_from": call.rules.effective_from}
    draft.rules = programme.rules.create(number=99, **known)
    draft.save()
    cancel_call(draft, by=cast.officer, reason="Elle n’aura pas lieu.")
    shown = client.get(reverse("program", args=["filiere-excellence"])).context["calls"]
    assert [fact["call"] for fact in shown] == [call]
    for name in ("call", "call-eligibility"):
        assert client.get(reverse(name, args=[draft.public_id])).status_code == 404


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


def test_document_that_is_removed_is_the_one_pressed_and_one_of_the_file(client, cast, call, usinage, precision):
    file = start_application(call, usinage, by=cast.sophie)
    other = start_application(call, precision, by=cast.michel)
    questions = [one.key for one in form_of(file).of_type("documents")][:2]
    kept, pressed = (attach_document(file, key, pdf(key, name=f"{key}.pdf"), by=cast.sophie) for key in questions)
    theirs = attach_document(other, questions[0], pdf("a", name="a.pdf"), by=cast.michel)
    client.force_login(cast.sophie)
    section = form_of(file).question(questions[1]).section
    address = reverse("application-section", args=[file.public_id, section])
    for name, left in (
        (theirs.public_id, [kept, pressed]), ("nonsense", [kept, pressed]),
        (pressed.public_id, [kept]), (pressed.public_id, [kept]),
    ):  # fmt: skip
        assert client.post(address, posted_back(client.get(address), {"detach": str(name)})).status_code == 200
        assert list(file.documents.attached()) == left
    assert list(other.documents.attached()) == [theirs]


def queries(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as made:
        assert client.get(url).status_code == 200
    return len(made)


def test_list_counts_the_same_queries_at_one_and_many(client, cast, call, usinage):
    client.force_login(cast.sophie)
    start_application(call, usinage, by=cast.sophie)
    one = queries(client, reverse("application-list"))
    for _n in range(4):
        start_application(call, usinage, by=cast.sophie)
    assert queries(client, reverse("application-list")) == one


@pytest.mark.parametrize(
    ("name", "more"), [("tasks", []), ("section", ["budget"]), ("section", ["company"]), ("check", [])]
)
def test_page_counts_the_same_queries_at_one_answer_and_at_all(client, cast, programme, clock_at, name, more):
    full = draft_file(cast, programme)
    clock_at(AT)
    empty = start_application(full.call, full.organisation, by=cast.sophie)
    client.force_login(cast.sophie)
    few, many = (queries(client, reverse(f"application-{name}", args=[f.public_id, *more])) for f in (empty, full))
    assert many == few
    assert many <= 22


def save(client, file, key, version, **named):
    address = reverse("application-answer", args=[file.public_id])
    return client.post(address, {"key": key, "version": version, **named})


def test_answer_left_is_saved_and_answered_as_the_script_expects(client, cast, call, usinage):
    file = start_application(call, usinage, by=cast.sophie)
    client.force_login(cast.sophie)
    kept = save(client, file, "consultants_chosen", 0, value="yes").json()
    assert kept["version"] == 1
    assert 'name="consultants"' in kept["fragments"]["place-consultants"]
    line = {"category": "training", "description": "Cours", "amount": "50 000"}
    kept = save(client, file, "budget_table", 0, **{f"budget_table.0.{key}": v for key, v in line.items()}).json()
    assert "20\u00a0000,00\u00a0$" in kept["fragments"]["totals"]
    refused = save(client, file, "revenue", 0, value="beaucoup")
    assert (refused.status_code, "beaucoup" in refused.json()["message"]) == (422, True)
    long = save(client, file, "project_summary", 0, value="mot " * 160).json()
    assert "10" in long["note"]


def test_amount_put_back_after_a_lost_answer_is_no_conflict_however_it_is_written(client, cast, call, usinage):
    file = start_application(call, usinage, by=cast.sophie)
    client.force_login(cast.sophie)
    kept = [
        save(client, file, "revenue", 0, value=typed) for typed in ("1234567,89", "1 234 567,89 $", "$1,234,567.89")
    ]
    assert [(one.status_code, one.json()["version"]) for one in kept] == [(200, 1)] * 3
    assert save(client, file, "revenue", 0, value="1 234 567,88 $").status_code == 409


@pytest.mark.parametrize(
    ("typed", "said_there", "counts"),
    [
        ("mille", "«\u00a0mille\u00a0» n’est pas un nombre. Utilisez des chiffres, par exemple 1234,56.", False),
        ("12.500", "«\u00a012.500\u00a0» peut se lire de deux façons. Écrivez 12500 ou 12,50.", False),
        ("1234.567", "Entrez au plus 2 décimales.", False),
        ("12,34,5", "«\u00a012,34,5\u00a0» n’est pas un nombre. Utilisez des chiffres, par exemple 1234,56.", False),
        ("9" * 30, "Ce nombre est trop grand.", False),
        ("9.500,00", "", True),
        ("9 500 $", "", True),
        ("", "", True),
    ],
)
def test_line_of_a_budget_that_counts_for_nothing_is_said_where_it_stands_as_it_is_left(
    client, cast, call, usinage, typed, said_there, counts
):
    """It is kept as typed, and the total leaves it out: the answer says which line, which cell, and the totals which
    amount. A cell that is still empty is said by nobody: its turn may come."""
    file = start_application(call, usinage, by=cast.sophie)
    client.force_login(cast.sophie)
    lines = {
        f"budget_table.{number}.{column}": value
        for number, amount in enumerate(("20 000", typed))
        for column, value in {
            "category": "training",
            "description": f"Cours {number}",
            "amount": amount,
            "date_from": "",
        }.items()
    }
    answer = save(client, file, "budget_table", 0, **lines)
    kept = answer.json()
    line = f"Dépense 2\u00a0: {said_there}" if said_there else ""
    assert (answer.status_code, kept["note"], kept["places"]) == (200, line, ["budget_table.1.amount"] * (not counts))
    totals = kept["fragments"]["totals"]
    told = f"Cours 1 – «\u00a0{typed}\u00a0» n’est pas un montant en dollars et en cents"
    assert (told in totals) is not counts
    costs = "29\u00a0500,00" if counts and typed else "20\u00a0000,00"
    assert f'<td class="number">{costs}\u00a0$</td>' in totals
    page = client.get(reverse("application-section", args=[file.public_id, "budget"])).content.decode()
    shown = "9\u00a0500,00" if counts and typed else typed
    assert f'value="{shown}"' in page.partition('name="budget_table.1.amount"')[2][:80] or not typed
    assert (said_there in page) if said_there else True


def test_what_a_browser_keeps_of_a_draft_is_of_the_person_who_writes(client, cast, call, usinage):
    file = start_application(call, usinage, by=cast.sophie)
    for person in (cast.sophie, cast.olivier):
        client.force_login(person)
        page = client.get(reverse("application-section", args=[file.public_id, "project"])).content.decode()
        assert f'data-autosave-by="{person.public_id}"' in page


def test_part_of_an_answer_that_cannot_be_read_is_said_as_it_is_left(client, cast, call, usinage):
    file = start_application(call, usinage, by=cast.sophie)
    client.force_login(cast.sophie)
    never = {"project_period.from": "2026-10-01", "project_period.to": "9999-12-31"}
    kept = save(client, file, "project_period", 0, **never).json()
    assert (kept["note"], kept["places"]) == ("Entrez une année entre 1900 et 2199.", ["project_period.to"])
    half = {"project_period.from": "2026-10-01", "project_period.to": ""}
    kept = save(client, file, "project_period", 1, **half).json()
    assert (kept["note"], kept["places"]) == ("", [])


def period_of(days):
    return {f"project_period.{part}": (AT.date() + timedelta(days=n)).isoformat() for part, n in days.items()}


def test_project_that_begins_before_the_submission_is_told_so_at_once_with_what_it_costs(client, cast, call, usinage):
    file = start_application(call, usinage, by=cast.sophie)
    client.force_login(cast.sophie)
    early, line = period_of({"from": -300, "to": 30}), {"category": "training", "description": "Cours", "kind": "cash"}
    kept = save(client, file, "project_period", 0, **early).json()
    told = "Le projet commence avant le jour du dépôt\u00a0: l’analyse d’admissibilité le relèvera."
    lost = f"Les dépenses engagées avant le {clock.format_day(AT.date(), 'fr')} ne sont pas admissibles."
    assert (kept["note"], kept["advice"]) == ("", f"{told} {lost}")
    lines = [
        line | {"amount": "12000.50", "date_from": "2026-01-15"},
        line | {"amount": "4000", "date_from": AT.date().isoformat()},
    ]
    save_answer(file, "budget_table", lines, by=cast.sophie, version=0)
    for days in ({"from": -1, "to": 30}, {"from": 0, "to": 30}):
        version = file.answers.get(question="project_period").version
        kept = save(client, file, "project_period", version, **period_of(days)).json()
        assert kept["advice"] == (
            f"{told} {lost} Dans votre budget\u00a0: 12\u00a0000,50\u00a0$." if days["from"] else ""
        )
    assert save(client, file, "consultants_chosen", 0, value="yes").json()["advice"] == ""


def test_page_without_script_stays_once_to_say_what_an_early_project_costs(client, cast, call, usinage):
    file = start_application(call, usinage, by=cast.sophie)
    client.force_login(cast.sophie)
    part = form_of(file).question("project_period").section
    address = reverse("application-section", args=[file.public_id, part])
    early = period_of({"from": -300, "to": 30})
    page = client.post(address, {"version.project_period": "0"} | early)
    assert page.status_code == 200
    assert "Le projet commence avant le jour du dépôt" in page.content.decode()
    assert client.post(address, {"version.project_period": "1"} | early).status_code == 302  # read, and pressed again
    assert "Le projet commence avant le jour du dépôt" in client.get(address).content.decode()


def test_answer_saved_by_a_colleague_meanwhile_comes_back_with_both(client, cast, call, usinage):
    file = start_application(call, usinage, by=cast.sophie)
    save_answer(file, "project_title", "D’Olivier", by=cast.olivier, version=0)
    client.force_login(cast.sophie)
    answer = save(client, file, "project_title", 0, value="De Sophie")
    assert answer.status_code == 409
    said = answer.json()
    assert (said["theirs"], said["version"], said["by"]) == ([["value", "D’Olivier"]], 1, "Olivier Dubé")
    address = reverse("application-section", args=[file.public_id, "project"])
    page = client.post(
        address, {"version.project_title": "0", "project_title": "De Sophie"}
    )  # the same, without script
    text = page.content.decode()
    assert "D’Olivier" in text
    assert 'value="De Sophie"' in text
    client.post(address, posted_back(page, {"project_title": "De Sophie"}))
    assert Application.objects.get().title == "De Sophie"


def test_answer_changed_in_another_window_is_not_written_over(client, cast, call, usinage):
    file = start_application(call, usinage, by=cast.sophie)
    client.force_login(cast.sophie)
    address = reverse("application-section", args=[file.public_id, "project"])
    save_answer(file, "project_title", "Première fenêtre", by=cast.sophie, version=0)
    stale = {"version.project_title": "0", "project_title": ""}
    client.post(address, stale | {"typed": ["", "project_summary"]})  # another answer was typed there
    assert Application.objects.get().title == "Première fenêtre"
    page = client.post(address, stale | {"project_title": "Seconde fenêtre"})  # without script: both are shown
    assert "dans une autre fenêtre" in page.content.decode()
    assert Application.objects.get().title == "Première fenêtre"
    client.post(
        address, stale | {"project_title": "Seconde fenêtre", "typed": ["", "project_title"]}
    )  # one's own autosave
    assert Application.objects.get().title == "Seconde fenêtre"


def test_decision_that_is_late_is_said_late(client, cast, programme, clock_at):
    file = submitted_file(cast, programme)
    client.force_login(cast.sophie)
    address = reverse("application-submitted", args=[file.public_id])
    clock_at(AT + timedelta(hours=1))
    assert "est envoyée par lettre au plus tard" in client.get(address).content.decode().replace("\u00a0", " ")
    found = AT + timedelta(days=2)
    Application.objects.filter(pk=file.pk).update(complete_at=found, first_complete_at=found)
    clock_at(file.cohort_closes_at + timedelta(days=90))
    assert "Elle est en retard" in client.get(address).content.decode()


def test_totals_say_the_public_aid_that_is_asked(client, cast, call, usinage):
    file = start_application(call, usinage, by=cast.sophie)
    line = {"category": "training", "description": "Cours", "amount": "50000", "kind": "cash"}
    save_answer(file, "budget_table", [line], by=cast.sophie, version=0)
    save_answer(file, "amount_requested", "10000", by=cast.sophie, version=0)
    client.force_login(cast.sophie)
    page = client.get(reverse("application-section", args=[file.public_id, "financing"])).content.decode()
    assert '<td class="number">20\u00a0%</td>' in page  # 10 000 $ of 50 000 $, and not the 40 % that might be asked


@pytest.mark.parametrize(("requested", "too_much"), [("80000.00", False), ("80000.01", True), ("85000.00", True)])
def test_most_that_may_be_asked_is_one_wherever_it_is_said(client, cast, programme, clock_at, requested, too_much):
    """40 % of 200 000 $. The bonus that comes on top of it (10 000 $) is asked of nobody: an amount between the two was
    once let through by the panel, and refused on the last page."""
    file = draft_file(cast, programme)
    clock_at(AT)
    client.force_login(cast.sophie)
    version = file.answers.get(question="amount_requested").version
    kept = save(client, file, "amount_requested", version, value=requested).json()
    part = form_of(file).question("amount_requested").section
    shown = {"panel": kept["fragments"]["totals"]} | {
        name: client.get(reverse(f"application-{name}", args=[file.public_id, *more])).content.decode()
        for name, more in (("section", [part]), ("check", []))
    }
    sentence = re.compile(r"dépasse le maximum[^.]*80\u00a0000,00\u00a0\$")
    assert {name: bool(sentence.search(page)) for name, page in shown.items()} == dict.fromkeys(shown, too_much)
    assert client.get(reverse("application-check", args=[file.public_id])).context["ready"] is not too_much
    form = {f"attest.{key}": "on" for key in said.ATTESTATIONS} | {"signed_name": "Sophie Gauthier"}
    sent = client.post(reverse("application-submit", args=[file.public_id]), form)
    assert sent.status_code == (409 if too_much else 302)


def test_answer_of_another_organisation_is_not_found(client, cast, call, usinage):
    file = start_application(call, usinage, by=cast.sophie)
    client.force_login(cast.michel)
    assert save(client, file, "project_title", 0, value="x").status_code == 404


def test_request_for_changes_opens_only_what_was_asked(client, cast, programme, clock_at):
    file = submitted_file(cast, programme)
    clock_at(AT + timedelta(days=1))
    item = Change("project_title", ChangeWhy.INCOMPLETE, "Précisez la cellule.")
    request_changes(file, by=cast.officer, items=[item], due=AT + timedelta(days=10))
    client.force_login(cast.sophie)
    address = reverse("application-changes", args=[file.public_id])
    assert address in client.get(reverse("application-detail", args=[file.public_id])).content.decode()
    page = client.get(address)
    assert "Précisez la cellule." in page.content.decode()
    assert 'name="revenue"' not in page.content.decode()
    assert save(client, file, "revenue", 1, value="5").status_code == 422
    refused = client.post(address, posted_back(page, {"project_title": file.title, "send": "1"}))
    assert refused.status_code == 409
    page = client.get(address)
    sent = client.post(address, posted_back(page, {"project_title": "Livrer à temps, cellule 2", "send": "1"}))
    assert sent.url == reverse("application-detail", args=[file.public_id])
    file = Application.objects.get()
    assert (file.state, file.title) == (ApplicationState.SUBMITTED, "Livrer à temps, cellule 2")
    assert file.snapshots.count() == 2


ASKED = Change("project_title", ChangeWhy.INCOMPLETE, "Précisez la cellule.")


@pytest.fixture
def asked(cast, programme, clock_at):
    """A file whose applicant is asked the day after to change its title, until ten days after it was submitted."""
    file = submitted_file(cast, programme)
    clock_at(AT + timedelta(days=1))
    request_changes(file, by=cast.officer, items=[ASKED], due=AT + timedelta(days=10))
    return Application.objects.get(pk=file.pk)


def test_request_that_is_late_says_so_to_its_applicant_and_is_still_answered(client, cast, asked, clock_at):
    """From the very instant that was given."""
    client.force_login(cast.sophie)
    pages = [reverse(f"application-{name}", args=[asked.public_id]) for name in ("changes", "detail")]
    late = (
        "Vous deviez répondre au plus tard le 24\u00a0septembre\u00a02026 à 10\u00a0h\u00a0: votre réponse est en "
        "retard. Vous pouvez encore l’envoyer, tant que la demande de correction n’est pas annulée. Entre-temps, votre "
        "demande peut être déclarée non admissible."
    )
    for at, is_late in ((-1, False), (0, True), (172_800, True)):
        clock_at(AT + timedelta(days=10, seconds=at))
        shown = [client.get(page) for page in pages]
        assert [late in page.content.decode() for page in shown] == [is_late] * 2
        assert ["est suspendu" in page.content.decode() for page in shown] == [not is_late] * 2
    sent = client.post(pages[0], posted_back(shown[0], {"project_title": "Livrer à temps, cellule 2", "send": "1"}))
    assert sent.url == pages[1]
    assert Application.objects.get().state == ApplicationState.SUBMITTED


@pytest.mark.parametrize(
    ("end", "why"),
    [
        (
            lambda file, cast: cancel_request(file, by=cast.officer, reason="La réponse suffit."),
            "La demande de correction a été annulée le 15\u00a0septembre\u00a02026 à 10\u00a0h\u00a0: votre demande "
            "suit son cours telle que vous l’aviez déposée.",
        ),
        (
            lambda file, cast: withdraw_application(file, by=cast.sophie, reason="Le projet est reporté."),
            "La demande est retirée\u00a0: plus rien n’y change.",
        ),
    ],
)
def test_changes_sent_once_their_request_has_ended_say_why_they_were_not_and_stay_in_view(
    client, cast, asked, end, why
):
    client.force_login(cast.sophie)
    address = reverse("application-changes", args=[asked.public_id])
    page = client.get(address)
    end(asked, cast)
    late = client.post(address, posted_back(page, {"project_title": "Livrer à temps, cellule 2", "send": "1"}))
    assert late.status_code == 409
    assert late.context["title"] == "Les corrections n’ont pas été envoyées"
    assert late.context["refusals"] == [why]
    assert [(one.key, one.text) for one in late.context["typed"]] == [("project_title", "Livrer à temps, cellule 2")]
    assert "Livrer à temps, cellule 2" in late.content.decode()
    assert asked.snapshots.count() == 1
    assert client.get(address).url == reverse("application-detail", args=[asked.public_id])


def test_second_tab_says_that_the_changes_were_sent_already_and_shows_what_it_had(client, cast, asked, clock_at):
    """The very same text, or a second press, is what was sent: it is told so, on the file's page."""
    client.force_login(cast.sophie)
    address = reverse("application-changes", args=[asked.public_id])
    page = client.get(address)
    sent = posted_back(page, {"project_title": "Livrer à temps, cellule 2", "send": "1"})
    assert client.post(address, sent).status_code == 302
    clock_at(AT + timedelta(days=2))
    again = client.post(address, sent, follow=True)
    told = "Les corrections demandées sur cette page ont été envoyées le 15\u00a0septembre\u00a02026 à 10\u00a0h."
    assert [str(message) for message in again.context["messages"]] == [
        "Vos corrections sont envoyées. Le délai pour évaluer votre demande reprend.", told
    ]  # fmt: skip
    other = client.post(address, sent | {"project_title": "Livrer à temps, cellule 3"})
    assert (other.status_code, other.context["refusals"]) == (409, [told])
    assert [one.text for one in other.context["typed"]] == ["Livrer à temps, cellule 3"]
    request_changes(Application.objects.get(), by=cast.officer, items=[ASKED], due=AT + timedelta(days=10))
    assert client.post(address, sent).status_code == 302  # of the request that was answered
    other = client.post(address, sent | {"project_title": "Livrer à temps, cellule 3"})
    assert (other.status_code, Application.objects.get().state) == (409, ApplicationState.CHANGES_REQUESTED)


def test_section_posted_once_the_application_has_left_its_draft_says_so_and_stays_in_view(client, cast, asked):
    client.force_login(cast.sophie)
    given = {"version.project_title": "1", "project_title": "Une cellule pour les longerons"}
    address = reverse("application-section", args=[asked.public_id, "project"])
    assert client.get(address).status_code == 302
    withdraw_application(asked, by=cast.sophie, reason="Le projet est reporté.")
    late = client.post(address, given)
    assert (late.status_code, late.context["title"]) == (409, "Rien n’a été enregistré")
    assert late.context["refusals"] == ["La demande est retirée\u00a0: plus rien n’y change."]
    assert [one.text for one in late.context["typed"]] == ["Une cellule pour les longerons"]
    deleted = client.post(reverse("application-delete", args=[asked.public_id]))
    assert (deleted.status_code, deleted.context["typed"]) == (409, [])


def test_what_was_submitted_is_shown_and_not_what_is_being_changed(client, cast, programme, clock_at):
    file = submitted_file(cast, programme)
    clock_at(AT + timedelta(days=1))
    plan = file.documents.order_by("pk").first()
    items = [Change(key, ChangeWhy.INCOMPLETE, "Précisez.") for key in ("method", plan.question)]
    request_changes(file, by=cast.officer, items=items, due=AT + timedelta(days=10))
    client.force_login(cast.sophie)

    def shown():
        sections = client.get(reverse("application-answers", args=[file.public_id])).context["sections"]
        return {one.key: (one.text, one.documents) for section in sections for one in section.answers}

    sent = shown()
    assert plan in sent[plan.question][1]
    save_answer(
        file, "method", "Pas encore envoyé.", by=cast.sophie, version=file.answers.get(question="method").version
    )
    remove_document(plan, by=cast.sophie)
    assert shown() == sent


@pytest.mark.parametrize(
    "state",
    [ApplicationState.APPROVED, ApplicationState.DECLINED, ApplicationState.INELIGIBLE, ApplicationState.RECOMMENDED],
)
def test_outcome_is_not_told_before_its_letter(client, cast, programme, clock_at, state):
    file = submitted_file(cast, programme)
    clock_at(AT)
    client.force_login(cast.sophie)
    address = reverse("application-detail", args=[file.public_id])
    before = client.get(address)
    Application.objects.update(state=state)
    page = client.get(address)
    assert page.context["state"] == before.context["state"]
    assert page.context["steps"] == before.context["steps"]
    assert page.context["entries"] == before.context["entries"]
    assert not page.context["letter"]


def test_late_submission_says_the_instant_on_its_page(client, cast, programme, clock_at):
    file = draft_file(cast, programme)
    clock_at(datetime(2028, 10, 1, 12, tzinfo=UTC))
    client.force_login(cast.sophie)
    form = {f"attest.{key}": "on" for key in said.ATTESTATIONS} | {"signed_name": "Sophie Gauthier"}
    page = client.post(reverse("application-submit", args=[file.public_id]), form)
    assert page.status_code == 409
    assert "30\u00a0septembre\u00a02028 à 17\u00a0h" in page.content.decode()
    assert "17\u00a0h" in client.get(reverse("application-tasks", args=[file.public_id])).content.decode()


def test_draft_of_a_later_closing_is_submitted_from_its_page_until_then(client, cast, programme, clock_at):
    when = {"project_period": {"from": "2028-10-15", "to": "2029-01-20"}}
    when["milestones"] = [
        {"title": f"Jalon {n}", "deliverable": "Rapport", "from": "2028-10-15", "until": "2029-01-20"} for n in range(3)
    ]
    closed = datetime(2028, 9, 30, 21, tzinfo=UTC)
    file = draft_file(cast, programme, at=closed - timedelta(days=3), **when)
    client.force_login(cast.sophie)

    def seen(name):
        return client.get(reverse(f"application-{name}", args=[file.public_id])).context

    def listed():
        (draft,) = client.get(reverse("application-list")).context["drafts"]
        return draft.public_state

    clock_at(closed + timedelta(hours=1))
    assert not seen("check")["ready"]
    (why,) = seen("check")["waits"]
    assert "30 septembre 2028 à 17 h" in why.replace("\u00a0", " ")
    assert seen("submit")["waits"] == [why]
    assert (listed(), seen("tasks")["next"]) == ("closed", None)
    later = closed + timedelta(days=2)
    file.call.accommodations.create(organisation=file.organisation, closes_at=later)
    assert (seen("check")["ready"], seen("check")["waits"], seen("submit")["waits"]) == (True, [], [])
    assert (listed(), seen("tasks")["next"]) == ("draft", later)
    clock_at(later)
    assert (seen("check")["ready"], listed()) == (False, "draft")  # what began before goes on in the grace
    clock_at(later + timedelta(minutes=file.call.grace_minutes))
    assert (seen("check")["ready"], listed()) == (False, "closed")


def test_page_that_begins_a_draft_begins_one_however_often_it_is_sent(client, cast, call, usinage):
    client.force_login(cast.sophie)
    address = reverse("application-start", args=[call.public_id])
    ready = client.get(address).context["draft"]
    form = {"organisation": usinage.public_id, "draft": ready}
    for _press in range(2):
        begun = client.post(address, form)
        assert begun.url == reverse("application-tasks", args=[ready])
    assert f'name="draft" value="{ready}"' not in client.get(address).content.decode()  # the next page has another
    for forged in ("", "x", "00000000-0000-0000-0000-000000000000"):
        assert client.post(address, form | {"draft": forged}).status_code == 302
    assert Application.objects.filter(public_id=ready).count() == 1
    assert Application.objects.count() == 4


def test_page_that_is_opened_in_the_grace_says_so_before_the_attestation(client, cast, programme, clock_at):
    closed = datetime(2028, 9, 30, 21, tzinfo=UTC)
    file = draft_file(cast, programme)
    for person in (cast.sophie, cast.olivier):  # who signs, and who does not
        client.force_login(person)
        clock_at(closed)
        pages = {name: client.get(reverse(f"application-{name}", args=[file.public_id])) for name in ENDS}
        (why,) = pages["check"].context["waits"]
        assert "L’appel est clos depuis le 30 septembre 2028 à 17 h" in why.replace("\u00a0", " ")
        assert (pages["submit"].context["waits"], pages["check"].context["ready"]) == ([why], False)
        assert str(pages["tasks"].context["closed"].message) == why
        for page in pages.values():
            assert why in page.content.decode()
            assert "Seule une personne autorisée à signer" not in page.content.decode()
            assert SIGNATURE not in page.content.decode()
    begin = client.get(reverse("application-start", args=[file.call.public_id])).content.decode()
    assert reverse("application-tasks", args=[file.public_id]) in begin  # one's own draft, where none is begun
    assert "Cet appel de projets ne reçoit pas de demandes pour l’instant." in begin
    client.force_login(cast.sophie)
    clock_at(closed - timedelta(seconds=1))
    assert SIGNATURE in client.get(reverse("application-submit", args=[file.public_id])).content.decode()
    assert client.get(reverse("application-tasks", args=[file.public_id])).context["closed"] is None


ENDS = ("tasks", "check", "submit")
SIGNATURE = 'name="signed_name"'


def test_page_that_was_opened_before_the_closing_goes_on_in_the_grace(client, cast, programme, clock_at):
    closed = datetime(2028, 9, 30, 21, tzinfo=UTC)
    file = draft_file(cast, programme)
    client.force_login(cast.sophie)
    address = reverse("application-submit", args=[file.public_id])
    clock_at(closed - timedelta(minutes=1))
    began = client.get(address).context["form"]["began"].value()
    clock_at(closed + timedelta(minutes=1))
    again = client.post(address, {"began": began})  # nothing is agreed to yet
    assert (again.status_code, again.context["form"]["began"].value()) == (422, began)
    assert not [text for text in again.context["waits"] if "pris fin" in text]
    assert SIGNATURE in again.content.decode()


def test_applicant_that_was_given_more_time_reads_its_own_closing_wherever_one_is_named(
    client, cast, programme, clock_at, usinage
):
    closed = datetime(2028, 9, 30, 21, tzinfo=UTC)
    draft, sent = draft_file(cast, programme), submitted_file(cast, programme)
    sent.call.accommodations.create(organisation=usinage, closes_at=closed + timedelta(days=2))
    client.force_login(cast.sophie)
    pages = [
        reverse("application-submit", args=[draft.public_id]),
        reverse("application-take-back", args=[sent.public_id]),
    ]
    for at, named in ((closed, True), (closed + timedelta(days=2), False)):
        clock_at(at)
        texts = [client.get(page).content.decode().replace("\u00a0", " ") for page in pages]
        assert ["au plus tard le 2 octobre 2028 à 17 h" in texts[0], "est le 2 octobre 2028 à 17 h" in texts[1]] == [
            named
        ] * 2
        assert not [text for text in texts if "30 septembre 2028" in text]
    tasks = client.get(reverse("application-tasks", args=[draft.public_id])).content.decode().replace("\u00a0", " ")
    assert "L’appel est clos depuis le 2 octobre 2028 à 17 h" in tasks


def test_list_counts_the_same_queries_at_one_and_many_after_the_closing(client, cast, call, usinage, clock_at):
    client.force_login(cast.sophie)
    start_application(call, usinage, by=cast.sophie)
    clock_at(call.closes_at + timedelta(hours=1))
    one = queries(client, reverse("application-list"))
    clock_at(AT)
    for _n in range(4):
        start_application(call, usinage, by=cast.sophie)
    clock_at(call.closes_at + timedelta(hours=1))
    assert queries(client, reverse("application-list")) == one


def test_member_who_cannot_sign_is_told_who_can(client, cast, programme, clock_at):
    file = draft_file(cast, programme)
    clock_at(AT)
    client.force_login(cast.olivier)
    for name in ("check", "submit"):
        text = client.get(reverse(f"application-{name}", args=[file.public_id])).content.decode()
        assert "sophie.gauthier@gauthier.example" in text


def test_what_nothing_can_show_is_refused_where_it_is_typed_and_stops_nothing(client, cast, programme):
    """With a control character beside it, it once went to the database as it came, and the page answered an error."""
    file = draft_file(cast, programme)
    client.force_login(cast.sophie)
    address = reverse("application-answer", args=[file.public_id])
    before = {one.question: one.value for one in file.answers.all()}
    refused = client.post(address, {"key": "project_title", "version": "1", "value": "a\x00b \ue000"})
    assert (refused.status_code, "U+E000" in refused.json()["message"]) == (422, True)
    cell = {"financing_table.0.source": "a\x00b \ue000", "financing_table.0.amount": "x\x00"}
    assert client.post(address, {"key": "financing_table", "version": "1"} | cell).status_code == 422
    assert {one.question: one.value for one in file.answers.all()} == before
    typed = {"key": "financing_table", "version": str(file.answers.get(question="financing_table").version)}
    kept = client.post(
        address, typed | {"financing_table.0.source": "Ba\x00nque", "financing_table.0.amount": "cent\x00"}
    )
    assert kept.status_code == 200
    assert "\x00" not in str(file.answers.get(question="financing_table").value)


def test_address_of_a_sponsor_holds_nothing_that_nobody_sees(client, cast, programme):
    """« a@b.example » with a mark of no width after it is never reached, and nobody would know why."""
    form = InviteSponsorForm({"organisation_name": "Boréal", "email": "a@b.example\u200b", "language": "fr"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["email"] == "a@b.example"


def test_check_answered_by_two_colleagues_is_shown_to_the_later(client, cast, programme):
    file = draft_file(cast, programme)
    address = reverse("application-eligibility", args=[file.public_id])
    client.force_login(cast.sophie)
    page = client.get(address).content.decode()
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    check = {key: "yes" if v is True else "no" if v is False else v for key, v in said.eligibility("usinage").items()}
    key = next(key for key, value in check.items() if value == "yes")
    theirs = {**file.answers.get(question=ELIGIBILITY).value, key: False}
    save_eligibility(file, theirs, by=cast.olivier, version=int(version))
    answer = client.post(address, check | {"version": version})
    body = answer.content.decode()
    assert answer.status_code == 409
    assert "Olivier Dubé a enregistré ceci pendant que vous écriviez." in body
    assert body.count('class="compare"') == 1
    assert file.answers.get(question=ELIGIBILITY).value[key] is False
    newer = re.search(r'name="version" value="(\d+)"', body)[1]
    assert int(newer) == int(version) + 1
    assert client.post(address, check | {"version": newer}).status_code == 302
    assert file.answers.get(question=ELIGIBILITY).value[key] is True
    assert client.post(address, check | {"version": "1\x00"}).status_code == 400
    assert client.post(address, check).status_code == 302  # nothing read, and the same answers: nothing to replace


def test_version_that_is_no_number_is_a_400_on_each_road(client, cast, programme):
    file = draft_file(cast, programme)
    client.force_login(cast.sophie)
    answer = reverse("application-answer", args=[file.public_id])
    refused = client.post(answer, {"key": "project_title", "version": "abc", "value": "Neuf"})
    assert (refused.status_code, "Rechargez la page." in refused.json()["message"]) == (400, True)
    section = form_of(file).question("project_title").section
    address = reverse("application-section", args=[file.public_id, section])
    page = client.post(address, {"version.project_title": "abc", "project_title": "Neuf"})
    assert (page.status_code, "Rechargez la page." in page.content.decode()) == (400, True)
    assert file.answers.get(question="project_title").value != "Neuf"
