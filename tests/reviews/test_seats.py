"""Who sits on a panel: seats are rows; the pending review of a person whose role has ended is no longer awaited."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.models import ClusterAppointment, Membership, Organisation, User
from accounts.roles import ClusterRole
from applications.models import Application
from applications.states import ApplicationState
from demo.cast import COMPANIES
from desk.context_processors import on_programmes
from moves.querysets import StanceQuerySet
from moves.refusals import WrongMoment
from moves.services import declare_standing
from moves.states import StandingState
from programs.models import Appointment, Program
from programs.querysets import held_by_theirs, held_on, in_office_holders
from programs.roles import BY_APPOINTMENT, OF_CLUSTER, ProgramRole, Seat
from programs.rules import holds
from programs.services.people import appoint
from reviews.checks import panel_lines, panel_problems
from reviews.models import Assignment, Declaration, Panel, PanelSeat
from reviews.querysets import AssignmentQuerySet, PanelQuerySet, PanelSeatQuerySet, _gives, _is_in_office, _on_a_side
from reviews.selectors import panel_reviews, panels_of, queue_of, work_for
from reviews.selectors.waiting import _work_of_panel
from reviews.services import (
    cancel_assignment,
    recuse_reviewer,
    reopen_file,
    reopen_review,
    replace_assignment,
    rule_on_declaration,
    start_review,
)
from reviews.services.panels import open_new_panel, panel_of, seat_the_assigned, take_seat
from reviews.states import AssignmentState, SeatEnd, SitsAs
from tests.decisions import files as decided
from tests.decisions.files import other_programme, submitted_row
from tests.files import another, another_call, another_cluster
from tests.mutants import proves
from tests.reviews.files import accept, assigned_file, file_in_review, fresh, of, score
from work import clock

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 10, 6, 14, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def in_october(clock_at):
    clock_at(NOW)


def end_role(person, role="reviewer"):
    Appointment.objects.filter(user=person, role=role).update(ends_on=clock.today() - DAY)


def seats(panel):
    rows = panel.seats.order_by("id")
    return [(one.person, one.sits_as, one.why_ended) for one in rows.select_related("person")]


@pytest.fixture
def file(cast, programme):
    made = submitted_row(cast, programme)
    Application.objects.filter(pk=made.pk).update(state="in_review", due=NOW + 5 * DAY)
    return Application.objects.get(pk=made.pk)


@pytest.fixture
def give(cast):
    def make(file, person, state="accepted", **columns):
        return Assignment.objects.create(
            application=file, reviewer=person, assigned_by=cast.officer, state=AssignmentState(state),
            **{"seat": "cluster", "due": NOW + DAY} | columns,
        )  # fmt: skip

    return make


NARROWER = {"without `application__in=[": "what is found is looked up by its file"}


def test_side_of_a_reviewer_is_a_way_to_sit():
    assert [*Seat.values, "chair"] == SitsAs.values


def test_whoever_is_given_a_file_sits_on_the_panel_of_its_call(cast, programme):
    file = assigned_file(cast, programme)
    (panel,) = Panel.objects.all()
    assert (panel.call, panel.application, panel.until) == (file.call, None, None)
    assert seats(panel) == [
        (cast.ana, "cluster", ""), (cast.ben, "cluster", ""), (cast.dev, "industry", "")
    ]  # fmt: skip
    assert panel_of(another(file)) == panel
    assert panel_of(another(file, call=another_call(file.call))) != panel


def test_file_given_to_a_new_panel_has_one_of_its_own(cast, file):
    first = take_seat(file, person=cast.ana, sits_as="cluster").panel
    own = open_new_panel(file)
    assert (panel_of(file), panel_of(another(file))) == (own, first)
    assert take_seat(file, person=cast.ben, sits_as="cluster") == take_seat(file, person=cast.ben, sits_as="cluster")
    assert (seats(first), seats(own)) == ([(cast.ana, "cluster", "")], [(cast.ben, "cluster", "")])
    again = open_new_panel(file)
    assert (panel_of(file), seats(own)) == (again, [(cast.ben, "cluster", "new_panel")])
    assert list(Panel.objects.running().order_by("id")) == [first, again]


@proves(open_new_panel, take_seat)
def test_seats_end_with_the_role_or_with_their_own_panel_and_stay_as_they_ended(cast, file, clock_at):
    def ended(panel):
        return {one.person: (one.why_ended, one.until) for one in panel.seats.select_related("person").order_by("id")}

    other, sits = another(file), ("", None)
    first = take_seat(file, person=cast.ana, sits_as="cluster").panel
    own, beside = open_new_panel(file), open_new_panel(other)
    for one in (file, other):
        take_seat(one, person=cast.ana, sits_as="cluster"), take_seat(one, person=cast.ben, sits_as="cluster")
    end_role(cast.ben)
    take_seat(file, person=cast.dev, sits_as="industry")
    clock_at(NOW + DAY)
    end_role(cast.dev)
    chloe = take_seat(file, person=cast.chloe, sits_as="cluster")
    left = {cast.ben: ("role_ended", NOW), cast.dev: ("role_ended", NOW + DAY)}
    assert ended(own) == {cast.ana: sits, cast.chloe: sits, **left}
    again = take_seat(file, person=cast.dev, sits_as="industry")
    assert again == take_seat(file, person=cast.dev, sits_as="industry")
    assert [one.why_ended for one in own.seats.filter(person=cast.dev).order_by("id")] == ["role_ended", ""]
    clock_at(NOW + 2 * DAY)
    third = open_new_panel(file)
    there = {cast.ana: ("new_panel", NOW + 2 * DAY), cast.chloe: ("new_panel", NOW + 2 * DAY)}
    assert ended(own) == {**there, cast.ben: left[cast.ben], cast.dev: ("new_panel", NOW + 2 * DAY)}
    assert fresh(chloe).until == NOW + 2 * DAY
    assert (ended(first), ended(beside)) == ({cast.ana: sits}, {cast.ana: sits, cast.ben: sits})
    clock_at(NOW + 3 * DAY)
    open_new_panel(file)
    untils = [fresh(one).until for one in (first, beside, own, third)]
    assert untils == [None, None, NOW + 2 * DAY, NOW + 3 * DAY]


@proves(seat_the_assigned)
def test_whoever_has_a_file_of_a_call_by_rows_sits_on_its_panel_since_the_first(cast, file, give):
    """Once. Not who left their files, nor whoever has one of another call."""
    Panel.objects.create(call=file.call, until=NOW - DAY)  # one that has ended
    panel = take_seat(file, person=cast.emily, sits_as="cluster").panel
    give(file, cast.emily)
    PanelSeat.objects.create(panel=panel, person=cast.dev, sits_as="industry", until=NOW, why_ended="role_ended")
    give(file, cast.dev, seat="industry", at=NOW - DAY)
    give(file, cast.ana, at=NOW - 2 * DAY), give(another(file), cast.ana, "submitted", at=NOW - 3 * DAY)
    give(file, cast.chloe, "recused"), give(file, cast.ben, "submitted", set_aside_at=NOW)
    give(another(file, call=another_call(file.call)), cast.michel)
    assert seat_the_assigned(file.call) == 2
    sitting = panel.seats.running().order_by("since").select_related("person")
    assert [(one.person, one.sits_as, one.since) for one in sitting] == [
        (cast.ana, "cluster", NOW - 3 * DAY), (cast.dev, "industry", NOW - DAY), (cast.emily, "cluster", NOW)
    ]  # fmt: skip
    assert seat_the_assigned(file.call) == 0


@proves(_work_of_panel, moot=NARROWER)
def test_reviewer_whose_role_ended_is_not_awaited_and_the_file_goes_to_another(cast, programme, client):
    """Ana's review is in, and counts; Ben and Dev leave before theirs: the officer sees it, gives theirs to others."""
    file = file_in_review(cast, programme)
    score(of(file, cast.ana), 4)
    assert [line.waits_for != "" for line in work_for(cast.officer)] == [True]
    for person in (cast.ana, cast.ben, cast.dev):
        end_role(person)
    assert [(line.have, line.needed) for line in panel_lines(file)] == [(1, 2), (0, 1)]
    assert (queue_of(cast.ben).total, work_for(cast.ben)) == (0, [])
    (line,) = work_for(cast.officer)
    assert (line.what, line.waits_for) == ("Confier l’évaluation à une autre personne\xa0: un siège est vide", "")
    client.force_login(cast.officer)
    page = client.get(reverse("review-file", args=[file.reference]))
    assert {one.assignment.reviewer: one.vacant for one in page.context["assignments"]} == {
        cast.ana: False, cast.ben: True, cast.dev: True
    }  # fmt: skip
    assert page.context["empty"] == 2
    assert "2 sièges sont vides" in page.content.decode()

    panel = panel_of(file)
    appoint(cast.endorser, by=cast.administrator, role="reviewer", program=programme, seat="cluster")
    replace_assignment(of(file, cast.ben), cast.endorser, by=cast.officer)
    assert seats(panel)[:3] == [
        (cast.ana, "cluster", "role_ended"), (cast.ben, "cluster", "role_ended"), (cast.dev, "industry", "role_ended")
    ]  # fmt: skip
    (taken,) = PanelSeat.objects.running()
    assert (taken.person, taken.sits_as) == (cast.endorser, "cluster")
    assert PanelSeat.objects.filter(until=NOW).count() == 3
    Appointment.objects.filter(user=cast.dev).update(ends_on=None)
    score(accept(file, cast.endorser), 4)
    score(of(file, cast.dev), 4)
    assert fresh(file).state == ApplicationState.REVIEWED
    assert {one.reviewer_id for one in panel_reviews(fresh(file)).reviews} == {
        cast.ana.pk, cast.endorser.pk, cast.dev.pk
    }  # fmt: skip


