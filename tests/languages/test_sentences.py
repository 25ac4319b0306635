"""A sentence takes any name and any number: no word that would elide or contract before it, no noun to agree."""

import re
from dataclasses import fields
from decimal import Decimal
from html import unescape
from typing import get_type_hints

import polib
import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.utils import translation

from accounts.models import Organisation
from applications.selectors.submitted import current_snapshot
from decisions.models import Decision
from decisions.states import DecisionKind
from decisions.subjects import subject_of
from funding.models import Partner
from letters import sheets
from notifications.messages import KINDS
from tests.access.test_matrix import ADDRESSES, OWN
from tests.access.walk import address
from tests.access.world import NOW, ROLES, build
from tests.files import draft_file, submit
from tests.notifications.test_messages import VALUES, mailed
from work import clock
from work.management.commands.messages import catalogue_path
from work.texts import Text

SPACE = "[ \u00a0\u202f]"
# Before « Atelier » each would be another word: qu’, d’, l’, à l’…
JOINED = rf"\b(?:que|de|du|des|le|la|les|au|aux|à|ne|se|me|te|je|lorsque|puisque|jusque){SPACE}(?:« ?)?"
NAME = "Atelier Érable inc."
# What is never a name: days and instants (« le 8 », « du 1er »), hours, amounts, rates, figures, addresses, verbs.
NEVER_NAMES = {
    *(
        "at",
        "day",
        "instant",
        "until",
        "first",
        "last",
        "start",
        "starts",
        "end",
        "ends",
        "opens",
        "closes",
        "closes_at",
        "closed",
        "closing",
        "length",
        "now",
        "counted",
    ),
    *("found", "sent", "since", "over", "due", "tried", "oldest", "hour", "then", "days", "year"),
    *("amount", "limit", "most", "least", "cap", "total", "kept", "share", "percent", "weight", "mark", "gap", "max"),
    *("count", "n", "number", "places", "points", "email", "theirs", "did", "does"),
}
COUNTED = re.compile(rf"%\((\w+)\)[sd]{SPACE}(?:(?:premiers|autres|derniers|nouveaux|jours){SPACE})?([a-zé]+s)\b")
NO_NOUNS = {"alors", "dans", "des", "vous", "plus"}
# Never 0 nor 1: they say what is above a hundred, or a limit of ours.
LARGE = {
    "More than %(number)s files",
    "The file is larger than %(max)s kilobytes.",
    "The first %(kept)s of %(failed)s are listed.",
    "At most %(limit_value)d characters (there are %(show_value)d).",
}


def french():
    return [entry for entry in polib.pofile(str(catalogue_path(settings.BASE_DIR))) if not entry.obsolete]


def texts_of(entry):
    return [entry.msgstr] if entry.msgstr else list(entry.msgstr_plural.values())


def test_no_word_to_elide_or_contract_stands_before_a_value():
    elided = r"\b(?:[dlcnmtsj]|qu|jusqu|lorsqu|puisqu)’%\("
    before = re.compile(rf"{JOINED}%\((\w+)\)|{elided}(\w+)", re.IGNORECASE)
    found = {
        text: names
        for entry in french()
        for text in texts_of(entry)
        if (names := {"".join(groups) for groups in before.findall(text)} - NEVER_NAMES)
    }
    assert found == {}


def test_no_noun_agrees_with_a_number_without_its_two_forms():
    found = [
        entry.msgid
        for entry in french()
        if not entry.msgid_plural and entry.msgid not in LARGE
        for _value, noun in COUNTED.findall(entry.msgstr)
        if noun not in NO_NOUNS
    ]
    assert found == []


@pytest.mark.parametrize(("count", "said"), [(0, "0 jour ouvrable"), (1, "1 jour ouvrable"), (2, "2 jours ouvrables")])
def test_french_counts_none_as_one(count, said):
    with translation.override("fr"):
        words = translation.ngettext("%(count)s business day", "%(count)s business days", count)
    assert words % {"count": count} == said


def test_name_of_a_call_stands_apart_from_the_sentence():
    """“For Fall 2026 call and names you” would read as one word after the other: in quotes, or beside a colon."""
    apart = re.compile(r"“%\(call\)s”|: %\(call\)s|^%\(call\)s:")
    assert [one.msgid for one in french() if "%(call)s" in apart.sub("", one.msgid)] == []


# ---------------------------------------------------------------- as they are read

WRONG = [
    re.compile(rf"{JOINED}{NAME}", re.IGNORECASE),
    re.compile(
        rf"(?<![\d,.])(?<!\d{SPACE})[01]{SPACE}(?![01]?\d)(?:[a-zé]+{SPACE})?"
        r"(?:jours|points|réponses|demandes|dossiers|parties)\b"
    ),
]


def wrong(text):
    return [found for pattern in WRONG for found in pattern.findall(text)]


def test_what_is_wrong_is_seen():
    for text in (
        f"que {NAME}",
        f"La demande de « {NAME} »",
        "dans les 1 jours",
        "0 réponses",
        f"À {NAME}",
        "a obtenu 1 points",
    ):
        assert wrong(text), text
    assert wrong(text_of(f"<body><h1>La demande de <strong>{NAME}</strong></h1>"))
    assert not wrong(text_of(f"<body><p>Un appel de</p><p>{NAME}</p>"))
    for text in (f"par {NAME}", "2 jours", "1 jour", "10 jours", "1 000 dossiers", f"demande : {NAME}"):
        assert not wrong(text), text


