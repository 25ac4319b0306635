"""A step that there is nobody to take: who is told, and what each page says of it."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from accounts.models import ClusterAppointment, User
from decisions import services
from decisions.models import Decision
from decisions.selectors import UNSHOWN, edition_of, stuck_among, work_for
from decisions.selectors.turns import _seats_of, _steps, _without_concurrer, _without_taker, concurrers_of, takers_of
from decisions.services import messages
from decisions.states import Turn
from decisions.tasks import tell_stuck
from desk.pages import PEOPLE
from desk.selectors import day_of, stuck
from desk.selectors.file import Awaited, awaited
from desk.selectors.stuck import work_for as administrators_work
from funding.models import PartnerSeat
from moves.services import declare_standing, record_duty
from notifications.models import Message
from programs.models import Appointment
from reviews.services import declare_interests
from reviews.states import ReviewTurn
from tests.decisions import files
from tests.decisions.files import D
from tests.mutants import proves
from work import clock

pytestmark = pytest.mark.django_db

AT = files.DECIDED_AT
YESTERDAY = clock.day_of(AT) - timedelta(days=1)
HOLDER = {
    Turn.ENDORSE: ("endorser", "draft", "approved"),
    Turn.RECONSIDER: ("finance", "draft", "reconsidered"),
    Turn.APPROVE: ("approver", "endorsed", "approved"),
    Turn.CONCUR: ("concurrence", "approved", "approved"),
    Turn.ISSUE: ("officer", "approved", "approved"),
}
AWAITS = {
    Turn.ENDORSE: "the endorser",
    Turn.RECONSIDER: "the reconsideration officer",
    Turn.APPROVE: "the approver",
    Turn.CONCUR: "the ministry (MEIE)",
    Turn.ISSUE: "the programme officer",
}

OFFICER = "Its programme officer says which role it lacks."
VACANT = "Nobody holds the role of this step today."
KEPT = (
    "Nobody who holds the role of this step is free to act today: an earlier act on this file, an interest declared "
    "in it or a delegated limit stands in the way."
)

# Conditions that only make a query ask of fewer rows.
SEATS = {"without `partner__in=partners`": "who may concur is asked of each officer anew, for their own partner"}
STEPS = {
    "without `pk__in=left`": "who has somebody already is taken off anyway",
    "without `if turn is Turn.CONCUR`": "no other decision has a concurrence that waits",
    "without `if turn.row.role`": "nobody holds no role",
    "without `pk__in=rows`": "who is free is taken off",
}


@pytest.fixture(autouse=True)
def now(clock_at, cast, programme):
    clock_at(AT)
    Appointment.objects.filter(role="reconsiderer").update(user=cast.finance)
    ClusterAppointment.objects.filter(role="officer").delete()
    Appointment.objects.filter(role="officer").exclude(user=cast.officer).delete()


def waiting(cast, programme, turn):
    """A decision that waits for `turn`, and the one person who may take it."""
    name, state, kind = HOLDER[turn]
    decision = files.decision_row(cast, programme, state=state, kind=kind)
    if turn is Turn.CONCUR:
        files.asked_row(decision)
    return decision, getattr(cast, name)


def text(response):
    return response.content.decode()


def acts(decision, person):
    record_duty(decision.application_id, by=person, duty="screen")


def is_barred(decision, person):
    declare_standing(decision.application_id, user=person, standing="conflict")


def is_unsure(decision, person):
    declare_standing(decision.application_id, user=person, standing="unsure")


def leaves(decision, person):
    for model in (Appointment, PartnerSeat):
        model.objects.filter(user=person).update(ends_on=YESTERDAY)


def closes(decision, person):
    User.objects.filter(pk=person.pk).update(is_active=False)


def has_less(decision, person):
    Appointment.objects.filter(user=person).update(limit=decision.amount - D("0.01"))


CASES = [(turn, away) for turn in Turn for away in (acts, is_barred, is_unsure, leaves, closes)]
CASES = [case for case in CASES if case != (Turn.ISSUE, acts)]  # to issue is no duty: no other act excludes it


@proves(_seats_of, moot=SEATS)
@pytest.mark.parametrize(("turn", "away"), [*CASES, (Turn.APPROVE, has_less)])
def test_step_is_stuck_once_the_last_who_may_take_it_is_away(cast, programme, turn, away):
    decision, person = waiting(cast, programme, turn)
    assert stuck_among([decision.pk]) == {}
    away(decision, person)
    words = VACANT if away in (leaves, closes) else KEPT
    with override("en"):
        assert {pk: (stuck.turn, stuck.awaits, stuck.why) for pk, stuck in stuck_among([decision.pk]).items()} == {
            decision.pk: (turn, AWAITS[turn], [f"The file waits for {AWAITS[turn]}. {words}"])
        }


@proves(takers_of, concurrers_of, _seats_of, moot=SEATS | STEPS)
def test_takers_of_a_step_are_those_who_hold_its_role_and_are_free_to_act(cast, programme):
    """Not who acted on the file, not who is barred, not who holds the role of another step, of another partner."""
    waiting(cast, programme, Turn.CONCUR)  # another, which nobody is kept from
    found = {turn: waiting(cast, programme, turn) for turn in Turn}
    for turn, (decision, person) in found.items():
        assert takers_of(decision) == ([(turn, person)] if turn.row.role else [])
        for asked in decision.concurrences.all():
            assert concurrers_of(asked) == [person]
            is_barred(decision, person)
            assert concurrers_of(asked) == []
        if turn is not Turn.ISSUE:
            acts(decision, person)
            assert takers_of(decision) == []


@pytest.mark.parametrize("state", ["issued", "void", "superseded"])
def test_decision_that_is_over_is_never_stuck(cast, programme, state):
    decision = files.decision_row(cast, programme, state=state)
    files.asked_row(decision)
    Appointment.objects.all().delete()
    PartnerSeat.objects.all().delete()
    assert stuck_among([decision.pk]) == {}


@proves(_without_taker, _steps, stuck_among, moot=STEPS)
def test_each_decision_has_its_own_answer_in_the_same_number_of_questions(
    cast, programme, django_assert_max_num_queries
):
    first, person = waiting(cast, programme, Turn.APPROVE)
    others = [
        waiting(cast, programme, turn)[0] for turn in (Turn.APPROVE, Turn.CONCUR, Turn.ENDORSE) for _n in range(3)
    ]
    acts(first, person)
    away = others[3]
    is_barred(away, cast.concurrence)
    away_too, _person = waiting(cast, programme, Turn.CONCUR)  # not asked about
    is_barred(away_too, cast.concurrence)
    with django_assert_max_num_queries(12):
        found = stuck_among([first.pk, *[one.pk for one in others]])
    assert set(found) == {first.pk, away.pk}


@proves(_without_taker, moot=STEPS)
def test_steps_of_two_roles_that_one_person_holds_wait_for_that_person(cast, programme):
    found = [waiting(cast, programme, turn)[0].pk for turn in (Turn.ENDORSE, Turn.APPROVE)]
    Appointment.objects.filter(role="endorser").delete()
    assert set(stuck_among(found)) == {found[0]}
    Appointment.objects.create(user=cast.approver, program=programme, cluster=programme.cluster, role="endorser")
    assert stuck_among(found) == {}


@proves(_without_concurrer)
def test_partner_that_lacks_its_officer_is_named_once_and_another_is_not(cast, programme):
    decision, _person = waiting(cast, programme, Turn.CONCUR)
    own = decision.concurrences.get().agreement.partner
    for name in ("DEC", "MDN", "ISDE"):
        agreement = files.other_agreement(programme, name)
        files.asked_row(decision, agreement, **({"state": "given"} if name == "MDN" else {}))
    files.asked_row(decision, files.other_agreement(programme, partner=agreement.partner))
    PartnerSeat.objects.create(user=cast.analyst, partner=own, role="concurrence")  # two of it may concur
    other, _person = waiting(cast, programme, Turn.CONCUR)  # not asked about
    files.asked_row(other, agreement)
    with override("en"):
        assert stuck_among([decision.pk])[decision.pk].why == [f"The file waits for the ministry (DEC, ISDE). {VACANT}"]


@proves(_without_concurrer)
def test_partners_without_an_officer_and_those_whose_officer_may_not_act_are_told_apart(cast, programme):
    decision, person = waiting(cast, programme, Turn.CONCUR)
    for name in ("DEC", "ISDE"):
        files.asked_row(decision, files.other_agreement(programme, name))
    acts(decision, person)
    with override("en"):
        stuck = stuck_among([decision.pk])[decision.pk]
        assert (stuck.awaits, stuck.why) == (
            "the ministry (MEIE, DEC, ISDE)",
            [
                f"The file waits for the ministry (DEC, ISDE). {VACANT}",
                f"The file waits for the ministry (MEIE). {KEPT}",
            ],
        )


@proves(_without_taker, moot=STEPS)
def test_role_held_on_another_programme_alone_is_held_by_nobody_here(cast, programme):
    here, person = waiting(cast, programme, Turn.APPROVE)
    elsewhere = files.other_programme(programme, "CX")
    there = files.decision_row(cast, elsewhere, state="endorsed")
    Appointment.objects.filter(user=person).update(program=elsewhere)
    assert set(stuck_among([here.pk, there.pk])) == {here.pk}
    acts(there, person)
    assert {pk: one.missing[0].is_held for pk, one in stuck_among([here.pk, there.pk]).items()} == {
        here.pk: False, there.pk: True,
    }  # fmt: skip


@proves(stuck_among, moot=STEPS)
def test_decision_that_waits_for_a_ruling_is_stuck_when_nobody_may_rule_whoever_its_step_waits_for(cast, programme):
    decision = files.approved(cast, programme)
    declare_interests(decision.application, by=cast.endorser, answer="conflict", note="Mon frère.")
    is_barred(decision, cast.officer)  # who alone issues: not yet what it waits for
    assert stuck_among([decision.pk]) == {}
    is_barred(decision, cast.chair)
    assert {pk: stuck.turn for pk, stuck in stuck_among([decision.pk]).items()} == {decision.pk: ReviewTurn.UPHOLD}


# Who is told


def told():
    found = Message.objects.filter(kind="decision_waiting", context__step__en__startswith="have somebody appointed")
    return list(found.order_by("id").values_list("recipient__given_name", flat=True))


def test_officers_are_told_as_the_step_comes_to_nobody(cast, programme):
    decision = files.endorsed(cast, programme, amount="75000.01")
    files.declare(cast, decision, "approver")
    record_duty(decision.application_id, by=cast.concurrence, duty="screen")
    services.approve(decision, by=cast.approver, edition=UNSHOWN)
    assert told() == ["Maude"]
    message = Message.objects.get(context__step__en__startswith="have somebody appointed")
    assert message.url_args == [decision.application.reference]
    assert message.context["step"]["fr"] == (
        "faire nommer quelqu’un, car personne ne peut franchir la prochaine étape aujourd’hui"
    )
    assert not Message.objects.filter(kind="concurrence_asked").exists()


def test_officers_are_told_once_a_step_of_what_becomes_nobodys_later(cast, programme):
    decision, person = waiting(cast, programme, Turn.APPROVE)
    other, _person = waiting(cast, programme, Turn.APPROVE)
    messages.tell_next(decision)
    assert (tell_stuck(), told()) == (0, [])
    acts(decision, person)
    assert [tell_stuck(), tell_stuck()] == [1, 1]
    assert told() == ["Maude"]
    Decision.objects.filter(pk=decision.pk).update(state="draft")
    is_barred(decision, cast.endorser)
    tell_stuck()
    assert told() == ["Maude", "Maude"]
    assert not Message.objects.filter(application_id=other.application_id).exists()


def test_decisions_that_are_stuck_are_found_once_for_all_and_told_of(cast, programme, monkeypatch):
    asked = []
    monkeypatch.setattr(messages, "stuck_among", lambda keys: asked.append(set(keys)) or stuck_among(keys))
    decisions = [waiting(cast, programme, Turn.APPROVE)[0] for _n in range(3)]
    for decision in decisions[:2]:
        acts(decision, cast.approver)
    assert (tell_stuck(), told()) == (2, ["Maude", "Maude"])
    assert asked == [{decision.pk for decision in decisions}]


@proves(
    messages.tell_stuck,
    messages._tell_stuck_files,
    moot={
        "without .open()": "what is over is never stuck: it only asks of fewer",
        "without `state__in=MARKABLE`": "what waits for no step is never stuck: it only asks of fewer",
    },
)
def test_officers_are_told_of_each_decision_then_of_each_file_that_is_stuck_in_the_order_they_were_made(
    cast, programme
):
    decisions = [waiting(cast, programme, Turn.APPROVE)[0] for _n in range(3)]
    rows = [files.file_row(cast, programme, state="submitted") for _n in range(3)]
    for n in (2, 0):
        acts(decisions[n], cast.approver)
        record_duty(rows[n].pk, by=cast.screener, duty="prepare")
    assert tell_stuck() == 4
    told = Message.objects.order_by("id").values_list("recipient", "application_id")
    expected = [decisions[0].application_id, decisions[2].application_id, rows[0].pk, rows[2].pk]
    assert list(told) == [(cast.officer.pk, file) for file in expected]


def test_officer_to_whom_the_file_is_closed_is_not_told(cast, programme):
    decision, person = waiting(cast, programme, Turn.APPROVE)
    acts(decision, person), is_barred(decision, cast.officer)
    tell_stuck()
    assert told() == []


# What each page says


@proves(
    administrators_work,
    moot={
        "without .open()": "what is over is never stuck: it only asks of fewer",
        "without `state__in=MARKABLE`": "what waits for no step is never stuck: it only asks of fewer",
    },
)
def test_administrators_home_has_it_by_its_number_alone_and_leads_to_the_people(cast, programme, monkeypatch):
    second, person = waiting(cast, programme, Turn.APPROVE)
    Decision.objects.filter(pk=second.pk).update(since=AT + timedelta(hours=1))
    first, third = (waiting(cast, programme, Turn.APPROVE)[0] for _n in range(2))
    free, closed = (waiting(cast, programme, Turn.APPROVE)[0] for _n in range(2))
    elsewhere = files.other_programme(programme, "CX", elsewhere=True)
    away = files.decision_row(cast, elsewhere, state="endorsed")
    for decision in (first, second, third, closed):
        acts(decision, person)
    is_barred(closed, cast.administrator)
    with override("en"):
        lines = administrators_work(cast.administrator)
        assert [one.label for one in day_of(cast.administrator).later] == sorted(one.label for one in lines)
        assert [(str(one.what), one.label, one.link, one.note) for one in lines] == [
            ("Appoint somebody", f"{one.application.reference} has nobody for its next step", PEOPLE(), OFFICER)
            for one in (second, first, third)
        ]
        assert {one.due for one in lines} == {None}  # the day of a clock that a finding began would tell of it
        with monkeypatch.context() as patches:
            patches.setattr(stuck, "MOST", 1)
            assert administrators_work(cast.administrator) == lines[:1]
    assert set(stuck_among([free.pk, away.pk])) == {away.pk}


def test_pages_of_the_file_and_the_queue_say_it(cast, programme, as_):
    decision, person = waiting(cast, programme, Turn.APPROVE)
    words = "Nobody can take the next step"
    pages = [reverse(name, args=[decision.application.reference]) for name in ("file-detail", "decision-file")]
    for away in (False, True):
        if away:
            acts(decision, person)
        for url in pages:
            assert (words in as_(cast.officer).get(url).content.decode()) == away
        queue = as_(cast.approver).get(reverse("decision-queue")).content.decode()
        assert ("nobody’s today: somebody must be appointed" in queue) == away
        assert "somebody else’s" not in queue
    assert f"The file waits for the approver. {KEPT}" in text(as_(cast.officer).get(pages[1]))
    leaves(decision, person)
    assert f"The file waits for the approver. {VACANT}" in text(as_(cast.officer).get(pages[1]))


def test_file_names_nobody_as_the_next_while_nobody_can_act(cast, programme, as_):
    decision, person = waiting(cast, programme, Turn.APPROVE)
    url = reverse("file-detail", args=[decision.application.reference])
    assert "Next to act: the approver." in text(as_(cast.auditor).get(url))
    acts(decision, person)
    shown = text(as_(cast.auditor).get(url))
    assert "Next to act" not in shown
    assert "Nothing here waits for you." in shown
    with override("en"):
        assert awaited(decision.application) == Awaited("", is_stuck=True)


def test_partners_officer_is_told_whether_a_colleague_can_concur(cast, programme, as_):
    decision, person = waiting(cast, programme, Turn.CONCUR)
    acts(decision, person)
    url = reverse("decision-concurrences")
    assert "nobody’s today: somebody must be appointed" in as_(person).get(url).content.decode()
    agreement = decision.concurrences.get().agreement
    other = User.objects.create_user("autre@meie.example", given_name="Autre")
    PartnerSeat.objects.create(user=other, partner=agreement.partner, role="concurrence", starts_on=YESTERDAY)
    assert "somebody else’s: you acted on this file" in as_(person).get(url).content.decode()


@pytest.mark.parametrize(
    ("others", "words"), [(1, "; a colleague can concur."), (0, ", and nobody else here can concur.")]
)
def test_partners_officer_who_stands_aside_is_told_whether_a_colleague_can_concur(cast, programme, as_, others, words):
    decision, person = waiting(cast, programme, Turn.CONCUR)
    asked = decision.concurrences.get()
    for n in range(others):
        other = User.objects.create_user(f"autre{n}@meie.example", given_name="Autre")
        PartnerSeat.objects.create(user=other, partner=asked.agreement.partner, role="concurrence", starts_on=YESTERDAY)
    url = reverse("decision-concurrence-declare", args=[asked.public_id])
    response = as_(person).post(url, {"answer": "conflict", "note": ""})
    (said,) = get_messages(response.wsgi_request)
    assert str(said) == f"Your declaration is kept. The file stays closed to you{words}"


def test_officer_s_home_says_of_each_line_whether_there_is_somebody_in_a_few_queries_however_many_there_are(
    cast, programme
):
    def told():
        with override("en"):
            return {line.label.split()[0]: line.waits_for for line in work_for(cast.officer)}

    def asked():
        with CaptureQueriesContext(connection) as queries:
            told()
        return len(queries)

    stuck, approver = waiting(cast, programme, Turn.APPROVE)
    fine, _person = waiting(cast, programme, Turn.APPROVE)
    drafted, _person = waiting(cast, programme, Turn.ENDORSE)
    acts(stuck, approver)
    assert told() == {
        stuck.application.reference: "somebody to be appointed: nobody can take its next step today",
        fine.application.reference: "the approver",
        drafted.application.reference: "the endorser",
    }
    few = asked()
    for _n in range(4):
        waiting(cast, programme, Turn.APPROVE)
    assert asked() == few


@pytest.mark.parametrize(
    ("held", "said"), [(True, "have been notified"), (False, "nobody to take its next step today")]
)
def test_who_endorses_is_told_whether_there_is_somebody_to_approve(cast, programme, as_, held, said):
    decision = files.recommended_file(cast, programme)
    files.declare(cast, decision, "endorser")
    if not held:
        Appointment.objects.filter(role="approver").delete()
    typed = {"note": "", "edition": edition_of(decision)}
    url = reverse("decision-endorse", args=[decision.application.reference])
    endorsed = as_(cast.endorser).post(url, typed, follow=True)
    (told,) = [str(one) for one in endorsed.context["messages"]]
    assert (said in told, "Those who may approve it" in told) == (True, held)
