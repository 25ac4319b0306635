"""The pages of reviews: what each person is shown, and what the page does with what is typed."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.models import Application
from applications.states import ApplicationState
from audit.models import Reading
from moves.refusals import WrongMoment
from moves.services import declare_standing
from reviews.models import Assignment, Declaration, Interest, Recommendation, Score
from reviews.services import declare_interests, recommend, recuse_reviewer, save_feedback, save_score
from tests.reviews.files import (
    assigned_file,
    eligible_file,
    file_in_review,
    fresh,
    of,
    reviewed_file,
    score,
)
from work import clock

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 10, 6, 14, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_october(clock_at):
    clock_at(NOW)


@pytest.fixture
def as_(client):
    def sign_in(person, language=""):
        client.force_login(person)
        if language:
            person.language = language
            person.save(update_fields=["language"])
        return client

    return sign_in


def page(client, name, *args, status=200, **query):
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == status, answer.status_code
    return answer.content.decode()


# -------------------------------------------------------------- interests


def test_an_interest_is_added_and_ended_by_its_person_only(cast, as_):
    client = as_(cast.dev)
    client.post(reverse("review-interests"), {"kind": "employer", "organisation_name": "Boréal", "neq": "1149 876 543",
                                              "starts_on": "2024-01-01"})  # fmt: skip
    interest = Interest.objects.get(user=cast.dev)
    assert (interest.neq, interest.organisation_name) == ("1149876543", "Boréal")
    assert "Boréal" in page(client, "review-interests")
    assert as_(cast.chair).post(reverse("review-interest-end", args=[interest.public_id])).status_code == 404
    as_(cast.dev).post(reverse("review-interest-end", args=[interest.public_id]))
    assert Interest.objects.get().ends_on.isoformat() == "2026-10-06"


def test_a_wrong_neq_is_said_beside_the_field_and_kept(cast, as_):
    answer = as_(cast.dev).post(
        reverse("review-interests"),
        {"kind": "employer", "organisation_name": "Boréal", "neq": "123", "starts_on": "2024-01-01"},
    )
    assert "neq" in answer.context["form"].errors
    assert 'value="123"' in answer.content.decode()


def test_before_declaring_only_the_names_and_the_title_are_shown(cast, programme, as_):
    application = assigned_file(cast, programme)
    assignment = of(application, cast.ana)
    client = as_(cast.ana)
    assert client.get(reverse("review-score", args=[assignment.public_id])).status_code == 302
    shown = page(client, "review-declare-own", assignment.public_id)
    assert application.organisation_name in shown
    assert "Aéronefs Boréal inc." in shown
    assert "train d’atterrissage" not in shown  # the summary of the project
    answer = client.post(reverse("review-declare-own", args=[assignment.public_id]), {"answer": "none"})
    assert "undertaking" in answer.context["form"].errors
    answer = client.post(
        reverse("review-declare-own", args=[assignment.public_id]),
        {"answer": "none", "undertaking": "on", "note": "Je connais le fils du patron."},
    )
    assert list(answer.context["form"].errors) == ["note"]
    assert "Je connais le fils du patron." in answer.content.decode()
    assert of(application, cast.ana).state == "offered"
    client.post(reverse("review-declare-own", args=[assignment.public_id]), {"answer": "none", "undertaking": "on"})
    assert of(application, cast.ana).state == "accepted"
    assert page(client, "review-score", assignment.public_id, status=409)  # the review has not begun


def test_a_conflicted_reviewer_gets_403_everywhere(cast, programme, as_):
    application = file_in_review(cast, programme)
    assignment = of(application, cast.dev)
    document = application.documents.first()
    client = as_(cast.dev)
    client.post(reverse("review-declare-own", args=[assignment.public_id]), {"answer": "conflict", "note": "Rival."})
    assert of(application, cast.dev).state == "recused"
    for name, *args in (
        ("review-score", assignment.public_id),
        ("review-check", assignment.public_id),
        ("review-read", assignment.public_id),
        ("review-document", assignment.public_id, document.public_id),
    ):
        page(client, name, *args, status=403)
    for name in ("review-file", "review-recommend"):  # the staff's pages do not exist for a reviewer
        page(client, name, application.reference, status=404)
    assert client.post(reverse("review-save", args=[assignment.public_id]), {"key": "x"}).status_code == 403


@pytest.mark.parametrize("person", ["ben", "chloe", "officer", "chair", "auditor", "sophie", "michel"])
def test_the_review_of_another_does_not_exist(cast, programme, as_, person):
    application = file_in_review(cast, programme)
    assignment = of(application, cast.ana)
    for name in ("review-score", "review-check", "review-read", "review-declare-own", "review-decline"):
        page(as_(getattr(cast, person)), name, assignment.public_id, status=404)


@pytest.mark.parametrize(("person", "status"), [("chloe", 404), ("sophie", 404), ("michel", 404), ("screener", 200)])
def test_who_has_no_part_in_a_file_does_not_find_its_declaration(cast, programme, as_, person, status):
    application = assigned_file(cast, programme)
    page(as_(getattr(cast, person)), "review-declare", application.reference, status=status)


# ---------------------------------------------------------------- scoring


def test_the_evidence_of_a_criterion_is_beside_it(cast, programme, as_):
    application = file_in_review(cast, programme)
    assignment = of(application, cast.ana)
    answer = as_(cast.ana).get(reverse("review-score", args=[assignment.public_id]), {"c": "team_capacity"})
    assert [shown.key for shown in answer.context["evidence"]] == [
        "team", "consultants", "activities", "financing_table", "budget_notes",
    ]  # fmt: skip
    assert Reading.objects.filter(application_id=application.pk, what="evidence", actor_id=cast.ana.pk).count() == 1


def test_a_document_opens_to_its_reviewer_and_the_reading_is_kept(cast, programme, as_):
    application = file_in_review(cast, programme)
    other = file_in_review(cast, programme, company="precision")
    document = application.documents.first()
    url = reverse("review-document", args=[of(application, cast.ana).public_id, document.public_id])
    assert as_(cast.ana).get(url).status_code == 200
    assert Reading.objects.filter(what="document", actor_id=cast.ana.pk).count() == 1
    foreign = reverse("review-document", args=[of(application, cast.ana).public_id, other.documents.first().public_id])
    assert as_(cast.ana).get(foreign).status_code == 404


def test_a_search_finds_words_of_the_file(cast, programme, as_):
    assignment = of(file_in_review(cast, programme), cast.ana)
    answer = as_(cast.ana).get(reverse("review-score", args=[assignment.public_id]), {"q": "AS9100"})
    assert "activities" in [found.key for _section, found, _passage in answer.context["found"]]


def test_the_review_is_written_without_script_from_first_to_last(cast, programme, as_):
    application = file_in_review(cast, programme)
    assignment = of(application, cast.ana)
    client, url = as_(cast.ana), reverse("review-score", args=[assignment.public_id])
    for _step in range(5):
        shown = client.get(url).context
        answer = client.post(
            f"{url}?c={shown['current'].key}",
            {"point": "4", "comment": "Des faits.", "version": "0", "then": "next"},
        )
        assert answer.status_code == 302
    assert answer.url == reverse("review-check", args=[assignment.public_id])
    client.post(answer.url, {"feedback": "Bravo.", "feedback_version": "0", "then": "submit"})
    submitted = of(application, cast.ana)
    assert (submitted.state, submitted.total, submitted.feedback) == ("submitted", Decimal("80.0000"), "Bravo.")


def test_what_is_missing_is_linked(cast, programme, as_):
    assignment = of(file_in_review(cast, programme), cast.ana)
    save_score(assignment, "strategic_fit", by=cast.ana, version=0, point="3")
    url = reverse("review-check", args=[assignment.public_id])
    answer = as_(cast.ana).post(url, {"feedback": "", "feedback_version": "0", "then": "submit"})
    assert answer.status_code == 409
    assert [link.split("c=")[1] for link, _text in answer.context["missing"]] == [
        "strategic_fit", "improvement_plan", "team_capacity", "economic_benefit", "environment_inclusion",
    ]  # fmt: skip
    assert 'href="' + answer.context["missing"][0][0] in answer.content.decode()


def test_autosave_answers_as_its_contract_says(cast, programme, as_):
    assignment = of(file_in_review(cast, programme), cast.ana)
    client, url = as_(cast.ana), reverse("review-save", args=[assignment.public_id])
    sent = {"key": "strategic_fit", "version": "0", "point": "4", "comment": "Un"}
    saved = client.post(url, sent)
    assert (saved.status_code, saved.json()["version"], list(saved.json()["fragments"])) == (200, 1, ["criteria"])
    taken = client.post(url, sent | {"comment": "Deux"})
    assert taken.status_code == 409
    assert taken.json()["theirs"] == [["point", "4"], ["comment", "Un"]]
    assert client.post(url, sent | {"version": "1", "point": "9"}).status_code == 422
    feedback = {"key": "feedback", "version": "0", "feedback": "Bravo"}
    assert client.post(url, feedback).json()["version"] == 1
    taken = client.post(url, feedback | {"feedback": "Mieux"})
    assert (taken.status_code, taken.json()["theirs"], taken.json()["version"]) == (409, [["feedback", "Bravo"]], 1)


def test_what_is_pasted_in_the_desk_is_read_as_its_form_reads_it(cast, programme, as_):
    """A list mark of a word processor in a comment once stopped the letter that gave it."""
    assignment = of(file_in_review(cast, programme), cast.ana)
    client, url = as_(cast.ana), reverse("review-save", args=[assignment.public_id])
    pasted = {"key": "feedback", "version": "0", "feedback": "\uf0b7 des objectifs mesurables\r\n"}
    assert client.post(url, pasted).status_code == 200
    assert fresh(assignment).feedback == "• des objectifs mesurables"
    for sent in ({"key": "feedback", "feedback": "Nos \uf123"}, {"key": "strategic_fit", "comment": "Nos \uf123"}):
        refused = client.post(url, sent | {"version": "1"})
        assert (refused.status_code, "U+F123" in refused.json()["message"]) == (422, True)
    too_long = client.post(url, {"key": "strategic_fit", "version": "0", "comment": "a" * 20_001})
    assert too_long.status_code == 422


def test_without_script_a_newer_feedback_is_shown_and_what_was_typed_is_kept(cast, programme, as_):
    assignment = of(file_in_review(cast, programme), cast.ana)
    save_feedback(assignment, by=cast.ana, text="Ailleurs.", version=0)
    client, url = as_(cast.ana), reverse("review-check", args=[assignment.public_id])
    typed = {"feedback": "Ici.", "feedback_version": "0", "then": "save"}
    answer = client.post(url, typed)
    assert "Ailleurs." in answer.content.decode()
    assert "Ici." in answer.content.decode()
    again = typed | {"feedback_version": str(answer.context["form"]["feedback_version"].value())}
    assert client.post(url, again).status_code == 302
    assert of(assignment.application, cast.ana).feedback == "Ici."


def test_without_script_a_newer_score_is_shown_and_what_was_typed_is_kept(cast, programme, as_):
    assignment = of(file_in_review(cast, programme), cast.ana)
    save_score(assignment, "strategic_fit", by=cast.ana, version=0, point="2", comment="Ailleurs.")
    url = reverse("review-score", args=[assignment.public_id]) + "?c=strategic_fit"
    typed = {"point": "5", "comment": "Ici.", "version": "0", "then": "next"}
    answer = as_(cast.ana).post(url, typed)
    assert answer.status_code == 409
    assert "Ailleurs." in answer.content.decode()
    assert "Ici." in answer.content.decode()
    again = typed | {"version": str(answer.context["form"]["version"].value())}
    assert as_(cast.ana).post(url, again).status_code == 302
    assert Score.objects.get(assignment=assignment).comment == "Ici."


def test_a_skipped_file_goes_last_until_it_is_opened_again(cast, programme, as_):
    first = file_in_review(cast, programme)
    second = file_in_review(cast, programme, company="precision")
    client = as_(cast.ana)
    answer = client.post(reverse("review-skip", args=[of(first, cast.ana).public_id]))
    assert answer.url == reverse("review-score", args=[of(second, cast.ana).public_id])
    order = [
        one.assignment.application.reference for one in client.get(reverse("review-queue")).context["queue"].waiting
    ]
    assert order == [second.reference, first.reference]
    client.get(reverse("review-score", args=[of(first, cast.ana).public_id]))
    order = [
        one.assignment.application.reference for one in client.get(reverse("review-queue")).context["queue"].waiting
    ]
    assert order == [first.reference, second.reference]


def test_the_scores_of_the_others_are_hidden_until_ones_own_is_submitted(cast, programme, as_):
    application = file_in_review(cast, programme)
    score(of(application, cast.ben), 5)
    mine = of(application, cast.ana)
    client = as_(cast.ana)
    assert "Les faits appuient la note 5." not in page(client, "review-score", mine.public_id)
    assert client.get(reverse("review-read", args=[mine.public_id])).status_code == 302
    score(mine, 3)
    shown = page(client, "review-read", mine.public_id)
    assert "Les faits appuient la note 5." in shown
    assert cast.ben.full_name not in shown


def test_the_queries_of_the_queue_and_of_the_score_page_do_not_grow(cast, programme, as_, django_assert_num_queries):
    application = file_in_review(cast, programme)
    client, queue = as_(cast.ana), reverse("review-queue")
    url = reverse("review-score", args=[of(application, cast.ana).public_id])
    client.get(queue), client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(queue)
    with CaptureQueriesContext(connection) as alone:
        client.get(url)
    for company in ("precision", "northwind"):
        file_in_review(cast, programme, company=company)
    score(of(application, cast.ana), 4, submit=False)
    with django_assert_num_queries(len(one)):
        assert len(client.get(queue).context["queue"].waiting) == 3
    with django_assert_num_queries(len(alone)):
        client.get(url)


# ---------------------------------------------------------- officer, chair


def test_the_officer_assigns_starts_and_sees_no_score_before_the_end(cast, programme, as_):
    application = eligible_file(cast, programme)
    client = as_(cast.officer)
    chosen = {"reviewer": [str(getattr(cast, name).public_id) for name in ("ana", "ben", "dev")]}
    assert client.post(reverse("review-assign", args=[application.reference]), chosen).status_code == 302
    assert client.post(reverse("review-start", args=[application.reference])).status_code == 302
    assert fresh(application).state == ApplicationState.IN_REVIEW
    assert client.get(reverse("review-file", args=[application.reference])).context["shows_scores"] is False


def test_side_that_too_few_can_fill_is_said_where_the_officer_gives_the_file(cast, programme, as_):
    """Both of the cluster have a conflict; Dev, of the industry, is free."""
    application = eligible_file(cast, programme)
    officer, page = as_(cast.officer), reverse("review-file", args=[application.reference])
    assert officer.get(page).context["shortages"] == []
    for person in (cast.ana, cast.ben):
        declare_standing(application.pk, user=person, standing="conflict")
    answer = officer.get(page)
    (short,) = answer.context["shortages"]
    assert (short.lacking, short.free) == (2, 0)
    said = answer.content.decode()
    assert "Grappe\xa0: places à pourvoir, 2; personnes libres pour ce dossier, 0." in said
    assert cast.dev.full_name in said


def test_total_given_while_others_still_review_is_on_no_page(cast, programme, as_):
    """Not for the officer, nor the chair: whoever reads one before the others have scored may weigh on them."""
    application = file_in_review(cast, programme)
    total = f"{score(of(application, cast.ana), 5).total:.2f}".replace(".", ",")
    address = reverse("review-file", args=[application.reference])
    for person in (cast.officer, cast.chair, cast.auditor):
        assert total not in as_(person).get(address).content.decode()
    for name in ("ben", "dev"):
        score(of(application, getattr(cast, name)), 3)
    for person in (cast.officer, cast.chair, cast.auditor):
        assert total in as_(person).get(address).content.decode()


def test_scores_are_shown_once_the_review_is_complete(cast, programme, as_):
    application = reviewed_file(cast, programme)
    answer = as_(cast.officer).get(reverse("review-file", args=[application.reference]))
    assert answer.context["reviews"].mean == Decimal("73.3333")
    shown = page(as_(cast.officer), "review-assignment", application.reference, of(application, cast.dev).public_id)
    assert "Les faits appuient la note 3." in shown


def test_a_refused_assignment_says_who_and_why(cast, programme, as_):
    application = eligible_file(cast, programme)
    declare_interests_as_reviewer = Declaration  # nobody declared yet
    assert not declare_interests_as_reviewer.objects.filter(user=cast.ana).exists()
    answer = as_(cast.officer).post(reverse("review-start", args=[application.reference]))
    assert answer.status_code == 409
    assert answer.context["refused"]
    unknown = {"reviewer": [str(cast.officer.public_id)]}
    nobody = as_(cast.officer).post(reverse("review-assign", args=[application.reference]), {})
    other = as_(cast.officer).post(reverse("review-assign", args=[application.reference]), unknown)
    assert (nobody.status_code, other.status_code) == (422, 409)
    for refused in (answer, nobody, other):
        title = " ".join(refused.content.decode().partition("<title>")[2].partition("</title>")[0].split())
        assert title.startswith("Erreur\xa0: Évaluations") or title.startswith("Erreur : Évaluations"), title
    assert as_(cast.chair).post(reverse("review-assign", args=[application.reference]), {}).status_code == 403


def test_page_says_that_nobody_has_the_file_yet_only_where_somebody_is_to_have_it(cast, programme, as_):
    application = eligible_file(cast, programme)
    client, said = as_(cast.officer, "en"), re.compile(r"Nobody has this file to review[^.]*\.")

    def found(state):
        Application.objects.filter(pk=application.pk).update(state=state)
        return said.findall(page(client, "review-file", application.reference))

    yet, never, more = (f"Nobody has this file to review{words}." for words in (" yet", "", " any more"))
    for state in ("submitted", "changes_requested", "eligible"):
        assert found(state) == [yet]
    for state in ("ineligible", "withdrawn", "declined"):
        assert found(state) == [never]
    Assignment.objects.create(
        application=application, reviewer=cast.ana, seat="cluster", state="recused", due=NOW, assigned_by=cast.officer
    )
    assert (found("eligible"), found("ineligible")) == ([more], [never])


def test_the_chair_rules_on_a_page(cast, programme, as_):
    application = file_in_review(cast, programme)
    declare_interests(application, by=cast.ana, answer="unsure", note="Mon frère.")
    url = reverse("review-rule", args=[application.reference, cast.ana.public_id])
    assert as_(cast.officer).get(url).status_code == 403
    asked = as_(cast.chair).get(url).content.decode()
    assert "Mon frère." in asked
    said = ("Se prononcer sur une déclaration", "Trancher", "Dire que cela")
    assert [asked.count(one) for one in said] == [2, 1, 0]
    done = as_(cast.chair).post(url, {"clear": "yes", "ruling": "Trop ancien."})
    assert done.url == reverse("file-detail", args=[application.reference])
    assert Declaration.objects.get(user=cast.ana, answer="unsure").ruling == "Trop ancien."


@pytest.mark.parametrize("name", ["cancel", "replace", "recuse", "reopen"])
def test_each_act_on_an_assignment_has_its_page(cast, programme, as_, name):
    application = reviewed_file(cast, programme) if name == "reopen" else file_in_review(cast, programme)
    one = of(application, cast.ana)
    person = cast.chair if name == "reopen" else cast.officer
    url = reverse("review-act", args=[application.reference, one.public_id, name])
    assert as_(cast.screener).get(url).status_code == 403
    assert as_(person).get(url).status_code == 200
    as_(person).post(url, {"reason": "Parce que.", "reviewer": str(cast.chloe.public_id)})
    after = {"cancel": "cancelled", "replace": "cancelled", "recuse": "recused", "reopen": "accepted"}
    assert of(application, cast.ana).state == after[name]


def test_the_ranking_shows_the_line_and_closes_what_one_is_barred_from(cast, programme, as_):
    """Nothing that is said of the others tells its place, its amount, or whether the money reaches it."""
    first, closed, last = (
        reviewed_file(cast, programme, company=company, scores=scores)
        for company, scores in (("usinage", (5, 5, 5)), ("precision", (4, 4, 4)), ("northwind", (2, 2, 2)))
    )
    for file, asked in ((first, "11111.00"), (closed, "22222.00"), (last, "33333.00")):
        Application.objects.filter(pk=file.pk).update(requested_amount=Decimal(asked))
    client, call = as_(cast.chair), first.call.public_id
    shown = " ".join(page(client, "review-ranking", call).split())
    for file in (first, closed, last):
        assert file.reference in shown
    for words in (
        "22 222",
        "33 333",
        "Rang",
        "Total cumulé",
        "Ligne de financement",
        "au-dessus de la ligne de financement",
    ):
        assert words in shown
    assert "fermé" not in shown
    declare_interests(closed, by=cast.chair, answer="conflict", note="…")
    answer = client.get(reverse("review-ranking", args=[call]))
    shown = " ".join(answer.content.decode().split())
    assert [row.ranked.application for row in answer.context["rows"]] == [first, last]
    assert (
        "1 dossier de ce classement vous est fermé pour cause de conflit d’intérêts. Les rangs, les totaux "
        "cumulés et la ligne de financement ne sont pas montrés : on pourrait en déduire sa place et son montant."
    ) in shown
    table = shown[shown.index("<table") : shown.index("</table>")]
    for words in (closed.reference, closed.organisation_name, "22 222", "33 333", "66 666"):
        assert words not in table or words == "33 333"
    for words in (
        "Rang",
        "Total cumulé",
        "Ligne de financement",
        "ranking__under",
        "de la ligne",
        "Disponible",
        "ex æquo",
    ):
        assert words not in table
    assert table.count("11 111") == table.count("33 333") == 1  # what each asks, and no running total
    assert ">atteint la note de passage<" in table
    assert "ne passe pas" in table
    declare_interests(first, by=cast.chair, answer="conflict", note="…")
    declare_interests(last, by=cast.chair, answer="conflict", note="…")
    shown = page(client, "review-ranking", call)
    assert "3 dossiers de ce classement vous sont fermés" in shown
    assert "Aucun dossier évalué" not in shown
    for name in ("ana", "sophie", "michel"):
        page(as_(getattr(cast, name)), "review-ranking", call, status=404)


def test_the_ranking_shows_a_bonus_apart_with_its_condition(cast, programme, as_):
    with_bonus, without = (reviewed_file(cast, programme, company=company) for company in ("usinage", "precision"))
    Application.objects.filter(pk=with_bonus.pk).update(requested_amount="75000.00", requested_bonus="10000.00")
    Application.objects.filter(pk=without.pk).update(requested_amount="50000.00", requested_bonus="0.00")
    condition = "La prime n’est versée qu’une fois que l’évaluation finale montre les niveaux gagnés."

    def shown():
        return " ".join(page(as_(cast.chair), "review-ranking", with_bonus.call.public_id).replace("\xa0", " ").split())

    assert shown().count("Remboursement : 65 000,00 $. Prime : 10 000,00 $.") == 1
    assert (shown().count("Prime :"), shown().count(condition)) == (1, 1)
    Application.objects.filter(pk=with_bonus.pk).update(requested_bonus="0.00")
    assert (shown().count("Prime :"), shown().count(condition)) == (0, 0)


def test_a_recommendation_is_written_without_the_rank_when_a_file_of_the_ranking_is_closed(cast, programme, as_):
    first = reviewed_file(cast, programme, scores=(5, 5, 5))
    last = reviewed_file(cast, programme, company="precision")
    Application.objects.filter(pk=first.pk).update(requested_amount=Decimal(10**9))
    declare_interests(last, by=cast.chair, answer="none")
    client = as_(cast.chair)
    shown = page(client, "review-recommend", last.reference)
    assert "2 sur 2" in shown
    assert "sous la ligne" in shown
    assert "note de passage\u00a0: 60" in shown
    declare_interests(first, by=cast.chair, answer="conflict", note="…")
    answer = client.get(reverse("review-recommend", args=[last.reference]))
    shown = answer.content.decode()
    assert "2 sur 2" not in shown
    assert "non montré\u00a0: un dossier de ce classement vous est fermé pour cause de conflit d’intérêts" in shown
    assert "La position de la ligne de financement ne vous est pas montrée" in shown
    assert "sous la ligne" not in shown
    asked = Application.objects.get(pk=last.pk).requested_amount
    assert answer.context["form"]["amount"].value() == asked


def recommendation(client, application, **changes):
    """The form as the page proposes it, with what is typed over it."""
    form = client.get(reverse("review-recommend", args=[application.reference])).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    sent["split_of"] = form.parts.total if form.parts else ""
    sent |= {"reasons_fr": "Bon projet.", "reasons_en": "A good project.", "then": "recommend"} | changes
    return client.post(reverse("review-recommend", args=[application.reference]), sent)


def test_ranking_of_a_cohort_that_is_open_says_until_when(cast, programme, as_):
    application = reviewed_file(cast, programme)
    Application.objects.filter(pk=application.pk).update(cohort_closes_at=clock.local(date(2027, 1, 31), 17))
    said = ("31 janvier 2027", "17 h 15")
    with clock.at(clock.local(date(2027, 1, 31), 17, 14)):
        shown = page(as_(cast.chair), "review-ranking", application.call.public_id).replace("\xa0", " ")
    assert "La clôture de cette cohorte est le 31 janvier 2027 à 17 h, et des demandes" in shown
    assert all(one in shown for one in said)
    with clock.at(clock.local(date(2027, 1, 31), 17, 15)):
        shown = page(as_(cast.chair), "review-ranking", application.call.public_id).replace("\xa0", " ")
    assert "La clôture de cette cohorte" not in shown


def test_the_chair_reads_what_an_amount_is_made_of_before_she_recommends_it(cast, programme, as_):
    application = reviewed_file(cast, programme)
    Application.objects.filter(pk=application.pk).update(requested_amount="82500.00", requested_bonus="22500.00")
    declare_interests(application, by=cast.chair, answer="none")
    client = as_(cast.chair, "en")
    address = reverse("review-recommend", args=[application.reference])

    def split(answer):
        """What the page says that the amount in the form is made of, and the amount that the form says it was of."""
        body = answer.content.decode()
        said = body.partition("This amount is made of:")[2].partition("</p>")[0]
        return " ".join(re.sub("<[^>]+>", " ", said).split()), re.findall(r'name="split_of" value="([^"]*)"', body)

    whole = "$82,500.00 Reimbursement: $60,000.00. Bonus: $22,500.00."
    part = "$60,000.00 Reimbursement: $60,000.00. Bonus: $0.00."
    condition = " The bonus is paid only once the final assessment shows the levels gained."
    assert split(client.get(address)) == (whole + condition, ["82500.00"])
    lowered = {"outcome": "partial", "amount": "60,000.00"}
    proposed = recommendation(client, application, **lowered, then="propose")
    assert split(proposed) == (part, ["60000.00"])
    shares = {n: proposed.context["form"][n].value() or "" for n in proposed.context["form"].fields if "share_" in n}
    stopped = recommendation(client, application, **lowered, **shares, split_of="82500.00")
    assert stopped.context["form"].errors == {
        "amount": ["Read below what this amount is made of, then recommend it again."]
    }
    assert split(stopped) == (part, ["60000.00"])
    assert not Recommendation.objects.exists()
    assert recommendation(client, application, **lowered, **shares, split_of="60000.00").status_code == 302
    for name, key in (
        ("review-file", application.reference),
        ("file-detail", application.reference),
        ("decision-file", application.reference),
        ("review-ranking", application.call.public_id),
    ):
        assert "Reimbursement: $60,000.00. Bonus: $0.00." in page(client, name, key), name


def test_an_amount_without_a_bonus_is_made_of_one_part(cast, programme, as_):
    application = reviewed_file(cast, programme)
    Application.objects.filter(pk=application.pk).update(requested_bonus="0.00")
    declare_interests(application, by=cast.chair, answer="none")
    assert "This amount is made of:" not in page(as_(cast.chair, "en"), "review-recommend", application.reference)


def test_the_chair_recommends_what_the_page_proposes(cast, programme, as_):
    application = reviewed_file(cast, programme)
    client = as_(cast.chair)
    answer = client.get(reverse("review-recommend", args=[application.reference]))
    assert answer.status_code == 302  # interests first
    declare_interests(application, by=cast.chair, answer="none")
    assert recommendation(client, application).status_code == 302
    assert Recommendation.objects.get().amount == Decimal("75000.00")
    page(as_(cast.officer), "review-recommend", application.reference, status=403)


@pytest.mark.parametrize("outcome", ["declined", "waitlisted"])
def test_amount_typed_with_an_outcome_that_grants_nothing_is_refused_where_it_was_typed(cast, programme, as_, outcome):
    """What the page proposed and nobody changed is no word of the chair's: the page says what it is for."""
    application = reviewed_file(cast, programme)
    declare_interests(application, by=cast.chair, answer="none")
    client = as_(cast.chair, "en")
    shown = page(client, "review-recommend", application.reference)
    assert "For an approval only, whole or in part. Maximum $75,000.00" in shown
    assert 'data-shown-with="outcome" data-values="approved partial"' in shown
    first, second = [name for name in client.get(reverse("review-recommend", args=[application.reference]))
                     .context["form"].fields if name.startswith("share_")][:2]  # fmt: skip
    said = "Nothing is granted with this outcome: empty what was entered here, or choose an approval."
    for typed, place in (
        ({"amount": "60,000.00"}, "amount"),
        ({second: "1.00"}, second),
        ({"amount": "1.00", first: "1.00"}, "amount"),
    ):
        stopped = recommendation(client, application, outcome=outcome, **typed)
        assert (stopped.status_code, stopped.context["form"].errors) == (422, {place: [said]})
        for name, text in typed.items():
            assert stopped.context["form"][name].value() == text  # nothing is lost
    assert not Recommendation.objects.exists()
    assert recommendation(client, application, outcome=outcome).status_code == 302
    made = Recommendation.objects.get()
    assert (made.outcome, made.amount, made.shares.count()) == (outcome, 0, 0)


