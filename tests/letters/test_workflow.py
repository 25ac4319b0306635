"""Every state × every person × every move of a letter, written as tables that a person can read."""

import pytest

from audit.actors import CLOCK
from letters.models import Letter
from letters.rules import Certificate, Drawn, Service
from letters.states import LetterState
from moves.machine import move
from moves.refusals import WrongMoment
from tests.decisions import files
from tests.decisions.test_workflow import PEOPLE, outcome
from tests.facts import known

pytestmark = pytest.mark.django_db

MOVES = ("render", "sign", "send", "serve", "fail", "retry")
DRAWN = Drawn("ab" * 32)
GIVEN = {"render": DRAWN, "serve": Service(read=True, presumed=False)}
# (state, move) → for whom it opens, and where it leads.
ALLOWED = {
    ("queued", "render"): "rendered",
    ("queued", "fail"): "failed",
    ("rendered", "sign"): "signed",
    ("rendered", "send"): "sent",
    ("rendered", "fail"): "failed",
    ("signed", "send"): "sent",
    ("signed", "fail"): "failed",
    ("sent", "serve"): "served",
    ("sent", "fail"): "failed",
    ("failed", "retry"): "queued",
}
WHO = {
    "render": {"clock"},
    "sign": {"clock"},
    "send": {"clock"},
    "fail": {"clock"},
    "serve": {"clock", "sophie", "olivier"},
    "retry": {"clock", "officer"},
}


@pytest.fixture
def letter(cast, programme):
    return files.issued(cast, programme).letter


@pytest.mark.parametrize("state", LetterState.values)
def test_letter_moves_only_for_whom_and_when_its_table_says(letter, cast, state):
    Letter.objects.filter(pk=letter.pk).update(state=state, failed_from="queued" if state == "failed" else "")
    found, expected = {}, {}
    for name in MOVES:
        for person in ("clock", *PEOPLE):
            by = CLOCK if person == "clock" else getattr(cast, person)
            target = ALLOWED.get((state, name), 409)
            expected[name, person] = target if person in WHO[name] else 403
            with known({Letter.sign: Certificate(configured=True)}):
                found[name, person] = outcome(
                    lambda one, by, name=name: move(one, getattr(Letter, name), by=by, given=GIVEN.get(name)),
                    letter,
                    by,
                )
    assert found == expected


def test_signed_letter_that_failed_goes_back_to_signed(letter, cast):
    letter = move(letter, Letter.render, by=CLOCK, given=DRAWN)
    with known({Letter.sign: Certificate(configured=True)}):
        letter = move(letter, Letter.sign, by=CLOCK)
    letter = move(letter, Letter.fail, by=CLOCK)
    assert move(letter, Letter.retry, by=cast.officer).state == LetterState.SIGNED


def test_unsigned_letter_never_leaves_where_a_certificate_is_configured(letter):
    letter = move(letter, Letter.render, by=CLOCK, given=DRAWN)
    with known({Letter.send: Certificate(configured=True)}), pytest.raises(WrongMoment) as refusal:
        move(letter, Letter.send, by=CLOCK)
    assert [one.code for one in refusal.value.refusals] == ["certificate"]
