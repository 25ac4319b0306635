"""A conflict found after the recommendation: what counts is asked again, and the panel recommends again without it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils.translation import override

from accounts.models import ClusterAppointment
from applications.models import Application
from applications.states import ApplicationState
from decisions import services
from decisions.models import Concurrence, Decision, Step
from decisions.selectors import (
    UNSHOWN,
    return_for,
    returners_of,
    rulings_among,
    rulings_on,
    stuck_among,
    waits_of,
    work_for,
)
from decisions.selectors.chain import acts_of_chain
from decisions.selectors.waiting import _work_of_chain, _work_of_rulings
from decisions.services import set_acts_aside
from decisions.states import DecisionState, ReturnTo
from desk.selectors.file import awaited, rulings_for
from funding.models import Envelope
from moves.machine import allowed
from moves.refusals import Forbidden, WrongMoment
from moves.services import declare_standing, record_duty
from moves.states import Duty
from notifications.models import Message
from notifications.notices import write
from reviews.models import Assignment, Declaration, Recommendation
from reviews.querysets import DeclarationQuerySet
from reviews.selectors import Late, late_on, panel_reviews, reread, rulers_on, upheld_on
from reviews.services import declare_interests, recuse_reviewer, rule_on_declaration, uphold_acts
from tests.decisions import files
from tests.mutants import proves

pytestmark = pytest.mark.django_db
LATER = datetime(2026, 11, 4, 15, tzinfo=UTC)
DOUBT = (
    "Une évaluation dont la recommandation est tirée est mise de côté jusqu’à ce que la présidence du comité se "
    "prononce sur les intérêts de la personne qui l’a donnée\xa0: rien n’est décidé avant."
)


@pytest.fixture(autouse=True)
def in_november(clock_at):
    clock_at(LATER)


def told():
    rows = Message.objects.filter(kind="decision_sent_back").order_by("recipient__given_name")
    return list(rows.values_list("recipient__given_name", flat=True))


def rendered(message):
    return write(message).body


def now(decision):
    """The decision, and its file, as they are now."""
    decision = Decision.objects.select_related("application").get(pk=decision.pk)
    return decision.state, decision.application.state


def review_of(decision, person):
    return Assignment.objects.get(application=decision.application, reviewer=person)


def refused(step, *args, **more):
    with pytest.raises(WrongMoment) as stopped:
        step(*args, **more)
    return [(one.code, str(one.message)) for one in stopped.value.refusals]


def test_reviewer_recused_after_the_approval_sends_the_file_back_to_its_panel(cast, programme):
    """Points 40, 60 and 100 under a mark of 60: without the last, 50. Its money is free again, everybody is told."""
    decision = files.approved(cast, programme, points=("2", "3", "5"), discussion="Discuté.")
    Message.objects.all().delete()
    declare_interests(decision.application, by=cast.chloe, answer="conflict", note="Mon conjoint y travaille.")
    assert now(decision) == (DecisionState.VOID, ApplicationState.REVIEWED)
    file = Application.objects.get(pk=decision.application_id)
    assert (file.score, file.recommended_amount) == (Decimal(50), None)
    assert not Recommendation.objects.standing().exists()
    assert {envelope.reserved for envelope in Envelope.objects.all()} == {Decimal(0)}
    assert told() == ["Karim", "Louise", "Maude", "Sylvie"]  # endorser, chair, officer, approver
    reason = Message.objects.filter(kind="decision_sent_back").first().context["reason"]
    assert reason["fr"].startswith("Une personne évaluatrice a été récusée")
    assert reason["en"].startswith("A reviewer was recused")
    assert [code for code, _words in refused(services.issue, decision, by=cast.officer, edition=UNSHOWN)] == ["state"]


def test_whoever_was_asked_for_the_step_is_told_that_it_is_void_and_who_acts_first(cast, programme):
    """The approver had been asked and had done nothing yet. The chair reopens the review before anybody is assigned."""
    decision = files.endorsed(cast, programme, points=("2", "3", "5"), discussion="Discuté.")
    assert Message.objects.filter(kind="decision_waiting", recipient=cast.approver).exists()
    declare_interests(decision.application, by=cast.chloe, answer="conflict", note="Mon conjoint y travaille.")
    assert told() == ["Karim", "Louise", "Maude", "Sylvie"]  # endorser, chair, officer, approver
    for message in Message.objects.filter(kind="decision_sent_back"):
        assert "Avant cela, sa présidence rouvre l’évaluation" in write(message).body
    body = write(Message.objects.get(kind="review_declined", recipient=cast.officer)).body
    assert "Avant tout, la présidence du comité doit rouvrir son évaluation" in body
    assert "Attribuez le dossier à une autre personne de même provenance." in body


def test_recusal_after_the_issue_asks_the_officer_for_nobody(cast, programme):
    decision = files.issued(cast, programme)
    declare_interests(decision.application, by=cast.chloe, answer="conflict", note="Mon conjoint y travaille.")
    body = write(Message.objects.get(kind="review_declined", recipient=cast.officer)).body
    assert "l’évaluation de ce dossier est terminée" in body
    assert "Avant tout" not in body


@pytest.mark.parametrize(
    ("points", "outcome", "mean"),
    [(("2", "2", "5"), "approved", Decimal(40)), (("3", "3", "1"), "declined", Decimal(60))],
)
def test_recusal_that_moves_a_file_across_the_mark_sends_it_back(cast, programme, points, outcome, mean):
    """Found by the officer, before any step of the chain."""
    decision = files.recommended_file(cast, programme, points=points, outcome=outcome, discussion="Discuté.")
    recuse_reviewer(review_of(decision, cast.chloe), by=cast.officer, note="Sa sœur y travaille.")
    assert now(decision) == (DecisionState.VOID, ApplicationState.REVIEWED)
    assert panel_reviews(Application.objects.get(pk=decision.application_id)).mean == mean


def test_doubt_stops_each_step_until_the_chair_rules_and_both_figures_are_shown(cast, programme, client):
    decision = files.recommended_file(cast, programme, whole=True)  # 80, 80, 60: 73,33; without the last, 80
    declare_interests(decision.application, by=cast.chloe, answer="unsure", note="Un doute.")
    files.declare(cast, decision, "endorser", "approver")
    assert now(decision) == (DecisionState.DRAFT, ApplicationState.RECOMMENDED)
    assert refused(services.endorse, decision, by=cast.endorser, edition=UNSHOWN) == [("ruling", DOUBT)]
    client.force_login(cast.endorser)
    page = client.get(reverse("decision-file", args=[decision.application.reference])).content.decode()
    assert "73,33" in page
    assert "Les évaluations qui comptent aujourd’hui donnent 80,00." in page
    assert DOUBT in page
    letter = client.get(reverse("decision-preview", args=[decision.application.reference])).content.decode()
    assert "73,33" in letter
    rule_on_declaration(Declaration.objects.get(user=cast.chloe), by=cast.chair, clear=True, ruling="Aucun lien.")
    decision = services.endorse(decision, by=cast.endorser, edition=UNSHOWN)

    declare_interests(decision.application, by=cast.ben, answer="unsure", note="Un autre.")
    assert refused(services.approve, decision, by=cast.approver, edition=UNSHOWN) == [("ruling", DOUBT)]
    Decision.objects.filter(pk=decision.pk).update(state=DecisionState.APPROVED)
    assert ("ruling", DOUBT) in refused(services.issue, decision, by=cast.officer, edition=UNSHOWN)
    rule_on_declaration(Declaration.objects.get(user=cast.ben), by=cast.chair, clear=False, ruling="C’en est un.")
    assert now(decision) == (DecisionState.VOID, ApplicationState.REVIEWED)


def test_partner_does_not_concur_on_reviews_that_moved(cast, programme):
    decision = files.approved(cast, programme, amount="75000.01")
    files.declare(cast, decision, "concurrence")
    concurrence = decision.concurrences.get()
    assert [one.refusals for one in allowed(concurrence, cast.concurrence, Concurrence.give)] == [()]
    Assignment.objects.filter(reviewer=cast.chloe).update(set_aside_at=LATER)
    assert refused(services.concur, concurrence, by=cast.concurrence) == [
        (
            "reviews",
            "Les évaluations qui comptent ne sont plus celles dont la recommandation est tirée (moyenne générale de "
            "73,33 alors, de 80,00 maintenant)\xa0: la personne qui donne un avis ou approuve renvoie le dossier à son "
            "comité.",
        )
    ]


def test_recusal_after_the_issue_undoes_nothing(cast, programme):
    decision = files.issued(cast, programme)
    Message.objects.all().delete()
    recuse_reviewer(review_of(decision, cast.chloe), by=cast.officer, note="Trouvé trop tard.")
    assert now(decision) == (DecisionState.ISSUED, ApplicationState.APPROVED)
    assert told() == []


@proves(reread)
def test_evidence_is_read_again_beside_what_counts(cast, programme):
    """In the order the reviews came in, of its own file; one recused is not in doubt, one left out is."""
    decision = files.recommended_file(cast, programme)
    file, recommendation = decision.application, decision.recommendation
    same = reread(recommendation, panel_reviews(file))
    assert (same.moved, same.in_doubt, same.then) == (False, False, same.now)
    older, kept = Recommendation.objects.get(pk=recommendation.pk), dict(recommendation.inputs["files"][0])
    for key in ("reviews", "spread", "complete"):  # as an earlier release kept it
        del older.inputs["files"][0][key]
    assert not reread(older, panel_reviews(file)).moved
    Assignment.objects.create(  # of a first panel: it never counted here
        application=file, reviewer=cast.dev, state="submitted", seat="cluster", due=LATER, assigned_by=cast.officer,
        submitted_at=LATER, total=10, set_aside_at=LATER,
    )  # fmt: skip
    Assignment.objects.filter(reviewer=cast.ana).update(submitted_at=LATER)  # the last to come in
    recommendation.inputs["files"][0]["reviews"].reverse()
    Assignment.objects.filter(reviewer=cast.chloe).update(state="recused")
    away = files.reviewed_file(cast, programme, company="precision")
    Assignment.objects.filter(application=away, reviewer=cast.ben).update(state="recused")
    recommendation.inputs["files"][0]["reviews"].append(
        str(Assignment.objects.get(application=away, reviewer=cast.ben).public_id)
    )
    found = reread(recommendation, panel_reviews(Application.objects.get(pk=file.pk)))
    assert [one.reviewer_id for one in found.then.reviews] == [cast.ben.pk, cast.chloe.pk, cast.ana.pk]
    assert [one.reviewer_id for one in found.now.reviews] == [cast.ben.pk, cast.ana.pk]
    assert (found.moved, found.in_doubt) == (True, False)
    found = reread(older, panel_reviews(file))
    assert (found.moved, found.in_doubt, found.then.reviews) == (True, False, ())
    assert (found.then.mean, found.then.missed) == (Decimal(kept["mean"]), ())
    declare_interests(file, by=cast.ben, answer="unsure", note="Un doute.")
    assert reread(recommendation, panel_reviews(file)).in_doubt
    recommendation.inputs = {}
    assert reread(recommendation, panel_reviews(file)) is None


def told_to_rule():
    rows = Message.objects.filter(kind="ruling_asked").order_by("recipient__given_name", "id")
    return [(one.recipient.given_name, one.context["acts"]["en"]) for one in rows]


def test_who_rules_on_a_late_conflict_is_told_by_mail_and_the_officers_of_what_it_is_and_no_more(cast, programme):
    """The chair and the endorser who are free, never whom it is of; on a doubt the chair alone, then the endorser. Of a
    file that is decided, nobody has anything to rule on before."""
    decision = files.approved(cast, programme)
    file = decision.application
    Message.objects.all().delete()
    declare_interests(file, by=cast.endorser, answer="conflict", note="Mon frère.")
    assert told_to_rule() == [("Louise", "endorse")]
    doubt = declare_interests(file, by=cast.approver, answer="unsure", note="Peut-être.")
    assert told_to_rule() == [("Louise", "endorse"), ("Louise", "approve")]
    (on_doubt,) = (one for one in Message.objects.filter(kind="ruling_asked") if one.context["doubt"])
    assert "avait agi dans le dossier" in rendered(on_doubt)
    assert "rien de plus n’y est décidé avant" in rendered(on_doubt)
    programme.appointments.create(cluster=programme.cluster, user=cast.emily, role="endorser")
    rule_on_declaration(doubt, by=cast.chair, clear=False, ruling="Un lien.")
    assert told_to_rule() == [("Emily", "approve"), ("Louise", "endorse"), ("Louise", "approve")]
    (first, second) = Message.objects.filter(kind="interests_touch").order_by("id")
    assert [one.url_name for one in (first, second)] == ["file-detail"] * 2
    body = rendered(first)
    assert "avant que la présidence ou la personne qui donne l’avis ait revu ces actes" in body
    assert "évaluation" not in body
    assert (first.context["scored"], first.context["to_uphold"], first.context["has_ruler"]) == (False, True, True)
    declare_standing(file.pk, user=cast.chair, standing="conflict")
    declare_standing(file.pk, user=cast.emily, standing="conflict")
    assert rulers_on(doubt) == []
    Message.objects.all().delete()
    declare_interests(file, by=cast.endorser, answer="conflict", note="Encore.")
    assert "Personne ne peut se prononcer" in rendered(Message.objects.get(kind="interests_touch"))


def test_conflict_declared_once_the_file_is_decided_is_on_record_and_asks_for_nothing(cast, programme, client):
    decision = files.issued(cast, programme)
    Message.objects.all().delete()
    declare_interests(decision.application, by=cast.endorser, answer="conflict", note="Mon frère.")
    assert told_to_rule() == []
    client.force_login(cast.officer)
    for name in ("file-detail", "decision-file"):
        page = client.get(reverse(name, args=[decision.application.reference])).content.decode()
        assert "Ce qui a été rendu tient, tout comme une lettre partie." in page
        assert "Rien de plus n’est décidé avant" not in page
    assert "ce qui a été rendu tient" in rendered(Message.objects.get(kind="interests_touch"))


@pytest.mark.parametrize("name", ["officer", "chair", "endorser", "approver", "screener", "auditor"])
def test_whoever_acts_on_a_file_or_reads_it_has_a_way_to_declare_a_conflict_in_it(cast, programme, client, name):
    decision = files.approved(cast, programme)
    client.force_login(getattr(cast, name))
    for page in ("file-detail", "decision-file"):
        shown = client.get(reverse(page, args=[decision.application.reference]))
        way = reverse("review-declare", args=[decision.application.reference])
        assert f'href="{way}?next={shown.request["PATH_INFO"]}"' in shown.content.decode()


def test_partner_who_concurred_has_a_way_to_declare_and_is_told_what_becomes_of_it(cast, programme, client):
    decision = files.concurred(cast, programme)
    (given,) = decision.concurrences.all()
    client.force_login(cast.concurrence)
    way = reverse("decision-concurrence-declare", args=[given.public_id])
    page = client.get(reverse("decision-concurrence", args=[given.public_id])).content.decode()
    assert f'href="{way}"' in page
    asked = client.get(way).content.decode()
    assert "Vous avez déclaré n’avoir aucun conflit d’intérêts." in asked
    assert "Ce que vous avez déjà fait dans ce dossier, et qu’un conflit toucherait\xa0: donner l’accord" in asked
    Message.objects.all().delete()
    said = client.post(way, {"answer": "conflict", "note": "Ma sœur."}, follow=True).content.decode()
    assert "la grappe est informée de l’accord préalable que vous aviez donné" in said
    assert told_to_rule() == [("Karim", "concur"), ("Louise", "concur")]


def test_endorser_with_a_late_conflict_stops_the_approval_until_the_chair_looks_again(cast, programme, client):
    decision = files.endorsed(cast, programme)
    Message.objects.all().delete()
    declaration = declare_interests(decision.application, by=cast.endorser, answer="conflict", note="Mon frère.")
    files.declare(cast, decision, "approver")
    told_of = Message.objects.filter(kind="interests_touch")
    assert [(one.recipient, one.context["acts"]["en"]) for one in told_of] == [(cast.officer, "endorse")]
    ((code, sentence),) = refused(services.approve, decision, by=cast.approver, edition=UNSHOWN)
    assert code == "touched"
    assert f"{cast.endorser.full_name} (donner un avis favorable)" in sentence
    for person in (cast.officer, cast.approver):
        client.force_login(person)
        for name in ("file-detail", "decision-file"):
            page = client.get(reverse(name, args=[decision.application.reference])).content.decode()
            assert "Un conflit d’intérêts, après des actes dans le dossier" in page
    uphold_acts(declaration, by=cast.chair, why="Rien de l’avis ne tient à ce lien.")
    assert services.approve(decision, by=cast.approver, edition=UNSHOWN).state == DecisionState.APPROVED
    declaration = declare_interests(decision.application, by=cast.approver, answer="conflict", note="Ma sœur.")
    assert [code for code, _words in refused(services.issue, decision, by=cast.officer, edition=UNSHOWN)] == ["touched"]


@proves(late_on, acts_of_chain)
def test_act_taken_again_is_touched_no_more(cast, programme):
    """Sent back, it counts no more; nor in a decision that is void, nor on another file."""
    decision = files.endorsed(cast, programme)
    files.declare(cast, decision, "approver")
    declaration = declare_interests(decision.application, by=cast.endorser, answer="conflict", note="Mon frère.")
    file = decision.application
    assert [(one.declaration, one.acts) for one in late_on(file)] == [(declaration, (Duty.ENDORSE,))]
    other = files.endorsed(cast, programme, company="precision")
    decision = services.send_back(
        decision, by=cast.approver, reason="À reprendre par quelqu’un d’autre.", edition=UNSHOWN
    )
    assert late_on(file) == []
    Step.objects.filter(decision=decision).update(voided_at=None)
    assert late_on(file) != []
    Decision.objects.filter(pk=decision.pk).update(state=DecisionState.VOID)
    assert late_on(file) == []
    assert other.steps.counted().exists()


@proves(
    _work_of_rulings,
    moot={
        "without .touching()": "`late_on` says which of them stop a decision",
        "without .held_by()": "whose step each is, is asked of it (`_is_theirs`)",
    },
)
def test_what_a_late_conflict_stops_is_a_line_of_the_day_of_who_rules_on_it(cast, programme):
    """The chair's and the endorser's, never the person's own, nor of whom the file is closed to; a doubt is the chair's
    own line; what stands no more, what was ruled on, and a file that no decision waits on, are in nobody's day. A file
    that is with its panel has no decision yet, and waits too."""
    decision = files.endorsed(cast, programme)
    file = decision.application
    emily = programme.appointments.create(cluster=programme.cluster, user=cast.emily, role="endorser")

    def lines(person):
        return [
            (str(one.what), one.label[: len(file.reference)], one.link.url, one.role)
            for one in work_for(person)
            if "après coup" in str(one.what)
        ]

    def line(hat):
        address = reverse("review-rule", args=[file.reference, cast.endorser.public_id])
        return [("Se prononcer sur un conflit déclaré après coup", file.reference, address, hat)]

    assert lines(cast.chair) == []
    doubt = declare_interests(file, by=cast.endorser, answer="unsure", note="Mon frère, peut-être.")
    assert [lines(person) for person in (cast.chair, cast.emily)] == [[], []]
    assert work_for(cast.chair) == []  # not here: the doubt is a line of the reviews
    rule_on_declaration(doubt, by=cast.chair, clear=False, ruling="Un lien.")
    assert [lines(person) for person in (cast.chair, cast.emily)] == [line("chair"), line("endorser")]
    assert [lines(person) for person in (cast.endorser, cast.approver, cast.officer)] == [[], [], []]
    with transaction.atomic():
        declare_standing(file.pk, user=cast.emily, standing="conflict")
        assert lines(cast.emily) == []
        transaction.set_rollback(True)
    with transaction.atomic():
        type(emily).objects.filter(pk=emily.pk).update(ends_on=LATER.date() - timedelta(days=1))
        assert lines(cast.emily) == []
        transaction.set_rollback(True)
    with transaction.atomic():
        Step.objects.filter(decision=decision).update(voided_at=LATER)  # the endorsement counts no more
        assert lines(cast.chair) == []
        transaction.set_rollback(True)
    with transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(state=DecisionState.ISSUED)
        Application.objects.filter(pk=file.pk).update(state=ApplicationState.APPROVED)
        assert lines(cast.chair) == []
        transaction.set_rollback(True)
    uphold_acts(doubt, by=cast.chair, why="Rien de l’avis ne tient à ce lien.")
    assert [lines(person) for person in (cast.chair, cast.emily)] == [[], []]
    reviewed = files.reviewed_file(cast, programme, company="precision")
    record_duty(reviewed.pk, by=cast.screener, duty=Duty.SCREEN)
    declare_interests(reviewed, by=cast.screener, answer="conflict", note="Mon frère.")
    assert [reference for _what, reference, _address, _hat in lines(cast.chair)] == [reviewed.reference]


def day(person):
    """What a person's home says of these decisions: what, of which file, and for whom it waits."""
    with override("en"):
        return sorted((one.label.split(" · ")[0], str(one.what), str(one.waits_for)) for one in work_for(person))


