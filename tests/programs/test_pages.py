"""The staff's pages of programmes and calls: who reads them, what an act says."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from accounts import identifiers
from accounts.models import ClusterAppointment, Membership, User
from programs.forms import AccommodationForm
from programs.models import Appointment, Call, Program, ProgramFunding
from programs.querysets import AppointmentQuerySet, CallQuerySet, ProgramQuerySet
from programs.selectors import accommodations_of, funding_of, promised_by
from tests.decisions.files import other_agreement, other_programme
from tests.files import AT, another_call, another_cluster, draft_file, open_call
from tests.mutants import proves
from work import clock
from work.models import new_public_id


@pytest.fixture(autouse=True)
def now(clock_at):
    clock_at(AT)


@pytest.fixture
def page(cast):
    def get(person, name, *args, query="", post=None, language="en"):
        client = Client()
        if person:
            client.force_login(getattr(cast, person))
        client.cookies["django_language"] = language
        url = reverse(name, args=args) + query
        return client.post(url, post) if post is not None else client.get(url)

    return get


TABS = ("program-details", "program-form", "program-rubric", "program-rules", "program-letters", "program-people")
STAFF = ("officer", "screener", "chair", "endorser", "approver", "auditor", "finance")
OTHERS = ("ana", "sophie", "analyst", "administrator")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_staff_read_every_part_of_a_programme_in_both_languages(programme, page, language):
    for name in TABS:
        assert page("officer", name, programme.slug, language=language).status_code == 200, name


@pytest.mark.parametrize("name", ["program-form", "program-rubric", "program-rules"])
def test_a_call_leads_to_the_versions_that_it_has_though_a_later_call_has_others(programme, page, name):
    call = programme.calls.get()
    later = another_call(call, name_fr="Appel suivant", name_en="Next call", state="draft")
    leads_to = page("officer", "call-manage", call.public_id).content.decode()
    query = f"?call={call.public_id}"
    assert reverse(name, args=[programme.slug]) + query in leads_to
    assert f"of the call “{call.name_en}”." in page("officer", name, programme.slug, query=query).content.decode()
    assert f"of the call “{later.name_en}”." in page("officer", name, programme.slug).content.decode()
    elsewhere = another_call(call, cluster=another_cluster())
    for wrong in (elsewhere.public_id, "x", "01a21e5c-f352-7dbd-b4ea-852ad1b741d1"):
        assert page("officer", name, programme.slug, query=f"?call={wrong}").status_code == 404


def test_a_programme_is_for_its_staff(programme, page):
    call = programme.calls.get()
    for person in STAFF:
        assert page(person, "program-list").status_code == 200, person
        assert page(person, "program-rules", programme.slug).status_code == 200, person
        assert page(person, "call-manage", call.public_id).status_code == 200, person
    for person in OTHERS:
        assert page(person, "program-list").status_code == 403, person
        assert page(person, "program-rules", programme.slug).status_code == 404, person
        assert page(person, "call-manage", call.public_id).status_code == 404, person
    assert page(None, "program-list").status_code == 302


def test_people_of_a_programme_are_those_in_office_there_with_an_open_account(programme, page, cast):
    Appointment.objects.all().delete()
    held = {"cluster": programme.cluster, "role": "chair"}
    Appointment.objects.create(user=cast.ana, program=programme, **held)
    Appointment.objects.create(user=cast.ben, program=None, **held)
    Appointment.objects.create(user=cast.chloe, program=programme, ends_on=AT.date() - timedelta(days=1), **held)
    Appointment.objects.create(user=cast.dev, program=programme, **held)
    User.objects.filter(pk=cast.dev.pk).update(is_active=False)
    shown = page("officer", "program-people", programme.slug).context["appointments"]
    assert {line.user for line in shown} == {cast.ana, cast.ben}


def known(call):
    """What an officer who knows the rules that wait sends."""
    return {"promised": ",".join(promised_by(call)), "known": "on"}


def test_a_call_is_published_then_extended_on_its_own_pages(programme, page):
    call = programme.calls.get()
    assert "Everything is there." in page("officer", "call-publish", call.public_id).content.decode()
    assert page("screener", "call-publish", call.public_id, post=known(call)).status_code == 403
    assert page("officer", "call-publish", call.public_id, post=known(call)).status_code == 302
    assert page("officer", "call-publish", call.public_id, post=known(call)).status_code == 409
    earlier = {"day": "2027-01-01", "hour": "17:00", "reason": "Panne"}
    refused = page("officer", "call-extend", call.public_id, post=earlier)
    assert refused.status_code == 409
    assert "A closing can only be moved to a later instant." in refused.content.decode()
    for day, hour, said in (
        ("2028-03-12", "02:30", "clocks go from 1:59\xa0am to 3\xa0am: 2:30\xa0am does not exist"),
        ("9999-12-31", "17:00", "Enter a year from 1900 to 2199."),
    ):
        refused = page("officer", "call-extend", call.public_id, post=earlier | {"day": day, "hour": hour})
        assert refused.status_code == 422
        assert said in refused.content.decode()
        assert f'value="{hour}"' in refused.content.decode()
    later = {"day": "2028-10-15", "hour": "17:00", "reason": "Panne"}
    assert page("officer", "call-extend", call.public_id, post=later).status_code == 302
    assert Call.objects.get().closes_at.isoformat() == "2028-10-15T21:00:00+00:00"


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "Applicants with a draft, or with a closing of their own, receive an e-mail"),
        ("fr", "Les organisations qui ont un brouillon, ou leur propre clôture, sont avisées par courriel"),
    ],
)
def test_page_of_an_extension_says_who_is_told(cast, programme, page, language, told):
    call = open_call(cast, programme)
    assert told in page("officer", "call-extend", call.public_id, language=language).content.decode()


@proves(AccommodationForm.clean_neq)
def test_an_accommodation_names_a_registered_organisation(programme, page, cast):
    call = programme.calls.get()
    page("officer", "call-publish", call.public_id, post=known(call))
    given = {"neq": "1164879526", "day": "2028-10-15", "hour": "17:00", "reason": "Médical"}
    wrong = page("officer", "call-accommodate", call.public_id, post=given | {"neq": "1164879527"})
    assert wrong.status_code == 422
    assert 'value="1164879527"' in wrong.content.decode()
    none = page("officer", "call-accommodate", call.public_id, post=given | {"neq": "12"}, language="en")
    with override("en"):
        assert list(none.context["form"].errors["neq"]) == [identifiers.neq("12").error]
    assert page("officer", "call-accommodate", call.public_id, post=given).status_code == 302
    assert call.accommodations.get().organisation.neq == "1164879526"
    assert "Usinage Gauthier" not in page("auditor", "call-manage", call.public_id).content.decode()


def test_an_officer_who_acts_for_the_applicant_is_refused_on_the_page_which_keeps_what_was_typed(
    programme, page, cast, usinage
):
    call = open_call(cast, programme)
    draft_file(cast, programme)
    Membership.objects.create(user=cast.officer, organisation=usinage)
    typed = {"neq": usinage.neq, "day": "2028-10-15", "hour": "17:00", "reason": "Médical"}
    for name, said in (
        ("call-extend", "another officer moves its closing."),
        ("call-accommodate", "another officer gives it more time."),
    ):
        refused = page("officer", name, call.public_id, post=typed)
        body = refused.content.decode()
        assert (refused.status_code, body.count(said), body.count('value="17:00"')) == (409, 2, 1), name
        assert "Médical" in body
    assert "another officer moves its closing." in page("officer", "call-extend", call.public_id).content.decode()


def test_cancelling_and_archiving_are_confirmed(programme, page):
    call = programme.calls.get()
    page("officer", "call-publish", call.public_id, post=known(call))
    assert page("officer", "call-archive", call.public_id, post={}).status_code == 409
    assert page("officer", "call-cancel", call.public_id, post={"reason": ""}).status_code == 422
    assert page("officer", "call-cancel", call.public_id, post={"reason": "Entente résiliée"}).status_code == 302
    assert Call.objects.get().state == "cancelled"


# ------------------------------------------------------------------ the lists


@pytest.fixture
def calls(cast, programme):
    """The calls of the programme, made out of order, by their key; and one of another cluster."""
    own = open_call(cast, programme)
    opens = own.opens_at
    made = {
        "own": own,
        "latest": another_call(own, opens_at=opens + timedelta(days=9), closes_at=own.closes_at + timedelta(days=9)),
        "archived": another_call(own, state="archived", opens_at=opens + timedelta(days=1)),
        "cancelled": another_call(own, state="cancelled", closes_at=own.closes_at + timedelta(days=5)),
        "draft": another_call(own, state="draft", opens_at=opens + timedelta(days=2)),
        "theirs": another_call(own, cluster=another_cluster()),
    }
    return {name: Call.objects.get(pk=call.pk) for name, call in made.items()}


@proves(ProgramQuerySet.by_code, CallQuerySet.by_opening)
def test_programmes_of_the_staff_are_those_of_their_cluster_by_code_and_their_calls_the_latest_first(calls, page):
    own = calls["own"].program
    for code in ("ZZ", "AA", "MM"):
        Program.objects.create(
            cluster=own.cluster, working_group=own.working_group, code=code, slug=code.lower(), name_fr=code,
            name_en=code, summary_fr=code, summary_en=code,
        )  # fmt: skip
    twin = other_programme(own, "M2", elsewhere=True)
    Program.objects.filter(pk=twin.pk).update(code="MM")  # a code is the only one of its cluster
    assert list(Program.objects.by_code().filter(code="MM")) == [Program.objects.get(slug="mm"), twin]
    lines = page("officer", "program-list").context["programs"]
    assert [line["program"].code for line in lines] == ["AA", "FE", "MM", "ZZ"]
    names = ["latest", "draft", "archived", "cancelled", "own"]
    assert [line["call"] for line in lines[1]["calls"]] == [calls[name] for name in names]
    details = page("officer", "program-details", own.slug).context["calls"]
    assert [line["call"] for line in details] == [calls[name] for name in names]


def test_call_without_its_opening_is_before_all_others(calls, page):
    Call.objects.filter(pk=calls["draft"].pk).update(opens_at=None)
    details = page("officer", "program-details", calls["own"].program.slug).context["calls"]
    assert [line["call"] for line in details][:2] == [calls["draft"], calls["latest"]]


@proves(funding_of)
def test_page_of_a_programme_says_what_pays_it_by_reference(programme, page):
    own = programme.funding.get()
    last, first = (other_agreement(programme, name) for name in ("ZZZ", "AAA"))
    paid = {one: ProgramFunding.objects.create(program=programme, agreement=one, share=20) for one in (last, first)}
    ProgramFunding.objects.create(program=other_programme(programme), agreement=first)
    listed = page("officer", "program-details", programme.slug).context["funding"]
    assert list(listed) == [paid[first], own, paid[last]]


@proves(AppointmentQuerySet.by_role)
def test_people_of_a_programme_are_those_in_office_by_role_and_name(programme, page, cast):
    Appointment.objects.exclude(user=cast.screener).delete()
    today, other = clock.today(), another_cluster()

    def hold(name, role, **more):
        held = {"cluster": programme.cluster, "program": programme, "starts_on": today, "seat": "cluster"} | more
        return Appointment.objects.create(user=getattr(cast, name), role=role, **held)

    reviewers = [hold("dev", "reviewer"), hold("ana", "reviewer", program=None), hold("ben", "reviewer")]
    chair = hold("chloe", "chair", ends_on=today)
    hold("emily", "chair", ends_on=today - timedelta(days=1)), hold("michel", "chair", starts_on=today + timedelta(1))
    hold("olivier", "chair", program=None, cluster=other)
    by_name = sorted(reviewers, key=lambda one: one.user.family_name)
    assert by_name != reviewers
    by_name.insert(by_name.index(reviewers[0]) + 1, hold("dev", "reviewer", program=None))
    listed = list(page("screener", "program-people", programme.slug).context["appointments"])
    assert listed == [chair, *by_name, cast.screener.appointments.get()]


@proves(accommodations_of)
def test_accommodations_of_a_call_are_told_to_its_officer_by_their_closing(
    calls, page, usinage, precision, northwind, prime
):
    own = calls["own"]
    for organisation, days in ((usinage, 3), (precision, 1), (northwind, 2), (prime, 2)):
        own.accommodations.create(organisation=organisation, closes_at=own.closes_at + timedelta(days=days))
    calls["latest"].accommodations.create(organisation=usinage, closes_at=own.closes_at)
    listed = page("officer", "call-manage", own.public_id).context["accommodations"]
    assert [one.organisation for one in listed] == [precision, northwind, prime, usinage]
    assert page("chair", "call-manage", own.public_id).context["accommodations"] == []


@proves(CallQuerySet.shown, CallQuerySet.published)
def test_calls_that_the_public_sees_are_those_published_or_cancelled_since(calls):
    shown = Call.objects.filter(program=calls["own"].program).shown()
    assert set(shown) == {calls["own"], calls["latest"], calls["cancelled"]}
    published = set(Call.objects.published())
    assert published == {calls["own"], calls["latest"], calls["theirs"]}


@proves(CallQuerySet.shown)
@pytest.mark.parametrize("lacks", ["opens_at", "closes_at", "rules"])
def test_call_that_was_cancelled_while_it_lacked_something_was_never_public(calls, lacks):
    own = calls["own"]
    unpublished = own.rules if lacks == "rules" else None
    if unpublished:
        unpublished.pk, unpublished.public_id, unpublished.number = None, new_public_id(), 2
        unpublished._state.adding, unpublished.published_at = True, None
        unpublished.save()
    draft = another_call(own, state="cancelled", **{lacks: unpublished})
    never = another_call(own, state="cancelled", rules=None)
    assert {draft, never, calls["cancelled"]} & set(Call.objects.shown()) == {calls["cancelled"]}


@proves(ProgramQuerySet.published)
def test_programmes_in_the_catalogue_have_a_published_call(calls):
    own, theirs = calls["own"].program, calls["theirs"].program
    assert set(Program.objects.published()) == {own, theirs}
    for state in ("draft", "cancelled", "archived"):
        Call.objects.filter(program=own).update(state=state)
        assert list(Program.objects.published()) == [theirs]


@proves(CallQuerySet.open)
@pytest.mark.parametrize(("days", "is_open"), [(-1, False), (0, True), (1, True)])
def test_calls_that_are_open_are_those_published_that_the_clock_says_are(calls, days, is_open):
    own = calls["own"]
    with clock.at(own.opens_at + timedelta(days=days)):
        assert (own in Call.objects.open()) is is_open
        assert set(Call.objects.open()) <= {own, calls["theirs"]}
    with clock.at(own.closes_at):
        assert own not in Call.objects.open()
    with clock.at(own.closes_at - timedelta(seconds=1)):
        assert own in Call.objects.open()


def test_who_may_no_longer_run_the_cluster_is_not_led_to_an_import(calls, page, cast):
    assert page("officer", "program-list").context["may_import"] is True
    assert page("chair", "program-list").context["may_import"] is False
    Appointment.objects.filter(user=cast.officer).update(role="screener")
    ClusterAppointment.objects.filter(user=cast.officer).update(ends_on=clock.today() - timedelta(days=1))
    assert page("officer", "program-list").context["may_import"] is False


@proves(CallQuerySet.latest_first)
@pytest.mark.parametrize("kind", ["form", "rubric", "rules"])
def test_programme_shows_the_definitions_of_its_latest_call(calls, page, kind):
    own, last = calls["own"], max((calls[name] for name in calls if name != "theirs"), key=lambda call: call.pk)
    version = getattr(own, kind)
    version.pk, version.public_id, version.number = None, new_public_id(), 2
    version._state.adding = True
    version.save()
    Call.objects.filter(pk=last.pk).update(**{kind: version})
    Call.objects.filter(pk=own.pk).update(grace_minutes=16)  # a rewritten row lies last in its table
    shown = page("officer", f"program-{kind}", own.program.slug).context
    assert (shown["call"], shown["version"]) == (last, version)
