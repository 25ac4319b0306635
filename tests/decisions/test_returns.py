"""What was sent back, and why, is read where the work is: the committee's recommendation, or the start of the chain."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from applications.models import Application
from applications.services.submission import withdraw_application
from decisions import services
from decisions.models import Concurrence, Decision
from decisions.selectors import (
    UNSHOWN,
    Edition,
    comes_of,
    edition_for_partner,
    edition_of,
    given_by_partner,
    is_edition,
    return_of,
    returns_by_partner,
)
from decisions.services.messages import tell_returned
from decisions.states import ReturnTo
from funding.models import PartnerSeat
from notifications.models import Message
from notifications.notices import write
from programs.services.people import appoint
from reviews.models import Assignment
from reviews.selectors import sent_back_of
from reviews.services import recommend
from tests.decisions import files
from tests.decisions.files import D
from tests.mutants import proves
from work import clock
from work.texts import Text

pytestmark = pytest.mark.django_db

FIRST, SECOND = "Le montant dépasse la ligne.", "Dites quelle dépense est retirée."
LATER = files.DECIDED_AT + timedelta(hours=1)


def sent_back(cast, decision, why, *, to=ReturnTo.PANEL, at=files.DECIDED_AT):
    with clock.at(at):
        files.declare(cast, decision, "approver")
        return services.send_back(decision, by=cast.approver, reason=why, to=to, edition=UNSHOWN)


def recommended_again(cast, programme, decision):
    with clock.at(LATER):
        envelope = files.envelopes(programme)[0]
        recommend(
            Application.objects.get(pk=decision.application_id), by=cast.chair, outcome="partial", amount=D("50000.00"),
            shares=[(envelope, D("50000.00"))], reasons_fr="Sans la formation.", reasons_en="Without the training.",
        )  # fmt: skip
        second = Decision.objects.open().get(application=decision.application)
        return services.endorse(second, by=cast.endorser, edition=UNSHOWN)


@proves(sent_back_of)
def test_reason_of_the_last_return_is_kept_until_the_committee_recommends_again(cast, programme):
    decision = files.endorsed(cast, programme)
    other = files.endorsed(cast, programme, company="precision")
    file = decision.application
    assert sent_back_of(file) is sent_back_of(files.file_row(cast, programme)) is None
    sent_back(cast, other, "Un autre dossier.")
    assert sent_back_of(file) is None
    sent_back(cast, decision, FIRST)
    kept = sent_back_of(file)
    assert (kept.sent_back_why, kept.sent_back_by, kept.voided_at) == (FIRST, cast.approver, files.DECIDED_AT)
    second = recommended_again(cast, programme, decision)
    assert sent_back_of(file) is None
    sent_back(cast, second, SECOND, at=LATER)
    assert sent_back_of(file).sent_back_why == SECOND


@proves(return_of)
def test_decision_says_that_it_was_sent_back_until_the_chain_goes_on(cast, programme):
    decision = files.endorsed(cast, programme)
    files.endorsed(cast, programme, company="precision")
    assert return_of(decision) is return_of(files.decision_row(cast, programme, state="draft")) is None
    sent_back(cast, decision, FIRST, to=ReturnTo.START)
    assert (return_of(decision).note, return_of(decision).by) == (FIRST, cast.approver)
    with clock.at(LATER):
        services.endorse(decision, by=cast.endorser, edition=UNSHOWN)
    assert return_of(decision) is None


@pytest.mark.parametrize("language", ["fr", "en"])
def test_return_to_the_committee_leads_the_chair_to_the_recommendation_with_the_reason(
    cast, programme, client, language
):
    decision = files.endorsed(cast, programme)
    reference = decision.application.reference
    sent_back(cast, decision, FIRST)
    pages = {one.recipient: (one.url_name, one.url_args) for one in Message.objects.filter(kind="decision_sent_back")}
    assert pages == {cast.endorser: ("decision-file", [reference]), cast.chair: ("review-recommend", [reference])}
    message = Message.objects.get(kind="decision_sent_back", recipient=cast.chair)
    message.language = language
    said = {"fr": "de retour devant son comité", "en": "back at its committee"}[language]
    assert said in write(message).body
    title = {"fr": "Renvoyée au comité", "en": "Sent back to the committee"}[language]
    with clock.at(LATER):
        for who, page in (
            (cast.chair, "review-recommend"),
            (cast.chair, "review-file"),
            (cast.chair, "decision-file"),
            (cast.officer, "decision-file"),
        ):
            client.force_login(who)
            read = client.get(reverse(page, args=[reference]) + f"?lang={language}", follow=True).content.decode()
            for words in (title, FIRST, cast.approver.full_name):
                assert words in read, (who.given_name, page, words)


@pytest.mark.parametrize(("passes", "outcome"), [(True, "partial"), (False, "declined")])
def test_committee_begins_with_what_its_last_recommendation_said(cast, programme, client, passes, outcome):
    """An outcome that the file can no longer have, below the pass mark, is not proposed again."""
    first, second = files.envelopes(programme)[:2]
    decision = files.recommended_file(
        cast, programme, outcome="partial", amount="60000.00", requested="90000.00", discussion="Discuté.",
        shares=[(first, D("20000.00")), (second, D("40000.00"))], reasons=("Sans la formation.", "Without training."),
    )  # fmt: skip
    with clock.at(files.DECIDED_AT):
        files.declare(cast, decision, "endorser")
        services.send_back(decision, by=cast.endorser, reason=FIRST, to=ReturnTo.PANEL, edition=UNSHOWN)
        if not passes:
            Assignment.objects.filter(application=decision.application).update(total=D("10"))
        client.force_login(cast.chair)
        page = client.get(reverse("review-recommend", args=[decision.application.reference]))
    assert page.context["form"].initial == {
        "outcome": outcome, "amount": D("60000.00"), "reasons_fr": "Sans la formation.",
        "reasons_en": "Without training.", "discussion": "Discuté.",
        f"share_{first.public_id}": D("20000.00"), f"share_{second.public_id}": D("40000.00"),
    }  # fmt: skip
    assert "Voici ce que disait la dernière recommandation" in page.content.decode()


WENT = {
    ReturnTo.PANEL: {
        "fr": ("Renvoyée au comité", "le dossier est retourné à son comité.", "Le comité recommande de nouveau."),
        "en": ("Sent back to the committee", "went back to its committee.", "The committee recommends again."),
    },
    ReturnTo.SCREENING: {
        "fr": ("Renvoyée à l’analyse d’admissibilité", "le dossier est retourné à l’analyse d’admissibilité.",
               "Chaque point de la liste de vérification est à revoir."),
        "en": ("Sent back to screening", "went back to screening.", "Each item of the checklist is looked at again."),
    },
}  # fmt: skip


@proves(comes_of)
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("to", WENT)
def test_page_of_the_decision_says_where_its_file_went_then_and_what_comes_as_long_as_it_is_there(
    cast, programme, client, to, language
):
    """Recommended files go back to screening too. Left from there, or found eligible again, no more is to come."""
    decision = files.endorsed(cast, programme)
    file = decision.application
    sent_back(cast, decision, FIRST, to=to)
    client.force_login(cast.officer)
    other = WENT[next(one for one in WENT if one is not to)][language]

    def read():
        page = client.get(reverse("decision-file", args=[file.reference]) + f"?lang={language}").content.decode()
        assert FIRST in page
        assert not [words for words in other if words in page]
        return page

    with clock.at(LATER):
        page = read()
        title, went, comes = WENT[to][language]
        assert (page.count(title), went in page, comes in page) == (2, True, True)  # the notice, and the timeline
        Application.objects.filter(pk=file.pk).update(state="withdrawn")
        page = read()
        assert (page.count(title), went in page, comes in page) == (2, True, False)
        Application.objects.filter(pk=file.pk).update(state="eligible")
        assert (comes in read()) is (to is ReturnTo.PANEL)


def test_earlier_decisions_say_where_each_was_sent_back(cast, programme, client):
    decision = files.endorsed(cast, programme)
    sent_back(cast, decision, FIRST)
    second = recommended_again(cast, programme, decision)
    with clock.at(LATER):
        files.declare(cast, second, "approver")
        client.force_login(cast.approver)
        for page in ("decision-file", "decision-approve"):
            read = client.get(reverse(page, args=[decision.application.reference]) + "?lang=fr").content.decode()
            assert f"Renvoyée au comité par {cast.approver.full_name}" in read, page


def test_decision_that_left_from_its_start_is_void_and_no_return(cast, programme, client):
    decision = files.endorsed(cast, programme)
    file = decision.application
    sent_back(cast, decision, FIRST, to=ReturnTo.START)
    withdraw_application(Application.objects.get(pk=file.pk), by=file.created_by, reason="Projet abandonné.")
    assert return_of(Decision.objects.get(pk=decision.pk)) is None
    client.force_login(cast.officer)
    page = client.get(reverse("decision-file", args=[file.reference]) + "?lang=fr").content.decode()
    assert "Cette décision est sans effet" in page
    assert "Renvoyée au comité" not in page


@pytest.mark.parametrize("to", list(ReturnTo))
def test_return_keeps_where_it_went_and_no_other_act_does(cast, programme, to):
    decision = sent_back(cast, files.endorsed(cast, programme), FIRST, to=to)
    kept = [(step.kind, step.returned_to) for step in decision.steps.order_by("id")]
    assert kept == [("endorsed", None), ("sent_back", to)]
    message = Message.objects.filter(kind="decision_sent_back").first()
    assert message.context["back_to"] == Text.of(to.row.told).as_dict()


def test_return_that_no_person_made_is_told_as_what_it_was(cast, programme):
    """Nothing returns a file to screening by itself today: it would be told as that, for the reason it has."""
    decision = files.endorsed(cast, programme)
    tell_returned(decision, by=cast.officer, reason=FIRST, to=ReturnTo.SCREENING, asked=())
    said = Message.objects.filter(kind="decision_sent_back").first().context
    where = Text.of(ReturnTo.SCREENING.row.told).as_dict()
    assert (said["back_to"], said["reason"], said["reopens"]) == (where, FIRST, False)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_return_to_the_start_leads_everybody_to_the_decision_with_the_reason(cast, programme, client, language):
    decision = files.endorsed(cast, programme)
    reference = decision.application.reference
    sent_back(cast, decision, FIRST, to=ReturnTo.START)
    pages = {one.recipient: (one.url_name, one.url_args) for one in Message.objects.filter(kind="decision_sent_back")}
    assert set(pages) == {cast.endorser, cast.officer}
    assert set(map(str, pages.values())) == {str(("decision-file", [reference]))}
    title = {"fr": "Renvoyée à son point de départ", "en": "Sent back to its start"}[language]
    client.force_login(cast.endorser)
    with clock.at(LATER):
        read = client.get(reverse("decision-file", args=[reference]) + f"?lang={language}").content.decode()
    for words in (title, FIRST, cast.approver.full_name):
        assert words in read


@proves(returns_by_partner)
def test_partner_reads_what_was_sent_back_from_its_seats_and_nothing_that_was_not(cast, programme):
    """The approver held one of its seats some years ago: their reason is the cluster's own."""
    partner = cast.concurrence.partner_seats.get().partner
    years_ago = {"starts_on": date(2022, 1, 1), "ends_on": date(2023, 1, 1)}
    seat = PartnerSeat.objects.create(user=cast.approver, partner=partner, role="analyst", **years_ago)
    decision = files.endorsed(cast, programme, amount="75000.01")
    files.declare(cast, decision, "approver")
    step = sent_back(cast, decision, FIRST, to=ReturnTo.START).steps.returns().get()
    with clock.at(LATER):
        decision = services.endorse(Decision.objects.get(pk=decision.pk), by=cast.endorser, edition=UNSHOWN)
        decision = services.approve(decision, by=cast.approver, edition=UNSHOWN)
    concurrence = decision.concurrences.counted().get()
    assert returns_by_partner(concurrence) == []
    PartnerSeat.objects.filter(pk=seat.pk).update(ends_on=clock.day_of(step.at))  # its last day
    assert returns_by_partner(concurrence) == [step]


