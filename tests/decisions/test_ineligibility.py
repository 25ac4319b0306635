"""What those who decide an ineligibility read of it, and what its letter would say in one language only."""

import pytest
from django.urls import reverse

from applications.models import Application
from decisions.models import Decision
from decisions.selectors import ineligibility_of, ineligibility_reasons, untranslated
from decisions.selectors.ineligibility import unmet_by
from moves.machine import move
from reviews.services import declare_interests
from tests.decisions import files
from tests.decisions.test_views import text
from tests.mutants import proves
from work import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def ineligible(cast, programme):
    """The decision of a file that its screener found ineligible: it is on the RENA, and late."""
    application = files.submitted_row(cast, programme)
    Application.objects.filter(pk=application.pk).update(
        complete_at=files.REVIEWED_AT, due=files.DECIDED_AT, requested_bonus="10000.00"
    )
    with clock.at(files.REVIEWED_AT):
        application.findings.create(
            item="rena", passed=False, reason="Inscrite le 2 octobre.", by=cast.officer, at=clock.now()
        )
    with clock.at(files.RECOMMENDED_AT):
        declare_interests(application, by=cast.screener, answer="none")
        move(Application.objects.get(pk=application.pk), Application.find_ineligible, by=cast.screener)
    return Decision.objects.get(application=application)


@proves(unmet_by)
def test_ineligible_file_gives_the_reason_of_each_failed_item_in_the_order_they_were_found(cast, programme):
    application = files.submitted_row(cast, programme)
    for item, passed, reason in (("rena", False, " Inscrite. "), ("region", True, "Oui."), ("autre", False, "")):
        application.findings.create(
            item=item, passed=passed, reason=reason, own_fr="Point à part" if item == "autre" else "",
            own_en="Item apart" if item == "autre" else "",
        )  # fmt: skip
    application.findings.create(item="une autre", passed=False)  # of which nothing is said
    assert ineligibility_reasons(application, "fr") == (
        "Exigence non respectée\u00a0: Absence du RENA, vérifiée le jour même. Inscrite.\n"
        "Exigence non respectée\u00a0: Point à part."
    )
    assert ineligibility_reasons(application, "en") == (
        "Requirement not met: Not on the RENA, checked today. Inscrite.\nRequirement not met: Item apart."
    )


def test_an_ineligibility_says_who_found_it_and_when_whoever_marked_its_items(cast, programme, ineligible):
    found = ineligibility_of(ineligible)
    assert (found.by, found.at) == (cast.screener.full_name, files.RECOMMENDED_AT)
    (item,) = found.items
    assert (str(item.label.en), item.reason) == ("Not on the RENA, checked today", "Inscrite le 2 octobre.")
    assert (item.by, item.at) == (cast.officer.full_name, files.REVIEWED_AT)
    assert ineligibility_of(files.decision_row(cast, programme, state="draft", kind="declined")) is None


@pytest.mark.parametrize("page", ["decision-file", "decision-endorse", "decision-approve", "decision-issue"])
def test_each_decider_reads_who_found_a_file_ineligible_why_and_by_when_to_decide(cast, ineligible, as_, page):
    files.declare(cast, ineligible, "endorser", "approver")
    state = {"decision-approve": "endorsed", "decision-issue": "approved"}.get(page, "draft")
    Decision.objects.filter(pk=ineligible.pk).update(state=state)
    person = {"decision-approve": cast.approver, "decision-issue": cast.officer}.get(page, cast.endorser)
    body = text(as_(person).get(reverse(page, args=[ineligible.application.reference])))
    for said in (
        f"{cast.screener.full_name}, October\u00a027, 2026",
        "Not on the RENA, checked today",
        f"{cast.officer.full_name}, October\u00a020, 2026",
        "Decide by November\u00a03, 2026",
        "$90,000.00",
        "In French",
        "Exigence non respectée\u00a0: Absence du RENA, vérifiée le jour même.",
        "In English",
        "Requirement not met: Not on the RENA, checked today. Inscrite le 2 octobre.",
    ):
        assert said in body, said


