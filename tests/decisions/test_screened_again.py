"""A finding of ineligibility that does not stand: before its letter, the file goes back to be screened by somebody."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from applications.findings import checklist_of
from applications.models import Application, ScreeningReturn
from applications.querysets import FindingQuerySet, ScreeningReturnQuerySet
from applications.rules import Again, Change
from applications.selectors.cohorts import to_review_in
from applications.selectors.holding import is_to_screen
from applications.selectors.screening import closed_to_markers, edition_of, screened_by, screening_of
from applications.selectors.turns import Missing, Stuck
from applications.services.changes import cancel_request, request_changes
from applications.services.screening import (
    confirm_marks,
    find_complete,
    find_eligible,
    find_ineligible,
    mark_finding,
    screen_again,
)
from applications.states import ApplicationState, ChangeWhy
from audit import services as trail
from decisions import services
from decisions.models import Decision
from decisions.rules import ways_back
from decisions.selectors import UNSHOWN, present_decision, return_for, stuck_among, ways_of, work_for
from decisions.selectors.holding import HOLDING, decision_waits
from decisions.selectors.turns import _without_returner
from decisions.states import DecisionState, ReturnTo
from desk.selectors.file import awaited, rulings_for
from funding.models import Envelope
from moves.machine import allowed
from moves.models import DutyDone
from moves.querysets import DutyDoneQuerySet
from moves.refusals import Forbidden, WrongMoment
from moves.services import declare_standing, record_duty
from moves.states import Duty
from notifications.models import Message
from notifications.notices import write
from reviews.checks import candidates
from reviews.models import Recommendation
from reviews.selectors import late_on, panel_reviews, turn_of
from reviews.services import declare_interests, rule_on_declaration
from reviews.states import ReviewTurn
from tests.decisions import files
from tests.files import submitted_file
from tests.mutants import proves
from work import clock

pytestmark = pytest.mark.django_db
SCREENED = datetime(2026, 10, 5, 15, tzinfo=UTC)
WHY = "Le point sur les coûts a été écarté par une personne en conflit."


@pytest.fixture
def later(clock_at):
    """Sets the clock so many hours after the finding."""
    return lambda hours: clock_at(SCREENED + timedelta(hours=hours))


@pytest.fixture
def decision(cast, programme, later):
    """Found ineligible by the screener on its costs, and endorsed; Emily screens too."""
    later(0)
    programme.appointments.create(cluster=programme.cluster, user=cast.emily, role="screener")
    file = submitted_file(cast, programme)
    for person in (cast.screener, cast.emily, cast.endorser, cast.approver, cast.chair, cast.officer):
        declare_standing(file.pk, user=person, standing="clear")
    find_complete(file, by=cast.screener)
    for item in checklist_of(file):
        passed = item.key != "costs"
        mark_finding(file, item.key, by=cast.screener, passed=passed, reason="" if passed else "Temps du parrain.")
    find_ineligible(fresh(file), by=cast.screener)
    later(1)
    services.endorse(present_decision(fresh(file)), by=cast.endorser, edition=UNSHOWN)
    Message.objects.all().delete()
    later(2)
    return present_decision(fresh(file))


def fresh(file):
    return Application.objects.select_related("call__program", "call__rules").get(pk=file.pk)


def now(decision):
    decision = Decision.objects.select_related("application").get(pk=decision.pk)
    return decision.state, decision.application.state


def told(kind):
    rows = Message.objects.filter(kind=kind).select_related("recipient").order_by("recipient__given_name")
    return [(one.recipient.given_name, one.url_name) for one in rows]


def what(person):
    return [(str(line.what), line.waits_for) for line in work_for(person)]


READS_FEWER = {
    "without .to_rule_or_touching()": "`late_on` says which wait: it reads fewer",
    "without `if turn is Turn.CONCUR`": "no other waits for a concurrence: it asks of fewer",
}


@proves(_without_returner, stuck_among, rulings_for, moot=READS_FEWER)
def test_what_a_screener_found_before_a_conflict_is_found_again_by_somebody_else(cast, programme, decision, client):
    """Ruled by the chair, who may not send it back; sent back by the endorser; looked at again by Emily."""
    file = decision.application
    declare_interests(file, by=cast.screener, answer="conflict", note="Mon frère y travaille.")
    assert [one.acts for one in late_on(fresh(file))] == [(Duty.SCREEN,)]
    with transaction.atomic():  # a ruling comes first, which the chair may give: nobody has to send anything back yet
        for person in (cast.endorser, cast.approver):
            declare_standing(file.pk, user=person, standing="conflict")
        assert stuck_among([decision.pk]) == {}
        transaction.set_rollback(True)
    client.force_login(cast.chair)
    page = reverse("decision-late", args=[file.reference, cast.screener.public_id])
    shown = client.get(page)
    assert "retourne à l’analyse d’admissibilité" in shown.content.decode()
    read_by = "Les personnes qui avaient agi sur la décision, et celle qui la reprend, le liront."
    assert read_by in shown.content.decode()
    asked = list(Message.objects.filter(kind__in=["ruling_asked", "interests_touch"]).order_by("kind", "pk"))
    assert {one.kind for one in asked} == {"ruling_asked", "interests_touch"}
    assert all(HOLDING[one.words.holds](one) for one in asked)
    client.post(page, {"why": WHY, "edition": shown.context["edition"]})
    assert now(decision) == (DecisionState.ENDORSED, ApplicationState.INELIGIBLE)
    assert not any(HOLDING[one.words.holds](one) for one in asked)  # ruled on: who asks for it no longer leaves
    to_return = list(Message.objects.filter(kind="decision_waiting"))
    assert {one.recipient for one in to_return} == {cast.endorser, cast.approver}
    assert all(decision_waits(one) for one in to_return)
    with transaction.atomic():  # the ruling was the chair's, who has left: somebody rules again first
        programme.appointments.filter(user=cast.chair).delete()
        assert not any(decision_waits(one) for one in to_return)
        transaction.set_rollback(True)

    # Ruled on: nobody's home says to rule any more; who may send it back reads so, and others for whom it waits.
    back = ("Renvoyer la décision\xa0: ce qu’une personne a fait ne tient pas", "")
    assert [what(person) for person in (cast.chair, cast.endorser, cast.approver)] == [[], [back], [back]]
    whom = "la personne qui peut renvoyer la décision\xa0: ce qu’une personne a fait ne tient pas"
    assert str(awaited(fresh(file)).who) == whom
    assert [one for one in what(cast.officer) if "décision" in one[0].lower()] == [("Décision en cours", whom)]
    assert [rulings_for(fresh(file), person) for person in (cast.chair, cast.endorser)] == [[], []]
    assert stuck_among([decision.pk]) == {}
    with transaction.atomic():
        for person in (cast.endorser, cast.approver):
            declare_standing(file.pk, user=person, standing="conflict")
        assert stuck_among([decision.pk]) == {decision.pk: Stuck(ReviewTurn.RETURN, (Missing(is_held=True),))}
        programme.appointments.filter(role__in=["endorser", "approver"]).delete()
        files.decision_row(cast, programme, state="endorsed")  # another, of which nothing is asked
        assert stuck_among([decision.pk]) == {decision.pk: Stuck(ReviewTurn.RETURN, (Missing(is_held=False),))}
        transaction.set_rollback(True)

    client.force_login(cast.approver)  # whose step it was
    assert "à renvoyer" in client.get(reverse("decision-queue")).content.decode()
    client.force_login(cast.endorser)
    client.post(
        reverse("decision-send-back", args=[file.reference]),
        {"reason": WHY, "to": "screening", "edition": _edition(client, file)},
    )
    assert now(decision) == (DecisionState.VOID, ApplicationState.SUBMITTED)
    (row,) = ScreeningReturn.objects.all()
    assert (row.by, row.why, row.at) == (cast.endorser, WHY, SCREENED + timedelta(hours=2))
    assert told("decision_sent_back") == [
        ("Emily", "file-screening"), ("Maude", "decision-file"), ("Sylvie", "decision-file"),
    ]  # fmt: skip
    body = write(Message.objects.filter(kind="decision_sent_back").first()).body
    assert "de nouveau à l’analyse d’admissibilité" in body
    assert WHY in body
    assert late_on(fresh(file)) == []
    assert str(awaited(fresh(file)).who) == "la personne responsable de l’analyse d’admissibilité"

    later_page = reverse("file-screening", args=[file.reference])
    client.force_login(cast.emily)
    shown = client.get(later_page).content.decode()
    assert WHY in shown
    assert cast.endorser.full_name in shown
    assert all(item.stale and item.passed is None for item in checklist_of(fresh(file)))
    for finding in (find_eligible, find_ineligible):
        with pytest.raises(WrongMoment) as refused:
            finding(fresh(file), by=cast.emily)
        assert [one.code for one in refused.value.refusals] == ["again"]
        said = "avant le retour du dossier" if finding is find_eligible else "à revoir d’abord"
        assert said in refused.value.message
    (costs,) = (item for item in checklist_of(fresh(file)) if item.key == "costs")
    mark_finding(fresh(file), "costs", by=cast.emily, passed=True, version=costs.version)
    assert len(confirm_marks(fresh(file), by=cast.emily, edition=edition_of(fresh(file)))) == 10
    assert find_eligible(fresh(file), by=cast.emily).state == ApplicationState.ELIGIBLE
    assert screened_by(fresh(file)) == {cast.emily.pk}
    client.force_login(cast.officer)  # found again: nothing of the return is left to look at
    assert WHY not in client.get(later_page).content.decode()


def _edition(client, file):
    page = client.get(reverse("decision-send-back", args=[file.reference]))
    return page.context["edition"]


def test_outsiders_read_the_same_whatever_the_screening_became(cast, decision, client):
    """The applicant's page does not change as the finding is made, endorsed, undone and made again."""
    file = decision.application
    address = reverse("application-detail", args=[file.public_id])

    def read():
        client.force_login(cast.sophie)
        page = client.get(address).content.decode()
        return page[page.index("<h1") : page.index("</main>")]

    before = read()
    services.send_back(decision, by=cast.endorser, reason=WHY, to=ReturnTo.SCREENING, edition=UNSHOWN)
    assert fresh(file).state == ApplicationState.SUBMITTED
    assert read() == before
    assert not Message.objects.filter(recipient=cast.sophie).exists()
    assert fresh(file).complete_at == SCREENED
    assert fresh(file).due == file.due


