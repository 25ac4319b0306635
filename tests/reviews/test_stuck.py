"""A step before the chain: whose it is knows what keeps a person from it, and what nobody can take is told of."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from applications import selectors as applications
from applications.models import Application
from applications.querysets import ApplicationQuerySet
from applications.selectors.turns import stuck_files
from applications.states import FileTurn
from decisions.tasks import tell_stuck
from desk.selectors.file import awaited
from desk.selectors.stuck import work_for as administrators_work
from moves.machine import allowed
from moves.models import DutyDone
from moves.services import declare_standing, record_duty
from moves.states import Duty
from notifications.models import Message
from programs.models import Appointment
from reviews import selectors as reviews
from reviews.checks.fitness import _of_a_first_panel, first_panel_of
from reviews.models import Assignment
from reviews.selectors.late import late_among, may_be_freed
from reviews.selectors.turns import free_for, stuck_turns
from reviews.selectors.waiting import _turns_of_chair, _with_turns
from reviews.services import declare_interests, rule_on_declaration
from reviews.states import ReviewTurn
from tests.decisions.files import other_programme, submitted_row
from tests.files import another
from tests.mutants import proves
from work import clock

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 10, 6, 14, tzinfo=UTC)
DAY = timedelta(days=1)
KEPT = (
    "Nobody who holds the role of this step is free to act today: an earlier act on this file, an interest declared "
    "in it or a delegated limit stands in the way."
)
OFFICER = "Its programme officer says which role it lacks."
VACANT = "Nobody holds the role of this step today."


@pytest.fixture(autouse=True)
def in_october(clock_at):
    clock_at(NOW)


def reviewed(cast, file, **columns):
    """One more file as a row, whose quorum is in."""
    made = another(file, state="reviewed", **columns)
    for name, seat in (("ana", "cluster"), ("ben", "cluster"), ("dev", "industry")):
        Assignment.objects.create(
            application=made, reviewer=getattr(cast, name), assigned_by=cast.officer, state="submitted", total=60,
            seat=seat, due=NOW,
        )  # fmt: skip
    return made


def lines(user):
    with override("en"):
        found = [*applications.work_for(user), *reviews.work_for(user)]
        return [(str(one.what), one.link.args[0], str(one.waits_for)) for one in found]


STEPS = {  # the step, whose it is, what else they did on the file, what is said of it
    "screen": ("screener", Duty.PREPARE, "Screen", "the screening officer"),
    "recommend": ("chair", Duty.SCREEN, "Recommend", "the committee's chair"),
}


@proves(
    administrators_work,
    moot={
        "without .open()": "what is over is never stuck: it only asks of fewer",
        "without `state__in=MARKABLE`": "what waits for no step is never stuck: it only asks of fewer",
    },
)
@pytest.mark.parametrize("step", STEPS)
def test_step_that_a_person_may_not_take_is_not_theirs_and_what_nobody_can_take_is_told(cast, programme, client, step):
    name, duty, act, who = STEPS[step]
    person, row = getattr(cast, name), submitted_row(cast, programme)
    file, other = row, another(row)
    if step == "recommend":
        file, other = reviewed(cast, row), reviewed(cast, row)
        Application.objects.filter(pk=row.pk).update(state="withdrawn")
    assert lines(person) == [(act, file.reference, ""), (act, other.reference, "")]
    record_duty(file.pk, by=person, duty=duty)
    declare_standing(file.pk, user=person, standing="clear")
    file = Application.objects.get(pk=file.pk)
    assert lines(person) == [(act, other.reference, "")]
    assert all(one.refusals for one in allowed(file, person, Application.find_eligible, Application.recommend))
    nobody = "somebody to be appointed: nobody can take its next step today"
    what = "To be screened" if step == "screen" else "Reviewed"
    assert (what, file.reference, nobody) in lines(cast.officer)
    assert (what, other.reference, who) in lines(cast.officer)

    with override("en"):
        assert (awaited(other).who, awaited(other).is_stuck) == (who, False)
        assert (awaited(file).is_stuck, awaited(file).why) == (True, (f"The file waits for {who}. {KEPT}",))
        (line,) = administrators_work(cast.administrator)
        assert (line.label, line.note) == (f"{file.reference} has nobody for its next step", OFFICER)
        Appointment.objects.filter(user=person, role=name).update(ends_on=clock.today() - DAY)
        assert awaited(file).why == (f"The file waits for {who}. {VACANT}",)
        Appointment.objects.filter(user=person, role=name).update(ends_on=None)
    client.force_login(cast.auditor)
    shown = client.get(reverse("file-detail", args=[file.reference])).content.decode()
    assert "Faites nommer quelqu’un." in shown

    assert [tell_stuck(), tell_stuck()] == [1, 1]
    (told,) = Message.objects.filter(kind="step_stuck", recipient=cast.officer)
    assert (told.application_id, told.url_args) == (file.pk, [file.reference])
    Appointment.objects.create(user=cast.finance, program=programme, cluster=programme.cluster, role=name)
    assert (tell_stuck(), awaited(file).is_stuck) == (0, False)
    assert (act, file.reference, "") in lines(cast.finance)


@proves(may_be_freed)
def test_only_screener_in_doubt_may_be_freed_by_a_ruling_until_it_is_given(cast, programme, client):
    """Not while nobody may rule, nor where what they did keeps them from the step too."""
    file = submitted_row(cast, programme)
    client.force_login(cast.officer)
    ruled, appointed = "Faites trancher le doute sur des intérêts ou nommer quelqu’un.", "Faites nommer quelqu’un."

    def said(file):
        page = client.get(reverse("file-detail", args=[file.reference])).content.decode()
        return [one for one in (ruled, appointed) if one in page]

    declare_interests(file, by=cast.approver, answer="unsure", note="Un doute.")
    assert said(file) == []
    declaration = declare_interests(file, by=cast.screener, answer="unsure", note="Un doute.")
    assert said(file) == [ruled]
    chairs = Appointment.objects.filter(role="chair")
    chairs.update(ends_on=clock.today() - DAY)
    assert said(file) == [appointed]
    chairs.update(ends_on=None)
    assert said(file) == [ruled]
    other = another(file)
    record_duty(other.pk, by=cast.screener, duty=Duty.PREPARE)
    declare_interests(other, by=cast.screener, answer="unsure", note="Un doute.")
    assert said(other) == [appointed]
    rule_on_declaration(declaration, by=cast.chair, clear=False, ruling="Sa sœur y travaille.")
    assert said(file) == [appointed]


def test_only_chair_in_doubt_stops_the_file_and_every_page_says_that_nobody_rules(cast, programme, client):
    row = submitted_row(cast, programme)
    file = reviewed(cast, row)
    Application.objects.filter(pk=row.pk).update(state="withdrawn")
    client.force_login(cast.chair)
    address = reverse("review-declare", args=[file.reference])
    said = client.post(address, {"answer": "unsure", "note": "Un doute."}, follow=True).content.decode()
    assert "Personne ne peut se prononcer aujourd’hui" in said
    assert "Personne ne le peut aujourd’hui" in client.get(address).content.decode()
    (told,) = Message.objects.filter(kind="interests_touch")
    assert (told.recipient, told.context["has_ruler"], told.url_name) == (cast.officer, False, "file-detail")
    client.force_login(cast.officer)
    for name in ("file-detail", "review-file"):
        page = client.get(reverse(name, args=[file.reference])).content.decode()
        assert "n’est libre d’agir" in page
    with override("en"):
        assert awaited(file).is_stuck
    Appointment.objects.create(user=cast.finance, program=programme, cluster=programme.cluster, role="chair")
    assert not awaited(file).is_stuck


@proves(
    late_among,
    stuck_turns,
    moot={
        "without .touching()": "`late_on` says which: it reads fewer",
        "without `application__in=files`": "those of other files are none of these",
        "without `if turn.row.role == ProgramRole.CHAIR`": "no other step is a ruling: it only reads more files",
        "without `if one.pk in chairs`": "the same",
    },
)
def test_conflict_of_the_screener_makes_the_next_step_of_the_panel_a_ruling(cast, programme):
    """Of the chair or the endorser; nobody's, while both are away. Not of a file where nothing came late."""
    row = submitted_row(cast, programme)
    Application.objects.filter(pk=row.pk).update(state="withdrawn")
    file, other = reviewed(cast, row), reviewed(cast, row)
    record_duty(file.pk, by=cast.screener, duty=Duty.SCREEN)
    record_duty(other.pk, by=cast.screener, duty=Duty.SCORE)
    for one in (file, other):
        declare_interests(one, by=cast.screener, answer="conflict", note="Mon frère.")
    rows = list(Application.objects.filter(pk__in=[file.pk, other.pk]).select_related("call__program__cluster"))
    assert {pk: [one.acts for one in late] for pk, late in late_among(rows).items()} == {file.pk: [(Duty.SCREEN,)]}
    assert late_among([one for one in rows if one == other]) == {}
    either = "the committee's chair or the endorser"
    with override("en"):
        assert ("Reviewed", file.reference, either) in lines(cast.officer)
        assert awaited(file).who == either
    assert lines(cast.chair) == [("Recommend", other.reference, "")]
    steps = reviews.review_turns(rows)
    assert steps == {file.pk: ReviewTurn.UPHOLD, other.pk: ReviewTurn.RECOMMEND}
    assert stuck_turns(rows, steps) == {}
    declare_standing(file.pk, user=cast.chair, standing="conflict")
    assert stuck_turns(rows, steps) == {}
    declare_standing(file.pk, user=cast.endorser, standing="conflict")
    declare_standing(other.pk, user=cast.chair, standing="conflict")  # who alone recommends
    found = {pk: one.turn for pk, one in stuck_turns(rows, steps).items()}
    assert found == {file.pk: ReviewTurn.UPHOLD, other.pk: ReviewTurn.RECOMMEND}
    assert stuck_turns(rows, {file.pk: ReviewTurn.REVIEW}) == {}  # its reviewers come first
    assert stuck_turns(rows, {file.pk: ReviewTurn.REOPEN})[file.pk].turn is ReviewTurn.REOPEN  # so does that


