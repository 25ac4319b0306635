"""A bundle is refused with the line and the reason; each kind of fault alone, on the real file."""

import copy
import random
import re

import pytest
from django.utils import translation

from applications.models import Application
from builder.bundle import MAX_BYTES, check_bundle, dump_bundle, read_bundle, read_data
from moves.management.commands.draw_workflows import not_yet
from moves.registry import declared
from programs.policy import parse_policy
from tests.cast import BUNDLE

TEXT = BUNDLE.read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def line_of(text, fragment):
    assert text.count(fragment) >= 1, fragment
    return text[: text.index(fragment)].count("\n") + 1


def faults(text):
    return [(problem.line, problem.where, problem.message) for problem in check_bundle(text)]


def changed(before, after, at=None):
    """(the text with one change, the line of `at` in it)."""
    assert TEXT.count(before) >= 1, before
    text = TEXT.replace(before, after, 1)
    return text, line_of(text, at or after.strip().splitlines()[0])


@pytest.mark.parametrize(
    ("kind", "never"),
    [
        ("ineligible", ("évalué", "assessed", "reviewed", "{{ score }}")),  # it may have been, or not
        ("waitlisted", ("enveloppe", "envelope", "budget", "suffi", "enough", "en tout temps", "any time")),
    ],
)
def test_letter_says_nothing_that_is_true_of_some_files_alone(kind, never):
    """What depends on the file is a field, or the reasons that were written for it."""
    said = str(read_bundle(TEXT).data["letters"][kind])
    assert "{{ reasons }}" in said
    assert [word for word in never if word in said] == []


def test_the_real_bundle_is_sound():
    assert faults(TEXT) == []


def test_the_real_bundle_says_what_the_guide_says():
    bundle = read_bundle(TEXT)
    grid = bundle.form.question("maturity_grid")
    assert [len(axis.processes) for axis in grid.axes] == [5, 7, 4]
    assert [str(c.weight) for c in bundle.rubric.criteria] == ["25", "30", "20", "15", "10"]
    assert [str(p.points) for p in bundle.rubric.scale] == ["20", "40", "60", "80", "100"]
    assert {c.minimum_points for c in bundle.rubric.criteria} == {40}
    assert all(set(c.anchors) == {"1", "3", "5"} and c.evidence for c in bundle.rubric.criteria)
    assert bundle.aid["rate"] == "40"
    assert bundle.rules["reconsideration"] == {"ask_days": 30, "answer_days": 30, "held_percent": 3}
    assert [letter.kind for letter in bundle.letters] == [
        "approved",
        "declined",
        "ineligible",
        "waitlisted",
        "reconsidered",
        "cancelled",
    ]