@pytest.mark.parametrize(
    ("state", "kind", "ways"),
    [
        (DecisionState.DRAFT, "approved", (ReturnTo.PANEL, ReturnTo.SCREENING)),
        (DecisionState.ENDORSED, "declined", (ReturnTo.START, ReturnTo.PANEL, ReturnTo.SCREENING)),
        (DecisionState.DRAFT, "ineligible", (ReturnTo.SCREENING,)),
        (DecisionState.APPROVED, "ineligible", (ReturnTo.START, ReturnTo.SCREENING)),
        (DecisionState.DRAFT, "reconsidered", ()),
        (DecisionState.ENDORSED, "reconsidered", (ReturnTo.START,)),
    ],
)
def test_decision_goes_back_to_its_start_or_to_what_came_before_it(state, kind, ways):
    assert ways_back(Decision(state=state, kind=kind)) == ways


FROM_START = "Les approbations données ne comptent plus\xa0: la chaîne recommence."
OF_EACH = "Les approbations données ne comptent plus. Chaque choix dit ce que devient le dossier."
VOID = "Cette décision sera sans effet. Chaque choix dit ce que devient le dossier."


@pytest.mark.parametrize(
    ("state", "kind", "said"),
    [("draft", "approved", VOID), ("endorsed", "approved", OF_EACH), ("endorsed", "reconsidered", FROM_START)],
)
def test_page_of_a_return_says_what_it_undoes(cast, programme, client, state, kind, said):
    """A draft was approved by nobody, and its chain does not start over."""
    in_life = "in_reconsideration" if kind == "reconsidered" else "recommended"
    file = files.file_row(cast, programme, state=in_life)
    files.decision_row(cast, programme, state=state, kind=kind, file=file)
    declare_interests(file, by=cast.approver, answer="none")
    client.force_login(cast.approver)
    page = client.get(reverse("decision-send-back", args=[file.reference])).content.decode()
    assert [words for words in (FROM_START, OF_EACH, VOID) if words in page] == [said]
    assert "Les personnes qui avaient agi sur la décision, et celle qui la reprend, le liront." in page


