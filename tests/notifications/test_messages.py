"""What each kind says: its subject and body read its fields, all of them and nothing else, and old rows are read."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import get_type_hints

import polib
import pytest
from django.template import engines
from django.template.base import FilterExpression, Node, TokenType, Variable
from django.template.defaulttags import TemplateLiteral
from django.template.smartif import TokenBase
from django.templatetags.i18n import BlockTranslateNode
from django.utils import translation

from notifications.constants import MessageKind
from notifications.messages import KINDS, UNREAD, OfStay
from notifications.models import Message
from notifications.notices import content_of, packed, write
from tests.house.test_imports import ROOT
from work.management.commands.messages import catalogue_path
from work.texts import Text

NARROW = {"fr": "\N{NO-BREAK SPACE}", "en": ""}  # before a colon
CLOSES = datetime(2026, 12, 1, 22, tzinfo=UTC)
# A value of each type, and another: a mail that reads the field is another mail.
VALUES = {
    str: ("«one»", "«two»"),
    int: (3, 4),
    int | None: (3, None),
    bool: (True, False),
    date: (date(2026, 12, 1), date(2026, 12, 2)),
    datetime: (CLOSES, CLOSES + timedelta(days=1)),
    date | None: (date(2026, 12, 1), None),
    datetime | None: (CLOSES, None),
    Decimal: (Decimal("75000.01"), Decimal("75000.02")),
    Text: (Text("«un»", "«one»"), Text("«deux»", "«two»")),
    str | Text: ("«one»", "«two»"),
}
# What the rows of each kind held when its content got its type; CALL as it is in all of them.
CALL = {"fr": "Automne 2026", "en": "Fall 2026"}
FILE = {"reference": "FE-2026-00042", "title": "Robot cell"}
INSTANT = {"instant": "2026-12-01T22:00:00+00:00"}
STORED = {
    "invitation": {"name": "Usinage Roy", "inviter": "Camille Roy", "until": INSTANT},
    "account_confirm": {"at": INSTANT},
    "account_exists": {"at": INSTANT},
    "password_reset": {"at": INSTANT},
    "password_changed": {"at": INSTANT},
    "sponsor_asked": {"applicant": "Usinage Roy", "title": "Robot cell", "call": CALL, "closes_at": INSTANT},
    "sponsor_answered": {"sponsor": "Prime", "title": "Robot cell", "confirmed": True},
    "application_received": FILE | {"call": CALL, "at": INSTANT},
    "application_complete": FILE | {"day": {"day": "2026-12-01"}},
    "application_withdrawn": FILE,
    "file_withdrawn": FILE,
    "screened_again": FILE | {"reason": "Le point sur les coûts."},
    "changes_requested": FILE | {"count": 3, "until": INSTANT},
    "changes_answered": FILE | {"until": INSTANT},
    "changes_reminder": FILE | {"count": 3, "until": INSTANT},
    "changes_cancelled": FILE | {"count": 3, "until": INSTANT},
    "next_cohort": FILE | {"closed": {"day": "2026-09-30"}, "closing": {"day": "2027-01-31"}},
    "changes_overdue": FILE | {"until": INSTANT},
    "changes_unanswered": FILE | {"until": INSTANT},
    "call_extended": {"call": CALL, "closes_at": INSTANT},
    "call_cancelled": {"call": CALL, "reason": "L’entente est résiliée."},
    "review_offered": {"reference": "FE-2026-00042", "due": {"day": "2026-12-01"}},
    "review_opened": {"reference": "FE-2026-00042", "due": {"day": "2026-12-01"}},
    "review_reopened": {"reference": "FE-2026-00042", "due": {"day": "2026-12-01"}, "reason": "Une page."},
    "review_cancelled": {"reference": "FE-2026-00042"},
    "review_declined": {"reference": "FE-2026-00042", "person": "Sam Lee"},
    "ruling_asked": {"reference": "FE-2026-00042", "person": "Sam Lee"},
    "interests_touch": FILE | {"person": "Sam Lee", "doubt": False, "acts": {"fr": "évaluer", "en": "score"}},
    "declaration_ruled": {"reference": "FE-2026-00042", "clear": True},
    "step_stuck": FILE,
    "decision_waiting": FILE | {"step": {"fr": "approuver", "en": "approve"}},
    "decision_sent_back": FILE | {"reason": "Le montant."},
    "decision_undone": FILE
    | {
        "decision": {"fr": "approbation", "en": "approval"},
        "amount": {"money": "75000.01"},
        "was_issued": True,
        "with_its_call": False,
    },
    "concurrence_asked": FILE | {"amount": {"money": "75000.01"}},
    "concurrence_void": FILE | {"was_given": True},
    "letter_failed": FILE,
    "letter": FILE | {"programme": {"fr": "Filière", "en": "Stream"}},
}
# What the button of each kind promises to open. Those that lead nowhere more precise keep the general words.
BUTTONS = {
    "Accept the invitation": {"invitation"},
    "Confirm the address": {"account_confirm"},
    "Choose a new password": {"account_exists", "password_reset", "password_changed"},
    "See the request": {"sponsor_asked"},
    "Open the application": {"sponsor_answered", "application_received", "application_complete", "changes_cancelled"},
    "See what is asked": {"changes_requested", "changes_reminder", "next_cohort"},
    "Open my queue": {"review_offered"},
    "Open my review": {"review_opened", "review_reopened"},
    "Open the reviews": {"review_declined"},
    "Read and rule": {"ruling_asked"},
    "Read the ruling": {"declaration_ruled"},
    "Open the decision": {"decision_waiting", "decision_undone", "letter_failed"},
    "Open the file": {
        "changes_answered",
        "changes_overdue",
        "concurrence_asked",
        "decision_sent_back",
        "file_withdrawn",
        "interests_touch",
        "screened_again",
        "step_stuck",
    },
    "Open the screening": {"changes_unanswered"},
    "Read the letter": {"letter"},
    "Open in Passerelle": {
        "application_withdrawn",
        "call_cancelled",
        "call_extended",
        "concurrence_void",
        "review_cancelled",
    },
}


def filled(content, place=0):
    """A content of that class, each field with the first value of its type, or the other."""
    hints = get_type_hints(content)
    return content(**{field.name: VALUES[hints[field.name]][place] for field in fields(content)})


def mailed(content, language="fr"):
    """What a reader is sent of it, without a row."""
    message = Message(kind=content.words.kind, key="x", address="x@example.org", language=language)
    message.context = packed(content)
    mail = write(message)
    return mail.subject, mail.body


def read_by(thing):
    """The names that a parsed template asks its context for, wherever they stand in it."""
    match thing:
        case Variable():
            yield from (thing.lookups or ())[:1]  # none: a text written out
        case FilterExpression():
            yield from read_by([thing.var, [part for _function, given in thing.filters for _is_name, part in given]])
        case BlockTranslateNode():
            texts = [*thing.singular, *(thing.plural or [])]
            said = {token.contents.split("|")[0] for token in texts if token.token_type == TokenType.VAR}
            yield from said - {*thing.extra_context, thing.countervar}
            yield from read_by([*thing.extra_context.values(), thing.counter])
        case list() | tuple():
            for part in thing:
                yield from read_by(part)
        case Node() | TokenBase() | TemplateLiteral():
            yield from read_by(list(vars(thing).values()))


def names_of(source):
    """The names that the text of a template reads from its context."""
    return set(read_by(list(engines["django"].engine.from_string(source).nodelist)))


def subjects_of(kind):
    """The subject of a kind as the code and as the French catalogue have it."""
    with translation.override("en"):
        english = str(KINDS[kind].words.subject)
    return [english, polib.pofile(str(catalogue_path(ROOT))).find(english).msgstr]


def test_every_kind_has_its_content():
    assert set(KINDS) == set(MessageKind)


@pytest.mark.parametrize("kind", KINDS)
def test_body_reads_nothing_but_the_fields_of_its_kind(kind):
    body = (ROOT / "templates" / "notifications" / f"{kind}.txt").read_text()
    assert names_of(body) <= {field.name for field in fields(KINDS[kind])}


@pytest.mark.parametrize("kind", KINDS)
def test_subject_reads_nothing_but_the_fields_of_its_kind(kind):
    blank = {field.name: "" for field in fields(KINDS[kind])}
    for subject in subjects_of(kind):
        assert "%(" not in subject % blank


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_a_kind_is_read_in_both_languages(kind, language):
    content, other = filled(KINDS[kind]), filled(KINDS[kind], 1)
    said = mailed(content, language)
    unread = [
        field.name
        for field in fields(content)
        if field.metadata != UNREAD
        and mailed(replace(content, **{field.name: getattr(other, field.name)}), language) == said
    ]
    assert unread == []


def test_button_of_each_kind_says_what_it_opens():
    said = {}
    with translation.override("en"):
        for kind, content in KINDS.items():
            said.setdefault(str(content.words.button), set()).add(str(kind))
    assert said == BUTTONS


@pytest.mark.parametrize(("language", "button"), [("fr", "Ouvrir ma liste de dossiers"), ("en", "Open my queue")])
def test_button_is_written_over_its_address_and_only_with_one(language, button):
    content = filled(KINDS["review_offered"])
    message = Message(kind="review_offered", key="x", address="x@example.org", language=language)
    message.context = packed(content)
    for url_name, written in (("review-queue", True), ("", False)):
        message.url_name = url_name
        mail = write(message)
        (html, _type), *_none = mail.alternatives
        assert (f">{button}</a>" in html) is written
        assert (f"{button}{NARROW[language]}:\n{message.url}\n" in mail.body) is written


@pytest.mark.parametrize("kind", KINDS)
def test_content_is_read_from_its_row_as_it_was_queued(kind):
    content = filled(KINDS[kind])
    assert content_of(Message(kind=kind, context=packed(content))) == content


@pytest.mark.parametrize("kind", KINDS)
def test_row_that_waits_is_read_by_the_release_that_comes(kind):
    """A field that these rows lack needs a default; and what is kept stays as it was."""
    content = content_of(Message(kind=kind, context=STORED[kind]))
    kept = packed(content)
    assert {name: value for name, value in STORED[kind].items() if name in kept}.items() <= kept.items()
    for language in ("fr", "en"):
        assert all(mailed(content, language))


def test_row_that_lacks_what_its_kind_says_is_not_sent_with_a_blank():
    with pytest.raises(TypeError, match="'title'"):
        content_of(Message(kind="letter_failed", context={"reference": "FE-2026-00042"}))


def test_text_of_one_language_is_read_in_the_other_too():
    content = content_of(Message(kind="call_cancelled", context={"call": {"fr": "", "en": "Fall"}, "reason": "x"}))
    assert mailed(content, "fr")[0] == "L’appel «\u00a0Fall\u00a0» est annulé"


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("{{ a }}", {"a"}),
        ("{{ a.b|default:c }}", {"a", "c"}),
        (
            "{% if a and not b|day == 'c' %}{{ d }}{% elif e %}{% translate f %}{% else %}{{ g }}{% endif %}",
            set("abdefg"),
        ),
        ("{% for a in b %}{% translate 'c' %}{% endfor %}", {"b"}),
        ("{% blocktranslate with a=b|day %}{{ a }} {{ c }}{% endblocktranslate %}", {"b", "c"}),
        ("{% blocktranslate count a=b %}{{ c }}{% plural %}{{ a }} {{ d }}{% endblocktranslate %}", {"b", "c", "d"}),
    ],
)
def test_name_is_seen_wherever_a_body_reads_it(source, names):
    assert names_of("{% load i18n formats %}" + source) == names


def test_every_body_is_of_a_kind():
    bodies = {path.stem for path in (ROOT / "templates" / "notifications").glob("*.txt")}
    assert bodies == {*MessageKind.values, "message", "_stay"}


def test_part_of_a_body_reads_nothing_but_the_fields_of_the_contents_that_share_it():
    part = (ROOT / "templates" / "notifications" / "_stay.txt").read_text()
    assert names_of(part) == {"until", "stays_until", "next_closing"} < {field.name for field in fields(OfStay)}
