"""Forms: what an answer becomes, what is refused where, what is shown and what is missing."""

import time
from datetime import date
from decimal import Decimal

import jsonschema
import pytest
from django.utils import translation

from builder.bundle import read_bundle
from questions.constants import QUESTION_TYPES, QuestionType, ValueKind
from questions.schema import (
    check_form,
    clean_answers,
    json_schema,
    level_gains,
    missing,
    parse_form,
    readers_of,
    validate_answer,
    visible_questions,
)
from questions.schema.answers import CHECKS
from questions.schema.published import _shape
from questions.schema.tables import columns_of
from questions.schema.values import words_in
from tests.cast import BUNDLE
from tests.counted import WORDS

TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def both(text):
    return {"fr": text, "en": text}


def ask(type_, **more):
    """The question of this type, as a form would hold it."""
    question = {"key": "q", "type": type_, "label": both("Q"), **more}
    form = parse_form({"sections": [{"key": "s", "title": both("S"), "questions": [question]}]})
    return form.question("q")


OPTIONS = [{"key": "loan", "label": both("Loan")}, {"key": "grant", "label": both("Grant")}]

GOOD = [
    ("short_text", {}, "  Usinage   Gauthier ", "Usinage Gauthier"),
    ("long_text", {"max_words": 3}, "un deux\r\ntrois !", "un deux\ntrois !"),
    ("integer", {}, "1 234", 1234),
    ("integer", {}, "1,234", 1234),
    ("integer", {}, "12.0", 12),
    ("decimal", {}, "12,50", "12.5"),
    ("decimal", {}, "-3.25", "-3.25"),
    ("money", {}, "1 234,56", "1234.56"),
    ("money", {}, "1\u00a0234,56\u00a0$", "1234.56"),
    ("money", {}, "1,234.56", "1234.56"),
    ("money", {}, "$1,234,567.5", "1234567.50"),
    ("money", {}, "1,234", "1234.00"),
    ("money", {}, "75000.01", "75000.01"),
    ("percent", {}, "12,5 %", "12.5"),
    ("percent", {"min": 25}, "25", "25"),
    ("date", {}, "2027-1-31", "2027-01-31"),
    ("date", {}, {"day": "31", "month": "1", "year": "2027"}, "2027-01-31"),
    (
        "period",
        {"max_months": 18},
        {"from": "2026-12-01", "to": "2028-06-01"},
        {"from": "2026-12-01", "to": "2028-06-01"},
    ),
    ("yes_no", {}, "oui", True),
    ("yes_no", {}, "no", False),
    ("yes_no", {}, False, False),
    ("one_of", {"options": OPTIONS}, "loan", "loan"),
    ("many_of", {"options": OPTIONS}, ["grant", "loan", "grant"], ["loan", "grant"]),
    (
        "address",
        {"country": "CA"},
        {"line1": "380, rue Saint-Antoine", "city": "Montréal", "region": "QC", "postal_code": "h2y3x7"},
        {
            "line1": "380, rue Saint-Antoine",
            "line2": "",
            "city": "Montréal",
            "region": "QC",
            "postal_code": "H2Y 3X7",
            "country": "CA",
        },
    ),
    ("postal_code", {}, "h2y3x7", "H2Y 3X7"),
    ("neq", {}, "1142 345 678", "1142345678"),
    ("business_number", {}, "12302 6635 rr 0001", "123026635RR0001"),
    ("naics", {"starts_with": "3364"}, "336410", "336410"),
    ("email", {}, " Camille.Roy@Exemple.CA ", "Camille.Roy@exemple.ca"),
    ("phone", {}, "(514) 555-0142 poste 12", "+15145550142x12"),
    ("phone", {}, "1-514-555-0142", "+15145550142"),
    ("phone", {}, "+33 1 23 45 67 89", "+33123456789"),
    ("url", {}, "www.entreprise.ca/a", "https://www.entreprise.ca/a"),
    (
        "documents",
        {},
        ["0192F0C1-0000-7000-8000-000000000001", ""],
        ["0192f0c1-0000-7000-8000-000000000001"],
    ),
    ("attestation", {"statement": both("I agree")}, "on", True),
]


