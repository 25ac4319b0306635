"""Assignments, scores and recommendations through the services: what each refuses, and what follows."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils.translation import override

from accounts.models import Membership, Organisation
from applications.models import Application, Finding, Sponsorship
from applications.services.submission import withdraw_application
from applications.states import ApplicationState
from audit.models import Entry
from funding.models import Envelope
from moves.interests import is_barred
from moves.machine import move
from moves.refusals import Forbidden, WrongMoment
from moves.services import declare_standing
from notifications.models import Message
from programs.models import Appointment, Call
from programs.services.people import appoint
from reports.models import ApiKey
from reviews import checks, selectors
from reviews.models import Assignment, Recommendation, Score
from reviews.reactions import cancel_open_assignments
from reviews.services import (
    assign_reviewer,
    cancel_assignment,
    close_review,
    declare_interests,
    decline_assignment,
    end_interest,
    recommend,
    record_interest,
    recuse_reviewer,
    reopen_file,
    reopen_review,
    replace_assignment,
    rule_on_declaration,
    save_feedback,
    save_score,
    sign_undertaking,
    start_review,
    submit_review,
)
from reviews.services.interests import _live
from reviews.services.scores import FeedbackConflict, ScoreConflict, ScoreInvalid
from tests.files import with_rules
from tests.kept import kept
from tests.mutants import proves
from tests.reviews.files import (
    PANEL,
    SCREENED,
    accept,
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
LONG_AGO = date(2026, 1, 5)


def quorum(application):
    reviews = selectors.panel_reviews(fresh(application))
    return reviews.counted, reviews.needed


@pytest.fixture(autouse=True)
def in_october(clock_at):
    clock_at(NOW)


def codes(stopped):
    return {refusal.code for refusal in stopped.value.refusals}


# ------------------------------------------------------------ assignment


@pytest.mark.parametrize(("days", "last"), [(15, date(2026, 10, 21)), (1, date(2026, 10, 7))])
def test_review_is_due_the_days_that_the_rules_say(cast, programme, days, last):
    file = eligible_file(cast, programme)
    with_rules(file.call, panel={"review_days": days})
    assert clock.day_of(assign_reviewer(file, cast.ana, by=cast.officer).due) == last


def test_reviewers_are_offered_the_file_in_the_seat_of_their_appointment(cast, programme):
    application = eligible_file(cast, programme)
    assignment = assign_reviewer(application, cast.ana, by=cast.officer)
    assert (assignment.state, assignment.seat) == ("offered", "cluster")
    assert clock.day_of(assignment.due).isoformat() == "2026-10-21"  # 15 days, the programme's own
    assert Message.objects.filter(kind="review_offered", recipient=cast.ana).count() == 1


@pytest.mark.parametrize("person", ["screener", "chair", "ana", "auditor", "sophie", "approver"])
def test_only_an_officer_assigns(cast, programme, person):
    application = eligible_file(cast, programme)
    with pytest.raises(Forbidden):
        assign_reviewer(application, cast.ben, by=getattr(cast, person))


def test_a_file_not_found_eligible_is_not_assigned(cast, programme):
    from tests.files import submitted_file

    application = submitted_file(cast, programme)
    with pytest.raises(WrongMoment) as stopped:
        assign_reviewer(application, cast.ana, by=cast.officer)
    assert codes(stopped) == {"state"}


def test_a_person_with_an_address_at_the_sponsor_is_refused(cast, programme):
    application = eligible_file(cast, programme)
    cast.chloe.email = "chloe.martin@boreal.example"
    cast.chloe.save()
    assert [c.code for c in checks.proposed_conflicts(application, cast.chloe)] == ["sponsor_domain"]
    with pytest.raises(WrongMoment) as stopped:
        assign_reviewer(application, cast.chloe, by=cast.officer)
    assert codes(stopped) == {"sponsor_domain"}


@pytest.mark.parametrize("kind", ["employer", "directorship", "shareholding", "family", "mentoring", "competitor"])
def test_an_interest_on_record_is_joined_by_the_neq_whatever_the_name(cast, programme, usinage, kind):
    application = eligible_file(cast, programme)
    record_interest(by=cast.dev, kind=kind, organisation_name="UG", neq=usinage.neq)
    with pytest.raises(WrongMoment) as stopped:
        assign_reviewer(application, cast.dev, by=cast.officer)
    assert codes(stopped) == {kind}


@pytest.mark.parametrize("name", ["aéronefs BORÉAL inc.", "Aeronefs Boreal", "AÉRONEFS  BORÉAL LTÉE"])
def test_an_interest_is_joined_by_the_name_however_it_is_written(cast, programme, name):
    application = eligible_file(cast, programme)
    record_interest(by=cast.dev, kind="employer", organisation_name=name)
    assert [c.code for c in checks.proposed_conflicts(application, cast.dev)] == ["employer"]


@pytest.mark.parametrize("name", ["Aéronefs Boréal Services", "Aéronef Boréal", "inc."])
def test_an_interest_in_an_organisation_of_another_name_is_none(cast, programme, name):
    application = eligible_file(cast, programme)
    record_interest(by=cast.dev, kind="employer", organisation_name=name)
    assert checks.proposed_conflicts(application, cast.dev) == []


def test_an_interest_that_has_ended_counts_for_two_years_more(cast, programme, usinage):
    application = eligible_file(cast, programme)
    with clock.at(datetime(2024, 10, 6, 14, tzinfo=UTC)):
        interest = record_interest(by=cast.dev, kind="employer", organisation_name="UG", neq=usinage.neq)
        end_interest(interest, by=cast.dev)
    with clock.at(datetime(2026, 10, 6, 14, tzinfo=UTC)), override("en"):
        (conflict,) = checks.proposed_conflicts(application, cast.dev)
        assert (conflict.code, conflict.message.replace("\u00a0", " ")) == (
            "employer",
            "declared interest (employer, ended on October 6, 2024): UG",
        )
    with clock.at(datetime(2026, 10, 7, 14, tzinfo=UTC)):
        assert checks.proposed_conflicts(application, cast.dev) == []


def test_an_interest_is_joined_by_the_neq_of_whoever_has_the_sponsor_s_name(cast, programme, usinage):
    """The sponsor is asked by its name; who declared an interest by NEQ alone is found through the register."""
    application = eligible_file(cast, programme)
    Sponsorship.objects.filter(application=application).update(organisation_name="OUTILLAGE  MAURICIE")
    organisation = Organisation.objects.get(pk=usinage.pk)
    organisation.pk, organisation.public_id, organisation.neq = None, uuid4(), "1143920115"
    organisation.legal_name = "Outillage Mauricie inc."
    organisation.save(force_insert=True)
    record_interest(by=cast.dev, kind="employer", organisation_name="OM", neq="1143920115")
    assert [c.code for c in checks.proposed_conflicts(application, cast.dev)] == ["employer"]
    organisation.legal_name = "Outillage Maurice inc."
    organisation.save(update_fields=["legal_name"])
    assert checks.proposed_conflicts(application, cast.dev) == []


def test_page_of_the_applicant_on_a_shared_host_joins_nobody_there(cast, programme, usinage):
    application = eligible_file(cast, programme)
    Organisation.objects.filter(pk=usinage.pk).update(website="https://sites.google.com/usinage")
    cast.dev.email = "dev@google.com"
    cast.dev.save()
    assert checks.proposed_conflicts(application, cast.dev) == []


def test_an_address_under_the_domain_of_the_applicant_joins(cast, programme, usinage):
    application = eligible_file(cast, programme)
    Organisation.objects.filter(pk=usinage.pk).update(website="https://www.gauthier-usinage.example/fr")
    for address, codes_ in (
        ("dev@atelier.gauthier-usinage.example", ["applicant_domain"]),
        ("dev@usinage.example", []),
    ):
        cast.dev.email = address
        cast.dev.save()
        assert [c.code for c in checks.proposed_conflicts(application, cast.dev)] == codes_


def test_nobody_ends_the_interest_of_somebody_else(cast, usinage):
    interest = record_interest(by=cast.dev, kind="employer", organisation_name="UG", neq=usinage.neq)
    with pytest.raises(Forbidden):
        end_interest(interest, by=cast.chair)
    key = ApiKey(pk=cast.dev.pk)  # a partner's key has a number of its own, which may be his
    with pytest.raises(Forbidden):
        end_interest(interest, by=key)


def test_who_acts_for_the_applicant_is_refused(cast, programme, usinage):
    application = eligible_file(cast, programme)
    appoint(cast.olivier, by=cast.administrator, role="reviewer", program=programme, seat="industry")
    with pytest.raises(WrongMoment) as stopped:
        assign_reviewer(application, cast.olivier, by=cast.officer)
    assert {"membership", "applicant_domain"} <= codes(stopped)


@pytest.mark.parametrize(
    "domain", ["gmail.com", "hotmail.fr", "yahoo.co.uk", "videotron.qc.ca", "rogers.com", "globetrotter.net", "gmx.com"]
)
def test_an_address_at_a_public_mail_service_joins_nobody(cast, programme, domain):
    application = eligible_file(cast, programme)
    Sponsorship.objects.filter(application=application).update(email=f"helene@{domain}", organisation_name="Autre")
    cast.dev.email = f"dev@{domain}"
    cast.dev.save()
    assert checks.proposed_conflicts(application, cast.dev) == []
    Sponsorship.objects.filter(application=application).update(email=f"helene@usinage-{domain}")
    cast.dev.email = f"dev@usinage-{domain}"
    cast.dev.save()
    assert [one.code for one in checks.proposed_conflicts(application, cast.dev)] == ["sponsor_domain"]


@pytest.mark.parametrize(
    ("answer", "conflicts"),
    [("confirmed_at", ["sponsor_domain"]), ("", ["sponsor_domain"]), ("declined_at", []), ("cancelled_at", [])],
)
def test_sponsor_that_declined_or_was_given_up_ties_nobody_to_the_file(cast, programme, answer, conflicts):
    application = eligible_file(cast, programme)
    told = {"confirmed_at": None, "declined_at": None, "cancelled_at": None} | ({answer: NOW} if answer else {})
    application.sponsorships.update(**told)
    cast.dev.email = "dev@boreal.example"
    cast.dev.save()
    assert [c.code for c in checks.proposed_conflicts(application, cast.dev)] == conflicts


def test_whoever_screened_cannot_score(cast, programme):
    application = eligible_file(cast, programme)
    appoint(cast.screener, by=cast.administrator, role="reviewer", program=programme, seat="cluster")
    with pytest.raises(WrongMoment) as stopped:
        assign_reviewer(application, cast.screener, by=cast.officer)
    assert codes(stopped) == {"duty"}


def test_a_full_queue_is_refused(cast, programme):
    assigned_file(cast, programme, reviewers=("ana",))
    second = eligible_file(cast, programme, company="precision")
    Appointment.objects.filter(user=cast.ana, role="reviewer").update(capacity=1)
    with pytest.raises(WrongMoment) as stopped:
        assign_reviewer(second, cast.ana, by=cast.officer)
    assert codes(stopped) == {"capacity"}


def test_who_declined_or_was_recused_is_not_offered_the_file_again(cast, programme):
    application = assigned_file(cast, programme)
    decline_assignment(of(application, cast.ana), by=cast.ana, reason="En congé.")
    with pytest.raises(WrongMoment) as stopped:
        assign_reviewer(application, cast.ana, by=cast.officer)
    assert codes(stopped) == {"declined"}
    assert Message.objects.filter(kind="review_declined", recipient=cast.officer).count() == 1


def test_whoever_recuses_a_reviewer_whom_they_assigned_is_not_told_of_their_own_act(cast, programme):
    """The mail is for who gave the file, when it comes back by somebody else's act."""
    application = assigned_file(cast, programme)

    def told():
        return list(Message.objects.filter(kind="review_declined").values_list("recipient", flat=True))

    recuse_reviewer(of(application, cast.ana), by=cast.officer, note="Un lien.")
    assert told() == []
    recuse_reviewer(of(application, cast.dev), by=cast.chair, note="Un lien.")
    assert told() == [cast.officer.pk]


