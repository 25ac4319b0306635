"""Doubts about interests: who is asked for a ruling, what waits for one, and in which order."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.models import Cluster, Membership, Organisation, User
from accounts.services.organisations import remove_member, update_organisation
from applications.models import Application
from moves.interests import standing_of
from moves.refusals import WrongMoment
from moves.services import declare_standing
from moves.states import StandingState
from notifications.models import Message
from programs.models import Appointment
from programs.services.people import appoint
from reviews import checks
from reviews.checks.conflicts import _offices, ties_of
from reviews.checks.rivals import _meetings, rivals_among
from reviews.models import Declaration
from reviews.querysets import DeclarationQuerySet
from reviews.selectors import panel_reviews
from reviews.services import (
    assign_reviewer,
    declare_interests,
    end_interest,
    record_interest,
    rule_on_declaration,
    start_review,
)
from reviews.states import InterestKind
from tests.files import another, another_call, with_rules
from tests.mutants import proves
from tests.reviews.files import accept, assigned_file, eligible_file, file_in_review, fresh, of, score
from work import clock
from work.names import enterprise_key

pytestmark = pytest.mark.django_db
YESTERDAY = date(2026, 10, 5)


@pytest.fixture(autouse=True)
def in_october(clock_at):
    clock_at(datetime(2026, 10, 6, 14, tzinfo=UTC))


def asked():
    """Whom a ruling was asked of."""
    return {message.recipient for message in Message.objects.filter(kind="ruling_asked")}


def chairs(cast, programme, *names):
    people = [getattr(cast, name) for name in names]
    for person in people:
        appoint(person, by=cast.administrator, role="chair", program=programme)
    return people


def test_ruling_is_asked_of_chairs_in_office_to_whom_the_file_is_open(cast, programme):
    file = file_in_review(cast, programme)
    conflicted, unsure, closed, ended, other = chairs(cast, programme, "michel", "emily", "olivier", "chloe", "finance")
    declare_interests(file, by=conflicted, answer="conflict", note="Mon employeur.")
    declare_interests(file, by=unsure, answer="unsure", note="Un ancien client.")
    Message.objects.filter(kind="ruling_asked").delete()
    closed.is_active = False
    closed.save()
    Appointment.objects.filter(user=ended, role="chair").update(ends_on=YESTERDAY)
    declare_interests(file, by=cast.ana, answer="unsure", note="Une connaissance.")
    assert asked() == {cast.chair, other}


def test_chair_in_doubt_is_not_asked_to_rule_on_it(cast, programme):
    file = file_in_review(cast, programme)
    (other,) = chairs(cast, programme, "finance")
    declare_interests(file, by=cast.chair, answer="unsure", note="Un ancien client.")
    assert asked() == {other}
    declare_interests(file, by=cast.chair, answer="unsure", note="Et un voisin.")
    assert asked() == {other}


@proves(DeclarationQuerySet.to_rule_on, DeclarationQuerySet.latest_of_each)
def test_doubts_to_rule_on_are_the_latest_of_each_person_oldest_first(cast, programme):
    """Three doubts that wait; one ruled on, one that became a conflict, one of another answer, which do not."""
    file, other = file_in_review(cast, programme), eligible_file(cast, programme, company="precision")
    waiting = [declare_interests(file, by=person, answer="unsure", note="Un doute.") for person in (cast.dev, cast.ana)]
    waiting.append(declare_interests(other, by=cast.approver, answer="unsure", note="Un doute."))
    declare_interests(file, by=cast.endorser, answer="unsure", note="Un doute.")
    declare_interests(file, by=cast.endorser, answer="conflict", note="C’est un conflit.")
    declare_interests(file, by=cast.officer, answer="none")
    ruled = declare_interests(file, by=cast.ben, answer="unsure", note="Un doute.")
    rule_on_declaration(ruled, by=cast.chair, clear=True, ruling="Aucun lien.")
    assert list(Declaration.objects.to_rule_on()) == waiting
    again = declare_interests(file, by=cast.dev, answer="unsure", note="Le même, mieux dit.")
    assert list(Declaration.objects.to_rule_on()) == [*waiting[1:], again]


@proves(DeclarationQuerySet.of_person, DeclarationQuerySet.ruled)
def test_declarations_of_a_person_are_all_theirs_and_the_chair_ruled_on_those_that_it_ruled_on(cast, programme):
    file = eligible_file(cast, programme)
    doubts = [
        declare_interests(file, by=one, answer="unsure", note="Un doute.") for one in (cast.officer, cast.finance)
    ]
    rule_on_declaration(doubts[0], by=cast.chair, clear=True, ruling="Aucun lien.")
    again = declare_interests(file, by=cast.officer, answer="none")
    assert set(file.declarations.of_person(cast.officer)) == {doubts[0], again}
    assert list(file.declarations.ruled()) == [doubts[0]]


@proves(checks.unruled, moot={"without .of_person()": "what is recorded names the row of its person"})
@pytest.mark.parametrize("kind", InterestKind)
def test_ruling_answers_the_facts_that_it_was_made_of_and_no_later_one(cast, programme, usinage, client, kind):
    """The same organisation and the same kind from today, after a ruling on an interest that had ended."""
    file = assigned_file(cast, programme)
    about = {"by": cast.ana, "kind": kind, "organisation_name": usinage.legal_name, "neq": usinage.neq}
    past = record_interest(**about, starts_on=date(2020, 1, 6), ends_on=date(2025, 3, 31))
    doubt = declare_interests(file, by=cast.ana, answer="none")
    assert doubt.answer == "unsure"
    rule_on_declaration(doubt, by=cast.chair, clear=True, ruling="C’est fini depuis plus d’un an.")
    start(file, cast)
    record_interest(by=cast.ana, kind=kind, organisation_name="Un tiers")
    assert standing_of(file.pk, cast.ana) == StandingState.CLEAR
    Message.objects.all().delete()
    now = record_interest(**about)
    assert standing_of(file.pk, cast.ana) == StandingState.UNSURE
    assert {(one.kind, one.recipient) for one in Message.objects.all()} == {
        ("ruling_asked", cast.chair), ("interests_touch", cast.officer)
    }  # fmt: skip
    client.force_login(cast.ana)
    assert client.get(reverse("review-score", args=[of(file, cast.ana).public_id])).status_code == 403
    again = file.declarations.of_person(cast.ana).latest_of_each().get()
    assert again.recorded.splitlines() == [
        f"{kind}:{one.pk}:{link}" for one in (past, now) for link in (enterprise_key(usinage.legal_name), usinage.neq)
    ]
    rule_on_declaration(again, by=cast.chair, clear=True, ruling="Un contrat d’un jour.")
    end_interest(now, by=cast.ana)
    assert declare_interests(file, by=cast.ana, answer="none").answer == "none"  # it ends: no other fact


def start(file, cast):
    for person in (cast.ana, cast.ben, cast.dev):
        accept(file, person)
    return start_review(fresh(file), by=cast.officer)


def on_record(file, *people):
    """What is on record against each, by given name."""
    return {one.given_name: [str(c.code) for c in checks.proposed_conflicts(file, fresh(one))] for one in people}


def test_page_of_the_applicant_at_the_cluster_ties_nobody_there_to_it(cast, programme, usinage):
    file = eligible_file(cast, programme)
    Organisation.objects.filter(pk=usinage.pk).update(website="https://www.aerofil.example/membres/usinage-gauthier")
    staff = [cast.officer, cast.screener, cast.ana, cast.ben, cast.chair, cast.endorser, cast.approver, cast.finance]
    assert on_record(file, *staff) == {one.given_name: [] for one in staff}
    Organisation.objects.filter(pk=usinage.pk).update(website="https://www.saint-maurice.example/membres")
    assert on_record(file, cast.ana, cast.dev) == {"Ana": [], "Dev": ["applicant_domain"]}


@pytest.mark.parametrize(
    ("member", "others"), [("ben", ("ana", "chair")), ("screener", ("chair", "officer")), ("analyst", ("concurrence",))]
)
def test_one_of_the_cluster_or_of_a_partner_at_the_applicant_ties_no_colleague_to_it(
    cast, programme, usinage, member, others
):
    """They are on its side, and nobody else is; where they write from a company, its people are in doubt."""
    file = eligible_file(cast, programme)
    person = getattr(cast, member)
    Membership.objects.create(user=person, organisation=usinage, role="member")
    assert on_record(file, person, *(getattr(cast, one) for one in others)) == {
        person.given_name: ["membership"], **{getattr(cast, one).given_name: [] for one in others}
    }  # fmt: skip
    User.objects.filter(pk=person.pk).update(email=f"{member}@saint-maurice.example")
    if member != "analyst":
        assert on_record(file, cast.dev) == {"Dev": ["applicant_domain"]}
    person.partner_seats.update(ends_on=YESTERDAY)  # the domain of who left the partner is a company's
    assert on_record(file, cast.dev) == {"Dev": ["applicant_domain"]}


@proves(_offices)
def test_offices_are_those_of_clusters_of_who_administers_them_and_of_partners_today(cast, programme, cluster):
    """Not of who holds another role there, administered it before, or left the partner; nor a public mail."""
    for name, domain in (("administrator", "admin"), ("finance", "finance"), ("auditor", "audit"), ("analyst", "anc")):
        User.objects.filter(pk=getattr(cast, name).pk).update(email=f"{name}@{domain}.example")
    before = User.objects.create_user("rose@avant.example", given_name="Rose", family_name="Roy")
    cluster.appointments.create(user=before, role="administrator", starts_on=date(2025, 1, 6), ends_on=YESTERDAY)
    cast.analyst.partner_seats.update(ends_on=YESTERDAY)
    other = Cluster.objects.create(slug="autre", name_fr="Autre", name_en="Other", email="autre@gmail.com")
    assert _offices() == {"aerofil.example", "admin.example", "meie.example"}
    Cluster.objects.filter(pk=other.pk).update(email="info@autre.example")
    assert _offices() == {"aerofil.example", "admin.example", "meie.example", "autre.example"}


def site(usinage, address):
    Organisation.objects.filter(pk=usinage.pk).update(website=address)


def write_from(person, domain):
    User.objects.filter(pk=person.pk).update(email=f"{person.given_name.lower()}@{domain}")
    person.refresh_from_db()


@proves(
    checks.is_lifted,
    checks.unruled,
    moot={"without .of_person()": "what is recorded names the row of its person"},
)
def test_doubt_of_the_records_alone_is_answered_again_once_they_say_nothing(cast, programme, usinage, client):
    """Dev, who had scored, had an address at the applicant's; he no longer has. What the applicant changes of itself
    lifts nothing."""
    file = file_in_review(cast, programme)
    for person in (cast.ana, cast.dev):
        score(of(file, person), 4)
    own = declare_interests(file, by=cast.ben, answer="unsure", note="Un voisin.")
    site(usinage, "https://saint-maurice.example")
    assert declare_interests(file, by=cast.dev, answer="none").answer == "unsure"
    assert panel_reviews(file).counted == 1
    page = reverse("review-declare-own", args=[of(file, cast.dev).public_id])
    client.force_login(cast.dev)
    assert 'name="answer"' not in client.get(page).content.decode()
    with pytest.raises(WrongMoment):
        declare_interests(file, by=cast.dev, answer="none")
    site(usinage, "")
    with pytest.raises(WrongMoment):
        declare_interests(file, by=cast.dev, answer="none")
    write_from(cast.dev, "outillage.example")
    assert "Les registres contredisaient votre déclaration" in client.get(page).content.decode()
    assert client.post(page, {"answer": "none"}).status_code == 302
    assert (standing_of(file.pk, cast.dev), panel_reviews(file).counted) == (StandingState.CLEAR, 2)
    assert list(Declaration.objects.to_rule_on()) == [own]
    with pytest.raises(WrongMoment):  # his doubt is his own: no record made it
        declare_interests(file, by=cast.ben, answer="none")
    site(usinage, "https://outillage.example")
    declare_interests(file, by=cast.dev, answer="none")
    declare_interests(file, by=cast.dev, answer="unsure", note="Nous avons eu ce client.")
    write_from(cast.dev, "saint-maurice.example")
    with pytest.raises(WrongMoment):
        declare_interests(file, by=cast.dev, answer="none")


def rename(usinage, **fields):
    """What the applicant changes of itself, while its file is under way."""
    usinage = fresh(usinage)
    return update_organisation(usinage, by=usinage.memberships.signing().get().user, version=usinage.version, **fields)


NAMED = {"kind": "employer", "organisation_name": "Usinage Gauthier"}
ITS_OWN = {"legal_name": "Mécanique Nouvelle inc.", "neq": "1140000009", "website": ""}


@pytest.mark.parametrize("known", ["name", "neq", "domain"])
def test_doubt_waits_for_its_ruling_whatever_the_applicant_changes_of_itself(cast, programme, usinage, known):
    """Name, NEQ and site at once, then back: Ana's own record is where it was. Nothing is asked anew of her ruling."""
    site(usinage, "https://ajustage.example")
    usinage.refresh_from_db()
    file = file_in_review(cast, programme)
    score(of(file, cast.ana), 4)
    if known == "domain":
        write_from(cast.ana, "ajustage.example")
        declare_interests(file, by=cast.ana, answer="none")
    else:
        record_interest(by=cast.ana, **NAMED | ({"neq": usinage.neq} if known == "neq" else {}))
    before = checks.proposed_conflicts(file, cast.ana)
    was = {"legal_name": usinage.legal_name, "neq": usinage.neq, "website": usinage.website}
    for fields in (ITS_OWN, was, ITS_OWN):
        rename(usinage, **fields)
        assert [one.keys for one in checks.proposed_conflicts(file, cast.ana)] == [one.keys for one in before]
        with pytest.raises(WrongMoment):
            declare_interests(file, by=cast.ana, answer="none")
        assert (standing_of(file.pk, cast.ana), panel_reviews(file).counted) == (StandingState.UNSURE, 0)
    doubt = Declaration.objects.to_rule_on().get()
    rule_on_declaration(doubt, by=cast.chair, clear=True, ruling="Un contrat d’un jour.")
    rename(usinage, **was)
    assert declare_interests(file, by=cast.ana, answer="none").answer == "none"