@pytest.mark.parametrize(("type_", "options", "typed", "clean"), GOOD)
def test_an_answer_is_cleaned_once_and_for_all(type_, options, typed, clean):
    question = ask(type_, **options)
    assert validate_answer(question, typed, today=TODAY) == (clean, [])
    assert validate_answer(question, clean, today=TODAY) == (clean, [])


@pytest.mark.parametrize(("options", "most"), [({}, 250), ({"max_length": 40}, 40), ({"max_length": 300}, 300)])
def test_length_of_a_short_text_is_one_for_its_check_and_its_schema(options, most):
    question = ask("short_text", **options)
    assert (validate_answer(question, "a" * most), bool(validate_answer(question, "a" * (most + 1))[1])) == (
        ("a" * most, []),
        True,
    )
    assert (question.max_length, _shape(question)["maxLength"]) == (most, most)


def test_document_has_ten_megabytes_where_its_form_says_nothing():
    assert (ask("documents").max_megabytes, ask("documents", max_megabytes=3).max_megabytes) == (10, 3)


BAD = [
    ("short_text", {"max_length": 5}, "abcdef", (), "Shorten this to 5 characters; it has 1 character too many."),
    ("long_text", {"max_words": 2}, "un deux trois quatre", (), "Shorten this to 2 words; it has 2 words too many."),
    ("integer", {}, "12,5", (), "Enter a whole number, without decimals."),
    ("integer", {"min": 10}, "9", (), "Enter 10 or more."),
    ("integer", {}, "12 34", (), "“12 34” is not a number. Use digits, for example 1234.56."),
    ("decimal", {}, "1,234", (), "“1,234” can be read two ways. Write 1234 or 1.234."),
    ("decimal", {}, "NaN", (), "“NaN” is not a number. Use digits, for example 1234.56."),
    ("money", {}, "1.234,56,7", (), "“1.234,56,7” is not a number. Use digits, for example 1234.56."),
    ("money", {}, "12.345", (), "“12.345” can be read two ways. Write 12345 or 12.34."),
    ("money", {}, "1234.567", (), "Enter at most 2 decimals."),
    ("money", {}, "-5", (), "Enter $0.00 or more."),
    ("money", {"max": 90000}, "90 000,01", (), "Enter $90,000.00 or less."),
    ("money", {}, "9999999999999", (), "This number is too large."),
    ("percent", {}, "101", (), "Enter 100 or less."),
    ("date", {}, "31/01/2027", (), "Enter a date as year-month-day, for example 2027-01-31."),
    ("date", {}, "2027-02-30", (), "This day does not exist: 2027-02-30."),
    ("date", {"min": "today"}, "2026-11-21", (), "Enter a date on or after 2026-11-22."),
    ("date", {"max": "2029-01-31"}, "2029-02-01", (), "Enter a date on or before 2029-01-31."),
    ("period", {}, {"from": "2027-02-01", "to": "2027-01-01"}, ("to",), "The last day comes before the first."),
    (
        "period",
        {"max_months": 18},
        {"from": "2026-12-01", "to": "2028-06-02"},
        ("to",),
        "The period is longer than 18 months.",
    ),
    ("period", {}, {"from": "2027-02-01", "to": ""}, ("to",), "Give the last day."),
    ("yes_no", {}, "maybe", (), "Choose yes or no."),
    ("one_of", {"options": OPTIONS}, "gift", (), "Choose one of the answers offered."),
    ("decimal", {"places": 1}, "1.25", (), "Enter at most 1 decimal."),
    ("many_of", {"options": OPTIONS, "min_choices": 2}, ["loan"], (), "Choose at least 2."),
    ("many_of", {"options": OPTIONS, "max_choices": 1}, ["loan", "grant"], (), "Choose at most 1."),
    (
        "address",
        {},
        {"line1": "1, rue A", "city": "Laval", "region": "QC", "postal_code": "H2Y 3D7"},
        ("postal_code",),
        "A postal code never has the letter D.",
    ),
    (
        "address",
        {"country": "CA"},
        {"line1": "1, rue A", "city": "Lyon", "region": "ARA", "postal_code": "69001", "country": "FR"},
        ("country",),
        "The address must be in Canada.",
    ),
    (
        "business_number",
        {"program_account": True},
        "123026635",
        (),
        "Add the program account: two letters and four digits, for example RC 0001.",
    ),
    ("naics", {"starts_with": "3364"}, "541510", (), "The NAICS code must start with 3364."),
    ("neq", {}, "4442345678", (), "The NEQ starts with 11, 22, 33 or 88; this one starts with 44."),
    ("email", {}, "camille@exemple", (), "Enter an e-mail address, for example name@company.ca."),
    (
        "phone",
        {},
        "555-0142",
        (),
        "Enter a phone number with its area code, for example 514 555-0123 or +33 1 23 45 67 89.",
    ),
    ("url", {}, "javascript://alert(1)", (), "Enter a web address, for example https://www.company.ca."),
    ("url", {}, "https://user:secret@exemple.ca", (), "Enter a web address, for example https://www.company.ca."),
    ("documents", {}, ["../etc/passwd"], (), "Attach the documents again."),
]