CASES = {
    "unknown question type": (
        'type: percent\n          label: {fr: "Part des revenus qui',
        'type: percents\n          label: {fr: "Part des revenus qui',
        None,
        "form.sections[0].questions[4].type",
        "There is no question type “percents”.",
    ),
    "missing language": (
        '      title: {fr: "Montage financier", en: "Financing"}',
        '      title: {fr: "Montage financier"}',
        None,
        "form.sections[6].title.en",
        "The English text is missing.",
    ),
    "text in one language only": (
        '      title: {fr: "Montage financier", en: "Financing"}',
        '      title: "Financing"',
        None,
        "form.sections[6].title",
        "Give this text in both languages: fr and en.",
    ),
    "forward condition": (
        "shown_when: other_aid_pending = yes",
        "shown_when: attest_rena = yes",
        None,
        "form.sections[6].questions[2].shown_when",
        "“attest_rena” is not asked before this; a condition may read earlier answers only.",
    ),
    "condition on itself": (
        "shown_when: other_aid_pending = yes",
        "shown_when: answered(other_aid_detail)",
        None,
        "form.sections[6].questions[2].shown_when",
        "“other_aid_detail” is not asked before this; a condition may read earlier answers only.",
    ),
    "unknown name in a condition": (
        "shown_when: consultants_chosen = yes",
        "shown_when: consultant_chosen = yes",
        None,
        "form.sections[4].questions[4].shown_when",
        "No question has the key “consultant_chosen”.",
    ),
    "condition that cannot be read": (
        "shown_when: consultants_chosen = yes",
        "shown_when: consultants_chosen =",
        None,
        "form.sections[4].questions[4].shown_when",
        "The condition stops too early. (character 21)",
    ),
    "comparison of two kinds": (
        "shown_when: consultants_chosen = yes",
        "shown_when: consultants_chosen = 3",
        None,
        "form.sections[4].questions[4].shown_when",
        "“consultants_chosen = 3” compares two different kinds (yes or no and number).",
    ),
    "unreachable question": (
        "          shown_when: employees >= 25\n          required: true\n          options:",
        "          shown_when: employees > 250\n          required: true\n          options:",
        None,
        "form.sections[8].questions[1].shown_when",
        "No answers can ever show this question.",
    ),
    "duplicate key of a question": (
        "- key: jobs_kept\n          type: integer",
        "- key: jobs_created\n          type: integer",
        'key: jobs_created\n          type: integer\n          label: {fr: "Emplois maintenus',
        "form.sections[4].questions[7].key",
        "The key “jobs_created” is used twice.",
    ),
    "limits the wrong way round": (
        "min: 10\n          max: 250",
        "min: 300\n          max: 250",
        None,
        "form.sections[0].questions[0].min",
        "The lower limit, 300, is above the upper limit, 250.",
    ),
    "unknown key": (
        "max_months: 18\n\n    - key: maturity",
        "max_month: 18\n\n    - key: maturity",
        None,
        "form.sections[1].questions[2].max_month",
        "The key “max_month” is not known here. Known here: help, key, label, max, required, "
        "required_when, shown_when, type.",
    ),
    "envelope outside the agreement": (
        "{fiscal_year: 2028-2029,",
        "{fiscal_year: 2029-2030,",
        None,
        "agreements[0].envelopes[2].fiscal_year",
        "The fiscal year 2029-2030 lies outside the agreement, which runs from 2026-04-01 to 2029-03-31.",
    ),
    "fiscal year twice": (
        "{fiscal_year: 2028-2029,",
        "{fiscal_year: 2027-2028,",
        "{fiscal_year: 2027-2028, amount: 1800000.00}",
        "agreements[0].envelopes[2].fiscal_year",
        "This fiscal year has an envelope already.",
    ),
    "not a fiscal year": (
        "{fiscal_year: 2028-2029,",
        "{fiscal_year: 2028-2030,",
        None,
        "agreements[0].envelopes[2].fiscal_year",
        "“2028-2030” is not a fiscal year; write for example 2026-2027.",
    ),
    "unknown field of a letter": (
        'file {{ reference }}"',
        'file {{ referense }}"',
        None,
        "letters.approved.subject.en",
        "“referense” is not a field of letters.",
    ),
    "field of another kind of letter": (
        'en: "Filière Excellence – Application not eligible, file {{ reference }}"',
        'en: "Filière Excellence – Application not eligible, {{ amount }}"',
        None,
        "letters.ineligible.subject.en",
        "“amount” does not exist in this kind of letter.",
    ),
    "code in a letter": (
        'en: "Filière Excellence – Application not eligible, file {{ reference }}"',
        'en: "{% for x in y %}, file {{ reference }}"',
        None,
        "letters.ineligible.subject.en",
        "A brace is used outside a field; write fields as {{ name }}.",
    ),
    "money that is not a number": (
        "max_aid: 90000.00",
        "max_aid: 90 000 $",
        None,
        "aid.max_aid",
        "“90 000 $” is not a number; write digits with a decimal point, for example 1234.56.",
    ),
    "money with three decimals": (
        "max_aid: 90000.00",
        "max_aid: 90000.005",
        None,
        "aid.max_aid",
        "Decimals that this may have: 2, at most.",
    ),
    "day that does not exist": (
        "ends: 2029-03-31",
        "ends: 2029-02-31",
        None,
        "agreements[0].ends",
        "“2029-02-31” is not a date; write it year-month-day, for example 2027-01-31.",
    ),
    "instant without a zone": (
        "opens: 2026-06-01T09:00 America/Toronto",
        "opens: 2026-06-01T09:00",
        None,
        "call.opens",
        "This instant has no time zone; add its name, for example America/Toronto.",
    ),
    "instant in an hour that is skipped": (
        "opens: 2026-06-01T09:00 America/Toronto",
        "opens: 2026-03-08T02:30 America/Toronto",
        None,
        "call.opens",
        "On March\xa08, 2026, clocks go from 1:59\xa0am to 3\xa0am: 2:30\xa0am does not exist. "
        "Choose 1:59\xa0am or 3\xa0am.",
    ),
    "instant of another zone than that of every clock": (
        "opens: 2026-06-01T09:00 America/Toronto",
        "opens: 2026-06-01T09:00 America/Vancouver",
        None,
        "call.opens",
        "“America/Vancouver” is refused: this feature is not available yet (calls in another time zone). "
        "Known here: America/Toronto.",
    ),
    "instant that no zone reckons": (
        "opens: 2026-06-01T09:00 America/Toronto",
        "opens: 9999-12-31T23:30 America/Toronto",
        None,
        "call.opens",
        "Enter a year from 1900 to 2199.",
    ),
    "cohorts out of order": (
        "- 2027-05-31T17:00",
        "- 2026-05-31T17:00",
        None,
        "call.cohorts[2]",
        "The cohorts must close one after the other.",
    ),
    "evidence that is not in the form": (
        "evidence: [team, consultants,",
        "evidence: [teams, consultants,",
        None,
        "rubric.criteria[2].evidence[0]",
        "No question has the key “teams”.",
    ),
    "eligibility without a reason": (
        "      eligible_when: place_in_quebec = yes\n      refusal:",
        "      eligible_when: place_in_quebec = yes\n      help:",
        "- key: place_in_quebec",
        "eligibility.questions[0].refusal",
        "Say why the organisation cannot apply: “refusal” is missing.",
    ),
    "category the budget does not offer": (
        "- {key: training, name:",
        "- {key: trainings, name:",
        None,
        "aid.categories[2].key",
        "The budget “budget_table” of the form does not offer this category.",
    ),
    "costs after the agreement": (
        "until: 2029-01-31}",
        "until: 2029-04-30}",
        None,
        "aid.window.until",
        "Costs until 2029-04-30 come after the agreement ends, on 2029-03-31.",
    ),
    "shares of the agreements": (
        "share: 100}",
        "share: 60}",
        "funding:",
        "programme.funding",
        "The shares of the agreements add up to 60; they must add up to 100.",
    ),
    "more seats than reviewers": (
        "seats: {cluster: 2, industry: 1}",
        "seats: {cluster: 2, industry: 2}",
        None,
        "panel.seats",
        "The seats, 4, are more than the reviewers, 3.",
    ),
    "no service standards": (
        TEXT[TEXT.index("service:\n") : TEXT.index("reconsideration:")],
        "",
        TEXT.splitlines()[0],
        "service",
        "“service” is missing.",
    ),
    "duplicate key in the YAML": (
        "  code: FE\n",
        "  code: FE\n  code: FX\n",
        "  code: FX",
        "programme.code",
        f"The key “code” is written twice; first on line {line_of(TEXT, '  code: FE')}.",
    ),
}


