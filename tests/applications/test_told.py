"""What is told of a file: the same of its row, and in SQL."""

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from applications.models import Application
from applications.querysets import ApplicationQuerySet, told_as
from applications.states import TOLD_AS_THEY_ARE, ApplicationState, PublicState, public_state
from moves.machine import refusals as refusals_to
from moves.refusals import WrongMoment
from reports.services import create_api_key
from tests.decisions.files import submitted_row
from tests.files import AT, submitted_file
from tests.mutants import proves
from work import clock

pytestmark = pytest.mark.django_db

LETTER = AT + timedelta(days=5)


@pytest.fixture
def files(cast, programme):
    return [submitted_row(cast, programme, company=company) for company in ("usinage", "precision")]


@proves(ApplicationQuerySet.with_told)
def test_told_state_and_since_when_are_the_same_in_sql_and_of_the_row(cast, files):
    """In each state, whatever was last told; a change of what is hidden moves no date."""
    file, other = files
    instants = (AT + timedelta(days=number) for number in range(1, 6))
    days = dict(zip(("sent", "complete", "told", "asked", "moved"), instants, strict=True))
    Application.objects.filter(pk=file.pk).update(submitted_at=days["sent"])
    for owner, at in ((file, days["asked"]), (file, AT), (other, days["moved"])):
        owner.change_requests.create(by=cast.officer, due=AT, answered_at=at, cancelled_at=at)
    file.change_requests.update(cancelled_at=AT)

    def told(**columns):
        Application.objects.filter(pk=file.pk).update(**columns)
        found = Application.objects.with_told().get(pk=file.pk)
        assert found.told_state == found.public_state
        return found.told_since

    at_once = {"draft", "changes_requested", "in_reconsideration", "withdrawn", "cancelled"}
    for state in ApplicationState:
        for last_told in ("", "waitlisted", "in_reconsideration"):
            since = told(state=state, since=days["moved"], last_told=last_told)
            assert since == days["moved" if state in at_once else "asked"]
    hidden = {"state": "eligible", "last_told": ""}
    file.change_requests.update(answered_at=None)
    assert told(**hidden) == days["sent"]
    file.change_requests.update(cancelled_at=days["asked"])
    assert told(**hidden) == days["asked"]
    file.change_requests.update(cancelled_at=AT)
    assert told(**hidden, complete_at=days["complete"]) == days["complete"]
    assert told(**hidden, last_told_at=days["told"]) == days["told"]


@proves(ApplicationQuerySet.told_under_way)
def test_file_is_told_under_way_until_a_letter_tells_its_end(files):
    """In each state, whatever was last told: as its row says it."""
    file, _other = files
    found = {}
    for state in ApplicationState:
        for last_told in ("", "waitlisted", "in_reconsideration", "declined", "approved"):
            Application.objects.filter(pk=file.pk).update(state=state, last_told=last_told)
            found[state, last_told] = Application.objects.told_under_way().filter(pk=file.pk).exists()
    hidden = set(ApplicationState) - {"draft", "changes_requested", "in_reconsideration", "withdrawn", "cancelled"}
    told_on = {"", "waitlisted", "in_reconsideration"}
    assert {key for key, under_way in found.items() if under_way} == {
        (state, last) for state, last in found
        if state in ("changes_requested", "in_reconsideration") or (state in hidden and last in told_on)
    }  # fmt: skip
    for state, last_told in found:
        told = public_state(state, last_told)
        assert Application.objects.filter(pk=file.pk).update(state=state, last_told=last_told)
        assert Application.objects.filter(told_as(told), pk=file.pk).exists()
        others = [one for one in PublicState if one != told]
        assert not Application.objects.filter(told_as(*others), pk=file.pk).exists()


@pytest.mark.parametrize("state", ApplicationState)
def test_decision_is_untold_until_a_letter_is_sent_after_the_file_came_to_its_state(state):
    """Waitlisted again by a later cohort too, whose list the applicant was told of before."""
    file = Application(state=state, since=AT)
    by_letter = state in ("approved", "invited", "declined", "waitlisted")
    before, after = AT - timedelta(days=1), AT + timedelta(days=1)
    for last_told, at, untold in (
        ("", None, True), ("waitlisted", before, True), ("in_reconsideration", before, True),
        (state, AT, False), (state, after, False),
    ):  # fmt: skip
        file.last_told, file.last_told_at = last_told, at
        assert file.is_decided_untold is (untold and by_letter), (last_told, at)