@pytest.mark.parametrize(("type_", "options", "typed", "at", "message"), BAD)
def test_a_bad_answer_is_refused_at_its_place_and_kept_as_typed(type_, options, typed, at, message):
    value, faults = validate_answer(ask(type_, **options), typed, today=TODAY)
    assert value == typed
    assert [(fault.at, fault.message) for fault in faults] == [(at, message)]


def test_faults_are_in_the_readers_language():
    with translation.override("fr"):
        assert (
            str(validate_answer(ask("money", max=90000), "90 000,01")[1][0]) == "Entrez 90\u00a0000,00\u00a0$ ou moins."
        )


@pytest.mark.parametrize("blank", [None, "", "  ", [], {}, [{"amount": " "}], {"from": "", "to": ""}])
def test_a_blank_answer_is_none(blank):
    assert validate_answer(ask("period"), blank) == (None, [])


BUDGET = {"options": [{"key": "salaries", "label": both("Salaries")}], "min_rows": 1}


def test_a_budget_row_is_cleaned_and_blank_rows_dropped():
    rows = [
        {"category": "salaries", "description": " Chef  de projet ", "amount": "40 000", "kind": ""},
        {"category": "", "description": "", "amount": "", "kind": "cash"},
        {"category": "salaries", "description": "Local", "amount": "500.5", "kind": "in_kind", "recoverable_tax": "25"},
    ]
    clean, faults = validate_answer(ask("budget", **BUDGET), rows)
    assert faults == []
    assert clean == [
        {"category": "salaries", "description": "Chef de projet", "amount": "40000.00", "kind": "cash"},
        {
            "category": "salaries",
            "description": "Local",
            "amount": "500.50",
            "kind": "in_kind",
            "recoverable_tax": "25.00",
        },
    ]


def test_a_budget_fault_names_its_row_and_column_as_typed():
    rows = [
        {},
        {"category": "travel", "description": "Vol", "amount": "", "date_from": "2027-02-01", "date_to": "2027-01-01"},
    ]
    value, faults = validate_answer(ask("budget", **BUDGET), rows)
    assert value is rows
    assert [(fault.at, fault.message) for fault in faults] == [
        ((1, "category"), "Choose one of the answers offered."),
        ((1, "amount"), "Fill in this cell."),
        ((1, "date_to"), "The last day comes before the first."),
    ]


def test_a_budget_has_the_columns_that_it_asks_for():
    def columns(**limits):
        return {column.key: column.required for column in columns_of(ask("budget", **BUDGET, **limits))}

    plain = columns()
    assert {"partner", "fiscal_year"}.isdisjoint(plain)
    assert (plain["date_from"], plain["date_to"]) == (False, False)
    assert set(columns(by_partner=True)) - set(plain) == {"partner"}
    assert set(columns(by_year=True)) - set(plain) == {"fiscal_year"}
    assert columns(dated=True) == plain | {"date_from": True, "date_to": True}


