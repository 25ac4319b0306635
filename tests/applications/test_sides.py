"""Whoever acts for a party of a file, or did not long ago, is on its side: the file is closed to them in any other
capacity, by itself, whatever they declare. Both sides of each line: who, which party, until when."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from html import unescape
from types import SimpleNamespace

import pytest
from django.http import Http404
from django.urls import reverse
from django.utils import translation

from accounts.models import Membership
from accounts.services import remove_member
from applications.access import OWN, STAFF, enter
from applications.models import Application, Sponsorship
from applications.services.screening import find_eligible
from applications.services.sponsors import (
    cancel_sponsorship,
    confirm_sponsorship,
    decline_sponsorship,
    find_sponsorship,
    invite_sponsor,
)
from audit.actors import CLOCK, Guest
from decisions.access import PARTNER
from decisions.models import Concurrence, Decision
from decisions.selectors import UNSHOWN
from decisions.services import approve
from moves.interests import acts_for as acts_for_party
from moves.interests import (
    bar,
    barred_among,
    barred_from,
    barred_pairs,
    closing,
    declared_pairs,
    side_of,
    stand_of,
    standing_of,
    unbarred,
)  # fmt: skip
from moves.querysets import StanceQuerySet
from moves.refusals import Forbidden, WrongMoment
from moves.services import declare_standing
from moves.states import Party
from notifications import messages
from notifications.models import Message
from notifications.services import queue_message, send
from reviews import checks
from reviews.access import REVIEWER
from reviews.models import Declaration
from reviews.services import declare_interests, rule_on_declaration
from tests.decisions import files as decided
from tests.decisions.files import submitted_row
from tests.files import another, draft_file
from tests.mutants import proves
from tests.reviews.files import file_in_review, fresh
from work import clock
from work.outages import TooLate
from work.texts import Text

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 9, 15, tzinfo=UTC)
LAST_COUNTED = datetime(2024, 11, 9, 5, tzinfo=UTC)  # midnight in Québec, two years before
ENDS = {
    "it runs": (None, True),
    "yesterday": (NOW - timedelta(days=1), True),
    "two years before": (LAST_COUNTED, True),
    "the day before that": (LAST_COUNTED - timedelta(seconds=1), False),
}


@pytest.fixture(autouse=True)
def in_november(clock_at):
    clock_at(NOW)


def acts_for(person, organisation, *, ended_at=None):
    """`person` acts for the organisation, or did."""
    return Membership.objects.create(user=person, organisation=organisation, role="signatory", ended_at=ended_at)


def sponsored(cast, programme):
    """A file of Usinage Gauthier, which Aéronefs Boréal sponsors."""
    file = submitted_row(cast, programme)
    file.sponsorships.create(
        email="helene@boreal.example", organisation_name="Aéronefs Boréal", invited_by=cast.sophie, expires_at=NOW
    )
    return file


def closed(person, file, right):
    """Why the door is closed to somebody who has the right: the refusal's code; "" when it opens."""
    try:
        enter(person, right, read=None, pk=file.pk)
    except Forbidden as refused:
        return refused.code
    return ""


def ways_of_asking(person, file):
    """The answers of everything that asks whether the file is closed to the person: they are one."""
    files = Application.objects
    return {
        bar(file.pk, person) is not None,
        barred_from(person).filter(application_id=file.pk).exists(),
        person.pk in barred_among(file.pk, [person.pk]),
        not unbarred(file.pk, [person]),
        bool(closed(person, file, STAFF)),
        not files.of_staff(person).filter(pk=file.pk).exists(),
        not files.visible_to(person).filter(pk=file.pk).exists(),
    }


@proves(closing, stand_of, barred_from, barred_pairs, StanceQuerySet.of)
def test_side_closes_the_file_while_it_lasts_and_for_two_years(cast, programme, usinage, prime, precision):
    """An officer acts for the applicant, for its sponsor, or for a company that the file does not know."""
    file = sponsored(cast, programme)
    other = submitted_row(cast, programme, company="northwind")
    for organisation, code in ((usinage, "applicant"), (prime, "sponsor"), (precision, "")):
        for said, (ended_at, counts) in ENDS.items():
            membership = acts_for(cast.officer, organisation, ended_at=ended_at)
            is_closed = bool(code) and counts
            # who acts for the applicant reads it as one of its people, by no role
            asked = ways_of_asking(cast.officer, file) - (
                {False} if (code, said) == ("applicant", "it runs") else set()
            )
            assert asked == {is_closed}, (code, said)
            assert closed(cast.officer, file, STAFF) == (code if is_closed else ""), (code, said)
            assert ways_of_asking(cast.officer, other) == {False}
            assert ways_of_asking(cast.screener, file) == {False}
            membership.delete()
    for past, present, code in (
        (usinage, prime, "sponsor"),
        (prime, usinage, "applicant"),
    ):  # what runs is told
        sides = [acts_for(cast.officer, past, ended_at=NOW), acts_for(cast.officer, present)]
        assert closed(cast.officer, file, STAFF) == code
        for membership in sides:
            membership.delete()