# Faults that bring another with them: the budget's category is then without a rule, the evidence without its question.
CONSEQUENCES = {"category the budget does not offer": 1, "duplicate key of a question": 1}


@pytest.mark.parametrize("case", CASES)
def test_a_fault_is_named_with_its_line(case):
    before, after, at, where, message = CASES[case]
    text, line = changed(before, after, at)
    found = faults(text)
    assert (line, where, message) in found
    assert len(found) == 1 + CONSEQUENCES.get(case, 0), found


def test_weights_that_do_not_sum_to_100():
    text, _line = changed("weight: 25", "weight: 30")
    assert faults(text) == [
        (
            line_of(text, "  criteria:"),
            "rubric.criteria",
            "The weights of the criteria add up to 105; they must add up to 100.",
        )
    ]


def among(*days, closes="2028-09-30T17:00 America/Toronto", until="2028-04-30"):
    """What is wrong in the bundle when it is paid by one agreement for each of these last days, in this order."""
    data = read_bundle(TEXT).data
    (own,) = data["agreements"]
    data["agreements"] = [own | {"reference": f"A{n}", "ends": day} for n, day in enumerate(days)]
    for agreement in data["agreements"]:
        agreement["envelopes"] = own["envelopes"][:1]
    data["programme"]["funding"] = [
        {"agreement": f"A{n}", "share": 100 if len(days) == 1 else 50} for n in range(len(days))
    ]
    data["call"] |= {"closes": closes, "cohorts": [closes]}
    data["aid"]["window"]["until"] = until
    return [(problem.where, problem.message) for problem in read_data(data).problems]