def test_question_is_required_where_its_condition_holds():
    questions = [
        {"key": "staff", "type": "integer", "label": both("Staff")},
        {"key": "why", "type": "short_text", "label": both("Why"), "required_when": "staff >= 25"},
    ]
    form = parse_form({"sections": [{"key": "s", "title": both("S"), "questions": questions}]})
    assert [one.question for one in missing(form, {"staff": 24})] == []
    assert [one.question for one in missing(form, {"staff": 25})] == ["why"]
    assert missing(form, {"staff": 25, "why": "Six."}) == []


def test_a_financing_row_says_whether_it_is_government_aid():
    rows = [
        {"kind": "tax_credit", "source": "RS&DE", "amount": "1000"},
        {"kind": "own", "source": "Usinage Gauthier", "amount": "2000", "confirmed": "on"},
    ]
    clean, faults = validate_answer(ask("financing"), rows)
    assert faults == []
    assert [(row["government"], row["confirmed"]) for row in clean] == [(True, False), (False, True)]
    rows[1]["government"] = "yes"
    assert [fault.at for fault in validate_answer(ask("financing"), rows)[1]] == [(1, "government")]


def test_milestones_span_at_most_so_many_months():
    rows = [
        {"title": "A", "deliverable": "a", "from": "2026-12-01", "until": "2027-03-01"},
        {"title": "B", "deliverable": "b", "until": "2028-06-02"},
    ]
    _value, faults = validate_answer(ask("milestones", max_months=18), rows)
    assert [str(fault) for fault in faults] == ["The plan lasts more than 18 months, from 2026-12-01 to 2028-06-02."]
    rows[1]["until"] = "2028-06-01"
    assert validate_answer(ask("milestones", max_months=18), rows)[1] == []


def test_indicators_need_exactly_what_the_form_says():
    row = {"indicator": "Livraison à temps", "unit": "%", "baseline": "82", "target": "95,5"}
    clean, faults = validate_answer(ask("indicators", min_rows=3, max_rows=3), [row, row])
    assert [str(fault) for fault in faults] == ["Fill in at least 3 rows."]
    clean, faults = validate_answer(ask("indicators", min_rows=3, max_rows=3), [row] * 3)
    assert (faults, clean[0]["target"]) == ([], "95.5")
    _value, faults = validate_answer(ask("indicators", min_rows=3, max_rows=3), [row] * 4)
    assert [str(fault) for fault in faults] == ["Fill in at most 3 rows."]


def test_a_group_checks_each_column():
    columns = [
        {"key": "name", "type": "short_text", "label": both("Name"), "required": True},
        {"key": "time", "type": "percent", "label": both("Time")},
    ]
    _value, faults = validate_answer(ask("group", columns=columns), [{"name": "", "time": "120"}])
    assert [fault.at for fault in faults] == [(0, "name"), (0, "time")]


@pytest.fixture(scope="module")
def filiere():
    return read_bundle(BUNDLE.read_text(encoding="utf-8")).form


def levels(form, before, after):
    grid = form.question("maturity_grid")
    return {
        process.key: {"before": str(before), "after": str(after[axis.key])}
        for axis in grid.axes
        for process in axis.processes
    }


def test_the_assessment_counts_full_levels_of_each_axis(filiere):
    grid = filiere.question("maturity_grid")
    answer = levels(filiere, 2, {"leadership": 3, "operations": 4, "workforce": 2})
    answer["quality"]["after"] = "3"  # 6 × 4 and 1 × 3 on 7: an average of 3.86, one full level
    clean, faults = validate_answer(grid, answer)
    assert faults == []
    gains = level_gains(grid, clean)
    assert [(gain.axis, gain.before, gain.after, gain.levels) for gain in gains] == [
        ("leadership", Decimal("2.00"), Decimal("3.00"), 1),
        ("operations", Decimal("2.00"), Decimal("3.86"), 1),
        ("workforce", Decimal("2.00"), Decimal("2.00"), 0),
    ]


def test_the_assessment_is_refused_process_by_process(filiere):
    answer = levels(filiere, 3, {"leadership": 3, "operations": 4, "workforce": 4})
    answer["strategy"]["after"] = "2"
    answer["hiring"]["before"] = "6"
    _value, faults = validate_answer(filiere.question("maturity_grid"), answer)
    assert [(fault.at, str(fault)) for fault in faults] == [
        (("strategy", "after"), "The level aimed at is lower than the present one."),
        (("hiring", "before"), "Choose a level."),
    ]


