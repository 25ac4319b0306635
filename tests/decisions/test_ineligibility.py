"""What those who decide an ineligibility read of it, and what its letter would say in one language only."""

from datetime import timedelta

import pytest
from django.urls import reverse

from applications.findings import checklist_of
from applications.models import Application
from applications.selectors.screening import _kept_of, marks_at
from applications.services.screening import find_complete, find_ineligible, mark_finding
from audit.models import Erasable
from audit.services import erase_texts
from decisions import services
from decisions.models import Decision
from decisions.selectors import edition_of, ineligibility_of, ineligibility_reasons, untranslated
from decisions.selectors.ineligibility import unmet_by
from decisions.states import ReturnTo
from moves.machine import move
from moves.services import declare_standing
from reviews.services import declare_interests
from tests.decisions import files
from tests.decisions.test_views import text
from tests.files import submitted_file
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


@pytest.fixture
def at(clock_at):
    """Sets the clock so many hours after the file was found complete."""
    return lambda hours: clock_at(files.REVIEWED_AT + timedelta(hours=hours))


SAME_MARKS = {
    "`row.at > at` with the bound moved": "the trail is asked in vain: the row itself is read first",
    "without `if one.field == 'reason'`": "the entry of a mark keeps one text",
}


def marked(file, person, key, version, *, passed, reason=""):
    file = Application.objects.get(pk=file.pk)
    mark_finding(file, key, by=person, passed=passed, reason=reason, version=version)


@proves(marks_at, _kept_of, moot=SAME_MARKS)
def test_void_ineligibility_says_what_it_stood_on_when_it_was_made_whatever_was_marked_since(
    cast, programme, client, at
):
    """Sent back, one is found compliant and others are not, by somebody else: that is of another finding."""
    at(0)
    programme.appointments.create(cluster=programme.cluster, user=cast.emily, role="screener")
    file = submitted_file(cast, programme)
    for person in (cast.screener, cast.emily, cast.endorser, cast.officer):
        declare_standing(file.pk, user=person, standing="clear")
    find_complete(file, by=cast.screener)
    elsewhere = submitted_file(cast, programme, company="precision")
    declare_standing(elsewhere.pk, user=cast.screener, standing="clear")
    find_complete(elsewhere, by=cast.screener)
    items = {item.key: item for item in checklist_of(file)}
    passed, failed, later = [key for key in items if key != "costs"][:3]
    marked(file, cast.emily, "costs", 0, passed=False, reason="Un premier motif.")
    at(1)
    marked(file, cast.screener, "costs", 1, passed=False, reason="Temps du parrain.")
    marked(file, cast.screener, passed, 0, passed=True)
    marked(file, cast.screener, failed, 0, passed=False, reason="Inscrite.")
    at(2)
    find_ineligible(Application.objects.get(pk=file.pk), by=cast.screener)
    decision = Decision.objects.get(application=file)
    stood = ineligibility_of(decision)
    assert [(one.label, one.reason, one.by) for one in stood.items] == [
        (items["costs"].label, "Temps du parrain.", cast.screener.full_name),
        (items[failed].label, "Inscrite.", cast.screener.full_name),
    ]
    at(1)
    marked(elsewhere, cast.screener, "costs", 0, passed=False, reason="D’un autre dossier.")
    at(3)
    decision = services.send_back(
        decision, by=cast.endorser, reason="Admissible.", to=ReturnTo.SCREENING, edition=edition_of(decision)
    )
    at(4)
    version = {one.item: one.version for one in file.findings.all()}
    marked(file, cast.emily, "costs", version["costs"], passed=True)
    marked(file, cast.emily, passed, version[passed], passed=False, reason="Un bureau seulement.")
    marked(file, cast.emily, later, 0, passed=False, reason="Vu ensuite.")
    decision = Decision.objects.get(pk=decision.pk)

    def said():
        found = ineligibility_of(decision)
        return found and [(one.label, one.reason, one.by) for one in found.items]

    assert said() == [(one.label, one.reason, one.by) for one in stood.items]
    (first,) = (one for one in marks_at(file, files.REVIEWED_AT + timedelta(hours=1)) if one.of.item == "costs")
    assert (first.reason, first.by) == ("Temps du parrain.", cast.screener)  # made at that very instant
    client.force_login(cast.officer)
    page = client.get(reverse("decision-file", args=[file.reference])).content.decode()
    assert ("Temps du parrain." in page, "Un bureau seulement." in page, "Vu ensuite." in page) == (True, False, False)
    now = {one.of.item: (one.passed, one.reason) for one in marks_at(file, clock.now())}
    assert now == {
        "costs": (True, ""), failed: (False, "Inscrite."), passed: (False, "Un bureau seulement."),
        later: (False, "Vu ensuite."),
    }  # fmt: skip
    erase_texts(Erasable.objects.filter(entry__verb="application.mark_finding"), by=cast.administrator, rule="files")
    assert said()[0] == (items["costs"].label, "", cast.screener.full_name)


def test_ineligibility_of_which_nothing_is_kept_says_nothing(cast, programme, ineligible):
    """Its one mark was made over, and the trail has nothing of the first: no empty list above its reasons."""
    ineligible.application.findings.update(passed=True, reason="", at=files.DECIDED_AT)
    assert ineligibility_of(ineligible) is None
