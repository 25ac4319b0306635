"""What a call lacks before it is published: each thing is one finding, with its sentence and where it is mended."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from accounts.models import Cluster, ClusterAppointment, User
from audit.models import Entry
from builder.checks import (
    Finding,
    Lacks,
    Place,
    dates_lacking,
    money_lacking,
    money_to_award,
    people_lacking,
    publication_findings,
    unfilled,
)
from builder.checks.people import concurrence_lacking, limit_lacking, people_by_seat
from funding import ledger
from funding.models import Agreement, Envelope, LedgerEntry, PartnerSeat
from funding.money import Cause
from moves.refusals import WrongMoment
from moves.services import declare_standing
from moves.states import Duty
from programs.models import Appointment, Call, ProgramFunding
from programs.selectors import promised_by
from programs.services.calls import publish_call
from tests.decisions.files import other_agreement
from tests.files import another_cluster, with_rules
from tests.mutants import proves

BEFORE = datetime(2026, 5, 4, 15, tzinfo=UTC)
DAY = timedelta(days=1)
PROMISED = [
    "service.claim", "claims.every", "claims.holdback_percent", "claims.holdback_until", "indicators",
    "agreements.audit_years",
]  # fmt: skip


@pytest.fixture(autouse=True)
def now(clock_at):
    clock_at(BEFORE)


@pytest.fixture
def call(programme):
    return programme.calls.get()


def english(check, call, *reader):
    with override("en"):
        return [(one.where, one.message) for one in check(call, *reader)]


def test_call_of_the_bundle_with_its_cast_lacks_nothing(call, cast):
    assert publication_findings(call, cast.officer) == []


# ------------------------------------------------------------------ dates


@proves(dates_lacking)
def test_call_that_is_past_lacks_its_closing(call, clock_at):
    """The first cohorts of an intake may be past."""
    clock_at(call.closes_at - timedelta(seconds=1))
    assert english(dates_lacking, call) == []
    clock_at(call.closes_at)
    assert english(dates_lacking, call) == [("call.closes", "The closing, September\xa030, 2028 at 5\xa0pm, is past.")]


def test_call_is_in_the_zone_in_which_every_clock_counts_its_days(call):
    call.zone = "America/Vancouver"
    ((where, said),) = english(dates_lacking, call)
    assert (where, said.split(":")[0]) == ("call.closes", "“America/Vancouver” is refused")


def test_cohorts_close_between_the_opening_and_the_closing(call):
    call.cohorts = [at.isoformat() for at in (call.opens_at, call.opens_at + DAY, call.closes_at, call.closes_at + DAY)]
    assert [where for where, _said in english(dates_lacking, call)] == ["call.cohorts[0]", "call.cohorts[3]"]


@proves(dates_lacking)
def test_call_closes_before_its_agreements_end(call, programme):
    for name, share in (("ZZZ", 10), ("AAA", 10), ("BBB", 10)):
        ProgramFunding.objects.create(program=programme, agreement=other_agreement(programme, name), share=share)
    Agreement.objects.filter(reference__startswith="BBB").update(ends_on=date(2028, 9, 30))
    late = Agreement.objects.exclude(reference__startswith="BBB").exclude(reference__startswith="MEIE")
    late.update(ends_on=date(2028, 9, 29))
    assert english(dates_lacking, call) == [
        ("call.closes", "The call closes after the agreement AAA-2026-7 ends, on September\xa029, 2028."),
        ("call.closes", "The call closes after the agreement ZZZ-2026-7 ends, on September\xa029, 2028."),
    ]


# ----------------------------------------------------------------- people


def test_call_with_nobody_lacks_every_role_once(call):
    Appointment.objects.all().delete(), ClusterAppointment.objects.all().delete(), PartnerSeat.objects.all().delete()
    nobody = "Nobody holds this role today."
    assert english(people_lacking, call) == [
        ("programme officer", nobody),
        ("screening officer", nobody),
        ("reviewer (cluster)", nobody),
        ("reviewer (industry)", nobody),
        ("committee chair", nobody),
        ("endorser", nobody),
        ("approver", nobody),
        ("reconsideration officer", nobody),
        (
            "concurrence officer",
            "Nobody at Ministère de l’Économie du Québec can give the concurrence that the agreement MEIE-2026-114 "
            "asks for.",
        ),
    ]
    assert {one.lacks for one in people_lacking(call)} == {Lacks.PEOPLE}


@pytest.mark.parametrize("role", ["screener", "chair", "endorser", "approver", "reconsiderer"])
def test_role_that_has_ended_is_held_by_nobody(call, role):
    Appointment.objects.filter(role=role).update(ends_on=BEFORE.date() - DAY)
    assert [message for _where, message in english(people_lacking, call)] == ["Nobody holds this role today."]


def test_who_gives_the_opinion_on_a_reconsideration_took_no_part_before(call, cast):
    Appointment.objects.filter(role="reconsiderer").update(user=cast.endorser)
    assert [where for where, _said in english(people_lacking, call)] == ["reconsideration officer"]


@pytest.mark.parametrize(
    ("where", "name"),
    [
        ("call.closes", "Closing of the call"),
        ("call.cohorts[0]", "Closings of the cohorts"),
        ("programme.funding", "Agreements that pay"),
        ("letters.declined.body_fr", "Letter: declined"),
        ("form.sections[2].questions[0].label", "Form"),
        ("aid", "Aid"),
        ("aide", "aide"),
        ("MEIE-2026-114", "MEIE-2026-114"),
    ],
)
def test_thing_that_is_lacking_is_named_in_words(where, name):
    with override("en"):
        assert Finding(Lacks.FILE, where, "…").name == name
        assert Finding(Lacks.PEOPLE, where, "…").name == where


def test_one_person_who_holds_two_roles_is_too_few(call, cast):
    Appointment.objects.filter(role="endorser").update(user=cast.chair)
    (found,) = english(people_lacking, call)
    assert found[0] in ("committee chair", "endorser")
    assert found[1].startswith("Not enough people: no one may hold two roles on the same file")
    Appointment.objects.filter(role="chair").update(user=cast.endorser)  # each now holds the other's
    assert english(people_lacking, call) == []


def test_side_of_the_panel_has_as_many_as_the_rules_seat(call, cast):
    Appointment.objects.filter(user=cast.ben, role="reviewer").update(seat="industry")
    assert [where for where, _said in english(people_lacking, call)] == ["reviewer (cluster)"]
    with_rules(call, panel={"seats": {"cluster": 1, "industry": 1}})
    assert english(people_lacking, call) == []  # the third from any side


@proves(limit_lacking, moot={"`if limit is not None`": "the database keeps no approver without a limit"})
def test_approver_may_approve_the_largest_award(call, programme, cast):
    Appointment.objects.filter(role="approver").update(limit=Decimal("89999.99"))
    high = {"limit": Decimal("900000.00"), "role": "approver", "cluster": programme.cluster, "program": programme}
    high["starts_on"] = BEFORE.date()
    Appointment.objects.create(
        user=cast.ana, **high | {"ends_on": BEFORE.date() - DAY, "starts_on": BEFORE.date() - DAY}
    )
    Appointment.objects.create(user=cast.ben, **high | {"cluster": another_cluster(), "program": None})
    Appointment.objects.create(user=cast.finance, **high | {"role": "confirmer"})
    assert english(people_lacking, call) == [
        ("approver", "No limit is as high as the largest award, $90,000.00: the highest is $89,999.99.")
    ]
    Appointment.objects.filter(role="approver", user=cast.approver).update(limit=Decimal("90000.00"))
    assert english(people_lacking, call) == []


@proves(concurrence_lacking)
def test_each_partner_whose_agreement_asks_for_it_can_concur(call, programme, cast):
    others = {}
    for name in ("ZZZ", "AAA", "BBB"):
        others[name] = other_agreement(programme, name)
        ProgramFunding.objects.create(program=programme, agreement=others[name], share=1)
    Agreement.objects.filter(pk__in=[one.pk for one in others.values()]).update(concurrence_above=Decimal(0))
    ended = {"starts_on": BEFORE.date() - 2 * DAY, "ends_on": BEFORE.date() - DAY}
    PartnerSeat.objects.create(user=cast.ana, partner=others["ZZZ"].partner, role="concurrence", **ended)
    PartnerSeat.objects.create(user=cast.ana, partner=others["AAA"].partner, role="analyst")
    PartnerSeat.objects.create(user=cast.ana, partner=others["BBB"].partner, role="concurrence")
    assert [message.split()[2] for _where, message in english(concurrence_lacking, call)] == ["AAA", "ZZZ"]


def test_agreement_that_never_asks_for_concurrence_needs_nobody_for_it(call):
    PartnerSeat.objects.filter(role="concurrence").delete()
    assert [where for where, _said in english(people_lacking, call)] == ["concurrence officer"]
    Agreement.objects.update(concurrence_above=None)
    assert english(people_lacking, call) == []


def place(*people, name="x"):
    return Place(Duty.SCORE, name, frozenset(people))


@pytest.mark.parametrize(
    ("places", "left"),
    [
        ([], []),
        ([place(1, name="a"), place(2, name="b")], []),
        ([place(1, name="a"), place(1, name="b")], ["b"]),
        ([place(1, 2, name="a"), place(1, name="b")], []),
        ([place(1, 2, name="a"), place(2, 3, name="b"), place(1, name="c")], []),
        ([place(1, 2, name="a"), place(2, 3, name="b"), place(1, name="c"), place(2, name="d")], ["d"]),
        ([place(1, 2, name="a"), place(1, 2, name="b"), place(1, 2, name="c")], ["c"]),
        ([place(name="a"), place(1, name="b")], ["a"]),
    ],
)
def test_each_place_has_a_person_of_its_own_where_that_can_be(places, left):
    assert [one.name for one in unfilled(places)] == left


@proves(people_by_seat)
def test_reviewers_of_a_side_are_those_in_office_on_the_programme(call, programme, cast):
    Appointment.objects.all().delete()

    def seat(person, side="cluster", **more):
        known = {"program": programme, "cluster": programme.cluster, "role": "reviewer", "starts_on": BEFORE.date()}
        Appointment.objects.create(user=person, seat=side, **known | more)

    seat(cast.ana), seat(cast.ben, "industry"), seat(cast.chloe, program=None)
    seat(cast.dev, ends_on=BEFORE.date() - DAY), seat(cast.screener, starts_on=BEFORE.date() + DAY)
    seat(cast.finance, program=None, cluster=another_cluster()), seat(cast.chair, "", role="chair")
    seat(cast.auditor), User.objects.filter(pk=cast.auditor.pk).update(is_active=False)
    assert people_by_seat(programme) == {
        "cluster": {cast.ana.pk, cast.chloe.pk},
        "industry": {cast.ben.pk},
        "independent": set(),
    }


# ------------------------------------------------------------------ money


@proves(money_lacking)
def test_envelopes_hold_the_largest_award(call, cast):
    call = Call.objects.get(pk=call.pk)  # its rules change in memory too, and a proof runs twice
    """4 968 000 $ can be awarded, less 3 % of the 5 400 000 $ allocated."""
    assert english(money_lacking, call, cast.officer) == []
    with_rules(call, aid={"max_aid": "4806000.00"})
    assert english(money_lacking, call, cast.officer) == []
    with_rules(call, aid={"max_aid": "4806000.01"})
    assert english(money_lacking, call, cast.officer) == [
        ("MEIE-2026-114", "Its envelopes have $4,806,000.00 to award; the largest award takes $4,806,000.01 of it.")
    ]
    assert [one.lacks for one in money_lacking(call, cast.officer)] == [Lacks.MONEY]


def test_money_of_a_file_that_is_closed_to_who_publishes_is_in_no_figure_of_the_page_nor_of_the_act(call, cast):
    """Less what they may compute, the true figure would be that file's: page and act leave it out, and say so."""
    with_rules(call, aid={"max_aid": "4806000.01"})
    file, envelope = 42, Envelope.objects.order_by("fiscal_year").first()
    client, url = Client(), reverse("call-publish", args=[call.public_id])
    client.force_login(cast.officer)

    def read():
        page = client.get(url)
        with pytest.raises(WrongMoment) as refused:
            publish_call(call, by=cast.officer, acknowledged=PROMISED)
        assert page.context["refusals"] == []
        findings = [finding.message for finding, _address in page.context["findings"]]
        told = [str(one.message) for one in refused.value.refusals]
        return findings, told, "Un dossier qui vous est fermé n’est pas compté" in page.content.decode()

    whole = read()
    declare_standing(file, user=cast.officer, standing="conflict")
    assert read() == (*whole[:2], True)
    ledger.reserve([(envelope, Decimal("11.11"))], application_id=file, by=cast.chair, because=Cause.RECOMMEND)
    assert read() == (*whole[:2], True)
    declare_standing(file, user=cast.officer, standing="clear")
    assert "4\xa0805\xa0988,89\xa0$" in read()[0][-1]
    assert "4\xa0806\xa0000,00\xa0$" in whole[0][-1]
    assert not whole[2]


