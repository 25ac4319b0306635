"""Screening: opened once, marked one by one, found; who may, when, and when the decision is then promised."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils.translation import override

from applications.access import open_file
from applications.facts import pieces
from applications.findings import OWN, checklist_of, duplicates
from applications.models import Application, Finding
from applications.rules import Change
from applications.selectors.progress import checked_again, found_complete, next_steps, timeline
from applications.selectors.screening import edition_of, is_edition
from applications.services.changes import cancel_request, request_changes, resubmit_application
from applications.services.drafts import save_answer
from applications.services.screening import (
    ScreeningOvertaken,
    _mark,
    add_own_item,
    confirm_marks,
    find_complete,
    find_eligible,
    find_ineligible,
    mark_finding,
)
from applications.services.submission import take_back_application
from applications.states import ChangeWhy
from audit.models import Entry
from decisions.models import Decision
from moves.models import DutyDone
from moves.refusals import Forbidden, WrongMoment
from moves.services import declare_standing, record_duty
from notifications.models import Message
from tests.decisions.files import file_row, other_programme
from tests.files import AT, another, another_call, another_cluster, decision_promised, submitted_file
from tests.mutants import proves
from work import clock

SCREENED = AT + timedelta(days=3)
KEYS = ["organisation", "aerospace", "rena", "oqlf", "solvency", "sponsor", "minimum", "costs", "dates", "stacking"]
KEYS += ["duplicate"]
BOTH = (True, False)
ITEM = Change("method", ChangeWhy.INCOMPLETE, "Nommez la personne qui mène chaque étape.")


@pytest.fixture
def file(cast, programme):
    return submitted_file(cast, programme)


@pytest.fixture
def declared(file, cast):
    """Confirmed complete by the screener, who has declared no interest in it."""
    declare_standing(file.pk, user=cast.screener, standing="clear")
    return find_complete(file, by=cast.screener)


@pytest.fixture(autouse=True)
def three_days_later(clock_at):
    clock_at(SCREENED)


def fresh(file):
    return Application.objects.get(pk=file.pk)


def mark_all(file, by, **failed):
    """Every item passed, but those given with their reason."""
    for item in checklist_of(file):
        passed = item.key not in failed
        mark_finding(file, item.key, by=by, passed=passed, reason=failed.get(item.key, ""), version=item.version)
    return fresh(file)


# ---------------------------------------------------------------- opening


def test_first_reading_by_an_officer_opens_the_file_once(file, cast):
    open_file(file, by=cast.officer)
    open_file(fresh(file), by=cast.screener)
    assert fresh(file).opened_at == SCREENED
    assert Entry.objects.filter(verb="application.open").count() == 1


@pytest.mark.parametrize("reader", ["auditor", "chair", "approver", "ana"])
def test_nobody_else_opens_it(file, cast, reader):
    open_file(file, by=getattr(cast, reader))
    assert fresh(file).opened_at is None


def test_an_opened_file_is_not_taken_back(file, cast):
    open_file(file, by=cast.screener)
    with pytest.raises(WrongMoment) as refused:
        take_back_application(fresh(file), by=cast.sophie)
    assert [r.code for r in refused.value.refusals] == ["opened"]


# ---------------------------------------------------------------- what the system finds


def test_the_checklist_is_that_of_the_rules_with_what_the_system_found(file):
    found = {item.key: item.automatic.passed if item.automatic else "-" for item in checklist_of(file)}
    assert list(found) == KEYS
    assert found == {
        "organisation": True,
        "aerospace": True,
        "rena": None,
        "oqlf": "-",
        "solvency": True,
        "sponsor": True,
        "minimum": True,
        "costs": "-",
        "dates": True,
        "stacking": True,
        "duplicate": True,
    }


def test_a_second_file_of_the_same_title_is_a_duplicate(file, cast, programme):
    second = submitted_file(cast, programme, at=AT + timedelta(days=1))
    item = next(i for i in checklist_of(second) if i.key == "duplicate")
    assert (item.automatic.passed, item.automatic.facts) == (
        False,
        (f"{file.reference} porte le même titre.",),
    )


def test_a_file_of_another_title_is_a_question(file, cast, programme):
    second = submitted_file(cast, programme, at=AT + timedelta(days=1), project_title="Tout autre chose")
    item = next(i for i in checklist_of(second) if i.key == "duplicate")
    assert item.automatic.passed is None
    assert file.reference in item.automatic.facts[0]


def test_another_organisation_is_no_duplicate(file, cast, programme):
    other = submitted_file(cast, programme, company="precision")
    assert next(i for i in checklist_of(other) if i.key == "duplicate").automatic.passed is True


@pytest.mark.parametrize(
    ("state", "found"),
    [(state, None if state in ("submitted", "approved", "declined", "in_reconsideration") else True)
     for state in ("draft", "submitted", "approved", "declined", "in_reconsideration", "withdrawn", "cancelled")],
)  # fmt: skip
def test_another_file_is_a_question_while_it_is_valid(file, state, found):
    another(file, title="Tout autre chose", state=state)
    assert automatic(file, "duplicate").passed is found


@proves(duplicates)
def test_every_other_file_is_compared_however_many_there_are_and_told_in_the_order_they_came(
    file, cast, programme, precision
):
    def other(title, **fields):
        return file_row(cast, programme, title=title, **{"state": "submitted"} | fields)

    def found():
        return automatic(file, "duplicate")

    same = file.title.upper()
    other(same, state="draft"), other(same, organisation=precision), other(same, state="withdrawn")
    file_row(cast, other_programme(programme), title=same)
    assert (found().passed, len(found().facts)) == (True, 1)
    others = [other(f"Autre {number}", state="eligible") for number in range(21)]
    others[0].save()  # the last of its table
    assert (found().passed, [fact.count(one.reference) for fact, one in zip(found().facts, others, strict=True)]) == (
        None, [1] * 21
    )  # fmt: skip
    twins = [other(f"{same} "), other(same)]
    twins[0].save()
    assert found().passed is False
    assert [fact.split()[0] for fact in found().facts] == [one.reference for one in twins]


@proves(duplicates)
def test_file_that_is_closed_to_who_reads_is_not_told_among_the_duplicates(file, cast):
    def found(reader):
        items = checklist_of(file, reader=reader)
        return next((item.automatic.passed, item.automatic.facts) for item in items if item.key == "duplicate")

    twin, open_one = another(file), another(file, title="Tout autre chose")
    declare_standing(twin.pk, user=cast.officer, standing="conflict")
    also = f"Autre demande\xa0: {open_one.reference}, «\xa0Tout autre chose\xa0»."
    assert (found(cast.officer), found(cast.screener)[1]) == (
        (None, (also,)), (f"{twin.reference} porte le même titre.",)
    )  # fmt: skip
    Application.objects.filter(pk=open_one.pk).update(state="withdrawn")
    none = "Aucune autre demande de cette organisation dans ce programme"
    assert found(cast.officer) == (None, (f"{none}, parmi les dossiers qui vous sont ouverts.",))
    Application.objects.filter(pk=twin.pk).update(state="withdrawn")
    assert found(cast.officer) == (None, (f"{none}, parmi les dossiers qui vous sont ouverts.",))
    assert found(cast.screener) == (True, (f"{none}.",))


def test_file_in_another_programme_is_no_duplicate(file):
    another(file, call=another_call(file.call, cluster=another_cluster()))
    assert automatic(file, "duplicate").passed is True
    another(file, call=another_call(file.call))  # a call of the same programme
    assert automatic(file, "duplicate").passed is False


def automatic(file, key):
    return next(item.automatic for item in checklist_of(file) if item.key == key)


@pytest.mark.parametrize(
    ("first", "last", "passed"),
    [
        ("2026-09-14", "2027-09-14", True),
        ("2026-09-13", "2027-09-14", False),  # the day before the submission
        ("2027-08-01", "2029-01-31", True),
        ("2027-08-01", "2029-02-01", False),  # the day after the last of eligible costs
        ("2026-10-01", "2028-04-01", True),
        ("2026-10-01", "2028-04-02", False),  # longer than eighteen months
    ],
)
def test_dates_of_a_project_are_within_the_window_of_costs_and_no_longer_than_the_form_allows(
    file, cast, first, last, passed
):
    answers = {"answers": {"project_period": {"from": first, "to": last}}}
    file.snapshots.update(canonical=json.dumps(answers))
    assert automatic(file, "dates").passed is passed


@pytest.mark.parametrize(("seconds", "is_stale"), [(-1, True), (0, False), (1, False)])
def test_mark_made_before_the_latest_submission_is_stale(declared, cast, seconds, is_stale):
    mark_finding(declared, "rena", by=cast.screener, passed=True)
    at = declared.snapshots.get().at + timedelta(seconds=seconds)
    Finding.objects.filter(application=declared, item="rena").update(at=at)
    assert {item.key: item.stale for item in checklist_of(declared)}["rena"] is is_stale


def test_what_was_taken_back_neither_makes_a_mark_stale_nor_counts_for_a_promise(declared, cast):
    """A submission that counts no more is no submission of the file, whatever its number and its day."""
    mark_finding(declared, "rena", by=cast.screener, passed=True)
    found = checklist_of(declared), decision_promised(declared)
    later = clock.now() + timedelta(days=90)
    declared.snapshots.create(
        number=9, canonical="{}", digest="", form_version=1, signed_name="", by=cast.sophie, at=later,
        superseded_at=later,
    )  # fmt: skip
    assert (checklist_of(declared), decision_promised(declared)) == found


# ---------------------------------------------------------------- marking


@proves(_mark)
def test_marking_keeps_what_the_system_found_and_records_the_duty(declared, cast):
    mark_finding(declared, "rena", by=cast.screener, passed=True, reason="Registre consulté le 17 septembre 2026.")
    finding = Finding.objects.get(application=declared)
    assert (finding.item, finding.passed, finding.automatic, finding.by) == ("rena", True, None, cast.screener)
    entry = Entry.objects.get(verb="application.mark_finding")
    assert entry.given == {"item": "rena", "passed": True, "automatic": None}
    assert list(entry.personal) == ["reason"]
    assert DutyDone.objects.filter(application_id=declared.pk, user_id=cast.screener.pk, duty="screen").exists()


@proves(_mark)
def test_a_mark_can_be_taken_back(declared, cast):
    """That of its own item, and of its own file."""
    mark_finding(declared, "costs", by=cast.screener, passed=True)
    another(declared).findings.create(item="rena", passed=True, by=cast.screener, at=clock.now())
    mark_finding(declared, "rena", by=cast.screener, passed=True)
    mark_finding(declared, "rena", by=cast.screener, passed=None, version=1)
    assert dict(declared.findings.values_list("item", "passed")) == {"costs": True, "rena": None}
    assert Finding.objects.get(item="rena", passed=True).application_id != declared.pk


@proves(_mark)
def test_an_unknown_item_is_refused(declared, cast):
    with pytest.raises(WrongMoment):
        mark_finding(declared, "beauty", by=cast.screener, passed=True)


@proves(add_own_item)
def test_own_items_are_numbered_among_themselves_and_cut_where_they_are_too_long(declared, cast):
    mark_finding(declared, "costs", by=cast.screener, passed=True)
    another(declared).findings.create(item=f"{OWN}1", own_fr="x", own_en="x", by=cast.screener, at=clock.now())
    texts = {"text_fr": "é" * 251, "text_en": "e" * 251}
    own = [add_own_item(declared, by=cast.screener, **texts) for _n in range(2)]
    assert [one.item for one in own] == [f"{OWN}1", f"{OWN}2"]
    assert {(one.own_fr, one.own_en) for one in own} == {("é" * 250, "e" * 250)}


def test_an_own_item_counts_like_the_others(declared, cast):
    item = add_own_item(declared, by=cast.screener, text_fr="Plan d’affaires lu", text_en="Business plan read")
    with pytest.raises(WrongMoment) as refused:
        find_eligible(mark_all_but(declared, cast.screener, item.item), by=cast.screener)
    assert [r.code for r in refused.value.refusals] == ["open"]
    mark_finding(declared, item.item, by=cast.screener, passed=True, version=1)
    assert find_eligible(fresh(declared), by=cast.screener).state == "eligible"


@proves(checklist_of, moot={"without `name not in cache`": "it would be found again, the same"})
def test_checklist_has_the_items_of_the_rules_then_the_officers_own_in_the_order_they_were_added(declared, cast):
    """Neither a mark of an item that the rules no longer have, nor what is not marked yet."""
    own = [add_own_item(declared, by=cast.screener, text_fr=f"{n}", text_en=f"{n}") for n in range(3)]
    mark_finding(declared, own[1].item, by=cast.screener, passed=True, version=1)
    mark_finding(declared, "costs", by=cast.screener, passed=True)
    declared.findings.create(item="beauty", passed=True, by=cast.screener, at=clock.now())
    declared.findings.get(pk=own[0].pk).save()  # the last of its table
    found = {item.key: item for item in checklist_of(declared)}
    assert list(found) == [*KEYS, *(one.item for one in own)]
    assert [item.key for item in found.values() if item.finding] == ["costs", own[1].item]
    assert [item.passed for item in found.values() if item.own] == [None, True, None]
    assert {item.key for item in found.values() if item.automatic} >= {"duplicate", "rena"}
    assert [found[key].version for key in ("rena", "costs", own[1].item)] == [0, 1, 2]


def mark_all_but(file, by, key):
    for item in checklist_of(file):
        if item.key != key:
            mark_finding(file, item.key, by=by, passed=True)
    return fresh(file)


@pytest.mark.parametrize("item", ["", " "])
def test_an_own_item_is_in_both_languages(declared, cast, item):
    with pytest.raises(WrongMoment):
        add_own_item(declared, by=cast.screener, text_fr="Plan d’affaires lu", text_en=item)


def test_interests_are_declared_before_the_first_mark(file, cast):
    with pytest.raises(WrongMoment) as refused:
        mark_finding(file, "rena", by=cast.screener, passed=True)
    assert [r.code for r in refused.value.refusals] == ["undeclared"]


@pytest.mark.parametrize("standing", ["conflict", "unsure"])
def test_whoever_has_a_conflict_does_not_screen(file, cast, standing):
    declare_standing(file.pk, user=cast.screener, standing=standing)
    with pytest.raises(Forbidden) as refused:
        mark_finding(file, "rena", by=cast.screener, passed=True)
    assert refused.value.code == standing


def test_whoever_prepared_the_file_does_not_screen_it(declared, cast):
    record_duty(declared.pk, by=cast.screener, duty="prepare")
    with pytest.raises(Forbidden) as refused:
        mark_finding(declared, "rena", by=cast.screener, passed=True)
    assert refused.value.code == "duty"


def test_a_mark_older_than_the_latest_submission_is_said_to_be(declared, cast):
    mark_finding(declared, "costs", by=cast.screener, passed=True)
    mark_finding(declared, "rena", by=cast.screener, passed=True)
    mark_finding(declared, "rena", by=cast.screener, passed=None, version=1)  # taken back: there is no mark
    declared.snapshots.update(at=SCREENED + timedelta(hours=1))
    items = {item.key: item for item in checklist_of(declared)}
    costs = items["costs"]
    assert (costs.stale, costs.marked, costs.passed, costs.kind, costs.label_of_mark) == (
        True, True, None, "wait", "à revoir"
    )  # fmt: skip
    assert (items["rena"].stale, items["rena"].label_of_mark) == (False, "à vérifier")


def sent_again(file, cast):
    """Its method was asked anew, answered two days later, and the file found complete again, at noon that day."""
    request_changes(fresh(file), by=cast.officer, items=[ITEM], due=SCREENED + timedelta(days=5))
    answer = file.answers.get(question="method")
    save_answer(fresh(file), "method", "Ana mène.", by=cast.sophie, version=answer.version)
    with clock.at(SCREENED + timedelta(days=2)):
        resubmit_application(fresh(file), by=cast.sophie)
        return find_complete(fresh(file), by=cast.screener)


def codes(act, file, by):
    with pytest.raises(WrongMoment) as refused:
        act(file, by=by)
    return [(one.code, one.message) for one in refused.value.refusals]


def test_marks_of_an_earlier_submission_make_no_file_eligible_until_each_is_looked_at_again(declared, cast, clock_at):
    mark_all(declared, cast.screener)
    file = sent_again(declared, cast)
    clock_at(SCREENED + timedelta(days=3))
    said = "points ont été vérifiés avant le dernier dépôt de l’organisation demandeuse : revoyez-les."
    assert codes(find_eligible, file, cast.screener) == [("again", f"11 {said}")]
    mark_finding(file, "rena", by=cast.screener, passed=True, version=1)
    assert codes(find_eligible, file, cast.screener) == [("again", f"10 {said}")]
    confirm_marks(file, by=cast.screener, edition=edition_of(file))
    assert find_eligible(fresh(file), by=cast.screener).state == "eligible"


def test_marks_that_hold_are_confirmed_in_one_act_with_their_notes_and_nobody_elses(declared, cast, clock_at):
    mark_all(declared, cast.screener, costs="Temps du parrain.")
    file = sent_again(declared, cast)
    clock_at(SCREENED + timedelta(days=3))
    mark_finding(file, "rena", by=cast.screener, passed=True, reason="Relu.", version=1)
    confirmed = confirm_marks(file, by=cast.screener, edition=edition_of(file))
    assert [one.item for one in confirmed] == [key for key in KEYS if key != "rena"]
    found = {item.key: (item.passed, item.finding.reason, item.version) for item in checklist_of(file)}
    assert (found["costs"], found["rena"], found["oqlf"]) == (
        (False, "Temps du parrain.", 2), (True, "Relu.", 2), (True, "", 2)
    )  # fmt: skip
    assert not any(item.stale for item in checklist_of(file))
    assert confirm_marks(file, by=cast.screener, edition=edition_of(file)) == []


def sent_by_the_applicant(file, cast):
    sent_again(file, cast)


def sent_back(file, cast):
    file.screening_returns.create(by=cast.endorser, why="À revoir.")


def closed_to_a_marker(file, cast):
    declare_standing(file.pk, user=cast.emily, standing="conflict")


def marked(file, cast):
    (rena,) = (item for item in checklist_of(fresh(file)) if item.key == "rena")
    mark_finding(file, "rena", by=cast.screener, passed=False, reason="Au registre.", version=rena.version)


def given_an_item(file, cast):
    add_own_item(file, by=cast.screener, text_fr="Le bail est signé", text_en="The lease is signed")


def left_alone(file, cast):
    declare_standing(another(file).pk, user=cast.emily, standing="conflict")


@pytest.mark.parametrize(
    ("became", "same", "same_but_for_marks"),
    [
        (left_alone, True, True),
        (marked, False, True),
        (given_an_item, False, True),
        (closed_to_a_marker, False, True),
        (sent_back, False, False),
        (sent_by_the_applicant, False, False),
    ],
)
def test_an_act_on_the_checklist_is_of_what_its_page_showed(declared, cast, clock_at, became, same, same_but_for_marks):
    """A mark, and that the file is complete, are of a submission and of a return; the rest of every mark too. An act
    that names no edition is asked nothing of it, and one that names none of ours is refused."""
    mark_all(declared, cast.screener)
    declared.findings.filter(item="costs").update(by=cast.emily)
    declared.findings.filter(item="dates").update(at=SCREENED - timedelta(days=9))  # one to look at again
    read = edition_of(fresh(declared))
    became(declared, cast)
    file = fresh(declared)
    assert (is_edition(file, read, with_marks=True), is_edition(file, read, with_marks=False)) == (
        same, same_but_for_marks
    )  # fmt: skip
    assert not any(is_edition(file, typed, with_marks=with_marks) for typed in ("", "1", "x.y") for with_marks in BOTH)
    waiting = {item.key for item in checklist_of(file) if item.stale}

    def refused(act, **given):
        try:
            act(file, by=cast.screener, **given)
        except WrongMoment as stopped:
            return isinstance(stopped, ScreeningOvertaken)
        return False

    version = file.findings.get(item="oqlf").version
    for act in (find_eligible, find_ineligible):
        with transaction.atomic():
            assert (refused(act, edition=read), refused(act)) == (not same, False)
            transaction.set_rollback(True)
    with transaction.atomic():
        Application.objects.filter(pk=file.pk).update(complete_at=None)
        assert refused(find_complete, edition=read) is not same_but_for_marks
        transaction.set_rollback(True)
    assert refused(confirm_marks, edition=read) is not same
    if not same:
        assert {item.key for item in checklist_of(file) if item.stale} == waiting
    given = {"item": "oqlf", "passed": True, "version": version}
    assert refused(mark_finding, edition=read, **given) is not same_but_for_marks


def test_only_who_may_mark_confirms_marks(declared, cast):
    mark_all(declared, cast.screener)
    with pytest.raises(Forbidden):
        confirm_marks(sent_again(declared, cast), by=cast.officer, edition="")


def test_item_that_failed_before_the_changes_is_looked_at_again_before_the_letter_says_it(declared, cast, clock_at):
    mark_all(declared, cast.screener, costs="Temps du parrain.", rena="Au registre.")
    file = sent_again(declared, cast)
    clock_at(SCREENED + timedelta(days=3))
    mark_finding(file, "rena", by=cast.screener, passed=False, reason="Au registre.", version=1)
    said = "Un point était non conforme avant le dernier dépôt de l’organisation demandeuse : revoyez-le."
    assert codes(find_ineligible, file, cast.screener) == [("again", said)]
    mark_finding(file, "costs", by=cast.screener, passed=True, version=1)
    assert find_ineligible(fresh(file), by=cast.screener).state == "ineligible"


# ---------------------------------------------------------------- complete


def told(kind="application_complete"):
    return list(Message.objects.filter(kind=kind).order_by("recipient_id"))


def test_found_complete_is_dated_and_told_and_nothing_else_changes(file, cast, olivier_began):
    found = find_complete(file, by=cast.screener)
    assert (found.state, found.complete_at, found.opened_at) == ("submitted", SCREENED, SCREENED)
    assert found.due == decision_promised(found)  # the clock of completeness has stopped
    assert [(m.recipient, m.url_name, m.context["day"]) for m in told()] == [
        (person, "application-detail", {"day": "2026-09-17"}) for person in (cast.sophie, cast.olivier)
    ]
    entry = Entry.objects.get(verb="application.find_complete")
    assert (entry.before, entry.after, entry.at) == ("submitted", "submitted", SCREENED)
    assert not DutyDone.objects.filter(application_id=file.pk, user_id=cast.screener.pk).exists()


@pytest.fixture
def olivier_began(file, cast):
    """The draft was Olivier's, who does not sign."""
    Application.objects.filter(pk=file.pk).update(created_by=cast.olivier)