def test_review_does_not_start_with_a_seat_that_somebody_left(cast, programme):
    file = assigned_file(cast, programme)
    end_role(cast.dev)
    assert panel_problems(file) == ["0 personne évaluatrice sur 1\xa0: industrie"] or panel_problems(file)
    with pytest.raises(WrongMoment):
        start_review(file, by=cast.officer)
    cancel_assignment(of(file, cast.dev), by=cast.officer)
    assert list(file.assignments.seated().values_list("reviewer", flat=True)) == [cast.ana.pk, cast.ben.pk]


@proves(held_by_theirs, _is_in_office, AssignmentQuerySet.awaited, AssignmentQuerySet.vacant, AssignmentQuerySet.seated)
def test_reviews_awaited_are_those_of_people_who_hold_the_role(cast, programme, file, give):
    """Ana of the programme, Dev of the whole cluster; not who left, who has not begun, whose account is closed, who has
    another role, or the role elsewhere. What Ben submitted before he left fills his seat."""
    away = another(file, call=another_call(file.call, cluster=another_cluster()))
    Appointment.objects.filter(user=cast.dev, role="reviewer").update(program=None)
    third, first = give(file, cast.ana, due=NOW + 3 * DAY), give(file, cast.dev, due=NOW + DAY)
    second = give(another(file), cast.ana, "offered", due=NOW + 2 * DAY)
    skipped = give(another(file), cast.dev, due=NOW, skipped_at=NOW)
    done = give(file, cast.ben, "submitted", total=60)
    left = [give(another(file), cast.ben), give(file, cast.officer), give(file, cast.chloe), give(away, cast.ana),
            give(away, cast.dev), give(file, cast.endorser)]  # fmt: skip
    end_role(cast.ben)
    Appointment.objects.create(
        user=cast.officer,
        cluster=programme.cluster,
        program=other_programme(programme),
        role="reviewer",
        seat="cluster",
    )
    Appointment.objects.filter(user=cast.chloe).update(starts_on=clock.today() + DAY)
    User.objects.filter(pk=cast.endorser.pk).update(is_active=False)
    give(file, cast.ana, "cancelled"), give(file, cast.dev, "recused"), give(another(file), cast.ben, "declined")
    give(file, cast.screener, "submitted", set_aside_at=NOW)
    everything = Assignment.objects.all()
    assert list(everything.awaited()) == [first, second, third, skipped]
    assert set(everything.vacant()) == set(left)
    assert set(everything.seated()) == {first, second, third, skipped, done}