@pytest.mark.parametrize("known", ["name", "neq", "domain", "member"])
def test_who_had_a_tie_to_the_applicant_as_it_was_submitted_is_given_no_file_of_it(cast, programme, usinage, known):
    member = User.objects.create_user("ines@membre.example", given_name="Inès", family_name="Roy")
    acting = acts_for(member, usinage)
    site(usinage, "https://ajustage.example")
    file = eligible_file(cast, programme)
    if known in {"name", "neq"}:
        record_interest(by=cast.ana, **NAMED | ({"neq": usinage.neq} if known == "neq" else {}))
    else:
        write_from(cast.ana, "ajustage.example" if known == "domain" else "membre.example")
    code = "employer" if known in {"name", "neq"} else "applicant_domain"
    rename(usinage, **ITS_OWN)
    remove_member(acting, by=member)
    write_from(member, "roy.example")
    with pytest.raises(WrongMoment) as stopped:
        assign_reviewer(file, cast.ana, by=cast.officer)
    assert [one.code for one in stopped.value.refusals] == [code]
    assert on_record(file, cast.ana, cast.ben) == {"Ana": [code], "Ben": []}


def test_interest_in_a_registered_applicant_meets_it_under_a_name_and_a_number_of_none_of_its_submissions(
    cast, programme, usinage
):
    file = eligible_file(cast, programme)
    record_interest(by=cast.ana, **NAMED, neq=usinage.neq)
    rename(usinage, **ITS_OWN)
    file.snapshots.update(applicant_name="Mécanique Ancienne", applicant_neq="1140000008")
    assert on_record(file, cast.ana, cast.ben) == {"Ana": ["employer"], "Ben": []}