def test_found_complete_once_whoever_clicks_again(file, cast):
    find_complete(file, by=cast.screener)
    with clock.at(SCREENED + timedelta(days=1)), pytest.raises(WrongMoment) as refused:
        find_complete(file, by=cast.screener)
    assert [(r.code, str(r.message)) for r in refused.value.refusals] == [
        ("complete", "Le dossier a déjà été déclaré complet le 17\xa0septembre\xa02026.")
    ]
    assert (fresh(file).complete_at, len(told())) == (SCREENED, 1)


def test_a_complete_file_is_not_taken_back_though_nobody_opened_its_page(file, cast):
    find_complete(file, by=cast.screener)
    with pytest.raises(WrongMoment) as refused:
        take_back_application(fresh(file), by=cast.sophie)
    assert [r.code for r in refused.value.refusals] == ["opened"]


@proves(pieces)
def test_what_is_missing_keeps_a_file_from_being_complete(file, cast):
    document = file.documents.order_by("pk").first()
    type(document.upload).objects.filter(pk=document.upload_id).update(gone_at=SCREENED, gone_by=cast.olivier)
    file.sponsorships.update(cancelled_at=SCREENED)
    snapshot = file.snapshots.get()
    content = json.loads(snapshot.canonical)
    del content["answers"]["project_title"]
    type(snapshot).objects.filter(pk=snapshot.pk).update(canonical=json.dumps(content))
    with pytest.raises(WrongMoment) as refused, override("en"):
        find_complete(file, by=cast.screener)
    (only,) = refused.value.refusals
    assert only.code == "missing"
    assert str(only.message) == (
        "Something is missing. It is for a programme officer to ask the applicant for it. "
        "Title of the project: Answer this question. "
        f"The file of “{document.upload.name}” is gone. The sponsor has not confirmed yet."
    )
    assert (fresh(file).complete_at, fresh(file).opened_at, told()) == (None, None, [])