@proves(stand_of)
def test_side_of_one_s_own_stays_open(cast, programme, usinage):
    file = sponsored(cast, programme)
    acts_for(cast.officer, usinage)
    assert standing_of(file.pk, cast.officer) == ""  # nothing was declared
    assert (closed(cast.officer, file, OWN), closed(cast.officer, file, STAFF)) == ("", "applicant")
    assert Application.objects.visible_to(cast.officer).filter(pk=file.pk).exists()
    assert not Application.objects.of_staff(cast.officer).filter(pk=file.pk).exists()
    Membership.objects.filter(user=cast.officer).update(ended_at=NOW)
    with pytest.raises(Http404):
        enter(cast.officer, OWN, read=None, pk=file.pk)
    assert not Application.objects.visible_to(cast.officer).filter(pk=file.pk).exists()


@proves(StanceQuerySet.of)
def test_who_is_no_person_is_barred_from_nothing_though_a_key_is_the_same(
    cast, programme, usinage, django_assert_num_queries
):
    file = sponsored(cast, programme)
    acts_for(cast.officer, usinage)
    declare_standing(file.pk, user=cast.officer, standing="conflict")
    key = SimpleNamespace(actor="key", pk=cast.officer.pk)
    with django_assert_num_queries(0):
        for by in (CLOCK, key):
            assert (bar(file.pk, by), standing_of(file.pk, by)) == (None, "")
            assert not barred_from(by).exists()
            assert not acts_for_party(file.pk, by, Party.APPLICANT)
    assert acts_for_party(file.pk, cast.officer, Party.APPLICANT)


def test_who_leaves_is_barred_from_that_instant_for_two_years(cast, programme, usinage):
    file = sponsored(cast, programme)
    remove_member(acts_for(cast.officer, usinage), by=cast.officer)
    assert closed(cast.officer, file, STAFF) == "applicant"
    with clock.at(datetime(2028, 11, 10, 4, 59, tzinfo=UTC)):
        assert closed(cast.officer, file, STAFF) == "applicant"
    with clock.at(datetime(2028, 11, 10, 5, tzinfo=UTC)):
        assert closed(cast.officer, file, STAFF) == ""


@pytest.mark.parametrize(
    ("language", "kind", "ended", "said"),
    [
        (
            "fr", "applicant", None,
            "Vous agissez pour Usinage Gauthier inc., qui présente ce dossier\xa0:"
            " il vous est fermé à tout autre titre.",
        ),
        (
            "en", "sponsor", None,
            "You act for Aéronefs Boréal inc., which sponsors this file: it is closed to you in any other capacity.",
        ),
        (
            "fr", "sponsor", NOW,
            "Vous avez agi jusqu’au 9\xa0novembre\xa02026 pour Aéronefs Boréal inc., qui parraine ce dossier\xa0:"
            " il vous reste fermé jusqu’au 9\xa0novembre\xa02028.",
        ),
        (
            "en", "applicant", NOW,
            "You acted for Usinage Gauthier inc., which presents this file, until November\xa09, 2026:"
            " it stays closed to you until November\xa09, 2028.",
        ),
    ],
)  # fmt: skip
def test_refusal_says_for_whom_they_act_or_until_when(
    cast, programme, usinage, prime, language, kind, ended, said, client
):
    file = sponsored(cast, programme)
    acts_for(cast.officer, {"applicant": usinage, "sponsor": prime}[kind], ended_at=ended)
    with translation.override(language):
        assert str(bar(file.pk, cast.officer).message) == said
    cast.officer.language = language
    cast.officer.save()
    client.force_login(cast.officer)
    page = client.get(reverse("file-detail", args=[file.reference]))
    assert page.status_code == 403
    assert said in unescape(page.content.decode())