def test_return_undoes_no_act_that_its_page_did_not_show(cast, programme, client):
    """Another approver had opened it once endorsed; it was approved, and the ministry concurred, meanwhile."""
    decision = files.endorsed(cast, programme, amount="75000.01")
    with clock.at(files.AT):
        appoint(cast.finance, by=cast.administrator, role="approver", program=programme, limit=D("250000"))
    files.declare(cast, decision, "approver", "finance")
    client.force_login(cast.finance)
    address = reverse("decision-send-back", args=[decision.application.reference])
    edition = client.get(address).context["edition"]
    services.approve(decision, by=cast.approver, edition=UNSHOWN)
    answer = client.post(address, {"reason": FIRST, "to": "start", "edition": edition})
    assert (answer.status_code, Decision.objects.get(pk=decision.pk).state) == (409, "approved")
    assert FIRST in answer.content.decode()
    answer = client.post(address, {"reason": FIRST, "to": "start", "edition": answer.context["edition"]})
    assert (answer.status_code, Decision.objects.get(pk=decision.pk).state) == (302, "draft")


def partners_page(client, person, concurrence):
    """The address of the return of a concurrence, and the edition that its page shows to this officer."""
    client.force_login(person)
    address = reverse("decision-concurrence-send-back", args=[concurrence.public_id])
    return address, client.get(address).context["edition"]