@proves(
    rulings_on, rulings_among, rulers_on, DeclarationQuerySet.to_rule_or_touching, DeclarationQuerySet.upheld,
    upheld_on, rulings_for, _work_of_chain,
    moot={
        "without .order_by()": "the order is told after",
        "without .to_rule_or_touching()": "`rulings_on` and `late_on` say which wait: it reads fewer",
        "without `application__in=files`": "`rulings_on` says which wait: it reads fewer",
        "order by `-pk`": "each is found by its key",
        "without `if person.pk != declaration.user_id`": "the file is closed to whom declared it",
        "without `held_on(user, *roles": "each line is one of theirs: it reads more",
        "without the limit": "as many lines are told; of more it is asked whether they are stuck",
    },
)  # fmt: skip
def test_decision_that_a_late_conflict_stops_waits_for_who_rules_on_it_and_every_page_says_so(cast, programme, client):
    stopped = files.approved(cast, programme)
    file, other = stopped.application, files.approved(cast, programme, company="precision").application
    twin = files.approved(cast, programme, company="northwind").application
    theirs = [(one.reference, "Issue the decision", "") for one in (file, other, twin)]
    assert day(cast.officer) == theirs
    late = declare_interests(file, by=cast.endorser, answer="conflict", note="Mon frère.")
    cleared = declare_interests(other, by=cast.ana, answer="unsure", note="Un doute, levé.")
    rule_on_declaration(cleared, by=cast.chair, clear=True, ruling="Aucun lien.")
    declare_interests(other, by=cast.screener, answer="unsure", note="Il n’a rien fait ici.")
    Declaration.objects.create(application=files.file_row(cast, programme), user=cast.ben, answer="unsure", note="Là.")
    doubt = declare_interests(other, by=cast.ben, answer="unsure", note="Un doute.")
    again = Decision.objects.get(pk=stopped.pk)
    assert rulings_on(again) == (late,)
    assert rulings_among(Decision.objects.all()) == {stopped.pk: (late,), other.decisions.get().pk: (doubt,)}
    assert rulings_among(Decision.objects.exclude(pk=stopped.pk)) == {other.decisions.get().pk: (doubt,)}
    chair, either = "the committee's chair", "the committee's chair or the endorser"
    assert day(cast.officer) == [
        (file.reference, "Decision under way", either), (other.reference, "Decision under way", chair), theirs[2],
    ]  # fmt: skip
    with override("en"):
        assert [str(awaited(one).who) for one in (file, other, twin)] == [either, chair, "the programme officer"]
    with override("en"):
        waits = waits_of(Decision.objects.all(), cast.officer)
    assert {waits[pk].ruling for pk in (stopped.pk, twin.decisions.get().pk)} == {either, ""}
    assert [rulers_on(one) for one in (late, doubt)] == [[cast.chair], [cast.chair]]
    assert [(one.link.url, one.in_the_way) for one in rulings_for(file, cast.chair)] == [
        (reverse("review-rule", args=[file.reference, cast.endorser.public_id]), ())
    ]
    assert (rulings_for(twin, cast.chair), rulings_for(file, cast.officer)) == ([], [])
    client.force_login(cast.chair)
    page = client.get(reverse("decision-file", args=[file.reference])).content.decode()
    assert (
        reverse("review-rule", args=[file.reference, cast.endorser.public_id])
        in page.split("Votre prochaine étape")[-1]
    )
    assert "Rien ne vous attend ici" not in page

    with transaction.atomic():  # what it touched counts no more: it is on record, and stops nothing
        declare_interests(twin, by=cast.approver, answer="conflict", note="Ma sœur.")
        Step.objects.filter(decision__application=twin).update(voided_at=LATER)
        assert set(rulings_among(Decision.objects.all())) == {stopped.pk, other.decisions.get().pk}
        transaction.set_rollback(True)

    with transaction.atomic():  # one more on the same file
        declare_interests(file, by=cast.approver, answer="conflict", note="Ma sœur.")
        assert [one.link.url for one in rulings_for(file, cast.chair)] == [
            reverse("review-rule", args=[file.reference, one.public_id]) for one in (cast.endorser, cast.approver)
        ]
        transaction.set_rollback(True)

    with transaction.atomic():  # before the approver's step, it waits for the ruling alone
        Decision.objects.filter(pk=stopped.pk).update(state=DecisionState.ENDORSED)
        assert day(cast.officer)[0] == (file.reference, "Decision under way", either)
        assert len(day(cast.officer)) == 3
        transaction.set_rollback(True)

    with transaction.atomic():  # closed to the officer
        declare_standing(file.pk, user=cast.officer, standing="conflict")
        assert [reference for reference, *_more in day(cast.officer)] == [other.reference, twin.reference]
        transaction.set_rollback(True)

    with transaction.atomic():  # of a programme where the officer of another is the approver
        ClusterAppointment.objects.filter(user=cast.officer).delete()
        programme.appointments.filter(user=cast.officer).update(program=files.other_programme(programme))
        programme.appointments.create(cluster=programme.cluster, user=cast.officer, role="approver", limit=1)
        assert day(cast.officer) == []
        transaction.set_rollback(True)

    with transaction.atomic():  # the one who rules is away: nobody can take it further, and every page says that
        declare_standing(file.pk, user=cast.chair, standing="conflict")
        assert awaited(file).is_stuck
        assert set(stuck_among([stopped.pk])) == {stopped.pk}
        assert day(cast.officer)[0][2].startswith("somebody to be appointed")
        transaction.set_rollback(True)

    uphold_acts(late, by=cast.chair, why="Rien de l’avis ne tient à ce lien.")
    rule_on_declaration(doubt, by=cast.chair, clear=True, ruling="Aucun lien.")
    assert rulings_among(Decision.objects.all()) == {}
    assert day(cast.officer) == theirs
    late.refresh_from_db()
    assert (upheld_on(file), upheld_on(other)) == ([late], [])
    for person in (cast.officer, cast.chair):
        client.force_login(person)
        for name in ("file-detail", "decision-file", "review-file"):
            page = client.get(reverse(name, args=[file.reference])).content.decode()
            assert "Rien de l’avis ne tient à ce lien." in page
            assert "Un conflit d’intérêts, après des actes dans le dossier" not in page


