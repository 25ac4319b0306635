"""Buttons, and sentences said in one state: who finds them on a page, read from the page's own bytes.

Each row of `PLACES` is a file in one state and one thing on its page. Everybody named opens the page; those on the left
find it there, once; those on the right do not.
"""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from applications.models import Application
from applications.rules import Change
from applications.services.changes import cancel_request, request_changes, resubmit_application
from applications.services.drafts import save_answer
from applications.services.submission import take_back_application
from applications.states import ChangeWhy
from decisions.models import Decision
from decisions.services.chain import told_by
from letters.models import Letter
from reports.services import create_api_key, revoke_api_key
from reviews.services.panels import open_new_panel, panel_of
from tests import files
from tests.decisions import files as decided
from work import clock

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 5, 15, tzinfo=UTC)
DAY = timedelta(days=1)
OWN_PANEL = "This file was given a committee of its own by a reconsideration."
LATER = "A later decision took the place of this one."


def fresh(row):
    """The row as it stands: a state machine's row is never refreshed in place."""
    return type(row).objects.get(pk=row.pk)


# ------------------------------------------------------------------ the decision's page


def reasons(decision):
    return of_file(decision.application, "decision-file", "decision-reasons")


def reasons_of_a_draft(cast, programme):
    return reasons(decided.recommended_file(cast, programme))


def reasons_once_endorsed(cast, programme):
    return reasons(decided.endorsed(cast, programme))


def retry_in(state):
    def place(cast, programme):
        letter = decided.issued(cast, programme).letter
        Letter.objects.filter(pk=letter.pk).update(state=state, failed_from="queued", last_error="U+5951")
        return of_file(letter.application, "decision-file", "decision-letter-retry")

    return place


# ------------------------------------------------------------------ the applicant's pages


def of_applicant(application, page, button):
    return reverse(page, args=[application.public_id]), reverse(button, args=[application.public_id])


def withdraw_in(state, *, told=None):
    def place(cast, programme):
        file = decided.submitted_row(cast, programme)
        when = {"outcome_at": NOW - DAY, "last_told": told, "last_told_at": NOW - DAY} if told else {}
        Application.objects.filter(pk=file.pk).update(state=state, since=NOW - 2 * DAY, **when)
        return of_applicant(file, "application-detail", "application-withdraw")

    return place


def taken_back(cast, programme):
    file = files.submitted_file(cast, programme)
    with clock.at(files.AT):
        return take_back_application(file, by=cast.sophie)


def answers_in(state):
    def place(cast, programme):
        file = decided.submitted_row(cast, programme)
        Application.objects.filter(pk=file.pk).update(state=state)
        return of_applicant(file, "application-detail", "application-answers")

    return place


def answers_of_a_draft(cast, programme):
    return of_applicant(taken_back(cast, programme), "application-detail", "application-answers")


def answers_of_a_closed_draft(cast, programme):
    file = taken_back(cast, programme)
    type(file.call).objects.filter(pk=file.call_id).update(closes_at=NOW - DAY)
    assert fresh(file).public_state == "closed"
    return of_applicant(file, "application-detail", "application-answers")


def delete_a_draft(cast, programme):
    return of_applicant(files.draft_file(cast, programme), "application-tasks", "application-delete")


def delete_a_draft_that_a_member_began(cast, programme):
    draft = files.draft_file(cast, programme, by=cast.olivier)
    return of_applicant(draft, "application-tasks", "application-delete")


def delete_what_was_submitted_once(cast, programme):
    return of_applicant(taken_back(cast, programme), "application-tasks", "application-delete")


# ------------------------------------------------------------------ requests for changes, as the staff reads them


def of_file(application, page, button):
    return reverse(page, args=[application.reference]), reverse(button, args=[application.reference])


def asked(cast, programme, *, file=None, at=files.AT + DAY):
    file = file or files.submitted_file(cast, programme)
    items = [Change("method", ChangeWhy.INCOMPLETE, "Nommez la personne qui mène chaque étape.")]
    with clock.at(at):
        request_changes(file, by=cast.officer, items=items, due=files.AT + 10 * DAY)
    return fresh(file)