@proves(pieces)
@pytest.mark.parametrize("find", [find_eligible, find_ineligible])
def test_no_finding_comes_before_the_file_is_complete(file, cast, find):
    declare_standing(file.pk, user=cast.screener, standing="clear")
    marked = mark_all(file, cast.screener, **({"costs": "Temps du parrain."} if find is find_ineligible else {}))
    with pytest.raises(WrongMoment) as refused:
        find(marked, by=cast.screener)
    assert [r.code for r in refused.value.refusals] == ["incomplete"]
    find_complete(fresh(file), by=cast.screener)
    assert find(fresh(file), by=cast.screener).state in ("eligible", "ineligible")


def test_an_overdue_request_is_found_ineligible_though_never_complete(file, cast):
    declare_standing(file.pk, user=cast.screener, standing="clear")
    mark_finding(file, "costs", by=cast.screener, passed=False, reason="Temps du parrain.")
    request_changes(fresh(file), by=cast.officer, items=[ITEM], due=SCREENED + timedelta(days=5))
    with clock.at(SCREENED + timedelta(days=6)):
        found = find_ineligible(fresh(file), by=cast.screener)
    assert (found.state, found.complete_at, told()) == ("ineligible", None, [])


def test_what_is_sent_again_is_found_complete_again_and_told_again(declared, cast):
    request_changes(declared, by=cast.officer, items=[ITEM], due=SCREENED + timedelta(days=5))
    assert fresh(declared).complete_at == SCREENED
    answer = declared.answers.get(question="method")
    save_answer(fresh(declared), "method", "Ana mène.", by=cast.sophie, version=answer.version)
    with clock.at(SCREENED + timedelta(days=2)):
        sent = resubmit_application(fresh(declared), by=cast.sophie)
        assert (sent.complete_at, fresh(declared).complete_at) == (None, None)
        with override("en"):
            assert [line.at for line in timeline(sent) if line.what == "Confirmed complete"] == [SCREENED]
            assert next_steps(sent)[0] == (
                "Your application was confirmed complete on September\u00a017, 2026. You sent changes on "
                "September\u00a019, 2026: we are checking again that it has everything required."
            )
    with clock.at(SCREENED + timedelta(days=4)):
        again = find_complete(fresh(declared), by=cast.screener)
    assert again.complete_at == SCREENED + timedelta(days=4)
    with override("en"):
        found = [line.at for line in timeline(again) if line.what == "Confirmed complete"]
        assert found == [SCREENED + timedelta(days=4), SCREENED]
        assert next_steps(again)[0].endswith("it was confirmed complete on September\u00a021, 2026.")
    assert [m.context["day"] for m in told()] == [{"day": "2026-09-17"}, {"day": "2026-09-21"}]