def test_partner_reads_of_a_late_conflict_and_of_the_ruling_on_it(cast, programme, client):
    decision = files.approved(cast, programme, amount="75000.01")
    files.declare(cast, decision, "concurrence")
    late = declare_interests(decision.application, by=cast.endorser, answer="conflict", note="Mon frère.")
    client.force_login(cast.concurrence)
    address = reverse("decision-concurrence", args=[decision.concurrences.get().public_id])
    assert "Un conflit d’intérêts, après des actes dans le dossier" in client.get(address).content.decode()
    uphold_acts(late, by=cast.chair, why="Rien de l’avis ne tient à ce lien.")
    assert "Rien de l’avis ne tient à ce lien." in client.get(address).content.decode()


def test_act_that_does_not_stand_sends_the_decision_back_from_the_page_of_the_ruling(cast, programme, client):
    """By the endorser, who may send it back: an approval, to its start; a recommendation, to the panel."""
    decision = files.approved(cast, programme)
    declare_interests(decision.application, by=cast.approver, answer="conflict", note="Ma sœur.")
    address = reverse("decision-late", args=[decision.application.reference, cast.approver.public_id])
    rule = reverse("review-rule", args=[decision.application.reference, cast.approver.public_id])
    client.force_login(cast.endorser)
    asked = client.get(rule).content.decode()
    assert f'<a href="{address}">Dire que cela ne tient pas</a>' in asked
    said = ("Actes sur lesquels se prononcer", "Dire que cela tient", "Trancher")
    assert [asked.count(one) for one in said] == [2, 1, 0]
    shown = client.get(address)
    assert "La décision retourne à son point de départ" in shown.content.decode()
    typed = {"why": "Le montant tient à ce lien.", "edition": shown.context["edition"]}
    assert client.post(address, typed | {"why": " "}).status_code == 200
    client.post(address, typed)
    assert now(decision) == (DecisionState.DRAFT, ApplicationState.RECOMMENDED)
    assert decision.steps.get(kind="sent_back").note == "Le montant tient à ce lien."
    assert late_on(Application.objects.get(pk=decision.application_id)) == []
    answer = client.post(address, {"why": "Encore."})
    assert (answer.status_code, "Encore." in answer.content.decode()) == (409, True)

    other = files.endorsed(cast, programme, company="precision")
    late = declare_interests(other.application, by=cast.chair, answer="conflict", note="Mon frère.")
    assert set_acts_aside(late, by=cast.endorser, why="À reprendre.", edition=UNSHOWN)
    assert now(other) == (DecisionState.VOID, ApplicationState.REVIEWED)