def test_reviewer_to_whom_the_file_is_closed_is_not_told_that_it_was_taken_back(cast, programme):
    """Nor whose role has ended; the others are."""
    application = assigned_file(cast, programme)
    declare_standing(application.pk, user=cast.ana, standing="conflict")
    Appointment.objects.filter(user=cast.ben, role="reviewer").update(ends_on=clock.today() - timedelta(days=1))
    for person in (cast.ana, cast.ben, cast.dev):
        cancel_assignment(of(application, person), by=cast.officer)
    told = Message.objects.filter(kind="review_cancelled").values_list("recipient", flat=True)
    assert list(told) == [cast.dev.pk]


def test_a_replacement_is_both_acts_or_neither(cast, programme):
    application = assigned_file(cast, programme, reviewers=("ana", "dev"))
    record_interest(by=cast.chloe, kind="employer", organisation_name="Aéronefs Boréal inc.")
    with pytest.raises(WrongMoment):
        replace_assignment(of(application, cast.ana), cast.chloe, by=cast.officer)
    assert of(application, cast.ana).state == "offered"
    assert replace_assignment(of(application, cast.ana), cast.ben, by=cast.officer).reviewer == cast.ben
    assert of(application, cast.ana).state == "cancelled"
    assert Message.objects.filter(kind="review_cancelled", recipient=cast.ana).count() == 1