def test_what_they_act_for_today_is_told_before_what_they_left_and_what_they_declared(cast, programme, usinage, prime):
    file = sponsored(cast, programme)
    declare_interests(file, by=cast.officer, answer="conflict", note="Un parent.")
    assert bar(file.pk, cast.officer).code == "conflict"
    acts_for(cast.officer, usinage, ended_at=NOW)
    assert "2028" in str(bar(file.pk, cast.officer).message)
    acts_for(cast.officer, prime)
    assert bar(file.pk, cast.officer).code == "sponsor"


def test_sponsor_is_the_one_whose_request_stands_by_any_form_of_its_name(cast, programme, prime):
    file = draft_file(cast, programme, at=None, sponsor=False)
    by = cast.sophie
    acts_for(cast.officer, prime)
    ask = {"email": "achats@boreal.example", "language": "fr"}

    def asked(name):
        return invite_sponsor(file, by=by, organisation_name=name, **ask)

    def code():
        refusal = side_of(file.pk, cast.officer)
        return refusal and refusal.code

    assert code() is None
    for name, found in (("AERONEFS BOREAL", "sponsor"), ("Aéronefs Boréal international", None), ("Inc.", None)):
        sponsorship, token = asked(name)
        assert code() == found, name
    sponsorship, token = asked("Aéronefs Boréal ltée")
    cancel_sponsorship(sponsorship, by=by)
    assert code() is None
    sponsorship, token = asked("Aéronefs Boréal ltée")
    decline_sponsorship(find_sponsorship(token), by=Guest("Boréal"))
    assert code() is None


def test_who_confirmed_is_on_the_sponsor_s_side_under_any_name_with_those_of_whom_they_acted_for_then(
    cast, programme, prime, precision, northwind
):
    """The name that the applicant gave is no organisation's here. Who acts for one that the officer left by then, or
    joined later, is free."""
    file = draft_file(cast, programme, at=None, sponsor=False)
    own = acts_for(cast.officer, prime)
    acts_for(cast.officer, precision, ended_at=NOW), acts_for(cast.screener, precision)
    later = acts_for(cast.officer, northwind)
    Membership.objects.filter(pk=later.pk).update(since=NOW + timedelta(seconds=1))
    acts_for(cast.approver, northwind)
    acts_for(cast.chair, prime), acts_for(cast.endorser, prime, ended_at=LAST_COUNTED)
    acts_for(cast.ana, prime, ended_at=LAST_COUNTED - timedelta(seconds=1))

    def asked():
        ask = {"email": cast.officer.email.upper(), "organisation_name": "Maison-mère", "language": "fr"}
        _asked, token = invite_sponsor(file, by=cast.sophie, **ask)
        return find_sponsorship(token)

    def confirmed(by):
        return confirm_sponsorship(asked(), by=by, name="H. Roy", improvement="Un délai bien plus court")

    def barred():
        names = ("officer", "screener", "approver", "chair", "endorser", "ana")
        with translation.override("fr"):
            return {name: str(found.message) for name in names if (found := bar(file.pk, getattr(cast, name)))}

    asked()
    assert barred() == {}  # the address that was asked is the applicant's word
    decline_sponsorship(asked(), by=cast.officer)
    assert barred() == {}
    last = confirmed(Guest("Maison-mère"))  # by the link alone: the account of that address
    found = barred()
    assert set(found) == {"officer", "chair", "endorser"}
    assert found["chair"].startswith("Vous agissez pour Aéronefs Boréal inc., qui parraine ce dossier")
    cancel_sponsorship(last, by=cast.sophie)
    assert barred() == {}
    own.delete()
    confirmed(cast.officer)
    found = barred()  # by that alone, though they act for none that sponsors
    assert set(found) == {"officer"}
    assert found["officer"].startswith("Vous agissez pour Maison-mère, qui parraine ce dossier")
    other = draft_file(cast, programme, company="northwind", at=None, sponsor=False)
    assert bar(other.pk, cast.officer) is not None  # its applicant's
    assert bar(other.pk, cast.chair) is None


def test_name_that_is_empty_is_nobody_s(cast, programme, prime):
    file = sponsored(cast, programme)
    acts_for(cast.officer, prime)
    Sponsorship.objects.update(name_key="")
    type(prime).objects.filter(pk=prime.pk).update(name_key="")
    assert bar(file.pk, cast.officer) is None