def test_ruling_undoes_no_act_that_its_page_did_not_show(cast, programme, client):
    """It was approved while the chair read who had endorsed it; then it is read again, with the approval."""
    decision = files.endorsed(cast, programme)
    declare_interests(decision.application, by=cast.chair, answer="conflict", note="Mon frère.")
    address = reverse("decision-late", args=[decision.application.reference, cast.chair.public_id])
    client.force_login(cast.endorser)
    shown = client.get(address)
    page = shown.content.decode()
    assert (cast.endorser.full_name in page, cast.approver.full_name in page) == (True, False)
    decision.steps.create(kind="approved", by=cast.approver)
    Decision.objects.filter(pk=decision.pk).update(state="approved")
    for edition in (shown.context["edition"], ""):
        answer = client.post(address, {"why": "À reprendre.", "edition": edition})
        page = answer.content.decode()
        assert (answer.status_code, now(decision)[0]) == (409, "approved")
        assert (cast.approver.full_name in page, "À reprendre.</textarea>" in page) == (True, True)
    assert not Declaration.objects.filter(set_aside_by__isnull=False).exists()
    answer = client.post(address, {"why": "À reprendre.", "edition": answer.context["edition"]})
    assert (answer.status_code, now(decision)[0]) == (302, "void")


@pytest.mark.parametrize(
    ("name", "goes"),
    [("endorser", "La décision retourne à son point de départ"), ("screener", "retourne à l’analyse d’admissibilité")],
)
def test_finding_of_ineligibility_goes_back_to_its_start_or_to_screening(cast, programme, client, name, goes):
    file = files.file_row(cast, programme, state="ineligible")
    decision = files.decision_row(cast, programme, state="endorsed", kind="ineligible", amount="0.00", file=file)
    Step.objects.create(decision=decision, kind="endorsed", by=cast.endorser, at=LATER)
    person = getattr(cast, name)
    record_duty(file.pk, by=person, duty=Duty.ENDORSE if name == "endorser" else Duty.SCREEN)
    declare_interests(file, by=person, answer="conflict", note="Mon frère.")
    client.force_login(cast.chair)
    page = client.get(reverse("review-rule", args=[file.reference, person.public_id])).content.decode()
    address = reverse("decision-late", args=[file.reference, person.public_id])
    assert f'href="{address}"' in page
    assert goes in client.get(address).content.decode()