@proves(money_to_award)
def test_money_to_award_is_that_of_the_running_years_of_the_agreement(call, programme, clock_at):
    own, every = Agreement.objects.get(reference="MEIE-2026-114"), LedgerEntry.objects.all()
    assert money_to_award(own, every, held_percent=Decimal(0)) == Decimal("4968000.00")
    assert money_to_award(other_agreement(programme), every, held_percent=Decimal(0)) == 0
    clock_at(datetime(2027, 4, 1, 3, tzinfo=UTC))  # 31 March still
    assert money_to_award(own, every, held_percent=Decimal(0)) == Decimal("4968000.00")
    clock_at(datetime(2027, 4, 1, 5, tzinfo=UTC))
    assert money_to_award(own, every, held_percent=Decimal(0)) == Decimal("3496000.00")
    Envelope.objects.filter(fiscal_year=2027).update(closed_on=BEFORE.date())
    assert money_to_award(own, every, held_percent=Decimal(0)) == Decimal("1656000.00")
    assert money_to_award(own, every, held_percent=Decimal(99)) == 0


@proves(money_lacking)
def test_every_agreement_that_pays_has_its_money_its_share_and_its_authorisation(call, cast, programme):
    for name, share in (("ZZZ", 30), ("AAA", 20)):
        ProgramFunding.objects.create(program=programme, agreement=other_agreement(programme, name), share=share)
    Agreement.objects.filter(reference__startswith="AAA").update(jurisdiction="federal")
    Cluster.objects.update(mostly_funded_by_quebec=True)
    with_rules(call, aid={"max_aid": None})
    assert english(money_lacking, call, cast.officer) == [
        ("programme.funding", "The shares of the agreements add up to 150; they must add up to 100."),
        (
            "AAA-2026-7",
            "Federal funds cannot be awarded until the authorisation, or the reason none is needed, is on record.",
        ),
        ("AAA-2026-7", "Its envelopes have $0.00 to award; the largest award takes $0.01 of it."),
        ("ZZZ-2026-7", "Its envelopes have $0.00 to award; the largest award takes $0.01 of it."),
    ]
    ProgramFunding.objects.all().delete()
    assert [where for where, _said in english(money_lacking, call, cast.officer)] == ["programme.funding"]