def test_partners_return_undoes_no_act_of_its_own_people_that_its_page_did_not_show(cast, programme, client):
    """Two officers of one ministry: one opened the return, the other concurred. Then it is read, and can be undone."""
    decision = files.approved(cast, programme, amount="75000.01")
    concurrence = decision.concurrences.get()
    partner = concurrence.agreement.partner
    PartnerSeat.objects.create(user=cast.finance, partner=partner, role="concurrence", starts_on=date(2026, 1, 1))
    files.declare(cast, decision, "concurrence", "finance")
    address, edition = partners_page(client, cast.finance, concurrence)
    services.concur(concurrence, by=cast.concurrence)
    for said in (edition, ""):
        answer = client.post(address, {"reason": FIRST, "edition": said})
        assert (answer.status_code, Decision.objects.get(pk=decision.pk).state) == (409, "concurred")
        page = answer.content.decode()
        assert FIRST in page
        assert f"Accord préalable donné par {cast.concurrence.full_name}" in page
        assert '<button class="button' in page.split("<main")[1]
    answer = client.post(address, {"reason": FIRST, "edition": answer.context["edition"]})
    assert (answer.status_code, Decision.objects.get(pk=decision.pk).state) == (302, "draft")


def test_partner_reads_nothing_of_what_another_did_in_the_edition_of_its_page(cast, programme, client):
    """Else its refusal would tell that something happened elsewhere. Its page says that any concurrence is void."""
    decision = files.approved(cast, programme, amount="75000.01")
    concurrence = decision.concurrences.get()
    other = files.asked_row(decision, files.other_agreement(programme))
    PartnerSeat.objects.create(
        user=cast.finance, partner=other.agreement.partner, role="concurrence", starts_on=date(2026, 1, 1)
    )
    files.declare(cast, decision, "concurrence", "finance")
    address, edition = partners_page(client, cast.concurrence, concurrence)
    services.concur(other, by=cast.finance)
    assert client.get(address).context["edition"] == edition
    assert cast.finance.full_name not in client.get(address).content.decode()
    answer = client.post(address, {"reason": FIRST, "edition": edition})
    assert (answer.status_code, Decision.objects.get(pk=decision.pk).state) == (302, "draft")