@proves(found_complete)
def test_every_finding_that_a_file_is_complete_is_kept_first_to_last(declared, cast, clock_at):
    """Those of the file alone, and of its findings alone; of a file without a trail, what its row says."""
    other = another(declared, complete_at=None, first_complete_at=None)
    assert found_complete(other) == []
    for days in (3, 5):
        Application.objects.filter(pk=declared.pk).update(complete_at=None)
        clock_at(SCREENED + timedelta(days=days))
        find_complete(fresh(declared), by=cast.screener)
    assert found_complete(declared) == [SCREENED + timedelta(days=days) for days in (0, 3, 5)]
    Application.objects.filter(pk=other.pk).update(complete_at=AT + timedelta(days=2), first_complete_at=AT)
    assert found_complete(fresh(other)) == [AT, AT + timedelta(days=2)]


def test_screener_is_told_of_the_earlier_finding_while_the_changes_are_not_found_complete(declared, cast):
    assert checked_again(fresh(declared)) is None
    request_changes(declared, by=cast.officer, items=[ITEM], due=SCREENED + timedelta(days=5))
    answer = declared.answers.get(question="method")
    save_answer(fresh(declared), "method", "Ana mène.", by=cast.sophie, version=answer.version)
    with clock.at(SCREENED + timedelta(days=2)):
        resubmit_application(fresh(declared), by=cast.sophie)
    again = checked_again(fresh(declared))
    assert (again.found, again.sent) == (SCREENED, SCREENED + timedelta(days=2))
    client = Client()
    client.force_login(cast.screener)
    page = client.get(f"/files/{declared.reference}/screening").content.decode().replace("\u00a0", " ")
    assert "Déclaré complet le 17 septembre 2026 à" in page
    assert "a envoyé des corrections le 19 septembre 2026 à" in page
    with clock.at(SCREENED + timedelta(days=4)):
        assert checked_again(find_complete(fresh(declared), by=cast.screener)) is None