@pytest.mark.parametrize("outcome", ["declined", "waitlisted"])
def test_outcome_that_grants_nothing_is_recommended_with_no_amount(cast, programme, as_, outcome):
    """As it is sent where the fields are hidden; and the service refuses one that comes by another way."""
    application = reviewed_file(cast, programme)
    declare_interests(application, by=cast.chair, answer="none")
    with pytest.raises(WrongMoment) as stopped:
        recommend(application, by=cast.chair, outcome=outcome, amount=Decimal("0.01"), reasons_fr="Non.")
    assert [one.code for one in stopped.value.refusals] == ["amount"]
    typed = {"outcome": outcome, "reasons_fr": "Non.", "reasons_en": "No.", "then": "recommend"}
    assert as_(cast.chair).post(reverse("review-recommend", args=[application.reference]), typed).status_code == 302
    assert Recommendation.objects.get().amount == 0


def test_reasons_of_a_recommendation_that_comes_second_are_shown_to_be_copied(cast, programme, as_):
    application = reviewed_file(cast, programme)
    declare_interests(application, by=cast.chair, answer="none")
    client = as_(cast.chair)
    address = reverse("review-recommend", args=[application.reference])
    closing = clock.day_of(application.cohort_closes_at).isoformat()
    ranking = f"{reverse('review-ranking', args=[application.call.public_id])}?cohort={closing}"
    for name in ("review-file", "review-recommend"):
        assert f'href="{ranking}"' in page(client, name, application.reference)
    assert recommendation(client, application).status_code == 302
    second = client.post(address, {"reasons_fr": "Un <autre> avis.", "reasons_en": " ", "then": "recommend"})
    assert second.status_code == 409
    shown = second.content.decode()
    assert "Un &lt;autre&gt; avis." in shown
    assert "Votre recommandation n’a pas été enregistrée" in shown
    assert client.get(address).url == reverse("review-file", args=[application.reference])