@pytest.mark.parametrize("state", ["recommended", "endorsed"])
def test_return_says_that_approvals_no_longer_count_where_there_were_some(cast, programme, client, state):
    """On the page once it is done, and by mail to the chair."""
    make = files.endorsed if state == "endorsed" else files.recommended_file
    decision = make(cast, programme)
    files.declare(cast, decision, "approver")
    client.force_login(cast.approver)
    address = reverse("decision-send-back", args=[decision.application.reference])
    typed = {"reason": WHY, "to": "panel", "edition": client.get(address).context["edition"]}
    page = client.post(address, typed, follow=True).content.decode()
    mail = write(Message.objects.get(kind="decision_sent_back", recipient=cast.chair)).body
    for told in (page, mail):
        assert "renvoyée." in told
        assert ("ne comptent plus." in told) == (state == "endorsed")


def test_finding_that_nobody_endorses_goes_back_from_its_draft(cast, decision, client):
    """No conflict anywhere: the endorser does not agree. The page offers the one way there is."""
    decision = services.send_back(decision, by=cast.endorser, reason="Précisez le motif.", edition=UNSHOWN)
    assert now(decision) == (DecisionState.DRAFT, ApplicationState.INELIGIBLE)
    client.force_login(cast.endorser)
    page = client.get(reverse("decision-send-back", args=[decision.application.reference])).content.decode()
    assert 'value="screening"' in page
    assert 'value="panel"' not in page
    for to in (ReturnTo.START, ReturnTo.PANEL):
        with pytest.raises(WrongMoment) as refused:
            services.send_back(decision, by=cast.endorser, reason=WHY, to=to, edition=UNSHOWN)
        assert "que retourner à l’analyse d’admissibilité" in refused.value.message
    with pytest.raises(Forbidden):
        services.send_back(decision, by=cast.chair, reason=WHY, to=ReturnTo.SCREENING, edition=UNSHOWN)
    services.send_back(decision, by=cast.endorser, reason=WHY, to=ReturnTo.SCREENING, edition=UNSHOWN)
    assert now(decision) == (DecisionState.VOID, ApplicationState.SUBMITTED)
    with pytest.raises(WrongMoment):
        services.approve(decision, by=cast.approver, edition=UNSHOWN)


def test_decision_goes_back_to_nothing_that_did_not_come_before_it(cast, decision):
    with pytest.raises(WrongMoment) as refused:
        services.send_back(decision, by=cast.endorser, reason=WHY, to=ReturnTo.PANEL, edition=UNSHOWN)
    assert [one.code for one in refused.value.refusals] == ["state"]
    assert now(decision) == (DecisionState.ENDORSED, ApplicationState.INELIGIBLE)