def test_acts_that_were_set_aside_are_upheld_by_nobody_and_what_was_typed_is_kept(cast, programme, client):
    """Both rulers had opened the page: the first who answers settles it."""
    decision = files.approved(cast, programme)
    late = declare_interests(decision.application, by=cast.approver, answer="conflict", note="Ma sœur.")
    rule = reverse("review-rule", args=[decision.application.reference, cast.approver.public_id])
    client.force_login(cast.chair)
    assert 'name="why"' in client.get(rule).content.decode()
    assert set_acts_aside(late, by=cast.endorser, why="À reprendre.", edition=UNSHOWN)
    answer = client.post(rule, {"why": "Cela tient."})
    page = answer.content.decode()
    assert (answer.status_code, "Cela tient.</textarea>" in page) == (409, True)
    assert "Il ne reste rien sur quoi se prononcer" in page
    assert upheld_on(decision.application) == []
    assert 'name="why"' not in client.get(rule).content.decode()


@proves(returners_of)
def test_chair_who_may_not_send_a_decision_back_reads_who_does_and_these_are_told_why(cast, programme, client):
    decision = files.approved(cast, programme)
    file = decision.application
    late = declare_interests(file, by=cast.approver, answer="conflict", note="Ma sœur.")
    assert returners_of(decision) == [cast.endorser]
    client.force_login(cast.chair)
    address = reverse("decision-late", args=[file.reference, cast.approver.public_id])
    shown = client.get(address)
    assert cast.endorser.full_name in shown.content.decode()
    Message.objects.all().delete()
    client.post(address, {"why": "Le montant tient à ce lien.", "edition": shown.context["edition"]})
    assert now(decision)[0] == DecisionState.APPROVED
    (told_of,) = Message.objects.all()
    assert (told_of.recipient, told_of.kind) == (cast.endorser, "decision_waiting")
    rule = reverse("review-rule", args=[file.reference, cast.approver.public_id])
    for person in (cast.officer, cast.endorser):  # read where it is decided, and not overruled in silence
        client.force_login(person)
        for name in ("file-detail", "decision-file"):
            page = client.get(reverse(name, args=[file.reference])).content.decode()
            assert "que cela ne tient pas" in page
            assert "Le montant tient à ce lien." in page
    answer = client.post(rule, {"why": "Cela tient."})
    assert (answer.status_code, upheld_on(file)) == (409, [])
    assert cast.chair.full_name in answer.content.decode()
    assert "Cela tient.</textarea>" in answer.content.decode()
    with transaction.atomic():  # whoever wrote it can say otherwise; so can another, once they rule on nothing here
        assert uphold_acts(late, by=cast.chair, why="Tout compte fait, cela tient.").upheld_by == cast.chair
        transaction.set_rollback(True)
    with transaction.atomic():  # who acts on it adds no words to those that were written
        assert set_acts_aside(late, by=cast.endorser, why="À reprendre.", edition=UNSHOWN)
        kept = Declaration.objects.get(pk=late.pk)
        assert (kept.set_aside_by, kept.set_aside_why) == (cast.chair, "Le montant tient à ce lien.")
        transaction.set_rollback(True)
    with transaction.atomic():
        declare_standing(file.pk, user=cast.chair, standing="conflict")
        assert uphold_acts(late, by=cast.endorser, why="Cela tient.").upheld_by == cast.endorser
        transaction.set_rollback(True)
    client.force_login(cast.chair)
    assert "Le montant tient à ce lien." in rendered(told_of)
    for person in (cast.officer, cast.approver):
        with pytest.raises(Forbidden):
            set_acts_aside(late, by=person, why="Non.", edition=UNSHOWN)
    answered = files.file_row(cast, programme, state="in_reconsideration")  # nothing came before the answer
    answer = files.decision_row(cast, programme, state="draft", kind="reconsidered", amount="0.00", file=answered)
    assert returners_of(answer) == []
    declare_standing(file.pk, user=cast.endorser, standing="conflict")
    assert returners_of(decision) == []
    assert "Personne ne peut renvoyer la décision aujourd’hui" in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("acts", "state", "kind", "to"),
    [
        ([Duty.ENDORSE], DecisionState.ENDORSED, "approved", "start"),
        ([Duty.ENDORSE, Duty.APPROVE], DecisionState.APPROVED, "declined", "start"),
        ([Duty.RECOMMEND], DecisionState.ENDORSED, "waitlisted", "panel"),
        ([Duty.SCREEN, Duty.ENDORSE], DecisionState.APPROVED, "partial", "screening"),
        ([Duty.SCREEN], DecisionState.ENDORSED, "ineligible", "screening"),
        ([Duty.SCREEN], DecisionState.DRAFT, "reconsidered", None),
        ([Duty.RECOMMEND], DecisionState.DRAFT, "approved", "panel"),
    ],
)
def test_decision_goes_back_as_far_as_the_act_that_does_not_stand(acts, state, kind, to):
    decision = Decision(kind=kind, state=state)
    assert return_for(decision, Late(Declaration(), tuple(acts))) == to