@pytest.mark.parametrize(
    ("typed", "registered", "sponsor"),
    [
        ("Les Industries Roy", "Industries Roy inc.", "Forges Est"),
        ("Usinage Roy", "Boréal inc. f.a.s.r.s. Usinage Roy", "Forges Est"),
        ("Boréal inc. f.a.s.r.s. Usinage Roy", "Usinage Roy", "Forges Est"),
        ("Société en commandite Roy", "Forges Ouest", "Roy, s.e.c."),
        ("Roy", "Forges Ouest", "Boréal inc. f.a.s.r.s. Roy"),
    ],
)
def test_interest_without_a_number_meets_each_name_of_a_party(cast, programme, usinage, typed, registered, sponsor):
    file = eligible_file(cast, programme)
    record_interest(by=cast.ana, kind="employer", organisation_name=typed)
    record_interest(by=cast.ben, kind="employer", organisation_name="Industries Est")
    assert on_record(file, cast.ana, cast.ben) == {"Ana": [], "Ben": []}
    rename(usinage, legal_name=registered)
    file.sponsorships.update(organisation_name=sponsor)
    assert on_record(file, cast.ana, cast.ben) == {"Ana": ["employer"], "Ben": []}


def test_sponsor_that_changes_its_name_is_still_the_one_of_the_submission(cast, programme, prime):
    acts_for(cast.ana, prime)
    record_interest(by=cast.ben, kind="employer", organisation_name="Boréal", neq=prime.neq)
    file = eligible_file(cast, programme)
    expected = {"Ana": ["membership"], "Ben": ["employer"], "Dev": []}
    assert on_record(file, cast.ana, cast.ben, cast.dev) == expected
    Organisation.objects.filter(pk=prime.pk).update(legal_name="Autre", name_key="autre")
    assert on_record(file, cast.ana, cast.ben, cast.dev) == expected