def test_same_screener_may_find_it_ineligible_again_and_another_decision_is_drafted(cast, decision):
    """Each return has its own row; the last one is the one that is read."""
    file = decision.application
    services.send_back(decision, by=cast.endorser, reason="Une première fois.", to=ReturnTo.SCREENING, edition=UNSHOWN)
    confirm_marks(fresh(file), by=cast.screener, edition=edition_of(fresh(file)))
    find_ineligible(fresh(file), by=cast.screener)
    second = present_decision(fresh(file))
    assert (second.number, second.state) == (2, DecisionState.DRAFT)
    services.send_back(second, by=cast.approver, reason="Une seconde.", to=ReturnTo.SCREENING, edition=UNSHOWN)
    assert screening_of(fresh(file)).returned.why == "Une seconde."


def test_nobody_acts_on_a_checklist_from_a_page_older_than_its_last_return(cast, decision, client, later):
    """Emily reads the first return and leaves the page open; the file is found again meanwhile, and comes back again.
    She is shown the checklist as it is now, with the second reason, and what she typed."""
    file = decision.application
    services.send_back(decision, by=cast.endorser, reason="Une première fois.", to=ReturnTo.SCREENING, edition=UNSHOWN)
    client.force_login(cast.emily)
    checklist = reverse("file-screening", args=[file.reference])
    finds = [reverse(f"file-find-{found}", args=[file.reference]) for found in ("eligible", "ineligible")]
    shown = client.get(checklist)
    old = shown.context["edition"]
    assert shown.content.decode().count(f'name="edition" value="{old}"') == 12  # of each item, and of them together
    later(3)
    confirm_marks(fresh(file), by=cast.screener, edition=edition_of(fresh(file)))
    find_ineligible(fresh(file), by=cast.screener)
    later(4)
    services.send_back(
        present_decision(fresh(file)), by=cast.approver, reason="Une seconde.", to=ReturnTo.SCREENING, edition=UNSHOWN
    )
    later(5)
    version = file.findings.get(item="rena").version
    posted = ({"confirm": "1"}, {"item": "rena", "passed": "yes", "reason": "Consulté hier.", "version": version})
    for what in posted:
        answer = client.post(checklist, what | {"edition": old})
        body = answer.content.decode()
        assert (answer.status_code, "Une seconde." in body, what.get("reason", "") in body) == (409, True, True)
        assert "has changed since you opened this page" in body
        assert all(item.stale for item in checklist_of(fresh(file)))
    assert client.post(checklist, posted[1] | {"edition": answer.context["edition"]}).status_code == 302
    assert sum(item.stale for item in checklist_of(fresh(file))) == 10
    again = client.get(checklist).context["edition"]
    confirm_marks(fresh(file), by=cast.screener, edition=edition_of(fresh(file)))  # a colleague was first
    for page in finds:
        for edition in (old, again):
            answer = client.post(page, {"edition": edition})
            assert (answer.status_code, fresh(file).state) == (409, ApplicationState.SUBMITTED)
            assert "has changed since you opened this page" in answer.content.decode()
    assert client.post(page, {"edition": answer.context["edition"]}).status_code == 302  # read again on that page
    assert fresh(file).state == ApplicationState.INELIGIBLE


def test_recommended_file_goes_back_before_its_committee_where_its_screening_does_not_stand(cast, programme):
    """Its reserve is free again and its recommendation void: the chair reads so too. Its reviews stay."""
    decision = files.endorsed(cast, programme)
    file = decision.application
    record_duty(file.pk, by=cast.screener, duty=Duty.SCREEN)
    late = declare_interests(file, by=cast.screener, answer="conflict", note="Mon frère y travaille.")
    Message.objects.all().delete()
    assert services.set_acts_aside(late, by=cast.endorser, why=WHY, edition=UNSHOWN)
    assert now(decision) == (DecisionState.VOID, ApplicationState.SUBMITTED)
    assert {envelope.reserved for envelope in Envelope.objects.all()} == {Decimal(0)}
    assert not Recommendation.objects.standing().exists()
    assert panel_reviews(fresh(file)).counted == 3
    assert [name for name, _page in told("decision_sent_back")] == ["Louise", "Maude", "Sylvie"]
    assert late_on(fresh(file)) == []