# ----------------------------------------------------------------- panel


def test_the_review_does_not_start_without_its_seats(cast, programme):
    application = assigned_file(cast, programme, reviewers=("ana", "dev"))
    with pytest.raises(WrongMoment) as stopped:
        start_review(application, by=cast.officer)
    assert codes(stopped) == {"panel"}
    assert len(checks.panel_problems(application)) == 1
    assign_reviewer(application, cast.ben, by=cast.officer)
    assert start_review(application, by=cast.officer).state == ApplicationState.IN_REVIEW


@kept
def file_of_two_for_one_seat(cast, programme):
    """In review, with a reviewer more than its panel needs: Ana and the endorser both sit for the cluster."""
    appoint(
        cast.endorser, by=cast.administrator, role="reviewer", program=programme, seat="cluster", starts_on=LONG_AGO
    )
    return file_in_review(cast, programme, reviewers=("ana", "ben", "dev", "endorser"))


def test_a_seat_counts_no_more_than_it_needs(cast, programme):
    application = file_of_two_for_one_seat(cast, programme)
    for name in ("ana", "ben", "endorser"):
        score(of(application, getattr(cast, name)), 4)
    assert quorum(application) == (2, 3)
    assert fresh(application).state == ApplicationState.IN_REVIEW
    score(of(application, cast.dev), 4)
    assert quorum(application) == (3, 3)
    assert fresh(application).state == ApplicationState.REVIEWED


def test_the_review_that_completes_the_quorum_closes_the_file_and_takes_back_the_others(cast, programme):
    application = file_of_two_for_one_seat(cast, programme)
    for name in ("ana", "ben", "dev"):
        score(of(application, getattr(cast, name)), 4)
    assert fresh(application).state == ApplicationState.REVIEWED
    assert of(application, cast.endorser).state == "cancelled"


@proves(cancel_open_assignments)
@pytest.mark.parametrize("act", ["withdraw", "ineligible"])
def test_a_file_that_leaves_takes_its_open_assignments_back(cast, programme, act):
    application = file_in_review(cast, programme)
    score(of(application, cast.ana), 4)
    Assignment.objects.filter(pk=of(application, cast.ben).pk).update(due=NOW + timedelta(days=90))
    if act == "withdraw":
        withdraw_application(application, by=cast.sophie, reason="Notre client a changé d'avis.")
    else:
        Finding.objects.update_or_create(
            application=application, item="rena", defaults={"passed": False, "reason": "Inscrite au RENA."}
        )
        move(application, Application.find_ineligible, by=cast.screener)
    states = {name: of(application, getattr(cast, name)).state for name in ("ana", "ben", "dev")}
    assert states == {"ana": "submitted", "ben": "cancelled", "dev": "cancelled"}
    taken_back = Entry.objects.filter(verb="assignment.cancel").order_by("id").values_list("subject_id", flat=True)
    assert list(taken_back) == [of(application, person).pk for person in (cast.ben, cast.dev)]  # as all are locked


# --------------------------------------------------------- declarations


