"""Every text that a row holds: under a version where several people may write it, else why none is needed."""

from enum import Enum

from django.apps import apps
from django.db import models

from tests.house.test_imports import APPS
from work.models import Versioned

TEXTS = (models.CharField, models.TextField, models.JSONField)


class Why(Enum):
    """Why a text needs no version."""

    MACHINE = "no person types it: the system, or the set-up, writes it"
    ONCE = "written once, with its row or by one move that a second one finds made; never edited"
    OWN = "one person alone writes it, of themselves"
    NUMBERED = "a change is a new numbered row: nothing is overwritten"
    COUNTED = "saved under a version of its own: reviews.services.scores"
    BUNDLE = "written by the import of a bundle, which knows which programme it was written over: builder.services"


def columns(names, why):
    return dict.fromkeys(names.split(), why)


# model → {column: why}; a model that is `Versioned` gives the columns that people do not write, or not again.
UNVERSIONED = {
    "accounts.Cluster": columns(
        "slug name_fr name_en address_fr address_en"
        " email phone colour_ink colour_accent",
        Why.MACHINE,
    ),
    "accounts.Invitation": {"email": Why.ONCE, "token_digest": Why.MACHINE},
    "accounts.Organisation": {"name_key": Why.MACHINE},
    "accounts.User": {
        "password": Why.OWN, "email": Why.ONCE, "given_name": Why.OWN, "family_name": Why.OWN,
        "title_fr": Why.OWN, "title_en": Why.OWN,
    },
    "accounts.WorkingGroup": {"key": Why.ONCE, "name_fr": Why.ONCE, "name_en": Why.ONCE},
    "applications.Answer": {"question": Why.ONCE},
    "moves.Stance": {"kind": Why.MACHINE, "organisation": Why.MACHINE},
    "applications.Application": columns("origin reference title organisation_name region", Why.MACHINE),
    "applications.ChangeItem": columns("question message before after", Why.ONCE),
    "applications.Document": {"question": Why.ONCE},
    "applications.Finding": {
        "item": Why.ONCE, "own_fr": Why.ONCE, "own_en": Why.ONCE, "evidence": Why.MACHINE,
    },
    "applications.Snapshot": columns(
        "canonical digest signed_name"
        " applicant_name applicant_neq applicant_website applicant_mail sponsor_neqs",
        Why.ONCE,
    ),
    "applications.Sponsorship": columns(
        "email organisation_name name_key token_digest summary"
        " improvement confirmed_name",
        Why.ONCE,
    ),
    "audit.Entry": Why.MACHINE,
    "audit.Erasable": Why.MACHINE,
    "audit.Head": Why.MACHINE,
    "audit.Reading": Why.MACHINE,
    "decisions.Step": {"note": Why.ONCE},
    "documents.Rendering": Why.MACHINE,
    "documents.Upload": Why.MACHINE,
    "funding.Agreement": columns(
        "reference title_fr title_en purpose_fr"
        " purpose_en authorisation_number authorisation_none_reason",
        Why.ONCE,
    ),
    "funding.LedgerEntry": Why.ONCE,
    "funding.Partner": {"short_name": Why.ONCE, "name_fr": Why.BUNDLE, "name_en": Why.BUNDLE},
    "letters.Letter": Why.MACHINE,
    "letters.LetterTemplate": columns("subject_fr subject_en body_fr body_en", Why.NUMBERED),
    "notifications.Message": Why.MACHINE,
    "programs.Call": {
        "key": Why.ONCE, "name_fr": Why.BUNDLE, "name_en": Why.BUNDLE, "zone": Why.BUNDLE, "cohorts": Why.BUNDLE,
    },
    "programs.FormVersion": {"definition": Why.NUMBERED},
    "programs.Program": {
        "code": Why.ONCE,
        **columns(
            "slug name_fr name_en summary_fr summary_en description_fr"
            " description_en themes contact_email contact_phone",
            Why.BUNDLE,
        ),
    },
    "programs.Rubric": {"definition": Why.NUMBERED},
    "programs.Rules": {"definition": Why.NUMBERED},
    "reports.ApiCall": Why.MACHINE,
    "reports.ApiKey": columns("name prefix digest networks", Why.ONCE),
    "reviews.Assignment": {"feedback": Why.COUNTED},
    "applications.ScreeningReturn": columns("why", Why.ONCE),
    "reviews.Declaration": columns("note ruling recorded touches upheld_why set_aside_why", Why.ONCE),
    "reviews.Interest": {"organisation_name": Why.OWN, "neq": Why.OWN},
    "reviews.Recommendation": columns("reasons_fr reasons_en discussion inputs sent_back_why", Why.ONCE),
    "reviews.Score": {"criterion": Why.ONCE, "point": Why.COUNTED, "comment": Why.COUNTED},
    "work.Heartbeat": Why.MACHINE,
    "work.Job": Why.MACHINE,
    "work.JobFailure": Why.MACHINE,
    "work.JobPart": Why.MACHINE,
    "work.Outage": Why.MACHINE,
}  # fmt: skip
# model → the texts that its version is of: those that a service writes with `work.versions`.
VERSIONED = {
    "accounts.Organisation": {
        "legal_name", "neq", "business_number", "street", "city", "province", "postal_code", "region", "naics",
        "website",
    },
    "applications.Answer": {"value"},
    "applications.Finding": {"reason"},
    "decisions.Decision": {"reasons_fr", "reasons_en"},
}  # fmt: skip


def texts_of(model):
    """The columns of a row that hold words: not those of a closed list, nor of another row."""
    return {field.name for field in model._meta.local_concrete_fields if isinstance(field, TEXTS) and not field.choices}


def test_every_text_has_its_version_or_says_why_it_needs_none():
    ours = [model for model in apps.get_models() if model._meta.app_label in APPS]
    missing, stale = [], set(UNVERSIONED) | set(VERSIONED)
    for model in ours:
        label = model._meta.label
        stale.discard(label)
        reasons, texts = UNVERSIONED.get(label, {}), texts_of(model)
        known = texts if isinstance(reasons, Why) else set(reasons) | VERSIONED.get(label, set())
        missing += [f"{label}.{name}" for name in sorted(texts ^ known)]
    assert (missing, stale) == ([], set())


def test_what_is_said_to_have_a_version_has_one():
    versioned = {model._meta.label for model in apps.get_models() if issubclass(model, Versioned)}
    assert versioned == set(VERSIONED)
    for model in (apps.get_model(label) for label in VERSIONED):
        names = {field.name for field in model._meta.concrete_fields}
        assert {"version", model.written_by, model.written_at} <= names