def test_sponsorship_saved_keeps_the_key_of_its_name(cast, programme):
    sponsorship = sponsored(cast, programme).sponsorships.get()
    assert sponsorship.name_key == "aeronefsboreal"
    sponsorship.organisation_name = "Autre inc."
    sponsorship.save(update_fields=["organisation_name"])
    assert fresh(sponsorship).name_key == "autre"


# Each capacity


def test_screener_neither_reads_nor_moves_nor_is_listed(cast, programme, usinage):
    file = sponsored(cast, programme)
    declare_interests(file, by=cast.screener, answer="none")
    acts_for(cast.screener, usinage, ended_at=NOW)
    assert closed(cast.screener, file, STAFF) == "applicant"
    with pytest.raises(Forbidden) as refused:
        find_eligible(file, by=cast.screener)
    assert refused.value.code == "applicant"
    assert not Application.objects.held_by(cast.screener, "screener").exists()
    assert Application.objects.held_by(cast.officer, "officer").get() == file


@proves(declared_pairs)
def test_reviewer_is_offered_no_such_file_and_one_already_given_closes(cast, programme, usinage, client):
    file = file_in_review(cast, programme)
    acts_for(cast.ana, usinage)
    acts_for(cast.chloe, usinage, ended_at=NOW)
    assert closed(cast.ana, file, REVIEWER) == "applicant"
    assert closed(cast.dev, file, REVIEWER) == ""
    assert standing_of(file.pk, cast.ana) == "clear"  # what they declared before is no shield
    fit = {one.user: {str(c.message) for c in one.conflicts} for one in checks.candidates(file, reader=cast.officer)}
    assert fit[cast.chloe] == {"a agi pour Usinage Gauthier inc. jusqu’au 9\xa0novembre\xa02026"}
    cast.chloe.memberships.update(ended_at=LAST_COUNTED - timedelta(seconds=1))
    assert [one.is_fit for one in checks.candidates(file, reader=cast.officer) if one.user == cast.chloe] == [True]
    client.force_login(cast.ana)
    assert file.reference not in client.get(reverse("review-queue")).content.decode()


def test_approver_and_concurrence_officer_are_asked_nothing(cast, programme, usinage, prime):
    decision = decided.endorsed(cast, programme, amount="90000.00")
    file = decision.application
    assert Decision.objects.waiting_for(cast.approver).get() == decision
    acts_for(cast.approver, usinage, ended_at=NOW)
    assert not Decision.objects.waiting_for(cast.approver).exists()
    with pytest.raises(Forbidden) as refused:
        approve(decision, by=cast.approver, edition=UNSHOWN)
    assert refused.value.code == "applicant"
    Membership.objects.filter(user=cast.approver).delete()
    Message.objects.all().delete()
    acts_for(cast.officer, usinage)
    decided.declare(cast, decision, "approver")
    approve(decision, by=cast.approver, edition=UNSHOWN)
    assert cast.officer not in {one.recipient for one in Message.objects.all()}
    assert Concurrence.objects.of_officer(cast.concurrence).get().application == file
    acts_for(cast.concurrence, usinage)
    assert not Concurrence.objects.of_officer(cast.concurrence).exists()
    assert closed(cast.concurrence, file, PARTNER) == "applicant"


