"""Reconsideration: within the delay, once, by somebody else; upheld, sent to a new panel, screened again, amended."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.services import create_person
from applications.access import enter
from applications.models import Application, Finding
from applications.states import ApplicationState
from audit.states import Read
from awards.models import Award
from decisions import services
from decisions.facts import _took_part, opinion
from decisions.models import Decision
from decisions.selectors import UNSHOWN
from decisions.selectors.reconsideration import ask_until, tell
from decisions.services.chain import told_by
from decisions.states import DecisionKind, DecisionState
from funding.models import Envelope, LedgerEntry
from letters.models import Letter
from moves.machine import move
from moves.models import DutyDone
from moves.refusals import WrongMoment
from moves.transitions import Reason
from programs.services.people import appoint
from reviews.access import REVIEWER
from reviews.checks import candidates
from reviews.models import Assignment
from reviews.selectors import ranking
from reviews.services import (
    assign_reviewer,
    declare_interests,
    recommend,
    reopen_file,
    reopen_review,
    save_score,
    sign_undertaking,
    submit_review,
)
from tests.cast import SET_UP
from tests.decisions import files
from tests.decisions.files import D
from tests.files import with_rules
from tests.mutants import proves
from work import clock
from work.calendars import EVERY_DAY

pytestmark = pytest.mark.django_db

ASKED_AT = files.DECIDED_AT + timedelta(days=10)


def served(decision):
    """Its letter was sent and opened on the day of the decision."""
    Letter.objects.filter(decision=decision).update(
        state="served", sent_at=files.DECIDED_AT, served_at=files.DECIDED_AT, read_at=files.DECIDED_AT
    )
    told = {"outcome_at": files.DECIDED_AT, "last_told": told_by(decision), "last_told_at": files.DECIDED_AT}
    Application.objects.filter(pk=decision.application_id).update(**told)
    return Decision.objects.get(pk=decision.pk)


@pytest.fixture
def declined(cast, programme):
    return served(files.issued(cast, programme, outcome="declined"))


@pytest.fixture
def granted(cast, programme):
    return served(files.issued(cast, programme, amount="40000.00", outcome="partial"))


def ask(decision, cast, at=ASKED_AT):
    with clock.at(at):
        return services.ask_reconsideration(decision.application, by=cast.sophie, reason="Un fait a été oublié.")


def fresh_people(cast, programme):
    """Three people who took no part: who gives the opinion, who approves, who screens or recommends."""
    with clock.at(files.AT):
        appoint(cast.finance, by=cast.administrator, role="reconsiderer", program=programme)
        appoint(cast.administrator, by=cast.administrator, role="approver", program=programme, limit=D("250000"))
    return cast.finance, cast.administrator


@pytest.mark.parametrize(("days", "taken"), [(30, True), (31, False)])
def test_delay_runs_thirty_days_from_service(declined, cast, days, taken):
    assert ask_until(declined.application) == clock.end_of(clock.day_of(files.DECIDED_AT) + timedelta(days=30))
    if taken:
        assert ask(declined, cast, files.DECIDED_AT + timedelta(days=days)).state == ApplicationState.IN_RECONSIDERATION
        return
    with pytest.raises(WrongMoment) as refusal:
        ask(declined, cast, files.DECIDED_AT + timedelta(days=days))
    assert [one.code for one in refusal.value.refusals] == ["late"]


@pytest.mark.parametrize("days", [30, 7])
def test_answer_is_due_the_days_that_the_rules_say(declined, cast, days):
    with_rules(declined.application.call, reconsideration={"answer_days": days})
    ask(declined, cast)
    file = Application.objects.get(pk=declined.application_id)
    assert (file.due, file.due_left) == (clock.end_of(clock.day_of(ASKED_AT) + timedelta(days=days)), None)


def test_delay_does_not_run_before_service(cast, programme):
    decision = files.issued(cast, programme, outcome="declined")
    assert ask_until(decision.application) is None
    with pytest.raises(WrongMoment) as refusal:
        ask(decision, cast)
    assert [one.code for one in refusal.value.refusals] == ["early"]


def test_answer_upheld_leaves_the_first_decision_in_force(granted, cast, programme):
    opinion, decider = fresh_people(cast, programme)
    application = ask(granted, cast)
    answer = Decision.objects.get(application=application, kind=DecisionKind.RECONSIDERED)
    with clock.at(ASKED_AT):
        answer = services.edit_reasons(
            answer, version=1, by=cast.officer, reasons_fr="Le montant tient.", reasons_en="The amount stands."
        )
        for person in (opinion, decider):
            declare_interests(application, by=person, answer="none")
        answer = services.endorse(answer, by=opinion, edition=UNSHOWN)
        answer = services.approve(answer, by=decider, edition=UNSHOWN)
        answer = services.issue(answer, by=cast.officer, edition=UNSHOWN)
    assert answer.application.state == ApplicationState.APPROVED
    assert Decision.objects.get(pk=granted.pk).state == DecisionState.ISSUED
    assert Award.objects.get().superseded_at is None
    assert Envelope.objects.get(pk=granted.shares.get().envelope_id).committed == D("40000.00")
    assert answer.letter.kind == "reconsidered"
    assert "Le montant tient." in answer.letter.html
    assert "Points moyens" not in answer.letter.html
    served(answer)
    with pytest.raises(WrongMoment) as refusal:
        ask(granted, cast)
    assert "once" in [one.code for one in refusal.value.refusals]


def test_who_took_part_before_decides_nothing(granted, cast, programme):
    fresh_people(cast, programme)
    with clock.at(files.AT):
        appoint(cast.endorser, by=cast.administrator, role="reconsiderer", program=programme)
    application = ask(granted, cast)
    answer = Decision.objects.get(application=application, kind=DecisionKind.RECONSIDERED)
    with clock.at(ASKED_AT):
        services.edit_reasons(answer, by=cast.officer, reasons_fr="Non.", reasons_en="No.", version=1)
        with pytest.raises(WrongMoment) as refusal:
            services.endorse(answer, by=cast.endorser, edition=UNSHOWN)
        assert [one.code for one in refusal.value.refusals] == ["duty"]
        declare_interests(application, by=cast.finance, answer="none")
        answer = services.endorse(answer, by=cast.finance, edition=UNSHOWN)
        with pytest.raises(WrongMoment):
            services.approve(answer, by=cast.approver, edition=UNSHOWN)


@proves(_took_part)
@pytest.mark.parametrize(("before", "barred"), [(timedelta(microseconds=1), True), (timedelta(0), False)])
def test_part_is_taken_before_when_it_ended_before_the_instant_of_the_request(granted, cast, before, barred):
    application = ask(granted, cast)
    answer = Decision.objects.get(application=application, kind=DecisionKind.RECONSIDERED)
    assert answer.at == ASKED_AT
    DutyDone.objects.create(application_id=application.pk, user=cast.finance, duty="reconsider", at=ASKED_AT - before)
    DutyDone.objects.create(application_id=application.pk + 1, user=cast.finance, duty="screen", at=files.AT)
    assert opinion(answer, cast.finance).took_part is barred


def test_decision_that_followed_reviews_is_not_screened_again(declined, cast, programme):
    opinion_giver, _decider = fresh_people(cast, programme)
    application = ask(declined, cast)
    with clock.at(ASKED_AT):
        declare_interests(application, by=opinion_giver, answer="none")
        with pytest.raises(WrongMoment) as refusal:
            services.reopen_screening(application, by=opinion_giver)
        assert [one.code for one in refusal.value.refusals] == ["kind"]
        assert services.send_to_new_panel(application, by=opinion_giver).state == ApplicationState.REVIEWED


def test_new_panel_amends_the_decision_and_only_the_new_amount_stays_committed(granted, cast, programme):
    opinion, _decider = fresh_people(cast, programme)
    application = ask(granted, cast)
    with clock.at(ASKED_AT):
        declare_interests(application, by=opinion, answer="none")
        application = services.send_to_new_panel(application, by=opinion)
        assert application.state == ApplicationState.REVIEWED
        answer = Decision.objects.get(application=application, kind=DecisionKind.RECONSIDERED)
        assert answer.state == DecisionState.VOID
        assert Application.objects.get(pk=application.pk).public_state == "in_reconsideration"
        envelope = Envelope.objects.get(pk=granted.shares.get().envelope_id)
        chair = second_panel(cast, programme, application)
        recommend(
            application, by=chair, outcome="partial", amount=D("60000.00"),
            shares=[(envelope, D("60000.00"))], reasons_fr="Revu.", reasons_en="Reviewed.",
        )  # fmt: skip
        amended = Decision.objects.open().get(application=application)
        amended = services.endorse(amended, by=cast.endorser, edition=UNSHOWN)
        files.declare(cast, amended, "approver")
        amended = services.approve(amended, by=cast.approver, edition=UNSHOWN)
        amended = services.issue(amended, by=cast.officer, edition=UNSHOWN)
    assert Decision.objects.get(pk=granted.pk).state == DecisionState.SUPERSEDED
    envelope = Envelope.objects.get(pk=envelope.pk)
    assert (envelope.reserved, envelope.committed) == (D("0.00"), D("60000.00"))
    entries = list(envelope.entries.filter(application_id=application.pk).values_list("kind", "move").order_by("id"))
    assert entries[2:] == [
        ("reserve", "application.recommend"),
        ("release", "decision.supersede"),
        ("commit", "decision.issue"),
    ]
    assert [(a.amount, a.superseded_at) for a in Award.objects.order_by("id")] == [
        (D("40000.00"), ASKED_AT),
        (D("60000.00"), None),
    ]
    assert amended.number == 3


def test_only_the_panel_that_has_the_file_counts_in_the_ranking_and_on_the_page(granted, cast, programme, client):
    """First panel aside: no score and no rank before the second scores; then the mean of the second alone."""
    opinion, _decider = fresh_people(cast, programme)
    application = ask(granted, cast)
    with clock.at(ASKED_AT):
        declare_interests(application, by=cast.ana, answer="unsure", note="Un cousin.")
        declare_interests(application, by=opinion, answer="none")
        application = services.send_to_new_panel(application, by=opinion)
        ranked = ranking(application.call).of(application)
        assert (ranked.reviews.totals, ranked.reviews.mean, ranked.placed.rank) == ((), None, None)
        assert not application.assignments.filter(set_aside_at=None).exists()  # whom a doubt left out as well
        own = application.panels.get()
        assert not own.seats.exists()
        second_panel(cast, programme, application)
        assert sorted(own.seats.values_list("sits_as", flat=True)) == [
            "chair",
            "cluster",
            "cluster",
            "industry",
        ]
        application = Application.objects.get(pk=application.pk)
        ranked = ranking(application.call).of(application)
        assert (ranked.reviews.totals, ranked.reviews.mean) == ((D("80.00"),) * 3, application.score)
        client.force_login(cast.officer)
        page = client.get(reverse("review-file", args=[application.reference]))
        assert page.context["reviews"].totals == ranked.reviews.totals


def test_reviewer_of_the_first_panel_reads_what_they_did_whatever_a_second_one_does(granted, cast, programme, client):
    """Their review beside those of their own panel, its declaration, what they gave: the same at each step."""
    opinion, _decider = fresh_people(cast, programme)
    application = ask(granted, cast)
    mine = Assignment.objects.get(application=application, reviewer=cast.ana)
    addresses = (
        reverse("review-read", args=[mine.public_id]),
        reverse("review-declare", args=[application.reference]),
        reverse("review-declare-own", args=[mine.public_id]),
        reverse("review-past"),
        reverse("review-queue"),
    )

    def read():
        client.force_login(cast.ana)
        answers = [client.get(address) for address in addresses]
        assert len(answers[0].context["reviews"]) == 3
        return [(one.status_code, one.headers.get("Location"), shown(one)) for one in answers]

    with clock.at(ASKED_AT):
        declare_interests(application, by=opinion, answer="none")
        before = read()
        assert [status for status, *_rest in before] == [200, 302, 200, 200, 200]
        application = services.send_to_new_panel(application, by=opinion)
        assert read() == before
        second_panel(cast, programme, application)
        assert read() == before


def test_review_of_the_first_panel_is_reopened_no_more_and_says_one_thing_whichever_panel_has_the_file(
    granted, cast, programme, client
):
    """What is saved over it is refused in the same words at each step; nobody is asked to give it again."""
    opinion, _decider = fresh_people(cast, programme)
    application = ask(granted, cast)
    mine = Assignment.objects.get(application=application, reviewer=cast.ana)
    criterion = application.call.rubric.definition["criteria"][0]["key"]

    def refused_to_save():
        with pytest.raises(WrongMoment) as stopped:
            save_score(mine, criterion, by=cast.ana, version=1, point="3", comment="x")
        return [str(one.message) for one in stopped.value.refusals]

    with clock.at(ASKED_AT):
        declare_interests(application, by=opinion, answer="none")
        said = refused_to_save()
        assert said == ["Cette évaluation est déposée\xa0: elle ne peut plus être modifiée."]
        application = services.send_to_new_panel(application, by=opinion)
        assert refused_to_save() == said
        application = reopen_file(application, by=cast.chair, reason="Nouveau comité.")
        assert refused_to_save() == said
        client.force_login(cast.officer)
        page = client.get(reverse("review-assignment", args=[application.reference, mine.public_id]))
        assert "Rouvrir cette évaluation" not in page.content.decode()
        with pytest.raises(WrongMoment) as stopped:
            reopen_review(mine, by=cast.chair, reason="À revoir.")
        assert [one.code for one in stopped.value.refusals] == ["set_aside"]
        Application.objects.filter(pk=application.pk).update(state="eligible")
        client.force_login(cast.ana)
        answer = client.post(
            reverse("review-declare-own", args=[mine.public_id]), {"answer": "none", "note": ""}, follow=True
        )
        assert [str(one) for one in answer.context["messages"]] == ["Merci. Votre déclaration est inscrite."]


def shown(answer):
    """What a page says, a line each, without what differs at each request."""
    body = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())
    return body.partition("<h1")[2].partition("<footer")[0].splitlines()


def test_nobody_of_the_first_panel_sits_on_the_second(granted, cast, programme):
    opinion, _decider = fresh_people(cast, programme)
    application = ask(granted, cast)
    with clock.at(ASKED_AT):
        declare_interests(application, by=opinion, answer="none")
        application = services.send_to_new_panel(application, by=opinion)
        assert Application.objects.get(pk=application.pk).score is None
        with pytest.raises(WrongMoment) as refusal:
            recommend(application, by=cast.chair, outcome="declined", reasons_fr="Non.", reasons_en="No.")
        assert "first_panel" in [one.code for one in refusal.value.refusals]
        application = reopen_file(application, by=cast.chair, reason="Nouveau comité.")
        for person in (cast.ana, cast.ben, cast.chloe):
            with pytest.raises(WrongMoment) as refusal:
                assign_reviewer(application, person, by=cast.officer)
            assert [one.code for one in refusal.value.refusals] == ["first_panel"]
        stands = {one.user: [c.code for c in one.conflicts] for one in candidates(application, reader=cast.officer)}
        assert stands[cast.ana] == ["first_panel"]
        assert stands[cast.dev] == []


def second_panel(cast, programme, application):
    """A new panel scores the file, four on each criterion; returns its chair, who declared no interest."""
    application = reopen_file(application, by=cast.chair, reason="Nouveau comité.")
    people = [person_of(name) for name in ("Inès", "Jules", "Lou", "Noé")]
    chair, *reviewers = people
    appoint(chair, by=cast.administrator, role="chair", program=programme)
    for person, seat in zip(reviewers, ("cluster", "cluster", "industry"), strict=True):
        appoint(person, by=cast.administrator, role="reviewer", program=programme, seat=seat)
        assign_reviewer(application, person, by=cast.officer)
        sign_undertaking(application.call, by=person)
        declare_interests(application, by=person, answer="none")
        assignment = Assignment.objects.get(application=application, reviewer=person)
        for criterion in application.call.rubric.definition["criteria"]:
            save_score(assignment, criterion["key"], by=person, version=0, point="4", comment="Revu en entier.")
        submit_review(assignment, by=person)
    assert Application.objects.get(pk=application.pk).state == ApplicationState.REVIEWED
    declare_interests(application, by=chair, answer="none")
    return chair


def person_of(name):
    return create_person(by=SET_UP, email=f"{name.lower()}@aerofil.example", given_name=name, family_name="Nouveau")


def test_ineligible_file_is_screened_again_by_its_own_road(cast, programme):
    application = files.reviewed_file(cast, programme)
    Application.objects.filter(pk=application.pk).update(
        state=ApplicationState.SUBMITTED, complete_at=files.RECOMMENDED_AT
    )
    with clock.at(files.RECOMMENDED_AT):
        Finding.objects.update_or_create(
            application=application, item="rena", defaults={"passed": False, "reason": "Inscrite au RENA le 2 octobre."}
        )
        declare_interests(application, by=cast.screener, answer="none")
        move(Application.objects.get(pk=application.pk), Application.find_ineligible, by=cast.screener)
    decision = Decision.objects.get(application=application)
    assert decision.kind == DecisionKind.INELIGIBLE
    assert decision.reasons_fr == (
        "Exigence non respectée\u00a0: Absence du RENA, vérifiée le jour même. Inscrite au RENA le 2 octobre."
    )
    assert decision.reasons_en.startswith("Requirement not met: Not on the RENA, checked today. ")
    with clock.at(files.DECIDED_AT):
        files.declare(cast, decision, "endorser", "approver")
        decision = services.endorse(decision, by=cast.endorser, edition=UNSHOWN)
        decision = services.approve(decision, by=cast.approver, edition=UNSHOWN)
        decision = services.issue(decision, by=cast.officer, edition=UNSHOWN)
    assert decision.application.state == ApplicationState.DECLINED
    opinion, _decider = fresh_people(cast, programme)
    application = ask(served(decision), cast)
    with clock.at(ASKED_AT):
        declare_interests(application, by=opinion, answer="none")
        with pytest.raises(WrongMoment):
            services.send_to_new_panel(application, by=opinion)
        application = services.reopen_screening(application, by=opinion)
    assert (application.state, application.complete_at) == (ApplicationState.SUBMITTED, files.RECOMMENDED_AT)
    for state in ("submitted", "eligible", "in_review"):  # of which a reviewer of before is told nothing
        Application.objects.filter(pk=application.pk).update(state=state)
        assert enter(cast.ana, REVIEWER, read=Read.OWN_REVIEW, pk=application.pk) == application


def test_file_withdrawn_under_reconsideration_gives_its_money_back(granted, cast):
    application = ask(granted, cast)
    with clock.at(ASKED_AT):
        move(application, Application.withdraw, by=cast.sophie, given=Reason("Projet abandonné."))
    envelope = Envelope.objects.get(pk=granted.shares.get().envelope_id)
    assert (envelope.committed, Award.objects.get().superseded_at) == (D("0.00"), ASKED_AT)
    assert envelope.entries.latest("id").move == "application.withdraw"


def test_money_of_an_award_is_told_when_its_letter_leaves_and_again_when_its_file_does(cast, programme):
    def told():
        rows = LedgerEntry.objects.told().exclude(application_id=None).order_by("id")
        return list(rows.values_list("kind", "told_at"))

    decision = files.issued(cast, programme, amount="40000.00", outcome="partial")
    assert told() == []
    with clock.at(files.DECIDED_AT):
        files.send(decision)
    award = [("reserve", files.DECIDED_AT), ("commit", files.DECIDED_AT)]
    assert told() == award
    application = ask(served(decision), cast)
    assert told() == award
    with clock.at(ASKED_AT):
        move(application, Application.withdraw, by=cast.sophie, given=Reason("Projet abandonné."))
    assert told() == [*award, ("release", ASKED_AT)]


def test_waitlisted_file_promoted_later_supersedes_its_first_letter(cast, programme):
    first = served(files.issued(cast, programme, outcome="waitlisted"))
    with clock.at(ASKED_AT):
        envelope = files.envelopes(programme)[0]
        recommend(
            Application.objects.get(pk=first.application_id), by=cast.chair, outcome="partial", amount=D("50000.00"),
            shares=[(envelope, D("50000.00"))], reasons_fr="Place libre.", reasons_en="Room now.",
        )  # fmt: skip
        second = Decision.objects.open().get(application=first.application)
        second = services.endorse(second, by=cast.endorser, edition=UNSHOWN)
        second = services.approve(second, by=cast.approver, edition=UNSHOWN)
        second = services.issue(second, by=cast.officer, edition=UNSHOWN)
    assert Decision.objects.get(pk=first.pk).state == DecisionState.SUPERSEDED
    assert (second.application.state, second.application.public_state) == (ApplicationState.APPROVED, "waitlisted")


@proves(tell)
def test_letter_is_replaced_and_its_delay_over_once_that_of_a_later_decision_left(cast, programme):
    """Not while that one waits to be sent; nor by an answer that upholds, nor by another file's."""
    own, other = (files.file_row(cast, programme) for _number in range(2))

    def decide(number, *, sent, file=own, kind="declined"):
        decision = files.decision_row(cast, programme, state="issued", kind=kind, file=file, number=number)
        letter = files.letter_row(file, state="served" if sent else "signed", served_at=sent)
        Decision.objects.filter(pk=decision.pk).update(letter=letter)
        return letter

    days = [files.DECIDED_AT + timedelta(days=number) for number in range(1, 6)]
    first = decide(1, sent=days[0])
    decide(3, sent=days[3], kind="reconsidered"), decide(9, sent=days[4], file=other)
    second = decide(2, sent=None)
    said = tell(Letter.objects.get(pk=first.pk))
    assert (said.superseded, said.until()) == (False, EVERY_DAY.ends(days[0], 30))
    Letter.objects.filter(pk=second.pk).update(state="served", sent_at=days[1], served_at=days[1])
    for letter, replaced in ((first, True), (second, False)):
        said = tell(Letter.objects.get(pk=letter.pk))
        assert (said.superseded, said.until()) == (replaced, EVERY_DAY.ends(days[1], 30))