def test_lines_of_late_conflicts_are_the_earliest_first(cast, programme):
    decisions = [files.endorsed(cast, programme, company=name) for name in ("usinage", "precision", "northwind")]
    for decision in (decisions[1], decisions[2], decisions[0]):
        declare_interests(decision.application, by=cast.endorser, answer="conflict", note="Mon frère.")
    found = [one for one in work_for(cast.chair) if "après coup" in str(one.what)]
    assert [one.label.split(" · ")[0] for one in found] == [decisions[n].application.reference for n in (1, 2, 0)]


def test_chair_with_a_late_conflict_is_ruled_on_by_the_endorser_or_the_draft_goes_back_to_the_panel(cast, programme):
    decision = files.recommended_file(cast, programme)
    declaration = declare_interests(decision.application, by=cast.chair, answer="conflict", note="Mon frère.")
    files.declare(cast, decision, "endorser", "approver")
    assert [code for code, _words in refused(services.endorse, decision, by=cast.endorser, edition=UNSHOWN)] == [
        "touched"
    ]
    with pytest.raises(Forbidden):
        uphold_acts(declaration, by=cast.chair, why="Je le dis.")
    assert refused(services.send_back, decision, by=cast.endorser, reason="À reprendre.", edition=UNSHOWN) == [
        (
            "state",
            "La décision est déjà à son point de départ\xa0: elle ne peut que retourner au comité, ou à l’analyse "
            "d’admissibilité.",
        )
    ]
    with transaction.atomic():
        services.send_back(decision, by=cast.endorser, reason="À reprendre.", to=ReturnTo.PANEL, edition=UNSHOWN)
        assert now(decision) == (DecisionState.VOID, ApplicationState.REVIEWED)
        transaction.set_rollback(True)
    uphold_acts(declaration, by=cast.endorser, why="Le rang et les notes le disent.")
    assert services.endorse(decision, by=cast.endorser, edition=UNSHOWN).state == DecisionState.ENDORSED
