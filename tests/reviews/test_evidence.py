"""Where a file stood when it was recommended, and what is said of a recommendation that departs from the ranking."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.translation import override

from applications.models import Application
from audit.actors import CLOCK
from moves.services import declare_standing
from reviews.models import Recommendation
from reviews.selectors import departure, departure_of, hides_its_ranking, stood
from reviews.selectors.evidence import _departure
from tests.decisions import files
from tests.mutants import proves

D = Decimal
FILES = [
    {"reference": "FE-2026-00001", "rank": 1, "mean": "80.0000", "offer": "75000.00"},
    {"reference": "FE-2026-00002", "rank": 2, "mean": "70.0000", "offer": "0"},
    {"reference": "FE-2026-00003", "rank": None, "mean": "40.0000", "offer": "0"},
    {"reference": "FE-2026-00004", "rank": 3, "mean": None, "offer": "20000.00"},
]


def recommendation(number, outcome, amount="0"):
    file = Application(reference=f"FE-2026-0000{number}")
    return Recommendation(application=file, outcome=outcome, amount=D(amount), inputs={"files": FILES})


def test_a_file_stood_where_the_evidence_says():
    first, unscored = stood(recommendation(1, "approved")), stood(recommendation(4, "declined"))
    assert (first.score, first.rank, first.ranked, first.offer, first.above_line) == (D(80), 1, 3, D(75000), True)
    assert (unscored.score, unscored.above_line) == (None, True)
    assert stood(recommendation(3, "declined")).above_line is False
    assert stood(recommendation(9, "declined")) is None
    assert stood(Recommendation(application=Application(reference="x"), inputs={})) is None


@pytest.mark.parametrize(
    ("number", "outcome", "amount", "said"),
    [
        (1, "approved", "75000.00", ""),
        (1, "partial", "50000.00", ""),
        (1, "declined", "0", "above the funding line, and its refusal is recommended"),
        (1, "waitlisted", "0", "above the funding line, and the waiting list is recommended"),
        (2, "approved", "75000.00", "below the funding line, and its approval is recommended"),
        (2, "partial", "1.00", "below the funding line, and its approval is recommended"),
        (2, "declined", "0", ""),
        (2, "waitlisted", "0", ""),
        (3, "declined", "0", ""),
        (4, "partial", "20000.00", ""),
        (4, "partial", "20000.01", "More is recommended than the funding line leaves to this file: $20,000.00."),
        (9, "declined", "0", ""),
    ],
)
def test_a_recommendation_that_departs_from_the_ranking_says_how(number, outcome, amount, said):
    with override("en"):
        sentence = _departure(recommendation(number, outcome, amount))
    assert (said in sentence, bool(sentence)) == (True, bool(said))


@proves(departure_of)
def test_only_the_recommendation_that_stands_for_the_file_departs(cast, programme):
    first = files.recommended_file(cast, programme, outcome="declined").application
    later = files.recommended_file(cast, programme, company="precision", amount="50000.00").application
    with override("en"):
        assert "its refusal is recommended" in departure_of(first, CLOCK)
        assert departure_of(later, CLOCK) == ""
        Recommendation.objects.filter(application=first).update(voided_at=files.DECIDED_AT)
        assert departure_of(first, CLOCK) == ""
        Recommendation.objects.filter(application=later).update(outcome="declined")
        assert departure_of(first, CLOCK) == ""


@proves(hides_its_ranking)
def test_a_reader_of_a_closed_file_is_told_of_no_ranking_that_it_was_in(cast, programme, client):
    """Only that a recommendation departs from it: not its rank, nor what the line left, which tell of the other."""
    closed = files.reviewed_file(cast, programme, company="precision")
    elsewhere = files.file_row(cast, programme, state="submitted")
    decision = files.recommended_file(cast, programme, outcome="declined")
    said, reader = decision.recommendation, cast.endorser
    declare_standing(elsewhere.pk, user=reader, standing="conflict")
    declare_standing(closed.pk, user=cast.officer, standing="conflict")
    client.force_login(reader)
    url = reverse("decision-file", args=[decision.application.reference])
    with override("en"):
        assert hides_its_ranking(said, reader) is False
        assert "its refusal is recommended" in departure(said, reader)
        assert " sur 2" in client.get(url).content.decode()
        declare_standing(closed.pk, user=reader, standing="conflict")
        assert hides_its_ranking(said, reader) is True
        assert departure(said, reader).startswith("How is not told to you")
        assert departure(Recommendation(application=closed, outcome="declined", inputs=said.inputs), CLOCK)
        page = client.get(url).content.decode()
    assert " sur 2" not in page
    assert "non montré\u00a0: un dossier de ce classement vous est fermé" in page
    assert "au-dessus de la ligne de financement" not in page
    follows = Recommendation(application=decision.application, outcome="approved", inputs=said.inputs)
    assert departure(follows, reader) == ""
