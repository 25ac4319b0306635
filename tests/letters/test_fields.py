"""The fields of letters: declared once, asked of the subject that has them, filled once."""

from dataclasses import dataclass

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation
from django.utils.translation import get_language

from decisions.subjects import DecisionSubject
from letters import fields
from letters.fields import Field
from letters.sheets import paragraphs
from letters.states import LetterKind


@dataclass
class Claim:
    amount: str = "12 $"
    note: str = ""


@dataclass
class LateClaim(Claim):
    days: str = "3"


@pytest.fixture
def declared(monkeypatch):
    """A registry of its own: what a claim's letter may say, and what only that of a late one may."""
    monkeypatch.setattr(fields, "_FIELDS", {})
    fields.register(
        Claim,
        Field("amount", "Amount", lambda claim, language: f"{claim.amount} ({language}, {get_language()})", "1", "1"),
        Field("note", "Note", lambda claim, _language: claim.note, "…", "…", block=True, optional=True),
        Field("reason", "Reason", lambda claim, _language: claim.note, "…", "…", kinds=(LetterKind.DECLINED,)),
    )
    fields.register(
        LateClaim,
        Field("days", "Days", lambda claim, _l: claim.days, "3", "3", lacks=lambda claim, language: language == "en"),
    )


def test_value_is_asked_with_its_language_on_and_only_of_a_subject_that_has_it(declared):
    keys = ["days", "amount", "amount", "nothing"]
    assert fields.values_of(Claim(), keys, "en") == {"amount": "12 $ (en, en)"}
    assert fields.values_of(LateClaim(), keys, "fr") == {"days": "3", "amount": "12 $ (fr, fr)"}


def test_field_is_lacking_when_it_is_empty_or_incomplete_or_not_the_subjects(declared):
    keys = ["reason", "days", "note", "amount", "reason", "nothing"]
    assert fields.lacking(Claim(), keys, "fr") == ["reason", "days", "nothing"]
    assert fields.lacking(LateClaim(note="Vu."), keys, "fr") == ["nothing"]
    assert fields.lacking(LateClaim(note="Vu."), keys, "en") == ["days", "nothing"]


def test_field_is_declared_once(declared):
    with pytest.raises(ImproperlyConfigured, match="the field amount of letters is declared twice"):
        fields.register(LateClaim, Field("amount", "Amount", lambda claim, _language: "", "1", "1"))


@pytest.mark.parametrize(
    ("text", "kind", "wrong"),
    [
        ("{{ amount }} and {{days}}.\n\n{{ note }}", "approved", []),
        ("{{ reason }}", "declined", []),
        ("{{ reason }}", "approved", ["“reason” does not exist in this kind of letter."]),
        ("{{ nothing }} {{ nothing }}", "approved", ["“nothing” is not a field of letters."]),
        ("See {{ note }}", "approved", ["“note” must stand alone in its paragraph."]),
        ("{% if %}", "approved", ["A brace is used outside a field; write fields as {{ name }}."]),
    ],
)
def test_template_uses_the_fields_of_its_kind_and_nothing_else(declared, text, kind, wrong):
    with translation.override("en"):
        assert fields.check(text, kind) == wrong


def test_what_a_value_contains_is_never_read_as_a_field():
    assert fields.fill("{{ a }}, {{b}}, {{ a }}", {"a": "{{ b }}", "b": "x"}) == "{{ b }}, x, {{ b }}"
    with pytest.raises(KeyError):
        fields.fill("{{ c }}", {})


def test_every_field_has_its_name_and_an_example_in_each_language():
    known = fields.known()
    assert {key for key, field in known.items() if not (field.name and field.example_fr and field.example_en)} == set()
    assert {"organisation", "contact_phone", "amount", "reasons"} <= set(known)
    assert issubclass(DecisionSubject, fields._FIELDS["organisation"][0])


def test_what_a_template_says_of_an_optional_field_that_is_empty_is_left_out(declared):
    """Its paragraph, or its line of a list; and the heading under which nothing is left."""
    fields.register(Claim, Field("seen", "Seen", lambda claim, _language: claim.note, "…", "…", optional=True))
    body = "Bonjour.\n\n## La suite\n\nVu le {{ seen }}.\n\n- Montant : {{ amount }}\n- Le {{ seen }}\n\n- {{ seen }}"

    def said(body, seen):
        return [str(one) for one in paragraphs(body, {"amount": "12 $", "seen": seen})]

    assert said(body, "8 mai") == [
        "<p>Bonjour.</p>", "<h2>La suite</h2>", "<p>Vu le 8 mai.</p>",
        "<ul><li>Montant : 12 $</li><li>Le 8 mai</li></ul>", "<ul><li>8 mai</li></ul>",
    ]  # fmt: skip
    assert said(body, "") == ["<p>Bonjour.</p>", "<h2>La suite</h2>", "<ul><li>Montant : 12 $</li></ul>"]
    alone = "## La suite\n\nVu le {{ seen }}.\n\n## Merci\n\nAu revoir."
    assert said(alone, "") == ["<h2>Merci</h2>", "<p>Au revoir.</p>"]
