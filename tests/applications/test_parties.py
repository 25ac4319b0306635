"""What the parties of a file are known by, and what a submission keeps of it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Membership, Organisation, User
from applications.selectors.parties import mail_domains, neqs_of
from tests.files import submitted_file
from tests.mutants import proves
from work.names import MAY_TRADE_AS, TRADING_AS, enterprise_key, enterprise_keys
from work.texts import read_line

pytestmark = pytest.mark.django_db
TODAY = date(2026, 10, 6)
DAY = timedelta(days=1)
READS_MORE = {"without `may_bear_one`": "each is asked by its own names: it reads more"}


@pytest.fixture
def in_october(clock_at):
    clock_at(datetime(2026, 10, 6, 14, tzinfo=UTC))


@proves(neqs_of, moot=READS_MORE)
def test_numbers_of_a_name_are_those_registered_under_it(cast, usinage, precision):
    key = enterprise_key(usinage.legal_name)
    other = Organisation.objects.create(legal_name=usinage.legal_name.upper(), neq="1140000001")
    assert neqs_of({key}) == {key: {usinage.neq, other.neq}}
    assert neqs_of(set()) == {}


@pytest.mark.parametrize(
    "between",
    ["f.a.s.r.s.", "F. A. S. R. S", "fasrs", "d.b.a.", "dba", "d/b/a", "faisant affaires sous la raison sociale de",
     "faisant affaire sous le nom", "doing business as", "carrying on business under the name of"],
)  # fmt: skip
@proves(neqs_of, moot=READS_MORE)
def test_number_of_an_enterprise_with_two_names_is_registered_under_each(usinage, between):
    name = f"Gestion Lavoie inc. {between} Usinage Boréal"
    Organisation.objects.create(legal_name=name, neq="1140000002")
    own, trade = (enterprise_key(one) for one in ("Gestion Lavoie", "Usinage Boréal"))
    assert neqs_of({trade}) == {trade: {"1140000002"}}
    assert neqs_of({own, "autre"}) == {own: {"1140000002"}}


SPACES = [chr(one) for one in range(0x3001) if chr(one).isspace()]


@pytest.mark.parametrize("space", [one for one in SPACES if read_line(f"a{one}b") == f"a{one}b"], ids=ascii)
@pytest.mark.parametrize(
    "between", ["f. a. s. r. s.", "faisant affaires sous le nom", "doing business as", "carrying on business as"]
)
def test_number_is_found_under_each_of_two_names_whatever_the_spaces_between_them(db, between, space):
    """Each that the door keeps in a name, the no-break ones of a text set in French among them."""
    name = f"9123-4567 Québec inc. {between} Soudure Alpha".replace(" ", space)
    Organisation.objects.create(legal_name=name, neq="1140000112")
    own, trade = (enterprise_key(one) for one in ("9123-4567 Québec inc.", "Soudure Alpha"))
    assert enterprise_keys(name) == {own, trade}
    assert neqs_of({trade}) == {trade: {"1140000112"}}


def passed_over(names):
    """Those of these names that the database would not read for their several names."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM unnest(%s::text[]) name WHERE name !~* %s", [names, MAY_TRADE_AS])
        return [name for (name,) in cursor.fetchall()]


@given(st.lists(st.from_regex(TRADING_AS).filter(lambda name: "\0" not in name), min_size=1))
def test_database_reads_every_name_that_is_split(names):
    assert passed_over(names) == []


@pytest.mark.parametrize("between", ["f. a. s. r. s.", "fasrs", "faisant affaires sous le nom", "doing business as"])
def test_database_takes_for_a_letter_or_a_space_all_that_python_does(between):
    """Python holds « ſ » for an s and « ı » for an i, whatever the case, and « İ »; the database does not by itself."""
    letters = [between.replace(one, other) for one, other in (("s", "ſ"), ("i", "ı"), ("i", "İ"))]
    names = [
        f"Roy {one.replace(' ', space)} Lavoie" for one in (between, between.upper(), *letters) for space in SPACES
    ]
    assert all(TRADING_AS.search(name) for name in names)
    assert passed_over(names) == []
    assert passed_over(["Usinage Boréal inc."]) == ["Usinage Boréal inc."]  # not every name is read


@proves(mail_domains)
def test_mail_of_an_organisation_is_that_of_who_acts_for_it_today_and_runs_no_cluster(
    cast, programme, usinage, precision, in_october
):
    """Not of who left, nor of who holds a role of a cluster; of who held one before."""
    Membership.objects.all().delete()

    def act(name, organisation=usinage, **columns):
        user = User.objects.create_user(f"ines@{name}.example", given_name="Inès", family_name="Roy")
        Membership.objects.create(user=user, organisation=organisation, role="member", **columns)
        return user

    act("present"), act("beside", precision), act("left", ended_at=datetime(2026, 10, 5, tzinfo=UTC))
    for name, ends in (("runs", None), ("ran", TODAY - DAY)):
        role = {"role": "officer", "starts_on": TODAY - 9 * DAY, "ends_on": ends}
        act(name).cluster_appointments.create(cluster=programme.cluster, **role)
    assert mail_domains([usinage.pk]) == {usinage.pk: {"present.example", "ran.example"}}


def test_submission_keeps_what_its_parties_are_known_by(cast, programme, usinage, prime):
    """The name and the number as signed; the site; the addresses; the numbers of its sponsor."""
    user = User.objects.create_user("ines@ajustage.example", given_name="Inès", family_name="Roy")
    Membership.objects.create(user=user, organisation=usinage, role="member")
    kept = submitted_file(cast, programme).snapshots.get()
    assert (kept.applicant_name, kept.applicant_neq) == (usinage.legal_name, usinage.neq)
    assert kept.applicant_website == usinage.website == "https://gauthier.example"
    assert kept.applicant_mail.splitlines() == ["ajustage.example", "gauthier.example"]
    assert kept.sponsor_neqs == prime.neq
