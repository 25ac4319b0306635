"""What the letter of a decision is about: who signs it, and what its own fields say."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from applications.models import Application
from decisions import services
from decisions.models import DecisionShare
from decisions.selectors import UNSHOWN
from decisions.states import DecisionKind
from decisions.subjects import FIELDS, _shares, _signer_of, subject_of
from funding.models import Agreement, Envelope
from letters import fields
from letters.sheets import empty_fields, html_of
from programs.constants import Order
from reviews.models import Assignment
from reviews.states import AssignmentState
from tests.decisions import files
from tests.files import with_rules
from tests.mutants import proves
from work import clock

pytestmark = pytest.mark.django_db


def value(decision, key, language="fr"):
    return fields.values_of(subject_of(decision), [key], language)[key]


def signer(decision):
    signer = subject_of(decision).signer
    return str(signer.name), signer.title("fr"), signer.title("en")


MANAGEMENT = ("La direction de la grappe", "", "")
SYLVIE = ("Sylvie Nguyen", "Présidente-directrice générale", "President and Chief Executive Officer")


@proves(_signer_of)
def test_who_approved_signs_and_the_management_while_nobody_has(cast, programme):
    decision = files.endorsed(cast, programme)
    assert signer(decision) == MANAGEMENT
    with clock.at(files.DECIDED_AT):
        files.declare(cast, decision, "approver")
        decision = services.approve(decision, by=cast.approver, edition=UNSHOWN)
        assert (signer(decision), value(decision, "approver", "en")) == (
            SYLVIE,
            "Sylvie Nguyen, President and Chief Executive Officer",
        )
        decision = services.send_back(decision, by=cast.endorser, reason="À revoir.", edition=UNSHOWN)
        assert signer(decision) == MANAGEMENT  # an approval that a return made void signs nothing
        decision = services.endorse(decision, by=cast.endorser, edition=UNSHOWN)
        assert signer(decision) == MANAGEMENT
        decision = services.approve(decision, by=cast.approver, edition=UNSHOWN)
    assert signer(decision) == SYLVIE


def test_comments_are_those_of_the_reviews_that_count_in_the_order_they_came_in(cast, programme):
    decision = files.recommended_file(cast, programme)
    reviews = Assignment.objects.filter(application=decision.application).order_by("id")
    given = zip(reviews, (("Troisième.", 3), ("Premier.", 1), (" Deuxième <b>. ", 2)), strict=True)
    for review, (feedback, hours) in given:
        review.feedback, review.submitted_at = feedback, files.REVIEWED_AT + timedelta(hours=hours)
        review.save(update_fields=["feedback", "submitted_at"])

    def another(person, feedback, **more):
        told = {"state": AssignmentState.SUBMITTED, "seat": "industry", "submitted_at": files.REVIEWED_AT, **more}
        Assignment.objects.create(
            application=decision.application, reviewer=person, feedback=feedback, due=clock.now(),
            assigned_by=cast.officer, **told,
        )  # fmt: skip

    another(cast.dev, "Récusé.", state=AssignmentState.RECUSED)
    another(cast.chair, "En cours.", state=AssignmentState.ACCEPTED)
    another(cast.finance, "Mis de côté.", set_aside_at=files.DECIDED_AT)
    another(cast.screener, "  ")
    assert value(decision, "feedback") == ("<ul><li>Premier.</li><li>Deuxième &lt;b&gt;.</li><li>Troisième.</li></ul>")


def test_reviews_without_comments_leave_the_field_empty(cast, programme):
    decision = files.recommended_file(cast, programme)
    Assignment.objects.update(feedback=" ")
    assert value(decision, "feedback") == ""


@proves(_shares)
def test_amount_is_told_by_fiscal_year_then_envelope(cast, programme):
    decision = files.decision_row(cast, programme, state="draft", amount="600.00")
    agreement, shares = Agreement.objects.get(), []
    for year, of, amount in (
        (2031, agreement, "300.00"), (2029, files.other_agreement(programme), "100.00"), (2029, agreement, "200.00")
    ):  # fmt: skip
        envelope = Envelope.objects.create(agreement=of, fiscal_year=year)
        shares.append(DecisionShare(decision=decision, envelope=envelope, amount=files.D(amount)))
    DecisionShare.objects.bulk_create(reversed(shares))
    shares[1].envelope.save()  # the last of its table
    cells = re.findall(r"<th scope=\"row\">(.+?)</th><td>(.+?)</td><td class=\"paper-number\">(.+?)</td>",
                       value(decision, "shares", "en"))  # fmt: skip
    assert cells == [
        ("2029-2030", "DEC-2026-7", "$100.00"),
        ("2029-2030", "MEIE-2026-114", "$200.00"),
        ("2031-2032", "MEIE-2026-114", "$300.00"),
    ]
    decision.kind = "declined"
    assert value(decision, "shares") == ""


@pytest.mark.parametrize(
    ("kind", "bonus", "amount", "cells", "said"),
    [
        ("approved", "0.00", "75000.00", None, ""),
        (
            "approved", "15000.00", "75000.00",
            ("$60,000.00", "$60,000.00", "$15,000.00", "$15,000.00", "$75,000.00", "$75,000.00"),
            "The bonus is paid only once the final assessment shows the levels gained.",
        ),
        (
            "partial", "15000.00", "62000.00",
            ("$60,000.00", "$60,000.00", "$15,000.00", "$2,000.00", "$75,000.00", "$62,000.00"),
            "The bonus is paid only once the final assessment shows the levels gained.",
        ),
        (
            "partial", "15000.00", "40000.00",
            ("$60,000.00", "$40,000.00", "$15,000.00", "$0.00", "$75,000.00", "$40,000.00"),
            "No bonus is granted: costs are reimbursed first.",
        ),
        ("partial", "0.00", "40000.00", ("$75,000.00", "$40,000.00"), ""),
        ("declined", "15000.00", "0.00", None, ""),
    ],
)  # fmt: skip
def test_letter_says_what_was_asked_beside_what_is_granted_and_what_becomes_of_the_bonus(
    cast, programme, kind, bonus, amount, cells, said
):
    decision = files.decision_row(cast, programme, state="draft", kind=kind, amount=files.D(amount))
    file = decision.application
    file.requested_amount, file.requested_bonus = files.D("75000.00"), files.D(bonus)
    shown = value(decision, "granted", "en")
    assert tuple(re.findall(r"<td class=\"paper-number\">(.+?)</td>", shown)) == (cells or ())
    assert "".join(re.findall("<p>(.+?)</p>", shown)) == said
    words = [value(decision, "extent", language) for language in ("fr", "en")]
    assert words == (["approuvée en partie", "approved in part"] if kind == "partial" else ["approuvée", "approved"])


def test_letter_that_does_not_say_it_by_itself_says_what_was_asked_before_the_years(cast, programme):
    """The letters that programmes wrote before: none of them hides that less is granted."""
    decision = files.decision_row(cast, programme, state="draft", kind="partial", amount=files.D("40000.00"))
    assert "Amount requested" not in value(decision, "shares", "en")
    for template in programme.letter_templates.filter(kind="approved"):
        template.body_fr, template.body_en = (
            text.replace("{{ granted }}", "") for text in (template.body_fr, template.body_en)
        )
        template.save()
    shown = value(decision, "shares", "en")
    assert shown.index("Amount requested and amount granted") < shown.index("Amount by fiscal year")


@pytest.mark.parametrize("kind", DecisionKind)
def test_reasons_begin_with_the_points_where_reviews_decided(cast, programme, kind):
    decision = files.recommended_file(cast, programme)
    decision.kind = kind
    assert ("<table>" in value(decision, "reasons")) is (kind not in ("ineligible", "reconsidered"))


@pytest.mark.parametrize(
    ("kind", "written", "said"),
    [
        ("ineligible", "Un.\n\n Deux. ", "<ul><li>Un.</li><li>Deux.</li></ul>"),
        ("ineligible", "Un seul.", "<p>Un seul.</p>"),
        ("reconsidered", "Un.\nDeux <b>.", "<p>Un.</p><p>Deux &lt;b&gt;.</p>"),
        ("reconsidered", " ", ""),
    ],
)
def test_reasons_are_a_list_where_several_items_failed_and_paragraphs_elsewhere(cast, programme, kind, written, said):
    decision = files.decision_row(cast, programme, state="draft", kind=kind, reasons_fr=written)
    assert value(decision, "reasons") == said


def test_next_closing_is_that_of_the_first_cohort_still_open_after_the_decision(cast, programme):
    """In days; empty once the call has closed."""
    decision = files.decision_row(cast, programme, state="issued", issued_at=files.DECIDED_AT)
    call = decision.application.call
    call.closes_at = files.DECIDED_AT + timedelta(days=90)
    call.cohorts = [(files.DECIDED_AT + timedelta(days=days)).isoformat() for days in (-30, 30, 60)]
    assert value(decision, "next_closing", "en") == "December\u00a03, 2026"
    call.cohorts = [(files.DECIDED_AT - timedelta(days=30)).isoformat()]
    assert value(decision, "next_closing", "en") == "February\u00a01, 2027"
    call.cohorts, call.closes_at = [], files.DECIDED_AT - timedelta(days=1)
    assert value(decision, "next_closing", "en") == ""


@pytest.mark.parametrize(
    ("kind", "words", "grace"), [("declined", "prochaine cohorte", 0), ("waitlisted", "cohorte suivante", 15)]
)
def test_letter_of_a_call_that_has_closed_says_nothing_of_a_next_cohort_and_lacks_nothing(
    cast, programme, kind, words, grace
):
    """A call that closes once, and the last cohort of one that goes on, decline too. What waits is compared with all
    that came in the grace."""
    decision = files.decision_row(cast, programme, state="draft", kind=kind)
    call = decision.application.call
    decision.application.cohort_closes_at = files.DECIDED_AT - timedelta(days=30)
    closed = files.DECIDED_AT - timedelta(minutes=grace)
    for closes_at, says in ((closed + timedelta(seconds=1), True), (closed, False)):
        call.cohorts, call.closes_at = [], closes_at
        with clock.at(files.DECIDED_AT):
            subject = subject_of(decision)
            letter = html_of(subject, code="")
            lacks = [str(one.words) for one in empty_fields(subject)]
        assert not [one for one in lacks if words in one or "next cohort" in one]
        assert (words in letter, "next cohort" in letter) == (says, says)


@pytest.mark.parametrize("kind", DecisionKind)
def test_letter_is_of_the_decisions_own_kind_and_a_partial_approval_is_an_approval(cast, programme, kind):
    decision = files.decision_row(cast, programme, state="draft", kind=kind)
    assert subject_of(decision).kind == ("approved" if kind == "partial" else kind)


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ("final_report", "held back until your final report is accepted"),
        ("close_out", "held back until your award is closed out"),
    ],
)
def test_letter_and_page_say_a_rate_by_recipient_and_until_when_money_is_held_back(
    cast, programme, client, until, said
):
    decision = files.recommended_file(cast, programme)
    with_rules(
        decision.application.call, aid={"rate": {"enterprise": "40", "sme": "50"}}, claims={"holdback_until": until}
    )
    decision = type(decision).objects.get(pk=decision.pk)
    assert value(decision, "aid_rate") == (
        "entreprise\xa0: 40\xa0%; petite ou moyenne entreprise (moins de 250 employés)\xa0: 50\xa0%"
    )
    assert said in value(decision, "conditions", "en")
    with clock.at(files.DECIDED_AT):
        files.declare(cast, decision, "endorser")
        client.force_login(cast.endorser)
        assert client.get(reverse("decision-file", args=[decision.application.reference])).status_code == 200


@pytest.mark.parametrize(("language", "name"), [("fr", "Moyenne générale"), ("en", "Overall mean")])
def test_figure_of_a_file_has_one_name_for_its_company_and_for_the_staff(cast, programme, client, language, name):
    """In the letter, its fields and the rules, and on each page that says it."""
    decision = files.recommended_file(cast, programme)
    file = decision.application
    chair = cast.chair
    chair.language = language
    chair.save(update_fields=["language"])
    client.force_login(chair)
    with clock.at(files.DECIDED_AT), override(language):
        said = {"letter": value(decision, "reasons", language), "order": str(Order.RAW.label)}
        said["field"] = next(str(one.name) for one in FIELDS if one.key == "score")
        said["decision"] = client.get(reverse("decision-file", args=[file.reference])).content.decode()
        said["reviews"] = client.get(reverse("review-file", args=[file.reference])).content.decode()
        Application.objects.filter(pk=file.pk).update(state="reviewed")
        for page, key in (("review-recommend", file.reference), ("review-ranking", file.call.public_id)):
            said[page] = client.get(reverse(page, args=[key])).content.decode()
    assert {where: name in text for where, text in said.items()} == dict.fromkeys(said, True)
    assert not [where for where, text in said.items() if re.search("raw mean|moyenne brute|note globale", text, re.I)]