@proves(edition_for_partner, given_by_partner, is_edition)
def test_partners_edition_is_of_one_round_and_of_what_its_own_people_gave(cast, programme):
    """On whichever of its agreements; a round that is over is like none."""
    decision = files.approved(cast, programme, amount="75000.01")
    first = decision.concurrences.get()
    partner = first.agreement.partner
    at = files.DECIDED_AT

    def given(agreement, decision=decision, **more):
        more = {"state": "given", "by": cast.concurrence, "given_at": at, "at": at} | more
        return files.asked_row(decision, agreement, **more)

    read = edition_for_partner(first)
    more = [files.other_agreement(programme, partner=partner) for _n in range(3)]
    given(files.other_agreement(programme))  # another partner
    given(more[0], files.decision_row(cast, programme, state="approved"))  # another file
    given(more[0], voided_at=at)
    given(more[0], state="asked", by=None, given_at=None)
    assert (edition_for_partner(first), given_by_partner(first)) == (read, [])
    assert is_edition(decision, read, with_acts=True)
    late, early = given(more[1], at=at + timedelta(hours=1)), given(more[2], at=at - timedelta(hours=1))
    assert given_by_partner(first) == [early, late]
    assert not is_edition(decision, read, with_acts=True)
    assert is_edition(decision, edition_for_partner(first), with_acts=True)
    assert is_edition(decision, edition_for_partner(late), with_acts=True)
    assert not is_edition(
        files.decision_row(cast, programme, state="draft"), edition_for_partner(first), with_acts=True
    )
    Concurrence.objects.filter(pk=first.pk).update(voided_at=at)
    assert not is_edition(decision, edition_for_partner(first), with_acts=True)
    assert not is_edition(decision, Edition(read.said), with_acts=True)  # the cluster's page carries another word
    acts = edition_of(decision)
    decision.steps.create(kind="concurred", by=cast.concurrence)
    assert [is_edition(decision, acts, with_acts=one) for one in (True, False)] == [False, True]
    assert is_edition(None, edition_of(None), with_acts=True)
    assert not is_edition(None, acts, with_acts=True)
