"""A programme as one file on its pages: what a bad bundle gets, and what keeps a call from being published."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from builder.exports import export_bundle
from programs.models import Program
from tests.cast import BUNDLE
from tests.files import AT


@pytest.fixture(autouse=True)
def now(clock_at):
    clock_at(AT)


@pytest.fixture
def page(cast):
    def get(person, name, *args, post=None):
        client = Client()
        client.force_login(getattr(cast, person))
        client.cookies["django_language"] = "en"
        url = reverse(name, args=args)
        return client.post(url, post) if post is not None else client.get(url)

    return get


def test_a_good_bundle_comes_in_as_a_file_or_as_text(cast, page, cluster):
    text = BUNDLE.read_text(encoding="utf-8")
    answer = page("officer", "program-import", post={"file": SimpleUploadedFile("fe.yaml", text.encode())})
    assert (answer.status_code, answer["Location"]) == (302, "/staff/programs/filiere-excellence")
    again = page("officer", "program-import", post={"text": text})
    assert again.status_code == 302
    assert Program.objects.count() == 1


@pytest.mark.parametrize(
    ("was", "becomes", "reason"),
    [
        ("weight: 25", "weight: 24", "The weights of the criteria add up to 99"),
        ("type: integer", "type: guess", "There is no question type “guess”."),
        ("shown_when: staff >= 25", "shown_when: on_mars >= 25", "on_mars"),
    ],
)
def test_a_bad_bundle_is_refused_whole_with_its_line_and_its_text_stays(cast, page, cluster, was, becomes, reason):
    text = BUNDLE.read_text(encoding="utf-8").replace(was, becomes, 1)
    line = text[: text.index(becomes)].count("\n") + 1
    answer = page("officer", "program-import", post={"file": SimpleUploadedFile("fe.yaml", text.encode())})
    assert answer.status_code == 422
    assert any(reason in problem["message"] for problem in answer.context["problems"])
    if "weight" not in was:
        assert line in [problem["line"] for problem in answer.context["problems"]]
    assert answer.context["form"]["text"].value() == text
    assert not Program.objects.exists()


def test_an_empty_form_and_a_stranger_are_refused(cast, page, cluster):
    assert page("officer", "program-import", post={}).status_code == 422
    for person in ("screener", "auditor", "sophie"):
        assert page(person, "program-import", post={"text": "x"}).status_code == 403


def test_a_programme_goes_out_as_it_came_in(programme, page):
    answer = page("officer", "program-export", programme.slug)
    assert answer["Content-Type"].startswith("application/yaml")
    again = page("officer", "program-import", post={"text": answer.content.decode()})
    assert again.status_code == 302


def test_a_call_with_a_missing_letter_lists_what_is_missing(programme, page):
    programme.letter_templates.filter(kind="declined").delete()
    call = programme.calls.get()
    assert "letters.declined" in page("officer", "call-publish", call.public_id).content.decode()
    assert page("officer", "call-publish", call.public_id, post={}).status_code == 409


def test_programme_that_somebody_changed_since_its_export_is_shown_both_before_it_is_replaced(programme, page, cast):
    """Two officers export the same programme, and each imports their change: the later is told, and may replace."""
    exported = page("officer", "program-export", programme.slug).content.decode()
    first, later = exported.replace("90000.00", "80000.00"), exported.replace("90000.00", "70000.00")
    assert page("officer", "program-import", post={"text": first}).status_code == 302
    told = page("officer", "program-import", post={"text": later})
    body = told.content.decode()
    assert (told.status_code, "is not what this file was written over" in body) == (409, True)
    assert [piece["after"].strip() for piece in told.context["pieces"]] == ["max_aid: '70000.00'"]
    assert [piece["before"].strip() for piece in told.context["pieces"]] == ["max_aid: '80000.00'"]
    assert "80000.00" in export_bundle(programme)
    again = {"text": later, "version": told.context["form"].initial["version"]}
    assert page("officer", "program-import", post=again).status_code == 302
    assert "70000.00" in export_bundle(programme)
    assert page("officer", "program-import", post={"text": later}).status_code == 302  # it says what is there
    unstamped = later.partition("\n")[2].replace("70000.00", "60000.00")
    assert page("officer", "program-import", post={"text": unstamped}).status_code == 409