@pytest.mark.parametrize("state", ["eligible", "in_review", "reviewed", "waitlisted"])
def test_file_without_a_decision_on_its_way_is_screened_again_by_the_ruling_itself(cast, programme, client, state):
    """Nobody has to send it back. What its reviewers had not given is taken back; what a letter told stays told."""
    file = files.reviewed_file(cast, programme)
    Application.objects.filter(pk=file.pk).update(state=state, last_told="waitlisted" if state == "waitlisted" else "")
    file.assignments.filter(reviewer=cast.chloe).update(state="accepted", total=None, submitted_at=None)
    record_duty(file.pk, by=cast.screener, duty=Duty.SCREEN)
    if state == "waitlisted":
        Recommendation.objects.create(application=file, outcome="waitlisted", by=cast.chair)
    before = fresh(file).public_state
    declare_interests(file, by=cast.screener, answer="conflict", note="Mon frère y travaille.")
    rule = ("Se prononcer sur un conflit déclaré après coup", "")
    assert rule in what(cast.chair)
    if state == "waitlisted":  # neither with its panel nor in its chain
        assert "la présidence du comité ou la personne qui donne l’avis" in str(awaited(fresh(file)).who)
    programme.appointments.create(cluster=programme.cluster, user=cast.emily, role="screener")
    declare_standing(file.pk, user=cast.chair, standing="clear")
    client.force_login(cast.chair)
    page = client.get(reverse("review-rule", args=[file.reference, cast.screener.public_id])).content.decode()
    address = reverse("decision-late", args=[file.reference, cast.screener.public_id])
    assert f'href="{address}"' in page
    shown = client.get(address).content.decode()
    assert "Le dossier retourne à l’analyse d’admissibilité" in shown
    assert "une lettre envoyée tient" in shown
    assert "La personne qui fera de nouveau l’analyse d’admissibilité le lira." in shown  # no decision goes back
    assert "Les personnes qui avaient agi sur la décision" not in shown
    assert "ne pouvez pas renvoyer vous-même la décision" not in shown
    answer = client.post(address, {"why": " "})
    assert (answer.status_code, fresh(file).state) == (200, state)
    answer = client.post(address, {"why": WHY})
    assert answer["Location"] == reverse("file-detail", args=[file.reference])
    file = fresh(file)
    assert (file.state, file.public_state) == (ApplicationState.SUBMITTED, before)
    assert file.screening_returns.get().why == WHY
    assert told("screened_again") == [("Emily", "file-screening"), ("Maude", "file-detail")]
    (mail, *_others) = Message.objects.filter(kind="screened_again")
    assert WHY in write(mail).body
    assert is_to_screen(mail)
    with transaction.atomic():
        Application.objects.filter(pk=file.pk).update(state="eligible")
        assert not is_to_screen(mail)
        transaction.set_rollback(True)
    assert not Recommendation.objects.standing().exists()
    assert file.assignments.get(reviewer=cast.chloe).state == "cancelled"
    assert rule not in what(cast.chair)
    assert client.get(address).status_code == 404
    answer = client.post(address, {"why": WHY})  # the second of two clicks, or a colleague's: what was typed stays
    assert (answer.status_code, WHY in answer.content.decode()) == (409, True)
    assert "Il ne reste rien sur quoi se prononcer" in answer.content.decode()
    assert file.screening_returns.count() == 1


def test_who_may_be_given_a_file_reads_no_review_of_it_wherever_it_went_before_its_own_is_in(cast, programme, client):
    """Ana is an officer and reviews too. Two reviews are in, hers is not, and the file goes back to its screening: to
    its applicant, to a finding, and to its reviewers again, hers among them. Its cohort waits for it meanwhile, but
    where it was found ineligible."""
    file = files.reviewed_file(cast, programme, whole=True)
    programme.appointments.create(cluster=programme.cluster, user=cast.ana, role="officer")
    file.assignments.filter(reviewer=cast.ana).update(state="accepted", total=None, submitted_at=None)
    Application.objects.filter(pk=file.pk).update(state="in_review")
    for person in (cast.ana, cast.officer, cast.chair):
        declare_standing(file.pk, user=person, standing="clear")
    client.force_login(cast.ana)
    bens = file.assignments.get(reviewer=cast.ben)
    pages = (("review-file", [file.reference]), ("review-assignment", [file.reference, bens.public_id]))

    def read():
        panel, review = (client.get(reverse(name, args=args)).context for name, args in pages)
        waits = to_review_in(file.call, Q(), reader=cast.chair)
        return fresh(file).state, panel["shows_scores"], review["review"] is not None, waits

    assert read() == (ApplicationState.IN_REVIEW, False, False, 1)
    record_duty(file.pk, by=cast.screener, duty=Duty.SCREEN)
    late = declare_interests(file, by=cast.screener, answer="conflict", note="Mon frère y travaille.")
    services.set_acts_aside(late, by=cast.chair, why=WHY, edition=UNSHOWN)
    assert file.assignments.get(reviewer=cast.ana).state == "cancelled"
    assert read() == (ApplicationState.SUBMITTED, False, False, 1)
    asked = Change("method", ChangeWhy.INCOMPLETE, "Précisez.")
    request_changes(fresh(file), by=cast.officer, items=[asked], due=clock.now() + timedelta(days=10))
    assert read() == (ApplicationState.CHANGES_REQUESTED, False, False, 1)
    cancel_request(fresh(file), by=cast.officer, reason="Reçu autrement.")
    for state, waits in ((ApplicationState.INELIGIBLE, 0), (ApplicationState.ELIGIBLE, 1)):
        Application.objects.filter(pk=file.pk).update(state=state)
        assert read() == (state, False, False, waits)
    assert [one.is_fit for one in candidates(fresh(file), reader=cast.officer) if one.user == cast.ana] == [True]


