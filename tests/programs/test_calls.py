"""What an officer does with a call: who, when, and what follows for its files and its people."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from accounts.models import Membership, Organisation, User
from applications.facts import represented, sides
from applications.models import Application
from applications.reactions import _keep_clocks, _tell_of_closing, cancel_every_file, follow_the_closing
from applications.selectors.deadlines import service_due
from audit.models import Entry
from moves.refusals import Forbidden, WrongMoment
from moves.services import declare_standing
from notifications.models import Message
from programs.models import Accommodation, Call
from programs.policy import Standard
from programs.services.calls import (
    accommodate_applicant,
    archive_call,
    cancel_call,
    extend_call,
)
from tests.decisions.files import submitted_row
from tests.files import AT, another, another_call, decision_promised, draft_file, publish_call, submitted_file
from tests.mutants import proves
from work import clock

ACTS = ("publish", "extend", "accommodate", "cancel", "archive")
LATER = datetime(2028, 10, 15, 21, tzinfo=UTC)
OVER = datetime(2028, 11, 1, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def now(clock_at):
    clock_at(AT)


@pytest.fixture
def draft(programme):
    return programme.calls.get()


@pytest.fixture
def call(draft, cast):
    return publish_call(draft, by=cast.officer)


def act(call, name, *, by, organisation=None):
    organisation = organisation or Organisation.objects.order_by("pk").first()
    return {
        "publish": lambda: publish_call(call, by=by),
        "extend": lambda: extend_call(call, by=by, closes_at=LATER, reason="Panne du portail"),
        "accommodate": lambda: accommodate_applicant(
            call, by=by, organisation=organisation, closes_at=LATER, reason="Raison médicale"
        ),
        "cancel": lambda: cancel_call(call, by=by, reason="Entente résiliée"),
        "archive": lambda: archive_call(call, by=by),
    }[name]()


@pytest.mark.parametrize("name", ACTS)
def test_only_an_officer_acts_on_a_call(cast, draft, name):
    if name != "publish":
        publish_call(draft, by=cast.officer)
    call = Call.objects.get(pk=draft.pk)
    with clock.at(OVER if name == "archive" else AT):
        for person in ("screener", "ana", "chair", "approver", "auditor", "administrator", "sophie", "analyst"):
            with pytest.raises(Forbidden):
                act(call, name, by=getattr(cast, person))
        act(call, name, by=cast.officer)


@pytest.mark.parametrize(
    ("name", "state"),
    [("publish", "published"), ("extend", "draft"), ("accommodate", "draft"), ("archive", "draft")]
    + [(name, "cancelled") for name in ACTS]
    + [(name, "archived") for name in ACTS],
)
def test_an_act_is_refused_in_any_other_state(cast, draft, name, state):
    if state != "draft":
        publish_call(draft, by=cast.officer)
    if state == "cancelled":
        act(draft, "cancel", by=cast.officer)
    if state == "archived":
        with clock.at(OVER):
            act(draft, "archive", by=cast.officer)
    with pytest.raises(WrongMoment) as refused:
        act(Call.objects.get(pk=draft.pk), name, by=cast.officer)
    assert "state" in [r.code for r in refused.value.refusals]


@pytest.mark.parametrize("lacking", ["form", "rubric", "rules"])
def test_a_call_is_not_published_without_each_of_its_definitions(cast, draft, lacking):
    Call.objects.filter(pk=draft.pk).update(**{lacking: None})
    with pytest.raises(WrongMoment) as refused:
        publish_call(Call.objects.get(pk=draft.pk), by=cast.officer)
    assert [r.code for r in refused.value.refusals] == ["incomplete"]


@pytest.mark.parametrize("lacking", ["opens_at", "closes_at"])
def test_a_call_is_not_published_without_each_of_its_dates(cast, draft, lacking):
    Call.objects.filter(pk=draft.pk).update(**{lacking: None})
    with pytest.raises(WrongMoment) as refused:
        publish_call(Call.objects.get(pk=draft.pk), by=cast.officer)
    assert [r.code for r in refused.value.refusals] == ["dates"]


def test_a_version_is_stamped_when_the_first_of_its_calls_is_published(cast, call):
    """A second call with the same definitions does not publish them again."""
    form, rubric, rules = call.form, call.rubric, call.rules
    other = another_call(call, state="draft")
    with clock.at(AT + timedelta(days=1)):
        publish_call(other, by=cast.officer)
    for version in (form, rubric, rules):
        version.refresh_from_db()
    assert {version.published_at for version in (form, rubric, rules)} == {AT}


def test_a_submission_belongs_to_the_first_cohort_that_has_not_closed(call):
    first, second, *_others, last = (datetime.fromisoformat(text) for text in call.cohorts)
    tick = timedelta(microseconds=1)
    found = [call.cohort_at(at) for at in (first - tick, first, first + tick, second, last, last + tick)]
    assert found == [first, first, second, second, last, call.closes_at]


def test_closings_of_a_call_are_those_of_its_cohorts_and_its_own_once(call):
    cohorts = [datetime.fromisoformat(text) for text in call.cohorts]
    assert cohorts[-1] == call.closes_at
    assert call.closings == cohorts
    call.closes_at = LATER
    assert call.closings == [*cohorts, LATER]
    call.cohorts = []
    assert call.closings == [LATER]


def test_an_extension_moves_the_last_cohort_with_the_closing(cast, call):
    cohorts = list(call.cohorts)
    call = extend_call(call, by=cast.officer, closes_at=LATER, reason="Panne du portail")
    assert call.closes_at == LATER
    assert call.cohorts[:-1] == cohorts[:-1]
    assert datetime.fromisoformat(call.cohorts[-1]) == LATER
    assert Entry.objects.filter(verb="call.extend").count() == 1


@pytest.mark.parametrize(
    ("days", "reason", "code"), [(-1, "Panne", "earlier"), (0, "Panne", "earlier"), (1, " ", "reason")]
)
def test_an_extension_is_later_and_explained(cast, call, days, reason, code):
    with pytest.raises(WrongMoment) as refused:
        extend_call(call, by=cast.officer, closes_at=call.closes_at + timedelta(days=days), reason=reason)
    assert [r.code for r in refused.value.refusals] == [code]
    assert Call.objects.get(pk=call.pk).closes_at == call.closes_at


def test_a_call_that_closed_is_extended_to_an_instant_to_come(cast, call):
    now = call.closes_at + timedelta(days=9)
    with clock.at(now):
        for closes_at in (now - timedelta(days=1), now):
            with pytest.raises(WrongMoment) as refused:
                extend_call(call, by=cast.officer, closes_at=closes_at, reason="Panne")
            assert [r.code for r in refused.value.refusals] == ["earlier"]
        later = now + timedelta(seconds=1)
        assert extend_call(call, by=cast.officer, closes_at=later, reason="Panne").closes_at == later


@proves(follow_the_closing)
def test_an_extension_is_told_to_whoever_has_a_draft(cast, programme, call, northwind):
    """Neither to who has sent one, nor to who withdrew theirs."""
    draft = draft_file(cast, programme)
    sent = submitted_file(cast, programme, company="precision")
    another(sent, organisation=northwind, state="withdrawn")
    Message.objects.all().delete()
    extend_call(call, by=cast.officer, closes_at=LATER, reason="Panne du portail")
    told = Message.objects.filter(kind="call_extended")
    assert [(m.recipient, m.application_id) for m in told] == [(cast.sophie, draft.pk)]


def told_of_a_later_closing():
    """(who, the closing, whether of a draft, the page it leads to) of each message, in the order queued."""
    kept = Message.objects.filter(kind="call_extended").order_by("pk")
    return [
        (m.recipient, datetime.fromisoformat(m.context["closes_at"]["instant"]), m.context["has_draft"], m.url_name)
        for m in kept
    ]


@proves(follow_the_closing)
@pytest.mark.parametrize(("minutes", "is_told"), [(-1, True), (0, False), (1, False)])
def test_applicant_that_was_given_more_time_is_told_of_an_extension_that_gives_it_more_still(
    cast, programme, call, usinage, precision, minutes, is_told
):
    draft_file(cast, programme)
    for organisation in (usinage, precision):  # with a draft, and with none
        call.accommodations.create(organisation=organisation, closes_at=LATER + timedelta(minutes=minutes))
    extend_call(call, by=cast.officer, closes_at=LATER, reason="Panne du portail")
    both = [(cast.sophie, LATER, True, "application-detail"), (cast.michel, LATER, False, "call")]
    assert told_of_a_later_closing() == (both if is_told else [])


def test_one_closing_is_told_once_from_whatever_zone_it_comes(cast, programme, call, precision):
    draft_file(cast, programme)
    local = LATER.astimezone(ZoneInfo(call.zone))  # as an officer types it
    accommodate_applicant(call, by=cast.officer, organisation=precision, closes_at=local, reason="Raison médicale")
    extend_call(call, by=cast.officer, closes_at=LATER - timedelta(days=1), reason="Panne du portail")
    accommodate_applicant(call, by=cast.officer, organisation=precision, closes_at=LATER, reason="Raison médicale")
    assert [(who, at) for who, at, *_more in told_of_a_later_closing()] == [
        (cast.michel, LATER),
        (cast.sophie, LATER - timedelta(days=1)),
    ]


def test_closing_of_one_applicant_that_moves_is_told_each_time_as_what_it_is_then(cast, call, precision):
    """Later, sooner, given back: each is told; the same again is not."""
    given = [LATER, LATER, LATER - timedelta(days=2), LATER, LATER + timedelta(days=1)]
    for hours, closes_at in enumerate(given):
        with clock.at(AT + timedelta(hours=hours)):
            accommodate_applicant(call, by=cast.officer, organisation=precision, closes_at=closes_at, reason="Médical")
    told = Message.objects.filter(kind="call_extended").order_by("pk")
    assert [(datetime.fromisoformat(m.context["closes_at"]["instant"]), m.context["is_sooner"]) for m in told] == [
        (LATER, False),
        (LATER - timedelta(days=2), True),
        (LATER, False),
        (LATER + timedelta(days=1), False),
    ]


def test_people_are_told_once_of_several_drafts_by_the_latest(cast, programme, call):
    draft = draft_file(cast, programme)
    latest = another(draft, reference=None)
    extend_call(call, by=cast.officer, closes_at=LATER, reason="Panne du portail")
    told = Message.objects.filter(kind="call_extended")
    assert [(m.recipient, m.application_id) for m in told] == [(cast.sophie, latest.pk)]


@proves(_tell_of_closing)
def test_everybody_of_an_applicant_without_a_draft_is_told_of_its_later_closing(cast, call, usinage):
    accommodate_applicant(call, by=cast.officer, organisation=usinage, closes_at=LATER, reason="Raison médicale")
    assert told_of_a_later_closing() == [
        (person, LATER, False, "call") for person in sorted((cast.sophie, cast.olivier), key=lambda p: p.pk)
    ]


def test_who_closed_their_account_is_told_of_no_later_closing(cast, call, usinage):
    User.objects.filter(pk=cast.sophie.pk).update(is_active=False)
    accommodate_applicant(call, by=cast.officer, organisation=usinage, closes_at=LATER, reason="Raison médicale")
    assert told_of_a_later_closing() == [(cast.olivier, LATER, False, "call")]


@proves(_tell_of_closing)
@pytest.mark.parametrize(("state", "is_told"), [("submitted", False), ("approved", False), ("withdrawn", True)])
def test_applicant_that_has_sent_already_is_told_of_no_later_closing(cast, programme, call, usinage, state, is_told):
    """What was sent to another call is not sent to this one."""
    row = submitted_row(cast, programme)
    Application.objects.filter(pk=row.pk).update(state=state)
    another(row, state="submitted", call=another_call(call))
    accommodate_applicant(call, by=cast.officer, organisation=usinage, closes_at=LATER, reason="Raison médicale")
    assert bool(told_of_a_later_closing()) is is_told


@proves(follow_the_closing)
@proves(
    _keep_clocks,
    moot={
        "without `Q(due__isnull": "asked again of each file as its clock is kept: it spares the lock of the others",
        "order by `-pk`": "the order in which files are locked, which no row shows",
    },
)
def test_files_of_the_last_cohort_follow_its_closing_and_those_of_no_other(cast, programme, call):
    row, closing = submitted_row(cast, programme), call.closes_at
    other = another_call(call)
    own, earlier, theirs, counted = (
        another(row, state="eligible", first_complete_at=AT, due=closing, **columns)
        for columns in (
            {"cohort_closes_at": closing},
            {"cohort_closes_at": closing - timedelta(days=1)},
            {"cohort_closes_at": closing, "call": other},
            {"cohort_closes_at": LATER, "call": other},
        )
    )
    paused = another(row, state="eligible", first_complete_at=AT, cohort_closes_at=closing, due=None,
                     due_left=timedelta(days=99))  # fmt: skip
    extend_call(call, by=cast.officer, closes_at=LATER, reason="Panne du portail")
    promised = clock.end_of(clock.day_of(LATER) + timedelta(days=45))
    found = {one.pk: (one.cohort_closes_at, one.due, one.due_left) for one in Application.objects.all()}
    assert {one.pk: found[one.pk] for one in (own, earlier, theirs, counted, paused)} == {
        own.pk: (LATER, promised, None),
        earlier.pk: (closing - timedelta(days=1), closing, None),
        theirs.pk: (closing, closing, None),
        counted.pk: (LATER, closing, None),
        paused.pk: (LATER, promised, None),
    }


def test_file_of_the_last_cohort_follows_its_closing(cast, programme, call):
    with clock.at(datetime(2028, 9, 20, 15, tzinfo=UTC)):
        last = submitted_file(
            cast, programme, at=None, project_period={"from": "2028-10-01", "to": "2029-01-15"}, milestones=SHORT
        )
        assert last.cohort_closes_at == call.closes_at
        extend_call(call, by=cast.officer, closes_at=LATER, reason="Panne du portail")
    assert Application.objects.get(pk=last.pk).cohort_closes_at == LATER


def test_clock_of_a_decision_follows_the_closing_and_that_of_completeness_does_not(cast, programme, call):
    file = submitted_row(cast, programme)
    promised = clock.end_of(clock.day_of(LATER) + timedelta(days=45))
    closing = call.closes_at

    def counted(state, **columns):
        return another(
            file, state=state, cohort_closes_at=closing, **{"first_complete_at": AT, "due": closing} | columns
        )

    sent = service_due(call, Standard.COMPLETE, file.submitted_at)
    files = [counted(state) for state in FOLLOWS]
    unfound = counted("submitted", first_complete_at=None, due=sent)
    stopped = [counted(state, due=None) for state in ("eligible", "approved", "waitlisted", "withdrawn")]
    earlier = another(file, state="eligible", cohort_closes_at=closing - timedelta(days=1), due=closing)
    complete = LATER + timedelta(days=3)  # of an applicant that was given more time still
    last = counted("eligible", first_complete_at=complete)
    extend_call(call, by=cast.officer, closes_at=LATER, reason="Panne du portail")

    def due(*files):
        return [Application.objects.get(pk=one.pk).due for one in files]

    assert due(*files) == [promised] * len(FOLLOWS)
    assert {decision_promised(Application.objects.get(pk=one.pk)) for one in files} == {
        promised
    }  # what the applicant reads
    assert due(last, unfound, *stopped) == [promised + timedelta(days=3), sent, None, None, None, None]
    earlier = Application.objects.get(pk=earlier.pk)
    assert (earlier.due, earlier.cohort_closes_at) == (closing, closing - timedelta(days=1))


FOLLOWS = ("submitted", "changes_requested", "eligible", "ineligible", "in_review", "reviewed", "recommended")
SHORT = [
    {
        "title": f"Jalon {n}",
        "deliverable": "Livrable constaté",
        "from": f"2028-1{n - 1}-01",
        "until": f"2028-1{n - 1}-28",
    }
    for n in (1, 2, 3)
]


def test_an_accommodation_is_one_applicants_and_its_reason_stays_out_of_the_trail(cast, programme, call, usinage):
    draft_file(cast, programme)
    Message.objects.all().delete()
    accommodate_applicant(call, by=cast.officer, organisation=usinage, closes_at=LATER, reason="Raison médicale")
    kept = Accommodation.objects.get()
    assert (kept.organisation, kept.closes_at) == (usinage, LATER)
    assert Call.objects.get(pk=call.pk).closes_at != LATER
    entry = Entry.objects.get(verb="call.accommodate")
    assert "médicale" not in str(entry.given)
    assert [m.recipient for m in Message.objects.filter(kind="call_extended")] == [cast.sophie]


def test_an_accommodation_comes_before_the_closing(cast, call, usinage):
    with clock.at(call.closes_at), pytest.raises(WrongMoment) as refused:
        accommodate_applicant(call, by=cast.officer, organisation=usinage, closes_at=LATER, reason="Médical")
    assert [r.code for r in refused.value.refusals] == ["closed"]


@pytest.mark.parametrize(("seconds", "is_taken"), [(-1, False), (0, False), (1, True)])
def test_an_accommodation_is_later_than_the_closing(cast, call, usinage, seconds, is_taken):
    given = {"organisation": usinage, "closes_at": call.closes_at + timedelta(seconds=seconds), "reason": "Médical"}
    if is_taken:
        assert accommodate_applicant(call, by=cast.officer, **given).closes_at == given["closes_at"]
        return
    with pytest.raises(WrongMoment) as refused:
        accommodate_applicant(call, by=cast.officer, **given)
    assert [r.code for r in refused.value.refusals] == ["earlier"]


@proves(sides)
def test_more_time_is_not_given_by_who_acts_for_its_applicant_or_is_barred_from_a_file_of_it(
    cast, programme, call, usinage, precision, northwind
):
    file = draft_file(cast, programme)
    barred = draft_file(cast, programme, company="precision")
    given = {"closes_at": LATER, "reason": "Médical"}

    def said(organisation):
        with transaction.atomic():
            try:
                accommodate_applicant(call, by=cast.officer, organisation=organisation, **given)
            except WrongMoment as refused:
                return [(one.code, str(one.message)) for one in refused.refusals]
        return []

    own = "Vous agissez pour cette organisation, ou l’avez fait au cours des deux dernières années"
    other = "une autre personne responsable du programme doit lui accorder plus de temps."
    declare_standing(barred.pk, user=cast.screener, standing="conflict")  # somebody else's
    Membership.objects.create(user=cast.screener, organisation=northwind)
    assert (said(usinage), said(precision), said(northwind)) == ([], [], [])
    declare_standing(barred.pk, user=cast.officer, standing="conflict")
    closed = f"Un dossier de cette organisation vous est fermé\xa0: {other}"
    assert (said(usinage), said(precision), said(northwind)) == ([], [("own_side", closed)], [])
    acting = Membership.objects.create(user=cast.officer, organisation=usinage)
    assert said(usinage) == [("own_side", f"{own}\xa0: {other}")]
    since = clock.start_of(clock.years_before(clock.today(), 2))
    for ended_at, found in ((since, 1), (since - timedelta(seconds=1), 0)):
        Membership.objects.filter(pk=acting.pk).update(ended_at=ended_at)
        assert len(said(usinage)) == found
    assert file.organisation == usinage


@proves(represented)
def test_a_call_is_not_extended_by_who_acts_for_an_organisation_with_a_file_in_it(
    cast, programme, call, usinage, precision
):
    draft_file(cast, programme), draft_file(cast, programme, company="precision")
    elsewhere = another_call(call)
    Membership.objects.create(user=cast.screener, organisation=usinage)  # somebody else's
    acting = [Membership.objects.create(user=cast.officer, organisation=one) for one in (usinage, precision)]

    def said(one):
        with pytest.raises(WrongMoment) as refused:
            extend_call(one, by=cast.officer, closes_at=LATER, reason="Panne")
        return [(refusal.code, str(refusal.message)) for refusal in refused.value.refusals]

    words = (
        "qui a un dossier dans cet appel\xa0: une autre personne responsable du programme doit en déplacer la clôture."
    )
    assert represented(call, cast.officer).organisations == (precision.legal_name, usinage.legal_name)
    assert said(call) == [("own_side", f"Vous agissez pour {precision.legal_name}, {words}")]
    assert represented(elsewhere, cast.officer).organisations == ()
    Membership.objects.filter(pk=acting[1].pk).update(ended_at=clock.now())
    assert said(call) == [("own_side", f"Vous agissez pour {usinage.legal_name}, {words}")]
    Membership.objects.filter(pk=acting[0].pk).update(ended_at=clock.now())
    assert extend_call(call, by=cast.officer, closes_at=LATER, reason="Panne").closes_at == LATER


def test_an_accommodation_asks_who_and_in_which_state_before_the_day(cast, call, usinage):
    given = {"organisation": usinage, "closes_at": call.closes_at, "reason": "Médical"}
    with pytest.raises(Forbidden):
        accommodate_applicant(call, by=cast.sophie, **given)
    Call.objects.filter(pk=call.pk).update(state="cancelled")
    with pytest.raises(WrongMoment) as refused:
        accommodate_applicant(call, by=cast.officer, **given)
    assert [r.code for r in refused.value.refusals] == ["state"]


@proves(cancel_every_file)
def test_a_cancelled_call_cancels_its_files_and_tells_everybody(cast, programme, call):
    """What was asked of a file is asked no more; what was answered stays so. Another call's file goes on."""
    submitted = submitted_file(cast, programme)
    draft = draft_file(cast, programme, company="precision")
    elsewhere = another(submitted, call=another_call(call))
    for ended in ({"answered_at": AT}, {}):
        submitted.change_requests.create(by=cast.officer, due=LATER, **ended)
    Message.objects.all().delete()
    cancel_call(call, by=cast.officer, reason="L’entente est résiliée.")
    submitted, draft = (Application.objects.get(pk=file.pk) for file in (submitted, draft))
    assert (submitted.state, submitted.due) == ("cancelled", None)
    assert (draft.state, Application.objects.get(pk=elsewhere.pk).state) == ("draft", "submitted")
    asked = submitted.change_requests.order_by("pk").values_list("answered_at", "cancelled_at")
    assert list(asked) == [(AT, None), (None, submitted.since)]
    told = Message.objects.filter(kind="call_cancelled").order_by("pk")
    assert [m.recipient for m in told] == [cast.sophie, cast.michel]
    assert told[0].context["reason"] == "L’entente est résiliée."


def test_a_call_is_archived_once_over(cast, call):
    with pytest.raises(WrongMoment) as refused:
        archive_call(call, by=cast.officer)
    assert [r.code for r in refused.value.refusals] == ["open"]
    with clock.at(call.closes_at - timedelta(seconds=1)), pytest.raises(WrongMoment):
        archive_call(call, by=cast.officer)
    with clock.at(call.closes_at):
        assert archive_call(call, by=cast.officer).state == "archived"


@pytest.mark.parametrize("days", [[], [2], [9, 2]])
def test_call_is_archived_once_it_has_closed_for_its_last_applicant(cast, call, usinage, precision, days):
    for organisation, later in zip((usinage, precision), days, strict=False):
        call.accommodations.create(organisation=organisation, closes_at=call.closes_at + timedelta(days=later))
    last = call.closes_at + timedelta(days=max(days, default=0))
    with clock.at(last - timedelta(seconds=1)):
        with pytest.raises(WrongMoment) as refused:
            archive_call(call, by=cast.officer)
        assert [r.code for r in refused.value.refusals] == ["open"]
        assert bool(days) is (clock.format_instant(last, "fr") in refused.value.message)
    with clock.at(last):
        assert archive_call(call, by=cast.officer).state == "archived"