@proves(
    AssignmentQuerySet.awaited,
    AssignmentQuerySet.vacant,
    AssignmentQuerySet.seated,
    AssignmentQuerySet.on_a_side,
    _gives,
    _on_a_side,
    StanceQuerySet.side_barring,
)
def test_review_of_whoever_came_to_act_for_a_party_of_the_file_is_not_awaited(cast, programme, usinage, file, give):
    """Ana acts for the applicant now, Ben did last year, Dev long ago. A doubt waits for its ruling, and what was given
    before one came to a side stays. Files of others are theirs to review."""
    ana, ben, dev, chloe = (give(file, one) for one in (cast.ana, cast.ben, cast.dev, cast.chloe))
    elsewhere = give(another(file, organisation=Organisation.objects.get(neq=COMPANIES["precision"]["neq"])), cast.ana)
    done = give(another(file), cast.ana, "submitted", total=60)
    for person, ended_at in ((cast.ana, None), (cast.ben, NOW - 365 * DAY), (cast.dev, NOW - 800 * DAY)):
        Membership.objects.create(user=person, organisation=usinage, role="member", ended_at=ended_at)
    declare_standing(file.pk, user=cast.chloe, standing=StandingState.UNSURE)
    everything = Assignment.objects.all()
    assert set(everything.on_a_side()) == {ana, ben, done}
    assert set(everything.vacant()) == {ana, ben}
    assert set(everything.awaited()) == {dev, chloe, elsewhere}
    assert set(everything.seated()) == {dev, chloe, elsewhere, done}
    end_role(cast.chloe)
    assert set(everything.awaited()) == {dev, elsewhere}