@proves(acts_for_party)
def test_message_that_waits_is_given_up_once_its_file_is_closed_to_its_reader(cast, programme, usinage, prime):
    """As it leaves. What the applicant is told of its own file still reaches its people, and no others."""
    file = sponsored(cast, programme)
    other, elsewhere = another(file), submitted_row(cast, programme, company="northwind")
    of_file = {"reference": file.reference, "title": file.title}
    about = {
        "withdrawn": messages.FileWithdrawn(**of_file),
        "ruled": messages.DeclarationRuled(reference=file.reference, clear=False),
        "applicant": messages.ApplicationWithdrawn(**of_file),
        "members": messages.SponsorAnswered(sponsor="Aéronefs", title=file.title, confirmed=True),
        "cancelled": messages.CallCancelled(call=Text("Appel", "Call"), reason="Faute de crédits."),
    }

    def told(*people, of=file.pk, names=about):
        """What leaves, to whom."""
        Message.objects.all().delete()
        for name, content in about.items():
            for person in people if name in names else ():
                message = queue_message(content, to=person, application_id=of, key=f"{name}:{person}")
                with suppress(TooLate):
                    send(message)
        return set(Message.objects.exclude(sent_at=None).values_list("key", flat=True))

    def every(person, *names):
        return {f"{name}:{person}" for name in names or about}

    own = ("applicant", "members", "cancelled", "ruled")
    offices = [name for name in about if name != "withdrawn"]  # whoever screens is no officer
    assert told(cast.officer) == told(cast.officer, of=elsewhere.pk) == every(cast.officer)
    side = acts_for(cast.officer, usinage)
    assert told(cast.officer, cast.screener) == every(cast.officer, *own) | every(cast.screener, *offices)
    assert told(cast.officer, of=None, names=offices) == every(cast.officer, *offices)
    declare_standing(elsewhere.pk, user=cast.officer, standing="conflict")
    assert told(cast.officer, of=elsewhere.pk) == every(cast.officer, "ruled")
    declare_interests(file, by=cast.officer, answer="conflict", note="Un parent.")  # it takes nothing of their own
    assert told(cast.officer) == every(cast.officer, *own)
    assert told("officer@cluster.example") == every("officer@cluster.example")
    Membership.objects.filter(pk=side.pk).update(ended_at=NOW)  # they left the applicant
    assert told(cast.officer) == every(cast.officer, "ruled")
    acts_for(cast.officer, prime)
    assert told(cast.officer) == every(cast.officer, "ruled")
    acts_for(cast.screener, usinage)
    assert told(cast.officer) == every(cast.officer, "ruled")
    assert told(cast.officer, of=other.pk) == every(cast.officer, "ruled")


def test_key_that_is_no_person_acts_for_nobody(cast, programme, usinage):
    file = sponsored(cast, programme)
    acts_for(cast.officer, usinage)
    key = SimpleNamespace(actor="key", pk=cast.officer.pk, is_active=True)
    assert acts_for_party(file.pk, cast.officer, Party.APPLICANT)
    assert not acts_for_party(file.pk, key, Party.APPLICANT)


# Nothing that is declared or ruled lifts it


def test_nobody_declares_it_away_and_a_conflict_may_still_be_declared(cast, programme, usinage, client):
    file = sponsored(cast, programme)
    acts_for(cast.officer, usinage)
    for _time in range(2):
        with pytest.raises(WrongMoment) as stopped:
            declare_interests(file, by=cast.officer, answer="none")
        assert [refusal.code for refusal in stopped.value.refusals] == ["applicant"]
    client.force_login(cast.officer)
    page = client.get(reverse("review-declare", args=[file.reference])).content.decode()
    assert "Vous agissez pour Usinage Gauthier inc., qui présente ce dossier" in page
    assert '<form method="post" novalidate' not in page
    declare_interests(file, by=cast.officer, answer="conflict", note="Un parent aussi.")
    assert bar(file.pk, cast.officer).code == "applicant"


def test_chair_does_not_rule_it_away(cast, programme, usinage, client):
    file = sponsored(cast, programme)
    doubt = declare_interests(file, by=cast.endorser, answer="unsure", note="J’y ai travaillé.")
    acts_for(cast.endorser, usinage, ended_at=NOW)
    client.force_login(cast.chair)
    address = reverse("review-rule", args=[file.reference, cast.endorser.public_id])
    page = client.post(address, {"clear": "yes", "ruling": "C’était il y a longtemps."})
    assert page.status_code == 409
    assert "C’était il y a longtemps." in page.content.decode()  # what was typed stays
    assert "aucune décision ne le lui ouvre" in page.content.decode()
    assert Declaration.objects.get(pk=doubt.pk).ruled_by is None
    rule_on_declaration(doubt, by=cast.chair, clear=False, ruling="C’est un conflit.")
    assert Declaration.objects.get(pk=doubt.pk).ruled_by == cast.chair


def test_who_is_no_person_has_no_side_though_a_key_is_the_same(cast, programme, usinage):
    file = sponsored(cast, programme)
    acts_for(cast.officer, usinage)
    key = SimpleNamespace(actor="key", pk=cast.officer.pk, is_active=True)
    assert bar(file.pk, key) is None
    assert not barred_from(key).exists()


def test_standing_is_read_in_one_statement(cast, programme, usinage, prime, django_assert_num_queries):
    file = sponsored(cast, programme)
    another(file)
    acts_for(cast.officer, usinage, ended_at=NOW)
    acts_for(cast.officer, prime)
    with django_assert_num_queries(1):
        assert bar(file.pk, cast.officer).code == "sponsor"
