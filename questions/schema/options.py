"""Where each key of a question stands: those of every question, and the options of its type. One table, which a
question, a column and the two-minute check are read with."""

from questions.schema.standing import Decides, Keys, Rule, obeyed

TESTS = "tests/questions/test_schema.py::"
BUNDLES = "tests/builder/test_standings.py::"
READ = BUNDLES + "test_every_text_of_a_bundle_is_read_by_somebody"
REFUSES = TESTS + "test_a_bad_answer_is_refused_at_its_place_and_kept_as_typed"
FILES = "tests/applications/test_services.py::test_document_is_joined_as_the_question_takes_it"


def asked(by: str, shown_by: str) -> Rule:
    return obeyed(Decides.ASKED, f"questions.schema.{by}", shown_by)


def words(by: str) -> Rule:
    """A text in both languages, that somebody reads."""
    return obeyed(Decides.WORDS, by, READ)


def _limit(check: str, shown_by: str = REFUSES) -> Rule:
    return asked(check, shown_by)


FIELD = "applications.forms.questions.fields:AnswerForm"
BOUND = "applications.forms.questions.bound:BoundQuestion"
ROWS = _limit("tables:columns_of", TESTS + "test_a_budget_has_the_columns_that_it_asks_for")
TABLE = _limit("tables:check_cell", TESTS + "test_indicators_need_exactly_what_the_form_says")
JOINED = obeyed(Decides.ASKED, "applications.services.drafts:attach_document", FILES)

COMMON: Keys = {
    "key": asked("answers:clean_answers", TESTS + "test_missing_names_what_is_empty_and_what_is_invalid"),
    "type": asked("answers:validate_answer", REFUSES),
    "label": words(FIELD),
    "help": words(FIELD),
    "required": asked("answers:missing", TESTS + "test_missing_names_what_is_empty_and_what_is_invalid"),
    "required_when": asked("answers:is_required", TESTS + "test_question_is_required_where_its_condition_holds"),
    "shown_when": asked("answers:visible_questions", TESTS + "test_the_oqlf_questions_are_shown_from_25_employees"),
}
OPTIONS: Keys = {
    "max_length": _limit("values:short_text"),
    "max_words": _limit("values:long_text"),
    "min": _limit("values:integer"),
    "max": _limit("values:money"),
    "places": _limit("values:decimal"),
    "unit": words(FIELD),
    "max_months": _limit("values:period"),
    "options": None,
    "min_choices": _limit("values:many_of"),
    "max_choices": _limit("values:many_of"),
    "country": _limit("values:address"),
    "program_account": _limit("values:business_number"),
    "starts_with": _limit("values:naics"),
    "accept": JOINED,
    "max_files": JOINED,
    "max_megabytes": JOINED,
    "columns": None,
    "min_rows": TABLE,
    "max_rows": TABLE,
    "by_partner": ROWS,
    "by_year": obeyed(
        Decides.MONEY,
        "reviews.selectors.shares:spending_by_year",
        "tests/reviews/test_selectors.py::test_line_that_gives_its_fiscal_year_is_spent_in_it",
    ),
    "dated": ROWS,
    "axes": None,
    "levels": None,
    "statement": obeyed(Decides.ASKED, "applications.forms.company:AttestForm", READ),
    "text": words(BOUND),
}
CHOICE: Keys = {
    "key": asked("values:one_of", REFUSES),
    "label": words(FIELD),
}
