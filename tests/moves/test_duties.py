from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from moves.duties import DID, PLACES, WHO, clash, clashes, done_by, exclude, excluding, is_waivable
from moves.models import DutyDone
from moves.querysets import DutyDoneQuerySet
from moves.services import record_duty
from moves.states import Duty
from tests.cast import SET_UP
from tests.mutants import proves
from work import clock


def test_every_duty_has_its_sentences():
    assert set(DID) == set(WHO) == set(PLACES) == set(Duty.values)
    assert all("%(day)s" in str(sentence) for sentence in DID.values())


def test_to_prepare_and_to_sponsor_are_one_place():
    assert not exclude(Duty.PREPARE, Duty.SPONSOR)
    assert exclude(Duty.SPONSOR, Duty.SCREEN)
    assert not exclude(Duty.SCORE, Duty.SCORE)


def test_two_pairs_can_never_be_waived():
    refused = {frozenset({a, b}) for a in Duty for b in Duty if a != b and not is_waivable(a, b)}
    assert refused == {
        frozenset({Duty.SCORE, Duty.APPROVE}),
        frozenset({Duty.CERTIFY_CLAIM, Duty.RELEASE_PAYMENT}),
    }


@proves(clash, excluding, clashes, DutyDoneQuerySet.of)
@pytest.mark.django_db
def test_many_files_are_answered_as_each_of_them(cast, django_assert_num_queries):
    """A sponsor may prepare; who screened may screen again; another's acts, or another file's, exclude nothing."""
    for file, person, duty in (
        (1, cast.ana, Duty.SCREEN),
        (2, cast.ana, Duty.APPROVE),
        (2, cast.ana, Duty.SCORE),
        (3, cast.ben, Duty.SCREEN),
        (4, cast.ana, Duty.SPONSOR),
        (5, cast.ana, Duty.SCREEN),
    ):
        record_duty(file, by=person, duty=duty)
    for duty, files in ((Duty.APPROVE, {1, 2, 4, 5}), (Duty.PREPARE, {1, 2, 5}), (Duty.SCREEN, {2, 4})):
        with django_assert_num_queries(1):
            assert set(excluding(cast.ana, duty).values_list("application_id", flat=True)) == files
        assert {file for file in range(1, 7) if clash(file, cast.ana, duty)} == files
        with django_assert_num_queries(1):
            found = clashes(range(1, 7), [cast.ana.pk], duty)
        assert set(found) == {(file, cast.ana.pk) for file in files}
    assert set(clashes([3, 5], [cast.ana.pk, cast.ben.pk], Duty.SCORE)) == {(3, cast.ben.pk), (5, cast.ana.pk)}


@proves(clash, clashes, done_by)
@pytest.mark.django_db
def test_act_that_is_named_is_the_first_that_excludes(cast):
    """Written out of order, two in the same instant; another's acts, and another file's, were before them."""
    first = datetime(2026, 10, 3, 16, tzinfo=UTC)
    for file, person, duty, hours in (
        (1, cast.ana, Duty.ENDORSE, 2),
        (1, cast.ana, Duty.SCREEN, 1),
        (1, cast.ana, Duty.CONFIRM, 1),
        (1, cast.ana, Duty.RECOMMEND, 3),
        (1, cast.ben, Duty.SCORE, 0),
        (2, cast.ana, Duty.CONCUR, 0),
    ):
        with clock.at(first + timedelta(hours=hours)):
            record_duty(file, by=person, duty=duty)
    assert done_by(cast.ana, 1) == [Duty.SCREEN, Duty.CONFIRM, Duty.ENDORSE, Duty.RECOMMEND]
    for duty, named in ((Duty.APPROVE, Duty.SCREEN), (Duty.SCREEN, Duty.CONFIRM)):
        assert clash(1, cast.ana, duty).message.startswith(DID[named].partition("%")[0])
        assert clashes([1], [cast.ana.pk], duty) == {(1, cast.ana.pk): named}


@proves(clash, excluding, done_by, DutyDoneQuerySet.of)
@pytest.mark.django_db
def test_who_is_no_person_did_nothing_though_a_key_is_the_same(cast, django_assert_num_queries):
    record_duty(1, by=cast.ana, duty=Duty.SCREEN)
    key = SimpleNamespace(actor="key", pk=cast.ana.pk)
    with django_assert_num_queries(0):
        for by in (SET_UP, key):
            assert clash(1, by, Duty.APPROVE) is None
            assert done_by(by, 1) == []
            assert not excluding(by, Duty.APPROVE).exists()


@pytest.mark.django_db
def test_duty_done_again_keeps_the_instant_of_the_first(cast):
    first, again = datetime(2026, 10, 3, 16, tzinfo=UTC), datetime(2026, 10, 5, 16, tzinfo=UTC)
    for at in (first, again):
        with clock.at(at):
            done = record_duty(1, by=cast.ana, duty=Duty.SCREEN)
            assert done.at == first
    assert DutyDone.objects.get() == done
