"""Where a file stood when it was recommended, and what is said of a recommendation that departs from the ranking."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils.translation import override

from applications.models import Application
from audit.actors import CLOCK
from moves.services import declare_standing
from reviews.evidence import Evidence, KeptFile, KeptReviews
from reviews.models import Recommendation
from reviews.selectors import departure, departure_of, hides_its_ranking, stood
from reviews.selectors.evidence import _departure
from tests.decisions import files
from tests.files import another, another_call, with_rules
from tests.mutants import proves

D = Decimal
DAY = timedelta(days=1)
REVIEW = UUID("8f3e3b1e-3f0c-4f5e-9a54-1d3c6a0f2b11")


def kept(number, rank, mean, offer):
    said = KeptReviews((REVIEW,), (D(70), D(90)), mean and D(mean), D(20), (), complete=True)
    return KeptFile(f"FE-2026-0000{number}", rank, D("75000.00"), D(offer), said)


FILES = (kept(1, 1, "80.0000", "75000.00"), kept(2, 2, "70.0000", 0), kept(3, None, "40.0000", 0),
         kept(4, 3, None, "20000.00"))  # fmt: skip
EVIDENCE = Evidence(FILES, {"order": "raw"}, "strict", D("95000.00"), (REVIEW,))


def recommendation(number, outcome, amount="0"):
    file = Application(reference=f"FE-2026-0000{number}")
    return Recommendation(application=file, outcome=outcome, amount=D(amount), inputs=EVIDENCE.packed())


def test_a_file_stood_where_the_evidence_says():
    first, unscored = stood(recommendation(1, "approved")), stood(recommendation(4, "declined"))
    assert (first.score, first.rank, first.ranked, first.offer, first.above_line) == (D(80), 1, 3, D(75000), True)
    assert (unscored.score, unscored.above_line) == (None, True)
    assert stood(recommendation(3, "declined")).above_line is False
    assert stood(recommendation(9, "declined")) is None
    assert stood(Recommendation(application=Application(reference="x"), inputs={})) is None


def older():
    """As an earlier release kept it: neither the rules, nor which reviews counted."""
    row = json.loads(json.dumps(EVIDENCE.packed()))
    del row["rules"]
    for file in row["files"]:
        for key in ("reviews", "spread", "complete"):
            del file[key]
    return row


def test_evidence_is_read_back_as_it_was_kept():
    assert Evidence.read(json.loads(json.dumps(EVIDENCE.packed()))) == EVIDENCE
    found = Evidence.read(older())
    assert (found.rules, found.files[0].said) == (None, KeptReviews(None, (D(70), D(90)), D(80), None, (), None))
    assert found.packed() == {"rules": None} | older()
    assert Recommendation(inputs={}).evidence is None


@pytest.mark.parametrize("key", ["files", "line", "available", "envelopes"])
def test_evidence_that_lacks_a_part_is_refused(key):
    row = EVIDENCE.packed()
    del row[key]
    with pytest.raises(KeyError, match=key):
        Evidence.read(row)


@pytest.mark.parametrize("key", sorted(set(FILES[0].packed()) - {"reviews"}))
def test_file_of_evidence_that_lacks_a_part_is_refused(key):
    """So that a file whose number is lost is never taken for one that is closed to nobody."""
    row = EVIDENCE.packed()
    del row["files"][1][key]
    with pytest.raises(KeyError, match=key):
        Evidence.read(row)


@pytest.mark.parametrize(
    "change", [{"reviews": (REVIEW, REVIEW)}, {"totals": (D(70),)}, {"mean": D(81)}, {"mean": None}, {"spread": D(1)},
               {"missed": ("overall",)}, {"complete": False}]
)  # fmt: skip
def test_reviews_that_say_something_else_are_not_those_kept(change):
    said, before = FILES[0].said, Evidence.read(older()).files[0].said
    now = replace(said, **change)
    assert (said.is_that_of(said), said.is_that_of(now)) == (True, False)
    unknown = change.keys() <= {"reviews", "spread", "complete"}
    assert (before.is_that_of(said), before.is_that_of(now)) == (True, unknown)


def test_figures_that_an_earlier_release_rounded_twice_are_those_kept():
    """Of the same reviews: their last decimal is not what they said."""
    said, before = FILES[0].said, Evidence.read(older()).files[0].said
    again = replace(said, mean=said.mean - D("0.0001"), spread=said.spread + D("0.0001"))
    assert (said.is_that_of(again), before.is_that_of(again)) == (True, True)
    for further in (replace(again, mean=said.mean - D("0.0002")), replace(again, totals=(D(70), D("90.0001")))):
        assert (said.is_that_of(further), before.is_that_of(further)) == (False, False)
    assert not said.is_that_of(replace(said, spread=said.spread + D("0.0002")))


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
    elsewhere = another(closed, call=another_call(closed.call))
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
        Application.objects.filter(pk=closed.pk).update(cohort_closes_at=said.at + DAY)  # moved since: it was there
        assert hides_its_ranking(said, reader) is True
        assert departure(said, reader).startswith("The details are not shown to you")
        assert departure(Recommendation(application=closed, outcome="declined", inputs=said.inputs), CLOCK)
        page = client.get(url).content.decode()
    assert " sur 2" not in page
    assert "non montré\u00a0: un dossier de ce classement vous est fermé" in page
    assert "au-dessus de la ligne de financement" not in page
    follows = Recommendation(application=decision.application, outcome="approved", inputs=said.inputs)
    assert departure(follows, reader) == ""


@proves(hides_its_ranking)
@pytest.mark.parametrize(("within", "again"), [(True, True), (True, False), (False, True), (False, False)])
def test_ranking_is_hidden_from_who_may_not_read_a_file_that_could_be_in_it_whatever_became_of_it(
    cast, programme, within, again
):
    """By the closing that it was sent to: whether it was ranked would be told by what is hidden."""
    decision = files.recommended_file(cast, programme, outcome="declined")
    said, reader = decision.recommendation, cast.endorser
    file = said.application
    with_rules(file.call, ranking={"within_cohort": within, "waitlist_to_next_cohort": again})
    said.application.call = file.call
    closed = another(file)
    declare_standing(closed.pk, user=reader, standing="conflict")
    before, after = file.cohort_closes_at - DAY, file.cohort_closes_at + DAY
    made = max(said.at, after + DAY)

    def hidden(at, **columns):
        Application.objects.filter(pk=closed.pk).update(**columns)
        said.at = at
        return hides_its_ranking(said, reader)

    goes_on = not within or again
    for state in ("submitted", "in_review", "reviewed", "recommended", "waitlisted", "declined", "approved"):
        assert hidden(made, state=state, cohort_closes_at=file.cohort_closes_at), state
        assert hidden(made, state=state, cohort_closes_at=before) is goes_on, state
    assert hidden(made, cohort_closes_at=after) is goes_on
    assert hidden(after, cohort_closes_at=after) is goes_on
    assert not hidden(after - DAY / 2, cohort_closes_at=after)
    assert hidden(file.cohort_closes_at - 9 * DAY, cohort_closes_at=file.cohort_closes_at)
    file.cohort_closes_at = None
    assert hidden(made, cohort_closes_at=None)
    assert hides_its_ranking(said, cast.approver) is False
    elsewhere = another_call(file.call)
    assert not hidden(made, call=elsewhere)
