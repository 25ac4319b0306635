"""Where each key stands of the parts of a bundle that the builder itself reads: partners, programme, call, letters.

Those of an agreement are in `funding.constants`, of a form in `questions.schema.options`, of a rubric in
`programs.rubric`, of the rules beside their fields in `programs.policy`.
"""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from letters.states import LetterKind
from programs.policy import KEYS as POLICY
from questions.schema.standing import Decides, Keys, Obeyed, Part, Refused, Rule, obeyed
from work import clock

TESTS = "tests/builder/"
READ = TESTS + "test_standings.py::test_every_text_of_a_bundle_is_read_by_somebody"
CATALOGUE = "applications.views.catalogue:index"
THEMES = "test_catalogue.py::test_catalogue_is_searched_by_theme_and_filtered_by_working_group"
CALL_PAGE = "applications.views.catalogue:call"
FILES = "tests/applications/"


ANOTHER_ZONE = "another time zone"
IN_ZONE: Mapping[object, Refused] = {ANOTHER_ZONE: Refused(Part.ZONES)}


def refused_zone(zone: str) -> str:
    """Why a call that names this time zone is refused."""
    said = _("“%(value)s” is refused: %(why)s. Known here: %(known)s.")
    return said % {"value": zone, "why": IN_ZONE[ANOTHER_ZONE].why(), "known": clock.ZONE.key}


def words(by: str) -> Rule:
    """A text in both languages, that somebody reads."""
    return obeyed(Decides.WORDS, by, READ)


def letters(test: str) -> Rule:
    return obeyed(Decides.WORDS, "letters.sheets:section_of", f"tests/letters/{test}")


BUNDLE: Keys = {
    "passerelle": obeyed(
        Decides.WORDS, "builder.bundle:read_data", TESTS + "test_standings.py::test_file_of_another_version_is_refused"
    ),
    **dict.fromkeys(
        # A form stands after what it asks first, a rubric after what is screened; the other rules follow.
        ("partners", "agreements", "programme", "call", "eligibility", "form", "aid", "checklist", "rubric", *POLICY)
    ),
    "letters": None,
}
"""The parts of a bundle, in the order that it is written in."""
PARTNER: Keys = {
    "short_name": obeyed(
        Decides.WORDS,
        "decisions.selectors.turns:stuck_among",
        "tests/decisions/test_stuck.py::test_partner_that_lacks_its_officer_is_named_once_and_another_is_not",
    ),
    "name": words("letters.subjects:Subject"),
}
AGREEMENT: Keys = {
    "reference": obeyed(
        Decides.MONEY,
        "builder.services:import_bundle",
        TESTS + "test_services.py::test_import_refuses_to_change_an_agreement_on_record",
    ),
    "partner": obeyed(
        Decides.MONEY,
        "reports.selectors.scope:agreements_of",
        "tests/reports/test_api.py::test_partner_reads_its_own_rows_and_no_other",
    ),
}
PROGRAM: Keys = {
    "code": obeyed(
        Decides.WORDS,
        "applications.services.submission:submit_application",
        FILES + "test_services.py::test_submission_freezes_numbers_and_acknowledges",
    ),
    "slug": obeyed(
        Decides.WORDS,
        "applications.views.catalogue:program",
        TESTS + "test_services.py::test_address_of_another_programme_is_refused",
    ),
    "name": words(CATALOGUE),
    "summary": words(CATALOGUE),
    "description": words("applications.views.catalogue:program"),
    "themes": obeyed(
        Decides.WORDS,
        CATALOGUE,
        FILES + THEMES,
    ),
    "contact": None,
    "working_group": None,
    "funding": None,
}
CONTACT: Keys = {"email": words(CALL_PAGE), "phone": words(CALL_PAGE)}
GROUP: Keys = {
    "key": obeyed(
        Decides.WORDS,
        CATALOGUE,
        FILES + THEMES,
    ),
    "name": words(CATALOGUE),
}
FUNDING: Keys = {
    "agreement": obeyed(
        Decides.MONEY,
        "reviews.selectors.shares:proposed_shares",
        TESTS + "test_services.py::test_agreement_that_a_bundle_no_longer_names_pays_no_more",
    ),
    "share": obeyed(
        Decides.MONEY,
        "reviews.selectors.shares:proposed_shares",
        "tests/reviews/test_selectors.py::test_agreements_of_one_year_share_as_the_programme_is_funded",
    ),
}
CALL: Keys = {
    "key": obeyed(
        Decides.WORDS,
        "builder.services:import_bundle",
        TESTS + "test_services.py::test_import_keeps_a_published_call_as_it_was",
    ),
    "name": words(CALL_PAGE),
    "kind": obeyed(
        Decides.DELAYS,
        "applications.selectors.deadlines:decision_clock",
        FILES + "test_selectors.py::test_decision_is_counted_from_what_the_rules_say",
    ),
    "opens": Rule(
        Obeyed(
            "programs.models:Call.phase", FILES + "test_services.py::test_start_is_for_members_while_the_call_is_open"
        ),
        Decides.ELIGIBILITY,
        values=IN_ZONE,
    ),
    "closes": Rule(
        Obeyed(
            "programs.models:Call.phase",
            FILES + "test_services.py::test_submission_after_the_close_keeps_the_draft_and_says_the_instant",
        ),
        Decides.ELIGIBILITY,
        values=IN_ZONE,
    ),
    "cohorts": Rule(
        Obeyed(
            "programs.models:Call.cohort_at",
            "tests/programs/test_calls.py::test_a_submission_belongs_to_the_first_cohort_that_has_not_closed",
        ),
        Decides.ORDER,
        values=IN_ZONE,
    ),
    "grace_minutes": obeyed(
        Decides.ELIGIBILITY,
        "programs.models:Call.phase",
        FILES + "test_services.py::test_grace_takes_what_began_before_the_close",
    ),
}
LETTERS: Keys = dict.fromkeys(kind.value for kind in LetterKind if kind != LetterKind.INVITED)
LETTER: Keys = {
    "subject": letters("test_services.py::test_letter_says_what_was_decided_by_whom_and_how_to_verify_it"),
    "body": letters("test_services.py::test_letter_says_what_was_decided_by_whom_and_how_to_verify_it"),
}
