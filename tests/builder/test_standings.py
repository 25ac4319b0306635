"""What a bundle says is read by somebody, and what nobody would read or obey is refused by name."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from builder.bundle import dump_bundle, read_bundle, read_data
from builder.services import import_bundle
from demo.people import appoint_all
from funding.constants import TERMS
from funding.models import Agreement
from questions.constants import QUESTION_TYPES
from questions.schema.options import OPTIONS
from questions.schema.standing import promised_keys
from tests.cast import BUNDLE
from tests.files import AT, open_call, start_application

TEXT = BUNDLE.read_text(encoding="utf-8")
LETTERS = "letters"  # what a letter says is shown on the letter: tests/letters


def real() -> dict:
    return deepcopy(read_bundle(TEXT).data)


def both(text):
    return {"fr": text, "en": text}


MORE = [
    {"key": "more_guidance", "type": "guidance", "label": both("G"), "help": both("H"), "text": both("T")},
    {"key": "more_staff", "type": "integer", "label": both("S"), "help": both("H"), "unit": both("U")},
    {"key": "more_true", "type": "attestation", "label": both("A"), "help": both("H"), "statement": both("I do")},
    {
        "key": "more_rows", "type": "group", "label": both("R"), "help": both("H"),
        "columns": [{"key": "name", "type": "short_text", "label": both("N"), "help": both("H")}],
    },
]  # fmt: skip


def marked(node, path=()) -> Iterator[tuple[str, dict]]:
    """Every text of a bundle in both languages, with where it stands; those of letters apart, which no page shows."""
    if isinstance(node, dict) and set(node) == {"fr", "en"}:
        yield ".".join(map(str, path)), node
    elif isinstance(node, dict):
        for key, inner in node.items():
            if key != LETTERS:
                yield from marked(inner, (*path, key))
    elif isinstance(node, list):
        for number, inner in enumerate(node):
            yield from marked(inner, (*path, number))


def mark_all(data) -> dict[str, str]:
    """A word of its own at the end of each text, in each language: where each stands."""
    marks = {}
    for place, text in marked(data):
        for language in text:
            mark = f"zq{len(marks):04d}x"
            text[language] += f" {mark}"
            marks[mark] = f"{place}.{language}"
    return marks


def test_every_text_of_a_bundle_is_read_by_somebody(cast, clock_at):
    """What the form says on the pages of the applicant, the rest on those of the public, the staff and the partner."""
    data = real()
    data["form"]["sections"][0]["questions"] += deepcopy(MORE)
    for place in (data["eligibility"], *data["form"]["sections"]):
        for question in place["questions"]:
            question.pop("shown_when", None)
    marks = mark_all(data)
    clock_at(AT)
    programme = import_bundle(dump_bundle(data), by=cast.officer)
    appoint_all(programme, {name: getattr(cast, name) for name in vars(cast)})
    call = open_call(cast, programme)
    draft = start_application(call, organisation=_organisation(cast), by=cast.sophie)
    sections = [section["key"] for section in data["form"]["sections"]]
    pages = {
        cast.sophie: [
            *(("application-section", draft.public_id, key) for key in sections),
            ("application-eligibility", draft.public_id),
            ("application-check", draft.public_id),
            ("program", programme.slug),
            ("call", call.public_id),
            ("catalogue",),
            ("call-eligibility", call.public_id),
        ],
        cast.officer: [
            (f"program-{name}", programme.slug) for name in ("details", "rubric", "rules")
        ],
        cast.analyst: [("api-agreement-list",)],
    }  # fmt: skip
    read = ""
    for person, of_theirs in pages.items():
        client = Client()
        client.force_login(person)
        for language in ("fr", "en"):
            client.cookies["django_language"] = language
            for name, *args in of_theirs:
                answer = client.get(reverse(name, args=args))
                assert answer.status_code == 200, name
                read += answer.text
    assert [place for mark, place in marks.items() if mark not in read] == []


def _organisation(cast):
    from accounts.models import Organisation

    return Organisation.objects.get(memberships__user=cast.sophie)


@pytest.mark.parametrize("where", ["options", "processes"])
def test_help_that_no_page_would_show_is_refused_by_name(where):
    data = real()
    questions = [one for section in data["form"]["sections"] for one in section["questions"]]
    if where == "options":
        place = next(one for one in questions if one["key"] == "certifications")["options"][0]
    else:
        place = next(one for one in questions if one["type"] == "assessment")["axes"][0]["processes"][0]
    place["help"] = both("H")
    with override("en"):
        (found,) = read_data(data).problems
    assert found.message == ("The key “help” is refused: no programme may ask for this. Known here: key, label.")
    assert found.where.endswith(f"{where}[0].help")


def test_letter_that_nobody_can_send_is_refused_by_name():
    data = real()
    data["letters"]["invited"] = deepcopy(data["letters"]["declined"])
    with override("en"):
        (found,) = read_data(data).problems
    assert (found.where, found.message) == (
        "letters.invited",
        "The key “invited” is refused: this feature is not available yet (calls in several stages). Known "
        "here: approved, cancelled, declined, ineligible, reconsidered, waitlisted.",
    )


def test_file_of_another_version_is_refused():
    data = real() | {"passerelle": 2}
    with override("en"):
        assert [one.message for one in read_data(data).problems] == [
            "This file is of version 2; version 1 is read here."
        ]


def test_every_option_of_a_type_of_question_stands_somewhere():
    assert {option for rules in QUESTION_TYPES.values() for option in rules.options} == set(OPTIONS)


def test_promises_of_an_agreement_are_read_from_its_keys():
    assert promised_keys(TERMS, "agreements") == ["agreements.audit_years"]


def test_authorisation_of_an_agreement_is_said_among_its_terms(programme):
    agreement = Agreement.objects.get(programs=programme)

    def said():
        with override("en"):
            return [(one.name, one.words) for one in agreement.said() if "uthorisation" in one.name]

    assert said() == []
    agreement.authorisation_none_reason = "Money of Québec alone."
    assert said() == [("No authorisation is needed", "Money of Québec alone.")]
    agreement.authorisation_number, agreement.authorisation_date = "1024-2026", date(2026, 5, 6)
    assert said() == [("Authorisation", "1024-2026, of May\xa06, 2026.")]