def test_a_request_that_is_cancelled_leaves_the_file_as_complete_as_it_was(declared, cast):
    due = declared.due
    request_changes(declared, by=cast.officer, items=[ITEM], due=SCREENED + timedelta(days=5))
    with clock.at(SCREENED + timedelta(days=2)):
        back = cancel_request(fresh(declared), by=cast.officer, reason="La réponse suffit.")
    assert (back.complete_at, len(told())) == (SCREENED, 1)
    assert back.due == due  # of the decision's days, which begin when the cohort closes


# ---------------------------------------------------------------- finding


@pytest.mark.parametrize("find", [find_complete, find_eligible, find_ineligible])
@pytest.mark.parametrize("person", ["officer", "ana", "chair", "approver", "auditor", "sophie", "michel", "analyst"])
def test_only_the_screening_officer_finds(declared, cast, find, person):
    with pytest.raises(Forbidden):
        find(declared, by=getattr(cast, person))


def test_found_eligible_once_every_item_passed(declared, cast):
    with pytest.raises(WrongMoment) as refused:
        find_eligible(declared, by=cast.screener)
    assert [r.code for r in refused.value.refusals] == ["open"]
    found = find_eligible(mark_all(declared, cast.screener), by=cast.screener)
    assert found.state == "eligible"