@pytest.mark.parametrize("field", ["reasons_fr", "reasons_en", "discussion"])
def test_reasons_are_no_longer_than_whoever_corrects_them_may_write(cast, programme, as_, field):
    application = reviewed_file(cast, programme)
    declare_interests(application, by=cast.chair, answer="none")
    answer = recommendation(as_(cast.chair), application, **{field: "a" * 6001})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_the_chair_reads_what_stands_in_the_way_before_a_recommendation_is_written(cast, programme, as_, monkeypatch):
    application = reviewed_file(cast, programme)
    declare_interests(application, by=cast.chair, answer="none")
    client = as_(cast.chair)
    assert 'name="reasons_fr"' in page(client, "review-recommend", application.reference)
    recuse_reviewer(of(application, cast.dev), by=cast.officer, note="Conflit appris.")
    monkeypatch.setattr("reviews.checks.sat_before", lambda files, people: {(application.pk, cast.chair.pk)})
    shown = page(client, "review-recommend", application.reference)
    assert "Évaluations reçues\u00a0: 2 sur 3." in shown
    assert "Rouvrez son évaluation, pour qu’une autre personne l’évalue." in shown
    assert "Vous avez participé à la décision en réexamen" in shown
    assert 'name="reasons_fr"' not in shown
    # A file of the waiting list has no review to reopen.
    Application.objects.filter(pk=application.pk).update(state=ApplicationState.WAITLISTED)
    shown = page(client, "review-recommend", application.reference)
    assert "Évaluations reçues\u00a0: 2 sur 3." in shown
    assert "Rouvrez son évaluation" not in shown


