"""Importing, publishing and exporting a programme through the services."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from builder.bundle import BundleRefused, read_bundle
from builder.checks import publication_problems
from builder.exports import export_bundle
from builder.services import import_bundle
from funding.models import Agreement, Envelope, Partner
from letters.models import LetterTemplate
from letters.selectors import templates_of
from moves.refusals import Forbidden, WrongMoment
from programs.models import Call, FormVersion, Program, Rules
from programs.services.calls import publish_call
from programs.states import CallState
from tests.cast import BUNDLE

TEXT = BUNDLE.read_text(encoding="utf-8")
BEFORE_OPENING = datetime(2026, 5, 4, 15, tzinfo=UTC)


def counts():
    return tuple(m.objects.count() for m in (Partner, Agreement, Envelope, Program, FormVersion, Rules, LetterTemplate))


def test_import_writes_the_agreement_and_its_envelopes_less_the_fee(programme):
    agreement = Agreement.objects.get(reference="MEIE-2026-114")
    assert agreement.language_regime == "fr_prevails"
    assert agreement.concurrence_above == Decimal("75000.00")
    assert [(e.label, e.allocated, e.fee, e.awardable) for e in agreement.envelopes.all()] == [
        ("2026-2027", Decimal("1600000.00"), Decimal("128000.00"), Decimal("1472000.00")),
        ("2027-2028", Decimal("2000000.00"), Decimal("160000.00"), Decimal("1840000.00")),
        ("2028-2029", Decimal("1800000.00"), Decimal("144000.00"), Decimal("1656000.00")),
    ]


def test_import_leaves_a_draft_call_with_its_versions(programme):
    call = programme.calls.get()
    assert call.state == CallState.DRAFT
    assert call.zone == "America/Toronto"
    assert call.opens_at == datetime(2026, 6, 1, 13, tzinfo=UTC)
    assert call.closes_at == datetime(2028, 9, 30, 21, tzinfo=UTC)
    assert call.cohort_at(datetime(2026, 11, 22, tzinfo=UTC)) == datetime(2027, 1, 31, 22, tzinfo=UTC)
    assert (call.form.number, call.rubric.number, call.rules.number) == (1, 1, 1)
    assert call.rules.definition["aid"]["categories"][1]["cap_percent_after"] == "40"


def test_import_again_changes_nothing(programme, cast):
    before = counts()
    assert import_bundle(TEXT, by=cast.officer) == programme
    assert counts() == before


def test_import_of_a_changed_rule_makes_a_new_version(programme, cast):
    import_bundle(TEXT.replace("max_aid: 90000.00", "max_aid: 80000.00"), by=cast.officer)
    call = programme.calls.get()
    assert (call.form.number, call.rubric.number, call.rules.number) == (1, 1, 2)
    assert programme.rules.get(number=1).definition["aid"]["max_aid"] == "90000.00"
    assert call.rules.definition["aid"]["max_aid"] == "80000.00"


def test_import_of_a_changed_letter_makes_a_new_version_of_it_alone(programme, cast):
    import_bundle(TEXT.replace("Filière Excellence – Decision, file", "Decision on file"), by=cast.officer)
    assert {kind: letter.number for kind, letter in templates_of(programme).items()} == {
        "approved": 1,
        "cancelled": 1,
        "declined": 2,
        "ineligible": 1,
        "reconsidered": 1,
        "waitlisted": 1,
    }


def test_import_of_a_bad_bundle_writes_nothing(cast):
    text = TEXT.replace("weight: 25", "weight: 24").replace("type: url", "type: url")
    with pytest.raises(BundleRefused) as refused:
        import_bundle(text, by=cast.officer)
    line = TEXT[: TEXT.index("  criteria:")].count("\n") + 1
    assert [(p.line, p.where) for p in refused.value.problems] == [(line, "rubric.criteria")]
    assert counts() == (0, 0, 0, 0, 0, 0, 0)


def test_import_refuses_to_change_an_agreement_on_record(programme, cast):
    text = TEXT.replace("fee_percent: 8", "fee_percent: 9").replace("amount: 1600000.00", "amount: 1700000.00")
    with pytest.raises(BundleRefused) as refused:
        import_bundle(text, by=cast.officer)
    assert [p.where for p in refused.value.problems] == [
        "agreements[0].fee_percent",
        "agreements[0].envelopes[0].amount",
    ]
    assert refused.value.problems[0].line == TEXT[: TEXT.index("fee_percent: 8")].count("\n") + 1
    assert Agreement.objects.get().fee_percent == Decimal("8")


@pytest.mark.parametrize("person", ["sophie", "ana", "auditor", "analyst"])
def test_import_is_for_officers(cast, person):
    with pytest.raises(Forbidden):
        import_bundle(TEXT, by=getattr(cast, person))
    assert Program.objects.count() == 0


def test_publish_fixes_the_versions_of_the_call(programme, cast, clock_at):
    clock_at(BEFORE_OPENING)
    call = publish_call(programme.calls.get(), by=cast.officer)
    assert call.state == CallState.PUBLISHED
    call = Call.objects.select_related("form", "rubric", "rules").get(pk=call.pk)
    assert {call.form.published_at, call.rubric.published_at, call.rules.published_at} == {BEFORE_OPENING}


def test_publish_refuses_a_form_with_a_missing_language(programme, cast):
    form = programme.forms.get()
    del form.definition["sections"][0]["questions"][0]["label"]["en"]
    form.save()
    call = programme.calls.get()
    assert [p.where for p in publication_problems(call)] == ["form.sections[0].questions[0].label.en"]
    with pytest.raises(WrongMoment):
        publish_call(call, by=cast.officer)
    assert programme.calls.get().state == CallState.DRAFT


def test_import_keeps_a_published_call_as_it_was(programme, cast):
    publish_call(programme.calls.get(), by=cast.officer)
    import_bundle(TEXT.replace("max_aid: 90000.00", "max_aid: 80000.00"), by=cast.officer)
    assert programme.calls.get().rules.number == 1
    with pytest.raises(BundleRefused) as refused:
        import_bundle(TEXT.replace("opens: 2026-06-01T09:00", "opens: 2026-06-02T09:00"), by=cast.officer)
    assert [p.where for p in refused.value.problems] == ["call.opens"]


def test_export_reads_back_as_the_same_programme(programme, cast):
    text = export_bundle(programme)
    again = read_bundle(text)
    first = read_bundle(TEXT)
    assert again.problems == []
    for part in ("form", "rubric", "rules"):
        written = first.rules if part == "rules" else first.data[part]
        assert (again.rules if part == "rules" else again.data[part]) == written
    assert [letter.body for letter in again.letters] == [letter.body for letter in first.letters]
    before = counts()
    import_bundle(text, by=cast.officer)
    assert counts() == before
    assert export_bundle(programme) == text


def test_the_command_says_every_line_and_imports_nothing(cast, tmp_path, capsys):
    bad = tmp_path / "bad.yaml"
    bad.write_text(TEXT.replace("type: percent", "type: percents", 1), encoding="utf-8")
    with pytest.raises(CommandError, match="nothing was imported"):
        call_command("import_bundle", str(bad), "--by", cast.officer.email)
    assert "percents" in capsys.readouterr().err
    assert Program.objects.count() == 0


def test_the_command_imports(cast, capsys):
    call_command("import_bundle", str(BUNDLE), "--by", cast.officer.email)
    assert capsys.readouterr().out == "FE: Filière Excellence\n"
    assert Program.objects.get().calls.count() == 1
