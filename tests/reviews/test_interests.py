"""Doubts about interests: who is asked for a ruling, what waits for one, and in which order."""

from datetime import UTC, date, datetime

import pytest

from notifications.models import Message
from programs.models import Appointment
from programs.services.people import appoint
from reviews.models import Declaration
from reviews.querysets import DeclarationQuerySet
from reviews.services import declare_interests, rule_on_declaration
from tests.mutants import proves
from tests.reviews.files import eligible_file, file_in_review

pytestmark = pytest.mark.django_db
YESTERDAY = date(2026, 10, 5)


@pytest.fixture(autouse=True)
def in_october(clock_at):
    clock_at(datetime(2026, 10, 6, 14, tzinfo=UTC))


def asked():
    """Whom a ruling was asked of."""
    return {message.recipient for message in Message.objects.filter(kind="ruling_asked")}


def chairs(cast, programme, *names):
    people = [getattr(cast, name) for name in names]
    for person in people:
        appoint(person, by=cast.administrator, role="chair", program=programme)
    return people


def test_ruling_is_asked_of_chairs_in_office_to_whom_the_file_is_open(cast, programme):
    file = file_in_review(cast, programme)
    conflicted, unsure, closed, ended, other = chairs(cast, programme, "michel", "emily", "olivier", "chloe", "finance")
    declare_interests(file, by=conflicted, answer="conflict", note="Mon employeur.")
    declare_interests(file, by=unsure, answer="unsure", note="Un ancien client.")
    Message.objects.filter(kind="ruling_asked").delete()
    closed.is_active = False
    closed.save()
    Appointment.objects.filter(user=ended, role="chair").update(ends_on=YESTERDAY)
    declare_interests(file, by=cast.ana, answer="unsure", note="Une connaissance.")
    assert asked() == {cast.chair, other}


def test_chair_in_doubt_is_not_asked_to_rule_on_it(cast, programme):
    file = file_in_review(cast, programme)
    (other,) = chairs(cast, programme, "finance")
    declare_interests(file, by=cast.chair, answer="unsure", note="Un ancien client.")
    assert asked() == {other}
    declare_interests(file, by=cast.chair, answer="unsure", note="Et un voisin.")
    assert asked() == {other}


@proves(DeclarationQuerySet.to_rule_on, DeclarationQuerySet.latest_of_each)
def test_doubts_to_rule_on_are_the_latest_of_each_person_oldest_first(cast, programme):
    """Three doubts that wait; one ruled on, one that became a conflict, one of another answer, which do not."""
    file, other = file_in_review(cast, programme), eligible_file(cast, programme, company="precision")
    waiting = [declare_interests(file, by=person, answer="unsure", note="Un doute.") for person in (cast.dev, cast.ana)]
    waiting.append(declare_interests(other, by=cast.approver, answer="unsure", note="Un doute."))
    declare_interests(file, by=cast.endorser, answer="unsure", note="Un doute.")
    declare_interests(file, by=cast.endorser, answer="conflict", note="C’est un conflit.")
    declare_interests(file, by=cast.officer, answer="none")
    ruled = declare_interests(file, by=cast.ben, answer="unsure", note="Un doute.")
    rule_on_declaration(ruled, by=cast.chair, clear=True, ruling="Aucun lien.")
    assert list(Declaration.objects.to_rule_on()) == waiting
    again = declare_interests(file, by=cast.dev, answer="unsure", note="Le même, mieux dit.")
    assert list(Declaration.objects.to_rule_on()) == [*waiting[1:], again]


@proves(DeclarationQuerySet.of_person, DeclarationQuerySet.ruled)
def test_declarations_of_a_person_are_all_theirs_and_the_chair_ruled_on_those_that_it_ruled_on(cast, programme):
    file = eligible_file(cast, programme)
    doubts = [
        declare_interests(file, by=one, answer="unsure", note="Un doute.") for one in (cast.officer, cast.finance)
    ]
    rule_on_declaration(doubts[0], by=cast.chair, clear=True, ruling="Aucun lien.")
    again = declare_interests(file, by=cast.officer, answer="none")
    assert set(file.declarations.of_person(cast.officer)) == {doubts[0], again}
    assert list(file.declarations.ruled()) == [doubts[0]]