@proves(_live)
def test_a_conflict_declared_recuses_and_closes_the_file(cast, programme):
    """By the assignment that they have: neither by one that was cancelled before, nor by another's."""
    application = assigned_file(cast, programme)
    cancel_assignment(of(application, cast.dev), by=cast.officer)
    assign_reviewer(application, cast.dev, by=cast.officer)
    declare_interests(application, by=cast.dev, answer="conflict", note="Concurrent direct.")
    left = [(one.reviewer, one.state) for one in application.assignments.select_related("reviewer").order_by("id")]
    assert left == [
        (cast.ana, "offered"), (cast.ben, "offered"), (cast.dev, "cancelled"), (cast.dev, "recused")
    ]  # fmt: skip
    assert is_barred(application.pk, cast.dev)
    assert Message.objects.filter(kind="review_declined", recipient=cast.officer).count() == 1


def test_the_file_opens_only_with_the_undertaking_signed(cast, programme):
    application = assigned_file(cast, programme)
    second = assigned_file(cast, programme, company="precision")
    with pytest.raises(WrongMoment) as stopped:
        declare_interests(application, by=cast.ana, answer="none")
    assert codes(stopped) == {"undertaking"}
    assert accept(application, cast.ana).state == "accepted"
    assert declare_interests(second, by=cast.ana, answer="none").answer == "none"  # signed once for the call
    assert of(second, cast.ana).state == "accepted"


def test_unsure_closes_the_file_until_the_chair_rules(cast, programme):
    application = file_in_review(cast, programme)
    declaration = declare_interests(application, by=cast.ana, answer="unsure", note="Mon frère y a travaillé.")
    assert Message.objects.filter(kind="ruling_asked", recipient=cast.chair).count() == 1
    with pytest.raises(Forbidden):
        save_score(of(application, cast.ana), "strategic_fit", by=cast.ana, version=0, point="3")
    with pytest.raises(WrongMoment) as stopped:  # nobody clears themselves
        declare_interests(application, by=cast.ana, answer="none")
    assert codes(stopped) == {"ruling"}
    rule_on_declaration(declaration, by=cast.chair, clear=True, ruling="Un stage d'été, sept ans plus tôt.")
    assert save_score(of(application, cast.ana), "strategic_fit", by=cast.ana, version=0, point="3").point == "3"
    assert Message.objects.filter(kind="declaration_ruled", recipient=cast.ana).count() == 1


def test_a_ruling_against_recuses(cast, programme):
    application = file_in_review(cast, programme)
    declaration = declare_interests(application, by=cast.ana, answer="unsure", note="?")
    rule_on_declaration(declaration, by=cast.chair, clear=False, ruling="Le lien est trop proche.")
    assert of(application, cast.ana).state == "recused"
    with pytest.raises(WrongMoment) as stopped:
        rule_on_declaration(declaration, by=cast.chair, clear=True, ruling="Tout compte fait…")
    assert codes(stopped) == {"ruled"}


def test_only_the_chair_rules_in_writing_and_never_on_their_own(cast, programme):
    application = file_in_review(cast, programme)
    declaration = declare_interests(application, by=cast.ana, answer="unsure", note="?")
    for name in ("officer", "ana", "approver", "auditor"):
        with pytest.raises(Forbidden):
            rule_on_declaration(declaration, by=getattr(cast, name), clear=True, ruling="Oui.")
    with pytest.raises(WrongMoment) as stopped:
        rule_on_declaration(declaration, by=cast.chair, clear=True, ruling=" ")
    assert codes(stopped) == {"reason"}
    own = declare_interests(application, by=cast.chair, answer="unsure", note="?")
    with pytest.raises(Forbidden):
        rule_on_declaration(own, by=cast.chair, clear=True, ruling="Oui.")


@pytest.mark.parametrize("person", ["sophie", "michel", "administrator", "chloe"])
def test_who_has_no_part_in_the_file_declares_nothing(cast, programme, person):
    application = assigned_file(cast, programme)
    with pytest.raises(Forbidden):
        declare_interests(application, by=getattr(cast, person), answer="none")


def test_each_role_of_the_programme_and_of_its_partner_has_a_part_in_the_file_while_in_office(cast, programme):
    application = assigned_file(cast, programme)
    people = ("officer", "screener", "chair", "endorser", "approver", "finance", "analyst", "concurrence", "ana")
    yesterday = clock.today() - timedelta(days=1)
    for name in people:
        person = getattr(cast, name)
        assert declare_interests(application, by=person, answer="unsure").answer == "unsure", name
        for held in (person.appointments, person.cluster_appointments, person.partner_seats):
            held.update(ends_on=yesterday)
    for name in people[:-1]:
        with pytest.raises(Forbidden):
            declare_interests(application, by=getattr(cast, name), answer="conflict")
    # Whoever was given the file may always say so.
    assert declare_interests(application, by=cast.ana, answer="conflict").answer == "conflict"


def test_a_late_declaration_lists_what_it_touches(cast, programme):
    application = reviewed_file(cast, programme)
    declare_interests(application, by=cast.ana, answer="conflict", note="Embauchée par l'organisation.")
    entry = Entry.objects.filter(verb="declared", actor_id=cast.ana.pk).latest("id")
    assert entry.given["touches"] == ["score"]


# --------------------------------------------------------------- scores


def test_a_review_is_saved_then_submitted_with_its_total(cast, programme):
    application = file_in_review(cast, programme)
    assignment = score(of(application, cast.ana), (4, 3, 5, 4, 2))
    # 25·80 + 30·60 + 20·100 + 15·80 + 10·40 = 7400, out of 100
    assert (assignment.state, assignment.total) == ("submitted", Decimal("74.0000"))
    assert fresh(application).score == Decimal("74.0000")