def shown_keys(form, answers):
    return {question.key for question in visible_questions(form, answers)}


@pytest.mark.parametrize(("employees", "shown"), [(24, False), (25, True)])
def test_the_oqlf_questions_are_shown_from_25_employees(filiere, employees, shown):
    assert ("attest_oqlf" in shown_keys(filiere, {"employees": employees})) is shown


@pytest.mark.parametrize(("naics", "shown"), [("3364", False), ("336410", False), ("332710", True), ("3365", True)])
def test_another_industry_code_asks_for_a_declaration(filiere, naics, shown):
    assert ("aerospace_declaration" in shown_keys(filiere, {"naics": naics})) is shown


def test_a_hidden_answer_opens_nothing_and_is_not_kept():
    form = parse_form(
        {
            "sections": [
                {
                    "key": "s",
                    "title": both("S"),
                    "questions": [
                        {"key": "a", "type": "yes_no", "label": both("A")},
                        {"key": "b", "type": "yes_no", "label": both("B"), "shown_when": "a"},
                        {"key": "c", "type": "yes_no", "label": both("C"), "shown_when": "b", "required": True},
                    ],
                }
            ]
        }
    )
    answers = {"a": False, "b": True, "c": True}
    assert shown_keys(form, answers) == {"a"}
    assert clean_answers(form, answers) == {"a": False}
    assert missing(form, answers) == []


def test_missing_names_what_is_empty_and_what_is_invalid(filiere):
    left = missing(filiere, {"employees": 300, "attest_rena": False}, today=TODAY)
    found = {(item.section, item.question, item.reason, item.message) for item in left}
    assert ("company", "employees", "invalid", "Enter 250 or less.") in found
    assert ("project", "project_title", "empty", "Answer this question.") in found
    assert ("attestations", "attest_rena", "empty", "You must agree to this statement.") in found
    assert not any(item.question in ("founded", "certifications", "quotes") for item in left)


def test_readers_of_a_question_are_named(filiere):
    assert [holder.key for holder in readers_of(filiere, "employees")] == ["oqlf_standing", "attest_oqlf", "oqlf_proof"]


def test_json_schema_is_valid_and_accepts_clean_answers(filiere):
    schema = json_schema(filiere, title="Filière Excellence")
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    grid, _faults = validate_answer(
        filiere.question("maturity_grid"), levels(filiere, 2, {"leadership": 3, "operations": 3, "workforce": 3})
    )
    validator = jsonschema.Draft202012Validator(schema)
    wrong = {
        error.json_path for error in validator.iter_errors({"employees": 48, "maturity_grid": grid, "revenue": "1.5"})
    }
    assert wrong == {"$", "$.revenue"}
    assert "attest_oqlf" not in schema["required"]


def test_every_question_type_can_be_checked_and_published():
    every = [
        {"key": key, "type": type_, "label": both(type_), **options}
        for key, (type_, options, _typed, _clean) in ((f"q{i}", case) for i, case in enumerate(GOOD))
    ] + [
        {"key": "guide", "type": "guidance", "label": both("G"), "text": both("Read this.")},
        {
            "key": "team",
            "type": "group",
            "label": both("T"),
            "columns": [{"key": "n", "type": "integer", "label": both("N")}],
        },
        {"key": "budget", "type": "budget", "label": both("B"), **BUDGET, "by_partner": True, "by_year": True},
        {"key": "money", "type": "financing", "label": both("F")},
        {"key": "steps", "type": "milestones", "label": both("M")},
        {"key": "goals", "type": "indicators", "label": both("I")},
    ]
    definition = {"sections": [{"key": "s", "title": both("S"), "questions": every}]}
    assert check_form(definition) == []
    form = parse_form(definition)
    schema = json_schema(form)
    jsonschema.Draft202012Validator.check_schema(schema)
    answers = {f"q{i}": clean for i, (_type, _options, _typed, clean) in enumerate(GOOD)}
    assert list(jsonschema.Draft202012Validator(schema).iter_errors(answers)) == []


