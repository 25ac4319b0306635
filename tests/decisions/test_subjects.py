"""What the letter of a decision is about: who signs it, and what its own fields say."""

from datetime import timedelta

import pytest

from decisions import services
from decisions.subjects import subject_of
from letters import fields
from reviews.models import Assignment
from reviews.states import AssignmentState
from tests.decisions import files
from work import clock

pytestmark = pytest.mark.django_db


def value(decision, key, language="fr"):
    return fields.values_of(subject_of(decision), [key], language)[key]


def signer(decision):
    signer = subject_of(decision).signer
    return str(signer.name), signer.title("fr"), signer.title("en")


MANAGEMENT = ("La direction de la grappe", "", "")
SYLVIE = ("Sylvie Nguyen", "Présidente-directrice générale", "President and Chief Executive Officer")


def test_who_approved_signs_and_the_management_while_nobody_has(cast, programme):
    decision = files.endorsed(cast, programme)
    assert signer(decision) == MANAGEMENT
    with clock.at(files.DECIDED_AT):
        files.declare(cast, decision, "approver")
        decision = services.approve(decision, by=cast.approver)
        assert (signer(decision), value(decision, "approver", "en")) == (
            SYLVIE,
            "Sylvie Nguyen, President and Chief Executive Officer",
        )
        decision = services.send_back(decision, by=cast.endorser, reason="À revoir.")
        assert signer(decision) == MANAGEMENT  # an approval that a return made void signs nothing
        decision = services.endorse(decision, by=cast.endorser)
        assert signer(decision) == MANAGEMENT
        decision = services.approve(decision, by=cast.approver)
    assert signer(decision) == SYLVIE


def test_comments_are_those_of_the_reviews_that_count_in_the_order_they_came_in(cast, programme):
    decision = files.recommended_file(cast, programme)
    reviews = Assignment.objects.filter(application=decision.application).order_by("id")
    given = zip(reviews, (("Troisième.", 3), ("Premier.", 1), (" Deuxième <b>. ", 2)), strict=True)
    for review, (feedback, hours) in given:
        review.feedback, review.submitted_at = feedback, files.REVIEWED_AT + timedelta(hours=hours)
        review.save(update_fields=["feedback", "submitted_at"])

    def another(person, feedback, **more):
        told = {"state": AssignmentState.SUBMITTED, "seat": "industry", "submitted_at": files.REVIEWED_AT, **more}
        Assignment.objects.create(
            application=decision.application, reviewer=person, feedback=feedback, due=clock.now(),
            assigned_by=cast.officer, **told,
        )  # fmt: skip

    another(cast.dev, "Récusé.", state=AssignmentState.RECUSED)
    another(cast.chair, "En cours.", state=AssignmentState.ACCEPTED)
    another(cast.finance, "Mis de côté.", set_aside_at=files.DECIDED_AT)
    another(cast.screener, "  ")
    assert value(decision, "feedback") == ("<ul><li>Premier.</li><li>Deuxième &lt;b&gt;.</li><li>Troisième.</li></ul>")


def test_reviews_without_comments_leave_the_field_empty(cast, programme):
    decision = files.recommended_file(cast, programme)
    Assignment.objects.update(feedback=" ")
    assert value(decision, "feedback") == ""
