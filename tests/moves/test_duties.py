from moves.duties import DID, PLACES, WHO, exclude, is_waivable
from moves.states import Duty


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