@proves(
    ApplicationQuerySet.free_to, stuck_files, free_for,
    moot={
        "without `pk__in=own`": "who is free is taken off",
        "without `pk__in=asked`": "it only reads the programme of more files",
        "without `if turn.row.role`": "a step that is no role's is asked of nobody after",
    },
)  # fmt: skip
def test_files_that_nobody_can_take_are_found_at_once_each_by_its_own_step(
    cast, programme, django_assert_max_num_queries
):
    row = submitted_row(cast, programme)
    elsewhere = other_programme(programme, "CX")
    screened, alone = another(row), another(row, call=elsewhere.calls.get())
    recommended, free = reviewed(cast, row), reviewed(cast, row)
    Appointment.objects.create(user=cast.screener, program=programme, cluster=programme.cluster, role="chair")
    record_duty(screened.pk, by=cast.screener, duty=Duty.RECOMMEND)  # who may recommend it yet: not its step
    for person in (cast.chair, cast.screener):
        record_duty(recommended.pk, by=person, duty=Duty.SCREEN)
    record_duty(free.pk, by=cast.ana, duty=Duty.SCREEN)
    files = list(Application.objects.select_related("call").order_by("pk"))
    with override("en"), django_assert_max_num_queries(26):
        found = {pk: (one.turn, one.missing[0].is_held) for pk, one in reviews.stuck_among(files).items()}
    assert found == {
        screened.pk: (FileTurn.SCREEN, True),
        alone.pk: (FileTurn.SCREEN, False),
        recommended.pk: (ReviewTurn.RECOMMEND, True),
    }
    assert stuck_files({row.pk: ReviewTurn.REVIEW}, free_for) == {}
    everything, turns = Application.objects, {recommended.pk: ReviewTurn.REOPEN, free.pk: ReviewTurn.RECOMMEND}
    own_step = stuck_files(
        turns, lambda _who, turn: everything.none() if turn is ReviewTurn.REOPEN else everything.all()
    )
    assert set(own_step) == {recommended.pk}


