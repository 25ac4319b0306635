"""Which letters a company reads, and which template is in use: one row of each kind, in and out, and in order."""

import pytest

from accounts.models import User
from audit.actors import CLOCK
from letters.models import Letter, LetterTemplate
from letters.querysets import LetterQuerySet, TemplateQuerySet
from letters.selectors import templates_of
from letters.states import LetterKind, LetterState
from tests.decisions import files
from tests.mutants import proves
from work import clock

pytestmark = pytest.mark.django_db

READABLE = {"sent", "served"}


@proves(LetterQuerySet.readable, LetterQuerySet.of_member, LetterQuerySet.visible_to)
def test_company_reads_the_letters_of_its_own_files_once_they_are_sent(cast, programme, northwind):
    own, theirs = files.file_row(cast, programme), files.file_row(cast, programme, organisation=northwind)
    letters = {state: files.letter_row(own, state=state) for state in LetterState.values}
    other = files.letter_row(theirs, state="sent")
    readable = {letters[state] for state in READABLE}
    assert set(Letter.objects.readable()) == {*readable, other}
    for person in (cast.sophie, cast.olivier):
        assert set(Letter.objects.of_member(person)) == readable
    assert list(Letter.objects.of_member(cast.emily)) == [other]
    for person in (cast.officer, cast.approver, cast.concurrence, cast.michel, CLOCK):
        assert list(Letter.objects.of_member(person)) == []
    closed = User.objects.get(pk=cast.sophie.pk)
    closed.is_active = False
    assert list(Letter.objects.of_member(closed)) == []
    assert set(Letter.objects.visible_to(cast.sophie)) == readable
    assert set(Letter.objects.visible_to(cast.officer)) == {*letters.values(), other}
    cast.olivier.memberships.update(ended_at=clock.now())
    assert [*Letter.objects.of_member(cast.olivier), *Letter.objects.visible_to(cast.olivier)] == []


@proves(TemplateQuerySet.latest_of_each_kind)
def test_template_in_use_is_the_latest_version_of_its_kind_on_its_programme(cast, programme):
    programme.letter_templates.all().delete()

    def version(number, kind, where=programme):
        texts = {"subject_fr": "O", "subject_en": "S", "body_fr": "T", "body_en": "B"}
        return LetterTemplate.objects.create(program=where, kind=kind, number=number, **texts)

    _second, third, _first = (version(number, "declined") for number in (2, 3, 1))
    approved = version(1, "approved")
    version(9, "declined", files.other_programme(programme))
    in_use = {LetterKind.APPROVED: approved, LetterKind.DECLINED: third}
    assert templates_of(programme) == in_use
    assert list(programme.letter_templates.latest_of_each_kind()) == [approved, third]
