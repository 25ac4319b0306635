"""A programme whose checklist alone decides: nobody is asked for a review, and its call is not published."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse
from django.utils.translation import override

from applications.models import Application
from builder.checks import publication_findings
from desk.selectors.file import awaited
from moves.refusals import WrongMoment
from programs.models import Call, Rules
from programs.selectors import policy_of
from reviews.models import Assignment
from reviews.selectors import work_for
from reviews.services import assign_reviewer, start_review
from tests.decisions.files import submitted_row
from work import clock

pytestmark = pytest.mark.django_db
SAID = (
    "This programme has no reviews: its checklist decides. The confirmation of such files is a feature not "
    "available yet."
)
WAITS = "the confirmation of its checklist, a feature not available yet"


def test_file_of_a_programme_without_reviews_goes_to_no_panel(cast, programme, client, clock_at):
    clock_at(datetime(2026, 9, 22, 14, tzinfo=UTC))
    row = submitted_row(cast, programme)
    definition = {key: said for key, said in row.call.rules.definition.items() if key != "panel"}
    rules = Rules.objects.create(program=programme, number=99, definition=definition, effective_from=clock.today())
    Call.objects.filter(pk=row.call_id).update(rules=rules)
    Application.objects.filter(pk=row.pk).update(state="eligible")
    file = Application.objects.get(pk=row.pk)
    assert not policy_of(file.call).has_reviews

    with override("en"):
        (line,) = work_for(cast.officer)
        assert (line.what, line.waits_for, awaited(file).who) == ("Eligible", WAITS, WAITS)
        for act in (
            lambda: assign_reviewer(file, cast.ana, by=cast.officer),
            lambda: start_review(file, by=cast.officer),
        ):
            with pytest.raises(WrongMoment) as stopped:
                act()
            assert SAID in [str(refusal.message) for refusal in stopped.value.refusals]
        assert not Assignment.objects.exists()
        found = [
            (one.where, one.message) for one in publication_findings(file.call, cast.officer) if "panel" in one.where
        ]
    assert found == [("panel", "“panel” is missing.")]
    client.force_login(cast.officer)
    shown = client.get(reverse("review-file", args=[file.reference])).content.decode()
    assert "Proposer le dossier" not in shown