def test_a_failed_item_makes_no_file_eligible(declared, cast):
    with pytest.raises(WrongMoment) as refused:
        find_eligible(mark_all(declared, cast.screener, costs="Temps du parrain."), by=cast.screener)
    assert [r.code for r in refused.value.refusals] == ["failed"]


def test_found_ineligible_drafts_the_decision_with_the_reason(declared, cast):
    file = find_ineligible(mark_all(declared, cast.screener, costs="Temps du parrain."), by=cast.screener)
    assert file.state == "ineligible"
    decision = Decision.objects.get(application=file)
    assert decision.kind == "ineligible"
    assert "Temps du parrain." in decision.reasons_fr


@pytest.mark.parametrize(("reason", "failed", "code"), [("", {"costs"}, "reason"), ("", set(), "passed")])
def test_found_ineligible_only_with_a_failed_item_and_its_reason(declared, cast, reason, failed, code):
    for key in failed:
        mark_finding(declared, key, by=cast.screener, passed=False, reason=reason)
    with pytest.raises(WrongMoment) as refused:
        find_ineligible(declared, by=cast.screener)
    assert [r.code for r in refused.value.refusals] == [code]


def test_an_unanswered_request_closes_the_file_only_once_overdue(declared, cast, clock_at):
    mark_finding(declared, "costs", by=cast.screener, passed=False, reason="Temps du parrain.")
    request_changes(fresh(declared), by=cast.officer, items=[ITEM], due=SCREENED + timedelta(days=5))
    with pytest.raises(WrongMoment) as refused:
        find_ineligible(fresh(declared), by=cast.screener)
    assert [r.code for r in refused.value.refusals] == ["not_overdue"]
    with clock.at(SCREENED + timedelta(days=6)):
        assert find_ineligible(fresh(declared), by=cast.screener).state == "ineligible"
    assert declared.change_requests.get().cancelled_at == SCREENED + timedelta(days=6)