def test_doubt_is_ruled_on_with_the_reasons_that_the_records_gave_for_it_then(cast, programme, usinage):
    """The applicant shows a site after its submission, hides it before the ruling, and shows it again."""
    file = file_in_review(cast, programme)
    site(usinage, "https://saint-maurice.example")
    doubt = declare_interests(file, by=cast.dev, answer="none")
    site(usinage, "")
    doubt = rule_on_declaration(doubt, by=cast.chair, clear=True, ruling="Il n’y travaille plus.")
    assert doubt.recorded == "applicant_domain:saint-maurice.example:saint-maurice.example"
    site(usinage, "https://saint-maurice.example")
    assert declare_interests(file, by=cast.dev, answer="none").answer == "none"


def test_doubt_that_was_ruled_a_conflict_is_not_answered_again(cast, programme, usinage):
    file = eligible_file(cast, programme)
    site(usinage, "https://saint-maurice.example")
    programme_role(cast, programme)
    doubt = declare_interests(file, by=cast.dev, answer="none")
    rule_on_declaration(doubt, by=cast.chair, clear=False, ruling="C’est son employeur.")
    write_from(cast.dev, "outillage.example")
    with pytest.raises(WrongMoment):
        declare_interests(file, by=cast.dev, answer="none")


def programme_role(cast, programme):
    appoint(cast.dev, by=cast.administrator, role="endorser", program=programme)