def test_a_review_lacking_a_score_or_a_comment_is_refused(cast, programme):
    application = file_in_review(cast, programme)
    assignment = of(application, cast.ana)
    with pytest.raises(WrongMoment) as stopped:
        submit_review(assignment, by=cast.ana)
    assert codes(stopped) == {"unscored"}
    score(assignment, 4, submit=False)
    Score.objects.filter(assignment=assignment, criterion="team_capacity").update(comment="  ")
    with pytest.raises(WrongMoment) as stopped:
        submit_review(assignment, by=cast.ana)
    assert codes(stopped) == {"comment"}


def test_a_second_click_on_submit_changes_nothing(cast, programme):
    application = file_in_review(cast, programme)
    first = score(of(application, cast.ana), 4)
    again = submit_review(first, by=cast.ana)
    assert (again.submitted_at, again.total) == (fresh(first).submitted_at, Decimal("80.0000"))
    assert Entry.objects.filter(verb="assignment.submit", subject_id=first.pk).count() == 1
    with pytest.raises(Forbidden):
        submit_review(first, by=ApiKey(pk=cast.ana.pk))


def test_scores_change_neither_once_submitted_nor_before_the_review_starts(cast, programme):
    application = assigned_file(cast, programme)
    assignment = accept(application, cast.ana)
    with pytest.raises(WrongMoment) as stopped:
        save_score(assignment, "strategic_fit", by=cast.ana, version=0, point="3")
    assert codes(stopped) == {"state"}
    start_review(application, by=cast.officer)
    score(assignment, 4)
    with pytest.raises(WrongMoment):
        save_score(assignment, "strategic_fit", by=cast.ana, version=1, point="3")
    with pytest.raises(WrongMoment):
        save_feedback(assignment, by=cast.ana, text="Bravo", version=0)


@pytest.mark.parametrize("person", ["ben", "officer", "chair", "chloe", "sophie", "auditor"])
def test_nobody_else_scores(cast, programme, person):
    application = file_in_review(cast, programme)
    with pytest.raises(Forbidden):
        save_score(of(application, cast.ana), "strategic_fit", by=getattr(cast, person), version=0, point="3")


def test_what_is_not_on_the_scale_or_in_the_rubric_is_refused(cast, programme):
    assignment = of(file_in_review(cast, programme), cast.ana)
    for criterion, point in (("strategic_fit", "6"), ("strategic_fit", "x"), ("beauty", "3")):
        with pytest.raises(ScoreInvalid):
            save_score(assignment, criterion, by=cast.ana, version=0, point=point)
    assert not assignment.scores.exists()


@proves(save_score)
def test_two_windows_saving_one_score_are_told_and_neither_is_lost(cast, programme):
    assignment = of(file_in_review(cast, programme), cast.ana)
    theirs = save_score(of(assignment.application, cast.ben), "strategic_fit", by=cast.ben, version=0, point="1")
    other = save_score(assignment, "team_capacity", by=cast.ana, version=0, point="2")
    first = save_score(assignment, "strategic_fit", by=cast.ana, version=0, point="3", comment="Un")
    with pytest.raises(ScoreConflict) as stopped:
        save_score(assignment, "strategic_fit", by=cast.ana, version=0, point="4", comment="Deux")
    assert (stopped.value.theirs.point, stopped.value.theirs.comment) == ("3", "Un")
    second = save_score(assignment, "strategic_fit", by=cast.ana, version=first.version, point="4", comment="Deux")
    assert (second.version, second.point) == (2, "4")
    assert [(one.version, one.point) for one in (fresh(theirs), fresh(other))] == [(1, "1"), (1, "2")]
    with pytest.raises(ScoreConflict):
        save_score(assignment, "strategic_fit", by=cast.ana, version=first.version, comment="Trois")


def test_two_windows_saving_the_feedback_are_told_and_neither_is_lost(cast, programme):
    assignment = of(file_in_review(cast, programme), cast.ana)
    assert save_feedback(assignment, by=cast.ana, text="Un", version=0) == 1
    assert save_feedback(assignment, by=cast.ana, text="Un", version=0) == 1  # the reply was lost on the way
    with pytest.raises(FeedbackConflict) as stopped:
        save_feedback(assignment, by=cast.ana, text="Deux", version=0)
    assert (stopped.value.theirs.feedback, stopped.value.theirs.feedback_version) == ("Un", 1)
    assert save_feedback(assignment, by=cast.ana, text="Deux", version=1) == 2


def test_a_save_sent_again_because_its_reply_was_lost_is_no_conflict(cast, programme):
    assignment = of(file_in_review(cast, programme), cast.ana)
    first = save_score(assignment, "strategic_fit", by=cast.ana, version=0, point="3", comment="Un")
    again = save_score(assignment, "strategic_fit", by=cast.ana, version=0, point="3", comment="Un")
    assert again.version == first.version


# ------------------------------------------------ recusal and reopening


def test_files_of_the_same_exact_mean_tie_and_the_declared_criterion_parts_them(cast, programme):
    """The last criterion is optional: totals are out of 90, and both means 61.851851…"""
    first = reviewed_file(cast, programme, scores=([*"11113"], [*"53143"], [*"55553"]))
    second = reviewed_file(cast, programme, company="precision", scores=([*"11113"], [*"54313"], [*"45553"]))
    rubric = first.call.rubric
    rubric.definition["criteria"][-1]["required"] = False
    type(rubric).objects.filter(pk=rubric.pk).update(definition=rubric.definition)
    kept = {cast.ana: ("20", "20"), cast.ben: ("65.5556", "71.1111"), cast.dev: ("100", "94.4444")}
    for reviewer, totals in kept.items():
        for file, total in zip((first, second), totals, strict=True):
            Assignment.objects.filter(application=file, reviewer=reviewer).update(total=Decimal(total))

    def ranked(*ties):
        found = selectors.ranking(with_rules(fresh(first.call), ranking={"ties": list(ties)}))
        return {one.application: (one.placed.rank, one.placed.tied) for one in found.files}

    assert [selectors.panel_reviews(fresh(one)).mean for one in (first, second)] == [Decimal("61.8519")] * 2
    assert ranked() == {first: (1, True), second: (1, True)}
    assert ranked("team_capacity") == {first: (2, False), second: (1, False)}