def answered(cast, programme):
    file = asked(cast, programme)
    version = file.answers.get(question="method").version
    with clock.at(files.AT + 2 * DAY):
        save_answer(file, "method", "La directrice mène chaque étape.", by=cast.sophie, version=version)
        resubmit_application(fresh(file), by=cast.sophie)
    return fresh(file)


def cancelled(cast, programme):
    file = asked(cast, programme)
    with clock.at(files.AT + 2 * DAY):
        cancel_request(file, by=cast.officer, reason="Demandé par erreur.")
    return fresh(file)


def changes(made, button):
    def place(cast, programme):
        return of_file(made(cast, programme), "file-changes", f"file-changes-{button}")

    return place


def asked_again(cast, programme):
    """A first request that was cancelled, and one that waits: only this one has its buttons."""
    return asked(cast, programme, file=cancelled(cast, programme), at=files.AT + 3 * DAY)


# ------------------------------------------------------------------ the review's page


def review_in(state, button):
    def place(cast, programme):
        file = decided.reviewed_file(cast, programme)
        Application.objects.filter(pk=file.pk).update(state=state)
        return of_file(file, "review-file", f"review-{button}")

    return place


def panel_of_the_call(cast, programme):
    file = decided.reviewed_file(cast, programme)
    panel_of(file)
    return reverse("review-file", args=[file.reference]), OWN_PANEL


def panel_of_its_own(cast, programme):
    file = decided.reviewed_file(cast, programme)
    panel_of(file)
    open_new_panel(file)
    return reverse("review-file", args=[file.reference]), OWN_PANEL


def second_panel_of_its_own(cast, programme):
    """The first that it had of its own is an earlier panel now: the sentence is of the present one."""
    file = decided.reviewed_file(cast, programme)
    open_new_panel(file)
    open_new_panel(file)
    return reverse("review-file", args=[file.reference]), OWN_PANEL


# ------------------------------------------------------------------ letters, keys, programmes


def read_letter(letter):
    return reverse("decision-letter", args=[letter.public_id]), LATER


def told(decision):
    """Its letter left, and the applicant was told by it."""
    Letter.objects.filter(pk=decision.letter_id).update(state="served", sent_at=NOW - DAY, served_at=NOW - DAY)
    said = {"outcome_at": NOW - DAY, "last_told": told_by(decision), "last_told_at": NOW - DAY}
    Application.objects.filter(pk=decision.application_id).update(**said)
    return decision.letter


def letter_of_the_decision_in_force(cast, programme):
    return read_letter(told(decided.issued(cast, programme)))


def two_letters(cast, programme):
    """The letter of a decision, and that of the one that took its place."""
    first = decided.issued(cast, programme)
    told(first)
    Decision.objects.filter(pk=first.pk).update(state="superseded")
    file = first.application
    second = decided.decision_row(
        cast, programme, file=file, state="issued", number=2, kind="partial", issued_at=NOW - DAY,
        letter=decided.letter_row(file, state="served", at=NOW - DAY, served_at=NOW - DAY),
    )  # fmt: skip
    return first.letter, second.letter


def letter_replaced(cast, programme):
    return read_letter(two_letters(cast, programme)[0])


def letter_that_replaced_it(cast, programme):
    return read_letter(two_letters(cast, programme)[1])


def key_of(cast, programme):
    partner = programme.agreements.get().partner
    return create_api_key(partner, by=cast.analyst, name="Tableau de bord", expires_at=NOW + 90 * DAY)[0]


def revoke_a_key(cast, programme):
    return reverse("partner-keys"), reverse("partner-key-revoke", args=[key_of(cast, programme).public_id])


def revoke_a_key_revoked(cast, programme):
    key = revoke_api_key(key_of(cast, programme), by=cast.analyst)
    return reverse("partner-keys"), reverse("partner-key-revoke", args=[key.public_id])


def make_a_key(cast, programme):
    return reverse("partner-keys"), reverse("partner-key-create")


