"""What a letter is about: its regime and languages, its template, and the fields that any file's letter has."""

from dataclasses import replace
from decimal import Decimal

import pytest

from funding.models import Agreement
from letters import fields, sheets
from letters.models import LetterTemplate
from letters.states import LetterKind
from letters.subjects import Signer, Subject, _partners
from programs.models import ProgramFunding
from tests.decisions import files
from tests.mutants import proves

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreements(programme):
    """The programme's own agreement, then two of other partners that fund it too."""
    others = [files.other_agreement(programme, name) for name in ("DEC", "MDN")]
    for agreement in others:
        ProgramFunding.objects.create(program=programme, agreement=agreement, share=10)
    return [Agreement.objects.exclude(pk__in=[one.pk for one in others]).get(), *others]


def about(cast, programme, *agreements, language="fr"):
    """What a letter to Usinage Gauthier is about, paid by these agreements."""
    return Subject(
        application=files.file_row(cast, programme, language=language),
        kind=LetterKind.DECLINED,
        dated=files.DECIDED_AT,
        signer=Signer("Sylvie Nguyen"),
        amount=Decimal(0),
        agreements=frozenset(agreements),
    )


def set_regimes(agreements, *regimes):
    for agreement, regime in zip(agreements, regimes, strict=True):
        agreement.language_regime = regime
        agreement.save(update_fields=["language_regime"])


@pytest.mark.parametrize(
    ("regimes", "paying", "regime"),
    [
        (("both_equal", "fr_prevails", "fr_only"), (0, 1, 2), "fr_only"),
        (("both_equal", "fr_prevails", "fr_only"), (0, 1), "fr_prevails"),
        (("both_equal", "fr_prevails", "fr_only"), (0,), "both_equal"),
        (("both_equal", "both_equal", "fr_prevails"), (), "fr_prevails"),  # where none pays, those of the programme
    ],
)
def test_regime_is_the_strictest_of_the_agreements_that_pay_else_of_the_programmes(
    cast, programme, agreements, regimes, paying, regime
):
    set_regimes(agreements, *regimes)
    assert about(cast, programme, *(agreements[one] for one in paying)).regime == regime


def test_programme_without_an_agreement_writes_in_french_alone(cast, programme):
    programme.funding.all().delete()
    assert about(cast, programme).languages == ("fr",)


@pytest.mark.parametrize(
    ("regime", "language", "languages"),
    [
        ("fr_only", "fr", ("fr",)),
        ("fr_only", "en", ("fr",)),
        ("fr_prevails", "fr", ("fr", "en")),
        ("fr_prevails", "en", ("fr", "en")),
        ("both_equal", "fr", ("fr", "en")),
        ("both_equal", "en", ("en", "fr")),
    ],
)
def test_language_that_prevails_comes_first_and_the_applicants_where_both_are_equal(
    cast, programme, regime, language, languages
):
    agreement = Agreement.objects.get()
    set_regimes([agreement], regime)
    assert about(cast, programme, agreement, language=language).languages == languages


@proves(_partners)
def test_partners_are_named_once_each_in_the_order_of_their_agreements(cast, programme, agreements):
    own = agreements[0].partner
    Agreement.objects.filter(pk=agreements[1].pk).update(partner=own)
    subject = about(cast, programme)
    named = fields.values_of(subject, ["partner"], "fr")["partner"]
    assert named == f"{own.name_fr} et MDN"
    last = files.other_agreement(programme, "ISDE")
    ProgramFunding.objects.create(program=programme, agreement=last, share=10)
    assert fields.values_of(subject, ["partner"], "en")["partner"] == f"{own.name_en}, MDN and ISDE"


@proves(Subject.template.func)
def test_template_is_the_latest_of_its_kind_on_the_programme_and_one_that_is_empty_is_lacking(cast, programme):
    programme.letter_templates.all().delete()
    subject = about(cast, programme, *Agreement.objects.all())
    assert subject.template is None
    assert [found.words for found in sheets.empty_fields(subject)] == ["le programme n’a pas de lettre de ce genre"]
    texts = {"subject_fr": "Objet", "subject_en": "Subject", "body_fr": "Madame,", "body_en": " \n"}
    for number in (1, 3, 2):
        LetterTemplate.objects.create(program=programme, kind="declined", number=number, **texts)
    LetterTemplate.objects.create(program=programme, kind="approved", number=4, **texts)
    subject = replace(subject)  # what it found is kept: asked again, it is another
    assert subject.template.number == 3
    assert [found.words for found in sheets.empty_fields(subject)] == ["le texte de la lettre (Anglais)"]
