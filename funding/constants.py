"""Where each key of an agreement, of its authorisation and of its envelopes stands, as a bundle writes them."""

from questions.schema.standing import Decides, Keys, Part, Promised, Rule, obeyed

LEDGER = "tests/funding/test_ledger.py::"
BUNDLES = "tests/builder/test_standings.py::"
READ = BUNDLES + "test_every_text_of_a_bundle_is_read_by_somebody"
SAID = BUNDLES + "test_authorisation_of_an_agreement_is_said_among_its_terms"
FEDERAL = LEDGER + "test_federal_money_is_committed_only_with_its_authorisation"

TERMS: Keys = {
    "title": obeyed(Decides.WORDS, "reports.api.serializers:Agreement", READ),
    "purpose": obeyed(Decides.WORDS, "reports.api.serializers:Agreement", READ),
    "starts": obeyed(
        Decides.DELAYS,
        "builder.bundle.parts:read_agreement",
        "tests/builder/test_bundle.py::test_a_fault_is_named_with_its_line",
    ),
    "ends": obeyed(
        Decides.DELAYS,
        "builder.checks.dates:dates_lacking",
        "tests/builder/test_checks.py::test_call_closes_before_its_agreements_end",
    ),
    "jurisdiction": obeyed(Decides.MONEY, "funding.models:Agreement", FEDERAL),
    "language_regime": obeyed(
        Decides.WORDS,
        "letters.subjects:Subject",
        "tests/letters/test_subjects.py::test_regime_is_the_strictest_of_the_agreements_that_pay_else_of_the_programmes",
    ),
    "fee_percent": obeyed(
        Decides.MONEY,
        "funding.ledger.years:charge_fee",
        LEDGER + "test_fee_is_the_agreements_percentage_and_is_charged_once",
    ),
    "concurrence_above": obeyed(
        Decides.MONEY, "funding.models:Agreement", LEDGER + "test_partner_concurs_strictly_above_the_threshold"
    ),
    "audit_years": Rule(Promised(Part.RETENTION), Decides.AFTER),
    "recovered_reusable": obeyed(
        Decides.MONEY,
        "funding.ledger.files:reuse",
        LEDGER + "test_recovered_money_is_awarded_again_only_where_the_agreement_says_so",
    ),
    "authorisation": None,
    "envelopes": None,
}
AUTHORISATION: Keys = {
    "number": obeyed(Decides.MONEY, "funding.models:Agreement", FEDERAL),
    "date": obeyed(Decides.WORDS, "funding.models:Agreement", SAID),
    "none_reason": obeyed(Decides.MONEY, "funding.models:Agreement", SAID),
}
ENVELOPE: Keys = {
    "fiscal_year": obeyed(
        Decides.MONEY, "funding.ledger.years:close_year", LEDGER + "test_year_is_over_the_day_after_its_last"
    ),
    "amount": obeyed(
        Decides.MONEY, "funding.ledger.entries:post", LEDGER + "test_last_cent_can_be_reserved_and_not_one_more"
    ),
}