# --------------------------------------------------------- the move, the page


def test_call_is_published_by_who_knows_what_nothing_obeys_yet(call, cast):
    assert promised_by(call) == PROMISED
    for known in ((), PROMISED[1:]):
        with pytest.raises(WrongMoment) as refused:
            publish_call(call, by=cast.officer, acknowledged=known)
        assert [one.code for one in refused.value.refusals] == ["promises"]
    publish_call(call, by=cast.officer, acknowledged=PROMISED)
    entry = Entry.objects.filter(verb="call.publish").latest("pk")
    assert entry.given["promised"] == PROMISED


def test_page_lists_what_is_lacking_with_where_it_is_mended(call, cast, programme):
    programme.letter_templates.filter(kind="declined").delete()
    Appointment.objects.filter(role="chair").delete()
    Envelope.objects.update(closed_on=BEFORE.date())
    client = Client()
    client.force_login(cast.officer)
    client.cookies["django_language"] = "en"
    url = reverse("call-publish", args=[call.public_id])
    page = client.get(url)
    assert [(finding.where, address) for finding, address in page.context["findings"]] == [
        ("letters.declined", reverse("program-import")),
        ("committee chair", reverse("program-people", args=[programme.slug])),
        ("MEIE-2026-114", reverse("envelope-list")),
    ]
    text = page.content.decode()
    assert "The call cannot be published yet." in text
    assert f'<a href="{reverse("envelope-list")}">MEIE-2026-114</a>' in text
    assert "Everything is there." not in text
    sent = {"promised": ",".join(PROMISED), "known": "on"}
    assert client.post(url, sent).status_code == 409
    assert Call.objects.get().state == "draft"


def test_page_asks_that_the_officer_knows_what_nothing_obeys_yet(call, cast):
    client = Client()
    client.force_login(cast.officer)
    client.cookies["django_language"] = "en"
    url = reverse("call-publish", args=[call.public_id])
    text = client.get(url).content.decode()
    assert "Everything is there." in text
    assert text.count("Not applied yet. It will be once this feature is available") == 6
    assert client.post(url, {"promised": ",".join(PROMISED)}).status_code == 422
    other = client.post(url, {"promised": "claims.every", "known": "on"})
    assert other.status_code == 409
    assert "Acknowledge the rules that wait" in other.content.decode()
    assert Call.objects.get().state == "draft"
    assert client.post(url, {"promised": ",".join(PROMISED), "known": "on"}).status_code == 302
    assert Call.objects.get().state == "published"