def test_a_ruling_says_how_far_its_decision_goes_back(cast, programme, client):
    """No nearer: else the same would be asked again at once, or of nobody who could do it."""
    decision = files.endorsed(cast, programme)
    file = decision.application
    record_duty(file.pk, by=cast.screener, duty=Duty.SCREEN)
    for person in (cast.chair, cast.approver):
        declare_standing(file.pk, user=person, standing="clear")
    own = declare_interests(file, by=cast.endorser, answer="conflict", note="Un ami.")
    late = declare_interests(file, by=cast.screener, answer="conflict", note="Mon frère y travaille.")
    every = (ReturnTo.START, ReturnTo.PANEL, ReturnTo.SCREENING)
    assert ways_of(decision) == every
    assert not services.set_acts_aside(
        own, by=cast.chair, why=WHY, edition=UNSHOWN
    )  # an act of the chain: to its start, or further
    assert ways_of(decision) == every
    client.force_login(cast.chair)
    page = client.get(reverse("decision-late", args=[file.reference, cast.screener.public_id]))
    assert page.context["to"] is ReturnTo.SCREENING
    assert not services.set_acts_aside(late, by=cast.chair, why=WHY, edition=UNSHOWN)
    assert ways_of(decision) == (ReturnTo.SCREENING,)
    address = reverse("decision-send-back", args=[file.reference])
    client.force_login(cast.approver)
    shown = client.get(address)
    said = shown.content.decode()
    assert "avant que la décision soit renvoyée" in said  # and no ruling is awaited of anybody
    assert "avant que la présidence ou la personne qui donne l’avis" not in said
    assert ('value="screening"' in shown.content.decode(), 'value="panel"' in shown.content.decode()) == (True, False)
    for to in (ReturnTo.START, ReturnTo.PANEL):
        with pytest.raises(WrongMoment) as refused:
            services.send_back(decision, by=cast.approver, reason=WHY, to=to, edition=UNSHOWN)
        assert "renvoie plus loin" in refused.value.message
    client.post(address, {"reason": WHY, "to": "screening", "edition": shown.context["edition"]})
    assert now(decision) == (DecisionState.VOID, ApplicationState.SUBMITTED)


def test_ruling_that_outlived_its_decision_is_asked_again_of_who_rules(cast, programme):
    """The decision went back to its committee by itself, before somebody sent it back as it was ruled."""
    decision = files.endorsed(cast, programme)
    file = decision.application
    record_duty(file.pk, by=cast.screener, duty=Duty.SCREEN)
    declare_standing(file.pk, user=cast.chair, standing="clear")
    late = declare_interests(file, by=cast.screener, answer="conflict", note="Mon frère y travaille.")
    services.set_acts_aside(late, by=cast.chair, why=WHY, edition=UNSHOWN)
    late.refresh_from_db()
    rule = ("Se prononcer sur un conflit déclaré après coup", "")
    assert (turn_of(late), rule in what(cast.chair)) == (ReviewTurn.RETURN, False)
    reviewer = file.assignments.submitted().first().reviewer
    declare_interests(file, by=reviewer, answer="conflict", note="Mon voisin.")
    assert now(decision) == (DecisionState.VOID, ApplicationState.REVIEWED)
    late = fresh(file).declarations.get(user=cast.screener)
    assert (turn_of(late), rule in what(cast.chair)) == (ReviewTurn.UPHOLD, True)
    assert [one for one in what(cast.approver) if "Renvoyer" in one[0]] == []
    assert services.set_acts_aside(late, by=cast.chair, why=WHY, edition=UNSHOWN)
    assert fresh(file).state == ApplicationState.SUBMITTED


def test_nobody_sends_a_file_back_to_be_screened_again_but_for_an_act_that_came_before_a_conflict(cast, programme):
    file = files.reviewed_file(cast, programme)
    declare_standing(file.pk, user=cast.chair, standing="clear")
    with pytest.raises(WrongMoment) as refused:
        screen_again(file, by=cast.chair, reason=WHY)
    assert [one.code for one in refused.value.refusals] == ["state"]
    record_duty(file.pk, by=cast.screener, duty=Duty.SCREEN)
    declare_interests(file, by=cast.screener, answer="conflict", note="Mon frère.")
    for person in (cast.officer, cast.approver, cast.screener, cast.sophie):
        with pytest.raises(Forbidden):
            screen_again(file, by=person, reason=WHY)
    with pytest.raises(WrongMoment):
        screen_again(file, by=cast.chair, reason=" ")
    assert fresh(file).state == ApplicationState.REVIEWED


