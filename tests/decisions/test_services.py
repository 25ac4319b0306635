"""The chain through its services: limits, thresholds, separation of duties, returns, and an issue that is whole."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.models import User
from applications.models import Application
from audit.models import Entry
from awards.models import Award
from decisions import services
from decisions.models import Concurrence, Decision, Step
from decisions.selectors import UNSHOWN
from decisions.services import messages
from decisions.states import DecisionKind, DecisionState, ReturnTo
from documents.models import Rendering
from funding import ledger
from funding.models import Agreement, Envelope
from funding.money import Cause
from funding.services import seat_partner
from letters.models import Letter
from moves.machine import move
from moves.models import DutyDone
from moves.refusals import Forbidden, WrongMoment
from moves.transitions import Reason
from notifications.models import Message
from programs.models import ProgramFunding
from programs.services.people import appoint
from reviews.services import declare_interests, recommend
from tests.decisions import files
from tests.decisions.files import D
from work import clock
from work.money import split

pytestmark = pytest.mark.django_db


def codes(refusal):
    return [one.code for one in refusal.value.refusals]


def told(kind):
    """Who was told, in order: `[(first name, url name)]`."""
    return list(Message.objects.filter(kind=kind).order_by("id").values_list("recipient__given_name", "url_name"))


# Concurrence


def test_award_of_75_000_needs_no_concurrence(cast, programme):
    decision = files.approved(cast, programme, amount="75000.00")
    assert not decision.concurrences.exists()
    with clock.at(files.DECIDED_AT):
        assert services.issue(decision, by=cast.officer, edition=UNSHOWN).state == DecisionState.ISSUED


def test_award_of_one_cent_more_waits_for_the_ministry(cast, programme):
    decision = files.approved(cast, programme, amount="75000.01")
    assert [c.agreement.reference for c in decision.concurrences.all()] == ["MEIE-2026-114"]
    with pytest.raises(WrongMoment) as refusal:
        services.issue(decision, by=cast.officer, edition=UNSHOWN)
    assert codes(refusal) == ["concurrence"]
    assert told("concurrence_asked") == [("Geneviève", "decision-concurrence")]


def test_last_concurrence_moves_the_decision_and_tells_the_officer(cast, programme):
    decision = files.concurred(cast, programme)
    assert decision.state == DecisionState.CONCURRED
    assert decision.concurrences.get().by == cast.concurrence
    assert decision.concurrences.get().given_at == files.DECIDED_AT
    assert list(decision.steps.order_by("id").values_list("kind", flat=True)) == ["endorsed", "approved", "concurred"]
    assert ("Maude", "decision-file") in told("decision_waiting")
    with clock.at(files.DECIDED_AT):
        assert services.issue(decision, by=cast.officer, edition=UNSHOWN).application.state == "approved"


def test_refusal_asks_no_concurrence_whatever_the_threshold(cast, programme):
    Agreement.objects.update(concurrence_above=0)
    decision = files.approved(cast, programme, outcome="declined")
    assert not decision.concurrences.exists()


def test_partners_officer_declares_before_concurring(cast, programme):
    decision = files.approved(cast, programme, amount="75000.01")
    with pytest.raises(WrongMoment) as refusal:
        services.concur(decision.concurrences.get(), by=cast.concurrence)
    assert codes(refusal) == ["undeclared"]
    declare_interests(decision.application, by=cast.concurrence, answer="conflict")
    with pytest.raises(Forbidden):
        services.concur(decision.concurrences.get(), by=cast.concurrence)


def close_account(person):
    person.is_active = False
    person.save(update_fields=["is_active"])


def test_closed_account_is_asked_for_no_step(cast, programme):
    """Neither who would approve, nor the partner's officer, nor who would issue."""
    decision = files.recommended_file(cast, programme, amount="75000.01")
    for name in ("approver", "concurrence", "officer"):
        close_account(getattr(cast, name))
    Message.objects.all().delete()
    with clock.at(files.DECIDED_AT):
        files.declare(cast, decision, "endorser")
        services.endorse(decision, by=cast.endorser, edition=UNSHOWN)
        User.objects.filter(pk=cast.approver.pk).update(is_active=True)  # opened again: the chain goes on
        cast.approver.refresh_from_db()
        files.declare(cast, decision, "approver")
        services.approve(decision, by=cast.approver, edition=UNSHOWN)
        Concurrence.objects.all().delete()
        messages.tell_next(Decision.objects.get(pk=decision.pk))
    assert Message.objects.count() == 0


