"""Rubrics: weights, scale, pass marks, anchors, evidence."""

import copy
from decimal import Decimal

import pytest
from django.utils import translation

from programs.rubric import check_rubric, parse_rubric


def both(text):
    return {"fr": text, "en": text}


GOOD = {
    "scale": [
        {"value": letter, "points": points, "label": both(letter)}
        for letter, points in (("A", 100), ("B", 75), ("C", 50), ("D", 0))
    ],
    "pass": {"overall": 65, "each": "C"},
    "criteria": [
        {
            "key": "quality",
            "name": both("Quality"),
            "weight": 66.6,
            "anchors": {"A": both("all"), "D": both("nothing")},
            "evidence": ["method"],
        },
        {
            "key": "team",
            "name": both("Team"),
            "weight": "33.4",
            "minimum": "B",
            "anchors": {"A": both("all"), "D": both("nothing")},
        },
    ],
}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def rubric():
    return copy.deepcopy(GOOD)


def said(definition, **options):
    return [(problem.where, problem.message) for problem in check_rubric(definition, **options)]


def test_a_sound_rubric_has_no_problem(rubric):
    assert said(rubric, questions={"method"}) == []


def test_parse_gives_points_and_minimums(rubric):
    read = parse_rubric(rubric)
    assert read.weights == {"quality": Decimal("66.6"), "team": Decimal("33.4")}
    assert [(c.minimum, c.minimum_points) for c in read.criteria] == [("C", Decimal(50)), ("B", Decimal(75))]
    assert read.points_of("B") == Decimal(75)
    assert read.pass_overall == Decimal(65)
    with pytest.raises(KeyError):
        read.points_of("E")


def test_weights_must_sum_to_100(rubric):
    rubric["criteria"][1]["weight"] = 33.3
    assert said(rubric) == [("criteria", "The weights of the criteria add up to 99.9; they must add up to 100.")]


def test_a_missing_anchor_of_an_end_is_named(rubric):
    del rubric["criteria"][0]["anchors"]["D"]
    assert said(rubric) == [("criteria[0].anchors", "The anchor of “D” is missing.")]


def test_an_anchor_in_one_language_is_refused(rubric):
    del rubric["criteria"][0]["anchors"]["D"]["en"]
    assert said(rubric) == [("criteria[0].anchors.D.en", "The English text is missing.")]


def test_a_minimum_off_the_scale_is_refused(rubric):
    rubric["criteria"][1]["minimum"] = 3
    assert said(rubric) == [("criteria[1].minimum", "“3” is not on the scale: A, B, C, D.")]


def test_evidence_must_be_in_the_form(rubric):
    assert said(rubric, questions={"team"}) == [("criteria[0].evidence[0]", "No question has the key “method”.")]


def test_a_pass_mark_nobody_can_reach_is_refused(rubric):
    rubric["scale"] = [
        {"value": "A", "points": 60, "label": both("A")},
        {"value": "D", "points": 0, "label": both("D")},
    ]
    rubric["pass"] = {"overall": 65}
    del rubric["criteria"][1]["minimum"]
    assert said(rubric) == [("pass.overall", "The pass mark, 65, is above the best possible score, 60.")]


def test_a_key_used_twice_and_an_unknown_key_are_refused(rubric):
    rubric["criteria"][1]["key"] = "quality"
    rubric["criteria"][0]["wieght"] = 3
    assert said(rubric) == [
        (
            "criteria[0].wieght",
            "The key “wieght” is not known here. Known here: anchors, description, evidence, key, minimum, name, "
            "required, weight.",
        ),
        ("criteria[1].key", "The key “quality” is used twice."),
    ]
