"""Texts that several people write: what comes as a version, and who is later of two."""

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import BadRequest
from django.test import RequestFactory
from django.utils.translation import override

from config.errors import bad_request
from tests.mutants import proves
from work.forms import TextField, VersionedForm, VersionField
from work.versions import Overtaken, UnreadableVersion, read_version, write_over


@pytest.mark.parametrize(
    ("typed", "version"), [("0", 0), ("7", 7), ("999999999", 999999999), (None, 0), ("", 0), (3, 3)]
)
def test_version_is_a_few_digits_and_without_one_nothing_was_read(typed, version):
    assert read_version(typed) == VersionField().clean(typed) == version


@pytest.mark.parametrize(
    "typed", ["x", "-1", "1.0", "1 ", " ", "1\x00", "\x00", "٣", "²", "1e3", "1000000000", [1], True]
)
def test_version_that_is_no_number_is_a_400_with_its_sentence(typed):
    with pytest.raises(UnreadableVersion) as unreadable, override("fr"):
        read_version(typed)
    assert isinstance(unreadable.value, BadRequest)
    assert unreadable.value.message.startswith("Le formulaire ne dit pas")
    with pytest.raises(UnreadableVersion):
        VersionField().clean(typed)


def test_page_of_a_400_says_what_could_not_be_read(db):
    request = RequestFactory().get("/")
    request.user = get_user_model()()
    request.session = {}
    with override("en"):
        said = bad_request(request, UnreadableVersion())
    assert (said.status_code, "Reload the page." in said.content.decode()) == (400, True)


class CityForm(VersionedForm):
    city = TextField()


@proves(write_over)
def test_later_of_two_is_shown_both_and_may_replace_the_other_knowingly(cast, usinage, precision):
    first = type(usinage).objects.get(pk=usinage.pk)
    later = type(usinage).objects.get(pk=usinage.pk)
    columns = write_over(first, version=1, by=cast.sophie, texts={"city": "Blainville"})
    first.save(update_fields=columns)
    assert sorted(columns) == ["city", "updated_at", "updated_by"]
    form = CityForm({"city": "Laval", "version": "1"})
    assert form.is_valid()
    with pytest.raises(Overtaken) as overtaken:
        write_over(later, by=cast.olivier, version=form.cleaned_data["version"], texts={"city": "Laval"})
    problem = overtaken.value
    assert (problem.by, problem.at, problem.version, problem.theirs.city) == (
        cast.sophie, first.updated_at, 2, "Blainville",
    )  # fmt: skip
    form.overtaken(problem, reader=cast.sophie)
    assert [(one.label, one.stored, one.typed) for one in form.meanwhile.texts] == [("City", "Blainville", "Laval")]
    assert (form.meanwhile.own, form["city"].value(), form["version"].value()) == (True, "Laval", "2")
    form.overtaken(problem, reader=cast.olivier)
    assert form.meanwhile.own is False
    again = type(usinage).objects.get(pk=usinage.pk)
    again.save(update_fields=write_over(again, version=2, by=cast.olivier, texts={"city": "Laval"}))
    kept = type(usinage).objects.get(pk=usinage.pk)
    assert (kept.city, kept.version, kept.updated_by) == ("Laval", 3, cast.olivier)
    assert type(usinage).objects.get(pk=precision.pk).version == precision.version == 1


def test_two_who_write_the_same_are_not_in_conflict(cast, usinage):
    usinage.save(update_fields=write_over(usinage, version=1, by=cast.sophie, texts={"city": "Blainville"}))
    write_over(usinage, version=1, by=cast.olivier, texts={"city": "Blainville"})
    assert type(usinage).objects.get(pk=usinage.pk).version == 3
    with pytest.raises(Overtaken):
        write_over(usinage, version=1, by=cast.olivier, texts={"city": "Laval"})


def test_only_texts_that_differ_are_set_side_by_side():
    class Form(CityForm):
        street = TextField()

    form = Form({"city": "Laval", "street": "1, rue A", "version": "1"})
    assert form.is_valid()

    class Row:
        written_by, written_at = "by", "at"
        version, city, street, by, at = 5, "Laval", "2, rue B", None, None

    form.overtaken(Overtaken(Row()), reader=None)
    assert [one.label for one in form.meanwhile.texts] == ["Street"]