def test_the_review_of_a_file_is_reopened_from_where_it_can_be_and_by_the_chair(cast, programme, as_):
    application = reviewed_file(cast, programme)
    page(as_(cast.officer), "review-reopen-file", application.reference, status=403)
    client = as_(cast.chair)
    assert 'name="reason"' in page(client, "review-reopen-file", application.reference)
    client.post(reverse("review-reopen-file", args=[application.reference]), {"reason": "Un autre avis."})
    assert fresh(application).state == ApplicationState.IN_REVIEW
    assert 'name="reason"' not in page(client, "review-reopen-file", application.reference, status=409)
    # Sent a second time, or from a second window: what was typed is still there.
    again = client.post(reverse("review-reopen-file", args=[application.reference]), {"reason": "Un troisième avis."})
    assert again.status_code == 409
    assert "Un troisième avis." in again.content.decode()


def test_a_file_that_leaves_the_ranking_meanwhile_leads_to_its_reviews(cast, programme, as_, monkeypatch):
    application = reviewed_file(cast, programme)
    declare_interests(application, by=cast.chair, answer="none")
    client = as_(cast.chair)
    recommendation(client, application)
    monkeypatch.setattr("reviews.views.recommend.refusals", lambda *_file, by: ())  # asked a moment before
    answer = client.get(reverse("review-recommend", args=[application.reference]))
    assert (answer.status_code, answer.url) == (302, reverse("review-file", args=[application.reference]))