def test_account_closed_since_its_person_was_read_takes_no_step(cast, programme):
    """The row in memory still says that it is open."""
    decision = files.recommended_file(cast, programme)
    files.declare(cast, decision, "endorser")
    User.objects.filter(pk=cast.endorser.pk).update(is_active=False)
    assert cast.endorser.is_active
    with pytest.raises(Forbidden):
        services.endorse(decision, by=cast.endorser, edition=UNSHOWN)


# Limits and duties


@pytest.mark.parametrize(("limit", "code"), [("60000.00", None), ("59999.99", "limit")])
def test_approver_approves_up_to_the_delegated_limit(cast, programme, limit, code):
    decision = files.endorsed(cast, programme, amount="60000.00")
    appoint(cast.approver, by=cast.administrator, role="approver", program=programme, limit=D(limit))
    files.declare(cast, decision, "approver")
    if code is None:
        assert services.approve(decision, by=cast.approver, edition=UNSHOWN).state == DecisionState.APPROVED
        return
    with pytest.raises(WrongMoment) as refusal:
        services.approve(decision, by=cast.approver, edition=UNSHOWN)
    assert codes(refusal) == [code]
    assert "59\u00a0999,99\u00a0$" in refusal.value.message


def test_who_endorsed_cannot_approve_and_reads_which_act_stands_in_the_way(cast, programme):
    decision = files.endorsed(cast, programme)
    appoint(cast.endorser, by=cast.administrator, role="approver", program=programme, limit=D("250000"))
    with pytest.raises(Forbidden) as refusal:
        services.approve(decision, by=cast.endorser, edition=UNSHOWN)
    assert refusal.value.code == "duty"
    assert "3\u00a0novembre\u00a02026" in str(refusal.value.message).replace(" ", "\u00a0")
    assert Decision.objects.get(pk=decision.pk).state == DecisionState.ENDORSED


@pytest.mark.parametrize("duty", ["screen", "score", "recommend", "prepare", "sponsor"])
def test_who_did_another_act_on_the_file_cannot_endorse(cast, programme, duty):
    decision = files.recommended_file(cast, programme)
    files.declare(cast, decision, "endorser")
    DutyDone.objects.create(application_id=decision.application_id, user_id=cast.endorser.pk, duty=duty, at=clock.now())
    with pytest.raises(Forbidden) as refusal:
        services.endorse(decision, by=cast.endorser, edition=UNSHOWN)
    assert refusal.value.code == "duty"


def test_interests_come_before_any_step(cast, programme):
    decision = files.recommended_file(cast, programme)
    with pytest.raises(WrongMoment) as refusal:
        services.endorse(decision, by=cast.endorser, edition=UNSHOWN)
    assert codes(refusal) == ["undeclared"]
    decision = files.endorsed(cast, programme, company="precision")
    with pytest.raises(WrongMoment) as refusal:
        services.send_back(decision, by=cast.approver, reason="À revoir.", edition=UNSHOWN)
    assert codes(refusal) == ["undeclared"]


@pytest.mark.parametrize("answer", ["conflict", "unsure"])
def test_conflict_or_doubt_bars_every_step_the_issue_too(cast, programme, answer):
    decision = files.approved(cast, programme)
    for person in (cast.officer, cast.approver):
        declare_interests(decision.application, by=person, answer=answer)
    with pytest.raises(Forbidden):
        services.issue(decision, by=cast.officer, edition=UNSHOWN)
    with pytest.raises(Forbidden):
        services.send_back(decision, by=cast.approver, reason="À revoir.", edition=UNSHOWN)


# Who is told