@pytest.mark.parametrize("count", [0, 1, 2])
def test_mails_take_any_name_and_number(count):
    values = {kind: pair[0] for kind, pair in VALUES.items()} | {str: NAME, int: count, Text: Text(NAME, NAME)}
    found = {}
    for kind, content in KINDS.items():
        hints = get_type_hints(content)
        for said in (True, False):
            filled = content(**{field.name: (values | {bool: said})[hints[field.name]] for field in fields(content)})
            if faults := wrong(" ".join(mailed(filled))):
                found[kind] = faults
    assert found == {}


def test_receipts_and_letters_take_any_name_and_number(cast, programme):
    Organisation.objects.filter(neq="1164879526").update(legal_name=NAME)
    application = submit(draft_file(cast, programme), by=cast.sophie)
    snapshot = current_snapshot(application)
    assert NAME in snapshot.receipt.html
    assert wrong(snapshot.receipt.html) == []
    found = {}
    decision = Decision.objects.create(application=application, kind="declined")
    templates = programme.letter_templates.latest_of_each_kind()
    assert len(templates) >= 5
    for template in templates:
        if template.kind in DecisionKind.values:
            Decision.objects.filter(pk=decision.pk).update(kind=template.kind, amount=Decimal(1))
            decision.refresh_from_db(fields=["kind", "amount"])
            sheet = sheets.preview(subject_of(decision), "fr")
        else:  # of a part that is not built yet: its words alone
            sheet = template.body_fr.replace("{{ organisation }}", NAME)
        assert NAME in sheet, template.kind
        if faults := wrong(sheet):
            found[template.kind] = faults
    assert found == {}


@pytest.mark.slow
def test_pages_take_any_name_and_number(cast, programme):
    """Every page that somebody may open, as the first and the last of them read it, of applicants and of a ministry
    whose names begin with a vowel."""
    Organisation.objects.update(legal_name=NAME)
    Partner.objects.update(name_fr=NAME)
    world, clients, found, seen = build(cast, programme), {}, {}, 0
    with clock.at(NOW):
        for name, row in OWN.items():
            may = [role for role in ROLES if row[role][:1] == "o"]
            for role in dict.fromkeys([*may[:1], *may[-1:]]):
                if role not in clients:
                    clients[role] = Client()
                    if person := world.people[role]:
                        clients[role].force_login(person)
                with transaction.atomic():
                    page = clients[role].get(address(name, ADDRESSES[name], world.own), {"lang": "fr"})
                    transaction.set_rollback(True)
                if page.get("Content-Type", "").startswith("text/html") and not page.streaming:
                    text = text_of(page.content.decode())
                    seen += NAME in text
                    if faults := wrong(text):
                        found[f"{name} by {role}"] = faults
    assert seen > 40
    assert found == {}


def text_of(page):
    """What a page says, its parts one space apart; blocks do not run into each other."""
    body = page.partition("<body")[2]
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", body, flags=re.DOTALL)
    body = re.sub(
        r"</?(?:p|li|ul|dt|dd|td|th|tr|h\d|div|section|option|label|legend|button|nav|a)\b[^>]*>", " | ", body
    )
    return " ".join(re.sub(r"<[^>]+>", "", unescape(body)).replace("\u00a0", " ").split())


# ---------------------------------------------------------------- one word for one thing

ANOTHER_WORD = re.compile(
    r"\b(?:le|du|au|son|ce) demandeur\b|\bfile d’attente\b|\bau journal\b|\bsoumettre de nouveau\b"
    r"|\bla piste\b(?! d’audit)"
    r"|\b(?:décisions?|approbation|refus) communiquée?s?\b|\bcommuniquer la décision\b|\bn’importe quel côté\b"
    r"|\b(?:appel|cohorte)(?: de projets)?(?: «.+»)? (?:se )?(?:ferme|termine)\b|\bplaces? (?:est|sont) vides?\b",
    re.IGNORECASE,
)


def test_french_has_one_word_for_one_thing():
    """« Demandeuse », « rendre une décision », « piste d’audit », « clôture », « siège », « provenance »."""
    found = {text: said for entry in french() for text in texts_of(entry) if (said := ANOTHER_WORD.findall(text))}
    assert found == {}


# ---------------------------------------------------------------- the English

FRENCH_IN_ENGLISH = re.compile(
    r"\b(?:is|are) told\b|\bin all\b|\bfunctions?\b|\bfind (?:the file )?(?:in)?eligible\b|\breach us\b"
    r"|\b(?:\w+ signs|each sign)\b"
    r"|\b(?:been|be|not) told\b|\bjoin(?:s|ed)? (?:this|the) (?:document|original)\b|\bjoins (?:you|me|to)\b"
    r"|\bdocument joined\b|\b(?:must|criteria|agreements) sum to\b|\bpanels?\b|\bwaiting line\b|\bfill an application\b"
    r"|\bfound complete\b|\bhalf-year\.|\bleaves for\b|\bnot built yet\b|\blearnt\b"
    r"|\bcalls? in a minute\b|\btoo many calls\b|\bof who (?:gave|asked)\b|\bparty of the file\b|\bnot long ago\b"
    r"|\breviewers' notes\b|\bdue in \S+ (?:business )?days?\b|\bsubventions?\b|\bdossiers?\b",
    re.IGNORECASE,
)
SIGNS = {"somebody signs", "who signs", "that signs", "signatory signs", "person signs"}  # a name at the foot of a text


def test_english_is_not_written_from_french():
    """What an Ottawa civil servant would not write: a function for a job title, signs for characters…"""
    found = {
        text: said
        for entry in french()
        for text in (entry.msgid, entry.msgid_plural)
        if (said := {word.lower() for word in FRENCH_IN_ENGLISH.findall(text)} - SIGNS)
    }
    assert found == {}