@proves(
    first_panel_of, _of_a_first_panel, free_for, _turns_of_chair, _with_turns,
    moot={
        "without `duty__in=": "any other act excludes a recommendation by itself",
        "without `pk__in=[file.pk": "it only asks of more files",
    },
)  # fmt: skip
def test_chair_recommends_no_file_of_which_they_were_of_the_first_panel(cast, programme):
    """Not one that they scored, or on which they acted before it was given to another."""
    row = submitted_row(cast, programme)
    Application.objects.filter(pk=row.pk).update(state="withdrawn")
    later, scored, acted, acted_since, soon = (reviewed(cast, row, due=NOW + days * DAY) for days in (9, 5, 5, 5, 1))
    twin, lost = reviewed(cast, row, due=NOW + 9 * DAY), reviewed(cast, row, due=NOW + 2 * DAY)
    lost.assignments.filter(reviewer=cast.dev).update(state="recused")
    aside = {"assigned_by": cast.officer, "state": "submitted", "due": NOW, "seat": "cluster", "set_aside_at": NOW}
    Assignment.objects.create(application=scored, reviewer=cast.chair, **aside)
    Assignment.objects.create(
        application=soon, reviewer=cast.chair, **aside | {"state": "declined", "set_aside_at": None}
    )
    for file in (acted, acted_since, soon):
        Assignment.objects.create(application=file, reviewer=cast.chloe, **aside)
    for file, at in ((acted, NOW), (acted_since, NOW + DAY), (later, NOW)):
        DutyDone.objects.create(application_id=file.pk, user_id=cast.chair.pk, duty=Duty.RECOMMEND, at=at)
    DutyDone.objects.create(application_id=soon.pk, user_id=cast.approver.pk, duty=Duty.APPROVE, at=NOW)
    DutyDone.objects.create(application_id=lost.pk, user_id=cast.chair.pk, duty=Duty.SCREEN, at=NOW)
    another(row, state="eligible")
    assert lines(cast.chair) == [
        ("Recommend", soon.reference, ""),
        ("Reopen the review: one that counted no longer does", lost.reference, ""),
        ("Recommend", acted_since.reference, ""),
        ("Recommend", later.reference, ""),
        ("Recommend", twin.reference, ""),
    ]