def test_a_late_recusal_keeps_the_score_uncounted_and_the_mean_changes(cast, programme):
    application = reviewed_file(cast, programme, scores=(5, 4, 2))
    assert application.score == Decimal("73.3333")
    assignment = recuse_reviewer(of(application, cast.dev), by=cast.chair, note="Conflit appris.")
    assert (assignment.state, assignment.total) == ("recused", Decimal("40.0000"))
    assert assignment.scores.count() == 5
    assert fresh(application).score == Decimal("90.0000")
    assert quorum(application) == (2, 3)
    assert is_barred(application.pk, cast.dev)


def test_a_recusal_by_somebody_else_needs_its_reason(cast, programme):
    application = reviewed_file(cast, programme)
    with pytest.raises(WrongMoment) as stopped:
        recuse_reviewer(of(application, cast.dev), by=cast.chair, note=" ")
    assert codes(stopped) == {"reason"}


def test_without_quorum_the_chair_cannot_recommend_until_another_review_is_in(cast, programme):
    application = reviewed_file(cast, programme)
    appoint(cast.endorser, by=cast.administrator, role="reviewer", program=programme, seat="industry")
    recuse_reviewer(of(application, cast.dev), by=cast.officer, note="Conflit appris.")
    declare_interests(application, by=cast.chair, answer="none")
    with pytest.raises(WrongMoment) as stopped:
        recommend(application, by=cast.chair, outcome="declined", reasons_fr="Non.")
    assert codes(stopped) == {"quorum"}
    application = reopen_file(application, by=cast.chair, reason="Le quorum est perdu.")
    with pytest.raises(WrongMoment):
        close_review(application, by=cast.officer)
    assign_reviewer(application, cast.endorser, by=cast.officer)
    accept(application, cast.endorser)
    score(of(application, cast.endorser), 4)
    assert fresh(application).state == ApplicationState.REVIEWED


def test_a_reopened_review_changes_and_is_counted_again(cast, programme):
    application = reviewed_file(cast, programme, scores=(5, 4, 2))
    with pytest.raises(WrongMoment):
        reopen_review(of(application, cast.dev), by=cast.chair, reason=" ")
    assignment = reopen_review(of(application, cast.dev), by=cast.chair, reason="Une page n'avait pas été lue.")
    assert assignment.state == "accepted"
    assert fresh(application).state == ApplicationState.IN_REVIEW
    assert fresh(application).score == Decimal("90.0000")
    score(assignment, 4)
    assert fresh(application).state == ApplicationState.REVIEWED
    assert fresh(application).score == Decimal("86.6667")


def test_a_reopened_review_is_due_as_one_given_now_and_its_reviewer_is_told(cast, programme, clock_at):
    application = reviewed_file(cast, programme)
    Message.objects.all().delete()
    with_rules(application.call, panel={"review_days": 10})
    clock_at(datetime(2026, 11, 10, 14, tzinfo=UTC))
    late = reopen_review(of(application, cast.dev), by=cast.chair, reason="  Une page n'avait pas été lue. ")
    assert clock.day_of(late.due) == clock.day_of(fresh(late).due) == date(2026, 11, 20)
    told = Message.objects.get()
    assert (told.kind, told.recipient, told.application_id) == ("review_reopened", cast.dev, application.pk)
    assert (told.url_name, told.url_args) == ("review-score", [str(late.public_id)])
    assert told.context == {
        "reference": application.reference,
        "due": {"day": "2026-11-20"},
        "reason": "Une page n'avait pas été lue.",
    }
    # Reopened a second time, told a second time; what was given longer keeps it.
    score(late, 4)
    longer = datetime(2026, 12, 15, 4, 59, 59, tzinfo=UTC)
    Assignment.objects.filter(pk=late.pk).update(due=longer)
    assert reopen_review(of(application, cast.dev), by=cast.chair, reason="Encore une.").due == longer
    assert [one.context["due"] for one in Message.objects.filter(recipient=cast.dev).order_by("pk")] == [
        {"day": "2026-11-20"},
        {"day": "2026-12-14"},
    ]


def test_review_is_due_its_days_after_the_file_opens_and_those_who_accepted_are_told(cast, programme, clock_at):
    clock_at(SCREENED)
    application = assigned_file(cast, programme)  # 15 days: until 6 October
    accept(application, cast.ana), accept(application, cast.dev)
    longer = datetime(2026, 12, 16, 4, 59, 59, tzinfo=UTC)
    Assignment.objects.filter(pk=of(application, cast.dev).pk).update(due=longer)
    Message.objects.all().delete()
    clock_at(datetime(2026, 10, 31, 14, tzinfo=UTC))
    start_review(application, by=cast.officer)
    assert {name: clock.day_of(of(application, getattr(cast, name)).due) for name in PANEL} == {
        "ana": date(2026, 11, 15), "ben": date(2026, 11, 15), "dev": date(2026, 12, 15)
    }  # fmt: skip
    told = Message.objects.order_by("pk")
    assert {(one.kind, one.application_id, one.url_name) for one in told} == {
        ("review_opened", application.pk, "review-score")
    }
    assert {(one.recipient, *one.url_args, one.context["reference"], one.context["due"]["day"]) for one in told} == {
        (cast.ana, str(of(application, cast.ana).public_id), application.reference, "2026-11-15"),
        (cast.dev, str(of(application, cast.dev).public_id), application.reference, "2026-12-15"),
    }