@pytest.mark.parametrize("kind", ["approved", "declined", "waitlisted", "reconsidered"])
def test_reasons_stand_on_the_page_that_confirms_each_kind_of_decision(cast, programme, as_, kind):
    decision = files.decision_row(
        cast, programme, state="draft", kind=kind, reasons_fr="Voici pourquoi.", reasons_en="This is why."
    )
    files.declare(cast, decision, "endorser", "chair")
    person = cast.endorser
    if kind == "reconsidered":
        Decision.objects.filter(pk=decision.pk).update(state="endorsed")
        files.declare(cast, decision, "approver")
        person = cast.approver
    step = "decision-approve" if kind == "reconsidered" else "decision-endorse"
    body = text(as_(person).get(reverse(step, args=[decision.application.reference])))
    assert "Voici pourquoi." in body
    assert "This is why." in body


@pytest.mark.parametrize(
    ("kind", "french", "english", "lines"),
    [
        # the reason is the screener's, word for word, behind the item's own name in each language
        ("ineligible", "Exigence non respectée\u00a0: Absence du RENA, vérifiée le jour même. Inscrite le 2 octobre.",
         "Requirement not met: Not on the RENA, checked today. Inscrite le 2 octobre.", ["Inscrite le 2 octobre."]),
        ("ineligible", "Exigence non respectée\u00a0: Absence du RENA, vérifiée le jour même. Inscrite le 2 octobre.",
         "Requirement not met: Not on the RENA, checked today. Listed on October 2.", []),
        ("ineligible", "Exigence non respectée\u00a0: Absence du RENA, vérifiée le jour même.",
         "Requirement not met: Absence du RENA, vérifiée le jour même.", ["Absence du RENA, vérifiée le jour même."]),
        ("ineligible", "Absence du RENA, vérifiée le jour même\u00a0: inscrite.\nVoir  aussi\u00a0le registre.",
         "See also the register.\nVoir aussi le REGISTRE.", ["Voir  aussi\u00a0le registre."]),
        ("ineligible", "Absence du RENA, vérifiée le jour même", "Absence du RENA, vérifiée le jour même",
         ["Absence du RENA, vérifiée le jour même"]),
        ("ineligible", "Absence du RENA, vérifiée le jour même\u00a0: Inscrite.",
         "Absence du RENA, vérifiée le jour même\u00a0: Inscrite.", ["Inscrite."]),
        ("declined", "Sous le seuil.\nÀ revoir.\n\n52,4", "Below the pass mark.\nÀ revoir.\n\n52,4", ["À revoir."]),
        ("declined", "Sous le seuil.", "Below the pass mark.", []),
        ("declined", "", "", []),
    ],
)  # fmt: skip
def test_lines_that_nobody_translated_are_told_one_by_one(ineligible, as_, cast, kind, french, english, lines):
    Decision.objects.filter(pk=ineligible.pk).update(kind=kind, reasons_fr=french, reasons_en=english)
    decision = Decision.objects.get(pk=ineligible.pk)
    assert untranslated(decision) == lines
    files.declare(cast, decision, "endorser")
    for page in ("decision-file", "decision-endorse", "decision-reasons"):
        body = text(as_(cast.endorser).get(reverse(page, args=[decision.application.reference])))
        assert ("should be translated before the decision is endorsed" in body) is bool(lines), page
        for line in lines:
            assert f'<li class="typed">{line}</li>' in body, page
    Decision.objects.filter(pk=decision.pk).update(state="endorsed")
    body = text(as_(cast.officer).get(reverse("decision-file", args=[decision.application.reference])))
    assert "should be translated before the decision is endorsed" not in body
    assert ("says these lines of the reasons in one language only" in body) is bool(lines)


def test_a_letter_in_one_language_lacks_no_translation(ineligible, monkeypatch):
    Decision.objects.filter(pk=ineligible.pk).update(reasons_fr="Pareil.", reasons_en="Pareil.")
    decision = Decision.objects.get(pk=ineligible.pk)
    assert untranslated(decision) == ["Pareil."]
    monkeypatch.setattr("decisions.subjects.DecisionSubject.languages", ("fr",))
    assert untranslated(decision) == []
