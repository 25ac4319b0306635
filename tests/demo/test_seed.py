"""What `seed_demo` writes past the services must be what they would have left: checks, chain, ledger, numbers."""

import hashlib
from collections import Counter
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction

from accounts import identifiers
from accounts.models import Organisation
from applications.models import Answer, Application, Snapshot
from applications.search import matching
from applications.states import ApplicationState
from audit import checks
from audit.models import Head
from awards.models import Award
from decisions.models import Decision
from demo import seed
from demo.seed import world
from demo.seed.states import SHARES, deal
from funding.ledger import held_for, reconcile
from funding.models import Envelope, LedgerEntry
from letters.models import Letter
from moves.models import DutyDone
from moves.states import Duty
from programs.models import ReferenceCounter
from reviews.models import Assignment, Score
from work import clock

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
SEEDED = 120


def fill(count=SEEDED, **options):
    with clock.at(NOW):
        return seed.seed(count, say=lambda line: None, **options)


@pytest.fixture(autouse=True)
def few_reviewers(monkeypatch):
    """Nine invented reviewers are enough here; sixty take seconds to appoint."""
    monkeypatch.setattr(world, "REVIEWERS", 9)


@pytest.fixture
def seeded(programme, cast):
    fill()


def test_shares_sum_to_a_thousand_and_any_thousand_in_a_row_has_them():
    assert sum(SHARES.values()) == 1000
    assert Counter(deal(371, 1000)) == Counter(SHARES)


def test_seed_writes_as_many_files_as_asked_in_every_state_of_the_deal(seeded):
    assert Application.objects.count() == SEEDED
    assert Counter(Application.objects.values_list("state", flat=True)) == Counter(map(str, deal(0, SEEDED)))


def test_seed_numbers_files_without_gaps_in_the_order_they_were_sent(seeded):
    sent = Application.objects.exclude(state=ApplicationState.DRAFT).order_by("submitted_at", "reference")
    assert list(sent.values_list("reference", flat=True)) == [f"FE-2026-{n:05d}" for n in range(1, len(sent) + 1)]
    assert ReferenceCounter.objects.get(year=2026).last == len(sent)


def test_seed_again_adds_and_follows_the_numbers(seeded):
    before = ReferenceCounter.objects.get(year=2026).last
    fill(30)
    assert Application.objects.count() == SEEDED + 30
    assert ReferenceCounter.objects.get(year=2026).last == before + 30 - deal(SEEDED, 30).count(ApplicationState.DRAFT)
    assert Organisation.objects.values("neq").distinct().count() == Organisation.objects.count()


def test_seed_in_several_transactions_numbers_on(programme, cast):
    fill(60, chunk=25)
    assert Application.objects.count() == 60
    assert len(set(Application.objects.exclude(reference=None).values_list("reference", flat=True))) == 60 - deal(
        0, 60
    ).count(ApplicationState.DRAFT)


def test_seed_leaves_every_deferred_check_satisfied(seeded):
    connection.check_constraints()


def test_seed_leaves_a_trail_that_verifies(seeded):
    count = checks.Verified()
    assert list(checks.verify(count=count)) == []
    assert (
        Head.objects.filter(subject_type="application").count() == Application.objects.exclude(reference=None).count()
    )


def test_seed_leaves_balances_that_are_the_sum_of_their_entries(seeded):
    assert reconcile() == []
    assert sum(envelope.committed for envelope in Envelope.objects.all()) == sum(
        Award.objects.values_list("amount", flat=True)
    )


def test_seed_reserves_what_waits_for_its_decision_and_commits_what_was_issued(seeded):
    for state, bucket in ((ApplicationState.RECOMMENDED, "reserved"), (ApplicationState.APPROVED, "committed")):
        file = Application.objects.filter(state=state).first()
        held = [held_for(file.pk, envelope) for envelope in Envelope.objects.all()]
        assert sum(one[bucket] for one in held) == file.recommended_amount


def test_seed_tells_the_money_of_a_file_since_its_letter(seeded):
    told = dict(LedgerEntry.objects.told().exclude(application_id=None).values_list("application_id", "told_at"))
    sent = Letter.objects.filter(application_id__in=LedgerEntry.objects.values("application_id"))
    assert told == dict(sent.values_list("application_id", "sent_at"))
    assert len(told) > 0