@pytest.mark.parametrize("days", [("2028-09-29", "2029-03-31"), ("2029-03-31", "2028-09-29"), ("2028-09-29",)])
def test_call_closes_before_the_first_of_its_agreements_ends(days):
    assert among(*days) == [("call.closes", "The call closes after its agreement ends, on 2028-09-29.")]
    assert among(*(day.replace("09-29", "09-30") for day in days)) == []  # on its last day it may


OPENS, CLOSES = "2026-06-01T09:00 America/Toronto", "2028-09-30T17:00 America/Toronto"


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ({}, []),
        ({"opens": CLOSES}, ["call.cohorts[0]", "call.closes"]),
        ({"opens": "2028-09-30T16:59 America/Toronto"}, []),
        ({"cohorts": [OPENS, CLOSES]}, ["call.cohorts[0]"]),
        ({"cohorts": ["2026-06-01T09:01 America/Toronto", CLOSES]}, []),
        ({"cohorts": [CLOSES, CLOSES]}, ["call.cohorts[1]"]),
        ({"cohorts": ["2028-09-30T16:59 America/Toronto"]}, ["call.cohorts[0]"]),
        ({"cohorts": ["2028-09-30T17:01 America/Toronto"]}, ["call.cohorts[0]"]),
        ({"cohorts": []}, []),
        ({"kind": "fixed"}, ["call.cohorts"]),
        ({"kind": "fixed", "cohorts": []}, []),
        ({"closes": "2028-09-30T17:00 America/Vancouver", "cohorts": []}, ["call.closes"]),
        ({"grace_minutes": 240}, []),
        ({"cohorts": ["2026-09-30T17:00 UTC", CLOSES]}, ["call.cohorts[0]"]),
        ({"grace_minutes": 241}, ["call.grace_minutes"]),
    ],
)
def test_instants_of_a_call_are_in_order(written, found):
    data = read_bundle(TEXT).data
    data["call"] |= {"opens": OPENS, "closes": CLOSES, "cohorts": [CLOSES]} | written
    assert sorted(problem.where for problem in read_data(data).problems) == sorted(found)


def test_costs_may_come_until_the_last_of_its_agreements_ends():
    days = ("2028-12-31", "2029-03-31")
    assert among(*days, until="2029-03-31") == []
    assert among(*days, until="2029-04-01") == [
        ("aid.window.until", "Costs until 2029-04-01 come after the agreement ends, on 2029-03-31.")
    ]


@pytest.mark.parametrize("kind", ["approved", "declined", "ineligible", "waitlisted", "reconsidered", "cancelled"])
def test_letter_that_every_call_needs_is_missed(kind):
    data = read_bundle(TEXT).data
    del data["letters"][kind]
    needed = kind in ("approved", "declined", "ineligible")
    found = [(problem.where, problem.message) for problem in read_data(data).problems]
    assert found == ([(f"letters.{kind}", f"“{kind}” is missing.")] if needed else [])


def test_every_fault_is_told_at_once_in_the_order_of_the_file():
    text = TEXT.replace("weight: 25", "weight: 30").replace("  code: FE", "  code: fe").replace("rate: 40", "rate: 140")
    assert [where for _line, where, _message in faults(text)] == ["programme.code", "aid.rate", "rubric.criteria"]


def test_any_value_of_another_kind_is_a_fault_or_accepted_and_never_an_error():
    sound = read_bundle(TEXT).data
    places = list(_places(sound))
    values = (None, [], {}, "x", -1, True, [{}], {"fr": 1}, 10**14)
    draw = random.Random(114)
    for place in draw.sample(places, 150):
        data = copy.deepcopy(sound)
        holder = data
        for step in place[:-1]:
            holder = holder[step]
        holder[place[-1]] = draw.choice(values)
        assert all(problem.message for problem in read_data(data).problems)