def test_each_step_tells_the_next_and_nobody_who_could_not_act(cast, programme):
    with clock.at(files.RECOMMENDED_AT):
        appoint(cast.chair, by=cast.administrator, role="endorser", program=programme)
    decision = files.recommended_file(cast, programme)
    assert told("decision_waiting") == [("Karim", "decision-file")]  # the chair recommended it: she is not asked
    Message.objects.all().delete()
    files.declare(cast, decision, "endorser")
    services.endorse(decision, by=cast.endorser, edition=UNSHOWN)
    assert told("decision_waiting") == [("Sylvie", "decision-file")]


# Sent back


def test_return_needs_its_reason_and_an_empty_one_is_none(cast, programme):
    decision = files.approved(cast, programme)
    for reason in ("", "   "):
        with pytest.raises(WrongMoment) as refusal:
            services.send_back(decision, by=cast.approver, reason=reason, edition=UNSHOWN)
        assert codes(refusal) == ["reason"]


def test_returned_chain_starts_over_and_keeps_what_was_void(cast, programme):
    decision = files.concurred(cast, programme)
    with clock.at(files.DECIDED_AT):
        decision = services.send_back(decision, by=cast.concurrence, reason="Montant à préciser.", edition=UNSHOWN)
    assert decision.state == DecisionState.DRAFT
    assert not decision.steps.filter(voided_at__isnull=True).exists()
    assert decision.steps.count() == 4
    assert not decision.concurrences.counted().exists()
    assert Concurrence.objects.get(decision=decision).voided_at == files.DECIDED_AT
    assert {name for name, _url in told("decision_sent_back")} == {"Karim", "Sylvie", "Maude"}
    assert Decision.objects.get(pk=decision.pk).application.state == "recommended"
    with pytest.raises(WrongMoment):
        services.approve(decision, by=cast.approver, edition=UNSHOWN)
    with clock.at(files.DECIDED_AT):
        decision = services.endorse(decision, by=cast.endorser, edition=UNSHOWN)
        decision = services.approve(decision, by=cast.approver, edition=UNSHOWN)
        services.concur(decision.concurrences.counted().get(), by=cast.concurrence)
        decision = services.issue(Decision.objects.get(pk=decision.pk), by=cast.officer, edition=UNSHOWN)
    assert decision.state == DecisionState.ISSUED
    assert decision.concurrences.count() == 2


def test_return_to_the_panel_voids_the_decision_and_gives_the_reserve_back(cast, programme):
    decision = files.endorsed(cast, programme, amount="60000.00")
    envelope = decision.shares.get().envelope
    assert envelope.reserved == D("60000.00")
    decision = services.send_back(
        decision, by=cast.endorser, reason="Note à revoir.", to=ReturnTo.PANEL, edition=UNSHOWN
    )
    envelope = Envelope.objects.get(pk=envelope.pk)
    assert (decision.state, decision.application.state, envelope.reserved) == ("void", "reviewed", D("0.00"))
    assert "Louise" in [name for name, _url in told("decision_sent_back")]


@pytest.mark.parametrize("days", [0, -1])
def test_whoever_endorsed_is_told_of_the_return_though_they_sit_or_sat_for_a_partner(cast, programme, cluster, days):
    """Who concurred has no page of the decision: they are asked again when the round comes."""
    seat_partner(
        cast.endorser, cluster.partners.first(), by=cast.administrator, role="analyst",
        starts_on=clock.today() - timedelta(days=9), ends_on=clock.today() + timedelta(days=days),
    )  # fmt: skip
    decision = files.concurred(cast, programme)
    services.send_back(decision, by=cast.approver, reason="Montant à préciser.", edition=UNSHOWN)
    assert {name for name, _url in told("decision_sent_back")} == {"Karim", "Maude"}