def test_place_of_a_reviewer_on_a_side_is_empty_for_the_officer_and_no_work_for_them(cast, programme, usinage, client):
    file = file_in_review(cast, programme)
    Membership.objects.create(user=cast.ana, organisation=usinage, role="signatory")
    assert [(line.have, line.needed) for line in panel_lines(file)] == [(1, 2), (1, 1)]
    assert (queue_of(cast.ana).total, work_for(cast.ana)) == (0, [])
    (line,) = work_for(cast.officer)
    assert (line.what, line.waits_for) == ("Confier l’évaluation à une autre personne\xa0: un siège est vide", "")
    client.force_login(cast.officer)
    page = client.get(reverse("review-file", args=[file.reference]))
    rows = {one.assignment.reviewer: (one.vacant, one.side) for one in page.context["assignments"]}
    assert rows == {cast.ana: (True, True), cast.ben: (False, False), cast.dev: (False, False)}
    assert "agit, ou a récemment agi, pour une partie au dossier" in page.content.decode()


@proves(PanelQuerySet.running, PanelSeatQuerySet.running, PanelSeatQuerySet.vacant)
def test_seats_that_are_vacant_are_of_people_without_the_role_by_which_they_sat(cast, file):
    panel = Panel.objects.create(call=file.call)
    Panel.objects.create(call=file.call, application=file, until=NOW)
    assert list(Panel.objects.running()) == [panel]
    end_role(cast.ben)
    Appointment.objects.filter(user=cast.dev, role="reviewer").update(program=None)

    def sit(person, sits_as, **columns):
        return PanelSeat.objects.create(panel=panel, person=person, sits_as=sits_as, **columns)

    kept = [sit(cast.ana, "cluster"), sit(cast.dev, "independent"), sit(cast.chair, "chair")]
    left = [sit(cast.ben, "industry"), sit(cast.ana, "chair"), sit(cast.chair, "cluster")]
    over = sit(cast.ben, "cluster", until=NOW, why_ended=SeatEnd.ROLE_ENDED)
    assert set(PanelSeat.objects.running()) == {*kept, *left}
    assert set(PanelSeat.objects.vacant()) == {*left, over}


@proves(held_by_theirs, PanelSeatQuerySet.vacant)
def test_role_of_a_cluster_that_is_a_role_on_its_programmes_is_one_for_everybody_who_asks(
    cast, programme, file, monkeypatch
):
    """Were the finance officers of a cluster the chairs of its programmes: not those who were, nor those of another
    cluster, nor who holds another role there."""
    panel, elsewhere = Panel.objects.create(call=file.call), another_cluster()
    ClusterAppointment.objects.create(user=cast.ana, cluster=elsewhere, role="finance")
    ClusterAppointment.objects.create(user=cast.ben, cluster=programme.cluster, role="finance", ends_on=NOW - DAY)
    Appointment.objects.filter(role="chair").delete()
    people = (cast.finance, cast.ana, cast.ben, cast.dev, cast.auditor)
    for person in people:
        PanelSeat.objects.create(panel=panel, person=person, sits_as="chair")

    def answers():
        seated = PanelSeat.objects.exclude(pk__in=PanelSeat.objects.vacant())
        asked = on_programmes(ProgramRole.CHAIR)
        return [
            set(in_office_holders(programme, ProgramRole.CHAIR)),
            {one for one in people if holds(one, ProgramRole.CHAIR, programme)},
            {one for one in people if Program.objects.filter(held_on(one, ProgramRole.CHAIR), pk=programme.pk)},
            {seat.person for seat in seated},
            {one for one in people if one != cast.ana and asked(one)},  # the menu asks of any cluster
        ]

    assert answers() == [set()] * 5
    with monkeypatch.context() as patched:  # a proof runs this again
        patched.setitem(OF_CLUSTER, ProgramRole.CHAIR, ClusterRole.FINANCE)
        assert answers() == [{cast.finance}] * 5