def test_a_request_that_was_cancelled_is_never_overdue(declared, cast, clock_at):
    mark_finding(declared, "costs", by=cast.screener, passed=False, reason="Temps du parrain.")
    request_changes(fresh(declared), by=cast.officer, items=[ITEM], due=SCREENED + timedelta(days=5))
    cancel_request(fresh(declared), by=cast.officer, reason="La réponse suffit.")
    request_changes(fresh(declared), by=cast.officer, items=[ITEM], due=SCREENED + timedelta(days=9))
    with clock.at(SCREENED + timedelta(days=6)), pytest.raises(WrongMoment) as refused:
        find_ineligible(fresh(declared), by=cast.screener)
    assert [r.code for r in refused.value.refusals] == ["not_overdue"]


@pytest.mark.parametrize("state", ["eligible", "ineligible"])
def test_a_file_found_once_is_not_found_eligible_again(declared, cast, state):
    if state == "eligible":
        file = find_eligible(mark_all(declared, cast.screener), by=cast.screener)
    else:
        file = find_ineligible(mark_all(declared, cast.screener, costs="Temps du parrain."), by=cast.screener)
    with pytest.raises(WrongMoment) as refused:
        find_eligible(file, by=cast.screener)
    assert [r.code for r in refused.value.refusals] == ["state"]


# ---------------------------------------------------------------- the clock of the decision


def test_the_decision_is_promised_45_days_after_the_cohort_closes(declared, cast):
    file = find_eligible(mark_all(declared, cast.screener), by=cast.screener)
    assert file.cohort_closes_at == datetime(2026, 9, 30, 21, tzinfo=UTC)
    assert file.due == datetime(2026, 11, 15, 4, 59, 59, tzinfo=UTC)  # 14 November, the end of the day in Québec


def test_or_45_days_after_the_file_is_complete_when_that_is_later(file, cast):
    declare_standing(file.pk, user=cast.screener, standing="clear")
    with clock.at(datetime(2026, 10, 10, 15, tzinfo=UTC)):
        assert find_complete(file, by=cast.screener).due == datetime(2026, 11, 25, 4, 59, 59, tzinfo=UTC)


def test_the_applicant_and_the_staff_are_told_the_same_day_of_the_decision(declared, cast):
    file = find_eligible(mark_all(declared, cast.screener), by=cast.screener)
    assert clock.day_of(file.due) == date(2026, 11, 14)
    with override("en"), clock.at(AT):
        (told,) = [step for step in next_steps(file) if "The decision" in step]
    assert told == "The decision is sent to you by letter by November\u00a014, 2026."