def _places(value, path=()):
    """Every path of the data but the top."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (*path, key)
        yield from _places(inner, (*path, key))


def test_a_fault_is_told_in_french():
    text, line = changed("max_aid: 90000.00", "max_aid: 90000.005")
    with translation.override("fr"):
        (problem,) = check_bundle(text)
        assert str(problem) == f"ligne {line}, aid.max_aid\N{NO-BREAK SPACE}: Décimales permises ici\u00a0: 2, au plus."


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "The file is empty, or is not a mapping of keys and values."),
        ("- a\n- b\n", 1, "The file is empty, or is not a mapping of keys and values."),
        ("a: 1\nb: [1, 2\n", 3, "The YAML cannot be read at column 1. Check the indentation and the quotation marks."),
        ("a: &x 1\nb: *x\n", 1, "Anchors and aliases (& and *) are not accepted; write the text again."),
        ("a: 1\nb: *x\n", 2, "Anchors and aliases (& and *) are not accepted; write the text again."),
        ("a: 1\nb: !!python/object:os.system x\n", 2, "Tags (!) are not accepted."),
        ("a: 1\n---\nb: 1\n", 2, "The file holds more than one document."),
        ("a: 1\n? [x, y]\n: 3\n", 2, "A key must be a plain text."),
        ("a: 1\nb: \x00\n", 2, "The file holds a character that YAML does not allow."),
        ("[" * 30, 1, "The file holds too many values, or is nested too deeply."),
        ("a: [" + "1," * 40_001 + "]", 1, "The file holds too many values, or is nested too deeply."),
        ("a: " + "x" * MAX_BYTES, 1, "The file is larger than 1000 kilobytes."),
        (b"a: 1\nb: \xff\n", 2, "The file is not written in UTF-8."),
    ],
)
def test_yaml_that_is_not_accepted(text, line, message):
    assert faults(text) == [(line, "", message)]


def test_a_bomb_of_aliases_is_refused_at_its_first_anchor():
    bomb = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    assert faults(bomb) == [(1, "", "Anchors and aliases (& and *) are not accepted; write the text again.")]


def test_words_stay_words():
    bundle = read_bundle("a: no\nb: 2026-04-01\nc: 1.50\nd: 12\ne: true\nf: '12'\ng: 010\nh:\n")
    assert bundle.data == {
        "a": "no",
        "b": "2026-04-01",
        "c": "1.50",
        "d": 12,
        "e": True,
        "f": "12",
        "g": "010",
        "h": None,
    }


def test_dump_reads_back_and_is_stable():
    bundle = read_bundle(TEXT)
    written = dump_bundle(bundle.data)
    assert read_bundle(written).data == bundle.data
    assert dump_bundle(read_bundle(written).data) == written
    assert dump_bundle(_shuffled(bundle.data)) == written


def _shuffled(value):
    if isinstance(value, dict):
        return {key: _shuffled(value[key]) for key in reversed(value)}
    return [_shuffled(item) for item in value] if isinstance(value, list) else value


def test_eligibility_says_why_and_only_what_is_answered_refuses():
    eligibility = parse_policy(read_bundle(TEXT).rules).eligibility
    assert eligibility.refusals({}) == []
    refused = eligibility.refusals({"place_in_quebec": True, "staff": 9, "on_rena": True})
    assert [str(item.refusal) for item in refused] == [
        "You cannot apply, because the programme is for companies with 10 to 250 employees.",
        "You cannot apply, because a company listed in the RENA is not eligible.",
    ]


@pytest.mark.parametrize(("staff", "asked"), [(24, False), (25, True)])
def test_eligibility_asks_about_the_oqlf_from_25_employees(staff, asked):
    shown = [item.question.key for item in parse_policy(read_bundle(TEXT).rules).eligibility.shown({"staff": staff})]
    assert ("oqlf_in_good_standing" in shown) is asked


def test_letters_lead_to_a_reconsideration_by_the_road_there_is():
    """By a message to the programme: no page of the applicant asks for one yet, and a letter that sends there sends
    nowhere (the move says so on its screen, and this test with it once a page makes it)."""
    assert not_yet(dict(declared(Application))["ask_reconsideration"])
    asked = {"fr": "demander un réexamen en écrivant à {{ contact_email }}", "en": "by writing to {{ contact_email }}"}
    for kind, letter in read_bundle(TEXT).data["letters"].items():
        for language, mention in (("fr", "demander un réexamen"), ("en", "reconsideration by")):
            body = letter["body"][language]
            if mention in body:
                assert asked[language] in body, (kind, language)
            assert not re.search(r"page of your file|page de votre dossier", body), (kind, language)