def test_side_and_limit_are_of_an_appointment_and_come_with_no_role_of_a_cluster():
    assert not set(OF_CLUSTER) & set(BY_APPOINTMENT)


@proves(PanelQuerySet.of_file, panels_of, moot={"order without `'seats__pk'`": "the last resort"})
def test_who_sits_on_the_panels_of_a_file_is_shown_as_what_since_when_and_why_no_more(
    cast, programme, file, client, django_assert_num_queries
):
    def sit(panel, person, sits_as, since=NOW, **columns):
        return PanelSeat.objects.create(panel=panel, person=person, sits_as=sits_as, since=since, **columns)

    other = another(file)
    early = Panel.objects.create(call=file.call, application=another(file), until=NOW)  # the first of the table
    of_call, elsewhere = Panel.objects.create(call=file.call), Panel.objects.create(call=another_call(file.call))
    sit(elsewhere, cast.ben, "cluster"), sit(Panel.objects.create(call=file.call, application=other), cast.ben, "chair")
    sit(of_call, cast.dev, "independent", until=NOW - DAY, why_ended="role_ended", since=NOW - 3 * DAY)
    sit(of_call, cast.ana, "cluster", since=NOW), sit(of_call, cast.ben, "industry", since=NOW - DAY)
    sit(of_call, cast.chloe, "industry", since=NOW)
    end_role(cast.ben)
    for barred_from, person in ((file, cast.chloe), (other, cast.ana)):
        declare_standing(barred_from.pk, user=person, standing=StandingState.CONFLICT)
    (shown,) = panels_of(file, cast.officer)
    assert (shown.is_own, shown.is_present, shown.is_withheld) == (False, True, False)
    assert [one.person for one in shown.seats if one.is_barred] == [cast.chloe.full_name]
    assert [(one.person, one.sits_as, one.since, one.until, one.why, one.is_vacant) for one in shown.seats] == [
        (cast.ben.full_name, "industrie", NOW - DAY, None, "", True),
        (cast.ana.full_name, "grappe", NOW, None, "", False),
        (cast.chloe.full_name, "industrie", NOW, None, "", False),
        (cast.dev.full_name, "indépendante", NOW - 3 * DAY, NOW - DAY, "son rôle dans le programme a pris fin", False),
    ]

    Panel.objects.filter(pk=early.pk).update(application=file)
    sit(early, cast.screener, "cluster", until=NOW, why_ended="new_panel")
    Panel.objects.create(call=file.call, application=file)
    with django_assert_num_queries(1):  # nobody sits on the present one
        found = panels_of(file, cast.officer)
    assert [(one.is_own, one.is_present, len(one.seats)) for one in found] == [
        (True, True, 0), (True, False, 1), (False, False, 4),
    ]  # fmt: skip
    assert not any(seat.is_vacant for one in found for seat in one.seats)  # nobody waits for a seat of before

    for person, address in ((cast.officer, "review-file"), (cast.auditor, "trail-file")):
        client.force_login(person)
        page = client.get(reverse(address, args=[file.reference])).content.decode()
        for said in ("Qui siège au comité", "Personne n’y siège encore.", cast.dev.full_name,
                     "le dossier a été confié à un nouveau comité"):  # fmt: skip
            assert said in page

    Panel.objects.exclude(pk=of_call.pk).delete()
    with django_assert_num_queries(2):
        panels_of(file, cast.officer)
    client.force_login(cast.officer)
    page = client.get(reverse("review-file", args=[file.reference])).content.decode()
    assert page.count("siège, mais ne participe pas à ce dossier") == 1