def rival_of(file, organisation, *, state="in_review", **columns):
    """A file of another organisation in the same call and cohort."""
    other = another(file, state=state)
    Application.objects.filter(pk=other.pk).update(**{"organisation": organisation, **columns})
    return fresh(other)


def acts_for(person, organisation, **columns):
    return Membership.objects.create(user=person, organisation=organisation, role="member", **columns)


READS_FEWER = {
    "without `call__in=asked`": "files are met by their call after",
    "order by `-pk`": "the facts of a conflict are compared as a set",
    "without `pk__in=found`": "what else the reader may read is never looked up",
}


@proves(rivals_among, _meetings, moot=READS_FEWER)
def test_who_acts_for_an_applicant_of_the_competition_has_a_tie_to_each_other_file_of_it(cast, programme, precision):
    """The chair and Dev, today, by files that are sent and of which no end is told; Ana did before. Not in another
    cohort."""
    first, second = eligible_file(cast, programme), eligible_file(cast, programme)
    rival = rival_of(second, precision)
    rival_of(first, precision, state="draft"), rival_of(first, precision, state="withdrawn")
    rival_of(first, precision, state="declined", last_told="declined")
    acts_for(cast.dev, precision), acts_for(cast.chair, precision)
    acts_for(cast.ana, precision, ended_at=datetime(2026, 10, 5, tzinfo=UTC))
    northwind = Organisation.objects.get(legal_name__startswith="Northwind")
    acts_for(cast.ben, northwind)
    ties = ties_of([cast.ana, cast.ben, cast.chair, cast.dev])
    found = rivals_among([first, second, rival], ties)
    assert {pair: one.keys for pair, one in found.items()} == {
        (file.pk, person.pk): (f"rival:{rival.pk}",) for file in (first, second) for person in (cast.dev, cast.chair)
    }
    also = rival_of(first, northwind)
    assert rivals_among([first], ties)[first.pk, cast.ben.pk].keys == (f"rival:{also.pk}",)
    Application.objects.filter(pk=also.pk).update(cohort_closes_at=first.cohort_closes_at + timedelta(days=90))
    assert (first.pk, cast.ben.pk) not in rivals_among([first], ties)
    elsewhere = another_call(first.call)
    Application.objects.filter(pk=also.pk).update(cohort_closes_at=first.cohort_closes_at, call=elsewhere)
    assert (first.pk, cast.ben.pk) not in rivals_among([first], ties)
    there = another(first, call=elsewhere, state="in_review")
    both = rivals_among([first, fresh(there)], ties)  # each is met by the files of its own call alone
    assert ((first.pk, cast.ben.pk) in both, (there.pk, cast.ben.pk) in both) == (False, True)