def answered(client, path, data=None, **more):
    """What is read of an answer: all of it but what is drawn by lot at each request. What it did is undone."""
    headers, cookies = {"x-request-id": "1" * 32, **more}, client.cookies.copy()
    with transaction.atomic():
        answer = client.get(path, headers=headers) if data is None else client.post(path, data, headers=headers)
        transaction.set_rollback(True)
    client.cookies = cookies
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    by_lot = rb'(?:csrfmiddlewaretoken|began)" value="[^"]+"|"X-CSRFToken": "[^"]+"|nonce="[^"]+"'
    return answer.status_code, answer.get("Location"), re.sub(by_lot, b"", body)


def refused(file, by, step):
    """What an act that has no page yet is answered."""
    try:
        found = refusals_to(Application.objects.get(pk=file.pk), step, by=by)
    except WrongMoment as stopped:
        found = stopped.refusals
    return [str(refusal.message) for refusal in found]


def test_hidden_states_are_all_read_alike(cast, programme, client):
    """Page, list, refusals of acts and the partner's API: one answer, whichever state is not told, whatever columns its
    work moved. What is told is another answer. (Every page and every outsider: tests/access/test_told.py.)"""
    file = submitted_file(cast, programme)
    with clock.at(AT + timedelta(days=1)):
        Application.objects.filter(pk=file.pk).update(complete_at=clock.now(), opened_at=clock.now())
        partner = programme.agreements.get().partner
        _key, secret = create_api_key(partner, by=cast.analyst, name="Une clé", expires_at=clock.now() + timedelta(90))
    client.force_login(cast.sophie)
    key = {"authorization": f"Bearer {secret}"}
    own, api = f"/applications/{file.public_id}", "/api/v1/applications"

    def read(**columns):
        Application.objects.filter(pk=file.pk).update(**columns)
        with clock.at(AT + timedelta(days=60)):
            return {
                "page": answered(client, own),
                "list": answered(client, "/applications"),
                "withdraw": answered(client, f"{own}/withdraw", {"reason": "Le projet est reporté."}),
                "take back": answered(client, f"{own}/take-back", {}),
                "changes": answered(client, f"{own}/changes", {"send": "1", "method": "Une autre méthode."}),
                "answers": answered(client, f"{own}/submit", {"signed_name": "Sophie Gauthier", "attestations": "on"}),
                "reconsideration": refused(file, cast.sophie, Application.ask_reconsideration),
                "api": answered(Client(), f"{api}/{file}", **key),
                "api's list": answered(Client(), f"{api}?updated_since=2026-09-16T00:00:00Z", **key),
            }

    before = read()
    late = ["Le délai pour demander un réexamen commence à la réception de la lettre, qui n’a pas encore eu lieu."]
    assert [before[name] if name == "reconsideration" else before[name][0] for name in before] == [
        200, 200, 302, 409, 409, 302, late, 200, 200,
    ]  # fmt: skip
    hidden = [state for state in ApplicationState if state not in TOLD_AS_THEY_ARE]
    first = {}
    for number, state in enumerate(hidden, start=1):
        at = AT + timedelta(days=10 + number)
        now = read(
            state=state, since=at, updated_at=at, due=at, score=number, recommended_amount=number, eligible_costs=number
        )
        assert [name for name in before if now[name] != before[name]] == [], state
        for last_told, accepted in (("waitlisted", 302), ("in_reconsideration", 302), ("declined", 409)):
            again = read(last_told=last_told, last_told_at=LETTER, outcome_at=LETTER)
            assert again["withdraw"][0] == accepted
            assert again == first.setdefault(last_told, again), (state, last_told)
        read(last_told="", last_told_at=None, outcome_at=None)
    told = read(last_told="declined", last_told_at=at, outcome_at=at)
    assert {name for name in before if told[name] != before[name]} >= {"page", "list", "api", "api's list"}