def test_a_reviewer_to_whom_the_file_is_closed_is_not_told_that_it_opens(cast, programme, usinage, clock_at):
    clock_at(SCREENED)
    appoint(cast.endorser, by=cast.administrator, role="reviewer", program=programme, seat="cluster")
    application = assigned_file(cast, programme, reviewers=(*PANEL, "endorser"))
    for name in (*PANEL, "endorser"):
        accept(application, getattr(cast, name))
    Message.objects.all().delete()
    Membership.objects.create(user=cast.ana, organisation=usinage, role="member")
    start_review(application, by=cast.officer)
    assert {one.recipient for one in Message.objects.all()} == {cast.ben, cast.dev, cast.endorser}


def test_a_reviewer_to_whom_the_file_is_closed_is_not_told_that_a_review_is_reopened(cast, programme, usinage):
    application = reviewed_file(cast, programme)
    Message.objects.all().delete()
    with clock.at(datetime(2026, 11, 10, 14, tzinfo=UTC)):
        Membership.objects.create(user=cast.dev, organisation=usinage, role="member")
        Message.objects.all().delete()
        reopen_review(of(application, cast.dev), by=cast.chair, reason="Une page n'avait pas été lue.")
    assert not Message.objects.exists()


def test_a_review_is_not_reopened_once_the_file_is_recommended(cast, programme):
    application = reviewed_file(cast, programme)
    declare_interests(application, by=cast.chair, answer="none")
    recommend(application, by=cast.chair, outcome="declined", reasons_fr="Non.")
    with pytest.raises(WrongMoment):
        reopen_review(of(application, cast.dev), by=cast.chair, reason="Trop tard.")


# --------------------------------------------------------- recommendation


def shares_of(application, amount):
    return [(envelope, part) for envelope, part in selectors.proposed_shares(application, amount) if part]


def test_a_recommendation_reserves_each_envelope_and_keeps_its_ranking(cast, programme):
    application = reviewed_file(cast, programme)
    declare_interests(application, by=cast.chair, answer="none")
    shares = shares_of(application, Decimal("75000.00"))
    made = recommend(
        application, by=cast.chair, outcome="approved", amount="75000.00", shares=shares, reasons_fr="Bon projet."
    )
    assert fresh(application).state == ApplicationState.RECOMMENDED
    assert fresh(application).recommended_amount == Decimal("75000.00")
    assert sum(e.reserved for e in Envelope.objects.all()) == Decimal("75000.00")
    assert [share.amount for share in made.shares.order_by("envelope_id")] == [part for _e, part in shares]
    assert [file.reference for file in made.evidence.files] == [application.reference]
    assert application.call.panels.get().seats.get(sits_as="chair").person == cast.chair


@pytest.mark.parametrize(
    ("scores", "given", "code"),
    [
        ((2, 2, 2), {"outcome": "approved", "amount": "75000.00"}, "pass_mark"),
        ((2, 2, 2), {"outcome": "waitlisted"}, "pass_mark"),
        ((5, 5, 2), {"outcome": "approved", "amount": "75000.00"}, "discussion"),
        ((4, 4, 3), {"outcome": "approved", "amount": "75000.01"}, "ceiling"),
        ((4, 4, 3), {"outcome": "approved", "amount": "75000.00", "shares": []}, "shares"),
        ((4, 4, 3), {"outcome": "splendid"}, "outcome"),
    ],
)
def test_a_recommendation_that_is_not_whole_is_refused_and_nothing_is_kept(cast, programme, scores, given, code):
    application = reviewed_file(cast, programme, scores=scores)
    declare_interests(application, by=cast.chair, answer="none")
    if "amount" in given and "shares" not in given:
        given = given | {"shares": shares_of(application, Decimal(given["amount"]))}
    with pytest.raises(WrongMoment) as stopped:
        recommend(application, by=cast.chair, reasons_fr="…", **given)
    assert code in codes(stopped)
    assert fresh(application).state == ApplicationState.REVIEWED
    assert not Recommendation.objects.exists()
    assert sum(e.reserved for e in Envelope.objects.all()) == 0


@pytest.mark.parametrize(("amount", "is_taken"), [("50000.00", True), ("49999.99", False)])
def test_an_award_in_part_is_no_less_than_what_the_applicant_can_do_with(cast, programme, amount, is_taken):
    application = reviewed_file(cast, programme)
    Application.objects.filter(pk=application.pk).update(minimum_amount=Decimal("50000.00"))
    declare_interests(application, by=cast.chair, answer="none")
    given = {"outcome": "partial", "amount": amount, "shares": shares_of(application, Decimal(amount))}
    if is_taken:
        assert recommend(application, by=cast.chair, reasons_fr="En partie.", **given).amount == Decimal(amount)
        return
    with pytest.raises(WrongMoment) as stopped:
        recommend(application, by=cast.chair, reasons_fr="En partie.", **given)
    assert codes(stopped) == {"minimum"}