@proves(panels_of, moot={"order without `'seats__pk'`": "the last resort"})
def test_who_sits_for_a_whole_call_is_not_shown_to_whom_a_file_of_it_is_closed(cast, programme, file, client):
    """The second chair's seat would date what that chair did on the closed file. The file's own panel is shown; so is
    the call's where the closed file is of another call."""
    of_call, own = Panel.objects.create(call=file.call), Panel.objects.create(call=file.call, application=file)
    closed, elsewhere = another(file), another(file, call=another_call(file.call))
    PanelSeat.objects.create(panel=own, person=cast.ana, sits_as="cluster", since=NOW)

    def shown(reader=cast.officer):
        client.force_login(reader)
        page = client.get(reverse("review-file", args=[file.reference])).content.decode()
        return [(one.is_own, one.is_withheld, len(one.seats)) for one in panels_of(file, reader)], page

    declare_standing(elsewhere.pk, user=cast.officer, standing="conflict")
    assert shown()[0] == [(True, False, 1), (False, False, 0)]
    declare_standing(closed.pk, user=cast.officer, standing="conflict")
    before = shown()
    PanelSeat.objects.create(panel=of_call, person=cast.michel, sits_as="chair", since=NOW)
    assert before[0] == shown()[0] == [(True, False, 1), (False, True, 0)]
    assert "Un autre dossier de cet appel vous est fermé" in before[1]
    assert cast.michel.full_name not in shown()[1]
    assert shown(cast.chair)[0] == [(True, False, 1), (False, False, 1)]
    of_call.delete()  # before anybody ever sat, the answer is the same
    assert shown()[0] == before[0]
    assert "Un autre dossier de cet appel vous est fermé" in shown()[1]
    assert shown(cast.chair)[0] == [(True, False, 1)]


def test_chair_sits_from_the_first_act_on_a_file(cast, programme):
    """A ruling, a file or a review given back, a reviewer recused; and a recommendation, as before."""

    def sits(file):
        return [(one.person, one.sits_as) for one in PanelSeat.objects.filter(panel=panel_of(file), sits_as="chair")]

    file = decided.reviewed_file(cast, programme)
    assert sits(file) == []
    recuse_reviewer(of(file, cast.ana), by=cast.officer, note="Un lien.")
    assert sits(file) == []
    reopen_file(file, by=cast.chair, reason="Une évaluation de plus.")
    assert sits(file) == [(cast.chair, "chair")]
    doubt = Declaration.objects.create(application=file, user=cast.screener, answer="unsure")
    for act in (
        lambda: recuse_reviewer(of(file, cast.ben), by=cast.chair, note="Un lien."),
        lambda: reopen_review(of(file, cast.chloe), by=cast.chair, reason="Un critère oublié."),
        lambda: rule_on_declaration(doubt, by=cast.chair, clear=True, ruling="Aucun lien."),
    ):
        PanelSeat.objects.filter(sits_as="chair").delete()
        act()
        assert sits(file) == [(cast.chair, "chair")]


def test_person_chosen_who_can_no_longer_take_the_file_is_told_of_with_the_reason(cast, programme, client):
    file = assigned_file(cast, programme, reviewers=("ana",))
    client.force_login(cast.officer)
    end_role(cast.ben)
    gone, fit = str(cast.ben.public_id), str(cast.dev.public_id)
    sentence = "L’une des personnes choisies n’est plus une personne évaluatrice de ce programme."
    address = reverse("review-assign", args=[file.reference])
    alone = client.post(address, {"reviewer": [gone]})
    assert (alone.status_code, alone.context["refused"]) == (409, [sentence])
    both = client.post(address, {"reviewer": [gone, fit]})
    assert (both.status_code, both.context["refused"]) == (409, [sentence])
    assert of(file, cast.dev).state == "offered"

    replace = reverse("review-act", args=[file.reference, of(file, cast.ana).public_id, "replace"])
    for person, said in ((gone, sentence), (fit, "Dev Patel\xa0: a déjà ce dossier")):
        page = client.post(replace, {"reviewer": person})
        assert page.context["form"].errors["reviewer"] == [said]
    assert of(file, cast.ana).state == "offered"