def test_who_sends_it_back_to_screening_declared_their_interests_and_the_doubt_is_ruled_on_first(cast, programme):
    """As who sends a decision back; and the turnstile says what the ruling says."""
    file = files.reviewed_file(cast, programme)
    record_duty(file.pk, by=cast.screener, duty=Duty.SCREEN)
    declare_interests(file, by=cast.screener, answer="unsure", note="Mon frère, peut-être.")
    assert [one.code for one in allowed(file, cast.endorser, Application.screen_again)[0].refusals] == [
        "undeclared",
        "state",
    ]
    declare_interests(file, by=cast.endorser, answer="none")
    assert [one.code for one in allowed(file, cast.endorser, Application.screen_again)[0].refusals] == ["state"]
    rule_on_declaration(
        file.declarations.get(user=cast.screener), by=cast.chair, clear=False, ruling="Un frère est un conflit."
    )
    assert screen_again(file, by=cast.endorser, reason=WHY).state == ApplicationState.SUBMITTED
    assert [name for name, _page in told("screened_again")] == ["Louise", "Maude"]


def test_who_may_not_take_a_file_on_is_not_told_that_it_is_theirs(cast, programme):
    """Who endorsed it, and screens or chairs elsewhere in the programme, may not take it up again."""
    for role, to in (("screener", ReturnTo.SCREENING), ("chair", ReturnTo.PANEL)):
        with transaction.atomic():
            programme.appointments.create(cluster=programme.cluster, user=cast.endorser, role=role)
            decision = files.endorsed(cast, programme)
            Message.objects.all().delete()
            declare_standing(decision.application_id, user=cast.approver, standing="clear")
            services.send_back(decision, by=cast.approver, reason=WHY, to=to, edition=UNSHOWN)
            pages = dict(told("decision_sent_back"))
            assert pages[cast.endorser.given_name] == "decision-file"
            theirs = cast.screener if to is ReturnTo.SCREENING else cast.chair
            assert pages[theirs.given_name] != "decision-file"
            transaction.set_rollback(True)


@proves(rulings_for, moot=READS_FEWER)
def test_what_was_issued_is_not_sent_back_and_its_page_says_so(cast, programme, client):
    """Waitlisted by a letter; the endorser declares a conflict since. Nothing is recommended before a ruling."""
    decision = files.issued(cast, programme, outcome="waitlisted")
    file = decision.application
    late = declare_interests(file, by=cast.endorser, answer="conflict", note="Mon frère.")
    assert return_for(decision, late_on(fresh(file))[0]) is None
    assert [str(step.label) for step in rulings_for(fresh(file), cast.chair)] == [
        "Se prononcer sur un conflit déclaré après coup"
    ]
    with transaction.atomic():  # decided for good: nothing is left to rule on
        Application.objects.filter(pk=file.pk).update(state="approved")
        assert rulings_for(fresh(file), cast.chair) == []
        transaction.set_rollback(True)
    client.force_login(cast.chair)
    page = client.get(reverse("decision-late", args=[file.reference, cast.endorser.public_id])).content.decode()
    assert "Ce qui a été rendu tient" in page
    assert 'name="why"' not in page
    with pytest.raises(WrongMoment):
        services.set_acts_aside(late, by=cast.chair, why=WHY, edition=UNSHOWN)
    assert late.upheld_by is None


def test_late_doubt_leads_nobody_but_the_chair_to_rule(cast, programme, client):
    """The endorser, who rules on what came before a conflict, reads that the chair comes first, and has no link."""
    decision = files.endorsed(cast, programme)
    file = decision.application
    record_duty(file.pk, by=cast.screener, duty=Duty.SCREEN)
    doubt = declare_interests(file, by=cast.screener, answer="unsure", note="Mon frère, peut-être.")
    rule = f'href="{reverse("review-rule", args=[file.reference, cast.screener.public_id])}"'

    def shown(person):
        client.force_login(person)
        page = client.get(reverse("decision-file", args=[file.reference])).content.decode()
        return "avant que la présidence se soit prononcée sur le doute" in page, rule in page

    assert (shown(cast.endorser), shown(cast.chair)) == ((True, False), (True, True))
    rule_on_declaration(doubt, by=cast.chair, clear=False, ruling="Un lien.")
    assert (shown(cast.endorser), shown(cast.chair)) == ((False, True), (False, True))


