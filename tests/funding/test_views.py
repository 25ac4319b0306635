"""The pages of the envelopes: who reads them, and what a statement names."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from accounts.models import ClusterAppointment
from audit.models import Reading
from funding import access, figures, ledger
from funding.access import envelopes_of, reads_envelopes
from funding.models import Agreement, Envelope, Partner
from funding.money import Cause
from funding.querysets import EnvelopeQuerySet
from moves.services import declare_standing
from programs.models import Appointment, Program, ProgramFunding
from programs.rules import is_staff
from tests.files import AT, another_call, another_cluster, submitted_file
from tests.mutants import proves
from work import clock


@pytest.fixture(autouse=True)
def now(clock_at):
    clock_at(AT)


@pytest.fixture
def page():
    def get(person, name, *args, language="fr"):
        client = Client()
        client.force_login(person)
        client.cookies["django_language"] = language
        return client.get(reverse(name, args=args))

    return get


def test_envelopes_and_their_statement_are_for_those_who_handle_money(cast, programme, page):
    envelope = Envelope.objects.order_by("fiscal_year").first()
    for person in ("officer", "chair", "endorser", "approver", "finance", "auditor"):
        assert page(getattr(cast, person), "envelope-list").status_code == 200, person
        assert page(getattr(cast, person), "envelope-statement", envelope.public_id).status_code == 200, person
    for person in ("screener", "ana", "sophie", "analyst", "administrator"):
        assert page(getattr(cast, person), "envelope-list").status_code == 403, person
        assert page(getattr(cast, person), "envelope-statement", envelope.public_id).status_code == 404, person


def test_what_a_year_has_for_awards_has_one_name_on_every_page(cast, programme, page):
    """What is allocated less the fee: in the list, under its bar, on the statement, beside the ranking."""
    envelope = Envelope.objects.order_by("fiscal_year").first()
    listed = page(cast.chair, "envelope-list").content.decode()
    assert listed.count('data-label="Pour des aides"') == Envelope.objects.count() + 1  # and their total
    assert listed.count('<th scope="row">Pour des aides</th>') == Envelope.objects.count()
    statement = page(cast.chair, "envelope-statement", envelope.public_id).content.decode()
    assert '<th scope="row">Pour des aides</th>' in statement
    ranking = page(cast.chair, "review-ranking", programme.calls.get().public_id).content.decode()
    assert '<th scope="col" class="number">Pour des aides</th>' in ranking
    for body in (listed, statement, ranking):
        assert "À accorder" not in body
        assert '<th scope="row">Enveloppe budgétaire</th>' not in body


@proves(envelopes_of)
@pytest.mark.parametrize("person", ["finance", "auditor", "chair", "approver"])
def test_who_no_longer_holds_the_role_reads_no_envelope(cast, programme, page, person):
    """The roles of the whole cluster and those of a programme alike, from the day after their last."""
    person, envelope = getattr(cast, person), Envelope.objects.order_by("fiscal_year").first()
    for held in (person.cluster_appointments, person.appointments):
        held.update(ends_on=clock.today())
    assert list(envelopes_of(person)) == list(Envelope.objects.all())
    for held in (person.cluster_appointments, person.appointments):
        held.update(ends_on=clock.today() - timedelta(days=1))
    assert (reads_envelopes(person), list(envelopes_of(person))) == (False, [])
    assert (is_staff(person), list(Program.objects.of_staff(person))) == (False, [])
    assert list(Program.objects.with_money_of(person)) == []
    assert page(person, "envelope-list").status_code == 403
    assert page(person, "envelope-statement", envelope.public_id).status_code == 404


def test_a_statement_names_the_file_of_each_entry_to_whom_may_open_it(cast, programme, page):
    file = submitted_file(cast, programme)
    envelope = Envelope.objects.order_by("fiscal_year").first()
    amount = envelope.free / 8
    ledger.reserve(
        [(envelope, amount.quantize(envelope.free))], application_id=file.pk, by=cast.chair, because=Cause.RECOMMEND
    )
    body = page(cast.finance, "envelope-statement", envelope.public_id).content.decode()
    assert file.reference in body
    lines = page(cast.finance, "envelope-csv", envelope.public_id).content.decode("utf-8-sig").splitlines()
    assert len(lines) == 4  # the head, the allocation, the fee, the reserve
    assert file.reference in lines[3]
    assert Reading.objects.filter(subject_type="envelope").count() == 2


def test_money_of_a_file_that_is_closed_to_its_reader_is_left_out_until_its_letter_has_left(cast, programme, page):
    """Of the list, the statement, its bar and its spreadsheet: rows and balances agree, for them as for the others."""
    application, other = submitted_file(cast, programme), 7
    declare_standing(application.pk, user=cast.officer, standing="conflict")
    envelope = Envelope.objects.order_by("fiscal_year").first()

    def read(person):
        names = (("envelope-list",), ("envelope-statement", envelope.public_id), ("envelope-csv", envelope.public_id))
        contents = (page(person, *name).content.decode() for name in names)
        return [content.partition("<h1")[2].partition("<footer")[0] or content for content in contents]

    ledger.reserve([(envelope, Decimal("11.11"))], application_id=other, by=cast.chair, because=Cause.RECOMMEND)
    before = read(cast.officer)
    assert ["Un dossier qui vous est fermé n’est pas compté" in text for text in before] == [True, True, False]
    assert [text.count("11,11") for text in before] == [3, 3, 2]
    share = [(envelope, Decimal("60000.00"))]
    ledger.reserve(share, application_id=application.pk, by=cast.chair, because=Cause.RECOMMEND)
    ledger.commit(share, application_id=application.pk, by=cast.officer, because=Cause.ISSUE)
    assert read(cast.officer) == before
    open_to_all = read(cast.finance)
    assert not any("Un dossier qui vous est fermé" in text for text in open_to_all)
    ledger.tell(application.pk, at=clock.now())
    told = read(cast.officer)
    assert [text.count("60\xa0000,00") for text in told[:2]] == [text.count("60\xa0000,00") for text in open_to_all[:2]]
    assert told[2].count("60000,00") == open_to_all[2].count("60000,00") > 0


def test_start_fails_where_no_app_says_who_handles_the_money_or_names_the_files(monkeypatch):
    monkeypatch.setattr(access, "_handlers", None)
    monkeypatch.setattr(figures, "_naming", None)
    with pytest.raises(ImproperlyConfigured, match="who handles the money"):
        access.handlers()
    with pytest.raises(ImproperlyConfigured, match="names the files"):
        figures.naming()


@pytest.fixture
def envelopes(programme):
    """Envelopes made out of order, by agreement and year: two agreements more of the cluster, one of another."""
    own = Agreement.objects.get()

    def agreement(reference, cluster):
        partner, _made = Partner.objects.get_or_create(
            cluster=cluster, short_name="MX", defaults={"name_fr": "Ministère X", "name_en": "Ministry X"}
        )
        return Agreement.objects.create(
            partner=partner, cluster=cluster, reference=reference, title_fr=reference, title_en=reference,
            starts_on=date(2026, 4, 1), ends_on=date(2029, 3, 31), language_regime="fr_prevails",
        )  # fmt: skip

    theirs = another_cluster()
    found = {("MEIE-2026-114", one.fiscal_year): one for one in own.envelopes.all()}
    for reference, cluster in (("ZZ", own.cluster), ("AA", own.cluster), ("THEIRS", theirs)):
        made = agreement(reference, cluster)
        for year in (2028, 2026, 2027):
            found[reference, year] = Envelope.objects.create(agreement=made, fiscal_year=year)
    return found


def listed(answer):
    return [
        (group["agreement"].reference, line["envelope"].fiscal_year)
        for group in answer.context["groups"]
        for line in group["years"]
    ]


@proves(envelopes_of)
@pytest.mark.parametrize("person", ["officer", "finance", "auditor"])
def test_readers_of_a_cluster_have_its_envelopes_by_agreement_and_year(cast, envelopes, page, person):
    expected = [(reference, year) for reference in ("AA", "MEIE-2026-114", "ZZ") for year in (2026, 2027, 2028)]
    assert listed(page(getattr(cast, person), "envelope-list")) == expected
    for key, envelope in envelopes.items():
        status = page(getattr(cast, person), "envelope-statement", envelope.public_id).status_code
        assert status == (200 if key in expected else 404), key


@proves(EnvelopeQuerySet.by_agreement)
def test_agreements_of_one_reference_in_two_clusters_are_listed_one_after_the_other(cast, envelopes):
    own, theirs = (envelopes[reference, 2026].agreement for reference in ("AA", "THEIRS"))
    Agreement.objects.filter(pk=theirs.pk).update(reference="AA")
    ClusterAppointment.objects.create(user=cast.auditor, cluster=theirs.cluster, role="auditor")
    read = [(one.agreement_id, one.fiscal_year) for one in envelopes_of(cast.auditor)]
    years = (2026, 2027, 2028)
    assert read[:6] == [(agreement.pk, year) for agreement in (own, theirs) for year in years]
    assert [one.agreement.reference for one in envelopes_of(cast.auditor)][6:] == ["MEIE-2026-114"] * 3 + ["ZZ"] * 3


@proves(envelopes_of)
@pytest.mark.parametrize("role", ["officer", "chair", "endorser", "approver"])
def test_who_handles_the_money_of_a_programme_has_the_envelopes_that_pay_it_and_no_other(
    cast, programme, envelopes, role
):
    other = another_call(programme.calls.get(), cluster=envelopes["THEIRS", 2026].agreement.cluster).program
    ProgramFunding.objects.create(program=other, agreement=envelopes["THEIRS", 2026].agreement)
    Appointment.objects.filter(user=cast.ana).delete()
    Appointment.objects.create(
        user=cast.ana, program=programme, cluster=programme.cluster, role=role, limit=1, seat="cluster"
    )
    assert {one.agreement.reference for one in envelopes_of(cast.ana)} == {"MEIE-2026-114"}
    Appointment.objects.filter(user=cast.ana).update(program=None, cluster=other.cluster)
    assert {one.agreement.reference for one in envelopes_of(cast.ana)} == {"THEIRS"}


@pytest.mark.parametrize("role", ["administrator"])
def test_role_in_the_cluster_that_reads_no_books_opens_no_envelope(cast, cluster, envelopes, role):
    ClusterAppointment.objects.create(user=cast.sophie, cluster=cluster, role=role)
    assert (reads_envelopes(cast.sophie), list(envelopes_of(cast.sophie))) == (False, [])


@proves(figures.statement)
def test_statement_of_an_envelope_has_its_entries_in_the_order_they_were_made(cast, programme, page):
    first, second, _third = Envelope.objects.order_by("fiscal_year")
    for amount in (3, 1, 2):
        ledger.receive(first, amount=Decimal(amount), by=cast.finance)
        ledger.receive(second, amount=Decimal(amount * 10), by=cast.finance)
    rows = page(cast.finance, "envelope-statement", first.public_id).context["rows"]
    assert [line["row"].entry.amount for line in rows] == [1_600_000, 128_000, 3, 1, 2]


HEADS = {
    "fr": (
        "Jour;Heure (heure du Québec);Exercice financier;Écriture;Correction;Pris sur;Montant ($);Dossier;Par;Remarque;"
        "Solde ensuite ($) : Affecté;Solde ensuite ($) : Frais d’administration;Solde ensuite ($) : Réservé;"
        "Solde ensuite ($) : Engagé;Solde ensuite ($) : Compte à payer;Solde ensuite ($) : Versé;"
        "Solde ensuite ($) : Recouvré;Solde ensuite ($) : Remis au ministère ou à l’organisme partenaire;"
        "Solde ensuite ($) : Périmé;"
        "Solde ensuite ($) : Libre"
    ),
    "en": (
        "Day,Time (Québec time),Fiscal year,Entry,Correction,Taken from,Amount ($),File,By,Note,"
        "Balance after ($): Allocated,Balance after ($): Administration fee,Balance after ($): Reserved,"
        "Balance after ($): Committed,Balance after ($): Payable at year-end,Balance after ($): Paid,"
        "Balance after ($): Recovered,Balance after ($): Returned to the partner,Balance after ($): Lapsed,"
        "Balance after ($): Free"
    ),
}


@pytest.mark.parametrize(
    ("language", "line"),
    [
        (
            "fr",
            "2027-03-31;21:00;2026-2027;Affecté;;;1234,50;;{by};'=Avenant 2;1601234,50;128000,00;0,00;0,00;0,00;0,00;"
            "0,00;0,00;0,00;1473234,50",
        ),
        (
            "en",
            "2027-03-31,21:00,2026-2027,Allocated,,,1234.50,,{by},'=Avenant 2,1601234.50,128000.00,0.00,0.00,0.00,0.00,"
            "0.00,0.00,0.00,1473234.50",
        ),
    ],
)
def test_statement_is_a_spreadsheet_of_the_reader_s_language_in_quebec_s_days(cast, programme, page, language, line):
    """An entry of the evening of March 31 is of that day and of its envelope's fiscal year, whatever the day in UTC."""
    envelope = Envelope.objects.order_by("fiscal_year").first()
    with clock.at(datetime(2027, 4, 1, 1, tzinfo=UTC)):
        ledger.allocate(envelope, amount=Decimal("1234.5"), by=cast.finance, note="=Avenant 2")
    answer = page(cast.finance, "envelope-csv", envelope.public_id, language=language)
    assert answer.content.startswith(b"\xef\xbb\xbf")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert (lines[0].replace("\xa0", " "), lines[-1]) == (HEADS[language], line.format(by=cast.finance.full_name))
