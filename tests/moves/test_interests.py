"""A declared conflict of interest: what it closes, and to whom. The latest declaration counts."""

import pytest
from django.apps import apps

from moves.interests import (
    ask_unbarred,
    bar,
    barred_among,
    barred_from,
    barred_pairs,
    declared_pairs,
    is_barred,
    stand_of,
    standing_of,
    unbarred,
)
from moves.querysets import StanceQuerySet, closing
from moves.refusals import Forbidden
from moves.registry import declared, state_field, subject_name
from moves.services import declare_standing
from moves.states import StandingState
from moves.transitions import nobody
from tests.cast import SET_UP
from tests.mutants import proves

FILE, OTHER = 11, 12
SAID = {
    "": False,
    "clear": False,
    "conflict": True,
    "unsure": True,
    "unsure clear": False,
    "conflict clear": False,
    "clear conflict": True,
    "clear unsure": True,
}


@proves(
    barred_from,
    barred_pairs,
    declared_pairs,
    stand_of,
    closing,
    StanceQuerySet.barring,
    StanceQuerySet.declared_barring,
)
@pytest.mark.django_db
@pytest.mark.parametrize(("said", "closed"), SAID.items())
def test_four_ways_of_asking_say_the_same(cast, said, closed):
    for one in said.split():
        declare_standing(FILE, user=cast.ana, standing=StandingState(one))
    declare_standing(OTHER, user=cast.ana, standing=StandingState.CONFLICT)  # another file
    declare_standing(FILE, user=cast.ben, standing=StandingState.CONFLICT)  # another person
    assert standing_of(FILE, cast.ana) == said.rpartition(" ")[2]
    assert is_barred(FILE, cast.ana) == closed
    assert (bar(FILE, cast.ana) is not None) == closed
    assert {row["application_id"] for row in barred_from(cast.ana)} == ({FILE, OTHER} if closed else {OTHER})
    assert barred_among(FILE, [cast.ana.pk, cast.ben.pk]) == ({cast.ana.pk, cast.ben.pk} if closed else {cast.ben.pk})
    assert declared_pairs([FILE], [cast.ana.pk]) == ({(FILE, cast.ana.pk)} if closed else set())
    assert barred_among(FILE, [cast.ana.pk]) == ({cast.ana.pk} if closed else set())
    people = [cast.chloe, cast.ana, cast.ben, cast.officer]
    assert unbarred(FILE, people) == [one for one in people if one != cast.ben and not (closed and one == cast.ana)]
    if closed:
        with pytest.raises(Forbidden):
            ask_unbarred(FILE, cast.ana)
    else:
        ask_unbarred(FILE, cast.ana)


@pytest.mark.django_db
def test_who_is_no_person_is_barred_from_nothing():
    assert bar(FILE, SET_UP) is None
    assert list(barred_from(SET_UP)) == []


def test_only_these_moves_are_made_despite_a_conflict():
    """The applicant's own, the reviewer's who steps aside, and the company's reading of its letter."""
    found = {
        f"{subject_name(model)}.{name}": step.terms.despite_conflict.__name__
        for model in apps.get_models()
        if state_field(model) is not None and not model.__module__.startswith("tests.")
        for name, step in declared(model)
        if step.terms.despite_conflict is not nobody
    }
    assert found == {
        "application.submit": "is_signatory",
        "application.take_back": "is_signatory",
        "application.resubmit": "is_signatory",
        "application.ask_reconsideration": "is_signatory",
        "application.withdraw": "is_signatory",
        "assignment.recuse": "is_the_one_assigned",
        "letter.serve": "is_letter_reader",
    }