def test_every_question_type_has_its_rules_and_its_check():
    assert set(QUESTION_TYPES) == set(QuestionType)
    assert set(CHECKS) == set(QuestionType) - {QuestionType.GUIDANCE}


def test_a_question_of_an_unknown_type_is_refused_by_its_name_and_read_without_a_type():
    question = {"key": "q", "type": "riddle", "label": both("Q"), "clue": "kept aside"}
    definition = {"sections": [{"key": "s", "title": both("S"), "questions": [question]}]}
    assert [problem.message for problem in check_form(definition)] == ["There is no question type “riddle”."]
    (read,) = parse_form(definition).questions
    assert (read.type, read.kind, read.is_answerable) == (None, ValueKind.NONE, True)
    assert validate_answer(read, "x")[1][0].message == "This question cannot be answered: its type is not known."


def test_phone_of_many_spaces_is_refused_at_once():
    started = time.perf_counter()
    _typed, faults = validate_answer(ask("phone"), "1" + " " * 50_000 + "!")
    assert len(faults) == 1
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(("text", "count"), WORDS, ids=lambda one: ascii(one)[:30])
def test_words_are_counted_as_a_person_counts_them(text, count):
    assert words_in(text) == count


@pytest.mark.parametrize("type_", ["short_text", "long_text"])
def test_pasted_text_is_read_at_the_door_of_an_answer(type_):
    assert validate_answer(ask(type_), "\uf0b7 des objectifs\u00ad e\u0301crits") == ("• des objectifs écrits", [])
    _typed, faults = validate_answer(ask(type_), "Nos \uf123")
    assert [str(fault) for fault in faults] == [
        "Delete the character that follows “Nos”: it cannot be shown or printed (U+F123)."
    ]


def test_pasted_text_is_read_at_the_door_of_a_bundle():
    question = {"key": "q", "type": "short_text", "label": {"fr": "\uf0b7 Objectifs", "en": "\uf123"}}
    definition = {"sections": [{"key": "s", "title": both("S"), "questions": [question]}]}
    assert [problem.message for problem in check_form(definition)] == [
        "Delete the first character: it cannot be shown or printed (U+F123)."
    ]
    question["label"]["en"] = "Goals"
    assert parse_form(definition).question("q").label.fr == "• Objectifs"


UNSEEN = "\u200b\u202a\x00"
TYPED = {
    "neq": ("1143920115", "1143920115"),
    "postal_code": ("H3B 1A7", "H3B 1A7"),
    "email": ("ana@usinage.example", "ana@usinage.example"),
    "url": ("https://usinage.example", "https://usinage.example"),
    "phone": ("514 555-0123", "+15145550123"),
    "money": ("1 234,56", "1234.56"),
    "date": ("2026-11-27", "2026-11-27"),
    "address": ({"line1": "10, rue Roy", "city": "Montréal", "region": "QC", "postal_code": "H3B 1A7"}, None),
}


@pytest.mark.parametrize(("type_", "typed", "kept"), [(name, *pair) for name, pair in TYPED.items()])
def test_what_nobody_sees_is_no_part_of_an_answer_of_any_type(type_, typed, kept):
    unseen = {k: f"{v}{UNSEEN}" for k, v in typed.items()} if isinstance(typed, dict) else f"{UNSEEN}{typed}{UNSEEN}"
    clean, faults = validate_answer(ask(type_), unseen, today=TODAY)
    assert (clean, faults) == validate_answer(ask(type_), typed, today=TODAY)
    assert faults == []
    assert kept in (None, clean)


def test_what_nothing_can_show_is_refused_at_its_cell():
    columns = [{"key": "what", "type": "short_text", "label": both("What"), "required": True}]
    table = ask("group", columns=columns)
    _typed, faults = validate_answer(table, [{"what": "un"}, {"what": "deux \uf123"}])
    assert [(fault.at, str(fault)) for fault in faults] == [
        ((1, "what"), "Delete the character that follows “deux”: it cannot be shown or printed (U+F123).")
    ]
