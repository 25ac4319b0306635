"""What comes with rows in place, beside a process of the release before, and goes with them: the version of a text,
and where a decision was sent back."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts.models import Organisation
from applications.models import Answer, Finding
from decisions.models import Decision, Step
from decisions.selectors import UNSHOWN
from decisions.services import edit_reasons, endorse, send_back
from decisions.states import ReturnTo
from notifications.models import Message
from tests.decisions import files
from work import clock

BEFORE = [
    ("accounts", "0002_organisation_name_key"),
    ("applications", "0004_why_in_words"),
    ("decisions", "0007_to_funding"),
]
VERSIONED = (Organisation, Answer, Finding, Decision)


def migrate(targets=None):
    executor = MigrationExecutor(connection)
    executor.migrate(targets or executor.loader.graph.leaf_nodes())


def columns(model):
    with connection.cursor() as cursor:
        return {one.name: one for one in connection.introspection.get_table_description(cursor, model._meta.db_table)}


@pytest.mark.slow
def test_versions_come_and_go_with_rows_in_place_and_beside_the_release_before(committed_db, cast, programme):
    decision = files.recommended_file(cast, programme)
    with clock.at(files.DECIDED_AT):
        edit_reasons(decision, by=cast.officer, version=1, reasons_fr="Vu.", reasons_en="Seen.")
    Finding.objects.create(application=decision.application, item="rena", passed=True, by=cast.screener)
    counts = [model.objects.count() for model in VERSIONED]
    assert min(counts) > 0
    migrate(BEFORE)
    assert [("version" in columns(model)) for model in VERSIONED] == [False, True, False, False]
    migrate()
    assert [model.objects.count() for model in VERSIONED] == counts
    kept = Decision.objects.get(pk=decision.pk)
    assert (kept.reasons_fr, kept.version, kept.reasons_by) == ("Vu.", 1, None)
    for model in VERSIONED:  # what the release before writes has a version too
        assert columns(model)["version"].default is not None, model


def whether_to_screening(told):
    """Whether a message says so, in each language: in whichever words of its day."""
    return "screening" in told["en"], "admissibilité" in told["fr"]


@pytest.mark.slow
def test_where_a_decision_went_is_filled_from_the_trail_or_from_what_became_of_it(committed_db, cast, programme):
    """The first was sent back to its start, endorsed again and sent back to screening; of the others nothing is kept
    but what became of them. A message that waits says it too."""
    decision = files.endorsed(cast, programme)
    with clock.at(files.DECIDED_AT):
        files.declare(cast, decision, "approver")
        send_back(decision, by=cast.approver, reason="Une fois.", to=ReturnTo.START, edition=UNSHOWN)
        endorse(decision, by=cast.endorser, edition=UNSHOWN)
        send_back(decision, by=cast.approver, reason="Deux fois.", to=ReturnTo.SCREENING, edition=UNSHOWN)
    others = {
        name: files.decision_row(cast, programme, state=state, kind=kind)
        for name, state, kind in (
            ("panel", "void", "approved"), ("screening", "void", "ineligible"), ("start", "draft", "approved"),
        )
    }  # fmt: skip
    for one in others.values():
        for kind in ("sent_back", "endorsed", "sent_back"):
            one.steps.create(kind=kind, by=cast.approver)
    steps = Step.objects.order_by("id")
    waiting = Message.objects.filter(kind="decision_sent_back")
    kept = list(steps.values_list("kind", "back_to"))[:4]
    assert kept == [("endorsed", ""), ("sent_back", "start"), ("endorsed", ""), ("sent_back", "screening")]
    migrate([("decisions", "0009_tell_the_money"), ("notifications", "0013_concurrence_void")])
    assert "back_to" not in columns(Step)
    told = {one.pk: one.context.pop("back_to") for one in waiting.order_by("pk")}
    for pk, to in told.items():
        one = Message.objects.get(pk=pk)
        del one.context["back_to"]
        one.context |= {"to_panel": False, "to_screening": "screening" in to["en"]}
        one.save(update_fields=["context"])
    migrate()
    assert list(steps.values_list("kind", "back_to"))[:4] == kept
    for to, one in others.items():
        assert list(one.steps.order_by("id").values_list("back_to", flat=True)) == ["start", "", to]
    filled = {one.pk: one.context.get("back_to", {"fr": "", "en": ""}) for one in waiting}
    assert {pk: whether_to_screening(to) for pk, to in filled.items()} == {
        pk: whether_to_screening(to) for pk, to in told.items()
    }
    assert {whether_to_screening(to) for to in filled.values()} == {(True, True), (False, False)}
    assert columns(Step)["back_to"].default is not None  # what the release before writes