def import_a_programme(cast, programme):
    return reverse("program-details", args=[programme.slug]), reverse("program-import")


# ------------------------------------------------------------------ the table

STAFF = "officer screener chair endorser approver auditor"
PLACES = [
    # the file and its state, who finds it there, who reads the page without it
    (reasons_of_a_draft, "officer endorser", "screener chair approver auditor"),
    (reasons_once_endorsed, "", STAFF),
    (retry_in("failed"), "officer", "endorser approver auditor"),
    (retry_in("queued"), "", "officer auditor"),
    (withdraw_in("submitted"), "sophie", "olivier"),
    (withdraw_in("recommended"), "sophie", "olivier"),
    (withdraw_in("declined"), "sophie", "olivier"),  # issued, its letter not sent
    (withdraw_in("declined", told="declined"), "", "sophie olivier"),
    (withdraw_in("withdrawn"), "", "sophie olivier"),
    (answers_in("submitted"), "sophie olivier", ""),
    (answers_in("withdrawn"), "sophie olivier", ""),
    (answers_of_a_draft, "", "sophie olivier"),
    (answers_of_a_closed_draft, "", "sophie olivier"),
    (delete_a_draft, "sophie", "olivier"),
    (delete_a_draft_that_a_member_began, "sophie olivier", ""),
    (delete_what_was_submitted_once, "", "sophie olivier"),
    (changes(files.submitted_file, "ask"), "officer", "screener auditor"),
    (changes(asked, "ask"), "", "officer screener auditor"),
    (changes(asked, "extend"), "officer", "screener auditor"),
    (changes(asked, "cancel"), "officer", "screener auditor"),
    (changes(answered, "extend"), "", "officer screener auditor"),
    (changes(cancelled, "cancel"), "", "officer screener auditor"),
    (changes(asked_again, "extend"), "officer", "screener auditor"),
    (changes(asked_again, "cancel"), "officer", "screener auditor"),
    (review_in("reviewed", "recommend"), "chair", "officer screener auditor"),
    (review_in("in_review", "recommend"), "", "chair officer screener auditor"),
    (review_in("recommended", "recommend"), "", "chair officer screener auditor"),
    (review_in("reviewed", "reopen-file"), "chair", "officer screener auditor"),
    (review_in("in_review", "reopen-file"), "", "chair officer screener auditor"),
    (panel_of_the_call, "", "officer chair"),
    (panel_of_its_own, "officer chair", ""),
    (second_panel_of_its_own, "officer chair", ""),
    (letter_of_the_decision_in_force, "", "sophie olivier"),
    (letter_replaced, "sophie olivier", ""),
    (letter_that_replaced_it, "", "sophie olivier"),
    (make_a_key, "analyst", "concurrence"),
    (revoke_a_key, "analyst", "concurrence"),
    (revoke_a_key_revoked, "", "analyst concurrence"),
    (import_a_programme, "officer", "screener chair endorser approver auditor"),
]


def times(page, thing):
    """How often the page leads to an address, by a link or a form; or says a sentence."""
    if thing.startswith("/"):
        return len(re.findall(rf'(?:href|action)="{re.escape(thing)}["?]', page))
    return page.count(thing)


@pytest.mark.parametrize(
    ("place", "finds", "misses"),
    [pytest.param(*row, id=f"{n}-{row[0].__qualname__.split('.')[0]}") for n, row in enumerate(PLACES)],
)
def test_button_is_on_the_page_once_for_those_who_have_it_and_for_nobody_else(
    cast, programme, client, place, finds, misses
):
    with clock.at(NOW):
        address, thing = place(cast, programme)
        seen = {}
        for name in f"{finds} {misses}".split():
            person = getattr(cast, name)
            type(person).objects.filter(pk=person.pk).update(language="en")
            client.force_login(person)
            answer = client.get(address)
            seen[name] = times(answer.content.decode(), thing) if answer.status_code == 200 else answer.status_code
    assert seen == dict.fromkeys(finds.split(), 1) | dict.fromkeys(misses.split(), 0)
