"""A programme's rules, typed: read once, written back the same; and a call's policy is read once a version."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from builder.bundle import read_bundle
from programs.constants import DayKind, LineStrategy, Order, Recipient
from programs.models import Rules
from programs.policy import (
    AidRules,
    AutomaticCheck,
    BadAidRules,
    Bonus,
    Category,
    ChecklistItem,
    ClaimRules,
    DecisionPromise,
    Excluded,
    Indicator,
    PanelRules,
    Policy,
    Promise,
    RankingRules,
    Rate,
    ReconsiderationRules,
    ScreeningRules,
    ServiceStandards,
    Standard,
    Window,
    parse_policy,
    service,
)
from programs.policy.reporting import Every, HoldbackUntil
from programs.policy.service import STARTS
from programs.roles import Seat
from programs.selectors import policy_of, rubric_of
from questions.schema.definition import read_question
from questions.schema.reading import Reader
from questions.schema.writing import question_as_written
from tests.cast import BUNDLE
from tests.files import publish_call
from work.texts import Text

BUNDLES = sorted(BUNDLE.parent.glob("*.yaml"))
# The least that a version may hold: without its aid there is no policy.
BARE = {"aid": {"rate": "40", "stacking_cap": "50", "categories": [{"key": "a", "name_fr": "A", "name_en": "A"}]}}


@pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.stem)
def test_policy_of_a_bundle_is_written_back_to_the_same_dictionary(path):
    definition = read_bundle(path.read_text(encoding="utf-8")).rules
    assert parse_policy(definition).to_definition() == definition


@pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.stem)
def test_question_of_a_bundle_is_written_back_to_the_same_question(path):
    for question in read_bundle(path.read_text(encoding="utf-8")).form.questions:
        reader = Reader(question_as_written(question), question.path)
        assert read_question(reader, question.section) == question
        assert reader.problems == []


words = st.text(alphabet="abcdé ’«", min_size=1, max_size=12).map(lambda text: f"x{text.strip()}")
texts = st.builds(Text, words, words)
keys = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
amounts = st.decimals(min_value=0, max_value=10**9, places=2)
percents = st.decimals(min_value=0, max_value=100, places=2)
days = st.integers(1, 365)
rates = percents.map(Rate) | st.dictionaries(st.sampled_from(Recipient), percents, min_size=1).map(
    lambda found: Rate(recipients=found)
)
dates = st.dates(date(2026, 1, 1), date(2040, 12, 31))


def unique(strategy, **size):
    return st.lists(strategy, unique_by=lambda thing: thing.key, **size)


def promised(standard, kind=Promise, *more):
    """Nothing of a standard, or a promise that may be made of it."""
    return st.none() | st.builds(kind, days, st.sampled_from(DayKind), st.sampled_from(STARTS[standard]), *more)


categories = st.builds(
    Category,
    key=keys,
    name=st.builds(lambda fr, en: {"fr": fr, "en": en}, words, words),
    eligible=st.booleans(),
    cap_percent_after=st.none() | percents,
    max_per_item=st.none() | amounts,
    rate=st.none() | rates,
)
policies = st.builds(
    Policy,
    aid=st.builds(
        AidRules,
        rate=rates,
        categories=unique(categories, min_size=1, max_size=4).map(lambda found: {one.key: one for one in found}),
        stacking_cap=percents,
        weights=st.dictionaries(st.sampled_from(["grant", "repayable_loan", "tax_credit"]), percents),
        max_aid=st.none() | amounts,
        min_project=amounts,
        window=st.builds(Window, st.just("submission") | dates, st.none() | dates),
        bonus=st.none() | st.builds(Bonus, amounts, st.booleans()),
    ),
    screening=st.builds(
        ScreeningRules,
        unique(
            st.builds(ChecklistItem, keys, texts, texts | st.just(Text()), st.none() | st.sampled_from(AutomaticCheck)),
            max_size=4,
        ).map(tuple),
    ),
    panel=st.none()
    | st.builds(
        PanelRules,
        reviewers=st.integers(0, 20),
        seats=st.dictionaries(st.sampled_from(Seat), st.integers(0, 20)),
        excluded=st.lists(st.sampled_from(Excluded), unique=True).map(tuple),
        review_days=days,
        quorum=st.none() | st.integers(1, 50),
    ),
    ranking=st.builds(
        RankingRules,
        order=st.sampled_from(Order),
        line=st.sampled_from(LineStrategy),
        discuss_spread=percents,
        within_cohort=st.booleans(),
        waitlist_to_next_cohort=st.booleans(),
        ties=st.lists(keys, unique=True, max_size=3).map(tuple),
    ),
    service=st.builds(
        ServiceStandards,
        acknowledge=promised(Standard.ACKNOWLEDGE),
        complete=promised(Standard.COMPLETE),
        decide=promised(Standard.DECIDE, DecisionPromise, st.none() | days),
        claim=promised(Standard.CLAIM),
        reconsider=promised(Standard.RECONSIDER),
    ),
    reconsideration=st.builds(ReconsiderationRules, days, days, percents),
    claims=st.none() | st.builds(ClaimRules, st.sampled_from(Every), percents, st.sampled_from(HoldbackUntil)),
    indicators=unique(st.builds(Indicator, keys, texts, texts), max_size=3).map(tuple),
)


@given(policies)
def test_any_policy_is_written_back_to_the_same_policy(policy):
    assert parse_policy(policy.to_definition()) == policy


def test_default_of_a_theme_holds_where_the_dictionary_says_nothing():
    policy = parse_policy(BARE)
    assert (policy.ranking.discuss_spread, policy.ranking.line) == (Decimal(20), LineStrategy.STRICT)
    assert (policy.reconsideration.ask_days, policy.reconsideration.held_percent) == (30, Decimal(0))
    assert (policy.service.promise(Standard.DECIDE), policy.screening.wants_sponsor) == (None, False)
    assert (policy.eligibility, policy.panel, policy.claims) == (None, None, None)


def yes_no(key, **more):
    said = {"key": key, "type": "yes_no", "label": {"fr": key, "en": key}}
    return said | more


# `second` is asked of who says yes to `first`, and `third` of who says yes to `second`, which no refuses.
CHAIN = {
    "contact": {"fr": "Écrivez-nous.", "en": "Write to us."},
    "questions": [
        yes_no("first"),
        yes_no("second", shown_when="first = yes"),
        yes_no("third", shown_when="second = yes", eligible_when="third = yes", refusal={"fr": "Non.", "en": "No."}),
    ],
}


@pytest.mark.parametrize(
    ("said", "shown", "refused", "complete"),
    [
        ({}, ["first"], [], False),
        ({"first": False}, ["first"], [], True),
        ({"first": True}, ["first", "second"], [], False),
        ({"first": True, "second": False}, ["first", "second"], [], True),
        ({"first": True, "second": True}, ["first", "second", "third"], [], False),
        ({"first": True, "second": True, "third": True}, ["first", "second", "third"], [], True),
        ({"first": True, "second": True, "third": False}, ["first", "second", "third"], ["third"], True),
        # Answers kept of questions that are hidden now count as not given.
        ({"first": False, "second": True, "third": False}, ["first"], [], True),
        ({"second": True, "third": False}, ["first"], [], False),
        ({"first": True, "second": False, "third": False}, ["first", "second"], [], True),
    ],
)
def test_check_reads_no_answer_of_a_question_that_is_hidden(said, shown, refused, complete):
    check = parse_policy(BARE | {"eligibility": CHAIN}).eligibility
    assert [item.question.key for item in check.shown(said)] == shown
    assert [item.question.key for item in check.refusals(said)] == refused
    assert check.is_complete(said) is complete


def test_panel_that_says_nothing_has_one_reviewer_for_two_weeks():
    panel = parse_policy(BARE | {"panel": {}}).panel
    assert (panel.review_days, panel.size, panel.by_seat) == (14, 1, {})


def test_half_a_promise_is_none():
    assert parse_policy(BARE | {"service": {"decide": {"days": 45}}}).service.promises == {}


def test_money_is_never_a_default():
    with pytest.raises(BadAidRules):
        parse_policy({"panel": {"reviewers": 3}})


def test_panel_is_never_smaller_than_its_seats():
    panel = PanelRules(reviewers=1, seats={Seat.INDUSTRY: 1, Seat.CLUSTER: 2, Seat.INDEPENDENT: 0})
    assert panel.size == 3
    assert list(panel.by_seat.items()) == [("cluster", 2), ("industry", 1)]


def test_panel_may_ask_for_more_reviewers_than_its_seats():
    panel = PanelRules(reviewers=5, seats={Seat.INDUSTRY: 1, Seat.CLUSTER: 2})
    assert (panel.size, panel.by_seat) == (5, {"cluster": 2, "industry": 1})


def test_policy_of_a_call_is_read_once_a_version(programme):
    call = programme.calls.select_related("rules", "rubric").get()
    first = policy_of(call)
    again = programme.calls.select_related("rules", "rubric").get()
    assert policy_of(again) is first
    assert rubric_of(again) is rubric_of(call)
    assert rubric_of(call).weights["improvement_plan"] == Decimal(30)


def test_draft_that_says_something_else_is_read_again(programme):
    call = programme.calls.select_related("rules").get()
    assert policy_of(call).panel.review_days == 15
    call.rules.definition["panel"]["review_days"] = 9
    assert policy_of(call).panel.review_days == 9


def test_published_rules_are_not_fetched_to_be_read_again(programme, cast, django_assert_num_queries):
    publish_call(programme.calls.get(), by=cast.officer)
    policy = policy_of(programme.calls.select_related("rules").get())
    with django_assert_num_queries(1):
        call = programme.calls.select_related("rules").defer("rules__definition").get()
        assert policy_of(call) is policy


def test_rules_of_a_version_are_what_the_bundle_wrote(programme):
    assert parse_policy(Rules.objects.get().definition) == parse_policy(read_bundle(BUNDLE.read_text()).rules)


@pytest.mark.parametrize(
    ("days", "kind", "said"),
    [
        (1, DayKind.BUSINESS, "1 jour ouvrable"),
        (10, DayKind.BUSINESS, "10 jours ouvrables"),
        (0, DayKind.CALENDAR, "0 jour civil"),
        (2, DayKind.CALENDAR, "2 jours civils"),
        (1, DayKind.FEDERAL, "1 jour ouvrable (jours fériés fédéraux)"),
    ],
)
def test_length_of_a_promise_is_counted_in_words_and_in_the_days_of_its_calendar(days, kind, said):
    promise = Promise(days, kind, service.Start.SUBMISSION)
    with override("fr"):
        assert promise.length == said
    day = date(2026, 11, 10)  # Remembrance Day follows, and no holiday of Québec
    assert promise.calendar.add(day, 1) == date(2026, 11, 12 if kind == DayKind.FEDERAL else 11)