def test_second_return_leaves_what_the_first_made_void_as_it_was(cast, programme):
    decision = files.concurred(cast, programme)
    first, second = files.DECIDED_AT, files.DECIDED_AT + timedelta(days=1)
    for at in (first, second):
        with clock.at(at):
            decision = services.send_back(decision, by=cast.approver, reason="À revoir.", edition=UNSHOWN)
            if at == first:
                decision = services.endorse(decision, by=cast.endorser, edition=UNSHOWN)
                decision = services.approve(decision, by=cast.approver, edition=UNSHOWN)
    assert list(decision.steps.order_by("id").values_list("kind", "voided_at")) == [
        ("endorsed", first), ("approved", first), ("concurred", first), ("sent_back", first),
        ("endorsed", second), ("approved", second), ("sent_back", second),
    ]  # fmt: skip
    assert list(decision.concurrences.order_by("id").values_list("state", "voided_at")) == [
        ("given", first),
        ("asked", second),
    ]
    assert Entry.objects.filter(verb="concurrence.void").count() == 2


def test_partner_sends_back_only_what_waits_for_it_in_this_round_and_never_what_is_issued(cast, programme):
    decision = files.concurred(cast, programme)
    with clock.at(files.DECIDED_AT):
        decision = services.send_back(decision, by=cast.concurrence, reason="À revoir.", edition=UNSHOWN)
        Agreement.objects.update(concurrence_above=None)  # amended since: the partner has no more say
        decision = services.endorse(decision, by=cast.endorser, edition=UNSHOWN)
        decision = services.approve(decision, by=cast.approver, edition=UNSHOWN)
        with pytest.raises(Forbidden):
            services.send_back(decision, by=cast.concurrence, reason="Encore.", edition=UNSHOWN)
        files.asked_row(decision, state="given")
        Decision.objects.filter(pk=decision.pk).update(state="issued")
        with pytest.raises(WrongMoment) as refused:
            services.send_back(decision, by=cast.concurrence, reason="Trop tard.", edition=UNSHOWN)
        assert [one.code for one in refused.value.refusals] == ["state"]


def test_returned_to_the_panel_the_next_recommendation_is_what_is_drafted(cast, programme):
    decision = files.endorsed(cast, programme, amount="60000.00")
    envelope = decision.shares.get().envelope
    with clock.at(files.DECIDED_AT):
        services.send_back(decision, by=cast.endorser, reason="Note à revoir.", to=ReturnTo.PANEL, edition=UNSHOWN)
        recommend(
            Application.objects.get(pk=decision.application_id), by=cast.chair, outcome="partial", amount=D("50000.00"),
            shares=[(envelope, D("50000.00"))], reasons_fr="Revu.", reasons_en="Reviewed.",
        )  # fmt: skip
    redrafted = Decision.objects.open().get()
    assert (redrafted.number, redrafted.kind, redrafted.amount, redrafted.reasons_fr) == (
        2, DecisionKind.PARTIAL, D("50000.00"), "Revu.",
    )  # fmt: skip
    assert redrafted.shares.get().amount == D("50000.00")


def test_trail_keeps_no_words_of_a_person(cast, programme):
    decision = files.endorsed(cast, programme)
    services.edit_reasons  # noqa: B018 (its own test below)
    decision = services.send_back(decision, by=cast.endorser, reason="Gauthier connaît le comité.", edition=UNSHOWN)
    entries = Entry.objects.filter(application_id=decision.application_id)
    assert entries.filter(verb="decision.send_back").get().given == {"back_to": "start"}
    assert "Gauthier connaît" not in "".join(str(entry.given) for entry in entries)


# Reasons


def test_reasons_are_edited_in_draft_only_by_officer_or_endorser(cast, programme):
    decision = files.recommended_file(cast, programme)
    for person in (cast.officer, cast.endorser):
        decision = services.edit_reasons(
            decision, by=person, reasons_fr=f"Vu {person.pk}.", reasons_en="Seen.", version=decision.version
        )
    with pytest.raises(Forbidden):
        services.edit_reasons(decision, by=cast.ana, reasons_fr="x", reasons_en="x", version=1)
    entry = Entry.objects.filter(verb="decision.edit_reasons").latest("id")
    assert (entry.given, sorted(entry.personal)) == ({}, ["reasons_en", "reasons_fr"])
    files.declare(cast, decision, "endorser")
    decision = services.endorse(decision, by=cast.endorser, edition=UNSHOWN)
    with pytest.raises(WrongMoment):
        services.edit_reasons(decision, by=cast.officer, reasons_fr="Autre.", reasons_en="Other.", version=3)