@proves(rivals_among, _meetings, moot=READS_FEWER)
def test_rival_has_the_same_tie_whatever_became_of_it_until_its_letter_is_sent(cast, programme, precision):
    """Its member reads on the other file what the rule says. The waiting list moves it to January's files once it is
    told, and no recommendation moves it back."""
    september = eligible_file(cast, programme)
    with_rules(september.call, ranking={"within_cohort": True, "waitlist_to_next_cohort": True})
    january = another(september, cohort_closes_at=september.cohort_closes_at + timedelta(days=90))
    rival = rival_of(september, precision)
    acts_for(cast.dev, precision)

    def ties(state, last_told=""):
        Application.objects.filter(pk=rival.pk).update(state=state, last_told=last_told)
        files = [fresh(one) for one in (september, january, rival)]
        found = rivals_among(files, ties_of([cast.dev, cast.sophie]))
        names = {cast.dev.pk: "Dev", cast.sophie.pk: "Sophie"}
        return {(files.index(file), names[person]) for file in files for person in names if (file.pk, person) in found}

    first, both = {(0, "Dev"), (2, "Sophie")}, {(1, "Dev"), (2, "Sophie")}
    with clock.at(september.call.grace_ends(january.cohort_closes_at)):
        for state in ("reviewed", "ineligible", "recommended", "waitlisted", "approved", "declined"):
            assert ties(state) == first, state
        for state in ("waitlisted", "recommended", "approved", "waitlisted", "declined"):
            assert ties(state, "waitlisted") == both, state
        assert ties("declined", "declined") == {(2, "Sophie")}


def test_competitor_of_the_same_cohort_neither_scores_nor_recommends_nor_approves(cast, programme, precision):
    file = eligible_file(cast, programme)
    rival = rival_of(file, precision)
    for person in (cast.dev, cast.chair, cast.endorser, cast.approver):
        acts_for(person, precision)
    with pytest.raises(WrongMoment) as stopped:
        assign_reviewer(file, cast.dev, by=cast.officer)
    assert [one.code for one in stopped.value.refusals] == ["rival"]
    for person in (cast.chair, cast.endorser, cast.approver):
        assert declare_interests(file, by=person, answer="none").answer == "unsure"
    Application.objects.filter(pk=rival.pk).update(state="withdrawn")
    for person in (cast.chair, cast.endorser, cast.approver):
        assert declare_interests(file, by=person, answer="none").answer == "none"


@proves(rivals_among, moot=READS_FEWER)
def test_that_another_file_competes_is_told_to_its_own_person_and_to_who_reads_it(cast, programme, precision):
    """To an officer barred from the other file, and to whoever reads the note or the refusal later, it is not."""
    file = eligible_file(cast, programme)
    rival = rival_of(file, precision)
    acts_for(cast.dev, precision), acts_for(cast.chair, precision)
    told = "agit pour une organisation qui est en concours dans cet appel"
    untold = "a, dans les registres, un lien avec cet appel qui n’est pas montré ici"

    def said(reader):
        ((conflict,),) = [one.conflicts for one in checks.fitness([file], [cast.dev], reader=reader)]
        return conflict.message

    assert (said(cast.officer), said(cast.dev), said(None)) == (told, told, untold)
    declare_standing(rival.pk, user=cast.officer, standing="conflict")
    assert (said(cast.officer), said(cast.screener), said(cast.ana)) == (untold, told, untold)
    doubt = declare_interests(file, by=cast.chair, answer="none")
    assert doubt.note == f"Selon les registres\xa0: {untold}"
    (conflict,) = checks.proposed_conflicts(file, cast.chair, reader=cast.chair)
    assert conflict.message == told
