"""Importing, publishing and exporting a programme through the services."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from accounts.models import ClusterAppointment
from audit.actors import CLOCK
from audit.models import Entry
from builder.bundle import BundleRefused, dump_bundle, read_bundle
from builder.checks import Lacks, publication_findings
from builder.exports import _agreement_data, _partners, _program_data, allocated, export_bundle
from builder.management.commands.import_bundle import Command
from builder.services import (
    _ask_who,
    _cluster_of,
    _disagreements,
    _import_call,
    _import_program,
    _version,
    import_bundle,
)
from funding import ledger
from funding.models import Agreement, Envelope, Partner
from letters.models import LetterTemplate
from letters.selectors import templates_of
from moves.refusals import Forbidden, WrongMoment
from programs.models import Appointment, Call, FormVersion, Program, Rules
from programs.states import CallState
from tests.cast import BUNDLE
from tests.decisions.files import other_agreement, other_programme
from tests.files import another_call, another_cluster, publish_call
from tests.mutants import proves
from work import clock

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


# Who imports into the cluster of the cast a programme that is not there yet, and one that is.
IMPORTERS = {
    "cluster officer": (True, True),
    "cluster officer of another": (False, False),
    "cluster officer until yesterday": (False, False),
    "cluster auditor": (False, False),
    "officer of every programme": (True, True),
    "officer of every programme of another": (False, False),
    "officer of every programme until yesterday": (False, False),
    "chair of every programme": (False, False),
    "officer of the programme": (False, True),
    "officer of the programme until yesterday": (False, False),
    "chair of the programme": (False, False),
}


@proves(_ask_who)
@pytest.mark.parametrize("held", IMPORTERS)
def test_import_is_for_the_officers_of_its_own_cluster_in_office(programme, cluster, cast, held):
    ClusterAppointment.objects.all().delete()
    Appointment.objects.all().delete()
    ends_on = clock.today() - timedelta(days=1) if "until yesterday" in held else None
    term = {"starts_on": clock.today() - timedelta(days=9), "ends_on": ends_on, "user": cast.ana}
    term["cluster"] = another_cluster() if "of another" in held else cluster
    term["role"] = next(role for role in ("officer", "auditor", "chair") if role in held)
    if held.startswith("cluster"):
        ClusterAppointment.objects.create(**term)
    else:
        Appointment.objects.create(program=programme if "of the programme" in held else None, **term)
    new = TEXT.replace("  code: FE\n", "  code: FX\n").replace("slug: filiere-excellence", "slug: autre")
    for text, may in zip((new, TEXT), IMPORTERS[held], strict=True):
        if may:
            assert import_bundle(text, by=cast.ana, cluster=cluster).cluster == cluster
        else:
            with pytest.raises(Forbidden):
                import_bundle(text, by=cast.ana, cluster=cluster)
            with pytest.raises(Forbidden):
                import_bundle("nothing of a bundle", by=cast.ana, cluster=cluster)


@proves(_cluster_of, moot={"without the limit": "two are one too many, and so are more"})
def test_officer_of_several_clusters_says_which_one(cast, cluster):
    """Another role elsewhere asks for nothing; nor does it import anything here."""
    other = another_cluster()
    ClusterAppointment.objects.create(user=cast.officer, cluster=other, role="auditor", starts_on=clock.today())
    Appointment.objects.create(user=cast.officer, cluster=other, role="chair", starts_on=clock.today())
    over = {"starts_on": clock.today() - timedelta(days=9), "ends_on": clock.today() - timedelta(days=1)}
    Appointment.objects.create(user=cast.officer, cluster=other, role="officer", **over)
    assert _cluster_of(cast.officer) == cluster
    for nobody in (cast.chair, cast.auditor, CLOCK):
        with pytest.raises(Forbidden):
            _cluster_of(nobody)
    Appointment.objects.create(user=cast.ana, cluster=other, role="officer", starts_on=clock.today())
    assert _cluster_of(cast.ana) == other  # a reviewer of ours
    ClusterAppointment.objects.create(user=cast.ana, cluster=cluster, role="officer", starts_on=clock.today())
    with pytest.raises(ValueError, match="several clusters"):
        _cluster_of(cast.ana)
    ClusterAppointment.objects.create(user=cast.officer, cluster=other, role="officer")
    with pytest.raises(ValueError, match="several clusters"):
        import_bundle(TEXT, by=cast.officer)
    ClusterAppointment.objects.filter(cluster=other).update(ends_on=clock.today() - timedelta(days=1))
    assert import_bundle(TEXT, by=cast.officer).cluster == cluster


def paid_by(*shares):
    """The bundle, paid by its agreement and by one more for each share after the first, in the order of the shares."""
    data = read_bundle(TEXT).data
    (own,) = data["agreements"]
    others = [own | {"reference": f"AUTRE-{n}"} for n in range(1, len(shares))]
    data["agreements"] = [own, *others]
    data["programme"]["funding"] = [
        {"agreement": agreement["reference"], "share": share}
        for agreement, share in zip(data["agreements"], shares, strict=True)
    ]
    return dump_bundle(data)


def funding_of(programme):
    return {(one.agreement.reference, one.share) for one in programme.funding.select_related("agreement")}


@proves(_import_program)
def test_agreement_that_a_bundle_no_longer_names_pays_no_more(programme, cast):
    import_bundle(paid_by(60, 40), by=cast.officer)
    assert funding_of(programme) == {("MEIE-2026-114", 60), ("AUTRE-1", 40)}
    import_bundle(TEXT, by=cast.officer)
    assert funding_of(programme) == {("MEIE-2026-114", 100)}
    assert Agreement.objects.filter(reference="AUTRE-1").exists()  # it stays on record


def test_import_of_another_programme_leaves_the_funding_of_this_one(programme, cast):
    other = TEXT.replace("  code: FE\n", "  code: FX\n").replace("slug: filiere-excellence", "slug: autre")
    import_bundle(other, by=cast.officer)
    import_bundle(paid_by(60, 40), by=cast.officer)
    assert funding_of(Program.objects.get(code="FX")) == {("MEIE-2026-114", 100)}


@pytest.fixture
def beside(cast, cluster):
    """What lies beside the programme that is imported, on record before it: the programmes FA, of its cluster, and FE,
    of another; each with a published call of the same key that opens another day, three versions of its rules, and the
    fee of 9 % of its agreement. Returns both programmes."""
    other = another_cluster()
    made = {}
    for code, where in (("FA", cluster), ("FE", other)):
        ClusterAppointment.objects.get_or_create(user=cast.officer, cluster=where, role="officer")
        text = TEXT.replace("  code: FE\n", f"  code: {code}\n")
        text = text.replace("slug: filiere-excellence", f"slug: autre-{code.lower()}")
        text = text.replace("fee_percent: 8", "fee_percent: 9").replace("opens: 2026-06-01", "opens: 2026-06-02")
        if code == "FA":
            text = text.replace("MEIE-2026-114", "AUTRE-1")
        for amount in ("90000.00", "80000.00", "70000.00"):
            again = text.replace("max_aid: 90000.00", f"max_aid: {amount}")
            made[code] = import_bundle(again, by=cast.officer, cluster=where)
        made[code].calls.update(state="published")
    return list(made.values())


@proves(import_bundle, _disagreements, _version, _import_call)
def test_import_touches_the_rows_of_its_programme_alone(cast, cluster, beside):
    """Whatever has the same code, key or reference elsewhere, and whatever else the programme has."""
    written = [export_bundle(one) for one in beside]
    programme = import_bundle(TEXT, by=cast.officer, cluster=cluster)
    assert (programme.cluster, programme.code) == (cluster, "FE")
    assert programme not in beside
    assert import_bundle(TEXT, by=cast.officer, cluster=cluster) == programme
    own = programme.calls.get()
    assert (own.state, own.rules.number, own.rules.program) == ("draft", 1, programme)
    first = another_call(own, state="published", opens_at=own.opens_at - timedelta(days=1))
    Call.objects.filter(pk=first.pk).update(key="z"), Call.objects.filter(pk=own.pk).update(key="a")
    data = read_bundle(TEXT).data
    data["call"] |= {"key": "z"}
    with pytest.raises(BundleRefused) as refused:  # the second is no draft, whatever the first is
        import_bundle(dump_bundle(data), by=cast.officer, cluster=cluster)
    assert [p.where for p in refused.value.problems] == ["call.opens"]
    Call.objects.filter(pk=own.pk).update(state="published", opens_at=first.opens_at)
    Call.objects.filter(pk=first.pk).update(state="draft")
    again = import_bundle(
        dump_bundle(data | {"aid": data["aid"] | {"max_aid": "80000.00"}}), by=cast.officer, cluster=cluster
    )
    assert again == programme
    assert [(call.key, call.state, call.rules.number) for call in programme.calls.order_by("pk")] == [
        ("a", "published", 1),
        ("z", "draft", 2),
    ]
    assert [export_bundle(one) for one in beside] == written


@pytest.mark.parametrize("kind", ["approved", "declined", "ineligible", "waitlisted", "reconsidered", "cancelled"])
def test_call_is_not_published_without_a_letter_of_this_kind(programme, cast, kind):
    programme.letter_templates.filter(kind=kind).delete()
    call = programme.calls.get()
    assert [(p.where, p.lacks) for p in publication_findings(call, cast.officer)] == [(f"letters.{kind}", Lacks.FILE)]
    with pytest.raises(WrongMoment):
        publish_call(call, by=cast.officer)


@pytest.mark.parametrize("name", ["subject_fr", "subject_en", "body_fr", "body_en"])
def test_letter_that_lacks_a_text_keeps_its_call_from_being_published(programme, cast, name):
    programme.letter_templates.filter(kind="waitlisted").update(**{name: " "})
    assert [p.where for p in publication_findings(programme.calls.get(), cast.officer)] == [
        f"letters.waitlisted.{name}"
    ]


@pytest.mark.parametrize("name", ["name_fr", "name_en"])
def test_call_that_lacks_its_name_in_a_language_is_not_published(programme, cast, name):
    programme.calls.update(**{name: " "})
    type(programme).objects.update(**{name: " "})
    assert [p.where for p in publication_findings(Call.objects.get(), cast.officer)] == [
        f"call.{name}",
        f"programme.{name}",
    ]


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
    assert [p.where for p in publication_findings(call, cast.officer)] == ["form.sections[0].questions[0].label.en"]
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


def test_words_of_what_is_on_record_follow_the_file(programme, cast):
    """Titles and names; the terms and the amounts of an agreement do not."""
    data = read_bundle(TEXT).data
    data["agreements"][0]["title"]["en"], data["agreements"][0]["purpose"]["fr"] = "Renamed", "Autre but."
    data["partners"][0]["name"]["en"] = "The ministry"
    data["programme"]["working_group"]["name"]["fr"] = "Autre groupe"
    import_bundle(dump_bundle(data), by=cast.officer)
    agreement = Agreement.objects.get()
    assert (agreement.title_en, agreement.purpose_fr, agreement.partner.name_en) == (
        "Renamed", "Autre but.", "The ministry",
    )  # fmt: skip
    assert Program.objects.get().working_group.name_fr == "Autre groupe"
    told = Entry.objects.filter(verb="agreement.import")
    assert [entry.given["changed"] for entry in told.order_by("pk")][-1] == ["purpose_fr", "title_en"]
    count = told.count()
    import_bundle(dump_bundle(data), by=cast.officer)
    assert told.count() == count


@pytest.mark.parametrize("state", ["published", "cancelled", "archived"])
def test_import_changes_nothing_but_the_name_of_a_call_that_is_no_draft(programme, cast, state):
    programme.calls.update(state=state)
    before = programme.calls.get()
    data = read_bundle(TEXT).data
    data["aid"] |= {"max_aid": "80000.00"}
    data["call"]["name"] |= {"en": "Renamed"}
    import_bundle(dump_bundle(data), by=cast.officer)
    after = programme.calls.get()
    assert (after.name_en, after.rules.number, after.state) == ("Renamed", 1, state)
    assert (after.opens_at, after.closes_at, after.cohorts) == (before.opens_at, before.closes_at, before.cohorts)
    for key, value in (
        ("opens", "2026-06-02T09:00 America/Toronto"),
        ("cohorts", data["call"]["cohorts"][1:]),
        ("grace_minutes", 30),
    ):
        data = read_bundle(TEXT).data
        data["call"][key] = value
        with pytest.raises(BundleRefused) as refused:
            import_bundle(dump_bundle(data), by=cast.officer)
        assert [p.where for p in refused.value.problems] == [f"call.{key}"]


@proves(_version)
def test_each_change_is_a_version_after_the_latest_and_the_same_again_is_none(programme, cast):
    texts = [TEXT.replace("max_aid: 90000.00", f"max_aid: {amount}.00") for amount in (80_000, 70_000, 70_000, 90_000)]
    numbers = []
    for text in texts:
        import_bundle(text, by=cast.officer)
        numbers.append(programme.calls.get().rules.number)
    assert numbers == [2, 3, 3, 4]


def test_address_of_another_programme_is_refused(programme, cast):
    with pytest.raises(BundleRefused) as refused:
        import_bundle(TEXT.replace("  code: FE\n", "  code: FX\n"), by=cast.officer)
    assert [p.where for p in refused.value.problems] == ["programme.slug"]


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


def exported_years(programme):
    """What the exported bundle says of the envelopes of its first agreement."""
    written = read_bundle(export_bundle(programme)).data["agreements"][0]["envelopes"]
    return [(year["fiscal_year"], year["amount"]) for year in written]


@proves(allocated)
def test_export_says_what_was_allocated_once_it_is_corrected(programme, cast):
    """Neither the entry that was wrong, nor the one that undid it; nor what was carried over, charged or received."""
    first, second, _third = Envelope.objects.order_by("fiscal_year")
    others = [("2027-2028", "2000000.00"), ("2028-2029", "1800000.00")]
    ledger.charge_fee(first, by=cast.finance, amount=Decimal("10.00"))
    ledger.receive(first, amount=Decimal("500.00"), by=cast.finance)
    ledger.reprofile(first, second, amount=Decimal("1000.00"), consent="Lettre du 3 juin", by=cast.finance)
    assert exported_years(programme) == [("2026-2027", "1600000.00"), *others]
    more = ledger.allocate(first, amount=Decimal("400000.00"), by=cast.finance)
    assert exported_years(programme) == [("2026-2027", "2000000.00"), *others]
    ledger.reverse_entry(more, by=cast.finance, note="Mauvaise année")
    assert exported_years(programme) == [("2026-2027", "1600000.00"), *others]
    ledger.allocate(first, amount=Decimal("4.00"), by=cast.finance)
    assert exported_years(programme) == [("2026-2027", "1600004.00"), *others]
    another = other_agreement(programme)
    theirs = Envelope.objects.create(agreement=another, fiscal_year=first.fiscal_year)
    assert allocated(another, theirs.fiscal_year) == Decimal("0.00")
    ledger.allocate(theirs, amount=Decimal("7.00"), by=cast.finance)
    assert (allocated(another, theirs.fiscal_year), allocated(another, 2099)) == (Decimal("7.00"), None)


def test_import_finds_the_corrected_allocation_as_it_is(programme, cast):
    first = Envelope.objects.order_by("fiscal_year").first()
    ledger.reverse_entry(ledger.allocate(first, amount=Decimal("4.00"), by=cast.finance), by=cast.finance, note="Non")
    assert import_bundle(TEXT, by=cast.officer) == programme


@proves(_partners, _agreement_data, _program_data, export_bundle)
def test_export_has_everything_in_its_order_whatever_that_of_the_tables(programme, cast):
    """Three of each, made out of order, one more of a partner told once, one of another programme left out; and what
    is written in one language only."""
    import_bundle(paid_by(50, 30, 15, 5), by=cast.officer)
    import_bundle(
        TEXT.replace("  code: FE\n", "  code: FX\n").replace("slug: filiere-excellence", "slug: autre")
        .replace("MEIE-2026-114", "ZZ").replace("MEIE", "DEC"),
        by=cast.officer,
    )  # fmt: skip
    renamed = {"AUTRE-1": "M-2", "AUTRE-2": "M-1", "MEIE-2026-114": "M-3"}
    own = Partner.objects.get(short_name="MEIE")
    for was, becomes in renamed.items():
        partner = Partner.objects.create(
            cluster=programme.cluster, short_name=f"P{becomes[-1]}", name_fr=becomes, name_en=becomes
        )
        Agreement.objects.filter(reference=was).update(reference=becomes, partner=partner)
    Agreement.objects.filter(reference="AUTRE-3").update(reference="M-4", partner=partner)
    assert not own.agreements.exists()
    Agreement.objects.filter(partner__short_name__startswith="P").update(
        purpose_fr="", purpose_en="", authorisation_number="", authorisation_date=None, authorisation_none_reason=""
    )
    Agreement.objects.filter(reference="M-1").update(
        purpose_fr="But", authorisation_number="12", authorisation_date="2026-01-02"
    )
    Agreement.objects.filter(reference="M-2").update(purpose_en="Purpose")
    Program.objects.filter(pk=programme.pk).update(description_fr="", description_en="Described")
    programme = Program.objects.get(pk=programme.pk)
    data = read_bundle(export_bundle(programme)).data
    assert [partner["short_name"] for partner in data["partners"]] == ["P1", "P2", "P3"]
    assert [agreement["reference"] for agreement in data["agreements"]] == ["M-1", "M-2", "M-3", "M-4"]
    assert [agreement.get("purpose") for agreement in data["agreements"]] == [
        {"fr": "But", "en": ""}, {"fr": "", "en": "Purpose"}, None, None,
    ]  # fmt: skip
    assert [agreement.get("authorisation") for agreement in data["agreements"]] == [
        {"number": "12", "date": "2026-01-02"}, None, None, None
    ]  # fmt: skip
    assert data["programme"]["description"] == {"fr": "", "en": "Described"}
    programme.description_fr, programme.description_en = "Décrit", ""
    assert read_bundle(export_bundle(programme)).data["programme"]["description"] == {"fr": "Décrit", "en": ""}
    assert [(one["agreement"], str(one["share"])) for one in data["programme"]["funding"]] == [
        ("M-1", "15"),
        ("M-2", "30"),
        ("M-3", "50"),
        ("M-4", "5"),
    ]
    years = [[year["fiscal_year"] for year in agreement["envelopes"]] for agreement in data["agreements"]]
    assert years == [["2026-2027", "2027-2028", "2028-2029"]] * 4


@proves(export_bundle)
def test_export_is_of_the_latest_call_unless_another_is_asked_for(programme, cast):
    data = read_bundle(TEXT).data
    data["call"] |= {"key": "second"}
    data["aid"] |= {"max_aid": "80000.00"}
    import_bundle(dump_bundle(data), by=cast.officer)
    first, second = programme.calls.order_by("pk")
    Call.objects.filter(pk=first.pk).update(form=second.form)  # a rewritten row lies last in its table
    found = {call: read_bundle(export_bundle(programme, call=call)).data for call in (None, first, second)}
    assert {call: (one["call"]["key"], one["aid"]["max_aid"]) for call, one in found.items()} == {
        None: ("second", "80000.00"),
        first: (first.key, "90000.00"),
        second: ("second", "80000.00"),
    }
    for lacking in ("form", "rubric", "rules"):
        call = Call.objects.get(pk=first.pk)
        setattr(call, lacking, None)
        with pytest.raises(ValueError, match="without its form, rubric and rules"):
            export_bundle(programme, call=call)
    bare = other_programme(programme)
    bare.calls.all().delete()
    with pytest.raises(ValueError, match="without a call"):
        export_bundle(bare)


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


@proves(Command.handle)
def test_the_command_imports_into_the_cluster_that_it_is_told(cast, cluster):
    """An officer of several says which; one that does not exist is refused."""
    other = another_cluster()
    ClusterAppointment.objects.create(user=cast.officer, cluster=other, role="officer")
    importing = ("import_bundle", str(BUNDLE), "--by", cast.officer.email)
    with pytest.raises(CommandError, match="several clusters"):
        call_command(*importing)
    with pytest.raises(CommandError, match="no cluster 'ailleurs'"):
        call_command(*importing, "--cluster", "ailleurs")
    call_command(*importing, "--cluster", other.slug)
    assert Program.objects.get().cluster == other
