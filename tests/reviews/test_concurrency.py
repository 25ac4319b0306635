"""Two chairs, two windows, at the same instant: real connections, real commits."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from threading import Barrier

from django.db import connections

from applications.models import Application
from applications.states import ApplicationState
from funding.ledger import lapse, reconcile
from funding.models import Envelope
from moves.refusals import WrongMoment
from programs.models import Appointment
from programs.services.people import appoint
from reviews.models import Assignment, Recommendation
from reviews.services import assign_reviewer, declare_interests, recommend, save_score
from reviews.services.scores import ScoreConflict
from tests.decisions.files import reviewed_file, submitted_row
from tests.reviews.files import file_in_review, of
from work import clock

NOW = datetime(2026, 10, 6, 14, tzinfo=UTC)


def together(*acts):
    """Run acts in threads of their own, started at once. What each returned, or the refusal it raised."""
    barrier = Barrier(len(acts))

    def run(act):
        try:
            with clock.at(NOW):
                barrier.wait(timeout=20)
                return act()
        except (WrongMoment, ScoreConflict) as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_two_chairs_recommending_for_the_last_dollars_never_both_pass(committed_db, cast, programme):
    first = reviewed_file(cast, programme, requested="75000.00")
    second = reviewed_file(cast, programme, company="precision", requested="75000.00")
    with clock.at(NOW):
        appoint(cast.endorser, by=cast.administrator, role="chair", program=programme)
        declare_interests(first, by=cast.chair, answer="none")
        declare_interests(second, by=cast.endorser, answer="none")
        envelope = Envelope.objects.get(fiscal_year=2026)
        held = envelope.allocated * 3 / 100
        lapse(envelope, amount=envelope.free - held - Decimal("100000.00"), by=cast.finance)  # 100 000 $ are left

    def ask(application, chair):
        return lambda: recommend(
            application,
            by=chair,
            outcome="approved",
            amount="75000.00",
            shares=[(envelope, Decimal("75000.00"))],
            reasons_fr="Bon.",
        )

    answers = together(ask(first, cast.chair), ask(second, cast.endorser))
    assert sorted(type(answer).__name__ for answer in answers) == ["InsufficientFunds", "Recommendation"]
    assert Recommendation.objects.count() == 1
    assert Envelope.objects.get(pk=envelope.pk).reserved == Decimal("75000.00")
    assert reconcile() == []


def test_two_officers_assigning_one_reviewer_at_once_pass_neither_the_capacity_nor_the_file(
    committed_db, cast, programme
):
    files = [submitted_row(cast, programme, company=company) for company in ("usinage", "precision")]
    Application.objects.update(state=ApplicationState.ELIGIBLE)
    Appointment.objects.filter(role="reviewer").update(capacity=1)

    def codes(*acts):
        answers = together(*acts)
        return [[one.code for one in answer.refusals] for answer in answers if isinstance(answer, WrongMoment)]

    assert codes(*[lambda file=file: assign_reviewer(file, cast.ana, by=cast.officer) for file in files]) == [
        ["capacity"]
    ]
    Appointment.objects.filter(role="reviewer").update(capacity=5)
    assert codes(*[lambda: assign_reviewer(files[0], cast.ben, by=cast.officer)] * 2) == [["already"]]
    assert sorted(Assignment.objects.values_list("reviewer__given_name", flat=True)) == ["Ana", "Ben"]


def test_two_windows_saving_one_score_at_once_keep_one_and_tell_the_other(committed_db, cast, programme):
    assignment = of(file_in_review(cast, programme), cast.ana)

    def save(point):
        return lambda: save_score(assignment, "strategic_fit", by=cast.ana, version=0, point=point, comment=point)

    answers = together(save("3"), save("4"))
    assert sorted(type(answer).__name__ for answer in answers) == ["Score", "ScoreConflict"]
    kept = next(answer for answer in answers if not isinstance(answer, Exception))
    told = next(answer for answer in answers if isinstance(answer, Exception))
    assert assignment.scores.get().point == kept.point == told.theirs.point