def test_seed_invents_numbers_that_check(seeded):
    for organisation in Organisation.objects.filter(neq__startswith="119"):
        assert identifiers.neq(organisation.neq).value == organisation.neq
        assert identifiers.neq(organisation.neq).warning == ""
        assert identifiers.business_number(organisation.business_number).error == ""
        assert identifiers.postal_code(organisation.postal_code).value == organisation.postal_code
        assert identifiers.naics(organisation.naics).error == ""


def test_seed_freezes_what_was_sent_under_its_own_digest(seeded):
    assert Snapshot.objects.count() == Application.objects.exclude(state=ApplicationState.DRAFT).count()
    for snapshot in Snapshot.objects.all():
        assert hashlib.sha256(snapshot.canonical.encode()).hexdigest() == snapshot.digest


def test_seed_gives_every_file_answers_and_some_of_them_all(seeded):
    counted = Counter(Answer.objects.values_list("application_id", flat=True))
    assert len(counted) == SEEDED
    assert min(counted.values()) == 6
    assert max(counted.values()) > 30


def test_seed_gives_each_reviewed_file_two_reviews_of_the_cluster_and_one_of_industry(seeded):
    for file in Application.objects.filter(state=ApplicationState.APPROVED):
        seats = file.assignments.filter(state="submitted", total__isnull=False).values_list("seat", flat=True)
        assert sorted(seats) == ["cluster", "cluster", "industry"]
        assert Score.objects.filter(assignment__application=file).count() == 15
        assert file.score is not None


def test_seed_fills_the_queues_of_the_cast_and_no_further_than_their_capacity(programme, cast):
    fill(450)
    waiting = Assignment.objects.filter(state__in=["offered", "accepted"], reviewer__email__startswith="ana.")
    assert waiting.count() == seed.DESK


def test_seed_lets_nobody_do_two_duties_that_exclude_each_other(seeded):
    alone = [Duty.PREPARE, Duty.SCREEN, Duty.SCORE, Duty.RECOMMEND, Duty.ENDORSE, Duty.APPROVE]
    done = DutyDone.objects.filter(duty__in=alone).values_list("application_id", "user_id")
    assert max(Counter(done).values()) == 1


def test_seed_issues_a_decision_for_every_outcome(seeded):
    final = Application.objects.filter(
        state__in=[ApplicationState.APPROVED, ApplicationState.DECLINED, ApplicationState.WAITLISTED]
    )
    assert Decision.objects.filter(state="issued", application__in=final).count() == final.count()
    assert not final.filter(outcome_at=None).exists()


def test_seed_fills_the_search_vector(seeded):
    file = Application.objects.filter(state=ApplicationState.SUBMITTED).first()
    words = f"{file.reference} {file.organisation_name.split()[0]}"
    assert file in matching(Application.objects.all(), words)


def digest():
    """What was written, but for keys and the numbers the database gives."""
    rows = Application.objects.order_by("public_id").values_list(
        "public_id", "reference", "state", "title", "requested_amount", "score", "recommended_amount", "since",
        "organisation__neq", "created_by__email", "search",
    )  # fmt: skip
    scores = Score.objects.order_by("assignment__public_id", "criterion").values_list("criterion", "point")
    snapshots = Snapshot.objects.order_by("public_id").values_list("digest", flat=True)
    return hashlib.sha256(repr([list(rows), list(scores), list(snapshots)]).encode()).hexdigest()


def test_seed_writes_the_same_files_for_the_same_seed_and_others_for_another(programme, cast):
    seen = []
    for number in (1, 1, 2):
        with transaction.atomic():
            fill(40, seed=number)
            seen.append(digest())
            transaction.set_rollback(True)
    assert seen[0] == seen[1]
    assert seen[0] != seen[2]


def test_seed_builds_the_world_when_there_is_none(db):
    fill(10)
    assert Application.objects.filter(call__program__code="FE").count() == 10


def test_command_says_how_far_it_is_and_refuses_nought(programme, cast):
    out = StringIO()
    with clock.at(NOW):
        call_command("seed_demo", applications=10, stdout=out)
    assert "10 of 10 files" in out.getvalue()
    with pytest.raises(CommandError, match="1 or more"):
        call_command("seed_demo", applications=0)