def test_reasons_are_kept_without_the_blanks_around_them_and_the_same_ones_leave_no_trace(cast, programme):
    decision = files.recommended_file(cast, programme)
    told_at = files.DECIDED_AT
    for hours, (fr, en) in enumerate(((" Vu. ", "\nSeen."), ("Vu.", "Seen. "))):
        with clock.at(told_at + timedelta(hours=hours)):
            decision = services.edit_reasons(decision, by=cast.officer, reasons_fr=fr, reasons_en=en, version=1)
    assert (decision.reasons_fr, decision.reasons_en, decision.updated_at) == ("Vu.", "Seen.", told_at)
    assert Entry.objects.filter(verb="decision.edit_reasons").count() == 1


@pytest.mark.parametrize("answer", ["conflict", "unsure"])
def test_reasons_are_closed_to_who_is_barred_from_the_file(cast, programme, answer):
    decision = files.recommended_file(cast, programme)
    declare_interests(decision.application, by=cast.officer, answer=answer)
    with pytest.raises(Forbidden):
        services.edit_reasons(decision, by=cast.officer, reasons_fr="x", reasons_en="x", version=1)


def test_reasons_missing_in_one_language_of_the_letter_stop_the_endorsement(cast, programme):
    decision = files.recommended_file(cast, programme, reasons=("Bon projet.", ""))
    files.declare(cast, decision, "endorser")
    with pytest.raises(WrongMoment) as refusal:
        services.endorse(decision, by=cast.endorser, edition=UNSHOWN)
    assert codes(refusal) == ["letter"]
    assert "Motifs, par critère ou par point (Anglais)" in refusal.value.message
    Agreement.objects.update(language_regime="fr_only")
    assert services.endorse(decision, by=cast.endorser, edition=UNSHOWN).state == DecisionState.ENDORSED


# Issue


def test_issue_is_whole(cast, programme):
    decision = files.issued(cast, programme, amount="60000.00")
    envelope = decision.shares.get().envelope
    assert (decision.application.state, decision.application.outcome_at) == ("approved", None)
    assert (envelope.reserved, envelope.committed) == (D("0.00"), D("60000.00"))
    award = Award.objects.get(decision=decision)
    assert (award.amount, [s.amount for s in award.shares.all()]) == (D("60000.00"), [D("60000.00")])
    assert (decision.letter.state, decision.letter.rendering.is_ready) == ("queued", False)
    assert decision.issued_at == files.DECIDED_AT


def snapshot_of(decision):
    """All that an issue changes, to compare before and after."""
    return (
        Decision.objects.filter(pk=decision.pk).values("state", "issued_at").get(),
        Application.objects.filter(pk=decision.application_id).values("state", "outcome_at").get(),
        [envelope.balances for envelope in Envelope.objects.order_by("id")],
        [model.objects.count() for model in (Letter, Rendering, Award, Step, Message, Entry)],
    )