def test_sums_and_limits_are_said_beside_the_field(cast, programme, as_):
    application = reviewed_file(cast, programme)
    declare_interests(application, by=cast.chair, answer="none")
    client = as_(cast.chair)
    first = next(n for n in client.get(reverse("review-recommend", args=[application.reference])).context["form"].fields
                 if n.startswith("share_"))  # fmt: skip
    wrong = recommendation(client, application, **{first: "1 000,00"})
    assert list(wrong.context["form"].errors) == [first]
    above = recommendation(client, application, amount="80 000,00")
    assert "amount" in above.context["form"].errors
    partly = recommendation(client, application, amount="50 000,00")
    assert "amount" in partly.context["form"].errors
    split = recommendation(client, application, outcome="partial", amount="50 000,00", then="propose")
    form = split.context["form"]
    assert sum(Decimal(form[n].value() or 0) for n in form.fields if n.startswith("share_")) == Decimal("50000.00")
    application.assignments.filter(reviewer=cast.ana).update(state="recused")  # the quorum is lost meanwhile
    typed = recommendation(client, application, amount="50 000,00", then="propose", reasons_fr="Déjà écrit.")
    assert typed.context["form"]["amount"].value() == Decimal("50000.00")  # though it is not all that is asked
    assert "Déjà écrit." in typed.content.decode()
    assert not Recommendation.objects.exists()