@pytest.mark.parametrize(
    ("given_until", "within", "opens_at"),
    [
        (None, True, timedelta(minutes=15)),  # the grace of the closing
        (timedelta(days=3), True, timedelta(days=3, minutes=15)),  # that of the applicant who was given more time
        (None, False, None),  # not compared with its cohort alone
    ],
)
def test_file_is_recommended_once_its_cohort_takes_no_more(cast, programme, given_until, within, opens_at):
    application = reviewed_file(cast, programme)
    call = with_rules(application.call, ranking={"within_cohort": within})
    Call.objects.filter(pk=call.pk).update(closes_at=NOW, cohorts=[NOW.isoformat()])
    Application.objects.filter(pk=application.pk).update(cohort_closes_at=NOW)
    if given_until:
        other = Organisation.objects.exclude(pk=application.organisation_id).first()
        call.accommodations.create(organisation=other, closes_at=NOW + given_until)
    declare_interests(application, by=cast.chair, answer="none")
    if opens_at:
        with clock.at(NOW + opens_at - timedelta(microseconds=1)), pytest.raises(WrongMoment) as stopped:
            recommend(application, by=cast.chair, outcome="waitlisted", reasons_fr="Attendre.")
        assert codes(stopped) == {"cohort"}
        (refusal,) = stopped.value.refusals
        closing, until = clock.format_instant(NOW, "fr"), clock.format_instant(NOW + opens_at, "fr")
        assert str(refusal.message).startswith(f"La clôture de sa cohorte est le {closing}, et des demandes peuvent ")
        assert f" encore y être déposées jusqu’au {until}." in str(refusal.message)
        assert fresh(application).state == ApplicationState.REVIEWED
    with clock.at(NOW + (opens_at or timedelta())):
        recommend(application, by=cast.chair, outcome="waitlisted", reasons_fr="Attendre.")
    assert fresh(application).state == ApplicationState.RECOMMENDED


def test_files_that_spread_are_recommended_once_discussed(cast, programme):
    application = reviewed_file(cast, programme, scores=(5, 5, 2))
    declare_interests(application, by=cast.chair, answer="none")
    recommend(
        application,
        by=cast.chair,
        outcome="approved",
        amount="75000.00",
        shares=shares_of(application, Decimal("75000.00")),
        reasons_fr="Bon.",
        discussion="Dev n'avait pas lu l'annexe.",
    )
    assert fresh(application).state == ApplicationState.RECOMMENDED


@pytest.mark.parametrize("person", ["officer", "ana", "approver", "endorser", "auditor", "sophie"])
def test_only_the_chair_recommends(cast, programme, person):
    application = reviewed_file(cast, programme)
    with pytest.raises(Forbidden):
        recommend(application, by=getattr(cast, person), outcome="declined", reasons_fr="Non.")


def test_a_chair_who_has_not_declared_or_who_scored_does_not_recommend(cast, programme):
    application = reviewed_file(cast, programme)
    with pytest.raises(WrongMoment) as stopped:
        recommend(application, by=cast.chair, outcome="declined", reasons_fr="Non.")
    assert codes(stopped) == {"undeclared"}
    appoint(cast.ana, by=cast.administrator, role="chair", program=programme)
    with pytest.raises(Forbidden):
        recommend(application, by=cast.ana, outcome="declined", reasons_fr="Non.")


def test_an_envelope_of_another_programme_pays_nothing(cast, programme):
    from funding.models import Agreement

    application = reviewed_file(cast, programme)
    other = Agreement.objects.first()
    other.pk, other.public_id, other.reference = None, "01900000-0000-7000-8000-000000000001", "AUTRE"
    other.save(force_insert=True)
    foreign = Envelope.objects.create(agreement=other, fiscal_year=2026, allocated=Decimal("100000.00"))
    declare_interests(application, by=cast.chair, answer="none")
    with pytest.raises(WrongMoment) as stopped:
        recommend(
            application,
            by=cast.chair,
            outcome="approved",
            amount="75000.00",
            shares=[(foreign, Decimal("75000.00"))],
            reasons_fr="…",
        )
    assert codes(stopped) == {"shares"}


def test_a_waitlisted_file_competes_again_with_the_next_cohort(cast, programme):
    from applications.models import Application

    application = reviewed_file(cast, programme, scores=(5, 5, 5))
    later = reviewed_file(cast, programme, company="precision", at=None, scores=(4, 4, 4))
    Application.objects.filter(pk=application.pk).update(state=ApplicationState.WAITLISTED)
    Application.objects.filter(pk=later.pk).update(cohort_closes_at=clock.local(date(2027, 1, 31), 17))
    for day, january, september in (
        (31, [later.reference], [application.reference]),  # it has not closed yet
        (32, [application.reference, later.reference], []),
    ):
        with clock.at(clock.local(date(2027, 1, 1), 12) + timedelta(days=day - 1)):
            ranked = selectors.ranking(later.call, fresh(later).cohort_closes_at)
            assert [r.application.reference for r in ranked.files] == january
            first = selectors.ranking(later.call, application.cohort_closes_at)
            assert [r.application.reference for r in first.files] == september


def test_the_proposed_split_follows_the_budget_and_sums_to_the_award(cast, programme):
    application = reviewed_file(cast, programme)
    shares = selectors.proposed_shares(application, Decimal("75000.00"))
    assert sum(part for _e, part in shares) == Decimal("75000.00")
    assert [e.fiscal_year for e, _p in shares] == [2026, 2027, 2028]


def test_an_undertaking_is_signed_once(cast, programme):
    application = assigned_file(cast, programme)
    first = sign_undertaking(application.call, by=cast.ana)
    assert sign_undertaking(application.call, by=cast.ana) == first


def test_a_cancelled_assignment_says_so_in_the_trail(cast, programme):
    application = assigned_file(cast, programme)
    cancel_assignment(of(application, cast.ana), by=cast.officer)
    entry = Entry.objects.get(verb="assignment.cancel")
    assert (entry.before, entry.after, entry.actor_id) == ("offered", "cancelled", cast.officer.pk)