def test_fault_at_the_letter_leaves_nothing_changed(cast, programme, monkeypatch):
    decision = files.approved(cast, programme)
    before = snapshot_of(decision)

    def broken(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("letters.sheets.html_of", broken)
    with pytest.raises(ZeroDivisionError):
        services.issue(decision, by=cast.officer, edition=UNSHOWN)
    assert snapshot_of(decision) == before


def test_fault_at_the_award_leaves_nothing_changed(cast, programme, monkeypatch):
    decision = files.approved(cast, programme)
    before = snapshot_of(decision)
    monkeypatch.setattr("awards.reactions.open_award", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.issue(decision, by=cast.officer, edition=UNSHOWN)
    assert snapshot_of(decision) == before


def test_envelope_that_no_longer_holds_the_reserve_leaves_nothing_changed(cast, programme):
    decision = files.approved(cast, programme, amount="60000.00")
    share = decision.shares.select_related("envelope").get()
    ledger.release(
        [(share.envelope, D("0.01"))],
        from_="reserved",
        application_id=decision.application_id,
        by=cast.finance,
        because=Cause.VOID_RECOMMENDATION,
    )
    before = snapshot_of(decision)
    with pytest.raises(WrongMoment) as refusal:
        services.issue(decision, by=cast.officer, edition=UNSHOWN)
    assert codes(refusal) == ["insufficient_funds"]
    assert snapshot_of(decision) == before


def test_second_click_changes_nothing(cast, programme):
    decision = files.issued(cast, programme)
    before = snapshot_of(decision)
    again = services.issue(decision, by=cast.officer, edition=UNSHOWN)
    assert (again.pk, again.state) == (decision.pk, DecisionState.ISSUED)
    assert snapshot_of(decision) == before
    with pytest.raises(Forbidden):
        services.issue(decision, by=cast.analyst, edition=UNSHOWN)


@pytest.mark.parametrize(
    ("fields", "issued"),
    [
        ({}, False),
        ({"authorisation_number": "1234-2026", "authorisation_date": date(2026, 5, 6)}, True),
        ({"authorisation_none_reason": "Organisme non visé."}, True),
    ],
)
def test_federal_money_leaves_only_with_its_authorisation(cast, programme, fields, issued):
    decision = files.approved(cast, programme)
    Agreement.objects.update(jurisdiction="federal", **fields)
    if issued:
        assert services.issue(decision, by=cast.officer, edition=UNSHOWN).state == DecisionState.ISSUED
        return
    with pytest.raises(WrongMoment) as refusal:
        services.issue(decision, by=cast.officer, edition=UNSHOWN)
    assert codes(refusal) == ["authorisation"]
    assert "MEIE-2026-114" in refusal.value.message


def test_co_funded_award_splits_60_40_to_the_cent(cast, programme):
    first = Agreement.objects.get()
    second = Agreement.objects.create(
        partner=first.partner, cluster=first.cluster, reference="DEC-2026-7", title_fr="DEC", title_en="CED",
        starts_on=first.starts_on, ends_on=first.ends_on, language_regime="both_equal", jurisdiction="quebec",
    )  # fmt: skip
    ProgramFunding.objects.filter(agreement=first).update(share=60)
    ProgramFunding.objects.create(program=programme, agreement=second, share=40)
    envelope = Envelope.objects.create(agreement=second, fiscal_year=2026)
    ledger.allocate(envelope, amount=D("100000"), by=cast.finance)
    parts = split(D("66666.67"), [60, 40])
    ours = Envelope.objects.get(agreement=first, fiscal_year=2026)
    decision = files.issued(cast, programme, amount="66666.67", shares=[(ours, parts[0]), (envelope, parts[1])])
    award = Award.objects.get(decision=decision)
    shares = {s.envelope.agreement.reference: s.amount for s in award.shares.select_related("envelope__agreement")}
    assert shares == {"MEIE-2026-114": D("40000.00"), "DEC-2026-7": D("26666.67")}
    committed = [Envelope.objects.get(pk=one.pk).committed for one in (ours, envelope)]
    assert committed == [D("40000.00"), D("26666.67")]
    assert decision.letter.regime == "fr_prevails"  # the strictest of the two


# Other outcomes


@pytest.mark.parametrize(
    ("outcome", "kind", "state"),
    [("declined", DecisionKind.DECLINED, "declined"), ("waitlisted", DecisionKind.WAITLISTED, "waitlisted")],
)
def test_outcome_without_money_moves_the_file_and_opens_no_award(cast, programme, outcome, kind, state):
    decision = files.issued(cast, programme, outcome=outcome)
    assert (decision.kind, decision.application.state) == (kind, state)
    assert not Award.objects.exists()
    assert decision.letter.kind == str(kind)


def test_file_that_is_withdrawn_takes_its_open_decision_with_it(cast, programme):
    decision = files.approved(cast, programme, amount="75000.01")
    move(decision.application, Application.withdraw, by=cast.sophie, given=Reason("Projet abandonné."))
    assert Decision.objects.get(pk=decision.pk).state == DecisionState.VOID
    assert Envelope.objects.get(pk=decision.shares.get().envelope_id).reserved == Decimal("0.00")
    with pytest.raises(WrongMoment):
        services.issue(decision, by=cast.officer, edition=UNSHOWN)
    assert not Concurrence.objects.waiting().exists()