@proves(closed_to_markers)
def test_marks_of_somebody_to_whom_the_file_is_closed_are_looked_at_again_and_nobody_rules_on_them(
    cast, programme, client, later
):
    """In screening. Cleared by the chair, they count again; the other screener may also mark anew."""
    later(0)
    programme.appointments.create(cluster=programme.cluster, user=cast.emily, role="screener")
    file = submitted_file(cast, programme)
    for person in (cast.screener, cast.emily):
        declare_standing(file.pk, user=person, standing="clear")
    find_complete(file, by=cast.screener)
    mark_finding(file, "rena", by=cast.screener, passed=True)
    mark_finding(file, "oqlf", by=cast.emily, passed=True)

    def again():
        return {item.key: item.again for item in checklist_of(fresh(file)) if item.marked is not None}

    other = submitted_file(cast, programme, company="precision")
    declare_standing(other.pk, user=cast.emily, standing="conflict")  # in another file
    assert again() == {"rena": None, "oqlf": None}
    doubt = declare_interests(file, by=cast.screener, answer="unsure", note="Mon frère, peut-être.")
    assert again() == {"rena": Again.CLOSED, "oqlf": None}
    assert late_on(fresh(file)) == []
    (asked,) = Message.objects.filter(kind="ruling_asked")
    assert not asked.context["acts"]["fr"]
    client.force_login(cast.emily)
    page = client.get(reverse("file-screening", args=[file.reference])).content.decode()
    assert "by somebody to whom the file has been closed since" in page
    assert "What the applicant changed" not in page
    with pytest.raises(WrongMoment) as refused:
        find_eligible(fresh(file), by=cast.emily)
    assert [one.code for one in refused.value.refusals] == ["open"]
    rule_on_declaration(doubt, by=cast.chair, clear=True, ruling="Aucun lien.")
    assert again() == {"rena": None, "oqlf": None}
    declare_standing(file.pk, user=cast.screener, standing="conflict")
    assert closed_to_markers(fresh(file)) == {cast.screener.pk}
    confirm_marks(fresh(file), by=cast.emily, edition=edition_of(fresh(file)))
    assert again() == {"rena": None, "oqlf": None}
    assert closed_to_markers(fresh(file)) == set()
    file.findings.filter(item="rena").update(by=cast.screener)
    Application.objects.filter(pk=file.pk).update(state="eligible")
    assert closed_to_markers(fresh(file)) == set()


@proves(ScreeningReturnQuerySet.latest_first)
def test_returns_are_read_the_last_first(cast, decision):
    rows = [decision.application.screening_returns.create(by=cast.endorser, why=why) for why in ("b", "c", "a")]
    assert list(ScreeningReturn.objects.latest_first()) == rows[::-1]


@proves(FindingQuerySet.marked)
def test_items_that_say_nothing_are_not_marks(cast, decision):
    """Taken back, or an item of one's own that waits for its mark."""
    file = decision.application
    kept = set(file.findings.marked().values_list("item", flat=True))
    file.findings.create(item="own-1", own_fr="À voir", own_en="To see", by=cast.emily, at=SCREENED)
    file.findings.filter(item="costs").update(passed=None)
    assert set(file.findings.marked().values_list("item", flat=True)) == kept - {"costs"}


@proves(DutyDoneQuerySet.on)
def test_a_duty_on_a_file_is_whoevers_did_it(cast, programme, decision):
    file = decision.application
    other = submitted_file(cast, programme, company="precision")
    record_duty(other.pk, by=cast.emily, duty=Duty.SCREEN)
    record_duty(file.pk, by=cast.chair, duty=Duty.RECOMMEND)
    assert [one.user_id for one in DutyDone.objects.on(file.pk, Duty.SCREEN)] == [cast.screener.pk]


@proves(screened_by)
def test_finding_is_the_work_of_whoever_marked_it_and_of_whoever_found_it_so(cast, programme, later):
    """A mark taken back, or older than the file's return, is nobody's; where the trail does not say who found it so,
    everybody's who screened it; in screening nobody's."""
    later(0)
    for person in (cast.emily, cast.ben):
        programme.appointments.create(cluster=programme.cluster, user=person, role="screener")
    file, other = submitted_file(cast, programme), submitted_file(cast, programme, company="precision")
    for one in (file, other):
        for person in (cast.screener, cast.emily, cast.ben):
            declare_standing(one.pk, user=person, standing="clear")
    find_complete(file, by=cast.ben)
    for item in checklist_of(file):
        mark_finding(file, item.key, by=cast.screener, passed=True)
    file.findings.create(item="own-1", own_fr="À voir", own_en="To see", by=cast.ben, at=SCREENED)
    assert screened_by(fresh(file)) == set()
    find_complete(other, by=cast.emily)
    for item in checklist_of(other):
        mark_finding(other, item.key, by=cast.ben, passed=True)
    find_eligible(fresh(other), by=cast.emily)
    Application.objects.filter(pk=file.pk).update(state="eligible")  # no finding in its trail
    record_duty(file.pk, by=cast.chair, duty=Duty.RECOMMEND)
    assert screened_by(fresh(file)) == {cast.screener.pk}
    Application.objects.filter(pk=file.pk).update(state="submitted")
    later(1)
    with transaction.atomic():
        file.findings.filter(item="own-1").delete()
        find_eligible(fresh(file), by=cast.emily)
        trail.record(file, "application.open", by=cast.ben)  # an entry after it, that is no finding
        assert screened_by(fresh(file)) == {cast.screener.pk, cast.emily.pk}
        transaction.set_rollback(True)
    mark_finding(fresh(file), "own-1", by=cast.ben, passed=True, version=1)
    find_eligible(fresh(file), by=cast.emily)
    assert screened_by(fresh(file)) == {cast.screener.pk, cast.emily.pk, cast.ben.pk}
    file.screening_returns.create(by=cast.endorser, at=SCREENED + timedelta(hours=1), why="À revoir.")
    assert screened_by(fresh(file)) == {cast.emily.pk, cast.ben.pk}  # ben's: at the very instant of the return
    file.findings.filter(item="own-1").update(passed=None)
    assert screened_by(fresh(file)) == {cast.emily.pk}
